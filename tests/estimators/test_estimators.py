"""The estimators with scikit-learn's tools, and their additional features."""

from __future__ import annotations

import json
import pickle
import subprocess
import sys

import numpy as np
import pytest
from scipy import sparse
from sklearn.base import clone
from sklearn.datasets import load_diabetes, load_iris, make_moons
from sklearn.exceptions import NotFittedError
from sklearn.metrics import log_loss
from sklearn.model_selection import GridSearchCV, cross_val_score
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

import glassnet
from glassnet import NetworkClassifier, NetworkRegressor, Options
from glassnet.errors import DataError, OptionError
from glassnet.estimators.parameters import AUTOMATIC, MEANT, NOT_PARAMETERS, PARAMETERS
from glassnet.options.options import SPECS
from glassnet.runtime.system import available_cores
from glassnet.training.events import EpochDone
from support.cli import environment
from support.estimators import small

pytestmark = pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")  # `small` trains briefly

IRIS, SPECIES = load_iris(return_X_y=True)
NAMED = np.array(["setosa", "versicolor", "virginica"])[SPECIES]
DIABETES, PROGRESSION = load_diabetes(return_X_y=True)
MOONS, SIDES = make_moons(200, noise=0.2, random_state=0)
BOTH = pytest.mark.parametrize("kind", [NetworkClassifier, NetworkRegressor])


def target_of(kind):
    return SPECIES if kind is NetworkClassifier else IRIS[:, 0] * 100


# Parameters.


def test_every_option_is_a_parameter_or_explicitly_excluded():
    assert sorted([*PARAMETERS, *NOT_PARAMETERS]) == sorted(SPECS)
    assert set(AUTOMATIC) <= set(PARAMETERS)


@BOTH
def test_defaults_that_do_not_depend_on_data_are_those_of_the_recipe(kind):
    options = kind().fit(IRIS, target_of(kind), callbacks=[lambda event: True]).options_
    same = {"loss": options.loss, "output": options.output, "targets": options.targets, "engine": options.engine}
    recipe = Options.recipe("table", threads=1, input_max=1.0, **same)
    differing = {name for name in SPECS if getattr(options, name) != getattr(recipe, name)}
    assert differing <= {*AUTOMATIC, "early_stopping"}


@BOTH
def test_each_parameter_is_described(kind):
    names = list(kind().get_params())
    lines = kind.__doc__.splitlines()
    assert all(any(line.startswith(f"{name} : ") for line in lines) for name in names)
    assert kind.__doc__.index("\nParameters\n-----") < kind.__doc__.index("\nAttributes\n-----")


@pytest.mark.parametrize("name", sorted(MEANT))
def test_a_parameter_name_of_sklearn_networks_gets_a_suggestion(name):
    with pytest.raises(TypeError, match=rf"no parameter '{name}'\. Use "):
        NetworkClassifier(**{name: 1})


def test_an_unknown_name_lists_all_parameters():
    with pytest.raises(
        TypeError, match=r"no parameter 'size'\. Expected one of hidden_layer_sizes, activation, leaky_relu_slope"
    ):
        NetworkClassifier(size=3)


@pytest.mark.parametrize(
    "wrong", [{"activation": "swish"}, {"max_iter": 0}, {"hidden_layer_sizes": (0,)}, {"batch_size": "all"},
              {"dropout": (0.1, 0.2, 0.3)}, {"learning_rate": "adaptive"}, {"early_stopping": 5},
              {"members": 0}, {"members": "many"}, {"folds": "yes"}, {"folds": True, "members": 1},
              {"folds": True, "early_stopping": True}]
)  # fmt: skip
def test_values_that_are_not_allowed_are_refused_in_fit(wrong):
    with pytest.raises(ValueError, match=next(iter(wrong)).split("_")[0]):
        NetworkClassifier(**wrong).fit(IRIS, SPECIES)


