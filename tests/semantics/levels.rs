//! An indicated level falls only by people's decisions, reason by reason, and below it only with two people.

use risk_core::assessment::answer::Status;
use risk_core::event::vocabulary::ActionKind::CountersignLowerLevel;
use risk_core::event::vocabulary::Group::{Children, KnownAdult, Prisoners, Staff};
use risk_core::event::vocabulary::Level::{self, High, Low, Medium, Unknown};
use risk_core::event::vocabulary::Setting::{Community, Custody};

use crate::story::{SUPERVISED, Seen, e, given};

const FOUR_EYES: &str = r#"
[[action]]
id = "countersign_lower_level"
owner = "manager"
closed_by = [{ on = "management_oversight_recorded", when = "event.decision = agrees" }]

[[rule]]
id = "concern"
on = "concern_disclosed"
indicate = [{ group = "known_adult", level = "high" }]

[[rule]]
id = "lower"
on = "risk_assessed"
require = [{ action = "countersign_lower_level", about = "each_lower_statement" }]
"#;

/// e2: a concern, for which high is indicated.
const CONCERN: &str = r#"
{ on = 2017-12-04, kind = "concern_disclosed", by = "practitioner", person = "p1", concerns = ["strangulation"] },
"#;

fn assessed(on: &str, level: &str, by: &str) -> String {
    format!(
        r#"{{ on = {on}, kind = "risk_assessed", levels = {{ known_adult = "{level}" }}, stage = "review", signed = "yes", assessor = "{by}" }},"#
    )
}

fn oversight(on: &str, decision: &str, by: &str, about: &str) -> String {
    format!(
        r#"{{ on = {on}, kind = "management_oversight_recorded", by = "{by}", role = "manager", decision = "{decision}", about = "{about}" }},"#
    )
}

fn indicated(seen: &Seen) -> Option<Level> {
    seen.group(KnownAdult).indicated.as_ref().map(|i| i.level)
}

#[test]
fn a_level_at_or_above_what_is_indicated_answers_it() {
    let story = given(FOUR_EYES, &[SUPERVISED, CONCERN, &assessed("2017-12-06", "high", "ann")]);
    let seen = story.on("2017-12-06");
    assert_eq!(indicated(&seen), None);
    assert_eq!(seen.group(KnownAdult).working_level, High);
    seen.asks_nothing_of(CountersignLowerLevel);
}

#[test]
fn a_level_below_it_answers_nothing_until_somebody_else_agrees() {
    let story = given(
        FOUR_EYES,
        &[
            SUPERVISED,
            CONCERN,
            &assessed("2017-12-06", "medium", "ann"),
            &oversight("2017-12-08", "agrees", "mo", "e3"),
        ],
    );
    let before = story.on("2017-12-07");
    assert_eq!(indicated(&before), Some(High));
    assert_eq!(before.group(KnownAdult).working_level, High);
    let countersign = before.the(CountersignLowerLevel);
    assert_eq!(countersign.status, Status::Open);
    assert_eq!(countersign.about, ["known_adult".to_owned(), e(3).to_string()], "about that group and that assessment");
    let after = story.on("2017-12-08");
    assert_eq!(indicated(&after), None);
    assert_eq!(after.group(KnownAdult).working_level, Medium);
    assert_eq!(after.status(CountersignLowerLevel), Status::Done);
}

#[test]
fn nobody_countersigns_an_assessment_of_his_own() {
    let story = given(
        FOUR_EYES,
        &[
            SUPERVISED,
            CONCERN,
            &assessed("2017-12-06", "medium", "ann"),
            &oversight("2017-12-08", "agrees", "ann", "e3"),
        ],
    );
    let seen = story.on("2017-12-08");
    assert_eq!(indicated(&seen), Some(High));
    assert_eq!(seen.status(CountersignLowerLevel), Status::Open);
}

#[test]
fn a_manager_who_disagrees_has_not_countersigned() {
    let story = given(
        FOUR_EYES,
        &[
            SUPERVISED,
            CONCERN,
            &assessed("2017-12-06", "medium", "ann"),
            &oversight("2017-12-08", "disagrees", "mo", "e3"),
        ],
    );
    let seen = story.on("2017-12-08");
    assert_eq!(indicated(&seen), Some(High));
    assert_eq!(seen.status(CountersignLowerLevel), Status::Open);
}

#[test]
fn somebody_who_is_no_manager_has_not_countersigned() {
    let story = given(
        FOUR_EYES,
        &[
            SUPERVISED,
            CONCERN,
            &assessed("2017-12-06", "medium", "ann"),
            r#"
        { on = 2017-12-08, kind = "management_oversight_recorded", by = "bob", role = "responsible_officer", decision = "agrees", about = "e3" },
    "#,
        ],
    );
    let seen = story.on("2017-12-08");
    assert_eq!(indicated(&seen), Some(High));
    assert_eq!(seen.status(CountersignLowerLevel), Status::Open, "and the line still asks for it");
}

