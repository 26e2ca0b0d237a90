"""The defaults of each optimizer, and the warning if the chosen number of epochs is too small."""

from __future__ import annotations

import re
import warnings
from itertools import pairwise

import numpy as np
import pytest
from sklearn.datasets import load_diabetes, load_iris, make_friedman1
from sklearn.exceptions import ConvergenceWarning
from sklearn.model_selection import ShuffleSplit, cross_val_score

from glassnet import NetworkClassifier, NetworkRegressor
from glassnet.estimators.parameters import CLASSIFIER
from glassnet.nn.optimizers import OPTIMIZERS
from glassnet.options.recipes import for_estimator
from glassnet.training.callbacks import History
from glassnet.training.events import EpochDone
from support.estimators import small

OTHERS = [name for name in OPTIMIZERS if name != CLASSIFIER.optimizer]


@pytest.fixture(scope="module")
def scores():
    """The mean R2 of one network with the defaults of each optimizer, on a noisy table and on one that is less so.

    `benchmarks/optimizers.py` has more tables.
    """
    tables = load_diabetes(return_X_y=True), make_friedman1(300, random_state=0)
    rows = ShuffleSplit(1, test_size=0.5, random_state=0)
    made = {name: NetworkRegressor(optimizer=name, members=1, engine="compiled") for name in OPTIMIZERS}
    return {name: np.mean([cross_val_score(one, X, y, cv=rows) for X, y in tables]) for name, one in made.items()}


def test_every_optimizer_with_its_defaults_is_close_to_the_default(scores):
    best = scores[CLASSIFIER.optimizer]
    assert {name: best - scores[name] for name in OTHERS if best - scores[name] > 0.03} == {}


@pytest.mark.parametrize("rows", [100, 1000, 30_000])
def test_the_rate_depends_on_the_optimizer_unless_it_is_given(rows):
    for name in OPTIMIZERS:
        estimator = NetworkClassifier(optimizer=name)
        estimator._several, estimator.columns_ = False, None  # as `fit` determines from y and X
        options, expected = estimator._options(rows), for_estimator(rows, name)
        assert options.learning_rate == expected["learning_rate"]
        assert options.weight_decay == expected.get("weight_decay", CLASSIFIER.weight_decay)
        given = estimator.set_params(learning_rate=0.07, weight_decay=0.5, max_iter=11)._options(rows)
        assert (given.learning_rate, given.weight_decay, given.epochs) == (0.07, 0.5, 11)


def test_the_fewest_rows_do_not_take_more_epochs():
    """An epoch has at least one step."""
    assert for_estimator(1, "adamw")["epochs"] == for_estimator(16, "adamw")["epochs"]


def test_the_defaults_do_not_jump_with_the_number_of_rows():
    """From one row to the next; below 40 rows there are fewer members, each with its own fold."""
    made = [for_estimator(rows, CLASSIFIER.optimizer) for rows in range(40, 30_000)]
    for one, other in pairwise(made):
        assert other["members"] == one["members"]
        assert one["batch_size"] <= other["batch_size"] <= one["batch_size"] + 1
        assert one["learning_rate"] <= other["learning_rate"] <= 1.02 * one["learning_rate"]
        for name in ("epochs", "early_stopping"):
            assert abs(other[name] - one[name]) <= 1 + 0.06 * one[name]


def warned(estimator, **fitting):
    X, y = load_iris(return_X_y=True)
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        estimator.fit(X, y, **fitting)
    caught = [one for one in caught if issubclass(one.category, ConvergenceWarning)]
    assert {one.filename for one in caught} <= {__file__}, "the warning must point at the line of the caller"
    return [str(one.message) for one in caught]


def test_a_fit_with_too_few_epochs_warns_once():
    X, y = load_iris(return_X_y=True)
    constant = {"schedule": "constant", "max_iter": 20}
    (message,) = warned(small(**constant))
    assert re.search("still fell by [0-9]+% in the last 10% of 20 epochs", message)
    assert "max_iter" in message
    assert warned(NetworkClassifier()) == []
    assert warned(small()) == []  # the rate ends at 0
    assert warned(small(max_iter=1)) == []  # nothing to compare with
    assert warned(small(**constant, members=2)) == []  # each stops by its fold
    assert warned(small(**constant, early_stopping=True)) == []
    assert warned(small(**constant), X_val=X[::5], y_val=y[::5]) == []
    ended = [lambda event: isinstance(event, EpochDone) and event.epoch == 19]
    assert warned(small(**constant), callbacks=ended) == []  # a callback chose the length
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        small(**constant).partial_fit(X, y, classes=[0, 1, 2])


@pytest.mark.parametrize(
    ("losses", "fall"),
    [([], 0), ([1.0], 0), ([1.0, 0.5], 0.1 / 0.6), ([2.0] * 9 + [1.0], 0.5), ([1.0] * 20, 0), ([0.0] * 20, 0),
     ([*range(40, 20, -1)], 2 / 23), ([1.0] * 10 + [2.0], 0)],
)  # fmt: skip
def test_the_fall_of_the_loss_in_the_last_tenth(losses, fall):
    history = History(epoch=[*range(1, len(losses) + 1)], epoch_loss=losses)
    assert history.loss_fall() == pytest.approx(fall)
