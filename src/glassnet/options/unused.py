"""Flags that were given and do nothing, or make training slow, because of what another option says.

With what an option has an effect is declared with it, in `options`.
"""

from __future__ import annotations

from typing import Any

from ..cli.console import say
from ..engines import beyond_single_samples
from ..i18n.cli import told
from .options import SPECS, Options


def say_idle(flags: dict[str, Any], options: Options) -> None:
    """Say which of the flags that were given do nothing with these options."""
    for name in (name for name, value in flags.items() if value not in (None, ()) and name in SPECS):
        needs = SPECS[name].needs
        if needs is None or needs.met(value := getattr(options, needs.option)):
            continue
        names = {"flag": _typed(name), "other": _typed(needs.option)}
        if needs.values:
            say(told("idle", **names, value=value, wanted=", ".join(needs.values)))
        else:
            say(told("idle_below", **names, value=value, least=needs.above))


def say_slow(options: Options) -> None:
    """Say which options keep training with one sample a step from its fast loop."""
    others = beyond_single_samples(options) if options.batch_size == 1 and options.engine != "reference" else []
    if others:
        say(told("slow", flags=", ".join(f"--{_typed(name)}" for name in others)))


def _typed(name: str) -> str:
    return name.replace("_", "-")
