"""Actions: lines with their reasons, and what answers them (docs/semantics.md, section 4).

A line is one action about one subject, from when it opens until no reason is left. A reason is one event that calls for it
under one rule or duty.
"""

from datetime import date

from .conditions import holds
from .facts import asking, concerns, of_kinds, value
from .policy import kinds_of, number
from .records import named_by
from .times import day_of, start_of
from .words import DECISIONS, MARKS, PRIORITIES


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
    return asked_of(state, condition, happening, subject, now=happening["clock"])


def asked_of(state, condition, happening, subject, question=holds, now=None):
    """Whether a condition holds (or another question about it) for an event and a subject: now, or at another clock."""
    now = state["now"] if now is None else now
    asked = asking(happening, subject, now)
    read = lambda fact: value(fact, state["known"], state["levels"], state["policy"], asked)  # noqa: E731
    return question(condition, read, lambda id: number(state["policy"], id, now))


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
    assessor = [h["data"]["assessor"] for h in of_kinds(state["known"], ["risk_assessed"]) if h["id"] == subject[3]]
    return happening["data"].get("role") == "manager" and happening["data"]["by"] not in assessor


def closes(state, happening, action, subject):
    return does(state, "closed_by", happening, action, subject) and may_close(state, happening, subject)


def reaches(happening, reason):
    """Whether an act or a decision reaches a reason, and how: an act what had happened when it was done, or only what it
    says it answers; a decision what it names, or what was on record when it was made (what came in the same feed was not)."""
    named = named_by(happening)
    how = "named" if reason["event"] in named else "by_time"
    if happening["kind"] in DECISIONS:
        if how == "named" and reason["learnt"] <= happening["recorded"]:
            return how
        on_record = reason["learnt"] <= happening["occurred"] and reason["learnt"] < happening["recorded"]
        return "by_time" if on_record else None
    if named and how != "named":
        return None
    return how if happening["occurred"] >= reason.get("not_before", reason["occurred"]) else None


def answer(reason, happening, how, naming):
    """A reason is answered by an event, on the day on which that was done."""
    on, clock = happening["occurred"], happening["clock"]
    reason["answer"] = {"by": happening["id"], "on": on, "clock": clock, "how": how, "naming": naming}


def require(state, action, subject, reason):
    """Opens an action, or adds a reason to the line that stands open or was opened in this very step. The same event under
    the same rule again changes nothing but to an earlier date, a higher priority or, of what fell due by itself, a more open
    mark."""
    lines = [l for l in lines_of(state, action, subject)][-1:]
    line = lines[0] if lines and (pending(lines[0]) or opened(lines[0])[0] == reason["clock"]) else None
    if line is None:
        line = {"action": action, "subject": subject, "reasons": [], "decisions": [], "withdrawn": False}
        state["lines"].append(line)
    same = [r for r in open_reasons(line) if (r["rule"], r["event"]) == (reason["rule"], reason["event"])]
    if same:
        same[0]["priority"] = min(same[0]["priority"], reason["priority"], key=PRIORITIES.index)
        same[0]["mark"] = min(same[0]["mark"], reason["mark"], key=MARKS.index)
        if reason["due"] and (not same[0]["due"] or reason["due"] < same[0]["due"]):
            same[0] |= {name: reason[name] for name in ["due", "due_basis", "due_unknown"]}
    else:
        line["reasons"].append(reason)
    for happening in closers(state, action):
        if pending(line):
            answer_line(state, line, happening)


def opened(line):
    """The clock and the event of the reason that opened a line."""
    return min((r["clock"], r["event"]) for r in line["reasons"])


def answer_line(state, line, happening):
    """Lets an act or a decision answer what stands open on a line."""
    if closes(state, happening, line["action"], line["subject"]):
        for reason in open_reasons(line):
            naming = reaches(happening, reason)
            if naming and reviews_all(state, line, happening, reason):
                answer(reason, happening, "done", naming)


def reviews_all(state, line, happening, reason):
    """Whether no group is left under review, now that an assessment has stated what it states (section 4)."""
    if line["action"] != "review_risk" or happening["kind"] != "risk_assessed":
        return True
    stated = {group for group, level in happening["data"]["levels"].items() if level != "unknown"}
    on_record = {g for g, setting in state["levels"]["by"] if setting == "community" or g == "prisoners"}
    reason["assessed"] = reason["assessed"] | stated
    return bool(stated) and set(reason["review"] or on_record) <= reason["assessed"]


