"""What is no digit, from fonts: letters of many scripts, written or printed, and pictures of things, faces and hands.

The fonts are those of Debian's packages `PACKAGES`; they serve to make training data, and are no part of glassnet.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path

import matplotlib
import numpy as np
from numpy.typing import NDArray
from pens import FIELD, SIDE, Hand, Mask, write
from PIL import Image, ImageDraw, ImageFont
from scipy import ndimage

from glassnet.segmentation.mnist_form import mnist_form
from glassnet.segmentation.paper import otsu_threshold

PACKAGES = (
    "fonts-breip fonts-bwht fonts-comic-neue fonts-culmus fonts-culmus-fancy fonts-ecolier-court fonts-femkeklaver "
    "fonts-gfs-gazis fonts-gfs-neohellenic fonts-gfs-solomos fonts-kiloji fonts-noto-color-emoji fonts-noto-core "
    "fonts-sil-andika"
)
FOLDER = Path("/usr/share/fonts")
LATIN = "ABCDEFGHKLMNPQRTUVWXYacdefhkmnprtuvwxyßÄÜÅÆÇÑÈãäåæçéêëïñõûüýþđŒ"
GREEK = (
    "ΓΔΛΞΠΣΥΦΨΩΑΒΕΗΚΜΝΡΤΧαβγδεζηκλμνξπρτυφχψω" + "αβγδεζηκλμνξπρτυφχψω" + "αβγδεζηκλμξρφψωΓΔΛΞΣΦΨΩδδββγγζζξξφφωωμμααλλ"
)
"""Letters that a digit resembles are drawn more often; without ο, ι, θ, σ and ς."""
CYRILLIC = "БГДЖИЙЛПФЦШЩЫЭЮЯЂЉгджийклмнптфцшщыэюяєїђ"
HEBREW = "אבגהטלמנעפצקשת"
ARABIC = "بتثجحخسشصضطظعغكمي"
CJK = (
    "あおかきけさすせたなぬねはふほまむめもやゆわをウエオカキケサセタチネ"
    "ホモラヰ人大山木水火土月目手足女子学年本車雨金門天王石竹米糸耳虫見言"
    "走馬魚鳥"
)
SIGNS = "∑√∞∂∇±×÷≠≤≥≈∈∉∪∩→←↑↓⇒⇔∀∃§¶†‡©®¢£¥€#@&%?{}<>*+=~^♠♥♦♣♪♫★☆☑☺✓✗✂☎✈"
FACES: dict[str, tuple[str, ...]] = {
    LATIN: ("Breip.ttf", "BecauseWeBuild-Regular.otf", "BecauseWeLearn-Regular.otf", "BecauseWeMentor-Regular.otf",
            "ComicNeue-Regular.otf", "femkeklaver.ttf", "Andika-Italic.ttf", "Ecolier-court.ttf", "DejaVuSans.ttf"),
    GREEK: ("DejaVuSans.ttf", "DejaVuSerif.ttf", "DejaVuSans-Oblique.ttf", "DejaVuSerif-Italic.ttf",
            "DejaVuSansMono.ttf", "STIXGeneral.ttf", "STIXGeneralItalic.ttf", "GFSNeohellenic.otf",
            "GFSNeohellenicIt.otf", "GFSSolomos.otf", "GFSGazis.otf", "NotoSans-Regular.ttf", "NotoSerif-Regular.ttf"),
    CYRILLIC: ("DejaVuSans.ttf", "DejaVuSerif-Italic.ttf", "NotoSans-Regular.ttf", "Andika-Italic.ttf"),
    HEBREW: ("NotoSansHebrew-Regular.ttf", "KtavYadCLM-MediumItalic.otf", "SimpleCLM-Medium.ttf"),
    ARABIC: ("NotoNaskhArabic-Regular.ttf", "NotoSansArabic-Regular.ttf", "NotoKufiArabic-Regular.ttf"),
    CJK: ("kiloji.ttf",),
    SIGNS: ("DejaVuSans.ttf", "NotoSansMath-Regular.ttf", "NotoSansSymbols2-Regular.ttf"),
}  # fmt: skip
"""Characters -> the fonts that have them."""
SHARES = (0.25, 0.38, 0.13, 0.06, 0.03, 0.06, 0.09)  # of the characters, in this order
THINGS = 0.2  # share of pictures
EMOJI = "NotoColorEmoji.ttf"
_PIXELS = 109  # the only size of that font
_PICTURES = ((0x1F300, 0x1F5FF), (0x1F600, 0x1F64F), (0x1F680, 0x1F6FF), (0x1F900, 0x1F9FF), (0x1FA70, 0x1FAFF))
_HANDS = "✊✋✌☝👆👇👈👉👊👋👌👍👎👏👐🖐🖖🤘🤙🤚🤛🤜🤝🤞🤟🤏🙌🙏💪✍🦵🦶👂👃🫱🫲🫰🫵🫶"
_TONES = "🏻🏼🏽🏾🏿"
_FIRM = Hand(wide=(0.7, 1.3), jitter=(0.5, 3.0))


def glyph_or_thing(rng: np.random.Generator) -> NDArray[np.uint8]:
    """Draw a letter of one of the scripts, or a thing, shape (784,)."""
    if rng.random() < THINGS:
        return thing(rng)
    characters = list(FACES)[rng.choice(len(FACES), p=SHARES)]
    character = characters[rng.integers(len(characters))]
    ink = glyph(character, FACES[characters][rng.integers(len(FACES[characters]))])
    if ink is None:
        return glyph_or_thing(rng)
    if rng.random() < 0.7:
        return write(skeleton(ink.tobytes(), ink.shape), rng, _FIRM)
    return printed(ink, rng)


@cache
def glyph(character: str, face: str) -> Mask | None:
    """Return the ink of a character, cropped; None if the font does not have it."""
    font = ImageFont.truetype(str(_path(face)), 110)
    ink = _ink(character, font)
    return None if ink is None or np.array_equal(ink, _ink("\U0010fffe", font)) else ink


def _ink(character: str, font: ImageFont.FreeTypeFont) -> Mask | None:
    canvas = Image.new("L", (2 * FIELD, 2 * FIELD))
    ImageDraw.Draw(canvas).text((FIELD, FIELD), character, 255, font, anchor="mm")
    ink = np.array(canvas) > 127
    return ink[np.ix_(ink.any(1), ink.any(0))] if ink.any() else None


@cache
def _path(face: str) -> Path:
    own = Path(matplotlib.get_data_path()) / "fonts" / "ttf" / face
    found = [own] if own.exists() else sorted(FOLDER.rglob(face))
    if not found:
        raise SystemExit(f"{face} is missing. apt-get install {PACKAGES}")
    return found[0]


@cache
def skeleton(ink: bytes, shape: tuple[int, int]) -> NDArray[np.float64]:
    """Return the middle of the strokes as points of the field of a way."""
    bold = np.frombuffer(ink, bool).reshape(shape)
    fine = ndimage.gaussian_filter(np.pad(ndimage.zoom(bold.astype(float), SIDE / max(shape), order=1), 4), 1) > 0.5
    points = np.argwhere(_thinned(fine))[:, ::-1].astype(float)
    return points - (points.min(axis=0) + points.max(axis=0)) / 2 + SIDE / 2


def _thinned(ink: Mask) -> Mask:
    """Return the skeleton of ink with a margin of paper (Zhang and Suen 1984)."""
    ink = ink.astype(np.uint8)
    before = -1
    while before != (before := int(ink.sum())):
        for clears in _CLEARS:
            around = sum(np.roll(ink, way, (0, 1)) << bit for bit, way in enumerate(_RING))
            ink = ink & ~clears[around]
    return ink.astype(bool)


_RING = ((1, 0), (1, -1), (0, -1), (-1, -1), (-1, 0), (-1, 1), (0, 1), (1, 1))  # rolls that bring north, northeast, …
_BITS = (np.arange(256)[:, np.newaxis] >> np.arange(8)) & 1 == 1
_ENDS = (_BITS.sum(1) >= 2) & (_BITS.sum(1) <= 6) & ((~_BITS & np.roll(_BITS, -1, 1)).sum(1) == 1)
_NORTH, _EAST, _SOUTH, _WEST = _BITS[:, ::2].T
_CLEARS = (
    (_ENDS & ~(_NORTH & _EAST & _SOUTH) & ~(_EAST & _SOUTH & _WEST)).astype(np.uint8),
    (_ENDS & ~(_NORTH & _EAST & _WEST) & ~(_NORTH & _SOUTH & _WEST)).astype(np.uint8),
)
"""Of the eight neighbours of a pixel, as bits: whether it goes, in the first and in the second half of a step."""


def printed(ink: Mask, rng: np.random.Generator) -> NDArray[np.uint8]:
    """Print ink bolder or finer, wider or narrower, shape (784,)."""
    canvas = Image.fromarray(np.pad(ink, 30).astype(np.uint8) * 255)
    canvas = canvas.resize((round(canvas.width * rng.uniform(0.75, 1.25)), canvas.height))
    bold = np.array(canvas.rotate(rng.normal(0, 7), Image.Resampling.BILINEAR)) > 127
    outside = ndimage.distance_transform_edt(~bold) - ndimage.distance_transform_edt(bold)
    other = outside < rng.uniform(-2, 5)
    return mnist_form(other if other.any() else bold).reshape(-1)


def thing(rng: np.random.Generator) -> NDArray[np.uint8]:
    """Draw what is left of the picture of a thing or of a hand as ink: its dark or light parts, or its outlines."""
    first, last = _PICTURES[rng.integers(len(_PICTURES))]
    character = chr(rng.integers(first, last + 1))
    if rng.random() < 0.35:
        character = _HANDS[rng.integers(len(_HANDS))] + _TONES[rng.integers(len(_TONES))]
    pixels = picture(character)
    if pixels is None:
        return thing(rng)
    paper = rng.uniform(0, 255) if rng.random() < 0.5 else rng.uniform(200, 255)
    grey = np.pad(pixels[..., :3] @ rng.dirichlet((2.0, 2.0, 2.0)), 12)
    cover = np.pad(pixels[..., 3] / 255, 12)
    seen = grey * cover + paper * (1 - cover)
    seen += ndimage.gaussian_filter(rng.normal(0, 1, seen.shape), rng.uniform(1, 8)) * rng.uniform(0, 60)
    turned = Image.fromarray(seen.astype(np.float32)).rotate(
        rng.uniform(0, 360), Image.Resampling.BILINEAR, True, fillcolor=paper
    )  # type: ignore[arg-type]
    soft = ndimage.gaussian_filter(np.asarray(turned), rng.uniform(0.3, 2))
    if rng.random() < 0.4:
        soft = -ndimage.gaussian_gradient_magnitude(soft, rng.uniform(0.5, 1.2))
    off = soft if rng.random() < 0.5 else -soft
    mask = off > (otsu_threshold(off) if rng.random() < 0.6 else np.quantile(off, rng.uniform(0.5, 0.95)))
    labels, count = ndimage.label(mask, np.ones((3, 3)))
    if not count:
        return thing(rng)
    areas = np.bincount(labels.ravel())[1:]
    part = labels == 1 + (
        int(np.argmax(areas)) if rng.random() < 0.7 else int(rng.choice(count, p=areas / areas.sum()))
    )
    if rng.random() < 0.3:
        part = mask & ndimage.binary_dilation(part, iterations=6)
    return mnist_form(part).reshape(-1) if part.sum() > 40 else thing(rng)


@cache
def picture(character: str) -> NDArray[np.uint8] | None:
    """Return the coloured picture of a character with its opacity, shape (rows, columns, 4); None if there is none."""
    font = ImageFont.truetype(str(_path(EMOJI)), _PIXELS)
    canvas = Image.new("RGBA", (2 * FIELD, FIELD))
    ImageDraw.Draw(canvas).text((10, 10), character, font=font, embedded_color=True)
    box = canvas.getbbox()
    if box is None or min(box[2] - box[0], box[3] - box[1]) < 40:
        return None
    return np.array(canvas.crop(box).reduce(2))
