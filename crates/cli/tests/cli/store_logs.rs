//! `risk store`: logs go in and come out, whole or not at all.

use std::fs;

use postgres_for_tests::{Postgres, PrivateServer};

use crate::case::{disclosure, jsonl, record, records, supervision_started, with};
use crate::command::{command, ran, risk, risk_reading};
use crate::stored::{CASE, OFFICER, OTHER, Stored};

#[test]
fn from_an_empty_folder_to_the_answer_that_the_log_itself_gives() {
    let stored = Stored::empty();
    let said = stored.risk(&["store", "append", "examples/cases/sean.jsonl"]).fine();
    assert!(said.ends_with("cases.risk: 40 new records, in 1 case\n"), "{said}");
    let sean = "00000000-0000-4000-8000-000005000000";
    stored.risk(&["store", "identify", sean, "crn:X123456", "team:north"]).fine();
    let question = ["--at", "2017-12-20", "--all"];
    let of_log = risk(["assess", "examples/cases/sean.jsonl"].into_iter().chain(question)).fine();
    let asked: Vec<&str> = ["assess", "crn:X123456"].into_iter().chain(question).chain(OFFICER).collect();
    let of_store = stored.named("N07A001", &asked).fine();
    let without_receipt = |page: &str| page.trim_end().rsplit_once('\n').unwrap().0.to_owned();
    assert_eq!(without_receipt(&of_store), without_receipt(&of_log));
}

#[test]
fn a_store_that_is_there_stays_as_it_is() {
    let stored = Stored::with_a_case();
    let before = stored.heads();
    let said = stored.risk(&["store", "init"]).fine();
    assert!(said.contains("is a store already") && said.contains("synchronous=FULL"), "{said}");
    assert_eq!(stored.heads(), before);
}

#[test]
fn without_a_store_every_command_says_how_to_make_one_and_makes_none() {
    let folder = tempfile::tempdir().unwrap();
    let place = folder.path().join("none.risk").display().to_string();
    let commands: [&[&str]; 8] = [
        &["store", "append", "examples/cases/sean.jsonl"],
        &["store", "import", "examples/cases/sean.jsonl"],
        &["store", "cases"],
        &["store", "verify"],
        &["store", "access"],
        &["assess", CASE, "--audience", "manager"],
        &["briefing", "--audience", "manager"],
        &["audit", "--audience", "analyst"],
    ];
    for words in commands {
        risk(words.iter().copied().chain(["--store", &place])).refused(&["none.risk", "`risk store init` makes one"]);
    }
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 0);
}

#[test]
fn the_place_that_is_taken_where_none_is_named_is_said_aloud() {
    let folder = tempfile::tempdir().unwrap();
    let run = |words: &[&str]| {
        ran(command(words.iter().copied())
            .env("XDG_DATA_HOME", folder.path())
            .env("HOME", folder.path())
            .output()
            .unwrap())
    };
    let made = run(&["store", "init"]);
    assert_eq!(made.code, 0, "{}", made.err);
    assert!(made.err.starts_with("store: ") && made.err.contains("cases.risk (the default"), "{}", made.err);
    let listed = run(&["store", "cases", "--as", "host"]);
    assert!(listed.err.contains("cases.risk (the default"), "{}", listed.err);
    // One that is named is not news.
    let place = folder.path().join("mine.risk").display().to_string();
    let named = ran(command(["store", "init"]).env("RISK_STORE", &place).output().unwrap());
    assert_eq!((named.code, named.err.as_str()), (0, ""));
    assert!(named.out.starts_with(&place), "{}", named.out);
}

#[test]
fn a_delivery_that_comes_twice_is_kept_once() {
    let stored = Stored::with_a_case();
    let before = stored.heads();
    let said = stored.reading(&jsonl(&records()), &["store", "append", "-"]).fine();
    assert!(said.contains("0 new records, 6 known already, in 1 case"), "{said}");
    assert_eq!(stored.heads(), before);
}

#[test]
fn one_record_that_cannot_be_taken_keeps_out_those_of_all_cases() {
    let stored = Stored::with_a_case();
    let before = stored.heads();
    let good = with(record(21, "2018-01-02", "appointment_attended", serde_json::json!({})), "case_id", OTHER);
    let lax = with(
        record(
            22,
            "2018-01-02",
            "information_shared",
            serde_json::json!({ "about": "p1", "with": "police", "answers": [crate::case::id(2)] }),
        ),
        "handling",
        "staff",
    );
    let refused = stored.reading(&jsonl(&[good, lax]), &["store", "append", "-"]);
    refused.refused(&["standard input:2"]);
    assert_eq!(stored.heads(), before);
}

#[test]
fn another_content_under_one_id_is_refused_with_its_line() {
    let stored = Stored::with_a_case();
    let other = with(supervision_started(), "recorded_at", "2017-09-19T10:00:00Z");
    let text = jsonl(&[disclosure(), other]);
    stored.reading(&text, &["store", "append", "-"]).refused(&["standard input:2", "found other content"]);
}

#[test]
fn an_append_may_rest_on_how_many_records_there_are() {
    let stored = Stored::with_a_case();
    let next = jsonl(&[record(7, "2017-12-09", "home_visit_completed", serde_json::json!({}))]);
    let refused = stored.reading(&next, &["store", "append", "-", "--expected", "5"]);
    refused.refused(&[CASE, "expected a log of 5 records, found 6"]);
    stored.reading(&next, &["store", "append", "-", "--expected", "6"]).fine();
    let two = next.clone() + &next.replace(CASE, OTHER);
    stored.reading(&two, &["store", "append", "-", "--expected", "6"]).refused(&["--expected", "records of one case"]);
}

