"""Read a photograph in several ways, and choose the best reading.

The ink may be dark or light, a sheet may be on a table, writing may fill the image, strokes may have gaps.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from ..model.model import Model
from ..segmentation.margin import add_margins, remove_margin
from ..segmentation.morphology import Mask, Plane
from ..segmentation.paper import Ink, possible_inks, separate_ink_again
from ..segmentation.segment import Piece, find_pieces, ink_masks
from ..segmentation.sheet import isolate_sheet
from .reading import Digit, Reading
from .reasons import DOUBTED, find_reason, is_edge, is_wide
from .recognise import Candidate, is_print, recognise

if TYPE_CHECKING:
    from PIL.Image import Image

_NARROW, _REST = 1.2, 0.1  # width over height of a digit; fraction of all ink that may be specks next to it
_GAPS = (0.02, 0.05)  # lengths of gaps in strokes, as fractions of the size of a digit
_FEW = 60  # most pieces of a photo that is read again in other ways: five further readings of more are print
_MANY = 3  # size of all writing over that of a digit, above which there may be many digits
_STRONGEST = 0.7  # of the usual ink; shadows are weaker
_CLEARLY, _FILLED = 0.9, 0.5  # below this confidence, or above this fraction of a side, an image may be a tight crop
_DOUBTFUL = 0.7  # score below which a photo is read again in other ways
_CUT_OFF = 0.2  # fraction of the score lost if the digits touch the edge of the image
_BETTER = 0.15  # difference of scores at which another reading is preferred to the likeliest
_UNEVEN = 0.3  # fraction of the score lost if the paper is as uneven as the image


def read_first(model: Model, picture: Image, values: Plane, sure: float) -> tuple[Reading, Plane]:
    """Read an opaque photograph upright, as dark or light ink, on a sheet, or tightly cropped.

    `values` is the photograph at its working size, float32, shape (rows, columns, 3), 0 to 1; it is returned with the
    reading, without the surroundings of a sheet. `sure` is the least confidence of a sure digit.
    """
    views = [alone] if (alone := isolate_sheet(values)) is not None else []
    best = _choose_best(
        _read_ink(model, picture, ink, 0, sure) for view in [*views, values] for ink in possible_inks(view)
    )
    if _mean_confidence(best) < _CLEARLY or _filled_share(best) > _FILLED:
        framed = [(ink, margin) for view, margin in add_margins(values) for ink in possible_inks(view)]
        cropped = [_read_ink(model, picture, ink, margin, sure) for ink, margin in framed]
        best = max([best, *(one for one in cropped if len(one.digits) == 1)], key=_score)
    return best, (views or [values])[0]


def read_again(model: Model, reading: Reading, view: Plane, sure: float) -> Reading:
    """Read a photograph in other ways if the score of a first reading is low; parameters as of `read_first`."""
    confidences = [digit.confidence for digit in reading.digits]
    if not 0 < len(confidences) <= _FEW or is_print(confidences) or _score(reading) >= _DOUBTFUL:
        return reading
    other_inks = separate_ink_again(view, reading.ink, reading.mask)
    other_readings = [_read_ink(model, reading.picture, ink, 0, sure) for ink in other_inks]
    return _choose_best(
        [
            reading,
            *(one for one in other_readings if _is_no_worse(one, reading)),
            *_read_with_other_masks(model, reading, sure),
        ]
    )


def _read_ink(model: Model, picture: Image, ink: Ink, margin: int, sure: float) -> Reading:
    """Read one separation of ink from paper; with and without long straight lines if they may be strokes."""
    (mask, *others), everything = ink_masks(ink)
    best = read_mask(model, picture, ink, mask, everything, margin, sure)
    if others and not (best.digits and all(digit.sure for digit in best.digits)):
        readings = [read_mask(model, picture, ink, other, everything, margin, sure) for other in others]
        most = 1 if _has_all_ink(best) else np.inf
        best = _choose_best([best, *(one for one in readings if len(one.digits) <= most)])
    return best


def _has_all_ink(reading: Reading) -> bool:
    """Return whether a single digit, taller than wide, has nearly all ink: no stroke of it is a line between digits."""
    if len(reading.digits) != 1:
        return False
    digit = reading.digits[0]
    return digit.width < _NARROW * digit.height and reading.removed.sum() < _REST * reading.mask.sum()


def read_mask(
    model: Model, picture: Image, ink: Ink, mask: Mask, everything: Mask, margin: int, sure: float, gaps: float = 0.0
) -> Reading:
    """Read the pixels of a mask; those of all ink that are not in its digits are removed."""
    pieces = find_pieces(mask, ink, gaps)
    removed = everything.copy()
    if margin:
        removed = removed[margin:-margin, margin:-margin]
        pieces, ink, mask = remove_margin(pieces, ink, mask, margin)
    scale = np.array([picture.width / mask.shape[1], picture.height / mask.shape[0]] * 2)
    candidates = [(candidate, line) for line, row in enumerate(recognise(model, pieces)) for candidate in row]
    digits = [
        make_digit(model, candidate, _box_of(candidate.piece, scale), line, sure, picture, ink)
        for candidate, line in candidates
    ]
    for piece in (candidate.piece for candidate, _ in candidates):
        removed[piece.top : piece.bottom, piece.left : piece.right] &= ~piece.mask
    return Reading(tuple(digits), picture, ink, mask, removed)


def _read_with_other_masks(model: Model, reading: Reading, sure: float) -> list[Reading]:
    """Read again with gaps bridged (for a dry pen) and with only the strongest ink (next to a shadow).

    Readings with fewer sure digits are rejected, because bridging too far joins neighbouring digits, and so are
    readings with more digits, because a 0 falls apart without its weakest strokes.
    """
    strongest = reading.mask & (reading.ink.strength > _STRONGEST)
    masks = [*((reading.mask, gaps, most) for gaps, most in _gap_sizes(reading)), (strongest, 0.0, len(reading.digits))]
    readings = [
        (read_mask(model, reading.picture, reading.ink, mask, reading.mask | reading.removed, 0, sure, gaps), most)
        for mask, gaps, most in masks
        if mask.any()
    ]
    return [one for one, most in readings if _count_sure(one) >= _count_sure(reading) and len(one.digits) <= most]


def _gap_sizes(reading: Reading) -> list[tuple[float, int]]:
    """Return gap lengths to bridge, in pixels of the mask, each with the most digits to accept afterwards.

    The lengths are fractions of the size of all writing, or of a typical digit if there are many. The pieces of one
    broken digit say little about its size. With many digits, the size of all writing is used only if the result is one
    digit.
    """
    boxes = np.array([digit.box for digit in reading.digits]) * (reading.mask.shape[1] / reading.picture.width)
    whole = float(max(boxes[:, 2:].max(axis=0) - boxes[:, :2].min(axis=0)))
    digit = float(np.median((boxes[:, 2:] - boxes[:, :2]).max(axis=1)))
    sizes = [(whole, 1), (digit, len(boxes))] if whole > _MANY * digit else [(whole, len(boxes))]
    return [(part * size, most) for size, most in sizes for part in _GAPS]


def _is_no_worse(reading: Reading, other: Reading) -> bool:
    """Return whether a reading has more sure digits than another, or equally many among no more digits."""
    gain = _count_sure(reading) - _count_sure(other)
    return gain > 0 or (gain == 0 and len(reading.digits) <= len(other.digits))


def _count_sure(reading: Reading) -> int:
    return sum(digit.sure for digit in reading.digits)


def _choose_best(readings: Iterable[Reading]) -> Reading:
    """Return the first reading, the likeliest, unless another has a much better score.

    The others are not made if none could have one.
    """
    best, score = None, 0.0
    for reading in readings:
        if best is None or _score(reading) > score + _BETTER:
            best, score = reading, _score(reading)
        if score >= 1 - _BETTER:
            break
    assert best is not None, "at least one reading"
    return best


def _mean_confidence(reading: Reading) -> float:
    return float(np.mean([digit.confidence for digit in reading.digits])) if reading.digits else -1.0


def _score(reading: Reading) -> float:
    """Return the score of a reading: its mean confidence, reduced for uneven paper and cut-off digits.

    Paper as uneven as the image suggests that writing was mistaken for paper; digits at the edge of the image may be
    cut off.
    """
    paper, picture = (np.asarray(plane, np.float32) for plane in (reading.ink.paper, reading.picture.reduce(4)))
    unevenness = float(paper[::4, ::4].std(axis=(0, 1)).max()) / max(float(picture.std(axis=(0, 1)).max()) / 255, 1e-3)
    return _mean_confidence(reading) * (1 - _UNEVEN * min(1.0, unevenness)) * (1 - _CUT_OFF * _edge_share(reading))


def _filled_share(reading: Reading) -> float:
    """Return the largest fraction of a side of the image that the digits span."""
    if not reading.digits:
        return 0.0
    boxes = np.array([digit.box for digit in reading.digits])
    (left, top), (right, bottom) = boxes[:, :2].min(axis=0), boxes[:, 2:].max(axis=0)
    return float(max((right - left) / reading.picture.width, (bottom - top) / reading.picture.height))


def _edge_share(reading: Reading) -> float:
    """Return the fraction of digits that touch the edge of the image: cut off, a shadow, or a finger."""
    width, height = reading.picture.size
    edges = [
        box[0] <= 0 or box[1] <= 0 or box[2] >= width or box[3] >= height for box in (d.box for d in reading.digits)
    ]
    return float(np.mean(edges)) if edges else 0.0


def _box_of(piece: Piece, scale: NDArray[np.float64]) -> tuple[int, int, int, int]:
    """Return the box of a piece in pixels of the photograph."""
    left, top, right, bottom = (
        (np.array([piece.left, piece.top, piece.right, piece.bottom]) * scale).round().astype(int)
    )
    return int(left), int(top), int(right), int(bottom)


def make_digit(
    model: Model,
    candidate: Candidate,
    box: tuple[int, int, int, int],
    line: int,
    sure: float,
    picture: Image,
    ink: Ink,
) -> Digit:
    """Return the digit that a candidate in this box of a photograph means, with the reason if it is not sure."""
    piece, outputs, is_digit = candidate.piece, candidate.outputs, candidate.is_digit
    answer = int(model.targets.invert(outputs[np.newaxis])[0])
    doubtful = is_wide(piece) or is_edge(piece, ink.strength.shape)
    confidence = candidate.confidence * (DOUBTED if doubtful else 1.0)
    reason = None
    if confidence < sure:
        certainty = candidate.confidence / is_digit if is_digit else 1.0
        reason = find_reason(piece, ink, box, picture.size, is_digit, certainty)
    return Digit(box, line, answer, confidence, reason is None, outputs, candidate.form, reason)
