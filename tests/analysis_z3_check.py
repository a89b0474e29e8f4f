"""`risk policy analyse` and `risk policy diff --at-least-as-protective` against a second opinion: the SMT solver z3.

The engine decides by boxes; here the same questions are put as formulas, over conditions read anew from the text of the
policy. Asked of the pack england-wales and of packs made by chance.
"""

import functools
import json
import os
import tempfile
import unittest
from datetime import date
from pathlib import Path

import z3

import engine
from second_opinion.condition import questions
from second_opinion.policy import Moment, Policy
from second_opinion.random_packs import Chance

PACKS = int(os.environ.get("RISK_PACKS", "20"))
REFUSED = 2


def risk(*arguments):
    """What it prints; `None` where it refuses what it is given."""
    done = engine.run(*arguments)
    assert done.returncode <= REFUSED, done.stderr
    return None if done.returncode == REFUSED else done.stdout


@functools.cache
def schema():
    return json.loads(risk("schema", "record"))


def told(analysis, day):
    """What the engine says of a day, in the form in which the solver answers."""

    def then(entry):
        return date.fromisoformat(entry["from"]) <= day and (entry["to"] is None or day < date.fromisoformat(entry["to"]))

    found = {"never": set(), "nothing_new": set(), "had": 0, "gap": set(), "differ": set(), "undecided": 0}
    for f in filter(then, analysis["findings"]):
        if f["finding"] == "never_fires":
            found["never"] |= {(f["of"], kind) for kind in f["on"]}
        elif f["finding"] == "nothing_new":
            found["nothing_new"].add(f["of"])
        elif f["finding"] == "had_already":
            found["had"] += 1
        elif f["finding"] == "gap":
            found["gap"].add(f["of"])
        elif f["finding"] == "deadlines_differ":
            found["differ"] |= {(frozenset([f["of"], *f["with"]]), kind) for kind in f["on"]}
        elif f["finding"] == "undecided":
            found["undecided"] += 1
    trends = [m for m in analysis["monotone"] if then(m)]
    found["trends"] = sorted((m["rule"], m["on"], m["goes"], m["fact"].partition("(")[0]) for m in trends)
    return found


def second_opinion(shown, day):
    """The same, by the solver."""
    policy = Policy(shown, day)
    found = {"never": set(), "nothing_new": set(), "had": 0, "gap": set(), "differ": set(), "undecided": 0, "trends": []}
    new, alive = {}, set()
    for kind in policy.kinds():
        moment = Moment(schema(), kind, policy)
        rules = moment.rules[0]
        for id, (formula, lines) in rules.items():
            if not moment.can(formula):
                found["never"].add((id, kind))
                continue
            alive.add(id)
            for place, line in enumerate(lines):
                fresh = any(moment.can(formula, z3.Not(moment.brought(e, besides=[id]))) for e in line)
                new[id, place] = new.get((id, place), False) or fresh
            found["differ"] |= {(frozenset([id, other]), kind) for other in rules if disagree(moment, id, other)}
        if kind != "while" and moment.can(z3.Not(z3.Or([formula for formula, _ in rules.values()]))):
            found["gap"].add(kind)
        found["trends"] += trends(moment, policy, kind)
    for id in alive:
        lines = [fresh for (rule, _), fresh in new.items() if rule == id]
        if not any(lines):
            found["nothing_new"].add(id)
        else:
            found["had"] += lines.count(False)
    found["trends"].sort()
    return found


def disagree(moment, one, other):
    """Whether two rules give one action different limits, and fire together for some facts."""
    (here, lines), (there, others) = moment.rules[0][one], moment.rules[0][other]
    limits = [[e for line in side for e in line if e[0] == "due"] for side in (lines, others)]
    differ = any(a[1] == b[1] and a[2] != b[2] for a in limits[0] for b in limits[1])
    return one != other and differ and moment.can(here, there)


