"""The tests of the package as it is installed: never of the folder that it is built from."""

from __future__ import annotations

import subprocess
import sys
import sysconfig
from pathlib import Path

import pyarrow
import pytest
from hypothesis import settings

import risk_of_harm
from risk_of_harm import CaseLog, Policy
from sample import ROOT


# The same examples at each run; `--hypothesis-profile=long` draws others, and many more.
settings.register_profile("default", max_examples=40, deadline=None, database=None, derandomize=True)
settings.register_profile("long", max_examples=2000, deadline=None, database=None)
settings.load_profile("default")


def pytest_configure(config: pytest.Config) -> None:
    here = Path(risk_of_harm.__file__).resolve()
    if not here.is_relative_to(Path(sysconfig.get_path("platlib")).resolve()):
        raise pytest.UsageError(f"expected risk_of_harm as pip installed it, found {here}: install the wheel first")


@pytest.fixture(scope="session")
def policy() -> Policy:
    return Policy.embedded()


@pytest.fixture(scope="session")
def david_text() -> str:
    return (ROOT / "examples/cases/david.jsonl").read_text(encoding="utf-8")


@pytest.fixture
def david(david_text: str) -> CaseLog:
    return CaseLog.from_jsonl(david_text)


@pytest.fixture(scope="session")
def caseload_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Forty invented cases on lines, case by case."""
    file = tmp_path_factory.mktemp("caseload") / "caseload.jsonl"
    command = [sys.executable, "-m", "risk_of_harm", "generate", "--cases", "40", "--seed", "2018", "--one-file"]
    subprocess.run([*command, "--output", str(file)], check=True, stdout=subprocess.DEVNULL)
    return file


@pytest.fixture(scope="session")
def caseload(caseload_file: Path) -> pyarrow.Table:
    """The same as a table of records with typed data."""
    return pyarrow.table(risk_of_harm.RecordFile(caseload_file))
