"""Large images are opened at a reduced size, the same as at their whole size."""

from __future__ import annotations

import io

import numpy as np
import pytest
from PIL import Image, ImageDraw

from glassnet.data.readers.image import open_photo, open_reduced
from glassnet.handwriting.reader import Digit, Reading
from glassnet.io.opening import Opened
from glassnet.segmentation.photo import MOST, reduction
from glassnet.workflow.read_job import PhotoResult


def opened(picture, kind, **how):
    file = io.BytesIO()
    picture.save(file, kind, **how)
    return Opened("photo", None, io.BytesIO(file.getvalue()), file.getvalue()[:4096])


def photo(mode):
    picture = Image.new("RGB", (2600, 2001), (220, 216, 208))
    ImageDraw.Draw(picture).ellipse((300, 400, 900, 1500), outline=(20, 30, 90), width=80)
    return picture.convert(mode)


@pytest.mark.parametrize(("kind", "orientation"), [("JPEG", 1), ("PNG", 3), ("JPEG", 6)])
def test_a_reduced_image_is_the_image_at_a_smaller_size(kind, orientation):
    exif = Image.Exif()
    exif[0x0112] = orientation
    whole = open_photo(opened(photo("RGB"), kind, exif=exif))
    small, size = open_reduced(opened(photo("RGB"), kind, exif=exif))
    assert size == whole.size
    assert MOST <= small.width * small.height < whole.width * whole.height / 3
    difference = np.array(whole.resize(small.size, Image.Resampling.BOX), float) - np.array(small, float)
    assert np.abs(difference).mean() < 1


@pytest.mark.parametrize("mode", ["L", "RGBA", "P", "1"])
def test_every_mode_is_reduced(mode):
    small, size = open_reduced(opened(photo(mode), "PNG"))
    assert (small.mode, size) == ("RGB", (2600, 2001))
    assert small.width < 2600


def test_a_small_image_is_not_reduced():
    small, size = open_reduced(opened(photo("RGB").resize((900, 700)), "PNG"))
    assert small.size == size == (900, 700)
    assert reduction((1999, 1999)) == 1


@pytest.mark.parametrize(("turned", "picture"), [(0, (500, 250)), (90, (250, 500))])
def test_boxes_are_in_pixels_of_the_file(turned, picture):
    box = (10, 20, *picture)
    digit = Digit(box, 0, 3, 0.9, True, np.zeros(10), np.zeros((28, 28), np.uint8))
    reading = Reading((digit,), Image.new("RGB", picture), None, *2 * [np.zeros((1, 1), bool)], turned=turned)
    size = (1500, 749)  # not a multiple
    result = PhotoResult("photo", reading, scale=(size[0] / 500, size[1] / 250))
    assert result.box_in_file(digit)[2:] == (size if turned == 0 else size[::-1])
    assert result.box_in_file(digit)[:2] == (30, 60)
