"""What a session keeps: as a session file, which the page reads and writes too, and in the folder of a killed studio.

A session file is one object of JSON: drawings, models, the training runs that made them, opened data and the states of
rooms. `static/here/session_file.js` is the same in the page.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import json
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import Any

from ....errors import FileError
from ....io.writing import MAKER
from ....messages.control_characters import finite, json_text, printable
from . import folder

FORMAT = 1
MOST_DATA = 8 << 20
"""Most bytes of opened data that a session file holds; larger ones are only named, with their SHA-256."""
MOST_PAGES = 20
SUFFIX = ".glassnet"
SESSION, PAGES = "session.json", "pages.json"
"""Files in the session's folder: a list of what is open, and the states of rooms."""
PIXELS = 784
_LONGEST = 200
_ID = re.compile(r"(run|upload|data)-[1-9]\d{0,6}|model")
_PAGE = re.compile(r"[a-z]{1,20}")
_SHA256 = re.compile(r"[0-9a-f]{64}")
_PLACE = re.compile(r"/[a-z]+(\?.*)?", re.DOTALL)


@dataclass(frozen=True)
class SavedModel:
    """A model of a session; `run` is the training run that made it, as `Job.describe`, if there was one."""

    id: str
    name: str
    source: str
    parent: str
    read: Callable[[], bytes]
    run: dict[str, Any] | None = None


@dataclass(frozen=True)
class SavedData:
    """Opened data; without `read`, they are only named."""

    id: str
    name: str
    kind: str
    target: str
    sha256: str
    read: Callable[[], bytes] | None


@dataclass(frozen=True)
class SessionContent:
    """What a session keeps. Each drawing is its pixels and its label; `place` is the address of a room, or empty."""

    drawings: list[tuple[list[int], int]] = field(default_factory=list)
    models: list[SavedModel] = field(default_factory=list)
    data: list[SavedData] = field(default_factory=list)
    pages: dict[str, Any] = field(default_factory=dict)
    place: str = ""

    def counts(self) -> dict[str, int]:
        """Return how many things there are of each kind."""
        runs, models = (sum(one.id.startswith(word) for one in self.models) for word in ("run-", "upload-"))
        others = {"models": models, "data": len(self.data), "pages": len(self.pages)}
        return {"runs": runs, "drawings": len(self.drawings), **others}


def is_page(name: str) -> bool:
    """Return whether a name can be that of a room's state."""
    return bool(_PAGE.fullmatch(name))


# in a folder


def record_of(id: str) -> str:
    """Return the name of the file with the training run that made a model."""
    return f"{id}.json"


def read_folder(path: Path) -> SessionContent:
    """Return what a session's folder holds; what is missing or damaged in it is left out."""
    return content_of_lists(path, folder.read(path / SESSION), folder.read(path / PAGES))


def content_of_lists(path: Path, listed: Any, pages: Any) -> SessionContent:
    """Return what a session with this folder holds, by the values of the two files in it."""
    listed = _object(listed)
    content = SessionContent(pages={name: value for name, value in _object(pages).items() if value is not None})
    for one in _objects(listed.get("drawings")):
        _leave_out(lambda one=one: content.drawings.append(_drawing(one)))  # type: ignore[misc]
    for one in _objects(listed.get("models")):
        file = path / str(one.get("file", ""))
        if file.is_file():
            run = folder.read(path / record_of(str(one.get("id"))))
            _leave_out(lambda one=one, file=file, run=run: content.models.append(_model(one, file.read_bytes, run)))  # type: ignore[misc]
    for one in _objects(listed.get("data")):
        file = path / str(one.get("file", ""))  # a data set of this machine has its own path
        read = file.read_bytes if file.is_file() else None
        _leave_out(lambda one=one, read=read: content.data.append(_data(one, read)))  # type: ignore[misc]
    return content


def _leave_out(add: Callable[[], None]) -> None:
    try:
        add()
    except FileError:
        return


# as a file


def write(content: SessionContent, place: str = "") -> bytes:
    """Return a session file; `place` is the address of the room that is shown."""
    models, data = [], []
    for one in content.models:
        facts = {"id": one.id, "name": one.name, "source": one.source, "parent": one.parent}
        models.append({**facts, "file": in_text(one.read()), **({"run": one.run} if one.run else {})})
    for each in content.data:
        file = each.read() if each.read else None
        described = {"id": each.id, "name": each.name, "kind": each.kind, "target": each.target}
        described["sha256"] = each.sha256 if file is None else hashlib.sha256(file).hexdigest()
        data.append({**described, **({"file": in_text(file)} if file is not None and len(file) <= MOST_DATA else {})})
    drawings = [{"label": label, "pixels": in_text(bytes(pixels))} for pixels, label in content.drawings]
    saved = datetime.now(UTC).isoformat(timespec="seconds")
    head = {"glassnet_session": FORMAT, "version": version(MAKER), "saved": saved, "place": place}
    return json_text(
        finite({**head, "drawings": drawings, "models": models, "data": data, "pages": content.pages})
    ).encode()


def read(content: bytes, name: str) -> SessionContent:
    """Return what a session file holds.

    Raises FileError GN095 for another file or a newer format, GN096 for a damaged one.
    """
    try:
        given = json.loads(content)
    except (ValueError, RecursionError):
        given = None
        if content.lstrip()[:20].startswith(b'{"glassnet_session"'):
            raise FileError("GN096", "{name}: the session file ends too early. Restore a copy.", name=name) from None
    if not isinstance(given, dict) or type(given.get("glassnet_session")) is not int:
        raise FileError("GN095", "{name}: not a session file of the studio. Open a file that it saved.", name=name)
    if given["glassnet_session"] > FORMAT:
        template = "{name}: a session file of format {version}, expected {known}. Update glassnet."
        raise FileError("GN095", template, name=name, version=given["glassnet_session"], known=FORMAT)
    try:
        return _content_of(given)
    except _DamagedError as problem:
        raise problem.named(name) from None


