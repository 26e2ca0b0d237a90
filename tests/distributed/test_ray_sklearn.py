"""scikit-learn's searches over the estimators: the same scores on one process, on several, and on Ray."""

from __future__ import annotations

import joblib
import numpy as np
import pytest

pytest.importorskip("sklearn")
from sklearn.model_selection import GridSearchCV, RandomizedSearchCV

from glassnet import NetworkClassifier

X = np.random.default_rng(0).uniform(-1, 1, (120, 3))
Y = np.where(X[:, 0] > X[:, 1] * X[:, 2], "yes", "no")
NETWORK = NetworkClassifier(max_iter=3, n_jobs=1, random_state=0)
GRID = {"hidden_layer_sizes": [(3,), (5,)]}


def search(kind, n_jobs):
    more = {"n_iter": 2, "random_state": 0} if kind is RandomizedSearchCV else {}
    return kind(NETWORK, GRID, cv=2, n_jobs=n_jobs, **more).fit(X, Y)


def assert_same(one, other):
    """The same results, but for times, and the same winner."""
    assert one.cv_results_.keys() == other.cv_results_.keys()
    for name, values in one.cv_results_.items():
        if not name.endswith("_time"):
            assert np.array_equal(values, other.cv_results_[name]), name
    assert one.best_estimator_.model_.hash() == other.best_estimator_.model_.hash()


def test_a_search_in_several_processes():
    assert_same(search(RandomizedSearchCV, 2), search(RandomizedSearchCV, 1))
    joblib.externals.loky.get_reusable_executor().shutdown(wait=True)


def test_a_search_on_ray(ray_nodes):
    from ray.util.joblib import register_ray

    register_ray()
    with joblib.parallel_config("ray"):
        there = search(GridSearchCV, 2)
    assert_same(there, search(GridSearchCV, 1))
