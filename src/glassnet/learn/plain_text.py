"""Texts of the course for a terminal: formulas in TeX as plain characters."""

from __future__ import annotations

import re

_SIGNS = {
    r"\alpha": "α", r"\delta": "δ", r"\Delta": "Δ", r"\eta": "η", r"\sigma": "σ", r"\sum": "Σ", r"\partial": "∂",
    r"\cdot": "·", r"\times": "×", r"\le": "≤", r"\ge": "≥", r"\approx": "≈", r"\to": "→", r"\quad": " ",
    r"\left": "", r"\right": "", r"\,": " ", r"\;": " ", r"\ ": " ", "^T": "ᵀ", "^{T}": "ᵀ", "^2": "²",
    "_0": "₀", "_1": "₁", "_2": "₂",
}  # fmt: skip


def plain(text: str) -> str:
    """Return a text without dollar signs and backquotes, its formulas in plain characters: ``$W_2^T e$`` as W₂ᵀ e."""
    pieces = re.split(r"\$([^$]*)\$", text)
    pieces[1::2] = map(_plain_formula, pieces[1::2])
    return re.sub(r"`([^`]*)`|\*\*([^*]+)\*\*", r"\1\2", "".join(pieces))


def _plain_formula(tex: str) -> str:
    tex = re.sub(r"\\(?:mathrm|text|operatorname|mathbf)\{([^{}]*)\}", r"\1", tex)
    tex = re.sub(r"\\frac\{([^{}]*)\}\{([^{}]*)\}", r"(\1)/(\2)", tex)
    for sign, character in sorted(_SIGNS.items(), key=lambda one: -len(one[0])):
        tex = tex.replace(sign, character)
    return re.sub(r"\\([A-Za-z]+)", r"\1", tex).replace("{", "").replace("}", "")
