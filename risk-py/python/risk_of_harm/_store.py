"""Stores: the logs of many cases, kept for good in a file or in a database."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from types import TracebackType
from typing import Any, NamedTuple
from uuid import UUID

from . import _jsonl, _risk
from ._assessment import Assessment, _answered, _policy, _words
from ._case_log import CaseLog, Record, _json
from ._errors import QuestionError, call, expect, utf8
from ._policy import Policy
from ._tables import Table
from ._time import Moment, instant
from .words import Audience, Kind, Lens


class Stored(NamedTuple):
    """What became of records that a store was given.

    >>> import risk_of_harm
    >>> risk_of_harm.Stored(added=1, position=3).position
    3
    """

    added: int
    """How many are new; the store had the others already, with the same content."""
    position: int
    """Where the last one given stands in the log of its case, from 1."""


@dataclass(frozen=True, slots=True)
class Change:
    """A record as it came into a store.

    >>> import uuid, risk_of_harm
    >>> risk_of_harm.Change(place=7, case_id=uuid.UUID(int=1), position=2, line="{}")
    <Change 7: case 00000000-0000-0000-0000-000000000001, position 2>
    """

    place: int
    """Its place in the order of all records of the store. Places rise, and some are left out."""
    case_id: UUID
    """The case."""
    position: int
    """Its position in the case's log, from 1."""
    line: str
    """The line of the case's sealed log, byte for byte, as it is kept now: without its payload where that was erased since."""

    @property
    def record(self) -> dict[str, Any]:
        """The record."""
        return dict(json.loads(self.line))

    def __repr__(self) -> str:
        return f"<Change {self.place}: case {self.case_id}, position {self.position}>"


@dataclass(frozen=True, slots=True)
class CaseFacts:
    """What a store was told of a case.

    >>> import tempfile, risk_of_harm
    >>> with tempfile.TemporaryDirectory() as folder, risk_of_harm.Store.open(f"{folder}/cases.risk", make=True) as store:
    ...     store.identify("3f6c9a52-8c1e-4c3b-9c58-2f4f6f1d2a11", "crn", "X320741", operator="night-feed")
    ...     store.facts("3f6c9a52-8c1e-4c3b-9c58-2f4f6f1d2a11").identifiers
    {'crn': 'X320741'}
    """

    case_id: UUID
    """The case."""
    identifiers: dict[str, str]
    """Scheme to identifier: ``crn``, ``noms``, and whatever else the host gave."""
    merged_into: UUID | None
    """The case under which this one is answered."""
    merged_from: dict[UUID, datetime]
    """The cases that are answered here too, and since when."""
    excluded: frozenset[str]
    """The readers who are not shown the case."""
    records: int | None = None
    """How many records it has; None where that was not asked for."""
    head: str | None = None
    """The last one's hash."""

    @classmethod
    def _of(cls, case_id: UUID, told: dict[str, Any]) -> CaseFacts:
        into = told["merged_into"]
        since = {UUID(one): instant(at) for one, at in told["merged_from"].items()}
        return cls(
            case_id=case_id,
            identifiers=told["identifiers"],
            merged_into=None if into is None else UUID(into),
            merged_from={one: at for one, at in since.items() if at is not None},
            excluded=frozenset(told["excluded"]),
            records=told.get("records"),
            head=told.get("head"),
        )


class Erased(NamedTuple):
    """What became of an erasure.

    >>> import risk_of_harm
    >>> risk_of_harm.Erased(position=9, new=True, scrubbed=True).scrubbed
    True
    """

    position: int
    """Where the record that says so stands."""
    new: bool
    """Whether it is new."""
    scrubbed: bool
    """Whether the erased bytes are gone from the store's files too."""
    pending: str | None = None
    """Why not, where they are not: erase again to try again."""


