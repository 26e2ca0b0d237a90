"""Keras on JAX: ``model.fit`` with compiled steps, many of them in one call."""

from __future__ import annotations

import os

os.environ["KERAS_BACKEND"] = "jax"

from typing import Any

import keras
import numpy as np
from numpy.typing import NDArray

import glassnet
from peers import MOMENTUM, RATE, SMOOTHING, Plan, recipe, scaled, start

STEPS_A_CALL = 12


def make(data: glassnet.Dataset, plan: Plan) -> KerasNet:
    return KerasNet(data, plan)


class KerasNet:
    def __init__(self, data: glassnet.Dataset, plan: Plan) -> None:
        rate = plan.rate or RATE
        form = f"model.fit, backend jax, jit_compile, steps_per_execution {STEPS_A_CALL}"
        self.settings = {**recipe(plan, rate), "form": form}
        keras.utils.set_random_seed(plan.seed)
        self._plan, steps = plan, len(data) // plan.batch
        whole = steps * plan.batch  # a smaller last batch would be compiled separately
        self._inputs = scaled(data.inputs)[:whole]
        self._targets = np.eye(10, dtype=np.float32)[data.labels[:whole]]
        self._net = keras.Sequential(
            [keras.Input((784,)), keras.layers.Dense(plan.hidden, "relu"), keras.layers.Dense(10)]
        )
        self._net.set_weights(start(plan.hidden, plan.seed))
        falling = keras.optimizers.schedules.PolynomialDecay(rate, steps * plan.epochs, 0.0)
        self._net.compile(
            keras.optimizers.SGD(falling, momentum=MOMENTUM, nesterov=True),
            keras.losses.CategoricalCrossentropy(from_logits=True, label_smoothing=SMOOTHING),
            steps_per_execution=STEPS_A_CALL,
            jit_compile=True,
        )

    def compile(self) -> None:
        """Fit, then restore everything, because what `fit` compiles depends on the number of steps."""
        optimizer = self._net.optimizer
        optimizer.build(self._net.trainable_variables)
        kept = [np.array(one) for one in (*self._net.variables, *optimizer.variables)]
        self.epoch()
        for variable, before in zip((*self._net.variables, *optimizer.variables), kept, strict=True):
            variable.assign(before)

    def epoch(self) -> None:
        self._net.fit(self._inputs, self._targets, batch_size=self._plan.batch, verbose=0)

    def ready(self, rows: NDArray[np.uint8]) -> NDArray[np.float32]:
        return scaled(rows)

    def predict(self, ready: NDArray[np.float32]) -> NDArray[Any]:
        answer: NDArray[Any] = np.asarray(self._net.predict_on_batch(ready)).argmax(axis=1)
        return answer
