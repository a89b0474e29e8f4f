"""Records as tables."""

from __future__ import annotations

import os
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from . import _risk
from ._case_log import CaseLog
from ._errors import call
from ._extras import extra
from ._tables import Table


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
