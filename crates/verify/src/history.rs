//! Plausible case histories: a small world of people, orders, requests and sentences, with events of the kinds to
//! which rules respond.

use std::fmt;

use chrono::{Duration, TimeZone, Utc};
use proptest::prelude::*;
use risk_core::event::field::{OpaqueId, Shape};
use risk_core::event::vocabulary::{ActionKind, Group, Handling, Level, SourceAgency, Term};
use risk_core::event::{Event, Instant, Kind, Nature};
use risk_core::log::{Log, Record, RecordSource};
use serde_json::{Map, Value, json};
use uuid::Uuid;

use crate::dice::Dice;

/// The only case.
pub const CASE: Uuid = Uuid::from_u128(0xCA5E);

/// The relative frequency of each kind.
const KINDS: &[(Kind, u32)] = &[
    (Kind::HistoryLoaded, 1),
    (Kind::PreSentenceReportRequested, 1),
    (Kind::SupervisionStarted, 3),
    (Kind::CaseAllocated, 3),
    (Kind::CaseTransferred, 1),
    (Kind::SentencePlanCompleted, 1),
    (Kind::CustodyEntered, 2),
    (Kind::ReleasePlanned, 1),
    (Kind::ReleasedFromCustody, 2),
    (Kind::TemporaryReleaseStarted, 2),
    (Kind::TemporaryReleaseEnded, 1),
    (Kind::BailConditionsLifted, 1),
    (Kind::AddressEstablished, 1),
    (Kind::AddressChanged, 2),
    (Kind::CaseReturnRequested, 1),
    (Kind::CaseEscalated, 1),
    (Kind::EscalationDecided, 2),
    (Kind::SupervisionEnded, 1),
    (Kind::PersonDied, 1),
    (Kind::DomesticAbuseIdentified, 4),
    (Kind::PersonIdentified, 6),
    (Kind::RelationshipStarted, 3),
    (Kind::RelationshipEnded, 2),
    (Kind::CohabitationStarted, 2),
    (Kind::PregnancyReported, 1),
    (Kind::ContactReported, 3),
    (Kind::HouseholdRecorded, 2),
    (Kind::ChildContactChanged, 2),
    (Kind::RiskFactorChanged, 2),
    (Kind::PoliceCallOut, 7),
    (Kind::IncidentReported, 4),
    (Kind::Charged, 2),
    (Kind::Convicted, 1),
    (Kind::ConcernDisclosed, 4),
    (Kind::PlwDisclosure, 5),
    (Kind::AccountChecked, 1),
    (Kind::WhereaboutsUnknown, 1),
    (Kind::PersonLocated, 1),
    (Kind::ProtectiveOrderMade, 5),
    (Kind::ProtectiveOrderVaried, 2),
    (Kind::ProtectiveOrderDischarged, 1),
    (Kind::ProtectiveOrderChecked, 2),
    (Kind::ProtectiveOrderBreached, 2),
    (Kind::InformationRequested, 6),
    (Kind::InformationChased, 3),
    (Kind::InformationReceived, 4),
    (Kind::UnansweredRequestEscalated, 1),
    (Kind::InformationShared, 4),
    (Kind::SharingDecided, 2),
    (Kind::ChildSafeguardingReferred, 2),
    (Kind::ChildSafeguardingStatusChanged, 2),
    (Kind::AgencyDecisionMade, 1),
    (Kind::MultiAgencyMeeting, 1),
    (Kind::MaracConsidered, 1),
    (Kind::MaracReferred, 1),
    (Kind::MaracDiscussed, 1),
    (Kind::IdvaReferred, 1),
    (Kind::RiskAssessed, 9),
    (Kind::SaraCompleted, 1),
    (Kind::RiskManagementPlanUpdated, 3),
    (Kind::ManagementOversightRecorded, 6),
    (Kind::HomeVisitCompleted, 2),
    (Kind::AppointmentMissed, 1),
    (Kind::AbsenceExcused, 1),
    (Kind::RequirementImposed, 3),
    (Kind::RequirementRemovalSought, 1),
    (Kind::ProgrammeReferred, 2),
    (Kind::ProgrammeDeferred, 1),
    (Kind::ProgrammeSessionMissed, 1),
    (Kind::ProgrammeStarted, 1),
    (Kind::ProgrammeWithdrawn, 1),
    (Kind::PlwReferred, 1),
    (Kind::PlwContactMade, 1),
    (Kind::EnforcementStarted, 1),
    (Kind::FlagRecorded, 2),
    (Kind::FlagReviewed, 1),
    (Kind::FlagRemoved, 1),
    (Kind::ActionDecided, 6),
    (Kind::RuleDisputed, 1),
    (Kind::InitialAppointmentAttended, 1),
    (Kind::ContactFrequencySet, 1),
    (Kind::CohabitationEnded, 1),
    (Kind::WarrantIssued, 1),
    (Kind::AgencyDecisionChallenged, 1),
    (Kind::PolicePropertyFlagRequested, 1),
    (Kind::DvdsConsidered, 1),
    (Kind::MappaSet, 1),
    (Kind::IomAdopted, 1),
    (Kind::VictimSupportArranged, 1),
    (Kind::LicenceConditionsProposed, 1),
    (Kind::DashCompleted, 1),
    (Kind::QualityReviewed, 1),
    (Kind::HomeVisitAttempted, 1),
    (Kind::AppointmentAttended, 1),
    (Kind::RequirementCompleted, 1),
    (Kind::RequirementRemoved, 1),
    (Kind::ProgrammeSuitabilityDecided, 1),
    (Kind::ProgrammeInducted, 1),
    (Kind::ProgrammeCompleted, 1),
    (Kind::RarActivityDelivered, 1),
    (Kind::ProviderProgressReceived, 1),
    (Kind::ProgrammeConsentGiven, 1),
    (Kind::PlwContactAttempted, 1),
    (Kind::PlwSupportDecided, 1),
    (Kind::RecordCorrected, 4),
    (Kind::RecordRetracted, 3),
    (Kind::RecordDisputed, 1),
    (Kind::PayloadErased, 2),
];

