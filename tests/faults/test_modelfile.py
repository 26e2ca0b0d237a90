"""Model files: a loaded model is bit-identical, damage is always an error, and a failed write loses nothing."""

from __future__ import annotations

import ast
import errno
import gzip
import hashlib
import io
import json
import os
import pickle
import subprocess
import sys
import zipfile
import zlib
from dataclasses import replace

import numpy as np
import pytest
import safetensors.numpy

from glassnet import Model, Network, Scaling, Targets, data, load_checkpoint, load_model, save_model
from glassnet.errors import FileError, GlassnetError, ModelFileError
from glassnet.io.writing import replacing
from glassnet.model import file as modelfile
from support.cli import TIMEOUT, environment, snapshot
from support.samples import flipped, small_model
from support.sources import modules, tree

DAMAGE = {"GN040", "GN041", "GN042"}


@pytest.fixture
def saved(tmp_path):
    """The small model's file, and its bytes."""
    path = tmp_path / "model.safetensors"
    save_model(small_model(), path)
    return path, path.read_bytes()


def assert_same(loaded: Model, model: Model) -> None:
    ours, theirs = model.network.parameters, loaded.network.parameters
    assert theirs.flat.dtype == ours.flat.dtype
    assert theirs.flat.tobytes() == ours.flat.tobytes()
    assert theirs.hash() == ours.hash()
    assert loaded.network.architecture == model.network.architecture
    assert (loaded.scaling, loaded.targets) == (model.scaling, model.targets)
    assert loaded.image_shape == model.image_shape
    assert loaded.receipt == model.receipt
    rows = np.arange(32).reshape(2, 16) * 7
    assert loaded.outputs(rows).tobytes() == model.outputs(rows).tobytes()


@pytest.mark.parametrize("bias", [False, True])
@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_round_trip(tmp_path, dtype, bias):
    model = replace(
        small_model(dtype, bias=bias), receipt={"data": {"source": "数据 ∂E/∂w.csv", "samples": 12}, "x": [0.1]}
    )
    save_model(model, tmp_path / "m.safetensors")
    loaded = load_model(tmp_path / "m.safetensors")
    assert_same(loaded, model)
    save_model(loaded, tmp_path / "again.safetensors")
    assert_same(load_model(tmp_path / "again.safetensors"), model)


def test_extreme_values_survive_a_round_trip(tmp_path):
    network = Network([16, 4, 3], seed=1, dtype="float32")
    network.parameters.flat[:6] = [-0.0, 1e-45, 3.4e38, -3.4e38, 1e-38, 0.1]
    model = Model(network, Scaling.named("unit", 1.0), Targets.named("one-hot", 3))
    save_model(model, tmp_path / "m")
    loaded = load_model(tmp_path / "m")
    assert loaded.network.parameters.flat.tobytes() == network.parameters.flat.tobytes()
    assert (loaded.image_shape, loaded.receipt) == (None, {})


@pytest.mark.parametrize("text", ["0" * 64, '\\"{}\n\0', "checksum", "__metadata__", '"checksum": "' + "0" * 64 + '"'])
def test_a_training_record_can_contain_any_text(tmp_path, text):
    model = replace(small_model(), receipt={"data": {"source": text}, "checksum": "0" * 64, text: text})
    save_model(model, tmp_path / "m")
    assert_same(load_model(tmp_path / "m"), model)


def test_equal_models_give_equal_files(tmp_path):
    for name in "ab":
        save_model(replace(small_model(), receipt={"b": 1, "a": {"d": 2, "c": 3}}), tmp_path / name)
    assert (tmp_path / "a").read_bytes() == (tmp_path / "b").read_bytes()


def test_safetensors_reads_the_weights(saved):
    path, _ = saved
    tensors = safetensors.numpy.load_file(path)
    parameters = small_model().network.parameters
    assert set(tensors) == {"layer1.weight", "layer2.weight"}
    for name, view in parameters.views.items():
        np.testing.assert_array_equal(tensors[name], view)
    with safetensors.safe_open(path, "numpy") as file:
        header = json.loads(file.metadata()["glassnet"])
    assert header["format"] == modelfile.FORMAT
    assert tuple(header["architecture"]["sizes"]) == (16, 5, 3)


def test_the_checksum_can_be_computed_without_glassnet(saved):
    path, content = saved
    with safetensors.safe_open(path, "numpy") as file:
        checksum = json.loads(file.metadata()["glassnet"])["checksum"]
    assert hashlib.sha256(content.replace(checksum.encode(), b"0" * 64)).hexdigest() == checksum


def test_every_truncation_is_detected(saved):
    path, content = saved
    for length in {*range(0, len(content), 5), *range(len(content) - 20, len(content))}:
        path.write_bytes(content[:length])
        with pytest.raises(ModelFileError) as problem:
            load_model(path)
        assert problem.value.code in DAMAGE
    path.write_bytes(content)
    assert_same(load_model(path), small_model())


