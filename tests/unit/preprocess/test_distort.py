"""Distortions: the kernel against SciPy, with the same random numbers and an independent implementation of the map."""

from __future__ import annotations

import math

import numpy as np
import pytest
from scipy.interpolate import BSpline
from scipy.ndimage import map_coordinates

from glassnet import Dataset, Options, fit, new_model, train
from glassnet.errors import OptionError
from glassnet.nn.random import Purpose, key, uniform
from glassnet.preprocess.augment.distort import distort, require_pictures
from support.samples import digits

SHAPE = (28, 28)
PLACE = key(3, Purpose.AUGMENTATION, 2)
NUMBERS = 1024
"""Random numbers reserved for each image."""

ALL = {"rotate": 15.0, "shift": 2.5, "zoom": 0.2, "shear": 0.3, "elastic": 1.5}
ALONE = [{name: limit} for name, limit in ALL.items()]
STRONG = {"rotate": 180.0, "shift": 1000.0, "zoom": 0.9, "shear": 2.0, "elastic": 100.0}


def changed(rows: np.ndarray, limits: dict, which=None, shape=SHAPE, place=PLACE) -> np.ndarray:
    return distort(rows, np.arange(len(rows)) if which is None else np.asarray(which), shape, Options(**limits), place)


def uniform_numbers(picture: int, first: int, count: int) -> np.ndarray:
    """The random numbers of an image, -1 to 1."""
    return 2 * uniform(PLACE, picture * NUMBERS + first, count).astype(float) - 1


def forward_map(picture: int, options: Options) -> tuple[np.ndarray, np.ndarray]:
    """The map ``A p + b`` of a position (down, across) relative to the centre."""
    angle, down, across, tall, wide, lean = uniform_numbers(picture, 0, 6)
    angle *= math.radians(options.rotate)
    turn = np.array([[math.cos(angle), math.sin(angle)], [-math.sin(angle), math.cos(angle)]])
    shear = np.array([[1, 0], [options.shear * lean, 1]])
    scale = np.diag([1 + options.zoom * tall, 1 + options.zoom * wide])
    return turn @ shear @ scale, options.shift * np.array([down, across])


def spline_weights(pixels: int, apart: float) -> np.ndarray:
    """Cubic B-splines with the given distance of knots, (pixels, knots), with a mean square of 1 over the pixels."""
    bump = BSpline.basis_element(np.arange(-2, 3), extrapolate=False)
    knots = math.floor((pixels - 1) / apart) + 4
    weights = np.array(
        [[np.nan_to_num(bump(pixel / apart + 1 - knot)) for knot in range(knots)] for pixel in range(pixels)]
    )
    return weights / np.sqrt((weights**2).sum(axis=1).mean())


def displacements(picture: int, options: Options, shape=SHAPE) -> np.ndarray:
    """The displacement of each pixel's source, (2, height, width). Sums of three uniform numbers are nearly normal."""
    down, across = (spline_weights(pixels, 1.75 * options.elastic_sigma) for pixels in shape)
    knots = down.shape[1], across.shape[1]
    values = uniform_numbers(picture, 8, 2 * 3 * knots[0] * knots[1]).reshape(2, *knots, 3).sum(axis=3)
    return options.elastic * np.einsum("yk,akc,xc->ayx", down, values, across)


def by_scipy(row: np.ndarray, picture: int, options: Options, shape=SHAPE) -> np.ndarray:
    """Every pixel interpolated linearly at its source under the inverse map, 0 outside."""
    matrix, offset = forward_map(picture, options)
    middle = (np.array(shape) - 1) / 2
    target = np.indices(shape) - (middle + offset)[:, None, None]
    source = np.einsum("ij,jyx->iyx", np.linalg.inv(matrix), target) + middle[:, None, None]
    if options.elastic:
        source = source + displacements(picture, options, shape)
    return map_coordinates(row.reshape(shape).astype(float), source, order=1, mode="grid-constant", cval=0).ravel()


def noise_images(count: int, shape=SHAPE) -> np.ndarray:
    """Noise images that reach the edges, which reveal any difference."""
    return np.random.default_rng(0).integers(0, 256, (count, shape[0] * shape[1])).astype(np.uint8)


@pytest.mark.parametrize(
    "limits",
    [*ALONE, ALL, {**ALL, "elastic": 0.0}, {**ALL, "elastic_sigma": 9.0}, {"elastic": 0.5, "elastic_sigma": 2.5}],
    ids=lambda limits: "-".join(limits),
)
@pytest.mark.parametrize("kind", ["digits", "noise"])
def test_every_distortion_matches_scipy(limits, kind):
    """Positions are float32, within 4e-6 pixels of those here; the steepest image rises by 255 per pixel."""
    rows = digits(12).inputs if kind == "digits" else noise_images(12)
    ours = changed(rows, limits)
    assert ours.dtype == np.float32
    for picture, row in enumerate(rows):
        wanted = by_scipy(row, picture, Options(**limits))
        np.testing.assert_allclose(ours[picture], wanted, rtol=0, atol=0.01)
        assert np.abs(wanted - row).max() > 5, "the image must be distorted"


