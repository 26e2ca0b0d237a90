"""What is no digit: signs, letters, words, scribbles, remains of lines, digits that lie, that touch or that are cut."""

from __future__ import annotations

from pathlib import Path

import matplotlib
import numpy as np
from hands import WAYS
from numpy.typing import NDArray
from pens import FIELD, Hand, write
from PIL import Image, ImageDraw, ImageFont
from scipy import ndimage

from glassnet.segmentation.mnist_form import mnist_form

MARKS = (
    "50,8 50,92|10,50 90,50",  # plus
    "50,15 50,85|14,50 86,52",
    "50,20 50,80|20,50 80,50",
    "48,10 52,90|8,46 92,54",
    "50,26 50,74|8,50 92,50",
    "10,50 90,50",  # minus
    "10,46 90,54",
    "10,56 90,42",
    "~8,52 36,46 64,54 92,48",
    "10,35 90,35|10,65 90,66",  # equals
    "10,40 90,38|12,60 90,62",
    "10,30 90,30|10,50 90,50|10,70 90,70",
    "12,12 88,88|88,12 12,88",  # times
    "20,20 80,80|80,20 20,80",
    "22,8 78,92|78,8 22,92",
    "~12,14 40,40 88,88|~86,10 60,40 12,90",
    "10,50 90,50|50,20 52,22|50,78 52,80",  # divided by
    "30,50 70,50|50,16 52,18|50,82 52,84",
    "50,30 52,32|50,70 52,72",
    "50,6 50,94|12,28 88,72|12,72 88,28",
    "94,16 6,84",  # slashes that lean more than a 1
    "92,26 8,74",
    "22,10 78,90",
    "12,14 88,86",
    "12,55 40,88 90,12",  # ticks
    "20,50 42,90 84,8",
    "~10,56 28,70 40,90|40,90 66,40 94,10",
    "~14,50 28,66 38,88|38,88 52,46 88,8",
    "~78,4 34,28 34,72 78,96",  # brackets
    "~22,4 66,28 66,72 22,96",
    "~70,4 50,10 50,40 30,50 50,60 50,90 70,96",
    "74,6 34,6 34,94 74,94",
    "26,6 66,6 66,94 26,94",
    "72,6 28,50 72,94",
    "28,6 72,50 28,94",
    "34,8 26,92|74,8 66,92|10,34 92,34|8,66 90,66",  # hash
    "36,8 36,92|66,8 66,92|8,36 92,36|8,66 92,66",
    "8,50 92,50|66,26 92,50 66,74",  # arrows
    "92,50 8,50|34,26 8,50 34,74",
    "50,94 50,6|26,34 50,6 74,34",
    "50,6 50,94|26,66 50,94 74,66",
    "92,50 8,50|72,30 92,50 72,70|28,30 8,50 28,70",
    "12,88 88,12|46,12 88,12 88,54",
    "~10,70 40,30 90,40|70,20 90,40 68,56",
    "34,8 34,92|66,8 66,92",  # two bars
    "~8,60 30,36 50,50 70,64 92,40",  # about
    "~26,24 50,12 70,24 66,44 50,56 50,70|50,88 52,90",  # a question
    "50,6 50,70|50,88 52,92",
    "~50,50 34,36 20,50 34,64 50,50 66,36 80,50 66,64 50,50",
)
"""Signs, drawn more often than the other shapes."""

