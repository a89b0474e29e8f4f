//! Questions whose answers illustrate the laws: mostly one story, repeated after the change that a law describes.

use chrono::{DateTime, Duration, Utc};
use risk_core::assessment::Question;
use risk_core::event::vocabulary::{Audience, Handling, SourceAgency};
use risk_core::event::{Event, Instant, Kind};
use risk_core::fold::run::Lens;
use risk_core::log::{Log, Record, RecordSource, Stamp, seal};
use risk_core::view::View;
use serde_json::{Value, json};
use uuid::Uuid;

use crate::history::{CASE, log_of};
use crate::interchange::{Exchange, Under};
use crate::packs;
use crate::scope::opening::{known_case, start};

/// Laws that no single answer illustrates: laws about rejected texts, hashes, explanations, timelines, two policies,
/// two logs, counts over many answers, or the tests themselves.
pub const NOT_OF_ONE_ANSWER: &[&str] = &[
    "a_changed_byte_in_a_sealed_log_is_found_and_located",
    "a_timeline_is_the_answers_of_its_moments_as_known",
    "a_timeline_is_the_answers_of_its_moments_in_hindsight",
    "no_professional_audience_is_shown_a_version_that_is_not_in_force",
    "the_supervised_person_is_told_the_same_without_any_record_above_ordinary",
    "a_record_left_out_moved_or_doubled_is_found",
    "data_of_any_form_is_taken_or_refused_with_its_field",
    "any_line_is_a_record_or_a_typed_error",
    "a_record_cut_or_changed_anywhere_is_a_record_or_a_typed_error_and_tells_no_note",
    "any_text_is_a_policy_or_a_typed_error",
    "any_text_is_a_condition_or_a_fault_within_it",
    "a_policy_changed_anywhere_is_a_policy_or_says_where_it_is_wrong",
    "parse_of_print_is_the_policy",
    "the_printed_policy_gives_the_same_answers",
    "the_order_of_rules_in_the_policy_changes_nothing",
    "the_facts_of_each_reason_satisfy_the_condition_of_its_rule",
    "the_explanation_is_the_same_without_what_the_audience_may_not_see",
    "every_rule_and_duty_of_the_pack_fires_in_a_policy_test_or_a_case",
    "every_rule_that_is_in_force_here_fires_in_a_generated_history",
    "every_action_can_be_closed_by_an_event",
    "where_a_yes_requires_something_an_unknown_requires_it_too_or_somebody_to_find_out",
    "the_law_of_the_unknown_would_notice_a_rule_that_leaves_it_out",
    "the_pack_has_no_defect_but_those_that_it_accepts",
    "nor_has_the_pack_with_the_local_overlay",
    "two_offices_are_told_apart_and_an_action_that_one_never_owed_stands_there_with_nought",
    "a_rule_that_somebody_disputes_is_counted_once_it_is_known",
    "what_became_of_an_action_adds_up_to_how_often_it_was_required",
    "counting_in_parts_and_in_any_order_counts_the_same",
    "whatever_came_in_is_told_or_counted_and_every_call_out_is_told",
    "whatever_is_overdue_falls_due_or_waits_stands_where_it_is_looked_for",
    "the_briefing_is_the_same_without_what_the_audience_may_not_see",
];

/// The moment of the questions about the story, unless a law needs another.
fn when() -> Instant {
    start(2018) + Duration::days(20)
}

fn record(n: u128, happened: i64, recorded: i64, kind: Kind, data: Value) -> Record {
    let day = |d: i64| start(2018) + Duration::days(d);
    let event = Event::decode(kind, data.as_object().unwrap()).unwrap_or_else(|e| panic!("{kind}: {e}"));
    let source = RecordSource { agency: SourceAgency::Probation, role: None, reference: None };
    let names = !event.names().is_empty();
    let record = Record::new(Uuid::from_u128(n), CASE, day(happened), day(recorded), source, event);
    if names { record.with_handling(Handling::PartnerConfidential) } else { record }
}

/// A known case in which a victim discloses violence, the police are called, and the risk is assessed as low.
fn story() -> Vec<Record> {
    let mut records = known_case().records;
    records.push(disclosure(1));
    records.push(record(
        2,
        2,
        3,
        Kind::PoliceCallOut,
        json!({ "persons": ["p1"], "children_present": "yes", "outcome": "arrest" }),
    ));
    let low = json!({ "levels": { "children": "low", "known_adult": "low" }, "stage": "review", "signed": "yes", "assessor": "ro1" });
    records.push(record(3, 8, 8, Kind::RiskAssessed, low));
    records
}

