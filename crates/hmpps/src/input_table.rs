//! Contacts and registrations as tables: one row for each, in named columns.

use std::fmt::Display;

use risk_core::event::Instant;
use risk_core::event::vocabulary::Handling;
use risk_core::text::code_point;

use crate::codes::{Codes, EventType};
use crate::columns::{Column, Columns};
use crate::delimited::{self, Values, as_many};
use crate::message::{Members, Message, MessageError, is_identifier, unseen_in};
use crate::report::{Outcome, counted};
use crate::when::{EXPECTED, EXPECTED_TIME, Unread, When};

/// What a table is of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TableKind {
    /// Contacts: `crn`, `type`, `date`, `outcome`, `created`; and where there are any `time`, `id`, `officer`, `updated`,
    /// `deleted`, `sensitive`.
    Contacts,
    /// Registrations: `crn`, `type`, `registered`, `created`; and where there are any `level`, `category`, `id`, `removed`,
    /// `removed_recorded`, `deregistration_id`, `deleted`, `sensitive`.
    Registrations,
}

impl TableKind {
    /// The columns without which nothing can be read.
    #[must_use]
    pub(crate) fn needed(self) -> &'static [Column] {
        use Column::{Created, Crn, Date, Outcome, Registered, Type};
        match self {
            Self::Contacts => &[Crn, Type, Date, Outcome, Created],
            Self::Registrations => &[Crn, Type, Registered, Created],
        }
    }

    /// Those that may be there besides.
    #[must_use]
    pub(crate) fn optional(self) -> &'static [Column] {
        use Column::{
            Category, Deleted, DeregistrationId, Id, Level, Officer, Removed, RemovedRecorded, Sensitive, Time, Updated,
        };
        match self {
            Self::Contacts => &[Time, Id, Officer, Updated, Deleted, Sensitive],
            Self::Registrations => {
                &[Level, Category, Id, Removed, RemovedRecorded, DeregistrationId, Deleted, Sensitive]
            }
        }
    }
}

/// What a row is counted under that has no code.
pub(crate) const NO_CODE: &str = "none";

/// The words that say that nDelius marks a row as sensitive.
const YES: [&str; 5] = ["y", "yes", "true", "1", "sensitive"];
/// The words that say that it does not. An empty cell says so too: nDelius leaves it empty if the row is not marked.
const NO: [&str; 5] = ["n", "no", "false", "0", "not sensitive"];

/// A table: its columns, and its rows, all of them text.
#[derive(Debug, Clone)]
pub struct InputTable {
    of: TableKind,
    columns: Columns,
    rows: Vec<(u64, Values)>,
}

impl InputTable {
    /// A table of columns that the host read itself, with its rows and their numbers. Names of columns are compared by their
    /// letters and digits, in any case. Columns that are not known are passed over; a row with too few or too many values is
    /// reported as unreadable.
    ///
    /// # Errors
    /// [`MessageError`] naming a column that is missing, that is there twice, or whose name may mean one that decides how
    /// confidential a row is.
    pub fn new(of: TableKind, names: &[String], rows: Vec<(u64, Vec<String>)>) -> Result<Self, MessageError> {
        let columns = Columns::of(of, names)?;
        let checked = |(line, values): (u64, Vec<String>)| (line, as_many(values.len(), names.len()).map(|()| values));
        Ok(Self { of, columns, rows: rows.into_iter().map(checked).collect() })
    }

    /// A table in CSV, with a line of column names; also delimited by semicolons, tabs or bars. A row that cannot be read is
    /// reported as unreadable, and the others are read.
    ///
    /// # Errors
    /// [`MessageError`] for text in another encoding than UTF-8, and as [`InputTable::new`].
    pub fn parse(of: TableKind, text: &[u8]) -> Result<Self, MessageError> {
        let table = delimited::read(text, |names| Columns::are_of(of, names))?;
        Ok(Self { of, columns: Columns::of(of, &table.names)?, rows: table.rows })
    }

    /// The rows.
    pub fn rows(&self) -> impl Iterator<Item = Row<'_>> {
        self.rows.iter().map(|(line, values)| Row { sheet: self, line: *line, values })
    }
}

/// Whether a row is deleted in nDelius, and when it was.
enum Deleted {
    No,
    Sometime,
    On(When),
}

