"""Letters: every text of a picture is written with a font that has them, whatever fonts a machine has.

matplotlib ships fonts without Chinese letters and draws boxes instead. So glassnet brings the common ones, a part of
Noto Sans CJK SC; for rarer ones an installed font is taken, and where there is none, the letter is written as
``U+4E00``.
"""

from __future__ import annotations

import warnings
from collections.abc import Iterable
from functools import cache
from pathlib import Path

from matplotlib import font_manager
from matplotlib.axes import Axes
from matplotlib.text import Text

from ..io.control_characters import printable

SHIPPED = "DejaVu Sans"
"""The font that matplotlib ships."""
FAMILY = "Glassnet Han"
FONT = Path(__file__).parent / "font" / "han.otf"
INSTALLED = (
    "Noto Sans CJK SC",
    "Noto Sans SC",
    "Source Han Sans SC",
    "Microsoft YaHei",
    "PingFang SC",
    "Hiragino Sans GB",
    "WenQuanYi Micro Hei",
    "WenQuanYi Zen Hei",
    "SimHei",
    "Arial Unicode MS",
    "Noto Sans CJK JP",
    "Noto Sans CJK KR",
    "Malgun Gothic",
    "Droid Sans Fallback",
)
"""Families looked for where the own font lacks a letter; each has thousands."""


def legible(axes: Axes | Iterable[Axes]) -> None:
    """Give every text in `axes` the fonts that its letters need; no text is taken for a formula.

    A font of the user's choice stays the first. Nothing but these texts changes.
    """
    for one in [axes] if isinstance(axes, Axes) else axes:
        for text in one.findobj(Text):
            text.set_parse_math(False)
            families = text.get_fontfamily()
            more = [name for name in _families(text.get_text(), tuple(families)) if name not in families]
            if more:
                text.set_fontfamily([*families, *more])


def drawable(names: Iterable[object]) -> list[str]:
    """Return names as they can be written: in one line, a letter that no font has as ``U+`` and its number.

    Warns
    -----
    UserWarning
        For such letters, which they are.
    """
    plain = [printable(" ".join(str(name).split())) for name in names]
    missing = sorted({letter for name in plain for letter in name if not _can_write(letter)})
    if missing:
        warnings.warn(
            f"no font here has {' '.join(missing[:10])}: written as numbers. Install one that has, such as "
            "Noto Sans CJK.",
            stacklevel=1,  # so that it is said once
        )
    return ["".join(f"U+{ord(c):04X}" if c in missing else c for c in name) for name in plain]


def _can_write(letter: str) -> bool:
    return (letter.isascii() and letter.isprintable()) or _family_with(letter, _usual()) is not None


def _usual() -> tuple[str, ...]:
    return tuple(font_manager.FontProperties().get_family())


def _families(text: str, first: tuple[str, ...]) -> list[str]:
    """Return the families that a text needs beside its own first one."""
    found = [_family_with(letter, first) for letter in dict.fromkeys(text) if not letter.isascii()]
    return list(dict.fromkeys(family for family in found if family))


@cache
def _family_with(letter: str, first: tuple[str, ...]) -> str | None:
    """Return the family that has a letter: of the `first` ones, else matplotlib's, the own one, or an installed one."""
    return next((name for name in (*first, SHIPPED, FAMILY, *INSTALLED) if ord(letter) in _letters_of(name)), None)


@cache
def _letters_of(family: str) -> frozenset[int]:
    """Return the code points that a family has; none if it is not here."""
    _add_own_font()  # before any family is looked for: what is found is kept
    known = {*font_manager.fontManager.get_font_names(), *font_manager.font_family_aliases}
    if family not in known:
        return frozenset()
    path = font_manager.findfont(font_manager.FontProperties(family=[family]))
    return frozenset(font_manager.get_font(path).get_charmap())


@cache
def _add_own_font() -> None:
    font_manager.fontManager.addfont(FONT)
