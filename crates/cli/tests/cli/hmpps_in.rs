//! What the services of the estate send, at a terminal.

use std::fs;

use serde_json::{Value, json};
use tempfile::TempDir;

use crate::case::private_file;
use crate::command::{Ran, risk, risk_reading};

/// A folder with a secret in it.
fn folder() -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    private_file(folder.path().join("key"), "a secret that only these tests know");
    folder
}

fn file(folder: &TempDir, name: &str, text: &str) -> String {
    let path = folder.path().join(name);
    private_file(&path, text);
    path.display().to_string()
}

fn import(folder: &TempDir, delivery: &str, more: &[&str]) -> Ran {
    let key = folder.path().join("key").display().to_string();
    risk_reading(delivery, ["hmpps", "import", "-", "--key-file", &key].into_iter().chain(more.iter().copied()))
}

fn message(event_type: &str, info: &Value) -> String {
    json!({"eventType": event_type, "occurredAt": "2026-06-14T09:06:52Z", "additionalInformation": info,
        "detailUrl": "https://example.invalid/a/rather/long/address/that/nobody/should/have/to/put/together?again=1",
        "personReference": {"identifiers": [{"type": "CRN", "value": "X800001"}]}})
    .to_string()
}

fn registration() -> String {
    message(
        "probation-case.registration.added",
        &json!({"registrationId": "1", "registerTypeCode": "RHRH", "registrationDate": "2026-06-14"}),
    )
}

#[test]
fn records_go_to_standard_output_and_what_became_of_each_message_to_standard_error() {
    let folder = folder();
    let lines = [
        registration(),
        message("assessment.summary.produced", &json!({})),
        message("tier.calculation.complete", &json!({})),
    ];
    let ran = import(&folder, &lines.join("\n"), &[]);
    assert_eq!(ran.code, 0, "{}", ran.err);
    let record: Value = serde_json::from_str(&ran.out).unwrap();
    assert_eq!(record["data"], json!({"register": "risk_of_serious_harm", "level": "high"}));
    let expected = "\
3 messages and rows: 1 needed, 1 nothing, 1 recorded

To fetch, and to give again with what was fetched
  standard input:2 assessment.summary.produced
    https://example.invalid/a/rather/long/address/that/nobody/should/have/to/put/together?again=1
    the assessment is behind detailUrl: the levels, and whether it is complete
    the host of detailUrl is not on the list of detail hosts: never fetch it
    with credentials

No record was made of
  1 × tier.calculation.complete
    a tier says how much is to be spent on a case, not what harm is feared
";
    assert_eq!(ran.err, expected);
}

#[test]
fn an_address_in_a_message_is_to_be_fetched_with_credentials_on_a_named_host_only() {
    let folder = folder();
    let needed = message("assessment.summary.produced", &json!({}));
    let allowed = |hosts: &[&str]| {
        let report: Value =
            serde_json::from_str(&import(&folder, &needed, &[hosts, &["--report", "json"]].concat()).err).unwrap();
        report["messages"][0]["detail_url_listed"].clone()
    };
    assert_eq!(allowed(&[]), false);
    assert_eq!(allowed(&["--detail-host", "other.invalid"]), false);
    assert_eq!(allowed(&["--detail-host", "other.invalid", "--detail-host", "example.invalid"]), true);
    let text = import(&folder, &needed, &["--detail-host", "example.invalid"]).err;
    assert!(text.contains("https://example.invalid/") && !text.contains("credentials"), "{text}");
    import(&folder, &needed, &["--detail-host", "*.invalid"]).refused(&["--detail-host"]);
}

#[test]
fn what_is_held_is_not_made_again_and_the_report_can_be_json() {
    let folder = folder();
    let held = file(&folder, "held.jsonl", &import(&folder, &registration(), &[]).out);
    let again = import(&folder, &registration(), &["--held", &held, "--report", "json"]);
    let report: Value = serde_json::from_str(&again.err).unwrap();
    assert_eq!((again.out.as_str(), &report["counts"]), ("", &json!({"known": 1})));
    assert_eq!(report["schema"], "risk-hmpps-import/1");
}

