//! Problems with records are reported, and a case with a problem has no answer.

use std::sync::Arc;

use arrow_array::Array;
use arrow_array::cast::AsArray;
use arrow_array::types::TimestampMicrosecondType;
use arrow_array::{ArrayRef, Float64Array, Int64Array, RecordBatch, StringArray, TimestampMicrosecondArray};
use risk_bulk::{Problem, ProblemKind, Problems};
use risk_core::event::vocabulary::Audience;
use risk_core::log::{Log, Record};
use serde_json::{Map, Value, json};

use crate::sample::{asked, logs, options, parts, records, rows, texts, with, without};

/// The problems of a batch, and the cases that have answers.
fn problems_of(batch: &RecordBatch) -> (Vec<Problem>, Vec<String>) {
    let parts = parts(std::slice::from_ref(batch), &asked(Audience::Manager), &options(Problems::Rows)).unwrap();
    let cases = rows(&parts, |t| &t.cases).iter().map(|row| row["case_id"].as_str().unwrap().to_owned()).collect();
    (parts.into_iter().flat_map(|part| part.problems).collect(), cases)
}

fn raised(batch: &RecordBatch) -> Problem {
    parts(std::slice::from_ref(batch), &asked(Audience::Manager), &options(Problems::Raise)).unwrap_err()
}

/// Three cases, with the text of one cell of the second another: its row, and the batch.
fn with_cell(name: &str, value: Option<&str>) -> (u64, RecordBatch) {
    let logs = logs(3);
    let batch = records(&logs);
    let row = logs[0].records().len() + 2;
    let cells = texts(&batch, name).into_iter().enumerate();
    let cells: StringArray =
        cells.map(|(i, cell)| if i == row { value.map(str::to_owned) } else { Some(cell) }).collect();
    (u64::try_from(row).unwrap(), with(&batch, name, Arc::new(cells)))
}

/// That the second of three cases has that problem, and the others have answers.
fn refuses(row: u64, batch: &RecordBatch, column: &str, found: &str) {
    let (problems, cases) = problems_of(batch);
    let logs = logs(3);
    let problem = &problems[0];
    assert_eq!((problem.row, problem.column.as_str()), (Some(row), column), "{problem}");
    assert!(problem.found.contains(found), "{problem}");
    assert_eq!(cases, [logs[0].case_id().to_string(), logs[2].case_id().to_string()]);
    assert_eq!(raised(batch), *problem, "and raised it is the same");
}

/// The batch with data as JSON text, that of one row another.
fn json_data(logs: &[Log], row: usize, data: Option<&str>) -> RecordBatch {
    let all = logs.iter().flat_map(Log::records).enumerate();
    let text = |r: &Record| Value::Object(r.event().unwrap().encode()).to_string();
    let column: StringArray =
        all.map(|(i, r)| if i == row { data.map(str::to_owned) } else { Some(text(r)) }).collect();
    with(&records(logs), "data", Arc::new(column))
}

#[test]
fn a_cell_that_is_missing_or_wrong_is_named_with_its_row() {
    for (name, value, found) in [
        ("event_id", None, "nothing"),
        ("event_id", Some("no-id"), "`no-id`"),
        ("kind", None, "nothing"),
        ("kind", Some("police_callout"), "`police_callout`"),
        ("handling", Some("secret"), "`secret`"),
    ] {
        let (row, batch) = with_cell(name, value);
        refuses(row, &batch, name, found);
    }
}

#[test]
fn a_case_id_that_is_none_is_a_case_of_its_own_without_an_answer() {
    for value in [None, Some("X123456")] {
        let (row, batch) = with_cell("case_id", value);
        let (problems, cases) = problems_of(&batch);
        assert_eq!((problems[0].row, problems[0].case_id, problems[0].column.as_str()), (Some(row), None, "case_id"));
        // What stands behind it belongs to a case that began before it.
        assert_eq!(problems[1].row, Some(row + 1));
        assert!(problems[1].found.contains("earlier place"), "{}", problems[1]);
        assert_eq!(cases.len(), 3, "what was answered of it before stands until its reader takes it out");
    }
}

