"""Logs: appended to, read, sealed, verified, erased."""

from __future__ import annotations

import copy
import json
import pickle
from collections import OrderedDict
from datetime import date, datetime, timedelta, timezone
from pathlib import Path
from types import MappingProxyType
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest

from risk_of_harm import (
    CaseLog,
    ConflictError,
    Group,
    Handling,
    IntegrityError,
    Kind,
    Level,
    QuestionError,
    RecordError,
    Stamp,
    assess,
)
from sample import CASE, ROOT, disclosure, event_id, record, story, supervision

THEN = datetime(2019, 1, 1, tzinfo=timezone.utc)


def stamps(count: int) -> list[Stamp]:
    return [Stamp(THEN + timedelta(seconds=n), bytes([n + 1]) * 16) for n in range(count)]


def sealed() -> CaseLog:
    log = CaseLog(CASE)
    log.extend(story(), stamps=stamps(3))
    return log


def test_a_log_starts_empty_and_knows_its_case() -> None:
    log = CaseLog(CASE)
    assert (len(log), log.case_id, log.head, log.is_sealed, log.to_jsonl(), list(log)) == (0, CASE, None, False, "", [])
    assert repr(log) == f"<CaseLog {CASE}: 0 records>"
    assert CaseLog(str(CASE).upper()).case_id == CASE


def test_what_is_no_case_id_is_refused() -> None:
    for wrong in ("", "case 1", "x" * 10_000, "\0"):
        with pytest.raises(QuestionError, match="expected a UUID"):
            CaseLog(wrong)


def test_records_are_appended_one_by_one_or_many_at_once() -> None:
    one, many = CaseLog(CASE), CaseLog(CASE)
    for n, entry in enumerate(story(), 1):
        assert one.append(entry) == (n, 1)
    assert many.extend(story()) == (3, 3)
    assert one.to_jsonl() == many.to_jsonl()
    assert [entry["event_id"] for entry in one] == [entry["event_id"] for entry in story()]


def test_the_same_record_again_is_taken_and_changes_nothing() -> None:
    log = CaseLog(CASE)
    log.extend(story())
    before = log.to_jsonl()
    assert log.append(story()[0]) == (3, 0)
    assert log.append(json.dumps(story()[1], indent=2)) == (3, 0)
    assert log.extend(story() + story()) == (3, 0)
    assert log.to_jsonl() == before


def test_another_record_of_the_same_id_is_a_conflict() -> None:
    log = CaseLog(CASE)
    log.append(supervision())
    with pytest.raises(ConflictError, match="found other content") as refused:
        log.append(supervision(day="2018-01-09"))
    assert refused.value.code == "RISK_EVENT_CONFLICT"
    (error,) = refused.value.errors
    assert (error["event_id"], error["position"]) == (event_id(1), 1)
    assert len(log) == 1


def test_a_log_that_has_grown_is_a_conflict_for_who_says_how_long_it_was() -> None:
    log = CaseLog(CASE)
    assert log.append(supervision(), expected_length=0).length == 1
    with pytest.raises(ConflictError, match="expected a log of 0 records, found 1") as refused:
        log.append(disclosure(), expected_length=0)
    assert refused.value.code == "RISK_POSITION_CONFLICT"
    assert (refused.value.errors[0]["expected"], refused.value.errors[0]["found"]) == ("0", "1")
    assert log.extend([disclosure()], expected_length=1) == (2, 1)


def test_of_several_records_all_are_taken_or_none() -> None:
    log = CaseLog(CASE)
    log.append(supervision())
    before = log.to_jsonl()
    for last in (
        record(9, "police_callout"),
        record(9, "police_call_out", wrong_field=1),
        {**supervision(), "note": "other content"},
        {**record(9, "appointment_attended"), "case_id": event_id(5)},
        record(9, "appointment_attended", "2018-02-01", recorded="2018-01-01"),
        record(9, "account_checked", event_id=event_id(77), result="confirmed", **{"with": "police"}),
    ):
        with pytest.raises((RecordError, ConflictError)):
            log.extend([disclosure(), last])
        assert log.to_jsonl() == before


