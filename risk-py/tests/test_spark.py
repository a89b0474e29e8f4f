"""Spark gives the same answers as one machine, however the records lie in its partitions."""

from __future__ import annotations

import os
import shutil
import sys
import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pyarrow
import pyarrow.parquet
import pytest

import risk_of_harm

if shutil.which("java") is None and "CI" not in os.environ:
    pytest.skip("expected Java for Spark, found none", allow_module_level=True)

from pyspark.errors import PythonException  # noqa: E402
from pyspark.sql import SparkSession  # noqa: E402

import risk_of_harm.spark  # noqa: E402

# It is not used here, and what it says of itself is not about us.
pytestmark = pytest.mark.filterwarnings("ignore:PySpark does not yet fully support pandas:FutureWarning")
ASKED: dict[str, Any] = {"audience": "inspector", "at": "2018-05-31"}
TABLES = ("cases", "classifications", "actions", "flags", "problems")


@pytest.fixture(scope="module")
def spark(request: pytest.FixtureRequest) -> Iterator[SparkSession]:
    # Spark starts the Python that it finds, unless it is told which.
    os.environ["PYSPARK_PYTHON"] = sys.executable
    session = (
        SparkSession.builder.master(getattr(request, "param", "local[2]"))
        .config("spark.ui.enabled", "false")
        .config("spark.ui.showConsoleProgress", "false")
        .config("spark.sql.shuffle.partitions", "4")
        .config("spark.sql.session.timeZone", "Europe/London")
        # Small splits, so that a file of some cases is read by several tasks, and a case lies in two of them.
        .config("spark.sql.files.maxPartitionBytes", "64k")
        .config("spark.executorEnv.PYTHONWARNINGS", "ignore")
        .getOrCreate()
    )
    session.sparkContext.setLogLevel("ERROR")
    yield session
    session.stop()


@pytest.fixture(scope="module")
def events(caseload: pyarrow.Table, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A Parquet file of many row groups, none of which ends where a case does."""
    file = tmp_path_factory.mktemp("spark") / "events.parquet"
    pyarrow.parquet.write_table(caseload, file, row_group_size=70)
    return file


def rows(table: Any) -> list[dict[str, Any]]:
    return sorted(pyarrow.table(table).to_pylist(), key=repr)


def spark_rows(frame: Any) -> list[dict[str, Any]]:
    return sorted(frame.toArrow().to_pylist(), key=repr)


def answers_as_here(spark: SparkSession, events: Path) -> None:
    frame = spark.read.parquet(str(events))
    assert frame.rdd.getNumPartitions() > 1
    there = risk_of_harm.spark.assess_caseload(frame, risk_of_harm.Policy.embedded(), **ASKED).persist()
    here = risk_of_harm.assess_caseload(events, **ASKED)
    assert len(here.cases) > 10
    for name in TABLES:
        assert spark_rows(getattr(there, name)) == rows(getattr(here, name)), name
    there.unpersist()


def test_a_case_that_straddles_splits_is_answered_once_and_as_on_one_machine(spark: SparkSession, events: Path) -> None:
    answers_as_here(spark, events)


def test_one_case_written_in_two_ways_is_one_case(spark: SparkSession, caseload: pyarrow.Table) -> None:
    place = caseload.column_names.index("case_id")
    ids = caseload.column("case_id").to_pylist()
    mixed = pyarrow.array([case.upper() if i % 2 else uuid.UUID(case).hex for i, case in enumerate(ids)])
    frame = spark.createDataFrame(caseload.set_column(place, "case_id", mixed))
    there = risk_of_harm.spark.assess_caseload(frame, audience="analyst", at="2018-05-31")
    assert there.cases.count() == len(set(ids))


def test_columns_are_read_however_their_names_are_spelt_or_refused(spark: SparkSession, caseload: pyarrow.Table) -> None:
    expected = spark_rows(
        risk_of_harm.spark.assess_caseload(spark.createDataFrame(caseload), audience="analyst", at="2018-05-31").actions
    )
    capitals = caseload.rename_columns([name.upper() for name in caseload.column_names])
    there = risk_of_harm.spark.assess_caseload(spark.createDataFrame(capitals), audience="analyst", at="2018-05-31")
    assert spark_rows(there.actions) == expected
    for name in ("HANDELING", "Sensitive"):
        odd = caseload.rename_columns([name if each == "handling" else each for each in caseload.column_names])
        with pytest.raises(risk_of_harm.RecordError, match="`handling`"):
            risk_of_harm.spark.assess_caseload(spark.createDataFrame(odd), audience="analyst", at="2018-05-31")


def test_a_problem_is_a_row_or_an_error(spark: SparkSession, caseload: pyarrow.Table) -> None:
    place = caseload.column_names.index("kind")
    kinds = caseload.column("kind").to_pylist()
    broken = caseload.set_column(place, "kind", pyarrow.array(["police_callout", *kinds[1:]]))
    frame = spark.createDataFrame(broken)
    told = risk_of_harm.spark.assess_caseload(frame, audience="analyst", at="2018-05-31", problems="rows")
    [problem] = told.problems.collect()
    assert (problem.column, problem.case_id) == ("kind", caseload.column("case_id")[0].as_py())
    with pytest.raises(PythonException, match="police_call_out"):
        risk_of_harm.spark.assess_caseload(frame, audience="analyst", at="2018-05-31").cases.collect()


def test_what_is_kept_and_what_an_audience_may_not_see_are_as_on_one_machine(
    spark: SparkSession, caseload: pyarrow.Table
) -> None:
    office = pyarrow.array(["north" if int(case[0], 16) % 2 else "south" for case in caseload.column("case_id").to_pylist()])
    frame = spark.createDataFrame(caseload.append_column("office", office))
    there = risk_of_harm.spark.assess_caseload(frame, audience="analyst", at="2018-05-31", keep=["office"])
    assert "office" in there.actions.columns
    assert "about" not in there.actions.columns
    assert {row.office for row in there.cases.select("office").collect()} == {"north", "south"}


def test_an_empty_frame_has_no_answers(spark: SparkSession, events: Path) -> None:
    frame = spark.read.parquet(str(events)).limit(0)
    there = risk_of_harm.spark.assess_caseload(frame, audience="analyst", at="2018-05-31")
    assert (there.cases.count(), there.problems.count()) == (0, 0)


def test_a_question_that_is_none_is_refused_before_spark_begins(spark: SparkSession, events: Path) -> None:
    frame = spark.read.parquet(str(events))
    with pytest.raises(risk_of_harm.QuestionError, match="audience"):
        risk_of_harm.spark.assess_caseload(frame, audience="analist", at="2018-05-31")


@pytest.mark.exhaustive
@pytest.mark.parametrize("spark", ["local-cluster[2,1,1024]"], indirect=True)
def test_several_machines_give_the_same_answers_too(spark: SparkSession, events: Path) -> None:
    answers_as_here(spark, events)
