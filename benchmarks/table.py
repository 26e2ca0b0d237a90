"""Write the results into docs/benchmarks.md, and four rows of them into the README, in both languages.

They come from benchmarks/results/*.json and nothing else.

One row for each work, one column for each side; a peer's cell says how many times as much it needs as glassnet does.
Where that is less the figure is bold. What has no peer is a list below. A benchmark that has not been run has no row.
"""

from __future__ import annotations

import itertools
import json
import re
import textwrap
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Any, NamedTuple

import machine
from glassnet.training.numerics import NUMERICS

HERE = Path(__file__).resolve().parent
PAGES = HERE.parent
BLOCK = re.compile(r"(<!-- results: written by benchmarks/table.py -->\n).*?(<!-- end of results -->)", re.DOTALL)

Both = tuple[str, str]
"""A text in English and in Chinese."""


class Row(NamedTuple):
    """One work: what glassnet needs for it, and each peer by its name in the results."""

    title: Both
    own: dict[str, Any]  # a summary: median, min, max
    sides: dict[str, dict[str, Any]]
    unit: str = "s"
    remarks: Mapping[str, str] = MappingProxyType({})  # side -> what is said beside its figure
    unfit: frozenset[str] = frozenset()  # sides that did not reach what was asked: not compared


COLUMNS: tuple[tuple[Both, tuple[str, ...]], ...] = (
    (("NumPy", "NumPy"), ("notes-program", "numpy-by-hand", "numpy.loadtxt")),
    (("JAX", "JAX"), ("jax", "jax-scan", "jax-blocked")),
    (("PyTorch", "PyTorch"), ("torch", "torch-compiled")),
    (("Keras", "Keras"), ("keras",)),
    (("scikit-learn", "scikit-learn"), ("scikit-learn",)),
    (("others", "其他"), ("onnxruntime", "polars", "pandas", "pandas-pyarrow", "pyarrow")),
)
NAMES: dict[str, Both] = {
    "notes-program": ("the notes' program", "笔记的程序"),
    "numpy-by-hand": ("by hand", "手写"),
    "numpy.loadtxt": ("`loadtxt`", "`loadtxt`"),
    "jax-scan": ("`lax.scan`", "`lax.scan`"),
    "jax-blocked": ("deferred writes", "延迟写入"),
    "torch-compiled": ("`torch.compile`", "`torch.compile`"),
    "onnxruntime": ("onnxruntime", "onnxruntime"),
    "polars": ("polars", "polars"),
    "pandas": ("pandas", "pandas"),
    "pandas-pyarrow": ("pandas with pyarrow", "pandas + pyarrow"),
    "pyarrow": ("pyarrow", "pyarrow"),
}
"""What a cell says before the figure of a side that its column does not name."""


def main() -> None:
    found = {name: kept for name in (*ROWS, *FACTS) if (kept := load(name))}
    rows = [row for name, make in ROWS.items() if name in found for row in make(found[name]["result"])]
    facts = [fact for name, make in FACTS.items() if name in found for fact in make(found[name]["result"])]
    for language, ending in enumerate((".md", ".zh-CN.md")):
        titles = [("measured", "实测")[language], "glassnet", *(title[language] for title, _ in COLUMNS)]
        head = [line_of(titles), line_of(["---"] * len(titles))]
        lines = [*head, *(line_of(cells(row, language)) for row in rows), "", LEGEND[language], ""]
        lines += [*(f"- {text[language]}: {value[language]}" for text, value in facts), "", remark(found, language), ""]
        brief = [next(iter(ROWS[name](found[name]["result"]))) for name in BRIEF if name in found]
        write_block(PAGES / f"docs/benchmarks{ending}", lines)
        write_block(
            PAGES / f"README{ending}",
            [*head, *(line_of(cells(row, language)) for row in brief), "", LEGEND[language], ""],
        )
        if first := machine.read("first_runs"):
            machine.write_into(PAGES / f"README{ending}", "first_runs.py", first_runs_lines(first, language))


BRIEF = ("per_sample", "batch_epoch", "query", "whole_process")
"""Results of which the README has the first row."""


