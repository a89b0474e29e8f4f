"""What can go wrong, as exceptions that say where, what was expected, and what was found."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any, ParamSpec, TypeVar

from . import _risk

P = ParamSpec("P")
T = TypeVar("T")
K = TypeVar("K")


class RiskError(Exception):
    """Something that the engine could not do. Nothing was changed.

    Attributes:
        code: The name of the status, the same in C: ``RISK_BAD_RECORD``.
        errors: Everything that is wrong, each a dict with as much of ``file``, ``line``, ``column``, ``case_id``, ``event_id``,
            ``position``, ``field``, ``expected``, ``found`` and ``message`` as is known. It never holds a record's data or
            note.

    >>> import risk_of_harm
    >>> try:
    ...     risk_of_harm.CaseLog.from_jsonl("{}")
    ... except risk_of_harm.RiskError as error:
    ...     print(error.code, error.errors[0]["line"])
    RISK_BAD_RECORD 1
    """

    def __init__(self, message: str, code: str = "RISK_PANIC", errors: list[dict[str, Any]] | None = None) -> None:
        super().__init__(message)
        self.code = code
        self.errors = errors if errors is not None else []

    def __reduce__(self) -> tuple[Any, ...]:
        return type(self), (str(self), self.code, self.errors)


class QuestionError(RiskError, ValueError):
    """A moment, an audience or another word of a question that is none.

    >>> import risk_of_harm
    >>> log = risk_of_harm.CaseLog("3f6c9a52-8c1e-4c3b-9c58-2f4f6f1d2a11")
    >>> risk_of_harm.assess(log, at="yesterday", audience="manager")
    Traceback (most recent call last):
    risk_of_harm._errors.QuestionError: `at`: expected a date (2018-04-18), a London time ...
    """


class RecordError(RiskError, ValueError):
    """A record that is malformed, or that the log cannot take.

    >>> import risk_of_harm
    >>> log = risk_of_harm.CaseLog("3f6c9a52-8c1e-4c3b-9c58-2f4f6f1d2a11")
    >>> try:
    ...     log.append({"kind": "police_callout"})
    ... except risk_of_harm.RecordError as error:
    ...     print(error.errors[0]["field"], len(log))
    event_id 0
    """


class ConflictError(RiskError):
    """The log is not what the caller believed: it has grown, or holds another record of that id; or an identifier
    stands for another case.

    >>> import risk_of_harm
    >>> log = risk_of_harm.CaseLog("3f6c9a52-8c1e-4c3b-9c58-2f4f6f1d2a11")
    >>> record = {
    ...     "event_id": "00000000-0000-4000-8000-000000000001",
    ...     "case_id": log.case_id,
    ...     "occurred_at": "2018-01-08T10:00:00Z",
    ...     "recorded_at": "2018-01-08T10:00:00Z",
    ...     "source": {"agency": "probation"},
    ...     "kind": "appointment_attended",
    ...     "data": {},
    ... }
    >>> log.append(record, expected_length=7)
    Traceback (most recent call last):
    risk_of_harm._errors.ConflictError: expected a log of 7 records, found 0
    """


class IntegrityError(RiskError):
    """A sealed log is not what was sealed, or a stamp cannot be.

    >>> import risk_of_harm
    >>> log = risk_of_harm.CaseLog("3f6c9a52-8c1e-4c3b-9c58-2f4f6f1d2a11")
    >>> log.seal([risk_of_harm.Stamp.now()])
    Traceback (most recent call last):
    risk_of_harm._errors.IntegrityError: `stamps`: expected one for each record, 0, found 1
    """


class PolicyError(RiskError, ValueError):
    """A policy that has errors: all of them are in ``errors``.

    >>> import risk_of_harm
    >>> risk_of_harm.Policy.embedded(locality="atlantis")
    Traceback (most recent call last):
    risk_of_harm._errors.PolicyError: (asked for):1:1: unknown locality `atlantis`: ...
    """


class AudienceError(RiskError, PermissionError):
    """This reader may not see what was asked: the policy does not let the audience, or they are excluded from the case.

    >>> import risk_of_harm
    >>> log = risk_of_harm.CaseLog("3f6c9a52-8c1e-4c3b-9c58-2f4f6f1d2a11")
    >>> answer = risk_of_harm.assess(log, at="2018-04-18", audience="partner_agency")
    >>> answer.why_not("plw-raised-risk")
    Traceback (most recent call last):
    risk_of_harm._errors.AudienceError: ...
    """


class BudgetError(RiskError):
    """A case takes more work than its budget allows (``case_budget``), and has no answer.

    >>> import risk_of_harm
    >>> record = {
    ...     "event_id": "00000000-0000-4000-8000-000000000001",
    ...     "case_id": "3f6c9a52-8c1e-4c3b-9c58-2f4f6f1d2a11",
    ...     "occurred_at": "2018-01-08T10:00:00Z",
    ...     "recorded_at": "2018-01-08T10:00:00Z",
    ...     "source": {"agency": "police"},
    ...     "kind": "police_call_out",
    ...     "data": {"outcome": "arrest"},
    ... }
    >>> log = risk_of_harm.CaseLog("3f6c9a52-8c1e-4c3b-9c58-2f4f6f1d2a11")
    >>> _ = log.append(record)
    >>> records = risk_of_harm.records_to_arrow(log)
    >>> risk_of_harm.assess_caseload(records, audience="manager", at="2018-04-18", case_budget=1)
    Traceback (most recent call last):
    risk_of_harm._errors.BudgetError: row 0: case 3f6c9a52-...
    """


class NotFoundError(RiskError, LookupError):
    """Nothing of that name is in the store.

    >>> import tempfile, risk_of_harm
    >>> with tempfile.TemporaryDirectory() as folder, risk_of_harm.Store.open(f"{folder}/cases.risk", make=True) as store:
    ...     store.journal("3f6c9a52-8c1e-4c3b-9c58-2f4f6f1d2a11")
    Traceback (most recent call last):
    risk_of_harm._errors.NotFoundError: expected a case of this store, found no case 3f6c9a52-...
    """


class StoreError(RiskError):
    """A store that is not there, cannot be reached, is in use, full or damaged, or has no key: ``code`` says which.

    Nothing was written; only after ``RISK_STORE_UNCONFIRMED`` all was, or nothing, and the same may be done again.

    >>> import risk_of_harm
    >>> try:
    ...     risk_of_harm.Store.open("nowhere/cases.risk")
    ... except risk_of_harm.StoreError as error:
    ...     print(error.code)
    RISK_STORE_MISSING
    """


_KINDS: dict[str, type[RiskError]] = {
    "RISK_NULL_POINTER": QuestionError,
    "RISK_NOT_UTF8": QuestionError,
    "RISK_BAD_SIZE": QuestionError,
    "RISK_BAD_TIME": QuestionError,
    "RISK_BAD_WORD": QuestionError,
    "RISK_MISMATCH": QuestionError,
    "RISK_BAD_HANDLE": QuestionError,
    "RISK_REENTRANT_CALL": StoreError,
    "RISK_BAD_RECORD": RecordError,
    "RISK_POSITION_CONFLICT": ConflictError,
    "RISK_EVENT_CONFLICT": ConflictError,
    "RISK_BAD_STAMP": IntegrityError,
    "RISK_TAMPERED": IntegrityError,
    "RISK_BAD_POLICY": PolicyError,
    "RISK_NO_VIEW": AudienceError,
    "RISK_NO_REASONS": AudienceError,
    "RISK_CANCELLED": RiskError,
    "RISK_OVER_BUDGET": BudgetError,
    "RISK_STORE_MISSING": StoreError,
    "RISK_BAD_STORE": StoreError,
    "RISK_STORE_BUSY": StoreError,
    "RISK_STORE_UNREACHABLE": StoreError,
    "RISK_STORE_UNCONFIRMED": StoreError,
    "RISK_STORE_FULL": StoreError,
    "RISK_STORE_READ_ONLY": StoreError,
    "RISK_STORE_DAMAGED": StoreError,
    "RISK_STORE_FAILED": StoreError,
    "RISK_NOT_FOUND": NotFoundError,
    "RISK_EXCLUDED": AudienceError,
    "RISK_NO_KEY": StoreError,
    "RISK_TAKEN": ConflictError,
    "RISK_STORE_MOVED": StoreError,
    "RISK_BEYOND_END": StoreError,
}


def _error(fault: BaseException) -> RiskError:
    told = json.loads(str(fault))
    code, message, several = told.pop("name"), told.pop("message"), told.pop("errors", None)
    told.pop("code")
    return _KINDS.get(code, RiskError)(message, code, several or [{**told, "message": message}])


def call(function: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
    """Calls the engine, and raises what goes wrong as a RiskError."""
    try:
        return function(*args, **kwargs)
    except _risk.Fault as fault:
        raise _error(fault) from None
    except UnicodeEncodeError as fault:
        # It carries the whole text, which may be somebody's words.
        raise not_utf8("text", fault.start, QuestionError) from None


def mismatch(raised: type[RiskError], code: str, field: str, expected: str, found: str) -> RiskError:
    """The exception for a field that holds something else than expected."""
    message = f"`{field}`: expected {expected}, found {found}"
    return raised(message, code, [{"field": field, "expected": expected, "found": found, "message": message}])


def expect(name: str, given: object, kind: type[K]) -> K:
    """What was given, if it is of that kind.

    Raises:
        TypeError: It is not.
    """
    if not isinstance(given, kind):
        raise TypeError(f"{name}: expected a {kind.__name__}, found {type(given).__name__}")
    return given


def not_utf8(field: str, at: int, raised: type[RiskError]) -> RiskError:
    """The exception for a text that has no form in UTF-8: half of a surrogate pair stands in it."""
    return mismatch(raised, "RISK_NOT_UTF8", field, "text that is UTF-8", f"half a character at {at}")


def utf8(field: str, text: str, raised: type[RiskError]) -> str:
    """The text, if it has a form in UTF-8."""
    try:
        expect(field, text, str).encode()
    except UnicodeEncodeError as fault:
        raise not_utf8(field, fault.start, raised) from None
    return text
