"""Option `metric`: what is judged decides the epoch and, for answers, the decision; probabilities stay calibrated."""

from __future__ import annotations

import json
from dataclasses import replace

import numpy as np
import polars as pl
import pytest

import glassnet
from glassnet import Dataset, Options, evaluate, fit, resume
from glassnet.errors import GlassnetWarning, OptionError
from glassnet.explain.why import why
from glassnet.metrics import LOSS, METRICS, metrics_of
from glassnet.model.decision import with_decision
from glassnet.model.evaluate import metric_of, score
from glassnet.model.file import header_of
from glassnet.preprocess.class_weights import with_class_weights
from glassnet.training.checkpoint import CheckpointPolicy
from glassnet.training.verify import verify
from glassnet.workflow.search.job import SearchJob
from support.cli import run
from support.stopping import Stopping

ALONE = {"members": 1, "early_stopping": 3}
SMALL = {"hidden": (8,), "epochs": 10, "engine": "reference", "batch_size": 16, "learning_rate": 0.03}


def drawn(task: str, rows: int = 400, seed: int = 0) -> Dataset:
    """Rows whose first two features tell something about the target; a tenth is of the rare class."""
    rng = np.random.default_rng(seed)
    X = rng.normal(size=(rows, 3))
    z = 1.2 * X[:, 0] + 0.6 * X[:, 1] + rng.normal(size=rows)
    y = {
        "classes": np.where(z > 2.3, "yes", "no"),
        "five": np.digitize(z, [-2.5, -1, 1.5, 2.3]),
        "labels": np.stack([z > 2, X[:, 2] + rng.normal(size=rows) > 1], axis=1).astype(int),
        "numbers": z,
        "several": np.stack([z, X[:, 2]], axis=1),
    }[task]
    return Dataset.from_arrays(X, y)


def options_for(**given) -> Options:
    return Options.recipe("table", **{**SMALL, "scaling": "features", "input_max": 1.0, **given})


TASKS = {"classes": "classes", "five": "classes", "labels": "labels", "numbers": "numbers", "several": "numbers"}


@pytest.mark.parametrize(
    ("task", "metric"), [(task, name) for task, kind in TASKS.items() for name in (*metrics_of(kind, 2), LOSS)]
)
def test_every_task_trains_by_each_of_its_metrics(task, metric):
    data = drawn(task)
    model = fit(data, metric=metric, **SMALL, **ALONE).model
    found = evaluate(model, data)
    assert not model.targets.decision or METRICS[metric].chance is not None
    if metric == LOSS:
        assert metric_of(model) == ""
        assert "metric" not in model.receipt["options"]
        assert "decision" not in header_of(model)["targets"]
        return
    assert metric_of(model) == found.judged.metric == metric
    assert found.scores[metric] == pytest.approx(glassnet.model.evaluate.score(model, data, found.outputs, metric))
    assert str(found.judged.message(model)).startswith(metric)
    assert METRICS[metric].sign * (found.judged.score - found.judged.constant) > 0


@pytest.mark.parametrize(("task", "metric"), [("classes", "rmse"), ("numbers", "f1"), ("labels", "balanced_accuracy")])
def test_a_metric_of_another_task_is_refused_before_training(task, metric):
    events = []
    for members in (1, 2):
        with pytest.raises(OptionError) as caught:
            fit(drawn(task), metric=metric, members=members, callbacks=[events.append], **SMALL)
        assert caught.value.code == "GN022"
    assert not any(type(one).__name__ == "EpochDone" for one in events)


@pytest.mark.parametrize("task", ["classes", "labels"])
def test_answers_are_better_by_the_metric_and_probabilities_as_good(task):
    train, test = drawn(task, 800), drawn(task, 3000, seed=1)
    metric = "balanced_accuracy" if task == "classes" else "f1"
    plain, judged = (
        evaluate(fit(train, **SMALL, members=2, **given).model, test) for given in ({}, {"metric": metric})
    )
    before = float(METRICS[metric].score(_truth(test), plain.answers))
    assert judged.scores[metric] > before + (0.15 if task == "classes" else 0.03)
    assert judged.loss < plain.loss * 1.02


def _truth(data):
    return data.labels if data.values is None else data.values


