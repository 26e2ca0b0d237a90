"""ONNX files that glassnet writes: what runtimes find in them, what they answer, and the way back."""

from __future__ import annotations

import datetime
import json
import sys
from dataclasses import replace

import numpy as np
import onnx
import pytest
from onnx.reference import ReferenceEvaluator

from glassnet import Dataset, export, fit, import_model, load_table, prove, read_table
from glassnet.errors import DataError, GlassnetError
from glassnet.exports.onnx.graph import IR_VERSION, ML, ML_OPSET, OPSET
from glassnet.exports.onnx.running import column_input
from glassnet.exports.rows import proof_rows, values_of
from support.exported import CITIES, MODELS, QUICK, model_of
from support.samples import small_model

onnxruntime = pytest.importorskip("onnxruntime")  # new Pythons have it some weeks later

TABLES = ("table", "labels", "numbers", "ensemble", "many words")


def session_of(path, *more: str):
    """A session of onnxruntime, which also gives more values of the graph."""
    proto = onnx.load(path)
    proto.graph.output.extend(onnx.helper.make_tensor_value_info(name, onnx.TensorProto.FLOAT, None) for name in more)
    return onnxruntime.InferenceSession(proto.SerializeToString(), providers=["CPUExecutionProvider"])


@pytest.mark.parametrize("kind", MODELS)
def test_every_kind_of_model_is_carried_and_described(tmp_path, kind):
    model, path = model_of(kind), tmp_path / "net.onnx"
    proof = export(model, path)
    assert proof.equal
    assert proof.ran == f"onnxruntime {onnxruntime.__version__}"
    assert proof.largest_difference < 2e-6
    assert prove(path, model) == proof
    proto = onnx.load(path)
    onnx.checker.check_model(proto, full_check=True)
    versions = {one.domain: one.version for one in proto.opset_import}
    assert versions == ({"": OPSET, ML: ML_OPSET} if kind in TABLES else {"": OPSET})
    assert (proto.ir_version, proto.producer_name, proto.graph.name) == (IR_VERSION, "glassnet", "net")
    metadata = {one.key: one.value for one in proto.metadata_props}
    assert metadata["glassnet_hash"] == model.hash()
    assert model.hash() in proto.doc_string
    assert len(json.loads(metadata["glassnet_names"])) == model.classes
    session = session_of(path)
    inputs = {one.name: one.type for one in session.get_inputs()}
    if model.columns is None:
        assert inputs == {"input": "tensor(double)" if kind == "far from 0" else "tensor(float)"}
    else:
        assert list(inputs) == list(model.columns.names)
        assert {*inputs.values()} == {"tensor(double)", "tensor(string)", "tensor(int64)"}
    outputs = {one.name: (one.type, one.shape[1:]) for one in session.get_outputs()}
    wide = [model.classes]
    if model.targets.name == "values":
        assert outputs == {"value": ("tensor(double)", wide)}
    elif model.targets.of_classes:
        text = "tensor(string)" if model.class_names else "tensor(int64)"
        assert outputs == {"label": (text, []), "probabilities": ("tensor(float)", wide)}
    else:
        assert outputs == {"label": ("tensor(int64)", wide), "probabilities": ("tensor(float)", wide)}


@pytest.mark.parametrize("kind", [kind for kind in MODELS if kind not in TABLES])
def test_an_exported_model_comes_back(tmp_path, kind):
    model, path = model_of(kind), tmp_path / "net.onnx"
    export(model, path)
    back, rows = import_model(path), proof_rows(model).raw
    assert np.abs(back.outputs(rows) - model.outputs(rows)).max() < 1e-5
    assert np.allclose(back.predict(rows), model.predict(rows), rtol=1e-5)
    assert (back.image_shape, back.class_names) == (model.image_shape, model.class_names)
    assert (back.scaling.maximum, back.reading) == (model.scaling.maximum, model.reading)
    assert (back.targets.name, back.classes_.tolist()) == (model.targets.name, model.classes_.tolist())
    if model.targets.of_classes:
        assert np.abs(back.predict_proba(rows) - model.predict_proba(rows)).max() < 1e-5


@pytest.mark.parametrize("kind", TABLES)
def test_a_table_has_several_inputs_and_does_not_come_back(tmp_path, kind):
    export(model_of(kind), tmp_path / "net.onnx")
    with pytest.raises(DataError, match="5 inputs") as caught:
        import_model(tmp_path / "net.onnx")
    assert caught.value.code == "GN102"


