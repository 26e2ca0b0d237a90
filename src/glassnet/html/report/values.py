"""A value of a table's column in words, for pages and screen."""

from __future__ import annotations

import math

from ...i18n.language import Say
from ...i18n.plots import shown
from ...i18n.report import percent
from ...preprocess.tabular.encoders import MISSING, OTHER

MOST_WORDS = 4
"""Words of a value that are listed."""


def value_said(value: float | dict[str, float], say: Say) -> str:
    """Write a column's value: a number, a word, or of several the shares that they have in it."""
    if isinstance(value, float):
        return say("value_missing") if math.isnan(value) else shown(value)
    parts = sorted(((word, part) for word, part in value.items() if part > 0.005), key=lambda pair: -pair[1])
    if not parts:
        return say("value_unknown")
    called = {f"({OTHER})": say("value_other"), f"({MISSING})": say("value_missing")}
    if set(value) == {"yes", "no"}:
        called |= {"yes": say("yes"), "no": say("no")}
    if len(parts) == 1:
        return called.get(parts[0][0], parts[0][0])
    whole = sum(part for _, part in parts)
    return say("comma").join(f"{called.get(word, word)} {percent(part / whole)}" for word, part in parts[:MOST_WORDS])
