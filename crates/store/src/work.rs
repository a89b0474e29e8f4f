//! Several steps on a store in one transaction: reads see one snapshot, and writes are atomic.

use std::collections::BTreeSet;

use risk_core::event::Instant;
use risk_core::log::{Log, Record};
use uuid::Uuid;

use crate::error::{AttemptError, StoreError};
use crate::facts::Facts;
use crate::head::Head;
use crate::identity::{self, claimed};
use crate::journal::{self, Act, Entry};
use crate::open::OpenCases;
use crate::sql::Tx;
use crate::waiting::{self, Waiting, WaitingState};
use crate::who::Operator;
use crate::{Store, directory, fence};

/// The scheme of an identifier that a person had before the current one: `noms_former`.
#[must_use]
pub fn former_scheme(scheme: &str) -> String {
    format!("{scheme}{}", identity::FORMER)
}

/// One transaction of several steps.
pub struct Work<'w, 'c, 's> {
    tx: &'w mut Tx<'c>,
    open: &'w mut OpenCases<'s>,
    by: &'w Operator,
    now: Instant,
    /// The error that stopped the transaction, which may be retried.
    trouble: Option<AttemptError>,
    /// The cases whose head someone took away, once they were looked for.
    lost: Option<Vec<Uuid>>,
}

impl Store {
    /// Runs several steps in one transaction, in which no other writer changes facts of cases. Where another writer is in the
    /// way it is run again: so it must give the same each time.
    ///
    /// # Errors
    /// Those of the steps, and of every operation of a store; then nothing was kept.
    pub fn work<T>(
        &self,
        by: &Operator,
        mut work: impl FnMut(&mut Work<'_, '_, '_>) -> Result<T, StoreError>,
    ) -> Result<T, StoreError> {
        let now = self.now();
        self.change(|tx, open| {
            fence::enter(tx)?;
            Head::of_the_facts(tx)?;
            let mut steps = Work { tx, open, by, now, trouble: None, lost: None };
            let done = work(&mut steps);
            match steps.trouble {
                Some(trouble) => Err(trouble),
                None => Ok(done?),
            }
        })
    }
}

impl<'s> Work<'_, '_, 's> {
    fn step<T>(
        &mut self,
        step: impl FnOnce(&mut Tx<'_>, &mut OpenCases<'s>) -> Result<T, AttemptError>,
    ) -> Result<T, StoreError> {
        if let Some(trouble) = &self.trouble {
            return Err(StoreError::Unreachable(trouble.why()));
        }
        step(self.tx, self.open).map_err(|trouble| match trouble {
            AttemptError::Final(e) => e,
            other => {
                let stopped = StoreError::Unreachable(other.why());
                self.trouble = Some(other);
                stopped
            }
        })
    }

    /// The cases that have an identifier; behind them those that are said to have it, and those that had it before another.
    ///
    /// # Errors
    /// If the store cannot be read.
    pub fn cases_of(&mut self, scheme: &str, value: &str) -> Result<Vec<Uuid>, StoreError> {
        self.step(|tx, _| {
            let mut cases = directory::cases_called(tx, scheme, value)?;
            cases.extend(directory::cases_ever_called(tx, scheme, value)?);
            for also in [claimed(scheme), former_scheme(scheme)] {
                cases.extend(directory::cases_ever_called(tx, &also, value)?);
            }
            let mut seen = BTreeSet::new();
            cases.retain(|case| seen.insert(*case));
            Ok(cases)
        })
    }

    /// The case of an erased person who had an identifier with this digest.
    ///
    /// # Errors
    /// If the store cannot be read.
    pub fn erased_as(&mut self, digest: &str) -> Result<Option<Uuid>, StoreError> {
        self.step(|tx, _| directory::erased_as(tx, digest))
    }

    /// Whether the store has the case.
    ///
    /// # Errors
    /// [`StoreError::Altered`] for a case that is not in the list of cases, though its records are there.
    pub fn has(&mut self, case_id: Uuid) -> Result<bool, StoreError> {
        if self.step(|tx, _| Head::find(tx, case_id))?.is_some() {
            return Ok(true);
        }
        let lost = match self.lost.take() {
            Some(lost) => lost,
            None => self.step(|tx, _| Head::lost(tx))?,
        };
        let is_lost = lost.contains(&case_id);
        self.lost = Some(lost);
        if is_lost {
            let what = "expected it in the list of cases, found its records alone".to_owned();
            return Err(StoreError::Altered { case_id, what });
        }
        Ok(false)
    }