def goes_on_as(policy, action, now):
    """The action by which one goes on from a date, if another continues it."""
    for a in policy["action"]:
        if "continues" in a and a["continues"]["action"] == action and start_of(a["continues"]["from"]) <= now:
            return a["id"]
    return action


def answer_by(state, happening):
    """Lets an act or a decision answer whatever stands open."""
    for line in state["lines"]:
        if pending(line):
            answer_line(state, line, happening)


def decide(state, happening):
    """A person's decision about an action: not needed, done elsewhere, put off (section 4). It is shown on the line, also
    where it reaches nothing or may not be taken. Gives the lines that it closed."""
    data, closed = happening["data"], []
    for line in state["lines"]:
        if line["action"] != data["action"] or not pending(line):
            continue
        if "about" in data and data["about"] not in ids_of(line["subject"]):
            continue
        accepted = data["decision"] == "will_do" or may_decide(state, line, data["role"])
        line["decisions"] = line["decisions"] + [{"happening": happening, "accepted": accepted}]
        for reason in open_reasons(line) if accepted else []:
            naming = reaches(happening, reason)
            if not naming or naming == "by_time" and data.get("reasons"):
                continue
            if data["decision"] in ["not_needed", "done_elsewhere"]:
                answer(reason, happening, data["decision"], naming)
            elif data["decision"] == "deferred" and "until" in data:
                basis = reason["due_basis"] or reason["basis"]
                reason |= {"due": date.fromisoformat(data["until"]), "due_basis": basis, "due_unknown": None}
        closed += [] if pending(line) else [line]
    return closed


def may_decide(state, line, role):
    """Whoever the policy says; where somebody is to be protected now, a manager."""
    if any(r["priority"] == "protect_now" for r in open_reasons(line)):
        return role == "manager"
    return role in state["policy"]["actions"][line["action"]].get("decidable_by", [])


def supersede(line, by, now):
    """What is open on a line is moot, for an event that is named."""
    for reason in open_reasons(line):
        reason["answer"] = superseded(by, now)


def superseded(by, now):
    return {"by": by, "on": now, "clock": now, "how": "superseded", "naming": "by_time"}


def since_first(state, line, triggers):
    """The records that match one of the triggers about a line's subject, since its first reason happened."""
    start = min(r.get("not_before", r["occurred"]) for r in line["reasons"])
    found = []
    for trigger in triggers:
        for h in of_kinds(state["known"], trigger[0]):
            if h["occurred"] >= start and matches(state, trigger, h, line["subject"]):
                found.append((h, trigger))
    return sorted(found, key=lambda f: (f[0]["occurred"], f[0]["id"]))


def later_than(happening, found):
    return [h for h, _ in found if (h["occurred"], h["id"]) > (happening["occurred"], happening["id"])]


def asked_in_time(state, line, due, until=None):
    """Whether somebody else who must decide was asked by the due day, and has not refused since (of what happened until a
    moment): what comes after is not the owner's delay. Where the action has reminders, asking is not enough (section 6)."""
    definition = state["policy"]["actions"][line["action"]]
    asked, refused = [
        [h for h, _ in since_first(state, line, definition[what]) if until is None or h["occurred"] <= until]
        for what in ["waiting", "refused_by"]
    ]
    if definition["chased_by"] or not asked:
        return False
    after = [h for h in refused if (h["occurred"], h["id"]) > (asked[-1]["occurred"], asked[-1]["id"])]
    return not after and any(day_of(h["occurred"]) <= due for h in asked)


def history_from(state, line, due):
    """From when records of what would close an action are complete, where that is after its due date (section 9)."""
    if due is None:
        return None
    kinds = kinds_of(state["policy"]["actions"][line["action"]], "closed_by")
    complete = state["known"]["complete_from"]
    later = [min(complete[k]) for k in kinds if k in complete and due.isoformat() < min(complete[k])]
    return max(later, default=None)


def ids_of(subject):
    """The ids by which an answer names a subject; none for the case as a whole."""
    if subject[0] in ["case", "nobody"]:
        return []
    if subject[0] == "statement":
        _, group, setting, assessment = subject
        return [group, assessment] + (["custody"] if setting == "custody" else [])
    return [subject[1]]
