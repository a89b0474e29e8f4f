"""What every part of an answer says in the same way: reasons, and nothing where there is nothing to say."""

from .audience import sees

OPTIONAL = """due_unknown closed_by missed last_done handling caution refused inherited frozen_on handed_over basis_withdrawn
    history_from late_by disputed beyond_review""".split()


def said(members):
    """Members in their order, without those that say nothing."""
    return {k: v for k, v in members.items() if k not in OPTIONAL or v not in [None, False, []]}


def because(a, reasons):
    """One line for each rule and event, in the order in which they arose. The order of what arose at once goes by what is
    shown, so that it says nothing of ids that are not."""
    if not sees(a["view"], "because"):
        return []
    ids = sees(a["view"], "event_ids")
    lines = []
    for r in reasons:
        event, disputed = r["event"] if ids else None, r["event"] in a["disputed"]
        line = {"rule": r["rule"], "event_id": event, "basis": r["basis"], "disputed": disputed}
        lines.append(((r["clock"], r["rule"], event or "", disputed), said(line)))
    found = []
    for _, line in sorted(lines, key=lambda keyed: keyed[0]):
        if line not in found:
            found.append(line)
    return found
