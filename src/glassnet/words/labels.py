"""Texts of ``glassnet labels``."""

from __future__ import annotations

LABELS_WORDS: dict[str, str] = {
    "fold": "fold {number} of {folds}: {accuracy:.2%} of the predictions match the labels",
    "judged": "labels    {count:,} of {source}; {accuracy:.2%} match the cross-validated predictions",
    "none_wrong": "estimate  no wrong or ambiguous labels: every label matches the prediction",
    "some_wrong": "estimate  {count:,} wrong or ambiguous labels; about {errors:,} wrong ({share:.2%})",
    "all_ambiguous": "          the classes overlap in these {samples:,} samples: no evidence that any label is wrong",
    "some_ambiguous": "          {ambiguous:,} ambiguous: the classes overlap there, and the label may be right",
    "suspect_row": "row {row}",
    "suspect": (
        "          {where}   label {label} ({given:6.1%})   predicted {likely} ({other:6.1%})   wrong {wrong:4.0%}"
    ),
    "empty_list": "list      {file}: empty",
    "suspects_picture": "picture   {file}: the first suspects",
    "no_suspects": "no suspect labels: {file} was not written",
    "list": "list      {file}: for each wrong label, enter the right one, or drop, in the column 'new'",
    "ambiguous_list": "list      {file}: all suspects, with the probability that each label is wrong",
    "go_on": "next      {command}",
    "repaired_copy": "repaired  {file}: {changed:,} labels changed, {dropped:,} samples dropped",
}
"""Key -> the English text; see `speaking.speaking`."""
