//! What the columns of records are called, in one place, and which column of a table is which.
//!
//! A name is matched by its letters and digits alone: `handling`, `HANDLING`, `Source Agency` and `source-agency` are all
//! read. What the letters leave in doubt is refused by name, because a column that is passed over may be the one that says
//! who may see a record.

use std::collections::BTreeMap;

use arrow_schema::Fields;
use risk_core::event::Term;
use risk_core::event::field::nearest;
use risk_core::event::vocabulary::Handling;
use unicode_normalization::UnicodeNormalization;

use crate::problem::Problem;

/// A column of records.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Name {
    EventId,
    CaseId,
    OccurredAt,
    RecordedAt,
    Kind,
    Source,
    SourceAgency,
    SourceRole,
    SourceReference,
    Handling,
    V,
    Data,
    Note,
    Position,
    Hash,
}

/// Every column of records and its name: those of the source where it is not a struct included.
const NAMES: [(Name, &str); 15] = [
    (Name::EventId, "event_id"),
    (Name::CaseId, "case_id"),
    (Name::OccurredAt, "occurred_at"),
    (Name::RecordedAt, "recorded_at"),
    (Name::Kind, "kind"),
    (Name::Source, "source"),
    (Name::SourceAgency, "source_agency"),
    (Name::SourceRole, "source_role"),
    (Name::SourceReference, "source_reference"),
    (Name::Handling, "handling"),
    (Name::V, "v"),
    (Name::Data, "data"),
    (Name::Note, "note"),
    (Name::Position, "position"),
    (Name::Hash, "hash"),
];

/// Parts of names that speak of confidentiality. Without a column `handling`, a column with one of them may hold the marks.
const CONFIDENTIAL: [&str; 5] = ["handling", "confidential", "sensitiv", "restricted", "protectivemarking"];

impl Name {
    /// The name as the documentation writes it.
    pub(crate) fn text(self) -> &'static str {
        NAMES.iter().find(|(name, _)| *name == self).map_or("", |(_, text)| text)
    }

    /// The column that a name means, however it is spelt.
    fn meant_by(name: &str) -> Option<Self> {
        let key = key(name);
        NAMES.iter().find(|(_, text)| self::key(text) == key).map(|(name, _)| *name)
    }
}

/// A name without what spellings differ in: the letters and digits, in lower case and without compatibility forms.
pub(crate) fn key(name: &str) -> String {
    name.nfkc().flat_map(char::to_lowercase).filter(|c| c.is_alphanumeric()).collect()
}

/// Where each column of records is in a table.
#[derive(Debug, Default)]
pub(crate) struct Named(BTreeMap<Name, usize>);