def test_the_result_depends_only_on_random_state():
    first, again, other = (small(random_state=seed).fit(IRIS, SPECIES) for seed in (3, 3, 4))
    assert first.model_.hash() == again.model_.hash() != other.model_.hash()
    assert first.options_.seed == 3
    assert small(random_state=np.random.RandomState(3)).fit(IRIS, SPECIES).options_.seed > 3


@pytest.mark.parametrize(("n_jobs", "threads"), [(1, 1), (None, 1), (3, 3), (-1, available_cores()), (-1000, 1)])
def test_jobs_are_counted_as_scikit_learn_counts_them(n_jobs, threads):
    assert small(n_jobs=n_jobs, max_iter=1).fit(IRIS, SPECIES).options_.threads == threads


def test_layers_have_widths_activations_and_dropout_of_their_own():
    layers = {"hidden_layer_sizes": (9, 5), "activation": ("tanh", "relu"), "dropout": (0.0, 0.5)}
    fitted = small(scaling="features", **layers).fit(IRIS, SPECIES)
    made = fitted.model_.network.architecture
    assert (made.sizes, made.activations) == ((4, 9, 5, 3), ("tanh", "relu", "softmax"))


# With the tools of scikit-learn.


def test_defaults_are_good_enough_for_a_small_table():
    """Those of a classifier are in docs/estimators.md, whose examples are run."""
    assert cross_val_score(NetworkRegressor(), DIABETES, PROGRESSION, cv=2).mean() > 0.4


def test_pipelines_searches_and_clones():
    pipe = make_pipeline(StandardScaler(), small()).set_output(transform="pandas")
    search = GridSearchCV(pipe, {"networkclassifier__dropout": [0.0, 0.2]}, cv=2).fit(*_frame())
    assert search.best_estimator_[-1].feature_names_in_.tolist() == ["a", "b", "c", "d"]
    copy = clone(search.best_estimator_[-1])
    assert copy.get_params() == search.best_estimator_[-1].get_params()
    with pytest.raises(NotFittedError):
        copy.predict(IRIS)


def _frame():
    import pandas as pd

    return pd.DataFrame(IRIS, columns=list("abcd")), pd.Series(NAMED)


def test_feature_names_are_stored_and_checked():
    X, y = _frame()
    fitted = small().fit(X, y)
    assert fitted.classes_.tolist() == ["setosa", "versicolor", "virginica"]
    assert set(fitted.predict(X)) <= set(NAMED)
    with pytest.raises(ValueError, match="feature names"):
        fitted.predict(X[["b", "a", "c", "d"]])


@BOTH
def test_sparse_and_dense_rows_give_the_same_result(kind):
    X, y = IRIS * (IRIS > 1), target_of(kind)
    dense, thin = (small(kind, scaling="features").fit(rows, y) for rows in (X, sparse.csr_array(X)))
    assert dense.model_.hash() == thin.model_.hash() == small(kind).fit(sparse.csr_array(X), y).model_.hash()
    np.testing.assert_array_equal(dense.predict(X), thin.predict(sparse.csr_matrix(X)))
    prepared = small(kind).fit(X, y)
    np.testing.assert_array_equal(prepared.predict(X), prepared.predict(sparse.csr_matrix(X)))


@BOTH
def test_a_pickled_estimator_continues_like_the_original(kind):
    first = small(kind, warm_start=True).fit(IRIS, target_of(kind))
    second = pickle.loads(pickle.dumps(first))
    np.testing.assert_array_equal(first.predict(IRIS), second.predict(IRIS))
    assert first.fit(IRIS, target_of(kind)).model_.hash() == second.fit(IRIS, target_of(kind)).model_.hash()


def test_multi_output_regression():
    y = np.stack([IRIS[:, 0] * 1000, -IRIS[:, 1]], axis=1)
    fitted = NetworkRegressor(members=1).fit(IRIS[:, 2:], y)
    assert fitted.predict(IRIS[:, 2:]).shape == (150, 2)
    assert fitted.score(IRIS[:, 2:], y) > 0.5


