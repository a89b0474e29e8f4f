//! What the host states about its cases: what it calls them, which are of one person, and who may not see which.

use std::collections::BTreeSet;

use risk_core::event::Instant;
use risk_core::log::Log;
use uuid::Uuid;

use crate::directory::{cases_called, cases_ever_called, folded};
use crate::error::{AttemptError, StoreError};
use crate::facts::{Facts, Person};
use crate::head::Head;
use crate::journal::{self, Act, By, Entry};
use crate::open::{OpenCases, must_exist};
use crate::person_erasure::must_not_be_erased;
use crate::reading::facts_of;
use crate::sql::Tx;
use crate::who::{Operator, opaque};
use crate::{Store, names};

/// Schemes whose identifiers belong to one person at a time.
pub(crate) const OF_ONE_PERSON: [&str; 2] = ["crn", "noms"];

/// Whether identifiers of that scheme belong to one person.
pub(crate) fn is_of_one_person(scheme: &str) -> bool {
    OF_ONE_PERSON.contains(&sort_of(scheme))
}

/// The scheme of which a claimed or former identifier is: `noms` of `noms_claimed`.
pub(crate) fn sort_of(scheme: &str) -> &str {
    scheme.strip_suffix(CLAIMED).or_else(|| scheme.strip_suffix(FORMER)).unwrap_or(scheme)
}

/// What follows the scheme of an identifier that a person had before.
pub(crate) const FORMER: &str = "_former";

/// What follows the scheme of a claimed identifier.
const CLAIMED: &str = "_claimed";

/// The scheme under which a case claims an identifier of another case: `noms_claimed`.
#[must_use]
pub fn claimed(scheme: &str) -> String {
    format!("{scheme}{CLAIMED}")
}

impl Store {
    /// Says what the host calls a case, in place of any other identifier of the same scheme: `crn` and `noms`, of which each
    /// belongs to one case, or another word of the host's, such as `team` or `officer`, which many cases share. The case need
    /// not have a record yet. Schemes are kept in lower case; identifiers are compared without regard to case.
    ///
    /// An identifier that cases of several persons claim is settled by it: the others claim it no longer, whatever an import says later.
    ///
    /// # Errors
    /// [`StoreError::Taken`]; [`StoreError::NearDuplicate`] for another spelling of an identifier that is in use; [`StoreError::Argument`] for words of another form than 1 to 64 letters, digits or `. _ : -`.
    pub fn identify(&self, by: &Operator, case_id: Uuid, scheme: &str, value: &str) -> Result<(), StoreError> {
        self.tell(by, |tx| {
            let mut acts = identified(tx, case_id, scheme, value)?;
            let scheme = folded(scheme);
            if OF_ONE_PERSON.contains(&scheme.as_str()) {
                acts.extend(given_up(tx, case_id, &scheme, value)?);
            }
            Ok(acts)
        })
    }

    /// Takes an identifier from a case; where it has none of that scheme, the one that it claims.
    ///
    /// # Errors
    /// [`StoreError::NotFound`] if it has and claims none of that scheme.
    pub fn unidentify(&self, by: &Operator, case_id: Uuid, scheme: &str) -> Result<(), StoreError> {
        self.tell(by, |tx| {
            let scheme = folded(scheme);
            let known = facts_of(tx, case_id)?.identifiers;
            let scheme = [scheme.clone(), claimed(&scheme)].into_iter().find(|scheme| known.contains_key(scheme));
            let not_found = || StoreError::NotFound {
                expected: "an identifier of that case",
                found: format!("none of that scheme of case {case_id}"),
            };
            Ok(vec![(case_id, Act::Unidentified { scheme: scheme.ok_or_else(not_found)? })])
        })
    }

    /// The cases that have an identifier, in whatever case it is written, in the order of their ids; at most one for `crn` and
    /// `noms`, unless an older version accepted two that differ only in case. Of a `crn` or `noms` that cases only claim (see
    /// [`claimed`]): the case under which their person is answered, or all of them where they are of several persons.
    ///
    /// # Errors
    /// If the store cannot be read.
    pub fn cases_of(&self, scheme: &str, value: &str) -> Result<Vec<Uuid>, StoreError> {
        let now = self.now();
        self.look(|tx| {
            let mut cases = cases_called(tx, scheme, value)?;
            if cases.is_empty() && OF_ONE_PERSON.contains(&folded(scheme).as_str()) {
                cases = cases_ever_called(tx, &claimed(&folded(scheme)), value)?;
                let persons = persons(tx, &cases, now)?;
                if persons.len() == 1 {
                    cases = persons.into_iter().collect();
                }
            }
            // That of a person is looked up to act on it: each case is found to have all its facts, such as that it was taken from it.
            if is_of_one_person(&folded(scheme)) {
                cases.iter().try_for_each(|case_id| Facts::of(tx, *case_id).map(drop))?;
            }
            Ok(cases)
        })
    }

