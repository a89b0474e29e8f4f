//! What a movement into or out of prison makes: by the code of its reason, and only then by what the prison takes it for.

use risk_core::event::Kind;
use risk_hmpps::codes::{Codes, Movement};
use risk_hmpps::import::Given;
use risk_hmpps::people::CaseMap;
use risk_hmpps::report::{Import, Outcome};
use serde_json::{Value, json};

use crate::{Logs, importer, key};

fn moved(which: &str, info: &Value) -> Import {
    let message = json!({"eventType": format!("prison-offender-events.prisoner.{which}"), "version": 1,
        "occurredAt": "2026-06-14T09:06:52Z", "additionalInformation": info,
        "personReference": {"identifiers": [{"type": "NOMS", "value": "A9012ZZ"}]}});
    let mut logs = Logs { prison_numbers_known: true, ..Logs::default() };
    logs.deliver(&importer(), Given::Messages(message.to_string().as_bytes()))
}

fn out(code: &str, reason: &str) -> Import {
    moved("released", &json!({"nomisMovementReasonCode": code, "reason": reason}))
}

fn kinds(import: &Import) -> Vec<Kind> {
    import.records.iter().map(|r| r.event().unwrap().kind()).collect()
}

fn outcome(import: &Import) -> &'static str {
    import.report.messages[0].outcome.name()
}

/// The codes of a meaning.
fn codes_of(movement: Movement) -> Vec<String> {
    let codes = Codes::embedded().unwrap();
    codes.movements().filter(|m| m.movement == movement).map(|m| m.code.clone()).collect()
}

/// The prison takes every movement of the type `REL` for a release, whatever its reason is.
#[test]
fn only_a_code_that_says_so_is_a_release() {
    use Movement as M;
    for movement in [
        M::Released,
        M::TemporaryAbsence,
        M::Appointment,
        M::Escorted,
        M::Court,
        M::Transferred,
        M::Hospital,
        M::ImmigrationDetention,
        M::Removed,
        M::Died,
        M::Administrative,
        M::Escaped,
        M::Admitted,
        M::Recalled,
        M::Returned,
        M::Recaptured,
    ] {
        let codes = codes_of(movement);
        assert!(!codes.is_empty(), "{movement:?}");
        for code in codes {
            let import = out(&code, "RELEASED");
            let (made, end): (&[Kind], &str) = match movement {
                M::Released => (&[Kind::ReleasedFromCustody], "recorded"),
                M::Escaped => (&[Kind::WhereaboutsUnknown], "recorded"),
                M::Died => (&[Kind::PersonDied], "recorded"),
                M::TemporaryAbsence => (&[Kind::TemporaryReleaseStarted], "recorded"),
                M::Hospital | M::ImmigrationDetention | M::Removed | M::Administrative => (&[], "nothing"),
                _ => (&[], "needed"),
            };
            assert_eq!((kinds(&import).as_slice(), outcome(&import)), (made, end), "{code} {movement:?}");
            let contradicts = movement == M::TemporaryAbsence;
            assert_eq!(import.report.messages[0].notes.len(), usize::from(contradicts), "{code}");
        }
    }
}

