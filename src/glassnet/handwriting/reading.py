"""The result of reading a photograph: its digits, and the intermediate stages."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from ..nn.parameters import FloatArray
from ..segmentation.paper import Ink
from .reasons import DOUBTED, Reason

if TYPE_CHECKING:
    from PIL.Image import Image

_APART, _WIDER, _FURTHER = 0.4, 2.0, 1.4
"""Least gap between numbers, relative to their height; its least ratio to the widest gap within a number; and the same
ratio of the distances between the middles of digits."""


@dataclass(frozen=True)
class Digit:
    """One digit of a photograph, and the prediction of the model.

    Parameters
    ----------
    box : (left, top, right, bottom)
        In pixels of the `picture` of its `Reading`; the last two are exclusive.
    line : int
        The line of writing, from 0.
    answer : int
        The class of the largest output.
    confidence : float
        0 to 1: the confidence of the model, from outputs averaged over small changes of the digit, times the
        confidence of the gate that this is a digit; lower if it is too wide or in a line that is not digits.
    sure : bool
        Whether the confidence suffices: it is at least the limit that the reading was made with.
    outputs : ndarray, shape (classes,)
        The averaged outputs.
    form : ndarray of uint8, shape (28, 28)
        The input of the model.
    reason : Reason or None
        Why the digit is not sure; None if it is.
    """

    box: tuple[int, int, int, int]
    line: int
    answer: int
    confidence: float
    sure: bool
    outputs: FloatArray = field(repr=False)
    form: NDArray[np.uint8] = field(repr=False)
    reason: Reason | None = None

    @property
    def width(self) -> int:
        """Width of the box."""
        return self.box[2] - self.box[0]

    @property
    def height(self) -> int:
        """Height of the box."""
        return self.box[3] - self.box[1]

    @property
    def second(self) -> int:
        """The other class with the largest output."""
        return next(int(one) for one in np.argsort(self.outputs, kind="stable")[::-1] if one != self.answer)

    def doubted(self, reason: Reason, sure: float) -> Digit:
        """Return the digit with a lower confidence, for a reason; `sure` is the least confidence of a sure digit.

        Faint ink remains the reason, because specks in noise may look like a line of words.
        """
        confidence, reason = self.confidence * DOUBTED, Reason.FAINT if self.reason is Reason.FAINT else reason
        return replace(
            self, confidence=confidence, sure=confidence >= sure, reason=None if confidence >= sure else reason
        )


@dataclass(frozen=True)
class Reading:
    """The digits of a photograph, and the intermediate stages.

    Parameters
    ----------
    digits : tuple of Digit
        In reading order; empty if none was found.
    picture : PIL.Image.Image
        The photograph, upright and opaque.
    ink : Ink
        Its paper and ink.
    mask : ndarray of bool
        The pixels of the ink, without printed lines.
    removed : ndarray of bool, of the shape of `mask`
        Pixels of ink that are not in any digit: ruled lines, specks, punched holes, what reaches in at the edge.
    turned : {0, 90, 180, 270}
        Degrees by which the photograph was rotated clockwise to read it; `picture`, `ink`, `mask` and the boxes are as
        rotated.
    tilt : float
        Degrees, from −40 to 40, by which it was then rotated clockwise because lines of writing were tilted.
    if_turned : (turned, answer) or None
        One digit alone is never turned, because a 6 may be a 9. This is what it is likely to be if the photograph is
        rotated clockwise by 90, 180 or 270 degrees; None if it is read upright only.
    other_lines : tuple of int
        The lines of writing, from 0, that are not digits but words or sums.
    upside_down : str or None
        The text of several digits if the photograph is rotated by 180 degrees, where that is as plausible.
    """

    digits: tuple[Digit, ...]
    picture: Image = field(repr=False)
    ink: Ink = field(repr=False)
    mask: NDArray[np.bool_] = field(repr=False)
    removed: NDArray[np.bool_] = field(repr=False)
    turned: int = 0
    tilt: float = 0.0
    if_turned: tuple[int, int] | None = None
    other_lines: tuple[int, ...] = ()
    upside_down: str | None = None

    @property
    def text(self) -> str:
        """The predictions, one line of text per line of writing; ``?`` if the confidence is too low.

        A space is where numbers in a line are apart.
        """
        lines: list[list[Digit]] = [[] for _ in range(1 + max((digit.line for digit in self.digits), default=0))]
        for digit in self.digits:
            lines[digit.line].append(digit)
        return "\n".join(map(_line_text, lines))


def mask_place(reading: Reading, digit: Digit) -> tuple[slice, slice]:
    """Return the rows and columns of a digit in the mask."""
    down, across = (a / b for a, b in zip(reading.mask.shape, reading.picture.size[::-1], strict=True))
    left, top, right, bottom = digit.box
    return slice(round(top * down), round(bottom * down)), slice(round(left * across), round(right * across))


def _line_text(digits: list[Digit]) -> str:
    """Return a line of text, with spaces where gaps are clearly wider than those within numbers."""
    text = [str(digit.answer) if digit.sure else "?" for digit in digits]
    if len(digits) < 3:
        return "".join(text)
    boxes = np.array([digit.box for digit in digits], float)
    high = float(np.median(boxes[:, 3] - boxes[:, 1]))
    left, right = np.sort([boxes[:, 0], boxes[:, 2]], axis=0)
    gaps, steps = (left[1:] - right[:-1]) / high, np.diff((left + right) / 2) / high
    order = np.sort(gaps)
    widest = 1 + int(np.argmax(np.diff(order)))  # gaps from this one on are between numbers
    apart = gaps >= order[widest]
    clear = (
        order[widest] > max(_APART, _WIDER * order[widest - 1]) and steps[apart].min() > _FURTHER * steps[~apart].max()
    )
    return text[0] + "".join(f" {one}" if space and clear else one for one, space in zip(text[1:], apart, strict=True))
