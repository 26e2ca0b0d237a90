"""scikit-learn's MLPClassifier, one ``partial_fit`` per epoch, float32, without weight decay.

It has neither label smoothing nor a linear schedule: the learning rate falls only between epochs, by ``invscaling``
with the number of samples seen.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import sklearn
from numpy.typing import NDArray
from sklearn.neural_network import MLPClassifier

import glassnet
from peers import MOMENTUM, Plan, scaled

RATE, POWER = 0.05, 0.1


def make(data: glassnet.Dataset, plan: Plan) -> SklearnNet:
    return SklearnNet(data, plan)


class SklearnNet:
    def __init__(self, data: glassnet.Dataset, plan: Plan) -> None:
        sklearn.set_config(assume_finite=True, skip_parameter_validation=True)
        rate = plan.rate or RATE
        self.settings = {
            "hidden": plan.hidden,
            "batch": plan.batch,
            "epochs": plan.epochs,
            "inputs": "standardised, (x / 255 - 0.1307) / 0.3081",
            "optimizer": f"SGD, Nesterov momentum {MOMENTUM}, rate {rate:g}, invscaling with power {POWER:g}",
            "threads": plan.threads,
            "form": "partial_fit, float32, alpha 0; checks of arguments switched off",
        }
        self._inputs, self._labels = scaled(data.inputs), data.labels
        self._net = MLPClassifier(
            (plan.hidden,),
            batch_size=plan.batch,
            solver="sgd",
            momentum=MOMENTUM,
            learning_rate="invscaling",
            learning_rate_init=rate,
            power_t=POWER,
            alpha=0,
            random_state=plan.seed,
        )

    def compile(self) -> None:
        """Do nothing: there is nothing to compile."""

    def epoch(self) -> None:
        self._net.partial_fit(self._inputs, self._labels, classes=np.arange(10))

    def ready(self, rows: NDArray[np.uint8]) -> NDArray[np.float32]:
        return scaled(rows)

    def predict(self, ready: NDArray[np.float32]) -> NDArray[Any]:
        answer: NDArray[Any] = self._net.predict(ready)
        return answer
