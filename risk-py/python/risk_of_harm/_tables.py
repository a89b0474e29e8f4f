"""Tables in and out: whatever speaks the Arrow PyCapsule interface, and Parquet files.

That interface is spoken by pyarrow, polars, DuckDB relations, pandas, and the tables that come out of here. Parquet files are
read by pyarrow (``pip install risk-of-harm[parquet]``).
"""

from __future__ import annotations

import glob
import os
from collections.abc import Iterator, Sequence, Sized
from pathlib import Path
from typing import Any, Protocol

from . import _html, _risk
from ._errors import call
from ._extras import extra


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

class Table:
    """A table. It can be read any number of times, by anything that reads Arrow, and sent to another process.

    >>> import risk_of_harm
    >>> log = risk_of_harm.CaseLog("3f6c9a52-8c1e-4c3b-9c58-2f4f6f1d2a11")
    >>> risk_of_harm.records_to_arrow(log)
    <Table of 0 rows: case_id, event_id, occurred_at, recorded_at, source, handling, kind, data>
    """

    __slots__ = ("_inner",)
    _inner: _risk.Batches | ParquetFiles

    def __init__(self) -> None:
        raise TypeError("tables come from assess_caseload(...) and records_to_arrow(...)")

    @classmethod
    def _of(cls, inner: _risk.Batches | ParquetFiles) -> Table:
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
        """The table as a ``pandas.DataFrame``: counts as ``Int64``, text as ``string``, days as ``datetime64``.

        >>> import risk_of_harm
        >>> log = risk_of_harm.CaseLog("3f6c9a52-8c1e-4c3b-9c58-2f4f6f1d2a11")
        >>> risk_of_harm.records_to_arrow(log).to_pandas().shape
        (0, 8)
        """
        pandas = extra("pandas", "pandas")
        pyarrow = extra("pyarrow", "pandas")
        # So that a count of which some are missing is still a count, and a day can be compared.
        types = {pyarrow.int64(): pandas.Int64Dtype(), pyarrow.string(): pandas.StringDtype()}
        return self.to_arrow().to_pandas(types_mapper=types.get, date_as_object=False)

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
        return self._page("1 row" if len(self) == 1 else f"{len(self):,} rows")

    def _page(self, title: str) -> str:
        # What records say is in the table and on no page.
        said = [i for i, name in enumerate(self.column_names) if name in ("data", "note")]
        rows = [["not shown" if i in said else cell for i, cell in enumerate(row)] for row in self._inner.told(10)]
        return _html.table(title, self.column_names, rows, more=len(self) - len(rows))


class ParquetFiles:
    """Parquet files as one table; sent to another process, they are read there."""

    def __init__(self, paths: Sequence[Path]) -> None:
        self._paths = paths
        self._parquet = extra("pyarrow.parquet", "parquet")

    def __reduce__(self) -> tuple[Any, ...]:
        return ParquetFiles, (list(self._paths),)

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


COUNTED = ("pandas", "polars", "pyarrow")
"""The libraries whose tables are in memory, where their length costs nothing."""


def _rows(events: object) -> int | None:
    """How many rows a table has, where that costs nothing. A query is never asked: to count its rows it would be run."""
    in_memory = isinstance(events, Table) or type(events).__module__.split(".")[0] in COUNTED
    return len(events) if in_memory and isinstance(events, Sized) else None


def source(events: Events) -> tuple[Any, int | None]:
    """What the engine reads, and how many rows it has if that is known."""
    if isinstance(events, str | os.PathLike):
        several: Sequence[str | os.PathLike[str]] = [events]
    elif isinstance(events, Sequence) and not hasattr(events, "__arrow_c_stream__"):
        several = events
    else:
        return events, _rows(events)
    paths: list[Path] = []
    for each in several:
        found = sorted(glob.glob(os.fspath(each))) if glob.has_magic(os.fspath(each)) else [os.fspath(each)]
        if not found:
            raise FileNotFoundError(f"{each}: expected Parquet files, found none")
        paths.extend(map(Path, found))
    if not paths:
        raise FileNotFoundError("events: expected Parquet files, found an empty list")
    files = ParquetFiles(paths)
    return files, len(files)
