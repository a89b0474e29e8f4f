//! The columns of the input: found by name, and held to what they may be.

use std::collections::BTreeMap;
use std::sync::Arc;

use arrow_array::cast::AsArray;
use arrow_array::{Array, ArrayRef, RecordBatch};
use arrow_buffer::NullBuffer;
use arrow_schema::{DataType, Field, Fields, Schema};
use risk_core::event::field::nearest;
use risk_core::event::{Instant, Kind, Shape, Term};

use crate::cell::{Cells, Moments};
use crate::problem::{Problem, Sort};
use crate::text::Text;

/// What the columns of records are called, those of the source when it is not a struct included.
const NAMES: [&str; 15] = [
    "event_id",
    "case_id",
    "occurred_at",
    "recorded_at",
    "kind",
    "source",
    "source_agency",
    "source_role",
    "source_reference",
    "handling",
    "v",
    "data",
    "note",
    "position",
    "hash",
];

const TEXT: &str = "text";
const ID: &str = "UUIDs as text or 16 bytes";
const TIME: &str = "times with a zone, or RFC 3339 text";
const WHOLE: &str = "whole numbers";

/// Instants: in a column of times with a zone, or as RFC 3339 text.
#[derive(Debug, Clone)]
pub(crate) enum Times {
    Moments(Moments),
    Text(Text),
}

impl Times {
    fn of(name: &str, array: &ArrayRef) -> Result<Self, Problem> {
        let text = || Text::of(array).map(Self::Text);
        let read = Moments::of(array).map(Self::Moments).or_else(text);
        read.ok_or_else(|| Problem::of_type(name, TIME, array.data_type()))
    }

    pub(crate) fn get(&self, row: usize) -> Option<Instant> {
        match self {
            Self::Moments(moments) => moments.get(row),
            Self::Text(text) => {
                let read = chrono::DateTime::parse_from_rfc3339(text.str(row)?);
                read.ok().map(|t| t.to_utc())
            }
        }
    }

    /// What is found in a row whose number was in another unit than its column says.
    pub(crate) fn mistaken_unit(&self, row: usize) -> Option<String> {
        match self {
            Self::Moments(moments) => moments.get(row).and_then(risk_core::calendar::mistaken_unit),
            Self::Text(_) => None,
        }
    }

    pub(crate) fn text(&self, row: usize) -> Option<String> {
        match self {
            Self::Moments(moments) => moments.text(row),
            Self::Text(text) => text.get(row).map(std::borrow::Cow::into_owned),
        }
    }
}

/// The data of the records.
#[derive(Debug, Clone)]
pub(crate) enum Data {
    /// As JSON text.
    Json(Text),
    /// As a struct of typed fields.
    Typed(Typed),
}

/// `data` as a struct.
#[derive(Debug, Clone)]
pub(crate) struct Typed {
    pub(crate) fields: Arc<TypedFields>,
    pub(crate) cells: Vec<Cells>,
    pub(crate) nulls: Option<NullBuffer>,
    /// How many fields each row has.
    pub(crate) present: Vec<u16>,
}

/// Which column holds which field of which kind.
#[derive(Debug)]
pub(crate) struct TypedFields {
    pub(crate) names: Vec<String>,
    of_kind: BTreeMap<Kind, Vec<TypedField>>,
}

/// A field of a kind in a column.
#[derive(Debug, Clone, Copy)]
pub(crate) struct TypedField {
    pub(crate) cell: usize,
    pub(crate) name: &'static str,
    pub(crate) shape: Shape,
}

impl TypedFields {
    fn of(fields: &Fields) -> Result<Self, Problem> {
        let names: Vec<String> = fields.iter().map(|f| f.name().clone()).collect();
        let mut of_kind = BTreeMap::new();
        for kind in Kind::all() {
            let mut typed = Vec::new();
            for spec in kind.spec().fields {
                let Some(cell) = names.iter().position(|n| n == spec.name) else { continue };
                let shape = (spec.shape)();
                if let Some(field) = fields.get(cell) {
                    fits(field, shape)?;
                }
                typed.push(TypedField { cell, name: spec.name, shape });
            }
            of_kind.insert(*kind, typed);
        }
        Ok(Self { names, of_kind })
    }

    pub(crate) fn of_kind(&self, kind: Kind) -> &[TypedField] {
        self.of_kind.get(&kind).map(Vec::as_slice).unwrap_or_default()
    }
}

