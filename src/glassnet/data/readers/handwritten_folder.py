"""A class folder of handwritten digits, photographed or drawn large: each digit brought to MNIST's form.

The stages are those by which `glassnet query` finds the digits of a picture, so that a model learns what it will be
asked. A picture without a digit is left out and named; one with several gives a sample for each.
"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from ...errors import DataError
from ...i18n.language import counted
from ...io.limits import in_threads
from ...io.opening import open_source
from ..dataset import HANDWRITING
from .image import parse_image, quiet_pillow
from .image_batch import Pictures
from .image_listing import Listing


def read_handwriting(found: Listing) -> tuple[Pictures, Listing]:
    """Read the digits of labelled pictures.

    Returns
    -------
    pictures : Pictures
        One row a digit, of 28 × 28.
    samples : Listing
        The file and the class of each row; the same for the digits of one picture.

    Raises
    ------
    FileError
        GN001 to GN006 for the first picture that cannot be read.
    DataError
        GN017 for one of monstrous size, GN085 when no picture shows a digit.
    """
    from ...handwriting import SIDE

    def read(file: Path) -> NDArray[np.uint8] | str:
        try:
            return parse_image(open_source(file), (SIDE, SIDE))[0]
        except DataError as problem:
            if problem.code != "GN085":
                raise
            return problem.code

    with quiet_pillow():
        read_all = in_threads(read, found.files)
    digits = [(k, one) for k, one in enumerate(read_all) if not isinstance(one, str)]
    if not digits:
        raise DataError(
            "GN085",
            f"{found.source}: no digit found in any of {counted(len(found.files), 'picture')}. Show dark ink on light "
            "paper, or light on dark; 'glassnet read PICTURE --stages FILE' draws what is seen.",
        )
    left_out = [
        f"{found.names[k]}: no digit found, left out [{one}]" for k, one in enumerate(read_all) if isinstance(one, str)
    ]
    rows = [k for k, one in digits for _ in one]
    several = "; each digit of a picture is a sample of its class" if len(rows) > len(digits) else ""
    found_in = f"{counted(len(digits), 'picture')}: {counted(len(rows), 'digit')} found, centred in {SIDE} × {SIDE}"
    remarks = (*left_out, f"{found_in}{several}")
    samples = replace(
        found,
        files=[found.files[k] for k in rows],
        names=[found.names[k] for k in rows],
        words=[found.words[k] for k in rows],
    )
    inputs = np.concatenate([one for _, one in digits])
    return Pictures(inputs, (SIDE, SIDE), HANDWRITING, remarks, 0, 0), samples
