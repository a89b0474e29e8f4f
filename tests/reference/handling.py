"""How confidential a reason is: as the records are without which it would not have arisen (section 10).

The records of each mark and below are folded by themselves; the least mark at which a reason arises is its mark, unless the
mark of its own event is stricter.
"""

from .versions import run
from .words import MARKS, strictest


def folds_by_mark(records, policy, question):
    """The fold of the records of each mark and below, but the last: what arises at no lower mark arises from all of them."""
    present = sorted({r["mark"] for r in records}, key=MARKS.index)
    folds = []
    for mark in present[:-1]:
        below = [r for r in records if MARKS.index(r["mark"]) <= MARKS.index(mark)]
        folds.append((mark, run(below, policy, question)["state"]))
    return folds, present[-1] if present else "ordinary"


def mark_of(folds, highest, what, action, about, reason):
    """The mark of a reason for a target: an action about a subject, a cell's level, a flag. A duty's reason is the same
    whichever record began its spell."""
    wanted = (what, action, about, reason["rule"], reason["event"])
    for mark, state in folds:
        arisen = [key for key in state["arisen"] if key == wanted or reason.get("duty") and key[:4] == wanted[:4]]
        if arisen:
            return strictest([mark, reason["mark"]])
    return strictest([highest, reason["mark"]])
