//! The nine cases described by the inspection of 2018, with the required result of each.
//!
//! A row reads: given a case, seen on a day, then these actions are pending, these levels hold. The laws below the
//! rows hold for every case on each of those days.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test says what it misses and stops")]
#![allow(clippy::arithmetic_side_effects, reason = "a test that overflows fails, as it should")]

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use risk_core::assessment::answer::{Action, Assessment, Caution, FlagState, GroupLevel, GroupStatus, Status};
use risk_core::assessment::{Question, assess, changes};
use risk_core::calendar::{add_days, end_of_day, london_day, parse_moment, start_of_day};
use risk_core::event::vocabulary::ActionKind::{self, *};
use risk_core::event::vocabulary::Audience::{self, ResponsibleOfficer, SupervisedPerson};
use risk_core::event::vocabulary::Group::{self, Children, KnownAdult};
use risk_core::event::vocabulary::Level::{self, High, Low, Medium};
use risk_core::event::vocabulary::{Handling, Register, SourceAgency};
use risk_core::event::{Event, Instant, Kind};
use risk_core::explain::{Target, explain};
use risk_core::fold::run::Lens;
use risk_core::log::{Log, Record, RecordSource};
use risk_core::policy::Policy;
use risk_core::policy::model::{Basis, Priority};

// The rows.

#[test]
fn phil_is_held_up_as_good_practice_and_nothing_is_overdue() {
    let phil = case("phil").on("2018-04-18");
    phil.has_nothing_overdue();
    phil.has_no_level_below_what_was_recorded();
    phil.should_be_flagged(Register::DomesticAbusePerpetrator);
    phil.never_had(ReferToProgramme);
    phil.has_agenda_lines_at_most(2);
}

#[test]
fn edwina_waits_for_a_reply_that_was_chased() {
    let edwina = case("edwina").on("2018-04-23");
    edwina.has_pending(&[RequestPoliceInformation, ReviewRisk, EscalateUnansweredRequest]);
    edwina.waits_on("childrens_social_care");
    edwina.should_be_flagged(Register::DomesticAbusePerpetrator);
}

#[test]
fn mary_is_not_eligible_for_bbr_and_the_alternative_was_found() {
    let mary = case("mary").on("2018-04-23");
    mary.has_pending(&[RequestPoliceInformation, MonitorProtectiveOrder, ObtainProviderProgress, ArrangeVictimSupport]);
    mary.has_not_pending(&[ReferToProgramme, StartProgramme]);
    mary.has(FindAlternativeIntervention, &[Status::Done]);
}

#[test]
fn steve_tells_of_his_plan_at_two_and_four_things_follow_at_once() {
    let steve = case("steve").on("2018-02-06 15:00");
    steve.has_pending(&[ShareWithChildrensSocialCare, ShareWithPlw, ReviewRisk, UpdateRiskManagementPlan]);
    steve.works_to_at_least(Children, Medium);
}

#[test]
fn steve_had_all_four_done_on_the_day_of_the_disclosure() {
    let steve = case("steve").on("2018-02-09");
    for action in [ShareWithChildrensSocialCare, ShareWithPlw, ReviewRisk, UpdateRiskManagementPlan] {
        steve.had_done_on(action, "2018-02-06");
    }
    steve.has_nothing_overdue();
}

#[test]
fn nobody_knows_of_the_assault_on_sean_s_partner_on_the_day_it_happens() {
    let sean = case("sean").on("2017-12-04");
    let disclosure = sean.case.first(Kind::PlwDisclosure);
    for action in sean.pending() {
        let rests_on_it = action.because.iter().any(|b| b.event_id == Some(disclosure));
        assert!(!rests_on_it, "{} rests on an assault that nobody has told of yet", action.action);
    }
}

#[test]
fn sean_s_partner_tells_the_partner_link_worker_and_the_review_comes_first() {
    let sean = case("sean").on("2017-12-06");
    sean.has_pending(&[ReviewRisk, UpdateRiskManagementPlan, RequestPoliceInformation, ConsiderMaracReferral]);
    sean.has_first_on_the_agenda(ReviewRisk);
    assert_eq!(sean.pending_one(ReviewRisk).priority, Priority::ProtectNow);
    sean.works_to_at_least(KnownAdult, Medium);
    sean.is_under_review(KnownAdult);
    sean.warns_wherever_it_rests_on(sean.case.first(Kind::PlwDisclosure));
}

