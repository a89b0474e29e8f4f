"""A store: what is appended is kept, read by name, followed without a gap, and refused where it must be."""

from __future__ import annotations

import json
import multiprocessing
import os
import pickle
import secrets
import shutil
import sqlite3
import subprocess
import sys
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

import risk_of_harm
import test_conformance
from risk_of_harm import (
    AudienceError,
    CaseLog,
    ConflictError,
    IntegrityError,
    NotFoundError,
    QuestionError,
    RecordError,
    RiskError,
    Store,
    StoreError,
    assess,
)
from sample import CASE, ROOT, SECRET, disclosure, event_id, record, story, supervision, whole_text

OTHER = UUID("3f6c9a52-8c1e-4c3b-9c58-2f4f6f1d2a12")
BY = "night-feed"


@pytest.fixture(scope="session")
def server() -> Iterator[str | None]:
    """The URL of a PostgreSQL: the one that is named, or one of our own; None where there is none to be had."""
    named = os.environ.get("RISK_TEST_POSTGRES")
    if named:
        yield named
        return
    command = ROOT / "tests/postgres/server.sh"
    if subprocess.run([command, "--programs"], capture_output=True, check=False).returncode:
        yield None
        return
    with subprocess.Popen([command], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as running:
        assert running.stdin is not None and running.stdout is not None
        yield running.stdout.readline().strip()
        running.stdin.close()


@pytest.fixture(params=["sqlite", "postgres"])
def place(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """Where a store may be made: a new file, or an empty database."""
    if request.param == "sqlite":
        yield str(tmp_path / "cases.risk")
        return
    url: str | None = request.getfixturevalue("server")
    if url is None:
        if os.environ.get("CI"):
            raise RuntimeError("expected PostgreSQL where CI is set, found none")
        pytest.skip("for want of PostgreSQL")
    name = f"py_{secrets.token_hex(6)}"
    psql(url, f"CREATE DATABASE {name}")
    yield in_database(url, name)
    psql(url, f"DROP DATABASE {name} WITH (FORCE)")


def in_database(url: str, name: str) -> str:
    head, question, options = url.partition("?")
    scheme, _, rest = head.partition("://")
    return f"{scheme}://{rest.split('/')[0]}/{name}{question}{options}"


def psql(url: str, statement: str) -> None:
    found = [shutil.which("psql"), *sorted(map(str, Path("/usr/lib/postgresql").glob("*/bin/psql")), reverse=True)]
    program = next(one for one in found if one)
    subprocess.run([program, "--quiet", "--no-psqlrc", "--command", statement, url], check=True, capture_output=True)


@pytest.fixture
def store(place: str) -> Iterator[Store]:
    with Store.open(place, make=True) as opened:
        yield opened


@pytest.fixture
def file(tmp_path: Path) -> Iterator[Store]:
    """A store in a file, for what is the same in both."""
    with Store.open(tmp_path / "cases.risk", make=True) as opened:
        yield opened


def of_other(n: int) -> dict[str, Any]:
    return {**record(n, "appointment_attended"), "case_id": str(OTHER)}


def erasure(n: int, of: int) -> dict[str, Any]:
    data = {"event_id": event_id(of), "reason": "wrong_person", "by": "staff-1"}
    return {**record(n, "payload_erased", "2018-03-01"), "handling": "partner_confidential", "data": data}


@contextmanager
def another_writer(place: Path) -> Iterator[None]:
    """Another process in the middle of a write: within one process SQLite's locks do not hold between two copies of it."""
    program = "import sqlite3, sys; c = sqlite3.connect(sys.argv[1], isolation_level=None); c.execute('BEGIN IMMEDIATE'); print('holds', flush=True); input()"
    command = [sys.executable, "-I", "-c", program, str(place)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as running:
        assert running.stdin is not None and running.stdout is not None
        assert running.stdout.readline() == "holds\n"
        yield
        running.communicate("\n")


def test_what_was_appended_is_there_when_the_store_is_opened_again(place: str) -> None:
    with Store.open(place, make=True) as store:
        assert store.append(story(), operator=BY) == (3, 3)
        kept = store.log(CASE, operator=BY).to_jsonl()
    with Store.open(place) as store:
        log = store.log(CASE, operator=BY)
        assert log.to_jsonl() == kept and log.is_sealed and log.verify()["records"] == 3


def test_the_same_again_changes_nothing_and_something_else_is_refused(store: Store) -> None:
    store.append(story(), operator=BY)
    assert store.append(story()[0], operator=BY, expected_position=99) == (0, 1)
    with pytest.raises(ConflictError) as raised:
        store.append(record(9, "appointment_attended"), operator=BY, expected_position=2)
    assert raised.value.code == "RISK_POSITION_CONFLICT"
    assert (raised.value.errors[0]["expected"], raised.value.errors[0]["found"]) == ("2", "3")
    assert raised.value.errors[0]["case_id"] == str(CASE)
    with pytest.raises(ConflictError) as raised:
        store.append(supervision(day="2018-01-02"), operator=BY)
    assert raised.value.code == "RISK_EVENT_CONFLICT"
    assert len(store.log(CASE, operator=BY)) == 3


def test_records_of_several_cases_are_taken_all_or_none(store: Store) -> None:
    with pytest.raises(RecordError) as raised:
        store.append([*story(), of_other(20), {**of_other(21), "kind": "police_callout"}], operator=BY)
    assert raised.value.errors[0]["line"] == 5
    assert store.cases(operator=BY) == []
    assert store.append([*story(), of_other(20)], operator=BY) == (4, 1)
    assert [(listed.case_id, listed.records) for listed in store.cases(operator=BY)] == [(CASE, 3), (OTHER, 1)]
    with pytest.raises(QuestionError, match="records of one case"):
        store.append([supervision(), of_other(22)], operator=BY, expected_position=3)
    with pytest.raises(RecordError):
        store.append([], operator=BY)


def test_an_answer_is_that_of_the_log_for_every_audience(store: Store) -> None:
    store.append(story(), operator=BY)
    log = store.log(CASE, operator=BY)
    for audience in risk_of_harm.Audience:
        answer = store.assess(CASE, reader="N07A001", audience=audience, at="2018-04-18")
        assert answer.to_json() == assess(log, at="2018-04-18", audience=audience).to_json()
        assert answer == assess(log, at="2018-04-18", audience=audience)


PLAIN = [
    case
    for case in test_conformance.CASES
    if "error" not in case["answer"] and case["log"] and not any("hash" in entry for entry in case["log"])
][::9]


@pytest.mark.parametrize("case", PLAIN, ids=[case["title"] for case in PLAIN])
def test_the_answer_is_that_of_the_reference_but_for_the_head_of_the_chain(case: dict[str, Any], file: Store) -> None:
    file.append(case["log"], operator=BY)
    answer = file.assess(
        case["log"][0]["case_id"],
        test_conformance.policy_of(case),
        reader="N07A001",
        at=case["at"],
        known_at=case["known_at"],
        lens=case["lens"],
        audience=case["audience"],
        feeds=case["feeds"],
    )
    text, head = answer.to_json(), answer.receipt["head"]
    if head is not None:
        text = text.replace(json.dumps(head), "null")
    assert text == test_conformance.compact(case["answer"])


def test_changes_are_followed_without_a_gap(store: Store) -> None:
    store.append(story(), operator=BY)
    store.append(of_other(20), operator=BY)
    first = list(store.changes(operator=BY, limit=3))
    assert [(change.case_id, change.position) for change in first] == [(CASE, 1), (CASE, 2), (CASE, 3), (OTHER, 1)]
    assert [change.place for change in first] == sorted({change.place for change in first})
    assert "".join(change.line + "\n" for change in first[:3]) == store.log(CASE, operator=BY).to_jsonl()
    assert first[0].record["kind"] == "supervision_started"
    store.append(record(9, "appointment_attended"), operator=BY)
    [new] = store.changes(first[-1].place, operator=BY)
    assert (new.case_id, new.position) == (CASE, 4)
    assert list(store.changes(new.place, operator=BY)) == []
    with pytest.raises(ValueError, match="limit"):
        list(store.changes(operator=BY, limit=0))


def test_a_reader_who_is_excluded_is_refused_and_that_is_written_down(store: Store) -> None:
    store.append(story(), operator=BY)
    store.exclude(CASE, "N07A001", operator="manager-1")
    with pytest.raises(AudienceError) as raised:
        store.assess(CASE, reader="N07A001", audience="manager", purpose="supervision", at="2018-04-18")
    assert raised.value.code == "RISK_EXCLUDED" and raised.value.errors[0]["case_id"] == str(CASE)
    entry = store.journal(CASE)[-1]
    assert (entry["by"], entry["audience"], entry["purpose"]) == ("N07A001", "manager", "supervision")
    assert entry["refused"] is True and entry["operation"] == "consultation"
    assert store.facts(CASE).excluded == {"N07A001"}
    store.assess(CASE, reader="N07A002", audience="manager", at="2018-04-18")
    store.admit(CASE, "N07A001", operator="manager-1")
    store.assess(CASE, reader="N07A001", audience="manager", at="2018-04-18")
    assert [one["by"] for one in store.journal(CASE)][-3:] == ["N07A002", "manager-1", "N07A001"]


def test_what_the_host_calls_a_case_leads_to_it_and_two_may_be_of_one_person(store: Store) -> None:
    store.append([*story(), of_other(20)], operator=BY)
    store.identify(CASE, "crn", "X320741", operator=BY)
    store.identify(CASE, "team", "north", operator=BY)
    store.identify(OTHER, "team", "north", operator=BY)
    assert store.cases_of("crn", "X320741") == [CASE] and store.cases_of("team", "north") == [CASE, OTHER]
    with pytest.raises(ConflictError) as raised:
        store.identify(OTHER, "crn", "X320741", operator=BY)
    assert raised.value.code == "RISK_TAKEN" and raised.value.errors[0]["case_id"] == str(CASE)
    store.merge(OTHER, CASE, operator=BY)
    assert store.facts(OTHER).merged_into == CASE and set(store.facts(CASE).merged_from) == {OTHER}
    answer = store.assess(OTHER, reader="N07A001", audience="manager", at="2099-01-01")
    assert answer.case_id == CASE
    as_known = store.assess(OTHER, reader="N07A001", audience="manager", at="2018-04-18")
    hindsight = store.assess(OTHER, reader="N07A001", audience="manager", at="2018-04-18", lens="hindsight")
    assert (as_known.case_id, hindsight.case_id) == (OTHER, CASE), "that they are one was learnt today"
    store.unmerge(OTHER, CASE, operator=BY)
    assert store.facts(OTHER).merged_into is None
    store.identify(CASE, "crn", None, operator=BY)
    assert store.cases_of("crn", "X320741") == []
    assert store.facts(CASE).identifiers == {"team": "north"}


def test_what_is_erased_is_nowhere_in_the_files_and_the_chain_goes_on(tmp_path: Path) -> None:
    with Store.open(tmp_path / "cases.risk", make=True) as store:
        store.append([supervision(), {**disclosure(), "note": SECRET}], operator=BY)
        assert any(SECRET.encode() in path.read_bytes() for path in tmp_path.iterdir())
        kept = store.checkpoint()
        assert store.erase(erasure(9, of=2), operator=BY) == (3, True, True, None)
        assert not any(SECRET.encode() in path.read_bytes() for path in tmp_path.iterdir())
        assert store.erase(erasure(9, of=2), operator=BY).new is False
        assert store.verify(kept)["intact"] and SECRET not in store.log(CASE, operator=BY).to_jsonl()


def test_an_erased_person_is_nowhere_in_the_files_and_comes_back_by_nothing(tmp_path: Path) -> None:
    crn = "X320741"

    def holds(word: str) -> bool:
        return any(word.encode() in path.read_bytes() for path in tmp_path.iterdir())

    with Store.open(tmp_path / "cases.risk", make=True) as store:
        store.append([supervision(), {**disclosure(), "note": SECRET}, of_other(20)], operator=BY)
        store.identify(CASE, "crn", crn, operator=BY)
        store.merge(OTHER, CASE, operator=BY)
        assert holds(SECRET) and holds(crn)
        for wrong in ({"by": "two words"}, {"by": "m", "reason": "because"}, {"by": "m", "secret": b"short"}):
            with pytest.raises(QuestionError):
                store.erase_person(CASE, operator=BY, **wrong)
        assert holds(SECRET) and store.cases_of("crn", crn) == [CASE]
        secret = b"a secret of at least thirty-two bytes"
        erased = store.erase_person(OTHER, operator=BY, by="manager-7", secret=secret)
        assert set(erased.cases) == {CASE, OTHER}
        assert (erased.records, erased.identifiers, erased.evidence, erased.misplaced) == (3, 1, 0, 0)
        assert (erased.remains, erased.parted, erased.scrubbed, erased.pending) == ((), (), True, None)
        assert not holds(SECRET) and not holds(crn)
        assert store.cases_of("crn", crn) == [] and store.verify()["intact"]
        with pytest.raises(RiskError):
            store.append(record(30, "appointment_attended", "2018-03-01"), operator=BY)
        assert store.erase_person(CASE, operator=BY, by="manager-7").records == 0


def test_evidence_is_kept_apart_and_read_by_name(store: Store) -> None:
    told = {**disclosure(), "note": SECRET}
    store.append([supervision(), told], operator=BY)
    line = store.log(CASE, operator=BY).to_jsonl(after=1).rstrip("\n")
    assert store.erase(erasure(9, of=2), operator=BY, keep_as_evidence=True).new
    assert SECRET not in store.log(CASE, operator=BY).to_jsonl()
    assert store.evidence(CASE, event_id(2), operator="court-clerk") == line
    assert store.journal(CASE)[-1]["by"] == "court-clerk"
    with pytest.raises(NotFoundError):
        store.evidence(CASE, event_id(1), operator="court-clerk")


def test_a_case_that_was_rewritten_is_found_against_a_checkpoint(tmp_path: Path) -> None:
    place = tmp_path / "cases.risk"
    with Store.open(place, make=True) as store:
        store.append([*story(), of_other(20)], operator=BY)
        kept = store.checkpoint()
        assert store.verify(kept)["intact"]
    with sqlite3.connect(place) as other:
        other.execute("DELETE FROM record WHERE case_id = ?", (OTHER.bytes,))
        other.execute("DELETE FROM record WHERE case_id = ?", (str(OTHER),))
        assert other.execute("SELECT count(*) FROM record").fetchone() == (3,)
    other.close()
    with Store.open(place) as store:
        found = store.verify(kept)
        assert not found["intact"] and {one["case_id"] for one in found["differences"]} == {str(OTHER)}
        with pytest.raises(IntegrityError):
            store.log(OTHER, operator=BY)
        with pytest.raises(IntegrityError):
            store.verify(kept.replace(str(CASE), str(UUID(int=CASE.int - 1))))
        with pytest.raises(RecordError):
            store.verify("nothing of the sort")


def test_payloads_are_encrypted_with_the_keys_that_the_host_gives(tmp_path: Path) -> None:
    place, asked = tmp_path / "cases.risk", list[UUID]()

    def key(case_id: UUID) -> bytes:
        asked.append(case_id)
        return b"k" * 32

    with Store.open(place, make=True, keys=key) as store:
        store.append([supervision(), {**disclosure(), "note": SECRET}], operator=BY)
    assert set(asked) == {CASE}
    assert not any(SECRET.encode() in path.read_bytes() for path in tmp_path.iterdir())
    for keys in (None, lambda _: None, lambda _: b"x" * 32):
        with Store.open(place, keys=keys) as store, pytest.raises(StoreError) as raised:
            store.log(CASE, operator=BY)
        assert raised.value.code == "RISK_NO_KEY"
    with Store.open(place, keys=key) as store:
        assert SECRET in store.log(CASE, operator=BY).to_jsonl()


def test_what_the_hosts_function_raises_reaches_the_caller_and_nothing_was_appended(tmp_path: Path) -> None:
    def key(case_id: UUID) -> bytes:
        raise ConnectionError("the key service is down")

    with Store.open(tmp_path / "cases.risk", make=True, keys=key) as store:
        with pytest.raises(ConnectionError, match="key service"):
            store.append(supervision(), operator=BY)
        assert store.cases(operator=BY) == []
    with Store.open(tmp_path / "cases.risk", keys=lambda _: b"short") as store:
        with pytest.raises(ValueError, match="32 bytes"):
            store.append(supervision(), operator=BY)


def test_threads_share_a_store_and_each_record_is_there_once(store: Store) -> None:
    with ThreadPoolExecutor(8) as threads:
        done = list(threads.map(lambda n: store.append(record(n, "appointment_attended"), operator=BY), range(100, 140)))
    assert sorted(one.position for one in done) == list(range(1, 41))
    assert len(list(store.changes(operator=BY))) == 40


def test_other_threads_of_python_run_while_a_call_waits_for_another_writer(tmp_path: Path) -> None:
    place = tmp_path / "cases.risk"
    with Store.open(place, make=True, patience=0.3) as store:
        raised: list[BaseException] = []

        def append() -> None:
            try:
                store.append(supervision(), operator=BY)
            except RiskError as error:
                raised.append(error)

        with another_writer(place):
            waiting = threading.Thread(target=append)
            waiting.start()
            turns = 0
            while waiting.is_alive():
                waiting.join(0.01)
                turns += 1
        assert [getattr(error, "code", None) for error in raised] == ["RISK_STORE_BUSY"]
        assert turns > 5
        assert store.append(supervision(), operator=BY).added == 1


def append_in_a_child(store: Store, n: int) -> None:
    store.append(record(n, "appointment_attended"), operator="child")


def test_a_child_goes_on_with_its_parents_store(store: Store) -> None:
    store.append(supervision(), operator=BY)
    child = multiprocessing.get_context("fork").Process(target=append_in_a_child, args=(store, 50))
    child.start()
    child.join(30)
    assert child.exitcode == 0
    store.append(record(51, "appointment_attended"), operator=BY)
    assert [entry["event_id"] for entry in store.log(CASE, operator=BY)] == [event_id(n) for n in (1, 50, 51)]


def test_what_is_no_store_is_not_opened_and_no_error_tells_a_password(tmp_path: Path) -> None:
    with pytest.raises(StoreError) as raised:
        Store.open(tmp_path / "none.risk")
    assert raised.value.code == "RISK_STORE_MISSING" and not (tmp_path / "none.risk").exists()
    (tmp_path / "text.risk").write_text("somebody's notes" * 100)
    with pytest.raises(StoreError) as raised:
        Store.open(tmp_path / "text.risk", make=True)
    assert raised.value.code == "RISK_BAD_STORE"
    assert (tmp_path / "text.risk").read_text() == "somebody's notes" * 100
    other = sqlite3.connect(tmp_path / "other.risk")
    other.execute("CREATE TABLE something (x)")
    other.close()
    with pytest.raises(StoreError) as raised:
        Store.open(tmp_path / "other.risk", make=True)
    assert raised.value.code == "RISK_BAD_STORE"
    for url in ("postgres://u:hunter2@127.0.0.1:9/none", "postgres://u:hunter2@:::/none", "postgresql://u:hunter2@[/"):
        with pytest.raises(RiskError) as failed:
            Store.open(url, patience=timedelta(milliseconds=1))
        assert failed.value.code in {"RISK_STORE_UNREACHABLE", "RISK_BAD_WORD"}
        assert not any("hunter2" in text for text in whole_text(failed.value))
    with pytest.raises(StoreError, match=r"127\.0\.0\.1:9: connection refused"):
        Store.open("postgres://u@127.0.0.1:9/none?sslmode=require", patience=timedelta(milliseconds=1))
    with pytest.raises(RiskError, match="the parameter `sslmod`"):
        Store.open("postgres://u@127.0.0.1:9/none?sslmod=require")


def test_a_store_over_tls_is_like_any_other_and_another_authority_is_refused() -> None:
    command = ROOT / "tests/postgres/server.sh"
    if subprocess.run([command, "--programs"], capture_output=True, check=False).returncode:
        if os.environ.get("CI"):
            raise RuntimeError("expected PostgreSQL where CI is set, found none")
        pytest.skip("for want of PostgreSQL")
    with subprocess.Popen([command, "--tls"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as running:
        assert running.stdin is not None and running.stdout is not None
        url = running.stdout.readline().strip()
        try:
            with Store.open(url, make=True) as store:
                store.append(story(), operator=BY)
                assert len(list(store.changes(operator=BY))) == len(story())
            with pytest.raises(StoreError, match="of an authority that is not trusted") as refused:
                Store.open(url.replace("/ca.crt", "/other.crt"))
            assert refused.value.code == "RISK_STORE_UNREACHABLE"
            with pytest.raises(StoreError, match="sslmode=verify-full"):
                Store.open(url.split("?")[0] + "?sslmode=disable")
        finally:
            running.stdin.close()


def test_a_damaged_file_says_so(tmp_path: Path) -> None:
    place = tmp_path / "cases.risk"
    with Store.open(place, make=True) as store:
        store.append(story(), operator=BY)
    whole = place.read_bytes()
    place.write_bytes(whole[:4096] + b"\xff" * (len(whole) - 4096))
    with pytest.raises(RiskError) as raised:
        with Store.open(place) as store:
            store.log(CASE, operator=BY)
    assert raised.value.code in {"RISK_STORE_DAMAGED", "RISK_BAD_STORE"}


def test_a_form_from_the_future_is_refused(tmp_path: Path) -> None:
    place = tmp_path / "cases.risk"
    Store.open(place, make=True).close()
    with sqlite3.connect(place) as other:
        columns = [row[1] for row in other.execute("PRAGMA table_info(store_form)")]
        row = dict(zip(columns, other.execute("SELECT * FROM store_form LIMIT 1").fetchone(), strict=True)) | {"version": 999}
        other.execute(f"INSERT INTO store_form ({','.join(row)}) VALUES ({','.join('?' * len(row))})", tuple(row.values()))
    other.close()
    with pytest.raises(StoreError) as raised:
        Store.open(place)
    assert raised.value.code == "RISK_BAD_STORE" and "999" in str(raised.value)


def test_ids_and_arguments_that_are_none_are_refused(file: Store) -> None:
    file.append(supervision(), operator=BY)
    for wrong in ("", "night feed", "x" * 65, "\ud800"):
        with pytest.raises(QuestionError):
            file.append(supervision(), operator=wrong)
        with pytest.raises(QuestionError):
            file.assess(CASE, reader=wrong, audience="manager", at="2018-04-18")
        with pytest.raises(QuestionError):
            file.assess(CASE, reader="N07A001", audience="manager", purpose=wrong, at="2018-04-18")
    with pytest.raises(QuestionError):
        file.log("case 1", operator=BY)
    with pytest.raises(NotFoundError):
        file.log(OTHER, operator=BY)
    with pytest.raises(NotFoundError):
        file.journal(OTHER)
    for call in (
        lambda: file.log(7, operator=BY),  # type: ignore[arg-type]
        lambda: file.append(7, operator=BY),  # type: ignore[arg-type]
        lambda: file.append([7], operator=BY),  # type: ignore[list-item]
        lambda: file.append(supervision(), operator=7),  # type: ignore[arg-type]
        lambda: file.append(supervision(), operator=BY, expected_position="0"),  # type: ignore[arg-type]
        lambda: Store.open(b"bytes"),  # type: ignore[arg-type]
        lambda: Store.open("x", keys="key"),  # type: ignore[arg-type]
        Store,
    ):
        with pytest.raises(TypeError):
            call()
    with pytest.raises(ValueError, match="patience"):
        Store.open("x", patience=-1)


def test_a_closed_store_says_so_and_closes_again(file: Store) -> None:
    file.close()
    file.close()
    with pytest.raises(ValueError, match="closed"):
        file.cases(operator=BY)
    assert repr(file) == "<Store, closed>"


def test_nothing_that_is_shown_or_sent_tells_a_record(file: Store, tmp_path: Path) -> None:
    file.append([supervision(), {**disclosure(), "note": SECRET}], operator=BY)
    changes = list(file.changes(operator=BY))
    answer = file.assess(CASE, reader="N07A001", audience="manager", at="2018-04-18")
    shown = [repr(file), repr(changes), str(changes), repr(file.facts(CASE)), repr(answer), repr(file.journal(CASE))]
    assert not any(SECRET in text or "physical_violence" in text for text in shown)
    assert str(tmp_path) not in repr(file)
    for thing in (answer, file):
        with pytest.raises(TypeError):
            pickle.dumps(thing)
    with pytest.raises(RecordError) as raised:
        file.append({**disclosure(9), "note": SECRET, "data": {"person": SECRET}}, operator=BY)
    assert not any(SECRET in text for text in whole_text(raised.value))


def test_a_whole_store_is_assessed_as_a_caseload(store: Store) -> None:
    store.append([*story(), of_other(20)], operator=BY)
    found = risk_of_harm.assess_caseload(store.records(operator=BY), audience="analyst", at="2018-04-18")
    assert (found.events, len(found.cases), len(found.problems)) == (4, 2, 0)
    assert len(store.records(operator=BY, cases=[OTHER])) == 1
    assert [entry["act"] for entry in store.journal(OTHER)].count("read") == 2


def test_what_goes_out_comes_in_elsewhere_as_it_was(store: Store, tmp_path: Path) -> None:
    store.append([*story(), of_other(20)], operator=BY)
    assert store.export(tmp_path / "out.jsonl", operator=BY, journals=True) == (2, 4)
    if os.name == "posix":
        assert (tmp_path / "out.jsonl").stat().st_mode & 0o777 == 0o600, "a new file is readable by its owner alone"
    with Store.open(tmp_path / "other.risk", make=True) as other:
        assert other.import_(tmp_path / "out.jsonl", operator=BY) == (2, 4, 0, 0)
        assert other.import_(tmp_path / "out.jsonl", operator=BY) == (2, 0, 4, 0)
        assert other.log(CASE, operator=BY).head == store.log(CASE, operator=BY).head
    with pytest.raises(StoreError) as raised:
        store.import_(tmp_path / "none.jsonl", operator=BY)
    assert raised.value.code == "RISK_STORE_FAILED"
    (tmp_path / "bad.jsonl").write_text("{}\n")
    with pytest.raises(RecordError):
        store.import_(tmp_path / "bad.jsonl", operator=BY)


@given(st.lists(st.tuples(st.integers(0, 9), st.sampled_from([CASE, OTHER])), min_size=1, max_size=30), st.data())
def test_in_whatever_parts_records_come_and_come_again_each_case_has_each_once_in_order(
    tmp_path_factory: pytest.TempPathFactory, drawn: list[tuple[int, UUID]], data: st.DataObject
) -> None:
    records = [{**record(100 + n + (50 if case == OTHER else 0), "appointment_attended"), "case_id": str(case)} for n, case in drawn]
    with Store.open(tmp_path_factory.mktemp("laws") / "cases.risk", make=True) as store:
        logs = {CASE: CaseLog(CASE), OTHER: CaseLog(OTHER)}
        while records:
            size = data.draw(st.integers(1, len(records)))
            part, records = records[:size], records[size:]
            before = sum(map(len, logs.values()))
            for one in part:
                logs[UUID(one["case_id"])].append(one)
            assert store.append(part, operator=BY).added == sum(map(len, logs.values())) - before
        for case, log in logs.items():
            if len(log):
                kept = store.log(case, operator=BY)
                assert [one["event_id"] for one in kept] == [one["event_id"] for one in log]
        assert len(list(store.changes(operator=BY, limit=3))) == sum(map(len, logs.values()))
        assert store.verify()["intact"]


@pytest.mark.skipif(os.name != "posix", reason="modes, links and pipes of POSIX")
def test_an_export_is_its_owners_alone_and_follows_a_link_and_replaces_no_database(tmp_path: Path) -> None:
    store = Store.open(tmp_path / "cases.risk", make=True)
    target, link = tmp_path / "target.jsonl", tmp_path / "link.jsonl"
    target.write_text("before")
    target.chmod(0o666)
    link.symlink_to("target.jsonl")
    store.export(link, operator="night-feed")
    assert (target.read_text(), target.stat().st_mode & 0o777, link.is_symlink()) == ("", 0o600, True)
    with pytest.raises(RiskError, match="a database"):
        store.export(tmp_path / "cases.risk", operator="night-feed")
    assert sorted(path.name for path in tmp_path.glob("*.jsonl")) == ["link.jsonl", "target.jsonl"]
