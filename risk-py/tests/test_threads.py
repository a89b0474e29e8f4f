"""Many threads on one policy and one log, other threads while a long call runs, and processes that were forked."""

from __future__ import annotations

import multiprocessing
import os
import sys
import threading
import time
import warnings
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from datetime import datetime, timedelta, timezone
from typing import Any

import pytest

from risk_of_harm import CaseLog, Policy, assess
from sample import CASE, NORTHSHIRE, ask, event_id, record, supervision, told_log

START = datetime(2014, 7, 1, tzinfo=timezone.utc)


def long_lines(count: int) -> str:
    """Many records of one case, as text."""
    log = CaseLog(CASE)
    days = ((START + timedelta(hours=2 * n)) for n in range(count))
    log.extend([supervision(1, "2014-07-01"), *(
        record(n, "appointment_attended", f"{day:%Y-%m-%d}") for n, day in enumerate(days, 2)
    )])  # fmt: skip
    return log.to_jsonl()


def test_many_threads_ask_of_one_policy_and_one_log(policy: Policy) -> None:
    log = told_log()
    days = [f"2018-{month:02}-{day:02}" for month in range(3, 7) for day in (1, 11, 21)]
    alone = [assess(log, policy, at=day, audience="manager").to_json() for day in days]
    with ThreadPoolExecutor(8) as pool:
        together = list(pool.map(lambda day: assess(log, policy, at=day, audience="manager").to_json(), days * 8))
    assert together == alone * 8


def test_many_threads_use_one_answer() -> None:
    answer = assess(told_log(), at="2018-04-18", audience="manager")
    alone = (answer.to_json(), answer.text(), answer.explain(), [action.id for action in answer.agenda])
    with ThreadPoolExecutor(8) as pool:
        asked = pool.map(
            lambda _: (answer.to_json(), answer.text(), answer.explain(), [action.id for action in answer.agenda]), range(64)
        )
        assert all(found == alone for found in asked)


def test_many_threads_append_to_one_log_and_nothing_is_lost_or_doubled() -> None:
    log = CaseLog(CASE)
    log.append(supervision())
    entries = [record(n, "appointment_attended", f"2018-02-{n % 28 + 1:02}") for n in range(2, 202)]

    def append_all(_: int) -> int:
        return sum(log.append(entry).added for entry in entries)

    def ask(_: int) -> bool:
        return bool(assess(log, at="2018-04-18", audience="manager").to_json())

    with ThreadPoolExecutor(8) as pool:
        added = pool.map(append_all, range(4))
        asked = pool.map(ask, range(50))
        assert sum(added) == len(entries) and all(asked)
    assert sorted(entry["event_id"] for entry in log) == [event_id(n) for n in range(1, 202)]


def test_of_two_who_append_at_an_expected_length_one_wins() -> None:
    log = CaseLog(CASE)
    log.append(supervision())
    gate = threading.Barrier(8)

    def append(n: int) -> bool:
        gate.wait()
        try:
            log.append(record(n, "appointment_attended", "2018-02-01"), expected_length=1)
        except Exception as error:
            assert getattr(error, "code", None) == "RISK_POSITION_CONFLICT"
            return False
        return True

    with ThreadPoolExecutor(8) as pool:
        assert sum(pool.map(append, range(2, 10))) == 1
    assert len(log) == 2


@pytest.fixture(scope="module")
def long_text() -> str:
    return long_lines(30_000)


@pytest.fixture(scope="module")
def long_log(long_text: str) -> CaseLog:
    return CaseLog.from_jsonl(long_text)


LONG: dict[str, Callable[[str, CaseLog, Policy], Any]] = {
    "reading": lambda text, log, policy: CaseLog.from_jsonl(text),
    "writing": lambda text, log, policy: [log.to_jsonl() for _ in range(20)],
    "assessing": lambda text, log, policy: assess(log, policy, at="2020-01-01", audience="manager"),
    "the policy's own tests": lambda text, log, policy: policy.test(),
    "loading a policy": lambda text, log, policy: Policy.embedded(overlays=[NORTHSHIRE], locality="northshire"),
}


def steps_during(call: Callable[[], Any]) -> int:
    """How many steps a thread that counts makes during a call: one at most where the call holds the interpreter."""
    steps: list[float] = []
    done = threading.Event()

    def count() -> None:
        while not done.is_set():
            steps.append(time.perf_counter())
            time.sleep(0.0005)

    before = sys.getswitchinterval()
    # So long that the interpreter is not given up in between.
    sys.setswitchinterval(60)
    counter = threading.Thread(target=count)
    counter.start()
    try:
        begun = time.perf_counter()
        call()
        ended = time.perf_counter()
    finally:
        sys.setswitchinterval(before)
        done.set()
        counter.join()
    assert ended - begun > 0.005, "the call is too short to tell"
    return sum(begun < step < ended for step in steps)


@pytest.mark.parametrize("what", LONG)
def test_other_threads_run_while_a_long_call_does(what: str, long_text: str, long_log: CaseLog, policy: Policy) -> None:
    assert steps_during(lambda: LONG[what](long_text, long_log, policy)) > 2


def test_a_call_that_holds_the_interpreter_would_be_noticed() -> None:
    assert steps_during(lambda: sum(range(5_000_000))) <= 2


def fork(child: Callable[[], bool]) -> bool:
    """Whether it held in a child that was forked from this very process."""
    with warnings.catch_warnings():
        # Python 3.12 and later warn of any fork where threads have been.
        warnings.simplefilter("ignore", DeprecationWarning)
        pid = os.fork()
    if pid == 0:
        held = False
        try:
            held = child()
        finally:
            os._exit(0 if held else 1)
    _, status = os.waitpid(pid, 0)
    return os.waitstatus_to_exitcode(status) == 0


@pytest.mark.skipif(not hasattr(os, "fork"), reason="this system has no fork")
def test_a_forked_process_uses_what_it_inherited(policy: Policy) -> None:
    log = told_log()
    answer = assess(log, policy, at="2018-04-18", audience="manager")

    def child() -> bool:
        same = assess(log, policy, at="2018-04-18", audience="manager") == answer
        grown = log.append(record(9, "appointment_attended", "2018-03-01")).length == 4
        with ThreadPoolExecutor(2) as pool:
            both = list(pool.map(lambda _: assess(log, policy, at="2018-04-18", audience="manager").to_json(), range(4)))
        return same and grown and len(set(both)) == 1 and bool(answer.explain())

    assert fork(child)
    assert len(log) == 3


@pytest.mark.parametrize("method", multiprocessing.get_all_start_methods())
def test_policies_logs_and_answers_go_to_other_processes_and_back(method: str, policy: Policy) -> None:
    local = Policy.embedded(overlays=[NORTHSHIRE], locality="northshire")
    cases = [(policy, told_log()), (local, told_log())]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)
        with ProcessPoolExecutor(2, mp_context=multiprocessing.get_context(method)) as pool:
            assert list(pool.map(ask, cases)) == [ask(case) for case in cases]
