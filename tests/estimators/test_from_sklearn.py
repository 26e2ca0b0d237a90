"""`from_sklearn`: every parameter of scikit-learn's networks is translated, or named with the reason."""

from __future__ import annotations

import pickle
import warnings

import numpy as np
import pytest
from sklearn.base import clone
from sklearn.datasets import load_diabetes, load_iris
from sklearn.exceptions import ConvergenceWarning
from sklearn.model_selection import KFold, cross_val_score
from sklearn.neural_network import MLPClassifier, MLPRegressor
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from glassnet import NetworkClassifier, NetworkRegressor
from glassnet.errors import ArgumentError
from glassnet.estimators.from_sklearn import PARAMETERS
from glassnet.runtime.blas import one_blas_thread
from support.covering import covering

IRIS, SPECIES = load_iris(return_X_y=True)
PAIRS = pytest.mark.parametrize(
    ("kind", "network"), [(NetworkClassifier, MLPClassifier), (NetworkRegressor, MLPRegressor)]
)
TRANSLATED = [
    ({"hidden_layer_sizes": 7}, {"hidden_layer_sizes": (7,)}),
    ({"hidden_layer_sizes": np.array([7, 3])}, {"hidden_layer_sizes": (7, 3)}),
    ({"hidden_layer_sizes": []}, {"hidden_layer_sizes": ()}),
    ({"activation": "logistic"}, {"activation": "sigmoid"}),
    ({"activation": "identity"}, {"activation": "identity"}),
    ({"activation": "tanh"}, {"activation": "tanh"}),
    ({"solver": "sgd"}, {"optimizer": "nesterov"}),
    ({"solver": "sgd", "nesterovs_momentum": False}, {"optimizer": "momentum"}),
    ({"solver": "sgd", "momentum": 0}, {"optimizer": "sgd"}),
    ({"solver": "sgd", "momentum": 0.5}, {"optimizer": "nesterov", "momentum": 0.5}),
    ({"alpha": 0}, {"weight_decay": 0.0}),
    ({"alpha": 1.0}, {"optimizer": "adam", "weight_decay": 1 / 200}),
    ({"alpha": 1.0, "batch_size": 50}, {"optimizer": "adam", "weight_decay": 1 / 50, "batch_size": 50}),
    ({"alpha": 1.0, "solver": "sgd"}, {"optimizer": "nesterov", "weight_decay": 1 / 200}),
    (
        {"solver": "sgd", "learning_rate": "adaptive"},
        {"optimizer": "nesterov", "schedule": "plateau", "rate_drop": 0.2, "patience": 10},
    ),
    (
        {"solver": "sgd", "learning_rate": "adaptive", "n_iter_no_change": 4},
        {"optimizer": "nesterov", "schedule": "plateau", "rate_drop": 0.2, "patience": 4},
    ),
    ({"learning_rate_init": 0.01}, {"learning_rate": 0.01, "batch_size": 200, "max_iter": 200}),
    (
        {"learning_rate_init": 0.01, "batch_size": 8, "max_iter": 900},
        {"learning_rate": 0.01, "batch_size": 8, "max_iter": 900},
    ),
    ({"max_iter": 20}, {"max_iter": 20}),
    ({"shuffle": False}, {"shuffle": False}),
    ({"random_state": 7}, {"random_state": 7}),
    ({"verbose": 10}, {"verbose": True}),
    ({"warm_start": True}, {"warm_start": True}),
    ({"early_stopping": True}, {"early_stopping": True}),
    (
        {"early_stopping": True, "validation_fraction": 0.3, "n_iter_no_change": 5, "max_iter": 500},
        {"early_stopping": True, "validation_fraction": 0.3, "n_iter_no_change": 5, "max_iter": 500},
    ),
    ({"early_stopping": True, "n_iter_no_change": np.inf}, {"early_stopping": True, "n_iter_no_change": 200}),
    ({"beta_1": 0.8, "beta_2": 0.99, "epsilon": 1e-7}, {"momentum": 0.8, "beta2": 0.99, "epsilon": 1e-7}),
]
NOT_TRANSLATED = [
    ({"solver": "lbfgs"}, "solver='lbfgs' .* default"),
    ({"solver": "lbfgs", "alpha": 0.1}, "alpha=0.1 .* weight_decay"),
    ({"solver": "lbfgs", "max_iter": 50}, "max_iter=50 .* not an epoch"),
    ({"solver": "lbfgs", "max_fun": 50}, "max_fun=50 .*no lbfgs"),
    ({"solver": "sgd", "learning_rate": "invscaling"}, "learning_rate='invscaling' .* schedule"),
    ({"solver": "sgd", "power_t": 0.3}, "power_t=0.3 .*invscaling"),
    ({"max_iter": 1000}, "max_iter=1000 .* all epochs are run"),
    ({"tol": 1e-3}, "tol=0.001 .*no tolerance"),
    ({"n_iter_no_change": 5}, "n_iter_no_change=5 .*without early_stopping"),
    ({"validation_fraction": 0.3}, "validation_fraction=0.3 .*only with early_stopping"),
]
UNUSED = [
    ({"momentum": 0.5, "nesterovs_momentum": False, "power_t": 1, "learning_rate": "adaptive", "max_fun": 5}, "adam"),
    ({"solver": "sgd", "beta_1": 0.5, "beta_2": 0.5, "epsilon": 1, "max_fun": 5}, "sgd"),
    (
        {
            "solver": "lbfgs",
            "batch_size": 5,
            "learning_rate_init": 1,
            "shuffle": False,
            "early_stopping": True,
            "n_iter_no_change": 5,
            "validation_fraction": 0.3,
        },
        "lbfgs",
    ),
]


