"""What the models that ship learn from beside MNIST: digits of other hands, of other pens, and what is no digit."""

from __future__ import annotations

from pathlib import Path

import matplotlib
import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont
from scipy import ndimage

from glassnet.handwriting import mnist_form

SIDE = 100

# Ways of the pen through points of a 100 × 100 field, x to the right and y down: "~" is round, "|" lifts the pen.
WAYS: dict[int, tuple[str, ...]] = {
    0: (
        "~52,6 30,14 18,40 20,70 40,94 66,88 82,60 80,28 62,8 48,7",
        "~60,10 34,16 22,50 34,88 60,92 76,66 74,30 56,8 46,14",
    ),
    1: (
        "24,40 56,6 56,94",
        "30,30 58,6 54,94",
        "34,22 54,6 50,94",
        "~20,44 40,30 56,6|56,6 54,94",
        "26,34 54,8 54,92|26,92 82,92",
        "34,24 52,8 50,92|32,93 70,91",
        "20,50 62,6 58,94",
        "50,6 48,94|30,94 68,94",
        "~36,26 46,18 54,6|54,6 50,94",
    ),
    2: (
        "~18,30 30,10 56,6 76,22 70,44 46,68 18,92|18,92 84,90",
        "~22,26 50,6 74,26 56,58 18,92|18,92 50,86 84,92",
        "~20,34 30,10 66,8 72,34 44,70 22,90 30,76 50,86 86,88",
        "~24,22 54,8 68,30 50,60 18,92|18,92 80,92",
    ),
    3: (
        "~20,18 50,6 74,22 62,42 40,48 68,54 80,74 56,94 18,84",
        "22,8 74,8 44,42|~44,42 76,54 76,82 46,94 18,82",
        "~24,14 62,8 66,34 42,46 74,60 66,90 22,90",
    ),
    4: (
        "58,6 14,66 86,66|62,40 60,96",
        "30,8 20,54 82,54|66,10 62,96",
        "62,6 18,60 84,62|62,6 62,94",
        "22,8 22,50 78,50|70,6 66,94",
        "40,6 14,62 88,60|60,38 56,94",
        "~26,10 22,44 40,54 78,48|72,8 66,94",
    ),
    5: (
        "78,8 30,8 26,44|~26,44 56,36 80,60 68,88 40,94 16,82",
        "30,10 28,46|~28,46 60,40 78,66 56,94 20,86|30,10 78,8",
        "74,10 34,10 24,48|~24,48 52,40 76,58 66,90 22,90",
    ),
    6: (
        "~66,6 36,34 22,70 42,94 72,84 74,60 52,52 26,68",
        "~74,12 50,10 24,50 26,86 56,94 76,74 60,54 28,64",
        "~56,6 30,50 26,84 54,94 70,76 54,60 30,72",
    ),
    7: (
        "16,10 82,10 44,94",
        "16,12 80,10 40,94|28,52 74,50",
        "18,24 18,10 82,10 46,94",
        "20,10 80,12 52,50 44,94|30,50 76,48",
        "~16,16 40,8 60,14 84,8|84,8 50,94",
        "18,12 78,10 50,94|34,54 72,46",
        "18,26 20,10 80,10 44,94|30,52 72,50",
    ),
    8: (
        "~72,18 48,6 28,22 44,44 70,62 74,84 48,94 26,80 36,58 64,40 74,24 66,12",
        "~50,48 26,28 50,6 72,26 50,48 26,72 50,94 76,72 50,48",
        "~50,46 30,26 50,8 68,26 50,46|~50,46 22,70 50,94 80,70 50,46",
    ),
    9: (
        "~74,28 52,50 26,34 40,8 68,12 74,30|74,26 72,94",
        "~72,24 46,48 26,28 50,6 74,26|~74,26 74,70 52,94 24,86",
        "~76,30 50,52 24,30 50,6 76,30|76,30 60,94",
        "~72,16 40,10 30,36 54,48 74,20|74,14 70,94",
    ),
}


