"""Kill and resume training runs: ``python killing.py FOLDER KILLS PATH...`` prints the result of each kill.

Runs in its own process because it forks. A training run is killed at a random moment and resumed in another process;
the hash of the weights is compared with that of an uninterrupted run.
"""

from __future__ import annotations

import gc
import json
import os
import random
import signal
import sys
import threading
from pathlib import Path

sys.path[:0] = sys.argv[3:]

from glassnet import CheckpointPolicy, Options, fit, load_checkpoint, resume  # noqa: E402
from glassnet.training.events import BlockDone  # noqa: E402
from support.cases import patterns  # noqa: E402

DATA = patterns(240)
LINES = 600
"""About the number of lines that run in a block and while its checkpoint is written."""
SMALL = {"blocks": 10, "hidden": (40,), "epochs": 5}
BATCHES = {"batch_size": 16, "learning_rate": 0.01}
OPTIONS = [
    Options(**SMALL, engine="compiled"),
    Options(
        **SMALL, **BATCHES, engine="compiled", threads=1, optimizer="adam", ema_decay=0.9, dropout=(0.2,), shift=1.0
    ),
    Options(**SMALL, **BATCHES, engine="reference", optimizer="nesterov", schedule="plateau", patience=1),
]


def child(work) -> int:
    """Do some work in a forked process; return its process id."""
    number = os.fork()
    if number == 0:
        try:
            work()
            os._exit(0)
        finally:
            os._exit(1)
    return number


class Killer:
    """A callback that kills its process some lines of Python after a block, during training or writing.

    It waits until each checkpoint is written: on a busy machine, such a short run would end before its first one.
    """

    def __init__(self, block: int, lines: int) -> None:
        self.block, self.lines = block, lines

    def __call__(self, event) -> None:
        if isinstance(event, BlockDone):
            for thread in threading.enumerate():
                if "_write_file" in thread.name:
                    thread.join()
            self.block -= 1
            if self.block == 0:
                threading.settrace(self.trace)
                sys.settrace(self.trace)

    def trace(self, *_):
        self.lines -= 1
        if self.lines <= 0:
            os.kill(os.getpid(), signal.SIGKILL)
        return self.trace


def killed_and_resumed(path: Path, options: Options, expected: str, killer: Killer) -> dict:
    """Kill one training run; return the progress of its checkpoint and whether resuming gives the same bits."""
    path.unlink(missing_ok=True)
    _, status = os.waitpid(
        child(lambda: fit(DATA, options, callbacks=[killer], checkpoint=CheckpointPolicy(path, 1))), 0
    )
    assert os.WTERMSIG(status) == signal.SIGKILL
    progress = load_checkpoint(path).state.progress
    result = path.with_suffix(".hash")
    result.unlink(missing_ok=True)
    _, status = os.waitpid(child(lambda: result.write_text(resume(path, DATA).model.hash())), 0)
    return {"progress": progress, "same": status == 0 and result.read_text() == expected}


def main(folder: Path, kills: int) -> None:
    """Kill runs with each of the options in turn."""
    rng = random.Random(7)
    uninterrupted = [fit(DATA, options).model.hash() for options in OPTIONS]
    gc.collect()  # a process with threads should not be forked
    found = []
    for number in range(kills):
        index = number % len(OPTIONS)
        last = OPTIONS[index].blocks * OPTIONS[index].epochs
        killer = Killer(rng.randint(1, last - 3), rng.randint(1, LINES))
        found.append(killed_and_resumed(folder / f"{index}.ck", OPTIONS[index], uninterrupted[index], killer))
    print(json.dumps(found))


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]))
