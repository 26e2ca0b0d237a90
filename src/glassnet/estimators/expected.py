"""The checks of scikit-learn that cannot hold, in the form that scikit-learn takes."""

from __future__ import annotations

from typing import Any


def expected_failed_checks(estimator: Any) -> dict[str, str]:
    """Return the names of the checks of scikit-learn that an estimator of glassnet fails, with the reasons.

    For the argument `expected_failed_checks` of scikit-learn's ``check_estimator`` and ``parametrize_with_checks``.

    Examples
    --------
    >>> from glassnet.estimators import NetworkClassifier, expected_failed_checks
    >>> sorted(expected_failed_checks(NetworkClassifier()))  # doctest: +NORMALIZE_WHITESPACE
    ['check_sample_weight_equivalence_on_dense_data', 'check_sample_weight_equivalence_on_sparse_data']
    """
    reason = "a row of weight 2 is in one batch and one fold, its two copies may be in different ones"
    return dict.fromkeys(
        ("check_sample_weight_equivalence_on_dense_data", "check_sample_weight_equivalence_on_sparse_data"), reason
    )
