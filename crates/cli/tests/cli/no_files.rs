//! A pipe without a writer, a device without an end, a socket or a folder, where a command goes by a file.

use std::fs;
use std::os::unix::net::UnixListener;
use std::path::Path;
use std::process::Command;

use crate::case::private_file;
use crate::command::{command, ran, risk};
use crate::stored::{CASE, Stored};

/// A folder with one of each, and a key and a message.
struct Folder(tempfile::TempDir, #[allow(dead_code, reason = "held so that the socket stays")] UnixListener);

impl Folder {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let at = |name: &str| folder.path().join(name);
        assert!(Command::new("mkfifo").args(["-m", "600"]).arg(at("pipe")).status().unwrap().success());
        fs::create_dir(at("folder")).unwrap();
        private_file(at("key"), "a secret that only these tests know");
        fs::write(
            at("message.json"),
            r#"{"eventType":"tier.calculation.complete","occurredAt":"2026-06-14T09:06:52Z",
            "personReference":{"identifiers":[{"type":"CRN","value":"X800001"}]}}"#,
        )
        .unwrap();
        let socket = UnixListener::bind(at("socket")).unwrap();
        Self(folder, socket)
    }

    fn at(&self, name: &str) -> String {
        self.0.path().join(name).display().to_string()
    }

    /// What is no file, and what it is called.
    fn no_files(&self) -> Vec<(String, &'static str)> {
        vec![
            (self.at("pipe"), "found a named pipe"),
            (self.at("socket"), "found a socket"),
            (self.at("folder"), "found a folder"),
            ("/dev/zero".to_owned(), "found a device"),
        ]
    }
}

#[test]
fn what_a_command_goes_by_must_be_a_file() {
    let folder = Folder::new();
    let (key, message) = (folder.at("key"), folder.at("message.json"));
    let stored = Stored::empty();
    for (path, found) in folder.no_files() {
        let sean = "examples/cases/sean.jsonl";
        let import = ["hmpps", "import", &message, "--key-file"];
        let erase =
            ["store", "erase-person", CASE, "--by", "manager-7", "--store", stored.place(), "--key-file", &path];
        for arguments in [
            [&import[..], &[&path]].concat(),
            [&import[..], &[&key, "--codes", &path]].concat(),
            [&import[..], &[&key, "--case-map", &path]].concat(),
            vec!["store", "cases", "--store", stored.place(), "--keys", &path],
            vec!["store", "verify", "--store", stored.place(), "--checkpoint", &path],
            erase.to_vec(),
            vec!["assess", sean, "--overlay", &path],
            vec!["policy", "diff", "england-wales", "england-wales", "--over", sean, "--groups", &path],
        ] {
            risk(arguments.iter().copied()).refused(&[&path, "expected a file", found]);
        }
        // A folder in a policy's folder is judged by what is in it.
        if found != "found a folder" {
            let policy = tempfile::tempdir().unwrap();
            fs::copy("tests/cli/pack/policy.toml", policy.path().join("policy.toml")).unwrap();
            std::os::unix::fs::symlink(Path::new(&path), policy.path().join("more.toml")).unwrap();
            let policy = policy.path().to_str().unwrap();
            risk(["policy", "check", policy]).refused(&["more.toml", "expected a file", found]);
        }
    }
}

#[test]
fn a_folder_is_no_log_and_is_called_one() {
    let folder = Folder::new();
    risk(["assess", &folder.at("folder")]).refused(&["expected a file, found a folder"]);
    risk(["hmpps", "import", &folder.at("folder"), "--key-file", &folder.at("key")]).refused(&["found a folder"]);
}

#[test]
fn a_stream_that_the_shell_hands_over_is_read_as_key_and_as_data() {
    let folder = Folder::new();
    let risk = env!("CARGO_BIN_EXE_risk");
    let script = format!(
        "'{risk}' hmpps import <(cat '{}') --key-file <(cat '{}')",
        folder.at("message.json"),
        folder.at("key")
    );
    let mut bash = Command::new("bash");
    let read = ran(bash.args(["-c", &script]).env_remove("RISK_STORE").output().unwrap());
    assert_eq!(read.code, 0, "{}", read.err);
    assert!(read.err.contains("1 message or row"), "{}", read.err);
    assert_eq!(
        ran(command(["hmpps", "import", &folder.at("message.json"), "--key-file", &folder.at("key")])
            .output()
            .unwrap())
        .code,
        0
    );
}

