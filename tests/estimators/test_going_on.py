"""Continuing after earlier training, however that ended, and the state of an estimator after an error."""

from __future__ import annotations

import pickle
import sys
from copy import deepcopy
from dataclasses import replace

import joblib
import numpy as np
import pandas
import polars as pl
import pytest
from scipy import sparse
from sklearn.base import clone
from sklearn.datasets import load_iris
from sklearn.exceptions import NotFittedError

from glassnet import Dataset, NetworkClassifier, NetworkRegressor, Options, fit, new_model, train
from glassnet.errors import DivergedError
from glassnet.training.events import BlockDone
from glassnet.training.state import TrainingState
from support.estimators import small

pytestmark = pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")  # `small` trains briefly

IRIS, SPECIES = load_iris(return_X_y=True)
NAMED = np.array(["setosa", "versicolor", "virginica"])[SPECIES]


@pytest.mark.parametrize("after_fit", [False, True])
def test_partial_fit_uses_a_constant_rate_with_any_schedule(after_fit):
    changes = {"n_iter_no_change": 1, "patience": 1, "batch_size": 16, "learning_rate": 0.05}
    made = []
    for schedule in ("plateau", "constant"):
        estimator = small(schedule="constant", **changes)
        if after_fit:
            estimator.fit(IRIS, SPECIES)
            estimator._state.plateau.factor = 1e-9  # as if the loss had not decreased for many epochs
        estimator.set_params(schedule=schedule)
        for _ in range(20):
            estimator.partial_fit(IRIS, SPECIES, classes=[0, 1, 2])
        made.append(estimator.model_.hash())
    assert made[0] == made[1]


@pytest.mark.parametrize("average", [0.0, 0.9])
@pytest.mark.parametrize("engine", ["reference", "compiled"])
def test_partial_fits_with_an_average_equal_one_fit(average, engine):
    """The average follows the weights and does not change them."""
    same = {"ema_decay": average, "engine": engine, "schedule": "constant", "batch_size": 30, "optimizer": "momentum"}
    estimator = small(**same)
    for _ in range(3):
        estimator.partial_fit(IRIS, SPECIES, classes=[0, 1, 2])
    data = Dataset(IRIS, SPECIES.astype(np.int64), 3, None, "iris", maximum=1.0)
    at_once = fit(data, replace(estimator.options_, epochs=3))
    np.testing.assert_array_equal(estimator.model_.network.parameters.flat, at_once.model.network.parameters.flat)


@pytest.mark.parametrize(("optimizer", "average"), [("sgd", 0.9), ("adamw", 0.0)])
def test_a_divergence_does_not_affect_later_training(optimizer, average):
    estimator = small(optimizer=optimizer, ema_decay=average, schedule="constant", batch_size=16, weight_decay=0.0)
    estimator.partial_fit(IRIS, SPECIES, classes=[0, 1, 2]).set_params(learning_rate=1e6)

    def learn_on():
        for _ in range(5):
            estimator.partial_fit(IRIS, SPECIES)

    with pytest.raises(DivergedError):
        learn_on()
    estimator.set_params(learning_rate=0.01)
    for _ in range(30):
        estimator.partial_fit(IRIS, SPECIES)
    assert estimator.score(IRIS, SPECIES) > 0.8


def test_a_fit_that_diverges_keeps_the_earlier_weights():
    estimator = small(optimizer="sgd", learning_rate=1e5)
    with pytest.raises(DivergedError):
        estimator.fit(IRIS, SPECIES)
    with pytest.raises(NotFittedError):
        estimator.predict(IRIS)
    estimator.set_params(learning_rate=0.01).fit(IRIS, SPECIES)
    before = deepcopy({name: value for name, value in vars(estimator).items() if name.endswith("_")})
    answers, others = estimator.predict_proba(IRIS), SPECIES[::-1] + 5
    with pytest.raises(DivergedError) as caught:
        estimator.set_params(learning_rate=1e5).fit(IRIS, others)
    assert np.isfinite(caught.value.model.network.parameters.flat).all()
    np.testing.assert_array_equal(estimator.predict_proba(IRIS), answers)
    np.testing.assert_array_equal(estimator.classes_, before["classes_"])
    assert (estimator.n_iter_, estimator.history_) == (before["n_iter_"], before["history_"])


