"""Checkpoints: a training written down now and then, so that it goes on after whatever stopped it.

A checkpoint is a model file with more in it: what the optimizer carries, the place in the epoch, the history, and
what the training was begun with. It is written at the end of a block, where a training is cut anyway, so that one that
goes on gives the bits of one that never stopped. See `docs/reference/file-format.md`.
"""

from __future__ import annotations

import re
import warnings
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import numpy as np

from ..data.dataset import Dataset
from ..engines import ENGINES, Engine, engine_named
from ..errors import DataError, FileError, ModelFileError, OptionError
from ..io.writing import MODEL, require_place
from ..model.file import TRAINING, Tensors, brief, damage, header_of, model_from, read, require_model_name, tensors_of
from ..model.header import BEGUN
from ..model.model import Model
from ..nn.network_class import Network
from ..nn.parameters import Parameters
from ..options.options import Options
from .callbacks import History
from .receipt import GivenData, differences, options_of, surroundings
from .run import Run, split_for
from .state import TrainingState

_EVERY = re.compile(r"(\d+(?:\.\d+)?) ?(s|m|h)|(\d+)")
_UNITS = {"s": 1, "m": 60, "h": 3600}


@dataclass(frozen=True)
class CheckpointPolicy:
    """Where a training is written down, and how often. `glassnet.Checkpoint` is its other name.

    Parameters
    ----------
    path : path
        The file; the first checkpoint is written before the first step, each replaces the one before it.
    every : str or int
        A time, ``"30s"``, ``"5m"`` or ``"2h"``, or a number of steps; one is written at the end of the block in which
        that much has passed.
    note : dict
        Plain values of the caller's own, given back by `load_checkpoint`.
    tell : callable
        Called with a line of text, once, when a checkpoint cannot be written; training goes on.

    Raises
    ------
    OptionError
        GN021 when `every` is neither.
    """

    path: str | Path
    every: str | int = "30s"
    note: dict[str, Any] = field(default_factory=dict)
    tell: Callable[[str], None] = warnings.warn

    def __post_init__(self) -> None:
        interval_of(self.every)


def interval_of(every: str | int) -> tuple[float, float]:
    """Return seconds and steps after which the next checkpoint is due, one of them infinite; errors as above."""
    match = _EVERY.fullmatch(str(every).strip())
    amount = float(match[1] or match[3]) if match else 0.0
    if not match or not amount:
        raise OptionError(
            "GN021", f"checkpoint-every {every!r}: expected a time such as 30s, 5m or 2h, or a number of steps."
        )
    return (amount * _UNITS[match[2]], np.inf) if match[2] else (np.inf, amount)


@dataclass(frozen=True)
class LoadedCheckpoint:
    """A checkpoint as it was read.

    Parameters
    ----------
    path : path
    model : Model
        What training would have given if it had ended there; its receipt says what the training was begun with.
    options : Options
    every, note
        Those of the `CheckpointPolicy`.
    state : TrainingState
        Where the training stood.
    history : History
        What was seen of it up to there.
    changes : tuple of str
        How versions and processor have differed since it was begun, in words.
    validation : dict or None
        What the validation data were, where they were given apart.
    """

    path: str | Path
    model: Model
    options: Options
    every: str | int
    note: dict[str, Any]
    state: TrainingState
    history: History
    changes: tuple[str, ...]
    validation: dict[str, Any] | None

    @property
    def position(self) -> TrainingState:
        """The old name of `state`."""
        return self.state

    def run(self, data: Dataset, engine: Engine | None = None, validation: Dataset | None = None) -> Run:
        """Return the training as it stood, on the data it was begun with; it moves `state` and `history` along.

        Parameters
        ----------
        data : Dataset
        engine : Engine, optional
            Needed where the training was begun with an engine of one's own.
        validation : Dataset, optional
            Needed where the training was begun with such data.

        Raises
        ------
        ModelFileError
            GN044 when one of these is not what the training was begun with.
        """
        name = self.model.receipt["engine"]
        if engine is None and name in ENGINES:
            engine = engine_named(name)
        if engine is None or engine.name != name:
            raise ModelFileError(
                "GN044", f"{self.path}: the training was started with the engine {name}. Pass engine=…."
            )
        given = GivenData(data)
        self._require_same(given, self.model.receipt["data"], "training data")
        if validation is not None or self.validation is not None:
            self._require_same(
                None if validation is None else GivenData(validation), self.validation, "validation data"
            )
        network = Network.of(self.model.network.architecture, self.state.optimizer_state.parameters)
        part, looked_at = split_for(data, self.options, validation)
        return Run(
            model=replace(self.model, network=network, receipt={}),
            data=part,
            options=self.options,
            engine=engine,
            state=self.state,
            given=given,
            validation=looked_at,
            own_validation=validation is not None,
            history=self.history,
            changes=self.changes,
        )

    def _require_same(self, given: GivenData | None, began_with: Mapping[str, Any] | None, what: str) -> None:
        source = "no data" if given is None else given.data.source
        if began_with is None:
            raise ModelFileError("GN044", f"{source}: {self.path} was started without {what}. Omit them.")
        if given is None or given.fingerprint != began_with["fingerprint"]:
            raise ModelFileError(
                "GN044",
                f"{source}: {self.path} was started with other {what}, {began_with['samples']} samples of "
                f"{began_with['source']}. Pass those.",
            )


