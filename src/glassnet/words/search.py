"""Texts of ``glassnet search``."""

from __future__ import annotations

SEARCH_WORDS: dict[str, str] = {
    "trial_complete": "trial {number}: {score} ({done}; best so far {best}, trial {best_number})",
    "trial_pruned": "trial {number}: ended early at {score} ({done})",
    "trial_diverged": "trial {number}: training diverged ({done})",
    "trial_failed": "trial {number}: not enough memory ({done})",
    "done_of": "{ended} of {planned}",
    "done": "{ended} done",
    "final_best": "training the winner on all training samples",
    "final_default": "training the recipe's own options for comparison",
    "data": "data      {source}: {samples:,} training and {validation:,} validation samples, {test:,} for the test",
    "data_folds": (
        "data      {source}: {validation:,} samples in {folds} folds of a cross-validation, {test:,} for the test"
    ),
    "higher": "score     {metric}; higher is better",
    "lower": "score     {metric}; lower is better",
    "space": "space     {space}",
    "to": "{low} to {high}",
    "log": " (log)",
    "trial": "trial",
    "score": "score",
    "own_options": "recipe",
    "others": (
        "          {count} more: {complete} complete, {pruned} ended early, {diverged} diverged, {failed} out of memory"
    ),
    "winner": (
        "winner    trial {number}: {score} in validation; as the best of {complete} it is too good by about {optimism}"
    ),
    "winner_recipe": "winner    the recipe's own options: no trial of {complete} was better than {score}",
    "sure": "          probability {probability:.0%} that it is the best of them, by resampling the validation samples",
    "not_told_apart": "          not distinguishable from trials {numbers}",
    "test": "test      {score}, 95% interval {low} to {high}, on {samples:,} samples that played no part in the search",
    "default": "          the recipe's own options: {score}; difference {difference}, 95% interval {low} to {high}",
    "not_shown": "          the test does not show that the winner is better: the interval includes 0",
    "model": "model     {file}",
    "repeat": "repeat    {command}",
    "picture": "picture   {file}",
}
"""Key -> the English text; see `speaking.speaking`."""
