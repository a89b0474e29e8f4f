"""What is counted over a caseload agrees with its answers, and small numbers stay hidden."""

from __future__ import annotations

from collections import Counter
from typing import Any

import pyarrow
import pyarrow.compute as pc
import pytest

import risk_of_harm
from risk_of_harm import measures

AT = "2018-05-31"
PARTS = ["done_in_time", "done_late", "overdue", "not_yet_due", "not_needed", "superseded"]
OF_STATUS = {
    "done": "done_in_time",
    "done_late": "done_late",
    "overdue": "overdue",
    "open": "not_yet_due",
    "due_soon": "not_yet_due",
    "waiting": "not_yet_due",
    "not_needed": "not_needed",
    "superseded": "superseded",
}


def rows(table: Any) -> list[dict[str, Any]]:
    return list(pyarrow.table(table).to_pylist())


@pytest.fixture(scope="module")
def by_office(caseload: pyarrow.Table) -> pyarrow.Table:
    """The caseload with an office for each case: north, or south, and for one case nobody said."""
    cases = list(dict.fromkeys(caseload.column("case_id").to_pylist()))
    office = {case: "north" if i % 3 else "south" for i, case in enumerate(cases)}
    office[cases[0]] = None  # type: ignore[assignment]
    return caseload.append_column("office", pyarrow.array([office[case] for case in caseload.column("case_id").to_pylist()]))


@pytest.mark.parametrize("lens", ["as_known", "hindsight"])
def test_the_measures_are_those_of_the_answers(by_office: pyarrow.Table, lens: str) -> None:
    answers = risk_of_harm.assess_caseload(by_office, audience="inspector", at=AT, lens=lens, keep=["office"])
    counted: Counter[tuple[str, str, str]] = Counter()
    with_action = set()
    for line in rows(answers.actions):
        counted[line["office"], line["action"], OF_STATUS[line["status"]]] += 1
        with_action.add((line["office"], line["action"], line["case_id"]))
    told = measures(by_office, audience="inspector", at=AT, lenses=[lens], by=["office"])
    found = rows(told.actions)
    assert {row["office"] for row in found} == {"north", "south", None}
    for row in found:
        group = row["office"], row["action"]
        assert {part: row[part] for part in PARTS} == {part: counted[(*group, part)] for part in PARTS}
        assert row["cases_required"] == sum(1 for *of, _ in with_action if tuple(of) == group)
        assert row["required"] == sum(row[part] for part in PARTS)
        assert row["outstanding"] == row["overdue"] + row["not_yet_due"]
    assert sum(row["required"] for row in found) == len(answers.actions)


def test_each_lens_has_its_own_rows_and_the_whole_is_the_sum_of_its_groups(by_office: pyarrow.Table) -> None:
    whole, grouped = (measures(by_office, audience="analyst", at=AT, by=by) for by in ([], ["office"]))
    assert {row["lens"] for row in rows(whole.actions)} == {"as_known", "hindsight"}
    sums = pyarrow.table(grouped.actions).group_by(["lens", "action"]).aggregate([("required", "sum"), ("cases", "sum")])
    of_groups = {(row["lens"], row["action"]): (row["required_sum"], row["cases_sum"]) for row in sums.to_pylist()}
    assert of_groups == {(row["lens"], row["action"]): (row["required"], row["cases"]) for row in rows(whole.actions)}
    assert whole.cases == 40 and whole.events == by_office.num_rows


