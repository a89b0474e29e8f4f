"""Reads questions with their answers, one JSON object a line, and compares the answers with the reference's own."""

import argparse
import json
import sys
from functools import lru_cache
from multiprocessing import Pool
from pathlib import Path

from . import policy
from .answer import compact, evaluate
from .times import moment

PASSED_OVER = "passed over"
POLICIES = Path(__file__).resolve().parents[2] / "policies"


@lru_cache(maxsize=64)
def pack(named, locality):
    """The policy that a question names; kept, because many questions name the same one."""
    named = json.loads(named)
    if "files" in named:
        return policy.load(named["files"], [], locality)
    files = {path.name: path.read_text() for path in (POLICIES / named["pack"]).glob("*.toml")}
    overlays = [(POLICIES / "overlays" / f"{name}.toml").read_text() for name in named.get("overlays") or []]
    return policy.load(files, overlays, locality)


def own_answer(asked):
    """The reference's answer. The digest of the policy is an input: it is taken from the answer compared."""
    digest = asked.get("answer", {}).get("receipt", {}).get("policy", {}).get("digest", "")
    question = {
        "at": moment(asked["at"]),
        "known_at": moment(asked["known_at"]) if asked.get("known_at") else None,
        "lens": asked["lens"],
        "audience": asked["audience"],
        "feeds": asked.get("feeds"),
    }
    named = pack(json.dumps(asked["policy"], sort_keys=True), asked.get("locality"))
    return evaluate(named, digest, asked["log"], question)


def first_difference(path, ours, theirs):
    """Where two answers first differ: (path, the engine's value, the reference's), or `None`."""
    if isinstance(ours, dict) and isinstance(theirs, dict) and list(ours) == list(theirs):
        pairs = [(f"{path}.{key}", ours[key], theirs[key]) for key in ours]
    elif isinstance(ours, list) and isinstance(theirs, list) and len(ours) == len(theirs):
        pairs = [(f"{path}[{i}]", a, b) for i, (a, b) in enumerate(zip(ours, theirs))]
    else:
        return None if ours == theirs else (path, theirs, ours)
    return next((d for p, a, b in pairs if (d := first_difference(p, a, b))), None)


def compared(line):
    """What is to be said of one line: `None` where the answers are equal, byte for byte. What was refused is passed over."""
    asked = json.loads(line)
    if "error" in asked["answer"]:
        return PASSED_OVER
    ours = own_answer(asked)
    if compact(ours) == compact(asked["answer"]):
        return None
    path, theirs, own = first_difference("$", ours, asked["answer"])
    return f"{asked.get('title', '')}: {path}\n  engine    {compact(theirs)}\n  reference {compact(own)}"


def answered(line):
    return compact(own_answer(json.loads(line)))


def main(arguments=None):
    parser = argparse.ArgumentParser(prog="python -m reference", description=__doc__)
    parser.add_argument("--answer", action="store_true", help="print the reference's own answers instead")
    parser.add_argument("--jobs", type=int, default=1, help="how many processes work side by side")
    options = parser.parse_args(arguments)
    lines = (line for line in sys.stdin if line.strip())
    work = answered if options.answer else compared
    total, different, passed_over = 0, 0, 0
    with Pool(options.jobs) as pool:
        results = pool.imap(work, lines, chunksize=4) if options.jobs > 1 else map(work, lines)
        for result in results:
            total += 1
            if options.answer:
                print(result)
            elif result == PASSED_OVER:
                passed_over += 1
            elif result is not None:
                different += 1
                print(result)
            if total % 100 == 0:
                print(f"{total} compared, {different} different", file=sys.stderr)
    if not options.answer:
        compared_with = f"{total - passed_over} compared, {different} different, {passed_over} refused and passed over"
        print(compared_with, file=sys.stderr)
    return 1 if different else 0
