"""Pens of all kinds: how the way of a hand becomes ink, and how a photograph of that ink becomes a mask."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PIL import Image
from scipy import ndimage

from glassnet.segmentation.mnist_form import mnist_form
from glassnet.segmentation.rules import close_gaps

SIDE = 100  # pixels of the field of a way, without the room around it
FIELD = SIDE + 80
Mask = NDArray[np.bool_]
_HAIR, _PEN, _FELT, _MARKER = (1.2, 4.0), (4.0, 14.0), (14.0, 22.0), (22.0, 32.0)
_PORE = 0.15  # of the squared stroke width, as in the stages: a hole that the stages fill


@dataclass(frozen=True)
class Hand:
    """How a hand writes.

    Parameters
    ----------
    wide : (float, float)
        Range of the factor for the width.
    jitter : (float, float)
        Range of the standard deviation of each point, in hundredths of the height.
    fills : bool
        Whether a thick pen may fill loops.
    """

    wide: tuple[float, float] = (0.55, 1.3)
    jitter: tuple[float, float] = (2.0, 5.0)
    fills: bool = False


def write(way: str | NDArray[np.float64], rng: np.random.Generator, hand: Hand | None = None) -> NDArray[np.uint8]:
    """Write a way with a pen as chance has it, in the form of MNIST, shape (784,).

    Parameters
    ----------
    way : str or ndarray, shape (points, 2)
        Points of a 100 × 100 field, x to the right and y down; "~" makes a curve of them, "|" lifts the pen. In an
        array they lie as near as the pixels of a line.
    rng : numpy.random.Generator
    hand : Hand, optional
    """
    hand = hand or Hand()
    kind = rng.choice(4, p=[0.14, 0.5, 0.26, 0.1])
    kind = max(kind, 2) if hand.fills else kind
    pen = rng.uniform(*(_HAIR, _PEN, _FELT, _MARKER)[kind])
    flat = rng.random() < 0.2 and kind in (1, 2)
    nib = pen * rng.uniform(0.5, 0.8) if flat else 0.0  # length of a flat nib, which stays at one angle
    angle = rng.uniform(0, np.pi)
    offset = nib / 2 * np.array([np.cos(angle), np.sin(angle)])
    blank = np.ones((FIELD, FIELD), bool)
    for x, y in strokes(way, rng, hand) if isinstance(way, str) else [_bent(way, rng, hand)]:
        for part in np.linspace(-1, 1, 12) if flat else (0.0,):
            at = [
                (v + FIELD / 2 + part * off).clip(4, FIELD - 5).astype(int)
                for v, off in ((y, offset[1]), (x, offset[0]))
            ]
            blank[at[0], at[1]] = False
    room = int(pen / 2) + 3
    rows, columns = np.flatnonzero(~blank.all(1)), np.flatnonzero(~blank.all(0))
    blank = np.pad(blank[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1], room, constant_values=True)
    distance = ndimage.distance_transform_edt(blank)
    width = pen - nib
    whole = count_holes(distance < 1.5)  # hardly any pen is so thick that it closes a loop
    while not hand.fills and width > 9 and count_holes(distance < width / 2) < whole:
        width *= 0.85
    half = width / 2
    if rng.random() < 0.5:  # the pressure changes along the way
        half = half * _smooth(rng.normal(1, 0.13, (5, 5)), blank.shape).clip(0.5, 1.6)
    return photographed(np.clip(half - distance + 0.5, 0, 1), max(pen, 2.0), rng)


def _smooth(few: NDArray[np.float64], shape: tuple[int, int]) -> NDArray[np.float32]:
    """Interpolate a few values over a field."""
    wide = Image.fromarray(few.astype(np.float32)).resize(shape[::-1], Image.Resampling.BILINEAR)
    return np.asarray(wide)


def photographed(ink: NDArray[np.floating], pen: float, rng: np.random.Generator) -> NDArray[np.uint8]:
    """Return ink, dry and blurred as chance has it, in the form of MNIST, shape (784,).

    Parameters
    ----------
    ink : ndarray, shape (rows, columns)
        The part of each pixel that is covered, 0 to 1.
    pen : float
        Stroke width, in pixels.
    rng : numpy.random.Generator
    """
    if rng.random() < 0.22 and pen > 4:
        dry = _run_dry(ink, pen, rng)
        if 0.65 < dry.sum() / (ink > 0.5).sum() < 1.12:  # neither lost nor a blot
            return mnist_form(dry).reshape(-1)
    sharp = ink > 0.5 if (ink > 0.5).any() else ink > 0
    holes = count_holes(sharp)
    if rng.random() < 0.25:  # far from the camera
        step = int(rng.integers(2, 5))
        soft = ndimage.gaussian_filter(ink, step * rng.uniform(0.3, 0.7))[step // 2 :: step, step // 2 :: step]
        ink = soft / max(0.3, float(np.quantile(soft[soft > 0.1], 0.8)) if (soft > 0.1).any() else 1.0)
    elif rng.random() < 0.4:
        soft = ndimage.gaussian_filter(ink, rng.uniform(0.5, 0.35 * pen + 0.5))
        ink = soft / soft.max()
    mask = ink > rng.uniform(0.4, 0.6)
    legible = mask.any() and count_holes(mask) >= holes
    return mnist_form(mask if legible else sharp).reshape(-1)


def _run_dry(ink: NDArray[np.floating], pen: float, rng: np.random.Generator) -> Mask:
    """Take ink away where the pen skipped and where the grain of the paper repelled it; close it as the stages do."""
    left = ink.astype(np.float64)
    if rng.random() < 0.6:
        grain = ndimage.gaussian_filter(rng.normal(0, 1, ink.shape), rng.uniform(0.6, 0.08 * pen + 0.6))
        left *= 0.15 + 0.85 * (grain > np.quantile(grain, rng.uniform(0.1, 0.42)))
    if rng.random() < 0.5:
        way = rng.uniform(1, 3), rng.uniform(1, 12)
        streaks = ndimage.gaussian_filter(rng.normal(0, 1, ink.shape), way if rng.random() < 0.5 else way[::-1])
        left *= 1 - rng.uniform(0.3, 0.9) * np.clip(streaks / streaks.std() * 0.5 + 0.3, 0, 1)
    on = np.argwhere(ink > 0.9)
    if rng.random() < 0.6 and len(on):
        rows, columns = np.ogrid[: ink.shape[0], : ink.shape[1]]
        for row, column in on[rng.integers(len(on), size=int(rng.integers(1, 3)))]:
            far = np.hypot(rows - row, columns - column)
            left *= np.clip(far - rng.uniform(0.3, 0.6) * pen, 0, 1)
    left = ndimage.gaussian_filter(left, rng.uniform(0.5, 1.3))
    mask = left > 0.5 * np.median(left[ink > 0.9]) if len(on) else left > 0.3
    mask = close_gaps(mask, max(1, round(0.15 * pen)))
    holes, count = ndimage.label(~mask)
    areas = np.bincount(holes.ravel(), minlength=count + 1)
    mask |= (areas < _PORE * pen * pen)[holes]
    pieces, count = ndimage.label(mask, np.ones((3, 3)))
    areas = np.bincount(pieces.ravel(), minlength=count + 1)
    return mask & (areas >= 0.4 * pen * pen)[pieces]


def strokes(way: str, rng: np.random.Generator, hand: Hand) -> list[tuple[NDArray[np.float64], NDArray[np.float64]]]:
    """Return the strokes of a way, wavy, slanted, too long and too short as chance has it, x and y around 0."""
    moved: dict[str, NDArray[np.float64]] = {}  # a corner of two strokes stays one
    wide, lean, turn = rng.uniform(*hand.wide), rng.normal(0, 0.17), np.radians(rng.normal(0, 5))
    jitter, wave = rng.uniform(*hand.jitter), rng.choice([0.0, rng.uniform(0.5, 2.5)])
    mouse = rng.random() < 0.12
    round_by = rng.choice([0.0, 0.0, rng.uniform(2, 9)])  # how far corners are rounded, of 160
    loose = rng.choice([0.0, rng.uniform(1, 5)])  # how far strokes end before or behind their ends
    shape = np.array([[np.cos(turn), -np.sin(turn)], [np.sin(turn), np.cos(turn)]]) @ [[wide, -lean], [0, 1]]
    found = []
    for stroke in way.split("|"):
        names = stroke.removeprefix("~").split()
        for name in names:
            moved.setdefault(name, np.array(name.split(","), float) + rng.normal(0, jitter, 2))
        points = (np.array([moved[name] for name in names]) - 50) @ shape.T
        order = min(3, len(points) - 1) if stroke.startswith("~") else 1
        fine = np.linspace(0, len(points) - 1, 160)
        line = np.stack([ndimage.map_coordinates(points[:, k], [fine], order=order, mode="nearest") for k in (0, 1)], 1)
        if round_by:
            line = ndimage.gaussian_filter1d(line, round_by, axis=0, mode="nearest")
        if loose:
            line = _end_loosely(_end_loosely(line, rng.normal(0, loose))[::-1], rng.normal(0, loose))[::-1]
        if wave and not mouse:
            noise = ndimage.gaussian_filter1d(rng.normal(0, 1, line.shape), 12, axis=0, mode="nearest")
            line = line + wave * noise / max(float(noise.std()), 1e-9)
        if mouse:
            every = max(2, int(rng.uniform(5, 22) * len(line) / max(_length(line), 1.0)))
            few = np.concatenate([line[:-1:every], line[-1:]])
            line = few + rng.normal(0, 0.9, few.shape)
        # Enough places between the points for a way without holes.
        along = np.linspace(0, len(line) - 1, 1500)
        found.append(tuple(np.interp(along, np.arange(len(line)), line[:, k]) for k in (0, 1)))
    return found  # type: ignore[return-value]


def _bent(
    points: NDArray[np.float64], rng: np.random.Generator, hand: Hand
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return points of a line wavy and slanted as chance has it, x and y around 0."""
    wide, lean, turn = rng.uniform(*hand.wide), rng.normal(0, 0.15), np.radians(rng.normal(0, 6))
    jitter = rng.uniform(*hand.jitter)
    fields = [_smooth(rng.normal(0, jitter, (5, 5)), (2 * SIDE, 2 * SIDE)) for _ in range(2)]
    at = (points + SIDE / 2).clip(0, 2 * SIDE - 1).astype(int)
    moved = points - 50 + np.stack([field[at[:, 1], at[:, 0]] for field in fields], axis=1)
    shape = np.array([[np.cos(turn), -np.sin(turn)], [np.sin(turn), np.cos(turn)]]) @ [[wide, -lean], [0, 1]]
    x, y = (moved @ shape.T).T
    return x, y


