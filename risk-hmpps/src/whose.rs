//! Whose a message is, where that is in doubt: prison numbers that several persons' cases claim, and persons who were erased.

use std::collections::{BTreeMap, BTreeSet};

use uuid::Uuid;

use crate::import::Held;
use crate::key::Key;
use crate::message::Named;
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

/// The prison numbers whose person is in doubt, and what the host's own case map says against what is held.
pub(crate) struct Contested<'p> {
    people: &'p People<'p>,
    /// Those that cases of several persons claim, with the cases in the order of their ids.
    claimed: BTreeMap<String, Vec<Uuid>>,
    /// Those that several claim and the host itself says are of a case.
    mapped: BTreeMap<String, Uuid>,
}

/// An identifier whose case is in doubt.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Doubt {
    /// Which sort it is of.
    pub(crate) scheme: &'static str,
    /// The cases that claim it, in the order of their ids.
    pub(crate) cases: Vec<Uuid>,
}

impl<'p> Contested<'p> {
    /// The prison numbers of those named that several persons' cases claim.
    pub(crate) fn of<'m>(
        named: impl Iterator<Item = &'m Named>,
        people: &'p People<'p>,
        key: &Key,
        held: &mut dyn Held,
    ) -> Self {
        let (claimed, mapped) = (BTreeMap::new(), BTreeMap::new());
        let mut contested = Self { people, claimed, mapped };
        let numbers: BTreeSet<&String> = named.filter_map(|named| named.noms.as_ref()).collect();
        for noms in numbers {
            contested.look_at(noms, key, held);
        }
        contested
    }

    fn look_at(&mut self, noms: &str, key: &Key, held: &mut dyn Held) {
        let people = self.people;
        let (mut claiming, mut mapped) = (BTreeSet::new(), BTreeSet::new());
        for number in people.numbers_of(noms) {
            claiming.extend(held.cases_of("noms", number));
            mapped.extend(people.mapped("noms", number));
            for crn in people.linked(number) {
                let case = people.by_crn(crn, &mut Whose { held: &mut *held, key });
                if !held.gave_up(case, "noms", number) && !held.is_erased(case) {
                    claiming.insert(case);
                    mapped.extend(people.mapped("crn", crn));
                }
            }
        }
        for case in &claiming {
            mapped.extend(self.mapped_by_names(*case, held).into_iter().map(|(_, of)| of));
        }
        let all: BTreeSet<Uuid> = claiming.union(&mapped).copied().collect();
        if persons(&all, held).len() < 2 {
            return;
        }
        let by_map = people.numbers_of(noms).into_iter().find_map(|number| people.mapped("noms", number));
        // Where one person alone has the number, a map that gives it to another contradicts that, and settles nothing.
        let are_several = persons(&claiming, held).len() > 1;
        match by_map.filter(|_| are_several && persons(&mapped, held).len() == 1) {
            Some(of) if self.is_a_person_apart(of, &claiming, held) => {
                self.mapped.insert(noms.to_owned(), of).is_some()
            }
            _ => self.claimed.insert(noms.to_owned(), all.into_iter().collect()).is_some(),
        };
    }

    /// Whether the case to which the host gives a number is one that has a CRN, which no other that claims the number has. Only then is
    /// it settled by the host's word: one that has none may be the same person's as one that has.
    fn is_a_person_apart(&self, case: Uuid, claiming: &BTreeSet<Uuid>, held: &mut dyn Held) -> bool {
        let person = held.person(case);
        if held.has_crn(case) {
            return true;
        }
        let crns: Vec<&str> = self.people.crns_of(case).collect();
        let others: Vec<Uuid> = claiming.iter().copied().filter(|other| held.person(*other) != person).collect();
        let is_of_another = |crn: &str, held: &mut dyn Held| {
            others
                .iter()
                .any(|other| held.known_as(*other).iter().any(|(s, v)| s == "crn" && v.eq_ignore_ascii_case(crn)))
        };
        crns.into_iter().any(|crn| !is_of_another(crn, held))
    }

    /// The cases that the host gives to the identifiers which a case that is held is known by.
    fn mapped_by_names(&self, case: Uuid, held: &mut dyn Held) -> Vec<(&'static str, Uuid)> {
        let names = if self.people.has_map() { held.known_as(case) } else { Vec::new() };
        let of = |(scheme, value): &(String, String)| {
            let scheme = SCHEMES.into_iter().find(|known| known == scheme)?;
            Some((scheme, self.people.mapped(scheme, value)?))
        };
        names.iter().filter_map(of).collect()
    }

    /// The cases that claim a prison number, where they are several persons'.
    pub(crate) fn claiming(&self, noms: &str) -> Option<Doubt> {
        self.claimed.get(noms).map(|cases| Doubt { scheme: "noms", cases: cases.clone() })
    }

    /// What is in doubt of a message about a case: whose its prison number is, or whether the case is the one that the host's own map
    /// gives to its person.
    pub(crate) fn against(&self, named: &Named, case: Uuid, held: &mut dyn Held) -> Option<Doubt> {
        if let Some(noms) = &named.noms {
            if let Some(doubt) = self.claiming(noms) {
                return Some(doubt);
            }
            if let Some(mapped) = self.mapped.get(noms).copied()
                && held.person(mapped) != held.person(case)
            {
                return Some(Doubt { scheme: "noms", cases: vec![mapped.min(case), mapped.max(case)] });
            }
        }
        let crn = named.crn.as_deref();
        let mut mapped: Vec<(&'static str, Uuid)> =
            crn.and_then(|crn| self.people.mapped("crn", crn)).map(|of| ("crn", of)).into_iter().collect();
        mapped.extend(self.mapped_by_names(case, held));
        let other = mapped.into_iter().find(|(_, of)| held.person(*of) != held.person(case));
        other.map(|(scheme, of)| Doubt { scheme, cases: vec![of.min(case), of.max(case)] })
    }

    /// Whether the host itself says whose a prison number is that several claim.
    pub(crate) fn is_mapped(&self, noms: &str) -> bool {
        self.mapped.contains_key(noms)
    }
}

/// The sorts of identifiers by which a person is known.
const SCHEMES: [&str; 2] = ["crn", "noms"];

fn persons(cases: &BTreeSet<Uuid>, held: &mut dyn Held) -> BTreeSet<Uuid> {
    cases.iter().map(|case| held.person(*case)).collect()
}
