"""Ctrl-C ends a long call with a store, and what it was writing is kept whole or not at all: a signal is sent for real, to a process of
its own."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import textwrap
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

pytestmark = pytest.mark.skipif(os.name == "nt", reason="signals of POSIX")

# Longer than any test may take.
AN_HOUR = 3600

COMMON = """
    import json, os, signal, sys, threading, time
    from datetime import datetime, timedelta, timezone
    import risk_of_harm as rh

    folder = sys.argv[1]
    place, text, out = folder + "/cases.risk", folder + "/all.jsonl", folder + "/out.jsonl"
    case = "00000000-0000-4000-9000-000000000001"
    ASKED = {"at": "2017-06-01", "audience": "manager"}

    def line(n, of=None):
        at = (datetime(2014, 7, 1, tzinfo=timezone.utc) + timedelta(hours=n)).isoformat()
        return json.dumps({"event_id": f"00000000-0000-4000-8000-{n:012d}", "case_id": of or f"00000000-0000-4000-9000-{n:012d}",
            "occurred_at": at, "recorded_at": at, "source": {"agency": "police"}, "kind": "police_call_out",
            "data": {"outcome": "arrest", "persons": [f"p{n % 97}"]}})

    policy = rh.Policy.embedded()
    CALLS = {
        "append": lambda store: store.append(line(9_000_000, case), operator="host"),
        "import_": lambda store: store.import_(text, operator="host"),
        "assess": lambda store: store.assess(case, policy, reader="N07A001", **ASKED),
        "cases": lambda store: store.cases(operator="host"),
        "records": lambda store: store.records(operator="host"),
        "export": lambda store: store.export(out, operator="host"),
        "log": lambda store: store.log(case, operator="host"),
        "identify": lambda store: store.identify(case, "crn", "X123456", operator="host"),
        "verify": lambda store: store.verify(),
        "checkpoint": lambda store: store.checkpoint(),
    }
"""

WAITING = """
    store = rh.Store.open(place, patience=float(sys.argv[3]))
    print("begun", flush=True)
    try:
        CALLS[sys.argv[2]](store)
    except KeyboardInterrupt:
        print("interrupted", flush=True)
    sys.stdin.readline()
    print(store.verify()["intact"], len(store.cases(operator="host")), flush=True)
"""

OPENING = """
    print("begun", flush=True)
    try:
        rh.Store.open(place, patience=float(sys.argv[3]))
    except KeyboardInterrupt:
        print("interrupted", flush=True)
"""

# The call is made once to its end, and once more with a signal after a twentieth of that time, on a store that has nothing in memory.
WORKING = """
    name = sys.argv[2]
    with open(text, "w", encoding="utf-8") as file:
        lines = range(1, 20_001) if name == "assess" else range(1, 4_001)
        file.writelines(line(n, case if name == "assess" else None) + "\\n" for n in lines)

    def store(file):
        made = rh.Store.open(folder + "/" + file, make=True)
        if name == "import_":
            return made
        made.import_(text, operator="host")
        made.close()
        return rh.Store.open(folder + "/" + file)

    first, second = store("first.risk"), store("second.risk")
    began = time.monotonic()
    CALLS[name](first)
    whole = time.monotonic() - began
    threading.Timer(whole / 20, lambda: os.kill(os.getpid(), signal.SIGINT)).start()
    began = time.monotonic()
    try:
        CALLS[name](second)
        print("not interrupted", flush=True)
    except KeyboardInterrupt:
        took = time.monotonic() - began
        ended = "interrupted" if took < 0.7 * whole else f"{took:.2f} s of {whole:.2f} s"
        print(ended, len(second.cases(operator="host")), second.verify()["intact"], flush=True)
