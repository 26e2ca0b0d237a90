"""Write the table of results into the two READMEs, from benchmarks/results/*.json and nothing else."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

HERE = Path(__file__).resolve().parent
BLOCK = re.compile(r"(<!-- results: written by benchmarks/table.py -->\n).*?(<!-- end of results -->)", re.DOTALL)


def main() -> None:
    accuracy, sample, process = (load(name) for name in ("accuracy", "per_sample", "whole_process"))
    facts = [*accuracy_rows(accuracy["result"]), *sample_rows(sample["result"]), *process_rows(process["result"])]
    for name, column in (("README.md", 0), ("README.zh-CN.md", 1)):
        path = HERE.parent / name
        lines = ["| measured | |", "|---|---|"] if column == 0 else ["| 实测 | |", "|---|---|"]
        lines += [f"| {texts[column]} | {value} |" for texts, value in facts]
        lines += ["", remark(process, column), ""]
        path.write_text(BLOCK.sub(lambda found, lines=lines: found[1] + "\n".join(lines) + found[2], path.read_text()))


def load(name: str) -> dict[str, Any]:
    return json.loads((HERE / "results" / f"{name}.json").read_text())


def accuracy_rows(result: dict[str, Any]) -> list[tuple[tuple[str, str], str]]:
    rows = []
    for name, texts in {
        "notes": ("test accuracy, recipe `notes`, ten seeds", "测试准确率,配方 `notes`,十个种子"),
        "notes-code": ("… recipe `notes-code`", "……配方 `notes-code`"),
        "notes-program": ("… the notes' program itself", "……笔记的程序本身"),
    }.items():
        one = result[name]
        rows.append((texts, f"{one['mean']:.2%} ({one['min']:.2%} to {one['max']:.2%})"))
    return rows


def sample_rows(result: dict[str, Any]) -> list[tuple[tuple[str, str], str]]:
    own, times = result["glassnet"], result["times faster"]
    rows = [(("one epoch, one example at a time, one core", "一轮逐样本训练,单核"), seconds(own))]
    for name, texts in {
        "notes-program": ("… the notes' program", "……笔记的程序"),
        "jax-scan": ("… JAX, `lax.scan`", "……JAX,`lax.scan`"),
        "jax-blocked": ("… JAX, the same with deferred writes", "……JAX,延迟写入的等价形式"),
    }.items():
        rows.append((texts, f"{seconds(result[name])}: glassnet is {times[name]:.1f} times as fast"))
    return rows


def process_rows(result: dict[str, Any]) -> list[tuple[tuple[str, str], str]]:
    bundled, csv, first = result["bundled data"], result["two CSV files"], result["first run ever"]
    notes = result["notes-program, two CSV files"]["exit"]
    faster = result["times faster, two CSV files"]
    extra = result["import glassnet"]["exit"]["median"] - result["import numpy"]["exit"]["median"]
    return [
        (
            ("`glassnet train`, from return to the result", "`glassnet train`,从回车到结果"),
            seconds(bundled["result on screen"]),
        ),
        (("… to the pictures and the end", "……到图画完并结束"), seconds(bundled["exit"])),
        (("… the first run ever, loops compiled", "……首次运行,含编译"), f"{first['result on screen']:.1f} s"),
        (("… peak memory", "……内存峰值"), f"{bundled['peak MiB']['median']:.0f} MiB"),
        (("`glassnet train` on the 109 MB CSV", "`glassnet train` 读取 109 MB 的 CSV"), seconds(csv["exit"])),
        (("… the notes' program", "……笔记的程序"), f"{notes:.1f} s: glassnet is {faster:.1f} times as fast"),
        (("`import glassnet`, beyond NumPy's own", "`import glassnet`,NumPy 之外"), f"{extra:.2f} s"),
    ]


def seconds(summary: dict[str, Any]) -> str:
    return f"{summary['median']:.2f} s ({summary['min']:.2f} to {summary['max']:.2f})"


def remark(kept: dict[str, Any], column: int) -> str:
    machine = kept["machine"]
    packages = ", ".join(f"{name} {number}" for name, number in machine["packages"].items())
    where = f"{machine['processor']}, {machine['cores']} cores, Python {machine['python']}, {packages}"
    return (
        f"Medians (and range), {where}; each row from one run, by `make bench`.",
        f"中位数(及范围);{where};每行出自同一次运行,由 `make bench` 得出。",
    )[column]


if __name__ == "__main__":
    main()
