"""The values that facts can have, as docs/policy-language.md and the schema of records say, and what one says of another."""

import z3

LEVELS = ["unknown", "low", "medium", "high", "very_high"]
MOST = 36500
YES_NO = ["yes", "no"]
TRI = ["yes", "no", "unknown"]
STATES = {
    "programme": "none referred suitable not_suitable not_eligible inducted started deferred completed withdrawn".split(),
    "child_safeguarding": "none closed under_assessment child_in_need child_protection_plan looked_after".split(),
    "risk_factor": "present worse better absent unknown".split(),
}
# Facts whose words are those of a field of an event, and unknown.
FIELDS = {
    "index_offence": ("supervision_started", "index_offence"),
    "sex": ("supervision_started", "sex"),
    "sentence_type": ("supervision_started", "sentence_type"),
    "provider": ("case_allocated", "provider"),
    "grade": ("case_allocated", "grade"),
    "complexity": ("case_allocated", "complexity"),
    "person.group": ("person_identified", "group"),
    "person.relation": ("person_identified", "relation"),
    "order.kind": ("protective_order_made", "order"),
    "request.of": ("information_requested", "of"),
    "request.about": ("information_requested", "about"),
    "register": ("flag_recorded", "register"),
}
TRIS = ["domestic_abuse", "index_offence_is_domestic_abuse", "children_known", "address_known", "whereabouts_known"] + [
    "person.victim",
    "person.in_household",
]
PRIORITIES = ["protect_now", "this_week", "planned"]


class Facts:
    """The facts of one moment: a kind of event, or `while`. Variables appear as they are asked for."""

    def __init__(self, schema, kind, lengths):
        """`lengths`: each parameter's unit and value, for windows that it names."""
        self.schema, self.kind, self.lengths, self.known = schema, kind, lengths, {}

    def of(self, fact):
        if fact not in self.known:
            self.known[fact] = self._variable(fact)
        return self.known[fact]

    def _variable(self, fact):
        name = f"{self.kind} {fact}"
        values = self._values(fact)
        if isinstance(values, dict):
            return {"words": {word: z3.Bool(f"{name} has {word}") for word in values["list"]}}
        if isinstance(values, tuple):
            least, most, may_be_left_out = values
            number, never = z3.Int(name), z3.Bool(f"{name} never")
            bounds = [number >= least, number <= most]
            return {"number": number, "never": never, "bounds": bounds + ([] if may_be_left_out else [z3.Not(never)])}
        word = z3.Int(name)
        return {"word": word, "of": values, "bounds": [word >= 0, word < len(values)]}

    def _values(self, fact):
        name, _ = fact
        short = name.split(".")[-1]
        if name.startswith("event."):
            return self._field(self.kind, short)
        if name in ("recorded", "indicated", "working"):
            return LEVELS
        if short == "count":
            return (0, MOST, False)
        if short == "days_since":
            return (0, MOST, True)
        if name in TRIS:
            return TRI
        if name in STATES:
            return STATES[name]
        if name in FIELDS:
            words = self._field(*FIELDS[name])
            return words if "unknown" in words else [*words, "unknown"]
        return YES_NO

    def _field(self, kind, field):
        kinds = self.schema["$defs"]
        if kind not in kinds:
            # A derived kind: its fields are lists that no record has.
            return PRIORITIES if field == "priority" else ["other"]
        form = kinds[kind]["properties"][field]
        required = field in kinds[kind]["required"]
        if "enum" in form:
            return form["enum"] if required or "unknown" in form["enum"] else [*form["enum"], "unknown"]
        if form["type"] == "array":
            return {"list": form["items"]["enum"]}
        return (form["minimum"], form["maximum"], not required)

    def possible(self):
        """The bounds of every fact asked for, and what one says of another."""
        bounds = [b for v in self.known.values() for b in v.get("bounds", [])]
        return z3.And(bounds + [rule for a in list(self.known) for b in list(self.known) for rule in self._implied(a, b)])

    def _implied(self, a, b):
        (name, of), (other, of_other) = a, b
        here, there = self.known[a], self.known[b]
        some_order = (name == "order_in_force" and of) or name in ("person.protected", "order.in_force")
        if some_order and other == "order_in_force" and not of_other:
            return [z3.Implies(here["word"] == 0, there["word"] == 0)]
        if name in ("recorded", "indicated") and other == "working" and of == of_other:
            return [there["word"] >= here["word"]]
        sort, wider = name.split(".")[-1], other.split(".")[-1]
        history = ("ever", "count", "days_since")
        if a == b or sort not in history or wider not in history or not _looks_within(a, b):
            return []
        if wider == "ever":
            return [z3.Implies(_some(name, here), there["word"] == 0)]
        if sort == wider == "count" and self._no_longer(of[1], of_other[1]):
            return [here["number"] <= there["number"]]
        if sort == wider == "days_since":
            since = z3.And(z3.Not(there["never"]), there["number"] <= here["number"])
            return [z3.Implies(z3.Not(here["never"]), since)]
        return []

    def _no_longer(self, short, long):
        """Whether one window never reaches further back than another."""
        return short == long or (self._days(short, 31) or MOST) <= (self._days(long, 28) or -1)

    def _days(self, window, in_a_month):
        (text,) = window
        if text.isdigit():
            return int(text)
        unit, value = self.lengths[text.removeprefix("param.")]
        return value and value * (in_a_month if unit == "months" else 1)


def _some(name, variable):
    return {
        "ever": lambda: variable["word"] == 0,
        "count": lambda: variable["number"] >= 1,
        "days_since": lambda: z3.Not(variable["never"]),
    }[name.split(".")[-1]]()


def _looks_within(a, b):
    """Whether every event that the first looks at is one that the second looks at."""

    def parts(fact):
        name, arguments = fact
        filters = [x for x in arguments if isinstance(x, tuple)]
        return name.rpartition(".")[0], arguments[0], filters[0] if filters else None

    whose, kinds, only = parts(a)
    wider, wide, narrowed = parts(b)
    same = narrowed is None or (only is not None and only[1] == narrowed[1] and only[2] <= narrowed[2])
    return kinds <= wide and same and wider in ("", whose)