#[test]
fn a_store_is_told_whose_case_it_is_and_answers_for_it() {
    let folder = folder();
    let store = folder.path().join("cases.risk").display().to_string();
    risk(["store", "init", "--store", &store]);
    let ran = import(&folder, &registration(), &["--store", &store, "--as", "queue"]);
    assert_eq!((ran.code, ran.out.as_str()), (0, ""), "{}", ran.err);
    let asked =
        ["assess", "crn:X800001", "--store", &store, "--as", "N07A001", "--audience", "manager", "--at", "2026-06-20"];
    let answer: Value = serde_json::from_str(&risk(asked.into_iter().chain(["--format", "json"])).fine()).unwrap();
    assert_eq!(answer["receipt"]["records"], 1);
}

#[test]
fn a_register_above_what_was_recorded_is_to_be_looked_at_and_says_so() {
    let folder = folder();
    let assessed = json!({"message": serde_json::from_str::<Value>(&message("assessment.summary.produced", &json!({}))).unwrap(),
        "fetched": {"dateCompleted": "2026-06-01T10:00:00", "assessmentStatus": "COMPLETE", "riskPublicCommunity": "Low",
            "riskChildrenCommunity": "Low", "riskKnownAdultCommunity": "Medium", "riskStaffCommunity": "Low"}});
    let log = file(&folder, "log.jsonl", &import(&folder, &format!("{}\n{assessed}", registration()), &[]).out);
    let page = risk(["hmpps", "reconcile", &log, "--at", "2026-06-20"]).fine();
    let expected =
        "\n  - Review RHRH, High RoH; next review 20 Dec 2026\n    It stands above what assessors recorded, medium.\n";
    assert!(page.contains(expected), "{page}");
}

#[test]
fn the_host_s_own_case_ids_and_tables_count() {
    let folder = folder();
    let case = "3f6c9a52-8c1e-4c3b-9c58-2f4f6f1d2a11";
    let map = file(&folder, "cases.csv", &format!("crn,case_id\nX800001,{case}\n"));
    let own = "[[event]]\ntype = \"our.own\"\ndoes = \"map\"\n[[event.case]]\nrecords = [{ kind = \"home_visit_completed\" }]\n";
    let codes = file(&folder, "own.toml", own);
    let ran = import(&folder, &message("our.own", &json!({})), &["--case-map", &map, "--codes", &codes]);
    let record: Value = serde_json::from_str(&ran.out).unwrap();
    assert_eq!((&record["case_id"], &record["kind"]), (&json!(case), &json!("home_visit_completed")));
}

#[test]
fn tables_are_read_beside_messages_or_alone() {
    let folder = folder();
    let contacts = file(
        &folder,
        "contacts.csv",
        "crn,type,date,outcome,created\nX800001,C369,2026-06-01,,2026-06-01T10:00:00\nX800001,ZZZ9,2026-06-01,,\n",
    );
    let key = folder.path().join("key").display().to_string();
    let ran = risk(["hmpps", "import", "--contacts", &contacts, "--key-file", &key]);
    assert!(ran.out.contains("information_requested"), "{}", ran.out);
    let expected = "Not in the tables\n  ";
    assert!(ran.err.contains(expected), "{}", ran.err);
    assert!(ran.err.contains("\n    the type of a contact: ZZZ9 is not in contacts\n"), "{}", ran.err);
    let shown = risk(["hmpps", "codes", "movements"]).fine();
    assert!(shown.contains("  DEC        Died\n    died\n"), "{shown}");
}

