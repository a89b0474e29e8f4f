//! The events of which sequences consist.

use chrono::Duration;
use risk_core::calendar::london_day;
use risk_core::event::field::{self, OpaqueId};
use risk_core::event::vocabulary::{Group, Handling, SourceAgency};
use risk_core::event::{Event, Instant, Kind, Shape, Term};
use risk_core::log::{Record, RecordSource};
use serde_json::{Map, Value, json};
use uuid::Uuid;

use crate::history::{CASE, about_records};

/// The placeholder for the previous record in a template.
const PREVIOUS: &str = "@previous";
/// The placeholder for a day relative to the event in a template.
const DAYS_ON: &str = "@days ";

/// An event of a sequence, with the time since the previous one.
#[derive(Debug, Clone)]
pub struct Symbol {
    /// Its kind.
    pub kind: Kind,
    /// Its data; values that depend on the position in the sequence are placeholders.
    template: Map<String, Value>,
    /// The time from the previous recording to this one.
    pub gap: Duration,
    /// The delay of the recording.
    pub late: Duration,
}

/// The timing of an event: days after the previous record, and days until it is recorded.
pub type Timing = (i64, i64);

/// Each kind once.
#[must_use]
pub fn plain(timings: &[Timing]) -> Vec<Symbol> {
    timed(Kind::all().iter().map(|k| (*k, usual(*k))).collect(), timings)
}

/// Each kind with its usual values, and then with each other value of each field, one field at a time.
#[must_use]
pub fn broad(timings: &[Timing]) -> Vec<Symbol> {
    let mut events = Vec::new();
    for kind in Kind::all() {
        let usual = usual(*kind);
        for spec in kind.spec().fields {
            for value in others(spec.name, (spec.shape)()) {
                let mut data = usual.clone();
                data.insert(spec.name.to_owned(), value);
                if Some(&data) != Some(&usual) {
                    events.push((*kind, data));
                }
            }
            if !spec.required && usual.contains_key(spec.name) {
                let mut data = usual.clone();
                data.remove(spec.name);
                events.push((*kind, data));
            }
        }
        events.push((*kind, usual));
    }
    timed(events, timings)
}

/// Events with two or three unusual values at once, for rules that need them, alone or in sequence.
#[must_use]
pub fn rare(timings: &[Timing]) -> Vec<Symbol> {
    use Kind as K;
    let events = vec![
        with(K::SupervisionStarted, json!({ "sentence_id": "s2", "sex": "female" })),
        with(K::RequirementImposed, json!({ "sentence_id": "s2", "requirement": "bbr" })),
        with(K::CaseTransferred, json!({ "provider": "probation_service" })),
        with(K::EscalationDecided, json!({ "outcome": "refused" })),
        with(K::PersonIdentified, json!({ "person": "c1", "group": "child", "relation": "family", "victim": "yes" })),
        with(K::DomesticAbuseIdentified, json!({})),
        with(K::ChildContactChanged, json!({ "contact": "started", "set_by": "agreement" })),
        with(K::RiskAssessed, json!({ "levels": { "known_adult": "high" } })),
        with(K::AppointmentMissed, json!({ "acceptable": "no" })),
        with(K::ProtectiveOrderMade, json!({ "order_id": "o1" })),
        with(K::ProtectiveOrderDischarged, json!({ "order_id": "o1" })),
        with(K::ProtectiveOrderChecked, json!({ "with": "victim_service", "compliant": "no" })),
        with(K::FlagRecorded, json!({ "register": "restraining_order" })),
        with(K::InformationRequested, json!({})),
        with(K::InformationChased, json!({})),
        with(K::MultiAgencyMeeting, json!({ "meeting": "marac", "notes_obtained": "no" })),
        with(K::Charged, json!({ "offence": "theft", "victim_is_child": "no" })),
        with(K::Charged, json!({ "offence": "child_cruelty", "victim_is_child": "yes" })),
        with(K::ConcernDisclosed, json!({ "by": "neighbour", "concerns": ["relapse"] })),
    ];
    timed(events, timings)
}

fn with(kind: Kind, changes: Value) -> (Kind, Map<String, Value>) {
    let mut data = usual(kind);
    data.extend(changes.as_object().unwrap().clone());
    (kind, data)
}

