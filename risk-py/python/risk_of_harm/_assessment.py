"""Answers: how a case stands for a reader at a moment."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from enum import Enum
from functools import cached_property
from typing import TYPE_CHECKING, Any, NoReturn
from uuid import UUID

from . import _html, _risk
from ._case_log import CaseLog
from ._errors import QuestionError, call, expect, utf8
from ._policy import Policy
from ._tables import Table
from ._time import Moment, instant, moment
from .words import ActionKind, Audience, Handling, Kind, Lens, Priority, Status

if TYPE_CHECKING:
    from altair import VConcatChart


@dataclass(frozen=True, slots=True)
class Action:
    """Something that somebody must do, or had to. What is not typed here stands in ``details``.

    >>> import risk_of_harm
    >>> log = risk_of_harm.CaseLog("3f6c9a52-8c1e-4c3b-9c58-2f4f6f1d2a11")
    >>> log.append({
    ...     "event_id": "00000000-0000-4000-8000-000000000001",
    ...     "case_id": log.case_id,
    ...     "occurred_at": "2018-01-08T10:00:00Z",
    ...     "recorded_at": "2018-01-08T10:00:00Z",
    ...     "source": {"agency": "probation"},
    ...     "kind": "supervision_started",
    ...     "data": {"sentence_id": "s1", "sentence_type": "community_order", "index_offence": "assault"},
    ... })
    Appended(length=1, added=1)
    >>> answer = risk_of_harm.assess(log, at="2018-04-18", audience="manager")
    >>> action = answer.actions[0]
    >>> action.title, action.opened, action.is_pending
    ('Establish what the file does not say', datetime.date(2018, 1, 8), True)
    """

    id: UUID
    """Its id in this answer. People's decisions name kind, subject and reasons, never this."""
    action: ActionKind | str
    """What is to be done."""
    about: tuple[str, ...]
    """About whom or what."""
    title: str
    """The instruction."""
    owner: str
    """Whose it is."""
    priority: Priority | str
    """How much it presses."""
    status: Status | str
    """How it stands."""
    opened: date
    """Since when."""
    closed: date | None
    """Until when; None while it is pending."""
    due: date | None
    """By when; None where no source says."""
    days_overdue: int
    """How many days past that; 0 where it is not."""
    part_of: UUID | None
    """The action of which it is a step."""
    handling: Handling | str | None
    """The strictest mark of its reasons; None for an audience that does not see marks."""
    details: dict[str, Any]
    """All of it, as the contract ``risk-assessment/1`` has it."""

    @property
    def is_pending(self) -> bool:
        """Still to be done."""
        return self.status in (Status.OPEN, Status.DUE_SOON, Status.OVERDUE, Status.WAITING)

    @classmethod
    def _of(cls, told: dict[str, Any]) -> Action:
        def day(name: str) -> date | None:
            value = told.get(name)
            return None if value is None else date.fromisoformat(value)

        def word(kind: Any, name: str) -> Any:
            value = told.get(name)
            try:
                return None if value is None else kind(value)
            except ValueError:
                return value

        part_of = told.get("part_of")
        return cls(
            id=UUID(told["id"]),
            action=word(ActionKind, "action"),
            about=tuple(told["about"]),
            title=told["title"],
            owner=told["owner"],
            priority=word(Priority, "priority"),
            status=word(Status, "status"),
            opened=date.fromisoformat(told["opened"]),
            closed=day("closed"),
            due=day("due"),
            days_overdue=told.get("days_overdue") or 0,
            part_of=None if part_of is None else UUID(part_of),
            handling=word(Handling, "handling"),
            details=told,
        )


@dataclass(frozen=True, slots=True)
class Died:
    """The record that the person has died; :attr:`Assessment.died` is one, or None.

    >>> import risk_of_harm
    >>> log = risk_of_harm.CaseLog("3f6c9a52-8c1e-4c3b-9c58-2f4f6f1d2a11")
    >>> appended = log.append({
    ...     "event_id": "00000000-0000-4000-8000-000000000001",
    ...     "case_id": log.case_id,
    ...     "occurred_at": "2018-01-08T10:00:00Z",
    ...     "recorded_at": "2018-01-08T10:00:00Z",
    ...     "source": {"agency": "prison"},
    ...     "kind": "person_died",
    ...     "data": {},
    ... })
    >>> risk_of_harm.assess(log, at="2018-04-18", audience="manager").died.on
    datetime.date(2018, 1, 8)
    """

    on: date
    """The day."""
    event_id: UUID | None
    """The record; None for an audience that sees no event ids."""
    handling: Handling | None
    """That record's mark; None for an audience that does not see marks."""


