"""What is no writing is not surely a digit: hands, edges, letters. benchmarks/read.py has larger samples."""

from __future__ import annotations

import numpy as np
from PIL import Image, ImageDraw
from scipy import ndimage

from glassnet.handwriting.reader import Reading, read_photo
from glassnet.handwriting.reasons import Reason, is_edge
from glassnet.handwriting.writing import relief
from glassnet.model.file import shipped_model
from glassnet.segmentation.mnist_form import match_mnist_form
from glassnet.segmentation.segment import Piece
from support.no_writing import GREEK, LIKE_DIGITS, POSES, edge, hand, letter
from support.photos import Photo

HAND_LETTERS = (
    "8,8 50,52 92,8|50,52 50,94", "10,8 50,92 90,8", "12,8 16,70 50,92 84,70 88,8", "20,6 20,94 80,92",  # Y V U L
    "86,20 50,6 14,40 20,84 60,94 88,72 88,54 56,54", "14,94 16,30 50,20 82,34 84,94",  # G n
    "10,30 50,66 90,28|90,28 30,96", "84,26 40,20 14,50 30,84 70,84 84,40|84,20 88,94",  # y a
)  # fmt: skip
"""Letters as straight strokes, x to the right and y down in hundredths."""


def read(photo: Photo) -> Reading:
    return read_photo(shipped_model(), photo.opened())


def surely_digits(photos: list[Photo]) -> int:
    return sum(any(digit.sure for digit in read(photo).digits) for photo in photos)


def test_hands_are_no_digits_and_say_why():
    """A stretched finger, evenly lit, may look like a 1."""
    poses = [*enumerate([*POSES][:3], start=300), (304, "two fingers"), (305, "fist")]
    readings = [read(hand(pose, seed)) for seed, pose in poses]
    assert sum(any(digit.sure for digit in reading.digits) for reading in readings) <= 1
    assert Reason.NOT_WRITING in {digit.reason for reading in readings for digit in reading.digits}


def test_dark_edges_are_no_digits():
    assert surely_digits([edge(seed) for seed in range(300, 302)]) == 0


def test_letters_are_no_digits():
    """One of ten at most; without those that are as good as a digit."""
    some = [character for character in GREEK if character not in LIKE_DIGITS][::9]
    assert surely_digits([letter(character, 300) for character in some]) <= 0.1 * len(some)


def test_letters_of_a_hand_and_parts_of_things_are_no_digits():
    """Letters as polygons of a pen, and pictures of noise, hatching and shaded stones: few at most."""
    letters = [drawn(way, width, pen) for way in HAND_LETTERS for width, pen in ((60, 7), (110, 12), (80, 5))]
    things = [texture(seed) for seed in range(20)]
    for pictures, most in ((letters, 0.05), (things, 0.1)):
        sure = sum(any(digit.sure for digit in read_photo(shipped_model(), one).digits) for one in pictures)
        assert sure <= most * len(pictures)


def drawn(way: str, width: int, pen: int) -> Image.Image:
    """A letter of straight strokes, x to the right and y down in hundredths, on white paper."""
    picture = Image.new("L", (width + 60, 190), 255)
    for stroke in way.split("|"):
        points = np.array([point.split(",") for point in stroke.split()], float) * (width / 100, 1.1) + (30, 40)
        ImageDraw.Draw(picture).line([tuple(point) for point in points], fill=20, width=pen, joint="curve")
    return picture


def texture(seed: int) -> Image.Image:
    """Noise of one scale, hatching, or shaded stones, in grey."""
    rng = np.random.default_rng([seed, 404])
    side = int(rng.integers(40, 130))
    y, x = np.mgrid[:side, :side]
    noise = ndimage.gaussian_filter(rng.normal(0, 1, (side, side)), rng.uniform(1, side / 6), mode="wrap")
    grey = noise / noise.std()
    if seed % 3 == 1:
        grey = np.sin((x * rng.uniform(-1, 1) + y * rng.uniform(-1, 1)) * rng.uniform(0.1, 0.5)) + 0.6 * grey
    if seed % 3 == 2:
        places = rng.uniform(0, side, (int(rng.integers(2, 9)), 2))
        far = np.hypot(y[..., np.newaxis] - places[:, 0], x[..., np.newaxis] - places[:, 1])
        grey = np.sqrt(far.min(axis=2)) * 2 + 0.3 * grey
    return Image.fromarray((128 + 45 * (grey - grey.mean()) / grey.std()).clip(0, 255).astype(np.uint8))


def test_ink_is_flat_and_a_round_thing_is_not():
    """From whatever side the light comes; a pen whose ink is uneven is flat too."""
    y, x = np.mgrid[-60:60, -60:60].astype(np.float32)
    far = np.hypot(y, x).clip(1)
    ring = np.abs(far - 35) < 12
    for angle in np.linspace(0, 6, 7):
        slope = (np.cos(angle) * y + np.sin(angle) * x) / far * np.sign(far - 35)
        lit = (0.6 + 0.3 * slope) * ring
        assert relief(lit, ring, ring, 24.0) >= 1
        uneven = (0.8 + 0.2 * np.sin(x / 3 + angle) * np.sin(y / 3)) * ring
        assert relief(uneven, ring, ring, 24.0) < 0.5


def test_a_slanting_bar_across_the_picture_is_an_edge():
    y, x = np.mgrid[:200, :200]
    bar = np.abs(y - x) < 8
    assert is_edge(Piece(0, 0, 200, 200, bar), (200, 200))
    assert not is_edge(Piece(20, 20, 180, 180, bar[20:180, 20:180]), (200, 200))


def test_one_tiny_picture_has_one_digit():
    picture = np.full((28, 28), 255, np.uint8)
    picture[6:22, [8, 9, 18, 19]] = 0
    assert not any(digit.sure for digit in read_photo(shipped_model(), Image.fromarray(picture)).digits)


def test_a_grey_crop_on_a_white_square_has_not_the_form_of_mnist():
    """All pixels of the crop are ink, but not full ink."""
    rng = np.random.default_rng(5)
    square = np.full((28, 28), 255, np.uint8)
    square[4:24, 7:21] = rng.integers(0, 120, (20, 14))
    assert match_mnist_form(Image.fromarray(square)) is None
