"""Kill `glassnet train`, also with --resume, at random moments (SIGKILL), and compare with an uninterrupted run.

Each round is a training run on the bundled MNIST that is killed repeatedly until it ends. Its model file must equal
that of an uninterrupted run, byte for byte. The tests do the same with forked processes in a few seconds; this script
kills the command line itself, including start-up and shutdown.

    nice python benchmarks/kill.py [--kills 50] [--seed 0]

Writes benchmarks/results/kill.json.
"""

from __future__ import annotations

import argparse
import random
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import machine
from glassnet import load_checkpoint

TRAIN = ("train", "--hidden", "50", "--no-plot", "--out", "model")
WAYS = {
    "the notes": ("--epochs", "4"),
    "quick, average": ("--recipe", "quick", "--epochs", "20", "--set", "ema_decay=0.99", "--dropout", "0.1"),
}


def command(*words: str) -> list[str]:
    return [sys.executable, "-m", "glassnet", *words]


def run(folder: Path, *words: str) -> tuple[bytes, float]:
    """Run to the end; return the model file and the seconds."""
    began = time.perf_counter()
    subprocess.run(command(*words), cwd=folder, check=True, capture_output=True)
    return (folder / "model").read_bytes(), time.perf_counter() - began


def killed(folder: Path, words: tuple[str, ...], wait: float) -> bool:
    """Start, and kill after a wait; return whether it was still running."""
    process = subprocess.Popen(command(*words), cwd=folder, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    time.sleep(wait)
    process.send_signal(signal.SIGKILL)
    return process.wait() == -signal.SIGKILL


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n\n")[0])
    parser.add_argument("--kills", type=int, default=50)
    parser.add_argument("--seed", type=int, default=0)
    given = parser.parse_args()
    chance, kills, before, same, rounds, moments = random.Random(given.seed), 0, 0, 0, 0, []
    while kills < given.kills:
        flags = list(WAYS.values())[rounds % len(WAYS)]
        with tempfile.TemporaryDirectory() as name:
            folder, keep = Path(name), ("--checkpoint", "run.ck", "--checkpoint-every", "1")
            whole, seconds = run(folder, *TRAIN, *flags)
            (folder / "model").unlink()
            while True:
                path = folder / "run.ck"
                words = ("train", "--resume", "run.ck") if path.exists() else (*TRAIN, *flags, *keep)
                if kills == given.kills or not killed(folder, words, 1.5 * seconds * chance.random()):
                    break
                kills += 1
                before += not path.exists()
                if path.exists():
                    moments.append(round(load_checkpoint(path).state.progress, 2))  # checks that it loads
            words = ("train", "--resume", "run.ck") if (folder / "run.ck").exists() else (*TRAIN, *flags, *keep)
            same += run(folder, *words)[0] == whole
            rounds += 1
    result = {"kills": kills, "before the first checkpoint": before, "rounds": rounds, "same file": same}
    machine.write("kill", {**result, "epochs in the checkpoint": moments})
    sys.exit(0 if same == rounds else 1)


if __name__ == "__main__":
    main()
