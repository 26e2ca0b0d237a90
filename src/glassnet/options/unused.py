"""Options that were given and do nothing because of what another one says."""

from __future__ import annotations

from collections.abc import Iterable

from .options import SPECS, Options
from .spec import Needs


def unused_options(given: Iterable[str], options: Options) -> dict[str, Needs]:
    """Return the options that were given and do nothing as all of them are now, each with what it would need."""
    needs = {name: SPECS[name].needs for name in given}
    return {name: one for name, one in needs.items() if one and not one.met(getattr(options, one.option))}
