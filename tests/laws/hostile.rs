//! Hostile input: nothing that comes from outside makes the software stumble. It is taken, or refused with a typed error.

use chrono::Duration;
use proptest::prelude::*;
use risk_core::assessment::{Question, assess};
use risk_core::event::vocabulary::{Audience, SourceAgency, Term};
use risk_core::event::{Event, Instant, Kind, Shape};
use risk_core::fold::run::Lens;
use risk_core::log::{Log, Record, RecordSource, verify};
use risk_core::policy::{Expression, Policy};
use serde_json::{Map, Value, json};
use uuid::Uuid;

use crate::ask::{at, cases, text};
use crate::dice::Dice;
use crate::history::CASE;
use crate::packs;

/// Days from the year -2000 to 9999, mostly near the edges of what the software knows.
fn any_day(dice: &mut Dice) -> chrono::NaiveDate {
    let years = [-2000, -1, 0, 1, 1582, 1970, 2014, 2016, 2018, 2021, 2026, 2100, 9999];
    let first = chrono::NaiveDate::from_ymd_opt(*dice.pick(&years), 1, 1).unwrap();
    first + Duration::days(i64::try_from(dice.below(364)).unwrap())
}

fn any_instant(dice: &mut Dice) -> Instant {
    let seconds = i64::try_from(dice.below(86_400)).unwrap();
    any_day(dice).and_hms_opt(0, 0, 0).unwrap().and_utc() + Duration::seconds(seconds)
}

/// A value of the shape, the ugliest that it allows.
fn value(shape: Shape, dice: &mut Dice, ids: &[Uuid]) -> Option<Value> {
    let id = |dice: &mut Dice| json!(dice.pick(&["p1", "a.b:c_d-e", "0", "-", &"x".repeat(64)]));
    Some(match shape {
        Shape::Term { names, .. } => json!(dice.pick(names)),
        Shape::Terms { names, .. } => json!((0..dice.below(30)).map(|_| *dice.pick(names)).collect::<Vec<_>>()),
        Shape::Id(_) => id(dice),
        Shape::Ids(_) => Value::Array((0..dice.below(20)).map(|_| id(dice)).collect()),
        Shape::EventRef => json!(if ids.is_empty() { return None } else { *dice.pick(ids) }),
        Shape::EventRefs => json!(if ids.is_empty() { vec![] } else { vec![*dice.pick(ids), *dice.pick(ids)] }),
        Shape::Integer { min, max } => json!(*dice.pick(&[min, max])),
        Shape::Date => json!(any_day(dice).to_string()),
        Shape::Instant => json!(any_instant(dice).to_rfc3339()),
        Shape::Levels => json!({ "children": "very_high", "prisoners": "unknown", "staff": "low" }),
        Shape::Replacement => json!({ "data": {}, "occurred_at": any_instant(dice) }),
    })
}

/// Data of the kind by its table; now and then a value of another shape.
fn data(kind: Kind, dice: &mut Dice, ids: &[Uuid], honest: bool) -> Map<String, Value> {
    let mut data = Map::new();
    let nonsense = [
        json!(null),
        json!(-1),
        json!(1.5),
        json!("é\u{0}"),
        json!([[]]),
        json!({ "a": {} }),
        json!("yes"),
        json!([1]),
    ];
    for field in kind.spec().fields {
        if !field.required && dice.chance(30) {
            continue;
        }
        let value = if honest || dice.chance(80) {
            value((field.shape)(), dice, ids)
        } else {
            Some(dice.pick(&nonsense).clone())
        };
        if let Some(value) = value {
            data.insert(field.name.to_owned(), value);
        }
    }
    data
}

/// As much of a hostile history as the log takes.
fn hostile(seed: u64, most: u64) -> Log {
    let mut dice = Dice::new(seed);
    let mut log = Log::new(CASE);
    let mut ids = Vec::new();
    let mut now = any_instant(&mut dice);
    for n in 0..dice.below(most) {
        let kind = if dice.chance(15) { Kind::SupervisionStarted } else { *dice.pick(Kind::all()) };
        let Ok(event) = Event::decode(kind, &data(kind, &mut dice, &ids, true)) else { continue };
        if dice.chance(60) {
            now = any_instant(&mut dice);
        }
        let recorded = if dice.chance(50) { now } else { now.max(any_instant(&mut dice)) };
        let source = RecordSource { agency: SourceAgency::Other, role: None, reference: None };
        let record = Record::new(Uuid::from_u128(u128::from(n)), CASE, now, recorded, source, event);
        let marks = risk_core::event::vocabulary::Handling::all();
        // The log refuses what is not in order, and then is as it was.
        let before = log.len();
        let taken =
            marks.iter().any(|m| *m >= record.handling && log.append(record.clone().with_handling(*m), None).is_ok());
        assert_eq!(log.len(), before + u64::from(taken));
        if taken {
            ids.push(record.event_id);
        }
    }
    log
}

proptest! {
    #![proptest_config(cases(48))]

    #[test]
    fn every_history_that_a_log_takes_has_an_answer(seed: u64) {
        let log = hostile(seed, 16);
        let mut dice = Dice::new(seed);
        for policy in packs::all() {
            for lens in [Lens::AsKnown, Lens::Hindsight] {
                let question = Question { lens, ..Question::at(any_instant(&mut dice), Audience::Inspector) };
                let answer = assess(&log, policy, &question).unwrap();
                prop_assert!(!text(&answer).is_empty());
            }
        }
    }

    #[test]
    fn a_hostile_history_folds_alike_in_any_order(seed: u64) {
        let log = hostile(seed, 14);
        let mut records: Vec<Record> = log.records().to_vec();
        let mut dice = Dice::new(seed);
        dice.shuffle(&mut records);
        let mut other = Log::new(CASE);
        prop_assume!(other.append_all(records, None).is_ok());
        let when = any_instant(&mut dice);
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
        let data = data(kind, &mut dice, &[Uuid::nil()], false);
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
        let now = any_instant(&mut dice);
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
