"""Run one measurement per process, so that thread pools and compilers of different libraries never meet.

A measuring script calls `alone` with a task. The script starts itself again, and `answer` prints the result there.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
from collections.abc import Callable
from typing import Any

from peers import PEERS

RUNS = 5
CORES = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
# NPROC is XLA's. Libraries read their number of threads when they are loaded.
COUNTS = ("NPROC", "OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS")


def alone(script: str, task: dict[str, Any]) -> dict[str, Any] | None:
    """Run a task of ``script`` in its own process; if it fails, print the end of its messages and return None.

    The task's ``"threads"`` is the number of threads of its libraries.
    """
    counts = dict.fromkeys(COUNTS, str(task["threads"]))
    done = subprocess.run(
        [sys.executable, script, "--alone", json.dumps(task)],
        env={**os.environ, **counts, "JAX_PLATFORMS": "cpu"},
        capture_output=True,
        text=True,
    )
    if done.returncode != 0:
        print(task, "failed:", *done.stderr.strip().splitlines()[-3:], sep="\n  ", flush=True)
        return None
    answered: dict[str, Any] = json.loads(done.stdout.strip().splitlines()[-1])
    return answered


def answer(measure: Callable[..., dict[str, Any]]) -> bool:
    """If this process was started for a task, run it, print the result as the last line, and return True."""
    if sys.argv[1:2] != ["--alone"]:
        return False
    print(json.dumps(measure(**json.loads(sys.argv[2]))))
    return True


def arguments(about: str, peers: tuple[str, ...] = tuple(PEERS)) -> argparse.Namespace:
    """Parse the flags that all measuring scripts share."""
    parser = argparse.ArgumentParser(description=about.splitlines()[0])
    parser.add_argument("--runs", type=int, default=RUNS, help=f"repetitions (default {RUNS})")
    parser.add_argument("--samples", type=int, help="train on only the first N samples and keep no result")
    parser.add_argument("--peers", default=",".join(peers), help="some of: %(default)s; keep no result")
    given = parser.parse_args()
    given.peers = tuple(filter(None, given.peers.split(",")))
    given.trial = given.samples is not None or given.peers != peers
    return given
