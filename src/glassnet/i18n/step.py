"""Words that describe one training step, on its page and in a terminal, in English and in Chinese."""

from __future__ import annotations

from collections.abc import Callable

from .plots import words_in

STEP_WORDS: dict[str, tuple[str, str]] = {
    # the head
    "step_title": ("One training step of {sizes}, rule {rule}", "{sizes} 的一步训练，规则 {rule}"),
    "step_how": ("α = {rate}, optimizer {optimizer}.", "α = {rate}，优化器 {optimizer}。"),
    "step_loss": (
        "Loss ({loss}): {before} before the step, {after} after it.",
        "损失 {loss}：这一步之前 {before}，之后 {after}。",
    ),
    "step_batch": (
        "The batch has {samples} samples: signals and errors are those of the first, weight changes are averaged.",
        "这一批有 {samples} 个样本：信号与误差取自第一个样本，权重改变量为全批平均。",
    ),
    "step_masked": (
        "m is the dropout mask: 0 for dropped nodes, above 1 for the remaining nodes.",
        "m 是 dropout 的掩码：被丢弃的节点为 0，其余节点大于 1。",
    ),
    "step_sample": ("sample", "样本"),
    "step_colours": (
        "Matrix images: orange is positive, blue negative; rows are the nodes that weights lead to, columns the nodes "
        "that they come from.",
        "矩阵图像：橙色为正，蓝色为负；每行是权重指向的节点，每列是权重来自的节点。",
    ),
    # headings
    "signals": ("signals", "信号"),
    "errors_back": ("errors", "误差"),
    "changes_made": ("changes", "改变量"),
    "step_layer": ("layer {number}", "第 {number} 层"),
    "step_shape": ("W is {rows} × {columns}", "W 为 {rows} × {columns}"),
    # formulas
    "error_here": ("at the outputs e = t − o", "输出处 e = t − o"),
    "error_back": ("sent back from layer {above}: e = {ways}", "由第 {above} 层传回：e = {ways}"),
    "error_way": ("{formula} ({short_rule})", "{formula}（{short_rule}规则）"),
    "by_rule": ("{symbol} {short_rule}", "{symbol} {short_rule}"),
    "derivative": (", f′ = o (1 − o)", "，其中 f′ = o (1 − o)"),
    "delta_loss": ("δ = −∂E/∂z, the negative gradient of the loss", "δ = −∂E/∂z，即损失的负梯度"),
    "change_optimizer": (
        "ΔW by {optimizer} from the gradient −δ · O_prevᵀ",
        "ΔW 由 {optimizer} 根据梯度 −δ · O_prevᵀ 得出",
    ),
    "first_change": ("the largest change: {formula}", "最大的改变量：{formula}"),
    # columns and matrices
    "node_column": ("node", "节点"),
    "link_column": ("weight", "权重"),
    "sum_column": ("sum z", "加权和 z"),
    "says_column": ("output o", "输出 o"),
    "target_column": ("target t", "目标 t"),
    "proportion_column": ("proportional e", "按比例的 e"),
    "before_column": ("before", "之前"),
    "after_column": ("after", "之后"),
    "difference_column": ("difference", "两者之差"),
    "weight_before": ("W before the step", "这一步之前的 W"),
    "weight_after": ("W after the step", "这一步之后的 W"),
    "change_by": ("ΔW by rule {short_rule}", "按{short_rule}规则的 ΔW"),
    "change_difference": ("difference, notes − gradient", "两者之差，笔记 − 梯度"),
    "biases_of": ("biases b", "偏置 b"),
    "links_plain": ("error sent back over each weight, e_k · w_kj", "经各权重传回的误差，e_k · w_kj"),
    "links_proportion": (
        "error split in proportion to the weights, e_k · w_kj / Σ_j w_kj",
        "按权重比例分配的误差，e_k · w_kj / Σ_j w_kj",
    ),
    "matrix_picture": ("{name}, as an image", "{name}，图像"),
    "full_colour": ("full colour is {limit}", "最深的颜色为 {limit}"),
    # texts to take away
    "step_no_command": (
        "No command takes a network with changed numbers: see the Python program.",
        "没有命令接受改过数字的网络：请看 Python 程序。",
    ),
    # omissions and images
    "back_to": ("error sent back to node 0: {sum}", "传回节点 0 的误差：{sum}"),
    "other_nodes": (
        "the {shown} nodes with the largest deltas; {left} omitted",
        "δ 最大的 {shown} 个节点；其余 {left} 个略去",
    ),
    "other_links": (
        "the {shown} weights that change most; {left} omitted",
        "改变最大的 {shown} 个权重；其余 {left} 个略去",
    ),
    "step_drawn": (
        "Weights into the nodes that change most, each at the place of its pixel; to the right, the change.",
        "改变最大的节点的输入权重（按像素位置排列），右侧为改变量。",
    ),
    "step_shares": (
        "The error that rule notes sends back over the weights to layer {below}, and the same error split in "
        "proportion to the weights.",
        "规则 notes（笔记）经权重传回第 {below} 层的误差，以及按权重比例分配的误差。",
    ),
}
"""Key -> the words in English and in Chinese; see `plots.words_in`."""


def step_words(language: str) -> Callable[..., str]:
    """Return a function that gives the words of a key in a language; OptionError GN021 for another language."""
    return words_in(language, STEP_WORDS)
