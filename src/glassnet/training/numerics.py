"""The version of the numerics: increased whenever training produces other bits than before.

Training records and benchmark results contain it, to identify figures of other versions. A test compares the code that
determines the bits with its state when the version was last reviewed.
"""

from __future__ import annotations

from types import MappingProxyType

CHANGES = MappingProxyType(
    {
        1: "as first measured",
        2: "one sample a step: the nodes of the first layer in groups",
        3: "softmax with cross entropy: the loss comes from the activations, by which `hardest` chooses",
        4: "batches with few nodes in the first layer and many zeros: their inputs are shared out",
        5: "standard scaling counts in the precision of the data; tanh, and gelu by it, keeps its digits near 0",
        6: "recipe notes-code: one group of nodes; `Network.train` and the notes' class add to the weights in place; "
        "exponential outputs begin near the mean; an optimizer other than the recipe's has its own rate and decay",
        7: "engine auto: small training runs use the reference engine; gelu: other last bits in several hidden layers",
        8: "recipe table and the estimators: networks of several folds joined into one; numbers standardised, with "
        "inputs of intervals; array features as columns",
        9: "tables: numbers are clipped by operations that every processor rounds alike, without a math library",
        10: "tables: means and deviations of columns and of target numbers are exact sums, rounded once; with more "
        "than 32,768 distinct values in a column, its median and edges come from their leading bits",
        11: "training further from a calibrated model starts with its calibrated weights, and the first `partial_fit` "
        "after a `fit` with an average from the average; outputs with a constant target start at 0",
        12: "recipe table and the estimators: with up to 2,000 rows also networks without intervals, on which the "
        "folds decide; smaller batches, and more steps for more rows; up to 16 intervals of a column of "
        "numbers; in a column of many words, rare ones have their mean target, and words that tell no more than chance "
        "are not used",
        13: "recipe table and the estimators: networks without intervals have fewer inputs, not zeros in their place",
        14: "every training: initial weights, sample orders and random splits are drawn without a math library, and "
        "kernels round each operation by itself and take hidden sigmoids and deltas below 1e-18 for 0; engine auto: "
        "large training runs use the portable engine where it is as fast",
    }
)
"""Version -> the training runs whose bits it changed. Training records contain the version from 6 on; earlier results
are marked by their commit."""

NUMERICS = max(CHANGES)
"""The version of this code."""
