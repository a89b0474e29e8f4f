//! Text in any of the forms in which Arrow carries it.

use std::borrow::Cow;
use std::sync::Arc;

use arrow_array::cast::AsArray;
use arrow_array::types::{Int16Type, Int32Type, Int64Type, RunEndIndexType};
use arrow_array::{
    Array, ArrayRef, BinaryArray, BinaryViewArray, FixedSizeBinaryArray, LargeBinaryArray, LargeStringArray, RunArray,
    StringArray, StringViewArray,
};
use arrow_buffer::NullBuffer;
use arrow_schema::DataType;
use uuid::Uuid;

/// A column of text, whatever its encoding.
#[derive(Debug, Clone)]
pub(crate) enum Text {
    /// With offsets of 32 bits.
    Utf8(StringArray),
    /// With offsets of 64 bits.
    Large(LargeStringArray),
    /// With views.
    View(StringViewArray),
    /// Each value once, in a dictionary or for a run of rows.
    Placed(Placed<Box<Self>>),
    /// UUIDs in their sixteen bytes.
    Ids(Bytes),
    /// No row has a value.
    Nothing,
}

/// Bytes in any of the forms in which Arrow carries them.
#[derive(Debug, Clone)]
pub(crate) enum Bytes {
    Fixed(FixedSizeBinaryArray),
    Small(BinaryArray),
    Large(LargeBinaryArray),
    View(BinaryViewArray),
}

impl Bytes {
    fn of(array: &dyn Array) -> Option<Self> {
        Some(match array.data_type() {
            DataType::FixedSizeBinary(16) => Self::Fixed(array.as_fixed_size_binary().clone()),
            DataType::Binary => Self::Small(array.as_binary().clone()),
            DataType::LargeBinary => Self::Large(array.as_binary().clone()),
            DataType::BinaryView => Self::View(array.as_binary_view().clone()),
            _ => return None,
        })
    }

    fn array(&self) -> &dyn Array {
        match self {
            Self::Fixed(a) => a,
            Self::Small(a) => a,
            Self::Large(a) => a,
            Self::View(a) => a,
        }
    }

    fn get(&self, row: usize) -> Option<&[u8]> {
        self.array().is_valid(row).then(|| match self {
            Self::Fixed(a) => a.value(row),
            Self::Small(a) => a.value(row),
            Self::Large(a) => a.value(row),
            Self::View(a) => a.value(row),
        })
    }

    fn id(&self, row: usize) -> Option<Uuid> {
        Uuid::from_slice(self.get(row)?).ok()
    }
}

/// Values that several rows share: for each row the place of its value, or none.
#[derive(Debug, Clone)]
pub(crate) struct Placed<V> {
    places: Arc<[u32]>,
    pub(crate) values: V,
}

/// The place of a row that has no value.
const NO_PLACE: u32 = u32::MAX;

impl<V> Placed<V> {
    /// Where the value of a row is.
    pub(crate) fn place(&self, row: usize) -> Option<usize> {
        self.places.get(row).filter(|p| **p != NO_PLACE).and_then(|p| usize::try_from(*p).ok())
    }

    /// The place of the value of each row.
    pub(crate) fn places(&self) -> impl Iterator<Item = Option<usize>> + '_ {
        (0..self.places.len()).map(|row| self.place(row))
    }

    /// The same places, with the values in another form.
    pub(crate) fn with<W>(&self, values: W) -> Placed<W> {
        Placed { places: Arc::clone(&self.places), values }
    }
}

/// The places and values of a dictionary or of runs; none for any other column.
pub(crate) fn placed(array: &dyn Array) -> Option<Placed<ArrayRef>> {
    fn of_runs<R: RunEndIndexType>(runs: &RunArray<R>) -> Placed<ArrayRef> {
        let place = |row| u32::try_from(runs.get_physical_index(row)).unwrap_or(NO_PLACE);
        Placed { places: (0..runs.len()).map(place).collect(), values: Arc::clone(runs.values()) }
    }
    match array.data_type() {
        DataType::Dictionary(..) => {
            let dictionary = array.as_any_dictionary();
            let (keys, values) = (dictionary.keys(), Arc::clone(dictionary.values()));
            if values.is_empty() {
                return Some(Placed { places: std::iter::repeat_n(NO_PLACE, keys.len()).collect(), values });
            }
            let place = |(row, place): (usize, usize)| {
                if keys.is_null(row) { NO_PLACE } else { u32::try_from(place).unwrap_or(NO_PLACE) }
            };
            let places = dictionary.normalized_keys().into_iter().enumerate().map(place).collect();
            Some(Placed { places, values })
        }
        DataType::RunEndEncoded(ends, _) => match ends.data_type() {
            DataType::Int16 => array.as_run_opt::<Int16Type>().map(of_runs),
            DataType::Int32 => array.as_run_opt::<Int32Type>().map(of_runs),
            DataType::Int64 => array.as_run_opt::<Int64Type>().map(of_runs),
            _ => None,
        },
        _ => None,
    }
}