"""


def started(program: str, folder: Path, *arguments: str) -> subprocess.Popen[str]:
    file = folder / "program.py"
    file.write_text(textwrap.dedent(COMMON) + textwrap.dedent(program), encoding="utf-8")
    piped = subprocess.PIPE
    return subprocess.Popen([sys.executable, str(file), str(folder), *arguments], stdin=piped, stdout=piped, stderr=piped, text=True)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """With a store of two cases."""
    program = """
        store = rh.Store.open(place, make=True)
        open(text, "w").writelines([line(1) + "\\n", line(2) + "\\n"])
        store.import_(text, operator="host")
        open(text, "a").write(line(3) + "\\n")
    """
    made = started(program, tmp_path)
    said, errors = made.communicate(timeout=60)
    assert made.returncode == 0, said + errors
    return tmp_path


HOLDING = """
import sqlite3, sys
held = sqlite3.connect(sys.argv[1], isolation_level=None)
for statement in sys.argv[2:]:
    held.execute(statement)
print("held", flush=True)
sys.stdin.readline()
"""


def holding(folder: Path, *statements: str) -> Iterator[subprocess.Popen[str]]:
    """Another process that holds a lock until it is given a line: of this one it could not be, as its SQLite is another copy."""
    command = [sys.executable, "-c", HOLDING, str(folder / "cases.risk"), *statements]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as other:
        try:
            assert other.stdout is not None and other.stdout.readline() == "held\n"
            yield other
        finally:
            other.kill()


@pytest.fixture
def writer(folder: Path) -> Iterator[subprocess.Popen[str]]:
    yield from holding(folder, "BEGIN IMMEDIATE")


@pytest.fixture
def owner(folder: Path) -> Iterator[subprocess.Popen[str]]:
    yield from holding(folder, "PRAGMA locking_mode=EXCLUSIVE", "BEGIN EXCLUSIVE")


def interrupted(waiting: subprocess.Popen[str]) -> None:
    """Ends the call by a signal. The wait would last for an hour: that the call ends at all is due to the signal."""
    assert waiting.stdout is not None
    assert waiting.stdout.readline() == "begun\n", waiting.communicate()
    time.sleep(0.7)
    assert waiting.poll() is None
    waiting.send_signal(signal.SIGINT)
    assert waiting.stdout.readline() == "interrupted\n", waiting.communicate()


@pytest.mark.parametrize("call", ["append", "import_", "assess", "cases", "records", "export", "log", "identify"])
def test_an_interrupt_ends_a_call_that_waits_for_another_writer(call: str, folder: Path, writer: subprocess.Popen[str]) -> None:
    waiting = started(WAITING, folder, call, str(AN_HOUR))
    try:
        interrupted(waiting)
        # Nothing was kept, and once the other is done the store goes on.
        writer.kill()
        writer.wait()
        said, errors = waiting.communicate("\n", timeout=60)
        assert said == "True 2\n", said + errors
    finally:
        waiting.kill()


def test_an_interrupt_ends_the_opening_of_a_store_that_another_process_holds(folder: Path, owner: subprocess.Popen[str]) -> None:
    waiting = started(OPENING, folder, "open", str(AN_HOUR))
    try:
        interrupted(waiting)
        _, errors = waiting.communicate(timeout=60)
        assert waiting.returncode == 0, errors
    finally:
        waiting.kill()
    assert owner.poll() is None


SLOW = [pytest.param(call, marks=pytest.mark.exhaustive) for call in ("assess", "records")]


@pytest.mark.parametrize("call", ["verify", "checkpoint", "import_", "export", "cases", *SLOW])
def test_an_interrupt_ends_a_call_at_work_long_before_its_end(call: str, tmp_path: Path) -> None:
    working = started(WORKING, tmp_path, call)
    try:
        said, errors = working.communicate(timeout=300)
        # Of an import nothing is kept; of the others all cases are there.
        cases = {"import_": 0, "assess": 1}.get(call, 4000)
        assert said == f"interrupted {cases} True\n", said + errors
    finally:
        working.kill()
