//! Who is who: merges, erasures and identifiers that are in doubt, in a store.

use std::fs;
use std::slice::from_ref;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use risk_core::event::Kind;
use risk_core::event::field::StaffId;
use risk_core::event::vocabulary::CorrectionReason;
use risk_core::log::{Payload, Record};
use risk_hmpps::codes::Codes;
use risk_hmpps::import::{Given, Importer, read_table};
use risk_hmpps::input_table::TableKind;
use risk_hmpps::people::CaseMap;
use risk_hmpps::reason::Reason;
use risk_hmpps::report::{Outcome, Report};
use risk_hmpps_store::Erasures;
use risk_store::{Options, PersonErasure, Store};
use serde_json::{Value, json};
use uuid::Uuid;

use crate::stored::{Queue, message, registration};
use crate::{Logs, importer, key};

const NOMS: &str = "A1111AA";

pub fn merge(source: &str, target: &str) -> Value {
    message("probation-case.merge.completed", target, &json!({"sourceCRN": source, "targetCRN": target}))
}

pub fn unmerge(reactivated: &str, unmerged: &str) -> Value {
    let info = json!({"reactivatedCRN": reactivated, "unmergedCRN": unmerged});
    message("probation-case.unmerge.completed", reactivated, &info)
}

pub fn gdpr(crn: &str) -> Value {
    message("probation-case.deleted.gdpr", crn, &json!({}))
}

pub fn with_noms(mut message: Value, noms: &str) -> Value {
    let identifiers = message["personReference"]["identifiers"].as_array_mut().unwrap();
    identifiers.push(json!({"type": "NOMS", "value": noms}));
    message
}

pub fn received(noms: &str) -> Value {
    let info = json!({"nomsNumber": noms, "reason": "ADMISSION", "prisonId": "MDI"});
    json!({"eventType": "prison-offender-events.prisoner.received", "occurredAt": "2026-06-15T09:06:52Z",
        "additionalInformation": info, "personReference": {"identifiers": [{"type": "NOMS", "value": noms}]}})
}

fn outcome(report: &Report) -> &'static str {
    report.messages[0].outcome.name()
}

impl Queue {
    fn one(&self, message: &Value) -> Report {
        self.deliver(from_ref(message), Erasures::CarriedOut)
    }

    fn name_of(&self, message: &Value) -> &'static str {
        outcome(&self.one(message))
    }

    /// Erases the person of a case as an operator does; gives the messages that waited for them alone.
    pub fn erase_by_hand(&self, case: Uuid) -> Vec<Uuid> {
        let erasure = PersonErasure {
            reason: CorrectionReason::LegalErasure,
            by: StaffId::new("manager-7").unwrap(),
            record_id: &|of| Ok(self.importer.erasure_id(of)),
            digest: Some(&|scheme, value| self.importer.former(scheme, value)),
            named: &[],
        };
        self.store.erase_person(&self.by, case, &erasure).unwrap().waiting
    }

    pub fn cases(&self) -> usize {
        self.store.cases(&self.by).unwrap().count()
    }

    pub fn records(&self) -> u64 {
        self.store.cases(&self.by).unwrap().map(|case| case.unwrap().records).sum()
    }

    /// Which of the files beside the store holds one of the words.
    pub fn files_with(&self, words: &[&str]) -> Vec<String> {
        let mut found = Vec::new();
        for entry in fs::read_dir(self.folder.path()).unwrap() {
            let path = entry.unwrap().path();
            let bytes = fs::read(&path).unwrap().to_ascii_lowercase();
            for word in words {
                if bytes.windows(word.len()).any(|window| window.eq_ignore_ascii_case(word.as_bytes())) {
                    found.push(format!("{word} in {}", path.display()));
                }
            }
        }
        found
    }
}

fn left(store: &Store, queue: &Queue, case: Uuid) -> Vec<Record> {
    let log = store.log(&queue.by, case).unwrap();
    let left = |r: &&Record| r.payload != Payload::Erased && r.kind() != Some(Kind::PayloadErased);
    log.records().iter().filter(left).cloned().collect()
}

