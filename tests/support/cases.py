"""Valid combinations of options, small networks and data for them, and a function that trains them."""

from __future__ import annotations

from typing import Any

import numpy as np

from glassnet import Dataset, Network, Options, Parameters, Scaling, Targets
from glassnet.engines import Block, Engine, Progress, Samples
from glassnet.nn.optimizers import State
from support.covering import covering
from support.formulas import ELEMENTWISE, KINKED, LOSSES, signals

Array = np.ndarray[Any, np.dtype[Any]]

GRADIENT_PAIRS = tuple(LOSSES)
NOTES_PAIRS = tuple(("squared_error", name) for name in ELEMENTWISE)
RULE_PAIRS = tuple(
    (rule, *pair) for rule, pairs in (("notes", NOTES_PAIRS), ("gradient", GRADIENT_PAIRS)) for pair in pairs
)
"""(rule, loss, output activation): all valid combinations."""


def is_valid(rule_and_loss: tuple[str, str], output: str, hidden: str, depth: int, *others: Any) -> bool:
    """Tell whether a case is valid; with one layer of weights there is no hidden activation, so one case is enough."""
    return (*rule_and_loss, output) in RULE_PAIRS and (depth > 1 or hidden == ELEMENTWISE[0])


NETWORKS = covering(
    [pair[:2] for pair in RULE_PAIRS],
    [pair[2] for pair in RULE_PAIRS],
    ELEMENTWISE,
    (1, 2, 3, 4),
    (False, True),
    ("notes", "unit"),
    ("float64", "float32"),
    allowed=is_valid,
)
"""((rule, loss), outputs, hidden, depth, bias, scaling, dtype): all pairs of values occur, so all of `RULE_PAIRS`."""

WIDTHS = (5, 4, 3, 4)


def network_of(
    depth: int, hidden: str, output: str, *, bias: bool, loss: str, rule: str, dtype: str = "float64"
) -> Network:
    """A small untrained network with `depth` matrices, for three inputs and three outputs."""
    sizes = (3, *WIDTHS[: depth - 1], 3)
    names = (*(hidden,) * (depth - 1), output)
    return Network(sizes, names, bias=bias, loss=loss, rule=rule, dtype=dtype)


def initialize_away_from_kinks(network: Network, x: Array, margin: float = 0.01, first_seed: int = 0) -> None:
    """Draw weights and biases for which comparisons are valid and informative.

    ReLU has no derivative at 0: a difference quotient across the kink equals neither slope, and two orders of summation
    may end on different sides. So weights are drawn until no pre-activation of such a layer is within `margin` of 0
    (0.01 is far more than a quotient moves it), and until every sample activates some node of each layer: the gradients
    below an inactive layer are all 0 and would agree with anything.
    """
    made, flat = network.architecture, network.parameters.flat
    for seed in range(first_seed, first_seed + 1000):
        flat[...] = np.random.default_rng(seed).normal(0.0, 0.7, flat.size)
        sums, _ = signals(flat, made.sizes, made.bias, made.activations, x)
        kinked = [z for z, name in zip(sums, made.activations, strict=True) if name in KINKED]
        if all(np.abs(z).min() > margin and (z > 0).any(axis=1).all() for z in kinked):
            return
    raise AssertionError("no seed keeps the pre-activations away from 0")


def sparse_rows(count: int, features: int, seed: int = 0, filled: float = 0.3) -> Array:
    """Rows of uint8, mostly 0 like images; every row has a nonzero value."""
    random = np.random.default_rng(seed)
    ink = random.random((count, features)) < filled
    ink[np.arange(count), random.integers(0, features, count)] = True
    return (random.integers(1, 256, (count, features)) * ink).astype(np.uint8)


def samples_of(rows: Array, outputs: int, scaling: str = "notes", targets: str = "notes", seed: int = 1) -> Samples:
    """Samples with random labels."""
    labels = np.random.default_rng(seed).integers(0, outputs, len(rows))
    return Samples(rows, Scaling.named(scaling), labels, Targets.named(targets, outputs).table())


def patterns(count: int = 120, features: int = 16, classes: int = 3, seed: int = 0) -> Dataset:
    """Learnable data: one sparse pattern per class, with noise."""
    random = np.random.default_rng(seed)
    shapes = random.random((classes, features)) < 0.4
    labels = np.arange(count) % classes
    ink = random.integers(120, 256, (count, features)) * shapes[labels]
    noise = random.integers(0, 60, (count, features)) * (random.random((count, features)) < 0.2)
    return Dataset(np.clip(ink + noise, 0, 255).astype(np.uint8), labels, classes, (4, 4), "patterns")


def copy_of(network: Network) -> Network:
    """A copy of the network with its own weights."""
    return Network.of(network.architecture, Parameters(network.architecture.layout, network.parameters.flat.copy()))


def inputs_of(samples: Samples, dtype: str = "float64") -> Array:
    """All samples, scaled."""
    return samples.scaling.apply(samples.rows, dtype)


def targets_of(samples: Samples, dtype: str = "float64") -> Array:
    """The targets of all samples."""
    return samples.targets[samples.labels].astype(dtype)


def options_of(network: Network, **changes: Any) -> Options:
    """Options for a network, defaults except for the changes; the learning rate is set per block."""
    fitting = {"hidden": network.architecture.sizes[1:-1], "dtype": network.parameters.flat.dtype.name}
    return Options(**{**fitting, "weight_decay": 0.0, **changes})


def trained(
    engine: Engine,
    network: Network,
    samples: Samples,
    order: Array,
    *,
    batch: int = 1,
    rate: Any = 0.1,
    epoch: int = 0,
    first: int = 0,
    **changes: Any,
) -> tuple[State, Progress]:
    """Train a copy of the network by one block; `rate` is one number or one per step, `changes` are options."""
    options = options_of(network, batch_size=batch, **changes)
    made, state = network.architecture, State.new(copy_of(network).parameters, options)
    prepared = engine.prepare(made, samples, options)
    rates = np.broadcast_to(np.asarray(rate, float), -(-len(order) // batch)).copy()
    return state, engine.run_steps(made, state, prepared, Block(order, batch, rates, epoch, first))


def rounding_unit(dtype: str) -> float:
    """Largest relative error of one rounding: half a unit in the last place."""
    return float(np.finfo(dtype).eps) / 2


def drift(steps: int, lost: float, stretch: float) -> float:
    """Tolerance after training for two orders of summation that lose up to `lost` in every step.

    Rounding errors have random signs, so their sum grows like a random walk, √steps · lost; five standard deviations
    are allowed. Training amplifies a difference by at most `stretch`, measured by starting from weights that are
    changed by a millionth.
    """
    return 5 * stretch * steps**0.5 * lost


def gap(a: Array, b: Array) -> float:
    """Largest difference, relative to the largest number of `b`."""
    return float(np.abs(a.astype(float) - b.astype(float)).max() / np.abs(b).max())
