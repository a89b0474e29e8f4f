//! Tables written row by row, from one list of columns that says name, type, who may see it, and where it comes from.

use std::borrow::Cow;
use std::collections::HashSet;
use std::sync::Arc;

use arrow_array::builder::{
    BooleanBuilder, Date32Builder, Int64Builder, ListBuilder, StringBuilder, TimestampMicrosecondBuilder,
};
use arrow_array::{ArrayRef, RecordBatch, RecordBatchOptions};
use arrow_schema::{ArrowError, DataType, Field, Schema, SchemaRef};
use chrono::NaiveDate;
use risk_core::event::Instant;
use risk_core::policy::model::ViewField;
use risk_core::view::View;
use serde_json::Value;
use uuid::Uuid;

use crate::cell::Cells;
use crate::schema::{UTC, instants, texts};
use crate::text::Text;

/// Days from the first of January of the year 1 to that of 1970.
const EPOCH_DAYS: i32 = 719_163;

/// Where a column's value comes from, in a row made of an `A` and a `B`; with it goes its type.
pub(crate) enum Reads<A, B> {
    Id(for<'r> fn(&'r A, &'r B) -> Option<Uuid>),
    Text(for<'r> fn(&'r A, &'r B) -> Option<Cow<'r, str>>),
    Texts(for<'r> fn(&'r A, &'r B) -> Vec<Cow<'r, str>>),
    Day(for<'r> fn(&'r A, &'r B) -> Option<NaiveDate>),
    At(for<'r> fn(&'r A, &'r B) -> Option<Instant>),
    Count(for<'r> fn(&'r A, &'r B) -> Option<i64>),
    Yes(for<'r> fn(&'r A, &'r B) -> bool),
}

/// A column of a table whose rows are made of an `A` and a `B`.
pub(crate) struct Column<A, B> {
    pub(crate) name: &'static str,
    /// What the audience must be allowed to see, for the column to be there at all.
    pub(crate) needs: &'static [ViewField],
    pub(crate) reads: Reads<A, B>,
}

impl<A, B> Column<A, B> {
    pub(crate) const fn new(name: &'static str, needs: &'static [ViewField], reads: Reads<A, B>) -> Self {
        Self { name, needs, reads }
    }

    fn field(&self) -> Field {
        let data_type = match self.reads {
            Reads::Id(_) | Reads::Text(_) => DataType::Utf8,
            Reads::Texts(_) => texts(),
            Reads::Day(_) => DataType::Date32,
            Reads::At(_) => instants(),
            Reads::Count(_) => DataType::Int64,
            Reads::Yes(_) => DataType::Boolean,
        };
        Field::new(self.name, data_type, true)
    }
}

/// A table being written.
pub(crate) struct Table<A: 'static, B: 'static> {
    schema: SchemaRef,
    columns: Vec<(&'static Column<A, B>, Builder)>,
    kept: Vec<StringBuilder>,
    rows: usize,
}

/// The schema of a table of those columns, as far as the audience may see them.
pub(crate) fn schema<'c, A: 'static, B: 'static>(
    columns: impl Iterator<Item = &'c Column<A, B>>,
    view: &View<'_>,
    keep: &[String],
) -> SchemaRef {
    schema_of(columns.filter(|c| c.needs.iter().all(|field| view.sees(*field))), keep)
}

/// The schema of a table of those columns.
pub(crate) fn schema_of<'c, A: 'static, B: 'static>(
    columns: impl Iterator<Item = &'c Column<A, B>>,
    keep: &[String],
) -> SchemaRef {
    let kept = keep.iter().map(|name| Field::new(name, DataType::Utf8, true));
    Arc::new(Schema::new(columns.map(Column::field).chain(kept).collect::<Vec<Field>>()))
}

impl<A, B> Table<A, B> {
    /// A table with the columns of a schema that [`schema`] made of the same list.
    pub(crate) fn new(columns: &'static [Column<A, B>], schema: &SchemaRef) -> Self {
        let there = |c: &&Column<A, B>| schema.column_with_name(c.name).is_some();
        let columns: Vec<_> = columns.iter().filter(there).map(|c| (c, Builder::of(&c.reads))).collect();
        let kept = schema.fields().len().saturating_sub(columns.len());
        let kept = (0..kept).map(|_| StringBuilder::new()).collect();
        Self { schema: Arc::clone(schema), columns, kept, rows: 0 }
    }

    pub(crate) fn row(&mut self, a: &A, b: &B, kept: &[Option<String>]) {
        for (column, builder) in &mut self.columns {
            builder.append(&column.reads, a, b);
        }
        for (builder, value) in self.kept.iter_mut().zip(kept) {
            builder.append_option(value.as_deref());
        }
        self.rows = self.rows.saturating_add(1);
    }

    pub(crate) fn finish(self) -> Result<RecordBatch, ArrowError> {
        let columns = self.columns.into_iter().map(|(_, mut builder)| builder.finish());
        let kept = self.kept.into_iter().map(|mut builder| Arc::new(builder.finish()) as ArrayRef);
        let rows = RecordBatchOptions::new().with_row_count(Some(self.rows));
        RecordBatch::try_new_with_options(self.schema, columns.chain(kept).collect(), &rows)
    }
}

enum Builder {
    Text(StringBuilder),
    Texts(ListBuilder<StringBuilder>),
    Day(Date32Builder),
    At(TimestampMicrosecondBuilder),
    Count(Int64Builder),
    Yes(BooleanBuilder),
}

impl Builder {
    fn of<A, B>(reads: &Reads<A, B>) -> Self {
        match reads {
            Reads::Id(_) | Reads::Text(_) => Self::Text(StringBuilder::new()),
            Reads::Texts(_) => Self::Texts(ListBuilder::new(StringBuilder::new())),
            Reads::Day(_) => Self::Day(Date32Builder::new()),
            Reads::At(_) => Self::At(TimestampMicrosecondBuilder::new().with_timezone(UTC)),
            Reads::Count(_) => Self::Count(Int64Builder::new()),
            Reads::Yes(_) => Self::Yes(BooleanBuilder::new()),
        }
    }

    fn append<A, B>(&mut self, reads: &Reads<A, B>, a: &A, b: &B) {
        match (self, reads) {
            (Self::Text(builder), Reads::Text(read)) => builder.append_option(read(a, b)),
            (Self::Text(builder), Reads::Id(read)) => {
                let mut text = Uuid::encode_buffer();
                builder.append_option(read(a, b).map(|id| &*id.hyphenated().encode_lower(&mut text)));
            }
            (Self::Texts(builder), Reads::Texts(read)) => {
                read(a, b).iter().for_each(|text| builder.values().append_value(text));
                builder.append(true);
            }
            (Self::Day(builder), Reads::Day(read)) => builder.append_option(read(a, b).map(days)),
            (Self::At(builder), Reads::At(read)) => builder.append_option(read(a, b).map(|t| t.timestamp_micros())),
            (Self::Count(builder), Reads::Count(read)) => builder.append_option(read(a, b)),
            (Self::Yes(builder), Reads::Yes(read)) => builder.append_value(read(a, b)),
            // A builder is made for the column that it serves.
            _ => {}
        }
    }

    fn finish(&mut self) -> ArrayRef {
        match self {
            Self::Text(builder) => Arc::new(builder.finish()),
            Self::Texts(builder) => Arc::new(builder.finish()),
            Self::Day(builder) => Arc::new(builder.finish()),
            Self::At(builder) => Arc::new(builder.finish()),
            Self::Count(builder) => Arc::new(builder.finish()),
            Self::Yes(builder) => Arc::new(builder.finish()),
        }
    }
}

/// Days since 1970.
pub(crate) fn days(day: NaiveDate) -> i32 {
    use chrono::Datelike;
    day.num_days_from_ce().saturating_sub(EPOCH_DAYS)
}

/// The first rows as text, for people to look at; what is not there is empty.
#[must_use]
pub fn text_rows(batch: &RecordBatch, rows: usize) -> Vec<Vec<String>> {
    let columns: Vec<Cells> = batch.columns().iter().map(Cells::of).collect();
    let row =
        |row: usize| columns.iter().map(|column| column.value(row).map_or_else(String::new, |v| written(&v))).collect();
    (0..batch.num_rows().min(rows)).map(row).collect()
}

fn written(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        Value::Array(items) => items.iter().map(written).collect::<Vec<_>>().join(", "),
        other => other.to_string(),
    }
}

/// The batches without the rows of some cases. A case's rows stand together, so that what remains are slices.
#[must_use]
pub fn without_cases(batches: &[RecordBatch], cases: &HashSet<Uuid>) -> Vec<RecordBatch> {
    batches.iter().flat_map(|batch| slices_without(batch, cases)).collect()
}

fn slices_without(batch: &RecordBatch, cases: &HashSet<Uuid>) -> Vec<RecordBatch> {
    let Some(ids) = batch.column_by_name("case_id").and_then(|c| Text::of(c)) else { return vec![batch.clone()] };
    let gone = |row: usize| ids.id(row).is_some_and(|id| cases.contains(&id));
    let mut slices = Vec::new();
    let mut from = None;
    for row in 0..=batch.num_rows() {
        let stays = row < batch.num_rows() && !gone(row);
        match (from, stays) {
            (None, true) => from = Some(row),
            (Some(start), false) => {
                slices.push(batch.slice(start, row.saturating_sub(start)));
                from = None;
            }
            _ => {}
        }
    }
    slices
}