#[test]
fn a_code_of_each_meaning_is_what_it_is_known_for() {
    let codes = Codes::embedded().unwrap();
    for (code, movement) in [
        ("CR", Movement::Released),
        ("HR", Movement::Released),
        ("PX", Movement::Released),
        ("BL", Movement::Released),
        ("ECSL", Movement::Released),
        ("DEC", Movement::Died),
        ("HP", Movement::Hospital),
        ("HO", Movement::Hospital),
        ("HQ", Movement::Hospital),
        ("DD", Movement::Removed),
        ("DL", Movement::Removed),
        ("EX", Movement::Removed),
        ("ETR", Movement::Removed),
        ("DEIRC", Movement::ImmigrationDetention),
        ("NOTR", Movement::Transferred),
        ("TRNCRT", Movement::Transferred),
        ("CRT", Movement::Court),
        ("SENT", Movement::Court),
        ("MRG", Movement::Administrative),
        ("16", Movement::TemporaryAbsence),
        ("RO", Movement::TemporaryAbsence),
        ("C3", Movement::TemporaryAbsence),
        ("5", Movement::Appointment),
        ("C5", Movement::Appointment),
        ("C6", Movement::Appointment),
        ("F4", Movement::TemporaryAbsence),
        ("R2", Movement::TemporaryAbsence),
        ("SE", Movement::Escorted),
        ("UAL", Movement::Escaped),
        ("UAL_ECL", Movement::Escaped),
        ("ESCP", Movement::Escaped),
        ("N", Movement::Admitted),
        ("L", Movement::Recalled),
        ("B", Movement::Recalled),
        ("24", Movement::Recalled),
        ("RECA", Movement::Recaptured),
        ("H", Movement::Returned),
    ] {
        assert_eq!(codes.movement(code).unwrap().movement, movement, "{code}");
        assert_eq!(codes.movement(&format!(" {} ", code.to_lowercase())).unwrap().movement, movement, "{code}");
    }
}

#[test]
fn an_unknown_code_is_unmapped_whatever_the_prison_takes_it_for() {
    for code in ["ZZ", "CR2", "DECD", "CR;DROP", "0", "R E L"] {
        for (which, reason) in [("released", "RELEASED"), ("released", ""), ("received", "ADMISSION")] {
            let import = moved(which, &json!({"nomisMovementReasonCode": code, "reason": reason}));
            assert!(import.records.is_empty(), "{code}");
            match &import.report.messages[0].outcome {
                Outcome::Unmapped { table: "movements", code: named, .. } => {
                    assert!(named == code || named == &format!("text of {} characters", code.len()), "{named}");
                }
                other => panic!("{code}: {other:?}"),
            }
        }
    }
    let report = serde_json::to_value(&out("ZZ", "RELEASED").report).unwrap();
    let reported = &report["messages"][0];
    assert_eq!(
        (&reported["outcome"], &reported["table"], &reported["code"]),
        (&json!("unmapped"), &json!("movements"), &json!("ZZ"))
    );
    assert!(reported["what"].as_str().unwrap().contains("movement"));
}

#[test]
fn a_code_with_characters_that_are_not_seen_is_no_code() {
    for code in ["CR\u{200b}", "C\u{ad}R", "\u{202e}RC", "C\u{a0}R", "UAL\u{feff}", "CR\u{7}", "C\tR"] {
        let import = out(code, "RELEASED");
        assert_eq!((kinds(&import).len(), outcome(&import)), (0, "unreadable"), "{code:?}");
    }
    let import = out("CR", "RELEASED\u{200b}");
    assert_eq!((kinds(&import).len(), outcome(&import)), (0, "unreadable"));
    assert_eq!(kinds(&out(" cr ", "released")), [Kind::ReleasedFromCustody]);
}

