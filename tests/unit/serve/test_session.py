"""Models, data and drawings: what pages can open, and what is refused without leaving anything behind."""

from __future__ import annotations

import base64
import io
import json
import os
import shlex
import threading
import warnings
import zipfile
from pathlib import Path
from urllib.parse import quote

import numpy as np
import pytest
from PIL import Image

import glassnet
from glassnet.serve.studio import session as session_module
from glassnet.serve.studio.session import Cache, Session, safe_name
from glassnet.training.events import EpochDone, TrainingStarted
from support.cli import run
from web.studio_server import TIMEOUT, studio_server

TABLE = "size,colour,kind\n" + "".join(f"{k},{'red' if k % 3 else 'blue'},{'ab'[k % 2]}\n" for k in range(60))
DIGITS = "".join(f"{k % 3},{','.join(str((k * 7 + p) % 256) for p in range(784))}\n" for k in range(30))


@pytest.fixture(scope="module")
def studio():
    with studio_server() as running:
        yield running


def upload(studio, content, name="data.csv", path="/api/data"):
    content = content if isinstance(content, bytes) else content.encode()
    return studio.post(f"{path}?name={quote(name, safe='%')}", content)


def files(studio):
    return {path for path in studio.session.folder.rglob("*") if path.is_file()}


def test_the_session_has_the_bundled_digits_and_their_reader(studio):
    session = studio.get("/api/session").fine()
    assert [one["id"] for one in session["models"]][:1] == ["reader"]
    assert session["data"][0] == {"id": "mnist", "name": "MNIST", "kind": "images", "target": "", "sha256": ""}
    described = studio.get("/api/data/mnist").fine()
    assert (described["samples"], described["parts"], described["image_shape"]) == (60000, ["train", "test"], [28, 28])


def test_samples_are_those_of_the_data(studio):
    test = glassnet.load_data("mnist", part="test")
    answer = studio.get("/api/data/mnist/samples?part=test&rows=7,0,9999").fine()
    pixels = np.frombuffer(base64.b64decode(answer["pixels"]), np.uint8).reshape(3, 784)
    assert np.array_equal(pixels, test.inputs[[7, 0, 9999]])
    assert answer["labels"] == [str(label) for label in test.labels[[7, 0, 9999]]]
    stretch = studio.get("/api/data/mnist/samples?start=59998&count=50").fine()
    assert (stretch["rows"], stretch["total"]) == ([59998, 59999], 60000)


def test_numbers_of_a_row_are_as_its_model_reads_them(studio, tmp_path):
    text = "price;length;count;code\n" + "".join(f"{k % 7},25 €;{2 * k},5;{k};x{k}\n" for k in range(40))
    path = tmp_path / "shop.csv"
    path.write_text(text, encoding="utf-8")
    model = glassnet.TableModel.fit(path, "count", drop=["code"], epochs=2, hidden=4, engine="reference")
    model.save(tmp_path / "shop.safetensors")
    id = studio.session.add_model(tmp_path / "shop.safetensors").id
    data = upload(studio, text, "shop.csv").fine()["id"]
    plain = studio.get(f"/api/data/{data}/samples?rows=3").fine()
    answer = studio.get(f"/api/data/{data}/samples?rows=3&model={id}").fine()
    assert plain["cells"] == [["3,25 €", "6,5", "3", "x3"]]
    assert answer["cells"] == [[3.25, 6.5, "3", "x3"]]
    assert answer["targets"] == ["count"]  # not "code", which the model does not use


def test_images_are_read_as_a_model_reads_them(studio, tmp_path):
    colours = np.random.default_rng(0).integers(0, 256, (12, 4, 4, 3)).astype(np.uint8)
    packed = tmp_path / "pets.zip"
    with zipfile.ZipFile(packed, "w") as archive:
        for k, pixels in enumerate(colours):
            file = io.BytesIO()
            Image.fromarray(pixels).save(file, "PNG")
            archive.writestr(f"pets/{'ab'[k % 2]}/{k:02d}.png", file.getvalue())
    images = glassnet.load_data(packed, colour=True)
    fitted = glassnet.fit(images, glassnet.Options(hidden=4, epochs=1, engine="reference", colour=True))
    glassnet.save_model(fitted.model, tmp_path / "pets.safetensors")
    id = studio.session.add_model(tmp_path / "pets.safetensors").id
    data = upload(studio, packed.read_bytes(), "pets.zip").fine()["id"]
    for query, expected in (("", 16), (f"&model={id}", 48)):
        answer = studio.get(f"/api/data/{data}/samples?rows=1{query}").fine()
        assert len(base64.b64decode(answer["pixels"])) == expected


