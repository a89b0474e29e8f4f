//! The event catalogue: every kind of event, with its fields, its nature and its default handling mark.
//!
//! One table defines it all: a type for each kind, the decoder, the encoder, the JSON Schema, the fields that rules can read and the
//! generators of the tests.

use chrono::{DateTime, NaiveDate, Utc};
use serde_json::{Map, Value};
use uuid::Uuid;

use super::field::{
    Bounded, FieldType, FieldValue, IncidentId, Levels, OrderId, PersonId, ProgrammeId, ProviderId, Replacement,
    RequestId, RuleId, SentenceId, Shape, StaffId, SubjectId, describe_text, one_of,
};
use super::vocabulary::{
    AbuseEvidence, AbuseRole, ActionDecision, ActionKind, Agency, AgencyDecision, AssessmentStage, AssessmentTool,
    CallOutOutcome, CheckResult, CheckedWith, Complexity, Concern, ContactChange, ContactSetBy, CorrectionReason,
    DecisionReason, DisclosedBy, EndReason, EnforcementStep, EscalationDecider, EscalationOutcome, EscalationReason,
    EscalationTo, ExcuseReason, FactorState, Grade, Handling, InformationAbout, InformationContent, InformationOf,
    InformationStage, Level, Meeting, Offence, OrderCondition, OrderKind, OversightDecision, PersonGroup, PlanCover,
    Programme, ProgrammeReason, Provider, Register, Relation, Requirement, RequirementReason, RiskFactor, Role,
    SafeguardingStatus, SaraRating, SentenceType, Sex, SharedWith, SharingDecision, Suitability, SupportDecision, Term,
    Tri, vocabulary,
};

vocabulary! {
    /// The nature of a kind of event. It decides how such an event can answer a reason.
    Nature {
        /// Something that happened, or that the service learnt.
        Information,
        /// A report of an incident. Several reports can be about the same incident.
        Incident,
        /// Something done. It answers reasons that had happened by then.
        Act,
        /// Something decided. It answers reasons that were known by then, or that it names.
        Decision,
        /// A statement about another record, or about the log itself.
        Housekeeping,
    }
}

/// One field of a kind.
#[derive(Debug, Clone, Copy)]
pub struct FieldSpec {
    /// The field.
    pub field: Field,
    /// Its name in `data`.
    pub name: &'static str,
    /// The form of its values.
    pub shape: fn() -> Shape,
    /// Whether leaving it out is an error.
    pub required: bool,
}

/// One kind of the catalogue.
#[derive(Debug, Clone, Copy)]
pub struct KindSpec {
    /// Its name.
    pub name: &'static str,
    /// What it says.
    pub doc: &'static str,
    /// How such an event can answer reasons.
    pub nature: Nature,
    /// The default handling mark; a record may be stricter.
    pub handling: Handling,
    /// Its fields.
    pub fields: &'static [FieldSpec],
}

/// An error in the data of an event.
///
/// # Examples
/// ```
/// use risk_core::{Event, Kind};
///
/// let data = serde_json::json!({ "outcome": "none" });
/// let error = Event::decode(Kind::PoliceCallOut, data.as_object().unwrap()).unwrap_err();
/// assert_eq!(error.field, "data.outcome");
/// assert_eq!(error.found, "`none`");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("field `{field}`: expected {expected}, found {found}")]
pub struct DataError {
    /// The field, as a path from the top of the record, such as `data.outcome`.
    pub field: String,
    /// What the catalogue requires.
    pub expected: String,
    /// What was found.
    pub found: String,
}

fn read<T: FieldType>(data: &Map<String, Value>, name: &str) -> Result<T, DataError> {
    let field = || format!("data.{name}");
    let Some(value) = data.get(name) else {
        return T::absent().ok_or_else(|| DataError {
            field: field(),
            expected: T::shape().to_string(),
            found: "nothing".to_owned(),
        });
    };
    T::decode(value).map_err(|m| DataError { field: field(), expected: m.expected, found: m.found })
}

fn refuse_unknown_fields(spec: &KindSpec, data: &Map<String, Value>) -> Result<(), DataError> {
    let names: Vec<&str> = spec.fields.iter().map(|f| f.name).collect();
    match data.keys().find(|k| !names.contains(&k.as_str())) {
        None => Ok(()),
        Some(k) => Err(DataError {
            field: if describe_text(k).starts_with('`') { format!("data.{k}") } else { "data".to_owned() },
            expected: if names.is_empty() {
                format!("no fields in the data of {}", spec.name)
            } else {
                format!("only the fields of {}: {}", spec.name, one_of(&names, k))
            },
            found: format!("the field {}", describe_text(k)),
        }),
    }
}

