"""Whole caseloads: records in tables, answers in tables.

Anything that speaks the Arrow PyCapsule interface is a table: pyarrow, polars, a DuckDB relation, pandas, and the tables that
come out of here. Parquet files are read by pyarrow (``pip install risk-of-harm[parquet]``).
"""

from __future__ import annotations

import glob
import os
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack, closing
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any, Literal, Protocol

from . import _html, _plot, _risk
from ._assessment import _policy, _words, assess
from ._case_log import CaseLog
from ._errors import call
from ._extras import extra
from ._policy import Policy
from ._time import Moment
from .words import Audience, Kind, Lens

if TYPE_CHECKING:
    from altair import VConcatChart

TABLES = ("cases", "classifications", "actions", "flags", "problems")
"""The tables that a caseload comes to."""


class ArrowStream(Protocol):
    """A table of whatever library."""

    def __arrow_c_stream__(self, requested_schema: object | None = None) -> object:
        """An Arrow stream in a capsule."""


class ArrowArray(Protocol):
    """A record batch of whatever library."""

    def __arrow_c_array__(self, requested_schema: object | None = None) -> tuple[object, object]:
        """An Arrow schema and an Arrow array in capsules."""


Paths = str | os.PathLike[str] | Sequence[str | os.PathLike[str]]
"""A Parquet file, several, or a pattern such as ``events/*.parquet``."""

Events = ArrowStream | ArrowArray | Paths
"""Records in a table, or where to read them."""

Progress = Callable[[int, int], object] | bool | None
"""Called now and then with the cases and the records done so far; True: a bar (``pip install risk-of-harm[progress]``)."""


class Table:
    """A table. It can be read any number of times, by anything that reads Arrow.

    >>> import risk_of_harm
    >>> log = risk_of_harm.CaseLog("3f6c9a52-8c1e-4c3b-9c58-2f4f6f1d2a11")
    >>> risk_of_harm.records_to_arrow(log)
    <Table of 0 rows: case_id, event_id, occurred_at, recorded_at, source, handling, kind, data>
    """

    __slots__ = ("_inner",)
    _inner: _risk.Batches | _ParquetFiles

    def __init__(self) -> None:
        raise TypeError("tables come from assess_caseload(...) and records_to_arrow(...)")

    @classmethod
    def _of(cls, inner: _risk.Batches | _ParquetFiles) -> Table:
        self = object.__new__(cls)
        self._inner = inner
        return self

    def __arrow_c_stream__(self, requested_schema: object | None = None) -> object:
        """The rows as an Arrow stream."""
        return self._inner.__arrow_c_stream__(requested_schema)

    def __len__(self) -> int:
        return len(self._inner)

    @property
    def column_names(self) -> list[str]:
        """The names of the columns."""
        return list(self._inner.column_names)

    def to_arrow(self) -> Any:
        """The table as a ``pyarrow.Table``.

        >>> import risk_of_harm
        >>> log = risk_of_harm.CaseLog("3f6c9a52-8c1e-4c3b-9c58-2f4f6f1d2a11")
        >>> risk_of_harm.records_to_arrow(log).to_arrow().shape
        (0, 8)
        """
        return extra("pyarrow", "parquet").table(self)

    def to_pandas(self) -> Any:
        """The table as a ``pandas.DataFrame``.

        >>> import risk_of_harm
        >>> log = risk_of_harm.CaseLog("3f6c9a52-8c1e-4c3b-9c58-2f4f6f1d2a11")
        >>> risk_of_harm.records_to_arrow(log).to_pandas().shape
        (0, 8)
        """
        extra("pandas", "pandas")
        return self.to_arrow().to_pandas()

    def to_polars(self) -> Any:
        """The table as a ``polars.DataFrame``.

        >>> import risk_of_harm
        >>> log = risk_of_harm.CaseLog("3f6c9a52-8c1e-4c3b-9c58-2f4f6f1d2a11")
        >>> risk_of_harm.records_to_arrow(log).to_polars().shape
        (0, 8)
        """
        return extra("polars", "polars").DataFrame(self)

    def __repr__(self) -> str:
        return f"<Table of {len(self)} rows: {', '.join(self.column_names)}>"

    def _repr_html_(self) -> str:
        rows = self._inner.told(10)
        return _html.table(f"{len(self):,} rows", self.column_names, rows, more=len(self) - len(rows))


