"""The training loop: yields events, and changes only the given network and state."""

from __future__ import annotations

import itertools
import time
from collections.abc import Iterator
from dataclasses import replace
from typing import Protocol, cast

from .. import metrics
from ..data.dataset import Dataset
from ..engines import Block, Engine, Progress, Samples, StreamingEngine, engine_for
from ..errors import OptionError, with_near_matches
from ..model.build import samples_for
from ..model.calibration import calibrated_loss, doubtful_targets, has_temperature, logits_of
from ..model.evaluate import evaluate, truth_of
from ..model.model import Model
from ..model.network import Network
from ..nn.optimizers import State
from ..nn.parameters import Parameters
from ..options.options import Options
from ..preprocess.augment.distort import require_pictures
from ..runtime.blas import one_blas_thread
from .divergence import DivergenceGuard, constant_answer_loss
from .events import BlockDone, EpochDone, Event, Preparing, TrainingEnded, TrainingStarted
from .fine_tuning import made_with
from .plan import blocks_of_epoch, epoch_blocks
from .state import TrainingState


@with_near_matches("train")
def train(
    model: Model,
    data: Dataset,
    options: Options,
    engine: Engine | None = None,
    *,
    validation: Dataset | None = None,
    state: TrainingState | None = None,
    until: tuple[int, int] | None = None,
) -> Iterator[Event]:
    """Train `model` in place and yield events.

    Parameters
    ----------
    model : Model
        From `new_model`, or a model to train further.
    data : Dataset
        The training samples.
    options : Options
    engine : Engine, optional
        By default the engine in `options`.
    validation : Dataset, optional
        Data to evaluate the model on after each epoch. With ``options.early_stopping``, training ends after that many
        epochs without a smaller validation loss, and the model has the weights of the best epoch (Prechelt 1998).
    state : TrainingState, optional
        State to continue from, by default the beginning; updated in place.
    until : (epoch, step), optional
        Stop before this step, both counted from 0; the model then has, bit for bit, the weights at the start of that
        step. Do not continue training from there: the block would be split differently.

    Yields
    ------
    Event
        See `training.events`, in the order Preparing, TrainingStarted, (BlockDone …, EpochDone) …, TrainingEnded.

    Raises
    ------
    DataError
        GN010 when there are no samples, GN017 when data or validation data do not fit the model.
    OptionError
        GN022 when options do not fit model or data, or `until` has already passed; GN021 when `until` does not exist.
    DivergedError
        GN030 when training diverges; the model then has the weights after the last good epoch.

    Examples
    --------
    >>> import glassnet
    >>> from glassnet.training.events import EpochDone
    >>> X, y = [[0, 0], [0, 1], [1, 0], [1, 1]] * 30, ["no", "yes", "yes", "no"] * 30
    >>> data = glassnet.Dataset.from_arrays(X, y)
    >>> options = glassnet.Options(hidden=4, epochs=2, engine="reference")
    >>> events = glassnet.train(glassnet.new_model(data, options), data, options)
    >>> [event.epoch for event in events if isinstance(event, EpochDone)]
    [1, 2]
    """
    _require_fitting(model, data, validation, options)
    state = state or TrainingState.start(model.network.parameters, options)
    _require_ahead(until, state, len(data), options)
    engine = engine or engine_for(options, len(data), model.network.architecture.sizes)
    yield Preparing(engine.name)
    loop = _Loop(model, _DatasetLoader(model, data, options, engine), options, engine, state, validation)
    yield from loop.run(until)


def train_from(
    model: Model,
    loader: BlockLoader,
    options: Options,
    engine: Engine,
    state: TrainingState,
    validation: Dataset | None = None,
) -> Iterator[Event]:
    """Train `model` in place on the blocks of a loader; everything else as for `train`."""
    yield Preparing(engine.name)
    yield from _Loop(model, loader, options, engine, state, validation).run(None)


