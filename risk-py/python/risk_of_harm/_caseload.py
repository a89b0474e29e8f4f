"""Whole caseloads: records in a table or in Parquet files, answers in tables."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack, closing
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any, Literal

from . import _html, _plot, _risk
from ._assessment import _policy, _words, assess
from ._case_log import CaseLog
from ._errors import call
from ._extras import extra
from ._policy import Policy
from ._progress import Progress, Told
from ._tables import Events, ParquetFiles, Table, source
from ._time import Moment
from .words import Audience, Kind, Lens

if TYPE_CHECKING:
    from altair import VConcatChart

TABLES = ("cases", "classifications", "actions", "flags", "problems")
"""The tables that a caseload comes to."""


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
        return _html.caseload(self)

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
    case_budget: int | None = None,
    to: str | os.PathLike[str] | None = None,
) -> Caseload:
    """How every case of a caseload stands.

    The records of a case must stand one after the other (sort by ``case_id``); their order within a case changes no answer.

    Args:
        events: The records: a table, or Parquet files. Columns: ``event_id``, ``case_id``, ``occurred_at``, ``recorded_at`` (with
            a zone), ``kind``; ``source`` (a struct of ``agency``, ``role``, ``reference``) or ``source_agency`` and so on;
            ``data`` as a struct of typed fields (see ``record_schema``) or as JSON text; and if there are any ``handling``,
            ``v``, ``note`` and ``position``. Names are matched by their letters and digits alone (``HANDLING``, ``Source Agency``).
            Other columns are not looked at, but one that may be a misspelt column of these is refused. A query is run once.
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
        case_budget: How many units of work one case may take. They are counted and not timed, so that the same cases keep to it on
            every machine. A case that takes more has a problem (``RISK_OVER_BUDGET``) and no answer; the others go on. Left out:
            200,000,000, which no case of a few thousand records comes near.
        to: A folder in which each table is written as a Parquet file as it is made, for caseloads beyond memory.

    Raises:
        RecordError, ConflictError: A column that is missing, doubled, misspelt or of another type, or a source that cannot be
            read; and, with ``problems="raise"``, the first
            record that is wrong, with ``row``, ``case_id``, ``field``, ``expected`` and ``found`` in ``errors``.
        BudgetError: With ``problems="raise"``, the first case over ``case_budget``.
        QuestionError: A moment or a word is none.
        AudienceError: The policy grants this audience no answer.
        ValueError: A budget of less than one unit.

    >>> import risk_of_harm
    >>> records = risk_of_harm.records_to_arrow(risk_of_harm.CaseLog("3f6c9a52-8c1e-4c3b-9c58-2f4f6f1d2a11"))
    >>> risk_of_harm.assess_caseload(records, audience="analyst", at="2018-04-18")
    <Caseload of 0 records for the analyst: 0 cases, 0 classifications, 0 actions, 0 flags, 0 problems>
    """
    policy = _policy(policy)
    feeds = None if feeds is None else list(feeds)
    words = _words(at, known_at, lens, audience, feeds)
    receipt = receipt_of(policy, at, known_at, lens, audience, feeds)
    with ExitStack() as stack:
        empty = call(_risk.caseload_tables, policy._inner, words, keep := list(keep), next_change)
        sink: _Memory | _Folder = _Memory(empty) if to is None else stack.enter_context(_Folder(Path(to), empty))
        records = 0
        for tables, records, withheld in _parts(
            events, policy, words, keep, problems, next_change, progress, workers, case_budget
        ):
            sink.take(tables, withheld)
        return Caseload._of(sink.tables(), records, receipt)


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
    case_budget: int | None = None,
) -> Iterator[dict[str, Table]]:
    """The same as ``assess_caseload`` part by part, in constant memory: whole cases, in the order of the input.

    A case whose records stand in two places may have been given out when that shows; its row in ``problems`` says so, and what
    was given of it is to be thrown away. (``assess_caseload`` does that itself.)

    Yields:
        The tables of a part, by name.

    Raises:
        RecordError, ConflictError, QuestionError, AudienceError: As for ``assess_caseload``, some of it with the first part.

    >>> import risk_of_harm
    >>> records = risk_of_harm.records_to_arrow(risk_of_harm.CaseLog("3f6c9a52-8c1e-4c3b-9c58-2f4f6f1d2a11"))
    >>> list(risk_of_harm.iter_caseload(records, audience="analyst", at="2018-04-18"))
    []
    """
    words = _words(at, known_at, lens, audience, feeds)
    for tables, _, _ in _parts(
        events, _policy(policy), words, list(keep), problems, next_change, progress, workers, case_budget
    ):
        yield {name: Table._of(table) for name, table in zip(TABLES, tables, strict=True)}


def _parts(
    events: Events,
    policy: Policy,
    words: dict[str, Any],
    keep: list[str],
    problems: str,
    next_change: bool,
    progress: Progress,
    workers: int | None,
    case_budget: int | None,
) -> Iterator[tuple[tuple[_risk.Batches, ...], int, list[str]]]:
    """Part by part: the tables, how many records were read so far, and the cases of which nothing may stay."""
    budget = units(case_budget)
    reader, rows = source(events)
    with ExitStack() as stack:
        parts = call(_risk.Caseload, reader, policy._inner, words, keep, problems, next_change, workers, budget)
        stack.enter_context(closing(parts))
        told = stack.enter_context(Told(progress, rows))
        cases_done = records_done = 0
        while (part := call(parts.next)) is not None:
            tables, cases, records, withheld = part
            cases_done, records_done = cases_done + cases, records_done + records
            told.now(cases_done, records_done)
            yield tables, records_done, withheld


def units(case_budget: int | None) -> int | None:
    """The budget of a case, if it is one."""
    if case_budget is not None and (isinstance(case_budget, bool) or not 1 <= case_budget < 2**64):
        raise ValueError(f"`case_budget`: expected a number from 1, found {case_budget}")
    return case_budget


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
    ['case_id', 'register', 'should_be', 'is', 'level', 'handling', 'caution', 'rules', 'office']
    """
    policy = _policy(policy)
    words = _words("2018-04-18", None, Lens.AS_KNOWN, audience, None)
    tables = call(_risk.caseload_tables, policy._inner, words, list(keep), next_change)
    pyarrow = extra("pyarrow", "parquet")
    return {name: pyarrow.schema(table) for name, table in zip(TABLES, tables, strict=True)}


def receipt_of(
    policy: Policy,
    at: Moment,
    known_at: Moment | None,
    lens: Lens | str,
    audience: Audience | str,
    feeds: list[Kind | str] | None,
) -> dict[str, Any]:
    """What the answer to a case without records says of itself: all that is the same for every case."""
    nobody = CaseLog("00000000-0000-4000-8000-000000000000")
    told = assess(nobody, policy, at=at, audience=audience, known_at=known_at, lens=lens, feeds=feeds).to_dict()
    receipt = {name: told["receipt"][name] for name in ("engine", "policy", "calendar", "locality")}
    known = None if known_at is None else told["known_at"]
    return {**receipt, "at": told["at"], "known_at": known, "lens": told["lens"], "audience": told["audience"]}


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
        return {name: Table._of(ParquetFiles([self._path(name)])) for name in TABLES}

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
