"""How many labels that were made wrong stand first in the list of `glassnet labels`, and what it says of clean data.

Of the first 20,000 training digits of MNIST, 2 % get another label at random; also 0.5 %, and none. Fold seeds 0 to 4.

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
from glassnet.trace.folds import options_for, out_of_fold
from glassnet.trace.labels import find_suspects
from peers.alone import arguments

SAMPLES = 20_000
SHARES = (0.0, 0.005, 0.02)


def main() -> None:
    given = arguments(__doc__ or "", ())
    digits = glassnet.load_data("mnist").take(slice(given.samples or SAMPLES))
    result = {}
    for share in SHARES:
        runs = [_run(digits, share, seed) for seed in range(given.runs)]
        result[f"{share:.1%} wrong"] = {name: machine.summary(run[name] for run in runs) for name in runs[0]}
        print(share, {name: one["values"] for name, one in result[f"{share:.1%} wrong"].items()}, flush=True)
    if not given.trial:
        machine.write("labels", {"samples": len(digits), **result})


def _run(digits: glassnet.Dataset, share: float, seed: int) -> dict[str, Any]:
    random = np.random.default_rng(seed)
    wrong = random.choice(len(digits), round(share * len(digits)), replace=False)
    labels = digits.labels.copy()
    labels[wrong] = (labels[wrong] + random.integers(1, 10, len(wrong))) % 10
    data = replace(digits, labels=labels)
    options = options_for(data, glassnet.Options.recipe("quick", seed=seed))
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
