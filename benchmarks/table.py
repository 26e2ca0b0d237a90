"""Write the table of results into the two READMEs, from benchmarks/results/*.json and nothing else.

A benchmark that has not been run has no rows. Where a peer is faster, its row says so.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

HERE = Path(__file__).resolve().parent
BLOCK = re.compile(r"(<!-- results: written by benchmarks/table.py -->\n).*?(<!-- end of results -->)", re.DOTALL)

Both = tuple[str, str]
Rows = list[tuple[Both, Both]]

NAMES: dict[str, Both] = {
    "jax": ("JAX", "JAX"),
    "torch": ("PyTorch", "PyTorch"),
    "torch-compiled": ("PyTorch, `torch.compile`", "PyTorch,`torch.compile`"),
    "keras": ("Keras, backend JAX", "Keras(JAX 后端)"),
    "scikit-learn": ("scikit-learn `MLPClassifier`", "scikit-learn `MLPClassifier`"),
    "numpy-by-hand": ("NumPy by hand", "手写 NumPy"),
    "onnxruntime": ("onnxruntime", "onnxruntime"),
    "pandas-pyarrow": ("pandas, engine pyarrow", "pandas,pyarrow 引擎"),
    "notes-program": ("the notes' program", "笔记的程序"),
    "jax-scan": ("JAX, `lax.scan`", "JAX,`lax.scan`"),
    "jax-blocked": ("JAX, the same with deferred writes", "JAX,延迟写入的等价形式"),
}


def main() -> None:
    found = {name: kept for name in TABLES if (kept := load(name))}
    facts = [row for name, kept in found.items() for row in TABLES[name](kept["result"])]
    if not facts:
        return
    for name, column in (("README.md", 0), ("README.zh-CN.md", 1)):
        path = HERE.parent / name
        lines = ["| measured | |", "|---|---|"] if column == 0 else ["| 实测 | |", "|---|---|"]
        lines += [f"| {texts[column]} | {values[column]} |" for texts, values in facts]
        lines += ["", remark(found, column), ""]
        text = path.read_text(encoding="utf-8")
        written = BLOCK.sub(lambda block, lines=lines: block[1] + "\n".join(lines) + block[2], text)
        path.write_text(written, encoding="utf-8")


def load(name: str) -> dict[str, Any] | None:
    path = HERE / "results" / f"{name}.json"
    return json.loads(path.read_text(encoding="utf-8")) if path.exists() else None


def accuracy_rows(result: dict[str, Any]) -> Rows:
    names: dict[str, Both] = {
        "notes": ("test accuracy, recipe `notes`, ten seeds", "测试准确率,配方 `notes`,十个种子"),
        "notes-code": ("… recipe `notes-code`", "……配方 `notes-code`"),
        "notes-program": ("… the notes' program itself", "……笔记的程序本身"),
    }
    return [
        (texts, same(f"{result[name]['mean']:.2%} ({result[name]['min']:.2%} to {result[name]['max']:.2%})"))
        for name, texts in names.items()
    ]


def recipe_rows(result: dict[str, Any]) -> Rows:
    rows: Rows = []
    for name, one in result.items():
        took, best = one["train seconds"], max(one["members"])
        text = f"{one['accuracy']:.2%} in {took:.0f} s", f"{one['accuracy']:.2%},{took:.0f} s"
        if len(one["members"]) > 1:
            text = f"{text[0]}; its best member {best:.2%}", f"{text[1]};最好的成员 {best:.2%}"
        rows.append(((f"test accuracy, recipe `{name}`, one run", f"测试准确率,配方 `{name}`,一次训练"), text))
    return rows


def sample_rows(result: dict[str, Any]) -> Rows:
    own = result["glassnet"]
    rows = [(("one epoch, one example at a time, one core", "一轮逐样本训练,单核"), same(seconds(own)))]
    return rows + [peer_row(name, result[name], own) for name in ("notes-program", "jax-scan", "jax-blocked")]


def process_rows(result: dict[str, Any]) -> Rows:
    bundled, csv, first = result["bundled data"], result["two CSV files"], result["first run ever"]
    extra = result["import glassnet"]["exit"]["median"] - result["import numpy"]["exit"]["median"]
    start: Both = ("`glassnet train`, from return to the result", "`glassnet train`,从回车到结果")
    notes = {"median": result["notes-program, two CSV files"]["exit"]}
    return [
        (start, same(seconds(bundled["result on screen"]))),
        (("… to the pictures and the end", "……到图画完并结束"), same(seconds(bundled["exit"]))),
        (("… the first run ever, loops compiled", "……首次运行,含编译"), same(f"{first['result on screen']:.1f} s")),
        (("… peak memory", "……内存峰值"), same(f"{bundled['peak MiB']['median']:.0f} MiB")),
        (("`glassnet train` on the 109 MB CSV", "`glassnet train` 读取 109 MB 的 CSV"), same(seconds(csv["exit"]))),
        peer_row("notes-program", notes, csv["exit"]),
        (("`import glassnet`, beyond NumPy's own", "`import glassnet`,NumPy 之外"), same(f"{extra:.2f} s")),
    ]


def epoch_rows(result: dict[str, Any]) -> Rows:
    rows: Rows = []
    for hidden, sides in result.items():
        own = sides["glassnet"]["seconds"]
        title = f"one epoch in batches of 128, {hidden} hidden nodes", f"一轮训练,批量 128,{hidden} 个隐藏节点"
        rows.append((title, same(seconds(own))))
        rows += [peer_row(name, side["seconds"], own) for name, side in sides.items() if name != "glassnet"]
    return rows


def target_rows(result: dict[str, Any]) -> Rows:
    """Rows of the time to an accuracy; a side whose median accuracy falls short of it is not compared by its time."""
    rows: Rows = []
    for target, sides in result.items():
        own = sides["glassnet"]
        title = f"training to {target} % on the test digits, compiling apart", f"训练到测试准确率 {target} %,不含编译"
        rows.append((title, reached(own)))
        for name, side in sides.items():
            if name != "glassnet":
                both = own["reached"] and side["reached"]
                more = compared(side["seconds"]["median"], own["seconds"]["median"]) if both else ("", "")
                english, chinese = reached(side)
                rows.append((label(name), (english + more[0], chinese + more[1])))
    return rows


def reached(side: dict[str, Any]) -> Both:
    text = f"{seconds(side['seconds'])}, {side['accuracy']['median']:.2%}"
    return same(text) if side["reached"] else (f"{text}: not reached", f"{text}:未达到")


def query_rows(result: dict[str, Any]) -> Rows:
    rows: Rows = []
    for key, unit, texts in (
        ("one, µs", "µs", ("asking for one digit, 200 hidden nodes", "询问一个数字,200 个隐藏节点")),
        ("10,000, ms", "ms", ("asking for 10,000 at once", "一次询问 10,000 个")),
    ):
        own = result["glassnet"][key]
        rows.append((texts, same(amount(own, unit))))
        rows += [peer_row(name, side[key], own, unit) for name, side in result.items() if name != "glassnet"]
    return rows


def loading_rows(result: dict[str, Any]) -> Rows:
    own = result["glassnet"]
    return [
        (("reading the bundled MNIST", "读取内置 MNIST"), same(seconds(result["glassnet-bundled"]))),
        (("reading the 109 MB CSV", "读取 109 MB 的 CSV"), same(seconds(own))),
        *(peer_row(name, side, own) for name, side in result.items() if not name.startswith("glassnet")),
    ]


def install_rows(result: dict[str, Any]) -> Rows:
    own = result["glassnet"]
    rows: Rows = [
        (("importing, a whole process", "导入所需时间(整个进程)"), same(seconds(own["import"]))),
        *(peer_row(name, result[name]["import"], own["import"]) for name in result if name in NAMES),
        (("installed, with all it needs", "安装后大小(含依赖)"), same(f"{own['size MiB']:.0f} MiB")),
    ]
    for name in result:
        if name in NAMES:
            size = result[name]["size MiB"]
            less = size < own["size MiB"]
            text = f"{size:.0f} MiB"
            rows.append(
                (label(name), (f"{text}: smaller than glassnet", f"{text}:比 glassnet 小") if less else same(text))
            )
    return rows


def augment_rows(result: dict[str, Any]) -> Rows:
    rate = result["pictures a second"]
    text = f"{rate['median']:,.0f} ({rate['min']:,.0f} to {rate['max']:,.0f})"
    return [(("distorted pictures a second, everything on", "每秒生成的变形图片(全部变形)"), same(text))]


def denormal_rows(result: dict[str, Any]) -> Rows:
    names: dict[str, Both] = {
        "adam": ("ten epochs of Adam: the last one's time over the first's", "Adam 十轮:末轮与首轮用时之比"),
        "notes, two hidden layers": ("… of recipe `notes`, 200 and 100 nodes", "……配方 `notes`,200 与 100 个节点"),
    }
    return [(texts, same(f"{result[name]['last / first']:.2f}")) for name, texts in names.items()]


def neighbour_rows(result: dict[str, Any]) -> Rows:
    rows: Rows = []
    for count in (1, 2):
        one = result[f"{count} threads"]
        texts = (
            f"beside a busy process, {count} thread{'s' * (count > 1)}",
            f"旁边有繁忙进程时,{count} 线程",
        )
        lost, taken = max(one["lost"], 0), one["taken"]["median"]
        rows.append(
            (texts, (f"{lost:.0%} slower; it took {taken:.0%} of the cores", f"慢 {lost:.0%};它占用 {taken:.0%}"))
        )
    return rows


TABLES: dict[str, Callable[[dict[str, Any]], Rows]] = {
    "accuracy": accuracy_rows,
    "recipes": recipe_rows,
    "per_sample": sample_rows,
    "batch_epoch": epoch_rows,
    "time_to": target_rows,
    "query": query_rows,
    "whole_process": process_rows,
    "loading": loading_rows,
    "install": install_rows,
    "augment": augment_rows,
    "denormals": denormal_rows,
    "neighbour": neighbour_rows,
}
"""Name of a result -> its rows, in the order of the table."""


def same(text: str) -> Both:
    return text, text


def label(name: str) -> Both:
    english, chinese = NAMES.get(name, (name, name))
    return f"… {english}", f"……{chinese}"


def peer_row(name: str, side: dict[str, Any], own: dict[str, Any], unit: str = "s") -> tuple[Both, Both]:
    english, chinese = compared(side["median"], own["median"])
    text = amount(side, unit)
    return label(name), (text + english, text + chinese)


def compared(side: float, own: float) -> Both:
    """Say who is faster, and how much; a twentieth is no difference."""
    if abs(side - own) < 0.05 * own:
        return ": as fast as glassnet", ":与 glassnet 相当"
    if side < own:
        return f": **faster than glassnet**, {own / side:.2g} times", f":**比 glassnet 快**,{own / side:.2g} 倍"
    times = f"{side / own:.0f}" if side >= 10 * own else f"{side / own:.1f}"
    return f": glassnet is {times} times as fast", f":glassnet 快 {times} 倍"


def amount(summary: dict[str, Any], unit: str) -> str:
    """Write a median with its range, with as many digits as it takes to tell them apart."""
    digits = 1 if unit == "µs" or summary["median"] >= 10 else 2
    median = f"{summary['median']:.{digits}f} {unit}"
    if summary.get("runs", 1) == 1:
        return median
    return f"{median} ({summary['min']:.{digits}f} to {summary['max']:.{digits}f})"


def seconds(summary: dict[str, Any]) -> str:
    return amount(summary, "s")


def remark(found: dict[str, dict[str, Any]], column: int) -> str:
    """Name the machine, and every package by its version; of several machines, what was measured on which."""
    machines = [kept["machine"] for kept in found.values()]
    measured: dict[str, list[str]] = {}
    for name, kept in found.items():
        measured.setdefault(f"{kept['machine']['processor']}, {kept['machine']['cores']} cores", []).append(name)
    processors = "; ".join(
        f"{one} ({', '.join(names)})" if len(measured) > 1 else one for one, names in measured.items()
    )
    pythons = ", ".join(dict.fromkeys(one["python"] for one in machines))
    packages = dict.fromkeys(
        f"{name} {number}" for one in machines for name, number in one["packages"].items() if number
    )
    where = f"{processors}, Python {pythons}, {', '.join(packages)}"
    return (
        f"Medians (and range), {where}; each row from one run, by `make bench`.",
        f"中位数(及范围);{where};每行出自同一次运行,由 `make bench` 得出。",
    )[column]


if __name__ == "__main__":
    main()
