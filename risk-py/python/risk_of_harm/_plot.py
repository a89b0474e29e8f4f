"""Pictures: a case over time, and what is overdue in a caseload. Nothing in them is told by colour alone."""

from __future__ import annotations

from collections import Counter
from textwrap import fill
from typing import TYPE_CHECKING, Any

from ._extras import extra
from ._history import LABEL, History, Row, history
from ._html import capital
from ._risk import phrase
from .words import Status

if TYPE_CHECKING:
    from altair import VConcatChart

    from ._assessment import Assessment
    from ._caseload import Caseload

WIDTH = 520
"""Of the field of a picture, in pixels, without its labels."""

_LIGHT = {"page": "#ffffff", "text": "#1a1a1a", "faint": "#6b6b6b", "grid": "#e2e2e2", "calm": "#2b6ca3", "late": "#b34700"}
_DARK = {"page": "#161616", "text": "#f0f0f0", "faint": "#a3a3a3", "grid": "#363636", "calm": "#7fb8e6", "late": "#ffa057"}


def case(answer: Assessment, *, dark: bool = False) -> VConcatChart:
    """The case of an answer over time."""
    alt = extra("altair", "plot")
    chart: VConcatChart = _Case(alt, history(answer), _DARK if dark else _LIGHT).chart()
    return chart


class _Rows:
    """The rows of a picture. Its parts name them, and the whole holds them once: Altair copies a part many times over."""

    def __init__(self, alt: Any) -> None:
        self.alt = alt
        self.named: dict[str, list[Row]] = {}

    def chart(self, rows: list[Row]) -> Any:
        name = f"rows-{len(self.named)}"
        self.named[name] = rows
        return self.alt.Chart(self.alt.NamedData(name=name))

    def give(self, chart: Any, colours: dict[str, str]) -> None:
        chart.datasets, chart.config = self.named, _config(colours)


