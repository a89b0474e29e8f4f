"""The tests of the package as it is installed: never of the folder that it is built from."""

from __future__ import annotations

import sysconfig
from pathlib import Path

import pytest

import risk_of_harm
from risk_of_harm import CaseLog, Policy
from sample import ROOT


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
