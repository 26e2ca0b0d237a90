"""`fit`: make a model for data, train it, and add its training record."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from numbers import Real
from os import PathLike
from pathlib import Path
from typing import Any, Unpack, overload

import numpy as np
from numpy.typing import ArrayLike

from ..data.arrays import TASKS, require_rows
from ..data.dataset import Dataset, require_dataset, task_of
from ..data.fingerprint import count_common_rows
from ..data.split import few_groups
from ..engines import Engine, engine_of_data
from ..errors import (
    ArgumentError,
    DataWarning,
    OptionError,
    argument_names,
    callers_level,
    require_choice,
    require_names,
)
from ..messages.message import Listing, Message, Place
from ..messages.progress import step
from ..model.build import constant_outputs
from ..model.model import Model, require_model
from ..options.keywords import FitOptions
from ..options.options import OTHER_NAMES, SPECS, Options, job_options
from ..options.recipes import for_rows
from ..preprocess.class_weights import with_class_weights
from ..preprocess.tabular.related_rows import equal_rows_remarks, related_warnings
from .callbacks import Callback, require_callbacks
from .checkpoint import CheckpointPolicy, one_network_only, require_free
from .checkpointing import finish_with
from .ensemble import fit_ensemble
from .events import Event
from .executor import DividesBatches, Executor, require_executor
from .fine_tuning import fine_tuning_options, fitting_data, require_members
from .loop import model_at
from .receipt import GivenData
from .run import Fit, Run, Runs

_OTHERS = OTHER_NAMES | {"test_size": "Dataset.from_arrays(X, y, test_size=…), and fit(train)"}


@overload
def fit(
    data: Dataset,
    options: Options,
    *,
    validation_data: Dataset | None = None,
    callbacks: Iterable[Callback] = (),
    engine: Engine | str | None = None,
    checkpoint: CheckpointPolicy | str | Path | None = None,
    init_model: Model | None = None,
    executor: Executor | None = None,
) -> Fit: ...
@overload
def fit(
    data: Dataset,
    *,
    task: str = "auto",
    recipe: str | None = None,
    validation_data: Dataset | None = None,
    callbacks: Iterable[Callback] = (),
    engine: Engine | str | None = None,
    checkpoint: CheckpointPolicy | str | Path | None = None,
    init_model: Model | None = None,
    executor: Executor | None = None,
    **changes: Unpack[FitOptions],
) -> Fit: ...
@overload
def fit(
    data: ArrayLike,
    y: ArrayLike,
    options: Options,
    *,
    task: str = "auto",
    weights: ArrayLike | None = None,
    groups: ArrayLike | None = None,
    time: ArrayLike | None = None,
    validation_data: Dataset | tuple[ArrayLike, ArrayLike] | None = None,
    callbacks: Iterable[Callback] = (),
    engine: Engine | str | None = None,
    checkpoint: CheckpointPolicy | str | Path | None = None,
    init_model: Model | None = None,
    executor: Executor | None = None,
) -> Fit: ...
@overload
def fit(
    data: ArrayLike,
    y: ArrayLike,
    *,
    task: str = "auto",
    weights: ArrayLike | None = None,
    groups: ArrayLike | None = None,
    time: ArrayLike | None = None,
    recipe: str | None = None,
    validation_data: Dataset | tuple[ArrayLike, ArrayLike] | None = None,
    callbacks: Iterable[Callback] = (),
    engine: Engine | str | None = None,
    checkpoint: CheckpointPolicy | str | Path | None = None,
    init_model: Model | None = None,
    executor: Executor | None = None,
    **changes: Unpack[FitOptions],
) -> Fit: ...
def fit(  # type: ignore[misc]  # mypy does not accept that `options` may be the second or the third argument
    data: Any,
    y: Any = None,
    options: Options | None = None,
    *,
    task: str = "auto",
    weights: Any = None,
    groups: Any = None,
    time: Any = None,
    recipe: str | None = None,
    validation_data: Any = None,
    callbacks: Iterable[Callback] = (),
    engine: Engine | str | None = None,
    checkpoint: CheckpointPolicy | str | Path | None = None,
    init_model: Model | None = None,
    executor: Executor | None = None,
    **changes: Any,
) -> Fit:
    """Make a model for `data`, train it, and return it with its history and training record.

    ``fit(data, options)`` takes a data set, ``fit(X, y)`` arrays. Options can also be given by name:
    ``fit(X, y, epochs=5)``. They change those of a `recipe`; outputs, targets and loss suit the kind of target.

    Parameters
    ----------
    data : Dataset, or array_like
        A data set, or the samples X as for `Dataset.from_arrays`.
    y : array_like, shape (n,) or (n, outputs), or Options
        With X: classes, numbers or labels, as for `Dataset.from_arrays`. With a `Dataset`, the options.
    options : Options, optional
        All options of the training run; then neither `recipe` nor single options.
    task : {"auto", "classification", "regression"}
        As for `Dataset.from_arrays`. With ``"regression"``, several columns of 0 and 1, also those of a `Dataset`, are
        numbers, not labels. By default that of `init_model`, if that is a regression.
    weights : array_like, shape (n,), optional
        With X: sample weights.
    groups, time : array_like, optional
        With X: what belongs together, and when each sample was, as for `Dataset.from_arrays`. Folds and the part for
        early stopping separate no group; the latter is the latest.
    recipe : str, optional
        Name of the recipe. By default ``notes`` for classes of images, and otherwise ``table``, with settings for that
        number of rows; the features of arrays are standardised. With `init_model`, the options in its training record
        are the default.
    validation_data : Dataset, or (X, y), optional
        Data on which the model is not trained, but evaluated after each epoch. With early stopping they choose the
        epoch, and with folds they calibrate the model, whose members are then all trained on all samples. If not given,
        early stopping holds out the fraction ``options.validation`` of the data.
    callbacks : iterable of callable
        Functions that are called with every event; returning True ends training with the epoch. See
        `glassnet.training.callbacks`.
    engine : Engine or str, optional
        By default the engine in `options`.
    checkpoint : CheckpointPolicy or path, optional
        Where to write checkpoints for `glassnet.resume`; needs ``members=1``.
    init_model : Model, optional
        A trained model to train further (fine-tuning): training starts with its parameters instead of random ones, and
        its network, scaling, classes and columns are kept. It is not changed. Classes in arrays get the numbers that
        they have in the model, and some of the model's classes may be missing. Load other data with
        ``load_data(…, like=model)`` or ``load_table(…, columns=model.columns, in_training=True)``, so that they have
        its classes.
    executor : Executor, optional
        Where the members of an ensemble are trained, such as a `glassnet.ray_cluster`; by default on threads of this
        process. The workers of a cluster share the batches of a single network, if the engine is the compiled one. The
        result does not depend on it.
    **changes
        Single options, by the names of `Options`.

    Returns
    -------
    Fit
        Its `model` predicts; ``model.classes_[model.predict(X)]`` are the labels.

    Raises
    ------
    DataError, DivergedError
        As `train` and `new_model`; GN017 when the data do not fit `init_model`, GN065 when `data` or `validation_data`
        is not a `Dataset` and no targets are given, GN076 when `init_model` is not a `Model`.
    ShapeError
        GN050 as for `Dataset.from_arrays`.
    OptionError
        GN021 when `options` is not an `Options`, and for another task or name of an engine; GN022 for options that do
        not fit each other, the data or `init_model`, and for a checkpoint of an ensemble.
    ArgumentError
        GN021 for an unknown option, for options given twice, for an `engine`, `checkpoint` or `executor` of another
        type, for `X` without `y`, and for a data set with `y`, `weights`, `groups`, `time` or another `task`, of which
        it has its own.
    ModelFileError
        GN045 for a checkpoint that would replace that of an unfinished training run.
    TypeError
        When `callbacks` is not a list of functions.

    Examples
    --------
    >>> import glassnet
    >>> import numpy as np
    >>> X = np.random.default_rng(0).uniform(-1, 1, (200, 2))
    >>> model = glassnet.fit(X, X[:, 0] > X[:, 1]).model
    >>> model.classes_[model.predict([[0.5, -0.5], [-0.5, 0.5]])]
    array([ True, False])
    >>> glassnet.fit(X, 3 * X[:, 0], epochs=20).model.predict([[0.5, 0.0]]).round()
    array([[1.]])
    """
    require_choice("task", task, TASKS)
    if not isinstance(named := changes.get("validation", 0.0), Real):  # data, not the option
        del changes["validation"]
        validation_data = validation_data if named is None else _as_validation_data(named)
    _require_engine(engine)
    _require_checkpoint(checkpoint)
    require_executor(executor)
    if init_model is not None:
        require_model(init_model, "init_model")
        if task == "auto" and init_model.targets.name == "values":
            task = "regression"
    if isinstance(data, Dataset):
        if options is None:
            y, options = None, y
        other_task = task != "auto" and (task == "regression") == (data.values is None)
        given = {"y": y, "weights": weights, "groups": groups, "time": time}
        given = {name: value is not None for name, value in given.items()}
        given["task"] = other_task and init_model is None
        if name := next((name for name, is_given in given.items() if is_given), ""):
            raise ArgumentError("GN021", "{name}: a Dataset has its own. Pass X instead of the Dataset.", name=name)
    elif y is None or isinstance(y, Options):
        if (y is None and isinstance(data, np.ndarray | list | tuple)) or hasattr(data, "dtypes"):
            raise ArgumentError("GN021", "fit: y is missing. Pass fit(X, y), or fit(data) with a Dataset.")
        require_dataset("data", data)
    else:
        about = {"weights": weights, "groups": groups, "time": time}
        data = Dataset.from_arrays(data, y, task=task, **about, like=init_model)
        if init_model is None:
            require_rows(len(data), data.source)
        if isinstance(validation_data, tuple) and len(validation_data) == 2:
            kind = "regression" if task_of(data, task) == "numbers" else "classification"
            validation_data = Dataset.from_arrays(*validation_data, like=data, task=kind, source="validation_data")
            validation_data = replace(validation_data, maximum=data.maximum)
    if validation_data is not None:
        require_dataset("validation_data", validation_data)
    if isinstance(engine, str):
        changes["engine"], engine = engine, None
    if init_model is not None:
        data = fitting_data(init_model, data)
        validation_data = None if validation_data is None else fitting_data(init_model, validation_data)
    if options is None and init_model is not None:
        require_names("fit", changes, (*SPECS, *argument_names(fit)), _OTHERS)
        options = fine_tuning_options(init_model, changes, recipe)
    elif options is None:
        options = recipe_options(data, recipe or recipe_for(data), changes, task)
    elif not isinstance(options, Options):
        raise OptionError(
            "GN021", "options: {kind}, expected Options(…) or Options.recipe(…).", kind=type(options).__name__
        )
    elif changes or recipe is not None:
        require_names("fit", changes, (*SPECS, *argument_names(fit)), _OTHERS)
        name = next(iter(changes), "recipe")
        raise ArgumentError("GN021", "{name}: given in addition to options. Put it into the options.", name=name)
    if init_model is not None:
        require_members(init_model, options)
    else:
        if options.targets == "values":
            warn_of_constants(data)
        warn_of_equal_rows(data)
        if validation_data is None:
            options = with_enough_groups(data, options)
    if validation_data is not None:
        warn_of_trained_on(validation_data, data)
    every = require_callbacks(callbacks)
    with step(Message("loading the engine")):  # Numba too, for the first time
        by_options = engine_of_data(options, data)  # MNIST: PortableEngine
    if (
        engine is None
        and options.members == 1
        and by_options.name != "reference"
        and isinstance(executor, DividesBatches)
    ):
        engine = executor.engine(portable=by_options.name == "portable")
    engine = engine or by_options
    runs = Runs(
        data=with_class_weights(data, options),
        options=options,
        engine=engine,
        given=GivenData(data).begin(),
        validation=None if validation_data is None else with_class_weights(validation_data, options),
        init_model=init_model,
        given_validation=None if validation_data is None else GivenData(validation_data),
    )
    return fit_runs(runs, every, checkpoint=checkpoint, executor=executor)


def fit_runs(
    runs: Runs,
    callbacks: Sequence[Callback],
    *,
    checkpoint: CheckpointPolicy | str | Path | None = None,
    executor: Executor | None = None,
    watch: Callable[[Run], object] | None = None,
) -> Fit:
    """Train an ensemble, or one network, on a data set or a stream; other parameters and errors as for `fit`.

    `watch` receives the run before its first step, of an ensemble that of the first member: its state has the weights
    at every event, and evaluating them on other data leaves early stopping and calibration alone. The executor, one of
    this process then, runs the members.
    """
    members = runs.options.members
    if members > 1 and checkpoint is not None:
        raise one_network_only(members)
    with runs:
        if members > 1:
            return fit_ensemble(runs, callbacks, watch=watch, executor=executor)
        run = runs.run(0)
        if watch is not None:
            watch(run)
        if checkpoint is None:
            return run.fit(callbacks)
        policy = checkpoint if isinstance(checkpoint, CheckpointPolicy) else CheckpointPolicy(checkpoint)
        require_free(policy.path)
        return finish_with(policy, run, callbacks)


def fit_watched(
    data: Dataset,
    options: Options,
    follow: Callable[[Event, Callable[[], Model]], bool | None],
    *,
    executor: Executor | None = None,
) -> Fit:
    """Train as ``fit(data, options)``; `follow` is called with every event, and may evaluate the model at it.

    It is called with the event and a function that returns the model that training would produce if it ended here, of
    an ensemble its first member; evaluating that leaves early stopping and calibration alone. If it returns True,
    training ends. The executor, one of this process, runs the members.
    """
    first: list[Run] = []

    def callback(event: Event) -> bool | None:
        return follow(event, lambda: model_at(first[0].model, first[0].state))

    options, _ = few_groups(data, options)
    engine = engine_of_data(options, data)
    runs = Runs(with_class_weights(data, options), options, engine, GivenData(data).begin())
    return fit_runs(runs, [callback], watch=first.append, executor=executor)


def _as_validation_data(given: object) -> object:
    """Return validation data that are given by the former name, with a FutureWarning."""
    renamed = Message("fit: data for validation are called validation_data now, and validation is the option.")
    warnings.warn(str(renamed), FutureWarning, stacklevel=callers_level())
    return given


def _require_engine(engine: object) -> None:
    """Raise ArgumentError GN021 unless `engine` is None, an engine or a name, which is checked with the options."""
    is_engine = hasattr(engine, "run_steps") and not isinstance(engine, type)
    if engine is not None and not isinstance(engine, str) and not is_engine:
        kind, names = type(engine).__name__, Listing(SPECS["engine"].choices)
        raise ArgumentError("GN021", "engine: {kind}, expected one of {names}, or an Engine.", kind=kind, names=names)


def warn_of_constants(data: Dataset) -> None:
    """Warn, with a `DataWarning`, of outputs of a regression of which all targets are the same number."""
    if data.values is None:
        return
    for output in constant_outputs(data).tolist():
        name = data.class_names[output] if data.class_names else Place(data.source, target=output + 1)
        template = "{name}: every target is {value:g}, and so is every prediction. Check the column."
        warnings.warn(DataWarning(template, name=name, value=data.values[0, output]), stacklevel=callers_level())


def warn_of_equal_rows(data: Dataset) -> None:
    """Warn, with a `DataWarning`, if a test on random rows is too good because rows of an array are equal.

    Rows of tables are judged where they are read, and images are not.
    """
    if data.columns is not None or data.image_shape is not None or data.groups is not None:
        return
    targets = data.labels if data.values is None else data.values
    for remark in related_warnings(equal_rows_remarks(data.inputs, targets)):
        warning = DataWarning("{source}: {remark}.", source=data.source, remark=remark)
        warnings.warn(warning, stacklevel=callers_level())


def warn_of_trained_on(validation: Dataset, training: Dataset) -> None:
    """Warn, with a `DataWarning`, of validation rows that are also training rows."""
    if seen := count_common_rows(validation, training):
        template = (
            "{source}: {seen:,} of these {rows:,} validation rows are also training rows, so the epoch that they "
            "choose and the probabilities that they calibrate do not suit new rows. Leave them out of one of the two."
        )
        warning = DataWarning(template, source=validation.source, seen=seen, rows=len(validation))
        warnings.warn(warning, stacklevel=callers_level())


def with_enough_groups(data: Dataset, options: Options) -> Options:
    """Return options with fewer members if there are fewer groups or times, and warn of it with a `DataWarning`."""
    options, notice = few_groups(data, options)
    if notice is not None:
        warnings.warn(DataWarning("{notice}.", notice=notice), stacklevel=callers_level())
    return options


def _require_checkpoint(checkpoint: object) -> None:
    """Raise ArgumentError GN021 unless `checkpoint` is None or describes where to write checkpoints."""
    if checkpoint is not None and not isinstance(checkpoint, CheckpointPolicy | str | PathLike):
        kind = type(checkpoint).__name__
        raise ArgumentError("GN021", "checkpoint: {kind}, expected a path, or a CheckpointPolicy.", kind=kind)


def recipe_for(data: Dataset) -> str:
    """Return the name of the default recipe for data."""
    if data.columns is not None:
        return "table"
    pixels = data.image_shape is not None or data.maximum > 1
    return "notes" if pixels and data.values is None else "table"


def recipe_options(data: Dataset, recipe: str, changes: dict[str, Any], task: str = "auto") -> Options:
    """Return a recipe's options for the size and the task of data, with some of them changed.

    `task` is as for `task_of`.
    """
    require_names("fit", changes, (*SPECS, *argument_names(fit)), _OTHERS)
    given: dict[str, Any] = dict(changes)
    task = "numbers" if given.get("targets") == "values" else task_of(data, task)
    suited = for_rows(len(data), recipe, task=task)
    if given.get("loss") == "poisson":
        suited["output"] = "exponential"
    if data.columns is None and recipe.startswith("table"):
        suited |= {"scaling": "features", "input_max": 1.0}
    return job_options(recipe, given, **suited)