def test_any_flipped_bit_is_detected(saved):
    path, content = saved
    bits = np.random.default_rng(8).choice(8 * len(content), 800, replace=False)
    for bit in bits.tolist():
        path.write_bytes(flipped(content, bit))
        with pytest.raises(ModelFileError) as problem:
            load_model(path)
        assert problem.value.code in DAMAGE, bit


def test_swapped_and_added_bytes_are_detected(saved):
    path, content = saved
    last = content[-4:]
    assert last != content[-8:-4]
    for changed in (content + b"\0", content[:-8] + last + content[-8:-4], b"\0" + content, content * 2):
        path.write_bytes(changed)
        with pytest.raises(ModelFileError) as problem:
            load_model(path)
        assert problem.value.code in {"GN040", "GN041"}


def test_random_bytes_are_not_a_model(tmp_path):
    rng = np.random.default_rng(9)
    heads = [b"", (40).to_bytes(8, "little") + b"{", (2**63).to_bytes(8, "little") + b"{", b"\x80\x04\x95" + b"\0" * 6]
    for head in heads:
        for size in (0, 1, 7, 8, 9, 200, 5000):
            (tmp_path / "m").write_bytes(head + rng.bytes(size))
            with pytest.raises(ModelFileError) as problem:
                load_model(tmp_path / "m")
            assert problem.value.code in DAMAGE


class Planted:
    """An object whose pickle runs a command when it is loaded."""

    def __reduce__(self):
        return os.system, ("touch planted",)


def _files_with_pickles() -> dict[str, bytes]:
    """File formats in which other programs save models, each with a pickle that would run a command."""
    planted, files = pickle.dumps(Planted()), {}
    for protocol in range(pickle.HIGHEST_PROTOCOL + 1):
        files[f"pickle {protocol}"] = pickle.dumps(Planted(), protocol)
    for name, save in {"npy": np.save, "npz": np.savez, "npz compressed": np.savez_compressed}.items():
        file = io.BytesIO()
        save(file, np.array([Planted(), None], object), allow_pickle=True)
        files[name] = file.getvalue()
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:  # as torch.save writes it
        archive.writestr("archive/data.pkl", planted)
        archive.writestr("archive/version", "3\n")
    files["torch"] = file.getvalue()
    files["joblib"] = zlib.compress(planted)
    files["gzip"] = gzip.compress(planted)
    files["after a length"] = len(planted).to_bytes(8, "little") + planted
    files["in a header"] = (len(planted) + 2).to_bytes(8, "little") + b"{" + planted + b"}"
    return files


@pytest.mark.parametrize("kind", _files_with_pickles())
def test_no_pickle_is_ever_read(tmp_path, monkeypatch, kind):
    monkeypatch.chdir(tmp_path)
    for name in ("m", "m.pkl", "m.safetensors", "m.npz"):
        (tmp_path / name).write_bytes(_files_with_pickles()[kind])
        for load in (load_model, load_checkpoint, data.load):
            with pytest.raises(GlassnetError):
                load(tmp_path / name)
    assert not (tmp_path / "planted").exists()
    assert pickle.loads(pickle.dumps(Planted())) == 0
    assert (tmp_path / "planted").exists(), "loading the pickle runs no command: the test proves nothing"


def test_nothing_in_the_package_can_read_a_pickle():
    """Except the cache of compiled kernels, as Numba's own: who can write the user's cache can run code as the user."""
    read = dict(modules())
    del read["glassnet.runtime.kernel_cache"]
    readers = {"pickle", "joblib", "dill", "shelve", "marshal"}
    for path in read.values():
        text = path.read_text(encoding="utf-8")
        if not any(name in text for name in readers):
            continue  # which takes a hundredth of the time of a syntax tree
        for node in ast.walk(tree(path)):
            if isinstance(node, ast.Import | ast.ImportFrom):
                names = [alias.name for alias in node.names] + [getattr(node, "module", None) or ""]
                assert not readers & {n.split(".")[0] for n in names}, path
            if isinstance(node, ast.keyword) and node.arg == "allow_pickle":
                assert ast.unparse(node.value) == "False", path


def _signed(header: dict, tensors: dict[str, np.ndarray]) -> bytes:
    """A file with any header and a valid checksum."""
    content = safetensors.numpy.save(
        tensors, {"glassnet": json.dumps({**header, "checksum": "0" * 64}, sort_keys=True)}
    )
    return content.replace(b"0" * 64, hashlib.sha256(content).hexdigest().encode(), 1)


