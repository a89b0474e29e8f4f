"""A query is run once, and what its database raises says what to do."""

from __future__ import annotations

from typing import Any

import duckdb
import polars
import pyarrow
import pytest

from risk_of_harm import RecordError, assess_caseload, iter_caseload, measures

AT = "2018-05-31"


class Counted:
    """A relation that counts how often it is run."""

    def __init__(self, table: pyarrow.Table) -> None:
        self.table, self.runs, self.counts = table, 0, 0

    def __arrow_c_stream__(self, requested_schema: object | None = None) -> object:
        self.runs += 1
        return self.table.__arrow_c_stream__(requested_schema)

    def __len__(self) -> int:
        self.counts += 1
        return len(self.table)

    @property
    def shape(self) -> tuple[int, int]:
        self.counts += 1
        return self.table.shape


@pytest.mark.parametrize("call", [assess_caseload, lambda *a, **k: list(iter_caseload(*a, **k)), measures])
def test_a_relation_is_run_once_and_never_counted(caseload: pyarrow.Table, call: Any) -> None:
    relation, told = Counted(caseload), []
    call(relation, audience="analyst", at=AT, progress=lambda cases, records: told.append(records))
    assert (relation.runs, relation.counts) == (1, 0)
    assert told[-1] == len(caseload), "progress goes on without a count"


def test_a_relation_of_duckdb_is_run_once(caseload: pyarrow.Table) -> None:
    connection = duckdb.connect()
    connection.execute("create table events as select * from caseload")
    runs: list[int] = []

    def seen(n: int) -> int:
        runs.append(n)
        return n

    connection.create_function("seen", seen, ["BIGINT"], "BIGINT", side_effects=True)
    relation = connection.sql("select e.* from events e, (select seen(7) as n) where n = 7 order by case_id")
    found = assess_caseload(relation, audience="analyst", at=AT)
    expected = assess_caseload(caseload.sort_by("case_id"), audience="analyst", at=AT)
    assert found.actions.to_arrow() == expected.actions.to_arrow()
    assert len(runs) == 1


def test_an_open_result_makes_no_difference_or_a_clear_error(caseload: pyarrow.Table) -> None:
    connection = duckdb.connect()
    connection.execute("create table events as select * from caseload")
    connection.execute("select count(*) from events").fetchone()
    try:
        found = assess_caseload(connection.sql("select * from events order by case_id"), audience="analyst", at=AT)
    except RecordError as told:
        assert "connection" in str(told)
    else:
        assert len(found.cases) == len(set(caseload["case_id"].to_pylist()))


def test_writing_between_the_parts_loses_no_case_without_an_error(caseload: pyarrow.Table) -> None:
    connection = duckdb.connect()
    frame = polars.from_arrow(caseload)
    many = polars.concat(
        frame.with_columns(
            polars.col("case_id").str.replace("^.{4}", f"{n:04x}"), polars.col("event_id").str.replace("^.{4}", f"{n:04x}")
        )
        for n in range(60)
    ).drop("data").with_columns(polars.Series("data", ["{}"] * (len(frame) * 60)), kind=polars.lit("appointment_attended"))
    connection.execute("create table events as select * from many")
    expected = many["case_id"].n_unique()
    seen = 0
    try:
        for part in iter_caseload(connection.sql("select * from events order by case_id"), audience="analyst", at=AT):
            seen += len(part["cases"])
            connection.execute("insert into events select * from events limit 1")
    except (RecordError, duckdb.Error):
        return
    assert seen == expected


class Raises:
    """A source whose library raises."""

    def __init__(self, error: Exception) -> None:
        self.error = error

    def __arrow_c_stream__(self, requested_schema: object | None = None) -> object:
        raise self.error


def test_what_a_database_raises_is_an_error_of_the_records_with_its_cause() -> None:
    error = duckdb.InvalidInputException("another result is open")
    with pytest.raises(RecordError, match="another result is open") as raised:
        assess_caseload(Raises(error), audience="analyst", at=AT)
    assert "no other result open on its connection" in str(raised.value)
    for plain in (OSError("gone"), MemoryError(), ImportError("pyarrow")):
        with pytest.raises(type(plain)):
            assess_caseload(Raises(plain), audience="analyst", at=AT)