class Assessment:
    """How a case stands for a reader at a moment. It does not change; the case and the policy may go.

    >>> import risk_of_harm
    >>> log = risk_of_harm.CaseLog("3f6c9a52-8c1e-4c3b-9c58-2f4f6f1d2a11")
    >>> answer = risk_of_harm.assess(log, at="2018-04-18", audience="manager")
    >>> answer.actions
    []
    """

    _inner: _risk.Assessment
    _policy: Policy
    _words: dict[str, Any]
    _of_store: bool

    def __init__(self) -> None:
        raise TypeError("use risk_of_harm.assess(...)")

    def __setattr__(self, name: str, value: object) -> NoReturn:
        raise AttributeError("an assessment does not change")

    def __delattr__(self, name: str) -> NoReturn:
        raise AttributeError("an assessment does not change")

    @cached_property
    def _told(self) -> dict[str, Any]:
        return dict(json.loads(self.to_json()))

    def to_json(self) -> str:
        """The contract ``risk-assessment/1``: the same bytes as from every other binding.

        >>> import risk_of_harm
        >>> log = risk_of_harm.CaseLog("3f6c9a52-8c1e-4c3b-9c58-2f4f6f1d2a11")
        >>> risk_of_harm.assess(log, at="2018-04-18", audience="manager").to_json()[:63]
        '{"schema":"risk-assessment/1","case_id":"3f6c9a52-8c1e-4c3b-9c5'
        """
        return call(self._inner.to_json)

    def to_dict(self) -> dict[str, Any]:
        """The same as a new dict.

        >>> import risk_of_harm
        >>> log = risk_of_harm.CaseLog("3f6c9a52-8c1e-4c3b-9c58-2f4f6f1d2a11")
        >>> risk_of_harm.assess(log, at="2018-04-18", audience="manager").to_dict()["schema"]
        'risk-assessment/1'
        """
        return dict(json.loads(self.to_json()))

    @property
    def case_id(self) -> UUID:
        """The case."""
        return UUID(self._told["case_id"])

    @property
    def at(self) -> datetime:
        """The moment asked about, in UTC."""
        return datetime.fromisoformat(self._told["at"].replace("Z", "+00:00"))

    @property
    def known_at(self) -> datetime:
        """What the service is taken to know: everything recorded by then."""
        return datetime.fromisoformat(self._told["known_at"].replace("Z", "+00:00"))

    @property
    def next_change_at(self) -> datetime | None:
        """When this answer changes with no new event; None where it does not. Running counts of days are not a change."""
        return instant(self._told["next_change_at"])

    @property
    def lens(self) -> Lens:
        """From where the case is looked at."""
        return Lens(self._told["lens"])

    @property
    def audience(self) -> Audience:
        """For whom."""
        return Audience(self._told["audience"])

    @property
    def classification(self) -> dict[str, Any] | None:
        """Levels, overall and by group; None for an audience that may not see them."""
        found: dict[str, Any] | None = self.to_dict()["classification"]
        return found

    @property
    def died(self) -> Died | None:
        """That the person is recorded as having died; None where that is not on record, or not for this audience.

        >>> import risk_of_harm
        >>> log = risk_of_harm.CaseLog("3f6c9a52-8c1e-4c3b-9c58-2f4f6f1d2a11")
        >>> risk_of_harm.assess(log, at="2018-04-18", audience="manager").died is None
        True
        """
        told = self.to_dict().get("died")
        if told is None:
            return None
        event_id, handling = told["event_id"], told.get("handling")
        return Died(
            on=date.fromisoformat(told["on"]),
            event_id=None if event_id is None else UUID(event_id),
            handling=None if handling is None else Handling(handling),
        )

    @property
    def actions(self) -> list[Action]:
        """Every action there was, in the policy's order."""
        return [Action._of(told) for told in self.to_dict()["actions"]]

    @property
    def pending(self) -> list[Action]:
        """Those of them that are still to be done: open, due soon, overdue or waiting."""
        return [action for action in self.actions if action.is_pending]

    @property
    def agenda(self) -> list[Action]:
        """The few that matter now, the most important first."""
        by_id = {action.id: action for action in self.actions}
        return [by_id[UUID(line)] for line in self._told["agenda"]["lines"]]

    @property
    def flags(self) -> list[dict[str, Any]]:
        """Register flags that rules speak of."""
        return list(self.to_dict()["flags"])

    @property
    def receipt(self) -> dict[str, Any]:
        """What the answer was made with, so that it can be made again."""
        return dict(self.to_dict()["receipt"])

    @property
    def blind_to(self) -> list[str]:
        """Rules and duties that cannot fire for want of a feed."""
        return list(self._told["blind_to"])

    @property
    def unrecognised(self) -> list[dict[str, Any]]:
        """Records that a newer version wrote and this one cannot read."""
        return list(self.to_dict()["unrecognised"])

    @property
    def withheld(self) -> list[UUID]:
        """Records whose payload was removed by law: what they said is missing here."""
        return [UUID(id) for id in self._told["withheld"]]

    def text(self, *, all: bool = False) -> str:
        """The answer as a page for people: what matters now, or all of it.

        >>> import risk_of_harm
        >>> log = risk_of_harm.CaseLog("3f6c9a52-8c1e-4c3b-9c58-2f4f6f1d2a11")
        >>> print(risk_of_harm.assess(log, at="2018-04-18", audience="manager").text())
        Case 3f6c9a52-8c1e-4c3b-9c58-2f4f6f1d2a11...
        """
        return self._inner.text(all)

    def table(self, name: str = "actions") -> Table:
        """One of its tables, which any library of data frames can read.

        The tables are those of a whole caseload: ``cases``, ``classifications`` (levels by group), ``actions`` and ``flags``. A
        column that the audience may not see is not there.

        Raises:
            QuestionError: There is no such table.

        >>> import risk_of_harm
        >>> log = risk_of_harm.CaseLog("3f6c9a52-8c1e-4c3b-9c58-2f4f6f1d2a11")
        >>> answer = risk_of_harm.assess(log, at="2018-04-18", audience="manager")
        >>> answer.table("classifications").to_pandas()[["group", "working_level"]].iloc[0].to_list()
        ['children', 'unknown']
        """
        return Table._of(call(self._inner.table, utf8("name", name, QuestionError)))

    def explain(self, of: ActionKind | UUID | str | None = None) -> dict[str, Any]:
        """Why something stands in the answer: the events, the rule, and the place in its source.

        Args:
            of: An action, its id, or a group at risk; None: all that is open.

        Raises:
            AudienceError: The audience may not see why.
            QuestionError: There is no such action or group.

        >>> import risk_of_harm
        >>> log = risk_of_harm.CaseLog("3f6c9a52-8c1e-4c3b-9c58-2f4f6f1d2a11")
        >>> answer = risk_of_harm.assess(log, at="2018-04-18", audience="manager")
        >>> answer.explain(risk_of_harm.Group.CHILDREN)["schema"]
        'risk-explanation/1'
        """
        name = None if of is None else str(of) if isinstance(of, UUID) else _word("of", of)
        return dict(json.loads(call(self._inner.explain, name)))

    def why_not(self, rule: str) -> dict[str, Any]:
        """Why a rule or duty did not fire: each time that it was looked at, and the comparisons that failed.

        Raises:
            AudienceError: The audience may not see why.
            QuestionError: No rule has that id.

        >>> import risk_of_harm
        >>> log = risk_of_harm.CaseLog("3f6c9a52-8c1e-4c3b-9c58-2f4f6f1d2a11")
        >>> answer = risk_of_harm.assess(log, at="2018-04-18", audience="manager")
        >>> answer.why_not("plw-raised-risk")["rule"]["title"]
        'The Partner Link Worker reports raised risk'
        """
        return dict(json.loads(call(self._inner.why_not, rule)))

    def changes_since(self, before: Assessment) -> list[dict[str, Any]]:
        """What opened, closed and moved since an earlier answer about the same case for the same audience.

        Raises:
            ValueError: The earlier answer is about another case, or for another audience.

        >>> import risk_of_harm
        >>> log = risk_of_harm.CaseLog("3f6c9a52-8c1e-4c3b-9c58-2f4f6f1d2a11")
        >>> before = risk_of_harm.assess(log, at="2018-04-18", audience="manager")
        >>> risk_of_harm.assess(log, at="2018-05-18", audience="manager").changes_since(before)
        []
        """
        expect("before", before, Assessment)
        if before.case_id != self.case_id or before.audience != self.audience:
            raise ValueError("expected an answer about the same case for the same audience, found another")
        return list(json.loads(call(self._inner.changes_since, before._inner)))

    def timeline(self) -> dict[str, Any]:
        """What each event changed, and what time alone did in between, up to the moment asked about (``risk-timeline/1``).

        >>> import risk_of_harm
        >>> log = risk_of_harm.CaseLog("3f6c9a52-8c1e-4c3b-9c58-2f4f6f1d2a11")
        >>> risk_of_harm.assess(log, at="2018-04-18", audience="manager").timeline()["steps"]
        []
        """
        return dict(json.loads(call(self._inner.timeline)))

    def plot(self, *, dark: bool = False) -> VConcatChart:
        """The case over time: levels, events, and each action from opening to due to closing.

        It shows what the audience of this answer may see, and nothing else. It needs ``pip install risk-of-harm[plot]``.

        Args:
            dark: For a dark page.

        Raises:
            ImportError: Altair is not there.

        >>> import risk_of_harm
        >>> log = risk_of_harm.CaseLog("3f6c9a52-8c1e-4c3b-9c58-2f4f6f1d2a11")
        >>> type(risk_of_harm.assess(log, at="2018-04-18", audience="manager").plot()).__name__
        'VConcatChart'
        """
        from . import _plot

        return _plot.case(self, dark=dark)

    def _repr_html_(self) -> str:
        return _html.assessment(self)

    def __str__(self) -> str:
        return self.text()

    def __repr__(self) -> str:
        day, pending = self._told["at"][:10], len(self.pending)
        return f"<Assessment of {self.case_id} at {day} for the {self.audience.value}: {pending} pending>"

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Assessment) and other.to_json() == self.to_json()

    def __hash__(self) -> int:
        return hash(self.to_json())

    def __reduce__(self) -> tuple[Any, ...]:
        if self._of_store:
            raise TypeError("an answer from a store is not pickled, as the log would go along: to_json may be sent")
        return _asked_again, (self._told["case_id"], self._inner.lines(), self._policy, self._words)