def test_records_of_one_batch_may_name_each_other_in_any_order() -> None:
    later = record(4, "account_checked", "2018-02-20", event_id=event_id(2), result="confirmed", **{"with": "police"})
    later["handling"] = Handling.PARTNER_CONFIDENTIAL
    log = CaseLog(CASE)
    assert log.extend([supervision(), later, disclosure()]).added == 3


def test_a_record_less_confidential_than_what_it_names_is_refused() -> None:
    log = CaseLog(CASE)
    log.extend(story())
    later = record(4, "account_checked", "2018-02-20", event_id=event_id(2), result="confirmed", **{"with": "police"})
    with pytest.raises(RecordError, match="handling.*partner_confidential"):
        log.append(later)


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"kind": "police_callout"}, "kind"),
        ({"occurred_at": "yesterday"}, "occurred_at"),
        ({"occurred_at": "2018-03-01T10:00:00Z"}, "occurred_at"),
        ({"event_id": "1"}, "event_id"),
        ({"source": {"agency": "neighbourhood_watch"}}, "source.agency"),
        ({"source": "probation"}, "source"),
        ({"handling": "secret"}, "handling"),
        ({"data": []}, "data"),
        ({"remark": "x"}, "remark"),
        ({"v": "1"}, "v"),
        ({"note": 1}, "note"),
    ],
)
def test_a_malformed_record_says_field_expected_and_found(wrong: dict[str, Any], field: str) -> None:
    log = CaseLog(CASE)
    with pytest.raises(RecordError) as refused:
        log.append({**disclosure(), **wrong})
    (error,) = refused.value.errors
    assert refused.value.code == "RISK_BAD_RECORD"
    assert field in error["field"] or field in error["found"]
    assert error["expected"] and error["found"] and error["line"] == 1


def test_the_line_of_a_wrong_record_among_many_is_told() -> None:
    lines = [json.dumps(entry) for entry in [*story(), record(9, "police_callout")]]
    with pytest.raises(RecordError) as refused:
        CaseLog.from_jsonl("\n".join(lines))
    assert refused.value.errors[0]["line"] == 4
    with pytest.raises(RecordError) as refused:
        CaseLog(CASE).extend(lines)
    assert refused.value.errors[0]["line"] == 4


def test_times_dates_ids_and_words_of_python_become_those_of_a_record() -> None:
    london = ZoneInfo("Europe/London")
    given = {
        "event_id": UUID(event_id(1)),
        "case_id": CASE,
        "occurred_at": datetime(2018, 7, 2, 10, 30, tzinfo=london),
        "recorded_at": datetime(2018, 7, 2, 12, 0, 0, 5, tzinfo=timezone.utc),
        "source": MappingProxyType({"agency": "probation"}),
        "handling": Handling.RESTRICTED,
        "kind": Kind.RISK_ASSESSED,
        "data": OrderedDict(
            levels={Group.CHILDREN: Level.LOW, Group.KNOWN_ADULT: Level.VERY_HIGH}, stage="review", assessor="staff-1"
        ),
    }
    log = CaseLog(CASE)
    log.append(MappingProxyType(given))
    (kept,) = log
    assert kept["occurred_at"] == "2018-07-02T10:30:00+01:00"
    assert kept["recorded_at"] == "2018-07-02T12:00:00.000005+00:00"
    assert (kept["event_id"], kept["handling"], kept["kind"]) == (event_id(1), "restricted", "risk_assessed")
    assert kept["data"]["levels"] == {"children": "low", "known_adult": "very_high"}
    log.append({**supervision(2), "data": {**supervision()["data"], "ends_on": date(2020, 1, 8)}})
    assert list(log)[1]["data"]["ends_on"] == "2020-01-08"


def test_a_time_without_its_zone_is_refused() -> None:
    log = CaseLog(CASE)
    with pytest.raises(RecordError, match="expected a datetime with its zone, found one without"):
        log.append({**supervision(), "occurred_at": datetime(2018, 1, 8, 10)})
    with pytest.raises(RecordError, match="occurred_at"):
        log.append({**supervision(), "occurred_at": "2018-01-08T10:00:00"})
    assert len(log) == 0


def test_one_record_where_several_are_asked_for_is_a_type_error() -> None:
    for one in (supervision(), json.dumps(supervision())):
        with pytest.raises(TypeError, match="append takes one"):
            CaseLog(CASE).extend(one)


