//! The columns of the input: found by name, and held to what they may be.

use std::collections::BTreeMap;
use std::sync::Arc;

use arrow_array::cast::AsArray;
use arrow_array::{Array, ArrayRef, RecordBatch};
use arrow_buffer::NullBuffer;
use arrow_schema::{DataType, Field, Fields, Schema};
use risk_core::event::{Instant, Kind, Shape, Term};

use crate::cell::{Cells, Moments};
use crate::names::{Name, Named, members};
use crate::problem::{Problem, ProblemKind};
use crate::schema::{Form, data_fields};
use crate::text::{Text, value_type};

const TEXT: &str = "text (cast the column to string)";
const ID: &str = "UUIDs as text or 16 bytes (cast the column to string)";
const TIME: &str = "times with a zone, or RFC 3339 text";
const WHOLE: &str = "whole numbers (cast the column to int64)";
const DATA: &str = "a struct of typed fields, or JSON text";
const SOURCE: &str = "a struct with `agency`, `role` and `reference`";
const SOURCE_MEMBERS: [&str; 3] = ["agency", "role", "reference"];

/// Instants: in a column of times with a zone, or as RFC 3339 text.
#[derive(Debug, Clone)]
pub(crate) enum Times {
    Moments(Moments),
    Text(Text),
}

impl Times {
    fn of(array: &ArrayRef) -> Option<Self> {
        Moments::of(array).map(Self::Moments).or_else(|| Text::of(array).map(Self::Text))
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
    /// The columns that may hold no value, as no field of their name can be of their type, and what they should hold.
    unfit: Vec<(usize, Form)>,
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
        let known = data_fields();
        let names = members("data", fields, &known.iter().map(|(name, _)| *name).collect::<Vec<_>>())?;
        let mut unfit = BTreeMap::new();
        let mut of_kind = BTreeMap::new();
        for kind in Kind::all() {
            let mut typed = Vec::new();
            for spec in kind.spec().fields {
                let Some(cell) = names.iter().position(|n| n == spec.name) else { continue };
                let shape = (spec.shape)();
                let form = known.iter().find(|(name, _)| *name == spec.name).map(|(_, form)| *form);
                if let Some(form) = form.filter(|_| !fields.get(cell).is_some_and(|field| fits(field, shape))) {
                    unfit.insert(cell, form);
                }
                typed.push(TypedField { cell, name: spec.name, shape });
            }
            of_kind.insert(*kind, typed);
        }
        Ok(Self { names, of_kind, unfit: unfit.into_iter().collect() })
    }

    pub(crate) fn of_kind(&self, kind: Kind) -> &[TypedField] {
        self.of_kind.get(&kind).map(Vec::as_slice).unwrap_or_default()
    }
}

