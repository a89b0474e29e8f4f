"""Tables that were written to a folder as Parquet."""

from __future__ import annotations

from pathlib import Path

from risk_of_harm import CaseLog, assess_caseload, records_to_arrow


def test_a_table_in_a_folder_is_shown_and_read_like_one_in_memory(david: CaseLog, tmp_path: Path) -> None:
    records = records_to_arrow(david)
    kept = assess_caseload(records, audience="manager", at="2018-04-18")
    written = assess_caseload(records, audience="manager", at="2018-04-18", to=tmp_path)
    for name in ("cases", "classifications", "actions", "flags", "problems"):
        one, other = getattr(kept, name), getattr(written, name)
        assert one.to_arrow().to_pylist() == other.to_arrow().to_pylist()
        assert one._repr_html_() == other._repr_html_() and repr(one) == repr(other)
