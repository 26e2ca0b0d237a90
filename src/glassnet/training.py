"""The training loop: yields events, and changes nothing but the network it is given.

An epoch is run in a fixed number of blocks; a block is one call of the engine. Blocks are what progress, the check for
divergence and an interrupt wait for. Their number is part of the result: the engine may round a little differently when
the same steps are divided otherwise.
"""

from __future__ import annotations

import itertools
import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from .data.dataset import Dataset
from .divergence import DivergenceGuard
from .engines import Block, Engine, Samples, engine_named, one_blas_thread
from .errors import DataError, DivergedError, OptionError
from .events import BlockDone, EpochDone, Event, Preparing, TrainingEnded, TrainingStarted
from .listeners import History, Listener
from .model import Model
from .network import Network
from .options import Options
from .position import Position
from .preprocess import BESIDE_CLASSES, TARGETS, Scaling, Targets
from .preprocess.augment import require_pictures
from .randomness import Purpose, generator
from .schedules import learning_rates

if TYPE_CHECKING:
    from .checkpoint import Checkpoint

BLOCKS = 10
"""Blocks an epoch; part of the result, and of a checkpoint's meaning."""


def new_model(data: Dataset, options: Options) -> Model:
    """Make the untrained model that `options` describe, for data of this width and these classes, or numbers.

    Raises
    ------
    OptionError
        GN022 when the data have classes and ``options.targets`` are for numbers or labels, or the reverse.
    DataError
        GN014 when there are several labels a sample and one is neither 0 nor 1.
    """
    targets = _targets_for(data, options)
    network = Network(
        (data.features, *options.hidden, data.classes),
        options.activations,
        bias=options.bias,
        loss=options.loss,
        rule=options.rule,
        initializer=options.initializer,
        seed=options.seed,
        dtype=options.dtype,
    )
    scaling = Scaling.named(options.scaling, data.maximum, data.inputs)
    return Model(
        network,
        scaling,
        targets,
        data.image_shape,
        class_names=data.class_names,
        columns=data.columns,
        reading=data.reading,
    )


def _targets_for(data: Dataset, options: Options) -> Targets:
    name, numbers = options.targets, options.targets == "values"
    fitting = [one for one in TARGETS if (one in BESIDE_CLASSES) == (data.values is not None)]
    if name not in fitting:
        kind = "classes" if data.values is None else "values to learn, no classes"
        raise OptionError("GN022", f"targets {name}, but {data.source} has {kind}: use targets {' or '.join(fitting)}.")
    if numbers and options.output in ("sigmoid", "tanh", "softmax"):
        raise OptionError("GN022", f"targets values with {options.output} outputs, which have bounds: use identity.")
    if numbers and options.label_smoothing:
        raise OptionError("GN022", "label_smoothing with targets values: numbers are no labels. Use 0.")
    if name == "multilabel" and options.output != "sigmoid":
        raise OptionError(
            "GN022",
            f"targets multilabel with {options.output} outputs: a label is a yes or no of its own. Use sigmoid.",
        )
    if data.values is None or not numbers:
        if data.values is not None and not np.isin(data.values, (0, 1)).all():
            raise DataError(
                "GN014", f"{data.source}: with targets multilabel every value is 0 or 1. Others were found."
            )
        return Targets.named(name, data.classes)
    return Targets.of_values(data.values, data.weights)


def _samples(model: Model, data: Dataset, options: Options) -> Samples:
    """Bring the data into the engines' form; where there are no classes, every sample has targets of its own."""
    if data.values is None:
        labels, targets = data.labels, model.targets.table()
    else:
        labels, targets = np.arange(len(data)), model.targets.apply(data.values)
    smoothed = model.targets.smoothed(targets, options.label_smoothing)
    # A batch's gradient is divided by its number of samples, so the weights' mean must be 1.
    weights = None if data.weights is None else data.weights / data.weights.mean()
    return Samples(data.inputs, model.scaling, labels, smoothed, data.image_shape, weights)