impl Named {
    /// Finds the columns by their names.
    ///
    /// # Errors
    /// Two columns that mean the same, and one whose name may be meant for another; the names in `keep` are taken as they are,
    /// unless they may be meant for the marks.
    pub(crate) fn of<'n>(names: impl Iterator<Item = &'n str>, keep: &[String]) -> Result<Self, Problem> {
        let names: Vec<&str> = names.collect();
        let mut found: BTreeMap<Name, usize> = BTreeMap::new();
        for (place, name) in names.iter().copied().enumerate() {
            let twice = match Name::meant_by(name) {
                Some(meant) => found.insert(meant, place),
                None if keep.iter().any(|kept| kept == name) => names.iter().take(place).position(|n| *n == name),
                None => None,
            };
            if let Some(first) = twice.and_then(|first| names.get(first)) {
                let expected = format!("one column `{}`", Name::meant_by(name).map_or(name, |meant| meant.text()));
                return Err(Problem::column(name, expected, format!("the columns `{first}` and `{name}`")));
            }
        }
        let named = Self(found);
        for name in names.iter().filter(|name| Name::meant_by(name).is_none()) {
            named.plainly_another(name, keep.iter().any(|kept| kept == name))?;
        }
        if let (Some(_), Some(name)) = (named.place(Name::Source), named.flat_source().next()) {
            let expected = "either a struct `source` or columns `source_agency`, `source_role` and `source_reference`";
            return Err(Problem::column(name.text(), expected, "both"));
        }
        Ok(named)
    }

    /// Refuses a column that is none of the records' own and may be meant for one that is not there.
    fn plainly_another(&self, name: &str, kept: bool) -> Result<(), Problem> {
        let key = key(name);
        let missing: Vec<(String, &str)> =
            NAMES.iter().filter(|(name, _)| self.misses(*name)).map(|(_, text)| (self::key(text), *text)).collect();
        let keys: Vec<&str> = missing.iter().map(|(key, _)| key.as_str()).collect();
        let near = nearest(&keys, &key).and_then(|near| missing.iter().find(|(key, _)| key == near));
        let meant = near.map(|(_, text)| *text);
        let marks = Name::Handling.text();
        if self.misses(Name::Handling) && (meant == Some(marks) || CONFIDENTIAL.iter().any(|part| key.contains(part))) {
            let expected = format!(
                "another name, or `{marks}` if it says who may know of a record (with {}); a table without any marks has \
                 a column `{marks}` of nulls",
                Handling::names().join(", ")
            );
            return Err(Problem::column(name, expected, format!("`{name}`")));
        }
        match meant.filter(|_| !kept) {
            Some(meant) => {
                let expected = format!("`{meant}`, or, if it is something else, another name or its name in `keep`");
                Err(Problem::column(name, expected, format!("`{name}`")))
            }
            None => Ok(()),
        }
    }

    /// Whether a column could be there and is not. The source is either a struct or columns of its own.
    fn misses(&self, name: Name) -> bool {
        let otherwise = match name {
            Name::Hash => true,
            Name::Source => self.flat_source().next().is_some(),
            Name::SourceAgency | Name::SourceRole | Name::SourceReference => self.place(Name::Source).is_some(),
            _ => false,
        };
        self.place(name).is_none() && !otherwise
    }

    fn flat_source(&self) -> impl Iterator<Item = Name> + '_ {
        let parts = [Name::SourceAgency, Name::SourceRole, Name::SourceReference];
        parts.into_iter().filter(|part| self.place(*part).is_some())
    }

    /// The place of a column in the table.
    pub(crate) fn place(&self, name: Name) -> Option<usize> {
        self.0.get(&name).copied()
    }

    /// The places of all columns of records.
    pub(crate) fn places(&self) -> impl Iterator<Item = usize> + '_ {
        self.0.values().copied()
    }
}

/// The names of a table's columns with those of records as the documentation writes them.
///
/// # Errors
/// [`Problem`] for two columns that mean the same, and for a name that may be meant for another.
pub fn standard_names(names: &[String], keep: &[String]) -> Result<Vec<String>, Problem> {
    Named::of(names.iter().map(String::as_str), keep)?;
    let standard = |name: &String| Name::meant_by(name).map_or_else(|| name.clone(), |meant| meant.text().to_owned());
    Ok(names.iter().map(standard).collect())
}

/// The members of a struct by the names that are known, however they are spelt; one that is not known keeps its own.
///
/// # Errors
/// Two members that mean the same, in the struct or in one within it.
pub(crate) fn members(path: &str, fields: &Fields, known: &[&str]) -> Result<Vec<String>, Problem> {
    let known: BTreeMap<String, &str> = known.iter().map(|name| (key(name), *name)).collect();
    let mut first: BTreeMap<String, &str> = BTreeMap::new();
    let mut names = Vec::with_capacity(fields.len());
    for field in fields {
        let (name, key) = (field.name(), key(field.name()));
        let here = format!("{path}.{}", known.get(&key).copied().unwrap_or(name));
        if let Some(first) = first.insert(key.clone(), name) {
            let found = format!("the members `{first}` and `{name}`");
            return Err(Problem::column(here, "each member once", found));
        }
        if let arrow_schema::DataType::Struct(within) = field.data_type() {
            members(&here, within, &[])?;
        }
        names.push(known.get(&key).map_or_else(|| name.clone(), |known| (*known).to_owned()));
    }
    Ok(names)
}
