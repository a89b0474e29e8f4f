"""One answer as tables: the columns are those of a whole caseload's."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any, NamedTuple

from ._errors import QuestionError, mismatch
from ._extras import extra


class Column(NamedTuple):
    """A column: its name, what it holds, where that stands in a line of the contract, and what an audience must see for it."""

    name: str
    kind: str
    """``text``, ``texts``, ``day``, ``count`` or ``truth``."""
    of: Callable[[dict[str, Any]], Any]
    needs: str | None = None


def _at(*path: str) -> Callable[[dict[str, Any]], Any]:
    def value(line: dict[str, Any]) -> Any:
        found: Any = line
        for name in path:
            found = None if found is None else found.get(name)
        return found

    return value


def _day(*path: str) -> Callable[[dict[str, Any]], date | None]:
    found = _at(*path)

    def value(line: dict[str, Any]) -> date | None:
        text = found(line)
        return None if text is None else date.fromisoformat(text)

    return value


def _each(name: str, *path: str) -> Callable[[dict[str, Any]], list[str]]:
    """A member of each reason, once, in their order."""
    found = _at(*path)

    def value(line: dict[str, Any]) -> list[str]:
        return list(dict.fromkeys(reason[name] for reason in found(line) or []))

    return value


_CASE = Column("case_id", "text", _at("case_id"))
_TABLES: dict[str, tuple[str, tuple[Column, ...]]] = {
    "actions": (
        "actions",
        (
            _CASE,
            Column("action_id", "text", _at("id")),
            Column("action", "text", _at("action")),
            Column("about", "texts", _at("about"), "subjects"),
            Column("title", "text", _at("title")),
            Column("owner", "text", _at("owner")),
            Column("priority", "text", _at("priority")),
            Column("status", "text", _at("status")),
            Column("opened", "day", _day("opened")),
            Column("due", "day", _day("due")),
            Column("due_basis", "text", _at("due_basis")),
            Column("closed", "day", _day("closed")),
            Column("days_overdue", "count", _at("days_overdue")),
            Column("waiting_on", "text", _at("waiting_on", "party")),
            Column("waiting_since", "day", _day("waiting_on", "since")),
            Column("chased", "count", _at("waiting_on", "chased")),
            Column("part_of", "text", _at("part_of")),
            Column("missed", "count", _at("missed")),
            Column("last_done", "day", _day("last_done")),
            Column("handling", "text", _at("handling")),
            Column("caution", "text", _at("caution")),
            Column("findings", "texts", _at("findings")),
            Column("decided", "text", _at("decided", "decision")),
            Column("decided_reason", "text", _at("decided", "reason")),
            Column("decided_role", "text", _at("decided", "role")),
            Column("decided_on", "day", _day("decided", "on")),
            Column("inherited", "truth", lambda line: bool(line.get("inherited"))),
            Column("rules", "texts", _each("rule", "because")),
            Column("event_ids", "texts", _each("event_id", "because"), "event_ids"),
        ),
    ),
    "classifications": (
        "groups",
        (
            _CASE,
            Column("group", "text", _at("group")),
            Column("setting", "text", _at("setting")),
            Column("working_level", "text", _at("working_level")),
            Column("status", "text", _at("status")),
            Column("recorded", "text", _at("recorded", "level")),
            Column("recorded_on", "day", _day("recorded", "on")),
            Column("indicated", "text", _at("indicated", "level")),
            Column("handling", "text", _at("handling")),
            Column("caution", "text", _at("caution")),
            Column("rules", "texts", _each("rule", "indicated", "because")),
        ),
    ),
    "flags": (
        "flags",
        (
            _CASE,
            Column("register", "text", _at("register")),
            Column("should_be", "text", _at("should_be")),
            Column("is", "text", _at("is")),
            Column("handling", "text", _at("handling")),
            Column("caution", "text", _at("caution")),
            Column("rules", "texts", _each("rule", "because")),
        ),
    ),
}


def _table(table: str, seen: frozenset[str]) -> tuple[str, list[Column]]:
    if not isinstance(table, str) or table not in _TABLES:
        raise mismatch(QuestionError, "RISK_BAD_WORD", "table", f"one of {', '.join(_TABLES)}", "another")
    member, columns = _TABLES[table]
    return member, [column for column in columns if column.needs is None or column.needs in seen]


def rows(told: dict[str, Any], table: str, seen: frozenset[str]) -> list[dict[str, Any]]:
    """The lines of a table as dicts, for an audience that sees those fields."""
    member, columns = _table(table, seen)
    within = (told["classification"] or {"groups": []}) if member == "groups" else told
    lines = ({**line, "case_id": told["case_id"]} for line in within[member])
    return [{column.name: column.of(line) for column in columns} for line in lines]


def frame(told: dict[str, Any], table: str, seen: frozenset[str], library: str) -> Any:
    """The same as a frame of that library."""
    if not isinstance(library, str) or library not in _FRAMES:
        raise mismatch(QuestionError, "RISK_BAD_WORD", "library", f"one of {', '.join(_FRAMES)}", "another")
    _, columns = _table(table, seen)
    found = rows(told, table, seen)
    brought_by, build = _FRAMES[library]
    return build(extra(library, brought_by), columns, {column.name: [row[column.name] for row in found] for column in columns})


def _pandas(pandas: Any, columns: list[Column], values: dict[str, list[Any]]) -> Any:
    types = {"text": "string", "texts": "object", "day": "datetime64[s]", "count": "Int64", "truth": "bool"}
    return pandas.DataFrame({c.name: pandas.Series(values[c.name], dtype=types[c.kind]) for c in columns})


def _polars(polars: Any, columns: list[Column], values: dict[str, list[Any]]) -> Any:
    types = {
        "text": polars.String,
        "texts": polars.List(polars.String),
        "day": polars.Date,
        "count": polars.Int64,
        "truth": polars.Boolean,
    }
    return polars.DataFrame(values, schema={column.name: types[column.kind] for column in columns})


def _pyarrow(pyarrow: Any, columns: list[Column], values: dict[str, list[Any]]) -> Any:
    types = {
        "text": pyarrow.string(),
        "texts": pyarrow.list_(pyarrow.string()),
        "day": pyarrow.date32(),
        "count": pyarrow.int64(),
        "truth": pyarrow.bool_(),
    }
    return pyarrow.table(values, schema=pyarrow.schema([(column.name, types[column.kind]) for column in columns]))


# The extra that brings each library, and what makes a frame of it.
_FRAMES: dict[str, tuple[str, Callable[[Any, list[Column], dict[str, list[Any]]], Any]]] = {
    "pandas": ("pandas", _pandas),
    "polars": ("polars", _polars),
    "pyarrow": ("parquet", _pyarrow),
}
