"""The conformance cases through the package: the same bytes as from every other binding (tests/conformance/README.md)."""

from __future__ import annotations

import json
from typing import Any

import pytest

from risk_of_harm import CaseLog, Policy, RiskError, assess
from sample import ROOT

CASES: list[dict[str, Any]] = [
    case
    for path in sorted((ROOT / "tests/conformance").glob("*.json"))
    for case in json.loads(path.read_text(encoding="utf-8"))
]
_policies: dict[str, Policy] = {}


def compact(value: Any) -> str:
    return json.dumps(value, separators=(",", ":"), ensure_ascii=False)


def policy_of(case: dict[str, Any]) -> Policy:
    """The policy of a case; the one that is built in where it is that."""
    key = compact([case["policy"], case["locality"]])
    if key not in _policies:
        given, locality = case["policy"], case["locality"]
        overlays = [ROOT / f"policies/overlays/{name}.toml" for name in given.get("overlays", [])]
        if "files" in given:
            _policies[key] = Policy.from_files(given["files"], locality=locality)
        elif given["pack"] == "england-wales":
            _policies[key] = Policy.embedded(overlays=overlays, locality=locality)
        else:
            folder = ROOT / "policies" / given["pack"]
            _policies[key] = Policy.from_folder(folder, overlays=overlays, locality=locality)
    return _policies[key]


def ask(case: dict[str, Any]) -> str:
    lines = "".join(compact(entry) + "\n" for entry in case["log"])
    return assess(
        CaseLog.from_jsonl(lines),
        policy_of(case),
        at=case["at"],
        known_at=case["known_at"],
        lens=case["lens"],
        audience=case["audience"],
        feeds=case["feeds"],
    ).to_json()


def test_there_are_cases_of_the_pack_of_overlays_and_of_policies_of_their_own() -> None:
    assert len(CASES) > 100
    assert any(case["policy"].get("overlays") for case in CASES) and any("files" in case["policy"] for case in CASES)


@pytest.mark.parametrize("case", CASES, ids=[case["title"] for case in CASES])
def test_the_answer_is_the_same_byte_for_byte(case: dict[str, Any]) -> None:
    assert case["schema"] == "risk-conformance/1"
    if "error" in case["answer"]:
        with pytest.raises(RiskError):
            ask(case)
    else:
        assert ask(case) == compact(case["answer"])
