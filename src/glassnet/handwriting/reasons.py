"""Why a digit of a photograph is not sure."""

from __future__ import annotations

from enum import StrEnum

import numpy as np

from ..segmentation.paper import Ink
from ..segmentation.segment import Piece

DOUBTED = 0.3
"""Factor by which the confidence is lowered for what the models cannot see: a piece too wide, a line of words."""
_WIDEST = 1.8  # largest ratio of width to height of a digit
_ALONG = 0.7  # least fraction of its side along which a piece touches only one of two opposite edges
_ACROSS = 2  # least ratio of the picture's side to that of a stroke which crosses the picture the other way
_LEANING = 0.5  # ratio of width to height from which a straight stroke leans more than a 1
_STRAIGHT = 0.15  # largest ratio of the spreads of a straight stroke across and along it
_STROKE = 3  # times its stroke width: a piece no higher is a single horizontal stroke, such as a minus
_FAINTEST, _NOISIEST = 0.06, 0.12  # contrast of ink below which, and noise of paper above which, it is hardly visible


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
    NOT_WRITING = "not_writing"
    """It does not look like strokes of a pen on paper but like part of a thing."""
    UPSIDE_DOWN = "upside_down"
    """The photograph may be upside down, and then it is another digit."""
    RULING = "ruling"
    """Printed lines are in the way: their cells are not certain, or they run through it."""
    UNCLEAR = "unclear"
    """It looks like a digit, but the model is not certain which."""


def is_wide(piece: Piece) -> bool:
    """Return whether a piece is too wide for a digit, whatever the prediction."""
    return piece.width >= _WIDEST * piece.height


def is_edge(piece: Piece, shape: tuple[int, ...]) -> bool:
    """Return whether a piece lies along one edge of a picture of this shape, or crosses it from edge to edge.

    It is then the edge of a sheet, of a thing or of a shadow. A cropped digit touches all edges, or opposite ones alike
    with hardly any paper on the other sides.
    """
    room = (piece.left, piece.top, shape[1] - piece.right, shape[0] - piece.bottom)
    ends = piece.mask[:, :2], piece.mask[:2].T, piece.mask[:, -2:], piece.mask[-2:].T
    touched = [float(end.any(axis=1).mean()) if near <= 1 else 0.0 for end, near in zip(ends, room, strict=True)]
    along = [abs(touched[side] - touched[side + 2]) >= _ALONG for side in (0, 1)]
    if np.count_nonzero(touched) > 1 and piece.width > _LEANING * piece.height and _is_straight(piece):
        return True
    if max(room) <= 1:
        return all(along)  # two sides of a frame
    for first, other in ((0, 1), (1, 0)):
        if along[first]:
            return True
        if touched[first] and touched[first + 2] and not touched[other] and not touched[other + 2]:
            return shape[first] > _ACROSS * (piece.height, piece.width)[first]
    return False


def _is_straight(piece: Piece) -> bool:
    """Return whether a piece is one straight stroke, in any direction."""
    least, most = np.linalg.eigvalsh(np.cov(np.argwhere(piece.mask), rowvar=False))
    return bool(least < _STRAIGHT**2 * most)


def find_reason(
    piece: Piece, ink: Ink, box: tuple[int, int, int, int], size: tuple[int, int], is_digit: float, certainty: float
) -> Reason:
    """Return the likeliest reason why a digit is not sure.

    `ink` is all ink of the photograph; `box` is (left, top, right, bottom), the last two exclusive, and `size` (width,
    height), in pixels. `is_digit` is the probability of the gate, `certainty` the confidence of the model in the
    answer, if it is a digit.
    """
    if is_wide(piece):
        return Reason.NOT_A_DIGIT if piece.height < _STROKE * piece.pen else Reason.WIDE
    near = 0.75 * piece.pen * (box[2] - box[0]) / piece.width  # the edges of a stroke are hardly ink
    sides = (box[0] <= near, box[1] <= near, box[2] >= size[0] - near, box[3] >= size[1] - near)
    if is_edge(piece, ink.strength.shape) or (
        any(sides) and not all(sides)
    ):  # an image cropped to the digit does not cut it off
        return Reason.EDGE
    if ink.contrast < _FAINTEST or ink.noise > _NOISIEST:
        return Reason.FAINT
    return Reason.NOT_A_DIGIT if is_digit < certainty else Reason.UNCLEAR
