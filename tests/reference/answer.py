"""The answer: `risk-assessment/1`, in the order of its members (docs/semantics.md, sections 5, 6, 9 to 11)."""

import hashlib
import json
from datetime import date, timedelta
from uuid import UUID

from . import duties, facts
from .actions import ids_of, matches, open_reasons, opened, pending
from .audience import definition, listed, marked, sees, sees_everything, sees_record
from .blindness import blind_to
from .fold import boundaries, due_day, falling_due, run_on, stale_from
from .handling import folds_by_mark, mark_of
from .policy import kinds_of, number
from .records import read
from .times import CALENDAR, after, day_of, moment, start_of, written
from .versions import run
from .words import GROUPS, LEVELS, PRIORITIES, REGISTERS, highest, strictest

ENGINE = "0.1.0"
SETTINGS = ["community", "custody"]
OPTIONAL = """due_unknown closed_by missed last_done handling caution refused inherited frozen_on handed_over basis_withdrawn
    history_from late_by disputed beyond_review""".split()


def evaluate(policy, digest, log, question):
    """The whole answer to a question about a case; `log` holds its records as they stand in the log."""
    view = definition(policy, question["audience"])
    if view is None:
        return {"error": "no_view"}
    records = [r for r in (read(record) for record in log) if sees_record(view, r)]
    question = {**question, "known_at": known_at(records, question)}
    case = {"id": str(UUID(log[0]["case_id"])), "digest": digest, "records": len({r["event_id"] for r in log}), "head": log[-1].get("hash")}
    folded = run(records, policy, question)
    folded["by_mark"] = folds_by_mark(records, policy, question) if sees(view, "handling") else None
    now = at_a_moment(case, policy, view, question, folded)
    now["next_change_at"] = next_change(case, policy, view, question, folded, now)
    return now


def known_at(records, question):
    if question["known_at"] is not None:
        return question["known_at"]
    if question["lens"] == "as_known":
        return question["at"]
    return max([r["recorded"] for r in records] + [question["at"]])


def compact(answer):
    """The bytes by which answers are compared."""
    return json.dumps(answer, ensure_ascii=False, separators=(",", ":"))


def at_a_moment(case, policy, view, question, folded):
    """The answer at one moment, all but when it next changes."""
    a = {"case": case, "policy": policy, "view": view, "question": question, "mark_of": None, **folded}
    a["today"] = day_of(question["at"])
    if folded["by_mark"]:
        a["mark_of"] = lambda *target: mark_of(*folded["by_mark"], *target)
    actions = all_actions(a)
    complete = sees(view, "completeness")
    unrecognised = sorted(({"event_id": r["id"], "v": r["v"]} for r in folded["unrecognised"]), key=lambda u: u["event_id"])
    return {
        "schema": "risk-assessment/1",
        "case_id": case["id"],
        "at": written(question["at"]),
        "known_at": written(question["known_at"]),
        "next_change_at": None,
        "lens": question["lens"],
        "audience": question["audience"],
        "receipt": receipt(a),
        "classification": classification(a) if sees(view, "classification") else None,
        "agenda": agenda(actions) if sees(view, "agenda") else {"lines": [], "more": 0},
        "actions": actions,
        "flags": all_flags(a),
        "blind_to": blind_to(policy, question["feeds"], question["at"]) if complete else [],
        "unrecognised": unrecognised if complete else [],
        "withheld": folded["withheld"] if complete and sees(view, "event_ids") else [],
    }


def said(members):
    """Members in their order, without those that say nothing."""
    return {k: v for k, v in members.items() if k not in OPTIONAL or v not in [None, False, []]}


def receipt(a):
    policy, everything = a["policy"], sees_everything(a["view"])
    named = {
        "id": policy["id"],
        "version": policy["version"],
        "digest": a["case"]["digest"],
        "reviewed_through": policy["reviewed_through"].isoformat(),
        "beyond_review": a["today"] > policy["reviewed_through"],
    }
    return {
        "engine": ENGINE,
        "policy": said(named),
        "calendar": CALENDAR,
        "locality": policy["locality"],
        "records": a["case"]["records"] if everything else None,
        "head": a["case"]["head"] if everything else None,
    }


