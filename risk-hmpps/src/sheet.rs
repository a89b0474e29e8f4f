//! Contacts and registrations as tables: one row for each, in named columns.

use risk_core::event::field::describe_text;
use risk_core::event::vocabulary::{Handling, SourceAgency, Term};
use risk_core::event::{Instant, Kind};
use serde_json::{Map, Value, json};
use uuid::Uuid;

use crate::codes::{Codes, Template};
use crate::draft::Draft;
use crate::key::Key;
use crate::meaning::{TakeBack, holds, reference};
use crate::message::{MessageError, is_identifier};
use crate::template::{Filling, fill, may_change};
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

/// What a row says.
#[derive(Debug)]
pub enum RowSays {
    /// Records in the making.
    Drafts(Vec<Draft>),
    /// A registration that was wrong from the start.
    TakesBack(Vec<Draft>, TakeBack),
    /// Nothing, for a reason.
    Nothing(String),
}

/// Reads rows by the tables.
pub struct Rows<'a> {
    /// The tables.
    pub codes: &'a Codes,
    /// The host's secret.
    pub key: &'a Key,
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

impl Rows<'_> {
    /// What a row says of the case.
    ///
    /// # Errors
    /// [`MessageError`] for a date that is none.
    pub fn of(&self, row: &Row<'_>, case: Uuid, from: usize) -> Result<RowSays, MessageError> {
        match row.sheet.of {
            Of::Contacts => self.contact(row, case, from),
            Of::Registrations => self.registration(row, case, from),
        }
    }

    fn contact(&self, row: &Row<'_>, case: Uuid, from: usize) -> Result<RowSays, MessageError> {
        let Some(contact) = self.codes.contact(row.code()) else {
            return Ok(RowSays::Nothing("no rule speaks of contacts of this type".to_owned()));
        };
        let date = row.needed("date", row.get("time"))?;
        let created = row.when("created", None)?.unwrap_or(date);
        let (recorded, outcome) = (created.instant(), row.get("outcome"));
        if date.instant() > recorded && outcome.is_none() && !matches!(date, When::On(day) if created == When::On(day))
        {
            return Ok(RowSays::Nothing("planned, without an outcome: nothing has happened yet".to_owned()));
        }
        let Some(held) = contact.cases.iter().find(|c| holds(&c.when, |name| row.get(name).map(str::to_owned))) else {
            return Ok(RowSays::Nothing("no case of the tables holds for its outcome".to_owned()));
        };
        if held.records.is_empty() {
            let why = held.why.clone().unwrap_or_else(|| "the tables make no record of it".to_owned());
            return Ok(RowSays::Nothing(why));
        }
        // What was entered before it happened was held when it happened, at the earliest.
        let recorded = recorded.max(date.instant());
        let identity = match row.get("id") {
            Some(id) => vec![format!("contactId={id}")],
            None => ["type", "date", "time", "created"]
                .iter()
                .map(|c| format!("{c}={}", row.get(c).unwrap_or_default()))
                .collect(),
        };
        let times = (date.known_by(recorded), recorded);
        let made = Made { rows: self, row, case, from, times, identity: &identity, of: "contact" };
        Ok(RowSays::Drafts(made.drafts(held.records.iter())))
    }

    fn registration(&self, row: &Row<'_>, case: Uuid, from: usize) -> Result<RowSays, MessageError> {
        let Some(register) = self.codes.register(row.code()) else {
            return Ok(RowSays::Nothing("a register type that the tables do not have".to_owned()));
        };
        let Some(flag) = register.flag else {
            return Ok(RowSays::Nothing("no rule speaks of this register".to_owned()));
        };
        let registered = row.needed("registered", None)?;
        let recorded = row.when("created", None)?.unwrap_or(registered).instant().max(registered.instant());
        // The same id that domain events carry, so that a row and a message of one registration are one fact.
        let identity = match row.get("id") {
            Some(id) => vec![format!("registrationId={id}")],
            None => vec![
                format!("register={}", register.code),
                format!("registered={}", row.get("registered").unwrap_or_default()),
            ],
        };
        let data = |level: Option<Value>| -> Map<String, Value> {
            let register = Some(("register".to_owned(), json!(flag.name())));
            register.into_iter().chain(level.map(|level| ("level".to_owned(), level))).collect()
        };
        let set = Template { kind: Kind::FlagRecorded, data: data(Some(json!("{level}"))), handling: None };
        let (changing, lasting): (Vec<&Template>, Vec<&Template>) = register.also.iter().partition(|t| may_change(t));
        let times = (registered.known_by(recorded), recorded);
        let made = Made { rows: self, row, case, from, times, identity: &identity, of: "registration" };
        let mut drafts = made.drafts(std::iter::once(&set).chain(changing));
        drafts.extend(made.drafts(lasting.into_iter()));
        if let Some(removed) = row.when("removed", None)? {
            let recorded = row.when("removed_recorded", None)?.unwrap_or(removed).instant().max(removed.instant());
            let data = data(register.level.map(|level| json!(level.name())));
            let unset = Template { kind: Kind::FlagRemoved, data, handling: None };
            let times = (removed.known_by(recorded), recorded);
            // Likewise that of its end.
            let ended = row.get("deregistration_id").map(|id| vec![format!("deregistrationId={id}")]);
            let of = if ended.is_some() { "probation-case.registration.deregistered" } else { "deregistration" };
            let identity = ended.as_ref().unwrap_or(&identity);
            let made = Made { times, of, identity, ..made };
            drafts.extend(made.drafts(std::iter::once(&unset)));
        }
        match row.when("deleted", None)? {
            None => Ok(RowSays::Drafts(drafts)),
            Some(deleted) => {
                let reference = made.reference();
                Ok(RowSays::TakesBack(drafts, TakeBack { case, reference, recorded: deleted.instant(), from }))
            }
        }
    }
}

