//! Audience views: an answer for somebody is the fold of the records that they may see, and of nothing else.

use std::collections::BTreeSet;

use crate::event::vocabulary::{ActionKind, Audience, Group, Handling, Register};
use crate::event::{Kind, Term};
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

    /// The records that the audience may see.
    #[must_use]
    pub fn records<'a>(&self, records: impl Iterator<Item = &'a Record>) -> Vec<&'a Record> {
        records.filter(|r| self.sees_record(r)).collect()
    }

    fn sees_record(&self, record: &Record) -> bool {
        let kind = match (&self.def.kinds, record.kind()) {
            (None, _) => true,
            (Some(kinds), Some(kind)) => kinds.contains(&kind),
            // What cannot be read cannot be known to be fit to be seen.
            (Some(_), None) => false,
        };
        let erased_kind_hidden = matches!(record.payload, Payload::Erased) && self.def.kinds.is_some();
        self.def.marks.contains(&record.handling) && kind && !erased_kind_hidden
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