def test_a_model_whose_data_are_not_open_says_which(studio, tmp_path):
    path = tmp_path / "people.csv"
    path.write_text(TABLE)
    glassnet.TableModel.fit(path, "kind", epochs=2, hidden=4, engine="reference").save(tmp_path / "people.safetensors")
    path.unlink()
    one = studio.session.add_model(tmp_path / "people.safetensors", "people.safetensors")
    assert one.source == ""
    for answer in (
        studio.post("/api/step", {"model": one.id, "data": "mnist", "row": 0}),
        studio.get(f"/api/look?model={one.id}&data=mnist"),
    ):
        assert answer.refused(400, "GN017").endswith("Open its data: people.csv.")
    studio.get("/api/look?model=reader&data=mnist").fine()


@pytest.mark.parametrize(
    "query", ["rows=60000", "rows=-1", "rows=a", "rows=1,,2", "part=other", "start=-1", "count=501"]
)
def test_other_rows_are_refused(studio, query):
    studio.get(f"/api/data/mnist/samples?{query}").refused(400, "GN021")


def test_a_table_has_columns_cells_and_findings(studio):
    made = upload(studio, TABLE, "things.csv").fine()
    assert (made["kind"], made["target"], made["name"]) == ("table", "kind", "things.csv")
    described = studio.get(f"/api/data/{made['id']}").fine()
    assert [one["kind"] for one in described["columns"]] == ["number", "text", "text"]
    cells = studio.get(f"/api/data/{made['id']}/samples?rows=0,59").fine()
    assert cells["cells"] == [["0", "blue", "a"], ["59", "red", "b"]] or cells["cells"][0][1:] == ["blue", "a"]
    found = studio.post(f"/api/data/{made['id']}/doctor", {}).fine()
    assert {"healthy", "findings"} == found.keys()
    studio.get(f"/api/data/{made['id']}/samples?part=test").refused(400, "GN021")


def test_the_doctor_answers_in_the_language_of_the_page(studio):
    made = upload(studio, TABLE.replace("7,red,b", "?,red,b").replace("9,blue,b", ",blue,b"), "holes.csv").fine()
    texts = {}
    for language in ("en", "zh"):
        found = studio.post(f"/api/data/{made['id']}/doctor?lang={language}", {}).fine()["findings"]
        texts[language] = "".join(one["meaning"] for one in found)
        assert str(studio.session.folder) not in str(found)
    assert texts["en"]
    assert texts["en"].isascii()
    assert not texts["zh"].isascii()


def test_images_as_numbers_are_images(studio):
    made = upload(studio, DIGITS, "digits.csv").fine()
    assert made["kind"] == "images"
    assert studio.get(f"/api/data/{made['id']}").fine()["counts"] == [10, 10, 10]


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", "GN010"),
        (b"\x00\x01\x02" * 100, "GN005"),
        (b"\x1f\x8b\x08\x00damaged", "GN006"),
        (b"PK\x03\x04damaged", "GN019"),
        (b"a,b\n1,2\n3,4,5\n", "GN012"),
    ],
)
def test_what_is_no_data_is_refused_and_not_stored(studio, content, code):
    before, listed = files(studio), studio.get("/api/session").fine()["data"]
    answer = upload(studio, content, "bad.csv")
    answer.refused(400, code)
    assert str(studio.session.folder) not in answer.json()["message"]
    assert files(studio) == before
    assert studio.get("/api/session").fine()["data"] == listed


UNSAFE = ["..%2F..%2Fx.csv", "%2Fetc%2Fpasswd", "..%5Cx.csv", ".hidden", "..", "%00.csv", "x" * 300, "数据" * 200]


@pytest.mark.parametrize("name", UNSAFE)
def test_names_of_uploads_stay_in_the_folder(studio, name):
    made = upload(studio, TABLE, name).fine()
    path = studio.session.data[made["id"]].source
    assert studio.session.folder in Path(path).resolve().parents
    assert len(path.encode()) < 400


def test_safe_names_keep_the_ending():
    assert safe_name("a/b\\c d.csv") == "c_d.csv"
    assert safe_name("") == safe_name("...") == "data"
    assert safe_name("数据.csv") == "数据.csv"


def test_a_model_goes_out_and_comes_in_again(studio):
    content = studio.get("/api/models/reader/file")
    made = studio.request("POST", "/api/models?name=own.safetensors", content.body).fine()
    assert made["name"] == "own"
    assert made["hash"] == studio.get("/api/models/reader").fine()["hash"]
    weights = studio.get(f"/api/models/{made['id']}/weights").body
    flat = studio.session.models["reader"].model.network.parameters.flat
    assert np.array_equal(np.frombuffer(weights, "<f4"), flat.astype("<f4"))