class Caseload:
    """The answers to a caseload, each table of them as a ``Table``. A case with a problem is in ``problems`` alone.

    >>> import risk_of_harm
    >>> records = risk_of_harm.records_to_arrow(risk_of_harm.CaseLog("3f6c9a52-8c1e-4c3b-9c58-2f4f6f1d2a11"))
    >>> answers = risk_of_harm.assess_caseload(records, audience="analyst", at="2018-04-18")
    >>> len(answers.cases), len(answers.problems), answers.events
    (0, 0, 0)
    """

    __slots__ = ("actions", "cases", "classifications", "events", "flags", "problems", "receipt")
    cases: Table
    """One row for each case that has an answer."""
    classifications: Table
    """One row for each group at risk in each setting."""
    actions: Table
    """One row for each action there was."""
    flags: Table
    """One row for each register flag that rules speak of."""
    problems: Table
    """Why cases have no answer: one row for each thing wrong with a record."""
    events: int
    """How many records were read."""
    receipt: dict[str, Any]
    """What the answers were made with, so that they can be made again."""

    def __init__(self) -> None:
        raise TypeError("use assess_caseload(...)")

    @classmethod
    def _of(cls, tables: Mapping[str, Table], events: int, receipt: dict[str, Any]) -> Caseload:
        self = object.__new__(cls)
        for name in TABLES:
            setattr(self, name, tables[name])
        self.events, self.receipt = events, receipt
        return self

    def plot(self, *, dark: bool = False) -> VConcatChart:
        """A picture of what is overdue, by owner, action and for how long.

        Args:
            dark: For a dark page.

        Raises:
            ImportError: altair is not there: ``pip install risk-of-harm[plot]``.

        >>> import risk_of_harm
        >>> records = risk_of_harm.records_to_arrow(risk_of_harm.CaseLog("3f6c9a52-8c1e-4c3b-9c58-2f4f6f1d2a11"))
        >>> caseload = risk_of_harm.assess_caseload(records, audience="analyst", at="2018-04-18")
        >>> caseload.plot().to_dict()["title"]["text"]
        'What is overdue, and for how long'
        """
        return _plot.caseload(self, dark=dark)

    def _repr_html_(self) -> str:
        tables = [(name, f"{len(getattr(self, name)):,}") for name in TABLES]
        return _html.table(f"Caseload for the {self.receipt['audience']}", ["table", "rows"], tables)

    def __repr__(self) -> str:
        told = ", ".join(f"{len(getattr(self, name)):,} {name}" for name in TABLES)
        return f"<Caseload of {self.events:,} records for the {self.receipt['audience']}: {told}>"


