//! Which store and which case a command is about, and for which cases there is no answer.

use std::fs;

use crate::case::{jsonl, private_file, records};
use crate::command::{Ran, command, ran};
use crate::stored::{CASE, OFFICER, OTHER, Stored};

const MESSAGE: &str = r#"{"eventType":"probation-case.registration.added","occurredAt":"2026-06-14T09:06:52Z",
    "additionalInformation":{"registrationId":"1","registerTypeCode":"RHRH","registrationDate":"2026-06-14"},
    "personReference":{"identifiers":[{"type":"CRN","value":"X800001"}]}}"#;

/// Runs a command with the variables that name a store and who asks, and no option that does.
fn by_variable(stored: &Stored, arguments: &[&str]) -> Ran {
    let mut command = command(arguments.iter().copied());
    ran(command.env("RISK_STORE", stored.place()).env("RISK_AS", "N07A001").output().unwrap())
}

#[test]
fn a_number_that_the_cases_of_two_persons_claim_is_refused_with_both_and_what_to_do() {
    let stored = Stored::with_a_case();
    stored.risk(&["store", "identify", CASE, "noms:A1234BC"]).fine();
    stored.risk(&["store", "identify", OTHER, "noms_claimed:A1234BC"]).fine();
    let says =
        [CASE, OTHER, "several cases claim this identifier", "`risk store merge FROM INTO`", "--remove noms_claimed"];
    for name in ["noms:A1234BC", "NOMS:a1234bc"] {
        for about in [["assess", name], ["timeline", name], ["explain", name]] {
            let more = if about[0] == "explain" { vec!["review_risk"] } else { vec![] };
            stored.risk(&[&about[..], &more, &OFFICER].concat()).refused(&says);
        }
        stored.risk(&[&["briefing", "--only", name][..], &OFFICER].concat()).refused(&says);
        stored.risk(&["store", "exclude", name, "N07A009"]).refused(&says);
    }
    // By its id each is answered.
    stored.risk(&[&["assess", CASE][..], &OFFICER].concat()).fine();
    stored.risk(&["store", "merge", OTHER, CASE]).fine();
    stored.risk(&[&["assess", "noms:A1234BC"][..], &OFFICER].concat()).fine();
    stored.risk(&["store", "unmerge", OTHER, CASE]).fine();
    stored.risk(&[&["assess", "noms:A1234BC"][..], &OFFICER].concat()).refused(&says);
    stored.risk(&["store", "identify", OTHER, "--remove", "noms_claimed"]).fine();
    stored.risk(&[&["assess", "noms:A1234BC"][..], &OFFICER].concat()).fine();
}

#[test]
fn of_an_erased_person_there_is_no_answer_and_no_line_in_a_briefing() {
    let stored = Stored::with_a_case();
    let key = stored.beside("key");
    private_file(&key, "a secret that only these tests know");
    stored.risk(&["store", "identify", CASE, "crn:X1", "team:north"]).fine();
    let briefing = || stored.risk(&[&["briefing"][..], &OFFICER].concat()).fine();
    assert!(briefing().contains("crn X1") || briefing().contains(CASE), "{}", briefing());
    stored.risk(&["store", "erase-person", "crn:X1", "--by", "manager-7", "--key-file", &key]).fine();
    let erased = [CASE, "everything about this person was erased by law"];
    stored.risk(&[&["assess", CASE][..], &OFFICER].concat()).refused(&erased);
    // What it was called is known with the secret alone.
    for name in ["crn:X1", "CRN:x1"] {
        stored.risk(&[&["assess", name, "--key-file", &key][..], &OFFICER].concat()).refused(&erased);
        stored.risk(&[&["assess", name][..], &OFFICER].concat()).refused(&["no case in the store has this identifier"]);
    }
    stored
        .risk(&[&["assess", "crn:X2", "--key-file", &key][..], &OFFICER].concat())
        .refused(&["no case in the store has this identifier"]);
    assert!(!briefing().contains(CASE) && !briefing().contains("could not be"), "{}", briefing());
    let journal = stored.risk(&["store", "access", CASE]).fine();
    assert!(journal.contains("REFUSED: the person was erased"), "{journal}");
}

#[test]
fn the_variable_that_names_a_store_is_enough_for_every_command() {
    let stored = Stored::with_a_case();
    stored.risk(&["store", "identify", CASE, "crn:X1"]).fine();
    let answer = stored.risk(&[&["assess", CASE, "--at", "2018-01-01"][..], &OFFICER].concat()).fine();
    for name in [CASE, "crn:X1"] {
        let arguments = [&["assess", name, "--at", "2018-01-01"][..], &OFFICER].concat();
        assert_eq!(by_variable(&stored, &arguments).fine(), answer);
    }
    by_variable(&stored, &["assess", "crn:X1"]).refused(&["--audience"]);
    by_variable(&stored, &["assess", "crn:X2", OFFICER[0], OFFICER[1]])
        .refused(&["no case in the store has this identifier"]);
    // A log in a file is that file, also if its name could be that of a case.
    let sean = ["assess", "examples/cases/sean.jsonl", "--at", "2017-12-20"];
    assert_eq!(by_variable(&stored, &sean).fine(), ran(command(sean).output().unwrap()).fine());
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("crn:X1"), jsonl(&records())).unwrap();
    let mut in_folder = command(["assess", "crn:X1", "--at", "2018-01-01"]);
    let ran_there = ran(in_folder.current_dir(folder.path()).env("RISK_STORE", stored.place()).output().unwrap());
    assert_eq!(ran_there.code, 0, "{}", ran_there.err);
}

