"""Judge lines of writing: digits, or words and sums."""

from __future__ import annotations

import numpy as np

from .reading import Digit
from .reasons import Reason
from .recognise import SURE

_LETTERS = 0.65  # least fraction of pieces read as digits on a page of digits; "hello" has 0.6


def doubt_letters(digits: list[Digit], sure: float) -> tuple[Digit, ...]:
    """Mark all digits as not sure if most are not digits: an o among letters is not a 0."""
    if len(digits) > 1 and np.mean([digit.confidence >= SURE for digit in digits]) < _LETTERS:
        return tuple(digit.doubted(Reason.OTHER_LINE, sure) for digit in digits)
    return tuple(digits)
