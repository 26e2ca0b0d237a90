"""Weights of rows and of classes, and validation data of one's own: the same at every door, recorded and verified."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import polars as pl
import pytest

import glassnet
from glassnet import Dataset, NetworkClassifier, Options, TableModel
from glassnet.data.fingerprint import count_common_rows, fingerprint
from glassnet.errors import DataWarning, GlassnetError, OptionError
from glassnet.preprocess.class_weights import balanced, class_weights, mean_of, with_class_weights
from glassnet.training.checkpointing import resume
from support.cli import run

pytestmark = pytest.mark.usefixtures("without_cross_validation")

QUICK = {"epochs": 4, "hidden": (8,), "engine": "reference", "members": 2}
FLAGS = ("--hidden", "8", "--engine", "reference", "--no-plot", "--json")


def people(count=240, seed=0):
    """Return rows of which a seventh have weight 0, and a fifth are of the class "yes"."""
    random = np.random.default_rng(seed)
    x = random.normal(size=(count, 2))
    weights = np.where(np.arange(count) % 7, random.integers(1, 9, count) / 2, 0)
    left = np.where(x[:, 0] + random.normal(size=count) > 1.2, "yes", "no")
    return pl.DataFrame({"a": x[:, 0], "job": random.choice(["cook", "pilot"], count), "w": weights, "left": left})


@pytest.fixture(autouse=True)
def folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    people().write_csv("train.csv")
    people(90, seed=1).write_csv("valid.csv")
    people(90, seed=2).write_csv("test.csv")


def trained(*flags, source="train.csv", epochs=4):
    members = () if "--members" in flags else ("--members", "2")
    command = "train", source, "--target", "left", *FLAGS, *members, "--epochs", str(epochs)
    run(*command, "--out", "m.safetensors", "--force", *flags).fine()
    return glassnet.load_model("m.safetensors")


def test_a_column_of_weights_means_the_same_at_every_door():
    frame = people()
    weights, inputs, target = frame["w"].to_numpy(), frame.drop("w", "left"), frame["left"].to_numpy()
    used = np.flatnonzero(weights)
    model = trained("--weight", "w", "--test", "test.csv")
    assert model.receipt["data"]["samples"] == len(used)
    assert model.columns.names == ("a", "job")
    data = glassnet.load_table("train.csv", "left", weight="w")
    assert data.row_numbers.tolist() == used.tolist()
    np.testing.assert_allclose(data.weights, weights[used] / weights[used].mean())
    by_array = TableModel.fit(frame.drop("w"), "left", sample_weight=weights, **QUICK).model
    estimator = NetworkClassifier(max_iter=4, hidden_layer_sizes=8, members=2, engine="reference", random_state=0)
    estimator.fit(inputs, target, sample_weight=weights)
    every = [TableModel.fit("train.csv", "left", sample_weight="w", **QUICK).model, by_array, estimator.model_]
    every.append(glassnet.fit(data, **QUICK).model)
    assert {one.hash() for one in every} == {model.hash()}
    assert trained("--drop", "w", "--test", "test.csv").hash() != model.hash()


def test_tests_are_weighted_where_the_column_is_there_and_say_so():
    model = trained("--weight", "w", "--test", "test.csv")
    frame = people(90, seed=2)
    table = TableModel.load("m.safetensors")
    right = table.predict(frame) == frame["left"]
    expected = np.average(right, weights=frame["w"])
    assert model.receipt["result"]["accuracy"] == pytest.approx(expected)
    assert table.evaluate(frame).accuracy == pytest.approx(expected)
    found = run("test", "m.safetensors", "test.csv", "--json").fine().json()
    assert (found["accuracy"], found["weight"]) == (pytest.approx(expected), "w")
    tested = run("test", "m.safetensors", "test.csv").fine().out
    assert "weighted by the column 'w'" in tested
    used = frame["w"] > 0
    assert f"{expected:.2%} right by weight ({(right & used).sum()} of {used.sum()} rows)" in tested
    assert "按 'w' 列加权" in run("test", "m.safetensors", "test.csv", "--language", "zh").fine().out
    frame.drop("w").write_csv("plain.csv")
    plain = run("test", "m.safetensors", "plain.csv", "--json").fine().json()
    assert plain["accuracy"] == pytest.approx(right.mean())
    assert "weight" not in plain


def test_held_out_rows_and_weights_are_found_again():
    model = trained("--weight", "w", "--set", "holdout=0.25", "--class-weight", "balanced")
    parts = [glassnet.load_split(model, "train.csv", part) for part in ("train", "test")]
    used = np.flatnonzero(people()["w"].to_numpy())
    assert sorted(np.concatenate([one.row_numbers for one in parts])) == used.tolist()
    assert len(parts[1]) == model.receipt["result"]["samples"] == len(used) // 4
    assert run("info", "m.safetensors", "train.csv", "--verify").fine().out.startswith("same bits")
    people().with_columns(w=pl.col("w") + 1).write_csv("train.csv")
    assert run("info", "m.safetensors", "train.csv", "--verify").code == 1


BAD_WEIGHTS = {
    "negative": (-1.5, "GN014", "row 3, column 'w': weight -1.5, expected a number of 0 or more"),
    "missing": (None, "GN014", "row 3, column 'w': no weight"),
    "text": ("much", "GN013", "row 3, column 'w': weight 'much'"),
}


@pytest.mark.parametrize("case", BAD_WEIGHTS)
def test_bad_weights_are_an_error_that_names_row_and_column(case):
    value, code, text = BAD_WEIGHTS[case]
    weights = [*([2.0] * 3), value, *([1.5] * 236)]
    weights = [None if one is None else str(one) for one in weights] if isinstance(value, str) else weights
    people().with_columns(w=pl.Series(weights, strict=False)).write_csv("train.csv")
    run("train", "train.csv", "--target", "left", "--weight", "w", "--no-plot").refused(code, text)


def test_where_a_column_of_weights_cannot_be_used():
    with pytest.raises(GlassnetError, match="column 'w': the sample weights are all 0"):
        glassnet.load_table(people().with_columns(w=0), "left", weight="w")
    command = "train", "train.csv", "--target", "left", "--no-plot"
    run(*command, "--weight", "left").refused("GN022", "'left' in --weight: this is the column to predict")
    run(*command, "--weight", "w", "--keep", "w").refused("GN022", "a column in --weight is not an input")
    run(*command, "--weight", "weight").refused("GN060", "'weight' not found")
    run(*command, "--class-weight", "balanced", "--stream").refused(
        "GN022", "--class-weight balanced: not with a stream"
    )
    trained("--weight", "w")
    run(*command, "--from", "m.safetensors", "--weight", "w").refused("GN022", "uses the columns of")


@pytest.mark.parametrize(
    ("of_estimator", "option", "weighted"),
    [("balanced", "balanced", True), ({"yes": 5.5, "no": 0.5}, "yes=5.5,no=0.5", False)],
)
def test_class_weights_of_an_estimator_and_the_option_give_the_same_bits(of_estimator, option, weighted):
    frame = people()
    weights = frame["w"].to_numpy() if weighted else None
    estimator = NetworkClassifier(
        class_weight=of_estimator, max_iter=4, hidden_layer_sizes=8, members=2, engine="reference", random_state=0
    ).fit(frame.drop("w", "left"), frame["left"].to_numpy(), weights)
    data = glassnet.load_table(frame if weighted else frame.drop("w"), "left", weight="w" if weighted else None)
    fitted = glassnet.fit(data, class_weight=option, **QUICK)
    assert fitted.model.hash() == estimator.model_.hash()
    # A column of weights is divided by its mean before it is multiplied too, another rounding.
    assert fitted.model.temperature == pytest.approx(estimator.model_.temperature, rel=1e-9 if weighted else 0)
    assert fitted.model.hash() != glassnet.fit(data, **QUICK).model.hash()
    # The record has the data without weights of classes, which the options repeat.
    assert fitted.model.receipt["data"]["fingerprint"] == fingerprint(data)
    assert glassnet.verify(fitted.model, data).same


def test_weights_of_classes_can_be_a_mapping_as_in_an_estimator():
    frame, given = people().drop("w"), {"yes": 3, "no": 0.5}
    model = TableModel.fit(frame, "left", class_weight=given, **QUICK).model
    assert model.hash() == TableModel.fit(frame, "left", class_weight="yes=3,no=0.5", **QUICK).model.hash()
    assert model.receipt["options"]["class_weight"] == "yes=3,no=0.5"
    with pytest.raises(OptionError, match="no class 'yea', expected one of no, yes"):
        TableModel.fit(frame, "left", class_weight={"yea": 3}, **QUICK)
    with pytest.raises(OptionError, match="expected the form balanced, or NAME=NUMBER"):
        TableModel.fit(frame, "left", class_weight={"yes": -3}, **QUICK)


def test_class_weights_multiply_those_of_the_rows():
    labels, rows = np.array([0, 0, 0, 1, 2, 2]), np.array([1.0, 2, 1, 4, 0, 3])
    data = Dataset(np.zeros((6, 1)), labels, 3, None, "rows", class_names=("<=5=0", ">5", "a, b"))
    by_class = [2, 2, 2, 1, 0.5, 0.5]
    named = with_class_weights(data, Options(class_weight="<=5=0=2, a, b=5e-1"))
    np.testing.assert_allclose(named.weights, by_class / np.mean(by_class))
    weighted = replace(data, weights=rows)
    both = with_class_weights(weighted, Options(class_weight="<=5=0=2,a, b=0.5"))
    np.testing.assert_allclose(both.weights, by_class * rows / np.mean(by_class * rows))
    equal = with_class_weights(weighted, Options(class_weight="balanced")).weights
    np.testing.assert_allclose(np.bincount(labels, equal), [2, 2, 2])
    assert with_class_weights(data.take([0, 3, 5]), Options(class_weight="balanced")).weights is None
    values = np.array([[1, 0], [1, 1], [0, 0], [0, 0]])
    several = Dataset(np.zeros((4, 1)), np.arange(4), 2, None, "rows", values=values, class_names=("hot", "wet"))
    chosen = Options(class_weight="hot=2,wet=3", targets="multilabel")
    np.testing.assert_allclose(with_class_weights(several, chosen).weights, np.array([2, 6, 1, 1]) / 2.5)


@pytest.mark.parametrize(
    ("given", "text"),
    [
        ("maybe=2", "no class 'maybe', expected one of no, yes"),
        ("yes=0", "numbers above 0"),
        ("yes", "expected the form balanced, or NAME=NUMBER"),
        ("yes=2;no=1", "no class 'yes=2;no'"),
    ],
)
def test_bad_class_weights_are_rejected(given, text):
    with pytest.raises(OptionError, match=text) as caught:
        glassnet.fit(glassnet.load_table(people(), "left", weight="w"), class_weight=given, **QUICK)
    assert caught.value.code == "GN021"


@pytest.mark.parametrize("classes", [{0: 3.3, 1: 1 / 7}, {0: 0.3, 1: 0.1, 2: 1.7}, "balanced"])
def test_weights_of_rows_and_classes_are_multiplied_before_they_are_divided_by_their_mean(classes):
    random = np.random.default_rng(3)
    y = random.integers(0, 2 if classes == "balanced" else len(classes), 90)
    X, weights = random.normal(size=(90, 3)), random.uniform(0, 1, 90)
    made = NetworkClassifier(class_weight=classes)
    product = class_weights(y, classes) * weights
    if classes == "balanced":
        product = balanced(y, weights) * weights
    own = made._data(X, y, weights, reset=True)
    assert np.array_equal(own.weights, product / mean_of(product))


def test_a_regression_has_no_class_weights():
    run("train", "train.csv", "--target", "a", "--class-weight", "balanced", "--no-plot").refused("GN022", "no classes")


@pytest.mark.parametrize("members", [1, 3])
def test_own_validation_data_choose_the_epoch_at_every_door(members):
    model = trained(
        "--drop", "w", "--test", "test.csv", "--validation-data", "valid.csv", "--members", str(members),
        "--early-stopping", "2", epochs=9,
    )  # fmt: skip
    options = {**QUICK, "members": members, "early_stopping": 2, "epochs": 9}
    table = TableModel.fit("train.csv", "left", drop="w", validation_data="valid.csv", **options)
    data = glassnet.load_table("train.csv", "left", drop="w")
    valid = glassnet.load_table("valid.csv", columns=data.columns)
    fitted = glassnet.fit(data, validation_data=valid, **options)
    for one in (table.model, fitted.model):
        assert (one.hash(), one.temperature) == (model.hash(), model.temperature)
    receipt = model.receipt
    assert receipt["data"]["samples"] == 240
    described = {"source": "valid.csv", "samples": 90, "fingerprint": fingerprint(valid)}
    assert receipt["data"]["validation_data"] == described
    assert receipt["own_validation"]
    assert fitted.own_validation
    losses = receipt["curves"][0]["validation_loss"]
    assert receipt["kept"][0] == 1 + int(np.argmin(losses))


def test_a_training_with_own_validation_data_is_verified_with_and_without_them():
    flags = "--drop", "w", "--test", "test.csv", "--validation-data", "valid.csv", "--early-stopping", "2"
    model = trained(*flags, epochs=9)
    verify = "info", "m.safetensors", "train.csv", "--verify"
    assert "not checked: whether valid.csv (90 samples)" in run(*verify).fine().out
    assert "valid.csv, choose the same epochs again" in run(*verify, "--validation-data", "valid.csv").fine().out
    assert run(*verify, "--validation-data", "valid.csv", "--json").fine().json()["validated"]
    other = run(*verify, "--validation-data", "test.csv")
    assert (other.code, other.out) == (1, "different: test.csv is not the validation data of the training\n")
    data = glassnet.load_table("train.csv", columns=model.columns)
    valid, test = (glassnet.load_table(f"{name}.csv", columns=model.columns) for name in ("valid", "test"))
    colder = replace(model, temperature=model.temperature * 1.1)
    assert glassnet.verify(colder, data).same  # which compares weights only
    assert "temperature" in glassnet.verify(colder, data, validation_data=valid).where
    reversed_ = replace(valid, labels=1 - valid.labels)  # of which the first epoch is the best
    named = {**model.receipt["data"]["validation_data"], "fingerprint": fingerprint(reversed_)}
    forged = replace(model, receipt={**model.receipt, "data": {**model.receipt["data"], "validation_data": named}})
    assert glassnet.verify(forged, data).same
    assert "the validation data choose epoch" in glassnet.verify(forged, data, validation_data=reversed_).where
    unnamed = {name: one for name, one in model.receipt["data"].items() if name != "validation_data"}
    earlier = replace(model, receipt={**model.receipt, "data": unnamed})
    for other in (valid, test):  # of which nothing is known
        with pytest.raises(GlassnetError, match="does not name its validation data"):
            glassnet.verify(earlier, data, validation_data=other)
    with pytest.raises(GlassnetError, match="had no validation data"):
        glassnet.verify(glassnet.fit(data, **QUICK).model, data, validation_data=valid)


def test_a_training_with_folds_but_without_early_stopping_is_verified():
    data = glassnet.load_table("train.csv", "left", weight="w")
    valid = glassnet.load_table("valid.csv", columns=data.columns)
    model = glassnet.fit(data, validation_data=valid, early_stopping=0, **QUICK).model
    assert glassnet.verify(model, data).same
    assert glassnet.verify(model, data, validation_data=valid).validated


def test_without_early_stopping_validation_data_are_for_the_curve_only():
    flags = "--drop", "w", "--test", "test.csv", "--recipe", "quick"
    command = "train", "train.csv", "--target", "left", *FLAGS, *flags, "--epochs", "4", "--out"
    run(*command, "a.safetensors").fine()
    said = run(*command, "b.safetensors", "--validation-data", "valid.csv").fine().err
    assert "--validation-data: only for the learning curve; with --early-stopping it also chooses" in said
    plain, watched = (glassnet.load_model(f"{name}.safetensors") for name in "ab")
    assert plain.hash() == watched.hash()
    assert len(watched.receipt["curves"][0]["validation_loss"]) == 4


@pytest.mark.filterwarnings("always:.*also training rows")
def test_rows_that_train_choose_and_test_are_said_on_the_command_line():
    flags = "train", "train.csv", "--target", "left", *FLAGS, "--drop", "w", "--epochs", "1"
    done = run(*flags, "--test", "valid.csv", "--validation-data", "valid.csv").fine()
    assert "valid.csv: 90 of these 90 rows are also validation data, which choose the epoch" in done.err
    assert "also training rows" not in done.err
    done = run(*flags, "--validation-data", "train.csv")  # 24 are held out for the test
    assert "train.csv: 216 of these 240 validation rows are also training rows" in done.err
    assert "train.csv: 24 of these 24 rows are also validation data" in done.err
    people().drop("w").write_parquet("train.parquet", row_group_size=60)
    stream = "train", "train.parquet", "--target", "left", "--stream", *FLAGS, "--epochs", "1", "--test", "test.csv"
    assert "240 of these 240 validation rows are also" in run(*stream, "--validation-data", "train.csv").err


def test_rows_that_train_choose_and_test_are_warned_of_in_python():
    frame = people().drop("w")
    with pytest.warns(DataWarning, match="validation_data: 240 of these 240 validation rows are also training rows"):
        glassnet.fit(*arrays(frame), validation_data=arrays(frame), **QUICK)
    with pytest.warns(DataWarning, match="240 of these 240 validation rows are also training rows"):
        TableModel.fit(frame, "left", validation_data=frame.reverse(), **QUICK)
    with pytest.warns(DataWarning, match="trained on 240 of these 240 rows"):
        TableModel.fit(frame, "left", test=frame, **QUICK)
    valid = people(90, seed=1).drop("w")
    with pytest.warns(DataWarning, match="40 of these 40 rows are also validation data"):
        TableModel.fit(frame, "left", test=valid[:40], validation_data=valid, **QUICK)
    estimator = NetworkClassifier(max_iter=4, hidden_layer_sizes=8, members=2, engine="reference")
    X, y = frame.select("a", "job"), frame["left"].to_numpy()
    with pytest.warns(DataWarning, match="X_val: 240 of these 240 validation rows are also training rows"):
        estimator.fit(X, y, X_val=X, y_val=y)
    estimator.fit(X, y, X_val=valid.select("a", "job"), y_val=valid["left"].to_numpy())  # without a warning


def arrays(frame):
    return frame.select("a").to_numpy(), frame["left"]


def test_rows_that_are_equal_by_chance_are_not_found_among_others():
    """Of two columns with few values most new rows equal others; but the same rows are found in any order."""
    random = np.random.default_rng(0)
    few, new = (Dataset.from_arrays(random.integers(0, 12, (400, 2)), random.integers(0, 2, 400)) for _ in range(2))
    assert count_common_rows(new, few) == 0
    assert count_common_rows(few.take(random.permutation(400)), few) == 400
    many, other = (Dataset.from_arrays(random.normal(size=(400, 2)), random.integers(0, 2, 400)) for _ in range(2))
    assert count_common_rows(other, many) == 0
    assert count_common_rows(many.take(np.arange(0, 400, 4)), many) == 100
    assert count_common_rows(replace(many, labels=1 - many.labels), many) == 0


def test_validation_data_of_files_other_than_tables():
    random = np.random.default_rng(0)
    for name, count in (("train", 120), ("valid", 40)):
        rows = np.column_stack([np.arange(count) % 2, random.integers(0, 255, (count, 9))])
        np.savetxt(f"digits-{name}.csv", rows, "%d", ",")
    run(
        "train", "digits-train.csv", *FLAGS, "--epochs", "4", "--set", "holdout=0.25",
        "--validation-data", "digits-valid.csv", "--early-stopping", "3", "--out", "d.safetensors",
    ).fine()  # fmt: skip
    model = glassnet.load_model("d.safetensors")
    assert model.receipt["data"]["samples"] == 90
    assert model.receipt["data"]["validation_data"]["samples"] == 40
    verified = run("info", "d.safetensors", "digits-train.csv", "--verify", "--validation-data", "digits-valid.csv")
    assert "choose the same epochs again" in verified.fine().out


def test_validation_data_of_a_stream():
    people().drop("w").write_parquet("train.parquet", row_group_size=60)
    flags = "--stream", "--validation-data", "valid.csv", "--test", "test.csv", "--early-stopping", "2"
    model = trained(*flags, source="train.parquet")
    assert model.receipt["data"]["samples"] == 240  # no fold and no sample is held out
    assert model.receipt["data"]["stream"]["validation"] == 0
    in_memory = TableModel.fit(
        "train.csv", "left", drop="w", validation_data="valid.csv", epochs=1, hidden=8, members=2
    )
    assert model.receipt["data"]["validation_data"] == in_memory.model.receipt["data"]["validation_data"]
    verify = "info", "m.safetensors", "train.parquet", "--verify"
    assert "not checked: whether valid.csv" in run(*verify).fine().out
    assert "choose the same epochs again" in run(*verify, "--validation-data", "valid.csv").fine().out


@pytest.mark.parametrize("stream", [False, True])
def test_a_training_with_validation_data_is_resumed(stream):
    source, more = "train.csv", ["--drop", "w"]
    if stream:
        people().drop("w").write_parquet("train.parquet", row_group_size=60)
        source, more = "train.parquet", ["--stream"]
    flags = "--members", "1", "--early-stopping", "3", "--validation-data", "valid.csv", "--checkpoint", "run.ck"
    model = trained(*more, *flags, source=source)
    people(90, seed=1).write_csv("moved.csv")
    resumed = run("train", "--resume", "run.ck", "--validation-data", "moved.csv", "--out", "r.safetensors", "--json")
    assert resumed.fine().json()["hash"] == model.hash()
    for wrong in ("test.csv", "missing.csv"):
        failed = run("train", "--resume", "run.ck", "--validation-data", wrong, "--out", "s.safetensors")
        assert failed.err.endswith("[GN044]\n" if wrong == "test.csv" else "[GN001]\n")


def test_a_checkpoint_with_class_weights_and_validation_data_is_resumed():
    data = glassnet.load_table("train.csv", "left", weight="w")
    valid = glassnet.load_table("valid.csv", columns=data.columns)
    options = Options.recipe("table", **{**QUICK, "members": 1}, early_stopping=2, class_weight="balanced")
    fitted = glassnet.fit(data, options, validation_data=valid, checkpoint="run.ck")
    assert resume("run.ck", data, validation=valid).model.hash() == fitted.model.hash()


def test_a_model_is_trained_further_with_validation_data():
    first = trained("--weight", "w", "--members", "1")
    flags = "--validation-data", "valid.csv", "--early-stopping", "2"
    run("train", "train.csv", "--from", "m.safetensors", *FLAGS[4:], *flags, "--out", "n.safetensors").fine()
    further = glassnet.load_model("n.safetensors")
    assert further.receipt["parent"]["hash"] == first.hash()
    assert further.receipt["data"]["validation_data"]["samples"] == int((people(90, seed=1)["w"] > 0).sum())
    verified = run("info", "n.safetensors", "train.csv", "--verify", "--validation-data", "valid.csv").fine()
    assert "choose the same epochs again" in verified.out


def test_the_former_name_of_validation_data_is_accepted_with_a_warning():
    X, y = np.random.default_rng(0).normal(size=(60, 2)), np.arange(60) % 2
    held_out = X + 1, y
    with pytest.warns(FutureWarning, match="validation_data"):
        before = glassnet.fit(X, y, validation=held_out, **QUICK)
    now = glassnet.fit(X, y, validation_data=held_out, **QUICK)
    assert before.model.hash() == now.model.hash()
    assert before.own_validation
    assert glassnet.fit(X, y, validation=0.3, **{**QUICK, "members": 1}).model.receipt["options"]["validation"] == 0.3
    assert not glassnet.fit(X, y, validation=None, **{**QUICK, "members": 1}).own_validation
