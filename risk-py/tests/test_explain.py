"""Why something stands in an answer, why a rule did not fire, what changed: in time, by policy, with hindsight."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import pytest

from risk_of_harm import (
    ActionKind,
    Assessment,
    Audience,
    AudienceError,
    CaseLog,
    Group,
    Policy,
    QuestionError,
    assess,
    compare,
    timeline,
)
from sample import CASE, NORTHSHIRE, disclosure, event_id, record, story, supervision, told_log

AT = "2018-04-18"


def answer(audience: str = "responsible_officer", at: str = AT) -> Assessment:
    return assess(told_log(), at=at, audience=audience)


def reasons(told: dict[str, Any]) -> set[tuple[str, str]]:
    return {
        (reason["rule"]["id"], reason["event"]["event_id"])
        for outcome in told["outcomes"]
        for reason in outcome["reasons"]
    }


def test_an_action_is_explained_by_event_rule_and_source() -> None:
    review = next(action for action in answer().actions if action.action == "review_risk")
    for of in (review.id, str(review.id), ActionKind.REVIEW_RISK, "review_risk"):
        told = answer().explain(of)
        assert (told["schema"], told["case_id"]) == ("risk-explanation/1", str(CASE))
        assert reasons(told) == {("plw-raised-risk", event_id(2))}
    (reason,) = told["outcomes"][0]["reasons"]
    assert reason["event"]["occurred_on"] == "2018-02-05" and reason["event"]["recorded_on"] == "2018-02-12"
    assert reason["rule"]["sources"][0]["quote"]
    assert reason["limit"]["value"] == 7


def test_a_group_is_explained() -> None:
    for of in (Group.KNOWN_ADULT, "known_adult"):
        told = answer().explain(of)
        assert told["outcomes"] and reasons(told) <= reasons(answer().explain())


def test_with_nothing_named_all_that_is_open_is_explained() -> None:
    told = answer().explain()
    explained = {outcome["action"]["id"] for outcome in told["outcomes"] if outcome.get("action")}
    assert {str(action.id) for action in answer().pending} <= explained


def test_each_reason_of_the_answer_is_explained() -> None:
    for action in answer().pending:
        assert reasons(answer().explain(action.id)) == {
            (because["rule"], because["event_id"]) for because in action.details["because"]
        }


@pytest.mark.parametrize("of", ["nothing", "", "2b6c9a52", UUID(int=5)])
def test_what_there_is_not_cannot_be_explained(of: str | UUID) -> None:
    if isinstance(of, UUID):
        assert answer().explain(of)["outcomes"] == []
        return
    with pytest.raises(QuestionError, match="expected an action's id, or one of") as refused:
        answer().explain(of)
    assert refused.value.errors[0]["field"] == "of"


def test_a_wrong_type_is_a_type_error() -> None:
    with pytest.raises(TypeError, match="of: expected a word, found int"):
        answer().explain(3)  # type: ignore[arg-type]


def test_an_audience_that_may_not_see_why_is_told_so() -> None:
    for ask in (lambda a: a.explain(), lambda a: a.why_not("plw-raised-risk")):
        with pytest.raises(AudienceError, match="the audience `partner_agency` may not see reasons") as refused:
            ask(answer("partner_agency"))
        assert refused.value.code == "RISK_NO_REASONS"
        assert isinstance(refused.value, PermissionError)


def test_an_explanation_for_the_person_names_nothing_that_is_hidden_from_them() -> None:
    text = str(answer("supervised_person").explain())
    assert "plw" not in text and event_id(2) not in text


def test_why_not_names_the_comparison_that_failed() -> None:
    log = CaseLog(CASE)
    calm = disclosure()
    calm["data"]["raised_risk"] = "no"
    log.extend([supervision(), calm])
    told = assess(log, at=AT, audience="manager").why_not("plw-raised-risk")
    assert told["fired"] is False and told["rule"]["condition"] == "event.raised_risk in [yes, unknown]"
    (trial,) = told["trials"]
    assert trial["event_id"] == event_id(2) and "raised_risk" in str(trial["failed"])
    assert answer().why_not("plw-raised-risk")["fired"] is True


def test_why_not_of_a_rule_that_there_is_not_offers_the_nearest() -> None:
    with pytest.raises(QuestionError, match="plw-raised-risk") as refused:
        answer().why_not("plw-raised-risc")
    assert refused.value.code == "RISK_BAD_WORD"


def test_the_timeline_says_what_each_event_changed() -> None:
    told = timeline(told_log(), at=AT, audience="manager")
    assert (told["schema"], told["case_id"], told["audience"]) == ("risk-timeline/1", str(CASE), "manager")
    by_event = {entry["event_id"]: step for step in told["steps"] for entry in step["records"]}
    assert list(by_event) == [event_id(1), event_id(3), event_id(2)]
    opened = {c["action"]["action"] for c in by_event[event_id(2)]["changes"] if c["change"] == "opened"}
    assert "decide_sharing" in opened
    assert any(step["by_time"] for step in told["steps"])


def test_the_timeline_takes_the_options_of_an_answer(policy: Policy) -> None:
    log = told_log()
    assert timeline(log, policy, at=AT, audience="manager") == timeline(log, at=AT, audience="manager")
    early = timeline(log, at=AT, known_at="2018-02-01", audience="manager")
    assert event_id(2) not in str(early) and event_id(3) in str(early)
    order = [entry["event_id"] for step in timeline(log, at=AT, lens="hindsight", audience="manager")["steps"] for entry in step["records"]]
    assert order == [event_id(1), event_id(3), event_id(2)]
    with pytest.raises(QuestionError, match="`audience`"):
        timeline(log, at=AT, audience="nobody")
    with pytest.raises(QuestionError, match="`at`"):
        timeline(log, at="soon", audience="manager")


@pytest.mark.parametrize("audience", list(Audience))
def test_every_audience_has_its_timeline_and_comparison(audience: Audience) -> None:
    told = timeline(told_log(), at=AT, audience=audience)
    assert told["audience"] == audience.value
    if audience in (Audience.SUPERVISED_PERSON, Audience.PARTNER_AGENCY):
        assert event_id(2) not in str(told) and "plw" not in str(told)
    assert compare(told_log(), at=AT, audience=audience)["audience"] == audience.value


def test_what_was_known_is_compared_with_hindsight() -> None:
    told = compare(told_log(), at=AT, audience="manager")
    assert (told["schema"], told["between"]) == ("risk-comparison/1", "lenses")
    assert (told["first"]["lens"], told["second"]["lens"]) == ("as_known", "hindsight")
    moved = {change["after"]["action"]: change for change in told["changes"] if change["change"] == "moved"}
    assert moved["decide_sharing"]["before"]["opened"] == "2018-02-12"
    assert moved["decide_sharing"]["after"]["opened"] == "2018-02-05"
    assert "delays" in told


def test_two_moments_are_compared() -> None:
    told = compare(told_log(), at="2018-02-01", and_at=AT, audience="manager")
    assert told["between"] == "dates"
    opened = {change["action"]["action"] for change in told["changes"] if change["change"] == "opened"}
    assert "decide_sharing" in opened
    assert compare(told_log(), at=AT, and_at=AT, audience="manager")["changes"] == []


def test_two_policies_are_compared(policy: Policy) -> None:
    local = Policy.embedded(overlays=[NORTHSHIRE], locality="northshire")
    told = compare(told_log(), policy, at=AT, audience="manager", other_policy=local)
    assert told["between"] == "policies"
    digests = [told[side]["receipt"]["policy"]["digest"] for side in ("first", "second")]
    assert digests == [policy.digest, local.digest]
    assert compare(told_log(), at=AT, audience="manager", other_policy=policy)["changes"] == []


def test_another_moment_and_another_policy_at_once_are_too_much(policy: Policy) -> None:
    with pytest.raises(ValueError, match="another moment or another policy, found both"):
        compare(told_log(), at=AT, audience="manager", and_at="2018-02-01", other_policy=policy)


def test_what_changed_since_an_earlier_answer_is_told() -> None:
    before, after = answer(at="2018-02-10"), answer()
    opened = {change["action"]["action"] for change in after.changes_since(before) if change["change"] == "opened"}
    assert "decide_sharing" in opened
    assert after.changes_since(after) == []
    log = told_log()
    log.append({**record(5, "sharing_decided", "2018-02-13", in_response_to=event_id(2), decision="share"), "handling": "partner_confidential"})
    closed = [change for change in assess(log, at=AT, audience="responsible_officer").changes_since(after) if change["change"] == "closed"]
    assert [change["action"]["action"] for change in closed] == ["decide_sharing"]


def test_answers_about_another_case_or_for_another_reader_have_no_changes() -> None:
    other = CaseLog(event_id(99))
    other.extend({**entry, "case_id": event_id(99)} for entry in story())
    for before in (assess(other, at=AT, audience="responsible_officer"), answer("manager")):
        with pytest.raises(ValueError, match="about the same case for the same audience"):
            answer().changes_since(before)
