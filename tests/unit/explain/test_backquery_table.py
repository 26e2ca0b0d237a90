"""Typical rows of a table: where the network and the prior balance, within training's range, and asked again."""

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
    """Old and married people with a degree have the high income; a column of noise, one that is never below 0."""
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


def test_it_finds_what_tells_the_classes_apart(model):
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


def test_no_number_nearby_is_likelier(model):
    """The climb ends where the network's gain and the prior's loss balance: by differences, not by slopes."""
    columns = model.columns
    start = np.cumsum([0, *(len(one.features) for one in columns.inputs)])
    place = start[columns.names.index("age")]
    for label, one in enumerate(typical_rows(model)):
        soft = np.zeros(model.features)
        for column, begin in zip(columns.inputs, start[:-1], strict=True):
            value = one.columns[column.name]
            if isinstance(value, float):
                far = one.deviations[column.name]
                soft[begin] = far / np.hypot(1, far / 3)
            elif set(value) == {"yes", "no"}:
                soft[begin] = 2 * value["yes"] - 1
            else:
                soft[begin : begin + len(value)] = list(value.values())
        gains = []
        for move in (-0.05, 0, 0.05):
            far = one.deviations["age"] + move
            soft[place] = far / np.hypot(1, far / 3)
            _, [signals] = next(model.batches(soft))
            gains.append(log_softmax(signals.sums[-1][0])[label] - far**2 / 2)
        assert gains[1] == max(gains)


def test_refused_for_what_is_no_table_of_classes():
    with pytest.raises(OptionError) as wrong:
        typical_rows(small_model())
    assert wrong.value.code == "GN081"
