"""Texts of ``glassnet labels``, in English and in Chinese."""

from __future__ import annotations

from .language import Say, speaking

LABELS_WORDS: dict[str, tuple[str, str]] = {
    "fold": (
        "fold {number} of {folds}: {accuracy:.2%} of the predictions match the labels",
        "第 {number} 折（共 {folds} 折）：{accuracy:.2%} 的预测与标签一致",
    ),
    "judged": (
        "labels    {count:,} of {source}; {accuracy:.2%} match the cross-validated predictions",
        "标签      {source} 共 {count:,} 个；{accuracy:.2%} 与交叉验证的预测一致",
    ),
    "none_wrong": (
        "estimate  no wrong or ambiguous labels: every label matches the prediction",
        "估计      没有有误或有歧义的标签：标签与预测全部一致",
    ),
    "some_wrong": (
        "estimate  {count:,} wrong or ambiguous labels; about {errors:,} wrong ({share:.2%})",
        "估计      {count:,} 个标签有误或有歧义，其中约 {errors:,} 个有误（{share:.2%}）",
    ),
    "all_ambiguous": (
        "          the classes overlap in these {samples:,} samples: no evidence that any label is wrong",
        "          在这 {samples:,} 个样本中，各类别相互重叠：没有证据表明标签有误",
    ),
    "some_ambiguous": (
        "          {ambiguous:,} ambiguous: the classes overlap there, and the label may be right",
        "          其余 {ambiguous:,} 个有歧义：类别在该处相互重叠，标签可能正确",
    ),
    "suspect_row": ("row {row}", "第 {row} 行"),
    "suspect": (
        "          {where}   label {label} ({given:6.1%})   predicted {likely} ({other:6.1%})   wrong {wrong:4.0%}",
        "          {where}   标签 {label}（{given:6.1%}）   预测 {likely}（{other:6.1%}）   有误 {wrong:4.0%}",
    ),
    "empty_list": ("list      {file}: empty", "列表      {file}：为空"),
    "suspects_picture": ("picture   {file}: the first suspects", "图        {file}：排在最前的可疑样本"),
    "no_suspects": ("no suspect labels: {file} was not written", "没有可疑的标签：未写入 {file}"),
    "list": (
        "list      {file}: for each wrong label, enter the right one, or drop, in the column 'new'",
        "列表      {file}：标签有误时，在 new 列填写正确的标签或 drop",
    ),
    "ambiguous_list": (
        "list      {file}: all suspects, with the probability that each label is wrong",
        "列表      {file}：全部可疑样本，以及各标签有误的概率",
    ),
    "go_on": ("next      {command}", "下一步    {command}"),
    "repaired_copy": (
        "repaired  {file}: {changed:,} labels changed, {dropped:,} samples dropped",
        "已修复    {file}：更改 {changed:,} 个标签，删去 {dropped:,} 个样本",
    ),
}
"""Key -> the text in English and in Chinese; see `language.speaking`."""


def labels_words(language: str) -> Say:
    """Return the function that gives these texts in a language."""
    return speaking(language, LABELS_WORDS)
