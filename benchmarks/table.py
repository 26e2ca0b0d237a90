"""Write the results into docs/benchmarks.md and four of them into the README, in both languages.

Every figure comes from benchmarks/results/*.json. A benchmark that has not been run has no row.

    python benchmarks/table.py
"""

from __future__ import annotations

import math
import re
import textwrap
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

import machine
from glassnet.training.numerics import NUMERICS
from rows import ACCURACIES, ALONE, PEERS, ROWS, Both, Facts, Row, figure, load, rows_of, times, with_range

PAGES = Path(__file__).resolve().parent.parent
BLOCK = re.compile(r"(<!-- results: written by benchmarks/table.py -->\n).*?(<!-- end of results -->)", re.DOTALL)

TABLES: tuple[tuple[Both, tuple[str, ...]], ...] = (
    (("Training", "训练"), ("per_sample", "notes_class", "batch_epoch", "time_to")),
    (("Prediction", "预测"), ("query",)),
    (("Files, start-up and disk space", "文件、启动与磁盘空间"), ("loading", "whole_process", "install")),
)
"""Headings, and the results in the table of each."""

BRIEF = (("per_sample", 0), ("batch_epoch", 0), ("time_to", 1), ("query", 0))
"""The rows of the README: a result, and which of its rows."""


def main() -> None:
    for language, ending in enumerate((".md", ".zh-CN.md")):
        page, readme = PAGES / f"docs/benchmarks{ending}", PAGES / f"README{ending}"
        write_block(page, page_lines(language))
        write_block(readme, brief_lines(language))
        if first := machine.read("first_runs"):
            machine.write_into(page, "first_runs.py", first_runs_table(first, language))
            machine.write_into(readme, "first_runs.py", first_runs_sentence(first, language))


def write_block(path: Path, lines: Iterable[str]) -> None:
    page = path.read_text(encoding="utf-8")
    text = "\n".join([*lines, ""])
    path.write_text(BLOCK.sub(lambda block: block[1] + text + block[2], page), encoding="utf-8")


def page_lines(language: int) -> Iterator[str]:
    """Return the lines of a benchmark page."""
    yield from ("", LEGEND[language])
    yield from ("", f"## {('Where others are better', '对比库更好的地方')[language]}", "", *better(language))
    for title, names in TABLES:
        if rows := [row for name in names for row in rows_of(name)]:
            yield from ("", f"## {title[language]}", "", *comparison(rows, language))
    for title, facts in (
        (("Accuracy", "准确率"), ACCURACIES),
        (("glassnet alone", "glassnet 自身"), ALONE),
    ):
        yield from ("", f"## {title[language]}", "", *fact_table(facts, language))
    if tables := machine.read("tables"):
        yield from ("", f"## {('Tables', '表格')[language]}", "", *tables_section(tables, language))
    yield from ("", f"## {('Settings of each library', '各库的设置')[language]}", "", *settings(language))
    yield from ("", f"## {('Machines and versions', '机器与版本')[language]}", "", *provenance(language), "")


LEGEND: Both = (
    "The figures are medians, with the range in parentheses. *n*× means that the library needs *n* times the time or "
    "disk space of glassnet; **bold** marks a library that needs less than glassnet. Accuracies are those on the "
    "10,000 test digits of MNIST. Each row comes from one run on one machine with two cores.",
    "数值为中位数，括号内为范围。*n*× 表示该库的用时或占用是 glassnet 的 *n* 倍；**粗体**表示该库更少。准确率均在 "
    "MNIST 的 10,000 个测试数字上测得。每行的数据出自同一台双核机器上的同一次运行。",
)


def brief_lines(language: int) -> Iterator[str]:
    """Return the lines for the README: four comparisons, each with the fastest peer."""
    yield line_of(
        [("measured", "实测")[language], "glassnet", *(("best peer", "ratio"), ("最快的对比库", "倍数"))[language]]
    )
    yield line_of(["---"] * 4)
    for name, number in BRIEF:
        if rows := rows_of(name):
            row = rows[number]
            best = min(row.sides.keys() - row.unfit, key=lambda side: row.sides[side]["median"])
            peer = f"{PEERS[best].name(language)}: {figure(row.sides[best]['median'], row.unit)}"
            peer = peer.replace(": ", "：") if language else peer
            ratio = times(row.sides[best]["median"] / row.own["median"])
            yield line_of([row.title[language], figure(row.own["median"], row.unit), peer, ratio])
    yield ""
    yield (
        "Medians on two cores, each library with its best known settings. "
        "[Where others are better](docs/benchmarks.md#where-others-are-better).",
        "双核机器上的中位数，各库均用已知最佳设置。[对比库更好的地方](docs/benchmarks.zh-CN.md#对比库更好的地方)。",
    )[language]


