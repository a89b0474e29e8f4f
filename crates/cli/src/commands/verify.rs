//! `risk verify`: whether a sealed log is what was sealed.

use clap::Args;
use risk_core::log::{Tampering, Verified, verify};
use serde_json::json;

use crate::failure::Failure;
use crate::input::Text;
use crate::options::Format;
use crate::output::Reply;
use risk_text::words::count;

/// Check a sealed log for tampering
///
/// Detects a record that was changed, removed, moved or inserted, and reports the first such place. A log whose end was cut off can only
/// be detected with --head, a head kept in another place. Exit code 1 if the log was changed.
#[derive(Args)]
#[command(after_long_help = "Example:
  risk seal case.jsonl --output case.sealed.jsonl
  risk verify case.sealed.jsonl --head \"$HEAD_KEPT_ELSEWHERE\"")]
pub struct Options {
    /// The sealed log; `-` is standard input
    log: String,
    /// The hash of the last record, kept in another place; the log may have grown since
    #[arg(long, value_name = "HASH", value_parser = head)]
    head: Option<String>,
    /// The output format
    #[arg(long, value_enum, default_value_t)]
    format: Format,
}

#[derive(Debug, thiserror::Error)]
#[error("expected 64 hexadecimal digits, found {0} characters")]
struct NoHead(usize);

fn head(text: &str) -> Result<String, NoHead> {
    let fits = text.len() == 64 && text.bytes().all(|b| b.is_ascii_hexdigit());
    if fits { Ok(text.to_owned()) } else { Err(NoHead(text.chars().count())) }
}

/// Runs the command.
///
/// # Errors
/// [`Failure`] if the log cannot be read at all.
pub fn run(options: &Options) -> Result<Reply, Failure> {
    let log = Text::read(&options.log)?;
    let found = verify(&log.text, options.head.as_deref());
    match options.format {
        Format::Json => {
            let reply = Reply::json(&found.as_ref().map_or_else(tampered_json, intact_json))?;
            Ok(Reply { no: found.is_err(), ..reply })
        }
        Format::Text => Ok(match found {
            Ok(intact) => Reply::text(intact_text(&log.name, &intact)),
            Err(t) => Reply { remark: tampered_text(&log.name, &t), no: true, ..Reply::default() },
        }),
    }
}

fn intact_text(name: &str, v: &Verified) -> String {
    let grown = match v.expected_at {
        Some(at) if at < v.records => format!("It has grown since the head given was kept, at record {at}.\n"),
        Some(_) => "It ends where the head given was kept.\n".to_owned(),
        None => "Whether its end was cut off shows only against a head kept elsewhere (--head).\n".to_owned(),
    };
    format!("{name}: intact, {}\nhead {}\n{grown}", count(v.records, "record", "records"), v.head)
}

fn tampered_text(name: &str, t: &Tampering) -> String {
    let record = t.event_id.map(|id| format!(" ({id})")).unwrap_or_default();
    format!(
        "{name}:{}: record {}{record}: not as it was sealed: field `{}`: expected {}, found {}\n",
        t.line, t.position, t.what, t.expected, t.found
    )
}

fn intact_json(v: &Verified) -> serde_json::Value {
    json!({ "intact": true, "records": v.records, "head": v.head, "expected_at": v.expected_at })
}

fn tampered_json(t: &Tampering) -> serde_json::Value {
    json!({ "intact": false, "line": t.line, "position": t.position, "event_id": t.event_id, "what": t.what,
        "expected": t.expected, "found": t.found })
}
