"""The training loop: yields events, and changes nothing but the network it is given.

An epoch is run in a fixed number of blocks; a block is one call of the engine. Blocks are what progress, the check for
divergence and an interrupt wait for. Their number is part of the result: the engine may round a little differently when
the same steps are divided otherwise.
"""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from .data.dataset import Dataset
from .engines import Block, Engine, Samples, engine_named, one_blas_thread
from .errors import DataError, DivergedError
from .events import BlockDone, EpochDone, Event, Preparing, TrainingEnded, TrainingStarted
from .listeners import History, Listener
from .model import Model
from .network import Architecture, Network
from .optimizers import State
from .options import Options
from .parameters import FloatArray, Parameters
from .preprocess import Scaling, Targets
from .preprocess.augment import require_pictures
from .randomness import Purpose, generator
from .schedules import Plateau, learning_rates

BLOCKS = 10
"""Blocks an epoch."""


def new_model(data: Dataset, options: Options) -> Model:
    """Make the untrained model that `options` describe, for data of this width and number of classes."""
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
    scaling = Scaling.named(options.scaling, data.maximum, data.inputs, data.weights)
    return Model(network, scaling, Targets.named(options.targets, data.classes), data.image_shape)


def train(model: Model, data: Dataset, options: Options, engine: Engine | None = None) -> Iterator[Event]:
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
    data.require_like(model.features, model.classes, "the model")
    require_pictures(data.image_shape, options)
    engine = engine or engine_named(options.engine)
    network = model.network
    yield Preparing(engine.name)
    began = time.perf_counter()
    samples = Samples(data.inputs, model.scaling, data.labels, _smoothed(model.targets, options), data.image_shape)
    prepared = engine.prepare(network.architecture, samples, options)
    ready = time.perf_counter()
    blocks = epoch_blocks(len(data), options)
    start = network.parameters.hash()
    yield TrainingStarted(engine.name, len(data), options.epochs, options.epochs * len(blocks), ready - began, start)

    guard = DivergenceGuard(network.architecture, network.parameters, samples)
    state, plateau = State.new(network.parameters, options), Plateau(options)
    one_blas_thread.look_again()  # `prepare` has loaded libraries
    for epoch in range(options.epochs):
        epoch_began = time.perf_counter()
        loss, correct = 0.0, 0
        for block in blocks_of_epoch(blocks, len(data), epoch, options, plateau.factor):
            with one_blas_thread:
                result = engine.run_steps(network.architecture, state, prepared, block)
            count = len(block.order)
            guard.check(epoch, result.loss / count)
            loss, correct = loss + result.loss, correct + result.correct
            done = epoch + (block.first + len(block.learning_rates)) / (blocks[-1][-1] + 1)
            yield BlockDone(done, float(block.learning_rates[-1]), count, result.loss / count, result.correct / count)
        loss, accuracy, seconds = loss / len(data), correct / len(data), time.perf_counter() - epoch_began
        guard.epoch_done(epoch, loss)
        plateau.epoch_done(loss)
        yield EpochDone(epoch + 1, loss, accuracy, seconds, network.parameters.hash())
    if state.average is not None:
        network.parameters.flat[...] = state.average
    yield TrainingEnded(time.perf_counter() - ready)


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


def _smoothed(targets: Targets, options: Options) -> FloatArray:
    """Spread a part of each target over all classes (Szegedy et al. 2016, section 7)."""
    table = targets.table()
    smoothed: FloatArray = (1 - options.label_smoothing) * table + options.label_smoothing * table.mean(
        axis=1, keepdims=True
    )
    return smoothed


def epoch_order(samples: int, epoch: int, options: Options) -> NDArray[np.int64]:
    """Return the order in which an epoch, counted from 0, visits the samples: shape (samples,)."""
    if not options.shuffle:
        return np.arange(samples)
    return generator(options.seed, Purpose.ORDER, epoch).permutation(samples)


def split(data: Dataset, options: Options) -> tuple[Dataset, Dataset]:
    """Divide data at random, by the seed, into a training part and the part that ``options.holdout`` keeps aside.

    Raises
    ------
    DataError
        GN010 when a part would be empty.
    """
    aside = round(len(data) * options.holdout)
    if not 0 < aside < len(data):
        raise DataError(
            "GN010",
            f"{data.source}: of {len(data)} samples, {aside} would be kept aside for the test. "
            "Give test data with --test, or another --holdout.",
        )
    order = generator(options.seed, Purpose.SPLIT).permutation(len(data))
    return data.take(np.sort(order[aside:])), data.take(np.sort(order[:aside]))


