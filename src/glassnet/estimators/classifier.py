"""The estimator for classes and multilabel targets."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, Self

import numpy as np
from sklearn.base import ClassifierMixin
from sklearn.utils.class_weight import compute_sample_weight
from sklearn.utils.multiclass import check_classification_targets, type_of_target
from sklearn.utils.validation import column_or_1d

from ..data.dataset import Dataset
from ..errors import DataError, OptionError
from ..model.decision import with_decision
from ..model.evaluate import fit_temperature
from ..options.recipes import BY_TASK
from ..preprocess.class_weights import BALANCED, balanced
from .base import COMMON, FITTED_ATTRIBUTES, Array, NetworkEstimator
from .parameters import Declared, parameters_for, with_parameters
from .signatures import ClassifierParameters
from .validation import plain_classes


@with_parameters(
    [
        *parameters_for("classes"),
        Declared(
            "class_weight",
            None,
            'dict, "balanced" or None',
            'Weight of each class. "balanced" gives all classes the same total weight.',
        ),
        Declared(
            "calibrate",
            False,
            "bool",
            "Whether to calibrate the probabilities on the validation rows by a temperature (Guo et al. 2017).",
        ),
        *COMMON,
    ],
    {"classes_ : ndarray": "Sorted classes, or label indices for multilabel targets.", **FITTED_ATTRIBUTES},
)
class NetworkClassifier(ClassifierParameters, ClassifierMixin, NetworkEstimator):  # type: ignore[misc]
    """A neural network classifier, for classes or multilabel targets.

    Columns are prepared as `columns_` says. If `y` has one column of 0 and 1 per label, each label has a sigmoid
    output; otherwise the outputs are a softmax over the classes.

    Examples
    --------
    >>> import glassnet
    >>> from sklearn.datasets import load_iris
    >>> X, y = load_iris(return_X_y=True)
    >>> glassnet.NetworkClassifier().fit(X, y).predict(X[:3])
    array([0, 0, 0])
    """

    def _encode(self, y: Array, name: str, *, reset: bool, classes_given: bool) -> tuple[Array, tuple[str, ...]]:
        y = plain_classes(y, name)
        kind = type_of_target(y, input_name=name)
        if reset:
            self._several: bool = kind == "multilabel-indicator"
        elif self._several != (kind == "multilabel-indicator"):
            template = "{name}: expected one class per row, or several labels per row, as in the training data."
            raise DataError("GN017", template, name=name)
        if kind == "multilabel-indicator":
            encoded: Array = np.asarray(y.toarray() if hasattr(y, "toarray") else y).astype(np.float64)
            if reset and not classes_given:
                self.classes_: Array = np.arange(encoded.shape[1])
            if encoded.shape[1] != len(self.classes_):
                template, given = "{name}: {given} labels per row, expected {expected}.", encoded.shape[1]
                raise DataError("GN017", template, name=name, given=given, expected=len(self.classes_))
        else:
            if kind not in ("binary", "multiclass"):
                check_classification_targets(y)
            if kind == "multiclass-multioutput":
                template = (
                    "{name}: several columns of classes, expected one column, or one column of 0 and 1 per label."
                )
                raise DataError("GN064", template, name=name)
            y = y if y.ndim == 1 else column_or_1d(y, warn=True)
            found, encoded = np.unique(y, return_inverse=True)
            if reset and not classes_given:
                self.classes_ = found
                return encoded, tuple(map(str, found))
            unknown = np.setdiff1d(found, self.classes_, assume_unique=True).tolist()
            if unknown:
                template, classes = (
                    "{name}: class {unknown!r} is not among the classes {classes}.",
                    self.classes_.tolist(),
                )
                raise DataError("GN064", template, name=name, unknown=unknown[0], classes=classes)
            encoded = np.searchsorted(self.classes_, found)[encoded]
        return encoded, tuple(map(str, self.classes_))

    def partial_fit(self, X: Any, y: Any, classes: Any = None, sample_weight: Any = None) -> Self:
        """Train for one epoch on these rows, starting from the network of earlier calls or of `fit`.

        The learning rate is constant. The rows of the first call determine how features are standardised.

        Parameters
        ----------
        X, y, sample_weight
            As for `fit`. Weights are relative to the other rows of the same call: their mean is scaled to 1. After
            `fit` on a table with rare words, pass new rows: those of `fit` are in the means of the target of these
            words, and would see their own target there. To train further on them, use `fit` with `warm_start`.
        classes : array_like, shape (n_classes,)
            All classes that will occur. Required in the first call.

        Returns
        -------
        self

        Raises
        ------
        ValueError, ArithmeticError
            As for `fit`, and when `classes` is missing or differs from the first call.
        """
        first = not hasattr(self, "model_")
        if isinstance(self.class_weight, str):
            template = (
                "class_weight {given!r}: partial_fit does not see all rows, so it cannot balance the classes. Give a "
                "dict with a weight per class."
            )
            raise OptionError("GN022", template, given=self.class_weight)
        if first and classes is None:
            raise OptionError("GN021", "classes: missing. Pass all classes in the first call of partial_fit.")
        if first:
            self.classes_ = np.unique(classes)
        elif classes is not None and not np.array_equal(np.unique(classes), self.classes_):
            template = "classes: not those of the first call, expected {classes}."
            raise DataError("GN017", template, classes=self.classes_.tolist())
        return self._partial_fit(X, y, sample_weight, classes_given=True)

    def _holding_out(self) -> list[str]:
        return [*(["calibrate=True"] if self.calibrate else []), *super()._holding_out()]

    def _trained(self, validation: Dataset | None) -> None:
        if self.calibrate:
            assert validation is not None  # see `_split`
            self.model_ = replace(self.model_, temperature=fit_temperature(self.model_, validation))
        if validation is not None:
            self.model_ = with_decision(self.model_, self.options_, [validation])

    def _task(self) -> dict[str, Any]:
        return BY_TASK["labels" if self._several else "classes"]

    def _class_factors(self, encoded: Array, weights: Array | None) -> Array | None:
        if self.class_weight is None:
            return None
        if isinstance(self.class_weight, str) and self.class_weight == BALANCED:
            by_class: Array = balanced(encoded, weights)
        else:
            by_class = compute_sample_weight(self.class_weight, encoded if self._several else self.classes_[encoded])
        if not (np.isfinite(by_class).all() and (by_class >= 0).all()):
            template = "class_weight {given!r}: expected numbers of 0 or more."
            raise OptionError("GN021", template, given=self.class_weight)
        return by_class

    def predict(self, X: Any) -> Array:
        """Return the class of each row, shape (n,); for multilabel targets 1 or 0 for each label, shape (n, labels)."""
        outputs = self._outputs(X)
        predicted = self.model_.targets.invert(outputs)
        return predicted if self._several else self.classes_[predicted]

    def predict_proba(self, X: Any) -> Array:
        """Return the probability of each class or label, float64, shape (n, classes); class probabilities sum to 1."""
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
