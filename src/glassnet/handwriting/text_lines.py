"""Judge lines of writing: digits, or words and sums.

Each line is judged by itself: in a line of digits, hardly any piece is one that no digit looks like. A line of one or
two pieces says little: it is judged by the other lines.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from .reading import Digit, Reading
from .reasons import Reason
from .recognise import SURE

_REJECTED = 0.2  # confidence below which a piece is not a digit; most unsure digits have more
_REJECTS, _SHARE = 2, 0.25  # number and fraction of such pieces in words and sums: "12 + 7 = 19" has 2 of 7
_HALF = 0.5  # least fraction of sure digits in a line of digits
_SURE = 0.65  # least fraction of sure digits if there are only lines of one or two pieces; "Hi" has 0.5
_CLEAR = 0.7  # mean confidence of clear lines of digits
_ONE_WAY = (3, 4, 7)  # digits that are none upside down; 2 and 5 often read alike, 6 is a 9
_DASH = 1.8  # ratio of width to height of a dash, which is also written between digits
_NUMBER = 7  # most pieces in a line with a plus that is a sum; a telephone number has more
_UNEVEN, _UNLIKE, _LETTERS = 1.33, 0.3, 4  # ratio to the usual height, fraction of such letters, and their least number
_COMMON = 0.6  # least part of its width that a bar of an equals sign has above the other
_STROKE, _CROSS = 6, 0.85  # width of a bar, in pixels of 28 × 28; least fraction of the ink of a plus in its bars


def judge_lines(reading: Reading, sure: float) -> Reading:
    """Name the lines that are not digits, and lower the confidence of all their digits: an o in a word is not a 0."""
    lines: dict[int, list[Digit]] = {}
    for digit in reading.digits:
        lines.setdefault(digit.line, []).append(digit)
    sums = _lines_of_equals(reading.digits)
    verdicts = {number: number in sums or _is_other(digits) for number, digits in lines.items()}
    if False not in verdicts.values():  # no line is certainly digits
        short = [digit for number, digits in lines.items() if verdicts[number] is None for digit in digits]
        few = np.mean([digit.confidence >= SURE for digit in short]) < _SURE if short else False
        verdicts = {
            number: bool(few) and len(reading.digits) > 1 if verdict is None else verdict
            for number, verdict in verdicts.items()
        }
    others = tuple(sorted(number for number, verdict in verdicts.items() if verdict))
    digits = (digit.doubted(Reason.OTHER_LINE, sure) if digit.line in others else digit for digit in reading.digits)
    return replace(reading, digits=tuple(digits), other_lines=others)


def has_clear_lines(reading: Reading) -> bool:
    """Return whether lines of digits beside others are clear, so that the others need not be read again.

    `reading` is one of `judge_lines`.
    """
    clear = [digit.confidence for digit in reading.digits if digit.line not in reading.other_lines]
    return bool(reading.other_lines) and len(clear) > 1 and float(np.mean(clear)) >= _CLEAR


def is_upright(reading: Reading) -> bool:
    """Return whether a page of words is certainly upright: in lines of sure digits, some cannot be digits if turned.

    `reading` is one of `judge_lines`.
    """
    unsure = {digit.line for digit in reading.digits if digit.confidence < SURE}
    clear = [digit.answer for digit in reading.digits if digit.line not in unsure]
    return bool(reading.other_lines) and sum(answer in _ONE_WAY for answer in clear) > 1


def _is_other(digits: list[Digit]) -> bool | None:
    """Return whether a line is not digits; None if it is too short to say."""
    rejected = [digit for digit in digits if digit.confidence < _REJECTED]
    signs = [digit for digit in rejected if _is_equals(digit.form) or _is_plus(digit.form)]
    if any(_is_equals(sign.form) for sign in signs) and len(digits) > 1:
        return True
    if signs and 2 < len(digits) <= _NUMBER:
        return True
    rejects = len([digit for digit in rejected if not _is_dash(digit)])
    pieces = len([digit for digit in digits if not _is_dash(digit)])
    if rejects >= _REJECTS and rejects >= _SHARE * pieces:
        return True
    if rejects and _has_words_heights(digits):
        return True
    if len(digits) < 3:
        return None
    return bool(np.mean([digit.confidence >= SURE for digit in digits]) < _HALF)


def _has_words_heights(digits: list[Digit]) -> bool:
    """Return whether heights vary as in a word: digits are about equally high, letters have ascenders or have not."""
    heights = np.array([digit.height for digit in digits if not _is_dash(digit)])
    ratios = heights / np.median(heights) if len(heights) else heights
    uneven = np.count_nonzero((ratios < 1 / _UNEVEN) | (ratios > _UNEVEN))
    return len(heights) > _LETTERS and bool(uneven >= _UNLIKE * len(heights))


def _lines_of_equals(digits: tuple[Digit, ...]) -> set[int]:
    """Return the lines of the two bars of an equals sign, one close above the other."""
    bars = [digit for digit in digits if digit.confidence < _REJECTED and _is_dash(digit)]
    lines: set[int] = set()
    for k, one in enumerate(bars):
        for other in bars[k + 1 :]:
            width = max(one.width, other.width)
            common = min(one.box[2], other.box[2]) - max(one.box[0], other.box[0])
            gap = max(one.box[1], other.box[1]) - min(one.box[3], other.box[3])
            if common >= _COMMON * width and 0 < gap < width:
                lines |= {one.line, other.line}
    return lines


def _is_dash(digit: Digit) -> bool:
    return digit.confidence < SURE and digit.width >= _DASH * digit.height and not _is_equals(digit.form)


def _is_equals(form: NDArray[np.uint8]) -> bool:
    """Return whether a form is two bars, one above the other."""
    ink = form > 127
    full = np.flatnonzero(np.diff(np.pad(ink.any(axis=1), 1).astype(np.int8)))
    if len(full) != 4:  # rows with ink begin and end twice
        return False
    width = int(np.ptp(np.flatnonzero(ink.any(axis=0)))) + 1
    bars = [ink[start:end] for start, end in full.reshape(2, 2)]
    return all(len(bar) <= _STROKE + 2 and np.count_nonzero(bar.any(axis=0)) > 0.6 * width for bar in bars)


def _is_plus(form: NDArray[np.uint8]) -> bool:
    """Return whether a form is an upright and a level bar that cross near their middles."""
    ink = form.astype(np.float64)
    if not (ink > 127).any():  # a speck, which averaging to 28 × 28 leaves grey
        return False
    rows, columns = (np.convolve(ink.sum(axis=1 - axis), np.ones(_STROKE), "same") for axis in (0, 1))
    row, column = int(np.argmax(rows)), int(np.argmax(columns))
    bars = np.zeros(ink.shape, bool)
    start = -(_STROKE // 2)
    bars[max(0, row + start) : row + start + _STROKE] = True
    bars[:, max(0, column + start) : column + start + _STROKE] = True
    height, width = (int(np.ptp(np.flatnonzero((ink > 127).any(axis=1 - axis)))) + 1 for axis in (0, 1))
    inside = ink[bars].sum() / max(ink.sum(), 1)
    middle = max(abs(row - ink.shape[0] / 2), abs(column - ink.shape[1] / 2))
    return bool(inside > _CROSS and middle <= 4 and min(height, width) > 0.6 * max(height, width))
