"""By when something is to be done (docs/semantics.md, section 6)."""

from .policy import parameter
from .times import day_of, plus

NO_LIMIT = {"due": None, "due_basis": None, "due_unknown": None}


def due_of(policy, reason, limit, now):
    """The limit's length after the service learnt, or after it happened."""
    if limit is None:
        return NO_LIMIT
    start = reason["occurred"] if limit.get("from") == "occurred" else now
    if limit.get("immediately"):
        return {"due": day_of(start), "due_basis": reason["basis"], "due_unknown": None}
    return period_after(policy, limit["within"], start, now)


def period_after(policy, id, start, now):
    """A parameter's length, as it stands now, after the day of a moment."""
    length = parameter(policy, id, now)
    if length is None:
        return NO_LIMIT
    due, unknown = plus(day_of(start), length["value"], policy["parameters"][id]["unit"])
    return {"due": due, "due_basis": length["basis"] if due else None, "due_unknown": unknown}
