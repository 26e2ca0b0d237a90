"""Run the benchmarks of the READMEs' table, one process at a time, the cheap ones first, and write what they
have measured into the READMEs' table and docs/labels.md.

The others here (`estimators`, `estimator_overhead`, `tables`, `read`, `kill`) have pages of their own; name them to run
them.

python benchmarks/all.py [NAME ...]
"""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
NAMES = (
    "augment",
    "install",
    "loading",
    "denormals",
    "small",
    "neighbour",
    "query",
    "notes_class",
    "whole_process",
    "per_sample",
    "batch_epoch",
    "time_to",
    "shards",
    "labels",
    "accuracy",
    "recipes",
    "why",
    "growth",
)


def main(names: list[str]) -> None:
    for name in names or NAMES:
        print(f"== {name}", flush=True)
        subprocess.run([sys.executable, str(HERE / f"{name}.py")], check=True)
    for page in ("labels_page", "table"):
        subprocess.run([sys.executable, str(HERE / f"{page}.py")], check=True)


if __name__ == "__main__":
    main(sys.argv[1:])