class BlockLoader(Protocol):
    """The blocks of an epoch, and the samples that their orders index."""

    @property
    def samples(self) -> Samples:
        """Training samples, or some of them, for the loss of a constant prediction."""
        ...

    @property
    def count(self) -> int:
        """Number of samples of an epoch."""
        ...

    @property
    def blocks(self) -> int:
        """Number of blocks of an epoch, some of which may be empty."""
        ...

    def prepare(self) -> None:
        """Prepare the engine, before anything else."""
        ...

    def epoch(self, epoch: int, first: int, factor: float) -> Iterator[Block]:
        """Yield the blocks of an epoch from number `first` on; learning rates are multiplied by `factor`."""
        ...

    def run(self, state: State, block: Block) -> Progress:
        """Run the steps of the block that was yielded last."""
        ...


def _require_fitting(model: Model, data: Dataset, validation: Dataset | None, options: Options) -> None:
    for part in (data, validation):
        if part is not None:
            model.require(part)
    require_pictures(data.image_shape, options, data.channels)
    # Engines read these from the options, not from the network: a layer missing there would have no dropout rate.
    architecture = model.network.architecture
    made = {"hidden": architecture.sizes[1:-1], "dtype": model.network.parameters.flat.dtype.name}
    made |= {name: getattr(architecture, name) for name in ("activations", "bias", "loss", "rule")}
    for name, value in made.items():
        if (given := getattr(options, name)) != value:
            raise made_with(name, given, value)


