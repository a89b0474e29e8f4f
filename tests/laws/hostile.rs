//! Hostile input never causes a crash. It is accepted, or rejected with a typed error.

use proptest::prelude::*;
use risk_core::assessment::{Question, assess};
use risk_core::event::vocabulary::{Audience, SourceAgency};
use risk_core::event::{Event, Kind, Term};
use risk_core::fold::run::Lens;
use risk_core::log::{Log, Record, RecordSource, verify};
use risk_core::policy::{Expression, Policy};
use risk_verify::hostile::{ANY_YEARS, any_instant, data, hostile};
use serde_json::json;
use uuid::Uuid;

use crate::ask::{at, cases, text};
use crate::dice::Dice;
use crate::history::CASE;
use crate::packs;

proptest! {
    #![proptest_config(cases(48))]

    #[test]
    fn every_history_that_a_log_takes_has_an_answer(seed: u64) {
        let log = hostile(seed, 16, ANY_YEARS);
        let mut dice = Dice::new(seed);
        for policy in packs::all() {
            for lens in [Lens::AsKnown, Lens::Hindsight] {
                let question = Question { lens, ..Question::at(any_instant(&mut dice, ANY_YEARS), Audience::Inspector) };
                let answer = assess(&log, policy, &question).unwrap();
                prop_assert!(!text(&answer).is_empty());
            }
        }
    }

    #[test]
    fn a_hostile_history_folds_alike_in_any_order(seed: u64) {
        let log = hostile(seed, 14, ANY_YEARS);
        let mut records: Vec<Record> = log.records().to_vec();
        let mut dice = Dice::new(seed);
        dice.shuffle(&mut records);
        let mut other = Log::new(CASE);
        prop_assume!(other.append_all(records, None).is_ok());
        let when = any_instant(&mut dice, ANY_YEARS);
        for policy in packs::all() {
            prop_assert_eq!(text(&at(&log, policy, when)), text(&at(&other, policy, when)));
        }
    }
}

proptest! {
    #![proptest_config(cases(1000))]

    #[test]
    fn data_of_any_form_is_taken_or_refused_with_its_field(seed: u64) {
        let mut dice = Dice::new(seed);
        let kind = *dice.pick(Kind::all());
        let data = data(kind, &mut dice, &[Uuid::nil()], false, ANY_YEARS);
        match Event::decode(kind, &data) {
            Ok(event) => prop_assert_eq!(Event::decode(kind, &event.encode()).unwrap(), event),
            Err(e) => prop_assert!(e.field.starts_with("data"), "{}", e),
        }
    }

    #[test]
    fn any_line_is_a_record_or_a_typed_error(text in "\\PC{0,80}") {
        prop_assert!(Record::parse(&text).is_err());
        prop_assert!(Log::parse("any.jsonl", &text).is_err());
        prop_assert!(verify(&text, None).is_err());
    }

    #[test]
    fn a_record_cut_or_changed_anywhere_is_a_record_or_a_typed_error_and_tells_no_note(seed: u64) {
        let mut dice = Dice::new(seed);
        let source = RecordSource { agency: SourceAgency::Probation, role: None, reference: None };
        let event = Event::decode(Kind::PlwDisclosure, json!({ "person": "p1", "raised_risk": "yes" }).as_object().unwrap()).unwrap();
        let now = any_instant(&mut dice, ANY_YEARS);
        let line = Record::new(Uuid::from_u128(1), CASE, now, now, source, event).with_note("she said so").to_line();
        let mut bytes = line.into_bytes();
        for _ in 0..=dice.below(3) {
            let place = usize::try_from(dice.below(bytes.len() as u64)).unwrap();
            match dice.below(3) {
                0 => bytes.truncate(place + 1),
                1 => bytes[place] = *dice.pick(b"{}[]\":,0x \n\\"),
                _ => { bytes.remove(place); }
            }
        }
        if let Err(e) = Record::parse(&String::from_utf8_lossy(&bytes)) {
            prop_assert!(!e.to_string().contains("she said"), "{}", e);
        }
    }

    #[test]
    fn any_text_is_a_policy_or_a_typed_error(text in "\\PC{0,120}") {
        prop_assert!(Policy::load(&[("any.toml", &text)]).is_err());
    }

    #[test]
    fn any_text_is_a_condition_or_a_fault_within_it(text in "(event|count|ever|param|not|and|or|in|has|supervised|[(),.=<>!\\[\\] 0-9]|\\PC){0,12}") {
        if let Ok(expression) = Expression::parse(&text) {
                let printed = expression.to_string();
                prop_assert_eq!(Expression::parse(&printed).map(|e| e.to_string()).ok(), Some(printed));
        }
    }
}

proptest! {
    #![proptest_config(cases(24))]

    #[test]
    fn a_policy_changed_anywhere_is_a_policy_or_says_where_it_is_wrong(seed: u64) {
        let mut dice = Dice::new(seed);
        let (name, text) = &packs::ONE_OF_EACH_FILES[0];
        let mut characters: Vec<char> = text.chars().collect();
        for _ in 0..=dice.below(4) {
            let place = usize::try_from(dice.below(characters.len() as u64)).unwrap();
            match dice.below(3) {
                0 => characters.truncate(place),
                1 => characters[place] = *dice.pick(&['{', '"', '\n', '=', '0', 'é', '\u{0}', ']']),
                _ => { characters.remove(place); }
            }
            if characters.is_empty() { break; }
        }
        let changed: String = characters.into_iter().collect();
        if let Err(errors) = Policy::load(&[(name, &changed)]) {
            prop_assert!(!errors.0.is_empty());
            for e in &errors.0 {
                prop_assert!(e.to_string().starts_with("one-of-each.toml:"), "{}", e);
            }
        }
    }
}
