"""What ``glassnet explain`` says of steps, answers, classes and nodes, in English and in Chinese."""

from __future__ import annotations

from collections.abc import Callable

from .plots import words_in
from .report import WORDS

EXPLAIN_WORDS: dict[str, tuple[str, str]] = {
    "page_written": ("page      {file}", "网页      {file}"),
    "picture_written": ("picture   {file}", "图        {file}"),
    # which step it is
    "step_example": ("the notes' worked example", "笔记的例题"),
    "step_row": (
        "{source}, row {row}: is {label}, answered {answer}",
        "{source}，第 {row} 行：实为 {label}，回答 {answer}",
    ),
    "step_member": ("; the first of {members} members", "；取 {members} 个网络中的第一个"),
    "step_of_run": (
        "epoch {epoch}, step {step} of the run: {rows} of {source}{member}; weights {before}… before and {after}… "
        "after, within {gap} of the formulas.",
        "训练的第 {epoch} 轮第 {step} 步：{source} 的{rows}{member}；之前的权重 {before}…，之后 {after}…，"
        "与公式相差至多 {gap}。",
    ),
    "row_of_run": ("row {rows}", "第 {rows} 行"),
    "rows_of_run": ("rows {rows}", "第 {rows} 行"),
    "step_same": (
        "Same bits as the run; epochs compared: {epochs}",
        "与那次训练逐位相同；比较了 {epochs} 轮",
    ),
    "step_differs": ("It differs: {where}", "有差异：{where}"),
    "differs_epoch": ("the weights after epoch {epoch}", "第 {epoch} 轮后的权重"),
    "differs_initial": ("the initial weights", "初始权重"),
    # why
    "no_alike": (
        "what is alike is left out: name the training data with --train",
        "未列出相似样本：用 --train 指明训练数据",
    ),
    "named_row": ("{source}, row {row}", "{source}，第 {row} 行"),
    "is_known": ("{name}: is {label}", "{name}：实为 {label}"),
    "answered_with": ("answer    {answer}", "回答      {answer}"),
    "best_two": (
        "{best} with {output}, then {rival} with {second}",
        "{best}（输出 {output}），其次 {rival}（输出 {second}）",
    ),
    "one_output": ("{answer} with {output}", "{answer}（输出 {output}）"),
    "split_gap": (
        "gap       {gap} between their sums, split exactly over the last hidden nodes:",
        "差值      两者的和相差 {gap}，精确地拆到末个隐藏层的各节点：",
    ),
    "split_sum": (
        "sum       {gap}, split exactly over the last hidden nodes:",
        "和        {gap}，精确地拆到末个隐藏层的各节点：",
    ),
    "split_number": (
        "number    {gap}, split exactly over the last hidden nodes:",
        "数值      {gap}，精确地拆到末个隐藏层的各节点：",
    ),
    "by_pixels": (
        "pixels    they add {added} to the {without} of all pixels 0 (integrated gradients):",
        "像素      在全部像素为 0 时的 {without} 之上增加 {added}（积分梯度）：",
    ),
    "by_columns": (
        "columns   they add {added} to the {without} of all columns about their middle (integrated gradients):",
        "各列      在各列约取中间值时的 {without} 之上增加 {added}（积分梯度）：",
    ),
    "by_inputs": (
        "inputs    they add {added} to the {without} of all inputs 0 (integrated gradients):",
        "输入      在全部输入为 0 时的 {without} 之上增加 {added}（积分梯度）：",
    ),
    "for_classes": (
        "+ speaks for {answer}, - for {rival}; # and = strongly",
        "+ 支持 {answer},- 支持 {rival};# 与 = 表示强烈",
    ),
    "for_label": ("+ speaks for {name}, - against it; # and = strongly", "+ 支持 {name},- 反对；# 与 = 表示强烈"),
    "for_number": ("+ raises {name}, - lowers it; # and = strongly", "+ 使 {name} 升高，- 使它降低；# 与 = 表示强烈"),
    "nameless_input": ("input {number}", "输入 {number}"),
    "flips_to": (
        "flip      a change of {length} ({unit}) makes it {other}; asked again",
        "翻转      改动 {length}（{unit}）即变为 {other}；已重新询问",
    ),
    "unit_columns": ("as its columns are encoded", "按各列的编码"),
    "unit_pixels": ("of the largest value, Euclid over all pixels", "以最大值为 1，对全部像素的欧氏长度"),
    "unit_inputs": ("of the largest value, Euclid over all inputs", "以最大值为 1，对全部输入的欧氏长度"),
    "flips_not": (
        "flip      no small change was found that changes the answer",
        "翻转      未找到能改变回答的小改动",
    ),
    "alike_in_training": (
        "alike     in training, by Euclid's distance of the last hidden layer: {listed}",
        "相似      训练数据中，按末个隐藏层的欧氏距离：{listed}",
    ),
    "alike_at": ("row {row} ({label}) at {far}", "第 {row} 行（{label}），距离 {far}"),
    "alike_same": ("row {row} ({label}), the same values", "第 {row} 行（{label}），数值完全相同"),
    # nodes
    "nodes_of_layer": (
        "layer {layer}: {nodes} {activation} nodes, {share} of their derivatives nearly 0",
        "第 {layer} 层：{nodes} 个 {activation} 节点，导数接近 0 的占 {share}",
    ),
    "node_matters_so": (
        "  node {node:>4}  matters {matters:>8}  says {mean:.2f} in the mean, flat at {flat:.1%}  {bar}",
        "  节点 {node:>4}  作用 {matters:>8}  平均输出 {mean:.2f}，平坦于 {flat:.1%} 的样本  {bar}",
    ),
    "nodes_below": (
        "  … and {count} that matter less, down to {least}",
        "  ……其余 {count} 个作用更小，最小 {least}",
    ),
    "nodes_dead": ("  dead (flat at every sample): {which}", "  失活（对每个样本都平坦）：{which}"),
    "nodes_saturated": (
        "  saturated (flat at more than {share:.0%}): {which}",
        "  饱和（对超过 {share:.0%} 的样本平坦）：{which}",
    ),
    "node_which": ("{count}: node {nodes}", "{count} 个：节点 {nodes}"),
    "nodes_which": ("{count}: nodes {nodes}", "{count} 个：节点 {nodes}"),
    # what a class looks like
    "asked_again": (
        "{way:<9} {what}; asked again, the model answers {answers}",
        "{way:<9} {what}；再问一次，模型回答 {answers}",
    ),
    "no_way_back": (
        "backquery: left out; the book's way back needs sigmoid nodes in every layer",
        "backquery：略去；书中的反向查询要求每一层都是 sigmoid 节点",
    ),
    "not_reached": (
        "missed    {classes}: no input was found that the model takes for this class",
        "未及      {classes}：没有找到模型会认作该类的输入",
    ),
    "typical_row": (
        "{label}: this row, asked again with the likeliest words, is answered {answer}, {sure} sure",
        "{label}：以最可能的词再问一次这一行，回答 {answer}，置信度 {sure}",
    ),
    "typical_far": ("{far} deviations from the middle", "距中间 {far} 个偏差"),
    "typical_usual": (
        "Least usual first. Words count as alike frequent and columns as independent: no row like these need exist.",
        "最不寻常的在前。各词视为同样常见，各列视为相互独立：这样的行未必真的存在。",
    ),
}
"""Key -> the word in English and in Chinese; see `pictures.words`."""


def explain_words(language: str) -> Callable[..., str]:
    """Return what gives a word in a language, those of the report and of pictures among them."""
    return words_in(language, {**WORDS, **EXPLAIN_WORDS})
