"""The order of a number's bytes in hashes, in files and on pages: that of almost every processor, on every one."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray


def little_endian(array: NDArray[Any]) -> NDArray[Any]:
    """Return the same numbers, contiguous, with the least significant byte first; a copy only if they are not."""
    return np.ascontiguousarray(array, array.dtype.newbyteorder("<"))