def trends(moment, policy, kind):
    """How each rule goes with each level and number that it asks about."""
    found = []
    for id, when, _ in policy.on(kind):
        formula = moment.rules[0][id][0]
        if not moment.can(formula):
            continue
        for fact in {q[1] for q in questions(when)}:
            variable = moment.facts.of(fact)
            of, order = variable.get("number", variable.get("word")), []
            if "number" in variable:
                order = [z3.Not(variable["never"])]
            elif variable.get("of", [None, None])[1:2] == ["low"]:
                order = [of > 0]
            if not order:
                continue
            higher = z3.Int("higher")
            # Both values possible, and the formula of the one without that of the other.
            moved = [z3.substitute(f, (of, higher)) for f in [formula, moment.facts.possible(), *order]]
            both = [*order, *moved[1:], higher > of]
            rises = not moment.can(formula, z3.Not(moved[0]), *both)
            falls = not moment.can(z3.Not(formula), moved[0], *both)
            if rises != falls or not rises:
                goes = "rises" if rises else "falls" if falls else "neither"
                found.append((id, kind, goes, fact[0]))
    return found


def at_least_as_protective(first, second, day):
    """Whether for any facts the second brings whatever the first brings, as strong."""
    policies = Policy(first, day), Policy(second, day)
    for kind in sorted({kind for policy in policies for kind in policy.kinds()}):
        moment = Moment(schema(), kind, *policies)
        for effect in {e for _, lines in moment.rules[0].values() for line in lines for e in line}:
            here, there = moment.brought(effect), moment.brought(effect, policy=1)
            if effect[0] != "flag" and moment.can(here, z3.Not(there), *needs(moment, effect)):
                return False
    return True


def needs(moment, effect):
    """How soon and by when an action is due is compared where both require it."""
    if effect[0] not in ("priority", "due", "round"):
        return []
    return [moment.brought(("action", effect[1], None), policy=1)]


class AnalysisCheck(unittest.TestCase):
    maxDiff = None

    def agree(self, analysis, shown, what):
        for begins in map(date.fromisoformat, analysis["epochs"]):
            self.assertEqual(told(analysis, begins), second_opinion(shown, begins), f"{what} from {begins}")

    def test_the_solver_agrees_on_the_pack(self):
        analysis = json.loads(risk("policy", "analyse", "--format", "json"))
        self.agree(analysis, json.loads(risk("policy", "show", "--format", "json")), "england-wales")

    def test_the_solver_agrees_on_packs_made_by_chance(self):
        agreed, seen = 0, {"never": 0, "nothing_new": 0, "gap": 0, "differ": 0, "trends": 0}
        for seed in range(PACKS * 2):
            rest, rules = Chance(seed).pack()
            with tempfile.TemporaryDirectory() as folder:
                Path(folder, "pack.toml").write_text(rest + "\n".join(rules))
                shown = risk("policy", "show", folder, "--format", "json")
                # A condition that its own words exclude is refused before any analysis.
                if shown is None:
                    continue
                analysis = json.loads(risk("policy", "analyse", folder, "--format", "json"))
                self.agree(analysis, json.loads(shown), f"seed {seed}")
            for sort in seen:
                seen[sort] += len(told(analysis, date.fromisoformat(analysis["epochs"][-1]))[sort])
            agreed += 1
            if agreed == PACKS:
                break
        print(f"\nanalyses agreed on: {agreed}, with {seen}")
        self.assertEqual(agreed, PACKS)
        self.assertTrue(all(seen.values()), f"chance made none of some sort: {seen}")

    def test_the_solver_agrees_which_pack_protects_as_much(self):
        agreed, answers = 0, []
        for seed in range(1000, 1000 + PACKS * 2):
            chance = Chance(seed)
            rest, rules = chance.pack()
            with tempfile.TemporaryDirectory() as folder:
                folders = [Path(folder, name) for name in ("first", "second")]
                for path, entries in zip(folders, [rules, chance.changed(rules)]):
                    path.mkdir()
                    (path / "pack.toml").write_text(rest + "\n".join(entries))
                shown = [risk("policy", "show", str(path), "--format", "json") for path in folders]
                if None in shown:
                    continue
                found = json.loads(risk("policy", "diff", *map(str, folders), "--format", "json"))
            days = [date(2014, 6, 1), date(2016, 6, 1)]
            first, second = map(json.loads, shown)
            opinion = all(at_least_as_protective(first, second, day) for day in days)
            self.assertEqual(found["at_least_as_protective"], opinion, f"seed {seed}: {found['follows']}")
            answers.append(opinion)
            agreed += 1
            if agreed == PACKS:
                break
        print(f"\ncomparisons agreed on: {agreed}, of which {sum(answers)} yes")
        self.assertEqual(agreed, PACKS)
        self.assertEqual({True, False}, set(answers))


if __name__ == "__main__":
    unittest.main()
