"""Words that describe one training step, on its page and in a terminal."""

from __future__ import annotations

from collections.abc import Callable

from .plots import words_in

STEP_WORDS: dict[str, str] = {
    # the head
    "step_title": "One training step of {sizes}, rule {rule}",
    "step_how": "α = {rate}, optimizer {optimizer}.",
    "step_loss": "Loss ({loss}): {before} before the step, {after} after it.",
    "step_batch": (
        "The batch has {samples} samples: signals and errors are those of the first, weight changes are averaged."
    ),
    "step_masked": "m is the dropout mask: 0 for dropped nodes, above 1 for the remaining nodes.",
    "step_sample": "sample",
    "step_colours": (
        "Matrix images: orange is positive, blue negative; rows are the nodes that weights lead to, columns the nodes "
        "that they come from."
    ),
    # headings
    "signals": "signals",
    "errors_back": "errors",
    "changes_made": "changes",
    "step_layer": "layer {number}",
    "step_shape": "W is {rows} × {columns}",
    # formulas
    "error_here": "at the outputs e = t − o",
    "error_back": "sent back from layer {above}: e = {ways}",
    "error_way": "{formula} ({short_rule})",
    "by_rule": "{symbol} {short_rule}",
    "derivative": ", f′ = o (1 − o)",
    "delta_loss": "δ = −∂E/∂z, the negative gradient of the loss",
    "change_optimizer": "ΔW by {optimizer} from the gradient −δ · O_prevᵀ",
    "first_change": "the largest change: {formula}",
    # columns and matrices
    "node_column": "node",
    "link_column": "weight",
    "sum_column": "sum z",
    "says_column": "output o",
    "target_column": "target t",
    "proportion_column": "proportional e",
    "before_column": "before",
    "after_column": "after",
    "difference_column": "difference",
    "weight_before": "W before the step",
    "weight_after": "W after the step",
    "change_difference": "difference, notes − gradient",
    "biases_of": "biases b",
    "links_plain": "error sent back over each weight, e_k · w_kj",
    "links_proportion": "error split in proportion to the weights, e_k · w_kj / Σ_j w_kj",
    "matrix_picture": "{name}, as an image",
    "full_colour": "full colour is {limit}",
    # texts to take away
    "step_no_command": "No command takes a network with changed numbers: see the Python program.",
    # omissions and images
    "back_to": "error sent back to node 0: {sum}",
    "other_nodes": "the {shown} nodes with the largest deltas; {left} omitted",
    "other_links": "the {shown} weights that change most; {left} omitted",
    "step_drawn": "Weights into the nodes that change most, each at the place of its pixel; to the right, the change.",
    "step_shares": (
        "The error that rule notes sends back over the weights to layer {below}, and the same error split in "
        "proportion to the weights."
    ),
}
"""Key -> the English words; see `plots.words_in`."""


def step_words(language: str) -> Callable[..., str]:
    """Return a function that gives the words of a key in a language; OptionError GN021 for another language."""
    return words_in(language, STEP_WORDS)
