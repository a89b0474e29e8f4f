//! The forms in which the same records come.

use std::sync::Arc;

use arrow_array::builder::{FixedSizeBinaryBuilder, StringDictionaryBuilder};
use arrow_array::cast::AsArray;
use arrow_array::types::{ArrowDictionaryKeyType, Int8Type, Int32Type, TimestampMicrosecondType, UInt64Type};
use arrow_array::{
    Array, ArrayRef, BinaryArray, BinaryViewArray, BooleanArray, Float32Array, Float64Array, GenericListViewArray,
    Int32Array, Int64Array, LargeBinaryArray, LargeStringArray, NullArray, OffsetSizeTrait, RecordBatch, RunArray,
    StringArray, StringViewArray, StructArray, TimestampMillisecondArray, TimestampNanosecondArray,
    TimestampSecondArray,
};
use arrow_schema::{DataType, Field};
use risk_bulk::{Problems, record_batch};
use risk_core::event::vocabulary::Audience;
use risk_core::log::{Log, Record};
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
    let json = |record: &Record| Value::Object(record.event().unwrap().encode()).to_string();
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

/// The same column with each of its values as a run of its own.
fn in_runs(column: &ArrayRef) -> ArrayRef {
    let ends = Int32Array::from_iter_values((1..).take(column.len()));
    Arc::new(RunArray::<Int32Type>::try_new(&ends, column).unwrap())
}

fn list_view<O: OffsetSizeTrait>(column: &ArrayRef) -> ArrayRef {
    let lists = column.as_list::<i32>();
    let offset = |n: i32| O::usize_as(usize::try_from(n).unwrap());
    let offsets: Vec<O> = lists.value_offsets().iter().take(lists.len()).map(|n| offset(*n)).collect();
    let sizes: Vec<O> = lists.value_offsets().windows(2).map(|pair| offset(pair[1] - pair[0])).collect();
    let item = Arc::new(Field::new_list_field(lists.values().data_type().clone(), true));
    let views = GenericListViewArray::try_new(
        item,
        offsets.into(),
        sizes.into(),
        Arc::clone(lists.values()),
        lists.nulls().cloned(),
    );
    Arc::new(views.unwrap())
}

/// The batch with every column of its data that the encoding takes in that encoding.
fn data_encoded(batch: &RecordBatch, encode: &dyn Fn(&ArrayRef) -> Option<ArrayRef>) -> RecordBatch {
    let data = batch.column_by_name("data").unwrap().as_struct();
    let columns: Vec<ArrayRef> =
        data.columns().iter().map(|column| encode(column).unwrap_or_else(|| Arc::clone(column))).collect();
    let named = data.fields().iter().zip(&columns);
    let fields = named.map(|(f, c)| Field::new(f.name(), c.data_type().clone(), true)).collect();
    with(batch, "data", Arc::new(StructArray::new(fields, columns, data.nulls().cloned())))
}

#[test]
fn runs_say_the_same_as_their_rows() {
    let batch = records(&logs(3));
    let mut runs = batch.clone();
    for name in ["event_id", "case_id", "occurred_at", "recorded_at", "handling", "kind"] {
        runs = with(&runs, name, in_runs(batch.column_by_name(name).unwrap()));
    }
    assert_eq!(answers(&runs), answers(&batch));
    let plain = |column: &ArrayRef| (!column.data_type().is_nested()).then(|| in_runs(column));
    assert_eq!(answers(&data_encoded(&batch, &plain)), answers(&batch));
    let first = logs(3)[0].records().len();
    assert_eq!(answers(&runs.slice(first, batch.num_rows() - first)), answers(&records(&logs(3)[1..])));
}

#[test]
fn list_views_say_the_same_as_lists() {
    let batch = records(&logs(3));
    let small = |c: &ArrayRef| matches!(c.data_type(), DataType::List(_)).then(|| list_view::<i32>(c));
    let large = |c: &ArrayRef| matches!(c.data_type(), DataType::List(_)).then(|| list_view::<i64>(c));
    assert_eq!(answers(&data_encoded(&batch, &small)), answers(&batch));
    assert_eq!(answers(&data_encoded(&batch, &large)), answers(&batch));
}

#[test]
fn ids_may_be_bytes_of_any_length_of_sixteen() {
    let batch = records(&logs(2));
    let ids = |name: &str| texts(&batch, name).into_iter().map(|id| *Uuid::parse_str(&id).unwrap().as_bytes());
    let forms: [Make<'_, str>; 3] = [
        &|name| Arc::new(BinaryArray::from_iter_values(ids(name))),
        &|name| Arc::new(LargeBinaryArray::from_iter_values(ids(name))),
        &|name| Arc::new(BinaryViewArray::from_iter_values(ids(name))),
    ];
    for make in forms {
        let bytes = with(&with(&batch, "event_id", make("event_id")), "case_id", make("case_id"));
        assert_eq!(answers(&bytes), answers(&batch));
    }
    let short = BinaryArray::from_iter_values(std::iter::repeat_n("short", batch.num_rows()));
    let refused =
        parts(&[with(&batch, "event_id", Arc::new(short))], &asked(Audience::Manager), &options(Problems::Raise));
    assert_eq!(refused.unwrap_err().column, "event_id");
}

