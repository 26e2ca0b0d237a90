"""scikit-learn's own checks of what it calls an estimator: all of them, with the defaults, none expected to fail.

`.ci/run` runs them beside the oldest scikit-learn that is promised too.
"""

from __future__ import annotations

import subprocess
import sys

import pytest
from sklearn.utils.estimator_checks import estimator_checks_generator

from glassnet import NetworkClassifier, NetworkRegressor
from support.cli import environment

CHECKS = [one for kind in (NetworkClassifier, NetworkRegressor) for one in estimator_checks_generator(kind())]


# Not `parametrize_with_checks`: that of scikit-learn 1.6 to 1.8 gives pytest a generator, which pytest 9 refuses.
@pytest.mark.filterwarnings("default")  # the checks provoke warnings, and look at them themselves
@pytest.mark.filterwarnings("error::sklearn.exceptions.ConvergenceWarning")  # no check chooses a length of fits
@pytest.mark.parametrize(
    ("estimator", "check"), CHECKS, ids=[f"{type(one).__name__}-{c.func.__name__}" for one, c in CHECKS]
)
def test_sklearn_checks(estimator, check):
    check(estimator)


def test_the_estimators_need_no_callbacks_of_sklearn():
    """Before 1.9 there are none; the estimators' other base classes must find their order without the mixin."""
    program = (
        "import sys; import sklearn.pipeline; from sklearn.datasets import load_iris; "
        "sys.modules['sklearn.callback'] = None; from glassnet import NetworkClassifier, NetworkRegressor; "
        "X, y = load_iris(return_X_y=True); assert NetworkClassifier().fit(X, y).score(X, y) > 0.9; "
        "assert NetworkRegressor().fit(X, y).score(X, y) > 0.8; assert not hasattr(NetworkClassifier, 'set_callbacks')"
    )
    done = subprocess.run([sys.executable, "-c", program], env=environment(), capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
