"""Ctrl-C ends any long call within a second: a signal is sent for real, to a process of its own."""

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

MANY = """
    import datetime, sys, pyarrow, risk_of_harm as rh
    CASE = "3f6c9a52-8c1e-4c3b-9c58-2f4f6f1d2a11"
    START = datetime.datetime(2014, 7, 1, tzinfo=datetime.timezone.utc)

    def rec(n, kind, data, hours):
        at = (START + datetime.timedelta(hours=hours)).isoformat()
        return {"event_id": f"00000000-0000-4000-8000-{n:012d}", "case_id": CASE, "occurred_at": at, "recorded_at": at,
                "source": {"agency": "police"}, "kind": kind, "data": data}

    def log(count):
        made = rh.CaseLog(CASE)
        first = rec(1, "supervision_started", {"sentence_id": "s1", "sentence_type": "community_order",
            "index_offence": "assault", "index_offence_is_domestic_abuse": "yes", "sex": "male"}, 0)
        made.extend([first, *(
            rec(n, "police_call_out", {"persons": [f"p{n % 97}"], "children_present": "yes", "outcome": "arrest"}, n)
            for n in range(2, count)
        )])
        return made

    long = log(6000)
    ASKED = {"at": "2016-06-01", "audience": "manager"}

    def say():
        print("begun", flush=True)
"""

CALLS = {
    "timeline": "say(); rh.timeline(long, **ASKED)",
    "assess": "say()\n    while True: rh.assess(long, **ASKED)",
    "compare": "say()\n    while True: rh.compare(long, **ASKED)",
    "explain": "answer = rh.assess(log(3000), **ASKED); say()\n    while True: answer.explain()",
    "answer.timeline": "answer = rh.assess(log(30), **ASKED); answer = rh.assess(long, **ASKED); say(); answer.timeline()",
    "assess_caseload": "rows = rh.records_to_arrow(long); say()\n    while True: rh.assess_caseload(rows, next_change=True, **ASKED)",
    "iter_caseload": "rows = rh.records_to_arrow(long); say()\n    while True: list(rh.iter_caseload(rows, next_change=True, **ASKED))",
    "measures": "rows = rh.records_to_arrow(long); say()\n    while True: rh.measures(rows, **ASKED)",
}


def interrupted(call: str, folder: Path) -> tuple[float, str]:
    """How long the call went on after the signal, and what it raised."""
    program = folder / "long.py"
    body = textwrap.dedent(MANY) + "try:\n    " + call + "\nexcept KeyboardInterrupt:\n    print('interrupted', flush=True)\n"
    program.write_text(body, encoding="utf-8")
    running = subprocess.Popen([sys.executable, str(program)], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    try:
        assert running.stdout is not None
        assert running.stdout.readline() == "begun\n", running.communicate()
        time.sleep(0.7)
        assert running.poll() is None, "the call is long enough to be interrupted"
        sent = time.monotonic()
        running.send_signal(signal.SIGINT)
        said = running.stdout.readline()
        took = time.monotonic() - sent
        _, errors = running.communicate(timeout=30)
        return took, said + errors
    finally:
        running.kill()


@pytest.mark.parametrize("name", CALLS)
def test_an_interrupt_ends_a_long_call_within_a_second(name: str, tmp_path: Path) -> None:
    took, said = interrupted(CALLS[name], tmp_path)
    assert said == "interrupted\n"
    assert took < 1.0, f"{took:.2f} s"


def test_what_a_handler_of_the_hosts_raises_is_what_is_raised(tmp_path: Path) -> None:
    call = (
        "import signal\n"
        "    class Mine(Exception): pass\n"
        "    def handler(*_): raise Mine\n"
        "    signal.signal(signal.SIGINT, handler)\n"
        "    say()\n"
        "    try: rh.timeline(long, **ASKED)\n"
        "    except Mine: print('mine', flush=True)"
    )
    took, said = interrupted(call, tmp_path)
    assert said == "mine\n" and took < 1.0
