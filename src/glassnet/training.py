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
from .divergence import DivergenceGuard, constant_answer_loss
from .engines import Block, Engine, Samples, engine_named, one_blas_thread
from .errors import DataError, DivergedError, OptionError
from .events import BlockDone, EpochDone, Event, Preparing, TrainingEnded, TrainingStarted
from .listeners import History, Listener
from .model import Model
from .network import Network
from .optimizers import State
from .options import Options
from .preprocess import BESIDE_CLASSES, TARGETS, Scaling, Targets
from .preprocess.augment import require_pictures
from .randomness import Purpose, generator
from .schedules import Plateau, learning_rates

BLOCKS = 10
"""Blocks an epoch."""


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
        loss_parameter=options.loss_parameter,
        initializer=options.initializer,
        seed=options.seed,
        dtype=options.dtype,
    )
    scaling = Scaling.named(options.scaling, data.maximum, data.inputs, data.weights)
    return Model(network, scaling, targets, data.image_shape, class_names=data.class_names)


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
    network, of_classes = model.network, model.targets.of_classes
    data.require_like(model.features, model.classes, "the model", of_classes=of_classes)
    require_pictures(data.image_shape, options)
    engine = engine or engine_named(options.engine)
    yield Preparing(engine.name)
    began = time.perf_counter()
    samples = _samples(model, data, options)
    prepared = engine.prepare(network.architecture, samples, options)
    ready, start = time.perf_counter(), network.parameters.hash()
    blocks = epoch_blocks(len(data), options)
    yield TrainingStarted(engine.name, len(data), options.epochs, options.epochs * len(blocks), ready - began, start)

    made = network.architecture
    constant = constant_answer_loss(made.activations[-1], engine.output_loss(made), samples)
    guard = DivergenceGuard(network.parameters, constant)
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
            right = result.correct / count if of_classes else None
            yield BlockDone(done, float(block.learning_rates[-1]), count, result.loss / count, right)
        loss, seconds = loss / len(data), time.perf_counter() - epoch_began
        guard.epoch_done(epoch, loss)
        plateau.epoch_done(loss)
        right = correct / len(data) if of_classes else None
        yield EpochDone(epoch + 1, loss, right, seconds, network.parameters.hash())
    network.parameters.flat[...] = network.parameters.flat if state.average is None else state.average
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
