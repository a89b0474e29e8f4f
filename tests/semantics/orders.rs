//! Orders hold for an event if they were in force when it happened or when it was learnt.

use risk_core::assessment::answer::Status;
use risk_core::event::vocabulary::ActionKind::{ExplorePossibleBreach, ReviewAfterOrderExpiry};

use crate::story::{SUPERVISED, day, e, given};

const ORDERS: &str = r#"
[[action]]
id = "explore_possible_breach"
closed_by = [{ on = "protective_order_checked" }]

[[action]]
id = "review_after_order_expiry"
closed_by = [{ on = "risk_management_plan_updated" }]

[[rule]]
id = "moved-in"
on = "cohabitation_started"
when = "person.protected = yes"
require = [{ action = "explore_possible_breach", about = "each_order_protecting_person" }]

[[rule]]
id = "expired"
on = "protective_order_expired"
require = [{ action = "review_after_order_expiry", about = "order" }]
"#;

/// e2: an order that protects p1 until 10 January, that day included.
const ORDER: &str = r#"
{ on = 2017-10-01, kind = "protective_order_made", order_id = "o1", order = "restraining", protects = ["p1"], expires_on = 2018-01-10 },
"#;

#[test]
fn a_move_during_an_order_that_has_since_expired_is_still_explored() {
    let moved_on_the_9th =
        r#"{ on = 2018-01-09, recorded = 2018-01-20, kind = "cohabitation_started", person = "p1" },"#;
    let story = given(ORDERS, &[SUPERVISED, ORDER, moved_on_the_9th]);
    assert_eq!(story.on("2018-01-20").about(ExplorePossibleBreach, "o1").status, Status::Open);
}

#[test]
fn a_move_before_the_order_learnt_while_it_is_in_force_is_explored_too() {
    let story = given(
        ORDERS,
        &[
            SUPERVISED,
            ORDER,
            r#"{ on = 2017-09-20, recorded = 2017-12-01, kind = "cohabitation_started", person = "p1" },"#,
        ],
    );
    assert_eq!(story.on("2017-12-01").about(ExplorePossibleBreach, "o1").status, Status::Open);
}

#[test]
fn expires_on_is_the_last_day_in_force() {
    let moved = |on: &str| {
        let move_in = format!(r#"{{ on = "{on}", kind = "cohabitation_started", person = "p1" }},"#);
        given(ORDERS, &[SUPERVISED, ORDER, &move_in]).on("2018-01-31").pending(ExplorePossibleBreach)
    };
    assert!(moved("2018-01-10T23:59:59Z"), "the last second of the last day");
    assert!(!moved("2018-01-11T00:00:00Z"), "the first of the day after");
}

#[test]
fn a_move_to_somebody_whom_no_order_protects_is_no_breach() {
    let story =
        given(ORDERS, &[SUPERVISED, ORDER, r#"{ on = 2017-12-01, kind = "cohabitation_started", person = "p2" },"#]);
    story.on("2017-12-01").asks_nothing_of(ExplorePossibleBreach);
}

#[test]
fn each_order_that_protects_the_person_is_explored_by_itself() {
    let story = given(
        ORDERS,
        &[
            SUPERVISED,
            ORDER,
            r#"
        { on = 2017-11-01, kind = "protective_order_made", order_id = "o2", order = "non_molestation", protects = ["p1", "p2"] },
        { on = 2017-11-02, kind = "protective_order_made", order_id = "o3", order = "non_molestation", protects = ["p2"] },
        { on = 2017-12-01, kind = "cohabitation_started", person = "p1" },
        { on = 2017-12-05, kind = "protective_order_checked", order_id = "o1", with = "police" },
    "#,
        ],
    );
    let seen = story.on("2017-12-05");
    assert_eq!(seen.all(ExplorePossibleBreach).len(), 2, "not o3");
    assert_eq!(seen.about(ExplorePossibleBreach, "o1").status, Status::Done);
    assert_eq!(seen.about(ExplorePossibleBreach, "o2").status, Status::Open);
}

#[test]
fn an_order_s_expiry_is_raised_once_on_the_day_after_its_last() {
    let story = given(
        ORDERS,
        &[
            SUPERVISED,
            ORDER,
            r#"{ on = 2018-01-12, kind = "risk_management_plan_updated", covers = ["protective_orders"] },"#,
        ],
    );
    story.on("2018-01-10").asks_nothing_of(ReviewAfterOrderExpiry);
    let raised = story.on("2018-01-11").about(ReviewAfterOrderExpiry, "o1").clone();
    assert_eq!((raised.status, raised.opened), (Status::Open, day("2018-01-11")));
    assert_eq!(raised.because[0].event_id, Some(e(2)), "the reason is the order");
    assert_eq!(story.on("2019-01-11").status(ReviewAfterOrderExpiry), Status::Done, "once only");
}

#[test]
fn an_order_learnt_after_it_ended_raises_its_expiry_once_when_it_is_learnt() {
    let story = given(
        ORDERS,
        &[
            SUPERVISED,
            r#"
        { on = 2017-10-01, recorded = 2018-03-01, kind = "protective_order_made", order_id = "o1", order = "restraining", protects = ["p1"], expires_on = 2018-01-10 },
    "#,
        ],
    );
    story.on("2018-02-28").asks_nothing_of(ReviewAfterOrderExpiry);
    assert_eq!(story.on("2018-03-01").the(ReviewAfterOrderExpiry).opened, day("2018-03-01"));
    assert_eq!(story.on("2019-03-01").all(ReviewAfterOrderExpiry).len(), 1);
}

#[test]
fn an_order_that_was_extended_expires_on_its_new_day_and_one_discharged_never_does() {
    let extended =
        r#"{ on = 2017-12-01, kind = "protective_order_varied", order_id = "o1", expires_on = 2018-06-30 },"#;
    let story = given(ORDERS, &[SUPERVISED, ORDER, extended]);
    story.on("2018-06-30").asks_nothing_of(ReviewAfterOrderExpiry);
    assert!(story.on("2018-07-01").pending(ReviewAfterOrderExpiry));
    let discharged = r#"{ on = 2017-12-01, kind = "protective_order_discharged", order_id = "o1" },"#;
    given(ORDERS, &[SUPERVISED, ORDER, discharged]).on("2019-01-01").asks_nothing_of(ReviewAfterOrderExpiry);
}
