//! What was fetched: each assessment by its own date, and of two levels the higher.

use risk_core::calendar::london_day;
use risk_core::log::Record;
use risk_hmpps::import::Given;
use risk_hmpps::reason::Reason;
use risk_hmpps::report::{Import, Outcome};
use serde_json::{Value, json};

use crate::{Logs, importer};

fn given(body: &str) -> Import {
    let message = r#"{"eventType":"assessment.summary.produced","occurredAt":"2024-06-11T10:00:00Z",
        "detailUrl":"https://oasys.example.invalid/1/COMPLETE","personReference":{"identifiers":[{"type":"CRN","value":"X800001"}]}}"#;
    let delivery = format!(r#"{{"message":{message},"fetched":{body}}}"#);
    Logs::default().deliver(&importer(), Given::Messages(delivery.as_bytes()))
}

/// The day of each assessment and its levels, by date.
fn levels(import: &Import) -> Vec<String> {
    let one = |record: &Record| {
        let data = record.event().unwrap().encode();
        let of = |name: &str| data.get(name).cloned().unwrap_or(Value::Null);
        format!("{} {} {} {}", london_day(record.occurred_at), of("levels"), of("custody_levels"), of("signed"))
    };
    let mut all: Vec<String> = import.records.iter().map(one).collect();
    all.sort();
    all.iter().map(|text| text.replace('"', "").replace(" null", "")).collect()
}

fn notes(import: &Import) -> &[String] {
    &import.report.messages[0].notes
}

#[test]
fn of_several_assessments_each_is_read_by_its_own_date() {
    let import = given(
        r#"[{"riskInCommunity":{"LOW":["Public"]},"assessedOn":"2022-06-10T10:00:00"},
            {"riskInCommunity":{"HIGH":["Public"]},"assessedOn":"2024-06-10T10:00:00"}]"#,
    );
    assert_eq!(levels(&import), ["2022-06-10 {public:low} yes", "2024-06-10 {public:high} yes"]);
    assert!(notes(&import).is_empty());
    for body in [
        r#"{"latest":{"riskInCommunity":{"LOW":["Public"]},"assessedOn":"2022-06-10"},"other":[{"riskPublicCommunity":"High","dateCompleted":"2024-06-10"}]}"#,
        r#"{"riskPublicCommunity":"Low","dateCompleted":"2022-06-10","next":{"riskPublicCommunity":"High","dateCompleted":"2024-06-10"}}"#,
        r#"{"a":{"b":{"c":{"d":{"e":{"f":{"g":[{"riskInCommunity":{"HIGH":["Public"]},"assessedOn":"2024-06-10"}]}}}}}},"riskInCommunity":{"LOW":["Public"]},"assessedOn":"2022-06-10"}"#,
        r#"{"assessments":[{"riskPublicCommunity":"Low","dateCompleted":"2022-06-10"}],"assessments":[{"riskPublicCommunity":"High","dateCompleted":"2024-06-10"}]}"#,
    ] {
        let import = given(body);
        let days: Vec<String> =
            levels(&import).iter().map(|l| l.split_whitespace().take(2).collect::<Vec<_>>().join(" ")).collect();
        assert_eq!(days, ["2022-06-10 {public:low}", "2024-06-10 {public:high}"], "{body}");
    }
}

#[test]
fn of_two_levels_for_one_group_in_one_assessment_the_higher_is_recorded_and_a_note_says_so() {
    for body in [
        r#"{"riskInCommunity":{"HIGH":["Known adult"],"LOW":["Children","Known Adult"]},"assessedOn":"2024-06-10T12:12:34"}"#,
        r#"{"riskInCommunity":{"LOW":["Children","Known Adult"],"HIGH":["KNOWN-ADULT"]},"assessedOn":"2024-06-10T12:12:34"}"#,
        r#"{"riskInCommunity":{"HIGH":["Known Adult"],"HIGH":[],"LOW":["Known Adult"],"LOW":["Children"]},"assessedOn":"2024-06-10T12:12:34"}"#,
        r#"{"riskInCommunity":{"Known Adult":"HIGH","known adult":"LOW","Children":"LOW"},"assessedOn":"2024-06-10T12:12:34"}"#,
        r#"{"riskInCommunity":{"Known Adult":"HIGH","Known Adult":"LOW","Children":"LOW"},"assessedOn":"2024-06-10T12:12:34"}"#,
        r#"{"riskInCommunity":{"HIGH":["Known Adult"]},"riskInCommunity":{"LOW":["Known Adult","Children"]},"assessedOn":"2024-06-10T12:12:34"}"#,
        r#"{"riskKnownAdultCommunity":"High","riskKnownAdultCommunity":"Low","riskChildrenCommunity":"Low","assessedOn":"2024-06-10T12:12:34"}"#,
        r#"{"riskKnownAdultCommunity":"Low","riskInCommunity":{"HIGH":["Known Adult"],"LOW":["Children"]},"assessedOn":"2024-06-10T12:12:34"}"#,
        r#"[{"riskInCommunity":{"LOW":["Known Adult","Children"]},"assessedOn":"2024-06-10T12:12:34"},{"riskInCommunity":{"HIGH":["Known Adult"]},"assessedOn":"2024-06-10T12:12:34"}]"#,
        r#"{"riskKnownAdultCommunity":"Low","riskChildrenCommunity":"Low","assessedOn":"2024-06-10T12:12:34","summary":{"riskInCommunity":{"HIGH":["Known Adult"]}}}"#,
    ] {
        let import = given(body);
        assert_eq!(levels(&import), ["2024-06-10 {children:low,known_adult:high} yes"], "{body}");
        let reported = "two levels for known_adult in the community in the assessment of 2024-06-10T11:12:34+00:00: the higher, high, was recorded";
        assert_eq!(notes(&import), [reported], "{body}");
    }
}