#[test]
fn a_word_in_data_is_refused_in_the_words_of_a_log() {
    let logs = logs(3);
    let row = logs[0].records().len() + 2;
    let record = &logs[1].records()[2];
    for data in ["{\"outcome\":\"nothing\"}", "{\"sex\":3}", "[]", "{", "null", "{\"a\":1,\"a\":2}"] {
        let batch = json_data(&logs, row, Some(data));
        let (problems, _) = problems_of(&batch);
        let mut line: Map<String, Value> = serde_json::from_str(&record.to_line()).unwrap();
        line.remove("data");
        let line = Value::Object(line).to_string();
        let line = format!(
            "{},\"data\":{data}}}",
            line.trim_end_matches('}').to_owned() + if line.ends_with("}}") { "}" } else { "" }
        );
        let Err(e) = Record::parse(&line) else { panic!("{line}") };
        if data != "{" {
            assert_eq!(
                (&*problems[0].column, &*problems[0].expected, &*problems[0].found),
                (&*e.field, &*e.expected, &*e.found),
                "{data}"
            );
        }
        refuses(u64::try_from(row).unwrap(), &batch, &problems[0].column.clone(), &problems[0].found.clone());
    }
}

#[test]
fn a_field_that_the_kind_does_not_have_is_refused_in_typed_data_too() {
    let logs = logs(3);
    let batch = records(&logs);
    let row = logs[0].records().len() + 2;
    let data = batch.column_by_name("data").unwrap().as_struct();
    let level: StringArray = (0..batch.num_rows()).map(|i| (i == row).then_some("private words")).collect();
    let mut fields: Vec<_> = data.fields().iter().cloned().collect();
    fields.push(Arc::new(arrow_schema::Field::new("what_she_said", arrow_schema::DataType::Utf8, true)));
    let mut columns = data.columns().to_vec();
    columns.push(Arc::new(level));
    let data = arrow_array::StructArray::new(fields.into(), columns, data.nulls().cloned());
    let batch = with(&batch, "data", Arc::new(data));
    refuses(u64::try_from(row).unwrap(), &batch, "data.what_she_said", "the field `what_she_said`");
    assert!(!raised(&batch).to_string().contains("private"));
}

#[test]
fn a_payload_that_is_gone_without_an_erasure_is_refused() {
    let logs = logs(3);
    let row = logs[0].records().len() + 2;
    let batch = json_data(&logs, row, None);
    refuses(u64::try_from(row).unwrap(), &batch, "data", "neither");
}

#[test]
fn what_happened_after_it_was_recorded_is_refused() {
    let logs = logs(3);
    let batch = records(&logs);
    let row = logs[0].records().len() + 2;
    let times = batch.column_by_name("occurred_at").unwrap().as_primitive::<TimestampMicrosecondType>();
    let late = times.values().iter().enumerate().map(|(i, t)| if i == row { 4_000_000_000_000_000 } else { *t });
    let late = TimestampMicrosecondArray::from_iter_values(late).with_timezone("UTC");
    refuses(u64::try_from(row).unwrap(), &with(&batch, "occurred_at", Arc::new(late)), "occurred_at", "2096-10-02");
}

#[test]
fn an_instant_of_no_year_that_can_be_written_is_refused() {
    let logs = logs(3);
    let batch = records(&logs);
    let row = logs[0].records().len() + 2;
    let times = batch.column_by_name("recorded_at").unwrap().as_primitive::<TimestampMicrosecondType>();
    let far = times.values().iter().enumerate().map(|(i, t)| if i == row { i64::MAX } else { *t });
    let far = TimestampMicrosecondArray::from_iter_values(far).with_timezone("UTC");
    refuses(u64::try_from(row).unwrap(), &with(&batch, "recorded_at", Arc::new(far)), "recorded_at", "");
}

