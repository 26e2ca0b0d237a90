"""Write the results of `portable.py` and `portable_training.py` into docs/reference/portable.md."""

from __future__ import annotations

import statistics
from pathlib import Path
from typing import Any

import machine

PAGE = Path(__file__).resolve().parents[1] / "docs" / "reference" / "portable.md"


def main() -> None:
    machine.write_into(PAGE, "portable_page.py", lines(machine.read("portable")))
    machine.write_into(PAGE, "portable_page.py: training", training_lines(machine.read("portable_training")))


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


def training_lines(result: dict[str, Any]) -> list[str]:
    """Return the lines of the table of training, one recipe a line."""
    table = [
        "| recipe | one thread, s: compiled before, portable (ratio) | all cores | test accuracy over ten seeds |",
        "| --- | --- | --- | --- |",
    ]
    for name, one in result.items():
        if name == "before":
            continue
        cells = [name]
        for threads in ("1 threads", *(key for key in one if key.endswith("threads") and key != "1 threads")):
            before, now, ratio = (one[threads][key]["median"] for key in ("compiled, before", "portable", "ratio"))
            cells.append(f"{before:.2f}, {now:.2f} ({ratio:.2f})")
        scores = [f"{statistics.mean(each):.2%}" for each in one.get("accuracy", {}).values()]
        table.append(f"| {' | '.join([*cells, ', '.join(scores)])} |")
    return table


if __name__ == "__main__":
    main()
