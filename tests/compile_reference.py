"""Compiles the reference to machine code with mypyc, which answers some one and a half times as many questions a second: for a
run of a million. The sources stay what they are, and so do the answers.

    pip install mypy setuptools                       # and a C compiler
    python tests/compile_reference.py DIR             # a folder that is not there yet
    cd DIR/tests && python -m reference < stream
"""

import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
# How a run begins; also what reads the pack from the folder of this repository.
NOT_COMPILED = ["__init__.py", "__main__.py", "compare.py", "shrink.py"]


def main():
    there = Path(sys.argv[1])
    package = there / "tests" / "reference"
    shutil.copytree(ROOT / "tests" / "reference", package, ignore=shutil.ignore_patterns("__pycache__"))
    (there / "policies").symlink_to(ROOT / "policies")
    files = [str(f.relative_to(package.parent)) for f in sorted(package.glob("*.py")) if f.name not in NOT_COMPILED]
    mypyc = [sys.executable, "-m", "mypyc", "--ignore-missing-imports", *files]
    subprocess.run(mypyc, cwd=package.parent, check=True)


if __name__ == "__main__":
    main()
