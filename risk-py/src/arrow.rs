//! Tables to and from other libraries, by the Arrow PyCapsule interface: no copy, and nothing to import.
//!
//! The only `unsafe` of ours in this crate. A capsule is trusted to hold what its name says, as everywhere in this interface;
//! what stands in the data is checked before it is relied on (`risk_bulk`).

use std::ffi::CStr;
use std::ptr::NonNull;
use std::sync::Arc;

use arrow_array::ffi::{FFI_ArrowArray, FFI_ArrowSchema, from_ffi};
use arrow_array::ffi_stream::{FFI_ArrowArrayStream, RecordBatchStreamReader};
use arrow_array::{RecordBatch, RecordBatchIterator, RecordBatchReader, StructArray};
use arrow_schema::{DataType, Schema, SchemaRef};
use pyo3::exceptions::PyTypeError;
use pyo3::prelude::*;
use pyo3::types::PyCapsule;
use risk_binding::Fault;
use risk_binding::status::RISK_BAD_RECORD;

use crate::fault::{Raise, raised};

const STREAM: &CStr = c"arrow_array_stream";
const SCHEMA: &CStr = c"arrow_schema";
const ARRAY: &CStr = c"arrow_array";

/// Batches that come one by one.
pub(crate) type Reader = Box<dyn RecordBatchReader + Send>;

/// What an object has to give, by `__arrow_c_stream__` or `__arrow_c_array__`.
pub(crate) fn reader(table: &Bound<'_, PyAny>) -> PyResult<Reader> {
    let unlike = |e: arrow_schema::ArrowError| {
        raised(&Fault::mismatch(RISK_BAD_RECORD, "events", "an Arrow stream of record batches", e.to_string()))
    };
    if table.hasattr("__arrow_c_stream__")? {
        let given = table.call_method0("__arrow_c_stream__")?;
        let place = contents(&given, STREAM)?;
        // SAFETY: a capsule of this name holds an initialised ArrowArrayStream; it is moved out, and the capsule keeps an empty
        // one, so that it is released once.
        let stream = unsafe { FFI_ArrowArrayStream::from_raw(place.cast().as_ptr()) };
        // What the schema asks of a producer may take the lock of Python's: its callbacks do so themselves.
        return Ok(Box::new(RecordBatchStreamReader::try_new(stream).map_err(unlike)?));
    }
    if table.hasattr("__arrow_c_array__")? {
        let (schema, array): (Bound<'_, PyAny>, Bound<'_, PyAny>) =
            table.call_method0("__arrow_c_array__")?.extract()?;
        let (schema, array) = (contents(&schema, SCHEMA)?, contents(&array, ARRAY)?);
        // SAFETY: capsules of these names hold an initialised ArrowSchema, which is only read here, and an ArrowArray, which is
        // moved out, so that it is released once.
        let (schema, array) = unsafe {
            let schema: &FFI_ArrowSchema = schema.cast().as_ref();
            (schema, FFI_ArrowArray::from_raw(array.cast().as_ptr()))
        };
        // SAFETY: the schema came with the array, and describes it.
        let data = unsafe { from_ffi(array, schema) }.map_err(unlike)?;
        if !matches!(data.data_type(), DataType::Struct(_)) {
            let found = data.data_type().to_string().to_lowercase();
            return Err(raised(&Fault::mismatch(RISK_BAD_RECORD, "events", "a record batch", found)));
        }
        let batch = RecordBatch::from(StructArray::from(data));
        let schema = batch.schema();
        return Ok(Box::new(RecordBatchIterator::new([Ok(batch)], schema)));
    }
    let found = table.get_type().name()?;
    Err(PyTypeError::new_err(format!(
        "events: expected a table that speaks the Arrow PyCapsule interface (pyarrow, polars, a DuckDB relation, pandas), or \
         paths of Parquet files, found {found}"
    )))
}

fn contents(given: &Bound<'_, PyAny>, name: &'static CStr) -> PyResult<NonNull<std::ffi::c_void>> {
    given.cast::<PyCapsule>()?.pointer_checked(Some(name))
}

/// A capsule with batches.
pub(crate) fn stream(py: Python<'_>, reader: Reader) -> PyResult<Bound<'_, PyCapsule>> {
    PyCapsule::new_with_value(py, FFI_ArrowArrayStream::new(reader), STREAM)
}

/// A table: batches of one schema. It can be read any number of times.
#[pyclass(frozen, module = "risk_of_harm._risk")]
pub(crate) struct Batches {
    pub(crate) schema: SchemaRef,
    pub(crate) batches: Vec<RecordBatch>,
}

impl Batches {
    pub(crate) fn of(batch: RecordBatch) -> Self {
        Self { schema: batch.schema(), batches: vec![batch] }
    }
}

#[pymethods]
impl Batches {
    #[pyo3(signature = (requested_schema=None))]
    fn __arrow_c_stream__<'py>(
        &self,
        py: Python<'py>,
        requested_schema: Option<Bound<'py, PyAny>>,
    ) -> PyResult<Bound<'py, PyCapsule>> {
        // A producer need not convert, and this one does not.
        drop(requested_schema);
        let batches: Vec<_> = self.batches.iter().filter(|b| b.num_rows() > 0).cloned().map(Ok).collect();
        stream(py, Box::new(RecordBatchIterator::new(batches, Arc::clone(&self.schema))))
    }

    fn __len__(&self) -> usize {
        self.batches.iter().map(RecordBatch::num_rows).fold(0, usize::saturating_add)
    }

    #[getter]
    fn column_names(&self) -> Vec<String> {
        self.schema.fields().iter().map(|f| f.name().clone()).collect()
    }

    fn __arrow_c_schema__<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyCapsule>> {
        schema(py, &self.schema)
    }

    /// The first rows, as text.
    fn told(&self, rows: usize) -> Vec<Vec<String>> {
        self.batches.iter().flat_map(|batch| risk_bulk::told(batch, rows)).take(rows).collect()
    }
}

fn schema<'py>(py: Python<'py>, schema: &Schema) -> PyResult<Bound<'py, PyCapsule>> {
    let told = FFI_ArrowSchema::try_from(schema).map_err(|e| Fault::new(RISK_BAD_RECORD, e.to_string())).raise()?;
    PyCapsule::new_with_value(py, told, SCHEMA)
}

/// A schema, by `__arrow_c_schema__`.
#[pyclass(frozen, module = "risk_of_harm._risk")]
pub(crate) struct ArrowSchema(pub(crate) SchemaRef);

#[pymethods]
impl ArrowSchema {
    fn __arrow_c_schema__<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyCapsule>> {
        schema(py, &self.0)
    }
}