def silently(kind, network):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)
        return kind.from_sklearn(network)


@PAIRS
def test_every_parameter_of_scikit_learn_has_a_rule(kind, network):
    assert set(network().get_params()) <= set(PARAMETERS)
    assert set(PARAMETERS) <= {*network().get_params(), "loss"}


@PAIRS
def test_the_defaults_are_those_of_glassnet_without_a_warning(kind, network):
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        made = kind.from_sklearn(network(**network().get_params()))
    assert made.get_params() == kind().get_params()


@PAIRS
@pytest.mark.parametrize(("given", "expected"), TRANSLATED)
def test_a_setting_is_translated_and_listed(kind, network, given, expected):
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        made = kind.from_sklearn(network(**given))
    assert made.get_params() == kind().get_params() | expected
    assert all(f"{name}={value!r}" in made.translation for name, value in expected.items())
    assert all(f"\n  {name}=" in made.translation for name in given)


@PAIRS
@pytest.mark.parametrize(("given", "reason"), NOT_TRANSLATED)
def test_a_setting_without_an_equivalent_is_named_with_the_reason(kind, network, given, reason):
    with pytest.warns(UserWarning, match=f"from_sklearn: not translated: .*{reason}") as caught:
        made = kind.from_sklearn(network(**given))
    assert [one.filename for one in caught] == [__file__]
    changed = {name for name, value in made.get_params().items() if value != getattr(kind(), name)}
    assert changed <= {"optimizer"}
    assert "\nnot translated:\n" in f"\n{made.translation}"


@pytest.mark.parametrize(("given", "solver"), UNUSED)
def test_settings_that_the_solver_ignores_are_listed_and_have_no_effect(given, solver):
    made = silently(NetworkClassifier, MLPClassifier(**given))
    without = silently(NetworkClassifier, MLPClassifier(solver=solver))
    assert made.get_params() == without.get_params()
    unused = made.translation.partition(f"unused by solver {solver}:\n")[2].partition("everything else")[0].split()
    assert set(unused) == set(given) - {"solver"}


def test_the_loss_of_a_regressor_is_translated():
    if "loss" not in MLPRegressor().get_params():
        pytest.skip("MLPRegressor has a loss from scikit-learn 1.7 on")
    assert NetworkRegressor.from_sklearn(MLPRegressor(loss="poisson")).loss == "poisson"


def test_an_unknown_parameter_of_a_subclass_or_a_newer_version_is_named():
    class Newer(MLPClassifier):
        def __init__(self, dropout=0.0):
            super().__init__()
            self.dropout = dropout

    with pytest.warns(UserWarning, match="dropout=0.5 .*does not have it"):
        NetworkClassifier.from_sklearn(Newer(dropout=0.5))


def test_the_result_is_an_ordinary_estimator():
    made = NetworkClassifier.from_sklearn(MLPClassifier((9,), random_state=3))
    assert clone(made).get_params() == made.get_params()
    random = np.random.RandomState(0)
    assert NetworkClassifier.from_sklearn(MLPClassifier(random_state=random)).random_state is random
    assert pickle.loads(pickle.dumps(made)).translation == made.translation
    expected = NetworkClassifier(hidden_layer_sizes=(9,), random_state=3, members=1).fit(IRIS, SPECIES)
    assert made.set_params(members=1).fit(IRIS, SPECIES).model_.hash() == expected.model_.hash()
    assert NetworkClassifier().translation == ""


def test_the_weights_of_a_fitted_network_are_not_taken():
    fitted = MLPClassifier((5,), max_iter=150, random_state=0)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)
        fitted.fit(IRIS, SPECIES)
    with pytest.warns(UserWarning, match=r"not translated: the fitted weights \(call fit\)"):
        made = NetworkClassifier.from_sklearn(fitted)
    assert made.hidden_layer_sizes == (5,)
    assert not hasattr(made, "model_")