    /// The facts that the store holds about a case; nothing of one that it does not have.
    ///
    /// # Errors
    /// If the store cannot be read.
    pub fn facts(&mut self, case_id: Uuid) -> Result<Facts, StoreError> {
        self.step(|tx, _| Facts::of(tx, case_id))
    }

    /// The case under which the person of a case is answered.
    ///
    /// # Errors
    /// If the store cannot be read.
    pub fn person(&mut self, case_id: Uuid) -> Result<Uuid, StoreError> {
        let mut head = case_id;
        while let Some(into) = self.facts(head)?.merged_into {
            head = into;
        }
        Ok(head)
    }

    /// The log of a case, if the store has it. The journal says that it was read.
    ///
    /// # Errors
    /// [`StoreError::Tampered`] for a case that fails verification.
    pub fn log(&mut self, case_id: Uuid) -> Result<Option<Log>, StoreError> {
        if !self.has(case_id)? {
            return Ok(None);
        }
        let (by, now) = (self.by, self.now);
        self.step(|tx, open| {
            let case = open.hold(tx, case_id)?;
            if !case.log.is_empty() {
                case.note(tx, by.into(), now, Act::Read)?;
            }
            Ok(Some(case.log.clone()))
        })
    }

    /// Appends records to a case, all or none.
    ///
    /// # Errors
    /// As [`Store::append`].
    pub fn append(&mut self, case_id: Uuid, records: Vec<Record>) -> Result<(), StoreError> {
        let (by, now) = (self.by, self.now);
        self.step(|tx, open| open.hold(tx, case_id)?.append(tx, by.into(), now, records, None).map(|_| ()))
    }

    /// [`Store::identify`], which is also refused where another case had the identifier before. Gives whether that is new.
    ///
    /// # Errors
    /// As [`Store::identify`].
    pub fn identify(&mut self, case_id: Uuid, scheme: &str, value: &str) -> Result<bool, StoreError> {
        let mut ever_called = |scheme: &str| self.step(|tx, _| directory::cases_ever_called(tx, scheme, value));
        let ever = ever_called(scheme)?;
        let is_of_one = identity::OF_ONE_PERSON.contains(&scheme);
        let claiming = if is_of_one { ever_called(&claimed(scheme))? } else { Vec::new() };
        // What was said before does not come to stand again when it is repeated, unless it was in doubt.
        if ever.contains(&case_id) && !claiming.contains(&case_id) {
            return Ok(false);
        }
        if is_of_one {
            let had = ever_called(&former_scheme(scheme))?;
            if had.contains(&case_id) {
                return Ok(false);
            }
            if let Some(other) = ever.iter().chain(&had).chain(&claiming).find(|other| **other != case_id) {
                let (scheme, value) = (scheme.to_owned(), value.to_owned());
                return Err(StoreError::Taken { scheme, value, case_id: *other });
            }
        }
        let (by, now) = (self.by, self.now);
        self.step(|tx, open| {
            let acts = identity::identified(tx, case_id, scheme, value)?;
            let is_new = !acts.is_empty();
            for (case_id, act) in acts {
                open.note(tx, by, now, case_id, act)?;
            }
            Ok(is_new)
        })
    }

    /// [`Store::merge`].
    ///
    /// # Errors
    /// As [`Store::merge`].
    pub fn merge(&mut self, from: Uuid, into: Uuid) -> Result<(), StoreError> {
        let (by, now) = (self.by, self.now);
        self.step(|tx, open| identity::merge(tx, open, by, now, from, into))
    }

    /// [`Store::unmerge`].
    ///
    /// # Errors
    /// As [`Store::unmerge`].
    pub fn unmerge(&mut self, from: Uuid, into: Uuid) -> Result<(), StoreError> {
        let (by, now) = (self.by, self.now);
        self.step(|tx, open| {
            for (case_id, act) in identity::unmerged(tx, from, into)? {
                open.note(tx, by, now, case_id, act)?;
            }
            Ok(())
        })
    }

    /// The journal of a case; empty for one that the store does not have.
    ///
    /// # Errors
    /// [`StoreError::Altered`] if it is not as it was kept.
    pub fn journal(&mut self, case_id: Uuid) -> Result<Vec<Entry>, StoreError> {
        self.step(|tx, _| {
            let Some(head) = Head::find(tx, case_id)? else { return Ok(Vec::new()) };
            Ok(journal::verified(tx, &head)?.into_iter().map(|(entry, _)| entry).collect())
        })
    }

