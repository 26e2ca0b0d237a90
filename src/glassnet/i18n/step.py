"""What a training step says of itself, in English and in Chinese: on its page and in a terminal, each word once."""

from __future__ import annotations

from collections.abc import Callable

from .plots import words_in

STEP_WORDS: dict[str, tuple[str, str]] = {
    # above all
    "step_title": ("One step of {sizes}, rule {rule}", "{sizes} 的一步，规则 {rule}"),
    "step_how": ("α = {rate}, optimizer {optimizer}.", "α = {rate}，优化器 {optimizer}。"),
    "step_loss": (
        "Loss ({loss}) {before} before the step and {after} after it.",
        "损失（{loss}）由 {before} 变为 {after}。",
    ),
    "step_batch": (
        "The step takes {samples} samples: signals and errors are those of the first, changes the mean over all.",
        "这一步用了 {samples} 个样本：信号与误差取自第一个，改变量是全部样本的平均。",
    ),
    "step_masked": (
        "m is the mask of dropout: 0 for nodes left out, more than 1 for the others.",
        "m 是 dropout 的掩码：被去掉的节点为 0，其余大于 1。",
    ),
    "step_sample": ("the sample", "样本"),
    "step_colours": (
        "In the pictures, orange is positive and blue negative; a row is a node that links lead to, a column one that "
        "they come from.",
        "图中橙色为正，蓝色为负；一行是链接通向的节点，一列是链接来自的节点。",
    ),
    # heads
    "signals": ("signals", "信号"),
    "errors_back": ("errors", "误差"),
    "changes_made": ("changes", "改变"),
    "step_layer": ("layer {number}", "第 {number} 层"),
    "step_shape": ("W is {rows} × {columns}", "W 为 {rows} × {columns}"),
    # formulas
    "error_here": ("at the outputs e = t − o", "输出处 e = t − o"),
    "error_back": ("back from layer {above} e = {ways}", "由第 {above} 层传回 e = {ways}"),
    "delta_loss": ("δ = −∂E/∂z, the slope of the loss", "δ = −∂E/∂z，即损失的斜率"),
    "change_optimizer": (
        "ΔW by {optimizer}, from the slope −δ · O_prevᵀ",
        "ΔW 由 {optimizer} 得自斜率 −δ · O_prevᵀ",
    ),
    "first_change": ("the first: {formula}", "第一个：{formula}"),
    # columns and matrices
    "node_column": ("node", "节点"),
    "link_column": ("link", "链接"),
    "sum_column": ("sum z", "和 z"),
    "says_column": ("says o", "输出 o"),
    "target_column": ("target t", "目标 t"),
    "proportion_column": ("e in proportion", "按比例的 e"),
    "before_column": ("before", "之前"),
    "after_column": ("after", "之后"),
    "difference_column": ("difference", "两者之差"),
    "weight_before": ("W before the step", "这一步之前的 W"),
    "weight_after": ("W after it", "这一步之后的 W"),
    "change_by": ("ΔW by the rule {rule}", "按规则 {rule} 的 ΔW"),
    "change_difference": ("difference, notes − gradient", "两者之差，notes − gradient"),
    "biases_of": ("biases b", "偏置 b"),
    "links_plain": ("split over the links, e_k · w_kj", "分到各链接，e_k · w_kj"),
    "links_proportion": (
        "split in proportion, e_k · w_kj / Σ_j w_kj",
        "按比例分到各链接，e_k · w_kj / Σ_j w_kj",
    ),
    "matrix_picture": ("{name}, a matrix as a picture", "{name}：画成图的矩阵"),
    "full_colour": ("full colour is {limit}", "最深的颜色为 {limit}"),
    # what is left out, and what is drawn
    "back_to": ("back to node 0: {sum}", "传回节点 0:{sum}"),
    "other_nodes": (
        "the {shown} nodes with the largest deltas; {left} others are left out",
        "δ 最大的 {shown} 个节点；其余 {left} 个略去",
    ),
    "other_links": (
        "the {shown} links that change most; {left} others are left out",
        "改变最大的 {shown} 条链接；其余 {left} 条略去",
    ),
    "step_drawn": (
        "The weights into the nodes that change most, where their pixels lie; beside each, its change.",
        "改变最大的节点的输入权重，各在其像素处；旁边是它的改变量。",
    ),
    "step_shares": (
        "What goes back over the links to layer {below} by the rule notes; and what would, split in proportion.",
        "按规则 notes 沿链接传回第 {below} 层的误差；以及按比例分配时的误差。",
    ),
}
"""Key -> the word in English and in Chinese; see `words.words_in`."""


def step_words(language: str) -> Callable[..., str]:
    """Return what gives a word of a step in a language; OptionError GN021 for another."""
    return words_in(language, STEP_WORDS)
