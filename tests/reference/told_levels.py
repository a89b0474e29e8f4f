"""The levels and flags of an answer (docs/semantics.md, section 5)."""

from . import facts
from .actions import open_reasons
from .audience import is_limited, listed, marked, sees
from .fold import stale_from
from .telling import because, said
from .times import day_of
from .words import GROUPS, LEVELS, REGISTERS, highest, strictest


def classification(a):
    custody = facts.in_custody(a["state"]["known"], a["question"]["at"])
    levels = a["state"]["levels"]
    cells = [(g, "community") for g in GROUPS if g != "prisoners"] + [(g, "custody") for g in GROUPS]
    cells = [c for c in cells if c[1] == "community" or custody or c in levels["recorded"] or c in levels["indicated"]]
    groups = [group(a, cell) for cell in cells if cell[0] in a["view"]["groups"]]
    recorded = overall([g["recorded"]["level"] if g["recorded"] else "unknown" for g in groups])
    working = overall([g["working_level"] for g in groups])
    decided_by = {g["group"] for g in groups if working != "unknown" and g["working_level"] == working}
    not_assessed = {g["group"] for g in groups if g["status"] == "not_assessed"}
    return {
        "overall": {
            "recorded": recorded,
            "working_level": working,
            "decided_by": sorted(decided_by, key=GROUPS.index),
            "not_assessed": sorted(not_assessed, key=GROUPS.index),
            "setting": "custody" if custody else "community",
        },
        "groups": groups,
        **({"before_relying": "ask_responsible_officer"} if is_limited(a["view"]) else {}),
    }


def overall(levels):
    """The highest known level; low with a group unknown is unknown."""
    level = highest(levels)
    return "unknown" if level == "low" and "unknown" in levels else level


def group(a, cell):
    levels, view = a["state"]["levels"], a["view"]
    indicated = levels["indicated"].get(cell, "unknown")
    statement = None if decided_by_withheld(a, cell) else levels["by"].get(cell)
    recorded = statement["cells"][cell] if statement else "unknown"
    marks = review_marks(a, cell[0])
    if recorded == "unknown":
        status = "not_assessed"
    elif marks is not None or LEVELS.index(indicated) > LEVELS.index(recorded):
        status = "under_review"
    elif is_stale(a, cell):
        status = "stale"
    elif is_limited(view):
        status = "ask_responsible_officer"
    else:
        status = "settled"
    mark = marked(view, strictest(marks)) if marks is not None and status == "under_review" else {}
    return said(
        {
            "group": cell[0],
            "setting": cell[1],
            "working_level": highest([recorded, indicated]),
            "status": status,
            **mark,
            "recorded": statement
            and {
                "level": recorded,
                "event_id": statement["id"] if sees(view, "event_ids") else None,
                "on": day_of(statement["occurred"]).isoformat(),
            },
            "indicated": indicated_level(a, cell, indicated) if indicated != "unknown" else None,
        }
    )


def decided_by_withheld(a, cell):
    """Whether a withheld record decided a level: with the withheld records it would be another, or another's."""

    def decided(state):
        by = state["levels"]["by"].get(cell)
        recorded = by["cells"][cell] if by else "unknown"
        return by and by["id"], highest([recorded, state["levels"]["indicated"].get(cell, "unknown")])

    return a["with_withheld"] is not None and decided(a["state"]) != decided(a["with_withheld"])


def review_marks(a, group):
    """The marks of what puts a group under review; `None` where nothing does."""
    found = []
    for line in a["state"]["lines"]:
        if line["action"] == "review_risk":
            for r in open_reasons(line):
                if group in (r["review"] or [group]) and group not in r["assessed"]:
                    found.append(a["mark_of"]("open", line["action"], line["subject"], r) if a["mark_of"] else "ordinary")
    found += [r["mark"] for r in a["unrecognised"]]
    return found or None


def is_stale(a, cell):
    from_day = stale_from(a["state"]).get(cell)
    return from_day is not None and from_day <= a["today"]


def indicated_level(a, cell, level):
    reasons = [i for i in a["state"]["levels"]["open"] if i["cell"] == cell]
    mark = strictest(a["mark_of"]("indicate", None, cell, r) for r in reasons) if a["mark_of"] else None
    return said({"level": level, **marked(a["view"], mark), "because": because(a, reasons)})


def all_flags(a):
    if not sees(a["view"], "flags"):
        return []
    found = []
    for register in REGISTERS:
        reasons = [f for f in a["state"]["flags"] if f["register"] == register]
        if reasons and listed(a["view"]["flags"], register):
            should_be = "set" if any(f["should_be"] == "set" for f in reasons) else "unset"
            live = [f for f in reasons if f["should_be"] == should_be]
            mark = strictest(a["mark_of"]("flag", None, register, f) for f in live) if a["mark_of"] else None
            is_set, level = facts.flag(a["state"]["known"], register)
            found.append(
                said(
                    {
                        "register": register,
                        "should_be": should_be,
                        "is": "set" if is_set else "unset",
                        **({"level": level} if level else {}),
                        **marked(a["view"], mark),
                        "because": because(a, live),
                    }
                )
            )
    return found
