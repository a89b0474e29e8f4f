"""Many small changes of risk-core, built once and tried one by one: `cargo xtask mutants --sample`.

cargo-mutants builds the tests anew for each change that it makes, which takes most of its time. Here every function of which
a change was drawn stands in a copy of the workspace as a `match` over the number of the change, with one arm for each and the
original as the last; an environment variable chooses. The changes themselves are those that `cargo mutants --list` names,
word for word. What cannot be said in this way (a function that is const, or returns `impl Trait`) is left to cargo-mutants,
and counted as `alone`.
"""

import argparse
import json
import os
import random
import re
import resource
import shutil
import subprocess
import sys
import time
from collections import Counter, defaultdict
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
CHOICE = "RISK_MUTANT"
SELECTOR = f"""
/// Which change of the engine this run is about.
#[doc(hidden)]
pub fn chosen_mutant() -> u32 {{
    static CHOSEN: std::sync::LazyLock<u32> =
        std::sync::LazyLock::new(|| std::env::var("{CHOICE}").ok().and_then(|n| n.parse().ok()).unwrap_or(u32::MAX));
    *CHOSEN
}}
"""
# Cheapest first: a change is dropped as soon as one of them fails. A law that asks for every rule of the pack to fire needs
# more histories than the rest.
TESTS = [
    ("semantics", []),
    ("conformance", []),
    ("risk_core", []),
    ("nine_cases", []),
    ("laws", ["--skip", "every_rule_that_is_in_force_here_fires"]),
]
# Many changes repay an optimised build; for a few the profile of cargo-mutants is built sooner.
MANY = ["--profile", "many-mutants", "--config", 'profile.many-mutants.inherits="dev"', "--config", "profile.many-mutants.debug=false"]
FEW = ["--profile", "mutants"]
MEMORY = 6 << 30


def listed(root):
    """Every change that cargo-mutants would make, in its order."""
    asked = ["cargo", "mutants", "--list", "--json", "--package", "risk-core"]
    return json.loads(subprocess.run(asked, cwd=root, check=True, capture_output=True, text=True).stdout)


def drawn(mutants, files, share, seed):
    """The numbers of a random choice, in random order."""
    numbers = [n for n, m in enumerate(mutants) if not files or m["file"] in files]
    return random.Random(seed).sample(numbers, round(len(numbers) * share))


def survivors(mutants, results):
    """The numbers of what the last run missed; a change is known by its name, which holds its place."""
    last = map(json.loads, results.read_text().rstrip("\n").split("\n"))
    missed = {r["name"] for r in last if r["outcome"] == "missed"}
    return [n for n, m in enumerate(mutants) if m["name"] in missed]


class Source:
    """A file, addressed as cargo-mutants does: lines and columns from one, in characters."""

    def __init__(self, path):
        self.text = path.read_text(encoding="utf-8")
        self.starts = [0, *(m.end() for m in re.finditer("\n", self.text))]

    def span(self, span):
        return tuple(self.starts[span[end]["line"] - 1] + span[end]["column"] - 1 for end in ("start", "end"))

    def body(self, function):
        """What stands between the braces of a function."""
        start, end = function
        depth, opened = 0, None
        for token in re.finditer(TOKEN, self.text[start:end]):
            if token.group() == "{":
                opened = token.end() if depth == 0 else opened
                depth += 1
            elif token.group() == "}":
                depth -= 1
        return start + opened, end - 1


# Comments, strings and characters are passed over, lest a brace in one of them counts.
TOKEN = re.compile(r'//[^\n]*|/\*.*?\*/|b?r(#*)".*?"\1|b?"(?:\\.|[^"\\])*"|' r"'(?:\\[^u]|\\u\{[^}]*\}|[^\\'])'|[{}]", re.DOTALL)


def cannot_be_an_arm(mutant, source):
    start, end = source.span(mutant["function"]["span"])
    head = source.text[start : source.body((start, end))[0]]
    return "impl " in mutant["function"]["return_type"] or re.search(r"\bconst\s+fn\b", head)


def outermost(spans):
    """Those that lie in no other."""
    kept = []
    for span in sorted(spans, key=lambda s: (s[0], -s[1])):
        if not kept or span[0] >= kept[-1][1]:
            kept.append(span)
    return kept


def with_arms(source, mutants, numbers):
    """The file's text in which each of these changes is an arm."""
    spans = outermost({source.span(mutants[n]["function"]["span"]) for n in numbers})
    text, done = [], 0
    for function in spans:
        start, end = source.body(function)
        body = source.text[start:end]
        text += [source.text[done:start], " match crate::chosen_mutant() {\n"]
        for n in numbers:
            at, until = source.span(mutants[n]["span"])
            if function[0] <= at < function[1]:
                changed = source.text[start:at] + mutants[n]["replacement"] + source.text[until:end]
                text.append(f"{n} => {{ //< {n}\n{changed}\n}} //> {n}\n")
        text.append(f"_ => {{{body}\n}}\n}}\n")
        done = end
    return "".join([*text, source.text[done:]])


def rewrite(path, text):
    if path.read_text(encoding="utf-8") != text:
        path.write_text(text, encoding="utf-8")


def arms(path):
    """By line of a file as it was written: the change of which it is an arm."""
    found, inside = {}, None
    for line, text in enumerate(path.read_text(encoding="utf-8").split("\n"), 1):
        mark = re.search(r"//([<>]) (\d+)$", text)
        inside = int(mark.group(2)) if mark else inside
        if inside is not None:
            found[line] = inside
        if mark and mark.group(1) == ">":
            inside = None
    return found


