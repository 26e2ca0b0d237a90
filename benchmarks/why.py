"""Check the attributions of `explain --why`: do they matter, do they equal the integral, and how long do they take?

In every misread test digit, the 5% of pixels with the largest attribution are set to black. The output of the wrong
class must fall more than for random pixels, or for random inked pixels, which is harder to beat. The attributions are
also compared with gradients averaged at thousands of points along the path: sum of differences / sum of magnitudes.

    python benchmarks/why.py
"""

from __future__ import annotations

import time

import numpy as np

import machine
from glassnet import Options, evaluate, fit, load_data
from glassnet.explain import Neighbours, why
from glassnet.explain.input_gradients import forward_members, input_gradients, members_in_float64

DRAWS, POINTS, COMPARED = 20, 4000, 10
NETWORKS = {
    "notes": Options.recipe("notes"),
    "quick": Options.recipe("quick"),
    "large": Options.recipe("quick", hidden=(1536, 1024, 512)),
    "saturated": Options(hidden=(100, 100, 100), rule="gradient", learning_rate=3.0, epochs=1),
}


def main() -> None:
    result = {"deleted": 0.05, "draws": DRAWS}
    for name, options in NETWORKS.items():
        result[name] = measure(options)
        print(name, result[name], flush=True)
    machine.write("why", result)


def integral(model, found) -> np.ndarray:
    """Return the attributions as the plain mean of gradients at many points."""
    members = members_in_float64(model)
    baseline, x = model.scaling.apply(np.stack([np.zeros_like(found.sample), found.sample]))
    direction, mean = np.zeros(model.classes), np.zeros(model.features)
    direction[[found.answer, found.rival]] = 1, -1
    for part in np.split((np.arange(POINTS) + 0.5) / POINTS, POINTS // 400):
        signals = forward_members(members, baseline + part[:, None] * (x - baseline))
        mean += input_gradients(members, signals, direction).sum(axis=0) / POINTS
    return (x - baseline) * mean


def measure(options: Options) -> dict[str, float]:
    training, test = load_data("mnist"), load_data("mnist", part="test")
    model = fit(training, options).model
    began = time.thread_time()
    neighbours = Neighbours(model, training)
    preparing = time.thread_time() - began
    misread = evaluate(model, test).misread
    rng, against_all, against_ink = np.random.default_rng(0), 0, 0
    seconds, missing, distances, off = [], [], [], []
    for row in misread:
        began = time.thread_time()  # CPU time of this thread
        found = why(model, test.inputs[row], neighbours)
        seconds.append(time.thread_time() - began)
        missing.append(found.missing)
        distances.append(found.flip.distance if found.flip else np.nan)
        if len(off) < COMPARED:
            wanted = integral(model, found)
            off.append(float(np.abs(found.inputs - wanted).sum() / np.abs(wanted).sum()))
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
        "largest_off_the_integral": max(off),
        "missing_over_1_percent": sum(part > 0.01 for part in missing),
        "no_flip": int(np.isnan(distances).sum()),
        "median_flip": float(np.nanmedian(distances)),
        "median_cpu_ms": 1000 * float(np.median(seconds)),
        "largest_cpu_ms": 1000 * max(seconds),
        "neighbours_cpu_s": preparing,
    }


if __name__ == "__main__":
    main()
