"""Dropout masks, and what dropout and label smoothing change in training."""

from __future__ import annotations

import numpy as np
import pytest

from glassnet import Architecture, Options, fit, new_model
from glassnet.engines import ReferenceEngine
from glassnet.engines.stepwise import dropout_masks
from glassnet.preprocess import Targets
from support.cases import patterns

MADE = Architecture((5, 40, 30, 3), ("relu", "relu", "softmax"), loss="cross_entropy")


def masks(dropout, *, epoch=0, step=0, samples=500, dtype="float64", seed=0):
    options = Options(hidden=(40, 30), dropout=dropout, seed=seed)
    return dropout_masks(MADE, options, epoch, step, samples, dtype)


@pytest.mark.parametrize("dtype", ["float64", "float32"])
@pytest.mark.parametrize("dropout", [0.1, 0.3, 0.5, 0.9, 0.99])
def test_nodes_are_dropped_or_scaled_up_so_that_the_mean_stays_1(dropout, dtype):
    """Inverted dropout: kept activations are divided by their probability, so prediction needs no correction."""
    for mask, nodes in zip(masks(dropout, dtype=dtype), (40, 30), strict=True):
        assert (mask.shape, mask.dtype) == ((500, nodes), dtype)
        assert set(np.unique(mask)) == {0, np.dtype(dtype).type(1) / np.dtype(dtype).type(1 - dropout)}
        deviation = (dropout / (1 - dropout) / mask.size) ** 0.5
        assert abs(mask.mean() - 1) < 5 * deviation
        for axis in (0, 1):  # the mean is right for every sample and every node
            spread = (dropout / (1 - dropout) / mask.shape[axis]) ** 0.5
            assert np.abs(mask.mean(axis=axis) - 1).max() < 6 * spread + 20 * spread**2


def test_without_dropout_there_are_no_masks():
    assert masks(0.0) == ()
    assert masks((0.0, 0.0)) == ()


def test_every_layer_has_its_own_dropout_rate():
    first, second = masks((0.2, 0.7))
    assert abs((first == 0).mean() - 0.2) < 0.02
    assert abs((second == 0).mean() - 0.7) < 0.02
    first, second = masks((0.0, 0.5))
    assert (first == 1).all()
    assert abs((second == 0).mean() - 0.5) < 0.02


def test_masks_depend_on_seed_epoch_and_step():
    kept = {"seed": 3, "epoch": 2, "step": 5}
    again = [mask.tobytes() for mask in masks(0.5, **kept)]
    assert [mask.tobytes() for mask in masks(0.5, **kept)] == again
    for change in ({"seed": 4}, {"epoch": 3}, {"step": 6}):
        assert [mask.tobytes() for mask in masks(0.5, **{**kept, **change})] != again
    swapped = masks(0.5, seed=3, epoch=5, step=2)
    assert [mask.tobytes() for mask in swapped] != again


def test_masks_of_layers_samples_and_steps_are_independent():
    drawn = [mask[:, :30].ravel() for step in range(4) for mask in masks(0.5, step=step)]
    off_diagonal = np.corrcoef(drawn)[~np.eye(8, dtype=bool)]
    assert np.abs(off_diagonal).max() < 5 / drawn[0].size ** 0.5
    one = masks(0.5)[0]
    assert len({row.tobytes() for row in one}) == len(one)


SMALL = {"hidden": (8,), "epochs": 3, "dtype": "float64", "loss": "cross_entropy", "rule": "gradient", "batch_size": 8}
ENGINES = pytest.mark.parametrize("engine", ["reference", "compiled"])


@ENGINES
def test_prediction_uses_every_node(engine):
    data = patterns()
    model = fit(data, Options(**SMALL, engine=engine, dropout=0.5)).model
    outputs = model.outputs(data.inputs)
    np.testing.assert_array_equal(model.outputs(data.inputs), outputs)
    x = model.scaling.apply(data.inputs)
    np.testing.assert_allclose(model.network.outputs(x), outputs, rtol=1e-12)


@ENGINES
@pytest.mark.parametrize("batch_size", [1, 8])
def test_training_with_dropout_reaches_a_high_accuracy(engine, batch_size):
    chosen = {**SMALL, "batch_size": batch_size, "epochs": 20, "learning_rate": 0.5, "dropout": 0.3, "hidden": (20,)}
    result = fit(patterns(), Options(**chosen, engine=engine))
    assert (result.model.predict(patterns().inputs) == patterns().labels).mean() > 0.95


class RecordingEngine(ReferenceEngine):
    """Record the samples that training prepares."""

    def prepare(self, architecture, samples, options):
        self.samples = samples
        return super().prepare(architecture, samples, options)


@pytest.mark.parametrize("targets", ["notes", "one-hot"])
@pytest.mark.parametrize("smoothing", [0.0, 0.1, 0.5, 0.99])
def test_label_smoothing_mixes_the_target_with_its_mean(smoothing, targets):
    """Szegedy et al. 2016, section 7: (1 − ε) times the target plus ε times its mean over all classes."""
    engine, data = RecordingEngine(), patterns()
    chosen = Options(**{**SMALL, "epochs": 1, "targets": targets, "label_smoothing": smoothing})
    fit(data, chosen, engine=engine)
    plain, smoothed = Targets.named(targets, 3).table(), engine.samples.targets
    for label in range(3):
        for output in range(3):
            wanted = (1 - smoothing) * plain[label, output] + smoothing * plain[label].sum() / 3
            assert smoothed[label, output] == pytest.approx(wanted, rel=1e-15)
    np.testing.assert_allclose(smoothed.sum(axis=1), plain.sum(axis=1))
    np.testing.assert_array_equal(smoothed.argmax(axis=1), np.arange(3))
    if smoothing == 0:
        np.testing.assert_array_equal(smoothed, plain)
    np.testing.assert_array_equal(Targets.named(targets, 3).table(), plain)
    assert new_model(data, chosen).targets == Targets.named(targets, 3), "the model keeps the targets without smoothing"


@ENGINES
def test_training_reaches_the_smoothed_targets(engine):
    """The target of the right class is 1 − ε + ε / 3 instead of 1."""
    chosen = {**SMALL, "output": "softmax", "targets": "one-hot", "epochs": 150, "learning_rate": 0.5, "hidden": (20,)}
    result = fit(patterns(), Options(**chosen, engine=engine, label_smoothing=0.3))
    right = result.model.outputs(patterns().inputs)[np.arange(120), patterns().labels]
    assert np.median(right) == pytest.approx(0.8, abs=0.03)
    assert result.history.epoch_accuracy[-1] > 0.95
