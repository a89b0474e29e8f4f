"""A case over time, as rows to draw: spans of levels, events, and lines of actions.

All of it comes from an answer and its timeline, both made for the answer's audience: what that audience may not see is not
there to draw.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from textwrap import fill
from typing import Any
from uuid import UUID

from ._assessment import Action, Assessment
from ._html import capital, day_written, overdue_written, rule_titles, subject_written
from ._risk import phrase
from ._time import day_in_london, instant
from .words import Level, Priority, Status

Row = dict[str, Any]

LABEL = 52
"""How many letters a line of a label holds."""

_HEIGHT = {level.value: height for height, level in enumerate(Level)}
_PASSES = ("protective_order_expired", "supervision_end_reached")
"""What time alone brings that is an event to people; the rest shows on the line of its action."""


@dataclass(frozen=True)
class History:
    """What there is to draw of a case."""

    title: str
    description: str
    today: date
    start: date
    end: date
    levels: dict[str, list[Row]]
    """For each group, spans of one state: ``from``, ``to``, ``recorded``, ``indicated``, ``working`` (0 unknown to 4)."""
    events: list[Row]
    """One row for each event: ``label``, ``happened``, ``learnt``."""
    actions: list[Row]
    """One row for each action: ``label``, ``opened``, ``due``, ``ended``, ``late_from``, ``end``, ``says``."""


def history(answer: Assessment) -> History:
    """What there is to draw of the case of an answer."""
    timeline = answer.timeline()
    today = day_in_london(answer.at)
    events = _events(timeline)
    actions = _actions(answer, today)
    firsts = [_day(step["at"]) for step in timeline["steps"][:1]] + [date.fromisoformat(a["opened"]) for a in actions]
    first = min([*firsts, today])
    span = (today - first).days
    # Room before, so that the first marks stand clear of the labels; and after, so that what is due soon is seen coming.
    start, room = first - timedelta(days=1 + span // 60), timedelta(days=max(7, span // 12))
    overdue = sum(action.status == Status.OVERDUE for action in answer.actions)
    pending = sum(action.is_pending for action in answer.actions)
    hindsight = ", in hindsight: everything known now, placed when it happened" if answer.lens.value == "hindsight" else ""
    title = f"Case {answer.case_id} on {day_written(today)}, for the {phrase(answer.audience.value)}{hindsight}"
    return History(
        title=title,
        description=f"{title}: {len(events)} events, {pending} actions pending, {overdue} of them overdue.",
        today=today,
        start=start,
        end=today + room,
        levels=_levels(timeline, today),
        events=events,
        actions=actions,
    )


def _day(at: str) -> date:
    moment = instant(at)
    assert moment is not None
    return day_in_london(moment)


def _levels(timeline: dict[str, Any], today: date) -> dict[str, list[Row]]:
    moves = [
        (_day(step["at"]), change["after"])
        for step in timeline["steps"]
        for change in step["changes"]
        if change["change"] == "classification" and change["after"]
    ]
    spans: dict[str, list[Row]] = {}
    for day, after in moves:
        for group in after["groups"]:
            name = capital(phrase(group["group"]))
            name += "" if group["setting"] == "community" else f" (in {phrase(group['setting'])})"
            row = _span(name, day, group)
            before = spans.setdefault(name, [])
            if before and {**before[-1], "from": row["from"], "since": row["since"]} == row:
                continue
            if before:
                before[-1]["to"] = day.isoformat()
            before.append(row)
    for each in spans.values():
        each[-1]["to"] = today.isoformat()
    return {name: [row for row in each if row["from"] < row["to"] or row is each[-1]] for name, each in spans.items()}


def _span(name: str, day: date, group: dict[str, Any]) -> Row:
    recorded, indicated = group["recorded"], group["indicated"]
    marked = group.get("caution") or (indicated or {}).get("caution")
    return {
        "group": name,
        "from": day.isoformat(),
        "to": None,
        "since": day_written(day),
        "recorded": _HEIGHT[recorded["level"]] if recorded else 0,
        "indicated": _HEIGHT[indicated["level"]] if indicated else 0,
        "working": _HEIGHT[group["working_level"]],
        "recorded level": phrase(recorded["level"]) if recorded else "no level recorded",
        "indicated level": phrase(indicated["level"]) if indicated else "none",
        "work to": phrase(group["working_level"]).upper(),
        "status": phrase(group["status"]),
        "because": ", ".join(dict.fromkeys(b["rule"] for b in indicated["because"])) if indicated else "",
        "caution": "do not raise with the person" if marked else "",
    }


def _events(timeline: dict[str, Any]) -> list[Row]:
    rows = []
    for step in timeline["steps"]:
        for record in step["records"]:
            rows.append(_event(record["kind"], record["occurred_on"], record["recorded_on"], record.get("handling")))
        # Several things may fall due at one moment; of one kind they are one mark.
        for kind in dict.fromkeys(step["by_time"]):
            if kind in _PASSES:
                day = _day(step["at"]).isoformat()
                rows.append(_event(kind, day, day, None))
    return rows


def _event(kind: str, happened: str, learnt: str, handling: str | None) -> Row:
    return {
        "label": capital(phrase(kind)),
        "happened": happened,
        "learnt": learnt,
        "happened on": day_written(happened),
        "recorded on": day_written(learnt),
        "handling": phrase(handling) if handling else "",
    }


def _actions(answer: Assessment, today: date) -> list[Row]:
    titles = rule_titles(answer)
    rows: list[Row] = []
    until: dict[str, date] = {}
    for action in sorted(answer.actions, key=lambda action: (action.opened, str(action.action), action.about)):
        row = _line(action, today, titles)
        ended = date.fromisoformat(row["ended"])
        row["label"] = _free(_label(action), action.opened, until)
        until[row["label"]] = ended
        rows.append(row)
    return rows


def _label(action: Action) -> str:
    about = [subject_written(subject) for subject in action.about if not _is_event(subject)]
    return fill(f"{action.title} ({', '.join(about)})" if about else action.title, LABEL)


def _is_event(subject: str) -> bool:
    """Whether it is an event's id, which says nothing to a reader and fills a line."""
    try:
        return bool(UUID(subject))
    except ValueError:
        return False


