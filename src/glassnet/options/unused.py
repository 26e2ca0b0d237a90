"""Flags that were given and do nothing, or make training slow, because of what another option says."""

from __future__ import annotations

from typing import Any

from ..cli.console import say
from ..engines import beyond_single_samples
from ..i18n.cli import told
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


def say_idle(flags: dict[str, Any], options: Options) -> None:
    """Say which of the flags that were given do nothing with these options."""
    for name in (name for name, value in flags.items() if value not in (None, ())):
        if name in _NEEDS:
            other, wanted = _NEEDS[name]
            if (value := getattr(options, other)) not in wanted:
                say(told("idle", flag=_typed(name), other=_typed(other), value=value, wanted=", ".join(wanted)))
        elif name in _MORE:
            other, least = _MORE[name]
            if (value := getattr(options, other)) <= least:
                say(told("idle_below", flag=_typed(name), other=_typed(other), value=value, least=least))


def say_slow(options: Options) -> None:
    """Say which options keep training with one sample a step from its fast loop."""
    others = beyond_single_samples(options) if options.batch_size == 1 and options.engine != "reference" else []
    if others:
        say(told("slow", flags=", ".join(f"--{_typed(name)}" for name in others)))


def _typed(name: str) -> str:
    return name.replace("_", "-")
