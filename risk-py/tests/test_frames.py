"""One answer as data frames."""

from __future__ import annotations

import builtins
import sys
from datetime import date
from typing import Any

import pytest

from risk_of_harm import Audience, CaseLog, QuestionError, assess
from sample import CASE, told_log

TABLES = ["actions", "classifications", "flags"]
ACTIONS = (
    "case_id action_id action about title owner priority status opened due due_basis closed days_overdue waiting_on "
    "waiting_since chased part_of missed last_done handling caution findings decided decided_reason decided_role "
    "decided_on inherited rules event_ids"
).split()
CLASSIFICATIONS = (
    "case_id group setting working_level status recorded recorded_on indicated handling caution rules"
).split()
FLAGS = "case_id register should_be is handling caution rules".split()


def test_rows_have_the_columns_of_a_whole_caseload(david: CaseLog) -> None:
    answer = assess(david, at="2018-04-18", audience="manager")
    for table, columns in zip(TABLES, (ACTIONS, CLASSIFICATIONS, FLAGS), strict=True):
        rows = answer.rows(table)
        assert rows and all(list(row) == columns for row in rows)
        assert {row["case_id"] for row in rows} == {str(david.case_id)}


def test_each_row_says_what_the_answer_says(david: CaseLog) -> None:
    answer = assess(david, at="2018-04-18", audience="inspector")
    for row, action in zip(answer.rows(), answer.actions, strict=True):
        told = action.details
        assert (row["action_id"], row["action"], row["title"]) == (str(action.id), told["action"], action.title)
        assert (row["opened"], row["due"], row["closed"]) == (action.opened, action.due, action.closed)
        assert row["rules"] == list(dict.fromkeys(reason["rule"] for reason in told["because"]))
        assert row["event_ids"] == list(dict.fromkeys(reason["event_id"] for reason in told["because"]))
        assert (row["findings"], row["days_overdue"]) == (told["findings"], told["days_overdue"])
        assert row["waiting_on"] == (told["waiting_on"] or {}).get("party")
        assert row["inherited"] == told.get("inherited", False)
    assert any(row["waiting_on"] for row in answer.rows()) or not any(a.details["waiting_on"] for a in answer.actions)


def test_the_analysts_tables_carry_no_subjects_and_no_event_ids(david: CaseLog) -> None:
    answer = assess(david, at="2018-04-18", audience="analyst")
    for table in TABLES:
        frame = answer.frame(table, library="pyarrow")
        assert not {"about", "event_ids"} & set(frame.column_names)
        assert "00000000-0000-4000-8000-0000060000" not in str(frame.drop(["case_id"]).to_pylist())


def test_a_pandas_frame_has_typed_columns(david: CaseLog) -> None:
    pandas = pytest.importorskip("pandas")
    frame = assess(david, at="2018-04-18", audience="manager").frame()
    assert isinstance(frame, pandas.DataFrame) and list(frame.columns) == ACTIONS
    types = frame.dtypes.astype(str)
    assert types["opened"] == types["due"] == types["decided_on"] == "datetime64[s]"
    assert (types["days_overdue"], types["chased"], types["inherited"], types["owner"]) == ("Int64", "Int64", "bool", "string")
    assert (frame.due.dropna() >= pandas.Timestamp("2017-01-01")).all()


def test_a_polars_frame_has_typed_columns(david: CaseLog) -> None:
    polars = pytest.importorskip("polars")
    answer = assess(david, at="2018-04-18", audience="manager")
    frame = answer.frame(library="polars")
    assert frame.schema["due"] == polars.Date and frame.schema["rules"] == polars.List(polars.String)
    assert frame.to_dicts() == answer.rows()


def test_a_pyarrow_table_has_typed_columns(david: CaseLog) -> None:
    pyarrow = pytest.importorskip("pyarrow")
    answer = assess(david, at="2018-04-18", audience="manager")
    table = answer.frame(library="pyarrow")
    assert table.schema.field("due").type == pyarrow.date32()
    assert table.schema.field("about").type == pyarrow.list_(pyarrow.string())
    assert table.to_pylist() == answer.rows()


@pytest.mark.parametrize("library", ["pandas", "polars", "pyarrow"])
def test_a_frame_without_rows_has_the_same_columns_and_types(david: CaseLog, library: str) -> None:
    for table in TABLES:
        full = assess(david, at="2018-04-18", audience="manager").frame(table, library=library)
        empty = assess(CaseLog(CASE), at="2018-04-18", audience="manager").frame(table, library=library)
        types = "dtypes" if library == "pandas" else "schema"
        assert len(full) > 0 and str(getattr(full, types)) == str(getattr(empty, types))


@pytest.mark.parametrize("audience", list(Audience))
def test_every_audience_has_frames_of_its_own_answer(audience: Audience) -> None:
    answer = assess(told_log(), at="2018-04-18", audience=audience)
    assert len(answer.frame(library="pyarrow")) == len(answer.actions)
    groups = (answer.classification or {"groups": []})["groups"]
    assert len(answer.frame("classifications", library="pyarrow")) == len(groups)


def test_a_day_is_a_date_in_rows() -> None:
    row = next(row for row in assess(told_log(), at="2018-04-18", audience="manager").rows() if row["due"])
    assert type(row["due"]) is date


def test_a_table_or_library_that_there_is_not_is_refused() -> None:
    answer = assess(told_log(), at="2018-04-18", audience="manager")
    with pytest.raises(QuestionError, match="`table`: expected one of actions, classifications, flags"):
        answer.rows("tasks")
    with pytest.raises(QuestionError, match="`library`: expected one of pandas, polars, pyarrow"):
        answer.frame(library="excel")


@pytest.mark.parametrize(("library", "extra"), [("pandas", "pandas"), ("polars", "polars"), ("pyarrow", "parquet")])
def test_a_library_that_is_not_installed_is_asked_for(
    monkeypatch: pytest.MonkeyPatch, library: str, extra: str
) -> None:
    monkeypatch.setitem(sys.modules, library, None)
    answer = assess(told_log(), at="2018-04-18", audience="manager")
    with pytest.raises(ImportError, match=rf"pip install risk-of-harm\[{extra}\]"):
        answer.frame(library=library)


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

    assert risk_of_harm.assess(risk_of_harm.CaseLog(CASE), at="2018-04-18", audience="manager").rows() == []
