"""Errors: one tree, the names of C, where and what, and never a word of what anybody told."""

from __future__ import annotations

import json
import pickle
import re
import tempfile
from collections.abc import Callable
from datetime import datetime, timezone
from typing import Any

import pytest

import risk_of_harm
from risk_of_harm import (
    AudienceError,
    BudgetError,
    CaseLog,
    ConflictError,
    IntegrityError,
    NotFoundError,
    Policy,
    PolicyError,
    QuestionError,
    RecordError,
    RiskError,
    Stamp,
    Store,
    StoreError,
    assess,
)
from risk_of_harm._errors import _KINDS
from sample import CASE, ROOT, SECRET, disclosure, event_id, record, supervision, told_log, whole_text

EARLY = Stamp(datetime(2010, 1, 1, tzinfo=timezone.utc), b"s" * 16)


def sealed() -> CaseLog:
    log = told_log()
    log.seal()
    return log


def answer(audience: str = "manager") -> risk_of_harm.Assessment:
    return assess(told_log(), at="2018-04-18", audience=audience)


def no_view() -> None:
    files = {path.name: path.read_text(encoding="utf-8") for path in (ROOT / "policies/england-wales").glob("*.toml")}
    whole = files["audiences.toml"]
    tables = re.split(r"(?m)^(?=\[\[audience\]\])", whole)
    files["audiences.toml"] = "".join(table for table in tables if 'id = "programmes_team"' not in table)
    assert files["audiences.toml"] != whole
    assess(told_log(), Policy.from_files(files), at="2018-04-18", audience="programmes_team")


def in_store(ask: Callable[[Store], Any]) -> Callable[[], Any]:
    """Asks a store that knows of one case, which is X1 and not shown to N1."""

    def asked() -> None:
        with tempfile.TemporaryDirectory() as folder, Store.open(f"{folder}/cases.risk", make=True) as store:
            store.identify(CASE, "crn", "X1", operator="host")
            store.exclude(CASE, "N1", operator="host")
            ask(store)

    return asked


def no_key() -> None:
    with tempfile.TemporaryDirectory() as folder:
        with Store.open(f"{folder}/cases.risk", make=True, keys=lambda _: b"k" * 32) as store:
            store.append(supervision(), operator="host")
        with Store.open(f"{folder}/cases.risk") as store:
            store.log(CASE, operator="host")


def key_that_calls_back() -> None:
    with tempfile.TemporaryDirectory() as folder:
        stores: list[Store] = []

        def key(case_id: Any) -> bytes:
            stores[0].log(CASE, operator="host")
            return b"k" * 32

        with Store.open(f"{folder}/cases.risk", make=True, keys=key) as store:
            stores.append(store)
            store.append(supervision(), operator="host")


def over_budget() -> None:
    records = risk_of_harm.records_to_arrow(told_log())
    risk_of_harm.assess_caseload(records, audience="manager", at="2018-04-18", case_budget=1)


OTHER = "3f6c9a52-8c1e-4c3b-9c58-2f4f6f1d2a12"

REACHED: list[tuple[str, type[RiskError], Callable[[], Any]]] = [
    ("RISK_BAD_TIME", QuestionError, lambda: assess(told_log(), at="soon", audience="manager")),
    ("RISK_BAD_WORD", QuestionError, lambda: CaseLog("case 1")),
    ("RISK_NOT_UTF8", QuestionError, lambda: CaseLog("\ud800")),
    ("RISK_NOT_UTF8", RecordError, lambda: CaseLog(CASE).append("\ud800")),
    ("RISK_NOT_UTF8", PolicyError, lambda: Policy.from_files({"a.toml": "\ud800"})),
    ("RISK_BAD_RECORD", RecordError, lambda: CaseLog.from_jsonl("{}")),
    ("RISK_POSITION_CONFLICT", ConflictError, lambda: CaseLog(CASE).append(supervision(), expected_length=3)),
    ("RISK_EVENT_CONFLICT", ConflictError, lambda: told_log().append(supervision(day="2018-01-02"))),
    ("RISK_BAD_STAMP", IntegrityError, lambda: told_log().seal([])),
    ("RISK_BAD_STAMP", IntegrityError, lambda: told_log().extend([disclosure(8)], stamps=[EARLY])),
    ("RISK_TAMPERED", IntegrityError, lambda: sealed().verify("0" * 64)),
    ("RISK_BAD_POLICY", PolicyError, lambda: Policy.from_files({"a.toml": "[[rule]"})),
    ("RISK_NO_VIEW", AudienceError, no_view),
    ("RISK_NO_REASONS", AudienceError, lambda: answer("partner_agency").explain()),
    ("RISK_OVER_BUDGET", BudgetError, over_budget),
    ("RISK_STORE_MISSING", StoreError, lambda: Store.open("nowhere/cases.risk")),
    ("RISK_BAD_STORE", StoreError, lambda: Store.open(__file__)),
    ("RISK_NOT_FOUND", NotFoundError, in_store(lambda store: store.log(OTHER, operator="host"))),
    ("RISK_EXCLUDED", AudienceError, in_store(lambda s: s.assess(CASE, reader="N1", audience="manager", at="2018-04-18"))),
    ("RISK_TAKEN", ConflictError, in_store(lambda store: store.identify(OTHER, "crn", "X1", operator="host"))),
    ("RISK_NO_KEY", StoreError, no_key),
    ("RISK_REENTRANT_CALL", StoreError, key_that_calls_back),
]


