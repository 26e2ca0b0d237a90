"""The Poisson loss is better than the squared error on many rows of counts, for any mean."""

from __future__ import annotations

import numpy as np
from sklearn.metrics import d2_tweedie_score
from sklearn.model_selection import train_test_split

from glassnet import NetworkRegressor, Options
from glassnet.data.dataset import Dataset
from glassnet.model.build import new_model


def log_linear(random, rows):
    X = random.normal(size=(rows, 5))
    return X, np.exp(X @ [0.5, -0.4, 0.3, 0, 0])


def bumpy(random, rows):
    X = random.uniform(-2, 2, size=(rows, 4))
    return X, np.exp(np.sin(2 * X[:, 0]) + 0.5 * X[:, 1] ** 2 - 0.5 * X[:, 2])


def overdispersed(random, rows):
    """Draw each row with its own rate: a negative binomial distribution."""
    X = random.normal(size=(rows, 8))
    return X, np.exp(0.6 * X[:, 0] + 0.4 * np.abs(X[:, 1])) * random.gamma(3, 1 / 3, rows)


def groups(random, rows):
    """Use a rate for each of six groups, doubled in some rows."""
    group, twice = random.integers(0, 6, rows), random.integers(0, 2, rows)
    return np.column_stack([np.eye(6)[group], twice]), np.array([1, 1.5, 2, 3, 4, 6])[group] * (1 + twice)


MAKERS = {log_linear: 1, bumpy: 20, overdispersed: 2000, groups: 300}
"""Table -> the mean of its counts."""


def test_explains_as_much_deviance_as_the_squared_error():
    """Two networks are the fewest that are trained on folds, as by default."""
    gained = {}
    for make, mean in MAKERS.items():
        random = np.random.default_rng(500)
        X, rate = make(random, 1500)
        y = random.poisson(rate / rate.mean() * mean)
        X, X_test, y, y_test = train_test_split(X, y, random_state=0)
        explained = []
        for loss in ("poisson", "squared_error"):
            answers = NetworkRegressor(loss=loss, members=2, engine="compiled").fit(X, y).predict(X_test)
            explained.append(d2_tweedie_score(y_test, np.maximum(answers, 1e-3 * mean), power=1))
        gained[make.__name__] = explained[0] - explained[1]
    assert np.mean(list(gained.values())) > 0
    assert {name: gain for name, gain in gained.items() if gain < -0.02} == {}


def test_initial_predictions_are_near_the_mean():
    random = np.random.default_rng(0)
    values = random.poisson(300, (200, 1))
    data = Dataset(random.normal(size=(200, 6)), np.arange(200), 1, None, "counts", 1.0, values=values)
    options = Options.recipe("table", output="exponential", loss="poisson", targets="values", scaling="features")
    answers = new_model(data, options).predict(data.inputs)
    assert np.abs(np.log(answers / values.mean())).max() < 1
