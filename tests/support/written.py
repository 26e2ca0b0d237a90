"""Photos of whole pages (digits among words, newsprint, a full grid), and the smallest ones, of 28 × 28 pixels."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from PIL import Image, ImageDraw, ImageFont

from support.photos import Photo, Scene, as_file, photograph, single
from support.samples import digits
from support.strokes import LETTERS, hand_digit, letter, other_shape

WORDS = ("bread", "Monday", "room", "total", "answers", "maths", "call Kim", "white tea", "form B", "next week")
TALL, LINE = 90, 150  # pixels: height of a digit or capital letter, distance of lines
TINY = ("mnist", "inverted", "cropped", "off-centre", "thumbnail")
"""Kinds of images of 28 × 28: MNIST's form, dark on light, a grey crop on a white square, two that are not centred."""


def mixed(seed: int, scene: Scene | None = None) -> Photo:
    """Two or three lines of digits with a line of words and perhaps a sum; only those lines have labels and boxes."""
    rng = np.random.default_rng([seed, 78])
    kinds = [("digits", "digits", "word", "sum"), ("digits", "digits", "digits", "word")][int(rng.integers(2))]
    scene = replace(scene or Scene(gradient=0.3), size=(LINE * 4 + 80, 820))
    pen = np.ptp(scene.pen) * rng.random() + scene.pen[0]
    parts: list = []
    wanted: list[tuple[int, int]] = []  # place among the parts, label
    for line, kind in enumerate(rng.permutation(kinds)):
        y = 40 + LINE * (line + 0.5)
        if kind == "word":
            parts += _word(WORDS[rng.integers(len(WORDS))], y, rng)
        elif kind == "sum":
            first, second = (int(number) for number in rng.integers(2, 60, 2))
            parts += _sum(f"{first}+{second}={first + second}", y, rng)
        else:
            for column in range(int(rng.integers(4, 7))):
                label = int(rng.integers(10))
                place = np.array([y + rng.uniform(-6, 6), 90 + 115 * column + rng.uniform(-8, 8)])
                wanted.append((len(parts), label))
                parts.append((hand_digit(label, rng), place, TALL * rng.uniform(0.9, 1.1)))
    scene = replace(scene, pen=(pen, pen), inks=(scene.inks[rng.integers(len(scene.inks))],))
    photo = photograph(scene, parts, [label for _, label in wanted], rng)
    return replace(photo, boxes=[photo.boxes[place] for place, _ in wanted])


def _word(text: str, y: float, rng: np.random.Generator) -> list:
    """The letters of a line, with their places and heights."""
    font = ImageFont.truetype(str(LETTERS), 200)
    scale = TALL / -font.getbbox("H", anchor="ls")[1]
    parts, x = [], 50.0
    for name in text:
        left, top, right, bottom = (scale * side for side in font.getbbox(name, anchor="ls"))
        if name != " ":
            centre = np.array([y + TALL / 2 + (top + bottom) / 2, x + (left + right) / 2]) + rng.uniform(-2, 2, 2)
            parts.append((letter(name), centre, max(bottom - top, 0.6 * (right - left))))
        x += scale * font.getlength(name) * 1.1
    return parts


def _sum(text: str, y: float, rng: np.random.Generator) -> list:
    """The digits and signs of a line, with their places and heights."""
    parts = []
    for place, name in enumerate(text):
        sign = {"+": ("plus", 0.6), "=": ("equals", 0.45)}.get(name)
        drawn = other_shape(sign[0], rng) if sign else hand_digit(int(name), rng)
        centre = np.array([y, 80.0 + 95 * place]) + rng.uniform(-6, 6, 2)
        parts.append((drawn, centre, TALL * (sign[1] if sign else rng.uniform(0.9, 1.1))))
    return parts


