"""Does the blame of `explain --why` mean anything, and how long does it take?

The 5 % most blamed pixels of every misread test digit are deleted (set to black); the output of the wrong answer falls
more than when random pixels are deleted, or random pixels among those with ink, which is harder to beat.

python benchmarks/why.py
"""

from __future__ import annotations

import time

import numpy as np

import machine
from glassnet import Options, evaluate, fit, load_data
from glassnet.trace.why import Neighbours, why

DRAWS = 20


def main() -> None:
    result = {"deleted": 0.05, "draws": DRAWS}
    for recipe in ("notes", "quick"):
        result[recipe] = measure(recipe)
        print(recipe, result[recipe], flush=True)
    machine.write("why", result)


def measure(recipe: str) -> dict[str, float]:
    training, test = load_data("mnist"), load_data("mnist", part="test")
    model = fit(training, Options.recipe(recipe)).model
    began = time.process_time()
    neighbours = Neighbours(model, training)
    preparing = time.process_time() - began
    misread = evaluate(model, test).misread
    rng, against_all, against_ink = np.random.default_rng(0), 0, 0
    seconds, missing, distances = [], [], []
    for row in misread:
        began = time.process_time()  # one thread's own time, whatever else the machine does
        found = why(model, test.inputs[row], neighbours)
        seconds.append(time.process_time() - began)
        missing.append(found.missing)
        distances.append(found.flip.distance if found.flip else np.nan)
        ink, count = np.flatnonzero(found.sample), round(0.05 * found.sample.size)
        chosen = [np.argsort(-found.inputs)[:count]]
        chosen += [rng.choice(found.sample.size, count, replace=False) for _ in range(DRAWS)]
        chosen += [rng.choice(ink, min(count, len(ink)), replace=False) for _ in range(DRAWS)]
        pictures = np.repeat(found.sample[None], len(chosen), axis=0)
        for picture, pixels in zip(pictures, chosen, strict=True):
            picture[pixels] = 0
        wrong = model.outputs(pictures)[:, found.answer]
        against_all += wrong[0] < wrong[1 : DRAWS + 1].mean()
        against_ink += wrong[0] < wrong[DRAWS + 1 :].mean()
    return {
        "misread": len(misread),
        "falls_more_than_random": float(against_all) / len(misread),
        "falls_more_than_random_ink": float(against_ink) / len(misread),
        "largest_missing": max(missing),
        "missing_over_1_percent": sum(part > 0.01 for part in missing),
        "no_flip": int(np.isnan(distances).sum()),
        "median_flip": float(np.nanmedian(distances)),
        "median_cpu_ms": 1000 * float(np.median(seconds)),
        "largest_cpu_ms": 1000 * max(seconds),
        "neighbours_cpu_s": preparing,
    }


if __name__ == "__main__":
    main()
