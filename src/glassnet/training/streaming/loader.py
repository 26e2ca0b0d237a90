"""The blocks of an epoch of a stream for one member: a window each, with the rows carried from the last one."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import nullcontext
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ...engines import Block, Engine, Progress, Samples
from ...errors import ModelFileError
from ...model.build import samples_for
from ...model.model import Model
from ...nn.optimizers import State
from ...nn.schedules import learning_rates
from ...options.options import Options
from ..loop import Prepared
from ..state import unexpected_array
from .feed import Buffer, WindowFeed
from .order import shuffled, window_count
from .survey import Survey


@dataclass
class Carried:
    """What goes from one window of an epoch to the next.

    Parameters
    ----------
    inputs : ndarray of float32, shape (n, features)
        The rows that were too few for a batch.
    classes : ndarray of int64, shape (n,), or None
    values : ndarray of float64, shape (n, targets), or None
    steps : int
        Steps of the epoch so far.
    """

    inputs: NDArray[np.float32]
    classes: NDArray[np.int64] | None
    values: NDArray[np.float64] | None
    steps: int = 0

    def saved(self) -> dict[str, NDArray[Any]]:
        """Return arrays for a checkpoint."""
        arrays = {
            "inputs": self.inputs,
            "classes": self.classes,
            "values": self.values,
            "steps": np.array([self.steps]),
        }
        return {f"carried.{name}": array for name, array in arrays.items() if array is not None}

    @classmethod
    def restored(cls, arrays: dict[str, NDArray[Any]], nothing: Carried, most: int) -> Carried:
        """Return what `saved` has saved: at most `most` rows, of the form of `nothing`."""
        for name, expected in nothing.saved().items():
            array, same = arrays[name], expected.shape[1:]
            if (array.dtype, array.shape[1:]) != (expected.dtype, same) or len(array) > max(1, most):
                raise unexpected_array(name, array)
        own = [arrays.get(f"carried.{name}") for name in ("inputs", "classes", "values")]
        rows = {len(one) for one in own if one is not None}
        steps = int(arrays["carried.steps"][0])
        if len(rows) != 1 or own[0] is None or not 0 <= steps < 2**53:
            raise ModelFileError("GN041", "the rows that a window left to the next one are inconsistent.")
        return cls(own[0], own[1], own[2], steps)


class StreamLoader:
    """The blocks of one member's epochs; see `loop.BlockLoader`.

    Parameters
    ----------
    model : Model
    survey : Survey
    feed : WindowFeed
    member : int
        Its number, which is that of the fold that it leaves out.
    options : Options
        With the member's own seed.
    engine : Engine
    permits : semaphore, optional
        Limits how many members compute at the same time.
    """

    def __init__(
        self,
        model: Model,
        survey: Survey,
        feed: WindowFeed,
        member: int,
        options: Options,
        engine: Engine,
        permits: threading.Semaphore | None = None,
    ) -> None:
        self.model, self._survey, self._feed = model, survey, feed
        self._member, self._options, self._engine, self._permits = member, options, engine, permits
        self.count = survey.training_rows(member)
        self.blocks = window_count(survey.sizes, survey.window)
        self.samples = samples_for(model, survey.sample, options)
        self.carried = self._nothing()

    def restore(self, arrays: dict[str, NDArray[Any]]) -> None:
        """Continue with the rows in a checkpoint; errors as for `Carried.restored`."""
        self.carried = Carried.restored(arrays, self._nothing(), self._options.batch_size - 1)

    def _nothing(self) -> Carried:
        sample = self._survey.sample
        classes = np.empty(0, np.int64) if sample.values is None else None
        values = None if sample.values is None else np.empty((0, sample.classes))
        return Carried(np.empty((0, sample.features), np.float32), classes, values)

    def prepare(self) -> None:
        """See `BlockLoader`. The engine sees zeros, so that what it prepares does not depend on a window."""
        rows, sample = self._options.batch_size, self._survey.sample
        buffer = Buffer(rows, 0, 0, sample.features, 0 if sample.values is None else sample.classes)
        self._prepared = Prepared(self.model, self._samples_of(buffer), self._options, self._engine)

    def epoch(self, epoch: int, first: int, factor: float) -> Iterator[Block]:
        """See `BlockLoader`."""
        options, size = self._options, self._options.batch_size
        of_epoch = -(-self.count // size)
        if not first:
            self.carried = self._nothing()
        for number in range(first, self.blocks):
            window = self._feed.take(self._member, epoch, number)
            try:
                buffer, before = window.buffer, self.carried
                own = np.arange(window.rows)
                if self._survey.roles.folds:
                    own = np.flatnonzero(buffer.folds[: window.rows] != self._member)
                slots = np.arange(buffer.carried_by(self._member).start, buffer.carried_by(self._member).stop)
                slots = slots[: len(before.inputs)]
                buffer.inputs[slots] = before.inputs
                if buffer.classes is not None and before.classes is not None:
                    buffer.classes[slots] = before.classes
                if buffer.values is not None and before.values is not None:
                    buffer.values[slots] = before.values
                order = np.concatenate([slots, shuffled(own, epoch, number, options)])
                used = len(order) if number == self.blocks - 1 else len(order) - len(order) % size
                order, rest, steps = order[:used], order[used:], -(-used // size)
                self.carried = Carried(
                    buffer.inputs[rest],
                    None if buffer.classes is None else buffer.classes[rest],
                    None if buffer.values is None else buffer.values[rest],
                    before.steps + steps,
                )
                start, total = epoch * of_epoch + before.steps, options.epochs * of_epoch
                rates = learning_rates(options, start, steps, total) * factor
                self._prepared.replace(self._samples_of(buffer))
                yield Block(order, size, rates, epoch, before.steps)
            finally:
                self._feed.release(self._member, window)

    def run(self, state: State, block: Block) -> Progress:
        """See `BlockLoader`."""
        with self._permits or nullcontext():
            return self._prepared.run(state, block)

    def _samples_of(self, buffer: Buffer) -> Samples:
        """Return the rows of a buffer as samples of the engine."""
        model, smoothing = self.model, self._options.label_smoothing
        if buffer.classes is not None:
            targets, labels = model.targets.table(), buffer.classes
        else:
            assert buffer.values is not None
            targets, labels = model.targets.apply(buffer.values), np.arange(len(buffer.values))
        return Samples(buffer.inputs, model.scaling, labels, model.targets.smoothed(targets, smoothing))