def because(a, reasons):
    """One line for each rule and event, in the order in which they arose."""
    if not sees(a["view"], "because"):
        return []
    ids = sees(a["view"], "event_ids")
    found = []
    for r in sorted(reasons, key=lambda r: (r["clock"], r["rule"], r["event"])):
        line = {"rule": r["rule"], "event_id": r["event"] if ids else None, "basis": r["basis"], "disputed": r["event"] in a["disputed"]}
        if said(line) not in found:
            found.append(said(line))
    return found


# ---- Actions


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
        mark = strictest([definition.get("handling", "ordinary"), *marks, *(d["happening"]["mark"] for d in line["decisions"])])
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
            "closed_by": [] if is_pending or not sees(view, "event_ids") else sorted({r["answer"]["by"] for r in line["reasons"]}),
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
            "history_from": history_from(a, line, due) if is_pending else None,
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


def closed_on(line):
    return max(answered_on(r) for r in line["reasons"])


def status_of(a, line, waiting, due, on):
    if not pending(line):
        return closed_status(line)
    if due and history_from(a, line, due):
        due = None
    soon = number(a["policy"], "due_soon", a["question"]["at"])
    if due and on > due:
        return "overdue"
    if waiting:
        return "waiting"
    if due and soon is not None and due - timedelta(days=soon) <= on:
        return "due_soon"
    return "open"


def closed_status(line):
    how = [r["answer"]["how"] for r in line["reasons"]]
    if "done" in how or "done_elsewhere" in how:
        done = [r for r in line["reasons"] if r["answer"]["how"] == "done"]
        late = any(r["due"] and day_of(r["answer"]["on"]) > r["due"] for r in done)
        return "done_late" if late else "done"
    return "not_needed" if "not_needed" in how else "superseded"


def since_first(a, line, triggers_of):
    """The records that match one of the triggers about the line's subject, since its first reason happened."""
    start = min(r.get("not_before", r["occurred"]) for r in line["reasons"])
    found = []
    for trigger in triggers_of:
        for h in facts.of_kinds(a["state"]["known"], trigger[0]):
            if h["occurred"] >= start and matches(a["state"], trigger, h, line["subject"]):
                found.append((h, trigger))
    return sorted(found, key=lambda f: (f[0]["occurred"], f[0]["id"]))


def waiting_on(a, line, definition):
    """Whom a pending action waits on: the latest that was asked, unless a refusal came since."""
    asked = since_first(a, line, definition["waiting"])
    if not asked:
        return None
    h, (_, _, party) = asked[-1]
    later = lambda what: [x for x, _ in since_first(a, line, definition[what]) if (x["occurred"], x["id"]) > (h["occurred"], h["id"])]  # noqa: E731
    if later("refused_by"):
        return None
    chases = [day_of(x["occurred"]) for x in later("chased_by")]
    return {
        "party": h["data"][party[6:]] if party.startswith("event.") else party,
        "since": day_of(h["occurred"]).isoformat(),
        "chased": len(chases),
        "last_chased": max(chases).isoformat() if chases else None,
    }


def refused(a, line, definition):
    found = []
    for h, _ in since_first(a, line, definition["refused_by"]):
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
        if r.get("duty") and spell:
            found.append(duties.last_done(a["state"], line["action"], line["subject"]))
    found = [f for f in found if f is not None]
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


def history_from(a, line, due):
    """From when records of what would close an action are complete, where that is after its due date (section 9)."""
    if due is None:
        return None
    kinds = kinds_of(a["policy"]["actions"][line["action"]], "closed_by")
    complete = a["state"]["known"]["complete_from"]
    later = [min(complete[k]) for k in kinds if k in complete and due.isoformat() < min(complete[k])]
    return max(later, default=None)


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


