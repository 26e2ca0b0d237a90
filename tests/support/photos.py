"""Synthetic photos of handwriting: paper, pen, light, camera and file, all generated from a seed."""

from __future__ import annotations

import io
from dataclasses import dataclass, field, replace

import numpy as np
from PIL import Image
from scipy import ndimage

from glassnet.data.readers.image import open_photo
from glassnet.io.opening import Opened
from support.strokes import OTHERS, bundled_digit, hand_digit, other_shape, rare_digit

WHITE, CREAM, YELLOW, GREY, KRAFT, DARK = (
    (244, 244, 242), (240, 232, 214), (246, 226, 120), (172, 174, 176), (196, 160, 118), (38, 44, 42))  # fmt: skip
INKS = ((18, 18, 22), (24, 40, 140), (30, 60, 190), (190, 24, 30), (20, 120, 50), (230, 110, 20), (120, 40, 150),
        (225, 50, 130), (20, 150, 190), (95, 95, 100), (110, 66, 30))  # fmt: skip
CHALKS = ((238, 238, 232), (250, 226, 120), (240, 150, 170), (150, 210, 250))


@dataclass(frozen=True)
class Scene:
    """Parameters of a photo; lengths are fractions of the image's shorter side."""

    size: tuple[int, int] = (330, 440)
    paper: tuple[int, int, int] = WHITE
    inks: tuple[tuple[int, int, int], ...] = INKS
    high: tuple[float, float] = (0.35, 0.75)  # of a digit
    pen: tuple[float, float] = (0.07, 0.13)  # of the digit's height
    place: float = 0.15  # distance from the centre
    strength: tuple[float, float] = (0.75, 1.0)  # of the ink
    texture: float = 0.0  # unevenness of the ink
    gaps: int = 0  # places where the pen skipped
    grit: float = 0.0  # fraction of the ink that the paper's grain repels: crayon, chalk
    rules: str = ""  # "squared" or "ruled"
    creases: int = 0
    shadow: float = 0.0
    gradient: float = 0.15
    vignette: float = 0.1
    bar: float = 0.0  # light lost in the shadow of a pen or hand
    spot: float = 0.0  # light added by a flash
    margin: bool = False  # a red line along one side
    holes: bool = False  # punched along one side, for a spiral
    cropped: bool = False  # along the digit
    room: tuple[float, float] = (-0.02, 0.03)  # around a cropped digit, as a fraction of its longer side
    table: bool = False
    finger: bool = False
    grain: float = 2.5  # noise of the camera, of 255
    blur: float = 0.8  # pixels, at 480
    quality: int = 85  # of the JPEG; 0 is a PNG
    transparent: bool = False
    turned: bool = False  # stored rotated, with an EXIF orientation
    tilt: float = 0.0  # degrees by which the whole page is rotated clockwise


@dataclass
class Photo:
    """A file and its digits in order: labels and boxes (left, top, right, bottom, as fractions of the sides)."""

    content: bytes
    labels: list[int]
    boxes: list[tuple[float, float, float, float]] = field(default_factory=list)

    def opened(self) -> Image.Image:
        """The image as the command line opens it."""
        return open_photo(Opened("photo", None, io.BytesIO(self.content), self.content[:4096]))


