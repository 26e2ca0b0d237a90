"""Write the results of `table_parts.py` into docs/design/tables.md, from benchmarks/results/table_parts.json."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import machine

PAGE = Path(__file__).resolve().parents[1] / "docs" / "design" / "tables.md"


def main() -> None:
    machine.write_into(PAGE, "table_parts_page.py", lines(machine.read("table_parts")))


def lines(result: dict[str, Any]) -> list[str]:
    """Return the lines of the table: for each variant its figures, and the ratios to those of the recipe."""
    variants = {name: one for name, one in result["variants"].items() if "error" in one}
    recipe, *_ = variants.values()
    rows = ["| variant | error | log loss | calibration error | processor seconds |", "|---|---|---|---|---|"]
    for name, one in variants.items():
        cells = [f"{one[what]:.4f}{_ratio(one[what], recipe[what])}" for what in ("error", "log loss")]
        rows.append(
            f"| {name} | {' | '.join(cells)} | {one['calibration error']:.4f} | {one['fit seconds']:.1f} "
            f"({one['fit seconds'] / recipe['fit seconds']:.2f} ×) |"
        )
    seeds = min(one["seeds"] for one in variants.values())
    return [*rows, "", f"Means over {seeds} splits of each table; differences of errors below about 2% are noise."]


def _ratio(value: float, recipe: float) -> str:
    change = 100 * (value / recipe - 1)
    return "" if value == recipe else f" ({change:+.1f}%)"


if __name__ == "__main__":
    main()
