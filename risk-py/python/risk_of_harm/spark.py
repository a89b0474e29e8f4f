"""Whole caseloads on Apache Spark: each case is folded where its records lie, by the same engine as everywhere else.

Needs the extra ``[spark]`` where the session is made, and this package on every machine of the cluster. No jar.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, Any

from . import _risk
from ._caseload import TABLES, iter_caseload, table_schemas
from ._errors import call
from ._policy import Policy
from ._time import Moment
from .words import Audience, Kind, Lens

if TYPE_CHECKING:
    import pyarrow
    from pyspark.sql import DataFrame


class Caseload:
    """The answers about a caseload, as Spark data frames.

    Nothing is worked out until a frame is asked for its rows, and then anew for each: call ``persist`` first where more than
    one is wanted.
    """

    def __init__(self, answers: DataFrame) -> None:
        self._answers = answers

    def _table(self, name: str) -> DataFrame:
        answers = self._answers
        return answers.where(answers["table"] == name).select(f"{name}.*")

    @property
    def cases(self) -> DataFrame:
        """One row for each case that got an answer."""
        return self._table("cases")

    @property
    def classifications(self) -> DataFrame:
        """One row for each group at risk of each case."""
        return self._table("classifications")

    @property
    def actions(self) -> DataFrame:
        """One row for each action."""
        return self._table("actions")

    @property
    def flags(self) -> DataFrame:
        """One row for each register flag that rules speak of."""
        return self._table("flags")

    @property
    def problems(self) -> DataFrame:
        """What could not be read, where; a case with a problem has no answer."""
        return self._table("problems")

    def persist(self) -> Caseload:
        """Keeps the answers once they are worked out, so that all five frames cost one fold."""
        self._answers.persist()
        return self

    def unpersist(self) -> Caseload:
        """Lets them go."""
        self._answers.unpersist()
        return self


def assess_caseload(
    events: DataFrame,
    policy: Policy | None = None,
    *,
    audience: Audience | str,
    at: Moment,
    known_at: Moment | None = None,
    lens: Lens | str = Lens.AS_KNOWN,
    feeds: Iterable[Kind | str] | None = None,
    problems: str = "raise",
    keep: Sequence[str] = (),
    partitions: int | None = None,
    case_budget: int | None = None,
) -> Caseload:
    """How every case of a Spark data frame stands: the same rows as ``risk_of_harm.assess_caseload`` gives.

    The frame is shuffled once, so that all records of a case meet, and sorted within each partition; then each partition is
    streamed through the engine. No case, and no partition, is held whole by Python. What is not named below is as for
    ``risk_of_harm.assess_caseload``.

    Args:
        events: The records, in the columns that ``risk_of_harm.assess_caseload`` takes, in any order.
        policy: The rules; left out: the pack that is built in. It is sent to the machines as text.
        partitions: Into how many parts the cases are divided; left out: as the session says.

    Raises:
        ImportError: PySpark or pyarrow is not there: ``pip install risk-of-harm[spark]``.
        RiskError: The question has a word or a moment that is none, or two columns mean the same or may be meant for another. What is wrong with a record shows when rows are asked
            for, as Spark tells of an error in Python.
    """
    try:
        from pyspark.sql import functions
        from pyspark.sql.pandas.types import from_arrow_schema
    except ImportError as missing:
        raise ImportError("expected pyspark and pyarrow: pip install risk-of-harm[spark]") from missing

    policy = policy if policy is not None else Policy.embedded()
    question: dict[str, Any] = {
        "audience": audience,
        "at": at,
        "known_at": known_at,
        "lens": lens,
        "feeds": None if feeds is None else list(feeds),
        "problems": problems,
        "keep": tuple(keep),
        "case_budget": case_budget,
        "policy": policy,
        # Spark gives each core a task of its own.
        "workers": 1,
    }
    schema = _answers_schema(table_schemas(policy=policy, audience=audience, keep=keep))

    def fold(batches: Iterator[pyarrow.RecordBatch]) -> Iterator[pyarrow.RecordBatch]:
        return _fold(batches, question, schema)

    events = events.toDF(*call(_risk.standard_names, events.columns, list(keep)))
    # One case may be written in more than one way; all its records have to meet in one partition.
    case = functions.lower(functions.regexp_replace(functions.col("case_id").cast("string"), "[-{}]|^urn:uuid:", ""))
    together = events.repartition(case) if partitions is None else events.repartition(partitions, case)
    order = ["position"] if "position" in events.columns else ["recorded_at", "occurred_at", "event_id"]
    in_order = together.sortWithinPartitions(case, *order)
    return Caseload(in_order.mapInArrow(fold, from_arrow_schema(schema)))


def _answers_schema(tables: dict[str, pyarrow.Schema]) -> pyarrow.Schema:
    import pyarrow

    structs = [pyarrow.field(name, pyarrow.struct(list(tables[name]))) for name in TABLES]
    return pyarrow.schema([pyarrow.field("table", pyarrow.string()), *structs])


def _fold(
    batches: Iterator[pyarrow.RecordBatch], question: dict[str, Any], schema: pyarrow.Schema
) -> Iterator[pyarrow.RecordBatch]:
    """The answers to one partition, all tables in one: each row has its table's name and that table's struct."""
    import pyarrow

    first = next(batches, None)
    if first is None:
        return

    def every() -> Iterator[pyarrow.RecordBatch]:
        yield first
        yield from batches

    reader = pyarrow.RecordBatchReader.from_batches(first.schema, every())
    for part in iter_caseload(reader, **question):
        for name in TABLES:
            for rows in part[name].to_arrow().to_batches():
                yield _told(name, rows, schema)


def _told(name: str, rows: pyarrow.RecordBatch, schema: pyarrow.Schema) -> pyarrow.RecordBatch:
    """Rows of one table in the schema of all of them."""
    import pyarrow

    columns = [pyarrow.array([name] * rows.num_rows, pyarrow.string())]
    for field in list(schema)[1:]:
        if field.name == name:
            of = [rows.column(one.name).cast(one.type) for one in field.type]
            columns.append(pyarrow.StructArray.from_arrays(of, fields=list(field.type)))
        else:
            columns.append(pyarrow.nulls(rows.num_rows, field.type))
    return pyarrow.record_batch(columns, schema=schema)
