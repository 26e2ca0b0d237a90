"""Class folders of large drawings: rejected by default, or read digit by digit as for queries."""

from __future__ import annotations

import numpy as np
import pytest
from PIL import Image

from glassnet import Options, fit, load_data, load_inputs, load_model, save_model
from glassnet.data.readers.image_batch import LARGEST_UNASKED
from glassnet.errors import DataError, FileError, OptionError
from glassnet.model.file import header_of


def sheet(*digits: np.ndarray, side: int = 320, step: int = 150) -> Image.Image:
    """Digits of 28 × 28, drawn five times larger, side by side on white paper."""
    paper = np.full((side, max(side, 40 + step * len(digits))), 255, np.uint8)
    for place, digit in enumerate(digits):
        ink = np.asarray(Image.fromarray(digit.reshape(28, 28)).resize((140, 140), Image.Resampling.BICUBIC))
        paper[90:230, 40 + step * place :][:, :140] = 255 - ink
    return Image.fromarray(paper)


@pytest.fixture(scope="module")
def drawn(tmp_path_factory):
    """A folder for each of three digits with two drawings in it."""
    folder, digits = tmp_path_factory.mktemp("drawn"), load_data("mnist", part="test")
    for label in (0, 1, 7):
        rows = np.flatnonzero(digits.labels == label)
        (folder / f"d{label}").mkdir()
        for name in range(2):
            sheet(digits.inputs[rows[name]]).save(folder / f"d{label}" / f"{name}.png")
    return folder


def test_large_images_are_rejected_without_an_explicit_size(drawn):
    with pytest.raises(DataError) as caught:
        load_data(drawn)
    assert caught.value.code == "GN077"
    for word in ("320 × 320", "102,400 inputs", "64 × 64", "size=(28, 28)", "handwriting=True", "size=(320, 320)"):
        assert word in str(caught.value)
    assert "\n" not in str(caught.value)
    assert load_data(drawn, size=(320, 320)).features == load_data(drawn, large=True).features == 102400
    assert load_data(drawn, size=(28, 28)).features == 784


@pytest.mark.parametrize(("shape", "rejected"), [((64, 64), False), ((128, 32), False), ((65, 64), True)])
def test_images_of_at_most_64_by_64_pixels_are_accepted(tmp_path, shape, rejected):
    assert LARGEST_UNASKED == 64 * 64
    for name in "ab":
        (tmp_path / name).mkdir()
        Image.fromarray(np.random.default_rng(0).integers(0, 99, shape).astype(np.uint8)).save(
            tmp_path / name / "1.png"
        )
    if rejected:
        with pytest.raises(DataError, match=r"size=\(65, 64\)"):
            load_data(tmp_path)
    else:
        assert load_data(tmp_path).image_shape == shape


def test_handwriting_is_read_as_for_queries(drawn, tmp_path):
    data = load_data(drawn, handwriting=True)
    assert (data.image_shape, data.features, data.reading) == ((28, 28), 784, "handwriting")
    assert (data.labels.tolist(), data.class_names) == ([0, 0, 1, 1, 2, 2], ("d0", "d1", "d7"))
    assert data.inputs.dtype == np.uint8
    queried, names, _ = load_inputs(drawn, 784, (28, 28), 255.0)  # as for a query to a model of MNIST
    np.testing.assert_array_equal(data.inputs, queried)
    assert [name.removeprefix(f"{drawn}/") for name in names] == list(data.row_names)
    model = fit(data, Options.recipe("notes", hidden=4, epochs=1, engine="reference")).model
    assert header_of(model)["reading"] == ""  # older versions read this as digits to be located
    save_model(model, tmp_path / "m.safetensors")
    model = load_model(tmp_path / "m.safetensors")
    assert model.reading == "handwriting"
    again = load_data(drawn, part="test", like=model)
    np.testing.assert_array_equal(again.inputs, data.inputs)
    like = (model.features, model.image_shape, model.scaling.maximum, model.reading, model.white)
    np.testing.assert_array_equal(load_inputs(drawn, *like)[0], data.inputs)
    halved = load_data(drawn, handwriting=True, maximum=1.0)
    np.testing.assert_allclose(halved.inputs, data.inputs / 255, rtol=1e-6)


def test_images_without_a_digit_are_excluded_and_several_digits_are_all_read(drawn, tmp_path):
    digits = load_data("mnist", part="test")
    sevens = digits.inputs[np.flatnonzero(digits.labels == 7)[:2]]
    for name, picture in {"a/1.png": sheet(sevens[0]), "a/2.png": sheet(), "b/1.png": sheet(*sevens)}.items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        picture.save(tmp_path / name)
    data = load_data(tmp_path, handwriting=True)
    assert data.row_names == ("a/1.png", "b/1.png", "b/1.png")
    assert data.labels.tolist() == [0, 1, 1]
    assert str(data.remarks[0]) == "a/2.png: no digit found, excluded [GN085]"
    assert "each digit of an image is a sample" in str(data.remarks[1])
    sheet().save(tmp_path / "a/1.png")
    sheet().save(tmp_path / "b/1.png")
    with pytest.raises(DataError, match="no digit found in 3 images") as caught:
        load_data(tmp_path, handwriting=True)
    assert caught.value.code == "GN085"
    (tmp_path / "a/1.png").write_bytes(b"\x89PNG broken")
    with pytest.raises(FileError, match=r"a/1\.png.* 'glassnet doctor "):
        load_data(tmp_path, handwriting=True)


@pytest.mark.parametrize("other", [{"size": (28, 28)}, {"colour": True}])
def test_handwriting_excludes_a_size_and_colours(drawn, other):
    with pytest.raises(OptionError) as caught:
        load_data(drawn, handwriting=True, **other)
    assert caught.value.code == "GN022"
