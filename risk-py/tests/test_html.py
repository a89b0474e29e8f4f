"""What a notebook shows of policies, logs and answers."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import datetime, timedelta, timezone
from html.parser import HTMLParser
from pathlib import Path

import pyarrow
import pytest

import risk_of_harm as rh
from risk_of_harm._html import RECORDS_SHOWN, case_log, table

CASES = sorted((Path(__file__).parents[2] / "examples" / "cases").glob("*.jsonl"))
VOID = {"br", "hr", "img", "input", "link", "meta"}
HOSTILE = "<script>alert('1')</script>\"&amp;<b>"


class Page(HTMLParser):
    """A page, read: what elements it has, and what it says outside its style."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.said: list[str] = []
        self.feed(page)
        self.close()
        assert self.open == [], "every element is closed"

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag, "elements close in the order in which they opened"

    def handle_data(self, data: str) -> None:
        if "style" not in self.open:
            self.said.append(data)

    @property
    def text(self) -> str:
        return " ".join(" ".join(self.said).split())


def the_log(case: Path) -> rh.CaseLog:
    return rh.CaseLog.from_jsonl(case.read_text(encoding="utf-8"))


def the_answer(case: Path, audience: str) -> rh.Assessment:
    return rh.assess(the_log(case), rh.Policy.embedded(), at="2018-06-01", audience=audience)


def pages() -> list[str]:
    policy, case = rh.Policy.embedded(), CASES[0]
    shown = [policy, the_log(case), *(the_answer(case, audience) for audience in rh.Audience)]
    return [thing._repr_html_() for thing in shown] + [table("a", ["b"], [[1]])]


def test_no_page_runs_a_script_or_fetches_anything() -> None:
    for page in pages():
        found = Page(page)
        assert {tag for tag, _ in found.elements}.isdisjoint({"script", "img", "link", "iframe", "object", "a"})
        attributes = {name for _, attrs in found.elements for name in attrs}
        assert attributes <= {"class", "scope"}
        assert "url(" not in page and "@import" not in page and "http" not in page.split("</style>")[0]


def test_a_page_takes_its_colours_from_what_is_around_it() -> None:
    for page in pages():
        style = page.split("<style>")[1].split("</style>")[0]
        colours = [part.split(":")[1] for part in style.replace("}", ";").replace("{", ";").split(";") if "color:" in part]
        assert colours and set(colours) <= {"inherit", "currentColor"}
        assert all(line.startswith((".risk-of-harm", "border:0")) for line in style.strip().splitlines())


def test_every_table_says_what_it_is_and_every_heading_what_it_heads() -> None:
    for page in pages():
        found = Page(page)
        tags = [tag for tag, _ in found.elements]
        assert tags.count("table") == tags.count("caption")
        assert all(attrs.get("scope") in ("col", "row") for tag, attrs in found.elements if tag == "th")


class Told:
    """A log whose records say something else."""

    def __init__(self, log: rh.CaseLog, data: object, note: str) -> None:
        self.case_id, self.head, self.is_sealed = log.case_id, log.head, log.is_sealed
        self.records = [{**record, "data": data, "note": note} for record in log]

    def __len__(self) -> int:
        return len(self.records)

    def __iter__(self) -> Iterator[dict[str, object]]:
        return iter(self.records)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.stem)
def test_a_logs_page_shows_that_records_are_there_and_never_what_they_say(case: Path) -> None:
    log = the_log(case)
    shown = log._repr_html_()
    page = Page(shown).text
    for record in log:
        assert record["event_id"] in page
    # The page is the same whatever the records say.
    for data, note in (({}, ""), ({"raised_risk": "yes", "concerns": ["strangulation"]}, "what she told in confidence")):
        assert case_log(Told(log, data, note)) == shown  # type: ignore[arg-type]


def test_of_a_long_log_the_latest_records_are_listed_and_the_others_counted() -> None:
    log = rh.CaseLog("3f6c9a52-8c1e-4c3b-9c58-2f4f6f1d2a11")
    start = datetime(2018, 1, 1, tzinfo=timezone.utc)
    moments = [start + timedelta(days=day) for day in range(RECORDS_SHOWN + 5)]
    log.extend(
        {
            "event_id": f"3f6c9a52-8c1e-4c3b-9c58-{number:012}",
            "case_id": log.case_id,
            "occurred_at": moment,
            "recorded_at": moment,
            "source": {"agency": "probation", "role": "responsible_officer"},
            "kind": "appointment_attended",
            "data": {},
        }
        for number, moment in enumerate(moments)
    )
    page = Page(log._repr_html_()).text
    assert f"{RECORDS_SHOWN + 5} records" in page
    assert "5 earlier records are not listed" in page
    assert "3f6c9a52-8c1e-4c3b-9c58-000000000004" not in page
    assert "3f6c9a52-8c1e-4c3b-9c58-000000000005" in page


def test_an_empty_log_has_a_page() -> None:
    assert "0 records" in Page(rh.CaseLog("3f6c9a52-8c1e-4c3b-9c58-2f4f6f1d2a11")._repr_html_()).text


@pytest.mark.parametrize("audience", rh.Audience)
@pytest.mark.parametrize("case", CASES, ids=lambda case: case.stem)
def test_an_answers_page_says_what_the_page_of_text_says(case: Path, audience: rh.Audience) -> None:
    answer = the_answer(case, audience)
    page = Page(answer._repr_html_())
    assert str(answer.case_id) in page.text
    for line in answer.agenda:
        own = page.text.split("Agenda", 1)[1]
        assert line.title in own
        if line.days_overdue:
            days = "1 day" if line.days_overdue == 1 else f"{line.days_overdue} days"
            assert f"overdue by {days}" in own
        if line.details.get("caution"):
            assert "Do not raise with the person" in own
    assert " ".join(answer.text(all=True).split()) in page.text
    for word in ("failed", "failure", "negligent", "fault"):
        assert word not in page.text.lower()