#[test]
fn sean_s_review_is_overdue_after_a_week_and_the_week_is_said_to_be_assumed() {
    let sean = case("sean").on("2017-12-20");
    sean.has(ReviewRisk, &[Status::Overdue]);
    assert_eq!(sean.pending_one(ReviewRisk).due_basis, Some(Basis::Assumed));
}

#[test]
fn sean_starts_the_programme_a_month_late() {
    let before = case("sean").on("2018-04-01");
    before.has(StartProgramme, &[Status::Overdue]);
    let start = before.pending_one(StartProgramme);
    assert_eq!(start.due, Some("2018-03-18".parse().unwrap()));
    assert_eq!(start.due_basis, Some(Basis::Measure));
    case("sean").on("2018-04-23").has(StartProgramme, &[Status::DoneLate]);
}

#[test]
fn david_should_go_back_to_the_nps() {
    let david = case("david").on("2017-08-17");
    david.has_pending(&[ReturnToNps, EstablishMaracInvolvement, ArrangeVictimSupport]);
    david.has_indicated(KnownAdult, High);
    david.has_indicated(Children, High);
}

#[test]
fn david_is_still_not_escalated_in_april() {
    let david = case("david").on("2018-04-23");
    david.has_pending_one_of(&[ReturnToNps, EscalateToNps]);
    david.has_pending(&[
        EstablishMaracInvolvement,
        MonitorProtectiveOrder,
        MaintainContact,
        ReviewRisk,
        ArrangeVictimSupport,
    ]);
}

#[test]
fn charlie_moves_in_with_somebody_a_court_protects_from_him() {
    case("charlie").on("2018-01-18").has_pending(&[
        ExplorePossibleBreach,
        RequestSafeguardingInformation,
        IdentifyChildren,
    ]);
}

#[test]
fn charlie_misses_sessions_and_a_child_may_be_harmed() {
    case("charlie").on("2018-04-10").has_pending(&[
        ShareWithChildrensSocialCare,
        HomeVisit,
        RequestPolicePropertyFlag,
        ObtainEvidenceForAbsence,
        ReviewProgrammeWithdrawal,
    ]);
}

#[test]
fn graham_is_released_and_nobody_knows_where_he_lives() {
    let graham = case("graham").on("2018-03-27");
    graham.has_pending(&[EstablishAddress, PlanSafetyOfVictimsAndChildren, MonitorProtectiveOrder]);
    assert_eq!(graham.pending_one(CompleteSentencePlan).due, Some("2018-04-19".parse().unwrap()));
}

#[test]
fn graham_s_manager_refused_to_escalate_and_that_closes_nothing() {
    let graham = case("graham").on("2018-04-23");
    graham.has_pending_one_of(&[ReturnToNps, EscalateToNps]);
    let refused: Vec<_> = graham
        .pending()
        .filter(|a| [ReturnToNps, EscalateToNps].contains(&a.action))
        .flat_map(|a| &a.refused)
        .filter(|r| r.on == "2018-04-03".parse().unwrap())
        .collect();
    assert!(!refused.is_empty(), "the refusal of 3 April is shown");
    assert!(refused.iter().all(|r| r.by.as_deref() == Some("own_manager") && r.reason.is_some()), "{refused:?}");
    graham.works_to_at_least(Children, Medium);
}

#[test]
fn jacob_s_child_is_rated_low_and_the_engine_says_review_because() {
    let jacob = case("jacob").on("2018-02-21");
    jacob.has_pending(&[
        ReferToProgramme,
        ReferToPlw,
        ShareWithChildrensSocialCare,
        RequestPoliceInformation,
        RequestSafeguardingInformation,
        ChallengeLowChildRisk,
        ReviewRisk,
    ]);
    assert_eq!(jacob.group(Children).recorded.as_ref().map(|r| r.level), Some(Low));
    jacob.works_to_at_least(Children, Medium);
    jacob.is_under_review(Children);
}

// What holds for every case, on every day of the rows.

