//! Which case a message belongs to if that is in doubt: prison numbers that several persons' cases claim, and persons who were erased.

use std::collections::{BTreeMap, BTreeSet};

use uuid::Uuid;

use crate::import::Held;
use crate::key::Key;
use crate::message::Named;
use crate::people::{Known, People, former, given_since};
use crate::reason::Reason;
use crate::report::Outcome;

/// What is held, as far as it says whose a message is.
pub(crate) struct IdentityResolver<'h> {
    pub(crate) held: &'h mut dyn Held,
    pub(crate) key: &'h Key,
}

impl Known for IdentityResolver<'_> {
    /// The case of an identifier, also if the person was erased.
    fn case_of(&mut self, scheme: &str, value: &str) -> Option<Uuid> {
        let now = self.held.cases_of(scheme, value).first().copied();
        if now.is_some() || !self.held.remembers_the_erased() {
            return now;
        }
        self.held.erased_as(&former(self.key, scheme, value))
    }

    fn has_crn(&mut self, case: Uuid) -> bool {
        self.held.has_crn(case)
    }

    fn is_erased(&mut self, case: Uuid) -> bool {
        self.held.is_erased(case)
    }
}

/// The prison numbers whose person is in doubt, and what the host's own case map says against what is held.
pub(crate) struct Contested<'p> {
    people: &'p People<'p>,
    /// Those that cases of several persons claim.
    claimed: BTreeMap<String, Doubt>,
    /// Those of erased persons, which no other person has or claims.
    erased: BTreeSet<String>,
    /// Those that messages gave to erased persons since, or that became one with those of erased persons, and that no other person
    /// has or claims.
    given_since: BTreeSet<String>,
    /// Those of erased persons that another person has no more than a claim to.
    left_over: BTreeSet<String>,
    /// Those that several claim and the host itself says are of a case.
    mapped: BTreeMap<String, Uuid>,
}

/// An identifier whose case is in doubt.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Doubt {
    /// Which sort it is of.
    pub scheme: &'static str,
    /// The cases that claim it, in the order of their ids.
    pub cases: Vec<Uuid>,
    /// What puts it in doubt.
    pub by: DoubtBy,
}

/// What puts in doubt whose an identifier is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DoubtBy {
    /// The cases of several persons claim it.
    Claims,
    /// The host's case map gives it to another case than the one that has it.
    CaseMap,
    /// Messages gave it to an erased person too.
    ErasedPerson,
    /// A person parted the two cases by hand, or merged them, and a message says otherwise.
    Hand,
}

impl Doubt {
    /// The outcome of a message about it, with the records that it made all the same.
    pub fn outcome(self, records: Vec<Uuid>) -> Outcome {
        let Self { scheme, cases, by } = self;
        let why = match by {
            DoubtBy::Claims => {
                format!(
                    "several cases claim one {scheme} number: merge them, or take it from the one that it is not of"
                )
            }
            DoubtBy::CaseMap => format!(
                "the case map gives the person's {scheme} number to another case than the one that has it: correct the case map, or \
                 merge the two cases"
            ),
            DoubtBy::ErasedPerson => format!(
                "a person who was erased by law was given this {scheme} number too: give it to the case that it is of \
                 (`risk store identify CASE {scheme}:NUMBER`)"
            ),
            DoubtBy::Hand => {
                "the message contradicts what a person merged or parted by hand: merge or part the two cases by hand \
                 (`risk store merge`, `risk store unmerge`), or discard the message"
                    .to_owned()
            }
        };
        let reason = if by == DoubtBy::Hand { Reason::DecidedByHand } else { Reason::ClaimedTwice };
        Outcome::Conflict { reason, scheme, cases, records, why }
    }

    /// What is noted of a message that comes to another outcome.
    pub fn note(&self) -> String {
        let named: Vec<String> = self.cases.iter().map(Uuid::to_string).collect();
        let (scheme, named) = (self.scheme, named.join(", "));
        match self.by {
            DoubtBy::CaseMap => {
                format!("the case map contradicts its {scheme} number; several cases claim it: {named}")
            }
            DoubtBy::ErasedPerson => {
                format!("an erased person was given its {scheme} number too; the case that claims it: {named}")
            }
            DoubtBy::Claims | DoubtBy::Hand => format!("several cases claim its {scheme} number: {named}"),
        }
    }
}

