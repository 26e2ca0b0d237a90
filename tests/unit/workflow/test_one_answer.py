"""What is said of a test, a comparison or a search in which every prediction is the most frequent class."""

from __future__ import annotations

import warnings
from dataclasses import replace

import numpy as np
import pytest

import glassnet
from glassnet.model.evaluate import evaluate
from glassnet.model.quality import threshold_curves
from glassnet.workflow.evaluate_job import about_equal_answers, about_one_answer
from support.notices import saying

SMALL = {"members": 1, "hidden": (8,), "epochs": 4, "engine": "reference"}


def rare(rows=1500, slope=1.2, seed=0):
    """Two classes, of which 5 % are positive and none is likely; a column tells them apart by `slope`."""
    random = np.random.default_rng(seed)
    x = random.normal(size=(rows, 3))
    chance = 1 / (1 + np.exp(3.3 - slope * x[:, 0]))
    status = np.where(random.random(rows) < np.minimum(chance, 0.4), "churned", "stayed")
    return {**{f"x{k}": x[:, k] for k in range(3)}, "status": status}


@pytest.fixture(scope="module")
def ranked():
    return glassnet.TableModel.fit(rare(), "status", **SMALL), glassnet.load_table(rare(), "status")


def advice_about(model, data):
    """Return the evaluation, and what is said after the first sentence; None if nothing is said."""
    tested = evaluate(model, data)
    said = about_one_answer(model, data, tested)
    return tested, [str(one) for one in said[1:]] if saying(said[:1], "every prediction is") else said or None


def test_probabilities_that_rank_are_said_to(ranked):
    model, data = ranked
    tested, said = advice_about(model.model, data)
    assert tested.only_answer is not None
    probabilities = model.predict_proba(rare())
    positive = model.model.class_names.index("churned")
    assert tested.auc == pytest.approx(
        threshold_curves(data.labels == positive, np.asarray(probabilities)[:, positive]).auc, abs=1e-3
    )
    assert tested.auc > 0.6
    [advice] = said
    assert "that of 'churned' never reaches 50%" in advice
    text = about_one_answer(model.model, data, tested)[0].text("en")
    assert "every prediction is 'stayed', the most frequent class" in text
    assert f"AUC {tested.auc:.2f}" in text


def test_no_untested_advice_is_given_where_probabilities_tell_nothing(ranked):
    model, data = ranked
    shuffled = data.labels[np.random.default_rng(3).permutation(len(data))]
    tested, said = advice_about(model.model, replace(data, labels=shuffled))
    assert abs(tested.auc - 0.5) < 0.05
    assert said == ["nor do the probabilities tell the classes apart"]


def test_predictions_that_differ_are_left_alone():
    table = rare(slope=0) | {"status": np.where(np.random.default_rng(0).random(1500) < 0.5, "a", "b")}
    table["x0"] = np.where(table["status"] == "a", 1.0, -1.0)
    model = glassnet.TableModel.fit(table, "status", **SMALL | {"epochs": 30})
    tested, said = advice_about(model.model, glassnet.load_table(table, "status"))
    assert tested.accuracy > 0.9
    assert tested.auc is None
    assert said is None


def test_equal_scores_of_a_comparison_are_explained():
    data = glassnet.load_table(rare(slope=0), "status")
    options = {"recipe": ("table", {**SMALL, "epochs": 4}), "other": ("table", {**SMALL, "epochs": 5})}
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        compared = glassnet.compare(options["recipe"], options["other"], data=data, seeds=2)
    assert compared.pairs[0].a == compared.pairs[0].b
    said = [str(one.message) for one in caught if "trainings" in str(one.message)]
    assert len(said) == 1
    assert "4 of 4 trainings every prediction is 'stayed'" in said[0]
    assert "metric='log_loss'" in said[0]


def test_what_equal_answers_mean_depends_on_the_metric(ranked):
    _, data = ranked
    most = int(np.bincount(data.labels).argmax())
    for metric, answers, sides, count in (
        ("accuracy", [most, None, None, most], 0, 2),
        ("accuracy", [most, None, None, None, most], 0, 0),
        ("accuracy", [most, None], 0, 0),
        ("balanced_accuracy", [most, most], 0, 2),
        ("accuracy", [None, 1 - most], 0, 0),
        ("log_loss", [most, most], 0, 0),
        ("accuracy", [most, None, most, None, most, most], 2, 0),
        ("accuracy", [most, None, most, most, None, None], 3, 3),
        ("accuracy", [most, None, most, None], 2, 0),
        ("balanced_accuracy", [most, most], 2, 2),
        ("log_loss", [most, most], 2, 0),
    ):
        said = about_equal_answers(data, metric, answers, sides=sides)
        assert [one.values["count"] for one in said] == [count] * bool(count)


def test_equal_scores_of_a_search_are_explained(tmp_path):
    pytest.importorskip("optuna")
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        done = glassnet.search(
            rare(600),
            target="status",
            space=["learning_rate=0.001..0.002"],
            trials=3,
            out=str(tmp_path / "s"),
            cv=0,
            **SMALL,
        )
    assert len({trial.score for trial in done.complete}) == 1
    assert any("3 of 3 trainings every prediction is 'stayed'" in str(one.message) for one in caught)
