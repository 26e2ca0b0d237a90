"""Chinese of the line about a column, its scaling or the targets, as ``str()`` of these objects has it in English."""

from __future__ import annotations

import re

from .language import chinese_list

_PARTS = {
    r"number": "数值",
    r"logarithm": "取对数",
    r"median (.+)": r"中位数 \1",
    r"(\S+) missing": r"缺失 \1",
    r"filled with (\S+)": r"以 \1 填补",
    r"filled with (\S+) and flagged": r"以 \1 填补并标记",
    r"flagged": "缺失值另作标记",
    r"filled and flagged": "填补并标记",
    r"dates": "日期",
    r"day first": "日在月前",
    r"month first": "月在日前",
    r"time zone (\S+)": r"时区 \1",
    r"yes or no": "是或否",
    r"(\S+%) yes": r"是占 \1",
    r"(\d+) words?": r"\1 个词",
    r"(\d+) rare words combined": r"合并 \1 个罕见词",
    r"the target": "目标",
    r"numbers": "数值",
    r"numbers in (.+)": r"数值，单位 \1",
    r"a label": "标签",
    r"(\d+) classes": r"\1 个类别",
    r"values": "数值",
    r"standardised": "标准化",
    r"several labels per sample": "每个样本可有多个标签",
    r"mean 0 and standard deviation 1 for each of (\d+) features": r"\1 个特征各自标准化为均值 0、标准差 1",
    r"(\S+) to (\S+)": r"\1 到 \2",
    r"(\S+) and (\S+)": r"\1 与 \2",
}
"""Part of a line -> its Chinese."""
_LINE = re.compile(r"([^()]*?)(?: \((.*)\))?((?:, [^()]*)?)")
"""What comes before a list in parentheses, the list, and what comes after it."""


def column_in_chinese(line: str) -> str:
    """Return a line about a column, a scaling or targets in Chinese; names, words and formulas do not change."""
    found = _LINE.fullmatch(line)
    if found is None:
        return line
    before, names, after = found.groups()
    listed = "" if names is None else f"（{chinese_list('names', names)}）"
    return (
        "，".join(map(_part, before.split(", "))) + listed + "".join(f"，{_part(one)}" for one in after.split(", ")[1:])
    )


def _part(text: str) -> str:
    for pattern, chinese in _PARTS.items():
        if found := re.fullmatch(pattern, text):
            return found.expand(chinese)
    return text
