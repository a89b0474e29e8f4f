//! `risk store erase` and `restrict`: taking out what a record says, by law.

use chrono::{SecondsFormat, Utc};
use clap::Args;
use risk_core::event::Term;
use risk_core::event::vocabulary::{CorrectionReason, Handling};
use risk_core::log::{AppendError, LogError, Record};
use risk_store::{Erased, Operator, Scrubbed, Store, StoreError};
use serde_json::json;
use uuid::{Builder, Uuid};

use crate::failure::Failure;
use crate::identifier::CaseName;
use crate::input::Text;
use crate::options::term;
use crate::output::Reply;
use crate::store::{OpenStore, StoreOptions, located};

/// Which record, and why. The command says what is done with it.
#[derive(Args)]
#[command(after_long_help = "Examples:
  risk store erase crn:X123456 0f9c3f2e-6f0e-4c58-9d0a-0d1c5d3a7b11 --reason legal_erasure --by manager-7
  risk store restrict crn:X123456 0f9c3f2e-6f0e-4c58-9d0a-0d1c5d3a7b11 --reason accuracy_contested --by manager-7
  risk store erase crn:X123456 --record payload-erased.json")]
pub struct Options {
    /// The case: its UUID, or an identifier as SCHEME:VALUE
    #[arg(value_parser = CaseName::parse)]
    case: CaseName,
    /// The record: its event_id
    #[arg(required_unless_present = "record", conflicts_with = "record", requires_all = ["reason", "by"])]
    event: Option<Uuid>,
    /// Why
    #[arg(long, value_parser = term::<CorrectionReason>(), requires = "event")]
    reason: Option<CorrectionReason>,
    /// Who decided it: a member of staff, as records name them
    #[arg(long, value_name = "STAFF", requires = "event")]
    by: Option<String>,
    /// Read the `payload_erased` record from this file instead of creating one; `-` is standard input
    #[arg(long, value_name = "FILE")]
    record: Option<String>,
    #[command(flatten)]
    store: StoreOptions,
}

/// Erases.
///
/// # Errors
/// [`Failure`] if the record is not there or the erasure cannot be appended.
pub fn erase(options: &Options) -> Result<Reply, Failure> {
    let done = take_out(options, |store, by, case_id, record| store.erase(by, case_id, record))?;
    Ok(done.reply("erased"))
}

/// Restricts.
///
/// # Errors
/// As [`erase`].
pub fn restrict(options: &Options) -> Result<Reply, Failure> {
    let done = take_out(options, |store, by, case_id, record| store.restrict(by, case_id, record))?;
    Ok(done.reply("taken out of the log and kept as evidence"))
}

struct Done {
    case_id: Uuid,
    erased: Erased,
    is_server: bool,
}

fn take_out(
    options: &Options,
    what: impl Fn(&Store, &Operator, Uuid, Record) -> Result<Erased, StoreError>,
) -> Result<Done, Failure> {
    let given = options.record.as_ref().map(|file| Text::read(file)).transpose()?;
    let OpenStore { store, by, .. } = options.store.operate()?;
    let case_id = options.case.find(&store)?;
    let erased = match &given {
        Some(text) => what(&store, &by, case_id, only_record(text)?).map_err(|e| located(text, e))?,
        None => strict_enough(|mark| Ok(what(&store, &by, case_id, erasure(options, case_id, mark)?)?))?,
    };
    Ok(Done { case_id, erased, is_server: store.is_server() })
}

/// Tries the marks from the most open to the strictest: a record that names another is refused unless it is marked as strictly
/// as that one, and nothing is changed then. So the record need not be read in order to erase it.
fn strict_enough(attempt: impl Fn(Handling) -> Result<Erased, Failure>) -> Result<Erased, Failure> {
    let marks = [Handling::Staff, Handling::ThirdParty, Handling::PartnerConfidential];
    for mark in marks {
        match attempt(mark) {
            Err(Failure::Store(StoreError::Append { error: AppendError::Refused { field, .. }, .. }))
                if field == "handling" => {}
            other => return other,
        }
    }
    attempt(Handling::Restricted)
}

/// The record that says of another that what it said was erased.
fn erasure(options: &Options, case_id: Uuid, mark: Handling) -> Result<Record, Failure> {
    let mut random = [0; 16];
    getrandom::fill(&mut random)?;
    let now = Utc::now().to_rfc3339_opts(SecondsFormat::Micros, true);
    let record = json!({
        "event_id": Builder::from_random_bytes(random).into_uuid(), "case_id": case_id,
        "occurred_at": now, "recorded_at": now, "source": { "agency": "probation" }, "handling": mark.name(),
        "kind": "payload_erased",
        "data": { "event_id": options.event, "reason": options.reason.map(Term::name), "by": options.by },
    });
    Record::parse(&record.to_string()).map_err(|e| {
        // Times, ids and marks are in order; what was given is all that can be wrong.
        LogError { file: "--by".to_owned(), line: 1, field: e.field, expected: e.expected, found: e.found }.into()
    })
}

fn only_record(text: &Text) -> Result<Record, Failure> {
    let wrong = |line, field: &str, expected: String, found: String| LogError {
        file: text.name.clone(),
        line,
        field: field.to_owned(),
        expected,
        found,
    };
    // A file may be laid out for people; then it is one record all the same.
    Ok(Record::parse(&text.text).map_err(|e| wrong(1, &e.field, e.expected, e.found))?)
}

impl Done {
    fn reply(&self, what: &str) -> Reply {
        let said = format!(
            "case {}\nThe record was {what}; record {} says so.\n",
            self.case_id, self.erased.appended.position
        );
        match &self.erased.scrubbed {
            Scrubbed::Done => Reply::text(said + gone(self.is_server)),
            Scrubbed::Pending(why) => Reply { remark: pending(why), no: true, ..Reply::text(said) },
        }
    }
}

/// What it means that the files were scrubbed.
pub fn gone(is_server: bool) -> &'static str {
    if is_server {
        "What it said is gone from the tables. The server's own log of writes keeps old\n\
         pages until it is recycled; copies made before hold what they held.\n"
    } else {
        "What it said is gone from the store's files; copies made before hold what they\nheld.\n"
    }
}

/// What it means that they could not be.
pub fn pending(why: &str) -> String {
    format!("Old bytes may still lie in the store's files: {why}. `risk store scrub` tries again.\n")
}
