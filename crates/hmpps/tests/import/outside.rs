//! Messages come from outside: their bytes, the names of their members, their types and their addresses.

use risk_hmpps::codes::Codes;
use risk_hmpps::detail_hosts::DetailHosts;
use risk_hmpps::import::{Given, HeldLogs, Importer};
use risk_hmpps::people::CaseMap;
use risk_hmpps::report::{Import, Outcome};
use serde_json::{Value, json};

use crate::{importer, key};

fn import(bytes: &[u8]) -> Import {
    importer().import(&[(None, Given::Messages(bytes))], &mut HeldLogs::default())
}

fn registration() -> Value {
    json!({"eventType": "probation-case.registration.added", "occurredAt": "2024-06-14T09:06:52Z",
        "personReference": {"identifiers": [{"type": "CRN", "value": "X800001"}]},
        "additionalInformation": {"registrationId": "1", "registerTypeCode": "RHRH", "registrationDate": "2024-06-14"}})
}

fn ends(import: &Import) -> Vec<&'static str> {
    import.report.messages.iter().map(|m| m.outcome.name()).collect()
}

#[test]
fn a_byte_order_mark_is_passed_over_wherever_a_message_begins() {
    let mark = "\u{feff}";
    let one = registration().to_string();
    let wrapped = json!({"Message": format!("{mark}{one}")}).to_string();
    for text in [format!("{mark}{one}"), format!("{mark}{mark}{one}"), format!("{mark}[{one}]"), wrapped] {
        assert_eq!(ends(&import(text.as_bytes())), ["recorded"], "{text}");
    }
    let other = one.replace("X800001", "X800002");
    assert_eq!(ends(&import(format!("{mark}{one}\n{mark}{other}\n").as_bytes())), ["recorded", "recorded"]);
}

#[test]
fn utf_16_and_bytes_that_are_no_utf_8_are_named() {
    let one = registration().to_string();
    for (mark, unit) in
        [("\u{feff}", u16::to_le_bytes as fn(u16) -> [u8; 2]), ("\u{feff}", u16::to_be_bytes), ("", u16::to_le_bytes)]
    {
        let bytes: Vec<u8> = format!("{mark}{one}").encode_utf16().flat_map(unit).collect();
        let import = import(&bytes);
        let outcome = &import.report.messages[0].outcome;
        assert!(matches!(outcome, Outcome::Unreadable { found, .. } if found == "UTF-16"), "{outcome:?}");
    }
    let bad = [b"{\"eventType\":\"victim\x92s\"}\n", one.as_bytes()].concat();
    assert_eq!(ends(&import(&bad)), ["unreadable", "recorded"]);
}

#[test]
fn a_member_that_is_there_twice_with_two_values_is_never_chosen_from_in_silence() {
    let one = registration().to_string();
    for (member, twice) in [
        (
            r#""registrationId":"1""#,
            r#""registrationId":"1","registrationLevelCode":"RSKH","registrationLevelCode":"RSKL""#,
        ),
        (r#""occurredAt":"#, r#""occurredAt":"2023-01-01","occurredAt":"#),
        (r#""value":"X800001""#, r#""value":"X800002","value":"X800001""#),
        (r#"{"eventType""#, r#"{"additionalInformation":{},"eventType""#),
    ] {
        let text = one.replacen(member, twice, 1);
        assert_ne!(text, one);
        let import = import(text.as_bytes());
        let outcome = &import.report.messages[0].outcome;
        assert!(
            matches!(outcome, Outcome::Unreadable { found, .. } if found == "several that differ"),
            "{text}: {outcome:?}"
        );
    }
    let same = one.replacen(r#""registrationId":"1""#, r#""registrationId":"1","registrationId":"1""#, 1);
    assert_eq!(ends(&import(same.as_bytes())), ["recorded"]);
    let wrapped = format!(r#"{{"Message":{one},"Message":{}}}"#, one.replace("X800001", "X800002"));
    assert_eq!(ends(&import(wrapped.as_bytes())), ["unreadable"]);
}

#[test]
fn a_moment_in_another_form_is_unreadable_and_not_missing() {
    for at in [json!([2024, 6, 14]), json!({"epoch": 1}), json!(1_718_352_612_739_u64), json!(true), json!("14/06/24")]
    {
        let mut message = registration();
        message["additionalInformation"]["registrationDate"] = at.clone();
        assert_eq!(ends(&import(message.to_string().as_bytes())), ["unreadable"], "{at}");
    }
}

#[test]
fn what_a_report_shows_of_a_message_steers_no_terminal() {
    let odd = "x\u{1b}[2J\u{7}\u{9b}31m\nnot: a line\u{202e}gnp\u{2028}\u{feff}";
    let types = [odd, "assessment.summary.produced"];
    for of in types {
        let message = json!({"eventType": of, "occurredAt": "2024-06-14T09:06:52Z", "detailUrl": format!("https://a.example/{odd}"),
            "personReference": {"identifiers": [{"type": "CRN", "value": "X800001"}]}});
        let report = serde_json::to_value(import(message.to_string().as_bytes()).report).unwrap();
        let reported = &report["messages"][0];
        for shown in [&reported["event_type"], &reported["detail_url"]] {
            let shown = shown.as_str().unwrap_or_default();
            let unseen = |c: char| c.is_control() || matches!(c, '\u{202e}' | '\u{2028}' | '\u{feff}');
            assert!(!shown.contains(unseen), "{shown:?}");
        }
        let is_written_out = reported.to_string().contains("\\\\u{1b}[2J");
        assert_eq!(is_written_out, of != odd, "an address is written out, and what is no type is left out: {reported}");
    }
    let long = json!({"eventType": "x".repeat(100_000)}).to_string();
    assert!(import(long.as_bytes()).report.messages[0].event_type.as_deref().is_some_and(|t| t.len() < 500));
}

#[test]
fn an_address_of_a_message_is_listed_only_where_its_host_is() {
    let listed = |hosts: &[&str], url: &str| {
        let codes = Codes::embedded().unwrap();
        let importer =
            Importer::new(codes, key(), CaseMap::default()).with_detail_hosts(DetailHosts::new(hosts).unwrap());
        let message =
            json!({"eventType": "assessment.summary.produced", "occurredAt": "2024-06-14T09:06:52Z", "detailUrl": url,
            "personReference": {"identifiers": [{"type": "CRN", "value": "X800001"}]}})
            .to_string();
        let import = importer.import(&[(None, Given::Messages(message.as_bytes()))], &mut HeldLogs::default());
        let reported = serde_json::to_value(&import.report.messages[0]).unwrap();
        assert_eq!((&reported["outcome"], &reported["detail_url"]), (&json!("needed"), &json!(url)));
        (reported["detail_url_listed"].clone(), reported["notes"].clone())
    };
    let url = "https://oasys.example.com/1/COMPLETE";
    assert_eq!(listed(&["oasys.example.com"], url), (json!(true), Value::Null));
    for (hosts, url) in
        [(&[][..], url), (&["delius.example.com"], url), (&["oasys.example.com"], "http://oasys.example.com/1")]
    {
        let (is_listed, notes) = listed(hosts, url);
        assert_eq!(is_listed, json!(false));
        assert!(notes[0].as_str().unwrap().ends_with("never fetch it with credentials"), "{notes}");
    }
}
