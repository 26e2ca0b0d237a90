"""Deskewing: images become upright and centred, in training and for every query."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

import glassnet
from glassnet.errors import OptionError
from glassnet.explain.step import trace
from glassnet.explain.why import Neighbours, why
from glassnet.model.file import load_model, save_model
from glassnet.preprocess.deskew import STEEPEST, deskew

SHAPE = (28, 28)
DIGITS = glassnet.load_data("mnist").take(slice(0, 500))
OPTIONS = {"deskew": True, "hidden": 20, "epochs": 8}


def stroke(slant: float, middle: tuple[float, float] = (13.5, 13.5)) -> np.ndarray:
    """Return a smooth stroke with a slant in columns per row, shape (1, 784)."""
    y, x = np.indices(SHAPE)
    down = y - middle[0]
    ink = 200 * np.exp(-((x - middle[1] - slant * down) ** 2) / 4 - (down / 6) ** 4)
    return np.rint(ink).astype(np.uint8).reshape(1, -1)


@pytest.mark.parametrize("slant", [-0.6, -0.2, 0.0, 0.3, 0.7])
@pytest.mark.parametrize("middle", [(13.5, 13.5), (12.2, 15.7)])
def test_a_slanted_stroke_becomes_upright_and_centred(slant, middle):
    error = np.abs(deskew(stroke(slant, middle), SHAPE).astype(float) - stroke(0))
    assert error.max() < 8  # of 200
    assert error.mean() < 0.5


def test_an_upright_centred_image_is_unchanged():
    once = deskew(DIGITS.inputs[:200], SHAPE)
    assert np.abs(deskew(once, SHAPE).astype(float) - once).mean() < 1  # rounding, and the few with too much slant
    assert np.array_equal(deskew(stroke(0), SHAPE), stroke(0))


def test_a_slant_is_limited():
    """The slant beyond the limit remains."""
    rest = deskew(stroke(STEEPEST + 0.2), SHAPE).reshape(SHAPE).astype(float)
    columns = (rest * np.arange(28)).sum(axis=1) / np.maximum(rest.sum(axis=1), 1)
    assert np.polyfit(np.arange(10, 18), columns[10:18], 1)[0] == pytest.approx(0.2, abs=0.02)


@pytest.mark.parametrize("dtype", [np.uint8, np.int64, np.float32, np.float64])
def test_dtype_range_and_empty_images_are_preserved(dtype):
    rows = np.concatenate([DIGITS.inputs[:50], np.zeros((1, 784), np.uint8), np.full((1, 784), 7)]).astype(dtype)
    upright = deskew(rows, SHAPE)
    assert upright.dtype == dtype
    assert (upright >= 0).all()
    assert (upright.max(axis=1) <= rows.max(axis=1)).all()
    assert not upright[50].any()
    assert upright[51].max() == 7
    assert deskew(rows[:0], SHAPE).shape == (0, 784)


def test_an_image_alone_and_in_a_batch_gives_the_same():
    rows = DIGITS.inputs[:20]
    assert np.array_equal(deskew(rows, SHAPE), np.concatenate([deskew(row[None], SHAPE) for row in rows]))


def test_training_with_deskew_equals_training_on_deskewed_images():
    data = DIGITS
    options = glassnet.Options.recipe("quick", **OPTIONS, scaling="unit")  # independent of the mean of the data
    upright = replace(data, inputs=deskew(data.inputs, SHAPE))
    with_deskew = glassnet.fit(data, options).model
    without = glassnet.fit(upright, replace(options, deskew=False)).model
    assert with_deskew.hash() == without.hash()
    assert np.array_equal(with_deskew.outputs(data.inputs), without.outputs(upright.inputs))
    bare, moved = with_deskew.opened(data.inputs)
    assert np.array_equal(moved, upright.inputs)
    assert np.array_equal(bare.outputs(moved), with_deskew.outputs(data.inputs))


def test_every_kind_of_prediction_deskews(tmp_path):
    data = DIGITS
    model = glassnet.fit(data, glassnet.Options.recipe("quick", **OPTIONS)).model
    save_model(model, tmp_path / "upright.safetensors")
    again = load_model(tmp_path / "upright.safetensors")
    slanted, straight = stroke(0.5), stroke(0)
    expected = model.outputs(straight)
    for queried in (model, again, glassnet.compiled(again)):
        assert np.allclose(queried.outputs(slanted), expected, atol=0.02)
        assert not np.allclose(replace(queried, deskews=False).outputs(slanted), expected, atol=0.02)
    bare, upright = model.opened(data.inputs[:1])
    explanation = why(model, data.inputs[0], Neighbours(model, data))
    assert np.array_equal(explanation.sample, upright[0])
    assert np.allclose(explanation.outputs, model.outputs(data.inputs[:1])[0])
    assert explanation.missing < 0.01
    if explanation.flip:
        assert bare.predict(explanation.flip.sample[None])[0] == explanation.flip.answer
    step = trace(model, data.take(slice(0, 1)))
    assert np.array_equal(step.raw, upright)


def test_deskew_requires_grey_images():
    table = glassnet.Dataset(np.zeros((4, 3)), np.array([0, 1, 0, 1]), 2, None, "numbers")
    with pytest.raises(OptionError, match="deskew: the samples are not images"):
        glassnet.fit(table, glassnet.Options(deskew=True))
    coloured = glassnet.Dataset(np.zeros((4, 12), np.uint8), np.array([0, 1, 0, 1]), 2, (2, 2), "colours")
    with pytest.raises(OptionError, match="deskew: the images have colours"):
        glassnet.fit(coloured, glassnet.Options(deskew=True))
