//! The private half of the Python package: everything here takes and gives text, numbers and handles, and holds no lock of
//! Python's while it works. What is Python's own (enums, exceptions, tables, pages of a notebook) is in
//! `python/risk_of_harm`.

mod about;
mod arrow;
mod assessment;
mod bulk;
mod case_log;
mod fault;
mod hmpps;
mod hmpps_rows;
mod interrupt;
mod measuring;
mod policy;
mod question;
mod store;

use pyo3::prelude::*;

/// The engine, as `risk_of_harm` sees it.
#[pymodule(gil_used = false)]
mod _risk {
    #[pymodule_export]
    use super::about::{command, inert, phrase, schema, version};
    #[pymodule_export]
    use super::arrow::{ArrowSchema, Batches};
    #[pymodule_export]
    use super::assessment::{Assessment, assess, compare, timeline};
    #[pymodule_export]
    use super::bulk::{
        Caseload, RecordLines, caseload_tables, joined, record_schema, records_of, standard_names, told,
    };
    #[pymodule_export]
    use super::case_log::CaseLog;
    #[pymodule_export]
    use super::hmpps::Hmpps;
    #[pymodule_export]
    use super::measuring::Measures;
    #[pymodule_export]
    use super::policy::{Policy, not_utf8, policy_files};
    #[pymodule_export]
    use super::store::Store;
    use super::*;

    #[pymodule_init]
    fn init(module: &Bound<'_, PyModule>) -> PyResult<()> {
        module.add("Fault", module.py().get_type::<fault::PyFault>())
    }
}
