//! Duties recur, or are pending, while a condition holds. They never accumulate.

use risk_core::assessment::answer::{Action, Status};
use risk_core::event::vocabulary::ActionKind::{
    ChaseInformation, EstablishAddress, HomeVisit, MonitorProtectiveOrder, RequestPoliceInformation,
};

use crate::story::{SUPERVISED, day, e, given};

/// Police information is asked for at once, and again every thirty days.
const EVERY_THIRTY_DAYS: &str = r#"
[[action]]
id = "request_police_information"
closed_by = [{ on = "information_requested", when = "event.of = police" }]

[[duty]]
id = "repeat"
action = "request_police_information"
while = "supervised = yes"
every = "thirty"
first = "immediately"

[[parameter]]
id = "thirty"
value = 30
"#;

fn asked(on: &str, request: &str) -> String {
    format!(
        r#"{{ on = {on}, kind = "information_requested", request_id = "{request}", of = "police", about = "domestic_abuse_call_outs", stage = "ongoing" }},"#
    )
}

#[test]
fn a_first_round_at_once_and_the_next_a_period_after_it_was_done() {
    let story = given(EVERY_THIRTY_DAYS, &[SUPERVISED, &asked("\"2017-09-01T14:00:00Z\"", "r1")]);
    let first = story.on("2017-09-01T13:00:00Z").the(RequestPoliceInformation).clone();
    assert_eq!((first.status, first.due), (Status::Open, Some(day("2017-09-01"))));
    assert_eq!(story.on("2017-09-01").status(RequestPoliceInformation), Status::Done);
    assert!(!story.on("2017-09-30").pending(RequestPoliceInformation));
    let round = story.on("2017-10-01").latest(RequestPoliceInformation).clone();
    assert_eq!((round.status, round.opened, round.due), (Status::Open, day("2017-10-01"), Some(day("2017-10-01"))));
    assert_eq!(round.last_done, Some(day("2017-09-01")));
    assert_eq!(story.on("2017-10-02").latest(RequestPoliceInformation).status, Status::Overdue);
}

#[test]
fn an_early_performance_counts_and_the_next_is_a_period_after_it() {
    let story = given(EVERY_THIRTY_DAYS, &[SUPERVISED, &asked("2017-09-01", "r1"), &asked("2017-09-20", "r2")]);
    assert!(!story.on("2017-10-19").pending(RequestPoliceInformation), "not on 1 October");
    assert!(story.on("2017-10-20").pending(RequestPoliceInformation));
}

#[test]
fn a_late_performance_closes_the_round_and_the_next_is_a_period_after_it() {
    let story = given(EVERY_THIRTY_DAYS, &[SUPERVISED, &asked("2017-09-01", "r1"), &asked("2017-10-11", "r2")]);
    let late = story.on("2017-10-11").latest(RequestPoliceInformation).clone();
    assert_eq!((late.status, late.closed), (Status::DoneLate, Some(day("2017-10-11"))));
    assert!(!story.on("2017-11-09").pending(RequestPoliceInformation), "the rounds start from the performance");
    assert!(story.on("2017-11-10").pending(RequestPoliceInformation));
}

#[test]
fn a_performance_written_down_late_counts_from_when_it_was_done() {
    let story = given(
        EVERY_THIRTY_DAYS,
        &[
            SUPERVISED,
            &asked("2017-09-01", "r1"),
            r#"
        { on = 2017-09-25, recorded = 2017-10-05, kind = "information_requested", request_id = "r2", of = "police", about = "domestic_abuse_call_outs", stage = "ongoing" },
    "#,
        ],
    );
    assert!(story.on("2017-10-04").pending(RequestPoliceInformation), "nobody knew");
    let known = story.on("2017-10-05");
    assert!(!known.pending(RequestPoliceInformation));
    assert!(!story.on("2017-10-24").pending(RequestPoliceInformation));
    assert!(story.on("2017-10-25").pending(RequestPoliceInformation));
}

