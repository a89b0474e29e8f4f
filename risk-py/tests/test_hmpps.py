"""The HMPPS estate: messages and tables in, register proposals and levels out."""

from __future__ import annotations

import datetime
import decimal
import json
from pathlib import Path

import pyarrow as pa
import pytest
from risk_of_harm import AudienceError, CaseLog, Hmpps, QuestionError, RecordError, Store, assess

SECRET = b"a secret that only these tests know"
ROWS = "crn,type,date,outcome,created\nX800001,C369,2026-06-01,,2026-06-01T10:00:00\n"


def message(event_type: str, **info: str) -> bytes:
    return json.dumps(
        {
            "eventType": event_type,
            "occurredAt": "2026-06-14T09:06:52Z",
            "personReference": {"identifiers": [{"type": "CRN", "value": "X800001"}]},
            "additionalInformation": info,
        }
    ).encode()


REGISTERED = message(
    "probation-case.registration.added", registrationId="1", registerTypeCode="RHRH", registrationDate="2026-06-14"
)


def test_a_message_becomes_records_and_a_repeated_one_none() -> None:
    adapter = Hmpps(SECRET)
    done = adapter.import_(REGISTERED)
    assert [(r["kind"], r["data"]["level"]) for r in done.records] == [("flag_recorded", "high")]
    log = CaseLog(done.records[0]["case_id"])
    log.extend(done.records)
    again = adapter.import_(REGISTERED, held=log)
    assert again.records == [] and again.report["counts"] == {"known": 1}


def test_another_secret_gives_other_ids_and_a_case_map_the_hosts_own() -> None:
    one, other = (Hmpps(secret).import_(REGISTERED).records[0] for secret in (SECRET, SECRET + b"!"))
    assert one["event_id"] != other["event_id"] and one["case_id"] != other["case_id"]
    case = "3f6c9a52-8c1e-4c3b-9c58-2f4f6f1d2a11"
    mapped = Hmpps(SECRET, case_map=f"crn,case_id\nX800001,{case}\n").import_(REGISTERED)
    assert mapped.records[0]["case_id"] == case


def test_a_table_may_be_text_a_file_or_arrow(tmp_path: Path) -> None:
    adapter = Hmpps(SECRET)
    (tmp_path / "contacts.csv").write_text(ROWS, encoding="utf-8")
    columns = {"crn": ["X800001"], "type": ["C369"], "date": ["2026-06-01"], "outcome": [None], "created": ["2026-06-01T10:00:00"]}
    given = [ROWS, ROWS.encode(), tmp_path / "contacts.csv", pa.table(columns)]
    records = [adapter.import_(one, kind="contacts").records for one in given]
    assert len(records[0]) == 1 and all(other == records[0] for other in records)


def test_a_row_that_cannot_be_read_is_counted_and_costs_no_other_row() -> None:
    table = b"crn,type,date,outcome,created,notes\nX800001,C369,14-Jun-24,,15/06/2024,\nX800001,C369,14/06/2024,,15/06/2024,victim\x92s\n"
    done = Hmpps(SECRET).import_(table + b"X800001,C369,14/06/2024,,15/06/2024,\n", kind="contacts")
    assert len(done.records) == 1 and done.report["counts"] == {"recorded": 1, "unreadable": 2}
    assert [(m["place"], m["outcome"], m["field"]) for m in done.report["messages"]] == [
        (2, "unreadable", "date"),
        (3, "unreadable", "column 6"),
    ]


@pytest.mark.parametrize("word", ["T", "X", "Sensitive contact", "1.5"])
def test_a_word_that_is_neither_yes_nor_no_makes_a_row_unreadable(word: str) -> None:
    columns = {"crn": ["X800001"], "type": ["CHVS"], "date": ["2024-06-14"], "outcome": ["ATTC"], "created": ["2024-06-15"]}
    done = Hmpps(SECRET).import_(pa.table(columns | {"SENSITIVE": [word]}), kind="contacts")
    assert done.records == [] and done.report["counts"] == {"unreadable": 1}
    with pytest.raises(RecordError, match="is_sensitive`: expected the name `sensitive`"):
        Hmpps(SECRET).import_(pa.table(columns | {"is_sensitive": ["Y"]}), kind="contacts")