macro_rules! field_names {
    ($( $name:ident: $field:ident ),+ $(,)?) => {
        vocabulary! {
            /// A field of an event's data, or of a timer event. Kinds share a field of one name.
            Field { $( $field ),+ }
        }

        /// The fields by the names that the catalogue uses: a name that is not in the list does not compile.
        #[allow(non_upper_case_globals, reason = "the names of fields as records have them")]
        #[allow(dead_code, reason = "some are fields of timer events only")]
        mod fields {
            $( pub(super) const $name: super::Field = super::Field::$field; )+
        }
    };
}

field_names! {
    about: About, acceptable: Acceptable, action: Action, address_known: AddressKnown, agency: Agency,
    agrees_to_sharing: AgreesToSharing, answers: Answers, approved: Approved, assessor: Assessor, attended: Attended,
    attending: Attending, by: By, category: Category, child_injured: ChildInjured, children_complete: ChildrenComplete,
    children_in_household: ChildrenInHousehold, children_present: ChildrenPresent, complexity: Complexity, compliant:
    Compliant, concern: Concern, concerns: Concerns, conditions: Conditions, conduct: Conduct, confirmed: Confirmed,
    considers: Considers, contact: Contact, content: Content, covers: Covers, custody_levels: CustodyLevels, days: Days,
    decided_by: DecidedBy, decision: Decision, domestic_abuse: DomesticAbuse, ends_on: EndsOn, event_id: EventId,
    evidence: Evidence, evidence_seen: EvidenceSeen, expires_on: ExpiresOn, factor: Factor, from: From, given: Given,
    grade: Grade, group: Group, high_by_judgement: HighByJudgement, in_household: InHousehold, in_response_to:
    InResponseTo, incident: Incident, index_offence: IndexOffence, index_offence_is_domestic_abuse:
    IndexOffenceIsDomesticAbuse, kinds: Kinds, level: Level, levels: Levels, linked_to_domestic_abuse:
    LinkedToDomesticAbuse, meeting: Meeting, notes_obtained: NotesObtained, of: Of, offence: Offence, on_bail: OnBail,
    order: Order, order_id: OrderId, outcome: Outcome, person: Person, person_involved: PersonInvolved, persons:
    Persons, police_informed: PoliceInformed, priority: Priority, programme: Programme, programme_id: ProgrammeId,
    protective: Protective, protects: Protects, provider: Provider, raised_risk: RaisedRisk, reason: Reason,
    reason_recorded: ReasonRecorded, reasons: Reasons, register: Register, relation: Relation, release_on: ReleaseOn,
    replacement: Replacement, request_id: RequestId, requirement: Requirement, result: Result, risk_to_others:
    RiskToOthers, risk_to_partner: RiskToPartner, role: Role, rule: Rule, safe_to_raise: SafeToRaise, sentence_id:
    SentenceId, sentence_type: SentenceType, serious_injury: SeriousInjury, set_by: SetBy, sex: Sex, signed: Signed,
    stage: Stage, state: State, status: Status, step: Step, sufficient: Sufficient, to: To, tool: Tool, until: Until,
    victim: Victim, victim_is_child: VictimIsChild, victims: Victims, with: With, with_bail: WithBail, with_person:
    WithPerson, yes_answers: YesAnswers
}