/// Whether a field of that shape could stand in the column at all. What stands there is for the catalogue's decoder.
fn fits(column: &Field, shape: Shape) -> bool {
    let item = match value_type(column.data_type()) {
        DataType::List(item)
        | DataType::LargeList(item)
        | DataType::FixedSizeList(item, _)
        | DataType::ListView(item)
        | DataType::LargeListView(item) => item.data_type(),
        other => other,
    };
    let value = value_type(item);
    let written =
        value.is_integer() || matches!(value, DataType::Date32 | DataType::Date64 | DataType::Timestamp(_, Some(_)));
    Text::reads(item)
        || match shape {
            Shape::Integer { .. } => value.is_integer() || value.is_floating(),
            Shape::Date => matches!(value, DataType::Date32 | DataType::Date64),
            Shape::Instant => matches!(value, DataType::Timestamp(_, Some(_))),
            Shape::Levels | Shape::Replacement => matches!(value, DataType::Struct(_)),
            // `yes` and `no` could be meant: the decoder says what the words are.
            Shape::Term { .. } => matches!(value, DataType::Boolean) || written,
            Shape::Terms { .. } => written,
            Shape::Id(_) | Shape::Ids(_) | Shape::EventRef | Shape::EventRefs => written || Text::reads_ids(item),
        }
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

/// Which columns there are, found once for a stream: every batch of it has the same.
#[derive(Debug)]
pub(crate) struct Layout {
    named: Named,
    typed: Option<Arc<TypedFields>>,
    /// The names of the members of the source, where it is a struct.
    source: Vec<String>,
    /// The columns that are kept, and where they are.
    keep: Vec<usize>,
}

impl Layout {
    /// # Errors
    /// A column that is missing, doubled, misspelt, or of a type that cannot hold what it should.
    pub(crate) fn of(schema: &Schema, keep: &[String]) -> Result<Self, Problem> {
        let fields = schema.fields();
        let named = Named::of(fields.iter().map(|f| f.name().as_str()), keep)?;
        if named.place(Name::Hash).is_some() {
            let expected = "plain records: a chain can be verified in its own log only";
            return Err(Problem::column(Name::Hash.text(), expected, "sealed ones"));
        }
        let required = [
            (Name::EventId, ID),
            (Name::CaseId, ID),
            (Name::OccurredAt, TIME),
            (Name::RecordedAt, TIME),
            (Name::Kind, TEXT),
            (Name::Data, DATA),
        ];
        if let Some((name, what)) = required.into_iter().find(|(name, _)| named.place(*name).is_none()) {
            return Err(Problem::column(name.text(), format!("a column of {what}"), "no such column"));
        }
        if named.place(Name::Source).or_else(|| named.place(Name::SourceAgency)).is_none() {
            let expected = "a struct with `agency`, or a column `source_agency`";
            return Err(Problem::column(Name::Source.text(), expected, "no such column"));
        }
        let members_of = |name: Name| match named.place(name).and_then(|place| fields.get(place))?.data_type() {
            DataType::Struct(members) => Some(members),
            _ => None,
        };
        let source = members_of(Name::Source).map(|fields| members(Name::Source.text(), fields, &SOURCE_MEMBERS));
        let source = source.transpose()?.unwrap_or_default();
        if let Some(other) = source.iter().find(|name| !SOURCE_MEMBERS.contains(&name.as_str())) {
            let expected = "only `agency`, `role` and `reference`";
            return Err(Problem::column(Name::Source.text(), expected, format!("the member `{other}`")));
        }
        let typed = members_of(Name::Data).map(TypedFields::of).transpose()?.map(Arc::new);
        let place = |name: &String| {
            let place = fields.iter().position(|f| f.name() == name);
            place.ok_or_else(|| Problem::column(name, format!("a column of {TEXT}"), "no such column"))
        };
        let keep = keep.iter().map(place).collect::<Result<_, _>>()?;
        Ok(Self { named, typed, source, keep })
    }

    /// The columns of a batch, whose first row is at that place in the stream.
    ///
    /// # Errors
    /// A column of a type that cannot hold what it should, at the first row that has a value in it.
    pub(crate) fn read(&self, batch: &RecordBatch, first: u64) -> Result<Columns, Problem> {
        let read = Read { named: &self.named, batch, first };
        for place in self.named.places().chain(self.keep.iter().copied()) {
            read.sound(place)?;
        }
        let keep = |place: &usize| {
            let schema = batch.schema();
            let name = schema.fields().get(*place).map(|f| f.name().clone()).unwrap_or_default();
            batch.columns().get(*place).map_or(Ok(Text::Nothing), |array| {
                read.value(&name, array, TEXT, |a| Text::of_ids(a)).map(|text| text.unwrap_or(Text::Nothing))
            })
        };
        Ok(Columns {
            event_id: read.ids(Name::EventId)?,
            case_id: read.ids(Name::CaseId)?,
            occurred_at: read.times(Name::OccurredAt)?,
            recorded_at: read.times(Name::RecordedAt)?,
            source: self.source(read)?,
            handling: read.text(Name::Handling)?,
            v: read.whole(Name::V)?.unwrap_or(Cells::Text(Text::Nothing)),
            kind: read.text(Name::Kind)?,
            data: self.data(read)?,
            note: read.text(Name::Note)?,
            position: read.whole(Name::Position)?,
            keep: self.keep.iter().map(keep).collect::<Result<_, _>>()?,
            rows: batch.num_rows(),
        })
    }

    fn data(&self, read: Read<'_>) -> Result<Data, Problem> {
        let Some((fields, array)) = self.typed.as_ref().zip(read.array(Name::Data)) else {
            let text = read.one(Name::Data, DATA, |array| Text::of(array))?;
            return Ok(Data::Json(text.unwrap_or(Text::Nothing)));
        };
        let columns = array.as_struct().columns();
        for (place, form) in &fields.unfit {
            if let (Some(array), Some(name)) = (columns.get(*place), fields.names.get(*place)) {
                read.value(&format!("data.{name}"), array, form.described(), |_| None::<()>)?;
            }
        }
        let cells: Vec<Cells> = columns.iter().map(Cells::of).collect();
        let mut present = vec![0; array.len()];
        cells.iter().for_each(|column| column.count_values(&mut present));
        Ok(Data::Typed(Typed { fields: Arc::clone(fields), cells, nulls: array.nulls().cloned(), present }))
    }

    /// The source: a struct, or columns of their own.
    fn source(&self, read: Read<'_>) -> Result<Source, Problem> {
        let Some(array) = read.array(Name::Source) else {
            let [agency, role, reference] =
                [Name::SourceAgency, Name::SourceRole, Name::SourceReference].map(|name| read.text(name));
            return Ok(Source { nulls: None, agency: agency?, role: role?, reference: reference? });
        };
        let Some(members) = array.as_struct_opt() else {
            read.value(Name::Source.text(), array, SOURCE, |_| None::<()>)?;
            let nulls = Some(NullBuffer::new_null(array.len()));
            return Ok(Source { nulls, agency: Text::Nothing, role: Text::Nothing, reference: Text::Nothing });
        };
        let [agency, role, reference] = SOURCE_MEMBERS.map(|name| {
            let place = self.source.iter().position(|member| member == name);
            place.and_then(|place| members.columns().get(place)).map_or(Ok(Text::Nothing), |array| {
                let text = read.value(&format!("source.{name}"), array, TEXT, |array| Text::of(array));
                text.map(|text| text.unwrap_or(Text::Nothing))
            })
        });
        Ok(Source { nulls: array.nulls().cloned(), agency: agency?, role: role?, reference: reference? })
    }
}

/// The columns of one batch, read by their names.
#[derive(Clone, Copy)]
struct Read<'b> {
    named: &'b Named,
    batch: &'b RecordBatch,
    /// The place of the batch's first row in the stream.
    first: u64,
}

