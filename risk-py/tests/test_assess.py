"""Answers: every option of the question, every audience, and the types in which Python has them."""

from __future__ import annotations

import copy
import json
import pickle
from datetime import date, datetime, timedelta, timezone
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest

from risk_of_harm import (
    Action,
    ActionKind,
    Assessment,
    Audience,
    CaseLog,
    Handling,
    Kind,
    Lens,
    Policy,
    Priority,
    QuestionError,
    Status,
    assess,
)
from sample import CASE, NORTHSHIRE, event_id, record, story, supervision, told_log

AT = "2018-04-18"


def answer(**words: Any) -> Assessment:
    return assess(told_log(), **{"at": AT, "audience": "responsible_officer", **words})


def kinds(found: Assessment) -> set[str]:
    return {str(action.action) for action in found.pending}


def test_an_answer_says_which_case_when_and_for_whom() -> None:
    found = answer()
    assert found.case_id == CASE
    assert found.at == found.known_at == datetime(2018, 4, 18, 22, 59, 59, 999999, tzinfo=timezone.utc)
    assert found.lens is Lens.AS_KNOWN and found.audience is Audience.RESPONSIBLE_OFFICER
    assert found.next_change_at is None or found.next_change_at > found.at
    assert repr(found) == f"<Assessment of {CASE} at 2018-04-18 for the responsible_officer: {len(found.pending)} pending>"


def test_the_json_is_the_contract_and_the_dict_is_the_same() -> None:
    found = answer()
    text = found.to_json()
    assert json.loads(text) == found.to_dict()
    assert json.dumps(found.to_dict(), separators=(",", ":"), ensure_ascii=False) == text
    assert found.to_dict()["schema"] == "risk-assessment/1"


def test_without_a_policy_the_pack_that_is_built_in_is_meant(policy: Policy) -> None:
    assert answer() == answer(policy=policy)
    assert answer() != answer(policy=Policy.embedded(overlays=[NORTHSHIRE], locality="northshire"))


def test_the_same_moment_may_be_given_in_several_ways() -> None:
    london = ZoneInfo("Europe/London")
    same = [
        datetime(2018, 4, 18, 15, tzinfo=london),
        datetime(2018, 4, 18, 14, tzinfo=timezone.utc),
        datetime(2018, 4, 18, 16, tzinfo=timezone(timedelta(hours=2))),
        "2018-04-18 15:00",
        "2018-04-18T14:00:00Z",
    ]
    assert len({answer(at=at) for at in same}) == 1
    assert answer(at=date(2018, 4, 18)) == answer(at=AT)


def test_a_moment_of_pandas_is_a_moment() -> None:
    pandas = pytest.importorskip("pandas")
    assert answer(at=pandas.Timestamp("2018-04-18T14:00:00Z")) == answer(at="2018-04-18T14:00:00Z")
    for naive in (pandas.Timestamp("2018-04-18"), pandas.NaT):
        with pytest.raises(QuestionError, match="with its zone"):
            answer(at=naive)


@pytest.mark.parametrize("name", ["at", "known_at"])
def test_a_moment_without_its_zone_or_that_is_none_is_refused(name: str) -> None:
    with pytest.raises(QuestionError, match=f"`{name}`: expected a datetime with its zone") as refused:
        answer(**{name: datetime(2018, 4, 18)})
    assert refused.value.code == "RISK_BAD_TIME"
    assert refused.value.errors[0]["field"] == name
    for wrong in ("", "yesterday", "2018-13-01", "2018-03-25 01:30"):
        with pytest.raises(QuestionError, match=f"`{name}`: expected"):
            answer(**{name: wrong})
    with pytest.raises(TypeError, match=f"{name}: expected a datetime, a date or text, found float"):
        answer(**{name: 1.5})


def test_a_word_that_is_none_is_refused_and_the_nearest_is_offered() -> None:
    for name, wrong, near in (("audience", "manger", "manager"), ("lens", "hindsigt", "hindsight")):
        with pytest.raises(QuestionError, match=f"expected `{near}`, or another of .*found `{wrong}`") as refused:
            answer(**{name: wrong})
        assert refused.value.code == "RISK_BAD_WORD" and refused.value.errors[0]["field"] == name
    with pytest.raises(QuestionError, match="`feeds`: expected `police_call_out`"):
        answer(feeds=["police_callout"])
    with pytest.raises(TypeError, match="audience: expected a word, found NoneType"):
        answer(audience=None)


