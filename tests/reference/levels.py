"""Levels of risk: recorded by assessors, indicated by events (docs/semantics.md, section 5).

A cell is a group in a setting. A statement is what one assessment says; an indication is what one event indicates under one
rule.
"""

from .records import named_by
from .words import LEVELS, highest


def statement_of(happening):
    """What an assessment states; a draft states nothing, and a stated `unknown` is no statement."""
    data = happening["data"]
    cells = {(g, "community"): l for g, l in data["levels"].items()}
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
            if h["data"].get("role", "manager") == "manager":
                found.append({"about": named_by(h), "by": h["data"]["by"], "occurred": h["occurred"]})
    return found


def considered(statement, indication):
    """Whether an assessment names what an indication rests on, or was made when that was on record."""
    if indication["event"] in statement["considers"]:
        return indication["clock"] <= statement["clock"]
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
    anybody's agreement, if one does."""
    cell, level, lowered_by, open = indication["cell"], indication["level"], None, True
    for s in all_statements:
        if not s["signed"] or cell not in s["cells"] or not considered(s, indication):
            continue
        stated = s["cells"][cell]
        if LEVELS.index(stated) >= LEVELS.index(level):
            open, lowered_by = False, None
        elif agreed(s, cell, all_statements, all_agreements):
            open, lowered_by, level = False, None, stated
        else:
            open, lowered_by = True, s["id"]
    return (level if open else None), lowered_by


def stand(taken, indications):
    """How the levels stand: recorded and indicated by cell, with what they rest on, and which assessments state less."""
    all_statements, all_agreements = statements(taken), agreements(taken)
    recorded, by = {}, {}
    for s in all_statements:
        for cell, level in s["cells"].items():
            before = by.get(cell)
            if not before or before["occurred"] < s["occurred"] or LEVELS.index(level) > LEVELS.index(recorded[cell]):
                recorded[cell], by[cell] = level, s
    open, lower = [], set()
    for indication in indications:
        level, lowered_by = what_is_left(indication, all_statements, all_agreements)
        if level:
            open.append({**indication, "level": level})
        if lowered_by:
            lower.add((*indication["cell"], lowered_by))
    cells = {i["cell"] for i in open}
    indicated = {cell: highest(i["level"] for i in open if i["cell"] == cell) for cell in cells}
    return {"recorded": recorded, "by": by, "indicated": indicated, "open": open, "lower": sorted(lower)}
