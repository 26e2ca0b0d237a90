"""The fitted attributes of scikit-learn's networks, and the properties that scikit-learn demands of its networks.

Properties that other modules of this folder test are not repeated.
"""

from __future__ import annotations

import pickle
import warnings

import numpy as np
import pytest
from scipy.special import expit, softmax
from sklearn.base import clone
from sklearn.datasets import load_digits, load_iris, make_multilabel_classification, make_regression
from sklearn.exceptions import ConvergenceWarning, NotFittedError
from sklearn.linear_model import PoissonRegressor
from sklearn.utils.validation import check_is_fitted

from glassnet import NetworkClassifier, NetworkRegressor
from glassnet.errors import DataWarning
from glassnet.estimators.attributes import NETWORK_ATTRIBUTES, NetworkAttributes
from glassnet.model.header import joined_count
from support.estimators import small

pytestmark = pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")  # `small` trains briefly

IRIS, SPECIES = load_iris(return_X_y=True)
DIGITS, DIGIT = load_digits(return_X_y=True)
BITS, BIT = DIGITS[DIGIT < 2][:100], DIGIT[DIGIT < 2][:100]
TAGGED, TAGS = make_multilabel_classification(50, random_state=0)
BOTH = pytest.mark.parametrize("kind", [NetworkClassifier, NetworkRegressor])
ACTIVATIONS = pytest.mark.parametrize("activation", ["identity", "sigmoid", "tanh", "relu"])
NAMES = [name.partition(" ")[0] for name in NETWORK_ATTRIBUTES]


def target_of(kind):
    return SPECIES if kind is NetworkClassifier else IRIS[:, 0] * 100


# Attributes.


def test_the_attributes_are_those_documented():
    properties = [name for name, value in vars(NetworkAttributes).items() if isinstance(value, property)]
    assert sorted(properties) == sorted(NAMES)


@BOTH
def test_attributes_do_not_exist_before_fit(kind):
    with pytest.raises(NotFittedError):
        check_is_fitted(kind())
    for name in NAMES:
        assert not hasattr(kind(), name)
        with pytest.raises(NotFittedError):
            getattr(kind(), name)
    assert vars(small(kind).fit(IRIS, target_of(kind))).keys() & set(NAMES) == set()


OUTPUTS = {"softmax": lambda z: softmax(z, axis=1), "sigmoid": expit, "identity": lambda z: z, "exponential": np.exp}
HIDDEN = {"relu": lambda z: np.maximum(z, 0), "tanh": np.tanh, "sigmoid": expit, "identity": lambda z: z}


@pytest.mark.parametrize("bias", [True, False])
@pytest.mark.parametrize("sizes", [(), (6, 5)])
@pytest.mark.parametrize(
    ("kind", "X", "y", "changes", "out"),
    [
        (NetworkClassifier, IRIS, SPECIES, {"activation": "relu"}, "softmax"),
        (NetworkClassifier, BITS, BIT, {"activation": "sigmoid"}, "softmax"),
        (NetworkClassifier, TAGGED, TAGS, {"activation": "tanh"}, "sigmoid"),
        (NetworkClassifier, IRIS, SPECIES, {"calibrate": True}, "softmax"),
        (NetworkRegressor, IRIS[:, 1:], IRIS[:, 0] * 9, {"activation": "identity"}, "identity"),
        (NetworkRegressor, IRIS[:, 2:], IRIS[:, :2], {"activation": "tanh"}, "identity"),
        (NetworkRegressor, IRIS[:, 1:], SPECIES, {"loss": "poisson"}, "exponential"),
    ],
)
def test_a_forward_pass_with_coefs_and_intercepts_gives_the_prediction(kind, X, y, changes, out, sizes, bias):
    fitted = kind(hidden_layer_sizes=sizes, max_iter=2, dtype="float64", bias=bias, **changes).fit(X, y)
    a = fitted.columns_.apply(X)
    for coefs, intercepts in zip(fitted.coefs_[:-1], fitted.intercepts_[:-1], strict=True):
        a = HIDDEN[changes.get("activation", "relu")](a @ coefs + intercepts)
    z = (a @ fitted.coefs_[-1] + fitted.intercepts_[-1]) / fitted.model_.temperature
    outputs = OUTPUTS[fitted.out_activation_](z)
    assert fitted.out_activation_ == out
    several = joined_count(fitted.model_.receipt)
    assert [coefs.shape[1] for coefs in fitted.coefs_[:-1]] == [several * nodes for nodes in sizes]
    assert fitted.n_layers_ == len(sizes) + 2 == len(fitted.coefs_) + 1
    assert fitted.n_outputs_ == outputs.shape[1]
    if kind is NetworkClassifier:
        np.testing.assert_allclose(outputs, fitted.predict_proba(X), rtol=1e-10)
    else:
        predicted = fitted.model_.targets.invert(outputs)
        np.testing.assert_allclose(predicted.reshape(y.shape), fitted.predict(X), rtol=1e-10)


