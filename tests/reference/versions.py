"""The versions of a log, folded one after another (docs/semantics.md, section 8)."""

from .actions import superseded
from .fold import fold
from .records import epochs


def run(records, policy, question):
    """The state in the end, with the lines that only earlier versions had caused. In hindsight the last version was true all
    along."""
    at, lens = question["at"], question["lens"]
    versions = epochs([r for r in records if r["recorded"] <= question["known_at"]])
    if lens == "hindsight":
        versions = [{**versions[-1], "since": None}]
    versions = [v for v in versions if v["since"] is None or v["since"] <= at]
    withdrawn, background, caused, before = [], [], {}, None
    for place, version in enumerate(versions):
        following = versions[place + 1 :]
        until = following[0]["since"] - 1 if following else at
        state = fold(version, policy, lens, until, caused)
        if before:
            gone = [line for line in (left_behind(l, state, version) for l in before["lines"]) if line]
            if before["supervision_began"] is None:
                background += gone
            else:
                withdrawn += gone
        withdrawn, background = [
            [line for line in (without_what_came_back(l, state) for l in lines) if line["reasons"]]
            for lines in [withdrawn, background]
        ]
        caused = {**state["arisen"], **caused}
        before = state
    which = "recorded" if lens == "as_known" else "occurred"
    # What was caused before supervision began is background once it has begun: it leaves no line.
    withdrawn += background if before["supervision_began"] is None else []
    return {
        "state": before,
        "withdrawn": withdrawn,
        "withheld": versions[-1]["withheld"],
        "unrecognised": [r for r in versions[-1]["unrecognised"] if r[which] <= at],
        "disputed": versions[-1]["disputed"],
    }


def still_arises(line, reason, state):
    """Whether a version of the log has a reason too, perhaps under the name of an action that this one continues."""
    action = line["action"]
    while action:
        if ("open", action, line["subject"], reason["rule"], reason["event"]) in state["arisen"]:
            return True
        action = state["policy"]["actions"][action].get("continues", {}).get("action")
    return False


def left_behind(line, state, version):
    """What the version before had caused and this one does not: open reasons are superseded by a record that changed it,
    closed lines stay and say that their basis was withdrawn; beside reasons that still stand, a line of its own."""
    gone = [r for r in line["reasons"] if not still_arises(line, r, state)]
    if not gone:
        return None
    reasons = [{**r, "answer": r["answer"] or superseded(version["by"][0], version["since"])} for r in gone]
    closed = not any(r["answer"] is None for r in gone)
    return {**line, "reasons": reasons, "withdrawn": len(gone) < len(line["reasons"]), "basis_withdrawn": closed}


def without_what_came_back(line, state):
    """What a later correction brought back is no longer withdrawn."""
    return {**line, "reasons": [r for r in line["reasons"] if not still_arises(line, r, state)]}
