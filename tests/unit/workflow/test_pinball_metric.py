"""The pinball loss judges searches and comparisons of predicted quantiles, all by the same quantile."""

from __future__ import annotations

import numpy as np
import pytest
from sklearn.metrics import mean_pinball_loss

import glassnet
from glassnet.data.validation_split import ValidationSplit
from glassnet.errors import OptionError

SMALL = {"epochs": 3, "members": 1, "hidden": 4, "engine": "reference", "threads": 1}


def data() -> glassnet.Dataset:
    random = np.random.default_rng(0)
    x = random.normal(size=(100, 2))
    return glassnet.Dataset.from_arrays(x, x[:, 0] + random.normal(size=100))


def test_a_search_and_a_comparison_are_by_the_quantile_of_the_loss(tmp_path):
    pytest.importorskip("optuna")
    training, validation = ValidationSplit(0, fraction=0.2).of(data())
    options = {**SMALL, "loss": "quantile", "quantile": 0.9}
    model = glassnet.fit(training, recipe="table", **options).model
    wanted = mean_pinball_loss(validation.values, model.predict(validation.inputs), alpha=0.9)
    found = glassnet.search(
        data(), test=validation, recipe="table", trials=1, cv=0, space=["dropout"], out=tmp_path / "out", **options
    )
    assert (found.metric, found.higher_is_better) == ("pinball", False)
    assert found.trials[0].score == pytest.approx(wanted)
    other = {**options, "loss": "absolute_error"}
    with pytest.warns(UserWarning, match="cannot give a verdict"):
        pair = glassnet.compare(("table", options), ("table", other), data=data(), metric="pinball", seeds=2).pairs[0]
    assert pair.a == pytest.approx(wanted)
    model = glassnet.fit(training, recipe="table", **other).model
    assert pair.b == pytest.approx(mean_pinball_loss(validation.values, model.predict(validation.inputs), alpha=0.9))


def test_different_quantiles_are_not_compared():
    options = {**SMALL, "loss": "quantile"}
    with pytest.raises(OptionError, match=r"the sides predict different quantiles.*Give quantile one value"):
        glassnet.compare(("table", options), ("table", options | {"quantile": 0.9}), data=data(), seeds=2)
