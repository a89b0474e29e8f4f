"""What every part of an answer says in the same way: reasons, and nothing where there is nothing to say."""

from .audience import sees

OPTIONAL = """due_unknown closed_by missed last_done handling caution refused inherited frozen_on handed_over basis_withdrawn
    history_from late_by disputed beyond_review""".split()


def said(members):
    """Members in their order, without those that say nothing."""
    return {k: v for k, v in members.items() if k not in OPTIONAL or v not in [None, False, []]}


def because(a, reasons):
    """One line for each rule and event, in the order in which they arose."""
    if not sees(a["view"], "because"):
        return []
    ids = sees(a["view"], "event_ids")
    found = []
    for r in sorted(reasons, key=lambda r: (r["clock"], r["rule"], r["event"])):
        line = {"rule": r["rule"], "event_id": r["event"] if ids else None, "basis": r["basis"]}
        line["disputed"] = r["event"] in a["disputed"]
        if said(line) not in found:
            found.append(said(line))
    return found