class DivergenceGuard:
    """Keeps the weights of the last good epoch, and notices when training leaves the road.

    That is when a loss or a weight is not finite; or, since sigmoid nodes saturate instead of overflowing, when an
    epoch ends worse than the best constant answer with weights grown beyond ten times their first size.
    """

    def __init__(self, architecture: Architecture, parameters: Parameters, samples: Samples) -> None:
        self._parameters = parameters
        self._good = parameters.flat.copy()
        self._limit = 10 * self._size()
        self._constant = _constant_answer_loss(architecture, samples)

    def _size(self) -> float:
        return float(np.sqrt(np.mean(np.square(self._parameters.flat, dtype=np.float64))))

    def check(self, epoch: int, loss: float) -> None:
        """Raise unless the loss of a block, and the weights after it, are finite."""
        if not (np.isfinite(loss) and np.isfinite(self._parameters.flat).all()):
            self._give_up(epoch, f"the loss became {loss:g}" if not np.isfinite(loss) else "a weight became infinite")

    def epoch_done(self, epoch: int, loss: float) -> None:
        """Raise if the weights have run away without getting anywhere; otherwise keep them."""
        if loss > self._constant and self._size() > self._limit:
            self._give_up(
                epoch,
                f"the loss is {loss:.3g}, a constant answer has {self._constant:.3g}, and the weights grew tenfold",
            )
        self._good[...] = self._parameters.flat

    def _give_up(self, epoch: int, why: str) -> None:
        self._parameters.flat[...] = self._good
        kept = f"those after epoch {epoch}" if epoch else "the initial ones"
        problem = DivergedError(
            "GN030",
            f"training diverged in epoch {epoch + 1}: {why}. The last good weights are {kept}. "
            "Use a smaller learning rate.",
        )
        problem.good_epochs = epoch
        raise problem


def _constant_answer_loss(architecture: Architecture, samples: Samples) -> float:
    """Return the loss of the best answer that ignores the inputs, by squared error or, in nats, by entropy."""
    share = np.bincount(samples.labels, minlength=len(samples.targets)) / len(samples)
    mean = share @ samples.targets  # (outputs,)
    if architecture.loss == "squared_error":
        return float(0.5 * (share @ (samples.targets - mean) ** 2).sum())
    # The best constant outputs are the mean targets, brought to a sum of 1 for softmax.
    if architecture.activations[-1] == "softmax":
        return _cross_entropy(mean, mean / mean.sum())
    return _cross_entropy(mean, mean) + _cross_entropy(1 - mean, 1 - mean)


def _cross_entropy(targets: FloatArray, outputs: FloatArray) -> float:
    some = targets > 0
    return float(-(targets[some] * np.log(outputs[some])).sum())


@dataclass(frozen=True)
class Fit:
    """Result of `fit`: the trained model, its learning curve, the engine, and seconds for preparing and training.

    `others` are the learning curves of a committee's other members.
    """

    model: Model
    history: History
    engine: str
    prepare_seconds: float
    train_seconds: float
    others: tuple[History, ...] = ()


def fit(
    data: Dataset, options: Options | None = None, *, listeners: Iterable[Listener] = (), engine: Engine | None = None
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

    Raises
    ------
    DataError, DivergedError
        As `train`.
    """
    options = options or Options()
    engine = engine or engine_named(options.engine)
    if options.members > 1:
        from .committee import fit_committee

        return fit_committee(data, options, listeners, engine)
    model = new_model(data, options)
    history = History()
    told: list[Listener] = [history, *listeners]
    prepare_seconds = train_seconds = 0.0
    try:
        for event in train(model, data, options, engine):
            for listener in told:
                listener(event)
            if isinstance(event, TrainingStarted):
                prepare_seconds = event.seconds
            elif isinstance(event, TrainingEnded):
                train_seconds = event.seconds
    except DivergedError as problem:
        problem.model = model
        raise
    return Fit(model, history, engine.name, prepare_seconds, train_seconds)