def _free(label: str, opened: date, until: dict[str, date]) -> str:
    """The first line of that name that nothing else is on that day."""
    name, number = label, 1
    while name in until and until[name] > opened:
        number += 1
        name = f"{label} [{number}]"
    return name


def _line(action: Action, today: date, titles: dict[str, str]) -> Row:
    told = action.details
    frozen = told.get("frozen_on")
    ended = action.closed or (date.fromisoformat(frozen) if frozen else today)
    late = action.due is not None and action.due < ended and (action.days_overdue > 0 or action.status == Status.DONE_LATE)
    status = phrase(str(action.status))
    # Of what is closed the mark at its end tells enough; of what is pending nobody should have to look anything up.
    now = overdue_written(action.days_overdue) if action.days_overdue else status
    if waiting := told.get("waiting_on"):
        now = f"{now}, " * (now != status) + f"waiting on {phrase(waiting['party'])}"
    if frozen:
        now += " as supervision ended" + ("; handed over" if told.get("handed_over") else "")
    press = "PROTECT NOW, " if action.priority == Priority.PROTECT_NOW else ""
    says = [press + now] if action.is_pending else []
    caution = "do not raise with the person" if told.get("caution") else ""
    because = told.get("because", [])
    return {
        "label": "",
        "opened": action.opened.isoformat(),
        "due": action.due.isoformat() if action.due else None,
        "ended": ended.isoformat(),
        "late_from": action.due.isoformat() if late and action.due else None,
        "end": "pending" if action.is_pending else "done" if action.status in _DONE else "not needed or superseded",
        "says": "; ".join([*says, caution] if says and caution else says),
        "title": action.title,
        "about": ", ".join(map(subject_written, action.about)),
        "owner": capital(phrase(action.owner)),
        "status": status,
        "opened on": day_written(action.opened),
        "due on": day_written(action.due) or "no limit in any source",
        "closed on": day_written(action.closed),
        "why": "; ".join(dict.fromkeys(titles.get(b["rule"], b["rule"]) for b in because)),
        "rule": ", ".join(dict.fromkeys(b["rule"] for b in because)),
        "caution": caution,
    }


_DONE = (Status.DONE, Status.DONE_LATE)
