//! Text in any of the forms in which Arrow carries it.

use std::borrow::Cow;
use std::sync::Arc;

use arrow_array::cast::AsArray;
use arrow_array::{Array, FixedSizeBinaryArray, LargeStringArray, StringArray, StringViewArray};
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
    /// Words told once: for each row the place of its word, or none.
    Dictionary { places: Arc<[u32]>, words: Box<Self> },
    /// UUIDs in their sixteen bytes.
    Ids(FixedSizeBinaryArray),
    /// No row has a value.
    Nothing,
}

/// The place of a row of a dictionary that has no value.
const NO_PLACE: u32 = u32::MAX;

impl Text {
    /// Whether a column of that type is text; sixteen bytes are an id.
    pub(crate) fn reads(data_type: &DataType) -> bool {
        match data_type {
            DataType::Utf8
            | DataType::LargeUtf8
            | DataType::Utf8View
            | DataType::FixedSizeBinary(16)
            | DataType::Null => true,
            DataType::Dictionary(_, words) => !matches!(**words, DataType::Dictionary(..)) && Self::reads(words),
            _ => false,
        }
    }

    /// The column, or none where it is not text.
    pub(crate) fn of(array: &dyn Array) -> Option<Self> {
        Some(match array.data_type() {
            DataType::Utf8 => Self::Utf8(array.as_string().clone()),
            DataType::LargeUtf8 => Self::Large(array.as_string().clone()),
            DataType::Utf8View => Self::View(array.as_string_view().clone()),
            DataType::FixedSizeBinary(16) => Self::Ids(array.as_fixed_size_binary().clone()),
            DataType::Null => Self::Nothing,
            DataType::Dictionary(..) => {
                let dictionary = array.as_any_dictionary();
                if dictionary.values().is_empty() {
                    return Some(Self::Nothing);
                }
                let words = Box::new(Self::of(dictionary.values())?);
                let keys = dictionary.keys();
                let place = |(row, place): (usize, usize)| {
                    if keys.is_null(row) { NO_PLACE } else { u32::try_from(place).unwrap_or(NO_PLACE) }
                };
                let places = dictionary.normalized_keys().into_iter().enumerate().map(place).collect();
                Self::Dictionary { places, words }
            }
            _ => return None,
        })
    }

    /// The text of a row, if it has one.
    pub(crate) fn get(&self, row: usize) -> Option<Cow<'_, str>> {
        match self {
            Self::Ids(ids) => Some(Cow::Owned(sixteen(ids, row)?.to_string())),
            Self::Dictionary { places, words } => words.get(place(places, row)?),
            _ => self.str(row).map(Cow::Borrowed),
        }
    }

    /// [`Text::get`] for text as it stands there; ids in bytes are none.
    pub(crate) fn str(&self, row: usize) -> Option<&str> {
        match self {
            Self::Utf8(a) => a.is_valid(row).then(|| a.value(row)),
            Self::Large(a) => a.is_valid(row).then(|| a.value(row)),
            Self::View(a) => a.is_valid(row).then(|| a.value(row)),
            Self::Dictionary { places, words } => words.str(place(places, row)?),
            Self::Ids(_) | Self::Nothing => None,
        }
    }

    /// Whether the row has a value.
    pub(crate) fn has(&self, row: usize) -> bool {
        match self {
            Self::Dictionary { places, words } => place(places, row).is_some_and(|p| words.has(p)),
            Self::Ids(ids) => ids.is_valid(row),
            _ => self.str(row).is_some(),
        }
    }

    /// Counts for each row whether it has a value.
    pub(crate) fn count_values(&self, counts: &mut [u16]) {
        match self {
            Self::Utf8(a) => count(a.nulls(), counts),
            Self::Large(a) => count(a.nulls(), counts),
            Self::View(a) => count(a.nulls(), counts),
            Self::Ids(a) => count(a.nulls(), counts),
            Self::Nothing => {}
            Self::Dictionary { .. } => {
                for (row, count) in counts.iter_mut().enumerate() {
                    *count = count.saturating_add(u16::from(self.has(row)));
                }
            }
        }
    }

    /// The row as an id, where it is one.
    pub(crate) fn id(&self, row: usize) -> Option<Uuid> {
        match self {
            Self::Ids(ids) => sixteen(ids, row),
            Self::Dictionary { places, words } => words.id(place(places, row)?),
            _ => Uuid::try_parse(self.str(row)?).ok(),
        }
    }

    /// Whether two rows say the same, letter by letter, or both nothing.
    pub(crate) fn same(&self, row: usize, other: &Self, at: usize) -> bool {
        match (self, other) {
            (Self::Utf8(a), Self::Utf8(b)) if a.null_count() == 0 && b.null_count() == 0 => a.value(row) == b.value(at),
            (Self::Ids(a), Self::Ids(b)) if a.null_count() == 0 && b.null_count() == 0 => a.value(row) == b.value(at),
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

fn place(places: &[u32], row: usize) -> Option<usize> {
    places.get(row).filter(|p| **p != NO_PLACE).and_then(|p| usize::try_from(*p).ok())
}

fn sixteen(ids: &FixedSizeBinaryArray, row: usize) -> Option<Uuid> {
    ids.is_valid(row).then(|| Uuid::from_slice(ids.value(row)).ok()).flatten()
}
