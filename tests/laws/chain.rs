//! The sealed log: a changed byte is found and located, and an erasure keeps the chain.

use chrono::Duration;
use proptest::prelude::*;
use risk_core::event::Kind;
use risk_core::event::vocabulary::Handling;
use risk_core::log::{Log, Record, Stamp, seal, verify};

use crate::ask::cases;
use crate::dice::Dice;
use crate::history::{History, Style, histories};

fn sealed(history: &History) -> Log {
    let taken = history.last_recorded();
    seal(&history.log(), |position| {
        let mut dice = Dice::new(position);
        let salt = u128::from(dice.next()) << 64 | u128::from(dice.next());
        Stamp { appended_at: taken + Duration::seconds(i64::try_from(position).unwrap()), salt: salt.to_be_bytes() }
    })
    .expect("stamps are in order")
}

proptest! {
    #![proptest_config(cases(64))]

    #[test]
    fn a_changed_byte_in_a_sealed_log_is_found_and_located(history in histories(Style::ANY), seed: u64) {
        let log = sealed(&history);
        let text = log.to_jsonl();
        let head = log.head().unwrap();
        prop_assert_eq!(verify(&text, Some(&head)).unwrap().records, log.len());
        let mut dice = Dice::new(seed);
        for _ in 0..20 {
            let place = usize::try_from(dice.below(text.len() as u64)).unwrap();
            let mut bytes = text.clone().into_bytes();
            let other = u8::try_from(dice.below(127)).unwrap();
            // The last line feed may be missing: it ends the text and belongs to no record.
            if other == bytes[place] || place == text.len() - 1 {
                continue;
            }
            let line = 1 + text[..place].matches('\n').count();
            bytes[place] = other;
            let changed = String::from_utf8(bytes).unwrap();
            let found = verify(&changed, None).expect_err("a changed byte");
            prop_assert_eq!(found.line, line, "{}", found);
            prop_assert_eq!(found.position, line as u64);
            prop_assert!(Log::parse("case.jsonl", &changed).is_err());
        }
    }

    #[test]
    fn a_record_left_out_moved_or_doubled_is_found(history in histories(Style::ANY), seed: u64) {
        let log = sealed(&history);
        let text = log.to_jsonl();
        let lines: Vec<&str> = text.lines().collect();
        prop_assume!(lines.len() > 1);
        let mut dice = Dice::new(seed);
        let place = usize::try_from(dice.below(lines.len() as u64 - 1)).unwrap();
        let verify = |lines: &[&str]| verify(&lines.join("\n"), log.head().as_deref());
        let mut left_out = lines.clone();
        left_out.remove(place);
        prop_assert_eq!(verify(&left_out).unwrap_err().line, place + 1);
        let mut moved = lines.clone();
        moved.swap(place, place + 1);
        prop_assert_eq!(verify(&moved).unwrap_err().line, place + 1);
        let mut doubled = lines.clone();
        doubled.insert(place, lines[place]);
        prop_assert_eq!(verify(&doubled).unwrap_err().line, place + 2);
        let mut cut_off = lines.clone();
        cut_off.pop();
        prop_assert!(verify(&cut_off).is_err(), "a cut-off end shows against a head kept elsewhere");
    }

    #[test]
    fn erasing_a_payload_keeps_the_chain(history in histories(Style { corrected: false, ..Style::ANY }), seed: u64) {
        let before = sealed(&history);
        let mut log = before.clone();
        let mut dice = Dice::new(seed);
        let target = dice.pick(&history.records);
        prop_assume!(target.kind() != Some(Kind::HistoryLoaded) && target.kind() != Some(Kind::RuleDisputed));
        let when = history.last_recorded() + Duration::days(1);
        let data = serde_json::json!({ "event_id": target.event_id, "reason": "legal_erasure", "by": "m1" });
        let event = risk_core::event::Event::decode(Kind::PayloadErased, data.as_object().unwrap()).unwrap();
        let id = uuid::Uuid::from_u128(0xE4A5E);
        let erasure = Record::new(id, target.case_id, when, when, target.source.clone(), event).with_handling(target.handling.max(Handling::Staff));
        let stamp = Stamp { appended_at: when + Duration::days(1), salt: [7; 16] };
        log.erase_sealed(erasure, None, |_| stamp).unwrap();

        let verified = verify(&log.to_jsonl(), before.head().as_deref()).unwrap();
        prop_assert_eq!(verified.expected_at, Some(before.len()));
        prop_assert_eq!(verified.records, before.len() + 1);
        for (old, new) in before.records().iter().zip(log.records()) {
            prop_assert_eq!(old.hash(), new.hash());
        }
        prop_assert!(log.record(target.event_id).unwrap().event().is_none(), "the payload is gone");
        prop_assert_eq!(Log::parse("case.jsonl", &log.to_jsonl()).unwrap().to_jsonl(), log.to_jsonl());
    }
}