@pytest.mark.parametrize("form", [np.asarray, sparse.csr_array])
def test_multilabel_classification(form):
    y = np.stack([MOONS[:, 0] > 0, MOONS[:, 1] > 0.3, SIDES], axis=1).astype(int)
    fitted = NetworkClassifier(max_iter=50, members=1).fit(MOONS, form(y))
    assert fitted.score(MOONS, y) > 0.9
    assert fitted.predict_proba(MOONS).shape == (200, 3)


def test_class_weights_change_the_predictions():
    share = [
        (small(class_weight=weight).fit(MOONS, SIDES).predict(MOONS) == 1).mean()
        for weight in ({0: 100, 1: 1}, None, {0: 1, 1: 100})
    ]
    assert share[0] < share[1] < share[2]


def test_a_single_class_is_always_predicted():
    fitted = small().fit(IRIS, ["only"] * 150)
    assert set(fitted.predict(IRIS)) == {"only"}
    assert fitted.predict_proba(IRIS).tolist() == [[1.0]] * 150


# Additional features.


def test_validation_rows_select_the_best_weights():
    losses = []
    fitted = NetworkClassifier(max_iter=60, learning_rate=0.05, hidden_layer_sizes=(50,), n_iter_no_change=5)
    fitted.fit(MOONS[:60], SIDES[:60], X_val=MOONS[60:], y_val=SIDES[60:], callbacks=[losses.append])
    curve = fitted.history_.validation_loss
    assert len(curve) == fitted.n_iter_ == fitted.history_.epoch[-1]
    assert sum(isinstance(event, EpochDone) for event in losses) == fitted.n_iter_
    reached = log_loss(SIDES[60:], fitted.predict_proba(MOONS[60:]))
    assert reached == pytest.approx(min(curve), rel=1e-6)
    assert fitted.n_iter_ - 1 - int(np.argmin(curve)) <= 5


def test_early_stopping_holds_out_a_fraction():
    fitted = small(early_stopping=True, validation_fraction=0.2).fit(IRIS, SPECIES)
    assert len(fitted.history_.validation_accuracy) == fitted.n_iter_
    assert small(early_stopping=False).fit(IRIS, SPECIES).history_.validation_loss == []


def test_validation_rows_need_their_targets():
    with pytest.raises(ValueError, match="X_val and y_val: one is missing"):
        small().fit(IRIS, SPECIES, X_val=IRIS)
    with pytest.raises(ValueError, match="class 7 is not among"):
        small().fit(IRIS, SPECIES, X_val=IRIS[:2], y_val=[0, 7])


def test_a_callback_stops_training_by_returning_true():
    fitted = small(max_iter=50).fit(
        IRIS, SPECIES, callbacks=[lambda event: isinstance(event, EpochDone) and event.epoch == 4]
    )
    assert fitted.n_iter_ == 4


def test_sklearn_callbacks_see_each_epoch_and_may_end_it():
    pytest.importorskip("sklearn.callback")

    class Stop:
        begun = ended = 0
        scores: tuple[float, ...] = ()

        def setup(self, estimator, context):
            self.epochs = context.max_subtasks

        def teardown(self, estimator, context):
            self.over = True

        def on_fit_task_begin(self, estimator, context):
            self.begun += 1

        def on_fit_task_end(self, estimator, context, *, X, y, fitted_estimator):
            self.ended += 1
            self.scores = (*self.scores, fitted_estimator.score(X, y))
            return context.task_name == "epoch" and context.task_id == 6

    stop = Stop()
    fitted = small(max_iter=50).set_callbacks(stop).fit(IRIS, SPECIES)
    assert (fitted.n_iter_, stop.epochs, stop.over) == (7, 50, True)
    assert stop.begun == stop.ended == 8  # seven epochs, and the whole fit
    assert stop.scores[0] < stop.scores[-1]


@pytest.mark.parametrize("loss", ["squared_error", "absolute_error", "huber", "quantile", "poisson"])
def test_regression_losses(loss):
    y = np.exp(IRIS[:, 2])
    fitted = NetworkRegressor(loss=loss, max_iter=20, members=1).fit(IRIS, y)
    assert np.corrcoef(fitted.predict(IRIS), y)[0, 1] > 0.9


