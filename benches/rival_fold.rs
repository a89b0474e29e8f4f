//! The rival: twenty-five of the pack's rules and one of its duties in a hand-written fold with one `match`.
//!
//! It keeps what a team would keep who write such rules into their case-management system: levels, open actions with
//! their reasons and due dates, last dates and counters. It has no corrections, no overlapping versions of the log,
//! no handling marks, no facts behind a reason, no acts that answer only earlier events, and no other rules of the
//! pack. The benchmark checks that for its rules it finds the same events as the engine.

use chrono::{DateTime, Days, Months, NaiveDate, Utc};
use risk_core::calendar::{BusinessCalendar, london_day};
use risk_core::event::Event;
use risk_core::event::vocabulary::{
    ActionKind as Action, AssessmentStage, CallOutOutcome, CheckResult, CheckedWith, Concern, DisclosedBy, Group,
    InformationContent, InformationOf, Level, Programme, Requirement, Role, Sex, SharedWith, Term, Tri,
};
use risk_core::log::Record;
use uuid::Uuid;

/// The rules that it has.
pub const RULES: [&str; 25] = [
    "sentence-plan",
    "bbr-referral",
    "bbr-start",
    "plw-referral",
    "plw-first-contact",
    "incident-learnt",
    "call-out-learnt",
    "incident-seen-by-children",
    "incident-not-from-police",
    "incident-police-not-told",
    "plw-raised-risk",
    "plw-shares",
    "plw-reports-violence",
    "facilitator-raises-concern",
    "person-tells",
    "gone-missing",
    "order-breached",
    "order-breach-unconfirmed",
    "check-shows-breach",
    "reply-with-a-concern",
    "visit-raises-concern",
    "absences-mount",
    "absence-without-a-reason",
    "child-contact-changed",
    "intervention-completed",
];

/// How many days the law of the pack gives: `review_after_new_information`, `act_after_new_information`, and so on.
const REVIEW: Days = Days::new(7);
const ACT: Days = Days::new(1);
const REFERRAL: Days = Days::new(7);
const START: Months = Months::new(6);
const PLAN: u32 = 15;
const BETWEEN_CONTACTS: Days = Days::new(35);
/// Absences within this many days count as within one year.
const IN_A_YEAR: i64 = 364;

/// Why an action is open.
#[derive(Debug, Clone, Copy)]
pub struct Reason {
    pub rule: &'static str,
    pub event: Uuid,
    pub due: Option<NaiveDate>,
    answered: bool,
}

/// A case after its events.
#[derive(Debug)]
pub struct Case {
    levels: [Level; 5],
    indicated: [Vec<Reason>; 5],
    actions: Vec<Vec<Reason>>,
    agenda: Vec<(Action, Option<NaiveDate>)>,
    sex: Sex,
    bbr: bool,
    started: Option<DateTime<Utc>>,
    ended: bool,
    absences: Vec<NaiveDate>,
    seen: Option<NaiveDate>,
    assessed: Option<NaiveDate>,
    contact_due: Option<NaiveDate>,
}

/// Folds the records made by a moment, in the order of the log.
pub fn fold(records: &[&Record], at: DateTime<Utc>) -> Case {
    let mut case = Case::new();
    for record in records.iter().filter(|r| r.recorded_at <= at) {
        if let Some(event) = record.event() {
            case.take(record, event);
        }
    }
    case.write_agenda();
    case.contact_due = case.seen.filter(|_| !case.ended).map(|day| day + BETWEEN_CONTACTS);
    case
}

impl Case {
    fn new() -> Self {
        Self {
            levels: [Level::Unknown; 5],
            indicated: [const { Vec::new() }; 5],
            actions: vec![Vec::new(); Action::all().len()],
            agenda: Vec::new(),
            sex: Sex::Unknown,
            bbr: false,
            started: None,
            ended: false,
            absences: Vec::new(),
            seen: None,
            assessed: None,
            contact_due: None,
        }
    }

    /// Every reason that ever arose.
    pub fn reasons(&self) -> impl Iterator<Item = &Reason> {
        self.actions.iter().flatten().chain(self.indicated.iter().flatten())
    }

