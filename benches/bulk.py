"""`cargo xtask bench bulk`: whole caseloads from Python, beside only reading them.

Each line `NAME ratio=R ours=A rival=B unit=U` sets a median of ours beside one of a rival that was measured in turn with it;
the last is the national caseload. Each measurement is a process of its own, so that its peak memory is its own; times
are taken within it, from the call to its end, without the start of Python. What the caseload is made of is kept in
target/bench-bulk and made anew only where it is not there.
"""

from __future__ import annotations

import argparse
import itertools
import json
import os
import resource
import shutil
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from datetime import datetime
from pathlib import Path
from typing import IO, Any

# A caseload of the national size: people supervised in the community and after release in England and Wales.
NATIONAL_CASES = 264_649
EVENTS_PER_CASE = 100
SEED = 2018
AT = "2018-05-31"
CORES = os.cpu_count() or 1
HERE = Path(__file__).resolve()


# What is measured: each a function of a caseload's folder and one for the answers, run in a process of its own.


def parts(folder: Path) -> list[Path]:
    return sorted(folder.glob("*.parquet"))


def read_only(folder: Path, _: Path) -> int:
    """Every column of every row read by pyarrow, and dropped."""
    import pyarrow.parquet

    files = [pyarrow.parquet.ParquetFile(part) for part in parts(folder)]
    return sum(batch.num_rows for part in files for batch in part.iter_batches())


def to_parquet(folder: Path, out: Path) -> int:
    """Parquet in, Parquet answers out."""
    import risk_of_harm

    return risk_of_harm.assess_caseload(parts(folder), audience="analyst", at=AT, to=out).events


def through_duckdb(folder: Path, out: Path) -> int:
    """The same, from a DuckDB relation."""
    import duckdb

    import risk_of_harm

    return risk_of_harm.assess_caseload(duckdb.read_parquet(str(folder / "*.parquet")), audience="analyst", at=AT, to=out).events


def through_polars(folder: Path, out: Path) -> int:
    """The same, from a polars frame, which is in memory whole."""
    import polars

    import risk_of_harm

    return risk_of_harm.assess_caseload(polars.read_parquet(folder / "*.parquet"), audience="analyst", at=AT, to=out).events


def measured_by_action(folder: Path, _: Path) -> int:
    """Measures by action and rule, as known and in hindsight."""
    import risk_of_harm

    return risk_of_harm.measures(parts(folder), audience="analyst", at=AT).events


STAGES: dict[str, Callable[[Path, Path], int]] = {
    function.__name__: function for function in (read_only, to_parquet, through_duckdb, through_polars, measured_by_action)
}


def in_this_process(stage: str, folder: Path, out: Path) -> None:
    import pyarrow.parquet  # noqa: F401

    import risk_of_harm  # noqa: F401

    began = time.perf_counter()
    events = STAGES[stage](folder, out)
    seconds = time.perf_counter() - began
    usage = resource.getrusage(resource.RUSAGE_SELF)
    print(
        json.dumps(
            {
                "seconds": seconds,
                "cpu": usage.ru_utime + usage.ru_stime,
                "peak_mb": usage.ru_maxrss / 1024,
                "events": events,
            }
        )
    )


def in_its_own_process(stage: str, folder: Path, work: Path) -> dict[str, Any]:
    out = work / "answers"
    shutil.rmtree(out, ignore_errors=True)
    command = [sys.executable, str(HERE), "--stage", stage, "--folder", str(folder), "--out", str(out)]
    told = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True)
    return dict(json.loads(told.stdout.rstrip("\n").split("\n")[-1]))


def beside(name: str, stage: str, folder: Path, work: Path, rounds: int) -> str:
    """Ours and the bare reading in turn; tells both, and gives the line of their ratio."""
    runs: dict[str, list[dict[str, Any]]] = {stage: [], "read_only": []}
    for round_ in range(rounds):
        pair = [stage, "read_only"]
        for one in pair if round_ % 2 else reversed(pair):
            runs[one].append(in_its_own_process(one, folder, work))
    for one, told in runs.items():
        seconds = statistics.median(run["seconds"] for run in told)
        events = told[0]["events"]
        print(
            f"  {one}: {events:,} events in {seconds:.1f} s, {events / seconds:,.0f} events/s, "
            f"{statistics.median(run['cpu'] for run in told):.0f} s of CPU, "
            f"peak {max(run['peak_mb'] for run in told):,.0f} MB",
            flush=True,
        )
    ours, rival = (statistics.median(run["seconds"] for run in runs[one]) for one in (stage, "read_only"))
    return f"{name} ratio={ours / rival:.2f} ours={ours:.2f} rival={rival:.2f} unit=s"


# What it is measured on.


def make_part(out: Path, skip: int, cases: int, data: str) -> None:
    """Some cases of the invented caseload as a Parquet file."""
    import pyarrow
    import pyarrow.parquet

    import risk_of_harm

    arguments = ["generate", "--seed", str(SEED), "--events", str(EVENTS_PER_CASE)]
    arguments += ["--skip", str(skip), "--cases", str(cases)]
    with subprocess.Popen([sys.executable, "-m", "risk_of_harm", *arguments], stdout=subprocess.PIPE) as writer:
        assert writer.stdout is not None
        if data == "typed":
            lines = risk_of_harm.RecordFile(f"/dev/fd/{writer.stdout.fileno()}")
            reader = pyarrow.RecordBatchReader.from_stream(lines)
        else:
            reader = as_json(writer.stdout)
        with pyarrow.parquet.ParquetWriter(out, reader.schema, compression="zstd") as file:
            for batch in reader:
                file.write_batch(batch)
    if writer.returncode != 0:
        sys.exit(f"risk generate ended with {writer.returncode}")