def test_what_is_no_model_is_refused(studio):
    before = studio.get("/api/models").fine()
    for content in (b"", b"no model", studio.get("/api/models/reader/file").body[:-10]):
        answer = studio.post("/api/models?name=x", content)
        assert (answer.status, answer.json()["code"][:4]) == (400, "GN04")
    assert studio.get("/api/models").fine() == before


def test_what_is_no_model_is_not_stored(studio):
    before = files(studio)
    studio.post("/api/models?name=x", b"no model")
    assert files(studio) == before


def test_models_sent_at_the_same_time_do_not_replace_each_other(studio, monkeypatch, tmp_path):
    data = glassnet.Dataset.from_arrays([[0, 0], [0, 1], [1, 0], [1, 1]], [0, 1, 1, 0])
    hashes, both, read = {}, threading.Barrier(2, timeout=TIMEOUT), session_module.load_model

    def load(path):
        both.wait()  # both files are written
        return read(path)

    monkeypatch.setattr(session_module, "load_model", load)

    def send(seed):
        model = glassnet.new_model(data, glassnet.Options(hidden=3, seed=seed))
        path = tmp_path / f"{seed}.safetensors"
        glassnet.save_model(model, path)
        hashes[model.hash()] = studio.post("/api/models?name=own", path.read_bytes()).fine()["hash"]

    threads = [threading.Thread(target=send, args=(seed,)) for seed in (1, 2)]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    assert len(hashes) == 2
    assert all(sent == opened for sent, opened in hashes.items())


def test_the_last_event_has_the_last_lists(studio, monkeypatch):
    """A list that was made first, on a thread that then waits, is not sent last."""
    session, lists, second = studio.session, studio.session._lists, threading.Event()

    def slow_lists():
        made = lists()
        if threading.current_thread() is slow:
            second.wait(0.5)  # for the other thread, which must wait too
        return made

    monkeypatch.setattr(session, "_lists", slow_lists)
    slow = threading.Thread(target=session.changed)
    last = session.events.number_in(session.events.last_id)
    slow.start()
    session.add_drawing([0] * 784, 5)
    second.set()
    slow.join()
    [event] = [one for one in session.events.since(last) if one.key == "session"]
    assert json.loads(event.text.split(b"data: ")[1])["data"]["drawings"] == len(session.drawings)
    session.remove_drawing()


def test_drawings_are_kept_listed_and_removed(studio):
    first = studio.post("/api/drawings", {"pixels": [1] * 784, "label": 7}).fine()
    studio.post("/api/drawings", {"pixels": [2] * 784, "label": 3}).fine()
    assert [one["label"] for one in studio.get("/api/drawings").fine()] == [7, 3]
    csv = studio.get("/api/drawings.csv").body.decode().splitlines()
    assert csv == [f"7,{','.join('1' * 784)}", f"3,{','.join('2' * 784)}"]
    assert "drawings" in [one["id"] for one in studio.get("/api/session").fine()["data"]]
    assert studio.get("/api/data/drawings/samples").fine()["total"] == 2
    assert [one["label"] for one in studio.request("DELETE", f"/api/drawings?id={first['id']}").fine()] == [3]
    assert studio.request("DELETE", "/api/drawings").fine() == []
    studio.get("/api/data/drawings/samples").refused(400, "GN010")


BLANK = [0] * 784


@pytest.mark.parametrize(
    "given",
    [
        {},
        {"pixels": BLANK},
        {"pixels": BLANK[1:], "label": 1},
        {"pixels": [*BLANK[1:], 256], "label": 1},
        {"pixels": [*BLANK[1:], 0.5], "label": 1},
        {"pixels": [*BLANK[1:], True], "label": 1},
        {"pixels": BLANK, "label": 10},
    ],
)
def test_other_drawings_are_refused(studio, given):
    studio.post("/api/drawings", given).refused(400, "GN021")


def test_the_model_of_the_command_is_open_with_its_data(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "things.csv").write_text(TABLE)
    samples = glassnet.load_table("things.csv", target="kind")
    options = glassnet.Options.recipe("table", members=1, epochs=2, engine="reference")
    glassnet.save_model(glassnet.fit(samples, options).model, "kinds.safetensors")
    session = Session("kinds.safetensors", language="zh")
    try:
        assert session.language == "zh"
        assert session.models["model"].brief()["kind"] == "table"
        assert session.data[session.models["model"].source].target == "kind"
    finally:
        session.close()
    assert not session.folder.exists()


