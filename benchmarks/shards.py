"""Time an epoch on two cores with more than two shards, as machines with more cores use them.

python benchmarks/shards.py [--runs 5]
"""

from __future__ import annotations

from typing import Any

import glassnet
import machine
from peers.alone import CORES, alone, answer, arguments

RECIPES = {"quick": 4, "wide": 4, "accurate": 2}
"""Recipe -> epochs per measurement."""
SHARDS = (2, 4, 8)


def main() -> None:
    given = arguments(__doc__ or "", ())
    taken: dict[str, dict[int, list[float]]] = {name: {shards: [] for shards in SHARDS} for name in RECIPES}
    for _ in range(given.runs):
        for recipe, by_shards in taken.items():
            for shards, seconds in by_shards.items():
                task = {"recipe": recipe, "shards": shards, "samples": given.samples, "threads": CORES}
                if one := alone(__file__, task):
                    seconds.append(one["seconds"])
                    print(recipe, shards, f"{seconds[-1]:.3f} s", flush=True)
    if not given.trial:
        kept = {name: {str(n): machine.summary(each) for n, each in one.items() if each} for name, one in taken.items()}
        machine.write("shards", kept)


def measure(recipe: str, shards: int, samples: int | None, threads: int) -> dict[str, Any]:
    data, epochs = glassnet.load_data("mnist").take(slice(samples)), RECIPES[recipe]
    options = glassnet.Options.recipe(recipe, epochs=epochs, shards=shards, threads=threads)
    return {"seconds": glassnet.fit(data, options).train_seconds / epochs}


if __name__ == "__main__":
    if not answer(measure):
        main()