    fn open(&mut self, action: Action, rule: &'static str, record: &Record, due: Option<NaiveDate>) {
        self.actions[action as usize].push(Reason { rule, event: record.event_id, due, answered: false });
    }

    fn close(&mut self, action: Action) {
        for reason in &mut self.actions[action as usize] {
            reason.answered = true;
        }
    }

    /// Whether medium is indicated; no rule here indicates more.
    fn indicate(&mut self, group: Group, rule: &'static str, record: &Record) {
        self.indicated[group as usize].push(Reason { rule, event: record.event_id, due: None, answered: false });
    }

    /// The open actions, with the earliest due date of their reasons.
    fn write_agenda(&mut self) {
        for (action, reasons) in Action::all().iter().zip(&self.actions) {
            let mut open = reasons.iter().filter(|r| !r.answered).peekable();
            if open.peek().is_some() {
                self.agenda.push((*action, open.filter_map(|r| r.due).min()));
            }
        }
    }

    /// The actions that most adverse information requires.
    fn review(&mut self, rule: &'static str, record: &Record) {
        let due = london_day(record.recorded_at) + REVIEW;
        self.open(Action::ReviewRisk, rule, record, Some(due));
        self.open(Action::UpdateRiskManagementPlan, rule, record, None);
    }

    fn take(&mut self, record: &Record, event: &Event) {
        let happened = london_day(record.occurred_at);
        let learnt = london_day(record.recorded_at);
        let soon = Some(learnt + ACT);
        match event {
            Event::PreSentenceReportRequested(e) => self.sex = e.sex,
            Event::SupervisionStarted(e) => {
                self.sex = e.sex;
                self.ended = false;
                self.started = Some(self.started.map_or(record.occurred_at, |s| s.min(record.occurred_at)));
            }
            Event::SupervisionEnded(_) => self.ended = true,
            Event::InitialAppointmentAttended(_) => {
                let due = BusinessCalendar::add(happened, PLAN).ok();
                self.open(Action::CompleteSentencePlan, "sentence-plan", record, due);
                self.saw(happened);
            }
            Event::AppointmentAttended(_) => self.saw(happened),
            Event::SentencePlanCompleted(_) => self.close(Action::CompleteSentencePlan),
            Event::AppointmentMissed(e) => match e.acceptable {
                Tri::No => {
                    let near = |day: &&NaiveDate| (**day - happened).num_days().abs() <= IN_A_YEAR;
                    if self.absences.iter().any(|day| near(&day)) {
                        self.open(Action::ConsiderEnforcement, "absences-mount", record, None);
                    }
                    self.absences.push(happened);
                }
                Tri::Unknown => {
                    self.open(Action::ObtainEvidenceForAbsence, "absence-without-a-reason", record, None);
                }
                Tri::Yes => {}
            },
            Event::AbsenceExcused(e) if e.evidence_seen == Tri::Yes => self.close(Action::ObtainEvidenceForAbsence),
            Event::RequirementImposed(e) if e.requirement == Requirement::Bbr => {
                self.bbr = true;
                let referral = Some(happened + REFERRAL);
                if self.sex != Sex::Female {
                    self.open(Action::ReferToProgramme, "bbr-referral", record, referral);
                    self.open(Action::StartProgramme, "bbr-start", record, Some(happened + START));
                }
                self.open(Action::ReferToPlw, "plw-referral", record, referral);
            }
            Event::RequirementRemoved(e) if e.requirement == Requirement::Bbr => {
                self.bbr = false;
                self.close(Action::ReferToProgramme);
                self.close(Action::StartProgramme);
            }
            Event::ProgrammeReferred(e) if e.programme == Programme::Bbr => {
                self.close(Action::ReferToProgramme);
                self.open(Action::PlwContactVictim, "plw-first-contact", record, Some(happened + REFERRAL));
            }
            Event::ProgrammeStarted(e) if e.programme == Programme::Bbr => self.close(Action::StartProgramme),
            Event::RequirementCompleted(_) | Event::ProgrammeCompleted(_) => {
                self.open(Action::ReviewRisk, "intervention-completed", record, None);
                self.open(Action::UpdateRiskManagementPlan, "intervention-completed", record, None);
            }
            Event::PlwReferred(_) => self.close(Action::ReferToPlw),
            Event::PlwContactMade(_) => self.close(Action::PlwContactVictim),
            Event::PoliceCallOut(e) => {
                if e.outcome != CallOutOutcome::NoFurtherAction || e.children_present != Tri::No {
                    self.incident("call-out-learnt", record);
                }
                self.seen_by_children(record, e.children_present);
            }
            Event::IncidentReported(e) => {
                self.incident("incident-learnt", record);
                self.seen_by_children(record, e.children_present);
                self.open(Action::RequestPoliceInformation, "incident-not-from-police", record, None);
                if e.police_informed != Tri::Yes && self.supervised_by(record) {
                    self.open(Action::ShareWithPolice, "incident-police-not-told", record, soon);
                }
            }
            Event::PlwDisclosure(e) => {
                if e.raised_risk != Tri::No {
                    self.review("plw-raised-risk", record);
                    self.open(Action::RequestPoliceInformation, "plw-raised-risk", record, None);
                    self.open(Action::ConsiderMaracReferral, "plw-raised-risk", record, None);
                    self.open(Action::ManagementOversight, "plw-raised-risk", record, None);
                    self.indicate(Group::KnownAdult, "plw-raised-risk", record);
                }
                self.open(Action::DecideSharing, "plw-shares", record, soon);
                self.open(Action::ShareWithResponsibleOfficer, "plw-shares", record, soon);
                if e.concerns.iter().any(|concern| violent(*concern)) {
                    self.open(Action::ShareWithPolice, "plw-reports-violence", record, soon);
                    self.indicate(Group::KnownAdult, "plw-reports-violence", record);
                }
            }
            Event::ConcernDisclosed(e) => match e.by {
                DisclosedBy::Facilitator | DisclosedBy::Practitioner
                    if e.concerns.is_empty() || !e.concerns.iter().all(|concern| mild(*concern)) =>
                {
                    self.review("facilitator-raises-concern", record);
                    self.open(Action::ShareWithResponsibleOfficer, "facilitator-raises-concern", record, soon);
                    self.open(Action::ManagementOversight, "facilitator-raises-concern", record, None);
                    self.indicate(Group::KnownAdult, "facilitator-raises-concern", record);
                }
                DisclosedBy::SupervisedPerson => {
                    self.open(Action::ReviewRisk, "person-tells", record, Some(learnt + REVIEW));
                    self.open(Action::VerifyAccount, "person-tells", record, None);
                }
                _ => {}
            },
            Event::WhereaboutsUnknown(_) => {
                self.open(Action::LocatePerson, "gone-missing", record, None);
                self.open(Action::ReviewRisk, "gone-missing", record, Some(learnt + REVIEW));
            }
            Event::PersonLocated(_) | Event::CustodyEntered(_) => self.close(Action::LocatePerson),
            Event::ProtectiveOrderBreached(e) => {
                if e.confirmed == Tri::No {
                    self.close(Action::ExplorePossibleBreach);
                    return;
                }
                self.review("order-breached", record);
                self.open(Action::ShareWithPolice, "order-breached", record, soon);
                self.open(Action::ConsiderMaracReferral, "order-breached", record, None);
                self.open(Action::ManagementOversight, "order-breached", record, None);
                self.indicate(Group::KnownAdult, "order-breached", record);
                if e.confirmed == Tri::Unknown {
                    self.open(Action::ExplorePossibleBreach, "order-breach-unconfirmed", record, soon);
                }
            }
            Event::ProtectiveOrderChecked(e) => {
                if e.compliant != Tri::Unknown && e.with != CheckedWith::SupervisedPerson {
                    self.close(Action::ExplorePossibleBreach);
                }
                if e.compliant == Tri::No {
                    self.review("check-shows-breach", record);
                    self.open(Action::ConsiderMaracReferral, "check-shows-breach", record, None);
                    self.open(Action::ConsiderEnforcement, "check-shows-breach", record, None);
                    self.open(Action::ManagementOversight, "check-shows-breach", record, None);
                    self.indicate(Group::KnownAdult, "check-shows-breach", record);
                }
            }
            Event::InformationReceived(e) if e.content == InformationContent::Concern => {
                self.review("reply-with-a-concern", record);
            }
            Event::InformationRequested(e) => match e.of {
                InformationOf::Police => self.close(Action::RequestPoliceInformation),
                InformationOf::ChildrensSocialCare => self.close(Action::RequestSafeguardingInformation),
                _ => {}
            },
            Event::InformationShared(e) => match e.with {
                SharedWith::Police => self.close(Action::ShareWithPolice),
                SharedWith::ResponsibleOfficer => self.close(Action::ShareWithResponsibleOfficer),
                _ => {}
            },
            Event::SharingDecided(_) => self.close(Action::DecideSharing),
            Event::AccountChecked(e)
                if e.with != CheckedWith::SupervisedPerson && e.result != CheckResult::Unresolved =>
            {
                self.close(Action::VerifyAccount);
                self.close(Action::ObtainEvidenceForAbsence);
            }
            Event::ChildContactChanged(_) => {
                self.open(Action::ReviewRisk, "child-contact-changed", record, Some(learnt + REVIEW));
                self.open(Action::RequestSafeguardingInformation, "child-contact-changed", record, None);
            }
            Event::HomeVisitCompleted(e) => {
                self.saw(happened);
                self.visited(record, e.concern);
            }
            Event::HomeVisitAttempted(e) => self.visited(record, e.concern),
            Event::MaracConsidered(_) | Event::MaracReferred(_) => self.close(Action::ConsiderMaracReferral),
            Event::RiskManagementPlanUpdated(_) => self.close(Action::UpdateRiskManagementPlan),
            Event::ManagementOversightRecorded(e) if e.role == Some(Role::Manager) => {
                self.close(Action::ManagementOversight);
                self.close(Action::ConsiderEnforcement);
            }
            Event::EnforcementStarted(_) => self.close(Action::ConsiderEnforcement),
            Event::RiskAssessed(e) if e.stage != AssessmentStage::Court && e.signed == Tri::Yes => {
                for (group, level) in &e.levels.0 {
                    self.levels[*group as usize] = *level;
                }
                self.assessed = self.assessed.max(Some(happened));
                self.close(Action::ReviewRisk);
            }
            _ => {}
        }
    }

