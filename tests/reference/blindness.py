"""What rules and duties cannot fire for want of a feed (docs/semantics.md, section 9)."""

from .conditions import facts_of
from .policy import in_force
from .words import KINDS

FED_BY = {
    "recorded": "risk_assessed",
    "supervised": "supervision_started supervision_ended person_died",
    "sentence_type": "supervision_started supervision_ended person_died",
    "in_custody": "custody_entered released_from_custody",
    "domestic_abuse": """domestic_abuse_identified supervision_started pre_sentence_report_requested plw_disclosure
        requirement_imposed""",
    "domestic_abuse_role": "domestic_abuse_identified",
    "index_offence": "supervision_started pre_sentence_report_requested",
    "index_offence_is_domestic_abuse": "supervision_started pre_sentence_report_requested",
    "sex": "supervision_started pre_sentence_report_requested",
    "provider": "case_allocated case_transferred",
    "grade": "case_allocated case_transferred",
    "complexity": "case_allocated case_transferred",
    "children_known": "person_identified household_recorded",
    "address_known": "address_established address_changed released_from_custody whereabouts_unknown custody_entered",
    "whereabouts_known": "whereabouts_unknown person_located custody_entered",
    "order_in_force": "protective_order_made protective_order_varied protective_order_discharged",
    "person.protected": "protective_order_made protective_order_varied protective_order_discharged",
    "order.in_force": "protective_order_made protective_order_varied protective_order_discharged",
    "order.kind": "protective_order_made",
    "required": "requirement_imposed requirement_completed requirement_removed",
    "programme": """programme_referred programme_suitability_decided programme_inducted programme_started
        programme_deferred programme_completed programme_withdrawn""",
    "flag": "flag_recorded flag_removed",
    "register": "flag_recorded flag_removed",
    "outstanding": "information_requested information_received",
    "request.outstanding": "information_requested information_received",
    "request.of": "information_requested",
    "request.about": "information_requested",
    "child_safeguarding": "child_safeguarding_referred child_safeguarding_status_changed",
    "risk_factor": "risk_factor_changed",
    "person.group": "person_identified",
    "person.relation": "person_identified",
    "person.victim": "person_identified",
    "person.in_household": """person_identified household_recorded cohabitation_started cohabitation_ended
        address_established address_changed""",
}


def fed_by(fact):
    """The kinds of event that can change a fact."""
    if fact[0].split(".")[-1] in ["ever", "count", "days_since"]:
        return list(fact[1])
    return FED_BY.get(fact[0], "").split()


def blind_to(policy, feeds, at):
    """Rules none of whose kinds the host can deliver, and duties whose condition rests on such kinds alone."""
    if feeds is None:
        return []
    found = []
    for rule in policy["rules"]:
        heard = [k for k in rule["kinds"] if k in KINDS]
        if in_force(policy, rule, at) and len(heard) == len(rule["kinds"]) and not any(k in feeds for k in heard):
            found.append(rule["id"])
    for duty in policy["duties"]:
        facts = facts_of(duty["condition"])
        blind = all(fed_by(f) and not any(k in feeds for k in fed_by(f)) for f in facts)
        if in_force(policy, duty, at) and facts and blind:
            found.append(duty["id"])
    return sorted(set(found))