@pytest.mark.parametrize(("code", "kind", "cause"), REACHED, ids=[f"{code}-{kind.__name__}" for code, kind, _ in REACHED])
def test_each_error_has_its_class_its_code_and_what_is_known(
    code: str, kind: type[RiskError], cause: Callable[[], Any]
) -> None:
    with pytest.raises(RiskError) as raised:
        cause()
    error = raised.value
    assert (type(error), error.code) == (kind, code)
    assert error.errors and all(one["message"] for one in error.errors)
    assert str(error)[0] in "`(/" or str(error)[0].islower()
    where = {"file", "line", "column", "row", "case_id", "event_id", "position", "field", "expected", "found", "message"}
    assert all(set(one) <= where for one in error.errors)


@pytest.mark.parametrize(("code", "kind", "cause"), REACHED, ids=[f"{code}-{kind.__name__}" for code, kind, _ in REACHED])
def test_each_error_comes_back_from_a_pickle(code: str, kind: type[RiskError], cause: Callable[[], Any]) -> None:
    with pytest.raises(kind) as raised:
        cause()
    again = pickle.loads(pickle.dumps(raised.value))
    assert (type(again), str(again), again.code, again.errors) == (kind, str(raised.value), code, raised.value.errors)


def test_what_was_expected_and_found_is_told_wherever_it_can_be() -> None:
    plain = {"RISK_BAD_POLICY", "RISK_NO_VIEW", "RISK_NO_REASONS"}
    for code, kind, cause in REACHED:
        with pytest.raises(kind) as raised:
            cause()
        if code not in plain:
            for one in raised.value.errors:
                assert one.get("expected") and one.get("found"), (code, one)


def test_the_codes_are_the_names_of_the_c_library() -> None:
    header = (ROOT / "risk-ffi/include/risk.h").read_text(encoding="utf-8")
    numbers = dict(re.findall(r"#define (RISK_[A-Z0-9_]+) (\d+)$", header, re.MULTILINE))
    order = list(numbers)
    names = set(order[order.index("RISK_OK") + 1 : order.index("RISK_PANIC") + 1])
    assert numbers["RISK_OK"] == "0" and numbers["RISK_PANIC"] == "99"
    defects = {"RISK_PANIC", "RISK_POISONED"}
    assert set(_KINDS) == names - defects
    assert {code for code, _, _ in REACHED} <= names


def test_every_class_of_error_is_reached_and_is_also_what_python_calls_it() -> None:
    public = {getattr(risk_of_harm, name) for name in risk_of_harm.__all__ if name.endswith("Error")} - {RiskError}
    assert public == {kind for _, kind, _ in REACHED} == set(RiskError.__subclasses__())
    for kind in (QuestionError, RecordError, PolicyError):
        assert issubclass(kind, ValueError)
    assert issubclass(AudienceError, PermissionError)


def test_errors_of_the_native_module_do_not_reach_the_caller() -> None:
    from risk_of_harm import _risk

    assert not issubclass(_risk.Fault, RiskError)
    with pytest.raises(RiskError) as raised:
        CaseLog.from_jsonl("{}")
    assert raised.value.__cause__ is None and raised.value.__suppress_context__