@pytest.mark.parametrize("quantile", [0.1, 0.9])
def test_a_quantile_is_above_its_fraction_of_the_targets(quantile):
    X = np.random.default_rng(0).random((400, 1))
    y = X[:, 0] + np.random.default_rng(1).normal(size=400)
    fitted = small(NetworkRegressor, loss="quantile", quantile=quantile, max_iter=100).fit(X, y)
    assert (y < fitted.predict(X)).mean() == pytest.approx(quantile, abs=0.05)


@pytest.mark.parametrize("loss", ["cross_entropy", "squared_error", "focal"])
def test_classification_losses(loss):
    assert NetworkClassifier(loss=loss, members=1).fit(MOONS, SIDES).score(MOONS, SIDES) > 0.9


def test_a_loss_given_as_a_function():
    def squared(outputs, targets):
        error = outputs - targets
        return 0.5 * (error**2).sum(axis=1), error

    estimator = small(NetworkRegressor, dtype="float64")
    own, named = (clone(estimator).set_params(loss=loss).fit(IRIS, IRIS[:, 0]) for loss in (squared, "squared_error"))
    np.testing.assert_allclose(own.predict(IRIS), named.predict(IRIS), rtol=1e-9)


def test_losses_for_regression_are_rejected_by_classifiers():
    with pytest.raises(
        OptionError, match=r"loss 'poisson': expected one of squared_error, cross_entropy, focal\. Or pass a function"
    ):
        NetworkClassifier(loss="poisson").fit(IRIS, SPECIES)


def test_calibration_improves_probabilities_and_keeps_predictions():
    train, test = slice(0, 100), slice(100, 200)
    settings = {"hidden_layer_sizes": (60,), "learning_rate": 0.1, "max_iter": 150, "early_stopping": False}
    plain = NetworkClassifier(**settings).fit(MOONS[train], SIDES[train], X_val=MOONS[test], y_val=SIDES[test])
    fitted = NetworkClassifier(**settings, calibrate=True)
    fitted.fit(MOONS[train], SIDES[train], X_val=MOONS[test], y_val=SIDES[test])
    assert fitted.model_.temperature != 1
    np.testing.assert_array_equal(plain.predict(MOONS), fitted.predict(MOONS))
    before, after = (log_loss(SIDES[test], one.predict_proba(MOONS[test])) for one in (plain, fitted))
    assert after < before
    assert small(calibrate=True).fit(IRIS, SPECIES).history_.validation_loss, "calibration must hold out samples"


def test_hidden_activations_give_the_prediction():
    fitted = small(NetworkRegressor, hidden_layer_sizes=(6, 4)).fit(IRIS, IRIS[:, 0])
    first, second = fitted.hidden_activations(IRIS)
    assert (first.shape, second.shape) == ((150, 6), (150, 4))
    network = fitted.model_.network
    sums = second @ network.parameters.weights[2].T + network.parameters.biases[2]
    np.testing.assert_allclose(fitted.model_.targets.invert(sums)[:, 0], fitted.predict(IRIS), rtol=1e-5)


def test_the_learning_rate_finder_does_not_change_the_estimator():
    estimator = NetworkClassifier()
    found = estimator.find_learning_rate(IRIS, SPECIES)
    assert 1e-4 < found.suggestion < 1
    assert vars(estimator) == vars(NetworkClassifier())


@BOTH
def test_partial_fit_improves_with_every_part(kind):
    estimator = small(kind, learning_rate=0.01, batch_size=16)
    y = target_of(kind)
    more = {"classes": [0, 1, 2]} if kind is NetworkClassifier else {}
    scores = []
    for call in range(12):
        rows = np.random.default_rng(call).permutation(150)[:100]
        estimator.partial_fit(IRIS[rows], y[rows], **(more if call == 0 else {}))
        scores.append(estimator.score(IRIS, y))
    assert scores[0] < scores[-1]
    assert scores[-1] > 0.8
    assert estimator.n_iter_ == len(estimator.history_.epoch) == 12