def assess_caseload(
    events: Events,
    *,
    audience: Audience | str,
    at: Moment,
    policy: Policy | None = None,
    known_at: Moment | None = None,
    lens: Lens | str = Lens.AS_KNOWN,
    feeds: Iterable[Kind | str] | None = None,
    problems: Literal["raise", "rows"] = "raise",
    keep: Iterable[str] = (),
    next_change: bool = False,
    progress: Progress = None,
    workers: int | None = None,
    to: str | os.PathLike[str] | None = None,
) -> Caseload:
    """How every case of a caseload stands.

    The records of a case must stand one after the other (sort by ``case_id``); their order within a case changes no answer.

    Args:
        events: The records: a table, or Parquet files. Columns: ``event_id``, ``case_id``, ``occurred_at``, ``recorded_at`` (with
            a zone), ``kind``; ``source`` (a struct of ``agency``, ``role``, ``reference``) or ``source_agency`` and so on;
            ``data`` as a struct of typed fields (see ``record_schema``) or as JSON text; and if there are any ``handling``,
            ``v``, ``note`` and ``position``. Other columns are not looked at.
        audience: For whom. The tables have no column that the policy does not let that audience see.
        at: The moment.
        policy: The rules; left out: the pack for England and Wales that is built in.
        known_at: Only what was recorded by then counts; left out: as ``at``, in hindsight everything.
        lens: ``as_known``, or ``hindsight``.
        feeds: The kinds of event that can be delivered at all.
        problems: ``raise`` the first thing that is wrong, or make ``rows`` of the table ``problems``; either way a case with a
            problem has no answer.
        keep: Names of further columns of text, put on every row of a case as its last record has them.
        next_change: Whether to find out when each answer would change with no new event (``cases.next_change_at``): it costs
            more than the answer.
        progress: Called now and then with the cases and the records done; True: a bar.
        workers: How many threads fold; left out: as many as there are processors.
        to: A folder in which each table is written as a Parquet file as it is made, for caseloads beyond memory.

    Raises:
        RecordError, ConflictError: A column that is missing or says something else; and, with ``problems="raise"``, the first
            record that is wrong, with ``row``, ``case_id``, ``field``, ``expected`` and ``found`` in ``errors``.
        QuestionError: A moment or a word is none.
        AudienceError: The policy grants this audience no answer.

    >>> import risk_of_harm
    >>> records = risk_of_harm.records_to_arrow(risk_of_harm.CaseLog("3f6c9a52-8c1e-4c3b-9c58-2f4f6f1d2a11"))
    >>> risk_of_harm.assess_caseload(records, audience="analyst", at="2018-04-18")
    <Caseload of 0 records for the analyst: 0 cases, 0 classifications, 0 actions, 0 flags, 0 problems>
    """
    policy = _policy(policy)
    words = _words(at, known_at, lens, audience, feeds)
    receipt = _receipt(policy, at, known_at, lens, audience, feeds)
    source, rows = _source(events)
    keep = list(keep)
    with ExitStack() as stack:
        parts = call(_risk.Caseload, source, policy._inner, words, keep, problems, next_change, workers)
        stack.enter_context(closing(parts))
        told = stack.enter_context(_Told(progress, rows))
        empty = call(_risk.caseload_tables, policy._inner, words, keep, next_change)
        sink: _Memory | _Folder = _Memory(empty) if to is None else stack.enter_context(_Folder(Path(to), empty))
        cases_done = events_done = 0
        while (part := call(parts.next)) is not None:
            tables, cases, records, withheld = part
            sink.take(tables, withheld)
            cases_done, events_done = cases_done + cases, events_done + records
            told.now(cases_done, events_done)
        return Caseload._of(sink.tables(), events_done, receipt)


