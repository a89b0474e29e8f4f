"""Strategies of hypothesis for tests of software that keeps or reads logs: ``pip install risk-of-harm[testing]``.

They draw invented records with everything that the schema allows, so also what no story of the examples holds.

>>> from hypothesis import given, settings
>>> from risk_of_harm import CaseLog, assess
>>> from risk_of_harm.testing import logs
>>> @settings(max_examples=5, database=None, deadline=None)
... @given(logs())
... def nobody_is_told_twice(records):
...     log = CaseLog(records[0]["case_id"])
...     log.extend(records)
...     agenda = assess(log, at="2030-01-01", audience="manager").agenda
...     assert len(agenda) == len({action.id for action in agenda})
>>> nobody_is_told_twice()
"""

from __future__ import annotations

import json
import re
from collections.abc import Collection
from datetime import date, datetime, timedelta, timezone
from functools import lru_cache
from typing import Any, NamedTuple
from uuid import UUID

from . import _risk
from .words import Handling, Kind

try:
    from hypothesis import strategies as st
except ImportError as missing:
    raise ImportError("hypothesis is not installed: pip install risk-of-harm[testing]") from missing

__all__ = ["hostile_lines", "logs", "records"]

_MARKS = [mark.value for mark in Handling]
# Statements about other records: these cannot be corrected, retracted or erased themselves.
_ABOUT_RECORDS = ("record_corrected", "record_retracted", "record_disputed", "payload_erased")
_NEVER_CHANGED = (*_ABOUT_RECORDS, "history_loaded", "rule_disputed")
_EARLIEST, _LATEST = datetime(2014, 6, 2, tzinfo=timezone.utc), datetime(2022, 1, 1, tzinfo=timezone.utc)


def records(*, kind: Kind | str | None = None, case_id: UUID | str | None = None) -> st.SearchStrategy[dict[str, Any]]:
    """A record that a log with nothing in it takes: it names no other.

    Args:
        kind: Only of that kind; left out: of any that can stand alone.
        case_id: Of that case; left out: of any.

    >>> from hypothesis import given, settings
    >>> from risk_of_harm import CaseLog
    >>> @settings(max_examples=5, database=None, deadline=None)
    ... @given(records(kind="police_call_out"))
    ... def a_call_out_is_taken(record):
    ...     assert CaseLog(record["case_id"]).append(record).added == 1
    >>> a_call_out_is_taken()
    """
    alone = [name for name in _kinds() if not _names_others(name)]
    if kind is not None and _word(kind) not in alone:
        raise ValueError(f"kind: expected one that names no other record, found {_word(kind)}: draw it in a log")
    steps = _steps(alone if kind is None else [_word(kind)], late=True)
    return st.tuples(_cases(case_id), _begins(), steps).map(lambda drawn: _History(drawn[0], drawn[1]).of([drawn[2]])[0])


def logs(
    *,
    case_id: UUID | str | None = None,
    kinds: Collection[Kind | str] | None = None,
    max_size: int = 20,
    late: bool = True,
    corrections: bool = True,
) -> st.SearchStrategy[list[dict[str, Any]]]:
    """The records of a case, in the order in which they were recorded: supervision starts, and then anything may happen.

    A ``CaseLog`` takes every one of them, in this order or, given all at once, in any other.

    Args:
        case_id: Of that case; left out: of any.
        kinds: Of those kinds only, after the first record; left out: of all.
        max_size: At most so many records.
        late: Some are recorded days after they happened; else all are recorded when they happened.
        corrections: Some correct, retract, dispute or erase earlier ones.

    >>> from hypothesis import given, settings
    >>> from risk_of_harm import CaseLog
    >>> @settings(max_examples=5, database=None, deadline=None)
    ... @given(logs(max_size=8))
    ... def every_log_is_taken(records):
    ...     assert CaseLog(records[0]["case_id"]).extend(records).added == len(records)
    >>> every_log_is_taken()
    """
    if max_size < 1:
        raise ValueError("max_size: expected at least 1, as supervision starts first")
    named = _kinds() if kinds is None else [_word(kind) for kind in kinds]
    # All kinds are as likely, but for corrections: among a hundred kinds there would hardly be one.
    often = [*named, *_ABOUT_RECORDS * 4] if kinds is None else named
    wanted = [name for name in often if corrections or name not in _ABOUT_RECORDS]
    rest = st.lists(_steps(wanted, late=late), max_size=max_size - 1) if wanted else st.just([])
    drawn = st.tuples(_cases(case_id), _begins(), _steps(["supervision_started"], late=late), rest)
    return drawn.map(lambda parts: _History(parts[0], parts[1]).of([parts[2], *parts[3]]))