NONE = (
    "50,8 50,92|10,50 90,50",  # plus, times, divided by, minus, equals
    "50,15 50,85|14,50 86,52",
    "12,12 88,88|88,12 12,88",
    "10,50 90,50",
    "10,35 90,35|10,65 90,66",
    "10,50 90,50|50,20 52,22|50,78 52,80",
    "10,90 50,10 90,90 10,90",  # triangles, square, arrow, hook, roof, stairs
    "10,12 90,12 50,90 10,12",
    "12,10 88,50 12,90 12,10",
    "12,88 12,12 88,88 12,88",
    "12,12 88,12 88,88 12,88 12,12",
    "8,50 92,50|66,26 92,50 66,74",
    "50,94 50,6|26,34 50,6 74,34",
    "50,6 50,94|26,66 50,94 74,66",
    "92,50 8,50|34,26 8,50 34,74",
    "12,88 88,12|46,12 88,12 88,54",
    "12,55 40,88 90,12",
    "~14,50 28,66 38,88|38,88 52,46 88,8",
    "50,6 78,92 8,36 92,36 22,92 50,6",  # stars, flash, house, eight on its side
    "50,6 60,38 92,38 66,58 76,92 50,70 24,92 34,58 8,38 40,38 50,6",
    "50,6 50,94|12,28 88,72|12,72 88,28",
    "60,6 24,54 52,54 36,94 80,40 50,40 60,6",
    "14,94 14,46 50,8 86,46 86,94 14,94|8,50 14,46|86,46 92,50",
    "~50,50 30,30 10,50 30,70 50,50 70,30 90,50 70,70 50,50",
    "10,20 90,20|50,20 50,90",
    "10,90 40,90 40,55 70,55 70,20 95,20",
    "30,8 30,92|70,8 70,92|8,35 92,35",
    "~8,50 24,20 40,50 56,80 72,50 90,20",
    "~8,60 20,20 34,70 48,20 62,70 78,20 92,60",
    "20,8 20,92|80,8 80,92|20,50 80,50",
    "50,92 50,45 15,8|50,45 85,8",
    "10,10 30,90 50,30 70,90 90,10",
    "~50,88 18,58 10,34 22,16 40,16 50,34|~50,34 60,16 80,16 92,36 80,60 50,88",  # hearts
    "50,90 12,48 14,22 32,12 50,32 68,12 86,24 88,46 50,90",
    "~50,28 34,8 10,24 20,56 52,94|~50,28 68,8 90,26 78,58 52,94",
    "~50,94 12,54 16,22 50,30|~50,30 82,20 90,52 50,94",
    "~52,92 22,70 12,32 30,12 52,30 76,14 90,36 80,66 52,92",
    "~88,92 40,50 28,24 46,8 62,24 40,48 16,70 34,92 60,84 84,54",  # and
    "~82,94 34,34 36,14 54,10 58,28 20,60 18,82 42,94 66,80 80,56",
    "~78,40 60,52 34,58 22,76 40,92 68,80 40,50|~40,50 30,22 50,8 64,22 48,42 30,54|68,80 88,94",
    "~70,22 44,14 32,28 52,46|~52,46 24,52 22,78 50,86 76,70|50,4 50,98",
    "~26,10 12,22 26,38 40,22 26,10|86,8 16,94|~76,62 62,76 76,92 90,76 76,62",  # per cent, at
    "~20,14 10,26 22,40 32,24 20,14|70,10 34,90|~82,60 70,76 82,92 94,74 82,60",
    "~66,38 46,34 36,54 50,68 66,50|~66,36 66,62 84,62 90,36 62,8 24,18 10,52 28,86 70,90",
    "8,90 48,8 88,92|24,62 74,62",  # letters
    "20,8 20,94|~20,8 70,10 72,40 20,48|~20,48 82,52 80,90 20,94",
    "22,94 26,6|~20,8 76,10 72,44 28,48|~28,48 86,56 74,94 14,92",
    "24,8 22,92|~12,12 60,4 78,26 26,46|~26,46 80,50 84,86 50,94 14,90",
    "26,8 26,94|~26,10 78,16 86,50 74,84 26,92",
    "~84,24 60,8 26,22 16,56 34,90 70,90 82,62|54,60 84,60|82,60 82,92",
    "~84,20 56,6 22,26 18,66 44,92 80,82",
    "~50,8 18,28 20,74 50,92 80,70 80,28 50,8|58,68 88,96",
    "18,8 18,92 78,92",
    "14,10 86,10|50,10 50,94",
    "66,8 66,66|~66,66 58,92 36,94 22,74|40,8 88,8",
    "18,8 50,92 82,8",
    "~18,8 18,66 36,92 64,92 82,66 82,8",
    "12,8 28,92 50,26 72,92 88,8",
    "~10,8 20,80 36,84 50,34|~50,34 62,84 78,82 92,10",
    "50,10 50,78|~50,78 58,92 76,86|26,38 74,38",
    "~72,16 54,8 46,26 46,94|24,46 68,46",
    "20,8 20,94|20,8 80,10|20,50 66,50|20,92 84,92",
    "24,8 24,94|24,10 80,10|24,50 66,50",
    "22,8 22,94|78,8 24,54|34,46 82,94",
    "22,94 22,8|~22,10 76,14 74,44 22,50|44,50 82,94",
    "14,94 22,8 50,66 78,8 88,94",
    "18,94 18,8 82,92 82,8",
    "8,10 28,92 50,34 72,92 92,10",
    "~66,34 40,30 22,56 34,88 58,80 68,50|~68,32 68,74 84,90",
    "22,58 78,54|~78,54 64,24 32,30 20,62 40,90 76,80",
    "26,8 26,94|~26,60 46,42 66,52 68,94",
    "16,36 18,94|~18,54 34,36 48,50 48,94|~48,54 66,36 82,50 84,94",
    "~24,20 50,6 74,24 52,48 50,68|50,88 52,91",
    "~10,70 30,56 34,24 22,22 22,78 36,88 54,58 60,24 48,22 48,78 62,88 90,66",  # words in one go
    "~6,64 26,56 24,36 14,50 24,74 44,60 46,38 34,48 44,76 64,62 66,38 54,50 64,76 92,60",
    "~6,80 16,20 24,20 18,80 30,48 40,60 42,80 56,60 62,20 54,26 60,80 76,56 90,50 92,74 76,78 78,56",
    "~50,50 60,44 62,58 44,64 34,46 50,30 74,40 76,68 46,82 18,60 26,22 60,8 92,30",  # spiral, face
    "~50,6 10,30 10,70 50,94 90,70 90,30 50,6|34,34 35,38|65,34 66,38|~30,62 50,76 70,62",
    "~30,92 14,82 30,72 42,82 34,92|42,82 42,10|~42,10 60,30 76,34",
)
LETTERS = "AABBBCDEEFFGGHHJJKKLLMMNNPPQRRTTUVVWWWXXYYacdeeffhhkkmmnnprrtttuvwwxyyy%%??$$*&&&&@@##€§£ÄÑßΔ+=<>~{}"
"""Those that no digit looks like, the more often the more a digit resembles it; without O, I, l, S, Z, b, g, q, z."""
FONTS = ("DejaVuSerif.ttf", "DejaVuSansMono.ttf", "cmr10.ttf", "cmss10.ttf", "DejaVuSans-Oblique.ttf", "cmb10.ttf",
         "DejaVuSerif-Italic.ttf", "DejaVuSansMono-Bold.ttf", "DejaVuSerif-Bold.ttf", "cmtt10.ttf")  # fmt: skip
