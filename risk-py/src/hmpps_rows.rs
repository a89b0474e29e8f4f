//! Rows of a table for the HMPPS adapter: all of them text.

use std::sync::Arc;

use arrow_array::cast::AsArray;
use arrow_array::temporal_conversions::as_datetime;
use arrow_array::types::{
    ArrowPrimitiveType, ArrowTemporalType, Decimal128Type, Float32Type, Float64Type, Time32MillisecondType,
    Time32SecondType, Time64MicrosecondType, Time64NanosecondType, TimestampMicrosecondType, TimestampMillisecondType,
    TimestampNanosecondType, TimestampSecondType,
};
use arrow_array::{Array, ArrayRef, PrimitiveArray, RecordBatch};
use arrow_schema::{DataType, TimeUnit};
use risk_binding::Fault;
use risk_binding::status::RISK_BAD_RECORD;

/// The rows of a batch; what is not there is empty. A time without a zone stays one, which the adapter reads as London's.
///
/// # Errors
/// [`Fault`] naming a column of a type that has no form as text.
pub(crate) fn rows(batch: &RecordBatch) -> Result<Vec<Vec<String>>, Fault> {
    let schema = batch.schema();
    let columns = schema.fields().iter().zip(batch.columns());
    let columns = columns.map(|(field, column)| texts(field.name(), column)).collect::<Result<Vec<_>, _>>()?;
    let cell = |column: &Vec<String>, row: usize| column.get(row).cloned().unwrap_or_default();
    Ok((0..batch.num_rows()).map(|row| columns.iter().map(|column| cell(column, row)).collect()).collect())
}

fn texts(name: &str, column: &ArrayRef) -> Result<Vec<String>, Fault> {
    let refused = |of: &DataType| {
        let expected = "text, numbers, dates or times: cast the column to text, or leave it out";
        Err(Fault::mismatch(RISK_BAD_RECORD, name, expected, of.to_string()))
    };
    match column.data_type() {
        of if of.is_nested() => refused(of),
        DataType::Timestamp(TimeUnit::Second, None) => Ok(moments::<TimestampSecondType>(column)),
        DataType::Timestamp(TimeUnit::Millisecond, None) => Ok(moments::<TimestampMillisecondType>(column)),
        DataType::Timestamp(TimeUnit::Microsecond, None) => Ok(moments::<TimestampMicrosecondType>(column)),
        DataType::Timestamp(TimeUnit::Nanosecond, None) => Ok(moments::<TimestampNanosecondType>(column)),
        DataType::Time32(TimeUnit::Second) => Ok(times::<Time32SecondType>(column)),
        DataType::Time32(_) => Ok(times::<Time32MillisecondType>(column)),
        DataType::Time64(TimeUnit::Microsecond) => Ok(times::<Time64MicrosecondType>(column)),
        DataType::Time64(_) => Ok(times::<Time64NanosecondType>(column)),
        // pandas makes floats of whole numbers where one is missing, and NaN of the missing one.
        DataType::Float32 => {
            Ok(each::<Float32Type>(column, |a, row| Some(a.value(row)).filter(|n| !n.is_nan()).map(|n| n.to_string())))
        }
        DataType::Float64 => {
            Ok(each::<Float64Type>(column, |a, row| Some(a.value(row)).filter(|n| !n.is_nan()).map(|n| n.to_string())))
        }
        DataType::Decimal128(..) => Ok(each::<Decimal128Type>(column, |a, row| Some(a.value_as_string(row)))),
        of => {
            let batch = RecordBatch::try_from_iter_with_nullable([("column", Arc::clone(column), true)]);
            let batch = batch.map_err(|e| Fault::new(RISK_BAD_RECORD, e.to_string()))?;
            let cells: Vec<String> = risk_bulk::text_rows(&batch, usize::MAX).concat();
            // So it tells a value that has no form as text.
            if !may_say_null(of) && cells.iter().any(|cell| cell == "null") {
                return refused(of);
            }
            Ok(cells)
        }
    }
}

/// Whether it is text, in which the word `null` is one.
fn may_say_null(of: &DataType) -> bool {
    matches!(
        of,
        DataType::Utf8
            | DataType::LargeUtf8
            | DataType::Utf8View
            | DataType::Dictionary(..)
            | DataType::RunEndEncoded(..)
    )
}

fn each<T: ArrowPrimitiveType>(
    column: &ArrayRef,
    text: impl Fn(&PrimitiveArray<T>, usize) -> Option<String>,
) -> Vec<String> {
    let array = column.as_primitive::<T>();
    let cell = |row: usize| array.is_valid(row).then(|| text(array, row)).flatten();
    (0..array.len()).map(|row| cell(row).unwrap_or_default()).collect()
}

fn moments<T: ArrowTemporalType>(column: &ArrayRef) -> Vec<String>
where
    i64: From<T::Native>,
{
    // One beyond the calendar is told as its number, which is no date.
    each::<T>(column, |array, row| {
        let number = i64::from(array.value(row));
        Some(as_datetime::<T>(number).map_or_else(|| number.to_string(), |t| t.to_string()))
    })
}

fn times<T: ArrowTemporalType>(column: &ArrayRef) -> Vec<String>
where
    i64: From<T::Native>,
{
    each::<T>(column, |array, row| array.value_as_time(row).map(|t| t.to_string()))
}
