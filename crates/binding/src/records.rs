//! Records as text: read, appended, erased, sealed and verified.

use risk_core::calendar::from_microseconds;
use risk_core::event::Instant;
use risk_core::log::{self, Log, Record, RecordError, Stamp, Tampered, Verified, seal, verify};
use risk_core::text::without_mark;
use serde::Serialize;
use serde_json::value::RawValue;

use crate::fault::Fault;
use crate::status::{RISK_BAD_RECORD, RISK_BAD_STAMP, RISK_BAD_TIME};

/// The result of an append.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Appended {
    /// How many records the log has now.
    pub length: u64,
    /// How many of those given are new.
    pub added: u64,
}

impl Appended {
    fn of(log: &Log, appended: &[log::Appended]) -> Self {
        let added = appended.iter().filter(|a| a.new).count();
        Self { length: log.len(), added: u64::try_from(added).unwrap_or(u64::MAX) }
    }
}

/// Reads a log from JSON Lines, plain or sealed.
///
/// # Errors
/// RISK_BAD_RECORD with line and field; RISK_TAMPERED for a sealed log that is not what was sealed.
pub fn read(records: &str) -> Result<Log, Fault> {
    Log::parse("records", records).map_err(|e| match verify(records, None) {
        // What was never sealed cannot have been tampered with: then the log's own error says more.
        Err(t) if !matches!(t.what, Tampered::Unsealed | Tampered::Unreadable) => Fault::from(t),
        _ => Fault::from(e),
    })
}

/// Appends records, all or none: one, or many one after the other. `stamps`: one for each where the log is sealed.
///
/// # Errors
/// RISK_BAD_RECORD, RISK_POSITION_CONFLICT, RISK_EVENT_CONFLICT, RISK_BAD_STAMP; the log is then as it was.
pub fn append(
    log: &mut Log,
    records: &str,
    expected_length: Option<u64>,
    stamps: Option<&[Stamp]>,
) -> Result<Appended, Fault> {
    let (lines, batch): (Vec<usize>, Vec<Record>) = parse_each(records)?.into_iter().unzip();
    let ids: Vec<_> = batch.iter().map(|record| record.event_id).collect();
    let line_of = |id| ids.iter().position(|one| *one == id).and_then(|i| lines.get(i).copied());
    let appended = match stamps {
        None => log.append_all(batch, expected_length),
        Some(stamps) => {
            let mut stamps = one_for_each(stamps, batch.len())?;
            log.append_sealed(batch, expected_length, |_| stamps.next().unwrap_or(NO_STAMP))
        }
    };
    let appended = appended.map_err(|e| Fault::from(e).on_line_of(line_of))?;
    Ok(Appended::of(log, &appended))
}

/// Appends a `payload_erased` record, and removes the payload of the record that it names.
///
/// # Errors
/// As [`append`]; the log is then as it was.
pub fn erase(
    log: &mut Log,
    record: &str,
    expected_length: Option<u64>,
    stamp: Option<Stamp>,
) -> Result<Appended, Fault> {
    let erasure = Record::parse(record).map_err(|e| Fault::record(1, e))?;
    let appended = match stamp {
        None => log.erase(erasure, expected_length)?,
        Some(stamp) => {
            let stamps = [stamp];
            let mut stamps = one_for_each(&stamps, 1)?;
            log.erase_sealed(erasure, expected_length, |_| stamps.next().unwrap_or(NO_STAMP))?
        }
    };
    Ok(Appended::of(log, &[appended]))
}

/// The log sealed: each record in its place in a hash chain. A log that is sealed already needs no stamps.
///
/// # Errors
/// RISK_BAD_STAMP where there is not one for each record; RISK_BAD_RECORD for one before its record.
pub fn sealed(log: &Log, stamps: &[Stamp]) -> Result<Log, Fault> {
    if log.is_sealed() {
        return Ok(log.clone());
    }
    let mut stamps = one_for_each(stamps, log.records().len())?;
    Ok(seal(log, |_| stamps.next().unwrap_or(NO_STAMP))?)
}

/// Whether a sealed log is what was sealed, as JSON.
///
/// # Errors
/// RISK_TAMPERED, with where and how it shows.
pub fn report(records: &str, expected_head: Option<&str>) -> Result<String, Fault> {
    let Verified { records, head, expected_at } = verify(records, expected_head)?;
    Ok(serde_json::to_string(&Intact { intact: true, records, head: &head, expected_at })?)
}