def train(
    model: Model,
    data: Dataset,
    options: Options,
    engine: Engine | None = None,
    *,
    position: Position | None = None,
    until: tuple[int, int] | None = None,
) -> Iterator[Event]:
    """Train `model` in place and tell what happens.

    Parameters
    ----------
    model : Model
        From `new_model`, or one to train on.
    data : Dataset
        The training samples.
    options : Options
    engine : Engine, optional
        The one `options` name, if not given.
    position : Position, optional
        Where to go on, with the model's own parameters; the beginning, if not given. It is moved along in place.
    until : (epoch, step), optional
        Stop before this step, both counted from 0; the model then has the weights which that step met, to the bit.
        Do not train on from there: a block would be divided otherwise than without the stop.

    Yields
    ------
    Event
        See `glassnet.events`, in the order Preparing, TrainingStarted, (BlockDone …, EpochDone) …, TrainingEnded.

    Raises
    ------
    DataError
        GN017 when the data do not fit the model.
    DivergedError
        GN030 when the numbers leave the finite range, or the weights run away; the model is put back to the last good
        epoch before this is raised.
    """
    data.require_like(model.features, model.classes, "the model", of_classes=model.targets.of_classes)
    require_pictures(data.image_shape, options, data.channels)
    position = position or Position.start(model.network.parameters, options)
    loop = _Loop(model, data, options, engine or engine_named(options.engine), position)
    if until:
        loop.require_ahead(*until)
    yield Preparing(loop.engine.name)
    start, seconds = model.network.parameters.hash(), loop.prepare()
    blocks = options.epochs * len(loop.blocks)
    yield TrainingStarted(loop.engine.name, len(data), options.epochs, blocks, seconds, start, position.progress)

    one_blas_thread.look_again()  # `prepare` has loaded libraries
    while not position.ended:
        yield from loop.epoch(until[1] if until and until[0] == position.epoch else None)
        if until and until[0] == position.epoch:
            return
        yield loop.epoch_done()
    average = position.state.average
    model.network.parameters.flat[...] = model.network.parameters.flat if average is None else average
    yield TrainingEnded(loop.seconds)


class _Loop:
    """What the blocks of a training are run with, from its position on."""

    def __init__(self, model: Model, data: Dataset, options: Options, engine: Engine, position: Position) -> None:
        self._model, self._data, self._options, self.engine, self._at = model, data, options, engine, position
        self.blocks = epoch_blocks(len(data), options)
        self._steps = int(self.blocks[-1][-1]) + 1

    def require_ahead(self, epoch: int, step: int) -> None:
        """Refuse to stop before a step that is none, or lies behind."""
        if not (0 <= epoch < self._options.epochs and 0 <= step < self._steps):
            raise OptionError(
                "GN021",
                f"epoch {epoch}, step {step}: expected an epoch from 0 to {self._options.epochs - 1} and a step from 0 "
                f"to {self._steps - 1}.",
            )
        if epoch + step / self._steps < self._at.progress:
            raise OptionError("GN022", f"epoch {epoch}, step {step} lies before the position, {self._at.progress:.4g}.")

    def prepare(self) -> float:
        """Get ready for `epoch`; return the seconds that took."""
        began, architecture = time.perf_counter(), self._model.network.architecture
        samples = _samples(self._model, self._data, self._options)
        self._prepared = self.engine.prepare(architecture, samples, self._options)
        self._guard = DivergenceGuard(architecture, samples, self._at)
        self._started = time.perf_counter() - self._at.seconds
        return time.perf_counter() - began

    @property
    def seconds(self) -> float:
        """Time of all steps so far, those before a stop among them."""
        return time.perf_counter() - self._started

    def epoch(self, until: int | None) -> Iterator[BlockDone]:
        """Run the blocks of the epoch that are left, or those before step `until`."""
        at, of_classes = self._at, self._model.targets.of_classes
        self._epoch_began = time.perf_counter()
        left = blocks_of_epoch(self.blocks, len(self._data), at.epoch, self._options, at.plateau.factor)
        for block in itertools.islice(left, at.block, None):
            if until is not None:
                block = block.before(until)
            if not len(block.order):
                return
            with one_blas_thread:
                result = self.engine.run_steps(self._model.network.architecture, at.state, self._prepared, block)
            count = len(block.order)
            self._guard.check(result.loss / count)
            done = at.epoch + (block.first + len(block.learning_rates)) / self._steps
            at.block_done(result, done, self.seconds)
            right = result.correct / count if of_classes else None
            yield BlockDone(done, float(block.learning_rates[-1]), count, result.loss / count, right)

    def epoch_done(self) -> EpochDone:
        """Close an epoch whose blocks are all done."""
        at, count = self._at, len(self._data)
        loss, right = at.loss / count, at.correct / count if self._model.targets.of_classes else None
        self._guard.epoch_done(loss)
        at.epoch_done(loss, self._options.epochs)
        seconds = time.perf_counter() - self._epoch_began
        return EpochDone(at.epoch, loss, right, seconds, self._model.network.parameters.hash())


