"""The rival of one case: the same events kept and replayed by the Python package `eventsourcing`, with rules by hand.

An aggregate of that package, its events kept as JSON in its in-memory recorder; a case is had by replaying them, as that
package does it. The fold is what a team would write there: some of the pack's rules in one table, levels, open actions with
due dates, last dates. It knows no corrections, no marks, no audiences, no explanation, and a tenth of the rules.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from eventsourcing.application import Application
from eventsourcing.domain import Aggregate, event

REVIEW, ACT, REFERRAL, BETWEEN_CONTACTS = (timedelta(days=days) for days in (7, 1, 7, 35))
VIOLENT = {"physical_violence", "strangulation", "sexual_violence", "threat_to_kill", "weapon"}
MILD = {"denial", "relapse", "wants_reconciliation"}

Data = dict[str, Any]
Test = Callable[[Data], bool]


def is_(name: str, *values: str) -> Test:
    return lambda data: data.get(name, "unknown") in values


def always(_: Data) -> bool:
    return True


def concerned(data: Data) -> bool:
    return data["by"] in ("facilitator", "practitioner") and not set(data.get("concerns", ["other"])) <= MILD


NEWS = [("review_risk", REVIEW), ("update_risk_management_plan", None), ("management_oversight", None)]
INCIDENT = [*NEWS, ("consider_marac_referral", None)]

# On which kind, when, what must be done and by when, and whose level is at least medium.
RULES: list[tuple[str, str, Test, list[tuple[str, timedelta | None]], str | None]] = [
    ("sentence-plan", "initial_appointment_attended", always, [("complete_sentence_plan", timedelta(days=21))], None),
    ("bbr-referral", "requirement_imposed", is_("requirement", "bbr"), [("refer_to_programme", REFERRAL)], None),
    ("plw-referral", "requirement_imposed", is_("requirement", "bbr"), [("refer_to_plw", REFERRAL)], None),
    ("plw-first-contact", "programme_referred", is_("programme", "bbr"), [("plw_contact_victim", REFERRAL)], None),
    ("incident-learnt", "incident_reported", always, INCIDENT, "known_adult"),
    ("incident-children", "incident_reported", is_("children_present", "yes"), [], "children"),
    ("incident-police", "incident_reported", is_("police_informed", "no", "unknown"), [("share_with_police", ACT)], None),
    ("call-out-learnt", "police_call_out", always, INCIDENT, "known_adult"),
    ("call-out-children", "police_call_out", is_("children_present", "yes"), [], "children"),
    ("plw-raised-risk", "plw_disclosure", is_("raised_risk", "yes", "unknown"), INCIDENT, "known_adult"),
    ("plw-shares", "plw_disclosure", always, [("decide_sharing", ACT), ("share_with_responsible_officer", ACT)], None),
    (
        "plw-reports-violence",
        "plw_disclosure",
        lambda data: bool(VIOLENT & set(data.get("concerns", []))),
        [("share_with_police", ACT)],
        "known_adult",
    ),
    ("facilitator-raises-concern", "concern_disclosed", concerned, NEWS, "known_adult"),
    ("person-tells", "concern_disclosed", is_("by", "supervised_person"), [("verify_account", None)], None),
    ("gone-missing", "whereabouts_unknown", always, [("locate_person", None), ("review_risk", REVIEW)], None),
    ("order-breached", "protective_order_breached", is_("confirmed", "yes", "unknown"), INCIDENT, "known_adult"),
    ("check-shows-breach", "protective_order_checked", is_("compliant", "no"), INCIDENT, "known_adult"),
    ("reply-with-a-concern", "information_received", is_("content", "concern"), NEWS, None),
    ("visit-raises-concern", "home_visit_completed", is_("concern", "yes"), NEWS, None),
    ("child-contact-changed", "child_contact_changed", always, [("request_safeguarding_information", None)], None),
]

# Which kind closes which action, and when.
CLOSES: list[tuple[str, Test, str]] = [
    ("sentence_plan_completed", always, "complete_sentence_plan"),
    ("programme_referred", is_("programme", "bbr"), "refer_to_programme"),
    ("plw_referred", always, "refer_to_plw"),
    ("plw_contact_made", always, "plw_contact_victim"),
    ("information_shared", is_("with", "police"), "share_with_police"),
    ("information_shared", is_("with", "responsible_officer"), "share_with_responsible_officer"),
    ("sharing_decided", always, "decide_sharing"),
    ("account_checked", is_("result", "confirmed", "contradicted"), "verify_account"),
    ("person_located", always, "locate_person"),
    ("marac_considered", always, "consider_marac_referral"),
    ("marac_referred", always, "consider_marac_referral"),
    ("risk_management_plan_updated", always, "update_risk_management_plan"),
    ("management_oversight_recorded", always, "management_oversight"),
    ("information_requested", is_("of", "childrens_social_care"), "request_safeguarding_information"),
    ("risk_assessed", is_("stage", "initial", "review"), "review_risk"),
]

OPENS_ON: dict[str, list[tuple[str, Test, list[tuple[str, timedelta | None]], str | None]]] = {}
for rule, kind, test, actions, group in RULES:
    OPENS_ON.setdefault(kind, []).append((rule, test, actions, group))
CLOSES_ON: dict[str, list[tuple[Test, str]]] = {}
for kind, test, action in CLOSES:
    CLOSES_ON.setdefault(kind, []).append((test, action))


class Case(Aggregate):
    """A case as that package keeps one."""

    def __init__(self) -> None:
        self.levels: dict[str, str] = {}
        self.indicated: dict[str, list[str]] = {}
        self.open: dict[str, list[tuple[str, str, date | None]]] = {}
        self.seen: date | None = None

    @event("Recorded")
    def record(self, event_id: str, kind: str, occurred_at: str, recorded_at: str, data: Data) -> None:
        happened = datetime.fromisoformat(occurred_at.replace("Z", "+00:00")).date()
        learnt = datetime.fromisoformat(recorded_at.replace("Z", "+00:00")).date()
        for test, action in CLOSES_ON.get(kind, ()):
            if test(data):
                self.open.pop(action, None)
        for rule, test, actions, group in OPENS_ON.get(kind, ()):
            if test(data):
                for action, within in actions:
                    due = None if within is None else learnt + within
                    self.open.setdefault(action, []).append((rule, event_id, due))
                if group is not None:
                    self.indicated.setdefault(group, []).append(event_id)
        if kind == "risk_assessed":
            self.levels.update(data.get("levels", {}))
        elif kind in ("appointment_attended", "home_visit_completed"):
            self.seen = happened if self.seen is None else max(self.seen, happened)

    def agenda(self, on: date) -> list[tuple[str, date | None, bool]]:
        """What is open, when the first of its reasons falls due, and whether that is past."""
        lines = []
        for action, reasons in self.open.items():
            due = min((due for _, _, due in reasons if due is not None), default=None)
            lines.append((action, due, due is not None and due < on))
        if self.seen is not None and self.seen + BETWEEN_CONTACTS < on:
            lines.append(("maintain_contact", self.seen + BETWEEN_CONTACTS, True))
        return sorted(lines, key=lambda line: (line[1] or date.max, line[0]))


class Rival:
    """One case in an application of that package."""

    def __init__(self, lines: str) -> None:
        self.application: Application[UUID] = Application()
        case = Case()
        for line in lines.rstrip("\n").split("\n"):
            record = json.loads(line)
            case.record(
                record["event_id"], record["kind"], record["occurred_at"], record["recorded_at"], record.get("data", {})
            )
        self.application.save(case)
        self.case_id = case.id

    def replay(self, on: date = date(2018, 5, 31)) -> str:
        """The case replayed from what the recorder holds, and its answer as JSON."""
        case: Case = self.application.repository.get(self.case_id)
        lines = [{"action": action, "due": str(due), "overdue": late} for action, due, late in case.agenda(on)]
        return json.dumps({"levels": case.levels, "indicated": sorted(case.indicated), "agenda": lines})