#[test]
fn what_cannot_be_read_is_told_and_the_rest_is_imported_with_exit_code_1() {
    let folder = folder();
    let ran = import(&folder, &format!("nonsense\n{}\n", registration()), &[]);
    assert_eq!((ran.code, ran.out.lines().count()), (1, 1));
    assert!(
        ran.err.contains(
            "Not readable\n  standard input:1\n    message: expected JSON, found something else at line 1 column 2 (expected\n    ident)"
        ),
        "{}",
        ran.err
    );
}

/// Imports a table of contacts.
fn import_contacts(folder: &TempDir, table: &[u8], more: &[&str]) -> Ran {
    let (table_file, key) = (folder.path().join("contacts.csv"), folder.path().join("key"));
    fs::write(&table_file, table).unwrap();
    let (table_file, key) = (table_file.display().to_string(), key.display().to_string());
    risk(["hmpps", "import", "--contacts", &table_file, "--key-file", &key].into_iter().chain(more.iter().copied()))
}

#[test]
fn a_row_that_cannot_be_read_is_counted_as_such_in_text_and_json_with_exit_code_1() {
    let folder = folder();
    let good = "X800001,C369,14/06/2024,,15/06/2024,";
    for (bad, field) in [
        (&b"X800001,C369,14-Jun-24,,15/06/2024,"[..], "date"),
        (b"X800001,C369,14/06/2024,,15/06/2024,victim\x92s", "column 6"),
        (b"X800001,C369,14/06/2024", "row"),
    ] {
        let table = [b"crn,type,date,outcome,created,notes\n", good.as_bytes(), b"\n", bad, b"\n"].concat();
        let ran = import_contacts(&folder, &table, &[]);
        assert_eq!((ran.code, ran.out.lines().count()), (1, 1), "{}", ran.err);
        assert!(ran.err.starts_with("2 messages and rows: 1 recorded, 1 unreadable\n\nNot readable\n"), "{}", ran.err);
        assert!(ran.err.contains(&format!("contacts.csv:3\n    {field}: expected")), "{}", ran.err);
        let report: Value = serde_json::from_str(&import_contacts(&folder, &table, &["--report", "json"]).err).unwrap();
        assert_eq!(report["counts"], json!({"recorded": 1, "unreadable": 1}));
        let place = json!([report["messages"][0]["place"], report["messages"][0]["outcome"]]);
        assert_eq!(place, json!([3, "unreadable"]));
    }
}

#[test]
fn a_table_that_says_in_another_word_or_column_what_is_sensitive_is_not_taken_for_one_that_does_not() {
    let folder = folder();
    let head = "crn,type,date,outcome,created";
    let row = "X800001,CHVS,2024-06-14,ATTC,2024-06-15";
    let ran = import_contacts(&folder, format!("{head},sensitive\n{row},T\n").as_bytes(), &[]);
    assert_eq!((ran.code, ran.out.as_str()), (1, ""));
    assert!(ran.err.contains("sensitive: expected yes (y, yes"), "{}", ran.err);
    import_contacts(&folder, format!("{head},sensitive_contact\n{row},Y\n").as_bytes(), &[])
        .refused(&["contacts.csv: sensitive_contact: expected the name `sensitive`"]);
    let ran = import_contacts(&folder, format!("\u{feff}{head},Sensitive\n{row},Yes\n").to_uppercase().as_bytes(), &[]);
    assert!(ran.code == 0 && ran.out.contains("\"handling\":\"restricted\""), "{} {}", ran.out, ran.err);
}

#[test]
fn of_two_levels_the_report_names_the_one_that_was_taken() {
    let folder = folder();
    let assessed = json!({"message": serde_json::from_str::<Value>(&message("assessment.summary.produced", &json!({}))).unwrap(),
        "fetched": {"riskInCommunity": {"HIGH": ["Known adult"], "LOW": ["Known Adult"]}, "assessedOn": "2024-06-10"}});
    let ran = import(&folder, &assessed.to_string(), &[]);
    assert!(ran.out.contains("\"known_adult\":\"high\""), "{}", ran.out);
    let told = "To be aware of\n  standard input:1 assessment.summary.produced\n    two levels for known_adult in the community";
    assert!(ran.err.contains(told), "{}", ran.err);
}

