"""Measure what own drawings change: digits of forms that MNIST lacks, added to it or used alone for further training.

    python benchmarks/fine_tuning.py

Drawings are the digits of three italic fonts on sheets of 240 × 240 pixels, slightly rotated: five of each digit to
train on, twenty others to test on. Means of two seeds. Writes results/fine_tuning.json.
"""

from __future__ import annotations

import tempfile
from dataclasses import replace
from pathlib import Path
from typing import Any

import matplotlib
import numpy as np
from PIL import Image, ImageDraw, ImageFont

import glassnet
import machine
from glassnet.messages.notice import ignore
from glassnet.workflow.training_data import with_added

DRAWINGS, EXAMS, SEEDS = 5, 20, range(2)
FONTS = ("DejaVuSans-Oblique.ttf", "DejaVuSerif-Italic.ttf", "STIXGeneralItalic.ttf")
ALONE = {"epochs": 3, "learning_rate": 0.05}


def main(folder: Path) -> None:
    draw(folder / "mine", DRAWINGS, 1)
    draw(folder / "exam", EXAMS, 2)
    digits, test = glassnet.load_data("mnist"), glassnet.load_data("mnist", part="test")
    mine, exam = (glassnet.load_data(folder / name, like=digits) for name in ("mine", "exam"))
    once, many = (with_added(digits, [str(folder / "mine")] * times, ignore) for times in (1, 20))
    found: dict[str, list[list[float]]] = {}
    for seed in SEEDS:
        notes = replace(glassnet.Options(), seed=seed)
        before = glassnet.fit(digits, notes).model
        models = {
            "before": before,
            "added, one more epoch": glassnet.fit(once, replace(notes, epochs=1), init_model=before).model,
            "added 20 times, one more epoch": glassnet.fit(many, replace(notes, epochs=1), init_model=before).model,
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
    """Draw digits in class folders, `count` of each class."""
    rng = np.random.default_rng(seed)
    fonts = Path(matplotlib.get_data_path()) / "fonts/ttf"
    for label in range(10):
        (folder / str(label)).mkdir(parents=True)
        for number in range(count):
            sheet = Image.new("L", (240, 240), 245)
            font = ImageFont.truetype(str(fonts / FONTS[number % len(FONTS)]), int(rng.integers(90, 150)))
            place = tuple(120 + rng.integers(-30, 31, 2))
            ImageDraw.Draw(sheet).text(place, str(label), 20, font, anchor="mm")
            turned = sheet.rotate(float(rng.normal(0, 8)), Image.Resampling.BILINEAR, fillcolor=245)
            turned.save(folder / str(label) / f"{number}.png")


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as place:
        main(Path(place))
