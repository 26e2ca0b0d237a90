"""The estimator for classes, or for several labels a sample."""

from __future__ import annotations

from typing import Any, cast

import numpy as np
from sklearn.base import ClassifierMixin
from sklearn.utils.class_weight import compute_sample_weight
from sklearn.utils.multiclass import check_classification_targets, type_of_target
from sklearn.utils.validation import column_or_1d

from .base import COMMON, Array, NetworkEstimator
from .defaults import AUTOMATIC, CLASS_LOSSES, CLASSIFIER, FOR_NUMBERS, NAMES
from .parameters import Declared, of_options, with_parameters

_OPTIONS = [name for name in NAMES if name not in FOR_NUMBERS]


@with_parameters(
    [
        *of_options(_OPTIONS, CLASSIFIER, AUTOMATIC, {"loss": CLASS_LOSSES}),
        Declared(
            "class_weight",
            None,
            'dict, "balanced" or None',
            "How much each class counts; balanced: all the same, however many rows they have.",
        ),
        *COMMON,
    ]
)
class NetworkClassifier(ClassifierMixin, NetworkEstimator):  # type: ignore[misc]
    """A network that tells classes apart, or says which of several labels hold.

    Inputs are standardised by feature inside. Where `y` has a column of 0 and 1 for each of several labels, each label
    has a sigmoid output of its own; otherwise the outputs are a softmax over the classes.

    Attributes
    ----------
    classes_ : ndarray
        The classes, sorted; for several labels their numbers.
    model_ : glassnet.Model
        What has been trained.
    options_ : glassnet.Options
        What it was trained with, all that was ``"auto"`` decided.
    history_ : glassnet.History
        The learning curve.
    n_iter_ : int
        Epochs.
    n_features_in_, feature_names_in_
        As scikit-learn has them.

    Examples
    --------
    >>> from sklearn.datasets import load_iris
    >>> X, y = load_iris(return_X_y=True)
    >>> NetworkClassifier().fit(X, y).predict(X[:3])
    array([0, 0, 0])
    """

    def _known(self, y: Array, *, reset: bool) -> tuple[Array, tuple[str, ...]]:
        kind = type_of_target(y, input_name="y")
        if kind == "multilabel-indicator":
            known: Array = np.asarray(y.toarray() if hasattr(y, "toarray") else y).astype(np.float64)
            if reset:
                self.classes_: Array = np.arange(known.shape[1])
        else:
            check_classification_targets(y)
            if kind == "multiclass-multioutput":
                raise ValueError("y: several columns of classes. Give one column, or a column of 0 and 1 a label.")
            y = column_or_1d(y, warn=True)
            if reset:
                self.classes_ = np.unique(y)
            unknown = np.setdiff1d(y, self.classes_)
            if unknown.size:
                raise ValueError(f"y: class {unknown[0]!r} is not among those learnt first, {self.classes_.tolist()}.")
            known = np.searchsorted(self.classes_, y)
        if not reset and (known.ndim == 1) != self.model_.targets.of_classes:
            raise ValueError("y: classes before and several labels a row now, or the reverse.")
        self._several = known.ndim == 2
        return known, tuple(map(str, self.classes_))

    def _task(self) -> dict[str, Any]:
        return {"output": "sigmoid", "targets": "multilabel"} if self._several else {}

    def _weighted(self, known: Array, weights: Array | None) -> Array | None:
        if self.class_weight is None:
            return weights
        answers = known if self._several else self.classes_[known]
        by_class: Array = compute_sample_weight(self.class_weight, answers)
        return by_class if weights is None else by_class * weights

    def predict(self, X: Any) -> Array:  # noqa: N803
        """Answer: the class of each row, shape (n,); or 1 for each label that holds and 0 for others, (n, labels)."""
        outputs = self._outputs(X)
        answers = self.model_.targets.invert(outputs)
        return answers if self._several else cast(Array, self.classes_[answers])

    def predict_proba(self, X: Any) -> Array:  # noqa: N803
        """Return the probability of each class or label, float64, shape (n, classes); those of classes add up to 1."""
        outputs = self._outputs(X).astype(np.float64)
        return outputs if self._several else outputs / outputs.sum(axis=1, keepdims=True)

    def predict_log_proba(self, X: Any) -> Array:  # noqa: N803
        """Return the natural logarithm of `predict_proba`."""
        with np.errstate(divide="ignore"):
            return cast(Array, np.log(self.predict_proba(X)))

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.classifier_tags.multi_label = True
        return tags
