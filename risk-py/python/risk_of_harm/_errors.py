"""What can go wrong, as exceptions that say where, what was expected, and what was found."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any, ParamSpec, TypeVar

from . import _risk

P = ParamSpec("P")
T = TypeVar("T")


class RiskError(Exception):
    """Something that the engine could not do. Nothing was changed.

    Attributes:
        code: The name of the status, the same in C: ``RISK_BAD_RECORD``.
        errors: Everything that is wrong, each a dict with as much of ``file``, ``line``, ``column``, ``event_id``,
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
    """A moment, an audience or another word of a question that is none."""


class RecordError(RiskError, ValueError):
    """A record that is malformed, or that the log cannot take."""


class ConflictError(RiskError):
    """The log is not what the caller believed: it has grown, or holds another record of that id."""


class IntegrityError(RiskError):
    """A sealed log is not what was sealed, or a stamp cannot be."""


class PolicyError(RiskError, ValueError):
    """A policy that has errors: all of them are in ``errors``."""


class AudienceError(RiskError, PermissionError):
    """The policy does not let this audience see what was asked."""


_KINDS: dict[str, type[RiskError]] = {
    "RISK_NULL_POINTER": QuestionError,
    "RISK_BAD_TIME": QuestionError,
    "RISK_BAD_WORD": QuestionError,
    "RISK_MISMATCH": QuestionError,
    "RISK_BAD_RECORD": RecordError,
    "RISK_POSITION_CONFLICT": ConflictError,
    "RISK_EVENT_CONFLICT": ConflictError,
    "RISK_BAD_STAMP": IntegrityError,
    "RISK_TAMPERED": IntegrityError,
    "RISK_BAD_POLICY": PolicyError,
    "RISK_NO_VIEW": AudienceError,
    "RISK_NO_REASONS": AudienceError,
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
