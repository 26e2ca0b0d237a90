"""Wrong arguments of public functions and classes are named, with a near match and a code; they stay TypeErrors."""

from __future__ import annotations

import numpy as np
import pytest

import glassnet
from glassnet.errors import ArgumentError, DataError, OptionError
from glassnet.i18n.translate import in_chinese
from support.samples import digits, small_model

X, Y = np.arange(12.0).reshape(4, 3), [0, 1, 0, 1]

UNKNOWN = {
    "Options has no parameter 'lr'. Use learning_rate.": lambda: glassnet.Options(lr=0.1),
    "Options has no parameter 'hiden'. Did you mean hidden?": lambda: glassnet.Options(hiden=3),
    "Options.recipe has no parameter 'epoch'. Did you mean epochs?": lambda: glassnet.Options.recipe("quick", epoch=3),
    "Dataset has no parameter 'lables'. Did you mean labels?": lambda: glassnet.Dataset(X, lables=Y),
    "evaluate has no parameter 'los'. Did you mean loss?": lambda: glassnet.evaluate(small_model(), digits(9), los=1),
    "load_data has no parameter 'clases'. Did you mean classes?": lambda: glassnet.load_data("mnist", clases=10),
    "report has no parameter 'lang'. Did you mean language?": lambda: glassnet.report(small_model(), lang="zh"),
    "fit has no parameter 'recepie'. Did you mean recipe?": lambda: glassnet.fit(X, Y, recepie="quick"),
    "NetworkClassifier has no parameter 'hiden'. Did you mean hidden_layer_sizes?": lambda: glassnet.NetworkClassifier(
        hiden=3
    ),
    "NetworkRegressor has no parameter 'lr'. Use learning_rate.": lambda: glassnet.NetworkRegressor(lr=3),
    "Dataset: classes, image_shape, source missing. For arrays, use Dataset.from_arrays(X, y).": lambda: (
        glassnet.Dataset(X, Y)
    ),
    "Dataset: source missing. For arrays, use Dataset.from_arrays(X, y).": lambda: glassnet.Dataset(
        X, Y, classes=2, image_shape=None
    ),
}


@pytest.mark.parametrize("message", UNKNOWN)
def test_an_unknown_or_missing_argument_is_named(message):
    with pytest.raises(ArgumentError) as problem:
        UNKNOWN[message]()
    assert str(problem.value) == message
    assert problem.value.code == "GN021"
    assert isinstance(problem.value, TypeError)
    assert isinstance(problem.value, OptionError)
    assert in_chinese(message)


OF_ANOTHER_TYPE = {
    "source: ndarray, expected the name of a file": (lambda: glassnet.load_data(X), "GN065"),
    "model: Dataset, expected a Model.*Pass the model first": (
        lambda: glassnet.evaluate(digits(9), small_model()),
        "GN076",
    ),
    "model: NetworkClassifier, expected a Model": (
        lambda: glassnet.report(glassnet.NetworkClassifier(), X),
        "GN076",
    ),
    "init_model: int, expected a Model": (lambda: glassnet.fit(X, Y, init_model=3), "GN076"),
    "data: ndarray, expected a Dataset.*from_arrays": (lambda: glassnet.evaluate(small_model(), X), "GN065"),
}


@pytest.mark.parametrize("message", OF_ANOTHER_TYPE)
def test_an_argument_of_another_type_is_named(message):
    call, code = OF_ANOTHER_TYPE[message]
    with pytest.raises(DataError, match=message) as problem:
        call()
    assert problem.value.code == code
    assert in_chinese(str(problem.value))
