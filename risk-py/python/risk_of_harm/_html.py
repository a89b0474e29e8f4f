"""What a notebook shows: pages without script or outside resource, readable in dark and in light, and all of it escaped."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from datetime import date, datetime
from html import escape
from itertools import islice
from typing import TYPE_CHECKING, Any

from ._risk import inert, phrase
from ._time import day_in_london
from .words import Group, Handling, Level, Priority, Register

if TYPE_CHECKING:
    from ._assessment import Action, Assessment
    from ._case_log import CaseLog
    from ._caseload import Caseload
    from ._policy import Policy

CELL = 40
"""How many letters of a cell a table of rows shows."""

RECORDS_SHOWN = 100
"""How many records of a log a page lists, the latest."""

_STYLE = """
.risk-of-harm{color:inherit;background:none;color-scheme:light dark;max-width:70em;overflow-x:auto;font-size:0.95em;line-height:1.4}
.risk-of-harm table{border-collapse:collapse;margin:.6em 0;width:auto;color:inherit}
.risk-of-harm table caption{text-align:left;font-weight:600;padding:.2em 0;color:inherit;caption-side:top}
.risk-of-harm table th,.risk-of-harm table td{text-align:left;vertical-align:top;padding:.25em .8em .25em 0;
border:0;border-bottom:1px solid;border-color:currentColor;white-space:normal;color:inherit;background:none;max-width:40em}
.risk-of-harm table tr{background:none}
.risk-of-harm table td.number{text-align:right;font-variant-numeric:tabular-nums}
.risk-of-harm table.rows td{white-space:nowrap}
.risk-of-harm p{margin:.3em 0}
.risk-of-harm td>p:first-child{margin-top:0}
.risk-of-harm .caution,.risk-of-harm .overdue{font-weight:700}
.risk-of-harm .quiet{font-size:.9em}
.risk-of-harm pre{white-space:pre-wrap;color:inherit;background:none;font-size:.9em}
.risk-of-harm details{margin:.4em 0}
.risk-of-harm summary{cursor:pointer}
"""


class _Markup(str):
    """Text that is HTML already."""


def _tag(name: str, *inside: object, **attributes: str) -> _Markup:
    """An element. What stands inside is escaped here, and only here, unless it is an element itself; what is not seen and acts on
    what shows it is shown as its number."""
    written = "".join(f' {key.rstrip("_")}="{escape(inert(value))}"' for key, value in attributes.items())
    body = "".join(part if isinstance(part, _Markup) else escape(inert(str(part))) for part in inside)
    return _Markup(f"<{name}{written}>{body}</{name}>")


def _page(*inside: _Markup) -> str:
    return _tag("div", _tag("style", _Markup(_STYLE)), *inside, class_="risk-of-harm")


def table(title: str, columns: Sequence[str], rows: Iterable[Sequence[object]], more: int = 0) -> str:
    """A table as a page of its own.

    Args:
        title: What it is.
        columns: The heading of each column.
        rows: Their values; None is left empty, a list is written with commas.
        more: How many rows there are beside these.

    >>> from risk_of_harm._html import table
    >>> "&lt;b&gt;" in table("actions", ["title"], [["<b>"]])
    True
    """
    body = [_tag("tr", *[_cell(_cut(value), "td") for value in row]) for row in rows]
    found = _framed(title, columns, body, class_="rows")
    return _page(found, _paragraph(f"and {more:,} more")) if more else _page(found)


def _cut(value: object) -> object:
    """A value that fits into a cell."""
    if value is None or isinstance(value, (bool, int, float)):
        return value
    text = _written(value)
    return text if len(text) <= CELL else text[: CELL - 1] + "…"


def _table(title: str, columns: Sequence[str], rows: Iterable[Sequence[object]], *, first: str = "td") -> _Markup:
    """A table; without columns one of facts, that has no head."""
    body = [_tag("tr", *[_cell(value, first if i == 0 else "td") for i, value in enumerate(row)]) for row in rows]
    return _framed(title, columns, body)


def _framed(title: str, columns: Sequence[str], body: list[_Markup], **attributes: str) -> _Markup:
    head = [_tag("thead", _tag("tr", *[_tag("th", column, scope="col") for column in columns]))] if columns else []
    return _tag("table", _tag("caption", title), *head, _tag("tbody", *body), **attributes)


def _cell(value: object, name: str) -> _Markup:
    if name == "th":
        return _tag("th", _written(value), scope="row")
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        return _tag("td", _written(value), class_="number")
    return _tag("td", _written(value))


def _written(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, int):
        return f"{value:,}"
    if isinstance(value, (list, tuple)):
        return ", ".join(map(_written, value))
    if isinstance(value, datetime):
        return f"{value:%Y-%m-%d %H:%M:%S %Z}".strip()
    return value if isinstance(value, str) else str(value)


def _paragraph(*inside: object, class_: str = "") -> _Markup:
    return _tag("p", *inside, class_=class_) if class_ else _tag("p", *inside)


def _more(summary: str, *inside: _Markup) -> _Markup:
    return _tag("details", _tag("summary", summary), *inside)


def capital(text: str) -> str:
    """The text with a capital first."""
    return text[:1].upper() + text[1:]


def day_written(day: date | str | None) -> str:
    """``12 Dec 2017``; nothing where there is no day."""
    if day is None:
        return ""
    day = date.fromisoformat(day) if isinstance(day, str) else day
    return f"{day.day} {day:%b %Y}"


def overdue_written(days: int) -> str:
    """For how long, in words."""
    return "overdue by 1 day" if days == 1 else f"overdue by {days} days"


def policy(shown: Policy) -> str:
    """A policy: what it is, on what it rests, and its limits."""
    told: dict[str, Any] = json.loads(shown.show("json"))
    locality = [("For", phrase(shown.locality))] if shown.locality else []
    facts = [
        ("Policy", f"{shown.id} {shown.version}"),
        *locality,
        ("Reviewed through", day_written(told["reviewed_through"])),
        ("Digest", shown.digest),
        ("Rules and duties", f"{len(told['rules'])} and {len(told['duties'])}"),
        ("Actions", f"{len(told['actions'])}"),
        ("Tests", f"{len(told['tests'])}"),
    ]
    documents = [(d["title"], d.get("publisher"), day_written(d.get("date"))) for d in told["documents"]]
    limits = [
        (p["title"], v.get("value", "not set"), phrase(p["unit"]), day_written(v["from"]), v.get("locality"), phrase(v["basis"]))
        for p in told["parameters"]
        for v in p["values"]
    ]
    rules = [(r["id"], r["title"], phrase(r["basis"])) for r in [*told["rules"], *told["duties"]]]
    return _page(
        _table(shown.title, [], facts, first="th"),
        _more("Documents it rests on", _table("Documents", ["Title", "Publisher", "Date"], documents)),
        _more("Limits", _table("Limits", ["Limit", "Value", "Unit", "From", "Locality", "Basis"], limits)),
        _more("Rules and duties", _table("Rules and duties", ["Id", "Says", "Basis"], rules)),
    )


def case_log(log: CaseLog) -> str:
    """A log: that records are there, never what they say."""
    count = len(log)
    latest = islice(log, max(0, count - RECORDS_SHOWN), None)
    rows = [
        (
            record.get("event_id"),
            str(record.get("occurred_at", "")).replace("T", " "),
            str(record.get("recorded_at", "")).replace("T", " "),
            phrase(str(record.get("kind", ""))),
            phrase(str((record.get("source") or {}).get("role") or "")),
            phrase(record["handling"]) if record.get("handling") else "the least of its kind",
        )
        for record in latest
    ]
    records = "1 record" if count == 1 else f"{count:,} records"
    sealed = f"sealed, to {log.head}" if log.is_sealed and log.head else "not sealed"
    listed = _table("Records", ["Event", "Occurred", "Recorded", "Kind", "Source", "Handling"], rows)
    earlier = [_paragraph(f"{count - len(rows):,} earlier records are not listed.")] if count > len(rows) else []
    return _page(
        _paragraph(_tag("strong", f"Log of case {log.case_id}"), f": {records}, {sealed}."),
        _paragraph("What the records say is not shown.", class_="quiet"),
        *([_more("Records", *earlier, listed)] if rows else []),
    )


def assessment(answer: Assessment) -> str:
    """An answer: who is at risk, what to do first, and all the rest of the page for people on demand."""
    told = answer.to_dict()
    titles = rule_titles(answer)
    classification = [] if told["classification"] is None else _levels(told["classification"], titles)
    return _page(
        *_header(answer),
        *classification,
        *_agenda(answer, told, titles),
        *_notes(told),
        _more("Everything: steps, flags, what is closed", _tag("pre", answer.text(all=True))),
    )


def caseload(shown: Caseload) -> str:
    """A caseload: what was asked, and how much came of it."""
    receipt = shown.receipt
    at = datetime.fromisoformat(receipt["at"].replace("Z", "+00:00"))
    policy = receipt["policy"]
    facts: list[tuple[str, object]] = [
        ("On", day_written(day_in_london(at))),
        ("For", phrase(receipt["audience"])),
        ("Policy", f"{policy['id']} {policy['version']} ({policy['digest'][:12]})"),
        ("Records", shown.events),
        ("Cases", len(shown.cases)),
        ("Classifications", len(shown.classifications)),
        ("Actions", len(shown.actions)),
        ("Flags", len(shown.flags)),
        ("Problems", len(shown.problems)),
    ]
    if receipt["lens"] == "hindsight":
        facts.insert(1, ("Lens", "hindsight: everything known now, placed when it happened"))
    warning = [_paragraph("A case with a problem has no answer: see the table of problems.", class_="caution")]
    return _page(_table("Caseload", [], facts, first="th"), *(warning if len(shown.problems) else []))


def rule_titles(answer: Assessment) -> dict[str, str]:
    """What each rule and duty says, by its id."""
    told = json.loads(answer._policy.show("json"))
    return {rule["id"]: rule["title"] for rule in [*told["rules"], *told["duties"]]}


def _header(answer: Assessment) -> list[_Markup]:
    day, known = day_in_london(answer.at), day_in_london(answer.known_at)
    lines = [_paragraph(_tag("strong", f"Case {answer.case_id}"), f", {day_written(day)}, for the {phrase(answer.audience.value)}")]
    if answer.to_dict()["receipt"].get("all_records_later"):
        later = "All records of this case are later than this moment, so nothing of them counts here. Was this date meant?"
        lines.insert(0, _paragraph(later, class_="caution"))
    if died := answer.died:
        mark = f" ({phrase(died.handling.value)})" if died.handling and died.handling not in (Handling.ORDINARY, Handling.STAFF) else ""
        lines.append(_paragraph(_tag("strong", f"The person is recorded as having died on {day_written(died.on)}."), mark))
    if answer.lens.value == "hindsight":
        lines.append(_paragraph("Hindsight: everything known now, placed when it happened. It does not show what was known then."))
    if answer.known_at != answer.at:
        lines.append(_paragraph(f"With what was recorded by {day_written(known)}."))
    return lines


_BEFORE_RELYING = "Each level shown was recorded on its day. Ask the responsible officer before anybody relies on it."


def _levels(told: dict[str, Any], titles: dict[str, str]) -> list[_Markup]:
    overall = told["overall"]
    limited = "before_relying" in told
    none_recorded = "no level shown" if limited else "no level recorded"
    stated = any(group["recorded"] for group in told["groups"])
    height = {level.value: i for i, level in enumerate(Level)}
    raised = height[overall["working_level"]] > height[overall["recorded"]]
    rows: list[tuple[object, ...]] = [
        (
            "Overall",
            phrase(overall["recorded"]) if stated else none_recorded,
            "",
            phrase(overall["working_level"]).upper() + (" until a person decides" if raised else ""),
            "",
        )
    ]
    cautions = []
    for group in told["groups"]:
        name = capital(phrase(group["group"]))
        if group["setting"] != overall["setting"]:
            name += f" (in {phrase(group['setting'])})"
        recorded, indicated = group["recorded"], group["indicated"]
        rows.append(
            (
                name,
                f"{phrase(recorded['level'])}, {day_written(recorded['on'])}" if recorded else none_recorded,
                f"{phrase(indicated['level'])}: {_why(indicated['because'], titles)}" if indicated else "",
                phrase(group["working_level"]).upper(),
                phrase(group["status"]),
            )
        )
        marked = group if group.get("caution") else indicated if indicated and indicated.get("caution") else None
        if marked:
            cautions.append(_paragraph(f"{name}: ", _caution(marked)))
    unknown = [phrase(group) for group in overall["not_assessed"]]
    if unknown:
        shown = "No level is shown for" if limited else "Nobody has stated a level for"
        cautions.append(_paragraph(f"{shown} {_listed(unknown)}. Unknown is not low."))
    if limited:
        cautions.append(_paragraph(_BEFORE_RELYING))
    title = f"Risk of serious harm, in {phrase(overall['setting'])}"
    return [_table(title, ["", "Recorded", "Indicated", "Work to", "Status"], rows, first="th"), *cautions]


def _agenda(answer: Assessment, told: dict[str, Any], titles: dict[str, str]) -> list[_Markup]:
    """What matters now; where the reader has no agenda, whatever is open."""
    actions = answer.actions
    own = [action for action in actions if action.is_pending and action.part_of is None]
    own.sort(key=lambda action: (_PRESSES.index(str(action.priority)), action.due is None, action.due or date.max))
    lines = [line.action for line in answer.agenda] or list(dict.fromkeys(action.action for action in own))
    if not lines:
        safety = " No news is not a sign of safety." if told["classification"] else ""
        return [_paragraph(f"Nothing is open in these records.{safety}")]
    body = [
        _agenda_line(number, [action for action in own if action.action == kind], actions, titles)
        for number, kind in enumerate(lines, 1)
    ]
    more = told["agenda"]["more"]
    beside = [_paragraph(f"and {more} more, below")] if more else []
    return [_framed("Agenda", ["", "Priority", "What", "When", "Who"], body), *beside]


_PRESSES = [priority.value for priority in Priority]
_NAMED = {word.value for words in (Register, Group) for word in words}


def _agenda_line(number: int, same: list[Action], actions: list[Action], titles: dict[str, str]) -> _Markup:
    """One line, which may be about several subjects."""
    first = same[0]
    what: list[_Markup] = [_tag("strong", first.title)]
    cautioned = next((action for action in same if action.details.get("caution")), None)
    if cautioned:
        what.append(_paragraph(_caution(cautioned.details)))
    what += [_paragraph(line, class_="quiet") for line in _distinct(_circumstances(action) for action in same)]
    why = _why([reason for action in same for reason in action.details.get("because", [])], titles)
    if why:
        what.append(_paragraph(f"Why: {why}", class_="quiet"))
    steps = _steps({action.id for action in same}, actions)
    if steps:
        what.append(_paragraph("Steps: ", *steps, class_="quiet"))
    when = [_paragraph(_about(action), *_timing(action)) for action in same]
    inherited = ", inherited from an earlier holder" if any(a.details.get("inherited") for a in same) else ""
    who = capital(phrase(first.owner)) + inherited
    return _tag(
        "tr",
        _tag("th", number, scope="row"),
        _tag("td", phrase(str(first.priority)).upper()),
        _tag("td", *what),
        _tag("td", *when),
        _tag("td", who),
    )


def _about(action: Action) -> str:
    return f"About {_listed([subject_written(each) for each in action.about])}: " if action.about else ""


def subject_written(subject: str) -> str:
    """Flags and groups are words, all else is an id."""
    return phrase(subject) if subject in _NAMED else subject


def _timing(action: Action) -> list[object]:
    due, assumed = action.due, " (limit: assumed)" if action.details.get("due_basis") == "assumed" else ""
    if due is None:
        unknown = action.details.get("due_unknown")
        limit = f"the due date cannot be told: {unknown}" if unknown else "no limit in any source"
        return [f"open since {day_written(action.opened)}; {limit}"]
    if action.days_overdue:
        overdue = _tag("span", overdue_written(action.days_overdue), class_="overdue")
        return [overdue, f": due {day_written(due)}{assumed}"]
    return [f"{phrase(str(action.status))}: due {day_written(due)}{assumed}"]


def _circumstances(action: Action) -> list[str]:
    """What else there is to know before acting on it."""
    told, lines = action.details, []
    if waiting := told.get("waiting_on"):
        chased = f"chased {waiting['chased']}×, last on {day_written(waiting.get('last_chased'))}" if waiting["chased"] else "not chased yet"
        lines.append(f"Waiting on {phrase(waiting['party'])} since {day_written(waiting['since'])}, {chased}.")
    for refused in told.get("refused") or []:
        by = f" by {phrase(refused['by'])}" if refused.get("by") else ""
        reason = phrase(refused["reason"]) if refused.get("reason") else "no reason recorded"
        lines.append(f"Refused{by} on {day_written(refused['on'])} ({reason}); it stays open.")
    if decided := told.get("decided"):
        until = f" until {day_written(decided['until'])}" if decided.get("until") else ""
        outcome = "" if decided.get("accepted", True) else "; that is not for this role to decide, so it changes nothing"
        lines.append(
            f"Decided by {decided['by']} ({phrase(decided['role'])}) on {day_written(decided['on'])}: "
            f"{phrase(decided['decision'])}{until} ({phrase(decided['reason'])}){outcome}."
        )
    if told.get("last_done"):
        lines.append(f"Last done on {day_written(told['last_done'])}.")
    if told.get("missed"):
        lines.append(f"{told['missed']} rounds passed without it." if told["missed"] > 1 else "1 round passed without it.")
    if told.get("history_from"):
        lines.append(f"Records that would show it done are complete only from {day_written(told['history_from'])}: it may have been done.")
    if told.get("frozen_on"):
        handed = "; handed over, as it still protects somebody" if told.get("handed_over") else ""
        lines.append(f"Supervision ended on {day_written(told['frozen_on'])}: this is how it stood then{handed}.")
    if told.get("findings"):
        lines.append(f"Findings: {_listed(told['findings'])}.")
    return lines


def _steps(parents: set[Any], actions: list[Action]) -> list[object]:
    """The pending steps of these actions and theirs, by name, with what must not be passed over."""
    found: dict[str, list[Action]] = {}
    seen = set(parents)
    while steps := [a for a in actions if a.is_pending and a.part_of in parents and a.id not in seen]:
        for step in steps:
            found.setdefault(phrase(str(step.action)), []).append(step)
        parents = {step.id for step in steps}
        seen |= parents
    named: list[object] = []
    for name, same in found.items():
        marks = []
        if any(str(step.priority) == "protect_now" for step in same):
            marks.append("PROTECT NOW")
        if overdue := max(step.days_overdue for step in same):
            marks.append(overdue_written(overdue))
        if any(step.details.get("caution") for step in same):
            marks.append("do not raise with the person")
        named += [", " if named else "", name]
        if marks:
            named += [" (", _tag("span", ", ".join(marks), class_="overdue"), ")"]
    return named


def _why(because: list[dict[str, Any]], titles: dict[str, str]) -> str:
    """The rules behind it, the latest first."""
    found = _distinct(
        [titles.get(reason["rule"], reason["rule"]) + (" (assumed: no source asks for it)" if reason["basis"] == "assumed" else "")]
        for reason in reversed(because)
    )
    more = f"; and {len(found) - 2} more" if len(found) > 2 else ""
    disputed = " (a record behind this is disputed)" if any(reason.get("disputed") for reason in because) else ""
    return "; ".join(found[:2]) + more + disputed


def _caution(told: dict[str, Any]) -> _Markup:
    handling = f" ({phrase(told['handling'])})" if told.get("handling") else ""
    return _tag("span", f"Do not raise with the person{handling}.", class_="caution")


def _notes(told: dict[str, Any]) -> list[_Markup]:
    """What the answer says of its own completeness."""
    policy = told["receipt"]["policy"]
    lines = []
    if policy.get("beyond_review"):
        lines.append(f"The policy was reviewed only through {day_written(policy['reviewed_through'])}: later rules may be missing.")
    if told["blind_to"]:
        lines.append(f"Without the feeds they need, these cannot speak: {', '.join(told['blind_to'])}.")
    if told["unrecognised"]:
        lines.append(f"Records to read yourself, as a newer version wrote them: {len(told['unrecognised'])}.")
    if told["withheld"]:
        lines.append(f"Records removed by law, so that what they said is missing here: {len(told['withheld'])}.")
    return [_paragraph(line) for line in lines]


def _listed(items: list[str]) -> str:
    return items[0] if len(items) == 1 else f"{', '.join(items[:-1])} and {items[-1]}"


def _distinct(groups: Iterable[Iterable[str]]) -> list[str]:
    return list(dict.fromkeys(text for group in groups for text in group))
