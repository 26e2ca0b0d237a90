"""Photographs that lie on their side, upside down or tilted, and which are not turned."""

from __future__ import annotations

import numpy as np
import pytest
from PIL import Image, ImageDraw

from glassnet.handwriting.reader import Reading, read_photo
from glassnet.handwriting.reasons import Reason
from glassnet.handwriting.recognise import SURE
from glassnet.model.file import shipped_model
from glassnet.segmentation.segment import Piece, sort_into_lines
from support.photos import Scene, sheet
from support.written import line_of

COUNTERCLOCKWISE = {90: Image.Transpose.ROTATE_90, 180: Image.Transpose.ROTATE_180, 270: Image.Transpose.ROTATE_270}
SHEET = sheet(7000, 2, 4, Scene(gradient=0.3), hand=True)


def read(picture: Image.Image) -> Reading:
    return read_photo(shipped_model(), picture)


def strokes(*ways: list[tuple[int, int]], size: tuple[int, int] = (420, 200)) -> Image.Image:
    picture = Image.new("RGB", size, (236, 234, 228))
    pen = ImageDraw.Draw(picture)
    for way in ways:
        pen.line(way, (30, 40, 120), 14, "curve")
    return picture


def seven(x: int) -> list[tuple[int, int]]:
    return [(x, 50), (x + 60, 50), (x + 25, 150)]


@pytest.mark.parametrize("turned", [90, 270])
def test_several_digits_are_read_any_way_up(turned):
    reading = read(SHEET.opened().transpose(COUNTERCLOCKWISE[turned]))
    assert reading.turned == turned
    assert reading.picture.size == SHEET.opened().size
    assert np.mean(np.equal([digit.answer for digit in reading.digits], SHEET.labels)) > 0.8
    for digit, (left, top, right, bottom) in zip(reading.digits, SHEET.boxes, strict=True):
        middle = (digit.box[0] + digit.box[2]) / 2, (digit.box[1] + digit.box[3]) / 2
        assert left < middle[0] / reading.picture.width < right
        assert top < middle[1] / reading.picture.height < bottom


def test_a_sure_photograph_is_not_turned(monkeypatch):
    """Nor does it cost more: no other way up is tried."""
    monkeypatch.setattr("glassnet.handwriting.orientation._way", None)
    assert read(SHEET.opened()).turned == 0


def test_dashes_are_not_ones_on_their_side():
    dashes = read(strokes(*([(60 + 110 * k, 100), (130 + 110 * k, 102)] for k in range(3))))
    assert dashes.turned == 0
    assert not any(digit.sure for digit in dashes.digits)


def test_one_digit_alone_is_not_turned_but_may_be_another():
    upside_down = read(strokes(seven(180)).transpose(COUNTERCLOCKWISE[180]))
    assert (upside_down.turned, len(upside_down.digits)) == (0, 1)
    assert upside_down.if_turned == (180, 7)
    assert read(strokes(seven(180))).if_turned is None
    pair = read(strokes(seven(90), seven(250)).transpose(COUNTERCLOCKWISE[180]))
    assert (pair.turned, pair.text, pair.if_turned) == (180, "77", None)


@pytest.mark.parametrize("degrees", [-30, -18, 18, 30])
def test_tilted_lines_are_sorted(degrees):
    """Three lines of six, and one."""
    across, down = np.cos(np.radians(degrees)), np.sin(np.radians(degrees))
    for count in (3, 1):
        places = [(60 * k * across - 90 * line * down, 60 * k * down + 90 * line * across)
                  for line in range(count) for k in range(6)]  # fmt: skip
        pieces = [Piece(500 + round(y), 500 + round(x), 550 + round(y), 530 + round(x), np.ones((50, 30), bool))
                  for x, y in places]  # fmt: skip
        shuffled = [pieces[k] for k in np.random.default_rng(3).permutation(len(pieces))]
        assert [[id(one) for one in line] for line in sort_into_lines(shuffled)] == [
            [id(one) for one in pieces[6 * line : 6 * line + 6]] for line in range(count)
        ]


def test_tilted_digits_that_are_not_sure_are_straightened():
    ways = [[(x, 60), (x, 150), (x + 50, 150)] for x in (60, 150)]  # L, which is not a digit: read upright only
    assert read(strokes(*ways)).tilt == 0
    tilted = SHEET.opened().rotate(-32, expand=True, fillcolor=(236, 234, 228))
    reading = read(tilted.transpose(COUNTERCLOCKWISE[180]))
    assert reading.turned == 180
    assert abs(reading.tilt + 32) <= 6
    assert np.mean([digit.confidence >= SURE for digit in reading.digits]) > 0.8


def test_what_is_as_plausible_upside_down_is_not_sure_and_says_so():
    """All 6 or 9 may be turned; a 3, a 4 and a 7 say which way is up, and 0, 1 and 8 are the same both ways."""
    for text, other in (("6666", "9999"), ("3474", None), ("0880", None)):
        reading = read(line_of(text))
        assert reading.upside_down == other
        assert [digit.sure for digit in reading.digits] == [other is None] * 4
        assert {digit.reason for digit in reading.digits} == {None if other is None else Reason.UPSIDE_DOWN}


def test_no_page_upside_down_is_read_surely_and_wrong_without_a_remark():
    page = sheet(520, 2, 4, hand=True)
    upright, over = read(page.opened()), read(page.opened().transpose(COUNTERCLOCKWISE[180]))
    assert upright.upside_down is None
    assert over.turned == 180 or over.upside_down is not None
