"""The errors of a regression on rows that its training did not use, as a model keeps them for prediction intervals."""

from __future__ import annotations

from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..errors import OptionError
from ..nn.parameters import Parameters
from .network import Network

COVERAGES = (0.01, 0.99)
"""Smallest and largest coverage of prediction intervals."""
MOST = 400
"""Most errors that are kept of an output: of more, as many quantiles."""
FARTHEST = 3.0
"""Largest difference of the logarithm of a row's scale from `Residuals.centre`: the scales differ by up to e³ = 20."""


@dataclass(frozen=True)
class Residuals:
    """Errors on held-out rows, each divided by the scale of its row; see `prediction_intervals`.

    The scale of a row is the exponential of a linear function of the last hidden layer of the (first) network.
    """

    # number of held-out rows
    count: int
    # for each output the errors, true number − prediction, ascending; of the standardised outputs. Number i of m,
    # from 1, is the quantile i / (m + 1)
    errors: tuple[tuple[float, ...], ...]
    # `weights`, `bias`, `centre`: for each output the logarithm of the scale of a row with the activations h of the
    # last hidden layer, ``weights · h + bias``, limited to `FARTHEST` from the centre
    weights: tuple[tuple[float, ...], ...]
    bias: tuple[float, ...]
    centre: tuple[float, ...]

    def __post_init__(self) -> None:
        """Raise OptionError GN022 for values that do not fit each other."""
        lists = (self.errors, self.weights, self.bias, self.centre)
        ordered = all(one and all(low <= high for low, high in pairwise(one)) for one in self.errors)
        if self.count < 1 or len({*map(len, lists)}) > 1 or not ordered:
            raise OptionError("GN022", "residuals: expected ascending errors of each output, and one scale for each.")

    @classmethod
    def from_dict(cls, described: dict[str, Any]) -> Residuals:
        """Make residuals from the result of `dataclasses.asdict`, as JSON has it."""
        several = {name: tuple(map(tuple, described[name])) for name in ("errors", "weights")}
        return cls(**{**described, **several, "bias": tuple(described["bias"]), "centre": tuple(described["centre"])})

    def fits(self, network: Network) -> bool:
        """Tell whether there are errors of each output, and a weight for each node of the last hidden layer."""
        *_, nodes, outputs = network.architecture.sizes
        return len(self.errors) == outputs and all(len(one) == nodes for one in self.weights)

    def quantiles(self, level: float) -> NDArray[np.float64]:
        """Return a quantile of the errors of each output, shape (outputs,); the level is 0 to 1."""
        return np.array([np.interp(level, np.arange(1, len(one) + 1) / (len(one) + 1), one) for one in self.errors])

    @property
    def largest_coverage(self) -> float:
        """The coverage of the interval between the smallest and the largest error."""
        return 1 - 2 / (min(map(len, self.errors)) + 1)

    def scale_network(self, network: Network) -> Network:
        """Return a network whose outputs are the logarithms of the scales, without the limit."""
        made = network.architecture
        identity = (*made.activations[:-1], "identity")
        made = replace(made, activations=identity, bias=True, loss="squared_error", loss_parameter=None)
        found = Parameters(made.layout, dtype=network.parameters.flat.dtype)
        own = network.parameters
        for kept, weights, bias, given in zip(found.weights, own.weights, found.biases, own.biases, strict=True):
            kept[...] = weights
            if bias is not None and given is not None:
                bias[...] = given
        found.weights[-1][...] = self.weights
        assert found.biases[-1] is not None
        found.biases[-1][...] = self.bias
        return Network.of(made, found)
