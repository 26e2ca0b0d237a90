"""Headers of model files are not trusted: a file is rejected unless its header fits the schema and the tensors."""

from __future__ import annotations

import json
import subprocess
import sys
from contextlib import suppress
from copy import deepcopy

import numpy as np
import pytest

from glassnet import load_checkpoint, load_model, save_model
from glassnet.errors import GlassnetError, ModelFileError
from glassnet.training.checkpoint import require_free, require_model_place
from glassnet.training.verify import verify
from support import mutations
from support.cli import TIMEOUT, environment, run, snapshot
from support.samples import small_model

LEAST_OPENED, MUTATIONS, MEMORY = 3, 300, 2**30
LIMITED = "import resource, sys; resource.setrlimit(resource.RLIMIT_AS, (8 << 30, 8 << 30)); "


def test_mutated_files_are_rejected_in_one_line_or_can_predict(tmp_path):
    """Run in a separate process, to measure its memory and to stop it if it hangs."""
    program = f"{LIMITED}import runpy; runpy.run_module('support.mutations', run_name='__main__')"
    start = [sys.executable, "-c", f"import sys; sys.path[:0] = {sys.path!r}; {program}", tmp_path, str(MUTATIONS)]
    done = subprocess.run(start, capture_output=True, text=True, env=environment(), timeout=TIMEOUT)
    assert done.returncode == 0, done.stderr[-3000:]
    results = json.loads(done.stdout)
    assert results["wrong"] == []
    assert min(results["opened"].values()) >= LEAST_OPENED, "the mutations are too coarse: few files open"
    assert sum(results["opened"].values()) + sum(results["refused"].values()) == MUTATIONS
    assert results["refused"]["GN041"] > MUTATIONS // 4
    assert results["peak"] <= MEMORY


@pytest.fixture(scope="module")
def files(tmp_path_factory):
    """A model of each kind, as bytes."""
    folder = tmp_path_factory.mktemp("models")
    return {name: (folder / name).read_bytes() for name in mutations.models(folder)}


def _set(path: str, value):
    """Set one value of a header; the path joins keys and indices with dots."""

    def change(header, tensors):
        *above, last = (int(key) if key.isdecimal() else key for key in path.split("."))
        for key in above:
            header = header[key]
        header[last] = value

    return change


def _make_two_edges_equal(header, tensors):
    edges = header["columns"]["inputs"][0]["edges"]
    edges[1] = edges[0]


def _poison(name: str, value: float):
    def change(header, tensors):
        tensors[name].flat[1] = value

    return change


