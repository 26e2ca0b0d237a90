"""What is no digit, drawn by code: pieces that the stages find in pictures of textures and things, and warped letters.

The pictures are noise of all scales, shapes, stripes and branches under uneven light. The letters are those of the
fonts that come with Matplotlib, bent as by a hand, and printed digits are bent likewise, so that bending tells nothing.
"""

from __future__ import annotations

import numpy as np
from glyphs import glyph, printed, skeleton
from hands import WAYS
from no_digits import HAND_LETTERS, SHAPES
from numpy.typing import NDArray
from pens import Hand, Mask, write
from PIL import Image, ImageDraw
from scipy import ndimage

from glassnet.segmentation.mnist_form import mnist_form
from glassnet.segmentation.paper import otsu_threshold

LETTERS = "AACCDEFFGGGHHKLLMNNPPRRTUUUUVVVWXXYYYYaaaacccdddeefffhhhkmmnnnprrrttuuuuvvvvwwxyyyyy"
"""The more often the more a digit resembles them; without O, Q, I, J, l, i, j, S, s, Z, z, B, b, g, q and o."""
FACES = ("DejaVuSans-Oblique.ttf", "DejaVuSans.ttf", "DejaVuSerif-Italic.ttf", "STIXGeneralItalic.ttf",
         "STIXGeneral.ttf", "cmmi10.ttf", "cmr10.ttf", "cmss10.ttf", "DejaVuSansMono-Oblique.ttf",
         "DejaVuSans-Bold.ttf")  # fmt: skip
_BENT = Hand(wide=(0.4, 1.3), jitter=(2.0, 9.0))
_LEAST = 30  # pixels of a piece
_SLENDER = 0.45  # ratio of width to height up to which a piece may be as good as a 1


def warped_letter(rng: np.random.Generator) -> NDArray[np.uint8]:
    """Draw a letter as a hand bends it, shape (784,)."""
    if rng.random() < 0.25:
        ways = (*HAND_LETTERS, *SHAPES)
        return write(ways[rng.integers(len(ways))], rng, Hand(wide=(0.55, 1.3), jitter=(1.0, 6.0)))
    return _warped(LETTERS[rng.integers(len(LETTERS))], rng)


def warped_digit(label: int, rng: np.random.Generator) -> NDArray[np.uint8]:
    """Draw a printed digit bent like the letters, or one of a hand, shape (784,)."""
    if rng.random() < 0.5:
        return write(WAYS[label][rng.integers(len(WAYS[label]))], rng)
    return _warped(str(label), rng)


def _warped(character: str, rng: np.random.Generator) -> NDArray[np.uint8]:
    ink = glyph(character, FACES[rng.integers(len(FACES))])
    if ink is None:
        return _warped(character, rng)
    if rng.random() < 0.55:
        return write(skeleton(ink.tobytes(), ink.shape), rng, _BENT)
    room = 40
    narrow = Image.fromarray(ink).resize((max(2, round(ink.shape[1] * rng.uniform(0.4, 1.2))), len(ink)))
    ink = np.pad(np.array(narrow), room).astype(float)
    lean, reach = rng.normal(0.05, 0.2), rng.uniform(2, 10)
    rows, columns = np.mgrid[: ink.shape[0], : ink.shape[1]].astype(float)
    down, across = (
        ndimage.zoom(rng.normal(0, reach, (4, 4)), np.array(ink.shape) / 4, order=1)[: ink.shape[0], : ink.shape[1]]
        for _ in range(2)
    )
    columns = columns + lean * (rows - ink.shape[0] / 2)
    bent = ndimage.map_coordinates(ink, [rows + down, columns + across], order=1) > 0.5
    return printed(bent[np.ix_(bent.any(1), bent.any(0))], rng) if bent.any() else _warped(character, rng)


