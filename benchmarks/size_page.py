"""Write the results of `size.py` into docs/benchmarks.md and its translation, from benchmarks/results/size.json."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import machine

PAGES = Path(__file__).resolve().parents[1] / "docs"
PARTS: dict[str, tuple[str, ...]] = {
    "Numba": ("numba", "llvmlite"),
    "polars": ("polars", "polars-runtime-32"),
    "SciPy": ("scipy",),
    "matplotlib": (
        "matplotlib", "fonttools", "contourpy", "kiwisolver", "pyparsing", "cycler", "python-dateutil", "packaging",
    ),
    "NumPy": ("numpy",),
    "glassnet": ("glassnet",),
    "Pillow": ("pillow",),
    "Rich": ("rich", "pygments", "markdown-it-py", "mdurl"),
}  # fmt: skip
"""Part -> its distributions, the one that glassnet imports first."""
SIZES = ("download", "files", "byte code")
HEAD = (
    "| part | download, MiB | disk, MiB | of that byte code | import, s | commands that load it |",
    "| 部分 | 下载，MiB | 磁盘，MiB | 其中字节码 | 导入，秒 | 加载它的命令 |",
)
OTHERS, ALL, EVERY = ("others", "其他"), ("all", "合计"), ("all", "全部")
WITHOUT = (
    "An installation without Numba would have {Numba:.0f} MiB, without polars {polars:.0f}, without SciPy {SciPy:.0f}, "
    "without matplotlib {matplotlib:.0f}.",
    "没有 Numba 时为 {Numba:.0f} MiB，没有 polars 时为 {polars:.0f} MiB，没有 SciPy 时为 {SciPy:.0f} MiB，"
    "没有 matplotlib 时为 {matplotlib:.0f} MiB。",
)


def main() -> None:
    result = machine.read("size")
    for language, ending in enumerate((".md", ".zh-CN.md")):
        machine.write_into(PAGES / f"benchmarks{ending}", "size_page.py", lines(result, language) if result else [])


def lines(result: dict[str, Any], language: int) -> Iterator[str]:
    """Return the table, the largest part first, and what an installation without a part would have."""
    sizes = {name.lower(): {kind: one[kind] / 2**20 for kind in SIZES} for name, one in result["sizes"].items()}
    named = {name for names in PARTS.values() for name in names}
    parts = {part: total(sizes, names) for part, names in PARTS.items()}
    start = result["python"]["median"]
    commands = {command: {name.lower() for name in used} for command, used in result["commands"].items()}
    yield HEAD[language]
    yield "|---|---|---|---|---|---|"
    for part, one in sorted(parts.items(), key=lambda item: -item[1]["files"] - item[1]["byte code"]):
        first = PARTS[part][0]
        seconds = f"{result['imports'][first]['median'] - start:.2f}"
        users = [f"`{command}`" for command, used in commands.items() if first in used]
        yield row(part, one, seconds, EVERY[language] if len(users) == len(commands) else ", ".join(users))
    yield row(OTHERS[language], total(sizes, set(sizes) - named), "", "")
    whole = total(sizes, sizes)
    yield row(ALL[language], whole, "", "")
    yield ""
    disk = whole["files"] + whole["byte code"]
    yield WITHOUT[language].format_map({part: disk - one["files"] - one["byte code"] for part, one in parts.items()})


def total(sizes: dict[str, dict[str, float]], names: Any) -> dict[str, float]:
    """Return the sums of the sizes of distributions."""
    return {kind: sum(sizes[name][kind] for name in names) for kind in SIZES}


def row(part: str, one: dict[str, float], seconds: str, users: str) -> str:
    disk = one["files"] + one["byte code"]
    return f"| {part} | {one['download']:.1f} | {disk:.1f} | {one['byte code']:.1f} | {seconds} | {users} |"


if __name__ == "__main__":
    main()
