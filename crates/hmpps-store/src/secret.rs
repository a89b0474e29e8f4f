//! The secret with which a store was filled: with another one the same messages make other records.

use risk_hmpps::import::Importer;
use risk_hmpps::key::Key;
use risk_store::{Operator, Store, StoreError, Work};

/// Under which name a store keeps what a secret makes of a constant.
const CHECK: &str = "hmpps secret";

/// Refuses another secret than the one with which the store was filled, before a person is erased: their messages that wait are found,
/// and those that come later are recognised, by that one alone. A store into which nothing was imported has none yet.
///
/// # Errors
/// [`StoreError::Argument`] for another secret; [`StoreError`] where the store cannot be read.
pub fn must_be_its_secret(key: &Key, store: &Store, by: &Operator) -> Result<(), StoreError> {
    store.work(by, |work| must_be_the_one(work, key, "messages about the person are found by it alone"))
}

/// Refuses another secret than the one with which the store was filled, if it was.
pub(crate) fn must_be_the_one(work: &mut Work<'_, '_, '_>, key: &Key, why: &str) -> Result<(), StoreError> {
    if is_another(work, key)? { Err(another(why, "another")) } else { Ok(()) }
}

/// Whether the store was filled with another secret.
fn is_another(work: &mut Work<'_, '_, '_>, key: &Key) -> Result<bool, StoreError> {
    Ok(work.value(CHECK)?.is_some_and(|kept| kept != key.check_value()))
}

fn another(why: &str, found: &str) -> StoreError {
    StoreError::argument("secret", format!("the one with which this store was filled: {why}"), found)
}

/// Refuses another secret than the one with which the store was filled, as the same messages would make other records.
pub(crate) fn must_have_its_secret(
    work: &mut Work<'_, '_, '_>,
    importer: &Importer,
    may_be_new: bool,
) -> Result<(), StoreError> {
    let is_another = is_another(work, importer.key())?;
    let (why, found) = if is_another && !may_be_new {
        let found = "another; use the old one, or say that it is new (`--new-key`)";
        ("with another the same messages are recorded a second time", found)
    } else if is_another && work.is_anybody_erased()? {
        ("persons were erased, who are recognised by it alone", "another, and their messages would be recorded again")
    } else {
        return work.keep_value(CHECK, &importer.key().check_value());
    };
    Err(another(why, found))
}