#[test]
fn an_erasure_reaches_every_merged_case_whichever_crn_it_names() {
    let crns = ["X800001", "X800002", "X800003"];
    for named in crns {
        let queue = Queue::new();
        for crn in crns {
            queue.one(&with_noms(registration(crn, "1"), &format!("A{}AA", &crn[3..])));
        }
        let cases = crns.map(|crn| queue.case(crn));
        assert_eq!(queue.name_of(&merge(crns[0], crns[1])), "instructed");
        assert_eq!(queue.name_of(&merge(crns[1], crns[2])), "instructed");
        let erased = queue.one(&gdpr(named));
        assert_eq!((outcome(&erased), erased.not_done.len()), ("instructed", 0), "{erased:?}");
        for case in cases {
            assert_eq!(left(&queue.store, &queue, case), []);
        }
        assert_eq!(queue.files_with(&["X800001", "X800002", "X800003", "A0001AA", "A0002AA", "A0003AA"]), [""; 0]);
        assert_eq!(queue.name_of(&gdpr(named)), "instructed", "once more");
        assert!(queue.store.verify(None, |_| ()).unwrap().is_intact());
    }
}

#[test]
fn a_case_that_was_parted_is_of_another_person_and_stays() {
    let queue = Queue::new();
    queue.one(&registration("X800001", "1"));
    queue.one(&registration("X800002", "2"));
    queue.one(&merge("X800001", "X800002"));
    queue.one(&unmerge("X800001", "X800002"));
    assert_eq!(queue.name_of(&gdpr("X800002")), "instructed");
    assert_eq!(left(&queue.store, &queue, queue.case("X800001")).len(), 2);
}

#[test]
fn whatever_comes_late_about_an_erased_person_is_refused_and_named() {
    let queue = Queue::new();
    queue.one(&with_noms(registration("X800001", "1"), NOMS));
    queue.one(&with_noms(registration("X800002", "2"), "A2222AA"));
    queue.one(&registration("X800009", "9"));
    queue.one(&merge("X800001", "X800002"));
    queue.one(&gdpr("X800002"));
    let (cases, records) = (queue.cases(), queue.records());
    let sentence =
        json!({"sourceCRN": "X800001", "targetCRN": "X800009", "sourceEventNumber": "1", "targetEventNumber": "2"});
    let moved_in =
        json!({"sourceCRN": "X800009", "targetCRN": "X800002", "sourceEventNumber": "1", "targetEventNumber": "2"});
    let identified = json!({"prisonNumber": NOMS});
    for late in [
        registration("X800002", "3"),
        registration("X800001", "1"),
        with_noms(registration("x800001", "4"), NOMS),
        message("probation-case.engagement.recovered", "X800002", &json!({})),
        message(
            "probation-case.registration.deleted",
            "X800001",
            &json!({"registrationId": "1", "registerTypeCode": "ADVP"}),
        ),
        message("probation-case.sentence.created", "X800001", &json!({"eventNumber": "1"})),
        with_noms(message("probation-case.prison-identifier.added", "X800001", &identified), NOMS),
        message("probation-case.sentence.moved", "X800009", &sentence),
        message("probation-case.sentence.moved", "X800002", &moved_in),
        merge("X800009", "X800001"),
        merge("X800002", "X800009"),
        unmerge("X800001", "X800002"),
        received(NOMS),
        received("A2222AA"),
        // Under a CRN that was never seen, but with a prison number of the person.
        with_noms(registration("X877777", "7"), NOMS),
        with_noms(message("probation-case.engagement.created", "X855555", &json!({})), "A2222AA"),
        with_noms(message("probation-case.prison-identifier.added", "X877778", &identified), NOMS),
    ] {
        let report = queue.one(&late);
        assert_eq!(outcome(&report), "erased", "{late}: {report:?}");
        assert!(report.instructions.is_empty(), "{report:?}");
        assert_eq!((queue.cases(), queue.records()), (cases, records), "{late}");
    }
    let contacts = "crn,type,date,outcome,created\nX800002,CHVS,2024-06-14,ATTC,2024-06-15\nX800009,CHVS,2024-06-14,ATTC,2024-06-15\n";
    let contacts = queue.give(read_table(TableKind::Contacts, contacts.as_bytes()).unwrap(), Erasures::Listed);
    assert_eq!((contacts.counts["erased"], contacts.counts["recorded"]), (1, 1), "{contacts:?}");
    assert_eq!((outcome(&contacts), contacts.messages[0].place), ("erased", 2));
    let registrations = "crn,type,registered,created\nX800001,RHRH,2024-06-14,2024-06-14\n";
    let registrations =
        queue.give(read_table(TableKind::Registrations, registrations.as_bytes()).unwrap(), Erasures::Listed);
    assert_eq!(registrations.counts["erased"], 1, "{registrations:?}");
    assert_eq!(queue.cases(), cases);
    assert_eq!(queue.files_with(&["X800001", "X800002", NOMS, "A2222AA"]), [""; 0]);
}

