"""Training records of estimators: `fit` can be reproduced with them, or they say why not."""

from __future__ import annotations

import numpy as np
import pytest

from glassnet import Dataset, NetworkClassifier, NetworkRegressor, load_model, verify
from glassnet.errors import DataError, DataWarning
from support.cli import run

pytestmark = pytest.mark.filterwarnings("ignore:the training loss still fell")


X = np.random.default_rng(4).normal(size=(120, 3))
SIDES = np.where(X[:, 0] > 0, "right", "left")
NUMBERS = X @ [1.0, -2.0, 0.5]
SHORT = {"max_iter": 3, "random_state": 0}
CALLBACK = [lambda event: getattr(event, "epoch", 0) == 2]


def half_squared(outputs, targets):
    return 0.5 * ((outputs - targets) ** 2).sum(axis=1), outputs - targets


@pytest.mark.parametrize(
    ("estimator", "y", "more"),
    [
        (NetworkRegressor(**SHORT), np.stack([NUMBERS, -NUMBERS], axis=1), {}),
        (NetworkClassifier(**SHORT), np.stack([X[:, 0] > 0, X[:, 1] > 0], axis=1).astype(int), {}),
        (NetworkClassifier(early_stopping=True, members=3, **SHORT), SIDES, {}),
        (NetworkClassifier(early_stopping=True, members=3, folds=False, **SHORT), SIDES, {}),
        (NetworkClassifier(members=3, **SHORT), SIDES, {"X_val": X[:40], "y_val": SIDES[:40]}),
        (NetworkRegressor(members=2, folds=False, **SHORT), NUMBERS, {}),
        (NetworkClassifier(calibrate=True, **SHORT), SIDES, {"X_val": X[:40], "y_val": SIDES[:40]}),
        (NetworkClassifier(class_weight="balanced", **SHORT), SIDES, {"sample_weight": np.arange(120) % 3}),
        (NetworkClassifier(max_iter=9, random_state=0), SIDES, {"callbacks": CALLBACK}),
        (NetworkClassifier(engine="compiled", batch_size=16, dtype="float32", **SHORT), SIDES, {}),
    ],
)
def test_a_fit_can_be_verified(estimator, y, more, tmp_path):
    fitted = type(estimator)(**estimator.get_params()).fit(X, y, **more)
    weights = more.get("sample_weight")
    assert fitted.verify(X, y, weights).same
    fitted.save(tmp_path / "e")
    loaded = type(estimator).load(tmp_path / "e")
    assert loaded.verify(X, y, weights).same
    assert not loaded.verify(X[::-1], y, weights).same


def test_a_data_set_of_the_same_rows_can_be_used_to_verify():
    """Rows of another dtype, as in a file of bytes, are compared by value."""
    whole = np.round(X * 10).clip(-20, 20) + 20
    fitted = NetworkClassifier(input_max=255, scaling="features", **SHORT).fit(whole, SIDES)
    labels = (SIDES == "right").astype(int)
    for rows in (whole, whole.astype(np.float32), whole.astype(np.uint8)):
        data = Dataset(rows, labels, 2, None, "rows", 255.0)
        assert verify(fitted.model_, data).same


def test_a_fit_that_cannot_be_verified_says_why(tmp_path):
    partial = NetworkClassifier(**SHORT)
    for rows in (slice(0, 60), slice(60, 120)):
        partial.partial_fit(X[rows], SIDES[rows], classes=["left", "right"])
    after_fit = NetworkClassifier(**SHORT).fit(X, SIDES).partial_fit(X, SIDES)  # trains the joined network
    warm = NetworkClassifier(warm_start=True, **SHORT).fit(X, SIDES)
    assert warm.verify(X, SIDES).same, "the first fit must be reproducible"
    warm.fit(X, SIDES)
    own_loss = NetworkRegressor(loss=half_squared, **SHORT).fit(X, NUMBERS)
    for fitted, y, why in (
        (partial, SIDES, "partial_fit"), (after_fit, SIDES, "partial_fit"), (warm, SIDES, "warm_start"),
        (own_loss, NUMBERS, "a function that its training record does not contain"),
    ):  # fmt: skip
        with pytest.raises(DataError, match=why) as problem:
            fitted.verify(X, y)
        assert problem.value.code == "GN017"
        with pytest.warns(UserWarning, match="no file|cannot be stored") if fitted is own_loss else np.errstate():
            fitted.save(tmp_path / "e")
        assert why in load_model(tmp_path / "e").receipt["not_verifiable"]