def line_of(texts: Iterable[str]) -> str:
    return "| " + " | ".join(texts) + " |"


def comparison(rows: list[Row], language: int) -> Iterator[str]:
    """Return a table with one column per library; libraries that are in few of the rows share the last column."""
    libraries = list(
        dict.fromkeys(peer.package for name, peer in PEERS.items() if any(name in row.sides for row in rows))
    )
    others = [name for name in libraries if name in OTHERS]
    columns = [[name] for name in libraries if name not in OTHERS] + [others] * bool(others)
    titles = [("others", "其他")[language] if len(column) > 1 else column[0] for column in columns]
    yield line_of([("measured", "实测")[language], "glassnet", *titles])
    yield line_of(["---"] * (2 + len(columns)))
    for row in rows:
        own = with_range(row.own, row.unit) + row.remarks.get("glassnet", "")
        cells = [
            "<br>".join(
                cell(row, name, language, len(column) > 1) for name in row.sides if PEERS[name].package in column
            )
            for column in columns
        ]
        yield line_of([row.title[language], own, *cells])


OTHERS = ("onnxruntime", "polars", "pandas", "pyarrow")


def cell(row: Row, name: str, language: int, named: bool) -> str:
    """Write a peer's figure, after what the title of its column does not say."""
    side, peer = row.sides[name], PEERS[name]
    text = figure(side["median"], row.unit) + row.remarks.get(name, "")
    if name in row.unfit:
        text += (", not reached", "，未达到")[language]
    else:
        ratio = side["median"] / row.own["median"]
        text += f", {times(ratio)}"
        if ratio < 1:
            text = f"**{text}**"
    label = peer.name(language) if named else peer.variant[language] if peer.variant else ""
    return f"{label} {text}".replace("） ", "）").strip()


def better(language: int) -> Iterator[str]:
    """Return a table of what other libraries do better, or need less for."""
    yield line_of((("measured", "glassnet", "others"), ("实测", "glassnet", "其他库"))[language])
    yield line_of(["---"] * 3)
    if tables := machine.read("tables"):
        yield from better_on_tables(tables, language)
    for row in (row for name in ROWS for row in rows_of(name)):
        less = {name: one["median"] for name, one in row.sides.items() if one["median"] < row.own["median"]}
        less = {name: value for name, value in less.items() if name not in row.unfit}
        yield from row_of_better(row.title, row.own["median"], less, row.unit, language)
    for target, sides in (machine.read("time_to") or {}).items():
        totals = {name: one["seconds"]["median"] + one["compile"]["median"] for name, one in sides.items()}
        own = totals["glassnet"]
        less = {name: total for name, total in totals.items() if sides[name]["reached"] and total < own}
        title = (
            f"training to {target}% test accuracy, including compilation or loading compiled code",
            f"训练到测试准确率 {target}%，计入编译或载入已编译代码的时间",
        )
        yield from row_of_better(title, own, less, "s", language)
    yield ""
    yield (
        "The first training run of each kind on a machine compiles code ([first runs](#first-runs)). scikit-learn "
        "and PyTorch without `torch.compile` have nothing to compile.",
        "每种训练在一台机器上首次运行时要编译代码，见[首次运行](#首次运行)；scikit-learn 和不用 "
        "`torch.compile` 的 PyTorch 无需编译。",
    )[language]


def row_of_better(title: Both, own: float, less: dict[str, float], unit: str, language: int) -> Iterator[str]:
    """Return a row, if there are any others, the best first."""
    if less:
        others = [
            f"{PEERS[name].name(language)} {figure(less[name], unit)}" for name in sorted(less, key=less.__getitem__)
        ]
        yield line_of([title[language], figure(own, unit), "<br>".join(others)])


DEFAULT = "glassnet"
"""The subject of `tables.py` that others are compared with: what glassnet does by default."""