def bits_differ(model, path, values, encoded) -> int:
    feed = {one.name: column_input(one, values[one.name]) for one in model.columns.inputs}
    found = session_of(path, "encoded").run(["encoded"], feed)[0]
    return np.count_nonzero(found.view(np.int32) != encoded.view(np.int32))


def test_columns_are_encoded_with_the_same_bits(tmp_path):
    model, path = model_of("table"), tmp_path / "net.onnx"
    export(model, path)
    assert not [name for one in onnx.load(path).graph.node for name in one.output if "__" in name]
    rows = proof_rows(model)
    assert bits_differ(model, path, rows.values, rows.encoded) == 0
    last = datetime.time(23, 59, 59, 999_999)
    days = [(year, month, 28) for year in (1, 1582, 1899, 1969, 2000, 2400, 9999) for month in (1, 2, 3, 12)]
    days += [(2000, 2, 29), (2096, 2, 29), (1970, 1, 1)]
    edges = np.array(next(one.edges for one in model.columns.inputs if one.name == "age"))
    ages = [*edges, *np.nextafter(edges, 1e9), 0.0, -0.0, 5e-324, 1e300, -1e300, 1e150, 2.0**53]
    count = max(len(ages), 2 * len(days))
    table = {
        "joined": [
            datetime.datetime.combine(datetime.date(*day), time) for day in days for time in (datetime.time(), last)
        ],
        "age": ages,
        "income": [0.1, None, 1e16],
        "city, of birth": [*CITIES, "bonn", "Bonnn", "elsewhere"],
        "member": ["yes", "no", None],
    }
    frame = read_table({name: (values * count)[:count] for name, values in table.items()})
    assert bits_differ(model, path, values_of(frame, model.columns), model.columns.apply(frame)) == 0


def test_missing_values_and_spellings_are_read_as_in_a_table(tmp_path):
    model, path = model_of("table"), tmp_path / "net.onnx"
    export(model, path)
    session = session_of(path, "encoded")

    def encoded(**given):
        columns = {"age": 40.0, "income": 9.0, "city, of birth": "Bonn", "member": "yes", "joined": 0} | given
        types = {float: np.float64, int: np.int64, str: object}
        return session.run(["encoded"], {name: np.array([[v]], types[type(v)]) for name, v in columns.items()})[0]

    missing = encoded(age=float("nan"))
    assert (encoded(age=float("inf")) == missing).all()
    assert (encoded(age=-float("inf")) == missing).all()
    for word in ("NA", "n/a", "?", "NaN", "null"):
        assert (encoded(**{"city, of birth": word}) == encoded(**{"city, of birth": ""})).all()
    for yes in ("Yes", "TRUE", "True", "t", "1", "1.0", "Y"):
        assert (encoded(member=yes) == encoded()).all()
    assert (encoded(member="perhaps") == encoded(member="")).all()


@pytest.mark.parametrize(
    ("names", "class_type", "dtype"),
    [
        ((), "", np.int64),
        (("3", "5", "-9"), "", np.int64),
        (("3", "5", "9"), "text", object),
        (("0.5", "1.5", "2.5"), "float", np.float64),
        (("Äpfel", "a\nb", "北京"), "", object),
    ],
)
def test_labels_are_the_classes_in_their_type(tmp_path, names, class_type, dtype):
    model = replace(small_model(), class_names=names, class_type=class_type)
    export(model, tmp_path / "net.onnx")
    rows = proof_rows(model).raw
    label, p = session_of(tmp_path / "net.onnx").run(None, {"input": rows.astype(np.float32)})
    assert label.dtype == dtype
    assert label.tolist() == model.classes_[model.predict(rows)].tolist()
    assert np.abs(p - model.predict_proba(rows)).max() < 1e-6
    assert import_model(tmp_path / "net.onnx").classes_.tolist() == model.classes_.tolist()


def test_booleans_stay_booleans_and_deskewing_is_refused(tmp_path):
    random = np.random.default_rng(2)
    inputs = random.normal(size=(50, 3)).astype(np.float32)
    model = fit(Dataset.from_arrays(inputs, inputs[:, 0] > 0), QUICK).model
    assert export(model, tmp_path / "net.onnx", data=inputs).equal
    label = session_of(tmp_path / "net.onnx").run(["label"], {"input": inputs})[0]
    assert label.dtype == bool
    assert (label == model.classes_[model.predict(inputs)]).all()
    with pytest.raises(GlassnetError, match="deskew") as caught:
        export(replace(small_model(), deskews=True), tmp_path / "deskewed.onnx")
    assert caught.value.code == "GN100"


