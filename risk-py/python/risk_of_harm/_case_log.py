"""The log of one case: append-only, idempotent, all or nothing."""

from __future__ import annotations

import json
import os
from collections.abc import Iterable, Iterator, Mapping
from datetime import date, datetime, timezone
from typing import Any, NamedTuple
from uuid import UUID

from . import _html, _jsonl, _risk
from ._errors import RecordError, call, expect, utf8
from ._time import microseconds

Record = str | Mapping[str, Any]
"""A record: its JSON, or a mapping that becomes it. In a mapping times may be a ``datetime`` with its zone, dates a ``date``, ids
a ``UUID``, and words those of the enums."""


class Appended(NamedTuple):
    """What became of an append.

    >>> import risk_of_harm
    >>> risk_of_harm.Appended(length=3, added=1).added
    1
    """

    length: int
    """How many records the log has now."""
    added: int
    """How many of those given are new; the log had the others already, with the same content."""


class Stamp(NamedTuple):
    """What is added to a record of a sealed log.

    >>> import datetime, os, risk_of_harm
    >>> risk_of_harm.Stamp(datetime.datetime.now(datetime.timezone.utc), os.urandom(16)).appended_at.tzname()
    'UTC'
    """

    appended_at: datetime
    """When the log takes the record, with its zone."""
    salt: bytes
    """Sixteen random bytes."""

    @classmethod
    def now(cls) -> Stamp:
        """A stamp of this moment with fresh random bytes.

        >>> import risk_of_harm
        >>> len(risk_of_harm.Stamp.now().salt)
        16
        """
        return cls(datetime.now(timezone.utc), os.urandom(16))