impl<'p> Contested<'p> {
    /// The prison numbers of those named that several persons' cases claim.
    pub(crate) fn of<'m>(
        named: impl Iterator<Item = &'m Named>,
        people: &'p People<'p>,
        key: &Key,
        held: &mut dyn Held,
    ) -> Self {
        let (claimed, mapped, erased) = (BTreeMap::new(), BTreeMap::new(), BTreeSet::new());
        let (given_since, left_over) = (BTreeSet::new(), BTreeSet::new());
        let mut contested = Self { people, claimed, erased, given_since, left_over, mapped };
        let mut numbers: BTreeSet<&String> = BTreeSet::new();
        for one in named {
            numbers.extend(one.numbers());
        }
        for noms in numbers {
            contested.look_at(noms, key, held);
        }
        contested
    }

    fn look_at(&mut self, noms: &str, key: &Key, held: &mut dyn Held) {
        let people = self.people;
        let (mut claiming, mut mapped) = (BTreeSet::new(), BTreeSet::new());
        // An erased person had one of the numbers; messages gave one of them to an erased person since, which no one has settled.
        let (mut had, mut given) = (false, false);
        for number in people.numbers_of(noms) {
            let having = held.cases_of("noms", number);
            let was_had = held.erased_as(&former(key, "noms", number)).is_some();
            mapped.extend(people.mapped("noms", number));
            if was_had && having.is_empty() {
                had = true;
                if number == noms {
                    self.erased.insert(noms.to_owned());
                }
                // Whoever is called by it now is refused: that is no claim.
                continue;
            }
            let is_noted = held.is_given_since(&given_since(key, number));
            given |= is_noted && !having.iter().any(|case| has_for_certain(*case, number, held));
            if number == noms && was_had && !having.iter().any(|case| has_for_certain(*case, number, held)) {
                self.left_over.insert(noms.to_owned());
            }
            claiming.extend(having);
            for crn in people.linked(number) {
                let case = people.by_crn(crn, &mut IdentityResolver { held: &mut *held, key });
                if held.is_erased(case) {
                    given |= !is_noted && !was_had;
                } else if !held.gave_up(case, "noms", number) {
                    claiming.insert(case);
                    mapped.extend(people.mapped("crn", crn));
                }
            }
        }
        if claiming.is_empty() {
            if had || given {
                self.given_since.insert(noms.to_owned());
            }
            return;
        }
        for case in &claiming {
            mapped.extend(self.mapped_by_names(*case, held).into_iter().map(|(_, of)| of));
        }
        let all: BTreeSet<Uuid> = claiming.union(&mapped).copied().collect();
        let by_map = people.numbers_of(noms).into_iter().find_map(|number| people.mapped("noms", number));
        let is_erased_persons = (had || given) && by_map.is_none();
        if persons(&all, held).len() < 2 && !is_erased_persons {
            return;
        }
        // Where one person alone has the number, a map that gives it to another contradicts that, and settles nothing.
        let are_several = persons(&claiming, held).len() > 1;
        match by_map.filter(|_| are_several && persons(&mapped, held).len() == 1) {
            Some(of) if self.is_a_person_apart(of, &claiming, held) => {
                self.mapped.insert(noms.to_owned(), of);
            }
            _ => {
                let by = match () {
                    () if is_erased_persons && persons(&all, held).len() < 2 => DoubtBy::ErasedPerson,
                    () if are_several => DoubtBy::Claims,
                    () => DoubtBy::CaseMap,
                };
                let doubt = Doubt { scheme: "noms", cases: all.into_iter().collect(), by };
                self.claimed.insert(noms.to_owned(), doubt);
            }
        }
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

    /// Whether a prison number that this import names together with a CRN is claimed for several persons.
    pub(crate) fn is_in_doubt(&self, crn: &str) -> bool {
        self.people.numbers_beside(crn).into_iter().any(|noms| self.claimed.contains_key(noms))
    }

    /// The cases that claim a prison number, where they are several persons'.
    pub(crate) fn claiming(&self, noms: &str) -> Option<Doubt> {
        self.claimed.get(noms).cloned()
    }

    /// Whether a prison number was an erased person's, and no other person has or claims it.
    pub(crate) fn is_erased(&self, noms: &str) -> bool {
        self.erased.contains(noms)
    }

    /// Whether what names its person by that prison number alone is about an erased person.
    pub(crate) fn leads_to_the_erased(&self, noms: &str) -> bool {
        self.erased.contains(noms) || self.given_since.contains(noms)
    }

    /// Prison numbers, and all that became one with them in this import.
    pub(crate) fn with_same(&self, numbers: &BTreeSet<String>) -> BTreeSet<String> {
        numbers.iter().flat_map(|noms| self.people.numbers_of(noms)).map(str::to_owned).collect()
    }

    /// Whether an erased person had or claimed a prison number to which another person has no more than a claim.
    pub(crate) fn is_left_over(&self, noms: &str) -> bool {
        self.left_over.contains(noms)
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
                return Some(two("noms", case, mapped));
            }
        }
        let crn = named.crn.as_deref();
        let mut mapped: Vec<(&'static str, Uuid)> =
            crn.and_then(|crn| self.people.mapped("crn", crn)).map(|of| ("crn", of)).into_iter().collect();
        mapped.extend(self.mapped_by_names(case, held));
        let other = mapped.into_iter().find(|(_, of)| held.person(*of) != held.person(case));
        other.map(|(scheme, of)| two(scheme, case, of))
    }

    /// Whether the host itself says whose a prison number is that several claim.
    pub(crate) fn is_mapped(&self, noms: &str) -> bool {
        self.mapped.contains_key(noms)
    }
}

/// The sorts of identifiers by which a person is known.
const SCHEMES: [&str; 2] = ["crn", "noms"];

/// A case map that gives an identifier of one case to another.
fn two(scheme: &'static str, one: Uuid, other: Uuid) -> Doubt {
    Doubt { scheme, cases: vec![one.min(other), one.max(other)], by: DoubtBy::CaseMap }
}

/// Whether a case has a number, or had it, and not only claims it.
fn has_for_certain(case: Uuid, noms: &str, held: &mut dyn Held) -> bool {
    held.known_as(case).iter().any(|(scheme, value)| scheme == "noms" && value.eq_ignore_ascii_case(noms))
}

fn persons(cases: &BTreeSet<Uuid>, held: &mut dyn Held) -> BTreeSet<Uuid> {
    cases.iter().map(|case| held.person(*case)).collect()
}
