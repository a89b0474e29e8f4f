"""Pictures: a case over time, and what is overdue in a caseload. Nothing in them is told by colour alone."""

from __future__ import annotations

from collections import Counter
from datetime import date
from typing import TYPE_CHECKING, Any

from ._extras import extra
from ._history import History, Row, history
from ._risk import phrase

if TYPE_CHECKING:
    from altair import VConcatChart as Chart

    from ._assessment import Assessment

WIDTH = 640
"""Of the field of a picture, in pixels, without its labels."""

_LIGHT = {"page": "#ffffff", "text": "#1a1a1a", "faint": "#6b6b6b", "grid": "#e2e2e2", "calm": "#2b6ca3", "late": "#b34700"}
_DARK = {"page": "#161616", "text": "#f0f0f0", "faint": "#a3a3a3", "grid": "#363636", "calm": "#7fb8e6", "late": "#ffa057"}


def case(answer: Assessment, *, dark: bool = False) -> Chart:
    """The case of an answer over time."""
    alt = extra("altair", "plot")
    return _Case(alt, history(answer), _DARK if dark else _LIGHT).chart()


class _Case:
    """Three panels over one axis of time: levels, events, actions."""

    def __init__(self, alt: Any, told: History, colours: dict[str, str]) -> None:
        self.alt, self.told, self.colours = alt, told, colours
        self.scale = alt.Scale(type="utc", domain=[told.start.isoformat(), told.end.isoformat()], nice=False)

    def chart(self) -> Chart:
        panels = [self.levels()] if self.told.levels else []
        if self.told.events:
            panels.append(self.events())
        if self.told.actions:
            panels.append(self.actions())
        if not panels:
            panels.append(self.nothing())
        chart = self.alt.vconcat(*panels, spacing=14, title=self.told.title, description=self.told.description)
        return _dressed(chart.resolve_scale(shape="independent", fill="independent"), self.colours)

    def x(self, field: str, *, labels: bool = True) -> Any:
        axis = self.alt.Axis(title=None, format="%-d %b %Y", labelOverlap="greedy", labelSeparation=10, labels=labels, ticks=labels)
        return self.alt.X(f"{field}:T", scale=self.scale, axis=axis)

    def layer(self, rows: list[Row]) -> Any:
        return self.alt.Chart(self.alt.Data(values=rows))

    def today(self, *, labels: bool = True) -> Any:
        """The moment asked about."""
        row = {"at": self.told.today.isoformat()}
        rule = self.layer([row]).mark_rule(color=self.colours["text"], strokeDash=[2, 3])
        return rule.encode(x=self.x("at", labels=labels))

    def written(self, rows: list[Row], **places: Any) -> list[Any]:
        """What a row says, at its place, clear of the lines behind it."""
        text = self.layer(rows)
        marks = [{"stroke": self.colours["page"], "strokeWidth": 4}, {"color": self.colours["text"]}]
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
        axis = alt.Axis(title=name, values=[1, 2, 3, 4], labelExpr=names, titleAngle=0, titleAlign="right", titleX=-70)
        y = alt.Y("level:Q", scale=alt.Scale(domain=[0, 4.4], nice=False), axis=axis)
        tip = ["group", "since", "recorded level", "indicated level", "work to", "status", "because", "caution"]
        tooltip = [alt.Tooltip(f"{field}:N") for field in tip]
        since = self.x("from", labels=labels)
        ends = {"x": since, "x2": alt.X2("to:T")}

        def of(which: str) -> Any:
            return self.layer([{**row, "level": row[which]} for row in spans if row[which]])

        working = of("working").mark_bar(color=c["faint"], opacity=0.25).encode(y=y, y2=alt.datum(0), tooltip=tooltip, **ends)
        recorded = of("recorded").mark_rule(color=c["calm"], size=4).encode(y=y, tooltip=tooltip, **ends)
        indicated = of("indicated").mark_rule(color=c["late"], size=2.5, strokeDash=[6, 4], yOffset=-5)
        indicated = indicated.encode(y=y, tooltip=tooltip, **ends)
        raised = of("indicated").mark_point(shape="triangle-up", color=c["late"], filled=True, size=45, yOffset=-5)
        raised = raised.encode(x=since, y=y, tooltip=tooltip)
        blank = [row for row in spans if not row["working"]]
        unknown = self.layer(blank).mark_text(align="left", dx=4, color=c["faint"], text="not assessed, nothing indicated")
        unknown = unknown.encode(x=since, y=alt.value(40))
        last = {**spans[-1], "says": [f"work to {spans[-1]['work to']}", spans[-1]["status"]]}
        now = self.written([last], x=self.x("to", labels=labels), y=alt.value(18))
        layers = [working, recorded, indicated, raised, unknown, self.today(labels=labels), *now]
        return alt.layer(*layers).properties(width=WIDTH, height=52)

    def rows(self, labels: list[str]) -> Any:
        lines = "split(datum.label, '\\n')"
        two = {"condition": {"test": "indexof(datum.label, '\\n') >= 0", "value": -5}, "value": 0}
        axis = self.alt.Axis(
            title=None, labelLimit=0, labelLineHeight=11, labelOffset=two, grid=True, ticks=False, labelExpr=lines
        )
        return self.alt.Y("label:N", sort=None, scale=self.alt.Scale(domain=labels), axis=axis)

    def events(self) -> Any:
        alt, c, rows = self.alt, self.colours, self.told.events
        labels = list(dict.fromkeys(row["label"] for row in rows))
        y = self.rows(labels)
        tooltip = [alt.Tooltip(f"{field}:N") for field in ("label", "happened on", "recorded on", "handling")]
        start = self.told.start.isoformat()
        # What happened before the first day shown stands at the edge, as an arrow that points to it.
        marks = [{**row, "at": max(row["learnt"], start), "mark": "recorded"} for row in rows]
        earlier = [row for row in rows if row["happened"] != row["learnt"]]
        for row in earlier:
            mark = "happened" if row["happened"] >= start else "happened earlier"
            marks.append({**row, "at": max(row["happened"], start), "mark": mark})
        between = [{**row, "happened": max(row["happened"], start)} for row in earlier]
        link = self.layer(between).mark_rule(color=c["faint"], size=1.5).encode(x=self.x("happened"), x2="learnt:T", y=y)
        shapes = alt.Scale(domain=["recorded", "happened", "happened earlier"], range=["circle", "diamond", "triangle-left"])
        fills = alt.Scale(domain=["recorded", "happened", "happened earlier"], range=[c["calm"], c["page"], c["page"]])
        legend = alt.Legend(orient="bottom", title=None, symbolStrokeWidth=1.5)
        points = self.layer(marks).mark_point(stroke=c["calm"], strokeWidth=1.5, size=50, opacity=1).encode(
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
        y = self.rows(labels)
        tip = ["title", "about", "owner", "status", "opened on", "due on", "closed on", "why", "rule", "caution"]
        tooltip = [alt.Tooltip(f"{field}:N") for field in tip]
        bars = self.layer(rows).mark_bar(height=6, color=c["calm"]).encode(
            x=self.x("opened"), x2="ended:T", y=y, tooltip=tooltip
        )
        late = self.layer([row for row in rows if row["late_from"]]).mark_bar(
            height=12, color=c["late"], stroke=c["text"], strokeWidth=0.8
        )
        late = late.encode(x=self.x("late_from"), x2="ended:T", y=y, tooltip=tooltip)
        end = self.told.end.isoformat()
        due = self.layer([row for row in rows if row["due"] and row["due"] <= end]).mark_tick(
            orient="vertical", thickness=2, size=18, color=c["text"]
        )
        due = due.encode(x=self.x("due"), y=y, tooltip=tooltip)
        kinds = ["pending", "done", "not needed or superseded"]
        shapes = alt.Scale(domain=kinds, range=["triangle-right", "circle", "cross"])
        legend = alt.Legend(orient="bottom", title=None, symbolFillColor=c["text"], symbolStrokeColor=c["text"])
        closing = self.layer(rows).mark_point(filled=True, size=55, color=c["text"], opacity=1).encode(
            x=self.x("ended"), y=y, shape=alt.Shape("end:N", scale=shapes, legend=legend), tooltip=tooltip
        )
        pending = [row for row in rows if row["says"]]
        says = self.written(pending, x=self.x("ended"), y=y)
        key = "bar: from opening to closing; upright stroke: due; thick framed bar: past its due date"
        title = alt.Title("Actions", subtitle=key, anchor="start", fontSize=12)
        layers = alt.layer(bars, late, self.today(), due, closing, *says)
        return layers.properties(width=WIDTH, height=alt.Step(24), title=title)

    def nothing(self) -> Any:
        text = self.layer([{"says": "Nothing to draw in these records."}]).mark_text(color=self.colours["text"])
        return text.encode(text="says:N").properties(width=WIDTH, height=40)


def _dressed(chart: Any, colours: dict[str, str]) -> Any:
    text, faint = colours["text"], colours["faint"]
    return (
        chart.configure(background=colours["page"], padding=12, font="sans-serif")
        .configure_view(stroke=None)
        .configure_axis(
            labelColor=text, titleColor=text, gridColor=colours["grid"], domainColor=faint, tickColor=faint, labelFontSize=11
        )
        .configure_title(color=text, subtitleColor=text, subtitleFontSize=11, anchor="start", fontSize=13)
        .configure_legend(labelColor=text, titleColor=text, labelFontSize=11, labelLimit=0)
    )
