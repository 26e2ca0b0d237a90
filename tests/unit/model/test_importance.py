"""Permutation importance of the columns of a table."""

from __future__ import annotations

import numpy as np
import pytest

from glassnet import Columns, Options, fit
from glassnet.errors import DataError
from glassnet.model.importance import column_importance
from glassnet.preprocess.tabular.dataset import read_table, samples_of
from support.samples import digits, small_model


def test_the_decisive_column_has_the_highest_importance(tmp_path):
    rng = np.random.default_rng(4)
    ages, noise = rng.integers(18, 80, 300), rng.normal(size=300)
    lines = [f"{age},{other:.3f},{'old' if age > 50 else 'young'}" for age, other in zip(ages, noise, strict=True)]
    (tmp_path / "people.csv").write_text("age,noise,kind\n" + "\n".join(lines) + "\n")
    table = read_table(tmp_path / "people.csv", ["kind"])
    data = samples_of(table, Columns.learn(table, "kind"))
    model = fit(data, Options.recipe("table", hidden=(8,), engine="reference", epochs=10, learning_rate=0.02)).model
    falls = column_importance(model, data).score
    assert falls.shape == (2,)
    assert falls[0] > 0.2 > abs(falls[1])
    assert (column_importance(model, data).score == falls).all()
    rises = column_importance(model, data).loss
    assert rises[0] > 0.1 > abs(rises[1])
    assert (column_importance(model, data, seed=1).score != falls).any()


def test_image_data_are_rejected():
    with pytest.raises(DataError) as refused:
        column_importance(small_model(), digits(10))
    assert refused.value.code == "GN017"
