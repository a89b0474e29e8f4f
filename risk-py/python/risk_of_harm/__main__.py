"""``python -m risk_of_harm``: the ``risk`` command."""

from __future__ import annotations

import signal
import sys

from . import _risk


def main() -> int:
    """Runs the ``risk`` command with the arguments of this process, and gives its exit code.

    >>> import subprocess, sys
    >>> told = subprocess.run([sys.executable, "-m", "risk_of_harm", "--version"], capture_output=True, text=True)
    >>> told.stdout.split()[0], told.returncode
    ('risk', 0)
    """
    # The engine does not look for Python's pending signals: an interrupt ends it at once, as it ends any command.
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    return _risk.command(["risk", *sys.argv[1:]])


if __name__ == "__main__":
    sys.exit(main())
