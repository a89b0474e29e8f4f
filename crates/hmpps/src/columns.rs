//! The columns of tables: which there are, and which of a table's names mean which.
//!
//! A name is compared by its letters and digits alone. Which column decides how confidential a row is never hangs on spelling: a name
//! that may mean such a column, and is not the one that is known, is refused.

use std::collections::BTreeMap;

use risk_core::event::field::edit_distance;

use crate::input_table::TableKind;
use crate::message::MessageError;
use crate::report::shown;

/// A column that is read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Column {
    /// The person's CRN.
    Crn,
    /// The code of the contact's or registration's type.
    Type,
    /// When a contact was.
    Date,
    /// At what time of that day.
    Time,
    /// Its outcome, as a label or a code.
    Outcome,
    /// When nDelius first held the row.
    Created,
    /// When nDelius last changed the row.
    Updated,
    /// nDelius's id of the row.
    Id,
    /// Who entered it.
    Officer,
    /// Whether nDelius marks it as sensitive.
    Sensitive,
    /// When a registration began.
    Registered,
    /// The code of its level.
    Level,
    /// The code of its category.
    Category,
    /// When it ended.
    Removed,
    /// When nDelius first held that it ended.
    RemovedRecorded,
    /// nDelius's id of its end.
    DeregistrationId,
    /// When it was deleted, as wrong from the start.
    Deleted,
}

impl Column {
    /// Its name.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Crn => "crn",
            Self::Type => "type",
            Self::Date => "date",
            Self::Time => "time",
            Self::Outcome => "outcome",
            Self::Created => "created",
            Self::Updated => "updated",
            Self::Id => "id",
            Self::Officer => "officer",
            Self::Sensitive => "sensitive",
            Self::Registered => "registered",
            Self::Level => "level",
            Self::Category => "category",
            Self::Removed => "removed",
            Self::RemovedRecorded => "removed_recorded",
            Self::DeregistrationId => "deregistration_id",
            Self::Deleted => "deleted",
        }
    }
}

/// Parts of a name by which a column may decide how confidential a row is, as letters and digits.
const CONFIDENTIAL: [&str; 24] = [
    "sensit",
    "restrict",
    "confid",
    "handling",
    "secre",
    "privat",
    "protectivemark",
    "securityclass",
    "securitymark",
    "visor",
    "laoflag",
    "limitedaccess",
    "exclusion",
    "excluded",
    "redact",
    "withheld",
    "withhold",
    "disclosab",
    "nondisclos",
    "notdisclos",
    "hidden",
    "visib",
    "audience",
    "eyesonly",
];
/// Whole words that say so.
const CONFIDENTIAL_WORDS: [&str; 3] = ["lao", "sens", "conf"];
/// Words of which a misspelling says so: one letter in four.
const CONFIDENTIAL_NEARLY: [&str; 4] = ["sensitive", "restricted", "confidential", "handling"];

/// Parts of a name that mean a column which decides the level of a registration, where that column is not there.
const LEVELS: [(Column, &str); 2] = [(Column::Level, "level"), (Column::Category, "categ")];

/// Parts of a name by which a column may say that a row is no longer true. Whether it is never hangs on spelling either.
const NO_LONGER_TRUE: [&str; 9] =
    ["delet", "deregist", "remov", "voided", "retract", "expunge", "withdrawn", "entered_in_error", "obsolete"];

/// Where each column of a table is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Columns(BTreeMap<Column, usize>);

