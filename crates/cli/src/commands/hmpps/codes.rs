//! `risk hmpps codes`: the tables by which messages and codes are read.

use std::fmt::Write as _;

use clap::{Args, ValueEnum};
use risk_core::event::Term;
use risk_hmpps::codes::{Case, Codes, ConditionType, RegisterDetail, RegisterType, Template};
use serde::Serialize;
use serde_json::{Value, json};

use super::CodesOptions;
use crate::failure::Failure;
use crate::options::Format;
use crate::output::Reply;

/// Print the tables of event types and codes, with their source and date
///
/// The tables were compiled from public sources on the dates given. Codes change: pass a file of the same form with --codes to add or
/// replace entries. How the engine uses each code is this project's own reading. The name
/// of a table is the one that `risk hmpps import` gives for a code that is not in it.
#[derive(Args)]
#[command(after_long_help = "Examples:
  risk hmpps codes registers
  risk hmpps codes contacts --format json
  risk hmpps codes outcomes
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
    /// Levels of registrations
    Levels,
    /// Categories of registrations
    Categories,
    /// Domain events
    Events,
    /// Reasons of movements into and out of prison
    Movements,
    /// Requirements of sentences, by the words of their types
    Requirements,
    /// Licence conditions, by the words of their types
    #[value(name = "licence_conditions", alias = "licence-conditions")]
    LicenceConditions,
    /// Contact types
    Contacts,
    /// Outcomes of contacts
    Outcomes,
}

impl Table {
    fn title(self) -> &'static str {
        match self {
            Self::Registers => "Registers",
            Self::Levels => "Levels of registrations",
            Self::Categories => "Categories of registrations",
            Self::Events => "Domain events",
            Self::Movements => "Reasons of movements",
            Self::Requirements => "Requirements, the first whose words are found",
            Self::LicenceConditions => "Licence conditions, the first whose words are found",
            Self::Contacts => "Contacts",
            Self::Outcomes => "Outcomes of contacts",
        }
    }

    /// Its entries, as data.
    fn entries(self, codes: &Codes) -> Result<Vec<Value>, Failure> {
        fn each<T: Serialize>(all: impl IntoIterator<Item = T>) -> Result<Vec<Value>, Failure> {
            Ok(all.into_iter().map(serde_json::to_value).collect::<Result<_, _>>()?)
        }
        match self {
            Self::Registers => each(codes.registers()),
            Self::Levels => each(codes.levels()),
            Self::Categories => each(codes.categories()),
            Self::Events => each(codes.events()),
            Self::Movements => each(codes.movements()),
            Self::Requirements => each(codes.requirements()),
            Self::LicenceConditions => each(codes.licence_conditions()),
            Self::Contacts => {
                let all = codes.contacts();
                each(all.map(|(code, c)| json!({"code": code, "description": c.description, "cases": c.cases})))
            }
            Self::Outcomes => each(codes.outcomes().map(|(code, label)| json!({"code": code, "label": label}))),
        }
    }

    /// Its entries, for people.
    fn tell(self, text: &mut String, codes: &Codes) {
        let _ = writeln!(text, "\n{}", self.title());
        let mut entry = |first: String, then: &str| {
            let _ = write!(text, "  {}\n    {then}\n", first.trim_end());
        };
        match self {
            Self::Registers => {
                codes.registers().for_each(|r| entry(format!("{:<8} {}", r.code, r.description), &register(r)))
            }
            Self::Levels => codes.levels().for_each(|d| entry(d.code.clone(), &detail(d))),
            Self::Categories => codes.categories().for_each(|d| entry(d.code.clone(), &detail(d))),
            Self::Events => {
                for event in codes.events() {
                    let what = if event.cases.is_empty() { words(event.does) } else { cases(&event.cases) };
                    entry(event.name.clone(), &what);
                }
            }
            Self::Movements => {
                codes.movements().for_each(|m| entry(format!("{:<10} {}", m.code, m.description), m.movement.name()))
            }
            Self::Requirements => {
                codes.requirements().iter().for_each(|c| entry(condition(c), &what(&c.records, c.why.as_deref())))
            }
            Self::LicenceConditions => {
                codes
                    .licence_conditions()
                    .iter()
                    .for_each(|c| entry(condition(c), &what(&c.records, c.why.as_deref())));
            }
            Self::Contacts => codes.contacts().for_each(|(code, contact)| {
                entry(format!("{code:<6} {}", contact.description), &cases(&contact.cases))
            }),
            Self::Outcomes => codes.outcomes().for_each(|(code, label)| {
                let _ = writeln!(text, "  {code:<6} {}", if code == label { "" } else { label });
            }),
        }
    }
}

/// Shows.
///
/// # Errors
/// [`Failure`] where a table of your own cannot be used.
pub fn run(options: &Options) -> Result<Reply, Failure> {
    let codes = options.codes.load()?;
    let wanted = |table: &Table| options.table.is_none_or(|t| t == *table);
    if options.format == Format::Json {
        let mut all = serde_json::Map::new();
        all.insert("tables".to_owned(), json!(codes.sources()));
        for table in Table::value_variants() {
            let name = table.to_possible_value().map(|value| value.get_name().to_owned()).unwrap_or_default();
            let entries = if wanted(table) { table.entries(&codes)? } else { Vec::new() };
            all.insert(name, entries.into());
        }
        return Reply::json(&all);
    }
    let mut text = String::new();
    for source in codes.sources() {
        let _ = writeln!(text, "{}, as of {}\n  {}", source.title, source.as_of, source.source);
    }
    for table in Table::value_variants().iter().filter(|table| wanted(table)) {
        table.tell(&mut text, &codes);
    }
    Ok(Reply::text(text))
}

fn register(register: &RegisterType) -> String {
    let review = match register.review_months {
        0 => "no review".to_owned(),
        1 => "review each month".to_owned(),
        n => format!("review each {n} months"),
    };
    let flag = register.flag.map_or("-", Term::name);
    let level = register.level.map(|l| format!(" {l}")).unwrap_or_default();
    format!("{review}; {flag}{level}")
}

fn detail(detail: &RegisterDetail) -> String {
    let level = detail.level.map(|level| level.name().to_owned());
    let number = detail.number.map(|number| format!("number {number}"));
    let both: Vec<String> = level.into_iter().chain(number).collect();
    if both.is_empty() { "no level".to_owned() } else { both.join(", ") }
}

/// The words by which a requirement or a condition is known.
fn condition(condition: &ConditionType) -> String {
    let of = |name: &str, words: &[String]| (!words.is_empty()).then(|| format!("{name} with {}", words.join(" or ")));
    let both = [of("main type", &condition.main), of("sub type", &condition.sub)];
    let both: Vec<String> = both.into_iter().flatten().collect();
    if both.is_empty() { "any other".to_owned() } else { both.join(", ") }
}

/// What is made of something: records, or why there are none.
fn what(records: &[Template], why: Option<&str>) -> String {
    why.map_or_else(|| records.iter().map(|t| t.kind.name()).collect::<Vec<_>>().join(", "), str::to_owned)
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
    let each = cases.iter().map(|case| {
        let when: Vec<String> = case.when.iter().map(|(name, values)| format!("{name} {}", one_of(values))).collect();
        let when = if when.is_empty() { String::new() } else { format!("{}: ", when.join(", ")) };
        let look_up = || case.look_up.as_ref().map(|what| format!("look up: {what}"));
        format!("{when}{}", what(&case.records, case.why.clone().or_else(look_up).as_deref()))
    });
    each.collect::<Vec<_>>().join("\n    ")
}