#[test]
fn late_messages_are_recognised_though_the_host_s_case_map_no_longer_has_the_person() {
    let id = "3f6c9a52-8c1e-4c3b-9c58-2f4f6f1d2a11";
    let map = |text: &str| Importer::new(Codes::embedded().unwrap(), key(), CaseMap::parse(text).unwrap());
    let mut queue = Queue::with(map(&format!("case_id,crn,noms\n{id},X800001,{NOMS}\n")));
    queue.one(&registration("X800001", "1"));
    assert_eq!(queue.case("X800001").to_string(), id);
    queue.one(&gdpr("X800001"));
    assert_eq!(queue.name_of(&registration("X800001", "2")), "erased");
    queue.importer = importer();
    assert_eq!(queue.name_of(&registration("X800001", "2")), "erased");
    assert_eq!(queue.name_of(&gdpr("X800001")), "instructed");
    assert_eq!(queue.cases(), 1);
}

#[test]
fn an_identifier_that_an_operator_gave_or_replaced_is_recognised_too_and_goes() {
    let queue = Queue::new();
    let case = Uuid::from_u128(7);
    queue.store.identify(&queue.by, case, "crn", "X800001").unwrap();
    queue.store.identify(&queue.by, case, "crn", "X800002").unwrap();
    queue.store.identify(&queue.by, case, "noms", NOMS).unwrap();
    queue.one(&gdpr("X800002"));
    assert_eq!(queue.name_of(&registration("X800001", "1")), "erased");
    assert_eq!(queue.name_of(&received(NOMS)), "erased");
    assert_eq!(queue.files_with(&["X800001", "X800002", NOMS]), [""; 0]);
}

#[test]
fn a_number_that_was_taken_from_an_erased_person_is_free_for_another() {
    let queue = Queue::new();
    queue.one(&with_noms(registration("X800001", "1"), NOMS));
    queue.store.unidentify(&queue.by, queue.case("X800001"), "noms").unwrap();
    queue.one(&gdpr("X800001"));
    assert_eq!(queue.name_of(&with_noms(registration("X800002", "2"), NOMS)), "recorded");
    assert_eq!(queue.name_of(&received(NOMS)), "recorded");
    assert_eq!(queue.files_with(&["X800001"]), [""; 0]);
}

#[test]
fn nothing_is_made_of_those_who_were_never_held() {
    let queue = Queue::new();
    let moved =
        json!({"sourceCRN": "X700001", "targetCRN": "X700002", "sourceEventNumber": "1", "targetEventNumber": "2"});
    for message in [
        merge("X700001", "X700002"),
        unmerge("X700001", "X700002"),
        message("probation-case.sentence.moved", "X700002", &moved),
        gdpr("X700001"),
    ] {
        for erasures in [Erasures::CarriedOut, Erasures::Listed] {
            let report = queue.deliver(from_ref(&message), erasures);
            assert_eq!(report.messages[0].reason, Reason::NotHeld, "{message}");
            assert!(report.not_done.is_empty());
            assert_eq!(queue.cases(), 0, "{message}");
        }
    }
    for late in [registration("X700001", "1"), merge("X700001", "X700002")] {
        assert_eq!(queue.name_of(&late), "erased", "after the erasure: {late}");
        assert_eq!(queue.cases(), 0);
    }
    assert_eq!(queue.files_with(&["X700001", "X700002"]), [""; 0]);
}

#[test]
fn a_merge_of_a_case_with_itself_leaves_the_queue() {
    let queue = Queue::new();
    for n in 1..=3 {
        queue.one(&registration(&format!("X80000{n}"), &n.to_string()));
    }
    let nothing = ["nothing"; 2];
    let twice = |message: &Value| [queue.name_of(message), queue.name_of(message)];
    assert_eq!(twice(&merge("X800001", "X800001")), nothing);
    assert_eq!(twice(&unmerge("X800001", "X800001")), nothing);
    assert_eq!(twice(&merge("X800001", "X800002")), ["instructed", "known"]);
    assert_eq!(twice(&merge("X800002", "X800001")), ["nothing", "known"]);
    let events =
        json!({"sourceCRN": "X800001", "targetCRN": "X800001", "sourceEventNumber": "1", "targetEventNumber": "1"});
    assert_eq!(twice(&message("probation-case.sentence.moved", "X800001", &events)), nothing);
    // A third, of whom it is said under the one that goes on under another.
    assert_eq!(twice(&merge("X800001", "X800003")), ["instructed", "known"]);
    assert_eq!(queue.store.facts(queue.case("X800002")).unwrap().merged_into, Some(queue.case("X800003")));
    // Parted in whichever direction it is said, though by way of the second: the other two stay one person.
    assert_eq!(twice(&unmerge("X800003", "X800001")), ["instructed", "known"]);
    assert_eq!(queue.store.facts(queue.case("X800002")).unwrap().merged_into, None);
    assert_eq!(queue.store.facts(queue.case("X800001")).unwrap().merged_into, Some(queue.case("X800002")));
    // Said of two that are one person by way of a third.
    assert_eq!(queue.name_of(&merge("X800002", "X800003")), "instructed");
    let by_way = queue.one(&unmerge("X800001", "X800003"));
    assert_eq!((outcome(&by_way), by_way.not_done.len()), ("not_done", 1), "{by_way:?}");
}