SINGLES: dict[str, Scene] = {
    "clean": Scene(),
    "marker": Scene(pen=(0.1, 0.2), texture=0.35),
    "squared": Scene(rules="squared", pen=(0.05, 0.13), gradient=0.25),
    "ruled": Scene(rules="ruled", pen=(0.04, 0.12), gradient=0.25),
    "creased": Scene(creases=4, gradient=0.3),
    "yellow": Scene(paper=YELLOW, rules="ruled", gradient=0.3),
    "kraft": Scene(paper=KRAFT, strength=(0.85, 1.0), gradient=0.3, grain=5),
    "grey": Scene(paper=GREY, gradient=0.45, grain=5),
    "shadow": Scene(shadow=0.55, gradient=0.4, vignette=0.35),
    "dark": Scene(paper=DARK, inks=CHALKS, texture=0.4, gradient=0.3),
    "transparent": Scene(transparent=True, quality=0, grain=0, gradient=0, vignette=0, blur=0.3),
    "tiny": Scene(size=(28, 28), high=(0.6, 0.85), place=0.05, blur=0.2, pen=(0.1, 0.18), quality=0),
    "small": Scene(size=(72, 96), high=(0.4, 0.8), quality=92, pen=(0.08, 0.16)),
    "huge": Scene(size=(2600, 3500), high=(0.2, 0.7), grain=6, gradient=0.3, quality=70),
    "thin": Scene(pen=(0.02, 0.04), high=(0.3, 0.8), strength=(0.7, 0.95)),
    "pencil": Scene(pen=(0.03, 0.06), inks=((95, 95, 100),), strength=(0.5, 0.75), texture=0.5, gradient=0.3, grain=4),
    "thick": Scene(pen=(0.18, 0.26), high=(0.5, 0.85)),
    "broken": Scene(gaps=3, texture=0.5),
    "far": Scene(high=(0.1, 0.2), place=0.35, pen=(0.08, 0.14)),
    "filling": Scene(high=(0.9, 0.99), place=0.01, pen=(0.06, 0.16)),
    "table": Scene(table=True, high=(0.3, 0.5), gradient=0.3),
    "finger": Scene(finger=True, gradient=0.3, high=(0.3, 0.5), place=0.1),
    "noisy": Scene(grain=22, blur=1.5, quality=25),
    "crayon": Scene(pen=(0.08, 0.16), grit=0.4, gradient=0.3),
    "chalk": Scene(paper=DARK, inks=CHALKS, pen=(0.06, 0.12), grit=0.35, gradient=0.3),
    "hair": Scene(size=(480, 640), pen=(0.001, 0.003), grain=0, gradient=0, vignette=0, blur=0, quality=0),
    "holes": Scene(holes=True, rules="ruled", high=(0.3, 0.55), gradient=0.3),
    "pen's shadow": Scene(bar=0.5, gradient=0.3),
    "flash": Scene(spot=0.6, gradient=0.4, vignette=0.4, pen=(0.05, 0.11)),
    "margin": Scene(rules="ruled", margin=True, pen=(0.04, 0.1), gradient=0.2),
    "cropped": Scene(cropped=True, pen=(0.08, 0.18)),
    "hard": Scene(rules="squared", creases=3, shadow=0.4, gradient=0.4, vignette=0.3, grain=8, blur=1.6, quality=35),
}
"""Kind of photo of one digit -> its parameters."""

_CROP = Scene(cropped=True, room=(0.0, 0.05), high=(0.3, 0.7), place=0.04, pen=(0.05, 0.13), gradient=0.25)
CROPS: dict[str, Scene] = {
    "crop": _CROP,
    "crop, ruled": replace(_CROP, rules="ruled"),
    "crop, squared": replace(_CROP, rules="squared"),
    "crop, fine": replace(_CROP, pen=(0.025, 0.05), inks=INKS[:4]),
    "crop, pencil": replace(_CROP, pen=(0.03, 0.06), inks=((95, 95, 100),), strength=(0.55, 0.8), texture=0.4),
}
"""Kind of tight crop to one digit -> its parameters; a straight stroke then crosses the whole photo, as a rule does."""


def single(kind: str, seed: int, *, hand: bool = False, shape: str | None = None, form: str | None = None) -> Photo:
    """A photo of one digit: from MNIST's test set, by another writer, or in a form of `RARE`; or of another shape."""
    rng = np.random.default_rng([seed, *kind.encode()])  # by name, so that new kinds do not change it
    scene = SINGLES[kind] if kind in SINGLES else CROPS[kind]
    if rng.random() < 0.5 and scene.size[0] != scene.size[1]:
        scene = replace(scene, size=scene.size[::-1], turned=rng.random() < 0.3 and scene.quality > 0)
    if shape is not None:
        drawn, labels = other_shape(shape, rng), []
    elif form is not None:
        drawn, label = rare_digit(form, rng)
        labels = [label]
    elif hand:
        labels = [seed % 10]
        drawn = hand_digit(labels[0], rng)
    else:
        drawn, label = bundled_digit(int(rng.integers(2000)))
        labels = [label]
    shorter = min(scene.size)
    high = rng.uniform(*scene.high) * shorter
    centre = np.array(scene.size) / 2 + rng.uniform(-1, 1, 2) * (np.array(scene.size) - high) * scene.place
    return photograph(scene, [(drawn, centre, high)], labels, rng)


