"""All stages in a row, for whoever only wants the digits."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from PIL.Image import Image

from .mnist_form import SIDE, already_formed, mnist_form
from .paper import lift_ink
from .photo import working_size
from .segment import find_pieces, in_lines, ink_mask
from .sheet import sheet_alone


def forms_of(picture: Image) -> NDArray[np.uint8]:
    """Return the digits of an RGB photograph in reading order, shape (digits, 28, 28), in MNIST's form.

    No model is asked: where it is open what belongs together, or whether ink is dark or light, the likelier is taken.
    """
    formed = already_formed(picture)
    if formed is not None:
        return formed[np.newaxis]
    values = working_size(picture)
    alone = sheet_alone(values)
    ink = lift_ink(values if alone is None else alone)[0]
    pieces = find_pieces(ink_mask(ink), ink)
    forms = [mnist_form(piece.mask) for line in in_lines(pieces) for piece in line]
    return np.stack(forms) if forms else np.empty((0, SIDE, SIDE), np.uint8)
