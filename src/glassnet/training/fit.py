"""`fit`: make a model for data, train it, and add its training record."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from ..data.dataset import Dataset, require_dataset
from ..engines import Engine, engine_for
from ..errors import OptionError
from ..options.options import Options
from .callbacks import Callback, both
from .checkpoint import CheckpointPolicy, require_free
from .checkpointing import finish_with
from .ensemble import fit_ensemble
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
) -> Fit:
    """Make a model for `data`, train it, and return it with its history and training record.

    Parameters
    ----------
    data : Dataset
    options : Options, optional
        The recipe ``notes`` if not given.
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

    Raises
    ------
    DataError, DivergedError
        As `train` and `new_model`; GN065 when `data` or `validation` is not a `Dataset`.
    OptionError
        GN021 when `options` is not an `Options`; GN022 for options that do not fit each other or the data, and for a
        checkpoint of an ensemble.
    ModelFileError
        GN045 for a checkpoint that would replace that of an unfinished training run.
    TypeError
        When `callbacks` is not a list of functions.
    """
    require_dataset("data", data)
    if validation is not None:
        require_dataset("validation", validation)
    options = Options() if options is None else options
    if not isinstance(options, Options):
        raise OptionError("GN021", f"options: {type(options).__name__}, expected Options(…) or Options.recipe(…).")
    every = both(callbacks, listeners)
    engine = engine or engine_for(options, len(data), (data.features, *options.hidden, data.classes))
    if options.members > 1:
        if checkpoint is not None:
            raise OptionError(
                "GN022", "checkpoint: not supported for ensembles. Train the members one by one, or omit it."
            )
        return fit_ensemble(data, options, engine, validation, every)
    run = Run.start(data, options, engine, validation)
    if checkpoint is None:
        return finish(run, every)
    policy = checkpoint if isinstance(checkpoint, CheckpointPolicy) else CheckpointPolicy(checkpoint)
    require_free(policy.path)
    return finish_with(policy, run, every)
