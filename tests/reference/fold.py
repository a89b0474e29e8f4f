"""The fold: the records of one version of the log, step by step, with what falls due between (docs/semantics.md, 2 to 4)."""

from datetime import date, timedelta

from . import duties, levels, subjects
from .deadlines import due_of, due_of_reason
from .actions import answer_by, asked_of, decide, goes_on_as, open_reasons, pending, require, supersede
from .facts import children, gather, last_day_over, supervision_ended_by
from .policy import in_force, limit_of, number, parameter
from .times import after, day_of, plus, start_of
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
        "arisen": set(),
        "held": [],
        "taken": [],
        "known": gather([]),
        "levels": levels.stand([], []),
        "statements": [],
        "indications": [],
        "lines": [],
        "flags": [],
        "reviews": [],
        "spells": {},
        "effects_of_duties": [],
        "raised": set(),
        "firings": [],
        "now": None,
    }
    happenings = with_clocks(version, lens, at)
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
        "arisen": set(state["arisen"]),
        "raised": set(state["raised"]),
        "spells": dict(state["spells"]),
        **{name: list(state[name]) for name in ["held", "indications", "flags", "firings"]},
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
    return [{**h, "clock": h[which] if start is None else max(h[which], start)} for h in happenings]


def step(state, clock, happenings):
    """All records of one clock, at once."""
    state["now"] = clock
    children_before = children(state["known"])
    state["taken"] += [h for h in happenings if h["kind"] != "unrecognised_record"]
    refresh(state)
    effects = effects_of(state, happenings)
    for h in sorted(happenings, key=lambda h: (h["occurred"], h["id"])):
        answer_by(state, h)
        if h["kind"] == "action_decided":
            decide(state, h)
    settle(state, happenings, effects, children_before)


def settle(state, happenings, effects, children_before):
    """Opens what is required, and looks at the duties."""
    go_on_under_another_name(state)
    apply(state, effects)
    if state["since"] is not None and state["now"] >= state["since"]:
        released, state["held"] = state["held"], []
        apply(state, released)
    refresh(state)
    drop_needless_countersignatures(state, happenings)
    include_new_children(state, happenings, children_before)
    duties.look_at(state, happenings)
    open_rounds(state)


def open_rounds(state):
    """Opens what the duties ask for."""
    opened, state["effects_of_duties"] = state["effects_of_duties"], []
    apply(state, opened)


def refresh(state):
    """Facts and levels from what is taken in by now."""
    state["known"] = gather(state["taken"])
    state["statements"] = levels.statements(state["taken"])
    state["levels"] = levels.stand(state["taken"], state["indications"])


def effects_of(state, happenings):
    """What the rules ask for, each evaluated on the one set of facts."""
    policy, now, effects = state["policy"], state["now"], []
    for rule in policy["rules"]:
        for h in happenings:
            if h["kind"] in rule["kinds"] and in_force(policy, rule, now) and asked_of(state, rule["condition"], h, None):
                effects += effects_of_rule(state, rule, h)
    return effects


def effects_of_rule(state, rule, happening):
    """The effects of one rule that fired for one event."""
    policy, now, known, effects = state["policy"], state["now"], state["known"], []
    state["firings"].append((rule["id"], happening["id"]))
    because = {
        "rule": rule["id"],
        "basis": rule["basis"],
        "event": happening["id"],
        "mark": happening["mark"],
        "clock": now,
        "occurred": happening["occurred"],
        "recorded": happening["recorded"],
        "learnt": learnt(state, happening),
    }
    for i in rule.get("indicate", []):
        setting = i.get("setting", "custody" if i["group"] == "prisoners" else "community")
        effects.append(("indicate", None, (i["group"], setting), {**because, "level": i["level"]}))
    for f in rule.get("flag", []):
        effects.append(("flag", None, f["register"], {**because, "should_be": f.get("should_be", "set")}))
    register = next((f["register"] for f in rule.get("flag", [])), None)
    for r in rule.get("require", []):
        about = r.get("about", "case")
        lower = state["levels"]["lower"]
        for subject in subjects.of(about, happening, known, lower, now, register):
            reason = {
                **because,
                "priority": r.get("priority") or policy["actions"][r["action"]]["priority"],
                **due_of(policy, because, limit_of(r.get("due")), now),
                "limit": limit_of(r.get("due")),
                "about": about,
                "review": groups_reviewed(rule) if r["action"] == "review_risk" else [],
                "answer": None,
            }
            effects.append(("open", r["action"], subject, reason))
    return effects