def test_a_fit_that_diverges_lets_callbacks_clean_up():
    pytest.importorskip("sklearn.callback")

    class RecordingCallback:
        cleaned_up = 0

        def setup(self, estimator, context): ...

        def teardown(self, estimator, context):
            self.cleaned_up += 1

        def on_fit_task_begin(self, estimator, context): ...

        def on_fit_task_end(self, estimator, context): ...

    watching = RecordingCallback()
    with pytest.raises(DivergedError):
        small(optimizer="sgd", learning_rate=1e5).set_callbacks(watching).fit(IRIS, SPECIES)
    assert watching.cleaned_up == 1


def test_a_fitted_estimator_keeps_only_the_state_of_the_optimizer():
    """A network of 100,000 weights; AdamW has two values for each."""
    random = np.random.default_rng(0)
    wide, labels = random.normal(size=(60, 1000)).astype(np.float32), random.integers(0, 2, 60)
    estimator = small(hidden_layer_sizes=(100,), scaling="features", early_stopping=True, max_iter=2)
    estimator.fit(wide, labels)
    assert len(pickle.dumps(estimator)) < 3.2 * estimator.model_.network.parameters.flat.nbytes
    hash_ = estimator.model_.hash()
    assert estimator.set_params(early_stopping=False).partial_fit(wide, labels).model_.hash() != hash_


@pytest.mark.parametrize("average", [0.0, 0.99])
def test_partial_fit_continues_from_the_weights_that_early_stopping_selected(average):
    estimator = small(ema_decay=average, schedule="constant", n_iter_no_change=20, max_iter=100, learning_rate=0.01)
    random = np.random.default_rng(0)
    noise, labels = random.normal(size=(100, 4)), random.integers(0, 2, 100)
    estimator.fit(noise[:50], labels[:50], X_val=noise[50:], y_val=labels[50:])
    before = estimator.predict_proba(noise)
    estimator.set_params(learning_rate=1e-7).partial_fit(noise[:50], labels[:50])
    np.testing.assert_allclose(estimator.predict_proba(noise), before, atol=1e-3)


def test_partial_fit_works_after_an_interrupt_or_a_divergence():
    many = np.tile(IRIS, (80, 1))

    def stop(event):
        if isinstance(event, BlockDone):
            raise KeyboardInterrupt

    estimator = small()
    with pytest.raises(KeyboardInterrupt):
        estimator.fit(many, np.tile(SPECIES, 80), callbacks=[stop])
    assert estimator.n_iter_ == 0
    before = estimator.model_.hash()
    estimator.partial_fit(IRIS, SPECIES)
    assert estimator.model_.hash() != before
    assert estimator.n_iter_ == 1

    estimator = small(optimizer="sgd", learning_rate=0.01).fit(IRIS, SPECIES).set_params(learning_rate=1e3)
    with pytest.raises(DivergedError):
        estimator.partial_fit(IRIS, SPECIES)
    before = estimator.model_.hash()
    estimator.set_params(learning_rate=1e-3).partial_fit(IRIS, SPECIES)
    assert estimator.model_.hash() != before


def test_only_true_stops_training_even_within_an_epoch():
    answers = [lambda event: sys.stderr.write(""), lambda event: 1, lambda event: np.ones(3), lambda event: "yes"]
    assert small().fit(IRIS, SPECIES, callbacks=answers).n_iter_ == 10
    for yes in (True, np.True_):
        ends = lambda event, yes=yes: yes if isinstance(event, BlockDone) and event.progress >= 2 else None  # noqa: E731
        assert small().fit(IRIS, SPECIES, callbacks=[ends]).n_iter_ == 2


def test_a_temperature_is_dropped_with_its_network():
    estimator = small(calibrate=True, warm_start=True).fit(IRIS, SPECIES)
    assert estimator.model_.temperature != 1
    assert estimator.set_params(calibrate=False).fit(IRIS, SPECIES).model_.temperature == 1
    estimator = small(calibrate=True).fit(IRIS, SPECIES).set_params(calibrate=False)
    assert estimator.partial_fit(IRIS, SPECIES).model_.temperature == 1


@pytest.mark.parametrize("changes", [{"max_iter": 0}, {"early_stopping": True, "validation_fraction": 0.001}])
def test_a_rejected_fit_does_not_change_the_estimator(changes):
    estimator = small().fit(IRIS, NAMED)
    before, answers = estimator.model_.hash(), estimator.predict(IRIS)
    with pytest.raises(ValueError, match=r"max_iter|validation_fraction"):
        estimator.set_params(**changes).fit(IRIS[:, :2], np.char.add(NAMED, "!"))
    assert estimator.model_.hash() == before
    np.testing.assert_array_equal(estimator.predict(IRIS), answers)


