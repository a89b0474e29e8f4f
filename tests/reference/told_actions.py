"""The actions of an answer (docs/semantics.md, sections 4, 6, 7, 9 and 13)."""

import hashlib
from datetime import timedelta
from uuid import UUID

from . import duties, facts
from .actions import asked_in_time, history_from, ids_of, later_than, open_reasons, opened, pending, since_first
from .audience import listed, marked, sees
from .fold import due_day
from .policy import number
from .telling import because, said
from .times import day_of
from .words import GROUPS, PRIORITIES, REGISTERS, SETTINGS, strictest


def subject_order(subject):
    """The order of subjects: the case, people, children of whom nobody knows, orders, requests, requirements …"""
    sorts = "case person nobody order request requirement programme provider register group statement".split()
    words = {"register": REGISTERS, "requirement": REQUIREMENTS}.get(subject[0])
    rest = [words.index(subject[1])] if words else list(subject[1:])
    if subject[0] == "statement":
        rest = [GROUPS.index(subject[1]), SETTINGS.index(subject[2]), subject[3]]
    return (sorts.index(subject[0]), rest)


REQUIREMENTS = """bbr rar unpaid_work alcohol_treatment drug_rehabilitation mental_health_treatment tsp curfew exclusion
    other""".split()


def all_actions(a):
    places = a["policy"]["actions"]
    lines = [l for l in a["state"]["lines"] + a["withdrawn"] if listed(a["view"]["actions"], l["action"])]
    lines.sort(key=lambda l: (places[l["action"]]["place"], subject_order(l["subject"]), opened(l), pending(l)))
    pending_ids = [(l["action"], action_id(a["case"]["id"], l)) for l in lines if pending(l)]
    return [action(a, line, pending_ids) for line in lines]


def action_id(case, line):
    """An id that is the same for the same case, action, subject and opening event."""
    clock, event = opened(line)
    text = b"risk action\n" + UUID(case).bytes + line["action"].encode()
    for id in ids_of(line["subject"]):
        text += b"\n" + id.encode()
    if line["subject"] == ("nobody",):
        text += b"\nnobody yet"
    if line["withdrawn"]:
        text += b"\nwithdrawn"
    text += clock.to_bytes(8, "big", signed=True) + UUID(event).bytes
    digest = bytearray(hashlib.sha256(text).digest()[:16])
    digest[6] = digest[6] & 0x0F | 0x80
    digest[8] = digest[8] & 0x3F | 0x80
    return str(UUID(bytes=bytes(digest)))


def action(a, line, pending_ids):
    state, policy, view, at = a["state"], a["policy"], a["view"], a["question"]["at"]
    definition, is_pending = policy["actions"][line["action"]], pending(line)
    clock, _ = opened(line)
    ended = facts.supervision_ended_by(state["known"], at) if is_pending else None
    frozen = ended if ended is not None and clock <= ended else None
    on = day_of(frozen) if frozen is not None else a["today"]
    waiting = waiting_on(a, line, definition) if is_pending else None
    due = due_day(line)
    status = status_of(a, line, waiting, due, on)
    parent = next((id for p in definition.get("part_of", []) for k, id in pending_ids if k == p), None)
    mark = None
    if sees(view, "handling"):
        marks = [a["mark_of"]("open", line["action"], line["subject"], r) for r in line["reasons"]]
        marks += [d["happening"]["mark"] for d in line["decisions"]]
        mark = strictest([definition.get("handling", "ordinary"), *marks])
    priority = priority_of(line)
    return said(
        {
            "id": action_id(a["case"]["id"], line),
            "action": line["action"],
            "about": ids_of(line["subject"]) if sees(view, "subjects") else [],
            "part_of": parent if is_pending else None,
            "title": definition["title"],
            "owner": definition["owner"],
            "priority": priority,
            "status": status,
            "opened": day_of(clock).isoformat(),
            "due": due.isoformat() if due else None,
            "due_basis": due_basis(line, due),
            "due_unknown": due_unknown(line, due),
            "closed": closed_on(line).isoformat() if not is_pending else None,
            "closed_by": closed_by(line) if not is_pending and sees(view, "event_ids") else [],
            "days_overdue": (on - due).days if status == "overdue" else None,
            "waiting_on": waiting,
            "missed": missed(a, line, on) if is_pending else None,
            "last_done": last_done(a, line),
            **marked(view, mark),
            "findings": findings(a, line, definition, status),
            "decided": decided(line) if sees(view, "decisions") else None,
            "refused": refused(a, line, definition) if sees(view, "decisions") else [],
            "inherited": is_pending and any(clock < moved for moved in state["known"]["allocations"][1:]),
            "frozen_on": day_of(frozen).isoformat() if frozen is not None else None,
            "handed_over": frozen is not None and (definition.get("protects", False) or priority == "protect_now"),
            "basis_withdrawn": line.get("basis_withdrawn", False),
            "history_from": history_from(a["state"], line, due) if is_pending else None,
            "late_by": late_by(a, line, due, on),
            "because": because(a, line["reasons"]),
        }
    )


