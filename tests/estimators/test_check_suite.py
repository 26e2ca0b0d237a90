"""All of scikit-learn's estimator checks with default parameters; none is expected to fail.

`.ci/run` also runs them with the oldest supported scikit-learn.
"""

from __future__ import annotations

import subprocess
import sys

import pytest
from sklearn.utils.estimator_checks import estimator_checks_generator

from glassnet import NetworkClassifier, NetworkRegressor
from support.cli import environment

CHECKS = [one for kind in (NetworkClassifier, NetworkRegressor) for one in estimator_checks_generator(kind())]


# `parametrize_with_checks` of scikit-learn 1.6 to 1.8 gives pytest a generator, which pytest 9 rejects.
@pytest.mark.filterwarnings("default")  # the checks provoke warnings and inspect them
@pytest.mark.filterwarnings("error::sklearn.exceptions.ConvergenceWarning")  # no check sets the number of epochs
@pytest.mark.parametrize(
    ("estimator", "check"), CHECKS, ids=[f"{type(one).__name__}-{c.func.__name__}" for one, c in CHECKS]
)
def test_sklearn_checks(estimator, check):
    check(estimator)


def test_the_estimators_work_without_the_callbacks_of_sklearn():
    """Before 1.9 there are none; the base classes of the estimators must have a valid order without the mixin."""
    program = (
        "import sys; import sklearn.pipeline; from sklearn.datasets import load_iris; "
        "sys.modules['sklearn.callback'] = None; from glassnet import NetworkClassifier, NetworkRegressor; "
        "X, y = load_iris(return_X_y=True); assert NetworkClassifier().fit(X, y).score(X, y) > 0.9; "
        "assert NetworkRegressor().fit(X, y).score(X, y) > 0.8; assert not hasattr(NetworkClassifier, 'set_callbacks')"
    )
    done = subprocess.run([sys.executable, "-c", program], env=environment(), capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
