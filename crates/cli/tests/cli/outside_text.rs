//! What comes from outside is shown, and nothing obeys it.

use std::fs;

use serde_json::{Value, json};
use tempfile::TempDir;

use crate::case::{PACK, case_log, jsonl, private_file, records};
use crate::command::{Ran, command, ran, risk, risk_reading};
use crate::stored::Stored;

/// What an attacker would write into a name: OSC 8 and 0, CSI in seven and eight bits, bell, overrides and isolates, zero widths, a
/// return to the start of the line, styles, and a line of this program's own.
const HOSTILE: &str = "a\u{1b}]8;;https://x.invalid\u{7}b\u{1b}]0;t\u{7}\u{1b}[2J\u{9b}3J\u{1b}[1m\u{1b}[0m\u{202e}c\u{2066}d\u{200b}\u{feff}\u{ad}e\r\nok";

/// Nothing but our own styles and line breaks is left, and nothing has a line of its own.
fn obeys_nothing(ran: &Ran) {
    for text in [&ran.out, &ran.err] {
        let own = ["\u{1b}[0m", "\u{1b}[1m", "\u{1b}[2m", "\u{1b}[31m"];
        let rest = own.iter().fold(text.clone(), |text, own| text.replace(own, ""));
        let acts = rest
            .chars()
            .find(|c| (c.is_control() && *c != '\n') || "\u{ad}\u{200b}\u{202e}\u{2066}\u{feff}".contains(*c));
        assert_eq!(acts, None, "{text:?}");
        assert!(text.lines().all(|line| line != "ok"), "{text}");
    }
}

/// What was echoed holds none of the styles that it came with.
fn is_plain_after(ran: &Ran, what: &str) {
    let echoed = ran.out.split(what).nth(1).or_else(|| ran.err.split(what).nth(1));
    let echoed = echoed.unwrap_or_default();
    assert!(!echoed.is_empty(), "expected `{what}` in {ran:?}");
    assert!(echoed.contains(r"\u{1b}[2J") && echoed.contains(r"\u{202e}c"), "{echoed}");
    assert!(echoed.contains(r"\u{1b}[1m\u{1b}[0m"), "{echoed}");
}

#[test]
fn an_argument_that_is_echoed_is_inert_with_colour_and_without() {
    for color in ["always", "never"] {
        for arguments in [
            vec![HOSTILE],
            vec!["assess", HOSTILE],
            vec!["assess", "x.jsonl", "--at", HOSTILE],
            vec!["assess", "x.jsonl", "--audience", HOSTILE],
            vec!["assess", "x.jsonl", "--policy", HOSTILE],
            vec!["assess", "examples/cases/sean.jsonl", "--locality", HOSTILE],
            vec!["explain", "examples/cases/sean.jsonl", HOSTILE],
            vec!["explain", "examples/cases/sean.jsonl", "--why-not", HOSTILE],
            vec!["policy", "check", HOSTILE],
            vec!["policy", "mutate", PACK, "--rule", HOSTILE],
            vec!["store", "verify", "--store", HOSTILE],
            vec!["store", "cases", "--as", HOSTILE, "--store", HOSTILE],
            vec!["store", "identify", HOSTILE, "crn:X1"],
            vec!["hmpps", "import", HOSTILE, "--key-file", HOSTILE],
            vec!["hmpps", "codes", "--codes", HOSTILE],
            vec!["seal", "examples/cases/sean.jsonl", "--output", HOSTILE, "--appended-at", "2017-01-01"],
        ] {
            let ran = risk(arguments.iter().copied().chain(["--color", color]));
            assert_eq!(ran.code, 2, "{arguments:?} {ran:?}");
            obeys_nothing(&ran);
        }
    }
    is_plain_after(&risk(["--color", "always", HOSTILE]), "unrecognized subcommand");
}

#[test]
fn the_name_of_a_file_is_inert_wherever_it_is_said() {
    let folder = tempfile::tempdir().unwrap();
    let file = |text: &str| {
        let path = folder.path().join(HOSTILE.replace('/', "_"));
        fs::write(&path, text).unwrap();
        path.display().to_string()
    };
    let log = fs::read_to_string("../../examples/cases/sean.jsonl").unwrap();
    let path = file(&log);
    let sealed = folder.path().join("sealed").display().to_string() + &HOSTILE.replace('/', "_");
    for arguments in [
        vec!["verify", &path],
        vec!["seal", &path, "--output", &sealed],
        vec!["verify", &sealed],
        vec!["policy", "diff", "england-wales", PACK, "--over", &path, "--at", "2017-12-20"],
        vec!["generate", "--cases", "1", "--seed", "1", "--one-file", "--output", &sealed],
        vec!["assess", "examples/cases/sean.jsonl", "--overlay", &path],
    ] {
        let ran = risk(arguments.iter().copied().chain(["--color", "always"]));
        obeys_nothing(&ran);
        assert!(format!("{}{}", ran.out, ran.err).contains(r"\u{1b}[2J"), "{arguments:?} {ran:?}");
    }
    let path = file("{}");
    obeys_nothing(&risk(["assess", &path]));
}

