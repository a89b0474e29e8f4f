//! Invented cases, as logs and as batches, and the cells of a table as JSON.

use std::sync::{Arc, LazyLock};

use arrow_array::cast::AsArray;
use arrow_array::types::{Date32Type, Int64Type, TimestampMicrosecondType};
use arrow_array::{Array, ArrayRef, RecordBatch};
use arrow_schema::{DataType, Field, Schema};
use chrono::{DateTime, NaiveDate, SecondsFormat};
use risk_bulk::{Answers, BulkQuestion, Caseload, Options, Part, Problem, Problems, Tables, record_batch};
use risk_core::assessment::Question;
use risk_core::calendar::parse_moment;
use risk_core::event::vocabulary::Audience;
use risk_core::log::Log;
use risk_core::policy::Policy;
use risk_generate::Caseload as Invented;
use risk_policies::ENGLAND_WALES_FILES;
use serde_json::Value;

pub static POLICY: LazyLock<Arc<Policy>> = LazyLock::new(|| Arc::new(Policy::load(ENGLAND_WALES_FILES).unwrap()));

pub fn logs(cases: u32) -> Vec<Log> {
    Invented::inspection(cases, 2018).logs().map(Result::unwrap).collect()
}

pub fn records(logs: &[Log]) -> RecordBatch {
    record_batch(logs.iter().flat_map(Log::records)).unwrap()
}

pub fn asked(audience: Audience) -> BulkQuestion {
    let question = Question::at(parse_moment("2018-05-31").unwrap(), audience);
    BulkQuestion { policy: Arc::clone(&POLICY), question, next_change: false }
}

pub fn options(problems: Problems) -> Options {
    Options { workers: Some(2), ..Options::new(problems) }
}

/// Every part of a caseload.
pub fn parts(batches: &[RecordBatch], asked: &BulkQuestion, options: &Options) -> Result<Vec<Part<Tables>>, Problem> {
    let answers = Answers::new(asked, &options.keep)?;
    let given: Vec<_> = batches.iter().cloned().map(Ok).collect();
    let caseload = Caseload::new(&batches[0].schema(), given.into_iter(), asked.clone(), answers, options)?;
    caseload
        .map(|part| {
            let Part { taken, problems, cases, events } = part?;
            Ok(Part { taken: taken.unwrap(), problems, cases, events })
        })
        .collect()
}

/// The rows of a table of all parts, as JSON.
pub fn rows(parts: &[Part<Tables>], table: fn(&Tables) -> &RecordBatch) -> Vec<Value> {
    parts.iter().flat_map(|part| rows_of(table(&part.taken))).collect()
}

pub fn rows_of(batch: &RecordBatch) -> Vec<Value> {
    let schema = batch.schema();
    let cells = |row: usize| {
        let named = schema.fields().iter().zip(batch.columns());
        named.map(|(field, column)| (field.name().clone(), cell(column, row))).collect()
    };
    (0..batch.num_rows()).map(|row| Value::Object(cells(row))).collect()
}

/// A cell as JSON.
pub fn cell(column: &ArrayRef, row: usize) -> Value {
    if column.is_null(row) {
        return Value::Null;
    }
    match column.data_type() {
        DataType::Utf8 => column.as_string::<i32>().value(row).into(),
        DataType::Int64 => column.as_primitive::<Int64Type>().value(row).into(),
        DataType::Boolean => column.as_boolean().value(row).into(),
        DataType::Date32 => {
            let days = column.as_primitive::<Date32Type>().value(row);
            NaiveDate::from_epoch_days(days).unwrap().to_string().into()
        }
        DataType::Timestamp(..) => {
            let at = column.as_primitive::<TimestampMicrosecondType>().value(row);
            DateTime::from_timestamp_micros(at).unwrap().to_rfc3339_opts(SecondsFormat::AutoSi, true).into()
        }
        DataType::List(_) => {
            let items = column.as_list::<i32>().value(row);
            (0..items.len()).map(|item| cell(&items, item)).collect()
        }
        other => panic!("a column of {other}"),
    }
}

/// The batch with another column in the place of one of that name, or behind the others.
pub fn with(batch: &RecordBatch, name: &str, column: ArrayRef) -> RecordBatch {
    let schema = batch.schema();
    let mut fields: Vec<Field> = schema.fields().iter().map(|f| f.as_ref().clone()).collect();
    let mut columns = batch.columns().to_vec();
    let field = Field::new(name, column.data_type().clone(), true);
    match fields.iter().position(|f| f.name() == name) {
        Some(i) => {
            fields[i] = field;
            columns[i] = column;
        }
        None => {
            fields.push(field);
            columns.push(column);
        }
    }
    RecordBatch::try_new(Arc::new(Schema::new(fields)), columns).unwrap()
}

pub fn without(batch: &RecordBatch, name: &str) -> RecordBatch {
    let keep: Vec<usize> = (0..batch.num_columns()).filter(|i| batch.schema().field(*i).name() != name).collect();
    batch.project(&keep).unwrap()
}

/// The texts of a column.
pub fn texts(batch: &RecordBatch, name: &str) -> Vec<String> {
    let column = batch.column_by_name(name).unwrap();
    (0..batch.num_rows()).map(|row| column.as_string::<i32>().value(row).to_owned()).collect()
}
