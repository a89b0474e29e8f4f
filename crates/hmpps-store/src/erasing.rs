//! Carries out the orders to erase a person.

use std::collections::BTreeSet;

use risk_core::event::field::StaffId;
use risk_core::event::vocabulary::CorrectionReason;
use risk_hmpps::import::Importer;
use risk_hmpps::reason::Reason;
use risk_hmpps::report::{Instruction, MessageReport, Outcome};
use risk_store::{Operator, PersonErasure, Scrubbed, Store, StoreError};
use uuid::Uuid;

use crate::Erasures;
use crate::importing::Done;

pub(crate) fn not_done(reason: Reason, why: String) -> Outcome {
    Outcome::NotDone { reason, why }
}

pub(crate) fn not_asked_for() -> Outcome {
    not_done(Reason::ErasureNotAskedFor, "an erasure cannot be undone, and was not asked for".to_owned())
}

/// Erases persons.
pub(crate) struct Eraser<'a> {
    pub(crate) importer: &'a Importer,
    pub(crate) store: &'a Store,
    pub(crate) by: &'a Operator,
    pub(crate) erasures: Erasures,
}

impl Eraser<'_> {
    /// Erases the persons of an import, and reports the messages about them that waited. Gives whether any person was erased.
    pub(crate) fn carry_out(&self, done: &mut Done) -> Result<bool, StoreError> {
        let (mut erases, mut gone) = (false, BTreeSet::new());
        let report = &mut done.import.report;
        for instruction in std::mem::take(&mut done.erase) {
            let telling = |reported: &&MessageReport| reported.tells.contains(&instruction);
            let all = || report.messages.iter().chain(&report.waited);
            let named = all().find(telling).map(MessageReport::names).unwrap_or_default();
            let Instruction::Erase { case_id } = instruction else { continue };
            let (waiting, outcome) = self.erase(case_id, &named)?;
            erases |= waiting.is_some();
            gone.extend(waiting.into_iter().flatten());
            if let Some(outcome) = outcome {
                report.come_to(&[(instruction, outcome)]);
            }
        }
        for one in done.waiting.iter().filter(|one| gone.contains(&one.id)) {
            let delivered = report.messages.iter_mut().find(|reported| reported.waiting_id == Some(one.id));
            match delivered {
                Some(reported) => {
                    reported.outcome = Outcome::erased();
                    (reported.kept, reported.waiting_id) = (false, None);
                }
                None => report.waited.push(one.reported(Outcome::erased())),
            }
        }
        Ok(erases)
    }

    /// Erases a person; `named` is what the message calls them. Gives the messages that waited and are gone, if anything was erased, and
    /// what came of it, if it was not done, or not all of it.
    fn erase(
        &self,
        case_id: Uuid,
        named: &[(&str, String)],
    ) -> Result<(Option<Vec<Uuid>>, Option<Outcome>), StoreError> {
        if self.erasures == Erasures::Listed {
            return Ok((None, Some(not_asked_for())));
        }
        let Ok(by) = StaffId::new(self.by.id()) else {
            let why = "the operator's id is none that a record can name".to_owned();
            return Ok((None, Some(not_done(Reason::ErasureRefused, why))));
        };
        let erasure = PersonErasure {
            reason: CorrectionReason::LegalErasure,
            by,
            record_id: &|of| Ok(self.importer.erasure_id(of)),
            digest: Some(&|scheme, value| self.importer.former(scheme, value)),
            named,
        };
        let done = match self.store.erase_person(self.by, case_id, &erasure) {
            // Of one case, which another import may still be able to read.
            Err(
                e @ (StoreError::NotFound { .. }
                | StoreError::NoKey { .. }
                | StoreError::WrongKey { .. }
                | StoreError::Tampered { .. }
                | StoreError::Damaged(_)
                | StoreError::Append { .. }),
            ) => {
                let why = format!("nothing of the person was erased: {e}");
                return Ok((None, Some(not_done(Reason::ErasureRefused, why))));
            }
            done => done?,
        };
        let mut left = done.remains;
        if let Scrubbed::Pending(why) = done.scrubbed {
            left.push(format!("old bytes may be in the store's files: {why}; `risk store scrub` tries again"));
        }
        let remains = || not_done(Reason::ErasureIncomplete, format!("what remains: {}", left.join("; ")));
        Ok((Some(done.waiting), (!left.is_empty()).then(remains)))
    }
}
