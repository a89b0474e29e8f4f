"""Conditions of the policy language as trees, read from their text.

A tree is ("and" | "or", [trees]), ("not", tree) or ("ask", fact, operator, operand); a fact is its name with what stands in
its parentheses, without spaces. An operand is a word, a list of words, a number, or ("param", id).
"""

import re

TOKEN = re.compile(r"\s*(<=|>=|!=|[<>=()\[\],]|[\w.-]+)")


def parse(text):
    tokens = TOKEN.findall(text)
    tree, rest = _any(tokens)
    assert not rest, f"unread: {rest} in {text}"
    return tree


def _any(tokens):
    return _list(tokens, "or", _all)


def _all(tokens):
    return _list(tokens, "and", _not)


def _list(tokens, word, part):
    tree, tokens = part(tokens)
    parts = [tree]
    while tokens and tokens[0] == word:
        tree, tokens = part(tokens[1:])
        parts.append(tree)
    return (parts[0] if len(parts) == 1 else (word, parts)), tokens


def _not(tokens):
    if tokens[0] == "not":
        tree, rest = _not(tokens[1:])
        return ("not", tree), rest
    if tokens[0] == "(":
        tree, rest = _any(tokens[1:])
        return tree, rest[1:]
    return _question(tokens)


def _question(tokens):
    fact, tokens = _fact(tokens)
    operator = tokens[0] if tokens else None
    if operator in ("=", "!=", "<", "<=", ">", ">="):
        return ("ask", fact, operator, _operand(tokens[1])), tokens[2:]
    if operator in ("in", "has"):
        words, rest = _words(tokens[1:])
        return ("ask", fact, operator, words), rest
    return ("ask", fact, "=", "yes"), tokens


def _fact(tokens):
    name, tokens = tokens[0], tokens[1:]
    if not tokens or tokens[0] != "(":
        return (name, ()), tokens
    depth, place = 0, 0
    for place, token in enumerate(tokens):
        depth += {"(": 1, ")": -1}.get(token, 0)
        if depth == 0:
            break
    return (name, _arguments(tokens[1:place])), tokens[place + 1 :]


def _arguments(tokens):
    """Kinds or words, a window, a filter (field, words): each in a form in which the order of a list says nothing."""
    arguments = []
    while tokens:
        if len(tokens) > 1 and tokens[1] in ("=", "in", "has"):
            words, rest = _words(tokens[2:])
            arguments.append(("filter", tokens[0], frozenset(words)))
        else:
            words, rest = _words(tokens)
            arguments.append(frozenset(words))
        tokens = rest[1:]
    return tuple(arguments)


def _words(tokens):
    if tokens[0] != "[":
        return [tokens[0]], tokens[1:]
    end = tokens.index("]")
    return [t for t in tokens[1:end] if t != ","], tokens[end + 1 :]


def _operand(token):
    if token.startswith("param."):
        return ("param", token[len("param.") :])
    return int(token) if token.isdigit() else token


def questions(tree):
    if tree is None:
        return []
    if tree[0] == "ask":
        return [tree]
    if tree[0] == "not":
        return questions(tree[1])
    return [q for part in tree[1] for q in questions(part)]