KINDS: dict[str, Both] = {
    "one example at a time": ("one example at a time", "逐样本"),
    "batches": ("in batches (`quick`)", "按批（`quick`）"),
    "table": ("a table (`--target`)", "表格（`--target`）"),
    "estimator": ("an estimator on more than 512 rows", "估计器（多于 512 行）"),
}
"""Kind of training in `first_runs.py` -> its name."""


def first_runs_lines(result: dict[str, Any], language: int) -> list[str]:
    """Say how long the first run of each kind of training takes, and the same again."""
    taken = [
        f"{KINDS[kind][language]} {one['first']['median']:.0f} s ({one['again']['median']:.1f} s)"
        for kind, one in result.items()
    ]
    text = (
        "The first training of each kind on a machine also compiles its loops, once. In all it then takes, in "
        f"processor time (and later): {', '.join(taken)}. "
        "By the clock a busy machine takes longer.",
        "一台机器上第一次做某种训练时，还要把它的循环编译一次。整个运行所用的处理器时间（括号里是以后的）："
        f"{','.join(taken)}。机器繁忙时，实际用时更久。",
    )[language]
    return [text] if language else textwrap.wrap(text, 120)


def write_block(path: Path, lines: list[str]) -> None:
    page = path.read_text(encoding="utf-8")
    path.write_text(BLOCK.sub(lambda block: block[1] + "\n".join(lines) + block[2], page), encoding="utf-8")


LEGEND: Both = (
    "Medians (and range); *n*×: the peer needs *n* times as much as glassnet; **bold**: it needs less. The peers have "
    "their best known settings, which the results' files name.",
    "中位数（及范围）；*n*×：对手所需为 glassnet 的 *n* 倍；**粗体**：对手所需更少。对手均用已知最佳设置，见结果文件。",
)


def line_of(texts: list[str]) -> str:
    return "| " + " | ".join(texts) + " |"


def cells(row: Row, language: int) -> list[str]:
    """Return a row's texts."""
    own = with_range(row.own, row.unit) + row.remarks.get("glassnet", "")
    made = [row.title[language], own]
    for _, names in COLUMNS:
        made.append("<br>".join(cell(row, name, language) for name in names if name in row.sides))
    return made


def cell(row: Row, name: str, language: int) -> str:
    side, label = row.sides[name], NAMES.get(name)
    text = figure(side["median"], row.unit) + row.remarks.get(name, "")
    if name in row.unfit:
        text += (", not reached", "，未达到")[language]
    else:
        ratio = side["median"] / row.own["median"]
        text += f", {ratio:.0f}×" if ratio >= 10 else f", {ratio:.1f}×"
        if ratio < 1:
            text = f"**{text}**"
    return f"{label[language]} {text}" if label else text


def figure(value: float, unit: str) -> str:
    digits = 0 if value >= 100 or unit == "MiB" else 1 if unit == "µs" or value >= 10 else 2
    return f"{value:.{digits}f} {unit}"


def with_range(summary: dict[str, Any], unit: str) -> str:
    """Write a median with its range, with as many digits as it takes to tell them apart."""
    text = figure(summary["median"], unit)
    if summary.get("runs", 1) == 1:
        return text
    low, high = (figure(summary[end], unit).split()[0] for end in ("min", "max"))
    return f"{text} ({low}–{high})"


def load(name: str) -> dict[str, Any] | None:
    path = HERE / "results" / f"{name}.json"
    return json.loads(path.read_text(encoding="utf-8")) if path.exists() else None


def others(result: dict[str, Any], key: str | None = None) -> dict[str, dict[str, Any]]:
    """Return every peer's summary, or what it has under a key."""
    known = {name for _, names in COLUMNS for name in names}
    return {name: one if key is None else one[key] for name, one in result.items() if name in known}


def sample_rows(result: dict[str, Any]) -> Iterator[Row]:
    title = "an epoch, one example at a time", "一轮逐样本训练"
    yield Row(title, result["glassnet"], others(result))