#[test]
fn an_id_given_to_two_records_is_a_conflict_and_the_same_record_twice_is_none() {
    let logs = logs(3);
    let batch = records(&logs);
    let ids = texts(&batch, "event_id");
    let (row, before) = (logs[0].records().len() + 2, logs[0].records().len() + 1);
    let (at, doubled) = with_cell("event_id", Some(&ids[before]));
    refuses(at, &doubled, "event_id", "other content");
    let (problems, _) = problems_of(&doubled);
    assert_eq!(problems[0].sort, ProblemKind::Conflict);
    assert!(problems[0].expected.contains(&format!("row {before}")), "{}", problems[0]);
    let (head, tail) = (batch.slice(0, row), batch.slice(row - 1, batch.num_rows() - row + 1));
    let twice = parts(&[head, tail], &asked(Audience::Manager), &options(Problems::Raise)).unwrap();
    let once = parts(&[batch], &asked(Audience::Manager), &options(Problems::Raise)).unwrap();
    assert_eq!(rows(&twice, |t| &t.actions), rows(&once, |t| &t.actions));
}

#[test]
fn a_case_that_comes_again_is_told_and_never_answered_twice() {
    let logs = logs(3);
    let batch = records(&logs);
    let split = 5;
    let first = logs[0].records().len();
    let rest = batch.slice(first, batch.num_rows() - first);
    let given = [batch.slice(0, split), rest.clone(), batch.slice(split, first - split)];
    let parts = parts(&given, &asked(Audience::Manager), &options(Problems::Rows)).unwrap();
    let problems: Vec<&Problem> = parts.iter().flat_map(|p| &p.problems).collect();
    assert_eq!(problems.len(), 1);
    let row = u64::try_from(split + rest.num_rows()).unwrap();
    assert_eq!((problems[0].row, problems[0].case_id), (Some(row), Some(logs[0].case_id())));
    assert!(problems[0].found.contains("not whole"), "{}", problems[0]);
    let answered = rows(&parts, |t| &t.cases).iter().filter(|r| r["case_id"] == logs[0].case_id().to_string()).count();
    assert_eq!(answered, 1, "the first stands until its reader takes it out");
}

#[test]
fn positions_must_rise_within_a_case() {
    let logs = logs(3);
    let batch = records(&logs);
    let row = logs[0].records().len() + 2;
    let rising = |i: usize| i64::try_from(if i == row { i - 1 } else { i }).unwrap();
    let positions = Int64Array::from_iter_values((0..batch.num_rows()).map(rising));
    let wrong = with(&batch, "position", Arc::new(positions));
    refuses(u64::try_from(row).unwrap(), &wrong, "position", &(row - 1).to_string());
    let right = Int64Array::from_iter_values((0..batch.num_rows()).map(|i| i64::try_from(i).unwrap()));
    assert!(problems_of(&with(&batch, "position", Arc::new(right))).0.is_empty());
}

#[test]
fn a_record_of_a_newer_schema_is_kept_and_told_as_in_a_log() {
    let logs = logs(1);
    let v = |i: usize| if i == 2 { 2 } else { 1 };
    let newer = Int64Array::from_iter_values((0..logs[0].records().len()).map(v));
    let batch = with(&json_data(&logs, 2, Some("{\"what\":\"nobody knows yet\"}")), "v", Arc::new(newer));
    let parts = parts(&[batch], &asked(Audience::Manager), &options(Problems::Raise)).unwrap();
    assert_eq!(rows(&parts, |t| &t.cases)[0]["unrecognised"], 1);
}

#[test]
fn ten_megabytes_in_a_cell_are_told_in_a_sentence() {
    let logs = logs(3);
    let row = logs[0].records().len() + 2;
    let long = json!({ "outcome": "x".repeat(10_000_000) }).to_string();
    let batch = json_data(&logs, row, Some(&long));
    let problem = raised(&batch);
    assert!(problem.to_string().len() < 2000 && problem.row == Some(u64::try_from(row).unwrap()));
}

#[test]
fn columns_that_cannot_be_those_of_records_are_refused_before_anything_is_read() {
    let batch = records(&logs(1));
    let renamed = |from: &str, to: &str| {
        let column = Arc::clone(batch.column_by_name(from).unwrap());
        with(&without(&batch, from), to, column)
    };
    for (batch, column, found) in [
        (without(&batch, "event_id"), "event_id", "no such column"),
        (without(&batch, "data"), "data", "no such column"),
        (without(&batch, "source"), "source", "no such column"),
        (renamed("handling", "handeling"), "handeling", "`handeling`"),
        (with(&batch, "hash", Arc::clone(batch.column_by_name("kind").unwrap())), "hash", "sealed"),
    ] {
        let problem = raised(&batch);
        assert_eq!((problem.column.as_str(), problem.row), (column, None), "{problem}");
        assert!(problem.found.contains(found), "{problem}");
        let empty = raised(&batch.slice(0, 0));
        assert_eq!(empty, problem, "also where there is no row");
    }
}

