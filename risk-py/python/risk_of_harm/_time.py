"""Moments: a ``datetime`` with its zone, or text."""

from __future__ import annotations

from datetime import date, datetime, timedelta, timezone
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from ._errors import QuestionError, RiskError, expect, mismatch, utf8

_EPOCH = datetime(1970, 1, 1, tzinfo=timezone.utc)

Moment = datetime | date | str
"""A ``datetime`` with its zone; a ``date``, which is the end of that day in London; or text: ``2018-04-18``,
``2018-02-06 15:00`` (London), or RFC 3339."""


def microseconds(
    name: str, moment: datetime, raised: type[RiskError] = QuestionError, code: str = "RISK_BAD_TIME"
) -> int:
    """Microseconds since 1970 UTC."""
    expect(name, moment, datetime)
    if moment.tzinfo is None or moment.utcoffset() is None:
        raise mismatch(raised, code, name, "a datetime with its zone", "one without: London, or UTC?")
    return (moment - _EPOCH) // timedelta(microseconds=1)


def moment(name: str, given: Moment) -> int | str:
    """A moment as the engine takes it."""
    if isinstance(given, datetime):
        return microseconds(name, given)
    if isinstance(given, date):
        return given.isoformat()
    if isinstance(given, str):
        return utf8(name, given, QuestionError)
    raise TypeError(f"{name}: expected a datetime, a date or text, found {type(given).__name__}")


def instant(text: str | None) -> datetime | None:
    """The engine's own way of writing an instant, read."""
    return None if text is None else datetime.fromisoformat(text.replace("Z", "+00:00"))


def day_in_london(at: datetime) -> date:
    """The civil day of a moment. Where the machine knows no time zones, the day in UTC."""
    try:
        return at.astimezone(ZoneInfo("Europe/London")).date()
    except ZoneInfoNotFoundError:
        return at.astimezone(timezone.utc).date()
