//! What is known of the case: the records taken in so far, as state that conditions can ask about.
//!
//! Whatever can change is kept with the time when it happened, so that an older record learnt later never overwrites a
//! newer one, and so that the order of records does not matter.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use chrono::NaiveDate;
use uuid::Uuid;

use super::flags::RegisterFlag;
use super::fold_event::{EventRef, FoldEvent};
use crate::calendar;
use crate::event::catalogue::{Event, Instant};
use crate::event::vocabulary::{
    AbuseRole, Complexity, FactorState, Grade, Handling, InformationAbout, InformationOf, Offence, OrderKind,
    PersonGroup, Programme, Provider, Register, Relation, Requirement, RiskFactor, SafeguardingStatus, SentenceType,
    Sex, Suitability, Tri,
};
use crate::event::{Field, Kind, Term};
use crate::log::LocalId;

/// A value with the time and record that gave it; a later one replaces it, an earlier one does not.
#[derive(Debug, Clone)]
pub struct Latest<T>(Option<((Instant, Uuid), T)>);

impl<T> Default for Latest<T> {
    fn default() -> Self {
        Self(None)
    }
}

impl<T: Clone> Latest<T> {
    fn put(&mut self, fold_event: &FoldEvent<'_>, value: T) {
        if self.0.as_ref().is_none_or(|(stamp, _)| *stamp <= fold_event.order()) {
            self.0 = Some((fold_event.order(), value));
        }
    }
    /// [`Self::put`], unless the record does not know: not knowing says nothing, whichever was written down first.
    fn learn(&mut self, fold_event: &FoldEvent<'_>, value: T)
    where
        T: Term,
    {
        if value.name() != "unknown" {
            self.put(fold_event, value);
        }
    }
    /// Supposes a value, where no record gives one: whatever a record gives replaces it, whenever it happened.
    fn suppose(&mut self, value: T) {
        self.0.get_or_insert(((Instant::MIN_UTC, Uuid::nil()), value));
    }
    /// The value, if there is one.
    #[must_use]
    pub fn get(&self) -> Option<&T> {
        self.0.as_ref().map(|(_, v)| v)
    }
    /// The value, or what its absence means.
    #[must_use]
    pub fn or(&self, absent: T) -> T {
        self.get().cloned().unwrap_or(absent)
    }
}

/// A sentence or period of supervision.
#[derive(Debug, Clone)]
pub struct Sentence {
    /// When it began.
    pub started: Instant,
    /// The record that says so.
    pub by: Uuid,
    /// That record's mark.
    pub handling: Handling,
    /// Its type.
    pub sentence_type: SentenceType,
    /// Its last day, if known, and the first moment after it.
    pub ends: Option<(NaiveDate, Instant)>,
    /// When it ended.
    pub ended: Option<Instant>,
}

/// The earlier of two, where either is known.
fn earliest<T: Ord>(one: Option<T>, other: Option<T>) -> Option<T> {
    one.into_iter().chain(other).min()
}

impl Sentence {
    fn runs_at(&self, t: Instant) -> bool {
        self.started <= t && self.ended.is_none_or(|end| t < end) && self.ends.is_none_or(|(_, end)| t < end)
    }
}

/// A protective order or condition.
#[derive(Debug, Clone)]
pub struct Order {
    /// When it was made.
    pub made: Instant,
    /// The record that says so.
    pub by: Uuid,
    /// That record's mark.
    pub handling: Handling,
    /// What it is.
    pub kind: OrderKind,
    /// The persons it protects.
    pub protects: Latest<BTreeSet<LocalId>>,
    /// The last day in force, and the first moment after it.
    pub expires: Latest<Option<(NaiveDate, Instant)>>,
    /// When it was discharged.
    pub discharged: Option<Instant>,
}

impl Order {
    /// The last day in force and the first moment after it, where the order has one.
    #[must_use]
    pub fn end(&self) -> Option<(NaiveDate, Instant)> {
        self.expires.get().copied().flatten()
    }
    /// Whether it is in force at that moment.
    #[must_use]
    pub fn in_force_at(&self, t: Instant) -> bool {
        self.made <= t && self.discharged.is_none_or(|end| t < end) && self.end().is_none_or(|(_, end)| t < end)
    }
}

/// A request for information.
#[derive(Debug, Clone)]
pub struct Request {
    /// When it was made, and the record that says so.
    pub asked: (Instant, Uuid),
    /// The agency it was made to.
    pub of: InformationOf,
    /// About what.
    pub about: InformationAbout,
    /// When the reply came.
    pub answered: Option<Instant>,
}

/// A person who matters to the case.
#[derive(Debug, Clone, Default)]
pub struct Person {
    /// What kind of person.
    pub group: Latest<PersonGroup>,
    /// Their relation to the supervised person.
    pub relation: Latest<Relation>,
    /// Whether a victim.
    pub victim: Latest<Tri>,
    /// Whether living in the household.
    pub in_household: Latest<Tri>,
    /// A child's status with children's social care.
    pub safeguarding: Latest<SafeguardingStatus>,
}

/// A record of the person's death.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Death {
    /// When it happened.
    pub at: Instant,
    /// The record.
    pub by: Uuid,
    /// That record's mark.
    pub handling: Handling,
}

