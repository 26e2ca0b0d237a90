"""The members of an ensemble within a task, one after another."""

from __future__ import annotations

import threading

import numpy as np

from glassnet import Dataset, Options
from glassnet.training.executor import WithinTask
from glassnet.training.fit import fit_watched

R = np.random.default_rng(3).uniform(-1, 1, (240, 4))


def test_members_that_train_longer_than_the_first_do_not_wait_for_it():
    data = Dataset.from_arrays(R, R[:, 0] * R[:, 1] > R[:, 2])
    options = Options.recipe(
        "table",
        members=4,
        epochs=40,
        hidden=(8,),
        early_stopping=1,
        learning_rate=0.05,
        engine="reference",
        seed=2,
        threads=1,
    )
    found = []

    def train():
        executor = WithinTask(lambda event: False)
        found.append(fit_watched(data, options, [lambda event: None], lambda run: None, executor=executor))

    thread = threading.Thread(target=train, daemon=True)
    thread.start()
    thread.join(60)
    epochs = [len(history.epoch) for history in (found[0].history, *found[0].member_histories)]
    assert max(epochs) > epochs[0], "otherwise this test shows nothing"
