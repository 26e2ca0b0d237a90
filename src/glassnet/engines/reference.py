"""The reference engine: only NumPy and `network.py`. It defines the correct result."""

from __future__ import annotations

from typing import Any

import numpy as np

from .. import network
from ..nn.architecture import Architecture
from ..nn.losses import OutputLoss
from ..nn.optimizers import State
from ..nn.parameters import FloatArray, Parameters
from ..options.options import Options
from . import stepwise
from .protocol import Block, Gradients, Masks, Progress
from .samples import Samples


class ReferenceEngine:
    """Computes with the functions of `network.py`."""

    name = "reference"

    def __repr__(self) -> str:
        return f"{type(self).__name__}()"

    def prepare(self, architecture: Architecture, samples: Samples, options: Options) -> stepwise.Prepared:
        """See `Engine.prepare`."""
        whole = options.batch_size >= len(samples) and not options.augments
        scaled = samples.batch(np.arange(len(samples)), options.dtype) if whole else None
        return stepwise.Prepared(samples, options, scaled)

    def replace(self, prepared: stepwise.Prepared, samples: Samples) -> stepwise.Prepared:
        """See `StreamingEngine.replace`."""
        return stepwise.Prepared(samples, prepared.options, None)

    def output_loss(self, architecture: Architecture) -> OutputLoss:
        """See `Engine.output_loss`."""
        return architecture.output_loss

    def gradients(
        self,
        architecture: Architecture,
        parameters: Parameters,
        inputs: FloatArray,
        targets: FloatArray,
        masks: Masks = (),
        weights: FloatArray | None = None,
    ) -> Gradients:
        """See `Engine.gradients`."""
        signals = network.forward(architecture, parameters, inputs, masks)
        loss_here = self.output_loss(architecture)
        losses = loss_here.value(signals.sums[-1], signals.outputs, targets)  # (n,)
        loss = (losses if weights is None else losses * weights).sum()
        correct = int(np.count_nonzero(signals.outputs.argmax(axis=1) == targets.argmax(axis=1)))
        gradients = network.backpropagate(
            architecture, parameters, signals, targets, masks, weights=weights, loss=loss_here
        )
        return Gradients(gradients, float(loss), correct)

    def run_steps(self, architecture: Architecture, state: State, prepared: Any, block: Block) -> Progress:
        """See `Engine.run_steps`."""
        # The training loop handles overflow: it checks the loss and weights of every block.
        with np.errstate(over="ignore", invalid="ignore"):
            return stepwise.run_steps(self, architecture, state, prepared, block)