def _content_of(given: dict[str, Any]) -> SessionContent:
    pages, place = given.get("pages", {}), given.get("place", "")
    if not isinstance(pages, dict) or len(pages) > MOST_PAGES or not all(map(_PAGE.fullmatch, pages)):
        raise _damaged("pages")
    if not isinstance(place, str) or not (place == "" or _PLACE.fullmatch(place)):
        raise _damaged("place")
    models, data = _listed(given, "models"), _listed(given, "data")
    content = SessionContent([_drawing(one) for one in _listed(given, "drawings")], pages=pages, place=place)
    for one in models:
        bytes_ = _bytes(one, "file", "models")
        content.models.append(_model(one, lambda bytes_=bytes_: bytes_, one.get("run")))  # type: ignore[misc]
    for one in data:
        inside = _bytes(one, "file", "data") if "file" in one else None
        if inside is not None and hashlib.sha256(inside).hexdigest() != one.get("sha256"):
            raise _damaged(f"data {one.get('id')}")
        content.data.append(_data(one, None if inside is None else lambda inside=inside: inside))  # type: ignore[misc]
    ids = [*(one.id for one in content.models), *(one.id for one in content.data)]
    if len({*ids}) < len(ids):
        raise _damaged("ids")
    return content


class _DamagedError(FileError):
    """What is wrong in a file whose name is added when it is known."""

    def named(self, name: str) -> FileError:
        template = "{name}: the session file is damaged ({where}). Restore a copy."
        return FileError("GN096", template, name=name, where=self.message.values["where"])


def _damaged(where: str) -> _DamagedError:
    return _DamagedError(
        "GN096", "the session file is damaged ({where}). Restore a copy.", where=printable(where)[:_LONGEST]
    )


def _listed(given: dict[str, Any], name: str) -> list[dict[str, Any]]:
    value = given.get(name, [])
    if not isinstance(value, list) or not all(isinstance(one, dict) for one in value):
        raise _damaged(name)
    return value


def _objects(value: Any) -> list[dict[str, Any]]:
    return [one for one in value if isinstance(one, dict)] if isinstance(value, list) else []


def _object(value: Any) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}


def in_text(content: bytes) -> str:
    """Return bytes as a session file has them."""
    return base64.b64encode(content).decode()


def _bytes(given: dict[str, Any], name: str, where: str) -> bytes:
    try:
        return base64.b64decode(given[name], validate=True)
    except (KeyError, TypeError, ValueError, binascii.Error):
        raise _damaged(f"{where} {given.get('id')}") from None


def _word(given: dict[str, Any], name: str, where: str) -> str:
    value = given.get(name, "")
    if not isinstance(value, str) or len(value) > _LONGEST:
        raise _damaged(f"{where} {name}")
    return printable(value)


def _drawing(given: dict[str, Any]) -> tuple[list[int], int]:
    pixels, label = _bytes(given, "pixels", "drawings"), given.get("label")
    if len(pixels) != PIXELS or type(label) is not int or not 0 <= label <= 9:
        raise _damaged("drawings")
    return [*pixels], label


def _id(given: dict[str, Any], *words: str) -> str:
    id = given.get("id")
    if not isinstance(id, str) or not _ID.fullmatch(id) or id.split("-")[0] not in words:
        raise _damaged(f"{words[0]} {id}")
    return id


def _model(given: dict[str, Any], read: Callable[[], bytes], run: Any) -> SavedModel:
    id = _id(given, "run", "upload", "model")
    name, source, parent = (_word(given, one, id) for one in ("name", "source", "parent"))
    if run is not None and not _fits(run, RUN):
        raise _damaged(f"run of {id}")
    return SavedModel(id, name, source, parent, read, run)


def _data(given: dict[str, Any], read: Callable[[], bytes] | None) -> SavedData:
    id = _id(given, "data")
    name, kind, target, sha256 = (_word(given, one, id) for one in ("name", "kind", "target", "sha256"))
    if kind not in ("images", "numbers", "table") or (sha256 and not _SHA256.fullmatch(sha256)):
        raise _damaged(id)
    return SavedData(id, name, kind, target, sha256, read)


NUMBER = (int, float)
MAYBE = (int, float, None)
_WORDS = [{"en": str, "zh": str}]
RUN: dict[str, Any] = {
    "title": str,
    "about": {},
    "state": ("done", "stopped"),
    "live": {"blocks": [[MAYBE]], "epoch_values": [[MAYBE]], "epochs": int, "phase": str},
    "result": {
        "model": str, "hash": str, "evaluation": {}, "judged": _WORDS, "notices": _WORDS, "interval": {}, "seconds": {},
        "samples": int, "epochs": int, "best_epochs": [int], "recipe": (str, None),
    },
}  # fmt: skip
"""The form of a run: a type, or one of some types and values; in a list, of all its values; of an object, some keys."""


def _fits(value: Any, form: Any) -> bool:
    """Return whether a value has a form; see `RUN`."""
    if isinstance(form, dict):
        return isinstance(value, dict) and all(key in value and _fits(value[key], one) for key, one in form.items())
    if isinstance(form, list):
        return isinstance(value, list) and all(_fits(one, form[0]) for one in value)
    if isinstance(form, tuple):
        return any(_fits(value, one) for one in form)
    return type(value) is form if isinstance(form, type) else value == form
