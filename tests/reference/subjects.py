"""Whom and what an effect is about: one action for each subject (docs/policy-language.md, `about`).

A subject is a tuple: ("case",), ("person", id), ("nobody",), ("order", id), ("statement", group, setting, assessment) …
"""

from .facts import children, flag, orders_in_force, outstanding, persons_of
from .words import REGISTERS

CASE = ("case",)


def of(about, event, known, lower, now, register=None):
    """The subjects of an effect; `event` is `None` for a duty."""
    moments = [now, event["occurred"] if event else now]
    data = (event or {}).get("data") or {}
    if about == "case":
        return [CASE]
    if about == "person":
        return [("person", id) for id in persons_of(event) or []] or [CASE]
    if about == "order" and event.get("subject") and event["subject"][0] == "order":
        return [event["subject"]]
    if about in ["order", "request", "programme"]:
        id = data.get(f"{about}_id")
        return [(about, id)] if id else [CASE]
    if about == "register":
        named = register or data.get("register")
        return [("register", named)] if named else [CASE]
    if about in ["requirement", "provider"]:
        return [(about, data[about])] if about in data else [CASE]
    if about == "each_child":
        return [("person", id) for id in children(known)] or [("nobody",)]
    if about == "each_protected_person":
        protected = {p for id in orders_in_force(known, moments) for p in known["orders"][id]["protects"]}
        return [("person", id) for id in sorted(protected)]
    if about == "each_order_in_force":
        return [("order", id) for id in orders_in_force(known, moments)]
    if about == "each_order_protecting_person":
        persons = persons_of(event) or []
        in_force = orders_in_force(known, moments)
        return [("order", id) for id in in_force if any(p in known["orders"][id]["protects"] for p in persons)]
    if about == "each_outstanding_request":
        return [("request", id) for id in outstanding(known)]
    if about == "each_flag_set":
        return [("register", r) for r in REGISTERS if r in known["flags"] and flag(known, r)[0]]
    if about == "each_lower_statement":
        return [("statement", *cell) for cell in lower if cell[2] == event["id"]]
    raise ValueError(about)
