"""Columns however their names are spelt and their values encoded: read, or refused by name, and never less confidential."""

from __future__ import annotations

import math
from collections.abc import Callable
from pathlib import Path
from typing import Any

import duckdb
import numpy
import pandas
import polars
import pyarrow
import pyarrow.compute
import pyarrow.parquet
import pytest

from risk_of_harm import CaseLog, RecordError, assess_caseload, records_to_arrow
from sample import CASE, record, supervision

AT = "2018-02-20"


@pytest.fixture(scope="module")
def restricted() -> pyarrow.Table:
    """A programme is required, and the supervised person may not know of it."""
    log = CaseLog(CASE)
    log.append(supervision(1, "2018-01-08"))
    imposed = record(2, "requirement_imposed", "2018-01-08", requirement="bbr", sentence_id="s1")
    log.append({**imposed, "handling": "restricted"})
    return records_to_arrow(log).to_arrow()


def renamed(table: pyarrow.Table, name: str, other: str) -> pyarrow.Table:
    return table.rename_columns([other if column == name else column for column in table.column_names])


def shown(events: Any, **asked: Any) -> list[str]:
    """The actions that the supervised person is shown."""
    found = assess_caseload(events, audience="supervised_person", at=AT, **asked)
    return list(pyarrow.table(found.actions)["action"].to_pylist())


def through_parquet(table: pyarrow.Table, folder: Path) -> Any:
    pyarrow.parquet.write_table(table, folder / "events.parquet")
    return folder / "events.parquet"


def through_duckdb(table: pyarrow.Table, folder: Path) -> Any:
    connection = duckdb.connect(str(folder / "events.duckdb"))
    given = table
    connection.execute("create table events as select * from given")
    return connection.sql("select * from events")


LIBRARIES: dict[str, Callable[[pyarrow.Table, Path], Any]] = {
    "pyarrow": lambda table, folder: table,
    "polars": lambda table, folder: polars.from_arrow(table),
    "pandas": lambda table, folder: table.to_pandas(types_mapper=pandas.ArrowDtype),
    "duckdb": through_duckdb,
    "parquet": through_parquet,
}


@pytest.mark.parametrize("library", LIBRARIES)
@pytest.mark.parametrize("name", ["handling", "HANDLING", "Handling", "hand-ling", " handling "])
def test_marks_are_read_whatever_their_column_is_called(
    restricted: pyarrow.Table, tmp_path: Path, library: str, name: str
) -> None:
    assert shown(restricted.drop(["handling"])) == ["start_programme"], "the mark is what keeps it from them"
    assert shown(LIBRARIES[library](renamed(restricted, "handling", name), tmp_path)) == []


@pytest.mark.parametrize("library", LIBRARIES)
@pytest.mark.parametrize("name", ["HANDELING", "handlings", "Handling_Code", "Sensitive", "CONFIDENTIALITY"])
def test_a_near_name_of_the_column_of_marks_is_refused(
    restricted: pyarrow.Table, tmp_path: Path, library: str, name: str
) -> None:
    events = LIBRARIES[library](renamed(restricted, "handling", name), tmp_path)
    for keep in ([], [name]):
        with pytest.raises(RecordError, match="`handling`") as raised:
            shown(events, keep=keep)
        assert raised.value.errors[0]["field"] == name


def test_every_other_column_is_read_in_capitals_too(restricted: pyarrow.Table) -> None:
    more = restricted.append_column("v", pyarrow.array([1, 1])).append_column("position", pyarrow.array([1, 2]))
    more = more.append_column("note", pyarrow.array(["words", None]))
    flat = more.drop(["source"]).append_column("source_agency", pyarrow.compute.struct_field(more["source"], "agency"))
    flat = flat.append_column("source_role", pyarrow.compute.struct_field(more["source"], "role"))
    expected = assess_caseload(more, audience="manager", at=AT).actions.to_arrow()
    capitals = flat.rename_columns([name.upper() for name in flat.column_names])
    assert assess_caseload(capitals, audience="manager", at=AT).actions.to_arrow() == expected
    for name, value in (("POSITION", [2, 1]), ("V", [-1, 1]), ("SOURCE_ROLE", ["nobody", None])):
        wrong = capitals.set_column(capitals.column_names.index(name), name, pyarrow.array(value))
        with pytest.raises(RecordError):
            assess_caseload(wrong, audience="manager", at=AT)


def test_two_columns_that_mean_the_same_are_refused(restricted: pyarrow.Table) -> None:
    for name in ("handling", "kind", "event_id"):
        twice = restricted.append_column(name.upper(), restricted[name])
        with pytest.raises(RecordError, match=f"`{name}` and `{name.upper()}`"):
            shown(twice)


