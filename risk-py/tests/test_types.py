"""What the types of the package tell whoever checks a program against them."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import uses

HERE = Path(__file__).parent


def mypy(*arguments: str | Path, cwd: Path) -> subprocess.CompletedProcess[str]:
    # Away from the source tree, so that the installed package is what is looked at.
    command = [sys.executable, "-I", "-m", "mypy", "--strict", "--config-file", "", "--cache-dir", str(cwd.parent / "mypy"), *map(str, arguments)]
    return subprocess.run(command, capture_output=True, text=True, cwd=cwd)


def test_a_program_that_uses_all_of_it_is_well_typed_and_runs(tmp_path: Path) -> None:
    told = mypy(HERE / "uses.py", cwd=tmp_path)
    assert told.returncode == 0, told.stdout
    uses.main()


WRONG = {
    'risk_of_harm.assess(log, at="2018-04-18")': "audience",
    'risk_of_harm.assess(log, at=1.5, audience="manager")': "[arg-type]",
    "risk_of_harm.CaseLog(1)": "[arg-type]",
    "log.append(b'{}')": "[arg-type]",
    "log.head.upper()": "[union-attr]",
    "answer.at = answer.known_at": "[misc]",
}


def test_a_program_that_uses_it_wrongly_is_told_so_line_by_line(tmp_path: Path) -> None:
    begin = [
        "import uuid",
        "import risk_of_harm",
        "log = risk_of_harm.CaseLog(uuid.uuid4())",
        'answer = risk_of_harm.assess(log, at="2018-04-18", audience="manager")',
    ]
    program = tmp_path / "wrong.py"
    program.write_text("\n".join([*begin, *WRONG, ""]))
    found = [line for line in mypy(program, cwd=tmp_path).stdout.splitlines() if ": error: " in line]
    told = {int(line.split(":")[1]) - len(begin) - 1: line for line in found}
    assert sorted(told) == list(range(len(WRONG))), found
    for n, (line, expected) in enumerate(WRONG.items()):
        assert expected in told[n], (line, told[n])


def test_all_public_names_are_used_by_that_program() -> None:
    import risk_of_harm

    text = (HERE / "uses.py").read_text(encoding="utf-8")
    assert [name for name in risk_of_harm.__all__ if text.count(name) < 2] == []
