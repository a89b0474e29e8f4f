//! Which changes of the registers are proposed.

use std::sync::LazyLock;

use risk_core::event::vocabulary::Audience::{Analyst, Manager, PartnerLinkWorker, SupervisedPerson};
use risk_core::event::vocabulary::{Level, Term};
use risk_hmpps::codes::Codes;
use risk_hmpps::registers::{Change, NotShown, Proposal, reconcile};
use serde_json::json;

use crate::case::{Case, event, with_level};

static CODES: LazyLock<Codes> = LazyLock::new(|| Codes::embedded().unwrap());

const LEVELS: [Level; 4] = [Level::Low, Level::Medium, Level::High, Level::VeryHigh];

/// Everybody assessed on 4 September: children and a known adult as told, others as low.
fn assessed(children: Level, known_adult: Level) -> Case {
    let levels =
        json!({ "children": children.name(), "known_adult": known_adult.name(), "public": "low", "staff": "low" });
    Case::supervised().assessed("2017-09-04", levels)
}

fn proposed(case: &Case, day: &str) -> Vec<Proposal> {
    reconcile(&case.on(day), &CODES, day.parse().unwrap()).unwrap()
}

/// Each proposal in a few words.
fn reported(case: &Case, day: &str) -> Vec<String> {
    let reported = |p: &Proposal| {
        let change = match p.change {
            Change::Add => "add",
            Change::ChangeLevel => "change",
            Change::Review => "review",
            Change::Remove => "remove",
        };
        let level = p.level_code.as_deref().map(|code| format!(" {code}")).unwrap_or_default();
        let next = p.next_review_date.map(|next| format!(", next {next}")).unwrap_or_default();
        format!("{change} {}{level}{next}", p.code.as_deref().unwrap_or("no code"))
    };
    proposed(case, day).iter().map(reported).collect()
}

#[test]
fn registers_that_say_what_was_recorded_need_no_change() {
    for children in LEVELS {
        for known_adult in LEVELS {
            let overall = children.max(known_adult);
            let mut case =
                assessed(children, known_adult).flagged("2017-09-05", "risk_of_serious_harm", Some(overall.name()));
            for (register, level) in [("risk_to_children", children), ("risk_to_known_adult", known_adult)] {
                if level > Level::Low {
                    case = case.flagged("2017-09-05", register, Some(level.name()));
                }
            }
            assert_eq!(reported(&case, "2017-09-06"), [""; 0], "{children} {known_adult}");
        }
    }
}

#[test]
fn a_register_below_the_recorded_level_is_raised_by_adding_one_type_and_removing_the_other() {
    let types = ["RLRH", "RMRH", "RHRH", "RVHR"];
    for (recorded, code) in LEVELS.into_iter().zip(types) {
        for (registered, other) in LEVELS.into_iter().zip(types).filter(|(level, _)| *level < recorded) {
            let mut case =
                assessed(Level::Low, recorded).flagged("2017-09-05", "risk_of_serious_harm", Some(registered.name()));
            case = case.flagged("2017-09-05", "risk_to_known_adult", Some(recorded.name()));
            let expected = [format!("add {code}, next 2018-03-06"), format!("remove {other}")];
            assert_eq!(reported(&case, "2017-09-06"), expected);
            // Both done as nDelius does it: nothing is left to do.
            let done = case
                .and("2017-09-06", "flag_removed", with_level("risk_of_serious_harm", Some(registered.name())))
                .flagged("2017-09-06", "risk_of_serious_harm", Some(recorded.name()));
            assert_eq!(reported(&done, "2017-09-06"), [""; 0]);
        }
    }
}

#[test]
fn a_register_above_the_recorded_level_is_looked_at_and_a_lower_level_never_proposed() {
    let case = assessed(Level::Low, Level::Medium).flagged("2017-09-05", "risk_of_serious_harm", Some("high")).flagged(
        "2017-09-05",
        "risk_to_known_adult",
        Some("very_high"),
    );
    assert_eq!(reported(&case, "2017-09-06"), ["review RHRH, next 2018-03-06", "review REG15 RSKV, next 2018-03-06"]);
}

#[test]
fn the_register_of_a_group_states_the_group_s_level_and_a_group_at_low_is_looked_at() {
    let whole = |case: Case| case.flagged("2017-09-05", "risk_of_serious_harm", Some("high"));
    let high = whole(assessed(Level::High, Level::Low));
    assert_eq!(reported(&high, "2017-09-06"), ["add RCHD RSKH, next 2017-12-06"]);
    let medium = high.clone().flagged("2017-09-05", "risk_to_children", Some("medium"));
    assert_eq!(reported(&medium, "2017-09-06"), ["change RCHD RSKH, next 2017-12-06"]);
    let unsaid = high.clone().flagged("2017-09-05", "risk_to_children", None);
    assert_eq!(reported(&unsaid, "2017-09-06"), ["change RCHD RSKH, next 2017-12-06"]);
    let low = high
        .flagged("2017-09-05", "risk_to_children", Some("high"))
        .assessed("2017-10-02", json!({ "children": "low", "known_adult": "high", "public": "low", "staff": "low" }));
    let low = low.flagged("2017-10-03", "risk_to_known_adult", Some("high"));
    assert_eq!(reported(&low, "2017-10-04"), ["review RCHD RSKH, next 2018-01-04"]);
}

