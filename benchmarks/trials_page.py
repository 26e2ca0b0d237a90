"""Write the results of `trials.py` into docs/benchmarks.md and its translation, from benchmarks/results/trials.json."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import machine

PAGES = Path(__file__).resolve().parents[1] / "docs"
NAMES = {"glassnet": "glassnet.search", "sklearn": "HalvingRandomSearchCV", "torch": "Optuna + PyTorch"}
DATA = {
    "digits": ("{samples:,} digits, 784 inputs", "{samples:,} 个数字，784 个输入"),
    "rows": ("{samples:,} rows of 20 columns", "{samples:,} 行 20 列"),
}
HEAD = (
    "| data | method | 1 core: trials a minute | 2 cores | ratio | epochs of all trials | test accuracy |",
    "| 数据 | 方法 | 单核：每分钟试验数 | 双核 | 倍数 | 所有试验的轮数 | 测试准确率 |",
)


def main() -> None:
    result = machine.read("trials")
    for language, ending in enumerate((".md", ".zh-CN.md")):
        machine.write_into(PAGES / f"benchmarks{ending}", "trials_page.py", lines(result, language) if result else [])


def lines(result: dict[str, Any], language: int) -> Iterator[str]:
    """Return the table: a row for each data set and method."""
    given = result["settings"]
    yield HEAD[language]
    yield "|---|---|---|---|---|---|---|"
    for data, titles in DATA.items():
        title = titles[language].format(samples=given["samples"][data])
        for name, shown in NAMES.items():
            if found := result[data].get(name):
                one, two = (found[cores]["trials_per_minute"] for cores in ("1", "2"))
                tests = [value for cores in found.values() for value in cores["test"]["values"]]
                ratio = two["median"] / one["median"]
                accuracy = f"{100 * min(tests):.1f}–{100 * max(tests):.1f}%"
                epochs = f"{found['1']['epochs']['median']:,.0f}"
                cells = [title, shown, rate(one), rate(two), f"{ratio:.2f}", epochs, accuracy]
                yield f"| {' | '.join(cells)} |"


def rate(found: dict[str, Any]) -> str:
    """Format trials a minute: the median and the range."""
    return f"{found['median']:,.0f} ({found['min']:,.0f}–{found['max']:,.0f})"


if __name__ == "__main__":
    main()
