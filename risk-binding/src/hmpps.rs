//! The adapter to the HMPPS estate as bindings see it: messages and tables in, records and a report out.

use std::collections::BTreeMap;

use chrono::Utc;
use risk_core::assessment::Assessment;
use risk_core::calendar::london_day;
use risk_core::log::{Log, Record};
use risk_hmpps::codes::Codes;
use risk_hmpps::import::{Given, Held, Importer, sheet};
use risk_hmpps::into_store::{Erasures, import_into};
use risk_hmpps::key::Key;
use risk_hmpps::message::MessageError;
use risk_hmpps::people::CaseMap;
use risk_hmpps::registers::{NotShown, reconcile};
use risk_hmpps::rosh::rosh;
use risk_hmpps::sheet::Of;
use risk_store::{Operator, Store};
use uuid::Uuid;

use crate::fault::Fault;
use crate::records::parse_each;
use crate::status::{RISK_BAD_POLICY, RISK_BAD_RECORD, RISK_BAD_SIZE, RISK_BAD_WORD, RISK_NO_VIEW};

/// What a delivery is.
const KINDS: [&str; 3] = ["messages", "contacts", "registrations"];

/// An importer with the host's secret, and where there are any its own case ids (CSV) and tables (TOML).
///
/// # Errors
/// RISK_BAD_SIZE for a secret that is too short; RISK_BAD_RECORD for a case map, RISK_BAD_POLICY for tables, that cannot be used.
pub fn importer(secret: &[u8], case_map: Option<&str>, codes: Option<&str>) -> Result<Importer, Fault> {
    let key = Key::new(secret).map_err(|e| Fault::new(RISK_BAD_SIZE, e.to_string()))?;
    let cases = case_map.map(CaseMap::parse).transpose();
    let cases = cases.map_err(|e| Fault::new(RISK_BAD_RECORD, format!("case map, {e}")))?;
    let tables = Codes::embedded().and_then(|embedded| match codes {
        None => Ok(embedded),
        Some(text) => embedded.with("codes", text),
    });
    let tables = tables.map_err(|e| Fault::new(RISK_BAD_POLICY, e.to_string()))?;
    Ok(Importer::new(tables, key, cases.unwrap_or_default()))
}

/// Records that the host holds, by case.
struct HeldRecords(BTreeMap<Uuid, Log>);

impl Held for HeldRecords {
    fn case_of(&mut self, _: &str, _: &str) -> Option<Uuid> {
        None
    }

    fn log(&mut self, case_id: Uuid) -> Option<Log> {
        self.0.get(&case_id).cloned()
    }
}

/// Imports a delivery of that kind against the records that are held already. Gives the new records as JSON Lines, and the report
/// as JSON.
///
/// # Errors
/// RISK_BAD_WORD for another kind; RISK_BAD_RECORD for a table without its columns, and for records that are none.
pub fn import(importer: &Importer, kind: &str, delivery: &[u8], held: &str) -> Result<(String, String), Fault> {
    let mut cases: BTreeMap<Uuid, Vec<Record>> = BTreeMap::new();
    for (_, record) in parse_each(held)? {
        cases.entry(record.case_id).or_default().push(record);
    }
    let mut logs = BTreeMap::new();
    for (case_id, records) in cases {
        let mut log = Log::new(case_id);
        log.append_all(records, None)?;
        logs.insert(case_id, log);
    }
    let import = importer.import(&[(None, given(kind, delivery)?)], &mut HeldRecords(logs));
    let records = import.records.iter().map(|r| r.to_line() + "\n").collect();
    Ok((records, serde_json::to_string(&import.report)?))
}

/// Imports a delivery straight into a store. Gives the report as JSON.
///
/// # Errors
/// As [`import`]; those of a store.
pub fn import_to_store(
    importer: &Importer,
    store: &Store,
    by: &Operator,
    (kind, delivery): (&str, &[u8]),
    erase: bool,
) -> Result<String, Fault> {
    let erasures = if erase { Erasures::CarriedOut } else { Erasures::Listed };
    let given = [(None, given(kind, delivery)?)];
    let import = import_into(importer, store, by, &given, erasures, Utc::now())?;
    Ok(serde_json::to_string(&import.report)?)
}

fn given<'d>(kind: &str, delivery: &'d [u8]) -> Result<Given<'d>, Fault> {
    let refused = |e: MessageError| Fault::mismatch(RISK_BAD_RECORD, &e.field, e.expected, e.found);
    match kind {
        "messages" => Ok(Given::Messages(delivery)),
        "contacts" => sheet(Of::Contacts, delivery).map_err(refused),
        "registrations" => sheet(Of::Registrations, delivery).map_err(refused),
        other => {
            let found = risk_core::event::field::describe_text(other);
            Err(Fault::mismatch(RISK_BAD_WORD, "kind", format!("one of {}", KINDS.join(", ")), found))
        }
    }
}

/// The changes of nDelius registers that an answer proposes, as a JSON array.
///
/// # Errors
/// RISK_NO_VIEW for an audience that does not see what it takes.
pub fn proposals(importer: &Importer, answer: &Assessment) -> Result<String, Fault> {
    let found = reconcile(answer, &importer.codes, london_day(answer.at)).map_err(|not_shown| {
        Fault::mismatch(RISK_NO_VIEW, "audience", NotShown::EXPECTED, not_shown.audience.to_string())
    })?;
    Ok(serde_json::to_string(&found)?)
}

/// The levels of an answer in the shape of the ARNS API, as JSON.
///
/// # Errors
/// RISK_NO_VIEW for an audience that sees no levels.
pub fn levels(answer: &Assessment) -> Result<String, Fault> {
    let none = || Fault::mismatch(RISK_NO_VIEW, "audience", "an audience that sees levels", answer.audience.to_string());
    Ok(serde_json::to_string(&rosh(answer).ok_or_else(none)?)?)
}
