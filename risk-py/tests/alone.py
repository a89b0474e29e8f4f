"""The package where nothing else is installed: run by the tests in an environment that holds it and no other package."""

from __future__ import annotations

import importlib.metadata
import subprocess
import sys
from pathlib import Path

import risk_of_harm
from risk_of_harm import CaseLog, assess

CASES = Path(__file__).resolve().parents[2] / "examples/cases"
OTHERS = {"pandas", "polars", "pyarrow", "altair", "duckdb", "pyspark", "tqdm", "hypothesis", "numpy", "pytest"}


def main() -> None:
    here = {found.metadata["Name"].lower() for found in importlib.metadata.distributions()}
    assert not here & OTHERS, f"this environment is not bare: {sorted(here & OTHERS)}"

    # Nothing is asked for but by choice.
    needed = importlib.metadata.requires("risk-of-harm") or []
    assert all("extra ==" in line for line in needed), needed

    for path in sorted(CASES.glob("*.jsonl")):
        log = CaseLog.from_jsonl(path.read_text(encoding="utf-8"))
        answer = assess(log, at="2018-04-18", audience="responsible_officer")
        assert answer.to_dict()["case_id"] == str(log.case_id) and len(answer.table("classifications")), path
    for library, extra in (("pandas", "pandas"), ("polars", "polars"), ("pyarrow", "parquet")):
        try:
            getattr(answer.table(), f"to_{library.removeprefix('py')}")()
        except ImportError as missing:
            assert f"pip install risk-of-harm[{extra}]" in str(missing), missing
        else:
            raise AssertionError(f"{library} is there")

    folder = Path(risk_of_harm.__file__).parent
    assert {"py.typed", "_risk.pyi"} <= {path.name for path in folder.iterdir()}, "the types are not in the wheel"
    told = subprocess.run([sys.executable, "-I", "-m", "risk_of_harm", "--version"], capture_output=True, text=True)
    assert told.stdout == f"risk {risk_of_harm.__version__}\n", told


if __name__ == "__main__":
    main()