def test_the_coefs_are_views_of_the_network():
    fitted = small(scaling="features").fit(IRIS, SPECIES)
    assert [coefs.shape for coefs in fitted.coefs_] == [(4, 8), (8, 3)]
    assert all(np.shares_memory(one, fitted.model_.network.parameters.flat) for one in fitted.coefs_)
    assert all(np.shares_memory(one, fitted.model_.network.parameters.flat) for one in fitted.intercepts_)


@BOTH
def test_the_loss_curve_has_one_value_per_epoch(kind):
    fitted = small(kind).fit(IRIS, target_of(kind))
    assert len(fitted.loss_curve_) == fitted.n_iter_ == 10
    assert fitted.best_loss_ == min(fitted.loss_curve_)
    assert fitted.loss_ == fitted.loss_curve_[-1]
    assert fitted.validation_scores_ is None
    assert fitted.best_validation_score_ is None


def test_early_stopping_replaces_the_best_loss_by_validation_scores():
    fitted = NetworkClassifier(early_stopping=True, max_iter=500, n_iter_no_change=5, batch_size=90).fit(BITS, BIT)
    assert len(fitted.validation_scores_) == len(fitted.loss_curve_) == fitted.n_iter_ < 500
    assert fitted.best_validation_score_ == max(fitted.validation_scores_)
    assert fitted.best_loss_ is None


def test_a_regression_has_no_validation_scores():
    fitted = small(NetworkRegressor, early_stopping=True).fit(IRIS, IRIS[:, 0])
    for name in ("validation_scores_", "best_validation_score_"):
        assert not hasattr(fitted, name)
        with pytest.raises(AttributeError, match=r"validation_scores_: .* Use history_\.validation_loss"):
            getattr(fitted, name)


def test_a_pickle_has_all_attributes_and_a_file_all_but_the_curves(tmp_path):
    fitted = small().fit(IRIS, SPECIES)
    fitted.save(tmp_path / "m")
    copy, loaded = pickle.loads(pickle.dumps(fitted)), NetworkClassifier.load(tmp_path / "m")
    assert copy.loss_curve_ == fitted.loss_curve_
    for one in (copy, loaded):
        np.testing.assert_array_equal(one.coefs_[0], fitted.coefs_[0])
    with pytest.raises(AttributeError, match="history_: a file does not store it"):
        loaded.loss_curve_  # noqa: B018


# Quality.


@ACTIVATIONS
def test_every_activation_learns_a_small_set_of_digits(activation):
    X, y = DIGITS[:100], DIGIT[:100]
    assert NetworkClassifier(activation=activation, members=1).fit(X, y).score(X, y) > 0.95


@ACTIVATIONS
def test_every_activation_learns_a_linear_function(activation):
    X, y = make_regression(200, n_features=10, n_targets=5, bias=5, random_state=0)
    assert NetworkRegressor(activation=activation, members=1).fit(X, y).score(X, y) > 0.94


def test_a_stronger_weight_decay_gives_smaller_weights():
    norms = [
        sum(np.square(coefs).sum() for coefs in small(weight_decay=decay).fit(IRIS, SPECIES).coefs_)
        for decay in (0.0, 1.0, 10.0)
    ]
    assert norms == sorted(norms, reverse=True)


@pytest.mark.filterwarnings("ignore:scipy.optimize:DeprecationWarning")  # of an older scikit-learn
@pytest.mark.parametrize("sizes", [(), (1,)])
def test_a_linear_poisson_network_equals_the_generalized_linear_model(sizes):
    X = np.linspace(0, 1, 100).reshape(-1, 1)
    y = np.random.default_rng(0).poisson(np.exp(X[:, 0] + 1))
    network = NetworkRegressor(
        loss="poisson",
        hidden_layer_sizes=sizes,
        activation="identity",
        scaling="features",
        weight_decay=0.0,
        dropout=0.0,
        max_iter=500,
        learning_rate=0.05,
        batch_size=100,
        dtype="float64",
        members=1,
    )
    expected = PoissonRegressor(alpha=0, tol=1e-7).fit(X, y).predict(X)
    np.testing.assert_allclose(network.fit(X, y).predict(X), expected, rtol=1e-4)