@pytest.mark.parametrize("given", [{"members": 2}, ALONE])
def test_threads_and_resuming_do_not_change_the_decision(tmp_path, given):
    data, options = drawn("five"), options_for(metric="balanced_accuracy", **given)
    one, four = (fit(data, replace(options, threads=threads)).model for threads in (1, 4))
    assert one.targets.decision
    assert (one.hash(), one.targets) == (four.hash(), four.targets)
    assert verify(one, data).same
    glassnet.save_model(one, tmp_path / "m.safetensors")
    assert verify(glassnet.load_model(tmp_path / "m.safetensors"), data).same
    if given is ALONE:
        with pytest.raises(KeyboardInterrupt):
            fit(data, options, callbacks=[Stopping(2)], checkpoint=CheckpointPolicy(tmp_path / "c.ck", 1))
        resumed = resume(tmp_path / "c.ck", data).model
        assert (resumed.hash(), resumed.targets) == (one.hash(), one.targets)


@pytest.mark.parametrize("given", ["balanced", "yes=20"])
@pytest.mark.parametrize("weighted", [False, True])
def test_class_weights_are_for_training_and_not_for_judging(given, weighted):
    data, validation = drawn("classes"), drawn("classes", seed=1)
    if weighted:
        data, validation = (replace(one, weights=np.arange(len(one)) % 3 + 1.0) for one in (data, validation))
    options = options_for(metric="balanced_accuracy", class_weight=given, **ALONE)
    model = fit(data, options, validation_data=validation).model
    assert model.targets == with_decision(model, options, [validation]).targets
    assert [*model.targets.decision] != [1.0, 1.0]
    weighed = with_class_weights(validation, options)
    outputs = model.outputs(validation.inputs)
    for metric in metrics_of("classes", 2):
        found = score(model, weighed, outputs, metric)
        assert found == pytest.approx(score(model, validation, outputs, metric)), metric
        part = score(model, weighed.take(slice(0, 200)), outputs[:200], metric)
        assert part == pytest.approx(score(model, validation.take(slice(0, 200)), outputs[:200], metric)), metric


@pytest.mark.parametrize("weighted", [False, True])
def test_class_weights_of_an_estimator_are_not_for_judging_either(weighted):
    data = drawn("classes")
    weights = np.arange(len(data)) % 3 * 1.0 if weighted else None
    made = glassnet.NetworkClassifier(metric="f1", class_weight="balanced", max_iter=3, hidden_layer_sizes=(4,))
    own = made._data(data.inputs, data.labels, weights, reset=True)
    kept = np.ones(len(data)) if weights is None else weights[weights > 0]
    np.testing.assert_array_equal(own.judging_weights, kept)
    assert own.weights is not None


@pytest.mark.parametrize(("task", "output"), [("classes", "sigmoid"), ("five", "sigmoid"), ("five", "softmax")])
def test_only_outputs_whose_logits_decide_get_a_decision(task, output):
    """Factors of several sigmoid outputs do not add to logits, so that explanations would be of another answer."""
    data = drawn(task)
    for metric in ("accuracy", "balanced_accuracy"):
        model = fit(data, metric=metric, output=output, **SMALL, **ALONE).model
        assert bool(model.targets.decision) == (output == "softmax" and metric != "accuracy") or metric == "accuracy"
        assert output == "softmax" or not model.targets.decision
        assert all(why(model, row).gap >= 0 for row in data.inputs[:40])


@pytest.mark.parametrize(("task", "given"), [("classes", ALONE), ("labels", {"members": 2}), ("numbers", ALONE)])
def test_validation_data_verify_the_decision_and_the_errors(task, given):
    data, validation = drawn(task), drawn(task, seed=1)
    metric = {"classes": "balanced_accuracy", "labels": "f1", "numbers": "mae"}[task]
    model = fit(data, validation_data=validation, metric=metric, **SMALL, **given).model
    assert verify(model, data, validation_data=validation).validated
    if task == "numbers":
        errors = tuple(tuple(2 * one for one in of_output) for of_output in model.residuals.errors)
        edited = replace(model, residuals=replace(model.residuals, errors=errors))
    else:
        edited = replace(model, targets=replace(model.targets, decision=(0.4, 0.6)))
    assert verify(edited, data).same  # which compares weights only
    found = verify(edited, data, validation_data=validation)
    assert ("errors" if task == "numbers" else "decision") in found.where


