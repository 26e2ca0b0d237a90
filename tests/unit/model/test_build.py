"""What no training can begin with is refused at once, and named."""

from __future__ import annotations

import pytest

from glassnet import Options, evaluate, fit
from glassnet.errors import DataError, OptionError
from support.cases import patterns

DATA = patterns()


@pytest.mark.parametrize("scaling", ["notes", "standard", "features"])
def test_no_samples_are_refused_whatever_the_scaling(scaling):
    with pytest.raises(DataError, match="no samples") as caught:
        fit(DATA.take(slice(0, 0)), Options(hidden=3, scaling=scaling))
    assert caught.value.code == "GN010"


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ((DATA.inputs, DATA.labels), "data: ndarray, expected a Dataset, .*NetworkClassifier"),
        (("mnist",), "data: str, expected a Dataset"),
        ((DATA, {"epochs": 1}), r"options: dict, expected Options\(…\)"),
    ],
)
def test_what_is_neither_data_nor_options_is_named(given, said):
    with pytest.raises((DataError, OptionError), match=said):
        fit(*given)


def test_what_is_no_validation_or_test_data_is_named():
    with pytest.raises(DataError, match="validation: tuple, expected a Dataset"):
        fit(DATA, Options(hidden=3), validation=(DATA.inputs, DATA.labels))
    model = fit(DATA, Options(hidden=3, epochs=1, engine="reference")).model
    with pytest.raises(DataError, match="data: ndarray, expected a Dataset"):
        evaluate(model, DATA.inputs)
