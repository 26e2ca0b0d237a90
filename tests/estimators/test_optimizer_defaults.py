"""The defaults of each optimizer, and the warning if the chosen number of epochs is too small."""

from __future__ import annotations

import warnings

import numpy as np
import pytest
from sklearn.datasets import load_diabetes, load_digits, load_iris
from sklearn.exceptions import ConvergenceWarning
from sklearn.model_selection import cross_val_score

from glassnet import NetworkClassifier, NetworkRegressor
from glassnet.estimators.parameters import CLASSIFIER
from glassnet.nn.optimizers import OPTIMIZERS
from glassnet.options.recipes import LARGE, SMALL, for_estimator
from glassnet.training.callbacks import History
from glassnet.training.events import EpochDone

NEAR = {"lion": 0.045}
"""How far below the best an optimizer may be, if it is not 0.03. Lion has the furthest that it was on any of the small
tables by which its defaults were chosen (`recipes.BY_OPTIMIZER`): it was made for long trainings in large batches."""
OTHERS = [name for name in OPTIMIZERS if name != CLASSIFIER.optimizer]
TABLES = {
    "iris": (load_iris, NetworkClassifier),
    "diabetes": (load_diabetes, NetworkRegressor),
    "digits": (load_digits, NetworkClassifier),
}


def scores(table, optimizer):
    """Return the scores of 3 folds; `benchmarks/optimizers.py` has more tables, and three seeds."""
    load, kind = TABLES[table]
    X, y = load(return_X_y=True)
    rows = np.random.default_rng(0).permutation(len(y))[: SMALL * 3 // 2 + 32]  # two folds are more than SMALL
    return cross_val_score(kind(optimizer=optimizer), X[rows], y[rows], cv=3)


@pytest.mark.parametrize("table", TABLES)
def test_every_optimizer_with_its_defaults_is_close_to_the_best(table):
    best = scores(table, CLASSIFIER.optimizer).mean()
    below = {name: best - scores(table, name).mean() for name in OTHERS}
    assert {name: gap for name, gap in below.items() if gap > NEAR.get(name, 0.03)} == {}


@pytest.mark.parametrize("rows", [SMALL, SMALL + 1, LARGE])
def test_the_rate_depends_on_the_optimizer_unless_it_is_given(rows):
    for name in OPTIMIZERS:
        estimator = NetworkClassifier(optimizer=name)
        estimator._several = False  # as `fit` determines from y
        options = estimator._options(rows)
        for option in ("learning_rate", "weight_decay", "epochs"):
            assert getattr(options, option) == for_estimator(rows, name, estimator.loss)[option]
        given = estimator.set_params(learning_rate=0.07, weight_decay=0.5, max_iter=11)._options(rows)
        assert (given.learning_rate, given.weight_decay, given.epochs) == (0.07, 0.5, 11)


def warned(estimator, **fitting):
    X, y = load_iris(return_X_y=True)
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        estimator.fit(X, y, **fitting)
    caught = [one for one in caught if one.category is ConvergenceWarning]
    assert {one.filename for one in caught} <= {__file__}, "the warning must point at the line of the caller"
    return [str(one.message) for one in caught]


def test_a_fit_with_too_few_epochs_warns_once():
    X, y = load_iris(return_X_y=True)
    (message,) = warned(NetworkClassifier(max_iter=10))
    assert "still fell by 14% in the last 10% of 10 epochs" in message
    assert "max_iter" in message
    assert warned(NetworkClassifier()) == []
    assert warned(NetworkClassifier(max_iter=36)) == []  # enough epochs
    assert warned(NetworkClassifier(max_iter=1)) == []  # nothing to compare with
    assert warned(NetworkClassifier(max_iter=10, early_stopping=True)) == []
    assert warned(NetworkClassifier(max_iter=10), X_val=X[::5], y_val=y[::5]) == []
    ended = [lambda event: isinstance(event, EpochDone) and event.epoch == 5]
    assert warned(NetworkClassifier(max_iter=10), callbacks=ended) == []  # a callback chose the length
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        NetworkClassifier(max_iter=10).partial_fit(X, y, classes=[0, 1, 2])


@pytest.mark.parametrize(
    ("losses", "fall"),
    [([], 0), ([1.0], 0), ([1.0, 0.5], 0.1 / 0.6), ([2.0] * 9 + [1.0], 0.5), ([1.0] * 20, 0), ([0.0] * 20, 0),
     ([*range(40, 20, -1)], 2 / 23), ([1.0] * 10 + [2.0], 0)],
)  # fmt: skip
def test_the_fall_of_the_loss_in_the_last_tenth(losses, fall):
    history = History(epoch=[*range(1, len(losses) + 1)], epoch_loss=losses)
    assert history.loss_fall() == pytest.approx(fall)
