"""What is no writing is not surely a digit: hands, edges, letters. benchmarks/read.py has larger samples."""

from __future__ import annotations

import numpy as np
from PIL import Image

from glassnet.handwriting.reader import Reading, read_photo
from glassnet.handwriting.reasons import Reason, is_edge
from glassnet.handwriting.writing import relief
from glassnet.model.file import shipped_model
from glassnet.segmentation.mnist_form import match_mnist_form
from glassnet.segmentation.segment import Piece
from support.no_writing import GREEK, LIKE_DIGITS, POSES, edge, hand, letter
from support.photos import Photo


def read(photo: Photo) -> Reading:
    return read_photo(shipped_model(), photo.opened())


def surely_digits(photos: list[Photo]) -> int:
    return sum(any(digit.sure for digit in read(photo).digits) for photo in photos)


def test_hands_are_no_digits_and_say_why():
    """A stretched finger, evenly lit, may look like a 1."""
    readings = [read(hand(pose, seed)) for seed, pose in enumerate([*POSES][:3], start=300)]
    assert sum(any(digit.sure for digit in reading.digits) for reading in readings) <= 1
    assert Reason.NOT_WRITING in {digit.reason for reading in readings for digit in reading.digits}


def test_dark_edges_are_no_digits():
    assert surely_digits([edge(seed) for seed in range(300, 302)]) == 0


def test_letters_are_no_digits():
    """One of ten at most; without those that are as good as a digit."""
    some = [character for character in GREEK if character not in LIKE_DIGITS][::9]
    assert surely_digits([letter(character, 300) for character in some]) <= 0.1 * len(some)


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