#[test]
fn a_column_of_another_type_is_refused_at_its_first_value() {
    let logs = logs(3);
    let batch = records(&logs);
    let rows = batch.num_rows();
    let row = logs[0].records().len() + 2;
    let number = || Arc::new((0..rows).map(|i| (i >= row).then_some(1.5)).collect::<Float64Array>()) as ArrayRef;
    let naive = |name: &str| {
        let times = batch.column_by_name(name).unwrap().as_primitive::<TimestampMicrosecondType>().clone();
        Arc::new(times.with_timezone_opt::<Arc<str>>(None)) as ArrayRef
    };
    for (batch, column, at, expected, found) in [
        (with(&batch, "kind", number()), "kind", row, "text (cast the column to string)", "float64"),
        (with(&batch, "handling", number()), "handling", row, "text (cast the column to string)", "float64"),
        (with(&batch, "data", number()), "data", row, "a struct of typed fields, or JSON text", "float64"),
        (with(&batch, "event_id", number()), "event_id", row, "cast the column to string", "float64"),
        (with(&batch, "recorded_at", naive("recorded_at")), "recorded_at", 0, "with a zone", "without a zone"),
    ] {
        let problem = raised(&batch);
        assert_eq!((problem.column.as_str(), problem.row), (column, u64::try_from(at).ok()), "{problem}");
        assert!(problem.expected.contains(expected) && problem.found.contains(found), "{problem}");
        assert!(!problem.to_string().contains('\n') && problem.to_string().len() < 200, "{problem}");
        assert!(problems_of(&batch.slice(0, 0)).0.is_empty(), "a column without any value holds nothing");
    }
}

#[test]
fn an_audience_to_which_the_policy_grants_nothing_gets_no_tables() {
    let mut asked = asked(Audience::Analyst);
    let mut policy = asked.policy.as_ref().clone();
    policy.audiences.retain(|a| a.audience != Audience::Analyst);
    asked.policy = Arc::new(policy);
    let problem = parts(&[records(&logs(1))], &asked, &options(Problems::Rows)).unwrap_err();
    assert_eq!(problem.sort, ProblemKind::View);
}

#[test]
fn a_source_that_fails_ends_the_work_behind_what_came_before() {
    let logs = logs(200);
    let batch = records(&logs);
    let failure = arrow_schema::ArrowError::ExternalError("the disk is gone".into());
    let given = vec![Ok(batch.clone()), Err(failure)];
    let asked = asked(Audience::Manager);
    let answers = risk_bulk::Answers::new(&asked, &[]).unwrap();
    let options = options(Problems::Rows);
    let caseload = risk_bulk::Caseload::new(&batch.schema(), given.into_iter(), asked, answers, &options).unwrap();
    let parts: Vec<_> = caseload.collect();
    let failed = parts.last().unwrap().as_ref().unwrap_err();
    assert!(failed.sort == ProblemKind::Source && failed.found.contains("the disk is gone"), "{failed}");
    assert!(parts.len() > 1 && parts[..parts.len() - 1].iter().all(Result::is_ok));
}

#[test]
fn a_time_whose_number_was_in_another_unit_is_refused_in_both_columns() {
    for column in ["occurred_at", "recorded_at"] {
        for (unit, what) in [(1_000, "milliseconds"), (1_000_000, "seconds")] {
            let batch = records(&logs(1));
            let times = batch.column_by_name(column).unwrap().as_primitive::<TimestampMicrosecondType>();
            let times: TimestampMicrosecondArray = times.unary(|t| t / unit);
            let (problems, cases) = problems_of(&with(&batch, column, Arc::new(times.with_timezone("UTC"))));
            let problem = &problems[0];
            assert_eq!((problem.row, problem.column.as_str(), cases.len()), (Some(0), column, 0), "{problem}");
            assert!(problem.found.contains(&format!("looks like {what}: in {what} it is 201")), "{problem}");
        }
    }
}
