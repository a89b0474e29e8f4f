//! Rows against the answer to each case.

use risk_bulk::{BulkQuestion, Problems, Tables};
use risk_core::assessment::assess;
use risk_core::event::Term;
use risk_core::event::vocabulary::Audience;
use risk_core::fold::run::Lens;
use risk_core::log::Log;
use serde_json::Value;

use crate::sample::{asked, logs, options, parts, records, rows};

/// The columns of actions, each with its place in the answer.
const ACTIONS: [(&str, &str); 31] = [
    ("action_id", "/id"),
    ("action", "/action"),
    ("about", "/about"),
    ("title", "/title"),
    ("owner", "/owner"),
    ("priority", "/priority"),
    ("status", "/status"),
    ("opened", "/opened"),
    ("due", "/due"),
    ("due_basis", "/due_basis"),
    ("due_unknown", "/due_unknown"),
    ("closed", "/closed"),
    ("days_overdue", "/days_overdue"),
    ("waiting_on", "/waiting_on/party"),
    ("waiting_since", "/waiting_on/since"),
    ("chased", "/waiting_on/chased"),
    ("part_of", "/part_of"),
    ("missed", "/missed"),
    ("last_done", "/last_done"),
    ("handling", "/handling"),
    ("caution", "/caution"),
    ("findings", "/findings"),
    ("decided", "/decided/decision"),
    ("decided_reason", "/decided/reason"),
    ("decided_role", "/decided/role"),
    ("decided_on", "/decided/on"),
    ("inherited", "/inherited"),
    ("handed_over", "/handed_over"),
    ("basis_withdrawn", "/basis_withdrawn"),
    ("late_information", "/late_by/information"),
    ("late_act", "/late_by/act"),
];

const GROUPS: [(&str, &str); 8] = [
    ("group", "/group"),
    ("setting", "/setting"),
    ("working_level", "/working_level"),
    ("status", "/status"),
    ("recorded", "/recorded/level"),
    ("recorded_on", "/recorded/on"),
    ("recorded_event_id", "/recorded/event_id"),
    ("indicated", "/indicated/level"),
];

const FLAGS: [(&str, &str); 6] = [
    ("register", "/register"),
    ("should_be", "/should_be"),
    ("is", "/is"),
    ("level", "/level"),
    ("handling", "/handling"),
    ("caution", "/caution"),
];

/// That a row says what the answer says, in every column that is there.
fn says(row: &Value, answer: &Value, columns: &[(&str, &str)]) {
    for (column, place) in columns {
        let Some(cell) = row.get(column) else { continue };
        let left_out = if cell.is_boolean() { Value::Bool(false) } else { Value::Null };
        assert_eq!(*cell, answer.pointer(place).cloned().unwrap_or(left_out), "{column}: {row}\n{answer}");
    }
}

fn distinct(because: Option<&Value>, member: &str) -> Value {
    let mut found: Vec<Value> = Vec::new();
    for reason in because.and_then(Value::as_array).into_iter().flatten() {
        let value = reason[member].clone();
        if !value.is_null() && !found.contains(&value) {
            found.push(value);
        }
    }
    Value::Array(found)
}

fn reasons(row: &Value, because: Option<&Value>) {
    for (column, member) in [("rules", "rule"), ("event_ids", "event_id")] {
        if let Some(cell) = row.get(column) {
            assert_eq!(*cell, distinct(because, member), "{column}");
        }
    }
}

