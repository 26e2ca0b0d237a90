"""Read a printed form cell by cell, in the order of its grid.

Digits of different cells are never merged, and what spans two cells is cut between them. Where the grid is uncertain,
nothing on it is sure.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import scipy  # `scipy.ndimage` is loaded when it is first used

from ..model.model import Model
from ..segmentation.mnist_form import SIDE, mnist_forms
from ..segmentation.morphology import Mask, Plane, dilate
from ..segmentation.paper import dark_ink
from ..segmentation.segment import Piece, bounding_box, find_cell_pieces, threshold_ink
from .attempts import make_digit
from .grid import Form, boundaries, find_form, map_points
from .reading import Digit, Reading
from .reasons import Reason
from .recognise import recognise, score_forms
from .text_lines import judge_lines

if TYPE_CHECKING:
    from PIL.Image import Image

_LARGEST = (1.03, 0.8)
"""Size of writing relative to the cells, above which the lines are squared or ruled paper: usually, and where they
cross the whole image."""
_REACH = 4  # pixels from a stroke to the ink in a line that belongs to it
_ACROSS = 0.1  # distance across a line, relative to the pitch, in which ink may belong to the same digit
_REST = 0.45  # length of other ink in a line, relative to the pitch, from which it is the rest of the line
_FINE = 1.05  # size of writing relative to the cells of squared paper, above which it is not written in cells
_BLANK = 2  # number of lines in each direction above which they are printed
_ON_LINE = 0.5  # fraction of a piece on lines from which it is not sure
_WITHOUT = 0.5  # least confidence in a digit without what is where a line was
_SINGLE = 0.8  # least fraction of cells with one digit in a form that has one in each
_REACHES, _SLENDER = 0.12, 0.35  # of the distance of lines, up to which it reaches them; largest width over height
_SMALL, _AS_HIGH = 0.6, 0.8
"""Height of a digit relative to the usual one, below which it may be print or a remain: usually, and outside."""
_LINE = 1.4  # length of a remain of a line, relative to the pitch
_HEADING = 0.65  # height of the pieces in a row relative to the usual one, below which they are a heading
_NET = 2.6  # size of connected ink, in cells, above which it is more ruling
_LEGIBLE = 0.5  # least fraction of sure digits in a form whose grid is certain
_CELLS = 1000  # more than the cells in a row


def read_form(model: Model, picture: Image, values: Plane, sure: float) -> tuple[Reading | None, bool]:
    """Read a form; return also whether there is ruling whose cells are uncertain, so that nothing on it is sure.

    The reading is None if the picture has no ruling that is wider than its writing. Its boxes are in the photograph;
    ink and mask are those of the straightened form. Arguments are those of `attempts.read_first`.
    """
    form, is_crossed = find_form(picture, values)
    if form is None:
        return None, is_crossed
    ink = dark_ink(form.picture)
    mask = _without_rests(threshold_ink(ink), form)
    bounds = boundaries(form.rows), boundaries(form.columns)
    is_netted = _is_netted(mask, form)
    largest = np.inf if is_netted and not form.across else _LARGEST[form.across]
    pieces, size = find_cell_pieces(mask, *bounds, form.near, form.pitch, largest)
    pieces = [(cell, piece) for cell, piece in pieces if not _is_edge(piece, form, picture, values)]
    if not pieces:
        is_blank = size <= largest and min(len(form.rows), len(form.columns)) > _BLANK
        return None, is_blank or (form.columns.size > 0 and not form.across and largest < size < _FINE)
    certain = not is_netted and not any(_is_remain(piece, form) for _, piece in pieces)
    # Each cell is moved away from the others, so that nothing is merged with what is in another one.
    apart = 4 * max(mask.shape)
    spread = [piece.moved(row * apart, column * apart) for (row, column), piece in pieces]
    candidates = [candidate for line in recognise(model, spread) for candidate in line]
    digits, parts, removed = [], [], mask.copy()
    for candidate in sorted(candidates, key=lambda one: (one.piece.top // apart, one.piece.left)):
        row, column = candidate.piece.top // apart, candidate.piece.left // apart
        piece = candidate.piece.moved(-row * apart, -column * apart)
        box = _box_of(piece, form, picture)
        cell = row * _CELLS + column
        digit = make_digit(model, replace(candidate, piece=piece), box, cell, sure, picture, ink)
        inside = slice(piece.top, piece.bottom), slice(piece.left, piece.right)
        removed[inside] &= ~piece.mask
        if digit.sure and _goes_on(piece, mask, (row, column), form):
            digit = digit.doubted(Reason.RULING, sure)
        digits.append(digit)
        parts.append(piece)
    in_way = _have_ruling_in_way(model, digits, parts, form)
    digits = [
        digit.doubted(Reason.RULING, sure) if digit.sure and doubt else digit
        for digit, doubt in zip(digits, in_way, strict=True)
    ]
    reading = _in_rows(judge_lines(Reading(tuple(digits), picture, ink, mask, removed), sure), sure)
    # A printed heading says nothing about how legible the other rows are.
    written = [digit.sure for digit in reading.digits if digit.line not in reading.other_lines]
    if not certain or not written or np.mean(written) < _LEGIBLE:
        doubted = (digit.doubted(Reason.RULING, sure) if digit.sure else digit for digit in reading.digits)
        reading = replace(reading, digits=tuple(doubted))
    return reading, False


def _have_ruling_in_way(model: Model, digits: list[Digit], pieces: list[Piece], form: Form) -> list[bool]:
    """Return for each sure digit whether it may be a remain of lines or a part of print, or reads otherwise without.

    So it does if it is outside the grid, or like a side of a box, or much smaller than the others, or one of several in
    a cell of a form that has one in each; if most of it is where a line was, or if it is another digit without what is
    there.
    """
    sure = [k for k, digit in enumerate(digits) if digit.sure]
    doubts = [False] * len(digits)
    if not sure:
        return doubts
    near = dilate(form.near, 2)
    usual = np.median([pieces[k].height for k in sure])
    count = Counter(digits[k].line for k in sure)
    wide = np.median(np.diff(boundaries(form.columns))) if form.columns.size > 1 else form.pitch
    is_single = form.columns.size > 0 and np.mean([number == 1 for number in count.values()]) >= _SINGLE
    masks, places = [], []
    for k in sure:
        piece = pieces[k]
        middle = (piece.left + piece.right) / 2
        beyond = max(form.columns.min() - middle, middle - form.columns.max()) if form.columns.size else -1.0
        # The outermost line may be missing: then a whole column of digits is beyond it.
        outside = beyond > wide or (beyond > 0 and piece.height < _AS_HIGH * usual)
        on_line = near[piece.top : piece.bottom, piece.left : piece.right] & piece.mask
        share = on_line.sum() / piece.mask.sum()
        crowded = is_single and count[digits[k].line] > 1
        doubts[k] = bool(
            outside or crowded or _is_side(piece, form) or piece.height < _SMALL * usual or share > _ON_LINE
        )
        if share > 0 and not doubts[k]:
            rest = piece.mask & ~on_line
            masks.append(rest[bounding_box(rest)])
            places.append(k)
    if places:
        forms = np.stack([mnist_forms(mask).reshape(-1, SIDE * SIDE) for mask in masks])
        outputs, confidences, _ = score_forms(model, forms)
        for k, answer, confidence in zip(places, model.targets.invert(outputs), confidences, strict=True):
            doubts[k] = bool(answer != digits[k].answer or confidence < _WITHOUT)
    return doubts


def _is_side(piece: Piece, form: Form) -> bool:
    """Return whether a slender piece reaches from one level line to the next, as a side of a box does."""
    rows = np.sort(form.rows)
    room = _REACHES * np.diff(rows)
    ends = (piece.top < rows[:-1] + room) & (piece.bottom > rows[1:] - room)
    return bool(piece.width < _SLENDER * piece.height and ends.any())


def _in_rows(reading: Reading, sure: float) -> Reading:
    """Return a reading whose lines are cells with the rows of the form as its lines.

    A row is not digits if a third of its cells are words, or if it is much smaller than the others: a printed heading.
    """
    digits = reading.digits
    rows = {row: place for place, row in enumerate(sorted({digit.line // _CELLS for digit in digits}))}
    usual = np.median([digit.height for digit in digits])
    others = []
    for row, place in rows.items():
        own = [digit for digit in digits if digit.line // _CELLS == row]
        cells = {digit.line for digit in own}
        is_small = len(own) > 2 and np.median([digit.height for digit in own]) < _HEADING * usual
        if is_small or 3 * len(cells & set(reading.other_lines)) >= len(cells):
            others.append(place)
    digits = tuple(replace(digit, line=rows[digit.line // _CELLS]) for digit in digits)
    digits = tuple(
        digit.doubted(Reason.OTHER_LINE, sure) if digit.line in others and digit.sure else digit for digit in digits
    )
    return replace(reading, digits=digits, other_lines=tuple(others))


def _without_rests(mask: Mask, form: Form) -> Mask:
    """Return the ink without the rests of lines that were not quite divided out: long ink in a line, off any stroke."""
    rests, _ = scipy.ndimage.label(mask & form.near & ~dilate(mask & ~form.near, _REACH), np.ones((3, 3), bool))
    places = scipy.ndimage.find_objects(rests)
    long = [0, *(max(one.stop - one.start for one in place) > _REST * form.pitch for place in places)]
    cleaned: Mask = mask & ~np.array(long, bool)[rests]
    return cleaned


def _goes_on(piece: Piece, mask: Mask, cell: tuple[int, int], form: Form) -> bool:
    """Return whether a stroke in another cell ends close to a piece, so that the digit may go on across the line."""
    reach = round(_ACROSS * form.pitch)
    corner = max(0, piece.top - reach), max(0, piece.left - reach)
    place = slice(corner[0], piece.bottom + reach), slice(corner[1], piece.right + reach)
    strokes = mask[place] & ~form.near[place]
    own = np.zeros_like(strokes)
    down, across = piece.top - corner[0], piece.left - corner[1]
    own[down : down + piece.height, across : across + piece.width] = piece.mask
    rows, columns = np.argwhere(dilate(own, reach) & strokes & ~own).T
    row = np.searchsorted(boundaries(form.rows), rows + corner[0])
    column = np.searchsorted(boundaries(form.columns), columns + corner[1])
    return bool(((row != cell[0]) | (column != cell[1])).any())


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


def _is_netted(mask: Mask, form: Form) -> bool:
    """Return whether ink inside the form is connected over several cells: lines of another ruling."""
    labels, _ = scipy.ndimage.label(mask, np.ones((3, 3), bool))
    most = _NET * max([form.pitch, *np.diff(boundaries(form.columns))[:1]])
    top, bottom = form.rows[0], form.rows[-1]
    left, right = np.flatnonzero(form.near.any(axis=0))[[0, -1]]
    return any(
        max(down.stop - down.start, across.stop - across.start) > most
        and down.start < bottom
        and down.stop > top
        and across.start < right
        and across.stop > left
        for down, across in scipy.ndimage.find_objects(labels)
        if across.start > 2 and across.stop < mask.shape[1] - 2
    )


def _box_of(piece: Piece, form: Form, picture: Image) -> tuple[int, int, int, int]:
    """Return the box in the photograph of a piece of the straightened form."""
    corners = np.array([(x, y) for x in (piece.left, piece.right) for y in (piece.top, piece.bottom)], float)
    points = map_points(form.back, corners)
    left, top = np.floor(points.min(axis=0)).astype(int).clip(0)
    right, bottom = np.minimum(np.ceil(points.max(axis=0)).astype(int), picture.size)
    return int(left), int(top), int(right), int(bottom)
