//! Whether a store is what was kept, against what was kept elsewhere.

use std::fs;

use crate::case::{jsonl, private_file, records};
use crate::command::risk;
use crate::stored::{CASE, OTHER, Stored};

#[test]
fn an_intact_store_says_so_and_goes_on_from_its_checkpoint() {
    let stored = Stored::with_a_case();
    let said = stored.risk(&["store", "verify"]).fine();
    assert!(said.contains("intact, 1 case, 6 records, 1 journal entry"), "{said}");
    let file = stored.beside("then.checkpoint");
    let said = stored.risk(&["store", "checkpoint", "--output", &file]).fine();
    assert!(said.contains("where 1 case and the store's journal end\nroot "), "{said}");
    stored.reading(&jsonl(&records()).replace(CASE, OTHER), &["store", "append", "-"]).fine();
    let said = stored.risk(&["store", "verify", "--checkpoint", &file]).fine();
    assert!(said.contains("intact, 2 cases") && said.contains("goes on from the checkpoint of"), "{said}");
}

#[test]
fn a_checkpoint_continues_the_one_that_it_extends_and_never_replaces_it() {
    let stored = Stored::with_a_case();
    let (older, newer) = (stored.beside("older.checkpoint"), stored.beside("newer.checkpoint"));
    let extending = |to: &str| stored.risk(&["store", "checkpoint", "--extends", &older, "--output", to]);
    stored.risk(&["store", "checkpoint", "--output", &older]).fine();
    let before = fs::read_to_string(&older).unwrap();
    extending(&newer).fine();
    extending(&older).refused(&["older.checkpoint", "from which the command reads"]);
    assert_eq!(fs::read_to_string(&older).unwrap(), before);
    stored
        .risk(&["store", "checkpoint", "--extends", "nowhere.checkpoint", "--output", &newer])
        .refused(&["nowhere.checkpoint"]);
}

#[test]
fn what_lies_beside_a_store_and_belongs_to_it_is_never_replaced() {
    let stored = Stored::with_a_case();
    for suffix in ["-wal", "-shm", "-journal", "-unjournalled"] {
        let beside = format!("{}{suffix}", stored.place());
        for command in ["checkpoint", "export"] {
            let refused = stored.risk(&["store", command, "--output", &beside]);
            refused.refused(&[suffix, "the database"]);
        }
    }
    stored.risk(&["store", "verify"]).fine();
}

#[test]
fn a_case_that_was_written_anew_differs_from_the_checkpoint_by_name() {
    let (stored, anew) = (Stored::with_a_case(), Stored::with_a_case());
    let file = stored.beside("then.checkpoint");
    stored.risk(&["store", "checkpoint", "--output", &file]).fine();
    // The same records with other salts: all its chains are whole.
    anew.risk(&["store", "verify"]).fine();
    let found = anew.risk(&["store", "verify", "--checkpoint", &file]);
    assert_eq!((found.code, found.out.as_str()), (1, ""));
    assert!(found.err.contains("not as it was kept") && found.err.contains(&format!("case {CASE}: ")), "{}", found.err);
    let json = anew.risk(&["store", "verify", "--checkpoint", &file, "--format", "json"]);
    assert_eq!(json.code, 1);
    let json: serde_json::Value = serde_json::from_str(&json.out).unwrap();
    assert_eq!((&json["intact"], &json["found"]["differences"][0]["case_id"]), (&false.into(), &CASE.into()));
}

#[test]
fn a_byte_that_was_changed_in_the_file_is_found() {
    let stored = Stored::with_a_case();
    let mut bytes = fs::read(stored.place()).unwrap();
    let word = b"physical_violence";
    let at = bytes.windows(word.len()).position(|w| w == word).unwrap();
    bytes[at] = b'q';
    fs::write(stored.place(), bytes).unwrap();
    let found = stored.risk(&["store", "verify"]);
    assert_eq!(found.code, 1, "{}{}", found.out, found.err);
    assert!(found.err.contains(&format!("case {CASE}: line 2, record 2: payload")), "{}", found.err);
    assert!(!found.err.contains("qhysical"), "{}", found.err);
    stored.risk(&["assess", CASE, "--audience", "manager"]).refused(&["not as it was kept", "record 2"]);
}

#[test]
fn one_case_is_proven_to_have_been_there_without_the_others_and_without_the_store() {
    let stored = Stored::with_a_case();
    stored.reading(&jsonl(&records()).replace(CASE, OTHER), &["store", "append", "-"]).fine();
    stored.risk(&["store", "identify", CASE, "crn:X1"]).fine();
    let (checkpoint, proof) = (stored.beside("then.checkpoint"), stored.beside("case.proof"));
    let said = stored.risk(&["store", "checkpoint", "--output", &checkpoint]).fine();
    let root = said.lines().find_map(|line| line.strip_prefix("root ")).unwrap().to_owned();
    stored.risk(&["store", "prove", "crn:X1", "--checkpoint", &checkpoint, "--output", &proof]).fine();
    assert!(!fs::read_to_string(&proof).unwrap().contains(OTHER));
    let said = risk(["store", "verify", "--proof", &proof, "--root", &root]).fine();
    assert!(said.contains(&format!("case {CASE}\nwas in the checkpoint of that root, with 6 records")), "{said}");
    let wrong = risk(["store", "verify", "--proof", &proof, "--root", &"0".repeat(64)]);
    assert_eq!((wrong.code, wrong.out.as_str()), (1, ""));
    risk(["store", "verify", "--proof", &proof]).refused(&["--root"]);
    risk(["store", "verify", "--proof", &checkpoint, "--root", &root]).refused(&["then.checkpoint", "a proof"]);
}

