"""A table with numbers, words and gaps, and a stream of it in small row groups."""

from __future__ import annotations

import numpy as np
import polars as pl
import pytest

from glassnet.training.streaming import order

ROWS, GROUP, WINDOW = 500, 130, 128


@pytest.fixture(autouse=True)
def small_windows(monkeypatch: pytest.MonkeyPatch) -> None:
    """Windows of `WINDOW` rows, so that an epoch has several."""
    monkeypatch.setattr(order, "LARGEST_WINDOW", WINDOW)


@pytest.fixture(scope="session")
def frame() -> pl.DataFrame:
    """Numbers, words, gaps; a class, a number and a label to predict, the class missing in some rows."""
    rng = np.random.default_rng(0)
    a, b, word = rng.normal(size=ROWS).round(3), rng.integers(0, 50, ROWS), rng.choice(["x", "y", "z"], ROWS)
    value = a + (word == "x") + 0.3 * rng.normal(size=ROWS).round(3)
    gap = rng.random(ROWS) < 0.1
    return pl.DataFrame(
        {
            "a": a,
            "b": [None if one else int(v) for one, v in zip(gap, b, strict=True)],
            "word": word,
            "kind": [None if k % 50 == 7 else "high" if v > 0.4 else "low" for k, v in enumerate(value)],
            "value": value.round(4),
            "label": (value > 0.2).astype(int),
        }
    )
