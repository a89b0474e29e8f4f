//! The closed lists of terms of the catalogue: the values that fields of events can have.
//!
//! A [`Term`] has a name (as logs and policies write it) and a code (its index in the list), so the policy language treats all
//! enumerations alike.

/// A term of a closed list: an enum whose values have names, as logs, policies and JSON write them.
///
/// # Examples
/// ```
/// use risk_core::{Audience, Term};
///
/// assert_eq!(Audience::parse("responsible_officer"), Some(Audience::ResponsibleOfficer));
/// assert_eq!(Audience::ResponsibleOfficer.name(), "responsible_officer");
/// assert_eq!(Audience::names().len(), Audience::all().len());
/// ```
pub trait Term: Copy + Eq + Ord + Sized + 'static {
    /// The name of the list, for messages.
    const LIST: &'static str;
    /// The name of every term, in order of code.
    fn names() -> &'static [&'static str];
    /// Every term, in order of code.
    fn all() -> &'static [Self];
    /// The name of the term.
    fn name(self) -> &'static str;
    /// The term with this name.
    fn parse(name: &str) -> Option<Self>;
    /// The index of the term in its list, from 0.
    fn code(self) -> u32;
}

/// Implements the JSON Schema of a list of terms.
#[cfg(feature = "schema")]
#[doc(hidden)]
#[macro_export]
macro_rules! schema_of_words {
    ($name:ident) => {
        impl $crate::schemars::JsonSchema for $name {
            fn schema_name() -> std::borrow::Cow<'static, str> {
                stringify!($name).into()
            }
            fn json_schema(_: &mut $crate::schemars::SchemaGenerator) -> $crate::schemars::Schema {
                $crate::schemars::json_schema!({ "type": "string", "enum": <Self as $crate::event::vocabulary::Term>::names() })
            }
        }
    };
}

/// Without the feature `schema`: nothing.
#[cfg(not(feature = "schema"))]
#[doc(hidden)]
#[macro_export]
macro_rules! schema_of_words {
    ($name:ident) => {};
}

