"""Members and folds on Ray: the same bits as on threads, whatever happens to the machines."""

from __future__ import annotations

import numpy as np
import pytest

import glassnet
from glassnet import Dataset, Options, fit
from glassnet.training.cross_validation import cross_validate, out_of_fold
from glassnet.training.events import EpochDone, TrainingStarted

R = np.random.default_rng(3).uniform(-1, 1, (300, 4))
DATA = Dataset.from_arrays(R, R[:, 0] * R[:, 1] > R[:, 2])
OPTIONS = Options.recipe("table", members=4, epochs=4, hidden=(8,), early_stopping=2, seed=3)


def same(one, other):
    assert one.model.hash() == other.model.hash()
    assert one.model.receipt == other.model.receipt
    assert [h.weight_hashes for h in (one.history, *one.member_histories)] == [
        h.weight_hashes for h in (other.history, *other.member_histories)
    ]


@pytest.mark.parametrize("engine", ["reference", "compiled"])
@pytest.mark.parametrize("workers", [1, 2, 3])
def test_members_are_the_same_on_any_number_of_workers(ray_nodes, workers, engine):
    options = OPTIONS.replace(engine=engine) if hasattr(OPTIONS, "replace") else OPTIONS
    with glassnet.ray_cluster("auto", workers=workers) as cluster:
        same(fit(DATA, options, executor=cluster), fit(DATA, options))
