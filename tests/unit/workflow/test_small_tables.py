"""A small table: a stratified test, its interval, and a cross-validation; older models keep their held-out rows."""

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas
import pytest

from glassnet import NetworkRegressor, TableModel, fit, load_model, load_table
from glassnet.data.held_out import SplitBy
from glassnet.data.split import split_rows
from glassnet.errors import DataError, GlassnetError
from glassnet.messages.notice import ignore
from glassnet.model.file import save_model
from glassnet.options.options import job_options
from glassnet.training.cross_validation import CrossValidation
from glassnet.training.receipt import options_of
from glassnet.workflow import train_job
from glassnet.workflow.evaluate_job import EvaluateJob, evaluate_model
from glassnet.workflow.parameters import TableOptions
from glassnet.workflow.train_job import TrainJob, train
from glassnet.workflow.training import result
from glassnet.workflow.training_data import FEW_HELD_OUT, FOLDS, load_training_table
from glassnet.workflow.verify_job import VerifyJob, verify_model
from support.cli import run
from support.notices import saying

QUICK = {"epochs": 3, "hidden": (4,), "engine": "reference", "members": 2}


def written(rows, *, seed=0, leak=False):
    random = np.random.default_rng(seed)
    a, b = random.normal(size=(2, rows))
    kind = np.where(a + b > 1, "rare", "usual")
    lines = [f"{x:.4f},{y:.4f},{z if leak else x * y:.3f},{k}" for x, y, z, k in zip(a, b, a + b, kind, strict=True)]
    Path("t.csv").write_text("\n".join(["a,b,c,kind", *lines]) + "\n", encoding="utf-8")


@pytest.fixture(autouse=True)
def folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    written(120)


def trained(target="kind", notices=None, source="t.csv", **options):
    job = TrainJob(
        source, options={**QUICK, **options}, table=TableOptions(target=(target,)), out="m.safetensors", force=True
    )
    return train(job, notify=(lambda one: notices.append(one)) if notices is not None else ignore)


def shares(labels):
    return np.bincount(labels, minlength=2) / len(labels)


def test_held_out_rows_have_the_classes_in_equal_shares():
    done = trained(seed=1)
    whole = Path("t.csv").read_text(encoding="utf-8").splitlines()[1:]
    rare = sum(line.endswith("rare") for line in whole) / len(whole)
    assert abs(shares(done.test.labels)[done.model.class_names.index("rare")] - rare) < 1 / len(done.test)


def test_the_cross_validation_is_in_the_record_and_reproducible():
    receipt = trained().model.receipt
    crossed = receipt["cross_validation"]
    assert (crossed["folds"], crossed["samples"]) == (FOLDS, 120)
    low, high = crossed["interval"]["accuracy"]
    assert low < crossed["accuracy"] < high
    wide_low, wide_high = receipt["interval"]["accuracy"]
    assert high - low < wide_high - wide_low
    assert load_model("m.safetensors").receipt["cross_validation"] == json.loads(json.dumps(crossed))
    assert trained().model.receipt["cross_validation"] == crossed


def test_each_row_is_tested_once_by_a_model_and_columns_without_it():
    seen = []
    whole = load_training_table(
        "t.csv",
        None,
        TableOptions(target=("kind",)),
        "table",
        lambda rows, task: job_options("table", QUICK),
        ignore,
    )
    for training, test in whole.folds():
        assert not set(training.row_numbers) & set(test.row_numbers)
        assert len(training) + len(test) == 120
        assert abs(shares(training.labels)[0] - shares(test.labels)[0]) < 0.06
        seen += test.row_numbers.tolist()
    assert sorted(seen) == list(range(120))
    assert len({training.columns.inputs for training, _ in whole.folds()}) > 1


def test_a_regression_has_intervals_of_both_scores():
    crossed = trained("c").model.receipt["cross_validation"]
    for name in ("r2", "rmse"):
        low, high = crossed["interval"][name]
        assert low < crossed[name] < high