#[test]
fn an_address_of_a_message_is_not_to_be_trusted_unless_its_host_is_listed() {
    let folder = folder();
    let needed = message("assessment.summary.produced", &json!({}));
    let listed = import(&folder, &needed, &["--detail-host", "example.invalid"]);
    assert!(listed.err.contains("https://example.invalid/a") && !listed.err.contains("credentials"), "{}", listed.err);
    let json = |more: &[&str]| -> Value {
        let more: Vec<&str> = ["--report", "json"].iter().chain(more).copied().collect();
        serde_json::from_str(&import(&folder, &needed, &more).err).unwrap()
    };
    assert_eq!(json(&["--detail-host", "example.invalid"])["messages"][0]["detail_url_listed"], true);
    assert_eq!(json(&["--detail-host", "other.invalid"])["messages"][0]["detail_url_listed"], false);
    import(&folder, &needed, &["--detail-host", "https://example.invalid/"]).refused(&["--detail-host", "a host"]);
}

#[test]
fn what_cannot_be_used_is_refused_and_nothing_is_written() {
    let folder = folder();
    let short = file(&folder, "short", "hush");
    risk_reading("{}", ["hmpps", "import", "-", "--key-file", &short])
        .refused(&["short: the secret: expected at least 32 bytes"]);
    let table = file(&folder, "table.csv", "crn\n");
    let key = folder.path().join("key").display().to_string();
    risk(["hmpps", "import", "--contacts", &table, "--key-file", &key])
        .refused(&["table.csv: type: expected the columns crn, type"]);
    let codes = file(&folder, "codes.toml", "[[event]]\ntype = \"x\"\ndoes = \"mop\"\n");
    import(&folder, &registration(), &["--codes", &codes]).refused(&["codes.toml", "line 3", "unknown variant `mop`"]);
    let held = file(&folder, "held.jsonl", "{}\n");
    import(&folder, &registration(), &["--held", &held]).refused(&["held.jsonl:1", "event_id"]);
    let map = file(
        &folder,
        "map.csv",
        "case_id,crn,noms\n00000000-0000-4000-8000-000000000001,X800001,\n00000000-0000-4000-8000-000000000002,,\n",
    );
    import(&folder, &registration(), &["--case-map", &map])
        .refused(&["map.csv: line 3: crn: expected a CRN, a prison number"]);
    // Standard input is read once.
    let twice: [&[&str]; 4] = [
        &["hmpps", "import", "-", "--key-file", "-"],
        &["hmpps", "import", "/dev/stdin", "--key-file", "-"],
        &["hmpps", "import", "-", "--contacts", "-", "--key-file", &key],
        &["hmpps", "import", "-", "-", "--key-file", &key],
    ];
    for arguments in twice {
        risk_reading(&registration(), arguments.iter().copied()).refused(&["standard input for one input at most"]);
    }
}

#[test]
fn an_empty_delivery_is_no_messages_and_a_table_is_named_as_one() {
    let folder = folder();
    for empty in ["", "\n", "[]", "{\"Messages\": []}"] {
        let ran = import(&folder, empty, &[]);
        assert_eq!((ran.code, ran.out.as_str(), ran.err.trim()), (0, "", "no messages"), "{empty:?}");
    }
    let ran = import(&folder, "crn,type,date,outcome,created\nX800001,CHVS,2024-06-14,ATTC,2024-06-15\n", &[]);
    assert_eq!(ran.code, 1);
    assert!(ran.err.contains("1 message or row: 1 unreadable") && ran.err.contains("--contacts FILE"), "{}", ran.err);
}

