//! `risk schema`: the form of records, of answers and of reports of imports, as JSON Schema.

use clap::{Args, ValueEnum};
use risk_core::{assessment, log};
use risk_hmpps::report;

use crate::failure::Failure;
use crate::output::Reply;

/// Print a JSON Schema (2020-12): of records, answers or import reports
#[derive(Debug, Clone, Copy, Args)]
#[command(after_long_help = "Example:
  risk schema record > record.schema.json")]
pub struct Options {
    /// What to describe
    #[arg(value_enum, default_value_t)]
    of: SchemaName,
}

#[derive(Debug, Clone, Copy, Default, ValueEnum)]
enum SchemaName {
    /// One record: one line of a log
    #[default]
    Record,
    /// The output of `risk assess --format json`
    Assessment,
    /// The report of `risk hmpps import --report json`
    Import,
}

/// Prints the schema.
///
/// # Errors
/// None, in practice: a schema is JSON.
pub fn run(options: Options) -> Result<Reply, Failure> {
    match options.of {
        SchemaName::Record => Reply::document(&log::schema()),
        SchemaName::Assessment => Reply::document(&assessment::schema()),
        SchemaName::Import => Reply::document(&report::schema()),
    }
}