#[test]
fn messages_are_imported_into_the_store_that_the_variable_names_unless_held_logs_are_given() {
    let stored = Stored::empty();
    let (key, message, held) = (stored.beside("key"), stored.beside("message.json"), stored.beside("held.jsonl"));
    private_file(&key, "a secret that only these tests know");
    fs::write(&message, MESSAGE).unwrap();
    fs::write(&held, "").unwrap();
    let import = ["hmpps", "import", &message, "--key-file", &key];
    let with_held = by_variable(&stored, &[&import[..], &["--held", &held]].concat());
    assert_eq!((with_held.code, with_held.out.lines().count()), (0, 1), "{}", with_held.err);
    assert_eq!(stored.heads(), []);
    let refused = by_variable(&stored, &[&import[..], &["--held", &held, "--erase"]].concat());
    refused.refused(&["--erase: expected a store"]);
    ran(command([&import[..], &["--erase"]].concat()).output().unwrap()).refused(&["--erase: expected a store"]);

    let stored_there = by_variable(&stored, &import);
    assert_eq!((stored_there.code, stored_there.out.as_str()), (0, ""), "{}", stored_there.err);
    assert!(
        stored_there.err.contains("(named by RISK_STORE)") && stored_there.err.contains("1 recorded"),
        "{}",
        stored_there.err
    );
    assert_eq!(stored.heads().len(), 1);
}

#[test]
fn the_option_of_who_asks_chooses_the_default_store_and_its_variable_does_not_and_a_report_in_json_is_alone() {
    let folder = tempfile::tempdir().unwrap();
    let at = |name: &str| folder.path().join(name).display().to_string();
    let (key, message, held) = (at("key"), at("message.json"), at("held.jsonl"));
    private_file(&key, "a secret that only these tests know");
    fs::write(&message, MESSAGE).unwrap();
    fs::write(&held, "").unwrap();
    let risk = |arguments: &[&str], who: &str| {
        let mut command = command(arguments.iter().copied());
        let command = command.env("HOME", folder.path()).env("XDG_DATA_HOME", folder.path());
        ran(if who.is_empty() { command } else { command.env("RISK_AS", who) }.output().unwrap())
    };
    let import = ["hmpps", "import", &message, "--key-file", &key];
    let in_json = [&import[..], &["--report", "json"]].concat();
    let with_option = [&in_json[..], &["--as", "queue"]].concat();
    // There is no store: nothing is imported anywhere.
    risk(&with_option, "").refused(&["cases.risk", "risk store init"]);
    assert_eq!(risk(&["store", "init"], "queue").code, 0);
    for (arguments, who) in [(&in_json, "queue"), (&with_option, ""), (&in_json, "")] {
        let report = risk(arguments, who);
        assert_eq!(report.code, 0, "{}", report.err);
        let report: serde_json::Value = serde_json::from_str(&report.err).unwrap();
        assert_eq!(report["stored"], arguments == &with_option, "{report}");
    }
    let in_text = risk(&[&import[..], &["--as", "queue"]].concat(), "");
    assert_eq!((in_text.err.matches("store: ").count(), in_text.out.as_str()), (1, ""), "{}", in_text.err);
    let held = risk(&[&import[..], &["--held", &held]].concat(), "queue");
    assert_eq!((held.code, held.out.lines().count()), (0, 1), "{}", held.err);
    // A case by its name is one of the store if the option is given; a log in a file is the file.
    let officer = ["--audience", "responsible_officer", "--at", "2026-06-20"];
    let of_case = [&["assess", "crn:X800001"][..], &officer].concat();
    assert_eq!(risk(&[&of_case[..], &["--as", "queue"]].concat(), "").code, 0);
    assert_eq!(risk(&of_case, "queue").code, 2);
    assert_eq!(risk(&["assess", "examples/cases/sean.jsonl"], "queue").code, 0);
}

#[test]
fn a_url_of_another_database_is_refused_as_one() {
    for (url, scheme) in
        [("mysql://risk:s3cret@db/cases", "mysql"), ("sqlite://cases.risk", "sqlite"), ("https://x/y", "https")]
    {
        for arguments in [["store", "init", "--store", url], ["store", "verify", "--store", url]] {
            let Ran { code, err, .. } = ran(command(arguments).output().unwrap());
            assert_eq!(code, 2, "{err}");
            assert!(err.contains("expected a file, or a database as postgres://USER@HOST/DATABASE"), "{err}");
            assert!(err.contains(&format!("a URL that begins with {scheme}://")) && !err.contains("s3cret"), "{err}");
        }
    }
}
