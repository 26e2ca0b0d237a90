"""Classes, or several labels a sample."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.base import ClassifierMixin
from sklearn.preprocessing import LabelEncoder
from sklearn.utils.class_weight import compute_sample_weight
from sklearn.utils.multiclass import check_classification_targets, type_of_target
from sklearn.utils.validation import column_or_1d

from .base import NetworkEstimator
from .defaults import AUTOMATIC, NAMES, OPTIONS
from .parameters import Declared, of_options, with_parameters

_PARAMETERS = [
    *of_options(NAMES, OPTIONS, AUTOMATIC),
    Declared("class_weight", None, 'dict, or "balanced", or None', "How much each class counts."),
    Declared("warm_start", False, "bool", "Go on from what an earlier `fit` has learnt."),
]


@with_parameters(_PARAMETERS)
class NetworkClassifier(ClassifierMixin, NetworkEstimator):  # type: ignore[misc]
    """A network that tells classes apart, or says which of several labels hold.

    Parameters
    ----------
    PARAMETERS
    """

    def _known(self, y: NDArray[Any], *, reset: bool) -> tuple[str, NDArray[Any], tuple[str, ...]]:
        check_classification_targets(y)
        if type_of_target(y) == "multilabel-indicator":
            known = y.toarray() if hasattr(y, "toarray") else np.asarray(y)
            if reset:
                self.classes_ = np.arange(known.shape[1])
            return "labels", known, tuple(map(str, self.classes_))
        y = column_or_1d(y, warn=True)
        if reset:
            encoder = LabelEncoder().fit(y)
            self.classes_ = encoder.classes_
        labels = np.searchsorted(self.classes_, y)
        return "classes", labels, tuple(map(str, self.classes_))

    def _weighted(self, known: NDArray[Any], weights: NDArray[Any] | None) -> NDArray[Any] | None:
        if self.class_weight is None:
            return weights
        if self._task == "classes":
            known = self.classes_[known]
        return compute_sample_weight(self.class_weight, known) * (1 if weights is None else weights)

    def predict(self, X: Any) -> NDArray[Any]:  # noqa: N803
        """Return the class of each row, or 0 and 1 for each of several labels."""
        answers = self.model_.targets.invert(self._outputs(X)) if hasattr(self, "model_") else self._outputs(X)
        return self.classes_[answers] if self._task == "classes" else answers

    def predict_proba(self, X: Any) -> NDArray[Any]:  # noqa: N803
        """Return the probability of each class."""
        return self._outputs(X)

    def predict_log_proba(self, X: Any) -> NDArray[Any]:  # noqa: N803
        """Return its logarithm."""
        return np.log(self.predict_proba(X))

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.classifier_tags.multi_label = True
        return tags
