"""Session files: what goes out comes in again, and what is damaged or foreign changes nothing."""

from __future__ import annotations

import base64
import contextlib
import json
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from glassnet.errors import OptionError
from glassnet.serve.studio import session as session_module
from glassnet.serve.studio import session_routes
from glassnet.serve.studio.persistence import folder, progress, session_file
from glassnet.serve.studio.session import Session
from web.studio_server import studio_server

DIGITS = "".join(f"{k % 3},{','.join(str((k * 7 + p) % 256) for p in range(784))}\n" for k in range(30)).encode()
SMALL = {"hidden": [5], "epochs": 1, "engine": "reference"}


@pytest.fixture(scope="module")
def filled():
    """A studio with data, two runs of which one starts from the other, drawings and a state of a room."""
    with studio_server() as running:
        data = running.post("/api/data?name=digits.csv", DIGITS).fine()["id"]
        for start in ("", "run-1"):
            given = {
                "data": data,
                "recipe": "" if start else "notes",
                "options": {} if start else SMALL,
                "start": start,
            }
            job = running.finished(running.post("/api/train", given).fine()["job"])
            assert job["state"] == "done", job["error"]
        for label in (3, 5):
            running.post("/api/drawings", {"pixels": [label] * 784, "label": label}).fine()
        running.post("/api/session/pages/classes", {"value": {"names": ["猫"]}}).fine()
        yield running


@pytest.fixture(scope="module")
def content(filled):
    return filled.get("/api/session/file?place=/train%3Fdata%3Ddata-1%26start%3Drun-2").body


@pytest.fixture
def studio():
    with studio_server() as running:
        yield running


def opened(studio, content):
    return studio.request("POST", "/api/session/file?name=my.glassnet", content)


def listed(studio):
    """What a session shows, without the numbers of its jobs and of their changes."""
    session = studio.get("/api/session").fine()
    jobs = [{name: one for name, one in job.items() if name not in ("id", "changes")} for job in session["jobs"]]
    return {**{name: session[name] for name in ("models", "data", "drawings")}, "jobs": jobs}


def files(studio):
    return {path: path.read_bytes() for path in studio.session.folder.rglob("*") if path.is_file()}


def test_a_session_goes_out_and_comes_in_again(filled, content, studio):
    answer = opened(studio, content).fine()
    assert {name: answer[name] for name in ("runs", "drawings", "data", "missing")} == {
        "runs": 2, "drawings": 2, "data": 1, "missing": [],
    }  # fmt: skip
    assert answer["place"] == "/train?data=data-1&start=run-2"
    assert listed(studio) == listed(filled)
    assert studio.get("/api/session/pages").fine() == {"classes": {"names": ["猫"]}}
    assert studio.get("/api/drawings.csv").body == filled.get("/api/drawings.csv").body
    assert studio.get("/api/data/data-1/samples?rows=3").fine() == filled.get("/api/data/data-1/samples?rows=3").fine()
    for text in ({"job": "job-2"}, {"data": "data-1", "recipe": "notes"}):
        given = {"room": "train", "form": "command", **text}
        assert studio.post("/api/take-away", given).fine() == filled.post("/api/take-away", given).fine()
    before = listed(studio)
    again = opened(studio, content).fine()  # a second time, there is nothing new in it
    assert [again[name] for name in ("runs", "drawings", "models", "data", "missing")] == [0, 0, 0, 0, []]
    assert listed(studio) == before
    again = json.loads(studio.get("/api/session/file").body)
    for one in (first := json.loads(content), again):
        del one["saved"], one["place"]
    assert again == first


def test_ids_that_are_taken_are_given_anew(content, studio):
    own = studio.post("/api/data?name=own.csv", DIGITS.replace(b"0,", b"1,", 1)).fine()["id"]
    job = studio.finished(studio.post("/api/train", {"data": own, "recipe": "notes", "options": SMALL}).fine()["job"])
    before = listed(studio)
    assert opened(studio, content).fine()["place"] == "/train?data=data-2&start=run-3"
    after = listed(studio)
    for name in ("models", "data", "jobs"):
        assert [one for one in after[name] if one in before[name]] == before[name]
    assert [one["id"] for one in after["models"]] == ["reader", "run-1", "run-2", "run-3"]
    assert after["models"][-1]["parent"] == "run-2"
    assert [one["about"]["data"] for one in after["jobs"]] == ["data-1", "data-2", "data-2"]
    assert after["jobs"][-1]["about"]["start"] == "run-2"
    assert job["result"]["model"] == "run-1"


