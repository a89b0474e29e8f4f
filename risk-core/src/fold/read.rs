//! The value of a fact at one moment, for one event or one subject.

use chrono::Days;

use super::facts::{Facts, Person};
use super::flags::RegisterFlag;
use super::fold_event::{FoldEvent, Incident, Subject};
use super::levels::Levels;
use crate::calendar;
use crate::event::catalogue::Instant;
use crate::event::vocabulary::{
    AbuseRole, Complexity, FactorState, Grade, Group, InformationAbout, InformationOf, Level, Offence, OrderKind,
    PersonGroup, Provider, Register, Relation, Requirement, SafeguardingStatus, SentenceType, Setting, Sex, Tri,
};
use crate::event::{Field, FieldValue, Kind, Term};
use crate::log::LocalId;
use crate::policy::event_value;
use crate::policy::fact::{Concerning, Fact, FactValue, Filter, MAX_NUMBER, Window};
use crate::policy::model::{Policy, Unit};

/// What a fact is evaluated for: an event or a subject, at a moment.
#[derive(Debug, Clone, Copy)]
pub struct FactContext<'s, 'a> {
    /// The event that a rule is about.
    pub event: Option<&'s FoldEvent<'a>>,
    /// The subject that a duty is about.
    pub subject: Option<&'s Subject>,
    /// The clock.
    pub now: Instant,
}

impl FactContext<'_, '_> {
    /// The moments at which a state counts as holding: when the event was learnt, and when it happened.
    fn moments(&self) -> [Instant; 2] {
        [self.now, self.event.map_or(self.now, |e| e.occurred_at)]
    }

    fn person(&self) -> Option<LocalId> {
        match (self.subject, self.event) {
            (Some(Subject::Person(id)), _) => Some(*id),
            (_, Some(e)) => e.persons.first().copied(),
            _ => None,
        }
    }

    fn order(&self) -> Option<LocalId> {
        match (self.subject, self.event) {
            (Some(Subject::Order(id)), _) => Some(*id),
            (_, Some(FoldEvent { subject: Some(Subject::Order(id)), .. })) => Some(*id),
            (_, Some(e)) => e.id_of(Field::OrderId),
            _ => None,
        }
    }

    fn request(&self) -> Option<LocalId> {
        match (self.subject, self.event) {
            (Some(Subject::Request(id)), _) => Some(*id),
            (_, Some(e)) => e.id_of(Field::RequestId),
            _ => None,
        }
    }

    fn programme(&self) -> Option<LocalId> {
        match (self.subject, self.event) {
            (Some(Subject::Programme(id)), _) => Some(*id),
            (_, Some(e)) => e.id_of(Field::ProgrammeId),
            _ => None,
        }
    }

    fn register(&self) -> Option<Register> {
        match (self.subject, self.event) {
            (Some(Subject::Register(register)), _) => Some(*register),
            (_, Some(e)) => e.register(),
            _ => None,
        }
    }

    /// Whether an earlier event is about the same person, order, request or programme as the context; false if the context has none.
    fn same(&self, of: Concerning, h: &FoldEvent<'_>) -> bool {
        let id = |field: Field, asked: Option<LocalId>| asked.is_some_and(|id| h.concerns_id(field, id));
        match of {
            Concerning::Case => true,
            Concerning::Person => self.person().is_some_and(|id| h.concerns_person(id)),
            Concerning::Order => id(Field::OrderId, self.order()),
            Concerning::Request => id(Field::RequestId, self.request()),
            Concerning::Programme => id(Field::ProgrammeId, self.programme()),
        }
    }
}

fn yes_no(yes: bool) -> FactValue {
    FactValue::One(if yes { Tri::Yes.code() } else { Tri::No.code() })
}

fn term<T: Term>(value: T) -> FactValue {
    FactValue::One(value.code())
}

/// The term, or the code that the fact's list gives to unknown: the list's own word, or one past its end.
fn or_unknown<T: Term>(value: Option<T>) -> FactValue {
    FactValue::One(value.or_else(|| T::parse("unknown")).map_or_else(|| past_end(T::names()), Term::code))
}

fn past_end(names: &[&str]) -> u32 {
    u32::try_from(names.len()).unwrap_or(u32::MAX)
}