/// Whether a field of that shape could stand in the column at all. What stands there is for the catalogue's decoder.
fn fits(column: &Field, shape: Shape) -> Result<(), Problem> {
    let item = match column.data_type() {
        DataType::List(item) | DataType::LargeList(item) | DataType::FixedSizeList(item, _) => item.data_type(),
        other => other,
    };
    let fine = Text::reads(item)
        || match shape {
            Shape::Integer { .. } => item.is_integer(),
            Shape::Date => matches!(item, DataType::Date32 | DataType::Date64),
            Shape::Instant => matches!(item, DataType::Timestamp(_, Some(_))),
            Shape::Levels | Shape::Replacement => matches!(item, DataType::Struct(_)),
            // `yes` and `no` could be meant: the decoder says what the words are.
            Shape::Term { .. } => matches!(item, DataType::Boolean) || item.is_integer() || item.is_temporal(),
            Shape::Terms { .. } | Shape::Id(_) | Shape::Ids(_) | Shape::EventRef | Shape::EventRefs => {
                item.is_integer() || item.is_temporal()
            }
        };
    let name = format!("data.{}", column.name());
    if fine { Ok(()) } else { Err(Problem::of_type(&name, &shape.to_string(), column.data_type())) }
}

/// Where the source of a record stands.
#[derive(Debug, Clone)]
pub(crate) struct Source {
    pub(crate) nulls: Option<NullBuffer>,
    pub(crate) agency: Text,
    pub(crate) role: Text,
    pub(crate) reference: Text,
}

/// The columns of a batch.
#[derive(Debug, Clone)]
pub(crate) struct Columns {
    pub(crate) event_id: Text,
    pub(crate) case_id: Text,
    pub(crate) occurred_at: Times,
    pub(crate) recorded_at: Times,
    pub(crate) source: Source,
    pub(crate) handling: Text,
    pub(crate) v: Cells,
    pub(crate) kind: Text,
    pub(crate) data: Data,
    pub(crate) note: Text,
    pub(crate) position: Option<Cells>,
    pub(crate) keep: Vec<Text>,
    pub(crate) rows: usize,
}

/// Which columns there are, told once for a stream: every batch of it has the same.
#[derive(Debug)]
pub(crate) struct Layout {
    typed: Option<Arc<TypedFields>>,
    keep: Vec<String>,
}

impl Layout {
    /// # Errors
    /// A column that is missing, doubled, misspelt, or of a type that cannot hold what it should.
    pub(crate) fn of(schema: &Schema, keep: &[String]) -> Result<Self, Problem> {
        for field in schema.fields() {
            let name = field.name();
            if NAMES.contains(&name.as_str()) && schema.fields().iter().filter(|f| f.name() == name).count() > 1 {
                return Err(Problem::column(name, "one column of this name", "several"));
            }
            let missing: Vec<&str> = NAMES.iter().copied().filter(|n| schema.column_with_name(n).is_none()).collect();
            let known = NAMES.contains(&name.as_str()) || keep.contains(name);
            // A misspelt `handling` that is passed over would show what was told in confidence.
            if let Some(meant) = nearest(&missing, name).filter(|_| !known) {
                let expected = format!("`{meant}`, or, if it is something else, another name or its name in `keep`");
                return Err(Problem::column(name, expected, format!("`{name}`")));
            }
        }
        if schema.column_with_name("hash").is_some() {
            let expected = "plain records: a chain can be verified in its own log only";
            return Err(Problem::column("hash", expected, "sealed ones"));
        }
        let typed = match schema.column_with_name("data").map(|(_, f)| f.data_type()) {
            Some(DataType::Struct(fields)) => Some(Arc::new(TypedFields::of(fields)?)),
            _ => None,
        };
        let layout = Self { typed, keep: keep.to_vec() };
        // An empty batch shows whether every column reads.
        layout.read(&RecordBatch::new_empty(Arc::new(schema.clone())))?;
        Ok(layout)
    }