#[test]
fn what_a_message_says_is_inert_in_the_report_as_text_and_as_json() {
    let folder = tempfile::tempdir().unwrap();
    let key = key(&folder);
    let message = |of: &str, at: &str| {
        json!({"eventType": of, "occurredAt": at, "detailUrl": format!("https://x.invalid/{HOSTILE}"),
            "personReference": {"identifiers": [{"type": "CRN", "value": "X800001"}]}})
        .to_string()
    };
    let delivery = [
        message("assessment.summary.produced", "2026-06-14T09:06:52Z"),
        message(HOSTILE, "2026-06-14T09:06:52Z"),
        message("probation-case.registration.added", HOSTILE),
    ];
    let import = |report: &str| {
        risk_reading(
            &delivery.join("\n"),
            ["hmpps", "import", "-", "--key-file", &key, "--report", report, "--color", "always"],
        )
    };
    let text = import("text");
    obeys_nothing(&text);
    is_plain_after(&text, "https://x.invalid/");
    let report = import("json");
    obeys_nothing(&report);
    let report: Value = serde_json::from_str(&report.err).unwrap();
    let of_type = report["messages"][1]["event_type"].as_str().unwrap();
    assert!(
        of_type.starts_with("left out") && !of_type.contains('\u{1b}'),
        "what is no name of an event is not shown to a program either: {of_type}"
    );
}

#[test]
fn groups_of_a_table_are_inert() {
    let folder = tempfile::tempdir().unwrap();
    let groups = folder.path().join("groups.csv").display().to_string();
    let case = json!(case_log().lines().next().map(|l| serde_json::from_str::<Value>(l).unwrap()["case_id"].clone()));
    fs::write(&groups, format!("case_id,responsible_officer,office\n{},ann,\"{HOSTILE}\"\n", case.as_str().unwrap()))
        .unwrap();
    let arguments = [
        "policy",
        "diff",
        "england-wales",
        PACK,
        "--over",
        "examples/cases/sean.jsonl",
        "--at",
        "2017-12-20",
        "--groups",
        &groups,
        "--by",
        "office",
    ];
    let page = risk(arguments.into_iter().chain(["--color", "always"]));
    obeys_nothing(&page);
    is_plain_after(&page, "WORKLOAD");
    let json = risk(arguments.into_iter().chain(["--format", "json"]));
    obeys_nothing(&json);
    let json: Value = serde_json::from_str(&json.out).unwrap();
    assert_eq!(json["workload"]["groups"][0]["group"], HOSTILE.trim());
}

#[test]
fn records_are_written_byte_for_byte_into_pipes() {
    let mut records = records();
    records[0]["note"] = json!("a\u{202e}b\u{9b}2J");
    let sealed = risk_reading(&jsonl(&records), ["seal", "-", "--appended-at", "2018-05-01"]).fine();
    assert!(sealed.contains("a\u{202e}b\u{9b}2J"), "{sealed}");
    risk_reading(&sealed, ["verify", "-"]).fine();
    let stored = Stored::empty();
    stored.reading(&jsonl(&records), &["store", "append", "-"]).fine();
    let exported = stored.risk(&["store", "export", "--output", "-"]).fine();
    assert!(exported.contains("a\u{202e}b\u{9b}2J"), "{exported}");
}

#[test]
fn a_policy_that_would_act_on_a_terminal_is_refused_by_every_command() {
    let folder = tempfile::tempdir().unwrap();
    let overlay = folder.path().join("ov.toml").display().to_string();
    let title = r#"title = "A police \u001b[2J\u001b]0;x\u0007 call-out \u202Egnp.exe <img src=x onerror=alert(1)>""#;
    let example = fs::read_to_string("../../policies/overlays/northshire.toml").unwrap();
    let from = "title = \"After a police call-out under supervision the home is visited\"";
    assert!(example.contains(from));
    fs::write(&overlay, example.replace(from, title)).unwrap();
    let local = ["--overlay", &overlay, "--locality", "northshire"];
    for arguments in [
        &["policy", "check", "england-wales"][..],
        &["policy", "show", "england-wales", "--format", "markdown"],
        &["assess", "examples/cases/sean.jsonl", "--at", "2017-12-20", "--all"],
        &["explain", "examples/cases/sean.jsonl", "--at", "2017-12-20"],
    ] {
        let ran = risk(arguments.iter().copied().chain(local).chain(["--color", "always"]));
        obeys_nothing(&ran);
        ran.refused(&["ov.toml:29:9: U+001B", "U+001B is invisible", "text without control characters"]);
    }
}