def assess(
    log: CaseLog,
    policy: Policy | None = None,
    *,
    at: Moment,
    audience: Audience | str,
    known_at: Moment | None = None,
    lens: Lens | str = Lens.AS_KNOWN,
    feeds: Iterable[Kind | str] | None = None,
) -> Assessment:
    """How a case stands, and what somebody now has to do.

    Args:
        log: The case.
        policy: The rules; left out: the pack that is built in.
        at: The moment.
        audience: Who reads it: the answer holds what the policy lets that reader see, and nothing else.
        known_at: Only what was recorded by then counts; left out: as ``at``, in hindsight everything.
        lens: ``as_known``, or ``hindsight``.
        feeds: The kinds of event that can be delivered at all; the answer then names the rules that are blind.

    Raises:
        QuestionError: A moment or a word is none.
        AudienceError: The policy grants this audience no answer.

    >>> import risk_of_harm
    >>> log = risk_of_harm.CaseLog("3f6c9a52-8c1e-4c3b-9c58-2f4f6f1d2a11")
    >>> risk_of_harm.assess(log, at="2018-04-18", audience="manager").classification["overall"]["recorded"]
    'unknown'
    >>> risk_of_harm.assess(log, at="2018-04-18", audience="manger")
    Traceback (most recent call last):
    risk_of_harm._errors.QuestionError: `audience`: expected `manager`, or another of ...
    """
    return _asked(expect("log", log, CaseLog), _policy(policy), _words(at, known_at, lens, audience, feeds))