def load_checkpoint(path: str | Path) -> LoadedCheckpoint:
    """Read a checkpoint.

    Raises
    ------
    FileError, ModelFileError
        As `load_model`; GN043 when the file is a model and no checkpoint, GN044 when it has options that this glassnet
        does not know.
    """
    try:
        header, tensors = read(path)
    except FileError as problem:
        if problem.code != "GN001":
            raise
        raise FileError("GN001", f"{path}: no such checkpoint. `glassnet train --checkpoint` writes one.") from None
    if "training" not in header:
        raise ModelFileError("GN043", f"{path}: a model, expected a checkpoint. There is no training to resume.")
    with damage(path):
        model = model_from(header, tensors)
        training, receipt, now = header["training"], model.receipt, surroundings()
        BEGUN.check(receipt, "receipt")
        version = receipt["versions"]["glassnet"]
    try:
        options = options_of(receipt)
    except (DataError, OptionError) as problem:
        raise ModelFileError(
            "GN044",
            f"{path}: started with glassnet {version}, this is {now['versions']['glassnet']}: {brief(problem)} "
            "Resume with the version that started it.",
        ) from None
    with damage(path):
        arrays = {name.removeprefix(TRAINING): array for name, array in tensors.items() if name.startswith(TRAINING)}
        interval_of(training["every"])
        return LoadedCheckpoint(
            path=path,
            model=model,
            options=options,
            every=training["every"],
            note=training["note"],
            state=TrainingState.restored(training, arrays, model.network.architecture.layout, options),
            history=_history_from(arrays, training["trail"]),
            changes=tuple(dict.fromkeys([*training["changes"], *differences(receipt, now)])),
            validation=training["validation"],
        )


def content_of(run: Run, policy: CheckpointPolicy) -> tuple[dict[str, Any], Tensors]:
    """Return header and tensors of a checkpoint: copies, which further training leaves alone.

    What it was begun with, the receipt and ``training["validation"]``, is left to the caller: it takes a while.
    """
    numbers, arrays = run.state.saved()
    for name, values in vars(run.history).items():
        if name != "weight_hashes":
            arrays[f"history.{name}"] = np.array(values)
    made = run.model.network.architecture
    answering = Parameters(made.layout, run.state.answer(run.options).copy())
    model = replace(run.model, network=Network.of(made, answering))
    training = {
        **numbers,
        "every": policy.every,
        "note": policy.note,
        "trail": list(run.history.weight_hashes),
        "changes": run.changes,
    }
    tensors = {**tensors_of(model), **{f"{TRAINING}{name}": np.array(array) for name, array in arrays.items()}}
    return {**header_of(model), "training": training}, tensors


def _history_from(arrays: Tensors, weight_hashes: list[str]) -> History:
    history = History(weight_hashes=weight_hashes)
    for name in vars(history):
        if name != "weight_hashes":
            values = arrays[f"history.{name}"]
            along = arrays["history.progress" if name in ("progress", "loss", "accuracy") else "history.epoch"]
            fits = values.shape == along.shape or (not values.size and name not in ("loss", "epoch_loss"))
            if values.ndim != 1 or values.dtype.kind not in "if" or not fits:
                raise ValueError(f"history.{name} has shape {values.shape} and dtype {values.dtype}")
            setattr(history, name, values.tolist())
    return history


def require_free(path: str | Path) -> None:
    """Refuse a place where a checkpoint would replace a training that has not ended, or anything that is none.

    Raises
    ------
    FileError, OptionError
        As `writing.require_place`; GN021 for a name that promises another format.
    ModelFileError
        GN045 when there is such a training, or a model; GN040 to GN042 when the file there cannot be read.
    """
    require_place(path, MODEL)
    require_model_name(path)
    if not Path(path).exists():
        return
    training = read(path)[0].get("training")
    if training is None:
        raise ModelFileError("GN045", f"{path}: the file is a model. Choose another path for the checkpoint.")
    _require_ended(path, training)


def require_model_place(path: str | Path, *, overwrite: bool = True) -> None:
    """Refuse a place where a model would replace a training that has not ended, or anything that is no model.

    A damaged file of glassnet's may be replaced: to train again is what helps against it.

    Raises
    ------
    FileError, OptionError
        As `writing.require_place`; GN021 for a name that promises another format.
    ModelFileError
        GN045 when there is such a training; GN040 and GN042 for a file that is another program's or version's.
    """
    require_place(path, MODEL)
    require_model_name(path)
    if Path(path).exists() and Path(path).stat().st_size:
        _require_model(path)
    require_place(path, overwrite=overwrite)


def _require_model(path: str | Path) -> None:
    try:
        header, _ = read(path)
    except ModelFileError as problem:
        if problem.code == "GN041":
            return
        raise ModelFileError(problem.code, f"{problem} The file is not replaced; choose another path.") from None
    _require_ended(path, header.get("training", {"ended": True}))


def _require_ended(path: str | Path, training: Any) -> None:
    if not isinstance(training, dict) or not training.get("ended"):
        raise ModelFileError(
            "GN045",
            f"{path}: the checkpoint of an unfinished training. Run `glassnet resume {path}`, or remove the file.",
        )