#[test]
fn a_checkpoint_that_is_none_or_does_not_name_the_case_is_refused() {
    let stored = Stored::with_a_case();
    let file = stored.beside("then.checkpoint");
    stored.risk(&["store", "checkpoint", "--output", &file]).fine();
    stored.risk(&["store", "prove", OTHER, "--checkpoint", &file]).refused(&["then.checkpoint", OTHER]);
    let text = fs::read_to_string(&file).unwrap().replace("\"records\":6", "\"records\":5");
    fs::write(&file, text).unwrap();
    stored
        .risk(&["store", "verify", "--checkpoint", &file])
        .refused(&["then.checkpoint", "expected lines of the root"]);
    stored.risk(&["store", "verify", "--checkpoint", "Cargo.toml"]).refused(&["Cargo.toml: line 1"]);
}

#[test]
fn payloads_that_are_encrypted_open_with_the_keys_and_not_without() {
    let stored = Stored::empty();
    let keys = stored.beside("keys");
    private_file(&keys, &format!("{CASE} {}\n", "0f".repeat(32)));
    stored.reading(&jsonl(&records()), &["store", "append", "-", "--keys", &keys]).fine();
    assert!(!String::from_utf8_lossy(&stored.bytes()).contains("physical_violence"));
    let asked = ["assess", CASE, "--audience", "responsible_officer"];
    stored.risk(&asked).refused(&["the payloads are encrypted and the case has no key"]);
    stored.risk(&[&asked[..], &["--keys", &keys]].concat()).fine();
    let said = stored.risk(&["store", "verify"]).fine();
    assert!(said.contains("The payloads of 1 case were not looked at"), "{said}");
    fs::write(&keys, format!("{CASE} 0f\n")).unwrap();
    stored.risk(&["store", "verify", "--keys", &keys]).refused(&["keys:1", "64 hexadecimal digits"]);
}

#[test]
fn a_checkpoint_is_made_of_what_is_intact_alone_and_continues_the_older_one_where_that_is_asked_for() {
    let stored = Stored::with_a_case();
    let (older, newer) = (stored.beside("older.checkpoint"), stored.beside("newer.checkpoint"));
    stored.risk(&["store", "checkpoint", "--output", &older]).fine();
    stored.reading(&jsonl(&records()).replace(CASE, OTHER), &["store", "append", "-"]).fine();
    stored.risk(&["store", "checkpoint", "--extends", &older, "--output", &newer]).fine();
    let (anew, before) = (Stored::with_a_case(), fs::read_to_string(&older).unwrap());
    anew.risk(&["store", "checkpoint", "--extends", &newer, "--output", &older]).refused(&[
        "the store is not intact",
        "the checkpoint says",
        "risk store verify",
    ]);
    assert_eq!(fs::read_to_string(&older).unwrap(), before, "the older one is as it was");
}

#[test]
fn checkpoints_are_made_by_themselves_once_enough_came_in() {
    let stored = Stored::empty();
    let folder = stored.beside("checkpoints");
    fs::create_dir(&folder).unwrap();
    let made = || {
        let mut made: Vec<_> = fs::read_dir(&folder).unwrap().map(|entry| entry.unwrap().path()).collect();
        made.sort();
        made
    };
    let automatic = ["--checkpoints", &folder, "--checkpoint-every", "7"];
    let append = |case: &str| {
        let text = jsonl(&records()).replace(CASE, case);
        stored.reading(&text, &[&["store", "append", "-"][..], &automatic].concat())
    };
    append(CASE).fine();
    assert!(made().is_empty(), "six are not enough");
    let said = append(OTHER).fine();
    assert!(said.contains(".checkpoint: where 2 cases") && said.contains("root "), "{said}");
    assert_eq!(made().len(), 1);
    append(OTHER).fine();
    assert_eq!(made().len(), 1, "nothing new");
    stored.risk(&["store", "verify", "--checkpoint", &made()[0].display().to_string()]).fine();
    // What cannot be written leaves the records where they are.
    let nowhere = stored.beside("nowhere");
    let text = jsonl(&records()).replace(CASE, "00000000-0000-4000-8000-000000000098");
    let said = stored.reading(&text, &["store", "append", "-", "--checkpoints", &nowhere, "--checkpoint-every", "1"]);
    assert!(
        said.code == 1 && said.out.contains("6 new records") && said.err.contains("no checkpoint was written"),
        "{said:?}"
    );
}

#[test]
fn a_backup_under_a_log_that_stayed_is_refused_in_words_that_say_what_to_do() {
    let stored = Stored::with_a_case();
    let file = stored.place();
    let (backup, log) = (std::path::PathBuf::from(stored.beside("backup.risk")), format!("{file}-wal"));
    {
        let held = risk_store::Store::open(file, risk_store::Options::default()).unwrap();
        held.backup(backup.as_ref()).unwrap();
        stored.reading(&jsonl(&records()).replace(CASE, OTHER), &["store", "append", "-"]).fine();
        // What a killed process leaves.
        fs::copy(&log, stored.beside("left-wal")).unwrap();
    }
    fs::copy(&backup, file).unwrap();
    fs::rename(stored.beside("left-wal"), &log).unwrap();
    stored.risk(&["store", "verify"]).refused(&["cases.risk-wal", "not the write-ahead log of", "move both"]);
    fs::remove_file(&log).unwrap();
    let _ = fs::remove_file(format!("{file}-shm"));
    let said = stored.risk(&["store", "verify"]).fine();
    assert!(said.contains("intact, 1 case"), "{said}");
}
