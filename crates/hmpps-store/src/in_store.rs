//! A store as what is held, within one transaction.

use std::collections::BTreeSet;

use risk_core::event::Instant;
use risk_core::log::Log;
use risk_hmpps::import::{Held, Importer};
use risk_hmpps::unstable::LastStatement;
use risk_store::{Act, Facts, StoreError, Work, claimed};
use uuid::Uuid;

use crate::Erasures;
use crate::links::{members, were_parted_by_hand};

/// A store as what is held, within one transaction.
pub(crate) struct InStore<'i, 'w, 'c, 's> {
    pub(crate) importer: &'i Importer,
    pub(crate) work: &'i mut Work<'w, 'c, 's>,
    pub(crate) now: Instant,
    /// What is taken for the cases of erased persons who were never held.
    pub(crate) erased: BTreeSet<Uuid>,
    /// What is done with the order to erase a person.
    pub(crate) erasures: Erasures,
    pub(crate) failed: Option<StoreError>,
}

impl<'w, 'c, 's> InStore<'_, 'w, 'c, 's> {
    fn ask<T: Default>(&mut self, ask: impl FnOnce(&mut Work<'w, 'c, 's>) -> Result<T, StoreError>) -> T {
        ask(self.work).unwrap_or_else(|e| {
            self.failed.get_or_insert(e);
            T::default()
        })
    }
}

impl Held for InStore<'_, '_, '_, '_> {
    fn cases_of(&mut self, scheme: &str, value: &str) -> Vec<Uuid> {
        self.ask(|work| work.cases_of(scheme, value))
    }

    fn log(&mut self, case_id: Uuid) -> Option<Log> {
        self.ask(|work| work.log(case_id))
    }

    fn person(&mut self, case_id: Uuid) -> Uuid {
        self.ask(|work| work.person(case_id).map(Some)).unwrap_or(case_id)
    }

    fn joined_with(&mut self, case_id: Uuid) -> Vec<Uuid> {
        self.ask(|work| {
            let facts = work.facts(case_id)?;
            Ok(facts.merged_into.into_iter().chain(facts.merged_from.keys().copied()).collect())
        })
    }

    fn are_parted_by_hand(&mut self, one: Uuid, other: Uuid) -> bool {
        self.ask(|work| were_parted_by_hand(work, one, other))
    }

    fn gave_up(&mut self, case_id: Uuid, scheme: &str, value: &str) -> bool {
        self.ask(|work| Ok(gave_up(&work.facts(case_id)?, scheme, value)))
    }

    fn is_erased(&mut self, case_id: Uuid) -> bool {
        self.ask(|work| Ok(work.facts(case_id)?.erased.is_some())) || self.erased.contains(&case_id)
    }

    fn remembers_the_erased(&self) -> bool {
        true
    }

    fn erased_as(&mut self, digest: &str) -> Option<Uuid> {
        if let Some(case) = self.ask(|work| work.erased_as(digest)) {
            return Some(case);
        }
        let case = self.ask(|work| work.is_marked_erased(digest)).then(|| self.importer.of_nobody(digest))?;
        self.erased.insert(case);
        Some(case)
    }

    fn is_given_since(&mut self, digest: &str) -> bool {
        self.ask(|work| work.is_marked_erased(digest))
    }

    fn known_as(&mut self, case_id: Uuid) -> Vec<(String, String)> {
        let owned = |(sort, value): (&str, &str)| (sort.to_owned(), value.to_owned());
        self.ask(|work| Ok(work.facts(case_id)?.known_as().map(owned).collect()))
    }

    fn numbers_of(&mut self, case_id: Uuid) -> Vec<String> {
        self.ask(|work| numbers_of(work, case_id))
    }

    fn forgets(&mut self, case_id: Uuid) -> bool {
        self.erasures == Erasures::CarriedOut && !self.is_held(case_id)
    }

    fn last_statement(&mut self, digest: &str) -> Option<LastStatement> {
        LastStatement::read(&self.ask(|work| work.value(&contact_name(digest)))?)
    }

    fn has_crn(&mut self, case_id: Uuid) -> bool {
        self.ask(|work| Ok(work.facts(case_id)?.identifiers.contains_key("crn")))
    }

    fn is_held(&mut self, case_id: Uuid) -> bool {
        self.ask(|work| work.has(case_id))
    }

    fn keeps_messages(&self) -> bool {
        true
    }

    fn now(&self) -> Option<Instant> {
        Some(self.now)
    }
}

/// Every prison number that a case of the person of a case has or claims, or had before another.
fn numbers_of(work: &mut Work<'_, '_, '_>, case_id: Uuid) -> Result<Vec<String>, StoreError> {
    let mut cases = BTreeSet::new();
    members(work, case_id, &mut cases)?;
    let mut numbers = BTreeSet::new();
    for case in cases {
        let facts = work.facts(case)?;
        for entry in work.journal(case)? {
            if let Act::Identified { scheme, value: Some(value), .. } = entry.act
                && (scheme == "noms" || scheme == claimed("noms"))
                && !gave_up(&facts, "noms", &value)
            {
                numbers.insert(value.to_ascii_uppercase());
            }
        }
    }
    Ok(numbers.into_iter().collect())
}

/// Under which name a store keeps the statement of a contact that counts.
pub(crate) fn contact_name(digest: &str) -> String {
    format!("hmpps {digest}")
}

/// Whether an operator settled that the case does not have an identifier, whatever the estate says.
pub(crate) fn gave_up(facts: &Facts, scheme: &str, value: &str) -> bool {
    facts.was_taken(scheme, value) || facts.was_taken(&claimed(scheme), value)
}
