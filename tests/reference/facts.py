"""What is known of the case (docs/policy-language.md, the table of facts; docs/semantics.md, sections 3 and 12).

Facts are computed from all records taken in so far, in the order in which things happened; of one moment, by event id.
"""

from datetime import date, timedelta

from .conditions import NEVER
from .policy import number
from .records import named_by
from .times import after, day_of, end_of, plus_months
from .words import FIELDS, LEVELS, LISTS, NUMBERS, PERSONS, SAFEGUARDING, highest

STATE_OF_PROGRAMME = {
    "programme_referred": "referred",
    "programme_inducted": "inducted",
    "programme_started": "started",
    "programme_deferred": "deferred",
    "programme_completed": "completed",
    "programme_withdrawn": "withdrawn",
}
REQUIREMENT_OF_PROGRAMME = {"bbr": "bbr", "tsp": "tsp", "domestic_abuse_rar": "rar"}


def gather(taken):
    """Everything known from these happenings."""
    known = {
        "taken": sorted(taken, key=lambda h: (h["occurred"], h["id"])),
        "case": {},
        "sentences": {},
        "custody": [],
        "allocations": sorted({h["clock"] for h in taken if h["kind"] in ["case_allocated", "case_transferred"]}),
        "abuse_roles": set(),
        "abuse_shown": False,
        "persons": {},
        "orders": {},
        "requirements": {},
        "programmes": {},
        "flags": {},
        "requests": {},
        "factors": {},
        "complete_from": {},
    }
    known["of_kind"] = {}
    for happening in known["taken"]:
        known["of_kind"].setdefault(happening["kind"], []).append(happening)
        take(known, happening)
    for happening in known["taken"]:
        end(known, happening)
    deaths = known["of_kind"].get("person_died", [])
    known["died"] = deaths[0] if deaths else None
    for sentence in known["sentences"].values():
        if deaths and (sentence["ended"] is None or sentence["ended"] > deaths[0]["occurred"]):
            sentence["ended"] = deaths[0]["occurred"]
    return known


def of_kinds(known, kinds):
    """Everything of these kinds that was taken in."""
    return [h for kind in kinds for h in known["of_kind"].get(kind, [])]


def person(known, id):
    return known["persons"].setdefault(id, {})


def learn(values, name, value):
    """Puts a value in the place of an earlier one; not knowing never overwrites knowing."""
    if value not in [None, "unknown"] or name not in values:
        values[name] = value or "unknown"


