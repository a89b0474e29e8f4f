"""The fold: the records of one version of the log, step by step, with what falls due between (docs/semantics.md, 2 to 4)."""

import math
from datetime import timedelta

from . import duties, levels, subjects
from .actions import answer_by, asked_in_time, asked_of, decide, goes_on_as, history_from, open_reasons, pending, require, supersede, superseded
from .deadlines import due_of, period_after
from .facts import children, gather, of_kinds, supervision_ended_by
from .policy import in_force, limit_of
from .times import after, day_of, start_of
from .words import PRIORITIES, strictest

DERIVED_ORDER = ["protective_order_expired", "supervision_end_reached", "duty_due", "action_overdue", "assessment_stale"]


def fold(version, policy, lens, at, caused_before):
    """The state of the case at a moment, from one version of its log.

    `caused_before`: what earlier versions had caused; whatever else this one causes has the clock of its correction."""
    state = {
        "policy": policy,
        "lens": lens,
        "since": version["since"],
        "caused_before": caused_before,
        "arisen": {},
        "duties_arisen": set(),
        "held": [],
        "taken": [],
        "known": gather([]),
        "levels": levels.stand([], [], []),
        "indications": [],
        "lines": [],
        "flags": [],
        "reviews": [],
        "spells": {},
        "effects_of_duties": [],
        "raised": set(),
        "now": None,
    }
    happenings, start = with_clocks(version, lens, at)
    state["supervision_began"] = start
    if state["since"] is not None and start is not None:
        state["since"] = max(state["since"], start)
    for clock in sorted({h["clock"] for h in happenings if h["clock"] <= at}):
        run_clock(state, clock)
        step(state, clock, [h for h in happenings if h["clock"] == clock])
    run_clock(state, at)
    state["now"] = at
    return state


def run_on(state, at):
    """The same case at a later moment, if no more is learnt."""
    later = {
        **state,
        "lines": [{**line, "reasons": [{**r} for r in line["reasons"]]} for line in state["lines"]],
        "arisen": dict(state["arisen"]),
        "duties_arisen": set(state["duties_arisen"]),
        "raised": set(state["raised"]),
        "spells": {key: {**spell} for key, spell in state["spells"].items()},
        **{name: list(state[name]) for name in ["held", "indications", "flags"]},
    }
    run_clock(later, at)
    later["now"] = at
    return later


def with_clocks(version, lens, at):
    """Each happening with the clock of its step: when it was learnt or, in hindsight, when it happened; never before the
    first start of supervision, once there has been one (section 2)."""
    which = "recorded" if lens == "as_known" else "occurred"
    unreadable = [{**r, "kind": "unrecognised_record", "data": None} for r in version["unrecognised"]]
    happenings = version["happenings"] + unreadable
    starts = [h[which] for h in happenings if h["kind"] == "supervision_started" and h[which] <= at]
    start = min(starts, default=None)
    return [{**h, "clock": h[which] if start is None else max(h[which], start)} for h in happenings], start


def step(state, clock, happenings):
    """All records of one clock, at once (section 3)."""
    state["now"] = clock
    happenings = sorted(happenings, key=lambda h: (h["occurred"], h["id"]))
    children_before = children(state["known"])
    before = state["taken"]
    state["taken"] = before + [h for h in happenings if h["kind"] != "unrecognised_record"]
    state["known"] = gather(state["taken"])
    turn(state, happenings, before)
    include_new_children(state, happenings, children_before)


def turn(state, happenings, before):
    """Every rule is asked on the one set of facts; acts and decisions answer what stood open; what is required opens; then
    the duties are looked at. `before`: what was taken in by earlier steps, which alone has answered anything yet."""
    go_on_under_another_name(state)
    state["levels"] = levels.stand(state["taken"], before, state["indications"])
    fired = firings(state, happenings)
    for h in happenings:
        answer_by(state, h)
        duties.perform(state, h)
        if h["kind"] == "action_decided":
            for line in decide(state, h):
                duties.perform_by_decision(state, line, h)
    state["now_due"], state["held"] = parted(state["held"], lambda effect: effect[3]["clock"] <= state["now"])
    for effect in state["now_due"]:
        join(state, effect)
    for rule, h in fired:
        for effect in indications_and_flags(state, rule, h):
            arise(state, effect)
    settle_levels(state)
    for rule, h in fired:
        for effect in what_is_required(state, rule, h):
            arise(state, effect)
    drop_needless_countersignatures(state, happenings)
    drop_what_ends_with_death(state)
    drop_what_has_ended(state)
    duties.look_at(state, happenings)
    open_rounds(state)