def test_a_warm_start_cannot_change_the_scaling():
    estimator = small(scaling="unit", warm_start=True).fit(IRIS, SPECIES)
    with pytest.raises(ValueError, match="scaling 'features': the fitted network has 'unit'"):
        estimator.set_params(scaling="features").fit(IRIS, SPECIES)


# Weights.

SOME = np.arange(len(IRIS)) % 3 > 0
COUNTS = 1 + np.arange(len(IRIS)) % 2


@pytest.mark.parametrize(
    ("form", "weight"),
    [(np.asarray, None), (pl.DataFrame, "balanced"), (pandas.DataFrame, {0: 1, 1: 2, 2: 5}), (sparse.csr_array, None)],
)
def test_a_row_of_weight_0_has_no_effect(weight, form):
    """Not on the columns either: the rows of weight 0 are far away."""
    rare = SOME & ((SPECIES > 0) | (np.arange(len(IRIS)) < 20))
    rows = IRIS + 1e3 * ~rare[:, np.newaxis]
    network = small(class_weight=weight, members="auto", max_iter=2)
    weighted = clone(network).fit(form(rows), SPECIES, sample_weight=rare.astype(float))
    without = clone(network).fit(form(IRIS[rare]), SPECIES[rare])
    assert weighted.model_.hash() == without.model_.hash()
    assert weighted.columns_ == without.columns_
    assert weighted.verify(form(rows), SPECIES, rare.astype(float)).same


def test_a_class_of_weight_0_has_no_effect():
    rows = IRIS + 1e3 * (SPECIES == 0)[:, np.newaxis]
    by_class = small(class_weight={0: 0, 1: 1, 2: 1}).fit(rows, SPECIES)
    by_row = small().fit(rows, SPECIES, sample_weight=np.minimum(SPECIES, 1))
    assert by_class.model_.hash() == by_row.model_.hash()
    assert by_class.classes_.tolist() == [0, 1, 2]


def test_balanced_classes_have_equal_total_weights():
    estimator = small(class_weight="balanced")
    estimator.classes_, estimator._several = np.arange(3), False
    given = np.where(SPECIES == 1, 3.0, COUNTS)
    weights = estimator._class_factors(SPECIES, given) * given
    np.testing.assert_allclose(np.bincount(SPECIES, weights), weights.sum() / 3)


def test_rows_of_weight_0_alone_are_rejected():
    estimator = small(class_weight={0: 0, 1: 1, 2: 1})
    with pytest.raises(ValueError, match="y: the weights of all rows are 0"):
        estimator.fit(IRIS, SPECIES, sample_weight=(SPECIES == 0) * 1.0)
    with pytest.raises(ValueError, match="y_val: the weights of all rows are 0"):
        estimator.fit(IRIS, SPECIES, X_val=IRIS[:9], y_val=SPECIES[:9])


# Files.


def test_parameters_of_every_plain_type_are_restored_from_a_file(tmp_path):
    given = {
        "class_weight": {0: 1, 1: 1, 2: 2.5},
        "max_iter": np.int64(7),
        "random_state": np.int64(3),
        "hidden_layer_sizes": (np.int32(6), 5),
        "learning_rate": np.float32(0.25),
    }
    small(**given).fit(IRIS, SPECIES).save(tmp_path / "m")
    parameters = NetworkClassifier.load(tmp_path / "m").get_params()
    assert {name: parameters[name] for name in given} == given
    named = small(class_weight={"setosa": 1, "versicolor": 1, "virginica": 5}).fit(IRIS, NAMED)
    named.save(tmp_path / "n")
    assert NetworkClassifier.load(tmp_path / "n").class_weight == named.class_weight


def test_durations_as_classes_are_restored_from_a_file(tmp_path):
    durations = np.array([1, 2, 40], "m8[h]")[SPECIES]
    estimator = small().fit(IRIS, durations)
    estimator.save(tmp_path / "m")
    loaded = NetworkClassifier.load(tmp_path / "m")
    np.testing.assert_array_equal(loaded.predict(IRIS), estimator.predict(IRIS))
    assert loaded.classes_.dtype == durations.dtype


