//! Whose a message is, where that is in doubt: prison numbers that several persons' cases claim, and persons who were erased.

use std::collections::{BTreeMap, BTreeSet};

use uuid::Uuid;

use crate::import::Held;
use crate::key::Key;
use crate::message::Message;
use crate::people::{People, former};

/// Prison numbers that cases of several persons claim, with the cases in the order of their ids.
pub(crate) type Contested = BTreeMap<String, Vec<Uuid>>;

/// The case that an identifier stands for; or stood for, where the person was erased.
pub(crate) fn known(held: &mut dyn Held, key: &Key, scheme: &str, value: &str) -> Option<Uuid> {
    let now = held.cases_of(scheme, value).first().copied();
    now.or_else(|| held.erased_as(&former(key, scheme, value)))
}

/// The prison numbers in these messages that several persons' cases claim.
pub(crate) fn contested<'m>(
    messages: impl Iterator<Item = &'m Message>,
    people: &People<'_>,
    key: &Key,
    held: &mut dyn Held,
) -> Contested {
    let mut contested = Contested::new();
    for message in messages {
        let Some(noms) = &message.noms else { continue };
        // Two prison numbers that became one are of one person, whoever has which.
        let removed = message.info.text("removedNomsNumber").map(|removed| removed.to_ascii_uppercase());
        if people.is_mapped(noms) || (removed.is_none() && contested.contains_key(noms)) {
            continue;
        }
        let mut cases: BTreeSet<Uuid> = BTreeSet::new();
        for number in std::iter::once(noms).chain(&removed) {
            cases.extend(held.cases_of("noms", number));
            for crn in people.linked(number) {
                let case = people.by_crn(crn, &mut |scheme, value| known(held, key, scheme, value));
                if !held.gave_up(case, "noms", number) && !held.is_erased(case) {
                    cases.insert(case);
                }
            }
        }
        let persons: BTreeSet<Uuid> = cases.iter().map(|case| held.person(*case)).collect();
        if persons.len() > 1 {
            contested.entry(noms.clone()).or_default().extend(cases);
        }
    }
    for cases in contested.values_mut() {
        cases.sort_unstable();
        cases.dedup();
    }
    contested
}