/// One row.
#[derive(Debug, Clone, Copy)]
pub struct Row<'s> {
    sheet: &'s InputTable,
    /// Its line, from 1.
    pub line: u64,
    values: &'s Values,
}

/// What a row says, as messages would have said it: so that a row and a message of one fact are one fact.
#[derive(Debug)]
pub enum RowMeaning<'c> {
    /// A contact.
    Contact(Box<ContactRow<'c>>),
    /// That a registration began, and if so that it ended, or was wrong from the start.
    Registration(Vec<Message>),
    /// Nothing of these.
    Ends(Outcome),
}

/// A row of a table of contacts.
#[derive(Debug)]
pub struct ContactRow<'c> {
    /// The row as a message would say it.
    pub message: Message,
    /// When nDelius stated it.
    pub stated: Instant,
    /// Whether it has an id of its own.
    pub has_id: bool,
    /// Whether records are made of contacts of its type at all.
    pub makes_records: bool,
    /// What it says.
    pub says: ContactMeaning<'c>,
}

/// What a row says of a contact.
#[derive(Debug)]
pub enum ContactMeaning<'c> {
    /// What the tables make of one of its type.
    Type(&'c EventType),
    /// That no record is to be made of it, as it is now.
    Nothing(Outcome),
    /// That it is deleted.
    Deleted {
        /// If by its type no record is ever made of it, why.
        else_ends: Option<Outcome>,
    },
}

