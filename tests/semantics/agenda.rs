//! The agenda: few lines, by priority, then date, then the policy's order, with steps under their action.

use risk_core::event::vocabulary::ActionKind::{
    self, CompleteSara, ConsiderMaracReferral, EstablishAddress, HomeVisit, MaintainContact, ReviewRisk,
};

use crate::story::{SUPERVISED, Seen, given};

fn lines(seen: &Seen) -> Vec<ActionKind> {
    let of = |id| seen.answer.actions.iter().find(|a| a.id == id).map(|a| a.action).unwrap();
    seen.answer.agenda.lines.iter().map(|id| of(*id)).collect()
}

/// One move requires everything: in the policy's order a visit, contact, an address, and a review with its steps.
const RULES: &str = r#"
[[action]]
id = "home_visit"
closed_by = [{ on = "home_visit_completed" }]
[[action]]
id = "maintain_contact"
closed_by = [{ on = "appointment_attended" }]
[[action]]
id = "establish_address"
closed_by = [{ on = "address_established" }]
[[action]]
id = "review_risk"
closed_by = [{ on = "risk_assessed" }]
[[action]]
id = "complete_sara"
part_of = ["review_risk"]
closed_by = [{ on = "sara_completed" }]
[[action]]
id = "consider_marac_referral"
part_of = ["review_risk"]
closed_by = [{ on = "marac_considered" }]

[[rule]]
id = "moved"
on = "address_changed"
require = [
    { action = "home_visit", due = { within = "week" } },
    { action = "maintain_contact" },
    { action = "establish_address", due = "immediately" },
    { action = "review_risk", priority = "protect_now", due = { within = "week" } },
    { action = "complete_sara", priority = "protect_now", due = "immediately" },
    { action = "consider_marac_referral" },
]
[[parameter]]
id = "week"
value = 7
"#;

#[test]
fn lines_stand_by_priority_then_date_and_those_without_a_date_come_last() {
    let seen = given(RULES, &[SUPERVISED, r#"{ on = 2017-12-04, kind = "address_changed" },"#]).on("2017-12-04");
    assert_eq!(lines(&seen), [ReviewRisk, EstablishAddress, HomeVisit, MaintainContact]);
}

#[test]
fn a_step_stands_under_what_it_belongs_to_and_by_itself_once_that_is_done() {
    let story = given(
        RULES,
        &[
            SUPERVISED,
            r#"
        { on = 2017-12-04, kind = "address_changed" },
        { on = 2017-12-05, kind = "risk_assessed", levels = { known_adult = "medium" }, stage = "review", signed = "yes", assessor = "ann" },
    "#,
        ],
    );
    let before = story.on("2017-12-04");
    for step in [CompleteSara, ConsiderMaracReferral] {
        assert_eq!(before.the(step).part_of, Some(before.the(ReviewRisk).id), "{step}");
    }
    let after = story.on("2017-12-05");
    assert_eq!(after.the(CompleteSara).part_of, None);
    assert_eq!(lines(&after).first(), Some(&CompleteSara), "what is left undone does not drop out of sight");
    assert!(lines(&after).contains(&ConsiderMaracReferral));
}

#[test]
fn there_are_at_most_eight_lines_and_the_answer_says_how_many_more() {
    let kinds = [
        "home_visit",
        "maintain_contact",
        "establish_address",
        "review_risk",
        "complete_sara",
        "locate_person",
        "refer_to_idva",
        "refer_to_plw",
        "plw_contact_victim",
        "review_flag",
    ];
    let actions: String = kinds
        .iter()
        .map(|k| format!("[[action]]\nid = \"{k}\"\nclosed_by = [{{ on = \"risk_assessed\" }}]\n"))
        .collect();
    let required: Vec<String> = kinds.iter().map(|k| format!("{{ action = \"{k}\" }}")).collect();
    let rules =
        format!("{actions}[[rule]]\nid = \"moved\"\non = \"address_changed\"\nrequire = [{}]", required.join(", "));
    let seen = given(&rules, &[SUPERVISED, r#"{ on = 2017-12-04, kind = "address_changed" },"#]).on("2017-12-04");
    assert_eq!((seen.answer.agenda.lines.len(), seen.answer.agenda.more), (8, 2));
    let names: Vec<String> = lines(&seen).iter().map(ToString::to_string).collect();
    assert_eq!(names, kinds[..8], "all else being equal, in the policy's order");
}