/// The events with the hardest interactions: those that raise a level, answer it, change a record, or depend on time.
#[must_use]
pub fn core(timings: &[Timing]) -> Vec<Symbol> {
    use Kind as K;
    let low = json!({ "children": "low", "known_adult": "low" });
    let high = json!({ "children": "high", "known_adult": "high" });
    let events = vec![
        with(K::SupervisionStarted, json!({ "sentence_id": "s2" })),
        with(K::SupervisionEnded, json!({})),
        with(K::PoliceCallOut, json!({})),
        with(K::PoliceCallOut, json!({ "children_present": "yes", "incident": "i1" })),
        with(K::IncidentReported, json!({ "serious_injury": "yes", "incident": "i1" })),
        with(K::PlwDisclosure, json!({})),
        with(K::PersonIdentified, json!({ "person": "c2", "group": "child", "relation": "child" })),
        with(K::RelationshipStarted, json!({ "person": "p2" })),
        with(K::ContactReported, json!({})),
        with(K::ProtectiveOrderMade, json!({ "order_id": "o2" })),
        with(K::ProtectiveOrderVaried, json!({ "expires_on": "@days 1" })),
        with(K::ProtectiveOrderChecked, json!({})),
        with(K::InformationRequested, json!({})),
        with(K::InformationReceived, json!({})),
        with(K::RiskAssessed, json!({ "levels": low })),
        with(K::RiskAssessed, json!({ "levels": high, "considers": [PREVIOUS] })),
        with(K::ManagementOversightRecorded, json!({ "about": PREVIOUS })),
        with(K::RiskManagementPlanUpdated, json!({})),
        with(K::InformationShared, json!({ "with": "childrens_social_care" })),
        with(K::ActionDecided, json!({ "decision": "not_needed" })),
        with(K::ActionDecided, json!({ "decision": "deferred", "until": "@days 60" })),
        with(K::RecordRetracted, json!({})),
        with(K::RecordCorrected, json!({})),
        with(K::PayloadErased, json!({})),
    ];
    timed(events, timings)
}

fn timed(events: Vec<(Kind, Map<String, Value>)>, timings: &[Timing]) -> Vec<Symbol> {
    let timed = |(kind, template): (Kind, Map<String, Value>)| {
        timings.iter().map(move |(gap, late)| Symbol {
            kind,
            template: template.clone(),
            gap: Duration::days(*gap),
            late: Duration::days(*late),
        })
    };
    events.into_iter().flat_map(timed).collect()
}

/// The usual data of a kind.
fn usual(kind: Kind) -> Map<String, Value> {
    let mut data = Map::new();
    for spec in kind.spec().fields {
        if let Some(value) = usual_value(kind, spec.name, (spec.shape)(), spec.required) {
            data.insert(spec.name.to_owned(), value);
        }
    }
    data
}

fn usual_value(kind: Kind, name: &str, shape: Shape, required: bool) -> Option<Value> {
    let chosen = match (kind, name) {
        (Kind::RiskAssessed, "levels") => {
            json!({ "children": "low", "known_adult": "medium", "public": "low", "staff": "low" })
        }
        (Kind::RiskAssessed | Kind::InformationRequested, "stage") => {
            json!(if kind == Kind::RiskAssessed { "review" } else { "ongoing" })
        }
        (Kind::ManagementOversightRecorded, "by") => json!("m1"),
        (Kind::ManagementOversightRecorded | Kind::ActionDecided, "role") => json!("manager"),
        (Kind::ActionDecided, "action") => json!("review_risk"),
        (Kind::ActionDecided, "reasons" | "about") | (_, "incident" | "answers" | "considers") => return None,
        (Kind::SupervisionStarted, "sentence_id") => json!("s1"),
        (Kind::HistoryLoaded, "kinds") => json!(["police_call_out", "home_visit_completed"]),
        (Kind::PersonIdentified, "person") => json!("p2"),
        (Kind::RecordCorrected | Kind::RecordRetracted | Kind::RecordDisputed | Kind::PayloadErased, "reason") => {
            json!("entered_in_error")
        }
        (Kind::CaseAllocated | Kind::CaseTransferred, "provider") => json!("crc"),
        _ => match shape {
            Shape::Term { names, .. } => json!(names[0]),
            Shape::Terms { names, .. } => json!([names[0]]),
            Shape::Id(of) => json!(id(of)),
            Shape::Ids(of) => json!([id(of)]),
            Shape::Integer { min, max } => json!((min + max) / 2),
            Shape::Date => json!(format!("{DAYS_ON}200")),
            Shape::EventRef => json!(PREVIOUS),
            Shape::Instant | Shape::EventRefs | Shape::Levels if !required => return None,
            Shape::EventRefs => json!([]),
            Shape::Levels => json!({ "prisoners": "medium" }),
            Shape::Replacement => json!({ "data": {} }),
            Shape::Instant => return None,
        },
    };
    Some(chosen)
}