def reasons_that_count(line):
    """Those that are open; of a closed line, all."""
    return open_reasons(line) or line["reasons"]


def priority_of(line):
    return min((r["priority"] for r in reasons_that_count(line)), key=PRIORITIES.index)


def due_basis(line, due):
    return next((r["due_basis"] for r in reasons_that_count(line) if due and r["due"] == due), None)


def due_unknown(line, due):
    return next((r["due_unknown"] for r in reasons_that_count(line) if not due and r["due_unknown"]), None)


def answered_on(reason):
    """The day on which a reason was answered: never before it arose."""
    return day_of(max(reason["answer"]["on"], reason["clock"]))


def closed_by(line):
    return sorted({r["answer"]["by"] for r in line["reasons"]})


def closed_on(line):
    return max(answered_on(r) for r in line["reasons"])


def status_of(a, line, waiting, due, on):
    if not pending(line):
        return closed_status(a["state"], line)
    if due and history_from(a["state"], line, due):
        due = None
    soon = number(a["policy"], "due_soon", a["question"]["at"])
    if due and on > due and not asked_in_time(a["state"], line, due):
        return "overdue"
    if waiting:
        return "waiting"
    if due and soon is not None and due - timedelta(days=soon) <= on:
        return "due_soon"
    return "open"


def closed_status(state, line):
    how = [r["answer"]["how"] for r in line["reasons"]]
    if "done" in how or "done_elsewhere" in how:
        done = [r for r in line["reasons"] if r["answer"]["how"] == "done"]
        after = [r for r in done if r["due"] and day_of(r["answer"]["on"]) > r["due"]]
        late = any(not asked_in_time(state, line, r["due"], until=r["answer"]["on"]) for r in after)
        return "done_late" if late else "done"
    return "not_needed" if "not_needed" in how else "superseded"


def waiting_on(a, line, definition):
    """Whom a pending action waits on: the latest that was asked, unless a refusal came since."""
    asked = since_first(a["state"], line, definition["waiting"])
    if not asked:
        return None
    h, (_, _, party) = asked[-1]
    if later_than(h, since_first(a["state"], line, definition["refused_by"])):
        return None
    chases = [day_of(x["occurred"]) for x in later_than(h, since_first(a["state"], line, definition["chased_by"]))]
    return {
        "party": h["data"][party[6:]] if party.startswith("event.") else party,
        "since": day_of(h["occurred"]).isoformat(),
        "chased": len(chases),
        "last_chased": max(chases).isoformat() if chases else None,
    }


def refused(a, line, definition):
    found = []
    for h, _ in since_first(a["state"], line, definition["refused_by"]):
        found.append(
            {
                "event_id": h["id"] if sees(a["view"], "event_ids") else None,
                "on": day_of(h["occurred"]).isoformat(),
                "by": h["data"].get("decided_by") or None,
                "reason": h["data"].get("reason"),
            }
        )
    return found


def missed(a, line, on):
    return duties.missed(a["state"], line, on) or None


def last_done(a, line):
    """When a duty that goes on was last done."""
    found = []
    for r in line["reasons"]:
        spell = a["state"]["spells"].get((r["rule"], line["subject"]))
        if r.get("duty") and spell and spell["last"]:
            found.append(spell["last"][0])
    return day_of(max(found)).isoformat() if found else None


def findings(a, line, definition, status):
    if not sees(a["view"], "findings"):
        return []
    found = list(definition.get("findings", [])) if status in ["overdue", "done_late"] else []
    answers = [r["answer"] for r in line["reasons"] if r["answer"]]
    by_time = any(a["how"] == "done" and a["naming"] == "by_time" for a in answers)
    return found + (["not_named"] if definition.get("must_name") and by_time else [])


def decided(line):
    """What a person last decided about an action."""
    if not line["decisions"]:
        return None
    last = max(line["decisions"], key=lambda d: (d["happening"]["occurred"], d["happening"]["id"]))
    h, data = last["happening"], last["happening"]["data"]
    return {
        "decision": data["decision"],
        "by": data["by"],
        "role": data["role"],
        "reason": data["reason"],
        "on": day_of(h["occurred"]).isoformat(),
        "until": data.get("until"),
        "accepted": last["accepted"],
    }


def late_by(a, line, due, on):
    """In hindsight: days of late information, days of a late act (section 2)."""
    if a["question"]["lens"] != "hindsight":
        return None
    first = min(line["reasons"], key=lambda r: (r["clock"], r["event"]))
    until = on if pending(line) else closed_on(line)
    return {
        "information": max(0, (day_of(first["recorded"]) - day_of(first["occurred"])).days),
        "act": max(0, (until - due).days) if due else 0,
    }
