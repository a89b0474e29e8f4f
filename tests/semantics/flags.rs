//! When a register's flag should be set, and at which level.

use risk_core::assessment::answer::{Flag, FlagState};
use risk_core::event::vocabulary::Level::{self, High, Low, Medium};
use risk_core::fold::run::Lens;

use crate::story::{SUPERVISED, bytes, given};

/// The rules mention the flag whenever its record changes.
const SPOKEN_OF: &str = r#"
    [[rule]]
    id = "spoken-of"
    on = ["flag_recorded", "flag_removed"]
    flag = [{ register = "risk_of_serious_harm" }]
"#;

fn at(moment: &str, kind: &str, level: Option<Level>) -> String {
    let level = level.map(|l| format!(", level = \"{l}\"")).unwrap_or_default();
    format!("{{ on = {moment}, kind = \"{kind}\", register = \"risk_of_serious_harm\"{level} }},")
}

fn recorded(moment: &str, level: impl Into<Option<Level>>) -> String {
    at(moment, "flag_recorded", level.into())
}

fn removed(moment: &str, level: impl Into<Option<Level>>) -> String {
    at(moment, "flag_removed", level.into())
}

/// The flag after these records, in any order.
#[track_caller]
fn after(events: &[String]) -> Flag {
    let told = |events: Vec<&String>| {
        let events: Vec<&str> = [SUPERVISED].into_iter().chain(events.into_iter().map(String::as_str)).collect();
        let story = given(SPOKEN_OF, &events);
        let known = story.on("2018-01-01").answer.flags;
        assert_eq!(story.recorded_backwards().on("2018-01-01").answer.flags, known, "{events:?}");
        assert_eq!(story.in_hindsight("2018-01-01").answer.flags, known, "{events:?}");
        known[0].clone()
    };
    let (flag, backwards) = (told(events.iter().collect()), told(events.iter().rev().collect()));
    assert_eq!((flag.is, flag.level), (backwards.is, backwards.level), "{events:?}");
    flag
}

#[track_caller]
fn is_set(level: impl Into<Option<Level>>, events: &[String]) {
    let flag = after(events);
    assert_eq!((flag.is, flag.level), (FlagState::Set, level.into()), "{events:?}");
}

#[track_caller]
fn is_unset(events: &[String]) {
    let flag = after(events);
    assert_eq!((flag.is, flag.level), (FlagState::Unset, None), "{events:?}");
}

#[test]
fn a_level_that_moved_leaves_the_flag_set_at_the_new_level_whichever_half_of_the_move_came_first() {
    let medium = recorded("2017-09-02", Medium);
    for (new, old) in [("11:00", "11:01"), ("11:01", "11:00"), ("11:00", "11:00")] {
        let (new, old) = (format!("2017-10-01T{new}:00Z"), format!("2017-10-01T{old}:00Z"));
        is_set(High, &[medium.clone(), recorded(&new, High), removed(&old, Medium)]);
    }
    is_set(High, &[medium.clone(), recorded("2017-10-01", High)]);
    is_set(Low, &[recorded("2017-09-02", High), recorded("2017-10-01", Low), removed("2017-10-02", High)]);
    is_unset(&[medium, recorded("2017-10-01", High), removed("2017-10-01", Medium), removed("2017-10-02", High)]);
}

#[test]
fn a_removal_with_a_level_removes_a_flag_of_that_level_or_of_none_and_a_removal_without_one_removes_any() {
    let on = "2017-10-01";
    is_unset(&[recorded("2017-09-02", Medium), removed(on, Medium)]);
    is_unset(&[recorded("2017-09-02", None), removed(on, Medium)]);
    is_set(Medium, &[recorded("2017-09-02", Medium), removed(on, High)]);
    for level in [None, Some(Medium), Some(High)] {
        is_unset(&[recorded("2017-09-02", level), removed(on, None)]);
        is_unset(&[recorded("2017-09-02", level), recorded("2017-09-03", Low), removed(on, None)]);
    }
}

#[test]
fn what_is_recorded_after_a_removal_sets_the_flag_again_and_what_is_removed_at_the_same_moment_stays_removed() {
    is_set(Medium, &[recorded("2017-09-02", Medium), removed("2017-10-01", None), recorded("2017-10-02", Medium)]);
    is_set(None, &[removed("2017-10-01", Medium), recorded("2017-10-02", None)]);
    is_unset(&[recorded("2017-10-01T09:00:00Z", Medium), removed("2017-10-01T09:00:00Z", Medium)]);
    is_unset(&[recorded("2017-10-01T09:00:00Z", High), removed("2017-10-01T09:00:00Z", None)]);
}

#[test]
fn the_level_is_the_one_last_recorded_of_one_moment_the_highest_and_a_recording_without_one_says_nothing() {
    is_set(Medium, &[recorded("2017-09-02", High), recorded("2017-10-01", Medium)]);
    is_set(High, &[recorded("2017-10-01T09:00:00Z", High), recorded("2017-10-01T09:00:00Z", Medium)]);
    is_set(High, &[recorded("2017-09-02", High), recorded("2017-10-01", None)]);
    is_set(None, &[recorded("2017-09-02", Level::Unknown)]);
    is_unset(&[recorded("2017-09-02", Level::Unknown), removed("2017-10-01", Medium)]);
    is_unset(&[recorded("2017-09-02", Medium), removed("2017-10-01", Level::Unknown)]);
}

#[test]
fn the_answer_names_the_level_only_of_a_flag_that_is_set() {
    let set = given(SPOKEN_OF, &[SUPERVISED, &recorded("2017-10-01", High)]);
    assert!(bytes(&set.on("2018-01-01").answer).contains(r#""is":"set","level":"high""#));
    let story = given(SPOKEN_OF, &[SUPERVISED, &recorded("2017-10-01", High), &removed("2017-10-02", None)]);
    assert_eq!(story.question("2018-01-01").lens, Lens::AsKnown);
    assert!(bytes(&story.on("2017-10-01").answer).contains(r#""level":"high""#));
    assert!(!bytes(&story.on("2018-01-01").answer).contains("level\":\"high"));
}
