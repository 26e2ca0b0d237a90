"""The estimator for classes, or for several labels a sample."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, Self

import numpy as np
from sklearn.base import ClassifierMixin
from sklearn.utils.class_weight import compute_sample_weight
from sklearn.utils.multiclass import check_classification_targets, type_of_target
from sklearn.utils.validation import column_or_1d

from ..data.dataset import Dataset
from ..model.evaluate import fit_temperature
from ..options.recipes import BY_TASK
from .base import COMMON, LEARNT, Array, NetworkEstimator
from .parameters import Declared, parameters_for, with_parameters
from .validation import plain_classes


@with_parameters(
    [
        *parameters_for("classes"),
        Declared(
            "class_weight",
            None,
            'dict, "balanced" or None',
            "How much each class counts; balanced: all the same, however many rows they have.",
        ),
        Declared(
            "calibrate",
            False,
            "bool",
            "Fit the probabilities to the validation part, by a temperature (Guo et al. 2017).",
        ),
        *COMMON,
    ],
    {"classes_ : ndarray": "The classes, sorted; for several labels their numbers.", **LEARNT},
)
class NetworkClassifier(ClassifierMixin, NetworkEstimator):  # type: ignore[misc]
    """A network that tells classes apart, or says which of several labels hold.

    Inputs are standardised by feature inside. Where `y` has a column of 0 and 1 for each of several labels, each label
    has a sigmoid output of its own; otherwise the outputs are a softmax over the classes.

    Examples
    --------
    >>> from sklearn.datasets import load_iris
    >>> X, y = load_iris(return_X_y=True)
    >>> NetworkClassifier().fit(X, y).predict(X[:3])
    array([0, 0, 0])
    """

    def _known(self, y: Array, name: str, *, reset: bool, known_before: bool) -> tuple[Array, tuple[str, ...]]:
        y = plain_classes(y, name)
        kind = type_of_target(y, input_name=name)
        if reset:
            self._several: bool = kind == "multilabel-indicator"
        elif self._several != (kind == "multilabel-indicator"):
            raise ValueError(f"{name}: classes before and several labels a row now, or the reverse.")
        if kind == "multilabel-indicator":
            known: Array = np.asarray(y.toarray() if hasattr(y, "toarray") else y).astype(np.float64)
            if reset and not known_before:
                self.classes_: Array = np.arange(known.shape[1])
            if known.shape[1] != len(self.classes_):
                raise ValueError(
                    f"{name}: {known.shape[1]} labels a row, but {len(self.classes_)} were named or learnt first."
                )
        else:
            if kind not in ("binary", "multiclass"):
                check_classification_targets(y)
            if kind == "multiclass-multioutput":
                raise ValueError(
                    f"{name}: several columns of classes. Give one column, or a column of 0 and 1 a label."
                )
            y = y if y.ndim == 1 else column_or_1d(y, warn=True)
            found, known = np.unique(y, return_inverse=True)
            if reset and not known_before:
                self.classes_ = found
                return known, tuple(map(str, found))
            unknown = np.setdiff1d(found, self.classes_, assume_unique=True).tolist()
            if unknown:
                raise ValueError(
                    f"{name}: class {unknown[0]!r} is not among those learnt first, {self.classes_.tolist()}."
                )
            known = np.searchsorted(self.classes_, found)[known]
        return known, tuple(map(str, self.classes_))

    def partial_fit(self, X: Any, y: Any, classes: Any = None, sample_weight: Any = None) -> Self:
        """Take one epoch of steps on these rows, after what earlier calls, or `fit`, have learnt.

        The learning rate stays the same; inputs are standardised by the rows of the first call.

        Parameters
        ----------
        X, y, sample_weight
            As for `fit`. Weights are those of rows beside each other in one call: in each their mean is made 1.
        classes : array_like, shape (n_classes,)
            All classes that will occur; needed in the first call.

        Returns
        -------
        self

        Raises
        ------
        ValueError, ArithmeticError
            As `fit`; and when classes are missing, or not those of the first call.
        """
        first = not hasattr(self, "model_")
        if isinstance(self.class_weight, str):
            raise ValueError(
                f"class_weight {self.class_weight!r}: partial_fit sees a part of the rows, and each would be balanced "
                "by itself. Give a weight for each class, as {0: 1, 1: 5}."
            )
        if first and classes is None:
            raise ValueError("classes: missing. Name all that will occur in the first call of partial_fit.")
        if first:
            self.classes_ = np.unique(classes)
        elif classes is not None and not np.array_equal(np.unique(classes), self.classes_):
            raise ValueError(f"classes: not those of the first call, {self.classes_.tolist()}.")
        return self._partial_fit(X, y, sample_weight, known_before=True)

    def _aside(self) -> list[str]:
        return [*(["calibrate=True"] if self.calibrate else []), *super()._aside()]

    def _trained(self, validation: Dataset | None) -> None:
        if self.calibrate:
            assert validation is not None  # by `_parts`
            self.model_ = replace(self.model_, temperature=fit_temperature(self.model_, validation))

    def _task(self) -> dict[str, Any]:
        return BY_TASK["labels" if self._several else "classes"]

    def _weighted(self, known: Array, weights: Array | None) -> Array | None:
        if self.class_weight is None:
            return weights
        if isinstance(self.class_weight, str) and self.class_weight == "balanced":
            columns = known.T if self._several else known[np.newaxis]
            by_class: Array = np.prod([_balanced(column, weights) for column in columns], axis=0)
        else:
            by_class = compute_sample_weight(self.class_weight, known if self._several else self.classes_[known])
        if not (np.isfinite(by_class).all() and (by_class >= 0).all()):
            raise ValueError(f"class_weight {self.class_weight!r}: expected numbers of 0 or more.")
        return by_class if weights is None else by_class * weights

    def predict(self, X: Any) -> Array:
        """Answer: the class of each row, shape (n,); or 1 for each label that holds and 0 for others, (n, labels)."""
        outputs = self._outputs(X)
        answers = self.model_.targets.invert(outputs)
        return answers if self._several else self.classes_[answers]

    def predict_proba(self, X: Any) -> Array:
        """Return the probability of each class or label, float64, shape (n, classes); those of classes add up to 1."""
        outputs = self._outputs(X).astype(np.float64)
        return outputs if self._several else outputs / outputs.sum(axis=1, keepdims=True)

    def predict_log_proba(self, X: Any) -> Array:
        """Return the natural logarithm of `predict_proba`."""
        with np.errstate(divide="ignore"):
            logarithms: Array = np.log(self.predict_proba(X))
        return logarithms

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.classifier_tags.multi_label = True
        return tags


def _balanced(answers: Array, weights: Array | None) -> Array:
    """Return weights under which all answers that occur count the same, by what their rows weigh."""
    _, place = np.unique(answers, return_inverse=True)
    counts = np.bincount(place, weights)
    balanced: Array = (counts.sum() / (len(counts) * counts))[place]
    return balanced
