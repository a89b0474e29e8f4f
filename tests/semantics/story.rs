//! The vocabulary of these tests: a story (rules and events), and how it is seen on a day.

use risk_core::assessment::answer::{Action, Assessment, GroupLevel, Status};
use risk_core::assessment::{Question, assess};
use risk_core::calendar::parse_moment;
use risk_core::event::Event;
use risk_core::event::vocabulary::Audience::{self, Inspector};
use risk_core::event::vocabulary::{ActionKind, Group, SourceAgency};
use risk_core::fold::run::Lens;
use risk_core::log::{Log, Record, RecordSource};
use risk_core::policy::Policy;
use risk_core::policy::given::given_event_id;
use toml::{Table, Value};
use uuid::Uuid;

/// A policy and a log.
pub struct Story {
    pub policy: Policy,
    pub log: Log,
}

/// The common part of every policy: a source and audiences.
const HEAD: &str = r#"
[policy]
id = "story"
version = "1"
title = "A policy for one story"
reviewed_through = 2040-01-01

[[document]]
id = "manual"
title = "An invented manual"
publisher = "An invented service"
date = 2014-06-01
locator = "section"

[[obligation]]
id = "O1"
title = "What the story is about"
source = [{ document = "manual", at = "s1" }]

[[audience]]
id = "inspector"
marks = ["ordinary", "staff", "third_party", "partner_confidential", "restricted"]
kinds = "all"
actions = "all"
groups = ["children", "known_adult", "public", "staff", "prisoners"]
flags = "all"
fields = ["classification", "agenda", "because", "findings", "flags", "subjects", "event_ids", "handling", "decisions", "completeness"]

[[audience]]
id = "responsible_officer"
marks = ["ordinary", "staff", "third_party", "partner_confidential"]
kinds = "all"
actions = "all"
groups = ["children", "known_adult", "public", "staff", "prisoners"]
flags = "all"
fields = ["classification", "agenda", "because", "flags", "subjects", "event_ids", "handling", "decisions", "completeness"]

[[audience]]
id = "manager"
marks = ["ordinary", "staff", "third_party", "partner_confidential", "restricted"]
kinds = "all"
actions = "all"
groups = []
flags = []
fields = ["agenda"]

[[audience]]
id = "analyst"
marks = ["ordinary", "staff", "third_party", "partner_confidential", "restricted"]
kinds = "all"
actions = "all"
groups = ["children", "known_adult", "public", "staff", "prisoners"]
flags = "all"
fields = ["classification", "agenda", "because", "flags", "completeness"]

[[audience]]
id = "supervised_person"
marks = ["ordinary"]
kinds = ["supervision_started", "initial_appointment_attended", "sentence_plan_completed"]
actions = [HIS_OWN]
groups = []
flags = []
fields = ["agenda", "because", "event_ids"]
"#;

/// Supervision from 1 September 2017, the start of most stories.
pub const SUPERVISED: &str = r#"
{ on = 2017-09-01, kind = "supervision_started", sentence_id = "s1", sentence_type = "community_order", index_offence = "assault" },
"#;

/// Given these rules and these events; the first event is e1.
#[track_caller]
pub fn given(rules: &str, events: &[&str]) -> Story {
    given_in(None, rules, events)
}

/// [`given`], in a locality.
#[track_caller]
pub fn given_in(locality: Option<&str>, rules: &str, events: &[&str]) -> Story {
    let test = format!(
        "[[test]]\nname = \"story\"\nat = 2017-01-01\nthen = {{ groups = {{ staff = \"settled\" }} }}\ngiven = [\n{}\n]",
        events.concat()
    );
    let rules = filled_in(rules);
    // A view may name only actions that the policy has.
    let his_own = if rules.contains("complete_sentence_plan") { "\"complete_sentence_plan\"" } else { "" };
    let head = HEAD.replace("HIS_OWN", his_own);
    let files = [("head", head.as_str()), ("rules", rules.as_str()), ("events", test.as_str())];
    let policy = Policy::load_with(&files, &[], locality).unwrap_or_else(|errors| panic!("{errors}"));
    let case = Uuid::from_u128(0xCA5E);
    let mut log = Log::new(case);
    let records = policy.tests[0].given.iter().zip(1..).map(|(e, number)| {
        let kind = e.kind.expect("a kind of the catalogue");
        let event = Event::decode(kind, &e.data).unwrap_or_else(|error| panic!("e{number}: {error}"));
        let source = RecordSource { agency: SourceAgency::Probation, role: None, reference: None };
        let record = Record::new(given_event_id(number), case, e.occurred_at, e.recorded_at, source, event);
        e.handling.map_or(record.clone(), |mark| record.with_handling(mark))
    });
    log.append_all(records.collect(), None).unwrap_or_else(|error| panic!("{error}"));
    Story { policy, log }
}

