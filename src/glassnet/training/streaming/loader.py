"""The blocks of an epoch of a stream for one member: a window each, with the rows carried from the last one."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import AbstractContextManager
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ...engines import Block, Samples, StreamingEngine
from ...errors import ModelFileError
from ...model.model import Model
from ...nn.schedules import learning_rates
from ...options.options import Options
from ..run import data_of_inputs
from ..state import unexpected_array
from .feed import Window, WindowFeed
from .order import shuffled, window_count
from .survey import Survey


class WindowBlocks:
    """The blocks of one member's epochs: see `plan.BlockLoader`.

    What goes from one window of an epoch to the next are the rows that were too few for a batch, and the number of
    steps so far.

    `member` gives the number of the fold that it leaves out, and the options have the member's own seed. `turn`
    limits how many members compute at the same time. `places` are those of the member's inputs; None for all.
    """

    prepared: Any

    def __init__(
        self,
        model: Model,
        survey: Survey,
        feed: WindowFeed,
        member: int,
        options: Options,
        engine: StreamingEngine,
        turn: AbstractContextManager[Any],
        places: NDArray[np.int64] | None,
    ) -> None:
        self.data, self.turn = survey.sample if places is None else data_of_inputs(survey.sample, places), turn
        self._model, self._survey, self._feed, self._member, self._options = model, survey, feed, member, options
        self._engine, self._places, self._mean_weight = engine, places, survey.mean_weight(member)
        self.count = survey.training_rows(member)
        self.blocks = window_count(survey.sizes, survey.window)
        # Zeros, so that what the engine prepares does not depend on a window.
        self.like: Samples | None = self._samples_of(Window(options.batch_size, 0, 0, survey.sample))
        self._begin_epoch()

    def _begin_epoch(self) -> None:
        nothing = Window(0, 0, 0, self._survey.sample)
        self._inputs, self._targets, self._weights, self._steps = nothing.inputs, nothing.targets, nothing.weights, 0

    def saved(self) -> dict[str, NDArray[Any]]:
        """See `BlockLoader`."""
        targets = "classes" if self._targets.ndim == 1 else "values"
        arrays = {"inputs": self._inputs, targets: self._targets, "steps": np.array([self._steps])}
        arrays |= {} if self._mean_weight is None else {"weights": self._weights}
        return {f"carried.{name}": array for name, array in arrays.items()}

    def restore(self, arrays: dict[str, NDArray[Any]]) -> None:
        """Continue with the arrays of a checkpoint; ModelFileError GN041 unless they have the form of `saved`."""
        for name, expected in self.saved().items():
            array, most = arrays[name], max(1, self._options.batch_size - 1)
            if (array.dtype, array.shape[1:]) != (expected.dtype, expected.shape[1:]) or len(array) > most:
                raise unexpected_array(name, array)
        inputs, targets, steps, *weights = (arrays[name] for name in self.saved())
        self._weights = weights[0] if weights else np.ones(len(inputs))
        if not len(inputs) == len(targets) == len(self._weights) or not 0 <= int(steps[0]) < 2**53:
            raise ModelFileError("GN041", "the rows that a window left to the next one are inconsistent.")
        self._inputs, self._targets, self._steps = inputs, targets, int(steps[0])

    def epoch(self, epoch: int, first: int, factor: float) -> Iterator[Block]:
        """See `BlockLoader`."""
        options, size = self._options, self._options.batch_size
        of_epoch = -(-self.count // size)
        if not first:
            self._begin_epoch()
        for number in range(first, self.blocks):
            window = self._feed.take(self._member, epoch, number)
            try:
                begin, own = self._steps, np.arange(window.rows)
                if self._survey.roles.folds:
                    own = np.flatnonzero(window.folds[: window.rows] != self._member % self._survey.roles.folds)
                carried = window.carried_by(self._member, len(self._inputs))
                window.inputs[carried], window.targets[carried] = self._inputs, self._targets
                window.weights[carried] = self._weights
                order = np.concatenate([carried, shuffled(own, epoch, number, options)])
                used = len(order) if number == self.blocks - 1 else len(order) - len(order) % size
                order, rest, steps = order[:used], order[used:], -(-used // size)
                self._inputs, self._targets, self._steps = window.inputs[rest], window.targets[rest], begin + steps
                self._weights = window.weights[rest]
                rates = learning_rates(options, epoch * of_epoch + begin, steps, options.epochs * of_epoch) * factor
                self.prepared = self._engine.replace(self.prepared, self._samples_of(window))
                yield Block(order, size, rates, epoch, begin)
            finally:
                self._feed.release(self._member, window)

    def _samples_of(self, window: Window) -> Samples:
        """Return the rows of a window as samples of the engine."""
        model, smoothing = self._model, self._options.label_smoothing
        labels: NDArray[Any] = window.targets
        if self.data.values is None:
            targets = model.targets.table()
        else:  # every row has its own targets
            labels, targets = np.arange(len(labels)), model.targets.apply(window.targets)
        inputs = window.inputs if self._places is None else np.take(window.inputs, self._places, axis=1)
        weights = None if self._mean_weight is None else window.weights / self._mean_weight
        return Samples(inputs, model.scaling, labels, model.targets.smoothed(targets, smoothing), weights=weights)
