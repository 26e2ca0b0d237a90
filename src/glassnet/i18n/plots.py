"""Words of plots in English and in Chinese; the report and `glassnet explain` use them too.

A test fails for a key that is not used, and where the two languages have different placeholders.
"""

from __future__ import annotations

from collections.abc import Mapping

from .language import Say, speaking

WORDS: dict[str, tuple[str, str]] = {
    # punctuation
    "comma": (", ", "、"),
    "semicolon": ("; ", "；"),
    "colon": (": ", "："),
    "space": (" ", ""),
    # digits
    "read_as": ("predicted {answer}", "预测 {answer}"),
    "misread": ("{label}, predicted {answer}", "{label}，预测 {answer}"),
    "digits_first": ("{count} test samples; frame: misclassified", "{count} 个测试样本，误判的加框"),
    "digits_wrong": ("below: the {count} most confident mistakes", "下面：置信度最高的 {count} 个误判"),
    # curve
    "accuracy": ("accuracy", "准确率"),
    "accuracy_percent": ("accuracy, %", "准确率，%"),
    "loss": ("loss", "损失"),
    "epoch": ("epoch", "轮次"),
    "curves_and_marks": (
        "marks at the end: the trained models; curves of an ensemble: its first member",
        "末端标记：训练好的模型；集成的曲线是其第一个成员的曲线",
    ),
    "training": ("training", "训练"),
    "validation": ("validation", "验证"),
    "test": ("test", "测试"),
    # comparison
    "balanced_accuracy_percent": ("balanced accuracy, %", "平衡准确率，%"),
    "metric_log_loss": ("log loss", "对数损失"),
    "metric_loss": ("loss", "损失"),
    "metric_rmse": ("RMSE", "RMSE"),
    "metric_r2": ("R²", "R²"),
    # search
    "trial": ("trial", "试验"),
    "best_so_far": ("best so far", "目前最好"),
    "winner": ("winner", "胜者"),
    "recipe": ("recipe", "配方"),
    "ended_early": ("ended early", "提前结束"),
    # confusion
    "answered": ("predicted", "预测"),
    "true": ("true", "真实"),
    "right_of": ("accuracy {share}: {right} of {total} correct", "准确率 {share}：{total} 个中 {right} 个正确"),
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
    "calibrated": ("perfect calibration", "完全校准"),
    "gap": ("difference", "偏差"),
    "bin_accuracy": ("accuracy at this confidence", "该置信度下的准确率"),
    "calibration_error": ("expected calibration error {share}", "期望校准误差 {share}"),
    "answers": ("predictions", "预测数"),
    # hidden space
    "hidden_layer": (
        "hidden layer {layer}, {nodes} nodes: {samples} samples on the first two principal components",
        "第 {layer} 隐藏层，{nodes} 个节点：{samples} 个样本在前两个主成分上的投影",
    ),
    "component": ("component {number}: {share} of the variance", "主成分 {number}：占方差的 {share}"),
    # weights
    "node": ("node {node}", "节点 {node}"),
    "member_node": ("member {member} node {node}", "成员 {member} 节点 {node}"),
    "node_matters": ("node {node}: {matters}", "节点 {node}：{matters}"),
    "dead": ("dead", "死节点"),
    "saturated": ("saturated", "饱和"),
    "weights_that_matter": (
        "weights into the {nodes} nodes of highest importance (mean absolute contribution to the margin)",
        "重要性最高的 {nodes} 个节点的输入权重（数字：对前两名分差的平均绝对贡献）",
    ),
    "node_of_layer": ("node {node}, layer {layer}", "第 {layer} 层节点 {node}"),
    "node_mean": ("mean activation {mean}", "平均激活值 {mean}"),
    "node_samples": ("Samples with the largest activation", "激活值最大的样本"),
    "backquery": ("the network run backwards", "反向运行网络"),
    "dream": ("activation maximization with a prior", "带先验的激活最大化"),
    "above": ("above: {what}", "上：{what}"),
    "below": ("below: {what}", "下：{what}"),
    # augmentation
    "original": ("original", "原图"),
    "rotate": ("rotate, up to {size}°", "旋转，至多 {size}°"),
    "shift": ("shift, up to {size} px", "平移，至多 {size} 像素"),
    "zoom": ("zoom, up to {size}", "缩放，至多 {size}"),
    "shear": ("shear, up to {size}", "错切，至多 {size}"),
    "elastic": ("elastic, {size} px", "弹性变形，{size} 像素"),
    "together": ("all combined", "全部组合"),
    "together_epoch": ("all combined, epoch {epoch}", "全部组合，第 {epoch} 轮"),
    "columns_are_epochs": ("each column is a training epoch", "每一列是一轮训练"),
    # one step
    "inputs": ("inputs", "输入"),
    "layer": ("layer {layer}, {activation}", "第 {layer} 层，{activation}"),
    "weights": ("weights W", "权重 W"),
    "outputs": ("outputs O", "输出 O"),
    "outputs_and_targets": ("outputs O, targets |", "输出 O，目标 |"),
    "errors": ("errors E", "误差 E"),
    "delta": ("deltas δ", "误差项 δ"),
    "changes": ("changes ΔW", "改变量 ΔW"),
    "one_step": (
        "one training step, rule {rule}, learning rate {rate}: loss {before} before, {after} after",
        "按规则 {rule}训练一步，学习率 {rate}：损失由 {before} 变为 {after}",
    ),
    "matrix": ("{rows} × {columns}, up to ±{limit}", "{rows} × {columns}，至多 ±{limit}"),
    # why
    "then": ("runner-up {rival}", "第二名 {rival}"),
    "speaks_for": ("for {answer} (orange)", "支持 {answer}（橙）"),
    "speaks_against": ("for {rival} (blue)", "支持 {rival}（蓝）"),
    "class_of": ("{target}: {name}", "{target}：{name}"),
    "label_holds": ("{label}", "{label} 成立"),
    "label_fails": ("not {label}", "{label} 不成立"),
    "none_of_them": ("none", "无"),
    "with_output": ("output {value}", "输出 {value}"),
    "against_it": ("against (blue)", "反对（蓝）"),
    "number_is": ("{name} {value}", "{name} {value}"),
    "raises_it": ("increase (orange)", "升高（橙）"),
    "lowers_it": ("decrease (blue)", "降低（蓝）"),
    "no_flip": ("no counter-\nfactual found", "未找到\n反事实样本"),
    "flip": ("change {distance}", "改动 {distance}"),
    "like_row": ("near: row {row}", "最近：第 {row} 行"),
    "same_row": ("same: row {row}", "相同：第 {row} 行"),
    # a photograph read
    "the_photo": ("photo with the digits read", "照片与读出的数字"),
    "the_photo_turned": ("photo, turned {degrees}° clockwise", "照片，已顺时针转 {degrees}°"),
    "the_photo_straightened": ("photo, tilt of {degrees}° corrected", "照片，已校正 {degrees}° 的倾斜"),
    "not_digits": ("not digits", "不是数字"),
    "the_paper": ("paper, filled in under the ink", "纸面，墨迹处已补全"),
    "the_ink": ("ink relative to the paper", "墨迹与纸面之差"),
    "the_mask": ("ink mask", "墨迹掩码"),
    "removed": ("■ removed", "■ 已去除"),
    "the_forms": ("digits as model inputs", "输入模型的数字"),
    "no_digits": ("no digit found", "没有找到数字"),
}
"""Key -> the words in each of `language.LANGUAGES`."""


def words_in(language: str, more: Mapping[str, tuple[str, str]] = {}) -> Say:
    """Return a function that gives the words of a key: ``words_in("zh")("read_as", answer=7)`` is ``"预测 7"``.

    Parameters
    ----------
    language : str
        ``"en"`` or ``"zh"``.
    more : mapping
        Words in addition to those of `WORDS`, in the same form.

    Raises
    ------
    OptionError
        GN021 for another language.
    """
    return speaking(language, {**WORDS, **more})


SHARES = ("accuracy", "balanced_accuracy")
"""Metrics that are shown in per cent."""


def metric_title(metric: str, language: str) -> str:
    """Return the name of a metric, with its unit."""
    return words_in(language)(f"{metric}_percent" if metric in SHARES else f"metric_{metric}")


def shown(number: float) -> str:
    """Format a number with four significant digits, more from 10,000 on, a true minus sign, and 0 without a sign.

    Powers of ten appear only for very large and very small numbers.
    """
    text = f"{number:,.0f}" if 9999.5 <= abs(number) < 1e12 else f"{number + 0.0:.4g}"
    return text.replace("-", "−")