/// The rules with their irrelevant fields filled in: titles, sources, an owner, dates.
fn filled_in(rules: &str) -> String {
    let mut rules: Table = rules.parse().unwrap_or_else(|error| panic!("{error}"));
    let default = |entry: &mut Table, field: &str, value: &str| {
        let value: Table = format!("it = {value}").parse().unwrap();
        entry.entry(field.to_owned()).or_insert_with(|| value["it"].clone());
    };
    for (section, entries) in &mut rules {
        for entry in entries.as_array_mut().unwrap().iter_mut().filter_map(Value::as_table_mut) {
            default(entry, "title", "\"As the story has it\"");
            match section.as_str() {
                "rule" | "duty" => {
                    default(entry, "basis", "\"policy\"");
                    default(entry, "source", "[{ document = \"manual\", at = \"s1\" }]");
                    default(entry, "effective", "{ from = 2014-06-01 }");
                    default(entry, "covers", "[\"O1\"]");
                }
                "action" => {
                    default(entry, "owner", "\"responsible_officer\"");
                    default(entry, "priority", "\"this_week\"");
                }
                "parameter" => {
                    default(entry, "unit", "\"days\"");
                    default(entry, "range", "[0, 1000]");
                    if let Some(value) = entry.remove("value") {
                        default(
                            entry,
                            "values",
                            &format!("[{{ from = 2014-06-01, value = {value}, basis = \"assumed\" }}]"),
                        );
                    }
                }
                other => panic!("a story has rules, duties, actions and parameters, not {other}"),
            }
        }
    }
    rules.to_string()
}

/// The id of the event of that number.
pub fn e(number: usize) -> Uuid {
    given_event_id(number)
}

pub fn day(text: &str) -> chrono::NaiveDate {
    text.parse().unwrap()
}

pub fn bytes(answer: &Assessment) -> String {
    serde_json::to_string(answer).unwrap()
}

impl Story {
    /// The answer for a reader who sees everything at a moment; a bare date is the end of that day.
    pub fn on(&self, moment: &str) -> Seen {
        self.ask(&self.question(moment))
    }

    /// The answer in hindsight.
    pub fn in_hindsight(&self, moment: &str) -> Seen {
        self.ask(&Question { lens: Lens::Hindsight, ..self.question(moment) })
    }

    pub fn seen_by(&self, audience: Audience, moment: &str) -> Seen {
        self.ask(&Question { audience, ..self.question(moment) })
    }

    pub fn question(&self, moment: &str) -> Question {
        Question::at(parse_moment(moment).unwrap(), Inspector)
    }

    pub fn ask(&self, question: &Question) -> Seen {
        Seen { answer: assess(&self.log, &self.policy, question).unwrap() }
    }

    /// The same records, taken into the log in the opposite order.
    pub fn recorded_backwards(&self) -> Self {
        let mut log = Log::new(self.log.case_id());
        for record in self.log.records().iter().rev() {
            log.append(record.clone(), None).unwrap();
        }
        Self { policy: self.policy.clone(), log }
    }
}

/// An answer.
pub struct Seen {
    pub answer: Assessment,
}

impl Seen {
    pub fn all(&self, action: ActionKind) -> Vec<&Action> {
        self.answer.actions.iter().filter(|a| a.action == action).collect()
    }

    /// The action, of which there is one line only.
    #[track_caller]
    pub fn the(&self, action: ActionKind) -> &Action {
        let found = self.all(action);
        assert_eq!(found.len(), 1, "one {action}: {found:#?}");
        found[0]
    }

    /// The action about a subject.
    #[track_caller]
    pub fn about(&self, action: ActionKind, subject: &str) -> &Action {
        let all = self.all(action);
        let found: Vec<&Action> = all.iter().copied().filter(|a| a.about.iter().any(|s| s == subject)).collect();
        assert_eq!(found.len(), 1, "one {action} about {subject}: {all:#?}");
        found[0]
    }

    #[track_caller]
    pub fn status(&self, action: ActionKind) -> Status {
        self.the(action).status
    }

    /// The current action: the pending one, or the latest closed one.
    #[track_caller]
    pub fn latest(&self, action: ActionKind) -> &Action {
        self.all(action)
            .into_iter()
            .max_by_key(|a| (a.status.pending(), a.opened))
            .unwrap_or_else(|| panic!("no {action}"))
    }

    #[track_caller]
    pub fn asks_nothing_of(&self, action: ActionKind) {
        let found = self.all(action);
        assert!(found.is_empty(), "no {action}: {found:#?}");
    }

    pub fn pending(&self, action: ActionKind) -> bool {
        self.all(action).iter().any(|a| a.status.pending())
    }

    #[track_caller]
    pub fn group(&self, group: Group) -> &GroupLevel {
        let groups = &self.answer.classification.as_ref().unwrap().groups;
        groups.iter().find(|g| g.group == group).unwrap_or_else(|| panic!("no {group}"))
    }
}