def learnt(state, happening):
    """When what an event says was on record: in hindsight too, where it takes its place when it happened."""
    if state["lens"] == "hindsight":
        return happening.get("corrected", happening["recorded"])
    return happening["recorded"]


def groups_reviewed(rule):
    """The groups that a rule puts under review: those that it names, else those indicated, else all."""
    return rule.get("review") or [i["group"] for i in rule.get("indicate", [])] or ["all"]


def apply(state, effects):
    """Joins effects to what stands. What only a new version of the log causes waits for the clock of its correction."""
    for what, action, about, reason in effects:
        key = (what, action, about, reason["rule"], reason["event"], reason["clock"] if reason.get("duty") else None)
        since = state["since"]
        if since is not None and reason["clock"] < since and key not in state["caused_before"]:
            if state["now"] < since:
                state["held"].append((what, action, about, reason))
                continue
            reason = {**reason, "clock": since, "learnt": since}
            if "limit" in reason:
                reason |= due_of(state["policy"], reason, reason["limit"], since)
        if key in state["arisen"]:
            continue
        state["arisen"].add(key)
        if what == "indicate":
            state["indications"].append({**reason, "cell": about})
        elif what == "flag":
            state["flags"].append({**reason, "register": about})
        else:
            require(state, action, about, reason)


def go_on_under_another_name(state):
    """An action that another continues from a date goes on as that one, and keeps its age."""
    for line in state["lines"]:
        if pending(line):
            line["action"] = goes_on_as(state["policy"], line["action"], state["now"])


def drop_needless_countersignatures(state, happenings):
    """A later assessment of the same cell makes a countersignature needless (section 5)."""
    for line in state["lines"]:
        if line["subject"][0] == "statement" and pending(line):
            still = line["subject"][1:] in state["levels"]["lower"]
            by = [h["id"] for h in happenings if h["kind"] == "risk_assessed"]
            if not still and by:
                supersede(line, max(by), state["now"])


def include_new_children(state, happenings, before):
    """A child who becomes known is included in what stands open about each child; what was about nobody yet is moot."""
    new = [c for c in children(state["known"]) if c not in before]
    by = [h["id"] for h in happenings if h["kind"] == "person_identified"]
    if not new or not by:
        return
    open = []
    for line in state["lines"]:
        open += [(line["action"], r) for r in open_reasons(line) if r["about"] == "each_child"]
    for child in new:
        apply(state, [("open", action, ("person", child), {**reason, "answer": None}) for action, reason in open])
    for line in state["lines"]:
        if line["subject"] == ("nobody",):
            supersede(line, min(by), state["now"])


# ---- What falls due by itself


def run_clock(state, until):
    """Raises, in the order of time, what falls due by a moment."""
    while True:
        due = [d for d in falling_due(state) if d[0] <= until]
        if not due:
            return
        time, _, _, key, happening = min(due, key=lambda d: d[:3])
        state["raised"].add(key)
        raise_derived(state, max(time, state["now"] or time), happening)


def raise_derived(state, clock, happening):
    """One derived event, or a day on which duties come into force: a step of its own."""
    state["now"] = clock
    if happening is None:
        refresh(state)
        settle(state, [], [], children(state["known"]))
        return
    if happening["kind"] == "duty_due":
        duties.raise_round(state, happening["spell"])
        open_rounds(state)
    happening = {**happening, "clock": clock, "occurred": clock, "recorded": clock}
    refresh(state)
    effects = effects_of(state, [happening])
    settle(state, [happening], effects, children(state["known"]))


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
        "subject": subject or ("",),
    }


