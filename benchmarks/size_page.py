"""Write the results of `size.py` into docs/installed-size.md, from benchmarks/results/size.json."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import machine

PAGE = Path(__file__).resolve().parents[1] / "docs" / "installed-size.md"

PARTS: dict[str, tuple[tuple[str, ...], str, str]] = {
    "Numba": (
        ("numba", "llvmlite"),
        "the compiled engine: nearly every training run, and `glassnet.compiled`",
        "llvmlite contains the LLVM compiler. Compiled kernels delivered in a wheel would need one for each kind of "
        "processor, Python and NumPy",
    ),
    "polars": (
        ("polars", "polars-runtime-32"),
        "every CSV file and table: `train people.csv`, the notes' `mnist_train.csv`, rows for `query`",
        "the README's second kind of command needs it. pandas would take half the space, but 1.7 times the time for "
        "the notes' CSV file",
    ),
    "SciPy": (
        ("scipy",),
        "`expit` of sigmoid layers, BLAS for Numba, filters for photos of handwriting",
        "training needs the first two. Another `expit` would change the bits of every model",
    ),
    "matplotlib": (
        ("matplotlib", "fonttools", "contourpy", "kiwisolver", "pyparsing", "cycler", "python-dateutil", "packaging"),
        "the three plots of every training run, those of `explain` and `labels`, and the reports",
        "plots are drawn by default, and the notes draw with it too",
    ),
    "NumPy": (("numpy",), "all arrays", "everything needs it"),
    "Pillow": (("pillow",), "images of `query`, `read` and class folders; matplotlib", "matplotlib needs it anyway"),
    "glassnet": (
        ("glassnet",),
        "MNIST (11 MiB), the digit reader (4 MiB), a font for Chinese plots (0.8 MiB), the program",
        "without the data, the first command would need a download",
    ),
    "Rich": (
        ("rich", "pygments", "markdown-it-py", "mdurl"),
        "the progress bar, the tables of `explain`",
        "both are in the first minutes of a learner",
    ),
}
"""Part -> its distributions, what it is for, and why it is required."""
OTHERS = ("others", "the command line (Click), pages (Jinja), model files (safetensors), encodings, BLAS threads")


def main() -> None:
    machine.write_into(PAGE, "size_page.py", lines(machine.read("size")))


def lines(result: dict[str, Any]) -> list[str]:
    """Return the lines of the table, the largest part first, and the sum."""
    sizes = {name.lower(): (one["files"] / 2**20, one["byte code"] / 2**20) for name, one in result.items()}
    rows: list[tuple[str, float, float, str, str]] = []
    for part, (names, purpose, reason) in PARTS.items():
        files, code = _taken(sizes, names)
        rows.append((part, files, code, purpose, reason))
    rows.sort(key=lambda row: -row[1] - row[2])
    left = _taken(sizes, tuple(sizes))
    rows.append((OTHERS[0], *left, OTHERS[1], "together 5 MiB"))
    table = ["| part | MiB | byte code, MiB | what for | why it is required |", "| --- | --- | --- | --- | --- |"]
    table += [f"| {part} | {files:.1f} | {code:.1f} | {what} | {why} |" for part, files, code, what, why in rows]
    files, code = (sum(row[k] for row in rows) for k in (1, 2))
    table.append(f"| all | {files:.0f} | {code:.0f} | together {files + code:.0f} MiB, as pip leaves it | |")
    return table


def _taken(sizes: dict[str, tuple[float, float]], names: tuple[str, ...]) -> tuple[float, float]:
    """Remove distributions from `sizes`, and return the sum of theirs."""
    taken = [sizes.pop(name, (0.0, 0.0)) for name in names]
    return sum(one[0] for one in taken), sum(one[1] for one in taken)


if __name__ == "__main__":
    main()
