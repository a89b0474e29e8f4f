"""Whole caseloads from frames of every library: the same answers, and a clear word where there can be none."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import pyarrow
import pyarrow.parquet
import pytest

from risk_of_harm import (
    Audience,
    AudienceError,
    CaseLog,
    ConflictError,
    QuestionError,
    RecordError,
    RecordFile,
    assess,
    assess_caseload,
    iter_caseload,
    record_schema,
    records_to_arrow,
    table_schemas,
)

AT = "2018-05-31"
TABLES = ["cases", "classifications", "actions", "flags", "problems"]


def answers(events: Any, **asked: Any) -> dict[str, list[dict[str, Any]]]:
    found = assess_caseload(events, **{"audience": "analyst", "at": AT, **asked})
    return {name: pyarrow.table(getattr(found, name)).to_pylist() for name in TABLES}


def json_frame(caseload: pyarrow.Table, logs: list[CaseLog]) -> pyarrow.Table:
    """The same records with their data as JSON text, as they stand in the logs."""
    told = {record["event_id"]: record.get("data") for log in logs for record in log}
    texts = [json.dumps(told[event]) for event in caseload["event_id"].to_pylist()]
    return caseload.set_column(caseload.column_names.index("data"), "data", pyarrow.array(texts))


def changed(caseload: pyarrow.Table, column: str, row: int, value: Any) -> pyarrow.Table:
    """The caseload with one cell another."""
    values = caseload[column].to_pylist()
    values[row] = value
    kind = caseload.schema.field(column).type
    return caseload.set_column(caseload.column_names.index(column), column, pyarrow.array(values, kind))


@pytest.fixture(scope="module")
def logs(caseload_file: Path) -> list[CaseLog]:
    by_case: dict[str, list[str]] = {}
    for line in caseload_file.read_text(encoding="utf-8").split("\n")[:-1]:
        by_case.setdefault(json.loads(line)["case_id"], []).append(line)
    return [CaseLog.from_jsonl("\n".join(lines)) for lines in by_case.values()]


@pytest.fixture(scope="module")
def expected(caseload: pyarrow.Table) -> dict[str, list[dict[str, Any]]]:
    return answers(caseload)


def test_a_caseload_says_of_each_case_what_its_own_answer_says(caseload: pyarrow.Table, logs: list[CaseLog]) -> None:
    for audience in (Audience.MANAGER, Audience.ANALYST):
        found = answers(caseload, audience=audience)
        told = [assess(log, at=AT, audience=audience).to_dict() for log in logs]
        assert [row["case_id"] for row in found["cases"]] == [answer["case_id"] for answer in told]
        assert [row["action_id"] for row in found["actions"]] == [a["id"] for answer in told for a in answer["actions"]]
        assert [row["status"] for row in found["actions"]] == [a["status"] for answer in told for a in answer["actions"]]


def test_frames_of_every_library_give_the_same_answers(
    caseload: pyarrow.Table, logs: list[CaseLog], expected: dict[str, Any]
) -> None:
    duckdb, pandas, polars = (pytest.importorskip(name) for name in ("duckdb", "pandas", "polars"))
    as_text = json_frame(caseload, logs)
    assert answers(as_text) == expected
    assert answers(caseload.to_reader(max_chunksize=7)) == expected
    assert answers(caseload.combine_chunks().to_batches()[0]) == expected
    for frame in (polars.DataFrame(caseload), polars.DataFrame(as_text)):
        assert answers(frame) == expected
    with duckdb.connect() as connection:
        for table in (caseload, as_text):
            relation = connection.from_arrow(table).order("case_id")
            assert sorted(answers(relation)["actions"], key=str) == sorted(expected["actions"], key=str)
    flat = as_text.drop(["source"]).append_column("source_agency", pyarrow.compute.struct_field(as_text["source"], "agency"))
    flat = flat.append_column("source_role", pyarrow.compute.struct_field(as_text["source"], "role"))
    if hasattr(pandas.DataFrame, "__arrow_c_stream__"):
        assert answers(flat.to_pandas()) == expected


def test_parquet_files_give_the_same_answers_and_a_case_may_straddle_them(
    caseload: pyarrow.Table, expected: dict[str, Any], tmp_path: Path
) -> None:
    half = caseload.num_rows // 2 + 3
    for name, part in (("a", caseload.slice(0, half)), ("b", caseload.slice(half))):
        pyarrow.parquet.write_table(part, tmp_path / f"events-{name}.parquet", row_group_size=50)
    assert answers(str(tmp_path / "events-*.parquet")) == expected
    assert answers([tmp_path / "events-a.parquet", tmp_path / "events-b.parquet"]) == expected
    with pytest.raises(FileNotFoundError, match="expected"):
        answers(str(tmp_path / "nothing-*.parquet"))


def test_tables_written_as_they_are_made_hold_the_same(
    caseload: pyarrow.Table, expected: dict[str, Any], tmp_path: Path
) -> None:
    written = assess_caseload(caseload, audience="analyst", at=AT, to=tmp_path / "out")
    assert sorted(path.name for path in (tmp_path / "out").iterdir()) == sorted(f"{name}.parquet" for name in TABLES)
    for name in TABLES:
        assert pyarrow.table(getattr(written, name)).to_pylist() == expected[name]
        assert len(getattr(written, name)) == len(expected[name])


def test_what_fails_leaves_no_file_behind(caseload: pyarrow.Table, tmp_path: Path) -> None:
    with pytest.raises(RecordError):
        assess_caseload(changed(caseload, "kind", 50, "police_callout"), audience="analyst", at=AT, to=tmp_path / "out")
    assert list((tmp_path / "out").iterdir()) == []


def test_parts_come_lazily_and_can_be_left(caseload: pyarrow.Table, expected: dict[str, Any]) -> None:
    many = pyarrow.concat_tables([caseload] * 30)
    # Another id for each copy, so that no case comes again.
    ids = [f"{row // caseload.num_rows:08x}{case[8:]}" for row, case in enumerate(many["case_id"].to_pylist())]
    many = many.set_column(0, "case_id", pyarrow.array(ids))
    taken = 0

    def batches() -> Iterator[pyarrow.RecordBatch]:
        nonlocal taken
        for batch in many.to_batches(max_chunksize=500):
            taken += batch.num_rows
            yield batch

    reader = pyarrow.RecordBatchReader.from_batches(many.schema, batches())
    parts = iter_caseload(reader, audience="analyst", at=AT, workers=1)
    first = next(parts)
    assert list(first) == TABLES and len(first["cases"]) > 0
    assert taken < many.num_rows
    parts.close()  # type: ignore[attr-defined]
    whole = [row["case_id"] for part in iter_caseload(many, audience="analyst", at=AT) for row in part["cases"].to_arrow().to_pylist()]
    assert whole == list(dict.fromkeys(ids))


def test_kept_columns_and_schemas(caseload: pyarrow.Table) -> None:
    office = pyarrow.array([f"office {case[-2:]}" for case in caseload["case_id"].to_pylist()])
    found = assess_caseload(caseload.append_column("office", office), audience="analyst", at=AT, keep=["office"])
    schemas = table_schemas(audience="analyst", keep=["office"])
    for name in TABLES:
        table = getattr(found, name).to_arrow()
        assert table.schema.equals(schemas[name])
        if name != "problems":
            assert all(row["office"] == f"office {row['case_id'][-2:]}" for row in table.to_pylist())
    with pytest.raises(RecordError, match="`officer`.*no such column"):
        assess_caseload(caseload, audience="analyst", at=AT, keep=["officer"])


def test_an_analysts_tables_carry_no_subjects_and_no_event_ids(caseload: pyarrow.Table) -> None:
    found = assess_caseload(caseload, audience="analyst", at=AT)
    events = set(caseload["event_id"].to_pylist())
    for name in TABLES[:-1]:
        table = getattr(found, name)
        assert not {"about", "event_ids", "recorded_event_id"} & set(table.column_names)
        texts = {value for row in table.to_arrow().to_pylist() for value in row.values() if isinstance(value, str)}
        assert not texts & events


@pytest.mark.parametrize(
    ("column", "value", "found"),
    [
        ("event_id", "no-id", "`no-id`"),
        ("kind", "police_callout", "`police_callout`"),
        ("occurred_at", datetime(2090, 1, 1, tzinfo=timezone.utc), "2090-01-01T00:00:00Z"),
        ("source", None, "nothing"),
    ],
)
def test_a_record_that_is_wrong_is_an_error_or_a_row(
    caseload: pyarrow.Table, expected: dict[str, Any], column: str, value: Any, found: str
) -> None:
    broken = changed(caseload, column, 100, value) if column != "source" else caseload
    if column == "source":
        flat = pyarrow.array([None if row == 100 else "probation" for row in range(caseload.num_rows)])
        broken = caseload.drop(["source"]).append_column("source_agency", flat)
        column = "source.agency"
    with pytest.raises(RecordError) as raised:
        assess_caseload(broken, audience="analyst", at=AT)
    (error,) = raised.value.errors
    case = caseload["case_id"][100].as_py()
    assert (error["row"], error["case_id"], error["field"], error["found"]) == (100, case, column, found)
    rows = answers(broken, problems="rows")
    (problem,) = rows["problems"]
    assert (problem["row"], problem["case_id"], problem["column"], problem["found"]) == (100, case, column, found)
    assert (problem["code"], problem["message"]) == ("RISK_BAD_RECORD", str(raised.value))
    for name in TABLES[:-1]:
        assert case not in {row["case_id"] for row in rows[name]}
    assert len(rows["cases"]) == len(expected["cases"]) - 1


def test_a_case_that_comes_again_has_no_answer_in_memory_or_on_disk(caseload: pyarrow.Table, tmp_path: Path) -> None:
    case = caseload["case_id"][0].as_py()
    first = caseload["case_id"].to_pylist().count(case)
    split = pyarrow.concat_tables([caseload.slice(0, 5), caseload.slice(first), caseload.slice(5, first - 5)])
    with pytest.raises(RecordError, match="earlier place"):
        answers(split)
    for found in (answers(split, problems="rows"), answers(split, problems="rows", to=tmp_path / "out")):
        assert [row["case_id"] for row in found["problems"]] == [case]
        for name in TABLES[:-1]:
            assert found[name] and case not in {row["case_id"] for row in found[name]}


def test_two_records_of_one_id_are_a_conflict(caseload: pyarrow.Table) -> None:
    doubled = changed(caseload, "event_id", 3, caseload["event_id"][2].as_py())
    with pytest.raises(ConflictError, match="row 3: .*in row 2, found other content"):
        answers(doubled)


def test_a_case_of_a_million_records_is_told_at_once_and_the_others_are_answered(
    caseload: pyarrow.Table, expected: dict[str, Any]
) -> None:
    endless = pyarrow.concat_tables([caseload.slice(0, 1)] * 1_000).combine_chunks()
    place = endless.column_names.index("case_id")
    case = "00000000-0000-4000-8000-999999999999"
    endless = endless.set_column(place, caseload.schema.field("case_id"), pyarrow.array([case] * len(endless)))
    events = pyarrow.concat_tables([*[endless] * 1_000, caseload])
    found = answers(events, problems="rows")
    [problem] = found["problems"]
    assert (problem["case_id"], problem["row"], problem["found"]) == (case, 0, "1000000")
    assert problem["expected"] == "at most 20000 records of a case"
    assert [row["case_id"] for row in found["cases"]] == [row["case_id"] for row in expected["cases"]]
    with pytest.raises(RecordError, match="at most 20000 records of a case"):
        answers(events)


def test_times_without_a_zone_are_refused_at_the_first_of_them(caseload: pyarrow.Table) -> None:
    place = caseload.column_names.index("recorded_at")
    naive = caseload.set_column(place, "recorded_at", caseload["recorded_at"].cast(pyarrow.timestamp("us")))
    with pytest.raises(RecordError, match="column `recorded_at`: expected times with a zone, .*found times without a zone"):
        answers(naive)
    assert answers(naive.slice(0, 0))["cases"] == [], "a column without any value holds nothing"


def test_times_as_text_with_offsets_of_any_zone_are_the_same_instants(
    caseload: pyarrow.Table, expected: dict[str, Any]
) -> None:
    zones = [timezone.utc, timezone(timedelta(hours=1)), timezone(timedelta(hours=-5, minutes=-30))]
    events = caseload
    for name in ("occurred_at", "recorded_at"):
        moments = caseload[name].to_pylist()
        texts = [moment.astimezone(zones[row % 3]).isoformat() for row, moment in enumerate(moments)]
        events = events.set_column(events.column_names.index(name), name, pyarrow.array(texts))
    assert answers(events) == expected


def test_an_empty_frame_is_a_caseload_without_a_case_and_another_frame_is_refused(caseload: pyarrow.Table) -> None:
    assert answers(caseload.slice(0, 0)) == {name: [] for name in TABLES}
    assert len(answers(pyarrow.Table.from_batches([], record_schema()))["cases"]) == 0
    with pytest.raises(RecordError, match="column `event_id`: .*no such column"):
        answers(pyarrow.table({"a": [1]}))
    with pytest.raises(TypeError, match="Arrow PyCapsule interface"):
        answers(42)


def test_no_message_holds_what_somebody_said(caseload: pyarrow.Table, logs: list[CaseLog]) -> None:
    secret = "he holds the kitchen knife when the children sleep"
    as_text = json_frame(caseload, logs)
    for data in (json.dumps({secret: 1}), json.dumps({"outcome": secret}), secret, json.dumps([secret]) * 2):
        with pytest.raises(RecordError) as raised:
            answers(changed(as_text, "data", 0, data))
        assert "knife" not in str(raised.value) + json.dumps(raised.value.errors)


def test_words_that_are_none_are_refused(caseload: pyarrow.Table) -> None:
    for asked in ({"audience": "analist"}, {"lens": "foresight"}, {"problems": "ignore"}, {"at": "yesterday"}):
        with pytest.raises(QuestionError):
            answers(caseload, **asked)
    with pytest.raises(TypeError):
        assess_caseload(caseload, at=AT)  # type: ignore[call-arg]


def test_a_source_that_fails_is_an_error_of_the_engine(caseload: pyarrow.Table) -> None:
    def batches() -> Iterator[pyarrow.RecordBatch]:
        yield caseload.slice(0, 100).combine_chunks().to_batches()[0]
        raise OSError("the disk is gone")

    with pytest.raises(RecordError, match="the disk is gone"):
        answers(pyarrow.RecordBatchReader.from_batches(caseload.schema, batches()))


def test_other_threads_run_while_a_caseload_is_folded(caseload: pyarrow.Table) -> None:
    ran = threading.Event()
    seen: list[bool] = []
    thread = threading.Thread(target=ran.set)

    def progress(cases: int, records: int) -> None:
        if not seen:
            thread.start()
        seen.append(ran.wait(5))

    found = assess_caseload(caseload, audience="analyst", at=AT, progress=progress)
    thread.join()
    assert seen and all(seen) and found.events == caseload.num_rows


def test_progress_ends_with_everything_done(caseload: pyarrow.Table) -> None:
    told: list[tuple[int, int]] = []
    found = assess_caseload(caseload, audience="analyst", at=AT, progress=lambda *done: told.append(done))
    assert told[-1] == (len(found.cases), caseload.num_rows)


def test_records_go_to_a_table_and_come_back(logs: list[CaseLog], caseload: pyarrow.Table, expected: dict[str, Any]) -> None:
    table = records_to_arrow(logs)
    assert pyarrow.table(table).schema.equals(record_schema()) and len(table) == caseload.num_rows
    assert answers(table) == expected and answers(table) == expected, "a table can be read again"


def test_a_file_of_lines_that_is_none_is_told_with_its_line(tmp_path: Path, logs: list[CaseLog]) -> None:
    file = tmp_path / "records.jsonl"
    file.write_text(logs[0].to_jsonl().split("\n")[0] + "\n{}\n", encoding="utf-8")
    with pytest.raises(RecordError, match="records.jsonl:2: field `event_id`"):
        answers(RecordFile(file))


def test_an_audience_that_the_policy_does_not_name_gets_nothing(caseload: pyarrow.Table) -> None:
    from risk_of_harm import Policy
    from sample import PACK

    files = {path.name: path.read_text(encoding="utf-8") for path in PACK.glob("*.toml")}
    kept = [part for part in files["audiences.toml"].split("[[audience]]") if 'id = "analyst"' not in part]
    policy = Policy.from_files({**files, "audiences.toml": "[[audience]]".join(kept)})
    with pytest.raises(AudienceError):
        answers(caseload, policy=policy)
