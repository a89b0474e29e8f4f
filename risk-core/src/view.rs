//! Audience views: an answer for somebody is the fold of the records that they may see, and of nothing else.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};

use uuid::Uuid;

use crate::event::vocabulary::{ActionKind, Audience, Group, Handling, Register};
use crate::event::{Instant, Kind, Term};
use crate::log::versions::{changed_by, in_force};
use crate::log::{Payload, Record};
use crate::policy::model::{AudienceDef, Policy, ViewField};

/// The policy says nothing of the audience; the default is to show nothing.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "the policy `{policy}` names no audience `{audience}`: nobody may see an answer that the policy does not grant"
)]
pub struct NoView {
    /// The policy.
    pub policy: String,
    /// The audience asked for.
    pub audience: Audience,
}

/// What one audience may see, as the policy grants it. What is not named is not there.
#[derive(Debug, Clone, Copy)]
pub struct View<'p> {
    policy: &'p Policy,
    def: &'p AudienceDef,
}

impl<'p> View<'p> {
    /// The view that the policy grants.
    ///
    /// # Errors
    /// [`NoView`] where it grants none.
    pub fn of(policy: &'p Policy, audience: Audience) -> Result<Self, NoView> {
        let def = policy.audiences.iter().find(|a| a.audience == audience);
        def.map(|def| Self { policy, def }).ok_or_else(|| NoView { policy: policy.id.clone(), audience })
    }

    /// The records that the audience may see: those of its marks and kinds, and what corrects, retracts or erases one of
    /// them, as far as its mark allows. Some of them may be out of force by a change that the audience may not see:
    /// [`View::seen`] parts those.
    #[must_use]
    pub fn records<'a>(&self, records: impl Iterator<Item = &'a Record>) -> Vec<&'a Record> {
        let all: Vec<&Record> = records.collect();
        let by_id = changed_records(&all);
        all.into_iter().filter(|r| self.sees_record(r, &by_id)).collect()
    }

    /// The records that an answer for the audience is made from, and those that are withheld from it. `known_at` is when a
    /// change must have been recorded to count; `None`: every change there is counts.
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
        // A change shows as far as its own mark allows, to who sees what it changes.
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
            // What cannot be read cannot be known to be fit to be seen.
            (Some(_), None) => false,
        };
        let erased_kind_hidden = matches!(record.payload, Payload::Erased) && self.def.kinds.is_some();
        self.sees_mark(record) && kind && !erased_kind_hidden
    }

    /// Whether it may see records of that kind, as long as they carry the kind's own mark.
    #[must_use]
    pub fn sees_kind(&self, kind: Kind) -> bool {
        self.def.kinds.as_ref().is_none_or(|kinds| kinds.contains(&kind))
            && self.def.marks.contains(&kind.spec().handling)
    }

    /// Whether it sees every record there could be; only then may an answer give numbers of records.
    #[must_use]
    pub fn sees_everything(&self) -> bool {
        let marks: BTreeSet<Handling> = self.def.marks.iter().copied().collect();
        self.def.kinds.is_none() && Handling::all().iter().all(|m| marks.contains(m))
    }

    /// Whether there may be records that it does not see. Such a reader is never told that a level is settled.
    #[must_use]
    pub fn is_limited(&self) -> bool {
        !self.sees_everything()
    }

    /// Whether it may see such an action.
    #[must_use]
    pub fn sees_action(&self, action: ActionKind) -> bool {
        self.def.actions.as_ref().is_none_or(|list| list.contains(&action))
    }

    /// Whether it may see a group's levels.
    #[must_use]
    pub fn sees_group(&self, group: Group) -> bool {
        self.sees(ViewField::Classification) && self.def.groups.contains(&group)
    }

    /// Whether it may see a flag.
    #[must_use]
    pub fn sees_flag(&self, register: Register) -> bool {
        self.sees(ViewField::Flags) && self.def.flags.as_ref().is_none_or(|list| list.contains(&register))
    }

    /// Whether it may see that sort of thing.
    #[must_use]
    pub fn sees(&self, field: ViewField) -> bool {
        self.def.fields.contains(&field)
    }

    /// For whom.
    #[must_use]
    pub fn audience(&self) -> Audience {
        self.def.audience
    }

    /// Under which policy.
    #[must_use]
    pub fn policy(&self) -> &'p Policy {
        self.policy
    }
}

/// What an audience may see of a case's records.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Seen<'a> {
    /// The records that the answer is made from.
    pub records: Vec<&'a Record>,
    /// Visible records whose version in force the audience may not see, with the changes of them that it may. The answer has
    /// nothing of them, and a group whose level they decided counts as not assessed.
    pub withheld: Vec<&'a Record>,
}

impl<'a> Seen<'a> {
    /// The records that are visible, in force or not.
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

/// The records by their ids; none where none changes another.
fn changed_records<'a>(all: &[&'a Record]) -> BTreeMap<Uuid, &'a Record> {
    if all.iter().any(|r| target(r).is_some()) {
        all.iter().map(|r| (r.event_id, *r)).collect()
    } else {
        BTreeMap::new()
    }
}

/// A record, the one that it changes, and so on. A log allows a change of a correction, and none of another change.
fn chain<'a, 'i>(
    record: &'a Record,
    by_id: &'i BTreeMap<Uuid, &'a Record>,
) -> impl Iterator<Item = &'a Record> + use<'a, 'i> {
    const LONGEST: usize = 3;
    std::iter::successors(Some(record), move |r| by_id.get(&target(r)?).copied()).take(LONGEST)
}