SHAPES = (
    "10,90 50,10 90,90 10,90",  # triangles, arrow, hook, roof, stairs
    "10,12 90,12 50,90 10,12",
    "12,10 88,50 12,90 12,10",
    "12,88 12,12 88,88 12,88",
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
    "~72,40 50,30 26,50 30,80 56,90 76,78",  # small letters of a hand
    "~66,50 40,40 24,62 40,90 66,80|70,6 68,92",
    "~24,30 28,60|~28,60 44,32 62,28 74,40|26,28 26,92",
    "26,30 24,96|~24,40 50,26 74,44 50,66 28,60",
    "~16,30 18,70 34,90 60,84 74,60|74,30 74,90",
    "14,30 50,90 86,30",
    "~10,30 24,88 50,40 74,88 90,28",
    "16,30 82,90|82,30 16,90",
    "~24,92 30,50 40,8 54,14 30,60 36,90 56,56 74,60 66,90 86,84",
    "26,6 26,94|72,30 28,62|40,54 76,94",
    "~14,40 22,34 26,50 26,90|~26,54 40,34 54,40 56,90|~56,54 70,34 84,42 86,90",
    "~10,80 22,40 34,30 40,60 46,84 60,40 70,32 76,60 80,86 92,70",
    "~8,60 20,40 26,66 34,80 44,44 50,70 60,80 68,44 74,72 82,80 92,50",
    "20,8 20,94|~20,8 84,14 84,88 20,94",  # D
    "16,8 50,50 84,8|50,50 50,94",  # Y
    "10,12 88,12|50,12 50,88|12,90 90,90",
    "26,10 50,90 74,10|8,40 92,40",
    "24,90 24,40 76,40 76,90",
    "~14,90 14,40 40,14 62,14 86,40 86,90",
    "12,10 12,90 88,90",  # corners
    "12,90 12,10 88,10",
)
"""Other signs, drawings, letters and words."""
HAND_LETTERS = (
    "24,30 24,94|~24,54 36,34 56,28 72,40 76,94",  # n
    "~16,40 26,30 28,94|~28,54 44,32 62,30 72,46 74,80 86,92",
    "~20,90 22,40 26,60 44,30 66,30 72,60 74,92",
    "~22,30 22,70 34,92 58,88 74,66|74,30 76,94",  # u
    "~14,34 24,34 24,74 38,92 60,80 70,34|~70,34 70,74 90,90",
    "10,36 12,92|~12,54 24,36 38,44 42,92|~42,54 56,36 74,42 80,92",  # m
    "~8,90 16,40 30,36 38,88|~38,88 44,44 60,36 66,88|~66,88 72,44 84,38 92,90",
    "26,6 24,94|~24,60 42,44 64,50 68,94",  # h
    "~30,94 28,40 34,6 44,14 28,56 44,48 62,54 66,80 78,92",
    "32,30 32,94|~32,56 44,36 60,28 76,36",  # r
    "~20,36 32,30 34,94|~34,60 46,36 70,30",
    "~26,94 26,40 34,60 54,32 76,34",
    "28,94 30,8|~30,8 64,6 72,28 58,46 30,50|~44,50 60,70 78,94",  # R
    "~34,94 34,10 56,6 66,28 52,46 36,48 52,70 68,94",
    "26,94 26,10|~20,14 60,4 78,24 62,46 28,50|28,50 80,94",
    "~30,90 30,30 46,6 62,20 58,42 34,54|34,54 66,94",
    "22,94 24,8 74,92 78,6",  # N
    "~20,92 28,10 40,40 66,88 80,8",
    "30,90 40,14 58,86 70,10",
    "18,94 24,10|24,10 74,94|74,94 82,6",
    "26,6 24,94|76,10 28,54|40,46 78,94",  # K
    "28,8 28,94|~74,8 50,40 28,54|~28,54 56,64 76,92",
    "~16,40 28,34 50,88|50,88 80,30",  # v
    "10,34 30,90 50,44 70,90 92,30",
    "~24,62 70,56 64,32 38,28 22,58 36,90 74,84",  # e
    "18,8 20,92 78,92|20,50 66,48",
    "20,94 46,8 80,94|32,62 70,60",  # A
)
"""Letters of a hand that resemble a digit a little; without s, which is a 5 of some hands."""
LETTERS = "AABBBCDEEFFGGHHJJKKLLMMNNPPQRRTTUVVWWWXXYYacdeeffhhkkmmnnprrtttuvwwxyyy%%??$$*&&&&@@###+=<>~{}"
"""Those that no digit looks like, the more often the more a digit resembles it; without O, I, l, S, Z, b, g, q, z."""
FONTS = ("DejaVuSerif.ttf", "DejaVuSansMono.ttf", "cmr10.ttf", "cmss10.ttf", "DejaVuSans-Oblique.ttf", "cmb10.ttf",
         "DejaVuSerif-Italic.ttf", "DejaVuSansMono-Bold.ttf", "DejaVuSerif-Bold.ttf", "cmtt10.ttf")  # fmt: skip
WORDS = ("an", "the", "mat", "when", "HTML", "make", "we", "rex", "kW", "fan", "mean", "Text", "them", "yes", "day",
         "Hallo", "name", "cat", "ok", "and", "Page", "note", "help", "all", "bell", "loop", "tools", "elle", "ball",
         "cool", "left", "seller")  # fmt: skip
LYING = {3: (1, 2, 3), 4: (1, 3)}
"""Digits that are none when they are turned by so many quarters."""
CUT = {0: "tb", 2: "b", 3: "b", 4: "l", 5: "b", 8: "l"}
"""Sides of digits of which half is no digit: top, bottom and left."""
KINDS = {"mark": 0.24, "shape": 0.17, "hand": 0.06, "letter": 0.21, "word": 0.05, "scribble": 0.06, "blob": 0.03,
         "two": 0.1, "lines": 0.03, "lying": 0.03, "cut": 0.02}  # fmt: skip