fn disclosure(recorded: i64) -> Record {
    let data = json!({ "person": "p1", "concerns": ["physical_violence"], "raised_risk": "yes", "agrees_to_sharing": "unknown" });
    record(1, 1, recorded, Kind::PlwDisclosure, data)
}

struct Questions {
    cases: Vec<Exchange>,
}

impl Questions {
    fn add(&mut self, laws: &[&str], title: &str, log: &Log, question: &Question) {
        self.add_under(laws, title, log, question, (&Under::england_wales(&[]), None));
    }

    fn add_under(
        &mut self,
        laws: &[&str],
        title: &str,
        log: &Log,
        question: &Question,
        (under, locality): (&Under, Option<&str>),
    ) {
        let policy = under.load(locality).unwrap_or_else(|e| panic!("{e}"));
        let mut exchange = Exchange::of(title.to_owned(), under, locality, &policy, log, question);
        exchange.laws = laws.iter().map(|l| (*l).to_owned()).collect();
        self.cases.push(exchange);
    }
}

/// Questions that illustrate every law that an answer can illustrate.
///
/// # Panics
/// If the story does not form a log.
#[must_use]
pub fn laws() -> Vec<Exchange> {
    let mut questions = Questions { cases: vec![] };
    let now = Question::at(when(), Audience::Inspector);
    let log = log_of(story());
    questions.add(
        &[
            "the_same_inputs_give_the_same_bytes",
            "every_history_that_a_log_takes_has_an_answer",
            "closing_never_precedes_opening",
            "at_most_one_action_of_a_kind_about_a_subject_is_pending",
            "every_line_of_an_answer_has_an_id_of_its_own",
            "every_pending_action_names_an_event_a_rule_and_a_source_or_the_word_assumed",
            "nothing_is_less_confidential_than_its_reasons",
            "nothing_that_rests_on_what_a_victim_told_may_be_raised_with_the_person",
            "appending_an_event_at_the_end_never_lowers_a_working_level",
            "an_indicated_level_falls_only_by_a_person",
            "no_reason_disappears",
            "records_appended_in_any_order_give_one_answer",
            "delivering_an_event_twice_changes_nothing",
            "a_manager_can_close_every_pending_action",
            "learning_later_never_makes_an_action_due_earlier",
            "tightening_a_deadline_never_removes_an_action",
            "nothing_changes_before_next_change_at_and_something_does_at_it",
            "the_answer_is_the_same_without_what_the_audience_may_not_see",
            "folding_step_by_step_equals_folding_afresh",
        ],
        "the story: a disclosure, a call-out, and an assessment as low that nobody has agreed to",
        &log,
        &now,
    );
    same_answers(&mut questions, &now);
    more_records(&mut questions, &now);
    other_times(&mut questions, &log, &now);
    other_readers(&mut questions, &log);
    questions.cases
}

/// The same records in another form give the same answer.
fn same_answers(questions: &mut Questions, now: &Question) {
    let backwards: Vec<Record> = story().into_iter().rev().collect();
    let law = ["records_appended_in_any_order_give_one_answer", "a_hostile_history_folds_alike_in_any_order"];
    questions.add(&law, "the story, its records in opposite order", &log_of(backwards), now);
    let twice: String = story().iter().map(|r| format!("{0}\n{0}\n", r.to_line())).collect();
    let twice = Log::parse("twice", &twice).expect("a delivery may be repeated");
    questions.add(
        &["delivering_an_event_twice_changes_nothing"],
        "the story, each record delivered twice",
        &twice,
        now,
    );
    for backwards in [false, true] {
        let mut night = known_case().records;
        let feed = [
            record(
                1,
                2,
                2,
                Kind::PoliceCallOut,
                json!({ "persons": ["p1"], "children_present": "yes", "outcome": "arrest" }),
            ),
            record(2, 2, 2, Kind::ProtectiveOrderDischarged, json!({ "order_id": "o1" })),
            record(3, 2, 2, Kind::ContactReported, json!({ "person": "p1", "confirmed": "yes" })),
        ];
        night.extend(feed);
        if backwards {
            night.reverse();
        }
        let title = if backwards {
            "one night's feed, in opposite order"
        } else {
            "one night's feed: all recorded in one instant"
        };
        questions.add(&["the_order_of_records_of_one_instant_changes_nothing"], title, &log_of(night), now);
    }
    for records in [12, 13] {
        let title = format!("the story as far as its record {records}");
        let some = log_of(story().into_iter().take(records).collect());
        questions.add(&["folding_step_by_step_equals_folding_afresh"], &title, &some, now);
    }
    let prompt: Vec<Record> = known_case().records;
    for lens in [Lens::AsKnown, Lens::Hindsight] {
        let question = Question { lens, ..now.clone() };
        let law = ["with_nothing_late_and_nothing_corrected_hindsight_equals_as_known"];
        questions.add(&law, &format!("nothing late and nothing corrected, {lens}"), &log_of(prompt.clone()), &question);
    }
}