def class_rows(result: dict[str, Any]) -> Iterator[Row]:
    for key, title in (
        ("fresh process", ("a step of the notes' class, processor time", "笔记的类，一步，处理器时间")),
        ("large arrays seen", ("the same, after large arrays were freed", "同上，释放过大数组之后")),
    ):
        yield Row(title, result[key]["glassnet"], others(result[key]), "µs")


def epoch_rows(result: dict[str, Any]) -> Iterator[Row]:
    for hidden, sides in result.items():
        title = f"an epoch in batches of 128, {hidden} hidden nodes", f"一轮训练，批量 128,{hidden} 个隐藏节点"
        yield Row(title, sides["glassnet"]["seconds"], others(sides, "seconds"))


def target_rows(result: dict[str, Any]) -> Iterator[Row]:
    """A side whose median accuracy falls short of the target is not compared by its time."""
    for target, sides in result.items():
        title = f"training to {target} % on the test digits, compiling apart", f"训练到测试准确率 {target} %，不含编译"
        remarks = {name: f", {side['accuracy']['median']:.2%}" for name, side in sides.items()}
        unfit = frozenset(name for name, side in sides.items() if not side["reached"])
        yield Row(title, sides["glassnet"]["seconds"], others(sides, "seconds"), remarks=remarks, unfit=unfit)


def query_rows(result: dict[str, Any]) -> Iterator[Row]:
    for key, unit, title in (
        ("one, µs", "µs", ("asking for one digit, 200 hidden nodes", "询问一个数字，200 个隐藏节点")),
        ("10,000, ms", "ms", ("asking for 10,000 at once", "一次询问 10,000 个")),
    ):
        yield Row(title, result["glassnet"][key], others(result, key), unit)


def loading_rows(result: dict[str, Any]) -> Iterator[Row]:
    yield Row(("reading the 109 MB CSV", "读取 109 MB 的 CSV"), result["glassnet"], others(result))


def process_rows(result: dict[str, Any]) -> Iterator[Row]:
    """The program of the notes was run once."""
    notes = {"median": result["notes-program, two CSV files"]["exit"]}
    title = "the whole program on the two CSV files, pictures drawn", "整个程序，读两个 CSV 并画图"
    yield Row(title, result["two CSV files"]["exit"], {"notes-program": notes})


def install_rows(result: dict[str, Any]) -> Iterator[Row]:
    own = result["glassnet"]
    yield Row(("importing, a whole process", "导入（整个进程）"), own["import"], others(result, "import"))
    sizes = {name: {"median": size} for name, size in others(result, "size MiB").items()}
    yield Row(("installed, with all it needs", "安装后大小（含依赖）"), {"median": own["size MiB"]}, sizes, "MiB")


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
"""Name of a result -> its rows, in the order of the table."""

Facts = Iterator[tuple[Both, Both]]


def accuracy_facts(result: dict[str, Any]) -> Facts:
    names: dict[str, Both] = {
        "notes": ("test accuracy of recipe `notes`, ten seeds", "测试准确率，配方 `notes`，十个种子"),
        "notes-code": ("test accuracy of recipe `notes-code`", "测试准确率，配方 `notes-code`"),
        "notes-program": ("test accuracy of the notes' program itself", "测试准确率，笔记的程序本身"),
    }
    for name, text in names.items():
        yield text, same(f"{result[name]['median']:.2%} ({result[name]['min']:.2%}–{result[name]['max']:.2%})")


def sample_facts(result: dict[str, Any]) -> Facts:
    if "one thread" in result:
        text = "an epoch, one example at a time, on one thread", "一轮逐样本训练，单线程"
        yield text, same(with_range(result["one thread"], "s"))


READ_BEFORE = ("accurate", "committee")
"""Recipes of which earlier versions were read on the test digits too, which had a part in how they became what they are
(results/trials-*.txt)."""