HISTORY = "training.history.loss"
HOSTILE = [
    ("plain", "architecture is None", _set("architecture", None)),
    ("plain", "architecture is a list", _set("architecture", [1])),
    ("plain", "architecture is 'x'", _set("architecture", "x")),
    ("plain", "scaling is None", _set("scaling", None)),
    ("plain", "scaling is a list", _set("scaling", [])),
    ("plain", "targets is 'one-hot'", _set("targets", "one-hot")),
    ("plain", "10000000000 networks|1000000000 networks", _set("members", 10**9)),
    ("plain", "members is True", _set("members", True)),
    ("plain", "members is 1.0", _set("members", 1.0)),
    ("plain", "shape", _set("architecture.sizes", [16, 10**12, 10])),
    ("plain", "layer1.weight has .*NaN", _poison("layer1.weight", np.nan)),
    ("ensemble", "member2.layer2.bias has .*infinite", _poison("member2.layer2.bias", np.inf)),
    ("plain", "temperature is nan", _set("temperature", float("nan"))),
    ("plain", "temperature is 0", _set("temperature", 0)),
    ("plain", "temperature is -1", _set("temperature", -1.0)),
    ("plain", "temperature is '1'", _set("temperature", "1")),
    ("plain", "scaling.maximum is 0", _set("scaling.maximum", 0.0)),
    ("plain", "scaling.maximum is inf", _set("scaling.maximum", float("inf"))),
    ("plain", "scaling.span: a span is 0", _set("scaling.span", 0.0)),
    ("standard", "scaling.offset has 1 value", _set("scaling.offset", [0.0])),
    ("plain", "class_names has 2 values, expected 0 or 10", _set("class_names", ["a", "b"])),
    ("plain", r"class_names\[0\] is None", _set("class_names", [None] * 10)),
    ("plain", "image_shape", _set("image_shape", [10**9, 10**9])),
    ("plain", "more than 64 bits", _set("white", 10**30)),
    ("plain", "targets.classes is 3", _set("targets.classes", 3)),
    ("plain", "targets.low is 1", _set("targets.low", 1.0)),
    ("plain", r"targets.decision is 'half'", _set("targets.decision", "half")),
    ("plain", r"targets.decision\[0\] is -1", _set("targets.decision", [-1, 1])),
    ("plain", "targets.decision has 1 value", _set("targets.decision", [1.0])),
    ("numbers", "targets.decision has 1 value", _set("targets.decision", [1.0])),
    ("numbers", r"targets.scale\[0\] is 0", _set("targets.scale.0", 0)),
    ("numbers", "targets.offset has 1 value", _set("targets.offset", [1.0])),
    ("table", r"columns.inputs\[0\].scale is 0", _set("columns.inputs.0.scale", 0.0)),
    ("table", r"columns.inputs\[0\].kind is 'dates'", _set("columns.inputs.0.kind", "dates")),
    ("table", r"columns give \d+ inputs, but the network has \d+", lambda header, _: header["columns"]["inputs"].pop()),
    ("table", r"columns.inputs\[0\].edges is a list of .*ascending", _set("columns.inputs.0.edges.1", 1e6)),
    ("table", r"columns.inputs\[0\].edges is a list of .*ascending", _set("columns.inputs.0.edges", [1.0])),
    ("table", r"columns.inputs\[0\].edges is a list of .*ascending", _make_two_edges_equal),
    ("table", r"columns.inputs\[0\].edges\[2\] is nan", _set("columns.inputs.0.edges.2", float("nan"))),
    ("table", "training_range.features has", lambda header, _: header["training_range"]["features"][0].pop()),
    ("table", "columns give 2 outputs", _set("columns.target.classes", ["a", "b"])),
    ("table", "do not fit targets", _set("columns.target.task", "numbers")),
    ("plain", "receipt is None", _set("receipt", None)),
    ("plain", "receipt.data is a list", _set("receipt.data", [])),
    ("plain", r"receipt.trails\[0\] is None", _set("receipt.trails", [None])),
    ("ensemble", "receipt.trails has 1 value, expected 3", _set("receipt.trails", [["x"]])),
    ("plain", "receipt.result.accuracy is 'high'", _set("receipt.result.accuracy", "high")),
    ("plain", "nested more than", _set("receipt.x", json.loads("[" * 200 + "]" * 200))),
    ("checkpoint", "training.trail is None", _set("training.trail", None)),
    ("checkpoint", "training.note is 'x'", _set("training.note", "x")),
    ("checkpoint", "receipt.engine is missing", lambda header, _: header["receipt"].pop("engine")),
    ("checkpoint", "receipt.data.source is missing", lambda header, _: header["receipt"]["data"].pop("source")),
    ("checkpoint", "step 1", _set("training.step", 10**19)),
    ("checkpoint", "history.loss has shape", lambda _, tensors: tensors.update({HISTORY: np.zeros((10**12, 0))})),
]  # fmt: skip


@pytest.mark.parametrize(("name", "words", "change"), HOSTILE, ids=[f"{one[0]}: {one[1]}" for one in HOSTILE])
def test_a_wrong_header_value_is_rejected_with_its_place(tmp_path, files, name, words, change):
    header, tensors = mutations.unsigned(files[name])
    change(header, tensors)
    path = tmp_path / "m"
    path.write_bytes(mutations.signed(json.dumps(header, sort_keys=True), tensors))
    load = load_checkpoint if name == "checkpoint" else load_model
    with pytest.raises(ModelFileError, match=words) as problem:
        load(path)
    assert problem.value.code == "GN041"
    assert len(str(problem.value).splitlines()) == 1
    assert str(path) in str(problem.value)


