"""All of scikit-learn's estimator checks, and the few that cannot hold; those that fit often train one network.

`.ci/run` also runs them with the oldest supported scikit-learn.
"""

from __future__ import annotations

import subprocess
import sys

import pytest
from sklearn.utils import estimator_checks
from sklearn.utils.estimator_checks import estimator_checks_generator

from glassnet import NetworkClassifier, NetworkRegressor
from support.cli import environment

KINDS = (NetworkClassifier, NetworkRegressor)
ORDER = ("check_methods_subset_invariance", "check_methods_sample_order_invariance")
WEIGHTS = ("check_sample_weight_equivalence_on_dense_data", "check_sample_weight_equivalence_on_sparse_data")
EXPECTED = {
    **dict.fromkeys(WEIGHTS, "a row of weight 2 is in one batch and one fold, its two copies may be in different ones"),
    **dict.fromkeys(ORDER, "the last bits of float32 products depend on the number of rows"),
}
"""Checks that are expected to fail, with the reasons; `docs/estimators.md` lists them."""
OFTEN = {
    "check_estimator_sparse_array",
    "check_estimator_sparse_matrix",
    "check_regressor_data_not_an_array",
    "check_classifiers_train",
    "check_classifiers_classes",
    "check_estimators_dtypes",
    "check_regressors_train",
    "check_regressors_int",
    "check_classifiers_multilabel_representation_invariance",
}
"""Checks that fit more than three times.

Not the one of class weights, which sets 1,000 epochs: only early stopping, as on folds, ends before even the rows of
almost no weight are memorised (Byrd and Lipton 2019).
"""


def name_of(check):
    return check.func.__name__


def checks(kind):
    every = estimator_checks_generator(kind()), estimator_checks_generator(kind(members=1))
    for whole, one in zip(*every, strict=True):
        yield one if name_of(one[1]) in OFTEN else whole


CHECKS = [one for kind in KINDS for one in checks(kind)]


def marked(estimator, check):
    reason = EXPECTED.get(name_of(check))
    marks = [pytest.mark.xfail(reason=reason, raises=AssertionError, strict=name_of(check) in WEIGHTS)]
    return pytest.param(
        estimator, check, marks=marks if reason else [], id=f"{type(estimator).__name__}-{name_of(check)}"
    )


# `parametrize_with_checks` of scikit-learn 1.6 to 1.8 gives pytest a generator, which pytest 9 rejects.
@pytest.mark.filterwarnings("default")  # the checks provoke warnings and inspect them
@pytest.mark.filterwarnings("error::sklearn.exceptions.ConvergenceWarning")  # no check sets few epochs
@pytest.mark.parametrize(("estimator", "check"), [marked(*one) for one in CHECKS])
def test_sklearn_checks(estimator, check):
    check(estimator)


def test_the_exceptions_are_checks():
    assert {name_of(check) for _, check in CHECKS} >= {*EXPECTED, *OFTEN}


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("name", ORDER)
def test_the_order_and_number_of_rows_do_not_matter_in_double_precision(kind, name):
    getattr(estimator_checks, name)(kind.__name__, kind(dtype="float64", members=1))


def test_the_estimators_work_without_the_callbacks_of_sklearn():
    """Before 1.9 there are none; the base classes of the estimators must have a valid order without the mixin."""
    program = (
        "import sys; import sklearn.pipeline; from sklearn.datasets import load_iris; "
        "sys.modules['sklearn.callback'] = None; from glassnet import NetworkClassifier; "
        "X, y = load_iris(return_X_y=True); assert NetworkClassifier(members=1).fit(X, y).score(X, y) > 0.9; "
        "assert not hasattr(NetworkClassifier, 'set_callbacks')"
    )
    done = subprocess.run([sys.executable, "-c", program], env=environment(), capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