/// Everything known.
#[derive(Debug, Clone, Default)]
pub struct Facts<'a> {
    /// Sentences by id.
    pub sentences: BTreeMap<LocalId, Sentence>,
    /// That the person died: of several records the earliest, of one moment the one with the least id.
    pub died: Option<Death>,
    /// Entries into custody (true) and releases (false), by when they happened.
    pub custody: BTreeMap<(Instant, Uuid), bool>,
    /// Who holds the case.
    pub provider: Latest<Provider>,
    /// The responsible officer's grade.
    pub grade: Latest<Grade>,
    /// How complex the case was held to be.
    pub complexity: Latest<Complexity>,
    /// When the case was allocated or moved, in order.
    pub allocations: BTreeSet<Instant>,
    /// Sex as recorded.
    pub sex: Latest<Sex>,
    /// The latest index offence.
    pub index_offence: Latest<Offence>,
    /// Whether an index offence is domestic abuse.
    pub index_is_domestic_abuse: Latest<Tri>,
    /// In which roles domestic abuse was identified.
    pub abuse_roles: BTreeSet<AbuseRole>,
    /// Something else shows domestic abuse by the person.
    pub abuse_shown: bool,
    /// People by id.
    pub persons: BTreeMap<LocalId, Person>,
    /// Whether the household's children are all on record.
    pub children_complete: Latest<Tri>,
    /// Status of children who are not named.
    pub unnamed_child_safeguarding: Latest<SafeguardingStatus>,
    /// Whether it is known where the person lives.
    pub address_known: Latest<Tri>,
    /// Whether it is known where the person is.
    pub whereabouts_known: Latest<Tri>,
    /// Orders by id.
    pub orders: BTreeMap<LocalId, Order>,
    /// Requirements in force, by sentence.
    pub requirements: BTreeMap<(Requirement, LocalId), Latest<bool>>,
    /// The state of each programme: a place in `PROGRAMME_STATES`.
    pub programmes: BTreeMap<Programme, Latest<u32>>,
    /// Register flags.
    pub flags: BTreeMap<Register, RegisterFlag>,
    /// Requests by id.
    pub requests: BTreeMap<LocalId, Request>,
    /// Risk factors.
    pub factors: BTreeMap<RiskFactor, Latest<FactorState>>,
    /// From when records of a kind are complete.
    pub complete_from: BTreeMap<Kind, NaiveDate>,
    /// Every record taken in: a list for each kind, in the order of events.
    history: Vec<Vec<Arc<FoldEvent<'a>>>>,
}

impl<'a> Facts<'a> {
    /// Takes in one record.
    pub fn take(&mut self, h: &Arc<FoldEvent<'a>>) {
        if let (Some(kind), Some(event)) = (h.kind(), h.event.clone()) {
            self.take_event(h, &event);
            if self.history.is_empty() {
                self.history.resize_with(Kind::all().len(), Vec::new);
            }
            if let Some(of_kind) = self.history.get_mut(kind as usize) {
                let place = of_kind.partition_point(|other| other.order() <= h.order());
                of_kind.insert(place, h.clone());
            }
        }
    }

    /// What is known of the person that the event's field `person` names.
    fn person(&mut self, h: &FoldEvent<'a>) -> Option<&mut Person> {
        h.id_of(Field::Person).map(|id| self.persons.entry(id).or_default())
    }

