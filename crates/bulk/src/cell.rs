//! The values of `data` in their columns, as the JSON that the catalogue's decoder reads.

use arrow_array::cast::AsArray;
use arrow_array::types::{
    Date32Type, Date64Type, Float16Type, Float32Type, Float64Type, Int8Type, Int16Type, Int32Type, Int64Type,
    TimestampMicrosecondType, TimestampMillisecondType, TimestampNanosecondType, TimestampSecondType, UInt8Type,
    UInt16Type, UInt32Type, UInt64Type,
};
use arrow_array::{
    Array, ArrayRef, BooleanArray, FixedSizeListArray, Float64Array, Int64Array, LargeListArray, LargeListViewArray,
    ListArray, ListViewArray, UInt64Array,
};
use arrow_buffer::NullBuffer;
use arrow_schema::{DataType, TimeUnit};
use chrono::{DateTime, NaiveDate, SecondsFormat};
use risk_core::event::{Instant, Shape};
use serde_json::{Map, Number, Value};

use crate::text::{Placed, Text, count, placed};

/// Days from the first of January of the year 1 to that of 1970.
const EPOCH_DAYS: i64 = 719_163;

/// Moments in a column with a zone: instants, whatever the zone and the unit.
#[derive(Debug, Clone)]
pub(crate) struct Moments(Int64Array);

impl Moments {
    /// The column in microseconds, or none where it has another type or no zone.
    pub(crate) fn of(array: &dyn Array) -> Option<Self> {
        if let Some(placed) = placed(array) {
            let moments = Self::of(&placed.values)?.0;
            let moment = |place: Option<usize>| place.filter(|p| moments.is_valid(*p)).map(|p| moments.value(p));
            return Some(Self(placed.places().map(moment).collect()));
        }
        let DataType::Timestamp(unit, Some(_)) = array.data_type() else { return None };
        // A number that does not fit is one of no year that can be written: it is refused as such.
        let times = |n: i64| move |t: i64| t.checked_mul(n).unwrap_or(i64::MAX);
        Some(Self(match unit {
            TimeUnit::Second => array.as_primitive::<TimestampSecondType>().unary(times(1_000_000)),
            TimeUnit::Millisecond => array.as_primitive::<TimestampMillisecondType>().unary(times(1000)),
            TimeUnit::Microsecond => array.as_primitive::<TimestampMicrosecondType>().unary(|t| t),
            TimeUnit::Nanosecond => array.as_primitive::<TimestampNanosecondType>().unary(|t| t.div_euclid(1000)),
        }))
    }

    /// The instant of a row; none where there is none, or it is beyond the calendar.
    pub(crate) fn get(&self, row: usize) -> Option<Instant> {
        self.0.is_valid(row).then(|| DateTime::from_timestamp_micros(self.0.value(row))).flatten()
    }

    /// The row as text, as records have it.
    pub(crate) fn text(&self, row: usize) -> Option<String> {
        let beyond = || format!("{} us", self.0.value(row));
        let written = |t: Instant| t.to_rfc3339_opts(SecondsFormat::AutoSi, true);
        self.0.is_valid(row).then(|| self.get(row).map_or_else(beyond, written))
    }
}

/// A column of values.
#[derive(Debug, Clone)]
pub(crate) enum Cells {
    Text(Text),
    Whole(Int64Array),
    Unsigned(UInt64Array),
    Floats(Floats),
    Dates(Int64Array),
    Moments(Moments),
    YesNo(BooleanArray),
    List {
        lists: Lists,
        items: Box<Self>,
    },
    Struct {
        names: Vec<String>,
        members: Vec<Self>,
        nulls: Option<NullBuffer>,
    },
    /// Each value once, in a dictionary or for a run of rows.
    Placed(Placed<Box<Self>>),
    /// Of a type that no field has: what matters is which rows have a value at all.
    Other(Option<NullBuffer>),
}

/// Floating-point numbers, as frames of Python hold whole numbers of which some are missing.
#[derive(Debug, Clone)]
pub(crate) struct Floats {
    values: Float64Array,
    /// Below it every whole number has a value of its own in the column's type; from it on two share one.
    exact_below: u64,
}

impl Floats {
    /// The column, or none where it has another type.
    fn of(array: &dyn Array) -> Option<Self> {
        let (values, exact_below) = match array.data_type() {
            DataType::Float16 => (array.as_primitive::<Float16Type>().unary::<_, Float64Type>(f64::from), 1 << 11),
            DataType::Float32 => (array.as_primitive::<Float32Type>().unary::<_, Float64Type>(f64::from), 1 << 24),
            DataType::Float64 => (array.as_primitive::<Float64Type>().clone(), 1 << 53),
            _ => return None,
        };
        Some(Self { values, exact_below })
    }