def _asked(log: CaseLog, policy: Policy, words: dict[str, Any]) -> Assessment:
    return _answered(call(_risk.assess, log._inner, policy._inner, words), policy, words)


def _answered(inner: _risk.Assessment, policy: Policy, words: dict[str, Any], of_store: bool = False) -> Assessment:
    answer = object.__new__(Assessment)
    vars(answer).update(_inner=inner, _policy=policy, _words=words, _of_store=of_store)
    return answer


def _asked_again(case_id: str, lines: str, policy: Policy, words: dict[str, Any]) -> Assessment:
    return _asked(CaseLog.from_jsonl(lines) if lines else CaseLog(case_id), policy, words)


def timeline(
    log: CaseLog,
    policy: Policy | None = None,
    *,
    at: Moment,
    audience: Audience | str,
    known_at: Moment | None = None,
    lens: Lens | str = Lens.AS_KNOWN,
) -> dict[str, Any]:
    """What each event of a case changed, and what time alone did in between, up to a moment (``risk-timeline/1``).

    Raises:
        QuestionError, AudienceError: As for ``assess``.

    >>> import risk_of_harm
    >>> log = risk_of_harm.CaseLog("3f6c9a52-8c1e-4c3b-9c58-2f4f6f1d2a11")
    >>> risk_of_harm.timeline(log, at="2018-04-18", audience="manager")["steps"]
    []
    """
    asked, rules = expect("log", log, CaseLog)._inner, _policy(policy)._inner
    words = _words(at, known_at, lens, audience, None)
    return dict(json.loads(call(_risk.timeline, asked, rules, words, False)))