/// The options for a generated history.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Style {
    /// Whether events are recorded up to 30 days late; otherwise at once.
    pub late: bool,
    /// Whether records may be corrected, retracted, disputed and erased.
    pub corrected: bool,
    /// The maximum number of records.
    pub most: usize,
    /// The start, in minutes after [`beginning`].
    pub from: i64,
    /// The grid in minutes: everything happens and is recorded at multiples of it after the start.
    pub grid: i64,
    /// The factor by which the time between events is stretched.
    pub pace: i64,
}

impl Style {
    /// Late and corrected.
    pub const ANY: Self = Self { late: true, corrected: true, most: 24, from: 0, grid: 1, pace: 1 };
    /// Nothing late and nothing corrected.
    pub const PROMPT: Self = Self { late: false, corrected: false, ..Self::ANY };
}

/// The records of one case, in the order in which they happened.
#[derive(Clone)]
pub struct History {
    /// The records.
    pub records: Vec<Record>,
}

impl fmt::Debug for History {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f)?;
        self.records.iter().try_for_each(|r| writeln!(f, "  {}", r.to_line()))
    }
}

impl History {
    /// A plain log of the records.
    pub fn log(&self) -> Log {
        log_of(self.records.clone())
    }

    /// The moment of the last recording.
    pub fn last_recorded(&self) -> Instant {
        self.records.iter().map(|r| r.recorded_at).max().unwrap_or(beginning())
    }

    /// The moments of recording, each once, in order.
    pub fn moments(&self) -> Vec<Instant> {
        let mut moments: Vec<Instant> = self.records.iter().map(|r| r.recorded_at).collect();
        moments.sort_unstable();
        moments.dedup();
        moments
    }
}

/// A plain log of records.
///
/// # Panics
/// If the records do not form a log.
pub fn log_of(records: Vec<Record>) -> Log {
    let mut log = Log::new(CASE);
    log.append_all(records, None).expect("a generated history makes a log");
    log
}

/// Whether records of this kind are about other records.
pub fn about_records(kind: Kind) -> bool {
    matches!(kind, Kind::RecordCorrected | Kind::RecordRetracted | Kind::RecordDisputed | Kind::PayloadErased)
}

/// The default start of a generated history.
pub fn beginning() -> Instant {
    Utc.with_ymd_and_hms(2016, 1, 4, 9, 0, 0).unwrap()
}