#[test]
fn rounds_that_pass_do_not_stack_one_is_open_and_says_how_many_were_missed() {
    let story = given(EVERY_THIRTY_DAYS, &[SUPERVISED, &asked("2017-09-01", "r1")]);
    // Due on 1 October, 31 October, 30 November and 30 December.
    let seen = story.on("2017-12-15");
    let open: Vec<_> = seen.all(RequestPoliceInformation).into_iter().filter(|a| a.status.pending()).collect();
    assert_eq!(open.len(), 1);
    assert_eq!((open[0].missed, open[0].due), (Some(2), Some(day("2017-10-01"))));
    assert_eq!(story.on("2018-01-05").latest(RequestPoliceInformation).missed, Some(3));
}

#[test]
fn what_was_done_before_the_duty_began_counts_as_its_last_performance() {
    let background = r#"
        { on = 2017-08-20, recorded = 2017-08-20, kind = "information_requested", request_id = "r1", of = "police", about = "domestic_abuse_call_outs", stage = "pre_sentence" },
    "#;
    let story = given(EVERY_THIRTY_DAYS, &[background, SUPERVISED]);
    assert!(!story.on("2017-09-18").pending(RequestPoliceInformation));
    assert!(story.on("2017-09-19").pending(RequestPoliceInformation), "thirty days after 20 August");
}

#[test]
fn of_several_duties_of_one_action_the_earliest_counts() {
    let rules = format!(
        r#"{EVERY_THIRTY_DAYS}
        [[duty]]
        id = "repeat-often"
        action = "request_police_information"
        while = "domestic_abuse = yes"
        every = "ten"
        first = "immediately"
        [[parameter]]
        id = "ten"
        value = 10
    "#
    );
    let abuse =
        r#"{ on = 2017-09-01, kind = "domestic_abuse_identified", role = "perpetrator", evidence = "call_out" },"#;
    let story = given(&rules, &[SUPERVISED, abuse, &asked("2017-09-01", "r1")]);
    assert!(!story.on("2017-09-10").pending(RequestPoliceInformation));
    let round = story.on("2017-09-11").latest(RequestPoliceInformation).clone();
    assert_eq!((round.status, round.due), (Status::Open, Some(day("2017-09-11"))));
    // Both recur; one line is open, due by the earlier date, and one act answers both.
    let both = story.on("2017-10-02");
    let open: Vec<_> = both.all(RequestPoliceInformation).into_iter().filter(|a| a.status.pending()).collect();
    assert_eq!(open.len(), 1);
    assert_eq!(open[0].due, Some(day("2017-09-11")));
    assert_eq!(open[0].because.iter().map(|b| b.rule.as_str()).collect::<Vec<_>>(), ["repeat-often", "repeat"]);
}

const WHILE_AN_ORDER_IS_IN_FORCE: &str = r#"
[[action]]
id = "monitor_protective_order"
closed_by = [{ on = "protective_order_checked", when = "event.with = police" }]

[[duty]]
id = "monitor"
action = "monitor_protective_order"
about = "each_order_in_force"
while = "order.in_force = yes"
"#;

#[test]
fn a_standing_duty_opens_once_for_each_spell_and_shows_when_it_was_last_done() {
    let story = given(
        WHILE_AN_ORDER_IS_IN_FORCE,
        &[
            SUPERVISED,
            r#"
        { on = 2017-10-01, kind = "protective_order_made", order_id = "o1", order = "restraining", protects = ["p1"] },
        { on = 2017-10-10, kind = "protective_order_checked", order_id = "o1", with = "supervised_person" },
        { on = 2017-10-20, kind = "protective_order_checked", order_id = "o1", with = "police" },
    "#,
        ],
    );
    let open = story.on("2017-10-01").the(MonitorProtectiveOrder).clone();
    assert_eq!((open.status, open.about, open.due), (Status::Open, vec!["o1".to_owned()], None));
    assert!(story.on("2017-10-10").pending(MonitorProtectiveOrder), "his own word closes nothing");
    let done = story.on("2018-10-20").the(MonitorProtectiveOrder).clone();
    assert_eq!((done.status, done.last_done), (Status::Done, Some(day("2017-10-20"))), "once, and not again");
}

