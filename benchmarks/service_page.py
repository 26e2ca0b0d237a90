"""Write the results of `service.py` into docs/serve.md, from benchmarks/results/service.json."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import machine

PAGE = Path(__file__).resolve().parents[1] / "docs" / "serve.md"
SIDES = ("glassnet", "fastapi", "litserve")


def main() -> None:
    results = machine.RESULTS / "service.json"
    machine.write_into(PAGE, "service_page.py", lines(machine.read("service")) if results.exists() else [])


def lines(result: dict[str, Any]) -> Iterator[str]:
    """Return the table: a row for each measurement, a column for each service."""
    given, own = result["settings"], result["glassnet"]
    yield "| measured | glassnet | FastAPI, scikit-learn | LitServe, scikit-learn |"
    yield "|---|---|---|---|"
    yield row(
        "seconds from the command to the first answer", [f"{result[side]['start_s']['median']:.2f}" for side in SIDES]
    )
    for key, rate in (("latency_ms", given["rate"]), ("steady_ms", given["steady_rate"])):
        times = given["seconds"] if key == "latency_ms" else given["steady_seconds"]
        yield row(
            f"one digit, {rate:,} requests/s asked for {times} s: median, 99th percentile",
            [latencies(result[side][key]) for side in SIDES],
        )
    yield row("one digit, requests/s at most", [f"{result[side]['requests_per_s']:,.0f}" for side in SIDES])
    batch = f"rows/s in JSON, {given['batch']} rows in a request"
    yield row(f"digits, {batch}", [f"{result[side]['digits_per_s']:,.0f}" for side in SIDES])
    yield row(f"rows of a table, {batch}", [f"{own['table_rows_per_s']:,.0f}", "", ""])
    keys = ("tensor_ms", "in_process_portable_ms", "in_process_fast_ms")
    tensor, portable, fast = (own[key]["median"] for key in keys)
    yield ""
    yield (
        f"A binary tensor of {given['tensor_rows']:,} digits is answered in {tensor:.1f} ms; the same call in Python "
        f"takes {portable:.1f} ms with the engine of the service, `portable` (ratio {tensor / portable:.1f}), and "
        f"{fast:.1f} ms with the default engine (ratio {tensor / fast:.1f}). All loads are by {given['load']} on the "
        f"machine of the service; for given rates, with {given['per_connection']} requests/s on each connection."
    )


def latencies(one: dict[str, Any]) -> str:
    """Format latencies, with what was not reached."""
    text = f"{one['p50']:.1f} ms, {one['p99']:.1f} ms"
    if one["reached_per_s"] < 0.99 * one["asked_per_s"]:
        text += f" (only {one['reached_per_s']:,.0f} requests/s)"
    return f"{text}, {one['errors']} errors" if one["errors"] else text


def row(title: str, cells: list[str]) -> str:
    return f"| {' | '.join([title, *cells])} |"


if __name__ == "__main__":
    main()