    #[allow(clippy::too_many_lines, reason = "one arm for each kind that changes a fact: the list is the point")]
    fn take_event(&mut self, h: &FoldEvent<'a>, event: &EventRef<'a>) {
        match &**event {
            Event::HistoryLoaded(e) => {
                for kind in &e.kinds {
                    let from = self.complete_from.entry(*kind).or_insert(e.from);
                    *from = (*from).min(e.from);
                }
            }
            Event::PreSentenceReportRequested(e) => {
                self.sex.learn(h, e.sex);
                self.index_offence.learn(h, e.index_offence);
                self.index_is_domestic_abuse.learn(h, e.index_offence_is_domestic_abuse);
                self.abuse_shown |= e.index_offence_is_domestic_abuse == Tri::Yes;
            }
            Event::SupervisionStarted(e) => {
                self.sex.learn(h, e.sex);
                self.index_offence.learn(h, e.index_offence);
                self.index_is_domestic_abuse.learn(h, e.index_offence_is_domestic_abuse);
                self.abuse_shown |= e.index_offence_is_domestic_abuse == Tri::Yes;
                let Some(id) = h.id_of(Field::SentenceId) else { return };
                // If a sentence is reported twice, the later statement applies, as with every fact.
                if self.sentences.get(&id).is_none_or(|known| (known.started, known.by) <= h.order()) {
                    let sentence = Sentence {
                        started: h.occurred_at,
                        by: h.id,
                        handling: h.handling,
                        sentence_type: e.sentence_type,
                        ends: e.ends_on.map(ending),
                        ended: earliest(
                            self.first(&[Kind::SupervisionEnded], Field::SentenceId, id),
                            self.died.map(|death| death.at),
                        ),
                    };
                    self.sentences.insert(id, sentence);
                }
            }
            Event::SupervisionEnded(_) => {
                let sentence = h.id_of(Field::SentenceId).and_then(|id| self.sentences.get_mut(&id));
                if let Some(s) = sentence {
                    s.ended = earliest(s.ended, Some(h.occurred_at));
                }
            }
            Event::PersonDied(_) => {
                let death = Death { at: h.occurred_at, by: h.id, handling: h.handling };
                self.died = earliest(self.died, Some(death));
                for s in self.sentences.values_mut() {
                    s.ended = earliest(s.ended, Some(h.occurred_at));
                }
            }
            Event::CaseAllocated(e) => self.allocate(h, e.provider, e.grade, e.complexity),
            Event::CaseTransferred(e) => self.allocate(h, e.provider, e.grade, e.complexity),
            Event::CustodyEntered(_) => {
                self.custody.insert(h.order(), true);
                self.whereabouts_known.put(h, Tri::Yes);
            }
            Event::ReleasedFromCustody(e) => {
                self.custody.insert(h.order(), false);
                self.address_known.put(h, e.address_known);
            }
            Event::AddressEstablished(_) | Event::AddressChanged(_) => {
                self.address_known.put(h, Tri::Yes);
                if let Some(person) = h.id_of(Field::WithPerson) {
                    self.persons.entry(person).or_default().in_household.put(h, Tri::Yes);
                }
            }
            Event::DomesticAbuseIdentified(e) => {
                self.abuse_roles.insert(e.role);
            }
            Event::PersonIdentified(e) => {
                if let Some(p) = self.person(h) {
                    p.group.put(h, e.group);
                    p.relation.put(h, e.relation);
                    p.victim.learn(h, e.victim);
                    p.in_household.learn(h, e.in_household);
                }
            }
            Event::RelationshipStarted(_) => {
                if let Some(p) = self.person(h) {
                    p.relation.put(h, Relation::Partner);
                    p.group.suppose(PersonGroup::KnownAdult);
                }
            }
            Event::RelationshipEnded(_) => {
                if let Some(p) = self.person(h) {
                    p.relation.put(h, Relation::ExPartner);
                }
            }
            Event::CohabitationStarted(_) | Event::CohabitationEnded(_) => {
                let lives = if let Event::CohabitationStarted(e) = &**event { e.confirmed } else { Tri::No };
                if let Some(p) = self.person(h) {
                    p.in_household.put(h, lives);
                }
            }
            Event::HouseholdRecorded(e) => {
                self.children_complete.learn(h, e.children_complete);
                for person in h.ids_of(Field::Persons) {
                    self.persons.entry(person).or_default().in_household.put(h, Tri::Yes);
                }
            }
            Event::RiskFactorChanged(e) => self.factors.entry(e.factor).or_default().put(h, e.state),
            Event::PlwDisclosure(_) => self.abuse_shown = true,
            Event::WhereaboutsUnknown(_) => {
                self.whereabouts_known.put(h, Tri::No);
                self.address_known.put(h, Tri::No);
            }
            Event::PersonLocated(_) => self.whereabouts_known.put(h, Tri::Yes),
            Event::ProtectiveOrderMade(_) | Event::ProtectiveOrderVaried(_) | Event::ProtectiveOrderDischarged(_) => {
                self.take_order(h, event);
            }
            Event::InformationRequested(e) => {
                let Some(id) = h.id_of(Field::RequestId) else { return };
                if self.requests.get(&id).is_none_or(|known| known.asked <= h.order()) {
                    let answered = self.first(&[Kind::InformationReceived], Field::RequestId, id);
                    let request = Request { asked: h.order(), of: e.of, about: e.about, answered };
                    self.requests.insert(id, request);
                }
            }
            Event::InformationReceived(_) => {
                let request = h.id_of(Field::RequestId).and_then(|id| self.requests.get_mut(&id));
                if let Some(r) = request {
                    r.answered = Some(r.answered.map_or(h.occurred_at, |t| t.min(h.occurred_at)));
                }
            }
            Event::ChildSafeguardingStatusChanged(e) => match self.person(h) {
                Some(p) => p.safeguarding.put(h, e.status),
                None => self.unnamed_child_safeguarding.put(h, e.status),
            },
            Event::RequirementImposed(e) => {
                self.abuse_shown |= e.requirement == Requirement::Bbr;
                self.require(h, e.requirement, true);
            }
            Event::RequirementCompleted(e) => self.require(h, e.requirement, false),
            Event::RequirementRemoved(e) => self.require(h, e.requirement, false),
            Event::ProgrammeReferred(e) => self.programme(h, e.programme, 1),
            Event::ProgrammeSuitabilityDecided(e) => {
                let state = match e.outcome {
                    Suitability::Suitable => 2,
                    Suitability::NotSuitable => 3,
                    Suitability::NotEligible => 4,
                };
                self.programme(h, e.programme, state);
            }
            Event::ProgrammeInducted(e) => self.programme(h, e.programme, 5),
            Event::ProgrammeStarted(e) => self.programme(h, e.programme, 6),
            Event::ProgrammeDeferred(e) => self.programme(h, e.programme, 7),
            Event::ProgrammeCompleted(e) => self.programme(h, e.programme, 8),
            Event::ProgrammeWithdrawn(e) => self.programme(h, e.programme, 9),
            Event::FlagRecorded(e) => self.flags.entry(e.register).or_default().record(h.occurred_at, e.level),
            Event::FlagRemoved(e) => self.flags.entry(e.register).or_default().remove(h.occurred_at, e.level),
            _ => {}
        }
    }