def settle_levels(state):
    state["levels"] = levels.stand(state["taken"], state["taken"], state["indications"])


def parted(items, condition):
    return [i for i in items if condition(i)], [i for i in items if not condition(i)]


def open_rounds(state):
    """Opens what the duties ask for."""
    opened, state["effects_of_duties"] = state["effects_of_duties"], []
    for effect in opened:
        arise(state, effect)


def firings(state, happenings):
    """The rules that fire, each with its event."""
    found = []
    for h in happenings:
        for rule in state["policy"]["rules_on"].get(h["kind"], []):
            if in_force(state["policy"], rule, state["now"]):
                if asked_of(state, rule["condition"], h, h.get("subject")):
                    found.append((rule, h))
    return found


def because_of(state, rule, happening):
    """A reason as it rests on an event: `learnt` is when what the event says was on record."""
    return {
        "rule": rule["id"],
        "basis": rule["basis"],
        "event": happening["id"],
        "mark": happening["mark"],
        "clock": state["now"],
        "occurred": happening["occurred"],
        "recorded": happening["recorded"],
        "learnt": happening["recorded"],
    }


def indications_and_flags(state, rule, happening):
    because, effects = because_of(state, rule, happening), []
    for i in rule.get("indicate", []):
        setting = i.get("setting", "custody" if i["group"] == "prisoners" else "community")
        effects.append(("indicate", None, (i["group"], setting), {**because, "level": i["level"]}))
    for f in rule.get("flag", []):
        effects.append(("flag", None, f["register"], {**because, "should_be": f.get("should_be", "set")}))
    return effects


def what_is_required(state, rule, happening):
    """What a rule that fired for an event asks to be done, about each subject."""
    policy, now = state["policy"], state["now"]
    because, effects = because_of(state, rule, happening), []
    register = next((f["register"] for f in rule.get("flag", [])), None)
    for r in rule.get("require", []):
        about, limit = r.get("about", "case"), limit_of(r.get("due"))
        for subject in subjects.of(about, happening, state["known"], state["levels"]["lower"], now, register):
            reason = {
                **because,
                "priority": r.get("priority") or policy["actions"][r["action"]]["priority"],
                **due_of(policy, because, limit, now),
                "limit": limit,
                "about": about,
                "until": rule.get("until"),
                "review": groups_reviewed(rule) if r["action"] == "review_risk" else [],
                "assessed": set(),
                "answer": None,
            }
            effects.append(("open", r["action"], subject, reason))
    return effects


def groups_reviewed(rule):
    """The groups that a rule puts under review: those that it names, else those indicated, else (none named) all."""
    return rule.get("review") or [i["group"] for i in rule.get("indicate", [])]


def key_of(effect):
    """By what a reason is known again in another version of the log."""
    what, action, about, reason = effect
    return (what, action, about, reason["rule"], reason["event"])


def arise(state, effect):
    """A reason arises: at the clock of the step or, where only a correction brought it, at the clock of the correction
    (section 8)."""
    what, action, about, reason = effect
    at, since = reason["clock"], state["since"]
    if since is not None:
        at = max(at, state["caused_before"].get(key_of(effect), since))
    state["arisen"].setdefault(key_of(effect), at)
    state["duties_arisen"] |= {key_of(effect)} if reason.get("duty") else set()
    if at == reason["clock"]:
        join(state, effect)
        return
    reason = {**reason, "clock": at, "learnt": max(reason["learnt"], at), "recorded": max(reason["recorded"], at)}
    if "limit" in reason:
        reason |= due_of(state["policy"], reason, reason["limit"], at)
    elif reason.get("due"):
        reason["due"] = max(reason["due"], day_of(at))
    state["held"].append((what, action, about, reason))