fn id(of: &str) -> &'static str {
    match of {
        o if o == field::PersonId::OF => "p1",
        o if o == field::SentenceId::OF => "s1",
        o if o == field::OrderId::OF => "o1",
        o if o == field::RequestId::OF => "r1",
        o if o == field::ProgrammeId::OF => "g1",
        o if o == field::IncidentId::OF => "i1",
        o if o == field::StaffId::OF => "ro1",
        _ => "p1",
    }
}

/// The other values of a field.
fn others(name: &str, shape: Shape) -> Vec<Value> {
    match shape {
        Shape::Term { names, .. } => names.iter().map(|n| json!(n)).collect(),
        Shape::Terms { list: "Kind", .. } => vec![],
        Shape::Terms { names, .. } => names.iter().map(|n| json!([n])).chain([json!([])]).collect(),
        Shape::Id(of) if of == field::PersonId::OF => vec![json!("c1"), json!("p2")],
        Shape::Id(of) if of == field::StaffId::OF => vec![json!("m1"), json!("ro1")],
        Shape::Id(of) => vec![json!(format!("{}9", &id(of)[..1]))],
        Shape::Ids(_) => vec![json!([]), json!(["c1"])],
        Shape::Integer { min, max } => {
            [min, 1, 3, 11, 14, 28, max].iter().filter(|n| (min..=max).contains(n)).map(|n| json!(n)).collect()
        }
        Shape::Date => [-20, 0, 20, 400].iter().map(|n| json!(format!("{DAYS_ON}{n}"))).collect(),
        Shape::EventRef => vec![],
        Shape::EventRefs => vec![json!([PREVIOUS])],
        Shape::Levels => {
            let all = |level: &str| {
                let here = Group::all().iter().filter(|g| name == "custody_levels" || **g != Group::Prisoners);
                Value::Object(here.map(|g| (g.name().to_owned(), json!(level))).collect())
            };
            vec![
                all("low"),
                all("medium"),
                all("high"),
                all("very_high"),
                all("unknown"),
                json!({ "known_adult": "high" }),
            ]
        }
        Shape::Instant | Shape::Replacement => vec![],
    }
}

impl Symbol {
    /// The record of this event at a position of a sequence.
    ///
    /// A correction repeats its target, placed twenty days earlier. A record that names the previous record has a
    /// mark that this record allows.
    ///
    /// # Panics
    /// If the template does not fit its kind.
    #[must_use]
    pub fn record(&self, event_id: Uuid, clock: Instant, previous: &Record) -> Record {
        let mut data = self.template.clone();
        for value in data.values_mut() {
            fill(value, clock - self.late, previous.event_id);
        }
        if self.kind == Kind::RecordCorrected {
            let old = previous.event().map(Event::encode).unwrap_or_default();
            data.insert(
                "replacement".to_owned(),
                json!({ "data": old, "occurred_at": previous.occurred_at - Duration::days(20) }),
            );
        }
        let event = Event::decode(self.kind, &data).unwrap_or_else(|e| panic!("{}: {e}", self.kind));
        let names = !event.names().is_empty();
        let source = RecordSource { agency: SourceAgency::Probation, role: None, reference: None };
        let record = Record::new(event_id, CASE, clock - self.late, clock, source, event);
        let mark = if names { record.handling.max(Handling::PartnerConfidential) } else { record.handling };
        record.with_handling(mark)
    }

    /// Whether its record depends on more of the previous record than its id.
    #[must_use]
    pub fn repeats(&self) -> bool {
        self.kind == Kind::RecordCorrected
    }

    /// Whether a record of this kind may be about that record.
    #[must_use]
    pub fn may_follow(&self, previous: &Record) -> bool {
        let by_hand = about_records(self.kind);
        let housekeeping = |k: Kind| about_records(k) || matches!(k, Kind::HistoryLoaded | Kind::RuleDisputed);
        !by_hand || previous.kind().is_some_and(|k| !housekeeping(k))
    }
}

fn fill(value: &mut Value, occurred_at: Instant, previous: Uuid) {
    match value {
        Value::String(s) if s == PREVIOUS => *s = previous.to_string(),
        Value::String(s) => {
            if let Some(days) = s.strip_prefix(DAYS_ON) {
                *s = (london_day(occurred_at) + Duration::days(days.parse().unwrap())).to_string();
            }
        }
        Value::Array(all) => all.iter_mut().for_each(|v| fill(v, occurred_at, previous)),
        _ => {}
    }
}