def sheet(seed: int, lines: int = 4, columns: int = 6, scene: Scene | None = None, *, hand: bool = False) -> Photo:
    """An image of many digits in lines."""
    rng = np.random.default_rng([seed, 77])
    scene = replace(scene or Scene(gradient=0.3), size=(150 * lines + 80, 120 * columns + 80))
    parts, labels = [], []
    pen = np.ptp(scene.pen) * rng.random() + scene.pen[0]
    scene = replace(scene, pen=(pen * 0.9, pen * 1.1), inks=(scene.inks[rng.integers(len(scene.inks))],))
    for line in range(lines):
        tall, slope = rng.uniform(0.75, 1.2), rng.uniform(-0.04, 0.04)
        for column in range(columns):
            x = 40 + 120 * (column + 0.5) + rng.uniform(-12, 12)
            y = 40 + 150 * (line + 0.5) + rng.uniform(-8, 8) + slope * (x - scene.size[1] / 2)
            label = int(rng.integers(10))
            drawn, label = (hand_digit(label, rng), label) if hand else bundled_digit(int(rng.integers(2000)))
            parts.append((drawn, np.array([y, x]), tall * rng.uniform(85, 105)))
            labels.append(label)
    if scene.tilt:
        scene, parts = _tilted(scene, parts)
    return photograph(scene, parts, labels, rng)


def _tilted(scene: Scene, parts: list) -> tuple[Scene, list]:
    """Rotate the places of shapes about the middle of the page, which grows so that all of them are on it."""
    angle = np.radians(scene.tilt)
    rotation = np.array([[np.cos(angle), np.sin(angle)], [-np.sin(angle), np.cos(angle)]])  # of (y, x), clockwise
    half = np.array(scene.size) / 2
    grown = np.abs(rotation) @ half
    moved = [(drawn, rotation @ (centre - half) + grown, high) for drawn, centre, high in parts]
    return replace(scene, size=(int(2 * grown[0]), int(2 * grown[1]))), moved


