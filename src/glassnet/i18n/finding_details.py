"""Details of a finding beyond its kind, in English and in Chinese.

A detail is its English text, as commands print it and JSON has it, and carries its Chinese.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from . import language, plurals

SHOWN = 5
"""Most rows, columns or values that a finding names."""

DETAILS: dict[str, tuple[str, str]] = {
    # layout
    "widths": ("{widths} values instead of {width}", "有 {widths} 个值，应为 {width} 个"),
    "open_quote": ("an unclosed quotation mark", "引号没有闭合"),
    "broken": ("{rows}: {why}", "{rows}：{why}"),
    "decimal_comma": ("fields such as 1,5", "形如 1,5 的字段"),
    "no_values": ("{names}: no values", "{names}：没有值"),
    "same_names": ("{names}: shared by {columns} columns", "{names}：共 {columns} 列同名"),
    "turned": (
        "{rows} rows of {width} values, which are {width} samples of a label and {pixels} pixels",
        "{rows} 行，每行 {width} 个值：应为 {width} 个样本，各有一个标签和 {pixels} 个像素",
    ),
    "dates": ("{names}, such as {example!r}", "{names}，例如 {example!r}"),
    "unnamed": ("the unnamed column", "未命名的列"),
    "row_names": (
        "the unnamed column: row names as R writes them; training omits them too",
        "未命名的列：R 写出的行名；训练时也会略去",
    ),
    "identifiers": ("{names}: a different value in each of {rows:,} rows", "{names}：{rows:,} 行的值各不相同"),
    "strays": ("{rows}, such as {example!r} in {name}", "{rows}，例如 {name} 列的 {example!r}"),
    "stray": ("{example!r} in {name}", "{name} 列的 {example!r}"),
    "infinite": ("an infinite value in {name}", "{name} 列的无穷大"),
    "words_among": ("{name}: {words} in {rows}", "{name} 列的 {words}（{rows}）"),
    "taken_for_missing": ("{rows}, such as {shown}", "{rows}，例如 {shown}"),
    "as_in_training": ("numbered as in the training data", "按训练数据编号"),
    "records": ("{names}: lists, records or similar", "{names}：列表、记录之类"),
    "sentinel": ("{value:g} in {name}, {rows}", "{name} 列的 {value:g}（{rows}）"),
    "capitals": ("{word!r} and {other!r} in {name}", "{name} 列的 {word!r} 与 {other!r}"),
    "the_label": ("the label", "标签"),
    "gaps_in": ("{rows:,} of {all:,} rows with {what} in {names}", "{all:,} 行中有 {rows:,} 行的 {names} 有{what}"),
    "unlabelled": ("{rows:,} of {all:,} rows have no value in {name}", "{all:,} 行中有 {rows:,} 行的 {name} 没有值"),
    "gaps": ("missing values", "缺失值"),
    "extremes": ("infinite or too large values", "无穷大或过大的数值"),
    "gaps_or_extremes": ("missing, infinite or too large values", "缺失、无穷大或过大的数值"),
    # the target
    "of_target": ("for {name}: {text}", "预测 {name} 时：{text}"),
    "first": ("the first", "第一列"),
    "last": ("the last", "最后一列"),
    "number": ("number {place}", "第 {place} 列"),
    "label_column": ("{name}, {where} of {width} columns", "{name}，共 {width} 列中的{where}"),
    "no_labels": (
        "neither the first nor the last of {width} columns looks like labels{drawn}",
        "共 {width} 列，第一列与最后一列都不像标签{drawn}",
    ),
    "drawn": (
        "; {width} values are exactly an image of {rows} × {columns}",
        "；{width} 个值恰好构成 {rows} × {columns} 的图片",
    ),
    "ones": ("0 and 1, which a sigmoid cannot reach", "0 与 1（sigmoid 达不到）"),
    "notes_targets": ("0.01 and 0.99", "0.01 与 0.99"),
    "one_hot": (
        "{count} columns starting with {name} hold {values}, one per class",
        "从 {name} 起的 {count} 列只含 {values}，每类一列",
    ),
    # pixels
    "outside": (
        "{rows} with values such as {worst:g}; the range is 0 to {maximum:g}",
        "{rows}有 {worst:g} 这样的值；允许范围为 0 至 {maximum:g}",
    ),
    "up_to": ("the largest value is {high:g}, not {maximum:g}", "最大值为 {high:g}，而不是 {maximum:g}"),
    "from_to": (
        "values from {low:g} to {high:g}; the range is 0 to {maximum:g}",
        "数值从 {low:g} 到 {high:g}；允许范围为 0 至 {maximum:g}",
    ),
    "formula": ("values from {low:.6g} to {high:.6g}: {formula}", "数值从 {low:.6g} 到 {high:.6g}：{formula}"),
    "x_no_offset": ("x / 255 * 0.99, without + 0.01", "x / 255 * 0.99，少了 + 0.01"),
    "x_no_factor": ("x / 255 + 0.01, without * 0.99", "x / 255 + 0.01，少了 * 0.99"),
    "x_101": ("x / 255 * 0.99 + 1.01, instead of + 0.01", "x / 255 * 0.99 + 1.01，应为 + 0.01"),
    "x_101_plain": ("x / 255 + 1.01, instead of * 0.99 + 0.01", "x / 255 + 1.01，应为 * 0.99 + 0.01"),
    "x_one": ("x / 255 * 0.99 + 1, instead of + 0.01", "x / 255 * 0.99 + 1，应为 + 0.01"),
    "x_factor": (
        "x / 255 * 0.01 + 1.01, instead of * 0.99 + 0.01",
        "x / 255 * 0.01 + 1.01，应为 * 0.99 + 0.01",
    ),
    "x_notes_twice": ("x / 255 * 0.99 + 0.01, applied twice", "x / 255 * 0.99 + 0.01，做了两次"),
    "x_of_parts": (
        "x / 255 * 0.99 + 0.01, applied to values from 0 to 1",
        "对 0 至 1 的值做了 x / 255 * 0.99 + 0.01",
    ),
    "x_twice": ("x / 255, applied twice", "x / 255，做了两次"),
    "x_standardised": (
        "(x / 255 - 0.1307) / 0.3081, the standardisation of MNIST",
        "(x / 255 - 0.1307) / 0.3081，即 MNIST 的标准化",
    ),
    "all_of_them": ("all", "全部"),
    "fraction_of": ("{count:,} of {all:,}", "{all:,} 张中有 {count:,} 张"),
    "bright": ("{share} images have a bright border", "{share}图片的边缘是亮的"),
    "one_grey": ("{images} with a single grey level", "{images}只有一种灰度"),
    "constant_pixels": ("{count:,} of {width:,} pixels", "{width:,} 个像素中有 {count:,} 个"),
    "constant_colours": ("{count:,} of {width:,} colour values", "{width:,} 个颜色值中有 {count:,} 个"),
    "every_column": ("every column", "所有列"),
    "no_inputs": (
        "every other column is constant, identifies the rows, or has words that hardly recur",
        "其余各列都是常数、只标识各行，或是很少重复的词",
    ),
    "more_values": (
        "{width} values per sample, {extra} more than {rows} × {columns}",
        "每个样本 {width} 个值：比 {rows} × {columns} 多 {extra} 个",
    ),
    "fewer_values": (
        "{width} values per sample, {extra} fewer than {rows} × {columns}",
        "每个样本 {width} 个值：比 {rows} × {columns} 少 {extra} 个",
    ),
    # labels
    "words": ("words: {names}", "文字标签：{names}"),
    "become": ("{old} become {new}", "{old} 改为 {new}"),
    "odd_labels": ("{rows} with labels such as {labels}", "{rows}的标签形如 {labels}"),
    "beyond": (
        "{rows} with label {labels}; there are {classes} classes (0 to {last})",
        "{rows}的标签为 {labels}，而类别共 {classes} 个（0 至 {last}）",
    ),
    "one_label": ("every label is {name}", "所有标签都是 {name}"),
    "from_one": ("labels from 1 to {high}; each becomes one less", "标签从 1 到 {high}；全部减一"),
    "absent": (
        "no samples of class {classes}; the largest label is {high}",
        "没有类别 {classes} 的样本；标签最大为 {high}",
    ),
    "uneven": ("{most:,} rows of {large}, {least:,} of {small}", "{large} 有 {most:,} 行，{small} 有 {least:,} 行"),
    "unreachable": (
        "--targets {targets} sets targets of {low:g} and {high:g}; the weights grow without bound towards them",
        "--targets {targets} 的目标值为 {low:g} 与 {high:g}；权重会因此不断增大",
    ),
    # rows
    "a_row": ("row {row}", "第 {row} 行"),
    "torn": (
        "{rows}; {one} and {other} differ only in their labels, {label} and {second}",
        "{rows}；{one} 与 {other} 只有标签不同（{label} 与 {second}）",
    ),
    "equal_aside": (
        "{rows:,} of {all:,} rows identical to an earlier one, ignoring labels",
        "{all:,} 行中有 {rows:,} 行与前面的某行相同（不计标签）",
    ),
    "equal": (
        "{rows:,} of {all:,} rows identical to an earlier one",
        "{all:,} 行中有 {rows:,} 行与前面的某行相同",
    ),
    "by_value": ("each of its {count} values has only one label", "其 {count} 个取值各只对应一个标签"),
    "by_order": ("its order is that of the labels", "排列顺序与标签相同"),
    "giveaway": ("{name} ({how})", "{name}（{how}）"),
    "changes": ("the label changes {changes} times in {rows:,} rows", "{rows:,} 行中标签只变化 {changes} 次"),
    # training and test data together
    "other_width": ("{width} columns; {source} has {other}", "有 {width} 列，而 {source} 有 {other} 列"),
    "shared_rows": ("{rows} of {training} also in {test}", "{training} 中有 {rows}也在 {test} 中"),
    "strange_label": ("label {labels} does not occur in {source}", "{source} 中没有标签 {labels}"),
    "lacking": ("no samples of class {classes}", "没有类别 {classes} 的样本"),
    # folders of images
    "unreadable": ("{count:,} of {all:,} images; {why}", "{all:,} 张图片中有 {count:,} 张；{why}"),
    "coloured": (
        "{count:,} of {all:,} images, read as greyscale here",
        "{all:,} 张图片中有 {count:,} 张，此处按灰度读取",
    ),
    "large": (
        "{wide} × {high} pixels, which are {inputs:,} inputs",
        "{wide} × {high} 像素，即 {inputs:,} 个输入",
    ),
    "sizes": (
        "{count:,} of {all:,} images; the others have {wide} × {high} pixels",
        "{all:,} 张图片中有 {count:,} 张；其余为 {wide} × {high} 像素",
    ),
    # programs
    "in_line": ("line {line}: {what}", "第 {line} 行：{what}"),
    "in_cell": ("cell {cell}, line {line}: {what}", "第 {cell} 个单元格第 {line} 行：{what}"),
    "is_now": ("{old} is now {new}", "{old} 现为 {new}"),
    "use_instead": ("{path}; use {found}", "{path}；可改用 {found}"),
    "found_near": ("{path} does not exist; found {found}", "{path} 不存在；找到了 {found}"),
    "mnist_file": (
        "{path} does not exist; write it with: {command}",
        "{path} 不存在；可用以下命令写出：{command}",
    ),
    "not_near": (
        "{path} does not exist, and there is no {name} near the program",
        "{path} 不存在，程序附近也没有 {name}",
    ),
    "pointer": ("{path} points to {size:,} bytes of data", "{path} 指向 {size:,} 字节的数据"),
    "matches_nothing": ("{path} matches no file", "{path} 没有匹配的文件"),
    "matches_near": ("{path} matches no file; {found} does", "{path} 没有匹配的文件，{found} 有"),
    "encoding": (
        "encoded in {encoding}, the encoding of Chinese Windows",
        "编码为 {encoding}（中文 Windows 的编码）",
    ),
    "indentation_guessed": (
        "all indentation is missing; where blocks end is a guess in line {lines}",
        "缩进全部丢失；以下各行的缩进只能推测：{lines}",
    ),
    "indentation_certain": (
        "all indentation is missing; the rules of Python restore it",
        "缩进全部丢失；可由 Python 的语法恢复",
    ),
    "too_deep": ("nested too deeply", "嵌套过深"),
    "tabs": ("tabs mixed with spaces in the indentation", "缩进的空格中混有制表符"),
    "own_nodes": (
        "{scale} for {size}, where the number of incoming connections is {incoming}",
        "{size} 用了 {scale}，而传入的连接数为 {incoming}",
    ),
    "rate_is": ("{name} is {rate:g}", "{name} 为 {rate:g}"),
    "learning_rate": ("learning rate", "学习率"),
    "scaled_again": ("{name} is already scaled, and is scaled again", "{name} 已缩放过，又缩放一次"),
}
"""Key -> the text in English and in Chinese."""

_THINGS = {
    "row": "行",
    "image": "张图片",
    "sample": "个样本",
    "value": "个值",
    "error": "个错误",
    "warning": "个警告",
    "remark": "个提示",
}


class Detail(str):
    """An English text that carries its Chinese translation.

    Parameters
    ----------
    english, chinese : str
    """

    chinese: str

    def __new__(cls, english: str, chinese: str = "") -> Detail:
        """Create the text; copying and unpickling set its Chinese afterwards."""
        made = super().__new__(cls, english)
        made.chinese = chinese
        return made


def detail_in_chinese(text: Any) -> Any:
    """Return the Chinese of a `Detail`; return anything else unchanged."""
    return text.chinese if isinstance(text, Detail) else text


def detail(key: str, **values: Any) -> Detail:
    """Fill in a text of `DETAILS`; values that are details themselves appear in the same language."""
    english, chinese = DETAILS[key]
    in_english = plurals.agreeing(english, values).format(**values)
    return Detail(in_english, chinese.format(**{name: detail_in_chinese(value) for name, value in values.items()}))


def counted(count: int, thing: str) -> Detail:
    """Return ``1 row`` or ``1,200 rows``."""
    return Detail(language.counted(count, thing), f"{count:,} {_THINGS[thing]}")


def joined(details: Sequence[Detail]) -> Detail:
    """Return details as one, separated by semicolons."""
    return Detail("; ".join(details), "；".join(map(detail_in_chinese, details)))


def listed(names: Sequence[object], limit: int = SHOWN) -> Detail:
    """Return the first few names, with an ellipsis if there are more."""
    return Detail(
        language.listed(names, limit),
        language.listed([detail_in_chinese(name) for name in names[: limit + 1]], limit, "、", "……"),
    )
