"""Counterfactuals of a table's rows: few columns change, each to a value that a row can have.

A step along the gradient, as for images, would end between two words. Here numbers move within their training range,
and words and booleans become another word or the opposite.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from ..model.model import Model
from ..nn.activations import Array
from ..preprocess.tabular.encoders import NumberColumn
from .counterfactual import Flip, FlipSearch
from .input_gradients import input_gradients

MAX_CHANGES = 8
"""Most columns that are changed before the search gives up."""
MAX_COLUMNS = 40
"""Columns that are tried for each change, by the gradient of the margin."""
SHRINK_STEPS = 64
"""Fractions of a changed number that are tested, to shorten the change."""


class TableFlipSearch(FlipSearch):
    """Search for changes of a few columns that change the prediction.

    `raw` is an encoded row, float32; the other arguments are those of `FlipSearch` and its `follow_gradients`.
    """

    def __init__(
        self, model: Model, raw: NDArray[np.float32], answer: int, output: int | None, directions: Array
    ) -> None:
        super().__init__(model, raw, answer, output)
        assert model.columns is not None
        self._columns = model.columns.inputs
        ends = np.cumsum([len(one.features) for one in self._columns]).tolist()
        self._places = [slice(start, end) for start, end in zip([0, *ends], ends, strict=False)]
        self._directions = directions[directions.any(axis=1)]

    def change_columns(self) -> Flip | None:
        """Change one column after another, each to the value that brings the row closest to another prediction.

        A change that alone changes the prediction is preferred, and of several the shortest.
        """
        row, left = self._raw, list(range(len(self._columns)))
        for _ in range(min(MAX_CHANGES, len(left))):
            best: tuple[bool, float, int, Array] | None = None
            for column in self._steepest(row, left):
                rows = self._with_choices(row, column)
                if not len(rows):
                    continue
                gaps = self._gaps(rows)
                lengths = np.linalg.norm(rows - row, axis=1)
                ranks = np.where(gaps < 0, lengths, gaps)
                ranks[(gaps >= 0) & (gaps < 0).any()] = np.inf
                place = int(ranks.argmin())
                found = (bool(gaps[place] >= 0), float(ranks[place]), column, rows[place])
                best = found if best is None or found[:2] < best[:2] else best
            if best is None:
                return None
            beyond, _, column, row = best
            left.remove(column)
            if not beyond and (flip := self._simplify(row)):
                return flip
        return None

    def move_towards(self, samples: NDArray[np.float32]) -> Flip | None:
        """Start from samples with another prediction and restore as many columns as possible; return the shortest."""
        flips = [flip for sample in samples if (flip := self._simplify(sample))]
        return min(flips, key=lambda flip: flip.distance, default=None)

    def _steepest(self, row: Array, columns: list[int]) -> list[int]:
        """Return the columns with the largest gradient of the margin to the nearest boundary."""
        if len(columns) <= MAX_COLUMNS:
            return columns
        signals = self._signals(self._model.scaling.apply(row)[None])
        nearest = (self._directions @ self._logits(signals)[0]).argmax()
        direction = self._directions[[nearest]].astype(signals[0].outputs.dtype)
        [slope] = input_gradients(list(self._model.members), signals, direction)
        sizes = np.array([np.abs(slope[self._places[column]]).sum() for column in columns])
        return [columns[k] for k in np.argsort(-sizes, kind="stable")[:MAX_COLUMNS]]

    def _with_choices(self, row: Array, column: int) -> Array:
        """Return the row with every other value of a column, shape (values, features)."""
        choices = self._columns[column].choices()
        place = self._places[column]
        choices = choices[(choices != row[place]).any(axis=1)]
        rows = np.repeat(row[None], len(choices), axis=0)
        rows[:, place] = choices
        return rows

    def _gaps(self, rows: Array) -> Array:
        """Return the distance to the nearest decision boundary in the logits, shape (n,); below 0 beyond it."""
        sums = self._logits(self._signals(self._model.scaling.apply(rows)))
        gaps: Array = -(sums @ self._directions.T).max(axis=1)
        return gaps

    def _simplify(self, row: Array) -> Flip | None:
        """Restore the columns that need not change, the longest change first, and shorten the changes of numbers."""
        row = row.copy()
        flip = self._verify(row.copy())
        if flip is None:
            return None
        changes = [float(np.linalg.norm(row[place] - self._raw[place])) for place in self._places]
        order = [column for column in np.argsort(changes, kind="stable")[::-1].tolist() if changes[column]]
        for column in order:
            place = self._places[column]
            changed = row[place].copy()
            row[place] = self._raw[place]
            shorter = self._verify(row.copy())
            if shorter is None and self._columns[column].is_continuous:
                shorter = self._shorten_number(row, column, changed)
            if shorter is None:
                row[place] = changed
            else:
                flip, row = shorter, np.array(shorter.sample)
        return flip

    def _shorten_number(self, row: Array, column: int, changed: Array) -> Flip | None:
        """Return the shortest change of a number that changes the prediction: to a whole number in a column of these.

        None if there is none, and for numbers that are or were missing, except for whole ones.
        """
        encoding = self._columns[column]
        assert isinstance(encoding, NumberColumn)
        before, after = encoding.decode(self._raw[self._places[column]]), encoding.decode(changed)
        if np.isnan(after):
            return None
        if np.isnan(before):  # the flag of a missing value has nothing between
            return (
                self._first_flip(row, column, np.array([np.floor(after), np.ceil(after)])) if encoding.whole else None
            )
        numbers = before + np.linspace(0, 1, SHRINK_STEPS + 1)[1:] * (after - before)
        if encoding.whole:  # the end is rounded too, within the training range, whose ends are whole
            whole = np.unique(np.ceil(numbers) if after > before else np.floor(numbers))
            if flip := self._first_flip(row, column, whole if after > before else whole[::-1]):
                return flip
        return self._first_flip(row, column, numbers[:-1])

    def _first_flip(self, row: Array, column: int, numbers: NDArray[np.float64]) -> Flip | None:
        """Return the row with the first of these numbers in a column that changes the prediction."""
        place, encoding = self._places[column], self._columns[column]
        assert isinstance(encoding, NumberColumn)
        rows = np.repeat(row[None], len(numbers), axis=0)
        rows[:, place] = encoding.inputs_of(numbers)
        flipped = rows[self._answers(rows) != self._answer]
        return next((flip for one in flipped if (flip := self._verify(one))), None)
