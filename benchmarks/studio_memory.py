"""Measure the memory of the studio's server while runs come together, each looked at in every room.

After each run of the notes' network on MNIST, its mistakes, a training step and an answer are asked for, as pages do.
The resident memory in MiB, after 3 runs and after 50.

    python benchmarks/studio_memory.py
"""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any

import machine
from glassnet.runtime.system import return_large_blocks
from glassnet.serve.studio import draw, look, model_routes, step, train
from glassnet.serve.studio.session import Session

RUNS = (3, 50)
OPTIONS = {"epochs": 1}
LIMIT_MIB, LIMIT_GROWTH = 700, 1.15


def main() -> None:
    return_large_blocks()  # as the command does
    session = Session()
    try:
        mib = {}
        for run in range(1, RUNS[-1] + 1):
            once(session, run)
            if run in RUNS or run % 10 == 0:
                mib[run] = resident()
                print(run, round(mib[run]), flush=True)
        size = len(session.in_file()) >> 20
        few, many = (mib[run] for run in RUNS)
        result: dict[str, Any] = {
            "mib": mib,
            "growth": many / few,
            "limit_mib": LIMIT_MIB,
            "limit_growth": LIMIT_GROWTH,
        }
        result["session_file_mib"] = size
    finally:
        session.close()
    print(result)
    machine.write("studio_memory", result)


def once(session: Session, seed: int) -> None:
    """Train, and ask for what the rooms show of the run."""
    given = {"data": "mnist", "recipe": "notes", "options": {**OPTIONS, "seed": seed}, "language": "en"}
    job = session.jobs.get(train.train(session, given)["job"])
    while not job.ended:
        time.sleep(0.01)
    assert job.state == "done", job.error
    shown = {"model": job.result["model"], "data": "mnist", "language": "en"}
    look.summary(session, shown)
    step.step(session, {**shown, "part": "train", "row": 7})
    pixels = session.samples("mnist", "test").inputs[seed].tolist()
    draw.query(session, {**shown, "pixels": pixels})
    model_routes.weights(session, {**shown, "id": shown["model"]})


def resident() -> float:
    """Return the resident memory of this process, in MiB."""
    lines = Path("/proc/self/status").read_text(encoding="utf-8").splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("VmRSS")) / 1024


if __name__ == "__main__":
    main()
