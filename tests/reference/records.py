"""Records, and which version of each is in force since when (docs/semantics.md, sections 1 and 8).

A record as the fold takes it in is called a happening: what it says, when it happened and when it was learnt.
"""

from uuid import UUID

from .times import moment
from .words import FIELDS, LISTS, MARKS, NAMING


def read(record):
    """A record of a log, with its times as moments and its ids in one spelling. `data` is `None` where it was erased."""
    known = record.get("v", 1) <= 1
    data = plain(record["kind"], record.get("data")) if known else None
    return {
        "id": str(UUID(record["event_id"])),
        "v": record.get("v", 1),
        "readable": known,
        "erased": "data" not in record,
        "kind": record["kind"],
        "data": data,
        "occurred": moment(record["occurred_at"]),
        "recorded": moment(record["recorded_at"]),
        "mark": record.get("handling") or least_mark(record["kind"], data or {}),
    }


def plain(kind, data):
    """The fields of an event: a list left out is an empty one, event ids are in one spelling."""
    if data is None:
        return None
    data = dict(data)
    for field in FIELDS[kind]:
        if field in LISTS + ["persons", "victims"] or field == "about" and kind == "information_shared":
            data.setdefault(field, [])
        if field in NAMING or field == "about" and kind == "management_oversight_recorded":
            if isinstance(data.get(field), list):
                data[field] = [str(UUID(id)) for id in data[field]]
            elif field in data:
                data[field] = str(UUID(data[field]))
    return data


KINDS_BY_LEAST_MARK = {
    "ordinary": """pre_sentence_report_requested supervision_started initial_appointment_attended sentence_plan_completed
        contact_frequency_set custody_entered release_planned released_from_custody temporary_release_started
        temporary_release_ended bail_conditions_lifted
        address_established address_changed supervision_ended person_died charged convicted protective_order_made
        protective_order_varied protective_order_discharged appointment_attended appointment_missed absence_excused
        requirement_imposed requirement_completed requirement_removal_sought requirement_removed programme_referred
        programme_suitability_decided programme_inducted programme_started programme_deferred programme_session_missed
        programme_completed programme_withdrawn rar_activity_delivered programme_consent_given enforcement_started""",
    "third_party": """police_call_out incident_reported protective_order_checked protective_order_breached
        information_received child_safeguarding_referred child_safeguarding_status_changed agency_decision_made
        agency_decision_challenged multi_agency_meeting""",
    "partner_confidential": """plw_disclosure marac_considered marac_referred marac_discussed idva_referred dvds_considered
        victim_support_arranged dash_completed plw_referred plw_contact_attempted plw_contact_made plw_support_decided""",
}
THEIR_LEAST_MARKS = {kind: mark for mark, kinds in KINDS_BY_LEAST_MARK.items() for kind in kinds.split()}


def least_mark(kind, data):
    """The mark of a record that gives none: its kind's own, or stricter where the data says who spoke."""
    spoke = ["family", "child", "neighbour", "police", "childrens_social_care", "partner_agency"]
    if kind == "concern_disclosed" and data.get("by") in spoke:
        return "third_party"
    if "marac" in [data.get("meeting"), data.get("of"), data.get("agency")]:
        return "partner_confidential"
    return THEIR_LEAST_MARKS.get(kind, "staff")


def named_by(happening):
    """The events that a happening names: what it answers, considers, is about."""
    data = happening["data"] or {}
    fields = NAMING + (["about"] if happening["kind"] == "management_oversight_recorded" else [])
    named = []
    for field in fields:
        value = data.get(field, [])
        named += value if isinstance(value, list) else [value]
    return named


CHANGES = ["record_corrected", "record_retracted", "payload_erased"]


def in_force(record, known):
    """Which version of a record is in force by what is known: the id of its correction, `None` for the record as it was
    first made, and `gone` where it was retracted or erased."""
    changes = [r for r in known if r["kind"] in CHANGES and r["data"]]

    def changed(id, kinds):
        return [c for c in changes if c["kind"] in kinds and c["data"]["event_id"] == id]

    if changed(record["id"], ["record_retracted", "payload_erased"]):
        return "gone"
    corrections = changed(record["id"], ["record_corrected"])
    corrections = [c for c in corrections if not changed(c["id"], ["record_retracted", "payload_erased"])]
    latest = max(corrections, key=lambda c: (c["recorded"], c["id"]), default=None)
    return latest and latest["id"]


def epochs(records):
    """The versions of the log, oldest first: one as it was first made, one more since each moment at which records were
    corrected, retracted or erased. Each is the `happenings` of that version, with the records that began it."""
    changes = [r for r in records if r["kind"] in CHANGES and r["data"]]
    ids = [r["id"] for r in records]
    changes = [c for c in changes if c["data"]["event_id"] in ids]
    found = [version(records, [], None, [])]
    for since in sorted({c["recorded"] for c in changes}):
        by = sorted(c["id"] for c in changes if c["recorded"] == since)
        found.append(version(records, [c for c in changes if c["recorded"] <= since], since, by))
    return found


def version(records, changes, since, by):
    """The log with these changes made."""
    disputed = [r["data"]["event_id"] for r in records if r["kind"] == "record_disputed" and r["data"]]

    def changed(record, kind):
        return [c for c in changes if c["kind"] == kind and c["data"]["event_id"] == record["id"]]

    def stands(record):
        return not changed(record, "record_retracted") and not changed(record, "payload_erased")

    happenings, withheld, unrecognised = [], [], []
    for record in records:
        if record["erased"] or changed(record, "payload_erased"):
            withheld.append(record["id"])
        elif not stands(record):
            continue
        elif not record["readable"]:
            unrecognised.append(record)
        else:
            corrections = [c for c in changed(record, "record_corrected") if stands(c)]
            latest = max(corrections, key=lambda c: (c["recorded"], c["id"]), default=None)
            happenings.append(as_corrected(record, latest))
    return {
        "since": since,
        "by": by,
        "happenings": happenings,
        "withheld": withheld,
        "unrecognised": unrecognised,
        "disputed": disputed,
    }


def as_corrected(record, correction):
    """The record with what a correction says in its place."""
    if correction is None:
        return record
    replacement = correction["data"]["replacement"]
    occurred = replacement.get("occurred_at")
    return {
        **record,
        "data": plain(record["kind"], replacement["data"]),
        "occurred": moment(occurred) if occurred else record["occurred"],
        "mark": max(record["mark"], correction["mark"], key=MARKS.index),
    }
