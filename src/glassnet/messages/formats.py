"""Numbers and lists of names as text, and the widths of texts in a terminal."""

from __future__ import annotations

from collections.abc import Sequence
from unicodedata import combining, east_asian_width

from .control_characters import printable


def counted(count: int, thing: str) -> str:
    """Return ``1 row`` or ``1,200 rows``."""
    return f"{count:,} {thing}{'' if count == 1 else 's'}"


def listed(names: Sequence[object], most: int, comma: str = ", ", more: str = ", …") -> str:
    """Return the first names, at most `most`, followed by `more` if there are more: ``cat, dog, …``."""
    return comma.join(map(str, names[:most])) + (more if len(names) > most else "")


def width_of(text: str) -> int:
    """Return the width of a text in terminal columns when printed by `printable`; a Chinese character takes two."""
    return sum((east_asian_width(letter) in "WF") + 1 - bool(combining(letter)) for letter in printable(text))


def shortened(text: str, width: int) -> str:
    """Return a text on one line, cut to `width` columns with an ellipsis if it is longer."""
    text = printable(text)
    if width_of(text) <= width:
        return text
    while text and width_of(text) > width - 1:
        text = text[:-1]
    return f"{text}…"


def number_text(value: float) -> str:
    """Return a number with six significant digits, and below 1e15 with all digits before the decimal point."""
    whole = float(value).is_integer() or abs(value) >= 999_999.5
    return f"{value:.0f}" if whole and abs(value) < 1e15 else f"{value:g}"


def shown(number: float) -> str:
    """Format a number with four significant digits, more from 10,000 on, a true minus sign, and 0 without a sign.

    Powers of ten appear only for very large and very small numbers.
    """
    text = f"{number:,.0f}" if 9999.5 <= abs(number) < 1e12 else f"{number + 0.0:.4g}"
    return text.replace("-", "−")


def share_text(share: float) -> str:
    """Return a fraction in per cent; ``<0.1%`` instead of 0.0% unless it is 0."""
    text = f"{share:.1%}"
    return "<0.1%" if share and text == "0.0%" else text


def below_all(share: float, digits: int = 2) -> float:
    """Return a fraction that does not round to 100% at this number of digits unless it is 1."""
    return min(share, 1 - 10.0 ** -(digits + 2)) if share < 1 else share
