"""Packs made by chance from a seed: few kinds and few facts, so that rules often meet, contain and exclude one another."""

import random

HEAD = """[policy]
id = "chance"
version = "1"
title = "Made by chance"
reviewed_through = 2020-01-01

[[document]]
id = "d"
title = "d"
publisher = "d"
date = 2018-01-01
locator = "d"
"""
ACTIONS = {"review_risk": "risk_assessed", "home_visit": "home_visit_completed", "identify_children": "person_identified"}
PARAMETERS = {"few": ("count", 3), "long": ("days", 40), "week": ("days", 7), "five": ("business_days", 5), "nine": ("days", 9)}
KINDS = {
    "police_call_out": [("event.children_present", ["yes", "no", "unknown"]), ("event.outcome", ["arrest", "charge", "unknown"])],
    "plw_disclosure": [("event.raised_risk", ["yes", "no", "unknown"])],
    "dash_completed": [("event.high_by_judgement", ["yes", "no", "unknown"])],
}
LISTS = {"plw_disclosure": ("event.concerns", ["stalking", "weapon", "neglect"])}
NUMBERS = {"dash_completed": ["event.yes_answers"], "contact_frequency_set": ["event.days"]}
STATE = [
    ("domestic_abuse", ["yes", "no", "unknown"]),
    ("children_known", ["yes", "no", "unknown"]),
    ("supervised", ["yes", "no"]),
    ("order_in_force", ["yes", "no"]),
    ("order_in_force(dapo)", ["yes", "no"]),
    ("ever(charged)", ["yes", "no"]),
    ("ever(charged, offence = arson)", ["yes", "no"]),
    ("provider", ["nps", "crc", "probation_service", "unknown"]),
]
LEVELS = ["recorded(children)", "working(children)", "indicated(children)"]
COUNTS = ["count(charged, 30)", "count(charged, param.long)", "days_since(charged)"]


class Chance:
    def __init__(self, seed):
        self.dice = random.Random(seed)

    def question(self, kind):
        dice = self.dice
        sort = dice.randrange(10)
        if sort == 0 and kind in LISTS:
            fact, words = LISTS[kind]
            return f"{fact} has [{', '.join(dice.sample(words, dice.randint(1, 2)))}]"
        if sort <= 2:
            operator = dice.choice(["<", "<=", ">", ">=", "=", "!="])
            return f"{dice.choice(LEVELS)} {operator} {dice.choice(['low', 'medium', 'high'])}"
        if sort == 3 and kind != "while":
            number = dice.choice(COUNTS + NUMBERS.get(kind, []))
            limit = dice.choice(["0", "1", "3", "5", "param.few"] if "days" not in number else ["0", "5", "param.week"])
            return f"{number} {dice.choice(['<', '<=', '>', '>=', '=', '!='])} {limit}"
        fact, words = dice.choice(STATE + KINDS.get(kind, []) * 2)
        some = dice.sample(words, dice.randint(1, len(words) - 1))
        return f"{fact} in [{', '.join(some)}]" if dice.random() < 0.8 else f"{fact} != {words[0]}"

    def condition(self, kind, depth=2):
        dice = self.dice
        if depth == 0 or dice.random() < 0.4:
            return self.question(kind)
        parts = [self.condition(kind, depth - 1) for _ in range(dice.randint(2, 3))]
        whole = f"({dice.choice([' and ', ' or ']).join(parts)})"
        return f"not {whole}" if dice.random() < 0.2 else whole

    def due(self):
        start = self.dice.choice(["learnt", "occurred"])
        return self.dice.choice(
            ["", ', due = "immediately"']
            + [f', due = {{ within = "{within}", from = "{start}" }}' for within in ("week", "nine", "five")]
        )

    def effects(self):
        dice = self.dice
        lines = []
        for action in dice.sample(list(ACTIONS), dice.randint(0, 2)):
            priority = dice.choice(["", ', priority = "this_week"', ', priority = "planned"', ', priority = "protect_now"'])
            lines.append(f'{{ action = "{action}"{priority}{self.due()} }}')
        text = f"require = [{', '.join(lines)}]\n" if lines else ""
        if not lines or dice.random() < 0.4:
            level = dice.choice(["low", "medium", "high"])
            text += f'indicate = [{{ group = "children", level = "{level}" }}]\n'
        return text + ('flag = [{ register = "child_concerns" }]\n' if dice.random() < 0.1 else "")

    def dates(self):
        return "{ from = 2014-06-01 }" if self.dice.random() < 0.8 else "{ from = 2016-06-01 }"

    def rule(self, number):
        kind = self.dice.choice(list(KINDS))
        heading = f'[[rule]]\nid = "r{number}"\ntitle = "r"\nbasis = "policy"\nsource = [{{ document = "d", at = "1" }}]\n'
        when = f'when = "{self.condition(kind)}"\n' if self.dice.random() < 0.9 else ""
        return f'{heading}effective = {self.dates()}\non = "{kind}"\n{when}{self.effects()}'

    def duty(self, number):
        heading = f'[[duty]]\nid = "d{number}"\ntitle = "d"\nbasis = "policy"\nsource = [{{ document = "d", at = "1" }}]\n'
        every = self.dice.choice(["", 'every = "week"\n', 'every = "nine"\n'])
        action = self.dice.choice(list(ACTIONS))
        holds = f'while = "supervised = yes and {self.condition("while")}"\n'
        return f'{heading}effective = {self.dates()}\naction = "{action}"\n{holds}{every}'

    def parameters(self):
        text = ""
        for id, (unit, value) in PARAMETERS.items():
            unset = id == "few" and self.dice.random() < 0.3
            said = "unset = true" if unset else f'value = {value}, basis = "assumed"'
            text += f'\n[[parameter]]\nid = "{id}"\ntitle = "p"\nunit = "{unit}"\nrange = [0, 99]\n'
            text += f"values = [{{ from = 2014-06-01, {said} }}]\n"
        return text

    def pack(self):
        """The entries of a pack: what does not change, and the rules and duties, each a text of its own."""
        actions = "".join(
            f'\n[[action]]\nid = "{id}"\ntitle = "a"\nowner = "manager"\npriority = "planned"\nclosed_by = [{{ on = "{on}" }}]\n'
            for id, on in ACTIONS.items()
        )
        rules = [self.rule(n) for n in range(self.dice.randint(4, 9))] + [self.duty(n) for n in range(self.dice.randint(0, 3))]
        return HEAD + self.parameters() + actions, rules

    def changed(self, rules):
        """The rules with one of them otherwise: left out, made anew, or one more."""
        place = self.dice.randrange(len(rules))
        fresh = self.rule(90)
        return self.dice.choice([rules[:place] + rules[place + 1 :], rules[:place] + [fresh] + rules[place + 1 :], rules + [fresh]])