SUMS: dict[str, Both] = {
    "error": ("error", "误差"),
    "balanced error": ("balanced error", "平衡误差"),
    "log loss": ("log loss", "对数损失"),
    "calibration error": ("calibration error", "校准误差"),
    "fit seconds": ("time to fit", "训练用时"),
    "predict seconds": ("time to predict", "预测用时"),
}
"""What is summed up over tables -> its name."""


def better_on_tables(result: dict[str, Any], language: int) -> Iterator[str]:
    """Return rows of what others do better than recipe `table`: of sums over tables, then of each table."""
    for one in result["comparisons"]:
        yield from better_sums(one, language)
    shown = {*SUBJECTS}
    for one in result["comparisons"]:
        yield from better_errors(result, one, [name for name in one["subjects"] if name not in shown], language)
        shown |= {*one["subjects"]}


def better_sums(comparison: dict[str, Any], language: int) -> Iterator[str]:
    own = comparison["subjects"][DEFAULT]
    for what, text in SUMS.items():
        others = {
            name: one[what]
            for name, one in sorted(comparison["subjects"].items(), key=lambda item: item[1].get(what, 0))
            if name not in SUBJECTS and what in one and what in own and one[what] < own[what]
        }
        if others:
            cells = [f"{subject(name, language)} {written(value, what)}" for name, value in others.items()]
            title = (", ", "，")[language].join((text[language], tables_and_splits(comparison, language)))
            yield line_of([title, written(own[what], what), "<br>".join(cells)])


def better_errors(result: dict[str, Any], comparison: dict[str, Any], names: list[str], language: int) -> Iterator[str]:
    """Return rows of tables; each error with its difference on the same splits, ± two standard errors."""
    splits = f"{len(comparison['seeds'])} {('splits', '种划分')[language]}"
    for table in comparison["tables"]:
        own = errors_of(result, DEFAULT, table, comparison["seeds"])
        errors = {name: errors_of(result, name, table, comparison["seeds"]) for name in names}
        cells = [
            f"{subject(name, language)} {each.mean():.4f} ({difference(each - own)})"
            for name, each in sorted(errors.items(), key=lambda item: float(item[1].mean()))
            if each.mean() < own.mean() - 1e-9
        ]
        if cells:
            title = (f"error on {table}, {splits}", f"{table} 的误差，{splits}")[language]
            yield line_of([title, f"{own.mean():.4f}", "<br>".join(cells)])


def tables_and_splits(comparison: dict[str, Any], language: int) -> str:
    tables, splits = len(comparison["tables"]), len(comparison["seeds"])
    return (f"{tables} tables, {splits} splits", f"{tables} 个表格、{splits} 种划分")[language]


def errors_of(result: dict[str, Any], name: str, table: str, seeds: list[str]) -> NDArray[np.float64]:
    by_seed = result["subjects"][name]["tables"][table]["errors"]
    return np.array([by_seed[seed] for seed in seeds])


def difference(each: NDArray[np.float64]) -> str:
    deviation = f" ± {2 * each.std(ddof=1) / len(each) ** 0.5:.4f}" if len(each) > 1 else ""
    return f"{each.mean():+.4f}{deviation}"


def written(value: float, what: str) -> str:
    return figure(value, "s") if what.endswith("seconds") else f"{value:.4f}"


def fact_table(facts: dict[str, Callable[[dict[str, Any]], Facts]], language: int) -> Iterator[str]:
    yield line_of((("measured", "result"), ("实测", "结果"))[language])
    yield line_of(["---"] * 2)
    for name, make in facts.items():
        if kept := load(name):
            yield from (line_of([text[language], value[language]]) for text, value in make(kept["result"]))


SUBJECTS: dict[str, Both] = {
    "glassnet": ("glassnet, recipe `table`", "glassnet，配方 `table`"),
    "glassnet table-best": ("glassnet, recipe `table-best`", "glassnet，配方 `table-best`"),
    "glassnet estimator": ("glassnet, estimator", "glassnet，估计器"),
}
"""Name in the results of `tables.py` -> its name on the page: ways to use glassnet."""

TUNED: dict[str, Both] = {
    "LightGBM tuned": ("LightGBM, tuned", "LightGBM，已调优"),
    "CatBoost tuned": ("CatBoost, tuned", "CatBoost，已调优"),
}
"""Libraries with their settings tuned."""


