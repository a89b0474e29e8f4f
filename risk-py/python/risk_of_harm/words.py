"""The vocabularies of records and answers.

Generated from the engine's vocabulary by `cargo xtask docs`; do not edit.
"""

from enum import Enum


class ActionKind(str, Enum):
    """An action to take.

    >>> import risk_of_harm
    >>> risk_of_harm.ActionKind("review_risk")
    <ActionKind.REVIEW_RISK: 'review_risk'>
    """

    REVIEW_RISK = "review_risk"
    """Review risk."""
    UPDATE_RISK_MANAGEMENT_PLAN = "update_risk_management_plan"
    """Update risk management plan."""
    PLAN_SAFETY_OF_VICTIMS_AND_CHILDREN = "plan_safety_of_victims_and_children"
    """Plan safety of victims and children."""
    COMPLETE_SENTENCE_PLAN = "complete_sentence_plan"
    """Complete sentence plan."""
    COMPLETE_SARA = "complete_sara"
    """Complete SARA."""
    VALIDATE_COURT_ASSESSMENT = "validate_court_assessment"
    """Validate court assessment."""
    CHALLENGE_LOW_CHILD_RISK = "challenge_low_child_risk"
    """Challenge low child risk."""
    COUNTERSIGN_LOWER_LEVEL = "countersign_lower_level"
    """Countersign lower level."""
    MANAGEMENT_OVERSIGHT = "management_oversight"
    """Management oversight."""
    REVIEW_ALLOCATION = "review_allocation"
    """Review allocation."""
    ESTABLISH_CASE_FACTS = "establish_case_facts"
    """Establish case facts."""
    IDENTIFY_CHILDREN = "identify_children"
    """Identify children."""
    VERIFY_ACCOUNT = "verify_account"
    """Verify account."""
    REQUEST_POLICE_INFORMATION = "request_police_information"
    """Request police information."""
    REQUEST_SAFEGUARDING_INFORMATION = "request_safeguarding_information"
    """Request safeguarding information."""
    CHASE_INFORMATION = "chase_information"
    """Chase information."""
    ESCALATE_UNANSWERED_REQUEST = "escalate_unanswered_request"
    """Escalate unanswered request."""
    OBTAIN_PROVIDER_PROGRESS = "obtain_provider_progress"
    """Obtain provider progress."""
    DECIDE_SHARING = "decide_sharing"
    """Decide sharing."""
    SHARE_WITH_RESPONSIBLE_OFFICER = "share_with_responsible_officer"
    """Share with responsible officer."""
    SHARE_WITH_POLICE = "share_with_police"
    """Share with police."""
    SHARE_WITH_CHILDRENS_SOCIAL_CARE = "share_with_childrens_social_care"
    """Share with children's social care."""
    SHARE_WITH_PLW = "share_with_plw"
    """Share with PLW."""
    CHALLENGE_AGENCY_DECISION = "challenge_agency_decision"
    """Challenge agency decision."""
    REQUEST_POLICE_PROPERTY_FLAG = "request_police_property_flag"
    """Request police property flag."""
    HOME_VISIT = "home_visit"
    """Home visit."""
    ESTABLISH_ADDRESS = "establish_address"
    """Establish address."""
    MONITOR_PROTECTIVE_ORDER = "monitor_protective_order"
    """Monitor protective order."""
    EXPLORE_POSSIBLE_BREACH = "explore_possible_breach"
    """Explore possible breach."""
    CONSIDER_PROTECTIVE_MEASURES = "consider_protective_measures"
    """Consider protective measures."""
    REVIEW_AFTER_ORDER_EXPIRY = "review_after_order_expiry"
    """Review after order expiry."""
    ESTABLISH_MARAC_INVOLVEMENT = "establish_marac_involvement"
    """Establish MARAC involvement."""
    CONSIDER_MARAC_REFERRAL = "consider_marac_referral"
    """Consider MARAC referral."""
    OBTAIN_MARAC_NOTES = "obtain_marac_notes"
    """Obtain MARAC notes."""
    REFER_TO_IDVA = "refer_to_idva"
    """Refer to IDVA."""
    CONSIDER_DVDS_REFERRAL = "consider_dvds_referral"
    """Consider DVDS referral."""
    ARRANGE_VICTIM_SUPPORT = "arrange_victim_support"
    """Arrange victim support."""
    OFFER_SUPPORT_AS_VICTIM = "offer_support_as_victim"
    """Offer support as victim."""
    RETURN_TO_NPS = "return_to_nps"
    """Return to NPS."""
    ESCALATE_TO_NPS = "escalate_to_nps"
    """Escalate to NPS."""
    REFER_TO_PROGRAMME = "refer_to_programme"
    """Refer to programme."""
    START_PROGRAMME = "start_programme"
    """Start programme."""
    FIND_ALTERNATIVE_INTERVENTION = "find_alternative_intervention"
    """Find alternative intervention."""
    REFER_TO_PLW = "refer_to_plw"
    """Refer to PLW."""
    PLW_CONTACT_VICTIM = "plw_contact_victim"
    """PLW contact victim."""
    OBTAIN_EVIDENCE_FOR_ABSENCE = "obtain_evidence_for_absence"
    """Obtain evidence for absence."""
    REVIEW_PROGRAMME_WITHDRAWAL = "review_programme_withdrawal"
    """Review programme withdrawal."""
    MAINTAIN_CONTACT = "maintain_contact"
    """Maintain contact."""
    CONSIDER_ENFORCEMENT = "consider_enforcement"
    """Consider enforcement."""
    LOCATE_PERSON = "locate_person"
    """Locate person."""
    PROPOSE_LICENCE_CONDITIONS = "propose_licence_conditions"
    """Propose licence conditions."""
    RECORD_FLAG = "record_flag"
    """Record flag."""
    REVIEW_FLAG = "review_flag"
    """Review flag."""
    READ_UNRECOGNISED_RECORD = "read_unrecognised_record"
    """Read unrecognised record."""

    def __str__(self) -> str:
        return self.value


