"""Whether what was read is writing: strokes of a pen, about equally wide and full, on even ground, and flat.

The models see the shape of a piece of ink alone, and parts of hands and things have the shape of a digit. Four
measures of the photograph itself distinguish them. Their limits were chosen on generated photographs of digits,
and on rendered hands, pictures of things and edges of which the tests and the benchmark have others.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import scipy  # `scipy.ndimage` is loaded when it is first used
from numpy.typing import NDArray
from PIL import Image

from ..segmentation.morphology import Mask, Plane, dilate, distance, open_mask
from ..segmentation.paper import Ink
from ..segmentation.rules import stroke_pixels
from .reading import Digit, Reading, mask_place
from .reasons import Reason

_UNEVEN_GROUND, _UNEVEN_WIDTH, _UNEVEN_INK = 0.08, 0.42, 0.4
"""Standard deviations at which each measure alone says that this is not writing: of the strength around a digit,
relative to its ink; of the stroke width, and of the strength inside strokes, relative to their means. Writing has at
most 0.06, 0.25 and 0.3."""
_ONE_SIDED = 0.08, 0.15
"""Differences between the two sides of a stroke at which it is lit from one side, as are a finger and its shadow: of
the strength inside, and of the steepness of the borders, relative to their means. Both are added as squares; writing
has at most 0.9 of the limit, mostly 0.4, whatever the light, because ink is flat."""
_TEXTURED = 0.85  # mean of several digits at which none of them is writing; a page has at most 0.75
_SLENDER = 0.45  # ratio of width to height up to which a 1 may be any bar, such as a finger
_AS_THICK, _AS_STRONG, _MUCH = 0.6, 0.75, 2.0
"""Fraction of its stroke width above which other ink is not a ruled line, strength above which it is not a shadow, and
ratio to its own ink at which it is much."""
_AROUND = 0.35  # of the size of a digit: the width of the ground around it that is measured
_BLURRED = 0.35  # of the stroke width: the distance from ink up to which paper may be blurred
_CAMERA = 0.05  # most of the noise of a picture that is the camera's
_TINY = 2  # factor by which a tiny picture is enlarged
_FEW_PIXELS = 1.3, 2.5  # limits of unevenness and relief of its digits, which are added as squares
_ONE = 40  # pixels of the longer side of a tiny picture in which there is room for one digit
_ARM = 0.2  # stroke width, relative to the size, of what reaches in at the edge
_SHADE = 1.5  # of the stroke width: the distance up to which the ground is averaged for its shades
_ENLARGED = 112  # pixels a side at which stroke widths are measured
_FEWEST = 20  # pixels from which the sides of a stroke are compared
_THIN = 4.0  # stroke width in pixels below which its two borders are one, and light tells nothing
_FINE = 8.0  # stroke width in pixels below which the strength inside strokes is that of their blur


def doubt_other_than_writing(reading: Reading, sure: float) -> Reading:
    """Lower the confidence of digits of a photograph that do not look like writing."""
    measured = {k: _unevenness_of(reading, digit) for k, digit in enumerate(reading.digits) if digit.sure}
    if not measured:
        return reading
    uneven, lit = np.mean(list(measured.values()), axis=0)
    tiny = reading.mask.shape[1] >= _TINY * reading.picture.width
    none = (
        len(measured) > 1 and (max(reading.picture.size) < _ONE if tiny else uneven >= _TEXTURED)
    ) or _is_part_of_much(reading)
    digits = list(reading.digits)
    for k, (rough, own) in measured.items():
        # The light is the same for all digits of a photograph; small ones alone say little about it.
        doubts = rough, (own + lit) / 2
        doubt = np.hypot(*np.divide(doubts, _FEW_PIXELS)) if tiny else max(doubts)
        if none or doubt >= 1 or _reaches_in(reading, digits[k]):
            digits[k] = digits[k].doubted(Reason.NOT_WRITING, sure)
    return replace(reading, digits=tuple(digits))


def _reaches_in(reading: Reading, digit: Digit) -> bool:
    """Return whether a thick shape reaches in from one edge of the picture, as an arm does."""
    place = mask_place(reading, digit)
    touched = [part.start <= 1 for part in place]
    touched += [part.stop >= side - 1 for part, side in zip(place, reading.mask.shape, strict=True)]
    ink = reading.mask[place]
    return sum(touched) == 1 and bool(ink.any()) and stroke_pixels(ink) > _ARM * max(ink.shape)


def _is_part_of_much(reading: Reading) -> bool:
    """Return whether all that was read is one slender stroke or two, among far more ink as thick as they."""
    sure = [digit for digit in reading.digits if digit.sure]
    slender = [digit for digit in sure if _SLENDER * digit.height >= digit.width]
    if not 0 < len(slender) == len(sure) <= 2:
        return False
    everything = (reading.mask | reading.removed) & (reading.ink.strength > _AS_STRONG)
    own = np.zeros_like(everything)
    for digit in sure:
        place = mask_place(reading, digit)
        own[place] = reading.mask[place]
    if not own.any():
        return False
    thick = open_mask(everything & ~own, max(2, round(_AS_THICK * stroke_pixels(own))))
    return bool(np.count_nonzero(thick) > _MUCH * np.count_nonzero(own))


def _unevenness_of(reading: Reading, digit: Digit) -> tuple[float, float]:
    place = mask_place(reading, digit)
    ink = reading.mask[place]
    if min(ink.shape) < 2 or not ink.any():
        return 0.0, 0.0
    room = max(4, round(_AROUND * max(ink.shape)))
    window = tuple(slice(max(0, part.start - room), part.stop + room) for part in place)
    own = np.zeros_like(reading.mask)
    own[place] = ink
    every = reading.mask[window] | reading.removed[window]
    return unevenness(reading.ink, window, own[window], every, digit.form)


def unevenness(
    separated: Ink, window: tuple[slice, ...], ink: Mask, every: Mask, form: NDArray[np.uint8]
) -> tuple[float, float]:
    """Return how uneven a digit and the ground around it are, and its `relief`; 1 and more is not writing.

    The window contains both. `ink` and `every` are the pixels of the digit and those of all ink, shape (rows, columns);
    `form` is the digit in the form of MNIST, without the gaps that a dry pen leaves.
    """
    strength = separated.strength[window]
    half = distance(np.pad(ink, 1))[1:-1, 1:-1]
    pen = max(1.0, 4 * float(half[ink].mean()) - 2)
    level = float(np.median(strength[ink]))
    bare = ~dilate(every, max(1.5, _BLURRED * pen))
    side = 2 * round(_SHADE * pen) + 1
    smooth = scipy.ndimage.uniform_filter(np.where(bare, strength, 0), side)
    smooth /= scipy.ndimage.uniform_filter(bare.astype(np.float32), side) + np.float32(1e-6)
    ground = (strength - smooth)[bare] / level  # without the shades of a shadow
    # Most of squared paper is even; the lines are not.
    off = np.abs(ground - np.median(ground)) if ground.size else np.zeros(1)
    of_ground = min(float(ground.std()), 3 * float(np.median(off))) if ground.size > 10 else 0.0
    of_ground = np.sqrt(max(0.0, of_ground**2 - min(separated.noise, _CAMERA) ** 2))  # more than that of the camera
    deep = ink & (half >= max(1.0, pen / 8 + 0.25))
    of_ink = float(strength[deep].std() / strength[deep].mean()) if pen > _FINE else 0.0
    large = Image.fromarray(form).resize((_ENLARGED, _ENLARGED), Image.Resampling.BICUBIC)
    half = distance(np.array(large) > 127)
    ridge = half[(half >= scipy.ndimage.maximum_filter(half, 3)) & (half > half[half > 0].mean() / 2)]
    of_width = float(ridge.std() / ridge.mean())
    uneven = np.hypot(np.hypot(of_ground / _UNEVEN_GROUND, of_width / _UNEVEN_WIDTH), of_ink / _UNEVEN_INK)
    return float(uneven), relief(strength / level, ink, every, pen)


def relief(strength: Plane, ink: Mask, every: Mask, pen: float) -> float:
    """Return how much a shape looks lit from one side, as a round thing is; 1 and more is not writing.

    The strength inside the shape, about 1 for ink, and the steepness of its borders are fitted with a mean and a term
    for the direction that the border faces. On both sides of a stroke the directions are opposite, so for flat ink the
    term vanishes. `ink` and `every` are the pixels of the shape and those of all ink; `pen` is its stroke width in
    pixels.
    """
    if pen < _THIN:
        return 0.0
    soft = scipy.ndimage.gaussian_filter(ink.astype(np.float32), max(1.0, pen / 5))
    facing = np.stack(np.gradient(soft))
    facing /= np.hypot(*facing) + np.float32(1e-6)
    steep = (np.stack(np.gradient(scipy.ndimage.gaussian_filter(strength, 0.7))) * facing).sum(axis=0)

    def one_sided(values: Plane, where: Mask) -> float:
        sides = np.stack([np.ones_like(values), *facing])[:, where].astype(np.float64)
        if sides.shape[1] < _FEWEST:
            return 0.0
        fitted = np.linalg.lstsq(sides.T, values[where].astype(np.float64), rcond=None)[0]
        return float((fitted @ sides).std() / max(abs(fitted[0]), 1e-3))  # few pixels at the ends of a bar say little

    border = dilate(ink, 1.5) & dilate(~ink, 1.5)
    alone = ~dilate(every & ~ink, max(2.0, pen / 2))
    if 2 * np.count_nonzero(alone & border) < np.count_nonzero(border):  # a part of a thing, not a digit near a line
        alone[:] = True
    border &= alone
    near_border = alone & ink & dilate(~ink, max(2.0, pen / 2))
    return float(np.hypot(one_sided(strength, near_border) / _ONE_SIDED[0], one_sided(steep, border) / _ONE_SIDED[1]))
