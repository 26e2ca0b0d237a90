"""The figures of the benchmark pages in English and Chinese, from benchmarks/results/*.json: `table.py` writes them
into the pages, `chart.py` draws them.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from types import MappingProxyType
from typing import Any, NamedTuple

import machine
from glassnet.training.numerics import NUMERICS

Both = tuple[str, str]
"""A text in English and in Chinese."""

Summary = dict[str, Any]
"""Median, minimum and maximum of repeated measurements, as `machine.summary` returns them."""


class Row(NamedTuple):
    """One comparison: the figure of glassnet and that of each peer, by its name in the results."""

    title: Both
    own: Summary
    sides: dict[str, Summary]
    unit: str = "s"
    remarks: Mapping[str, str] = MappingProxyType({})  # side -> text after its figure
    unfit: frozenset[str] = frozenset()  # sides that missed the target accuracy: not compared


class Peer(NamedTuple):
    """A library, or one way to use it."""

    package: str
    variant: Both | None = None

    def name(self, language: int) -> str:
        """Return the full name, for sentences."""
        if self.variant is None:
            return self.package
        variant = self.variant[language]
        if variant.startswith("`"):
            return f"{self.package} {variant}"
        return (f"{self.package} ({variant})", f"{self.package}（{variant}）")[language]


def same(text: str) -> Both:
    return text, text


PEERS: dict[str, Peer] = {
    "notes-program": Peer("NumPy", ("the notes' program", "笔记的程序")),
    "numpy-by-hand": Peer("NumPy", ("hand-written", "手写")),
    "numpy.loadtxt": Peer("NumPy", same("`loadtxt`")),
    "jax": Peer("JAX"),
    "jax-scan": Peer("JAX", same("`lax.scan`")),
    "jax-blocked": Peer("JAX", ("deferred writes", "延迟写入")),
    "torch": Peer("PyTorch"),
    "torch-compiled": Peer("PyTorch", same("`torch.compile`")),
    "torch-bfloat16": Peer("PyTorch", same("bfloat16")),
    "keras": Peer("Keras"),
    "scikit-learn": Peer("scikit-learn"),
    "onnxruntime": Peer("onnxruntime"),
    "polars": Peer("polars"),
    "pandas": Peer("pandas"),
    "pandas-pyarrow": Peer("pandas", ("pyarrow engine", "pyarrow 引擎")),
    "pyarrow": Peer("pyarrow"),
}
"""Name in the results -> the peer, in the order of the columns."""


def load(name: str) -> dict[str, Any] | None:
    """Return a kept result with its machine and date, or None if the benchmark has not been run."""
    path = machine.RESULTS / f"{name}.json"
    return json.loads(path.read_text(encoding="utf-8")) if path.exists() else None


def rows_of(name: str) -> list[Row]:
    """Return the rows of a result; empty if the benchmark has not been run."""
    kept = load(name)
    return list(ROWS[name](kept["result"])) if kept else []


def figure(value: float, unit: str) -> str:
    """Write a value with three digits or so."""
    return f"{value:.{digits(value, unit)}f} {unit}"


def digits(value: float, unit: str) -> int:
    return 0 if value >= 100 or unit == "MiB" else 1 if unit == "µs" or value >= 10 else 2


def with_range(summary: Summary, unit: str) -> str:
    """Write a median with its range."""
    text = figure(summary["median"], unit)
    if summary.get("runs", 1) == 1:
        return text
    low, high = (f"{summary[end]:.{digits(summary['median'], unit)}f}" for end in ("min", "max"))
    return f"{text} ({low}–{high})"


def times(ratio: float) -> str:
    """Write a ratio with two digits at least."""
    return f"{ratio:.0f}×" if ratio >= 10 else f"{ratio:.1f}×"


def peers_in(result: dict[str, Any], key: str | None = None) -> dict[str, Summary]:
    """Return the summary of every peer, or what it has under a key."""
    return {name: one if key is None else one[key] for name, one in result.items() if name in PEERS}


def sample_rows(result: dict[str, Any]) -> Iterator[Row]:
    yield Row(("one epoch, one sample per step", "逐样本训练一轮"), result["glassnet"], peers_in(result))


def class_rows(result: dict[str, Any]) -> Iterator[Row]:
    for key, title in (
        ("fresh process", ("one step of the notes' class, CPU time", "笔记中的类训练一步（CPU 时间）")),
        ("large arrays seen", ("the same step after a large array was freed", "同上，释放过大数组之后")),
    ):
        yield Row(title, result[key]["glassnet"], peers_in(result[key]), "µs")


def epoch_rows(result: dict[str, Any]) -> Iterator[Row]:
    for hidden, sides in result.items():
        title = f"one epoch, batch size 128, {hidden} hidden nodes", f"训练一轮，批量 128，{hidden} 个隐藏节点"
        yield Row(title, sides["glassnet"]["seconds"], peers_in(sides, "seconds"))


def target_rows(result: dict[str, Any]) -> Iterator[Row]:
    """Yield the times to each accuracy; a peer whose median accuracy misses the target is not compared."""
    for target, sides in result.items():
        title = f"training to {target}% test accuracy, without compilation", f"训练到测试准确率 {target}%（不含编译）"
        remarks = {name: f", {side['accuracy']['median']:.2%}" for name, side in sides.items()}
        unfit = frozenset(name for name, side in sides.items() if not side["reached"])
        yield Row(title, sides["glassnet"]["seconds"], peers_in(sides, "seconds"), remarks=remarks, unfit=unfit)


def query_rows(result: dict[str, Any]) -> Iterator[Row]:
    for key, unit, title in (
        ("one, µs", "µs", ("predicting one digit, 200 hidden nodes", "预测一个数字，200 个隐藏节点")),
        ("10,000, ms", "ms", ("predicting 10,000 digits in one call", "一次预测 10,000 个数字")),
    ):
        yield Row(title, result["glassnet"][key], peers_in(result, key), unit)


def loading_rows(result: dict[str, Any]) -> Iterator[Row]:
    yield Row(("reading the 109 MB CSV file", "读取 109 MB 的 CSV 文件"), result["glassnet"], peers_in(result))


def process_rows(result: dict[str, Any]) -> Iterator[Row]:
    """Yield the whole program; that of the notes was run once."""
    notes = {"median": result["notes-program, two CSV files"]["exit"]}
    title = "the whole program, from two CSV files to the result", "整个程序，从两个 CSV 文件到结果"
    yield Row(title, result["two CSV files"]["exit"], {"notes-program": notes})


def install_rows(result: dict[str, Any]) -> Iterator[Row]:
    own = result["glassnet"]
    yield Row(
        ("importing in a new process (`from glassnet import *`)", "在新进程中导入（`from glassnet import *`）"),
        own["import"],
        peers_in(result, "import"),
    )
    sizes = {name: {"median": size} for name, size in peers_in(result, "size MiB").items()}
    title = "installed size with dependencies", "安装后大小（含依赖）"
    yield Row(title, {"median": own["size MiB"]}, sizes, "MiB")


ROWS: dict[str, Callable[[dict[str, Any]], Iterator[Row]]] = {
    "per_sample": sample_rows,
    "notes_class": class_rows,
    "batch_epoch": epoch_rows,
    "time_to": target_rows,
    "query": query_rows,
    "loading": loading_rows,
    "whole_process": process_rows,
    "install": install_rows,
}
"""Name of a result -> its rows."""

Facts = Iterator[tuple[Both, Both]]
"""What was measured, and the figures."""


def accuracy_facts(result: dict[str, Any]) -> Facts:
    names: dict[str, Both] = {
        "notes": ("recipe `notes`, ten seeds", "配方 `notes`，十个种子"),
        "notes-code": ("recipe `notes-code`, ten seeds", "配方 `notes-code`，十个种子"),
        "notes-program": ("the notes' program, ten seeds", "笔记的程序，十个种子"),
    }
    for name, text in names.items():
        yield text, same(f"{result[name]['median']:.2%} ({result[name]['min']:.2%}–{result[name]['max']:.2%})")


READ_BEFORE = ("accurate", "ensemble")
"""Recipes whose earlier versions were also evaluated on the test digits, which influenced the later versions
(results/trials-*.txt)."""


def recipe_facts(result: dict[str, Any]) -> Facts:
    for name, one in result.items():
        if name.endswith("four seeds"):
            text = "recipe `accurate`, seeds 0 to 3", "配方 `accurate`，种子 0 至 3"
            yield text, marked(same(f"{min(one['members']):.2%}–{max(one['members']):.2%}"), one)
            continue
        took, best = f"{one['train seconds']:.0f} s", max(one["members"])
        where = one["processor"].removesuffix(" Processor").replace("(R)", "")
        text = (
            f"{one['accuracy']:.2%}, trained in {took} ({where})",
            f"{one['accuracy']:.2%}，训练用时 {took}（{where}）",
        )
        if len(one["members"]) > 1:
            text = f"{text[0]}; its best member {best:.2%}", f"{text[1]}；最好的成员 {best:.2%}"
        if name in READ_BEFORE:
            text = (
                f"{text[0]} (earlier versions were evaluated on the same test digits)",
                f"{text[1]}（早期版本也在同一测试集上评估过）",
            )
        yield (f"recipe `{name}`, seed 0", f"配方 `{name}`，种子 0"), marked(text, one)


def marked(text: Both, one: dict[str, Any]) -> Both:
    """Mark a result of an older version of the numerics with that version."""
    version = one["numerics"]
    return (f"{text[0]} (numerics {version})", f"{text[1]}（数值版本 {version}）") if version < NUMERICS else text


def sample_facts(result: dict[str, Any]) -> Facts:
    if "one thread" in result:
        text = "one epoch, one sample per step, one thread", "逐样本训练一轮，单线程"
        yield text, same(with_range(result["one thread"], "s"))


def process_facts(result: dict[str, Any]) -> Facts:
    bundled = result["bundled data"]
    shown, ended = (with_range(bundled[name], "s") for name in ("result on screen", "exit"))
    memory = bundled["peak MiB"]["median"]
    yield (
        ("`glassnet train` on the bundled digits", "`glassnet train`（自带的数字）"),
        (
            f"{shown} to the printed result, {ended} to the end with all plots; peak memory {memory:.0f} MiB",
            f"{shown} 打印结果，{ended} 画完图并结束；内存峰值 {memory:.0f} MiB",
        ),
    )
    alone = result["import glassnet"]["exit"]["median"]
    title = (
        "`import glassnet` alone, which loads modules when they are used",
        "仅 `import glassnet`，模块在用到时才载入",
    )
    yield title, same(f"{alone:.2f} s")


def augment_facts(result: dict[str, Any]) -> Facts:
    rate = result["pictures a second"]
    text = f"{rate['median']:,.0f} ({rate['min']:,.0f}–{rate['max']:,.0f})"
    yield ("augmented images per second, all distortions on", "每秒增强的图片数（启用全部变形）"), same(text)


def denormal_facts(result: dict[str, Any]) -> Facts:
    names: dict[str, Both] = {
        "adam": ("time of the last epoch / time of the first, ten epochs of Adam", "Adam 训练十轮，末轮与首轮用时之比"),
        "notes, two hidden layers": (
            "the same ratio, recipe `notes` with 200 and 100 hidden nodes",
            "同一比值，配方 `notes`，隐藏节点 200 和 100",
        ),
    }
    for name, text in names.items():
        yield text, same(f"{result[name]['last / first']:.2f}")


def busy_facts(result: dict[str, Any]) -> Facts:
    """Yield the time of the default relative to one thread under each load: the median of pairs."""
    loads: dict[str, Both] = {
        "0": ("on an idle machine", "空闲机器"),
        "quota": ("with a quota of one core", "单核配额"),
        **{
            count: (f"next to {count} CPU-bound process{'es' * (count != '1')}", f"与 {count} 个满载进程并行")
            for count in ("1", "2", "4", "8")
        },
    }
    for recipe in ("notes", "quick", "table"):
        for load, (english, chinese) in loads.items():
            if one := result.get(recipe, {}).get(load):
                ratio = one["ratio"]
                yield (
                    (
                        f"recipe `{recipe}` {english}: default threads / one thread",
                        f"配方 `{recipe}`，{chinese}：默认线程数与单线程用时之比",
                    ),
                    same(f"{ratio['median']:.2f} ({ratio['min']:.2f}–{ratio['max']:.2f})"),
                )


def shard_facts(result: dict[str, Any]) -> Facts:
    for name, by_shards in result.items():
        counts = ", ".join(by_shards)
        text = (
            f"one epoch of recipe `{name}` with {counts} shards",
            f"配方 `{name}` 训练一轮，{counts.replace(', ', '、')} 个分片",
        )
        yield text, same(", ".join(f"{one['median']:.2f}" for one in by_shards.values()) + " s")


def small_facts(result: dict[str, Any]) -> Facts:
    for name, one in result.items():
        rows, median = int(name.split()[0]), {side: one["median"] for side, one in one["ms an epoch"].items()}
        ratio = times(median["scikit-learn"] / median["glassnet"])
        yield (
            (f"one epoch of a table of {rows:,} rows, batch size 32", f"{rows:,} 行的表格训练一轮，批量 32"),
            (
                f"{median['glassnet']:.2g} ms (scikit-learn {ratio})",
                f"{median['glassnet']:.2g} ms（scikit-learn {ratio}）",
            ),
        )


def growth_facts(result: dict[str, Any]) -> Facts:
    """Yield straight lines through the measurements, with the largest relative error of each."""

    def fitted(one: dict[str, float], scale: float, start: str, each: Both) -> Both:
        base, slope, off = format(one["at nothing"], start), scale * one["each"], one["largest relative error"]
        english, chinese = (f"{base} {text.format(slope)}" for text in each)
        return f"{english} (error at most {off:.0%})", f"{chinese}（误差不超过 {off:.0%}）"

    # Milliseconds per thousand samples are microseconds per sample; weights are counted in thousands.
    yield (
        ("one epoch of recipe `quick`, 1,000 to 6,000,000 samples", "配方 `quick` 训练一轮，1,000 至 6,000,000 个样本"),
        fitted(result["an epoch, ms"], 1e3, ".1f", ("ms + {:.2f} µs per sample", "ms，加上每个样本 {:.2f} µs")),
    )
    yield (
        ("time per sample in such an epoch, 32 to 4,096 hidden nodes", "其中每个样本的用时，32 至 4,096 个隐藏节点"),
        fitted(result["a row, µs"], 1e3, ".2f", ("µs + {:.4f} µs per 1,000 weights", "µs，加上每千个权重 {:.4f} µs")),
    )
    yield (
        ("memory of such a training run", "该训练所需内存"),
        fitted(
            result["memory, MiB"], 2**20, ".0f", ("MiB + {:,.0f} bytes per sample", "MiB，加上每个样本 {:,.0f} 字节")
        ),
    )


ACCURACIES: dict[str, Callable[[dict[str, Any]], Facts]] = {"accuracy": accuracy_facts, "recipes": recipe_facts}


def read_facts(result: dict[str, Any]) -> Facts:
    names: dict[str, Both] = {
        "one, 12 MP": ("a photograph of 12 megapixels", "一张 1200 万像素的照片"),
        "40 of one digit": ("40 photographs of one digit", "40 张单个数字的照片"),
        "110 digits": ("a page of 110 digits", "一页 110 个数字"),
        "newspaper page": ("a newspaper page", "一页报纸"),
        "full grid, 280 digits": ("a grid of 280 digits", "填有 280 个数字的方格纸"),
    }
    for name, (english, chinese) in names.items():
        one = result["speed"]["tasks"][name]
        yield (
            (f"`glassnet read` of {english}, besides start", f"`glassnet read` 读{chinese}（不计启动）"),
            same(f"{one['seconds']['now']:.2f} s"),
        )


ALONE: dict[str, Callable[[dict[str, Any]], Facts]] = {
    "per_sample": sample_facts,
    "whole_process": process_facts,
    "augment": augment_facts,
    "denormals": denormal_facts,
    "busy": busy_facts,
    "shards": shard_facts,
    "small": small_facts,
    "growth": growth_facts,
    "read": read_facts,
}
"""Name of a result -> figures of glassnet without peers."""
