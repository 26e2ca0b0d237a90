"""Options that were given but have no effect because of the value of another one."""

from __future__ import annotations

from collections.abc import Iterable

from .options import ALIASES, SPECS, Options
from .spec import Needs


def unused_options(given: Iterable[str], options: Options) -> dict[str, Needs]:
    """Return the given options that have no effect, each with what it would need."""
    needs = {name: SPECS[name].needs for name in (ALIASES.get(one, one) for one in given)}
    return {name: one for name, one in needs.items() if one and not one.met(getattr(options, one.option))}