def newsprint(seed: int, size: tuple[int, int] = (3000, 2200)) -> Photo:
    """A page of printed text in three columns, without handwriting."""
    rng = np.random.default_rng([seed, 79])
    canvas = Image.new("L", size[::-1])
    pen, font = ImageDraw.Draw(canvas), ImageFont.truetype(str(LETTERS.with_name("STIXGeneral.ttf")), size[0] // 75)
    vocabulary = " ".join(WORDS).split()
    wide = (size[1] - 160) // 3
    for column in range(3):
        for top in range(120, size[0] - 120, size[0] // 60):
            line = " ".join(rng.permutation(vocabulary)[:6])
            while font.getlength(line) > wide - 40:
                line = line.rsplit(" ", 1)[0]
            pen.text((80 + wide * column, top), line, 255, font)
    scene = Scene(size=size, inks=((40, 40, 44),), gradient=0.3)
    return photograph(scene, [], [], rng, np.asarray(canvas) / np.float32(255))


def full_grid(seed: int, lines: int = 14, columns: int = 20) -> Photo:
    """A printed grid with a digit in each cell."""
    rng = np.random.default_rng([seed, 80])
    size = (100 * lines + 80, 80 * columns + 80)
    printed = np.zeros(size, np.float32)
    for line in range(lines + 1):
        printed[38 + 100 * line : 41 + 100 * line, 40 : 40 + 80 * columns] = 0.6
    for column in range(columns + 1):
        printed[40 : 40 + 100 * lines, 38 + 80 * column : 41 + 80 * column] = 0.6
    parts, labels = [], [int(label) for label in rng.integers(0, 10, lines * columns)]
    for place, label in enumerate(labels):
        centre = np.array([90 + 100 * (place // columns), 80 + 80 * (place % columns)]) + rng.uniform(-4, 4, 2)
        parts.append((hand_digit(label, rng), centre, rng.uniform(50, 62)))
    scene = Scene(size=size, inks=((24, 40, 140),), pen=(0.08, 0.1), gradient=0.3)
    return photograph(scene, parts, labels, rng, printed)


def tiny(kind: str, seed: int) -> Photo:
    """An image of 28 × 28 pixels of one digit; `TINY` lists the kinds."""
    rng = np.random.default_rng([seed, *kind.encode()])
    row = int(rng.integers(2000))
    data = digits(2000)
    label, grey = int(data.labels[row]), data.inputs[row].reshape(28, 28).astype(np.uint8)
    if kind == "mnist":
        picture = Image.fromarray(grey)
    elif kind == "inverted":
        picture = Image.fromarray(255 - grey)
    elif kind == "off-centre":
        side = int(rng.integers(14, 22))
        picture = Image.new("L", (28, 28), 255)
        small = Image.fromarray(255 - grey).crop((4, 4, 24, 24)).resize((side, side), Image.Resampling.BICUBIC)
        picture.paste(small, tuple(int(place) for place in rng.integers(0, 29 - side, 2)))
    else:
        scene = "crop" if kind == "cropped" else "clean"
        photo = single(scene, seed, hand=True)
        label, whole = photo.labels[0], photo.opened().convert("L")
        side = int(rng.integers(22, 27)) if kind == "cropped" else 28
        whole.thumbnail((side, side), Image.Resampling.BOX)
        picture = Image.new("L", (28, 28), 255 if kind == "cropped" else int(np.median(np.asarray(whole))))
        picture.paste(whole, ((28 - whole.width) // 2, (28 - whole.height) // 2))
    return Photo(as_file(picture, Scene(quality=0)), [label])


def line_of(text: str) -> Image.Image:
    """A photograph of a line of digits by one hand; a space is as wide as a digit."""
    rng = np.random.default_rng(0)
    places = [(int(one), np.array([100.0, 60 + 75 * k]), 90.0) for k, one in enumerate(text) if one != " "]
    parts = [(hand_digit(label, rng), centre, high) for label, centre, high in places]
    scene = Scene(size=(200, 75 * len(text) + 60), pen=(0.08, 0.1))
    return photograph(scene, parts, [label for label, _, _ in places], rng).opened()
