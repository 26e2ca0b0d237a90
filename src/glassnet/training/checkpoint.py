"""Checkpoints: the state of a training run in a file, from which it can be resumed.

A checkpoint is a model file with additional content: the state of the optimizer, the position in the epoch, the
history, and how training was started. It is written at the end of a block, where training is split anyway, so a resumed
run produces the same bits as an uninterrupted one. See `docs/reference/file-format.md`.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..data.dataset import Dataset
from ..data.split import early_stopping_split
from ..engines import Engine, engine_named
from ..errors import DataError, FileError, ModelFileError, OptionError, warn, with_near_matches
from ..io.opening import require_path
from ..io.writing import MODEL, require_place
from ..messages.message import Command, Message
from ..messages.notice import Notify
from ..messages.one_line import one_line
from ..messages.option_spelling import Option
from ..model.file import TRAINING, Tensors, brief, damage, header_of, model_from, read, require_model_name, tensors_of
from ..model.header import BEGUN
from ..model.model import Model
from ..model.network import Network
from ..nn.parameters import Parameters
from ..options.choices import ENGINES
from ..options.options import Options
from ..preprocess.class_weights import with_class_weights
from .callbacks import History
from .receipt import GivenData, differences, options_of, surroundings
from .run import Run
from .state import TrainingState, unexpected_array

_EVERY = re.compile(r"(\d+(?:\.\d+)?) ?(s|m|h)|(\d+)")
_UNITS = {"s": 1, "m": 60, "h": 3600}


@dataclass(frozen=True)
class CheckpointPolicy:
    """File and interval of checkpoints.

    Parameters
    ----------
    path : path
        The file; the first checkpoint is written before the first step, and each replaces the previous one.
    every : str or int
        The interval: a time (``"30s"``, ``"5m"`` or ``"2h"``) or a number of steps. A checkpoint is written at the end
        of the block in which it is due.
    note : dict
        Plain values of the caller, returned by `load_checkpoint`.
    tell : callable
        Called once, with a message, if a checkpoint cannot be written; training continues.

    Raises
    ------
    OptionError
        GN021 for an invalid `every`.

    Examples
    --------
    >>> import glassnet
    >>> glassnet.CheckpointPolicy("run.checkpoint", every="5m").every
    '5m'
    """

    path: str | Path
    every: str | int = "30s"
    note: dict[str, Any] = field(default_factory=dict)
    tell: Notify = warn

    def __post_init__(self) -> None:
        interval_of(self.every)


# A dataclass would raise Python's own TypeError, without a near match.
CheckpointPolicy.__init__ = with_near_matches("CheckpointPolicy")(CheckpointPolicy.__init__)  # type: ignore[method-assign]


def interval_of(every: str | int) -> tuple[float, float]:
    """Return the interval in seconds and in steps, one of them infinite; errors as for `CheckpointPolicy`."""
    match = _EVERY.fullmatch(str(every).strip())
    amount = float(match[1] or match[3]) if match else 0.0
    if not match or not amount:
        template = "{option} {every!r}: expected a time such as 30s, 5m or 2h, or a number of steps."
        raise OptionError("GN021", template, option=Option("checkpoint_every"), every=every)
    return (amount * _UNITS[match[2]], np.inf) if match[2] else (np.inf, amount)


def one_network_only(members: int) -> OptionError:
    """Return the error for a checkpoint of an ensemble."""
    template = "{option}: not supported for ensembles, here of {members} networks. Use {one}, or omit the checkpoint."
    return OptionError("GN022", template, option=Option("checkpoint"), members=members, one=Option("members", 1))


@one_line
@dataclass(frozen=True)
class LoadedCheckpoint:
    """Result of `load_checkpoint`.

    Parameters
    ----------
    path : path
    model : Model
        The model that training would have produced if it had ended there; its training record describes the start.
    options : Options
    every, note
        As in `CheckpointPolicy`.
    state : TrainingState
        State of the training run.
    history : History
        Learning curve so far.
    changes : tuple of str
        Changes of versions and processor since the start, as text.
    validation : dict or None
        Description of the validation data, if they were passed separately.
    carried : dict
        Arrays that a window of a stream leaves to the next one; empty for other training runs.
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
    carried: dict[str, NDArray[Any]] = field(default_factory=dict)

    def run(self, data: Dataset, engine: Engine | None = None, validation: Dataset | None = None) -> Run:
        """Return the run in its saved state; training it updates `state` and `history`.

        Parameters
        ----------
        data : Dataset
            The same data as at the start.
        engine : Engine, optional
            Required if training was started with a custom engine.
        validation : Dataset, optional
            Required if training was started with validation data.
        """
        self.require_data_set()
        engine, given = self.engine(engine), GivenData(data)
        self.require_same(given, self.model.receipt["data"], Message("training data"))
        own = None if validation is None else GivenData(validation)
        if own is not None or self.validation is not None:
            self.require_same(own, self.validation, Message("validation data"))
        data = with_class_weights(data, self.options)
        if validation is not None:
            validation = with_class_weights(validation, self.options)
            return self.run_on(data, given, engine, validation, own)
        training, held_out = early_stopping_split(data, self.options)
        return self.run_on(training, given, engine, held_out)

    def run_on(
        self,
        data: Dataset,
        given: GivenData,
        engine: Engine,
        validation: Dataset | None,
        given_validation: GivenData | None = None,
    ) -> Run:
        """Return the run in its saved state, on its training samples and validation data."""
        network = Network.of(self.model.network.architecture, self.state.optimizer_state.parameters)
        return Run(
            model=replace(self.model, network=network, receipt={}),
            data=data,
            options=self.options,
            engine=engine,
            state=self.state,
            given=given,
            validation=validation,
            given_validation=given_validation,
            history=self.history,
            changes=self.changes,
            parent=self.model.receipt.get("parent"),
        )

    def require_data_set(self) -> None:
        """Raise ModelFileError GN044 if the training was started on a stream."""
        if "stream" in self.model.receipt["data"]:
            template = "{path}: the training was started on a stream. Resume it with resume_stream, or `{command}`."
            raise ModelFileError(
                "GN044", template, path=self.path, command=Command("train", Option("resume", self.path))
            )

    def engine(self, engine: Engine | None) -> Engine:
        """Return the engine of the training; ModelFileError GN044 for another one, or a custom one that is missing."""
        name = self.model.receipt["engine"]
        if engine is None and name in ENGINES:
            engine = engine_named(name)
        if engine is None or engine.name != name:
            template = "{path}: the training was started with the engine {name}. Pass {engine}."
            raise ModelFileError("GN044", template, path=self.path, name=name, engine=Option("engine"))
        return engine

    def require_same(self, given: GivenData | None, began_with: Mapping[str, Any] | None, what: Message) -> None:
        """Raise ModelFileError GN044 unless the given data are those that the training `began_with`."""
        source = Message("no data") if given is None else given.data.source
        if began_with is None:
            template = "{source}: {path} was started without {what}. Omit them."
            raise ModelFileError("GN044", template, source=source, path=self.path, what=what)
        if given is None or given.fingerprint != began_with["fingerprint"]:
            raise ModelFileError(
                "GN044",
                "{source}: {path} was started with other {what}, {samples} samples of {began_with}. Pass those.",
                source=source,
                path=self.path,
                what=what,
                samples=began_with["samples"],
                began_with=began_with["source"],
            )


