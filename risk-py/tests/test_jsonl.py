"""A line ends with a line feed and with nothing else: what notes hold breaks no record."""

from __future__ import annotations

import pickle
from pathlib import Path

import pytest

from risk_of_harm import CaseLog, Store, assess
from sample import CASE, ROOT, record, supervision

BREAKS = ["\u2028", "\u2029", "\u0085", "\x0b", "\x0c", "\x1c", "\x1d", "\x1e", "\r", "\n", "\r\n"]
NOTE = "first" + "".join(f"{each}next" for each in BREAKS)


@pytest.fixture
def log() -> CaseLog:
    log = CaseLog(CASE)
    log.extend([supervision(), {**record(2, "appointment_attended", "2018-02-01"), "note": NOTE}])
    return log


def test_a_log_is_iterated_shown_and_pickled_whatever_its_notes_hold(log: CaseLog) -> None:
    assert [each.get("note") for each in log] == [None, NOTE]
    assert "appointment_attended" in log._repr_html_() or "ppointment" in log._repr_html_()
    assert [each.get("note") for each in pickle.loads(pickle.dumps(log))] == [None, NOTE]
    assert assess(log, at="2018-04-18", audience="manager").case_id == log.case_id


@pytest.mark.parametrize("mark", BREAKS)
def test_each_break_alone_breaks_no_record(mark: str) -> None:
    log = CaseLog(CASE)
    log.append({**record(1, "appointment_attended", "2018-02-01"), "note": f"a{mark}b"})
    assert [each["note"] for each in log] == [f"a{mark}b"]
    assert [each["note"] for each in CaseLog.from_jsonl(log.to_jsonl())] == [f"a{mark}b"]
    sealed = CaseLog.from_jsonl(log.to_jsonl())
    sealed.seal()
    assert [each["note"] for each in sealed] == [f"a{mark}b"]


def test_a_store_gives_its_logs_changes_and_journal(log: CaseLog, tmp_path: Path) -> None:
    with Store.open(tmp_path / "cases.risk", make=True) as store:
        store.append(list(log), operator="host")
        assert [each.get("note") for each in store.log(CASE, operator="host")] == [None, NOTE]
        assert len(list(store.changes(0, operator="host"))) == 2
        store.assess(CASE, reader="ann", at="2018-04-18", audience="manager")
        assert len(store.journal(CASE)) > 2


def test_nothing_of_the_package_breaks_lines_as_python_does() -> None:
    """In the package, its pages and its examples: ``splitlines`` breaks JSON Lines in the middle of a record."""
    package = [*(ROOT / "risk-py/python").rglob("*.py"), *(ROOT / "docs").rglob("*.md"), *(ROOT / "docs").rglob("*.ipynb")]
    package += [path for path in (ROOT / "examples").rglob("*") if path.suffix in (".py", ".md", ".ipynb")]
    assert len(package) > 20
    assert [path for path in package if ".splitlines(" in path.read_text(encoding="utf-8")] == []