def iter_caseload(
    events: Events,
    *,
    audience: Audience | str,
    at: Moment,
    policy: Policy | None = None,
    known_at: Moment | None = None,
    lens: Lens | str = Lens.AS_KNOWN,
    feeds: Iterable[Kind | str] | None = None,
    problems: Literal["raise", "rows"] = "raise",
    keep: Iterable[str] = (),
    next_change: bool = False,
    progress: Progress = None,
    workers: int | None = None,
) -> Iterator[dict[str, Table]]:
    """The same as ``assess_caseload`` part by part, in constant memory: whole cases, in the order of the input.

    A case whose records stand in two places may have been given out when that shows; its row in ``problems`` says so, and what
    was given of it is to be thrown away. (``assess_caseload`` does that itself.)

    Yields:
        The tables of a part, by name.

    Raises:
        As ``assess_caseload``, some of it with the first part.

    >>> import risk_of_harm
    >>> records = risk_of_harm.records_to_arrow(risk_of_harm.CaseLog("3f6c9a52-8c1e-4c3b-9c58-2f4f6f1d2a11"))
    >>> list(risk_of_harm.iter_caseload(records, audience="analyst", at="2018-04-18"))
    []
    """
    policy = _policy(policy)
    words = _words(at, known_at, lens, audience, feeds)
    source, rows = _source(events)
    keep = list(keep)
    with ExitStack() as stack:
        parts = call(_risk.Caseload, source, policy._inner, words, keep, problems, next_change, workers)
        stack.enter_context(closing(parts))
        told = stack.enter_context(_Told(progress, rows))
        cases_done = events_done = 0
        while (part := call(parts.next)) is not None:
            tables, cases, records, _ = part
            cases_done, events_done = cases_done + cases, events_done + records
            told.now(cases_done, events_done)
            yield {name: Table._of(table) for name, table in zip(TABLES, tables, strict=True)}


def table_schemas(
    *,
    audience: Audience | str,
    policy: Policy | None = None,
    keep: Iterable[str] = (),
    next_change: bool = False,
) -> dict[str, Any]:
    """The schemas of a caseload's tables for an audience, each a ``pyarrow.Schema``, by name.

    >>> import risk_of_harm
    >>> risk_of_harm.table_schemas(audience="analyst", keep=["office"])["flags"].names
    ['case_id', 'register', 'should_be', 'is', 'handling', 'caution', 'rules', 'office']
    """
    policy = _policy(policy)
    words = _words("2018-04-18", None, Lens.AS_KNOWN, audience, None)
    tables = call(_risk.caseload_tables, policy._inner, words, list(keep), next_change)
    pyarrow = extra("pyarrow", "parquet")
    return {name: pyarrow.schema(table) for name, table in zip(TABLES, tables, strict=True)}


def record_schema() -> Any:
    """The schema of records with typed data, as a ``pyarrow.Schema``.

    A null in ``data`` is a field left out; a null ``data`` is a payload removed by law.

    >>> import risk_of_harm
    >>> risk_of_harm.record_schema().field("recorded_at").type
    TimestampType(timestamp[us, tz=UTC])
    """
    return extra("pyarrow", "parquet").schema(_risk.record_schema())


class RecordFile:
    """Records on the lines of a file as a stream of typed batches, read anew by whoever asks, in constant memory.

    >>> import pathlib, tempfile, risk_of_harm
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     path = pathlib.Path(folder, "cases.jsonl")
    ...     _ = path.write_text("")
    ...     len(risk_of_harm.assess_caseload(risk_of_harm.RecordFile(path), audience="analyst", at="2018-04-18").cases)
    0
    """

    __slots__ = ("_inner",)
    _inner: _risk.RecordLines

    def __init__(self, path: str | os.PathLike[str]) -> None:
        self._inner = _risk.RecordLines(Path(path))

    def __arrow_c_stream__(self, requested_schema: object | None = None) -> object:
        """The records as an Arrow stream."""
        return self._inner.__arrow_c_stream__(requested_schema)


def records_to_arrow(logs: CaseLog | Iterable[CaseLog]) -> Table:
    """The records of logs as a table of the typed schema, to be kept as Parquet or assessed as a caseload.

    Notes are left out: they are somebody's words, and nothing here needs them. So is the place in a sealed log's chain.

    Raises:
        RecordError: A record of a newer schema, for which there are no columns.

    >>> import risk_of_harm
    >>> log = risk_of_harm.CaseLog("3f6c9a52-8c1e-4c3b-9c58-2f4f6f1d2a11")
    >>> len(risk_of_harm.records_to_arrow([log]))
    0
    """
    several = [logs] if isinstance(logs, CaseLog) else list(logs)
    return Table._of(call(_risk.records_of, [log._inner for log in several]))


