"""What a finding says beyond its kind, in English and in Chinese: one place for each text.

A detail is the English text, as a command prints it and JSON has it, that also knows itself in Chinese.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from . import language

SHOWN = 5
"""How many rows, columns or values a finding names."""

DETAILS: dict[str, tuple[str, str]] = {
    # layout
    "widths": ("{widths} values, the others have {width}", "有 {widths} 个值，其余各行有 {width} 个"),
    "open_quote": ("a quotation mark that is not closed", "引号没有闭合"),
    "broken": ("{rows}: {why}", "{rows}:{why}"),
    "decimal_comma": ("fields such as 1,5", "有 1,5 这样的写法"),
    "no_values": ("{names}: no values", "{names}：没有值"),
    "same_names": ("{names}: the name of {columns} columns", "{names}：共 {columns} 列用此名称"),
    "turned": (
        "{rows} rows of {width} values: {width} samples of a label and {pixels} pixels",
        "{rows} 行，每行 {width} 个值：应为 {width} 个样本，各有一个标签和 {pixels} 个像素",
    ),
    "dates": ("{names}, such as {example!r}", "{names}，例如 {example!r}"),
    "unnamed": ("the unnamed column", "未命名的列"),
    "row_names": (
        "the unnamed column: a name of each row, as R writes it; training leaves it out too",
        "未命名的列：每行的行名（R 的写法）；训练时也会略去",
    ),
    "identifiers": ("{names}: another value in each of {rows:,} rows", "{names}：{rows:,} 行的值各不相同"),
    "strays": ("{rows}, such as {example!r} in {name}", "{rows}，例如 {name} 列的 {example!r}"),
    "stray": ("{example!r} in {name}", "{name} 列的 {example!r}"),
    "infinite": ("an infinite number in {name}", "{name} 列的无穷大"),
    "taken_for_missing": ("{rows}, such as {shown}", "{rows}，例如 {shown}"),
    "as_in_training": ("numbered as in the training data", "按训练数据编号"),
    "records": ("{names}: lists, records or the like", "{names}：列表、记录之类"),
    "sentinel": ("{value:g} in {name}, {rows}", "{name} 列的 {value:g}({rows})"),
    "capitals": ("{word!r} and {other!r} in {name}", "{name} 列的 {word!r} 与 {other!r}"),
    "the_label": ("the label", "标签"),
    "gaps_in": ("{rows} of {all:,} with {what} in {names}", "{all:,} 行中有 {rows}在 {names} 处有{what}"),
    "gaps": ("gaps", "空缺"),
    "beyond_measure": ("numbers beyond all measure", "过大的数值"),
    "gaps_or_beyond": ("gaps or numbers beyond all measure", "空缺或过大的数值"),
    "header": ("{names}: {advice}", "{names}:{advice}"),
    # the target
    "of_target": ("for {name}: {text}", "对于 {name}：{text}"),
    "first": ("the first", "第一列"),
    "last": ("the last", "最后一列"),
    "number": ("number {place}", "第 {place} 列"),
    "label_column": ("{name}, {where} of {width} columns", "{name}，共 {width} 列中的{where}"),
    "no_labels": (
        "neither the first nor the last of {width} columns looks like one{drawn}",
        "共 {width} 列，第一列与最后一列都不像标签{drawn}",
    ),
    "drawn": (
        ": {width} values make a picture of {rows} × {columns} and leave none",
        ":{width} 个值恰好是 {rows} × {columns} 的图片，没有剩余",
    ),
    "ones": ("0 and 1, which no sigmoid reaches", "0 与 1（sigmoid 达不到）"),
    "notes_targets": ("0.01 and 0.99", "0.01 与 0.99"),
    "one_hot": (
        "{count} columns from {name} on hold {values}, one class each",
        "从 {name} 起的 {count} 列只有 {values}，每列一类",
    ),
    # pixels
    "outside": (
        "{rows} with values such as {worst:g}; allowed are 0 to {maximum:g}",
        "{rows}有 {worst:g} 这样的值；允许 0 至 {maximum:g}",
    ),
    "up_to": ("the values go up to {high:g}, not {maximum:g}", "最大值为 {high:g}，而不是 {maximum:g}"),
    "from_to": (
        "the values go from {low:g} to {high:g}, allowed are 0 to {maximum:g}",
        "数值从 {low:g} 到 {high:g}，允许 0 至 {maximum:g}",
    ),
    "formula": ("the values go from {low:.6g} to {high:.6g}: {formula}", "数值从 {low:.6g} 到 {high:.6g}：{formula}"),
    "x_no_offset": ("x / 255 * 0.99, without + 0.01", "x / 255 * 0.99，少了 + 0.01"),
    "x_no_factor": ("x / 255 + 0.01, without * 0.99", "x / 255 + 0.01，少了 * 0.99"),
    "x_101": ("x / 255 * 0.99 + 1.01, where + 0.01 was meant", "x / 255 * 0.99 + 1.01，本应为 + 0.01"),
    "x_101_plain": ("x / 255 + 1.01, where * 0.99 + 0.01 was meant", "x / 255 + 1.01，本应为 * 0.99 + 0.01"),
    "x_one": ("x / 255 * 0.99 + 1, where + 0.01 was meant", "x / 255 * 0.99 + 1，本应为 + 0.01"),
    "x_factor": (
        "x / 255 * 0.01 + 1.01, where * 0.99 + 0.01 was meant",
        "x / 255 * 0.01 + 1.01，本应为 * 0.99 + 0.01",
    ),
    "x_notes_twice": ("x / 255 * 0.99 + 0.01, twice", "x / 255 * 0.99 + 0.01，做了两次"),
    "x_of_parts": ("x / 255 * 0.99 + 0.01 of values of 0 to 1", "对 0 至 1 的值做了 x / 255 * 0.99 + 0.01"),
    "x_twice": ("x / 255, twice", "x / 255，做了两次"),
    "x_standardised": (
        "(x / 255 - 0.1307) / 0.3081, MNIST standardised",
        "(x / 255 - 0.1307) / 0.3081，即标准化的 MNIST",
    ),
    "all_of_them": ("all", "全部"),
    "part_of": ("{count:,} of {all:,}", "{all:,} 张中有 {count:,} 张"),
    "bright": ("{share} pictures have a bright border", "{share}图片的边缘是亮的"),
    "one_grey": ("{pictures} of one grey", "{pictures}只有一种灰度"),
    "constant_pixels": ("{pixels} of {width}", "{width} 个中有 {pixels}"),
    "every_column": ("every column", "所有列"),
    "more_values": (
        "{width} values a sample: {extra} more than {rows} × {columns}",
        "每个样本 {width} 个值：比 {rows} × {columns} 多 {extra} 个",
    ),
    "fewer_values": (
        "{width} values a sample: {extra} less than {rows} × {columns}",
        "每个样本 {width} 个值：比 {rows} × {columns} 少 {extra} 个",
    ),
    # labels
    "words": ("words: {names}", "是文字：{names}"),
    "become": ("{old} become {new}", "{old} 改为 {new}"),
    "odd_labels": ("{rows} with labels such as {labels}", "{rows}的标签形如 {labels}"),
    "beyond": (
        "{rows} with label {labels}, for {classes} classes (0 to {last})",
        "{rows}的标签为 {labels}，而类别共 {classes} 个（0 至 {last}）",
    ),
    "one_label": ("every label is {name}", "所有标签都是 {name}"),
    "from_one": (
        "they go from 1 to {high}; all of them become less by one",
        "标签从 1 到 {high}；全部减一",
    ),
    "absent": ("no sample of {classes}, the labels go up to {high}", "没有 {classes} 的样本，标签最大为 {high}"),
    "uneven": ("{most:,} rows of {large}, {least:,} of {small}", "{large} 有 {most:,} 行，{small} 有 {least:,} 行"),
    "unreachable": (
        "--targets {targets} asks for {low:g} and {high:g}; weights grow without end towards them",
        "--targets {targets} 要求达到 {low:g} 与 {high:g}；权重会为此不断增大",
    ),
    # rows
    "a_row": ("row {row}", "第 {row} 行"),
    "torn": (
        "{rows}; {one} and {other} are equal but for the labels {label} and {second}",
        "{rows}；{one}与{other}除标签（{label} 与 {second}）外相同",
    ),
    "equal_aside": (
        "{rows} of {all:,} equal to earlier ones, labels left aside",
        "{all:,} 行中有 {rows}与前面的行相同（不计标签）",
    ),
    "equal": ("{rows} of {all:,} equal to an earlier one", "{all:,} 行中有 {rows}与前面的某行相同"),
    "by_value": ("each of its {count} values has one label", "它的 {count} 个值各对应一个标签"),
    "by_order": ("its order is that of the labels", "它的顺序就是标签的顺序"),
    "giveaway": ("{name} ({how})", "{name}({how})"),
    "changes": ("the label changes {changes} times in {rows:,} rows", "{rows:,} 行中标签只变化 {changes} 次"),
    # training and test data together
    "other_width": ("{width} columns, {source} has {other}", "有 {width} 列，而 {source} 有 {other} 列"),
    "shared_rows": ("{rows} of {training} are in {test} too", "{training} 中有 {rows}也在 {test} 中"),
    "strange_label": ("label {labels} does not occur in {source}", "标签 {labels} 在 {source} 中没有"),
    "lacking": ("no sample of {classes}", "没有 {classes} 的样本"),
    # folders of pictures
    "unreadable": ("{pictures} of {all:,}; {why}", "{all:,} 张中有 {pictures}；{why}"),
    "coloured": ("{pictures} of {all:,}, read in grey here", "{all:,} 张中有 {pictures}，此处按灰度读取"),
    "large": (
        "{wide} × {high} pixels, which would be {inputs:,} inputs",
        "{wide} × {high} 像素，即 {inputs:,} 个输入",
    ),
    "sizes": (
        "{pictures} of {all:,}; the others have {wide} × {high} pixels",
        "{all:,} 张中有 {pictures}；其余为 {wide} × {high} 像素",
    ),
    # programs
    "in_line": ("line {line}: {what}", "第 {line} 行：{what}"),
    "in_cell": ("cell {cell}, line {line}: {what}", "第 {cell} 个单元格第 {line} 行：{what}"),
    "is_now": ("{old} is {new}", "{old} 现为 {new}"),
    "the_same": ("{path}: {found} is the same", "{path}：就是 {found}"),
    "found_near": ("{path} is not there; {found} is", "{path} 不在那里；{found} 在"),
    "not_near": (
        "{path} is not there, nor is {name} beside the program",
        "{path} 不在那里，程序旁也没有 {name}",
    ),
    "pointer": ("{path} stands for {size:,} bytes", "{path} 代表 {size:,} 字节"),
    "matches_nothing": ("{path} matches no file", "{path} 没有匹配的文件"),
    "matches_near": ("{path} matches no file; {found} does", "{path} 没有匹配的文件；{found} 有"),
    "encoding": (
        "written in {encoding}, the encoding of Chinese Windows",
        "以 {encoding}（中文 Windows 的编码）书写",
    ),
    "no_indentation": (
        "all indentation is gone, as when copied from a web page",
        "缩进全部丢失，从网页复制时常见",
    ),
    "tabs": ("tabs among the blanks at the beginning", "行首空格中混有制表符"),
    "links_come_in": ("{scale} for {size}: {incoming} links come in", "{size} 用了 {scale}：传入的链接为 {incoming}"),
    "rate_is": ("{name} is {rate:g}", "{name} 为 {rate:g}"),
    "learning_rate": ("learning rate", "学习率"),
    "scaled_again": ("{name} was scaled before, and is scaled again", "{name} 已缩放过，又缩放一次"),
}
"""Key -> the text in English and in Chinese."""

_THINGS = {
    "row": "行",
    "picture": "张图片",
    "pixel": "个像素",
    "colour value": "个颜色值",
    "sample": "个样本",
    "value": "个值",
    "error": "个错误",
    "warning": "个警告",
    "remark": "个提示",
}


class Detail(str):
    """An English text that knows itself in Chinese.

    Parameters
    ----------
    english, chinese : str
    """

    chinese: str

    def __new__(cls, english: str, chinese: str = "") -> Detail:
        """Make the text; a copy gets its Chinese afterwards."""
        made = super().__new__(cls, english)
        made.chinese = chinese
        return made


def in_chinese(text: Any) -> Any:
    """Return a detail in Chinese; anything else as it is."""
    return text.chinese if isinstance(text, Detail) else text


def detail(key: str, **values: Any) -> Detail:
    """Fill a text of `DETAILS` in; values that are details themselves are filled in in the same language."""
    english, chinese = DETAILS[key]
    in_english = language.of_one(english, values).format(**values)
    return Detail(in_english, chinese.format(**{name: in_chinese(value) for name, value in values.items()}))


def counted(count: int, thing: str) -> Detail:
    """Write ``1 row`` or ``1,200 rows``."""
    return Detail(language.counted(count, thing), f"{count:,} {_THINGS[thing]}")


def listed(names: Sequence[object], limit: int = SHOWN) -> Detail:
    """Write the first few of several names."""
    return Detail(
        language.listed(names, limit),
        language.listed([in_chinese(name) for name in names[: limit + 1]], limit, "、", "……"),
    )
