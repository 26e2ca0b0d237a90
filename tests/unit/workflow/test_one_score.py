"""The same model and data have the same scores, to the last digit, wherever they are computed."""

from __future__ import annotations

import numpy as np
import polars
import pytest

import glassnet
from glassnet import metrics
from glassnet.cli.shared.console import add_scores
from glassnet.data.validation_split import ValidationSplit
from glassnet.html.report.results import EvaluatedModel
from glassnet.metrics import METRICS
from glassnet.model.baselines import compare_with_baselines
from glassnet.model.evaluate import score
from glassnet.training.cross_validation import CrossValidation, cross_validate
from support.cli import run

OPTIONS = {"epochs": 4, "members": 1, "hidden": 6, "engine": "reference", "threads": 1}


def frame_for(task: str) -> polars.DataFrame:
    rng = np.random.default_rng(6)
    x = rng.normal(size=(150, 2)).round(3)
    frame = polars.DataFrame(x, schema=["x", "y"])
    if task == "numbers":  # far from 0, beside their spread
        return frame.with_columns(target=polars.Series(1e7 + 3 * x[:, 0] - x[:, 1] + rng.normal(size=150) / 3))
    kinds = np.array(["a", "b", "c"])[(x[:, 0] > 1).astype(int) + (x[:, 1] + rng.normal(size=150) > 0.2)]
    return frame.with_columns(target=polars.Series(kinds))


@pytest.mark.parametrize("task", ["classes", "numbers"])
def test_every_door_has_the_same_digits(task, tmp_path, monkeypatch):
    pytest.importorskip("optuna")
    monkeypatch.chdir(tmp_path)
    frame = frame_for(task)
    data = glassnet.load_table(frame, "target")
    training, validation = ValidationSplit(0, fraction=0.2).of(data)
    model = glassnet.fit(training, recipe="table", **OPTIONS).model
    glassnet.save_model(model, "model.safetensors")
    frame[validation.row_numbers.tolist()].write_csv("validation.csv")

    evaluation = glassnet.evaluate(model, validation)
    names = [name for name, one in METRICS.items() if task in one.tasks]
    wanted = {name: score(model, validation, evaluation.outputs, name) for name in names}
    assert {name: getattr(evaluation, name) for name in names if getattr(evaluation, name, None) is not None} == {
        name: wanted[name] for name in names if name in ("accuracy", "balanced_accuracy", "log_loss", "r2", "rmse")
    }

    tested = run("test", "model.safetensors", "validation.csv", "--json").fine().json()
    facts: dict = {}
    add_scores(facts, evaluation)
    judged = facts.pop("judged", None)
    assert tested.get("judged") == judged
    assert (judged is None) == (task == "numbers")
    assert facts
    assert {name: tested[name] for name in facts} == facts == {name: wanted[name] for name in facts}

    assert EvaluatedModel.of(model, validation).evaluation.scores == facts
    network = compare_with_baselines(model, validation, training).network
    of_report = {"mae" if name == "mean_error" else name: value for name, value in vars(network).items()}
    assert {name: value for name, value in of_report.items() if value is not None} == {
        name: wanted[name] for name in of_report if name in wanted
    }

    fold = cross_validate([(training, validation)], glassnet.Options.recipe("table", **model.receipt["options"]))
    assert isinstance(fold, CrossValidation)
    assert fold.scores == facts

    for name in names[::2]:
        searched = glassnet.search(
            data, test=validation, recipe="table", trials=1, cv=0, metric=name, space=["dropout"], out=f"out-{name}",
            **OPTIONS,
        )  # fmt: skip
        # Searches and comparisons also train by their metric.
        judged = glassnet.fit(training, recipe="table", metric=name, **OPTIONS).model
        wanted[name] = score(judged, validation, judged.outputs(validation.inputs), name)
        assert searched.trials[0].score == wanted[name], name
        other = ("table", {**OPTIONS, "learning_rate": 1e-4})
        with pytest.warns(UserWarning, match="cannot give a verdict"):
            compared = glassnet.compare(("table", OPTIONS), other, data=data, metric=name, seeds=2)
        assert compared.pairs[0].a == wanted[name], name


def test_estimators_score_by_the_same_formulas():
    frame = frame_for("numbers")
    X, y = frame[["x", "y"]].to_numpy(), frame["target"].to_numpy()
    weights = np.random.default_rng(1).uniform(0.5, 2, len(y))
    regressor = glassnet.NetworkRegressor(max_iter=5, members=1).fit(X, y)
    for given in (None, weights):
        assert regressor.score(X, y, given) == float(metrics.r2(y, regressor.predict(X), given))
    with pytest.raises(ValueError, match="inconsistent"):
        regressor.score(X, y[:-1])
    kinds = frame_for("classes")["target"].to_numpy()
    classifier = glassnet.NetworkClassifier(max_iter=5, members=1).fit(X, kinds)
    codes = np.searchsorted(classifier.classes_, kinds)
    answers = np.searchsorted(classifier.classes_, classifier.predict(X))
    for given in (None, weights):
        assert classifier.score(X, kinds, given) == pytest.approx(float(metrics.accuracy(codes, answers, given)), 1e-15)
