//! Tables to and from other libraries, by the Arrow PyCapsule interface: no copy, and nothing to import.
//!
//! The only `unsafe` of ours in this crate. A capsule is trusted to hold what its name says, as everywhere in this interface;
//! what stands in the data is checked before it is relied on (`risk_bulk`).

use std::ffi::CStr;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::ptr::NonNull;
use std::sync::Arc;

use arrow_array::ffi::{FFI_ArrowArray, FFI_ArrowSchema, from_ffi};
use arrow_array::ffi_stream::{FFI_ArrowArrayStream, RecordBatchStreamReader};
use arrow_array::{RecordBatch, RecordBatchIterator, RecordBatchReader, StructArray};
use arrow_ipc::reader::StreamReader;
use arrow_ipc::writer::StreamWriter;
use arrow_schema::{ArrowError, DataType, Schema, SchemaRef};
use pyo3::exceptions::PyTypeError;
use pyo3::prelude::*;
use pyo3::types::{PyBytes, PyCapsule, PyType};
use risk_binding::Fault;
use risk_binding::status::{RISK_BAD_RECORD, RISK_PANIC};

use crate::fault::{Raise, raised};

const STREAM: &CStr = c"arrow_array_stream";
const SCHEMA: &CStr = c"arrow_schema";
const ARRAY: &CStr = c"arrow_array";

/// Batches that come one by one.
pub(crate) type Reader = Box<dyn RecordBatchReader + Send>;

/// What an object has to give, by `__arrow_c_stream__` or `__arrow_c_array__`.
pub(crate) fn reader(table: &Bound<'_, PyAny>) -> PyResult<Reader> {
    let unlike = |e: ArrowError| {
        raised(&Fault::mismatch(RISK_BAD_RECORD, "events", "an Arrow stream of record batches", e.to_string()))
    };
    if table.hasattr("__arrow_c_stream__")? {
        let given = table.call_method0("__arrow_c_stream__").map_err(|e| of_the_source(table.py(), e))?;
        let place = contents(&given, STREAM)?;
        // SAFETY: a capsule of this name holds an initialised ArrowArrayStream; it is moved out, and the capsule keeps an empty
        // one, so that it is released once.
        let stream = unsafe { FFI_ArrowArrayStream::from_raw(place.cast().as_ptr()) };
        // What the schema asks of a producer may take the lock of Python's: its callbacks do so themselves.
        return Ok(Box::new(RecordBatchStreamReader::try_new(stream).map_err(unlike)?));
    }
    if table.hasattr("__arrow_c_array__")? {
        let (schema, array): (Bound<'_, PyAny>, Bound<'_, PyAny>) =
            table.call_method0("__arrow_c_array__").map_err(|e| of_the_source(table.py(), e))?.extract()?;
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

/// What another library raised in a class of its own, as a fault that says so; what Python has a class for is raised as it is.
fn of_the_source(py: Python<'_>, e: PyErr) -> PyErr {
    let kind = e.get_type(py);
    let library = kind.getattr("__module__").and_then(|module| module.extract::<String>()).unwrap_or_default();
    if library == "builtins" || library.starts_with("risk_of_harm") {
        return e;
    }
    let name = kind.name().map(|name| name.to_string()).unwrap_or_default();
    let found = format!("{library}.{name}: {}", e.value(py));
    let expected = "a table that can be read now, with no other result open on its connection";
    let fault = raised(&Fault::mismatch(RISK_BAD_RECORD, "events", expected, found));
    fault.set_cause(py, Some(e));
    fault
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

    /// A table out of what [`Self::to_ipc`] gave.
    #[new]
    fn new(py: Python<'_>, ipc: &[u8]) -> PyResult<Self> {
        let read = |ipc: &[u8]| {
            let stream = StreamReader::try_new(ipc, None)?;
            let schema = stream.schema();
            Ok::<_, ArrowError>(Self { schema, batches: stream.collect::<Result<_, _>>()? })
        };
        // What is no stream of Arrow's must not end the process.
        let read = py.detach(|| catch_unwind(AssertUnwindSafe(|| read(ipc))));
        let unlike = |found: String| Fault::mismatch(RISK_BAD_RECORD, "ipc", "an IPC stream of Arrow's", found);
        read.unwrap_or_else(|_| Err(ArrowError::ParseError("other bytes".to_owned())))
            .map_err(|e| unlike(e.to_string()))
            .raise()
    }

    /// The rows as an IPC stream of Arrow's.
    fn to_ipc<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyBytes>> {
        let written = py.detach(|| {
            let mut stream = StreamWriter::try_new(Vec::new(), &self.schema)?;
            self.batches.iter().filter(|b| b.num_rows() > 0).try_for_each(|batch| stream.write(batch))?;
            stream.into_inner()
        });
        Ok(PyBytes::new(py, &written.map_err(|e: ArrowError| Fault::new(RISK_PANIC, e.to_string())).raise()?))
    }

    fn __reduce__<'py>(&self, py: Python<'py>) -> PyResult<(Bound<'py, PyType>, (Bound<'py, PyBytes>,))> {
        Ok((py.get_type::<Self>(), (self.to_ipc(py)?,)))
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
        self.batches.iter().flat_map(|batch| risk_bulk::text_rows(batch, rows)).take(rows).collect()
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
