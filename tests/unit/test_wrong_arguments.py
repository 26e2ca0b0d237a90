"""Wrong arguments of public functions and classes are named, with a near match and a code; they stay TypeErrors."""

from __future__ import annotations

import numpy as np
import pytest

import glassnet
from glassnet.errors import ArgumentError, DataError, GlassnetError, OptionError
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
    "Dataset.from_arrays has no parameter 'testsize'. Did you mean test_size?": lambda: glassnet.Dataset.from_arrays(
        X, Y, testsize=0.2
    ),
    "load_table has no parameter 'targt'. Did you mean target?": lambda: glassnet.load_table({}, targt="a"),
    "read_table has no parameter 'sep'. Expected one of source, expected, decimal.": lambda: glassnet.read_table(
        {}, sep=","
    ),
    "reliability has no parameter 'bin'. Did you mean bins?": lambda: glassnet.reliability(bin=3),
    "verify has no parameter 'dta'. Did you mean data?": lambda: glassnet.verify(dta=3),
    "fit_temperature has no parameter 'los'. Expected one of model, validation.": lambda: glassnet.fit_temperature(
        los=3
    ),
    "CheckpointPolicy has no parameter 'evry'. Did you mean every?": lambda: glassnet.CheckpointPolicy("run", evry=3),
    "load_model has no parameter 'pth'. Did you mean path?": lambda: glassnet.load_model(pth=3),
    "fit has no parameter 'X_vall'. Did you mean X_val?": lambda: glassnet.NetworkClassifier().fit(X, Y, X_vall=3),
    "NetworkClassifier has no parameter 'max_itr'. Did you mean max_iter?": lambda: (
        glassnet.NetworkClassifier().set_params(max_itr=3)
    ),
    "fit has no parameter 'test_size'. Use Dataset.from_arrays(X, y, test_size=…), and fit(train).": lambda: (
        glassnet.fit(X, Y, test_size=0.2)
    ),
    "fit: y is missing. Pass fit(X, y), or fit(data) with a Dataset.": lambda: glassnet.fit(X),
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


def _from_arrays(**given):
    return lambda: glassnet.Dataset.from_arrays(X, Y, **given)


OPTIONS = glassnet.Options.recipe("table")
SIXTEEN = glassnet.Dataset.from_arrays(np.zeros((4, 16)), Y)
OF_ANOTHER_KIND = {
    "image_shape 8: expected a tuple of two whole numbers from 1, rows and columns.": _from_arrays(image_shape=8),
    "maximum 'x': expected a number.": _from_arrays(maximum="x"),
    "maximum -1: expected a number above 0.": _from_arrays(maximum=-1),
    "seed 'x': expected a whole number from 0.": _from_arrays(seed="x"),
    "like: str, expected a Dataset or Model.": _from_arrays(like="x"),
    "X: a value is 11, expected 0 to 5. Pass a larger maximum.": _from_arrays(maximum=5),
    "path: int, expected the name of a file.": lambda: glassnet.load_model(3),
    "path '': expected the name of a file.": lambda: glassnet.load_model(""),
    "path: float, expected the name of a file.": lambda: glassnet.load_checkpoint(3.5),
    "path: NoneType, expected the name of a file.": lambda: glassnet.save_model(small_model(), None),
    "maximum 'y': expected a number.": lambda: glassnet.load_data("mnist", maximum="y"),
    "like: int, expected a Dataset or Model.": lambda: glassnet.load_data("mnist", like=3),
    "options: dict, expected Options(…) or Options.recipe(…).": lambda: glassnet.new_model(digits(9), {}),
    "options: list, expected Options(…) or Options.recipe(…).": lambda: glassnet.find_learning_rate(digits(9), Y),
    "data: ndarray, expected a Dataset, as load_data returns. For arrays, use Dataset.from_arrays(X, y).": lambda: (
        glassnet.find_learning_rate(X, Y)
    ),
    "data: list, expected a Dataset, as load_data returns. For arrays, use Dataset.from_arrays(X, y).": lambda: (
        glassnet.reliability(small_model(), Y, Y)
    ),
    "points 10.5: expected a whole number from 10.": lambda: glassnet.find_learning_rate(SIXTEEN, OPTIONS, points=10.5),
    "points 9: expected a whole number from 10.": lambda: glassnet.find_learning_rate(SIXTEEN, OPTIONS, points=9),
    "low 'x': expected a number.": lambda: glassnet.find_learning_rate(SIXTEEN, OPTIONS, low="x"),
    "high None: expected a number.": lambda: glassnet.find_learning_rate(SIXTEEN, OPTIONS, high=None),
    "low 2, high 1: expected 0 < low < high.": lambda: glassnet.find_learning_rate(SIXTEEN, OPTIONS, low=2, high=1),
    "bins True: expected a whole number from 1.": lambda: glassnet.reliability(small_model(), SIXTEEN, True),
    "seed: float, expected a whole number.": lambda: glassnet.NeuralNetwork(3, 4, 2, 0.3, seed=1.5),
    "bins 2.5: expected a whole number from 1.": lambda: glassnet.reliability(small_model(), SIXTEEN, 2.5),
    "sizes: int, expected the numbers of nodes of the layers, such as (784, 200, 10).": lambda: glassnet.Network(3),
    "history: int, expected the history of a training run, such as fit(…).history.": lambda: glassnet.plots.draw_curve(
        3
    ),
    "X: shape (4, 0), expected at least one value per sample.": lambda: glassnet.Dataset.from_arrays(X[:, :0], Y),
    "y: no samples, expected at least one.": lambda: glassnet.Dataset.from_arrays(X[:0], []),
}


@pytest.mark.parametrize("message", OF_ANOTHER_KIND)
def test_an_argument_of_another_kind_is_an_error_with_a_code(message):
    with pytest.raises(GlassnetError) as problem:
        OF_ANOTHER_KIND[message]()
    assert str(problem.value) == message


def test_a_name_that_does_not_exist_has_a_near_match():
    with pytest.raises(AttributeError, match=r"has no attribute 'load_mode'\. Did you mean 'load_model'\?"):
        _ = glassnet.load_mode


def test_objects_are_shown_on_one_line():
    network = glassnet.Network([3, 4, 2])
    signals = glassnet.forward(network.architecture, network.parameters, np.ones((5, 3)))
    assert repr(signals) == "Signals(3-4-2, 5 samples, float64)"
    assert repr(glassnet.ReferenceEngine()) == "ReferenceEngine()"
    assert repr(glassnet.CustomLossEngine(np.square)) == "CustomLossEngine(square)"


def test_columns_are_applied_to_whatever_read_table_reads():
    table = {"age": [21, 35, 52, 44] * 9, "left": [0, 1, 1, 0] * 9}
    columns = glassnet.load_table(table, "left").columns
    assert np.array_equal(columns.apply(table), columns.apply(glassnet.read_table(table)))


def test_the_history_itself_is_drawn():
    history = glassnet.fit(X, Y, epochs=2).history
    assert len(glassnet.plots.draw_curve(history)) == 2


def test_the_largest_value_of_pixels_in_rows():
    pixels = np.arange(300, dtype=np.uint8).reshape(3, 100)
    y = [0, 1, 1]
    assert glassnet.Dataset.from_arrays(pixels, y).maximum == 255
    assert glassnet.Dataset.from_arrays(pixels[:, :9], y).maximum == 1  # a table
    assert glassnet.Dataset.from_arrays(pixels.astype(float), y).maximum == 1
    assert glassnet.Dataset.from_arrays(pixels.astype(np.uint16) * 100, y, image_shape=(10, 10)).maximum == 25_500