#[test]
fn a_spell_that_ends_supersedes_what_it_opened_by_the_event_that_ended_it() {
    let story = given(
        WHILE_AN_ORDER_IS_IN_FORCE,
        &[
            SUPERVISED,
            r#"
        { on = 2017-10-01, kind = "protective_order_made", order_id = "o1", order = "restraining", protects = ["p1"] },
        { on = 2017-11-01, kind = "protective_order_discharged", order_id = "o1" },
        { on = 2017-12-01, kind = "protective_order_made", order_id = "o2", order = "restraining", protects = ["p1"] },
    "#,
        ],
    );
    let ended = story.on("2017-11-01").the(MonitorProtectiveOrder).clone();
    assert_eq!((ended.status, ended.closed_by), (Status::Superseded, vec![e(3)]));
    let again = story.on("2017-12-01");
    assert_eq!(again.about(MonitorProtectiveOrder, "o2").status, Status::Open, "a new spell, a new line");
    assert_eq!(again.about(MonitorProtectiveOrder, "o1").status, Status::Superseded);
}

#[test]
fn a_standing_duty_about_the_case_opens_anew_in_a_new_spell() {
    let while_the_address_is_known = r#"
        [[action]]
        id = "home_visit"
        closed_by = [{ on = "home_visit_completed" }]
        [[duty]]
        id = "visit"
        action = "home_visit"
        while = "address_known = yes"
    "#;
    let story = given(
        while_the_address_is_known,
        &[
            SUPERVISED,
            r#"
        { on = 2017-10-01, kind = "address_established" },
        { on = 2017-10-05, kind = "home_visit_completed" },
        { on = 2017-11-01, kind = "whereabouts_unknown" },
        { on = 2017-12-01, kind = "address_established" },
    "#,
        ],
    );
    assert_eq!(story.on("2017-11-30").status(HomeVisit), Status::Done);
    let seen = story.on("2017-12-01");
    assert_eq!(seen.all(HomeVisit).len(), 2);
    assert_eq!(
        seen.latest(HomeVisit).status,
        Status::Open,
        "what was done in the first spell does not answer the second"
    );
}

/// A request without a reply is chased every fourteen days.
const CHASING: &str = r#"
[[action]]
id = "chase_information"
closed_by = [{ on = "information_received" }]
waiting = [{ on = "information_requested", with = "event.of" }]
chased_by = [{ on = "information_chased" }]

[[duty]]
id = "chase"
action = "chase_information"
about = "each_outstanding_request"
while = "request.outstanding = yes"
every = "fourteen"

[[parameter]]
id = "fourteen"
value = 14
"#;

#[test]
fn a_request_waits_and_chasing_moves_its_date() {
    let story = given(
        CHASING,
        &[
            SUPERVISED,
            r#"
        { on = 2017-10-01, kind = "information_requested", request_id = "r1", of = "childrens_social_care", about = "child_safeguarding", stage = "ongoing" },
        { on = 2017-10-12, kind = "information_chased", request_id = "r1" },
        { on = 2017-11-06, kind = "information_received", request_id = "r1", content = "known" },
    "#,
        ],
    );
    let asked = story.on("2017-10-11").the(ChaseInformation).clone();
    assert_eq!((asked.status, asked.due), (Status::Waiting, Some(day("2017-10-15"))));
    let waiting = asked.waiting_on.unwrap();
    assert_eq!(
        (waiting.party.as_str(), waiting.since, waiting.chased),
        ("childrens_social_care", day("2017-10-01"), 0)
    );
    let chased = story.on("2017-10-16").the(ChaseInformation).clone();
    assert_eq!((chased.status, chased.due), (Status::Waiting, Some(day("2017-10-26"))));
    let waiting = chased.waiting_on.unwrap();
    assert_eq!((waiting.chased, waiting.last_chased), (1, Some(day("2017-10-12"))));
    let silent = story.on("2017-10-27").the(ChaseInformation).clone();
    assert_eq!(
        (silent.status, silent.days_overdue),
        (Status::Overdue, Some(1)),
        "waiting is no excuse for not chasing"
    );
    assert!(!story.on("2017-11-06").pending(ChaseInformation));
}