@pytest.mark.parametrize(
    ("change", "code"),
    [
        pytest.param(lambda header, tensors: header.update(format=modelfile.FORMAT + 1), "GN042", id="newer format"),
        pytest.param(lambda header, tensors: header.pop("format"), "GN040", id="no format"),
        pytest.param(lambda header, tensors: header.update(format="newest"), "GN041", id="format in words"),
        pytest.param(lambda header, tensors: header.pop("architecture"), "GN041", id="no architecture"),
        pytest.param(lambda header, tensors: header.pop("scaling"), "GN041", id="no scaling"),
        pytest.param(lambda header, tensors: header["architecture"].update(colour="red"), "GN041", id="unknown part"),
        pytest.param(lambda header, tensors: header["architecture"].update(rule="magic"), "GN041", id="unknown rule"),
        pytest.param(
            lambda header, tensors: header["architecture"].update(sizes=[16, 6, 3]), "GN041", id="other sizes"
        ),
        pytest.param(
            lambda header, tensors: header["architecture"].update(bias=True), "GN041", id="bias without values"
        ),
        pytest.param(lambda header, tensors: header.update(image_shape=[3]), "GN041", id="image of one size"),
        pytest.param(lambda header, tensors: tensors.pop("layer2.weight"), "GN041", id="no second layer"),
        pytest.param(lambda header, tensors: tensors.clear(), "GN041", id="no layers"),
        pytest.param(
            lambda header, tensors: tensors.update({"layer3.weight": np.zeros((2, 3), np.float32)}),
            "GN041",
            id="a third layer",
        ),
        pytest.param(
            lambda header, tensors: tensors.update({"layer2.weight": np.zeros((3, 5), np.int32)}),
            "GN041",
            id="whole numbers for weights",
        ),
    ],
)
def test_wrong_content_with_a_valid_checksum_is_rejected(saved, change, code):
    path, content = saved
    with safetensors.safe_open(path, "numpy") as file:
        header = json.loads(file.metadata()["glassnet"])
    tensors = safetensors.numpy.load(content)
    path.write_bytes(_signed(header, tensors))
    assert_same(load_model(path), small_model())
    change(header, tensors)
    path.write_bytes(_signed(header, tensors))
    with pytest.raises(ModelFileError) as problem:
        load_model(path)
    assert problem.value.code == code


@pytest.mark.parametrize(
    "interruption", [RuntimeError("on purpose"), KeyboardInterrupt(), MemoryError(), SystemExit(3)]
)
def test_an_interruption_during_writing_leaves_the_old_file(saved, interruption):
    path, content = saved

    def write_half():
        with replacing(path) as file:
            file.write(b"half of")
            raise interruption

    with pytest.raises(type(interruption)):
        write_half()
    assert snapshot(path.parent) == {path.name: content}


@pytest.mark.parametrize(
    ("number", "code"),
    [
        (errno.ENOSPC, "GN004"),
        (errno.EDQUOT, "GN004"),
        (errno.EFBIG, "GN004"),
        (errno.EIO, "GN003"),
        (errno.EACCES, "GN003"),
    ],
)
@pytest.mark.parametrize("step", ["os.fsync", "os.replace", "open"])
def test_a_system_error_at_any_step_of_writing_leaves_the_old_file(saved, monkeypatch, step, number, code):
    path, content = saved

    def fail(*_):
        raise OSError(number, "on purpose")

    with monkeypatch.context() as patched:
        patched.setattr(f"glassnet.io.writing.{step}", fail, raising=step != "open")
        with pytest.raises(FileError) as problem:
            save_model(small_model("float64"), path)
    assert problem.value.code == code
    assert path.name in str(problem.value)
    assert snapshot(path.parent) == {path.name: content}
    assert_same(load_model(path), small_model())


def test_the_old_file_remains_until_the_new_one_is_complete(saved):
    path, content = saved
    with replacing(path) as file:
        file.write(b"new")
        file.flush()
        assert path.read_bytes() == content
    assert snapshot(path.parent) == {path.name: b"new"}


KILLED = """
import os, pathlib, shutil, signal, sys, time
sys.path[:0] = sys.argv[2:]
import glassnet
from support.samples import small_model
path, models = pathlib.Path(sys.argv[1]), [small_model('float32'), small_model('float64')]
for number, wait in enumerate((0.0, 0.003, 0.01, 0.03)):
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        glassnet.save_model(models[1], path)
        os.write(writing, b"!")
        while True:
            for model in models: glassnet.save_model(model, path)
    os.read(reading, 1)
    time.sleep(wait)
    os.kill(child, signal.SIGKILL)
    os.waitpid(child, 0)
    shutil.copy(path, path.with_name(f"left{number}"))
"""
"""Kills four processes that write a file over and over, each at another moment, and keeps what each leaves."""


def test_a_killed_process_leaves_a_complete_model(saved):
    path, _ = saved
    start = [sys.executable, "-c", KILLED, str(path), *sys.path]
    subprocess.run(start, env=environment(), check=True, timeout=TIMEOUT)
    left = sorted(path.parent.glob("left*"))
    assert len(left) == 4
    for one in left:
        loaded = load_model(one)
        assert_same(loaded, small_model(str(loaded.network.parameters.flat.dtype)))


def test_an_error_names_a_missing_file_or_a_folder(tmp_path):
    for path, code in ((tmp_path / "gone", "GN001"), (tmp_path, "GN002"), (tmp_path / "gone" / "m", "GN001")):
        with pytest.raises(GlassnetError) as problem:
            load_model(path)
        assert problem.value.code == code
        assert str(path) in str(problem.value)
