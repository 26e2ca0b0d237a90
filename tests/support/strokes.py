"""Pen shapes: skeletons of bundled digits, digits by other writers, and objects that are not digits.

A shape is the distance of each point from the pen's path, so that it can be drawn at any size with any pen.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from pathlib import Path

import matplotlib
import numpy as np
from PIL import Image, ImageDraw, ImageFont
from scipy import ndimage

from support.samples import digits

LETTERS = Path(matplotlib.get_data_path()) / "fonts" / "ttf" / "DejaVuSans.ttf"
SIDE = 128
"""Points per side of a shape; distances are in sides."""


def thinned(ink: np.ndarray) -> np.ndarray:
    """The skeleton of a binary image (Zhang and Suen 1984)."""
    ink = np.pad(ink, 1).astype(bool)
    while True:
        before = ink.sum()
        for first in (True, False):
            ring = [np.roll(ink, (-y, -x), (0, 1)) for y, x in
                    ((-1, 0), (-1, 1), (0, 1), (1, 1), (1, 0), (1, -1), (0, -1), (-1, -1))]  # fmt: skip
            north, east, south, west = ring[0], ring[2], ring[4], ring[6]
            count = np.sum(ring, axis=0)
            steps = np.sum([~here & after for here, after in zip(ring, [*ring[1:], ring[0]], strict=True)], axis=0)
            corner = ~(north & east & south) & ~(east & south & west) if first else (
                ~(north & east & west) & ~(north & south & west))  # fmt: skip
            ink &= ~((count >= 2) & (count <= 6) & (steps == 1) & corner)
        if ink.sum() == before:
            return ink[1:-1, 1:-1]


def from_path(way: np.ndarray) -> np.ndarray:
    """Distances from the pen's path."""
    return (ndimage.distance_transform_edt(~way) / SIDE).astype(np.float32)


@cache
def bundled_digit(row: int) -> tuple[np.ndarray, int]:
    """A test digit of MNIST and its label."""
    data = digits(row + 1)
    grey = data.inputs[row].reshape(28, 28).astype(float)
    ink = ndimage.zoom(grey, SIDE / 28, order=3) > 100
    return from_path(thinned(ink)), int(data.labels[row])


# Writers other than MNIST's: pen paths as polygons, x to the right and y down, smoothed where they are round (~).
_HANDS: dict[int, tuple[str, ...]] = {
    0: ("~50,8 20,25 15,60 35,92 65,90 85,55 78,20 50,8",),
    1: ("28,38 58,8 58,92", "~55,8 52,50 48,92", "30,32 56,8 56,90|30,90 82,90"),
    2: ("~18,28 40,8 75,20 68,48 40,70 16,90|16,90 84,90", "~20,30 45,6 78,28 55,62 20,88 40,82 82,90"),
    3: ("~20,15 60,8 76,28 44,46 80,66 62,92 18,86", "20,10 76,10 46,42|~46,42 82,58 66,90 18,86"),
    4: ("55,6 16,62 86,62|60,36 60,94", "24,8 20,52 80,52|66,8 64,94"),
    5: ("76,10 30,10 26,46|~26,46 70,40 80,72 50,94 18,84", "~30,12 25,45 62,42 80,70 50,94 20,85|30,12 80,9"),
    6: ("~70,8 30,40 20,75 50,94 78,72 55,52 24,68",),
    7: ("18,12 80,12 42,92", "18,12 80,12 40,92|28,52 76,48", "18,24 18,12 80,12 44,92"),
    8: ("~72,20 45,8 26,26 50,46 76,70 50,92 22,72 50,46 74,24 66,12",),
    9: ("~74,30 45,50 24,30 45,8 72,20 74,32 70,60 60,94", "~72,28 40,48 28,22 60,8 74,28|74,20 74,60 50,92 24,84"),
}

# Forms that MNIST hardly has; the digit is the first character of the name.
_RARE: dict[str, str] = {
    "0 slashed": "~50,8 22,24 18,62 38,92 66,88 83,54 76,20 50,8|78,14 22,88",
    "0 like a box": "24,14 76,10 80,88 22,92 24,14",
    "1 with a flag": "~22,44 40,32 56,8|56,8 58,94",
    "4 open": "~26,10 24,36 30,54 56,56 84,52|70,26 66,70 68,94",
    "7 crossed": "~16,16 46,14 82,12|~82,12 60,46 42,94|30,50 78,46",
    "8 open": "~74,16 50,6 30,24 50,44 74,68 54,92 28,76 40,54 66,36 80,28",
    "9 flat-footed": "~70,26 48,46 28,30 44,8 70,16|70,12 70,90|52,92 90,90",
    "9 hooked": "~74,28 50,48 28,32 44,8 72,16|72,10 74,58|~74,58 68,86 48,94 26,82",
}
RARE = tuple(_RARE)
"""Names of those forms."""