#[test]
fn where_code_and_reason_contradict_each_other_the_person_counts_as_at_liberty_only_by_the_code() {
    for reason in ["SENT_TO_COURT", "TRANSFERRED", "TEMPORARY_ABSENCE_RELEASE", "RELEASED_TO_HOSPITAL", "SOMETHING_NEW"]
    {
        for (code, kind) in [("CR", Kind::ReleasedFromCustody), ("UAL", Kind::WhereaboutsUnknown)] {
            let import = out(code, reason);
            assert_eq!(kinds(&import), [kind], "{code} {reason}");
            assert_eq!(import.report.messages[0].notes.len(), 1, "{code} {reason}");
        }
        let died = out("DEC", reason);
        // A reason that nobody knows contradicts nothing.
        let is_known = reason != "SOMETHING_NEW";
        let expected = if is_known { (0, "needed", 0) } else { (1, "recorded", 1) };
        assert_eq!((kinds(&died).len(), outcome(&died), died.report.messages[0].notes.len()), expected, "{reason}");
        assert!(is_known || kinds(&died) == [Kind::PersonDied]);
    }
    for (code, reason) in
        [("TAP", "ADMISSION"), ("TAP", "TRANSFERRED"), ("C3", "RETURN_FROM_COURT"), ("TAP", "SOMETHING_NEW")]
    {
        let import = moved("received", &json!({"nomisMovementReasonCode": code, "reason": reason}));
        assert_eq!((kinds(&import).len(), outcome(&import)), (0, "needed"), "{code} {reason}");
    }
    for (code, reason, end) in [
        ("NOTR", "TRANSFERRED", "nothing"),
        ("CRT", "SENT_TO_COURT", "nothing"),
        ("PC", "TEMPORARY_ABSENCE_RELEASE", "nothing"),
        ("NOTR", "RELEASED_TO_HOSPITAL", "needed"),
        ("L", "RELEASED", "needed"),
        ("HO", "SENT_TO_COURT", "needed"),
    ] {
        let import = out(code, reason);
        assert_eq!((kinds(&import).len(), outcome(&import)), (0, end), "{code} {reason}");
    }
    // For a time or for good: victims and children are to be kept safe today.
    for (reason, notes) in [("TEMPORARY_ABSENCE_RELEASE", 0), ("TRANSFERRED", 1), ("RELEASED", 1)] {
        let import = out("16", reason);
        assert_eq!(kinds(&import), [Kind::TemporaryReleaseStarted], "{reason}");
        assert_eq!(import.report.messages[0].notes.len(), notes, "{reason}");
    }
    assert_eq!(kinds(&out("DEC", "RELEASED")), [Kind::PersonDied]);
}

/// The reasons of the prison that say nothing against a code of that meaning: out of prison, and into it.
fn fitting(movement: Movement) -> [&'static [&'static str]; 2] {
    use Movement as M;
    match movement {
        M::Released | M::Escaped | M::Died | M::Removed => [&["RELEASED"], &[]],
        M::TemporaryAbsence => [&["TEMPORARY_ABSENCE_RELEASE"], &["TEMPORARY_ABSENCE_RETURN"]],
        M::Appointment => [&["TEMPORARY_ABSENCE_RELEASE", "TRANSFERRED"], &["TEMPORARY_ABSENCE_RETURN", "TRANSFERRED"]],
        M::Escorted => [
            &["SENT_TO_COURT", "TRANSFERRED", "TEMPORARY_ABSENCE_RELEASE"],
            &["TEMPORARY_ABSENCE_RETURN", "TRANSFERRED", "RETURN_FROM_COURT"],
        ],
        M::Court | M::Transferred => [
            &["SENT_TO_COURT", "TRANSFERRED", "TEMPORARY_ABSENCE_RELEASE"],
            &["TRANSFERRED", "RETURN_FROM_COURT", "POST_MERGE_ADMISSION"],
        ],
        M::Hospital => [&["RELEASED", "RELEASED_TO_HOSPITAL", "TRANSFERRED"], &[]],
        M::ImmigrationDetention => [&["RELEASED", "TRANSFERRED"], &[]],
        M::Administrative => {
            [&["RELEASED", "TRANSFERRED"], &["TRANSFERRED", "RETURN_FROM_COURT", "POST_MERGE_ADMISSION"]]
        }
        M::Admitted | M::Recalled | M::Recaptured => {
            [&[], &["ADMISSION", "NEW_ADMISSION", "READMISSION", "READMISSION_SWITCH_BOOKING"]]
        }
        M::Returned => [
            &[],
            &["ADMISSION", "NEW_ADMISSION", "READMISSION", "READMISSION_SWITCH_BOOKING", "TEMPORARY_ABSENCE_RETURN"],
        ],
    }
}

