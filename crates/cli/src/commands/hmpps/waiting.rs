//! `risk hmpps waiting`: the messages that wait in a store.

use clap::Args;
use risk_core::text::{inert, to_json};
use risk_hmpps::codes::Codes;
use risk_hmpps::import::Importer;
use risk_hmpps::people::CaseMap;
use risk_hmpps_store::{Listed, discard, waiting};
use risk_text::Page;
use risk_text::words::count;
use uuid::Uuid;

use super::embedded;
use crate::failure::Failure;
use crate::input::one_from_standard_input;
use crate::options::Format;
use crate::output::Reply;
use crate::secret;
use crate::store::{OpenStore, StoreOptions};

/// List the messages that wait in a store
///
/// For each message: its id, its type, since when and for what it waits, the file and place in which it came, and the id that the queue
/// gave it. Nothing about a person is printed. `waits` becomes `unresolved` after --wait-at-most days of `risk hmpps import`, is still applied if
/// what it waits for comes, and is removed after as many days again. `not_held` concerns nothing in the store, and is removed then. The import that
/// removes a message reports it; one in which a message is given again starts its time anew.
#[derive(Args)]
#[command(after_long_help = "Examples:
  risk hmpps waiting --key-file hmpps.key --store cases.risk --as queue
  risk hmpps waiting --key-file hmpps.key --discard 7f3a52c0-0c57-8a35-9a2e-5b2f4c8d1e00")]
pub struct Options {
    /// The secret of `risk hmpps import`, which opens the messages; `-` is standard input
    #[arg(long, value_name = "FILE")]
    key_file: String,
    /// Remove the message with this id, after a person has dealt with it; can be repeated
    #[arg(long, value_name = "ID", value_parser = id)]
    discard: Vec<Uuid>,
    /// The output format
    #[arg(long, value_enum, default_value_t)]
    format: Format,
    #[command(flatten)]
    store: StoreOptions,
}

/// Lists.
///
/// # Errors
/// [`Failure`] where the secret or the store cannot be used, or there is no message of an id.
pub fn run(options: &Options) -> Result<Reply, Failure> {
    one_from_standard_input([&options.key_file].into_iter().chain(options.store.inputs()))?;
    let codes: Codes = embedded()?;
    let importer = Importer::new(codes, secret::key(&options.key_file)?, CaseMap::default());
    let OpenStore { store, by, .. } = options.store.operate()?;
    for id in &options.discard {
        discard(&importer, &store, &by, *id)?;
    }
    let listed = waiting(&importer, &store, &by)?;
    Ok(match options.format {
        Format::Json => Reply::data(to_json(&listed)? + "\n"),
        Format::Text => Reply::text(told(&listed)),
    })
}

fn id(text: &str) -> Result<Uuid, String> {
    text.parse().map_err(|_| {
        "expected the id of a message that waits, such as 7f3a52c0-0c57-8a35-9a2e-5b2f4c8d1e00; run `risk hmpps waiting` without \
         --discard to list them"
            .to_owned()
    })
}

fn told(listed: &[Listed]) -> String {
    let mut page = Page::default();
    let n = u64::try_from(listed.len()).unwrap_or(u64::MAX);
    page.paragraph("", "", &format!("{} in the store", count(n, "message waits", "messages wait")));
    for one in listed {
        let of = one.event_type.as_deref().unwrap_or("cannot be opened with this secret");
        page.indented(2, &inert(&format!("{} {of}", one.id)));
        let file = one.file.as_deref().map(|file| format!("{file}:")).unwrap_or_default();
        let place = one.place.map(|place| format!(", {file}{place}")).unwrap_or_default();
        let message_id = one.message_id.as_deref().map(|id| format!(", message id {id}")).unwrap_or_default();
        page.indented(4, &inert(&format!("{} since {}{place}{message_id}", one.state, one.since.format("%Y-%m-%d"))));
        if let Some(what) = &one.what {
            page.indented(4, &inert(&format!("for {what}")));
        }
    }
    page.finish()
}