def test_an_interrupted_fit_has_no_training_record():
    fitted = NetworkClassifier(warm_start=True, **SHORT).fit(X, SIDES)

    def interrupt(event):
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        fitted.fit(X, SIDES, callbacks=[interrupt])
    with pytest.raises(DataError, match="no training record"):
        fitted.verify(X, SIDES)


def test_an_estimator_can_be_verified_on_the_command_line(tmp_path, monkeypatch):
    """With rows of bytes, as the command reads them, including rows that it would take for images."""
    monkeypatch.chdir(tmp_path)
    for features in (5, 16):
        rows, labels = np.random.default_rng(5).integers(0, 256, (60, features)), np.arange(60) % 3
        fitted = NetworkClassifier(input_max=255, scaling="features", **SHORT).fit(rows, labels)
        fitted.save("e.safetensors", overwrite=True)
        text = "\n".join(",".join(map(str, (label, *row))) for label, row in zip(labels, rows, strict=True))
        (tmp_path / "rows.csv").write_text(text + "\n")
        done = run("info", "--verify", "e.safetensors", "rows.csv")
        assert (done.code, "same bits" in done.out) == (0, True), done.err


def test_prepared_columns_can_be_verified_and_tested_on_the_command_line(tmp_path, monkeypatch):
    """With a table that has the columns' names; those of an array are column1, column2, …, the target is y."""
    monkeypatch.chdir(tmp_path)
    NetworkClassifier(**SHORT).fit(X, SIDES).save("e.safetensors")
    lines = [",".join(map(repr, row.tolist())) + f",{side}" for row, side in zip(X, SIDES, strict=True)]
    (tmp_path / "rows.csv").write_text("column1,column2,column3,y\n" + "\n".join(lines) + "\n")
    for command in (("info", "--verify"), ("test",)):
        done = run(*command, "e.safetensors", "rows.csv")
        assert done.code == 0, done.err


@pytest.mark.parametrize(
    ("name", "more"),
    [("groups", {"early_stopping": True}), ("time", {"calibrate": True}), ("groups", {"members": 3}),
     ("time", {"members": 3}), ("groups", {"members": 1})],
)  # fmt: skip
def test_fits_with_groups_and_times_are_verified_with_them(name, more):
    weights = np.where(np.arange(120) % 5, 1.0, 0.0)  # rows of weight 0 are left out, with their groups
    about = {name: np.arange(120) // 8, "sample_weight": weights}
    estimator = NetworkClassifier(**more, **SHORT).fit(X, SIDES, **about)
    assert estimator.verify(X, SIDES, **about).same
    used = estimator.model_.receipt["data"]
    assert used[name[:5]] == ("" if name == "time" else [])
    assert bool(used["validation"]) == (more.keys() <= {"early_stopping", "calibrate"})


def test_what_a_network_is_judged_by_is_of_other_groups():
    random = np.random.default_rng(0)
    who = np.repeat(np.arange(40), 6)
    rows, answers = (
        random.normal(size=(40, 4))[who] + 0.02 * random.normal(size=(240, 4)),
        random.integers(0, 2, 40)[who],
    )
    alone, grouped = (
        NetworkClassifier(members=2, random_state=0).fit(rows, answers, **about) for about in ({}, {"groups": who})
    )

    def best(network):
        return min(network.history_.validation_loss)

    assert best(alone) < 0.3 < 0.5 < best(grouped)
    few = NetworkClassifier(members=4, **SHORT)
    with pytest.warns(DataWarning, match="3 groups to train on, so 3 networks instead of 4"):
        assert few.fit(X, SIDES, groups=np.arange(120) % 3).options_.members == 3
    with pytest.raises(DataError, match=r"X: 1 group to train on, .* separate validation data, or smaller groups"):
        few.fit(X, SIDES, groups=np.zeros(120))
    with pytest.raises(ValueError, match="inconsistent"):
        few.fit(X, SIDES, groups=[1, 2])