class CaseLog:
    """The log of one case.

    >>> import uuid, risk_of_harm
    >>> log = risk_of_harm.CaseLog(uuid.UUID("3f6c9a52-8c1e-4c3b-9c58-2f4f6f1d2a11"))
    >>> len(log)
    0
    """

    __slots__ = ("_inner",)
    _inner: _risk.CaseLog

    def __init__(self, case_id: UUID | str) -> None:
        if not isinstance(case_id, (UUID, str)):
            raise TypeError(f"case_id: expected a UUID or its text, found {type(case_id).__name__}")
        self._inner = call(_risk.CaseLog, str(case_id))

    @classmethod
    def from_jsonl(cls, records: str) -> CaseLog:
        """A log from JSON Lines, plain or sealed. A sealed one is verified.

        Raises:
            RecordError: With line and field.
            IntegrityError: A sealed log is not what was sealed.

        >>> import risk_of_harm
        >>> risk_of_harm.CaseLog.from_jsonl("")
        Traceback (most recent call last):
        risk_of_harm._errors.RecordError: line 1: field `record`: expected at least one record, found nothing
        """
        self = object.__new__(cls)
        self._inner = call(_risk.CaseLog.read, _text(records))
        return self

    def append(self, record: Record, *, expected_length: int | None = None) -> Appended:
        """Appends a record. One that the log has already, with the same content, is taken and changes nothing.

        A sealed log is sealed on, with a stamp of this moment.

        Args:
            record: The record.
            expected_length: How many records the caller believes the log to have.

        Raises:
            RecordError: The record is malformed, or this log cannot take it.
            ConflictError: The log has another length, or another record of that id.

        >>> import uuid, datetime, risk_of_harm
        >>> log = risk_of_harm.CaseLog("3f6c9a52-8c1e-4c3b-9c58-2f4f6f1d2a11")
        >>> then = datetime.datetime(2018, 1, 8, 10, tzinfo=datetime.timezone.utc)
        >>> log.append({
        ...     "event_id": uuid.uuid4(),
        ...     "case_id": log.case_id,
        ...     "occurred_at": then,
        ...     "recorded_at": then,
        ...     "source": {"agency": "probation"},
        ...     "kind": risk_of_harm.Kind.APPOINTMENT_ATTENDED,
        ...     "data": {},
        ... })
        Appended(length=1, added=1)
        """
        return self.extend([record], expected_length=expected_length)

    def extend(
        self,
        records: Iterable[Record],
        *,
        expected_length: int | None = None,
        stamps: Iterable[Stamp] | None = None,
    ) -> Appended:
        """Appends records, all or none; they may name each other in any order.

        Args:
            records: The records.
            expected_length: How many records the caller believes the log to have.
            stamps: For a sealed log, one for each record; left out: of this moment. For an empty log: seal it from the
                start.

        Raises:
            RecordError, ConflictError: As for ``append``.
            IntegrityError: Stamps for a plain log, or another number of them.

        >>> import risk_of_harm
        >>> log = risk_of_harm.CaseLog("3f6c9a52-8c1e-4c3b-9c58-2f4f6f1d2a11")
        >>> log.extend([{"kind": "appointment_attended"}, {"kind": "police_callout"}])
        Traceback (most recent call last):
        risk_of_harm._errors.RecordError: line 1: field `event_id`: expected the event_id (a UUID), found nothing
        """
        if isinstance(records, (str, Mapping)):
            raise TypeError("expected several records, found one: append takes one, from_jsonl a text of many")
        # A file of lines may end in an empty one.
        lines = [line for line in map(_json, records) if line.strip()]
        if stamps is None and self.is_sealed:
            stamps = [Stamp.now() for _ in lines]
        given = None if stamps is None else [_stamp(stamp) for stamp in stamps]
        return Appended(*call(self._inner.append, "\n".join(lines), expected_length, given))

    def erase(self, erasure: Record, *, expected_length: int | None = None) -> Appended:
        """Appends a ``payload_erased`` record, and removes data and note of the record that it names.

        Raises:
            RecordError: Also where a correction still holds data of the record.

        >>> import risk_of_harm
        >>> log = risk_of_harm.CaseLog("3f6c9a52-8c1e-4c3b-9c58-2f4f6f1d2a11")
        >>> log.append({
        ...     "event_id": "00000000-0000-4000-8000-000000000001",
        ...     "case_id": log.case_id,
        ...     "occurred_at": "2018-01-08T10:00:00Z",
        ...     "recorded_at": "2018-01-08T10:00:00Z",
        ...     "source": {"agency": "probation"},
        ...     "kind": "appointment_attended",
        ...     "data": {},
        ...     "note": "what nobody may keep any longer",
        ... })
        Appended(length=1, added=1)
        >>> log.erase({
        ...     "event_id": "00000000-0000-4000-8000-000000000002",
        ...     "case_id": log.case_id,
        ...     "occurred_at": "2018-02-08T10:00:00Z",
        ...     "recorded_at": "2018-02-08T10:00:00Z",
        ...     "source": {"agency": "probation"},
        ...     "kind": "payload_erased",
        ...     "data": {
        ...         "event_id": "00000000-0000-4000-8000-000000000001",
        ...         "reason": "wrong_person",
        ...         "by": "staff-1",
        ...     },
        ... })
        Appended(length=2, added=1)
        >>> "note" in log.to_jsonl()
        False
        """
        stamp = _stamp(Stamp.now()) if self.is_sealed else None
        return Appended(*call(self._inner.erase, _json(erasure), expected_length, stamp))

    def seal(self, stamps: Iterable[Stamp] | None = None) -> str:
        """Seals the log: each record gets its place in a hash chain. Gives the head, to be kept elsewhere.

        Args:
            stamps: One for each record; left out: of this moment. A log that is sealed already stays as it is.

        Raises:
            IntegrityError: Another number of stamps, or one that cannot be.
            RecordError: A stamp from before its record.

        >>> import risk_of_harm
        >>> log = risk_of_harm.CaseLog("3f6c9a52-8c1e-4c3b-9c58-2f4f6f1d2a11")
        >>> log.seal()
        ''
        """
        each = [Stamp.now() for _ in range(len(self))] if stamps is None else stamps
        call(self._inner.seal, [_stamp(stamp) for stamp in each])
        return self.head or ""

    def verify(self, expected_head: str | None = None) -> dict[str, Any]:
        """Whether a sealed log is what was sealed: ``intact``, ``records``, ``head``, ``expected_at``.

        Raises:
            IntegrityError: It is not, or it was never sealed; ``errors`` says where and how it shows.

        >>> import risk_of_harm
        >>> log = risk_of_harm.CaseLog("3f6c9a52-8c1e-4c3b-9c58-2f4f6f1d2a11")
        >>> log.extend([{
        ...     "event_id": "00000000-0000-4000-8000-000000000001",
        ...     "case_id": log.case_id,
        ...     "occurred_at": "2018-01-08T10:00:00Z",
        ...     "recorded_at": "2018-01-08T10:00:00Z",
        ...     "source": {"agency": "probation"},
        ...     "kind": "appointment_attended",
        ...     "data": {},
        ... }], stamps=[risk_of_harm.Stamp.now()])
        Appended(length=1, added=1)
        >>> log.verify(expected_head=log.head)["intact"]
        True
        """
        return dict(json.loads(call(self._inner.verify, expected_head)))

    def to_jsonl(self, after: int = 0) -> str:
        """The records after so many, one a line, in the exact bytes as kept.

        >>> import risk_of_harm
        >>> risk_of_harm.CaseLog("3f6c9a52-8c1e-4c3b-9c58-2f4f6f1d2a11").to_jsonl()
        ''
        """
        return self._inner.lines(after)

    @property
    def case_id(self) -> UUID:
        """The case."""
        return UUID(self._inner.case_id)

    @property
    def head(self) -> str | None:
        """The last record's hash; None in a plain log."""
        return self._inner.head

    @property
    def is_sealed(self) -> bool:
        """Whether the records are chained."""
        return self._inner.sealed

    def _repr_html_(self) -> str:
        return _html.case_log(self)

    def __len__(self) -> int:
        return len(self._inner)

    def __iter__(self) -> Iterator[dict[str, Any]]:
        return _jsonl.values(self.to_jsonl())

    def __repr__(self) -> str:
        sealed = ", sealed" if self.is_sealed else ""
        return f"<CaseLog {self.case_id}: {len(self)} records{sealed}>"

    def __reduce__(self) -> tuple[Any, ...]:
        if len(self):
            return CaseLog.from_jsonl, (self.to_jsonl(),)
        return CaseLog, (self.case_id,)


def _text(records: str) -> str:
    return utf8("records", records, RecordError)


def _json(record: Record) -> str:
    if isinstance(record, str):
        return _text(record)
    if not isinstance(record, Mapping):
        raise TypeError(f"a record: expected its JSON or a mapping, found {type(record).__name__}")
    try:
        return _text(json.dumps(dict(record), ensure_ascii=False, default=_value))
    except RecursionError:
        raise ValueError("a record: expected one that is not nested so deep") from None


def _value(value: object) -> object:
    if isinstance(value, datetime):
        microseconds("a record's time", value, RecordError, "RISK_BAD_RECORD")
        return value.isoformat()
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, UUID):
        return str(value)
    if isinstance(value, Mapping):
        return dict(value)
    raise TypeError(f"a record: expected what JSON can hold, a time or a UUID, found {type(value).__name__}")


def _stamp(stamp: Stamp) -> tuple[int, bytes]:
    return microseconds("appended_at", expect("stamps", stamp, Stamp).appended_at), stamp.salt
