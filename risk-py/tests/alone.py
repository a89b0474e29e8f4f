"""The package with nothing beside it: it answers, and says by name what it would need for more.

Run by `cargo xtask test` in an environment that has this package and no other, outside the source tree.
"""

import subprocess
import sys

import risk_of_harm

log = risk_of_harm.CaseLog("3f6c9a52-8c1e-4c3b-9c58-2f4f6f1d2a11")
log.append(
    {
        "event_id": "00000000-0000-0000-0000-000000000001",
        "case_id": log.case_id,
        "occurred_at": "2017-12-04T21:10:00Z",
        "recorded_at": "2017-12-05T09:30:00Z",
        "source": {"agency": "police"},
        "kind": "police_call_out",
        "data": {"children_present": "yes", "outcome": "unknown"},
    }
)
answer = risk_of_harm.assess(log, risk_of_harm.Policy.embedded(), at="2017-12-20", audience="manager")
assert answer.agenda, "a call-out with children present asks something of somebody"
assert "site-packages" in risk_of_harm.__file__, risk_of_harm.__file__

told = subprocess.run([sys.executable, "-m", "risk_of_harm", "--version"], capture_output=True, text=True, check=True)
assert told.stdout == f"risk {risk_of_harm.__version__}\n", told.stdout

asked = {
    "[plot]": lambda: answer.plot(),
    "[parquet]": lambda: risk_of_harm.assess_caseload("no.parquet", audience="analyst", at="2018-04-18"),
    "[spark]": lambda: __import__("risk_of_harm.spark").spark.assess_caseload(None, audience="analyst", at="2018-04-18"),
    "[testing]": lambda: __import__("risk_of_harm.testing"),
}
for extra, ask in asked.items():
    try:
        ask()
    except ImportError as missing:
        assert f"pip install risk-of-harm{extra}" in str(missing), missing
    else:
        sys.exit(f"{extra}: expected an ImportError that names it, found none")
