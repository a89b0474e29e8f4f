//! A case, record by record.

use std::sync::LazyLock;

use risk_core::assessment::{Assessment, Question, assess};
use risk_core::calendar::parse_moment;
use risk_core::event::Instant;
use risk_core::event::vocabulary::Audience::{self, ResponsibleOfficer};
use risk_core::log::{Log, Record};
use risk_core::policy::Policy;
use risk_policies::ENGLAND_WALES_FILES;
use serde_json::{Value, json};
use uuid::Uuid;

pub static POLICY: LazyLock<Policy> = LazyLock::new(|| Policy::load(ENGLAND_WALES_FILES).unwrap());

pub const CASE: Uuid = Uuid::from_u128(0xCA5E);

/// A case as it is written down: the records in the order in which they are told here.
#[derive(Clone, Default)]
pub struct Case(Vec<Value>);

impl Case {
    /// Somebody is supervised from 1 September 2017; nobody was assessed yet.
    pub fn supervised() -> Self {
        let sentence = json!({ "sentence_id": "s1", "sentence_type": "community_order", "index_offence": "theft",
            "index_offence_is_domestic_abuse": "no", "sex": "male" });
        Self::default().and("2017-09-01", "supervision_started", sentence)
    }

    /// Something more, at noon of that day.
    pub fn and(self, day: &str, kind: &str, data: Value) -> Self {
        self.marked(None, day, kind, data)
    }

    /// Something more, with a mark of its own.
    pub fn marked(mut self, mark: Option<&str>, day: &str, kind: &str, data: Value) -> Self {
        let number = u128::try_from(self.0.len()).unwrap() + 1;
        let moment = format!("{day}T12:00:00Z");
        let mut record = json!({ "event_id": event(number), "case_id": CASE, "occurred_at": moment, "recorded_at": moment,
            "source": { "agency": "probation" } });
        if let Some(mark) = mark {
            record["handling"] = json!(mark);
        }
        record["kind"] = json!(kind);
        record["data"] = data;
        self.0.push(record);
        self
    }

    /// An assessment that somebody signed, of these levels.
    pub fn assessed(self, day: &str, levels: Value) -> Self {
        let data = json!({ "levels": levels, "stage": "initial", "signed": "yes", "tool": "oasys", "assessor": "a1",
            "person_involved": "yes" });
        self.and(day, "risk_assessed", data)
    }

    /// The register has that flag, at that level.
    pub fn flagged(self, day: &str, register: &str, level: Option<&str>) -> Self {
        self.and(day, "flag_recorded", with_level(register, level))
    }

    pub fn log(&self) -> Log {
        self.without(|_| false)
    }

    /// The log without some of the records, as if they had never been made.
    pub fn without(&self, left_out: impl Fn(&Record) -> bool) -> Log {
        let mut log = Log::new(CASE);
        for record in self.0.iter().map(|r| Record::parse(&r.to_string()).unwrap()).filter(|r| !left_out(r)) {
            log.append(record, None).unwrap();
        }
        log
    }

    /// How it stands at the end of that day.
    pub fn on(&self, day: &str) -> Assessment {
        self.for_audience(ResponsibleOfficer, day)
    }

    pub fn for_audience(&self, audience: Audience, day: &str) -> Assessment {
        assess(&self.log(), &POLICY, &Question::at(moment(day), audience)).unwrap()
    }
}

pub fn with_level(register: &str, level: Option<&str>) -> Value {
    let mut data = json!({ "register": register });
    if let Some(level) = level {
        data["level"] = json!(level);
    }
    data
}

/// The id of the record of that number, from 1.
pub fn event(number: u128) -> Uuid {
    Uuid::from_u128(0xE000 + number)
}

pub fn moment(day: &str) -> Instant {
    parse_moment(day).unwrap()
}
