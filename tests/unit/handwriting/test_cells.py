"""Printed forms are read cell by cell, without their lines."""

from __future__ import annotations

import numpy as np
import pytest
from PIL import Image

from glassnet.handwriting.cells import read_form
from glassnet.handwriting.grid import boundaries, find_form
from glassnet.handwriting.reader import read_photo
from glassnet.model.file import shipped_model
from glassnet.segmentation.photo import opaque, working_size
from support.forms import Form, form
from support.photos import Photo, Scene, sheet, single

SMALL = {
    "black, tight": Form(rows=3, columns=5, thick=0.5, margin="none", dpi=200, pen="black pen"),
    "boxes, tilted": Form("boxes", "red", rows=3, columns=5, dpi=150, tilt=-3.0, perspective=0.02),
    "comb": Form("comb", "blue", rows=3, columns=6, dpi=150, pen="pencil", margin="shadow"),
    "dotted": Form("dotted", "grey", rows=3, columns=6, dpi=150, pen="black pen"),
    "lines": Form("lines", "black", rows=4, columns=6, dpi=150, pen="felt pen"),
}
"""Kinds of forms, small ones."""


def counted(photo: Photo) -> tuple[int, int, int]:
    """The digits that are right and sure, those that are sure and something else, and the rows of the reading."""
    reading = read_photo(shipped_model(), photo.opened())
    boxes = np.array(photo.boxes) * np.tile(reading.picture.size, 2)
    centres = (boxes[:, :2] + boxes[:, 2:]) / 2
    right = wrong = 0
    for digit in reading.digits:
        if digit.sure:
            centre = np.add(digit.box[:2], digit.box[2:]) / 2
            nearest = int(np.abs(centres - centre).sum(axis=1).argmin())
            size = (boxes[nearest, 2:] - boxes[nearest, :2]).max()
            same = photo.labels[nearest] == digit.answer and np.abs(centres[nearest] - centre).max() < size / 2
            right, wrong = right + same, wrong + (not same)
    return right, wrong, len({digit.line for digit in reading.digits})


@pytest.mark.parametrize("kind", SMALL)
def test_digits_in_the_cells_of_a_form_are_read_in_their_rows(kind):
    """Nearly all are right and sure, none is an invented digit of a line, and the rows are those of the form."""
    photo = form(7, SMALL[kind])
    right, wrong, rows = counted(photo)
    assert right >= 0.85 * len(photo.labels)
    assert wrong <= 1
    assert rows == SMALL[kind].rows


def test_a_straightened_form_has_level_lines_and_none_of_them_is_ink():
    picture = opaque(form(7, SMALL["boxes, tilted"]).opened())
    found, _ = find_form(picture, working_size(picture))
    assert found is not None
    assert len(boundaries(found.rows)) == 4
    assert len(boundaries(found.columns)) == 6
    between = found.picture.max(axis=2)[found.near]
    assert np.median(between) > 0.8


@pytest.mark.parametrize(("kind", "seed"), [("ruled", 1), ("squared", 2), ("margin", 1)])
def test_one_digit_on_paper_with_lines_is_read_as_surely_as_without(kind, seed):
    photo = single(kind, seed, hand=True)
    (digit,) = read_photo(shipped_model(), photo.opened()).digits
    assert (digit.answer, digit.sure) == (photo.labels[0], True)


def test_two_rows_of_boxes_on_a_page_are_a_form_or_nothing_in_them_is_sure():
    """Their upright lines are short compared with the page."""
    boxes = form(7, Form("boxes", rows=1, columns=5, dpi=150, pen="black pen")).opened()
    page = Image.new("RGB", (boxes.width + 200, boxes.height * 5), boxes.getpixel((5, 5)))
    page.paste(boxes, (100, boxes.height))
    picture = opaque(page)
    found, is_crossed = find_form(picture, working_size(picture))
    assert found is not None or is_crossed


@pytest.mark.parametrize("style", ["boxes", "comb"])
def test_a_form_that_is_cut_to_its_lines_is_not_squared_paper(style):
    """Its lines cross the whole photograph too, but no paper has ticks or pairs of lines."""
    photo = form(7, Form(style, "red", rows=7, columns=12, dpi=150, margin="none", high=(0.6, 0.8)))
    picture = opaque(photo.opened())
    reading, _ = read_form(shipped_model(), picture, working_size(picture), 0.65)
    assert reading is not None
    assert sum(digit.sure for digit in reading.digits) >= 0.85 * len(photo.labels)


def test_a_printed_heading_does_not_cost_the_digits_below_it():
    """The letters of its words, which are no digits, may be more than the digits."""
    photo = form(7, Form("table", "grey", thick=0.1, rows=3, columns=10, dpi=200, pen="black pen", margin="none"))
    right, wrong, _ = counted(photo)
    assert right >= 0.85 * len(photo.labels)
    assert wrong <= 1


@pytest.mark.parametrize("rules", ["", "ruled", "squared"])
def test_paper_whose_lines_are_closer_than_the_writing_is_not_a_form(rules):
    picture = opaque(sheet(7, 2, 4, Scene(gradient=0.3, rules=rules), hand=True).opened())
    assert read_form(shipped_model(), picture, working_size(picture), 0.65) == (None, False)


def test_nothing_on_a_ruling_that_is_not_understood_is_sure():
    """Two rulings across each other: the lines of the second remain in the cells of the first."""
    photo = form(7, SMALL["black, tight"])
    picture = photo.opened()
    pixels = np.array(picture)
    for start in range(30, picture.width + picture.height, 90):
        for width in range(4):
            rows = np.arange(picture.height)
            columns = start + width - rows
            inside = (columns >= 0) & (columns < picture.width)
            pixels[rows[inside], columns[inside]] = 20
    reading = read_photo(shipped_model(), Image.fromarray(pixels))
    assert not any(digit.sure for digit in reading.digits)