#[test]
fn a_merge_that_waits_is_not_done_yet_and_an_erased_case_is_listed_as_such() {
    let folder = folder();
    let store = folder.path().join("cases.risk").display().to_string();
    risk(["store", "init", "--store", &store]);
    let at = ["--store", &store, "--as", "queue"];
    let merge = message("probation-case.merge.completed", &json!({"sourceCRN": "X800001", "targetCRN": "X800002"}));
    assert_eq!(import(&folder, &registration(), &at).code, 0);
    let waits = import(&folder, &merge, &at);
    assert_eq!(waits.code, 0, "{}", waits.err);
    assert!(waits.err.contains("not done: it waits for the other case"), "{}", waits.err);
    let gdpr = message("probation-case.deleted.gdpr", &json!({}));
    let erased = import(&folder, &gdpr, &["--erase", "--store", &store, "--as", "queue"]);
    assert_eq!(erased.code, 1, "what waited is erased, which is for a person: {}", erased.err);
    let listed = risk(["store", "cases", "--store", &store, "--as", "queue"]);
    assert!(listed.out.contains("erased by law on "), "{}", listed.out);
}

#[test]
fn the_tables_are_shown_with_their_source_and_date() {
    let page = risk(["hmpps", "codes", "registers"]).fine();
    assert!(page.contains("nDelius register types, as of 2022-12-31\n"), "{page}");
    assert!(
        page.contains("  RVHR     Very High RoH\n    review each 6 months; risk_of_serious_harm very_high\n"),
        "{page}"
    );
    let json: Value = serde_json::from_str(&risk(["hmpps", "codes", "contacts", "--format", "json"]).fine()).unwrap();
    assert!(json["contacts"].as_array().unwrap().iter().any(|c| c["code"] == "C369") && json["events"] == json!([]));
}

#[test]
fn every_table_that_a_report_names_is_shown_by_that_name() {
    let help = risk(["hmpps", "codes", "--help"]).fine();
    for (table, entry) in [
        ("registers", "RVHR"),
        ("levels", "RSKH\n    high\n"),
        ("categories", "M1\n    number 1\n"),
        ("events", "enforcement.breach.raised"),
        ("movements", "released"),
        ("requirements", "building better relationships"),
        ("licence_conditions", "exclusion"),
        ("contacts", "CHVS"),
        ("outcomes", "UAAB   Unacceptable Absence\n"),
    ] {
        assert!(help.contains(table), "{table}: {help}");
        let page = risk(["hmpps", "codes", table]).fine();
        assert!(page.contains(entry), "{table}: {page}");
        let json: Value = serde_json::from_str(&risk(["hmpps", "codes", table, "--format", "json"]).fine()).unwrap();
        assert!(!json[table].as_array().unwrap().is_empty(), "{table}");
        let all: Value = serde_json::from_str(&risk(["hmpps", "codes", "--format", "json"]).fine()).unwrap();
        assert_eq!(all[table], json[table], "{table}");
    }
    // One of the host's own is shown with them.
    let folder = folder();
    let codes = file(&folder, "codes.toml", "[outcome]\nZZ99 = \"Seen at the door\"\n");
    assert!(risk(["hmpps", "codes", "outcomes", "--codes", &codes]).fine().contains("ZZ99   Seen at the door\n"));
}

#[test]
fn what_is_no_id_and_no_table_is_refused_with_what_to_do() {
    let folder = folder();
    let key = folder.path().join("key").display().to_string();
    risk(["hmpps", "waiting", "--key-file", &key, "--discard", "nonsense"]).refused(&[
        "nonsense",
        "expected the id of a message that waits",
        "risk hmpps waiting",
    ]);
    for (text, found) in [
        ("code,description\nNS01,Visit\n", "codes.csv: line 1, column "),
        ("{\"contact\": []}\n", "codes.csv: line 1, column "),
        ("[[contakt]]\ncode = \"x\"\n", "unknown field `contakt`"),
    ] {
        let codes = file(&folder, "codes.csv", text);
        for command in [
            vec!["hmpps", "codes", "--codes", &codes],
            vec!["hmpps", "import", &codes, "--key-file", &key, "--codes", &codes],
        ] {
            risk(command).refused(&[found, "expected tables in TOML", "docs/hmpps.md", "risk hmpps codes"]);
        }
    }
}