def _require_ahead(until: tuple[int, int] | None, state: TrainingState, samples: int, options: Options) -> None:
    """Raise for a step `until` that does not exist or has already passed."""
    if until is None:
        return
    (epoch, step), steps = until, -(-samples // options.batch_size)
    if not (0 <= epoch < options.epochs and 0 <= step < steps):
        raise OptionError(
            "GN021",
            "epoch {epoch}, step {step}: expected an epoch from 0 to {epochs} and a step from 0 to {steps}.",
            epoch=epoch,
            step=step,
            epochs=options.epochs - 1,
            steps=steps - 1,
        )
    if epoch + step / steps < state.progress:
        raise OptionError(
            "GN022",
            "epoch {epoch}, step {step}: already passed, the state is at epoch {progress:.4g}.",
            epoch=epoch,
            step=step,
            progress=state.progress,
        )


def model_at(model: Model, state: TrainingState) -> Model:
    """Return the model that is trained, with the weights of a state of its training, which it shares."""
    architecture = model.network.architecture
    return replace(model, network=Network.of(architecture, Parameters(architecture.layout, state.weights)))


class Prepared:
    """An engine prepared to train a model on samples, for the training loop and the learning-rate finder."""

    def __init__(self, model: Model, samples: Samples, options: Options, engine: Engine) -> None:
        self._architecture, self._engine = model.network.architecture, engine
        self.samples = samples
        self._prepared = engine.prepare(self._architecture, self.samples, options)
        one_blas_thread.look_again()  # preparation may have loaded libraries

    def replace(self, samples: Samples) -> None:
        """Use other samples of the same form from now on."""
        engine = cast(StreamingEngine, self._engine)
        self.samples, self._prepared = samples, engine.replace(self._prepared, samples)

    def run(self, state: State, block: Block) -> Progress:
        """Run the steps of a block."""
        with one_blas_thread():
            return self._engine.run_steps(self._architecture, state, self._prepared, block)


class _DatasetLoader:
    """The blocks of an epoch of a data set in memory."""

    def __init__(self, model: Model, data: Dataset, options: Options, engine: Engine) -> None:
        self._model, self._data, self._options, self._engine = model, data, options, engine
        self.count, self._blocks = len(data), epoch_blocks(len(data), options)

    def prepare(self) -> None:
        """See `BlockLoader`."""
        samples = samples_for(self._model, self._data, self._options)
        self._prepared = Prepared(self._model, samples, self._options, self._engine)

    @property
    def samples(self) -> Samples:
        """See `BlockLoader`."""
        return self._prepared.samples

    @property
    def blocks(self) -> int:
        """See `BlockLoader`."""
        return len(self._blocks)

    def epoch(self, epoch: int, first: int, factor: float) -> Iterator[Block]:
        """See `BlockLoader`."""
        return itertools.islice(blocks_of_epoch(self._blocks, self.count, epoch, self._options, factor), first, None)

    def run(self, state: State, block: Block) -> Progress:
        """See `BlockLoader`."""
        return self._prepared.run(state, block)


class _Loop:
    """Runs the blocks of a training run from its state on."""

    def __init__(
        self,
        model: Model,
        loader: BlockLoader,
        options: Options,
        engine: Engine,
        state: TrainingState,
        validation: Dataset | None,
    ) -> None:
        began, architecture = time.perf_counter(), model.network.architecture
        self._loader = loader
        loader.prepare()
        self._model, self._count, self._options, self._state = model, loader.count, options, state
        self._validation, self._steps = validation, -(-self._count // options.batch_size)
        self._loss = engine.output_loss(architecture)
        constant = constant_answer_loss(architecture.activations[-1], self._loss, loader.samples)
        self._guard = DivergenceGuard(constant, state, options, model)
        self.started = TrainingStarted(
            engine=engine.name,
            samples=self._count,
            epochs=options.epochs,
            blocks=options.epochs * loader.blocks,
            seconds=time.perf_counter() - began,
            hash=state.optimizer_state.parameters.hash(),
            progress=state.progress,
        ).with_parameters(state.optimizer_state.parameters)
        self._began = time.perf_counter() - state.seconds
        self._epoch_began = time.perf_counter()

    def run(self, until: tuple[int, int] | None) -> Iterator[Event]:
        """Yield the events of the run, up to step `until` if given."""
        state, model = self._state, self._model
        yield self.started
        while not state.ended:
            yield from self.epoch(until[1] if until and until[0] == state.epoch else None)
            if until and until[0] == state.epoch:
                model.network.parameters.flat[...] = state.optimizer_state.parameters.flat
                return
            yield self.epoch_done()
        state.export_to(model.network.parameters, self._options)
        yield TrainingEnded(self.seconds, state.chosen_epoch(self._options))

    @property
    def seconds(self) -> float:
        """Time of all steps so far, including those before an interruption."""
        return time.perf_counter() - self._began

    def epoch(self, until: int | None) -> Iterator[BlockDone]:
        """Run the remaining blocks of the epoch, or those before step `until`."""
        state, of_classes = self._state, self._model.targets.of_classes
        self._epoch_began = time.perf_counter()
        for block in self._loader.epoch(state.epoch, state.block, state.plateau.factor):
            if until is not None:
                block = block.before(until)
                if not len(block.order):
                    return
            if not len(block.order):  # too few rows of a stream for a batch
                state.block_done(Progress(0.0, 0), state.progress, self.seconds)
                continue
            result, count = self._loader.run(state.optimizer_state, block), len(block.order)
            self._guard.check(result.loss / count)
            progress = state.epoch + (block.first + len(block.learning_rates)) / self._steps
            state.block_done(result, progress, self.seconds)
            accuracy = result.correct / count if of_classes else None
            yield BlockDone(progress, float(block.learning_rates[-1]), count, result.loss / count, accuracy)

    def epoch_done(self) -> EpochDone:
        """Finish an epoch after its last block."""
        state, count = self._state, self._count
        loss, accuracy = state.loss / count, state.correct / count if self._model.targets.of_classes else None
        self._guard.check_epoch(loss)
        state.epoch_done(loss, self._options.epochs)
        seconds = time.perf_counter() - self._epoch_began
        done = EpochDone(state.epoch, loss, accuracy, seconds, state.optimizer_state.parameters.hash())
        if self._validation is not None:
            loss, accuracy = self._evaluated(self._validation)
            state.validated(loss, self._options.early_stopping or self._options.epochs)
            done = replace(done, validation_loss=loss, validation_accuracy=accuracy)
        state.mark_good(self._options)
        return done

    def _evaluated(self, validation: Dataset) -> tuple[float, float | None]:
        """Return loss and accuracy of the model that training would produce if it ended here.

        The loss of a member of an ensemble with folds is that after calibration, as its model will be calibrated.
        """
        architecture, model = self._model.network.architecture, model_at(self._model, self._state)
        if not (self._options.folds and has_temperature(model)):
            evaluation = evaluate(model, validation, self._loss)
            return evaluation.loss, evaluation.accuracy
        logits, targets = logits_of(model, validation), doubtful_targets(validation)
        _, loss = calibrated_loss(architecture.activations[-1], logits, targets, validation.weights)
        answers = logits.argmax(axis=1) if validation.values is None else logits > 0
        return loss, float(metrics.accuracy(truth_of(validation), answers, validation.weights))