def as_json(lines: IO[bytes]) -> Any:
    """Records with their data as JSON text."""
    import pyarrow

    import risk_of_harm

    typed = risk_of_harm.record_schema()
    schema = typed.set(typed.get_field_index("data"), pyarrow.field("data", pyarrow.string()))

    def batches() -> Iterator[Any]:
        while some := list(itertools.islice(lines, 65_536)):
            records = [json.loads(line) for line in some]
            for record in records:
                record["data"] = json.dumps(record["data"])
                for moment in ("occurred_at", "recorded_at"):
                    record[moment] = datetime.fromisoformat(record[moment].replace("Z", "+00:00"))
            yield pyarrow.RecordBatch.from_pylist(records, schema=schema)

    return pyarrow.RecordBatchReader.from_batches(schema, batches())


def caseload(folder: Path, cases: int, data: str) -> Path:
    """A folder of Parquet files with so many invented cases, made where it is not there; in parts, one for each core."""
    if folder.exists():
        return folder
    print(f"  making {folder.name}: {cases:,} cases of {EVENTS_PER_CASE} events", flush=True)
    began, unfinished = time.perf_counter(), folder.with_suffix(".unfinished")
    shutil.rmtree(unfinished, ignore_errors=True)
    unfinished.mkdir(parents=True)
    share = -(-cases // CORES)
    parts = []
    for number, skip in enumerate(range(0, cases, share)):
        of = {"skip": skip, "cases": min(share, cases - skip), "data": data, "out": unfinished / f"{number:04}.parquet"}
        asked = itertools.chain.from_iterable((f"--{name}", str(value)) for name, value in of.items())
        parts.append(subprocess.Popen([sys.executable, str(HERE), "--stage", "make_part", *asked]))
    if any([part.wait() for part in parts]):
        sys.exit("a part of the caseload could not be made")
    unfinished.rename(folder)
    size = sum(file.stat().st_size for file in folder.iterdir())
    print(f"  made in {time.perf_counter() - began:.0f} s, {size / 1e6:,.0f} MB", flush=True)
    return folder


# One case, beside another way of keeping events in Python.


def one_case(work: Path) -> str:
    from rival_eventsourcing import Rival

    import risk_of_harm

    command = [sys.executable, "-m", "risk_of_harm", "generate", "--cases", "1", "--seed", str(SEED)]
    lines = subprocess.run([*command, "--events", str(EVENTS_PER_CASE)], check=True, capture_output=True, text=True).stdout
    log, policy = risk_of_harm.CaseLog.from_jsonl(lines), risk_of_harm.Policy.embedded()
    rival = Rival(lines)

    def ours() -> None:
        risk_of_harm.assess(log, policy, at=AT, audience="responsible_officer").to_json()

    pair: dict[str, Callable[[], None]] = {"ours": ours, "rival": rival.replay}
    times: dict[str, list[float]] = {"ours": [], "rival": []}
    until, turn = time.perf_counter() + 10, 0
    while time.perf_counter() < until:
        for name in pair if turn % 2 else reversed(pair):
            began = time.perf_counter()
            pair[name]()
            times[name].append(time.perf_counter() - began)
        turn += 1
    a, b = (statistics.median(times[name]) * 1e6 for name in ("ours", "rival"))
    return f"bulk-one-case ratio={a / b:.2f} ours={a:.1f} rival={b:.1f} unit=us/case"


def main() -> None:
    parser = argparse.ArgumentParser(description="Whole caseloads from Python, beside only reading them.")
    parser.add_argument("--work", type=Path, help="the folder for what is made")
    parser.add_argument("--cases", type=int, default=NATIONAL_CASES, help="how many cases the national caseload has")
    parser.add_argument("--rounds", type=int, default=3, help="how often each is measured")
    parser.add_argument("--stage", choices=[*STAGES, "make_part"], help=argparse.SUPPRESS)
    parser.add_argument("--skip", type=int, help=argparse.SUPPRESS)
    parser.add_argument("--data", help=argparse.SUPPRESS)
    parser.add_argument("--folder", type=Path, help=argparse.SUPPRESS)
    parser.add_argument("--out", type=Path, help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.stage == "make_part":
        return make_part(given.out, given.skip, given.cases, given.data)
    if given.stage:
        return in_this_process(given.stage, given.folder, given.out)

    work: Path = given.work
    work.mkdir(parents=True, exist_ok=True)
    hundredth = max(given.cases // 100, 1)
    typed = caseload(work / f"typed-{hundredth}", hundredth, "typed")
    text = caseload(work / f"json-{hundredth}", hundredth, "json")
    told = [one_case(work)]
    print(told[-1], flush=True)
    for name, stage, folder in [
        ("bulk-hundredth", "to_parquet", typed),
        ("bulk-hundredth-json", "to_parquet", text),
        ("bulk-hundredth-duckdb", "through_duckdb", typed),
        ("bulk-hundredth-polars", "through_polars", typed),
        ("bulk-hundredth-measures", "measured_by_action", typed),
    ]:
        told.append(beside(name, stage, folder, work, given.rounds))
        print(told[-1], flush=True)
    national = caseload(work / f"typed-{given.cases}", given.cases, "typed")
    told.append(beside("bulk", "to_parquet", national, work, given.rounds))
    print("\n".join(told))
    shutil.rmtree(work / "answers", ignore_errors=True)


if __name__ == "__main__":
    main()