    /// The cases that claim an identifier which another person's case has too (see [`claimed`]), with those that have it, in the
    /// order of their ids: until that is settled it is not known whose it is. Empty where all are cases of one person.
    ///
    /// # Errors
    /// If the store cannot be read.
    pub fn contested(&self, scheme: &str, value: &str) -> Result<Vec<Uuid>, StoreError> {
        let now = self.now();
        self.look(|tx| {
            let claiming = cases_ever_called(tx, &claimed(&folded(scheme)), value)?;
            if claiming.is_empty() {
                return Ok(vec![]);
            }
            let mut cases = [claiming, cases_called(tx, scheme, value)?].concat();
            cases.sort_unstable();
            cases.dedup();
            Ok(if persons(tx, &cases, now)?.len() > 1 { cases } else { vec![] })
        })
    }

    /// The facts that the store holds about a case.
    ///
    /// # Errors
    /// [`StoreError::NotFound`].
    pub fn facts(&self, case_id: Uuid) -> Result<Facts, StoreError> {
        self.look(|tx| facts_of(tx, case_id))
    }

    /// Says that two cases are of one person. From now on they are answered together, under `into`; each keeps its own log,
    /// so that nothing is copied, and [`Store::unmerge`] can part them again.
    ///
    /// # Errors
    /// [`StoreError::NotFound`]; [`StoreError::Argument`] for a case that is merged already, or with itself;
    /// [`StoreError::Append`] if both have a record of one id that says different things.
    pub fn merge(&self, by: &Operator, from: Uuid, into: Uuid) -> Result<(), StoreError> {
        let now = self.now();
        self.change(|tx, open| {
            Head::of_the_facts(tx)?;
            merge(tx, open, by, now, from, into)
        })
    }

    /// Says that a case that was merged into another is of another person after all.
    ///
    /// # Errors
    /// [`StoreError::Argument`] if it is not merged into that one.
    pub fn unmerge(&self, by: &Operator, from: Uuid, into: Uuid) -> Result<(), StoreError> {
        self.tell(by, |tx| unmerged(tx, from, into))
    }

    /// Says that a reader is not to be shown a case: a member of staff who is in the case, or related to a person in it. The
    /// id is compared without regard to case.
    ///
    /// # Errors
    /// [`StoreError::NotFound`]; [`StoreError::Argument`] for an invalid id.
    pub fn exclude(&self, by: &Operator, case_id: Uuid, reader: &str) -> Result<(), StoreError> {
        let reader = opaque("reader", reader)?;
        self.tell(by, |tx| {
            let facts = facts_of(tx, case_id)?;
            let act = Act::ExcludedReader { reader: reader.clone() };
            Ok(if facts.excludes(&reader) { vec![] } else { vec![(case_id, act)] })
        })
    }

    /// Says that a reader may be shown a case again.
    ///
    /// # Errors
    /// [`StoreError::NotFound`] also where the reader is not excluded.
    pub fn admit(&self, by: &Operator, case_id: Uuid, reader: &str) -> Result<(), StoreError> {
        self.tell(by, |tx| {
            if !facts_of(tx, case_id)?.excludes(reader) {
                let found = format!("exclusion of that reader from case {case_id}");
                return Err(StoreError::NotFound { expected: "a reader who is excluded", found }.into());
            }
            Ok(vec![(case_id, Act::AdmittedReader { reader: reader.to_owned() })])
        })
    }

    /// Who did what with a case, in order; or with the store as a whole.
    ///
    /// # Errors
    /// [`StoreError::NotFound`]; [`StoreError::Altered`] if the journal is not as it was kept.
    pub fn journal(&self, case_id: Option<Uuid>) -> Result<Vec<Entry>, StoreError> {
        self.look(|tx| {
            if let Some(case_id) = case_id {
                must_exist(tx, case_id)?;
            }
            let id = case_id.unwrap_or(journal::WHOLE_STORE);
            let Some(head) = Head::find(tx, id)? else {
                let what = "expected where the journal ends, found its entries alone".to_owned();
                let alone = !journal::read(tx, id)?.is_empty();
                return if alone { Err(StoreError::Altered { case_id: id, what }.into()) } else { Ok(vec![]) };
            };
            Ok(journal::verified(tx, &head)?.into_iter().map(|(entry, _)| entry).collect())
        })
    }