#[test]
fn a_code_and_a_reason_that_contradict_each_other_never_come_to_nothing() {
    let out_of =
        ["RELEASED", "SENT_TO_COURT", "TRANSFERRED", "TEMPORARY_ABSENCE_RELEASE", "RELEASED_TO_HOSPITAL", "NEW"];
    let into = [
        "ADMISSION",
        "NEW_ADMISSION",
        "READMISSION",
        "READMISSION_SWITCH_BOOKING",
        "TRANSFERRED",
        "RETURN_FROM_COURT",
        "TEMPORARY_ABSENCE_RETURN",
        "POST_MERGE_ADMISSION",
        "NEW",
    ];
    for of in Codes::embedded().unwrap().movements() {
        let [fits_out, fits_into] = fitting(of.movement);
        for (which, reasons, fits) in [("released", &out_of[..], fits_out), ("received", &into[..], fits_into)] {
            for reason in reasons.iter().filter(|reason| !fits.contains(reason)) {
                let import = moved(which, &json!({"nomisMovementReasonCode": of.code, "reason": reason}));
                let reported = &import.report.messages[0];
                match &reported.outcome {
                    Outcome::Needed { what, .. } => {
                        assert!(what.contains(&of.code) && what.contains(reason), "{what}");
                    }
                    // At liberty by the code: recorded, with a note.
                    Outcome::Recorded { .. } => assert_eq!(reported.notes.len(), 1, "{which} {} {reason}", of.code),
                    other => panic!("{which} {} {reason}: {other:?}", of.code),
                }
            }
            for reason in fits {
                let import = moved(which, &json!({"nomisMovementReasonCode": of.code, "reason": reason}));
                assert_ne!(outcome(&import), "needed", "{which} {} {reason}", of.code);
                assert!(import.report.messages[0].notes.is_empty(), "{which} {} {reason}", of.code);
            }
        }
    }
}

#[test]
fn without_a_code_the_reason_decides_and_without_both_somebody_looks_it_up() {
    let out = |reason: &str| moved("released", &json!({ "reason": reason }));
    let into = |reason: &str| moved("received", &json!({ "reason": reason }));
    let recalled = moved("received", &json!({ "reason": "UNKNOWN", "probableCause": "RECALL" }));
    for (import, kind) in [
        (out("RELEASED"), Kind::ReleasedFromCustody),
        (out("TEMPORARY_ABSENCE_RELEASE"), Kind::TemporaryReleaseStarted),
        (into("ADMISSION"), Kind::CustodyEntered),
        (into("TEMPORARY_ABSENCE_RETURN"), Kind::TemporaryReleaseEnded),
        (recalled, Kind::CustodyEntered),
    ] {
        assert_eq!(kinds(&import), [kind]);
        let notes = &import.report.messages[0].notes;
        assert!(notes.len() == 1 && notes[0].contains("no code of the movement's reason"), "{kind}: {notes:?}");
    }
    for (reason, end) in [
        ("SENT_TO_COURT", "nothing"),
        ("RELEASED_TO_HOSPITAL", "nothing"),
        ("UNKNOWN", "needed"),
        ("SOMETHING_NEW", "needed"),
        ("", "needed"),
    ] {
        assert_eq!((kinds(&out(reason)).len(), outcome(&out(reason))), (0, end), "{reason}");
    }
}

