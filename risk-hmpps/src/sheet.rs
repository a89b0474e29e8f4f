//! Contacts and registrations as tables: one row for each, in named columns.

use risk_core::event::field::describe_text;
use risk_core::event::vocabulary::Handling;
use serde_json::Value;

use crate::codes::{Codes, EventType};
use crate::message::{Members, Message, MessageError, is_identifier};
use crate::when::{EXPECTED, When, day_and_time};

/// What a table is of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Of {
    /// Contacts: `crn`, `type`, `date`, `outcome`, `created`; and where there are any `time`, `id`, `officer`, `sensitive`.
    Contacts,
    /// Registrations: `crn`, `type`, `registered`, `created`; and where there are any `level`, `category`, `id`, `removed`,
    /// `removed_recorded`, `deregistration_id`, `deleted`, `sensitive`.
    Registrations,
}

impl Of {
    /// The columns without which nothing can be read.
    #[must_use]
    pub fn needed(self) -> &'static [&'static str] {
        match self {
            Self::Contacts => &["crn", "type", "date", "outcome", "created"],
            Self::Registrations => &["crn", "type", "registered", "created"],
        }
    }

    /// Those that may be there besides.
    #[must_use]
    pub fn optional(self) -> &'static [&'static str] {
        match self {
            Self::Contacts => &["time", "id", "officer", "sensitive"],
            Self::Registrations => {
                &["level", "category", "id", "removed", "removed_recorded", "deregistration_id", "deleted", "sensitive"]
            }
        }
    }
}

/// A table: the names of its columns, and its rows, all of them text.
#[derive(Debug, Clone)]
pub struct Sheet {
    of: Of,
    columns: Vec<String>,
    rows: Vec<(u64, Vec<String>)>,
}

impl Sheet {
    /// A table of columns that the host read itself; its rows are numbered from 1. Other columns than those known are passed
    /// over.
    ///
    /// # Errors
    /// [`MessageError`] naming a column that is not there.
    pub fn new(of: Of, columns: Vec<String>, rows: Vec<(u64, Vec<String>)>) -> Result<Self, MessageError> {
        let columns: Vec<String> = columns.iter().map(|c| c.trim().to_lowercase()).collect();
        let missing = of.needed().iter().find(|name| !columns.iter().any(|c| c == *name));
        match missing {
            None => Ok(Self { of, columns, rows }),
            Some(name) => {
                let expected = format!(
                    "the columns {} and, where there are any, {}",
                    of.needed().join(", "),
                    of.optional().join(", ")
                );
                Err(MessageError::new(*name, expected, "no such column"))
            }
        }
    }

    /// A table in CSV, with a line of column names.
    ///
    /// # Errors
    /// [`MessageError`] for text that is none, or lacks a column.
    pub fn parse(of: Of, text: &[u8]) -> Result<Self, MessageError> {
        let mut reader = csv::ReaderBuilder::new().trim(csv::Trim::All).from_reader(text);
        let broken = |e: &csv::Error| {
            let line = e.position().map_or(1, csv::Position::line);
            MessageError::new(
                format!("line {line}"),
                "a row of CSV with as many fields as the first line, in UTF-8",
                "another form",
            )
        };
        let columns = reader.headers().map_err(|e| broken(&e))?.iter().map(str::to_owned).collect();
        let rows = reader.records().map(|row| {
            let row = row.map_err(|e| broken(&e))?;
            Ok((row.position().map_or(0, csv::Position::line), row.iter().map(str::to_owned).collect()))
        });
        Self::new(of, columns, rows.collect::<Result<_, MessageError>>()?)
    }

    /// The rows.
    pub fn rows(&self) -> impl Iterator<Item = Row<'_>> {
        self.rows.iter().map(|(line, values)| Row { sheet: self, line: *line, values })
    }
}

/// One row.
#[derive(Debug, Clone, Copy)]
pub struct Row<'s> {
    sheet: &'s Sheet,
    /// Its line, from 1.
    pub line: u64,
    values: &'s [String],
}

/// What a row says, as messages would have said it: so that a row and a message of one fact are one fact.
#[derive(Debug)]
pub enum RowSays<'c> {
    /// A contact, with what is made of one of its type.
    Contact(Box<Message>, &'c EventType),
    /// That a registration began, and if so that it ended, or was wrong from the start.
    Registration(Vec<Message>),
    /// Nothing, for a reason.
    Nothing(String),
}