    /// Writes down facts, once it is known that they may stand. One such change at a time, as they rest on each other.
    fn tell(
        &self,
        by: &Operator,
        mut facts: impl FnMut(&mut Tx<'_>) -> Result<Vec<(Uuid, Act)>, AttemptError>,
    ) -> Result<(), StoreError> {
        let now = self.now();
        self.change(|tx, _| {
            Head::of_the_facts(tx)?;
            for (case_id, act) in facts(tx)? {
                let mut head = Head::hold(tx, case_id)?;
                journal::write(tx, &mut head, By::from(by), now, act)?;
                head.keep(tx)?;
            }
            Ok(())
        })
    }
}

/// Whether a case other than that one has, had or claims an identifier of that sort.
pub(crate) fn is_anothers(tx: &mut Tx<'_>, of: Uuid, scheme: &str, value: &str) -> Result<bool, AttemptError> {
    let sort = sort_of(scheme);
    for scheme in [sort.to_owned(), claimed(sort), format!("{sort}{FORMER}")] {
        if cases_ever_called(tx, &scheme, value)?.into_iter().any(|case_id| case_id != of) {
            return Ok(true);
        }
    }
    Ok(false)
}

/// What is to be written so that a case has an identifier; nothing where it has it.
pub(crate) fn identified(
    tx: &mut Tx<'_>,
    case_id: Uuid,
    scheme: &str,
    value: &str,
) -> Result<Vec<(Uuid, Act)>, AttemptError> {
    let (scheme, value) = (folded(&opaque("scheme", scheme)?), opaque("identifier", value)?);
    if case_id == journal::WHOLE_STORE || case_id == journal::DIRECTORY {
        return Err(StoreError::argument("case_id", "the UUID of a case", "one of zeros").into());
    }
    if scheme == names::FORMER {
        return Err(StoreError::argument("scheme", "another word than `former`, which the store keeps", "it").into());
    }
    must_not_be_erased(tx, case_id)?;
    let others = cases_called(tx, &scheme, &value)?;
    if others.contains(&case_id) {
        return Ok(vec![]);
    }
    if let Some(other) = others.first().filter(|_| OF_ONE_PERSON.contains(&scheme.as_str())) {
        return Err(StoreError::Taken { scheme, value, case_id: *other }.into());
    }
    if let Some(known) = tx.directory.other_spelling(&scheme, &value) {
        return Err(StoreError::NearDuplicate { scheme, found: value, known }.into());
    }
    Ok(vec![(case_id, Act::Identified { scheme, value: Some(value), commitment: None })])
}

/// The cases under which the persons of these cases are answered.
fn persons(tx: &mut Tx<'_>, cases: &[Uuid], now: Instant) -> Result<BTreeSet<Uuid>, AttemptError> {
    cases.iter().map(|case_id| Person::of(tx, *case_id, now).map(|person| person.case_id)).collect()
}

/// What is to be written so that no case but that one claims an identifier.
fn given_up(tx: &mut Tx<'_>, of: Uuid, scheme: &str, value: &str) -> Result<Vec<(Uuid, Act)>, AttemptError> {
    let scheme = claimed(scheme);
    let claims = |value: String| Act::Identified { scheme: scheme.clone(), value: Some(value), commitment: None };
    let mut acts = Vec::new();
    for case_id in cases_ever_called(tx, &scheme, value)?.into_iter().filter(|case_id| *case_id != of) {
        let latest = Facts::of(tx, case_id)?.identifiers.remove(&scheme);
        // A case may claim another since; what is taken from it is the latest.
        let other = latest.filter(|latest| folded(latest) != folded(value));
        acts.extend(other.is_some().then(|| (case_id, claims(value.to_owned()))));
        acts.push((case_id, Act::Unidentified { scheme: scheme.clone() }));
        acts.extend(other.map(|other| (case_id, claims(other))));
    }
    Ok(acts)
}

/// Says that two cases are of one person.
pub(crate) fn merge(
    tx: &mut Tx<'_>,
    open: &mut OpenCases<'_>,
    by: &Operator,
    now: Instant,
    from: Uuid,
    into: Uuid,
) -> Result<(), AttemptError> {
    for case_id in [from, into] {
        must_exist(tx, case_id)?;
        must_not_be_erased(tx, case_id)?;
    }
    let (one, other) = (Person::of(tx, from, now)?, Person::of(tx, into, now)?);
    if let Some(merged) = Facts::of(tx, from)?.merged_into {
        let expected = format!("a case that is not merged; {from} is merged into {merged}");
        return Err(StoreError::argument("from", expected, from.to_string()).into());
    }
    if one.case_id == other.case_id {
        let expected = "a case of another person".to_owned();
        return Err(StoreError::argument("into", expected, into.to_string()).into());
    }
    let mut logs = Vec::new();
    for (case_id, _) in one.cases.iter().chain(&other.cases) {
        logs.push(open.hold(tx, *case_id)?.log.clone());
    }
    Log::joined(into, &logs).map_err(|error| StoreError::Append { case_id: into, error })?;
    open.hold(tx, from)?.note(tx, by.into(), now, Act::MergedInto { other: into })?;
    open.hold(tx, into)?.note(tx, by.into(), now, Act::MergedFrom { other: from })
}

/// What is to be written so that two cases are parted.
pub(crate) fn unmerged(tx: &mut Tx<'_>, from: Uuid, into: Uuid) -> Result<Vec<(Uuid, Act)>, AttemptError> {
    if facts_of(tx, from)?.merged_into != Some(into) {
        let expected = format!("a case that is merged into {into}");
        return Err(StoreError::argument("from", expected, from.to_string()).into());
    }
    Ok(vec![(from, Act::UnmergedFrom { other: into }), (into, Act::UnmergedFrom { other: from })])
}
