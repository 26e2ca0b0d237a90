"""The Poisson loss on few rows is as good as the squared error, for any mean of the counts."""

from __future__ import annotations

import numpy as np
import pytest
from sklearn.metrics import d2_tweedie_score
from sklearn.model_selection import train_test_split

from glassnet import NetworkRegressor, Options
from glassnet.data.dataset import Dataset
from glassnet.model.build import new_model
from support.covering import covering


def log_linear(random, rows):
    X = random.normal(size=(rows, 5))
    return X, np.exp(X @ [0.5, -0.4, 0.3, 0, 0])


def bumpy(random, rows):
    X = random.uniform(-2, 2, size=(rows, 4))
    return X, np.exp(np.sin(2 * X[:, 0]) + 0.5 * X[:, 1] ** 2 - 0.5 * X[:, 2])


def additive(random, rows):
    X = random.uniform(size=(rows, 6))
    return X, 1 + 3 * X[:, 0] + 2 * X[:, 1] * X[:, 2]


def overdispersed(random, rows):
    """Draw each row with its own rate: a negative binomial distribution."""
    X = random.normal(size=(rows, 8))
    return X, np.exp(0.6 * X[:, 0] + 0.4 * np.abs(X[:, 1])) * random.gamma(3, 1 / 3, rows)


def faint(random, rows):
    """Use one weak input of ten."""
    X = random.normal(size=(rows, 10))
    return X, np.exp(0.2 * X[:, 0])


def groups(random, rows):
    """Use a rate for each of six groups, doubled in some rows."""
    group, twice = random.integers(0, 6, rows), random.integers(0, 2, rows)
    return np.column_stack([np.eye(6)[group], twice]), np.array([1, 1.5, 2, 3, 4, 6])[group] * (1 + twice)


MAKERS = {log_linear: (150, 512), bumpy: (150, 512), additive: (150, 512), overdispersed: (150, 512), faint: (400,),
          groups: (150,)}  # fmt: skip


@pytest.mark.parametrize(
    ("make", "mean", "rows"),
    covering(MAKERS, (1, 20, 300, 2000), (150, 400, 512), allowed=lambda make, mean, rows: rows in MAKERS[make]),
)
def test_explains_as_much_deviance_as_the_squared_error(make, mean, rows):
    explained = {"poisson": [], "squared_error": []}
    for seed in range(500, 510):
        random = np.random.default_rng(seed)
        X, rate = make(random, rows)
        y = random.poisson(rate / rate.mean() * mean)
        X, X_test, y, y_test = train_test_split(X, y, random_state=seed)
        for loss, scores in explained.items():
            answers = NetworkRegressor(loss=loss).fit(X, y).predict(X_test)
            scores.append(d2_tweedie_score(y_test, np.maximum(answers, 1e-3 * mean), power=1))
    assert np.mean(explained["poisson"]) > np.mean(explained["squared_error"]) - 0.02


def test_initial_predictions_are_near_the_mean():
    random = np.random.default_rng(0)
    values = random.poisson(300, (200, 1))
    data = Dataset(random.normal(size=(200, 6)), np.arange(200), 1, None, "counts", 1.0, values=values)
    options = Options.recipe("estimator", output="exponential", loss="poisson", targets="values", scaling="features")
    answers = new_model(data, options).predict(data.inputs)
    assert np.abs(np.log(answers / values.mean())).max() < 1
