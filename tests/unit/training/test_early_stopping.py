"""Early stopping: held-out data, the end of training, the weights that are kept, and verification."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from glassnet import Options, evaluate, fit, load_checkpoint, load_model, new_model, resume, save_model, train
from glassnet.data.split import early_stopping_split
from glassnet.errors import DataError
from glassnet.training.events import EpochDone, TrainingEnded
from glassnet.training.receipt import extent_of
from glassnet.training.state import TrainingState
from glassnet.training.verify import verify
from support.cases import patterns
from support.stopping import stopped

DATA = patterns(150)
WRONG = replace(DATA, labels=np.where(np.random.default_rng(1).random(150) < 0.3, (DATA.labels + 1) % 3, DATA.labels))
"""Some labels are wrong, so that long training makes the validation loss worse."""
OPTIONS = Options(
    hidden=20,
    epochs=60,
    learning_rate=0.3,
    schedule="constant",
    engine="reference",
    early_stopping=4,
    validation=0.3,
    blocks=10,
)


@pytest.fixture(scope="module")
def stopped_early():
    events = []
    fitted = fit(WRONG, OPTIONS, callbacks=[events.append])
    return fitted, events


def test_the_best_weights_are_kept_and_training_ends_after_the_patience(stopped_early):
    fitted, events = stopped_early
    losses = fitted.history.validation_loss
    best = int(np.argmin(losses)) + 1
    assert fitted.best_epochs == (best,)
    assert len(losses) == best + OPTIONS.early_stopping < OPTIONS.epochs, "it stopped early, but not immediately"
    assert fitted.model.hash() == fitted.history.weight_hashes[best]
    _, held_out = early_stopping_split(WRONG, OPTIONS)
    assert evaluate(fitted.model, held_out).loss == losses[best - 1] == min(losses)
    assert events[-1] == TrainingEnded(events[-1].seconds, best)


def test_events_and_curve_contain_the_validation_metrics(stopped_early):
    fitted, events = stopped_early
    epochs = [event for event in events if isinstance(event, EpochDone)]
    curve = fitted.history.curve()
    assert curve["validation_loss"] == [event.validation_loss for event in epochs]
    assert curve["validation_accuracy"] == [event.validation_accuracy for event in epochs]
    assert curve["epoch"] == [event.epoch for event in epochs]
    assert all(0 <= one <= 1 for one in curve["validation_accuracy"])


def test_held_out_samples_are_not_trained_on():
    trained, held_out = early_stopping_split(WRONG, OPTIONS)
    assert (len(trained), len(held_out)) == (105, 45)
    rows = np.concatenate([trained.inputs, held_out.inputs])
    np.testing.assert_array_equal(np.unique(rows, axis=0), np.unique(WRONG.inputs, axis=0))
    spoilt = replace(WRONG, inputs=WRONG.inputs.copy())
    seen = {row.tobytes() for row in trained.inputs}
    spoilt.inputs[[row.tobytes() not in seen for row in WRONG.inputs]] = 255
    plain, other = (fit(data, replace(OPTIONS, epochs=2)) for data in (WRONG, spoilt))
    assert plain.history.weight_hashes == other.history.weight_hashes
    assert plain.history.validation_loss != other.history.validation_loss
    assert early_stopping_split(WRONG, replace(OPTIONS, early_stopping=0)) == (WRONG, None)


def test_validation_data_without_early_stopping_do_not_change_the_model():
    options = replace(OPTIONS, early_stopping=0, epochs=3)
    plain, watched = fit(WRONG, options), fit(WRONG, options, validation_data=DATA)
    assert plain.history.weight_hashes == watched.history.weight_hashes
    assert plain.model.hash() == watched.model.hash() == plain.history.weight_hashes[-1]
    assert len(watched.history.validation_loss) == 3
    assert plain.history.validation_loss == []
    assert watched.best_epochs == ()


@pytest.mark.parametrize("changes", [{"members": 2}, {"ema_decay": 0.9}, {"engine": "compiled"}])
def test_early_stopping_can_be_verified(changes, tmp_path):
    options = replace(OPTIONS, epochs=8, early_stopping=2, **changes)
    for validation in (None, DATA):
        fitted = fit(WRONG, options, validation_data=validation)
        save_model(fitted.model, tmp_path / "m")
        model = load_model(tmp_path / "m")
        assert len(model.receipt["kept"]) == options.members
        assert model.receipt["own_validation"] == (validation is not None)
        assert verify(model, WRONG).same
        model.receipt["kept"] = [epoch - 1 if epoch > 1 else 2 for epoch in model.receipt["kept"]]
        assert not verify(model, WRONG).same


def test_the_averaged_weights_are_validated():
    options = replace(OPTIONS, ema_decay=0.99, epochs=5)
    fitted = fit(WRONG, options, validation_data=DATA)
    assert evaluate(fitted.model, DATA).loss == min(fitted.history.validation_loss)
    assert fitted.model.hash() not in fitted.history.weight_hashes


def test_resumed_training_stops_at_the_same_epoch(tmp_path):
    whole, path = fit(WRONG, OPTIONS), tmp_path / "c"
    stopped(path, (whole.best_epochs[0] + 2) * OPTIONS.blocks, OPTIONS, WRONG)
    assert load_checkpoint(path).state.best_epoch == whole.best_epochs[0], "the checkpoint is after the best epoch"
    again = resume(path, WRONG)
    assert (again.model.hash(), again.best_epochs) == (whole.model.hash(), whole.best_epochs)
    assert again.history.validation_loss == whole.history.validation_loss


@pytest.mark.parametrize("own", [True, False])
def test_the_training_record_gives_the_actual_extent(stopped_early, own):
    fitted, _ = stopped_early
    if own:
        fitted = fit(WRONG, OPTIONS, validation_data=DATA)
    epochs, samples = extent_of(fitted.model.receipt)
    assert epochs == len(fitted.history.validation_loss) < OPTIONS.epochs
    assert samples == len(WRONG if own else early_stopping_split(WRONG, OPTIONS)[0])


@pytest.mark.parametrize("part", [0.001, 0.9])
def test_an_empty_part_is_rejected(part):
    with pytest.raises(DataError, match="early stopping") as caught:
        fit(DATA.take(slice(0, 4)), replace(OPTIONS, validation=part))
    assert caught.value.code == "GN010"


def test_incompatible_validation_data_are_rejected_before_training():
    model, seen = new_model(DATA, OPTIONS), []
    with pytest.raises(DataError) as caught:
        seen.extend(train(model, DATA, OPTIONS, validation=patterns(20, features=9)))
    assert (caught.value.code, seen) == ("GN017", [])


@pytest.mark.parametrize("heavy", [0, 149])
def test_the_error_names_the_part_with_only_zero_weights(heavy):
    weights = np.zeros(150)
    weights[heavy] = 1
    with pytest.raises(DataError, match=r"all \d+ (held-out|training) samples have weight 0"):
        early_stopping_split(replace(DATA, weights=weights), OPTIONS)


@pytest.mark.parametrize("rare", [7, 10, 40])
@pytest.mark.parametrize("seed", range(8))
def test_the_held_out_part_is_stratified(rare, seed):
    labels = np.random.default_rng(seed).permutation(np.repeat([0, 1, 2], [rare, 50, 100 - rare]))
    training, held_out = early_stopping_split(replace(DATA, labels=labels), replace(OPTIONS, seed=seed))
    shares = np.bincount(held_out.labels, minlength=3) / np.bincount(labels)
    np.testing.assert_allclose(shares * np.bincount(labels), 0.3 * np.bincount(labels), atol=1)
    assert sorted([*training.row_numbers, *held_out.row_numbers]) == list(range(150))


def test_a_non_finite_loss_is_never_the_best():
    model = new_model(DATA, OPTIONS)
    position = TrainingState.start(model.network.parameters, OPTIONS)
    for epoch, loss in enumerate((np.nan, np.inf, 2.0, np.nan, 1.0, np.nan), start=1):
        position.epoch = epoch
        model.network.parameters.flat[0] = epoch
        position.validated(loss, OPTIONS.early_stopping)
    assert (position.best_epoch, position.best_loss, position.best[0]) == (5, 1.0, 5.0)
    assert not position.ended
