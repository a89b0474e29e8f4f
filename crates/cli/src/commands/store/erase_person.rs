//! `risk store erase-person`: everything of a person is taken out by law, for good.

use clap::Args;
use risk_core::event::field::StaffId;
use risk_core::event::vocabulary::CorrectionReason;
use risk_core::log::LogError;
use risk_hmpps::people::former;
use risk_hmpps_store::must_be_its_secret;
use risk_store::{PersonErased, PersonErasure, Scrubbed, random_record_id};
use risk_text::words::count;
use uuid::Uuid;

use super::erase::{gone, pending};
use crate::failure::Failure;
use crate::identifier::CaseName;
use crate::input::one_from_standard_input;
use crate::options::term;
use crate::output::Reply;
use crate::secret;
use crate::store::{OpenStore, StoreOptions};

/// Erase everything of a person by law, permanently
///
/// Removes the content of every record of every case that is merged with this one in either direction, the evidence, and the
/// identifiers, from the store and its files. The chains still verify. From then on these cases accept no record, identifier or merge.
/// It is done whole or not at all, and cannot be undone.
///
/// Cases that were merged and parted again are of another person: they are listed and left alone. Exit code 1 if something
/// remains, such as old bytes in the files or an identifier in a field that the chain covers; it is named.
#[derive(Args)]
#[command(after_long_help = "Examples:
  risk store erase-person crn:X123456 --by manager-7
  risk store erase-person crn:X123456 --by manager-7 --key-file hmpps.key")]
pub struct Options {
    /// The case: its UUID, or an identifier as SCHEME:VALUE
    #[arg(value_parser = CaseName::parse)]
    case: CaseName,
    /// Why
    #[arg(long, value_parser = term::<CorrectionReason>(), default_value = "legal_erasure")]
    reason: CorrectionReason,
    /// Who decided it: a member of staff, as records name them
    #[arg(long, value_name = "STAFF")]
    by: String,
    /// The secret of `risk hmpps import`: keyed digests of the identifiers are kept, so that messages which come late under one of
    /// them are recognised. Needed if the ids of your cases are your own (--case-map); it also recognises prison numbers
    #[arg(long, value_name = "FILE")]
    key_file: Option<String>,
    #[command(flatten)]
    store: StoreOptions,
}

/// What is said where no keyed digest is kept.
const WITHOUT_KEY: &str =
    "Without --key-file, later messages about this person are recognised only where case ids are derived from CRNs.\n";

/// Erases.
///
/// # Errors
/// [`Failure`] if the case is not there or cannot be read whole. Then nothing was erased.
pub fn run(options: &Options) -> Result<Reply, Failure> {
    let by_staff = StaffId::new(&options.by).map_err(|e| LogError {
        file: "--by".to_owned(),
        line: 1,
        field: "by".to_owned(),
        expected: e.expected,
        found: e.found,
    })?;
    one_from_standard_input(options.key_file.iter().chain(options.store.inputs()))?;
    let key = options.key_file.as_ref().map(|file| secret::key(file)).transpose()?;
    let digest = key.as_ref().map(|key| move |scheme: &str, value: &str| former(key, scheme, value));
    let OpenStore { store, by, .. } = options.store.operate()?;
    if let Some(key) = &key {
        must_be_its_secret(key, &store, &by)?;
    }
    let case_id = options.case.find(&store)?;
    let erasure = PersonErasure {
        reason: options.reason,
        by: by_staff,
        record_id: &random_record_id,
        digest: digest.as_ref().map(|digest| digest as &dyn Fn(&str, &str) -> String),
        named: &[],
    };
    let done = store.erase_person(&by, case_id, &erasure)?;
    let mut reply = reply(&done, store.is_server());
    if key.is_none() {
        reply.remark.push_str(WITHOUT_KEY);
    }
    Ok(reply)
}

fn reply(done: &PersonErased, is_server: bool) -> Reply {
    let lines = |title: &str, cases: &[Uuid]| cases.iter().map(|case| format!("{title} {case}\n")).collect::<String>();
    let text = format!(
        "{}Erased: {}, {} of other cases that were of this person, {} kept as evidence, {}, {}.\n{}",
        lines("case", &done.cases),
        count(done.records, "record", "records"),
        count(done.misplaced, "record", "records"),
        count(done.evidence, "payload", "payloads"),
        count(done.identifiers, "identifier", "identifiers"),
        count(done.waiting.len() as u64, "message that waited", "messages that waited"),
        lines("not erased, as it was parted again and is of another person: case", &done.parted),
    );
    let mut remark: String = done.remains.iter().map(|what| format!("Not erased: {what}.\n")).collect();
    let text = match &done.scrubbed {
        Scrubbed::Done => text + gone(is_server),
        Scrubbed::Pending(why) => {
            remark.push_str(&pending(why));
            text
        }
    };
    Reply { no: !remark.is_empty(), remark, ..Reply::text(text) }
}
