"""Run the benchmarks of docs/benchmarks.md, one process at a time, the cheap ones first, and update the pages.

The other scripts have their own pages (`optimizers`, `kill`), none (`far_inputs`, `intervals_later`, `learn_mnist`,
`summaries`), or need public tables (`tables`, `table_parts`, `intervals`, `judged`); pass their names to
run them.
`same_speed` takes a commit and runs on its own. At the end, the results of older versions of the numerics are listed;
``--stale`` prints only that list.

    python benchmarks/all.py [NAME ...] [--stale]
"""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import machine
from glassnet.training.numerics import CHANGES, NUMERICS

HERE = Path(__file__).resolve().parent
NAMES = (
    "augment",
    "install",
    "size",
    "loading",
    "denormals",
    "small",
    "busy",
    "query",
    "portable",
    "notes_class",
    "whole_process",
    "first_runs",
    "per_sample",
    "batch_epoch",
    "time_to",
    "shards",
    "workers",
    "labels",
    "accuracy",
    "course",
    "digit_sizes",
    "recipes",
    "why",
    "growth",
    "read",
    "stream",
    "trials",
)


def main(names: list[str]) -> None:
    for name in names or NAMES:
        print(f"== {name}", flush=True)
        subprocess.run([sys.executable, str(HERE / f"{name}.py")], check=True)
    for page in (
        "intervals_page",
        "labels_page",
        "portable_page",
        "read_page",
        "size_page",
        "stream_page",
        "trials_page",
        "workers_page",
        "table",
        "chart",
    ):
        subprocess.run([sys.executable, str(HERE / f"{page}.py")], check=True)


def tell_stale() -> None:
    """Print the results of older versions of the numerics, and what has changed since."""
    found = machine.stale()
    for name, version in found.items():
        print(f"stale: {name}, measured at numerics {version}, now {NUMERICS}")
    for version in range(1 + min(found.values(), default=NUMERICS), 1 + NUMERICS):
        print(f"  {version}: {CHANGES[version]}")


if __name__ == "__main__":
    if "--stale" not in sys.argv[1:]:
        main(sys.argv[1:])
    tell_stale()
