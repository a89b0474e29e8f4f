"""Records of one invented case, for the tests."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any
from uuid import UUID

from risk_of_harm import Assessment, CaseLog, Caseload, Policy, RecordFile, assess, assess_caseload

ROOT = Path(__file__).resolve().parents[2]
PACK = ROOT / "policies/england-wales"
NORTHSHIRE = ROOT / "policies/overlays/northshire.toml"
CASE = UUID("3f6c9a52-8c1e-4c3b-9c58-2f4f6f1d2a11")
# Words that only a victim could have said. Nothing but the log may ever show them.
SECRET = "he holds the kitchen knife when the children sleep"


def event_id(n: int) -> str:
    return f"00000000-0000-4000-8000-{n:012}"


def record(n: int, kind: str, day: str = "2018-01-08", *, recorded: str | None = None, **data: Any) -> dict[str, Any]:
    """Record number n: an event of that day, recorded on it or later."""
    return {
        "event_id": event_id(n),
        "case_id": str(CASE),
        "occurred_at": f"{day}T10:00:00Z",
        "recorded_at": f"{recorded or day}T10:00:00Z",
        "source": {"agency": "probation"},
        "kind": kind,
        "data": data,
    }


def supervision(n: int = 1, day: str = "2018-01-08") -> dict[str, Any]:
    return record(
        n, "supervision_started", day, sentence_id="s1", sentence_type="community_order", index_offence="assault",
        index_offence_is_domestic_abuse="yes", sex="male",
    )  # fmt: skip


def disclosure(n: int = 2, day: str = "2018-02-05", *, recorded: str | None = None) -> dict[str, Any]:
    """What a partner told the Partner Link Worker."""
    return record(
        n, "plw_disclosure", day, recorded=recorded, person="p1", concerns=["physical_violence"], raised_risk="yes"
    )


def story() -> list[dict[str, Any]]:
    """Supervision starts, risk is assessed as medium, and then a partner tells of violence."""
    levels = {"children": "low", "known_adult": "medium", "public": "low", "staff": "low"}
    return [
        supervision(),
        record(3, "risk_assessed", "2018-01-20", levels=levels, stage="initial", signed="yes", assessor="staff-1"),
        disclosure(recorded="2018-02-12"),
    ]


def told_log() -> CaseLog:
    log = CaseLog(CASE)
    log.extend(story())
    return log


def digest_of(policy: Policy) -> str:
    """What another process is asked: it finds this module, and not those of the tests."""
    return policy.digest


def ask(case: tuple[Policy, CaseLog]) -> Assessment:
    """Likewise."""
    policy, log = case
    return assess(log, policy, at="2018-04-18", audience="manager")


def answered(file: Path) -> Caseload:
    """Likewise."""
    return assess_caseload(RecordFile(file), audience="analyst", at="2018-05-31")


def whole_text(error: BaseException) -> Iterator[str]:
    """All that a log of errors, a pickle or a debugger could show of an exception."""
    yield from (str(error), repr(error), repr(error.args), repr(vars(error)))
    for other in (error.__cause__, error.__context__):
        if other is not None and not error.__suppress_context__:
            yield from whole_text(other)
