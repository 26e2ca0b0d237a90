"""Options that were given and do nothing because of what another one says."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

from .options import LOSS_OPTIONS, Options

_ADAPTIVE = ("rmsprop", "adam", "adamw")
_NEEDS: dict[str, tuple[str, tuple[str, ...]]] = {
    "momentum": ("optimizer", ("momentum", "nesterov", "adam", "adamw")),
    "beta2": ("optimizer", _ADAPTIVE),
    "epsilon": ("optimizer", _ADAPTIVE),
    "rate_drop": ("schedule", ("step", "plateau")),
    "patience": ("schedule", ("plateau",)),
    **{option: ("loss", (loss,)) for loss, option in LOSS_OPTIONS.items()},
}
"""Option -> another one, and the values of that with which it does something."""
_MORE: dict[str, tuple[str, float]] = {
    "validation": ("early_stopping", 0),
    "elastic_sigma": ("elastic", 0),
    "hardest": ("batch_size", 1),
}
"""Option -> another one, a number, and above which value of that it does something."""


class Unused(NamedTuple):
    """An option that does nothing, and what another one would have to be: one of `values`, or above `above`."""

    option: str
    needs: str
    values: tuple[str, ...] = ()
    above: float = 0


def unused_options(given: Mapping[str, Any], options: Options) -> list[Unused]:
    """Return which of the options that were given do nothing as all of them are now."""
    found = []
    for name in given:
        if name in _NEEDS:
            needs, values = _NEEDS[name]
            if getattr(options, needs) not in values:
                found.append(Unused(name, needs, values))
        elif name in _MORE:
            needs, above = _MORE[name]
            if getattr(options, needs) <= above:
                found.append(Unused(name, needs, above=above))
    return found