#[test]
fn coming_into_prison_is_custody_only_where_the_code_says_so() {
    let into =
        |code: &str, reason: &str| moved("received", &json!({"nomisMovementReasonCode": code, "reason": reason}));
    for code in ["N", "V", "I", "L", "B", "24", "RECA"] {
        let import = into(code, "ADMISSION");
        assert_eq!(kinds(&import), [Kind::CustodyEntered], "{code}");
        assert_eq!(import.records[0].source.agency.to_string(), "prison");
    }
    for code in ["A", "H", "R", "U"] {
        let mut late = kinds(&into(code, "ADMISSION"));
        late.sort_unstable();
        assert_eq!(late, [Kind::CustodyEntered, Kind::TemporaryReleaseEnded], "{code}");
        assert_eq!(kinds(&into(code, "TEMPORARY_ABSENCE_RETURN")), [Kind::TemporaryReleaseEnded], "{code}");
    }
    for (code, reason, end) in [
        ("INT", "TRANSFERRED", "nothing"),
        ("S", "TRANSFERRED", "nothing"),
        ("S", "ADMISSION", "needed"),
        ("CRT", "RETURN_FROM_COURT", "nothing"),
        ("C3", "TEMPORARY_ABSENCE_RETURN", "recorded"),
        ("C5", "TEMPORARY_ABSENCE_RETURN", "nothing"),
        ("SE", "TEMPORARY_ABSENCE_RETURN", "nothing"),
        ("ADMN", "ADMISSION", "needed"),
        ("L", "TRANSFERRED", "needed"),
        ("CR", "ADMISSION", "needed"),
        ("DEC", "ADMISSION", "needed"),
        ("HP", "ADMISSION", "needed"),
        ("ETR", "ADMISSION", "needed"),
        ("", "ADMISSION", "recorded"),
        ("", "RETURN_FROM_COURT", "nothing"),
        ("", "", "needed"),
    ] {
        let import = into(code, reason);
        assert_eq!((kinds(&import).is_empty(), outcome(&import)), (end != "recorded", end), "{code} {reason}");
    }
}

#[test]
fn a_table_of_the_host_adds_codes_and_moves_them_and_one_code_has_one_meaning() {
    let own =
        "[movement.died]\nXD = \"Died elsewhere\"\nHP = \"Died in hospital\"\n[movement.released]\nxr = \"Let go\"\n";
    let codes = Codes::embedded().unwrap().with("own.toml", own).unwrap();
    assert_eq!(codes.movement("HP").unwrap().movement, Movement::Died);
    assert_eq!(codes.movement("XR").unwrap().movement, Movement::Released);
    let importer = risk_hmpps::import::Importer::new(codes, key(), CaseMap::default());
    let message = json!({"eventType": "prison-offender-events.prisoner.released", "occurredAt": "2026-06-14T09:06:52Z",
        "additionalInformation": {"nomisMovementReasonCode": "XR", "reason": "RELEASED", "nomsNumber": "A9012ZZ"}});
    let mut logs = Logs { prison_numbers_known: true, ..Logs::default() };
    let import = logs.deliver(&importer, Given::Messages(message.to_string().as_bytes()));
    assert_eq!(kinds(&import), [Kind::ReleasedFromCustody]);

    let twice = "[movement.died]\nXX = \"One\"\n[movement.court]\nxx = \"Another\"\n";
    let refused = Codes::embedded().unwrap().with("own.toml", twice).unwrap_err().to_string();
    assert!(refused.contains("found in court and died") || refused.contains("found in died and court"), "{refused}");
    let unknown = Codes::embedded().unwrap().with("own.toml", "[movement.freed]\nXX = \"One\"\n").unwrap_err();
    assert!(unknown.to_string().contains("released"), "{unknown}");
}

/// The messages of one person, each with its hour of one day and what it says, given in that order.
fn of_one_day(messages: &[(u32, &str, Value)]) -> (Vec<Kind>, Vec<Import>) {
    let mut logs = Logs { prison_numbers_known: true, ..Logs::default() };
    let imports: Vec<Import> = messages
        .iter()
        .map(|(hour, which, info)| {
            let message = json!({"eventType": format!("prison-offender-events.prisoner.{which}"), "version": 1,
                "occurredAt": format!("2026-06-14T{hour:02}:06:52Z"), "additionalInformation": info,
                "personReference": {"identifiers": [{"type": "NOMS", "value": "A9012ZZ"}]}});
            logs.deliver(&importer(), Given::Messages(message.to_string().as_bytes()))
        })
        .collect();
    let mut records: Vec<_> = imports.iter().flat_map(|import| &import.records).collect();
    records.sort_by_key(|r| (r.occurred_at, r.kind()));
    (records.into_iter().filter_map(risk_core::log::Record::kind).collect(), imports)
}