/// Every case with the days on which it is looked at: those of the rows, and the last day of its log.
fn everyone() -> Vec<Seen> {
    const DAYS: [(&str, &[&str]); 9] = [
        ("phil", &["2018-04-18"]),
        ("edwina", &["2018-04-23"]),
        ("mary", &["2018-04-23"]),
        ("steve", &["2018-02-06 15:00", "2018-02-09"]),
        ("sean", &["2017-12-04", "2017-12-06", "2017-12-20", "2018-04-01", "2018-04-23"]),
        ("david", &["2017-08-17", "2018-04-23"]),
        ("charlie", &["2018-01-18", "2018-04-10"]),
        ("graham", &["2018-03-27", "2018-04-23"]),
        ("jacob", &["2018-02-21"]),
    ];
    DAYS.iter().flat_map(|(name, days)| days.iter().map(|day| case(name).on(day))).collect()
}

/// Every case, on the last of its days.
fn each_once() -> Vec<Seen> {
    let mut cases = everyone();
    cases.reverse();
    cases.dedup_by(|earlier, later| earlier.case.name == later.case.name);
    cases
}

#[test]
fn a_second_run_gives_the_same_bytes() {
    for seen in everyone() {
        let again = case(seen.case.name).at(&seen.question());
        assert_eq!(bytes(&seen.answer), bytes(&again), "{seen}");
    }
}

#[test]
fn the_agenda_has_at_most_eight_lines_and_each_is_a_pending_action_that_is_nobody_s_step() {
    for seen in everyone() {
        seen.has_agenda_lines_at_most(8);
        for line in &seen.answer.agenda.lines {
            let action = seen.answer.actions.iter().find(|a| a.id == *line).unwrap();
            assert!(action.status.pending() && action.part_of.is_none(), "{seen}: {}", action.action);
        }
    }
}

#[test]
fn the_supervised_person_s_answer_is_the_same_without_the_records_that_are_kept_from_him() {
    for seen in everyone() {
        let asked = Question { audience: SupervisedPerson, ..seen.question() };
        let whole = seen.case.at(&asked);
        let without = seen.case.only_what_may_be_seen_by(SupervisedPerson);
        assert!(without.log.len() < seen.case.log.len(), "{seen}: something is kept from him");
        assert_eq!(bytes(&whole), bytes(&without.at(&asked)), "{seen}");
    }
}

#[test]
fn the_supervised_person_sees_no_level_flag_enquiry_sharing_or_visit() {
    const OWN: [ActionKind; 2] = [CompleteSentencePlan, StartProgramme];
    for seen in everyone() {
        let answer = seen.case.at(&Question { audience: SupervisedPerson, ..seen.question() });
        assert_eq!(answer.classification, None, "{seen}");
        assert!(answer.flags.is_empty(), "{seen}");
        for action in &answer.actions {
            assert!(OWN.contains(&action.action), "{seen}: {} is not for him to see", action.action);
            assert_eq!((action.handling, action.caution), (None, None), "{seen}: marks would tell that there is more");
            assert!(action.findings.is_empty() && action.decided.is_none() && action.refused.is_empty(), "{seen}");
        }
        assert_eq!((answer.receipt.records, answer.receipt.head.as_ref()), (None, None), "{seen}");
        assert!(answer.blind_to.is_empty() && answer.unrecognised.is_empty() && answer.withheld.is_empty(), "{seen}");
    }
}

#[test]
fn every_pending_action_is_explained_by_event_rule_and_place_in_the_source() {
    for seen in everyone() {
        let told = explain(&seen.case.log, &seen.case.policy, &seen.question(), Target::Everything).unwrap();
        for action in seen.pending() {
            let outcome = told.outcomes.iter().find(|o| o.action.as_ref().is_some_and(|a| a.id == action.id));
            let outcome = outcome.unwrap_or_else(|| panic!("{seen}: {} is not explained", action.action));
            let open: Vec<_> = outcome.reasons.iter().filter(|r| r.answered.is_none()).collect();
            assert!(!open.is_empty(), "{seen}: {} is pending for no reason", action.action);
            for reason in &outcome.reasons {
                let event = reason.event.event_id.unwrap();
                assert!(seen.case.log.record(event).is_some(), "{seen}: {} names a record of the log", action.action);
                assert!(!reason.rule.id.is_empty() && !reason.rule.title.is_empty(), "{seen}: {}", action.action);
                let sourced = reason.rule.sources.iter().any(|s| !s.document.is_empty() && !s.at.is_empty());
                assert!(sourced || reason.rule.basis == Basis::Assumed, "{seen}: {} has no source", reason.rule.id);
            }
            let told: BTreeSet<_> = outcome.reasons.iter().map(|r| (r.rule.id.clone(), r.event.event_id)).collect();
            let listed: BTreeSet<_> = action.because.iter().map(|b| (b.rule.clone(), b.event_id)).collect();
            assert_eq!(told, listed, "{seen}: {} is explained by the reasons that the answer lists", action.action);
        }
    }
}

