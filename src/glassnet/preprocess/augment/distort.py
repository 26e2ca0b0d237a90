"""Distortions of training pictures: turn, shift, scale, shear, bend; a new one for every picture in every epoch.

What happens to a picture follows from the seed, the epoch and the picture's own number, so it is the same for any
number of threads and any order. The affine part and the bending are one map from the new picture's pixels to places in
the old one, read with linear interpolation; what lies outside is 0.

References: Simard, Steinkraus and Platt, ICDAR 2003 (elastic); Cireşan et al. 2010, section 2 (all together). Here
the field of displacements is a cubic B-spline over random values on a coarse grid, which is as smooth as their blurred
noise and much less work.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from ...errors import OptionError
from ...options.options import DISTORTIONS, Options

if TYPE_CHECKING:
    from .kernels import Distortion

KNOTS = 1.75
"""Distance of the grid's values, times `elastic_sigma`: the spline is then as smooth as noise blurred by the latter."""


def distort(
    rows: NDArray[Any], which: NDArray[np.int64], image_shape: tuple[int, int], options: Options, place: np.uint64
) -> NDArray[np.float32]:
    """Return distorted copies of some pictures.

    Parameters
    ----------
    rows : ndarray, shape (n, features)
        All pictures, as they stand in the data.
    which : ndarray of int64, shape (b,)
        Which of them.
    image_shape : (rows, columns)
        With ``rows · columns = features``.
    options : Options
        Of which `rotate` (degrees), `shift` (pixels), `zoom`, `shear` and `elastic` (pixels) are used: each picture
        draws evenly from minus to plus these; displacements have the standard deviation `elastic`, and are as smooth
        as noise blurred by `elastic_sigma` pixels.
    place : uint64
        From ``nn.random.key(seed, Purpose.AUGMENTATION, epoch)``.

    Returns
    -------
    ndarray of float32, shape (b, features)
        In the data's own range.
    """
    from .kernels import distort_rows

    out = np.empty((len(which), rows.shape[1]), np.float32)
    distort_rows(rows, which, distortion(image_shape, options, place), new_room(image_shape), out)
    return out


def distortion(image_shape: tuple[int, int], options: Options, place: np.uint64) -> Distortion:
    """Return what the kernel is told; arguments as for `distort`."""
    from .kernels import Distortion

    height, width = image_shape
    limits = [math.radians(options.rotate), options.shift, options.zoom, options.shear, options.elastic]
    down, across = (_spline(pixels, KNOTS * options.elastic_sigma) for pixels in image_shape)
    across = np.ascontiguousarray(across.T)
    return Distortion(height, width, np.array(limits, np.float32), down, across, np.uint64(place))


def new_room(image_shape: tuple[int, int]) -> NDArray[np.float32]:
    """Return what the kernel needs for one picture: two planes of displacements, and the picture with an edge of 0."""
    return np.zeros((3, (image_shape[0] + 3) * (image_shape[1] + 3)), np.float32)


def require_pictures(image_shape: tuple[int, int] | None, options: Options, channels: int = 1) -> None:
    """Refuse to distort or deskew what is no picture, or has `channels` values a pixel and not one.

    Raises
    ------
    OptionError
        GN022.
    """
    wanted = [name for name in (*DISTORTIONS, "deskew") if getattr(options, name)]
    if wanted and image_shape is None:
        raise OptionError("GN022", f"{', '.join(wanted)}: the samples are not images. Omit these options.")
    if wanted and channels != 1:
        raise OptionError(
            "GN022",
            f"{', '.join(wanted)}: the images have colours, expected greyscale. Omit these options, or the colours.",
        )


def _spline(pixels: int, spacing: float) -> NDArray[np.float32]:
    """Return the weights of the values of a grid, `spacing` pixels apart, at each pixel, shape (pixels, values).

    Scaled so that independent values of variance 1 give displacements whose mean variance is 1 along this axis.
    """
    at = np.arange(pixels) / spacing
    values = int(at[-1]) + 4
    distance = np.abs(at[:, None] + 1 - np.arange(values))  # (pixels, values), in grid steps
    near = 2 / 3 - distance**2 + distance**3 / 2
    far = np.clip(2 - distance, 0, None) ** 3 / 6
    weights = np.where(distance < 1, near, far)
    scaled: NDArray[np.float32] = (weights / np.sqrt((weights**2).sum(axis=1).mean())).astype(np.float32)
    return scaled
