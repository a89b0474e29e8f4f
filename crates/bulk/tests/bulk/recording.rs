//! Records to batches and back.

use std::io::Cursor;

use arrow_array::{Array, RecordBatch};
use risk_bulk::{Lines, Problems, record_batch, record_schema};
use risk_core::cancel::EndedEarly;
use risk_core::event::vocabulary::Audience;
use risk_core::log::{Log, Record};

use crate::sample::{asked, logs, options, parts, records, rows};

const CASES: [&str; 9] = ["charlie", "david", "edwina", "graham", "jacob", "mary", "phil", "sean", "steve"];

fn written() -> Vec<Log> {
    let file = |name: &&str| format!("{}/../../examples/cases/{name}.jsonl", env!("CARGO_MANIFEST_DIR"));
    CASES.iter().map(|name| Log::parse(name, &std::fs::read_to_string(file(name)).unwrap()).unwrap()).collect()
}

/// The logs that a batch comes to, as a consumer is given them.
fn read_back(batch: &RecordBatch) -> Vec<Log> {
    struct Logs;
    struct Taken(Vec<Log>);
    impl risk_bulk::Sink for Logs {
        type PartSink = Taken;
        type Part = Vec<Log>;
        fn begin(&self) -> Taken {
            Taken(Vec::new())
        }
    }
    impl risk_bulk::PartSink for Taken {
        type Part = Vec<Log>;
        fn take(&mut self, case: &risk_bulk::CaseAnswer<'_>) -> Result<(), EndedEarly> {
            self.0.push(case.log.clone());
            Ok(())
        }
        fn finish(self) -> Vec<Log> {
            self.0
        }
    }
    let given = vec![Ok(batch.clone())].into_iter();
    let options = options(Problems::Raise);
    let asked = asked(Audience::Manager);
    let caseload = risk_bulk::Caseload::new(&batch.schema(), given, asked, Logs, &options).unwrap();
    caseload.flat_map(|part| part.unwrap_or_else(|p| panic!("{p}")).taken).collect()
}

#[test]
fn every_record_comes_back_as_it_was() {
    let mut logs = logs(20);
    logs.extend(written());
    let back = read_back(&records(&logs));
    assert_eq!(back.len(), logs.len());
    for (back, log) in back.iter().zip(&logs) {
        assert_eq!(back.case_id(), log.case_id());
        let without_note = |r: &Record| {
            let mut members: serde_json::Map<_, _> = serde_json::from_str(&r.to_line()).unwrap();
            members.remove("note");
            Record::parse(&serde_json::Value::Object(members).to_string()).unwrap()
        };
        let expected: Vec<Record> = log.records().iter().map(without_note).collect();
        assert_eq!(back.records(), expected);
        assert_eq!(Log::parse("written", &back.to_jsonl()).unwrap().records(), expected, "and so do their lines");
    }
}

#[test]
fn lines_become_the_same_batches_whatever_their_size() {
    let logs = logs(3);
    let text: String = logs.iter().map(Log::to_jsonl).collect();
    let expected = records(&logs);
    assert_eq!(expected.schema().as_ref(), &record_schema());
    for size in [1, 10, 100_000] {
        let batches: Vec<RecordBatch> =
            Lines::new("logs", Cursor::new(text.as_bytes()), size).map(Result::unwrap).collect();
        let asked = asked(Audience::Manager);
        let lines = parts(&batches, &asked, &options(Problems::Raise)).unwrap();
        let whole = parts(std::slice::from_ref(&expected), &asked, &options(Problems::Raise)).unwrap();
        assert_eq!(rows(&lines, |t| &t.actions), rows(&whole, |t| &t.actions));
    }
}

#[test]
fn a_line_that_is_no_record_is_named() {
    let text = format!("{}\n\n{{}}\n", logs(1)[0].records()[0].to_line());
    let mut lines = Lines::new("caseload.jsonl", Cursor::new(text), 10);
    let error = lines.next().unwrap().unwrap_err().to_string();
    assert!(error.contains("caseload.jsonl:3: field `event_id`"), "{error}");
    assert!(lines.next().is_none());
}

#[test]
fn a_record_of_a_newer_schema_has_no_column_for_what_it_says() {
    let line = logs(1)[0].records()[0].to_line().replacen("\"kind\"", "\"v\":2,\"kind\"", 1);
    let record = Record::parse(&line).unwrap();
    let error = record_batch([&record].into_iter()).unwrap_err().to_string();
    assert!(error.contains("found one of version 2"), "{error}");
}

#[test]
fn most_of_data_is_null_and_a_field_that_is_left_out_is_so() {
    let batch = records(&logs(1));
    let data = arrow_array::cast::AsArray::as_struct(batch.column_by_name("data").unwrap());
    assert!(data.columns().iter().filter(|c| c.null_count() == c.len()).count() > data.num_columns() / 2);
}