/// The story with one more record.
fn more_records(questions: &mut Questions, now: &Question) {
    let high = json!({ "levels": { "known_adult": "high", "children": "high" }, "stage": "review", "signed": "yes", "assessor": "ro1" });
    let agrees = json!({ "by": "m1", "decision": "agrees", "role": "manager", "about": Uuid::from_u128(3) });
    let not_needed =
        json!({ "action": "review_risk", "decision": "not_needed", "by": "m1", "role": "manager", "reason": "other" });
    let retracted = json!({ "event_id": Uuid::from_u128(1), "reason": "entered_in_error", "by": "ro1" });
    let typed_late = record(4, 0, 9, Kind::RiskManagementPlanUpdated, json!({ "covers": ["victims"] }));
    let one_more: [(&[&str], &str, Record); 6] = [
        (
            &["appending_an_event_at_the_end_never_lowers_a_working_level"],
            "a visit",
            record(4, 9, 9, Kind::HomeVisitCompleted, json!({ "concern": "no" })),
        ),
        (
            &["an_indicated_level_falls_only_by_a_person"],
            "an assessment as high",
            record(4, 9, 9, Kind::RiskAssessed, high),
        ),
        (
            &["an_indicated_level_falls_only_by_a_person", "an_assessment_answers_only_what_it_could_have_considered"],
            "a manager's agreement to the assessment as low",
            record(4, 9, 9, Kind::ManagementOversightRecorded, agrees),
        ),
        (
            &["a_manager_can_close_every_pending_action"],
            "a manager's decision that no review is needed",
            record(4, 9, 9, Kind::ActionDecided, not_needed),
        ),
        (
            &["no_reason_disappears", "a_reason_that_a_retraction_takes_out_does_not_go_without_a_trace"],
            "a retraction of the disclosure",
            record(4, 9, 9, Kind::RecordRetracted, retracted),
        ),
        (
            &["a_decision_answers_nothing_that_it_could_not_have_considered"],
            "a plan of the day before the disclosure, typed in late",
            typed_late,
        ),
    ];
    for (laws, what, record) in one_more {
        let mut records = story();
        records.push(record);
        questions.add(laws, &format!("the story and {what}"), &log_of(records), now);
    }
    let mut late = story();
    if let Some(told) = late.iter_mut().find(|r| r.event_id == Uuid::from_u128(1)) {
        *told = disclosure(6);
    }
    let law = ["learning_later_never_makes_an_action_due_earlier"];
    questions.add(&law, "the story, the disclosure learnt five days later", &log_of(late), now);
    erased(questions, now);
    counterexamples(questions);
}

fn erased(questions: &mut Questions, now: &Question) {
    let stamp = |position: u64, day: i64| Stamp {
        appended_at: start(2018) + Duration::days(day),
        salt: [u8::try_from(position).unwrap_or(0); 16],
    };
    let mut sealed = seal(&log_of(story()), |p| stamp(p, 12)).expect("stamps are in order");
    questions.add(&["erasing_a_payload_keeps_the_chain"], "the story, sealed", &sealed, now);
    let data = json!({ "event_id": Uuid::from_u128(1), "reason": "legal_erasure", "by": "m1" });
    sealed
        .erase_sealed(record(4, 13, 13, Kind::PayloadErased, data), None, |p| stamp(p, 14))
        .expect("it may be erased");
    questions.add(&["erasing_a_payload_keeps_the_chain"], "the story, sealed, the disclosure erased", &sealed, now);
}