    /// The columns of a batch.
    pub(crate) fn read(&self, batch: &RecordBatch) -> Result<Columns, Problem> {
        self.sound(batch)?;
        let text = |name: &str| optional(batch, name).map_or(Ok(Text::Nothing), |array| text(name, array));
        let required = |name: &str, what: &str| {
            let array = optional(batch, name);
            array.ok_or_else(|| Problem::column(name, format!("a column of {what}"), "no such column"))
        };
        let whole = |name: &str| optional(batch, name).map(|array| whole(name, array)).transpose();
        let keep = |name: &String| required(name, TEXT).and_then(|array| self::text(name, array));
        Ok(Columns {
            event_id: ids("event_id", required("event_id", ID)?)?,
            case_id: ids("case_id", required("case_id", ID)?)?,
            occurred_at: Times::of("occurred_at", required("occurred_at", TIME)?)?,
            recorded_at: Times::of("recorded_at", required("recorded_at", TIME)?)?,
            source: source(batch)?,
            handling: text("handling")?,
            v: whole("v")?.unwrap_or(Cells::Text(Text::Nothing)),
            kind: self::text("kind", required("kind", TEXT)?)?,
            data: self.data(required("data", "data, as a struct of typed fields or as JSON text")?)?,
            note: text("note")?,
            position: whole("position")?,
            keep: self.keep.iter().map(keep).collect::<Result<_, _>>()?,
            rows: batch.num_rows(),
        })
    }

    /// Columns come from other libraries: what they say of their lengths, and that their text is text, is checked before it is
    /// relied on.
    fn sound(&self, batch: &RecordBatch) -> Result<(), Problem> {
        for (field, array) in batch.schema().fields().iter().zip(batch.columns()) {
            if NAMES.contains(&field.name().as_str()) || self.keep.contains(field.name()) {
                let unsound =
                    |e| Problem { column: field.name().clone(), ..Problem::whole(Sort::Source, "sound data", e) };
                array.to_data().validate_full().map_err(unsound)?;
            }
        }
        Ok(())
    }

    fn data(&self, array: &ArrayRef) -> Result<Data, Problem> {
        let Some(fields) = &self.typed else {
            let expected = "a struct of typed fields, or JSON text";
            return Ok(Data::Json(
                Text::of(array).ok_or_else(|| Problem::of_type("data", expected, array.data_type()))?,
            ));
        };
        let cells: Vec<Cells> = array.as_struct().columns().iter().map(Cells::of).collect();
        let mut present = vec![0; array.len()];
        cells.iter().for_each(|column| column.count_values(&mut present));
        Ok(Data::Typed(Typed { fields: Arc::clone(fields), cells, nulls: array.nulls().cloned(), present }))
    }
}

fn optional<'b>(batch: &'b RecordBatch, name: &str) -> Option<&'b ArrayRef> {
    batch.column_by_name(name)
}

fn text(name: &str, array: &ArrayRef) -> Result<Text, Problem> {
    Text::of(array).ok_or_else(|| Problem::of_type(name, TEXT, array.data_type()))
}

fn ids(name: &str, array: &ArrayRef) -> Result<Text, Problem> {
    Text::of(array).ok_or_else(|| Problem::of_type(name, ID, array.data_type()))
}

fn whole(name: &str, array: &ArrayRef) -> Result<Cells, Problem> {
    let fine = array.data_type().is_integer() || *array.data_type() == DataType::Null;
    if fine { Ok(Cells::of(array)) } else { Err(Problem::of_type(name, WHOLE, array.data_type())) }
}

/// The source: a struct, or columns of their own.
fn source(batch: &RecordBatch) -> Result<Source, Problem> {
    let Some(array) = optional(batch, "source") else {
        let column = |name: &str| optional(batch, name).map_or(Ok(Text::Nothing), |array| text(name, array));
        if optional(batch, "source_agency").is_none() {
            let expected = "a struct with `agency`, or a column `source_agency`";
            return Err(Problem::column("source", expected, "no such column"));
        }
        let (role, reference) = (column("source_role")?, column("source_reference")?);
        return Ok(Source { nulls: None, agency: column("source_agency")?, role, reference });
    };
    let members = array.as_struct_opt().ok_or_else(|| {
        Problem::of_type("source", "a struct with `agency`, `role` and `reference`", array.data_type())
    })?;
    if let Some(other) = members.column_names().iter().find(|n| !["agency", "role", "reference"].contains(n)) {
        let expected = "only `agency`, `role` and `reference`";
        return Err(Problem::column("source", expected, format!("the member `{other}`")));
    }
    let member = |name: &str| {
        let column = members.column_by_name(name);
        column.map_or(Ok(Text::Nothing), |array| text(&format!("source.{name}"), array))
    };
    Ok(Source {
        nulls: array.nulls().cloned(),
        agency: member("agency")?,
        role: member("role")?,
        reference: member("reference")?,
    })
}