#[test]
fn one_request_s_reply_leaves_another_s_waiting() {
    let story = given(
        CHASING,
        &[
            SUPERVISED,
            r#"
        { on = 2017-10-01, kind = "information_requested", request_id = "r1", of = "police", about = "domestic_abuse_call_outs", stage = "ongoing" },
        { on = 2017-10-01, kind = "information_requested", request_id = "r2", of = "childrens_social_care", about = "child_safeguarding", stage = "ongoing" },
        { on = 2017-10-06, kind = "information_received", request_id = "r1", content = "nothing_known" },
    "#,
        ],
    );
    let seen = story.on("2017-10-06");
    assert!(!seen.about(ChaseInformation, "r1").status.pending());
    assert_eq!(seen.about(ChaseInformation, "r2").status, Status::Waiting);
}

#[test]
fn a_round_decided_not_needed_comes_round_again_a_period_after_the_decision() {
    let rules = EVERY_THIRTY_DAYS.replace(
        "id = \"request_police_information\"",
        "id = \"request_police_information\"\ndecidable_by = [\"manager\"]",
    );
    let story = given(
        &rules,
        &[
            SUPERVISED,
            &asked("2017-09-01", "r1"),
            r#"
        { on = 2017-10-05, kind = "action_decided", action = "request_police_information", decision = "not_needed", by = "mo", role = "manager", reason = "person_in_custody" },
    "#,
        ],
    );
    assert!(story.on("2017-10-04").pending(RequestPoliceInformation));
    assert_eq!(story.on("2017-10-05").latest(RequestPoliceInformation).status, Status::NotNeeded);
    assert!(!story.on("2017-11-03").pending(RequestPoliceInformation));
    assert!(story.on("2017-11-04").pending(RequestPoliceInformation));
}

#[test]
fn a_round_put_off_is_due_on_its_new_day_and_misses_none_before_it() {
    let rules = EVERY_THIRTY_DAYS.replace(
        "id = \"request_police_information\"",
        "id = \"request_police_information\"\ndecidable_by = [\"manager\"]",
    );
    let story = given(
        &rules,
        &[
            SUPERVISED,
            &asked("2017-09-01", "r1"),
            r#"
        { on = 2017-10-05, kind = "action_decided", action = "request_police_information", decision = "deferred", until = 2017-12-31, by = "mo", role = "manager", reason = "person_in_custody" },
    "#,
        ],
    );
    let put_off = story.on("2017-12-31").latest(RequestPoliceInformation).clone();
    assert_eq!((put_off.status, put_off.due, put_off.missed), (Status::Open, Some(day("2017-12-31")), None));
    assert_eq!(story.on("2018-01-01").latest(RequestPoliceInformation).status, Status::Overdue);
}

#[test]
fn when_a_performance_is_retracted_its_round_is_open_again() {
    let story = given(
        EVERY_THIRTY_DAYS,
        &[
            SUPERVISED,
            &asked("2017-09-01", "r1"),
            &asked("2017-10-02", "r2"),
            r#"
        { on = 2017-10-10, kind = "record_retracted", event_id = "e3", reason = "entered_in_error", by = "ann" },
    "#,
        ],
    );
    assert!(!story.on("2017-10-09").pending(RequestPoliceInformation));
    let round = story.on("2017-10-10").latest(RequestPoliceInformation).clone();
    assert_eq!((round.status, round.due), (Status::Overdue, Some(day("2017-10-01"))));
}

#[test]
fn what_was_done_long_before_is_learnt_of_and_the_round_that_stands_open_is_no_later_for_it() {
    let story = given(
        EVERY_THIRTY_DAYS,
        &[
            SUPERVISED,
            r#"
        { on = 2016-03-01, recorded = 2017-09-20, kind = "information_requested", request_id = "r1", of = "police", about = "domestic_abuse_call_outs", stage = "ongoing" },
    "#,
            &asked("2017-09-25", "r2"),
        ],
    );
    let round = story.on("2017-09-20").the(RequestPoliceInformation).clone();
    assert_eq!((round.status, round.due), (Status::Overdue, Some(day("2017-09-01"))), "not due in March 2016");
    assert_eq!(round.last_done, Some(day("2016-03-01")));
    assert_eq!(story.on("2017-09-25").status(RequestPoliceInformation), Status::DoneLate);
    assert_eq!(story.on("2017-10-25").latest(RequestPoliceInformation).due, Some(day("2017-10-25")));
}