#[test]
fn both_lenses_answer() {
    for seen in everyone() {
        let hindsight = seen.case.at(&Question { lens: Lens::Hindsight, ..seen.question() });
        assert_eq!(hindsight.lens, Lens::Hindsight);
        assert!(hindsight.known_at >= seen.answer.known_at, "{seen}: hindsight knows at least as much");
        assert!(
            hindsight.actions.iter().all(|a| a.late_by.is_some()),
            "{seen}: hindsight tells late news from late acts"
        );
        assert!(seen.answer.actions.iter().all(|a| a.late_by.is_none()), "{seen}: as known, nobody tells them apart");
    }
}

#[test]
fn nothing_changes_before_next_change_at_and_something_does_at_it() {
    for seen in everyone() {
        let then = |at| seen.case.at(&Question { at, known_at: Some(seen.answer.known_at), ..seen.question() });
        let Some(next) = seen.answer.next_change_at else {
            let much_later = then(parse_moment("2040-01-01").unwrap());
            assert_eq!(changes(&seen.answer, &much_later), vec![], "{seen}: nothing ever changes");
            continue;
        };
        assert!(next > seen.answer.at, "{seen}");
        assert_ne!(changes(&seen.answer, &then(next)), vec![], "{seen}: something changes at {next}");
        let just_before = next - chrono::TimeDelta::microseconds(1);
        assert_eq!(
            changes(&seen.answer, &then(just_before)),
            vec![],
            "{seen}: nothing changes until just before {next}"
        );
        let days =
            [1, 2, 3, 5, 8, 13, 21, 34, 55, 89, 144, 233].map(|n| add_days(london_day(seen.answer.at), n).unwrap());
        for day in days.into_iter().filter(|day| start_of_day(*day) < next) {
            assert_eq!(changes(&seen.answer, &then(start_of_day(day))), vec![], "{seen}: nothing changes on {day}");
        }
    }
}

#[test]
fn no_answer_and_no_explanation_shows_a_note() {
    const NOTE: &str = "WORDS-THAT-SOMEBODY-SAID";
    for seen in everyone() {
        let noted = seen.case.with_every_note_saying(NOTE);
        for audience in noted.policy.audiences.iter().map(|a| a.audience) {
            for lens in [Lens::AsKnown, Lens::Hindsight] {
                let asked = Question { audience, lens, ..seen.question() };
                let answer = noted.at(&asked);
                assert!(!bytes(&answer).contains(NOTE), "{seen}, for {audience}");
                if let Ok(told) = explain(&noted.log, &noted.policy, &asked, Target::Everything) {
                    assert!(!serde_json::to_string(&told).unwrap().contains(NOTE), "{seen}, for {audience}");
                }
                // A note changes nothing that follows either.
                assert_eq!(answer.actions, seen.case.at(&asked).actions, "{seen}, for {audience}");
            }
        }
    }
}

#[test]
fn a_correction_that_changes_nothing_changes_nothing() {
    for seen in each_once() {
        let calm = seen.case.the_day_after_its_last_record();
        // A correction is staff's at least: what was ordinary would rightly become more confidential.
        for record in seen.case.log.records().iter().filter(|r| r.handling >= Handling::Staff).step_by(2) {
            let again = serde_json::json!({
                "event_id": record.event_id, "reason": "other", "by": "clerk",
                "replacement": { "data": record.event().unwrap().encode() },
            });
            let corrected = seen.case.with_a_last_record(Kind::RecordCorrected, &again, record.handling);
            let corrected = corrected.the_day_after_its_last_record();
            let what = format!("{}: {} corrected to what it was", seen.case.name, record.event_id);
            for (found, expected) in corrected.actions.iter().zip(&calm.actions) {
                assert_eq!(found, expected, "{what}");
            }
            assert_eq!(corrected.actions.len(), calm.actions.len(), "{what}");
            assert_eq!(corrected.flags, calm.flags, "{what}");
            assert_eq!(corrected.classification, calm.classification, "{what}");
        }
    }
}