def test_a_reader_who_sees_no_levels_is_shown_none() -> None:
    page = Page(the_answer(CASES[0], "supervised_person")._repr_html_()).text
    assert "Risk of serious harm" not in page
    assert "Work to" not in page


def test_a_level_above_the_recorded_one_stands_until_a_person_decides() -> None:
    raised = 0
    for case in CASES:
        answer = the_answer(case, "manager")
        assert answer.classification is not None
        page = Page(answer._repr_html_()).text.split("Everything")[0]
        above = f"{answer.text()}".split("AGENDA")[0].count("until a person decides")
        assert page.count("until a person decides") == above
        raised += above
    assert raised


def test_unknown_is_not_shown_as_low() -> None:
    log = rh.CaseLog("3f6c9a52-8c1e-4c3b-9c58-2f4f6f1d2a11")
    page = Page(rh.assess(log, rh.Policy.embedded(), at="2018-04-18", audience="manager")._repr_html_()).text
    assert "Unknown is not low." in page
    assert "No news is not a sign of safety." in page
    assert "LOW" not in page


def hostile_policy() -> rh.Policy:
    """A policy whose every text is hostile."""
    toml = Path(__file__).parents[2] / "policies" / "england-wales"
    files = {}
    for file in toml.glob("*.toml"):
        text = file.read_text(encoding="utf-8")
        lines = [
            f"title = {json.dumps(HOSTILE)}" if line.startswith('title = "') and line.endswith('"') else line
            for line in text.splitlines()
        ]
        files[file.name] = "\n".join(lines)
    return rh.Policy.from_files(files)


def test_hostile_text_in_a_policy_is_only_text() -> None:
    policy = hostile_policy()
    for case in CASES[:3]:
        answer = rh.assess(the_log(case), policy, at="2018-06-01", audience="responsible_officer")
        for shown in (policy, answer):
            page = Page(shown._repr_html_())
            assert HOSTILE in page.text
            assert {tag for tag, _ in page.elements}.isdisjoint({"script", "b"})


def test_hostile_text_in_a_table_is_only_text() -> None:
    page = Page(table(HOSTILE, [HOSTILE], [[HOSTILE], [[HOSTILE, None]], [None], [12345], [True]], more=1200))
    assert page.text.count(HOSTILE) == 4
    assert "12,345" in page.text and "yes" in page.text and "and 1,200 more" in page.text
    assert {tag for tag, _ in page.elements}.isdisjoint({"script", "b"})


def test_a_policys_page_says_which_it_is_and_on_what_it_rests() -> None:
    policy = rh.Policy.embedded()
    page = Page(policy._repr_html_()).text
    told = json.loads(policy.show("json"))
    assert policy.digest in page and policy.version in page
    for document in told["documents"]:
        assert document["title"] in page
    for rule in [*told["rules"], *told["duties"]]:
        assert rule["id"] in page


def test_a_table_of_records_shows_nothing_of_what_they_say() -> None:
    records = rh.records_to_arrow([the_log(case) for case in CASES])
    page = Page(records._repr_html_()).text
    assert "not shown" in page
    assert "supervision_started" in page and f"and {len(records) - 10} more" in page
    for word in ("community_order", "sentence_id", "known_adult", "expires_on"):
        assert word not in page


def test_a_caseload_says_what_was_asked_and_how_much_came_of_it() -> None:
    records = rh.records_to_arrow([the_log(case) for case in CASES])
    answered = rh.assess_caseload(records, audience="analyst", at="2018-04-18")
    page = Page(answered._repr_html_()).text
    assert "18 Apr 2018" in page and "analyst" in page and f"Cases {len(CASES)}" in page
    assert "A case with a problem has no answer" not in page
    first = Page(answered.actions._repr_html_())
    assert len([tag for tag, _ in first.elements if tag == "tr"]) == 11


def test_a_caseload_with_problems_says_so_on_its_page() -> None:
    records = rh.records_to_arrow([the_log(case) for case in CASES]).to_arrow()
    kinds = records.column("kind").to_pylist()
    kinds[0] = "police_callout"
    broken = records.set_column(records.column_names.index("kind"), "kind", pyarrow.array(kinds))
    answered = rh.assess_caseload(broken, audience="analyst", at="2018-04-18", problems="rows")
    assert "A case with a problem has no answer" in Page(answered._repr_html_()).text


def test_what_acts_on_what_shows_it_is_shown_as_its_number() -> None:
    page = table("title\u202e", ["\u2066column"], [["a\u200bb\x1b[2J\u009b\ufeff\u2028c"]])
    assert not any(char in page for char in "\u202e\u2066\u200b\x1b\u009b\ufeff\u2028"), page
    assert "title\\u{202e}" in Page(page).text
    assert "a\\u{200b}b\\u{1b}[2J" in Page(page).text


def test_an_answer_for_a_moment_before_all_records_says_so_above_all_else() -> None:
    log = the_log(CASES[0])
    early = rh.assess(log, rh.Policy.embedded(), at="2001-01-01", audience="manager")
    assert early.to_dict()["receipt"]["all_records_later"] is True
    assert Page(early._repr_html_()).said[0].startswith("All records of this case are later")
    assert "ALL RECORDS OF THIS CASE ARE LATER" in early.text()
    later = rh.assess(log, rh.Policy.embedded(), at="2018-06-01", audience="manager")
    assert "All records of this case" not in later._repr_html_()
