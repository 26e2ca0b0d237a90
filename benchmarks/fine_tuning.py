"""Measure what own drawings change: another writer's digits, added to MNIST or used alone to train a model further.

    python benchmarks/fine_tuning.py

Drawings of the writers in `tests/support/strokes.py`: five of each digit to train on, thirty others to test on. Each
way of training is repeated for three seeds. Writes results/fine_tuning.json.
"""

from __future__ import annotations

import sys
import tempfile
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "tests"))

import glassnet
import machine
from glassnet.workflow.notice import ignore
from glassnet.workflow.training_data import with_added
from support.strokes import hand_digit

DRAWINGS, EXAMS, SEEDS = 5, 30, range(3)
ALONE = {"epochs": 3, "learning_rate": 0.05}


def main(folder: Path) -> None:
    draw(folder / "mine", DRAWINGS, 1)
    draw(folder / "exam", EXAMS, 2)
    digits, test = glassnet.load_data("mnist"), glassnet.load_data("mnist", part="test")
    mine, exam = (glassnet.load_data(folder / name, like=digits) for name in ("mine", "exam"))
    found: dict[str, list[list[float]]] = {}
    for seed in SEEDS:
        notes = replace(glassnet.Options(), seed=seed)
        once, many = (with_added(digits, [str(folder / "mine")] * times, ignore) for times in (1, 20))
        before = glassnet.fit(digits, notes).model
        models = {
            "before": before,
            "one more epoch": glassnet.fit(digits, replace(notes, epochs=1), init_model=before).model,
            "added, one more epoch": glassnet.fit(once, replace(notes, epochs=1), init_model=before).model,
            "added 20 times, one more epoch": glassnet.fit(many, replace(notes, epochs=1), init_model=before).model,
            "added, new network": glassnet.fit(once, notes).model,
            "alone, rate 0.2": glassnet.fit(mine, notes, init_model=before).model,
            "alone, rate 0.05": glassnet.fit(mine, replace(notes, **ALONE), init_model=before).model,
        }
        for name, model in models.items():
            scores = [glassnet.evaluate(model, data).accuracy or 0.0 for data in (exam, test)]
            found.setdefault(name, []).append(scores)
            print(seed, name, scores, flush=True)
    result: dict[str, Any] = {"drawings": len(mine), "tested_drawings": len(exam), "seeds": len(SEEDS)}
    for name, scores in found.items():
        own, mnist = np.mean(scores, axis=0)
        result[name] = {"own_drawings": round(float(own), 4), "mnist": round(float(mnist), 4)}
    print(machine.write("fine_tuning", result))


def draw(folder: Path, count: int, seed: int) -> None:
    """Draw digits on sheets of 320 × 320 pixels, `count` of each class, with pens of several widths."""
    rng = np.random.default_rng(seed)
    for label in range(10):
        (folder / str(label)).mkdir(parents=True)
        for number in range(count):
            sheet = np.full((320, 320), 245, np.uint8)
            ink = hand_digit(label, rng) < rng.uniform(0.02, 0.06)
            top, left = rng.integers(20, 320 - len(ink) - 20, 2)
            sheet[top : top + len(ink), left : left + len(ink)][ink] = 30
            Image.fromarray(sheet).save(folder / str(label) / f"{number}.png")


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as place:
        main(Path(place))