/// The random choices for one record.
#[derive(Debug, Clone, Copy)]
struct RecordChoices {
    kind: Kind,
    gap_minutes: i64,
    late_minutes: i64,
    seed: u64,
}

fn choice(style: Style) -> impl Strategy<Value = RecordChoices> {
    let kinds: Vec<(u32, Just<Kind>)> = KINDS
        .iter()
        .filter(|(k, _)| style.corrected || !about_records(*k))
        .map(|(kind, weight)| (*weight, Just(*kind)))
        .collect();
    let day = 24 * 60_i64;
    // In the same instant, on the same day, some days later, weeks later.
    let gap = prop_oneof![2 => Just(0_i64), 2 => 1..600_i64, 6 => 0..=12 * day, 2 => 0..=40 * day];
    let late = if style.late { prop_oneof![1 => Just(0_i64), 2 => 0..=30 * day].boxed() } else { Just(0_i64).boxed() };
    (proptest::strategy::Union::new_weighted(kinds), gap, late, any::<u64>())
        .prop_map(|(kind, gap_minutes, late_minutes, seed)| RecordChoices { kind, gap_minutes, late_minutes, seed })
}

/// A strategy for histories of this style.
pub fn histories(style: Style) -> impl Strategy<Value = History> {
    let choices = prop::collection::vec(choice(style), 1..=style.most);
    let history = (prop::bool::weighted(0.9), any::<u64>(), choices).prop_map(move |(starts, seed, mut choices)| {
        if starts {
            choices.insert(0, RecordChoices { kind: Kind::SupervisionStarted, gap_minutes: 0, late_minutes: 0, seed });
        }
        history(&choices, style)
    });
    history.prop_filter("choices that refer to missing events give no record", |h| !h.records.is_empty())
}

fn history(choices: &[RecordChoices], style: Style) -> History {
    let mut records: Vec<Record> = Vec::new();
    let begins = beginning() + Duration::minutes(style.from);
    let mut since = 0;
    for (place, choice) in choices.iter().enumerate() {
        since += choice.gap_minutes * style.pace;
        let now = begins + Duration::minutes(since - since % style.grid);
        let choice = RecordChoices { late_minutes: choice.late_minutes - choice.late_minutes % style.grid, ..*choice };
        // Ids in random order.
        let id = Uuid::from_u128(u128::from(Dice::new(place as u64).next()) << 32 | place as u128);
        if let Some(record) = record(&choice, id, now, &records) {
            records.push(record);
        }
    }
    History { records }
}

/// The record for these choices, if the events that it refers to have happened.
fn record(choice: &RecordChoices, id: Uuid, now: Instant, earlier: &[Record]) -> Option<Record> {
    let mut dice = Dice::new(choice.seed);
    let mut world = World { dice: &mut dice, now, earlier };
    let event = world.event(choice.kind)?;
    let named: Vec<&Record> =
        event.names().iter().filter_map(|(_, id)| earlier.iter().find(|r| r.event_id == *id)).collect();
    let mut mark = event.least_handling().max(named.iter().map(|r| r.handling).max().unwrap_or(Handling::Ordinary));
    if let Event::RecordCorrected(c) = &event {
        let kind = earlier.iter().find(|r| r.event_id == c.event_id)?.kind()?;
        let replacement = Event::decode(kind, c.replacement.data.as_object()?).ok()?;
        let names = replacement.names();
        let marks = names.iter().filter_map(|(_, id)| earlier.iter().find(|r| r.event_id == *id)).map(|r| r.handling);
        mark = marks.fold(mark.max(replacement.least_handling()), Ord::max);
    }
    let about_requests = matches!(
        choice.kind,
        Kind::InformationRequested
            | Kind::InformationChased
            | Kind::InformationReceived
            | Kind::UnansweredRequestEscalated
    );
    if about_requests {
        // A request to MARAC makes everything related to it equally confidential.
        let marac =
            matches!(event.get(risk_core::event::Field::RequestId), Some(risk_core::event::FieldValue::Id("r3")));
        mark = mark.max(if marac { Handling::PartnerConfidential } else { Handling::Ordinary });
    } else if dice.chance(10) {
        mark = *Handling::all().iter().filter(|m| **m >= mark).nth(1).unwrap_or(&mark);
    }
    let known = named.iter().map(|r| r.recorded_at).max().unwrap_or(now);
    let recorded = (now + Duration::minutes(choice.late_minutes)).max(known);
    let source = RecordSource { agency: SourceAgency::Probation, role: None, reference: None };
    Some(Record::new(id, CASE, now, recorded, source, event).with_handling(mark))
}

