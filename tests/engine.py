"""The engine's programs: built when a check first asks for one, and then run by themselves, without cargo each time."""

import functools
import json
import subprocess
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent


@functools.cache
def program(kind, name):
    """Where a program is, such as `program("--bin", "risk")`. Named without its package, it shares what the tests built."""
    build = ["cargo", "build", "--quiet", "--locked", kind, name, "--message-format=json"]
    built = subprocess.run(build, cwd=ROOT, check=True, stdout=subprocess.PIPE, text=True).stdout
    messages = map(json.loads, built.rstrip("\n").split("\n"))
    return [m["executable"] for m in messages if m.get("executable") and m["target"]["name"] == name][-1]


def run(*arguments, **options):
    """Runs the `risk` command in the workspace, with text in and out."""
    return subprocess.run([program("--bin", "risk"), *arguments], cwd=ROOT, capture_output=True, text=True, **options)
