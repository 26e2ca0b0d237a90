"""Measure how many deliberately wrong labels `glassnet labels` ranks first, and what it reports for clean data.

Of the first 20,000 training digits of MNIST, 2%, 0.5% or none get a random other label. The generated data are 2,000
samples of one column x and two classes. Either the labels are drawn with probability σ(1.5 x), x normal, or σ(1.5 sin
x), x uniform on (-6, 6), and none is wrong; or the classes are ten standard deviations apart, and 5% or 20% get the
other label. Seeds 0 to 4.

    python benchmarks/labels.py [--runs 5]
    python benchmarks/labels_page.py      # writes the table into docs/labels.md
"""

from __future__ import annotations

import time
from dataclasses import replace
from typing import Any

import numpy as np

import glassnet
import machine
from glassnet.explain import find_suspects
from glassnet.training.cross_validation import fold_options, out_of_fold
from peers.alone import arguments

SAMPLES = 20_000
SHARES = (0.0, 0.005, 0.02)
GENERATED = 2_000


def main() -> None:
    given = arguments(__doc__ or "", ())
    digits = glassnet.load_data("mnist").take(slice(given.samples or SAMPLES))
    result = {}
    for share in SHARES:
        runs = [_run(digits, share, seed) for seed in range(given.runs)]
        result[f"{share:.1%} wrong"] = _summary(f"digits, {share:.1%} wrong", runs)
    for name, generate, share in GENERATORS:
        runs = [_run(generate(np.random.default_rng((seed, 1))), share, seed) for seed in range(given.runs)]
        result[name] = _summary(f"{name}, {share:.1%} wrong", runs)
    if not given.trial:
        machine.write("labels", {"samples": len(digits), "generated": GENERATED, **result})


def _summary(name: str, runs: list[dict[str, Any]]) -> dict[str, Any]:
    print(name, {key: [run[key] for run in runs] for key in runs[0]}, flush=True)
    return {key: machine.summary(run[key] for run in runs) for key in runs[0]}


def _overlapping(random: np.random.Generator) -> glassnet.Dataset:
    x = random.normal(size=(GENERATED, 1))
    return _dataset(x, random.random(GENERATED) < 1 / (1 + np.exp(-1.5 * x[:, 0])))


def _waves(random: np.random.Generator) -> glassnet.Dataset:
    x = random.uniform(-6, 6, (GENERATED, 1))
    return _dataset(x, random.random(GENERATED) < 1 / (1 + np.exp(-1.5 * np.sin(x[:, 0]))))


def _separate(random: np.random.Generator) -> glassnet.Dataset:
    labels = random.integers(0, 2, GENERATED)
    return _dataset(random.normal(10 * labels)[:, None], labels)


GENERATORS = (
    ("overlapping", _overlapping, 0.0),
    ("overlapping in waves", _waves, 0.0),
    ("separate", _separate, 0.05),
    ("separate, a fifth", _separate, 0.2),
)


def _dataset(inputs: np.ndarray, labels: np.ndarray) -> glassnet.Dataset:
    return glassnet.Dataset(inputs.astype(np.float32), labels.astype(np.int64), 2, None, "generated", maximum=1.0)


def _run(clean: glassnet.Dataset, share: float, seed: int) -> dict[str, Any]:
    random = np.random.default_rng(seed)
    wrong = random.choice(len(clean), round(share * len(clean)), replace=False)
    labels = clean.labels.copy()
    labels[wrong] = (labels[wrong] + random.integers(1, clean.classes, len(wrong))) % clean.classes
    data = replace(clean, labels=labels)
    options = fold_options(data, glassnet.Options.recipe("quick", seed=seed))
    began = time.process_time()
    found = find_suspects(out_of_fold(data, options), labels)
    seconds = time.process_time() - began
    hits = np.isin(found.rows, wrong)
    return {
        "wrong among the first 100": int(hits[:100].sum()),
        "wrong among as many as there are": int(hits[: len(wrong)].sum()),
        "estimated": round(found.errors, 1),
        "certain": int(found.certain),
        "suspects": len(hits),
        "processor seconds": round(seconds, 2),
    }


if __name__ == "__main__":
    main()