@pytest.mark.parametrize(
    ("shape", "limits"),
    [
        ((28, 10), ALL),
        ((28, 10), {"elastic": 1.0}),
        ((5, 40), {"elastic": 1.0, "elastic_sigma": 2.5}),
        ((4, 4), {"rotate": 40.0}),
        ((4, 4), {"elastic": 1.0}),
        ((1, 9), ALL),
        ((33, 33), {"elastic": 1.0, "elastic_sigma": 2.5}),
    ],
    ids=str,
)
def test_images_of_any_shape(shape, limits):
    rows = noise_images(5, shape)
    ours = changed(rows, limits, shape=shape)
    for picture, row in enumerate(rows):
        np.testing.assert_allclose(ours[picture], by_scipy(row, picture, Options(**limits), shape), rtol=0, atol=0.02)


@pytest.mark.parametrize("limits", [{"rotate": 30.0}, {"shift": 3.0}, {"zoom": 0.3}, {"shear": 0.4}])
def test_a_spot_moves_as_the_map_requires(limits):
    """The centre of mass of a round spot checks the forward map without a second interpolation."""
    y, x = np.indices(SHAPE)
    rows = np.tile(200 * np.exp(-((y - 10.0) ** 2 + (x - 17.0) ** 2) / 8).ravel(), (30, 1)).astype(np.float32)
    for picture, drawn in enumerate(changed(rows, limits)):
        matrix, offset = forward_map(picture, Options(**limits))
        centre = [(drawn * axis.ravel()).sum() / drawn.sum() for axis in (y, x)]
        wanted = matrix @ (np.array([10.0, 17.0]) - 13.5) + 13.5 + offset
        np.testing.assert_allclose(centre, wanted, atol=0.05)


def ramps(count: int, axis: int) -> np.ndarray:
    """Images whose value is the coordinate along an axis: distorted, they give the source of each pixel."""
    return np.tile(np.indices(SHAPE)[axis].ravel(), (count, 1)).astype(np.float32)


LIMITS = {"rotate": 30.0, "shift": 3.0, "zoom": 0.3, "shear": 0.4}


@pytest.mark.parametrize("name", LIMITS)
def test_limits_are_kept_and_used(name):
    """Over many images, the drawn values nearly reach the limit on both sides and never exceed it."""
    limit = LIMITS[name]
    # Sources of the four central pixels relative to the centre: (images, axis, down, across).
    came = np.stack(
        [changed(ramps(2000, axis), {name: limit}).reshape(-1, *SHAPE)[:, 13:15, 13:15] for axis in (0, 1)], 1
    )
    came = came.astype(float) - 13.5
    back = np.stack([np.diff(came.mean(3))[..., 0], np.diff(came.mean(2))[..., 0]], 2)
    matrix, moved = np.linalg.inv(back), -came.mean((2, 3))
    drawn = {
        "rotate": np.degrees(np.arctan2(matrix[:, 0, 1], matrix[:, 0, 0]))[:, None],
        "shift": moved,
        "zoom": matrix[:, [0, 1], [0, 1]] - 1,
        "shear": matrix[:, 1, :1],
    }[name] / limit
    assert (np.abs(drawn) <= 1 + 1e-4).all()
    assert (drawn.min(axis=0) < -0.99).all()
    assert (drawn.max(axis=0) > 0.99).all()
    np.testing.assert_allclose(drawn.mean(axis=0), 0, atol=5 / (3 * 2000) ** 0.5)


@pytest.mark.parametrize("dtype", ["uint8", "float32"])
def test_without_limits_an_image_is_unchanged(dtype):
    rows = digits(20).inputs.astype(dtype)
    np.testing.assert_array_equal(changed(rows, {}), rows.astype(np.float32))


def test_displacements_are_smooth_and_uniform_and_have_the_requested_strength():
    strength, pictures = 0.7, 400
    fields = []
    for axis in (0, 1):
        drawn = changed(ramps(pictures, axis), {"elastic": strength}) - ramps(1, axis)
        fields.append(drawn.reshape(pictures, *SHAPE)[:, 5:-5, 5:-5])  # unaffected by the outside
    down, across = fields
    # 400 images with about ten independent places: 4,000 numbers, whose spread has an error of 1.1 %, a fourth of 5 %.
    for field in (down, across):
        assert field.std() == pytest.approx(strength, rel=0.05)
        assert abs(field.mean()) < 5 * strength / 4000**0.5
        # Neighbours are correlated: with 7 pixels between knots, the step of one pixel is a fifth of the spread.
        assert np.diff(field, axis=2).std() < 0.3 * strength
        assert np.diff(field, axis=1).std() < 0.3 * strength
        by_place = field.std(axis=0)
        assert by_place.min() > 0.75 * strength
        assert by_place.max() < 1.3 * strength
    assert abs(np.corrcoef(down.ravel(), across.ravel())[0, 1]) < 0.1, "down and across must be independent"
    twice = changed(ramps(pictures, 0), {"elastic": 2 * strength}) - ramps(1, 0)
    inner = twice.reshape(pictures, *SHAPE)[:, 8:-8, 8:-8]
    np.testing.assert_allclose(inner, 2 * down[:, 3:-3, 3:-3], atol=1e-4)


