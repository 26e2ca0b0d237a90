"""A training run that shows itself as it goes: its curve, its weights, how far it is."""

from __future__ import annotations

import base64
import time
from collections.abc import Iterator
from typing import Any

import numpy as np

from ....data import Dataset
from ....data.arrays import names_of
from ....data.dataset import channels_of, image_shape
from ....engines import Block, Engine
from ....io.byte_order import little_endian
from ....nn.optimizers import State
from ....nn.parameters import Parameters
from ....training.events import BlockDone, EpochDone, Event, Preparing, TrainingEnded, TrainingStarted
from ..jobs import Job
from .watched_engine import Look, watched

PICTURES, MOST_BYTES = 5, 2_000_000
"""Most pictures of the weights per second, and most bytes of them."""
MOST_WEIGHTS = 6_000_000
"""Weights of which all are shown; of larger networks, those of some nodes of each hidden layer."""
FEW = 100
"""Samples of a point of the curve, at least."""


class ShownTraining:
    """The callback that shows a training run: every block and epoch, in at most so many frames a second.

    A frame has what is new since the last one: blocks and epochs wait for a frame, none is dropped. `Job.live` has all
    of them. `watch` shows the steps between the ends of two blocks, as slowly as the page asks. `idle` are the seconds
    of that.
    """

    def __init__(self, job: Job, shape: tuple[int, int] | None) -> None:
        self._job, self._shape = job, shape
        self._parameters: Parameters | None = None
        self._began = self._drawn = 0.0
        self._epochs, self._first, self._steps = 0, 0.0, 0
        self._sent = {"blocks": 0, "epoch_values": 0}
        self._part = np.zeros(3)  # of the block: samples, summed loss and right answers that the curve has already
        self._of_classes = False
        self.idle = 0.0
        job.live |= {"phase": "reading", "blocks": [], "epoch_values": []}

    def __call__(self, event: Event) -> None:
        """Show what happened."""
        live = self._job.live
        if isinstance(event, Preparing):
            self.phase("preparing")
        elif isinstance(event, TrainingStarted):
            self._parameters, self._epochs, self._first = event.parameters, event.epochs, event.progress
            self._began, self.idle = time.perf_counter(), 0.0
            live |= {"epochs": event.epochs, "samples": event.samples, "engine": event.engine}
            self.phase("training")
            self._draw(event.parameters, last=True)
        elif isinstance(event, BlockDone):
            live["progress"], live["learning_rate"] = event.progress, event.learning_rate
            whole = np.array([1, event.loss, event.accuracy if event.accuracy is not None else 0]) * event.samples
            self._add_point(event.progress, whole - self._part)
            self._part[:] = 0
            self._job.frame(self._frame, last=self._job.pausing)
            self._draw(self._parameters, last=self._job.pausing)
        elif isinstance(event, EpochDone):
            validation = [event.validation_loss, event.validation_accuracy]
            live["epoch_values"].append([event.epoch, event.loss, event.accuracy, *validation, event.seconds])
            self._job.frame(self._frame)
        elif isinstance(event, TrainingEnded):
            self._draw(self._parameters, last=True)
            self.phase("testing")

    def watched(self, engine: Engine, data: Dataset) -> Engine:
        """Return an engine that is watched, and note the names of inputs and outputs."""
        self._of_classes = data.values is None
        outputs = names_of(data.classes, data.class_names)
        self._job.live["names"] = {"inputs": list(data.feature_names), "outputs": list(outputs)}
        return watched(engine, self.watch)

    def watch(self, state: State, block: Block, look: Look) -> None:
        """Before a block: wait and show its steps as the page asks; the block is then computed as a whole."""
        if state.parameters is not self._parameters:  # of another member of an ensemble
            return
        began, steps, done = time.perf_counter(), len(block.learning_rates), 0
        live, first = self._job.live, self._job.live.get("progress", self._first)
        live["updates"] = size = -(-live["samples"] // block.batch_size)  # of an epoch
        live["batch_size"] = block.batch_size
        while (taken := self._job.advance(steps - done)) and done + taken < steps:
            done += taken
            progress, parameters = look(done)
            samples = min(len(block.order), done * block.batch_size)
            live["progress"], live["learning_rate"] = first + done / size, float(block.learning_rates[done - 1])
            so_far = np.array([samples, progress.loss, progress.correct])
            if so_far[0] - self._part[0] >= FEW:
                self._add_point(live["progress"], so_far - self._part)
                self._part = so_far
            self._job.frame(self._frame, last=self._job.pausing)
            self._draw(parameters, last=self._job.pausing)
        self.idle += time.perf_counter() - began

    def _add_point(self, progress: float, sums: Any) -> None:
        samples, loss, correct = (float(one) for one in sums)
        if samples > 0:
            self._job.live["blocks"].append([progress, loss / samples, correct / samples if self._of_classes else None])

    def phase(self, name: str) -> None:
        """Show what the run does now."""
        self._job.live["phase"] = name
        self._job.frame(self._frame, last=True)

    def _frame(self) -> dict[str, Any]:
        live = self._job.live
        progress = live.get("progress", self._first)
        done = progress - self._first
        busy = time.perf_counter() - self._began - self.idle
        left = busy * (self._epochs - progress) / done if done > 0 else None
        live["seconds_left"] = left if live["phase"] == "training" else None
        plain = {name: value for name, value in live.items() if name not in (*self._sent, "notices", "weights")}
        return {**plain, "blocks": self._new("blocks"), "epoch_values": self._new("epoch_values")}

    def _new(self, name: str) -> dict[str, Any]:
        """Return the values since the last frame, and the place of the first among all."""
        first = self._sent[name]
        values = self._job.live[name][first:]
        self._sent[name] = first + len(values)
        return {"from": first, "values": values}

    def _draw(self, parameters: Parameters | None, *, last: bool = False) -> None:
        """Show the weights of all layers: 8 bits each, and 16 when the run waits or has ended."""
        now = time.monotonic()
        if parameters is None or (now < self._drawn and not last):
            return
        kind = np.int16 if last and parameters.flat.size < MOST_BYTES else np.int8
        picture = {**self._form_of(parameters), "layers": [*shown_layers(parameters, kind)]}
        bytes_shown = sum(len(one["values"]) for one in picture["layers"])
        self._drawn = now + max(1 / PICTURES, bytes_shown / MOST_BYTES)
        self._job.live["weights"] = picture
        self._job.publish("weights", picture, latest=True)

    def _form_of(self, parameters: Parameters) -> dict[str, Any]:
        """Return the shape of the inputs, if they are images: of images resized or brought to MNIST's form another."""
        width, shape = parameters.weights[0].shape[1], self._shape
        if shape is not None and width not in (shape[0] * shape[1], 3 * shape[0] * shape[1]):
            shape = image_shape(width)
        return {"shape": shape, "channels": channels_of(width, shape) if shape else 1}


def shown_layers(parameters: Parameters, kind: type[np.int8] | type[np.int16]) -> Iterator[dict[str, Any]]:
    """Yield what pages get of each layer.

    ``nodes`` of ``size`` are those that are shown, with their ``biases``; ``values`` are their weights in base64, of
    shape (nodes, nodes shown of the layer before or all inputs): weight = value · ``scale`` / the largest of ``bits``.
    """
    every = -(-parameters.flat.size // MOST_WEIGHTS)
    before: Any = slice(None)
    most = np.iinfo(kind).max
    count = len(parameters.weights)
    for layer, (weights, bias) in enumerate(zip(parameters.weights, parameters.biases, strict=True)):
        shown = slice(None, None, every if layer < count - 1 else 1)
        part = weights[shown, before]
        scale = float(np.abs(part).max()) or 1.0
        values = np.round(part * (most / scale)).astype(kind)
        yield {
            "nodes": [*range(len(weights))[shown]],
            "size": len(weights),
            "biases": [] if bias is None else [float(f"{one:.4g}") for one in bias[shown].tolist()],
            "scale": scale,
            "bits": 8 * values.itemsize,
            "values": base64.b64encode(little_endian(values).tobytes()).decode(),
        }
        before = shown
