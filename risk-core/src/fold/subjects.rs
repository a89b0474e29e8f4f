//! What an effect is about: one action for each subject.

use std::collections::BTreeSet;
use std::sync::Arc;

use super::fold_event::{FoldEvent, Subject};
use super::ledger::Reason;
use super::reason::Target;
use super::state::{Effect, State};
use crate::event::catalogue::Instant;
use crate::event::vocabulary::{ActionKind, Register};
use crate::event::{Field, Kind};
use crate::log::LocalId;
use crate::policy::model::About;

impl<'a> State<'a, '_> {
    /// The subjects of an effect.
    pub(super) fn subjects(
        &self,
        about: About,
        of: Option<(&FoldEvent<'a>, Option<Register>)>,
        now: Instant,
    ) -> Vec<Subject> {
        let event = of.map(|(h, _)| h);
        let at = [now, event.map_or(now, |h| h.occurred_at)];
        let id = |field: Field| event.and_then(|h| h.id_of(field));
        let or_case = |subject: Option<Subject>| vec![subject.unwrap_or(Subject::Case)];
        let from_subject = |wanted: fn(&Subject) -> bool| event.and_then(|h| h.subject).filter(wanted);
        match about {
            About::Case => vec![Subject::Case],
            About::Person => {
                let persons = event.map_or(&[][..], |h| &h.persons);
                if persons.is_empty() {
                    vec![Subject::Case]
                } else {
                    persons.iter().copied().map(Subject::Person).collect()
                }
            }
            About::Order => or_case(
                from_subject(|s| matches!(s, Subject::Order(_))).or_else(|| id(Field::OrderId).map(Subject::Order)),
            ),
            About::Request => or_case(id(Field::RequestId).map(Subject::Request)),
            About::Programme => or_case(id(Field::ProgrammeId).map(Subject::Programme)),
            About::Provider => or_case(id(Field::Provider).map(Subject::Provider)),
            About::Requirement => or_case(event.and_then(FoldEvent::requirement).map(Subject::Requirement)),
            About::Register => {
                let named = of.and_then(|(h, flag)| flag.or_else(|| h.register()));
                or_case(named.map(Subject::Register))
            }
            About::EachChild => {
                let children: Vec<Subject> = self.facts.children().map(Subject::Person).collect();
                if children.is_empty() { vec![Subject::UnknownChild] } else { children }
            }
            About::EachProtectedPerson => {
                let in_force = self.facts.orders_in_force(at);
                let protected: BTreeSet<LocalId> =
                    in_force.filter_map(|(_, o)| o.protects.get()).flatten().copied().collect();
                protected.into_iter().map(Subject::Person).collect()
            }
            About::EachOrderInForce => self.facts.orders_in_force(at).map(|(id, _)| Subject::Order(id)).collect(),
            About::EachOrderProtectingPerson => {
                let persons = event.map_or(&[][..], |h| &h.persons);
                self.facts
                    .orders_in_force(at)
                    .filter(|(_, o)| o.protects.get().is_some_and(|p| persons.iter().any(|id| p.contains(id))))
                    .map(|(id, _)| Subject::Order(id))
                    .collect()
            }
            About::EachOutstandingRequest => self.facts.outstanding().map(|(id, _)| Subject::Request(id)).collect(),
            About::EachFlagSet => {
                let set = self.facts.flags.iter().filter(|(_, flag)| flag.is_set());
                set.map(|(register, _)| Subject::Register(*register)).collect()
            }
            About::EachLowerStatement => {
                let assessment = event.map(|h| h.id);
                assessment
                    .map(|assessment| {
                        let cells = self.levels.stated_lower(assessment).into_iter();
                        cells.map(|(group, setting)| Subject::Statement { group, setting, assessment }).collect()
                    })
                    .unwrap_or_default()
            }
        }
    }

    pub(super) fn children(&self) -> BTreeSet<LocalId> {
        self.facts.children().collect()
    }

    /// A child who becomes known is included in the open actions about each child; those about an unknown child are superseded.
    pub(super) fn include_new_children(
        &mut self,
        before: &BTreeSet<LocalId>,
        now: Instant,
        events: &[Arc<FoldEvent<'a>>],
    ) {
        let new: Vec<LocalId> = self.children().difference(before).copied().collect();
        let Some(by) = events.iter().filter(|h| h.kind() == Some(Kind::PersonIdentified)).map(|h| h.id).min() else {
            return;
        };
        let open: Vec<(ActionKind, Reason)> = self
            .ledger
            .instances()
            .flat_map(|i| i.reasons.iter().map(move |r| (i.action, r)))
            .filter(|(_, r)| r.answer.is_none() && r.about == About::EachChild)
            .map(|(action, r)| (action, r.clone()))
            .collect();
        for child in &new {
            if self.cancel.spend() {
                return;
            }
            for (action, reason) in &open {
                let subject = Subject::Person(*child);
                let key = (reason.because.known_as, reason.because.event, Target::Action(*action, subject));
                if !self.arisen.iter().any(|(known, _)| *known == key) {
                    self.arisen.push((key, reason.because.clock));
                    self.join(Effect::Open(*action, subject, Box::new(reason.clone())));
                }
            }
        }
        if !new.is_empty() {
            for action in self.ledger.actions() {
                self.ledger.supersede(action, now, |subject, _| (*subject == Subject::UnknownChild).then_some(by));
            }
        }
    }
}