#[test]
fn a_level_that_nobody_recorded_is_not_registered_and_what_events_indicate_never_is() {
    let levels = json!({ "children": "low", "known_adult": "low", "public": "low" });
    let partly = Case::supervised().assessed("2017-09-04", levels);
    assert_eq!(reported(&partly, "2017-09-06"), [""; 0]);
    let judged = assessed(Level::Low, Level::Medium)
        .flagged("2017-09-05", "risk_of_serious_harm", Some("medium"))
        .flagged("2017-09-05", "risk_to_known_adult", Some("medium"))
        .and("2017-09-06", "dash_completed", json!({ "yes_answers": 14 }));
    let answer = judged.on("2017-09-07");
    let working = answer.classification.as_ref().unwrap().overall.working_level;
    assert!(working > Level::Medium, "the checklist indicates more");
    assert_eq!(reconcile(&answer, &CODES, "2017-09-07".parse().unwrap()), Ok(vec![]));
}

#[test]
fn a_flag_that_is_wanted_is_added_with_its_review_and_its_reasons() {
    let identified = json!({ "role": "perpetrator", "evidence": "call_out" });
    let case = Case::supervised().and("2017-09-10", "domestic_abuse_identified", identified);
    let proposals = proposed(&case, "2017-11-30");
    let e2 = event(2);
    let expected = json!([{
        "do": "add", "register": "domestic_abuse_perpetrator", "code": "ADVP", "description": "Domestic Abuse Perpetrator",
        "next_review_date": "2018-02-28", "handling": "staff", "because": [
            { "rule": "flag-perpetrator", "event_id": e2, "basis": "inspectorate" },
            { "rule": "record-perpetrator-flag", "event_id": e2, "basis": "inspectorate" },
        ],
    }]);
    assert_eq!(serde_json::to_value(&proposals).unwrap(), expected);
}

#[test]
fn a_flag_is_removed_only_where_a_rule_says_that_it_should_not_be_set() {
    let order = json!({ "order_id": "o1", "order": "restraining", "protects": ["p1"], "conditions": ["no_contact"] });
    let made = Case::supervised().flagged("2017-09-02", "restraining_order", None).and(
        "2017-09-03",
        "protective_order_made",
        order,
    );
    assert_eq!(reported(&made, "2017-09-10"), [""; 0]);
    let discharged = made.and("2017-09-10", "protective_order_discharged", json!({ "order_id": "o1" }));
    assert_eq!(reported(&discharged, "2017-09-10"), ["remove RSTO"]);
    let removed = discharged.and("2017-09-11", "flag_removed", with_level("restraining_order", None));
    assert_eq!(reported(&removed, "2017-09-11"), [""; 0]);
}

#[test]
fn a_review_that_is_pending_is_proposed_with_the_duty_that_asks_for_it() {
    let case =
        Case::supervised().flagged("2017-09-02", "marac", None).flagged("2017-09-02", "domestic_abuse_history", None);
    let reviews = proposed(&case, "2017-12-04");
    assert_eq!(reported(&case, "2017-12-04"), ["review IMAR, next 2018-03-04"]);
    assert_eq!(reviews[0].because[0].rule, "review-flags-quarterly");
}

#[test]
fn what_rests_on_a_victim_s_word_is_proposed_with_the_warning_not_to_raise_it() {
    let discussed = json!({ "person": "p1", "notes_obtained": "yes" });
    let case = Case::supervised().and("2017-09-10", "marac_discussed", discussed);
    let reported = serde_json::to_value(&proposed(&case, "2017-09-11")[0]).unwrap();
    assert_eq!((&reported["code"], &reported["handling"]), (&json!("IMAR"), &json!("partner_confidential")));
    assert_eq!(reported["caution"], "do_not_raise_with_person");
}

#[test]
fn to_whoever_does_not_see_enough_it_is_refused_and_not_told_as_nothing() {
    let case = Case::supervised().flagged("2017-09-02", "marac", None);
    let asked = |audience| reconcile(&case.for_audience(audience, "2017-12-04"), &CODES, "2017-12-04".parse().unwrap());
    assert_eq!(asked(Manager).unwrap().len(), 1);
    for audience in [Analyst, PartnerLinkWorker, SupervisedPerson] {
        assert_eq!(asked(audience), Err(NotShown { audience }));
    }
}

#[test]
fn of_a_person_who_has_died_nothing_is_registered_raised_or_reviewed() {
    let identified = json!({ "role": "perpetrator", "evidence": "call_out" });
    let alive = assessed(Level::High, Level::Medium).flagged("2017-09-05", "risk_of_serious_harm", Some("medium")).and(
        "2017-09-10",
        "domestic_abuse_identified",
        identified,
    );
    assert!(reported(&alive, "2017-10-30").iter().any(|one| one.starts_with("add")));
    let dead = alive.and("2017-10-01", "person_died", json!({}));
    assert_eq!(reported(&dead, "2017-10-30"), [""; 0]);
}
