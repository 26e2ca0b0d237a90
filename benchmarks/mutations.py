"""Check that the tests notice wrong changes of the source: make each change of tests/mutations.toml, and run the tests.

Each is made and undone in a copy of the repository. First come the tests that should notice it, then their files, those
of the area, and broad ones. A test counts if it passes without the change, as a run at the end shows.

    python benchmarks/mutations.py [--only NUMBER ...] [--jobs 1] [--rounds 4]
"""

from __future__ import annotations

import argparse
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import tomllib
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from queue import Queue
from typing import Any

import machine

ROOT = Path(__file__).resolve().parents[1]
LEFT_OUT = shutil.ignore_patterns(".*", "__pycache__", "build", "dist", "*.egg-info")
BROAD = ("property", "equivalence", "cli")
SECONDS = 1200  # for one run of pytest
_FAILED = re.compile(r"^(?:FAILED|ERROR) (\S+?\.py(?:::[^\[\s]+(?:\[.*?\])?)?)(?: - |$)", re.M)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--only", type=int, nargs="+", metavar="NUMBER", help="mutations by number, from 1")
    parser.add_argument("--jobs", type=int, default=1, help="mutations at the same time")
    parser.add_argument("--rounds", type=int, default=4, help="1: only the tests that should notice a mutation")
    given = parser.parse_args()
    mutations = tomllib.loads((ROOT / "tests" / "mutations.toml").read_text("utf-8"))["mutation"]
    kept = machine.RESULTS / "mutations.json"
    found = {one["path"]: one for one in json.loads(kept.read_text("utf-8"))["result"]} if given.only else {}
    with tempfile.TemporaryDirectory() as folder:
        copies: Queue[Path] = Queue()
        for number in range(given.jobs):
            copies.put(shutil.copytree(ROOT, Path(folder, str(number)), ignore=LEFT_OUT))

        def carry_out(number: int) -> None:
            mutation, copy = mutations[number - 1], copies.get()
            result = found[mutation["path"]] = {**mutation, **judged(copy, mutation, given.rounds)}
            copies.put(copy)
            print(f"{number:3} {result['path']}: {result['by'] or result.get('equivalent', 'NOT NOTICED')}", flush=True)
            machine.write("mutations", [found[one["path"]] for one in mutations if one["path"] in found])

        numbers = given.only or range(1, len(mutations) + 1)
        with ThreadPoolExecutor(given.jobs) as pool:
            list(pool.map(carry_out, numbers))
        tests = {one["by"] for one in found.values() if ".py" in (one["by"] or "")}
        while tests and (wrong := first_failure(copies.queue[0], sorted(tests))):
            print(f"fails without a change too: {wrong}")
            tests.remove(wrong)
            found.update({path: {**one, "by": None} for path, one in found.items() if one["by"] == wrong})
    machine.write("mutations", [found[one["path"]] for one in mutations if one["path"] in found])
    print(f"noticed: {sum(one['by'] is not None for one in found.values())} of {len(found)}")


def judged(copy: Path, mutation: dict[str, Any], rounds: int) -> dict[str, Any]:
    """Return which test notices a mutation, None if none does, and in which round."""
    area = mutation["path"].partition("/")[0]
    files = [*dict.fromkeys(one.partition("::")[0] for one in mutation["tests"])]
    areas = [name for name in (f"unit/{area}", area) if (copy / "tests" / name).is_dir()]
    with mutated(copy, mutation):
        for number, tests in enumerate((mutation["tests"], files, areas, BROAD)[:rounds], start=1):
            if tests and (failed := first_failure(copy, tests)):
                return {"by": failed, "round": number}
    return {"by": None, "round": None}


@contextmanager
def mutated(copy: Path, mutation: dict[str, Any]) -> Iterator[None]:
    """Make a mutation in a copy, and undo it at the end."""
    path = copy / "src" / "glassnet" / mutation["path"]
    before = path.read_text("utf-8")
    if before.count(mutation["old"]) != 1:
        raise SystemExit(f"{mutation['path']}: not there exactly once: {mutation['old']}")

    def put(text: str) -> None:
        path.write_text(text, "utf-8")
        for compiled in path.parent.glob(f"__pycache__/{path.stem}.*.pyc"):
            compiled.unlink()  # it may have the same time and size

    put(before.replace(mutation["old"], mutation["new"]))
    try:
        yield
    finally:
        put(before)


def first_failure(copy: Path, tests: Sequence[str]) -> str | None:
    """Return the first test that fails, or how the run ended otherwise; None if all pass."""
    options = ["-n", "0", "-x", "-q", "-rfE", "-p", "no:randomly", "-p", "no:cacheprovider"]
    command = [sys.executable, "-m", "pytest", *options, *(f"tests/{one}" for one in tests)]
    settings = {**os.environ, "PYTHONPATH": str(copy / "src")}
    try:
        done = subprocess.run(command, cwd=copy, env=settings, capture_output=True, text=True, timeout=SECONDS)
    except subprocess.TimeoutExpired:
        return None
    if done.returncode == 4:
        raise SystemExit(f"no such test: {done.stderr[-1000:]}")
    if done.returncode in (0, 5):
        return None
    failed = _FAILED.findall(done.stdout)
    return failed[0].removeprefix("tests/") if failed else f"the tests end with exit code {done.returncode}"


if __name__ == "__main__":
    main()