#[test]
fn a_dispute_marks_and_changes_no_outcome() {
    let unmarked = |answer: &Assessment| -> Vec<Action> {
        let mut actions = answer.actions.clone();
        actions.iter_mut().flat_map(|a| &mut a.because).for_each(|b| b.disputed = false);
        actions
    };
    for seen in each_once() {
        let calm = seen.case.the_day_after_its_last_record();
        for record in seen.case.log.records().iter().step_by(7) {
            let data =
                serde_json::json!({ "event_id": record.event_id, "reason": "accuracy_contested", "by": "clerk" });
            let disputed = seen.case.with_a_last_record(Kind::RecordDisputed, &data, record.handling);
            let disputed = disputed.the_day_after_its_last_record();
            assert_eq!(unmarked(&disputed), unmarked(&calm), "{}: {} disputed", seen.case.name, record.event_id);
        }
    }
}

#[test]
fn whatever_rests_on_what_a_victim_told_is_marked_so_that_nobody_raises_it_with_him() {
    for seen in everyone() {
        for action in &seen.answer.actions {
            let strictest =
                action.because.iter().filter_map(|b| seen.case.log.record(b.event_id?)).map(|r| r.handling).max();
            assert!(action.handling >= strictest, "{seen}: {} is less confidential than its reasons", action.action);
            let careful = action.handling.is_some_and(|h| h > Handling::Staff);
            assert_eq!(action.caution.is_some(), careful, "{seen}: {}", action.action);
        }
    }
}

// The vocabulary: a case, and the case as somebody sees it on a day.

/// One of the nine cases, with the policy.
struct Case {
    name: &'static str,
    log: Log,
    policy: Policy,
}

/// A case as the responsible officer sees it at a moment.
struct Seen {
    case: Case,
    answer: Assessment,
}

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

fn policy() -> Policy {
    static POLICY: std::sync::OnceLock<Policy> = std::sync::OnceLock::new();
    POLICY.get_or_init(read_policy).clone()
}

fn read_policy() -> Policy {
    let folder = root().join("policies/england-wales");
    let mut files: Vec<(String, String)> = std::fs::read_dir(&folder)
        .unwrap_or_else(|e| panic!("{}: {e}", folder.display()))
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.extension().is_some_and(|e| e == "toml"))
        .map(|path| (path.display().to_string(), std::fs::read_to_string(&path).unwrap()))
        .collect();
    files.sort();
    let files: Vec<(&str, &str)> = files.iter().map(|(name, text)| (name.as_str(), text.as_str())).collect();
    Policy::load(&files).unwrap_or_else(|errors| panic!("{errors}"))
}

fn case(name: &'static str) -> Case {
    let file = root().join(format!("examples/cases/{name}.jsonl"));
    let text = std::fs::read_to_string(&file).unwrap_or_else(|e| panic!("{}: {e}", file.display()));
    Case { name, log: Log::parse(name, &text).unwrap_or_else(|e| panic!("{e}")), policy: policy() }
}

fn bytes(answer: &Assessment) -> String {
    serde_json::to_string(answer).unwrap()
}

impl Case {
    fn on(self, moment: &str) -> Seen {
        let at = parse_moment(moment).unwrap();
        let answer = self.at(&Question::at(at, ResponsibleOfficer));
        Seen { case: self, answer }
    }

    fn at(&self, question: &Question) -> Assessment {
        assess(&self.log, &self.policy, question).unwrap()
    }

    fn first(&self, kind: Kind) -> uuid::Uuid {
        self.log.records().iter().find(|r| r.kind() == Some(kind)).map(|r| r.event_id).unwrap()
    }

