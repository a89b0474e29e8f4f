//! Audience views: an answer for an audience is the fold of the records that it may see, and of no others.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};

use uuid::Uuid;

use crate::event::vocabulary::{ActionKind, Audience, Group, Handling, Register};
use crate::event::{Instant, Kind, Term};
use crate::log::versions::{changed_by, in_force};
use crate::log::{Payload, Record};
use crate::policy::model::{AudienceDef, Policy, ViewField};

/// The policy does not define the audience. By default an audience is shown nothing.
///
/// # Examples
/// ```
/// use risk_core::{Audience, Log, Policy, Question, assess};
/// # let text = |name: &str| std::fs::read_to_string(format!("examples/{name}"));
/// # let policy = Policy::load(&[("policy.toml", &text("policy.toml")?)])?;
/// # let log = Log::parse("case.jsonl", &text("case.jsonl")?)?;
///
/// let question = Question::at("2018-03-10T12:00:00Z".parse()?, Audience::SupervisedPerson);
/// let error = assess(&log, &policy, &question).unwrap_err();
/// assert_eq!(error.audience, Audience::SupervisedPerson);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("the policy `{policy}` defines no audience `{audience}`, so it may not see an answer")]
#[non_exhaustive]
pub struct NoView {
    /// The id of the policy.
    pub policy: String,
    /// The audience of the question.
    pub audience: Audience,
}

/// What an audience may see, as the policy grants it. What the policy does not name is not visible.
#[derive(Debug, Clone, Copy)]
pub struct View<'p> {
    policy: &'p Policy,
    def: &'p AudienceDef,
}

impl<'p> View<'p> {
    /// The view that the policy grants.
    ///
    /// # Errors
    /// [`NoView`] if the policy does not define the audience.
    pub fn of(policy: &'p Policy, audience: Audience) -> Result<Self, NoView> {
        let def = policy.audiences.iter().find(|a| a.audience == audience);
        def.map(|def| Self { policy, def }).ok_or_else(|| NoView { policy: policy.id.clone(), audience })
    }

