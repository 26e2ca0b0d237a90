"""Choices of options whose implementations are in packages that import the options: engines, scalings, targets.

Because of these imports the options cannot read the choices from the implementations, as they do for activations and
optimizers. Each package builds its registry with `meanings_of`, which raises if a choice is missing or unknown.
"""

from __future__ import annotations

from typing import TypeVar

ENGINES = ("compiled", "portable", "reference")
SCALINGS = ("notes", "unit", "standard", "features")
TARGETS = ("notes", "one-hot", "multilabel", "values")

_Meaning = TypeVar("_Meaning")


def meanings_of(words: tuple[str, ...], meanings: dict[str, _Meaning]) -> dict[str, _Meaning]:
    """Return the implementation of each choice, in the order of the choices.

    Raises ValueError if a choice has no implementation, or an implementation no choice.
    """
    if differing := set(words) ^ set(meanings):
        raise ValueError(
            f"{', '.join(sorted(differing))}: declared in glassnet.options.choices or in its registry, not in both."
        )
    return {word: meanings[word] for word in words}
