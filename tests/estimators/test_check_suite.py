"""All of scikit-learn's estimator checks, and the few that cannot hold.

Checks of form train two networks for few epochs; those that need a good fit train one, for as long as by default.

`.ci/run` also runs them with the oldest supported scikit-learn.
"""

from __future__ import annotations

import subprocess
import sys

import pytest
from sklearn.utils import estimator_checks
from sklearn.utils.estimator_checks import estimator_checks_generator

from glassnet.estimators import NetworkClassifier, NetworkRegressor, expected_failed_checks
from support.cli import environment

KINDS = (NetworkClassifier, NetworkRegressor)
EXPECTED = expected_failed_checks(NetworkClassifier())
GOOD = {
    "check_class_weight_classifiers",
    "check_classifiers_train",
    "check_estimators_dtypes",
    "check_regressors_int",
    "check_regressors_train",
}
"""Checks of what is learned, or of differences that few epochs would hide.

That of class weights sets 1,000 epochs: only early stopping, as on folds, ends before even the rows of almost no weight
are memorised (Byrd and Lipton 2019). So it has two members too.
"""

LONG = {"engine": "compiled"}  # twice as fast as the engine that is used for so few rows by default


def name_of(check):
    return check.func.__name__


def checks(kind):
    folds = "check_class_weight_classifiers"
    every = zip(
        *(
            estimator_checks_generator(kind(**given))
            for given in ({"members": 2, "max_iter": 3}, {"members": 1, **LONG}, {"members": 2, **LONG})
        ),
        strict=True,
    )
    for quick, one, whole in every:
        name = name_of(quick[1])
        yield whole if name == folds else one if name in GOOD else quick


CHECKS = [one for kind in KINDS for one in checks(kind)]


def marked(estimator, check):
    reason = EXPECTED.get(name_of(check))
    marks = [pytest.mark.xfail(reason=reason, raises=AssertionError)]
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
    assert {name_of(check) for _, check in CHECKS} >= {*EXPECTED, *GOOD}


@pytest.mark.parametrize("kind", KINDS)
def test_scikit_learn_takes_the_expected_failures(kind):
    """In the form in which projects that use the estimators pass them on."""
    estimator = kind(members=1, max_iter=2)
    expected = expected_failed_checks(estimator)
    every = [*estimator_checks_generator(estimator, expected_failed_checks=expected, mark="xfail")]
    marked = {name_of(one.values[1]) for one in every if hasattr(one, "marks") and one.marks}
    assert marked == set(expected)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("name", ["check_methods_subset_invariance", "check_methods_sample_order_invariance"])
def test_the_order_and_number_of_rows_do_not_matter_in_double_precision(kind, name):
    getattr(estimator_checks, name)(kind.__name__, kind(dtype="float64", members=1, max_iter=1))


def test_the_estimators_work_without_the_callbacks_of_sklearn():
    """Before 1.9 there are none; the base classes of the estimators must have a valid order without the mixin."""
    program = (
        "import sys; import sklearn.pipeline; from sklearn.datasets import load_iris; "
        "sys.modules['sklearn.callback'] = None; from glassnet import NetworkClassifier; "
        "X, y = load_iris(return_X_y=True); NetworkClassifier(members=1, max_iter=2, engine='reference').fit(X, y); "
        "assert not hasattr(NetworkClassifier, 'set_callbacks')"
    )
    done = subprocess.run([sys.executable, "-c", program], env=environment(), capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
