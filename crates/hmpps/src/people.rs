//! Which case a message is about: the case id of a CRN or a prison number.

use std::collections::{BTreeMap, BTreeSet};

use risk_core::event::field::describe_text;
use uuid::Uuid;

use crate::columns::letters;
use crate::delimited;
use crate::key::Key;
use crate::message::{Named, is_identifier};

/// The host's own case ids.
#[derive(Debug, Clone, Default)]
pub struct CaseMap {
    crn: BTreeMap<String, Uuid>,
    noms: BTreeMap<String, Uuid>,
    /// The CRNs of each case that has any.
    crns_of: BTreeMap<Uuid, BTreeSet<String>>,
}

/// A line of a case map that cannot be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("line {line}: {field}: expected {expected}, found {found}")]
pub struct CaseMapError {
    /// The line, from 1.
    pub line: u64,
    /// The column.
    pub field: &'static str,
    /// What was expected.
    pub expected: &'static str,
    /// What stood there.
    pub found: String,
}

impl CaseMap {
    /// Reads a table in CSV with the columns `case_id` and `crn`, `noms` or both.
    ///
    /// # Errors
    /// [`CaseMapError`] with the line.
    pub fn parse(text: &str) -> Result<Self, CaseMapError> {
        let has = |names: &[String]| names.iter().any(|name| letters(name) == letters("case_id"));
        let wrong = |line, field, expected, found: String| CaseMapError { line, field, expected, found };
        let table = delimited::read(text.as_bytes(), has).map_err(|e| wrong(1, "table", "text in UTF-8", e.found))?;
        let column = |field: &'static str| {
            let mut places = (0..).zip(&table.names).filter(|(_, name)| letters(name) == letters(field));
            match (places.next(), places.next()) {
                (Some(_), Some(_)) => Err(wrong(1, field, "one column of that name", "several".to_owned())),
                (first, _) => Ok(first.map(|(place, _)| place)),
            }
        };
        let missing = |field, expected| wrong(1, field, expected, "no such column".to_owned());
        let case: usize = column("case_id")?.ok_or_else(|| missing("case_id", "a column of that name"))?;
        let (crn, noms) = (column("crn")?, column("noms")?);
        if crn.is_none() && noms.is_none() {
            return Err(missing("crn", "a column `crn`, `noms`, or both"));
        }
        let mut map = Self::default();
        for (line, row) in &table.rows {
            let expected = "a row in UTF-8 with as many fields as the first line has";
            let row = row.as_ref().map_err(|e| wrong(*line, "row", expected, e.found.clone()))?;
            let wrong = |field, expected, found: &str| wrong(*line, field, expected, describe_text(found));
            let value = |place: usize| row.get(place).map(String::as_str).unwrap_or_default();
            if [crn, noms].into_iter().flatten().all(|place| value(place).is_empty()) {
                let expected = "a CRN, a prison number (noms), or both";
                return Err(CaseMapError { line: *line, field: "crn", expected, found: "neither".to_owned() });
            }
            let id = value(case);
            let id = Uuid::try_parse(id).map_err(|_| wrong("case_id", "a UUID", id))?;
            for (field, column, ids) in [("crn", crn, &mut map.crn), ("noms", noms, &mut map.noms)] {
                let Some(value) = column.map(value).filter(|v| !v.is_empty()) else { continue };
                if !is_identifier(value) {
                    return Err(wrong(field, "1 to 64 letters, digits or `. _ : -`", value));
                }
                if ids.insert(value.to_ascii_uppercase(), id).is_some_and(|other| other != id) {
                    return Err(wrong(field, "one case for each identifier", value));
                }
                if field == "crn" {
                    map.crns_of.entry(id).or_default().insert(value.to_ascii_uppercase());
                }
            }
        }
        Ok(map)
    }
}

/// What is known of cases before an import.
pub trait Known {
    /// The case of an identifier, of the scheme `crn` or `noms`.
    fn case_of(&mut self, scheme: &str, value: &str) -> Option<Uuid>;
    /// Whether the case has a CRN.
    fn has_crn(&mut self, case: Uuid) -> bool;
    /// Whether the person of the case was erased by law.
    fn is_erased(&mut self, _case: Uuid) -> bool {
        false
    }
}

impl<F: FnMut(&str, &str) -> Option<Uuid>> Known for F {
    fn case_of(&mut self, scheme: &str, value: &str) -> Option<Uuid> {
        self(scheme, value)
    }