def test_there_is_no_audience_by_default() -> None:
    with pytest.raises(TypeError, match="audience"):
        assess(told_log(), at=AT)  # type: ignore[call-arg]


def test_words_may_be_text_or_of_the_enums() -> None:
    assert answer(audience=Audience.MANAGER, lens=Lens.HINDSIGHT) == answer(audience="manager", lens="hindsight")
    assert answer(feeds=[Kind.CHARGED]) == answer(feeds=["charged"]) == answer(feeds=iter(["charged"]))


def test_known_at_leaves_out_what_was_recorded_later() -> None:
    before = answer(known_at="2018-02-11")
    assert before.known_at < before.at
    assert "decide_sharing" not in kinds(before) and "decide_sharing" in kinds(answer())


def test_hindsight_places_what_was_recorded_late_when_it_happened() -> None:
    opened = {lens: answer(lens=lens).actions[0].opened for lens in Lens}
    sharing = {
        lens: [action.opened for action in answer(lens=lens).actions if action.action == "decide_sharing"]
        for lens in Lens
    }
    assert opened
    assert sharing == {Lens.AS_KNOWN: [date(2018, 2, 12)], Lens.HINDSIGHT: [date(2018, 2, 5)]}


def test_without_a_feed_the_answer_names_the_rules_that_are_blind() -> None:
    assert answer().blind_to == []
    assert "plw-raised-risk" in answer(feeds=["supervision_started", "risk_assessed"]).blind_to
    assert "plw-raised-risk" not in answer(feeds=["plw_disclosure"]).blind_to
    with pytest.raises(TypeError, match="feeds: expected a list of kinds, found one text"):
        answer(feeds="charged")


@pytest.mark.parametrize("audience", list(Audience))
def test_every_audience_gets_the_answer_that_it_may_see(audience: Audience) -> None:
    found = answer(audience=audience)
    assert found.audience is audience
    sees_all = audience.value in {"responsible_officer", "manager", "inspector", "analyst"}
    assert (found.receipt["records"] == 3) == sees_all
    assert (found.classification is None) == (audience is Audience.SUPERVISED_PERSON)
    assert len(found.agenda) <= 8 and {action.id for action in found.agenda} <= {action.id for action in found.pending}
    assert found.text() and found.text(all=True)


def test_an_audience_that_may_not_see_a_record_has_the_same_answer_without_it() -> None:
    without = CaseLog(CASE)
    without.extend(entry for entry in story() if entry["kind"] != "plw_disclosure")
    for audience in ("supervised_person", "partner_agency", "programmes_team"):
        assert assess(without, at=AT, audience=audience) == answer(audience=audience)
    assert assess(without, at=AT, audience="manager") != answer(audience="manager")


def test_the_supervised_person_sees_nothing_that_a_partner_told() -> None:
    text = answer(audience="supervised_person").to_json()
    for word in ("plw", "disclosure", "marac", "victim", event_id(2), '"medium"'):
        assert word not in text


def test_an_action_has_the_types_of_python() -> None:
    review = next(action for action in answer().actions if action.action == "review_risk")
    assert isinstance(review.id, UUID)
    assert review.action is ActionKind.REVIEW_RISK
    assert review.status is Status.OVERDUE and review.priority is Priority.PROTECT_NOW and review.is_pending
    assert review.handling is Handling.PARTNER_CONFIDENTIAL
    assert (review.opened, review.due, review.closed) == (date(2018, 2, 12), date(2018, 2, 19), None)
    assert review.days_overdue == (date(2018, 4, 18) - date(2018, 2, 19)).days
    assert (review.about, review.owner, review.part_of) == ((), "responsible_officer", None)
    assert review.details["because"][0]["rule"] == "plw-raised-risk"
    steps = [action for action in answer().actions if action.part_of == review.id]
    assert steps and all(not step.handling or step.handling in Handling for step in steps)


def test_an_action_cannot_be_changed() -> None:
    review = answer().actions[0]
    with pytest.raises(AttributeError):
        review.title = "nothing to do"  # type: ignore[misc]
    assert isinstance(review, Action)


def test_a_word_of_a_newer_engine_stays_text() -> None:
    told = {**answer().actions[0].details, "status": "resting", "action": "new_kind_of_action"}
    action = Action._of(told)
    assert (action.status, action.action, action.is_pending) == ("resting", "new_kind_of_action", False)