WORDS = ("an", "the", "mat", "when", "HTML", "make", "we", "rex", "kW", "fan", "mean", "Text", "them", "yes", "day",
         "Hallo", "name", "cat", "ok", "and", "Page", "note", "help", "all", "bell", "loop", "tools", "elle", "ball",
         "cool", "left", "seller")  # fmt: skip
FIELD = SIDE + 60


def drawn_digit(label: int, rng: np.random.Generator) -> NDArray[np.uint8]:
    """Draw one digit of a hand that wavers, leans and presses as chance has it, shape (784,)."""
    return _with_a_pen(WAYS[label][rng.integers(len(WAYS[label]))], rng)


def _with_a_pen(way: str, rng: np.random.Generator) -> NDArray[np.uint8]:
    moved: dict[str, NDArray[np.float64]] = {}  # a corner of two strokes stays one
    wide, lean, turn = rng.uniform(0.6, 1.15), rng.normal(0, 0.15), np.radians(rng.normal(0, 5))
    ink = np.ones((FIELD, FIELD), bool)
    for stroke in way.split("|"):
        names = stroke.removeprefix("~").split()
        for name in names:
            moved.setdefault(name, np.array(name.split(","), float) + rng.normal(0, 4.5, 2))
        points = np.array([moved[name] for name in names]) - 50
        order = min(3, len(points) - 1) if stroke.startswith("~") else 1
        fine = np.linspace(0, len(points) - 1, 120)
        x, y = (ndimage.map_coordinates(points[:, k], [fine], order=order, mode="nearest") for k in (0, 1))
        x = wide * x - lean * y
        x, y = np.cos(turn) * x - np.sin(turn) * y, np.sin(turn) * x + np.cos(turn) * y
        # Enough places between the points for a way without holes.
        along = np.linspace(0, len(x) - 1, 2000)
        x, y = np.interp(along, np.arange(len(x)), x), np.interp(along, np.arange(len(y)), y)
        ink[(y + 80).clip(12, 147).astype(int), (x + 80).clip(12, 147).astype(int)] = False
    pen = rng.uniform(4, 22)
    return mnist_form(ndimage.distance_transform_edt(ink) < pen / 2).reshape(-1)


