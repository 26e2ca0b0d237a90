"""A comparison on a Ray cluster: the same result and the same events as on threads."""

from __future__ import annotations

from dataclasses import asdict

import numpy as np
import pytest

import glassnet
from glassnet.workflow.comparison.trial import SideEvent


@pytest.mark.filterwarnings("ignore:3 seeds cannot give a verdict", "ignore:.* every prediction is")
def test_a_comparison_on_the_cluster_is_that_on_threads(ray_nodes):
    X = np.random.default_rng(3).uniform(-1, 1, (120, 3))
    sides = ("quick", ("quick", {"learning_rate": 1e-6}), ("quick", {"members": 2}))
    data = (X, X[:, 0] > X[:, 1])
    options = {"hidden": 6, "epochs": 2, "engine": "reference", "learning_rate": 0.2, "batch_size": 10, "seeds": 3}
    runs = []
    with glassnet.ray_cluster("auto") as cluster:
        for executor in (None, cluster):
            seen = []
            result = glassnet.compare(*sides, data=data, **options, executor=executor, callbacks=[seen.append])
            events = [one for one in seen if isinstance(one, SideEvent)]
            times = [asdict(one.event) | {"seconds": 0, "side": one.side, "seed": one.seed} for one in events]
            runs.append((result.to_dict(), times, len(seen)))
    assert runs[0] == runs[1]