#[test]
fn two_assessments_in_a_row_do_not_get_round_four_eyes() {
    let story = given(
        FOUR_EYES,
        &[SUPERVISED, CONCERN, &assessed("2017-12-06", "high", "ann"), &assessed("2017-12-07", "low", "ann")],
    );
    assert_eq!(indicated(&story.on("2017-12-06")), None, "the first answers it");
    let seen = story.on("2017-12-07");
    assert_eq!(indicated(&seen), Some(High), "the second, below it, takes the answer back");
    assert_eq!(seen.group(KnownAdult).working_level, High);
    assert_eq!(seen.status(CountersignLowerLevel), Status::Open);
}

#[test]
fn nor_do_many_small_steps_down() {
    let story = given(
        FOUR_EYES,
        &[
            SUPERVISED,
            CONCERN,
            &assessed("2017-12-06", "medium", "ann"),
            &oversight("2017-12-07", "agrees", "mo", "e3"),
            &assessed("2017-12-08", "low", "ann"),
        ],
    );
    assert_eq!(indicated(&story.on("2017-12-07")), None, "agreed at medium");
    let seen = story.on("2017-12-08");
    assert_eq!(indicated(&seen), Some(Medium), "low needs agreement of its own; what was agreed is medium, not high");
}

#[test]
fn a_countersignature_falls_away_when_a_later_assessment_makes_it_needless() {
    let story = given(
        FOUR_EYES,
        &[SUPERVISED, CONCERN, &assessed("2017-12-06", "medium", "ann"), &assessed("2017-12-08", "high", "bob")],
    );
    let seen = story.on("2017-12-08");
    let countersign = seen.the(CountersignLowerLevel);
    assert_eq!(countersign.status, Status::Superseded);
    assert_eq!(countersign.closed_by, [e(4)], "by that assessment");
    assert_eq!(indicated(&seen), None);
}

#[test]
fn agreement_reaches_only_what_the_assessment_could_have_considered() {
    let story = given(
        FOUR_EYES,
        &[
            SUPERVISED,
            CONCERN,
            &assessed("2017-12-06", "medium", "ann"),
            r#"{ on = 2017-12-07, kind = "concern_disclosed", by = "practitioner", person = "p1", concerns = ["weapon"] },"#,
            &oversight("2017-12-08", "agrees", "mo", "e3"),
        ],
    );
    let seen = story.on("2017-12-08");
    assert_eq!(indicated(&seen), Some(High));
    let because: Vec<_> =
        seen.group(KnownAdult).indicated.iter().flat_map(|i| &i.because).map(|b| b.event_id).collect();
    assert_eq!(because, [Some(e(4))], "the later concern stands; the earlier is answered");
}

#[test]
fn stating_unknown_states_nothing() {
    let story = given(
        FOUR_EYES,
        &[
            SUPERVISED,
            &assessed("2017-10-06", "high", "ann"),
            r#"{ on = 2017-12-04, kind = "concern_disclosed", by = "practitioner", person = "p1", concerns = ["strangulation"] },"#,
            &assessed("2017-12-06", "unknown", "ann"),
        ],
    );
    let seen = story.on("2017-12-06");
    let recorded = seen.group(KnownAdult).recorded.as_ref().unwrap();
    assert_eq!((recorded.level, recorded.event_id), (High, Some(e(2))), "what was stated before still stands");
    assert_eq!(indicated(&seen), Some(High), "and nothing is answered");
    seen.asks_nothing_of(CountersignLowerLevel);
}

#[test]
fn low_with_a_group_unknown_is_unknown_overall() {
    let story = given(
        FOUR_EYES,
        &[
            SUPERVISED,
            r#"
        { on = 2017-12-06, kind = "risk_assessed", levels = { known_adult = "low", public = "low", staff = "low" }, stage = "initial", signed = "yes", assessor = "ann" },
        { on = 2017-12-08, kind = "risk_assessed", levels = { children = "low" }, stage = "review", signed = "yes", assessor = "ann" },
        { on = 2017-12-10, kind = "risk_assessed", levels = { staff = "medium" }, stage = "review", signed = "yes", assessor = "ann" },
    "#,
        ],
    );
    let overall = |on: &str| story.on(on).answer.classification.unwrap().overall;
    let silent = overall("2017-12-07");
    assert_eq!((silent.recorded, silent.working_level, silent.not_assessed), (Unknown, Unknown, vec![Children]));
    assert_eq!(overall("2017-12-08").recorded, Low);
    let highest = overall("2017-12-10");
    assert_eq!((highest.recorded, highest.decided_by), (Medium, vec![Staff]));
}

#[test]
fn a_known_level_above_low_stands_overall_with_the_groups_not_assessed_beside_it() {
    let story = given(FOUR_EYES, &[SUPERVISED, &assessed("2017-12-06", "high", "ann")]);
    let overall = story.on("2017-12-06").answer.classification.unwrap().overall;
    assert_eq!((overall.recorded, overall.working_level), (High, High));
    assert!(overall.not_assessed.contains(&Children) && overall.not_assessed.contains(&Staff));
}