fn agree(logs: &[Log], asked: &BulkQuestion) {
    let parts = parts(&[records(logs)], asked, &options(Problems::Raise)).unwrap();
    let answer: Vec<Value> = logs
        .iter()
        .map(|log| serde_json::to_value(assess(log, &asked.policy, &asked.question).unwrap()).unwrap())
        .collect();
    let within = |pointer: &'static str| {
        move |answer: &Value| -> Vec<(Value, Value)> {
            let lines = answer.pointer(pointer).and_then(Value::as_array).cloned().unwrap_or_default();
            lines.into_iter().map(|line| (answer["case_id"].clone(), line)).collect()
        }
    };
    type Lines<'t> = (fn(&Tables) -> &arrow_array::RecordBatch, &'static str, &'t [(&'t str, &'t str)]);
    let tables: [Lines<'_>; 3] = [
        (|t| &t.actions, "/actions", &ACTIONS),
        (|t| &t.classifications, "/classification/groups", &GROUPS),
        (|t| &t.flags, "/flags", &FLAGS),
    ];
    for (table, pointer, columns) in tables {
        let (rows, lines) = (rows(&parts, table), answer.iter().flat_map(within(pointer)).collect::<Vec<_>>());
        assert_eq!(rows.len(), lines.len(), "{pointer}");
        for (row, (case, line)) in rows.iter().zip(&lines) {
            assert_eq!(row["case_id"], *case);
            says(row, line, columns);
            let because = line.get("because").or_else(|| line.pointer("/indicated/because"));
            reasons(row, because);
        }
    }
    let cases = rows(&parts, |t| &t.cases);
    assert_eq!(cases.len(), answer.len());
    for (row, answer) in cases.iter().zip(&answer) {
        let actions = answer["actions"].as_array().unwrap();
        let is = |words: &[&str]| actions.iter().filter(|a| words.contains(&a["status"].as_str().unwrap())).count();
        assert_eq!(row["case_id"], answer["case_id"]);
        assert_eq!(row["records"], answer["receipt"]["records"]);
        assert_eq!(row["pending"], is(&["open", "due_soon", "overdue", "waiting"]));
        assert_eq!(row["overdue"], is(&["overdue"]));
        let overall = [
            ("overall_recorded", "recorded"),
            ("overall_working_level", "working_level"),
            ("decided_by", "decided_by"),
            ("not_assessed", "not_assessed"),
            ("setting", "setting"),
        ];
        for (column, member) in overall {
            assert_eq!(row.get(column).is_some(), !answer["classification"].is_null(), "{column}");
            assert!(row.get(column).is_none_or(|cell| *cell == answer["classification"]["overall"][member]));
        }
        if let Some(agenda) = row.get("agenda") {
            assert_eq!((agenda, &row["agenda_more"]), (&answer["agenda"]["lines"], &answer["agenda"]["more"]));
        }
    }
}

#[test]
fn every_row_says_what_the_answer_to_its_case_says_for_every_audience() {
    let logs = logs(8);
    for audience in Audience::all() {
        agree(&logs, &asked(*audience));
    }
}

#[test]
fn so_it_does_in_hindsight() {
    let mut asked = asked(Audience::Inspector);
    asked.question.lens = Lens::Hindsight;
    agree(&logs(8), &asked);
}

#[test]
fn when_an_answer_next_changes_is_told_where_it_is_asked_and_changes_nothing_else() {
    let logs = logs(4);
    let asked = BulkQuestion { next_change: true, ..asked(Audience::Manager) };
    agree(&logs, &asked);
    let parts = parts(&[records(&logs)], &asked, &options(Problems::Raise)).unwrap();
    let rows = rows(&parts, |t| &t.cases);
    for (row, log) in rows.iter().zip(&logs) {
        let answer = assess(log, &asked.policy, &asked.question).unwrap();
        assert_eq!(row["next_change_at"], serde_json::to_value(answer).unwrap()["next_change_at"]);
    }
    assert!(rows.iter().any(|row| !row["next_change_at"].is_null()));
}

#[test]
fn a_mark_of_a_group_is_the_strictest_of_what_its_row_holds() {
    let logs = logs(12);
    let asked = asked(Audience::Manager);
    let parts = parts(&[records(&logs)], &asked, &options(Problems::Raise)).unwrap();
    let answers = logs.iter().map(|log| assess(log, &asked.policy, &asked.question).unwrap());
    let groups = answers.flat_map(|a| a.classification.unwrap().groups);
    let mut marked = 0;
    for (row, group) in rows(&parts, |t| &t.classifications).iter().zip(groups) {
        let strictest = group.handling.max(group.indicated.and_then(|i| i.handling));
        assert_eq!(row["handling"], serde_json::to_value(strictest).unwrap());
        marked += usize::from(strictest.is_some());
    }
    assert!(marked > 0);
}

#[test]
fn an_analysts_tables_have_no_subjects_and_no_event_ids() {
    let parts = parts(&[records(&logs(2))], &asked(Audience::Analyst), &options(Problems::Raise)).unwrap();
    let Tables { cases, classifications, actions, flags } = &parts[0].taken;
    for table in [cases, classifications, actions, flags] {
        for name in ["about", "event_ids", "recorded_event_id", "withheld"] {
            assert!(table.column_by_name(name).is_none(), "{name}");
        }
    }
    assert!(actions.num_rows() > 0 && actions.column_by_name("findings").is_some());
}
