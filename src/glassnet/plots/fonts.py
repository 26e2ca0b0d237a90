"""Fonts: every text of a plot gets a font with its glyphs, whatever fonts the machine has.

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


def set_fonts(axes: Axes | Iterable[Axes]) -> None:
    """Give every text in `axes` the font families that its letters need; no text is parsed as a formula.

    A font of the user's choice stays the first. Nothing but these texts changes.
    """
    for one in [axes] if isinstance(axes, Axes) else axes:
        for text in one.findobj(Text):
            text.set_parse_math(False)
            families = text.get_fontfamily()
            more = [name for name in _extra_families(text.get_text(), tuple(families)) if name not in families]
            if more:
                text.set_fontfamily([*families, *more])


def replace_missing_glyphs(names: Iterable[object]) -> list[str]:
    """Return names on one line each, with letters that no font has written as ``U+`` and their number.

    Warns
    -----
    UserWarning
        For such letters, which they are.
    """
    plain = [printable(" ".join(str(name).split())) for name in names]
    missing = sorted({letter for name in plain for letter in name if not _has_glyph(letter)})
    if missing:
        warnings.warn(
            f"no installed font has {' '.join(missing[:10])}, so code points are drawn. Install a font that has them, "
            "such as Noto Sans CJK.",
            stacklevel=1,  # Python shows a warning from one place once
        )
    return ["".join(f"U+{ord(c):04X}" if c in missing else c for c in name) for name in plain]


def _has_glyph(letter: str) -> bool:
    return (letter.isascii() and letter.isprintable()) or _family_with_glyph(letter, _default_families()) is not None


def _default_families() -> tuple[str, ...]:
    return tuple(font_manager.FontProperties().get_family())


def _extra_families(text: str, first: tuple[str, ...]) -> list[str]:
    """Return the families that a text needs besides its own first one."""
    families = [_family_with_glyph(letter, first) for letter in dict.fromkeys(text) if not letter.isascii()]
    return list(dict.fromkeys(family for family in families if family))


@cache
def _family_with_glyph(letter: str, first: tuple[str, ...]) -> str | None:
    """Return the family with a letter: one of `first`, else matplotlib's, our own, or an installed one."""
    return next((name for name in (*first, SHIPPED, FAMILY, *INSTALLED) if ord(letter) in _code_points_of(name)), None)


@cache
def _code_points_of(family: str) -> frozenset[int]:
    """Return the code points of a family; empty if it is not installed."""
    _add_own_font()  # before any family is looked for: what is found is kept
    installed = {*font_manager.fontManager.get_font_names(), *font_manager.font_family_aliases}
    if family not in installed:
        return frozenset()
    path = font_manager.findfont(font_manager.FontProperties(family=[family]))
    return frozenset(font_manager.get_font(path).get_charmap())


@cache
def _add_own_font() -> None:
    font_manager.fontManager.addfont(FONT)
