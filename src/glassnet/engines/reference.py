"""The reference engine: NumPy and `network.py`, nothing else. It defines what is right."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from .. import network
from ..network import Architecture
from ..parameters import FloatArray, Parameters
from .interface import Gradients, Progress, Samples, run_steps


class ReferenceEngine:
    """Computes as `network.py` reads."""

    name = "reference"

    def prepare(self, architecture: Architecture, samples: Samples, batch_size: int, dtype: Any) -> Any:
        """Return the samples as they are."""
        return samples

    def forward(self, architecture: Architecture, parameters: Parameters, inputs: FloatArray) -> FloatArray:
        """See `Engine.forward`."""
        return network.forward(architecture, parameters, inputs).outputs

    def gradients(
        self, architecture: Architecture, parameters: Parameters, inputs: FloatArray, targets: FloatArray
    ) -> Gradients:
        """See `Engine.gradients`."""
        signals = network.forward(architecture, parameters, inputs)
        loss = architecture.output_loss.value(signals.sums[-1], signals.outputs, targets).sum()
        correct = (signals.outputs.argmax(axis=1) == targets.argmax(axis=1)).sum()
        return Gradients(network.backpropagate(architecture, parameters, signals, targets), float(loss), int(correct))

    def run_steps(
        self,
        architecture: Architecture,
        parameters: Parameters,
        prepared: Any,
        order: NDArray[np.int64],
        batch_size: int,
        learning_rates: FloatArray,
    ) -> Progress:
        """See `Engine.run_steps`."""
        # Overflow is the training loop's business: it looks at every block's loss and weights.
        with np.errstate(over="ignore", invalid="ignore"):
            return run_steps(self, architecture, parameters, prepared, order, batch_size, learning_rates)