def hostile_lines() -> st.SearchStrategy[str]:
    """Lines that nobody means well: records with a part cut, doubled, exchanged or swollen, other JSON, and no JSON at all.

    Few of them are records. Whatever reads them gives an error, and keeps what it had.

    >>> from hypothesis import given, settings
    >>> from risk_of_harm import CaseLog, RiskError
    >>> @settings(max_examples=5, database=None, deadline=None)
    ... @given(hostile_lines())
    ... def it_is_read_or_refused(line):
    ...     try:
    ...         CaseLog.from_jsonl(line)
    ...     except RiskError:
    ...         pass
    >>> it_is_read_or_refused()
    """
    lines = records().map(lambda record: json.dumps(record, ensure_ascii=False))
    at = st.integers(0, 400)
    value = st.recursive(
        st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
        lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=10), inner, max_size=3),
        max_leaves=5,
    )
    token = st.sampled_from(['"', "}", "{", "]", "[", ",", ":", "\\", "\0", "\n", "\\ud800", "1e999", "null", "-", "\ufeff"])

    def exchanged(drawn: tuple[dict[str, Any], int, Any]) -> str:
        record, place, other = drawn
        names = list(record)
        return json.dumps({**record, names[place % len(names)]: other}, ensure_ascii=False)

    def exchanged_within(drawn: tuple[dict[str, Any], str, Any]) -> str:
        record, name, other = drawn
        names = list(record["data"]) or [name]
        return json.dumps({**record, "data": {**record["data"], names[len(name) % len(names)]: other}}, ensure_ascii=False)

    return st.one_of(
        st.text(max_size=60),
        value.map(lambda found: json.dumps(found, ensure_ascii=False)),
        st.tuples(lines, at).map(lambda drawn: drawn[0][: drawn[1]]),
        st.tuples(lines, at, token).map(lambda drawn: drawn[0][: drawn[1]] + drawn[2] + drawn[0][drawn[1] :]),
        st.tuples(lines, lines).map("".join),
        lines.map(lambda line: line[:-1] + "," + line[1:]),
        st.tuples(records(), at, value).map(exchanged),
        st.tuples(records(), st.text(min_size=1, max_size=9), value).map(exchanged_within),
        st.tuples(st.sampled_from(["[", '{"data":', "9", '"']), st.integers(1, 5000)).map(lambda drawn: drawn[0] * drawn[1]),
    )


class _Other(NamedTuple):
    """A place for the ``event_id`` of an earlier record: which, counted round."""

    which: int


class _Step(NamedTuple):
    """What happens next, before it is known what was there."""

    kind: str
    data: dict[str, Any]
    gap: timedelta
    """Since the record before."""
    late: timedelta
    """From when it happened to when it was recorded."""
    stricter: int
    """How much more confidential than it must be."""
    target: int
    """Which earlier record a correction, a reply or an erasure is about, counted round."""
    replacement: int
    """Which of the earlier records of the same kind lends its data to a correction, counted round."""
    source: dict[str, str]
    note: str | None


def _word(kind: Kind | str) -> str:
    return Kind(kind).value


