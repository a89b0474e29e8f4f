"""The answer: `risk-assessment/1`, in the order of its members (docs/semantics.md)."""

import json
from datetime import timedelta
from uuid import UUID

from . import duties, facts
from .actions import opened, pending
from .audience import definition, listed, marked, seen, sees, sees_everything
from .blindness import blind_to
from .fold import due_day, falling_due, run_on
from .handling import folds_by_mark, mark_of
from .policy import number
from .records import read
from .telling import said
from .times import CALENDAR, after, day_of, moment, start_of, written
from .told_actions import all_actions
from .told_levels import all_flags, classification
from .versions import run
from .words import PRIORITIES

ENGINE = "0.1.0"


def evaluate(policy, digest, log, question):
    """The whole answer to a question about a case; `log` holds its records as they stand in the log."""
    view = definition(policy, question["audience"])
    if view is None:
        return {"error": "no_view"}
    log = list({record["event_id"].lower(): record for record in reversed(log)}.values())[::-1]
    records, withheld = seen(view, [read(record) for record in log], cut_off(question))
    question = {**question, "known_at": known_at(records + withheld, question)}
    case = {"id": str(UUID(log[0]["case_id"])), "digest": digest, "records": len(log), "head": log[-1].get("hash")}
    folded = run(records, policy, question)
    folded["with_withheld"] = run(records + withheld, policy, question)["state"] if withheld else None
    folded["by_mark"] = folds_by_mark(records, policy, question) if sees(view, "handling") else None
    now = at_a_moment(case, policy, view, question, folded)
    now["next_change_at"] = next_change(case, policy, view, question, folded, now)
    if records and not any(counts(r, question) for r in records):
        now["receipt"]["all_records_later"] = True
    return now


def cut_off(question):
    """By when a change must have been recorded to be known; `None` where everything there is counts."""
    return question["at"] if question["known_at"] is None and question["lens"] == "as_known" else question["known_at"]


def counts(record, question):
    """Whether the record, or the version that it puts in force, is of the moment asked about or earlier."""
    clock = record["recorded"]
    if question["lens"] == "hindsight":
        corrected = ((record.get("data") or {}).get("replacement") or {}).get("occurred_at")
        clock = min([record["occurred"]] + ([moment(corrected)] if corrected else []))
    return clock <= question["at"] and record["recorded"] <= question["known_at"]


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
        **death(a),
        "classification": classification(a) if sees(view, "classification") else None,
        "agenda": agenda(actions) if sees(view, "agenda") else {"lines": [], "more": 0},
        "actions": actions,
        "flags": all_flags(a),
        "blind_to": blind_to(policy, question["feeds"], question["at"]) if complete else [],
        "unrecognised": unrecognised if complete else [],
        "withheld": sorted(folded["withheld"]) if complete and sees(view, "event_ids") else [],
    }


def death(a):
    """That the person died, where that is on record (section 7)."""
    died = a["state"]["known"]["died"]
    if died is None or died["occurred"] > a["question"]["at"]:
        return {}
    event = died["id"] if sees(a["view"], "event_ids") else None
    return {"died": said({"on": day_of(died["occurred"]).isoformat(), "event_id": event, "handling": marked(a["view"], died["mark"])["handling"]})}


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


def next_change(case, policy, view, question, folded, now):
    """The next moment at which the answer changes with no new event: time runs on to each moment at which it may change,
    and the answer is made again (section 11)."""
    at = question["at"]
    while True:
        found = candidates(folded["state"], policy, view, at)
        for _, state in folded["by_mark"][0] if folded["by_mark"] else []:
            found += [time for time, *_ in falling_due(state)]
        if folded["with_withheld"]:
            found += [time for time, *_ in falling_due(folded["with_withheld"])]
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
    with_withheld = folded["with_withheld"] and run_on(folded["with_withheld"], at)
    return {**folded, "state": run_on(folded["state"], at), "with_withheld": with_withheld, "by_mark": by_mark}


def candidates(state, policy, view, at):
    """Moments at which something may change by itself."""
    found = [time for time, *_ in falling_due(state)]
    found += [start_of(day) for day in policy["boundaries"]] + [after(policy["reviewed_through"])]
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