#[test]
fn two_crns_that_a_case_map_gives_one_case_are_merged_already() {
    let id = "3f6c9a52-8c1e-4c3b-9c58-2f4f6f1d2a11";
    let map = CaseMap::parse(&format!("case_id,crn\n{id},X800001\n{id},X800002\n")).unwrap();
    let queue = Queue::with(Importer::new(Codes::embedded().unwrap(), key(), map));
    queue.one(&registration("X800001", "1"));
    assert_eq!(queue.name_of(&merge("X800001", "X800002")), "nothing");
    assert_eq!(queue.name_of(&unmerge("X800001", "X800002")), "nothing");
}

fn custody(queue: &Queue, crn: &str) -> usize {
    let log = queue.store.log(&queue.by, queue.case(crn)).unwrap();
    log.records().iter().filter(|r| r.kind() == Some(Kind::CustodyEntered)).count()
}

#[test]
fn a_prison_number_that_two_crns_claim_gives_its_events_to_neither_until_that_is_settled() {
    let [one, other] = [with_noms(registration("X800001", "1"), NOMS), with_noms(registration("X800002", "2"), NOMS)];
    for (first, second) in [(&one, &other), (&other, &one)] {
        for together in [false, true] {
            let queue = Queue::new();
            if together {
                let report = queue.deliver(&[first.clone(), second.clone(), received(NOMS)], Erasures::Listed);
                assert_eq!(report.counts.get("conflict"), Some(&3), "{report:?}");
            } else {
                assert_eq!(queue.name_of(first), "recorded");
                let report = queue.one(second);
                let Outcome::Conflict { scheme: "noms", cases, records, .. } = &report.messages[0].outcome else {
                    panic!("{report:?}")
                };
                assert_eq!((cases.len(), records.len(), report.not_done.len()), (2, 2, 1), "{report:?}");
            }
            for _ in 0..2 {
                let Outcome::Conflict { cases, .. } = &queue.one(&received(NOMS)).messages[0].outcome else { panic!() };
                let mut both = [queue.case("X800001"), queue.case("X800002")];
                both.sort_unstable();
                assert_eq!(*cases, both);
                assert_eq!(queue.name_of(second), "conflict", "told again");
            }
            assert_eq!((custody(&queue, "X800001"), custody(&queue, "X800002")), (0, 0));
            // They are one person: then it is theirs.
            assert_eq!(queue.name_of(&merge("X800001", "X800002")), "instructed");
            assert_eq!(queue.name_of(&received(NOMS)), "known", "it waited, and was recorded with the merge");
            assert_eq!(custody(&queue, "X800001") + custody(&queue, "X800002"), 1);
            assert_eq!(queue.name_of(second), "known");
            // They are two after all.
            assert_eq!(queue.name_of(&unmerge("X800001", "X800002")), "instructed");
            assert_eq!(queue.name_of(&received(NOMS)), "conflict");
        }
    }
}

#[test]
fn an_operator_settles_whose_a_prison_number_is_and_the_estate_does_not_undo_it() {
    for (wrong, right) in [("X800001", "X800002"), ("X800002", "X800001")] {
        let queue = Queue::new();
        queue.one(&with_noms(registration("X800001", "1"), NOMS));
        queue.one(&with_noms(registration("X800002", "2"), NOMS));
        let scheme = if wrong == "X800001" { "noms" } else { "noms_claimed" };
        queue.store.unidentify(&queue.by, queue.case(wrong), scheme).unwrap();
        assert_eq!(queue.name_of(&received(NOMS)), "recorded");
        assert_eq!((custody(&queue, wrong), custody(&queue, right)), (0, 1));
        assert_eq!(queue.name_of(&with_noms(registration(wrong, "8"), NOMS)), "recorded");
        assert_eq!(queue.name_of(&received(NOMS)), "known");
    }
}

