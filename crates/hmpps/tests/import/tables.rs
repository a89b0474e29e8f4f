//! The tables themselves, and rows of contacts and registrations.

use risk_core::event::Event;
use risk_hmpps::codes::{Case, Codes, Template};
use risk_hmpps::import::{Given, read_table};
use risk_hmpps::input_table::TableKind;
use serde_json::{Map, Value, json};

use crate::fixtures::transcript;
use crate::{Logs, importer};

/// What a place of a template could be filled with.
fn filling(value: &Value) -> Value {
    match value {
        Value::Array(items) => items.iter().map(filling).collect(),
        Value::String(text) => match text.strip_prefix('{').and_then(|t| t.strip_suffix('}')) {
            None => value.clone(),
            Some("level") => json!("high"),
            Some("level_number" | "category_number") => json!(1),
            Some(name) => {
                let known = ["fact", "sentence", "staff"].contains(&name);
                let stream = name.split_once(':').is_some_and(|(of, _)| ["asks", "replies", "member"].contains(&of));
                assert!(known || stream, "nothing fills `{{{name}}}` in");
                json!("some-id")
            }
        },
        other => other.clone(),
    }
}

/// The page names types in the first column of its table: each whole, so that nothing is promised that is not in the tables.
#[test]
fn every_type_that_the_page_names_is_in_the_tables() {
    let codes = Codes::embedded().unwrap();
    let page = include_str!("../../../../docs/hmpps.md");
    let rows = page.lines().skip_while(|line| *line != "| event | records |").skip(2);
    let rows: Vec<&str> = rows.take_while(|line| line.starts_with('|')).collect();
    let first_cells = rows.iter().filter_map(|row| row.split(" | ").next());
    let named: Vec<&str> = first_cells.flat_map(|cell| cell.split('`').skip(1).step_by(2)).collect();
    assert!(named.len() > 40, "{named:?}");
    let missing: Vec<&str> = named.into_iter().filter(|name| codes.event(name).is_none()).collect();
    assert_eq!(missing, [""; 0]);
}

#[test]
fn every_template_is_of_the_catalogue_and_every_case_says_something() {
    let codes = Codes::embedded().unwrap();
    let check = |of: &str, template: &Template| {
        let data: Map<String, Value> = template.data.iter().map(|(name, v)| (name.clone(), filling(v))).collect();
        if let Err(e) = Event::decode(template.kind, &data) {
            panic!("{of}: {} {e}", template.kind);
        }
    };
    let check_case = |of: &str, case: &Case| {
        case.records.iter().for_each(|t| check(of, t));
        let ends = [!case.records.is_empty(), case.why.is_some(), case.look_up.is_some()];
        assert_eq!(
            ends.iter().filter(|e| **e).count(),
            1,
            "{of}: a case has records, or why there are none, or what to look up"
        );
        assert!(case.note.is_none() || ends[0], "{of}: a note goes with records");
    };
    codes.registers().for_each(|r| r.also.iter().for_each(|t| check(&r.code, t)));
    codes.events().iter().for_each(|e| e.cases.iter().for_each(|c| check_case(&e.name, c)));
    codes.contacts().for_each(|(code, contact)| contact.cases.iter().for_each(|c| check_case(code, c)));
    codes.requirements().iter().chain(codes.licence_conditions()).for_each(|c| {
        c.records.iter().for_each(|t| check("a condition", t));
        assert!(c.records.is_empty() == c.why.is_some(), "a condition has records, or says why there are none: {c:?}");
    });
    assert!(codes.sources().len() == 5 && codes.registers().count() >= 57 && codes.movements().count() >= 225);
}

#[test]
fn every_register_that_the_engine_knows_has_a_code() {
    let codes = Codes::embedded().unwrap();
    let known: Vec<&str> = codes.registers().filter(|r| r.flag.is_some()).map(|r| r.code.as_str()).collect();
    for code in [
        "RLRH", "RMRH", "RHRH", "RVHR", "ADVP", "ADVV", "REG30", "IMAR", "RSTO", "SPO", "REG24", "RCCO", "RCPR",
        "RCHD", "REG15", "MAPP", "IIOM",
    ] {
        assert!(known.contains(&code), "{code}");
    }
}

#[test]
fn rows_of_contacts_and_registrations_come_to_what_they_should() {
    let read = |name: &str| std::fs::read(format!("{}/tests/tables/{name}", env!("CARGO_MANIFEST_DIR"))).unwrap();
    let mut logs = Logs::default();
    let mut text = String::new();
    for (of, name) in [(TableKind::Contacts, "contacts.csv"), (TableKind::Registrations, "registrations.csv")] {
        let bytes = read(name);
        text += &format!("{name}\n{}", transcript(&logs.deliver(&importer(), read_table(of, &bytes).unwrap())));
        let again = logs.deliver(&importer(), read_table(of, &bytes).unwrap());
        assert!(again.records.is_empty(), "{name}: given twice, it makes no more records");
    }
    insta::assert_snapshot!("tables", text);
}

#[test]
fn a_reply_goes_to_the_last_request_before_it_also_of_an_earlier_table() {
    let mut logs = Logs::default();
    let head = "crn,type,date,outcome,created,id\n";
    let mut give = |rows: &str| {
        logs.deliver(&importer(), read_table(TableKind::Contacts, format!("{head}{rows}").as_bytes()).unwrap()).records
    };
    let id = |records: &[risk_core::log::Record]| records[0].event().unwrap().encode()["request_id"].clone();
    let first = id(&give("X800001,C369,2026-06-01,,2026-06-01T10:00:00,1\n"));
    let second = id(&give("X800001,C369,2026-06-05,,2026-06-05T10:00:00,2\n"));
    assert_ne!(first, second);
    assert_eq!(id(&give("X800001,C515,2026-06-09,,2026-06-09T10:00:00,3\n")), second);
    assert_eq!(id(&give("X800001,C515,2026-06-03,,2026-06-10T10:00:00,4\n")), first);
}

#[test]
fn a_registration_is_one_fact_whether_a_message_or_a_row_tells_it() {
    let mut logs = Logs::default();
    let message = json!({"eventType": "probation-case.registration.added", "occurredAt": "2026-06-14T09:06:52Z",
        "personReference": {"identifiers": [{"type": "CRN", "value": "X800001"}]},
        "additionalInformation": {"registrationId": "77", "registerTypeCode": "ADVP", "registrationDate": "2026-06-14", "createdDateAndTime": "2026-06-14T09:06:52Z"}});
    assert_eq!(logs.deliver(&importer(), Given::Messages(message.to_string().as_bytes())).records.len(), 2);
    let rows = "crn,type,registered,created,id\nX800001,ADVP,2026-06-14,2026-06-14T09:06:52Z,77\n";
    let again = logs.deliver(&importer(), read_table(TableKind::Registrations, rows.as_bytes()).unwrap());
    assert!(again.records.is_empty());
    assert_eq!(again.report.codes["ADVP"].known, 1);
}

#[test]
fn a_table_without_a_column_is_refused_with_those_that_it_may_have() {
    let refused = read_table(TableKind::Contacts, b"crn,code\nX1,C369\n").unwrap_err().to_string();
    assert!(refused.starts_with("type: expected the columns crn, type, date, outcome, created and"), "{refused}");
}