def test_a_parameter_that_cannot_be_stored_is_reported_and_reset(tmp_path):
    def cubed(outputs, targets):
        error = outputs - targets
        return (abs(error) ** 3).sum(axis=1), 3 * error * abs(error)

    given = {"loss": cubed, "random_state": np.random.RandomState(0)}
    for name, value in given.items():
        estimator = small(NetworkRegressor, **{name: value}).fit(IRIS, IRIS[:, 0])
        with pytest.warns(UserWarning, match=f"{name}: .* cannot be stored in a file"):
            estimator.save(tmp_path / "m.safetensors")
        loaded = NetworkRegressor.load(tmp_path / "m.safetensors")
        assert getattr(loaded, name) == getattr(NetworkRegressor(), name)


# Inputs.


def test_an_arrow_table_is_accepted():
    pa = pytest.importorskip("pyarrow")
    table = pa.table({f"x{k}": IRIS[:, k] for k in range(4)})
    made = small().fit(table, SPECIES)
    np.testing.assert_array_equal(made.predict(table), small().fit(IRIS, SPECIES).predict(IRIS))


@pytest.mark.parametrize(
    ("odd", "words"),
    [
        (np.array(["2020-01-01"], "M8[D]").astype(object)[0], "y: dates or times"),
        (b"1a", "y: b'1a', expected numbers"),
        ("one", "y: 'one', expected numbers"),
        ({}, "y: {}, expected numbers"),
    ],
)
def test_invalid_regression_targets_are_named(odd, words):
    values = np.array([*IRIS[:, 0].tolist()[:-1], odd], object)
    with pytest.raises(ValueError, match=words):
        small(NetworkRegressor).fit(IRIS, values)


def test_standardised_images_of_large_values_keep_their_precision():
    plain = small(scaling="standard", random_state=1, max_iter=40).fit(IRIS, SPECIES).score(IRIS, SPECIES)
    for rows in (IRIS * 1e3 + 1.7e9, IRIS * 1e20):
        assert (
            small(scaling="standard", random_state=1, max_iter=40).fit(rows, SPECIES).score(rows, SPECIES)
            >= plain - 0.1
        )


def test_a_model_that_is_stopped_before_a_step_has_the_weights_of_that_moment():
    """Also if an average of the weights had replaced them in the model."""
    data = Dataset(IRIS, SPECIES.astype(np.int64), 3, None, "iris", maximum=10.0)
    options = Options(hidden=5, epochs=2, batch_size=30, ema_decay=0.9, engine="reference", rule="gradient")
    model = new_model(data, options)
    position = TrainingState.start(model.network.parameters, options)
    list(train(model, data, options, state=position))
    assert position.optimizer_state.parameters is not model.network.parameters
    longer = replace(options, epochs=4)
    position.begin_epoch(longer)
    list(train(model, data, longer, state=position, until=(2, 3)))
    np.testing.assert_array_equal(model.network.parameters.flat, position.optimizer_state.parameters.flat)
    assert position.optimizer_state.step == 2 * 5 + 3


@pytest.mark.parametrize("way", ["partial_fit", "fit"])
def test_memory_mapped_weights_are_copied_for_further_training(way, tmp_path):
    fitted = small(max_iter=3, warm_start=True, engine="compiled").fit(IRIS, SPECIES)
    joblib.dump(fitted, tmp_path / "m")
    mapped = joblib.load(tmp_path / "m", mmap_mode="r")
    assert not mapped.model_.network.parameters.flat.flags.writeable
    before = mapped.model_.hash()
    assert (
        getattr(mapped, way)(IRIS, SPECIES).model_.hash() == getattr(fitted, way)(IRIS, SPECIES).model_.hash() != before
    )
    assert joblib.load(tmp_path / "m").model_.hash() == before


def test_an_error_in_a_callback_does_not_change_the_estimator():
    estimator = small().fit(IRIS, SPECIES)
    before = estimator.model_.hash()

    def fail(event):
        if isinstance(event, BlockDone):
            raise RuntimeError("on purpose")

    with pytest.raises(RuntimeError, match="on purpose"):
        estimator.fit(IRIS, SPECIES, callbacks=[fail])
    assert estimator.model_.hash() == before
    fresh = small()
    with pytest.raises(RuntimeError, match="on purpose"):
        fresh.fit(IRIS, SPECIES, callbacks=[fail])
    with pytest.raises(NotFittedError):
        fresh.predict(IRIS)