struct World<'w> {
    dice: &'w mut Dice,
    now: Instant,
    earlier: &'w [Record],
}

impl World<'_> {
    fn event(&mut self, kind: Kind) -> Option<Event> {
        let data = self.data(kind)?;
        Some(Event::decode(kind, &data).expect("generated data is of its kind"))
    }

    fn data(&mut self, kind: Kind) -> Option<Map<String, Value>> {
        let mut data = Map::new();
        for field in kind.spec().fields {
            let leave_out = if field.required { 0 } else { 30 };
            if self.dice.chance(leave_out) {
                continue;
            }
            match self.value(kind, field.name, (field.shape)()) {
                Some(value) => {
                    data.insert(field.name.to_owned(), value);
                }
                None if field.required => return None,
                None => {}
            }
        }
        self.make_plausible(kind, &mut data);
        if kind == Kind::RecordCorrected {
            self.replace(&mut data)?;
        }
        Some(data)
    }

    fn value(&mut self, kind: Kind, name: &str, shape: Shape) -> Option<Value> {
        match shape {
            Shape::Term { names, .. } => Some(json!(self.dice.pick(names))),
            Shape::Terms { names, .. } => Some(json!(self.dice.some(names, 4))),
            Shape::Id(of) => Some(json!(self.dice.pick(ids(of)))),
            Shape::Ids(of) => Some(json!(self.dice.some(ids(of), 2))),
            Shape::Integer { min, max } => {
                Some(json!(min + i64::try_from(self.dice.below(u64::try_from(max - min).unwrap() + 1)).unwrap()))
            }
            Shape::Date => {
                let days = i64::try_from(self.dice.below(240)).unwrap() - 40;
                Some(json!((self.now + Duration::days(days)).date_naive().to_string()))
            }
            Shape::Instant => None,
            Shape::EventRef => self.earlier_id(kind).map(|id| json!(id)),
            Shape::EventRefs => {
                let wanted = if name == "answers" { self.dice.below(2) } else { self.dice.below(4) };
                let mut found: Vec<Uuid> = (0..wanted).filter_map(|_| self.earlier_id(kind)).collect();
                found.sort_unstable();
                found.dedup();
                Some(json!(found))
            }
            Shape::Levels => {
                let mut levels = Map::new();
                // Prisoners are only at risk in custody.
                let here = |g: &&Group| name == "custody_levels" || **g != Group::Prisoners;
                for group in Group::all().iter().filter(here) {
                    if self.dice.chance(80) {
                        levels.insert(group.name().to_owned(), json!(self.dice.pick(Level::names())));
                    }
                }
                Some(Value::Object(levels))
            }
            Shape::Replacement => Some(json!({ "data": {} })),
        }
    }

    /// An earlier record that a record of this kind may name; in half of the cases the latest.
    fn earlier_id(&mut self, kind: Kind) -> Option<Uuid> {
        let fits = |r: &&Record| match kind {
            Kind::RecordCorrected => r.kind().is_some_and(|k| k.spec().nature != Nature::Housekeeping),
            Kind::RecordRetracted | Kind::PayloadErased => {
                r.kind().is_some_and(|k| k == Kind::RecordCorrected || k.spec().nature != Nature::Housekeeping)
            }
            // Oversight is mostly about an assessment.
            Kind::ManagementOversightRecorded => r.kind() == Some(Kind::RiskAssessed),
            // A request is never more confidential than the replies to it.
            Kind::InformationRequested => r.handling <= Handling::Staff,
            _ => true,
        };
        let all: Vec<&Record> = self.earlier.iter().filter(fits).collect();
        let newest = self.dice.chance(50);
        if all.is_empty() {
            return None;
        }
        Some(if newest { all[all.len() - 1].event_id } else { self.dice.pick(&all).event_id })
    }

    fn make_plausible(&mut self, kind: Kind, data: &mut Map<String, Value>) {
        let mut mostly = |percent: u64, field: &str, value: Value| {
            if self.dice.chance(percent) {
                data.insert(field.to_owned(), value);
            }
        };
        match kind {
            Kind::SupervisionStarted => mostly(70, "index_offence_is_domestic_abuse", json!("yes")),
            Kind::RiskAssessed => {
                mostly(70, "signed", json!("yes"));
                mostly(70, "stage", json!("review"));
            }
            Kind::ManagementOversightRecorded => {
                mostly(70, "decision", json!("agrees"));
                mostly(70, "role", json!("manager"));
            }
            Kind::ActionDecided => {
                mostly(60, "role", json!("manager"));
                let likely = [ActionKind::ReviewRisk, ActionKind::HomeVisit, ActionKind::MonitorProtectiveOrder];
                let action = self.dice.pick(&likely).name();
                if self.dice.chance(60) {
                    data.insert("action".to_owned(), json!(action));
                }
                if self.dice.chance(60) {
                    data.remove("about");
                }
            }
            Kind::RecordCorrected => {
                data.insert("reason".to_owned(), json!("wrong_value"));
            }
            _ => {}
        }
        // A child is a child in every record, and an agency is always asked under the same request id.
        let text = |data: &Map<String, Value>, name: &str| data.get(name).and_then(Value::as_str).map(str::to_owned);
        if let (Kind::PersonIdentified, Some(person)) = (kind, text(data, "person")) {
            let child = person.starts_with('c');
            data.insert("group".to_owned(), json!(if child { "child" } else { "known_adult" }));
        }
        if let (Kind::InformationRequested, Some(request)) = (kind, text(data, "request_id")) {
            let of = match request.as_str() {
                "r1" => "police",
                "r2" => "childrens_social_care",
                _ => "marac",
            };
            data.insert("of".to_owned(), json!(of));
        }
    }

    fn replace(&mut self, data: &mut Map<String, Value>) -> Option<()> {
        let target = data.get("event_id")?.as_str()?.parse::<Uuid>().ok()?;
        let record = self.earlier.iter().find(|r| r.event_id == target)?;
        let before: &[Record] = self.earlier;
        let before = before.split(|r| r.event_id == target).next().unwrap_or_default();
        let mut then = World { dice: &mut *self.dice, now: record.occurred_at, earlier: before };
        let mut new = then.data(record.kind()?)?;
        // A correction changes the description of an order, request or sentence, not its identity.
        for name in ["order_id", "request_id", "sentence_id"] {
            if let Some(old) = record.event()?.encode().get(name) {
                new.insert(name.to_owned(), old.clone());
            }
        }
        if let (Some(Value::String(id)), Kind::InformationRequested) = (new.get("request_id").cloned(), record.kind()?)
        {
            let of = if id == "r1" {
                "police"
            } else if id == "r2" {
                "childrens_social_care"
            } else {
                "marac"
            };
            new.insert("of".to_owned(), json!(of));
        }
        let mut replacement = json!({ "data": new });
        if self.dice.chance(30) {
            let earlier = record.occurred_at - Duration::hours(i64::try_from(self.dice.below(600)).unwrap());
            replacement["occurred_at"] = json!(earlier);
        }
        data.insert("replacement".to_owned(), replacement);
        Some(())
    }
}

/// The ids of the small world.
fn ids(of: &str) -> &'static [&'static str] {
    use risk_core::event::field as f;
    match of {
        o if o == f::PersonId::OF => &["p1", "p2", "c1", "c2"],
        o if o == f::SentenceId::OF => &["s1", "s1", "s2"],
        o if o == f::OrderId::OF => &["o1", "o2"],
        o if o == f::RequestId::OF => &["r1", "r2", "r3"],
        o if o == f::ProgrammeId::OF => &["g1"],
        o if o == f::IncidentId::OF => &["i1", "i2"],
        o if o == f::StaffId::OF => &["ro1", "m1"],
        o if o == f::SubjectId::OF => &["p1", "c1", "o1", "r1", "known_adult"],
        _ => &["x1"],
    }
}
