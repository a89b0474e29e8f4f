//! Bodies of assessments in many shapes: what can be read is read, and what cannot is named.

use risk_hmpps::import::Given;
use risk_hmpps::report::{Import, Outcome};
use serde_json::Value;

use crate::{Logs, importer};

fn given(body: &str) -> Import {
    let message = r#"{"eventType":"assessment.summary.produced","occurredAt":"2024-06-11T10:00:00Z",
        "detailUrl":"https://oasys.example.invalid/1/COMPLETE","personReference":{"identifiers":[{"type":"CRN","value":"X800001"}]}}"#;
    let delivery = format!(r#"{{"message":{message},"fetched":{body}}}"#);
    Logs::default().deliver(&importer(), Given::Messages(delivery.as_bytes()))
}

/// Each record, with its levels and whether it is signed.
fn made(import: &Import) -> Vec<String> {
    let one = |record: &risk_core::log::Record| {
        let event = record.event().unwrap();
        let data = event.encode();
        let of = |name: &str| data.get(name).map(Value::to_string).unwrap_or_default().replace('"', "");
        format!("{} {}{}{} {}", event.kind(), of("levels"), of("custody_levels"), of("level"), of("signed"))
            .trim()
            .to_owned()
    };
    let mut all: Vec<String> = import.records.iter().map(one).collect();
    all.sort();
    all
}

fn notes(import: &Import) -> &[String] {
    &import.report.messages[0].notes
}

#[test]
fn one_part_that_cannot_be_read_costs_no_other_and_is_named() {
    for (body, records, part) in [
        (
            r#"{"riskPublicCommunity":"Severe","riskStaffCommunity":"Low","assessedOn":"2024-06-10"}"#,
            &["risk_assessed {staff:low} yes"][..],
            "fetched.riskPublicCommunity: expected Low, Medium, High or Very High, found another text: the level of public in the community is not known by this assessment",
        ),
        (
            r#"{"riskChildrenCustody":{"level":"High"},"riskPublicCommunity":"High","assessedOn":"2024-06-10"}"#,
            &["risk_assessed {public:high} yes"],
            "fetched.riskChildrenCustody: expected Low, Medium, High or Very High, found an object: the level of children in custody is not known by this assessment",
        ),
        (
            r#"{"riskInCommunity":{"SEVERE":["Public","Children"],"LOW":["Staff"]},"assessedOn":"2024-06-10"}"#,
            &["risk_assessed {staff:low} yes"],
            "fetched.riskInCommunity: expected Low, Medium, High or Very High, found another text: the level of children in the community is not known by this assessment",
        ),
        (
            r#"{"riskInCommunity":{"HIGH":["Partner","Public"]},"assessedOn":"2024-06-10"}"#,
            &["risk_assessed {public:high} yes"],
            "fetched.riskInCommunity: expected Children, Known Adult, Public, Staff or Prisoners, found another text: what it says of a group is not known",
        ),
        (
            r#"{"riskInCommunity":"HIGH","riskInCustody":{"LOW":["Prisoners"]},"assessedOn":"2024-06-10"}"#,
            &["risk_assessed {}{prisoners:low} yes"],
            "fetched.riskInCommunity: expected Children, Known Adult, Public, Staff or Prisoners, found another form: no level in it is known",
        ),
        (
            r#"[{"riskPublicCommunity":"High","assessedOn":"10/06/24"},{"riskPublicCommunity":"Low","assessedOn":"2022-06-10"}]"#,
            &["risk_assessed {public:low} yes"],
            "no level of that assessment is known",
        ),
        (
            r#"{"imminentRiskOfViolenceTowardsPartner":"Severe","imminentRiskOfViolenceTowardsOthers":"Low","riskPublicCommunity":"Low","dateCompleted":"2024-06-10"}"#,
            &["risk_assessed {public:low} yes", "sara_completed"],
            "fetched.imminentRiskOfViolenceTowardsPartner: expected Low, Medium or High, found another text: that rating is not known",
        ),
        (
            r#"{"riskPublicCommunity":"Low","assessorName":"a","assessorName":"b","assessedOn":"2024-06-10"}"#,
            &["risk_assessed {public:low} yes"],
            "fetched.assessorName: expected one member of that name, found several that differ: it is taken as not said",
        ),
        (
            r#"{"riskPublicCommunity":"Low","assessmentStatus":"OPEN","assessmentStatus":"COMPLETE","assessedOn":"2024-06-10"}"#,
            &["risk_assessed {public:low} unknown"],
            "whether the assessment is complete is not known",
        ),
        (
            r#"{"riskPublicCommunity":"Low","riskLevel":"Severe","assessedOn":"2024-06-10"}"#,
            &["risk_assessed {public:low} yes"],
            "fetched.riskLevel: expected Low, Medium, High or Very High, found another text: the overall level is not known",
        ),
    ] {
        let import = given(body);
        assert_eq!(made(&import), records, "{body}");
        assert!(matches!(import.report.messages[0].outcome, Outcome::Recorded { .. }), "{body}");
        assert!(notes(&import).iter().any(|note| note.contains(part)), "{body}: {:?}", notes(&import));
    }
}

