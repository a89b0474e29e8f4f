//! Records as batches of the typed schema.

use std::sync::Arc;

use arrow_array::builder::{
    Date32Builder, Int64Builder, ListBuilder, NullBufferBuilder, StringBuilder, TimestampMicrosecondBuilder,
};
use arrow_array::{ArrayRef, RecordBatch, StructArray};
use arrow_buffer::NullBuffer;
use arrow_schema::{ArrowError, DataType, SchemaRef};
use chrono::{DateTime, NaiveDate};
use risk_core::event::vocabulary::{Group, Handling, Role};
use risk_core::event::{Instant, Kind, Term};
use risk_core::log::{Payload, Record, SCHEMA_VERSION};
use serde_json::Value;
use uuid::Uuid;

use crate::schema::{Form, UTC, data_fields, record_schema};
use crate::table::days;

/// A record that the typed schema cannot hold whole.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("record {event_id}: expected a record of schema version {SCHEMA_VERSION}, found one of version {v}")]
pub struct RecordingError {
    /// The record.
    pub event_id: Uuid,
    /// The version that it was written in.
    pub v: u32,
}

/// Records being written in columns.
pub struct Recording {
    schema: SchemaRef,
    rows: usize,
    case_id: StringBuilder,
    event_id: StringBuilder,
    occurred_at: TimestampMicrosecondBuilder,
    recorded_at: TimestampMicrosecondBuilder,
    agency: StringBuilder,
    role: StringBuilder,
    reference: StringBuilder,
    handling: StringBuilder,
    kind: StringBuilder,
    data: Vec<DataColumn>,
    payloads: NullBufferBuilder,
}

impl Default for Recording {
    fn default() -> Self {
        let moments = || TimestampMicrosecondBuilder::new().with_timezone(UTC);
        Self {
            schema: Arc::new(record_schema()),
            rows: 0,
            case_id: StringBuilder::new(),
            event_id: StringBuilder::new(),
            occurred_at: moments(),
            recorded_at: moments(),
            agency: StringBuilder::new(),
            role: StringBuilder::new(),
            reference: StringBuilder::new(),
            handling: StringBuilder::new(),
            kind: StringBuilder::new(),
            data: data_fields().into_iter().map(|(name, form)| DataColumn::new(name, form)).collect(),
            payloads: NullBufferBuilder::new(0),
        }
    }
}

impl Recording {
    /// How many records wait to be a batch.
    #[must_use]
    pub fn len(&self) -> usize {
        self.rows
    }

    /// Whether none does.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.rows == 0
    }

    /// Writes a record; its place in a chain and its note are left out.
    ///
    /// # Errors
    /// [`RecordingError`] for a record of a newer schema: there is no column for what it may say.
    pub fn push(&mut self, record: &Record) -> Result<(), RecordingError> {
        let newer = || RecordingError { event_id: record.event_id, v: record.v };
        if record.v != SCHEMA_VERSION {
            return Err(newer());
        }
        let kind = record.kind().ok_or_else(newer)?;
        id(&mut self.case_id, record.case_id);
        id(&mut self.event_id, record.event_id);
        self.occurred_at.append_value(record.occurred_at.timestamp_micros());
        self.recorded_at.append_value(record.recorded_at.timestamp_micros());
        self.agency.append_value(record.source.agency.name());
        self.role.append_option(record.source.role.map(Role::name));
        self.reference.append_option(record.source.reference.as_deref());
        self.handling.append_value(Handling::name(record.handling));
        self.kind.append_value(Kind::name(kind));
        self.payloads.append(!matches!(record.payload, Payload::Erased));
        if let Some(event) = record.event() {
            for (name, value) in event.encode() {
                if let Some(column) = self.data.iter_mut().find(|c| c.name == name) {
                    column.put(self.rows, &value);
                }
            }
        }
        self.rows = self.rows.saturating_add(1);
        Ok(())
    }

    /// The records written since the last batch.
    ///
    /// # Errors
    /// None but for a defect of this library.
    pub fn finish(&mut self) -> Result<RecordBatch, ArrowError> {
        let rows = std::mem::take(&mut self.rows);
        let source = vec![text(&mut self.agency), text(&mut self.role), text(&mut self.reference)];
        let data: Vec<ArrayRef> = self.data.iter_mut().map(|column| column.finish(rows)).collect();
        let columns: Vec<ArrayRef> = vec![
            text(&mut self.case_id),
            text(&mut self.event_id),
            Arc::new(self.occurred_at.finish()),
            Arc::new(self.recorded_at.finish()),
            Arc::new(structure(&self.schema, "source", source, None)?),
            text(&mut self.handling),
            text(&mut self.kind),
            Arc::new(structure(&self.schema, "data", data, self.payloads.finish())?),
        ];
        RecordBatch::try_new(Arc::clone(&self.schema), columns)
    }
}

fn id(column: &mut StringBuilder, id: Uuid) {
    column.append_value(id.hyphenated().encode_lower(&mut Uuid::encode_buffer()));
}

fn text(column: &mut StringBuilder) -> ArrayRef {
    Arc::new(column.finish())
}

