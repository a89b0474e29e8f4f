//! Damaged files: each is refused or found, and none is read as if it were whole.

use std::fs;

use rand::rngs::ChaCha8Rng;
use rand::{RngExt, SeedableRng};
use risk_store::{Options, Store};

use crate::place::{Place, feed};
use crate::records::{attended, call_out, case};

/// What can be read of a store: the log of each case, or that it cannot be.
fn read(file: &str) -> Result<Vec<String>, String> {
    let store = Store::open(file, Options { patience: std::time::Duration::ZERO, ..Options::default() })
        .map_err(|e| e.to_string())?;
    (1..=3).map(|n| store.log(&feed(), case(n)).map(|log| log.to_jsonl()).map_err(|e| e.to_string())).collect()
}

/// The bytes of a store of three cases, folded into one file.
fn whole() -> (Vec<u8>, Vec<String>) {
    let place = Place::file();
    let store = place.store();
    for n in 1..=3 {
        for i in 0..12 {
            let id = n * 100 + i;
            let record = if i == 5 { call_out(case(n), id) } else { attended(case(n), id) };
            store.append(&feed(), case(n), vec![record], None).unwrap();
        }
    }
    store.scrub().unwrap();
    let logs = (1..=3).map(|n| store.log(&feed(), case(n)).unwrap().to_jsonl()).collect();
    store.scrub().unwrap();
    (fs::read(&place.url).unwrap(), logs)
}

#[test]
fn a_bit_that_flips_anywhere_in_the_file_changes_nothing_that_is_read_as_whole() {
    let (bytes, logs) = whole();
    let mut random = ChaCha8Rng::seed_from_u64(7);
    let (mut found, mut harmless) = (0, 0);
    for _ in 0..300 {
        let mut damaged = bytes.clone();
        let at = random.random_range(0..damaged.len());
        damaged[at] ^= 1 << random.random_range(0..8);
        let place = Place::file();
        fs::write(&place.url, &damaged).unwrap();
        match read(&place.url) {
            Ok(read) => {
                assert_eq!(read, logs, "byte {at}");
                harmless += 1;
            }
            Err(message) => {
                assert!(!message.contains("no_further_action"), "a message repeats what a record says: {message}");
                found += 1;
            }
        }
    }
    assert!(found > 50, "{found} found, {harmless} without effect");
}

#[test]
fn a_file_cut_off_at_any_length_is_refused_or_whole() {
    let (bytes, logs) = whole();
    for part in 0..60 {
        let place = Place::file();
        fs::write(&place.url, &bytes[..bytes.len() * part / 60]).unwrap();
        if let Ok(read) = read(&place.url) {
            assert_eq!(read, logs, "{part} sixtieths");
        }
    }
}
