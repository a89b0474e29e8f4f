"""Duties: what comes round, or stands, while a condition holds (docs/semantics.md, section 7).

A spell is a time in which a duty's condition holds for a subject. A duty with a period opens rounds in it, one at a time; one
without (or whose period no source sets) stands once.
"""

from datetime import timedelta

from . import subjects
from .actions import asked_of, closes, does, lines_of, open_reasons, superseded
from .blindness import fed_by
from .conditions import facts_of, why
from .deadlines import NO_LIMIT, due_of, period_after
from .facts import supervision_ended_by
from .policy import in_force, limit_of
from .times import after, day_of, start_of
from .words import strictest


def look_at(state, step):
    """Ends the spells whose condition no longer holds, begins those that now do, and opens what stands.

    Once supervision has ended, duties rest: nothing begins, nothing ends."""
    policy, now = state["policy"], state["now"]
    if supervision_ended_by(state["known"], now) is not None:
        return
    holding = {}
    for duty in policy["duties"]:
        for subject in subjects.of(duty.get("about", "case"), None, state["known"], [], now):
            if asked_of(state, duty["condition"], None, subject):
                holding[(duty["id"], subject)] = duty
    for key in [k for k in state["spells"] if k not in holding]:
        end_spell(state, key, step)
    for key, duty in holding.items():
        if key not in state["spells"] and in_force(policy, duty, now):
            begin_spell(state, duty, key[1], step)


def begin_spell(state, duty, subject, step):
    """A spell begins. What is done once, or waits on somebody, stands open from now on; a round opens when it falls due."""
    if not step and not state["taken"]:
        return
    by, mark = brought_about(state, duty, subject, step)
    spell = {"duty": duty, "subject": subject, "since": state["now"], "by": by, "mark": mark, "raised": None}
    spell["last"] = last_performance(state, duty["action"], subject)
    state["spells"][(duty["id"], subject)] = spell
    due = next_round(state, spell)
    if due and due["due"] and not waits_through(state, duty):
        return
    spell["raised"] = due if due != NO_LIMIT else None
    due = due or due_of(state["policy"], origin(spell), limit_of(duty.get("first")), state["now"])
    open_round(state, spell, due, by["occurred"])


def brought_about(state, duty, subject, step):
    """The record of a step that began a spell: the last that bears on what the condition asks about, else the last; with
    the strictest mark of those that bear on it. A duty that itself came into force rests on the latest sentence or, where
    nobody was sentenced yet, on what was on record."""
    kinds = [k for fact in asked_of(state, duty["condition"], None, subject, why) for k in fed_by(fact)]
    sentence = max(state["known"]["sentences"].values(), key=lambda s: (s["started"], s["by"]), default=None)
    now = state["now"]
    if not step and sentence:
        return {"id": sentence["by"], "mark": sentence["mark"], "occurred": now, "recorded": now}, sentence["mark"]
    records = step or state["taken"]
    bearing = [h for h in records if h["kind"] in kinds]
    last = max(bearing or records, key=lambda h: (h["occurred"], h["id"]))
    mark = strictest([last["mark"]] + [h["mark"] for h in bearing])
    return (last if step else {**last, "occurred": now, "recorded": now}), mark


def origin(spell):
    """What a spell rests on, as a reason."""
    by, duty = spell["by"], spell["duty"]
    return {
        "rule": duty["id"],
        "basis": duty["basis"],
        "event": by["id"],
        "mark": spell["mark"],
        "occurred": by["occurred"],
        "recorded": by["recorded"],
    }


def end_spell(state, key, step):
    """What a spell opened is moot by the event that ended it: the last of the step that bears on the condition."""
    spell = state["spells"].pop(key)
    duty, subject = spell["duty"], spell["subject"]
    kinds = [k for fact in facts_of(duty["condition"]) for k in fed_by(fact)]
    by = max([h for h in step if h["kind"] in kinds] or step, key=lambda h: (h["occurred"], h["id"]))
    for line in lines_of(state, duty["action"], subject):
        for reason in open_reasons(line):
            if reason["rule"] == duty["id"]:
                reason["answer"] = superseded(by["id"], state["now"])
    state["held"] = [h for h in state["held"] if (h[1], h[2], h[3]["rule"]) != (duty["action"], subject, duty["id"])]


def waits_through(state, duty):
    """An action that waits on somebody stays open through its rounds: a reminder moves its date on."""
    return bool(state["policy"]["actions"][duty["action"]]["chased_by"])


def performs(state, happening, action, subject):
    """Whether an event performs an action: reminding, where it waits on somebody, else whatever closes it."""
    if state["policy"]["actions"][action]["chased_by"]:
        return does(state, "chased_by", happening, action, subject)
    return closes(state, happening, action, subject)


def last_performance(state, action, subject):
    """When an action was last performed, by whoever, and when that was learnt, of all that is known; `None` if never."""
    found = [h for h in state["taken"] if performs(state, h, action, subject)]
    return max(((h["occurred"], h["clock"]) for h in found), default=None)


