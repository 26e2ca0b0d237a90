"""Write the results of `read.py` into docs/read.md, from benchmarks/results/read.json."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import machine

ROOT = Path(__file__).resolve().parents[1]
PAGE = ROOT / "docs" / "read.md"
GROUPS: dict[str, str] = {
    "kinds, MNIST": "one digit on paper, by writers of the MNIST test data",
    "kinds, other hands": "one digit on paper, by other hands, the same kinds",
    "forms": "one digit in a form that MNIST hardly has",
    "crops": "one digit, cropped tightly",
    "sheets": "pages of 24 digits, plain, ruled, squared and badly lit",
    "full grid": "a printed grid with a digit in each cell",
    "turned": "pages of 12 digits, turned by 90, 180 and 270 degrees",
    "tilted": "pages of 12 digits, tilted by 10 and 20 degrees",
    "mixed": "lines of digits on a page with words and sums",
    "28 × 28": "images of 28 × 28 pixels",
    "canvas": "drawn anywhere on 280 × 280, on black and on grey paper",
}
"""Group of generated photographs -> how the page names it."""
NONE: dict[str, str] = {
    "signs": "signs: plus, minus, equals, times, tick, arrow, scribble",
    "letters and others": "letters, words, outlines",
    "hands": "hands, modelled and lit: fists, open, pointing",
    "edges": "dark edges of sheets and bars across the picture",
    "letters of other scripts": "Greek and Cyrillic letters, without those like a digit (Ο, Ι, Ζ, θ, σ, Ч)",
    "newspaper page": "a newspaper page",
}
"""The same, of photographs without a digit."""
PEERS = {"glassnet": "glassnet", "tesseract": "tesseract", "rapidocr": "RapidOCR"}


def main() -> None:
    result = machine.read("read")
    machine.write_into(PAGE, "read_page.py", lines(result) if result else ["Not measured yet."])


def lines(result: dict[str, Any]) -> Iterator[str]:
    """Return the tables: generated photographs, others, beside peers, speed."""
    sys.path.insert(0, str(ROOT / "tests"))
    from read_scores import together

    groups = result["generated"]
    yield "| generated photographs | digits | right and sure | right | wrong and sure |"
    yield "|---|---|---|---|---|"
    for group, title in GROUPS.items():
        yield scored(title, vars(together(groups[group].values())))
    yield ""
    yield "| generated photographs without a digit | photographs | surely a digit |"
    yield "|---|---|---|"
    for group, title in NONE.items():
        if group not in groups:  # of an earlier measurement
            continue
        one = together(groups[group].values())
        yield row(title, one.photographs, one.surely_digits)
    if "things" in result:
        one = result["things"]
        yield row("parts of photographs of a temple, a flower and a person", one["photographs"], one["surely_digits"])
    yield ""
    yield "| printed forms | digits | right and sure | right | wrong and sure |"
    yield "|---|---|---|---|---|"
    for style, one in result.get("forms", {}).items():
        yield scored(style, one)
    yield ""
    yield hardest(groups)
    yield ""
    yield "| other pictures | digits | right and sure | right | wrong and sure |"
    yield "|---|---|---|---|---|"
    yield scored("digits of 43 people, scanned and reduced to 8 × 8 counts, enlarged", result["scanned"])
    for group, one in result.get("taken", {}).items():
        if one["digits"]:
            yield scored(f"photographs that were taken, {group}", one)
    train = vars(together(result["canvas_glassnet_train"].values()))
    yield scored("the 280 × 280 above, read with the network of `glassnet train`", train)
    yield ""
    yield from beside(result["peers"])
    yield ""
    yield from speed(result["speed"])


def hardest(groups: dict[str, Any]) -> str:
    """Name the kinds with the fewest digits right and sure."""
    kinds: list[tuple[float, str]] = []
    for group in ("kinds, MNIST", "kinds, other hands", "forms", "crops"):
        for kind, one in groups[group].items():
            kinds.append((one["right_and_sure"] / one["digits"], f"{kind} ({group.removeprefix('kinds, ')})"))
    low = [(part, name) for part, name in sorted(kinds) if part < 1][:6]
    if not low:
        return "No kind has a digit that is not right and sure."
    return f"The hardest kinds: {', '.join(f'{name} {part:.0%}' for part, name in low)}."


def beside(peers: dict[str, Any]) -> Iterator[str]:
    """Return the table of recognisers on the same photographs."""
    measured = {name: one for name, one in peers.items() if name in PEERS}
    one = measured["glassnet"]
    pages = f"edits for the {one['page_digits']} digits of pages"
    yield f"| the same photographs | right, of {one['singles']} single digits | {pages} | ms, single | ms, page |"
    yield "|---|---|---|---|---|"
    for name, own in measured.items():
        title = f"{PEERS[name]} {own['version']}"
        yield row(title, own["singles_right"], own["page_edits"], f"{own['single_ms']:.0f}", f"{own['page_ms']:.0f}")
    for name in peers["not installed"]:
        yield row(PEERS[name], "not installed", "", "", "")


def speed(result: dict[str, Any]) -> Iterator[str]:
    """Return the table of seconds beside those of the earlier commit, and the peak memory."""
    yield f"| `glassnet read`, besides start | seconds | ratio to commit {result['commit'][:7]} |"
    yield "|---|---|---|"
    for name, one in result["tasks"].items():
        yield row(name, f"{one['seconds']['now']:.2f}", f"{one['new_over_old']:.2f}")
    peak = result["peak_mib_24_mp"]
    yield row("peak memory at 24 MP", f"{peak['now']:.0f} MiB", f"{peak['now'] / peak['before']:.2f}")


def scored(title: str, one: dict[str, int]) -> str:
    shares = [f"{one[name] / one['digits']:.1%}" for name in ("right_and_sure", "right")]
    return row(title, one["digits"], *shares, one["wrong_and_sure"])


def row(title: str, *cells: object) -> str:
    return f"| {' | '.join(map(str, (title, *cells)))} |"


if __name__ == "__main__":
    main()