def subject(name: str, language: int) -> str:
    return {**SUBJECTS, **TUNED}.get(name, (name, name))[language]


TABLES_LEGEND: Both = (
    "Twelve public tables, one of them with classes and with numbers as its target. A quarter of the rows is the test "
    "part, and at most 10,000 rows are used for training. Each comparison is over the splits that all its libraries "
    "share; they have their defaults and one thread. Those that are *tuned* have the best of 30 settings by "
    "cross-validation inside the training part, on the four tables with the fewest training rows "
    "([how](../benchmarks/table_subjects.py)). glassnet takes the tables as they are. For scikit-learn's MLP, missing "
    "numbers become the median, numbers are standardised and words one-hot encoded; it stops early with more than "
    "1,500 rows, and its numeric targets are standardised. glassnet's recipes were developed on these tables, with up "
    "to six of these splits. *Error*: the fraction of wrong classes, or the root mean squared error divided by the "
    "standard deviation of the test part; over several tables, the shifted geometric mean exp(mean(log(error + "
    "0.01))). *Balanced error*, *log loss* and *calibration error* (of the most probable class, 15 bins with equal "
    "numbers of rows) are means over the tables with classes. Times are processor time, summed over the tables.",
    "十二个公开表格，其中一个的目标既作类别也作数值。四分之一的行用于测试，训练最多用 10,000 行。每项比较只计其中各库"
    "共有的划分；各库均用默认设置和一个线程。*已调优*的库在训练行最少的四个表格上，用训练部分内部的交叉验证从 30 组设置"
    "中选出最好的一组（[做法](../benchmarks/table_subjects.py)）。glassnet 直接使用原表。对 scikit-learn 的 MLP，缺失的"
    "数值用中位数填补，数值列标准化，文字列 one-hot 编码；行数超过 1,500 时 MLP 早停，其数值目标标准化。"
    "glassnet 的配方是在这些表格上（最多用其中六种划分）开发的。*误差*：分错的比例，或均"
    "方根误差除以测试部分的标准差；多个表格合计为平移几何平均 exp(mean(log(误差 + 0.01)))。*平衡误差*、*对数损失*和"
    "*校准误差*（概率最大的类别，15 个行数相等的区间）是各分类表格的平均。用时为处理器时间，对所有表格求和。",
)


def tables_section(result: dict[str, Any], language: int) -> Iterator[str]:
    """Return the comparisons on public tables, each over the same splits of all its libraries."""
    yield TABLES_LEGEND[language]
    for place, one in enumerate(result["comparisons"]):
        sums = list(SUMS) if not place else ["error"]
        few = one["tables"] if len(one["tables"]) < len(result["tables"]) else []
        yield from ("", f"{tables_and_splits(one, language)}{(':', '：')[language]}", "")
        titles = [
            ("library", "库")[language],
            ("mean rank", "平均名次")[language],
            *(SUMS[what][language] for what in sums),
        ]
        yield line_of([*titles, *few])
        yield line_of(["---"] * (len(titles) + len(few)))
        for name, of_library in sorted(one["subjects"].items(), key=lambda item: float(item[1]["error"])):
            version = version_in(result["subjects"][name], language)
            yield line_of(
                [
                    subject(name, language) + version,
                    f"{of_library['rank']:.1f}",
                    *(written(of_library[what], what) if what in of_library else "–" for what in sums),
                    *(f"{errors_of(result, name, table, one['seeds']).mean():.4f}" for table in few),
                ]
            )
        if not place:
            yield from processors(result, [*one["subjects"]], language)
    if result["comparisons"]:
        yield from errors_on_each_table(result, language)


def processors(result: dict[str, Any], names: list[str], language: int) -> Iterator[str]:
    """Say which times were measured on which processor, if there are several."""
    of_processor: dict[str, list[str]] = {}
    for name in names:
        of_processor.setdefault(result["subjects"][name]["processor"], []).append(subject(name, language))
    if len(of_processor) > 1:
        parts = [
            f"{(', ', '、')[language].join(few)}{(' on ', '：')[language]}{one}" for one, few in of_processor.items()
        ]
        listed = ("; ", "；")[language].join(parts).replace("(R)", "")
        yield from (
            "",
            (f"Times were measured on different processors: {listed}.", f"用时在不同处理器上测得：{listed}。")[
                language
            ],
        )


