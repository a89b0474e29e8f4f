"""Tables and answers go from process to process as they are."""

from __future__ import annotations

import copy
import multiprocessing
import pickle
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path
from typing import Any

import pyarrow
import pytest

import risk_of_harm
from risk_of_harm import assess_caseload, iter_caseload, measures
from sample import answered

AT = "2018-05-31"
TABLES = ["cases", "classifications", "actions", "flags", "problems"]


def same(one: Any, other: Any) -> None:
    for name in TABLES:
        assert getattr(other, name).to_arrow() == getattr(one, name).to_arrow(), name
        assert getattr(other, name).column_names == getattr(one, name).column_names
    assert (other.events, other.receipt) == (one.events, one.receipt)


@pytest.mark.parametrize("protocol", range(2, pickle.HIGHEST_PROTOCOL + 1))
def test_a_caseload_and_its_tables_are_pickled(caseload_file: Path, protocol: int) -> None:
    found = answered(caseload_file)
    same(found, pickle.loads(pickle.dumps(found, protocol)))
    table = pickle.loads(pickle.dumps(found.actions, protocol))
    assert table.to_arrow() == found.actions.to_arrow() and table._repr_html_() == found.actions._repr_html_()


def test_copies_are_equal(caseload_file: Path) -> None:
    found = answered(caseload_file)
    same(found, copy.deepcopy(found))
    same(found, copy.copy(found))


def test_empty_tables_and_parts_and_measures_are_pickled(caseload: pyarrow.Table) -> None:
    empty = assess_caseload(caseload.slice(0, 0), audience="analyst", at=AT)
    same(empty, pickle.loads(pickle.dumps(empty)))
    for part in iter_caseload(caseload, audience="analyst", at=AT):
        again = pickle.loads(pickle.dumps(part))
        assert {name: table.to_arrow() for name, table in again.items()} == {
            name: table.to_arrow() for name, table in part.items()
        }
    counted = measures(caseload, audience="analyst", at=AT)
    again = pickle.loads(pickle.dumps(counted))
    assert again.actions.to_arrow() == counted.actions.to_arrow() and again.receipt == counted.receipt


def test_tables_in_files_are_read_again_where_they_arrive(caseload: pyarrow.Table, tmp_path: Path) -> None:
    found = assess_caseload(caseload, audience="analyst", at=AT, to=tmp_path / "answers")
    same(found, pickle.loads(pickle.dumps(found)))


def test_another_process_gives_a_caseload_back(caseload_file: Path) -> None:
    with ProcessPoolExecutor(1, mp_context=multiprocessing.get_context("spawn")) as pool:
        same(answered(caseload_file), pool.submit(answered, caseload_file).result())


def test_bytes_that_are_no_table_are_an_error() -> None:
    for wrong in (b"", b"no table", b"\xff" * 64, bytes(1000)):
        with pytest.raises(risk_of_harm._risk.Fault):
            risk_of_harm._risk.Batches(wrong)