def take(known, happening):
    """Takes in what one happening says of the state of things."""
    kind, data = happening["kind"], happening["data"]
    case = known["case"]
    if kind == "history_loaded":
        for complete in data["kinds"]:
            known["complete_from"].setdefault(complete, []).append(data["from"])
    elif kind in ["pre_sentence_report_requested", "supervision_started"]:
        for field in ["sex", "index_offence", "index_offence_is_domestic_abuse"]:
            learn(case, field, data.get(field))
        if data.get("index_offence_is_domestic_abuse") == "yes":
            known["abuse_shown"] = True
        if kind == "supervision_started":
            known["sentences"][data["sentence_id"]] = {
                "started": happening["occurred"],
                "by": happening["id"],
                "mark": happening["mark"],
                "type": data["sentence_type"],
                "over": after_the(data.get("ends_on")),
                "ended": None,
            }
    elif kind in ["case_allocated", "case_transferred"]:
        case["provider"] = data["provider"]
        case["grade"] = data.get("grade") or case.get("grade", "unknown")
        case["complexity"] = data.get("complexity", "unknown")
    elif kind == "custody_entered":
        known["custody"].append((happening["occurred"], True))
        case["whereabouts_known"] = "yes"
    elif kind == "released_from_custody":
        known["custody"].append((happening["occurred"], False))
        case["address_known"] = data.get("address_known", "unknown")
    elif kind in ["address_established", "address_changed"]:
        case["address_known"] = "yes"
        if "with_person" in data:
            person(known, data["with_person"])["in_household"] = "yes"
    elif kind == "whereabouts_unknown":
        case["whereabouts_known"] = case["address_known"] = "no"
    elif kind == "person_located":
        case["whereabouts_known"] = "yes"
    elif kind == "domestic_abuse_identified":
        known["abuse_roles"].add(data["role"])
    elif kind == "plw_disclosure":
        known["abuse_shown"] = True
    elif kind == "person_identified":
        found = person(known, data["person"])
        found["group"], found["relation"] = data["group"], data["relation"]
        learn(found, "victim", data.get("victim"))
        learn(found, "in_household", data.get("in_household"))
    elif kind == "relationship_started":
        found = person(known, data["person"])
        found["relation"] = "partner"
        found.setdefault("group", "known_adult")
    elif kind == "relationship_ended":
        person(known, data["person"])["relation"] = "ex_partner"
    elif kind == "cohabitation_started":
        person(known, data["person"])["in_household"] = data.get("confirmed", "unknown")
    elif kind == "cohabitation_ended":
        person(known, data["person"])["in_household"] = "no"
    elif kind == "household_recorded":
        learn(case, "children_complete", data.get("children_complete"))
        for id in data["persons"]:
            person(known, id)["in_household"] = "yes"
    elif kind == "risk_factor_changed":
        known["factors"][data["factor"]] = data["state"]
    elif kind == "child_safeguarding_status_changed":
        person(known, data.get("person", ""))["safeguarding"] = data["status"]
    elif kind == "protective_order_made":
        before = known["orders"].get(data["order_id"])
        known["orders"][data["order_id"]] = {
            "made": before["made"] if before else happening["occurred"],
            "by": before["by"] if before else happening["id"],
            "mark": before["mark"] if before else happening["mark"],
            "kind": before["kind"] if before else data["order"],
            "protects": data.get("protects", []),
            "over": after_the(data.get("expires_on")),
            "discharged": None,
        }
    elif kind == "protective_order_varied" and data["order_id"] in known["orders"]:
        order = known["orders"][data["order_id"]]
        order["protects"] = data.get("protects", order["protects"])
        order["over"] = after_the(data["expires_on"]) if "expires_on" in data else order["over"]
    elif kind == "information_requested":
        known["requests"][data["request_id"]] = {"of": data["of"], "about": data["about"], "answered": None}
    elif kind == "requirement_imposed":
        known["abuse_shown"] |= data["requirement"] == "bbr"
        known["requirements"][(data["requirement"], data["sentence_id"])] = True
    elif kind in ["requirement_completed", "requirement_removed"]:
        known["requirements"][(data["requirement"], data["sentence_id"])] = False
    elif kind == "programme_suitability_decided":
        known["programmes"][data["programme"]] = data["outcome"]
    elif kind in STATE_OF_PROGRAMME:
        known["programmes"][data["programme"]] = STATE_OF_PROGRAMME[kind]
    elif kind in ["flag_recorded", "flag_removed"]:
        known["flags"].setdefault(data["register"], []).append(happening)


ENDS = {
    "supervision_ended": ("sentences", "sentence_id", "ended"),
    "protective_order_discharged": ("orders", "order_id", "discharged"),
    "information_received": ("requests", "request_id", "answered"),
}


def end(known, happening):
    """Takes in the first thing that ended a sentence, an order or a request, wherever in time it stands."""
    if happening["kind"] in ENDS:
        where, field, what = ENDS[happening["kind"]]
        found = known[where].get(happening["data"][field])
        if found and found[what] is None:
            found[what] = happening["occurred"]


# ---- States at a moment


def runs(thing, began, ended, at):
    """Whether something runs at a moment: it began, was not ended, and its last day has not passed."""
    end, over = thing[ended], thing["over"]
    return thing[began] <= at and (end is None or at < end) and (over is None or at < over)


def after_the(last_day):
    """The first moment after a last day, where there is one."""
    return after(date.fromisoformat(last_day)) if last_day else None


def supervised(known, at):
    return any(runs(s, "started", "ended", at) for s in known["sentences"].values())


def supervision_ended_by(known, at):
    """When supervision ended, where it ran before and runs no longer: by a record, or with the last moment of its last
    day."""
    if supervised(known, at):
        return None
    ends = []
    for s in known["sentences"].values():
        if s["started"] <= at:
            over = [s["ended"], s["over"] and s["over"] - 1]
            ends.append(min([e for e in over if e is not None and e <= at]))
    died = known["died"] and known["died"]["occurred"]
    return max(ends, default=died if died and died <= at else None)


def in_custody(known, at):
    entered = False
    for moment, into in known["custody"]:
        if moment <= at:
            entered = into
    return entered


def orders_in_force(known, moments):
    """The ids of the orders in force at any of the moments."""
    return sorted(id for id, o in known["orders"].items() if any(runs(o, "made", "discharged", at) for at in moments))