@lru_cache(maxsize=1)
def _schema() -> dict[str, Any]:
    return dict(json.loads(_risk.schema("record")))


def _kinds() -> list[str]:
    return list(_schema()["properties"]["kind"]["enum"])


@lru_cache(maxsize=1)
def _least_marks() -> dict[str, str]:
    """The least mark of each kind."""
    conditions = ((entry["if"]["properties"]["kind"]["const"], entry["then"]["properties"]) for entry in _schema()["allOf"])
    return {kind: then["handling"]["enum"][0] for kind, then in conditions}


def _is_other(form: dict[str, Any]) -> bool:
    return form.get("format") == "uuid"


def _names_others(kind: str) -> bool:
    form = _schema()["$defs"][kind]
    return any(_is_other(form["properties"][name]) for name in form.get("required", []))


def _cases(case_id: UUID | str | None) -> st.SearchStrategy[UUID]:
    return st.uuids(version=4) if case_id is None else st.just(UUID(str(case_id)))


def _begins() -> st.SearchStrategy[datetime]:
    days = st.integers(0, (_LATEST - _EARLIEST).days)
    return st.tuples(days, st.integers(0, 23)).map(lambda drawn: _EARLIEST + timedelta(days=drawn[0], hours=drawn[1]))


def _steps(kinds: list[str], *, late: bool) -> st.SearchStrategy[_Step]:
    return st.sampled_from(kinds).flatmap(lambda kind: _step(kind, late))


@lru_cache(maxsize=None)
def _step(kind: str, late: bool) -> st.SearchStrategy[_Step]:
    forms = _schema()["properties"]["source"]["properties"]
    minutes = st.sampled_from([0, 0, 5, 60, 24 * 60]) | st.integers(0, 60 * 24 * 60)
    days = st.sampled_from([0, 0, 0, 1, 7]) | st.integers(0, 60)
    source = st.fixed_dictionaries(
        {"agency": _value(forms["agency"])}, optional={"role": _value(forms["role"]), "reference": st.just("ref-1")}
    )
    return st.builds(
        _Step,
        kind=st.just(kind),
        data=_data(kind),
        gap=minutes.map(lambda n: timedelta(minutes=n)),
        late=days.map(lambda n: timedelta(days=n)) if late else st.just(timedelta()),
        stricter=st.sampled_from([0, 0, 0, 1, 4]),
        target=st.integers(0, 30),
        replacement=st.integers(0, 30),
        source=source,
        note=st.none() | st.text(max_size=20),
    )


def _data(kind: str) -> st.SearchStrategy[dict[str, Any]]:
    form = _schema()["$defs"][kind]
    required = form.get("required", [])
    fields = {name: _value(inner) for name, inner in form["properties"].items() if name != "replacement"}
    return st.fixed_dictionaries(
        {name: value for name, value in fields.items() if name in required},
        optional={name: value for name, value in fields.items() if name not in required},
    )


def _value(form: dict[str, Any]) -> st.SearchStrategy[Any]:
    """A value of a form of the schema."""
    if "enum" in form:
        return st.sampled_from(form["enum"])
    if form["type"] == "array":
        return st.lists(_value(form["items"]), max_size=3, unique=True)
    if form["type"] == "integer":
        return st.integers(form["minimum"], form["maximum"])
    if form["type"] == "object":
        return st.dictionaries(_value(form["propertyNames"]), _value(form["additionalProperties"]), max_size=5)
    if form.get("format") == "date":
        return st.dates(date(2014, 1, 1), date(2026, 12, 31)).map(date.isoformat)
    if _is_other(form):
        return st.builds(_Other, st.integers(0, 30))
    of = re.fullmatch(r"The id of a (.+)\.", form["description"])
    word = of.group(1).replace(" ", "-") if of else "id"
    return st.sampled_from([f"{word}-{n}" for n in (1, 2, 3)])


