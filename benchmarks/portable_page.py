"""Write the results of `portable.py` into docs/reference/portable.md, from benchmarks/results/portable.json."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import machine

PAGE = Path(__file__).resolve().parents[1] / "docs" / "reference" / "portable.md"


def main() -> None:
    machine.write_into(PAGE, "portable_page.py", lines(machine.read("portable")))


def lines(result: dict[str, Any]) -> list[str]:
    """Return the lines of the table, one model a line."""
    table = [
        "| model | layers | 10,000 rows, ms: fast, portable (ratio) | one row, µs: fast, portable (ratio) "
        "| largest difference of an output | other class |",
        "| --- | --- | --- | --- | --- | --- |",
    ]
    for name, one in result.items():
        cells = [name, f"{one['sizes']}, {one['activations']}"]
        for figure in ("10,000 rows, ms", "one row, µs"):
            fast, portable, ratio = (one[f"{part}, {figure}"]["median"] for part in ("fast", "portable", "ratio"))
            cells.append(f"{fast:.1f}, {portable:.1f} ({ratio:.2f})")
        cells += [f"{one['largest difference']:.1e}", f"{one['classes that differ']} of {one['rows']:,}"]
        table.append(f"| {' | '.join(cells)} |")
    return table


if __name__ == "__main__":
    main()