/// The type of the values of a dictionary or of runs; any other type as it is.
pub(crate) fn value_type(data_type: &DataType) -> &DataType {
    match data_type {
        DataType::Dictionary(_, values) => values,
        DataType::RunEndEncoded(_, values) => values.data_type(),
        other => other,
    }
}

impl Text {
    /// Whether a column of that type is text.
    pub(crate) fn reads(data_type: &DataType) -> bool {
        let text =
            |t: &DataType| matches!(t, DataType::Utf8 | DataType::LargeUtf8 | DataType::Utf8View | DataType::Null);
        text(value_type(data_type))
    }

    /// Whether a column of that type is text, or bytes that can be ids.
    pub(crate) fn reads_ids(data_type: &DataType) -> bool {
        let bytes = |t: &DataType| {
            matches!(t, DataType::FixedSizeBinary(16) | DataType::Binary | DataType::LargeBinary | DataType::BinaryView)
        };
        Self::reads(data_type) || bytes(value_type(data_type))
    }

    /// The column, or none where it is not text.
    pub(crate) fn of(array: &dyn Array) -> Option<Self> {
        if !Self::reads(array.data_type()) {
            return None;
        }
        Self::of_ids(array)
    }

    /// The column, or none where it is neither text nor bytes.
    pub(crate) fn of_ids(array: &dyn Array) -> Option<Self> {
        Some(match array.data_type() {
            DataType::Utf8 => Self::Utf8(array.as_string().clone()),
            DataType::LargeUtf8 => Self::Large(array.as_string().clone()),
            DataType::Utf8View => Self::View(array.as_string_view().clone()),
            DataType::Null => Self::Nothing,
            DataType::Dictionary(..) | DataType::RunEndEncoded(..) => {
                let placed = placed(array)?;
                let values = Box::new(Self::of_ids(&placed.values)?);
                Self::Placed(placed.with(values))
            }
            _ => Self::Ids(Bytes::of(array)?),
        })
    }

    /// The text of a row, if it has one.
    pub(crate) fn get(&self, row: usize) -> Option<Cow<'_, str>> {
        match self {
            Self::Ids(bytes) => {
                let length = bytes.get(row)?.len();
                Some(Cow::Owned(bytes.id(row).map_or_else(|| format!("{length} bytes"), |id| id.to_string())))
            }
            Self::Placed(placed) => placed.values.get(placed.place(row)?),
            _ => self.str(row).map(Cow::Borrowed),
        }
    }

    /// [`Text::get`] for text as it stands there; ids in bytes are none.
    pub(crate) fn str(&self, row: usize) -> Option<&str> {
        match self {
            Self::Utf8(a) => a.is_valid(row).then(|| a.value(row)),
            Self::Large(a) => a.is_valid(row).then(|| a.value(row)),
            Self::View(a) => a.is_valid(row).then(|| a.value(row)),
            Self::Placed(placed) => placed.values.str(placed.place(row)?),
            Self::Ids(_) | Self::Nothing => None,
        }
    }

    /// Whether the row has a value.
    pub(crate) fn has(&self, row: usize) -> bool {
        match self {
            Self::Placed(placed) => placed.place(row).is_some_and(|p| placed.values.has(p)),
            Self::Ids(bytes) => bytes.array().is_valid(row),
            _ => self.str(row).is_some(),
        }
    }

    /// Counts for each row whether it has a value.
    pub(crate) fn count_values(&self, counts: &mut [u16]) {
        match self {
            Self::Utf8(a) => count(a.nulls(), counts),
            Self::Large(a) => count(a.nulls(), counts),
            Self::View(a) => count(a.nulls(), counts),
            Self::Ids(bytes) => count(bytes.array().nulls(), counts),
            Self::Nothing => {}
            Self::Placed(_) => {
                for (row, count) in counts.iter_mut().enumerate() {
                    *count = count.saturating_add(u16::from(self.has(row)));
                }
            }
        }
    }

    /// The row as an id, where it is one.
    pub(crate) fn id(&self, row: usize) -> Option<Uuid> {
        match self {
            Self::Ids(bytes) => bytes.id(row),
            Self::Placed(placed) => placed.values.id(placed.place(row)?),
            _ => Uuid::try_parse(self.str(row)?).ok(),
        }
    }

    /// Whether two rows say the same, letter by letter, or both nothing.
    pub(crate) fn same(&self, row: usize, other: &Self, at: usize) -> bool {
        match (self, other) {
            (Self::Utf8(a), Self::Utf8(b)) if a.null_count() == 0 && b.null_count() == 0 => a.value(row) == b.value(at),
            (Self::Ids(a), Self::Ids(b)) => a.get(row) == b.get(at),
            _ => self.get(row) == other.get(at),
        }
    }
}

/// Counts the rows that are not null. Most columns have few values: only those are looked at.
pub(crate) fn count(nulls: Option<&NullBuffer>, counts: &mut [u16]) {
    match nulls {
        None => counts.iter_mut().for_each(|count| *count = count.saturating_add(1)),
        Some(nulls) => {
            for row in nulls.valid_indices() {
                if let Some(count) = counts.get_mut(row) {
                    *count = count.saturating_add(1);
                }
            }
        }
    }
}
