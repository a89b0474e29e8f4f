"""Moments, London days and business days (docs/semantics.md, sections 1 and 6).

A moment is a whole number of microseconds since 1970 in UTC. A day is a `datetime.date`, read in London.
"""

import calendar as months_of
from datetime import date, datetime, timedelta, timezone
from functools import lru_cache
from zoneinfo import ZoneInfo

import holidays

LONDON = ZoneInfo("Europe/London")
EPOCH = datetime(1970, 1, 1, tzinfo=timezone.utc)
MICROSECOND = timedelta(microseconds=1)
CALENDAR = "england-wales-2012-2028"
CALENDAR_YEARS = range(2012, 2029)
BANK_HOLIDAYS = holidays.UnitedKingdom(subdiv="ENG", years=CALENDAR_YEARS)


@lru_cache(maxsize=100_000)
def moment(text):
    """The moment that an RFC 3339 text names; what is finer than a microsecond is cut off."""
    text = text.upper().replace(" ", "T").replace("Z", "+00:00")
    if "." in text:
        whole, rest = text.split(".", 1)
        digits = len(rest) - len(rest.lstrip("0123456789"))
        text = f"{whole}.{rest[:digits][:6]:0<6}{rest[digits:]}"
    return (datetime.fromisoformat(text) - EPOCH) // MICROSECOND


def written(at):
    """A moment in RFC 3339, with 0, 3 or 6 digits of a second's fraction, as few as say it."""
    second, fraction = divmod(at, 1_000_000)
    text = (EPOCH + timedelta(seconds=second)).strftime("%Y-%m-%dT%H:%M:%S")
    if fraction == 0:
        return f"{text}Z"
    if fraction % 1000 == 0:
        return f"{text}.{fraction // 1000:03}Z"
    return f"{text}.{fraction:06}Z"


@lru_cache(maxsize=100_000)
def day_of(at):
    """The day in London on which a moment falls."""
    return (EPOCH + timedelta(microseconds=at)).astimezone(LONDON).date()


@lru_cache(maxsize=100_000)
def start_of(day):
    """The first moment of a day in London."""
    midnight = datetime(day.year, day.month, day.day, tzinfo=LONDON)
    return (midnight.astimezone(timezone.utc) - EPOCH) // MICROSECOND


def after(day):
    """The first moment after a day."""
    return start_of(day + timedelta(days=1))


def end_of(day):
    """The last moment of a day."""
    return after(day) - 1


def plus_months(day, months):
    """The same day of a later month, or that month's last day where it has no such day."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(year, month + 1, min(day.day, months_of.monthrange(year, month + 1)[1]))


def is_business_day(day):
    """No weekend and no bank holiday; `None` where the year is not in the calendar."""
    if day.year not in CALENDAR_YEARS:
        return None
    return day.weekday() < 5 and day not in BANK_HOLIDAYS


def plus(day, count, unit):
    """A day so many `days`, `business_days` or `months` later, and why it cannot be told where it cannot: day 0 is the day
    itself."""
    if unit == "months":
        return plus_months(day, count), None
    if unit != "business_days":
        return day + timedelta(days=count), None
    while True:
        if is_business_day(day) is None:
            return None, years_outside(day)
        if count == 0:
            return day, None
        day += timedelta(days=1)
        if is_business_day(day):
            count -= 1


def years_outside(day):
    """Why a sum of business days has no answer: the first year that it touches and the calendar does not hold."""
    return f"the bank holidays of {day.year} are not known: the calendar holds {CALENDAR_YEARS[0]} to {CALENDAR_YEARS[-1]}"