/// Counterexamples to earlier versions of the laws.
fn counterexamples(questions: &mut Questions) {
    let on = |day: i64| Question::at(start(2018) + Duration::days(day), Audience::Inspector);
    let sentence = json!({ "sentence_id": "s1", "sentence_type": "community_order", "index_offence": "assault", "index_offence_is_domestic_abuse": "yes" });
    let before = vec![disclosure(1), record(5, 30, 30, Kind::SupervisionStarted, sentence)];
    let law = ["what_came_before_supervision_is_taken_in_at_its_start"];
    questions.add(&law, "a disclosure before supervision began", &log_of(before), &on(31));
    let ended = json!({ "sentence_id": "s1", "reason": "completed" });
    let mut frozen = story();
    frozen.push(record(4, 9, 9, Kind::SupervisionEnded, ended));
    let laws = [
        "what_is_frozen_when_supervision_ends_does_not_fall_overdue_after_it",
        "a_line_opened_after_supervision_ended_still_says_when_it_changes",
    ];
    questions.add(&laws, "the story, after supervision ended", &log_of(frozen), &on(60));
    let mut varied = known_case().records;
    varied.push(record(1, 1, 1, Kind::ProtectiveOrderVaried, json!({ "order_id": "o1", "protects": [] })));
    let law = ["an_order_varied_so_that_it_protects_nobody_says_so_when_it_is_read_again"];
    questions.add(&law, "an order varied so that it protects nobody", &log_of(varied), &on(3));
    let mut urgent = known_case().records;
    let call_out = |n: u128, day: i64| {
        record(n, day, day, Kind::PoliceCallOut, json!({ "children_present": "no", "outcome": "unknown" }))
    };
    urgent.extend([call_out(5, 1), call_out(6, 2), disclosure(25)]);
    let law = ["an_overdue_action_that_becomes_urgent_is_raised_again"];
    questions.add(&law, "an overdue review that becomes urgent", &log_of(urgent), &on(26));
    let mut returned = known_case().records;
    let offence = json!({ "victims": ["p1"], "conduct": ["strangulation"], "serious_injury": "yes" });
    returned.push(record(5, 1, 1, Kind::IncidentReported, offence));
    returned.push(call_out(6, 2));
    let gone = json!({ "event_id": Uuid::from_u128(6), "reason": "entered_in_error", "by": "ro1" });
    returned.push(record(7, 1300, 1300, Kind::RecordRetracted, gone));
    let law = ["an_action_that_goes_on_under_another_name_is_not_withdrawn_by_somebody_elses_correction"];
    questions.add(&law, "a retraction long after, when escalation has another name", &log_of(returned), &on(1301));
}

fn other_times(questions: &mut Questions, log: &Log, now: &Question) {
    let later = Question { at: when() + Duration::days(400), ..now.clone() };
    questions.add(
        &["an_indicated_level_falls_only_by_a_person"],
        "the story after more than a year of nothing",
        log,
        &later,
    );
    let answer = questions.cases.first().map(|e| e.answer["next_change_at"].clone()).unwrap_or_default();
    let next: DateTime<Utc> = serde_json::from_value(answer).expect("the story changes by itself");
    for (moment, what) in [(next - Duration::microseconds(1), "just before"), (next, "at")] {
        let question = Question { at: moment, ..now.clone() };
        let law = ["nothing_changes_before_next_change_at_and_something_does_at_it"];
        questions.add(&law, &format!("the story, {what} its next change"), log, &question);
    }
    let northshire = Under::england_wales(&["northshire"]);
    let law = ["tightening_a_deadline_never_removes_an_action"];
    questions.add_under(
        &law,
        "the story in Northshire, where some limits are tighter",
        log,
        now,
        (&northshire, Some("northshire")),
    );
}

/// Every audience; and for those who do not see every record, the answer from the visible records alone.
fn other_readers(questions: &mut Questions, log: &Log) {
    let law = ["the_answer_is_the_same_without_what_the_audience_may_not_see"];
    for audience in packs::ENGLAND_WALES.audiences.iter().map(|a| a.audience) {
        let question = Question::at(when(), audience);
        questions.add(&law, &format!("the story, for the {audience}"), log, &question);
        let view = View::of(&packs::ENGLAND_WALES, audience).expect("its view");
        let seen: Vec<Record> = question.seen(&view, log.records()).records.into_iter().cloned().collect();
        if seen.len() < log.records().len() {
            let title = format!("what the {audience} sees of the story, alone");
            questions.add(&law, &title, &log_of(seen), &question);
        }
    }
}
