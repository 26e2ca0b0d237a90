"""Why a digit of a photograph is not sure."""

from __future__ import annotations

from enum import StrEnum


class Reason(StrEnum):
    """Why a digit is not sure; the values are those of ``reason`` in ``glassnet read --json``."""

    NOT_A_DIGIT = "not_a_digit"
    """It looks like a sign, a letter or a scribble."""
    OTHER_LINE = "other_line"
    """Its line is not digits but a word or a sum."""
    EDGE = "edge"
    """It touches the edge of the photograph."""
    FAINT = "faint"
    """Its ink is hardly stronger than the noise of the paper."""
    WIDE = "wide"
    """It is wider than a digit: digits that touch, or a stroke."""
    UNCLEAR = "unclear"
    """It looks like a digit, but the model is not certain which."""
