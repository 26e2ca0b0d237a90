"""Estimators for small data."""

from __future__ import annotations

from typing import Any

from glassnet import NetworkClassifier, NetworkRegressor


def small(
    kind: type[NetworkClassifier | NetworkRegressor] = NetworkClassifier, **changes: Any
) -> NetworkClassifier | NetworkRegressor:
    """An estimator of one network that is quick to train."""
    return kind(**{"hidden_layer_sizes": (8,), "max_iter": 10, "members": 1, **changes})
