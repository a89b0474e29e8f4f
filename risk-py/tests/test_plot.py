"""Pictures of cases and caseloads."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

import risk_of_harm as rh
from risk_of_harm import _plot
from risk_of_harm._history import history

pytest.importorskip("altair")
pyarrow = pytest.importorskip("pyarrow")

CASES = sorted((Path(__file__).parents[2] / "examples" / "cases").glob("*.jsonl"))


def the_log(case: Path) -> rh.CaseLog:
    return rh.CaseLog.from_jsonl(case.read_text(encoding="utf-8"))


def the_answer(case: Path, audience: str, at: str = "2018-06-01", **words: Any) -> rh.Assessment:
    return rh.assess(the_log(case), rh.Policy.embedded(), at=at, audience=audience, **words)


def charlie(audience: str = "responsible_officer", **words: Any) -> rh.Assessment:
    return the_answer(next(case for case in CASES if case.stem == "charlie"), audience, at="2018-04-18", **words)


def rows(chart: Any) -> list[dict[str, Any]]:
    """Every row that a picture holds."""
    return [row for named in chart.to_dict()["datasets"].values() for row in named]


@pytest.mark.parametrize("audience", rh.Audience)
@pytest.mark.parametrize("case", CASES[:2], ids=lambda case: case.stem)
def test_a_case_can_be_drawn_for_every_reader(case: Path, audience: rh.Audience) -> None:
    chart = the_answer(case, audience).plot()
    # `to_dict` holds it against the schema of Vega-Lite.
    assert chart.to_dict()["$schema"].startswith("https://vega.github.io/schema/vega-lite/v")


def test_a_picture_can_be_made_an_image() -> None:
    import vl_convert

    drawn = vl_convert.vegalite_to_svg(charlie().plot(dark=True).to_json())
    assert "overdue by 90 days" in drawn
    assert "Tell the Partner Link Worker" in drawn


@pytest.mark.parametrize("audience", rh.Audience)
@pytest.mark.parametrize("case", CASES, ids=lambda case: case.stem)
def test_a_picture_is_the_same_with_and_without_what_its_reader_may_not_see(case: Path, audience: rh.Audience) -> None:
    policy, log = rh.Policy.embedded(), the_log(case)
    told = json.loads(policy.show("json"))
    sees = next(reader["marks"] for reader in told["audiences"] if reader["id"] == audience.value)
    answer = rh.assess(log, policy, at="2018-06-01", audience=audience)
    told_of = history(answer)
    drawn = repr(told_of)
    for mark in rh.Handling:
        if mark.value not in sees:
            assert mark.value.replace("_", " ") not in drawn
    # The marks that each record has for a reader who sees them all.
    all_seen = rh.timeline(log, policy, at="2018-06-01", audience="responsible_officer")
    seen = {r["event_id"] for step in all_seen["steps"] for r in step["records"] if r["handling"] in sees}
    kept = [json.dumps(record) for record in log if record["event_id"] in seen]
    if kept:
        less = rh.assess(rh.CaseLog.from_jsonl("\n".join(kept)), policy, at="2018-06-01", audience=audience)
        assert history(less) == told_of


def test_the_picture_holds_no_data_of_a_record() -> None:
    drawn = json.dumps(charlie().plot().to_dict())
    for word in ("index_offence", "exclusion_requirement", "raised_risk", "concerns"):
        assert word not in drawn


def test_for_a_reader_without_subjects_there_are_none() -> None:
    about = {row["about"] for row in rows(charlie("analyst").plot()) if "about" in row}
    assert about == {""}
    assert "o1" in {row["about"] for row in rows(charlie().plot()) if "about" in row}


def test_what_is_overdue_is_said_in_words_on_its_line() -> None:
    answer = charlie()
    says = {(row["title"], row["says"]) for row in rows(answer.plot()) if row.get("says") and "title" in row}
    overdue = [action for action in answer.actions if action.days_overdue]
    assert overdue
    for action in overdue:
        assert any(title == action.title and f"overdue by {action.days_overdue} day" in text for title, text in says)
    cautioned = [action for action in answer.actions if action.is_pending and action.details.get("caution")]
    assert cautioned
    for action in cautioned:
        assert any(title == action.title and "do not raise with the person" in text for title, text in says)


def test_every_pending_action_says_how_it_stands() -> None:
    for case in CASES:
        answer = the_answer(case, "manager")
        told = history(answer)
        assert len(told.actions) == len(answer.actions)
        assert sum(row["end"] == "pending" for row in told.actions) == sum(a.is_pending for a in answer.actions)
        assert all(bool(row["says"]) == (row["end"] == "pending") for row in told.actions)


def test_what_waits_says_on_whom_and_what_is_frozen_says_so() -> None:
    waits = frozen = 0
    for case in CASES:
        answer = the_answer(case, "manager", at="2019-06-01")
        says = [row["says"] for row in history(answer).actions]
        waits += sum("waiting on" in text for text in says)
        frozen += sum("as supervision ended" in text for text in says)
        assert sum("waiting on" in text for text in says) == sum(bool(a.details["waiting_on"]) and a.is_pending for a in answer.actions)
        assert sum("as supervision ended" in text for text in says) == sum(bool(a.details.get("frozen_on")) for a in answer.actions)
    assert frozen


def test_two_actions_of_one_name_at_once_stand_on_two_lines() -> None:
    for case in CASES:
        lines: dict[str, list[tuple[str, str]]] = {}
        for row in history(the_answer(case, "analyst", at="2018-12-01")).actions:
            lines.setdefault(row["label"], []).append((row["opened"], row["ended"]))
        for spans in lines.values():
            spans.sort()
            assert all(before[1] <= after[0] for before, after in zip(spans, spans[1:], strict=False))


def test_the_levels_drawn_at_the_end_are_those_of_the_answer() -> None:
    for case in CASES:
        answer = the_answer(case, "manager")
        assert answer.classification is not None
        drawn = {name: spans[-1] for name, spans in history(answer).levels.items()}
        for group in answer.classification["groups"]:
            name = group["group"].replace("_", " ").capitalize()
            assert drawn[name]["work to"] == group["working_level"].replace("_", " ").upper()
            assert drawn[name]["status"] == group["status"].replace("_", " ")


def test_the_spans_of_a_group_follow_each_other_without_a_gap() -> None:
    for case in CASES:
        for spans in history(the_answer(case, "manager")).levels.values():
            assert all(a["to"] == b["from"] for a, b in zip(spans, spans[1:], strict=False))


def test_what_was_recorded_later_than_it_happened_shows_both_days() -> None:
    events = history(charlie()).events
    late = [event for event in events if event["happened"] != event["learnt"]]
    assert {event["label"] for event in late} == {"Programme inducted", "Programme started", "Cohabitation started"}


def test_hindsight_says_that_it_is() -> None:
    assert "hindsight" in charlie(lens="hindsight").plot().to_dict()["title"]
    assert "hindsight" not in charlie().plot().to_dict()["title"]


def test_the_log_may_grow_and_the_picture_stays_that_of_its_answer() -> None:
    case = next(case for case in CASES if case.stem == "charlie")
    lines = case.read_text(encoding="utf-8").split("\n")[:-1]
    log = rh.CaseLog.from_jsonl("\n".join(lines[:20]))
    answer = rh.assess(log, rh.Policy.embedded(), at="2018-04-18", audience="manager")
    before = answer.plot().to_dict()
    log.extend(lines[20:])
    assert answer.plot().to_dict() == before


def test_hostile_text_in_a_title_is_only_text() -> None:
    hostile = "<b>\\n'] + alert(1) //"
    folder = Path(__file__).parents[2] / "policies" / "england-wales"
    files = {}
    for file in folder.glob("*.toml"):
        lines = file.read_text(encoding="utf-8").split("\n")[:-1]
        files[file.name] = "\n".join(
            f"title = {json.dumps(hostile)}" if line.startswith('title = "') and line.endswith('"') else line for line in lines
        )
    case = next(case for case in CASES if case.stem == "charlie")
    answer = rh.assess(the_log(case), rh.Policy.from_files(files), at="2018-04-18", audience="manager")

    def expressions(part: Any) -> list[str]:
        if isinstance(part, list):
            return [text for value in part for text in expressions(value)]
        if not isinstance(part, dict):
            return []
        own = [part[name] for name in ("labelExpr", "test", "expr") if name in part]
        return own + [text for value in part.values() for text in expressions(value)]

    found = expressions(answer.plot().to_dict())
    assert found and all("alert" not in text for text in found)


def test_a_case_without_records_can_be_drawn() -> None:
    log = rh.CaseLog("3f6c9a52-8c1e-4c3b-9c58-2f4f6f1d2a11")
    answer = rh.assess(log, rh.Policy.embedded(), at="2018-04-18", audience="manager")
    assert "Nothing to draw" in json.dumps(answer.plot().to_dict())


def test_without_altair_the_error_says_how_to_get_it() -> None:
    program = (
        "import sys; sys.modules['altair'] = None\n"
        "import risk_of_harm as rh\n"
        "log = rh.CaseLog('3f6c9a52-8c1e-4c3b-9c58-2f4f6f1d2a11')\n"
        "answer = rh.assess(log, rh.Policy.embedded(), at='2018-04-18', audience='manager')\n"
        "try:\n    answer.plot()\n"
        "except ImportError as error:\n    print(error)\n"
    )
    told = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert told.stdout.strip() == "this needs the package altair: pip install risk-of-harm[plot]"


def test_the_package_is_there_without_any_other() -> None:
    blocked = ["altair", "pyarrow", "pandas", "polars", "duckdb", "pyspark", "tqdm", "hypothesis", "numpy"]
    program = f"import sys; sys.modules.update(dict.fromkeys({blocked!r})); import risk_of_harm; print('here')"
    told = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert told.stdout.strip() == "here"


class Answered:
    """The answers of a caseload, as a picture needs them."""

    def __init__(self, actions: list[dict[str, Any]], cases: int) -> None:
        kinds = [("case_id", "utf8"), ("owner", "utf8"), ("title", "utf8"), ("status", "utf8"), ("days_overdue", "int64")]
        schema = pyarrow.schema([(name, getattr(pyarrow, kind)()) for name, kind in kinds])
        self.actions = pyarrow.Table.from_pylist(actions, schema)
        self.cases = range(cases)


def action(case_id: str, status: str, days: int | None, owner: str = "manager", title: str = "Look at the case") -> dict[str, Any]:
    return {"case_id": case_id, "owner": owner, "title": title, "status": status, "days_overdue": days}


def test_a_caseload_shows_what_is_overdue_by_owner_action_and_age() -> None:
    answered = Answered(
        [
            action("a", "overdue", 1),
            action("a", "overdue", 7),
            action("b", "overdue", 8),
            action("b", "overdue", 91, title="Tell the police", owner="responsible_officer"),
            action("c", "overdue", 92, title="Tell the police", owner="responsible_officer"),
            action("c", "open", None),
            action("c", "done_late", None),
        ],
        cases=4,
    )
    chart = _plot.caseload(answered)
    counted = {(row["title"], row["band"]): row["count"] for row in rows(chart)}
    assert counted == {
        ("Look at the case", "1 to 7 days"): 2,
        ("Look at the case", "8 to 28 days"): 1,
        ("Look at the case", "all"): 3,
        ("Tell the police", "29 to 91 days"): 1,
        ("Tell the police", "more than 91 days"): 1,
        ("Tell the police", "all"): 2,
    }
    told = chart.to_dict()
    assert told["title"]["subtitle"] == "5 of 6 pending actions are overdue, in 3 of 4 cases"
    assert [panel["title"]["text"] for panel in told["vconcat"]] == ["Manager: 3", "Responsible officer: 2"]


def test_a_caseload_with_nothing_overdue_says_so() -> None:
    assert "Nothing is overdue" in json.dumps(_plot.caseload(Answered([action("a", "open", None)], cases=1)).to_dict())


def test_altair_is_not_loaded_before_a_picture_is_asked_for() -> None:
    program = "import risk_of_harm, sys; print('altair' in sys.modules)"
    told = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert told.stdout.strip() == "False"


def test_a_rise_of_an_indicated_level_is_marked_once() -> None:
    answer = charlie()
    chart = answer.plot().to_dict()

    def marked(part: Any) -> list[str]:
        if isinstance(part, list):
            return [name for value in part for name in marked(value)]
        if not isinstance(part, dict):
            return []
        own = [part["data"]["name"]] if isinstance(part.get("mark"), dict) and part["mark"].get("shape") == "triangle-up" else []
        return own + [name for value in part.values() for name in marked(value)]

    rises = [row["group"] for name in marked(chart) for row in chart["datasets"][name]]
    assert rises == ["Children", "Known adult"]


def test_what_is_drawn_stands_out_from_its_page() -> None:
    def light(colour: str) -> float:
        parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
        red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
        return 0.2126 * red + 0.7152 * green + 0.0722 * blue

    def contrast(one: str, other: str) -> float:
        least, most = sorted((light(one), light(other)))
        return (most + 0.05) / (least + 0.05)

    # The ratios that WCAG 2.2 asks for of text, and of what is to be told apart.
    for colours in (_plot._LIGHT, _plot._DARK):
        assert contrast(colours["text"], colours["page"]) >= 7
        assert contrast(colours["faint"], colours["page"]) >= 4.5
        assert contrast(colours["calm"], colours["page"]) >= 4.5
        assert contrast(colours["late"], colours["page"]) >= 4.5