macro_rules! catalogue {
    ($( #[doc = $doc:literal] $kind:ident($handling:ident, $nature:ident) { $( $field:ident : $ty:ty ),* $(,)? } )+) => {
        vocabulary! {
            /// The type of an event, such as `police_call_out`.
            ///
            /// The enum is exhaustive on purpose: what the engine and its bindings do with a new kind has to be decided in each
            /// place. The names are a published contract.
            ///
            /// # Examples
            /// ```
            /// use risk_core::{Kind, Term};
            ///
            /// assert_eq!(Kind::PoliceCallOut.name(), "police_call_out");
            /// assert_eq!(Kind::parse("risk_assessed"), Some(Kind::RiskAssessed));
            /// ```
            Kind { $( #[doc = $doc] $kind ),+ }
        }

        $(
            #[doc = $doc]
            #[derive(Debug, Clone, PartialEq, Eq)]
            #[allow(missing_docs, reason = "fields carry the field's own terms")]
            pub struct $kind { $( pub $field: $ty ),* }
        )+

        /// An event: a kind and its data.
        ///
        /// Users read and write the data as JSON, with [`Event::decode`] and [`Event::encode`]. `risk schema` prints the fields of
        /// each kind.
        ///
        /// # Examples
        /// ```
        /// use risk_core::{Event, Kind};
        ///
        /// let data = serde_json::json!({ "outcome": "arrest" });
        /// let event = Event::decode(Kind::PoliceCallOut, data.as_object().unwrap())?;
        /// assert_eq!(event.kind(), Kind::PoliceCallOut);
        ///
        /// // An omitted field of yes, no or unknown means unknown. Unknown is never read as no.
        /// assert_eq!(event.encode()["children_present"], "unknown");
        /// # Ok::<(), Box<dyn std::error::Error>>(())
        /// ```
        #[derive(Debug, Clone, PartialEq, Eq)]
        #[allow(missing_docs, reason = "each variant's struct carries the comment")]
        #[allow(clippy::large_enum_variant, reason = "most variants are small and events are kept in one list")]
        pub enum Event { $( #[doc(hidden)] $kind($kind) ),+ }

        impl Kind {
            /// The catalogue's entry for the kind.
            #[doc(hidden)]
            #[must_use]
            pub fn spec(self) -> &'static KindSpec {
                match self { $( Self::$kind => {
                    const SPEC: KindSpec = KindSpec {
                        name: "", doc: $doc, nature: Nature::$nature, handling: Handling::$handling, fields: &[],
                    };
                    static FIELDS: std::sync::LazyLock<Vec<FieldSpec>> = std::sync::LazyLock::new(|| vec![ $( FieldSpec {
                        field: fields::$field,
                        name: stringify!($field),
                        shape: <$ty as FieldType>::shape,
                        required: <$ty as FieldType>::absent().is_none(),
                    } ),* ]);
                    static FULL: std::sync::LazyLock<KindSpec> = std::sync::LazyLock::new(|| KindSpec {
                        name: Kind::$kind.name(), fields: &FIELDS, ..SPEC
                    });
                    &FULL
                } )+ }
            }
        }

        impl Event {
            /// The kind of the event.
            #[must_use]
            pub fn kind(&self) -> Kind {
                match self { $( Self::$kind(_) => Kind::$kind ),+ }
            }

            /// Reads `data` as an event of that kind.
            ///
            /// # Errors
            /// [`DataError`] if a field is missing, unknown or of the wrong type.
            pub fn decode(kind: Kind, data: &Map<String, Value>) -> Result<Self, DataError> {
                refuse_unknown_fields(kind.spec(), data)?;
                match kind { $( Kind::$kind => Ok(Self::$kind($kind { $( $field: read(data, stringify!($field))? ),* })) ),+ }
            }

            /// The data as JSON. Fields whose value is the same as an omitted one are omitted.
            #[must_use]
            pub fn encode(&self) -> Map<String, Value> {
                #[allow(unused_mut, reason = "kinds without fields")]
                let mut map = Map::new();
                match self { $( Self::$kind(_data) => { $(
                    if let Some(v) = _data.$field.encode() { map.insert(stringify!($field).to_owned(), v); }
                )* } ),+ }
                map
            }

            /// The value of a field; `None` if the kind has no such field.
            #[doc(hidden)]
            #[must_use]
            pub fn get(&self, field: Field) -> Option<FieldValue<'_>> {
                match self { $( Self::$kind(_data) => {
                    $( if field == fields::$field { return Some(_data.$field.reading()); } )*
                    None
                } ),+ }
            }
        }
    };
}

catalogue! {
    #[doc = "records of these kinds are complete from that date; before it absence is unknown, not omission"]
    HistoryLoaded(Staff, Housekeeping) { from: NaiveDate, kinds: Vec<Kind> }

    #[doc = "a court ordered a pre-sentence report"]
    PreSentenceReportRequested(Ordinary, Information) { sentence_id: Option<SentenceId>, sentence_type: Option<SentenceType>,
        index_offence: Offence, index_offence_is_domestic_abuse: Tri, sex: Sex }
    #[doc = "a sentence or a period of supervision began"]
    SupervisionStarted(Ordinary, Information) { sentence_id: SentenceId, sentence_type: SentenceType,
        ends_on: Option<NaiveDate>, index_offence: Offence, index_offence_is_domestic_abuse: Tri, sex: Sex }
    #[doc = "the case was allocated"]
    CaseAllocated(Staff, Information) { provider: Provider, grade: Option<Grade>, complexity: Complexity }
    #[doc = "the case moved to another provider or officer"]
    CaseTransferred(Staff, Information) { provider: Provider, grade: Option<Grade>, complexity: Complexity }
    #[doc = "the person attended the first appointment"]
    InitialAppointmentAttended(Ordinary, Information) { person_involved: Tri }
    #[doc = "the sentence plan was completed"]
    SentencePlanCompleted(Ordinary, Decision) { person_involved: Tri, answers: Vec<Uuid> }
    #[doc = "how often the person is to be seen was set"]
    ContactFrequencySet(Ordinary, Decision) { days: Bounded<1, 365>, person_involved: Tri, answers: Vec<Uuid> }
    #[doc = "the person went into custody"]
    CustodyEntered(Ordinary, Information) { address_known: Tri }
    #[doc = "a date of release was set"]
    ReleasePlanned(Ordinary, Information) { release_on: NaiveDate, address_known: Tri }
    #[doc = "the person was released"]
    ReleasedFromCustody(Ordinary, Information) { address_known: Tri }
    #[doc = "the person was let out of prison for a time (temporary absence, home leave), and is to return"]
    TemporaryReleaseStarted(Ordinary, Information) { with_person: Option<PersonId> }
    #[doc = "the person is back in prison from a temporary release"]
    TemporaryReleaseEnded(Ordinary, Information) {}
    #[doc = "bail conditions ended"]
    BailConditionsLifted(Ordinary, Information) { protective: Tri, protects: Vec<PersonId> }
    #[doc = "it is known where the person lives (the address itself is never stored)"]
    AddressEstablished(Ordinary, Act) { with_person: Option<PersonId>, approved: Tri, answers: Vec<Uuid> }
    #[doc = "the person moved"]
    AddressChanged(Ordinary, Information) { with_person: Option<PersonId>, approved: Tri }
    #[doc = "the provider asked for the case to be taken back, straight after allocation"]
    CaseReturnRequested(Staff, Act) { to: EscalationTo, answers: Vec<Uuid> }
    #[doc = "the provider escalated the case, because risk is rising"]
    CaseEscalated(Staff, Act) { to: EscalationTo, answers: Vec<Uuid> }
    #[doc = "a return or an escalation was accepted or refused"]
    EscalationDecided(Staff, Decision) { to: EscalationTo, decided_by: EscalationDecider, outcome: EscalationOutcome,
        reason: Option<EscalationReason>, answers: Vec<Uuid> }
    #[doc = "a sentence or a period of supervision ended"]
    SupervisionEnded(Ordinary, Information) { sentence_id: SentenceId, reason: EndReason }
    #[doc = "the person under supervision died; it ends every sentence"]
    PersonDied(Ordinary, Information) {}

    #[doc = "domestic abuse was identified; a conviction is not needed"]
    DomesticAbuseIdentified(Staff, Information) { role: AbuseRole, evidence: AbuseEvidence }
    #[doc = "somebody who matters to the case is known"]
    PersonIdentified(Staff, Act) { person: PersonId, group: PersonGroup, relation: Relation, victim: Tri,
        in_household: Tri, answers: Vec<Uuid> }
    #[doc = "a new relationship began"]
    RelationshipStarted(Staff, Information) { person: PersonId, children_in_household: Tri }
    #[doc = "a relationship ended"]
    RelationshipEnded(Staff, Information) { person: PersonId }
    #[doc = "they began to live together"]
    CohabitationStarted(Staff, Information) { person: PersonId, confirmed: Tri }
    #[doc = "they stopped living together"]
    CohabitationEnded(Staff, Information) { person: PersonId }
    #[doc = "a pregnancy was reported"]
    PregnancyReported(Staff, Information) { person: PersonId }
    #[doc = "contact with somebody was disclosed or seen"]
    ContactReported(Staff, Information) { person: PersonId, confirmed: Tri }
    #[doc = "who lives in the household"]
    HouseholdRecorded(Staff, Act) { persons: Vec<PersonId>, children_complete: Tri, answers: Vec<Uuid> }
    #[doc = "contact with a child changed"]
    ChildContactChanged(Staff, Information) { person: Option<PersonId>, contact: ContactChange, set_by: ContactSetBy,
        reason_recorded: Tri }
    #[doc = "a circumstance linked with risk changed"]
    RiskFactorChanged(Staff, Information) { factor: RiskFactor, state: FactorState, linked_to_domestic_abuse: Tri }

    #[doc = "the police were called out"]
    PoliceCallOut(ThirdParty, Incident) { incident: Option<IncidentId>, persons: Vec<PersonId>, children_present: Tri,
        outcome: CallOutOutcome }
    #[doc = "an incident was reported"]
    IncidentReported(ThirdParty, Incident) { incident: Option<IncidentId>, conduct: Vec<Concern>, victims: Vec<PersonId>,
        children_present: Tri, child_injured: Tri, serious_injury: Tri, police_informed: Tri }
    #[doc = "the person was charged"]
    Charged(Ordinary, Incident) { incident: Option<IncidentId>, offence: Offence, victims: Vec<PersonId>,
        victim_is_child: Tri, on_bail: Tri }
    #[doc = "the person was convicted"]
    Convicted(Ordinary, Information) { offence: Offence, victims: Vec<PersonId>, victim_is_child: Tri, on_bail: Tri }
    #[doc = "somebody told of a concern"]
    ConcernDisclosed(Staff, Incident) { incident: Option<IncidentId>, by: DisclosedBy, person: Option<PersonId>,
        concerns: Vec<Concern> }
    #[doc = "the Partner Link Worker reported what a victim or partner told, or what the worker learnt"]
    PlwDisclosure(PartnerConfidential, Incident) { incident: Option<IncidentId>, person: PersonId, concerns: Vec<Concern>,
        raised_risk: Tri, agrees_to_sharing: Tri, safe_to_raise: Tri }
    #[doc = "the person's own account was checked"]
    AccountChecked(Staff, Act) { event_id: Option<Uuid>, with: CheckedWith, result: CheckResult, answers: Vec<Uuid> }
    #[doc = "nobody knows where the person is"]
    WhereaboutsUnknown(Staff, Information) { with_bail: Tri }
    #[doc = "the person was found"]
    PersonLocated(Staff, Act) { with_bail: Tri, answers: Vec<Uuid> }
    #[doc = "a warrant was issued"]
    WarrantIssued(Staff, Information) { with_bail: Tri }

    #[doc = "a protective order or condition was made"]
    ProtectiveOrderMade(Ordinary, Information) { order_id: OrderId, order: OrderKind, protects: Vec<PersonId>,
        conditions: Vec<OrderCondition>, expires_on: Option<NaiveDate> }
    #[doc = "a protective order was varied; what is left out stays as it was"]
    ProtectiveOrderVaried(Ordinary, Information) { order_id: OrderId, protects: Option<Vec<PersonId>>,
        conditions: Option<Vec<OrderCondition>>, expires_on: Option<NaiveDate> }
    #[doc = "a protective order was discharged"]
    ProtectiveOrderDischarged(Ordinary, Information) { order_id: OrderId }
    #[doc = "compliance with a protective order was checked"]
    ProtectiveOrderChecked(ThirdParty, Act) { order_id: OrderId, with: CheckedWith, compliant: Tri, answers: Vec<Uuid> }
    #[doc = "a protective order was breached, or may have been"]
    ProtectiveOrderBreached(ThirdParty, Incident) { incident: Option<IncidentId>, order_id: OrderId, confirmed: Tri }

    #[doc = "information was asked for"]
    InformationRequested(Staff, Act) { request_id: RequestId, of: InformationOf, about: InformationAbout,
        stage: InformationStage, person: Option<PersonId>, answers: Vec<Uuid> }
    #[doc = "a request was chased"]
    InformationChased(Staff, Act) { request_id: RequestId, answers: Vec<Uuid> }
    #[doc = "a reply came"]
    InformationReceived(ThirdParty, Information) { request_id: RequestId, content: InformationContent }
    #[doc = "an unanswered request was escalated"]
    UnansweredRequestEscalated(Staff, Act) { request_id: RequestId, answers: Vec<Uuid> }
    #[doc = "information was shared"]
    InformationShared(Staff, Act) { about: Vec<SubjectId>, persons: Vec<PersonId>, with: SharedWith, answers: Vec<Uuid> }
    #[doc = "it was decided whether to share what somebody told"]
    SharingDecided(Staff, Decision) { in_response_to: Uuid, decision: SharingDecision, answers: Vec<Uuid> }
    #[doc = "a child was referred to children's social care"]
    ChildSafeguardingReferred(ThirdParty, Act) { person: Option<PersonId>, answers: Vec<Uuid> }
    #[doc = "how a child stands with children's social care changed"]
    ChildSafeguardingStatusChanged(ThirdParty, Information) { person: Option<PersonId>, status: SafeguardingStatus }
    #[doc = "another agency decided"]
    AgencyDecisionMade(ThirdParty, Information) { agency: Agency, decision: AgencyDecision }
    #[doc = "another agency's decision was challenged"]
    AgencyDecisionChallenged(ThirdParty, Act) { agency: Agency, decision: AgencyDecision, answers: Vec<Uuid> }
    #[doc = "a meeting of several agencies was held"]
    MultiAgencyMeeting(ThirdParty, Information) { meeting: Meeting, attended: Tri, notes_obtained: Tri }

    #[doc = "the police were asked to flag a property"]
    PolicePropertyFlagRequested(Staff, Act) { person: Option<PersonId>, answers: Vec<Uuid> }
    #[doc = "it was decided whether to refer to MARAC"]
    MaracConsidered(PartnerConfidential, Decision) { person: Option<PersonId>, answers: Vec<Uuid> }
    #[doc = "the case was referred to MARAC"]
    MaracReferred(PartnerConfidential, Act) { person: Option<PersonId>, answers: Vec<Uuid> }
    #[doc = "MARAC discussed the case, or the service learnt whether it did"]
    MaracDiscussed(PartnerConfidential, Act) { person: Option<PersonId>, notes_obtained: Tri, answers: Vec<Uuid> }
    #[doc = "a victim was referred to an Independent Domestic Violence Adviser"]
    IdvaReferred(PartnerConfidential, Act) { person: Option<PersonId>, answers: Vec<Uuid> }
    #[doc = "it was decided whether to use the Domestic Violence Disclosure Scheme"]
    DvdsConsidered(PartnerConfidential, Decision) { person: Option<PersonId>, answers: Vec<Uuid> }
    #[doc = "MAPPA category and level were set"]
    MappaSet(Staff, Decision) { person: Option<PersonId>, category: Option<Bounded<1, 4>>, level: Option<Bounded<1, 3>>, answers: Vec<Uuid> }
    #[doc = "Integrated Offender Management took the case on"]
    IomAdopted(Staff, Information) { person: Option<PersonId> }
    #[doc = "support for a victim was arranged"]
    VictimSupportArranged(PartnerConfidential, Act) { person: Option<PersonId>, answers: Vec<Uuid> }
    #[doc = "licence conditions that protect a victim were proposed"]
    LicenceConditionsProposed(Staff, Act) { person: Option<PersonId>, answers: Vec<Uuid> }

    #[doc = "an assessor classified the risk of serious harm"]
    RiskAssessed(Staff, Decision) { levels: Levels, custody_levels: Option<Levels>, stage: AssessmentStage, signed: Tri,
        tool: Option<AssessmentTool>, assessor: StaffId, person_involved: Tri, considers: Vec<Uuid> }
    #[doc = "a Spousal Assault Risk Assessment was completed"]
    SaraCompleted(Staff, Decision) { risk_to_partner: Option<SaraRating>, risk_to_others: Option<SaraRating>, answers: Vec<Uuid> }
    #[doc = "a DASH risk checklist was completed"]
    DashCompleted(PartnerConfidential, Decision) { yes_answers: Bounded<0, 40>, high_by_judgement: Tri, answers: Vec<Uuid> }
    #[doc = "the risk management plan was updated"]
    RiskManagementPlanUpdated(Staff, Decision) { covers: Vec<PlanCover>, answers: Vec<Uuid> }
    #[doc = "a manager looked at the case, or at one assessment"]
    ManagementOversightRecorded(Staff, Decision) { by: StaffId, decision: OversightDecision, role: Option<Role>,
        about: Option<Uuid>, answers: Vec<Uuid> }
    #[doc = "the quality of a piece of work was reviewed"]
    QualityReviewed(Staff, Decision) { event_id: Uuid, sufficient: Tri, by: StaffId }
    #[doc = "a home visit was made"]
    HomeVisitCompleted(Staff, Act) { concern: Tri, answers: Vec<Uuid> }
    #[doc = "a home visit was tried, and nobody was seen"]
    HomeVisitAttempted(Staff, Act) { concern: Tri, answers: Vec<Uuid> }

    #[doc = "the person attended"]
    AppointmentAttended(Ordinary, Information) { acceptable: Tri }
    #[doc = "the person did not attend"]
    AppointmentMissed(Ordinary, Information) { acceptable: Tri }
    #[doc = "an absence was excused"]
    AbsenceExcused(Ordinary, Information) { reason: ExcuseReason, evidence_seen: Tri, from: Option<ProgrammeId> }

    #[doc = "a court imposed a requirement"]
    RequirementImposed(Ordinary, Information) { sentence_id: SentenceId, requirement: Requirement, days: Option<Bounded<0, 1000>>,
        reason: Option<RequirementReason> }
    #[doc = "a requirement was completed"]
    RequirementCompleted(Ordinary, Information) { sentence_id: SentenceId, requirement: Requirement, days: Option<Bounded<0, 1000>>,
        reason: Option<RequirementReason> }
    #[doc = "the court was asked to remove a requirement"]
    RequirementRemovalSought(Ordinary, Information) { sentence_id: SentenceId, requirement: Requirement,
        days: Option<Bounded<0, 1000>>, reason: Option<RequirementReason> }
    #[doc = "a requirement was removed"]
    RequirementRemoved(Ordinary, Information) { sentence_id: SentenceId, requirement: Requirement, days: Option<Bounded<0, 1000>>,
        reason: Option<RequirementReason> }

    #[doc = "the person was referred to a programme"]
    ProgrammeReferred(Ordinary, Act) { programme_id: ProgrammeId, programme: Programme, reason: Option<ProgrammeReason>, answers: Vec<Uuid> }
    #[doc = "it was decided whether the person may take part"]
    ProgrammeSuitabilityDecided(Ordinary, Decision) { programme_id: ProgrammeId, programme: Programme, outcome: Suitability,
        reason: Option<ProgrammeReason>, answers: Vec<Uuid> }
    #[doc = "the person attended the induction"]
    ProgrammeInducted(Ordinary, Information) { programme_id: ProgrammeId, programme: Programme, reason: Option<ProgrammeReason> }
    #[doc = "the person attended the first session"]
    ProgrammeStarted(Ordinary, Information) { programme_id: ProgrammeId, programme: Programme, reason: Option<ProgrammeReason> }
    #[doc = "the start was put off"]
    ProgrammeDeferred(Ordinary, Information) { programme_id: ProgrammeId, programme: Programme, until: Option<NaiveDate>,
        reason: Option<ProgrammeReason> }
    #[doc = "a session was missed"]
    ProgrammeSessionMissed(Ordinary, Information) { programme_id: ProgrammeId, programme: Programme, reason: Option<ProgrammeReason> }
    #[doc = "the person attended the last session"]
    ProgrammeCompleted(Ordinary, Information) { programme_id: ProgrammeId, programme: Programme, reason: Option<ProgrammeReason> }
    #[doc = "the person left the programme"]
    ProgrammeWithdrawn(Ordinary, Information) { programme_id: ProgrammeId, programme: Programme, reason: Option<ProgrammeReason> }
    #[doc = "rehabilitation activity was delivered"]
    RarActivityDelivered(Ordinary, Information) { days: Bounded<0, 1000>, domestic_abuse: Tri, approved: Tri }
    #[doc = "a provider told of attendance or progress"]
    ProviderProgressReceived(Staff, Act) { provider: ProviderId, attending: Tri, answers: Vec<Uuid> }

    #[doc = "the victim was referred to the Partner Link Worker"]
    PlwReferred(PartnerConfidential, Act) { person: Option<PersonId>, answers: Vec<Uuid> }
    #[doc = "the person agreed, or not, that the Partner Link Worker contacts the victim"]
    ProgrammeConsentGiven(Ordinary, Information) { person: Option<PersonId>, given: Tri }
    #[doc = "the Partner Link Worker tried to reach the victim"]
    PlwContactAttempted(PartnerConfidential, Act) { person: Option<PersonId>, answers: Vec<Uuid> }
    #[doc = "the Partner Link Worker reached the victim"]
    PlwContactMade(PartnerConfidential, Act) { person: Option<PersonId>, answers: Vec<Uuid> }
    #[doc = "the victim took up support, or declined it without blame"]
    PlwSupportDecided(PartnerConfidential, Information) { person: Option<PersonId>, outcome: SupportDecision }

    #[doc = "enforcement began"]
    EnforcementStarted(Ordinary, Act) { step: EnforcementStep, answers: Vec<Uuid> }
    #[doc = "a register flag was set"]
    FlagRecorded(Staff, Act) { register: Register, level: Option<Level>, answers: Vec<Uuid> }
    #[doc = "a register flag was reviewed"]
    FlagReviewed(Staff, Act) { register: Register, level: Option<Level>, answers: Vec<Uuid> }
    #[doc = "a register flag was removed"]
    FlagRemoved(Staff, Information) { register: Register, level: Option<Level> }

    #[doc = "a person decided about an action"]
    ActionDecided(Staff, Decision) { action: ActionKind, about: Option<SubjectId>, reasons: Vec<Uuid>,
        decision: ActionDecision, until: Option<NaiveDate>, by: StaffId, role: Role, reason: DecisionReason }
    #[doc = "a person holds that a rule does not fit the case"]
    RuleDisputed(Staff, Housekeeping) { rule: RuleId, by: StaffId, reason: CorrectionReason }
    #[doc = "a new version of an earlier record came into force"]
    RecordCorrected(Staff, Housekeeping) { event_id: Uuid, replacement: Replacement, reason: CorrectionReason, by: StaffId }
    #[doc = "an earlier record was taken out"]
    RecordRetracted(Staff, Housekeeping) { event_id: Uuid, reason: CorrectionReason, by: StaffId }
    #[doc = "somebody contests an earlier record"]
    RecordDisputed(Staff, Housekeeping) { event_id: Uuid, reason: CorrectionReason, by: StaffId }
    #[doc = "an earlier record's payload was removed by law"]
    PayloadErased(Staff, Housekeeping) { event_id: Uuid, reason: CorrectionReason, by: StaffId }
}

impl Event {
    /// The least strict mark that a record of this event may carry: the kind's default, or stricter where a value says who
    /// spoke.
    #[doc(hidden)]
    #[must_use]
    pub fn least_handling(&self) -> Handling {
        let default = self.kind().spec().handling;
        match self {
            // What the person said himself, or staff saw, may be raised with him; what others told may not.
            Self::ConcernDisclosed(c) => match c.by {
                DisclosedBy::SupervisedPerson | DisclosedBy::Facilitator | DisclosedBy::Practitioner => default,
                DisclosedBy::Family
                | DisclosedBy::Child
                | DisclosedBy::Neighbour
                | DisclosedBy::Police
                | DisclosedBy::ChildrensSocialCare
                | DisclosedBy::PartnerAgency => Handling::ThirdParty,
            },
            Self::MultiAgencyMeeting(m) if m.meeting == Meeting::Marac => Handling::PartnerConfidential,
            Self::InformationRequested(r) if r.of == InformationOf::Marac => Handling::PartnerConfidential,
            Self::AgencyDecisionMade(AgencyDecisionMade { agency: Agency::Marac, .. })
            | Self::AgencyDecisionChallenged(AgencyDecisionChallenged { agency: Agency::Marac, .. }) => {
                Handling::PartnerConfidential
            }
            _ => default,
        }
    }

    /// The ids that the host gave in its fields, in the order of the fields; a list gives several.
    #[doc(hidden)]
    #[must_use]
    pub fn ids(&self) -> Vec<(Field, &str)> {
        let mut ids = Vec::new();
        let fields = self.kind().spec().fields.iter();
        for f in fields.filter(|f| matches!((f.shape)(), Shape::Id(_) | Shape::Ids(_))) {
            match self.get(f.field) {
                Some(FieldValue::Id(id)) => ids.push((f.field, id)),
                Some(FieldValue::Ids(several)) => ids.extend(several.into_iter().map(|id| (f.field, id))),
                _ => {}
            }
        }
        ids
    }

    /// The records that this event refers to, by `event_id`, with the name of the field. The event may not be less confidential than
    /// any of them.
    #[doc(hidden)]
    #[must_use]
    pub fn names(&self) -> Vec<(&'static str, Uuid)> {
        self.kind()
            .spec()
            .fields
            .iter()
            .filter(|f| matches!((f.shape)(), Shape::EventRef | Shape::EventRefs))
            .filter_map(|f| match self.get(f.field) {
                Some(FieldValue::Events(ids)) => Some(ids.into_iter().map(|id| (f.name, id)).collect::<Vec<_>>()),
                _ => None,
            })
            .flatten()
            .collect()
    }
}

impl std::fmt::Display for Shape {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Term { names, .. } => write!(f, "one of {}", names.join(", ")),
            Self::Terms { names, .. } => write!(f, "a list of {}", names.join(", ")),
            Self::Id(of) => write!(f, "the id of a {of}"),
            Self::Ids(of) => write!(f, "a list of {of} ids"),
            Self::EventRef => f.write_str("an event_id (a UUID)"),
            Self::EventRefs => f.write_str("a list of event ids (UUIDs)"),
            Self::Integer { min, max } => write!(f, "a whole number from {min} to {max}"),
            Self::Date => f.write_str("a date, YYYY-MM-DD"),
            Self::Instant => f.write_str("an instant in RFC 3339"),
            Self::Levels => f.write_str("an object of groups and levels"),
            Self::Replacement => f.write_str("an object with `data` and, if it changes, `occurred_at`"),
        }
    }
}

/// A moment in UTC. The engine stores microseconds.
///
/// # Examples
/// ```
/// use risk_core::Instant;
///
/// let moment: Instant = "2018-03-10T12:00:00Z".parse()?;
/// let local: Instant = "2018-07-10T13:00:00+01:00".parse()?;
/// assert_eq!(local.to_string(), "2018-07-10 12:00:00 UTC");
/// assert!(moment < local);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub type Instant = DateTime<Utc>;
