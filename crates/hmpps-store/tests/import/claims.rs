//! Whose an identifier is: case maps against what is held, numbers that several claim, messages that cannot be read, and persons
//! who were erased.

use std::slice::from_ref;

use risk_hmpps::codes::Codes;
use risk_hmpps::import::{Given, Importer, read_table};
use risk_hmpps::input_table::TableKind;
use risk_hmpps::people::CaseMap;
use risk_hmpps::reason::{Reason, Then};
use risk_hmpps::report::{Instruction, MessageReport, Outcome, Report};
use risk_hmpps_store::Erasures;
use serde_json::{Value, json};
use uuid::Uuid;

use crate::persons::{gdpr, merge, received, unmerge, with_noms};
use crate::stored::{Queue, message, registration};
use crate::{Logs, importer, key};

const NOMS: &str = "A1111AA";
const OTHER_NOMS: &str = "B2222BB";
const MAPPED: &str = "3f6c9a52-8c1e-4c3b-9c58-2f4f6f1d2a11";

fn mapped(rows: &str) -> Importer {
    Importer::new(Codes::embedded().unwrap(), key(), CaseMap::parse(rows).unwrap())
}

fn reported(queue: &Queue, message: &Value) -> MessageReport {
    queue.deliver(from_ref(message), Erasures::CarriedOut).messages.remove(0)
}

fn name(queue: &Queue, message: &Value) -> &'static str {
    reported(queue, message).outcome.name()
}

fn cases_in_conflict(reported: &MessageReport) -> Vec<Uuid> {
    let Outcome::Conflict { cases, .. } = &reported.outcome else { panic!("{reported:?}") };
    cases.clone()
}

fn sorted(cases: [Uuid; 2]) -> Vec<Uuid> {
    let mut cases = cases.to_vec();
    cases.sort_unstable();
    cases
}

/// A merge of two prison numbers, under the one that is left.
fn numbers_merged(left: &str, removed: &str) -> Value {
    let mut merged = received(left);
    merged["eventType"] = json!("prison-offender-events.prisoner.merged");
    merged["additionalInformation"] = json!({"nomsNumber": left, "removedNomsNumber": removed, "reason": "MERGE"});
    merged
}

fn at(mut message: Value, day: u32) -> Value {
    message["occurredAt"] = json!(format!("2026-06-{day:02}T09:00:00Z"));
    message
}

#[test]
fn a_case_map_that_says_otherwise_than_the_store_is_a_conflict_and_makes_no_second_case() {
    let linking = with_noms(registration("X800001", "1"), NOMS);
    let also = with_noms(message("probation-case.engagement.created", "X800001", &json!({})), OTHER_NOMS);
    let mapped_case = Uuid::parse_str(MAPPED).unwrap();
    for rows in [
        format!("case_id,noms\n{MAPPED},{NOMS}\n"),
        format!("case_id,crn\n{MAPPED},X800001\n"),
        format!("case_id,crn,noms\n{MAPPED},X800001,{NOMS}\n"),
        format!("case_id,noms\n{MAPPED},{OTHER_NOMS}\n"),
    ] {
        let mut queue = Queue::new();
        queue.deliver(&[linking.clone(), also.clone()], Erasures::Listed);
        let case = queue.case("X800001");
        queue.importer = mapped(&rows);
        let both = sorted([case, mapped_case]);
        for (message, records) in [(registration("X800001", "2"), 2), (linking.clone(), 0)] {
            let reported = reported(&queue, &message);
            assert_eq!(cases_in_conflict(&reported), both, "{rows}");
            assert_eq!((reported.case_id, reported.then), (Some(case), Then::Park));
            let Outcome::Conflict { records: made, why, .. } = &reported.outcome else { panic!() };
            assert!(why.contains("the case map gives"), "{why}");
            assert_eq!(made.len(), records, "what it says is recorded in the case that there is");
        }
        for noms in [NOMS, OTHER_NOMS] {
            let by_number = reported(&queue, &received(noms));
            assert_eq!((cases_in_conflict(&by_number), by_number.kept), (both.clone(), true), "{rows} {noms}");
        }
        let contacts = "crn,type,date,outcome,created\nX800001,CHVS,2024-06-14,ATTC,2024-06-15\n";
        let report = queue.give(read_table(TableKind::Contacts, contacts.as_bytes()).unwrap(), Erasures::Listed);
        assert_eq!(report.counts.get("recorded"), Some(&1), "{report:?}");
        assert!(report.messages[0].notes[0].contains(MAPPED), "{report:?}");
        assert_eq!(queue.cases(), 1, "{rows}");
        // The map is put right: what waited is applied.
        queue.importer = mapped(&rows.replace(MAPPED, &case.to_string()));
        let report = queue.deliver(&[registration("X800001", "3")], Erasures::Listed);
        let applied: Vec<&str> = report.waited.iter().map(|reported| reported.outcome.name()).collect();
        assert_eq!((report.messages[0].outcome.name(), queue.cases()), ("recorded", 1));
        assert_eq!(applied.len(), 2, "{report:?}");
    }
}

