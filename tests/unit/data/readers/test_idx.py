"""IDX: round trip, truncations, flipped bits, and pairs that do not belong together."""

from __future__ import annotations

import gzip
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from glassnet.data import load
from glassnet.data.readers.idx import idx_bytes, read_idx
from glassnet.errors import GlassnetError
from support.samples import idx

QUICK = settings(
    max_examples=40, deadline=None, database=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)


def code_of(path: Path, **options: object) -> str:
    with pytest.raises(GlassnetError) as caught:
        load(path, **options)  # type: ignore[arg-type]
    assert "\n" not in str(caught.value)
    assert path.name.partition("-")[0] in str(caught.value)
    return caught.value.code


def pair(folder: Path, images: np.ndarray, labels: np.ndarray, stem: str = "a") -> Path:
    (folder / f"{stem}-labels-idx1-ubyte").write_bytes(idx(labels))
    path = folder / f"{stem}-images-idx3-ubyte"
    path.write_bytes(idx(images))
    return path


IMAGES = np.arange(4 * 3 * 5, dtype=np.uint8).reshape(4, 3, 5)
LABELS = np.array([0, 1, 1, 0], np.uint8)


@QUICK
@given(
    shape=st.lists(st.integers(1, 5), min_size=1, max_size=4),
    seed=st.integers(0, 99),
    packed=st.booleans(),
    members=st.integers(1, 3),
    padding=st.integers(0, 9),
)
def test_round_trip(tmp_path, shape, seed, packed, members, padding):
    values = np.random.default_rng(seed).integers(0, 256, shape, np.uint8)
    raw = idx(values)
    if packed:
        cuts = np.linspace(0, len(raw), members + 1).astype(int)
        raw = b"".join(gzip.compress(raw[a:b]) for a, b in pairwise(cuts)) + bytes(padding)
    path = tmp_path / "values"
    path.write_bytes(raw)
    back = read_idx(path)
    assert back.dtype == np.uint8
    assert back.flags.c_contiguous
    assert back.flags.writeable
    np.testing.assert_array_equal(back, values)


@pytest.mark.parametrize("packed", [False, True])
def test_every_truncation_is_rejected(tmp_path, packed):
    whole = gzip.compress(idx(IMAGES), mtime=0) if packed else idx(IMAGES)
    path = tmp_path / "images-idx3-ubyte"
    for length in range(len(whole)):
        path.write_bytes(whole[:length])
        with pytest.raises(GlassnetError):
            read_idx(path)
    path.write_bytes(whole + b"x")
    with pytest.raises(GlassnetError):
        read_idx(path)


def test_no_flipped_bit_changes_the_data(tmp_path):
    whole = gzip.compress(idx(IMAGES), mtime=0)
    path = tmp_path / "images-idx3-ubyte.gz"
    refused = 0
    for bit in range(8 * len(whole)):
        flipped = bytearray(whole)
        flipped[bit // 8] ^= 1 << bit % 8
        path.write_bytes(flipped)
        try:
            values = read_idx(path)
        except GlassnetError:
            refused += 1
        else:
            np.testing.assert_array_equal(values, IMAGES)
    assert refused > 4 * len(whole)


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"\0\0\x0d\x03" + bytes(20), "GN019"),
        (b"\0\0\x08\x00", "GN019"),
        (b"\0\0\x08\x09" + bytes(80), "GN019"),
        (b"\0\0\x08", "GN019"),
        (b"\0\0\x08\x03\0\0", "GN019"),
        (b"\0\0\x08\x03" + b"\xff" * 12, "GN019"),
        (b"\0\0\x08\x03" + bytes(4) + b"\xff" * 8, "GN010"),
        (b"\0\0\x08\x03\0\0\0\2" + bytes(8), "GN019"),
        (idx(LABELS), "GN019"),
        (b"", "GN010"),
    ],
)
def test_damaged_headers(tmp_path, content, code):
    path = pair(tmp_path, IMAGES, LABELS)
    path.write_bytes(content)
    assert code_of(path) == code


def test_the_labels_of_images_are_found(tmp_path):
    path = pair(tmp_path, IMAGES, LABELS)
    data = load(path)
    np.testing.assert_array_equal(data.inputs, IMAGES.reshape(4, 15))
    np.testing.assert_array_equal(data.labels, LABELS)
    assert (data.image_shape, data.classes, len(data), data.features) == ((3, 5), 2, 4, 15)
    packed = tmp_path / "a-images-idx3-ubyte.gz"
    packed.write_bytes(gzip.compress(path.read_bytes()))
    np.testing.assert_array_equal(load(packed).inputs, data.inputs)


def test_mismatched_pairs_are_rejected(tmp_path):
    assert code_of(pair(tmp_path, IMAGES, LABELS[:3])) == "GN017"
    assert code_of(pair(tmp_path, IMAGES, IMAGES)) == "GN019"
    assert code_of(pair(tmp_path, IMAGES, np.array([0, 1, 3, 0]))) == "GN016"
    path = pair(tmp_path, IMAGES, LABELS)
    assert code_of(path, maximum=16.0) == "GN014"
    (tmp_path / "a-labels-idx1-ubyte").unlink()
    assert code_of(path) == "GN001"
    assert code_of(path.rename(tmp_path / "other")) == "GN001"


@pytest.mark.parametrize("kind", ["u1", "i1", ">i2", ">i4", ">f4", ">f8"])
@pytest.mark.parametrize("packed", [False, True])
def test_every_type_of_values_comes_back(tmp_path, kind, packed):
    values = (np.arange(24).reshape(2, 3, 4) * 5 - 40).astype(kind)
    code = {"u1": 8, "i1": 9, ">i2": 11, ">i4": 12, ">f4": 13, ">f8": 14}[kind]
    raw = bytes([0, 0, code, 3]) + b"".join(size.to_bytes(4, "big") for size in values.shape) + values.tobytes()
    path = tmp_path / "values"
    path.write_bytes(gzip.compress(raw) if packed else raw)
    back = read_idx(path)
    assert back.dtype == values.dtype.newbyteorder("=")
    assert back.dtype.isnative
    assert back.flags.writeable
    np.testing.assert_array_equal(back, values)
    assert idx_bytes(back) == raw


@pytest.mark.parametrize("labels", ["u1", "i1", "i2", "i4"])
def test_images_of_floats_and_labels_of_any_integer_are_samples(tmp_path, labels):
    images = (IMAGES / 59).astype(np.float32)
    (tmp_path / "train-images-idx3-float").write_bytes(idx_bytes(images))
    name = "train-labels-idx1-ubyte" if labels == "u1" else "train-labels-idx1-float"
    (tmp_path / name).write_bytes(idx_bytes(LABELS.astype(labels)))
    data = load(tmp_path / "train-images-idx3-float")
    np.testing.assert_array_equal(data.labels, LABELS)
    assert (data.inputs.dtype, data.image_shape, data.maximum) == (np.float32, (3, 5), 1.0)
    np.testing.assert_array_equal(data.inputs, images.reshape(4, -1))


def test_negative_labels_are_rejected(tmp_path):
    path = pair(tmp_path, IMAGES, LABELS)
    (tmp_path / "a-labels-idx1-ubyte").write_bytes(idx_bytes(LABELS.astype(np.int16) - 1))
    assert code_of(path) == "GN015"