def test_only_small_tables_without_test_data_are_cross_validated(monkeypatch):
    written(10 * FEW_HELD_OUT + 10)
    assert "cross_validation" not in trained().model.receipt
    written(120)
    Path("test.csv").write_text(Path("t.csv").read_text(encoding="utf-8"), encoding="utf-8")
    job = TrainJob("t.csv", "test.csv", options=QUICK, table=TableOptions(target=("kind",)), out="n.safetensors")
    receipt = train(job).model.receipt
    assert "cross_validation" not in receipt
    assert "interval" in receipt
    monkeypatch.setattr(result, "_MOST_WORK", 120)
    assert "cross_validation" not in trained().model.receipt, "a long training"


def test_an_interrupted_or_failed_cross_validation_does_not_lose_the_model(monkeypatch):
    for problem in (KeyboardInterrupt(), GlassnetError("GN030", "too steep")):

        def fails(*_, problem=problem):
            raise problem

        monkeypatch.setattr(result, "cross_validate", fails)
        notices = []
        assert "cross_validation" not in trained(notices=notices).model.receipt
        assert load_model("m.safetensors")
        assert sum("no cross-validation" in one.text("en") for one in notices) == 1
        assert sum("没有交叉验证" in one.text("zh") for one in notices) == 1


def test_the_saved_model_is_verified_and_its_training_rows_are_said():
    trained()
    assert verify_model(VerifyJob("m.safetensors", "t.csv")).verification.same
    notices = []
    evaluate_model(EvaluateJob("m.safetensors", "t.csv"), notify=notices.append)
    [said] = saying(notices, "held-out rows")
    assert (said.values["trained"], said.values["test"]) == (108, 12)


def test_older_models_keep_their_held_out_rows(monkeypatch):
    """Up to version 0.2, held-out rows were not stratified."""
    plan = train_job.Plan
    with monkeypatch.context() as patch:
        patch.setattr(train_job, "Plan", lambda *a, **k: plan(*a, **k, stratified=False))
        model = trained().model
    rows = split_rows(120, "", options_of(model.receipt), SplitBy())[1]
    older = {**model.receipt, "data": {k: v for k, v in model.receipt["data"].items() if k != "stratified"}}
    save_model(replace(model, receipt=older), "old.safetensors")
    assert verify_model(VerifyJob("old.safetensors", "t.csv")).verification.same
    notices = []
    evaluate_model(EvaluateJob("old.safetensors", "t.csv"), notify=notices.append)
    [said] = saying(notices, "held-out rows")
    assert said.values["test"] == len(rows)


def test_rows_without_a_target_are_in_no_fold():
    lines = Path("t.csv").read_text(encoding="utf-8").splitlines()
    Path("gaps.csv").write_text("\n".join([*lines[:60], "1,2,3,", "2,3,4,", *lines[60:]]) + "\n", encoding="utf-8")
    receipt = trained(source="gaps.csv").model.receipt
    assert receipt["cross_validation"]["samples"] == 120
    assert verify_model(VerifyJob("m.safetensors", "gaps.csv")).verification.same


def test_a_test_without_errors_is_said_once():
    written(150, leak=True)
    notices = []
    trained(notices=notices, epochs=30, learning_rate=0.1, hidden=(20,), members=1)
    said = ["contain the answer" in one.text("en") for one in notices]
    assert said.count(True) == 1
    assert not saying(notices, "the test has no errors")


def test_a_test_without_errors_but_no_such_column_is_said(monkeypatch):
    monkeypatch.setattr(
        result, "cross_validate", lambda *_: CrossValidation(5, 120, {"accuracy": 1.0}, {"accuracy": (0.9, 1.0)})
    )
    notices = []
    trained(notices=notices)
    [said] = saying(notices, "the test has no errors")
    assert "contains the answer" in said.text("en")
    monkeypatch.setattr(
        result, "cross_validate", lambda *_: CrossValidation(5, 20, {"accuracy": 1.0}, {"accuracy": (0.8, 1.0)})
    )
    trained(notices=(few := []))
    assert not saying(few, "the test has no errors"), "20 right answers are no surprise"


