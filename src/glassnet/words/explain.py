"""Words that ``glassnet explain`` prints on steps, answers, classes and nodes."""

from __future__ import annotations

from collections.abc import Callable

from .plots import words_in
from .report import WORDS

EXPLAIN_WORDS: dict[str, str] = {
    "page_written": "page      {file}",
    "picture_written": "picture   {file}",
    # which step it is
    "step_example": "the worked example of the notes",
    "step_row": "{source}, row {row}: true {label}, predicted {answer}",
    "step_member": "; the first of {members} ensemble members",
    "step_of_run": (
        "epoch {epoch}, step {step} of the training run: {rows} of {source}{member}; weights {before}… before the "
        "step, {after}… after it, at most {gap} from the formulas."
    ),
    "row_of_run": "row {rows}",
    "rows_of_run": "rows {rows}",
    "step_same": "Bit-identical to the training run; epochs compared: {epochs}",
    "step_differs": "Differs from the training run: {where}",
    "differs_epoch": "the weights after epoch {epoch}",
    "differs_initial": "the initial weights",
    # why
    "no_alike": "no nearest training samples: name the training data with --train",
    "is_known": "{name}: true {label}",
    "answered_with": "predicted {answer}",
    "best_two": "{best} with output {output}, then {second} with {value}",
    "one_output": "{answer} with output {output}",
    "split_gap": (
        "margin    {gap}, {answer} against {rival} (difference of the logits{decided}), split exactly over the nodes "
        "of the last hidden layer:"
    ),
    "split_sum": "logit     {gap}{decided}, split exactly over the nodes of the last hidden layer:",
    "split_number": "value     {gap}, split exactly over the nodes of the last hidden layer:",
    "by_pixels": "pixels    add {added} to the baseline of {without}, where all pixels are 0 (integrated gradients):",
    "target_is": "{name}: {target} is {label}",
    "then_with": "{best}, then {second} with {share}",
    "at_baseline": "baseline  {answer}, with every column at its median",
    "by_columns": "columns   take {what} from {without} to {gap} (integrated gradients):",
    "by_inputs": "inputs    add {added} to the baseline of {without}, where all inputs are 0 (integrated gradients):",
    "for_classes": "+ for {answer}, - for {rival}; # and = are stronger",
    "for_label": "+ for {name}, - against {name}; # and = are stronger",
    "for_number": "+ increases {name}, - decreases it; # and = are stronger",
    "nameless_input": "input {number}",
    "flips_to": "change    a change of length {length} ({unit}) makes the model predict {other}",
    "flips_columns": "change    the model predicts {other} if these columns change:",
    "unit_pixels": "Euclidean over all pixels, largest value 1",
    "unit_inputs": "Euclidean over all inputs, largest value 1",
    "flips_not": "change    no small change was found that changes the prediction",
    "alike_in_training": "nearest   training samples, by Euclidean distance in the last hidden layer:",
    "alike_at": "row {row}, true {label}, distance {far}",
    "alike_same": "row {row}, true {label}, identical values",
    # nodes
    "nodes_of_layer": "layer {layer}: {nodes} {activation} nodes, {share} of their derivatives near 0",
    "node_matters_so": (
        "  node {node:>4}  importance {matters:>8}  {bar:<10}  activation {mean:.2f}, saturated {flat:.1%}"
    ),
    "node_matters_off": "  node {node:>4}  importance {matters:>8}  {bar:<10}  activation {mean:.2f}, off {flat:.1%}",
    "nodes_below": "  … and {count} nodes of lower importance, down to {least}",
    "nodes_dead": "  dead (saturated on every sample): {which}",
    "nodes_dead_off": "  dead (off on every sample): {which}",
    "nodes_saturated": "  saturated (on more than {share:.0%} of the samples): {which}",
    "node_which": "{count} (node {nodes})",
    "nodes_which": "{count} (nodes {nodes})",
    # one node
    "node_head": "node {node} of hidden layer {layer} ({activation}), on {samples:,} samples of {source}",
    "node_activity": "activity  mean activation {mean}, saturated on {flat} of the samples",
    "node_activity_off": "activity  mean activation {mean}, off (about 0) on {flat} of the samples",
    "node_excited": "excited   most by these samples:",
    "node_sample": "row {row}, true {label}, weighted sum {sum}, activation {value}",
    "node_by_class": "classes   mean activation on the samples of each class:",
    "node_by_label": "labels    mean activation on the samples with each label:",
    "node_by_number": "targets   correlation of the activation with each target:",
    "node_adds": "outputs   contribution to the logit of each, on average (activation × weight):",
    "node_adds_below": "outputs   contribution to the logit of each, on average (activation × gradient):",
    "node_pixels": "pixels    weights into the node:",
    "node_pixels_below": "pixels    mean gradient of the node's weighted sum:",
    "node_inputs": "inputs    weights into the node:",
    "node_inputs_below": "inputs    mean gradient of the node's weighted sum:",
    "node_signs": "+ excites the node, - inhibits it; # and = are stronger",
    # what a class looks like
    "asked_again": "{short_way:<9} {what}; predictions for these inputs: {answers}",
    "no_way_back": "backquery: omitted, because it requires sigmoid nodes in every layer",
    "not_reached": "missed    {classes}: no input was found that the model classifies as this class",
}
"""Key -> the English words; see `plots.words_in`."""


def explain_words(language: str) -> Callable[..., str]:
    """Return a function that gives the words of a key in a language, those of the report and of plots included."""
    return words_in(language, {**WORDS, **EXPLAIN_WORDS})