#[test]
fn what_performs_a_duty_and_leaves_its_open_round_unanswered_begins_the_next_period_all_the_same() {
    let register = r#"{ on = 2017-09-05, kind = "flag_recorded", register = "mappa" },"#;
    let request = |on: &str, rest: &str| {
        format!(
            r#"{{ on = {on}, kind = "information_requested", request_id = "r1", of = "police", about = "other", stage = "ongoing"{rest} }},"#
        )
    };
    // It answers the register and not the round of the 1st, though the police were asked.
    let for_the_register = request("2017-09-10", r#", answers = ["e2"]"#);
    let learnt_late = request("2017-09-06, recorded = 2017-09-20", "");
    let at_once = request("2017-09-10", "");
    for answers_the_round in [learnt_late, at_once] {
        let story = given(EVERY_THIRTY_DAYS, &[SUPERVISED, register, &for_the_register, &answers_the_round]);
        assert_eq!(story.on("2017-09-20").status(RequestPoliceInformation), Status::DoneLate);
        assert!(!story.on("2017-10-09").pending(RequestPoliceInformation));
        let next = story.on("2017-10-10").latest(RequestPoliceInformation).clone();
        assert_eq!((next.status, next.due), (Status::Open, Some(day("2017-10-10"))), "a period after the 10th");
    }
}

#[test]
fn a_round_whose_date_cannot_be_worked_out_opens_once_none_is_open() {
    let ten_working_days = EVERY_THIRTY_DAYS.replace("value = 30", "value = 10\nunit = \"business_days\"");
    let request = |on: &str, rest: &str| {
        format!(
            r#"{{ on = {on}, kind = "information_requested", request_id = "r1", of = "police", about = "other", stage = "ongoing"{rest} }},"#
        )
    };
    let supervised = SUPERVISED.replace("2017-09-01", "2028-12-01");
    let register = r#"{ on = 2028-12-04, kind = "flag_recorded", register = "mappa" },"#;
    let for_the_register = request("2028-12-20", r#", answers = ["e2"]"#);
    let learnt_late = request("2028-12-05, recorded = 2028-12-21", "");
    let story = given(&ten_working_days, &[&supervised, register, &for_the_register, &learnt_late]);
    let first = story.on("2028-12-20").the(RequestPoliceInformation).clone();
    assert_eq!((first.status, first.due), (Status::Overdue, Some(day("2028-12-01"))));
    let next = story.on("2028-12-21").latest(RequestPoliceInformation).clone();
    assert_eq!((next.status, next.due, next.due_unknown.is_some()), (Status::Open, None, true));
    // And again, of two rounds without a date.
    let again = [request("2028-12-28", r#", answers = ["e2"]"#), request("2028-12-22, recorded = 2028-12-29", "")];
    let events: [&str; 6] = [&supervised, register, &for_the_register, &learnt_late, &again[0], &again[1]];
    let seen = given(&ten_working_days, &events).on("2028-12-29");
    let without_date = |a: &&&Action| a.due_unknown.is_some();
    let all = seen.all(RequestPoliceInformation);
    let opened: Vec<Status> = all.iter().filter(without_date).map(|a| a.status).collect();
    assert_eq!(opened, [Status::Done, Status::Open]);
}

#[test]
fn what_was_done_stays_done_though_it_comes_undone_after_supervision_ended() {
    let rules = r#"
        [[action]]
        id = "establish_address"
        closed_by = [{ on = "address_established", when = "address_known = yes" }]
        [[duty]]
        id = "somewhere"
        action = "establish_address"
        while = "supervised = yes and address_known in [no, unknown]"
    "#;
    let story = given(
        rules,
        &[
            SUPERVISED,
            r#"
        { on = 2017-10-01, kind = "supervision_ended", sentence_id = "s1", reason = "completed" },
        { on = 2017-10-05, kind = "address_established" },
        { on = 2017-11-01, kind = "whereabouts_unknown" },
    "#,
        ],
    );
    let address = story.on("2017-11-01").the(EstablishAddress).clone();
    assert_eq!((address.status, address.last_done), (Status::Done, Some(day("2017-10-05"))));
}

#[test]
fn a_duty_that_comes_into_force_stands_also_where_nobody_was_sentenced_yet() {
    let story = given(
        CHASING,
        &[r#"
        { on = 2014-05-21, kind = "information_requested", request_id = "r1", of = "police", about = "domestic_abuse_call_outs", stage = "pre_sentence" },
        { on = 2014-05-25, kind = "address_established" },
    "#],
    );
    story.on("2014-05-31").asks_nothing_of(ChaseInformation);
    let chase = story.on("2014-06-15").the(ChaseInformation).clone();
    assert_eq!((chase.status, chase.due), (Status::Open, Some(day("2014-06-15"))), "no news is needed to begin it");
    assert_eq!(chase.because[0].event_id, Some(e(1)), "because of the request, not of what came last");
    assert_eq!(story.on("2014-06-16").status(ChaseInformation), Status::Overdue);
}

#[test]
fn a_reminder_of_a_request_that_nobody_knows_of_yet_moves_no_date() {
    let rules = r#"
        [[action]]
        id = "request_police_information"
        closed_by = [{ on = "information_received", when = "request.of = police" }]
        waiting = [{ on = "information_requested", when = "event.of = police", with = "event.of" }]
        chased_by = [{ on = "information_chased", when = "request.of = police" }]
        [[duty]]
        id = "repeat"
        action = "request_police_information"
        while = "supervised = yes"
        every = "thirty"
        first = "immediately"
        [[parameter]]
        id = "thirty"
        value = 30
    "#;
    let reminders = r#"
        { on = 2017-09-10, kind = "information_chased", request_id = "r1" },
        { on = 2017-09-25, kind = "information_chased", request_id = "r1" },
    "#;
    let story = given(rules, &[SUPERVISED, reminders, &asked("2017-09-20", "r1")]);
    let early = story.on("2017-09-20").the(RequestPoliceInformation).clone();
    assert_eq!((early.status, early.due, early.last_done), (Status::Overdue, Some(day("2017-09-01")), None));
    let reminded = story.on("2017-09-25").the(RequestPoliceInformation).clone();
    assert_eq!((reminded.status, reminded.due), (Status::Waiting, Some(day("2017-10-25"))));
    assert_eq!(reminded.last_done, Some(day("2017-09-25")));
}

#[test]
fn a_reminder_after_which_no_period_runs_leaves_the_date_as_it_is() {
    let once = CHASING.replace("every = \"fourteen\"", "first = { within = \"fourteen\" }");
    let story = given(
        &once,
        &[
            SUPERVISED,
            r#"
        { on = 2017-10-01, kind = "information_requested", request_id = "r1", of = "police", about = "domestic_abuse_call_outs", stage = "ongoing" },
        { on = 2017-10-05, kind = "information_chased", request_id = "r1" },
    "#,
        ],
    );
    let chase = story.on("2017-10-16").the(ChaseInformation).clone();
    assert_eq!((chase.status, chase.due), (Status::Overdue, Some(day("2017-10-15"))));
}

#[test]
fn a_duty_that_stands_once_and_runs_from_what_happened_is_late_where_that_was_learnt_late() {
    let rules = r#"
        [[parameter]]
        id = "three_days"
        value = 3
        [[action]]
        id = "home_visit"
        closed_by = [{ on = "home_visit_completed" }]
        [[duty]]
        id = "visit-at-home"
        action = "home_visit"
        while = "address_known = yes"
        first = { within = "three_days", from = "occurred" }
    "#;
    let told_late = r#"{ on = 2017-12-01, recorded = 2017-12-10, kind = "address_established" },"#;
    let visit = given(rules, &[SUPERVISED, told_late]).on("2017-12-10").the(HomeVisit).clone();
    assert_eq!((visit.opened, visit.due), (day("2017-12-10"), Some(day("2017-12-04"))), "late recording wins no time");
    assert_eq!(visit.status, Status::Overdue);
}

#[test]
fn a_period_of_no_days_comes_round_each_day_it_is_done_and_misses_none() {
    let rules = EVERY_THIRTY_DAYS.replace("value = 30", "value = 0");
    let seen = given(&rules, &[SUPERVISED]).on("2017-09-10");
    let round = seen.the(RequestPoliceInformation);
    assert_eq!((round.status, round.missed), (Status::Overdue, None));
}