def errors_on_each_table(result: dict[str, Any], language: int) -> Iterator[str]:
    """Return the errors of the subjects that have most splits."""
    first = result["comparisons"][0]
    yield ""
    yield (
        "The error on each table, the mean over the splits of the first comparison:",
        "各表格的误差，取第一项比较中各划分的平均：",
    )[language]
    yield ""
    yield line_of(
        [
            *(("table", "training rows"), ("表格", "训练行数"))[language],
            *(subject(name, language) for name in first["subjects"]),
        ]
    )
    yield line_of(["---"] * (2 + len(first["subjects"])))
    for table in first["tables"]:
        errors = [errors_of(result, name, table, first["seeds"]).mean() for name in first["subjects"]]
        rows = result["tables"][table]["rows"]
        yield line_of([table, f"{rows:,}", *(f"{error:.4f}" for error in errors)])


def version_in(subject: dict[str, Any], language: int) -> str:
    """Return the version of a subject's own package in parentheses, to follow its name."""
    version = next(iter(subject["packages"].values()))
    return (f" ({version})", f"（{version}）")[language]


SETTINGS: dict[str, Both] = {
    "glassnet": (
        "recipe `notes` for single samples and for the whole program; recipe `quick` for batches and predictions; the "
        "settings for each accuracy were chosen on 10,000 held-out training digits",
        "逐样本训练和整个程序用配方 `notes`；按批训练和预测用配方 `quick`；达到各准确率的设置在留出的 10,000 个"
        "训练数字上选定",
    ),
    "numpy": (
        "the notes' program unchanged but for `np.asfarray` and a seed, float64; hand-written prediction, float32; "
        "`loadtxt` run once",
        "笔记的程序只改了 `np.asfarray` 并设了种子，float64；手写的预测，float32；`loadtxt` 只运行一次",
    ),
    "jax": (
        "single samples: one `lax.scan` over the samples on one thread (two are slower), and *deferred writes*, which "
        "writes the first weight matrix once per 50 samples (exact, the fastest form found); batches: one jitted "
        "`lax.scan` per epoch, donated buffers",
        "逐样本：对样本做一个 `lax.scan`，单线程（双线程更慢）；*延迟写入*：每 50 个样本写一次第一个权重矩阵（结果"
        "精确，是找到的最快形式）；按批：每轮一个 jit 编译的 `lax.scan`，启用缓冲区捐赠（buffer donation）",
    ),
    "torch": (
        "tensors in memory without DataLoader, `SGD(fused=True)`, denormals flushed to zero; eager, and "
        "`torch.compile` of forward pass and loss; on processors with AMX also predictions in bfloat16 (three "
        "significant digits), from inputs that are in bfloat16 already",
        "张量在内存中，不用 DataLoader，`SGD(fused=True)`，非规格化数置零；即时执行，以及对前向与损失用 "
        "`torch.compile`；预测时在有 AMX 的处理器上另测 bfloat16（约三位有效数字），输入已是 bfloat16",
    ),
    "keras": (
        "JAX backend, `model.fit` with `jit_compile=True` and `steps_per_execution=12`; `predict_on_batch`",
        "JAX 后端，`model.fit`，`jit_compile=True`，`steps_per_execution=12`；`predict_on_batch`",
    ),
    "scikit-learn": (
        "`MLPClassifier.partial_fit`, float32, `alpha=0`, SGD with Nesterov momentum 0.9, learning rate 0.05 with "
        "`invscaling` (power 0.1), because it has neither a linear schedule nor label smoothing; argument checks off",
        "`MLPClassifier.partial_fit`，float32，`alpha=0`，SGD，Nesterov 动量 0.9，学习率 0.05，`invscaling`（幂 0.1），"
        "因为它没有线性调度和标签平滑；关闭参数检查",
    ),
    "onnxruntime": (
        "the same network as an ONNX model, random weights",
        "同样的网络，ONNX 模型，随机权重",
    ),
    "polars": ("`read_csv` with a given schema", "`read_csv`，给定各列类型"),
    "pandas": ("`read_csv` with its C engine, and with its pyarrow engine", "`read_csv`，C 引擎与 pyarrow 引擎"),
    "pyarrow": ("`csv.read_csv`", "`csv.read_csv`"),
}
"""Package -> the settings it was measured with. The scripts of `peers/` have them as code."""