def test_what_is_read_is_written_byte_for_byte() -> None:
    for path in sorted((ROOT / "examples/cases").glob("*.jsonl")):
        text = path.read_text(encoding="utf-8")
        log = CaseLog.from_jsonl(text)
        assert log.to_jsonl() == text
        assert log.to_jsonl(after=2) == text.split("\n", 2)[2]
        assert log.to_jsonl(after=10_000) == ""


def test_the_bytes_of_a_record_are_kept_whatever_their_layout() -> None:
    line = json.dumps(dict(reversed(supervision().items())), separators=(" ,  ", " :"))
    log = CaseLog.from_jsonl(line)
    assert log.to_jsonl() == line + "\n"


def test_a_file_can_be_appended_line_by_line(tmp_path: Path, david_text: str) -> None:
    path = tmp_path / "case.jsonl"
    path.write_text(david_text + "\n", encoding="utf-8")
    log = CaseLog(json.loads(david_text.split("\n")[0])["case_id"])
    with path.open(encoding="utf-8") as lines:
        assert log.extend(lines).added == david_text.count("\n")
    log.seal()
    with path.open(encoding="utf-8") as lines:
        assert log.extend(lines).added == 0


def test_sealing_chains_the_records_and_gives_the_head(david: CaseLog) -> None:
    head = david.seal()
    assert david.is_sealed and david.head == head and len(head) == 64
    assert repr(david).endswith("records, sealed>")
    assert david.verify() == {"intact": True, "records": len(david), "head": head, "expected_at": None}
    assert [entry["position"] for entry in david] == list(range(1, len(david) + 1))
    assert david.seal() == head


def test_sealing_is_the_same_with_the_same_stamps() -> None:
    one, other = CaseLog(CASE), CaseLog(CASE)
    for log in (one, other):
        log.extend(story())
        log.seal(stamps(3))
    assert one.to_jsonl() == other.to_jsonl() == sealed().to_jsonl()


def test_a_sealed_log_is_sealed_on() -> None:
    log = sealed()
    before = log.head
    assert log.append(record(4, "appointment_attended", "2018-02-20")) == (4, 1)
    assert log.is_sealed and log.head != before
    assert before is not None and log.verify(before)["expected_at"] == 3


def test_an_answer_is_the_same_from_a_plain_log_and_a_sealed_one() -> None:
    plain = CaseLog(CASE)
    plain.extend(story())
    answers = [assess(log, at="2018-04-18", audience="manager").to_dict() for log in (plain, sealed())]
    for answer in answers:
        answer["receipt"].pop("head")
    assert answers[0] == answers[1]


@pytest.mark.parametrize(
    ("given", "told"),
    [
        (stamps(2), "expected one for each record, 3, found 2"),
        ([Stamp(THEN, bytes(16))] * 3, "expected 16 random bytes, found 16 zeros"),
        ([Stamp(datetime(2017, 1, 1, tzinfo=timezone.utc), b"s" * 16)] * 3, "appended_at"),
    ],
)
def test_a_stamp_that_cannot_be_is_refused_and_the_log_stays_plain(given: list[Stamp], told: str) -> None:
    log = CaseLog(CASE)
    log.extend(story())
    with pytest.raises((IntegrityError, RecordError), match=told):
        log.seal(given)
    assert not log.is_sealed


def test_a_stamp_without_a_zone_or_with_another_salt_is_a_value_error() -> None:
    log = CaseLog(CASE)
    log.extend(story())
    with pytest.raises(QuestionError, match="with its zone"):
        log.seal([Stamp(datetime(2019, 1, 1), b"s" * 16)] * 3)
    with pytest.raises(ValueError, match="16"):
        log.seal([Stamp(THEN, b"short")] * 3)


def test_stamps_for_a_plain_log_are_refused() -> None:
    log = CaseLog(CASE)
    log.append(supervision())
    with pytest.raises(IntegrityError) as refused:
        log.extend([disclosure()], stamps=stamps(1))
    assert refused.value.code == "RISK_BAD_STAMP" and len(log) == 1


def test_a_plain_log_does_not_verify() -> None:
    log = CaseLog(CASE)
    log.append(supervision())
    with pytest.raises(IntegrityError, match="expected a sealed record"):
        log.verify()


