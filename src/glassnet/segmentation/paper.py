"""The first stage: remove paper and lighting from a photograph, which leaves the ink as 0 to about 1.

Illumination is multiplicative: the paper reflects the local light times its colour. Ink is therefore measured relative
to the surrounding paper, in each colour channel separately: 0 without ink, 1 where all light is absorbed. The paper
under the ink is estimated by a closing with a square wider than a stroke, which fills dark strokes and keeps the edges
of shadows. The colour of the ink is then estimated from its strongest places, and lines of other colours, such as a
printed grid, fade.

Sources: closing and top-hat, Serra 1982; threshold, Otsu 1979.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import scipy  # `scipy.ndimage` is loaded when it is first used
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import NDArray

from ..messages.one_line import one_line
from .morphology import Plane, border, close, close_mask, distance, open_mask
from .rules import find_ruled_lines, is_grid, stroke_pixels

_COARSE = 64  # pixels on the longer side of the image for the shades of the paper
_NOISE = 0.02  # fraction of the light of the paper by which the channels of any camera differ
_FINE = 9  # the shorter side over this exceeds the width of fine strokes
_BLOB = 0.3  # ratio of width to size above which a shape is not drawn with a pen
_AS_CLEAR = 0.4  # fraction of the contrast of the ink; weaker shapes of the other shade are uneven paper
_ENOUGH = 40_000  # pixels for a median
_LEVELS = 60_000  # steps of the light of a channel
_CLEAR = 0.6  # balance above which dark and light ink cannot be confused


@one_line
@dataclass(frozen=True)
class Ink:
    """The ink of an image, and the paper below it."""

    # float32, shape (rows, columns): 0 for paper, about 1 for the ink of this image, values in between at edges and for
    # weaker lines
    strength: Plane
    paper: Plane  # float32, shape (rows, columns, 3): the image without ink, 0 to 1
    light_on_dark: bool  # whether the ink is lighter than the paper
    contrast: float  # contrast between ink and paper, 0 to 1
    noise: float  # standard deviation of `strength` on the paper


def possible_inks(picture: Plane) -> Iterator[Ink]:
    """Separate ink from paper in an image of shape (rows, columns, 3), 0 to 1.

    Yields one result; or two, the likelier first, if both dark ink on light paper and light ink on dark are possible.
    The second is computed only if it is used.
    """
    side = _polarity(picture)
    yield _measure_ink(picture, side < 0)
    if abs(side) <= _CLEAR:
        yield _measure_ink(picture, side >= 0)


def dark_ink(picture: Plane) -> Ink:
    """Return the ink of a picture, which is darker than its paper."""
    return _measure_ink(picture, light_on_dark=False)


def separate_ink_again(picture: Plane, ink: Ink, mask: NDArray[np.bool_]) -> tuple[Ink, ...]:
    """Separate ink again if the first result, `mask`, may not be writing.

    The shadow of a pen reaches into the image and merges with the digit under it; limiting the result to fine strokes
    removes it. A spot of light may have more contrast than the writing; ink of the other shade is tried then.
    """
    inks = []
    if np.concatenate([mask[:2].ravel(), mask[-2:].ravel(), mask[:, :2].ravel(), mask[:, -2:].ravel()]).any():
        inks.append(_measure_ink(picture, ink.light_on_dark, max(5, min(picture.shape[:2]) // _FINE)))
    sides = [int(np.ptp(np.flatnonzero(mask.any(axis=axis)))) + 1 for axis in (0, 1)] if mask.any() else [0]
    if stroke_pixels(mask) > _BLOB * max(sides):
        other = _measure_ink(picture, not ink.light_on_dark)
        inks += [other] if other.contrast > _AS_CLEAR * ink.contrast else []
    return tuple(inks)


def _measure_ink(picture: Plane, light_on_dark: bool, widest: int | None = None) -> Ink:
    seen = np.ascontiguousarray(np.moveaxis(1 - picture if light_on_dark else picture, 2, 0))  # (3, rows, columns)
    seen = scipy.ndimage.gaussian_filter(seen, (0, 0.7, 0.7)) + np.float32(0.02)
    short = min(seen.shape[1:])
    reach = widest or max(5, short // 3)
    written = np.ones(seen.shape[1:], bool)
    for turn in range(3):
        paper = _fill_strokes(seen, reach)
        strength, contrast = _project_on_ink_colour(_ink_density(seen, paper), written)
        inner = _drop_border_components(_mask_without_grid(strength))
        if not inner.any():
            break
        # Just wide enough for the widest stroke, which keeps shadows as paper. Crayon and chalk leave holes.
        inner = close_mask(inner, 2 * max(1, short // 120) + 1)
        half = distance(inner)
        tighter = max(2.2 * 2 * float(np.percentile(half[inner], 98)), 5.0, short / 40)
        written = scipy.ndimage.binary_dilation(inner, iterations=2)
        if tighter > 0.8 * reach and turn:
            break
        reach = int(min(tighter, reach))
    weak = _sample(strength)
    weak = weak[weak < 0.4]
    noise = float(1.4826 * np.median(np.abs(weak - np.median(weak)))) if weak.size else 0.0
    shown = np.moveaxis(1 - (paper - 0.02) if light_on_dark else paper - 0.02, 0, 2)
    return Ink(strength, np.ascontiguousarray(shown).clip(0, 1), light_on_dark, contrast, noise)


def _sample(planes: Plane) -> Plane:
    """Return every nth pixel of planes (…, rows, columns), enough for a median, as (…, pixels)."""
    rows, columns = planes.shape[-2:]
    step = max(1, rows * columns // _ENOUGH)
    while math.gcd(step, columns) > 1:  # or it would see only some of the columns, and perhaps all lines of a grid
        step += 1
    return planes.reshape(*planes.shape[:-2], -1)[..., ::step]


def _polarity(picture: Plane) -> float:
    """Return the log ratio of dark ink on light paper (above 0) to light ink on dark; near 0 both are possible.

    Ink covers less area than paper in any neighbourhood, so most local contrast is on the side of the ink. The result
    is the logarithm of the ratio of dark to light contrast, for the neighbourhood size with the clearest ratio, with a
    bias towards dark ink in light images.
    """
    grey = downsample(picture, -(-max(picture.shape[:2]) // _COARSE)).mean(axis=2)
    sides = []
    for part in (2, 4, 7):
        off = _off_median(grey, max(3, min(grey.shape) // part))
        off = np.where(np.abs(off) > 0.3 * np.percentile(np.abs(off), 99.5), off, 0)
        sides.append(float(np.log((-off[off < 0].sum() + 1e-6) / (off[off > 0].sum() + 1e-6))))
    return max(sides, key=abs) + 4 * (float(np.median(grey)) - 0.3)


def _off_median(grey: Plane, size: int) -> Plane:
    """Return every second value of every second row, minus the median of the square around it."""
    before, after = size // 2, (size - 1) // 2
    squares = sliding_window_view(np.pad(grey, (before, after), mode="symmetric"), (size, size))[::2, ::2]
    some = squares[..., :: 1 + size // 12, :: 1 + size // 12].reshape(*squares.shape[:2], -1)
    half = some.shape[-1] // 2
    return grey[::2, ::2] - np.partition(some, half, axis=-1)[..., half]


def _fill_strokes(seen: Plane, reach: int) -> Plane:
    """Fill strokes narrower than `reach` pixels with the paper around them, channel by channel: (3, rows, columns)."""
    # Beyond the edge it is dark, so a dark table along the edge is wider than a stroke and remains.
    levels = np.rint(seen * np.float32(_LEVELS)).astype(np.uint16)  # half the bytes take half the time
    filled = np.stack([close(plane, reach) for plane in levels]).astype(np.float32) / np.float32(_LEVELS)
    # Smoothing reduces noise but must not lighten: the dark side of the edge of the paper would look like ink.
    smooth: Plane = scipy.ndimage.uniform_filter(filled, (1, reach // 3, reach // 3), mode="nearest")
    paper: Plane = np.minimum(filled, smooth)
    return paper


def downsample(values: Plane, step: int) -> Plane:
    """Average blocks of step × step; the edge values fill incomplete blocks."""
    if step == 1:
        return values
    rows, columns = -(-values.shape[0] // step) * step, -(-values.shape[1] // step) * step
    padded = np.pad(values, ((0, rows - values.shape[0]), (0, columns - values.shape[1]), (0, 0)), mode="edge")
    narrow = padded[::step].copy()
    for first in range(1, step):
        narrow += padded[first::step]
    blocks: Plane = narrow[:, ::step].copy()
    for first in range(1, step):
        blocks += narrow[:, first::step]
    blocks /= np.float32(step * step)
    return blocks


def _ink_density(seen: Plane, paper: Plane) -> Plane:
    """Return the missing fraction of the light of the paper, by channel, minus its median."""
    missing: Plane = 1 - seen / paper
    missing -= np.median(_sample(missing), axis=1)[:, np.newaxis, np.newaxis]
    return missing


def _mask_without_grid(strength: Plane) -> NDArray[np.bool_]:
    """Return a first ink mask without a printed grid, whose colour differs from that of the ink."""
    ink: NDArray[np.bool_] = strength > 0.5
    if not is_grid(ink):
        return ink
    ruled = find_ruled_lines(strength, 0.5)
    ruled = scipy.ndimage.binary_dilation(ruled, iterations=2) & ink
    side = int(max(2, stroke_pixels(ruled) / 2))
    written: NDArray[np.bool_] = scipy.ndimage.binary_opening(ink & ~ruled, np.ones((side, side), bool))
    return written if written.any() else ink


def _drop_border_components(ink: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Drop components at the edge of the image, such as a finger or a table, unless there is little else.

    A printed grid connects all writing to the edge, so the first attempt ignores strokes as thin as its lines.
    """
    side = max(3, min(ink.shape) // 120)
    for some in (open_mask(ink, side), ink):
        parts, count = scipy.ndimage.label(some, np.ones((3, 3)))
        within = np.ones(count + 1, bool)
        within[border(parts)] = within[0] = False
        inner: NDArray[np.bool_] = within[parts]
        if np.count_nonzero(inner) > 0.05 * np.count_nonzero(ink):
            return inner
    return ink


def _project_on_ink_colour(density: Plane, written: NDArray[np.bool_]) -> tuple[Plane, float]:
    """Project the channels on the colour of the ink, with 1 for full ink; also return the density of full ink."""
    dark = density.clip(0)
    size: Plane = np.sqrt((dark[0] ** 2 + dark[1] ** 2 + dark[2] ** 2) / np.float32(3))
    level = _ink_level(size, written)
    strong = density[:, written & (size > 0.6 * level)].T
    if len(strong):
        colour = np.median(strong, axis=0)
        colour = colour / max(float(np.linalg.norm(colour)), 1e-6)
        agree = (strong @ colour) / np.maximum(np.linalg.norm(strong, axis=1), 1e-6)
        if np.mean(agree > 0.93) > 0.85:  # a single ink colour
            weights = _matched_filter(_sample(density)[:, _sample(size) < 0.4 * level].T, colour)
            red, green, blue = (weights / (weights @ colour) / 3**0.5).astype(np.float32)
            size = red * density[0] + green * density[1] + blue * density[2]
            level = _ink_level(size, written)
    return size / np.float32(max(level, 1e-6)), level


def _matched_filter(paper: Plane, colour: NDArray[Any]) -> NDArray[Any]:
    """Return the channel weights that best separate this ink colour from the variation of the paper, shape (n, 3).

    Creases and shadows darken all channels alike, a printed grid has its own colour: a matched filter (Turin 1960)
    gives little weight to variation without ink.
    """
    spread = paper.T.astype(np.float64) @ paper / max(1, len(paper))
    return np.linalg.solve(spread + _NOISE**2 * np.eye(3), colour)


def _ink_level(values: NDArray[Any], written: NDArray[np.bool_]) -> float:
    """Return the median strength of the ink: the median of the upper Otsu class of all values above the noise."""
    some = _sample(values)
    noise = 1.4826 * float(np.median(np.abs(some - np.median(some))))
    standing_out = values[written & (values > max(5 * noise, 0.03))]
    if standing_out.size < 4:
        return float(values.max(initial=0.0))
    upper = standing_out[standing_out > otsu_threshold(standing_out)]
    return float(np.median(upper)) if upper.size else float(np.median(standing_out))


def otsu_threshold(values: NDArray[Any]) -> float:
    """Return the threshold that separates values into the two most different classes (Otsu 1979, equation 12)."""
    if np.ptp(values) < 1e-6:  # a single value up to rounding: nothing is above it
        return float(values.max())
    counts, edges = np.histogram(values, 256)
    middles = (edges[:-1] + edges[1:]) / 2
    below = np.cumsum(counts)
    above = below[-1] - below
    sums = np.cumsum(counts * middles)
    with np.errstate(divide="ignore", invalid="ignore"):
        gap = sums / below - (sums[-1] - sums) / above
    between = np.nan_to_num(below.astype(float) * above * gap**2)
    return float(middles[int(np.argmax(between))])