def places(span):
    while span:
        yield span["file_name"], span["line_start"]
        span = (span.get("expansion") or {}).get("span")


def refused(copy, command):
    """The changes that the compiler refuses, and the files where it refuses something else."""
    out = subprocess.run(command, cwd=copy, capture_output=True, text=True)
    errors, elsewhere, known = set(), [], {}
    for line in out.stdout.splitlines():
        message = json.loads(line).get("message") or {}
        if message.get("level") != "error" or not message.get("spans"):
            continue
        found = None
        for span in (s for s in message["spans"] if s["is_primary"]):
            for name, at in places(span):
                if name.startswith("risk-core/"):
                    known.setdefault(name, arms(copy / name))
                    found = known[name].get(at) if found is None else found
        if found is None:
            elsewhere.append(message["rendered"])
        else:
            errors.add(found)
    return errors, elsewhere, out


def built(copy, mutants, numbers):
    """Builds the tests with all changes that compile; returns their programs, and what was left out and why."""
    profile = MANY if len(numbers) > 200 else FEW
    by_file = defaultdict(list)
    for n in numbers:
        by_file[mutants[n]["file"]].append(n)
    sources = {name: Source(ROOT / name) for name in by_file}
    left_out = {n: "alone" for n in numbers if cannot_be_an_arm(mutants[n], sources[mutants[n]["file"]])}
    rewrite(copy / "risk-core/src/lib.rs", (ROOT / "risk-core/src/lib.rs").read_text(encoding="utf-8") + SELECTOR)
    while True:
        for name, these in by_file.items():
            rewrite(copy / name, with_arms(sources[name], mutants, [n for n in these if n not in left_out]))
        errors, elsewhere, out = refused(copy, ["cargo", "check", "-p", "risk-core", *profile, "--message-format=json"])
        if not errors and out.returncode == 0:
            break
        if not errors:
            sys.exit("\n".join(elsewhere) + out.stderr)
        left_out |= dict.fromkeys(errors, "unviable")
        print(f"the compiler refuses {len(errors)}", flush=True)
    tests = ["--lib", *(a for name, _ in TESTS if name != "risk_core" for a in ("--test", name))]
    command = ["cargo", "test", "-p", "risk-core", "-p", "risk-verify", *profile, *tests, "--no-run", "--message-format=json"]
    lines = subprocess.run(command, cwd=copy, check=True, stdout=subprocess.PIPE, text=True).stdout.splitlines()
    programs = {m["target"]["name"]: m["executable"] for m in map(json.loads, lines) if m.get("executable")}
    return programs, left_out


def limited():
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))


def tried(copy, programs, number, limits):
    """How the tests took a change: caught by which, or timeout in which, or missed."""
    environment = {"PROPTEST_CASES": "4", **os.environ, CHOICE: str(number), "RUST_BACKTRACE": "0"}
    for name, arguments in (test for test in TESTS if test[0] in limits):
        folder = copy / ("crates/verify" if name == "conformance" else "risk-core")
        try:
            done = subprocess.run(
                [programs[name], "--quiet", *arguments],
                cwd=folder,
                env=environment,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                timeout=limits[name],
                preexec_fn=limited,
            )
        except subprocess.TimeoutExpired:
            return "timeout", name
        if done.returncode != 0:
            return "caught", name
    return "missed", None


def measured(copy, programs):
    """How long each may take: ten times what it takes unchanged; stops where a test fails unchanged."""
    limits = {}
    for name, _ in TESTS:
        began = time.monotonic()
        if tried(copy, programs, None, {name: 900}) != ("missed", None):
            sys.exit(f"{name} fails without any change")
        limits[name] = max(40.0, 10 * (time.monotonic() - began))
    return limits


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--share", type=float, default=0.1, help="how much of the changes is tried, drawn at random")
    parser.add_argument("--seed", type=int, default=1, help="of the draw")
    parser.add_argument("--file", action="append", default=[], help="only changes in this file")
    parser.add_argument("--again", action="store_true", help="those that survived the last run, instead of a draw")
    parser.add_argument("--out", type=Path, default=ROOT / "mutants.out", help="where the copy and the results are kept")
    asked = parser.parse_args()
    asked.out.mkdir(exist_ok=True)
    copy, results = asked.out.resolve() / "copy", asked.out / "results.jsonl"
    ignored = shutil.ignore_patterns("target", ".git", ".venv", "mutants.out*", "__pycache__")
    shutil.copytree(ROOT, copy, ignore=ignored, dirs_exist_ok=True)
    mutants = listed(ROOT)
    numbers = survivors(mutants, results) if asked.again else drawn(mutants, asked.file, asked.share, asked.seed)
    print(f"{len(numbers)} of {len(mutants)} changes", flush=True)
    programs, left_out = built(copy, mutants, numbers)
    limits = measured(copy, programs)
    seen = Counter()
    with results.open("w") as kept:
        for n in numbers:
            outcome, by = (left_out[n], None) if n in left_out else tried(copy, programs, n, limits)
            seen[outcome] += 1
            kept.write(json.dumps({"number": n, "outcome": outcome, "by": by, "name": mutants[n]["name"]}) + "\n")
            kept.flush()
            if outcome in ("missed", "timeout"):
                print(f"{outcome:8} {n} {mutants[n]['name']}", flush=True)
    killed, viable = seen["caught"] + seen["timeout"], seen["caught"] + seen["timeout"] + seen["missed"]
    print(", ".join(f"{count} {outcome}" for outcome, count in sorted(seen.items())))
    print(f"killed {killed} of {viable}")
    return 1 if seen["missed"] else 0


if __name__ == "__main__":
    sys.exit(main())