def test_the_distortion_of_an_image_does_not_depend_on_order_or_batch():
    rows = digits(40).inputs
    whole = changed(rows, ALL)
    order = np.random.default_rng(1).permutation(40)
    np.testing.assert_array_equal(changed(rows, ALL, order), whole[order])
    np.testing.assert_array_equal(changed(rows, ALL, [7, 7, 3, 7]), whole[[7, 7, 3, 7]])
    for cuts in ([1], [13, 14], list(range(1, 40))):
        parts = [changed(rows, ALL, which) for which in np.split(np.arange(40), cuts)]
        np.testing.assert_array_equal(np.concatenate(parts), whole)
    assert changed(rows, ALL, np.empty(0, np.int64)).shape == (0, 784)
    assert (rows == digits(40).inputs).all()


def test_distortions_differ_between_images_epochs_and_seeds():
    rows = np.tile(digits(1).inputs, (20, 1))
    places = [PLACE, key(3, Purpose.AUGMENTATION, 3), key(4, Purpose.AUGMENTATION, 2)]
    made = [changed(rows, limits, place=place) for place in places for limits in ALONE]
    pictures = {picture.tobytes() for drawn in made for picture in drawn}
    assert len(pictures) == len(places) * len(ALONE) * 20


@pytest.mark.parametrize("side", [28, 200])
def test_images_share_no_random_numbers(side):
    """The numbers reserved for an image must suffice for all its knots, or it is distorted partly as its neighbour.

    The displacements of neighbouring images, down and across, at all places, are uncorrelated. With 300 images chance
    gives correlations of 0.06, and hardly one of 0.4 among the 260,000 compared; shared numbers give some of 0.8.
    """
    pictures, fields = 300, []
    for axis in (0, 1):
        rows = np.tile(np.indices((side, side))[axis].ravel(), (pictures, 1)).astype(np.float32)
        drawn = changed(rows, {"elastic": 0.3}, shape=(side, side)) - rows
        places = np.linspace(3, side - 4, 16).astype(int)
        fields.append(drawn.reshape(pictures, side, side)[:, places][:, :, places].reshape(pictures, -1))
    both = np.concatenate(fields, axis=1).astype(float)
    both = (both - both.mean(axis=0)) / both.std(axis=0)
    together = both[:-1].T @ both[1:] / (pictures - 1)
    assert np.abs(together).max() < 0.45


@pytest.mark.parametrize("limits", [ALL, STRONG, *ALONE])
def test_values_stay_within_the_range_of_the_image_and_0(limits):
    """Linear interpolation stays between two pixels, or a pixel and the 0 around the image."""
    rows = noise_images(30).astype(np.float32) - 100
    drawn = changed(rows, limits)
    assert np.isfinite(drawn).all()
    assert drawn.min() >= min(rows.min(), 0) - 1e-4 * 255
    assert drawn.max() <= max(rows.max(), 0) + 1e-4 * 255


def test_an_image_shifted_out_of_the_frame_is_empty():
    drawn = changed(noise_images(50), {"shift": 1000.0})
    gone = [np.abs(1000 * uniform_numbers(picture, 1, 2)).max() > 28 for picture in range(50)]
    assert sum(gone) > 40
    assert not drawn[gone].any()


@pytest.mark.parametrize("limits", ALONE)
def test_data_that_are_not_images_are_rejected(limits):
    require_pictures(None, Options())
    require_pictures((4, 4), Options(**limits))
    with pytest.raises(OptionError, match="images") as caught:
        require_pictures(None, Options(**limits))
    assert caught.value.code == "GN022"


@pytest.mark.parametrize("engine", ["compiled", "reference"])
def test_training_with_distortions_on_a_table_does_not_begin(engine):
    table = Dataset(np.ones((6, 5), np.float32), np.arange(6) % 2, 2, None, "table.csv")
    options = Options(hidden=(3,), engine=engine, rotate=5.0, input_max=1.0)
    model = new_model(table, options)
    before, events = model.network.parameters.hash(), []
    with pytest.raises(OptionError) as caught:
        events.extend(train(model, table, options))
    assert caught.value.code == "GN022"
    assert events == []
    assert model.network.parameters.hash() == before


@pytest.mark.parametrize("batch_size", [1, 16])
def test_both_engines_train_on_the_same_distorted_images(batch_size):
    settings = {**ALL, "hidden": (8,), "epochs": 2, "dtype": "float64", "batch_size": batch_size}
    slow, fast = (fit(digits(60), Options(**settings, engine=name)) for name in ("reference", "compiled"))
    np.testing.assert_allclose(fast.history.loss, slow.history.loss, rtol=1e-9)
    np.testing.assert_allclose(
        fast.model.network.parameters.flat, slow.model.network.parameters.flat, rtol=0, atol=1e-10
    )
