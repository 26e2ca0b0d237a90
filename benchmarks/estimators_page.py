"""Write what the estimators' benchmarks have measured into docs/estimators.md, from benchmarks/results/*.json alone."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import machine

PAGE = Path(__file__).resolve().parents[1] / "docs" / "estimators.md"
BLOCK = re.compile(r"(<!-- written by benchmarks/estimators_page.py -->\n).*?(<!-- end -->)", re.DOTALL)


def main() -> None:
    lines = [*beside_sklearn(machine.read("estimators")), *over_the_engine(machine.read("estimator_overhead"))]
    text = PAGE.read_text(encoding="utf-8")
    written = BLOCK.sub(lambda block: block[1] + "\n".join(["", *lines, ""]) + block[2], text)
    PAGE.write_text(written, encoding="utf-8")


def beside_sklearn(result: dict[str, Any]) -> list[str]:
    lines = [
        "| table | rows | score | here | `MLP…` | `MLP…`, standardised | seconds here | seconds `MLP…` |",
        "|---|---|---|---|---|---|---|---|",
    ]
    better = equal = faster = beyond = 0
    for name, one in result["tables"].items():
        ours, theirs, scaled = (one[side] for side in ("glassnet", "scikit-learn", "scikit-learn, standardised"))
        better += ours["score"]["median"] > theirs["score"]["median"]
        equal += ours["score"]["median"] == theirs["score"]["median"]
        beyond += ours["score"]["median"] > scaled["score"]["median"]
        faster += ours["seconds"]["median"] < theirs["seconds"]["median"]
        scores = " | ".join(shown(side["score"], 3) for side in (ours, theirs, scaled))
        seconds = " | ".join(shown(side["seconds"], 3) for side in (ours, theirs))
        lines.append(f"| {name} | {one['rows']:,} | {one['score']} | {scores} | {seconds} |")
    first = result["first fit"]
    return [
        *lines,
        "",
        f"Better on {better}, equal on {equal} and faster on {faster} of {len(result['tables'])}; better on {beyond} "
        "than the peer with standardised columns, and standardised numbers to learn.",
        "",
        "Not in the seconds: the first fit in a process on more than 512 rows, which loads compiled loops "
        f"({first['compiled before']:.1f} s), or compiles them, once on a machine ({first['to compile']:.0f} s).",
    ]


def over_the_engine(result: dict[str, Any]) -> list[str]:
    ratios = [f"{one['ratio']['median'] - 1:+.1%} at {int(rows):,} rows" for rows, one in result["rows"].items()]
    return ["", f"`fit` beside the engine alone, for the same weights: {', '.join(ratios)}."]


def shown(summary: dict[str, Any], digits: int) -> str:
    """Write a median and its range."""
    median, low, high = (f"{summary[name]:.{digits}f}" for name in ("median", "min", "max"))
    return f"{median} ({low} to {high})"


if __name__ == "__main__":
    main()