    fn has_crn(&mut self, _: Uuid) -> bool {
        false
    }
}

/// The cases of the persons in one import.
pub struct People<'a> {
    key: &'a Key,
    map: &'a CaseMap,
    /// The CRNs that stood beside a prison number.
    crns: BTreeMap<String, BTreeSet<String>>,
    /// The prison numbers that stood beside a CRN.
    numbers: BTreeMap<String, BTreeSet<String>>,
    /// Prison numbers that became one, each with the other.
    same: BTreeMap<String, BTreeSet<String>>,
}

impl<'a> People<'a> {
    /// No one is linked yet.
    #[must_use]
    pub fn new(key: &'a Key, map: &'a CaseMap) -> Self {
        Self { key, map, crns: BTreeMap::new(), numbers: BTreeMap::new(), same: BTreeMap::new() }
    }

    /// A message names both for one person.
    pub fn link(&mut self, crn: &str, noms: &str) {
        self.crns.entry(noms.to_owned()).or_default().insert(crn.to_owned());
        self.numbers.entry(crn.to_owned()).or_default().insert(noms.to_owned());
    }

    /// Two prison numbers became one.
    pub(crate) fn merge_numbers(&mut self, one: &str, other: &str) {
        self.same.entry(one.to_owned()).or_default().insert(other.to_owned());
        self.same.entry(other.to_owned()).or_default().insert(one.to_owned());
    }

    /// A prison number, and behind it all that became one with it.
    pub(crate) fn numbers_of<'n>(&'n self, noms: &'n str) -> Vec<&'n str> {
        let mut numbers = vec![noms];
        let mut at = 0;
        while let Some(number) = numbers.get(at).copied() {
            let same = self.same.get(number).into_iter().flatten().map(String::as_str);
            let new: Vec<&str> = same.filter(|other| !numbers.contains(other)).collect();
            numbers.extend(new);
            at = at.saturating_add(1);
        }
        numbers
    }

    /// Whether the host has case ids of its own.
    pub(crate) fn has_map(&self) -> bool {
        !self.map.crn.is_empty() || !self.map.noms.is_empty()
    }

    /// The case that the host itself says an identifier is of.
    pub(crate) fn mapped(&self, scheme: &str, value: &str) -> Option<Uuid> {
        if !self.has_map() {
            return None;
        }
        let ids = if scheme == "crn" { &self.map.crn } else { &self.map.noms };
        ids.get(&value.to_ascii_uppercase()).copied()
    }

    /// The CRNs that the host itself says a case has.
    pub(crate) fn crns_of(&self, case: Uuid) -> impl Iterator<Item = &str> {
        self.map.crns_of.get(&case).into_iter().flatten().map(String::as_str)
    }

    /// Every prison number that stood beside a CRN, with all that became one with these.
    pub(crate) fn numbers_beside(&self, crn: &str) -> BTreeSet<&str> {
        self.numbers.get(crn).into_iter().flatten().flat_map(|number| self.numbers_of(number)).collect()
    }

    /// The CRNs beside which a prison number stood.
    pub(crate) fn linked(&self, noms: &str) -> impl Iterator<Item = &str> {
        self.crns.get(noms).into_iter().flatten().map(String::as_str)
    }

    /// The case of the person whom a message names; `None` if it is unknown whose the prison number is.
    pub(crate) fn whose(&self, named: &Named, known: &mut dyn Known) -> Option<Uuid> {
        match (&named.crn, &named.noms) {
            (Some(crn), _) => Some(self.by_crn(crn, known)),
            (None, Some(noms)) => self.by_noms(noms, known),
            (None, None) => None,
        }
    }

    /// The case of that CRN: the one known under it, or the host's own, or that of a prison number which is the person's, if that
    /// case has no CRN yet; else one that is derived from it. Where the host's own is another than the one known, that is for
    /// the check of contested identifiers to report: a second case would not be better.
    pub fn by_crn(&self, crn: &str, known: &mut dyn Known) -> Uuid {
        let reported = known.case_of("crn", crn).or_else(|| self.mapped("crn", crn));
        let reported = reported.or_else(|| self.by_numbers(crn, known));
        reported.unwrap_or_else(|| self.key.uuid(&["case", "crn", crn]))
    }