def test_data_that_are_only_named_are_found_when_they_are_opened(filled, content, studio, monkeypatch):
    monkeypatch.setattr(session_file, "MOST_DATA", 1000)
    named = filled.get("/api/session/file").body
    assert len(named) < len(content)
    missing = opened(studio, named).fine()["missing"]
    assert [one["name"] for one in missing] == ["digits.csv"]
    assert [one["id"] for one in studio.get("/api/session").fine()["data"]] == ["mnist", "drawings"]
    assert studio.post("/api/data?name=digits.csv", DIGITS).fine()["id"] == "data-1"
    assert studio.post("/api/data?name=other.csv", DIGITS + DIGITS).fine()["id"] != "data-1"


def changes():
    """Damaged or foreign contents: a code, and a change of the file."""

    def setting(*places_and_value):
        *places, last, value = places_and_value

        def change(given):
            one = given
            for place in places:
                one = one[place]
            one[last] = value

        return change

    model = base64.b64encode(b"no model").decode()
    wrong = {
        "GN095": [setting("glassnet_session", "1"), setting("glassnet_session", 2)],
        "GN096": [
            setting("drawings", {}), setting("drawings", 0, "label", 10), setting("drawings", 0, "pixels", "AAAA"),
            setting("drawings", 1, "pixels", "?"), setting("models", 0, "id", "../run-1"),
            setting("models", 0, "id", "run-2"),
            setting("models", 0, "file", 5), setting("models", 0, "run", "result", "judged", ["<b>"]),
            setting("models", 0, "run", "live", "blocks", [5]), setting("data", 0, "file", "AAAA"),
            setting("data", 0, "kind", "program"), setting("data", 0, "id", "mnist"), setting("pages", "../x", 1),
            setting("place", "https://example.org"), setting("models", 0, "name", "x" * 1000),
        ],
        "GN040": [setting("models", 1, "file", model)],
    }  # fmt: skip
    return [(code, change) for code, several in wrong.items() for change in several]


@pytest.mark.parametrize(("code", "change"), changes())
def test_a_changed_file_is_refused_as_a_whole(studio, content, code, change):
    studio.post("/api/drawings", {"pixels": [9] * 784, "label": 9}).fine()
    shown, stored, given = listed(studio), files(studio), json.loads(content)
    change(given)
    message = opened(studio, json.dumps(given).encode()).refused(400, code)
    assert str(studio.session.folder) not in message
    assert (listed(studio), files(studio)) == (shown, stored)


@pytest.mark.parametrize("part", [b"", b"[", b"[" * 10**6, b"\xff\xfe", b"PK\x03\x04", b"{}", b"3"])
def test_what_is_no_session_is_refused(filled, part):
    opened(filled, part).refused(400, "GN095")


def test_a_file_that_ends_early_is_damaged(filled, content):
    assert "my.glassnet" in opened(filled, content[:-100]).refused(400, "GN096")


def test_names_in_a_file_are_no_paths(studio, content, tmp_path):
    given = json.loads(content)
    given["models"][0]["name"] = given["data"][0]["name"] = f"../../..{tmp_path}/escaped"
    own = studio.session.folder
    before = {path for path in tmp_path.parent.rglob("*") if own not in path.parents}
    opened(studio, json.dumps(given).encode()).fine()
    assert {path for path in tmp_path.parent.rglob("*") if own not in path.parents} == before
    made = [
        *(one.path for one in studio.session.models.values() if one.id != "reader"),
        studio.session.data["data-1"].source,
    ]
    assert all(own in Path(path).resolve().parents for path in made)


def test_more_runs_than_a_session_has_are_refused_and_none_is_closed(filled, content, monkeypatch):
    monkeypatch.setattr(session_module, "MOST_RUNS", 3)
    before = listed(filled)
    opened(filled, content).refused(400, "GN022")
    assert listed(filled) == before


def test_an_emptied_session_has_nothing_left(studio, content):
    start = listed(studio)
    opened(studio, content).fine()
    studio.request("DELETE", "/api/session").fine()
    assert listed(studio) == start
    assert studio.get("/api/session/pages").fine() == {}
    assert {path.name for path in files(studio)} <= {session_file.SESSION, session_file.PAGES}
    assert opened(studio, content).fine()["place"] == "/train?data=data-1&start=run-2"


