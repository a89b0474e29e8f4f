"""The words of the field: kinds of event with their fields, and the orders in which words stand.

From the JSON Schemas that `risk schema` prints, but for the two lists of natures (docs/semantics.md, section 4).
"""

# Every kind of event, with the fields of its data.
FIELDS_OF = {
    "history_loaded": "from kinds",
    "pre_sentence_report_requested": "sentence_id sentence_type index_offence index_offence_is_domestic_abuse sex",
    "supervision_started": "sentence_id sentence_type ends_on index_offence index_offence_is_domestic_abuse sex",
    "case_allocated": "provider grade complexity",
    "case_transferred": "provider grade complexity",
    "initial_appointment_attended": "person_involved",
    "sentence_plan_completed": "person_involved answers",
    "contact_frequency_set": "days person_involved answers",
    "custody_entered": "address_known",
    "release_planned": "release_on address_known",
    "released_from_custody": "address_known",
    "temporary_release_started": "with_person",
    "temporary_release_ended": "",
    "bail_conditions_lifted": "protective protects",
    "address_established": "with_person approved answers",
    "address_changed": "with_person approved",
    "case_return_requested": "to answers",
    "case_escalated": "to answers",
    "escalation_decided": "to decided_by outcome reason answers",
    "supervision_ended": "sentence_id reason",
    "person_died": "",
    "domestic_abuse_identified": "role evidence",
    "person_identified": "person group relation victim in_household answers",
    "relationship_started": "person children_in_household",
    "relationship_ended": "person",
    "cohabitation_started": "person confirmed",
    "cohabitation_ended": "person",
    "pregnancy_reported": "person",
    "contact_reported": "person confirmed",
    "household_recorded": "persons children_complete answers",
    "child_contact_changed": "person contact set_by reason_recorded",
    "risk_factor_changed": "factor state linked_to_domestic_abuse",
    "police_call_out": "incident persons children_present outcome",
    "incident_reported": "incident conduct victims children_present child_injured serious_injury police_informed",
    "charged": "incident offence victims victim_is_child on_bail",
    "convicted": "offence victims victim_is_child on_bail",
    "concern_disclosed": "incident by person concerns",
    "plw_disclosure": "incident person concerns raised_risk agrees_to_sharing safe_to_raise",
    "account_checked": "event_id with result answers",
    "whereabouts_unknown": "with_bail",
    "person_located": "with_bail answers",
    "warrant_issued": "with_bail",
    "protective_order_made": "order_id order protects conditions expires_on",
    "protective_order_varied": "order_id protects conditions expires_on",
    "protective_order_discharged": "order_id",
    "protective_order_checked": "order_id with compliant answers",
    "protective_order_breached": "incident order_id confirmed",
    "information_requested": "request_id of about stage person answers",
    "information_chased": "request_id answers",
    "information_received": "request_id content",
    "unanswered_request_escalated": "request_id answers",
    "information_shared": "about persons with answers",
    "sharing_decided": "in_response_to decision answers",
    "child_safeguarding_referred": "person answers",
    "child_safeguarding_status_changed": "person status",
    "agency_decision_made": "agency decision",
    "agency_decision_challenged": "agency decision answers",
    "multi_agency_meeting": "meeting attended notes_obtained",
    "police_property_flag_requested": "person answers",
    "marac_considered": "person answers",
    "marac_referred": "person answers",
    "marac_discussed": "person notes_obtained answers",
    "idva_referred": "person answers",
    "dvds_considered": "person answers",
    "mappa_set": "person category level answers",
    "iom_adopted": "person",
    "victim_support_arranged": "person answers",
    "licence_conditions_proposed": "person answers",
    "risk_assessed": "levels custody_levels stage signed tool assessor person_involved considers",
    "sara_completed": "risk_to_partner risk_to_others answers",
    "dash_completed": "yes_answers high_by_judgement answers",
    "risk_management_plan_updated": "covers answers",
    "management_oversight_recorded": "by decision role about answers",
    "quality_reviewed": "event_id sufficient by",
    "home_visit_completed": "concern answers",
    "home_visit_attempted": "concern answers",
    "appointment_attended": "acceptable",
    "appointment_missed": "acceptable",
    "absence_excused": "reason evidence_seen from",
    "requirement_imposed": "sentence_id requirement days reason",
    "requirement_completed": "sentence_id requirement days reason",
    "requirement_removal_sought": "sentence_id requirement days reason",
    "requirement_removed": "sentence_id requirement days reason",
    "programme_referred": "programme_id programme reason answers",
    "programme_suitability_decided": "programme_id programme outcome reason answers",
    "programme_inducted": "programme_id programme reason",
    "programme_started": "programme_id programme reason",
    "programme_deferred": "programme_id programme until reason",
    "programme_session_missed": "programme_id programme reason",
    "programme_completed": "programme_id programme reason",
    "programme_withdrawn": "programme_id programme reason",
    "rar_activity_delivered": "days domestic_abuse approved",
    "provider_progress_received": "provider attending answers",
    "plw_referred": "person answers",
    "programme_consent_given": "person given",
    "plw_contact_attempted": "person answers",
    "plw_contact_made": "person answers",
    "plw_support_decided": "person outcome",
    "enforcement_started": "step answers",
    "flag_recorded": "register level answers",
    "flag_reviewed": "register level answers",
    "flag_removed": "register level",
    "action_decided": "action about reasons decision until by role reason",
    "rule_disputed": "rule by reason",
    "record_corrected": "event_id replacement reason by",
    "record_retracted": "event_id reason by",
    "record_disputed": "event_id reason by",
    "payload_erased": "event_id reason by",
}
FIELDS = {kind: fields.split() for kind, fields in FIELDS_OF.items()}
KINDS = list(FIELDS)

# A decision answers what was on record when it was made, or what it names. Whatever else answers something is an act.
DECISIONS = """
    action_decided contact_frequency_set dash_completed dvds_considered escalation_decided management_oversight_recorded
    mappa_set marac_considered programme_suitability_decided quality_reviewed risk_assessed risk_management_plan_updated
    sara_completed sentence_plan_completed sharing_decided
""".split()

# Fields by the form of their values.
LISTS = ["conduct", "concerns", "covers", "conditions", "kinds"]
NUMBERS = ["days", "yes_answers", "category"]  # and the level of mappa_set
PERSONS = ["person", "persons", "victims", "about", "with_person"]
NAMING = ["event_id", "answers", "in_response_to", "considers", "reasons"]  # and about of management_oversight_recorded

MARKS = ["ordinary", "staff", "third_party", "partner_confidential", "restricted"]
LEVELS = ["unknown", "low", "medium", "high", "very_high"]
GROUPS = ["children", "known_adult", "public", "staff", "prisoners"]
SETTINGS = ["community", "custody"]
PRIORITIES = ["protect_now", "this_week", "planned"]
SAFEGUARDING = ["none", "closed", "under_assessment", "child_in_need", "child_protection_plan", "looked_after"]
REGISTERS = """
    domestic_abuse_perpetrator domestic_abuse_victim domestic_abuse_history marac restraining_order child_concerns
    child_protection plw risk_of_serious_harm risk_to_children risk_to_known_adult stalking_protection_order mappa iom other
""".split()


def highest(levels):
    """The highest of some levels; unknown where there is none."""
    return max(levels, key=LEVELS.index, default="unknown")


def strictest(marks):
    """The strictest of some handling marks."""
    return max(marks, key=MARKS.index, default="ordinary")
