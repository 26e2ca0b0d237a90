"""Write the results of the estimators' benchmarks into docs/estimators.md, from benchmarks/results/*.json."""

from __future__ import annotations

from pathlib import Path
from textwrap import fill
from typing import Any

import machine

PAGE = Path(__file__).resolve().parents[1] / "docs" / "estimators.md"


def main() -> None:
    lines = [*beside_sklearn(machine.read("estimators")), *over_the_engine(machine.read("estimator_overhead"))]
    machine.write_into(PAGE, "estimators_page.py", lines)


def beside_sklearn(result: dict[str, Any]) -> list[str]:
    lines = [
        "| table | rows | score | glassnet | `MLP…` | `MLP…`, standardised | seconds, glassnet | seconds, `MLP…` |",
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
        f"Of the {len(result['tables'])} tables, glassnet scores higher on {better}, equal on {equal}, and fits "
        f"faster on {faster}. It scores higher on {beyond} than scikit-learn with standardised columns and targets.",
        "",
        fill(
            "These times exclude compilation. The first fit in a process with the engine `compiled` loads compiled "
            f"loops ({first['compiled before']:.1f} s) or compiles them ({first['to compile']:.0f} s), once per "
            "machine and per combination of input dtype (float32, float64) and `dtype`.",
            120,
        ),
    ]


def over_the_engine(result: dict[str, Any]) -> list[str]:
    ratios = [f"{one['ratio']['median'] - 1:+.1%} at {int(rows):,} rows" for rows, one in result["rows"].items()]
    return ["", f"Time of `fit` compared with the engine alone, for the same weights: {', '.join(ratios)}."]


def shown(summary: dict[str, Any], digits: int) -> str:
    """Format a median and its range."""
    median, low, high = (f"{summary[name]:.{digits}f}" for name in ("median", "min", "max"))
    return f"{median} ({low} to {high})"


if __name__ == "__main__":
    main()
