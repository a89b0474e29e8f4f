"""Laws that hold for every log, whoever reads it."""

from __future__ import annotations

import json
import pickle
from datetime import datetime, timedelta, timezone
from typing import Any

import pytest
from hypothesis import Phase, assume, find, given, settings
from hypothesis import strategies as st

from risk_of_harm import Audience, CaseLog, IntegrityError, Kind, RecordError, RiskError, Stamp, assess, compare, timeline
from risk_of_harm.testing import hostile_lines, logs, records

Records = list[dict[str, Any]]
AUDIENCES = st.sampled_from(list(Audience))


def taken(entries: Records) -> CaseLog:
    log = CaseLog(entries[0]["case_id"])
    log.extend(entries)
    return log


def after(entries: Records, days: int = 30) -> datetime:
    """A moment after the last record."""
    return datetime.fromisoformat(entries[-1]["recorded_at"]) + timedelta(days=days)


def compact(told: Any) -> str:
    return json.dumps(told, separators=(",", ":"), ensure_ascii=False)


@given(logs())
def test_every_log_that_is_drawn_is_taken(entries: Records) -> None:
    assert taken(entries).to_jsonl() == "".join(json.dumps(entry, ensure_ascii=False) + "\n" for entry in entries)


@pytest.mark.parametrize("kind", list(Kind))
def test_logs_of_every_kind_are_drawn_and_taken(kind: Kind) -> None:
    seen: set[str] = set()

    @settings(max_examples=4)
    @given(logs(kinds=[kind], max_size=4))
    def look(entries: Records) -> None:
        seen.update(entry["kind"] for entry in entries)
        assert len(taken(entries)) == len(entries)

    look()
    assert seen == {"supervision_started", kind.value}


@given(records())
def test_every_record_that_is_drawn_is_taken_by_an_empty_log(entry: dict[str, Any]) -> None:
    assert CaseLog(entry["case_id"]).append(entry).added == 1


def test_a_log_shrinks_to_what_matters() -> None:
    def has_a_visit(entries: Records) -> bool:
        return any(entry["kind"] == "home_visit_completed" for entry in entries)

    # Without the phase that looks for an explanation, which takes ten times as long.
    short = settings(phases=[Phase.generate, Phase.shrink], database=None)
    least = find(logs(kinds=["home_visit_completed"], max_size=4), has_a_visit, settings=short)
    assert [entry["kind"] for entry in least] == ["supervision_started", "home_visit_completed"]
    assert all("note" not in entry and entry["occurred_at"] == least[0]["recorded_at"] for entry in least)
    assert least[1]["data"] == {} and least[1]["source"] == {"agency": "probation"}


def test_a_strategy_that_could_draw_nothing_is_refused() -> None:
    with pytest.raises(ValueError, match="at least 1"):
        logs(max_size=0)
    with pytest.raises(ValueError, match="draw it in a log"):
        records(kind="sharing_decided")
    with pytest.raises(ValueError):
        logs(kinds=["police_callout"])


@given(logs(), AUDIENCES, st.randoms(use_true_random=False))
def test_the_order_of_appending_changes_nothing(entries: Records, audience: Audience, chance: Any) -> None:
    shuffled = list(entries)
    chance.shuffle(shuffled)
    log = CaseLog(entries[0]["case_id"])
    log.extend(shuffled)
    at = after(entries)
    assert assess(log, at=at, audience=audience) == assess(taken(entries), at=at, audience=audience)


@given(logs(), st.randoms(use_true_random=False))
def test_appending_twice_changes_nothing(entries: Records, chance: Any) -> None:
    log = taken(entries)
    before = log.to_jsonl()
    again = [entry for entry in entries if chance.random() < 0.5]
    assert log.extend(again + entries) == (len(entries), 0)
    assert log.to_jsonl() == before


@given(logs(), AUDIENCES)
def test_one_by_one_and_all_at_once_are_the_same(entries: Records, audience: Audience) -> None:
    log = CaseLog(entries[0]["case_id"])
    for entry in entries:
        log.append(entry)
    assert log.to_jsonl() == taken(entries).to_jsonl()


@given(logs(), AUDIENCES)
def test_a_log_that_is_written_and_read_has_the_same_answer(entries: Records, audience: Audience) -> None:
    log, at = taken(entries), after(entries)
    answer = assess(log, at=at, audience=audience)
    for again in (CaseLog.from_jsonl(log.to_jsonl()), pickle.loads(pickle.dumps(log))):
        assert assess(again, at=at, audience=audience) == answer


@given(logs(max_size=8))
def test_what_was_sealed_verifies(entries: Records) -> None:
    log = taken(entries)
    head = log.seal()
    again = CaseLog.from_jsonl(log.to_jsonl())
    assert again.head == head and again.verify(head)["records"] == len(entries)