def leaks() -> list[Callable[[], Any]]:
    """Mistakes in records that hold what a victim said: in the note, in the data, in what cannot be read at all."""
    told = {**disclosure(), "note": SECRET}

    def append(entry: Any) -> Callable[[], Any]:
        return lambda: told_log().append(entry)

    def data(**wrong: Any) -> Callable[[], Any]:
        return append({**told, "event_id": event_id(9), "data": {**told["data"], **wrong}})

    whole = json.dumps(told)
    lines = json.dumps({**told, "event_id": event_id(9)})

    def altered() -> None:
        log = CaseLog(CASE)
        log.append(supervision())
        log.append(told)
        log.seal()
        CaseLog.from_jsonl(log.to_jsonl().replace("kitchen", "bread"))

    return [
        append(told),
        append({**told, "event_id": event_id(9), "note": [SECRET]}),
        append({**told, "event_id": event_id(9), "note": {SECRET: SECRET}}),
        append({**told, "event_id": SECRET}),
        append({**told, "event_id": event_id(9), "case_id": SECRET}),
        append({**told, "event_id": event_id(9), "occurred_at": SECRET}),
        append({**told, "event_id": event_id(9), "kind": SECRET}),
        append({**told, "event_id": event_id(9), "handling": SECRET}),
        append({**told, "event_id": event_id(9), "source": {"agency": SECRET}}),
        append({**told, "event_id": event_id(9), "source": {"agency": "probation", "reference": SECRET}}),
        append({**told, "event_id": event_id(9), SECRET: 1}),
        data(person=SECRET),
        data(person=[SECRET]),
        data(raised_risk=SECRET),
        data(concerns=SECRET),
        data(concerns=[SECRET]),
        data(incident=SECRET),
        data(**{SECRET: SECRET}),
        data(person=datetime(2018, 1, 1), incident=SECRET),
        data(person=SECRET + "\ud800"),
        data(person={SECRET}),
        data(person=SECRET.encode()),
        append(lines[:-3]),
        append(lines + SECRET),
        append(f'"{SECRET}"'),
        append(SECRET),
        append(SECRET + "\udfff"),
        append(SECRET.encode()),
        append([SECRET]),
        lambda: told_log().extend([lines, SECRET]),
        lambda: CaseLog.from_jsonl(whole + "\n" + SECRET),
        lambda: CaseLog.from_jsonl(SECRET),
        lambda: CaseLog.from_jsonl(whole + "\ud800"),
        lambda: told_log().erase({**told, "event_id": event_id(9)}),
        lambda: CaseLog(SECRET),
        lambda: assess(told_log(), at=SECRET, audience="manager"),
        lambda: assess(told_log(), at="2018-04-18", audience=SECRET),
        lambda: assess(told_log(), at="2018-04-18", audience="manager", lens=SECRET + "\ud800"),
        lambda: assess(told_log(), at="2018-04-18", audience="manager", feeds=[SECRET]),
        lambda: answer().explain(SECRET),
        lambda: answer().why_not(SECRET),
        lambda: answer().table(SECRET),
        altered,
    ]


@pytest.mark.parametrize("mistake", range(len(leaks())))
def test_no_error_shows_what_was_told(mistake: int) -> None:
    with pytest.raises((RiskError, TypeError, ValueError)) as raised:
        leaks()[mistake]()
    for text in whole_text(raised.value):
        for word in ("kitchen", "knife", "children sleep", "bread"):
            assert word not in text


def test_no_answer_or_page_shows_a_note() -> None:
    log = CaseLog(CASE)
    log.extend([{**supervision(), "note": SECRET}, {**disclosure(), "note": SECRET}])
    log.append({**record(7, "record_disputed", "2018-03-01", event_id=event_id(2), reason="other", by="staff-1"), "handling": "restricted", "note": SECRET})
    found = assess(log, at="2018-04-18", audience="manager")
    shown = [
        repr(log), repr(found), str(found), found.text(all=True), found.to_json(), str(found.explain()),
        str(found.why_not("plw-raised-risk")), str(risk_of_harm.timeline(log, at="2018-04-18", audience="manager")),
        str(risk_of_harm.compare(log, at="2018-04-18", audience="manager")), str(found.table()._inner.told(1000)),
    ]  # fmt: skip
    assert all("knife" not in text for text in shown)
    assert "knife" in log.to_jsonl()
