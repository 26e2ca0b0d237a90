"""Further training begins with the predictions of the model: at a rate of almost 0 it keeps them."""

from __future__ import annotations

import pickle
from dataclasses import replace

import numpy as np
import pytest

from glassnet import Dataset, NetworkClassifier, NetworkRegressor, fit, fit_temperature, load_model, resume, save_model
from glassnet.errors import DivergedError
from glassnet.training.events import BlockDone
from support.covering import covering
from support.estimators import small

pytestmark = pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")  # `small` trains briefly

ROWS = np.random.default_rng(0).normal(size=(160, 6)).astype(np.float32)
"""With dtype float32, as the networks; the labels are mostly noise, so that temperatures are far from 1."""
LABELS = (ROWS[:, 0] + 2 * np.random.default_rng(1).normal(size=len(ROWS)) > 0).astype(int)
TOLERANCE = 50 * np.finfo(np.float32).eps  # weights divided by a temperature, and steps of 1e-9

CALIBRATIONS = {
    "none": {},
    "validation": {"calibrate": True, "validation_fraction": 0.25},
    "folds": {"members": 3, "folds": True},
}
LOADED = {"": lambda fitted, path: fitted, "pickled": lambda fitted, path: pickle.loads(pickle.dumps(fitted))}


def saved(fitted, path):
    fitted.save(path / "fitted.safetensors")
    return type(fitted).load(path / "fitted.safetensors")


LOADED["saved"] = saved


def fitted_classifier(calibration, average, **changes):
    changes = {"max_iter": 30, "learning_rate": 0.04, "ema_decay": average, **changes}
    estimator = small(scaling="features", random_state=0, **{**changes, **CALIBRATIONS[calibration]})
    estimator.fit(ROWS, LABELS)
    assert (estimator.model_.temperature != 1) == (calibration != "none")
    return estimator


def train_on(estimator, way, rate):
    """Train a fitted estimator further, without a calibration of its own."""
    estimator.set_params(calibrate=False, members=1, folds=False, early_stopping=False, learning_rate=rate)
    if way == "warm_start":
        return estimator.set_params(warm_start=True, max_iter=3).fit(ROWS, LABELS)
    return estimator.partial_fit(ROWS, LABELS)


WAYS = covering(
    [*CALIBRATIONS], [0.0, 0.99], ["partial_fit", "warm_start"], [*LOADED], ["adamw", "sgd"], ["softmax", "several"]
)


@pytest.mark.parametrize(("calibration", "average", "way", "loaded", "optimizer", "kind"), WAYS)
def test_an_estimator_keeps_its_predictions(calibration, average, way, loaded, optimizer, kind, tmp_path, monkeypatch):
    """At a rate of almost 0, and after a divergence; the model that the caller holds keeps them in any case."""
    if kind == "several":
        monkeypatch.setattr(f"{__name__}.LABELS", np.stack([LABELS, 1 - LABELS, LABELS], axis=1))
    fitted = LOADED[loaded](fitted_classifier(calibration, average, optimizer=optimizer), tmp_path)
    model, before = fitted.model_, fitted.predict_proba(ROWS)
    train_on(fitted, way, 1e-9)
    np.testing.assert_allclose(fitted.predict_proba(ROWS), before, atol=TOLERANCE)
    if calibration != "none":
        np.testing.assert_allclose(model.predict_proba(ROWS), before, atol=TOLERANCE)

    before = fitted.predict_proba(ROWS)
    with pytest.raises(DivergedError):
        train_on(fitted.set_params(weight_decay=0.0), way, 1e6)
    np.testing.assert_allclose(fitted.predict_proba(ROWS), before, atol=TOLERANCE)


@pytest.mark.parametrize(("calibration", "average"), [("none", 0.99), ("validation", 0.0), ("folds", 0.99)])
def test_a_divergence_of_the_first_further_training_restores_the_predictions(calibration, average):
    first = fitted_classifier(calibration, average, optimizer="sgd", weight_decay=0.0)
    before = first.predict_proba(ROWS)
    for way in ("partial_fit", "warm_start"):
        fitted = pickle.loads(pickle.dumps(first))
        with pytest.raises(DivergedError) as caught:
            train_on(fitted, way, 1e6)
        np.testing.assert_allclose(fitted.predict_proba(ROWS), before, atol=TOLERANCE)
        np.testing.assert_allclose(caught.value.model.predict_proba(ROWS), before, atol=TOLERANCE)


