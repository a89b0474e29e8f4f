"""Actions: lines with their reasons, and what answers them (docs/semantics.md, section 4).

A line is one action about one subject, from when it opens until no reason is left. A reason is one event that calls for it
under one rule or duty.
"""

from .conditions import holds
from .facts import asking, concerns, of_kinds, value
from .policy import kinds_of, number
from .records import named_by
from .times import start_of
from .words import DECISIONS


def pending(line):
    return any(r["answer"] is None for r in line["reasons"])


def open_reasons(line):
    return [r for r in line["reasons"] if r["answer"] is None]


def lines_of(state, action, subject):
    return [l for l in state["lines"] if l["action"] == action and l["subject"] == subject]


def matches(state, trigger, happening, subject):
    """Whether an event is one that a trigger speaks of, about that subject."""
    kinds, condition, _ = trigger
    if happening["kind"] not in kinds or not concerns(happening, subject):
        return False
    return asked_of(state, condition, happening, subject)


def asked_of(state, condition, happening, subject, question=holds):
    """Whether a condition holds now for an event and a subject (or another question about it)."""
    asked = asking(happening, subject, state["now"])
    read = lambda fact: value(fact, state["known"], state["levels"], state["policy"], asked)  # noqa: E731
    return question(condition, read, lambda id: number(state["policy"], id, state["now"]))


def does(state, what, happening, line_action, subject):
    """Whether an event closes (or suspends, chases, refuses) an action about a subject."""
    triggers = state["policy"]["actions"][line_action][what]
    return any(matches(state, t, happening, subject) for t in triggers)


def closers(state, action):
    """Everything taken in that may close an action, in the order in which it happened."""
    found = of_kinds(state["known"], kinds_of(state["policy"]["actions"][action], "closed_by"))
    return sorted(found, key=lambda h: (h["occurred"], h["id"]))


def may_close(state, happening, subject):
    """Only a manager countersigns, and nobody an assessment of his own (section 5)."""
    if subject[0] != "statement" or happening["kind"] != "management_oversight_recorded":
        return True
    assessor = [s["assessor"] for s in state["statements"] if s["id"] == subject[3]]
    return happening["data"].get("role", "manager") == "manager" and happening["data"]["by"] not in assessor


def closes(state, happening, action, subject):
    return does(state, "closed_by", happening, action, subject) and may_close(state, happening, subject)


def reaches(happening, reason):
    """Whether an act or a decision reaches a reason: an act what had happened when it was done, or only what it says it
    answers; a decision what it names, or what was on record when it was made."""
    named = named_by(happening)
    if happening["kind"] in DECISIONS:
        if reason["event"] in named and reason["clock"] <= happening["clock"]:
            return True
        return on_record(happening, reason)
    if named and reason["event"] not in named:
        return False
    return happening["occurred"] >= reason.get("not_before", reason["occurred"])


def on_record(happening, reason):
    """Whether what a reason rests on was on record when a decision was made; what came in the same feed was not."""
    return reason["learnt"] <= happening["occurred"] and reason["learnt"] < happening["recorded"]


def answer(reason, happening, how):
    """A reason is answered by an event, on the day on which that was done."""
    reason["answer"] = {"by": happening["id"], "on": happening["occurred"], "clock": happening["clock"], "how": how}


def require(state, action, subject, reason):
    """Opens an action, or adds a reason to the line that stands open; what was done already answers it at once."""
    action = goes_on_as(state["policy"], action, state["now"])
    lines = [l for l in lines_of(state, action, subject) if pending(l)]
    if lines:
        line = lines[-1]
    else:
        line = {"action": action, "subject": subject, "reasons": [], "decided": None, "refused": [], "withdrawn": False}
        state["lines"].append(line)
    line["reasons"].append(reason)
    for happening in closers(state, action):
        if reason["answer"] is None and closes(state, happening, action, subject) and reaches(happening, reason):
            answer(reason, happening, "done")


def goes_on_as(policy, action, now):
    """The action by which one goes on from a date, if another continues it."""
    for a in policy["action"]:
        if "continues" in a and a["continues"]["action"] == action and start_of(a["continues"]["from"]) <= now:
            return a["id"]
    return action


def answer_by(state, happening):
    """Lets an act or a decision answer the reasons that stand open."""
    for line in state["lines"]:
        if pending(line) and closes(state, happening, line["action"], line["subject"]):
            for reason in open_reasons(line):
                if reaches(happening, reason):
                    answer(reason, happening, "done")
        if pending(line) and does(state, "refused_by", happening, line["action"], line["subject"]):
            line["refused"].append(happening)


def decide(state, happening):
    """A person's decision about an action: not needed, done elsewhere, put off (section 4)."""
    data = happening["data"]
    for line in state["lines"]:
        if line["action"] != data["action"] or not pending(line):
            continue
        if "about" in data and data["about"] not in ids_of(line["subject"]):
            continue
        reached = [r for r in open_reasons(line) if decided_about(happening, r)]
        if not reached:
            continue
        accepted = may_decide(state, line, data["role"])
        line["decided"] = {"happening": happening, "accepted": accepted}
        if not accepted:
            continue
        for reason in reached:
            if data["decision"] in ["not_needed", "done_elsewhere"]:
                answer(reason, happening, data["decision"])
            elif data["decision"] == "deferred" and "until" in data:
                reason["deferred_until"] = data["until"]


def decided_about(happening, reason):
    """A decision about an action reaches the reasons that it names, or all that it could have considered."""
    named = happening["data"].get("reasons", [])
    if named:
        return reason["event"] in named
    return on_record(happening, reason)


def may_decide(state, line, role):
    """Whoever the policy says; where somebody is to be protected now, a manager."""
    if any(r["priority"] == "protect_now" for r in open_reasons(line)):
        return role == "manager"
    return role in state["policy"]["actions"][line["action"]].get("decidable_by", [])


def supersede(line, by, now):
    """What is open on a line is moot, for an event that is named."""
    for reason in open_reasons(line):
        reason["answer"] = {"by": by, "on": now, "clock": now, "how": "superseded"}


def ids_of(subject):
    """The ids by which an answer names a subject; none for the case as a whole."""
    if subject[0] in ["case", "nobody"]:
        return []
    if subject[0] == "statement":
        _, group, setting, assessment = subject
        return [group, assessment] + (["custody"] if setting == "custody" else [])
    return [subject[1]]