def recipe_facts(result: dict[str, Any]) -> Facts:
    for name, one in result.items():
        if name.endswith("four seeds"):
            several = f"{min(one['members']):.2%}–{max(one['members']):.2%}"
            text = "the same, seeds 0 to 3, the first of them above", "同上，种子 0 至 3（上一行为种子 0）"
            yield text, marked(same(several), one)
            continue
        took, best = f"{one['train seconds']:.0f} s", max(one["members"])
        where = one["processor"].removesuffix(" Processor").replace("(R)", "")
        text = f"{one['accuracy']:.2%} in {took} ({where})", f"{one['accuracy']:.2%},{took}({where})"
        if len(one["members"]) > 1:
            text = f"{text[0]}; its best member {best:.2%}", f"{text[1]}；最好的成员 {best:.2%}"
        if name in READ_BEFORE:
            text = f"{text[0]} (not the first version read on the test digits)", f"{text[1]}（此前各版本也读过测试集）"
        title = f"test accuracy of recipe `{name}`, one run", f"测试准确率，配方 `{name}`，一次训练"
        yield title, marked(text, one)


def marked(text: Both, one: dict[str, Any]) -> Both:
    """Say of what an older version of the numerics gave which it was."""
    version = one["numerics"]
    return (f"{text[0]} (numerics {version})", f"{text[1]}（数值版本 {version}）") if version < NUMERICS else text


def process_facts(result: dict[str, Any]) -> Facts:
    bundled = result["bundled data"]
    extra = result["import glassnet"]["exit"]["median"] - result["import numpy"]["exit"]["median"]
    shown, ended = (with_range(bundled[name], "s") for name in ("result on screen", "exit"))
    memory = bundled["peak MiB"]["median"]
    yield (
        ("`glassnet train`, from return to the result", "`glassnet train`，从回车到结果"),
        (
            f"{shown}, to the pictures and the end {ended}; peak memory {memory:.0f} MiB",
            f"{shown}，到图画完并结束 {ended}；内存峰值 {memory:.0f} MiB",
        ),
    )
    yield ("`import glassnet`, beyond NumPy's own", "`import glassnet`,NumPy 之外"), same(f"{extra:.2f} s")


def augment_facts(result: dict[str, Any]) -> Facts:
    rate = result["pictures a second"]
    text = f"{rate['median']:,.0f} ({rate['min']:,.0f}–{rate['max']:,.0f})"
    yield ("distorted pictures a second, everything on", "每秒生成的变形图片（全部变形）"), same(text)


def denormal_facts(result: dict[str, Any]) -> Facts:
    names: dict[str, Both] = {
        "adam": ("ten epochs of Adam, the last one's time over the first's", "Adam 十轮，末轮与首轮用时之比"),
        "notes, two hidden layers": ("the same of recipe `notes`, 200 and 100 nodes", "配方 `notes`,200 与 100 个节点"),
    }
    for name, text in names.items():
        yield text, same(f"{result[name]['last / first']:.2f}")


def neighbour_facts(result: dict[str, Any]) -> Facts:
    for recipe, count in itertools.product(("quick", "notes"), (1, 2)):
        one = result[f"{recipe}, {count} threads"]
        lost, taken = max(one["lost"], 0), one["taken"]["median"]
        text = (
            f"recipe `{recipe}` beside a busy process, {count} thread{'s' * (count > 1)}",
            f"配方 `{recipe}`，旁边有繁忙进程时，{count} 线程",
        )
        yield (
            text,
            (
                f"{lost:.0%} of its speed lost; it took {taken:.0%} of the cores",
                f"速度损失 {lost:.0%}；它占用 {taken:.0%}",
            ),
        )


def shard_facts(result: dict[str, Any]) -> Facts:
    for name, by_shards in result.items():
        counts = ", ".join(by_shards)
        text = f"an epoch of recipe `{name}` in {counts} shards", f"配方 `{name}` 的一轮，{counts} 个分片"
        yield text, same(", ".join(f"{one['median']:.2f}" for one in by_shards.values()) + " s")


def small_facts(result: dict[str, Any]) -> Facts:
    told = []
    for name, one in result.items():
        found = {side: summary["median"] for side, summary in one["ms an epoch"].items()}
        told.append((int(name.split()[0]), found["glassnet"], found["scikit-learn"] / found["glassnet"]))
    yield (
        (
            "an epoch of a small table in batches of 32, and scikit-learn",
            "小表格一轮，每批 32 行，与 scikit-learn 之比",
        ),
        (
            "; ".join(f"{rows:,} rows {ms:.2g} ms, {ratio:.1f}×" for rows, ms, ratio in told),
            ";".join(f"{rows:,} 行 {ms:.2g} ms,{ratio:.1f}×" for rows, ms, ratio in told),
        ),
    )