OTHERS = ("plus", "minus", "times", "star", "triangle", "square", "zigzag", "heart", "A", "B", "E", "K", "M", "R", "W",
          "H", "X", "?", "#", "&", "@", "hello", "text")  # fmt: skip
"""Names of objects that are not digits."""
SIGNS = ("plus", "minus", "equals", "times", "tick", "arrow", "scribble")
"""Names of signs that people write between digits; a slash is not among them, because a 1 may look like it."""
_DRAWN = {
    "plus": "50,10 50,90|10,50 90,50", "minus": "10,50 90,52", "times": "14,14 86,86|86,14 14,86",
    "star": "50,5 78,92 8,36 92,36 22,92 50,5", "triangle": "50,8 92,90 8,90 50,8",
    "square": "10,10 90,12 88,90 12,88 10,10", "zigzag": "5,40 25,80 40,20 60,85 75,15 95,70",
    "heart": "~50,90 10,50 20,15 50,30|~50,30 80,12 92,48 50,90",
    "equals": "12,36 88,37|12,64 88,63", "tick": "12,56 38,86 90,14", "arrow": "10,50 90,50|66,28 90,50 66,72",
    "scribble": "~12,30 80,16 30,70 88,60 20,88 66,8 50,92 90,30 10,54",
}  # fmt: skip


def hand_digit(label: int, rng: np.random.Generator) -> np.ndarray:
    """A digit in a form that is rare in MNIST: a 1 with a flag or a foot, a crossed 7, an open 4."""
    return _drawn(_HANDS[label][rng.integers(len(_HANDS[label]))], rng, 4)


def rare_digit(name: str, rng: np.random.Generator) -> tuple[np.ndarray, int]:
    """A digit in a form of `RARE` and its label."""
    return _drawn(_RARE[name], rng, 3), int(name[0])


def hand_strokes(label: int, rng: np.random.Generator) -> list[np.ndarray]:
    """A digit as `hand_digit` draws it, as the strokes of a pen: for each, points (x, y) of 0 to 1."""
    return [points / 100 for points in _strokes(_HANDS[label][rng.integers(len(_HANDS[label]))], rng, 4)]


def other_shape(name: str, rng: np.random.Generator) -> np.ndarray:
    """An object that is not a digit: drawn along a path, or printed if it has none."""
    if name in _DRAWN:
        return _drawn(_DRAWN[name], rng, 3)
    text = "the quick\nbrown fox\njumps over" if name == "text" else name
    face = LETTERS if rng.random() < 0.5 else LETTERS.with_name("STIXGeneral.ttf")
    box = ImageDraw.Draw(Image.new("L", (1, 1))).multiline_textbbox((0, 0), text, ImageFont.truetype(str(face), 100))
    font = ImageFont.truetype(str(face), int(100 * 0.9 * SIDE / max(box[2] - box[0], box[3] - box[1])))
    canvas = Image.new("L", (SIDE, SIDE))
    ImageDraw.Draw(canvas).multiline_text((SIDE / 2, SIDE / 2), text, 255, font, anchor="mm")
    ink = np.array(canvas) > 127
    # Printed strokes have their own width: the path is everything at least half a pen's width inside.
    return from_path(ndimage.binary_erosion(ink, iterations=2) if name != "text" and len(name) == 1 else thinned(ink))


def letter(name: str) -> np.ndarray:
    """A letter as a pen would write it: the middle of its printed strokes."""
    font = ImageFont.truetype(LETTERS, SIDE)
    canvas = Image.new("L", (SIDE, SIDE))
    ImageDraw.Draw(canvas).text((SIDE / 2, SIDE / 2), name, 255, font, anchor="mm")
    return from_path(thinned(np.array(canvas) > 127))


def _drawn(ways: str, rng: np.random.Generator, jitter: float) -> np.ndarray:
    canvas = Image.new("L", (SIDE, SIDE))
    pen = ImageDraw.Draw(canvas)
    for points in _strokes(ways, rng, jitter):
        pen.line([tuple(point) for point in points * SIDE / 100], 255, 1)
    return from_path(np.array(canvas) > 0)


def _strokes(ways: str, rng: np.random.Generator, jitter: float) -> Iterator[np.ndarray]:
    """The points of each path, in hundredths of the side, moved a little at random."""
    moved: dict[str, np.ndarray] = {}  # a corner shared by two paths stays shared
    for way in ways.split("|"):
        names = way.removeprefix("~").split()
        for name in names:
            moved.setdefault(name, np.array(name.split(","), float) + rng.normal(0, jitter, 2))
        points = np.array([moved[name] for name in names]).clip(3, 97)
        if way.startswith("~"):
            fine = np.linspace(0, len(points) - 1, 60)
            order = min(3, len(points) - 1)
            points = np.column_stack(
                [ndimage.map_coordinates(points[:, k], [fine], order=order, mode="nearest") for k in (0, 1)]
            )
        yield points