#[test]
fn a_column_without_any_value_holds_nothing_whatever_its_type() {
    // The first record of each case names no other, and so may have any mark.
    let firsts: Vec<Record> = logs(3).iter().map(|log| log.records()[0].clone()).collect();
    let batch = record_batch(firsts.iter()).unwrap();
    let rows = batch.num_rows();
    let nothing: [ArrayRef; 7] = [
        Arc::new(Float64Array::from(vec![None; rows])),
        Arc::new(Float32Array::from(vec![None; rows])),
        Arc::new(NullArray::new(rows)),
        Arc::new(BooleanArray::from(vec![None; rows])),
        Arc::new(TimestampSecondArray::from(vec![None; rows])),
        dictionary::<Int8Type>(&StringArray::from(vec![None::<&str>; rows])),
        Arc::new(Int64Array::from(vec![None; rows])),
    ];
    let unmarked = without(&batch, "handling");
    for column in nothing {
        let mut other = unmarked.clone();
        for name in ["handling", "note", "v", "position"] {
            other = with(&other, name, Arc::clone(&column));
        }
        let empty = |c: &ArrayRef| (c.null_count() == c.len()).then(|| Arc::clone(&column));
        assert_eq!(answers(&data_encoded(&other, &empty)), answers(&unmarked), "{}", column.data_type());
    }
}

#[test]
fn whole_floats_are_whole_numbers_and_others_are_refused_with_their_row_and_a_cast() {
    let batch = records(&logs(3));
    let rows = batch.num_rows();
    let floats = |number: &dyn Fn(usize) -> f64| Arc::new((0..rows).map(|i| Some(number(i))).collect::<Float64Array>());
    #[allow(clippy::cast_precision_loss, reason = "few rows")]
    let rising = floats(&|i| i as f64);
    let whole = with(&with(&batch, "position", rising), "v", floats(&|_| 1.0));
    assert_eq!(answers(&whole), answers(&batch));
    for (name, number) in [
        ("v", 1.5),
        ("v", f64::NAN),
        ("v", f64::INFINITY),
        ("position", 0.5),
        ("position", f64::NAN),
        ("position", 1e300),
        ("position", 9_007_199_254_740_992.0),
    ] {
        let given = with(&batch, name, floats(&|_| number));
        let problem = parts(&[given], &asked(Audience::Manager), &options(Problems::Raise)).unwrap_err();
        assert_eq!((problem.column.as_str(), problem.row), (name, Some(0)), "{number}: {problem}");
        assert!(problem.expected.contains("cast the column to int64"), "{number}: {problem}");
    }
}

#[test]
fn a_type_that_cannot_be_is_refused_in_one_short_line() {
    let batch = records(&logs(3));
    let rows = batch.num_rows();
    let odd: ArrayRef = Arc::new(arrow_array::DurationSecondArray::from(vec![1; rows]));
    for name in ["kind", "handling", "event_id", "v", "note", "source", "data"] {
        let problem =
            parts(&[with(&batch, name, Arc::clone(&odd))], &asked(Audience::Manager), &options(Problems::Raise));
        let message = problem.unwrap_err().to_string();
        assert!(message.contains(&format!("column `{name}`")) && message.contains("duration"), "{message}");
        assert!(!message.contains('\n') && message.len() < 200, "{message}");
    }
    for (name, column) in [("persons", "lists of text"), ("sentence_id", "text")] {
        let data = batch.column_by_name("data").unwrap().as_struct();
        let fields = data.fields().iter().map(|f| {
            if f.name() == name { Field::new(name, odd.data_type().clone(), true) } else { f.as_ref().clone() }
        });
        let columns = data.fields().iter().zip(data.columns());
        let columns = columns.map(|(f, c)| Arc::clone(if f.name() == name { &odd } else { c })).collect();
        let data = StructArray::new(fields.collect(), columns, data.nulls().cloned());
        let problem =
            parts(&[with(&batch, "data", Arc::new(data))], &asked(Audience::Manager), &options(Problems::Raise));
        let message = problem.unwrap_err().to_string();
        assert!(message.contains(&format!("column `data.{name}`")) && message.contains(column), "{message}");
        assert!(message.contains("cast the column to") && message.len() < 200, "{message}");
    }
}