class PersonErased(NamedTuple):
    """What became of the erasure of a person. Look at ``remains`` and ``scrubbed``.

    >>> import risk_of_harm
    >>> risk_of_harm.PersonErased(
    ...     cases=(), records=3, misplaced=0, evidence=0, identifiers=1, remains=(), parted=(), scrubbed=True
    ... ).records
    3
    """

    cases: tuple[UUID, ...]
    """The person's cases."""
    records: int
    """Records that lost their payload now."""
    misplaced: int
    """Records of other cases that lost their payload now: they were recorded there as of the wrong person."""
    evidence: int
    """Payloads kept as evidence that are gone now."""
    identifiers: int
    """Identifiers that are gone now."""
    remains: tuple[str, ...]
    """What could not be erased and where it is, without what it says."""
    parted: tuple[UUID, ...]
    """Cases that were merged with one of these and parted again: of another person, and left alone."""
    scrubbed: bool
    """Whether the erased bytes are gone from the store's files too."""
    pending: str | None = None
    """Why not, where they are not: erase again to try again."""


class Imported(NamedTuple):
    """How much came in.

    >>> import risk_of_harm
    >>> risk_of_harm.Imported(cases=1, added=3, known=0, erased=0).added
    3
    """

    cases: int
    """Cases in the text."""
    added: int
    """Records that are new here."""
    known: int
    """Records that were here already."""
    erased: int
    """Payloads that were removed here, as they are in the text."""


