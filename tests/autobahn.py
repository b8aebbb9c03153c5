#!/usr/bin/env python3
"""Runs the Autobahn cases against the hub's echo endpoint; fails unless every one is passed.

Builds `crates/hub/examples/echo.rs`, lets it pick a free port, runs the suite (PyPI `kosoku`, in a
virtual environment under ~/.cache/parlor), and reads the report. Needs nothing but Python and cargo.

    tests/autobahn.py [--keep DIR] [CASE ...]       all cases, or some: 1.*  6.4.1
"""

from __future__ import annotations

import argparse
import collections
import json
import re
import shutil
import subprocess
import sys
import tempfile
import venv
from pathlib import Path

SUITE = "kosoku==0.1.0"
CASES = 517
"""How many cases the suite has: fewer in the report would be a pass by omission."""
PASSED = {"OK", "NON-STRICT", "INFORMATIONAL"}
ROOT = Path(__file__).resolve().parent.parent
CACHE = Path.home() / ".cache" / "parlor"


def suite() -> Path:
    """The suite's program, installed if `make test` has not done so."""
    home = CACHE / "venv"
    program = home / "bin" / "kosoku"
    if not (home / "bin" / "python").exists():
        venv.create(home, with_pip=True)
    if not program.exists():
        command = [home / "bin" / "python", "-m", "pip", "install", "--quiet", SUITE]
        subprocess.run(command, check=True)
    return program


def build() -> Path:
    """The echo endpoint, built. With the features of the whole workspace, as all tests are: other
    ones would compile the dependencies again."""
    command = ["cargo", "build", "--quiet", "--locked", "--workspace", "--example", "echo"]
    command += ["--message-format", "json-render-diagnostics"]
    out = subprocess.run(command, cwd=ROOT, check=True, stdout=subprocess.PIPE, text=True).stdout
    built = [json.loads(line) for line in out.splitlines() if line.startswith("{")]
    paths = [m["executable"] for m in built if m.get("executable") and m["target"]["name"] == "echo"]
    return Path(paths[-1])


def run(endpoint: Path, program: Path, out: Path, cases: list[str]) -> None:
    """Runs the cases against a fresh endpoint; the report is in `out`."""
    server = subprocess.Popen([endpoint, "127.0.0.1:0"], stdout=subprocess.PIPE, text=True)
    try:
        line = server.stdout.readline()
        found = re.search(r"listening on (\S+)", line)
        if not found:
            sys.exit(f"the endpoint said {line!r} instead of its address")
        command = [program, "-m", "fuzzingclient", "-p", "4", "-o", out]
        command += [part for case in cases for part in ("-i", case)] + [found[1]]
        # The suite's own verdict is not asked: the report is.
        subprocess.run(command, stdout=subprocess.DEVNULL, check=False)
        if server.poll() is not None:
            sys.exit(f"the endpoint ended with {server.returncode}")
    finally:
        server.kill()
        server.wait()


def judge(out: Path, expected: int | None) -> bool:
    """Prints the verdicts by group; whether every case was passed and none is missing."""
    report = json.loads((out / "index.json").read_text())
    (cases,) = report.values()
    groups: dict[int, collections.Counter[str]] = collections.defaultdict(collections.Counter)
    failed = []
    for name, case in cases.items():
        groups[int(name.split(".")[0])][case["behavior"]] += 1
        if not {case["behavior"], case["behaviorClose"]} <= PASSED:
            failed.append(f"{name}: {case['behavior']}, close {case['behaviorClose']}")
    for group, counts in sorted(groups.items()):
        print(f"  group {group:2}: " + ", ".join(f"{n} {verdict}" for verdict, n in counts.items()))
    for line in failed:
        print("  failed:", line)
    missing = 0 if expected is None else expected - len(cases)
    if missing:
        print(f"  the report has {len(cases)} cases instead of {expected}")
    print(f"{len(cases) - len(failed)} passed, {len(failed) + max(missing, 0)} failed")
    return not failed and not missing


def main() -> None:
    """The command line."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--keep", type=Path, metavar="DIR", help="put the report there")
    parser.add_argument("case", nargs="*", help="run only these (a * matches all)")
    args = parser.parse_args()
    program, endpoint = suite(), build()
    out = args.keep or Path(tempfile.mkdtemp(prefix="autobahn-"))
    try:
        run(endpoint, program, out, args.case)
        good = judge(out, None if args.case else CASES)
    finally:
        if not args.keep:
            shutil.rmtree(out, ignore_errors=True)
    sys.exit(0 if good else 1)


if __name__ == "__main__":
    main()
