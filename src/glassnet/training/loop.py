"""The training loop: yields events, and changes nothing but the network it is given."""

from __future__ import annotations

import itertools
import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from ..data.dataset import Dataset, require_dataset
from ..data.split import parts_of
from ..engines import Engine, engine_named, one_blas_thread
from ..errors import OptionError
from ..model.build import new_model, samples_for
from ..model.evaluate import Evaluation, evaluate
from ..model.model import Model
from ..nn.network_class import Network
from ..nn.parameters import Parameters
from ..options.options import Options
from ..preprocess.augment.distort import require_pictures
from .callbacks import History, Listener
from .divergence import DivergenceGuard, constant_answer_loss
from .events import BlockDone, EpochDone, Event, Preparing, TrainingEnded, TrainingStarted
from .plan import blocks_of_epoch, epoch_blocks
from .state import Position

if TYPE_CHECKING:
    from .checkpoint import Checkpoint


def train(
    model: Model,
    data: Dataset,
    options: Options,
    engine: Engine | None = None,
    *,
    validation: Dataset | None = None,
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
    validation : Dataset, optional
        What the model is asked about after each epoch. With ``options.early_stopping``, training ends after so many
        epochs without a smaller loss on it, and the model has the weights of the best one (Prechelt 1998).
    position : Position, optional
        Where to go on, with the model's parameters or its own; the beginning, if not given. It is moved along in place.
    until : (epoch, step), optional
        Stop before this step, both counted from 0; the model then has the weights which that step met, to the bit.
        Do not train on from there: a block would be divided otherwise than without the stop.

    Yields
    ------
    Event
        See `training.events`, in the order Preparing, TrainingStarted, (BlockDone …, EpochDone) …, TrainingEnded.

    Raises
    ------
    DataError
        GN010 when there are no samples, GN017 when data or validation data do not fit the model.
    OptionError
        GN022 when options do not fit model or data, or `until` lies behind; GN021 when `until` is no step.
    DivergedError
        GN030 when the numbers leave the finite range, or the weights run away; the model is then what it would be if
        training had ended with the last good epoch.
    """
    _require_fitting(model, data, validation, options)
    position = position or Position.start(model.network.parameters, options)
    loop = _Loop(model, data, options, engine or engine_named(options.engine), position, validation)
    loop.require_ahead(until)
    yield Preparing(loop.engine.name)
    yield loop.prepare()
    one_blas_thread.look_again()  # `prepare` has loaded libraries
    while not position.ended:
        yield from loop.epoch(until[1] if until and until[0] == position.epoch else None)
        if until and until[0] == position.epoch:
            model.network.parameters.flat[...] = position.state.parameters.flat
            return
        yield loop.epoch_done()
    position.hand_over(model.network.parameters, options)
    yield TrainingEnded(loop.seconds, position.chosen_epoch(options))


def _require_fitting(model: Model, data: Dataset, validation: Dataset | None, options: Options) -> None:
    for part in (data, validation):
        if part is not None:
            model.require(part)
    require_pictures(data.image_shape, options, data.channels)
    # An engine believes the options where it could ask the network: a layer that they leave out has no dropout rate.
    own = model.network.architecture
    made = {"hidden": own.sizes[1:-1], "dtype": model.network.parameters.flat.dtype.name}
    made |= {name: getattr(own, name) for name in ("activations", "bias", "loss", "rule")}
    for name, value in made.items():
        if (given := getattr(options, name)) != value:
            raise OptionError("GN022", f"{name} {given}, but the model was made with {value}. Use its own options.")


class _Loop:
    """What the blocks of a training are run with, from its position on."""

    def __init__(
        self, model: Model, data: Dataset, options: Options, engine: Engine, position: Position, aside: Dataset | None
    ) -> None:
        self._model, self._data, self._options, self.engine, self._at = model, data, options, engine, position
        self._validation = aside
        self.blocks = epoch_blocks(len(data), options)
        self._steps = int(self.blocks[-1][-1]) + 1

    def require_ahead(self, until: tuple[int, int] | None) -> None:
        """Refuse to stop before a step that is none, or lies behind."""
        if until is None:
            return
        (epoch, step), options = until, self._options
        if not (0 <= epoch < options.epochs and 0 <= step < self._steps):
            raise OptionError(
                "GN021",
                f"epoch {epoch}, step {step}: expected an epoch from 0 to {options.epochs - 1} and a step from 0 to "
                f"{self._steps - 1}.",
            )
        if epoch + step / self._steps < self._at.progress:
            raise OptionError("GN022", f"epoch {epoch}, step {step} lies before the position, {self._at.progress:.4g}.")

    def prepare(self) -> TrainingStarted:
        """Get ready for `epoch`."""
        began, architecture = time.perf_counter(), self._model.network.architecture
        samples = samples_for(self._model, self._data, self._options)
        self._prepared = self.engine.prepare(architecture, samples, self._options)
        loss = self.engine.output_loss(architecture)
        constant = constant_answer_loss(architecture.activations[-1], loss, samples)
        self._guard = DivergenceGuard(constant, self._at, self._options, self._model)
        seconds, start = time.perf_counter() - began, self._at.state.parameters.hash()
        self._started = time.perf_counter() - self._at.seconds
        counts = len(self._data), self._options.epochs, self._options.epochs * len(self.blocks)
        return TrainingStarted(self.engine.name, *counts, seconds, start, self._at.progress)

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
            with one_blas_thread():
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
        self._guard.check_epoch(loss)
        at.epoch_done(loss, self._options.epochs)
        done = EpochDone(at.epoch, loss, right, time.perf_counter() - self._epoch_began, at.state.parameters.hash())
        if self._validation is not None:
            found = self._looked_at(self._validation)
            at.validated(found.loss, self._options.early_stopping or self._options.epochs)
            done = replace(done, validation_loss=found.loss, validation_accuracy=found.accuracy)
        at.keep_good(self._options)
        return done

    def _looked_at(self, validation: Dataset) -> Evaluation:
        """Ask the model that training would give if it ended here."""
        network, weights = self._model.network, self._at.weights
        asked = Network.of(network.architecture, Parameters(network.architecture.layout, weights))
        return evaluate(replace(self._model, network=asked), validation, self.engine.output_loss(network.architecture))


@dataclass
class Run:
    """One training: what it is made of, how far it has come, and what was seen of it.

    `data` are those given; where early stopping has no `validation` data of its own, it keeps a part of them aside.
    `changes` say, in words, how versions and processor differ from those it was begun with, if it was stopped since.
    """

    model: Model
    data: Dataset
    options: Options
    engine: Engine
    position: Position
    history: History
    changes: tuple[str, ...] = ()
    validation: Dataset | None = None

    def parts(self) -> tuple[Dataset, Dataset | None]:
        """Return what is trained on, and what is looked at after each epoch."""
        return parts_of(self.data, self.options) if self.validation is None else (self.data, self.validation)


@dataclass(frozen=True)
class Fit:
    """Result of `fit`: the trained model, its learning curve, the engine, and seconds for preparing and training.

    `others` are the learning curves of a committee's other members; `changes` are those of the `Run`. Where early
    stopping chose them, `kept` has for each member the epoch whose weights it has; `own_validation` says that it looked
    at data given for it, not at a part of the training data.
    """

    model: Model
    history: History
    engine: str
    prepare_seconds: float
    train_seconds: float
    others: tuple[History, ...] = ()
    changes: tuple[str, ...] = ()
    kept: tuple[int, ...] = ()
    own_validation: bool = False


def fit(
    data: Dataset,
    options: Options | None = None,
    *,
    validation: Dataset | None = None,
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
    validation : Dataset, optional
        As for `train`. If not given, ``options.early_stopping`` keeps ``options.validation`` of the data aside for it.
    listeners : iterable of callable
        Each is called with every event.
    engine : Engine, optional
        The one `options` name, if not given.
    checkpoint : Checkpoint or path, optional
        Where to write, now and then, what `glassnet.resume` goes on from; a committee keeps none.

    Raises
    ------
    DataError, DivergedError
        As `train`, and as `new_model`; GN065 when `data` or `validation` are no `Dataset`.
    OptionError
        GN021 when `options` are none; GN022 for options that do not fit each other or the data, and for the checkpoint
        of a committee.
    ModelFileError
        GN045 for a checkpoint that would replace one whose training has not ended.
    """
    for name, given in (("data", data), ("validation", validation)):
        if name == "data" or given is not None:
            require_dataset(name, given)
    options = Options() if options is None else options
    if not isinstance(options, Options):
        raise OptionError("GN021", f"options: {type(options).__name__}, expected Options(…) or Options.recipe(…).")
    engine = engine or engine_named(options.engine)
    if options.members > 1:
        from .ensemble import fit_committee

        if checkpoint is not None:
            raise OptionError("GN022", "a committee keeps no checkpoint. Train its members one by one, or without.")
        return fit_committee(data, options, listeners, engine, validation)
    model = new_model(parts_of(data, options)[0] if validation is None else data, options)
    start = Position.start(model.network.parameters, options)
    run = Run(model, data, options, engine, start, History(), validation=validation)
    if checkpoint is None:
        return finish(run, listeners)
    from .checkpoint import Checkpoint, require_free
    from .checkpointing import finish_with

    keep = checkpoint if isinstance(checkpoint, Checkpoint) else Checkpoint(checkpoint)
    require_free(keep.path)
    return finish_with(keep, run, listeners)


def finish(run: Run, listeners: Iterable[Listener] = ()) -> Fit:
    """Train from the run's position to the end; parameters and errors as for `fit`."""
    told: list[Listener] = [run.history, *listeners]
    prepare_seconds = train_seconds = 0.0
    kept: tuple[int, ...] = ()
    data, validation = run.parts()
    with one_blas_thread.as_before():
        for event in train(run.model, data, run.options, run.engine, validation=validation, position=run.position):
            for listener in told:
                listener(event)
            if isinstance(event, TrainingStarted):
                prepare_seconds = event.seconds
            elif isinstance(event, TrainingEnded):
                train_seconds = event.seconds
                kept = () if event.kept is None else (event.kept,)
    own, engine = run.validation is not None, run.engine.name
    return Fit(run.model, run.history, engine, prepare_seconds, train_seconds, (), run.changes, kept, own)