class _Case:
    """Three panels over one axis of time: levels, events, actions."""

    def __init__(self, alt: Any, told: History, colours: dict[str, str]) -> None:
        self.alt, self.told, self.colours = alt, told, colours
        self.rows = _Rows(alt)
        self.scale = dict(type="utc", domain=[told.start.isoformat(), told.end.isoformat()], nice=False)

    def chart(self) -> Any:
        panels = [self.levels()] if self.told.levels else []
        if self.told.events:
            panels.append(self.events())
        if self.told.actions:
            panels.append(self.actions())
        if not panels:
            panels.append(self.nothing())
        title, description = self.told.title, self.told.description
        chart = self.alt.vconcat(*panels, spacing=14, title=title, description=description)
        chart.resolve = {"scale": {"shape": "independent", "fill": "independent"}}
        self.rows.give(chart, self.colours)
        return chart

    def x(self, field: str, *, labels: bool = True) -> Any:
        axis = dict(title=None, format="%-d %b %Y", labelOverlap="greedy", labelSeparation=10, labels=labels, ticks=labels)
        return self.alt.X(f"{field}:T", scale=self.scale, axis=axis)

    def today(self, *, labels: bool = True) -> Any:
        """The moment asked about."""
        row = {"at": self.told.today.isoformat()}
        rule = self.rows.chart([row]).mark_rule(color=self.colours["text"], strokeDash=[2, 3])
        return rule.encode(x=self.x("at", labels=labels))

    def written(self, rows: list[Row], **places: Any) -> list[Any]:
        """What a row says, at its place, clear of the lines behind it."""
        text = self.rows.chart(rows)
        marks: list[dict[str, Any]] = [{"stroke": self.colours["page"], "strokeWidth": 4}, {"color": self.colours["text"]}]
        return [text.mark_text(align="left", dx=8, lineHeight=12, **m).encode(text="says:N", **places) for m in marks]

    def levels(self) -> Any:
        key = "solid line: recorded by a person; dashed line from ▲: indicated by events; shaded: what to work to"
        title = self.alt.Title("Risk of serious harm", subtitle=key, anchor="start", fontSize=12)
        last = list(self.told.levels)[-1]
        groups = [self.level(name, spans, labels=name == last) for name, spans in self.told.levels.items()]
        return self.alt.vconcat(*groups, spacing=6, title=title)

    def level(self, name: str, spans: list[Row], *, labels: bool) -> Any:
        alt, c = self.alt, self.colours
        names = "['', 'low', 'medium', 'high', 'very high'][datum.value]"
        axis = dict(title=name, values=[1, 2, 3, 4], labelExpr=names, titleAngle=0, titleAlign="right", titleX=-70)
        y = alt.Y("level:Q", scale=dict(domain=[0, 4.4], nice=False), axis=axis)
        tip = ["group", "since", "recorded level", "indicated level", "work to", "status", "because", "caution"]
        tooltip = _tooltip(alt, tip)
        since = self.x("from", labels=labels)
        ends: dict[str, Any] = {"x": since, "x2": alt.X2("to:T")}

        def of(which: str) -> Any:
            return self.rows.chart([{**row, "level": row[which]} for row in spans if row[which]])

        working = of("working").mark_bar(color=c["faint"], opacity=0.25).encode(y=y, y2=alt.datum(0), tooltip=tooltip, **ends)
        recorded = of("recorded").mark_rule(color=c["calm"], size=4).encode(y=y, **ends)
        indicated = of("indicated").mark_rule(color=c["late"], size=2.5, strokeDash=[6, 4], yOffset=-5)
        indicated = indicated.encode(y=y, **ends)
        before = [0, *(row["indicated"] for row in spans)]
        moved = [{**row, "level": row["indicated"]} for row, level in zip(spans, before, strict=False) if row["indicated"] > level]
        raised = self.rows.chart(moved).mark_point(shape="triangle-up", color=c["late"], filled=True, size=45, yOffset=-5)
        raised = raised.encode(x=since, y=y)
        blank = [row for row in spans if not row["working"]]
        unknown = self.rows.chart(blank).mark_text(align="left", dx=4, color=c["faint"], text="not assessed, nothing indicated")
        unknown = unknown.encode(x=since, y=alt.value(40))
        last = {**spans[-1], "says": [f"work to {spans[-1]['work to']}", spans[-1]["status"]]}
        now = self.written([last], x=self.x("to", labels=labels), y=alt.value(18))
        layers = [working, recorded, indicated, raised, unknown, self.today(labels=labels), *now]
        return alt.layer(*layers).properties(width=WIDTH, height=52)

    def events(self) -> Any:
        alt, c, rows = self.alt, self.colours, self.told.events
        labels = list(dict.fromkeys(row["label"] for row in rows))
        y = _labelled(alt, labels)
        tooltip = _tooltip(alt, ["label", "happened on", "recorded on", "handling"])
        start = self.told.start.isoformat()
        # What happened before the first day shown stands at the edge, as an arrow that points to it.
        marks = [{**row, "at": max(row["learnt"], start), "mark": "recorded"} for row in rows]
        earlier = [row for row in rows if row["happened"] != row["learnt"]]
        for row in earlier:
            mark = "happened" if row["happened"] >= start else "happened earlier"
            marks.append({**row, "at": max(row["happened"], start), "mark": mark})
        between = [{**row, "happened": max(row["happened"], start)} for row in earlier]
        link = self.rows.chart(between).mark_rule(color=c["faint"], size=1.5).encode(x=self.x("happened"), x2="learnt:T", y=y)
        shapes = dict(domain=["recorded", "happened", "happened earlier"], range=["circle", "diamond", "triangle-left"])
        fills = dict(domain=["recorded", "happened", "happened earlier"], range=[c["calm"], c["page"], c["page"]])
        legend = dict(orient="bottom", title=None, symbolStrokeWidth=1.5)
        points = self.rows.chart(marks).mark_point(stroke=c["calm"], strokeWidth=1.5, size=50, opacity=1).encode(
            x=self.x("at"),
            y=y,
            shape=alt.Shape("mark:N", scale=shapes, legend=legend),
            fill=alt.Fill("mark:N", scale=fills, legend=legend),
            tooltip=tooltip,
        )
        title = alt.Title("Events", anchor="start", fontSize=12)
        return alt.layer(link, self.today(), points).properties(width=WIDTH, height=alt.Step(15), title=title)

    def actions(self) -> Any:
        alt, c, rows = self.alt, self.colours, self.told.actions
        labels = list(dict.fromkeys(row["label"] for row in rows))
        y = _labelled(alt, labels)
        tip = ["title", "about", "owner", "status", "opened on", "due on", "closed on", "why", "rule", "caution"]
        tooltip = _tooltip(alt, tip)
        bars = self.rows.chart(rows).mark_bar(height=6, color=c["calm"]).encode(
            x=self.x("opened"), x2="ended:T", y=y, tooltip=tooltip
        )
        late = self.rows.chart([row for row in rows if row["late_from"]]).mark_bar(
            height=12, color=c["late"], stroke=c["text"], strokeWidth=0.8
        )
        late = late.encode(x=self.x("late_from"), x2="ended:T", y=y, tooltip=tooltip)
        end = self.told.end.isoformat()
        due = self.rows.chart([row for row in rows if row["due"] and row["due"] <= end]).mark_tick(
            orient="vertical", thickness=2, size=18, color=c["text"]
        )
        due = due.encode(x=self.x("due"), y=y)
        kinds = ["pending", "done", "not needed or superseded"]
        shapes = dict(domain=kinds, range=["triangle-right", "circle", "cross"])
        legend = dict(orient="bottom", title=None, symbolFillColor=c["text"], symbolStrokeColor=c["text"])
        closing = self.rows.chart(rows).mark_point(filled=True, size=55, color=c["text"], opacity=1).encode(
            x=self.x("ended"), y=y, shape=alt.Shape("end:N", scale=shapes, legend=legend), tooltip=tooltip
        )
        pending = [row for row in rows if row["says"]]
        says = self.written(pending, x=self.x("ended"), y=y)
        key = "bar: from opening to closing; upright stroke: due; thick framed bar: past its due date"
        title = alt.Title("Actions", subtitle=key, anchor="start", fontSize=12)
        layers = alt.layer(bars, late, self.today(), due, closing, *says)
        return layers.properties(width=WIDTH, height=alt.Step(24), title=title)

    def nothing(self) -> Any:
        text = self.rows.chart([{"says": "Nothing to draw in these records."}]).mark_text(color=self.colours["text"])
        return text.encode(text="says:N").properties(width=WIDTH, height=40)


