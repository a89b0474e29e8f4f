"""Duties: what comes round, or stands, while a condition holds (docs/semantics.md, section 7)."""

from . import subjects
from .blindness import fed_by
from .actions import asked_of, closers, closes, does, lines_of, open_reasons
from .conditions import facts_of, why
from .facts import of_kinds, supervised
from .policy import in_force, kinds_of, parameter
from .times import after, day_of, plus, start_of


def spell_key(duty, subject):
    return (duty["id"], subject)


def look_at(state, step):
    """Ends the spells whose condition no longer holds, begins those that now do, and opens what stands or is due."""
    policy, now = state["policy"], state["now"]
    if not supervised(state["known"], now):
        return
    holding = {}
    for duty in policy["duties"]:
        if in_force(policy, duty, now):
            for subject in subjects.of(duty.get("about", "case"), None, state["known"], [], now):
                if asked_of(state, duty["condition"], None, subject):
                    holding[spell_key(duty, subject)] = duty
    for key in [k for k in state["spells"] if k not in holding]:
        asked = facts_of(state["spells"][key]["duty"]["condition"])
        end_spell(state, key, brought_about(step, asked))
    for (id, subject), duty in holding.items():
        if (id, subject) not in state["spells"]:
            by = brought_about(step, asked_of(state, duty["condition"], None, subject, why))
            state["spells"][(id, subject)] = {"duty": duty, "subject": subject, "since": now, "by": by}
            if every_of(state, duty) is None or waits_through(state, duty) or duty.get("first") == "immediately":
                open_round(state, state["spells"][(id, subject)], first=True)
    move_on(state)
    for spell in list(state["spells"].values()):
        due = next_due(state, spell)
        if due is not None and due <= day_of(now):
            open_round(state, spell)


def every_of(state, duty):
    """The period of a duty: the parameter as it stands now; `None` for a duty that stands, also where the parameter is
    unset."""
    return parameter(state["policy"], duty["every"], state["now"]) if "every" in duty else None


def brought_about(step, asked):
    """The record of a step behind a spell that it began or ended: the last that can change one of the facts asked about,
    else the last."""
    kinds = [k for fact in asked for k in fed_by(fact)]
    fitting = [h for h in step if h["kind"] in kinds] or step
    return max(fitting, key=lambda h: (h["occurred"], h["id"]))


def end_spell(state, key, last):
    """What a spell opened is moot by the event that ended it."""
    spell = state["spells"].pop(key)
    duty, subject = spell["duty"], spell["subject"]
    for line in lines_of(state, duty["action"], subject):
        for reason in open_reasons(line):
            if reason["rule"] == duty["id"]:
                reason["answer"] = {"by": last["id"], "on": state["now"], "how": "superseded"}


def waits_through(state, duty):
    """An action that waits on somebody stays open through its rounds."""
    return bool(state["policy"]["actions"][duty["action"]].get("chased_by"))


def performances(state, action, subject):
    """When the action was performed: by reminding, where it waits on somebody, else by whatever closes it, or by a decision
    that it is not needed."""
    definition = state["policy"]["actions"][action]
    if definition["chased_by"]:
        chasers = of_kinds(state["known"], kinds_of(definition, "chased_by"))
        found = [h["occurred"] for h in chasers if does(state, "chased_by", h, action, subject)]
    else:
        found = [h["occurred"] for h in closers(state, action) if closes(state, h, action, subject)]
    for line in lines_of(state, action, subject):
        found += [r["answer"]["on"] for r in line["reasons"] if r["answer"] and r["answer"]["how"] == "not_needed"]
    return found


def last_done(state, action, subject):
    return max(performances(state, action, subject), default=None)


def period_after(state, duty, start, which="every"):
    """The day a period of a duty after a moment, and what the period rests on."""
    id = duty["every"] if which == "every" else duty["first"]["within"]
    length = parameter(state["policy"], id, state["now"])
    if length is None:
        return None, None
    return plus(day_of(start), length["value"], state["policy"]["parameters"][id]["unit"])[0], length["basis"]


