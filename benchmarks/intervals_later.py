"""Measure how many later numbers of a series are in their 90% prediction intervals, trained with `time`.

A random walk, and a stationary series (autoregressive, 0.8 of the day before, which is an input), each of 1,250 days
with a number that adds to it: 1,000 days are for training, the later 250 are tested. Means over five series of each.

    python benchmarks/intervals_later.py
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

import glassnet

TRAINING, TESTED, SERIES, COVERAGE = 1_000, 250, 5, 0.9


def series(stationary: bool, seed: int) -> dict[str, NDArray[np.generic]]:
    random, days = np.random.default_rng(seed), TRAINING + TESTED
    steps, added = random.normal(size=days), random.normal(size=days)
    known = steps.cumsum()
    if stationary:
        known[0] = 0
        for day in range(1, days):
            known[day] = 0.8 * known[day - 1] + steps[day]
    table = {"date": np.datetime64("2018-01-01") + np.arange(days), "added": added, "target": known + added}
    return table | ({"day before": np.append(0, known[:-1])} if stationary else {})


def coverage(table: dict[str, NDArray[np.generic]]) -> float:
    model = glassnet.TableModel.fit({name: one[:TRAINING] for name, one in table.items()}, "target", time="date")
    later = {name: one[TRAINING:] for name, one in table.items() if name != "target"}
    low, high = np.asarray(model.predict_interval(later, COVERAGE)).T
    truth = table["target"][TRAINING:]
    return float(np.mean((low <= truth) & (truth <= high)))


def main() -> None:
    for stationary, name in ((False, "random walk"), (True, "stationary series")):
        print(f"{name}: {np.mean([coverage(series(stationary, seed)) for seed in range(SERIES)]):.0%}")


if __name__ == "__main__":
    main()