/// The column of that name of the schema, of its members.
fn structure(
    schema: &SchemaRef,
    name: &str,
    members: Vec<ArrayRef>,
    nulls: Option<NullBuffer>,
) -> Result<StructArray, ArrowError> {
    match schema.field_with_name(name)?.data_type() {
        DataType::Struct(fields) => StructArray::try_new(fields.clone(), members, nulls),
        other => Err(ArrowError::SchemaError(format!("{name}: expected a struct, found {other}"))),
    }
}

/// A column of `data`. Most rows have no value in it: they are made up for when the next one has.
struct DataColumn {
    name: &'static str,
    form: Form,
    rows: usize,
    values: Values,
}

enum Values {
    Text(StringBuilder),
    Texts(ListBuilder<StringBuilder>),
    Integer(Int64Builder),
    Date(Date32Builder),
    Instant(TimestampMicrosecondBuilder),
    Levels(Vec<StringBuilder>, NullBufferBuilder),
    Replacement(TimestampMicrosecondBuilder, StringBuilder, NullBufferBuilder),
}

impl DataColumn {
    fn new(name: &'static str, form: Form) -> Self {
        let moments = || TimestampMicrosecondBuilder::new().with_timezone(UTC);
        let values = match form {
            Form::Text => Values::Text(StringBuilder::new()),
            Form::Texts => Values::Texts(ListBuilder::new(StringBuilder::new())),
            Form::Integer => Values::Integer(Int64Builder::new()),
            Form::Date => Values::Date(Date32Builder::new()),
            Form::Instant => Values::Instant(moments()),
            Form::Levels => {
                let groups = Group::names().iter().map(|_| StringBuilder::new()).collect();
                Values::Levels(groups, NullBufferBuilder::new(0))
            }
            Form::Replacement => Values::Replacement(moments(), StringBuilder::new(), NullBufferBuilder::new(0)),
        };
        Self { name, form, rows: 0, values }
    }

    /// Fills up to so many rows.
    fn fill(&mut self, rows: usize) {
        let missing = rows.saturating_sub(self.rows);
        match &mut self.values {
            Values::Text(text) => text.append_nulls(missing),
            Values::Texts(texts) => texts.append_nulls(missing),
            Values::Integer(numbers) => numbers.append_nulls(missing),
            Values::Date(dates) => dates.append_nulls(missing),
            Values::Instant(moments) => moments.append_nulls(missing),
            Values::Levels(groups, nulls) => {
                groups.iter_mut().for_each(|group| group.append_nulls(missing));
                nulls.append_n_nulls(missing);
            }
            Values::Replacement(moments, data, nulls) => {
                moments.append_nulls(missing);
                data.append_nulls(missing);
                nulls.append_n_nulls(missing);
            }
        }
        self.rows = rows;
    }

    fn put(&mut self, row: usize, value: &Value) {
        self.fill(row);
        match &mut self.values {
            Values::Text(text) => text.append_value(written(value)),
            Values::Texts(texts) => {
                match value {
                    Value::Array(items) => items.iter().for_each(|item| texts.values().append_value(written(item))),
                    one => texts.values().append_value(written(one)),
                }
                texts.append(true);
            }
            Values::Integer(numbers) => numbers.append_option(value.as_i64()),
            Values::Date(dates) => dates.append_option(value.as_str().and_then(day)),
            Values::Instant(moments) => moments.append_option(value.as_str().and_then(moment)),
            Values::Levels(groups, nulls) => {
                for (column, group) in groups.iter_mut().zip(Group::names()) {
                    column.append_option(value.get(group).and_then(Value::as_str));
                }
                nulls.append_non_null();
            }
            Values::Replacement(moments, data, nulls) => {
                moments.append_option(value.get("occurred_at").and_then(Value::as_str).and_then(moment));
                data.append_option(value.get("data").map(Value::to_string));
                nulls.append_non_null();
            }
        }
        self.rows = row.saturating_add(1);
    }

    fn finish(&mut self, rows: usize) -> ArrayRef {
        self.fill(rows);
        self.rows = 0;
        let members = match self.form.data_type() {
            DataType::Struct(fields) => fields,
            _ => arrow_schema::Fields::empty(),
        };
        match &mut self.values {
            Values::Text(text) => Arc::new(text.finish()),
            Values::Texts(texts) => Arc::new(texts.finish()),
            Values::Integer(numbers) => Arc::new(numbers.finish()),
            Values::Date(dates) => Arc::new(dates.finish()),
            Values::Instant(moments) => Arc::new(moments.finish()),
            Values::Levels(groups, nulls) => {
                let groups = groups.iter_mut().map(text).collect();
                Arc::new(StructArray::new(members, groups, nulls.finish()))
            }
            Values::Replacement(moments, data, nulls) => {
                let columns: Vec<ArrayRef> = vec![Arc::new(moments.finish()), text(data)];
                Arc::new(StructArray::new(members, columns, nulls.finish()))
            }
        }
    }
}

/// A value as text: a number where its name is a word of another kind.
fn written(value: &Value) -> std::borrow::Cow<'_, str> {
    value.as_str().map_or_else(|| value.to_string().into(), Into::into)
}

fn day(text: &str) -> Option<i32> {
    text.parse::<NaiveDate>().ok().map(days)
}

fn moment(text: &str) -> Option<i64> {
    let moment: Instant = DateTime::parse_from_rfc3339(text).ok()?.to_utc();
    Some(moment.timestamp_micros())
}
