"""JAX: an epoch is one compiled ``lax.scan`` over its batches; weights and momentum are donated buffers."""

from __future__ import annotations

from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from jax import Array, lax
from numpy.typing import NDArray

import glassnet
from peers import MOMENTUM, RATE, SMOOTHING, Plan, batches, recipe, scaled, start


def make(data: glassnet.Dataset, plan: Plan) -> JaxNet:
    return JaxNet(data, plan)


class JaxNet:
    def __init__(self, data: glassnet.Dataset, plan: Plan) -> None:
        rate = plan.rate or RATE
        self.settings = {**recipe(plan, rate), "form": "one jitted lax.scan an epoch, donated arguments"}
        self._plan, self._samples = plan, len(data)
        self._random = np.random.default_rng(plan.seed)
        self._data = jax.device_put((scaled(data.inputs), data.labels.astype(np.int32)))
        weights = [jnp.array(one) for one in start(plan.hidden, plan.seed)]
        self._state = (weights, [jnp.zeros_like(one) for one in weights], jnp.float32(0))
        total = len(data) // plan.batch * plan.epochs
        self._epoch: Any = jax.jit(lambda *given: _epoch(rate, total, *given), donate_argnums=0)

    def compile(self) -> None:
        order = batches(np.random.default_rng(0), self._samples, self._plan.batch)
        self._epoch = self._epoch.lower(self._state, *self._data, order).compile()

    def epoch(self) -> None:
        order = batches(self._random, self._samples, self._plan.batch)
        self._state = jax.block_until_ready(self._epoch(self._state, *self._data, order))

    def ready(self, rows: NDArray[np.uint8]) -> Array:
        return jnp.array(scaled(rows))

    def predict(self, ready: Array) -> NDArray[Any]:
        return np.asarray(_answer(self._state[0], ready))


def _forward(weights: list[Array], inputs: Array) -> Array:
    first, first_bias, second, second_bias = weights
    return jax.nn.relu(inputs @ first + first_bias) @ second + second_bias


@jax.jit
def _answer(weights: list[Array], inputs: Array) -> Array:
    return _forward(weights, inputs).argmax(axis=1)


def _loss(weights: list[Array], inputs: Array, labels: Array) -> Array:
    targets = jax.nn.one_hot(labels, 10) * (1 - SMOOTHING) + SMOOTHING / 10
    return -(targets * jax.nn.log_softmax(_forward(weights, inputs))).sum(axis=1).mean()


def _epoch(rate: float, total: int, state: Any, inputs: Array, labels: Array, order: Array) -> Any:
    def step(state: Any, rows: Array) -> Any:
        weights, speeds, number = state
        gradients = jax.grad(_loss)(weights, inputs[rows], labels[rows])
        now = rate * jnp.maximum(1 - number / total, 0)
        speeds = [MOMENTUM * speed + gradient for speed, gradient in zip(speeds, gradients, strict=True)]
        weights = [
            weight - now * (gradient + MOMENTUM * speed)
            for weight, gradient, speed in zip(weights, gradients, speeds, strict=True)
        ]
        return (weights, speeds, number + 1), None

    return lax.scan(step, state, order)[0]
