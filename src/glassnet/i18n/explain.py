"""Words that ``glassnet explain`` prints on steps, answers, classes and nodes, in English and in Chinese."""

from __future__ import annotations

from collections.abc import Callable

from .plots import words_in
from .report import WORDS

EXPLAIN_WORDS: dict[str, tuple[str, str]] = {
    "page_written": ("page      {file}", "网页      {file}"),
    "picture_written": ("picture   {file}", "图        {file}"),
    # which step it is
    "step_example": ("the worked example of the notes", "笔记的例题"),
    "step_row": (
        "{source}, row {row}: true {label}, predicted {answer}",
        "{source}，第 {row} 行：真实 {label}，预测 {answer}",
    ),
    "step_member": ("; the first of {members} ensemble members", "；{members} 个集成成员中的第一个"),
    "step_of_run": (
        "epoch {epoch}, step {step} of the training run: {rows} of {source}{member}; weights {before}… before the "
        "step, {after}… after it, at most {gap} from the formulas.",
        "训练的第 {epoch} 轮第 {step} 步：{source} 的{rows}{member}；权重由 {before}… 变为 {after}…，"
        "与公式相差至多 {gap}。",
    ),
    "row_of_run": ("row {rows}", "第 {rows} 行"),
    "rows_of_run": ("rows {rows}", "第 {rows} 行"),
    "step_same": (
        "Bit-identical to the training run; epochs compared: {epochs}",
        "与原训练逐位一致；比较了 {epochs} 轮",
    ),
    "step_differs": ("Differs from the training run: {where}", "与原训练不一致：{where}"),
    "differs_epoch": ("the weights after epoch {epoch}", "第 {epoch} 轮后的权重"),
    "differs_initial": ("the initial weights", "初始权重"),
    # why
    "no_alike": (
        "no nearest training samples: name the training data with --train",
        "未列出最近的训练样本：请用 --train 指定训练数据",
    ),
    "is_known": ("{name}: true {label}", "{name}：真实 {label}"),
    "answered_with": ("predicted {answer}", "预测      {answer}"),
    "best_two": (
        "{best} with output {output}, then {second} with {value}",
        "{best}（输出 {output}），其次 {second}（输出 {value}）",
    ),
    "one_output": ("{answer} with output {output}", "{answer}（输出 {output}）"),
    "split_gap": (
        "margin    {gap}, {answer} against {rival} (difference of the logits), split exactly over the nodes of the "
        "last hidden layer:",
        "分差      {gap}，{answer} 对 {rival}（logit 之差），精确分解到最后一个隐藏层的各节点：",
    ),
    "split_sum": (
        "logit     {gap}, split exactly over the nodes of the last hidden layer:",
        "logit     {gap}，精确分解到最后一个隐藏层的各节点：",
    ),
    "split_number": (
        "value     {gap}, split exactly over the nodes of the last hidden layer:",
        "预测值    {gap}，精确分解到最后一个隐藏层的各节点：",
    ),
    "by_pixels": (
        "pixels    add {added} to the baseline of {without}, where all pixels are 0 (integrated gradients):",
        "像素      在基准 {without}（全部像素为 0）之上贡献 {added}（积分梯度）：",
    ),
    "target_is": ("{name}: {target} is {label}", "{name}：{target} 真实为 {label}"),
    "then_with": ("{best}, then {second} with {share}", "{best}，其次 {second}，概率 {share}"),
    "at_baseline": (
        "baseline  {answer}, in the middle of each column",
        "基准      {answer}（各列取中间值）",
    ),
    "by_columns": (
        "columns   take {what} from {without} to {gap} (integrated gradients):",
        "各列      使{what}由 {without} 变为 {gap}（积分梯度）：",
    ),
    "by_inputs": (
        "inputs    add {added} to the baseline of {without}, where all inputs are 0 (integrated gradients):",
        "输入      在基准 {without}（全部输入为 0）之上贡献 {added}（积分梯度）：",
    ),
    "for_classes": (
        "+ for {answer}, - for {rival}; # and = are stronger",
        "+ 支持 {answer}，- 支持 {rival}；# 与 = 表示更强",
    ),
    "for_label": ("+ for {name}, - against {name}; # and = are stronger", "+ 支持 {name}，- 反对；# 与 = 表示更强"),
    "for_number": (
        "+ increases {name}, - decreases it; # and = are stronger",
        "+ 使 {name} 升高，- 使其降低；# 与 = 表示更强",
    ),
    "nameless_input": ("input {number}", "输入 {number}"),
    "flips_to": (
        "change    a change of length {length} ({unit}) makes the model predict {other}",
        "改动      改动长度为 {length}（{unit}）时，预测变为 {other}",
    ),
    "flips_columns": (
        "change    the model predicts {other} if these columns change:",
        "改动      若以下各列改变，预测变为 {other}：",
    ),
    "unit_pixels": ("Euclidean over all pixels, largest value 1", "全部像素的欧氏长度，最大值为 1"),
    "unit_inputs": ("Euclidean over all inputs, largest value 1", "全部输入的欧氏长度，最大值为 1"),
    "flips_not": (
        "change    no small change was found that changes the prediction",
        "改动      未找到能改变预测的小改动",
    ),
    "alike_in_training": (
        "nearest   training samples, by Euclidean distance in the last hidden layer:",
        "最近      训练样本，按最后一个隐藏层的欧氏距离：",
    ),
    "alike_at": ("row {row}, true {label}, distance {far}", "第 {row} 行，真实 {label}，距离 {far}"),
    "alike_same": ("row {row}, true {label}, identical values", "第 {row} 行，真实 {label}，数值完全相同"),
    # nodes
    "nodes_of_layer": (
        "layer {layer}: {nodes} {activation} nodes, {share} of their derivatives near 0",
        "第 {layer} 层：{nodes} 个 {activation} 节点，导数接近 0 的占 {share}",
    ),
    "node_matters_so": (
        "  node {node:>4}  importance {matters:>8}  {bar:<10}  activation {mean:.2f}, saturated {flat:.1%}",
        "  节点 {node:>4}  重要性 {matters:>8}  {bar:<10}  平均激活 {mean:.2f}，饱和占 {flat:.1%}",
    ),
    "nodes_below": (
        "  … and {count} nodes of lower importance, down to {least}",
        "  ……其余 {count} 个节点重要性更低，最低 {least}",
    ),
    "nodes_dead": ("  dead (saturated on every sample): {which}", "  死节点（在每个样本上都饱和）：{which}"),
    "nodes_saturated": (
        "  saturated (on more than {share:.0%} of the samples): {which}",
        "  饱和节点（在超过 {share:.0%} 的样本上）：{which}",
    ),
    "node_which": ("{count} (node {nodes})", "{count} 个（节点 {nodes}）"),
    "nodes_which": ("{count} (nodes {nodes})", "{count} 个（节点 {nodes}）"),
    # one node
    "node_head": (
        "node {node} of hidden layer {layer} ({activation}), on {samples:,} samples of {source}",
        "第 {layer} 隐藏层节点 {node}（{activation}），{source} 的 {samples:,} 个样本",
    ),
    "node_activity": (
        "activity  mean activation {mean}, saturated on {flat} of the samples",
        "激活      平均激活值 {mean}，在 {flat} 的样本上饱和",
    ),
    "node_excited": ("excited   most by these samples:", "样本      激活值最大的样本："),
    "node_sample": (
        "row {row}, true {label}, weighted sum {sum}, activation {value}",
        "第 {row} 行，真实 {label}，加权和 {sum}，激活值 {value}",
    ),
    "node_by_class": ("classes   mean activation on the samples of each class:", "类别      各类样本上的平均激活值："),
    "node_by_label": (
        "labels    mean activation on the samples with each label:",
        "标签      带各标签的样本上的平均激活值：",
    ),
    "node_by_number": (
        "targets   correlation of the activation with each target:",
        "目标      激活值与各目标的相关系数：",
    ),
    "node_adds": (
        "outputs   contribution to the logit of each, on average (activation × weight):",
        "输出      对各输出 logit 的平均贡献（激活值 × 权重）：",
    ),
    "node_adds_below": (
        "outputs   contribution to the logit of each, on average (activation × gradient):",
        "输出      对各输出 logit 的平均贡献（激活值 × 梯度）：",
    ),
    "node_pixels": ("pixels    weights into the node:", "像素      节点的输入权重："),
    "node_pixels_below": (
        "pixels    mean gradient of the node's weighted sum:",
        "像素      节点加权和的平均梯度：",
    ),
    "node_inputs": ("inputs    weights into the node:", "输入      节点的输入权重："),
    "node_inputs_below": ("inputs    mean gradient of the node's weighted sum:", "输入      节点加权和的平均梯度："),
    "node_signs": (
        "+ excites the node, - inhibits it; # and = are stronger",
        "+ 使节点兴奋，- 使其抑制；# 与 = 表示更强",
    ),
    # what a class looks like
    "asked_again": (
        "{short_way:<9} {what}; predictions for these inputs: {answers}",
        "{short_way}  {what}；模型对这些输入的预测：{answers}",
    ),
    "no_way_back": (
        "backquery: omitted, because it requires sigmoid nodes in every layer",
        "反向查询：已略去，因为每一层都必须是 sigmoid 节点",
    ),
    "not_reached": (
        "missed    {classes}: no input was found that the model classifies as this class",
        "未找到    {classes}：没有找到会被预测为该类的输入",
    ),
    "typical_row": (
        "{label}: with the most probable words the model predicts {answer}, confidence {sure}",
        "{label}：各列取最可能的词时，模型预测 {answer}，置信度 {sure}",
    ),
    "typical_far": ("({far} standard deviations from the middle)", "（距中间值 {far} 个标准差）"),
    "typical_usual": (
        "Least typical columns first. The prior treats words as equally frequent and columns as independent, so such "
        "rows may not exist.",
        "最不典型的列在前。先验假设各词频率相同、各列相互独立，因此这样的行未必存在。",
    ),
}
"""Key -> the words in English and in Chinese; see `plots.words_in`."""


def explain_words(language: str) -> Callable[..., str]:
    """Return a function that gives the words of a key in a language, those of the report and of plots included."""
    return words_in(language, {**WORDS, **EXPLAIN_WORDS})
