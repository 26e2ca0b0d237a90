"""Read a printed form cell by cell, in the order of its grid.

Digits of different cells are never merged, and what spans two cells is cut between them. Where the grid is uncertain,
nothing on it is sure.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import scipy  # `scipy.ndimage` is loaded when it is first used
from numpy.typing import NDArray

from ..model.model import Model
from .attempts import make_digit
from .grid import Form, apply, boundaries, find_form
from .morphology import Mask, Plane
from .reading import Reading
from .reasons import Reason
from .recognise import recognise
from .text_lines import judge_lines

if TYPE_CHECKING:
    from PIL.Image import Image

    from . import Piece

_LARGEST = (1.1, 0.8)
"""Size of writing relative to the cells, above which the lines are squared or ruled paper; and where they cross the image."""
_ON_LINE = 0.5  # fraction of a piece on lines from which it is not sure
_LINE = 1.4  # length of a remain of a line, relative to the pitch
_LEGIBLE = 0.5  # least fraction of sure digits in a form whose grid is certain


def read_form(model: Model, picture: Image, values: Plane, sure: float) -> Reading | None:
    """Read a form; None if the picture has no ruling, or none that is wider than its writing.

    Parameters
    ----------
    model : Model
    picture : PIL.Image.Image
        The photograph, opaque.
    values : ndarray of float32, shape (rows, columns, 3), 0 to 1
        The photograph at its working size.
    sure : float
        Least confidence of a sure digit.
    """
    from . import find_cell_pieces, ink_of, threshold_ink

    form = find_form(picture, values)
    if form is None:
        return None
    ink = ink_of(form.picture)
    mask = threshold_ink(ink)
    rows, columns = boundaries(form.rows), boundaries(form.columns)
    pieces = find_cell_pieces(mask, rows, columns, form.near, form.pitch, _LARGEST[form.across])
    pieces = [one for one in pieces if not _is_edge(one[1], form, picture, values)]
    if not pieces:
        return None
    # Each cell is moved away from the others, so that nothing is merged with what is in another one.
    apart = 4 * max(mask.shape)
    spread = [
        replace(piece, top=piece.top + row * apart, bottom=piece.bottom + row * apart,
                left=piece.left + column * apart, right=piece.right + column * apart)
        for (row, column), piece in pieces
    ]  # fmt: skip
    certain = not any(_is_remain(piece, form) for _, piece in pieces)
    digits = []
    near = scipy.ndimage.binary_dilation(form.near, iterations=2)
    for candidate in sorted((one for line in recognise(model, spread) for one in line), key=_order(apart)):
        piece = candidate.piece
        row, column = piece.top // apart, piece.left // apart
        own = replace(piece, top=piece.top - row * apart, bottom=piece.bottom - row * apart,
                      left=piece.left - column * apart, right=piece.right - column * apart)  # fmt: skip
        box = _box_of(own, form, picture)
        digit = make_digit(model, replace(candidate, piece=own), box, row * 1000 + column, sure, picture, ink)
        on_line = near[own.top : own.bottom, own.left : own.right][own.mask].mean()
        if digit.sure and (on_line > _ON_LINE or not certain):
            digit = digit.doubted(Reason.UNCLEAR, sure)
        digits.append(digit)
    judged = judge_lines(Reading(tuple(digits), picture, ink, mask, mask), sure)
    order = {row: place for place, row in enumerate(sorted({digit.line // 1000 for digit in judged.digits}))}
    rows_of = {number: order[number // 1000] for number in {digit.line for digit in judged.digits}}
    other = {rows_of[number] for number in judged.other_lines}
    other -= {rows_of[number] for number in rows_of if number not in judged.other_lines}
    digits = [replace(digit, line=rows_of[digit.line]) for digit in judged.digits]
    return replace(judged, digits=tuple(digits), other_lines=tuple(sorted(other)))


def _order(apart: int):  # type: ignore[no-untyped-def]
    def key(candidate):  # type: ignore[no-untyped-def]
        piece = candidate.piece
        return piece.top // apart, piece.left

    return key


def _is_edge(piece: Piece, form: Form, picture: Image, values: Plane) -> bool:
    """Return whether a piece outside the lines touches the edge of the photograph: a shadow, another sheet."""
    inside = form.columns.size and form.columns[0] < (piece.left + piece.right) / 2 < form.columns[-1]
    near = 2 * picture.width / values.shape[1]
    left, top, right, bottom = _box_of(piece, form, picture)
    at_edge = min(left, top) <= near or right >= picture.width - near or bottom >= picture.height - near
    return bool(at_edge and not inside)


def _is_remain(piece: Piece, form: Form) -> bool:
    """Return whether a piece is long, straight and thin: a line that was not recognised."""
    long, short = piece.size, min(piece.height, piece.width)
    return long > _LINE * form.pitch and (short < 0.25 * form.pitch or piece.mask.sum() < 0.08 * long * short)


def _box_of(piece: Piece, form: Form, picture: Image) -> tuple[int, int, int, int]:
    """Return the box in the photograph of a piece of the straightened form."""
    corners = np.array([(x, y) for x in (piece.left, piece.right) for y in (piece.top, piece.bottom)], float)
    points = apply(form.back, corners)
    left, top = np.floor(points.min(axis=0)).astype(int).clip(0)
    right, bottom = np.minimum(np.ceil(points.max(axis=0)).astype(int), picture.size)
    return int(left), int(top), int(right), int(bottom)


__all__ = ["read_form", "Mask", "NDArray"]
