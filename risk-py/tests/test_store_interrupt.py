"""Ctrl-C ends a long call with a store within a second, and of what it was writing nothing is kept."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import textwrap
import time
from pathlib import Path

import pytest

pytestmark = pytest.mark.skipif(os.name == "nt", reason="signals of POSIX")

PROGRAM = """
    import json, sys, risk_of_harm as rh

    def line(n):
        at = "2018-01-08T10:00:00Z"
        return json.dumps({"event_id": f"00000000-0000-4000-8000-{n:012d}", "case_id": f"00000000-0000-4000-9000-{n:012d}",
            "occurred_at": at, "recorded_at": at, "source": {"agency": "probation"}, "kind": "appointment_attended", "data": {}})

    text = sys.argv[1] + "/all.jsonl"
    with open(text, "w", encoding="utf-8") as file:
        file.writelines(line(n) + "\\n" for n in range(1, int(sys.argv[2]) + 1))
    store = rh.Store.open(sys.argv[1] + "/cases.risk", make=True)
    call = sys.argv[3]
    if call != "import_":
        store.import_(text, operator="host")
    print("begun", flush=True)
    try:
        while True:
            if call == "import_": store.import_(text, operator="host")
            elif call == "export": store.export(sys.argv[1] + "/out.jsonl", operator="host")
            elif call == "verify": store.verify()
            elif call == "checkpoint": store.checkpoint()
            elif call == "records": store.records(operator="host")
            elif call == "cases": store.cases(operator="host")
    except KeyboardInterrupt:
        print("interrupted", flush=True)
    print(len(store.cases(operator="host")), flush=True)
"""

CALLS = {"import_": 40_000, "export": 4_000, "verify": 4_000, "checkpoint": 4_000, "records": 4_000, "cases": 4_000}


@pytest.mark.parametrize("call", CALLS)
def test_an_interrupt_ends_a_long_call_with_a_store_within_a_second(call: str, tmp_path: Path) -> None:
    program = tmp_path / "long.py"
    program.write_text(textwrap.dedent(PROGRAM), encoding="utf-8")
    arguments = [sys.executable, str(program), str(tmp_path), str(CALLS[call]), call]
    running = subprocess.Popen(arguments, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    try:
        assert running.stdout is not None
        assert running.stdout.readline() == "begun\n", running.communicate()
        time.sleep(0.5)
        sent = time.monotonic()
        running.send_signal(signal.SIGINT)
        said = running.stdout.readline()
        took = time.monotonic() - sent
        rest, errors = running.communicate(timeout=30)
        assert said == "interrupted\n", said + rest + errors
        assert took < 1.0, f"{took:.2f} s"
        # An import that was ended has kept nothing.
        assert int(rest) == (0 if call == "import_" else CALLS[call])
    finally:
        running.kill()