impl Row<'_> {
    fn get(&self, column: &str) -> Option<&str> {
        let place = self.sheet.columns.iter().position(|c| c == column)?;
        self.values.get(place).map(|v| v.trim()).filter(|v| !v.is_empty())
    }

    /// The person's CRN.
    ///
    /// # Errors
    /// [`MessageError`] where there is none.
    pub fn crn(&self) -> Result<String, MessageError> {
        let crn = self.get("crn").unwrap_or_default();
        let wrong = || MessageError::new("crn", "1 to 64 letters, digits or `. _ : -`", describe_text(crn));
        if is_identifier(crn) { Ok(crn.to_ascii_uppercase()) } else { Err(wrong()) }
    }

    /// The code of its type.
    #[must_use]
    pub fn code(&self) -> &str {
        self.get("type").unwrap_or("none")
    }

    /// What the estate calls its type, where the tables have it.
    #[must_use]
    pub fn name(&self, codes: &Codes) -> Option<String> {
        match self.sheet.of {
            Of::Contacts => Codes::contact_name(self.code()).map(str::to_owned),
            Of::Registrations => codes.register(self.code()).map(|r| r.description.clone()),
        }
    }

    fn when(&self, column: &str, time: Option<&str>) -> Result<Option<When>, MessageError> {
        let Some(text) = self.get(column) else { return Ok(None) };
        let wrong = || MessageError::new(column, EXPECTED, describe_text(text));
        day_and_time(text, time).map(Some).ok_or_else(wrong)
    }

    fn needed(&self, column: &str, time: Option<&str>) -> Result<When, MessageError> {
        self.when(column, time)?.ok_or_else(|| MessageError::new(column, EXPECTED, "nothing"))
    }

    /// A stricter mark, where nDelius has the row as sensitive.
    fn handling(&self) -> Option<Handling> {
        let sensitive = self
            .get("sensitive")
            .is_some_and(|v| ["y", "yes", "true", "1", "sensitive"].iter().any(|yes| v.eq_ignore_ascii_case(yes)));
        sensitive.then_some(Handling::Restricted)
    }
}

impl Row<'_> {
    /// What it says, by the tables.
    ///
    /// # Errors
    /// [`MessageError`] for a CRN or a date that is none.
    pub fn says<'c>(&self, codes: &'c Codes) -> Result<RowSays<'c>, MessageError> {
        match self.sheet.of {
            Of::Contacts => self.contact(codes),
            Of::Registrations => self.registration(),
        }
    }

    fn contact<'c>(&self, codes: &'c Codes) -> Result<RowSays<'c>, MessageError> {
        self.crn()?;
        let Some(contact) = codes.contact(self.code()) else {
            return Ok(RowSays::Nothing("no rule speaks of contacts of this type".to_owned()));
        };
        let date = self.needed("date", self.get("time"))?;
        let created = self.when("created", None)?.unwrap_or(date);
        let is_to_come = date.instant() > created.instant() && date != created;
        if is_to_come && self.get("outcome").is_none() {
            return Ok(RowSays::Nothing("planned, without an outcome: nothing has happened yet".to_owned()));
        }
        let day = self.get("date").unwrap_or_default();
        let date = self.get("time").map_or_else(|| day.to_owned(), |time| format!("{day} {time}"));
        // What was entered before it happened was held when it happened, at the earliest.
        let created = self.get("created").filter(|_| !is_to_come).unwrap_or(&date);
        // Without an id of its own a contact is known by its type, its time and when it was entered.
        let by_time = format!("{} {date} {created}", self.code());
        let told = [
            ("contactId", self.get("id").or(Some(&by_time))),
            ("date", Some(&date)),
            ("created", Some(created)),
            ("outcome", self.get("outcome")),
            ("officer", self.get("officer")),
        ];
        Ok(RowSays::Contact(Box::new(self.message("contact", &told)?), contact))
    }

    fn registration(&self) -> Result<RowSays<'static>, MessageError> {
        self.needed("registered", None)?;
        // Without an id of its own a registration is known by its type and its day.
        let by_day = format!("{} {}", self.code(), self.get("registered").unwrap_or_default());
        let id = self.get("id").unwrap_or(&by_day);
        let (id, code) = (("registrationId", Some(id)), ("registerTypeCode", Some(self.code())));
        let began = [
            id,
            code,
            ("registrationDate", self.get("registered")),
            ("createdDateAndTime", self.get("created").or(self.get("registered"))),
            ("registrationLevelCode", self.get("level")),
            ("registrationCategoryCode", self.get("category")),
        ];
        let mut messages = vec![self.message("probation-case.registration.added", &began)?];
        if let Some(removed) = self.get("removed") {
            let ended = [
                ("deregistrationId", self.get("deregistration_id").or(id.1)),
                code,
                ("deregistrationDate", Some(removed)),
                ("createdDateAndTime", self.get("removed_recorded").or(Some(removed))),
            ];
            messages.push(self.message("probation-case.registration.deregistered", &ended)?);
        }
        if let Some(deleted) = self.when("deleted", None)? {
            let wrong = self.message("probation-case.registration.deleted", &[id, code])?;
            messages.push(Message { occurred_at: Some(deleted), ..wrong });
        }
        Ok(RowSays::Registration(messages))
    }

    fn message(&self, event_type: &str, told: &[(&str, Option<&str>)]) -> Result<Message, MessageError> {
        let members = told.iter().filter_map(|(name, value)| Some(((*name).to_owned(), Value::from((*value)?))));
        Ok(Message {
            event_type: event_type.to_owned(),
            occurred_at: None,
            crn: Some(self.crn()?),
            noms: None,
            detail_url: None,
            info: Members::of(&members.collect()),
            fetched: None,
            handling: self.handling(),
        })
    }
}