def turned(photo: Photo, degrees: int) -> Photo:
    """The same photo rotated clockwise by 90, 180 or 270 degrees, in its pixels."""
    picture, boxes = Image.open(io.BytesIO(photo.content)), photo.boxes
    for _ in range(degrees // 90):
        picture = picture.transpose(Image.Transpose.ROTATE_270)  # of Pillow, counter-clockwise
        boxes = [(1 - bottom, left, 1 - top, right) for left, top, right, bottom in boxes]
    return Photo(as_file(picture, Scene(quality=90)), photo.labels, boxes)


def board(seed: int, *, hard: bool = False) -> Photo:
    """A bundled digit of any size anywhere on 280 × 280 black, or the same on paper, lit and blurred."""
    from support.samples import digits

    rng = np.random.default_rng([seed, 280])
    row = seed % 10_000
    data = digits(200 if row < 200 else 10_000)
    side = int(rng.integers(40, 200))
    grey = Image.fromarray(data.inputs[row].reshape(28, 28)).resize((side, side), Image.Resampling.BICUBIC)
    top, left = rng.integers(0, 281 - side, 2)
    ink = np.zeros((280, 280))
    ink[top : top + side, left : left + side] = np.array(grey) / 255
    if not hard:
        return Photo(as_file(Image.fromarray((255 * ink).astype(np.uint8)), Scene(quality=0)), [int(data.labels[row])])
    scene = Scene(size=(280, 280), paper=GREY, rules="ruled", shadow=0.4, gradient=0.3, blur=1.2)
    colour = np.array(INKS[rng.integers(4)], float)
    light = _light(scene, rng)
    picture = _paper(scene, rng) * (1 - ink[..., None]) + colour * ink[..., None]
    return Photo(as_file(_camera(picture * light[..., None], scene, rng), scene), [int(data.labels[row])])


def photograph(
    scene: Scene, parts: list, labels: list[int], rng: np.random.Generator, printed: np.ndarray | None = None
) -> Photo:
    """A photo of shapes, each with its centre (y, x) and height in pixels, and of ink printed before, 0 to 1."""
    ink, boxes = np.zeros(scene.size, np.float32) if printed is None else printed.astype(np.float32), []
    for drawn, centre, high in parts:
        boxes.append(_write(ink, drawn, centre, high, scene, rng))
    if scene.texture:
        streaks = ndimage.gaussian_filter(rng.normal(0, 1, scene.size), (min(scene.size) / 150, min(scene.size) / 60))
        ink *= (1 - scene.texture * np.clip(streaks / streaks.std() * 0.5 + 0.3, 0, 1)).astype(np.float32)
    if scene.grit:
        grain = ndimage.gaussian_filter(rng.normal(0, 1, scene.size), min(scene.size) / 350)
        ink *= (0.15 + 0.85 * (grain > np.quantile(grain, scene.grit))).astype(np.float32)
    ink *= rng.uniform(*scene.strength)
    colour = np.array(scene.inks[rng.integers(len(scene.inks))], np.float32)
    if scene.transparent:
        pixels = np.dstack([np.broadcast_to(colour, (*scene.size, 3)), 255 * ink]).astype(np.uint8)
        return Photo(as_file(Image.fromarray(pixels, "RGBA"), scene), labels, boxes)
    paper = _paper(scene, rng)
    picture = paper * (1 - ink[..., None]) + colour * ink[..., None]
    if scene.table:
        _put_on_table(picture, rng)
    if scene.holes:
        _punch(picture, rng)
    picture *= _light(scene, rng)[..., None]
    if scene.spot:
        _flash(picture, scene.spot, rng)
    if scene.finger:
        _add_finger(picture, rng)
    photo = _camera(picture, scene, rng)
    if scene.cropped:
        left, top, right, bottom = (part * side for part, side in zip(boxes[0], 2 * photo.size, strict=True))
        more = rng.uniform(*scene.room) * max(right - left, bottom - top)
        photo = photo.crop((int(left - more), int(top - more), int(right + more) + 1, int(bottom + more) + 1))
    return Photo(as_file(photo, scene), labels, boxes)


def _write(ink: np.ndarray, drawn: np.ndarray, centre: np.ndarray, high: float, scene: Scene,
           rng: np.random.Generator) -> tuple[float, float, float, float]:  # fmt: skip
    """Draw a shape into `ink`, slightly slanted and rotated, with a pen of uneven width; return its box."""
    pen = rng.uniform(*scene.pen)
    far = drawn < pen / 2 + 0.01
    rows, columns = np.flatnonzero(far.any(1)), np.flatnonzero(far.any(0))
    middle = np.array([rows[0] + rows[-1], columns[0] + columns[-1]]) / 2 / len(drawn)
    tall = max(rows[-1] - rows[0], 0.6 * (columns[-1] - columns[0])) / len(drawn)
    scale = (high - pen * high) / tall  # pixels a side of the shape
    angle, lean = np.radians(rng.uniform(-9, 9) + scene.tilt), rng.uniform(-0.12, 0.12)
    reach = int(scale * 0.95) + 2
    top, left = np.maximum(0, (centre - reach).astype(int))
    bottom, right = np.minimum(ink.shape, (centre + reach).astype(int))
    y, x = np.mgrid[top:bottom, left:right].astype(np.float32)
    y, x = (y - centre[0]) / scale, (x - centre[1]) / scale
    y, x = np.cos(angle) * y - np.sin(angle) * x, np.sin(angle) * y + np.cos(angle) * x + lean * y
    at = [(y + middle[0]) * len(drawn), (x + middle[1]) * len(drawn)]
    distance = ndimage.map_coordinates(drawn, at, order=1, mode="constant", cval=1.0) * scale
    wobble = ndimage.zoom(rng.normal(1, 0.12, (6, 6)), np.array(distance.shape) / 6, order=1)
    half = np.maximum(pen * high / 2, 0.6) * wobble[: distance.shape[0], : distance.shape[1]]
    shade = np.clip(0.5 + half - distance, 0, 1)
    if scene.gaps:
        on = np.argwhere(distance < half / 2)
        for point in on[rng.integers(len(on), size=scene.gaps)]:
            yy, xx = np.ogrid[: shade.shape[0], : shade.shape[1]]
            near = np.hypot(yy - point[0], xx - point[1])
            shade *= np.clip(near - rng.uniform(0.5, 1.0) * pen * high * 0.7, 0, 1)
    window = ink[top:bottom, left:right]
    np.maximum(window, shade, out=window)
    rows, columns = np.flatnonzero(shade.max(1) > 0.5), np.flatnonzero(shade.max(0) > 0.5)
    h, w = ink.shape
    return ((left + columns[0]) / w, (top + rows[0]) / h, (left + columns[-1] + 1) / w, (top + rows[-1] + 1) / h)


def _paper(scene: Scene, rng: np.random.Generator) -> np.ndarray:
    h, w = scene.size
    short = min(scene.size)
    picture = np.full((h, w, 3), scene.paper, np.float32)
    picture *= rng.uniform(0.92, 1.0)
    picture += (ndimage.zoom(rng.normal(0, 1.5, (12, 12)), (h / 12, w / 12), order=1)[:h, :w])[..., None]
    y, x = np.mgrid[:h, :w].astype(np.float32)
    turn = np.radians(rng.uniform(-4, 4) + scene.tilt)
    along, across = x * np.cos(turn) + y * np.sin(turn), y * np.cos(turn) - x * np.sin(turn)
    across = across + short * 0.01 * np.sin(x / w * 3)  # paper is never flat
    if scene.rules:
        gap = short * rng.uniform(0.05, 0.12)
        wide = max(1.0, short * rng.uniform(0.002, 0.005))
        colour = np.array([(120, 150, 210), (150, 150, 160), (130, 180, 160), (190, 140, 190)][rng.integers(4)])
        for line in (across, along) if scene.rules == "squared" else (across,):
            off = np.abs((line + gap / 3) % gap - gap / 2)
            shade = np.clip(wide / 2 + 0.5 - off, 0, 1)[..., None] * rng.uniform(0.35, 0.8)
            picture = picture * (1 - shade) + np.minimum(colour, picture) * shade
    if scene.margin:
        off = np.abs(along - rng.uniform(0.06, 0.22) * w)
        shade = np.clip(wide / 2 + 0.5 - off, 0, 1)[..., None] * rng.uniform(0.6, 0.95)
        picture = picture * (1 - shade) + np.minimum((205, 60, 75), picture) * shade
    for _ in range(scene.creases):
        angle = rng.uniform(0, np.pi)
        off = (x - rng.uniform(0.1, 0.9) * w) * np.cos(angle) + (y - rng.uniform(0.1, 0.9) * h) * np.sin(angle)
        off = off / short + 0.01 * np.sin(y / h * 9)
        fold = (
            np.tanh(off * 25) * np.exp(-np.abs(off) * 6) * rng.uniform(0.05, 0.16) - np.exp(-((off * 250) ** 2)) * 0.12
        )
        picture *= (1 + fold)[..., None]
    return picture.clip(0, 255)


def _light(scene: Scene, rng: np.random.Generator) -> np.ndarray:
    h, w = scene.size
    y, x = np.mgrid[-1 : 1 : h * 1j, -1 : 1 : w * 1j].astype(np.float32)
    angle = rng.uniform(0, 2 * np.pi)
    light = 1 - scene.gradient * (0.5 + 0.5 * (np.cos(angle) * x + np.sin(angle) * y) / 1.4)
    light *= 1 - scene.vignette * (x * x + y * y) / 2
    if scene.shadow:
        angle, edge = rng.uniform(0, 2 * np.pi), rng.uniform(-0.5, 0.5)
        off = np.cos(angle) * x + np.sin(angle) * y + 0.15 * np.sin(3 * x + rng.uniform(0, 6)) - edge
        light *= 1 - scene.shadow / (1 + np.exp(-off * rng.choice([4, 12, 50])))
    if scene.bar:
        off = np.abs(x - rng.uniform(-0.5, 0.5) - 0.3 * y)
        inside = (off < rng.uniform(0.15, 0.3)) & (y > rng.uniform(-0.3, 0.3))
        light *= 1 - scene.bar * ndimage.gaussian_filter(inside.astype(float), min(h, w) * rng.uniform(0.005, 0.04))
    return light


def _flash(picture: np.ndarray, strength: float, rng: np.random.Generator) -> None:
    h, w = picture.shape[:2]
    y, x = np.mgrid[:h, :w]
    far = np.hypot(y - rng.uniform(0.2, 0.8) * h, x - rng.uniform(0.2, 0.8) * w) / min(h, w)
    spot = np.exp(-0.5 * (far / rng.uniform(0.1, 0.25)) ** 2) * rng.uniform(0.7, 1.1)
    picture[:] = (0.75 * picture + 255 * strength * spot[..., None]).clip(0, 255)


def _put_on_table(picture: np.ndarray, rng: np.random.Generator) -> None:
    h, w = picture.shape[:2]
    y, x = np.mgrid[0 : 1 : h * 1j, 0 : 1 : w * 1j]
    outside = np.zeros((h, w), bool)
    for side in rng.permutation(4)[: rng.integers(1, 5)]:
        off = (x, 1 - x, y, 1 - y)[side] + rng.uniform(-0.06, 0.06) * ((y if side < 2 else x) - 0.5)
        outside |= off < rng.uniform(0.04, 0.14)
    wood = np.array([(110, 74, 46), (60, 60, 64), (150, 120, 90), (30, 50, 80)][rng.integers(4)])
    streak = ndimage.gaussian_filter(rng.normal(0, 1, (h, w)), (0.5, w / 20))
    picture[outside] = (wood + (streak / streak.std() * 8)[..., None])[outside]


def _punch(picture: np.ndarray, rng: np.random.Generator) -> None:
    h, w = picture.shape[:2]
    gap, across = h / rng.integers(8, 20), w * rng.uniform(0.03, 0.06)
    y, x = np.mgrid[:h, :w]
    picture[np.hypot((y + gap / 3) % gap - gap / 2, x - across) < 0.2 * gap] = rng.uniform(30, 90)


def _add_finger(picture: np.ndarray, rng: np.random.Generator) -> None:
    h, w = picture.shape[:2]
    y, x = np.mgrid[0 : 1 : h * 1j, 0 : 1 : w * 1j]
    side, at = rng.integers(4), rng.uniform(0.1, 0.9)
    along, across = ((x, y), (1 - x, y), (y, x), (1 - y, x))[side]
    inside = (along / rng.uniform(0.1, 0.18)) ** 2 + ((across - at) / 0.09) ** 2
    cover = np.clip((1 - inside) * 12, 0, 1)[..., None]
    skin = np.array([(214, 160, 130), (150, 100, 74), (236, 190, 164)][rng.integers(3)])
    picture[:] = picture * (1 - cover) + skin * (1 - 0.25 * inside.clip(0, 1))[..., None] * cover


def _camera(picture: np.ndarray, scene: Scene, rng: np.random.Generator) -> Image.Image:
    blur = scene.blur * min(scene.size) / 480 * rng.uniform(0.5, 1.3)
    picture = ndimage.gaussian_filter(picture, (blur, blur, 0)) if blur > 0.1 else picture
    picture = picture * rng.uniform(0.8, 1.02) * rng.uniform(0.95, 1.05, 3)
    picture = picture + rng.normal(0, scene.grain, picture.shape[:2])[..., None]
    picture += rng.normal(0, scene.grain / 2, picture.shape)
    return Image.fromarray(picture.clip(0, 255).astype(np.uint8))


def as_file(picture: Image.Image, scene: Scene) -> bytes:
    """A JPEG of the quality of the scene, or a PNG."""
    file = io.BytesIO()
    if not scene.quality:
        picture.save(file, "PNG", compress_level=1)
    elif scene.turned:
        note = Image.Exif()
        note[0x0112] = 6  # displayed after a rotation to the right
        picture.transpose(Image.Transpose.ROTATE_90).save(file, "JPEG", quality=scene.quality, exif=note)
    else:
        picture.save(file, "JPEG", quality=scene.quality)
    return file.getvalue()


__all__ = [
    "CROPS",
    "OTHERS",
    "SINGLES",
    "Photo",
    "Scene",
    "as_file",
    "board",
    "photograph",
    "sheet",
    "single",
    "turned",
]