BANDS = {"1 to 7 days": 7, "8 to 28 days": 28, "29 to 91 days": 91, "more than 91 days": None}
"""How long something is overdue: a week, four weeks, a quarter, longer."""

_PENDING = [status.value for status in (Status.OPEN, Status.DUE_SOON, Status.OVERDUE, Status.WAITING)]


def caseload(shown: Caseload, *, dark: bool = False) -> VConcatChart:
    """What is overdue in a caseload: by owner, action and for how long. The numbers stand in the cells."""
    alt, colours = extra("altair", "plot"), _DARK if dark else _LIGHT
    counted = _Overdue.count(extra("pyarrow", "plot"), shown.actions)
    owners = [owner for owner, _ in Counter(counted.owners).most_common()]
    most = max(counted.bands.values(), default=1)
    rows = _Rows(alt)
    panels = [_owner(alt, rows, owner, counted, most, colours) for owner in owners]
    said = f"{counted.overdue:,} of {counted.pending:,} pending actions are overdue, in {len(counted.cases):,} of {len(shown.cases):,} cases"
    if not panels:
        empty = rows.chart([{"says": "Nothing is overdue in these records."}])
        panels.append(empty.mark_text(color=colours["text"]).encode(text="says:N").properties(width=WIDTH, height=40))
    title = alt.Title("What is overdue, and for how long", subtitle=said)
    chart: VConcatChart = alt.vconcat(*panels, title=title, description=f"What is overdue: {said}.")
    rows.give(chart, colours)
    return chart


