"""Read the digits of a photograph with a model for images of 28 × 28.

An image that already has the form of MNIST is predicted as it is (`mnist_form`). Any other is read upright in
several ways (`attempts`), and turned if it may be upside down or on its side (`orientation`). Lines that are not digits
are named (`text_lines`), what is not writing is not sure (`writing`), and each digit that is not sure has its reason
(`reasons`).
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import scipy  # `scipy.ndimage` is loaded when it is first used

from ..errors import DataError
from ..model.model import Model
from ..segmentation.mnist_form import SIDE, match_mnist_form
from ..segmentation.morphology import Plane
from ..segmentation.paper import possible_inks
from ..segmentation.photo import opaque, working_size
from ..segmentation.segment import Piece, ink_mask
from .attempts import make_digit, read_again, read_first
from .cells import read_form
from .orientation import add_other_way, doubt_way_up, read_turned
from .reading import Digit, Reading
from .reasons import Reason
from .recognise import PAGE, SURE, Candidate, score_forms
from .text_lines import has_clear_lines, is_upright, judge_lines
from .writing import doubt_other_than_writing

if TYPE_CHECKING:
    from PIL.Image import Image

__all__ = ["Digit", "Reading", "read_photo"]

_FORM = 3
"""Least number of digits on a form: with fewer, lines are those of paper, or strokes, and the usual stages read."""


def read_photo(model: Model, picture: Image, sure: float = SURE) -> Reading:
    """Find the digits of a photograph or scan and predict each, with a model for images of 28 × 28.

    The picture has dark ink on light paper or light on dark, any size and mode. `sure`, 0 to 1, is the least confidence
    at which a digit counts as read.
    """
    if model.image_shape != (SIDE, SIDE) or model.features != SIDE * SIDE:
        raise DataError(
            "GN017", "the model does not take images of {rows} × {rows}. Use a model trained on MNIST.", rows=SIDE
        )
    model = model.unchecked()  # its forms are those of MNIST, whatever the range of its training data
    picture = opaque(picture)
    values = working_size(picture)
    form = match_mnist_form(picture)
    if form is not None:
        ink = next(possible_inks(values))
        [outputs], [confidence], [is_digit] = score_forms(model, form.reshape(1, 1, -1))
        piece = Piece(0, 0, SIDE, SIDE, form > 127)
        candidate = Candidate(piece, form, outputs, float(confidence), float(is_digit))
        digit = make_digit(model, candidate, (0, 0, *picture.size), 0, sure, picture, ink)
        mask = ink_mask(ink)
        return Reading((digit,), picture, ink, mask, np.zeros_like(mask))
    reading, is_ruled = read_form(model, picture, values, sure)
    if reading is None or not any(digit.sure for digit in reading.digits):
        other = _read(model, picture, values, sure)
        if len(other.digits) < _FORM:
            reading = other
        elif reading is None:
            in_way = (digit.doubted(Reason.RULING, sure) if digit.sure else digit for digit in other.digits)
            reading = replace(other, digits=tuple(in_way)) if is_ruled else other
    return doubt_way_up(model, add_other_way(model, reading), sure)


def _read(model: Model, picture: Image, values: Plane, sure: float) -> Reading:
    """Read a photograph upright, and turned if that may be the right way up."""
    reading, view = read_first(model, picture, values, sure)
    reading = doubt_other_than_writing(reading, sure)  # so that ink merged with a shadow is read again
    pieces = scipy.ndimage.label(reading.mask)[1]
    if pieces > 2 * PAGE and pieces > 4 * sum(digit.sure for digit in reading.digits):
        return judge_lines(reading, sure)  # hardly any of very many pieces are digits: no other way of reading helps
    judged = judge_lines(reading, sure)
    if is_upright(judged):
        return judged
    reading, turned_view = read_turned(model, reading, view, sure)
    judged = judge_lines(reading, sure)
    if turned_view is not None and not has_clear_lines(judged):
        again = replace(read_again(model, reading, turned_view, sure), turned=reading.turned, tilt=reading.tilt)
        other = judge_lines(again, sure)
        broken = len(judged.digits) == 1 and not judged.digits[0].sure and bool(other.other_lines)
        judged = judged if broken else other  # one doubtful digit, as one cut off at the edge, is not a word
    return doubt_other_than_writing(judged, sure)  # also what was read again from the same ink