#[test]
fn a_case_map_by_one_identifier_reaches_what_the_store_has_linked_to_it() {
    for rows in [format!("case_id,noms\n{MAPPED},{NOMS}\n"), format!("case_id,crn\n{MAPPED},X800001\n")] {
        let queue = Queue::with(mapped(&rows));
        let messages = [
            with_noms(message("tier.calculation.complete", "X800001", &json!({})), NOMS),
            registration("X800001", "1"),
            numbers_merged(OTHER_NOMS, NOMS),
            received(OTHER_NOMS),
            with_noms(registration("X800001", "2"), OTHER_NOMS),
        ];
        for message in &messages {
            let reported = reported(&queue, message);
            assert_ne!(reported.outcome.name(), "conflict", "{rows} {reported:?}");
            if let Some(case) = reported.case_id {
                assert_eq!(case.to_string(), MAPPED, "{rows} {message}");
            }
        }
        assert_eq!(queue.cases(), 1, "{rows}");
    }
}

#[test]
fn a_case_map_settles_a_contested_number_for_one_of_those_who_claim_it() {
    let [one, other] = ["X800001", "X800002"].map(|crn| with_noms(registration(crn, &crn[6..]), NOMS));
    let mut queue = Queue::new();
    queue.deliver(&[one.clone(), other.clone(), received(NOMS)], Erasures::Listed);
    let case = queue.case("X800002");
    queue.importer = mapped(&format!("case_id,noms\n{case},{NOMS}\n"));
    let report = queue.deliver(&[received(NOMS)], Erasures::Listed);
    assert_eq!((report.messages[0].outcome.name(), report.messages[0].case_id), ("recorded", Some(case)));
    assert_eq!(
        (name(&queue, &one), name(&queue, &other)),
        ("conflict", "known"),
        "the estate still says otherwise of the first"
    );
    assert_eq!(queue.cases(), 2);
}

/// What the store says of each case: its identifiers, without the order in which they were learnt.
fn identifiers(queue: &Queue) -> Vec<String> {
    let mut all: Vec<String> = ["X800001", "X800002"]
        .into_iter()
        .map(|crn| format!("{crn}: {:?}", queue.store.facts(queue.case(crn)).unwrap().identifiers))
        .collect();
    all.sort();
    all
}

#[test]
fn of_a_number_that_two_claim_neither_is_the_first() {
    let [one, other] = ["X800001", "X800002"].map(|crn| with_noms(registration(crn, &crn[6..]), NOMS));
    let claimed =
        ["X800001", "X800002"].map(|crn| format!("{crn}: {{\"crn\": \"{crn}\", \"noms_claimed\": \"{NOMS}\"}}"));
    for order in [vec![&one, &other], vec![&other, &one], vec![&one, &other, &one], vec![&other, &one, &other]] {
        for batch in [1, 2] {
            let queue = Queue::new();
            for portion in order.chunks(batch) {
                queue.deliver(&portion.iter().map(|m| (*m).clone()).collect::<Vec<_>>(), Erasures::Listed);
            }
            assert_eq!(identifiers(&queue), claimed, "{order:?} {batch}");
            let both = sorted([queue.case("X800001"), queue.case("X800002")]);
            assert_eq!(queue.store.contested("noms", NOMS).unwrap(), both);
            assert_eq!(queue.store.cases_of("noms", NOMS).unwrap(), both, "of neither before the other");
            assert!(queue.store.verify(None, |_| ()).unwrap().is_intact());
        }
    }
}

