//! The cases that a transaction holds.

use std::collections::BTreeMap;

use lru::LruCache;
use risk_core::event::Instant;
use risk_core::log::Log;
use uuid::Uuid;

use crate::error::{AttemptError, StoreError};
use crate::head::Head;
use crate::journal::{self, Act, By, DIRECTORY, WHOLE_STORE};
use crate::payload::Keys;
use crate::records::OpenCase;
use crate::sql::Tx;
use crate::who::Operator;

/// The cases that a transaction has locked, each opened once.
pub(crate) struct OpenCases<'s> {
    cases: BTreeMap<Uuid, OpenCase<'s>>,
    remembered: &'s mut LruCache<Uuid, Log>,
    keys: Option<&'s Keys>,
}

impl<'s> OpenCases<'s> {
    pub(crate) fn new(remembered: &'s mut LruCache<Uuid, Log>, keys: Option<&'s Keys>) -> Self {
        Self { cases: BTreeMap::new(), remembered, keys }
    }

    /// The case; an empty one where there is none yet.
    pub(crate) fn hold(&mut self, tx: &mut Tx<'_>, case_id: Uuid) -> Result<&mut OpenCase<'s>, AttemptError> {
        if case_id == WHOLE_STORE || case_id == DIRECTORY {
            return Err(StoreError::argument("case_id", "the UUID of a case", "one of the store's own").into());
        }
        if !self.cases.contains_key(&case_id) {
            let head = Head::hold(tx, case_id)?;
            let case = OpenCase::open(tx, head, self.remembered.pop(&case_id), self.keys)?;
            self.cases.insert(case_id, case);
        }
        self.cases.get_mut(&case_id).ok_or_else(|| not_found(case_id).into())
    }

    /// The case, which must be there.
    pub(crate) fn hold_known(&mut self, tx: &mut Tx<'_>, case_id: Uuid) -> Result<&mut OpenCase<'s>, AttemptError> {
        must_exist(tx, case_id)?;
        self.hold(tx, case_id)
    }

    /// Writes down what was done with a case. Its log is not read for it.
    pub(crate) fn note(
        &mut self,
        tx: &mut Tx<'_>,
        by: &Operator,
        now: Instant,
        case_id: Uuid,
        act: Act,
    ) -> Result<(), AttemptError> {
        if let Some(case) = self.cases.get_mut(&case_id) {
            return case.note(tx, by.into(), now, act);
        }
        let mut head = Head::hold(tx, case_id)?;
        journal::write(tx, &mut head, By::from(by), now, act)?;
        head.keep(tx)
    }

    /// Drops the log of a finished case from memory; the transaction still holds the case.
    pub(crate) fn forget(&mut self, case_id: Uuid) {
        self.cases.remove(&case_id);
    }

    pub(crate) fn keys(&self) -> Option<&'s Keys> {
        self.keys
    }

    pub(crate) fn into_logs(self) -> Vec<(Uuid, Log)> {
        self.cases.into_iter().map(|(id, case)| (id, case.log)).collect()
    }
}

/// Refuses a case of which the store knows nothing.
pub(crate) fn must_exist(tx: &mut Tx<'_>, case_id: Uuid) -> Result<(), AttemptError> {
    match Head::find(tx, case_id)? {
        Some(_) => Ok(()),
        None if Head::lost(tx)?.contains(&case_id) => {
            let what = "expected it in the list of cases, found its records alone".to_owned();
            Err(StoreError::Altered { case_id, what }.into())
        }
        None => Err(not_found(case_id).into()),
    }
}

fn not_found(case_id: Uuid) -> StoreError {
    StoreError::NotFound { expected: "a case of this store", found: format!("case {case_id}") }
}
