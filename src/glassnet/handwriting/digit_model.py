"""Whether a model is for digits, so that pictures to predict are read as handwriting."""

from __future__ import annotations

import numpy as np

from ..data.dataset import HANDWRITING
from ..data.load import bundled, is_bundled
from ..model.model import Model
from ..segmentation.mnist_form import SIDE

_SAMPLES = 200  # digits of MNIST on which a model of unknown training data is tried
_LEAST = 0.5  # least accuracy of a model for digits on them; that of other models is about 0.1


def reads_digits(model: Model) -> bool:
    """Return whether a model is for digits in the form of MNIST, so that `read_photo` applies to its pictures.

    Its inputs are grey images of 28 × 28, its classes are the numbers from 0, at most ten, without other names. It was
    trained on the bundled MNIST or with ``--handwriting``; or else it predicts most of 200 digits of MNIST correctly,
    which a model of other small images, such as Fashion-MNIST, does not: its data may look the same in all other
    respects.
    """
    if model.image_shape != (SIDE, SIDE) or model.features != SIDE * SIDE or not model.targets.of_classes:
        return False
    if model.class_names or not 1 < model.classes <= 10 or model.reading not in ("", HANDWRITING):
        return False
    if model.reading == HANDWRITING or is_bundled(model.receipt.get("data", {}).get("source")):
        return True
    some = bundled("test").take(slice(0, _SAMPLES))
    known = some.labels < model.classes
    inputs = some.inputs[known] * np.float32(model.scaling.maximum / 255)
    return bool(np.mean(model.unchecked().predict(inputs) == some.labels[known]) >= _LEAST)