#[derive(Serialize)]
struct Intact<'a> {
    intact: bool,
    records: u64,
    head: &'a str,
    expected_at: Option<u64>,
}

/// The instant of so many microseconds since 1970 UTC.
///
/// # Errors
/// RISK_BAD_TIME for one beyond the years 0 to 9999, and for one within a year of 1970, which is a number of seconds or of
/// milliseconds.
pub fn instant(field: &str, microseconds: i64) -> Result<Instant, Fault> {
    from_microseconds(microseconds).map_err(|found| {
        let expected = "microseconds since 1970 UTC in the years 0 to 9999, and not within a year of 1970";
        Fault::mismatch(RISK_BAD_TIME, field, expected, found)
    })
}

/// Records one after the other, each with the line on which it begins. A record may span several lines.
pub(crate) fn parse_each(records: &str) -> Result<Vec<(usize, Record)>, Fault> {
    let records = without_mark(records);
    let mut values = serde_json::Deserializer::from_str(records).into_iter::<&RawValue>();
    let mut parsed = Vec::new();
    // Each line is counted once, however many records there are.
    let (mut line, mut counted) = (1_usize, 0);
    loop {
        let rest = records.get(values.byte_offset()..).unwrap_or_default();
        let blank = rest.len().saturating_sub(rest.trim_start().len());
        let begins = values.byte_offset().saturating_add(blank);
        line = line.saturating_add(records.get(counted..begins).unwrap_or_default().matches('\n').count());
        counted = begins;
        match values.next() {
            Some(Ok(raw)) => parsed.push((line, Record::parse(raw.get()).map_err(|e| Fault::record(line, e))?)),
            // The record's own reader says what is wrong with it, where this one only says that it is no JSON.
            Some(Err(_)) => {
                let first = rest.trim_start().lines().next().unwrap_or_default();
                let faulty = Record::parse(rest.trim()).err().or_else(|| Record::parse(first).err());
                let unlike = || RecordError {
                    field: "record".to_owned(),
                    expected: "one JSON object a record".to_owned(),
                    found: "something else".to_owned(),
                };
                return Err(Fault::record(line, faulty.unwrap_or_else(unlike)));
            }
            None if parsed.is_empty() => {
                return Err(Fault::mismatch(RISK_BAD_RECORD, "records", "at least one record", "none"));
            }
            None => return Ok(parsed),
        }
    }
}

/// Never used, as stamps are counted first; if it were, it would be refused for its time.
const NO_STAMP: Stamp = Stamp { appended_at: Instant::MIN_UTC, salt: [0; 16] };

fn one_for_each(stamps: &[Stamp], records: usize) -> Result<impl Iterator<Item = Stamp> + use<'_>, Fault> {
    if stamps.len() != records {
        let expected = format!("one for each record, {records}");
        return Err(Fault::mismatch(RISK_BAD_STAMP, "stamps", expected, stamps.len().to_string()));
    }
    if let Some(i) = stamps.iter().position(|stamp| stamp.salt == [0; 16]) {
        let field = format!("stamps[{i}].salt");
        return Err(Fault::mismatch(RISK_BAD_STAMP, &field, "16 random bytes", "16 zeros"));
    }
    Ok(stamps.iter().copied())
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test that fails says so")]
mod tests {
    use super::*;

    #[test]
    fn a_record_is_named_by_the_line_on_which_it_begins_wherever_those_before_it_end() {
        let good = |id: u32| {
            format!(
                "{{\"event_id\":\"00000000-0000-4000-8000-{id:012}\",\n\"case_id\":\"3f6c9a52-8c1e-4c3b-9c58-2f4f6f1d2a11\",\
                 \"occurred_at\":\"2018-01-08T10:00:00Z\",\"recorded_at\":\"2018-01-08T10:00:00Z\",\
                 \"source\":{{\"agency\":\"probation\"}},\"kind\":\"appointment_attended\",\"data\":{{}}}}"
            )
        };
        let lines = |text: &str| parse_each(text).unwrap().iter().map(|(line, _)| *line).collect::<Vec<_>>();
        assert_eq!(lines(&format!("\n{}\n\n{} {}\n", good(1), good(2), good(3))), [2, 5, 6]);
        let refused = |text: &str| parse_each(text).unwrap_err().message().to_owned();
        assert!(refused(&format!("{}\n{{}}", good(1))).starts_with("line 3: "), "a record that is none");
        assert!(refused(&format!("{}\n\n{{", good(1))).starts_with("line 4: "), "text that is no JSON");
    }
}
