"""What ``glassnet labels`` prints, in English and in Chinese."""

from __future__ import annotations

from .language import Say, speaking

LABELS_WORDS: dict[str, tuple[str, str]] = {
    "fold": (
        "fold {number} of {folds}: {accuracy:.2%} answered as they are labelled",
        "第 {number} 折（共 {folds} 折）：{accuracy:.2%} 的回答与标签一致",
    ),
    "judged": (
        "labels    {count:,} of {source}; {accuracy:.2%} look like their label to networks that have not seen them",
        "标签      {source} 共 {count:,} 个；在没见过它们的网络看来，{accuracy:.2%} 与标签相符",
    ),
    "none_wrong": (
        "estimate  no wrong or ambiguous labels: none looks like another class",
        "估计      没有错误或有歧义的标签：没有一个更像别的类别",
    ),
    "some_wrong": (
        "estimate  {count:,} wrong or ambiguous labels; about {errors:,} wrong ({share:.2%})",
        "估计      {count:,} 个标签错误或有歧义；其中约 {errors:,} 个有误（{share:.2%}）",
    ),
    "all_ambiguous": (
        "          the classes overlap, as far as {samples:,} samples show: no evidence that any of these is wrong",
        "          就这 {samples:,} 个样本来看，各类别互相重叠：没有证据表明其中有错误的标签",
    ),
    "some_ambiguous": (
        "          ambiguous rather than wrong: {ambiguous:,}; there the classes overlap, and the label may be right",
        "          其余 {ambiguous:,} 个有歧义：类别在那里互相重叠，标签可能是对的",
    ),
    "suspect_row": ("row {row}", "第 {row} 行"),
    "suspect": (
        "          {where}   labelled {label} ({given:6.1%})   looks like {likely} ({other:6.1%})   wrong {wrong:4.0%}",
        "          {where}   标签 {label}({given:6.1%})   更像 {likely}({other:6.1%})   有误 {wrong:4.0%}",
    ),
    "empty_list": ("list      {file}: empty", "列表      {file}：空"),
    "suspects_picture": ("picture   {file}: the first of them", "图        {file}：排在最前的"),
    "no_suspects": ("no suspects, no picture: {file} was not written", "没有可疑的标签，因此没有图：未写入 {file}"),
    "list": (
        "list      {file}: fill in the column 'new' with the right label or drop, where one is wrong",
        "列表      {file}：标签有误时，在 new 列填写正确的标签或 drop",
    ),
    "ambiguous_list": (
        "list      {file}: all of them, with the probability that each label is wrong",
        "列表      {file}：全部样本，以及各标签有误的概率",
    ),
    "go_on": ("next      {command}", "下一步    {command}"),
    "repaired_copy": (
        "repaired  {file}: labels changed {changed:,}, samples left out {dropped:,}",
        "已修复    {file}：改了 {changed:,} 个标签，略去 {dropped:,} 个样本",
    ),
}
"""Key -> the words in English and in Chinese; see `language.speaking`."""


def labels_words(language: str) -> Say:
    """Return what gives these words in a language."""
    return speaking(language, LABELS_WORDS)
