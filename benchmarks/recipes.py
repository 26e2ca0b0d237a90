"""Measure test accuracy and training time of the larger recipes on MNIST: one run each, with seed 0.

`accurate` has three more seeds, which train in parallel like an ensemble; only their individual accuracies count.

The settings were chosen on 10,000 held-out training digits. Here, each run trains on all 60,000 and is evaluated once,
at the end. But several versions of `accurate` were evaluated this way, one after another, and the results influenced
the next version: ``results/trials-*.txt`` has the dates. Each result is kept with its own date and processor.

    python benchmarks/recipes.py [NAME ...]
"""

from __future__ import annotations

import sys
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import glassnet
import machine
from glassnet.training.numerics import NUMERICS

RUNS: dict[str, tuple[str, dict[str, Any]]] = {
    "wide": ("wide", {}),
    "accurate": ("accurate", {}),
    "accurate, four seeds": ("accurate", {"members": 4}),
    "ensemble": ("ensemble", {}),
}
"""Name of a run -> its recipe and changed options."""


def main(names: list[str]) -> None:
    for name in names or RUNS:
        made = measure(name)
        print(name, {key: value for key, value in made.items() if key != "options"}, flush=True)
        machine.write("recipes", {**(machine.read("recipes") or {}), name: made}, (*machine.PACKAGES, "glassnet"))


def measure(name: str) -> dict[str, Any]:
    data, test = glassnet.load_data("mnist"), glassnet.load_data("mnist", part="test")
    recipe, changes = RUNS[name]
    options = glassnet.Options.recipe(recipe, **changes)
    fitted = glassnet.fit(data, options)
    here = machine.describe()
    alone = [replace(fitted.model, network=member, others=()) for member in fitted.model.members]
    return {
        "date": datetime.now(UTC).date().isoformat(),
        "numerics": NUMERICS,
        **{name: here[name] for name in ("processor", "blas")},
        "accuracy": glassnet.evaluate(fitted.model, test).accuracy,
        "members": [glassnet.evaluate(member, test).accuracy for member in alone],
        "train seconds": fitted.train_seconds,
        "prepare seconds": fitted.prepare_seconds,
        "hash": fitted.model.hash(),
        "options": options.to_dict(),
    }


if __name__ == "__main__":
    main(sys.argv[1:])
