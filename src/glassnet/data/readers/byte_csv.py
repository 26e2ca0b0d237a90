"""Read text whose values are all bytes, such as the notes' ``mnist_train.csv``, with NumPy.

Every step works on all characters of a piece at once: a value ends before each separator, and its digits are the one to
three characters before. This takes a third of the time of a general reader, which then need not be loaded. Text with
anything else in it is left to the other readers.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from ...io.opening import Opened

Bytes = NDArray[np.uint8]
_PIECE = 1 << 18  # characters; the arrays of a piece fit in a core's cache
_ZERO, _NEWLINE = 48, 10


def read_byte_table(opened: Opened, separator: str, width: int, *, header: bool = False) -> tuple[Bytes, Bytes] | None:
    """Read rows of `width` whole numbers from 0 to 255.

    Return the first column, uint8 of shape (n,), and the others, (n, width - 1), both C-contiguous. Return None for any
    text but numbers of one to three digits with exactly one separator between them, in lines of equal width, without
    blank lines.
    """
    with opened.stream() as stream:
        if header:
            stream.readline()
        # On one thread: two share the interpreter and the memory for the arrays, and take as long.
        blocks = []
        while piece := stream.read(_PIECE):
            piece += stream.readline()
            block = _values(piece if piece.endswith(b"\n") else piece + b"\n", ord(separator), width)
            if block is None:
                return None
            blocks.append(block)
    if not blocks:
        return None
    first = np.concatenate([block[:, 0] for block in blocks])
    others = np.empty((len(first), width - 1), np.uint8)
    np.concatenate([block[:, 1:] for block in blocks], out=others)
    return first, others


def _values(text: bytes, separator: int, width: int) -> Bytes | None:
    """Return the values of some lines, shape (n, width); None if they are not all bytes."""
    text = text.replace(b"\r\n", b"\n") if b"\r" in text else text
    signs = np.frombuffer(b"\n\n\n" + text, np.uint8)  # each value then has three characters before its end
    newline = signs == _NEWLINE
    end = (signs == separator) | newline
    digits = signs - np.uint8(_ZERO)  # wraps around for smaller characters
    digit = digits < 10
    if np.count_nonzero(end) + np.count_nonzero(digit) < len(signs):
        return None
    digits *= digit
    # The units, tens and hundreds of the value that ends at each character from the fourth on.
    ends, units, tens, hundreds = end[3:], digits[2:-1], digits[1:-2], digits[:-3]
    hundreds = hundreds * digit[1:-2]
    values = units + np.uint8(10) * tens + np.uint8(100) * hundreds  # wraps around above 255
    too_large = (hundreds > 2) | ((hundreds == 2) & (values < 200))
    four_digits = digit[:-3] & digit[1:-2] & digit[2:-1] & digit[3:]
    if (ends & (end[2:-1] | too_large)).any() or four_digits.any():
        return None
    places = np.flatnonzero(ends)
    if len(places) % width or not np.array_equal(places[width - 1 :: width], np.flatnonzero(newline[3:])):
        return None
    rows: Bytes = values[places].reshape(-1, width)
    return rows