# Probabilities.


@pytest.mark.parametrize(("X", "y"), [(BITS[:50], BIT[:50]), (DIGITS[:50], DIGIT[:50])], ids=["binary", "multiclass"])
def test_class_probabilities_sum_to_1_and_agree_with_the_prediction(X, y):
    fitted = small(hidden_layer_sizes=(5,)).fit(X, y)
    probabilities = fitted.predict_proba(X)
    assert probabilities.shape == (50, len(np.unique(y)))
    np.testing.assert_allclose(probabilities.sum(axis=1), 1)
    np.testing.assert_allclose(fitted.predict_log_proba(X), np.log(probabilities))
    np.testing.assert_array_equal(fitted.classes_[probabilities.argmax(axis=1)], fitted.predict(X))


def test_label_probabilities_are_independent():
    fitted = small().fit(TAGGED, TAGS)
    probabilities = fitted.predict_proba(TAGGED)
    np.testing.assert_array_equal(probabilities > 0.5, fitted.predict(TAGGED))
    np.testing.assert_allclose(fitted.predict_log_proba(TAGGED), np.log(probabilities))
    assert (abs(probabilities.sum(axis=1) - 1) > 0.01).any()


# Incremental training.


@pytest.mark.parametrize("optimizer", ["sgd", "nesterov"])
def test_partial_fits_of_a_regression_equal_one_fit_at_a_constant_rate(optimizer):
    X, y = make_regression(200, n_features=10, random_state=0)
    settings = {"optimizer": optimizer, "learning_rate": 0.05, "schedule": "constant", "max_iter": 100}
    settings |= {"scaling": "features", "members": 1}
    network = NetworkRegressor(hidden_layer_sizes=(64,), dropout=0.0, dtype="float64", batch_size=200, **settings)
    weights = {"weight_decay": 0.01}
    fitted, stream = (clone(network).set_params(**weights) for _ in range(2))
    fitted.fit(X, y)
    for _ in range(100):
        stream.partial_fit(X, y)
    np.testing.assert_allclose(stream.predict(X), fitted.predict(X), rtol=1e-7)
    assert stream.score(X, y) > 0.9


def test_partial_fit_learns_several_labels():
    stream = NetworkClassifier(learning_rate=0.01, dropout=0.0)
    for _ in range(50):
        stream.partial_fit(TAGGED, TAGS, classes=range(5))
    assert stream.score(TAGGED, TAGS) > 0.9


def test_a_class_may_first_occur_in_a_later_call_of_partial_fit():
    stream = NetworkClassifier().partial_fit([[1], [2], [3]], ["a", "b", "c"], classes=["a", "b", "c", "d"])
    assert stream.predict_proba([[4]]).shape == (1, 4)
    for _ in range(20):
        stream.partial_fit([[4]], ["d"])
    assert stream.predict([[4]]).tolist() == ["d"]
    assert set(stream.predict([[1], [2], [3], [4]])) <= set("abcd")
    with pytest.raises(ValueError, match="class 'e' is not among"):
        stream.partial_fit([[5]], ["e"])


@BOTH
def test_partial_fit_with_early_stopping_is_rejected(kind):
    fitted = small(kind, early_stopping=True).fit(IRIS, target_of(kind))
    with pytest.raises(ValueError, match="early_stopping=True: partial_fit holds out no rows"):
        fitted.partial_fit(IRIS, target_of(kind))


@BOTH
def test_a_warm_start_has_as_many_epochs_as_the_first_fit(kind):
    fitted = small(kind, warm_start=True, max_iter=3)
    for epochs in (3, 3, 7):
        fitted.set_params(max_iter=epochs).fit(IRIS, target_of(kind))
        assert fitted.n_iter_ == len(fitted.loss_curve_) == epochs


def test_a_warm_start_with_early_stopping_records_its_own_scores():
    fitted = small(warm_start=True, early_stopping=True).fit(IRIS, SPECIES)
    first = fitted.loss_
    assert len(fitted.fit(IRIS, SPECIES).validation_scores_) == fitted.n_iter_
    assert fitted.loss_ < first


def test_a_warm_start_accepts_fewer_classes():
    """Unlike scikit-learn's, as with `partial_fit`: the network keeps its outputs."""
    fitted = small(warm_start=True).fit(IRIS, SPECIES).fit(IRIS[:100], SPECIES[:100])
    assert fitted.classes_.tolist() == [0, 1, 2]
    assert fitted.predict_proba(IRIS).shape == (150, 3)


# Stopping and rates.


