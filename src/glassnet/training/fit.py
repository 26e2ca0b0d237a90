"""`fit`: make a model for data, train it, and add its training record."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from ..data.dataset import Dataset, require_dataset
from ..engines import Engine, engine_named
from ..errors import OptionError
from ..model.model import Model, require_model
from ..options.options import Options
from .callbacks import Callback, both
from .checkpoint import CheckpointPolicy, require_free
from .checkpointing import finish_with
from .ensemble import fit_ensemble
from .fine_tuning import fine_tuning_options, fitting_data, require_members
from .run import Fit, Run, finish


def fit(
    data: Dataset,
    options: Options | None = None,
    *,
    validation: Dataset | None = None,
    callbacks: Iterable[Callback] = (),
    engine: Engine | None = None,
    checkpoint: CheckpointPolicy | str | Path | None = None,
    listeners: Iterable[Callback] | None = None,
    init_model: Model | None = None,
) -> Fit:
    """Make a model for `data`, train it, and return it with its history and training record.

    Parameters
    ----------
    data : Dataset
    options : Options, optional
        The recipe ``notes`` if not given; with `init_model`, the options in its training record.
    validation : Dataset, optional
        As for `train`. If not given, early stopping holds out the fraction ``options.validation`` of the data.
    callbacks : iterable of callable
        Functions that are called with every event; returning True ends training with the epoch. See
        `glassnet.training.callbacks`.
    engine : Engine, optional
        By default the engine in `options`.
    checkpoint : CheckpointPolicy or path, optional
        Where to write checkpoints for `glassnet.resume`; not supported for ensembles.
    listeners : iterable of callable, optional
        The old name of `callbacks`.
    init_model : Model, optional
        A trained model to train further (fine-tuning): training starts with its parameters instead of random ones, and
        its network, scaling, classes and columns are kept. It is not changed. Load data with
        ``load_data(…, like=model)`` or ``load_table(…, columns=model.columns)``, so that they have its classes.

    Raises
    ------
    DataError, DivergedError
        As `train` and `new_model`; GN017 when the data do not fit `init_model`, GN065 when `data` or `validation` is
        not a `Dataset`, GN076 when `init_model` is not a `Model`.
    OptionError
        GN021 when `options` is not an `Options`; GN022 for options that do not fit each other, the data or
        `init_model`, and for a checkpoint of an ensemble.
    ModelFileError
        GN045 for a checkpoint that would replace that of an unfinished training run.
    TypeError
        When `callbacks` is not a list of functions.
    """
    require_dataset("data", data)
    if validation is not None:
        require_dataset("validation", validation)
    if init_model is not None:
        require_model(init_model)
        data = fitting_data(init_model, data)
        validation = None if validation is None else fitting_data(init_model, validation)
        options = fine_tuning_options(init_model, {}) if options is None else options
    options = Options() if options is None else options
    if not isinstance(options, Options):
        raise OptionError("GN021", f"options: {type(options).__name__}, expected Options(…) or Options.recipe(…).")
    if init_model is not None:
        require_members(init_model, options)
    every = both(callbacks, listeners)
    engine = engine or engine_named(options.engine)
    if options.members > 1:
        if checkpoint is not None:
            raise OptionError(
                "GN022", "checkpoint: not supported for ensembles. Train the members one by one, or omit it."
            )
        return fit_ensemble(data, options, engine, validation, every, init_model)
    run = Run.start(data, options, engine, validation, init_model)
    if checkpoint is None:
        return finish(run, every)
    policy = checkpoint if isinstance(checkpoint, CheckpointPolicy) else CheckpointPolicy(checkpoint)
    require_free(policy.path)
    return finish_with(policy, run, every)
