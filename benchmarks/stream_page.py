"""Write the results of `stream.py` into docs/benchmarks.md, from benchmarks/results/stream.json."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import machine

PAGES = Path(__file__).resolve().parents[1] / "docs"
NAMES = {
    "memory": ("a table in memory, in the order of a stream", "内存中的表，按数据流的顺序"),
    "parquet": ("Parquet", "Parquet"),
    "arrow": ("Arrow", "Arrow"),
    "csv": ("CSV", "CSV"),
    "fit": ("`fit` of all rows, in its own order", "`fit` 全部行，按自己的顺序"),
}


def main() -> None:
    if result := machine.read("stream"):
        for language, ending in enumerate((".md", ".zh-CN.md")):
            machine.write_into(PAGES / f"benchmarks{ending}", "stream.py", lines(result, language))


def lines(result: dict[str, Any], language: int) -> list[str]:
    """Return the lines of both tables."""
    made: list[str] = []
    if speed := result.get("speed"):
        rows, columns, epochs = f"{speed['rows']:,}", speed["columns"], speed["epochs"]
        made += [
            (
                f"{rows} rows of {columns} columns, recipe `table`, {epochs} epochs:",
                f"{rows} 行、{columns} 列，配方 `table`，{epochs} 轮：",
            )[language],
            "",
            (
                "| from | rows a second, all four members | of that from memory | columns learnt |",
                "| 来源 | 每秒行数（四个成员） | 与内存之比 | 学习各列 |",
            )[language],
            "| --- | --- | --- | --- |",
        ]
        for side, one in speed["sides"].items():
            of_side, survey = one["rows/s"], one["survey"]["median"]
            figures = f"{of_side['median']:,.0f} ({of_side['min']:,.0f}–{of_side['max']:,.0f})"
            made.append(f"| {NAMES[side][language]} | {figures} | {speed['of memory'][side]:.0%} | {survey:.1f} s |")
    if memory := result.get("memory"):
        made += [
            "",
            (
                "One network, one epoch, Parquet of 256 columns of numbers:",
                "一个网络，一轮，256 列数值的 Parquet：",
            )[language],
            "",
            (
                "| data | rows | peak memory of the process | columns learnt | epoch |",
                "| 数据 | 行数 | 进程内存峰值 | 学习各列 | 一轮 |",
            )[language],
            "| --- | --- | --- | --- | --- |",
        ]
        for one in memory:
            data = f"{one['bytes'] / 1e9:.1f} GB, {one['files']}" + (" files", " 个文件")[language]
            peak = f"{one['peak'] / 2**20:,.0f} MiB"
            made.append(f"| {data} | {one['rows']:,} | {peak} | {one['survey']:,.0f} s | {one['epoch']:,.0f} s |")
    return made


if __name__ == "__main__":
    main()
