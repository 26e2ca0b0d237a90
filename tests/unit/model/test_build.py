"""Invalid data and options are rejected before training."""

from __future__ import annotations

import pytest

from glassnet import Options, evaluate, fit
from glassnet.errors import DataError, OptionError
from support.cases import patterns

DATA = patterns()


@pytest.mark.parametrize("scaling", ["notes", "standard", "features"])
def test_empty_data_are_rejected_with_any_scaling(scaling):
    with pytest.raises(DataError, match="no samples") as caught:
        fit(DATA.take(slice(0, 0)), Options(hidden=3, scaling=scaling))
    assert caught.value.code == "GN010"


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ((DATA.inputs,), r"fit: y is missing\. Pass fit\(X, y\)"),
        (("mnist",), "data: str, expected a Dataset"),
        ((DATA, {"epochs": 1}), r"options: dict, expected Options\(…\)"),
    ],
)
def test_the_error_names_the_wrong_type(given, message):
    with pytest.raises((DataError, OptionError), match=message):
        fit(*given)


def test_the_error_names_wrong_validation_or_test_data():
    with pytest.raises(DataError, match="validation_data: tuple, expected a Dataset"):
        fit(DATA, Options(hidden=3), validation_data=(DATA.inputs, DATA.labels))
    model = fit(DATA, Options(hidden=3, epochs=1, engine="reference")).model
    with pytest.raises(DataError, match="data: ndarray, expected a Dataset"):
        evaluate(model, DATA.inputs)