@pytest.mark.parametrize(
    ("kind", "given", "words"),
    [
        (NetworkClassifier, MLPRegressor(), "MLPRegressor, expected MLPClassifier.* Use NetworkRegressor.from_sklearn"),
        (NetworkRegressor, MLPClassifier(), "MLPClassifier, expected MLPRegressor.* Use NetworkClassifier.from_sk"),
        (NetworkClassifier, MLPClassifier, "the class MLPClassifier, expected MLPClassifier"),
        (NetworkClassifier, make_pipeline(StandardScaler(), MLPClassifier()), "Pipeline.*Pass the last step"),
        (NetworkClassifier, StandardScaler(), "StandardScaler, expected MLPClassifier"),
        (NetworkClassifier, NetworkClassifier(), "NetworkClassifier, expected MLPClassifier"),
        (NetworkRegressor, None, "NoneType, expected MLPRegressor"),
    ],
)
def test_another_object_is_rejected_with_what_is_expected(kind, given, words):
    with pytest.raises(TypeError, match=words) as caught:
        kind.from_sklearn(given)
    assert isinstance(caught.value, ArgumentError)


def test_a_value_that_scikit_learn_does_not_allow_is_rejected_as_there():
    with pytest.raises(ValueError, match="'alpha' parameter of MLPClassifier must be"):
        NetworkClassifier.from_sklearn(MLPClassifier(alpha="high"))


SOLVERS = [
    {"solver": "sgd", "momentum": 0},
    {"solver": "sgd", "nesterovs_momentum": False, "momentum": 0.7},
    {"solver": "sgd", "momentum": 0.7},
    # glassnet adds epsilon to the corrected root, as the paper does, scikit-learn to the other.
    {"solver": "adam", "beta_1": 0.7, "beta_2": 0.9, "epsilon": 1e-12},
]


@pytest.mark.parametrize(
    ("kind", "activation", "alpha", "solver"),
    covering(
        (NetworkClassifier, NetworkRegressor),
        ("identity", "logistic", "tanh", "relu"),
        (3.0, 0.0),
        range(len(SOLVERS)),
    ),
)
def test_a_translated_network_takes_the_same_steps_as_the_original(kind, activation, alpha, solver):
    """From equal weights, with all rows in each step.

    With a penalty one step: glassnet's is also on the biases, which are 0 before the first step.
    """
    network = MLPClassifier if kind is NetworkClassifier else MLPRegressor
    solver, steps = SOLVERS[solver], 1 if alpha else 5
    rows = (IRIS - IRIS.mean(axis=0)) / IRIS.std(axis=0)
    y = SPECIES if kind is NetworkClassifier else np.stack([rows[:, 0], -rows[:, 1]], axis=1)
    settings = {"activation": activation, "alpha": alpha, "learning_rate_init": 0.02, "batch_size": 150, **solver}
    theirs = network(hidden_layer_sizes=(6, 5), random_state=0, **settings)
    ours = silently(kind, theirs).set_params(dtype="float64", dropout=0.0)
    classes = {"classes": [0, 1, 2]} if kind is NetworkClassifier else {}
    start = clone(ours).set_params(learning_rate=1e-30, weight_decay=0.0).partial_fit(rows, y, **classes)

    theirs.partial_fit(rows, y, **classes)  # only to create the arrays
    del theirs._optimizer
    for created, initial in zip(theirs.coefs_ + theirs.intercepts_, start.coefs_ + start.intercepts_, strict=True):
        created[...] = initial
    for _ in range(steps):
        theirs.partial_fit(rows, y, **classes)
        ours.partial_fit(rows, y, **classes)
    for mine, other, initial in zip(ours.coefs_, theirs.coefs_, start.coefs_, strict=True):
        assert not np.allclose(mine, initial, atol=1e-4)
        np.testing.assert_allclose(mine, other, rtol=1e-5, atol=1e-6)


OF_CLASSES, OF_NUMBERS = (NetworkClassifier, MLPClassifier, load_iris), (NetworkRegressor, MLPRegressor, load_diabetes)


@pytest.mark.parametrize(
    ("kind", "network", "load", "given"),
    [
        (*OF_CLASSES, {}),
        (*OF_NUMBERS, {"solver": "sgd", "learning_rate": "adaptive"}),
        (*OF_NUMBERS, {"activation": "logistic", "early_stopping": True}),
    ],
)
def test_a_translated_network_is_as_good_as_the_original_on_standardised_columns(kind, network, load, given):
    X, y = load(return_X_y=True)
    rows = KFold(3, shuffle=True, random_state=0)
    ours = silently(kind, network(**given)).set_params(engine="compiled")
    theirs = make_pipeline(StandardScaler(), network(**given, random_state=0))
    if "early_stopping" not in given:  # which trains one network
        ours.set_params(members=2)
    with warnings.catch_warnings(), one_blas_thread():
        warnings.simplefilter("ignore", ConvergenceWarning)
        scores = [cross_val_score(one, X, y, cv=rows).mean() for one in (ours, theirs)]
    assert scores[0] > scores[1] - 0.03


@pytest.mark.parametrize("given", [{"early_stopping": True}, {"warm_start": True}])
def test_a_setting_that_needs_one_network_trains_one(given):
    made = NetworkClassifier.from_sklearn(MLPClassifier((9,), **given)).set_params(max_iter=3)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)
        assert made.fit(IRIS, SPECIES).options_.members == 1
