"""Words that options allow and that parts above the options give a meaning: engines, scalings, targets.

Those parts import the options, so that the options cannot read the words from them, as they read activations or
optimizers. Each of them builds its own registry with `meanings_of`, which refuses a word too few or too many.
"""

from __future__ import annotations

from typing import TypeVar

ENGINES = ("compiled", "reference")
SCALINGS = ("notes", "unit", "standard", "features")
TARGETS = ("notes", "one-hot", "multilabel", "values")

_Meaning = TypeVar("_Meaning")


def meanings_of(words: tuple[str, ...], meanings: dict[str, _Meaning]) -> dict[str, _Meaning]:
    """Return the meaning of each word, in the order of the words.

    Raises
    ------
    ValueError
        When a word has no meaning, or a meaning no word.
    """
    if differing := set(words) ^ set(meanings):
        raise ValueError(
            f"{', '.join(sorted(differing))}: declared in glassnet.options.choices or in its registry, not in both."
        )
    return {word: meanings[word] for word in words}
