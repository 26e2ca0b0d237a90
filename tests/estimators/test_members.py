"""Several networks, each trained without one fold, as one network; and the settings that train one network."""

from __future__ import annotations

import pickle

import numpy as np
import pytest
from sklearn.datasets import load_iris
from sklearn.exceptions import NotFittedError

from glassnet import NetworkClassifier, NetworkRegressor
from glassnet.model.header import joined_count
from glassnet.training.events import BlockDone, EpochDone
from support.estimators import small

pytestmark = pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")  # `small` trains briefly

IRIS, SPECIES = load_iris(return_X_y=True)


def several(kind=NetworkClassifier, **changes):
    return small(kind, **{"members": "auto", "learning_rate": 0.01, **changes})


def squared(outputs, targets):
    return ((outputs - targets) ** 2).sum(axis=1), 2 * (outputs - targets)


def test_four_networks_become_one_calibrated_network():
    fitted = several().fit(IRIS, SPECIES)
    assert (fitted.options_.members, fitted.options_.folds, len(fitted.model_.members)) == (4, True, 1)
    assert fitted.model_.network.architecture.sizes[1:] == (8 * joined_count(fitted.model_.receipt), 3)
    assert fitted.model_.temperature != 1
    first = small(learning_rate=0.01, members=1).fit(IRIS, SPECIES)
    assert len(fitted.history_.validation_loss) == fitted.n_iter_ == first.n_iter_


@pytest.mark.parametrize(
    ("kind", "changes", "fitting"),
    [
        (NetworkClassifier, {"members": 1}, {}),
        (NetworkClassifier, {"early_stopping": True}, {}),
        (NetworkClassifier, {"early_stopping": False}, {}),
        (NetworkClassifier, {"warm_start": True}, {}),
        (NetworkClassifier, {"calibrate": True}, {}),
        (NetworkClassifier, {}, {"X_val": IRIS[::5], "y_val": SPECIES[::5]}),
        (NetworkRegressor, {"loss": squared}, {}),
    ],
)
def test_these_settings_train_one_network(kind, changes, fitting):
    fitted = several(kind, **changes).fit(IRIS, SPECIES, **fitting)
    assert (fitted.options_.members, fitted.options_.folds) == (1, False)
    assert fitted.model_.network.architecture.sizes[1] == 8


@pytest.mark.parametrize(("rows", "members"), [(1, 1), (19, 1), (20, 2), (39, 3), (40, 4), (150, 4)])
def test_few_rows_have_fewer_networks(rows, members):
    order = np.random.default_rng(0).permutation(150)[:rows]
    assert several().fit(IRIS[order], SPECIES[order]).options_.members == members


def test_too_few_rows_for_the_given_number_of_members():
    with pytest.raises(ValueError, match=r"10 samples for 8 folds, expected 16 or more\. Use fewer members"):
        several(members=8).fit(IRIS[::15], SPECIES[::15])


@pytest.mark.parametrize("way", ["pickle", "file"])
def test_the_joined_network_is_trained_further(way, tmp_path):
    fitted = several().fit(IRIS, SPECIES)
    before = fitted.predict_proba(IRIS)
    if way == "pickle":
        fitted = pickle.loads(pickle.dumps(fitted))
    else:
        fitted.save(tmp_path / "e")
        fitted = NetworkClassifier.load(tmp_path / "e")
    fitted.set_params(learning_rate=1e-7, weight_decay=0.0).partial_fit(IRIS, SPECIES)
    assert fitted.model_.temperature == 1
    np.testing.assert_allclose(fitted.predict_proba(IRIS), before, atol=1e-4)
    fitted.set_params(learning_rate=0.01).partial_fit(IRIS, SPECIES)
    with pytest.raises(ValueError, match=r"hidden_layer_sizes \(32,\): the fitted network has \(8,\)"):
        fitted.set_params(hidden_layer_sizes=(32,)).partial_fit(IRIS, SPECIES)


def test_a_warm_start_continues_the_joined_network():
    fitted = several(members=2, warm_start=True).fit(IRIS, SPECIES)
    made, loss = fitted.model_.network.architecture, fitted.loss_
    assert fitted.fit(IRIS, SPECIES).model_.network.architecture == made
    assert fitted.loss_ < loss


def test_separate_networks_cannot_be_trained_further():
    fitted = several(members=2, folds=False).fit(IRIS, SPECIES)
    assert len(fitted.model_.members) == 2
    with pytest.raises(ValueError, match="folds=False: the fitted networks stay separate"):
        fitted.partial_fit(IRIS, SPECIES)


def test_an_interrupted_fit_changes_nothing():
    def interrupt(event):
        if isinstance(event, BlockDone):
            raise KeyboardInterrupt

    fitted = several()
    with pytest.raises(KeyboardInterrupt):
        fitted.fit(IRIS, SPECIES, callbacks=[interrupt])
    with pytest.raises(NotFittedError):
        fitted.predict(IRIS)
    before = fitted.fit(IRIS, SPECIES).model_.hash()
    with pytest.raises(KeyboardInterrupt):
        fitted.fit(IRIS, SPECIES[::-1], callbacks=[interrupt])
    assert fitted.model_.hash() == before


def test_a_callback_ends_all_members_with_the_same_epoch():
    fitted = several().fit(IRIS, SPECIES, callbacks=[lambda event: isinstance(event, EpochDone) and event.epoch == 3])
    assert fitted.n_iter_ == 3
    assert {len(one) for one in fitted.model_.receipt["trails"]} == {4}  # and the initial weights


def test_callbacks_of_sklearn_see_the_first_network_in_training():
    pytest.importorskip("sklearn.callback")

    class Scores:
        def setup(self, estimator, context):
            self.scores = []

        def teardown(self, estimator, context): ...

        def on_fit_task_begin(self, estimator, context): ...

        def on_fit_task_end(self, estimator, context, *, X, y, fitted_estimator):
            self.scores.append(fitted_estimator.score(X, y))

    seen = Scores()
    several(max_iter=20).set_callbacks(seen).fit(IRIS, SPECIES)
    assert len(seen.scores) == 21  # the epochs, and the whole fit
    assert seen.scores[0] < seen.scores[-2]


def test_the_number_of_threads_does_not_matter():
    hashes = {several(n_jobs=jobs).fit(IRIS, SPECIES).model_.hash() for jobs in (None, 1, 3)}
    assert len(hashes) == 1
