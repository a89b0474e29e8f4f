"""Input that nobody means well: an error of the documented kinds, never a panic, and the log as it was."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from typing import Any

import pytest

from risk_of_harm import CaseLog, Policy, RiskError, Stamp, assess, compare, timeline
from sample import CASE, record, story, supervision, told_log

DOCUMENTED = (RiskError, TypeError, ValueError, OverflowError)


class Odd:
    """An object that raises wherever it is touched."""

    def __str__(self) -> str:
        raise ZeroDivisionError

    __repr__ = __hash__ = __str__  # type: ignore[assignment]


def deep(depth: int) -> Any:
    nested: Any = 1
    for _ in range(depth):
        nested = {"data": nested}
    return nested


HUGE = "x" * 10_000_000
TEXTS = [
    "\0", "\ufeff{", "{", "[]", "null", "NaN", "Infinity", "1e999999", '""', "{}", "{}{}", "é", "\U0001f600",
    '{"event_id":1}', '{"a":1,"a":2}', "\ud800", '"\\ud800"', "[" * 200_000, '{"a":' * 200_000, HUGE, f'{{"note":"{HUGE}"}}',
    json.dumps({**supervision(), "data": {"sentence_id": HUGE}}), json.dumps({**supervision(), "kind": HUGE}),
    json.dumps({**supervision(), "v": 2**70}), json.dumps({**supervision(), "v": -1}), json.dumps({**supervision(), "v": 1.5}),
    json.dumps(supervision()).replace('"s1"', "9" * 100_000), json.dumps(supervision()).replace('"male"', "1e5000"),
    json.dumps(supervision()).replace("2018-01-08T10:00:00Z", "+99999-01-01T00:00:00Z"),
    json.dumps(supervision()).replace("2018-01-08T10:00:00Z", "2018-01-08T10:00:61Z"),
    json.dumps({**supervision(), "hash": "0" * 64, "position": 1}), json.dumps(supervision()) + "\0",
    json.dumps(supervision()).encode().decode("utf-16-le", "replace"),
]  # fmt: skip
THINGS: list[Any] = [
    None, True, 0, -1, 1.5, float("nan"), 2**5000, 1j, b"{}", bytearray(b"{}"), memoryview(b"{}"), [], [1], (), set(), {},
    object(), Odd(), Odd, range(3), {1: 2}, {None: 1}, {(1, 2): 3}, {"a": Odd()}, {"a": {1, 2}}, {"a": float("inf")}, deep(100_000),
    {**supervision(), "data": None}, {**supervision(), "data": []}, {**supervision(), "data": {"sentence_id": 2**5000}},
    {**supervision(), "data": {"sentence_id": b"s1"}}, {**supervision(), "occurred_at": None}, {**supervision(), "v": True},
    {**supervision(), "case_id": None}, {**supervision(), "event_id": 2**128}, {**supervision(), "\ud800": 1},
    {**supervision(), "note": "\ud800"}, {**supervision(), "note": None}, {**supervision(), "source": None},
    record(1, "risk_assessed", levels={"children": 3}, assessor="a"), record(1, "dash_completed", yes_answers=2**64),
    record(1, "dash_completed", yes_answers=-1), record(1, "dash_completed", yes_answers=1.0, high_by_judgement="no"),
]  # fmt: skip


BLANK = ["", " ", "\n", "\r\n\t"]


def refused(ask: Callable[[], Any]) -> None:
    """The call ends, with an answer or an error of the documented kinds."""
    try:
        ask()
    except DOCUMENTED:
        pass


@pytest.mark.parametrize("text", BLANK, ids=range(len(BLANK)))
def test_nothing_is_neither_a_log_nor_a_record_and_among_others_a_blank_line(text: str) -> None:
    log = CaseLog(CASE)
    for ask in (lambda: CaseLog.from_jsonl(text), lambda: log.append(text), lambda: log.extend([]), lambda: log.erase(text)):
        with pytest.raises(RiskError):
            ask()
    assert log.extend([text, *story(), text]).added == 3


def test_a_leap_second_and_the_finest_fraction_are_kept_as_they_came() -> None:
    for time in ("2018-01-08T10:00:60Z", "2018-01-08T10:00:00.0000000000000001Z"):
        line = json.dumps(supervision()).replace("2018-01-08T10:00:00Z", time)
        log = CaseLog.from_jsonl(line)
        assert log.to_jsonl() == line + "\n"
        assert assess(log, at="2018-04-18", audience="manager").actions


@pytest.mark.parametrize("text", TEXTS, ids=range(len(TEXTS)))
def test_text_that_is_no_log_is_refused(text: str) -> None:
    with pytest.raises(DOCUMENTED):
        CaseLog.from_jsonl(text)


@pytest.mark.parametrize("text", TEXTS, ids=range(len(TEXTS)))
def test_text_that_is_no_record_is_refused_and_the_log_stays(text: str) -> None:
    log = told_log()
    before = log.to_jsonl()
    for ask in (lambda: log.append(text), lambda: log.extend([text, *story()]), lambda: log.erase(text)):
        with pytest.raises(DOCUMENTED):
            ask()
    assert log.to_jsonl() == before


@pytest.mark.parametrize("thing", THINGS, ids=range(len(THINGS)))
def test_what_is_no_record_is_refused_and_the_log_stays(thing: Any) -> None:
    log = told_log()
    before = log.to_jsonl()
    for ask in (lambda: log.append(thing), lambda: log.extend([*story(), thing]), lambda: log.erase(thing)):
        with pytest.raises(DOCUMENTED):
            ask()
    assert log.to_jsonl() == before


@pytest.mark.parametrize("thing", [*TEXTS, *THINGS, Odd()], ids=range(len(TEXTS) + len(THINGS) + 1))
def test_a_question_of_anything_ends_with_an_answer_or_an_error(thing: Any, policy: Policy) -> None:
    log = told_log()
    found = assess(log, at="2018-04-18", audience="manager")
    for ask in (
        lambda: assess(log, at=thing, audience="manager"),
        lambda: assess(log, at="2018-04-18", audience=thing),
        lambda: assess(log, at="2018-04-18", audience="manager", known_at=thing),
        lambda: assess(log, at="2018-04-18", audience="manager", lens=thing),
        lambda: assess(log, at="2018-04-18", audience="manager", feeds=thing),
        lambda: assess(log, at="2018-04-18", audience="manager", feeds=[thing]),
        lambda: assess(log, thing or 1, at="2018-04-18", audience="manager"),
        lambda: assess(thing, at="2018-04-18", audience="manager"),
        lambda: timeline(thing, at="2018-04-18", audience="manager"),
        lambda: compare(log, at="2018-04-18", audience="manager", and_at=thing),
        lambda: compare(log, at="2018-04-18", audience="manager", other_policy=thing),
        lambda: found.explain(thing),
        lambda: found.why_not(thing),
        lambda: found.changes_since(thing),
        lambda: found.table(thing),
        lambda: policy.show(thing),
        lambda: policy.diff(thing),
        lambda: Policy.embedded(locality=thing),
        lambda: Policy.from_files(thing),
        lambda: Policy.from_files({"a.toml": thing}),
        lambda: CaseLog(thing),
        lambda: log.append(supervision(), expected_length=thing),
        lambda: log.extend(thing),
        lambda: log.seal(thing),
        lambda: log.seal([thing]),
        lambda: log.seal([Stamp(thing, b"s" * 16)] * 3),
        lambda: log.seal([Stamp(Stamp.now().appended_at, thing)] * 3),
        lambda: log.verify(thing),
        lambda: log.to_jsonl(after=thing),
    ):
        refused(ask)
    assert log.extend(story()).added == 0


@pytest.mark.parametrize("number", [-1, 2**31, 2**63, 2**64, 2**200, -(2**63), sys.maxsize])
def test_numbers_too_large_or_negative_are_refused(number: int) -> None:
    log = told_log()
    with pytest.raises((OverflowError, RiskError)):
        log.append(record(9, "appointment_attended"), expected_length=number)
    refused(lambda: log.to_jsonl(after=number))
    assert len(log) == 3


def test_a_note_of_ten_million_letters_is_kept_and_shown_nowhere() -> None:
    log = CaseLog(CASE)
    log.append({**supervision(), "note": HUGE})
    assert len(log.to_jsonl()) > len(HUGE)
    assert len(assess(log, at="2018-04-18", audience="manager").to_json()) < 100_000
    assert len(repr(log)) < 100


def test_an_iterator_that_breaks_leaves_the_log_as_it_was() -> None:
    def breaking() -> Any:
        yield from story()[:1]
        raise KeyError("the source broke")

    log = CaseLog(CASE)
    with pytest.raises(KeyError):
        log.extend(breaking())
    assert len(log) == 0