    fn take_order(&mut self, h: &FoldEvent<'a>, event: &Event) {
        let Some(id) = h.id_of(Field::OrderId) else { return };
        let protected = || h.ids_of(Field::Protects).collect();
        match event {
            Event::ProtectiveOrderMade(e) => {
                let discharged = self.first(&[Kind::ProtectiveOrderDischarged], Field::OrderId, id);
                let order = self.orders.entry(id).or_insert_with(|| Order {
                    made: h.occurred_at,
                    by: h.id,
                    handling: h.handling,
                    kind: e.order,
                    protects: Latest::default(),
                    expires: Latest::default(),
                    discharged,
                });
                // An order that is reported twice was made when it was first made.
                if h.order() < (order.made, order.by) {
                    (order.made, order.by, order.handling, order.kind) = (h.occurred_at, h.id, h.handling, e.order);
                }
                order.protects.put(h, protected());
                order.expires.put(h, e.expires_on.map(ending));
                // Variations that were recorded before the order itself.
                let earlier: Vec<FoldEvent<'a>> = self
                    .of_kinds(&[Kind::ProtectiveOrderVaried])
                    .filter(|v| v.id_of(Field::OrderId) == Some(id))
                    .cloned()
                    .collect();
                for varied in &earlier {
                    if let Some(event) = varied.event.clone() {
                        self.take_order(varied, &event);
                    }
                }
            }
            Event::ProtectiveOrderVaried(e) => {
                if let Some(order) = self.orders.get_mut(&id) {
                    if e.protects.is_some() {
                        order.protects.put(h, protected());
                    }
                    if e.expires_on.is_some() {
                        order.expires.put(h, e.expires_on.map(ending));
                    }
                }
            }
            Event::ProtectiveOrderDischarged(_) => {
                if let Some(order) = self.orders.get_mut(&id) {
                    order.discharged = Some(order.discharged.map_or(h.occurred_at, |t| t.min(h.occurred_at)));
                }
            }
            _ => {}
        }
    }

