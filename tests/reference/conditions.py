"""Conditions of the policy language, read from their text and asked of facts (docs/policy-language.md, "Conditions").

A condition becomes nested tuples: ("and", [..]), ("or", [..]), ("is", fact, operator, values, wanted). What is negated is
written out: "not (a and b)" is "not a or not b", and a comparison says whether it is wanted to hold. A value is a word, a
number or ("param", id); where there is one of these, the comparison is ("is_set", ...) in place of ("is", ...).
"""

import re
from functools import lru_cache

from .words import LEVELS

NEVER = "never"  # days_since of what never happened, a number left out: no comparison holds
UNSET = "unset"  # a parameter without a value: no comparison holds, plain or negated
TOKEN = re.compile(r"\s*([A-Za-z_][A-Za-z0-9_.]*|\d+|<=|>=|!=|[=<>()\[\],])")
ALWAYS: tuple = ("and", [])


@lru_cache(maxsize=None)
def parse(text):
    """The condition that a text says; none holds always."""
    if text is None:
        return ALWAYS
    tokens = TOKEN.findall(text)
    condition, rest = either(tokens)
    assert not rest, f"{text}: {rest}"
    return condition


def either(tokens):
    parts, tokens = joined(tokens, "or", both)
    return (parts[0] if len(parts) == 1 else ("or", parts)), tokens


def both(tokens):
    parts, tokens = joined(tokens, "and", one)
    return (parts[0] if len(parts) == 1 else ("and", parts)), tokens


def joined(tokens, word, of):
    part, tokens = of(tokens)
    parts = [part]
    while tokens and tokens[0] == word:
        part, tokens = of(tokens[1:])
        parts.append(part)
    return parts, tokens


def one(tokens):
    if tokens[0] == "not":
        inner, tokens = one(tokens[1:])
        return opposite(inner), tokens
    if tokens[0] == "(":
        inner, tokens = either(tokens[1:])
        return inner, tokens[1:]
    return comparison(tokens)


def comparison(tokens):
    fact, tokens = a_fact(tokens)
    operator = tokens[0] if tokens else None
    if operator in ["=", "<", "<=", ">", ">=", "!="]:
        answer = compared(fact, "=" if operator == "!=" else operator, [tokens[1]])
        return (opposite(answer) if operator == "!=" else answer), tokens[2:]
    if operator in ["in", "has"]:
        words, tokens = a_list(tokens[1:])
        return compared(fact, operator, words), tokens
    return compared(fact, "=", ["yes"]), tokens


def compared(fact, operator, words):
    """A comparison of a fact with words, numbers and parameters."""
    values = [("param", w[6:]) if w.startswith("param.") else int(w) if w.isdigit() else w for w in words]
    return ("is_set" if any(isinstance(v, tuple) for v in values) else "is", fact, operator, values, True)


def opposite(condition):
    """The condition that holds where this one does not; a comparison with an unset parameter holds neither way."""
    word, *rest = condition
    if word in ["and", "or"]:
        return ("or" if word == "and" else "and", [opposite(part) for part in rest[0]])
    return (*condition[:-1], not condition[-1])


def a_list(tokens):
    """One word, or several in brackets."""
    if tokens[0] != "[":
        return (tokens[0],), tokens[1:]
    end = tokens.index("]")
    return tuple(t for t in tokens[1:end] if t != ","), tokens[end + 1 :]


def a_fact(tokens):
    """A fact's name with what it takes in parentheses: (name, kinds, window, filter) for what is asked of past events."""
    name, tokens = tokens[0], tokens[1:]
    if not tokens or tokens[0] != "(":
        return (name,), tokens
    words, tokens = a_list(tokens[1:])
    if name.split(".")[-1] not in ["ever", "count", "days_since"]:
        return (name, words[0]), tokens[1:]
    window, narrowed = None, None
    while tokens[0] == ",":
        if tokens[1].isdigit() or tokens[1].startswith("param."):
            window, tokens = tokens[1], tokens[2:]
        else:
            field = tokens[1]
            values, tokens = a_list(tokens[3:])
            narrowed = (field, values)
    return (name, words, window, narrowed), tokens[1:]


def facts_of(condition):
    """The facts that a condition asks about."""
    if condition[0] not in ["and", "or"]:
        return [condition[1]]
    return [fact for part in condition[1] for fact in facts_of(part)]


def holds(condition, value_of, parameter):
    """Whether the condition holds: `value_of` a fact, `parameter` by id."""
    word, parts = condition[0], condition[1]
    if word == "and":
        for part in parts:
            if not holds(part, value_of, parameter):
                return False
        return True
    if word == "or":
        for part in parts:
            if holds(part, value_of, parameter):
                return True
        return False
    _, fact, operator, values, wanted = condition
    if word == "is_set":
        values = [parameter(v[1]) if isinstance(v, tuple) else v for v in values]
        if None in values:
            return False
    return compares(value_of(fact), operator, values) == wanted


def compares(value, operator, values):
    """Whether a fact's value stands in that relation to the values."""
    if value is NEVER:
        return False
    if operator == "has":
        return any(v in value for v in values)
    if operator in ["=", "in"]:
        return value in values
    limit = values[0]
    if isinstance(limit, str):
        if "unknown" in [value, limit]:
            return False
        value, limit = LEVELS.index(value), LEVELS.index(limit)
    return {"<": value < limit, "<=": value <= limit, ">": value > limit, ">=": value >= limit}[operator]


def why(condition, value_of, parameter):
    """The facts by which a condition that holds does so: of several alternatives the first, as written."""
    word, parts = condition[0], condition[1]
    if word not in ["and", "or"]:
        return [condition[1]]
    if word == "and":
        return [fact for part in parts for fact in why(part, value_of, parameter)]
    return why(next(part for part in parts if holds(part, value_of, parameter)), value_of, parameter)