def compare(
    log: CaseLog,
    policy: Policy | None = None,
    *,
    at: Moment,
    audience: Audience | str,
    known_at: Moment | None = None,
    lens: Lens | str = Lens.AS_KNOWN,
    and_at: Moment | None = None,
    other_policy: Policy | None = None,
) -> dict[str, Any]:
    """Two answers to one case side by side (``risk-comparison/1``).

    With ``and_at``: another moment. With ``other_policy``: another policy. With neither: what was known against hindsight, and
    what part of each delay was late information and what part a late act.

    Raises:
        ValueError: Both another moment and another policy.
        QuestionError, AudienceError: As for ``assess``.

    >>> import risk_of_harm
    >>> log = risk_of_harm.CaseLog("3f6c9a52-8c1e-4c3b-9c58-2f4f6f1d2a11")
    >>> risk_of_harm.compare(log, at="2018-04-18", audience="manager", and_at="2018-05-18")["between"]
    'dates'
    """
    if and_at is not None and other_policy is not None:
        raise ValueError("expected another moment or another policy, found both")
    asked, rules = expect("log", log, CaseLog)._inner, _policy(policy)._inner
    words = _words(at, known_at, lens, audience, None)
    other_words = None if and_at is None else _words(and_at, known_at, lens, audience, None)
    other = None if other_policy is None else _policy(other_policy)._inner
    return dict(json.loads(call(_risk.compare, asked, rules, words, other_words, other, False)))


def _policy(policy: Policy | None) -> Policy:
    return Policy.embedded() if policy is None else expect("policy", policy, Policy)


def _words(
    at: Moment,
    known_at: Moment | None,
    lens: Lens | str,
    audience: Audience | str,
    feeds: Iterable[Kind | str] | None,
) -> dict[str, Any]:
    if isinstance(feeds, str):
        raise TypeError("feeds: expected a list of kinds, found one text")
    return {
        "at": moment("at", at),
        "known_at": None if known_at is None else moment("known_at", known_at),
        "lens": _word("lens", lens),
        "audience": _word("audience", audience),
        "feeds": None if feeds is None else [_word("feeds", kind) for kind in feeds],
    }


def _word(name: str, given: Enum | str) -> str:
    word = given.value if isinstance(given, Enum) else given
    if not isinstance(word, str):
        raise TypeError(f"{name}: expected a word, found {type(given).__name__}")
    return utf8(name, word, QuestionError)
