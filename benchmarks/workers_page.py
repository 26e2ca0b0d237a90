"""Write the results of `workers.py` into docs/benchmarks.md and docs/design/many_machines.md.

The plan for many machines follows from them by the formulas of `Plan`.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import machine

DOCS = Path(__file__).resolve().parents[1] / "docs"
LINKS = (1, 10, 100)
"""Speeds of a network in Gbit/s."""
MACHINES = (2, 4, 8, 16, 32, 64)
WORTH = 1.1
"""Least speed-up that counts as worth another machine."""


def main() -> None:
    if not (machine.RESULTS / "workers.json").exists():
        return
    cases = machine.read("workers")
    machine.write_into(DOCS / "benchmarks.md", "workers_page.py", measured(cases))
    machine.write_into(DOCS / "design" / "many_machines.md", "workers_page.py", planned(cases))


def middle(one: dict[str, Any]) -> float:
    """Return the median of a summary."""
    return float(one["median"])


def measured(cases: list[dict[str, Any]]) -> Iterator[str]:
    """Return the table of what was measured."""
    yield "| batch × width | one thread | two threads | one worker | two workers | two workers cost | bytes a step |"
    yield "|---|---|---|---|---|---|---|"
    for case in cases:
        times = [f"{1e3 * middle(one):,.1f} ms" for one in case["seconds"].values()]
        cost, sent = 100 * middle(case["cost_of_two_workers"]), (case["bytes_out"] + case["bytes_back"]) / 1e6
        yield f"| {case['batch']:,} × {case['width']:,} | {' | '.join(times)} | {cost:+.0f}% | {sent:.1f} MB |"
    yield ""
    yield "| batch × width | put | compute | get | add | update | a call alone |"
    yield "|---|---|---|---|---|---|---|"
    for case in cases:
        times = [f"{1e3 * middle(one):,.2f} ms" for one in case["parts"].values()]
        yield f"| {case['batch']:,} × {case['width']:,} | {' | '.join(times)} |"


@dataclass(frozen=True)
class Plan:
    """Seconds of a step on several machines, from what was measured on one.

    Parameters
    ----------
    compute : float
        Seconds of the step on one machine.
    size : int
        Bytes of the weights, and of a gradient.
    add, update : float
        Seconds of adding one gradient, and of updating the weights.
    call : float
        Seconds of a call and its answer, with putting and getting what it carries.
    most : int
        Most machines of two cores that have work: a shard has at least 16 rows.
    """

    compute: float
    size: int
    add: float
    update: float
    call: float
    most: int

    @classmethod
    def of(cls, case: dict[str, Any]) -> Plan:
        """Return the plan for a measured case."""
        parts = {name: middle(one) for name, one in case["parts"].items()}
        call = parts["put"] + parts["get"] + parts["call"]
        times = middle(case["seconds"]["two_threads"]), case["bytes_out"], parts["add"] / 2, parts["update"], call
        return cls(*times, case["batch"] // 32)

    def seconds(self, machines: int, gbits: float) -> float:
        """Return the seconds of a step: weights from the driver, gradients to it."""
        bytes_a_second = gbits * 1e9 / 8
        transfer = 2 * machines * self.size / bytes_a_second
        return self.compute / machines + transfer + machines * self.add + self.update + self.call

    def best(self, gbits: float) -> tuple[int, float]:
        """Return the number of machines from which twice as many no longer pay, and the speed-up with them."""
        machines, fastest = 1, self.compute
        for more in MACHINES:
            if more > self.most or fastest < WORTH * self.seconds(more, gbits):
                break
            machines, fastest = more, self.seconds(more, gbits)
        return machines, self.compute / fastest


def planned(cases: list[dict[str, Any]]) -> Iterator[str]:
    """Return the table of the plan."""
    links = " | ".join(f"{gbits} Gbit/s" for gbits in LINKS)
    yield f"| batch × width | weights | one machine | {links} |"
    yield f"|---|---|---|{'---|' * len(LINKS)}"
    for case in cases:
        plan = Plan.of(case)
        cells = [pays(*plan.best(gbits)) for gbits in LINKS]
        name, size = f"{case['batch']:,} × {case['width']:,}", f"{plan.size / 1e6:.1f} MB"
        yield f"| {name} | {size} | {1e3 * plan.compute:,.0f} ms | {' | '.join(cells)} |"


def pays(machines: int, speedup: float) -> str:
    """Return a cell: up to how many machines pay, and what they bring."""
    return f"{machines}: {speedup:.1f}×" if machines > 1 else "none"


if __name__ == "__main__":
    main()
