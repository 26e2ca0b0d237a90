"""Files that `torch.onnx.export` wrote: with weights in another file, for a fixed or any number of samples."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
from pathlib import Path

import numpy as np
import onnx
import pytest
from onnx import TensorProto

from glassnet import import_model, load_model, save_model
from glassnet.errors import DataError
from glassnet.exports.onnx import tensors
from support.messages import untranslated
from support.onnx_nets import Net

FILES = Path(__file__).parents[2] / "support" / "torch_files"
ANSWERS = json.loads((FILES / "answers.json").read_text(encoding="utf-8"))
IMPORTED = {
    "images": ("relu", "identity"),
    "any_batch": ("sigmoid", "softmax"),
    "normalised": ("tanh", "softmax"),
    "gelu": ("gelu", "identity"),
    "silu": ("silu", "leaky_relu", "identity"),
    "scaled": ("relu", "identity"),
    "one_file": ("relu", "sigmoid"),
    "older": ("relu", "identity"),
    "elu": ("elu", "identity"),
}
REFUSED = {
    "exact_gelu": ("Gelu", "GELU(approximate='tanh')"),
    "convolution": ("Conv", "Only dense layers can be imported"),
    "residual": ("Add", "Only layers one after the other"),
    "half": ("FLOAT16", "network.float()"),
    "training": ("Dropout", "network.eval()"),
}


def refusal(path) -> str:
    with pytest.raises(DataError) as caught:
        import_model(path)
    assert caught.value.code == "GN102"
    assert [*untranslated(caught.value)] == []
    return str(caught.value)


def test_the_lists_are_those_of_the_script():
    assert sorted([*IMPORTED, *REFUSED]) == sorted(ANSWERS)


@pytest.mark.parametrize("name", IMPORTED)
def test_networks_answer_as_in_torch(tmp_path, name):
    model = import_model(FILES / f"{name}.onnx")
    assert model.network.architecture.activations == IMPORTED[name]
    rows, expected = (np.array(ANSWERS[name][key]) for key in ("rows", "outputs"))
    rows = rows.reshape(len(rows), -1)
    found = model.outputs(rows) if model.targets.of_classes else model.predict(rows)
    expected = np.exp(expected) if name == "normalised" else expected
    assert np.abs(found.reshape(expected.shape) - expected).max() < 1e-5
    data, imported = FILES / f"{name}.onnx.data", model.receipt["imported"]
    assert data.exists() is (name not in ("one_file", "older", "elu"))
    if data.exists():
        assert imported["data_sha256"] == hashlib.sha256(data.read_bytes()).hexdigest()
        assert model.image_shape == ((4, 5) if name in ("images", "scaled") else None)
    save_model(model, tmp_path / "net.safetensors")
    assert load_model(tmp_path / "net.safetensors").receipt["imported"] == imported


@pytest.mark.parametrize("name", REFUSED)
def test_other_networks_are_refused_with_what_would_do(name):
    for words in REFUSED[name]:
        assert words in refusal(FILES / f"{name}.onnx")


@pytest.fixture
def folder(tmp_path):
    """A folder with a network and its data."""
    inner = tmp_path / "inner"
    inner.mkdir()
    for name in ("images.onnx", "images.onnx.data"):
        shutil.copy(FILES / name, inner / name)
    return inner


def relocated(folder, **entries):
    """Change the entries by which the tensors name their data."""
    proto = onnx.load(folder / "images.onnx", load_external_data=False)
    for tensor in proto.graph.initializer:
        for entry in tensor.external_data:
            entry.value = entries.get(entry.key, entry.value)
    (folder / "images.onnx").write_bytes(proto.SerializeToString())


def test_data_are_read_from_the_folder_of_the_file_wherever_it_is(folder, monkeypatch):
    expected = import_model(folder / "images.onnx").hash()
    monkeypatch.chdir(folder)
    assert import_model("images.onnx").hash() == expected
    (folder / "images.onnx.data").rename(folder / "weights")
    (folder / "images.onnx.data").symlink_to("weights")  # a link within the folder
    assert import_model("images.onnx").hash() == expected


def test_data_elsewhere_are_never_opened(folder, monkeypatch):
    outside = folder.parent / "outside.data"
    (folder / "images.onnx.data").rename(outside)
    (folder / "sub").mkdir()
    shutil.copy(outside, folder / "sub" / "inside.data")
    (folder / "link.data").symlink_to(outside)
    (folder / "folder.data").symlink_to(folder.parent)
    os.mkfifo(folder / "pipe.data")
    opened, plain = [], open
    monkeypatch.setattr(
        "builtins.open", lambda file, *more, **given: opened.append(str(file)) or plain(file, *more, **given)
    )
    for location in (
        "../outside.data",
        str(outside),
        "sub/inside.data",
        "sub\\inside.data",
        "./link.data",
        "link.data",
        "link.data\0",
        "C:outside.data",
        "",
        ".",
        "..",
    ):
        relocated(folder, location=location)
        message = refusal(folder / "images.onnx")
        assert "is not opened" in message
        assert "external_data=False" in message
    for location in ("none.data", "pipe.data", "sub"):
        relocated(folder, location=location)
        assert "external_data=False" in refusal(folder / "images.onnx")
    relocated(folder, location="folder.data")
    refusal(folder / "images.onnx")
    assert [name for name in opened if "outside" in name or "inside" in name or "pipe" in name] == []


@pytest.mark.parametrize(
    "entries",
    [
        {"length": "1284"},
        {"length": "-1"},
        {"length": "many"},
        {"offset": "1"},
        {"offset": "-4"},
        {"offset": "9" * 30},
        {"offset": "9" * 15},
        {"offset": "1e2"},
    ],
    ids=str,
)
def test_a_place_that_the_data_do_not_have_is_refused(folder, entries):
    relocated(folder, **entries)
    assert "'1.weight'" in refusal(folder / "images.onnx")


def test_data_that_are_short_or_of_another_network_are_refused(folder):
    data = folder / "images.onnx.data"
    content = data.read_bytes()
    for shorter in (b"", content[:-1]):
        data.write_bytes(shorter)
        assert "Export the network again" in refusal(folder / "images.onnx")
    data.write_bytes(content + b"more")  # such as padding
    assert import_model(folder / "images.onnx").features == 20
    data.write_bytes(b"\xff" * len(content))
    assert "NaN" in refusal(folder / "images.onnx")


def test_no_more_is_read_than_the_file_has_and_a_limit(folder, monkeypatch):
    def grow(proto):
        weights = next(one for one in proto.graph.initializer if one.external_data)
        for number in range(200):
            one = proto.graph.initializer.add()
            one.CopyFrom(weights)
            one.name = f"again {number}"

    proto = onnx.load(folder / "images.onnx", load_external_data=False)
    grow(proto)
    (folder / "again.onnx").write_bytes(proto.SerializeToString())
    assert "has only 1,280 bytes" in refusal(folder / "again.onnx")
    for tensor in proto.graph.initializer:
        if tensor.external_data:
            tensor.dims[:] = [1 << 30, 1 << 30]
    (folder / "huge.onnx").write_bytes(proto.SerializeToString())
    refusal(folder / "huge.onnx")
    monkeypatch.setattr(tensors, "LARGEST", 1000)
    assert "more than 2 GB" in refusal(folder / "images.onnx")


def test_a_constant_of_a_node_in_another_file_is_refused_with_the_way_out(tmp_path):
    net = Net(("N", 6)).gemm(3)
    value = TensorProto(name="w", data_type=TensorProto.FLOAT, dims=[6, 2], data_location=TensorProto.EXTERNAL)
    net.nodes.append(onnx.helper.make_node("Constant", [], ["w"], value=value))
    net.add("Gemm", "w")
    assert "external_data=False" in refusal(net.save(tmp_path / "net.onnx"))


@pytest.mark.parametrize("batch", [1, 3, 64, 100, 20_000])
def test_a_graph_for_a_fixed_number_of_samples_is_run_as_often_as_needed(tmp_path, batch):
    net = Net((batch, 2, 3))
    net.add("Reshape", net.constant(np.array([batch, 6]))).gemm(4).add("Relu").gemm(2)
    path = net.save(tmp_path / "net.onnx")
    if batch > 10_000:
        assert "dynamic_shapes" in refusal(path)
    else:
        assert import_model(path).features == 6