    fn saw(&mut self, day: NaiveDate) {
        self.seen = self.seen.max(Some(day));
    }

    /// Whether supervision had begun when it happened.
    fn supervised_by(&self, record: &Record) -> bool {
        self.started.is_some_and(|started| started <= record.occurred_at)
    }

    fn incident(&mut self, rule: &'static str, record: &Record) {
        if self.supervised_by(record) {
            self.review(rule, record);
            self.open(Action::ConsiderMaracReferral, rule, record, None);
            self.open(Action::ManagementOversight, rule, record, None);
            self.indicate(Group::KnownAdult, rule, record);
        }
    }

    fn seen_by_children(&mut self, record: &Record, children_present: Tri) {
        if children_present == Tri::Yes {
            self.indicate(Group::Children, "incident-seen-by-children", record);
        }
    }

    fn visited(&mut self, record: &Record, concern: Tri) {
        if concern == Tri::Yes {
            self.review("visit-raises-concern", record);
            self.open(Action::ManagementOversight, "visit-raises-concern", record, None);
        }
    }
}

fn mild(concern: Concern) -> bool {
    matches!(concern, Concern::Denial | Concern::Relapse | Concern::WantsReconciliation)
}

fn violent(concern: Concern) -> bool {
    matches!(
        concern,
        Concern::PhysicalViolence
            | Concern::Strangulation
            | Concern::SexualViolence
            | Concern::ThreatToKill
            | Concern::Weapon
    )
}
