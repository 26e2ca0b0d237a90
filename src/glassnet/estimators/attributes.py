"""The fitted attributes of scikit-learn's ``MLPClassifier`` and ``MLPRegressor``, read from the trained model."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.utils.validation import check_is_fitted

from ..model.model import Model
from ..options.options import Options
from ..training.callbacks import History

NETWORK_ATTRIBUTES = {
    "coefs_ : list of ndarray": "Weights of each layer, shape (fan_in, fan_out): views of those in `model_`.",
    "intercepts_ : list of ndarray": "Biases of each layer, shape (fan_out,); zeros for a network without biases.",
    "loss_curve_ : list of float": "Training loss of each epoch, without a penalty on the weights.",
    "loss_ : float": "The last of `loss_curve_`.",
    "best_loss_ : float or None": "The smallest of `loss_curve_`; None with early stopping.",
    "validation_scores_ : list of float or None": "Validation accuracy of each epoch; None without validation rows. A "
    "regression has only `history_.validation_loss`.",
    "best_validation_score_ : float or None": "The largest of `validation_scores_`.",
    "n_layers_ : int": "Number of layers, with the inputs.",
    "n_outputs_ : int": "Number of outputs: two for two classes.",
    "out_activation_ : str": "Activation of the outputs, as named here.",
}
"""The attributes of `NetworkAttributes`, with their types."""


class NetworkAttributes:
    """Properties of a fitted network; `NotFittedError`, which is an `AttributeError`, before `fit`."""

    model_: Model
    history_: History
    options_: Options

    def _network(self) -> Any:
        check_is_fitted(self, "model_")
        return self.model_.network

    def _history(self) -> History:
        check_is_fitted(self, "model_")
        if not hasattr(self, "history_"):
            raise AttributeError("history_: a file does not store it. Fit the estimator again.")
        return self.history_

    @property
    def coefs_(self) -> list[NDArray[Any]]:
        """The weights of each layer, shape (fan_in, fan_out)."""
        return [weights.T for weights in self._network().parameters.weights]

    @property
    def intercepts_(self) -> list[NDArray[Any]]:
        """The biases of each layer, shape (fan_out,)."""
        parameters = self._network().parameters
        pairs = zip(parameters.weights, parameters.biases, strict=True)
        return [np.zeros(len(weights), weights.dtype) if biases is None else biases for weights, biases in pairs]

    @property
    def loss_curve_(self) -> list[float]:
        """The training loss of each epoch."""
        return self._history().epoch_loss

    @property
    def loss_(self) -> float:
        """The training loss of the last epoch."""
        return self.loss_curve_[-1]

    @property
    def best_loss_(self) -> float | None:
        """The smallest training loss; None with early stopping, which compares validation losses."""
        curve = self.loss_curve_
        return None if self.options_.early_stopping else min(curve)

    @property
    def validation_scores_(self) -> list[float] | None:
        """The validation accuracy of each epoch; None without validation rows."""
        history = self._history()
        if history.validation_loss and not history.validation_accuracy:
            raise AttributeError(
                "validation_scores_: a regression has only validation losses. Use history_.validation_loss."
            )
        return history.validation_accuracy or None

    @property
    def best_validation_score_(self) -> float | None:
        """The largest validation accuracy; None without validation rows."""
        return max(self.validation_scores_ or [], default=None)

    @property
    def n_layers_(self) -> int:
        """The number of layers, with the inputs."""
        return len(self._network().architecture.sizes)

    @property
    def n_outputs_(self) -> int:
        """The number of outputs."""
        return int(self._network().architecture.sizes[-1])

    @property
    def out_activation_(self) -> str:
        """The activation of the outputs."""
        return str(self._network().architecture.activations[-1])
