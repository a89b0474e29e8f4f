//! The classification in the shape of ARNS.

use risk_core::event::vocabulary::Audience;
use risk_hmpps::rosh::rosh;
use serde_json::{Value, json};

use crate::case::{Case, event};

fn reported(case: &Case, day: &str) -> Value {
    serde_json::to_value(rosh(&case.on(day)).unwrap()).unwrap()
}

fn assessed(levels: Value) -> Case {
    Case::supervised().assessed("2017-09-04", levels)
}

#[test]
fn recorded_levels_stand_in_the_members_and_the_spelling_of_arns_the_highest_first() {
    let case = assessed(json!({ "children": "medium", "known_adult": "high", "public": "low", "staff": "low" }));
    let rosh = rosh(&case.on("2017-09-10")).unwrap();
    let reported = serde_json::to_string(&rosh).unwrap();
    let arns = r#"{"riskInCommunity":{"HIGH":["Known Adult"],"MEDIUM":["Children"],"LOW":["Public","Staff"]},"riskInCustody":{},"overallRiskLevel":"HIGH","assessedOn":"2017-09-04T00:00:00","decidedBy":[{"group":"Known Adult","setting":"community"}],"notAssessed":[],"notShown":[],"setting":"community","#;
    assert!(reported.starts_with(arns), "{reported}");
}

#[test]
fn unknown_is_not_low_and_low_with_a_group_unknown_has_no_level_overall() {
    let low = assessed(json!({ "children": "low", "known_adult": "low", "public": "low" }));
    let reported = reported(&low, "2017-09-10");
    assert_eq!(reported["riskInCommunity"], json!({ "LOW": ["Children", "Known Adult", "Public"] }));
    assert_eq!((&reported["overallRiskLevel"], &reported["decidedBy"]), (&Value::Null, &json!([])));
    assert_eq!(reported["notAssessed"], json!([{ "group": "Staff", "setting": "community" }]));
    let nobody = self::reported(&Case::supervised(), "2017-09-10");
    assert_eq!((&nobody["riskInCommunity"], &nobody["overallRiskLevel"]), (&json!({}), &Value::Null));
    assert_eq!((&nobody["assessedOn"], nobody["notAssessed"].as_array().unwrap().len()), (&Value::Null, 4));
}

#[test]
fn a_level_in_custody_counts_overall_and_it_is_said_that_it_does() {
    let data = json!({ "levels": { "children": "low", "known_adult": "medium", "public": "low", "staff": "low" },
        "custody_levels": { "prisoners": "very_high" }, "stage": "initial", "signed": "yes", "tool": "oasys", "assessor": "a1" });
    let case = Case::supervised().and("2017-09-04", "risk_assessed", data);
    let reported = reported(&case, "2017-09-10");
    assert_eq!(reported["riskInCustody"], json!({ "VERY_HIGH": ["Prisoners"] }));
    assert_eq!(reported["overallRiskLevel"], "VERY_HIGH");
    assert_eq!(reported["decidedBy"], json!([{ "group": "Prisoners", "setting": "custody" }]));
    let inside = case.and("2017-09-11", "custody_entered", json!({}));
    let not_assessed = self::reported(&inside, "2017-09-12")["notAssessed"].clone();
    assert_eq!(not_assessed.as_array().unwrap().len(), 4, "in custody its cells count: {not_assessed}");
}

#[test]
fn what_events_indicate_stands_beside_with_its_reasons_and_never_in_the_members_of_arns() {
    let case = assessed(json!({ "children": "low", "known_adult": "medium", "public": "low", "staff": "low" }));
    let before = reported(&case, "2017-09-05");
    let answers = json!({ "yes_answers": 14 });
    let after = reported(&case.and("2017-09-06", "dash_completed", answers), "2017-09-07");
    for member in ["riskInCommunity", "riskInCustody", "overallRiskLevel", "assessedOn", "decidedBy"] {
        assert_eq!(before[member], after[member], "{member}");
    }
    let adult = after["cells"].as_array().unwrap().iter().find(|c| c["group"] == "Known Adult").unwrap();
    assert_eq!((&adult["recorded"], &adult["status"]), (&json!("MEDIUM"), &json!("under_review")));
    assert_eq!(adult["indicated"]["level"], "HIGH");
    assert_eq!(adult["indicated"]["caution"], "do_not_raise_with_person");
    assert_eq!(adult["indicated"]["because"][0]["eventId"], json!(event(3)));
    assert!(before["review"].is_null() || before["review"]["caution"].is_null(), "{}", before["review"]);
    assert_eq!(
        (&after["review"]["priority"], &after["review"]["caution"]),
        (&json!("protect_now"), &json!("do_not_raise_with_person"))
    );
}

#[test]
fn who_sees_no_levels_gets_none_and_who_sees_some_groups_no_level_overall() {
    let case = assessed(json!({ "children": "medium", "known_adult": "high", "public": "low", "staff": "low" }));
    assert_eq!(rosh(&case.for_audience(Audience::SupervisedPerson, "2017-09-10")), None);
    let partly = serde_json::to_value(rosh(&case.for_audience(Audience::PartnerLinkWorker, "2017-09-10"))).unwrap();
    assert_eq!(partly["riskInCommunity"], json!({ "HIGH": ["Known Adult"], "MEDIUM": ["Children"] }));
    assert_eq!((&partly["overallRiskLevel"], &partly["notShown"]), (&Value::Null, &json!(["Public", "Staff"])));
}
