"""One measurement, one process: thread pools and compilers of one peer never meet those of another.

A measuring script calls `alone` with a task; the script starts itself anew, and there `answer` prints what came out.
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
# NPROC is XLA's. How many threads a library makes is read when it is loaded.
COUNTS = ("NPROC", "OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS")


def alone(script: str, task: dict[str, Any]) -> dict[str, Any] | None:
    """Run ``script``'s task in a process of its own; None, with the end of its messages printed, when it fails.

    The task's ``"threads"`` is how many threads the libraries there make.
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
    """Do the task this process was started for, if it was, and print the result as its last line."""
    if sys.argv[1:2] != ["--alone"]:
        return False
    print(json.dumps(measure(**json.loads(sys.argv[2]))))
    return True


def arguments(about: str, peers: tuple[str, ...] = tuple(PEERS)) -> argparse.Namespace:
    """Read the flags that all measuring scripts have."""
    parser = argparse.ArgumentParser(description=about.splitlines()[0])
    parser.add_argument("--runs", type=int, default=RUNS, help=f"repetitions (default {RUNS})")
    parser.add_argument("--samples", type=int, help="train on the first so many only; nothing is written then")
    parser.add_argument("--peers", default=",".join(peers), help="some of: %(default)s; nothing is written then")
    given = parser.parse_args()
    given.peers = tuple(filter(None, given.peers.split(",")))
    given.trial = given.samples is not None or given.peers != peers
    return given