def test_pending_is_what_is_open_due_soon_overdue_or_waiting() -> None:
    log = told_log()
    log.append(
        {
            **record(5, "sharing_decided", "2018-02-13", in_response_to=event_id(2), decision="share"),
            "handling": "partner_confidential",
        }
    )
    found = assess(log, at=AT, audience="manager")
    done = [action for action in found.actions if action.action == "decide_sharing"]
    assert [action.status for action in done] == [Status.DONE]
    assert found.pending == [action for action in found.actions if action.is_pending]
    assert done[0] not in found.pending


def test_the_agenda_holds_the_most_important_first() -> None:
    agenda = answer().agenda
    order = list(Priority)
    ranks = [order.index(Priority(action.priority)) for action in agenda]
    assert agenda and ranks == sorted(ranks)


def test_what_an_answer_gives_away_can_be_changed_without_changing_it() -> None:
    found = answer()
    before = found.to_json()
    found.to_dict()["actions"].clear()
    found.actions.clear()
    found.actions[0].details["title"] = "nothing to do"
    found.receipt["policy"]["id"] = "another"
    found.flags.clear()
    assert found.classification is not None
    found.classification["groups"].clear()
    assert found.to_json() == before and found.actions[0].title != "nothing to do" and found.flags
    assert found.receipt["policy"]["id"] == "england-wales" and found.classification["groups"]


def test_an_answer_does_not_change_when_the_log_does() -> None:
    log = told_log()
    found = assess(log, at=AT, audience="manager")
    before = found.to_json(), found.text(), found.explain()
    log.append(record(5, "home_visit_completed", "2018-02-13"))
    assert (found.to_json(), found.text(), found.explain()) == before
    with pytest.raises(AttributeError, match="does not change"):
        found.at = None  # type: ignore[assignment, misc]
    with pytest.raises(AttributeError, match="does not change"):
        del found._inner
    with pytest.raises(TypeError, match="risk_of_harm.assess"):
        Assessment()


def test_answers_are_equal_where_their_json_is() -> None:
    assert answer() == answer() and hash(answer()) == hash(answer())
    assert answer() != answer(audience="manager") and answer() != answer().to_json()
    assert len({answer(), answer(), answer(at="2018-04-19")}) == 2


def test_an_answer_comes_back_from_a_pickle_also_after_the_log_has_grown() -> None:
    log = told_log()
    found = assess(log, at=AT, audience="manager", lens="hindsight", feeds=["charged"])
    log.append(record(5, "home_visit_completed", "2018-02-13"))
    for again in (pickle.loads(pickle.dumps(found)), copy.copy(found), copy.deepcopy(found)):
        assert again == found and again.explain() == found.explain() and again.text() == found.text()
    empty = assess(CaseLog(CASE), at=AT, audience="manager")
    assert pickle.loads(pickle.dumps(empty)) == empty


def test_a_log_with_nothing_in_it_has_an_answer_with_nothing_in_it() -> None:
    found = assess(CaseLog(CASE), at=AT, audience="manager")
    assert (found.actions, found.agenda, found.pending, found.flags) == ([], [], [], [])


def test_the_page_for_people_shows_what_matters_first_and_all_on_demand() -> None:
    found = answer()
    assert "Review the risk of harm" in found.text() == str(found)
    assert len(found.text(all=True)) > len(found.text())
    assert "\x1b" not in found.text(all=True)


def test_moments_at_the_ends_of_time_have_an_answer() -> None:
    for at in (date.min, date.max, datetime.min.replace(tzinfo=timezone.utc), datetime.max.replace(tzinfo=timezone.utc)):
        found = answer(at=at)
        assert repr(found) and found.at.year in (1, 9999)


def test_an_answer_for_a_day_after_the_review_of_the_policy_says_so() -> None:
    assert answer(at="2024-01-01").receipt["policy"]["beyond_review"] is True
    assert "beyond_review" not in answer().receipt["policy"]


def test_the_receipt_says_with_what_the_answer_was_made(policy: Policy) -> None:
    log = CaseLog(CASE)
    log.append(supervision())
    head = log.seal()
    receipt = assess(log, policy, at=AT, audience="manager").receipt
    assert (receipt["policy"]["digest"], receipt["records"], receipt["head"]) == (policy.digest, 1, head)