def test_the_first_partial_fit_needs_the_classes():
    with pytest.raises(ValueError, match="classes: missing"):
        small().partial_fit(IRIS, SPECIES)
    estimator = small().partial_fit(IRIS[:50], SPECIES[:50], classes=[0, 1, 2])
    with pytest.raises(ValueError, match="not those of the first call"):
        estimator.partial_fit(IRIS, SPECIES, classes=[0, 1])
    with pytest.raises(ValueError, match="class 9 is not among"):
        estimator.partial_fit(IRIS[:2], [0, 9])


def test_a_warm_start_continues_and_keeps_its_classes():
    estimator = small(warm_start=True).fit(IRIS, SPECIES)
    first = estimator.history_.epoch_loss[-1]
    assert estimator.fit(IRIS, SPECIES).history_.epoch_loss[-1] < first
    with pytest.raises(ValueError, match="class 3 is not among"):
        estimator.fit(IRIS, SPECIES + 3)


# Files.


@pytest.mark.parametrize(
    ("kind", "y"),
    [(NetworkClassifier, NAMED), (NetworkClassifier, SPECIES), (NetworkClassifier, SPECIES == 0),
     (NetworkClassifier, np.eye(3, dtype=int)[SPECIES]), (NetworkRegressor, IRIS[:, 0]), (NetworkRegressor, IRIS)]
)  # fmt: skip
def test_an_estimator_is_restored_from_a_file(kind, y, tmp_path):
    estimator = small(kind, dropout=0.1).fit(_frame()[0], y)
    estimator.save(tmp_path / "m.safetensors")
    loaded = kind.load(tmp_path / "m.safetensors")
    answers = loaded.predict(_frame()[0])
    assert answers.dtype == estimator.predict(_frame()[0]).dtype
    np.testing.assert_array_equal(answers, estimator.predict(_frame()[0]))
    assert loaded.get_params() == estimator.get_params()
    assert loaded.feature_names_in_.tolist() == ["a", "b", "c", "d"]
    assert glassnet.load_model(tmp_path / "m.safetensors").class_names == estimator.model_.class_names
    assert loaded.set_params(warm_start=True).fit(_frame()[0], y).n_iter_ == 10


def test_a_file_of_another_kind_is_refused(tmp_path):
    small().fit(IRIS, SPECIES).save(tmp_path / "classes.safetensors")
    with pytest.raises(DataError, match="saved by NetworkClassifier, expected NetworkRegressor"):
        NetworkRegressor.load(tmp_path / "classes.safetensors")
    model = glassnet.Model(glassnet.Network((4, 3)), glassnet.Scaling.named("unit"), glassnet.Targets.named("notes", 3))
    glassnet.save_model(model, tmp_path / "plain.safetensors")
    with pytest.raises(DataError, match="not saved by an estimator, expected"):
        NetworkClassifier.load(tmp_path / "plain.safetensors")
    with pytest.raises(NotFittedError):
        small().save(tmp_path / "none.safetensors")
    assert not (tmp_path / "none.safetensors").exists()


def test_the_command_line_reads_such_a_file(tmp_path):
    small().fit(IRIS, NAMED).save(tmp_path / "m.safetensors")
    start = [sys.executable, "-m", "glassnet", "info", str(tmp_path / "m.safetensors"), "--json"]
    done = subprocess.run(start, capture_output=True, text=True, env=environment(), check=True)
    assert json.loads(done.stdout)["receipt"]["estimator"]["class"] == "NetworkClassifier"


def test_without_scikit_learn_the_error_says_what_to_install():
    program = "import sys; sys.modules['sklearn'] = None; import glassnet; glassnet.NetworkClassifier"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, env=environment())
    assert done.returncode == 1
    assert done.stderr.splitlines()[-1].endswith("is not installed: pip install 'glassnet[sklearn]'")
