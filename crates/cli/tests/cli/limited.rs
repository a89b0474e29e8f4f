//! What a reader who does not see every record sees of a level, in whatever form they ask.

use serde_json::{Value, json};

use crate::case::{id, jsonl, record, supervision_started, with};
use crate::command::risk_reading;

const ASK: &str = "ask the responsible officer before relying on it";
const PROFESSIONALS: [(&str, &str); 3] =
    [("partner_agency", "third_party"), ("programmes_team", "third_party"), ("partner_link_worker", "restricted")];

fn assessed(level: &str) -> Value {
    let data = json!({ "levels": { "known_adult": level, "children": level }, "stage": "review", "signed": "yes",
        "tool": "oasys", "assessor": "a1", "person_involved": "yes" });
    record(2, "2018-01-04", "risk_assessed", data)
}

fn corrected(level: &str) -> Value {
    let data = json!({ "event_id": id(2), "replacement": { "data": assessed(level)["data"] }, "reason": "wrong_value",
        "by": "a1" });
    record(3, "2018-01-05", "record_corrected", data)
}

fn asked(command: &[&str], audience: &str, format: &str, log: &[Value]) -> String {
    let question = ["--audience", audience, "--at", "2018-01-10", "--format", format];
    // Lines of text are wrapped.
    let found = risk_reading(&jsonl(log), command.iter().copied().chain(question)).fine();
    found.split_whitespace().collect::<Vec<_>>().join(" ")
}

#[test]
fn a_level_is_given_with_its_day_and_with_whom_to_ask() {
    let log = [supervision_started(), assessed("low")];
    for (audience, _) in PROFESSIONALS {
        let page = asked(&["assess", "-"], audience, "text", &log);
        assert!(page.contains(&format!("Known adult recorded low on 4 Jan 2018; {ASK}")), "{page}");
        assert!(page.contains("Ask the responsible officer before relying on it."), "{page}");
        assert!(!page.contains("settled") && !page.contains("No level is recorded"), "{page}");
        let answer: Value = serde_json::from_str(&asked(&["assess", "-"], audience, "json", &log)).unwrap();
        assert_eq!(answer["classification"]["before_relying"], "ask_responsible_officer");
        assert_eq!(answer["classification"]["groups"][0]["status"], "ask_responsible_officer");
        for command in [&["timeline", "-"][..], &["compare", "-", "--and", "2018-01-03"]] {
            assert!(!asked(command, audience, "json", &log).contains("settled"), "{command:?}");
        }
        assert!(asked(&["timeline", "-"], audience, "text", &log).contains(ASK));
        // Nor does an answer without any level say anything else.
        let nothing = asked(&["assess", "-"], audience, "text", &log[..1]);
        assert!(nothing.contains("Ask the responsible officer before relying on it."), "{nothing}");
    }
    let why = asked(&["explain", "-", "known_adult"], "programmes_team", "text", &log);
    assert!(why.contains(ASK) && !why.contains("settled") && !why.contains("No event indicates"), "{why}");
    assert!(asked(&["assess", "-"], "responsible_officer", "text", &log).contains("4 Jan 2018; settled"));
}

#[test]
fn a_corrected_level_is_the_corrected_one_or_none() {
    for (audience, above) in PROFESSIONALS {
        let output = |correction: Value| {
            let log = [supervision_started(), assessed("low"), correction];
            asked(&["assess", "-"], audience, "text", &log)
        };
        let open = output(corrected("very_high"));
        assert!(open.contains("Known adult recorded very high on 4 Jan 2018"), "{open}");
        let hidden = output(with(corrected("very_high"), "handling", above));
        assert!(
            !hidden.contains("recorded low")
                && !hidden.contains("very high")
                && hidden.contains("No level is shown for"),
            "{hidden}"
        );
        let retracted = json!({ "event_id": id(2), "reason": "wrong_person", "by": "a1" });
        for kind in ["record_retracted", "payload_erased"] {
            let gone = output(record(3, "2018-01-05", kind, retracted.clone()));
            assert!(gone.contains("No level is shown for") && !gone.contains("recorded low"), "{kind}: {gone}");
        }
    }
}
