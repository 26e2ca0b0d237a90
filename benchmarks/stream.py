"""Training on a stream against training from memory: rows a second, and peak memory at growing sizes.

Speed: recipe ``table`` (four members, folds) on a generated table of numbers, words and gaps, from Parquet, Arrow and
delimited text, from memory in the same order (the hashes of all must be equal), and by the ordinary ``fit``, whose
order is that of all rows. Each measurement is a process of its own; the sides take turns. The rows a second are those
of all epochs after the pass that learns the columns, whose time is listed by itself.

Memory: the peak of a process that trains one network for one epoch on Parquet of a gigabyte and more, a generated file
of numbers that is linked under several names. The row groups of the links are different data to the program, and the
cost of reading is that of a large disk cache.

    python benchmarks/stream.py [--quick] [--only speed|memory] [--rows 1000000] [--runs 3] [--sizes 1,5,50]
"""

from __future__ import annotations

import argparse
import resource
import tempfile
import time
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl

import machine
from peers.alone import CORES, alone, answer

EPOCHS, SEED, GROUP = 4, 0, 65_536
SIDES = ("memory", "parquet", "arrow", "csv", "fit")
WIDE = 256
"""Columns of the table whose files are linked: 2 KiB a row."""
PACKAGES = ("numpy", "numba", "polars")


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--quick", action="store_true", help="small data, one run; keep no result")
    parser.add_argument("--only", choices=("speed", "memory"), help="one part; the other keeps its result")
    parser.add_argument("--rows", type=int, help="rows of the table for speed (default 1,000,000)")
    parser.add_argument("--runs", type=int, help="runs of each side (default 3)")
    parser.add_argument("--sizes", help="sizes of the Parquet data in gigabytes (default 1,5,50)")
    given = parser.parse_args()
    rows, runs = given.rows or (150_000 if given.quick else 1_000_000), given.runs or (1 if given.quick else 3)
    sizes = [float(size) for size in (given.sizes or ("0.2,0.4" if given.quick else "1,5,50")).split(",")]
    result = machine.read("stream") or {}
    with tempfile.TemporaryDirectory() as folder:
        if given.only != "memory":
            result["speed"] = speed(Path(folder), rows, runs)
        if given.only != "speed":
            result["memory"] = memory(Path(folder), sizes)
    if not given.quick:
        machine.write("stream", result, PACKAGES)


def speed(folder: Path, rows: int, runs: int) -> dict[str, Any]:
    table = numbers_and_words(rows)
    table.write_parquet(folder / "t.parquet", row_group_size=GROUP)
    table.write_ipc(folder / "t.arrow", record_batch_size=GROUP)
    table.write_csv(folder / "t.csv")
    sides: dict[str, list[dict[str, Any]]] = {side: [] for side in SIDES}
    for _ in range(runs):
        for side, measured in sides.items():
            if one := alone(__file__, {"kind": "speed", "threads": CORES, "side": side, "folder": str(folder)}):
                measured.append(one)
                print(f"{side:8} {one['rows/s']:10,.0f} rows/s, columns {one['survey']:.1f} s", flush=True)
    hashes = {one["hash"] for side, measured in sides.items() if side != "fit" for one in measured}
    if len(hashes) != 1:
        raise AssertionError("the bits differ between files and memory")
    figures = {
        side: {name: machine.summary(one[name] for one in measured) for name in ("rows/s", "survey")}
        for side, measured in sides.items()
    }
    own = figures["memory"]["rows/s"]["median"]
    ratios = {side: one["rows/s"]["median"] / own for side, one in figures.items()}
    print({side: round(ratio, 3) for side, ratio in ratios.items()})
    return {
        "rows": rows,
        "columns": table.width - 1,
        "epochs": EPOCHS,
        "sides": figures,
        "of memory": ratios,
        "bytes": {side: (folder / f"t.{side}").stat().st_size for side in ("parquet", "arrow", "csv")},
    }