"""Kinds of non-digits and how often they are drawn."""
_FIRM = Hand(wide=(0.75, 1.3), jitter=(1.0, 4.5))


def no_digit(mnist: NDArray[np.uint8], rng: np.random.Generator) -> NDArray[np.uint8]:
    """Draw what is no digit, shape (784,): one of `KINDS`; `mnist` are the digits of which some are made."""
    kind = rng.choice(list(KINDS), p=list(KINDS.values()))
    if kind == "mark":
        return write(MARKS[rng.integers(len(MARKS))], rng, _FIRM)
    if kind == "shape":
        return write(SHAPES[rng.integers(len(SHAPES))], rng, _FIRM)
    if kind == "hand":
        return write(HAND_LETTERS[rng.integers(len(HAND_LETTERS))], rng, _FIRM)
    if kind == "scribble":
        count = int(rng.integers(8, 14))
        points = " ".join(f"{x:.0f},{y:.0f}" for x, y in rng.uniform(5, 95, (count, 2)))
        return write(f"{'~' if rng.random() < 0.5 else ''}{points}", rng, _FIRM)
    if kind == "lines":
        return write(_remains(rng), rng, _FIRM)
    if kind == "blob":
        return _blob(rng)
    if kind == "two":
        return _two(mnist, rng)
    if kind == "lying":
        label = int(rng.choice(list(LYING)))
        return np.rot90(_drawn(label, rng), rng.choice(LYING[label])).reshape(-1)
    if kind == "cut":
        return _cut(rng)
    return _printed(WORDS[rng.integers(len(WORDS))] if kind == "word" else LETTERS[rng.integers(len(LETTERS))], rng)


def _drawn(label: int, rng: np.random.Generator) -> NDArray[np.uint8]:
    return write(WAYS[label][rng.integers(len(WAYS[label]))], rng).reshape(28, 28)


def _remains(rng: np.random.Generator) -> str:
    """Return what is left of ruled lines and squares: lines, dashes and crossings."""
    height = int(rng.integers(30, 70))
    dashes = [f"{x},{height} {x + int(rng.integers(6, 30))},{height + int(rng.integers(-3, 4))}" for x in (4, 38, 70)]
    rows = [
        f"4,{y} 96,{y + int(rng.integers(-6, 7))}" for y in rng.choice([15, 35, 50, 65, 85], rng.integers(1, 4), False)
    ]
    columns = [f"{x},4 {x + 1},96" for x in rng.choice([20, 50, 80], rng.integers(1, 4), replace=False)]
    return "|".join((dashes, rows, rows + columns, [*rows, f"50,{height} 52,96"])[rng.integers(4)])


def _blob(rng: np.random.Generator) -> NDArray[np.uint8]:
    """Draw a dot or a spot."""
    if rng.random() < 0.4:
        rows, columns = np.mgrid[-1:1:80j, -1:1:80j]
        reach = rng.uniform(0.6, 0.9) * (
            1 + rng.uniform(0, 0.3) * np.sin(2 * np.arctan2(rows, columns) + rng.uniform(0, 6))
        )
        return mnist_form(np.hypot(rows, columns * rng.uniform(0.6, 1.15)) < reach).reshape(-1)
    noise = ndimage.gaussian_filter(rng.normal(0, 1, (FIELD, FIELD)), rng.uniform(6, 14))
    return mnist_form(noise > noise.std() * rng.uniform(0.5, 1.2)).reshape(-1)


def _cut(rng: np.random.Generator) -> NDArray[np.uint8]:
    """Draw a digit of which the edge of the picture cut about half."""
    label = int(rng.choice(list(CUT)))
    side = rng.choice(list(CUT[label]))
    grey = _drawn(label, rng)
    rows, columns = np.flatnonzero(grey.any(1)), np.flatnonzero(grey.any(0))
    grey = grey[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]
    keep = rng.uniform(0.4, 0.58)
    high, wide = max(3, round(keep * grey.shape[0])), max(3, round(keep * grey.shape[1]))
    part = {"t": grey[:high], "b": grey[-high:], "l": grey[:, :wide]}[side]
    bold = ndimage.zoom(part.astype(float), 4, order=1) > 110
    return mnist_form(bold).reshape(-1) if bold.any() else no_digit(grey, rng)


def _two(mnist: NDArray[np.uint8], rng: np.random.Generator) -> NDArray[np.uint8]:
    """Put one digit beside another or above it, near enough to touch or not."""
    drawn = rng.random() < 0.4
    rows = [_drawn(int(rng.integers(10)), rng) if drawn else mnist[rng.integers(len(mnist))] for _ in range(2)]
    pair = [ndimage.zoom(row.reshape(28, 28).astype(float), 4, order=1) > 110 for row in rows]
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
