//! `risk hmpps import`: messages and tables of the estate to records.

use std::collections::BTreeMap;

use chrono::{TimeDelta, Utc};
use clap::{Args, ValueEnum};
use risk_core::text::{inert, to_json};
use risk_hmpps::detail_hosts::DetailHosts;
use risk_hmpps::import::{Given, HeldLogs, Importer, read_table};
use risk_hmpps::input_table::TableKind;
use risk_hmpps::message::MessageError;
use risk_hmpps::people::CaseMap;
use risk_hmpps::reason::Reason;
use risk_hmpps::report::{Import, Instruction, MessageReport, Outcome, Report};
use risk_hmpps_store::{Erasures, IntoStore, WAIT_AT_MOST, import_into};
use risk_text::Page;
use risk_text::words::count;

use super::CodesOptions;
use crate::failure::Failure;
use crate::input::{Text, one_from_standard_input, read_bytes};
use crate::output::{Reply, remark};
use crate::secret;
use crate::store::{OpenStore, PLACE, StoreOptions};

/// Turn domain events, contacts and registrations into records
///
/// A file has one message, an array of messages, or several one after another: the body of a domain event, bare or in the wrappings of SNS and
/// SQS. With --store or --as, or the variable RISK_STORE, the records go into a store, in one transaction; otherwise, and with
/// --held, they are written to standard output as JSON Lines. The report on standard error has an entry for each message. In
/// --report json standard error is that report and nothing else; its `stored` says whether a store has the records, and the member `then`
/// of an entry what to do with the message: `delete` it from the queue, `retry` it later, or `park` it for a person; `reason` says why
/// (docs/hmpps.md has the list).
///
/// Two messages about the same fact make one record, as ids are derived from the fact with your secret. Without a store, pass the
/// records that you hold with --held, so that a deletion finds the record that it retracts, and a reply its request. A message that
/// waits is kept in the store, and applied when what it waits for arrives; without a store, give it again later. If something has to be
/// fetched for a message, give it again as {"message": …, "fetched": …}.
///
/// Use one secret for a store. Another one is refused unless you pass --new-key.
///
/// Tables are in CSV, delimited by commas, semicolons, tabs or bars. Names of columns are compared by their letters, in any case; a
/// column whose name suggests that it controls confidentiality, but is not `sensitive`, is refused. Dates have a year of four digits, and the day
/// before the month; docs/hmpps.md lists the forms.
///
/// Exit codes: 0 if every message and row was imported, waits, or changes nothing. 1 if the outcome of any is unreadable, not_done, erased,
/// conflict or unresolved; the others are imported nevertheless. 2 if an input or option cannot be used; then nothing was imported.
#[derive(Args)]
#[command(after_long_help = "Examples:
  (umask 077; head -c 32 /dev/urandom > hmpps.key)
  risk hmpps import messages/*.json --key-file hmpps.key > records.jsonl
  risk hmpps import messages/*.json --key-file hmpps.key --store cases.risk --as queue
  risk hmpps import --contacts contacts.csv --registrations registrations.csv --key-file hmpps.key \\
    --held records.jsonl --report json")]
pub struct Options {
    /// Messages; `-` is standard input
    #[arg(value_name = "FILE", required_unless_present_any = ["contacts", "registrations", "retry_waiting"])]
    files: Vec<String>,
    /// A table of contacts in CSV, with the columns crn, type, date, outcome, created, and optionally time, id, officer, updated, deleted,
    /// sensitive
    #[arg(long, value_name = "FILE")]
    contacts: Vec<String>,
    /// A table of registrations in CSV, with the columns crn, type, registered, created, and optionally level, category, id, removed,
    /// removed_recorded, deregistration_id, deleted, sensitive
    #[arg(long, value_name = "FILE")]
    registrations: Vec<String>,
    /// The secret from which ids are derived: a file of at least 32 random bytes that only you can read. Keep it, as with another
    /// secret the same facts get other ids; `-` is standard input
    #[arg(long, value_name = "FILE")]
    key_file: String,
    /// Your own case ids: a table in CSV with the columns case_id and crn, noms or both; if omitted, ids are derived from CRNs
    #[arg(long, value_name = "FILE")]
    case_map: Option<String>,
    /// A host that you send credentials to when you fetch what a message points to, such as oasys.example.com; may be given more
    /// than once. The report marks addresses on any other host as not to be fetched with credentials
    #[arg(long, value_name = "HOST")]
    detail_host: Vec<String>,
    #[command(flatten)]
    codes: CodesOptions,
    /// Logs that you hold, plain or sealed, of any cases; can be repeated. Records then go to standard output, also if RISK_STORE is set
    #[arg(long, value_name = "FILE", conflicts_with_all = ["store", "who", "keys"])]
    held: Vec<String>,
    /// Carry out erasures: remove everything of the person whom a message names, with all merged cases, evidence and identifiers. It
    /// cannot be undone. If omitted, such messages are reported as not_done
    #[arg(long)]
    erase: bool,
    /// How many days a message may wait in the store; after that its outcome is unresolved
    #[arg(long, value_name = "DAYS", default_value_t = WAIT_AT_MOST.num_days().unsigned_abs(), value_parser = clap::value_parser!(u64).range(1..=36500))]
    wait_at_most: u64,
    /// Also try every message that waits in the store again; use it after you gave a case an identifier by hand
    #[arg(long)]
    retry_waiting: bool,
    /// Import into a store that was filled with another secret. Facts that were recorded with the old secret are recorded again
    #[arg(long)]
    new_key: bool,
    /// Format of the report on standard error
    #[arg(long, value_enum, default_value_t, value_name = "FORM")]
    report: ReportFormat,
    #[command(flatten)]
    store: StoreOptions,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, ValueEnum)]
enum ReportFormat {
    /// Text of 80 columns
    #[default]
    Text,
    /// JSON on one line
    Json,
}

/// Imports.
///
/// # Errors
/// [`Failure`] where a file, a table, the secret or the store cannot be used. Then nothing was written.
pub fn run(options: &Options) -> Result<Reply, Failure> {
    let Options { files, contacts, registrations, held: logs, key_file, case_map, codes, store, .. } = options;
    let tables = contacts.iter().chain(registrations).chain(case_map).chain(codes.inputs());
    one_from_standard_input(files.iter().chain(tables).chain(logs).chain([key_file]).chain(store.inputs()))?;
    let importer = importer(options)?;
    let messages = options.files.iter().map(|f| read_bytes(f)).collect::<Result<Vec<_>, _>>()?;
    let mut given: Vec<(Option<String>, Given<'_>)> =
        messages.iter().map(|(name, bytes)| (Some(name.clone()), Given::Messages(bytes))).collect();
    for (of, files) in [(TableKind::Contacts, &options.contacts), (TableKind::Registrations, &options.registrations)] {
        for file in files {
            let (name, bytes) = read_bytes(file)?;
            let refused = |e: MessageError| Failure::Table { file: name.clone(), error: e.to_string() };
            let table = read_table(of, &bytes).map_err(refused)?;
            given.push((Some(name), table));
        }
    }
    let into_a_store = options.held.is_empty() && options.store.is_named();
    if options.erase && !into_a_store {
        let expected = "a store, named with --store, --as or RISK_STORE, and no --held";
        return Err(Failure::Mismatch { option: "--erase", expected, found: "none".to_owned() });
    }
    let (import, records) = if into_a_store {
        let OpenStore { store, by, .. } = operate(options)?;
        let erasures = if options.erase { Erasures::CarriedOut } else { Erasures::Listed };
        let how = IntoStore {
            wait_at_most: TimeDelta::days(options.wait_at_most.cast_signed()),
            new_key: options.new_key,
            retry_all: options.retry_waiting,
            ..IntoStore::new(erasures, Utc::now())
        };
        (import_into(&importer, &store, &by, &given, &how)?, String::new())
    } else {
        let import = importer.import(&given, &mut held(&options.held)?);
        let records = import.records.iter().map(|r| r.to_line() + "\n").collect();
        (import, records)
    };
    reply(options.report, &import, records)
}

/// Opens the store. For programs, standard error is the report and nothing else.
fn operate(options: &Options) -> Result<OpenStore, Failure> {
    if options.report == ReportFormat::Json {
        return options.store.operate_at(&options.store.place_unsaid()?);
    }
    let place = options.store.place()?;
    if !place.is_default && !options.store.is_asked_for() {
        remark(&format!("store: {} (named by {PLACE})", place.name()));
    }
    options.store.operate_at(&place)
}

fn reply(form: ReportFormat, import: &Import, records: String) -> Result<Reply, Failure> {
    let report = &import.report;
    let remark = match form {
        ReportFormat::Json => to_json(report)? + "\n",
        ReportFormat::Text => told(report),
    };
    let for_a_person = report.messages.iter().chain(&report.waited).any(|told| told.outcome.is_for_a_person());
    let no = for_a_person || report.not_done.iter().any(|one| !one.waits) || report.counts.contains_key("unreadable");
    Ok(Reply { remark, no, ..Reply::data(records) })
}

fn importer(options: &Options) -> Result<Importer, Failure> {
    let key = secret::key(&options.key_file)?;
    let cases = match &options.case_map {
        None => CaseMap::default(),
        Some(file) => {
            let text = Text::read_file(file)?;
            CaseMap::parse(&text.text).map_err(|e| Failure::Table { file: text.name, error: e.to_string() })?
        }
    };
    let hosts = DetailHosts::new(&options.detail_host).map_err(|e| Failure::Mismatch {
        option: "--detail-host",
        expected: "a host, with a port if it is another than 443, such as oasys.example.com",
        found: e.host,
    })?;
    Ok(Importer::new(options.codes.load()?, key, cases).with_detail_hosts(hosts))
}

fn held(files: &[String]) -> Result<HeldLogs, Failure> {
    let mut held = HeldLogs::default();
    for file in files {
        let text = Text::read(file)?;
        held.read(&text.name, &text.text)?;
    }
    Ok(held)
}

/// The report for people.
fn told(report: &Report) -> String {
    let mut page = Page::default();
    let total = report.counts.values().fold(0, |sum: u64, n| sum.saturating_add(*n));
    let ends: Vec<String> = report.counts.iter().map(|(end, n)| format!("{n} {end}")).collect();
    let summary = match total {
        0 => "no messages".to_owned(),
        n => format!("{}: {}", count(n, "message or row", "messages and rows"), ends.join(", ")),
    };
    page.paragraph("", "", &summary);
    let needs = [
        ("To fetch, and to give again with what was fetched", Reason::ToFetch),
        ("To look up, and to record by hand", Reason::ToLookUp),
    ];
    for (title, of) in needs {
        section(&mut page, report, title, |told| match &told.outcome {
            Outcome::Needed { detail, what, reason } if *reason == of => {
                let url = detail.as_ref().map(|detail| &detail.detail_url);
                Some(url.into_iter().chain([what]).chain(&told.notes).cloned().collect())
            }
            _ => None,
        });
    }
    section(&mut page, report, "Waiting, to be given again later", |told| match &told.outcome {
        Outcome::Waits { what, .. } if !told.kept => Some(vec![format!("for {what}")]),
        _ => None,
    });
    section(&mut page, report, "Waiting in the store, and applied when it comes", |told| match &told.outcome {
        Outcome::Waits { what, .. } if told.kept => Some(vec![format!("for {what}")]),
        _ => None,
    });
    if !report.waited.is_empty() {
        page.heading("Waited in the store, and came to an outcome now");
    }
    for told in &report.waited {
        say(&mut page, 2, &place(told));
        let id = told.waiting_id.map(|id| format!(" ({id})")).unwrap_or_default();
        say(&mut page, 4, &format!("{}{id}", told.outcome.name()));
        if let Outcome::Unresolved { what } = &told.outcome {
            say(&mut page, 4, &format!("it waited for {what}"));
        }
        told.notes.iter().for_each(|note| say(&mut page, 4, note));
    }
    section(&mut page, report, "Not readable", |told| match &told.outcome {
        Outcome::Unreadable { field, expected, found } => {
            Some(vec![format!("{field}: expected {expected}, found {found}")])
        }
        _ => None,
    });
    section(&mut page, report, "About a person who was erased by law, for you to decide", |told| match &told.outcome {
        Outcome::Erased { .. } => Some(vec!["nothing of it was kept".to_owned()]),
        _ => None,
    });
    section(&mut page, report, "In conflict: claimed by several persons, or decided otherwise by hand", |told| {
        match &told.outcome {
            Outcome::Conflict { cases, why, .. } => {
                Some(cases.iter().map(|case| format!("case {case}")).chain([why.clone()]).collect())
            }
            _ => None,
        }
    });
    section(&mut page, report, "Not in the tables", |told| match &told.outcome {
        Outcome::Unmapped { table, code, what } => Some(vec![format!("{what}: {code} is not in {table}")]),
        _ => None,
    });
    section(&mut page, report, "To be aware of", |told| {
        let is_shown = told.notes.is_empty() || matches!(told.outcome, Outcome::Needed { .. });
        (!is_shown).then(|| told.notes.clone())
    });
    nothing(&mut page, report);
    to_tell(&mut page, report);
    page.finish()
}

/// The messages that came to one end, each with its place.
fn section(page: &mut Page, report: &Report, title: &str, lines: impl Fn(&MessageReport) -> Option<Vec<String>>) {
    let mut all = report.messages.iter().filter_map(|told| Some((told, lines(told)?))).peekable();
    if all.peek().is_some() {
        page.heading(title);
    }
    for (told, lines) in all {
        say(page, 2, &place(told));
        lines.iter().for_each(|line| say(page, 4, line));
    }
}

/// Adds what a delivery says, in which nothing is obeyed.
fn say(page: &mut Page, by: usize, text: &str) {
    page.indented(by, &inert(text));
}

fn place(told: &MessageReport) -> String {
    let file = told.file.as_deref().map(|file| format!("{file}:")).unwrap_or_default();
    let named = |text: &Option<String>| text.as_deref().map(|text| format!(" {text}")).unwrap_or_default();
    format!("{file}{}{}{}", told.place, named(&told.message_id), named(&told.event_type))
}

/// What made no record, by the reason.
fn nothing(page: &mut Page, report: &Report) {
    let mut whys: BTreeMap<(String, &str), u64> = BTreeMap::new();
    for told in &report.messages {
        if let Outcome::Nothing { why, .. } = &told.outcome {
            let n = whys.entry((told.event_type.clone().unwrap_or_default(), why)).or_default();
            *n = n.saturating_add(1);
        }
    }
    for (code, of) in &report.codes {
        let name = of.description.as_deref().map(|d| format!(" ({d})")).unwrap_or_default();
        for (why, n) in &of.nothing {
            whys.insert((format!("{code}{name}"), why), *n);
        }
    }
    if !whys.is_empty() {
        page.heading("No record was made of");
    }
    for ((of, why), n) in whys {
        say(page, 2, &format!("{n} × {of}"));
        say(page, 4, why);
    }
}

/// What somebody has to tell the store.
fn to_tell(page: &mut Page, report: &Report) {
    let of_cases = |i: &&Instruction| !matches!(i, Instruction::Identify { .. });
    let mut instructions = report.instructions.iter().filter(of_cases).peekable();
    if instructions.peek().is_some() {
        page.heading("For the store of cases");
    }
    for instruction in instructions {
        let not_done = report.not_done.iter().find(|one| one.instruction == *instruction);
        say(page, 2, &words(instruction));
        if let Some(one) = not_done {
            say(page, 4, &format!("not done: {}", one.why));
        }
    }
    for one in report.not_done.iter().filter(|one| !of_cases(&&one.instruction)) {
        say(page, 2, &format!("not done: {}: {}", words(&one.instruction), one.why));
    }
}

fn words(instruction: &Instruction) -> String {
    match instruction {
        Instruction::Identify { case_id, scheme, value } => format!("case {case_id} is {scheme}:{value}"),
        Instruction::Merge { from, into, .. } => format!("merge case {from} into {into}"),
        Instruction::Unmerge { from, into, .. } => format!("part case {from} from {into} again"),
        Instruction::Erase { case_id } => format!("erase everything of case {case_id}, by law"),
    }
}
