"""NPZ: common array names, shapes, and rejected files."""

from __future__ import annotations

import zipfile
from pathlib import Path

import numpy as np
import pytest

from glassnet.data import has_part, load
from glassnet.errors import GlassnetError

X = np.arange(24, dtype=np.uint8).reshape(4, 2, 3)
Y = np.array([0, 1, 2, 1])


def save(folder: Path, **arrays: object) -> Path:
    path = folder / "a.npz"
    np.savez(path, **arrays)  # type: ignore[arg-type]
    return path


def refused(path: Path, code: str, *words: str, **options: object) -> None:
    with pytest.raises(GlassnetError) as caught:
        load(path, **options)  # type: ignore[arg-type]
    message = str(caught.value)
    assert caught.value.code == code, message
    assert "\n" not in message
    for word in ("a.npz", *words):
        assert word in message


def test_keras_names(tmp_path):
    path = save(tmp_path, x_train=X, y_train=Y, x_test=X[:2], y_test=Y[:2])
    data = load(path)
    np.testing.assert_array_equal(data.inputs, X.reshape(4, 6))
    assert data.inputs.dtype == np.uint8
    assert data.image_shape == (2, 3)
    assert len(load(path, part="test")) == 2
    assert has_part(path, "test")
    assert not has_part(save(tmp_path, x_train=X, y_train=Y), "test")
    refused(path, "GN019", "x_train", part="test")


def test_medmnist_names_and_capitals(tmp_path):
    path = save(tmp_path, train_images=X, train_labels=Y[:, None], test_images=X[:2], test_labels=Y[:2, None])
    assert (len(load(path)), len(load(path, part="test"))) == (4, 2)
    assert len(load(save(tmp_path, X_train=X, y_train=Y, X_test=X[:2], Y_test=Y[:2]), part="test")) == 2


def test_labels_that_are_words(tmp_path):
    words = np.array(["Ära", "二", "cat"])
    data = load(save(tmp_path, x=X, y=words[Y]))
    assert data.class_names == ("cat", "Ära", "二")
    assert [data.name_of(label) for label in data.labels] == words[Y].tolist()
    part = load(save(tmp_path, x=X[:2], y=words[Y[:2]]), part="test", like=data)
    assert (part.labels.tolist(), part.classes) == ([1, 2], 3)
    with pytest.raises(GlassnetError, match="'dog' is not in the training data"):
        load(save(tmp_path, x=X[:1], y=["dog"]), part="test", like=data)
    np.testing.assert_array_equal(load(save(tmp_path, x=X, y=Y.astype(str))).labels, Y)


@pytest.mark.parametrize("names", [("X", "y"), ("inputs", "labels"), ("images", "labels"), ("data", "target")])
def test_pairs_of_names(tmp_path, names):
    path = save(tmp_path, **dict(zip(names, (X, Y), strict=True)))
    np.testing.assert_array_equal(load(path).labels, Y)
    assert has_part(path, "train")
    assert not has_part(path, "test")


@pytest.mark.parametrize("kind", [np.uint8, np.int64, np.float16, np.float64, ">i4", "F"])
def test_types_of_numbers(tmp_path, kind):
    x = np.asfortranarray(X) if kind == "F" else X.astype(kind)
    data = load(save(tmp_path, x=x, y=Y.astype(np.float32)[:, None]))
    assert data.inputs.dtype == np.uint8
    assert data.inputs.flags.c_contiguous
    np.testing.assert_array_equal(data.inputs, X.reshape(4, 6))
    halves = load(save(tmp_path, x=X / 2, y=Y))
    assert halves.inputs.dtype == np.float32
    assert load(save(tmp_path, x=X / 240, y=Y), maximum=0.1).inputs.dtype == np.float32
    assert load(save(tmp_path, x=(X > 3)[..., None], y=Y), maximum=1).image_shape == (2, 3)


def test_unsuitable_arrays_are_rejected(tmp_path):
    refused(save(tmp_path, images=X, y=Y), "GN019", "'images', 'y'", "x_train")
    refused(save(tmp_path, x=X, y=["a", "a", "a", "a"]), "GN016", "only one class, 'a'")
    refused(save(tmp_path, x=X, y=Y[:3]), "GN017", "4 samples", "3 labels")
    refused(save(tmp_path, x=X[:0], y=Y[:0]), "GN010")
    refused(save(tmp_path, x=X.ravel()[:4], y=Y), "GN019", "(4,)")
    refused(save(tmp_path, x=X.astype(str), y=Y), "GN019")
    refused(save(tmp_path, x=X.astype(complex), y=Y), "GN019")
    refused(save(tmp_path, x=X, y=np.eye(4)), "GN019", "argmax")
    refused(save(tmp_path, x=X.astype(object), y=Y), "GN019", "Python objects")
    refused(save(tmp_path, x=X, y=Y - 1), "GN015", "row 0", "-1")
    refused(save(tmp_path, x=X, y=Y + 0.5), "GN015", "0.5")
    refused(save(tmp_path, x=X, y=Y + (Y > 1)), "GN016", "missing: 2")
    refused(save(tmp_path, x=X, y=Y), "GN015", "row 2", "label 2", classes=2)
    refused(save(tmp_path, x=X * 20.0, y=Y), "GN014", "row 2, value 2", "260", "maximum=460")
    refused(save(tmp_path, x=X - 1.0, y=Y), "GN014", "row 0, value 1", "-1")
    refused(save(tmp_path, x=np.where(X == 7, np.nan, X), y=Y), "GN018", "row 1, value 2", "nan")


def test_truncation_and_flipped_bits_never_change_the_data(tmp_path):
    path = save(tmp_path, x=X, y=Y)
    whole = path.read_bytes()
    for length in range(0, len(whole), 7):
        path.write_bytes(whole[:length])
        with pytest.raises(GlassnetError):
            load(path)
    for bit in range(0, 8 * len(whole), 13):
        flipped = bytearray(whole)
        flipped[bit // 8] ^= 1 << bit % 8
        path.write_bytes(flipped)
        try:
            data = load(path)
        except GlassnetError:
            continue
        np.testing.assert_array_equal(data.inputs, X.reshape(4, 6))
        np.testing.assert_array_equal(data.labels, Y)


def test_the_channel_axis_may_be_first_and_labels_may_be_bytes(tmp_path):
    pictures = np.random.default_rng(0).integers(0, 256, (4, 5, 6, 3), np.uint8)
    words = np.array(["a", "ü", "b", "a"])
    last = load(save(tmp_path, x=pictures, y=words))
    first = load(save(tmp_path, x=np.moveaxis(pictures, 3, 1), y=np.char.encode(words, "utf-8")))
    np.testing.assert_array_equal(first.inputs, last.inputs)
    assert (first.image_shape, first.channels, first.class_names) == ((5, 6), 3, ("a", "b", "ü"))
    assert load(save(tmp_path, x=pictures[:, None, :, :, 0], y=words)).image_shape == (5, 6)


def test_the_error_for_another_archive_names_its_kind(tmp_path):
    kinds = {"[Content_Types].xml": "a spreadsheet", "notes/1.txt": "a ZIP archive of 'b.txt', 'notes/1.txt', expected"}
    for name, what in kinds.items():
        with zipfile.ZipFile(tmp_path / "a.npz", "w") as archive:
            archive.writestr("b.txt", "x")
            archive.writestr(name, "x")
        refused(tmp_path / "a.npz", "GN019", what)
