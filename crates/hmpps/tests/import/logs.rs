//! An importer, and a host that keeps logs in memory.

use risk_core::log::Log;
use risk_hmpps::codes::Codes;
use risk_hmpps::import::{Given, Held, HeldLogs, Importer};
use risk_hmpps::key::Key;
use risk_hmpps::people::CaseMap;
use risk_hmpps::report::Import;
use uuid::Uuid;

/// A secret for tests.
pub fn key() -> Key {
    Key::new(b"a secret that only these tests know").unwrap()
}

/// An importer with the tables that are built in.
pub fn importer() -> Importer {
    Importer::new(Codes::embedded().unwrap(), key(), CaseMap::default())
}

/// What a host keeps.
#[derive(Default, Clone)]
pub struct Logs {
    /// Of each case.
    pub held: HeldLogs,
    /// Whether each prison number has a case.
    pub prison_numbers_known: bool,
}

impl Logs {
    /// Imports one delivery, and keeps what is new: a log takes all of it.
    pub fn deliver(&mut self, importer: &Importer, given: Given<'_>) -> Import {
        let import = importer.import(&[(None, given)], self);
        self.held.append(import.records.iter().cloned()).unwrap();
        import
    }
}

impl Held for Logs {
    fn cases_of(&mut self, scheme: &str, value: &str) -> Vec<Uuid> {
        let case =
            (self.prison_numbers_known && scheme == "noms").then(|| key().uuid(&["a case of the host's", value]));
        case.into_iter().collect()
    }

    fn log(&mut self, case_id: Uuid) -> Option<Log> {
        self.held.log(case_id)
    }
}