#[test]
fn a_byte_order_mark_is_passed_over_and_other_encodings_are_named_with_what_to_do() {
    let log = case_log();
    let fine = risk_reading(&log, ["assess", "-", "--at", "2017-12-20"]).fine();
    assert_eq!(risk_reading(&format!("\u{feff}{log}"), ["assess", "-", "--at", "2017-12-20"]).fine(), fine);
    let sealed = risk_reading(&log, ["seal", "-"]).fine();
    risk_reading(&format!("\u{feff}{sealed}"), ["verify", "-"]).fine();
    let stored = Stored::empty();
    stored.reading(&format!("\u{feff}{log}"), &["store", "append", "-"]).fine();
    stored.reading(&format!("\u{feff}{sealed}"), &["store", "import", "-"]).refused(&["another"]);
    let other = Stored::empty();
    other.reading(&format!("\u{feff}{sealed}"), &["store", "import", "-"]).fine();
    assert_eq!(other.heads().len(), 1);

    let folder = tempfile::tempdir().unwrap();
    let pack = folder.path().join("policy");
    fs::create_dir(&pack).unwrap();
    let policy = fs::read_to_string("tests/cli/pack/policy.toml").unwrap();
    fs::write(pack.join("policy.toml"), format!("\u{feff}{policy}")).unwrap();
    risk(["policy", "check", pack.to_str().unwrap()]).fine();

    let wide = |text: &str| [vec![0xFF, 0xFE], text.encode_utf16().flat_map(u16::to_le_bytes).collect()].concat();
    let path = folder.path().join("wide.jsonl");
    fs::write(&path, wide(&log)).unwrap();
    let path = path.to_str().unwrap();
    let what_to_do = ["wide.jsonl:1", "UTF-16: save it as UTF-8", "iconv -f UTF-16 -t UTF-8"];
    for arguments in [&["assess", path][..], &["verify", path], &["seal", path]] {
        risk(arguments.iter().copied()).refused(&what_to_do);
    }
    for arguments in [["store", "append", path], ["store", "import", path]] {
        stored.risk(&arguments).refused(&what_to_do);
    }
    fs::write(pack.join("policy.toml"), wide(&policy)).unwrap();
    let ran = risk(["policy", "check", pack.to_str().unwrap()]);
    assert!(!ran.err.contains("`record`"), "{}", ran.err);
    ran.refused(&["policy.toml:1: expected a policy file in UTF-8, found UTF-16"]);
}

#[test]
fn stray_files_in_a_folder_of_a_policy_are_passed_over_and_a_link_that_leads_nowhere_is_not() {
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name);
    let check = || risk(["policy", "check", folder.path().to_str().unwrap()]);
    fs::create_dir_all(path("..2026_11_22")).unwrap();
    fs::copy("tests/cli/pack/policy.toml", path("..2026_11_22/policy.toml")).unwrap();
    std::os::unix::fs::symlink("..2026_11_22", path("..data")).unwrap();
    std::os::unix::fs::symlink("..data/policy.toml", path("policy.toml")).unwrap();
    let plain = check().fine();
    fs::write(path("._marac.toml"), b"Mac OS X\x00\x05\xff").unwrap();
    std::os::unix::fs::symlink("somebody@host.1", path(".#marac.toml")).unwrap();
    fs::write(path("policy.toml~"), "[[").unwrap();
    let checked = check();
    assert_eq!((checked.code, checked.out), (0, plain), "{}", checked.err);
    assert!(checked.err.contains("not read: `.#marac.toml`, `._marac.toml`, `policy.toml~`"), "{}", checked.err);
    std::os::unix::fs::symlink("gone.toml", path("marac.toml")).unwrap();
    check().refused(&["marac.toml: No such file"]);
}

#[test]
fn an_answer_for_a_moment_before_all_records_says_so() {
    let page = |at: &str| risk(["assess", "examples/cases/sean.jsonl", "--at", at]).fine();
    assert!(page("2001-01-01").contains("ALL RECORDS OF THIS CASE ARE LATER"), "{}", page("2001-01-01"));
    assert!(!page("2017-12-20").contains("ALL RECORDS"));
    let json = |at: &str, lens: &str| -> Value {
        let arguments = ["assess", "examples/cases/sean.jsonl", "--at", at, "--lens", lens, "--format", "json"];
        serde_json::from_str(&risk(arguments).fine()).unwrap()
    };
    for lens in ["as_known", "hindsight"] {
        assert_eq!(json("2001-01-01", lens)["receipt"]["all_records_later"], true);
        assert_eq!(json("2017-12-20", lens)["receipt"].get("all_records_later"), None);
    }
}

/// A key that only its owner can read.
fn key(folder: &TempDir) -> String {
    let path = folder.path().join("key");
    private_file(&path, "a secret that only these tests know");
    path.display().to_string()
}

#[test]
fn an_argument_that_is_no_text_is_refused_inertly() {
    use std::os::unix::ffi::OsStrExt;
    let argument = std::ffi::OsStr::from_bytes(b"\xff\x1b[2J");
    let ran = ran(command([]).arg(argument).output().unwrap());
    assert_eq!(ran.code, 2);
    obeys_nothing(&ran);
}