@with_near_matches("load_checkpoint")
def load_checkpoint(path: str | Path) -> LoadedCheckpoint:
    """Read a checkpoint.

    Raises
    ------
    FileError, ModelFileError
        As `load_model`; GN043 when the file is a model, not a checkpoint, GN044 when it has options that this version
        of glassnet does not know.

    Examples
    --------
    >>> import glassnet
    >>> X, y = [[0, 0], [0, 1], [1, 0], [1, 1]] * 30, ["no", "yes", "yes", "no"] * 30
    >>> fitted = glassnet.fit(X, y, members=1, epochs=3, checkpoint="run.checkpoint")
    >>> glassnet.load_checkpoint("run.checkpoint").state.epoch
    3
    """
    require_path("path", path)
    try:
        header, tensors = read(path)
    except FileError as problem:
        if problem.code != "GN001":
            raise
        template, option = "{path}: no such checkpoint. Train with {checkpoint} to write one.", Option("checkpoint")
        raise FileError("GN001", template, path=path, checkpoint=option) from None
    if "training" not in header:
        template = "{path}: a model, expected a checkpoint. There is no training to resume; load_model reads it."
        raise ModelFileError("GN043", template, path=path)
    with damage(path):
        model = model_from(header, tensors)
        training, receipt, now = header["training"], model.receipt, surroundings()
        BEGUN(receipt, "receipt")
        version = receipt["versions"]["glassnet"]
    try:
        options = options_of(receipt)
    except (DataError, OptionError) as problem:
        raise ModelFileError(
            "GN044",
            "{path}: started with glassnet {version}, this is {now}: {problem} Resume with the version "
            "that started it.",
            path=path,
            version=version,
            now=now["versions"]["glassnet"],
            problem=brief(problem),
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
            carried={name: array for name, array in arrays.items() if name.startswith("carried.")},
        )


def content_of(run: Run, policy: CheckpointPolicy) -> tuple[dict[str, Any], Tensors]:
    """Return header and tensors of a checkpoint, as copies that further training does not change.

    The caller adds the training record and ``training["validation"]``, which take a while to compute.
    """
    numbers, arrays = run.state.saved()
    if run.blocks is not None:
        arrays |= run.blocks.saved()
    for name, values in vars(run.history).items():
        if name != "weight_hashes":
            arrays[f"history.{name}"] = np.array(values)
    architecture = run.model.network.architecture
    parameters = Parameters(architecture.layout, run.state.final_weights(run.options).copy())
    model = replace(run.model, network=Network.of(architecture, parameters))
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
                raise unexpected_array(f"history.{name}", values)
            setattr(history, name, values.tolist())
    return history


def require_free(path: str | Path) -> None:
    """Raise if a checkpoint at `path` would replace an unfinished training run, or a file that is not a checkpoint."""
    require_place(path, MODEL)
    require_model_name(path)
    if not Path(path).exists():
        return
    training = read(path)[0].get("training")
    if training is None:
        raise ModelFileError("GN045", "{path}: the file is a model. Choose another path for the checkpoint.", path=path)
    _require_ended(path, training)


def require_model_place(path: str | Path, *, overwrite: bool = True) -> None:
    """Raise if a model at `path` would replace an unfinished training run, or a file that is not a model.

    A damaged glassnet file may be replaced, since training again is the remedy.
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
        template = "{problem} The file is not replaced; choose another path."
        raise ModelFileError(problem.code, template, problem=problem) from None
    _require_ended(path, header.get("training", {"ended": True}))


def _require_ended(path: str | Path, training: Any) -> None:
    if not isinstance(training, dict) or not training.get("ended"):
        raise ModelFileError(
            "GN045",
            "{path}: the checkpoint of an unfinished training. Run `{command}`, or remove the file.",
            path=path,
            command=Command("train", Option("resume", path)),
        )
