"""Read a class folder of handwritten digits, photographed or drawn large, and bring each digit to MNIST's form.

The stages are those of `glassnet query`, so training and prediction see the same digits. An image without a digit is
excluded and named; one with several digits gives several samples.
"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from ...errors import DataError
from ...io.opening import open_source
from ...messages.message import Command, Message
from ...messages.option_spelling import Option
from ...messages.progress import step
from ...runtime.threads import in_threads
from ...segmentation.mnist_form import SIDE
from ..dataset import HANDWRITING
from .image import parse_image, quiet_pillow
from .image_batch import Pictures
from .image_listing import Listing


def read_handwriting(found: Listing, *, as_is: bool = False) -> tuple[Pictures, Listing]:
    """Read the digits of labelled images.

    With `as_is`, every image of 28 × 28 is a sample as it is: for models of images of that size which may not be
    digits. Return one row of 28 × 28 pixels per digit, and the file and class of each row.
    """

    def read(file: Path) -> NDArray[np.uint8] | str:
        try:
            return parse_image(open_source(file), (SIDE, SIDE), handwriting=not as_is)[0]
        except DataError as problem:
            if problem.code != "GN085":
                raise
            return problem.code
        finally:
            reading.advance()

    with quiet_pillow(), step(Message("reading images"), len(found.files)) as reading:
        read_all = in_threads(read, found.files)
    digits = [(k, one) for k, one in enumerate(read_all) if not isinstance(one, str)]
    if not digits:
        raise DataError(
            "GN085",
            "{name}: no digit found in {count:,} images. Use dark ink on light paper, or light ink on dark "
            "paper; '{command}' draws the stages.",
            name=found.source,
            count=len(found.files),
            command=Command("read", "PICTURE", Option("stages", "FILE")),
        )
    without = [
        Message("{name}: no digit found, excluded [{code}]", name=found.names[k], code=one)
        for k, one in enumerate(read_all)
        if isinstance(one, str)
    ]
    rows = [k for k, one in digits for _ in one]
    several = Message("; each digit of an image is a sample of its class") if len(rows) > len(digits) else ""
    facts = {"digits": len(rows), "images": len(digits), "side": SIDE, "several": several}
    remark = Message(
        "found {digits:,} digits in {images:,} images; images of {side} × {side} pixels are used as they are, "
        "digits in others are centred in that size{several}"
        if as_is
        else "found {digits:,} digits in {images:,} images; images in MNIST's form are used as they are, digits in "
        "others are centred in {side} × {side} pixels{several}",
        **facts,
    )
    remarks = (*without, remark)
    samples = replace(
        found,
        files=[found.files[k] for k in rows],
        names=[found.names[k] for k in rows],
        words=[found.words[k] for k in rows],
    )
    inputs = np.concatenate([one for _, one in digits])
    return Pictures(inputs, (SIDE, SIDE), HANDWRITING, remarks, 0, 0), samples