class Audience(str, Enum):
    """The audience of an answer.

    >>> import risk_of_harm
    >>> risk_of_harm.Audience("responsible_officer")
    <Audience.RESPONSIBLE_OFFICER: 'responsible_officer'>
    """

    RESPONSIBLE_OFFICER = "responsible_officer"
    """Responsible officer."""
    PARTNER_LINK_WORKER = "partner_link_worker"
    """Partner link worker."""
    PROGRAMMES_TEAM = "programmes_team"
    """Programmes team."""
    MANAGER = "manager"
    """Manager."""
    INSPECTOR = "inspector"
    """Inspector."""
    ANALYST = "analyst"
    """Analyst."""
    PARTNER_AGENCY = "partner_agency"
    """Partner agency."""
    SUPERVISED_PERSON = "supervised_person"
    """Supervised person."""

    def __str__(self) -> str:
        return self.value


class Group(str, Enum):
    """A group at risk.

    >>> import risk_of_harm
    >>> risk_of_harm.Group("children")
    <Group.CHILDREN: 'children'>
    """

    CHILDREN = "children"
    """Children."""
    KNOWN_ADULT = "known_adult"
    """Known adult."""
    PUBLIC = "public"
    """Public."""
    STAFF = "staff"
    """Staff."""
    PRISONERS = "prisoners"
    """Prisoners."""

    def __str__(self) -> str:
        return self.value


class GroupStatus(str, Enum):
    """The status of a group's classification.

    >>> import risk_of_harm
    >>> risk_of_harm.GroupStatus("not_assessed")
    <GroupStatus.NOT_ASSESSED: 'not_assessed'>
    """

    NOT_ASSESSED = "not_assessed"
    """Not assessed."""
    SETTLED = "settled"
    """Settled."""
    UNDER_REVIEW = "under_review"
    """Under review."""
    STALE = "stale"
    """Stale."""
    ASK_RESPONSIBLE_OFFICER = "ask_responsible_officer"
    """Ask responsible officer."""

    def __str__(self) -> str:
        return self.value


class Handling(str, Enum):
    """The handling mark of a record.

    >>> import risk_of_harm
    >>> risk_of_harm.Handling("ordinary")
    <Handling.ORDINARY: 'ordinary'>
    """

    ORDINARY = "ordinary"
    """Ordinary."""
    STAFF = "staff"
    """Staff."""
    THIRD_PARTY = "third_party"
    """Third party."""
    PARTNER_CONFIDENTIAL = "partner_confidential"
    """Partner confidential."""
    RESTRICTED = "restricted"
    """Restricted."""

    def __str__(self) -> str:
        return self.value