def falling_due(state):
    """Everything that falls due by itself: (when, place in the order of kinds, id, key, happening)."""
    found, known, policy = [], state["known"], state["policy"]
    for id, order in known["orders"].items():
        over = last_day_over(order)
        if over is not None and (order["discharged"] is None or order["discharged"] >= over):
            found.append((over, id, derived("protective_order_expired", over, order, ("order", id), order=order["kind"])))
    for id, sentence in known["sentences"].items():
        over = last_day_over(sentence)
        if over is not None and (sentence["ended"] is None or sentence["ended"] >= over):
            found.append((over, id, derived("supervision_end_reached", over, sentence)))
    found += [d for d in overdue_actions(state)]
    for cell, from_day in stale_from(state).items():
        by = state["levels"]["by"][cell]
        h = derived("assessment_stale", start_of(from_day), by, None, group=cell[0])
        found.append((start_of(from_day), cell[0], h))
    keyed = []
    for time, id, h in found:
        key = (h["kind"], id, time, h["details"].get("priority"))
        if not raised_already(state, key):
            keyed.append((time, DERIVED_ORDER.index(h["kind"]), str(id), key, h))
    for time, spell in duties.rounds_falling_due(state):
        h = {**derived("duty_due", time, spell["by"], spell["subject"]), "spell": spell}
        h["details"] = {"action": spell["duty"]["action"], "priority": "planned"}
        keyed.append((time, 2, spell["duty"]["id"], ("duty_due",), h))
    for from_day in comes_into_force(policy):
        if start_of(from_day) > (state["now"] or start_of(from_day)):
            keyed.append((start_of(from_day), 5, "", ("in_force", from_day), None))
    return keyed


def comes_into_force(policy):
    """The days on which duties come into force, and actions go on under another name."""
    continued = [a["continues"]["from"] for a in policy["action"] if "continues" in a]
    return [d["effective"]["from"] for d in policy["duties"]] + continued


def boundaries(policy):
    """Every day on which a rule, a duty or a value comes into force or ends."""
    spans = [entry["effective"] for entry in policy["rules"] + policy["duties"]]
    spans += [value for p in policy["parameter"] for value in p["values"]]
    return comes_into_force(policy) + [span[end] for span in spans for end in ["from", "to"] if end in span]


def raised_already(state, key):
    """Each is raised once; what is overdue, again if it has become more urgent since."""
    *same, priority = key
    if priority is None:
        return key in state["raised"]
    as_urgent = PRIORITIES[: PRIORITIES.index(priority) + 1]
    return any((*same, p) in state["raised"] for p in as_urgent)


def stale_from(state):
    """The first day on which the assessment behind each level is out of date, where a parameter sets an age."""
    found = {}
    for cell, by in state["levels"]["by"].items():
        age = parameter(state["policy"], "assessment_stale_after", by["occurred"])
        if age is not None:
            unit = state["policy"]["parameters"]["assessment_stale_after"]["unit"]
            found[cell] = plus(day_of(by["occurred"]), age["value"], unit)[0] + timedelta(days=1)
    return found


def ended(state, at):
    """Whether supervision has ended by the moment at which something is raised."""
    return supervision_ended_by(state["known"], max(at, state["now"] or at)) is not None


def overdue_actions(state):
    """Pending lines whose last day in time passes, unless supervision has ended."""
    found = []
    for line in state["lines"]:
        due = due_day(line)
        if pending(line) and due is not None:
            over = after(due)
            if not ended(state, over):
                first = min(line["reasons"], key=lambda r: (r["clock"], r["event"]))
                priority = min((r["priority"] for r in open_reasons(line)), key=PRIORITIES.index)
                mark = strictest(r["mark"] for r in line["reasons"])
                h = derived("action_overdue", over, {"id": first["event"], "mark": mark}, line["subject"])
                h["details"] = {"action": line["action"], "priority": priority}
                found.append((over, (line["action"], line["subject"], first["event"]), h))
    return found


def due_day(line):
    """The earliest date by which something open on a line is due."""
    days = [due_of_reason(r) for r in open_reasons(line) or line["reasons"]]
    return min([d for d in days if d], default=None)