/// Reads facts of one case under one policy.
#[derive(Debug, Clone, Copy)]
pub struct FactEvaluator<'s, 'a> {
    /// What is known.
    pub facts: &'s Facts<'a>,
    /// Levels recorded and indicated.
    pub levels: &'s Levels,
    /// The policy whose parameters count.
    pub policy: &'s Policy,
}

impl<'a> FactEvaluator<'_, 'a> {
    /// The value of the fact at that place in the policy's list.
    #[must_use]
    pub fn read(&self, fact: usize, asking: FactContext<'_, '_>) -> FactValue {
        self.policy.facts.get(fact).map_or(FactValue::Never, |f| self.value(f, asking))
    }

    /// [`Self::read`] for an event that closes, suspends or refuses an action about a subject.
    #[must_use]
    pub fn read_of(&self, fact: usize, event: &FoldEvent<'_>, subject: &Subject, now: Instant) -> FactValue {
        self.policy.facts.get(fact).map_or(FactValue::Never, |f| {
            self.value(f, FactContext { event: Some(event), subject: Some(subject), now })
        })
    }

    /// A parameter's value on the day of a moment.
    #[must_use]
    pub fn parameter_on(&self, parameter: usize, now: Instant) -> Option<u32> {
        self.policy.value(parameter, calendar::london_day(now)).and_then(|v| v.value)
    }

    fn value(&self, fact: &Fact, asking: FactContext<'_, '_>) -> FactValue {
        let facts = self.facts;
        let at = asking.moments();
        match fact {
            Fact::Event(field) => asking.event.map_or(FactValue::Never, |e| event_fact(e, *field)),
            Fact::Recorded(g) => term(self.level(*g, |l, g, s| l.recorded(g, s), asking)),
            Fact::Indicated(g) => term(self.level(*g, |l, g, s| l.indicated(g, s), asking)),
            Fact::Working(g) => term(self.level(*g, |l, g, s| l.recorded(g, s).max(l.indicated(g, s)), asking)),
            Fact::Supervised => yes_no(at.iter().any(|t| facts.supervised_at(*t))),
            Fact::InCustody => yes_no(at.iter().any(|t| facts.in_custody_at(*t))),
            Fact::DomesticAbuse => term(self.domestic_abuse()),
            Fact::DomesticAbuseRole(role) => yes_no(facts.abuse_roles.contains(role)),
            Fact::IndexOffence => or_unknown::<Offence>(facts.index_offence.get().copied()),
            Fact::IndexOffenceIsDomesticAbuse => term(facts.index_is_domestic_abuse.or(Tri::Unknown)),
            Fact::Sex => or_unknown::<Sex>(facts.sex.get().copied()),
            Fact::SentenceType => {
                let latest = facts.sentences.values().max_by_key(|s| (s.started, s.by));
                or_unknown::<SentenceType>(latest.map(|s| s.sentence_type))
            }
            Fact::Provider => or_unknown::<Provider>(facts.provider.get().copied()),
            Fact::Grade => or_unknown::<Grade>(facts.grade.get().copied()),
            Fact::Complexity => or_unknown::<Complexity>(facts.complexity.get().copied()),
            Fact::ChildrenKnown => term(self.children_known()),
            Fact::AddressKnown => term(facts.address_known.or(Tri::Unknown)),
            Fact::WhereaboutsKnown => term(facts.whereabouts_known.or(Tri::Unknown)),
            Fact::OrderInForce(kind) => {
                yes_no(facts.orders_in_force(at).any(|(_, o)| kind.is_none_or(|k| o.kind == k)))
            }
            Fact::Required(requirement) => yes_no(self.required(*requirement)),
            Fact::ProgrammeState(p) => FactValue::One(facts.programmes.get(p).map_or(0, |s| s.or(0))),
            Fact::Flag(register) => yes_no(facts.flags.get(register).is_some_and(RegisterFlag::is_set)),
            Fact::Outstanding(of) => yes_no(facts.outstanding().any(|(_, r)| r.of == *of)),
            Fact::ChildSafeguarding => FactValue::One(self.child_safeguarding()),
            Fact::RiskFactor(factor) => {
                let state = facts.factors.get(factor).and_then(|f| f.get());
                FactValue::One(state.map_or_else(|| past_end(FactorState::names()), |s| s.code()))
            }
            Fact::PersonGroup => or_unknown::<PersonGroup>(self.person(asking).and_then(|p| p.group.get().copied())),
            Fact::PersonRelation => or_unknown::<Relation>(self.person(asking).and_then(|p| p.relation.get().copied())),
            Fact::PersonVictim => term(self.person(asking).map_or(Tri::Unknown, |p| p.victim.or(Tri::Unknown))),
            Fact::PersonInHousehold => {
                term(self.person(asking).map_or(Tri::Unknown, |p| p.in_household.or(Tri::Unknown)))
            }
            Fact::PersonProtected => yes_no(asking.person().is_some_and(|id| self.protected(id, at))),
            Fact::ThisOrderInForce => {
                let order = asking.order().and_then(|id| facts.orders.get(&id));
                yes_no(order.is_some_and(|o| at.iter().any(|t| o.in_force_at(*t))))
            }
            Fact::ThisOrderKind => {
                or_unknown::<OrderKind>(asking.order().and_then(|id| facts.orders.get(&id)).map(|o| o.kind))
            }
            Fact::ThisRequestOutstanding => {
                let request = asking.request().and_then(|id| facts.requests.get(&id));
                yes_no(request.is_some_and(|r| r.answered.is_none()))
            }
            Fact::ThisRequestOf => {
                or_unknown::<InformationOf>(asking.request().and_then(|id| facts.requests.get(&id)).map(|r| r.of))
            }
            Fact::ThisRequestAbout => {
                or_unknown::<InformationAbout>(asking.request().and_then(|id| facts.requests.get(&id)).map(|r| r.about))
            }
            Fact::ThisRegister => or_unknown::<Register>(asking.register()),
            Fact::Ever { kinds, filter, of } => {
                yes_no(self.matching(kinds, filter.as_ref(), *of, asking).next().is_some())
            }
            Fact::Count { kinds, within, filter, of } => {
                FactValue::One(self.count(kinds, within, filter.as_ref(), *of, asking))
            }
            Fact::DaysSince { kinds, filter, of } => self.days_since(kinds, filter.as_ref(), *of, asking),
        }
    }

    /// A level in the setting where the group can be harmed; the higher of both where the person is in custody.
    fn level(&self, group: Group, of: impl Fn(&Levels, Group, Setting) -> Level, asking: FactContext<'_, '_>) -> Level {
        let community = of(self.levels, group, Setting::Community);
        if group == Group::Prisoners || self.facts.in_custody_at(asking.now) {
            community.max(of(self.levels, group, Setting::Custody))
        } else {
            community
        }
    }

    fn person(&self, asking: FactContext<'_, '_>) -> Option<&Person> {
        asking.person().and_then(|id| self.facts.persons.get(&id))
    }

    fn domestic_abuse(&self) -> Tri {
        let roles = &self.facts.abuse_roles;
        let identified = roles.contains(&AbuseRole::Perpetrator) || roles.contains(&AbuseRole::History);
        if identified || self.facts.abuse_shown {
            Tri::Yes
        } else {
            self.facts.index_is_domestic_abuse.or(Tri::Unknown)
        }
    }

    fn children_known(&self) -> Tri {
        if self.facts.children().next().is_some() {
            Tri::Yes
        } else if self.facts.children_complete.get() == Some(&Tri::Yes) {
            Tri::No
        } else {
            Tri::Unknown
        }
    }

    fn required(&self, requirement: Requirement) -> bool {
        self.facts.requirements.iter().any(|((r, _), in_force)| *r == requirement && in_force.or(false))
    }

    fn protected(&self, person: LocalId, at: [Instant; 2]) -> bool {
        self.facts.orders_in_force(at).any(|(_, o)| o.protects.get().is_some_and(|p| p.contains(&person)))
    }

    /// The place in `SAFEGUARDING_STATES`: the list runs from nothing known to the most serious.
    fn child_safeguarding(&self) -> u32 {
        let rank = |s: &SafeguardingStatus| match s {
            SafeguardingStatus::Closed => 1,
            SafeguardingStatus::UnderAssessment => 2,
            SafeguardingStatus::ChildInNeed => 3,
            SafeguardingStatus::ChildProtectionPlan => 4,
            SafeguardingStatus::LookedAfter => 5,
        };
        let named = self.facts.persons.values().filter_map(|p| p.safeguarding.get());
        named.chain(self.facts.unnamed_child_safeguarding.get()).map(rank).max().unwrap_or(0)
    }

    fn matching<'m>(
        &'m self,
        kinds: &'m [Kind],
        filter: Option<&'m Filter>,
        of: Concerning,
        asking: FactContext<'m, 'm>,
    ) -> impl Iterator<Item = &'m FoldEvent<'a>> {
        self.facts.of_kinds(kinds).filter(move |h| {
            filter.is_none_or(|f| match event_fact(h, f.field) {
                FactValue::One(code) => f.codes.contains(&code),
                FactValue::Many(set) => f.codes.iter().any(|c| set & 1_u64.checked_shl(*c).unwrap_or(0) != 0),
                FactValue::Never => false,
            }) && asking.same(of, h)
        })
    }

    /// The fullest window of that length that the asking event falls in, counting each incident once. Looking only back
    /// from the event would miss three call-outs of which the oldest is learnt last.
    fn count(
        &self,
        kinds: &[Kind],
        within: &Window,
        filter: Option<&Filter>,
        of: Concerning,
        asking: FactContext<'_, '_>,
    ) -> u32 {
        let at = asking.event.map_or(asking.now, |e| e.occurred_at);
        let mut found: Vec<(Instant, Incident)> =
            self.matching(kinds, filter, of, asking).map(|h| (h.occurred_at, h.incident)).collect();
        found.sort();
        let ends = found.iter().map(|(t, _)| *t).filter(|t| *t > at).chain([at]);
        let mut most = 0;
        for end in ends {
            let Some(start) = self.window_start(within, end, asking) else { return 0 };
            if start >= at {
                continue;
            }
            let mut incidents: Vec<Incident> =
                found.iter().filter(|(t, _)| start < *t && *t <= end).map(|(_, i)| *i).collect();
            incidents.sort_unstable();
            incidents.dedup();
            most = most.max(incidents.len());
        }
        u32::try_from(most).unwrap_or(MAX_NUMBER).min(MAX_NUMBER)
    }

    /// The end of the last day that the window no longer reaches.
    fn window_start(&self, within: &Window, end: Instant, asking: FactContext<'_, '_>) -> Option<Instant> {
        let day = calendar::london_day(end);
        let before = match within {
            Window::Days(n) => day.checked_sub_days(Days::new(u64::from(*n)))?,
            Window::Parameter(p) => {
                let n = self.parameter_on(*p, asking.now)?;
                match self.policy.parameters.get(*p)?.unit {
                    Unit::Months => day.checked_sub_months(chrono::Months::new(n))?,
                    Unit::Days | Unit::BusinessDays | Unit::Count => day.checked_sub_days(Days::new(u64::from(n)))?,
                }
            }
        };
        Some(calendar::end_of_day(before))
    }

    fn days_since(
        &self,
        kinds: &[Kind],
        filter: Option<&Filter>,
        of: Concerning,
        asking: FactContext<'_, '_>,
    ) -> FactValue {
        let at = asking.event.map_or(asking.now, |e| e.occurred_at);
        let itself = asking.event.map(|e| e.id);
        let latest = self
            .matching(kinds, filter, of, asking)
            .filter(|h| Some(h.id) != itself && h.occurred_at <= at)
            .map(|h| h.occurred_at)
            .max();
        latest.map_or(FactValue::Never, |t| {
            let days = calendar::london_day(at).signed_duration_since(calendar::london_day(t)).num_days();
            FactValue::One(u32::try_from(days).unwrap_or(0).min(MAX_NUMBER))
        })
    }
}

/// A field of an event as a fact; what cannot be asked satisfies no comparison.
#[must_use]
pub fn event_fact(h: &FoldEvent<'_>, field: Field) -> FactValue {
    if let Some((_, code)) = h.details.iter().find(|(one, _)| *one == field) {
        return FactValue::One(*code);
    }
    let Some(event) = h.event.as_deref() else { return FactValue::Never };
    match event.get(field) {
        Some(FieldValue::Code(code)) => FactValue::One(code),
        _ => event_value(event, field).unwrap_or(FactValue::Never),
    }
}
