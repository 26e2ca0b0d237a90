"""Write the results of `labels.py` into docs/labels.md, from benchmarks/results/labels.json."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import machine

PAGE = Path(__file__).resolve().parents[1] / "docs" / "labels.md"


def main() -> None:
    machine.write_into(PAGE, "labels_page.py", lines(machine.read("labels")))


def lines(result: dict[str, Any]) -> list[str]:
    """Return the lines of the table: digits, the most wrong labels first, then generated samples."""
    heads = ("data", "wrong labels (N)", "wrong among the first 100", "wrong among the first N")
    table = [f"| {' | '.join((*heads, 'estimate', 'suspects', 'verdict'))} |", "|---|---|---|---|---|---|---|"]
    shares = {float(name.split("%")[0]): one for name, one in result.items() if name.endswith("wrong")}
    rows = [("digits", share / 100, result["samples"], one) for share, one in sorted(shares.items(), reverse=True)]
    rows.append(("separate classes", 0.05, result["generated"], result["separate"]))
    rows.append(("separate classes", 0.2, result["generated"], result["separate, a fifth"]))
    rows.append(("overlapping classes", 0.0, result["generated"], result["overlapping"]))
    rows.append(("overlapping classes, σ(1.5 sin x)", 0.0, result["generated"], result["overlapping in waves"]))
    for name, share, samples, one in rows:
        wrong = round(share * samples)
        counts = ["none", "", ""]
        if wrong:
            found = f"{shown(one['wrong among as many as there are'])} of {wrong:,}"
            counts = [f"{wrong:,} ({100 * share:g}%)", shown(one["wrong among the first 100"]), found]
        sure = one["certain"]["min"], one["certain"]["max"]
        verdict = {(1, 1): "wrong", (0, 0): "the classes overlap"}.get(sure, "the classes overlap (in some runs)")
        suspects = format(one["suspects"]["median"], ",.0f")
        table.append(f"| {' | '.join([name, *counts, shown(one['estimated']), suspects, verdict])} |")
    seconds = [one["processor seconds"]["median"] for one in shares.values()]
    return [*table, "", f"A run on the digits takes about {max(seconds):.0f} s of processor time."]


def shown(summary: dict[str, Any]) -> str:
    """Format a median and its range."""
    median, low, high = (f"{summary[name]:.0f}" for name in ("median", "min", "max"))
    return f"{median} ({low}–{high})"


if __name__ == "__main__":
    main()
