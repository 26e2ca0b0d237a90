"""Accuracy on small samples of generated photographs; benchmarks/read.py has the large ones."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import matplotlib
import numpy as np
import pytest
from PIL import Image, ImageChops, ImageDraw, ImageFont

from glassnet.errors import DataError
from glassnet.handwriting.reader import Reading, read_photo
from glassnet.handwriting.reasons import Reason
from glassnet.handwriting.recognise import SURE, score_forms
from glassnet.model.file import shipped_model
from glassnet.preprocess.training_range import FEWEST, TrainingRange
from glassnet.segmentation.mnist_form import mnist_forms
from support.photos import SINGLES, Photo, Scene, board, sheet, single
from support.samples import digits, small_model
from support.written import line_of

FONT = Path(matplotlib.get_data_path()) / "fonts" / "ttf" / "DejaVuSans.ttf"
HARD = (
    "squared",
    "ruled",
    "yellow",
    "shadow",
    "dark",
    "transparent",
    "tiny",
    "small",
    "pencil",
    "far",
    "table",
    "crayon",
    "pen's shadow",
    "flash",
    "cropped",
    "hard",
    "thick",
)


def read(photo: Photo) -> Reading:
    return read_photo(shipped_model(), photo.opened())


def answers_of(reading: Reading) -> list[int]:
    return [digit.answer for digit in reading.digits]


def right(photo: Photo) -> bool:
    return answers_of(read(photo)) == photo.labels


def test_photographs_of_one_digit():
    """One photograph of every kind, from MNIST or by another writer: more than 83 % must be right, and all writing."""
    photos = {kind: single(kind, 800 + k, hand=k % 2 == 0) for k, kind in enumerate(HARD)}
    readings = {kind: read(photo) for kind, photo in photos.items()}
    results = {kind: answers_of(reading) == photos[kind].labels for kind, reading in readings.items()}
    assert set(HARD) <= set(SINGLES)
    assert np.mean([*results.values()]) > 0.83, results
    reasons = {kind: {digit.reason for digit in reading.digits} for kind, reading in readings.items()}
    assert [kind for kind, given in reasons.items() if Reason.NOT_WRITING in given] == []


def test_bundled_digits_are_read_anywhere_on_a_board():
    model = shipped_model()
    rows = range(100, 112)
    untouched = np.mean(model.predict(digits(112).inputs[100:]) == digits(112).labels[100:])
    assert np.mean([right(board(row)) for row in rows]) >= 0.96 * untouched
    assert np.mean([right(board(row, hard=True)) for row in rows[:5]]) >= 0.9 * untouched


@pytest.mark.parametrize("shape", ["text", "B", "heart", "&"])
def test_other_shapes_are_not_read_with_confidence(shape):
    assert not any(digit.sure for digit in read(single("clean", 900, shape=shape)).digits)


@pytest.mark.parametrize(
    ("kind", "shape"),
    [*zip(("thick", "pencil", "broken", "chalk"), 2 * ("plus", "minus"), strict=True)],
)
def test_plus_and_minus_are_no_digits_in_any_pen(kind, shape):
    assert not any(digit.sure for digit in read(single(kind, 901, shape=shape)).digits)


def test_a_word_of_two_letters_is_not_read_with_confidence():
    picture = Image.new("L", (300, 200), 240)
    ImageDraw.Draw(picture).text((60, 20), "Hi", 20, ImageFont.truetype(str(FONT), 130))
    assert not any(digit.sure for digit in read_photo(shipped_model(), picture).digits)


@pytest.mark.parametrize("font", ["DejaVuSans.ttf", "STIXGeneral.ttf", "STIXGeneralItalic.ttf"])
def test_letters_are_rejected_and_printed_digits_accepted(font):
    """In fonts on which the gate was not trained."""
    face = ImageFont.truetype(str(FONT.with_name(font)), 120)
    letters, numbers = "ABEFGHJKMNQRTWXYadefhkmn+=%&$#", "0123456789"
    forms = []
    for letter in letters + numbers:
        picture = Image.new("L", (200, 200))
        ImageDraw.Draw(picture).text((100, 100), letter, 255, face, anchor="mm")
        forms.append(mnist_forms(np.array(picture) > 127).reshape(-1, 784))
    sure = score_forms(shipped_model(), np.stack(forms))[1] >= SURE
    assert sure[: len(letters)].mean() < 0.15
    assert sure[len(letters) :].mean() > 0.8


def test_a_column_of_digits_is_not_read_as_a_1():
    photo = sheet(700, 7, 1, Scene(gradient=0.3), hand=True)
    answers = [digit.answer for digit in read(photo).digits]
    assert len(answers) == 7
    assert np.mean(np.equal(answers, photo.labels)) > 0.7


WAYS = {
    1: [(60, 60), (66, 250)],
    4: [(120, 50), (50, 180), (180, 180)],
    7: [(50, 60), (170, 60), (90, 250)],
}


@pytest.mark.parametrize(("label", "more"), [(1, 0), (4, 8), (7, 3)])
def test_tightly_cropped_digits_are_read(label, more):
    """A broad 1 then nearly fills the image."""
    picture = Image.new("RGB", (240, 310), (226, 222, 214))
    pen = ImageDraw.Draw(picture)
    pen.line(WAYS[label], (30, 40, 120), 34, "curve")
    if label == 4:
        pen.line([(140, 110), (130, 250)], (30, 40, 120), 34)
    left, top, right, bottom = ImageChops.invert(picture.convert("L")).point(lambda v: 255 * (v > 120)).getbbox()
    photo = picture.crop((left - more, top - more, right + more, bottom + more))
    assert [digit.answer for digit in read_photo(shipped_model(), photo).digits] == [label]


def test_a_detached_bar_of_a_5_and_dirt_are_not_digits():
    """A bar too far away to be joined by geometry alone, and a spot like a fingertip next to the digit."""
    picture = Image.new("L", (280, 280), 235)
    pen = ImageDraw.Draw(picture)
    pen.line([(110, 75), (90, 120), (130, 125), (155, 155), (140, 200), (70, 205)], 40, 16, "curve")
    pen.line([(135, 72), (185, 70)], 40, 16)
    assert read_photo(shipped_model(), picture).text == "5"
    pen.polygon([(240, 30), (262, 30), (262, 75), (225, 60)], 40)
    assert read_photo(shipped_model(), picture).text == "5"


def test_a_digit_in_mnist_form_is_read_without_changes():
    model = shipped_model()
    rows = digits(12).inputs
    readings = [read_photo(model, Image.fromarray(row.reshape(28, 28))).digits for row in rows]
    assert [digit.answer for (digit,) in readings] == list(model.predict(rows))
    assert {digit.box for (digit,) in readings} == {(0, 0, 28, 28)}
    blocks = [Image.fromarray(row.reshape(28, 28)).resize((140, 140), Image.Resampling.NEAREST) for row in rows]
    enlarged = [read_photo(model, picture).digits for picture in blocks]
    np.testing.assert_array_equal([one.outputs for (one,) in enlarged], [one.outputs for (one,) in readings])


def test_reading_is_deterministic_and_a_blank_image_has_no_digits():
    photo = single("creased", 810)
    one, other = read(photo), read(photo)
    assert one.text == other.text
    np.testing.assert_array_equal([d.outputs for d in one.digits], [d.outputs for d in other.digits])
    nothing = read_photo(shipped_model(), Image.new("L", (50, 50)))
    assert (nothing.text, nothing.digits) == ("", ())


def test_a_model_of_another_image_size_is_rejected():
    with pytest.raises(DataError, match="28 × 28") as caught:
        read_photo(small_model(), Image.new("L", (50, 50)))
    assert caught.value.code == "GN017"


def test_what_was_removed_is_the_ink_outside_the_digits():
    """Rules and a blot are removed; the strokes of the digit are not."""
    picture = Image.new("L", (420, 320), 240)
    pen = ImageDraw.Draw(picture)
    for row in range(20, 320, 40):
        pen.line([(0, row), (420, row)], 90, 3)
    pen.line([(150, 70), (260, 70), (190, 255)], 30, 16, "curve")
    pen.ellipse((380, 90, 392, 102), fill=30)
    (digit,), reading = (one := read_photo(shipped_model(), picture)).digits, one
    left, top, right, bottom = digit.box
    assert reading.removed.shape == reading.mask.shape
    assert reading.removed[[100, 180, 220], 20:120].mean() > 0.9
    assert reading.removed[92:100, 382:390].all()
    assert reading.removed[65:76, 160:240].mean() < 0.1
    assert (reading.removed & reading.mask)[top:bottom, left:right].mean() < 0.02


@pytest.mark.parametrize("pen", [3, 8])
def test_a_drawn_7_is_read_the_same_at_any_margin(pen):
    """Its bar is the only long straight line there is."""
    picture = Image.new("L", (240, 260), 235)
    ImageDraw.Draw(picture).line([(70, 80), (170, 80), (110, 200)], 40, pen)
    left, top, right, bottom = picture.point(lambda value: 255 * (value < 128)).getbbox()
    crops = [picture.crop((left - k, top - k, right + k, bottom + k)) for k in (0, 4, 10, 25)]
    assert [read_photo(shipped_model(), crop).text for crop in crops] == ["7"] * 4


def test_rules_added_to_a_sheet_change_no_answer():
    """As dark as the ink, and not all of them from edge to edge: an underlined line of digits."""
    photo = sheet(701, 1, 4, Scene(gradient=0.2, pen=(0.08, 0.12)), hand=True)
    plain = photo.opened().convert("RGB")
    answers = [digit.answer for digit in read_photo(shipped_model(), plain).digits]
    assert len(answers) == len(photo.labels)
    ruled, underlined = plain.copy(), plain.copy()
    for row in range(14, plain.height, 38):
        ImageDraw.Draw(ruled).line([(0, row), (plain.width, row + 6)], (60, 70, 120), 2)
    bottom = max(round(box[3] * plain.height) for box in photo.boxes[:4]) + 8
    ImageDraw.Draw(underlined).line([(30, bottom), (plain.width - 30, bottom)], (40, 40, 40), 6)
    for picture in (ruled, underlined):
        assert [digit.answer for digit in read_photo(shipped_model(), picture).digits] == answers


def test_numbers_in_a_line_keep_their_gaps():
    assert read_photo(shipped_model(), line_of("34 7 562")).text == "34 7 562"
    assert read_photo(shipped_model(), line_of("347562")).text == "347562"


def test_a_photograph_is_not_compared_with_the_range_of_the_training_data(recwarn):
    """Its digits have the form of MNIST, whatever the pixels of the model's training data were."""
    narrow = TrainingRange(((0.0, 0.0, 0.0), (0.1, 0.1, 0.1)))
    read_photo(replace(shipped_model(), training_range=narrow), line_of("3" * FEWEST))
    assert not recwarn.list
