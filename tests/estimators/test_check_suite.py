"""scikit-learn's own checks of what it calls an estimator: all of them, with the defaults, none expected to fail."""

from __future__ import annotations

import pytest
from sklearn.utils.estimator_checks import parametrize_with_checks

from glassnet import NetworkClassifier, NetworkRegressor


@pytest.mark.filterwarnings("default")  # the checks provoke warnings, and look at them themselves
@parametrize_with_checks([NetworkClassifier(), NetworkRegressor()])
def test_sklearn_checks(estimator, check):
    check(estimator)
