//! `risk hmpps codes`: the tables by which messages and codes are read.

use std::fmt::Write as _;

use clap::{Args, ValueEnum};
use risk_core::event::Term;
use risk_hmpps::codes::{Case, Codes, Template};
use serde_json::json;

use super::CodesOptions;
use crate::failure::Failure;
use crate::options::Format;
use crate::output::Reply;

/// Print the tables of event types and codes, with their source and date
///
/// The tables were compiled from public sources on the dates given. Codes change: pass a file of the same form with --codes to add or
/// replace entries. How the engine uses each code is this project's own reading.
#[derive(Args)]
#[command(after_long_help = "Examples:
  risk hmpps codes registers
  risk hmpps codes contacts --format json
  risk hmpps codes events --codes our-codes.toml")]
pub struct Options {
    /// Which table; default all
    #[arg(value_enum)]
    table: Option<Table>,
    #[command(flatten)]
    codes: CodesOptions,
    /// For people or for programs
    #[arg(long, value_enum, default_value_t)]
    format: Format,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Table {
    /// Register types, with their review periods
    Registers,
    /// Domain events
    Events,
    /// Reasons of movements into and out of prison
    Movements,
    /// Contact types
    Contacts,
}

/// Shows.
///
/// # Errors
/// [`Failure`] where a table of your own cannot be used.
pub fn run(options: &Options) -> Result<Reply, Failure> {
    let codes = options.codes.load()?;
    let wanted = |table: Table| options.table.is_none_or(|t| t == table);
    if options.format == Format::Json {
        let registers: Vec<_> = codes.registers().filter(|_| wanted(Table::Registers)).collect();
        let events: Vec<_> = codes.events().iter().filter(|_| wanted(Table::Events)).collect();
        let contacts: Vec<_> = codes
            .contacts()
            .filter(|_| wanted(Table::Contacts))
            .map(|(code, c)| json!({"code": code, "description": c.description, "cases": c.cases}))
            .collect();
        let movements: Vec<_> = codes.movements().filter(|_| wanted(Table::Movements)).collect();
        return Reply::json(&json!({
            "tables": codes.sources(), "registers": registers, "events": events, "movements": movements,
            "contacts": contacts,
        }));
    }
    let mut text = String::new();
    for source in codes.sources() {
        let _ = writeln!(text, "{}, as of {}\n  {}", source.title, source.as_of, source.source);
    }
    if wanted(Table::Registers) {
        registers(&mut text, &codes);
    }
    if wanted(Table::Events) {
        let _ = writeln!(text, "\nDomain events");
        for event in codes.events() {
            let what = if event.cases.is_empty() { words(event.does) } else { cases(&event.cases) };
            let _ = writeln!(text, "  {}\n    {what}", event.name);
        }
    }
    if wanted(Table::Movements) {
        let _ = writeln!(text, "\nReasons of movements");
        for reason in codes.movements() {
            let _ = writeln!(text, "  {:<10} {}\n    {}", reason.code, reason.description, reason.movement.name());
        }
    }
    if wanted(Table::Contacts) {
        let _ = writeln!(text, "\nContacts");
        for (code, contact) in codes.contacts() {
            let _ = writeln!(text, "  {code:<6} {}\n    {}", contact.description, cases(&contact.cases));
        }
    }
    Ok(Reply::text(text))
}

fn registers(text: &mut String, codes: &Codes) {
    let _ = writeln!(text, "\nRegisters");
    for register in codes.registers() {
        let review = match register.review_months {
            0 => "no review".to_owned(),
            1 => "review each month".to_owned(),
            n => format!("review each {n} months"),
        };
        let flag = register.flag.map_or("-", Term::name);
        let level = register.level.map(|l| format!(" {l}")).unwrap_or_default();
        let _ = writeln!(text, "  {:<8} {}\n    {review}; {flag}{level}", register.code, register.description);
    }
}

fn words(does: risk_hmpps::codes::Does) -> String {
    serde_json::to_value(does).ok().and_then(|v| v.as_str().map(|s| s.replace('_', " "))).unwrap_or_default()
}

fn one_of(values: &[String]) -> String {
    let shown = values.iter().map(|value| if value.is_empty() { "(none)" } else { value.as_str() });
    shown.collect::<Vec<_>>().join(" or ")
}

/// What is made of it, case by case.
fn cases(cases: &[Case]) -> String {
    let kinds = |records: &[Template]| records.iter().map(|t| t.kind.name()).collect::<Vec<_>>().join(", ");
    let each = cases.iter().map(|case| {
        let when: Vec<String> = case.when.iter().map(|(name, values)| format!("{name} {}", one_of(values))).collect();
        let when = if when.is_empty() { String::new() } else { format!("{}: ", when.join(", ")) };
        let look_up = || case.look_up.as_ref().map(|what| format!("look up: {what}"));
        let what = case.why.clone().or_else(look_up).unwrap_or_else(|| kinds(&case.records));
        format!("{when}{what}")
    });
    each.collect::<Vec<_>>().join("\n    ")
}
