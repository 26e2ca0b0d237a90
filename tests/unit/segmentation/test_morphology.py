"""Distances and windows equal those of `scipy.ndimage`."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import ndimage

from glassnet.segmentation import morphology


def shapes():
    """Masks of thin and thick strokes, and blocks wider than a stroke."""
    rng = np.random.default_rng(1)
    for shape in ((40, 60), (61, 33), (1, 20)):
        values = ndimage.gaussian_filter(rng.normal(size=shape), 2)
        yield values > np.quantile(values, 0.7)
    for side in (70, 355, 380):
        yield np.pad(np.ones((side, side + 9), bool), 1)


def test_distances_are_exact():
    for mask in shapes():
        padded = np.pad(mask, 1)
        exact = ndimage.distance_transform_edt(padded)
        np.testing.assert_array_equal(morphology.distance(padded), exact)
        assert morphology.median_distance(mask) == np.median(exact[padded])


@pytest.mark.parametrize("reach", [0.5, 1, 2.5, 7.3])
def test_a_dilation_with_a_disc_reaches_all_pixels_at_that_distance(reach):
    for mask in shapes():
        np.testing.assert_array_equal(
            morphology.dilate(mask, reach), ndimage.distance_transform_edt(~np.pad(mask, 20))[20:-20, 20:-20] <= reach
        )


@pytest.mark.parametrize("size", [1, 2, 3, 8, 13])
def test_windows_are_those_of_scipy(size):
    plane = np.random.default_rng(2).random((30, 41)).astype(np.float32)
    padded = np.pad(plane, size)
    closed = ndimage.grey_closing(padded, size=(size, size), mode="constant")[size:-size, size:-size]
    np.testing.assert_array_equal(morphology.close(plane, size), closed)
    np.testing.assert_array_equal(morphology.open_plane(plane, size), ndimage.grey_opening(plane, size=(size, size)))
    mask = (plane > 0.6).astype(np.uint8)
    for ours, theirs in ((morphology.close_mask, ndimage.grey_closing), (morphology.open_mask, ndimage.grey_opening)):
        np.testing.assert_array_equal(ours(mask > 0, size), theirs(mask, size=(size, size)) > 0)
    if size % 2:
        np.testing.assert_array_equal(morphology.largest_around(plane, size), ndimage.maximum_filter(plane, size=size))
