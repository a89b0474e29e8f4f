//! Why a message came to its outcome, as a code for programs, and what a consumer of a queue does with it.

use serde::Serialize;

use crate::message::WHOM;
use crate::report::Outcome;

/// Why a message came to its outcome: one word for programs. docs/hmpps.md lists them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Reason {
    /// It made records.
    MadeRecords,
    /// What it says is on record.
    OnRecord,
    /// It says which cases are whose, and nothing for a log.
    AboutCases,
    /// The person was erased by law.
    PersonErased,
    /// An identifier is claimed for the cases of several persons.
    ClaimedTwice,
    /// It contradicts what a person merged or parted by hand.
    DecidedByHand,
    /// An erasure was not asked for in this import.
    ErasureNotAskedFor,
    /// The store refused the erasure, and nothing was erased.
    ErasureRefused,
    /// The person was erased, and something remains that cannot be.
    ErasureIncomplete,
    /// Two cases are of one person by way of a third.
    MergedByAThird,
    /// It concerns nothing that is held.
    NotHeld,
    /// The tables make no record of it.
    NoRecordOfIt,
    /// The two cases that it names are one already.
    OneCaseAlready,
    /// It says less than a record of it needs.
    TooLittleSaid,
    /// What it says is behind its address, and can be read: fetch it, and give both.
    ToFetch,
    /// A person has to look it up and record it by hand; the message is then done with.
    ToLookUp,
    /// Nothing says whose the prison number is.
    PersonUnknown,
    /// What it takes back, moves or answers is not on record.
    RecordUnknown,
    /// One of the two cases that it names is not held.
    CaseUnknown,
    /// The merge that it undoes is not known.
    MergeUnknown,
    /// It is dated later than now.
    LaterThanNow,
    /// The store does not take it yet.
    StoreRefuses,
    /// It waited for as long as it may.
    WaitedTooLong,
    /// The tables do not have its type.
    TypeUnknown,
    /// The tables do not have a code in it.
    CodeUnknown,
    /// It is no JSON, or no object, or has no type.
    NotAMessage,
    /// A member that is needed is not there.
    MemberMissing,
    /// A member has a form that cannot be read.
    MemberUnreadable,
    /// It names two CRNs or two prison numbers.
    SeveralPersons,
}

/// What a consumer of a queue does with a message.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Then {
    /// Delete it from the queue: all of it is done, or there is nothing to do.
    Delete,
    /// Leave it on the queue, or give it again with what has to be fetched.
    Retry,
    /// Put it aside for a person, in a dead-letter queue.
    Park,
}

impl Reason {
    /// All of them.
    #[must_use]
    pub fn all() -> [Self; 29] {
        [
            Self::MadeRecords,
            Self::OnRecord,
            Self::AboutCases,
            Self::PersonErased,
            Self::ClaimedTwice,
            Self::DecidedByHand,
            Self::ErasureNotAskedFor,
            Self::ErasureRefused,
            Self::ErasureIncomplete,
            Self::MergedByAThird,
            Self::NotHeld,
            Self::NoRecordOfIt,
            Self::OneCaseAlready,
            Self::TooLittleSaid,
            Self::ToFetch,
            Self::ToLookUp,
            Self::PersonUnknown,
            Self::RecordUnknown,
            Self::CaseUnknown,
            Self::MergeUnknown,
            Self::LaterThanNow,
            Self::StoreRefuses,
            Self::WaitedTooLong,
            Self::TypeUnknown,
            Self::CodeUnknown,
            Self::NotAMessage,
            Self::MemberMissing,
            Self::MemberUnreadable,
            Self::SeveralPersons,
        ]
    }
}

impl Outcome {
    /// Why it came to this.
    #[must_use]
    pub fn reason(&self) -> Reason {
        match self {
            Self::Recorded { .. } => Reason::MadeRecords,
            Self::Known => Reason::OnRecord,
            Self::Instructed => Reason::AboutCases,
            Self::Erased { .. } => Reason::PersonErased,
            Self::Conflict { reason, .. }
            | Self::NotDone { reason, .. }
            | Self::Nothing { reason, .. }
            | Self::Needed { reason, .. }
            | Self::Waits { reason, .. } => *reason,
            Self::Unresolved { .. } => Reason::WaitedTooLong,
            Self::Unmapped { table: "events", .. } => Reason::TypeUnknown,
            Self::Unmapped { .. } => Reason::CodeUnknown,
            Self::Unreadable { field, .. } if ["message", "eventType"].contains(&field.as_str()) => Reason::NotAMessage,
            Self::Unreadable { field, .. } if field == WHOM => Reason::SeveralPersons,
            Self::Unreadable { found, .. } if found == "nothing" => Reason::MemberMissing,
            Self::Unreadable { .. } => Reason::MemberUnreadable,
        }
    }

    /// What a consumer does with the message; `kept`: the store keeps it.
    #[must_use]
    pub fn then(&self, kept: bool) -> Then {
        match self {
            Self::Recorded { .. } | Self::Known | Self::Instructed | Self::Nothing { .. } => Then::Delete,
            Self::Waits { .. } | Self::Conflict { .. } if kept => Then::Delete,
            Self::Waits { .. } | Self::Needed { reason: Reason::ToFetch, .. } => Then::Retry,
            Self::Needed { .. }
            | Self::Erased { .. }
            | Self::Conflict { .. }
            | Self::NotDone { .. }
            | Self::Unresolved { .. }
            | Self::Unmapped { .. }
            | Self::Unreadable { .. } => Then::Park,
        }
    }
}