#[test]
fn the_schema_of_a_report_knows_every_outcome_and_reason() {
    let schema = risk(["schema", "import"]).fine();
    for word in ["risk-hmpps-import/1", "unresolved", "claimed_twice", "park", "unmerge", "not_done"] {
        assert!(schema.contains(&format!("\"{word}\"")), "{word}");
    }
}

#[test]
fn a_person_is_erased_with_what_was_merged_and_what_comes_late_is_refused_and_named() {
    let folder = folder();
    let store = folder.path().join("cases.risk").display().to_string();
    risk(["store", "init", "--store", &store]);
    let at = ["--store", &store, "--as", "queue"];
    let of = |crn: &str, text: &str| text.replace("X800001", crn);
    let merge = message("probation-case.merge.completed", &json!({"sourceCRN": "X800001", "targetCRN": "X800002"}));
    let gdpr = message("probation-case.deleted.gdpr", &json!({}));
    for delivery in [registration(), of("X800002", &registration()), merge] {
        assert_eq!(import(&folder, &delivery, &at).code, 0);
    }
    let listed = import(&folder, &gdpr, &at);
    assert_eq!(listed.code, 1);
    assert!(listed.err.contains("1 not_done") && listed.err.contains("was not asked for"), "{}", listed.err);
    let erased = import(&folder, &gdpr, &["--erase", "--store", &store, "--as", "queue"]);
    assert_eq!(erased.code, 0, "{}", erased.err);
    for crn in ["X800001", "X800002"] {
        let late = import(&folder, &of(crn, &registration()), &at);
        assert_eq!(late.code, 1);
        assert!(
            late.err.contains("1 erased") && late.err.contains("About a person who was erased by law"),
            "{}",
            late.err
        );
    }
    let to = folder.path().join("all.jsonl").display().to_string();
    risk(["store", "export", "--output", &to, "--store", &store, "--as", "queue"]);
    let export = fs::read_to_string(&to).unwrap();
    assert!(export.contains("person_erased"), "{export}");
    assert!(!export.contains("X80000") && !export.contains("\"register\""), "{export}");
}

#[test]
fn an_operator_erases_a_person_and_messages_that_come_late_are_recognised() {
    let folder = folder();
    let store = folder.path().join("cases.risk").display().to_string();
    let key = folder.path().join("key").display().to_string();
    risk(["store", "init", "--store", &store]);
    let at = ["--store", &store, "--as", "queue"];
    assert_eq!(import(&folder, &registration(), &at).code, 0);
    let erase = |by: &str| {
        let options = ["store", "erase-person", "crn:X800001", "--by", by, "--key-file", &key];
        risk(options.into_iter().chain(at))
    };
    erase("a manager").refused(&["--by"]);
    let other = folder.path().join("other-key").display().to_string();
    fs::write(&other, [3; 32]).unwrap();
    #[cfg(unix)]
    fs::set_permissions(&other, std::os::unix::fs::PermissionsExt::from_mode(0o600)).unwrap();
    risk(["store", "erase-person", "crn:X800001", "--by", "manager-7", "--key-file", &other].into_iter().chain(at))
        .refused(&["secret", "the one with which this store was filled"]);
    let done = erase("manager-7");
    assert_eq!(done.code, 0, "{}", done.err);
    assert!(done.out.contains("Erased: 1 record, 0 records of other cases"), "{}", done.out);
    erase("manager-7").refused(&[]);
    assert_eq!(import(&folder, &registration(), &at).code, 1);
    risk(["store", "verify", "--store", &store]).fine();
    assert!(!String::from_utf8_lossy(&fs::read(&store).unwrap()).contains("X800001"));
}
