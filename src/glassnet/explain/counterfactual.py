"""Counterfactuals: small changes of a sample that change the prediction, verified by the model."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..messages.one_line import one_line
from ..model.model import Model
from ..network import Signals
from ..nn.activations import Array
from .input_gradients import forward_members, input_gradients, input_range, mean_output_sums

MAX_ITERATIONS, MAX_STEP, GROWTH = 12, 0.25, 1.25
"""Most iterations; largest first step as a fraction of the range, because gradients are local; and its growth per
iteration, which bounds the search time."""
MIN_STEP = 0.002
"""Smallest step, doubled in each iteration, because rounding to whole grey values may undo a small change."""
STEP_FACTORS = np.array([0.5, 1.0, 1.5, 2.0])
"""Tested step lengths, relative to the distance of the linearised decision boundary."""
MAX_DIRECTIONS = 10
"""Most classes towards which a step is considered."""
SHRINK_FACTORS = np.array([*np.geomspace(0.1, 1, 48), 1.12, 1.25, 1.5, 2.0, 3.0, 4.0, 6.0, 8.0])
"""Tested fractions of a change; above 1 because rounding to whole grey values may undo a small change."""
FINE_SHRINK_FACTORS = np.linspace(0.95, 1, 9)[:-1]
"""Tested fractions of a change that is nearly as short as possible."""


@one_line
@dataclass(frozen=True)
class Flip:
    """A counterfactual: a slightly changed sample with another prediction.

    Parameters
    ----------
    sample : ndarray, shape (features,)
        Changed sample, unscaled, from 0 to the largest value; whole numbers if those of the original sample are. For
        columns of a table, numbers are within the training range, and words are whole words, see
        `counterfactual_table`.
    answer : int
        Prediction of the model for the changed sample; 1 or 0 for a label.
    distance : float
        Euclidean length of the change, as a fraction of the largest value.
    """

    sample: NDArray[Any]
    answer: int
    distance: float


class FlipSearch:
    """Search for small changes of a sample that change the prediction.

    `raw` is the unscaled sample, shape (features,), `answer` the prediction for it, and `output` the label to change,
    for multi-label models.
    """

    def __init__(self, model: Model, raw: NDArray[Any], answer: int, output: int | None) -> None:
        self._model, self._raw, self._answer, self._output = model.unchecked(), raw, answer, output
        self._whole = np.issubdtype(raw.dtype, np.integer)

    def follow_gradients(self, directions: Array) -> Flip | None:
        """Step along the gradient to the nearest decision boundary until the prediction changes.

        The `directions` of the logits, shape (directions, outputs), lead to another prediction; at the boundary one of
        the products is 0. A pixel at an end of the range can only move inwards, so it is excluded from directions that
        lead outwards.
        """
        scaling, ends = self._model.scaling, input_range(self._model)
        low, high = scaling.apply(np.repeat(np.array(ends)[:, None], len(self._raw), axis=1))  # (features,) each
        longest = MAX_STEP * float(np.max(scaling.span))
        other_directions = directions[directions.any(axis=1)]
        x = scaling.apply(self._raw)[None]
        signals = self._signals(x)
        for iteration in range(MAX_ITERATIONS):
            direction, reach = self._border_direction(x[0], signals, other_directions, low, high)
            if direction is None:
                return None
            length = min(max(reach, MIN_STEP * 2**iteration), longest * GROWTH**iteration)
            steps = np.clip(x + length * STEP_FACTORS[:, None] * direction, low, high)
            signals = self._signals(steps)
            gaps = -(self._logits(signals) @ other_directions.T).max(axis=1)  # (steps,): to the nearest boundary
            best = int((gaps < 0).argmax() if (gaps < 0).any() else gaps.argmin())
            x = steps[[best]]
            signals = [Signals(*([layer[[best]] for layer in part] for part in one)) for one in signals]
            if gaps[best] < 0 and (flip := self._shorten(np.clip(scaling.invert(x[0]), *ends))):
                flip = flip if iteration == 0 else self._move_closer(flip, other_directions, low, high)
                return self._shorten(flip.sample, FINE_SHRINK_FACTORS) or flip
        return None

    def _move_closer(self, flip: Flip, directions: Array, low: Array, high: Array) -> Flip:
        """Step to the nearest point of the boundary, linearised at the flip; return the shorter change."""
        start, flipped = self._model.scaling.apply(np.stack([self._raw, flip.sample]))
        signals = self._signals(flipped[None])
        crossed = [(directions @ self._logits(signals)[0]).argmax()]
        direction, _ = self._border_direction(start, signals, directions[crossed], low, high)
        if direction is None:
            return flip
        moved = np.clip(start + ((flipped - start) @ direction) * direction, low, high)
        closer = self._shorten(np.clip(self._model.scaling.invert(moved), *input_range(self._model)))
        return closer if closer and closer.distance < flip.distance else flip

    def _signals(self, x: Array) -> list[Signals]:
        """Run scaled samples forward in the model's own precision, which suffices because flips are verified."""
        members = list(self._model.members)
        return forward_members(members, x.astype(members[0].parameters.flat.dtype))

    def _logits(self, signals: list[Signals]) -> Array:
        """Return the sums of the output layer, (n, outputs), by which the model decides; without its temperature."""
        sums = mean_output_sums(signals)
        if not self._model.targets.decision:
            return sums
        added = self._model.temperature * self._model.targets.added_to_logits
        return np.asarray(sums + added, sums.dtype)

    def _border_direction(
        self, x: Array, signals: list[Signals], directions: Array, low: Array, high: Array
    ) -> tuple[Array | None, float]:
        """Return the unit direction to the nearest decision boundary, linearised at x, and the distance."""
        gaps = -(directions @ self._logits(signals)[0])
        chosen = np.argsort(gaps, kind="stable")[:MAX_DIRECTIONS]
        slopes = input_gradients(
            list(self._model.members), signals, directions[chosen].astype(signals[0].outputs.dtype)
        )
        slopes[((x <= low) & (slopes < 0)) | ((x >= high) & (slopes > 0))] = 0
        lengths = np.linalg.norm(slopes, axis=1)
        if not lengths.any():
            return None, 0.0
        reach = np.divide(gaps[chosen], lengths, out=np.full(len(lengths), np.inf), where=lengths > 0)
        nearest = int(reach.argmin())
        return slopes[nearest] / lengths[nearest], max(float(reach[nearest]), 0.0) * 1.02

    def _shorten(self, changed: Array, parts: Array = SHRINK_FACTORS) -> Flip | None:
        """Return the shortest fraction of a change that changes the prediction, rounded if the sample is whole."""
        rows = np.clip(self._raw + parts[:, None] * (changed - self._raw.astype(float)), *input_range(self._model))
        rows = np.rint(rows) if self._whole else rows
        flipped = rows[self._answers(rows) != self._answer]
        # Rounding can differ between a single row and a batch, so each row is verified.
        return next((flip for row in flipped if (flip := self._verify(row))), None)

    def move_towards(self, samples: NDArray[Any]) -> Flip | None:
        """Move straight towards samples with another prediction, unscaled; return the shortest change."""
        flips = [flip for sample in samples if (flip := self._shorten(sample, SHRINK_FACTORS[SHRINK_FACTORS <= 1]))]
        shortest = min(flips, key=lambda flip: flip.distance, default=None)
        return shortest and (self._shorten(shortest.sample, FINE_SHRINK_FACTORS) or shortest)

    def _answers(self, rows: Array) -> NDArray[np.int64]:
        """Return the prediction for each row."""
        answers: NDArray[np.int64] = self._model.predict(rows)
        return answers if self._output is None else answers[:, self._output]

    def _verify(self, sample: Array) -> Flip | None:
        """Return a changed sample as a flip, rounded if the sample is whole; None if the prediction is unchanged."""
        changed = np.rint(sample).astype(self._raw.dtype) if self._whole else sample
        answer = int(self._answers(changed[None])[0])
        if answer == self._answer:
            return None
        distance = float(np.linalg.norm(changed.astype(float) - self._raw) / self._model.scaling.maximum)
        return Flip(changed, answer, distance)
