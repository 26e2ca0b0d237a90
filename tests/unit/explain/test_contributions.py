"""Contributions: what columns add sums to the margin or number, in arrays, the same through every door."""

from __future__ import annotations

import datetime
import sys
from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import pandas
import pytest

from glassnet import Model, NetworkClassifier, NetworkRegressor, Scaling, TableModel, Targets
from glassnet.errors import OptionError
from glassnet.explain import contributions, why
from glassnet.explain.why_facts import why_facts
from glassnet.model.network import Network
from glassnet.nn.architecture import Architecture
from glassnet.nn.parameters import Parameters

COUNT = 90
QUICK = {"epochs": 4, "engine": "reference", "hidden": (8, 6)}
TARGETS = ("two", "three", "number", ["old", "far"], ["near", "number"])
CLOSE = 1e-6


def table(count=COUNT):
    rng = np.random.default_rng(0)
    age, job, far = rng.integers(18, 80, count), rng.choice(["cook", "pilot"], count), rng.random(count) < 0.4
    day = datetime.date(1990, 1, 1)
    return pandas.DataFrame(
        {
            "age": np.where(np.arange(count) % 10 == 3, np.nan, age),
            "job": job,
            "born": [day + datetime.timedelta(int(one)) for one in rng.integers(0, 999, count)],
            "member": rng.choice(["yes", "no"], count),
            "two": np.where(age + 20 * (job == "pilot") > 50, "rich", "poor"),
            "three": np.where(age > 60, "c", np.where(age > 40, "a", "b")),
            "number": 1e5 + 3000.0 * age + 1e4 * (job == "pilot") + rng.normal(size=count),
            "near": -age / 7.0,
            "old": (age > 50).astype(int),
            "far": far.astype(int),
        }
    )


INPUTS = ["age", "job", "born", "member"]


def fitted(target, **options):
    wanted = [target] if isinstance(target, str) else target
    return TableModel.fit(table()[[*INPUTS, *wanted]], target, **QUICK | options)


@pytest.fixture(scope="module", params=TARGETS, ids=str)
def model(request):
    return fitted(request.param)


@pytest.fixture(scope="module")
def three():
    return fitted("three")


def test_contributions_add_up_to_what_the_model_predicts(model):
    found, frame = model.contributions(table()), table()
    assert found.names == model.columns.names == tuple(INPUTS)
    assert found.values.dtype == found.outputs.dtype == np.float64
    scale = np.abs(found.values).sum(axis=1).max()
    np.testing.assert_allclose(found.baseline + found.values.sum(axis=1), found.outputs, rtol=0, atol=CLOSE * scale)
    if model.columns.task == "numbers":
        wanted = np.asarray(model.predict(frame))
    else:
        chances = np.asarray(model.predict_proba(frame), np.float64)
        wanted = np.log(chances / (1 - chances))  # of labels, and of the second of two classes
        if model.columns.task == "classes":
            logits = np.log(chances)
            wanted = 1.5 * (logits - logits.mean(axis=1, keepdims=True)) if len(model.classes_) == 3 else wanted[:, 1]
    np.testing.assert_allclose(found.outputs, wanted, rtol=1e-4, atol=1e-4)
    assert found.output_names == tuple(
        model.classes_[1:] if len(found.output_names) == 1 < len(model.classes_) else model.classes_
    )


def test_what_is_explained_can_be_chosen(three):
    every = three.contributions(table())
    for place, name in enumerate(three.classes_):
        one = three.contributions(table(), name)
        np.testing.assert_allclose(one.values, every.values[:, :, place], atol=1e-12)
        assert one.outputs.shape == (COUNT,)
        assert (one.output_names, one.baseline.shape) == ((name,), ())
    pair, opposite = (three.contributions(table(), one, rival=other) for one, other in ("ab", "ba"))
    np.testing.assert_allclose(pair.values, -opposite.values, atol=1e-12)
    np.testing.assert_allclose(pair.values, (every.values[:, :, 0] - every.values[:, :, 1]) / 1.5, atol=1e-12)
    wrong = [({"output": "d"}, "GN021"), ({"output": "a", "rival": "d"}, "GN021"), ({"rival": "a"}, "GN022")]
    with pytest.raises(OptionError, match="Pass two classes"):
        three.contributions(table(), "a", rival="a")
    for given, code in [*wrong, ({"output": "a", "rival": "a"}, "GN022")]:
        with pytest.raises(OptionError) as caught:
            three.contributions(table(), **given)
        assert caught.value.code == code
    for given in ({"output": 99}, {"output": 0, "rival": -1}):
        with pytest.raises(OptionError) as caught:
            contributions(three.model, np.zeros((1, three.model.features)), **given)
        assert caught.value.code == "GN021"


def test_every_door_gives_the_same_answer(model):
    frame, classes = table(), model.model.targets.of_classes
    for row in range(0, COUNT, 30):
        explained = model.explain(frame.iloc[[row]])
        output = explained.answer if classes else model.classes_[explained.why.output].item()
        rival = {"rival": explained.rival} if classes else {}
        one = model.contributions(frame.iloc[row], output, **rival)
        shares = dict(zip(one.names, one.values[0].tolist(), strict=True))
        assert explained.contributions == pytest.approx(shares, rel=1e-9, abs=1e-12)
        assert explained.why.gap == pytest.approx(one.outputs[0], rel=1e-9)
        assert explained.why.baseline_gap == pytest.approx(float(one.baseline), rel=1e-9)
        facts = why_facts(explained.why, model.model)
        assert facts["columns"] == explained.contributions
        assert facts["baseline_gap"] + sum(facts["columns"].values()) == pytest.approx(facts["gap"], rel=CLOSE)