def test_columns_may_have_the_names_of_outputs_and_inner_values(tmp_path):
    random = np.random.default_rng(3)
    names = ("label", "probabilities", "probabilities_", "input", "encoded", "outputs", "member/fill", "layer1.bias")
    table = {name: random.normal(size=60).tolist() for name in names} | {"y": random.choice(["a", "b"], 60).tolist()}
    model = fit(load_table(table, "y"), QUICK).model
    assert export(model, tmp_path / "net.onnx").equal
    session = session_of(tmp_path / "net.onnx")
    assert [one.name for one in session.get_inputs()] == list(names)
    assert [one.name for one in session.get_outputs()] == ["label_", "probabilities__"]


def test_without_onnxruntime_the_reference_runs_it_and_without_onnx_a_line_says_what_to_install(tmp_path, monkeypatch):
    path = tmp_path / "net.onnx"
    monkeypatch.setitem(sys.modules, "onnxruntime", None)
    for kind in ("bytes", "table"):
        assert export(model_of(kind), path).ran == f"onnx {onnx.__version__} (reference)"
    monkeypatch.setitem(sys.modules, "onnx", None)
    calls = {
        "export": lambda: export(small_model(), tmp_path / "new.onnx"),
        "import": lambda: import_model(path),
        "prove": lambda: prove(path, model_of("table")),
    }
    for call in calls.values():
        with pytest.raises(GlassnetError, match=r"pip install 'glassnet\[onnx\]'") as caught:
            call()
        assert caught.value.code == "GN092"


def test_a_changed_file_is_found_by_prove(tmp_path):
    model, path = small_model(), tmp_path / "net.onnx"
    export(model, path)
    proto = onnx.load(path)
    bias = next(one for one in proto.graph.initializer if one.name == "layer2.bias")
    bias.raw_data = np.array([3, -3, 0], np.float32).tobytes()
    path.write_bytes(proto.SerializeToString())
    proof = prove(path, model)
    assert not proof.equal
    assert proof.classes_differ > 0
    content = path.read_bytes()
    outside = onnx.load_model_from_string(content)
    bias = outside.graph.initializer[1]
    bias.ClearField("raw_data")
    bias.data_location = onnx.TensorProto.EXTERNAL
    entry = bias.external_data.add()
    entry.key, entry.value = "location", "../../etc/passwd"
    foreign = onnx.load_model_from_string(content)
    foreign.graph.node.append(onnx.helper.make_node("ConstantOfShape", ["axis"], ["zeros"]))
    smallest = next(one for one in proto.graph.initializer if one.name == "smallest")
    smallest.raw_data = np.float32(0.5).tobytes()
    path.write_bytes(proto.SerializeToString())
    assert any("the probabilities differ" in str(one) for one in prove(path, model).differences)
    for changed in (content[:-200], *(one.SerializeToString() for one in (outside, foreign))):
        path.write_bytes(changed)
        with pytest.raises(DataError) as caught:
            prove(path, model)
        assert caught.value.code == "GN101"
        assert str(caught.value).startswith(f"{path}: ")  # not a temporary name


def test_one_row_may_differ_from_a_batch_by_no_more_than_the_tolerance(tmp_path):
    random = np.random.default_rng(0)
    inputs = random.normal(size=(200, 300)).astype(np.float32)
    data = Dataset.from_arrays(inputs, np.where(inputs[:, :9].sum(axis=1) > 0, "b", "a"))
    model = fit(data, replace(QUICK, hidden=(130,), activation="tanh")).model
    assert export(model, tmp_path / "net.onnx", data=data).equal
    session, reference = session_of(tmp_path / "net.onnx"), ReferenceEvaluator(str(tmp_path / "net.onnx"))
    together = session.run(["probabilities"], {"input": inputs})[0]
    alone = np.concatenate([session.run(["probabilities"], {"input": one[np.newaxis]})[0] for one in inputs[:20]])
    assert np.abs(alone - together[:20]).max() < 1e-5
    assert np.abs(reference.run(["probabilities"], {"input": inputs})[0] - together).max() < 1e-5


def test_the_same_model_gives_the_same_bytes(tmp_path):
    for name in ("a", "b"):
        (tmp_path / name).mkdir()
        export(model_of("ensemble"), tmp_path / name / "net.onnx")
    assert (tmp_path / "a" / "net.onnx").read_bytes() == (tmp_path / "b" / "net.onnx").read_bytes()