def join(state, effect):
    """Joins an effect to what stands."""
    what, action, about, reason = effect
    if what == "indicate":
        state["indications"].append({**reason, "cell": about})
    elif what == "flag":
        state["flags"].append({**reason, "register": about})
    else:
        require(state, action, about, reason)


def go_on_under_another_name(state):
    """An action that another continues from a date goes on as that one, and keeps its age."""
    for line in [l for l in state["lines"] if pending(l)]:
        name = goes_on_as(state["policy"], line["action"], state["now"])
        if name != line["action"]:
            there = [l for l in state["lines"] if (l["action"], l["subject"]) == (name, line["subject"]) and pending(l)]
            line["action"] = name
            if there:
                there[-1]["reasons"] += line["reasons"]
                there[-1]["decisions"] += line["decisions"]
                state["lines"].remove(line)


def drop_needless_countersignatures(state, happenings):
    """A later assessment of the same cell makes a countersignature needless (section 5)."""
    by = [h["id"] for h in happenings if h["kind"] == "risk_assessed"] or [h["id"] for h in happenings]
    for line in state["lines"]:
        if line["action"] == "countersign_lower_level" and line["subject"][0] == "statement" and pending(line):
            if line["subject"][1:] not in state["levels"]["lower"] and by:
                supersede(line, max(by), state["now"])


def drop_what_ends_with_death(state):
    """What can only be done with the person is moot once they have died (section 7)."""
    died = state["known"]["died"]
    if died and died["occurred"] <= state["now"]:
        for line in state["lines"]:
            if pending(line) and state["policy"]["actions"][line["action"]].get("ends_with_death"):
                supersede(line, died["id"], state["now"])


def drop_what_has_ended(state):
    """What a rule requires until something ends is superseded by the first such end after the rule's event (section 4)."""
    for line in state["lines"]:
        for reason in open_reasons(line):
            kind = reason.get("until")
            ends = [h for h in of_kinds(state["known"], [kind]) if h["occurred"] > reason["occurred"]] if kind else []
            if ends:
                reason["answer"] = superseded(min(ends, key=lambda h: (h["occurred"], h["id"]))["id"], state["now"])


def include_new_children(state, happenings, before):
    """A child who becomes known is included in what stands open about each child, and keeps its dates; what was about nobody
    yet is moot."""
    new = [c for c in children(state["known"]) if c not in before]
    by = [h["id"] for h in happenings if h["kind"] == "person_identified"]
    if not new or not by:
        return
    open = []
    for line in state["lines"]:
        open += [(line["action"], r) for r in open_reasons(line) if r["about"] == "each_child"]
    for child in new:
        for action, reason in open:
            effect = ("open", action, ("person", child), {**reason, "answer": None})
            if key_of(effect) not in state["arisen"]:
                state["arisen"][key_of(effect)] = reason["clock"]
                join(state, effect)
    for line in state["lines"]:
        if line["subject"] == ("nobody",):
            supersede(line, min(by), state["now"])


# ---- What falls due by itself


def run_clock(state, until):
    """Raises, in the order of time, what falls due by a moment."""
    while True:
        due = falling_due(state, until)
        if not due:
            return
        time, _, _, key, happening = min(due, key=lambda d: d[:3])
        state["raised"].add(key)
        raise_derived(state, max(time, state["now"] or time), happening)


def raise_derived(state, clock, happening):
    """One derived event, or a day on which duties come into force: a step of its own."""
    state["now"] = clock
    happenings = []
    if happening is not None:
        happenings = [{**happening, "clock": clock, "occurred": clock, "recorded": clock}]
        if happening["kind"] == "duty_due":
            duties.raise_round(state, happening["spell"])
            open_rounds(state)
    turn(state, happenings, state["taken"])