#[test]
fn an_overall_level_is_of_no_group_and_no_flag_of_a_register() {
    let alone = |import: &Import| match &import.report.messages[0].outcome {
        Outcome::Needed { what, .. } => what.clone(),
        outcome => panic!("{outcome:?}"),
    };
    for body in [
        r#"{"overallRiskLevel":"HIGH","assessedOn":"2024-06-10"}"#,
        r#"{"summary":{"overallRiskLevel":"High","riskInCommunity":{}},"assessedOn":"2024-06-10"}"#,
        r#"{"overallRisk":"high"}"#,
        r#"{"riskLevel":"High"}"#,
        r#"{"riskLevel":" HIGH "}"#,
        r#"{"assessments":[{"initiationDate":"2024-06-10","riskLevel":{"riskScoreLevel":"High"}}]}"#,
        r#"{"overallRiskLevel":{"riskScoreLevel":"High"}}"#,
        r#"[{"overallRiskLevel":"LOW"},{"overallRiskLevel":"HIGH"}]"#,
    ] {
        let import = given(body);
        assert_eq!(made(&import), [""; 0], "{body}");
        assert!(
            alone(&import).starts_with("no level of a group could be read beside the overall level high"),
            "{body}"
        );
        assert_eq!(import.report.messages[0].then, risk_hmpps::reason::Then::Park, "{body}: a person looks it up");
    }
    for (body, records) in [
        (
            r#"{"overallRiskLevel":"HIGH","riskInCommunity":{"SEVERE":["Public"],"LOW":["Staff"]},"assessedOn":"2024-06-10"}"#,
            vec!["risk_assessed {staff:low} yes"],
        ),
        (
            r#"{"overallRiskLevel":"HIGH","summary":{"riskInCommunity":{"HIGH":["Public"]}},"assessedOn":"2024-06-10"}"#,
            vec!["risk_assessed {public:high} yes"],
        ),
        (
            r#"{"overallRiskLevel":"LOW","riskInCommunity":{"HIGH":["Public"]},"assessedOn":"2024-06-10"}"#,
            vec!["risk_assessed {public:high} yes"],
        ),
        (
            r#"{"overallRiskLevel":"VERY_HIGH","riskInCommunity":{"HIGH":["Public"]},"assessedOn":"2024-06-10"}"#,
            vec!["risk_assessed {public:high} yes"],
        ),
    ] {
        let import = given(body);
        assert_eq!(made(&import), records, "{body}");
        let is_above = !body.contains("\"overallRiskLevel\":\"LOW\"") && !body.contains("summary");
        let says_so =
            notes(&import).iter().any(|note| note.contains("is above that of every group") && note.contains("look up"));
        assert_eq!(says_so, is_above, "{body}: {:?}", notes(&import));
    }
    for body in [r#"{"overallRiskLevel":"MEDIUM"}"#, r#"{"riskLevel":"Low"}"#] {
        let import = given(body);
        assert!(made(&import).is_empty() && alone(&import).contains("record risk_assessed"), "{body}");
    }
    for body in [r#"{"overallRiskLevel":3}"#, r#"{"riskLevel":["High"]}"#, r#"{"riskLevel":{"riskScoreLevel":"Red"}}"#]
    {
        assert!(matches!(given(body).report.messages[0].outcome, Outcome::Unreadable { .. }), "{body}");
    }
    for body in [
        r#"{"overallRiskLevel":null}"#,
        r#"{"riskLevel":{}}"#,
        r#"{"riskLevel":"None"}"#,
        r#"{"overallRisk":"Unknown"}"#,
    ] {
        assert!(matches!(given(body).report.messages[0].outcome, Outcome::Nothing { .. }), "{body}");
    }
}

#[test]
fn a_level_is_read_however_it_is_written_and_a_word_for_none_is_none() {
    for word in ["very high", "VERY_HIGH", "Very-High", " Very  High ", "VeryHigh", "very_high"] {
        let body = format!(r#"{{"riskKnownAdultCommunity":"{word}","assessedOn":"2024-06-10"}}"#);
        assert_eq!(made(&given(&body)), ["risk_assessed {known_adult:very_high} yes"], "{word}");
        let body = format!(r#"{{"riskInCommunity":{{"{word}":["knownAdult"]}},"assessedOn":"2024-06-10"}}"#);
        assert_eq!(made(&given(&body)), ["risk_assessed {known_adult:very_high} yes"], "{word}");
    }
    for none in [
        "null",
        r#""""#,
        r#""  ""#,
        r#""None""#,
        r#""Not applicable""#,
        r#""N/A""#,
        r#""Unknown""#,
        r#""Not assessed""#,
    ] {
        let body =
            format!(r#"{{"riskKnownAdultCommunity":{none},"riskStaffCommunity":"Low","assessedOn":"2024-06-10"}}"#);
        let import = given(&body);
        assert_eq!(
            (made(&import), notes(&import).len()),
            (vec!["risk_assessed {staff:low} yes".to_owned()], 0),
            "{none}"
        );
    }
    for odd in ["3", "true", r#""Red""#, r#""H""#, r#""Very High!?x""#, r#""low to medium""#, "[]", "{}"] {
        let body =
            format!(r#"{{"riskKnownAdultCommunity":{odd},"riskStaffCommunity":"Low","assessedOn":"2024-06-10"}}"#);
        let import = given(&body);
        assert_eq!(
            (made(&import), notes(&import).len()),
            (vec!["risk_assessed {staff:low} yes".to_owned()], 1),
            "{odd}"
        );
    }
}