def _receipt(
    policy: Policy,
    at: Moment,
    known_at: Moment | None,
    lens: Lens | str,
    audience: Audience | str,
    feeds: Iterable[Kind | str] | None,
) -> dict[str, Any]:
    """What the answer to a case without records says of itself: all that is the same for every case."""
    nobody = CaseLog("00000000-0000-4000-8000-000000000000")
    feeds = None if feeds is None else list(feeds)
    told = assess(nobody, policy, at=at, audience=audience, known_at=known_at, lens=lens, feeds=feeds).to_dict()
    receipt = {name: told["receipt"][name] for name in ("engine", "policy", "calendar", "locality")}
    known = None if known_at is None else told["known_at"]
    return {**receipt, "at": told["at"], "known_at": known, "lens": told["lens"], "audience": told["audience"]}


class _ParquetFiles:
    """Parquet files as one table."""

    def __init__(self, paths: Sequence[Path]) -> None:
        self._paths = paths
        self._parquet = extra("pyarrow.parquet", "parquet")

    def _open(self, path: Path) -> Any:
        # Buffered ahead, a row group would be in memory twice.
        return self._parquet.ParquetFile(path, pre_buffer=False)

    def _schema(self) -> Any:
        with self._open(self._paths[0]) as first:
            return first.schema_arrow

    def _batches(self, schema: Any) -> Iterator[Any]:
        for path in self._paths:
            with self._open(path) as file:
                if not file.schema_arrow.equals(schema):
                    raise ValueError(f"{path}: expected the columns and types of {self._paths[0]}, found others")
                yield from file.iter_batches()

    def __arrow_c_stream__(self, requested_schema: object | None = None) -> object:
        schema = self._schema()
        reader = extra("pyarrow", "parquet").RecordBatchReader.from_batches(schema, self._batches(schema))
        capsule: object = reader.__arrow_c_stream__(requested_schema)
        return capsule

    def __len__(self) -> int:
        return sum(int(self._parquet.read_metadata(path).num_rows) for path in self._paths)

    @property
    def column_names(self) -> list[str]:
        return list(self._schema().names)

    def told(self, rows: int) -> list[list[str]]:
        schema = self._schema()
        for batch in self._batches(schema):
            told: list[list[str]] = call(_risk.told, batch, rows)
            return told
        return []


def _source(events: Events) -> tuple[Any, int | None]:
    """What the engine reads, and how many rows it has if that is known."""
    if isinstance(events, str | os.PathLike):
        several: Sequence[str | os.PathLike[str]] = [events]
    elif isinstance(events, Sequence) and not hasattr(events, "__arrow_c_stream__"):
        several = events
    else:
        try:
            return events, len(events)  # type: ignore[arg-type]
        except (TypeError, NotImplementedError):
            return events, None
    paths: list[Path] = []
    for each in several:
        found = sorted(glob.glob(os.fspath(each))) if glob.has_magic(os.fspath(each)) else [os.fspath(each)]
        if not found:
            raise FileNotFoundError(f"{each}: expected Parquet files, found none")
        paths.extend(map(Path, found))
    if not paths:
        raise FileNotFoundError("events: expected Parquet files, found an empty list")
    files = _ParquetFiles(paths)
    return files, len(files)


class _Told:
    """Tells how far the work is, at most five times a second and at its end."""

    def __init__(self, progress: Progress, rows: int | None) -> None:
        self._bar = extra("tqdm.auto", "progress").tqdm(total=rows, unit=" records") if progress is True else None
        self._tell = progress if callable(progress) else None
        self._last = 0.0
        self._done = (0, 0)
        self._told = (0, 0)

    def now(self, cases: int, events: int) -> None:
        self._done = (cases, events)
        if time.monotonic() - self._last >= 0.2:
            self._say()

    def _say(self) -> None:
        self._last = time.monotonic()
        if self._done == self._told:
            return
        if self._bar is not None:
            self._bar.update(self._done[1] - self._told[1])
        self._told = self._done
        if self._tell is not None:
            self._tell(*self._done)

    def __enter__(self) -> _Told:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, where: TracebackType | None
    ) -> None:
        if error is None:
            self._say()
        if self._bar is not None:
            self._bar.close()


