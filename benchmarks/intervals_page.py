"""Write the results of `intervals.py` into docs/tables.md, from benchmarks/results/intervals.json."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import machine

PAGE = Path(__file__).resolve().parents[1] / "docs" / "tables.md"


def main() -> None:
    machine.write_into(PAGE, "intervals_page.py", lines(machine.read("intervals")["tables"]))


def lines(result: dict[str, Any]) -> list[str]:
    """Return the lines of the page's table."""
    asked_for = [*next(iter(result.values()))["asked"]]
    heads = ["table", "training rows", *(f"{float(asked):.0%}" for asked in asked_for)]
    found = [f"| {' | '.join([*heads, '90% against one width', 'width by row'])} |", f"|---|{'---:|' * 7}"]
    for name, one in result.items():
        shares = [f"{one['asked'][asked]['coverage']:.1%}" for asked in asked_for]
        widths = [f"{one['asked']['0.9']['width vs constant']:.2f}", f"{one['rank correlation']:.2f}"]
        found.append(f"| {' | '.join([name, format(one['rows'], ','), *shares, *widths])} |")
    return found


if __name__ == "__main__":
    main()
