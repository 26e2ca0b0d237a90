"""Distortions: the map that is meant, addressed by seed, epoch and picture, whatever the order."""

from __future__ import annotations

import math

import numpy as np
import pytest
from scipy import ndimage

from glassnet import Options, load_data
from glassnet.errors import OptionError
from glassnet.preprocess.augment import _spline, distort, require_pictures
from glassnet.preprocess.augment_kernels import _NUMBERS
from glassnet.randomness import Purpose, key, uniform

DATA = load_data("mnist", part="test").take(slice(0, 12))
ROWS, WHICH, SHAPE = DATA.inputs, np.arange(12), (28, 28)
PLACE = key(3, Purpose.AUGMENTATION, 1)


def distorted(which=WHICH, place=PLACE, **limits):
    return distort(ROWS, which, SHAPE, Options(**limits), place)


def expected(picture: int, *, rotate=0.0, shift=0.0, zoom=0.0, shear=0.0, elastic=0.0):
    """The same map, written with matrices and read by SciPy."""
    drawn = 2 * uniform(PLACE, picture * _NUMBERS, _NUMBERS).astype(float) - 1
    angle = math.radians(rotate) * drawn[0]
    moved = shift * drawn[1:3]
    scale = np.diag(1 / (1 + zoom * drawn[3:5]))  # the picture grows, so it is read from nearer the middle
    turn = np.array([[math.cos(angle), -math.sin(angle)], [math.sin(angle), math.cos(angle)]])
    lean = np.array([[1.0, 0.0], [-shear * drawn[5], 1.0]])
    # rows of `lean @ turn`: x gains `-lean · y'`, with turned coordinates
    mixed = np.array([turn[0], turn[1] - shear * drawn[5] * np.array([turn[0, 0], turn[0, 1]])])
    assert np.allclose(mixed, lean @ turn)
    matrix = scale @ mixed
    middle = np.array([13.5, 13.5])
    grid = np.stack(np.meshgrid(np.arange(28), np.arange(28), indexing="ij"), axis=-1) - middle - moved
    places = middle + grid @ matrix.T
    if elastic:
        spline = _spline(28).astype(float)
        knots = spline.shape[1]
        values = elastic * drawn[8 : 8 + 2 * knots * knots * 3].reshape(2, knots, knots, 3).sum(axis=-1)
        places += np.stack([spline @ value @ spline.T for value in values], axis=-1)
    return ndimage.map_coordinates(ROWS[picture].reshape(28, 28).astype(float), np.moveaxis(places, -1, 0), order=1)


def test_without_limits_the_picture_comes_back():
    np.testing.assert_array_equal(distorted(), ROWS.astype(np.float32))


@pytest.mark.parametrize(
    "limits",
    [
        {"rotate": 30.0},
        {"shift": 3.0},
        {"zoom": 0.3},
        {"elastic": 1.5},
        {"rotate": 14.0, "shift": 1.5, "zoom": 0.15, "elastic": 1.0},
    ],
)
def test_the_map_is_the_one_that_scipy_draws(limits):
    result = distorted(**limits)
    for picture in WHICH:
        wanted = expected(int(picture), **limits).reshape(-1)
        # SciPy's outside begins at the last pixel's middle, ours a pixel further: only the border may differ.
        inner = np.zeros((28, 28), bool)
        inner[3:-3, 3:-3] = True
        difference = np.abs(result[picture] - wanted).reshape(28, 28)[inner]
        assert difference.max() < 0.5, limits
    assert np.abs(result - ROWS).max() > 50


def test_a_shear_leans_each_line_in_proportion_to_its_height():
    lines = np.zeros((1, 784), np.uint8)
    lines.reshape(28, 28)[:, 14] = 255
    drawn = 2 * float(uniform(PLACE, 0, 6)[5]) - 1
    leaning = distort(lines, np.array([0]), SHAPE, Options(shear=0.5), PLACE).reshape(28, 28)
    columns = (leaning * np.arange(28)).sum(axis=1) / leaning.sum(axis=1)
    slope = np.polyfit(np.arange(28), columns, 1)[0]
    assert abs(slope) == pytest.approx(0.5 * abs(drawn), rel=0.02)


ALL = {"rotate": 14.0, "shift": 1.5, "zoom": 0.15, "shear": 0.2, "elastic": 1.0}


def test_a_picture_does_not_depend_on_its_company():
    whole = distorted(**ALL)
    order = np.random.default_rng(0).permutation(12)
    np.testing.assert_array_equal(distorted(order, **ALL), whole[order])
    np.testing.assert_array_equal(distorted(WHICH[5:6], **ALL)[0], whole[5])


def test_epochs_seeds_and_pictures_differ():
    places = [key(seed, Purpose.AUGMENTATION, epoch) for seed, epoch in ((3, 1), (3, 2), (4, 1))]
    results = [distorted(place=place, **ALL)[0] for place in places]
    results += list(distort(np.repeat(ROWS[:1], 3, axis=0), np.array([1, 2]), SHAPE, Options(**ALL), PLACE))
    assert len({result.tobytes() for result in results}) == 5


def test_values_stay_within_the_picture():
    result = distorted(**ALL)
    assert result.min() >= 0
    assert result.max() <= 255.001


def test_bending_has_the_strength_that_was_asked_for():
    """Mean variance over pixels of the spline's field is 1 for values of variance 1."""
    spline = _spline(28).astype(float)
    variance = (spline**2).sum(axis=1)
    assert np.outer(variance, variance).mean() == pytest.approx(1, rel=1e-5)
    assert 8 + 2 * 3 * spline.shape[1] ** 2 <= _NUMBERS


def test_what_is_no_picture_is_refused():
    with pytest.raises(OptionError) as problem:
        require_pictures(None, Options(rotate=5.0))
    assert problem.value.code == "GN022"
    require_pictures(None, Options())
    require_pictures((28, 28), Options(rotate=5.0))
