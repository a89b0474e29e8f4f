"""A program that uses all of the public API with its types: checked by mypy in ``test_types.py``, and run there."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, timedelta, timezone
from tempfile import TemporaryDirectory
from typing import Any
from uuid import UUID, uuid4

from risk_of_harm import (
    Action,
    ActionKind,
    Appended,
    Assessment,
    Audience,
    AudienceError,
    BudgetError,
    CaseLog,
    CaseFacts,
    Caseload,
    Change,
    ConflictError,
    Died,
    Erased,
    Group,
    GroupStatus,
    Handling,
    Hmpps,
    HmppsImport,
    Imported,
    IntegrityError,
    Kind,
    Lens,
    Level,
    Measures,
    Moment,
    NotFoundError,
    PersonErased,
    Policy,
    PolicyError,
    Priority,
    QuestionError,
    Record,
    RecordError,
    RecordFile,
    Register,
    RiskError,
    Stamp,
    Status,
    Store,
    Stored,
    StoreError,
    Table,
    __version__,
    assess,
    assess_caseload,
    compare,
    iter_caseload,
    measures,
    record_schema,
    records_to_arrow,
    table_schemas,
    timeline,
)


def log_of(case_id: UUID, sealed: bool = True) -> CaseLog:
    log = CaseLog(case_id)
    then = datetime(2018, 1, 8, 10, tzinfo=timezone.utc)
    record: Record = {
        "event_id": uuid4(),
        "case_id": case_id,
        "occurred_at": then,
        "recorded_at": then,
        "source": {"agency": "probation"},
        "handling": Handling.STAFF,
        "kind": Kind.RISK_ASSESSED,
        "data": {"levels": {Group.CHILDREN: Level.HIGH}, "assessor": "staff-1", "stage": "initial", "signed": "yes"},
    }
    appended: Appended = log.append(record, expected_length=0)
    length: int = appended.length
    again: Appended = log.extend([record], expected_length=length, stamps=None)
    assert again.added == 0
    if not sealed:
        return log
    head: str = log.seal([Stamp.now()])
    report: dict[str, Any] = log.verify(head)
    assert report["intact"] and log.head == head and log.is_sealed and len(log) == 1
    text: str = log.to_jsonl(after=0)
    entries: list[dict[str, Any]] = list(log)
    assert entries and CaseLog.from_jsonl(text).case_id == case_id
    return log


def asked(log: CaseLog, policy: Policy | None, at: Moment) -> Assessment:
    answer = assess(log, policy, at=at, audience=Audience.MANAGER, lens=Lens.AS_KNOWN, known_at=at, feeds=list(Kind))
    actions: list[Action] = answer.actions
    for action in actions + answer.agenda + answer.pending:
        kind: ActionKind | str = action.action
        days: tuple[date, date | None, date | None] = (action.opened, action.due, action.closed)
        words: tuple[Priority | str, Status | str, Handling | str | None] = (action.priority, action.status, action.handling)
        assert kind and days and words and isinstance(action.is_pending, bool)
        explained: dict[str, Any] = answer.explain(action.id)
        assert explained
    moments: tuple[datetime, datetime, datetime | None] = (answer.at, answer.known_at, answer.next_change_at)
    lists: Sequence[object] = (answer.flags, answer.blind_to, answer.unrecognised, answer.withheld)
    died: Died | None = answer.died
    assert died is None
    told: tuple[dict[str, Any], dict[str, Any] | None] = (answer.receipt, answer.classification)
    assert moments and lists and told and answer.text(all=True) and answer.why_not("plw-raised-risk")
    changes: list[dict[str, Any]] = answer.changes_since(answer)
    assert changes == [] and isinstance(answer.case_id, UUID)
    return answer


def asked_of_many(log: CaseLog) -> Caseload:
    records: Table = records_to_arrow(log)
    found: Caseload = assess_caseload(records, audience=Audience.ANALYST, at=date(2018, 4, 18), problems="rows")
    tables: list[Table] = [found.cases, found.classifications, found.actions, found.flags, found.problems]
    counted: tuple[int, int, list[str]] = (found.events, len(found.cases), records.column_names)
    assert all(isinstance(table, Table) for table in tables) and counted[:2] == (1, 1)
    for part in iter_caseload(records, audience="analyst", at="2018-04-18"):
        assert len(part["cases"]) == 1
    counted_up: Measures = measures(records, audience="analyst", at="2018-04-18")
    assert table_schemas(audience="analyst") and record_schema() and counted_up.cases == 1
    read: RecordFile | None = None
    assert read is None
    return found


def kept(folder: str, case_id: UUID) -> None:
    def key(case: UUID) -> bytes | None:
        return case.bytes * 2

    with Store.open(f"{folder}/cases.risk", make=True, keys=key, patience=timedelta(seconds=5)) as store:
        stored: Stored = store.append(list(log_of(case_id, sealed=False)), operator="host", expected_position=0)
        answer: Assessment = store.assess(case_id, reader="N1", audience=Audience.MANAGER, at="2018-04-18", purpose="audit")
        changes: list[Change] = list(store.changes(stored.position - 1, operator="host", limit=10))
        line: tuple[int, UUID, int, str, dict[str, Any]] = (
            changes[0].place, changes[0].case_id, changes[0].position, changes[0].line, changes[0].record,
        )  # fmt: skip
        store.identify(case_id, "crn", "X1", operator="host")
        found: list[UUID] = store.cases_of("crn", "X1")
        facts: CaseFacts = store.facts(found[0])
        told: tuple[dict[str, str], UUID | None, dict[UUID, datetime], frozenset[str], int | None] = (
            facts.identifiers, facts.merged_into, facts.merged_from, facts.excluded, facts.records,
        )  # fmt: skip
        log: CaseLog = store.log(case_id, operator="host")
        entries: list[dict[str, Any]] = store.journal(case_id)
        checkpoint: str = store.checkpoint()
        report: dict[str, Any] = store.verify(checkpoint)
        listed: list[CaseFacts] = store.cases(operator="host")
        records: Table = store.records(operator="host", cases=[case_id])
        out: tuple[int, int] = store.export(f"{folder}/out.jsonl", operator="host", journals=True)
        taken: Imported = store.import_(f"{folder}/out.jsonl", operator="host")
        erased: type[Erased] = Erased
        person: PersonErased = store.erase_person(case_id, operator="host", by="N07A001")
        assert answer and line and told and log and entries and report["intact"] and listed and len(records) == 1
        assert out == (1, 1) and taken.known == 1 and erased and person


def main() -> None:
    with TemporaryDirectory() as folder:
        kept(folder, uuid4())
    log, policy = log_of(uuid4()), Policy.embedded()
    answer = asked(log, policy, date(2018, 4, 18))
    assert answer == asked(log, None, "2018-04-18") and hash(answer)
    assert asked_of_many(log).receipt
    steps: dict[str, Any] = timeline(log, at="2018-04-18", audience="manager")
    sides: dict[str, Any] = compare(log, policy, at="2018-04-18", audience="manager", other_policy=policy)
    assert steps and sides
    reviewed: date = policy.reviewed_through
    warnings: list[dict[str, Any]] = policy.check()
    assert reviewed and warnings == [] and policy.diff(policy) and policy.show("guide") and policy.id and policy.version
    errors: list[type[RiskError]] = [
        AudienceError, BudgetError, ConflictError, IntegrityError, NotFoundError, PolicyError, QuestionError, RecordError,
        StoreError,
    ]  # fmt: skip
    try:
        log.append("{}")
    except RiskError as error:
        code: str = error.code
        found: list[dict[str, Any]] = error.errors
        assert code == "RISK_BAD_RECORD" and found and type(error) in errors
    adapter = Hmpps(b"a secret of at least thirty-two bytes", case_map="", codes={}, erase=False)
    imported: HmppsImport = adapter.import_(b"{}", kind="messages", held=log)
    proposals: list[dict[str, Any]] = adapter.reconcile(answer)
    levels: dict[str, Any] = Hmpps.rosh(answer)
    assert imported.records == [] and imported.report["counts"] and proposals is not None and levels
    assert (Register("plw"), GroupStatus("stale")) and __version__


if __name__ == "__main__":
    main()
