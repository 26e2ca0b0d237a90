"""A change of a sample that changes the answer, always asked again: along the slopes, or towards other samples."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..activations import Array
from ..model import Model
from .slopes import input_slopes, mean_sums, range_of, signals_of

MOST_TURNS, LONGEST = 50, 0.25
"""Steps at most towards another answer, and how long one can be, in parts of the range: slopes are good nearby."""
HALVINGS = 12
"""How often the way to a sample that is answered otherwise is halved."""


@dataclass(frozen=True)
class Flip:
    """A small change of a sample that changes the answer.

    Parameters
    ----------
    sample : ndarray, shape (features,)
        The changed sample, unscaled, from 0 to the largest value, but for a table's columns; whole numbers where the
        sample's were.
    answer : int
        What the model answers to it, 1 or 0 for a label: asked again, not computed from slopes.
    distance : float
        Euclidean length of the change, as a part of the largest value.
    """

    sample: NDArray[Any]
    answer: int
    distance: float


class Flips:
    """Looks for small changes of one sample.

    Parameters
    ----------
    model : Model
    raw : ndarray, shape (features,)
        The sample, unscaled.
    answer : int
        What the model answers to it.
    output : int or None
        The label that is asked about, where answers do not compete.
    """

    def __init__(self, model: Model, raw: NDArray[Any], answer: int, output: int | None) -> None:
        self._model, self._raw, self._answer, self._output = model, raw, answer, output
        self._whole = np.issubdtype(raw.dtype, np.integer)

    def along_slopes(self, every_way: Array) -> Flip | None:
        """Go the shortest way to the nearest other answer, as it looks from here, until the model changes it.

        A pixel at an end of the range can only move inwards, so it is left out of a way that leads outwards.

        Parameters
        ----------
        every_way : ndarray, shape (ways, outputs)
            Directions of the outputs' sums that lead to another answer; the border is where one is 0.
        """
        scaling, ends, members = self._model.scaling, range_of(self._model), list(self._model.members)
        own = members[0].parameters.flat.dtype  # near enough, and half as long as float64: it is asked again anyway
        every_way = every_way.astype(own)
        low, high = scaling.apply(np.repeat(np.array(ends)[:, None], len(self._raw), axis=1))  # (features,) each
        longest = LONGEST * float(np.max(scaling.span))
        x = scaling.apply(self._raw)
        for turn in range(MOST_TURNS):
            signals = signals_of(members, x[None].astype(own))
            gaps = -(every_way @ mean_sums(signals)[0])  # (ways,): how far each border is
            ways = input_slopes(members, signals, every_way)  # (ways, features)
            ways[((x <= low) & (ways < 0)) | ((x >= high) & (ways > 0))] = 0
            lengths = np.linalg.norm(ways, axis=1)
            open_ways = lengths > 0
            if not open_ways.any():
                return None
            reach = np.divide(gaps, lengths, out=np.full_like(gaps, np.inf), where=open_ways)
            nearest = int(reach.argmin())
            beyond = 0.01 * 1.2**turn  # more and more, as whole grey values may undo a small step
            length = min((max(gaps[nearest], 0) * 1.02 + beyond) / lengths[nearest], longest)
            x = np.clip(x + length * ways[nearest] / lengths[nearest], low, high)
            found = self._asked_again(np.clip(scaling.invert(x), *ends))
            if found:
                return found
        return None

    def towards(self, others: NDArray[Any]) -> Flip | None:
        """Go straight towards samples that are answered otherwise, as far as it takes; return the shortest way.

        Parameters
        ----------
        others : ndarray, shape (n, features)
            Unscaled.
        """
        found = [flip for other in others if (flip := self._towards(other))]
        return min(found, key=lambda flip: flip.distance, default=None)

    def _towards(self, other: NDArray[Any]) -> Flip | None:
        """Halve the way to a sample again and again, keeping an end that is answered otherwise."""
        far = other.astype(float) - self._raw
        best, near, beyond = self._asked_again(self._raw + far), 0.0, 1.0
        for _ in range(HALVINGS if best else 0):
            middle = (near + beyond) / 2
            found = self._asked_again(self._raw + middle * far)
            near, beyond, best = (near, middle, found) if found else (middle, beyond, best)
        return best

    def _asked_again(self, sample: Array) -> Flip | None:
        """Return the flip that a changed sample is, in whole numbers where the sample's were; None if it is none."""
        changed = np.rint(sample).astype(self._raw.dtype) if self._whole else sample
        answers = self._model.predict(changed)[0]
        answer = int(answers if self._output is None else answers[self._output])
        if answer == self._answer:
            return None
        distance = float(np.linalg.norm(changed.astype(float) - self._raw) / self._model.scaling.maximum)
        return Flip(changed, answer, distance)
