"""The session: what a run of the studio has open. Models, data, drawings, states of rooms, jobs, events, a folder."""

from __future__ import annotations

import contextlib
import hashlib
import os
import re
import shutil
import threading
import weakref
from collections import OrderedDict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from ... import data
from ...data import BUNDLED, Dataset
from ...errors import DataError, GlassnetError, OptionError
from ...messages.control_characters import printable
from ...messages.languages import preferred
from ...messages.message import Command, Renderable
from ...messages.notice import ignore
from ...messages.option_spelling import Option
from ...model.file import load_model, shipped_path
from ...model.model import Model
from ...options.options import Options
from ...preprocess.tabular.dataset import read_table
from ...workflow.model_data import trained_on_bundled
from ...workflow.show_job import ShowJob, look_at
from ...workflow.training_data import load_samples
from ..rendering import on_page
from .endpoints import require_known
from .events import EventLog
from .jobs import JobQueue
from .persistence import folder, session_file
from .persistence.folder import SessionFolder
from .safety import MOST_UPLOAD

if TYPE_CHECKING:
    from ...data.tables.table import Table

DRAWINGS = "drawings"
"""The id of the data that the session's drawings are."""
DIGITS = 10
"""Classes of the drawings."""
MOST_RUNS = 50
"""Trained models that stay open; the first ones are closed then, and their files removed."""
_MOST_READ = 4
_MOST_MODELS = 4
"""Models in memory, of those that are files of the session."""
_LONGEST_NAME = 80
_MODEL = "model.safetensors"


class Cache:
    """The values of the keys that were used last; threads may share it.

    A thread that computes a value holds `lock`, while others wait for it.
    """

    def __init__(self, most: int) -> None:
        self.lock, self._most = threading.RLock(), most
        self._values: OrderedDict[Any, Any] = OrderedDict()

    def get(self, key: Any) -> Any:
        """Return the value of a key, or None."""
        with self.lock:
            if key in self._values:
                self._values.move_to_end(key)
            return self._values.get(key)

    def put(self, key: Any, value: Any) -> None:
        """Set the value of a key, in place of that of the key that was not used for longest."""
        with self.lock:
            self._values[key] = value
            self._values.move_to_end(key)
            if len(self._values) > self._most:
                self._values.popitem(last=False)


@dataclass(frozen=True)
class StudioModel:
    """A model that is open."""

    id: str  # ``"reader"``, ``"model"``, or a word with a number
    name: str
    path: str
    load: Callable[[], Model]
    facts: dict[str, Any]  # what a list shows of the model itself
    source: str = ""  # the id of the data that it was trained on; empty if they are not open
    parent: str = ""  # the id of the model that its training started from; empty for none

    @property
    def model(self) -> Model:
        """The model; of many, few are in memory at a time."""
        return self.load()

    @property
    def file_name(self) -> str:
        """The name of its file outside the session."""
        return f"{self.name.removesuffix('.safetensors')}.safetensors"

    def brief(self) -> dict[str, Any]:
        """Return what a list of models shows."""
        return {"id": self.id, "name": self.name, "source": self.source, "parent": self.parent, **self.facts}


def facts_of(model: Model) -> dict[str, Any]:
    """Return what a list of models shows of one; its hash takes a moment to compute."""
    kind = "table" if model.columns else "images" if model.image_shape else "numbers"
    sizes, result = list(model.network.architecture.sizes), model.receipt.get("result")
    return {"kind": kind, "sizes": sizes, "result": result, "hash": model.hash()}


@dataclass(frozen=True)
class StudioData:
    """Data that are open."""

    id: str  # ``"mnist"``, ``"drawings"``, or ``"data-1"`` …
    name: str
    source: str  # as `workflow` takes it; of the drawings, see `Session.source_of`
    kind: str  # "images", "numbers" or "table"
    target: str = ""  # the column to predict of a table, unless another one is chosen: the last
    sha256: str = ""  # of the file that a page sent

    def brief(self) -> dict[str, Any]:
        """Return what a list of data shows."""
        return {"id": self.id, "name": self.name, "kind": self.kind, "target": self.target, "sha256": self.sha256}


