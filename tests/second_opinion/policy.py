"""A policy, as `risk policy show --format json` gives it, on one day: what each rule asks and what it brings."""

from datetime import date

import z3

from .condition import parse
from .facts import LEVELS, PRIORITIES, Facts

GROUPS = ["children", "known_adult", "public", "staff", "prisoners"]


class Policy:
    def __init__(self, shown, day):
        self.day = day
        self.parameters = {p["id"]: self._value(p) for p in shown["parameters"]}
        self.units = {p["id"]: p["unit"] for p in shown["parameters"]}
        rules = [(r["id"], kind, r.get("when"), self._of_rule(r)) for r in shown["rules"] if self._holds(r) for kind in r["on"]]
        duties = [(d["id"], "while", d["while"], self._of_duty(d)) for d in shown["duties"] if self._holds(d)]
        self.rules = [(id, kind, parse(when) if when else None, effects) for id, kind, when, effects in rules + duties]

    def _in(self, interval):
        ends = interval.get("to")
        return date.fromisoformat(interval["from"]) <= self.day and (not ends or self.day < date.fromisoformat(ends))

    def _holds(self, entry):
        return self._in(entry["effective"]) and not entry.get("localities")

    def _value(self, parameter):
        values = [v for v in parameter["values"] if self._in(v) and "locality" not in v]
        return values[0].get("value") if values else None

    def lengths(self):
        return {id: (self.units[id], value) for id, value in self.parameters.items()}

    def kinds(self):
        return sorted({kind for _, kind, _, _ in self.rules})

    def on(self, kind):
        """The rules that listen to the kind: id, condition as a tree, effects."""
        return list({id: (id, when, effects) for id, on, when, effects in self.rules if on == kind}.values())

    def _limit(self, due):
        if due.get("immediately"):
            return ("days", 0, due["from"])
        value = self.parameters[due["within"]]
        return None if value is None else (self.units[due["within"]], value, due["from"])

    def _of_rule(self, rule):
        indicated = rule.get("indicate", [])
        lines = [[("level", (i["group"], i["setting"]), i["level"])] for i in indicated]
        for r in rule.get("require", []):
            line = self._action(r, r.get("due"))
            if r["action"] == "review_risk":
                groups = rule.get("review") or [i["group"] for i in indicated] or GROUPS
                line += [("review", group, None) for group in groups]
            lines.append(line)
        return lines + [[("flag", (f["register"], f["should_be"]), None)] for f in rule.get("flag", [])]

    def _of_duty(self, duty):
        every = {"within": duty["every"], "from": "learnt"} if "every" in duty else None
        line = self._action(duty, duty.get("first", every))
        if every and self._limit(every):
            line.append(("round", (duty["action"], duty["about"]), self._limit(every)))
        if duty["action"] == "review_risk":
            line += [("review", group, None) for group in duty.get("review") or GROUPS]
        return [line]

    def _action(self, entry, due):
        thing = (entry["action"], entry["about"])
        line = [("action", thing, None), ("priority", thing, entry["priority"])]
        limit = self._limit(due) if due else None
        return line + ([("due", thing, limit)] if limit else [])


def covers(strong, weak):
    """Whether one effect is the same as another, or stronger."""
    if strong[:2] != weak[:2]:
        return False
    sort, a, b = strong[0], strong[2], weak[2]
    if sort == "level":
        return LEVELS.index(a) >= LEVELS.index(b)
    if sort == "priority":
        return PRIORITIES.index(a) <= PRIORITIES.index(b)
    return no_later(a, b) if sort in ("due", "round") else True


def no_later(a, b):
    """Whether one limit never ends later than another, by what every calendar has: months of 28 to 31 days, and as many
    business days never sooner than as many days."""
    (unit, count, start), (other, most, since) = a, b
    if start == "learnt" and since == "occurred":
        return False
    if count == 0 or unit == other:
        return count <= most
    longest = {"days": count, "months": 31 * count}.get(unit)
    shortest = {"days": most, "months": 28 * most, "business_days": most}[other]
    return longest is not None and longest <= shortest


class Moment:
    """One kind of event under one or more policies of one day, in formulas over the same facts."""

    def __init__(self, schema, kind, *policies):
        # Policies that are compared here differ in their rules, not in their parameters.
        self.facts = Facts(schema, kind, policies[0].lengths())
        self.rules = [
            {id: (self.holds(when, False, policy.parameters), lines) for id, when, lines in policy.on(kind)}
            for policy in policies
        ]
        self.solver = z3.Solver()
        self.solver.add(self.facts.possible())

    def can(self, *formulas):
        """Whether some facts satisfy all of these."""
        return self.solver.check(*formulas) == z3.sat

    def brought(self, effect, policy=0, besides=()):
        """Where rules of a policy bring an effect as strong."""
        strong = [
            formula
            for id, (formula, lines) in self.rules[policy].items()
            if id not in besides and any(covers(e, effect) for line in lines for e in line)
        ]
        return z3.Or(strong)

    def holds(self, tree, negated, parameters):
        if tree is None:
            return z3.BoolVal(not negated)
        if tree[0] == "not":
            return self.holds(tree[1], not negated, parameters)
        if tree[0] in ("and", "or"):
            parts = [self.holds(part, negated, parameters) for part in tree[1]]
            return z3.And(parts) if (tree[0] == "and") != negated else z3.Or(parts)
        _, fact, operator, operand = tree
        variable = self.facts.of(fact)
        if "words" in variable:
            # A word that the list has not is a mistake that the loader refuses.
            has = z3.Or([variable["words"][word] for word in operand])
            return z3.Not(has) if negated else has
        if "number" in variable:
            return self._number(variable, operator, operand, negated, parameters)
        return z3.Not(_word(variable, operator, operand)) if negated else _word(variable, operator, operand)

    @staticmethod
    def _number(variable, operator, operand, negated, parameters):
        if operand == "never":
            is_never = variable["never"] if operator == "=" else z3.Not(variable["never"])
            return z3.Not(is_never) if negated else is_never
        limit = parameters[operand[1]] if isinstance(operand, tuple) else operand
        if limit is None:
            # Compared with what is unset, nothing holds, neither plain nor negated … of a number; never is never.
            return variable["never"] if negated else z3.BoolVal(False)
        compares = z3.And(z3.Not(variable["never"]), _compares(variable["number"], operator, limit))
        return z3.Not(compares) if negated else compares


def _compares(number, operator, limit):
    return {
        "=": lambda: number == limit,
        "!=": lambda: number != limit,
        "<": lambda: number < limit,
        "<=": lambda: number <= limit,
        ">": lambda: number > limit,
        ">=": lambda: number >= limit,
    }[operator]()


def _word(variable, operator, operand):
    words = variable["of"]
    code = {word: place for place, word in enumerate(words)}
    if operator in ("<", "<=", ">", ">="):
        return z3.And(variable["word"] > 0, _compares(variable["word"], operator, code[operand]))
    wanted = operand if isinstance(operand, list) else [operand]
    among = z3.Or([variable["word"] == code[word] for word in wanted if word in code])
    return z3.Not(among) if operator == "!=" else among