def test_arrow_columns_of_numbers_and_of_times_without_a_zone_say_what_text_would() -> None:
    text = "crn,type,date,time,outcome,created,id,sensitive\nX1,CHVS,2024-06-14,09:30,ATTC,2024-06-14 10:00:15,7,1\n"
    at = datetime.datetime(2024, 6, 14, 10, 0, 15)
    columns = {
        "crn": pa.array(["X1"]),
        "type": pa.array(["CHVS"]).dictionary_encode(),
        "date": pa.array([datetime.datetime(2024, 6, 14)]),
        "time": pa.array([datetime.time(9, 30)]),
        "outcome": pa.array(["ATTC"]),
        "id": pa.array([7.0]),
        "sensitive": pa.array([1]),
    }
    expected = Hmpps(SECRET).import_(text, kind="contacts").records
    for unit in ("s", "ms", "us", "ns"):
        table = pa.table(columns | {"created": pa.array([at], pa.timestamp(unit))})
        assert Hmpps(SECRET).import_(table, kind="contacts").records == expected
    whole = pa.table(columns | {"created": pa.array(["2024-06-14 10:00:15"]), "id": pa.array([decimal.Decimal("7")])})
    assert Hmpps(SECRET).import_(whole, kind="contacts").records == expected
    with pytest.raises(RecordError, match="id.*cast the column to text"):
        Hmpps(SECRET).import_(whole.set_column(whole.schema.get_field_index("id"), "id", pa.array([[7]])), kind="contacts")


def test_an_address_is_listed_only_where_its_host_is() -> None:
    message = json.loads(REGISTERED) | {"eventType": "assessment.summary.produced", "detailUrl": "https://oasys.example.com/1"}

    def listed(*hosts: str) -> bool:
        report = Hmpps(SECRET, detail_hosts=hosts).import_(json.dumps(message)).report
        return bool(report["messages"][0]["detail_url_listed"])

    assert listed("oasys.example.com") and not listed() and not listed("example.com")
    with pytest.raises(QuestionError, match="detail_hosts"):
        Hmpps(SECRET, detail_hosts=["https://oasys.example.com"])


def test_of_two_levels_in_one_assessment_the_higher_is_recorded() -> None:
    message = json.loads(REGISTERED) | {"eventType": "assessment.summary.produced"}
    body = '{"riskInCommunity":{"HIGH":["Known adult"],"LOW":["Children","Known Adult"]},"assessedOn":"2024-06-10T12:12:34"}'
    done = Hmpps(SECRET).import_(f'{{"message":{json.dumps(message)},"fetched":{body}}}')
    assert done.records[0]["data"]["levels"] == {"children": "low", "known_adult": "high"}
    assert "two levels for known_adult" in done.report["messages"][0]["notes"][0]


def test_a_store_takes_a_delivery_and_its_answer_becomes_proposals_and_levels(tmp_path: Path) -> None:
    adapter = Hmpps(SECRET)
    with Store.open(tmp_path / "cases.risk", make=True) as store:
        report = adapter.import_into(store, REGISTERED, operator="queue")
        [case] = report["cases"]
        answer = store.assess(case, reader="N07A001", audience="responsible_officer", at="2026-06-20")
        assert adapter.reconcile(answer) == []
        assert Hmpps.rosh(answer)["overallRiskLevel"] is None, "a flag is no assessment"


def test_what_cannot_be_used_is_told_as_such() -> None:
    with pytest.raises(QuestionError, match="at least 32 bytes"):
        Hmpps(b"hush")
    with pytest.raises(QuestionError, match="line 2: case_id: expected a UUID"):
        Hmpps(SECRET, case_map="crn,case_id\nX1,12\n")
    with pytest.raises(RecordError, match="expected the columns crn, type, date"):
        Hmpps(SECRET).import_("crn\n", kind="contacts")
    with pytest.raises(QuestionError, match="one of messages, contacts, registrations"):
        Hmpps(SECRET).import_(b"{}", kind="letters")  # type: ignore[arg-type]
    with pytest.raises(TypeError, match="Arrow PyCapsule"):
        Hmpps(SECRET).import_(7)
    with pytest.raises(AudienceError):
        log = CaseLog("3f6c9a52-8c1e-4c3b-9c58-2f4f6f1d2a11")
        Hmpps.rosh(assess(log, at="2026-06-20", audience="supervised_person"))