@dataclass(frozen=True)
class Drawing:
    """A drawing in MNIST's form, 784 values from 0 to 255, with its right label."""

    id: str
    pixels: tuple[int, ...]
    label: int

    def to_dict(self) -> dict[str, Any]:
        """Return the drawing as JSON-compatible values."""
        return {"id": self.id, "pixels": list(self.pixels), "label": self.label}


class Session:
    """Everything that is open; closed with `close`, which removes the folder.

    The model is a file, which has the id ``"model"``. The language is that of a page that does not choose one; by
    default ``GLASSNET_LANGUAGE`` or that of the browser. `models` and `data` are by id, and `folder` is for uploads and
    results: drawings, ended runs and states of rooms (`pages`) are written there at once. `left` has the folders of
    studios that were killed, by name. `python` says whether the page's exercises may run the Python typed in them, and
    `local` whether only this machine can reach the server.
    """

    def __init__(self, model: str | None = None, *, language: str | None = None, python: bool = True) -> None:
        self.language = language or (preferred() if os.environ.get("GLASSNET_LANGUAGE") else None)
        self.python, self.local = python, True
        self.models: dict[str, StudioModel] = {}
        self.data: dict[str, StudioData] = {"mnist": StudioData("mnist", "MNIST", data.BUNDLED, "images")}
        self.drawings: list[Drawing] = []
        self.pages: dict[str, Any] = {}
        self.left: dict[str, dict[str, Any]] = {}
        self._closed = False
        self.problem = ""  # why the folder does not have everything
        self._named: dict[str, StudioData] = {}  # data that a session file only names, by their SHA-256
        self._shared: list[weakref.ref[Any]] = []
        self._written: Any = None
        self._holding = 0
        self._lock, self._taking, self._page_lock = threading.RLock(), threading.Lock(), threading.Lock()
        self._caches: dict[str, Cache] = {}
        self._counts: dict[str, int] = {}
        self.events = EventLog(self.describe)
        self.jobs = JobQueue(self.events, self.text)
        opened = None if model is None else load_model(model)
        self._home = SessionFolder()
        self.folder = self._home.path
        with self.one_change():
            if model is not None and opened is not None:
                shutil.copyfile(model, self.folder / _MODEL)  # for a session file
                self.put_model("model", Path(model).name, Path(model), opened, self._source_of_model(opened))
            self.put_model("reader", "reader", shipped_path(), load_model(shipped_path()), "mnist")
            self._find_left()

    def close(self, seconds: float = 0.0) -> None:
        """Cancel the jobs, waiting at most so long for the running one, end the streams and remove the folder."""
        self.jobs.close(seconds)
        self.events.close()
        with self._lock:
            self._closed = True  # nothing is written any more
            self._home.remove()

    @property
    def first_room(self) -> str:
        """The room that the page begins with: a model that was given is drawn with."""
        return "draw" if "model" in self.models else "hand"

    def describe(self) -> dict[str, Any]:
        """Return what is open, as JSON-compatible values: the start of every page."""
        return {
            "run": self.events.run,
            "last": self.events.last_id,
            "limits": {"upload": MOST_UPLOAD, "python": self.python},
            "folder": str(self.folder),
            **self._lists(),
            "jobs": [job.describe(pictures=False) for job in self.jobs],
        }

    def require_python(self) -> None:
        """Raise OptionError GN097 if the page may not run Python."""
        if not self.python:
            template = "Python is switched off in this studio. Check the function in a terminal: {command}."
            check = Command("learn", "check", "FILE", Option("exercise", "ID"))
            raise OptionError("GN097", template, command=check)

    def _lists(self) -> dict[str, Any]:
        models, every = [*self.models.values()], [*self.data.values()]
        drawn = StudioData(DRAWINGS, DRAWINGS, "", "images")
        listed = [one.brief() for one in [*every, *([drawn] if self.drawings else [])]]
        facts = {"drawings": len(self.drawings), "left": [*self.left.values()], "problem": self.problem}
        return {"models": [one.brief() for one in models], "data": listed, **facts}

    def changed(self) -> None:
        """Write what has changed of models, data or drawings, and tell the pages."""
        with self._lock:  # the last event has the last lists
            if self._holding or self._closed:
                return
            if (listed := self._listed()) != self._written:
                self._written = listed if self._write(session_file.SESSION, listed) else None
            self.events.publish("session", self._lists(), key="session")

    @contextlib.contextmanager
    def one_change(self) -> Iterator[None]:
        """Take what happens in this block as one change."""
        with self._lock:
            self._holding += 1
            try:
                yield
            finally:
                self._holding -= 1
            self.changed()

    # what outlives a killed studio

    def _listed(self) -> dict[str, Any]:
        """Return what the folder's list has, as `session_file.read_folder` reads it."""
        return {
            "drawings": [
                {"label": one.label, "pixels": session_file.in_text(bytes(one.pixels))} for one in self.drawings
            ],
            "models": [
                {**{key: one.brief()[key] for key in ("id", "name", "source", "parent")}, "file": self._file_of(one)}
                for one in self.models.values()
                if one.id != "reader"
            ],
            "data": [
                {**one.brief(), "file": self._inside(one.source)} for one in self.data.values() if one.id != "mnist"
            ],
        }

    def _file_of(self, one: StudioModel) -> str:
        return _MODEL if one.id == "model" else self._inside(one.path)

    def _inside(self, path: str) -> str:
        """Return the path of a file in the folder from there; of others as it is."""
        return str(Path(path).relative_to(self.folder)) if self.folder in Path(path).parents else path

    def _write(self, name: str, value: Any) -> bool:
        """Write a file of the folder; if that fails, the page shows why, and everything goes on."""
        try:
            self._home.write(name, value)
            self.problem = ""
        except (GlassnetError, OSError) as problem:
            self.problem = str(problem)
        return not self.problem

    def put_run(self, id: str, run: dict[str, Any], *, listed: bool = True) -> None:
        """Keep the training run that made a model, as `session_file.RUN`; with `listed`, as a job that has ended."""
        with self._lock:
            if not self._closed:
                self._write(session_file.record_of(id), run)
        if listed:
            self.jobs.put("train", run)

    def put_page(self, name: str, value: Any) -> None:
        """Keep the state of a room that only its page knows; None for nothing.

        A page that is reloaded asks for it at once, also while an earlier state is still being written.
        """
        with self._page_lock:
            self.pages = {**self.pages, name: value}
        with self._lock:
            if not self._closed:
                self._write(session_file.PAGES, self.pages)

    def in_file(self, place: str = "") -> bytes:
        """Return a session file with what is open now; `place` is the address of the room that is shown."""
        with self._lock:  # meanwhile no model is closed
            return session_file.write(session_file.content_of_lists(self.folder, self._listed(), self.pages), place)

    def _find_left(self) -> None:
        """List the folders of studios that were killed; those without anything to open are removed."""
        for path in folder.left():
            counts = session_file.read_folder(path).counts()
            if any(counts.values()):
                self.left[path.name] = {"id": path.name, "time": folder.written_at(path), **counts}
            elif folder.take(path):
                folder.remove(path)

    def empty_left(self, id: str) -> None:
        """Remove what a killed studio left."""
        with self.taking(id):
            pass
        self.changed()

    @contextlib.contextmanager
    def taking(self, id: str) -> Iterator[Path]:
        """Hold a folder that a studio left; afterwards it is removed, unless an error was raised."""
        with self._taking:  # a second press waits, and then there is nothing left
            require_known("session", id, self.left)
            path = self.folder.with_name(id)
            if not folder.take(path):
                del self.left[id]
                require_known("session", id, self.left)  # another studio has taken it
            try:
                yield path
            except BaseException:
                folder.release(path)
                raise
            folder.remove(path)
            del self.left[id]

    def empty(self) -> None:
        """Forget drawings, runs, opened files and states of rooms, and remove their files; jobs are cancelled."""
        ended = self.jobs.forget()
        with self.one_change():
            if ended:  # otherwise a run may still use its number
                self._counts.clear()
            self.drawings, self._named = [], {}
            with self._page_lock:
                self.pages = {}
            self._write(session_file.PAGES, self.pages)
            for id in [id for id in self.models if id not in ("model", "reader")]:
                self._remove_model(id)
            self.data = {"mnist": self.data["mnist"]}
            self._caches.clear()
            for path in self.folder.glob("*"):
                if path.is_dir():
                    shutil.rmtree(path, ignore_errors=True)
                elif path.name not in (_MODEL, session_file.SESSION, session_file.PAGES):
                    path.unlink(missing_ok=True)

    def text(self, said: Renderable, language: str) -> str:
        """Return a message as pages show it, without the session's folder in front of the names of files."""
        return self.clean(on_page(said, language))

    def clean(self, text: str) -> str:
        """Return a text without the session's folder in front of the names of files."""
        return re.sub(rf"{re.escape(str(self.folder))}/(?:(?:data|file)-\d+/)?", "", text)

    def cache(self, name: str, most: int) -> Cache:
        """Return what a room stores for the next request, made with `most` values at the first call."""
        with self._lock:
            return self._caches.setdefault(name, Cache(most))

    def next_id(self, word: str) -> str:
        """Return the id that the next `add_model` or `add_data` with this word will give."""
        return f"{word}-{self._counts.get(word, 0) + 1}"

    def new_file(self, name: str, word: str = "file") -> Path:
        """Return the path for a file that a page sent, in a new folder of its own, which has the next number."""
        folder = self.folder / self._number(word)
        folder.mkdir()
        return folder / safe_name(name)

    def _number(self, word: str) -> str:
        with self._lock:
            name = self.next_id(word)
            self._counts[word] = self._counts.get(word, 0) + 1
            return name

    # models

    def model(self, id: str) -> StudioModel:
        """Return a model by its id; OptionError GN021 for an unknown one."""
        return require_known("model", id, self.models)

    def opened(self, path: str | Path) -> Model:
        """Return the model in a file, which is read again if others have been used since."""
        cache = self.cache("models", _MOST_MODELS)
        model: Model | None = cache.get(str(path))
        if model is None:
            model = load_model(path)
            cache.put(str(path), model)
        return model

    def add_model(
        self, path: str | Path, name: str = "", source: str = "", parent: str = "", *, word: str = "run"
    ) -> StudioModel:
        """Open a model file.

        The name is by default the id: `word` with the next number. `source` and `parent` are as in `StudioModel`.
        """
        model = self.opened(path)
        id = self._number(word)
        return self.put_model(id, name, Path(path), model, source or self._source_of_model(model), parent)

    def put_model(
        self, id: str, name: str, path: Path, model: Model, source: str = "", parent: str = ""
    ) -> StudioModel:
        """Add a model; that of a file of the session is not held in memory."""
        own = self.folder in path.parents
        load = partial(self.opened, path) if own else lambda: model
        made = StudioModel(id, name or id, str(path), load, facts_of(model), source, parent)
        with self._lock:
            self.models[made.id] = made
            runs = [one for one in self.models if one.startswith("run-")]
            for one in runs[: max(0, len(runs) - MOST_RUNS)]:  # a slider makes many
                self._remove_model(one)
        self.changed()
        return made

    def _remove_model(self, id: str) -> None:
        one = self.models.pop(id)
        Path(one.path).unlink(missing_ok=True)
        (self.folder / session_file.record_of(id)).unlink(missing_ok=True)

    def free_id(self, id: str) -> str:
        """Return an id if the session does not have it yet, else the next one of its word; no other one is given it."""
        word, _, number = id.partition("-")
        with self._lock:
            if not number or int(number) <= self._counts.get(word, 0):
                return self._number(word if number else "upload")
            self._counts[word] = int(number)
            return id

    def _source_of_model(self, model: Model) -> str:
        """Return the id of the data that a model was trained on, opening them if they are a file on this machine."""
        if trained_on_bundled(model):
            return "mnist"
        recorded = model.receipt.get("data", {}).get("source", "")
        if not Path(recorded).is_file():
            return ""
        for one in [*self.data.values()]:
            if one.source == recorded:
                return one.id
        target = model.columns.target_names[0] if model.columns else ""
        try:
            return self._open_data(recorded, Path(recorded).name, target).id
        except (DataError, OptionError, OSError):  # they have changed, or need options
            return ""

    def require_suitable(self, one: StudioModel, data: str) -> None:
        """Raise DataError GN017 for MNIST and a model of other data: what a page shows if these are not open."""
        model, given = one.model, None if self.source_of(data) != BUNDLED else self.samples(data)
        if not isinstance(given, Dataset) or (model.columns is None and model.features == given.features):
            return
        trained = Path(model.receipt.get("data", {}).get("source", "")).name or "–"
        raise DataError(
            "GN017", "{name}: MNIST does not suit this model. Open its data: {trained}.", name=one.name, trained=trained
        )

    # data

    def get_data(self, id: str) -> StudioData:
        """Return data by their id; OptionError GN021 for an unknown one."""
        if id == DRAWINGS:
            return StudioData(DRAWINGS, DRAWINGS, self.source_of(DRAWINGS), "images")
        return require_known("data", id, self.data)

    def source_of(self, id: str) -> str:
        """Return data as `workflow` takes them; of the drawings, a file with those of now."""
        return self._drawings_file() if id == DRAWINGS else self.get_data(id).source

    def add_data(self, name: str, content: bytes) -> StudioData:
        """Store and open a file that a page sent."""
        sha256 = hashlib.sha256(content).hexdigest()
        path = self.new_file(name, "data")
        path.write_bytes(content)
        try:
            named = self._named.get(sha256)
            id, target = (named.id, named.target) if named else (path.parent.name, "")
            made = self._open_data(str(path), last_part(name) or path.name, target, id=id, sha256=sha256)
            self._named.pop(sha256, None)
            return made
        except BaseException:
            shutil.rmtree(path.parent, ignore_errors=True)
            raise

    def put_data(self, id: str, one: session_file.SavedData, path: Path | None) -> None:
        """Add data of a session file, which are read when they are needed; without a path, until they are opened."""
        made = StudioData(id, one.name, str(path or ""), one.kind, one.target, one.sha256)
        with self._lock:
            if path is None:
                self._named[one.sha256] = made
            else:
                self.data[id] = made

    def _open_data(self, source: str, name: str, target: str = "", *, id: str = "", sha256: str = "") -> StudioData:
        id = id or self._number("data")
        samples = _look_at(source)
        if isinstance(samples, Dataset):
            kind = "images" if samples.image_shape else "numbers"
        else:
            kind, target = "table", target or samples.names[-1]
        self.cache("samples", _MOST_READ).put((source, "train"), samples)
        self.data[id] = made = StudioData(id, printable(name), source, kind, target, sha256)
        self.changed()
        return made

    def samples(self, id: str, part: str = "train", model: str = "") -> Dataset | Table:
        """Read data for showing: labelled samples, or a table.

        A test part is only of images and numbers; see `parts`. With the id of a model, images are read as it reads
        them, in colour or resized, if that is another way.
        """
        source, cache = self.source_of(id), self.cache("samples", _MOST_READ)
        read: Dataset | Table | None
        if model:
            read = self.samples(id, part)
            one = self.model(model).model
            if isinstance(read, Dataset) and read.image_shape and one.image_shape and read.features != one.features:
                return data.load(source, part=part, maximum=one.scaling.maximum, like=one)
            return read
        read = cache.get((source, part))
        if read is not None:
            return read
        if part == "test":
            training = self.samples(id)
            require_part(self.parts(id) if isinstance(training, Dataset) else (), part)
            assert isinstance(training, Dataset)
            read = data.load(source, part=part, maximum=training.maximum, like=training, large=True)
        else:
            read = data.load(source, **options_of_data(id)) if id == DRAWINGS else _look_at(source)
        if isinstance(read, Dataset):
            read = self.shared(read)
        cache.put((source, part), read)
        return read

    def shared(self, samples: Dataset) -> Dataset:
        """Return samples whose inputs are those of equal ones in memory: each room reads the data as it needs them."""
        inputs = samples.inputs
        with self._lock:
            self._shared = [one for one in self._shared if one() is not None]
            for one in self._shared:
                other = one()
                if other is None or (other.shape, other.dtype) != (inputs.shape, inputs.dtype):
                    continue
                if np.array_equal(other[:100], inputs[:100]) and np.array_equal(other, inputs):
                    return replace(samples, inputs=other)
            self._shared.append(weakref.ref(inputs))
        return samples

    def parts(self, id: str) -> list[str]:
        """Return the parts that data have."""
        return ["train", *(["test"] if data.has_part(self.source_of(id), "test") else [])]

    # drawings

    def add_drawing(self, pixels: list[int], label: int) -> Drawing:
        """Keep a drawing with its right label."""
        made = Drawing(self._number("drawing"), tuple(pixels), label)
        with self._lock:
            self.drawings.append(made)
        self.changed()
        return made

    def remove_drawing(self, id: str = "") -> None:
        """Remove a drawing, or without an id all."""
        with self._lock:
            self.drawings = [one for one in self.drawings if id and one.id != id]
        self.changed()

    def drawings_csv(self) -> str:
        """Return the drawings as rows of MNIST's form: the label, then 784 pixels."""
        return "".join(f"{one.label},{','.join(map(str, one.pixels))}\n" for one in self.drawings)

    def _drawings_file(self) -> str:
        with self._lock:
            if not self.drawings:
                raise DataError("GN010", "drawings: no samples, expected at least one.")
            # A name for these drawings: the training record of a model names the file.
            content = self.drawings_csv().encode()
            path = self.folder / f"drawings-{hashlib.sha256(content).hexdigest()[:8]}.csv"
            if not path.is_file():  # a job may be reading it
                path.write_bytes(content)
        return str(path)