def _length(line: NDArray[np.float64]) -> float:
    return float(np.hypot(*np.diff(line, axis=0).T).sum())


def _end_loosely(line: NDArray[np.float64], more: float) -> NDArray[np.float64]:
    """Lengthen the end of a stroke, or shorten it, by pixels, at most a fifth of the stroke."""
    more = float(np.clip(more, -0.2 * _length(line), 9))
    if more > 0:
        ahead = line[-1] - line[-6]
        return np.concatenate([line, [line[-1] + more * ahead / max(float(np.hypot(*ahead)), 1e-9)]])
    left = np.cumsum(np.hypot(*np.diff(line[::-1], axis=0).T))
    return line[: max(8, len(line) - int(np.searchsorted(left, -more)))]


def count_holes(mask: Mask) -> int:
    """Return the number of areas of paper enclosed by ink, without the smallest."""
    labels, count = ndimage.label(~mask)
    return int((np.bincount(labels.ravel(), minlength=count + 1)[1:] >= 5).sum()) - 1


def rewritten(row: NDArray[np.uint8], rng: np.random.Generator) -> NDArray[np.uint8]:
    """Write one digit of MNIST as another pen would have written it, shape (784,)."""
    bold = np.pad(ndimage.zoom(row.reshape(28, 28).astype(float), 4, order=3) > 110, 12)
    outside = ndimage.distance_transform_edt(~bold) - ndimage.distance_transform_edt(bold)
    more, pen = rng.uniform(-1, 6), 4 * float(ndimage.distance_transform_edt(bold)[bold].mean())
    while more > 2 and count_holes(outside < more) < count_holes(bold):
        more -= 1
    ink = np.clip(more + 0.5 - outside, 0, 1)
    return photographed(ink if (ink > 0.6).any() else bold.astype(float), max(4.0, pen + 2 * more), rng)