    fn allocate(&mut self, h: &FoldEvent<'a>, provider: Provider, grade: Option<Grade>, complexity: Complexity) {
        self.provider.put(h, provider);
        if let Some(grade) = grade {
            self.grade.put(h, grade);
        }
        self.complexity.put(h, complexity);
        self.allocations.insert(h.clock);
    }

    fn require(&mut self, h: &FoldEvent<'a>, requirement: Requirement, in_force: bool) {
        if let Some(sentence) = h.id_of(Field::SentenceId) {
            self.requirements.entry((requirement, sentence)).or_default().put(h, in_force);
        }
    }

    fn programme(&mut self, h: &FoldEvent<'a>, programme: Programme, state: u32) {
        self.programmes.entry(programme).or_default().put(h, state);
    }

    /// Whether any sentence runs at that moment.
    #[must_use]
    pub fn supervised_at(&self, t: Instant) -> bool {
        self.sentences.values().any(|s| s.runs_at(t))
    }

    /// When supervision ended, if it ran before and runs no longer; if no sentence is on record, when the person died.
    #[must_use]
    pub fn supervision_ended_by(&self, t: Instant) -> Option<Instant> {
        if self.supervised_at(t) {
            return None;
        }
        self.sentences
            .values()
            .filter(|s| s.started <= t)
            .filter_map(|s| {
                let by_date = s.ends.filter(|(_, end)| *end <= t).map(|(last, _)| calendar::end_of_day(last));
                [s.ended.filter(|end| *end <= t), by_date].into_iter().flatten().min()
            })
            .max()
            .or(self.died_by(t).map(|death| death.at))
    }

    /// The record of the person's death, where it had happened by that moment.
    #[must_use]
    pub fn died_by(&self, t: Instant) -> Option<Death> {
        self.died.filter(|death| death.at <= t)
    }

    /// Whether the person is in custody at that moment.
    #[must_use]
    pub fn in_custody_at(&self, t: Instant) -> bool {
        self.custody.iter().take_while(|((at, _), _)| *at <= t).last().is_some_and(|(_, entered)| *entered)
    }

    /// The children known.
    pub fn children(&self) -> impl Iterator<Item = LocalId> {
        self.persons.iter().filter(|(_, p)| p.group.get() == Some(&PersonGroup::Child)).map(|(id, _)| *id)
    }

    /// Orders in force at either moment.
    pub fn orders_in_force(&self, at: [Instant; 2]) -> impl Iterator<Item = (LocalId, &Order)> {
        self.orders.iter().filter(move |(_, o)| at.iter().any(|t| o.in_force_at(*t))).map(|(id, o)| (*id, o))
    }

    /// Requests without a reply.
    pub fn outstanding(&self) -> impl Iterator<Item = (LocalId, &Request)> {
        self.requests.iter().filter(|(_, r)| r.answered.is_none()).map(|(id, r)| (*id, r))
    }

    /// When the first record of these kinds about that id happened.
    fn first(&self, kinds: &[Kind], field: Field, id: LocalId) -> Option<Instant> {
        self.of_kinds(kinds).filter(|h| h.id_of(field) == Some(id)).map(|h| h.occurred_at).min()
    }

    /// Of everything on record, the last of these kinds, else the last of all, with the strictest mark of those kinds.
    #[must_use]
    pub fn last_bearing(&self, kinds: &BTreeSet<Kind>) -> Option<(Uuid, Handling)> {
        let all = || self.of_kinds(Kind::all());
        let bearing = || all().filter(|h| h.kind().is_some_and(|k| kinds.contains(&k)));
        let last = bearing().max_by_key(|h| h.order()).or_else(|| all().max_by_key(|h| h.order()))?;
        Some((last.id, bearing().map(|h| h.handling).fold(last.handling, Ord::max)))
    }

    /// Every record of these kinds, in the order of events within each kind.
    pub fn of_kinds<'s>(&'s self, kinds: &'s [Kind]) -> impl Iterator<Item = &'s FoldEvent<'a>> {
        kinds.iter().filter_map(|k| self.history.get(*k as usize)).flatten().map(AsRef::as_ref)
    }
}

/// A last day with the first moment after it.
fn ending(last: NaiveDate) -> (NaiveDate, Instant) {
    (last, calendar::start_of_day(calendar::add_days(last, 1).unwrap_or(last)))
}
