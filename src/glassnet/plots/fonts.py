"""Fonts: every text of a plot gets a font with its glyphs, whatever fonts are installed.

The fonts of matplotlib lack Chinese characters, and it draws boxes instead. glassnet therefore includes the common
characters of Noto Sans CJK SC. Rarer characters use an installed font; without one they are written as ``U+4E00``.
"""

from __future__ import annotations

import warnings
from collections.abc import Iterable
from functools import cache
from pathlib import Path

from matplotlib import font_manager
from matplotlib.axes import Axes
from matplotlib.text import Text

from ..errors import GlassnetWarning
from ..messages.control_characters import printable

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
"""Families tried if the included font lacks a character; each has thousands."""


def set_fonts(axes: Axes | Iterable[Axes]) -> None:
    """Set the font families that the characters of every text in `axes` need; no text is parsed as a formula.

    The user's own font keeps precedence. Only these texts change. Where the axes are off, their ticks, which would take
    most of the time, are left out.
    """
    for one in [axes] if isinstance(axes, Axes) else axes:
        hidden = () if one.axison else (one.xaxis, one.yaxis)
        for text in (text for part in one.get_children() if part not in hidden for text in part.findobj(Text)):
            text.set_parse_math(False)
            families = text.get_fontfamily()
            more = [name for name in _extra_families(text.get_text(), tuple(families)) if name not in families]
            if more:
                text.set_fontfamily([*families, *more])


def replace_missing_glyphs(names: Iterable[object]) -> list[str]:
    """Return names as single lines, with characters that no font has replaced by ``U+`` and their code point.

    Warns
    -----
    GlassnetWarning
        Names the characters replaced.
    """
    plain = [printable(" ".join(str(name).split())) for name in names]
    families = tuple(font_manager.FontProperties().get_family())
    others = {letter for name in plain for letter in name if not (letter.isascii() and letter.isprintable())}
    missing = sorted(letter for letter in others if _family_with_glyph(letter, families) is None)
    if missing:
        template = (
            "no installed font has {letters}, so code points are drawn. Install a font that has them, such as Noto "
            "Sans CJK."
        )
        # Python shows a warning from one place once.
        warnings.warn(GlassnetWarning(template, letters=" ".join(missing[:10])), stacklevel=1)
    return ["".join(f"U+{ord(c):04X}" if c in missing else c for c in name) for name in plain]


def _extra_families(text: str, first: tuple[str, ...]) -> list[str]:
    """Return the additional families that a text needs."""
    families = [_family_with_glyph(letter, first) for letter in dict.fromkeys(text) if not letter.isascii()]
    return list(dict.fromkeys(family for family in families if family))


@cache
def _family_with_glyph(letter: str, first: tuple[str, ...]) -> str | None:
    """Return the first family with a character: of `first`, of matplotlib, of glassnet, or an installed one."""
    return next((name for name in (*first, SHIPPED, FAMILY, *INSTALLED) if ord(letter) in _code_points_of(name)), None)


@cache
def _code_points_of(family: str) -> frozenset[int]:
    """Return the code points of a family; empty if it is not installed."""
    _add_own_font()  # before any lookup, because lookups are cached
    installed = {*font_manager.fontManager.get_font_names(), *font_manager.font_family_aliases}
    if family not in installed:
        return frozenset()
    path = font_manager.findfont(font_manager.FontProperties(family=[family]))
    return frozenset(font_manager.get_font(path).get_charmap())


@cache
def _add_own_font() -> None:
    font_manager.fontManager.addfont(FONT)