fn code(code: &str, reason: &str) -> Value {
    json!({"nomisMovementReasonCode": code, "reason": reason})
}

#[test]
fn an_absence_has_a_beginning_and_an_end_and_an_appointment_neither() {
    let absence = [
        (9, "released", code("16", "TEMPORARY_ABSENCE_RELEASE")),
        (17, "received", code("16", "TEMPORARY_ABSENCE_RETURN")),
    ];
    let (made, _) = of_one_day(&absence);
    assert_eq!(made, [Kind::TemporaryReleaseStarted, Kind::TemporaryReleaseEnded]);
    let [away, back] = absence;
    assert_eq!(of_one_day(&[back, away]).0, made, "in any order");

    for appointment in ["C5", " c5 ", "5", "C6"] {
        let (made, imports) = of_one_day(&[
            (9, "released", code(appointment, "TEMPORARY_ABSENCE_RELEASE")),
            (11, "received", code(appointment, "TEMPORARY_ABSENCE_RETURN")),
        ]);
        assert!(made.is_empty(), "{appointment}");
        let report = serde_json::to_value(&imports[0].report).unwrap();
        let why = report["messages"][0]["why"].as_str().unwrap();
        assert!(why.contains("temporary_release_started if the person goes there alone"), "{why}");
    }
    // A prison that calls it a release contradicts itself: a person looks.
    assert_eq!(outcome(&out("C5", "RELEASED")), "needed");
}

#[test]
fn released_and_back_in_custody_on_one_day_are_two_records_and_so_are_two_absences() {
    let (made, _) = of_one_day(&[(9, "released", code("CR", "RELEASED")), (15, "received", code("L", "ADMISSION"))]);
    assert_eq!(made, [Kind::ReleasedFromCustody, Kind::CustodyEntered]);
    let (made, _) = of_one_day(&[
        (8, "released", code("R2", "TEMPORARY_ABSENCE_RELEASE")),
        (12, "received", code("R2", "TEMPORARY_ABSENCE_RETURN")),
        (13, "released", code("R3", "TEMPORARY_ABSENCE_RELEASE")),
        (19, "received", code("R3", "TEMPORARY_ABSENCE_RETURN")),
    ]);
    let both = [Kind::TemporaryReleaseStarted, Kind::TemporaryReleaseEnded];
    assert_eq!(made, [both, both].concat());
}

#[test]
fn a_release_and_a_death_of_one_moment_are_both_recorded_and_the_later_message_says_so() {
    let (released, died) = (code("CR", "RELEASED"), code("DEC", "RELEASED"));
    for [one, other] in [[released.clone(), died.clone()], [died, released]] {
        let (made, imports) = of_one_day(&[(9, "released", one), (9, "released", other)]);
        assert_eq!(made, [Kind::ReleasedFromCustody, Kind::PersonDied]);
        assert!(imports[0].report.messages[0].notes.is_empty());
        assert_eq!(imports[1].report.messages[0].notes.len(), 1);
    }
}

