"""Checkpoints: a training written down now and then, so that it goes on after whatever stopped it.

A checkpoint is a model file with more in it: what the optimizer carries, the position in the epoch, the history, and
what the training was begun with. It is written at the end of a block, where a training is cut anyway, so that one that
goes on gives the bits of one that never stopped. See `docs/reference/file-format.md`.
"""

from __future__ import annotations

import re
import warnings
from collections.abc import Callable
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
from .loop import Run
from .receipt import differences, fingerprint, options_of, surroundings
from .state import Position

_EVERY = re.compile(r"(\d+(?:\.\d+)?) ?(s|m|h)|(\d+)")
_UNITS = {"s": 1, "m": 60, "h": 3600}


@dataclass(frozen=True)
class Checkpoint:
    """Where a training is written down, and how often.

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
        _ = self.due_after

    @property
    def due_after(self) -> tuple[float, float]:
        """Seconds and steps after which the next one is due; one of them is infinite."""
        found = _EVERY.fullmatch(str(self.every).strip())
        amount = float(found[1] or found[3]) if found else 0.0
        if not found or not amount:
            raise OptionError(
                "GN021",
                f"checkpoint-every {self.every!r}: expected a time such as 30s, 5m or 2h, or a number of steps.",
            )
        return (amount * _UNITS[found[2]], np.inf) if found[2] else (np.inf, amount)


@dataclass(frozen=True)
class SavedTraining:
    """A checkpoint as it was read.

    Parameters
    ----------
    path : path
    model : Model
        What training would have given if it had ended there; its receipt says what the training was begun with.
    options : Options
    every, note
        Those of the `Checkpoint`.
    position : Position
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
    position: Position
    history: History
    changes: tuple[str, ...]
    validation: dict[str, Any] | None

    def run(self, data: Dataset, engine: Engine | None = None, validation: Dataset | None = None) -> Run:
        """Return the training as it stood, on the data it was begun with; it moves `position` and `history` along.

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
            raise ModelFileError("GN044", f"{self.path}: begun with the engine {name}. Give it: engine=….")
        self._require_same(data, self.model.receipt["data"], "data")
        if validation is not None or self.validation is not None:
            self._require_same(validation, self.validation, "validation data")
        network = Network.of(self.model.network.architecture, self.position.state.parameters)
        model = replace(self.model, network=network, receipt={})
        return Run(model, data, self.options, engine, self.position, self.history, self.changes, validation)

    def _require_same(self, data: Dataset | None, began_with: dict[str, Any] | None, what: str) -> None:
        came = "none" if data is None else data.source
        if began_with is None:
            raise ModelFileError("GN044", f"{came}: {self.path} was begun without {what}. Leave them out.")
        if data is None or fingerprint(data) != began_with["fingerprint"]:
            raise ModelFileError(
                "GN044",
                f"{came}: not the {what} that {self.path} was begun with, {began_with['samples']} samples of "
                f"{began_with['source']}. Name those.",
            )


def load_checkpoint(path: str | Path) -> SavedTraining:
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
        raise ModelFileError("GN043", f"{path}: a model, no checkpoint; there is no training in it to go on with.")
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
            f"{path}: begun by glassnet {version}, this is {now['versions']['glassnet']}: {brief(problem)} "
            "Go on with the version that began it.",
        ) from None
    with damage(path):
        kept = {name.removeprefix(TRAINING): array for name, array in tensors.items() if name.startswith(TRAINING)}
        position = Position.restored(training, kept, model.network.architecture.layout, options)
        every, note = Checkpoint(path, training["every"]).every, training["note"]
        history = _history_from(kept, training["trail"])
        changes = tuple(dict.fromkeys([*training["changes"], *differences(receipt, now)]))
    return SavedTraining(path, model, options, every, note, position, history, changes, training["validation"])


def content_of(run: Run, checkpoint: Checkpoint) -> tuple[dict[str, Any], Tensors]:
    """Return header and tensors of a checkpoint: copies, which further training leaves alone.

    What it was begun with, the receipt and ``training["validation"]``, is left to the caller: it takes a while.
    """
    numbers, arrays = run.position.saved()
    for name, values in vars(run.history).items():
        if name != "trail":
            arrays[f"history.{name}"] = np.array(values)
    made = run.model.network.architecture
    answering = Parameters(made.layout, run.position.answer(run.options).copy())
    model = replace(run.model, network=Network.of(made, answering))
    training = {
        **numbers,
        "every": checkpoint.every,
        "note": checkpoint.note,
        "trail": list(run.history.trail),
        "changes": run.changes,
    }
    tensors = {**tensors_of(model), **{f"{TRAINING}{name}": np.array(array) for name, array in arrays.items()}}
    return {**header_of(model), "training": training}, tensors


def _history_from(arrays: Tensors, trail: list[str]) -> History:
    history = History(trail=trail)
    for name in vars(history):
        if name != "trail":
            values = arrays[f"history.{name}"]
            along = arrays["history.progress" if name in ("progress", "loss", "accuracy") else "history.epoch"]
            fits = values.shape == along.shape or (not values.size and name not in ("loss", "epoch_loss"))
            if values.ndim != 1 or values.dtype.kind not in "if" or not fits:
                raise ValueError(f"history.{name} of shape {values.shape}, {values.dtype}")
            setattr(history, name, values.tolist())
    return history


def require_free(path: str | Path) -> None:
    """Refuse a place where a checkpoint would replace a training that has not ended, or anything that is none.

    Raises
    ------
    FileError, OptionError
        As `files.require_place`; GN021 for a name that promises another format.
    ModelFileError
        GN045 when there is such a training, or a model; GN040 to GN042 when the file there cannot be read.
    """
    require_place(path, MODEL)
    require_model_name(path)
    if not Path(path).exists():
        return
    training = read(path)[0].get("training")
    if training is None:
        raise ModelFileError("GN045", f"{path}: there is a model of this name. Name another place for the checkpoint.")
    _require_ended(path, training)


def require_model_place(path: str | Path, *, overwrite: bool = True) -> None:
    """Refuse a place where a model would replace a training that has not ended, or anything that is no model.

    A damaged file of glassnet's may be replaced: to train again is what helps against it.

    Raises
    ------
    FileError, OptionError
        As `files.require_place`; GN021 for a name that promises another format.
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
        raise ModelFileError(problem.code, f"{problem} It is not replaced: name another place.") from None
    _require_ended(path, header.get("training", {"ended": True}))


def _require_ended(path: str | Path, training: Any) -> None:
    if not isinstance(training, dict) or not training.get("ended"):
        raise ModelFileError(
            "GN045",
            f"{path}: there is a training that has not ended. Go on with `glassnet resume {path}`, or remove the file.",
        )