def test_half_of_those_done_were_done_within_the_median(caseload: pyarrow.Table) -> None:
    answers = pyarrow.table(risk_of_harm.assess_caseload(caseload, audience="analyst", at=AT).actions)
    told = {row["action"]: row for row in rows(measures(caseload, audience="analyst", at=AT, lenses=["as_known"]).actions)}
    done = answers.filter(pc.is_in(answers["status"], pyarrow.array(["done", "done_late"])))
    for action in set(done["action"].to_pylist()):
        of_action = done.filter(pc.equal(done["action"], action))
        days = sorted((b - a).days for a, b in zip(of_action["opened"].to_pylist(), of_action["closed"].to_pylist(), strict=True))
        assert told[action]["median_days"] == days[(len(days) - 1) // 2], action


@pytest.mark.parametrize("below", [2, 5, 10])
def test_suppression_hides_small_numbers_and_what_would_give_them_away(by_office: pyarrow.Table, below: int) -> None:
    full = rows(measures(by_office, audience="analyst", at=AT, by=["office"]).actions)
    told = rows(measures(by_office, audience="analyst", at=AT, by=["office"], suppress_below=below).actions)
    hidden = 0
    for shown, row in zip(told, full, strict=True):
        numbers = {name: value for name, value in shown.items() if name not in ("lens", "action", "office", "median_days")}
        for name, value in numbers.items():
            assert value is None or (value == row[name] and (value == 0 or value >= below)), name
        hidden += sum(value is None for value in numbers.values())
        assert sum(shown[name] is None for name in ["required", *PARTS]) != 1
    assert hidden > 0


def test_a_rule_that_was_decided_against_and_one_that_was_disputed_are_counted() -> None:
    case = "3f6c9a52-8c1e-4c3b-9c58-2f4f6f1d2a11"
    log = risk_of_harm.CaseLog(case)

    def record(number: int, day: str, kind: str, agency: str = "probation", **data: Any) -> dict[str, Any]:
        moment = f"2018-{day}T09:00:00Z"
        return {
            "event_id": f"00000000-0000-0000-0000-{number:012}",
            "case_id": case,
            "occurred_at": moment,
            "recorded_at": moment,
            "source": {"agency": agency},
            "kind": kind,
            "data": data,
        }

    log.extend(
        [
            record(
                1,
                "01-02",
                "supervision_started",
                sentence_id="s1",
                sentence_type="community_order",
                index_offence="assault",
                index_offence_is_domestic_abuse="yes",
            ),
            record(2, "02-01", "police_call_out", "police", outcome="arrest", children_present="yes"),
            record(3, "02-02", "rule_disputed", rule="call-out-learnt", by="po1", reason="other"),
            {
                **record(4, "02-03", "action_decided"),
                "handling": "partner_confidential",
                "data": {
                    "action": "consider_marac_referral",
                    "reasons": ["00000000-0000-0000-0000-000000000002"],
                    "decision": "not_needed",
                    "by": "spo1",
                    "role": "manager",
                    "reason": "led_by_other_agency",
                },
            },
        ]
    )
    told = measures(risk_of_harm.records_to_arrow(log), audience="inspector", at="2018-03-01", lenses=["as_known"])
    [rule] = [row for row in rows(told.rules) if row["rule"] == "call-out-learnt"]
    assert rule["rule_disputed"] == 1 and rule["required"] > rule["decided_against"] == 1
    [action] = [row for row in rows(told.actions) if row["action"] == "consider_marac_referral"]
    assert action["not_needed"] == action["required"] == 1


def test_what_is_asked_wrongly_is_refused(caseload: pyarrow.Table) -> None:
    with pytest.raises(TypeError, match="audience"):
        measures(caseload, at=AT)  # type: ignore[call-arg]
    with pytest.raises(ValueError, match="lenses"):
        measures(caseload, audience="analyst", at=AT, lenses=[])
    with pytest.raises(ValueError, match="lenses"):
        measures(caseload, audience="analyst", at=AT, lenses=["as_known", "as_known"])
    with pytest.raises(risk_of_harm.QuestionError, match="hindsight"):
        measures(caseload, audience="analyst", at=AT, lenses=["hindsigth"])
    with pytest.raises(ValueError, match="suppress_below"):
        measures(caseload, audience="analyst", at=AT, suppress_below=0)
    with pytest.raises(risk_of_harm.RecordError, match="offices"):
        measures(caseload, audience="analyst", at=AT, by=["offices"])
    with pytest.raises(risk_of_harm.RecordError, match="required"):
        measures(caseload.append_column("required", caseload["kind"]), audience="analyst", at=AT, by=["required"])


def test_a_case_with_a_problem_is_not_counted_and_is_named(caseload: pyarrow.Table) -> None:
    place = caseload.column_names.index("kind")
    kinds = caseload.column("kind").to_pylist()
    broken = caseload.set_column(place, "kind", pyarrow.array(["police_callout", *kinds[1:]]))
    told = measures(broken, audience="analyst", at=AT, problems="rows")
    assert [row["case_id"] for row in rows(told.problems)] == [caseload["case_id"][0].as_py()]
    assert {row["cases"] for row in rows(told.actions)} == {39}
    with pytest.raises(risk_of_harm.RecordError, match="police_call_out"):
        measures(broken, audience="analyst", at=AT)


def test_a_case_over_budget_is_named_and_every_other_is_answered_and_counted(caseload: pyarrow.Table) -> None:
    whole = risk_of_harm.assess_caseload(caseload, audience="manager", at=AT)
    budget = next(n for n in (int(1.1**k) for k in range(30, 300)) if _over(caseload, n) < 20)
    found = risk_of_harm.assess_caseload(caseload, audience="manager", at=AT, problems="rows", case_budget=budget)
    over = {row["case_id"] for row in rows(found.problems)}
    assert 0 < len(over) < 20 and {row["code"] for row in rows(found.problems)} == {"RISK_OVER_BUDGET"}
    assert rows(found.cases) == [row for row in rows(whole.cases) if row["case_id"] not in over]
    told = measures(caseload, audience="manager", at=AT, lenses=["as_known"], problems="rows", case_budget=budget)
    assert {row["case_id"] for row in rows(told.problems)} == over
    assert {row["cases"] for row in rows(told.actions)} == {40 - len(over)}
    with pytest.raises(risk_of_harm.BudgetError, match="at most 1 units"):
        risk_of_harm.assess_caseload(caseload, audience="manager", at=AT, case_budget=1)
    for wrong in (0, -1, True, 2**64):
        with pytest.raises(ValueError, match="case_budget"):
            measures(caseload, audience="analyst", at=AT, case_budget=wrong)


def _over(caseload: pyarrow.Table, budget: int) -> int:
    """How many cases are over that budget."""
    found = risk_of_harm.assess_caseload(caseload, audience="manager", at=AT, problems="rows", case_budget=budget)
    return len(found.problems)


def test_a_page_of_measures_and_of_a_caseload_are_escaped(by_office: pyarrow.Table) -> None:
    place = by_office.column_names.index("office")
    hostile = by_office.set_column(place, "office", pyarrow.array(["<script>"] * by_office.num_rows))
    assert "<script>" not in measures(hostile, audience="analyst", at=AT, by=["office"])._repr_html_()