def children(known):
    return sorted(id for id, p in known["persons"].items() if p.get("group") == "child")


def outstanding(known):
    return sorted(id for id, r in known["requests"].items() if r["answered"] is None)


def flag(known, register):
    """Whether a register's flag is set, and the level with which it was recorded."""
    said = [(h["kind"], level_said(h), h["occurred"]) for h in known["flags"].get(register, [])]
    removals = [(level, at) for kind, level, at in said if kind == "flag_removed"]
    standing = []
    for kind, level, at in said:
        since = [removed for removed, when in removals if when >= at]
        if kind == "flag_recorded" and not any(None in [level, removed] or level == removed for removed in since):
            standing.append((at, level))
    levels = [(at, LEVELS.index(level), level) for at, level in standing if level]
    return bool(standing), max(levels)[2] if levels else None


def level_said(happening):
    level = happening["data"].get("level")
    return None if level == "unknown" else level


# ---- What a happening says, and whom it is about


def field_of(happening, field):
    """A field of an event as conditions read it: left out is unknown, a number left out satisfies no comparison."""
    if field in happening.get("details", {}):
        return happening["details"][field]
    if happening["data"] is None:
        return NEVER
    data, kind = happening["data"], happening["kind"]
    if field in LISTS:
        return data[field]
    is_number = field in NUMBERS or (field, kind) == ("level", "mappa_set")
    return data.get(field, NEVER if is_number else "unknown")


def persons_of(happening):
    """Everybody whom an event names, each once; `None` where its kind can name nobody."""
    kind, data = happening["kind"], happening["data"]
    fields = [f for f in PERSONS if f in FIELDS.get(kind, []) and (f, kind) != ("about", "management_oversight_recorded")]
    if data is None or not fields:
        return None
    found = []
    for field in fields:
        value = data.get(field, [])
        for id in value if isinstance(value, list) else [value]:
            if id not in found:
                found.append(id)
    return found


def concerns(happening, subject):
    """Whether an event is about a subject. One that could name a subject of that sort, and names none, is about all."""
    sort, id = subject[0], subject[1] if len(subject) > 1 else None
    kind, data = happening["kind"], happening["data"] or {}
    if sort in ["case", "nobody"]:
        return True
    if sort == "person":
        found = persons_of(happening)
        return not found or id in found
    if sort == "statement":
        return subject[3] in named_by(happening)
    if sort == "requirement":
        of_programme = REQUIREMENT_OF_PROGRAMME.get(data.get("programme"), id)
        return data.get("requirement", id) == id and of_programme == id
    field = {"order": "order_id", "request": "request_id", "programme": "programme_id"}.get(sort, sort)
    return data.get(field, id) == id


# ---- The value of a fact


def asking(event, subject, now):
    """Who asks: a rule about an event, a duty about a subject, an event that may close an action about a subject."""
    return {"event": event, "subject": subject, "now": now}


def asked_about(sort, asked):
    """The id of the person, order, request, programme or register that is asked about, if any."""
    subject, event = asked["subject"], asked["event"]
    if subject and subject[0] == sort:
        return subject[1]
    if not event:
        return None
    if sort == "person":
        return (persons_of(event) or [None])[0]
    if event.get("subject") and event["subject"][0] == sort:
        return event["subject"][1]
    field = "register" if sort == "register" else f"{sort}_id"
    return (event["data"] or {}).get(field)


