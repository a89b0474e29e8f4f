"""What was required over a caseload, and what became of it: the inspection's kind of table."""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import ExitStack, closing
from typing import Any, Literal

from . import _risk
from ._assessment import _policy, _words
from ._caseload import receipt_of, units
from ._errors import call
from ._policy import Policy
from ._progress import Progress, Told
from ._tables import Events, Table, source
from ._time import Moment
from .words import Audience, Kind, Lens


class Measures:
    """What was counted over a caseload, as two tables.

    Nothing in them is divided: each number stands beside what it is to be divided by. A number that is null was suppressed, or
    is the median of nothing.

    >>> import risk_of_harm
    >>> records = risk_of_harm.records_to_arrow(risk_of_harm.CaseLog("3f6c9a52-8c1e-4c3b-9c58-2f4f6f1d2a11"))
    >>> counted = risk_of_harm.measures(records, audience="analyst", at="2018-04-18")
    >>> counted.actions.column_names[:2]
    ['lens', 'action']
    """

    __slots__ = ("actions", "cases", "events", "problems", "receipt", "rules")
    actions: Table
    """By lens, action and group: ``cases`` in the group, ``cases_required`` in which it was required, how often it was
    ``required``, and what became of that: ``done_in_time``, ``done_late``, ``overdue``, ``not_yet_due`` (these two together:
    ``outstanding``), ``not_needed`` (a person decided so), ``superseded``; ``median_days``: half of those done were done within
    so many days."""
    rules: Table
    """By lens, rule and group: how many actions were ``required`` by it; of these how many a person ``decided_against`` and how
    many rest on an ``event_disputed``; and how often the rule itself was disputed (``rule_disputed``)."""
    problems: Table
    """Why cases are not counted: one row for each thing wrong with a record."""
    cases: int
    """How many cases there were, those with a problem included."""
    events: int
    """How many records were read."""
    receipt: dict[str, Any]
    """What the measures were made with, so that they can be made again."""

    def __init__(self) -> None:
        raise TypeError("use measures(...)")

    def __repr__(self) -> str:
        return f"<Measures of {self.cases:,} cases for the {self.receipt['audience']}: {len(self.actions):,} rows by action>"

    def _repr_html_(self) -> str:
        return self.actions._page("By action") + self.rules._page("By rule")


def measures(
    events: Events,
    *,
    audience: Audience | str,
    at: Moment,
    by: Iterable[str] = (),
    policy: Policy | None = None,
    known_at: Moment | None = None,
    lenses: Iterable[Lens | str] = (Lens.AS_KNOWN, Lens.HINDSIGHT),
    feeds: Iterable[Kind | str] | None = None,
    problems: Literal["raise", "rows"] = "raise",
    suppress_below: int | None = None,
    progress: Progress = None,
    workers: int | None = None,
    case_budget: int | None = None,
) -> Measures:
    """How often each action was required over a caseload, and what became of it.

    Args:
        events: The records, as for ``assess_caseload``.
        audience: For whom: what the policy does not let that audience see is not counted.
        at: The moment.
        by: Names of columns of the events, such as an office or a provider, by which the cases are grouped. A case belongs to
            the group that its last record has. Left out: one group.
        policy: The rules; left out: the pack that is built in.
        known_at: Only what was recorded by then counts; left out: as ``at``, in hindsight everything.
        lenses: From where: ``as_known``, ``hindsight``, or both, each with its own rows.
        feeds: The kinds of event that can be delivered at all.
        problems: ``raise`` the first thing that is wrong, or make ``rows`` of the table ``problems``; either way a case with a
            problem is not counted.
        suppress_below: Leave out each number from 1 to less than this, and with it whatever would give it away by adding or
            subtracting within the table, or from the same table without groups. Tables of other groupings of the same cases
            may still be set against each other: publish one.
        progress: Called now and then with the cases and the records done; True: a bar.
        workers: How many threads count; left out: as many as there are processors.
        case_budget: How many units of work one case may take through all lenses together, as for ``assess_caseload``. A case that
            takes more is counted through none.

    Raises:
        RecordError, ConflictError, BudgetError, QuestionError, AudienceError: As for ``assess_caseload``.
        ValueError: No lens, or a lens twice; a budget of less than one unit.

    >>> import risk_of_harm
    >>> records = risk_of_harm.records_to_arrow(risk_of_harm.CaseLog("3f6c9a52-8c1e-4c3b-9c58-2f4f6f1d2a11"))
    >>> risk_of_harm.measures(records, audience="analyst", at="2018-04-18", suppress_below=5)
    <Measures of 0 cases for the analyst: 0 rows by action>
    """
    asked = [lens.value if isinstance(lens, Lens) else lens for lens in lenses]
    if not asked or len(set(asked)) < len(asked):
        raise ValueError(f"`lenses`: expected one or two different lenses, found {asked}")
    if suppress_below is not None and (isinstance(suppress_below, bool) or suppress_below < 1):
        raise ValueError(f"`suppress_below`: expected a number from 1, found {suppress_below}")
    policy, first, *further = _policy(policy), *asked
    feeds = None if feeds is None else list(feeds)
    words = _words(at, known_at, first, audience, feeds)
    reader, rows = source(events)
    with ExitStack() as stack:
        counting = call(_risk.Measures, reader, policy._inner, words, further, list(by), problems, workers, units(case_budget))
        stack.enter_context(closing(counting))
        told = stack.enter_context(Told(progress, rows))
        cases_done = events_done = 0
        wrong = []
        while (part := call(counting.next)) is not None:
            cases, records, problem_rows = part
            cases_done, events_done = cases_done + cases, events_done + records
            wrong.append(problem_rows)
            told.now(cases_done, events_done)
        made = object.__new__(Measures)
        made.actions, made.rules = map(Table._of, call(counting.told, suppress_below))
        made.problems = Table._of(call(_risk.joined, [_no_problems(policy, words), *wrong], []))
        made.cases, made.events = cases_done, events_done
        made.receipt = receipt_of(policy, at, known_at, first, audience, feeds)
        made.receipt["lens"] = asked
        return made


def _no_problems(policy: Policy, words: dict[str, Any]) -> _risk.Batches:
    return call(_risk.caseload_tables, policy._inner, words, [], False)[-1]