def stands_open(state, duty, subject):
    """The reason that a duty has open about a subject, if any: it never stacks."""
    for line in lines_of(state, duty["action"], subject):
        for reason in open_reasons(line):
            if reason["rule"] == duty["id"]:
                return reason
    return None


def next_due(state, spell):
    """The day on which the next round falls due; `None` where one stands open, or where there is none."""
    duty, subject = spell["duty"], spell["subject"]
    if every_of(state, duty) is None or stands_open(state, duty, subject):
        return None
    done = last_done(state, duty["action"], subject)
    if done is not None:
        return period_after(state, duty, done)[0]
    first = "first" if isinstance(duty.get("first"), dict) else "every"
    return period_after(state, duty, spell["by"]["occurred"], first)[0]


def open_round(state, spell, first=False):
    """Opens what a duty asks for."""
    policy, duty, subject, now = state["policy"], spell["duty"], spell["subject"], state["now"]
    done, periodic = last_done(state, duty["action"], subject), every_of(state, duty) is not None
    if first and periodic and done is not None and not waits_through(state, duty):
        return
    due, due_basis = None, None
    if periodic and not (first and duty.get("first") == "immediately"):
        due, due_basis = period_after(state, duty, spell["by"]["occurred"] if done is None else done)
    elif duty.get("first") == "immediately":
        due, due_basis = day_of(now), duty["basis"]
    elif "first" in duty:
        due, due_basis = period_after(state, duty, now, "first")
    by = spell["by"]
    reason = {
        "rule": duty["id"],
        "basis": duty["basis"],
        "event": by["id"],
        "mark": by["mark"],
        "disputed": by.get("disputed", False),
        "clock": now,
        "occurred": by["occurred"],
        "not_before": by["occurred"] if done is None or first else done + 1,
        "recorded": by["recorded"],
        "learnt": now,
        "priority": duty.get("priority") or policy["actions"][duty["action"]]["priority"],
        "due": due,
        "due_basis": due_basis,
        "due_unknown": None,
        "about": duty.get("about", "case"),
        "review": [],
        "duty": True,
        "answer": None,
    }
    state["effects_of_duties"].append((duty["action"], subject, reason))


def move_on(state):
    """A reminder moves on the date of what waits on somebody."""
    for spell in state["spells"].values():
        duty, subject = spell["duty"], spell["subject"]
        reason = waits_through(state, duty) and stands_open(state, duty, subject)
        if not reason:
            continue
        done = last_done(state, duty["action"], subject)
        if every_of(state, duty) and done is not None:
            reason["due"], reason["due_basis"] = period_after(state, duty, done)


def next_rounds(state):
    """When the next rounds fall due; while no sentence is supervised, duties rest."""
    found = []
    if not supervised(state["known"], state["now"]):
        return found
    for (id, subject), spell in state["spells"].items():
        due = next_due(state, spell)
        if due is not None:
            found.append((start_of(due), spell))
    return found


def further_rounds(state, line, until):
    """The days on which further rounds would have fallen due while one stands open, the first after a day included."""
    found = []
    for reason in open_reasons(line):
        spell = state["spells"].get((reason["rule"], line["subject"]))
        if not spell or not reason["due"] or reason.get("deferred_until") or not every_of(state, spell["duty"]):
            continue
        id = spell["duty"]["every"]
        length = parameter(state["policy"], id, reason["clock"])["value"]
        day, count = reason["due"], 0
        while day is not None and day <= until:
            count += 1
            day = plus(reason["due"], length * count, state["policy"]["parameters"][id]["unit"])[0]
            found.append(day)
    return [day for day in found if day]


def missed(state, line, on):
    """How many rounds of a duty passed by a day while one stands open."""
    return len([day for day in further_rounds(state, line, on) if day < on])


def coming_misses(state, line, at):
    """When further rounds of an open duty will have passed; none do while duties rest."""
    if not supervised(state["known"], at):
        return []
    return [after(day) for day in further_rounds(state, line, day_of(at))]