COMMON: Both = (
    "JAX, PyTorch and Keras train with the settings that were found best for JAX: ReLU and softmax, cross-entropy with "
    "label smoothing 0.1, SGD with Nesterov momentum 0.9, a learning rate that falls linearly from 0.1 to 0, "
    "standardised pixels, and initial weights with a standard deviation of 0.02 (zero in the output layer). Epochs in "
    "batches are measured with one thread and with all cores, and the faster time is used. The peers' settings for "
    "each accuracy are the cheapest found whose median over five seeds reached it on the test digits, which favours "
    "the peers. They were searched on another processor: last bits differ, and a median here can fall just short "
    "(*not reached*).",
    "JAX、PyTorch 和 Keras 使用为 JAX 找到的最佳设置：ReLU 与 softmax，交叉熵，标签平滑 0.1，SGD，Nesterov 动量 0.9，"
    "学习率由 0.1 线性降到 0，像素标准化，初始权重标准差 0.02（输出层为零）。按批训练时，每个库分别用一个线程和全部核心"
    "测量，取较快者。对比库达到某一准确率的设置，是五个种子的中位数在测试集上达标的设置中最省时的，这对它们有利。"
    "这些设置是在另一种处理器上找到的，末位有别，因此这里的中位数可能略低于目标（“未达到”）。",
)


def settings(language: int) -> Iterator[str]:
    """Return how each library was used, and which network it trains for each accuracy."""
    yield COMMON[language]
    yield ""
    yield line_of((("library", "version", "settings"), ("库", "版本", "设置"))[language])
    yield line_of(["---"] * 3)
    versions = {name: number for kept in measured().values() for name, number in kept["machine"]["packages"].items()}
    for package, text in SETTINGS.items():
        if version := versions.get(package):
            yield line_of([LIBRARIES.get(package, package), version, text[language]])
    if targets := machine.read("time_to"):
        sides = [name for name in next(iter(targets.values())) if name != "torch-compiled"]
        titles = (("network trained to", "训练到"), ("hidden nodes, epochs, batch size", "隐藏节点数、轮数、批量"))
        yield ""
        yield line_of([titles[0][language], *(PEERS[name].package if name in PEERS else name for name in sides)])
        yield line_of(["---"] * (1 + len(sides)))
        for target, by_side in targets.items():
            yield line_of([f"{target}%", *(size_of(by_side[name]["settings"]) for name in sides)])
        yield ""
        yield (
            f"Each cell: {titles[1][0]}. No settings were found with which scikit-learn reaches {list(targets)[-1]}%.",
            f"每格：{titles[1][1]}。没有找到能让 scikit-learn 达到 {list(targets)[-1]}% 的设置。",
        )[language]


LIBRARIES = {"numpy": "NumPy", "jax": "JAX", "torch": "PyTorch", "keras": "Keras"}


def size_of(one: dict[str, Any]) -> str:
    hidden = one["hidden"][0] if isinstance(one["hidden"], list) else one["hidden"]
    return f"{hidden}, {one['epochs']}, {one.get('batch_size') or one['batch']}"


def measured() -> dict[str, dict[str, Any]]:
    """Return the kept results of the page by name."""
    names = dict.fromkeys((*ROWS, *ACCURACIES, *ALONE, "tables", "first_runs"))
    return {name: kept for name in names if (kept := load(name))}


