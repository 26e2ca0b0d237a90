"""Every word that pictures and the report write, in English and in Chinese: one catalogue, so that both say the same.

The table's first word is English, its second Chinese; what stands in braces is filled in. A word that is used nowhere,
or whose two forms name different things in braces, fails a test.
"""

from __future__ import annotations

from collections.abc import Mapping

from .language import Say, speaking

WORDS: dict[str, tuple[str, str]] = {
    # digits
    "read_as": ("read as {answer}", "读作 {answer}"),
    "misread": ("{label}, read as {answer}", "{label}，读作 {answer}"),
    # curve
    "accuracy": ("accuracy", "准确率"),
    "accuracy_percent": ("accuracy, %", "准确率，%"),
    "loss": ("loss", "损失"),
    "epoch": ("epoch", "轮次"),
    "training": ("training", "训练"),
    "validation": ("validation", "验证"),
    # confusion
    "answered": ("answered", "回答"),
    "true": ("true", "真实"),
    "right_of": ("accuracy {share}: {right} of {total} right", "准确率 {share}：{total} 个中答对 {right} 个"),
    "no_samples": ("no samples", "没有样本"),
    # classes
    "class": ("class", "类别"),
    "precision": ("precision", "精确率"),
    "recall": ("recall", "召回率"),
    "f1": ("F1", "F1"),
    "samples": ("samples", "样本数"),
    # reliability
    "confidence": ("confidence", "置信度"),
    "confidence_percent": ("confidence, %", "置信度，%"),
    "calibrated": ("as often right as sure", "准确率与置信度相等"),
    "gap": ("the gap between them", "两者之差"),
    "bin_accuracy": ("accuracy of the answers so sure", "这一置信度下的准确率"),
    "calibration_error": ("expected calibration error {share}", "期望校准误差 {share}"),
    "answers": ("answers", "回答数"),
    # hidden space
    "hidden_layer": (
        "hidden layer {layer}, {nodes} nodes: {samples} samples on the two directions of most variance",
        "第 {layer} 隐藏层，{nodes} 个节点：{samples} 个样本在方差最大的两个方向上",
    ),
    "component": ("component {number}: {share} of the variance", "主成分 {number}：占方差的 {share}"),
    # weights
    "node": ("node {node}", "节点 {node}"),
    "member_node": ("member {member} node {node}", "网络 {member} 节点 {node}"),
    "node_matters": ("node {node}: {matters}", "节点 {node}：{matters}"),
    "dead": ("dead", "失活"),
    "saturated": ("saturated", "饱和"),
    "weights_that_matter": (
        "weights into the {nodes} nodes that matter most (mean part in the gap between the two best answers)",
        "最重要的 {nodes} 个节点的输入权重（数字：在前两名答案之差中平均所占的份额）",
    ),
    "backquery": ("run backwards, as in the book", "如书中那样反向查询"),
    "dream": ("climbed to, with a sober prior", "由梯度上升得到，带先验约束"),
    "above": ("above: {what}", "上：{what}"),
    "below": ("below: {what}", "下：{what}"),
    # augmentation
    "original": ("as it is", "原图"),
    "rotate": ("turned, up to {size}°", "旋转，至多 {size}°"),
    "shift": ("shifted, up to {size} px", "平移，至多 {size} 像素"),
    "zoom": ("zoomed, up to {size}", "缩放，至多 {size}"),
    "shear": ("sheared, up to {size}", "错切，至多 {size}"),
    "elastic": ("bent, by {size} px", "弹性变形，{size} 像素"),
    "together": ("all together", "全部一起"),
    "together_epoch": ("all together, epoch {epoch}", "全部一起，第 {epoch} 轮"),
    "columns_are_epochs": ("each column is an epoch of the training", "每一列是训练的一轮"),
    # one step
    "inputs": ("inputs", "输入"),
    "layer": ("layer {layer}, {activation}", "第 {layer} 层，{activation}"),
    "weights": ("weights W", "权重 W"),
    "outputs": ("outputs O", "输出 O"),
    "outputs_and_targets": ("outputs O, targets |", "输出 O，目标 |"),
    "errors": ("errors E", "误差 E"),
    "delta": ("deltas δ", "δ"),
    "changes": ("changes ΔW", "改变量 ΔW"),
    "one_step": (
        "one step by the rule {rule}, learning rate {rate}: loss {before} before, {after} after",
        "按 {rule} 规则走一步，学习率 {rate}：损失由 {before} 变为 {after}",
    ),
    "matrix": ("{rows} × {columns}, up to ±{limit}", "{rows} × {columns}，至多 ±{limit}"),
    # why
    "then": ("then {rival}", "其次 {rival}"),
    "speaks_for": ("for {answer} (orange)", "支持 {answer}（橙）"),
    "speaks_against": ("for {rival} (blue)", "支持 {rival}（蓝）"),
    "label_holds": ("{label}", "{label} 成立"),
    "label_fails": ("not {label}", "{label} 不成立"),
    "none_of_them": ("none", "无"),
    "with_output": ("output {value}", "输出 {value}"),
    "against_it": ("against it (blue)", "反对（蓝）"),
    "number_is": ("{name} {value}", "{name}：{value}"),
    "raises_it": ("raises it (orange)", "使它升高（橙）"),
    "lowers_it": ("lowers it (blue)", "使它降低（蓝）"),
    "no_flip": ("no small change\nflips it", "没有小的改变\n能使它翻转"),
    "flip": ("change {distance}", "改变 {distance}"),
    "like_row": ("like row {row}", "近似第 {row} 行"),
    "same_row": ("is row {row}", "即第 {row} 行"),
    # a photograph read
    "the_photo": ("the photo, and what is read", "照片，以及读出的数字"),
    "the_paper": ("its paper, filled in under the ink", "纸面：墨迹处由周围补上"),
    "the_ink": ("its ink, against that paper", "墨迹：与纸面之差"),
    "the_mask": ("ink or not", "哪里是墨迹"),
    "the_forms": ("as the model sees them", "模型看到的样子"),
}
"""Key -> the word in each of `language.LANGUAGES`."""


def words_in(language: str, more: Mapping[str, tuple[str, str]] = {}) -> Say:
    """Return what gives a word in a language: ``words_in("zh")("read_as", answer=7)`` is ``"读作 7"``.

    Parameters
    ----------
    language : str
        ``"en"`` or ``"zh"``.
    more : mapping
        Words beside those of the catalogue above, in its form.

    Raises
    ------
    OptionError
        GN021 for another language.
    """
    return speaking(language, {**WORDS, **more})


def shown(number: float) -> str:
    """Write a number with four digits that count or more, a true minus sign, and 0 without one.

    Without a power of ten where people would write none.
    """
    text = f"{number:,.0f}" if 9999.5 <= abs(number) < 1e12 else f"{number + 0.0:.4g}"
    return text.replace("-", "−")
