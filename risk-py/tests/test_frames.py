"""One answer as data frames."""

from __future__ import annotations

import builtins
import sys
from typing import Any

import pytest

from risk_of_harm import Assessment, Audience, CaseLog, QuestionError, assess, assess_caseload, records_to_arrow
from sample import CASE, told_log

TABLES = ["cases", "classifications", "actions", "flags"]


def rows(answer: Assessment, table: str = "actions") -> list[dict[str, Any]]:
    return list(answer.table(table).to_arrow().to_pylist())


def test_the_tables_of_one_answer_are_those_of_a_caseload_of_one_case(david: CaseLog) -> None:
    for audience in ("manager", "analyst", "partner_link_worker"):
        answer = assess(david, at="2018-04-18", audience=audience)
        asked: dict[str, Any] = {"audience": audience, "at": "2018-04-18", "next_change": True}
        caseload = assess_caseload(records_to_arrow(david), **asked)
        for name in TABLES:
            assert answer.table(name).to_arrow().equals(getattr(caseload, name).to_arrow())


def test_each_row_says_what_the_answer_says(david: CaseLog) -> None:
    answer = assess(david, at="2018-04-18", audience="inspector")
    for row, action in zip(rows(answer), answer.actions, strict=True):
        told = action.details
        assert (row["action_id"], row["action"], row["title"]) == (str(action.id), told["action"], action.title)
        assert (row["opened"], row["due"], row["closed"]) == (action.opened, action.due, action.closed)
        assert row["rules"] == list(dict.fromkeys(reason["rule"] for reason in told["because"]))
        assert row["event_ids"] == list(dict.fromkeys(reason["event_id"] for reason in told["because"]))
        assert (row["findings"], row["days_overdue"]) == (told["findings"], told["days_overdue"])
        assert row["waiting_on"] == (told["waiting_on"] or {}).get("party")
        assert row["inherited"] == told.get("inherited", False)
    assert any(row["waiting_on"] for row in rows(answer)) or not any(a.details["waiting_on"] for a in answer.actions)


def test_the_analysts_tables_carry_no_subjects_and_no_event_ids(david: CaseLog) -> None:
    answer = assess(david, at="2018-04-18", audience="analyst")
    for table in TABLES:
        found = answer.table(table).to_arrow()
        assert not {"about", "event_ids", "recorded_event_id"} & set(found.column_names)
        assert "00000000-0000-4000-8000-0000060000" not in str(found.drop(["case_id"]).to_pylist())


def test_a_pandas_frame_has_typed_columns(david: CaseLog) -> None:
    pandas = pytest.importorskip("pandas")
    frame = assess(david, at="2018-04-18", audience="manager").table().to_pandas()
    assert isinstance(frame, pandas.DataFrame)
    types = frame.dtypes.astype(str)
    assert all(types[day].startswith("datetime64[") for day in ("opened", "due", "decided_on"))
    assert (types["days_overdue"], types["chased"], types["inherited"], types["owner"]) == ("Int64", "Int64", "bool", "string")
    assert (frame.due.dropna() >= pandas.Timestamp("2017-01-01")).all()


def test_a_polars_frame_has_typed_columns(david: CaseLog) -> None:
    polars = pytest.importorskip("polars")
    answer = assess(david, at="2018-04-18", audience="manager")
    frame = answer.table().to_polars()
    assert frame.schema["due"] == polars.Date and frame.schema["rules"] == polars.List(polars.String)
    assert frame.to_dicts() == rows(answer)


@pytest.mark.parametrize("library", ["pandas", "polars", "arrow"])
def test_a_frame_without_rows_has_the_same_columns_and_types(david: CaseLog, library: str) -> None:
    def frame(log: CaseLog, table: str) -> Any:
        return getattr(assess(log, at="2018-04-18", audience="manager").table(table), f"to_{library}")()

    for table in TABLES:
        full, empty = frame(david, table), frame(CaseLog(CASE), table)
        types = "dtypes" if library == "pandas" else "schema"
        assert len(full) > 0 and str(getattr(full, types)) == str(getattr(empty, types))


@pytest.mark.parametrize("audience", list(Audience))
def test_every_audience_has_tables_of_its_own_answer(audience: Audience) -> None:
    answer = assess(told_log(), at="2018-04-18", audience=audience)
    assert len(answer.table()) == len(answer.actions)
    groups = (answer.classification or {"groups": []})["groups"]
    assert len(answer.table("classifications")) == len(groups)


def test_a_table_that_there_is_not_is_refused() -> None:
    answer = assess(told_log(), at="2018-04-18", audience="manager")
    with pytest.raises(QuestionError, match="`name`: expected `cases`, `classifications`, `actions` or `flags`, found `tasks`"):
        answer.table("tasks")


@pytest.mark.parametrize(("library", "extra"), [("pandas", "pandas"), ("polars", "polars"), ("pyarrow", "parquet")])
def test_a_library_that_is_not_installed_is_asked_for(
    monkeypatch: pytest.MonkeyPatch, library: str, extra: str
) -> None:
    monkeypatch.setitem(sys.modules, library, None)
    answer = assess(told_log(), at="2018-04-18", audience="manager")
    with pytest.raises(ImportError, match=rf"pip install risk-of-harm\[{extra}\]"):
        getattr(answer.table(), f"to_{library.removeprefix('py')}")()


def test_the_package_itself_needs_none_of_them(monkeypatch: pytest.MonkeyPatch) -> None:
    optional = {"pandas", "polars", "pyarrow", "altair", "duckdb", "pyspark", "tqdm", "hypothesis", "numpy"}
    for name in [name for name in sys.modules if name.split(".")[0] in {*optional, "risk_of_harm"}]:
        monkeypatch.delitem(sys.modules, name)
    real = builtins.__import__

    def without(name: str, *args: Any, **kwargs: Any) -> Any:
        if name.split(".")[0] in optional:
            raise AssertionError(f"{name} is imported")
        return real(name, *args, **kwargs)

    # The native module is loaded once in a process, and stays.
    from risk_of_harm import _risk

    monkeypatch.setitem(sys.modules, "risk_of_harm._risk", _risk)
    for name in [name for name in sys.modules if name.startswith("risk_of_harm") and name != "risk_of_harm._risk"]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setattr(builtins, "__import__", without)
    import risk_of_harm

    assert risk_of_harm.assess(risk_of_harm.CaseLog(CASE), at="2018-04-18", audience="manager").actions == []