@given(logs(max_size=6), st.data())
@settings(max_examples=150)
def test_a_changed_byte_of_a_sealed_log_is_found_where_it_is(entries: Records, data: st.DataObject) -> None:
    log = taken(entries)
    # Stamps that are the same each time: the digits of a moment are as many as it needs.
    log.seal([Stamp(datetime(2100, 1, 1, tzinfo=timezone.utc), b"salt" * 4)] * len(log))
    lines = log.to_jsonl().split("\n")[:-1]
    which = data.draw(st.integers(0, len(lines) - 1))
    at = data.draw(st.integers(0, len(lines[which]) - 1))
    other = data.draw(st.sampled_from("0x \"é"))
    assume(lines[which][at] != other)
    changed = [*lines]
    changed[which] = lines[which][:at] + other + lines[which][at + 1 :]
    with pytest.raises((IntegrityError, RecordError)) as found:
        CaseLog.from_jsonl("\n".join(changed))
    assert found.value.errors[0]["line"] == which + 1


@given(logs(late=False, corrections=False), AUDIENCES)
def test_with_nothing_late_hindsight_is_what_was_known(entries: Records, audience: Audience) -> None:
    log, at = taken(entries), after(entries)
    known, hindsight = (
        assess(log, at=at, known_at=at, lens=lens, audience=audience).to_dict() for lens in ("as_known", "hindsight")
    )
    assert hindsight.pop("lens") != known.pop("lens")
    for action in hindsight["actions"]:
        action.pop("late_by", None)
    assert hindsight == known


@given(logs())
def test_what_the_person_may_not_know_changes_nothing_for_them(entries: Records) -> None:
    open_to_all = [entry for entry in entries if entry["handling"] == "ordinary"]
    assume(open_to_all)
    at = after(entries)
    for lens in ("as_known", "hindsight"):
        words: dict[str, Any] = {"at": at, "known_at": at, "lens": lens, "audience": "supervised_person"}
        with_all, without = assess(taken(entries), **words), assess(taken(open_to_all), **words)
        assert with_all == without
        assert with_all.text(all=True) == without.text(all=True)


@given(logs(), AUDIENCES, st.sampled_from(["as_known", "hindsight"]), st.integers(-400, 800))
def test_an_answer_is_one_in_all_its_forms(entries: Records, audience: Audience, lens: str, days: int) -> None:
    answer = assess(taken(entries), at=after(entries, days), lens=lens, audience=audience)
    assert json.loads(answer.to_json()) == answer.to_dict()
    assert compact(answer.to_dict()) == answer.to_json()
    again = pickle.loads(pickle.dumps(answer))
    assert again == answer and again.text(all=True) == answer.text(all=True)
    assert [str(action.id) for action in answer.actions] == [row["action_id"] for row in answer.table().to_arrow().to_pylist()]
    assert [action.id for action in answer.agenda] == [
        action.id for line in answer.to_dict()["agenda"]["lines"] for action in answer.actions if str(action.id) == line
    ]
    assert answer.changes_since(answer) == []


@given(logs(max_size=10))
def test_what_is_pending_can_be_explained_by_the_reasons_that_the_answer_gives(entries: Records) -> None:
    answer = assess(taken(entries), at=after(entries), audience="inspector")
    for action in answer.pending:
        (outcome,) = answer.explain(action.id)["outcomes"]
        told = {(reason["rule"]["id"], reason["event"]["event_id"]) for reason in outcome["reasons"]}
        assert {(because["rule"], because["event_id"]) for because in action.details["because"]} == told


@given(logs(max_size=10), AUDIENCES)
def test_nothing_changes_before_the_answer_says_that_it_would(entries: Records, audience: Audience) -> None:
    log, at = taken(entries), after(entries)
    answer = assess(log, at=at, audience=audience)
    change = answer.next_change_at
    assume(change is not None and change - at > timedelta(minutes=2))
    assert change is not None
    just_before = assess(log, at=change - timedelta(minutes=1), audience=audience)
    assert just_before.changes_since(answer) == []
    assert just_before.next_change_at == change


@given(logs(max_size=10), AUDIENCES)
def test_timelines_and_comparisons_are_of_the_same_case_for_the_same_reader(entries: Records, audience: Audience) -> None:
    log, at = taken(entries), after(entries)
    for told in (timeline(log, at=at, audience=audience), compare(log, at=at, audience=audience)):
        assert (told["case_id"], told["audience"]) == (entries[0]["case_id"], audience.value)


@given(logs(), AUDIENCES)
def test_no_note_is_ever_shown(entries: Records, audience: Audience) -> None:
    secret = "she hides at her sister's"
    log = taken([{**entry, "note": secret} for entry in entries])
    answer = assess(log, at=after(entries), audience=audience)
    assert secret not in answer.to_json() and secret not in answer.text(all=True) and secret not in repr(answer.table()._inner.told(1000))


@given(hostile_lines(), logs(max_size=4))
@settings(max_examples=200)
def test_a_hostile_line_is_refused_and_the_log_stays(line: str, entries: Records) -> None:
    log = taken(entries)
    before = log.to_jsonl()
    try:
        log.extend([line])
    except RiskError as error:
        assert error.errors and log.to_jsonl() == before
    else:
        assert log.to_jsonl().startswith(before)