def test_rows_without_a_target_are_counted_once_and_are_not_held_out():
    lines = Path("t.csv").read_text(encoding="utf-8").splitlines()
    Path("gaps.csv").write_text("\n".join([*lines, *["1,2,3,"] * 30]) + "\n", encoding="utf-8")
    notices = []
    done = trained(source="gaps.csv", notices=notices)
    without, held_out = saying(notices, "without a target", "held out for the test")
    assert (without.values["rows"], held_out.values["rows"]) == (30, len(done.test))
    assert "without" in without.template


def noise(rows, target):
    random = np.random.default_rng(1)
    lines = [f"{x:.4f},{y}" for x, y in zip(random.normal(size=rows), target(random, rows), strict=True)]
    Path("noise.csv").write_text("\n".join(["x,y", *lines]) + "\n", encoding="utf-8")


@pytest.mark.parametrize("rows", [150, 2500])
def test_a_model_that_is_no_better_than_a_constant_is_said(rows):
    def said(target):
        noise(rows, target)
        notices = []
        trained("y", notices, "noise.csv", learning_rate=0.01)
        return saying(notices, "is not better than", "are not better than", "every prediction is")

    [of_classes] = said(lambda random, n: np.where(random.random(n) < 0.8, "Bonn", "Rome"))
    few = "always answering 'Bonn' (8"  # by the cross-validation
    assert (few if rows < 200 else "every prediction is 'Bonn', the most frequent class (8") in of_classes.text("en")
    assert "'Bonn'" in of_classes.text("zh")
    [of_numbers] = said(lambda random, n: np.round(random.lognormal(0, 3, size=n), 3))
    assert "answering the mean of the tested rows (R²" in of_numbers.text("en")


def test_a_good_model_and_a_test_of_one_class_are_not_called_useless():
    notices = []
    written(200, leak=True)
    trained(notices=notices, epochs=20, learning_rate=0.05, members=1)
    lines = Path("t.csv").read_text(encoding="utf-8").splitlines()
    Path("one.csv").write_text(
        "\n".join([lines[0], *[one for one in lines if one.endswith("usual")]]) + "\n", encoding="utf-8"
    )
    job = TrainJob(
        "t.csv", "one.csv", options=QUICK, table=TableOptions(target=("kind",)), out="m.safetensors", force=True
    )
    train(job, notify=notices.append)
    assert not saying(notices, "not better than")


def test_info_shows_the_intervals_as_text():
    model = trained().model
    shown = run("info", "m.safetensors").fine().out
    low, high = model.receipt["cross_validation"]["interval"]["accuracy"]
    assert f"interval accuracy {low:.2%} to {high:.2%}" in shown
    low, high = model.receipt["interval"]["accuracy"]
    assert f"interval         accuracy {low:.2%} to {high:.2%}" in shown
    receipt = {**model.receipt, "interval": {"accuracy": ["a", "b"]}, "cross_validation": {"folds": 5}}
    save_model(replace(model, receipt=receipt), "odd.safetensors")
    assert "folds 5" in run("info", "odd.safetensors").fine().out


SINGLE = {"width": [2.5], "wood": ["oak"], "sold": [7]}


@pytest.mark.parametrize(
    "learn",
    [
        lambda: TableModel.fit(SINGLE, "sold"),
        lambda: TableModel.fit(SINGLE, "wood", holdout=0.2),
        lambda: TableModel.fit(SINGLE, "sold", task="numbers", stream=True),
        lambda: load_table(SINGLE, ["width", "sold"]),
        lambda: fit([[2.5, 1.0]], ["oak"]),
        lambda: fit([[2.5, 1.0]], [0.75]),
        lambda: NetworkRegressor().fit(pandas.DataFrame(SINGLE), [0.75]),
    ],
)
def test_a_single_row_is_too_few_to_learn_from(learn):
    with pytest.raises(DataError, match="one row, expected two or more") as raised:
        learn()
    assert raised.value.code == "GN010"