def agenda(actions):
    """The top lines: pending actions that are nobody's step, by priority, due date and the policy's order; several subjects
    of one action share a line."""
    best = {}
    for place, x in enumerate(actions):
        if x["status"] in ["open", "due_soon", "overdue", "waiting"] and x["part_of"] is None:
            line = (PRIORITIES.index(x["priority"]), x["due"] or "9999-99-99", place, x["id"])
            best[x["action"]] = min(best.get(x["action"], line), line)
    lines = [id for *_, id in sorted(best.values())]
    return {"lines": lines[:8], "more": max(0, len(lines) - 8)}


# ---- Levels and flags


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
    }


def overall(levels):
    """The highest known level; low with a group unknown is unknown."""
    level = highest(levels)
    return "unknown" if level == "low" and "unknown" in levels else level


def group(a, cell):
    levels, view = a["state"]["levels"], a["view"]
    recorded, indicated = levels["recorded"].get(cell, "unknown"), levels["indicated"].get(cell, "unknown")
    marks = review_marks(a, cell[0])
    if recorded == "unknown":
        status = "not_assessed"
    elif marks is not None or LEVELS.index(indicated) > LEVELS.index(recorded):
        status = "under_review"
    elif is_stale(a, cell):
        status = "stale"
    else:
        status = "settled"
    mark = marked(view, strictest(marks)) if marks is not None and status == "under_review" else {"handling": None, "caution": None}
    statement = levels["by"].get(cell)
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


def review_marks(a, group):
    """The marks of what puts a group under review; `None` where nothing does."""
    found = []
    for line in a["state"]["lines"]:
        if line["action"] == "review_risk":
            for r in open_reasons(line):
                if group in r["review"] or not r["review"]:
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
            is_set = a["state"]["known"]["flags"].get(register, False)
            found.append(
                said(
                    {
                        "register": register,
                        "should_be": should_be,
                        "is": "set" if is_set else "unset",
                        **marked(a["view"], mark),
                        "because": because(a, live),
                    }
                )
            )
    return found


# ---- The next change


def next_change(case, policy, view, question, folded, now):
    """The next moment at which the answer changes with no new event: time runs on to each moment at which it may change,
    and the answer is made again (section 11)."""
    at = question["at"]
    while True:
        found = candidates(folded["state"], policy, view, at)
        for _, state in folded["by_mark"][0] if folded["by_mark"] else []:
            found += [time for time, *_ in falling_due(state)]
        candidate = min([c for c in found if c > at], default=None)
        if candidate is None:
            return None
        folded = run_all_on(folded, candidate)
        then = at_a_moment(case, policy, view, {**question, "at": candidate}, folded)
        if lasting(then) != lasting(now):
            return written(candidate)
        at = candidate


def run_all_on(folded, at):
    """Every fold behind an answer at a later moment."""
    by_mark = folded["by_mark"]
    if by_mark:
        folds, highest = by_mark
        by_mark = ([(mark, run_on(state, at)) for mark, state in folds], highest)
    return {**folded, "state": run_on(folded["state"], at), "by_mark": by_mark}


def candidates(state, policy, view, at):
    """Moments at which something may change by itself."""
    found = [time for time, *_ in falling_due(state)]
    found += [start_of(day) for day in boundaries(policy)] + [after(policy["reviewed_through"])]
    soon = number(policy, "due_soon", at)
    ended = facts.supervision_ended_by(state["known"], at)
    for line in state["lines"]:
        frozen = ended is not None and opened(line)[0] <= ended
        if frozen or not pending(line) or not listed(view["actions"], line["action"]):
            continue
        due = due_day(line)
        if due:
            found.append(after(due))
            if soon is not None:
                found.append(start_of(due - timedelta(days=soon)))
        found += duties.coming_misses(state, line, at)
    return found


def lasting(answer):
    """An answer without the moments asked about and without running counts of days."""
    actions = []
    for action in answer["actions"]:
        left_out = ["days_overdue"] + (["late_by"] if action["closed"] is None else [])
        actions.append({k: v for k, v in action.items() if k not in left_out})
    return {**answer, "at": None, "known_at": None, "next_change_at": None, "actions": actions}
