//! An action that waits for another agency's decision is not late if the agency was asked in time.

use risk_core::assessment::answer::Status;
use risk_core::event::vocabulary::ActionKind::{ManagementOversight, ReturnToNps};

use crate::story::{SUPERVISED, Story, day, given};

/// The case must go back to the NPS on the day; a manager looks at what is overdue.
const RETURNED: &str = r#"
[[action]]
id = "return_to_nps"
closed_by = [{ on = "escalation_decided", when = "event.outcome = accepted" }]
waiting = [{ on = "case_return_requested", with = "nps" }]
refused_by = [{ on = "escalation_decided", when = "event.outcome = refused" }]

[[action]]
id = "management_oversight"
closed_by = [{ on = "management_oversight_recorded" }]

[[rule]]
id = "too-high"
on = "incident_reported"
require = [{ action = "return_to_nps", due = "immediately" }]

[[rule]]
id = "overdue"
on = "action_overdue"
when = "event.action = return_to_nps"
require = [{ action = "management_oversight" }]
"#;

const INCIDENT: &str = r#"
    { on = 2017-12-04, kind = "incident_reported", conduct = ["strangulation"] },
"#;

fn returned(then: &str) -> Story {
    given(RETURNED, &[SUPERVISED, INCIDENT, then])
}

#[test]
fn a_case_sent_back_in_time_waits_for_the_nps_and_is_then_done() {
    let story = returned(
        r#"
        { on = 2017-12-04, kind = "case_return_requested", to = "nps" },
        { on = 2017-12-11, kind = "escalation_decided", to = "nps", decided_by = "nps", outcome = "accepted" },
    "#,
    );
    let action = story.on("2017-12-08").the(ReturnToNps).clone();
    assert_eq!((action.status, action.days_overdue), (Status::Waiting, None));
    assert_eq!(action.waiting_on.map(|w| (w.party, w.since)), Some(("nps".to_owned(), day("2017-12-04"))));
    assert_eq!(story.on("2017-12-11").status(ReturnToNps), Status::Done);
    assert!(story.on("2017-12-11").all(ManagementOversight).is_empty(), "nothing was overdue");
}

#[test]
fn a_case_sent_back_too_late_is_overdue_all_the_same() {
    let story = returned(r#"{ on = 2017-12-06, kind = "case_return_requested", to = "nps" },"#);
    let answer = story.on("2017-12-08");
    assert_eq!(answer.status(ReturnToNps), Status::Overdue);
    assert_eq!(answer.all(ManagementOversight).len(), 1);
}

#[test]
fn a_refusal_ends_the_waiting_and_the_due_day_counts_again() {
    let story = returned(
        r#"
        { on = 2017-12-04, kind = "case_return_requested", to = "nps" },
        { on = 2017-12-11, kind = "escalation_decided", to = "nps", decided_by = "nps", outcome = "refused" },
    "#,
    );
    assert!(story.on("2017-12-10").all(ManagementOversight).is_empty());
    let answer = story.on("2017-12-11");
    assert_eq!(answer.status(ReturnToNps), Status::Overdue);
    assert_eq!(answer.the(ManagementOversight).opened, day("2017-12-11"));
}
