"""Kill trainings and let them go on: ``python killing.py FOLDER KILLS PATH...`` prints what came of each kill.

A process of its own, as it forks: a training is killed at a random moment, what it left goes on in another process, and
the hash of the weights is compared with that of a training that was never killed.
"""

from __future__ import annotations

import gc
import json
import os
import random
import signal
import sys
import time
from pathlib import Path

sys.path[:0] = sys.argv[3:]

from glassnet import Checkpoint, Options, fit, load_checkpoint, resume  # noqa: E402
from support.cases import patterns  # noqa: E402

ENDED = os.WEXITED | os.WNOHANG | os.WNOWAIT
DATA = patterns(240)
SMALL = {"blocks": 10, "hidden": (40,), "epochs": 5}
BATCHES = {"batch_size": 16, "learning_rate": 0.01}
WAYS = [
    Options(**SMALL, engine="compiled"),
    Options(**SMALL, **BATCHES, engine="compiled", threads=1, optimizer="adam", average=0.9, dropout=(0.2,), shift=1.0),
    Options(**SMALL, **BATCHES, engine="reference", optimizer="nesterov", schedule="plateau", patience=1),
]


def child(work) -> int:
    """Do some work in a process of its own; return its number."""
    number = os.fork()
    if number == 0:
        try:
            work()
            os._exit(0)
        finally:
            os._exit(1)
    return number


def killed_and_resumed(path: Path, options: Options, whole: str, chance: random.Random) -> dict:
    """Kill one training at a random moment; say how far its checkpoint is and whether going on gives the same bits.

    The moment is some way between two checkpoints, as counted on the disk: a clock would run on while others compute.
    """
    path.unlink(missing_ok=True)
    victim = child(lambda: fit(DATA, options, checkpoint=Checkpoint(path, 1)))
    while not path.exists():  # there is nothing to go on from before the first
        time.sleep(0.001)
    came = before = time.perf_counter()
    for _ in range(chance.randrange(options.blocks * options.epochs)):
        last, before = path.stat().st_mtime_ns, came
        while path.stat().st_mtime_ns == last and os.waitid(os.P_PID, victim, ENDED) is None:
            time.sleep(0.0005)
        came = time.perf_counter()
    time.sleep((came - before) * chance.random())
    os.kill(victim, signal.SIGKILL)
    os.waitpid(victim, 0)
    progress = load_checkpoint(path).position.progress
    result = path.with_suffix(".hash")
    result.unlink(missing_ok=True)
    _, status = os.waitpid(child(lambda: result.write_text(resume(path, DATA).model.hash())), 0)
    return {"progress": progress, "same": status == 0 and result.read_text() == whole}


def main(folder: Path, kills: int) -> None:
    """Try all ways in turn."""
    chance = random.Random(7)
    wholes = [fit(DATA, options).model.hash() for options in WAYS]
    gc.collect()  # a process with threads of its own is better not forked
    found = []
    for number in range(kills):
        way = number % len(WAYS)
        found.append(killed_and_resumed(folder / f"{way}.ck", WAYS[way], wholes[way], chance))
    print(json.dumps(found))


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]))