def tampered(lines: list[str], how: str) -> list[str]:
    if how == "a value changed":
        return [line.replace('"known_adult":"medium"', '"known_adult":"low"') for line in lines]
    if how == "a time changed":
        return [lines[0].replace("2018-01-08T10", "2018-01-08T11"), *lines[1:]]
    if how == "a record taken out":
        return [lines[0], *lines[2:]]
    if how == "two records exchanged":
        return [lines[1], lines[0], *lines[2:]]
    if how == "a hash changed":
        last = json.loads(lines[-1])["hash"]
        return [*lines[:-1], lines[-1].replace(last, last[::-1])]
    assert how == "a record put in"
    return [lines[0], lines[0], *lines[1:]]


@pytest.mark.parametrize(
    ("how", "line"),
    [
        ("a value changed", 2),
        ("a time changed", 1),
        ("a record taken out", 2),
        ("two records exchanged", 1),
        ("a hash changed", 3),
        ("a record put in", 2),
    ],
)
def test_tampering_is_found_and_its_place_named(how: str, line: int) -> None:
    log = CaseLog(CASE)
    log.extend([json.dumps(entry, separators=(",", ":")) for entry in story()], stamps=stamps(3))
    lines = log.to_jsonl().split("\n")[:-1]
    changed = tampered(lines, how)
    assert changed != lines
    with pytest.raises(IntegrityError) as found:
        CaseLog.from_jsonl("\n".join(changed))
    assert found.value.code == "RISK_TAMPERED"
    assert found.value.errors[0]["line"] == line


def test_an_end_that_was_cut_off_shows_against_a_head_kept_elsewhere() -> None:
    log = sealed()
    head = log.head
    short = CaseLog.from_jsonl("\n".join(log.to_jsonl().split("\n")[:2]))
    assert short.verify()["intact"]
    with pytest.raises(IntegrityError, match="expected a record with the hash"):
        short.verify(expected_head=head)


def erasure(n: int, of: int) -> dict[str, Any]:
    erased = record(n, "payload_erased", "2018-06-01", event_id=event_id(of), reason="legal_erasure", by="staff-2")
    return {**erased, "handling": "partner_confidential"}


@pytest.mark.parametrize("is_sealed", [False, True])
def test_erasing_removes_what_was_said_and_the_log_still_holds(is_sealed: bool) -> None:
    log = CaseLog(CASE)
    told = [*story()[:2], {**story()[2], "note": "a note to go"}]
    log.extend(told, stamps=stamps(3) if is_sealed else None)
    assert log.erase(erasure(4, of=2)) == (4, 1)
    text = log.to_jsonl()
    assert "physical_violence" not in text and "a note to go" not in text
    if is_sealed:
        assert log.verify()["records"] == 4
    assert CaseLog.from_jsonl(text).to_jsonl() == text
    answer = assess(log, at="2018-07-01", audience="manager")
    assert answer.withheld == [UUID(event_id(2))]


def test_an_erasure_that_names_nothing_there_changes_nothing() -> None:
    log = sealed()
    before = log.to_jsonl()
    with pytest.raises(RecordError, match="another record of this log"):
        log.erase(erasure(4, of=88))
    with pytest.raises(ConflictError):
        log.erase(erasure(4, of=2), expected_length=1)
    assert log.to_jsonl() == before


def test_a_log_comes_back_from_a_pickle_and_a_copy_byte_for_byte_and_on_its_own(david: CaseLog) -> None:
    empty = CaseLog(CASE)
    for log in (david, sealed(), empty):
        for again in (pickle.loads(pickle.dumps(log)), copy.copy(log), copy.deepcopy(log)):
            assert again.to_jsonl() == log.to_jsonl() and again.case_id == log.case_id
            assert again.is_sealed == log.is_sealed
    other = copy.copy(empty)
    other.append(supervision())
    assert len(empty) == 0


def test_what_a_newer_version_wrote_is_kept_and_listed() -> None:
    log = CaseLog(CASE)
    log.append(supervision())
    log.append({**record(2, "drone_sighting", "2018-01-20", height="low"), "v": 2})
    answer = assess(log, at="2018-02-01", audience="manager")
    assert answer.unrecognised == [{"event_id": event_id(2), "v": 2}]
