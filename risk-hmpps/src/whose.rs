//! Whose a message is, where that is in doubt: prison numbers that several persons' cases claim, and persons who were erased.

use std::collections::{BTreeMap, BTreeSet};

use uuid::Uuid;

use crate::import::Held;
use crate::key::Key;
use crate::message::Message;
use crate::people::{Known, People, former};

/// What is held, as far as it says whose a message is.
pub(crate) struct Whose<'h> {
    pub(crate) held: &'h mut dyn Held,
    pub(crate) key: &'h Key,
}

impl Known for Whose<'_> {
    /// The case that an identifier stands for; or stood for, where the person was erased.
    fn case_of(&mut self, scheme: &str, value: &str) -> Option<Uuid> {
        let now = self.held.cases_of(scheme, value).first().copied();
        now.or_else(|| self.held.erased_as(&former(self.key, scheme, value)))
    }

    fn has_crn(&mut self, case: Uuid) -> bool {
        self.held.has_crn(case)
    }
}

/// The prison numbers whose person is in doubt.
#[derive(Debug, Default)]
pub(crate) struct Contested {
    /// Those that cases of several persons claim, with the cases in the order of their ids.
    claimed: BTreeMap<String, Vec<Uuid>>,
    /// Those that the host itself says are of a case.
    mapped: BTreeMap<String, Uuid>,
}

impl Contested {
    /// The prison numbers in these messages that several persons' cases claim.
    pub(crate) fn of<'m>(
        messages: impl Iterator<Item = &'m Message>,
        people: &People<'_>,
        key: &Key,
        held: &mut dyn Held,
    ) -> Self {
        let mut contested = Self::default();
        let mut seen = BTreeSet::new();
        for noms in messages.filter_map(|message| message.noms.as_ref()).filter(|noms| seen.insert(*noms)) {
            let mut cases = people.mapped(noms);
            if let (Some(only), 1) = (cases.first(), cases.len()) {
                contested.mapped.insert(noms.clone(), *only);
                continue;
            }
            let is_mapped = !cases.is_empty();
            for number in people.numbers_of(noms).into_iter().filter(|_| !is_mapped) {
                cases.extend(held.cases_of("noms", number));
                for crn in people.linked(number) {
                    let case = people.by_crn(crn, &mut Whose { held: &mut *held, key });
                    if !held.gave_up(case, "noms", number) && !held.is_erased(case) {
                        cases.insert(case);
                    }
                }
            }
            let persons: BTreeSet<Uuid> = cases.iter().map(|case| held.person(*case)).collect();
            if persons.len() > 1 {
                contested.claimed.insert(noms.clone(), cases.into_iter().collect());
            }
        }
        contested
    }

    /// The cases that claim a prison number, where they are several persons'.
    pub(crate) fn claiming(&self, noms: &str) -> Option<&Vec<Uuid>> {
        self.claimed.get(noms)
    }

    /// The cases that claim the prison number of a message about a case.
    pub(crate) fn against(&self, noms: &str, case: Uuid, held: &mut dyn Held) -> Option<Vec<Uuid>> {
        if let Some(cases) = self.claimed.get(noms) {
            return Some(cases.clone());
        }
        let mapped = *self.mapped.get(noms)?;
        let differs = held.person(mapped) != held.person(case);
        differs.then(|| vec![mapped.min(case), mapped.max(case)])
    }

    /// Whether the host itself says whose a prison number is.
    pub(crate) fn is_mapped(&self, noms: &str) -> bool {
        self.mapped.contains_key(noms)
    }
}
