"""Words of plots; the report and `glassnet explain` use them too.

A test fails for a key that is not used, and where the two languages have different placeholders.
"""

from __future__ import annotations

from collections.abc import Mapping

from .speaking import Say, speaking

WORDS: dict[str, str] = {
    # punctuation
    "comma": ", ",
    "semicolon": "; ",
    "colon": ": ",
    "space": " ",
    # digits
    "read_as": "predicted {answer}",
    "misread": "{label}, predicted {answer}",
    "digits_first": "{count} test samples; frame: misclassified",
    "digits_wrong": "below: the {count} most confident mistakes",
    # curve
    "accuracy": "accuracy",
    "accuracy_percent": "accuracy, %",
    "loss": "loss",
    "epoch": "epoch",
    "curves_and_marks": "marks at the end: the trained models; curves of an ensemble: its first member",
    "training": "training",
    "validation": "validation",
    "test": "test",
    # comparison
    "balanced_accuracy_percent": "balanced accuracy, %",
    "metric_log_loss": "log loss",
    "metric_loss": "loss",
    "metric_rmse": "RMSE",
    "metric_r2": "R²",
    "metric_mae": "MAE",
    "metric_pinball": "pinball loss",
    "metric_brier": "Brier score",
    "metric_auc": "AUC",
    "metric_f1": "F1",
    # search
    "trial": "trial",
    "best_so_far": "best so far",
    "winner": "winner",
    "recipe": "recipe",
    "ended_early": "ended early",
    # confusion
    "answered": "predicted",
    "true": "true",
    "right_of": "accuracy {share}: {right} of {total} correct",
    "no_samples": "no samples",
    # classes
    "class": "class",
    "precision": "precision",
    "recall": "recall",
    "f1": "F1",
    "samples": "samples",
    # reliability
    "confidence": "confidence",
    "confidence_percent": "confidence, %",
    "calibrated": "perfect calibration",
    "gap": "difference",
    "bin_accuracy": "accuracy at this confidence",
    "calibration_error": "expected calibration error {share}",
    "answers": "predictions",
    # hidden space
    "hidden_layer": "hidden layer {layer}, {nodes} nodes: {samples} samples on the first two principal components",
    "component": "component {number}: {share} of the variance",
    # weights
    "node": "node {node}",
    "member_node": "member {member} node {node}",
    "node_matters": "node {node}: {matters}",
    "dead": "dead",
    "saturated": "saturated",
    "weights_that_matter": (
        "weights into the {nodes} nodes of highest importance (mean absolute contribution to the margin)"
    ),
    "node_of_layer": "node {node}, layer {layer}",
    "node_mean": "mean activation {mean}",
    "node_samples": "Samples with the largest activation",
    "backquery": "the network run backwards",
    "dream": "activation maximization with a prior",
    "above": "above: {what}",
    "below": "below: {what}",
    # augmentation
    "original": "original",
    "rotate": "rotate, up to {size}°",
    "shift": "shift, up to {size} px",
    "zoom": "zoom, up to {size}",
    "shear": "shear, up to {size}",
    "elastic": "elastic, {size} px",
    "together": "all combined",
    "together_epoch": "all combined, epoch {epoch}",
    "columns_are_epochs": "each column is a training epoch",
    # one step
    "inputs": "inputs",
    "layer": "layer {layer}, {activation}",
    "weights": "weights W",
    "outputs": "outputs O",
    "outputs_and_targets": "outputs O, targets |",
    "errors": "errors E",
    "delta": "deltas δ",
    "changes": "changes ΔW",
    "one_step": "one training step, rule {rule}, learning rate {rate}: loss {before} before, {after} after",
    "matrix": "{rows} × {columns}, up to ±{limit}",
    # why
    "then": "runner-up {rival}",
    "speaks_for": "for {answer} (orange)",
    "speaks_against": "for {rival} (blue)",
    "class_of": "{target}: {name}",
    "label_holds": "{label}",
    "label_fails": "not {label}",
    "none_of_them": "none",
    "with_output": "output {value}",
    "against_it": "against (blue)",
    "number_is": "{name} {value}",
    "raises_it": "increase (orange)",
    "lowers_it": "decrease (blue)",
    "no_flip": "no counter-\nfactual found",
    "flip": "change {distance}",
    "like_row": "near: row {row}",
    "same_row": "same: row {row}",
    # a photograph read
    "the_photo": "photo with the digits read",
    "the_photo_turned": "photo, turned {degrees}° clockwise",
    "the_photo_straightened": "photo, tilt of {degrees}° corrected",
    "not_digits": "not digits",
    "the_paper": "paper, filled in under the ink",
    "the_ink": "ink relative to the paper",
    "the_mask": "ink mask",
    "removed": "■ removed",
    "the_forms": "digits as model inputs",
    "no_digits": "no digit found",
}
"""Key -> the words in each of `language.LANGUAGES`."""


def words_in(language: str, more: Mapping[str, str] = {}) -> Say:
    """Return a function that gives the words of a key: ``words_in("zh")("read_as", answer=7)`` is ``"预测 7"``.

    `more` has words in addition to those of `WORDS`, in the same form.
    """
    return speaking(language, {**WORDS, **more})


SHARES = ("accuracy", "balanced_accuracy")
"""Metrics that are shown in per cent."""


def metric_title(metric: str, language: str) -> str:
    """Return the name of a metric, with its unit."""
    return words_in(language)(f"{metric}_percent" if metric in SHARES else f"metric_{metric}")