#[test]
fn of_two_assessments_of_one_moment_what_is_not_complete_settles_nothing() {
    let import = given(
        r#"[{"riskPublicCommunity":"Low","dateCompleted":"2024-06-10","assessmentStatus":"COMPLETE"},
            {"riskPublicCommunity":"Low","dateCompleted":"2024-06-10","assessmentStatus":"OPEN"}]"#,
    );
    assert_eq!(levels(&import), ["2024-06-10 {public:low} no"]);
}

#[test]
fn a_sara_that_rates_twice_is_recorded_at_the_higher() {
    let import = given(
        r#"{"imminentRiskOfViolenceTowardsPartner":"High","imminentRiskOfViolenceTowardsPartner":"Low","dateCompleted":"2024-06-10"}"#,
    );
    assert_eq!(import.records[0].event().unwrap().encode()["risk_to_partner"], "high");
    assert!(notes(&import)[0].starts_with("two ratings of risk_to_partner"), "{:?}", notes(&import));
}

#[test]
fn a_level_in_another_form_is_never_passed_over() {
    for body in [
        r#"{"riskInCommunity":{"HIGH":[{"group":"Public"}]},"assessedOn":"2024-06-10"}"#,
        r#"{"riskInCommunity":{"HIGH":"Public"},"assessedOn":"2024-06-10"}"#,
        r#"{"riskInCommunity":{"HIGH":{"Public":true}},"assessedOn":"2024-06-10"}"#,
        r#"{"riskInCommunity":["HIGH","Public"],"assessedOn":"2024-06-10"}"#,
        r#"{"riskInCommunity":"HIGH","assessedOn":"2024-06-10"}"#,
        r#"{"riskInCommunity":{"H":["Public"]},"assessedOn":"2024-06-10"}"#,
        r#"{"riskInCommunity":{"HIGH":["Partner"]},"assessedOn":"2024-06-10"}"#,
        r#"{"riskPublicCommunity":["High"],"assessedOn":"2024-06-10"}"#,
        r#"{"riskPublicCommunity":{"level":"High"},"assessedOn":"2024-06-10"}"#,
        r#"{"riskPublicCommunity":3,"assessedOn":"2024-06-10"}"#,
        r#"{"riskPublicCommunity":"High"}"#,
        r#"{"riskPublicCommunity":"High","assessedOn":"10/06/24"}"#,
        r#"{"riskPublicCommunity":"High","assessedOn":[2024,6,10]}"#,
        r#"{"riskPublicCommunity":"High","assessedOn":1718013154000}"#,
        r#"{"riskPublicCommunity":"High","assessedOn":"2024-06-10","assessedOn":"2022-06-10"}"#,
    ] {
        let import = given(body);
        assert!(import.records.is_empty(), "{body}");
        let outcome = &import.report.messages[0].outcome;
        assert!(
            matches!(outcome, Outcome::Unreadable { field, .. } if field.starts_with("fetched.")),
            "{body}: {outcome:?}"
        );
    }
    for body in [
        r#"{"riskInCommunity":null,"riskInCustody":{},"riskPublicCommunity":"None","riskStaffCommunity":null,"assessedOn":"2024-06-10"}"#,
        r#"{"riskInCommunity":{"HIGH":null,"LOW":[],"Public":""},"assessedOn":"2024-06-10"}"#,
    ] {
        assert!(matches!(&given(body).report.messages[0].outcome, Outcome::Nothing { .. }), "{body}");
    }
}

