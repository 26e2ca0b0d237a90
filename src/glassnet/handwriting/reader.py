"""Read the digits of a photograph with a model of 28 × 28 pictures.

A photograph may be taken apart in several ways: ink may be dark or light, a sheet may lie on a table, the pen may have
skipped. Each is read (`recognise`), and the reading with the best score is taken.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from ..errors import DataError
from ..model.model import Model
from ..nn.parameters import FloatArray
from .recognise import SURE, Candidate, recognise, score_forms

if TYPE_CHECKING:
    from PIL.Image import Image

    from . import Ink, Mask

_LETTERS = 0.65  # part that is taken for digits, below which a page shows something else: of "hello" it is 0.6
_WIDEST = 1.8  # width over height of a digit
_GAPS = (0.02, 0.05)  # of a digit, that the pen may have skipped
_MANY = 3  # digits' sizes that all together measures, from which there may be several
_STRONGEST = 0.7  # of the usual ink, that a shadow does not reach
_CLEARLY, _FILLED = 0.9, 0.5  # below this confidence, or above this part of a side, a picture may be a tight crop
_DOUBTFUL = 0.7  # worth below which a photo is read once more, in other ways
_CUT_OFF = 0.2  # of its worth that a reading loses where its digits touch the picture's edge
_UNEVEN = 0.3  # of its worth that a reading loses where its paper is as uneven as the picture


@dataclass(frozen=True)
class Digit:
    """One digit of a photograph, and the model's answer.

    Parameters
    ----------
    box : (left, top, right, bottom)
        Pixels of the photograph; the last two are just outside.
    line : int
        Which line it stands in, from 0.
    answer : int
        The class of the largest output.
    confidence : float
        0 to 1: how sure the model is of the answer, from the outputs averaged over small changes of the digit, times
        how sure the gate is that it is a digit at all.
    sure : bool
        Whether that is enough; never where most of what is written is no digit.
    outputs : ndarray, shape (classes,)
        The averaged outputs.
    form : ndarray of uint8, shape (28, 28)
        The digit as the model sees it.
    """

    box: tuple[int, int, int, int]
    line: int
    answer: int
    confidence: float
    sure: bool
    outputs: FloatArray = field(repr=False)
    form: NDArray[np.uint8] = field(repr=False)


@dataclass(frozen=True)
class Reading:
    """The digits of a photograph, and the intermediate stages.

    Parameters
    ----------
    digits : tuple of Digit
        In reading order; empty where none was found.
    picture : PIL.Image.Image
        The photograph, upright and opaque.
    ink : Ink
        Its paper and its ink.
    mask : ndarray of bool
        Where there is ink.
    """

    digits: tuple[Digit, ...]
    picture: Image = field(repr=False)
    ink: Ink = field(repr=False)
    mask: NDArray[np.bool_] = field(repr=False)

    @property
    def text(self) -> str:
        """The answers, a line a line; ``?`` where the model is not sure."""
        lines = [""] * (1 + max((digit.line for digit in self.digits), default=0))
        for digit in self.digits:
            lines[digit.line] += str(digit.answer) if digit.sure else "?"
        return "\n".join(lines)


def read_photo(model: Model, picture: Image, sure: float = SURE) -> Reading:
    """Find the digits of a photograph or scan and ask the model about each.

    Parameters
    ----------
    model : Model
        For pictures of 28 × 28.
    picture : PIL.Image.Image
        Dark ink on light paper or light on dark, of any size and mode.
    sure : float, 0 to 1
        Confidence from which a digit counts as read.

    Raises
    ------
    DataError
        GN017 when the model is not one of 28 × 28 pictures.
    """
    from . import (
        SIDE,
        add_margins,
        ink_mask,
        isolate_sheet,
        match_mnist_form,
        opaque,
        separate_ink,
        separate_ink_again,
        working_size,
    )

    if model.image_shape != (SIDE, SIDE) or model.features != SIDE * SIDE:
        raise DataError("GN017", f"the model does not take images of {SIDE} × {SIDE}. Use a model trained on MNIST.")
    picture = opaque(picture)
    values = working_size(picture)
    form = match_mnist_form(picture)
    if form is not None:
        ink = separate_ink(values)[0]
        [outputs], [confidence] = score_forms(model, form.reshape(1, 1, -1))
        digit = _make_digit(model, outputs, confidence, (0, 0, *picture.size), 0, sure, form)
        return Reading((digit,), picture, ink, ink_mask(ink))
    views = [alone] if (alone := isolate_sheet(values)) is not None else []
    best = _choose_best(
        [_read_ink(model, picture, ink, 0, sure) for view in [*views, values] for ink in separate_ink(view)]
    )
    if _mean_confidence(best) < _CLEARLY or _filled_share(best) > _FILLED:
        framed = [(ink, margin) for view, margin in add_margins(values) for ink in separate_ink(view)]
        cropped = [_read_ink(model, picture, ink, margin, sure) for ink, margin in framed]
        best = max([best, *(one for one in cropped if len(one.digits) == 1)], key=_score)
    if not best.digits or _score(best) >= _DOUBTFUL:
        return best
    other_inks = separate_ink_again((views or [values])[0], best.ink, best.mask)
    other_readings = [_read_ink(model, picture, ink, 0, sure) for ink in other_inks]
    return _choose_best(
        [best, *(one for one in other_readings if _is_no_worse(one, best)), *_read_with_other_masks(model, best, sure)]
    )


def _read_ink(
    model: Model, picture: Image, ink: Ink, margin: int, sure: float, gaps: float = 0.0, mask: Mask | None = None
) -> Reading:
    """Read one separation of ink from paper, or the given mask."""
    from . import find_pieces, ink_mask, remove_margin

    mask = ink_mask(ink) if mask is None else mask
    pieces = find_pieces(mask, ink, gaps)
    if margin:
        pieces, ink, mask = remove_margin(pieces, ink, mask, margin)
    scale = np.array([picture.width / mask.shape[1], picture.height / mask.shape[0]] * 2)
    lines = enumerate(recognise(model, pieces))
    digits = [_locate_digit(model, candidate, number, scale, sure) for number, line in lines for candidate in line]
    return Reading(_doubt_letters(digits), picture, ink, mask)


def _read_with_other_masks(model: Model, reading: Reading, sure: float) -> list[Reading]:
    """Read again with gaps bridged, as of a dry pen, and with only the strongest ink, as beside a shadow.

    What loses digits that it was sure of is no better: bridged too far, digits beside each other hang together. Nor is
    what has more of them: its weakest strokes taken away, an 0 falls apart.
    """
    strongest = reading.mask & (reading.ink.strength > _STRONGEST)
    masks = [*((reading.mask, gaps, most) for gaps, most in _gap_sizes(reading)), (strongest, 0.0, len(reading.digits))]
    readings = [
        (_read_ink(model, reading.picture, reading.ink, 0, sure, gaps, mask), most)
        for mask, gaps, most in masks
        if mask.any()
    ]
    return [one for one, most in readings if _count_sure(one) >= _count_sure(reading) and len(one.digits) <= most]


def _gap_sizes(reading: Reading) -> list[tuple[float, int]]:
    """Return gap lengths to bridge, in pixels of the mask, each with the most digits to accept afterwards.

    Parts of all that is written, or of a digit of many: of one digit in bits the bits say little of its size; of many
    the whole says nothing, and counts only where one digit is all that it gives.
    """
    boxes = np.array([digit.box for digit in reading.digits]) * (reading.mask.shape[1] / reading.picture.width)
    whole = float(max(boxes[:, 2:].max(axis=0) - boxes[:, :2].min(axis=0)))
    digit = float(np.median((boxes[:, 2:] - boxes[:, :2]).max(axis=1)))
    sizes = [(whole, 1), (digit, len(boxes))] if whole > _MANY * digit else [(whole, len(boxes))]
    return [(part * size, most) for size, most in sizes for part in _GAPS]


def _is_no_worse(reading: Reading, other: Reading) -> bool:
    """Whether a reading has more sure digits than another, or as many among no more digits."""
    gain = _count_sure(reading) - _count_sure(other)
    return gain > 0 or (gain == 0 and len(reading.digits) <= len(other.digits))


def _count_sure(reading: Reading) -> int:
    return sum(digit.sure for digit in reading.digits)


def _choose_best(readings: list[Reading]) -> Reading:
    """Choose the first, the likeliest, unless another has a much better score."""
    best = readings[0]
    for reading in readings[1:]:
        if _score(reading) > _score(best) + 0.15:
            best = reading
    return best


def _doubt_letters(digits: list[Digit]) -> tuple[Digit, ...]:
    """Mark all digits unsure where most are no digits: an o among letters is no 0."""
    if len(digits) > 1 and np.mean([digit.confidence >= SURE for digit in digits]) < _LETTERS:
        return tuple(replace(digit, sure=False) for digit in digits)
    return tuple(digits)


def _mean_confidence(reading: Reading) -> float:
    return float(np.mean([digit.confidence for digit in reading.digits])) if reading.digits else -1.0


def _score(reading: Reading) -> float:
    """Return how credible a reading is: its mean confidence, reduced for uneven paper and cut-off digits.

    That is how sure it is of its digits, and less where what it takes for bare paper is as uneven as the picture: then
    what is written may have been taken for paper. And less where digits touch the picture's edge.
    """
    paper, picture = (np.asarray(plane, np.float32) for plane in (reading.ink.paper, reading.picture.reduce(4)))
    unevenness = float(paper[::4, ::4].std(axis=(0, 1)).max()) / max(float(picture.std(axis=(0, 1)).max()) / 255, 1e-3)
    return _mean_confidence(reading) * (1 - _UNEVEN * min(1.0, unevenness)) * (1 - _CUT_OFF * _edge_share(reading))


def _filled_share(reading: Reading) -> float:
    """Return the largest share of a side of the picture that the digits take."""
    if not reading.digits:
        return 0.0
    boxes = np.array([digit.box for digit in reading.digits])
    (left, top), (right, bottom) = boxes[:, :2].min(axis=0), boxes[:, 2:].max(axis=0)
    return float(max((right - left) / reading.picture.width, (bottom - top) / reading.picture.height))


def _edge_share(reading: Reading) -> float:
    """Return the share of digits that touch the picture's edge: cut off, a shadow, or a finger."""
    width, height = reading.picture.size
    edges = [
        box[0] <= 0 or box[1] <= 0 or box[2] >= width or box[3] >= height for box in (d.box for d in reading.digits)
    ]
    return float(np.mean(edges)) if edges else 0.0


def _locate_digit(model: Model, candidate: Candidate, line: int, scale: NDArray[np.float64], sure: float) -> Digit:
    piece = candidate.piece
    left, top, right, bottom = (
        (np.array([piece.left, piece.top, piece.right, piece.bottom]) * scale).round().astype(int)
    )
    box = (int(left), int(top), int(right), int(bottom))
    # A piece too flat for a digit is none, whatever the model says.
    least = sure if piece.width < _WIDEST * piece.height else np.inf
    return _make_digit(model, candidate.outputs, candidate.confidence, box, line, least, candidate.form)


def _make_digit(
    model: Model,
    outputs: FloatArray,
    confidence: float,
    box: tuple[int, int, int, int],
    line: int,
    sure: float,
    form: NDArray[np.uint8],
) -> Digit:
    answer = int(model.targets.invert(outputs[np.newaxis])[0])
    return Digit(box, line, answer, float(confidence), bool(confidence >= sure), outputs, form)