    /// The records that the audience may see: those of its marks and kinds, and the corrections, retractions and erasures of such
    /// records, if their marks allow. A hidden change can have put some of them out of force; [`View::seen`] separates those.
    #[must_use]
    pub fn records<'a>(&self, records: impl Iterator<Item = &'a Record>) -> Vec<&'a Record> {
        let all: Vec<&Record> = records.collect();
        let by_id = changed_records(&all);
        all.into_iter().filter(|r| self.sees_record(r, &by_id)).collect()
    }

    /// The records that an answer for the audience is computed from, and those that are withheld. Changes that were recorded after
    /// `known_at` do not count; `None` counts all.
    #[must_use]
    pub fn seen<'a>(&self, records: impl Iterator<Item = &'a Record>, known_at: Option<Instant>) -> Seen<'a> {
        let all: Vec<&Record> = records.collect();
        let by_id = changed_records(&all);
        let (visible, hidden): (Vec<&Record>, Vec<&Record>) =
            all.iter().copied().partition(|r| self.sees_record(r, &by_id));
        let outdated = if self.def.professional && hidden.iter().any(|r| target(r).is_some()) {
            let (truth, theirs) = (in_force(&all, known_at), in_force(&visible, known_at));
            let ids: BTreeSet<Uuid> = truth.keys().chain(theirs.keys()).copied().collect();
            ids.into_iter().filter(|id| truth.get(id) != theirs.get(id)).collect()
        } else {
            BTreeSet::new()
        };
        if outdated.is_empty() {
            return Seen { records: visible, withheld: vec![] };
        }
        let is_about = |r: &&Record| chain(r, &by_id).last().is_some_and(|r| outdated.contains(&r.event_id));
        let (withheld, records) = visible.into_iter().partition(is_about);
        Seen { records, withheld }
    }

    /// `by_id`: the records that others change.
    fn sees_record<'a>(&self, record: &'a Record, by_id: &BTreeMap<Uuid, &'a Record>) -> bool {
        if target(record).is_none() {
            return self.sees_by_kind(record);
        }
        // A change is visible if its own mark allows, and if the audience sees what it changes.
        let chain: Vec<&Record> = chain(record, by_id).collect();
        chain.split_last().is_some_and(|(last, changes)| {
            changes.iter().all(|r| self.sees_mark(r)) && target(last).is_none() && self.sees_by_kind(last)
        })
    }

    fn sees_mark(&self, record: &Record) -> bool {
        self.def.marks.contains(&record.handling)
    }

    fn sees_by_kind(&self, record: &Record) -> bool {
        let kind = match (&self.def.kinds, record.kind()) {
            (None, _) => true,
            (Some(kinds), Some(kind)) => kinds.contains(&kind),
            // An unrecognised record might be of a kind that the audience may not see.
            (Some(_), None) => false,
        };
        let erased_kind_hidden = matches!(record.payload, Payload::Erased) && self.def.kinds.is_some();
        self.sees_mark(record) && kind && !erased_kind_hidden
    }

    /// Whether it may see records of this kind with the default mark of the kind.
    #[must_use]
    pub fn sees_kind(&self, kind: Kind) -> bool {
        self.def.kinds.as_ref().is_none_or(|kinds| kinds.contains(&kind))
            && self.def.marks.contains(&kind.spec().handling)
    }

    /// Whether it sees every possible record. Only then may an answer contain numbers of records.
    #[must_use]
    pub fn sees_everything(&self) -> bool {
        let marks: BTreeSet<Handling> = self.def.marks.iter().copied().collect();
        self.def.kinds.is_none() && Handling::all().iter().all(|m| marks.contains(m))
    }

    /// Whether there can be records that it does not see. A limited view never has the status `settled`.
    #[must_use]
    pub fn is_limited(&self) -> bool {
        !self.sees_everything()
    }

    /// Whether it may see this kind of action.
    #[must_use]
    pub fn sees_action(&self, action: ActionKind) -> bool {
        self.def.actions.as_ref().is_none_or(|list| list.contains(&action))
    }

    /// Whether it may see the levels of a group.
    #[must_use]
    pub fn sees_group(&self, group: Group) -> bool {
        self.sees(ViewField::Classification) && self.def.groups.contains(&group)
    }

    /// Whether it may see a flag.
    #[must_use]
    pub fn sees_flag(&self, register: Register) -> bool {
        self.sees(ViewField::Flags) && self.def.flags.as_ref().is_none_or(|list| list.contains(&register))
    }

    /// Whether it may see this part of an answer.
    #[must_use]
    pub fn sees(&self, field: ViewField) -> bool {
        self.def.fields.contains(&field)
    }

    /// The audience.
    #[must_use]
    pub fn audience(&self) -> Audience {
        self.def.audience
    }

    /// The policy.
    #[must_use]
    pub fn policy(&self) -> &'p Policy {
        self.policy
    }
}

/// What an audience may see of the records of a case.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Seen<'a> {
    /// The records that the answer is computed from.
    pub records: Vec<&'a Record>,
    /// Visible records whose version in force the audience may not see, with their visible changes. The answer contains nothing of them,
    /// and a group whose level they decided counts as not assessed.
    pub withheld: Vec<&'a Record>,
}

impl<'a> Seen<'a> {
    /// All visible records, in force or not.
    #[must_use]
    pub fn all(&self) -> Cow<'_, [&'a Record]> {
        if self.withheld.is_empty() {
            Cow::Borrowed(&self.records)
        } else {
            Cow::Owned(self.records.iter().chain(&self.withheld).copied().collect())
        }
    }
}

/// The record that a record corrects, retracts or erases.
fn target(record: &Record) -> Option<Uuid> {
    record.event().and_then(changed_by)
}

/// The records by id. Empty if no record changes another.
fn changed_records<'a>(all: &[&'a Record]) -> BTreeMap<Uuid, &'a Record> {
    if all.iter().any(|r| target(r).is_some()) {
        all.iter().map(|r| (r.event_id, *r)).collect()
    } else {
        BTreeMap::new()
    }
}

/// A record, the record that it changes, and so on. A correction can be changed; other changes cannot.
fn chain<'a, 'i>(
    record: &'a Record,
    by_id: &'i BTreeMap<Uuid, &'a Record>,
) -> impl Iterator<Item = &'a Record> + use<'a, 'i> {
    const LONGEST: usize = 3;
    std::iter::successors(Some(record), move |r| by_id.get(&target(r)?).copied()).take(LONGEST)
}
