"""load and load_inputs: bundled MNIST, folders, format detection by content, parts, and query rows."""

from __future__ import annotations

import gzip
import hashlib
import io
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from glassnet.data import bundled, has_part, load, load_inputs
from glassnet.data.dataset import SampleLayout
from glassnet.data.readers.idx import idx_bytes
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
    # The bundled checksums are those of the unpacked original files.
    sums = (PACKAGE / "data" / "mnist" / "SHA256SUMS").read_text()
    stem = {"train": "train", "test": "t10k"}[part]
    for values, name in ((data.inputs.reshape(-1, 28, 28), "images-idx3"), (data.labels, "labels-idx1")):
        assert f"{hashlib.sha256(idx(values)).hexdigest()}  {stem}-{name}-ubyte\n" in sums
    assert has_part("mnist", part)


@pytest.mark.parametrize("dot", ["-", "."])
@pytest.mark.parametrize("packed", [False, True])
def test_a_folder_with_the_file_names_of_mnist(tmp_path, dot, packed):
    for stem, labels in (("train", [0, 1]), ("t10k", [1, 1])):
        for name, values in ((f"{stem}-images{dot}idx3-ubyte", IMAGES), (f"{stem}-labels{dot}idx1-ubyte", labels)):
            content = idx(np.array(values))
            (tmp_path / (name + ".gz" * packed)).write_bytes(gzip.compress(content) if packed else content)
        assert has_part(tmp_path, {"train": "train", "t10k": "test"}[stem])
        assert has_part(tmp_path, "test") == (stem == "t10k")
    np.testing.assert_array_equal(load(tmp_path).labels, [0, 1])
    np.testing.assert_array_equal(load(str(tmp_path), part="test").labels, [1, 1])


def test_the_content_and_not_the_name_determines_the_format(tmp_path):
    path = tmp_path / "a.csv"
    path.write_bytes(gzip.compress(b"0,1\n1,2\n"))
    np.testing.assert_array_equal(load(path).inputs, [[1], [2]])
    np.savez(tmp_path / "b.npz", x=IMAGES, y=[0, 1])
    np.testing.assert_array_equal(load((tmp_path / "b.npz").rename(tmp_path / "b.csv")).labels, [0, 1])
    (tmp_path / "c-images.csv").write_bytes(idx(IMAGES))
    (tmp_path / "c-labels.csv").write_bytes(idx(np.array([0, 1])))
    assert load(tmp_path / "c-images.csv").image_shape == (4, 4)


def test_sources_without_parts_have_only_training_data(tmp_path):
    path = tmp_path / "a.csv"
    path.write_text("0,1\n1,2\n")
    assert has_part(path, "train")
    assert not has_part(path, "test")
    assert not has_part(tmp_path / "none", "train")
    assert not has_part(tmp_path, "train")


def query_rows(monkeypatch: pytest.MonkeyPatch, content: bytes, features: int = 3) -> tuple:
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(content), encoding="utf-8"))
    return load_inputs("-", features, None, 255.0)


def test_rows_of_a_query(tmp_path, monkeypatch):
    path = tmp_path / "rows.csv"
    path.write_text("a,b,c\n1,2,3\n\n4,5,255\n")
    inputs, names, labels = load_inputs(path, 3, None, 255.0)
    np.testing.assert_array_equal(inputs, [[1, 2, 3], [4, 5, 255]])
    assert inputs.dtype == np.uint8
    assert names == [f"{path}, row 0", f"{path}, row 1"]
    assert labels is None
    inputs, names, labels = query_rows(monkeypatch, b"7,1,2,3\n")
    np.testing.assert_array_equal(inputs, [[1, 2, 3]])
    np.testing.assert_array_equal(labels, [7])
    assert names == ["standard input, row 0"]
    assert query_rows(monkeypatch, b"0,1,2\n")[2] is None
    assert query_rows(monkeypatch, gzip.compress(b"0.5,1,2\n"))[0].dtype == np.float32


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
def test_unsuitable_query_rows_are_rejected(monkeypatch, content, code, words):
    with pytest.raises(GlassnetError) as caught:
        query_rows(monkeypatch, content)
    assert caught.value.code == code
    for word in ["standard input", *words]:
        assert word in str(caught.value)