impl Columns {
    /// Finds the columns of such a table by their names. Columns of other names are passed over.
    ///
    /// # Errors
    /// [`MessageError`] for a column that is needed and not there, for one that is there twice, and for a name that may mean a column
    /// which decides how confidential a row is, whether it is still true, or a registration's level.
    pub fn of(of: TableKind, names: &[String]) -> Result<Self, MessageError> {
        let known = || of.needed().iter().chain(of.optional());
        let mut places: BTreeMap<Column, usize> = BTreeMap::new();
        let mut others = Vec::new();
        for (place, name) in names.iter().enumerate() {
            let letters = letters(name);
            let Some(column) = known().find(|c| self::letters(c.name()) == letters) else {
                others.push((name, letters));
                continue;
            };
            if let Some(first) = places.insert(*column, place) {
                let found = format!("columns {} and {}", first.saturating_add(1), place.saturating_add(1));
                return Err(MessageError::new(column.name(), "one column of that name", found));
            }
        }
        let names_of = |columns: &[Column]| columns.iter().map(|c| c.name()).collect::<Vec<_>>().join(", ");
        if let Some(column) = of.needed().iter().find(|c| !places.contains_key(c)) {
            let (needed, optional) = (names_of(of.needed()), names_of(of.optional()));
            let expected = format!("the columns {needed} and, where there are any, {optional}");
            return Err(MessageError::new(column.name(), expected, "no such column"));
        }
        for (name, letters) in others {
            if may_decide_confidentiality(name, &letters) {
                let expected = "the name `sensitive` for a column that says yes or no to whether a row is sensitive, or no such column";
                return Err(MessageError::new(shown(name), expected, "another name that may decide who sees a row"));
            }
            if NO_LONGER_TRUE.iter().any(|part| letters.contains(&self::letters(part))) {
                let columns = [Column::Deleted, Column::Removed].into_iter().filter(|c| of.optional().contains(c));
                let expected = format!(
                    "the name {} for a column that says that a row is no longer true, or no such column",
                    columns.map(|c| format!("`{}`", c.name())).collect::<Vec<_>>().join(" or ")
                );
                return Err(MessageError::new(shown(name), expected, "another name that may mean it"));
            }
            let meant = LEVELS.iter().find(|(column, part)| {
                letters.contains(part) && of.optional().contains(column) && !places.contains_key(column)
            });
            if let Some((column, _)) = meant {
                let expected = format!("the name `{}` for the column of that code, or no such column", column.name());
                return Err(MessageError::new(shown(name), expected, "another name that may mean it"));
            }
        }
        Ok(Self(places))
    }

    /// Whether a table with these names has every column that it needs.
    #[must_use]
    pub fn are_of(of: TableKind, names: &[String]) -> bool {
        of.needed().iter().all(|column| names.iter().any(|name| letters(name) == letters(column.name())))
    }

    /// The place of a column, from 0.
    #[must_use]
    pub fn place(&self, column: Column) -> Option<usize> {
        self.0.get(&column).copied()
    }
}

/// A name without what does not tell it from another: case, blanks, underscores, hyphens, marks.
#[must_use]
pub fn letters(name: &str) -> String {
    name.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect()
}

fn may_decide_confidentiality(name: &str, letters: &str) -> bool {
    let misspelt = |word: &str| {
        CONFIDENTIAL_NEARLY.iter().any(|meant| edit_distance(meant, word) <= meant.len().checked_div(4).unwrap_or(0))
    };
    CONFIDENTIAL.iter().any(|part| letters.contains(part))
        || misspelt(letters)
        || words(name).iter().any(|word| CONFIDENTIAL_WORDS.contains(&word.as_str()) || misspelt(word))
}