def value(fact, known, levels, policy, asked):
    """The value of a fact, for whoever asks."""
    name, more = fact[0], fact[1] if len(fact) > 1 else None
    event, now, case = asked["event"], asked["now"], known["case"]
    moments = [now, event["occurred"] if event else now]
    yes_no = lambda holds: "yes" if holds else "no"  # noqa: E731
    if name.startswith("event."):
        return field_of(event, name[6:]) if event else NEVER
    if name in ["recorded", "indicated", "working"]:
        return level(name, more, known, levels, now)
    if name == "supervised":
        return yes_no(any(supervised(known, at) for at in moments))
    if name == "in_custody":
        return yes_no(any(in_custody(known, at) for at in moments))
    if name == "domestic_abuse":
        shown = known["abuse_shown"] or known["abuse_roles"] & {"perpetrator", "history"}
        return "yes" if shown else case.get("index_offence_is_domestic_abuse", "unknown")
    if name == "domestic_abuse_role":
        return yes_no(more in known["abuse_roles"])
    if name == "sentence_type":
        latest = max(known["sentences"].values(), key=lambda s: (s["started"], s["by"]), default=None)
        return latest["type"] if latest else "unknown"
    if name == "children_known":
        return "yes" if children(known) else "no" if case.get("children_complete") == "yes" else "unknown"
    if name == "order_in_force":
        return yes_no(any(more in [None, known["orders"][id]["kind"]] for id in orders_in_force(known, moments)))
    if name == "required":
        return yes_no(any(r == more and in_force for (r, _), in_force in known["requirements"].items()))
    if name == "programme":
        return known["programmes"].get(more, "none")
    if name == "flag":
        return yes_no(flag(known, more)[0])
    if name == "outstanding":
        return yes_no(any(known["requests"][id]["of"] == more for id in outstanding(known)))
    if name == "child_safeguarding":
        states = [p["safeguarding"] for p in known["persons"].values() if "safeguarding" in p]
        return max(states, key=SAFEGUARDING.index, default="none")
    if name == "risk_factor":
        return known["factors"].get(more, "unknown")
    if name == "person.protected":
        id = asked_about("person", asked)
        return yes_no(any(id in known["orders"][o]["protects"] for o in orders_in_force(known, moments)))
    if name == "order.in_force":
        return yes_no(asked_about("order", asked) in orders_in_force(known, moments))
    if name == "order.kind":
        return known["orders"].get(asked_about("order", asked), {}).get("kind", "unknown")
    if name == "request.outstanding":
        return yes_no(asked_about("request", asked) in outstanding(known))
    if name in ["request.of", "request.about"]:
        return known["requests"].get(asked_about("request", asked), {}).get(name[8:], "unknown")
    if name == "register":
        return asked_about("register", asked) or "unknown"
    if name.split(".")[-1] in ["ever", "count", "days_since"]:
        return of_the_past(fact, known, policy, asked)
    if name.startswith("person."):
        return known["persons"].get(asked_about("person", asked), {}).get(name[7:], "unknown")
    return case.get(name, "unknown")


def level(name, group, known, levels, now):
    """A level of a group: in the community, and in custody too where the person is there."""
    settings = ["community", "custody"] if group == "prisoners" or in_custody(known, now) else ["community"]
    which = ["recorded", "indicated"] if name == "working" else [name]
    return highest(levels[w].get((group, s), "unknown") for w in which for s in settings)


def of_the_past(fact, known, policy, asked):
    """`ever`, `count` and `days_since`."""
    name, kinds, window, narrowed = fact
    of, _, question = name.rpartition(".")
    subject = (of, asked_about(of, asked)) if of else ("case",)
    found = []
    for h in of_kinds(known, kinds):
        if subject[-1] is not None and concerns(h, subject) and fits(h, narrowed):
            found.append(h)
    event = asked["event"]
    at = event["occurred"] if event else asked["now"]
    if question == "ever":
        return "yes" if found else "no"
    if question == "days_since":
        earlier = [h["occurred"] for h in found if h["occurred"] <= at and (not event or h["id"] != event["id"])]
        return (day_of(at) - day_of(max(earlier))).days if earlier else NEVER
    return fullest_window(found, window, at, policy, asked["now"])


def fits(happening, narrowed):
    """Whether an event has the field's value that is asked for."""
    if narrowed is None:
        return True
    field, values = narrowed
    value = field_of(happening, field)
    return any(v in value for v in values) if isinstance(value, list) else value in values


def fullest_window(found, window, at, policy, now):
    """How many incidents, each counted once, the fullest window of that length holds which the event falls in."""
    most = 0
    for end in [at] + [h["occurred"] for h in found if h["occurred"] > at]:
        last_before = reaches_back(day_of(end), window, policy, now)
        if last_before is None:
            return 0
        start = end_of(last_before)
        if start < at:
            incidents = {h["data"].get("incident", h["id"]) for h in found if start < h["occurred"] <= end}
            most = max(most, len(incidents))
    return most


def reaches_back(day, window, policy, now):
    """The last day that a window ending on a day no longer reaches."""
    if window.isdigit():
        return day - timedelta(days=int(window))
    id = window[6:]
    length = number(policy, id, now)
    if length is None:
        return None
    if policy["parameters"][id]["unit"] == "months":
        return plus_months(day, -length)
    return day - timedelta(days=length)