@pytest.mark.parametrize("mark", ["Restricted", "restricted ", "", "nan", "None"])
def test_a_mark_that_is_none_is_an_error(restricted: pyarrow.Table, mark: str) -> None:
    marked = restricted.set_column(
        restricted.column_names.index("handling"), "handling", pyarrow.array([None, mark], pyarrow.string())
    )
    with pytest.raises(RecordError) as raised:
        shown(marked)
    assert (raised.value.errors[0]["field"], raised.value.errors[0]["row"]) == ("handling", 1)


def frame(**columns: Any) -> pandas.DataFrame:
    """Two records as pandas makes them of dictionaries, with further columns."""
    lines = [supervision(1, "2018-01-08"), record(2, "appointment_attended", "2018-02-01")]
    base = pandas.DataFrame([
        {**{name: line[name] for name in ("event_id", "case_id", "kind")}, "source_agency": "probation", "data": data}
        for line, data in zip(lines, ('{"sentence_id":"s1","sentence_type":"community_order",'
        '"index_offence":"assault","index_offence_is_domestic_abuse":"yes","sex":"male"}', "{}"), strict=True)
    ])  # fmt: skip
    times = pandas.to_datetime(["2018-01-08T10:00:00Z", "2018-02-01T10:00:00Z"])
    return base.assign(occurred_at=times, recorded_at=times, **columns)


def cases(events: Any) -> int:
    return len(assess_caseload(events, audience="manager", at=AT).cases)


@pytest.mark.parametrize(
    "nothing",
    [
        [math.nan, math.nan],
        [None, None],
        numpy.array([None, None], object),
        pandas.Categorical([None, None]),
        pandas.array([None, None], "Int64"),
        pandas.array([None, None], "string"),
        pandas.array([None, None], "boolean"),
        pandas.to_datetime([None, None]),
    ],
    ids=["nan", "none", "object", "category", "Int64", "string", "boolean", "NaT"],
)
def test_a_column_without_any_value_holds_nothing_whatever_its_type(nothing: Any) -> None:
    for name in ("handling", "note", "v", "position", "source_role", "source_reference"):
        assert cases(frame(**{name: nothing})) == 1, name


def test_whole_floats_are_whole_numbers_and_others_name_their_row_and_a_cast() -> None:
    assert cases(frame(v=[1, None], position=[1.0, 2.0])) == 1
    assert cases(polars.from_arrow(pyarrow.RecordBatchReader.from_stream(frame(v=[1.0, 1.0])).read_all())) == 1
    for columns, name, row in (
        ({"v": [1.0, 1.5]}, "v", 1),
        ({"position": [0.5, 1.0]}, "position", 0),
        ({"position": [1.0, 1e18]}, "position", 1),
    ):
        with pytest.raises(RecordError, match="cast the column to int64") as raised:
            cases(frame(**columns))
        assert (raised.value.errors[0]["field"], raised.value.errors[0]["row"]) == (name, row)
    with pytest.raises(RecordError, match="column `handling`: expected text .cast the column to string., found"):
        cases(frame(handling=[None, 3.0]))


def test_views_runs_and_bytes_are_read(caseload: pyarrow.Table, tmp_path: Path) -> None:
    expected = assess_caseload(caseload, audience="analyst", at="2018-05-31").actions.to_arrow()

    def same(events: Any) -> None:
        assert assess_caseload(events, audience="analyst", at="2018-05-31").actions.to_arrow() == expected

    for name in ("kind", "handling", "case_id"):
        column = caseload[name].combine_chunks()
        place = caseload.column_names.index(name)
        same(caseload.set_column(place, name, pyarrow.compute.run_end_encode(column)))
        same(caseload.set_column(place, name, column.cast(pyarrow.string_view())))
        same(caseload.set_column(place, name, column.cast(pyarrow.string_view()).dictionary_encode()))
    ids = polars.from_arrow(caseload).with_columns(
        polars.col("event_id", "case_id").str.replace_all("-", "").str.decode("hex")
    )
    same(ids)
    connection = duckdb.connect()
    connection.execute("create table base as select * from caseload")
    for version in ("1.0", "1.4"):
        connection.execute(f"set arrow_output_version='{version}'")
        same(connection.sql("select * from base"))


def test_a_type_that_cannot_be_is_refused_in_one_line_with_column_and_cast(caseload: pyarrow.Table) -> None:
    place = caseload.column_names.index("data")
    data = caseload["data"].combine_chunks()
    odd = pyarrow.array([{"a": 1}] * len(data))
    columns = [odd if field.name == "kinds" else data.field(i) for i, field in enumerate(data.type)]
    broken = pyarrow.StructArray.from_arrays(columns, names=[field.name for field in data.type], mask=data.is_null())
    with pytest.raises(RecordError) as raised:
        assess_caseload(caseload.set_column(place, "data", broken), audience="analyst", at="2018-05-31")
    told = str(raised.value)
    assert "column `data.kinds`" in told and "cast the column to" in told and "found a struct" in told
    assert "\n" not in told and len(told) < 200
