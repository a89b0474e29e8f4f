//! The adapter to the HMPPS estate as bindings see it: options as JSON, deliveries as bytes or rows; records as lines and a report as
//! JSON.

use std::collections::BTreeMap;

use chrono::Utc;
use risk_core::assessment::Assessment;
use risk_core::calendar::london_day;
use risk_core::event::field::describe_text;
use risk_core::text::to_json;
use risk_hmpps::codes::{Codes, CodesError};
use risk_hmpps::detail_hosts::DetailHosts;
use risk_hmpps::import::{Given, HeldLogs, Importer, read_table};
use risk_hmpps::input_table::{InputTable, TableKind};
use risk_hmpps::key::{Key, SHORTEST};
use risk_hmpps::message::MessageError;
use risk_hmpps::people::CaseMap;
use risk_hmpps::registers::{NotShown, reconcile};
use risk_hmpps::rosh::rosh;
use risk_hmpps_store::{Erasures, IntoStore, import_into};
use risk_store::{Operator, Store};
use serde::Deserialize;

use crate::fault::{Fault, Where};
use crate::status::{RISK_BAD_RECORD, RISK_BAD_SIZE, RISK_BAD_WORD, RISK_NO_VIEW};

/// What a delivery is.
const KINDS: [&str; 3] = ["messages", "contacts", "registrations"];

/// Reads deliveries of the estate.
#[derive(Debug)]
pub struct Hmpps {
    importer: Importer,
    erasures: Erasures,
}

/// What an importer may be made with.
#[derive(Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
struct Options {
    /// The host's own tables, laid over those that are built in: TOML, by the name of the file.
    codes: BTreeMap<String, String>,
    /// The host's own case ids: CSV with `case_id` and `crn`, `noms` or both.
    case_map: String,
    /// Whether a person is erased in the store where a message says so.
    erase: bool,
    /// The hosts from which may be fetched with credentials what a message points to.
    detail_hosts: Vec<String>,
}

/// What an import without a store came to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Imported {
    /// The new records, as JSON Lines.
    pub records: String,
    /// What became of each message, as JSON (`risk-hmpps-import/1`).
    pub report: String,
}

impl Hmpps {
    /// An importer with the host's options, as JSON, and its secret.
    ///
    /// # Errors
    /// RISK_BAD_SIZE for a secret that is too short; RISK_BAD_WORD for options, a table or a case map that cannot be used.
    pub fn new(options: &str, secret: &[u8]) -> Result<Self, Fault> {
        let options: Options = serde_json::from_str(options).map_err(|e| {
            // What serde_json says of options may name a member of theirs, and tells nothing of a case.
            let expected = "a JSON object of `codes`, `case_map`, `detail_hosts` and `erase`";
            Fault::mismatch(RISK_BAD_WORD, "options", expected, e.to_string())
        })?;
        let key = key(secret)?;
        let embedded = Codes::embedded();
        let codes = options.codes.iter().fold(embedded, |codes, (file, text)| codes?.with(file, text));
        let map = match options.case_map.as_str() {
            "" => CaseMap::default(),
            table => CaseMap::parse(table).map_err(|e| {
                let (message, line) = (format!("`case_map`: {e}"), usize::try_from(e.line).ok());
                let at = Where { line, field: Some(e.field.to_owned()), ..Where::between(e.expected, e.found) };
                Fault::located(RISK_BAD_WORD, message, at)
            })?,
        };
        let hosts = DetailHosts::new(&options.detail_hosts).map_err(|e| {
            let expected = "hosts, with a port if it is another than 443, such as oasys.example.com";
            Fault::mismatch(RISK_BAD_WORD, "detail_hosts", expected, e.host)
        })?;
        let erasures = if options.erase { Erasures::CarriedOut } else { Erasures::Listed };
        let importer = Importer::new(codes.map_err(of_table)?, key, map).with_detail_hosts(hosts);
        Ok(Self { importer, erasures })
    }

