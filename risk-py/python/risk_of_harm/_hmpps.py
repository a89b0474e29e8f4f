"""The HMPPS estate: domain events, contacts and registrations in, register proposals and levels out."""

from __future__ import annotations

import json
import os
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from . import _jsonl, _risk
from ._assessment import Assessment
from ._case_log import CaseLog, Record, _json
from ._errors import QuestionError, RecordError, call, expect, utf8
from ._store import Store


@dataclass(frozen=True, slots=True)
class HmppsImport:
    """What came of a delivery.

    >>> import risk_of_harm
    >>> adapter = risk_of_harm.Hmpps(b"a secret of at least thirty-two bytes")
    >>> adapter.import_(b'{"eventType": "something.new"}').report["counts"]
    {'unmapped': 1}
    """

    records: list[dict[str, Any]]
    """The new records, to be appended all or none."""
    report: dict[str, Any]
    """What became of each message (``risk-hmpps-import/1``): ``counts``, ``messages``, ``codes``, ``instructions``, ``cases``."""


class Hmpps:
    """Reads what HMPPS services send, and says what their registers should hold.

    Ids are derived from the facts with a secret of yours, so that a fact told twice is one record. Keep the secret: with another, the
    same facts get other ids.

    Args:
        secret: At least 32 bytes that nobody can guess, always the same.
        case_map: Your own case ids: a table in CSV with ``case_id`` and ``crn``, ``noms`` or both. Else ids are derived from CRNs.
        codes: Tables of your own over those built in: TOML, by the name of the file.
        erase: Whether a person is erased from a store, for good, where a message says so: with all merged cases, evidence and
            identifiers. Else the outcome is ``not_done``, and it is listed under that name too.
        detail_hosts: The hosts from which you fetch, with credentials, what a message points to: ``oasys.example.com``, or with a
            port ``oasys.example.com:8443``. A report says of each ``detail_url`` in ``detail_url_listed`` whether it is ``https`` of
            one of them; any other must never be fetched with credentials, as anybody who can send a message can name any address.

    Raises:
        QuestionError: For a secret that is too short, and for a case map, a table or a host that cannot be used.

    >>> import risk_of_harm
    >>> risk_of_harm.Hmpps(b"hush")
    Traceback (most recent call last):
    risk_of_harm._errors.QuestionError: `secret`: expected at least 32 bytes that nobody can guess, found 4
    """

    __slots__ = ("_inner",)
    _inner: _risk.Hmpps

    def __init__(
        self,
        secret: bytes,
        *,
        case_map: str = "",
        codes: Mapping[str, str] | None = None,
        erase: bool = False,
        detail_hosts: Iterable[str] = (),
    ) -> None:
        hosts = [detail_hosts] if isinstance(detail_hosts, str) else list(detail_hosts)
        options = {
            "case_map": expect("case_map", case_map, str),
            "codes": dict(codes or {}),
            "erase": erase,
            "detail_hosts": hosts,
        }
        self._inner = call(_risk.Hmpps, json.dumps(options), expect("secret", secret, bytes))

    def import_(
        self,
        delivery: bytes | str | os.PathLike[str] | Any,
        *,
        kind: Literal["messages", "contacts", "registrations"] = "messages",
        held: CaseLog | Record | Iterable[CaseLog | Record] = (),
    ) -> HmppsImport:
        """Turns a delivery into records.

        Args:
            delivery: The bytes of messages (one, an array, or one on each line; bare, or wrapped by SNS and SQS) or of a table in CSV;
                their text; the path of a file; or a table that speaks the Arrow PyCapsule interface.
            kind: What it is. Contacts have the columns ``crn``, ``type``, ``date``, ``outcome``, ``created``; registrations ``crn``,
                ``type``, ``registered``, ``created``.
            held: What is on record of the cases concerned, so that nothing is made again and a deletion finds what it takes back.

        Raises:
            RecordError: For a table without its columns, and for records that are none. A message that cannot be read is no
                error: the report says so.

        >>> import risk_of_harm
        >>> adapter = risk_of_harm.Hmpps(b"a secret of at least thirty-two bytes")
        >>> rows = "crn,type,date,outcome,created\\nX800001,C369,2026-06-01,,2026-06-01T10:00:00\\n"
        >>> done = adapter.import_(rows, kind="contacts")
        >>> [record["kind"] for record in done.records], done.report["codes"]["C369"]["recorded"]
        (['information_requested'], 1)
        >>> adapter.import_(rows, kind="contacts", held=done.records).records
        []
        """
        several = [held] if isinstance(held, (str, Mapping, CaseLog)) else held
        lines = (one.to_jsonl() if isinstance(one, CaseLog) else _json(one) for one in several)
        kind_of = utf8("kind", kind, QuestionError)
        records, report = call(self._inner.import_, _delivery(delivery), kind_of, "\n".join(lines))
        return HmppsImport(list(_jsonl.values(records)), json.loads(report))

    def import_into(
        self,
        store: Store,
        delivery: bytes | str | os.PathLike[str] | Any,
        *,
        operator: str,
        kind: Literal["messages", "contacts", "registrations"] = "messages",
    ) -> dict[str, Any]:
        """The same, straight into a store: what is on record comes from there, what is new is appended, all or none, and the store is
        told which case has which identifier and which cases are one person's. Delivered again, nothing changes.

        Args:
            store: The store.
            delivery: As for ``import_``.
            operator: The host's software, as it will stand in the journal.
            kind: What it is.

        Returns:
            The report. A message with ``kept`` is kept in the store until what it speaks of is there, and may be deleted from the
            queue; ``waited`` has messages of earlier deliveries that came to an outcome with this one.

        Raises:
            StoreError: Where the store takes nothing; nothing was appended.

        >>> import tempfile, risk_of_harm
        >>> adapter = risk_of_harm.Hmpps(b"a secret of at least thirty-two bytes")
        >>> rows = "crn,type,registered,created,id\\nX800001,ADVP,2026-06-01,2026-06-01T10:00:00,7\\n"
        >>> with tempfile.TemporaryDirectory() as folder, risk_of_harm.Store.open(f"{folder}/cases.risk", make=True) as store:
        ...     for _ in range(2):
        ...         adapter.import_into(store, rows, operator="night-feed", kind="registrations")["counts"]
        {'recorded': 1}
        {'known': 1}
        """
        expect("store", store, Store)
        given = _delivery(delivery)
        by = utf8("operator", operator, QuestionError)
        kind_of = utf8("kind", kind, QuestionError)
        return dict(json.loads(call(self._inner.import_into, store._inner, given, kind_of, by)))

    def reconcile(self, answer: Assessment) -> list[dict[str, Any]]:
        """The changes of nDelius registers that an answer proposes, for people to decide on. Nothing is changed anywhere.

        >>> import risk_of_harm
        >>> adapter = risk_of_harm.Hmpps(b"a secret of at least thirty-two bytes")
        >>> log = risk_of_harm.CaseLog("3f6c9a52-8c1e-4c3b-9c58-2f4f6f1d2a11")
        >>> adapter.reconcile(risk_of_harm.assess(log, at="2018-04-18", audience="responsible_officer"))
        []
        """
        expect("answer", answer, Assessment)
        return list(json.loads(call(self._inner.reconcile, answer._inner)))

    @staticmethod
    def rosh(answer: Assessment) -> dict[str, Any]:
        """The recorded levels of an answer in the shape of the ARNS API, with what is indicated beside them.

        Raises:
            AudienceError: For an audience that sees no levels.

        >>> import risk_of_harm
        >>> log = risk_of_harm.CaseLog("3f6c9a52-8c1e-4c3b-9c58-2f4f6f1d2a11")
        >>> answer = risk_of_harm.assess(log, at="2018-04-18", audience="responsible_officer")
        >>> risk_of_harm.Hmpps.rosh(answer)["overallRiskLevel"] is None
        True
        """
        expect("answer", answer, Assessment)
        return dict(json.loads(call(_risk.Hmpps.rosh, answer._inner)))


def _delivery(given: bytes | str | os.PathLike[str] | Any) -> Any:
    if isinstance(given, str):
        return utf8("delivery", given, RecordError).encode()
    return Path(given).read_bytes() if isinstance(given, os.PathLike) else given