class Kind(str, Enum):
    """The kind of an event.

    >>> import risk_of_harm
    >>> risk_of_harm.Kind("history_loaded")
    <Kind.HISTORY_LOADED: 'history_loaded'>
    """

    HISTORY_LOADED = "history_loaded"
    """History loaded."""
    PRE_SENTENCE_REPORT_REQUESTED = "pre_sentence_report_requested"
    """Pre sentence report requested."""
    SUPERVISION_STARTED = "supervision_started"
    """Supervision started."""
    CASE_ALLOCATED = "case_allocated"
    """Case allocated."""
    CASE_TRANSFERRED = "case_transferred"
    """Case transferred."""
    INITIAL_APPOINTMENT_ATTENDED = "initial_appointment_attended"
    """Initial appointment attended."""
    SENTENCE_PLAN_COMPLETED = "sentence_plan_completed"
    """Sentence plan completed."""
    CONTACT_FREQUENCY_SET = "contact_frequency_set"
    """Contact frequency set."""
    CUSTODY_ENTERED = "custody_entered"
    """Custody entered."""
    RELEASE_PLANNED = "release_planned"
    """Release planned."""
    RELEASED_FROM_CUSTODY = "released_from_custody"
    """Released from custody."""
    TEMPORARY_RELEASE_STARTED = "temporary_release_started"
    """Temporary release started."""
    TEMPORARY_RELEASE_ENDED = "temporary_release_ended"
    """Temporary release ended."""
    BAIL_CONDITIONS_LIFTED = "bail_conditions_lifted"
    """Bail conditions lifted."""
    ADDRESS_ESTABLISHED = "address_established"
    """Address established."""
    ADDRESS_CHANGED = "address_changed"
    """Address changed."""
    CASE_RETURN_REQUESTED = "case_return_requested"
    """Case return requested."""
    CASE_ESCALATED = "case_escalated"
    """Case escalated."""
    ESCALATION_DECIDED = "escalation_decided"
    """Escalation decided."""
    SUPERVISION_ENDED = "supervision_ended"
    """Supervision ended."""
    PERSON_DIED = "person_died"
    """Person died."""
    DOMESTIC_ABUSE_IDENTIFIED = "domestic_abuse_identified"
    """Domestic abuse identified."""
    PERSON_IDENTIFIED = "person_identified"
    """Person identified."""
    RELATIONSHIP_STARTED = "relationship_started"
    """Relationship started."""
    RELATIONSHIP_ENDED = "relationship_ended"
    """Relationship ended."""
    COHABITATION_STARTED = "cohabitation_started"
    """Cohabitation started."""
    COHABITATION_ENDED = "cohabitation_ended"
    """Cohabitation ended."""
    PREGNANCY_REPORTED = "pregnancy_reported"
    """Pregnancy reported."""
    CONTACT_REPORTED = "contact_reported"
    """Contact reported."""
    HOUSEHOLD_RECORDED = "household_recorded"
    """Household recorded."""
    CHILD_CONTACT_CHANGED = "child_contact_changed"
    """Child contact changed."""
    RISK_FACTOR_CHANGED = "risk_factor_changed"
    """Risk factor changed."""
    POLICE_CALL_OUT = "police_call_out"
    """Police call out."""
    INCIDENT_REPORTED = "incident_reported"
    """Incident reported."""
    CHARGED = "charged"
    """Charged."""
    CONVICTED = "convicted"
    """Convicted."""
    CONCERN_DISCLOSED = "concern_disclosed"
    """Concern disclosed."""
    PLW_DISCLOSURE = "plw_disclosure"
    """PLW disclosure."""
    ACCOUNT_CHECKED = "account_checked"
    """Account checked."""
    WHEREABOUTS_UNKNOWN = "whereabouts_unknown"
    """Whereabouts unknown."""
    PERSON_LOCATED = "person_located"
    """Person located."""
    WARRANT_ISSUED = "warrant_issued"
    """Warrant issued."""
    PROTECTIVE_ORDER_MADE = "protective_order_made"
    """Protective order made."""
    PROTECTIVE_ORDER_VARIED = "protective_order_varied"
    """Protective order varied."""
    PROTECTIVE_ORDER_DISCHARGED = "protective_order_discharged"
    """Protective order discharged."""
    PROTECTIVE_ORDER_CHECKED = "protective_order_checked"
    """Protective order checked."""
    PROTECTIVE_ORDER_BREACHED = "protective_order_breached"
    """Protective order breached."""
    INFORMATION_REQUESTED = "information_requested"
    """Information requested."""
    INFORMATION_CHASED = "information_chased"
    """Information chased."""
    INFORMATION_RECEIVED = "information_received"
    """Information received."""
    UNANSWERED_REQUEST_ESCALATED = "unanswered_request_escalated"
    """Unanswered request escalated."""
    INFORMATION_SHARED = "information_shared"
    """Information shared."""
    SHARING_DECIDED = "sharing_decided"
    """Sharing decided."""
    CHILD_SAFEGUARDING_REFERRED = "child_safeguarding_referred"
    """Child safeguarding referred."""
    CHILD_SAFEGUARDING_STATUS_CHANGED = "child_safeguarding_status_changed"
    """Child safeguarding status changed."""
    AGENCY_DECISION_MADE = "agency_decision_made"
    """Agency decision made."""
    AGENCY_DECISION_CHALLENGED = "agency_decision_challenged"
    """Agency decision challenged."""
    MULTI_AGENCY_MEETING = "multi_agency_meeting"
    """Multi agency meeting."""
    POLICE_PROPERTY_FLAG_REQUESTED = "police_property_flag_requested"
    """Police property flag requested."""
    MARAC_CONSIDERED = "marac_considered"
    """MARAC considered."""
    MARAC_REFERRED = "marac_referred"
    """MARAC referred."""
    MARAC_DISCUSSED = "marac_discussed"
    """MARAC discussed."""
    IDVA_REFERRED = "idva_referred"
    """IDVA referred."""
    DVDS_CONSIDERED = "dvds_considered"
    """DVDS considered."""
    MAPPA_SET = "mappa_set"
    """MAPPA set."""
    IOM_ADOPTED = "iom_adopted"
    """IOM adopted."""
    VICTIM_SUPPORT_ARRANGED = "victim_support_arranged"
    """Victim support arranged."""
    LICENCE_CONDITIONS_PROPOSED = "licence_conditions_proposed"
    """Licence conditions proposed."""
    RISK_ASSESSED = "risk_assessed"
    """Risk assessed."""
    SARA_COMPLETED = "sara_completed"
    """SARA completed."""
    DASH_COMPLETED = "dash_completed"
    """DASH completed."""
    RISK_MANAGEMENT_PLAN_UPDATED = "risk_management_plan_updated"
    """Risk management plan updated."""
    MANAGEMENT_OVERSIGHT_RECORDED = "management_oversight_recorded"
    """Management oversight recorded."""
    QUALITY_REVIEWED = "quality_reviewed"
    """Quality reviewed."""
    HOME_VISIT_COMPLETED = "home_visit_completed"
    """Home visit completed."""
    HOME_VISIT_ATTEMPTED = "home_visit_attempted"
    """Home visit attempted."""
    APPOINTMENT_ATTENDED = "appointment_attended"
    """Appointment attended."""
    APPOINTMENT_MISSED = "appointment_missed"
    """Appointment missed."""
    ABSENCE_EXCUSED = "absence_excused"
    """Absence excused."""
    REQUIREMENT_IMPOSED = "requirement_imposed"
    """Requirement imposed."""
    REQUIREMENT_COMPLETED = "requirement_completed"
    """Requirement completed."""
    REQUIREMENT_REMOVAL_SOUGHT = "requirement_removal_sought"
    """Requirement removal sought."""
    REQUIREMENT_REMOVED = "requirement_removed"
    """Requirement removed."""
    PROGRAMME_REFERRED = "programme_referred"
    """Programme referred."""
    PROGRAMME_SUITABILITY_DECIDED = "programme_suitability_decided"
    """Programme suitability decided."""
    PROGRAMME_INDUCTED = "programme_inducted"
    """Programme inducted."""
    PROGRAMME_STARTED = "programme_started"
    """Programme started."""
    PROGRAMME_DEFERRED = "programme_deferred"
    """Programme deferred."""
    PROGRAMME_SESSION_MISSED = "programme_session_missed"
    """Programme session missed."""
    PROGRAMME_COMPLETED = "programme_completed"
    """Programme completed."""
    PROGRAMME_WITHDRAWN = "programme_withdrawn"
    """Programme withdrawn."""
    RAR_ACTIVITY_DELIVERED = "rar_activity_delivered"
    """RAR activity delivered."""
    PROVIDER_PROGRESS_RECEIVED = "provider_progress_received"
    """Provider progress received."""
    PLW_REFERRED = "plw_referred"
    """PLW referred."""
    PROGRAMME_CONSENT_GIVEN = "programme_consent_given"
    """Programme consent given."""
    PLW_CONTACT_ATTEMPTED = "plw_contact_attempted"
    """PLW contact attempted."""
    PLW_CONTACT_MADE = "plw_contact_made"
    """PLW contact made."""
    PLW_SUPPORT_DECIDED = "plw_support_decided"
    """PLW support decided."""
    ENFORCEMENT_STARTED = "enforcement_started"
    """Enforcement started."""
    FLAG_RECORDED = "flag_recorded"
    """Flag recorded."""
    FLAG_REVIEWED = "flag_reviewed"
    """Flag reviewed."""
    FLAG_REMOVED = "flag_removed"
    """Flag removed."""
    ACTION_DECIDED = "action_decided"
    """Action decided."""
    RULE_DISPUTED = "rule_disputed"
    """Rule disputed."""
    RECORD_CORRECTED = "record_corrected"
    """Record corrected."""
    RECORD_RETRACTED = "record_retracted"
    """Record retracted."""
    RECORD_DISPUTED = "record_disputed"
    """Record disputed."""
    PAYLOAD_ERASED = "payload_erased"
    """Payload erased."""

    def __str__(self) -> str:
        return self.value