    fn by_numbers(&self, crn: &str, known: &mut dyn Known) -> Option<Uuid> {
        // Of a number that several CRNs claim, in this import or before it, nothing says whose it is.
        let is_own =
            |number: &&str| self.numbers_of(number).iter().all(|same| self.linked(same).all(|other| other == crn));
        let (mut mapped, mut held) = (BTreeSet::new(), BTreeSet::new());
        for number in self.numbers_beside(crn).into_iter().filter(is_own) {
            // Another CRN than an erased person's is another person's until someone says that it is theirs.
            let known_case = known.case_of("noms", number).filter(|case| !known.is_erased(*case));
            if known_case.is_none_or(|case| !known.has_crn(case)) {
                held.extend(known_case);
                mapped.extend(self.mapped("noms", number));
            }
        }
        let is_free =
            |case: &Uuid, known: &mut dyn Known| self.crns_of(*case).next().is_none() && !known.has_crn(*case);
        mapped.into_iter().find(|case| is_free(case, known)).or_else(|| held.into_iter().next())
    }

    /// The case of that prison number; `None` if it is unknown whose it is.
    pub fn by_noms(&self, noms: &str, known: &mut dyn Known) -> Option<Uuid> {
        let numbers = self.numbers_of(noms);
        let reported = numbers.iter().find_map(|number| self.mapped("noms", number));
        let reported = reported.or_else(|| numbers.iter().find_map(|number| known.case_of("noms", number)));
        reported.or_else(|| {
            let crn = numbers.iter().find_map(|number| self.linked(number).next())?;
            Some(self.by_crn(crn, known))
        })
    }
}

/// The keyed digest by which a store notes that messages gave an erased person this prison number since: a claim, as other persons may
/// have the number too.
#[must_use]
#[doc(hidden)]
pub fn given_since(key: &Key, noms: &str) -> String {
    key.opaque("given since", &["noms", &noms.to_ascii_uppercase()])
}

/// The keyed digest by which a store notes that messages gave this prison number to an erased person who was never held: it was theirs
/// before the erasure, as far as anybody knows.
#[must_use]
#[doc(hidden)]
pub fn given_to_unheld(key: &Key, noms: &str) -> String {
    key.opaque("given to a person never held", &["noms", &noms.to_ascii_uppercase()])
}

/// The keyed digest of an identifier, by which an erased person is recognised.
#[must_use]
pub fn former(key: &Key, scheme: &str, value: &str) -> String {
    let scheme = ["_claimed", "_former"].into_iter().find_map(|suffix| scheme.strip_suffix(suffix)).unwrap_or(scheme);
    key.opaque("former", &[scheme, &value.to_ascii_uppercase()])
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test that fails says so")]
mod tests {
    use super::*;

    #[test]
    fn a_case_map_is_read_and_its_faults_are_told() {
        let id = "3f6c9a52-8c1e-4c3b-9c58-2f4f6f1d2a11";
        let map = CaseMap::parse(&format!("\u{feff}CRN;Noms;Case ID\nx800001;A9001ZZ;{id}\nX800002;;{id}\n")).unwrap();
        let key = Key::new(&[1; 32]).unwrap();
        let people = People::new(&key, &map);
        let case = Uuid::parse_str(id).unwrap();
        assert_eq!(people.by_crn("X800001", &mut |_: &str, _: &str| None), case);
        assert_eq!(people.by_noms("A9001ZZ", &mut |_: &str, _: &str| None), Some(case));
        assert_eq!(people.by_noms("A9002ZZ", &mut |_: &str, _: &str| None), None);
        for (text, reported) in [
            ("crn\nX1\n", "line 1: case_id: expected a column of that name, found no such column"),
            ("case_id\nx\n", "line 1: crn: expected a column `crn`, `noms`, or both, found no such column"),
            ("crn,CRN,case_id\n", "line 1: crn: expected one column of that name, found several"),
            (
                "crn,case_id\nX1\n",
                "line 2: row: expected a row in UTF-8 with as many fields as the first line has, found 1 fields",
            ),
            ("crn,case_id\nX1,12\n", "line 2: case_id: expected a UUID, found `12`"),
            (
                &format!("crn,noms,case_id\nX1,,{id}\n,,{id}\n"),
                "line 3: crn: expected a CRN, a prison number (noms), or both, found neither",
            ),
            (
                &format!("crn,case_id\nX1,{id}\nX1,00000000-0000-4000-8000-000000000000\n"),
                "line 3: crn: expected one case for each identifier, found `X1`",
            ),
        ] {
            assert_eq!(CaseMap::parse(text).unwrap_err().to_string(), reported);
        }
    }
}
