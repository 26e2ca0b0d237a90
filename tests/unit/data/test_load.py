"""The one door: bundled MNIST, folders, content before names, parts, and rows to ask about."""

from __future__ import annotations

import gzip
import hashlib
import io
import subprocess
import sys

import numpy as np
import pytest

from glassnet.data import bundled, has_part, load, load_inputs
from glassnet.errors import DataError, GlassnetError, OptionError
from support.sources import PACKAGE

IMAGES = np.arange(32, dtype=np.uint8).reshape(2, 4, 4)


def idx(values: np.ndarray) -> bytes:
    return (
        bytes([0, 0, 8, values.ndim])
        + b"".join(size.to_bytes(4, "big") for size in values.shape)
        + values.astype(np.uint8).tobytes()
    )


@pytest.mark.parametrize(("part", "count"), [("train", 60000), ("test", 10000)])
def test_bundled(part, count):
    data = bundled(part)
    assert data.inputs.shape == (count, 784)
    assert data.inputs.dtype == np.uint8
    assert data.inputs.flags.c_contiguous
    assert data.inputs.flags.writeable
    assert (data.classes, data.image_shape) == (10, (28, 28))
    # The checksums that came with the files are those of the unpacked originals.
    sums = (PACKAGE / "data" / "mnist" / "SHA256SUMS").read_text()
    stem = {"train": "train", "test": "t10k"}[part]
    for values, name in ((data.inputs.reshape(-1, 28, 28), "images-idx3"), (data.labels, "labels-idx1")):
        assert f"{hashlib.sha256(idx(values)).hexdigest()}  {stem}-{name}-ubyte\n" in sums
    assert has_part("mnist", part)


@pytest.mark.parametrize("dot", ["-", "."])
@pytest.mark.parametrize("packed", [False, True])
def test_a_folder_named_as_mnist(tmp_path, dot, packed):
    for stem, labels in (("train", [0, 1]), ("t10k", [1, 1])):
        for name, values in ((f"{stem}-images{dot}idx3-ubyte", IMAGES), (f"{stem}-labels{dot}idx1-ubyte", labels)):
            content = idx(np.array(values))
            (tmp_path / (name + ".gz" * packed)).write_bytes(gzip.compress(content) if packed else content)
        assert has_part(tmp_path, {"train": "train", "t10k": "test"}[stem])
        assert has_part(tmp_path, "test") == (stem == "t10k")
    np.testing.assert_array_equal(load(tmp_path).labels, [0, 1])
    np.testing.assert_array_equal(load(str(tmp_path), part="test").labels, [1, 1])


def test_content_decides_before_the_name(tmp_path):
    path = tmp_path / "a.csv"
    path.write_bytes(gzip.compress(b"0,1\n1,2\n"))
    np.testing.assert_array_equal(load(path).inputs, [[1], [2]])
    np.savez(tmp_path / "b.npz", x=IMAGES, y=[0, 1])
    np.testing.assert_array_equal(load((tmp_path / "b.npz").rename(tmp_path / "b.csv")).labels, [0, 1])
    (tmp_path / "c-images.csv").write_bytes(idx(IMAGES))
    (tmp_path / "c-labels.csv").write_bytes(idx(np.array([0, 1])))
    assert load(tmp_path / "c-images.csv").image_shape == (4, 4)


def test_parts_of_sources_that_have_none(tmp_path):
    path = tmp_path / "a.csv"
    path.write_text("0,1\n1,2\n")
    assert has_part(path, "train")
    assert not has_part(path, "test")
    assert not has_part(tmp_path / "none", "train")
    assert not has_part(tmp_path, "train")


def ask(monkeypatch: pytest.MonkeyPatch, content: bytes, features: int = 3) -> tuple:
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(content)))
    return load_inputs("-", features, None, 255.0)


def test_rows_to_ask_about(tmp_path, monkeypatch):
    path = tmp_path / "rows.csv"
    path.write_text("a,b,c\n1,2,3\n\n4,5,255\n")
    inputs, names, labels = load_inputs(path, 3, None, 255.0)
    np.testing.assert_array_equal(inputs, [[1, 2, 3], [4, 5, 255]])
    assert inputs.dtype == np.uint8
    assert names == [f"{path}, line 2", f"{path}, line 4"]
    assert labels is None
    inputs, names, labels = ask(monkeypatch, b"7,1,2,3\n")
    np.testing.assert_array_equal(inputs, [[1, 2, 3]])
    np.testing.assert_array_equal(labels, [7])
    assert names == ["standard input, line 1"]
    assert ask(monkeypatch, b"0,1,2\n")[2] is None
    assert ask(monkeypatch, gzip.compress(b"0.5,1,2\n"))[0].dtype == np.float32


@pytest.mark.parametrize(
    ("content", "code", "words"),
    [
        (b"", "GN010", []),
        (b"1,2\n", "GN012", ["line 1: 2 values, expected 3, or 4 with a label"]),
        (b"1,2,3\n1,2,3\n1,2\n", "GN012", ["line 3: 2 values, expected 3."]),
        (b"1,2,3\n1,2,3,4\n1,2,3\n", "GN012", ["line 2"]),
        (b"1,2,x\n", "GN013", ["line 1, column 3"]),
        (b"1,2,256\n", "GN014", ["line 1, column 3"]),
        (b"0.5,1,2,3\n", "GN015", ["line 1"]),
        (b"nonsense", "GN011", []),
        (idx(IMAGES), "GN005", ["IDX"]),
        (b"\0\1\2", "GN005", []),
    ],
)
def test_rows_that_are_refused(monkeypatch, content, code, words):
    with pytest.raises(GlassnetError) as caught:
        ask(monkeypatch, content)
    assert caught.value.code == code
    for word in ["standard input", *words]:
        assert word in str(caught.value)


def test_the_package_does_not_load_what_it_may_not_need():
    program = "import glassnet.data, sys; print([m for m in ('polars', 'PIL', 'scipy') if m in sys.modules])"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


@pytest.mark.parametrize("size", [28, (0, 3), (28.0, 28), (28,), "28"])
def test_a_size_is_two_whole_numbers(size):
    with pytest.raises(OptionError, match="expected a tuple of two whole numbers from 1, rows and columns"):
        load("mnist", size=size)


def test_a_largest_value_may_be_a_whole_number():
    with pytest.raises(DataError, match="expected 0 to 100"):
        load("mnist", maximum=100)