/// Defines closed lists of terms. For the crates of this workspace only.
#[doc(hidden)]
#[macro_export]
macro_rules! vocabulary {
    ($( $(#[$meta:meta])* $name:ident { $($(#[$vmeta:meta])* $variant:ident),+ $(,)? } )+) => { $(
        $(#[$meta])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash,
                 strum::VariantNames, strum::EnumString, strum::IntoStaticStr, strum::VariantArray)]
        #[strum(serialize_all = "snake_case")]
        #[allow(missing_docs, reason = "each name is a term of the field; the comment of the list gives the context")]
        pub enum $name { $($(#[$vmeta])* $variant),+ }

        impl $crate::event::vocabulary::Term for $name {
            const LIST: &'static str = stringify!($name);
            fn names() -> &'static [&'static str] { <Self as strum::VariantNames>::VARIANTS }
            fn all() -> &'static [Self] { <Self as strum::VariantArray>::VARIANTS }
            fn name(self) -> &'static str { self.into() }
            fn parse(name: &str) -> Option<Self> { name.parse().ok() }
            fn code(self) -> u32 { self as u32 }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result { f.write_str($crate::event::vocabulary::Term::name(*self)) }
        }

        $crate::schema_of_words! { $name }

        impl serde::Serialize for $name {
            fn serialize<S: serde::Serializer>(&self, s: S) -> Result<S::Ok, S::Error> { s.serialize_str($crate::event::vocabulary::Term::name(*self)) }
        }
    )+ };
}
pub(crate) use vocabulary;

vocabulary! {
    /// Yes, no or unknown. Leaving a field out means unknown; unknown is never read as no.
    Tri { Yes, No, Unknown }
    /// Risk of serious harm (OASys). Ordered; unknown is not low and takes part in no comparison.
    Level { Unknown, Low, Medium, High, VeryHigh }
    /// The groups at risk of harm (OASys).
    Group { Children, KnownAdult, Public, Staff, Prisoners }
    /// The setting in which there is a risk. Prisoners are at risk in custody only.
    Setting { Community, Custody }
    /// Handling marks, from open to closed.
    Handling { Ordinary, Staff, ThirdParty, PartnerConfidential, Restricted }
    /// The sentence under which the person is supervised.
    SentenceType { CommunityOrder, SuspendedSentenceOrder, Licence, PostSentenceSupervision }
    /// Sex as recorded on the case; decides eligibility for some programmes only.
    Sex { Male, Female, Other, Unknown }
    /// An offence, coarsely; the host keeps the statute.
    Offence {
        Assault, SeriousAssault, Strangulation, SexualOffence, StalkingOrHarassment, CoerciveControl, ThreatsToKill,
        PublicOrder, RaciallyAggravated, CriminalDamage, Arson, Weapons, BreachOfOrder, ChildCruelty, Robbery, Burglary, Theft,
        Fraud, Drugs, Motoring, Homicide, Other, Unknown
    }
    /// Who supervises: the structure of 2014-2021, and the single service after it.
    Provider { Nps, Crc, ProbationService }
    /// Probation services officer or probation officer.
    Grade { Pso, Po }
    /// How complex the allocation held the case to be.
    Complexity { Standard, Complex, Unknown }
    /// Where a return or an escalation goes.
    EscalationTo { Nps, SeniorManager, Other }
    /// Who decided on it.
    EscalationDecider { OwnManager, Nps }
    /// What was decided.
    EscalationOutcome { Accepted, Refused }
    /// Why (as recorded; a refusal is shown with it).
    EscalationReason { NoConviction, ThresholdNotMet, NotNewInformation, Capacity, RiskRecognised, Other }
    /// Why supervision ended.
    EndReason { Completed, Revoked, Recalled, Transferred, Died, Other }
    /// In which role domestic abuse concerns the person.
    AbuseRole { Perpetrator, Victim, History }
    /// The evidence of domestic abuse; a conviction is not needed. A registration is what a register of the case-management system says.
    AbuseEvidence { Conviction, Charge, Allegation, CallOut, Disclosure, Registration }
    /// The group of a person named in the log.
    PersonGroup { KnownAdult, Child, Public, Staff, Prisoner }
    /// The relation of a person to the supervised person.
    Relation { Partner, ExPartner, Child, StepChild, Family, Other }
    /// What changed about contact with a child.
    ContactChange { Sought, Started, Restricted, Ended }
    /// Who set it.
    ContactSetBy { Court, ChildrensSocialCare, Agreement, Unknown }
    /// A circumstance linked with risk.
    RiskFactor { Alcohol, Drugs, MentalHealth, Employment, Accommodation, Trauma }
    /// The state of a risk factor.
    FactorState { Present, Worse, Better, Absent }
    /// What the police did.
    CallOutOutcome { NoFurtherAction, Arrest, Charge, Unknown }
    /// Conduct and concerns, one list.
    Concern {
        PhysicalViolence, Strangulation, SexualViolence, ThreatToKill, Weapon, Stalking, Harassment, CoerciveControl,
        EconomicAbuse, EmotionalAbuse, IntimateImages, HonourBased, ForcedMarriage, Neglect, CriminalDamage,
        AttitudesToWomen, IntentionToTakeChildren, WantsReconciliation, Denial, Relapse, SuicideThreat, SelfHarm,
        VeryFrightened, SeparationPlanned, Other
    }
    /// The person who disclosed a concern.
    DisclosedBy {
        SupervisedPerson, Facilitator, Family, Child, Neighbour, Police, ChildrensSocialCare, PartnerAgency, Practitioner
    }
    /// The source that an account, an excuse or an order was checked with.
    CheckedWith {
        Police, VictimService, ChildrensSocialCare, Family, PartnerAgency, Employer, Health, Court, Records,
        SupervisedPerson, Other
    }
    /// The result of a check.
    CheckResult { Confirmed, Contradicted, Unresolved }
    /// Protective orders and conditions.
    OrderKind {
        Restraining, NonMolestation, Occupation, Dvpo, Dapo, StalkingProtection, ExclusionRequirement,
        NonContactLicenceCondition, BailCondition
    }
    /// What an order forbids.
    OrderCondition { NoContact, Exclusion, NonHarassment, Other }
    /// The party that was asked for information.
    InformationOf { Police, ChildrensSocialCare, Court, ProgrammeProvider, Marac, Other }
    /// The subject of a request for information.
    InformationAbout { DomesticAbuseCallOuts, ChildSafeguarding, AssessmentOutcome, Attendance, Other }
    /// The stage of the case at which information was requested.
    InformationStage { PreSentence, Initial, Ongoing }
    /// The content of a reply.
    InformationContent { NothingKnown, Known, Concern }
    /// The party that information was shared with.
    SharedWith { Police, ChildrensSocialCare, ResponsibleOfficer, PartnerLinkWorker, ProgrammesTeam, Marac, Other }
    /// Whether to share what a victim disclosed.
    SharingDecision { Share, DoNotShareYet }
    /// The status of a child with children's social care.
    SafeguardingStatus { UnderAssessment, ChildInNeed, ChildProtectionPlan, LookedAfter, Closed }
    /// An agency that decides.
    Agency { Police, ChildrensSocialCare, Nps, Court, Marac, Health, Other }
    /// The decision of an agency.
    AgencyDecision { CaseClosed, NoFurtherAction, RatedLow, ReferralRefused, Accepted, Other }
    /// A meeting of several agencies.
    Meeting { ChildProtection, CoreGroup, Marac, Mappa, Iom, Daily }
    /// The stage at which an assessment was made.
    AssessmentStage { Court, Initial, Review }
    /// The tool of an assessment.
    AssessmentTool { Oasys, LocalTool, Other }
    /// Levels of the SARA ratings.
    SaraRating { Low, Medium, High }
    /// What a risk management plan covers.
    PlanCover { Victims, Children, VictimsViews, ProtectiveOrders, PartnerWork, Contingency }
    /// A manager's decision.
    OversightDecision { Agrees, Disagrees, Instructs, Noted }
    /// The role in which a person acted.
    Role {
        ResponsibleOfficer, Manager, PartnerLinkWorker, ProgrammesTeam, CourtTeam, CaseAdministrator, Police,
        ChildrensSocialCare, Other
    }
    /// The agency that a record comes from.
    SourceAgency {
        Probation, Police, ChildrensSocialCare, Court, Prison, Health, ProgrammeProvider, VictimService, Marac,
        SupervisedPerson, Family, Public, Other
    }
    /// Why an absence was excused.
    ExcuseReason { Employment, Childcare, Health, Other }
    /// A requirement of a sentence.
    Requirement {
        Bbr, Rar, UnpaidWork, AlcoholTreatment, DrugRehabilitation, MentalHealthTreatment, Tsp, Curfew, Exclusion, Other
    }
    /// Why a requirement was imposed, completed or removed.
    RequirementReason { Sentence, Completed, NotEligible, Unworkable, Employment, Childcare, Health, Other }
    /// A programme or intervention.
    Programme { Bbr, BuildingChoices, HealthyRelationships, DomesticAbuseRar, Tsp, Other }
    /// Whether the person may take part.
    Suitability { Suitable, NotSuitable, NotEligible }
    /// Why a programme was deferred, missed or left.
    ProgrammeReason {
        Employment, Childcare, Health, NoPlace, GroupCancelled, Attitude, Breach, Custody, NotEligible, Other
    }
    /// Whether the victim takes up support.
    SupportDecision { Accepted, Declined }
    /// A step of enforcement.
    EnforcementStep { Warning, Breach, Recall }
    /// nDelius registers that rules concern.
    Register {
        DomesticAbusePerpetrator, DomesticAbuseVictim, DomesticAbuseHistory, Marac, RestrainingOrder, ChildConcerns,
        ChildProtection, Plw, RiskOfSeriousHarm, RiskToChildren, RiskToKnownAdult, StalkingProtectionOrder, Mappa, Iom,
        Other
    }
    /// A decision about an action.
    ActionDecision { WillDo, NotNeeded, DoneElsewhere, Deferred }
    /// The reason of a decision about an action.
    DecisionReason {
        AlreadyDone, NotApplicable, DuplicateRecord, WouldEndangerVictim, VictimDeclined, PersonInCustody, PersonDied,
        AwaitingInformation, AwaitingPlace, LedByOtherAgency, Other
    }
    /// Why a record was corrected, withdrawn, disputed or erased.
    CorrectionReason { EnteredInError, WrongPerson, WrongDate, WrongValue, Duplicate, LegalErasure, AccuracyContested, Other }
    /// The kinds of action that can be required.
    ActionKind {
        ReviewRisk, UpdateRiskManagementPlan, PlanSafetyOfVictimsAndChildren, CompleteSentencePlan, CompleteSara,
        ValidateCourtAssessment, ChallengeLowChildRisk, CountersignLowerLevel, ManagementOversight, ReviewAllocation,
        EstablishCaseFacts, IdentifyChildren, VerifyAccount, RequestPoliceInformation, RequestSafeguardingInformation,
        ChaseInformation, EscalateUnansweredRequest, ObtainProviderProgress, DecideSharing, ShareWithResponsibleOfficer,
        ShareWithPolice, ShareWithChildrensSocialCare, ShareWithPlw, ChallengeAgencyDecision, RequestPolicePropertyFlag,
        HomeVisit, EstablishAddress, MonitorProtectiveOrder, ExplorePossibleBreach, ConsiderProtectiveMeasures,
        ReviewAfterOrderExpiry, EstablishMaracInvolvement, ConsiderMaracReferral, ObtainMaracNotes, ReferToIdva,
        ConsiderDvdsReferral, ArrangeVictimSupport, OfferSupportAsVictim, ReturnToNps, EscalateToNps, ReferToProgramme,
        StartProgramme, FindAlternativeIntervention, ReferToPlw, PlwContactVictim, ObtainEvidenceForAbsence,
        ReviewProgrammeWithdrawal, MaintainContact, ConsiderEnforcement, LocatePerson, ProposeLicenceConditions,
        RecordFlag, ReviewFlag, ReadUnrecognisedRecord
    }
    /// The audience of an answer. The policy defines what each audience may see.
    ///
    /// The enum is exhaustive on purpose: what a new audience may see has to be decided, never defaulted.
    ///
    /// # Examples
    /// ```
    /// use risk_core::{Audience, Log, Policy, Question, assess};
    /// # let text = |name: &str| std::fs::read_to_string(format!("examples/{name}"));
    /// # let policy = Policy::load(&[("policy.toml", &text("policy.toml")?)])?;
    /// # let log = Log::parse("case.jsonl", &text("case.jsonl")?)?;
    ///
    /// // The example policy defines one audience. No other audience gets an answer.
    /// let moment = "2018-03-10T12:00:00Z".parse()?;
    /// assert!(assess(&log, &policy, &Question::at(moment, Audience::ResponsibleOfficer)).is_ok());
    /// assert!(assess(&log, &policy, &Question::at(moment, Audience::SupervisedPerson)).is_err());
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    Audience {
        ResponsibleOfficer, PartnerLinkWorker, ProgrammesTeam, Manager, Inspector, Analyst, PartnerAgency,
        SupervisedPerson
    }
}
