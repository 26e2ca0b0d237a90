"""Photographs without writing, drawn by code: hands with depth and light, dark edges of sheets, letters with a pen."""

from __future__ import annotations

from functools import cache

import numpy as np
from PIL import Image, ImageDraw, ImageFont
from scipy import ndimage

from support.photos import SINGLES, Photo, Scene, as_file, photograph
from support.strokes import LETTERS, SIDE, from_path, thinned

GREEK = "ΑΒΓΔΕΖΗΘΙΚΛΜΝΞΟΠΡΣΤΥΦΧΨΩαβγδεζηθικλμνξοπρστυφχψω"
CYRILLIC = "БГДЖИЙЛПФЦЧШЩЫЭЮЯ"
LIKE_DIGITS = "ΖΘΙΟθιοσЧ"
"""Letters that are as good as a digit: 2, 0, 1, 6, 4."""
POSES: dict[str, tuple[int, ...]] = {
    "fist": (0, 0, 0, 0), "open": (1, 1, 1, 1), "pointing": (1, 0, 0, 0), "two fingers": (1, 1, 0, 0),
}  # fmt: skip
"""Name of a hand -> whether each finger is stretched."""
_SKINS = ((226, 176, 146), (198, 140, 106), (146, 98, 70), (92, 60, 44), (240, 200, 176))
_GROUNDS = ((238, 238, 236), (150, 152, 155), (150, 108, 70), (90, 110, 150), (40, 42, 46))


def hand(pose: str, seed: int) -> Photo:
    """A hand made of round parts, lit from one side, with a shadow on the ground."""
    rng = np.random.default_rng([seed, *pose.encode()])
    height, width = 420, 360
    y, x = np.mgrid[:height, :width].astype(float)
    depth = np.zeros((height, width))
    unit, middle, low = width / 11, width / 2, height * 0.6

    def part(first: tuple[float, float], last: tuple[float, float], radius: float) -> None:
        way = np.subtract(last, first)
        along = (((x - first[0]) * way[0] + (y - first[1]) * way[1]) / max(float(way @ way), 1.0)).clip(0, 1)
        far = np.hypot(x - first[0] - along * way[0], y - first[1] - along * way[1])
        np.maximum(depth, np.sqrt(np.maximum(radius * radius - far * far, 0)), out=depth)

    part((middle - unit, low), (middle + unit, low), 1.7 * unit)
    part((middle, low + unit), (middle + rng.normal(0, unit / 2), height + unit), 1.4 * unit)
    for k, stretched in enumerate(POSES[pose]):
        left, top = middle + (k - 1.5) * unit, low - 1.3 * unit
        if stretched:
            lean, long = (k - 1.5) * 0.2 + rng.normal(0, 0.05), unit * (3.3, 3.8, 3.5, 2.7)[k]
            part((left, top), (left + np.sin(lean) * long, top - np.cos(lean) * long), unit * 0.48)
        else:
            part((left, top + unit * 0.1), (left, top - unit * 0.25), unit * 0.58)
            part((left, top + unit * 0.9), (left, top + unit * 0.3), unit * 0.52)
    side = rng.choice([-1, 1])
    ends = (3.2, -1.6) if pose == "open" else (-0.3, 0.6)
    part(
        (middle + side * 1.7 * unit, low + 0.7 * unit),
        (middle + side * ends[0] * unit, low + ends[1] * unit),
        unit * 0.57,
    )
    slopes = np.gradient(ndimage.gaussian_filter(depth, 2))
    light = rng.uniform((-0.9, -0.7), (0.0, 0.7))
    lit = (1 - slopes[0] * light[0] - slopes[1] * light[1]) / np.sqrt(1 + slopes[0] ** 2 + slopes[1] ** 2)
    lit = (lit / np.sqrt(1 + light @ light)).clip(0.1, 1) ** rng.uniform(0.8, 1.5)
    grain = ndimage.gaussian_filter(rng.normal(0, 1, depth.shape), 2) * 12
    skin = np.array(_SKINS[rng.integers(len(_SKINS))]) * lit[..., None] + grain[..., None]
    cover = ndimage.gaussian_filter((depth > 0).astype(float), 1.2)[..., None]
    shadow = ndimage.gaussian_filter(ndimage.shift(cover, (6, 6, 0), order=0), (6, 6, 0)) * 0.4
    ground = np.array(_GROUNDS[rng.integers(len(_GROUNDS))]) * (1 - rng.uniform(0, 0.3) * x[..., None] / width)
    return _file(skin * cover + ground * (1 - shadow) * (1 - cover), rng)


def edge(seed: int) -> Photo:
    """A dark strip along one side or two, or a bar across the picture: the edge of a sheet, a door or a shadow."""
    rng = np.random.default_rng([seed, 99])
    height, width = rng.integers(240, 480, 2)
    y, x = np.mgrid[0 : 1 : height * 1j, 0 : 1 : width * 1j]
    off = [(x, 1 - x, y, 1 - y)[k] + rng.uniform(-0.12, 0.12) * ((y if k < 2 else x) - 0.5) for k in rng.permutation(4)]
    inside = (
        off[0] < rng.uniform(0.03, 0.2),
        np.minimum(off[0], off[1] + 0.02) < rng.uniform(0.03, 0.15),
        np.abs(off[0] - rng.uniform(0.2, 0.8)) < rng.uniform(0.01, 0.06),
    )[seed % 3]
    dark = ndimage.gaussian_filter(inside.astype(float), rng.uniform(0.5, 8))[..., None]
    ground, shade = (np.array(some[rng.integers(3)]) for some in (_GROUNDS, ((20, 20, 24), (60, 45, 35), (90, 80, 75))))
    return _file((ground * (1 - dark) + shade * dark) * (1 - 0.3 * x[..., None]), rng)


def letter(character: str, seed: int, kind: str = "clean") -> Photo:
    """A letter of the font DejaVu Sans, its strokes drawn with a pen."""
    rng = np.random.default_rng([seed, ord(character)])
    scene = SINGLES[kind]
    high = rng.uniform(*scene.high) * min(scene.size)
    return photograph(scene, [(_way(character), np.array(scene.size) / 2, high)], [], rng)


@cache
def _way(character: str) -> np.ndarray:
    canvas = Image.new("L", (3 * SIDE, 3 * SIDE))
    ImageDraw.Draw(canvas).text(
        (1.5 * SIDE, 1.5 * SIDE), character, 255, ImageFont.truetype(str(LETTERS), SIDE), anchor="mm"
    )
    glyph = canvas.crop(canvas.getbbox())
    glyph.thumbnail((0.8 * SIDE, 0.8 * SIDE))
    field = Image.new("L", (SIDE, SIDE))
    field.paste(glyph, ((SIDE - glyph.width) // 2, (SIDE - glyph.height) // 2))
    return from_path(thinned(np.array(field) > 110))


def _file(picture: np.ndarray, rng: np.random.Generator) -> Photo:
    noisy = picture + rng.normal(0, 3, (*picture.shape[:2], 1))
    return Photo(as_file(Image.fromarray(noisy.clip(0, 255).astype(np.uint8)), Scene()), [])
