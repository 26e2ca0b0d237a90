"""The session as a whole: its file, the states of rooms, emptying it, and what a killed studio left.

Nothing in a file is run, trained or used as a path, and its models and data are written to the session's folder alone.
"""

from __future__ import annotations

import re
import shutil
from pathlib import Path
from typing import Any

from starlette.responses import Response
from starlette.routing import Route

from ...errors import ModelFileError, OptionError
from ...model.model import Model
from . import session as sessions
from .endpoints import BYTES, api, text_in
from .persistence import session_file
from .persistence.session_file import SavedData, SavedModel, SessionContent
from .session import Session


def save(session: Session, given: dict[str, Any]) -> Response:
    """Return the session file; `place` is the address of the room that is shown."""
    return Response(session.in_file(text_in(given, "place", "")), media_type=BYTES)


def open_file(session: Session, given: dict[str, Any]) -> dict[str, Any]:
    """Add what a session file has; the answer is that of `restore`."""
    name = text_in(given, "name", f"session{session_file.SUFFIX}")
    return restore(session, session_file.read(given["body"], name))


def empty(session: Session, _: dict[str, Any]) -> dict[str, Any]:
    """Empty the session."""
    session.empty()
    return session.describe()


def pages(session: Session, _: dict[str, Any]) -> dict[str, Any]:
    """Return the states of rooms that only their pages know."""
    return {name: value for name, value in session.pages.items() if value is not None}


def put_page(session: Session, given: dict[str, Any]) -> dict[str, Any]:
    """Keep such a state, any JSON."""
    name = given["name"]
    if not session_file.is_page(name) or len({*session.pages, name}) > session_file.MOST_PAGES:
        raise OptionError("GN021", "{name} {value!r}: expected a word.", name="name", value=name)
    session.put_page(name, given.get("value"))
    return {}


def open_left(session: Session, given: dict[str, Any]) -> dict[str, Any]:
    """Add what a killed studio left, and remove its folder."""
    with session.taking(given["id"]) as path:
        opened = restore(session, session_file.read_folder(path), damaged_too=False)
    session.changed()
    return opened


def empty_left(session: Session, given: dict[str, Any]) -> dict[str, Any]:
    """Remove what a killed studio left."""
    session.empty_left(given["id"])
    return session.describe()


def restore(session: Session, content: SessionContent, *, damaged_too: bool = True) -> dict[str, Any]:
    """Add content to a session, all of it or nothing; return what was added, and what must be opened again.

    What the session has already is not added twice. Other ids that it has are given anew, also where runs and the place
    name them. Without `damaged_too`, models that cannot be read are left out.
    """
    open_runs = sum(id.startswith("run-") for id in session.models)
    if open_runs + content.counts()["runs"] > sessions.MOST_RUNS:
        raise OptionError(
            "GN022",
            "runs: {runs} in the file and {open} here, at most {most} together. Save this session and empty it first.",
            runs=content.counts()["runs"],
            open=open_runs,
            most=sessions.MOST_RUNS,
        )
    written: list[Path] = []

    def store(name: str, file: bytes) -> Path:
        path = session.new_file(name)
        written.append(path.parent)
        path.write_bytes(file)
        return path

    models: list[tuple[SavedModel, Path, Model]] = []
    try:
        for one in content.models:
            path = store(f"{one.name.removesuffix('.safetensors')}.safetensors", one.read())
            try:
                models.append((one, path, session.opened(path)))
            except ModelFileError:
                if damaged_too:
                    raise
        data = [(each, store(each.name, each.read()) if each.read else None) for each in content.data]
    except BaseException:
        for folder_ in written:
            shutil.rmtree(folder_, ignore_errors=True)
        raise
    with session.one_change():
        ids, new_models, new_data = _placed(session, data, models)
        drawn = {(one.pixels, one.label) for one in session.drawings}
        drawings = [one for one in content.drawings if (tuple(one[0]), one[1]) not in drawn]
        for pixels, label in drawings:
            session.add_drawing(pixels, label)
        for name, value in content.pages.items():
            session.put_page(name, value)
    missing = [{"name": each.name, "sha256": each.sha256} for each in new_data if each.read is None]
    return {
        **SessionContent(drawings, new_models, new_data, content.pages).counts(),
        "missing": missing,
        "place": place_with_ids(content.place, ids),
        "states": content.pages,
    }


def _placed(
    session: Session, data: list[tuple[SavedData, Path | None]], models: list[tuple[SavedModel, Path, Model]]
) -> tuple[dict[str, str], list[SavedModel], list[SavedData]]:
    """Add data and models that the session does not have; return the ids of all of them there, and what was added."""
    ids = {id: id for id in ("mnist", "drawings", "reader")}
    open_data = {one.sha256: one.id for one in session.data.values() if one.sha256}
    open_models = {(one.name, one.facts["hash"]): one.id for one in session.models.values()}
    new, new_data = [], []
    for each, path in data:
        ids[each.id] = open_data.get(each.sha256) or session.free_id(each.id)
        if each.sha256 not in open_data:
            session.put_data(ids[each.id], each, path)
            new_data.append(each)
    for one, path, model in models:
        existing = open_models.get((one.name, model.hash()))
        ids[one.id] = existing or session.free_id(one.id)
        if existing is None:
            new.append((one, path, model))
    for one, path, model in new:
        name = ids[one.id] if one.name == one.id else one.name
        session.put_model(ids[one.id], name, path, model, ids.get(one.source, ""), ids.get(one.parent, ""))
        if one.run:
            session.put_run(ids[one.id], with_ids(one.run, ids))
    return ids, [one for one, _, _ in new], new_data


def with_ids(run: dict[str, Any], ids: dict[str, str]) -> dict[str, Any]:
    """Return a run in which models and data have other ids."""

    def renamed(value: Any) -> Any:
        if isinstance(value, list):
            return [renamed(one) for one in value]
        return ids.get(value, value) if isinstance(value, str) else value

    about = {name: renamed(value) for name, value in run["about"].items()}
    return {**run, "about": about, "result": {**run["result"], "model": renamed(run["result"]["model"])}}


def place_with_ids(place: str, ids: dict[str, str]) -> str:
    """Return the address of a room in which models and data have other ids."""
    return re.sub(r"(?<==)[^&]*", lambda match: ids.get(match[0], match[0]), place)


routes: list[Route] = [
    api("DELETE", "/api/session", empty),
    api("GET", "/api/session/file", save),
    api("POST", "/api/session/file", open_file),
    api("GET", "/api/session/pages", pages),
    api("POST", "/api/session/pages/{name}", put_page),
    api("POST", "/api/session/left/{id}", open_left),
    api("DELETE", "/api/session/left/{id}", empty_left),
]