    /// The same case as if the records that the audience may not see had never been made.
    fn only_what_may_be_seen_by(&self, audience: Audience) -> Self {
        let view = self.policy.audiences.iter().find(|a| a.audience == audience).unwrap();
        let seen = self.log.records().iter().filter(|r| {
            let kind = r.kind().is_some_and(|k| view.kinds.as_ref().is_none_or(|list| list.contains(&k)));
            view.marks.contains(&r.handling) && kind
        });
        let lines: Vec<String> = seen.map(|r| r.to_line()).collect();
        Self { log: Log::parse(self.name, &lines.join("\n")).unwrap(), ..self.again() }
    }

    fn with_every_note_saying(&self, note: &str) -> Self {
        let mut log = Log::new(self.log.case_id());
        log.append_all(self.log.records().iter().map(|r| r.clone().with_note(note)).collect(), None).unwrap();
        Self { log, ..self.again() }
    }

    /// The case with one record more, a minute after its last.
    fn with_a_last_record(&self, kind: Kind, data: &serde_json::Value, least: Handling) -> Self {
        let event = Event::decode(kind, data.as_object().unwrap()).unwrap();
        let at = self.last_recorded() + chrono::TimeDelta::minutes(1);
        let source = RecordSource { agency: SourceAgency::Probation, role: None, reference: None };
        let id = uuid::Uuid::from_u128(0xADDED);
        let record = Record::new(id, self.log.case_id(), at, at, source, event);
        let mark = record.handling.max(least);
        let mut log = self.log.clone();
        log.append(record.with_handling(mark), None).unwrap();
        Self { log, ..self.again() }
    }

    fn last_recorded(&self) -> Instant {
        self.log.records().iter().map(|r| r.recorded_at).max().unwrap()
    }

    fn the_day_after_its_last_record(&self) -> Assessment {
        let at = end_of_day(add_days(london_day(self.last_recorded()), 1).unwrap());
        self.at(&Question::at(at, Audience::Inspector))
    }

    fn again(&self) -> Self {
        Self { name: self.name, log: self.log.clone(), policy: self.policy.clone() }
    }
}

impl std::fmt::Display for Seen {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} on {}", self.case.name, self.answer.at)
    }
}

impl Seen {
    fn question(&self) -> Question {
        Question::at(self.answer.at, ResponsibleOfficer)
    }

    fn pending(&self) -> impl Iterator<Item = &Action> {
        self.answer.actions.iter().filter(|a| a.status.pending())
    }

    fn of(&self, action: ActionKind) -> impl Iterator<Item = &Action> {
        self.answer.actions.iter().filter(move |a| a.action == action)
    }

    fn pending_one(&self, action: ActionKind) -> &Action {
        self.pending().find(|a| a.action == action).unwrap_or_else(|| panic!("{self}: {action} is pending"))
    }

    fn group(&self, group: Group) -> &GroupLevel {
        let groups = &self.answer.classification.as_ref().unwrap().groups;
        groups.iter().find(|g| g.group == group).unwrap()
    }

    fn statuses(&self, action: ActionKind) -> String {
        self.of(action)
            .map(|a| format!("{} (opened {}, due {:?})", a.status, a.opened, a.due))
            .collect::<Vec<_>>()
            .join(", ")
    }

    #[track_caller]
    fn has_pending(&self, actions: &[ActionKind]) {
        for action in actions {
            let found = self.statuses(*action);
            assert!(
                self.of(*action).any(|a| a.status.pending()),
                "{self}: {action} should be pending, found [{found}]"
            );
        }
    }

    #[track_caller]
    fn has_pending_one_of(&self, actions: &[ActionKind]) {
        assert!(self.pending().any(|a| actions.contains(&a.action)), "{self}: one of {actions:?} should be pending");
    }

    #[track_caller]
    fn has_not_pending(&self, actions: &[ActionKind]) {
        for action in actions {
            let found = self.statuses(*action);
            assert!(!self.of(*action).any(|a| a.status.pending()), "{self}: {action} is not pending, found [{found}]");
        }
    }

    #[track_caller]
    fn never_had(&self, action: ActionKind) {
        assert_eq!(self.statuses(action), "", "{self}: there is no {action}");
    }

