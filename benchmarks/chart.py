"""Draw docs/pictures/benchmarks.png and its Chinese twin: the time of each library divided by that of glassnet.

The figures are those of docs/benchmarks.md, from benchmarks/results/*.json. They are kept in the image as well, so that
a test finds an outdated one.

    python benchmarks/chart.py
"""

from __future__ import annotations

import io
import json
import math
import re
from pathlib import Path
from typing import Any

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.ticker import FixedLocator, FuncFormatter, NullLocator
from PIL import Image
from PIL.PngImagePlugin import PngInfo

from glassnet.plots.fonts import FAMILY, set_fonts
from rows import PEERS, ROWS, Row, rows_of, times

FOLDER = Path(__file__).resolve().parents[1] / "docs" / "pictures"
FILES = ("benchmarks.png", "benchmarks.zh.png")
LEFT_OUT = {("notes_class", 1), ("install", 1)}
"""Rows that are not drawn: a second condition of the same step, and a size."""

MARKS = {
    "NumPy": ("o", "#000000"),
    "JAX": ("s", "#0072B2"),
    "PyTorch": ("^", "#D55E00"),
    "Keras": ("D", "#009E73"),
    "scikit-learn": ("v", "#CC79A7"),
}
"""Library -> marker and colour (Okabe & Ito 2008). Of the others, the fastest is drawn and named next to its marker."""

OTHER = ("P", "#777777")
FEWER_DIGITS = {"torch-bfloat16": "PyTorch, bfloat16"}
"""A form with fewer digits, which does not count as its library -> its name beside the marker."""

TITLE = "Time of each library relative to glassnet", "各库用时与 glassnet 用时之比"
AXIS = (
    "time of the library / time of glassnet (logarithmic; right of 1×: glassnet is faster)",
    "该库用时 / glassnet 用时（对数刻度；1× 右侧：glassnet 更快）",
)
FASTEST = "fastest\npeer", "最快的\n对比库"
ONE_ROW_APART = 0.045
"""Markers whose logarithms are closer than this are moved up and down."""


def main() -> None:
    for language, name in enumerate(FILES):
        drawn, kept = io.BytesIO(), PngInfo()
        draw(language).savefig(drawn, dpi=100)
        kept.add_text("Description", json.dumps(ratios()))
        # With all colours of blurred edges, the file would have twice the size.
        Image.open(drawn).convert("RGB").quantize(32, Image.Quantize.MAXCOVERAGE, dither=Image.Dither.NONE).save(
            FOLDER / name, optimize=True, pnginfo=kept
        )


def ratios() -> list[dict[str, float]]:
    """Return, for each row that is drawn, the smallest ratio of every library."""
    found = []
    for row in drawn_rows():
        best: dict[str, float] = {}
        for name in row.sides.keys() - row.unfit:
            library, ratio = FEWER_DIGITS.get(name, PEERS[name].package), row.sides[name]["median"] / row.own["median"]
            best[library] = min(ratio, best.get(library, ratio))
        others = sorted(best.keys() - MARKS.keys(), key=lambda library: best[library])
        found.append({library: round(best[library], 3) for library in (*filter(best.get, MARKS), *others[:1])})
    return found


def drawn_rows() -> list[Row]:
    return [row for name in ROWS for number, row in enumerate(rows_of(name)) if (name, number) not in LEFT_OUT]


def draw(language: int) -> Figure:
    found, titles = (
        ratios(),
        [
            re.sub(r", (?=without|from)|，(?=从)| (?=\(`from)|(?=（`from)", "\n", row.title[language]).replace("`", "")
            for row in drawn_rows()
        ],
    )
    figure = Figure(figsize=(9, 6.2), facecolor="white")
    axes = figure.add_axes((0.385, 0.105, 0.525, 0.76))
    for height, by_library in enumerate(found):
        axes.plot([1, max(by_library.values())], [height, height], color="#DDDDDD", linewidth=1, zorder=1)
        for library, ratio, offset in spread(by_library):
            marker, colour = MARKS.get(library, OTHER)
            axes.plot(ratio, height + offset, marker, color=colour, markersize=8, markeredgecolor="white", zorder=3)
            if library not in MARKS:
                style: Any = {"textcoords": "offset points", "ha": "center", "fontsize": 8.5, "color": "#555555"}
                axes.annotate(library, (ratio, height + offset), (0, -15 if offset >= 0 else 7), **style)
        right = axes.get_yaxis_transform()
        axes.text(1.08, height, times(min(by_library.values())), transform=right, ha="center", va="center", fontsize=10)
    axes.text(1.08, -0.75, FASTEST[language], transform=right, ha="center", va="bottom", fontsize=9, color="#555555")
    axes.axvline(1, color="black", linewidth=1.5, zorder=2)
    axes.set_yticks(range(len(titles)), titles, fontsize=10)
    axes.set_ylim(len(titles) - 0.3, -0.6)
    set_scale(axes)
    axes.set_xlabel(AXIS[language], fontsize=10, x=0.32)
    figure.text(0.02, 0.955, TITLE[language], fontsize=13)
    handles = [Line2D([], [], linestyle="", marker=mark, color=colour, markersize=8) for mark, colour in MARKS.values()]
    figure.legend(handles, list(MARKS), loc="upper left", bbox_to_anchor=(0.375, 0.945), ncols=5, frameon=False,
                  fontsize=9.5, handletextpad=0.1, columnspacing=1.2)  # fmt: skip
    set_fonts(axes)
    for text in figure.texts:
        text.set_fontfamily([*text.get_fontfamily(), FAMILY])
    return figure


def spread(by_library: dict[str, float]) -> list[tuple[str, float, float]]:
    """Return each library with its ratio and how far its marker is moved down, so that close markers stay visible."""
    placed: list[tuple[str, float, float]] = []
    for library, ratio in sorted(by_library.items(), key=lambda one: one[1]):
        close = placed and math.log10(ratio / placed[-1][1]) < ONE_ROW_APART
        placed.append((library, ratio, (-0.22 if placed[-1][2] > 0 else 0.22) if close else 0.0))
    return placed


def set_scale(axes: Axes) -> None:
    axes.set_xscale("log")
    axes.set_xlim(0.1, 150)
    axes.xaxis.set_major_locator(FixedLocator([0.2, 0.5, 1, 2, 5, 10, 20, 50, 100]))
    axes.xaxis.set_minor_locator(NullLocator())
    axes.xaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:g}×"))
    axes.grid(axis="x", color="#EEEEEE")
    axes.set_axisbelow(True)
    axes.tick_params(axis="y", length=0)
    for side in ("top", "right", "left"):
        axes.spines[side].set_visible(False)


if __name__ == "__main__":
    main()
