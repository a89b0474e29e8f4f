"""The rival of a store: the Python package `eventsourcing` on SQLite, as it comes.

An aggregate of 100 events: appended one by one, each save with the aggregate read anew as a service does it; 20 aggregates
whose 100 events are saved together; and those read back. Prints the microseconds for an event of each.
"""

from __future__ import annotations

import os
import tempfile
import time
from typing import Any
from uuid import UUID

from eventsourcing.application import Application
from eventsourcing.domain import Aggregate, event

EVENTS, AGGREGATES = 100, 20


class Case(Aggregate):
    def __init__(self) -> None:
        self.told = 0

    @event("Told")
    def tell(self, kind: str, data: dict[str, Any]) -> None:
        self.told += 1


def told(case: Case) -> None:
    case.tell("police_call_out", {"outcome": "no_further_action", "children_present": "yes", "persons": ["p1"]})


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        os.environ["PERSISTENCE_MODULE"] = "eventsourcing.sqlite"
        os.environ["SQLITE_DBNAME"] = os.path.join(folder, "cases.db")
        app: Application[UUID] = Application()
        case = Case()
        app.save(case)
        began = time.perf_counter()
        for _ in range(EVENTS):
            again: Case = app.repository.get(case.id)
            told(again)
            app.save(again)
        single = (time.perf_counter() - began) / EVENTS
        ids = []
        began = time.perf_counter()
        for _ in range(AGGREGATES):
            one = Case()
            for _ in range(EVENTS):
                told(one)
            app.save(one)
            ids.append(one.id)
        batch = (time.perf_counter() - began) / EVENTS / AGGREGATES
        began = time.perf_counter()
        for one_id in ids:
            assert app.repository.get(one_id).told == EVENTS
        load = (time.perf_counter() - began) / EVENTS / AGGREGATES
        print(*(f"{seconds * 1e6:.2f}" for seconds in (single, batch, load)))


if __name__ == "__main__":
    main()
