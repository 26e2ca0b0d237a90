"""The models of the service, which are loaded again when their files change."""

from __future__ import annotations

import os
import sys
import threading
import time
import traceback
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

import numpy as np

from ...errors import GlassnetError, ModelFileError, OptionError
from ...handwriting.digit_model import reads_digits
from ...messages.message import Listing, Message
from ...model.file import load_model
from ...model.inference import compiled
from ...model.model import Model
from ...model.portable import PortableForm, form_of
from ...preprocess.tabular.rows import RowEncoder
from ...preprocess.training_range import TrainingRange
from .counters import Counters
from .errors import RequestError, malformed

POLL_SECONDS = 0.5
"""Between two looks at the files."""


@dataclass(frozen=True)
class ServedModel:
    """A model, ready for answers."""

    name: str
    model: Model  # as loaded, without the check of the training range, for explanations
    fast: Model  # the same in portable arithmetic, compiled: an answer has the same bits alone and among any others
    encoder: RowEncoder | None  # for a model of a table
    training_range: TrainingRange | None  # of a model of arrays; that of a table is in its columns
    form: PortableForm  # the type of the inputs and the names of the outputs
    takes_bytes: bool  # whether the inputs are whole numbers from 0 to 255, such as pixels
    reads_digits: bool  # whether images are photographs of digits, see `handwriting.digit_model`
    products: int  # of a weight and a value, for one row
    # `loaded`, `seconds`: the Unix time at which it was loaded, and how long that took
    loaded: float
    seconds: float

    @classmethod
    def load(cls, name: str, path: Path) -> ServedModel:
        """Load and compile a model; errors as `load_model`."""
        began = time.perf_counter()
        loaded = load_model(path)
        training_range, model = None if loaded.columns else loaded.training_range, loaded.unchecked()
        fast = compiled(model, engine="portable")
        form = form_of(model)
        for kind in (np.uint8, np.float32):  # compile, or load from the cache
            fast.outputs(np.zeros((1, model.features), kind))
        any_numbers = model.scaling.standardises or not model.layout.bounded
        return cls(
            name=name,
            model=model,
            fast=fast,
            encoder=RowEncoder(model.columns) if model.columns else None,
            training_range=training_range,
            form=form,
            takes_bytes=not (model.columns or any_numbers) and model.scaling.maximum == 255,
            reads_digits=reads_digits(model),
            products=sum(layer.weights.size for member in form.members for layer in member),
            loaded=time.time(),
            seconds=time.perf_counter() - began,
        )

    @property
    def kind(self) -> Message:
        """What answers have, and what requests have."""
        targets, columns = self.model.targets, self.model.columns
        inputs = Message("rows of a table")
        if columns is None:
            inputs = Message("rows of {count} values", count=self.model.features)
        if targets.of_classes:
            return Message("predictions of classes from {inputs}", inputs=inputs)
        if targets.name == "values":
            return Message("predictions of numbers from {inputs}", inputs=inputs)
        return Message("predictions of labels from {inputs}", inputs=inputs)

    def require_alike(self, new: ServedModel, path: Path) -> None:
        """Raise ModelFileError GN047 unless a new model can answer all requests to this one, with all its outputs."""
        (columns, outputs), (new_columns, new_outputs) = (
            (one.columns.names if one.columns else (), [*map(one.name_of, range(one.classes))])
            for one in (self.model, new.model)
        )
        more = [name for name in new_columns if name not in columns]
        lost = [name for name in outputs if name not in new_outputs]
        if new.kind != self.kind:
            what = Message("makes {kind}, expected {other}", kind=new.kind, other=self.kind)
        elif more:
            what = Message("needs the column {name!r}, which requests lack", name=more[0])
        elif lost:
            what = Message("has no output {name!r}", name=lost[0])
        elif self.reads_digits and not new.reads_digits:
            what = Message("does not read photos of digits")
        else:
            return
        raise ModelFileError(
            "GN047", "{path}: the new model {what}. Restart the service, or give it another name.", path=path, what=what
        )


class _State(NamedTuple):
    """What shows whether a file has changed."""

    modified: int
    size: int
    inode: int

    @classmethod
    def of(cls, path: Path) -> _State | None:
        try:
            found = os.stat(path)
        except OSError:
            return None
        return cls(found.st_mtime_ns, found.st_size, found.st_ino)


class Repository:
    """The models by name, which is the stem of a model's file."""

    def __init__(self, paths: Sequence[str | Path], counters: Counters) -> None:
        self._paths: dict[str, Path] = {}
        self._counters = counters
        for path in map(Path, paths):
            name = path.name.removesuffix(".safetensors")
            if name in self._paths:
                raise OptionError(
                    "GN120",
                    "{path}: the model's name would be {name!r}, as that of {other}. Rename one.",
                    path=path,
                    name=name,
                    other=self._paths[name],
                )
            self._paths[name] = path
        self._states = {name: _State.of(path) for name, path in self._paths.items()}
        self._models = {name: ServedModel.load(name, path) for name, path in self._paths.items()}
        self.problems: dict[str, GlassnetError] = {}
        """Name -> why its changed file could not be loaded; the model from before is used."""
        self._stopping = threading.Event()

    def __iter__(self) -> Iterator[ServedModel]:
        return iter([*self._models.values()])

    def __len__(self) -> int:
        return len(self._models)

    def __contains__(self, name: str) -> bool:
        return name in self._models

    def get(self, name: str) -> ServedModel:
        """Return a model."""
        served = self._models.get(name)
        if served is None:
            raise RequestError(
                404, "GN121", "No model {name!r}. The models are {names}.", name=name, names=Listing(self._models)
            )
        return served

    def named_or_only(self, name: str | None) -> ServedModel:
        """Return the model of this name, or for None the only one."""
        if name is not None:
            return self.get(name)
        if len(self._models) > 1:
            raise malformed("Name the model with ?model=NAME. The models are {names}.", names=Listing(self._models))
        return next(iter(self._models.values()))

    def watch(self) -> None:
        """Look at the files until `stop`, on a thread of its own; load a changed file while the old model answers."""
        threading.Thread(target=self._watch, name="model files", daemon=True).start()

    def stop(self) -> None:
        """End `watch`."""
        self._stopping.set()

    def _watch(self) -> None:
        while not self._stopping.wait(POLL_SECONDS):
            try:
                self.look()
            except Exception:  # a bug: later changes must still be seen
                traceback.print_exc(file=sys.stderr)

    def look(self) -> None:
        """Load the models again whose files have changed; without enough memory, try again at the next look."""
        for name, path in self._paths.items():
            state = _State.of(path)
            if state == self._states[name]:
                continue
            try:
                new = ServedModel.load(name, path)
                self._models[name].require_alike(new, path)
            except MemoryError:
                template = "{path}: not enough memory to load the changed file, which is tried again until there is."
                known = self.problems.get(name)
                if known is None or known.template != template:
                    self._refuse(name, GlassnetError("GN032", template, path=path))
                continue
            except GlassnetError as problem:
                self._refuse(name, problem)
            else:
                self._models[name] = new  # requests in progress keep the old one
                self.problems.pop(name, None)
                print(f"{path}: loaded again, hash {new.model.hash()}", file=sys.stderr, flush=True)
                self._counters.reloads.labels(name, "success").inc()
            self._states[name] = state

    def _refuse(self, name: str, problem: GlassnetError) -> None:
        self.problems[name] = problem
        print(f"{problem} [{problem.code}] The model from before is used.", file=sys.stderr, flush=True)
        self._counters.reloads.labels(name, "failure").inc()
