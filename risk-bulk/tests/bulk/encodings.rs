//! The forms in which the same records come.

use std::sync::Arc;

use arrow_array::builder::{FixedSizeBinaryBuilder, StringDictionaryBuilder};
use arrow_array::cast::AsArray;
use arrow_array::types::{ArrowDictionaryKeyType, Int8Type, Int32Type, TimestampMicrosecondType, UInt64Type};
use arrow_array::{
    Array, ArrayRef, LargeStringArray, RecordBatch, StringArray, StringViewArray, StructArray,
    TimestampMillisecondArray, TimestampNanosecondArray, TimestampSecondArray,
};
use risk_bulk::Problems;
use risk_core::event::vocabulary::Audience;
use risk_core::log::Log;
use serde_json::Value;
use uuid::Uuid;

use crate::sample::{asked, logs, options, parts, records, rows, texts, with, without};

/// How a column is made.
type Make<'f, T> = &'f dyn Fn(&T) -> ArrayRef;

fn answers(batch: &RecordBatch) -> Vec<Value> {
    let parts = parts(std::slice::from_ref(batch), &asked(Audience::Manager), &options(Problems::Raise));
    rows(&parts.unwrap_or_else(|problem| panic!("{problem}")), |t| &t.actions)
}

fn dictionary<K: ArrowDictionaryKeyType>(texts: &StringArray) -> ArrayRef {
    let mut builder = StringDictionaryBuilder::<K>::new();
    texts.iter().for_each(|text| builder.append_option(text));
    Arc::new(builder.finish())
}

/// The same column with its text in another encoding; structs member by member.
fn encoded(column: &ArrayRef, encode: &dyn Fn(&StringArray) -> ArrayRef) -> ArrayRef {
    if let Some(text) = column.as_string_opt::<i32>() {
        return encode(text);
    }
    let Some(members) = column.as_struct_opt() else { return Arc::clone(column) };
    let columns: Vec<ArrayRef> = members.columns().iter().map(|c| encoded(c, encode)).collect();
    let named = members.fields().iter().zip(&columns);
    let fields = named.map(|(f, c)| f.as_ref().clone().with_data_type(c.data_type().clone()).with_nullable(true));
    Arc::new(StructArray::new(fields.collect(), columns, members.nulls().cloned()))
}

#[test]
fn text_of_every_encoding_says_the_same() {
    let batch = records(&logs(3));
    let expected = answers(&batch);
    let encodings: [(&str, Make<'_, StringArray>); 5] = [
        ("large", &|t| Arc::new(t.iter().collect::<LargeStringArray>())),
        ("view", &|t| Arc::new(t.iter().collect::<StringViewArray>())),
        ("dictionary of 32 bits", &dictionary::<Int32Type>),
        ("dictionary of 64 bits without sign", &dictionary::<UInt64Type>),
        ("in turn", &|t| {
            if t.null_count() > 0 {
                Arc::new(t.iter().collect::<LargeStringArray>())
            } else {
                dictionary::<Int32Type>(t)
            }
        }),
    ];
    for (name, encode) in encodings {
        let mut other = batch.clone();
        for field in batch.schema().fields() {
            other = with(&other, field.name(), encoded(batch.column_by_name(field.name()).unwrap(), encode));
        }
        assert_eq!(answers(&other), expected, "{name}");
    }
    let kinds = batch.column_by_name("handling").unwrap();
    let small = with(&batch, "handling", dictionary::<Int8Type>(kinds.as_string()));
    assert_eq!(answers(&small), expected);
}

#[test]
fn ids_may_be_sixteen_bytes() {
    let batch = records(&logs(2));
    let mut bytes = batch.clone();
    for name in ["event_id", "case_id"] {
        let mut ids = FixedSizeBinaryBuilder::new(16);
        texts(&batch, name).iter().for_each(|id| ids.append_value(Uuid::parse_str(id).unwrap().as_bytes()).unwrap());
        bytes = with(&bytes, name, Arc::new(ids.finish()));
    }
    assert_eq!(answers(&bytes), answers(&batch));
}

#[test]
fn instants_may_have_any_unit_and_zone_and_may_be_text() {
    let batch = records(&logs(2));
    let expected = answers(&batch);
    let micros = |name: &str| batch.column_by_name(name).unwrap().as_primitive::<TimestampMicrosecondType>().clone();
    let all = |make: &dyn Fn(&str) -> ArrayRef| {
        with(&with(&batch, "occurred_at", make("occurred_at")), "recorded_at", make("recorded_at"))
    };
    let forms: [(&str, Make<'_, str>); 5] = [
        ("seconds", &|n| {
            Arc::new(
                TimestampSecondArray::from_iter_values(micros(n).values().iter().map(|t| t / 1_000_000))
                    .with_timezone("UTC"),
            )
        }),
        ("milliseconds", &|n| {
            Arc::new(
                TimestampMillisecondArray::from_iter_values(micros(n).values().iter().map(|t| t / 1000))
                    .with_timezone("Europe/London"),
            )
        }),
        ("nanoseconds", &|n| {
            Arc::new(
                TimestampNanosecondArray::from_iter_values(micros(n).values().iter().map(|t| t * 1000 + 999))
                    .with_timezone("+05:30"),
            )
        }),
        ("another zone", &|n| Arc::new(micros(n).with_timezone("America/New_York"))),
        ("text", &|n| {
            let text = |t: &i64| chrono::DateTime::from_timestamp_micros(*t).unwrap().to_rfc3339();
            Arc::new(StringArray::from_iter_values(micros(n).values().iter().map(text)))
        }),
    ];
    for (name, make) in forms {
        assert_eq!(answers(&all(make)), expected, "{name}");
    }
}

#[test]
fn data_may_be_json_text() {
    let logs = logs(3);
    let batch = records(&logs);
    let json = |record: &risk_core::log::Record| Value::Object(record.event().unwrap().encode()).to_string();
    let json = StringArray::from_iter_values(logs.iter().flat_map(Log::records).map(json));
    assert_eq!(answers(&with(&batch, "data", Arc::new(json))), answers(&batch));
}

#[test]
fn the_source_may_stand_in_columns_of_its_own() {
    let batch = records(&logs(2));
    let source = batch.column_by_name("source").unwrap().as_struct();
    let mut flat = without(&batch, "source");
    for name in ["agency", "role", "reference"] {
        flat = with(&flat, &format!("source_{name}"), Arc::clone(source.column_by_name(name).unwrap()));
    }
    assert_eq!(answers(&flat), answers(&batch));
}

#[test]
fn a_frame_that_begins_in_the_middle_of_another_is_read_from_there() {
    let logs = logs(3);
    let batch = records(&logs);
    let first = logs[0].records().len();
    assert_eq!(answers(&batch.slice(first, batch.num_rows() - first)), answers(&records(&logs[1..])));
}