class Lens(str, Enum):
    """The temporal lens of a question.

    >>> import risk_of_harm
    >>> risk_of_harm.Lens("as_known")
    <Lens.AS_KNOWN: 'as_known'>
    """

    AS_KNOWN = "as_known"
    """As known."""
    HINDSIGHT = "hindsight"
    """Hindsight."""

    def __str__(self) -> str:
        return self.value


class Level(str, Enum):
    """A level of risk of serious harm. Unknown is not low.

    >>> import risk_of_harm
    >>> risk_of_harm.Level("unknown")
    <Level.UNKNOWN: 'unknown'>
    """

    UNKNOWN = "unknown"
    """Unknown."""
    LOW = "low"
    """Low."""
    MEDIUM = "medium"
    """Medium."""
    HIGH = "high"
    """High."""
    VERY_HIGH = "very_high"
    """Very high."""

    def __str__(self) -> str:
        return self.value


class Priority(str, Enum):
    """The priority of an action.

    >>> import risk_of_harm
    >>> risk_of_harm.Priority("protect_now")
    <Priority.PROTECT_NOW: 'protect_now'>
    """

    PROTECT_NOW = "protect_now"
    """Protect now."""
    THIS_WEEK = "this_week"
    """This week."""
    PLANNED = "planned"
    """Planned."""

    def __str__(self) -> str:
        return self.value