class Store:
    """A store of cases, in one SQLite file or in PostgreSQL.

    Software of the host's names itself as ``operator`` and may see every record; a person is a ``reader`` and gets answers. What
    either does is written down in the store's journal. Threads may share a store, and take turns; a child of ``os.fork`` may go on
    with it, unless another thread was in the middle of a call. A store in a file must not be opened by another copy of SQLite in the
    same process (Python's ``sqlite3``, say): the locks of the two do not hold against each other.

    >>> import tempfile, risk_of_harm
    >>> with tempfile.TemporaryDirectory() as folder, risk_of_harm.Store.open(f"{folder}/cases.risk", make=True) as store:
    ...     store.append(
    ...         {
    ...             "event_id": "00000000-0000-4000-8000-000000000001",
    ...             "case_id": "3f6c9a52-8c1e-4c3b-9c58-2f4f6f1d2a11",
    ...             "occurred_at": "2018-01-08T10:00:00Z",
    ...             "recorded_at": "2018-01-08T10:00:00Z",
    ...             "source": {"agency": "police"},
    ...             "kind": "police_call_out",
    ...             "data": {"outcome": "no_further_action"},
    ...         },
    ...         operator="night-feed",
    ...     )
    ...     answer = store.assess(
    ...         "3f6c9a52-8c1e-4c3b-9c58-2f4f6f1d2a11", reader="N07A001", audience="responsible_officer", at="2018-01-10"
    ...     )
    ...     answer.agenda[0].title
    Stored(added=1, position=1)
    'Review the risk of harm, in writing, and with the person where that is safe'
    """

    __slots__ = ("_inner",)
    _inner: _risk.Store

    def __init__(self) -> None:
        raise TypeError("use Store.open(...)")

    @classmethod
    def open(
        cls,
        place: str | os.PathLike[str],
        *,
        make: bool = False,
        keys: Callable[[UUID], bytes | None] | None = None,
        patience: timedelta | float | None = None,
    ) -> Store:
        """Opens a store. One of an older form is brought up to date.

        Args:
            place: A file, or a database as ``postgres://USER@HOST/DATABASE?sslrootcert=PATH``, whose connection is encrypted and
                whose server's certificate is checked unless ``sslmode`` says otherwise.
            make: Whether to make it where there is none; a database has to be there.
            keys: Gives the 32 bytes with which the payloads of a case are encrypted in the store, or None where there are none any
                more; left out: payloads are kept as they are. It is called within calls with the store, and may not call it.
            patience: How long to wait for another writer, and to go on trying where a connection breaks, in seconds; left out: ten.

        Raises:
            StoreError: There is none, it is something else, it is in use, or it cannot be reached; ``code`` says which.

        >>> import risk_of_harm
        >>> risk_of_harm.Store.open("nowhere/cases.risk")
        Traceback (most recent call last):
        risk_of_harm._errors.StoreError: nowhere/cases.risk: expected a store, found none; `risk store init` makes one
        """
        where = os.fspath(place)
        if not isinstance(where, str):
            raise TypeError(f"place: expected a path or a URL as text, found {type(where).__name__}")
        self = object.__new__(cls)
        ask = None if keys is None else _asking(keys)
        self._inner = call(_risk.Store, utf8("place", where, QuestionError), bool(make), _duration(patience), ask)
        return self

    def close(self) -> None:
        """Closes the store; what was appended is kept. Done again, it does nothing.

        >>> import tempfile, risk_of_harm
        >>> with tempfile.TemporaryDirectory() as folder:
        ...     store = risk_of_harm.Store.open(f"{folder}/cases.risk", make=True)
        ...     store.close()
        ...     store
        <Store, closed>
        """
        self._inner.close()

    def append(
        self, records: Record | Iterable[Record], *, operator: str, expected_position: int | None = None
    ) -> Stored:
        """Appends records, all or none, of one case or of several. When it returns they are kept for good.

        A record that its case has already, with the same content, is taken and changes nothing: a delivery may be repeated.

        Args:
            records: The records, plain: the store seals them itself.
            operator: The host's software, or who works with it: 1 to 64 letters, digits or ``. _ : -``.
            expected_position: How many records the caller believes the one case to have; not asked where nothing is new.

        Raises:
            RecordError, ConflictError: As for ``CaseLog.append``; nothing was appended.
            StoreError: With the code ``RISK_STORE_UNCONFIRMED`` all was kept, or nothing: append again.

        >>> import tempfile, risk_of_harm
        >>> with tempfile.TemporaryDirectory() as folder, risk_of_harm.Store.open(f"{folder}/cases.risk", make=True) as store:
        ...     store.append('{"kind": "police_callout"}', operator="night-feed")
        Traceback (most recent call last):
        risk_of_harm._errors.RecordError: line 1: field `event_id`: expected the event_id (a UUID), found nothing
        """
        several = [records] if isinstance(records, (str, Mapping)) else records
        lines = "\n".join(line for line in map(_json, several) if line.strip())
        return Stored(*call(self._inner.append, _id("operator", operator), lines, expected_position))

    def assess(
        self,
        case: UUID | str,
        policy: Policy | None = None,
        *,
        reader: str,
        audience: Audience | str,
        at: Moment,
        purpose: str | None = None,
        known_at: Moment | None = None,
        lens: Lens | str = Lens.AS_KNOWN,
        feeds: Iterable[Kind | str] | None = None,
    ) -> Assessment:
        """How a case stands for a reader: of all cases that were known by then to be of the same person.

        That the reader asked is written down, also where they are refused. The answer cannot be pickled, as the log would go along;
        ``to_json`` is what may be sent.

        Args:
            case: The case.
            policy: The rules; left out: the pack for England and Wales that is built in.
            reader: The host's own opaque id of the person.
            audience: As what they read.
            at: The moment.
            purpose: What for: a word or a reference of the host's, such as ``supervision`` or ``complaint:4711``.
            known_at: Only what was recorded by then counts; left out: as ``at``, in hindsight everything.
            lens: ``as_known``, or ``hindsight``.
            feeds: The kinds of event that can be delivered at all.

        Raises:
            AudienceError: The reader is excluded from the case, or the policy grants the audience no answer.
            NotFoundError: There is no such case.
            QuestionError: A moment, a word or an id is none.
            IntegrityError: The case is not as it was kept.

        >>> import tempfile, risk_of_harm
        >>> case = "3f6c9a52-8c1e-4c3b-9c58-2f4f6f1d2a11"
        >>> with tempfile.TemporaryDirectory() as folder, risk_of_harm.Store.open(f"{folder}/cases.risk", make=True) as store:
        ...     store.assess(case, reader="N07A001", audience="manager", at="2018-04-18")
        Traceback (most recent call last):
        risk_of_harm._errors.NotFoundError: expected a case of this store, found no case 3f6c9a52-...
        """
        policy = _policy(policy)
        words = _words(at, known_at, lens, audience, feeds)
        purpose = None if purpose is None else _id("purpose", purpose)
        asked = call(self._inner.assess, _case(case), policy._inner, words, _id("reader", reader), purpose)
        return _answered(asked, policy, words, of_store=True)

    def log(self, case: UUID | str, *, operator: str) -> CaseLog:
        """The whole log of a case, sealed, as a copy: for the host's software. That it was read is written down.

        Raises:
            NotFoundError, IntegrityError: As for ``assess``.

        >>> import tempfile, risk_of_harm
        >>> case = "3f6c9a52-8c1e-4c3b-9c58-2f4f6f1d2a11"
        >>> with tempfile.TemporaryDirectory() as folder, risk_of_harm.Store.open(f"{folder}/cases.risk", make=True) as store:
        ...     store.identify(case, "crn", "X320741", operator="night-feed")
        ...     store.log(case, operator="night-feed")
        <CaseLog 3f6c9a52-8c1e-4c3b-9c58-2f4f6f1d2a11: 0 records>
        """
        log = object.__new__(CaseLog)
        log._inner = call(self._inner.log, _id("operator", operator), _case(case))
        return log

    def changes(self, after: int = 0, *, operator: str, limit: int = 1000) -> Iterator[Change]:
        """The records that came in after a place, of all cases, in one order, up to now.

        Keep the last ``place``, and ask again with it: each record comes once and none is passed over, however many write.

        Args:
            after: The last place that was seen.
            operator: Who follows.
            limit: How many are read at a time.

        >>> import tempfile, risk_of_harm
        >>> with tempfile.TemporaryDirectory() as folder, risk_of_harm.Store.open(f"{folder}/cases.risk", make=True) as store:
        ...     list(store.changes(operator="night-feed"))
        []
        """
        if limit < 1:
            raise ValueError("limit: expected at least 1")
        by = _id("operator", operator)
        while page := call(self._inner.changes, by, after, limit):
            for place, case_id, position, line in page:
                yield Change(place, UUID(case_id), position, line)
            after = page[-1][0]

    def cases(self, *, operator: str) -> list[CaseFacts]:
        """All cases, in the order of their ids, with how many records each has.

        >>> import tempfile, risk_of_harm
        >>> with tempfile.TemporaryDirectory() as folder, risk_of_harm.Store.open(f"{folder}/cases.risk", make=True) as store:
        ...     store.cases(operator="night-feed")
        []
        """
        listed = map(json.loads, call(self._inner.cases, _id("operator", operator)))
        return [CaseFacts._of(UUID(told["case_id"]), told) for told in listed]

    def records(self, *, operator: str, cases: Iterable[UUID | str] | None = None) -> Table:
        """The records of cases as a table, for ``assess_caseload`` or ``measures``. That each was read is written down.

        Cases of one person that were merged stand for themselves here, and nobody is left out of it: what becomes of the answers is
        the host's to see to. Notes are left out, as in ``records_to_arrow``.

        Args:
            operator: Who reads.
            cases: Which; left out: all.

        Raises:
            NotFoundError, IntegrityError: As for ``assess``.

        >>> import tempfile, risk_of_harm
        >>> with tempfile.TemporaryDirectory() as folder, risk_of_harm.Store.open(f"{folder}/cases.risk", make=True) as store:
        ...     records = store.records(operator="night-feed")
        >>> len(risk_of_harm.assess_caseload(records, audience="analyst", at="2018-04-18").cases)
        0
        """
        ids = None if cases is None else [_case(case) for case in cases]
        return Table._of(call(self._inner.records, _id("operator", operator), ids))

    def identify(self, case: UUID | str, scheme: str, identifier: str | None, *, operator: str) -> None:
        """Says what the host calls a case, in place of any other identifier of that scheme.

        Args:
            case: The case; it need not have a record yet.
            scheme: ``crn`` or ``noms``, of which each identifier stands for one case; or another word, such as ``team``, which
                many cases share.
            identifier: The identifier; None: the case has none of that scheme any more.
            operator: Who says so.

        Raises:
            ConflictError: It stands for another case, whose ``case_id`` is in ``errors``.
            NotFoundError: There is none to be taken away.

        >>> import tempfile, risk_of_harm
        >>> case = "3f6c9a52-8c1e-4c3b-9c58-2f4f6f1d2a11"
        >>> with tempfile.TemporaryDirectory() as folder, risk_of_harm.Store.open(f"{folder}/cases.risk", make=True) as store:
        ...     store.identify(case, "crn", "X320741", operator="night-feed")
        ...     store.cases_of("crn", "X320741")
        [UUID('3f6c9a52-8c1e-4c3b-9c58-2f4f6f1d2a11')]
        """
        name = None if identifier is None else _id("identifier", identifier)
        call(self._inner.identify, _id("operator", operator), _case(case), _id("scheme", scheme), name)

    def cases_of(self, scheme: str, identifier: str) -> list[UUID]:
        """The cases that an identifier stands for, in the order of their ids.

        >>> import tempfile, risk_of_harm
        >>> with tempfile.TemporaryDirectory() as folder, risk_of_harm.Store.open(f"{folder}/cases.risk", make=True) as store:
        ...     store.cases_of("crn", "X320741")
        []
        """
        return [UUID(case) for case in call(self._inner.cases_of, _id("scheme", scheme), _id("identifier", identifier))]

    def facts(self, case: UUID | str) -> CaseFacts:
        """What the store was told of a case.

        Raises:
            NotFoundError: There is no such case.

        >>> import tempfile, risk_of_harm
        >>> case = "3f6c9a52-8c1e-4c3b-9c58-2f4f6f1d2a11"
        >>> with tempfile.TemporaryDirectory() as folder, risk_of_harm.Store.open(f"{folder}/cases.risk", make=True) as store:
        ...     store.identify(case, "team", "north", operator="night-feed")
        ...     store.exclude(case, "N07A001", operator="night-feed")
        ...     sorted(store.facts(case).excluded)
        ['N07A001']
        """
        text = _case(case)
        return CaseFacts._of(UUID(text), json.loads(call(self._inner.facts, text)))

    def merge(self, case: UUID | str, into: UUID | str, *, operator: str) -> None:
        """Says that a case is of the same person as another, under which it is answered from now on. Both logs stay as they are.

        Raises:
            ConflictError: Both have a record of one id that says different things.
            QuestionError: It is merged already, or is the same.
            NotFoundError: There is no such case.

        >>> import tempfile, risk_of_harm
        >>> one, other = "3f6c9a52-8c1e-4c3b-9c58-2f4f6f1d2a11", "3f6c9a52-8c1e-4c3b-9c58-2f4f6f1d2a12"
        >>> with tempfile.TemporaryDirectory() as folder, risk_of_harm.Store.open(f"{folder}/cases.risk", make=True) as store:
        ...     for case in one, other:
        ...         store.identify(case, "team", "north", operator="night-feed")
        ...     store.merge(other, one, operator="night-feed")
        ...     str(store.facts(other).merged_into) == one
        True
        """
        call(self._inner.merge, _id("operator", operator), _case(case), _case(into))

    def unmerge(self, case: UUID | str, into: UUID | str, *, operator: str) -> None:
        """Says that a case that was merged into another is of another person after all.

        Raises:
            QuestionError: It is not merged into that one.

        >>> import tempfile, risk_of_harm
        >>> one, other = "3f6c9a52-8c1e-4c3b-9c58-2f4f6f1d2a11", "3f6c9a52-8c1e-4c3b-9c58-2f4f6f1d2a12"
        >>> with tempfile.TemporaryDirectory() as folder, risk_of_harm.Store.open(f"{folder}/cases.risk", make=True) as store:
        ...     for case in one, other:
        ...         store.identify(case, "team", "north", operator="night-feed")
        ...     store.merge(other, one, operator="night-feed")
        ...     store.unmerge(other, one, operator="night-feed")
        ...     store.facts(other).merged_into
        """
        call(self._inner.unmerge, _id("operator", operator), _case(case), _case(into))

    def exclude(self, case: UUID | str, reader: str, *, operator: str) -> None:
        """Says that a reader is not to be shown a case: somebody who works in an agency and is in the case, or related to it.

        Raises:
            NotFoundError: There is no such case.

        >>> import tempfile, risk_of_harm
        >>> case = "3f6c9a52-8c1e-4c3b-9c58-2f4f6f1d2a11"
        >>> with tempfile.TemporaryDirectory() as folder, risk_of_harm.Store.open(f"{folder}/cases.risk", make=True) as store:
        ...     store.identify(case, "team", "north", operator="night-feed")
        ...     store.exclude(case, "N07A001", operator="night-feed")
        ...     store.assess(case, reader="N07A001", audience="manager", at="2018-04-18")
        Traceback (most recent call last):
        risk_of_harm._errors.AudienceError: case 3f6c9a52-... is not shown to N07A001, who is excluded from it
        """
        call(self._inner.exclude, _id("operator", operator), _case(case), _id("reader", reader))

    def admit(self, case: UUID | str, reader: str, *, operator: str) -> None:
        """Says that a reader may be shown a case again.

        Raises:
            NotFoundError: There is no such case, or the reader is not excluded.

        >>> import tempfile, risk_of_harm
        >>> case = "3f6c9a52-8c1e-4c3b-9c58-2f4f6f1d2a11"
        >>> with tempfile.TemporaryDirectory() as folder, risk_of_harm.Store.open(f"{folder}/cases.risk", make=True) as store:
        ...     store.identify(case, "team", "north", operator="night-feed")
        ...     store.exclude(case, "N07A001", operator="night-feed")
        ...     store.admit(case, "N07A001", operator="night-feed")
        ...     store.facts(case).excluded
        frozenset()
        """
        call(self._inner.admit, _id("operator", operator), _case(case), _id("reader", reader))

    def journal(self, case: UUID | str | None = None) -> list[dict[str, Any]]:
        """Who did what with a case, in order; left out: with the store as a whole.

        Each entry has ``position``, ``at``, ``by``, ``operation`` (the word of the Data Protection Act 2018, section 62), ``act`` and
        what belongs to it, and for a reader ``audience``, ``purpose`` and ``refused``.

        Raises:
            NotFoundError: There is no such case.

        >>> import tempfile, risk_of_harm
        >>> case = "3f6c9a52-8c1e-4c3b-9c58-2f4f6f1d2a11"
        >>> with tempfile.TemporaryDirectory() as folder, risk_of_harm.Store.open(f"{folder}/cases.risk", make=True) as store:
        ...     store.identify(case, "crn", "X320741", operator="night-feed")
        ...     [(entry["by"], entry["operation"], entry["act"]) for entry in store.journal(case)]
        [('night-feed', 'alteration', 'identified')]
        """
        text = call(self._inner.journal, None if case is None else _case(case))
        return list(_jsonl.values(text))

    def erase(self, erasure: Record, *, operator: str, keep_as_evidence: bool = False) -> Erased:
        """Removes salt, data and note of the record that a ``payload_erased`` record names, from the store and its files.

        Args:
            erasure: The record that says so.
            operator: Who does it.
            keep_as_evidence: Keep the payload apart, as the law may ask: no answer rests on it, and ``evidence`` reads it.

        Raises:
            RecordError: Also where a correction still holds data of the record.
            NotFoundError: There is no such record, or its payload is gone already.

        >>> import tempfile, risk_of_harm
        >>> about = {
        ...     "case_id": "3f6c9a52-8c1e-4c3b-9c58-2f4f6f1d2a11",
        ...     "occurred_at": "2018-01-08T10:00:00Z",
        ...     "recorded_at": "2018-01-08T10:00:00Z",
        ...     "source": {"agency": "probation"},
        ... }
        >>> one, other = "00000000-0000-4000-8000-000000000001", "00000000-0000-4000-8000-000000000002"
        >>> kept = {**about, "event_id": one, "kind": "appointment_attended", "data": {}, "note": "of somebody else"}
        >>> gone = {"event_id": one, "reason": "wrong_person", "by": "staff-1"}
        >>> with tempfile.TemporaryDirectory() as folder, risk_of_harm.Store.open(f"{folder}/cases.risk", make=True) as store:
        ...     store.append(kept, operator="night-feed")
        ...     store.erase({**about, "event_id": other, "kind": "payload_erased", "data": gone}, operator="night-feed")
        Stored(added=1, position=1)
        Erased(position=2, new=True, scrubbed=True, pending=None)
        """
        told = json.loads(call(self._inner.erase, _id("operator", operator), _json(erasure), keep_as_evidence))
        return Erased(**told)

    def erase_person(
        self, case: UUID | str, *, operator: str, by: str, reason: str = "legal_erasure", secret: bytes | None = None
    ) -> PersonErased:
        """Removes everything of a person by law, for good, whole or not at all.

        The payload of every record of every case that is merged with this one, in either direction, what was kept as evidence, and
        the identifiers go, from the store and its files. The chains stay whole. From then on these cases take no record, no
        identifier and no merge. Done again, it changes nothing, and tries again to clear the files.

        Args:
            case: A case of the person.
            operator: Who does it.
            by: Who decided it: a member of staff, as records name them.
            reason: Why: a reason of ``payload_erased``.
            secret: That of ``Hmpps``. With it keyed digests of the identifiers stay, by which messages that come late are recognised.

        Raises:
            NotFoundError: There is no such case.
            QuestionError: A word, an id or a secret that cannot be used.
            IntegrityError, StoreError: A case cannot be read whole. Then nothing was erased.

        >>> import tempfile, risk_of_harm
        >>> record = {
        ...     "event_id": "00000000-0000-4000-8000-000000000001",
        ...     "case_id": "3f6c9a52-8c1e-4c3b-9c58-2f4f6f1d2a11",
        ...     "occurred_at": "2018-01-08T10:00:00Z",
        ...     "recorded_at": "2018-01-08T10:00:00Z",
        ...     "source": {"agency": "probation"},
        ...     "kind": "appointment_attended",
        ...     "data": {},
        ... }
        >>> with tempfile.TemporaryDirectory() as folder, risk_of_harm.Store.open(f"{folder}/cases.risk", make=True) as store:
        ...     store.append(record, operator="night-feed")
        ...     store.identify(record["case_id"], "crn", "X320741", operator="night-feed")
        ...     erased = store.erase_person(record["case_id"], operator="night-feed", by="manager-7")
        ...     erased.records, erased.identifiers, erased.scrubbed, store.cases_of("crn", "X320741")
        Stored(added=1, position=1)
        (1, 1, True, [])
        """
        order = json.dumps({"case_id": _case(case), "by": by, "reason": reason})
        told = json.loads(call(self._inner.erase_person, _id("operator", operator), order, secret))
        for name, made in (("cases", UUID), ("parted", UUID), ("remains", str)):
            told[name] = tuple(map(made, told[name]))
        return PersonErased(**told)

    def evidence(self, case: UUID | str, event_id: UUID | str, *, operator: str) -> str:
        """A record whose payload is kept as evidence, as the line of the sealed log that it was. That it was read is written down.

        Raises:
            NotFoundError: None is kept of it.

        >>> import tempfile, risk_of_harm
        >>> case = "3f6c9a52-8c1e-4c3b-9c58-2f4f6f1d2a11"
        >>> with tempfile.TemporaryDirectory() as folder, risk_of_harm.Store.open(f"{folder}/cases.risk", make=True) as store:
        ...     store.evidence(case, "00000000-0000-4000-8000-000000000001", operator="night-feed")
        Traceback (most recent call last):
        risk_of_harm._errors.NotFoundError: expected a case of this store, found no case 3f6c9a52-...
        """
        return call(self._inner.evidence, _id("operator", operator), _case(case), _case(event_id, "event_id"))

    def checkpoint(self) -> str:
        """Where every chain of the store ends now, as text: to be signed, and kept where those who can write to the store cannot.

        >>> import json, tempfile, risk_of_harm
        >>> with tempfile.TemporaryDirectory() as folder, risk_of_harm.Store.open(f"{folder}/cases.risk", make=True) as store:
        ...     json.loads(store.checkpoint().split("\\n")[0])["schema"]
        'risk-checkpoint/1'
        """
        return call(self._inner.checkpoint)

    def verify(self, checkpoint: str | None = None) -> dict[str, Any]:
        """Whether every chain is what was kept, and goes on from a checkpoint: ``intact``, ``cases``, ``records``, ``entries``,
        ``locked`` (cases whose key is not given), ``differences`` (each with ``case_id`` and ``what``).

        Raises:
            RecordError, IntegrityError: The text is no checkpoint, or not as it was written.

        >>> import tempfile, risk_of_harm
        >>> with tempfile.TemporaryDirectory() as folder, risk_of_harm.Store.open(f"{folder}/cases.risk", make=True) as store:
        ...     kept = store.checkpoint()
        ...     store.verify(kept)["intact"]
        True
        """
        text = None if checkpoint is None else utf8("checkpoint", checkpoint, QuestionError)
        return dict(json.loads(call(self._inner.verify, text)))

    def export(
        self,
        to: str | os.PathLike[str],
        *,
        operator: str,
        cases: Iterable[UUID | str] | None = None,
        journals: bool = False,
    ) -> tuple[int, int]:
        """Writes cases out as sealed JSON Lines; gives how many cases and how many records.

        Args:
            to: The file: written whole or not at all, and readable by you alone; a pipe or a device is written to.
            operator: Who does it.
            cases: Which; left out: all.
            journals: Whether with who did what.

        >>> import tempfile, risk_of_harm
        >>> with tempfile.TemporaryDirectory() as folder, risk_of_harm.Store.open(f"{folder}/cases.risk", make=True) as store:
        ...     store.export(f"{folder}/cases.jsonl", operator="night-feed")
        (0, 0)
        """
        ids = None if cases is None else [_case(case) for case in cases]
        return call(self._inner.export, _id("operator", operator), os.fspath(to), ids, journals)

    def import_(self, file: str | os.PathLike[str], *, operator: str) -> Imported:
        """Takes in logs, plain or sealed, each case's lines together: all of it, or nothing. Taken in again, nothing changes.

        Raises:
            RecordError: With the line; also for a sealed log that goes another way than the one in the store.
            IntegrityError, ConflictError: It was tampered with, or has another record of an id.

        >>> import pathlib, tempfile, risk_of_harm
        >>> with tempfile.TemporaryDirectory() as folder, risk_of_harm.Store.open(f"{folder}/cases.risk", make=True) as store:
        ...     _ = pathlib.Path(folder, "none.jsonl").write_text("")
        ...     store.import_(f"{folder}/none.jsonl", operator="night-feed")
        Imported(cases=0, added=0, known=0, erased=0)
        """
        return Imported(*call(self._inner.import_, _id("operator", operator), os.fspath(file)))

    def __enter__(self) -> Store:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, where: TracebackType | None
    ) -> None:
        self.close()

    def __repr__(self) -> str:
        # Never where it is: a URL may hold a password.
        return "<Store, closed>" if self._inner.closed else "<Store>"


def _asking(keys: Callable[[UUID], bytes | None]) -> Callable[[str], bytes | None]:
    if not callable(keys):
        raise TypeError(f"keys: expected a function, found {type(keys).__name__}")

    def ask(case_id: str) -> bytes | None:
        key = keys(UUID(case_id))
        if key is not None and (not isinstance(key, bytes) or len(key) != 32):
            raise ValueError("keys: expected 32 bytes or None, found something else")
        return key

    return ask


def _duration(patience: timedelta | float | None) -> timedelta | None:
    if patience is None:
        return None
    waited = patience if isinstance(patience, timedelta) else timedelta(seconds=patience)
    if waited < timedelta(0):
        raise ValueError("patience: expected no less than 0 seconds")
    return waited


def _id(name: str, given: str) -> str:
    return utf8(name, expect(name, given, str), QuestionError)


def _case(given: UUID | str, name: str = "case") -> str:
    if not isinstance(given, (UUID, str)):
        raise TypeError(f"{name}: expected a UUID or its text, found {type(given).__name__}")
    return utf8(name, str(given), QuestionError)
