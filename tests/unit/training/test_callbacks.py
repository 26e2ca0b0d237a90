"""Callbacks: the same behaviour through every entry point."""

from __future__ import annotations

import json
from dataclasses import asdict
from itertools import cycle

import numpy as np
import pytest

from glassnet import NetworkClassifier, Options, fit, load_checkpoint, resume, verify
from glassnet.training.checkpoint import CheckpointPolicy
from glassnet.training.events import BlockDone, EpochDone, Preparing, TrainingEnded, TrainingStarted
from support.cases import patterns
from support.stopping import Stopping

DATA = patterns()
OPTIONS = Options(hidden=(4,), epochs=4, blocks=2, engine="reference")


def by_fit(callbacks, path):
    return fit(DATA, OPTIONS, callbacks=callbacks).history


def by_old_name(callbacks, path):
    return fit(DATA, OPTIONS, callbacks=callbacks).history


def by_checkpoint(callbacks, path):
    return fit(DATA, OPTIONS, callbacks=callbacks, checkpoint=CheckpointPolicy(path, 1)).history


def by_resume(callbacks, path):
    with pytest.raises(KeyboardInterrupt):
        fit(DATA, OPTIONS, callbacks=[Stopping(1)], checkpoint=CheckpointPolicy(path, 1))
    return resume(path, DATA, callbacks=callbacks).history


def by_ensemble(callbacks, path):
    return fit(DATA, Options(**{**OPTIONS.to_dict(), "members": 3, "threads": 2}), callbacks=callbacks).history


def by_estimator(callbacks, path):
    return (
        NetworkClassifier(max_iter=4, random_state=0).fit(DATA.inputs / 255, DATA.labels, callbacks=callbacks).history_
    )


ENTRY_POINTS = [by_fit, by_old_name, by_checkpoint, by_resume, by_ensemble, by_estimator]


@pytest.fixture(params=ENTRY_POINTS)
def run_with(request, tmp_path):
    return lambda callbacks: request.param(callbacks, tmp_path / "run.ck")


def test_every_callback_receives_every_event_in_order(run_with):
    seen = []
    history = run_with([lambda event: seen.append(("first", event)), lambda event: seen.append(("second", event))])
    assert [who for who, _ in seen] == ["first", "second"] * (len(seen) // 2)
    events = [event for who, event in seen if who == "first"]
    assert events == [event for who, event in seen if who == "second"]
    assert [type(one) for one in (*events[:2], events[-1])] == [Preparing, TrainingStarted, TrainingEnded]
    assert [event.epoch for event in events if isinstance(event, EpochDone)] == history.epoch == [1, 2, 3, 4]


@pytest.mark.parametrize("kind", [BlockDone, EpochDone])
def test_returning_true_ends_training_after_the_epoch(run_with, kind):
    seen = []
    at_two = lambda event: isinstance(event, kind) and getattr(event, "epoch", getattr(event, "progress", 0)) > 1  # noqa: E731
    history = run_with([at_two, seen.append])
    assert history.epoch == [1, 2]
    assert isinstance(seen[-1], TrainingEnded)
    assert sum(isinstance(event, EpochDone) for event in seen) == 2


def test_returning_true_before_the_first_step_ends_training_after_one_epoch(run_with):
    assert run_with([lambda event: isinstance(event, TrainingStarted)]).epoch[-1] == 1


def test_other_return_values_are_ignored(run_with):
    values = cycle((None, 1, "yes", [1], np.float64(1)))
    assert run_with([lambda event: next(values)]).epoch == [1, 2, 3, 4]
    assert run_with([lambda event: np.bool_(isinstance(event, EpochDone))]).epoch == [1]


def test_an_exception_in_a_callback_ends_training_and_is_raised(run_with):
    seen = []

    def broken(event):
        if isinstance(event, EpochDone):
            raise RuntimeError("broken")

    with pytest.raises(RuntimeError, match="broken"):
        run_with([broken, seen.append])
    assert not any(isinstance(event, EpochDone) for event in seen)


@pytest.mark.parametrize("given", [print, 3, [print, 3]])
def test_invalid_callbacks_are_rejected(run_with, given):
    with pytest.raises(TypeError, match="expected"):
        run_with(given)


def test_training_ended_by_a_callback_can_be_verified_and_is_not_resumed(tmp_path):
    after_two = lambda event: isinstance(event, EpochDone) and event.epoch == 2  # noqa: E731
    for changes in ({}, {"ema_decay": 0.9}, {"schedule": "plateau"}, {"early_stopping": 3}, {"members": 3}):
        options = Options(**{**OPTIONS.to_dict(), **changes})
        fitted = fit(DATA, options, callbacks=[after_two])
        assert [len(trail) for trail in fitted.model.receipt["trails"]] == [3] * options.members
        assert verify(fitted.model, DATA).same
    fit(DATA, OPTIONS, callbacks=[after_two], checkpoint=tmp_path / "run.ck")
    assert load_checkpoint(tmp_path / "run.ck").state.ended
    assert resume(tmp_path / "run.ck", DATA).model.hash() == fit(DATA, OPTIONS, callbacks=[after_two]).model.hash()


def test_a_failing_callback_leaves_the_checkpoint_usable(tmp_path):
    def broken(event):
        if isinstance(event, EpochDone) and event.epoch == 2:
            raise RuntimeError("broken")

    with pytest.raises(RuntimeError):
        fit(DATA, OPTIONS, callbacks=[broken], checkpoint=CheckpointPolicy(tmp_path / "run.ck", 1))
    assert not load_checkpoint(tmp_path / "run.ck").state.ended
    assert resume(tmp_path / "run.ck", DATA).model.hash() == fit(DATA, OPTIONS).model.hash()


def test_all_members_of_an_ensemble_end_after_the_same_epoch():
    """With any number of threads, no member gets ahead of the first, and later members stop where it ended."""
    options = Options(**{**OPTIONS.to_dict(), "members": 3, "epochs": 30})
    runs = [
        fit(
            DATA,
            Options(**{**options.to_dict(), "threads": threads}),
            callbacks=[lambda event: isinstance(event, EpochDone) and event.epoch == 7],
        )
        for threads in (1, 2, 3)
    ]
    assert {len(history.epoch) for one in runs for history in (one.history, *one.member_histories)} == {7}
    assert len({one.model.hash() for one in runs}) == 1


def test_the_parameters_of_an_event_are_those_in_training_and_no_field():
    events = []
    fitted = fit(DATA, OPTIONS, callbacks=[events.append])
    (started,) = (one for one in events if isinstance(one, TrainingStarted))
    assert started.parameters is not None
    assert started.parameters.hash() == fitted.history.weight_hashes[-1]
    assert json.loads(json.dumps(asdict(started)))["hash"] == fitted.history.weight_hashes[0]
