"""The members of an ensemble within a task: the same bits, and they end when the task is cancelled."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from glassnet.data.dataset import Dataset
from glassnet.errors import DivergedError
from glassnet.options.options import Options
from glassnet.training.executor import WithinTask
from glassnet.training.fit import fit_watched

OPTIONS = Options.recipe("quick", hidden=(4,), epochs=2, members=3, engine="reference")


@pytest.fixture(scope="module")
def data():
    rng = np.random.default_rng(1)
    return Dataset.from_arrays(rng.uniform(-1, 1, (40, 3)), rng.integers(0, 2, 40))


def train(data, send, options=OPTIONS, seen=None):
    follow = (lambda event, model: None) if seen is None else (lambda event, model: seen.append(event))
    return fit_watched(data, options, follow, executor=WithinTask(send))


def test_the_ensemble_is_the_same_as_on_threads(data):
    one, other = [], []
    within = train(data, lambda event: False, seen=one)
    threads = fit_watched(data, OPTIONS, lambda event, model: other.append(event))
    assert within.model.hash() == threads.model.hash()
    assert list(map(type, one)) == list(map(type, other)), "callbacks receive the first member's events"


def test_a_later_member_ends_when_the_task_is_cancelled(data):
    events, full = 0, []
    train(data, lambda event: full.append(event) or False)

    def send(event):
        nonlocal events
        assert event is None, "the task's own callbacks send the events"
        events += 1
        if events > len(full) // 2:
            raise KeyboardInterrupt
        return False

    with pytest.raises(KeyboardInterrupt):
        train(data, send)
    assert events == len(full) // 2 + 1


def test_after_a_failed_member_no_other_is_trained(data):
    sent = []
    wild = {"hidden": (4,), "learning_rate": 1e6, "output": "identity", "loss": "squared_error", "engine": "reference"}
    for members in (2, 3):
        sent.append([])
        with pytest.raises(DivergedError):
            train(data, sent[-1].append, Options.recipe("quick", members=members, **wild))
    assert len(sent[0]) == len(sent[1]) > 0


def test_members_that_train_longer_than_the_first_do_not_wait_for_it():
    R = np.random.default_rng(3).uniform(-1, 1, (240, 4))
    options = Options.recipe("table", members=4, epochs=40, hidden=(8,), early_stopping=1, learning_rate=0.05, seed=2)
    fitted = train(
        Dataset.from_arrays(R, R[:, 0] * R[:, 1] > R[:, 2]),
        lambda event: False,
        replace(options, engine="reference", threads=1),
        seen=[],
    )
    epochs = [len(history.epoch) for history in (fitted.history, *fitted.member_histories)]
    assert max(epochs) > epochs[0], "otherwise this test shows nothing"