class _History:
    """Makes records of steps, where each knows those before it."""

    def __init__(self, case_id: UUID, begins: datetime) -> None:
        self.case_id = case_id
        self.clock = begins
        self.made: list[dict[str, Any]] = []

    def of(self, steps: list[_Step]) -> list[dict[str, Any]]:
        for step in steps:
            self.clock += step.gap
            self.made.append(self._record(step))
        return self.made

    def _record(self, step: _Step) -> dict[str, Any]:
        data = self._data(step)
        mark = max([self._least(step.kind, data), *(self._mark(id) for id in self._named(step.kind, data))])
        return {
            "event_id": str(UUID(int=self.case_id.int ^ (len(self.made) + 1))),
            "case_id": str(self.case_id),
            "occurred_at": (self.clock - step.late).isoformat(),
            "recorded_at": self.clock.isoformat(),
            "source": step.source,
            "handling": _MARKS[min(mark + step.stricter, len(_MARKS) - 1)],
            "kind": step.kind,
            "data": data,
            **({} if step.note is None else {"note": step.note}),
        }

    def _data(self, step: _Step) -> dict[str, Any]:
        found = {name: self._resolved(value) for name, value in step.data.items()}
        data = {name: value for name, value in found.items() if value is not None}
        if step.kind == "information_requested":
            # Each request has its own id: a reply may not be less confidential than what it replies to.
            data["request_id"] = f"request-{len(self.made)}"
        elif "request_id" in data:
            asked = [one["data"]["request_id"] for one in self.made if one["kind"] == "information_requested"]
            data["request_id"] = asked[step.target % len(asked)] if asked else "request-before"
        if step.kind in _ABOUT_RECORDS:
            target = self._target(step)
            data["event_id"] = target["event_id"]
            if step.kind == "record_corrected":
                alike = [one["data"] for one in self.made if one["kind"] == target["kind"]]
                data["replacement"] = {"data": alike[step.replacement % len(alike)]}
                if step.replacement % 2:
                    data["replacement"]["occurred_at"] = target["occurred_at"]
        return data

    def _resolved(self, value: Any) -> Any:
        if isinstance(value, list):
            found = [self._resolved(one) for one in value]
            return list(dict.fromkeys(one for one in found if one is not None))
        if not isinstance(value, _Other):
            return value
        return self.made[value.which % len(self.made)]["event_id"] if self.made else None

    def _target(self, step: _Step) -> dict[str, Any]:
        if step.kind == "record_disputed":
            return self.made[step.target % len(self.made)]
        able = [one for one in self.made if one["kind"] not in _NEVER_CHANGED]
        return able[step.target % len(able)]

    def _named(self, kind: str, data: dict[str, Any]) -> set[str]:
        """The records that data of a kind names."""
        names: set[str] = set()
        for name, form in _schema()["$defs"][kind]["properties"].items():
            if name in data and _is_other(form):
                names.add(data[name])
            elif name in data and _is_other(form.get("items", {})):
                names.update(data[name])
        for one in self.made:
            if one["kind"] == "information_requested" and one["data"]["request_id"] == data.get("request_id"):
                names.add(one["event_id"])
        if kind == "record_corrected":
            names |= self._named(self._one(data["event_id"])["kind"], data["replacement"]["data"])
        return names

    def _least(self, kind: str, data: dict[str, Any]) -> int:
        """A mark that data of a kind may carry. Who spoke, and where MARAC had part, may ask for more than the kind does."""
        least = _MARKS.index(_least_marks()[kind])
        if kind == "record_corrected":
            return max(least, self._least(self._one(data["event_id"])["kind"], data["replacement"]["data"]))
        told = kind == "concern_disclosed" or "marac" in data.values()
        return max(least, _MARKS.index("partner_confidential")) if told else least

    def _mark(self, event_id: str) -> int:
        return _MARKS.index(self._one(event_id)["handling"])

    def _one(self, event_id: str) -> dict[str, Any]:
        return next(one for one in self.made if one["event_id"] == event_id)