class Register(str, Enum):
    """A register flag of the case-management system.

    >>> import risk_of_harm
    >>> risk_of_harm.Register("domestic_abuse_perpetrator")
    <Register.DOMESTIC_ABUSE_PERPETRATOR: 'domestic_abuse_perpetrator'>
    """

    DOMESTIC_ABUSE_PERPETRATOR = "domestic_abuse_perpetrator"
    """Domestic abuse perpetrator."""
    DOMESTIC_ABUSE_VICTIM = "domestic_abuse_victim"
    """Domestic abuse victim."""
    DOMESTIC_ABUSE_HISTORY = "domestic_abuse_history"
    """Domestic abuse history."""
    MARAC = "marac"
    """MARAC."""
    RESTRAINING_ORDER = "restraining_order"
    """Restraining order."""
    CHILD_CONCERNS = "child_concerns"
    """Child concerns."""
    CHILD_PROTECTION = "child_protection"
    """Child protection."""
    PLW = "plw"
    """PLW."""
    RISK_OF_SERIOUS_HARM = "risk_of_serious_harm"
    """Risk of serious harm."""
    RISK_TO_CHILDREN = "risk_to_children"
    """Risk to children."""
    RISK_TO_KNOWN_ADULT = "risk_to_known_adult"
    """Risk to known adult."""
    STALKING_PROTECTION_ORDER = "stalking_protection_order"
    """Stalking protection order."""
    MAPPA = "mappa"
    """MAPPA."""
    IOM = "iom"
    """IOM."""
    OTHER = "other"
    """Other."""

    def __str__(self) -> str:
        return self.value


class Status(str, Enum):
    """The status of an action.

    >>> import risk_of_harm
    >>> risk_of_harm.Status("open")
    <Status.OPEN: 'open'>
    """

    OPEN = "open"
    """Open."""
    DUE_SOON = "due_soon"
    """Due soon."""
    OVERDUE = "overdue"
    """Overdue."""
    WAITING = "waiting"
    """Waiting."""
    DONE = "done"
    """Done."""
    DONE_LATE = "done_late"
    """Done late."""
    NOT_NEEDED = "not_needed"
    """Not needed."""
    SUPERSEDED = "superseded"
    """Superseded."""

    def __str__(self) -> str:
        return self.value