    /// Whether no message is kept, and no person without records was erased.
    ///
    /// # Errors
    /// If the store cannot be read.
    pub fn keeps_nothing(&mut self) -> Result<bool, StoreError> {
        self.step(|tx, _| waiting::is_empty(tx))
    }

    /// The ids of the messages that are kept and name a person, by the keyed digest of an identifier.
    ///
    /// # Errors
    /// If the store cannot be read.
    pub fn waiting_of(&mut self, subject: &str) -> Result<Vec<Uuid>, StoreError> {
        self.step(|tx, _| waiting::of_subject(tx, subject))
    }

    /// The ids of the messages that wait for a time, which has come.
    ///
    /// # Errors
    /// If the store cannot be read.
    pub fn waiting_due(&mut self, now: Instant) -> Result<Vec<Uuid>, StoreError> {
        self.step(|tx, _| waiting::due(tx, now))
    }

    /// The ids of the messages that are kept for that reason since before a time; no more than a thousand.
    ///
    /// # Errors
    /// If the store cannot be read.
    pub fn waiting_older(&mut self, sort: WaitingState, than: Instant) -> Result<Vec<Uuid>, StoreError> {
        self.step(|tx, _| waiting::older(tx, sort, than))
    }

    /// The ids of all messages that are kept, the oldest first.
    ///
    /// # Errors
    /// If the store cannot be read.
    pub fn waiting_ids(&mut self) -> Result<Vec<Uuid>, StoreError> {
        self.step(|tx, _| waiting::ids(tx))
    }

    /// A message that is kept.
    ///
    /// # Errors
    /// If the store cannot be read.
    pub fn waiting(&mut self, sealing: &[u8; 32], id: Uuid) -> Result<Option<Waiting>, StoreError> {
        self.step(|tx, open| waiting::one(tx, open.keys(), sealing, id))
    }

    /// Keeps a message, sealed with a key of the caller's; since when it is kept stays where it is kept already.
    ///
    /// # Errors
    /// If the store cannot be written to.
    pub fn keep_waiting(&mut self, sealing: &[u8; 32], message: &Waiting) -> Result<(), StoreError> {
        self.step(|tx, open| waiting::keep(tx, open.keys(), sealing, message))
    }

    /// Says why a message is kept from now on.
    ///
    /// # Errors
    /// If the store cannot be written to.
    pub fn keep_waiting_as(&mut self, id: Uuid, sort: WaitingState) -> Result<(), StoreError> {
        self.step(|tx, _| waiting::keep_as(tx, id, sort))
    }

    /// Removes a message; gives whether there was one.
    ///
    /// # Errors
    /// If the store cannot be written to.
    pub fn remove_waiting(&mut self, id: Uuid) -> Result<bool, StoreError> {
        self.step(|tx, _| Ok(waiting::remove(tx, id)? > 0))
    }

    /// Notes by the keyed digest of an identifier that a person without stored records was erased.
    ///
    /// # Errors
    /// If the store cannot be written to.
    pub fn mark_erased(&mut self, digest: &str) -> Result<(), StoreError> {
        self.step(|tx, _| waiting::mark_erased(tx, digest))
    }

    /// Whether a person with that digest was erased before anything of them was kept.
    ///
    /// # Errors
    /// If the store cannot be read.
    pub fn is_marked_erased(&mut self, digest: &str) -> Result<bool, StoreError> {
        self.step(|tx, _| waiting::is_marked_erased(tx, digest))
    }

    /// Whether any person was erased who is recognised by a digest, which is made with the secret of that time.
    ///
    /// # Errors
    /// If the store cannot be read.
    pub fn is_anybody_erased(&mut self) -> Result<bool, StoreError> {
        self.step(|tx, _| Ok(directory::is_anybody_erased(tx)? || waiting::is_anybody_marked_erased(tx)?))
    }

    /// A value that is kept under a name, such as one by which it is noticed that a secret is another.
    ///
    /// # Errors
    /// If the store cannot be read.
    pub fn value(&mut self, name: &str) -> Result<Option<String>, StoreError> {
        self.step(|tx, _| waiting::value(tx, name))
    }

    /// Keeps a value under a name, in place of any other.
    ///
    /// # Errors
    /// If the store cannot be written to.
    pub fn keep_value(&mut self, name: &str, value: &str) -> Result<(), StoreError> {
        self.step(|tx, _| waiting::keep_value(tx, name, value))
    }
}