/// What is made of a row.
struct Made<'a> {
    rows: &'a Rows<'a>,
    row: &'a Row<'a>,
    case: Uuid,
    from: usize,
    times: (Instant, Instant),
    identity: &'a [String],
    of: &'static str,
}

impl Made<'_> {
    fn reference(&self) -> String {
        let first = self.identity.first().map(String::as_str).unwrap_or_default();
        let rest = self.identity.get(1..).unwrap_or_default().join("&");
        reference(self.rows.key, self.case, first, &rest)
    }

    fn drafts<'t>(&self, templates: impl Iterator<Item = &'t Template>) -> Vec<Draft> {
        let reference = self.reference();
        let each = templates.enumerate().map(|(n, template)| {
            let (case, n) = (self.case.to_string(), n.to_string());
            let parts = ["event", case.as_str(), self.of, template.kind.name(), n.as_str()];
            let parts: Vec<&str> = parts.into_iter().chain(self.identity.iter().map(String::as_str)).collect();
            let id = self.rows.key.uuid(&parts);
            let filled = fill(template, &OfRow { made: self, id, reference: &reference });
            Draft {
                id,
                case: self.case,
                occurred: self.times.0,
                recorded: self.times.1,
                reference: reference.clone(),
                agency: SourceAgency::Probation,
                handling: template.handling.max(self.row.handling()),
                kind: filled.kind,
                data: filled.data,
                replies: filled.replies,
                from: self.from,
            }
        });
        each.collect()
    }
}

/// Fills templates in from a row.
struct OfRow<'a> {
    made: &'a Made<'a>,
    id: Uuid,
    reference: &'a str,
}

impl Filling for OfRow<'_> {
    fn value(&self, name: &str) -> Option<Value> {
        let Made { rows: Rows { codes, key }, row, .. } = self.made;
        let level = || codes.level(row.get("level")?);
        match name {
            "fact" => Some(json!(key.opaque("fact", &[self.reference]))),
            "staff" => {
                let officer = row.get("officer").map_or_else(|| self.id.to_string(), str::to_owned);
                Some(json!(key.opaque("staff", &[&officer])))
            }
            "level" => {
                let of_type = || codes.register(row.code())?.level;
                of_type().or_else(|| level()?.level).map(Term::name).map(Value::from)
            }
            "level_number" => level()?.number.map(Value::from),
            "category_number" => codes.category(row.get("category")?)?.number.map(Value::from),
            other => match other.split_once(':')? {
                ("asks", stream) => Some(json!(key.opaque(stream, &[&self.id.to_string()]))),
                ("member", column) => row.get(column).map(Value::from),
                _ => None,
            },
        }
    }
}