@pytest.mark.parametrize("way", ["partial_fit", "warm_start"])
def test_a_regressor_with_an_average_keeps_its_predictions(way):
    fitted = small(NetworkRegressor, ema_decay=0.99, random_state=0, learning_rate=0.02).fit(ROWS, ROWS[:, 1])
    before = fitted.predict(ROWS)
    fitted.set_params(learning_rate=1e-9, warm_start=True)
    fitted.partial_fit(ROWS, ROWS[:, 1]) if way == "partial_fit" else fitted.fit(ROWS, ROWS[:, 1])
    np.testing.assert_allclose(fitted.predict(ROWS), before, atol=4 * TOLERANCE)


def calibrated_model(members, folds, average):
    """A model whose temperature is not 1, from folds or from held-out rows, of one network or several."""
    data = Dataset.from_arrays(ROWS[:120], LABELS[:120])
    shape = {"members": members, "folds": folds, "ema_decay": average, "hidden": 8, "early_stopping": 0}
    model = fit(data, epochs=40, learning_rate=0.02, engine="reference", **shape).model
    held_out = Dataset.from_arrays(ROWS[120:], LABELS[120:], like=data)
    model = model if folds else replace(model, temperature=fit_temperature(model, held_out))
    assert abs(model.temperature - 1) > 0.1
    return model, data


@pytest.mark.parametrize(
    ("members", "folds", "average", "way"),
    covering(
        [1, 3],
        [False, True],
        [0.0, 0.99],
        ["fit", "file", "resume"],
        allowed=lambda members, folds, average, way: (
            folds <= (members > 1) and (way != "resume" or members == 1 or folds)
        ),
    ),
)
def test_a_model_keeps_its_predictions(members, folds, average, way, tmp_path):
    """`init_model`, as the option ``--from`` of the command line uses it, also if training is interrupted."""
    model, data = calibrated_model(members, folds, average)
    before = model.predict_proba(ROWS)
    if way == "file":
        save_model(model, tmp_path / "parent.safetensors")
        model = load_model(tmp_path / "parent.safetensors")
    rates = {"learning_rate": 1e-9, "epochs": 3, "early_stopping": 0, "engine": "reference"}
    if way == "resume":
        checkpoint = tmp_path / "run.checkpoint"

        def stop(event):
            if isinstance(event, BlockDone) and event.progress > 1:
                raise KeyboardInterrupt

        with pytest.raises(KeyboardInterrupt):
            fit(data, init_model=model, checkpoint=checkpoint, callbacks=[stop], **rates)
        after = resume(checkpoint, data).model
    else:
        after = fit(data, init_model=model, **rates).model
    assert after.temperature == 1
    np.testing.assert_allclose(after.predict_proba(ROWS), before, atol=TOLERANCE)
    np.testing.assert_array_equal(model.predict_proba(ROWS), before)


@pytest.mark.parametrize(("folds", "average"), [(False, 0.0), (False, 0.99), (True, 0.0)])
def test_a_divergence_of_a_fine_tuning_restores_the_predictions(folds, average):
    model, data = calibrated_model(3 if folds else 1, folds, average)
    with pytest.raises(DivergedError) as caught:
        fit(data, init_model=model, learning_rate=1e6, optimizer="sgd", weight_decay=0.0, early_stopping=0, epochs=3)
    np.testing.assert_allclose(caught.value.model.predict_proba(ROWS), model.predict_proba(ROWS), atol=TOLERANCE)


def test_read_only_weights_with_a_temperature_are_trained_further():
    fitted = fitted_classifier("folds", 0.0)
    fitted.model_.network.parameters.flat.flags.writeable = False
    before = fitted.predict_proba(ROWS)
    train_on(fitted, "partial_fit", 1e-9)
    np.testing.assert_allclose(fitted.predict_proba(ROWS), before, atol=TOLERANCE)
    assert isinstance(fitted, NetworkClassifier)