    /// The number of a row: a whole one where it is exactly that, else as it is.
    fn get(&self, row: usize) -> Option<Value> {
        let number = self.values.is_valid(row).then(|| self.values.value(row))?;
        let whole = number.to_string().parse::<i64>().ok().filter(|whole| whole.unsigned_abs() < self.exact_below);
        let written = || Number::from_f64(number).map_or_else(|| Value::from(number.to_string()), Value::Number);
        Some(whole.map_or_else(written, Value::from))
    }
}

/// Where in its items the list of each row begins and ends.
#[derive(Debug, Clone)]
pub(crate) enum Lists {
    Small(ListArray),
    Large(LargeListArray),
    View(ListViewArray),
    LargeView(LargeListViewArray),
    Fixed(FixedSizeListArray),
}

impl Lists {
    fn range(&self, row: usize) -> Option<std::ops::Range<usize>> {
        let bounds = |from: Option<usize>, to: Option<usize>| Some(from?..to?);
        match self {
            Self::Small(a) if a.is_valid(row) => {
                let at = |i: usize| a.value_offsets().get(i).and_then(|o| usize::try_from(*o).ok());
                bounds(at(row), at(row.saturating_add(1)))
            }
            Self::Large(a) if a.is_valid(row) => {
                let at = |i: usize| a.value_offsets().get(i).and_then(|o| usize::try_from(*o).ok());
                bounds(at(row), at(row.saturating_add(1)))
            }
            Self::View(a) if a.is_valid(row) => {
                let from = usize::try_from(*a.value_offsets().get(row)?).ok()?;
                bounds(Some(from), from.checked_add(usize::try_from(*a.value_sizes().get(row)?).ok()?))
            }
            Self::LargeView(a) if a.is_valid(row) => {
                let from = usize::try_from(*a.value_offsets().get(row)?).ok()?;
                bounds(Some(from), from.checked_add(usize::try_from(*a.value_sizes().get(row)?).ok()?))
            }
            Self::Fixed(a) if a.is_valid(row) => {
                let length = usize::try_from(a.value_length()).ok()?;
                let from = row.saturating_mul(length);
                Some(from..from.saturating_add(length))
            }
            _ => None,
        }
    }

    fn nulls(&self) -> Option<&NullBuffer> {
        match self {
            Self::Small(a) => a.nulls(),
            Self::Large(a) => a.nulls(),
            Self::View(a) => a.nulls(),
            Self::LargeView(a) => a.nulls(),
            Self::Fixed(a) => a.nulls(),
        }
    }
}

impl Cells {
    pub(crate) fn of(array: &ArrayRef) -> Self {
        if let Some(text) = Text::of_ids(array) {
            return Self::Text(text);
        }
        if let Some(moments) = Moments::of(array) {
            return Self::Moments(moments);
        }
        if let Some(floats) = Floats::of(array) {
            return Self::Floats(floats);
        }
        if let Some(placed) = placed(array) {
            let values = Box::new(Self::of(&placed.values));
            return Self::Placed(placed.with(values));
        }
        macro_rules! whole {
            ($type:ty) => {
                Self::Whole(array.as_primitive::<$type>().unary(i64::from))
            };
        }
        match array.data_type() {
            DataType::Int8 => whole!(Int8Type),
            DataType::Int16 => whole!(Int16Type),
            DataType::Int32 => whole!(Int32Type),
            DataType::Int64 => whole!(Int64Type),
            DataType::UInt8 => whole!(UInt8Type),
            DataType::UInt16 => whole!(UInt16Type),
            DataType::UInt32 => whole!(UInt32Type),
            DataType::UInt64 => Self::Unsigned(array.as_primitive::<UInt64Type>().clone()),
            DataType::Date32 => Self::Dates(array.as_primitive::<Date32Type>().unary(i64::from)),
            DataType::Date64 => Self::Dates(array.as_primitive::<Date64Type>().unary(|ms| ms.div_euclid(86_400_000))),
            DataType::Boolean => Self::YesNo(array.as_boolean().clone()),
            DataType::List(_) => {
                let lists = array.as_list::<i32>();
                Self::List { items: Box::new(Self::of(lists.values())), lists: Lists::Small(lists.clone()) }
            }
            DataType::LargeList(_) => {
                let lists = array.as_list::<i64>();
                Self::List { items: Box::new(Self::of(lists.values())), lists: Lists::Large(lists.clone()) }
            }
            DataType::ListView(_) => {
                let lists = array.as_list_view::<i32>();
                Self::List { items: Box::new(Self::of(lists.values())), lists: Lists::View(lists.clone()) }
            }
            DataType::LargeListView(_) => {
                let lists = array.as_list_view::<i64>();
                Self::List { items: Box::new(Self::of(lists.values())), lists: Lists::LargeView(lists.clone()) }
            }
            DataType::FixedSizeList(..) => {
                let lists = array.as_fixed_size_list();
                Self::List { items: Box::new(Self::of(lists.values())), lists: Lists::Fixed(lists.clone()) }
            }
            DataType::Struct(fields) => Self::Struct {
                names: fields.iter().map(|f| f.name().clone()).collect(),
                members: array.as_struct().columns().iter().map(Self::of).collect(),
                nulls: array.nulls().cloned(),
            },
            _ => Self::Other(array.logical_nulls()),
        }
    }