@pytest.mark.parametrize("patience", [1, 3, 10])
def test_training_stops_after_exactly_n_iter_no_change_epochs_without_a_smaller_loss(patience):
    random = np.random.default_rng(0)
    X, y = random.normal(size=(100, 4)), random.integers(0, 2, 100)
    fitted = NetworkClassifier(early_stopping=True, max_iter=300, n_iter_no_change=patience, learning_rate=0.05)
    losses = fitted.fit(X, y).history_.validation_loss
    assert fitted.n_iter_ < 300
    assert len(losses) - 1 - np.argmin(losses) == patience


def test_the_schedule_plateau_decreases_the_rate_when_the_loss_stops_falling():
    random = np.random.default_rng(0)
    X, y = random.normal(size=(100, 3)), random.integers(0, 2, 100)
    fitted = small(optimizer="nesterov", schedule="plateau", rate_drop=0.2, patience=2, max_iter=300)
    assert fitted.fit(X, y)._state.plateau.factor < 1e-3


def test_shuffling_changes_the_training():
    def weights(shuffle):
        X, y = make_regression(50, n_features=5, random_state=0)
        network = NetworkRegressor(hidden_layer_sizes=1, max_iter=1, batch_size=1, shuffle=shuffle)
        return network.fit(X, y).coefs_[0]

    for shuffle in (True, False):
        np.testing.assert_array_equal(weights(shuffle), weights(shuffle))
    assert not np.array_equal(weights(True), weights(False))


@BOTH
def test_verbose_prints_a_line_per_epoch(kind, capsys):
    fitted = small(kind, verbose=True, max_iter=3).fit(IRIS, target_of(kind))
    lines = capsys.readouterr().out.splitlines()
    assert [line.partition(":")[0] for line in lines] == ["Epoch 1", "Epoch 2", "Epoch 3"]
    assert all(f"loss {loss:.5f}" in line for loss, line in zip(fitted.loss_curve_, lines, strict=True))
    fitted.partial_fit(IRIS, target_of(kind))
    assert capsys.readouterr().out.startswith("Epoch")
    fitted.set_params(verbose=False).fit(IRIS, target_of(kind))
    assert capsys.readouterr().out == ""


# Inputs.


@pytest.mark.parametrize("labels", [["red", "blue", "green"], np.array(["a", "b", "c"], object)])
def test_early_stopping_works_with_labels_that_are_words(labels):
    y = np.asarray(labels)[SPECIES]
    fitted = small(early_stopping=True, max_iter=30, learning_rate=0.01).fit(IRIS, y)
    assert set(fitted.predict(IRIS)) == set(labels)
    assert fitted.score(IRIS, y) > 0.8
    assert len(fitted.validation_scores_) == fitted.n_iter_


@BOTH
def test_feature_names_give_no_warnings_with_early_stopping(kind):
    pd = pytest.importorskip("pandas")
    X = pd.DataFrame(np.random.default_rng(0).normal(size=(10, 2)), columns=["a", "b"])
    with warnings.catch_warnings():
        warnings.simplefilter("error", UserWarning)
        warnings.simplefilter("ignore", ConvergenceWarning)
        warnings.simplefilter("ignore", DataWarning)  # every target is 1
        fitted = kind(early_stopping=True, validation_fraction=0.2).fit(X, pd.Series(np.full(10, 1)))
        np.testing.assert_allclose(fitted.predict(X), 1, atol=0.5)


@BOTH
def test_float32_and_float64_rows_give_nearly_the_same_result(kind):
    X, y = DIGITS[:300], DIGIT[:300]
    single, double = (small(kind).fit(X.astype(dtype), y) for dtype in (np.float32, np.float64))
    np.testing.assert_allclose(
        single._outputs(DIGITS[300:].astype(np.float32)), double._outputs(DIGITS[300:]), rtol=1e-3, atol=1e-3
    )


@BOTH
@pytest.mark.parametrize("rows", [np.float32, np.float64])
@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_the_type_of_the_weights_is_that_of_the_parameter(kind, rows, dtype):
    fitted = small(kind, dtype=dtype).fit(IRIS.astype(rows), target_of(kind))
    assert {one.dtype.name for one in fitted.coefs_ + fitted.intercepts_} == {dtype}


@BOTH
@pytest.mark.parametrize("early_stopping", [True, False])
def test_equal_sample_weights_have_no_effect(kind, early_stopping):
    fitted = small(kind, early_stopping=early_stopping)
    plain = clone(fitted).fit(IRIS, target_of(kind)).model_.hash()
    assert clone(fitted).fit(IRIS, target_of(kind), sample_weight=np.ones(150)).model_.hash() == plain