def provenance(language: int) -> Iterator[str]:
    """Return which result was measured on which machine, with which versions, and which results are outdated."""
    found = measured()
    machines: dict[str, list[str]] = {}
    for name, kept in found.items():
        one = kept["machine"]
        blas = f", {one['blas']}" if "blas" in one else ""
        machines.setdefault(f"{one['processor'].replace('(R)', '')}, {one['cores']} cores{blas}", []).append(
            f"`{name}`"
        )
    yield (
        "Each script in `benchmarks/` writes one result file. The results were measured on:",
        "`benchmarks/` 里的每个脚本写一个结果文件。测量所用的机器：",
    )[language]
    yield ""
    for one, names in machines.items():
        yield f"- {one}: {', '.join(names)}" if not language else f"- {one}：{'、'.join(names)}"
    pythons = ", ".join(dict.fromkeys(kept["machine"]["python"] for kept in found.values()))
    packages = dict.fromkeys(
        f"{name} {number}" for kept in found.values() for name, number in kept["machine"]["packages"].items() if number
    )
    yield f"- Python {pythons}, {', '.join(packages)}"
    older: dict[int, list[str]] = {}
    for name, kept in found.items():
        if (version := machine.numerics_of(kept)) < NUMERICS:
            older.setdefault(version, []).append(f"`{name}`")
    if older:
        listed = "; ".join(f"{version} ({', '.join(older[version])})" for version in sorted(older))
        listed_zh = "；".join(f"{version}（{'、'.join(older[version])}）" for version in sorted(older))
        where = "../src/glassnet/training/numerics.py"
        yield ""
        yield (
            f"Some results were measured before version {NUMERICS} of the [numerics]({where}), with version {listed}.",
            f"早于[数值版本]({where}) {NUMERICS}、此后未重新测量的结果：{listed_zh}。",
        )[language]


KINDS: dict[str, Both] = {
    "one example at a time": ("training on single samples (`notes`)", "逐样本训练（`notes`）"),
    "batches": ("training in batches (`quick`)", "按批训练（`quick`）"),
    "table, 2,000 rows": ("a table of 2,000 rows (`--target`)", "2,000 行的表格（`--target`）"),
    "table, 20,000 rows": ("a table of 20,000 rows", "20,000 行的表格"),
    "labels, 10,000 digits": ("`labels` on 10,000 digits", "对 10,000 个数字运行 `labels`"),
    "estimator, 2,000 rows": ("an estimator on 2,000 rows", "估计器，2,000 行"),
    "estimator, 10,000 rows": ("an estimator on 10,000 rows", "估计器，10,000 行"),
    "compiled for prediction": ("`compiled(model)` and one prediction", "`compiled(model)` 加一次预测"),
    "prediction of a table": ("`TableModel.load` and one prediction", "`TableModel.load` 加一次预测"),
    "search, one process": (
        "`GridSearchCV`, 13 fits on 1,797 rows, one process",
        "`GridSearchCV`，1,797 行拟合 13 次，单进程",
    ),
    "search, two processes": ("the same with `n_jobs=2`", "同上，`n_jobs=2`"),
}
"""Kind of work in `first_runs.py` -> its name."""


def first_runs_table(result: dict[str, Any], language: int) -> list[str]:
    """Return the first run of each kind of work and a later one, in seconds, and the ratio to an earlier version."""
    titles = (
        ("from start to result", "first run", "later runs", "first run, compared with commit 4e92dbea"),
        ("从启动到结果", "首次运行", "以后", "首次运行，与提交 4e92dbea 相比"),
    )
    lines = [line_of(titles[language]), line_of(["---"] * 4)]
    for kind, one in result.items():
        times = [with_range(one["now"][which]["result on screen"], "s") for which in ("first", "again")]
        ratio = f"{one['ratios']['first']:.2f}" if "ratios" in one else "–"
        lines.append(line_of([KINDS[kind][language], *times, ratio]))
    return lines


def first_runs_sentence(result: dict[str, Any], language: int) -> list[str]:
    """Return the README's sentence."""
    kinds = ("one example at a time", "batches", "table, 20,000 rows")
    first = [result[kind]["now"]["first"]["result on screen"]["max"] for kind in kinds]
    later = [result[kind]["now"]["again"]["result on screen"]["median"] for kind in kinds]
    text = (
        "The first training run of each kind (single samples, batches, large tables) on a machine compiles code "
        f"([measured](docs/benchmarks.md): up to {math.ceil(max(first))} s, more if busy); later ones take about "
        f"{max(later):.1f} s. Small ones do not compile.",
        "每种训练（逐样本、按批、大表格）在一台机器上首次运行时要编译代码，在[测试](docs/benchmarks.zh-CN.md)所用机器上"
        f"最多 {math.ceil(max(first))} 秒，较慢或繁忙的机器上更久；以后约需 {max(later):.1f} 秒。"
        "小规模训练无需编译。",
    )[language]
    return [text] if language else textwrap.wrap(text, 120)


if __name__ == "__main__":
    main()