def inked_digit(row: NDArray[np.uint8], rng: np.random.Generator) -> NDArray[np.uint8]:
    """Write one digit of MNIST as another pen would have written it, shape (784,)."""
    bold = np.pad(ndimage.zoom(row.reshape(28, 28).astype(float), 4, order=3) > 110, 12)
    outside = ndimage.distance_transform_edt(~bold) - ndimage.distance_transform_edt(bold)
    other = outside < rng.uniform(-1, 6)
    return mnist_form(other if other.any() else bold).reshape(-1)


def no_digit(mnist: NDArray[np.uint8], rng: np.random.Generator) -> NDArray[np.uint8]:
    """Draw what is no digit, shape (784,): a sign, letter, word, scribble, blob, or two digits of MNIST in one."""
    kind = rng.choice(["sign", "letter", "word", "scribble", "blob", "two"], p=[0.38, 0.31, 0.07, 0.06, 0.02, 0.16])
    if kind == "sign":
        return _with_a_pen(NONE[rng.integers(len(NONE))], rng)
    if kind == "scribble":
        count = int(rng.integers(8, 13))
        points = " ".join(f"{x:.0f},{y:.0f}" for x, y in rng.uniform(5, 95, (count, 2)))
        return _with_a_pen(f"{'~' if rng.random() < 0.5 else ''}{points}", rng)
    if kind == "blob":
        noise = ndimage.gaussian_filter(rng.normal(0, 1, (FIELD, FIELD)), rng.uniform(6, 14))
        return mnist_form(noise > noise.std() * rng.uniform(0.5, 1.2)).reshape(-1)
    if kind == "two":
        return _two(mnist[rng.integers(len(mnist))], mnist[rng.integers(len(mnist))], rng)
    return _printed(WORDS[rng.integers(len(WORDS))] if kind == "word" else LETTERS[rng.integers(len(LETTERS))], rng)


def _two(one: NDArray[np.uint8], other: NDArray[np.uint8], rng: np.random.Generator) -> NDArray[np.uint8]:
    """Put one digit beside another or above it, near enough to touch or not."""
    pair = [ndimage.zoom(row.reshape(28, 28).astype(float), 4, order=1) > 110 for row in (one, other)]
    first, second = (ink[np.ix_(ink.any(axis=1), ink.any(axis=0))] for ink in pair)
    turned = rng.random() < 0.15
    if turned:
        first, second = first.T, second.T  # stacked, once turned back
    gap = int(rng.integers(-4, 24))
    field = np.zeros((90, first.shape[1] + second.shape[1] + 30), bool)
    top, below = rng.integers(0, max(1, 88 - first.shape[0])), rng.integers(0, max(1, 88 - second.shape[0]))
    field[top : top + first.shape[0], : first.shape[1]] |= first
    left = max(0, first.shape[1] + gap)
    field[below : below + second.shape[0], left : left + second.shape[1]] |= second
    return mnist_form(field.T if turned else field).reshape(-1)


def printed_digit(label: int, rng: np.random.Generator) -> NDArray[np.uint8]:
    """Print one digit, shape (784,): that letters are none is not to be told by the printing."""
    return _printed(str(label), rng)


def _printed(text: str, rng: np.random.Generator) -> NDArray[np.uint8]:
    face = Path(matplotlib.get_data_path()) / "fonts" / "ttf" / FONTS[rng.integers(len(FONTS))]
    font = ImageFont.truetype(str(face), 90 if len(text) == 1 else 40)
    canvas = Image.new("L", (2 * FIELD, FIELD))
    ImageDraw.Draw(canvas).text((FIELD, FIELD / 2), text, 255, font, anchor="mm")
    wide = round(canvas.width * rng.uniform(0.7, 1.15))  # a hand's letters are narrower and wider than a printer's
    canvas = canvas.resize((wide, FIELD)).rotate(rng.normal(0, 7), Image.Resampling.BILINEAR)
    ink = np.array(canvas) > 127
    outside = ndimage.distance_transform_edt(~ink) - ndimage.distance_transform_edt(ink)
    other = outside < rng.uniform(-1, 5)
    return mnist_form(other if other.any() else ink).reshape(-1)