fn given_of(event_type: &str, address: &str, body: &str) -> Import {
    let message = json!({"eventType": event_type, "occurredAt": "2024-06-11T10:00:00Z", "detailUrl": address,
        "personReference": {"identifiers": [{"type": "CRN", "value": "X800001"}]}});
    let delivery = format!(r#"{{"message":{message},"fetched":{body}}}"#);
    Logs::default().deliver(&importer(), Given::Messages(delivery.as_bytes()))
}

fn kinds(import: &Import) -> Vec<String> {
    import.records.iter().map(|record| record.kind().unwrap().to_string()).collect()
}

#[test]
fn when_an_answer_was_given_is_not_the_answer() {
    for dates in [
        r#""latest_dates":[{"riskKnownAdultCommunity":"2022-11-09T14:33:54","contingencyPlans":"2022-11-15T14:02:26"}]"#,
        r#""latestDates":{"riskKnownAdultCommunity":"09/11/2022","victimSafetyPlanning":"2022-11-15"}"#,
        r#""answered":{"imminentRiskOfViolenceTowardsPartner":"2022-11-15T14:02:26Z","riskChildrenCommunity":"2022-11-15"}"#,
    ] {
        let body = format!(
            r#"{{"assessments":[{{"dateCompleted":"2022-12-01T10:00:00","assessmentStatus":"COMPLETE","riskKnownAdultCommunity":"High"}}],{dates}}}"#
        );
        let import = given(&body);
        assert_eq!(kinds(&import), ["risk_assessed"], "{body}");
        assert_eq!(levels(&import), ["2022-12-01 {known_adult:high} yes"]);
        let alone = given(&format!("{{{dates}}}"));
        assert_eq!(kinds(&alone), [""; 0], "{dates}");
    }
}

#[test]
fn a_plan_was_updated_where_a_complete_assessment_has_one() {
    let plan =
        |rest: &str| format!(r#"{{"assessments":[{{"victimSafetyPlanning":"x","contingencyPlans":"y"{rest}}}]}}"#);
    let complete = r#","dateCompleted":"2024-06-10","assessmentStatus":"COMPLETE""#;
    assert_eq!(kinds(&given(&plan(complete))), ["risk_management_plan_updated"]);
    for rest in [
        r#","initiationDate":"2024-06-10","assessmentStatus":"OPEN""#,
        r#","initiationDate":"2024-06-10""#,
        r#","dateCompleted":null,"initiationDate":"2024-06-10""#,
        r#","dateCompleted":"2024-06-10","assessmentStatus":"LOCKED_INCOMPLETE""#,
        r#","dateCompleted":"2024-06-10","assessmentStatus":"Locked Incomplete""#,
        "",
    ] {
        assert_eq!(kinds(&given(&plan(rest))), [""; 0], "{rest}");
    }
}

#[test]
fn an_assessment_that_is_not_complete_is_never_signed() {
    for (status, signed) in [
        ("COMPLETE", "yes"),
        ("Complete", "yes"),
        ("OPEN", "no"),
        ("LOCKED_INCOMPLETE", "no"),
        ("Locked incomplete", "no"),
        ("INCOMPLETE", "no"),
        ("SIGNED_LOCKED", "no"),
        ("AWAITING_COUNTERSIGN", "no"),
        ("SOMETHING_NEW", "unknown"),
    ] {
        let body = json!([{"riskPublicCommunity": "Low", "assessedOn": "2024-06-10", "assessmentStatus": status}]);
        assert_eq!(levels(&given(&body.to_string())), [format!("2024-06-10 {{public:low}} {signed}")], "{status}");
    }
    let begun = r#"[{"riskPublicCommunity":"Low","initiationDate":"2024-06-10","dateCompleted":null}]"#;
    assert_eq!(
        levels(&given(begun)),
        ["2024-06-10 {public:low} no"],
        "the address says COMPLETE, of another assessment"
    );
    let locked = "https://oasys.example.invalid/1/LOCKED_INCOMPLETE";
    let body = r#"{"assessments":[{"riskPublicCommunity":"Low","dateCompleted":"2024-06-10"}]}"#;
    let import = given_of("assessment.summary.produced", locked, body);
    assert_eq!(levels(&import), ["2024-06-10 {public:low} no"]);
}

#[test]
fn the_overall_level_of_an_assessment_in_progress_is_for_a_person_to_look_up() {
    let body = |level: &str| {
        json!({"assessments": [{"assessmentPk": 100, "dateCompleted": null, "initiationDate": "2023-12-05T15:32:32",
            "assessmentStatus": "OPEN", "riskLevel": {"riskScoreLevel": level}}]})
        .to_string()
    };
    let address = "https://oasys.example.invalid/eor/oasys/ass/asssumm/X800001/ALLOW/100/OPEN";
    for (level, named) in [("Very High", "very_high"), ("HIGH", "high"), ("medium", "medium"), ("Low", "low")] {
        let import = given_of("risk.flag.tier.change", address, &body(level));
        assert_eq!(kinds(&import), [""; 0], "{level}");
        let outcome = &import.report.messages[0].outcome;
        assert!(
            matches!(outcome, Outcome::Needed { reason: Reason::ToLookUp, what, .. } if what.contains(named)),
            "{outcome:?}"
        );
    }
    let none = given_of("risk.flag.tier.change", address, &body("None"));
    assert!(
        matches!(none.report.messages[0].outcome, Outcome::Nothing { .. }),
        "{:?}",
        none.report.messages[0].outcome
    );
    let odd = given_of("risk.flag.tier.change", address, &body("Red"));
    assert!(matches!(odd.report.messages[0].outcome, Outcome::Unreadable { .. }));
    let cells = r#"{"riskKnownAdultCommunity":"High","riskLevel":{"riskScoreLevel":"High"},"assessedOn":"2024-06-10"}"#;
    assert_eq!(
        kinds(&given(cells)),
        ["risk_assessed"],
        "the cells say it, and the overall level is the highest of them"
    );
}
