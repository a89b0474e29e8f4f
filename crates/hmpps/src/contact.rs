//! Statements of one contact. Each row says everything that its contact is, also whose it is, so the later statement replaces the
//! earlier one whole: also by records of other kinds, of another day, in another case, or by none. Of one moment the more serious
//! statement counts.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use chrono::DateTime;
use risk_core::event::vocabulary::{Handling, Term};
use risk_core::event::{Event, Instant, Kind, Nature};
use serde_json::{Map, Value, json};
use uuid::Uuid;

use crate::pending_record::PendingRecord;
use crate::report::Outcome;

/// How far a statement says what became of its contact. Of one moment the last of these counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Standing {
    /// It is planned: what comes of it is not said.
    Planned,
    /// What came of it is said.
    ContactVersion,
    /// It is deleted.
    Deleted,
}

impl Standing {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Planned, Self::ContactVersion, Self::Deleted];

    /// A word for it.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Planned => "planned",
            Self::ContactVersion => "said",
            Self::Deleted => "deleted",
        }
    }
}

/// The statement of a contact that counts, as a store keeps it beside the logs: which case, when it was stated, and how far it says what
/// became of the contact. Of most types of contact no record is made, and so no log says when one was stated last.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LastStatement {
    /// The case in which the contact is.
    pub case: Uuid,
    /// When it was stated.
    pub stated: Instant,
    /// How far it says what became of the contact.
    pub standing: Standing,
    /// A stricter mark, where a statement of it was marked as sensitive.
    pub handling: Option<Handling>,
}

impl fmt::Display for LastStatement {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {} {}", self.case, self.stated.to_rfc3339(), self.standing.name())?;
        self.handling.map_or(Ok(()), |mark| write!(f, " {}", mark.name()))
    }
}

impl LastStatement {
    /// Reads what [`fmt::Display`] wrote.
    #[must_use]
    pub fn read(text: &str) -> Option<Self> {
        let mut parts = text.split(' ');
        let case = parts.next()?.parse().ok()?;
        let stated = DateTime::parse_from_rfc3339(parts.next()?).ok()?.to_utc();
        let name = parts.next()?;
        let standing = Standing::ALL.into_iter().find(|one| one.name() == name)?;
        let handling = match parts.next() {
            Some(mark) => Some(Handling::parse(mark)?),
            None => None,
        };
        Some(Self { case, stated, standing, handling })
    }
}

/// What one row says of a contact. Its drafts are those of the same number.
#[derive(Debug, Clone)]
pub struct ContactStatement {
    /// The case.
    pub case: Uuid,
    /// What identifies the contact.
    pub identity: String,
    /// Whether that is an id of its own, which it keeps in another case.
    pub has_id: bool,
    /// When nDelius stated it.
    pub stated: Instant,
    /// Whether that is later than when the contact was entered.
    pub is_update: bool,
    /// How far it says what became of the contact.
    pub standing: Standing,
    /// A stricter mark, where the row is marked as sensitive.
    pub handling: Option<Handling>,
    /// Whether records are made of contacts of its type at all.
    pub makes_records: bool,
    /// What a deletion comes to if nothing of the contact is on record: by its type no record is ever made of it.
    pub else_ends: Option<Outcome>,
    /// Which of the things given it is.
    pub from: usize,
}

/// The member that says whether an absence, or the behaviour at an appointment, was acceptable.
const ACCEPTABLE: &str = "acceptable";

/// The member that names a request, which is found only when all is read.
const REQUEST: &str = "request_id";

/// A record of a contact, as far as two statements may differ in it: its kind, its moment and its data.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct ContactVersion {
    kind: &'static str,
    occurred: Instant,
    data: BTreeMap<String, String>,
    raises: bool,
}

impl ContactVersion {
    /// What a draft says.
    pub fn of_draft(draft: &PendingRecord) -> Self {
        let mut data = draft.data.clone();
        if let Some((_, member)) = &draft.replies {
            data.insert(member.clone(), json!(REQUEST));
        }
        let data = Event::decode(draft.kind, &data).map(|event| event.encode()).unwrap_or(data);
        Self::new(draft.kind, draft.occurred, data)
    }

    /// What an event says that happened at that moment.
    pub fn of_event(event: &Event, occurred: Instant) -> Self {
        Self::new(event.kind(), occurred, event.encode())
    }

    fn new(kind: Kind, occurred: Instant, data: Map<String, Value>) -> Self {
        let is_said = |(name, value): &(String, Value)| name != REQUEST && value.as_str() != Some("unknown");
        let data = data.into_iter().filter(is_said).map(|(name, value)| (name, value.to_string())).collect();
        Self { kind: kind.name(), occurred, data, raises: raises(kind) }
    }

    fn is_acceptable(&self, word: &str) -> bool {
        self.data.get(ACCEPTABLE).is_some_and(|said| said.trim_matches('"') == word)
    }
}

/// Whether a record of that kind settles nothing: it says what was learnt, and not that something was done or someone was seen.
pub fn raises(kind: Kind) -> bool {
    let settles = [
        Kind::AppointmentAttended,
        Kind::InitialAppointmentAttended,
        Kind::InformationReceived,
        Kind::MultiAgencyMeeting,
    ];
    matches!(kind.spec().nature, Nature::Information | Nature::Incident) && !settles.contains(&kind)
}

/// Which of the statements of a contact counts: the greatest. The later one; of one moment the one that says what came of the contact,
/// then the more serious one: more to be concerned about, less that was done, not acceptable.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Rank {
    /// When it was stated.
    pub stated: Instant,
    /// How far it says what became of the contact.
    pub standing: Standing,
    seriousness: (usize, Reverse<usize>, usize, Reverse<usize>),
    /// What it says.
    pub said: BTreeSet<ContactVersion>,
    /// In which case.
    pub case: Uuid,
}

impl Rank {
    /// Of a statement in that case.
    #[must_use]
    pub fn new(stated: Instant, standing: Standing, said: BTreeSet<ContactVersion>, case: Uuid) -> Self {
        let of = |word: &str| said.iter().filter(|one| one.is_acceptable(word)).count();
        let raised = said.iter().filter(|one| one.raises).count();
        let done = said.len().saturating_sub(raised);
        let seriousness = (raised, Reverse(done), of("no"), Reverse(of("yes")));
        // What makes a record says what came of the contact.
        let standing = if said.is_empty() { standing } else { standing.max(Standing::ContactVersion) };
        Self { stated, standing, seriousness, said, case }
    }
}
