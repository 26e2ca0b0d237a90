"""The version of the numerics: raised whenever a training gives other bits than before.

Receipts and the results of benchmarks carry it, so that figures of another version are known for such. A test compares
the code that decides bits with what it was when the version was last looked at.
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
    }
)
"""Version -> which trainings have other bits since. Receipts tell it from version 6 on; results of before are marked by
the commit that brought them."""

NUMERICS = max(CHANGES)
"""The version of this code."""
