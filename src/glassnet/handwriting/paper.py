"""The first stage: remove paper and light from a photograph; what remains is ink, 0 to about 1.

Light multiplies: what a place of the paper sends back is the light there times its colour. So ink is measured against
the paper beside it, in each colour channel by itself: 0 where nothing is written, 1 where everything is swallowed. The
paper under the ink is found by a closing with a square wider than a stroke: that fills dark strokes, and leaves the
edges of shadows where they are. Which colours the ink swallows is then learnt from its strongest places, so that lines
of another colour, a printed grid, fade.

Sources: closing and top-hat, Serra 1982; threshold, Otsu 1979.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from ..data.dataset import border
from .rules import Plane, find_ruled_lines, is_grid, stroke_pixels

_COARSE = 64  # pixels on the longer side where only the paper's shades matter
_NOISE = 0.02  # of the paper's light that any camera's channels differ by, one from another
_FINE = 9  # part of the shorter side that no fine stroke is as wide as
_BLOB = 0.3  # width over size from which something is not drawn with a pen
_AS_CLEAR = 0.4  # of an ink's contrast, below which what is of the other shade is the paper's own unevenness
_CLEAR = 0.6  # balance from which dark and light ink are not mistaken for each other


@dataclass(frozen=True)
class Ink:
    """The ink of a picture, and the paper below it.

    Parameters
    ----------
    strength : ndarray of float32, shape (rows, columns)
        0 for paper, about 1 for the ink of this picture; between them at edges, and for weaker lines.
    paper : ndarray of float32, shape (rows, columns, 3)
        How the picture would look without ink, 0 to 1.
    light_on_dark : bool
        Whether the ink is lighter than the paper.
    contrast : float
        How far ink stands out of the paper, 0 to 1.
    noise : float
        Standard deviation of the paper's `strength`.
    """

    strength: Plane
    paper: Plane
    light_on_dark: bool
    contrast: float
    noise: float


def separate_ink(picture: Plane) -> tuple[Ink, ...]:
    """Separate ink from paper in a picture, shape (rows, columns, 3), 0 to 1.

    Returns
    -------
    tuple of Ink
        One; or two, the likelier first, where it may be dark ink on light paper as well as light ink on dark.
    """
    side = _polarity(picture)
    likelier = _measure_ink(picture, side < 0)
    return (likelier,) if abs(side) > _CLEAR else (likelier, _measure_ink(picture, side >= 0))


def separate_ink_again(picture: Plane, ink: Ink, mask: NDArray[np.bool_]) -> tuple[Ink, ...]:
    """Separate ink again where the first result, `mask`, may be something else than writing.

    The shadow of a pen reaches into the picture and is one piece with the digit it lies on: then as fine strokes alone,
    for none is as wide as that. A spot of light stands out more than what is written: then of the other shade.
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
    seen = 1 - picture if light_on_dark else picture
    seen = ndimage.gaussian_filter(seen, (0.7, 0.7, 0)) + np.float32(0.02)
    short = min(seen.shape[:2])
    reach = widest or max(5, short // 3)
    written = np.ones(seen.shape[:2], bool)
    for turn in range(3):
        paper = _fill_strokes(seen, reach)
        strength, contrast = _project_on_ink_colour(_ink_density(seen, paper), written)
        inner = _drop_border_components(_mask_without_grid(strength))
        if not inner.any():
            break
        # Wide enough for the widest stroke and no wider: then shadows stay paper. Crayon and chalk leave holes.
        hole = 2 * max(1, short // 120) + 1
        inner = ndimage.grey_closing(inner.astype(np.uint8), size=(hole, hole)) > 0
        half = ndimage.distance_transform_edt(inner)
        tighter = max(2.2 * 2 * float(np.percentile(half[inner], 98)), 5.0, short / 40)
        written = ndimage.binary_dilation(inner, iterations=2)
        if tighter > 0.8 * reach and turn:
            break
        reach = int(min(tighter, reach))
    weak = strength[strength < 0.4]
    noise = float(1.4826 * np.median(np.abs(weak - np.median(weak)))) if weak.size else 0.0
    shown = 1 - (paper - 0.02) if light_on_dark else paper - 0.02
    return Ink(strength, shown.clip(0, 1), light_on_dark, contrast, noise)


def _polarity(picture: Plane) -> float:
    """Return the log ratio of dark ink on light paper (above 0) to light ink on dark; near 0 either is possible.

    Ink is what there is less of, wherever one looks: most of what stands out of its surroundings lies on the ink's
    side. Returns the logarithm of how much more, for the size of surroundings that tells most, with a bias for ink
    that is darker than what most of the picture is.
    """
    grey = downsample(picture, -(-max(picture.shape[:2]) // _COARSE)).mean(axis=2)
    sides = []
    for part in (2, 4, 7):
        off = grey - ndimage.median_filter(grey, size=max(3, min(grey.shape) // part), mode="reflect")
        off = np.where(np.abs(off) > 0.3 * np.percentile(np.abs(off), 99.5), off, 0)
        sides.append(float(np.log((-off[off < 0].sum() + 1e-6) / (off[off > 0].sum() + 1e-6))))
    return max(sides, key=abs) + 4 * (float(np.median(grey)) - 0.3)


def _fill_strokes(seen: Plane, reach: int) -> Plane:
    """Fill strokes narrower than `reach` pixels with the paper around them, channel by channel."""
    # Darkness around the picture: a table along its edge is then as wide as it may be, and no stroke.
    planes = [np.pad(seen[..., c], reach) for c in range(3)]
    closed = [ndimage.grey_closing(plane, size=(reach, reach), mode="constant") for plane in planes]
    filled: Plane = np.stack([plane[reach:-reach, reach:-reach] for plane in closed], axis=2)
    # Smoothed against the noise, but never lighter: beside the edge of the paper the dark side would seem inked.
    smooth: Plane = ndimage.uniform_filter(filled, (reach // 3, reach // 3, 1), mode="nearest")
    return np.minimum(filled, smooth)


def downsample(values: Plane, step: int) -> Plane:
    """Average blocks of step × step; the edge is repeated to fill the last ones."""
    if step == 1:
        return values
    rows, columns = -(-values.shape[0] // step) * step, -(-values.shape[1] // step) * step
    padded = np.pad(values, ((0, rows - values.shape[0]), (0, columns - values.shape[1]), (0, 0)), mode="edge")
    blocks: Plane = padded.reshape(rows // step, step, columns // step, step, -1).mean(axis=(1, 3), dtype=np.float32)
    return blocks


def _ink_density(seen: Plane, paper: Plane) -> Plane:
    """Return the share of the paper's light that is missing, by channel, less its median (the noise)."""
    missing: Plane = 1 - seen / paper
    missing -= np.median(missing, axis=(0, 1))
    return missing


def _mask_without_grid(strength: Plane) -> NDArray[np.bool_]:
    """Return a first ink mask without a printed grid, whose colour is not the ink's."""
    ink: NDArray[np.bool_] = strength > 0.5
    if not is_grid(ink):
        return ink
    ruled = find_ruled_lines(strength, 0.5)
    ruled = ndimage.binary_dilation(ruled, iterations=2) & ink
    side = int(max(2, stroke_pixels(ruled) / 2))
    written: NDArray[np.bool_] = ndimage.binary_opening(ink & ~ruled, np.ones((side, side), bool))
    return written if written.any() else ink


def _drop_border_components(ink: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Drop components at the picture's edge, a finger or a table, unless hardly anything else is there.

    A printed grid reaches the edge with all that is written on it: so first without what is as thin as its lines.
    """
    side = max(3, min(ink.shape) // 120)
    thick = ndimage.grey_opening(ink.astype(np.uint8), size=(side, side)) > 0
    for some in (thick, ink):
        parts, _ = ndimage.label(some, np.ones((3, 3)))
        at_edge = np.unique(border(parts))
        inner: NDArray[np.bool_] = some & ~np.isin(parts, at_edge)
        if inner.sum() > 0.05 * ink.sum():
            return inner
    return ink


def _project_on_ink_colour(density: Plane, written: NDArray[np.bool_]) -> tuple[Plane, float]:
    """Project the channels on the ink's colour, 1 for full ink; also return the density of full ink."""
    size: Plane = np.sqrt((density.clip(0) ** 2).mean(axis=2))
    level = _ink_level(size, written)
    strong = density[written & (size > 0.6 * level)]
    if len(strong):
        colour = np.median(strong, axis=0)
        colour = colour / max(float(np.linalg.norm(colour)), 1e-6)
        agree = (strong @ colour) / np.maximum(np.linalg.norm(strong, axis=1), 1e-6)
        if np.mean(agree > 0.93) > 0.85:  # one colour of ink, not several
            weights = _matched_filter(density[size < 0.4 * level], colour)
            size = (density @ (weights / (weights @ colour)) / 3**0.5).astype(np.float32)
            level = _ink_level(size, written)
    return (size / np.float32(max(level, 1e-6))).astype(np.float32), level


def _matched_filter(paper: Plane, colour: NDArray[Any]) -> NDArray[Any]:
    """Return channel weights that separate this ink colour best from the paper's own variation, shape (n, 3).

    Creases and shadows take the same from all channels, a printed grid its own colour: a matched filter (Turin 1960)
    counts little what varies without ink.
    """
    spread = paper.T.astype(np.float64) @ paper / max(1, len(paper))
    return np.linalg.solve(spread + _NOISE**2 * np.eye(3), colour)


def _ink_level(values: NDArray[Any], written: NDArray[np.bool_]) -> float:
    """Return the median strength of the ink: of what stands out of the noise, the upper class's."""
    noise = 1.4826 * float(np.median(np.abs(values - np.median(values))))
    standing_out = values[written & (values > max(5 * noise, 0.03))]
    if standing_out.size < 4:
        return float(values.max(initial=0.0))
    upper = standing_out[standing_out > otsu_threshold(standing_out)]
    return float(np.median(upper)) if upper.size else float(np.median(standing_out))


def otsu_threshold(values: NDArray[Any]) -> float:
    """Return the threshold that separates values into the two most different classes (Otsu 1979, equation 12)."""
    if np.ptp(values) < 1e-6:  # one value, but for rounding: nothing is above it
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