def perform(state, happening):
    """Lets an event count as a performance of the duties that stand. This is asked once, on the facts of its step: what was
    done stays done, whatever is learnt later."""
    for spell in state["spells"].values():
        if performs(state, happening, spell["duty"]["action"], spell["subject"]):
            performed(state, spell, happening)


def perform_by_decision(state, line, happening):
    """Lets a decision that closed a line count as a performance of the duties behind that action."""
    for spell in state["spells"].values():
        if (spell["duty"]["action"], spell["subject"]) == (line["action"], line["subject"]):
            performed(state, spell, happening)


def performed(state, spell, happening):
    """The period begins anew, unless what was done is older than the last time: the date of what waits on somebody moves on;
    else the next round is to come, once none stands open."""
    if spell["last"] and spell["last"][0] >= happening["occurred"]:
        return
    spell["last"] = (happening["occurred"], happening["clock"])
    due = next_round(state, spell)
    if waits_through(state, spell["duty"]):
        for line in lines_of(state, spell["duty"]["action"], spell["subject"])[-1:]:
            for reason in open_reasons(line):
                if reason["rule"] == spell["duty"]["id"] and due and due != NO_LIMIT:
                    reason |= due
    elif not stands_open(state, spell) or not (due and due["due"]):
        spell["raised"] = None


def next_round(state, spell):
    """By when the next round is to be done; `None` for a duty that has no period.

    A period runs from the last performance, else by the duty's first limit, else from the beginning of the spell (of what
    waits on somebody: from when they were asked). Its length is that of the day on which it was learnt that it runs."""
    duty, policy = spell["duty"], state["policy"]
    if "every" not in duty:
        return None
    if spell["last"]:
        done, learnt = spell["last"]
        return period_after(policy, duty["every"], done, max(learnt, spell["since"]))
    if "first" in duty:
        return due_of(policy, origin(spell), limit_of(duty["first"]), spell["since"])
    start = spell["by"]["occurred"] if waits_through(state, duty) else spell["since"]
    return period_after(policy, duty["every"], start, spell["since"])


def open_round(state, spell, due, not_before):
    """Opens what a duty asks for; acts done since `not_before` answer it."""
    duty, now = spell["duty"], state["now"]
    reason = {
        **origin(spell),
        "clock": now,
        "learnt": spell["by"]["recorded"],
        "not_before": not_before,
        "priority": priority_of(state["policy"], duty),
        **due,
        "about": duty.get("about", "case"),
        "review": duty.get("review", []),
        "assessed": set(),
        "duty": True,
        "answer": None,
    }
    state["effects_of_duties"].append(("open", duty["action"], spell["subject"], reason))


def priority_of(policy, duty):
    """How soon what a duty asks for matters: as soon as the duty says, else the action."""
    return duty.get("priority") or policy["actions"][duty["action"]]["priority"]


def stands_open(state, spell):
    """Whether a round stands open: they never stack."""
    lines = lines_of(state, spell["duty"]["action"], spell["subject"])
    return any(r["rule"] == spell["duty"]["id"] for line in lines for r in open_reasons(line))


def raise_round(state, spell):
    """A round falls due: whatever was done since the last time answers it."""
    since = max(spell["last"][0] + 1, spell["by"]["occurred"]) if spell["last"] else spell["by"]["occurred"]
    now, due = state["now"], next_round(state, spell)
    spell["raised"] = due
    fallen_due = {"occurred": now, "recorded": max(now, spell["by"]["recorded"]), "learnt": now}
    open_round(state, spell, {**due, **fallen_due}, since)


def rounds_falling_due(state):
    """The rounds that fall due by themselves, by the first moment of their day. One whose date cannot be told falls due at
    once: it must not be forgotten."""
    found, now = [], state["now"]
    if supervision_ended_by(state["known"], now) is not None:
        return found
    for spell in state["spells"].values():
        due = None if waits_through(state, spell["duty"]) or stands_open(state, spell) else next_round(state, spell)
        opened = spell["raised"] and due and spell["raised"]["due"] == due["due"]
        if due and due != NO_LIMIT and not opened:
            at = start_of(due["due"]) if due["due"] else now
            if in_force(state["policy"], spell["duty"], at):
                found.append((at, spell))
    return found


def further_rounds(state, line, until):
    """The days on which further rounds fell due while one stands open, with the first one after a day."""
    found = []
    for reason in open_reasons(line):
        duty = next((d for d in state["policy"]["duties"] if d["id"] == reason["rule"]), None)
        day = reason["due"] if duty and "every" in duty and reason.get("duty") else None
        while day and day < until:
            further = period_after(state["policy"], duty["every"], start_of(day), start_of(day))["due"]
            day = further if further and further > day else None
            found.append(day)
    return [day for day in found if day]


def missed(state, line, on):
    """How many rounds of a duty passed by a day while one stands open."""
    return len([day for day in further_rounds(state, line, on) if day < on])


def coming_misses(state, line, at):
    """When further rounds of an open duty will have passed."""
    return [after(day) for day in further_rounds(state, line, day_of(at) + timedelta(days=1))]
