"""Measure prediction intervals on the public tables of numbers: how often they hold the true number, and their widths.

    python benchmarks/intervals.py [--data FOLDER] [--tables NAME,...] [--seeds 0-9]
    python benchmarks/intervals_page.py                     # writes the result into docs/tables.md

Tables and parts are those of `tables.py`. `TableModel.fit` has its defaults and seed 0. For each coverage that is asked
for, the result has the mean over the seeds of:

- coverage: the fraction of the test rows whose true number is in its interval
- width: the mean width / standard deviation of the test part
- width vs constant: the mean width / the width of equally wide intervals that hold as many test rows, which is the
  least that intervals of one width around the same predictions could have: above 1 they are wider, below 1 narrower

and for each table the rank correlation of width and absolute error over the test rows (0 for one width).
"""

from __future__ import annotations

import argparse
import sys
import warnings
from pathlib import Path
from typing import Any

import numpy as np
from scipy.stats import spearmanr

import machine
from tables import DATA, TABLES, read, seeds_of, split

COVERAGES = (0.5, 0.8, 0.9, 0.95)


def main() -> None:
    numbers = [name for name, table in TABLES.items() if not table.classes]
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    parser.add_argument("--data", type=Path, default=DATA, help="folder of the tables (default: shared/data/tables)")
    parser.add_argument("--tables", default=",".join(numbers), help=f"of: {', '.join(numbers)}")
    parser.add_argument("--seeds", type=seeds_of, default=range(10), help="such as 0-9 or 3 (default: 0-9)")
    given = parser.parse_args()
    warnings.simplefilter("ignore")
    tables = given.tables.split(",")
    result = {name: measure(name, given.data, given.seeds) for name in tables}
    if tables == numbers:
        machine.write("intervals", {"seeds": len(given.seeds), "tables": result})


def measure(name: str, folder: Path, seeds: range) -> dict[str, Any]:
    """Return the means over the seeds for one table, and print them."""
    from glassnet import TableModel

    frame, target = read(folder, TABLES[name])
    measured: dict[float, list[tuple[float, float, float]]] = {asked: [] for asked in COVERAGES}
    ranks, rows = [], 0
    for seed in seeds:
        train, test = split(target, False, seed)
        rows = len(train)
        table = frame.iloc[train].assign(**{"the target": target.iloc[train]})
        model = TableModel.fit(table, "the target", task="numbers", seed=0)
        asked_rows, truth = frame.iloc[test], target.iloc[test].to_numpy(np.float64)
        errors = np.abs(model.predict(asked_rows).to_numpy() - truth)
        for asked, found in measured.items():
            low, high = model.predict_interval(asked_rows, asked).to_numpy().T
            inside, width = float(((low <= truth) & (truth <= high)).mean()), float((high - low).mean())
            found.append((inside, width / truth.std(), width / (2 * np.quantile(errors, inside, method="higher"))))
        ranks.append(float(spearmanr(high - low, errors).statistic))
        print(f"{name}, seed {seed}: {[round(found[-1][0], 3) for found in measured.values()]}", file=sys.stderr)
    of_each = {
        str(asked): dict(zip(("coverage", "width", "width vs constant"), np.mean(found, axis=0).tolist(), strict=True))
        for asked, found in measured.items()
    }
    result = {"rows": rows, "rank correlation": float(np.mean(ranks)), "asked": of_each}
    texts = [f"{asked}: {one['coverage']:.3f} ({one['width vs constant']:.2f})" for asked, one in of_each.items()]
    print(f"{name}: {', '.join(texts)}, rank correlation {result['rank correlation']:.2f}")
    return result


if __name__ == "__main__":
    main()
