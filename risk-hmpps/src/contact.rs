//! Statements of one contact. Each row says everything that its contact is, so the later statement replaces the earlier one whole:
//! also by records of other kinds, or by none. Of one moment the more serious statement counts.

use std::cmp::Reverse;
use std::collections::BTreeSet;

use risk_core::event::vocabulary::Term;
use risk_core::event::{Event, Instant, Kind, Nature};
use serde_json::Value;
use uuid::Uuid;

use crate::draft::Draft;

/// What one row says of a contact. Its drafts are those of the same number.
#[derive(Debug, Clone)]
pub struct ContactStatement {
    /// The case.
    pub case: Uuid,
    /// What all records of the contact share.
    pub reference: String,
    /// When nDelius stated it.
    pub stated: Instant,
    /// Whether the row says what came of the contact. One that is planned does not.
    pub is_said: bool,
    /// Which of the things given it is.
    pub from: usize,
}

/// The member that says whether an absence, or the behaviour at an appointment, was acceptable.
const ACCEPTABLE: &str = "acceptable";

/// A record of a contact, as far as two statements may differ in it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Said {
    kind: &'static str,
    acceptable: Option<String>,
    raises: bool,
}

impl Said {
    /// What a draft says.
    pub fn of_draft(draft: &Draft) -> Self {
        Self::new(draft.kind, draft.data.get(ACCEPTABLE))
    }

    /// What an event says.
    pub fn of_event(event: &Event) -> Self {
        Self::new(event.kind(), event.encode().get(ACCEPTABLE))
    }

    fn new(kind: Kind, acceptable: Option<&Value>) -> Self {
        let acceptable = acceptable.and_then(Value::as_str).filter(|said| *said != "unknown").map(str::to_owned);
        Self { kind: kind.name(), acceptable, raises: raises(kind) }
    }
}

/// Whether a record of that kind settles nothing: it says what was learnt, and not that something was done or somebody was seen.
pub fn raises(kind: Kind) -> bool {
    let settles = [
        Kind::AppointmentAttended,
        Kind::InitialAppointmentAttended,
        Kind::InformationReceived,
        Kind::MultiAgencyMeeting,
    ];
    matches!(kind.spec().nature, Nature::Information | Nature::Incident) && !settles.contains(&kind)
}

/// How serious a statement is: more to be concerned about comes first, then less that was done, then what was not acceptable. One
/// that says nothing of what came of the contact comes last.
pub fn seriousness(is_said: bool, said: &BTreeSet<Said>) -> impl Ord + use<> {
    let of = |word: Option<&str>| said.iter().filter(|one| one.acceptable.as_deref() == word).count();
    let raised = said.iter().filter(|one| one.raises).count();
    let done = said.len().saturating_sub(raised);
    let is_said = is_said || !said.is_empty();
    (is_said, raised, Reverse(done), of(Some("no")), Reverse(of(Some("yes"))), said.clone())
}