def test_what_a_studio_left_can_be_emptied_and_a_damaged_model_is_left_out(studio, monkeypatch):
    """A folder as a killed process leaves it: its lock is released, its files are there."""
    first = Session()
    first.add_drawing([5] * 784, 5)
    (first.folder / "run-1.safetensors").write_bytes(b"no model")
    listed = folder.read(first.folder / session_file.SESSION)
    listed["models"] = [{"id": "run-1", "name": "run-1", "source": "mnist", "parent": "", "file": "run-1.safetensors"}]
    first._home.write(session_file.SESSION, listed)
    with contextlib.closing(Session()) as other:
        assert other.left == {}  # the first one runs
    folder.release(first.folder)
    second = Session()
    assert [one["drawings"] for one in second.left.values()] == [1]
    with ThreadPoolExecutor(2) as pool:
        pressed = [pool.submit(session_routes.open_left, second, {"id": first.folder.name}) for _ in range(2)]
    problems = [one.exception() for one in pressed]
    assert sorted(isinstance(one, OptionError) for one in problems) == [False, True]
    assert next(one.result() for one in pressed if not one.exception())["runs"] == 0
    assert [one.label for one in second.drawings] == [5]
    assert not first.folder.exists()
    folder.release(second.folder)
    third = Session()
    third.empty_left(second.folder.name)
    assert (third.left, second.folder.exists()) == ({}, False)
    third.close()


def test_a_session_file_has_everything_if_the_folder_cannot_be_written(monkeypatch):
    def full(name, value):
        raise OSError("no space left")

    with contextlib.closing(Session()) as session:
        with monkeypatch.context() as patch:
            patch.setattr(session._home, "write", full)
            session.add_drawing([5] * 784, 5)
            session.put_page("classes", 1)
            kept = session_file.read(session.in_file(), "")
            assert ([label for _, label in kept.drawings], kept.pages) == ([5], {"classes": 1})
            assert session.problem
        session.changed()
        assert len(session_file.read_folder(session.folder).drawings) == 1


def test_a_state_is_known_while_an_earlier_one_is_being_written(monkeypatch):
    """A page that is reloaded asks for it in that moment, and would send the earlier one back as its own."""
    with contextlib.closing(Session()) as session:
        writes, goes_on, write = threading.Event(), threading.Event(), session._home.write

        def wait(*args):
            writes.set()
            assert goes_on.wait(30)
            write(*args)

        monkeypatch.setattr(session._home, "write", wait)
        earlier = threading.Thread(target=session.put_page, args=("hand", "earlier"))
        earlier.start()
        assert writes.wait(30)
        later = threading.Thread(target=session.put_page, args=("hand", "later"))
        later.start()
        deadline = time.monotonic() + 30
        while session.pages["hand"] != "later" and time.monotonic() < deadline:
            time.sleep(0.001)
        known = session.pages["hand"]
        goes_on.set()
        earlier.join()
        later.join()
        assert known == "later"
        assert session_file.read_folder(session.folder).pages == {"hand": "later"}


def test_progress_of_two_studios_is_one_file_that_loses_nothing(monkeypatch, tmp_path):
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path))
    assert progress.read()["progress"] == {}
    progress.merge({"seed": 7, "done": {"a": True}, "code": {"f": "first", "g": "g"}})
    progress.merge({"done": {"b": True}, "code": {"f": "last"}})
    wanted = {"seed": 7, "done": {"a": True, "b": True}, "code": {"f": "last", "g": "g"}}
    file = Path(progress.read()["path"])
    assert json.loads(file.read_text(encoding="utf-8")) == progress.FORMAT | wanted
    with pytest.raises(OptionError):
        progress.merge({"done": {"c": False}})
    assert progress.read()["progress"] == wanted

    file.write_text("{", encoding="utf-8")  # somebody edited it: it is not thrown away
    assert progress.read()["progress"] == {}
    assert progress.merge({"done": {"a": True}})["progress"] == {"done": {"a": True}}
    assert file.with_name(f"damaged-{progress.FILE}").read_text() == "{"
    assert progress.empty()["progress"] == {}
    assert not file.exists()
