//! Openings: the records before each sequence.

use chrono::{DateTime, Duration, TimeZone, Utc};
use risk_core::event::vocabulary::SourceAgency;
use risk_core::event::{Event, Instant, Kind, Term};
use risk_core::log::{Record, RecordSource};
use serde_json::{Value, json};
use uuid::Uuid;

use crate::history::CASE;

/// The records before each sequence.
pub struct Opening {
    /// A description of the opening.
    pub name: &'static str,
    /// The year in which sequences start.
    pub year: i32,
    /// The records, in order.
    pub records: Vec<Record>,
}

/// The first possible day of the first event.
#[must_use]
pub fn start(year: i32) -> Instant {
    Utc.with_ymd_and_hms(year, 3, 1, 12, 0, 0).single().unwrap_or(DateTime::<Utc>::MIN_UTC)
}

/// A known person, before any supervision.
#[must_use]
pub fn before_sentence() -> Opening {
    Opening {
        name: "before any sentence",
        year: 2018,
        records: vec![record(
            0,
            2018,
            10,
            "person_identified",
            json!({ "person": "p1", "group": "known_adult",
        "relation": "partner", "victim": "yes", "in_household": "yes" }),
        )],
    }
}

/// Under supervision for domestic abuse, from the start of that year.
#[must_use]
pub fn supervised(name: &'static str, year: i32) -> Opening {
    let sentence = json!({ "sentence_id": "s1", "sentence_type": "community_order", "index_offence": "assault",
        "index_offence_is_domestic_abuse": "yes", "sex": "male" });
    Opening { name, year, records: vec![record(0, year, 10, "supervision_started", sentence)] }
}

/// A case with everything that a rule may ask about.
#[must_use]
pub fn known_case() -> Opening {
    let mut opening = supervised("in a case of which much is known", 2018);
    let events = [
        ("case_allocated", json!({ "provider": "crc", "grade": "pso" })),
        ("domestic_abuse_identified", json!({ "role": "perpetrator", "evidence": "conviction" })),
        (
            "person_identified",
            json!({ "person": "p1", "group": "known_adult", "relation": "partner", "victim": "yes", "in_household": "no" }),
        ),
        (
            "person_identified",
            json!({ "person": "c1", "group": "child", "relation": "child", "victim": "no", "in_household": "no" }),
        ),
        ("requirement_imposed", json!({ "sentence_id": "s1", "requirement": "bbr" })),
        (
            "protective_order_made",
            json!({ "order_id": "o1", "order": "restraining", "protects": ["p1"], "conditions": ["no_contact"], "expires_on": "2018-03-10" }),
        ),
        (
            "information_requested",
            json!({ "request_id": "r1", "of": "police", "about": "domestic_abuse_call_outs", "stage": "initial" }),
        ),
        ("programme_referred", json!({ "programme_id": "g1", "programme": "bbr" })),
        ("plw_referred", json!({ "person": "p1" })),
        (
            "risk_assessed",
            json!({ "levels": { "children": "low", "known_adult": "medium", "public": "low", "staff": "low" },
            "stage": "initial", "signed": "yes", "assessor": "ro1", "person_involved": "yes" }),
        ),
    ];
    for (n, (kind, data)) in (1..).zip(events) {
        opening.records.push(record(n, 2018, 10 + i64::from(n), kind, data));
    }
    opening
}

fn record(n: u8, year: i32, day: i64, kind: &str, data: Value) -> Record {
    let when = Utc.with_ymd_and_hms(year, 1, 1, 10, 0, 0).unwrap() + Duration::days(day);
    let event =
        Event::decode(Kind::parse(kind).unwrap(), data.as_object().unwrap()).unwrap_or_else(|e| panic!("{kind}: {e}"));
    let source = RecordSource { agency: SourceAgency::Probation, role: None, reference: None };
    Record::new(Uuid::from_u128(0x0900 + u128::from(n)), CASE, when, when, source, event)
}
