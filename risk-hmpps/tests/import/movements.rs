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
        ("SE", Movement::Escorted),
        ("UAL", Movement::Escaped),
        ("UAL_ECL", Movement::Escaped),
        ("ESCP", Movement::Escaped),
        ("N", Movement::Admitted),
        ("L", Movement::Recalled),
        ("B", Movement::Recalled),
        ("24", Movement::Recalled),
        ("RECA", Movement::Returned),
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
    let told = &report["messages"][0];
    assert_eq!(
        (&told["outcome"], &told["table"], &told["code"]),
        (&json!("unmapped"), &json!("movements"), &json!("ZZ"))
    );
    assert!(told["what"].as_str().unwrap().contains("movement"));
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
        assert_eq!((kinds(&died).len(), outcome(&died)), (0, "needed"), "{reason}");
    }
    for (code, reason, end) in [
        ("NOTR", "TRANSFERRED", "nothing"),
        ("CRT", "SENT_TO_COURT", "nothing"),
        ("PC", "TEMPORARY_ABSENCE_RELEASE", "nothing"),
        ("NOTR", "RELEASED_TO_HOSPITAL", "needed"),
        ("L", "RELEASED", "needed"),
        ("HO", "SENT_TO_COURT", "nothing"),
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

#[test]
fn without_a_code_the_reason_decides_and_without_both_somebody_looks_it_up() {
    let out = |reason: &str| moved("released", &json!({ "reason": reason }));
    assert_eq!(kinds(&out("RELEASED")), [Kind::ReleasedFromCustody]);
    assert_eq!(kinds(&out("TEMPORARY_ABSENCE_RELEASE")), [Kind::TemporaryReleaseStarted]);
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
    for code in ["N", "V", "I", "L", "B", "24", "RECA", "A"] {
        let import = into(code, "ADMISSION");
        assert_eq!(kinds(&import), [Kind::CustodyEntered], "{code}");
        assert_eq!(import.records[0].source.agency.to_string(), "prison");
    }
    for (code, reason, end) in [
        ("INT", "TRANSFERRED", "nothing"),
        ("S", "ADMISSION", "nothing"),
        ("CRT", "RETURN_FROM_COURT", "nothing"),
        ("C3", "TEMPORARY_ABSENCE_RETURN", "nothing"),
        ("ADMN", "ADMISSION", "nothing"),
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
