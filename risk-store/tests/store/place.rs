//! Places for stores: a new file, and a new database where there is a server.

use risk_core::event::vocabulary::Audience;
use risk_store::{Operator, Options, Reader, Store};
use tempfile::TempDir;

/// A place for one store, which goes when the test ends.
pub struct Place {
    pub url: String,
    _folder: TempDir,
}

impl Place {
    pub fn file() -> Self {
        let folder = tempfile::tempdir().unwrap();
        Self { url: folder.path().join("cases.risk").display().to_string(), _folder: folder }
    }

    /// The store there, made if it is missing.
    pub fn store(&self) -> Store {
        self.store_with(Options::default())
    }

    pub fn store_with(&self, options: Options) -> Store {
        Store::create(&self.url, options).unwrap()
    }
}

/// Runs a test on each sort of store.
pub fn on_each(test: impl Fn(&Place)) {
    test(&Place::file());
}

pub fn feed() -> Operator {
    Operator::new("night-feed").unwrap()
}

pub fn officer() -> Reader {
    Reader::new("N07A001", Audience::ResponsibleOfficer).unwrap()
}