    #[track_caller]
    fn has(&self, action: ActionKind, statuses: &[Status]) {
        let found = self.statuses(action);
        assert!(
            self.of(action).any(|a| statuses.contains(&a.status)),
            "{self}: {action} is {statuses:?}, found [{found}]"
        );
    }

    #[track_caller]
    fn had_done_on(&self, action: ActionKind, day: &str) {
        let day = day.parse().unwrap();
        let done = self.of(action).any(|a| a.status == Status::Done && a.opened == day && a.closed == Some(day));
        assert!(done, "{self}: {action} opened and done on {day}, found [{}]", self.statuses(action));
    }

    #[track_caller]
    fn has_nothing_overdue(&self) {
        let overdue: Vec<_> = self.pending().filter(|a| a.status == Status::Overdue).map(|a| a.action).collect();
        assert!(overdue.is_empty(), "{self}: overdue {overdue:?}");
    }

    #[track_caller]
    fn has_no_level_below_what_was_recorded(&self) {
        for g in &self.answer.classification.as_ref().unwrap().groups {
            assert!(g.recorded.as_ref().is_none_or(|r| g.working_level >= r.level), "{self}: {}", g.group);
        }
    }

    #[track_caller]
    fn works_to_at_least(&self, group: Group, level: Level) {
        let found = self.group(group).working_level;
        assert!(found >= level, "{self}: {group} at least {level}, found {found}");
    }

    #[track_caller]
    fn has_indicated(&self, group: Group, level: Level) {
        let found = self.group(group).indicated.as_ref().map(|i| i.level);
        assert_eq!(found, Some(level), "{self}: indicated for {group}");
    }

    #[track_caller]
    fn is_under_review(&self, group: Group) {
        assert_eq!(self.group(group).status, GroupStatus::UnderReview, "{self}: {group}");
    }

    #[track_caller]
    fn should_be_flagged(&self, register: Register) {
        let set = self.answer.flags.iter().any(|f| f.register == register && f.should_be == FlagState::Set);
        assert!(set, "{self}: the flag {register} should be set");
    }

    #[track_caller]
    fn has_agenda_lines_at_most(&self, lines: usize) {
        let agenda: Vec<_> = self.answer.agenda.lines.iter().map(|id| self.action_of(*id)).collect();
        assert!(agenda.len() <= lines, "{self}: at most {lines} lines, found {agenda:?}");
        assert!(lines >= 8 || self.answer.agenda.more == 0, "{self}: and no more behind them");
    }

    #[track_caller]
    fn has_first_on_the_agenda(&self, action: ActionKind) {
        let first = self.answer.agenda.lines.first().map(|id| self.action_of(*id));
        assert_eq!(first, Some(action), "{self}: the first line of the agenda");
    }

    fn action_of(&self, id: uuid::Uuid) -> ActionKind {
        self.answer.actions.iter().find(|a| a.id == id).map(|a| a.action).unwrap()
    }

    #[track_caller]
    fn waits_on(&self, party: &str) {
        let waiting: Vec<_> = self.pending().filter(|a| a.status == Status::Waiting).collect();
        let chased = waiting.iter().any(|a| {
            a.waiting_on.as_ref().is_some_and(|w| w.party == party && w.chased > 0 && w.last_chased.is_some())
        });
        let all: Vec<_> = self.pending().map(|a| (a.action, a.status, a.waiting_on.clone())).collect();
        assert!(chased, "{self}: something waits on {party}, chased, not overdue; found {all:?}");
    }

    #[track_caller]
    fn warns_wherever_it_rests_on(&self, event: uuid::Uuid) {
        let resting: Vec<_> =
            self.answer.actions.iter().filter(|a| a.because.iter().any(|b| b.event_id == Some(event))).collect();
        assert!(!resting.is_empty(), "{self}: something rests on it");
        for action in resting {
            assert_eq!(action.caution, Some(Caution::DoNotRaiseWithPerson), "{self}: {}", action.action);
        }
        for group in &self.answer.classification.as_ref().unwrap().groups {
            let indicated = group.indicated.iter().filter(|i| i.because.iter().any(|b| b.event_id == Some(event)));
            for level in indicated {
                assert_eq!(level.caution, Some(Caution::DoNotRaiseWithPerson), "{self}: {}", group.group);
            }
        }
    }
}
