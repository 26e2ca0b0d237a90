"""MNIST's own digits already have MNIST's form."""

from __future__ import annotations

import numpy as np
import pytest
from PIL import Image
from scipy import ndimage

from glassnet.data import bundled
from glassnet.segmentation.mnist_form import STROKE, extract_digits, match_mnist_form, mnist_form, stroke_width


def test_strokes_as_wide_as_those_of_mnist_are_unchanged():
    """95 % of its digits have such strokes, and these are reproduced exactly at any magnification."""
    within = exact = 0
    for row in bundled("train").inputs[:100].reshape(-1, 28, 28):
        large = ndimage.zoom(row.astype(float), 5, order=1) > 127
        within += STROKE[0] < stroke_width(large[np.ix_(large.any(1), large.any(0))]) < STROKE[1]
        digit = row > 127
        digit = digit[np.ix_(digit.any(1), digit.any(0))]
        blocks = [digit.repeat(times, axis=0).repeat(times, axis=1) for times in (6, 11)]
        if max(digit.shape) != 20 or not all(STROKE[0] < stroke_width(one) < STROKE[1] for one in blocks):
            continue
        exact += 1
        for one in blocks:
            form = mnist_form(one) == 255
            np.testing.assert_array_equal(form[np.ix_(form.any(1), form.any(0))], digit)
    assert within > 0.9 * 100
    assert exact > 10


def test_digits_of_mnist_are_nearly_unchanged_by_all_stages():
    """Enlarged ten times and off-centre, a digit is reproduced by all stages."""
    correlations = []
    for row in bundled("train").inputs[:10]:
        large = Image.fromarray(row.reshape(28, 28)).resize((280, 280), Image.Resampling.BICUBIC)
        off_centre = Image.new("RGB", (310, 290))
        off_centre.paste(large, (30, 0))
        assert match_mnist_form(off_centre) is None
        (form,) = extract_digits(off_centre)
        correlations.append(np.corrcoef(form.ravel(), row)[0, 1])
    assert np.mean(correlations) > 0.9


@pytest.mark.parametrize("dark", [False, True])
def test_enlarged_digits_of_mnist_keep_their_form(dark):
    """Exactly if each pixel became a block, nearly if blurred. An off-centre digit does not have the form."""
    for row in bundled("train").inputs[:20].reshape(-1, 28, 28):
        digit = Image.fromarray(255 - row if dark else row)
        for side in (28, 84, 280):
            blocks = digit.resize((side, side), Image.Resampling.NEAREST).convert("RGB")
            np.testing.assert_array_equal(extract_digits(blocks), row[np.newaxis])
        blurred = digit.resize((250, 250), Image.Resampling.BICUBIC).convert("RGB")
        assert np.corrcoef(extract_digits(blurred)[0].ravel(), row.ravel())[0, 1] > 0.98
        off = np.roll(row, 3, axis=1)
        assert match_mnist_form(Image.fromarray(255 - off if dark else off).resize((140, 140))) is None