impl<'b> Read<'b> {
    fn array(self, name: Name) -> Option<&'b ArrayRef> {
        self.batch.columns().get(self.named.place(name)?)
    }

    /// What the column holds; none where there is no such column, or no row has a value in it, whatever its type.
    fn one<T>(
        self,
        name: Name,
        expected: &str,
        make: impl Fn(&'b ArrayRef) -> Option<T>,
    ) -> Result<Option<T>, Problem> {
        self.array(name).map_or(Ok(None), |array| self.value(name.text(), array, expected, make))
    }

    /// What an array holds; none where no row has a value in it.
    fn value<'r, T>(
        self,
        name: &str,
        array: &'r ArrayRef,
        expected: &str,
        make: impl Fn(&'r ArrayRef) -> Option<T>,
    ) -> Result<Option<T>, Problem> {
        if let Some(made) = make(array) {
            return Ok(Some(made));
        }
        let nulls = array.logical_nulls();
        let has = |row: &usize| nulls.as_ref().is_none_or(|nulls| nulls.is_valid(*row));
        match (0..array.len()).find(has).and_then(|row| u64::try_from(row).ok()) {
            None => Ok(None),
            Some(row) => Err(Problem::of_type(self.first.saturating_add(row), name, expected, array.data_type())),
        }
    }

    fn text(self, name: Name) -> Result<Text, Problem> {
        Ok(self.one(name, TEXT, |array| Text::of(array))?.unwrap_or(Text::Nothing))
    }

    fn ids(self, name: Name) -> Result<Text, Problem> {
        Ok(self.one(name, ID, |array| Text::of_ids(array))?.unwrap_or(Text::Nothing))
    }

    fn times(self, name: Name) -> Result<Times, Problem> {
        Ok(self.one(name, TIME, Times::of)?.unwrap_or(Times::Text(Text::Nothing)))
    }

    fn whole(self, name: Name) -> Result<Option<Cells>, Problem> {
        let found = self.one(name, WHOLE, |array| Some(Cells::of(array)).filter(Cells::is_whole))?;
        Ok(found.filter(|_| self.array(name).is_some_and(|array| array.logical_null_count() < array.len())))
    }

    /// Columns come from other libraries: what they say of their lengths, and that their text is text, is checked before it is
    /// relied on.
    fn sound(self, place: usize) -> Result<(), Problem> {
        let schema = self.batch.schema();
        let (Some(field), Some(array)) = (schema.fields().get(place), self.batch.columns().get(place)) else {
            return Ok(());
        };
        let unsound =
            |e| Problem { column: field.name().clone(), ..Problem::whole(ProblemKind::Source, "sound data", e) };
        array.to_data().validate_full().map_err(unsound)
    }
}