@pytest.mark.parametrize("place", ["the header", "its text"])
def test_deep_nesting_does_not_crash_the_process(tmp_path, files, place):
    header, tensors = mutations.unsigned(files["plain"])
    deep = "[" * mutations.NESTED + "]" * mutations.NESTED
    content = mutations.signed(json.dumps(header, sort_keys=True)[:-1] + f', "x": {deep}}}', tensors)
    if place == "the header":
        inside = f'{{"__metadata__": {deep}}}'.encode()
        content = len(inside).to_bytes(8, "little") + inside
    (tmp_path / "m").write_bytes(content)
    with pytest.raises(ModelFileError) as problem:
        load_model(tmp_path / "m")
    assert problem.value.code == "GN041"
    run("info", tmp_path / "m").refused("GN041", "damaged")


def test_a_duplicate_key_is_rejected(tmp_path, files):
    header, tensors = mutations.unsigned(files["plain"])
    text = json.dumps(header, sort_keys=True).replace('"bias": false', '"bias": true, "bias": false')
    (tmp_path / "m").write_bytes(mutations.signed(text, tensors))
    with pytest.raises(ModelFileError) as problem:
        load_model(tmp_path / "m")
    assert problem.value.code in {"GN040", "GN041"}


def test_every_kind_of_model_survives_a_round_trip(tmp_path, files):
    """The schema accepts everything that glassnet writes, and ignores keys that a later version may add."""
    for name, content in files.items():
        header, tensors = mutations.unsigned(content)
        (tmp_path / name).write_bytes(mutations.signed(json.dumps({**header, "later": [1]}, sort_keys=True), tensors))
        opened = load_model(tmp_path / name)
        assert model_hash(content, tmp_path) == opened.hash()
        if name == "checkpoint":
            assert load_checkpoint(tmp_path / name).model.hash() == opened.hash()
        save_model(opened, tmp_path / "again")
        assert load_model(tmp_path / "again").hash() == opened.hash()


def model_hash(content: bytes, folder) -> str:
    (folder / "own").write_bytes(content)
    return load_model(folder / "own").hash()


def test_a_model_that_could_not_be_loaded_is_not_saved(tmp_path):
    path = tmp_path / "m"
    save_model(small_model(), path)
    before = snapshot(tmp_path)
    broken = deepcopy(small_model())  # other tests share it
    broken.network.parameters.flat[1] = np.nan
    with pytest.raises(ModelFileError, match=r"layer1\.weight has values that are NaN") as problem:
        save_model(broken, path)
    assert problem.value.code == "GN046"
    assert snapshot(tmp_path) == before


def test_verify_does_not_build_a_network_that_only_the_record_describes(tmp_path, files):
    header, tensors = mutations.unsigned(files["plain"])
    header["receipt"]["options"]["hidden"] = [100_000] * 9
    header["receipt"]["options"]["activation"] = ["sigmoid"]
    path = tmp_path / "m"
    path.write_bytes(mutations.signed(json.dumps(header, sort_keys=True), tensors))
    model, data = load_model(path), mutations.images()
    verdict = verify(model, data)
    assert not verdict.same
    assert "training record" in verdict.where


@pytest.mark.parametrize("training", [None, [], "ended", {"ended": [1]}])
def test_any_form_of_training_state_is_replaced_or_rejected_in_one_line(tmp_path, files, training):
    header, tensors = mutations.unsigned(files["checkpoint"])
    content = mutations.signed(json.dumps({**header, "training": training}, sort_keys=True), tensors)
    (tmp_path / "m").write_bytes(content)
    for require in (require_free, require_model_place):
        with suppress(ModelFileError):
            require(tmp_path / "m")
    assert snapshot(tmp_path) == {"m": content}
    run("train", "--resume", tmp_path / "m").refused("GN041")


@pytest.mark.parametrize("trail", [[], ["x"]])
def test_a_training_record_without_an_epoch_is_rejected(files, tmp_path, trail):
    header, tensors = mutations.unsigned(files["plain"])
    header["receipt"]["trails"] = [trail]
    (tmp_path / "m").write_bytes(mutations.signed(json.dumps(header, sort_keys=True), tensors))
    with pytest.raises(GlassnetError) as problem:
        verify(load_model(tmp_path / "m"), mutations.images())
    assert problem.value.code == "GN017"
