"""The versions of a log, folded one after another (docs/semantics.md, section 8)."""

from .actions import open_reasons, pending
from .fold import fold
from .records import epochs


def run(records, policy, question):
    """The state in the end, with the lines that only earlier versions had caused."""
    versions = epochs([r for r in records if r["recorded"] <= question["known_at"]])
    if question["lens"] == "hindsight":
        versions = [{**versions[-1], "since": None}]
    else:
        versions = [v for v in versions if v["since"] is None or v["since"] <= question["at"]]
    withdrawn, caused = [], set()
    state = fold(versions[0], policy, question["lens"], first_end(versions, 0, question), caused)
    for place, version in enumerate(versions[1:], 1):
        caused = caused | state["arisen"]
        before = state
        withdrawn = [{**line} for line in withdrawn]
        at_correction = fold(version, policy, question["lens"], version["since"], caused)
        withdrawn += left_behind(before, at_correction, version)
        state = fold(version, policy, question["lens"], first_end(versions, place, question), caused)
    told = {name: versions[-1][name] for name in ["withheld", "unrecognised", "disputed"]}
    return {"state": state, "withdrawn": withdrawn, **told}


def first_end(versions, place, question):
    """Until when a version is folded: until just before the next one."""
    following = versions[place + 1 :]
    return following[0]["since"] - 1 if following else question["at"]


def left_behind(before, after, version):
    """What the version before had caused and this one does not: open reasons are superseded by the records that changed it,
    closed lines stay and say that their basis was withdrawn."""
    now = {(l["action"], l["subject"], r["rule"], r["event"]) for l in after["lines"] for r in l["reasons"]}
    found = []
    for line in before["lines"]:
        gone = [r for r in line["reasons"] if (line["action"], line["subject"], r["rule"], r["event"]) not in now]
        if not gone:
            continue
        was_pending = pending(line)
        reasons = [
            {**r, "answer": r["answer"] or {"by": version["by"][0], "on": version["since"], "how": "superseded"}} for r in gone
        ]
        found.append({**line, "reasons": reasons, "withdrawn": len(gone) < len(line["reasons"]), "basis_withdrawn": not was_pending})
    return found
