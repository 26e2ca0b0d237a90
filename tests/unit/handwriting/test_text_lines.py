"""Pages that mix digits with words and sums are judged line by line."""

from __future__ import annotations

from pathlib import Path

import matplotlib
import numpy as np
import pytest
from PIL import Image, ImageDraw, ImageFont
from scipy import ndimage

from glassnet.handwriting import recognise
from glassnet.handwriting.reader import Digit, Reading, read_photo
from glassnet.handwriting.reasons import Reason
from glassnet.handwriting.text_lines import judge_lines
from glassnet.model.file import shipped_model
from glassnet.segmentation.paper import possible_inks
from glassnet.segmentation.photo import working_size

FONTS = Path(matplotlib.get_data_path()) / "fonts" / "ttf"


def page(*lines: str, font: str = "STIXGeneral.ttf", seed: int = 1) -> Image.Image:
    """Lines of printed glyphs, spaced and bent as by a hand."""
    rng = np.random.default_rng(seed)
    ink = np.zeros((40 + 90 * len(lines), 720))
    for number, line in enumerate(lines):
        canvas = Image.new("L", ink.shape[::-1])
        pen, x = ImageDraw.Draw(canvas), 30.0
        for letter in line:
            face = ImageFont.truetype(str(FONTS / font), int(rng.uniform(58, 66)))
            pen.text((x, 30 + 90 * number + rng.uniform(-3, 3)), letter, 255, face, stroke_width=1)
            x += face.getlength(letter) + rng.uniform(6, 12)
        ink = np.maximum(ink, np.array(canvas))
    bend = ndimage.zoom(rng.normal(0, 1.2, (2, 12, 24)), (1, ink.shape[0] / 12, ink.shape[1] / 24), order=1)
    rows, columns = np.mgrid[: ink.shape[0], : ink.shape[1]]
    bent = ndimage.map_coordinates(ink, [rows + bend[0], columns + bend[1]], order=1)
    return Image.fromarray((235 - 0.8 * bent).astype(np.uint8))


def read(*lines: str, sure: float = 0.5, **how: int) -> Reading:
    reading = read_photo(shipped_model(), page(*lines, **how), sure)
    for digit in reading.digits:
        assert digit.sure == (digit.confidence >= sure)
        assert (digit.reason is None) == digit.sure
        if digit.line in reading.other_lines and not digit.sure:
            assert digit.reason == Reason.OTHER_LINE
    return reading


def test_lines_of_digits_are_read_among_words_and_sums():
    reading = read("402 719", "Rechnung", "12 + 7 = 19", "8365")
    assert reading.other_lines == (1, 2)
    lines = reading.text.split("\n")
    assert set(lines[1] + lines[2]) <= {"?", " "}
    assert sum(one == other for one, other in zip(lines[0] + lines[3], "402 7198365", strict=True)) >= 9


def test_a_speck_that_is_grey_in_28_pixels_is_no_sign():
    """A piece without a pixel of full ink ends neither in an error nor in an equals sign or a plus."""
    faint = np.full((28, 28), 90, np.uint8)
    digits = tuple(
        Digit((9 * k, 0, 9 * k + 9, 9), 0, 1, 0.1, False, np.zeros(10), faint, Reason.NOT_A_DIGIT) for k in range(3)
    )
    picture = Image.new("RGB", (27, 9))
    ink = next(possible_inks(working_size(picture)))
    assert judge_lines(Reading(digits, picture, ink, ink.strength > 1, ink.strength > 1), 0.65).digits == tuple(
        digit.doubted(Reason.OTHER_LINE, 0.65) for digit in digits
    )


@pytest.mark.parametrize("line", ["3 x 4 = 12", "hello"])
def test_a_sum_or_a_word_alone_is_not_digits(line):
    reading = read(line)
    assert reading.other_lines == (0,)
    assert not any(digit.sure for digit in reading.digits)


@pytest.mark.parametrize("line", ["0375 - 4482", "24-06-2035"])
def test_dates_and_telephone_numbers_are_digits(line):
    reading = read(line)
    assert reading.other_lines == ()
    assert np.mean([digit.sure for digit in reading.digits]) > 0.7


def test_one_unclear_digit_in_a_column_is_not_a_line_of_words():
    reading = read("4", "7", "&", "2", "0")
    assert reading.other_lines == ()
    assert reading.text.replace("\n", "")[2] == "?"
    assert sum(digit.sure for digit in reading.digits) >= 3


def test_the_least_confidence_does_not_change_what_a_line_is():
    assert read("402", "hello", sure=0.99).other_lines == read("402", "hello", sure=0.05).other_lines == (1,)


def made(*boxes: tuple[int, int, int, int], line: int = 0, bad: tuple[int, ...] = ()) -> list[Digit]:
    """Digits 3, of which some are none."""
    form, outputs = np.zeros((28, 28), np.uint8), np.eye(10)[3]
    form[4:24, 10:16] = 255
    return [Digit(box, line, 3, 0.05 if k in bad else 0.95, k not in bad, outputs, form) for k, box in enumerate(boxes)]


def judged(digits: list[Digit]) -> tuple[int, ...]:
    picture, mask = Image.new("RGB", (400, 400)), np.zeros((400, 400), bool)
    return judge_lines(Reading(tuple(digits), picture, None, mask, mask), 0.5).other_lines  # type: ignore[arg-type]


def test_letters_differ_in_height():
    tops = {"digits": [100] * 6, "words": [100, 130, 100, 130, 130, 100]}
    lines = {kind: made(*[(40 * k, top, 40 * k + 30, 160) for k, top in enumerate(at)], bad=(2,))
             for kind, at in tops.items()}  # fmt: skip
    assert {kind: judged(digits) for kind, digits in lines.items()} == {"digits": (), "words": (0,)}


@pytest.mark.parametrize(("gap", "others"), [(15, (0, 1)), (120, ())])
def test_an_equals_sign_that_lies_in_two_lines_is_of_a_sum(gap, others):
    """Two bars far apart are dashes of two lines."""
    upper = made(*[(40 * k, 100, 40 * k + 30, 160) for k in range(4)], (170, 120, 210, 128), bad=(4,))
    lower = made(
        (170, 128 + gap, 210, 136 + gap), *[(40 * k, 250, 40 * k + 30, 310) for k in range(6, 9)], line=1, bad=(0,)
    )
    assert judged([*upper, *lower]) == others


def test_a_page_of_words_with_a_clear_line_is_not_turned(monkeypatch):
    monkeypatch.setattr("glassnet.handwriting.reader.read_turned", None)
    assert read("4739", "Rechnung").other_lines == (1,)


def test_the_work_for_a_page_of_print_is_bounded(monkeypatch):
    """Letters are neither split nor read again in other ways: each is classified in few forms, and none is a digit."""
    counts = []
    score = recognise.score_forms

    def counted(model, forms):
        counts.append(forms.shape[0] * forms.shape[1])
        return score(model, forms)

    monkeypatch.setattr(recognise, "score_forms", counted)
    picture = Image.new("L", (760, 330), 250)
    face = ImageFont.truetype(str(FONTS / "DejaVuSans.ttf"), 40)
    lines = ("The quick brown fox jumps over", "the lazy dog. Invoice number", "of March, total. Payment is due")
    for number, line in enumerate(lines):
        ImageDraw.Draw(picture).text((30, 30 + 66 * number), line, 20, face)
    reading = read_photo(shipped_model(), picture)
    assert sum(counts) <= 60 * len(reading.digits)
    assert reading.other_lines == (0, 1, 2)
    assert not any(digit.sure for digit in reading.digits)
