"""Measure how many values a second one core summarises, by kind of column and rows of a part, with the merging.

The figures are processor time of one thread; `load_table` on frames in memory is for comparison with other versions.

    python benchmarks/summaries.py [--quick]

Writes results/summaries.json, unless ``--quick``.
"""

from __future__ import annotations

import argparse
import statistics
import time
from collections.abc import Callable
from functools import partial, reduce
from typing import Any

import numpy as np
import polars as pl

import glassnet
import machine
from glassnet.data.tables.table import Column, column_of_numbers, read_table
from glassnet.preprocess.tabular.summaries.columns import SUMMARIES

ROWS = 1 << 22
PARTS = (1 << 16, 1 << 18, 1 << 20)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="fewer rows, one run, no result file")
    quick = parser.parse_args().quick
    rows, runs = (ROWS // 8, 1) if quick else (ROWS, 5)
    columns = made(rows)
    result: dict[str, Any] = {"million values a second": {}, "seconds of load_table": {}}
    for name, column in columns.items():
        for size in PARTS:
            measured = [rows / 1e6 / seconds(partial(summarise, column, size)) for _ in range(runs)]
            result["million values a second"][f"{name}, parts of {size:,} rows"] = machine.summary(measured)
            print(f"{name:<16} {size:>9,} rows  {statistics.median(measured):6.1f} million a second", flush=True)
    for name, frame in {
        "1,000,000 × 20 numbers": numbers(rows // 4, 20),
        "200,000 × 30 mixed": mixed(rows // 21),
    }.items():
        measured = []
        for _ in range(runs):
            began = time.perf_counter()
            glassnet.load_table(frame, "y")
            measured.append(time.perf_counter() - began)
        result["seconds of load_table"][name] = machine.summary(measured)
        print(f"load_table, {name}: {statistics.median(measured):.2f} s", flush=True)
    if not quick:
        machine.write("summaries", result, (*machine.PACKAGES, "polars"))


def made(rows: int) -> dict[str, Column]:
    """Return a column of each kind."""
    random = np.random.default_rng(0)
    words = np.array([f"word {k}" for k in range(1000)])[random.integers(0, 1000, rows)]
    days = np.datetime64("2015-01-01", "us") + random.integers(0, 3650, rows) * np.timedelta64(1, "D")
    table = read_table(pl.DataFrame({"words": words, "days": days, "yes or no": random.random(rows) > 0.5}))
    return {
        "normal numbers": column_of_numbers("x", random.normal(size=rows)),
        "rounded numbers": column_of_numbers("x", np.round(random.lognormal(3, 1, rows), 2)),
        "whole numbers": column_of_numbers("x", random.integers(0, 1000, rows).astype(float)),
        **table.columns(),
    }


def summarise(column: Column, size: int) -> object:
    """Summarise a column in parts, and merge these."""
    places = np.arange(len(column))
    kind = SUMMARIES[column.kind]
    parts = (kind.of(column.take(places[start : start + size])) for start in range(0, len(column), size))
    return reduce(lambda one, other: one.merge(other), parts)  # type: ignore[arg-type]


def numbers(rows: int, columns: int) -> pl.DataFrame:
    """Return a frame of normal numbers and two classes."""
    x = np.random.default_rng(0).normal(size=(rows, columns))
    return pl.DataFrame({f"x{k}": x[:, k] for k in range(columns)} | {"y": (x[:, 0] > 0).astype(int)})


def mixed(rows: int) -> pl.DataFrame:
    """Return a frame of numbers, words, yes and no, dates, and two classes."""
    random = np.random.default_rng(0)
    words = np.array([f"word {k}" for k in range(50)])
    return pl.DataFrame(
        {f"n{k}": np.round(random.lognormal(3, 1, rows), 2) for k in range(12)}
        | {f"i{k}": random.integers(0, 1000, rows) for k in range(8)}
        | {f"w{k}": words[random.integers(0, 50, rows)] for k in range(7)}
        | {f"b{k}": random.random(rows) > 0.5 for k in range(2)}
        | {"d": np.datetime64("2020-01-01") + random.integers(0, 1000, rows)}
        | {"y": random.integers(0, 2, rows)}
    )


def seconds(function: Callable[[], object]) -> float:
    """Return the processor time of this thread in a call."""
    began = time.thread_time()
    function()
    return time.thread_time() - began


if __name__ == "__main__":
    main()
