"""Typical rows of a table: the balance of network and prior, the training range, and the prediction for each row."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.special import log_softmax

from glassnet import Columns, Options, fit
from glassnet.errors import OptionError
from glassnet.explain.backquery_table import typical_rows
from glassnet.preprocess.tabular.dataset import read_table, samples_of
from support.samples import small_model


@pytest.fixture(scope="module")
def model(tmp_path_factory):
    """High income depends on age, marriage and degree; one column is noise, and one is never below 0."""
    rng, path = np.random.default_rng(1), tmp_path_factory.mktemp("typical") / "p.csv"
    lines = ["age,degree,married,noise,debt,income"]
    for _ in range(600):
        age, degree, married = rng.integers(18, 80), rng.choice(["none", "master", "doctor"]), rng.random() < 0.5
        score = (age - 49) / 15 + 2 * (degree == "doctor") - 0.7 + 1.2 * married - 0.6
        debt = max(0, rng.normal())
        words = "yes" if married else "no", "high" if score > 0 else "low"
        lines.append(f"{age},{degree},{words[0]},{rng.normal():.3f},{debt:.3f},{words[1]}")
    path.write_text("\n".join(lines) + "\n")
    table = read_table(path, ["income"])
    data = samples_of(table, Columns.learn(table, "income"))
    made = {"scaling": "unit", "input_max": 1.0, "output": "softmax", "loss": "cross_entropy", "rule": "gradient"}
    options = Options(hidden=(16,), epochs=30, batch_size=16, engine="reference", targets="one-hot", **made)
    return fit(data, options).model


def test_typical_rows_show_what_separates_the_classes(model):
    high, low = typical_rows(model)
    assert (high.answer, low.answer) == (0, 1)
    assert high.columns["age"] > 49 > low.columns["age"]
    assert max(high.columns["degree"], key=high.columns["degree"].get) == "doctor"
    assert high.columns["married"]["yes"] > 0.5 > low.columns["married"]["yes"]
    for one in (high, low):
        assert sum(one.columns["degree"].values()) == pytest.approx(1)
        assert one.unusual["noise"] < min(one.unusual["age"], one.unusual["married"])
        assert list(one.columns) == sorted(one.unusual, key=lambda name: -one.unusual[name])
        assert one.columns["debt"] >= -1e-9
        assert one.confidence == pytest.approx(model.confidence(model.outputs(one.row))[0])


def inputs_at(column, deviation):
    """Return the inputs of a number at a distance from the mean in standard deviations."""
    [inputs] = column.inputs_of(np.array([column.centre + column.scale * deviation]))
    return inputs


def test_a_typical_value_is_a_local_maximum(model):
    """Gradient ascent ends where the gain in log probability balances the prior, tested by finite differences."""
    columns = model.columns
    start = np.cumsum([0, *(len(one.features) for one in columns.inputs)])
    place = start[columns.names.index("age")]
    for label, one in enumerate(typical_rows(model)):
        soft = np.zeros(model.features)
        for column, begin in zip(columns.inputs, start[:-1], strict=True):
            value = one.columns[column.name]
            if isinstance(value, float):
                deviation = one.deviations[column.name]
                soft[begin : begin + len(column.features)] = inputs_at(column, deviation)
            elif set(value) == {"yes", "no"}:
                soft[begin] = 2 * value["yes"] - 1
            else:
                soft[begin : begin + len(value)] = list(value.values())
        gains = []
        for move in (-0.05, 0, 0.05):
            deviation = one.deviations["age"] + move
            age = columns.inputs[columns.names.index("age")]
            soft[place : place + len(age.features)] = inputs_at(age, deviation)
            _, [signals] = next(model.batches(soft))
            gains.append(log_softmax(signals.sums[-1][0])[label] - deviation**2 / 2)
        assert gains[1] == max(gains)


def test_a_model_without_table_columns_is_rejected():
    with pytest.raises(OptionError) as wrong:
        typical_rows(small_model())
    assert wrong.value.code == "GN081"
