"""Deskewing: upright, in the middle, the same whoever asks."""

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
    """Return a smooth stroke that leans by so many columns a row, (1, 784)."""
    y, x = np.indices(SHAPE)
    down = y - middle[0]
    ink = 200 * np.exp(-((x - middle[1] - slant * down) ** 2) / 4 - (down / 6) ** 4)
    return np.rint(ink).astype(np.uint8).reshape(1, -1)


@pytest.mark.parametrize("slant", [-0.6, -0.2, 0.0, 0.3, 0.7])
@pytest.mark.parametrize("middle", [(13.5, 13.5), (12.2, 15.7)])
def test_a_leaning_stroke_becomes_the_upright_one_in_the_middle(slant, middle):
    error = np.abs(deskew(stroke(slant, middle), SHAPE).astype(float) - stroke(0))
    assert error.max() < 8  # of 200
    assert error.mean() < 0.5


def test_what_is_upright_in_the_middle_stays():
    once = deskew(DIGITS.inputs[:200], SHAPE)
    assert np.abs(deskew(once, SHAPE).astype(float) - once).mean() < 1  # rounding, and the few that leaned too much
    assert np.array_equal(deskew(stroke(0), SHAPE), stroke(0))


def test_a_slant_is_limited():
    """What leans more than the limit leans by the rest."""
    rest = deskew(stroke(STEEPEST + 0.2), SHAPE).reshape(SHAPE).astype(float)
    columns = (rest * np.arange(28)).sum(axis=1) / np.maximum(rest.sum(axis=1), 1)
    assert np.polyfit(np.arange(10, 18), columns[10:18], 1)[0] == pytest.approx(0.2, abs=0.02)


@pytest.mark.parametrize("dtype", [np.uint8, np.int64, np.float32, np.float64])
def test_type_and_range_are_kept_and_empty_pictures_too(dtype):
    rows = np.concatenate([DIGITS.inputs[:50], np.zeros((1, 784), np.uint8), np.full((1, 784), 7)]).astype(dtype)
    upright = deskew(rows, SHAPE)
    assert upright.dtype == dtype
    assert (upright >= 0).all()
    assert (upright.max(axis=1) <= rows.max(axis=1)).all()
    assert not upright[50].any()
    assert upright[51].max() == 7
    assert deskew(rows[:0], SHAPE).shape == (0, 784)


def test_one_picture_and_many_give_the_same():
    rows = DIGITS.inputs[:20]
    assert np.array_equal(deskew(rows, SHAPE), np.concatenate([deskew(row[None], SHAPE) for row in rows]))


def test_training_with_it_is_training_on_upright_pictures():
    data = DIGITS
    options = glassnet.Options.recipe("quick", **OPTIONS, scaling="unit")  # which does not ask for the data's mean
    upright = replace(data, inputs=deskew(data.inputs, SHAPE))
    with_it = glassnet.fit(data, options).model
    without = glassnet.fit(upright, replace(options, deskew=False)).model
    assert with_it.hash() == without.hash()
    assert np.array_equal(with_it.outputs(data.inputs), without.outputs(upright.inputs))
    bare, moved = with_it.opened(data.inputs)
    assert np.array_equal(moved, upright.inputs)
    assert np.array_equal(bare.outputs(moved), with_it.outputs(data.inputs))


def test_every_way_to_ask_sets_upright(tmp_path):
    data = DIGITS
    model = glassnet.fit(data, glassnet.Options.recipe("quick", **OPTIONS)).model
    save_model(model, tmp_path / "upright.safetensors")
    again = load_model(tmp_path / "upright.safetensors")
    leaning, straight = stroke(0.5), stroke(0)
    own = model.outputs(straight)
    for asked in (model, again, glassnet.compiled(again)):
        assert np.allclose(asked.outputs(leaning), own, atol=0.02)
        assert not np.allclose(replace(asked, deskews=False).outputs(leaning), own, atol=0.02)
    bare, upright = model.opened(data.inputs[:1])
    checked_page = why(model, data.inputs[0], Neighbours(model, data))
    assert np.array_equal(checked_page.sample, upright[0])
    assert np.allclose(checked_page.outputs, model.outputs(data.inputs[:1])[0])
    assert checked_page.missing < 0.01
    if checked_page.flip:
        assert bare.predict(checked_page.flip.sample[None])[0] == checked_page.flip.answer
    step = trace(model, data.take(slice(0, 1)))
    assert np.array_equal(step.raw, upright)


def test_deskew_wants_grey_pictures():
    table = glassnet.Dataset(np.zeros((4, 3)), np.array([0, 1, 0, 1]), 2, None, "numbers")
    with pytest.raises(OptionError, match="deskew: the samples are not images"):
        glassnet.fit(table, glassnet.Options(deskew=True))
    coloured = glassnet.Dataset(np.zeros((4, 12), np.uint8), np.array([0, 1, 0, 1]), 2, (2, 2), "colours")
    with pytest.raises(OptionError, match="deskew: the images have colours"):
        glassnet.fit(coloured, glassnet.Options(deskew=True))
