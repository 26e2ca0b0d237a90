"""Models take images in the form they were trained with, and give labels in the type they were trained with."""

from __future__ import annotations

import numpy as np
import pytest

import glassnet
from glassnet.errors import ArgumentError, DataError, ShapeError

GREY = np.random.default_rng(0).integers(0, 256, (30, 4, 5), np.uint8)
COLOUR = np.random.default_rng(0).integers(0, 256, (30, 4, 5, 3), np.uint8)
Y = np.arange(30) % 2


@pytest.mark.parametrize("images", [GREY, GREY[..., np.newaxis], COLOUR], ids=["grey", "one channel", "colour"])
def test_images_are_predicted_in_the_form_they_were_trained_with(images):
    model = glassnet.fit(images, Y, epochs=1, hidden=(3,)).model
    rows = images.reshape(len(images), -1)
    for method in (model.predict, model.predict_proba, model.outputs):
        assert np.array_equal(method(images), method(rows))
    with pytest.raises(ShapeError, match=r"rows: shape \(30, 5, 4.*, expected .* or \(samples, 4, 5"):
        model.predict(images.swapaxes(1, 2))


def test_rows_that_are_not_an_array_are_named():
    model = glassnet.fit(GREY, Y, epochs=1, hidden=(3,)).model
    for given, what in ((None, "None"), (glassnet.Dataset.from_arrays(GREY, Y), "a Dataset")):
        with pytest.raises(DataError, match=f"rows: {what}, expected an array"):
            model.predict(given)


LABELS = {
    "bool": np.array([False, True]),
    "text of bools": np.array(["False", "True"]),
    "text of integers": np.array(["10", "9"]),
    "text": np.array(["a", "b"]),
    "integers": np.array([0, 1]),
    "other integers": np.array([-3, 12]),
    "objects": np.array([False, True], object),
}


@pytest.mark.parametrize("kind", LABELS)
def test_classes_compare_equal_to_the_labels_given_also_after_saving(kind, tmp_path):
    y = LABELS[kind][Y]
    model = glassnet.fit(GREY, y, epochs=1, hidden=(3,)).model
    glassnet.save_model(model, tmp_path / "m.safetensors")
    more = glassnet.Dataset.from_arrays(GREY, y, like=model)
    for one in (model, glassnet.load_model(tmp_path / "m.safetensors"), glassnet.fit(more, epochs=1).model):
        assert (one.classes_[Y] == y).all()


def test_a_data_set_has_its_own_task():
    data = glassnet.Dataset.from_arrays(GREY, Y)
    with pytest.raises(ArgumentError, match="task: a Dataset has its own"):
        glassnet.fit(data, task="regression")