#[test]
fn a_number_stays_contested_though_a_claimant_claims_another_since() {
    let queue = Queue::new();
    queue.deliver(&["X800001", "X800002"].map(|crn| with_noms(registration(crn, &crn[6..]), NOMS)), Erasures::Listed);
    queue.deliver(
        &["X800002", "X800003"].map(|crn| with_noms(registration(crn, &crn[6..]), OTHER_NOMS)),
        Erasures::Listed,
    );
    for noms in [NOMS, OTHER_NOMS] {
        assert_eq!(queue.store.contested("noms", noms).unwrap().len(), 2, "{noms}");
        assert_eq!(name(&queue, &received(noms)), "conflict");
    }
    // A person settles the first by giving it to its case; the second stays open.
    queue.store.identify(&queue.by, queue.case("X800001"), "noms", NOMS).unwrap();
    assert!(queue.store.contested("noms", NOMS).unwrap().is_empty());
    assert_eq!(name(&queue, &received(NOMS)), "recorded");
    assert_eq!(name(&queue, &received(OTHER_NOMS)), "conflict");
}

#[test]
fn a_person_settles_a_contested_number_by_giving_it_and_no_message_undoes_that() {
    for (right, wrong) in [("X800001", "X800002"), ("X800002", "X800001")] {
        let queue = Queue::new();
        let messages = ["X800001", "X800002"].map(|crn| with_noms(registration(crn, &crn[6..]), NOMS));
        queue.deliver(&messages, Erasures::Listed);
        assert_eq!(name(&queue, &received(NOMS)), "conflict");
        queue.store.identify(&queue.by, queue.case(right), "noms", NOMS).unwrap();
        for message in &messages {
            assert_eq!(name(&queue, message), "known");
        }
        let by_number = reported(&queue, &received(NOMS));
        assert_eq!(by_number.case_id, Some(queue.case(right)), "{by_number:?}");
        assert_eq!(queue.store.cases_of("noms", NOMS).unwrap(), [queue.case(right)]);
        assert!(!queue.store.facts(queue.case(wrong)).unwrap().identifiers.contains_key("noms_claimed"));
        // The person to whom it was given goes, and with them the number; the other one's stays out of it.
        assert_eq!(name(&queue, &gdpr(wrong)), "instructed");
        assert_eq!(name(&queue, &at(received(NOMS), 20)), "recorded");
    }
}

#[test]
fn what_a_person_decided_otherwise_or_concerns_nothing_is_no_instruction_that_was_carried_out() {
    let linking = |crn: &str| with_noms(message("probation-case.prison-identifier.added", crn, &json!({})), NOMS);
    for remove in [false, true] {
        let queue = Queue::new();
        queue.deliver(&[linking("X800001"), linking("X800002")], Erasures::Listed);
        let (one, other) = (queue.case("X800001"), queue.case("X800002"));
        if remove {
            queue.store.unidentify(&queue.by, other, "noms").unwrap();
        } else {
            queue.store.identify(&queue.by, one, "noms", NOMS).unwrap();
        }
        let noms = |report: &Report| -> Vec<Uuid> {
            let of_noms = report.instructions.iter().filter_map(|one| match one {
                Instruction::Identify { case_id, scheme: "noms", .. } => Some(*case_id),
                _ => None,
            });
            of_noms.collect()
        };
        let of_loser = queue.deliver(&[linking("X800002")], Erasures::Listed);
        assert_eq!((of_loser.messages[0].outcome.name(), noms(&of_loser)), ("instructed", vec![]), "{of_loser:?}");
        assert!(of_loser.messages[0].notes[0].contains("a person decided"), "{of_loser:?}");
        let of_both = queue.deliver(&[linking("X800001"), linking("X800002")], Erasures::Listed);
        assert_eq!(noms(&of_both), [one]);
        assert_eq!(of_both.messages[0].notes, [""; 0], "{of_both:?}");
    }
    let queue = Queue::new();
    let not_held = queue.deliver(&[merge("X800001", "X800002")], Erasures::Listed);
    assert_eq!((not_held.messages[0].outcome.reason(), not_held.instructions), (Reason::NotHeld, vec![]));
    let people = queue.deliver(&[registration("X800001", "1"), registration("X800002", "2")], Erasures::Listed);
    assert!(people.instructions.iter().any(|one| matches!(one, Instruction::Merge { .. })), "{people:?}");
}

