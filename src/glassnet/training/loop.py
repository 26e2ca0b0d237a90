"""The training loop: yields events, and changes only the given network and state."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import replace

from .. import metrics
from ..data.dataset import Dataset
from ..engines import Engine, EvaluatingEngine, Progress, engine_for
from ..errors import OptionError, with_near_matches
from ..messages.message import Message
from ..messages.progress import step
from ..model.build import samples_for
from ..model.calibration import calibrated_loss, doubtful_targets, has_temperature, logits_of
from ..model.decision import cost, require_metric
from ..model.evaluate import evaluate, truth_of
from ..model.model import Model
from ..model.network import Network
from ..nn.activations import ACTIVATIONS
from ..nn.parameters import Parameters
from ..options.options import Options
from ..preprocess.augment.distort import require_pictures
from ..runtime.blas import one_blas_thread
from .divergence import DivergenceGuard, constant_answer_loss
from .events import BlockDone, EpochDone, Event, Preparing, TrainingEnded, TrainingStarted
from .fine_tuning import made_with
from .plan import BlockLoader, DatasetBlocks
from .state import TrainingState


@with_near_matches("train")
def train(
    model: Model,
    data: Dataset | BlockLoader,
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
    data : Dataset or BlockLoader
        The training samples, or the blocks of a stream of them.
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
    loader = DatasetBlocks(data, options) if isinstance(data, Dataset) else data
    _require_fitting(model, loader.data, validation, options)
    state = state or TrainingState.start(model.network.parameters, options)
    _require_ahead(until, state, loader.count, options)
    architecture, sizes = model.network.architecture, model.network.architecture.sizes
    engine = engine or engine_for(options, loader.count, sizes, loader.data.inputs.dtype)
    yield Preparing(engine.name)
    began, loss_function = time.perf_counter(), engine.output_loss(architecture)
    samples = samples_for(model, loader.data, options)
    with step(Message("preparing the engine {engine}", engine=engine.name)):
        loader.prepared = engine.prepare(architecture, loader.like or samples, options)
    one_blas_thread.look_again()  # preparation may have loaded libraries
    constant = constant_answer_loss(architecture.activations[-1], loss_function, samples)
    guard, of_classes = DivergenceGuard(constant, state, options, model), model.targets.of_classes
    count, steps = loader.count, -(-loader.count // options.batch_size)
    yield TrainingStarted(
        engine=engine.name,
        samples=count,
        epochs=options.epochs,
        blocks=options.epochs * loader.blocks,
        seconds=time.perf_counter() - began,
        hash=state.optimizer_state.parameters.hash(),
        progress=state.progress,
    ).with_parameters(state.optimizer_state.parameters)
    began = time.perf_counter() - state.seconds  # with the steps before an interruption
    while not state.ended:
        epoch_began, last_step = time.perf_counter(), until[1] if until and until[0] == state.epoch else None
        for block in loader.epoch(state.epoch, state.block, state.plateau.factor):
            if last_step is not None:
                block = block.before(last_step)
                if not len(block.order):
                    break
            if not len(block.order):  # too few rows of a stream for a batch
                state.block_done(Progress(0.0, 0), state.progress, time.perf_counter() - began)
                continue
            with loader.turn, one_blas_thread():
                result = engine.run_steps(architecture, state.optimizer_state, loader.prepared, block)
            size = len(block.order)
            guard.check(result.loss / size)
            progress = state.epoch + (block.first + len(block.learning_rates)) / steps
            state.block_done(result, progress, time.perf_counter() - began)
            accuracy = result.correct / size if of_classes else None
            yield BlockDone(progress, float(block.learning_rates[-1]), size, result.loss / size, accuracy)
        if last_step is not None:
            model.network.parameters.flat[...] = state.optimizer_state.parameters.flat
            return
        loss, accuracy = state.loss / count, state.correct / count if of_classes else None
        guard.check_epoch(loss)
        state.epoch_done(loss, options.epochs)
        seconds = time.perf_counter() - epoch_began
        done = EpochDone(state.epoch, loss, accuracy, seconds, state.optimizer_state.parameters.hash())
        if validation is not None:
            loss, accuracy, compared = _evaluated(model_at(model, state), validation, options, engine)
            state.validated(compared, options.early_stopping or options.epochs)
            done = replace(done, validation_loss=loss, validation_accuracy=accuracy)
        state.mark_good(options)
        yield done
    trained, own = state.optimizer_state, model.network.parameters
    # `run_steps` changed the network's own parameters, which `TrainingState.start` takes without a copy. They are not
    # the result if that is an average or the best epoch, or if the state was loaded.
    if options.early_stopping or trained.average is not None or trained.parameters is not own:
        state.export_to(own, options)
    yield TrainingEnded(time.perf_counter() - began, state.chosen_epoch(options))


def _require_fitting(model: Model, data: Dataset, validation: Dataset | None, options: Options) -> None:
    for part in (data, validation):
        if part is not None:
            model.require(part)
    require_metric(options.metric, model.targets.task, model.classes)
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


def _evaluated(
    model: Model, validation: Dataset, options: Options, engine: Engine
) -> tuple[float, float | None, float]:
    """Return loss and accuracy of the model that training would produce if it ended here, and what epochs compare.

    The loss of a member of an ensemble with folds is that after calibration, as its model will be calibrated.
    """
    network = model.network
    if isinstance(engine, EvaluatingEngine):
        samples = samples_for(model, validation, replace(options, label_smoothing=0.0))
        result = engine.evaluate(network.architecture, network.parameters, samples)
        loss_here = result.loss / len(validation)
        return loss_here, result.correct / len(validation) if model.targets.of_classes else None, loss_here
    loss = engine.output_loss(network.architecture)
    if not (options.folds and has_temperature(model)):
        evaluation = evaluate(model, validation, loss)
        compared = cost(model, validation, evaluation.outputs, evaluation.loss, options.metric)
        return evaluation.loss, evaluation.accuracy, compared
    logits, targets = logits_of(model, validation), doubtful_targets(validation)
    output = model.network.architecture.activations[-1]
    temperature, calibrated = calibrated_loss(output, logits, targets, validation.weights)
    answers = logits.argmax(axis=1) if validation.values is None else logits > 0
    compared = calibrated
    if options.metric != metrics.LOSS:
        outputs = ACTIVATIONS[output].value(logits / temperature)
        compared = cost(model, validation, outputs, calibrated, options.metric)
    return calibrated, float(metrics.accuracy(truth_of(validation), answers, validation.weights)), compared
