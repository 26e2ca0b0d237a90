"""A change of a sample that changes the answer, always asked again: along the slopes, or towards other samples."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..model.model import Model
from ..network import Signals
from ..nn.activations import Array
from .input_gradients import input_slopes, mean_sums, range_of, row_of, signals_of

MOST_TURNS, LONGEST, GROWTH = 12, 0.25, 1.25
"""Turns at most towards another answer; how far the first goes at most, in parts of the range, as slopes are good
nearby; and how that grows from turn to turn, so that none goes on for long."""
LEAST = 0.002
"""How far at least, doubled from turn to turn: whole grey values may undo a small change."""
FURTHER = np.array([0.5, 1.0, 1.5, 2.0])
"""How far along a way one looks, in parts of where the slopes see the border: they see it too near or too far."""
MOST_WAYS = 10
"""Of many classes, only the ways to the next ones are followed."""
SHORTER = np.array([*np.geomspace(0.1, 1, 48), 1.12, 1.25, 1.5, 2.0, 3.0, 4.0, 6.0, 8.0])
"""Parts of a change that are tried; more than all of it, as whole grey values may undo a small one."""
FINER = np.linspace(0.95, 1, 9)[:-1]
"""Parts of a change that flips, and hardly less of it does not."""


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
        self._model, self._raw, self._answer, self._output = model.unchecked(), raw, answer, output
        self._whole = np.issubdtype(raw.dtype, np.integer)

    def along_slopes(self, every_way: Array) -> Flip | None:
        """Go the shortest way to the nearest other answer, as it looks from here, until the model changes it.

        A pixel at an end of the range can only move inwards, so it is left out of a way that leads outwards.

        Parameters
        ----------
        every_way : ndarray, shape (ways, outputs)
            Directions of the outputs' sums that lead to another answer; the border is where one is 0.
        """
        scaling, ends = self._model.scaling, range_of(self._model)
        low, high = scaling.apply(np.repeat(np.array(ends)[:, None], len(self._raw), axis=1))  # (features,) each
        longest = LONGEST * float(np.max(scaling.span))
        others = every_way[every_way.any(axis=1)]  # the way to the answer itself is none
        x = scaling.apply(self._raw)[None]
        signals = self._signals(x)
        for turn in range(MOST_TURNS):
            way, reach = self._way_out(x[0], signals, others, low, high)
            if way is None:
                return None
            length = min(max(reach, LEAST * 2**turn), longest * GROWTH**turn)
            tried = np.clip(x + length * FURTHER[:, None] * way, low, high)
            signals = self._signals(tried)
            gaps = -(mean_sums(signals) @ others.T).max(axis=1)  # (tried,): how far the nearest border is
            best = int((gaps < 0).argmax() if (gaps < 0).any() else gaps.argmin())
            x, signals = tried[[best]], [row_of(one, best) for one in signals]
            if gaps[best] < 0 and (found := self._shortened(np.clip(scaling.invert(x[0]), *ends))):
                found = found if turn == 0 else self._nearer(found, others, low, high)
                return self._shortened(found.sample, FINER) or found
        return None

    def _nearer(self, flip: Flip, ways: Array, low: Array, high: Array) -> Flip:
        """Go from the sample to where the border, as it looks from the flip, is nearest; return the shorter change."""
        start, there = self._model.scaling.apply(np.stack([self._raw, flip.sample]))
        signals = self._signals(there[None])
        crossed = [(ways @ mean_sums(signals)[0]).argmax()]
        way, _ = self._way_out(start, signals, ways[crossed], low, high)
        if way is None:
            return flip
        moved = np.clip(start + ((there - start) @ way) * way, low, high)
        found = self._shortened(np.clip(self._model.scaling.invert(moved), *range_of(self._model)))
        return found if found and found.distance < flip.distance else flip

    def _signals(self, x: Array) -> list[Signals]:
        """Pass scaled samples through in the model's own precision, which is near enough: it is asked again anyway."""
        members = list(self._model.members)
        return signals_of(members, x.astype(members[0].parameters.flat.dtype))

    def _way_out(
        self, x: Array, signals: list[Signals], every_way: Array, low: Array, high: Array
    ) -> tuple[Array | None, float]:
        """Return the direction of length 1 to the nearest border, as it looks from x, and how far that is."""
        gaps = -(every_way @ mean_sums(signals)[0])
        chosen = np.argsort(gaps, kind="stable")[:MOST_WAYS]
        ways = input_slopes(list(self._model.members), signals, every_way[chosen].astype(signals[0].outputs.dtype))
        ways[((x <= low) & (ways < 0)) | ((x >= high) & (ways > 0))] = 0
        lengths = np.linalg.norm(ways, axis=1)
        if not lengths.any():
            return None, 0.0
        reach = np.divide(gaps[chosen], lengths, out=np.full(len(lengths), np.inf), where=lengths > 0)
        nearest = int(reach.argmin())
        return ways[nearest] / lengths[nearest], max(float(reach[nearest]), 0.0) * 1.02

    def _shortened(self, changed: Array, parts: Array = SHORTER) -> Flip | None:
        """Return as little of a change as flips the answer, asked in one batch, in whole numbers where they were."""
        rows = np.clip(self._raw + parts[:, None] * (changed - self._raw.astype(float)), *range_of(self._model))
        rows = np.rint(rows) if self._whole else rows
        flipped = rows[self._answers(rows) != self._answer]
        # A row alone can be rounded otherwise than among others, so it is asked once more.
        return next((found for row in flipped if (found := self._asked_again(row))), None)

    def towards(self, others: NDArray[Any]) -> Flip | None:
        """Go straight towards samples that are answered otherwise, as far as it takes; return the shortest way.

        Parameters
        ----------
        others : ndarray, shape (n, features)
            Unscaled.
        """
        found = [flip for other in others if (flip := self._shortened(other, SHORTER[SHORTER <= 1]))]
        shortest = min(found, key=lambda flip: flip.distance, default=None)
        return shortest and (self._shortened(shortest.sample, FINER) or shortest)

    def _answers(self, rows: Array) -> NDArray[np.int64]:
        """Return the model's answer to each row."""
        answers: NDArray[np.int64] = self._model.predict(rows)
        return answers if self._output is None else answers[:, self._output]

    def _asked_again(self, sample: Array) -> Flip | None:
        """Return the flip that a changed sample is, in whole numbers where the sample's were; None if it is none."""
        changed = np.rint(sample).astype(self._raw.dtype) if self._whole else sample
        answer = int(self._answers(changed[None])[0])
        if answer == self._answer:
            return None
        distance = float(np.linalg.norm(changed.astype(float) - self._raw) / self._model.scaling.maximum)
        return Flip(changed, answer, distance)
