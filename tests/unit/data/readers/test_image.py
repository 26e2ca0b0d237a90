"""Images: polarity, transparency, sizes, and rejected files."""

from __future__ import annotations

import re
import warnings
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from glassnet.data import load_inputs
from glassnet.data.readers.image import quiet_pillow
from glassnet.errors import GlassnetError
from glassnet.io.picture_formats import NAMES, PILLOW_NAMES
from support.sources import ROOT

DIGIT = np.zeros((4, 6), np.uint8)
DIGIT[1:3, 2:4] = [[250, 30], [7, 255]]
SHAPE = (4, 6)


def query(path: Path, shape: tuple[int, int] | None = SHAPE, maximum: float = 255.0) -> np.ndarray:
    inputs, names, labels = load_inputs(path, 24, shape, maximum)
    assert inputs.shape == (1, 24)
    assert names == [str(path)]
    assert labels is None
    return inputs.reshape(SHAPE)


def code_of(path: Path, shape: tuple[int, int] | None = SHAPE) -> str:
    with pytest.raises(GlassnetError) as caught:
        load_inputs(path, 24, shape, 255.0)
    assert "\n" not in str(caught.value)
    assert path.name in str(caught.value)
    return caught.value.code


def clear_paper() -> Image.Image:
    """Black ink on a transparent background."""
    return Image.merge("LA", [Image.new("L", (6, 4), 0), Image.fromarray(DIGIT)])


@pytest.mark.parametrize(
    "picture",
    [
        Image.fromarray(DIGIT),
        Image.fromarray(255 - DIGIT),
        Image.fromarray(DIGIT).convert("RGB"),
        Image.fromarray(DIGIT).convert("P"),
        Image.fromarray(DIGIT.astype(np.uint16) * 257),
        clear_paper(),
        clear_paper().convert("RGBA"),
        Image.fromarray(np.kron(DIGIT, np.ones((3, 3), np.uint8))),
    ],
    ids=["ink", "paper", "rgb", "palette", "16 bit", "transparent", "rgba", "three times"],
)
def test_the_same_digit_is_read_from_every_polarity_and_mode(tmp_path, picture):
    path = tmp_path / "d.png"
    picture.save(path)
    inputs = query(path)
    assert inputs.dtype == np.uint8
    np.testing.assert_array_equal(inputs, DIGIT)


def test_larger_images_are_averaged(tmp_path):
    large = np.zeros((8, 12), np.uint8)
    large[2:4, 2:4] = [[255, 0], [0, 255]]
    Image.fromarray(large).save(tmp_path / "d.png")
    assert query(tmp_path / "d.png")[1, 1] == 128


def test_jpeg_and_other_ranges(tmp_path):
    path = tmp_path / "d.jpg"
    Image.new("L", (6, 4), 255).save(path)
    np.testing.assert_array_equal(query(path), 0)
    Image.fromarray(np.pad(np.full((2, 4), 255, np.uint8), 1)).save(tmp_path / "d.png")
    inputs = query(tmp_path / "d.png", maximum=16.0)
    assert inputs.dtype == np.float32
    np.testing.assert_allclose([inputs.min(), inputs.max()], [0, 16], rtol=1e-6)


@pytest.mark.parametrize("kind", [name for name in PILLOW_NAMES if name != "JPEG"])
def test_every_image_format_is_read(tmp_path, kind):
    path = tmp_path / "d"
    Image.fromarray(DIGIT).save(path, kind, **({"lossless": True} if kind == "WEBP" else {}))
    np.testing.assert_array_equal(query(path), DIGIT)


@pytest.mark.parametrize("side", [28, 56, 112])
@pytest.mark.parametrize("grey", [0, 128, 255])
def test_a_blank_image_has_no_digit_at_any_size(tmp_path, side, grey):
    Image.new("L", (side, side), grey).save(tmp_path / "d.png")
    assert code_of(tmp_path / "d.png", (28, 28)) == "GN085"


def test_text_that_begins_like_an_image_is_read_as_text(tmp_path):
    path = tmp_path / "d"
    path.write_text("BM,a,b\n1,2,3\n")
    assert load_inputs(path, 3, None, 255.0)[0].tolist() == [[1, 2, 3]]
    path.write_text("P1\tP2\tP3\n1\t2\t3\n")
    assert load_inputs(path, 3, None, 255.0)[0].tolist() == [[1, 2, 3]]


def test_unsuitable_files_are_rejected(tmp_path):
    path = tmp_path / "d.png"
    for size in ((5, 4), (6, 5), (12, 4), (3, 2), (9, 6)):
        Image.new("L", size).save(path)
        assert code_of(path) == "GN017"
    Image.fromarray(DIGIT).save(path)
    assert code_of(path, None) == "GN017"
    whole = path.read_bytes()
    for length in (*range(0, len(whole) - 24, 5), *range(len(whole) - 24, len(whole))):
        path.write_bytes(whole[:length])
        try:
            drawn = query(path)
        except GlassnetError as error:
            assert error.code in {"GN005", "GN006", "GN010", "GN011"}  # noqa: PT017
        else:  # only the checksums at the very end are missing
            np.testing.assert_array_equal(drawn, DIGIT)
            assert length > len(whole) - 24
    Image.new("L", (20000, 10000)).save(path)
    assert code_of(path) == "GN017"
    Image.fromarray(DIGIT).save(path, "PCX")
    assert code_of(path) == "GN005"
    assert code_of(tmp_path / "none.png") == "GN001"
    (tmp_path / "folder").mkdir()
    assert code_of(tmp_path / "folder") == "GN002"


def test_a_flipped_bit_raises_only_glassnet_errors(tmp_path):
    path = tmp_path / "d.png"
    Image.fromarray(DIGIT).save(path)
    whole = path.read_bytes()
    for bit in range(0, 8 * len(whole), 3):
        flipped = bytearray(whole)
        flipped[bit // 8] ^= 1 << bit % 8
        path.write_bytes(flipped)
        try:
            load_inputs(path, 24, SHAPE, 255.0)
        except GlassnetError as error:
            assert path.name in str(error)  # noqa: PT017


def test_the_documentation_names_every_format():
    page = (ROOT / "docs" / "images.md").read_text(encoding="utf-8")
    (row,) = (line for line in page.splitlines() if line.startswith("| formats |"))
    assert [name for name in NAMES if not re.search(rf"\b{name}\b", row)] == []


def test_overlapping_reads_suppress_only_warnings_of_pillow_and_restore_the_filters():
    """As of two photographs that a service reads at the same time."""
    with warnings.catch_warnings(record=True) as shown:
        warnings.simplefilter("always")
        before = warnings.filters.copy()
        first, second = quiet_pillow(), quiet_pillow()
        first.__enter__()
        second.__enter__()
        first.__exit__(None, None, None)
        for module in ("PIL.Image", "glassnet.model.model"):
            warnings.warn_explicit(module, UserWarning, "file", 1, module)
        second.__exit__(None, None, None)
        assert warnings.filters == before
    assert [str(one.message) for one in shown] == ["glassnet.model.model"]