    /// The value of a row as JSON; none where there is none.
    pub(crate) fn value(&self, row: usize) -> Option<Value> {
        match self {
            Self::Text(text) => text.get(row).map(|t| Value::String(t.into_owned())),
            Self::Whole(a) => a.is_valid(row).then(|| Value::from(a.value(row))),
            Self::Unsigned(a) => a.is_valid(row).then(|| Value::from(a.value(row))),
            Self::Floats(floats) => floats.get(row),
            Self::Placed(placed) => placed.values.value(placed.place(row)?),
            Self::Dates(a) => a.is_valid(row).then(|| Value::from(day(a.value(row)))),
            Self::Moments(moments) => moments.text(row).map(Value::from),
            Self::YesNo(a) => a.is_valid(row).then(|| Value::from(a.value(row))),
            Self::List { lists, items } => {
                Some(lists.range(row)?.map(|item| items.value(item).unwrap_or(Value::Null)).collect())
            }
            Self::Struct { names, members, nulls } => nulls.as_ref().is_none_or(|n| n.is_valid(row)).then(|| {
                let member = |(name, cells): (&String, &Self)| Some((name.clone(), cells.value(row)?));
                Value::Object(names.iter().zip(members).filter_map(member).collect())
            }),
            Self::Other(nulls) => nulls.as_ref().is_none_or(|n| n.is_valid(row)).then_some(Value::Null),
        }
    }

    /// Counts for each row whether this column has a value there.
    pub(crate) fn count_values(&self, counts: &mut [u16]) {
        let nulls = match self {
            Self::Text(text) => return text.count_values(counts),
            Self::Placed(_) => {
                for (row, count) in counts.iter_mut().enumerate() {
                    *count = count.saturating_add(u16::from(self.value(row).is_some()));
                }
                return;
            }
            Self::Whole(a) | Self::Dates(a) | Self::Moments(Moments(a)) => a.nulls(),
            Self::Unsigned(a) => a.nulls(),
            Self::YesNo(a) => a.nulls(),
            Self::Floats(floats) => floats.values.nulls(),
            Self::List { lists, .. } => lists.nulls(),
            Self::Struct { nulls, .. } | Self::Other(nulls) => nulls.as_ref(),
        };
        count(nulls, counts);
    }

    /// Whether the column can hold whole numbers.
    pub(crate) fn is_whole(&self) -> bool {
        match self {
            Self::Whole(_) | Self::Unsigned(_) | Self::Floats(_) => true,
            Self::Placed(placed) => placed.values.is_whole(),
            Self::Text(text) => matches!(text, Text::Nothing),
            _ => false,
        }
    }

    /// Whether the column holds floating-point numbers.
    pub(crate) fn is_floating(&self) -> bool {
        match self {
            Self::Floats(_) => true,
            Self::Placed(placed) => placed.values.is_floating(),
            _ => false,
        }
    }
}

/// A date as records have it; of a year that cannot be written, the number.
fn day(since_1970: i64) -> String {
    let day = i32::try_from(since_1970.saturating_add(EPOCH_DAYS)).ok().and_then(NaiveDate::from_num_days_from_ce_opt);
    day.map_or_else(|| format!("day {since_1970}"), |d| d.to_string())
}

/// The value as a field of that shape has it in a record: columns are wider than fields. A number or a structure may stand as
/// text, and one thing as a list of one; whatever else it is, the catalogue's decoder says what is wrong with it.
pub(crate) fn fitted(value: Value, shape: Shape) -> Value {
    match (shape, value) {
        (Shape::Integer { .. }, Value::String(text)) => text.parse::<i64>().map_or(Value::String(text), Value::from),
        (Shape::Levels | Shape::Replacement, Value::String(text)) => match risk_core::log::data(&text) {
            Ok(map) => fitted(Value::Object(map), shape),
            Err(_) => Value::String(text),
        },
        (Shape::Replacement, Value::Object(map)) => Value::Object(with_data_read(map)),
        (one, Value::Array(mut list)) if list.len() == 1 && !is_list(one) => {
            list.pop().map_or(Value::Null, |item| fitted(item, shape))
        }
        (_, value) => value,
    }
}

fn is_list(shape: Shape) -> bool {
    matches!(shape, Shape::Terms { .. } | Shape::Ids(_) | Shape::EventRefs)
}

fn with_data_read(mut replacement: Map<String, Value>) -> Map<String, Value> {
    if let Some(data) = replacement.get_mut("data") {
        let read = data.as_str().and_then(|text| risk_core::log::data(text).ok());
        if let Some(read) = read {
            *data = Value::Object(read);
        }
    }
    replacement
}