def require_part(parts: Sequence[str], part: str) -> None:
    """Raise OptionError GN021 for a part that data do not have; `parts` are empty for data that are one whole."""
    if part and part not in (parts or ("train",)):
        raise OptionError("GN021", "{part}: these data have only a training part.", part=Option("part", part))


def last_part(name: str) -> str:
    """Return a file's name without its folders, of any system."""
    return re.split(r"[/\\]", name)[-1]


def options_of_data(id: str) -> dict[str, Any]:
    """Return the options that data need: drawings need not have every digit."""
    return {"classes": DIGITS} if id == DRAWINGS else {}


def safe_name(name: str) -> str:
    """Return the name of a file that a page sent as one that can only be in its own folder."""
    return re.sub(r"[^\w.-]", "_", last_part(name)).lstrip(".")[-_LONGEST_NAME:] or "data"


def _look_at(source: str) -> Dataset | Table:
    """Read labelled samples or a table, whatever a file holds."""
    if source == data.BUNDLED:
        return load_samples(source, Options(), ignore)
    read = look_at(ShowJob(source))
    return read_table(source) if isinstance(read, str) else read


def labels_of(samples: Dataset, rows: np.ndarray[Any, Any]) -> list[Any]:
    """Return the names of the classes of some samples, or their targets."""
    if samples.values is not None:
        return list(samples.values[rows].tolist())
    return [samples.name_of(int(label)) for label in samples.labels[rows]]