def test_importing_the_package_loads_no_optional_modules():
    program = "import glassnet.data, sys; print([m for m in ('polars', 'PIL', 'scipy') if m in sys.modules])"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


@pytest.mark.parametrize("size", [28, (0, 3), (28.0, 28), (28,), "28"])
def test_a_size_other_than_two_whole_numbers_is_rejected(size):
    with pytest.raises(OptionError, match="expected a tuple of two whole numbers from 1, rows and columns"):
        load("mnist", size=size)


def test_the_maximum_may_be_an_integer():
    with pytest.raises(DataError, match="expected 0 to 100"):
        load("mnist", maximum=100)


ANY = SampleLayout(bounded=False)
NUMBERS = np.array([[-2.5, 0, 300], [0.25, 7, -1e6], [1, 2, 3]], np.float32)


def write_numbers(folder: Path, form: str, numbers: np.ndarray = NUMBERS) -> Path:
    labels = np.array([0, 1, 1], np.uint8)
    if form == "csv":
        text = "".join(
            f"{label},{','.join(map(repr, row))}\n" for label, row in zip(labels, numbers.tolist(), strict=True)
        )
        (folder / "a.csv").write_text(text)
    elif form == "npz":
        np.savez(folder / "a.npz", x=numbers, y=labels)
    else:
        (folder / "a-labels-idx1-ubyte").write_bytes(idx_bytes(labels))
        (folder / "a-images-idx3-ubyte").write_bytes(idx_bytes(numbers))
    return folder / {"idx": "a-images-idx3-ubyte"}.get(form, f"a.{form}")


@pytest.mark.parametrize("form", ["csv", "npz", "idx"])
@pytest.mark.parametrize("maximum", [1, 255])
def test_inputs_without_bounds_are_any_finite_numbers(tmp_path, form, maximum):
    path = write_numbers(tmp_path, form)
    with pytest.raises(DataError, match=r"-2\.5, expected 0 to"):
        load(path, maximum=maximum)
    data = load(path, maximum=maximum, layout=ANY)
    assert (data.inputs.dtype, data.layout) == (np.float32, ANY)
    np.testing.assert_array_equal(data.inputs, NUMBERS)
    np.testing.assert_array_equal(load(path, maximum=maximum, like=data).inputs, NUMBERS)
    too_large = np.where(NUMBERS == 300, np.inf, NUMBERS)
    with pytest.raises(DataError, match="inf, expected a finite number") as caught:
        load(write_numbers(tmp_path, form, too_large), layout=ANY)
    assert caught.value.code == "GN018"


def test_rows_of_a_query_without_bounds(tmp_path):
    path = write_numbers(tmp_path, "csv")
    inputs, _, labels = load_inputs(path, 3, None, 1, layout=ANY)
    np.testing.assert_array_equal(inputs, NUMBERS)
    assert labels.tolist() == [0, 1, 1]
    with pytest.raises(DataError, match=r"expected 0 to 1\. Use rows that fit the model\.$"):
        load_inputs(path, 3, None, 1)


def test_a_column_called_label_may_be_the_last_of_inputs_without_bounds(tmp_path):
    path = tmp_path / "a.csv"
    path.write_text(
        "a,b,c,label\n" + "".join(",".join(map(repr, row)) + f",{k % 2}\n" for k, row in enumerate(NUMBERS.tolist()))
    )
    inputs, _, labels = load_inputs(path, 3, None, 1, layout=ANY)
    np.testing.assert_array_equal(inputs, NUMBERS)
    assert labels.tolist() == [0, 1, 0]