def derived(kind, time, behind, subject=None, **details):
    """A derived event: its id is that of the record behind it."""
    return {
        "kind": kind,
        "id": behind["by"] if "by" in behind else behind["id"],
        "data": None,
        "details": details,
        "occurred": time,
        "recorded": time,
        "mark": behind["mark"],
        "subject": subject,
    }


def falling_due(state, until=math.inf):
    """Everything that falls due by itself by a moment: (when, place in the order of kinds, id, key, happening)."""
    found, known, policy = [], state["known"], state["policy"]
    for id, order in known["orders"].items():
        over = order["over"]
        if over is not None and (order["discharged"] is None or order["discharged"] >= over):
            found.append((over, id, derived("protective_order_expired", over, order, ("order", id), order=order["kind"])))
    for id, sentence in known["sentences"].items():
        over = sentence["over"]
        if over is not None and (sentence["ended"] is None or sentence["ended"] >= over):
            found.append((over, id, derived("supervision_end_reached", over, sentence)))
    found += overdue_actions(state, until)
    for cell, from_day in stale_from(state).items():
        by = state["levels"]["by"][cell]
        h = derived("assessment_stale", start_of(from_day), by, None, group=cell[0])
        found.append((start_of(from_day), cell[0], h))
    keyed = []
    for time, id, h in found:
        key = (h["kind"], id, time, h["details"].get("priority"))
        if not raised_already(state, key) and key not in [k for _, _, _, k, _ in keyed]:
            keyed.append((time, DERIVED_ORDER.index(h["kind"]), str(id), key, h))
    for time, spell in duties.rounds_falling_due(state):
        h = {**derived("duty_due", time, spell["by"], spell["subject"]), "spell": spell}
        h["details"] = {"action": spell["duty"]["action"], "priority": duties.priority_of(policy, spell["duty"])}
        keyed.append((time, 2, spell["duty"]["id"], ("duty_due",), h))
    for from_day in policy["comes_into_force"]:
        if start_of(from_day) > (state["now"] or start_of(from_day)):
            keyed.append((start_of(from_day), 5, "", ("in_force", from_day), None))
    return [due for due in keyed if due[0] <= until]


def raised_already(state, key):
    """Each is raised once; what is overdue, again if it has become more urgent since."""
    *same, priority = key
    if priority is None:
        return key in state["raised"]
    as_urgent = PRIORITIES[: PRIORITIES.index(priority) + 1]
    return any((*same, p) in state["raised"] for p in as_urgent)


def stale_from(state):
    """The first day on which the assessment behind each level is out of date, where a parameter sets an age; of one group
    first in the community."""
    found = {}
    for cell, by in sorted(state["levels"]["by"].items(), key=lambda item: item[0][1]):
        age = period_after(state["policy"], "assessment_stale_after", by["occurred"], by["occurred"])["due"]
        if age is not None:
            found[cell] = age + timedelta(days=1)
    return found


def ended(state, at):
    """Whether supervision has ended by the moment at which something is raised."""
    return supervision_ended_by(state["known"], max(at, state["now"] or at)) is not None


def overdue_actions(state, until):
    """Pending lines whose last day in time passes, unless supervision has ended or records of that day are incomplete."""
    found = []
    for line in state["lines"]:
        due = due_day(line) if pending(line) else None
        over = math.inf if due is None else after(due)
        if over <= until and over < math.inf and not history_from(state, line, due):
            if not ended(state, over) and not asked_in_time(state, line, due):
                first = min(line["reasons"], key=lambda r: (r["clock"], r["event"]))
                priority = min((r["priority"] for r in open_reasons(line)), key=PRIORITIES.index)
                mark = strictest([r["mark"] for r in line["reasons"]] + [d["happening"]["mark"] for d in line["decisions"]])
                h = derived("action_overdue", over, {"id": first["event"], "mark": mark}, line["subject"])
                h["details"] = {"action": line["action"], "priority": priority}
                found.append((over, (line["action"], line["subject"], first["event"]), h))
    return found


def due_day(line):
    """The earliest date by which something open on a line is due."""
    days = [r["due"] for r in open_reasons(line) or line["reasons"]]
    return min([d for d in days if d], default=None)
