"""Words of the notebook views of networks and models."""

from __future__ import annotations

NOTEBOOK_WORDS: dict[str, str] = {
    "inputs": "inputs",
    "rule_is": "rule {rule}",
    "loss_is": "loss {loss}",
    "parameters_are": "{count:,} parameters, {dtype}",
    "members_are": "{count} members",
    "inputs_are": "inputs {scaling}",
    "inputs_of_columns": "inputs encoded column by column",
    "inputs_standard": "{features:,} inputs, each standardised to mean 0 and standard deviation 1",
    "recipe_is": "recipe {recipe}",
    "right_in_test": "test accuracy {share:.2%}",
    "r2_in_test": "test R² {r2:.4f}",
}
"""Key -> the English words; see `speaking.speaking`."""
