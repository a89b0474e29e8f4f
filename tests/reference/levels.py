"""Levels of risk: recorded by assessors, indicated by events (docs/semantics.md, section 5).

A cell is a group in a setting. A statement is what one assessment says; an indication is what one event indicates under one
rule.
"""

from .records import named_by
from .words import LEVELS, highest


def statement_of(happening):
    """What an assessment states; a draft states nothing, and a stated `unknown` is no statement."""
    data = happening["data"]
    cells = {(g, "custody" if g == "prisoners" else "community"): l for g, l in data["levels"].items()}
    cells |= {(g, "custody"): l for g, l in data.get("custody_levels", {}).items()}
    return {
        "id": happening["id"],
        "occurred": happening["occurred"],
        "clock": happening["clock"],
        "recorded": happening["recorded"],
        "mark": happening["mark"],
        "signed": data.get("signed", "unknown") == "yes",
        "assessor": data["assessor"],
        "considers": named_by(happening),
        "cells": {cell: level for cell, level in cells.items() if level != "unknown"},
    }


def statements(taken):
    """Every assessment that is no draft, in the order in which they were made."""
    found = [statement_of(h) for h in taken if h["kind"] == "risk_assessed" and h["data"].get("signed") != "no"]
    return sorted(found, key=lambda s: (s["occurred"], s["id"]))


def agreements(taken):
    """A manager's agreement with an assessment: (the assessment, who, when)."""
    found = []
    for h in taken:
        if h["kind"] == "management_oversight_recorded" and h["data"]["decision"] == "agrees":
            if h["data"].get("role") == "manager":
                found.append({"about": named_by(h), "by": h["data"]["by"], "occurred": h["occurred"]})
    return found


def considered(statement, indication):
    """Whether an assessment names what an indication rests on, or was made when that was on record."""
    if indication["event"] in statement["considers"]:
        return indication["learnt"] <= statement["recorded"]
    return indication["learnt"] <= statement["occurred"] and indication["learnt"] < statement["recorded"]


def agreed(statement, cell, all_statements, all_agreements):
    """Whether a manager who is not the assessor agreed with a statement while it stood."""
    later = [s["occurred"] for s in all_statements if cell in s["cells"] and s["occurred"] > statement["occurred"]]
    for a in all_agreements:
        stood = statement["occurred"] <= a["occurred"] and not any(t <= a["occurred"] for t in later)
        if statement["id"] in a["about"] and a["by"] != statement["assessor"] and stood:
            return True
    return False


def what_is_left(indication, all_statements, all_agreements):
    """The level that an indication still supports (`None` if answered), and the assessment that lowers it without
    anybody's agreement, if one does. An assessment of which nobody knows whether it is signed answers nothing; it takes an
    answer back all the same."""
    cell, level, lowered_by, open = indication["cell"], indication["level"], None, True
    considering = [s for s in all_statements if cell in s["cells"] and considered(s, indication)]
    for s in sorted(considering, key=lambda s: recency(s, cell)):
        stated = s["cells"][cell]
        if LEVELS.index(stated) >= LEVELS.index(level):
            if s["signed"]:
                open, lowered_by = False, None
        elif s["signed"] and agreed(s, cell, all_statements, all_agreements):
            open, lowered_by, level = False, None, stated
        else:
            open, lowered_by = True, s["id"] if s["signed"] else None
    return (level if open else None), lowered_by


def recency(statement, cell):
    """Of two assessments the later made stands; of one moment the later recorded, and of one feed the higher."""
    return (statement["occurred"], statement["recorded"], LEVELS.index(statement["cells"][cell]), statement["id"])


def stand(taken, answering, indications):
    """How the levels stand: recorded and indicated by cell, with what they rest on, and which assessments state less than is
    indicated. `answering`: the records that have answered something by now."""
    by = {}
    for s in statements(taken):
        for cell in s["cells"]:
            if cell not in by or recency(by[cell], cell) < recency(s, cell):
                by[cell] = s
    recorded = {cell: s["cells"][cell] for cell, s in by.items()}
    all_statements, all_agreements = statements(answering), agreements(answering)
    open, lower = [], set()
    for indication in indications:
        level, lowered_by = what_is_left(indication, all_statements, all_agreements)
        if level:
            open.append({**indication, "level": level})
        if lowered_by and by[indication["cell"]]["id"] == lowered_by:
            lower.add((*indication["cell"], lowered_by))
    cells = {i["cell"] for i in open}
    indicated = {cell: highest(i["level"] for i in open if i["cell"] == cell) for cell in cells}
    return {"recorded": recorded, "by": by, "indicated": indicated, "open": open, "lower": sorted(lower)}
