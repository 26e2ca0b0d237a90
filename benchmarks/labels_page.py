"""Write what `labels.py` has measured into docs/labels.md, from benchmarks/results/labels.json alone."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import machine

PAGE = Path(__file__).resolve().parents[1] / "docs" / "labels.md"


def main() -> None:
    machine.write_into(PAGE, "labels_page.py", lines(machine.read("labels")))


def lines(result: dict[str, Any]) -> list[str]:
    """Return the lines of the table, the most wrong labels first."""
    heads = ("labels made wrong", "wrong among the first 100", "found among as many as there are")
    rows = [f"| {' | '.join((*heads, 'estimated', 'suspects', 'it says'))} |", "|---|---|---|---|---|---|"]
    shares = {float(name.split("%")[0]): one for name, one in result.items() if name.endswith("wrong")}
    for share, one in sorted(shares.items(), reverse=True):
        wrong = round(share / 100 * result["samples"])
        found = f"{shown(one['wrong among as many as there are'])} of {wrong:,}"
        known = ["none", "", ""]
        if wrong:
            known = [f"{wrong:,} ({share:g} %)", shown(one["wrong among the first 100"]), found]
        sure = one["certain"]["min"], one["certain"]["max"]
        told = {(1, 1): "", (0, 0): "confidence is low"}.get(sure, "confidence is low, in some runs")
        rows.append(
            f"| {' | '.join([*known, shown(one['estimated']), format(one['suspects']['median'], ',.0f'), told])} |"
        )
    seconds = [one["processor seconds"]["median"] for one in shares.values()]
    return [*rows, "", f"A run takes about {max(seconds):.0f} s of processor time."]


def shown(summary: dict[str, Any]) -> str:
    """Write a median and its range."""
    median, low, high = (f"{summary[name]:.0f}" for name in ("median", "min", "max"))
    return f"{median} ({low}–{high})"


if __name__ == "__main__":
    main()