#[test]
fn what_comes_of_a_person_who_has_died_is_recorded_with_a_note() {
    let crn = |event: &str, at: &str, info: Value| {
        json!({"eventType": event, "occurredAt": at, "additionalInformation": info,
            "personReference": {"identifiers": [{"type": "CRN", "value": "X800012"}, {"type": "NOMS", "value": "A9012ZZ"}]}})
    };
    let registered = |at: &str| {
        let info = json!({"registrationId": "7", "registerTypeCode": "ADVP", "registrationDate": at, "createdDateAndTime": at});
        crn("probation-case.registration.added", at, info)
    };
    let died = crn("prison-offender-events.prisoner.released", "2026-06-14T09:06:52Z", code("DEC", "RELEASED"));
    let notes = |messages: &[Value]| {
        let import = Logs::default().deliver(&importer(), Given::Messages(json!(messages).to_string().as_bytes()));
        let noted = |m: &risk_hmpps::report::MessageReport| m.notes.iter().any(|n| n.contains("died on 2026-06-14"));
        import.report.messages.iter().map(noted).collect::<Vec<_>>()
    };
    let (earlier, later) = (registered("2026-06-13T10:00:00Z"), registered("2026-06-15T10:00:00Z"));
    assert_eq!(notes(&[died.clone(), later.clone()]), [false, true]);
    assert_eq!(notes(&[later, died.clone()]), [true, false], "in any order");
    assert_eq!(notes(&[died.clone(), earlier]), [false, false]);
    let ended = crn("probation-case.sentence.terminated", "2026-06-20T10:00:00Z", json!({"eventNumber": "1"}));
    assert_eq!(notes(&[died, ended]), [false, false], "the end of the sentence is to be expected");
}

#[test]
fn a_spell_in_prison_that_was_moved_is_looked_up_where_something_of_it_is_on_record() {
    let booking = |which: &str, info: Value| {
        json!({"eventType": format!("prison-offender-events.prisoner.booking.{which}"), "occurredAt": "2026-06-20T09:06:52Z",
            "additionalInformation": info, "personReference": {"identifiers": [{"type": "NOMS", "value": "A9013ZZ"}]}})
    };
    let moved = |started: &str| {
        booking(
            "moved",
            json!({"bookingId": 7, "movedFromNomsNumber": "a9012zz", "movedToNomsNumber": "A9013ZZ", "bookingStartDateTime": started}),
        )
    };
    let known = |noms: &str, crn: &str| {
        json!({"eventType": "probation-case.prison-identifier.added", "occurredAt": "2026-06-01T09:06:52Z",
            "personReference": {"identifiers": [{"type": "CRN", "value": crn}, {"type": "NOMS", "value": noms}]}})
    };
    let released = json!({"eventType": "prison-offender-events.prisoner.released", "occurredAt": "2026-06-14T09:06:52Z",
        "additionalInformation": code("CR", "RELEASED"), "personReference": {"identifiers": [{"type": "NOMS", "value": "A9012ZZ"}]}});
    let last = |messages: &[Value]| {
        let import = Logs::default().deliver(&importer(), Given::Messages(json!(messages).to_string().as_bytes()));
        let reported =
            serde_json::to_value(&import.report).unwrap()["messages"].as_array().unwrap().last().unwrap().clone();
        (reported["outcome"].as_str().unwrap().to_owned(), reported["reason"].as_str().unwrap().to_owned())
    };
    let (one, other) = (known("A9012ZZ", "X800012"), known("A9013ZZ", "X800013"));
    let needed = ("needed".to_owned(), "to_look_up".to_owned());
    let not_held = ("nothing".to_owned(), "not_held".to_owned());
    let before = "2026-01-01T00:00:00";
    assert_eq!(last(&[one.clone(), other.clone(), released.clone(), moved(before)]), needed);
    assert_eq!(last(&[one.clone(), released.clone(), moved(before)]), needed, "whoever it belongs to");
    assert_eq!(last(&[one.clone(), other.clone(), released.clone(), moved("2026-06-18T00:00:00")]), not_held);
    assert_eq!(last(&[one.clone(), other.clone(), moved(before)]), not_held);
    assert_eq!(last(&[moved(before)]), not_held);
    let deleted = |noms: &str| booking("deleted", json!({"bookingId": 7, "nomsNumber": noms}));
    assert_eq!(last(&[other, deleted("A9013ZZ")]), not_held);
    let same = json!({"eventType": "prison-offender-events.prisoner.booking.deleted", "occurredAt": "2026-06-20T09:06:52Z",
        "additionalInformation": {"bookingId": 7}, "personReference": {"identifiers": [{"type": "NOMS", "value": "A9012ZZ"}]}});
    assert_eq!(last(&[one, released, same]), needed);
}
