"""Makes a question small on which the engine and the reference differ: it leaves out records, then fields, then entries of
the policy, as long as the two still differ in the same place of their answers.

    risk-verify histories --seed S --from N --count 1 | python -m reference.shrink ../target/debug/risk-verify

It prints the smaller question with the engine's answer, as `risk-conformance/1`.
"""

import json
import re
import subprocess
import sys

from .compare import POLICIES, first_difference, own_answer
from .words import FIELDS

SEAL = ["position", "appended_at", "salt", "commitment", "hash"]
ENTRY = re.compile(r"(?m)^(?=\[)")


def main():
    engine = subprocess.Popen([sys.argv[1], "answer"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)

    def asked(question):
        """The question with the engine's answer to it."""
        print(json.dumps(question), file=engine.stdin, flush=True)
        return json.loads(engine.stdout.readline())

    question = asked(json.loads(sys.stdin.readline()))
    where = place(difference(question))
    differs = lambda smaller: place(difference(asked(smaller))) == where  # noqa: E731
    for simpler in [unsealed, without("feeds"), without("known_at"), without("locality"), without_overlays, by_text]:
        question = simpler(question) if differs(simpler(question)) else question
    question["log"] = fewest(question["log"], lambda log: differs({**question, "log": log}))
    question["log"] = [fewer_fields(question, place, differs) for place in range(len(question["log"]))]
    if "files" in question["policy"]:
        entries = [e for text in question["policy"]["files"].values() for e in ENTRY.split(text) if e.strip()]
        entries = fewest(entries, lambda some: differs({**question, "policy": of_entries(some)}))
        question["policy"] = of_entries(entries)
    question = asked(question)
    print(json.dumps(question))
    path, theirs, ours = difference(question)
    print(f"{path}\n  engine    {json.dumps(theirs)}\n  reference {json.dumps(ours)}", file=sys.stderr)


def difference(question):
    """Where the two answers first differ; `None` where they are equal, or where the question is refused."""
    if "error" in question["answer"]:
        return None
    return first_difference("$", own_answer(question), question["answer"])


def place(difference):
    """The members that lead to a difference, without the numbers of lines."""
    return difference and re.sub(r"\[\d+\]", "[]", difference[0])


def unsealed(question):
    return {**question, "log": [{k: v for k, v in r.items() if k not in SEAL} for r in question["log"]]}


def without(name):
    return lambda question: {**question, name: None}


def without_overlays(question):
    return {**question, "policy": {**question["policy"], "overlays": []}} if "pack" in question["policy"] else question


def by_text(question):
    """The same question under a policy by its text; the tests of a policy change no answer."""
    named = question["policy"]
    if "pack" not in named or named["overlays"]:
        return question
    files = {path.name: path.read_text() for path in sorted((POLICIES / named["pack"]).glob("*.toml"))}
    entries = [e for text in files.values() for e in ENTRY.split(text) if e.strip() and not e.startswith("[[test]]")]
    return {**question, "policy": of_entries(entries)}


def of_entries(entries):
    return {"files": {"small.toml": "".join(entries)}}


def fewest(parts, suffices):
    """As few of the parts, in their order, as suffice: halves are left out first, then ever fewer at a time."""
    size = len(parts)
    while size:
        start = 0
        while start < len(parts):
            fewer = parts[:start] + parts[start + size :]
            if fewer and suffices(fewer):
                parts = fewer
            else:
                start += size
        size = size // 2
    return parts


def fewer_fields(question, number, differs):
    """A record without the fields of its data that do not matter."""
    log = question["log"]
    for name in [n for n in log[number].get("data", {}) if n in FIELDS.get(log[number]["kind"], [])]:
        data = {k: v for k, v in log[number]["data"].items() if k != name}
        smaller = log[:number] + [{**log[number], "data": data}] + log[number + 1 :]
        if differs({**question, "log": smaller}):
            log[number] = smaller[number]
    return log[number]


if __name__ == "__main__":
    main()
