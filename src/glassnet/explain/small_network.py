"""Networks small enough to be drawn whole, whose numbers can be changed: the notes' 3-4-2 and their worked example."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from ..data.arrays import array_of
from ..data.dataset import plain_numbers
from ..errors import require_choice
from ..model.network import Network
from ..nn.architecture import RULES
from ..options.options import Options
from .step import Trace, trace_step

_Matrix = tuple[tuple[float, ...], ...]


@dataclass(frozen=True)
class SmallNetwork:
    """A small network without biases, one example and a learning rate."""

    sizes: tuple[int, ...]
    activation: str
    weights: tuple[_Matrix, ...]  # one per layer, each ``(fan_out, fan_in)``
    inputs: tuple[float, ...]
    targets: tuple[float, ...]
    rate: float  # learning rate
    rule: str = "notes"  # {"notes", "gradient"}

    def changed(self, given: Mapping[str, Any]) -> Self:
        """Return the network with the given ``weights``, ``inputs``, ``targets``, ``rate`` and ``rule``."""
        network = Network(self.sizes, self.activation)
        layers = given.get("weights", self.weights)
        layers = layers if isinstance(layers, list | tuple) else [layers]
        network.parameters.assign(
            {f"layer{number}.weight": _numbers(one, "weights") for number, one in enumerate(layers, start=1)}
        )
        inputs, targets = (_numbers(given.get(name, getattr(self, name)), name) for name in ("inputs", "targets"))
        network.loss(inputs, targets)  # checks their number
        rule = given.get("rule", self.rule)
        require_choice("rule", rule, RULES)
        return replace(
            self,
            weights=tuple(tuple(map(tuple, one.tolist())) for one in network.parameters.weights),
            inputs=tuple(inputs.tolist()),
            targets=tuple(targets.tolist()),
            rate=Options(learning_rate=given.get("rate", self.rate)).learning_rate,
            rule=rule,
        )

    def trace(self) -> Trace:
        """Compute the step."""
        network = Network(self.sizes, self.activation, rule=self.rule)
        network.parameters.assign({f"layer{n}.weight": np.array(one) for n, one in enumerate(self.weights, start=1)})
        return trace_step(network, np.array([self.inputs]), np.array([self.targets]), self.rate)

    def to_dict(self) -> dict[str, Any]:
        """Return the numbers as plain values, which `changed` takes."""
        return {
            "weights": self.weights,
            "inputs": self.inputs,
            "targets": self.targets,
            "rate": self.rate,
            "rule": self.rule,
        }


def _numbers(given: Any, name: str) -> NDArray[np.float64]:
    array = array_of(given, name)
    return np.asarray(plain_numbers(np.atleast_2d(array), name), np.float64).reshape(array.shape)


SMALL_NETWORKS = {
    "3-4-2": SmallNetwork(
        (3, 4, 2),
        "sigmoid",
        (
            ((0.9, 0.3, 0.4), (0.2, 0.8, -0.2), (-0.1, 0.5, 0.6), (0.4, -0.6, 0.3)),
            ((0.3, 0.7, -0.5, 0.2), (-0.6, 0.5, 0.2, 0.8)),
        ),
        (0.9, 0.1, 0.8),
        (0.99, 0.01),
        0.2,
    ),
    "2-2-2": SmallNetwork(
        (2, 2, 2), "identity", (((1.0, 0.0), (0.0, 1.0)), ((2.0, 3.0), (1.0, 4.0))), (1.0, 1.0), (5.8, 5.5), 0.01
    ),
}
"""Name -> network: 3-4-2 has the shapes of the notes, 2-2-2 is `explain.worked_example`."""
