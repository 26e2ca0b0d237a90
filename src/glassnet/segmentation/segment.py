"""The second stage: segment the ink into digits in reading order.

The ink is thresholded to a mask; ruled lines and pieces at the edge of the image are removed; pieces of one digit are
merged; digits side by side form a line, and lines are ordered from the top.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import reduce
from heapq import heapify, heappop, heappush

import numpy as np
import scipy  # `scipy.ndimage` is loaded when it is first used
from numpy.typing import NDArray

from ..messages.one_line import one_line
from .gaps import bridge_gaps
from .morphology import Mask, Plane, dilate
from .paper import Ink
from .rules import (
    are_printed,
    close_gaps,
    find_ruled_lines,
    is_grid,
    remove_rule_remains,
    restore_crossings,
    stroke_pixels,
)

THRESHOLD, _EDGE = 0.45, 0.52
"""Least strength of ink, relative to the usual ink; and relative to the median of the stroke, about half of the
strength in its middle: blur does not move an edge at this level."""
_HAIR, _WEAK = 3.5, 0.5
"""Stroke width in pixels below which the mask extends from strong into connected weak ink (Canny 1986), and the
threshold for weak ink relative to that for ink: hairlines fall between pixels and would become dashes."""
_EIGHT = np.ones((3, 3), bool)
_PORE = 0.15  # of the squared stroke width: the largest hole that a dry pen or paper grain leaves in a stroke
_MOST = 800  # most pieces that are compared; more are not handwriting
_HOLES = 6  # number of small equal pieces from which they are not writing
_RING = 0.1  # of the height of a piece: a path so long inside closed holes cuts a 0 or an 8
_THROUGH = 0.6  # of the height of a piece: a cut through more ink does not separate digits that touch
_FAR = 0.3  # largest gap between pieces of a digit, relative to its size
_STEEPEST = 40  # degrees by which lines may be tilted
_DUST, _LONGEST = 6, 0.4  # least number of specks, and their largest size, relative to that of the piece
_AT_ONCE = 1_000_000  # most pairs of pixels whose distances are computed at once
_TALLEST = 1.4  # size of a large digit, relative to the usual size
_ALIKE, _BROKEN = 1.6, 0.3  # ratio of sizes of digits of one hand; gap in a stroke, relative to the shorter part
_OWN, _SPAN = 0.28, 1.1  # least fraction of a piece in each of two cells, and its least size in cells, to be cut
_FAINT = 0.025  # contrast below which the strongest "ink" is noise or uneven light: blank paper


@one_line
@dataclass(frozen=True)
class Piece:
    """A component of ink: a digit, a part of one, or several that touch."""

    # top, left, bottom, right: its box in the working image; bottom and right are exclusive
    top: int
    left: int
    bottom: int
    right: int
    mask: Mask = field(repr=False)  # shape (bottom − top, right − left): the pixels of the box that are its ink
    # shape (n, 2): those of its pixels that border on paper, as rows and columns of the image
    outline: NDArray[np.float64] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        inked = np.pad(self.mask, 1)
        inner = inked[:-2, 1:-1] & inked[2:, 1:-1] & inked[1:-1, :-2] & inked[1:-1, 2:]
        places = np.argwhere(self.mask & ~inner) + np.array([self.top, self.left], float)
        object.__setattr__(self, "outline", places)

    def moved(self, down: int, across: int) -> Piece:
        """Return the piece at another place."""
        top, left, bottom, right = self.top + down, self.left + across, self.bottom + down, self.right + across
        return Piece(top, left, bottom, right, self.mask)

    @property
    def height(self) -> int:
        """Rows of the box."""
        return self.bottom - self.top

    @property
    def width(self) -> int:
        """Columns of the box."""
        return self.right - self.left

    @property
    def size(self) -> int:
        """The longer side of the box."""
        return max(self.height, self.width)

    @property
    def pen(self) -> float:
        """Stroke width in pixels."""
        return stroke_pixels(self.mask)


def ink_mask(ink: Ink) -> Mask:
    """Return the likeliest ink mask: without ruled lines."""
    return ink_masks(ink)[0][0]


def ink_masks(ink: Ink) -> tuple[list[Mask], Mask]:
    """Return the possible ink masks, the likelier first, and the mask of all ink.

    Ruled lines are removed. If they may be straight strokes of a digit, the first mask has them and the second not.
    """
    mask = threshold_ink(ink)
    ruled = find_ruled_lines(ink.strength, _least(ink))
    if not (ruled & mask).any():
        return [mask], mask
    ruled &= mask
    written = remove_rule_remains(mask & ~ruled, ruled)
    printed = are_printed(ruled, written, ink.strength)
    written = restore_crossings(written, mask)
    return [written] if printed else [mask, written], mask


def _least(ink: Ink) -> float:
    return max(THRESHOLD, min(0.8, 4.5 * ink.noise))


def threshold_ink(ink: Ink) -> Mask:
    """Return the mask of all ink, with ruled lines."""
    least = _least(ink)
    mask = ink.strength > least
    fine = stroke_pixels(mask) < _HAIR
    weak = ink.strength > max(_WEAK * least, 4.5 * ink.noise)
    connected = scipy.ndimage.binary_propagation(mask, _EIGHT, weak) if fine else mask
    return connected if fine and not is_grid(connected) else _trim_blurred_edges(mask, ink.strength)


def _trim_blurred_edges(mask: Mask, strength: Plane) -> Mask:
    """Trim blurred edges: each component ends at half of its own strength."""
    labels, count = scipy.ndimage.label(mask, _EIGHT)
    if not count:
        return mask
    usual = np.zeros(count + 1, np.float32)
    usual[1:] = scipy.ndimage.median(strength[mask], labels[mask], np.arange(1, count + 1))
    edged: Mask = mask & (strength > _EDGE * usual[labels])
    return edged


def find_pieces(mask: Mask, ink: Ink, gaps: float = 0.0) -> list[Piece]:
    """Segment the mask into digits by geometry, without specks and without objects outside the paper.

    Gaps in strokes of up to `gaps` pixels are bridged.
    """
    if ink.contrast < _FAINT:
        return []
    stroke = max(1.0, stroke_pixels(mask))
    if stroke < _HAIR:  # strokes fall between the pixels
        mask = close_gaps(mask, 2)
    elif stroke > 4:  # where the pen ran dry
        mask = close_gaps(mask, max(1, round(0.15 * stroke))) & ~_enclosed_areas(mask, _PORE * stroke * stroke)
    pieces = [piece for piece in _connected_components(mask) if piece.mask.sum() >= max(6.0, 0.4 * stroke * stroke)]
    pieces = _drop_dark_background(_drop_border_pieces(_drop_punched_holes(pieces), mask.shape), ink)
    if not pieces:
        return []
    if gaps:
        whole = reduce(union, pieces)
        pieces = [piece.moved(whole.top, whole.left) for piece in _connected_components(bridge_gaps(whole.mask, gaps))]
    largest = max(piece.size for piece in pieces)
    pieces = _merge_pieces([piece for piece in pieces if piece.size > 0.04 * largest])
    large = _drop_small_pieces(pieces)
    drawn = [piece for piece in large if stroke_pixels(piece.mask) < 0.33 * piece.size]
    return drawn or large


def find_cell_pieces(
    mask: Mask, rows: NDArray[np.float64], columns: NDArray[np.float64], near: Mask, pitch: float, largest: float
) -> tuple[list[tuple[tuple[int, int], Piece]], float]:
    """Segment the mask of a form into digits, each with its cell (row, column); return also the size of the writing.

    The ink has no lines; where they were (`near`), what is only there is a remain of them. `rows` and `columns` are the
    places between cells, `pitch` is the size of a cell. Sizes of the writing are relative to the cells. If it is larger
    than `largest`, there are no digits: this is squared or ruled paper.
    """
    stroke = max(1.0, stroke_pixels(mask))
    if stroke < _HAIR:
        mask = close_gaps(mask, 2)
    near = dilate(near, max(2.0, 0.02 * pitch))
    cells: dict[tuple[int, int], list[Piece]] = {}
    whole = _drop_border_pieces(_connected_components(mask), mask.shape)
    size = _typical_size(whole) / pitch if whole else 0.0
    if not whole or size > largest:
        return [], size
    for piece in whole:
        area = piece.mask.sum()
        if area < max(6.0, 0.4 * stroke * stroke) or piece.size < 0.1 * pitch:
            continue
        on_line = near[piece.top : piece.bottom, piece.left : piece.right][piece.mask].mean()
        if on_line > 0.6 and min(piece.height, piece.width) < max(2.5 * stroke, 0.15 * pitch):
            continue
        for cell, part in _cut_into_cells(piece, rows, columns, pitch):
            cells.setdefault(cell, []).append(part)
    merged = [(cell, piece) for cell, group in sorted(cells.items()) for piece in _merge_pieces(group)]
    large = {id(piece) for piece in _drop_small_pieces([piece for _, piece in merged])} if merged else set()
    return [(cell, piece) for cell, piece in merged if id(piece) in large], size


def _cut_into_cells(
    piece: Piece, rows: NDArray[np.float64], columns: NDArray[np.float64], pitch: float
) -> list[tuple[tuple[int, int], Piece]]:
    """Return the parts of a piece in each cell; a digit that reaches a little into another cell stays whole."""
    y, x = np.nonzero(piece.mask)
    cells = []
    for place, bounds in ((y + piece.top, rows), (x + piece.left, columns)):
        inside = np.searchsorted(bounds, place)
        share = np.bincount(inside) / len(inside)
        main = np.flatnonzero(share >= _OWN)
        if len(main) < 2 or np.ptp(place) < _SPAN * pitch:
            inside = np.full(len(place), int(np.argmax(share)))
        else:  # a smaller part goes with the nearest large one
            inside = main[np.abs(inside[:, np.newaxis] - main).argmin(axis=1)]
        cells.append(inside)
    parts = []
    for row, column in sorted(set(zip(cells[0].tolist(), cells[1].tolist(), strict=True))):
        own = np.zeros_like(piece.mask)
        here = (cells[0] == row) & (cells[1] == column)
        own[y[here], x[here]] = True
        parts.append(((row, column), _crop(piece, own)))
    return parts


def is_dust(piece: Piece) -> bool:
    """Return whether a piece is many specks, such as remains of lines; a dry pen leaves some long strokes."""
    specks = _connected_components(piece.mask)
    return len(specks) >= _DUST and max(speck.size for speck in specks) < _LONGEST * piece.size


def _enclosed_areas(mask: Mask, least: float) -> Mask:
    """Return areas enclosed by ink that are too large for pores, such as the slit in a 0 drawn with a thick pen."""
    labels, count = scipy.ndimage.label(~mask)
    if count < 2:
        return np.zeros_like(mask)
    large = np.bincount(labels.ravel()) > least
    large[0] = False
    opening: Mask = large[labels]
    return opening


def _drop_small_pieces(pieces: list[Piece]) -> list[Piece]:
    """Drop pieces that are small compared with the digits, unless three or more have a similar size: a line of text."""
    usual = _typical_size(pieces)
    sizes = np.array([piece.size for piece in pieces], float)
    alike = [np.count_nonzero(abs(np.log(sizes / size)) < 0.4) for size in sizes]
    return [
        piece
        for piece, others in zip(pieces, alike, strict=True)
        if piece.size > (0.35 if others < 3 else 0.15) * usual
    ]


def _connected_components(mask: Mask) -> list[Piece]:
    labels, _ = scipy.ndimage.label(mask, _EIGHT)
    return [
        Piece(box[0].start, box[1].start, box[0].stop, box[1].stop, labels[box] == number)
        for number, box in enumerate(scipy.ndimage.find_objects(labels), 1)
    ]


def _drop_punched_holes(pieces: list[Piece]) -> list[Piece]:
    """Drop small filled pieces of one shape where there are many: punched holes, dotted paper."""
    if len(pieces) <= _HOLES:
        return pieces
    sides = np.log([(one.height, one.width) for one in pieces])
    sizes = sides.max(axis=1)
    # A disc fills 0.79 of its box; an 8 drawn with a broad pen or out of focus fills up to 0.65.
    filled = [one.mask.mean() > 0.7 and 0.5 < one.width / one.height < 2 for one in pieces]
    small = filled & (sizes < sizes.max() - np.log(2))
    alike = (np.abs(sides[:, np.newaxis] - sides).max(axis=2) < 0.2)[:, small].sum(axis=1)  # not like the digits
    return [one for one, hole in zip(pieces, small & (alike >= _HOLES), strict=True) if not hole]


def _drop_dark_background(pieces: list[Piece], ink: Ink) -> list[Piece]:
    """Drop pieces on a background much darker than that of other ink: the grain of a table, a cloth.

    Pieces of the size and stroke width of those on light paper are kept: digits in a shadow.
    """
    if ink.light_on_dark or len(pieces) < 2:
        return pieces
    light = [
        float(ink.paper[one.top : one.bottom, one.left : one.right].mean(axis=2)[one.mask].mean()) for one in pieces
    ]
    usual = _typical_size(pieces)
    lightest = max(value for value, one in zip(light, pieces, strict=True) if 2 * one.size >= usual)
    dark = [value <= 0.5 * lightest for value in light]
    if not any(dark):
        return pieces
    size, pen = np.median([(one.size, one.pen) for one, out in zip(pieces, dark, strict=True) if not out], axis=0)

    def alike(piece: Piece) -> bool:
        return bool(max(abs(np.log(piece.size / size)), abs(np.log(piece.pen / pen))) < np.log(_ALIKE))

    return [one for one, out in zip(pieces, dark, strict=True) if not out or alike(one)]


def _drop_border_pieces(pieces: list[Piece], shape: tuple[int, ...]) -> list[Piece]:
    """Drop pieces at the edge of the image, unless there is little else."""
    inner = [
        one for one in pieces if one.top > 1 and one.left > 1 and one.bottom < shape[0] - 1 and one.right < shape[1] - 1
    ]
    if not inner:
        return pieces
    reach = max(one.size for one in inner)
    outer = [one for one in pieces if one not in inner]
    tall = max((one.size for one in outer), default=0)
    return pieces if reach < 0.3 * tall and reach < 0.15 * min(shape) else inner


def _typical_size(pieces: list[Piece]) -> float:
    """Return the ink-weighted median size of the pieces."""
    sizes = np.array([piece.size for piece in pieces], float)
    order = np.argsort(sizes)
    weight = np.cumsum(np.array([piece.mask.sum() for piece in pieces], float)[order])
    return float(sizes[order][np.searchsorted(weight, weight[-1] / 2)])


def _merge_pieces(pieces: list[Piece]) -> list[Piece]:
    """Merge pieces that belong to one digit, the nearest first; not on a page of print."""
    if len(pieces) > _MOST:
        return pieces
    pieces = sorted(pieces, key=lambda one: (one.top, one.left))
    usual = _typical_size(pieces)
    pairs = _near_pairs(pieces, usual, 1.0)
    heapify(pairs)
    gone: set[int] = set()
    while pairs:
        _, i, j = heappop(pairs)
        if gone & {i, j}:
            continue
        gone |= {i, j}
        both = union(pieces[i], pieces[j])
        for k, other in enumerate(pieces):
            if k not in gone and (far := _separation(other, both, usual)) < 1:
                heappush(pairs, (far, k, len(pieces)))
        pieces.append(both)
    return [piece for k, piece in enumerate(pieces) if k not in gone]


def may_be_one_digit(pieces: list[Piece]) -> bool:
    """Return whether all pieces together may be fragments of one digit: few, close, and taller than wide."""
    if not 2 < len(pieces) < 9:
        return False
    high = max(one.bottom for one in pieces) - min(one.top for one in pieces)
    wide = max(one.right for one in pieces) - min(one.left for one in pieces)
    near = all(min(_separation(one, other, high) for other in pieces if other is not one) < 4 for one in pieces)
    return near and wide < 1.1 * high


def may_be_broken(pieces: list[Piece]) -> bool:
    """Return whether two pieces alone may be the parts of one broken stroke: one above the other, almost touching."""
    if len(pieces) != 2:
        return False
    upper, lower = sorted(pieces, key=lambda one: one.top)
    shared = min(upper.right, lower.right) - max(upper.left, lower.left)
    near = _gap(upper, lower) < _BROKEN * min(upper.size, lower.size)
    return shared > 0 and upper.bottom <= lower.top + _BROKEN * lower.height and near


def ambiguous_pairs(pieces: list[Piece]) -> list[tuple[int, int]]:
    """Return index pairs of separate pieces that may be one digit, the likeliest first."""
    return [(i, j) for _, i, j in sorted(_near_pairs(pieces, _typical_size(pieces), 2.2))] if pieces else []


def _near_pairs(pieces: list[Piece], usual: float, limit: float) -> list[tuple[float, int, int]]:
    """Return pairs with a separation below `limit`, each with its separation."""
    top, left, bottom, right = np.array([(p.top, p.left, p.bottom, p.right) for p in pieces[:_MOST]]).T
    down = np.maximum(top[:, np.newaxis], top) - np.minimum(bottom[:, np.newaxis], bottom)
    across = np.maximum(left[:, np.newaxis], left) - np.minimum(right[:, np.newaxis], right)
    near = np.triu(np.maximum(down, across) <= _FAR * _TALLEST * usual, 1)  # the others are too far apart
    pairs = [(_separation(pieces[i], pieces[j], usual), int(i), int(j)) for i, j in np.argwhere(near)]
    return [pair for pair in pairs if pair[0] < limit]


def find_cuts(piece: Piece) -> list[tuple[Piece, Piece]]:
    """Return ways to cut a wide piece into a left and a right one along a path through little ink."""
    if piece.width < max(4, 0.8 * piece.height):
        return []
    most = min(2 * max(1.0, stroke_pixels(piece.mask)), _THROUGH * piece.height)  # a disc is not two digits
    holes = scipy.ndimage.binary_fill_holes(piece.mask) & ~piece.mask
    reach = max(1, int(0.15 * piece.width))
    cuts: dict[bytes, tuple[Piece, Piece]] = {}
    firsts = [max(1, int(part * piece.width) - reach) for part in (0.3, 0.4, 0.5, 0.6, 0.7)]
    paths = _cheapest_paths(np.stack([piece.mask[:, first : first + 2 * reach] for first in firsts], axis=1))
    for first, path, cost in zip(firsts, *paths, strict=True):
        left = np.arange(piece.width) < (first + path)[:, np.newaxis]
        sides = piece.mask & left, piece.mask & ~left
        through = holes[np.arange(piece.height), (first + path).clip(0, piece.width - 1)]
        # Digits touch in one place: the space between two is open above or below, and a ring is a single digit.
        if cost > most or through.sum() > _RING * piece.height or not all(side.any() for side in sides):
            continue
        parts = _crop(piece, sides[0]), _crop(piece, sides[1])
        if all(0.6 * piece.height < one.height > 0.75 * one.width for one in parts):
            cuts[sides[0].tobytes()] = parts
    return list(cuts.values())


def _cheapest_paths(masks: Mask) -> tuple[NDArray[np.intp], NDArray[np.float64]]:
    """Find the path from the first row to the last that crosses the least ink (dynamic programming).

    Of several masks, shape (rows, masks, columns), returns the column in each row, shape (masks, rows), and the number
    of ink pixels on each path, (masks,).
    """
    rows, count, columns = masks.shape
    away = np.abs(np.arange(columns) - columns / 2) / columns
    cost = masks + 1e-3 * away  # prefer the middle among equal paths
    before = np.full((3, count, columns), np.inf)  # the costs up to the pixels above: left, straight and right
    total, steps = cost[0], np.empty((rows, count, columns), np.intp)
    for row in range(1, rows):
        # Prefer straight steps among equal ones.
        np.add(total[:, :-1], 1e-3, out=before[0, :, 1:])
        before[1] = total
        np.add(total[:, 1:], 1e-3, out=before[2, :, :-1])
        np.argmin(before, axis=0, out=steps[row])
        total = before.min(axis=0) + cost[row]
    paths, every = np.empty((count, rows), np.intp), np.arange(count)
    paths[:, -1] = np.argmin(total, axis=1)
    for row in range(rows - 1, 0, -1):
        paths[:, row - 1] = paths[:, row] + steps[row, every, paths[:, row]] - 1
    return paths, total.min(axis=1)


def bounding_box(mask: Mask) -> tuple[slice, slice]:
    """Return the row and column slices of the ink; there must be some."""
    rows, columns = np.flatnonzero(mask.any(axis=1)), np.flatnonzero(mask.any(axis=0))
    return slice(int(rows[0]), int(rows[-1]) + 1), slice(int(columns[0]), int(columns[-1]) + 1)


def _crop(piece: Piece, mask: Mask) -> Piece:
    box = bounding_box(mask)
    return Piece(
        piece.top + box[0].start,
        piece.left + box[1].start,
        piece.top + box[0].stop,
        piece.left + box[1].stop,
        mask[box],
    )


def _separation(one: Piece, other: Piece, usual: float) -> float:
    """Return the separation of two pieces; below 1 they belong together."""
    down = max(one.top, other.top) - min(one.bottom, other.bottom)
    across = max(one.left, other.left) - min(one.right, other.right)
    larger, smaller = (one, other) if one.size >= other.size else (other, one)
    scale = min(max(larger.size, 0.5 * usual), _TALLEST * usual)
    if max(down, across) > _FAR * scale:
        return 9.0
    together_high = max(one.bottom, other.bottom) - min(one.top, other.top)
    together_wide = max(one.right, other.right) - min(one.left, other.left)
    if together_high > 1.7 * max(usual, 0.6 * larger.size) and smaller.size > 0.5 * larger.size:
        return 9.0  # two digits, one above the other
    gap = _gap(one, other) / scale
    overlap = -across / min(one.width, other.width)
    if overlap > 0.3:  # one above or inside the other
        return gap / (0.28 if smaller.size < 0.6 * larger.size else 0.2)
    flat = smaller.width > 2 * smaller.height and smaller.height < 0.35 * larger.height  # the bar of a 5
    if (smaller.size < 0.5 * larger.size or flat) and together_wide < 1.3 * together_high:  # a fragment next to it
        return gap / 0.13
    if together_wide < 1.1 * together_high and overlap > 0:
        return gap / 0.04
    # Side by side: halves of a round digit drawn with a dry pen, or two digits; the model decides.
    return max(1.0, gap / 0.04) if together_wide < 1.3 * together_high and overlap > -0.2 else 9.0


def _gap(one: Piece, other: Piece) -> float:
    """Return the smallest distance between the ink of two pieces."""
    smaller, larger = sorted((one.outline, other.outline), key=len)
    # The nearest pixels of the larger piece are within reach of any one distance between the two.
    reach = float(np.linalg.norm(larger - smaller[0], axis=1).min())
    low, high = smaller.min(axis=0) - reach, smaller.max(axis=0) + reach
    near = larger[((larger >= low) & (larger <= high)).all(axis=1)]
    least = min(
        float(((some[:, np.newaxis] - near) ** 2).sum(axis=2).min())
        for some in np.array_split(smaller, -(-len(smaller) * len(near) // _AT_ONCE))
    )
    return float(np.sqrt(least))


def union(one: Piece, other: Piece) -> Piece:
    """Return two pieces as one."""
    top, left = min(one.top, other.top), min(one.left, other.left)
    bottom, right = max(one.bottom, other.bottom), max(one.right, other.right)
    mask = np.zeros((bottom - top, right - left), bool)
    for part in (one, other):
        mask[part.top - top : part.bottom - top, part.left - left : part.right - left] |= part.mask
    return Piece(top, left, bottom, right, mask)


def sort_into_lines(pieces: list[Piece]) -> list[list[Piece]]:
    """Order pieces for reading: lines from the top, each from left to right.

    Two pieces are in one line if they overlap by half their height and no other piece is nearer on that side. Lines may
    slope.
    """
    slope = np.tan(np.radians(find_tilt(pieces)))
    ordered = sorted(pieces, key=lambda one: one.left)
    drop = {id(one): slope * (one.left + one.right) / 2 for one in pieces}
    lines: list[list[Piece]] = []
    for piece in ordered:
        best, shared = None, 0.45
        for line in lines:
            last = line[-1]
            down = float(drop[id(piece)] - drop[id(last)])
            overlap = min(last.bottom + down, piece.bottom) - max(last.top + down, piece.top)
            part = overlap / min(last.height, piece.height) - 0.02 * max(0, piece.left - last.right) / piece.size
            if part > shared:
                best, shared = line, part
        if best is None:
            lines.append([piece])
        else:
            best.append(piece)
    return sorted(lines, key=lambda line: float(np.mean([(one.top + one.bottom) / 2 - drop[id(one)] for one in line])))


def find_tilt(pieces: list[Piece]) -> float:
    """Return by how many degrees lines of writing descend to the right, at most `_STEEPEST`.

    At the right angle, the projection of the pieces across the lines covers the least (Postl 1986). It is 0 unless that
    is a line less than without a tilt: `sort_into_lines` follows moderate slopes.
    """
    if len(pieces) < 3:
        return 0.0
    x = np.array([(one.left + one.right) / 2 for one in pieces])
    y = np.array([(one.top + one.bottom) / 2 for one in pieces])
    half = float(np.median([one.size for one in pieces])) / 2
    angles = np.arange(-_STEEPEST, _STEEPEST + 1, 2)
    turn = np.radians(angles)[:, np.newaxis]
    across = np.sort(y * np.cos(turn) - x * np.sin(turn), axis=1)
    lines = 1 + np.minimum(np.diff(across, axis=1) / half, 1).sum(axis=1)
    best = int(np.argmin(lines + 0.005 * np.abs(angles)))
    return float(angles[best]) if lines[len(angles) // 2] - lines[best] > 0.75 else 0.0
