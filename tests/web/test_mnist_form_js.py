"""`mnist_form.js` makes the same 28 × 28 pixels of a drawing as `glassnet.segmentation.mnist_form`, exactly."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import ndimage

from glassnet.data import bundled
from glassnet.segmentation.mnist_form import mnist_form
from glassnet.segmentation.segment import bounding_box
from support.strokes import SIDE, bundled_digit, hand_digit, hand_strokes, other_shape
from support.web import array_of, text_of

FORMS = """
const { mnistStages } = await import("/static/mnist_form.js");
return given.map(([width, height, mask]) => {
  const { box, bold, small, form } = mnistStages(bytesOf(mask), width, height);
  const pictures = [box, bold, small].map(({ pixels, width, height }) => [textOf(pixels), height, width]);
  return { pictures, form: textOf(form) };
});
"""


def drawn(rng):
    """Digits and other shapes along a pen's path, with pens from a hairline to a brush."""
    for label in range(10):
        for pen, side in ((0.004, 280), (0.012, 60), (0.03, 280), (0.06, 100), (0.14, 280), (0.05, 28)):
            shape = hand_digit(label, rng) if label % 2 else bundled_digit(label)[0]
            yield ndimage.zoom(shape, side / SIDE, order=1) <= pen
    for name in ("heart", "zigzag", "minus", "square"):
        yield other_shape(name, rng) <= 0.02


def digits(rng):
    """Digits of MNIST, thresholded and enlarged."""
    for row in bundled("test").inputs[:60].reshape(-1, 28, 28):
        yield ndimage.zoom(row.astype(float), rng.choice([1, 3, 7, 10]), order=1) > 127


def rectangles(rng):
    """Dots, bars, blots and far-apart specks, from one pixel to more than a board."""
    for side in (1, 3, 12, 40, 99, 100, 101, 300):
        for _ in range(12):
            height, width = rng.integers(1, side + 1, 2)
            mask = np.zeros((height, width), bool)
            for _ in range(rng.integers(1, 5)):
                top, left = rng.integers(0, height), rng.integers(0, width)
                mask[top : top + rng.integers(1, height + 1), left : left + rng.integers(1, 4)] = True
            yield mask if rng.random() < 0.5 else mask.T


def bars(rng):
    """Strokes of every width, to a blot; and specks with a block, whose median width is the mean of two."""
    for thickness in range(1, 75):
        yield np.ones((250, thickness), bool)
    shape = ndimage.zoom(bundled_digit(0)[0], 280 / SIDE, order=1)
    for pen in np.linspace(0.02, 0.1, 33):
        yield shape <= pen
    mask = np.zeros((300, 300), bool)
    mask[100:112, 100:112] = True
    mask[:20:2, 298] = mask[:20:2, 0] = mask[0, 20:90:2] = True
    mask[299, 0] = True
    yield mask


def noise(rng):
    """Masks without any shape."""
    for density in (0.02, 0.3, 0.9):
        for side in (5, 30, 90, 150):
            yield rng.random((side, rng.integers(1, 2 * side))) < density


MASKS = {make.__name__: make for make in (drawn, digits, rectangles, bars, noise)}
"""340 masks in all."""


@pytest.mark.parametrize("kind", MASKS)
def test_forms_are_equal_pixel_for_pixel(run_module, kind):
    masks = [mask for mask in MASKS[kind](np.random.default_rng(1)) if mask.any()]
    answers = run_module(FORMS, [[mask.shape[1], mask.shape[0], text_of(mask)] for mask in masks])
    for mask, answer in zip(masks, answers, strict=True):
        form = array_of(answer["form"], "u1").reshape(28, 28)
        np.testing.assert_array_equal(form, mnist_form(mask))
        pictures = [array_of(text, "u1").reshape(height, width) for text, height, width in answer["pictures"]]
        box, bold, small = pictures
        np.testing.assert_array_equal(box, mask[bounding_box(mask)])
        assert set(np.unique(bold)) <= {0, 1}
        assert all(one[bounding_box(one > 0)].shape == one.shape for one in (box, bold))
        top, left = (np.flatnonzero(form.any(axis=axis))[0] for axis in (1, 0))
        ink = small[bounding_box(small > 0)]
        np.testing.assert_array_equal(form[top : top + ink.shape[0], left : left + ink.shape[1]], ink)


def test_a_board_without_ink_has_no_form(run_module):
    program = 'return (await import("/static/mnist_form.js")).mnistStages(new Uint8Array(20), 4, 5);'
    assert run_module(program) is None


def near_strokes(strokes, width, height, pen):
    """The pixels whose middle is at most half a pen from a line between neighbouring points."""
    rows, columns = np.mgrid[:height, :width] + 0.5
    mask = np.zeros((height, width), bool)
    for points in strokes:
        points = np.asarray(points) * (width, height)
        for (x, y), (to_x, to_y) in zip(points, [*points[1:], points[-1]], strict=True):
            length = np.hypot(to_x - x, to_y - y)
            along = np.array([to_x - x, to_y - y]) / (length or 1)
            share = np.clip((columns - x) * along[0] + (rows - y) * along[1], 0, length)
            mask |= np.hypot(columns - x - share * along[0], rows - y - share * along[1]) <= pen / 2
    return mask


@pytest.mark.parametrize(("width", "height", "pen"), [(280, 280, 18.3), (120, 90, 3.1), (28, 28, 1.7)])
def test_strokes_become_the_same_mask_everywhere(run_module, width, height, pen):
    """A path of a pen, one that leaves the board, and a dot; the sizes of the pens avoid ties."""
    rng = np.random.default_rng(4)
    drawings = [[points.tolist() for points in hand_strokes(label, rng)] for label in range(10)]
    drawings += [[[[0.313, 0.507]]], [[[-0.2, 0.411], [1.3, 0.683]], [[0.52, 0.48], [0.52, 0.48]]]]
    program = """
    const { strokesToMask } = await import("/static/mnist_form.js");
    const { drawings, width, height, pen } = given;
    return drawings.map((strokes) => textOf(strokesToMask(strokes, width, height, pen)));
    """
    answers = run_module(program, {"drawings": drawings, "width": width, "height": height, "pen": pen})
    for strokes, text in zip(drawings, answers, strict=True):
        mask = array_of(text, "u1").reshape(height, width)
        np.testing.assert_array_equal(mask, near_strokes(strokes, width, height, pen))
        assert mask.any()