def epoch_blocks(samples: int, options: Options) -> list[NDArray[np.intp]]:
    """Divide the numbers of an epoch's steps into blocks."""
    steps = -(-samples // options.batch_size)
    return np.array_split(np.arange(steps), min(BLOCKS, steps))


def blocks_of_epoch(
    blocks: list[NDArray[np.intp]], samples: int, epoch: int, options: Options, factor: float
) -> Iterator[Block]:
    """Yield what the engine is given in an epoch, counted from 0; learning rates are multiplied by `factor`."""
    order, size, steps = epoch_order(samples, epoch, options), options.batch_size, int(blocks[-1][-1]) + 1
    for block in blocks:
        first, count = int(block[0]), len(block)
        rates = learning_rates(options, epoch * steps + first, count, options.epochs * steps) * factor
        yield Block(order[first * size : (first + count) * size], size, rates, epoch, first)


def epoch_order(samples: int, epoch: int, options: Options) -> NDArray[np.int64]:
    """Return the order in which an epoch, counted from 0, visits the samples: shape (samples,)."""
    if not options.shuffle:
        return np.arange(samples)
    return generator(options.seed, Purpose.ORDER, epoch).permutation(samples)


def split(data: Dataset, options: Options) -> tuple[Dataset, Dataset]:
    """Divide data as `split_rows` does; arguments and errors as there."""
    kept, aside = split_rows(len(data), data.source, options)
    return data.take(kept), data.take(aside)


def split_rows(count: int, source: str, options: Options) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Divide rows at random, by the seed, into a training part and the part that ``options.holdout`` keeps aside.

    Raises
    ------
    DataError
        GN010 when a part would be empty.
    """
    aside = round(count * options.holdout)
    if not 0 < aside < count:
        raise DataError(
            "GN010",
            f"{source}: of {count} samples, {aside} would be kept aside for the test. "
            "Give test data with --test, or another --holdout.",
        )
    order = generator(options.seed, Purpose.SPLIT).permutation(count)
    return np.sort(order[aside:]), np.sort(order[:aside])


@dataclass
class Run:
    """One training: what it is made of, how far it has come, and what was seen of it.

    `changes` say, in words, how versions and processor differ from those it was begun with, if it was stopped since.
    """

    model: Model
    data: Dataset
    options: Options
    engine: Engine
    position: Position
    history: History
    changes: tuple[str, ...] = ()


@dataclass(frozen=True)
class Fit:
    """Result of `fit`: the trained model, its learning curve, the engine, and seconds for preparing and training.

    `others` are the learning curves of a committee's other members; `changes` are those of the `Run`.
    """

    model: Model
    history: History
    engine: str
    prepare_seconds: float
    train_seconds: float
    others: tuple[History, ...] = ()
    changes: tuple[str, ...] = ()


def fit(
    data: Dataset,
    options: Options | None = None,
    *,
    listeners: Iterable[Listener] = (),
    engine: Engine | None = None,
    checkpoint: Checkpoint | str | Path | None = None,
) -> Fit:
    """Make a model for `data`, train it, and return it with its history.

    Parameters
    ----------
    data : Dataset
    options : Options, optional
        The recipe ``notes`` if not given.
    listeners : iterable of callable
        Each is called with every event.
    engine : Engine, optional
        The one `options` name, if not given.
    checkpoint : Checkpoint or path, optional
        Where to write, now and then, what `glassnet.resume` goes on from; a committee keeps none.

    Raises
    ------
    DataError, DivergedError
        As `train`.
    OptionError
        GN022 for the checkpoint of a committee.
    ModelFileError
        GN045 for a checkpoint that would replace one whose training has not ended.
    """
    options = options or Options()
    engine = engine or engine_named(options.engine)
    if options.members > 1:
        from .committee import fit_committee

        if checkpoint is not None:
            raise OptionError("GN022", "a committee keeps no checkpoint. Train its members one by one, or without.")
        return fit_committee(data, options, listeners, engine)
    model = new_model(data, options)
    run = Run(model, data, options, engine, Position.start(model.network.parameters, options), History())
    if checkpoint is None:
        return finish(run, listeners)
    from .checkpoint import Checkpoint, require_free
    from .keeping import finish_with

    keep = checkpoint if isinstance(checkpoint, Checkpoint) else Checkpoint(checkpoint)
    require_free(keep.path)
    return finish_with(keep, run, listeners)


def finish(run: Run, listeners: Iterable[Listener] = ()) -> Fit:
    """Train from the run's position to the end; parameters and errors as for `fit`."""
    told: list[Listener] = [run.history, *listeners]
    prepare_seconds = train_seconds = 0.0
    try:
        for event in train(run.model, run.data, run.options, run.engine, position=run.position):
            for listener in told:
                listener(event)
            if isinstance(event, TrainingStarted):
                prepare_seconds = event.seconds
            elif isinstance(event, TrainingEnded):
                train_seconds = event.seconds
    except DivergedError as problem:
        problem.model = run.model
        raise
    return Fit(run.model, run.history, run.engine.name, prepare_seconds, train_seconds, (), run.changes)
