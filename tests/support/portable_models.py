"""Small models for portable arithmetic: every activation, scaling, target and type, ensembles and temperatures."""

from __future__ import annotations

import numpy as np

from glassnet import Model, Network, Scaling, Targets
from glassnet.nn.activations import HIDDEN
from support.covering import covering

OUTPUTS = ("sigmoid", "softmax", "identity", "exponential", "tanh")
LOSSES = {"softmax": "cross_entropy", "exponential": "poisson"}

CASES = covering(
    HIDDEN,
    OUTPUTS,
    ("notes", "unit", "standard", "features"),
    ("float32", "float64"),
    (False, True),
    # Members, temperature, targets.
    [(1, 1.0, "notes"), (3, 1.0, "values"), (1, 2.5, "multilabel"), (4, 0.4, "one-hot")],
)
"""(hidden, output, scaling, dtype, bias, ensemble): all pairs."""


def model_of(
    hidden="sigmoid", output="sigmoid", scaling="notes", dtype="float32", bias=True, ensemble=(1, 1.0, "notes")
):
    """A model of 30 inputs with random weights, and 70 rows for it, of bytes unless they are standardised."""
    members, temperature, targets = ensemble
    rng = np.random.default_rng(7)
    spread = np.geomspace(1, 1000, 30) if scaling == "features" else 60
    rows = 100 + rng.normal(size=(70, 30)) * spread
    if scaling in ("notes", "unit"):
        rows = (np.clip(rows, 0, 255) * (rng.random(rows.shape) < 0.4)).astype(np.uint8)
    networks = []
    for _ in range(members):
        loss = LOSSES.get(output, "squared_error")
        networks.append(Network((30, 40, 7, 3), (hidden, hidden, output), bias=bias, loss=loss, dtype=dtype))
        networks[-1].parameters.flat[...] = rng.normal(0, 0.5, networks[-1].parameters.flat.size)
    made = Targets.of_values(rng.normal(40, 9, (50, 3))) if targets == "values" else Targets.named(targets, 3)
    scaled = Scaling.named(scaling, 255.0, rows)
    return Model(networks[0], scaled, made, others=tuple(networks[1:]), temperature=temperature), rows


def bits(values):
    """The bits of numbers; any NaN is the same, because processors make different ones."""
    values = np.asarray(values, np.float32)
    return np.where(np.isnan(values), np.float32(np.nan), values).view(np.uint32)
