"""Reading: the digits of a photograph, as a model of 28 × 28 pictures answers them.

A photograph may be taken apart in several ways: ink may be dark or light, a sheet may lie on a table, the pen may have
skipped. Each way is read, its pieces are asked about (asking.py), and how far a reading is to be believed decides.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from ..errors import DataError
from ..model.model import Model
from ..nn.parameters import FloatArray
from .recognise import SURE, Asked, answers, settled

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
    """One digit that was found, and what the model answers.

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
    """What was read, and the stages that led there.

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
        already_formed,
        ink_mask,
        lift_ink,
        lift_otherwise,
        opaque,
        sheet_alone,
        with_margins,
        working_size,
    )

    if model.image_shape != (SIDE, SIDE) or model.features != SIDE * SIDE:
        raise DataError("GN017", f"the model takes no pictures of {SIDE} × {SIDE}: read with one trained on MNIST.")
    picture = opaque(picture)
    values = working_size(picture)
    formed = already_formed(picture)
    if formed is not None:
        ink = lift_ink(values)[0]
        [outputs], [confidence] = answers(model, formed.reshape(1, 1, -1))
        digit = _answered(model, outputs, confidence, (0, 0, *picture.size), 0, sure, formed)
        return Reading((digit,), picture, ink, ink_mask(ink))
    views = [alone] if (alone := sheet_alone(values)) is not None else []
    best = _best([_read(model, picture, ink, 0, sure) for view in [*views, values] for ink in lift_ink(view)])
    if _confidence(best) < _CLEARLY or _filled(best) > _FILLED:
        framed = [(ink, margin) for view, margin in with_margins(values) for ink in lift_ink(view)]
        cropped = [_read(model, picture, ink, margin, sure) for ink, margin in framed]
        best = max([best, *(one for one in cropped if len(one.digits) == 1)], key=_worth)
    if not best.digits or _worth(best) >= _DOUBTFUL:
        return best
    others = lift_otherwise((views or [values])[0], best.ink, best.mask)
    otherwise = [_read(model, picture, ink, 0, sure) for ink in others]
    return _best([best, *(one for one in otherwise if _no_worse(one, best)), *_again(model, best, sure)])


def _read(
    model: Model, picture: Image, ink: Ink, margin: int, sure: float, gaps: float = 0.0, mask: Mask | None = None
) -> Reading:
    """Read what one way of telling ink from paper gives, or a mask of its own."""
    from . import find_pieces, ink_mask, without_margin

    mask = ink_mask(ink) if mask is None else mask
    pieces = find_pieces(mask, ink, gaps)
    if margin:
        pieces, ink, mask = without_margin(pieces, ink, mask, margin)
    scale = np.array([picture.width / mask.shape[1], picture.height / mask.shape[0]] * 2)
    lines = enumerate(settled(model, pieces))
    digits = [_digit(model, asked, number, scale, sure) for number, line in lines for asked in line]
    return Reading(_among_digits(digits), picture, ink, mask)


def _again(model: Model, reading: Reading, sure: float) -> list[Reading]:
    """Read once more with gaps bridged, as of a dry pen, and once with only the strongest ink, as beside a shadow.

    What loses digits that it was sure of is no better: bridged too far, digits beside each other hang together. Nor is
    what has more of them: its weakest strokes taken away, an 0 falls apart.
    """
    strongest = reading.mask & (reading.ink.strength > _STRONGEST)
    ways = [*((reading.mask, gaps, most) for gaps, most in _gaps(reading)), (strongest, 0.0, len(reading.digits))]
    again = [
        (_read(model, reading.picture, reading.ink, 0, sure, gaps, mask), most)
        for mask, gaps, most in ways
        if mask.any()
    ]
    return [one for one, most in again if _surely(one) >= _surely(reading) and len(one.digits) <= most]


def _gaps(reading: Reading) -> list[tuple[float, int]]:
    """How far the pen may have skipped, in pixels of the mask, and how many digits there are then at most.

    Parts of all that is written, or of a digit of many: of one digit in bits the bits say little of its size; of many
    the whole says nothing, and counts only where one digit is all that it gives.
    """
    boxes = np.array([digit.box for digit in reading.digits]) * (reading.mask.shape[1] / reading.picture.width)
    whole = float(max(boxes[:, 2:].max(axis=0) - boxes[:, :2].min(axis=0)))
    digit = float(np.median((boxes[:, 2:] - boxes[:, :2]).max(axis=1)))
    sizes = [(whole, 1), (digit, len(boxes))] if whole > _MANY * digit else [(whole, len(boxes))]
    return [(part * size, most) for size, most in sizes for part in _GAPS]


def _no_worse(one: Reading, than: Reading) -> bool:
    """Tell whether more is sure in a reading than in another, or as much of no more digits."""
    gain = _surely(one) - _surely(than)
    return gain > 0 or (gain == 0 and len(one.digits) <= len(than.digits))


def _surely(reading: Reading) -> int:
    return sum(digit.sure for digit in reading.digits)


def _best(readings: list[Reading]) -> Reading:
    """Choose the first, the likeliest, unless another is much more to be believed."""
    best = readings[0]
    for reading in readings[1:]:
        if _worth(reading) > _worth(best) + 0.15:
            best = reading
    return best


def _among_digits(digits: list[Digit]) -> tuple[Digit, ...]:
    """Be sure of none where most are no digits: an o among letters is no 0."""
    if len(digits) > 1 and np.mean([digit.confidence >= SURE for digit in digits]) < _LETTERS:
        return tuple(replace(digit, sure=False) for digit in digits)
    return tuple(digits)


def _confidence(reading: Reading) -> float:
    return float(np.mean([digit.confidence for digit in reading.digits])) if reading.digits else -1.0


def _worth(reading: Reading) -> float:
    """How much a reading is to be believed where several are possible.

    That is how sure it is of its digits, and less where what it takes for bare paper is as uneven as the picture: then
    what is written may have been taken for paper. And less where digits touch the picture's edge.
    """
    paper, picture = (np.asarray(plane, np.float32) for plane in (reading.ink.paper, reading.picture.reduce(4)))
    left = float(paper[::4, ::4].std(axis=(0, 1)).max()) / max(float(picture.std(axis=(0, 1)).max()) / 255, 1e-3)
    return _confidence(reading) * (1 - _UNEVEN * min(1.0, left)) * (1 - _CUT_OFF * _at_the_edge(reading))


def _filled(reading: Reading) -> float:
    """Which part of one of the picture's sides the digits take."""
    if not reading.digits:
        return 0.0
    boxes = np.array([digit.box for digit in reading.digits])
    (left, top), (right, bottom) = boxes[:, :2].min(axis=0), boxes[:, 2:].max(axis=0)
    return float(max((right - left) / reading.picture.width, (bottom - top) / reading.picture.height))


def _at_the_edge(reading: Reading) -> float:
    """Which part of the digits touches the picture's edge: they are cut off, or a shadow, or a finger."""
    width, height = reading.picture.size
    edges = [
        box[0] <= 0 or box[1] <= 0 or box[2] >= width or box[3] >= height for box in (d.box for d in reading.digits)
    ]
    return float(np.mean(edges)) if edges else 0.0


def _digit(model: Model, asked: Asked, line: int, scale: NDArray[np.float64], sure: float) -> Digit:
    piece = asked.piece
    left, top, right, bottom = (
        (np.array([piece.left, piece.top, piece.right, piece.bottom]) * scale).round().astype(int)
    )
    box = (int(left), int(top), int(right), int(bottom))
    # A piece too flat for a digit is none, whatever the model says.
    least = sure if piece.width < _WIDEST * piece.height else np.inf
    return _answered(model, asked.outputs, asked.confidence, box, line, least, asked.form)


def _answered(
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