def growth_facts(result: dict[str, Any]) -> Facts:
    epoch, row = result["an epoch, ms"], result["a row, µs"]
    # A cost a thousand rows in ms is one a row in µs; weights are told by the thousand.
    start, each, off = epoch["at nothing"], 1e3 * epoch["each"], epoch["largest relative error"]
    yield (
        ("an epoch of recipe `quick`, from 1,000 to 6,000,000 rows", "配方 `quick` 的一轮，1,000 至 6,000,000 行"),
        (
            f"{start:.1f} ms and {each:.2f} µs a row, within {off:.0%}",
            f"{start:.1f} ms，加上每行 {each:.2f} µs，误差不超过 {off:.0%}",
        ),
    )
    start, each, off = row["at nothing"], 1e3 * row["each"], row["largest relative error"]
    yield (
        ("a row of it, with 32 to 4,096 hidden nodes", "其中一行，32 至 4,096 个隐藏节点"),
        (
            f"{start:.2f} µs and {each:.4f} µs for a thousand weights, within {off:.0%}",
            f"{start:.2f} µs，加上每千个权重 {each:.4f} µs，误差不超过 {off:.0%}",
        ),
    )
    memory = result["memory, MiB"]
    start, each, off = memory["at nothing"], 2**20 * memory["each"], memory["largest relative error"]
    yield (
        ("memory of a training of it", "训练它所需的内存"),
        (
            f"{start:.0f} MiB and {each:,.0f} bytes a row, within {off:.0%}",
            f"{start:.0f} MiB，加上每行 {each:,.0f} 字节，误差不超过 {off:.0%}",
        ),
    )


FACTS: dict[str, Callable[[dict[str, Any]], Facts]] = {
    "per_sample": sample_facts,
    "accuracy": accuracy_facts,
    "recipes": recipe_facts,
    "whole_process": process_facts,
    "augment": augment_facts,
    "denormals": denormal_facts,
    "neighbour": neighbour_facts,
    "shards": shard_facts,
    "small": small_facts,
    "growth": growth_facts,
}
"""Name of a result -> what it says of glassnet alone, in the order of the list."""


def same(text: str) -> Both:
    return text, text


def remark(found: dict[str, dict[str, Any]], language: int) -> str:
    """Name the machine, and every package by its version; of several machines, what was measured on which."""
    machines = [kept["machine"] for kept in found.values()]
    measured: dict[str, list[str]] = {}
    for name, kept in found.items():
        one = kept["machine"]
        blas = f", {one['blas']}" if "blas" in one else ""
        measured.setdefault(f"{one['processor']}, {one['cores']} cores{blas}", []).append(name)
    processors = "; ".join(
        f"{one} ({', '.join(names)})" if len(measured) > 1 else one for one, names in measured.items()
    )
    pythons = ", ".join(dict.fromkeys(one["python"] for one in machines))
    packages = dict.fromkeys(
        f"{name} {number}" for one in machines for name, number in one["packages"].items() if number
    )
    where = f"{processors}, Python {pythons}, {', '.join(packages)}"
    older: dict[int, list[str]] = {}
    for name, kept in found.items():
        if (version := machine.numerics_of(kept)) < NUMERICS:
            older.setdefault(version, []).append(name)
    told = "; ".join(f"{version} ({', '.join(older[version])})" for version in sorted(older))
    return (
        f"{where}; each row from one run, by `make bench`."
        + f" Measured before version {NUMERICS} of the [numerics](../src/glassnet/training/numerics.py): {told}."
        * bool(told),
        f"{where}；每行出自同一次运行，由 `make bench` 得出。"
        + f"早于[数值版本](../src/glassnet/training/numerics.py) {NUMERICS} 的结果：{told}。" * bool(told),
    )[language]


if __name__ == "__main__":
    main()