def test_training_further_starts_without_the_decision():
    data = drawn("classes")
    model = fit(data, metric="balanced_accuracy", **SMALL, **ALONE).model
    assert model.targets.decision
    assert not fit(data, init_model=model, epochs=1, metric=LOSS).model.targets.decision


def test_streams_and_tables_decide_too():
    data = drawn("classes")
    frame = pl.DataFrame(dict(zip("abc", data.inputs.T, strict=True))).with_columns(
        y=pl.Series([data.name_of(k) for k in data.labels])
    )
    stream = {"stream": True, "holdout": 0.2}
    for how in ({"members": 2}, {**stream, "members": 2}, {**stream, "members": 1}):
        model = glassnet.TableModel.fit(frame, "y", metric="balanced_accuracy", **SMALL, **how)
        assert model.model.targets.decision, how
        answers = [model.predict({name: row[name] for name in "abc"}) for row in frame.head(8).to_dicts()]
        assert answers == list(model.predict(frame.head(8)))


def test_estimators_allow_the_metrics_of_their_task():
    data = drawn("classes")
    X, y = data.inputs, data.labels
    quick = {"max_iter": 6, "hidden_layer_sizes": (8,), "engine": "reference"}
    judged = glassnet.NetworkClassifier(metric="balanced_accuracy", **quick).fit(X, y)
    plain = glassnet.NetworkClassifier(**quick).fit(X, y)
    assert (judged.predict(X) == 1).sum() > (plain.predict(X) == 1).sum()
    for how in ({"early_stopping": True}, {"early_stopping": True, "calibrate": True}):
        judged.set_params(**how).fit(X, y)
        assert judged.model_.targets.decision
        shares = judged.predict_proba(X) * judged.model_.targets.decision
        assert np.array_equal(judged.predict(X), shares.argmax(axis=1))
    for wrong in (glassnet.NetworkClassifier(metric="r2"), glassnet.NetworkRegressor(metric="f1")):
        with pytest.raises(OptionError, match="metric"):
            wrong.fit(X, y)
    judged.set_params(early_stopping="auto", calibrate=False).partial_fit(X, y)
    assert not judged.model_.targets.decision


def test_searches_and_comparisons_train_by_their_metric(tmp_path):
    data = drawn("classes")
    sides = [("table", {"hidden": (nodes,)}) for nodes in (4, 8)]
    rest = {name: value for name, value in SMALL.items() if name != "hidden"} | {"members": 2}
    with pytest.warns(GlassnetWarning, match="2 seeds"):
        compared = glassnet.compare(*sides, data=data, metric="balanced_accuracy", seeds=2, **rest)
    assert all(score > 0.6 for pair in compared.pairs for score in pair.scores)
    found = glassnet.search(data, trials=2, metric="balanced_accuracy", out=tmp_path / "found", **SMALL, **ALONE)
    assert metric_of(found.model) == "balanced_accuracy"
    assert found.model.targets.decision
    assert SearchJob(metric="f1").metric == "f1"


def test_the_command_says_how_good_guessing_is(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    data = drawn("classes", 300)
    lines = [",".join([*map(str, row), data.name_of(k)]) for row, k in zip(data.inputs, data.labels, strict=True)]
    (tmp_path / "t.csv").write_text("a,b,c,y\n" + "\n".join(lines) + "\n")
    quick = ["--set", "epochs=4", "--set", "hidden=8", "--no-plot", "--set", "members=1", "--set", "folds=no"]
    done = run("train", "t.csv", "--target", "y", "--metric", "balanced_accuracy", "--out", "m.safetensors", *quick)
    assert "judged    balanced_accuracy " in done.out
    assert "(always 'no': 50.00%, chance: 50.00%)" in done.out
    assert "decision  the answer is 'yes' from a probability of" in done.out
    facts = json.loads(run("test", "m.safetensors", "t.csv", "--json").out)
    assert facts["judged"]["metric"] == "balanced_accuracy"
    assert facts["judged"]["constant"] == facts["judged"]["chance"] == 0.5
    assert "balanced_accuracy" in glassnet.load_model("m.safetensors").receipt["result"]
