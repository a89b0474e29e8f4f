"""How confidential a reason is: as the records are without which it would not have arisen (section 10).

The records of each mark and below are folded by themselves; the least mark at which a reason arises is its mark, unless the
mark of its own event is stricter.
"""

from .versions import run
from .words import MARKS, strictest


def least_marks(records, policy, question):
    """A function from a reason and its target to its mark."""
    present = sorted({r["mark"] for r in records}, key=MARKS.index)
    least = {}
    for mark in present[:-1]:
        below = [r for r in records if MARKS.index(r["mark"]) <= MARKS.index(mark)]
        for trace in {traced(key) for key in run(below, policy, question)["state"]["arisen"]}:
            least.setdefault(trace, mark)
    highest = present[-1] if present else "ordinary"

    def mark_of(what, action, about, reason):
        found = least.get(traced((what, action, about, reason["rule"], reason["event"], reason.get("duty"))), highest)
        return strictest([found, reason["mark"]])

    return mark_of


def traced(key):
    """A reason, looked for in another fold: a duty is the same whichever record began its spell."""
    what, action, about, rule, event, duty = key
    return (what, action, about, rule, None if duty else event)