    /// Imports a delivery against records that the host holds, of any cases.
    ///
    /// # Errors
    /// RISK_BAD_RECORD for records that are none, or no log.
    pub fn import(&self, delivery: Given<'_>, held: &str) -> Result<Imported, Fault> {
        let mut logs = HeldLogs::default();
        logs.read("held", held)?;
        let import = self.importer.import(&[(None, delivery)], &mut logs);
        let records = import.records.iter().map(|record| record.to_line() + "\n").collect();
        Ok(Imported { records, report: to_json(&import.report)? })
    }

    /// Imports a delivery into a store; gives the report.
    ///
    /// # Errors
    /// Those of a store that cannot be read, or takes nothing; then nothing was appended.
    pub fn import_into(&self, store: &Store, by: &Operator, delivery: Given<'_>) -> Result<String, Fault> {
        let how = IntoStore::new(self.erasures, Utc::now());
        let import = import_into(&self.importer, store, by, &[(None, delivery)], &how)?;
        Ok(to_json(&import.report)?)
    }

    /// The changes of nDelius registers that an answer proposes, as a JSON array.
    ///
    /// # Errors
    /// RISK_NO_VIEW for an audience that does not see what it takes.
    pub fn reconcile(&self, answer: &Assessment) -> Result<String, Fault> {
        let found = reconcile(answer, &self.importer.codes, london_day(answer.at)).map_err(|not_shown| {
            Fault::mismatch(RISK_NO_VIEW, "audience", NotShown::EXPECTED, not_shown.audience.to_string())
        })?;
        Ok(serde_json::to_string(&found)?)
    }
}

/// The host's secret.
///
/// # Errors
/// RISK_BAD_SIZE for one that is too short.
pub(crate) fn key(secret: &[u8]) -> Result<Key, Fault> {
    Key::new(secret).map_err(|e| {
        let (expected, found) = (format!("at least {SHORTEST} bytes that nobody can guess"), e.found.to_string());
        Fault::mismatch(RISK_BAD_SIZE, "secret", expected, found)
    })
}

fn of_table(e: CodesError) -> Fault {
    let message = e.to_string();
    Fault::located(RISK_BAD_WORD, message, Where { file: Some(e.file), ..Where::default() })
}

/// A delivery as bytes.
///
/// # Errors
/// RISK_BAD_WORD for another kind; RISK_BAD_RECORD for a table that is none, or lacks a column.
pub fn given<'d>(kind: &str, delivery: &'d [u8]) -> Result<Given<'d>, Fault> {
    match of(kind)? {
        None => Ok(Given::Messages(delivery)),
        Some(of) => read_table(of, delivery).map_err(refused),
    }
}

/// A table as rows of text.
///
/// # Errors
/// As [`given`].
pub fn rows(kind: &str, columns: &[String], rows: Vec<Vec<String>>) -> Result<Given<'static>, Fault> {
    let tables = || Fault::mismatch(RISK_BAD_WORD, "kind", "contacts or registrations, for a table", kind);
    let of = of(kind)?.ok_or_else(tables)?;
    InputTable::new(of, columns, (1..).zip(rows).collect()).map(Given::Table).map_err(refused)
}

fn of(kind: &str) -> Result<Option<TableKind>, Fault> {
    match kind {
        "messages" => Ok(None),
        "contacts" => Ok(Some(TableKind::Contacts)),
        "registrations" => Ok(Some(TableKind::Registrations)),
        other => {
            let found = describe_text(other);
            Err(Fault::mismatch(RISK_BAD_WORD, "kind", format!("one of {}", KINDS.join(", ")), found))
        }
    }
}

#[allow(clippy::needless_pass_by_value, reason = "it is what map_err gives")]
fn refused(e: MessageError) -> Fault {
    Fault::mismatch(RISK_BAD_RECORD, &e.field, e.expected, e.found)
}

/// The levels of an answer in the shape of the ARNS API, as JSON.
///
/// # Errors
/// RISK_NO_VIEW for an audience that sees no levels.
pub fn levels(answer: &Assessment) -> Result<String, Fault> {
    let none =
        || Fault::mismatch(RISK_NO_VIEW, "audience", "an audience that sees levels", answer.audience.to_string());
    Ok(serde_json::to_string(&rosh(answer).ok_or_else(none)?)?)
}
