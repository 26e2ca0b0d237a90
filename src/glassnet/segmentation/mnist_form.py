"""The last stage: normalise a piece of ink to the form of MNIST, 28 × 28 pixels.

The digits of MNIST were black and white, were scaled to 20 × 20 with their aspect ratio kept, which produced the grey
levels, and were placed in 28 × 28 with the centre of mass in the middle (LeCun, Bottou, Bengio and Haffner 1998,
section III A). This stage does the same, after adjusting strokes far thinner or thicker than those of MNIST.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache

import numpy as np
import scipy  # `scipy.ndimage` is loaded when it is first used
from numpy.typing import NDArray
from PIL import Image, ImageOps

from .morphology import Mask, border, dilate, distance, largest_around, squared_distance
from .paper import possible_inks
from .photo import working_size
from .rules import stroke_pixels
from .segment import bounding_box, find_pieces, ink_mask, sort_into_lines
from .sheet import isolate_sheet

SIDE, BOX = 28, 20
STROKE = (0.08, 0.2)
"""Range of stroke widths, as fractions of the longer side of the digit, that remain unchanged: that of 95% of the
digits of MNIST. Models are trained on these widths, and changing them reduces accuracy."""
_FINE = 100  # pixels on the longer side where strokes are measured and changed
_ROOM = 16  # pixels around the digit at this size, enough for the rotation and shear of `CHANGES`
_EXACT, _ENLARGED = (30, 250, 18), (40, 200, 19)
"""Of an image of 28 × 28 and of an enlargement: the level, of 255, above which pixels are ink, weaker ones being noise
or blur; the least level of the strongest ink; and the least longer side of the box of the ink: 20, less weak pixels."""
_LONGEST = 21  # largest longer side of the box: 20, and blur
_PAPER = 10  # largest usual level of the paper
_AT_BORDER = 0.1  # largest fraction of the border with ink
_OFF_CENTRE = 0.65  # largest offset of the centre of mass from the middle, in pixels
_PLATEAU = 0.25  # largest fraction of ink away from the edges of strokes: grey paper
_FADED, _MOST_FADED = 180, 0.13  # level of full ink; largest fraction of weaker ink inside strokes: a photograph
_KEPT = 100  # masks whose forms are kept: each is needed plain, then changed, and again in other readings of a photo
_THINNEST = 3  # of those pixels: thinner strokes are widened to this before scaling


@dataclass(frozen=True)
class Change:
    """A small change of a digit (rotation, shear, stroke width, size, offset), for averaging over several."""

    turn: float = 0.0  # degrees
    lean: float = 0.0  # shear to the right, as a slope
    stroke: float = 1.0  # factor for the width of strokes
    box: float = 20.0  # longer side, in pixels of the 28 × 28
    # down, across: offset, in pixels of the 28 × 28
    down: float = 0.0
    across: float = 0.0


PLAIN = Change()
CHANGES = (
    PLAIN,
    Change(turn=7),
    Change(turn=-7),
    Change(lean=0.15),
    Change(lean=-0.15),
    Change(stroke=1.3),
    Change(stroke=0.75),
    Change(box=18.5),
    Change(down=0.7, across=0.5),
    Change(down=-0.7, across=-0.5),
)
"""The variants over which a prediction is averaged: the plain digit, and small changes in each direction."""


def match_mnist_form(picture: Image.Image) -> NDArray[np.uint8] | None:
    """Return the pixels of an image that already has the form of MNIST, which the stages would only degrade.

    They are light on dark, uint8, shape (28, 28), if the image has this size or is an enlargement of it and looks like
    MNIST in all respects: the border is plain, the longer side of the digit is 20, its centre of mass is in the middle,
    its ink is full, also inside strokes, the paper empty, and grey is only at the edges of strokes. All 60,000 training
    digits of MNIST have this form.
    """
    if picture.width != picture.height or picture.width < SIDE:
        return None
    grey = np.array(picture.convert("L").resize((SIDE, SIDE), Image.Resampling.BOX))
    if np.median(border(grey)) > 127:
        grey = 255 - grey
    weakest, fullest, shortest = _EXACT if picture.width == SIDE else _ENLARGED
    seen = grey > weakest
    if np.mean(border(seen)) > _AT_BORDER or np.median(grey) > _PAPER or grey.max() < fullest:
        return None
    box = max(int(np.ptp(np.flatnonzero(seen.any(axis=1 - axis)))) + 1 for axis in (0, 1))
    middle = [float(grey.sum(axis=1 - axis) @ np.arange(SIDE) / grey.sum()) for axis in (0, 1)]
    if not shortest <= box <= _LONGEST or np.abs(np.array(middle) - SIDE / 2).max() > _OFF_CENTRE:
        return None
    inside = scipy.ndimage.minimum_filter(grey, size=3) > weakest
    if np.count_nonzero(inside & (grey < _FADED)) > _MOST_FADED * np.count_nonzero(seen):
        return None
    near_strokes = scipy.ndimage.maximum_filter(grey, size=3) > 127
    return grey if np.count_nonzero(seen & ~near_strokes) <= _PLATEAU * np.count_nonzero(seen) else None


def extract_digits(picture: Image.Image) -> NDArray[np.uint8]:
    """Return the digits of an RGB photograph in reading order, in the form of MNIST, shape (digits, 28, 28).

    This uses geometry only, no model: it picks the likelier polarity of the ink and the likelier grouping of pieces.
    """
    form = match_mnist_form(picture)
    if form is not None:
        return form[np.newaxis]
    values = working_size(picture)
    alone = isolate_sheet(values)
    ink = next(possible_inks(values if alone is None else alone))
    pieces = find_pieces(ink_mask(ink), ink)
    forms = [mnist_form(piece.mask) for line in sort_into_lines(pieces) for piece in line]
    return np.stack(forms) if forms else np.empty((0, SIDE, SIDE), np.uint8)


def mnist_form(mask: Mask, change: Change = PLAIN) -> NDArray[np.uint8]:
    """Normalise a piece of ink to the form of MNIST, shape (28, 28): `mnist_forms` with one change."""
    form: NDArray[np.uint8] = mnist_forms(mask, (change,))[0]
    return form


def mnist_forms(mask: Mask, changes: Sequence[Change] = CHANGES) -> NDArray[np.uint8]:
    """Normalise a piece of ink to the form of MNIST, once for each change.

    Margins of the mask are ignored. The result has shape (changes, 28, 28), 255 for full ink.
    """
    mask = mask[bounding_box(mask)]
    form_of = _normaliser(mask.tobytes(), mask.shape)
    return np.stack([form_of(one) for one in changes])


@lru_cache(maxsize=_KEPT)
def _normaliser(pixels: bytes, shape: tuple[int, int]) -> Callable[[Change], NDArray[np.uint8]]:
    """Return the function from a change to the form of a mask, whose steps it shares among changes."""
    mask: Mask = np.frombuffer(pixels, bool).reshape(shape)
    fine = _rescale_mask(mask)

    @cache
    def distorted(turn: float, lean: float) -> tuple[Mask, float]:
        bold = _distort(fine, turn, lean)
        if not (turn or lean):
            return bold, stroke_width(bold)
        plain, width = distorted(0.0, 0.0)
        return bold, width * max(plain.shape) / max(bold.shape)  # small changes keep the width in pixels

    @cache
    def drawn(turn: float, lean: float, stroke: float) -> Mask:
        """Return the changed ink in its bounding box, before it is scaled down."""
        bold, width = distorted(turn, lean)
        changed = _adjust_stroke_width(bold, width, stroke)
        if changed is bold and not (turn or lean) and max(mask.shape) >= _FINE:
            return mask  # the original, because resampling moves edges
        return changed[bounding_box(changed)]

    @cache
    def scaled(turn: float, lean: float, stroke: float, box: float) -> NDArray[np.uint8]:
        return _fit_box(drawn(turn, lean, stroke), box)

    @cache
    def form(change: Change) -> NDArray[np.uint8]:
        return _centre(scaled(change.turn, change.lean, change.stroke, change.box), change)

    return form


def stroke_width(mask: Mask) -> float:
    """Return the stroke width as a fraction of the longer side."""
    half = distance(np.pad(mask, 1))
    # Across a bar of width w the distances to its edge are 1, 2, … w / 2, …, 2, 1: their mean is (w + 2) / 4.
    mean = float(half[half > 0].mean())
    return float((4 * mean - 2) / max(mask.shape))


def _rescale_mask(mask: Mask) -> Image.Image:
    """Scale the mask to a size where strokes can be measured, with room for rotation."""
    scale = _FINE / max(mask.shape)
    least = _THINNEST / scale
    if scale < 1 and _may_be_thinner(mask, least) and (short := (least - stroke_pixels(mask)) / 2) > 0:
        # Averaging would erase a hairline.
        mask = dilate(np.pad(mask, int(short) + 1), short)
        mask = mask[bounding_box(mask)]
        scale = _FINE / max(mask.shape)
    size = (max(1, round(mask.shape[1] * scale)), max(1, round(mask.shape[0] * scale)))
    picture = Image.fromarray(mask * np.uint8(255))
    way = Image.Resampling.BICUBIC if scale > 1 else Image.Resampling.BOX
    if scale > 1:
        picture = Image.fromarray(scipy.ndimage.gaussian_filter(np.pad(np.array(picture), 1), 0.6)[1:-1, 1:-1])
    return ImageOps.expand(_resize(picture, size, way), _ROOM)


def _may_be_thinner(mask: Mask, width: float) -> bool:
    """Return whether `stroke_pixels` may be below this width; it is not if half of the ink is far from paper."""
    far = ~dilate(~np.pad(mask, 1), (width + 2) / 4)
    return bool(2 * np.count_nonzero(far) <= np.count_nonzero(mask))


def _resize(picture: Image.Image, size: tuple[int, int], way: Image.Resampling) -> Image.Image:
    """Resize along rows, then columns, which fixes the rounding: the order of Pillow 13 depends on the size."""
    return picture.resize((size[0], picture.height), way).resize(size, way)


def _distort(fine: Image.Image, turn: float, lean: float) -> Mask:
    """Rotate by degrees and shear the ink; return it in its bounding box."""
    if turn or lean:
        angle = np.radians(turn)
        back = np.array([[np.cos(angle), np.sin(angle)], [-np.sin(angle), np.cos(angle)]])
        back = back @ np.array([[1, lean], [0, 1]])
        middle = np.array(fine.size) / 2
        off = middle - back @ middle
        fine = fine.transform(
            fine.size, Image.Transform.AFFINE, (*back[0], off[0], *back[1], off[1]), Image.Resampling.BILINEAR
        )
    grey = np.asarray(fine)
    bold: Mask = grey > min(127, int(grey.max()) - 1)
    return bold[bounding_box(bold)]


def _fit_box(bold: Mask, box: float) -> NDArray[np.uint8]:
    scale = box / max(bold.shape)
    size = (max(1, round(bold.shape[1] * scale)), max(1, round(bold.shape[0] * scale)))
    picture = Image.fromarray(bold * np.uint8(255))
    return np.array(_resize(picture, size, Image.Resampling.BOX))


def _adjust_stroke_width(bold: Mask, width: float, factor: float) -> Mask:
    """Clip the stroke width to the range of MNIST, and multiply it by a factor."""
    wanted = float(np.clip(width, *STROKE)) * factor
    off = (wanted - width) * _FINE / 2
    if off > 0.4:
        # Thicker strokes enlarge the digit, which is then scaled down to the box, hence the extra factor.
        reach = off * (1 + 2 * off / _FINE)
        bold = dilate(np.pad(bold, int(reach) + 1), reach)
    elif off < -0.4:
        square = squared_distance(np.pad(bold, 1))
        half = np.sqrt(square, dtype=np.float64)
        # Thin parts of a thick digit keep their width, or the digit would fall apart.
        middle = np.sqrt(largest_around(square, 2 * int(width * _FINE / 2) + 1), dtype=np.float64)
        bold = half > np.minimum(-off, np.maximum(middle - wanted * _FINE / 2, 0))
    return bold


def _centre(small: NDArray[np.uint8], change: Change) -> NDArray[np.uint8]:
    """Place the digit so that its centre of mass is in the middle of the 28 × 28."""
    height, width = small.shape
    weight = small.astype(np.float64)
    total = float(weight.sum())
    middle = SIDE / 2  # in whole pixels from 0: half a pixel below and right of the true centre, as in MNIST
    y = middle - float(weight.sum(axis=1) @ np.arange(height)) / total + change.down
    x = middle - float(weight.sum(axis=0) @ np.arange(width)) / total + change.across
    top, left = int(np.clip(round(y), 0, SIDE - height)), int(np.clip(round(x), 0, SIDE - width))
    out = np.zeros((SIDE, SIDE), np.uint8)
    out[top : top + height, left : left + width] = small
    return out