class _Memory:
    """Tables kept in memory."""

    def __init__(self, empty: tuple[_risk.Batches, ...]) -> None:
        self._parts: list[list[_risk.Batches]] = [[table] for table in empty]
        self._withheld: set[str] = set()

    def take(self, tables: tuple[_risk.Batches, ...], withheld: Iterable[str]) -> None:
        for parts, table in zip(self._parts, tables, strict=True):
            parts.append(table)
        self._withheld.update(withheld)

    def tables(self) -> dict[str, Table]:
        found = {}
        for name, parts in zip(TABLES, self._parts, strict=True):
            # What was answered before its case came up again is taken out: it rests on part of the records.
            without = [] if name == "problems" else list(self._withheld)
            found[name] = Table._of(call(_risk.joined, parts, without))
        return found


class _Folder:
    """Tables written as Parquet files, which have their names when they are whole and not before."""

    ROWS = 100_000
    """How many rows of the fullest table are written at once."""

    def __init__(self, folder: Path, empty: tuple[_risk.Batches, ...]) -> None:
        self._folder = folder
        self._empty = empty
        self._pyarrow = extra("pyarrow", "parquet")
        self._parquet = extra("pyarrow.parquet", "parquet")
        self._waiting = _Memory(empty)
        self._rows = 0
        self._withheld: set[str] = set()
        self._writers: dict[str, Any] = {}

    def __enter__(self) -> _Folder:
        self._folder.mkdir(parents=True, exist_ok=True)
        for name, table in zip(TABLES, self._empty, strict=True):
            self._writers[name] = self._writer(self._part(name), self._pyarrow.table(table).schema)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, where: TracebackType | None
    ) -> None:
        for name, writer in self._writers.items():
            writer.close()
            self._part(name).unlink(missing_ok=True)

    def take(self, tables: tuple[_risk.Batches, ...], withheld: Iterable[str]) -> None:
        withheld = list(withheld)
        self._withheld.update(withheld)
        self._waiting.take(tables, withheld)
        self._rows += max(map(len, tables))
        if self._rows >= self.ROWS:
            self._write()

    def tables(self) -> dict[str, Table]:
        self._write()
        for name, writer in self._writers.items():
            writer.close()
            if self._withheld and name != "problems":
                self._take_out(name)
        for name in TABLES:
            self._part(name).replace(self._path(name))
        return {name: Table._of(_ParquetFiles([self._path(name)])) for name in TABLES}

    def _write(self) -> None:
        for name, table in self._waiting.tables().items():
            if len(table):
                self._writers[name].write_table(table.to_arrow())
        self._waiting, self._rows = _Memory(self._empty), 0

    def _take_out(self, name: str) -> None:
        """Takes out what was answered before its case came up again."""
        compute = extra("pyarrow.compute", "parquet")
        gone = self._pyarrow.array(sorted(self._withheld))
        whole = self._folder / f"{name}.parquet.whole"
        with self._parquet.ParquetFile(self._part(name), pre_buffer=False) as file:
            with self._writer(whole, file.schema_arrow) as writer:
                for batch in file.iter_batches():
                    stays = compute.invert(compute.is_in(batch.column("case_id"), value_set=gone))
                    writer.write_batch(batch.filter(stays))
        whole.replace(self._part(name))

    def _writer(self, path: Path, schema: Any) -> Any:
        return self._parquet.ParquetWriter(path, schema, compression="zstd")

    def _path(self, name: str) -> Path:
        return self._folder / f"{name}.parquet"

    def _part(self, name: str) -> Path:
        return self._folder / f"{name}.parquet.part"