/// The words of a name, in lower case: `isSensitive`, `is_sensitive` and `Is sensitive` have two.
fn words(name: &str) -> Vec<String> {
    let mut words = vec![String::new()];
    let mut before_was_small = false;
    for c in name.chars() {
        if !c.is_alphanumeric() || (c.is_uppercase() && before_was_small) {
            words.push(String::new());
        }
        before_was_small = c.is_lowercase();
        if let (true, Some(word)) = (c.is_alphanumeric(), words.last_mut()) {
            word.extend(c.to_lowercase());
        }
    }
    words
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test that fails says so")]
mod tests {
    use super::*;

    fn of(names: &str) -> Result<Columns, MessageError> {
        let names: Vec<String> = names.split(',').map(str::to_owned).collect();
        Columns::of(TableKind::Contacts, &names)
    }

    #[test]
    fn names_are_compared_without_case_blanks_and_marks() {
        let plain = of("crn,type,date,outcome,created,sensitive").unwrap();
        for names in [
            "CRN,TYPE,DATE,OUTCOME,CREATED,SENSITIVE",
            "\u{feff}Crn,Type, Date ,Outcome,Created,Sensitive",
            "c-r-n,ty pe,date,\"outcome\",created\u{a0},_sensitive_",
            "crn,type,date,outcome,created,sen\u{200b}sitive",
        ] {
            assert_eq!(of(names).unwrap(), plain, "{names}");
        }
        let names = "crn,type,registered,created,Removed Recorded,deregistrationId".split(',').map(str::to_owned);
        let columns = Columns::of(TableKind::Registrations, &names.collect::<Vec<_>>()).unwrap();
        assert_eq!(
            (columns.place(Column::RemovedRecorded), columns.place(Column::DeregistrationId)),
            (Some(4), Some(5))
        );
    }

    #[test]
    fn a_name_that_may_decide_who_sees_a_row_is_refused() {
        for name in [
            "sensitive_contact",
            "is_sensitive",
            "isSensitive",
            "Sensitive?Flag",
            "SENSITIVE_IND",
            "sensitivity",
            "senstive",
            "sensitve flag",
            "sens",
            "Sens_Flag",
            "restricted",
            "Restriction",
            "confidential",
            "confidental",
            "conf",
            "handling",
            "HANDLING",
            "handeling",
            "LAO",
            "lao_flag",
            "Limited Access",
            "visor_contact",
            "secret",
            "private",
            "redacted",
            "Non-disclosable",
            "hidden from person",
            "visible_to_pop",
            "protective marking",
            "exclusion",
        ] {
            let refused = of(&format!("crn,type,date,outcome,created,{name}")).unwrap_err();
            assert_eq!(refused.field, name);
            assert!(refused.expected.starts_with("the name `sensitive`"), "{refused}");
            of(&format!("crn,type,date,outcome,created,sensitive,{name}")).unwrap_err();
        }
        for name in [
            "notes",
            "pending",
            "funding",
            "office",
            "offence",
            "location",
            "confirmed",
            "team",
            "laundry",
            "description",
            "",
            "hearing",
            "attended",
            "enforcement",
            "spending",
            "level",
        ] {
            of(&format!("crn,type,date,outcome,created,{name}")).unwrap();
        }
    }

    #[test]
    fn a_name_that_may_say_that_a_row_is_no_longer_true_is_refused() {
        let of_registrations = |name: &str| {
            Columns::of(
                TableKind::Registrations,
                &format!("crn,type,registered,created,{name}").split(',').map(str::to_owned).collect::<Vec<_>>(),
            )
        };
        for name in [
            "soft_deleted",
            "SOFT_DELETED",
            "is_deleted",
            "isDeleted",
            "deletion_date",
            "Delete Flag",
            "date deleted",
            "removed?_flag",
            "removal_reason",
            "deregistered",
            "voided",
            "entered_in_error",
        ] {
            for refused in [of(&format!("crn,type,date,outcome,created,{name}")), of_registrations(name)] {
                let refused = refused.unwrap_err();
                assert_eq!(refused.field, name);
                assert!(refused.expected.contains("`deleted`"), "{refused}");
            }
        }
        of("crn,type,date,outcome,created,Deleted").unwrap();
        for name in ["deleted", "removed", "removed recorded", "deregistration_id"] {
            of_registrations(name).unwrap();
        }
    }

    #[test]
    fn a_column_that_is_there_twice_is_refused_and_so_is_another_name_for_a_level() {
        let twice = of("crn,type,date,outcome,created,sensitive,Sensitive").unwrap_err();
        assert_eq!(twice.to_string(), "sensitive: expected one column of that name, found columns 6 and 7");
        of("crn,type,date,outcome,created,notes,notes").unwrap();
        let of = |names: &str| {
            Columns::of(TableKind::Registrations, &names.split(',').map(str::to_owned).collect::<Vec<_>>())
        };
        for name in ["level_code", "Levels", "risk level"] {
            let refused = of(&format!("crn,type,registered,created,{name}")).unwrap_err();
            assert!(refused.expected.starts_with("the name `level`"), "{refused}");
            of(&format!("crn,type,registered,created,level,{name}")).unwrap();
        }
    }
}
