//! Silence: an absence of records is never treated as safety, nor as an omission before records begin.

use std::collections::BTreeSet;

use risk_core::assessment::Question;
use risk_core::assessment::answer::Status;
use risk_core::event::Kind;
use risk_core::event::vocabulary::ActionKind::{HomeVisit, ManagementOversight};

use crate::story::{SUPERVISED, day, given};

const A_MOVE_ASKS_FOR_A_VISIT: &str = r#"
[[action]]
id = "home_visit"
closed_by = [{ on = "home_visit_completed" }]

[[rule]]
id = "moved"
on = "address_changed"
require = [{ action = "home_visit", due = { within = "week" } }]

[[duty]]
id = "visit-while-an-order-stands"
action = "home_visit"
while = "order_in_force = yes"

[[parameter]]
id = "week"
value = 7
"#;

#[test]
fn what_would_have_been_done_before_records_are_complete_is_never_overdue() {
    let events = |from: &str| {
        format!(
            r#"{{ on = 2017-09-02, kind = "history_loaded", from = {from}, kinds = ["home_visit_completed"] }},
               {{ on = 2017-10-02, kind = "address_changed" }},"#
        )
    };
    let unknown = given(A_MOVE_ASKS_FOR_A_VISIT, &[SUPERVISED, &events("2018-01-01")]);
    let visit = unknown.on("2018-06-01").the(HomeVisit).clone();
    assert_eq!((visit.status, visit.days_overdue), (Status::Open, None));
    assert_eq!(visit.history_from, Some(day("2018-01-01")), "and the answer says why");
    let known = given(A_MOVE_ASKS_FOR_A_VISIT, &[SUPERVISED, &events("2017-09-01")]);
    assert_eq!(known.on("2018-06-01").status(HomeVisit), Status::Overdue);
}

#[test]
fn nothing_follows_from_being_overdue_where_nobody_knows_whether_it_was_done() {
    let asked_of_a_manager = r#"
        [[action]]
        id = "management_oversight"
        closed_by = [{ on = "management_oversight_recorded" }]

        [[rule]]
        id = "left-undone"
        on = "action_overdue"
        require = [{ action = "management_oversight" }]
    "#;
    let events = |from: &str| {
        format!(
            r#"{{ on = 2017-09-02, kind = "history_loaded", from = {from}, kinds = ["home_visit_completed"] }},
               {{ on = 2017-10-02, kind = "address_changed" }},"#
        )
    };
    let rules = [A_MOVE_ASKS_FOR_A_VISIT, asked_of_a_manager].concat();
    given(&rules, &[SUPERVISED, &events("2018-01-01")]).on("2018-06-01").asks_nothing_of(ManagementOversight);
    let known = given(&rules, &[SUPERVISED, &events("2017-09-01")]);
    assert_eq!(known.on("2018-06-01").status(ManagementOversight), Status::Open);
}

#[test]
fn a_history_of_other_kinds_excuses_nothing() {
    let story = given(
        A_MOVE_ASKS_FOR_A_VISIT,
        &[
            SUPERVISED,
            r#"
        { on = 2017-09-02, kind = "history_loaded", from = 2018-01-01, kinds = ["police_call_out"] },
        { on = 2017-10-02, kind = "address_changed" },
    "#,
        ],
    );
    assert_eq!(story.on("2018-06-01").status(HomeVisit), Status::Overdue);
}

#[test]
fn a_rule_that_cannot_hear_is_listed_as_blind() {
    let story = given(A_MOVE_ASKS_FOR_A_VISIT, &[SUPERVISED]);
    let fed = |kinds: &[Kind]| {
        let feeds = Some(kinds.iter().copied().collect::<BTreeSet<_>>());
        story.ask(&Question { feeds, ..story.question("2018-01-01") }).answer.blind_to
    };
    assert_eq!(fed(&[Kind::SupervisionStarted]), ["moved", "visit-while-an-order-stands"]);
    assert_eq!(fed(&[Kind::SupervisionStarted, Kind::ProtectiveOrderMade]), ["moved"]);
    assert!(fed(&[Kind::AddressChanged, Kind::ProtectiveOrderMade]).is_empty());
    assert!(story.on("2018-01-01").answer.blind_to.is_empty(), "nothing is said where no feeds are declared");
}