def texture_piece(rng: np.random.Generator) -> NDArray[np.uint8]:
    """Draw a picture of no writing, and return a piece of its dark or light parts, shape (784,)."""
    grey = np.asarray(texture(rng).convert("L"), np.float64)
    paper = ndimage.gaussian_filter(grey, rng.uniform(0.1, 0.5) * max(grey.shape))
    off = (grey - paper) * rng.choice([-1, 1])
    mask = off > (otsu_threshold(off) if rng.random() < 0.6 else np.quantile(off, rng.uniform(0.5, 0.93)))
    labels, count = ndimage.label(mask, np.ones((3, 3)))
    if not count:
        return texture_piece(rng)
    areas = np.bincount(labels.ravel())[1:].astype(float)
    number = 1 + rng.choice(count, p=areas / areas.sum())
    [place] = ndimage.find_objects((labels == number).astype(int))
    piece = labels[place] == number
    if piece.sum() < _LEAST or _may_be_one(piece):
        return texture_piece(rng)
    return mnist_form(piece).reshape(-1)


def _may_be_one(mask: Mask) -> bool:
    height, width = mask.shape
    return width <= _SLENDER * height or width > 1.8 * height


def texture(rng: np.random.Generator) -> Image.Image:
    """Draw a picture of noise, shapes, stripes and branches, 28 to 150 pixels a side."""
    width, height = rng.integers(28, 150, 2) if rng.random() < 0.5 else (int(rng.integers(28, 150)),) * 2
    waves = np.hypot(np.fft.fftfreq(height)[:, np.newaxis], np.fft.fftfreq(width)) + 1 / 200
    noise = np.fft.ifft2(np.fft.fft2(rng.normal(0, 1, (height, width))) * waves ** -rng.uniform(0.6, 2.4)).real
    grey = rng.uniform(60, 200) + noise / noise.std() * rng.choice([3.0, 15.0, 45.0])
    canvas = Image.fromarray(grey.astype(np.float32))
    pen = ImageDraw.Draw(canvas)
    for _ in range(rng.integers(0, 9)):
        shade = float(rng.uniform(0, 255))
        left, top = rng.uniform(-0.2, 1, 2) * (width, height)
        right, bottom = (left, top) + rng.uniform(0.1, 0.8, 2) * (width, height)
        kind = rng.integers(5)
        thick = int(rng.integers(1, 2 + max(width, height) // 8))
        if kind == 0:
            pen.ellipse((left, top, right, bottom), fill=shade)
        elif kind == 1:
            pen.arc((left, top, right, bottom), *rng.uniform(0, 400, 2), fill=shade, width=thick)
        elif kind == 2:
            points = rng.uniform((left, top), (right, bottom), (int(rng.integers(3, 7)), 2))
            pen.polygon([tuple(point) for point in points], fill=shade)
        elif kind == 3:
            steps = rng.normal(0, 1, (40, 2)).cumsum(axis=0)
            branch = ndimage.gaussian_filter1d(steps, rng.uniform(1, 6), axis=0) * max(width, height) / 20
            pen.line([tuple(point) for point in branch + np.array((left, top))], fill=shade, width=thick, joint="curve")
        else:
            gap = rng.uniform(3, 0.4 * max(width, height))
            for k in range(int(max(width, height) / gap)):
                off = k * gap
                pen.line((off, top, off + right - left, bottom), fill=shade, width=thick)
    grey = ndimage.gaussian_filter(np.asarray(canvas), rng.uniform(0, 2.5))
    y, x = np.mgrid[-1 : 1 : height * 1j, -1 : 1 : width * 1j]
    turn = rng.uniform(0, 2 * np.pi)
    grey = grey * (1 - rng.uniform(0, 0.5) * (x * np.cos(turn) + y * np.sin(turn)))
    grey = grey + rng.normal(0, rng.uniform(0, 6), grey.shape)
    colours = grey[..., np.newaxis] * rng.uniform(0.8, 1.1, 3)
    return Image.fromarray(colours.clip(0, 255).astype(np.uint8))
