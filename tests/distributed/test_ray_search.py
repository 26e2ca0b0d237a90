"""A search on Ray: with one worker the trials of one thread, and with several workers every trial verifies."""

from __future__ import annotations

import numpy as np
import pytest

import glassnet
from glassnet.data.split import split
from glassnet.training.executor import ThreadExecutor

pytest.importorskip("optuna")

R = np.random.default_rng(3).uniform(-1, 1, (240, 4))
SEARCH = {
    "trials": 4,
    "epochs": 2,
    "members": 2,
    "hidden": 8,
    "engine": "reference",
    "cv": 0,
    "space": {"learning_rate": "0.0001..0.1:log", "dropout": "0..0.3"},
}


def search(out, executor):
    return glassnet.search(R, R[:, 0] > R[:, 1], out=out, executor=executor, **SEARCH)


def test_one_worker_tries_what_one_thread_tries_and_each_trial_verifies(ray_nodes, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    with glassnet.ray_cluster(workers=1) as cluster:
        there = search("there", cluster)
    with ThreadExecutor(1) as executor:
        here = search("here", executor)
    shown = [[(one.number, one.state, one.options, one.scores) for one in found.trials] for found in (here, there)]
    assert shown[0] == shown[1]
    assert here.test == there.test
    with glassnet.ray_cluster() as cluster:
        several = search("several", cluster)
    data = glassnet.Dataset.from_arrays(R, R[:, 0] > R[:, 1])
    training, _ = split(data, glassnet.Options.recipe("table"))
    for trial in (several.trials[0], several.trials[-1]):
        assert glassnet.verify(glassnet.load_model(f"several/{trial.models[0]}"), training).same
