"""Distortions of training images: rotation, shift, zoom, shear, elastic; new for every image in every epoch.

The distortion of an image depends on the seed, the epoch and the image's index, so it is the same for any number of
threads and any order. The affine part and the elastic displacement form one map from the new image's pixels to
positions in the original, which is read with linear interpolation; outside it is 0.

References: Simard, Steinkraus and Platt, ICDAR 2003 (elastic); Cireşan et al. 2010, section 2 (all together). Here
the displacement field is a cubic B-spline over random values on a coarse grid, as smooth as their blurred noise and
much cheaper.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from ...errors import OptionError
from ...messages.message import Listing
from ...messages.option_spelling import Option
from ...options.options import DISTORTIONS, Options
from ...runtime.numba_availability import require_numba

if TYPE_CHECKING:
    from .kernels import Distortion

IMAGE_OPTIONS = (*DISTORTIONS, "deskew")
"""Options that need images."""
KNOTS = 1.75
"""Grid spacing in units of `elastic_sigma`: the spline is then as smooth as noise blurred by the latter."""


def distort(
    rows: NDArray[Any], which: NDArray[np.int64], image_shape: tuple[int, int], options: Options, place: np.uint64
) -> NDArray[np.float32]:
    """Return distorted copies of selected images.

    `rows`, shape (n, features), are all images with their raw values, `which`, (b,), the indices of the selected ones;
    rows · columns = features. Of the options, `rotate` (degrees), `shift` (pixels), `zoom` and `shear` are drawn
    uniformly from minus to plus their value for each image; displacements have the standard deviation `elastic`
    (pixels) and are as smooth as noise blurred by `elastic_sigma` pixels. `place` is from ``nn.random.key(seed,
    Purpose.AUGMENTATION, epoch)``.

    Return shape (b, features), in the range of the data.
    """
    from .kernels import distort_rows

    out = np.empty((len(which), rows.shape[1]), np.float32)
    distort_rows(rows, which, distortion(image_shape, options, place), new_room(image_shape), out)
    return out


def distortion(image_shape: tuple[int, int], options: Options, place: np.uint64) -> Distortion:
    """Return the parameters of the kernel; arguments as for `distort`."""
    from .kernels import Distortion

    height, width = image_shape
    limits = [math.radians(options.rotate), options.shift, options.zoom, options.shear, options.elastic]
    down, across = (_spline(pixels, KNOTS * options.elastic_sigma) for pixels in image_shape)
    across = np.ascontiguousarray(across.T)
    return Distortion(height, width, np.array(limits, np.float32), down, across, np.uint64(place))


def new_room(image_shape: tuple[int, int]) -> NDArray[np.float32]:
    """Return the kernel's buffers for one image: two planes of displacements, and the image with a border of 0."""
    return np.zeros((3, (image_shape[0] + 3) * (image_shape[1] + 3)), np.float32)


def require_pictures(image_shape: tuple[int, int] | None, options: Options, channels: int = 1) -> None:
    """Raise if samples to distort or deskew are not images, or have more than one of `channels` per pixel."""
    wanted = [name for name in IMAGE_OPTIONS if getattr(options, name)]
    if wanted and image_shape is None:
        raise OptionError(
            "GN022", "{names}: the samples are not images. Omit these options.", names=Listing(map(Option, wanted))
        )
    if options.augments:
        require_numba(Listing(Option(name) for name in DISTORTIONS if getattr(options, name)))
    if wanted and channels != 1:
        raise OptionError(
            "GN022",
            "{name}: the images have colours, expected greyscale. Omit these options, or the colours.",
            name=Listing(map(Option, wanted)),
        )


def _spline(pixels: int, spacing: float) -> NDArray[np.float32]:
    """Return the weight of each grid value, `spacing` pixels apart, at each pixel, shape (pixels, values).

    Scaled so that independent grid values of variance 1 give displacements with a mean variance of 1 along this axis.
    """
    at = np.arange(pixels) / spacing
    values = int(at[-1]) + 4
    distance = np.abs(at[:, None] + 1 - np.arange(values))  # (pixels, values), in grid steps
    near = 2 / 3 - distance**2 + distance**3 / 2
    far = np.clip(2 - distance, 0, None) ** 3 / 6
    weights = np.where(distance < 1, near, far)
    scaled: NDArray[np.float32] = (weights / np.sqrt((weights**2).sum(axis=1).mean())).astype(np.float32)
    return scaled
