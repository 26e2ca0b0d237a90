"""Pictures: digits, learning curve and confusion table as matplotlib axes, and a digit for the terminal.

The names below are loaded when they are first used: a digit in the terminal must not pay for matplotlib.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from .confusion import draw_confusion
    from .curve import draw_curve
    from .digits import draw_digits
    from .figure import new_axes, save
    from .plain import save_digit
    from .reading import draw_reading, draw_stages
    from .terminal import digit_lines

__all__ = [
    "digit_lines",
    "draw_confusion",
    "draw_curve",
    "draw_digits",
    "draw_reading",
    "draw_stages",
    "new_axes",
    "save",
    "save_digit",
]

_HOMES = {
    "digit_lines": "terminal",
    "draw_confusion": "confusion",
    "draw_curve": "curve",
    "draw_digits": "digits",
    "draw_reading": "reading",
    "draw_stages": "reading",
    "new_axes": "figure",
    "save": "figure",
    "save_digit": "plain",
}


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f".{_HOMES[name]}", __name__), name)


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