#[test]
fn what_looks_like_a_part_of_a_policy_and_is_not_read_is_named() {
    for (name, is_named) in [
        ("orders.toml ", "`orders.toml `"),
        ("orders.toml.txt", "`orders.toml.txt`"),
        ("orders/orders.toml", "`orders`"),
        ("orders.toml\t", "`orders.toml\\u{9}`"),
    ] {
        let policy = tempfile::tempdir().unwrap();
        fs::copy("tests/cli/pack/policy.toml", policy.path().join("policy.toml")).unwrap();
        let stray = policy.path().join(name);
        fs::create_dir_all(stray.parent().unwrap()).unwrap();
        fs::write(stray, "").unwrap();
        let policy = policy.path().to_str().unwrap();
        for command in [&["policy", "check", policy][..], &["assess", "examples/cases/sean.jsonl", "--policy", policy]]
        {
            risk(command.iter().copied()).refused(&["looks like a part of it and is not read", is_named]);
        }
    }
}

#[test]
fn hidden_files_and_copies_of_editors_are_not_read_and_the_command_says_so() {
    let policy = tempfile::tempdir().unwrap();
    fs::copy("tests/cli/pack/policy.toml", policy.path().join("policy.toml")).unwrap();
    for name in [".policy.toml.swp", "policy.toml~"] {
        fs::write(policy.path().join(name), "[[").unwrap();
    }
    let checked = risk(["policy", "check", policy.path().to_str().unwrap()]);
    assert_eq!(checked.code, 0, "{}", checked.err);
    assert!(checked.err.contains("not read: `.policy.toml.swp`, `policy.toml~`"), "{}", checked.err);
}

#[test]
fn a_fault_in_a_table_is_told_on_one_line_and_no_help_has_escapes() {
    let folder = Folder::new();
    let codes = folder.at("codes.toml");
    for (text, place) in
        [("[[register]]\ncode = \n", "codes.toml: line 2, column"), ("nothing = 1\n", "codes.toml: line 1, column 1")]
    {
        fs::write(&codes, text).unwrap();
        let ran = risk(["hmpps", "codes", "registers", "--codes", &codes]);
        assert_eq!((ran.code, ran.err.lines().count()), (2, 1), "{}", ran.err);
        assert!(ran.err.contains(place) && !ran.err.contains("\\u{a}"), "{}", ran.err);
    }
    let help = risk(["hmpps", "import", "--help"]).fine();
    let help = help.split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(help.contains("{\"message\": …, \"fetched\": …}") && !help.contains("\\\""), "{help}");
}

#[test]
fn a_fault_of_json_in_a_record_is_called_what_it_is() {
    let folder = Folder::new();
    let log = folder.at("log.jsonl");
    let line = |data: &str| {
        format!(
            r#"{{"event_id":"0f9c3f2e-6f0e-4c58-9d0a-0d1c5d3a7b11","case_id":"3f6c9a52-8c1e-4c3b-9c58-2f4f6f1d2a11","occurred_at":"2018-01-08T10:00:00Z","recorded_at":"2018-01-08T10:00:00Z","source":{{"agency":"police"}},"kind":"police_call_out","data":{data}}}"#
        )
    };
    for (data, found) in [
        (r#"{"outcome":"\ud800"}"#, "hex escape at column 19 of it"),
        (r#"{"outcome":1e999}"#, "found number out of range at column"),
        (r#"{"outcome":"a","outcome":"b"}"#, "found the member `outcome` twice"),
    ] {
        fs::write(&log, line(data) + "\n").unwrap();
        let ran = risk(["assess", &log]);
        assert!(ran.code == 2 && ran.err.contains(found), "{}", ran.err);
        assert_eq!(ran.err.contains("twice"), found.contains("twice"), "{}", ran.err);
    }
}