#[test]
fn prisoners_are_at_risk_in_custody_only_and_custody_has_cells_of_its_own() {
    let story = given(
        FOUR_EYES,
        &[
            SUPERVISED,
            r#"
        { on = 2017-12-01, kind = "custody_entered" },
        { on = 2017-12-02, kind = "risk_assessed", levels = { known_adult = "high" }, custody_levels = { known_adult = "low", prisoners = "medium" }, stage = "review", signed = "yes", assessor = "ann" },
    "#,
        ],
    );
    let cells = |on: &str| -> Vec<_> {
        let groups = story.on(on).answer.classification.unwrap().groups;
        groups.into_iter().map(|g| (g.group, g.setting, g.recorded.map_or(Unknown, |r| r.level))).collect()
    };
    let in_community = cells("2017-11-30");
    assert_eq!(in_community.len(), 4);
    assert!(in_community.iter().all(|(group, setting, _)| *setting == Community && *group != Prisoners));
    let in_custody = cells("2017-12-02");
    assert_eq!(in_custody.len(), 9);
    assert!(in_custody.contains(&(KnownAdult, Community, High)));
    assert!(in_custody.contains(&(KnownAdult, Custody, Low)));
    assert!(in_custody.contains(&(Prisoners, Custody, Medium)));
    assert_eq!(story.on("2017-12-02").answer.classification.unwrap().overall.setting, Custody);
}

#[test]
fn an_older_assessment_learnt_later_does_not_take_the_place_of_a_newer_one() {
    let story = given(
        FOUR_EYES,
        &[
            SUPERVISED,
            &assessed("2017-12-06", "high", "ann"),
            r#"
        { on = 2017-12-01, recorded = 2017-12-10, kind = "risk_assessed", levels = { known_adult = "low" }, stage = "review", signed = "yes", assessor = "bob" },
    "#,
        ],
    );
    let seen = story.on("2017-12-10");
    assert_eq!(seen.group(KnownAdult).recorded.as_ref().map(|r| (r.level, r.event_id)), Some((High, Some(e(2)))));
}

#[test]
fn of_two_assessments_of_one_instant_the_higher_stands() {
    for (first, second) in [("high", "low"), ("low", "high")] {
        let story = given(
            FOUR_EYES,
            &[SUPERVISED, &assessed("2017-12-06", first, "ann"), &assessed("2017-12-06", second, "bob")],
        );
        assert_eq!(story.on("2017-12-06").group(KnownAdult).recorded.as_ref().map(|r| r.level), Some(High));
    }
}

#[test]
fn agreement_that_was_written_down_before_the_assessment_counts_once_both_are_known() {
    let story = given(
        FOUR_EYES,
        &[
            SUPERVISED,
            CONCERN,
            r#"
        { on = "2017-12-06T10:00:00Z", recorded = 2017-12-09, kind = "risk_assessed", levels = { known_adult = "medium" }, stage = "review", signed = "yes", assessor = "ann" },
        { on = "2017-12-06T15:00:00Z", recorded = 2017-12-09, kind = "management_oversight_recorded", by = "mo", role = "manager", decision = "agrees", about = "e3" },
    "#,
        ],
    );
    let seen = story.on("2017-12-09");
    assert_eq!(indicated(&seen), None, "both came in one feed");
    assert!(!seen.pending(CountersignLowerLevel));
}

#[test]
fn agreement_with_an_assessment_that_no_longer_stands_lowers_nothing() {
    let story = given(
        FOUR_EYES,
        &[
            SUPERVISED,
            CONCERN,
            &assessed("2017-12-06", "low", "ann"),
            &assessed("2017-12-07", "medium", "ann"),
            &oversight("2017-12-08", "agrees", "mo", "e3"),
        ],
    );
    let seen = story.on("2017-12-08");
    assert_eq!(indicated(&seen), Some(High));
    let open: Vec<_> = seen.all(CountersignLowerLevel).into_iter().filter(|a| a.status.pending()).collect();
    assert_eq!(open.len(), 1);
    assert_eq!(open[0].about[1], e(4).to_string(), "the later assessment still waits for somebody else");
}

#[test]
fn agreement_by_somebody_whose_role_nobody_gave_lowers_nothing() {
    let agreed = r#"{ on = 2017-12-07, kind = "management_oversight_recorded", by = "max", decision = "agrees", about = "e3" },"#;
    let story = given(FOUR_EYES, &[SUPERVISED, CONCERN, &assessed("2017-12-06", "medium", "ann"), agreed]);
    let seen = story.on("2017-12-07");
    assert_eq!(indicated(&seen), Some(High));
    assert_eq!(seen.status(CountersignLowerLevel), Status::Open);
}

#[test]
fn agreement_given_as_the_next_assessment_is_made_comes_too_late_for_the_one_before() {
    let agreed = |on: &str| {
        let (first, second) = (assessed("2017-12-06", "medium", "ann"), assessed("2017-12-08", "medium", "bob"));
        let story = given(FOUR_EYES, &[SUPERVISED, CONCERN, &first, &second, &oversight(on, "agrees", "mo", "e3")]);
        indicated(&story.on("2017-12-09"))
    };
    assert_eq!(agreed("2017-12-07"), None);
    assert_eq!(agreed("2017-12-08"), Some(High), "of one moment, the assessment has replaced it already");
}
