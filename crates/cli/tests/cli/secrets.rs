//! Keys that others can read are refused.

use std::fs::{self, Permissions};
use std::os::unix::fs::{PermissionsExt, symlink};

use crate::case::{jsonl, records};
use crate::command::{Ran, risk_reading};
use crate::stored::{CASE, Stored};

const MESSAGE: &str = r#"{"eventType":"tier.calculation.complete","occurredAt":"2026-06-14T09:06:52Z",
    "personReference":{"identifiers":[{"type":"CRN","value":"X800001"}]}}"#;

fn import(key: &str) -> Ran {
    risk_reading(MESSAGE, ["hmpps", "import", "-", "--key-file", key])
}

#[test]
fn a_key_that_others_can_read_is_refused_with_the_command_that_mends_it() {
    let folder = tempfile::tempdir().unwrap();
    let key = folder.path().join("my key");
    let link = folder.path().join("link");
    symlink("my key", &link).unwrap();
    fs::write(&key, "a secret that only these tests know").unwrap();
    for mode in [0o644, 0o640, 0o604, 0o660, 0o606, 0o610, 0o601, 0o777, 0o440] {
        fs::set_permissions(&key, Permissions::from_mode(mode)).unwrap();
        for path in [&key, &link] {
            let path = path.to_str().unwrap();
            let mends =
                if path.contains(' ') { format!("`chmod 600 '{path}'`") } else { format!("`chmod 600 {path}`") };
            import(path).refused(&["others can read this key", &format!("(mode {mode:04o})"), &mends]);
        }
    }
    for mode in [0o600, 0o400] {
        fs::set_permissions(&key, Permissions::from_mode(mode)).unwrap();
        assert_eq!(import(key.to_str().unwrap()).code, 0);
    }
}

#[test]
fn the_keys_of_a_store_are_read_as_carefully() {
    let stored = Stored::empty();
    let keys = stored.beside("keys");
    fs::write(&keys, format!("{CASE} {}\n", "5a".repeat(32))).unwrap();
    let asked = ["store", "append", "-", "--keys", &keys];
    fs::set_permissions(&keys, Permissions::from_mode(0o644)).unwrap();
    stored.reading(&jsonl(&records()), &asked).refused(&["keys: others can read this key (mode 0644)", "chmod 600"]);
    fs::set_permissions(&keys, Permissions::from_mode(0o600)).unwrap();
    stored.reading(&jsonl(&records()), &asked).fine();
}

#[test]
fn a_key_of_another_user_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let key = folder.path().join("key");
    fs::write(&key, "a secret that only these tests know").unwrap();
    fs::set_permissions(&key, Permissions::from_mode(0o600)).unwrap();
    // Only root can give a file away.
    if std::os::unix::fs::chown(&key, Some(12345), None).is_err() {
        return;
    }
    import(key.to_str().unwrap()).refused(&["belongs to another user (id 12345)", "chown"]);
}

#[test]
fn a_key_may_come_through_standard_input() {
    let folder = tempfile::tempdir().unwrap();
    let message = folder.path().join("message.json");
    fs::write(&message, MESSAGE).unwrap();
    let arguments = ["hmpps", "import", message.to_str().unwrap(), "--key-file", "-"];
    assert_eq!(risk_reading("a secret that only these tests know", arguments).code, 0);
}
