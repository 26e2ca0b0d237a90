"""glassnet itself, with recipe ``quick``; the events of ``glassnet.train`` are consumed one epoch at a time."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
from numpy.typing import NDArray

import glassnet
from glassnet.training.events import EpochDone, Event, TrainingStarted
from peers import Plan


def make(data: glassnet.Dataset, plan: Plan) -> GlassNet:
    return GlassNet(data, plan)


class GlassNet:
    def __init__(self, data: glassnet.Dataset, plan: Plan) -> None:
        options = options_of(plan)
        kept = ("hidden", "optimizer", "learning_rate", "schedule", "batch_size", "epochs", "label_smoothing")
        shown = {name: value for name, value in options.to_dict().items() if name in kept}
        self.settings = {"recipe": "quick", **shown, "threads": plan.threads}
        self._epochs, self._done = plan.epochs, 0
        self._model = glassnet.new_model(data, options)
        self._asked: glassnet.CompiledModel | None = None
        self._events: Iterator[Event] = glassnet.train(self._model, data, options)

    def compile(self) -> None:
        """Prepare the samples, and compile the loops or load them from the cache."""
        self._until(TrainingStarted)

    def epoch(self) -> None:
        self._until(EpochDone)
        self._done += 1
        if self._done == self._epochs:  # events after the last epoch belong to it
            for _ in self._events:
                pass

    def _until(self, kind: type) -> None:
        while not isinstance(next(self._events), kind):
            pass

    def ready(self, rows: NDArray[np.uint8]) -> NDArray[np.uint8]:
        self._asked = self._asked or glassnet.compiled(self._model)
        return rows

    def predict(self, ready: NDArray[np.uint8]) -> NDArray[Any]:
        assert self._asked is not None
        return self._asked.predict(ready)


def options_of(plan: Plan) -> glassnet.Options:
    changes: dict[str, Any] = {"hidden": plan.hidden, "batch_size": plan.batch, "epochs": plan.epochs}
    changes |= {"seed": plan.seed, "threads": plan.threads, **plan.more}
    if plan.rate is not None:
        changes["learning_rate"] = plan.rate
    return glassnet.Options.recipe("quick", **changes)