def test_callbacks_see_the_parameters_that_training_changes():
    seen, hashes = [], []

    def watch(event):
        if isinstance(event, TrainingStarted):
            seen.append(event.parameters)
        if isinstance(event, EpochDone):
            hashes.append((seen[0].hash(), event.hash))

    glassnet.fit([[0, 0], [0, 1], [1, 0], [1, 1]] * 30, ["no", "yes", "yes", "no"] * 30, epochs=3, callbacks=[watch])
    assert len({one for one, _ in hashes}) == 3
    assert all(one == other for one, other in hashes)


def test_a_cache_has_the_values_that_were_used_last():
    cache = Cache(2)
    for key in ("a", "b"):
        cache.put(key, key.upper())
    assert cache.get("a") == "A"
    cache.put("c", "C")
    assert [cache.get(key) for key in ("a", "b", "c")] == ["A", None, "C"]
    cache.put("a", "new")
    assert [cache.get(key) for key in ("a", "c")] == ["new", "C"]


def test_the_file_of_drawings_is_not_written_again_while_a_job_reads_it(studio):
    studio.session.add_drawing([9] * 784, 1)
    path = studio.session.source_of("drawings")
    os.utime(path, (0, 0))
    assert studio.session.source_of("drawings") == path
    assert Path(path).stat().st_mtime == 0
    studio.session.remove_drawing()


def test_drawings_of_a_few_digits_can_be_used_in_every_room(studio, tmp_path, monkeypatch):
    rng = np.random.default_rng(0)
    for k in range(30):
        studio.session.add_drawing(rng.integers(0, 256, 784).tolist(), (3, 7)[k % 2])
    assert studio.get("/api/look?data=drawings").fine()["counts"] == [15 * (k in (3, 7)) for k in range(10)]
    assert studio.post("/api/data/drawings/doctor", {}).fine()["findings"] == []
    small = {"hidden": [4], "epochs": 1}
    sides = {"a": {"options": small}, "b": {"options": {**small, "epochs": 2}}, "seeds": 2}
    jobs = [
        studio.post(path, {"data": "drawings", **given}).fine()
        for path, given in (("/api/compare", sides), ("/api/look/labels", {}), ("/api/train", {"options": small}))
    ]
    for job in jobs:
        ended = studio.finished(job.get("job") or job["id"])
        assert (ended["state"], ended["error"]) == ("done", None)
    (tmp_path / "drawings.csv").write_bytes(studio.get("/api/drawings.csv").body)
    monkeypatch.chdir(tmp_path)
    views = [
        {"room": "look", "view": view, "row": row} for view, row in (("data", 3), ("data", None), ("labels", None))
    ]
    for given, form in zip(({"room": "compare", **sides}, *views), 2 * ("python", "command"), strict=True):
        text = studio.post("/api/take-away", {**given, "data": "drawings", "form": form}).fine()["text"]
        if form == "command":
            quick = ("--hidden", 4, "--epochs", 1) if given["view"] == "labels" else ()
            result = run(*shlex.split(text)[1:], *quick)
            assert result.code == 0, result.err
        else:
            with warnings.catch_warnings():
                warnings.filterwarnings("ignore", "2 seeds cannot give a verdict")
                exec(compile(text, "program", "exec"), {})
    studio.session.remove_drawing()


def test_the_first_of_many_runs_are_closed(tmp_path, monkeypatch):
    session = Session()
    monkeypatch.setattr(session_module, "MOST_RUNS", 2)
    model = glassnet.new_model(glassnet.Dataset.from_arrays([[0], [1]] * 9, [0, 1] * 9), glassnet.Options(hidden=2))
    for k in range(3):
        glassnet.save_model(model, tmp_path / f"{k}.safetensors")
        session.add_model(tmp_path / f"{k}.safetensors")
    assert [name for name in session.models if name.startswith("run-")] == ["run-2", "run-3"]
    assert not (tmp_path / "0.safetensors").exists()
    assert (tmp_path / "1.safetensors").exists()


def test_rooms_that_read_the_same_data_share_their_arrays():
    session = Session()
    try:
        first, second = (glassnet.Dataset.from_arrays([[k, 1] for k in range(200)], [0, 1] * 100) for _ in range(2))
        other = glassnet.Dataset.from_arrays([[k, 2 * (k == 150)] for k in range(200)], [0, 1] * 100)
        assert session.shared(first).inputs is first.inputs
        assert session.shared(second).inputs is first.inputs
        assert session.shared(other).inputs is other.inputs
    finally:
        session.close()