class _Overdue:
    """Overdue actions, counted batch by batch."""

    def __init__(self) -> None:
        self.pending = self.overdue = 0
        self.cases: set[str] = set()
        self.owners: Counter[str] = Counter()
        self.bands: Counter[tuple[str, str, str]] = Counter()

    @classmethod
    def count(cls, pyarrow: Any, actions: Any) -> _Overdue:
        self = cls()
        for batch in pyarrow.RecordBatchReader.from_stream(actions):
            chosen = batch.select(["case_id", "owner", "title", "status", "days_overdue"])
            for case_id, owner, title, status, days in zip(*(column.to_pylist() for column in chosen.columns), strict=True):
                self.pending += status in _PENDING
                if status == Status.OVERDUE:
                    self.add(case_id, owner, title, days)
        return self

    def add(self, case_id: str, owner: str, title: str, days: int) -> None:
        self.overdue += 1
        self.cases.add(case_id)
        self.owners[owner] += 1
        band = next(name for name, most in BANDS.items() if most is None or days <= most)
        self.bands[owner, title, band] += 1
        self.bands[owner, title, "all"] += 1


def _owner(alt: Any, rows: _Rows, owner: str, counted: _Overdue, most: int, colours: dict[str, str]) -> Any:
    """One owner's actions, the most frequent first."""
    own = [(title, band, count) for (whose, title, band), count in counted.bands.items() if whose == owner]
    cells = [
        {"label": fill(title, LABEL), "title": title, "band": band, "count": count, "says": f"{count:,}"}
        for title, band, count in own
    ]
    labels = [fill(title, LABEL) for title, band, _ in sorted(own, key=lambda row: (-row[2], row[0])) if band == "all"]
    axis = dict(title=None, orient="top", labelAngle=0, domain=False, ticks=False)
    x = alt.X("band:O", scale=dict(domain=[*BANDS, "all"]), axis=axis)
    tooltip = [alt.Tooltip("title:N"), alt.Tooltip("band:N", title="overdue by"), alt.Tooltip("count:Q", format=",")]
    shade = alt.Opacity("count:Q", scale=dict(domain=[0, most], range=[0.1, 0.7]), legend=None)
    chart = rows.chart(cells).encode(x=x, y=_labelled(alt, labels, grid=False), tooltip=tooltip)
    shaded = chart.transform_filter(alt.datum.band != "all").mark_rect(color=colours["calm"]).encode(opacity=shade)
    numbers = chart.mark_text(color=colours["text"]).encode(text="says:N")
    title = alt.Title(f"{capital(phrase(owner))}: {counted.owners[owner]:,}", anchor="start", fontSize=12)
    return alt.layer(shaded, numbers).properties(width=WIDTH, height=alt.Step(26), title=title)


def _labelled(alt: Any, labels: list[str], *, grid: bool = True) -> Any:
    """Rows with labels of up to two lines."""
    two = {"condition": {"test": "indexof(datum.label, '\\n') >= 0", "value": -5}, "value": 0}
    axis = dict(
        title=None,
        labelLimit=0,
        labelLineHeight=11,
        labelOffset=two,
        grid=grid,
        ticks=False,
        labelExpr="split(datum.label, '\\n')",
    )
    return alt.Y("label:N", sort=None, scale=dict(domain=labels), axis=axis)


def _tooltip(alt: Any, fields: list[str]) -> list[Any]:
    return [alt.Tooltip(field, type="nominal") for field in fields]


def _config(colours: dict[str, str]) -> dict[str, Any]:
    """How a picture is dressed. It brings its own page, so that it is readable on any."""
    text, faint = colours["text"], colours["faint"]
    axis = dict(labelColor=text, titleColor=text, gridColor=colours["grid"], domainColor=faint, tickColor=faint, labelFontSize=11)
    return {
        "background": colours["page"],
        "padding": 12,
        "font": "sans-serif",
        "view": {"stroke": None},
        "axis": axis,
        "title": dict(color=text, subtitleColor=text, subtitleFontSize=11, anchor="start", fontSize=13),
        "legend": dict(labelColor=text, titleColor=text, labelFontSize=11, labelLimit=0),
    }