#[test]
fn what_is_held_stays_where_a_second_claim_comes_later() {
    let queue = Queue::new();
    queue.deliver(&[with_noms(registration("X800001", "1"), NOMS), received(NOMS)], Erasures::Listed);
    let records = queue.records();
    assert_eq!(name(&queue, &with_noms(message("tier.calculation.complete", "X800002", &json!({})), NOMS)), "conflict");
    assert_eq!(queue.records(), records);
    let later = reported(&queue, &at(received(NOMS), 20));
    assert_eq!((later.outcome.name(), later.kept), ("conflict", true));
    assert_eq!(queue.records(), records);
    // One person: both were theirs.
    let report = queue.deliver(&[merge("X800001", "X800002")], Erasures::Listed);
    assert_eq!(report.waited.iter().map(|reported| reported.outcome.name()).collect::<Vec<_>>(), ["recorded"]);
    assert_eq!(queue.store.cases_of("noms", NOMS).unwrap(), [queue.case("X800002")]);
    queue.deliver(&[at(unmerge("X800001", "X800002"), 21)], Erasures::Listed);
    assert_eq!(queue.store.contested("noms", NOMS).unwrap().len(), 2, "two persons after all");
}

#[test]
fn a_message_that_has_more_to_be_done_keeps_its_outcome_and_notes_the_conflict() {
    let queue = Queue::new();
    queue.deliver(&[with_noms(registration("X800001", "1"), NOMS)], Erasures::Listed);
    for (event_type, outcome) in
        [("assessment.summary.produced", "needed"), ("some-service.thing.happened", "unmapped")]
    {
        let claiming = with_noms(message(event_type, "X800002", &json!({})), NOMS);
        for _ in 0..2 {
            let reported = reported(&queue, &claiming);
            assert_eq!(reported.outcome.name(), outcome);
            assert!(reported.notes.iter().any(|note| note.contains("claim")), "{reported:?}");
        }
    }
}

/// Messages that name a CRN and a prison number, and of which nothing else can be read.
fn unreadable() -> Vec<Value> {
    let linking = with_noms(registration("X800001", "1"), NOMS);
    let with = |member: &str, value: Value| {
        let mut message = linking.clone();
        message[member] = value;
        message
    };
    let undated = json!({"registrationId": "1", "registerTypeCode": "ADVP", "registrationDate": "2026-06-14", "createdDateAndTime": "soon"});
    vec![
        with("occurredAt", json!("soon")),
        with("occurredAt", json!({})),
        with("eventType", Value::Null),
        with("additionalInformation", undated),
        with("additionalInformation", json!({})),
    ]
}

#[test]
fn identity_is_learnt_from_a_message_that_cannot_be_read_too() {
    for unreadable in unreadable() {
        for batches in [vec![vec![0, 1]], vec![vec![1, 0]], vec![vec![0], vec![1]], vec![vec![1], vec![0]]] {
            let queue = Queue::new();
            let all = [unreadable.clone(), received(NOMS)];
            let mut recorded = Vec::new();
            for batch in &batches {
                let batch: Vec<Value> = batch.iter().map(|i| all[*i].clone()).collect();
                let report = queue.deliver(&batch, Erasures::Listed);
                recorded.extend(report.messages.iter().chain(&report.waited).map(|reported| reported.outcome.name()));
            }
            assert!(recorded.contains(&"unreadable") && recorded.contains(&"recorded"), "{unreadable} {recorded:?}");
            assert_eq!(queue.store.cases_of("noms", NOMS).unwrap(), [queue.case("X800001")], "{batches:?}");
            assert_eq!(queue.cases(), 1);
        }
    }
    // Of an erased person, also one who was never held, nothing is learnt.
    for held in [true, false] {
        let queue = Queue::new();
        if held {
            queue.deliver(&[registration("X800001", "1")], Erasures::Listed);
        }
        reported(&queue, &with_noms(gdpr("X800001"), NOMS));
        for unreadable in unreadable() {
            assert_eq!(name(&queue, &unreadable), "erased");
        }
        assert_eq!(queue.cases(), usize::from(held));
        assert_eq!(queue.files_with(&["X800001", NOMS]), [""; 0]);
    }
}

