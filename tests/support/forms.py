"""Scans of printed forms with a handwritten digit in each cell: ruling, pens, resolution, tilt and margin by seed."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cache

import numpy as np
from PIL import Image, ImageDraw, ImageFont
from scipy import ndimage

from glassnet.data import bundled
from support.photos import Photo, Scene, as_file
from support.strokes import LETTERS

LINES: dict[str, tuple[int, int, int]] = {
    "black": (25, 25, 28), "grey": (120, 120, 122), "blue": (70, 110, 190), "green": (70, 150, 90),
    "red": (205, 70, 70), "pale": (175, 190, 215),
}  # fmt: skip
PENS: dict[str, tuple[tuple[int, int, int], float, float]] = {
    "pencil": ((85, 85, 88), 0.56, 0.8), "blue pen": ((30, 45, 150), 0.52, 0.95), "black pen": ((20, 20, 24), 0.5, 1.0),
    "felt pen": ((25, 25, 35), 0.34, 1.0),
}  # fmt: skip
"""Colour, level of the outline of a digit of MNIST (a higher one makes thinner strokes), and strength."""
STYLES = ("grid", "double frame", "boxes", "comb", "table", "dashed", "dotted", "lines")
MARGINS = ("none", "white", "shadow")
MM = 25.4


@dataclass(frozen=True)
class Form:
    """Parameters of a scan; lengths in millimetres."""

    style: str = "grid"
    line: str = "black"
    thick: float = 0.3
    pen: str = "blue pen"
    dpi: int = 300
    rows: int = 6
    columns: int = 8
    cell: tuple[float, float] = (10.0, 8.5)  # height, width
    margin: str = "white"
    tilt: float = 0.0
    perspective: float = 0.0
    high: tuple[float, float] = (0.5, 0.75)  # of a digit, relative to its cell
    overlap: float = 0.12  # fraction of digits that are moved onto a line
    empty: float = 0.1  # fraction of cells
    several: float = 0.0  # fraction of cells with two or three digits
    test: bool = False  # digits of the test data of MNIST instead of its training data


def random_form(seed: int, *, test: bool = False) -> Form:
    """A form with every parameter drawn by seed."""
    rng = np.random.default_rng([seed, 81])

    def one(options):
        return options[int(rng.integers(len(options)))]

    style, line = one(STYLES), one(tuple(LINES))
    wide = rng.random() < 0.2 and style in ("grid", "table")
    height = rng.uniform(7, 13)
    return Form(
        style, line, float(one((0.1, 0.2, 0.3, 0.5, 0.8))), one(tuple(PENS)), int(one((100, 150, 200, 300, 400, 600))),
        int(rng.integers(3, 9)), int(rng.integers(3, 6) if wide else rng.integers(5, 13)),
        (height, height * rng.uniform(1.9, 2.4) if wide else height * rng.uniform(0.7, 1.1)), one(MARGINS),
        float(one((0, 0, 0.4, -0.8, 1.5, -2.5, 3.5, -5.0))), float(one((0, 0, 0.02, -0.03))), several=0.7 * wide,
        test=test,
    )  # fmt: skip


@cache
def _bundled(test: bool):
    data = bundled("test" if test else "train")
    return data.inputs.reshape(-1, 28, 28), data.labels


def form(seed: int, given: Form | None = None) -> Photo:
    """The scan of a form: digits in reading order, with their boxes."""
    given = given or random_form(seed)
    rng = np.random.default_rng([seed, 82])
    scale = given.dpi / MM
    around = 9.0 if given.margin != "none" else 0.0
    (high, wide), rows, columns = given.cell, given.rows, given.columns
    gap = 0.22 * wide if given.style == "boxes" else 0.0
    apart = 0.3 * high if given.style in ("boxes", "comb") else 0.0
    size = (rows * (high + apart) + 2 * around + 1.2, columns * (wide + gap) + 2 * around + 1.2)
    shape = (round(size[0] * scale), round(size[1] * scale))
    ruling, ink = np.zeros(shape, np.float32), np.zeros(shape, np.float32)
    tops = [around + 0.6 + row * (high + apart) + apart / 2 for row in range(rows)]
    lefts = [around + 0.6 + column * (wide + gap) + gap / 2 for column in range(columns)]
    _rule(ruling, given, scale, tops, lefts)
    printed = given.style == "table"
    if printed:
        _print_header(ruling, tops[0], lefts, high, wide, scale, rng)
    labels, boxes = [], []
    for row, top in enumerate(tops):
        for left in lefts:
            if (row == 0 and printed) or rng.random() < given.empty:
                continue
            count = int(rng.integers(2, 4)) if rng.random() < given.several else 1
            moved = rng.random() < given.overlap
            side = int(rng.integers(4)) if moved else -1
            tall = high * rng.uniform(*given.high)
            step = min(0.66 * tall, wide / (count + 0.3))
            for place in range(count):
                x = left + wide / 2 + (place - (count - 1) / 2) * step + rng.uniform(-0.05, 0.05) * wide
                y = top + high / 2 + rng.uniform(-0.06, 0.06) * high
                y += {0: -1, 1: 1}.get(side, 0) * (high - tall * rng.uniform(0.7, 1.05)) / 2
                x += {2: -1, 3: 1}.get(side, 0) * (wide - tall * rng.uniform(0.5, 0.75)) / 2 * (count == 1)
                label, box = _write(ink, given, (y * scale, x * scale), tall * scale, rng)
                labels.append(label)
                boxes.append(box)
    return _scan(given, ruling, ink, labels, boxes, rng)


def _bar(plane: np.ndarray, top: float, left: float, bottom: float, right: float) -> None:
    """Draw an antialiased rectangle; sides in pixels."""
    y, x = np.arange(plane.shape[0], dtype=np.float32), np.arange(plane.shape[1], dtype=np.float32)
    rows, columns = np.flatnonzero((y + 1 > top) & (y < bottom)), np.flatnonzero((x + 1 > left) & (x < right))
    if not len(rows) or not len(columns):
        return
    down = np.minimum(y[rows] + 1, bottom) - np.maximum(y[rows], top)
    across = np.minimum(x[columns] + 1, right) - np.maximum(x[columns], left)
    part = plane[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]
    np.maximum(part, np.outer(down, across), out=part)


def _rule(plane: np.ndarray, given: Form, scale: float, tops: list[float], lefts: list[float]) -> None:
    (high, wide), half = given.cell, given.thick / 2
    broken = {"dashed": (2.0, 1.2), "dotted": (max(0.35, given.thick), 0.7)}.get(given.style)

    def line(y0: float, x0: float, y1: float, x1: float, more: float = 0.0) -> None:
        thick = half + more
        if broken is None:
            _bar(plane, *(scale * side for side in (y0 - thick, x0 - thick, y1 + thick, x1 + thick)))
            return
        on, off = broken
        for start in np.arange(0, max(y1 - y0, x1 - x0), on + off):
            if x1 > x0:
                _bar(plane, *(scale * side for side in (y0 - thick, x0 + start, y0 + thick, min(x0 + start + on, x1))))
            else:
                _bar(plane, *(scale * side for side in (y0 + start, x0 - thick, min(y0 + start + on, y1), x0 + thick)))

    left, right, top, bottom = lefts[0], lefts[-1] + wide, tops[0], tops[-1] + high
    if given.style == "boxes":
        for y in tops:
            for x in lefts:
                for ends in ((y, x, y, x + wide), (y + high, x, y + high, x + wide), (y, x, y + high, x),
                             (y, x + wide, y + high, x + wide)):  # fmt: skip
                    line(*ends)
        return
    if given.style == "comb":
        for y in tops:
            line(y + high, left, y + high, right)
            for x in [*lefts, right]:
                line(y + 0.6 * high, x, y + high, x)
        return
    for y in [*tops, bottom]:
        line(y, left, y, right)
    if given.style == "lines":
        return
    for x in [*lefts, right]:
        line(top, x, bottom, x)
    if given.style == "double frame":
        for more in (0.0, 0.9):
            y0, x0, y1, x1 = top - more, left - more, bottom + more, right + more
            for ends in ((y0, x0, y0, x1), (y1, x0, y1, x1), (y0, x0, y1, x0), (y0, x1, y1, x1)):
                line(*ends)


def _print_header(plane: np.ndarray, top: float, lefts: list[float], high: float, wide: float, scale: float,
                  rng: np.random.Generator) -> None:  # fmt: skip
    picture = Image.fromarray((plane * 255).astype(np.uint8))
    font = ImageFont.truetype(str(LETTERS), max(8, round(0.3 * min(high, wide) * scale)))
    for left in lefts:
        word = ("Name", "No.", "Sum", "Date", "Item", "Box", "Age", "Room")[int(rng.integers(8))]
        ImageDraw.Draw(picture).text(
            ((left + wide / 2) * scale, (top + high / 2) * scale), word, 255, font, anchor="mm"
        )
    np.maximum(plane, np.asarray(picture, np.float32) / 255, out=plane)


def _write(ink: np.ndarray, given: Form, centre: tuple[float, float], tall: float,
           rng: np.random.Generator) -> tuple[int, tuple[int, int, int, int]]:  # fmt: skip
    """Write a digit of MNIST, enlarged smoothly; return its label and box in pixels."""
    images, labels = _bundled(given.test)
    row = int(rng.integers(len(labels)))
    grey = images[row].astype(np.float32) / 255
    rows = np.flatnonzero((grey > 0.4).any(axis=1))
    scale = tall / max(len(rows), 0.75 * 20)
    level = PENS[given.pen][1]
    large = ndimage.zoom(ndimage.gaussian_filter(np.pad(grey, 2), 0.55), scale, order=3)
    sharp = np.clip((large - level) * max(2.0, 0.9 * scale) + 0.5, 0, 1)
    rows, columns = np.flatnonzero((sharp > 0.5).any(axis=1)), np.flatnonzero((sharp > 0.5).any(axis=0))
    if not len(rows):
        return _write(ink, given, centre, tall, rng)
    sharp = sharp[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]
    if given.pen == "pencil":
        grain = ndimage.gaussian_filter(rng.normal(0, 1, sharp.shape), max(0.5, scale / 6))
        sharp = sharp * np.clip(0.85 + 0.25 * grain / max(grain.std(), 1e-6), 0.4, 1)
    top, left = (round(middle - side / 2) for middle, side in zip(centre, sharp.shape, strict=True))
    top, left = (int(np.clip(p, 0, s - k)) for p, s, k in zip((top, left), ink.shape, sharp.shape, strict=True))
    window = ink[top : top + sharp.shape[0], left : left + sharp.shape[1]]
    np.maximum(window, sharp[: window.shape[0], : window.shape[1]], out=window)
    return int(labels[row]), (left, top, left + sharp.shape[1], top + sharp.shape[0])


def _scan(
    given: Form, ruling: np.ndarray, ink: np.ndarray, labels: list[int], boxes: list, rng: np.random.Generator
) -> Photo:
    """Tilt the page, put ink on paper, and scan it."""
    height, width = ruling.shape
    angle, lean = np.radians(given.tilt), given.perspective
    corners = np.array([[0, 0], [width, 0], [width, height], [0, height]], float)
    middle = np.array([width / 2, height / 2])
    turn = np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
    placed = (corners - middle) @ turn.T
    placed *= 1 + lean * np.array([1, -0.6, -1, 0.4])[:, np.newaxis]
    placed -= placed.min(axis=0)
    out = (int(np.ceil(placed[:, 0].max())), int(np.ceil(placed[:, 1].max())))
    to_scan = _homography(corners, placed)
    back = np.linalg.inv(to_scan)
    back = (back / back[2, 2]).ravel()[:8]
    if given.tilt or lean:
        ruling, ink = (
            np.asarray(
                Image.fromarray(plane).transform(out, Image.Transform.PERSPECTIVE, back, Image.Resampling.BILINEAR)
            )
            for plane in (ruling, ink)
        )
    tone, _, strength = PENS[given.pen]
    paper = np.array((246, 245, 240), np.float32) * rng.uniform(0.94, 1.0)
    shade = np.ones(ruling.shape, np.float32)
    if given.margin == "shadow":
        across = np.arange(shade.shape[1], dtype=np.float32) / shade.shape[1]
        shade *= 1 - 0.75 * np.clip(1 - across / 0.03, 0, 1) - 0.15 * across
    picture = np.empty((*ruling.shape, 3), np.float32)
    for channel in range(3):
        printed = 1 - ruling * (1 - LINES[given.line][channel] / 255)
        written = 1 - strength * ink * (1 - tone[channel] / 255)
        picture[..., channel] = paper[channel] * printed * written * shade
    picture = ndimage.gaussian_filter(picture, (*(2 * [0.35 + 0.5 * given.dpi / 600]), 0))
    picture += rng.normal(0, 2.5, ruling.shape).astype(np.float32)[..., np.newaxis]
    photo = Image.fromarray(picture.clip(0, 255).astype(np.uint8))
    quality = int(rng.choice([0, 75, 90]))
    at = []
    for left, top, right, bottom in boxes:
        ends = np.array([[left, top, 1], [right, top, 1], [right, bottom, 1], [left, bottom, 1]]) @ to_scan.T
        ends = ends[:, :2] / ends[:, 2:] / photo.size
        at.append((*ends.min(axis=0), *ends.max(axis=0)))
    return Photo(as_file(photo, Scene(quality=quality)), labels, at)


def _homography(start: np.ndarray, end: np.ndarray) -> np.ndarray:
    """Return the perspective map that takes four points to four others."""
    rows, values = [], []
    for (x, y), (u, v) in zip(start, end, strict=True):
        rows += [[x, y, 1, 0, 0, 0, -u * x, -u * y], [0, 0, 0, x, y, 1, -v * x, -v * y]]
        values += [u, v]
    return np.append(np.linalg.solve(np.array(rows), np.array(values)), 1).reshape(3, 3)


__all__ = ["LINES", "MARGINS", "PENS", "STYLES", "Form", "form", "random_form", "replace"]
