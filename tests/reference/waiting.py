"""What waits on somebody else (docs/semantics.md, sections 4 and 6)."""

from .actions import matches, pending
from .facts import of_kinds
from .times import day_of


def since_first(state, line, triggers):
    """The records that match one of the triggers about the line's subject, since its first reason happened."""
    start = min(r.get("not_before", r["occurred"]) for r in line["reasons"])
    found = []
    for trigger in triggers:
        for h in of_kinds(state["known"], trigger[0]):
            if h["occurred"] >= start and matches(state, trigger, h, line["subject"]):
                found.append((h, trigger))
    return sorted(found, key=lambda f: (f[0]["occurred"], f[0]["id"]))


def later_than(happening, found):
    return [h for h, _ in found if (h["occurred"], h["id"]) > (happening["occurred"], happening["id"])]


def asked_last(state, line, definition):
    """The record by which somebody was asked last, and whom, where a line is pending and no refusal came since."""
    asked = since_first(state, line, definition["waiting"])
    if not pending(line) or not asked:
        return None
    h, (_, _, party) = asked[-1]
    return None if later_than(h, since_first(state, line, definition["refused_by"])) else (h, party)


def asked_by(state, line, definition, day):
    """Whether somebody was asked by a day: what comes after is not the owner's delay. Where the action has reminders, its
    date is that of the next reminder."""
    asked = since_first(state, line, definition["waiting"])
    return not definition["chased_by"] and any(day_of(h["occurred"]) <= day for h, _ in asked)