#[test]
fn a_message_about_an_erased_person_is_erased_though_it_cannot_be_read() {
    let queue = Queue::new();
    queue.deliver(&[registration("X800001", "1"), gdpr("X800001")], Erasures::CarriedOut);
    let mut undated = registration("X800001", "2");
    undated["occurredAt"] = json!("soon");
    let twice = registration("X800001", "3").to_string().replacen('{', r#"{"version":1,"version":2,"#, 1);
    for text in [undated.to_string(), twice] {
        let report = queue.give(Given::Messages(text.as_bytes()), Erasures::Listed);
        assert_eq!((report.messages[0].outcome.name(), report.messages[0].kept), ("erased", false), "{report:?}");
    }
    let rows = "crn,type,date,outcome,created\nX800001,CHVS,soon,ATTC,2024-06-15\n";
    let report = queue.give(read_table(TableKind::Contacts, rows.as_bytes()).unwrap(), Erasures::Listed);
    assert_eq!(report.messages[0].outcome.name(), "erased");
}

#[test]
fn what_is_said_of_a_number_of_an_erased_person_who_was_never_held_is_erased() {
    let adding = with_noms(message("probation-case.prison-identifier.added", "X800001", &json!({})), NOMS);
    let merged = numbers_merged(NOMS, OTHER_NOMS);
    let other = numbers_merged("A3333CC", OTHER_NOMS);
    for portions in [
        vec![vec![&adding], vec![&merged], vec![&other]],
        vec![vec![&merged, &adding], vec![&other]],
        vec![vec![&merged], vec![&other, &adding]],
    ] {
        let queue = Queue::new();
        queue.deliver(&[gdpr("X800001")], Erasures::CarriedOut);
        let mut ends: Vec<&str> = Vec::new();
        for portion in &portions {
            let portion: Vec<Value> = portion.iter().map(|one| (*one).clone()).collect();
            let report = queue.deliver(&portion, Erasures::CarriedOut);
            ends.extend(report.messages.iter().chain(&report.waited).map(|reported| reported.outcome.name()));
        }
        assert_eq!(ends.iter().filter(|end| **end == "erased").count(), 3, "{portions:?} {ends:?}");
        assert_eq!(risk_hmpps_store::waiting(&queue.importer, &queue.store, &queue.by).unwrap(), [], "{portions:?}");
        assert_eq!((queue.cases(), name(&queue, &received(OTHER_NOMS))), (0, "erased"));
        // Another CRN that claims a number is in conflict, as any two persons are.
        assert_eq!(name(&queue, &with_noms(registration("X800009", "9"), OTHER_NOMS)), "conflict");
    }
}

#[test]
fn a_message_that_names_two_persons_is_for_a_person_and_says_nothing_of_either() {
    let mut two_crns = registration("X800001", "1");
    two_crns["personReference"]["identifiers"].as_array_mut().unwrap().push(json!({"type": "CRN", "value": "X800002"}));
    let mut beside = registration("X800001", "1");
    beside["crn"] = json!("X800002");
    let mut within = registration("X800001", "1");
    within["additionalInformation"]["crn"] = json!("X800002");
    let two_numbers = with_noms(with_noms(registration("X800001", "1"), NOMS), OTHER_NOMS);
    let mut number_within = with_noms(registration("X800001", "1"), NOMS);
    number_within["additionalInformation"]["nomsNumber"] = json!(OTHER_NOMS);
    let mut of_prison = received(NOMS);
    of_prison["additionalInformation"]["nomsNumber"] = json!(OTHER_NOMS);
    let mut by_other_names = received(NOMS);
    by_other_names["personReference"] = json!({});
    by_other_names["additionalInformation"] = json!({"prisonerNumber": NOMS, "prisonNumber": OTHER_NOMS});
    let mut merged = with_noms(numbers_merged(NOMS, OTHER_NOMS), "C3333CC");
    merged["eventType"] = json!("prison-offender-events.prisoner.merged");
    for message in [two_crns, beside, within, two_numbers, number_within, of_prison, by_other_names, merged] {
        for reversed in [false, true] {
            let mut message = message.clone();
            if let (true, Some(all)) = (reversed, message["personReference"]["identifiers"].as_array_mut()) {
                all.reverse();
            }
            let queue = Queue::new();
            let reported = reported(&queue, &message);
            assert_eq!((reported.outcome.name(), reported.reason), ("unreadable", Reason::SeveralPersons), "{message}");
            let shown = serde_json::to_value(&reported).unwrap();
            assert_eq!((&shown["reason"], &shown["then"]), (&json!("several_persons"), &json!("park")));
            assert_eq!(queue.cases(), 0, "{message}");
            let import = Logs::default().deliver(&importer(), Given::Messages(message.to_string().as_bytes()));
            assert_eq!(import.records.len(), 0);
        }
    }
    // One person, however often and in whatever case of letters.
    let mut twice = with_noms(with_noms(registration("X800001", "1"), NOMS), "a1111aa");
    twice["crn"] = json!("x800001");
    assert_eq!(name(&Queue::new(), &twice), "recorded");
    // Both numbers of a merge are one person's.
    let both = with_noms(numbers_merged(NOMS, OTHER_NOMS), OTHER_NOMS);
    assert_eq!(reported(&Queue::new(), &both).reason, Reason::PersonUnknown);
}

#[test]
fn the_erasure_of_a_person_never_held_is_remembered_whether_erasures_are_carried_out_or_not() {
    for erasures in [Erasures::Listed, Erasures::CarriedOut] {
        for together in [false, true] {
            let queue = Queue::new();
            let ordered = with_noms(gdpr("X800001"), NOMS);
            let late = [registration("X800001", "1"), received(NOMS), with_noms(registration("X800009", "9"), NOMS)];
            let report = queue.deliver(from_ref(&ordered), erasures);
            assert_eq!(report.messages[0].reason, Reason::NotHeld);
            let reports: Vec<Report> = if together {
                vec![queue.deliver(&late, erasures)]
            } else {
                late.iter().map(|message| queue.deliver(from_ref(message), erasures)).collect()
            };
            for reported in reports.iter().flat_map(|report| &report.messages) {
                assert_eq!((reported.outcome.name(), reported.then), ("erased", Then::Park), "{reported:?}");
            }
            assert_eq!((queue.cases(), queue.files_with(&["X800001", NOMS]).len()), (0, 0));
        }
    }
}

#[test]
fn the_erasure_of_a_person_of_whom_messages_alone_wait_makes_no_case() {
    let waiting = [
        vec![received(NOMS)],
        vec![message(
            "probation-case.registration.deleted",
            "X800001",
            &json!({"registrationId": "1", "registerTypeCode": "ADVP"}),
        )],
        vec![merge("X800001", "X800002"), received(NOMS), numbers_merged(OTHER_NOMS, NOMS)],
    ];
    for waiting in waiting {
        for together in [false, true] {
            let queue = Queue::new();
            let ordered = with_noms(gdpr("X800001"), NOMS);
            let reports = if together {
                let all: Vec<Value> = waiting.iter().cloned().chain([ordered]).collect();
                vec![queue.deliver(&all, Erasures::CarriedOut)]
            } else {
                vec![queue.deliver(&waiting, Erasures::Listed), queue.deliver(&[ordered], Erasures::CarriedOut)]
            };
            assert_eq!(reports.last().unwrap().messages.last().unwrap().reason, Reason::NotHeld, "{reports:?}");
            let left = risk_hmpps_store::waiting(&queue.importer, &queue.store, &queue.by).unwrap();
            assert_eq!((queue.cases(), left.len()), (0, 0), "{waiting:?} {reports:?}");
            assert_eq!(name(&queue, &received(NOMS)), "erased");
        }
    }
    // Recorded, unmapped and unreadable messages that come together with the order.
    for beside in [vec![registration("X800001", "1"), received(NOMS)], unreadable()] {
        let queue = Queue::new();
        let all: Vec<Value> = beside.into_iter().chain([with_noms(gdpr("X800001"), NOMS)]).collect();
        queue.deliver(&all, Erasures::CarriedOut);
        assert_eq!(queue.cases(), 0);
    }
    // Not asked for, what waits stays, and the order is for a person.
    let queue = Queue::new();
    reported(&queue, &received(NOMS));
    let listed = queue.deliver(&[with_noms(gdpr("X800001"), NOMS)], Erasures::Listed);
    assert_eq!(listed.messages[0].reason, Reason::ErasureNotAskedFor, "{listed:?}");
}

#[test]
fn the_new_prison_number_of_an_erased_person_is_theirs() {
    for held in [true, false] {
        for order in [[0, 1], [1, 0]] {
            for together in [false, true] {
                let queue = Queue::new();
                let linking = with_noms(registration("X800001", "1"), NOMS);
                if held {
                    reported(&queue, &linking);
                }
                reported(&queue, &with_noms(gdpr("X800001"), NOMS));
                let all = [numbers_merged(OTHER_NOMS, NOMS), received(OTHER_NOMS)];
                let all = order.map(|i| all[i].clone());
                let reports = if together {
                    vec![queue.deliver(&all, Erasures::CarriedOut)]
                } else {
                    all.iter().map(|message| queue.deliver(from_ref(message), Erasures::CarriedOut)).collect()
                };
                let waits = usize::from(!together && order == [1, 0]);
                let outcomes: Vec<&str> =
                    reports.iter().flat_map(|r| r.messages.iter().chain(&r.waited)).map(|t| t.outcome.name()).collect();
                assert_eq!(outcomes.iter().filter(|name| **name == "erased").count(), 2, "{outcomes:?}");
                assert_eq!(outcomes.len(), 2 + waits);
                let late = at(received(OTHER_NOMS), 20);
                assert_eq!(name(&queue, &late), "erased", "{held} {order:?} {together}");
                assert_eq!((queue.cases(), queue.files_with(&[OTHER_NOMS]).len()), (usize::from(held), 0));
                // Under another CRN it is claimed by two.
                let other = with_noms(registration("X800009", "9"), OTHER_NOMS);
                for message in [&other, &late] {
                    assert_eq!(name(&queue, message), "conflict", "{held} {order:?} {together}");
                }
                assert_eq!(queue.store.log(&queue.by, queue.case("X800009")).unwrap().len(), 2);
            }
        }
    }
    // A number that somebody else has is not taken from them by that.
    let queue = Queue::new();
    queue.deliver(
        &[with_noms(registration("X800001", "1"), NOMS), with_noms(registration("X800002", "2"), OTHER_NOMS)],
        Erasures::Listed,
    );
    reported(&queue, &gdpr("X800001"));
    reported(&queue, &with_noms(message("tier.calculation.complete", "X800001", &json!({})), OTHER_NOMS));
    let Outcome::Conflict { records, .. } =
        reported(&queue, &with_noms(registration("X800002", "3"), OTHER_NOMS)).outcome
    else {
        panic!("claimed by two")
    };
    assert_eq!(records.len(), 2, "recorded all the same");
}

#[test]
fn an_erased_person_who_is_supervised_again_is_recorded_under_the_case_that_a_person_gave() {
    let queue = Queue::new();
    reported(&queue, &with_noms(registration("X800001", "1"), NOMS));
    reported(&queue, &gdpr("X800001"));
    let again = Uuid::from_u128(7);
    queue.store.identify(&queue.by, again, "crn", "X800001").unwrap();
    queue.store.identify(&queue.by, again, "noms", NOMS).unwrap();
    for message in [with_noms(registration("X800001", "5"), NOMS), received(NOMS), registration("X800001", "6")] {
        let reported = reported(&queue, &message);
        assert_eq!((reported.outcome.name(), reported.case_id), ("recorded", Some(again)), "{reported:?}");
    }
}

#[test]
fn a_new_secret_is_refused_also_where_those_erased_were_never_held() {
    let queue = Queue::new();
    reported(&queue, &gdpr("X800001"));
    let other =
        Importer::new(Codes::embedded().unwrap(), risk_hmpps::key::Key::new(&[7; 32]).unwrap(), CaseMap::default());
    let how = risk_hmpps_store::IntoStore {
        new_key: true,
        ..risk_hmpps_store::IntoStore::new(Erasures::Listed, chrono::Utc::now())
    };
    let refused = risk_hmpps_store::import_into(&other, &queue.store, &queue.by, &[], &how).unwrap_err();
    assert!(refused.to_string().contains("persons were erased"), "{refused}");
}