def memory(folder: Path, sizes: list[float]) -> list[dict[str, Any]]:
    rng = np.random.default_rng(SEED)
    rows = 2 * GROUP
    values = rng.normal(size=(WIDE, rows))
    table = {f"x{k}": column for k, column in enumerate(values)}
    table["y"] = np.where(values[:4].sum(axis=0) + rng.normal(size=rows) > 0, "yes", "no")
    file = folder / "linked.parquet"
    pl.DataFrame(table).write_parquet(file, row_group_size=GROUP // 2, compression="uncompressed")
    del values, table
    measured = []
    for size in sizes:
        links = folder / f"of-{size:g}"
        links.mkdir()
        count = max(1, round(size * 1e9 / file.stat().st_size))
        for number in range(count):
            (links / f"part-{number:05}.parquet").symlink_to(file)
        if one := alone(__file__, {"kind": "memory", "threads": CORES, "folder": str(links)}):
            measured.append({"bytes": count * file.stat().st_size, "files": count, **one})
            print(
                f"{measured[-1]['bytes'] / 1e9:.2f} GB, {one['rows']:,} rows: peak {one['peak'] / 2**20:,.0f} MiB, "
                f"columns {one['survey']:.0f} s, epoch {one['epoch']:.0f} s",
                flush=True,
            )
    return measured


def numbers_and_words(rows: int) -> pl.DataFrame:
    """Return a table of 15 columns of numbers, 4 of words, a date and a class; some cells are empty."""
    rng = np.random.default_rng(SEED)
    columns: dict[str, Any] = {}
    for k in range(12):
        columns[f"n{k}"] = (rng.normal(size=rows) if k % 3 else 100 * rng.exponential(size=rows)).round(4)
    for k in range(3):
        columns[f"i{k}"] = rng.integers(0, 10 ** (k + 1), rows)
    for k in range(4):
        columns[f"w{k}"] = np.array([f"word{j}" for j in range(3 + 6 * k)])[rng.integers(0, 3 + 6 * k, rows)]
    days = rng.integers(0, 2000, rows)
    columns["day"] = (np.datetime64("2020-01-01") + days).astype("datetime64[ms]")
    score = columns["n1"] + 0.5 * columns["n2"] + (columns["w1"] == "word1") + rng.normal(size=rows)
    table = pl.DataFrame({**columns, "y": np.where(score > 0.5, "yes", "no")})
    table = table.with_columns(pl.col("day").cast(pl.Date))
    gaps = rng.random((4, rows)) < 0.05
    return table.with_columns(
        pl.when(pl.Series(gaps[k])).then(None).otherwise(pl.col(name)).alias(name)
        for k, name in enumerate(("n0", "n4", "i1", "w2"))
    )


def measure(kind: str, threads: int, folder: str, side: str = "") -> dict[str, Any]:
    return measure_speed(side, Path(folder)) if kind == "speed" else measure_memory(folder)


def measure_speed(side: str, folder: Path) -> dict[str, Any]:
    import glassnet
    from glassnet.data.stream.opening import open_stream
    from glassnet.data.stream.source import TableStream
    from glassnet.options.recipes import for_rows
    from glassnet.training.streaming.fit import fit_stream

    file = str(folder / f"t.{side if side in ('parquet', 'arrow', 'csv') else 'parquet'}")
    rows = len(pl.scan_parquet(folder / "t.parquet").select("y").collect())
    changes = {
        **for_rows(rows, "table"),
        "epochs": EPOCHS,
        "early_stopping": EPOCHS,
        "engine": "compiled",
        "seed": SEED,
    }
    options = glassnet.Options.recipe("table", **changes)
    if side == "fit":
        began = time.perf_counter()
        data = glassnet.load_table(file, "y")
        seconds = time.perf_counter() - began
        fitted = glassnet.fit(data, options)
    else:
        source = TableStream(glassnet.read_table(file), GROUP) if side == "memory" else open_stream(file)
        # Without the cache of encoded rows, which small files would fit into.
        of_stream = fit_stream(source, "y", options, hold_out=False, cache=None if side == "memory" else 0)
        fitted, seconds = of_stream.fit, of_stream.survey_seconds
    return {"rows/s": rows * EPOCHS / fitted.train_seconds, "survey": seconds, "hash": fitted.model.hash()}


def measure_memory(folder: str) -> dict[str, Any]:
    import glassnet
    from glassnet.data.stream.opening import open_stream
    from glassnet.training.streaming.fit import fit_stream

    options = glassnet.Options.recipe("table", members=1, epochs=1, early_stopping=0, batch_size=256, engine="compiled")
    fitted = fit_stream(open_stream(f"{folder}/*.parquet"), "y", options)
    return {
        "rows": fitted.rows,
        "window": fitted.window,
        "peak": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024,
        "survey": fitted.survey_seconds,
        "epoch": fitted.fit.train_seconds,
    }


if __name__ == "__main__":
    if not answer(measure):
        main()