def test_a_row_has_the_same_bits_alone_and_among_others(three):
    many = three.contributions(table())
    for row in (0, 41):
        alone = three.contributions(table().iloc[row])
        for name in ("values", "outputs"):
            assert getattr(alone, name).tobytes() == getattr(many, name)[[row]].tobytes()


def test_a_column_that_the_network_does_not_use_adds_nothing(three):
    used = replace(
        three.model, network=Network.of(three.model.network.architecture, three.model.network.parameters.copy())
    )
    first = len(three.columns.inputs[0].features)
    words = slice(first, first + len(three.columns.inputs[1].features))
    used.network.parameters.weights[0][:, words] = 0
    found = TableModel(used).contributions(table())
    assert (found.values[:, 1] == 0).all()
    assert (found.values[:, 0] != 0).any()
    middle = contributions(used, three.columns.middle())
    assert (middle.values == 0).all()
    np.testing.assert_allclose(middle.outputs[0], middle.baseline)


@pytest.mark.parametrize("sizes", [(5, 3), (5, 4, 3), (5, 6, 4, 3)])
def test_a_linear_network_gives_weights_times_differences(sizes):
    activations = ("identity",) * (len(sizes) - 1)
    architecture = Architecture(sizes, activations, bias=True, loss="squared_error", rule="gradient")
    network = Network.of(architecture, Parameters(architecture.layout, dtype=np.float64))
    network.parameters.flat[...] = np.random.default_rng(1).normal(size=network.parameters.flat.size)
    targets = Targets("values", 3, offset=(1.0, 2.0, 3.0), scale=(10.0, 20.0, 30.0))
    rows = np.random.default_rng(0).normal(size=(7, 5))
    found = contributions(Model(network, Scaling.named("unit", 1.0), targets), rows)
    slope = np.linalg.multi_dot(network.parameters.weights[::-1]) if len(sizes) > 2 else network.parameters.weights[0]
    np.testing.assert_allclose(found.values, rows[:, :, None] * (slope * [[10], [20], [30]]).T, rtol=1e-12, atol=1e-12)
    assert found.names == tuple(f"input {k}" for k in range(1, 6))


def test_contributions_are_to_calibrated_logits(three):
    cool = replace(three.model, temperature=1.0)
    warm, rows = replace(cool, temperature=2.0), three.columns.apply(table())
    found = contributions(warm, rows)
    np.testing.assert_allclose(2 * found.values, contributions(cool, rows).values, rtol=1e-12)
    for model in (cool, warm):
        one = why(model, rows[0])
        chances = model.predict_proba(rows[[0]])[0]
        assert one.gap == pytest.approx(np.log(chances[one.answer] / chances[one.rival]), rel=1e-4)
        assert one.nodes.sum() + one.bias == pytest.approx(one.gap, rel=1e-9)
        assert one.baseline_gap + one.inputs.sum() == pytest.approx(one.gap, rel=CLOSE)


def test_estimators_explain_frames_and_arrays():
    frame = table()
    classifier = NetworkClassifier((6,), max_iter=4, folds=False, members=1).fit(frame[INPUTS], frame["three"])
    found = classifier.contributions(frame[INPUTS], "a", rival="c")
    assert found.names == tuple(INPUTS)
    wanted = contributions(classifier.model_, classifier.columns_.apply(frame[INPUTS]), 0, rival=2)
    np.testing.assert_array_equal(found.values, wanted.values)
    assert found.data.shape == (COUNT, 4)
    assert found.data[:, 1].tolist() == frame["job"].tolist()
    X = np.column_stack([frame["age"], frame["near"], np.ones(COUNT)])
    regressor = NetworkRegressor((6,), max_iter=4, folds=False, members=1).fit(X, frame["number"])
    found = regressor.contributions(X)
    np.testing.assert_allclose(found.outputs, regressor.predict(X), rtol=1e-5)
    np.testing.assert_array_equal(found.data, X[:, :2])  # the constant column is no input
    plain = NetworkClassifier((6,), max_iter=4, folds=False, members=1, scaling="unit").fit(
        X[:, 1:] / -12, frame["two"]
    )
    found = plain.contributions(X[:, 1:] / -12)
    assert found.names == ("column1", "column2")
    np.testing.assert_allclose(found.baseline + found.values.sum(axis=1), found.outputs, atol=CLOSE)


def test_contributions_travel_as_an_explanation_of_shap(three, monkeypatch):
    def explanation(values, base_values, data, feature_names, output_names=None):
        assert base_values.shape == values.shape[:1] + values.shape[2:]
        assert data.shape == values.shape[:2]
        return SimpleNamespace(values=values, base=base_values, data=data, names=feature_names, outputs=output_names)

    monkeypatch.setitem(sys.modules, "shap", SimpleNamespace(Explanation=explanation))
    every, one = (three.contributions(table(), given) for given in (None, "a"))
    assert every.to_shap().outputs == ["a", "b", "c"]
    shap = one.to_shap()
    assert (shap.names, shap.outputs) == (INPUTS, None)
    np.testing.assert_allclose(shap.base + shap.values.sum(axis=1), one.outputs, atol=CLOSE)
    np.testing.assert_array_equal(shap.data[:, 0].astype(float), table()["age"])
    assert shap.data[:, 1].tolist() == table()["job"].tolist()
    monkeypatch.setitem(sys.modules, "shap", None)
    with pytest.raises(OptionError, match=r"shap.*pip install shap") as caught:
        one.to_shap()
    assert caught.value.code == "GN092"
