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
    stored.risk(&asked).refused(&["expected the key of its payloads"]);
    stored.risk(&[&asked[..], &["--keys", &keys]].concat()).fine();
    let said = stored.risk(&["store", "verify"]).fine();
    assert!(said.contains("The payloads of 1 case were not looked at"), "{said}");
    fs::write(&keys, format!("{CASE} 0f\n")).unwrap();
    stored.risk(&["store", "verify", "--keys", &keys]).refused(&["keys:1", "64 hexadecimal digits"]);
}
