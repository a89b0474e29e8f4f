"""``python -m risk_of_harm`` and the script ``risk``: the same command as the program of that name."""

from __future__ import annotations

import json
import subprocess
import sys
import sysconfig
from pathlib import Path

import risk_of_harm
from risk_of_harm import CaseLog
from sample import ROOT, told_log


def risk(*arguments: str, given: str | None = None) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-W", "error", "-m", "risk_of_harm", *arguments]
    return subprocess.run(command, capture_output=True, text=True, encoding="utf-8", input=given, timeout=60)


def test_the_command_says_which_version_it_is() -> None:
    told = risk("--version")
    assert (told.returncode, told.stdout, told.stderr) == (0, f"risk {risk_of_harm.__version__}\n", "")


def test_the_script_is_installed() -> None:
    script = Path(sysconfig.get_path("scripts")) / ("risk.exe" if sys.platform == "win32" else "risk")
    told = subprocess.run([script, "--version"], capture_output=True, text=True)
    assert told.stdout == f"risk {risk_of_harm.__version__}\n"


def test_the_command_gives_the_answer_of_the_package(david: CaseLog) -> None:
    words = ("--at", "2018-04-18", "--audience", "manager", "--format", "json")
    told = risk("assess", str(ROOT / "examples/cases/david.jsonl"), *words)
    answer = risk_of_harm.assess(david, at="2018-04-18", audience="manager")
    assert told.returncode == 0 and json.loads(told.stdout) == answer.to_dict()
    piped = risk("assess", "-", *words, given=david.to_jsonl())
    assert piped.stdout == told.stdout


def test_the_exit_code_is_one_where_the_answer_is_no_and_two_for_bad_input(tmp_path: Path) -> None:
    log = told_log()
    log.seal()
    path = tmp_path / "case.jsonl"
    path.write_text(log.to_jsonl(), encoding="utf-8")
    assert risk("verify", str(path)).returncode == 0
    path.write_text(log.to_jsonl().replace("medium", "low"), encoding="utf-8")
    assert risk("verify", str(path)).returncode == 1
    wrong = risk("assess", str(path), "--at", "soon")
    assert wrong.returncode == 2 and "soon" in wrong.stderr and wrong.stdout == ""
