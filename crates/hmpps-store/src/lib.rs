//! Imports deliveries of HMPPS services into a store of cases: appends what is new, records which identifiers and cases belong
//! together, and keeps the messages that wait for something. [`risk_hmpps`] says what a message means; [`risk_store`] keeps the cases.
//!
//! ```
//! use risk_hmpps::{codes::Codes, import::{Given, Importer}, key::Key, people::CaseMap};
//! use risk_hmpps_store::{Erasures, IntoStore, import_into};
//! use risk_store::{Operator, Options, Store};
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! # let folder = tempfile::tempdir()?;
//! # let place = folder.path().join("cases.risk").display().to_string();
//! let store = Store::create(&place, Options::default())?;
//! let importer = Importer::new(Codes::embedded()?, Key::new(b"32 bytes or more that nobody can guess")?, CaseMap::default());
//! let message = br#"{"eventType":"enforcement.breach.raised","occurredAt":"2026-06-14T09:06:52Z",
//!     "personReference":{"identifiers":[{"type":"CRN","value":"X800001"}]},
//!     "additionalInformation":{"eventId":"7"}}"#;
//! let how = IntoStore::new(Erasures::Listed, "2026-06-14T10:00:00Z".parse()?);
//! let import = import_into(&importer, &store, &Operator::new("queue")?, &[(None, Given::Messages(message))], &how)?;
//! assert_eq!(import.report.counts["recorded"], 1);
//! # Ok(())
//! # }
//! ```

mod erasing;
mod importing;
mod in_store;
mod links;
mod secret;
mod waiting;

use chrono::TimeDelta;
use risk_core::event::Instant;
use risk_hmpps::import::{Given, Importer};
use risk_hmpps::report::Import;
use risk_hmpps::unstable::read;
use risk_store::{Operator, Store, StoreError};
use uuid::Uuid;

use crate::erasing::Eraser;
use crate::importing::{Done, Importing};
use crate::secret::{must_be_the_one, must_have_its_secret};
use crate::waiting::listed;

pub use crate::secret::must_be_its_secret;
pub use crate::waiting::{Listed, WAIT_AT_MOST};

/// How often what is in conflict is looked at again within one import, as one message after another settles it.
const PASSES: usize = 4;

/// What is done with the order to erase a person.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Erasures {
    /// It is listed as not done, for a person to do.
    Listed,
    /// Everything of the person is erased: of all cases that are merged, with evidence and identifiers. It cannot be undone.
    CarriedOut,
}

/// How an import into a store is done.
#[derive(Debug, Clone, Copy)]
pub struct IntoStore {
    /// What is done with the order to erase a person.
    pub erasures: Erasures,
    /// The time by the host's clock.
    pub now: Instant,
    /// How long a message waits at most; then it is for a person.
    pub wait_at_most: TimeDelta,
    /// Whether the store may have been filled with another secret.
    pub new_key: bool,
    /// Whether every message that waits is looked at again, not only those of persons who are named.
    pub retry_all: bool,
}

impl IntoStore {
    /// At that time by the host's clock; messages wait for [`WAIT_AT_MOST`], and the secret is the one with which the store was filled.
    #[must_use]
    pub fn new(erasures: Erasures, now: Instant) -> Self {
        Self { erasures, now, wait_at_most: WAIT_AT_MOST, new_key: false, retry_all: false }
    }
}

/// Reads what was given and what the store keeps of earlier imports, appends what is new, passes on identifiers, merges
/// and, if it is to, of erasures, and keeps what waits: all of it or nothing, but for erasures, which are done each for itself.
/// Given again, it changes nothing.
///
/// # Errors
/// [`StoreError`] where the store cannot be read or takes nothing, and [`StoreError::Argument`] for another secret than the one
/// with which the store was filled; then nothing was kept.
pub fn import_into(
    importer: &Importer,
    store: &Store,
    by: &Operator,
    given: &[(Option<String>, Given<'_>)],
    how: &IntoStore,
) -> Result<Import, StoreError> {
    let (messages, tables) = read(given);
    let mut done = store.work(by, |work| {
        must_have_its_secret(work, importer, how.new_key)?;
        Importing { importer, how, messages: &messages, tables: &tables }.run(work)
    })?;
    let eraser = Eraser { importer, store, by, erasures: how.erasures };
    let mut erases = eraser.carry_out(&mut done)?;
    let Done { mut import, .. } = done;
    // What an erasure settles is applied now: of two persons who claimed a number one is left.
    for _ in 0..PASSES {
        if !erases {
            break;
        }
        let again = Importing { importer, how, messages: &[], tables: &[] };
        let mut done = store.work(by, |work| again.run(work))?;
        erases = eraser.carry_out(&mut done)?;
        let Done { import: more, .. } = done;
        import.records.extend(more.records);
        import.report.also(more.report);
    }
    import.report.stored = true;
    import.report.finish();
    Ok(import)
}

/// The messages that wait in a store, the oldest first. It does not show the persons.
///
/// # Errors
/// [`StoreError`] where the store cannot be read, or was filled with another secret.
pub fn waiting(importer: &Importer, store: &Store, by: &Operator) -> Result<Vec<Listed>, StoreError> {
    store.work(by, |work| {
        must_be_the_one(work, importer.key(), "no other opens what waits in it")?;
        listed(work, importer)
    })
}

/// Removes a message that waits in a store.
///
/// # Errors
/// [`StoreError::NotFound`]; [`StoreError::Argument`] where the store was filled with another secret.
pub fn discard(importer: &Importer, store: &Store, by: &Operator, id: Uuid) -> Result<(), StoreError> {
    store.work(by, |work| {
        must_be_the_one(work, importer.key(), "no other opens what waits in it")?;
        if work.remove_waiting(id)? {
            return Ok(());
        }
        Err(StoreError::NotFound { expected: "a message that waits", found: id.to_string() })
    })
}