impl Row<'_> {
    fn get(&self, column: Column) -> Option<&str> {
        self.written(column).map(str::trim)
    }

    /// The value of a column, with its surroundings.
    fn written(&self, column: Column) -> Option<&str> {
        let place = self.sheet.columns.place(column)?;
        let value = self.values.as_ref().ok()?.get(place)?;
        Some(value.as_str()).filter(|v| !v.trim().is_empty())
    }

    /// The person's CRN.
    ///
    /// # Errors
    /// [`MessageError`] where there is none.
    pub fn crn(&self) -> Result<String, MessageError> {
        let crn = self.get(Column::Crn).unwrap_or_default();
        let wrong = || MessageError::new(Column::Crn.name(), "1 to 64 letters, digits or `. _ : -`", counted(crn));
        if is_identifier(crn) { Ok(crn.to_ascii_uppercase()) } else { Err(wrong()) }
    }

    /// The code of its type.
    #[must_use]
    pub fn code(&self) -> &str {
        self.get(Column::Type).unwrap_or(NO_CODE)
    }

    /// What the estate calls its type, where the tables have it.
    #[must_use]
    pub fn name(&self, codes: &Codes) -> Option<String> {
        match self.sheet.of {
            TableKind::Contacts => Codes::contact_name(self.code()).map(str::to_owned),
            TableKind::Registrations => codes.register(self.code()).map(|r| r.description.clone()),
        }
    }

    fn when(&self, column: Column) -> Result<Option<When>, MessageError> {
        let Some(text) = self.get(column) else { return Ok(None) };
        When::read(text).map(Some).ok_or_else(|| self.wrong(column, EXPECTED))
    }

    fn needed(&self, column: Column) -> Result<When, MessageError> {
        self.when(column)?.ok_or_else(|| self.wrong(column, EXPECTED))
    }

    /// When a contact was: its date, with the time that has a column of its own.
    fn date_and_time(&self) -> Result<When, MessageError> {
        let (Some(date), Some(time)) = (self.get(Column::Date), self.get(Column::Time)) else {
            return self.needed(Column::Date);
        };
        When::read_with_time(date, time).map_err(|unread| match unread {
            Unread::Date => self.wrong(Column::Date, EXPECTED),
            Unread::Time => self.wrong(Column::Time, EXPECTED_TIME),
        })
    }

    fn wrong(&self, column: Column, expected: impl Into<String>) -> MessageError {
        let found = self.get(column).map_or_else(|| "nothing".to_owned(), counted);
        MessageError::new(column.name(), expected, found)
    }

    /// A stricter mark, where nDelius has the row as sensitive.
    fn handling(&self) -> Result<Option<Handling>, MessageError> {
        let Some(word) = self.get(Column::Sensitive) else { return Ok(None) };
        let is_one_of = |words: &[&str]| words.iter().any(|w| word.eq_ignore_ascii_case(w));
        match (is_one_of(&YES), is_one_of(&NO)) {
            (true, _) => Ok(Some(Handling::Restricted)),
            (false, true) => Ok(None),
            (false, false) => {
                let expected = format!("yes ({}), or no ({}, or nothing)", YES.join(", "), NO.join(", "));
                Err(self.wrong(Column::Sensitive, expected))
            }
        }
    }

    /// What it says, by the tables.
    ///
    /// # Errors
    /// [`MessageError`] for a row that cannot be read: its CRN, its type, a date, or whether it is sensitive.
    pub fn says<'c>(&self, codes: &'c Codes) -> Result<RowMeaning<'c>, MessageError> {
        self.values.as_ref().map_err(Clone::clone)?;
        self.crn()?;
        self.handling()?;
        if self.get(Column::Type).is_none() {
            return Err(self.wrong(Column::Type, "the code of the type"));
        }
        let of_codes =
            [Column::Type, Column::Outcome, Column::Level, Column::Category].map(|column| (column, "a code"));
        let of_ids = [Column::Id, Column::DeregistrationId].map(|column| (column, "an id"));
        for (column, what) in of_codes.into_iter().chain(of_ids) {
            if let Some(c) = self.written(column).and_then(unseen_in) {
                let expected = format!("{what} without characters that are not seen");
                return Err(MessageError::new(column.name(), expected, code_point(c)));
            }
        }
        match self.sheet.of {
            TableKind::Contacts => self.contact(codes),
            TableKind::Registrations => self.registration(),
        }
    }

    fn contact<'c>(&self, codes: &'c Codes) -> Result<RowMeaning<'c>, MessageError> {
        let (code, id) = (self.code(), self.get(Column::Id));
        let known = codes.contact(code);
        let ends = || match Codes::contact_name(code) {
            Some(_) => Outcome::no_record("no rule speaks of contacts of this type"),
            None => Outcome::unmapped("contacts", code, "the type of a contact"),
        };
        let of = |message: Message, stated: Instant, says: ContactMeaning<'c>| {
            RowMeaning::Contact(Box::new(ContactRow {
                message,
                stated,
                has_id: id.is_some(),
                makes_records: known.is_some(),
                says,
            }))
        };
        let dates = || {
            let date = self.date_and_time()?;
            let created = self.when(Column::Created)?.unwrap_or(date);
            Ok::<_, MessageError>((date, created, self.when(Column::Updated)?))
        };
        match (self.deleted()?, id) {
            (Deleted::No, _) => {}
            (Deleted::On(deleted), Some(id)) => {
                let dates = dates().ok();
                let says = ContactMeaning::Deleted { else_ends: known.is_none().then(ends) };
                let (date, created) = dates.map_or((deleted, deleted), |(date, created, _)| (date, created));
                let mut message = self.of_contact(id.to_owned(), date, created)?;
                message.info = message.info.with("deleted", deleted.to_string());
                return Ok(of(message, deleted.instant(), says));
            }
            (Deleted::On(_) | Deleted::Sometime, _) => {
                let why = "deleted in nDelius: if it was imported before, retract its records, or give `id` and the time of the deletion";
                return Ok(RowMeaning::Ends(Outcome::no_record(why)));
            }
        }
        let (date, created, updated) = match (dates(), known) {
            (Ok(dates), _) => dates,
            (Err(e), Some(_)) => return Err(e),
            (Err(_), None) => return Ok(RowMeaning::Ends(ends())),
        };
        // One that was entered on its day has happened: whether before its time is not always known, as either may be a day alone.
        let is_planned = date.is_on_a_later_day_than(created) && self.get(Column::Outcome).is_none();
        let says = match known {
            None if id.is_none() || matches!(ends(), Outcome::Unmapped { .. }) => return Ok(RowMeaning::Ends(ends())),
            None => ContactMeaning::Nothing(ends()),
            Some((contact_type, _)) if contact_type.may_be_planned && is_planned => {
                ContactMeaning::Nothing(Outcome::no_record("planned, without an outcome: nothing has happened yet"))
            }
            Some((_, event_type)) => ContactMeaning::Type(event_type),
        };
        let stated = updated.filter(|updated| updated.instant() > created.instant());
        let (updated, stated) = (stated, stated.unwrap_or(created).instant());
        let created = if date.instant() > created.instant() { date } else { created };
        // Without an id of its own a contact is known by its type, its time and when it was entered.
        let id = self.id_or(&[&self.code(), &date, &created]);
        let message = Message { occurred_at: updated, ..self.of_contact(id, date, created)? };
        Ok(of(message, stated, says))
    }

    /// A contact as a message would say it.
    fn of_contact(&self, id: String, date: When, created: When) -> Result<Message, MessageError> {
        // What was entered before it happened was held when it happened, at the earliest.
        let created = if date.instant() > created.instant() { date } else { created };
        let reported = [
            ("contactId", Some(id)),
            ("date", Some(date.to_string())),
            ("created", Some(created.to_string())),
            ("outcome", self.get(Column::Outcome).map(str::to_owned)),
            ("officer", self.get(Column::Officer).map(str::to_owned)),
        ];
        self.message("contact", &reported)
    }

    /// Whether nDelius has the row as deleted, and when it was: when the row was last changed, if it does not say.
    fn deleted(&self) -> Result<Deleted, MessageError> {
        let Some(word) = self.get(Column::Deleted) else { return Ok(Deleted::No) };
        let is_one_of = |words: &[&str]| words.iter().any(|w| word.eq_ignore_ascii_case(w));
        if is_one_of(&NO[..4]) {
            return Ok(Deleted::No);
        }
        if is_one_of(&YES[..4]) {
            return Ok(self.when(Column::Updated)?.map_or(Deleted::Sometime, Deleted::On));
        }
        let expected = || self.wrong(Column::Deleted, format!("yes, no, nothing, or {EXPECTED}"));
        When::read(word).map(Deleted::On).ok_or_else(expected)
    }

    fn registration(&self) -> Result<RowMeaning<'static>, MessageError> {
        let registered = self.needed(Column::Registered)?;
        let created = self.when(Column::Created)?.unwrap_or(registered);
        let (removed, removed_recorded) = (self.when(Column::Removed)?, self.when(Column::RemovedRecorded)?);
        let deleted = self.when(Column::Deleted)?;
        let text = |column: Column| self.get(column).map(str::to_owned);
        // Without an id of its own a registration is known by its type and its day.
        let id = ("registrationId", Some(self.id_or(&[&self.code(), &registered])));
        let code = ("registerTypeCode", text(Column::Type));
        let began = [
            id.clone(),
            code.clone(),
            ("registrationDate", Some(registered.to_string())),
            ("createdDateAndTime", Some(created.to_string())),
            ("registrationLevelCode", text(Column::Level)),
            ("registrationCategoryCode", text(Column::Category)),
        ];
        let mut messages = vec![self.message("probation-case.registration.added", &began)?];
        if let Some(removed) = removed {
            let ended = [
                ("deregistrationId", text(Column::DeregistrationId).or_else(|| id.1.clone())),
                code.clone(),
                ("deregistrationDate", Some(removed.to_string())),
                ("createdDateAndTime", Some(removed_recorded.unwrap_or(removed).to_string())),
            ];
            messages.push(self.message("probation-case.registration.deregistered", &ended)?);
        }
        if let Some(deleted) = deleted {
            let wrong = self.message("probation-case.registration.deleted", &[id, code])?;
            messages.push(Message { occurred_at: Some(deleted), ..wrong });
        }
        Ok(RowMeaning::Registration(messages))
    }

    /// Its id, or what else it is known by.
    fn id_or(&self, known_by: &[&dyn Display]) -> String {
        let texts = || known_by.iter().map(ToString::to_string).collect::<Vec<_>>().join(" ");
        self.get(Column::Id).map_or_else(texts, str::to_owned)
    }

    fn message(&self, event_type: &str, reported: &[(&str, Option<String>)]) -> Result<Message, MessageError> {
        let members = reported.iter().filter_map(|(name, value)| Some(((*name).to_owned(), value.clone()?)));
        Ok(Message {
            event_type: event_type.to_owned(),
            occurred_at: None,
            crn: Some(self.crn()?),
            noms: None,
            detail_url: None,
            info: members.collect(),
            fetched: None,
            handling: self.handling()?,
            body: Members::default(),
        })
    }
}