#[test]
fn sealed_records_are_imported_and_not_appended() {
    let stored = Stored::empty();
    let sealed = risk_reading(&jsonl(&records()), ["seal", "-"]).fine();
    stored.reading(&sealed, &["store", "append", "-"]).refused(&["standard input:1", "`risk store import`"]);
    let said = stored.reading(&sealed, &["store", "import", "-"]).fine();
    assert!(said.contains("1 case, 6 new records"), "{said}");
    let again = stored.reading(&sealed, &["store", "import", "-"]).fine();
    assert!(again.contains("0 new records, 6 known already"), "{again}");
}

#[test]
fn what_comes_out_of_one_store_goes_into_another_with_the_same_heads() {
    let stored = Stored::with_a_case();
    stored.risk(&["store", "identify", CASE, "crn:X1"]).fine();
    let file = stored.beside("all.jsonl");
    let said = stored.risk(&["store", "export", "--output", &file]).fine();
    assert!(said.ends_with("all.jsonl: 1 case, 6 records\n"), "{said}");
    let other = Stored::empty();
    other.risk(&["store", "import", &file]).fine();
    assert_eq!(other.heads(), stored.heads());
    assert_eq!(other.acts("crn:X1")[..2], stored.acts(CASE)[..2]);
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        assert_eq!(fs::metadata(&file).unwrap().permissions().mode() & 0o777, 0o600);
    }
    let alone = stored.risk(&["store", "export", "--case", "crn:X1", "--no-journal", "--output", "-"]).fine();
    assert!(risk_reading(&alone, ["verify", "-"]).fine().contains("intact, 6 records"));
}

#[test]
fn what_is_no_store_is_named_and_left_alone() {
    let stored = Stored::empty();
    let mine = stored.beside("mine.txt");
    fs::write(&mine, "mine".repeat(1000)).unwrap();
    for words in [["store", "init"], ["store", "verify"]] {
        risk(words.into_iter().chain(["--store", &mine])).refused(&["mine.txt"]);
    }
    assert_eq!(fs::read_to_string(&mine).unwrap(), "mine".repeat(1000));
    let nowhere = stored.beside("no/folder/cases.risk");
    risk(["store", "init", "--store", &nowhere]).refused(&["cases.risk: "]);
    let url = "postgres://somebody:secret@127.0.0.1:1/cases";
    let refused = risk(["store", "verify", "--store", url]);
    assert!(!refused.err.contains("secret"), "{}", refused.err);
    refused.refused(&["the store in the database: the store cannot be reached"]);
}

#[test]
fn an_export_that_fails_leaves_no_file() {
    let stored = Stored::with_a_case();
    let file = stored.beside("all.jsonl");
    stored.risk(&["store", "export", "--case", OTHER, "--output", &file]).refused(&[OTHER]);
    stored
        .risk(&["store", "export", "--case", "crn:X9", "--output", &file])
        .refused(&["crn:X9", "no case in the store"]);
    assert!(!fs::exists(&file).unwrap());
}

#[test]
fn whoever_asks_has_an_id_that_the_journal_can_hold() {
    let stored = Stored::with_a_case();
    stored.named("two words", &["store", "cases"]).refused(&["--as: ", "1 to 64 letters"]);
    let place = stored.place();
    let asked = ran(command(["store", "cases", "--store", place]).env("RISK_AS", "night-feed").output().unwrap());
    asked.fine();
    let journal = stored.risk(&["store", "access"]).fine();
    assert!(journal.contains("night-feed counted all cases (consultation)"), "{journal}");
}

#[test]
fn the_same_commands_work_on_postgresql() {
    let Some(database) = Postgres::start_or_skip() else { return };
    let many = Stored::at(database.url());
    let stored = Stored::with_a_case();
    let file = stored.beside("all.jsonl");
    stored.risk(&["store", "export", "--output", &file]).fine();
    many.risk(&["store", "import", &file]).fine();
    assert_eq!(many.heads(), stored.heads());
    let said = many.risk(&["store", "verify"]).fine();
    assert!(said.starts_with("the store in the database: intact, 1 case, 6 records"), "{said}");
    let asked: Vec<&str> = ["assess", CASE].into_iter().chain(OFFICER).collect();
    many.named("N07A001", &asked).fine();
    let said = many
        .risk(&["store", "erase", CASE, &crate::case::id(2), "--reason", "legal_erasure", "--by", "manager-7"])
        .fine();
    assert!(said.contains("The server's own log of writes"), "{said}");
}

#[test]
fn the_same_commands_work_over_tls_with_the_authorities_of_the_url_and_with_those_of_the_system() {
    let Some(server) = PrivateServer::start_with_tls_or_skip() else { return };
    let stored = Stored::at(server.url().to_owned());
    stored.reading(&jsonl(&records()), &["store", "append", "-"]).fine();
    let (address, _) = server.url().split_once('?').unwrap();
    let by = |url: &str, trusted: &str| {
        let trusted = server.folder().join(trusted);
        ran(command(["store", "verify", "--store", url]).env("SSL_CERT_FILE", trusted).output().unwrap())
    };
    let full = format!("{address}?sslmode=verify-full");
    for url in [&full, &format!("{full}&sslrootcert=system"), &format!("{address}?sslrootcert=system")] {
        let said = by(url, "ca.crt").fine();
        assert!(said.starts_with("the store in the database: intact, 1 case"), "{said}");
        let refused = by(url, "other.crt");
        assert!(refused.err.contains("localhost:") && refused.err.contains("not trusted"), "{}", refused.err);
        refused.refused(&["the store in the database: the store cannot be reached: localhost:"]);
    }
}