#[test]
fn two_prison_numbers_that_became_one_are_claimed_by_whoever_has_them() {
    let queue = Queue::new();
    queue.one(&with_noms(registration("X800001", "1"), NOMS));
    queue.one(&with_noms(registration("X800002", "2"), "A2222AA"));
    let mut merged = received("A2222AA");
    merged["eventType"] = json!("prison-offender-events.prisoner.merged");
    merged["additionalInformation"] = json!({"nomsNumber": "A2222AA", "removedNomsNumber": NOMS, "reason": "MERGE"});
    assert_eq!(queue.name_of(&merged), "conflict");
    assert_eq!(queue.name_of(&received("A2222AA")), "conflict");
    let waited = queue.one(&merge("X800001", "X800002")).waited;
    assert_eq!(waited.len(), 2, "both waited until it was settled: {waited:?}");
    assert_eq!(queue.name_of(&merged), "instructed");
    assert_eq!(queue.name_of(&received("A2222AA")), "known");
}

#[test]
fn without_a_store_a_contested_prison_number_is_named_too() {
    let [one, other] = [with_noms(registration("X800001", "1"), NOMS), with_noms(registration("X800002", "2"), NOMS)];
    for messages in [json!([one, other, received(NOMS)]), json!([received(NOMS), other, one])] {
        let mut logs = Logs::default();
        let import = logs.deliver(&importer(), Given::Messages(messages.to_string().as_bytes()));
        assert_eq!(import.report.counts.get("conflict"), Some(&3), "{:?}", import.report);
        assert!(import.records.iter().all(|r| r.kind() != Some(Kind::CustodyEntered)));
        assert_eq!(import.records.len(), 4);
    }
}

#[test]
fn an_erasure_that_cannot_be_done_says_what_remains() {
    let mut queue = Queue::new();
    let given = Arc::new(AtomicBool::new(true));
    let keys = |given: Arc<AtomicBool>| Options {
        keys: Some(Box::new(move |_| given.load(Ordering::SeqCst).then_some([9; 32]))),
        ..Options::default()
    };
    let place = queue.folder.path().join("locked.risk").display().to_string();
    queue.store = Store::create(&place, keys(Arc::clone(&given))).unwrap();
    queue.one(&registration("X800001", "1"));
    queue.one(&registration("X800002", "2"));
    queue.one(&merge("X800001", "X800002"));
    // Read by one that has no keys.
    given.store(false, Ordering::SeqCst);
    queue.store = Store::open(&place, keys(Arc::clone(&given))).unwrap();
    let report = queue.one(&gdpr("X800002"));
    let Outcome::NotDone { why, .. } = &report.messages[0].outcome else { panic!("{report:?}") };
    assert!(why.starts_with("nothing of the person was erased") && why.contains("the key"), "{why}");
    assert_eq!(report.not_done.len(), 1);
    given.store(true, Ordering::SeqCst);
    assert_eq!(left(&queue.store, &queue, queue.case("X800001")).len(), 2);
    assert_eq!(queue.name_of(&gdpr("X800002")), "instructed");
}

#[test]
fn what_was_recorded_of_the_person_under_another_crn_and_moved_goes_too() {
    let queue = Queue::new();
    let requirement = json!({"requirementId": "5", "eventNumber": "1", "requirementMainType": "Court - Accredited Programme", "requirementSubType": "Building Better Relationships"});
    let recorded = queue.one(&message("probation-case.requirement.created", "X800001", &requirement));
    assert_eq!(outcome(&recorded), "recorded", "{recorded:?}");
    queue.one(&registration("X800001", "1"));
    let moved =
        json!({"sourceCRN": "X800001", "targetCRN": "X800002", "sourceEventNumber": "1", "targetEventNumber": "1"});
    assert_eq!(queue.name_of(&message("probation-case.sentence.moved", "X800002", &moved)), "recorded");
    assert_eq!(queue.name_of(&gdpr("X800002")), "instructed");
    let log = queue.store.log(&queue.by, queue.case("X800001")).unwrap();
    let erased: Vec<Kind> =
        log.records().iter().filter(|r| r.payload == Payload::Erased).filter_map(Record::kind).collect();
    assert_eq!(erased, [Kind::RequirementImposed], "the wrong person's own records stay");
    assert!(queue.store.verify(None, |_| ()).unwrap().is_intact());
}
