"""Run every benchmark, one process at a time, and write the README's table from the results.

python benchmarks/all.py [NAME ...]
"""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
NAMES = ("accuracy", "per_sample", "whole_process")


def main(names: list[str]) -> None:
    for name in names or NAMES:
        print(f"== {name}", flush=True)
        subprocess.run([sys.executable, str(HERE / f"{name}.py")], check=True)
    subprocess.run([sys.executable, str(HERE / "table.py")], check=True)


if __name__ == "__main__":
    main(sys.argv[1:])
