"""The notes' learning rule in JAX, as a peer: an epoch is one compiled ``lax.scan``, float32, on the CPU.

Two forms of the same steps, both dense:

* ``"scan"``: one step of the scan is one sample, as in the notes.
* ``"blocked"``: the scan takes 50 samples at a time. Every sample still sees the weights after all earlier ones, but
  the first matrix is written once per block: ``(W + Uᵀ X) x`` is computed as ``W x + Uᵀ (X x)``, which turns the
  expensive vector products into matrix products. Equal up to rounding, and the fastest JAX form found.

    python benchmarks/jax_scan.py [--samples 5000] [--runs 5]    checks both against the notes' program, then times them
"""

from __future__ import annotations

import argparse
import os
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

# XLA reads NPROC, its number of threads, when JAX starts. With products this small, two threads took up to twice the
# time of one. Set NPROC outside to try.
os.environ.setdefault("NPROC", "1")
os.environ.setdefault("JAX_PLATFORMS", "cpu")

import jax
import jax.numpy as jnp
import numpy as np
from jax import Array, lax

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "examples"))

SIZES = (784, 200, 10)
VARIANTS = ("scan", "blocked")
Epoch = Callable[..., tuple[Array, Array]]


def make_epoch(
    rows: int, steps: int | None = None, variant: str = "scan", sizes: tuple[int, int, int] = SIZES, **tuning: int
) -> Epoch:
    """Compile an epoch for the given shapes before returning.

    Parameters
    ----------
    rows : int
        Number of samples in ``inputs`` and ``targets``.
    steps : int, optional
        Length of ``order`` and ``rates``; default `rows`.
    variant : {"scan", "blocked"}
        The form.
    sizes : (int, int, int)
        Input, hidden and output nodes.
    **tuning : int
        ``unroll`` for both forms, ``block`` for ``"blocked"``.

    Returns
    -------
    callable
        ``(wih, who, inputs, targets, order, rates) -> (wih, who)``: float32, `order` int32, `wih` (hidden, inputs),
        `who` (outputs, hidden). JAX arrays passed as `wih` and `who` are donated: the result reuses their memory.
        The call is asynchronous; ``jax.block_until_ready`` waits for the result.
    """
    inputs, hidden, outputs = sizes
    steps = rows if steps is None else steps
    single = jax.ShapeDtypeStruct
    shapes = (
        single((hidden, inputs), jnp.float32),
        single((outputs, hidden), jnp.float32),
        single((rows, inputs), jnp.float32),
        single((rows, outputs), jnp.float32),
        single((steps,), jnp.int32),
        single((steps,), jnp.float32),
    )
    form = {"scan": _scan, "blocked": _blocked}[variant](**tuning)
    return jax.jit(form, donate_argnums=(0, 1)).lower(*shapes).compile()


def _backward(hidden: Array, who: Array, target: Array, rate: Array) -> tuple[Array, Array]:
    """Return the update of the hidden nodes for one sample, times the rate, and the new `who`."""
    output = jax.nn.sigmoid(who @ hidden)
    error = target - output
    hidden_error = who.T @ error
    new_who = who + jnp.outer(rate * error * output * (1 - output), hidden)
    return rate * hidden_error * hidden * (1 - hidden), new_who


def _scan(unroll: int = 1) -> Epoch:
    def epoch(wih: Array, who: Array, inputs: Array, targets: Array, order: Array, rates: Array) -> Any:
        def step(weights: tuple[Array, Array], sample: tuple[Array, Array]) -> Any:
            wih, who = weights
            row, rate = sample
            x = inputs[row]
            hidden_step, who = _backward(jax.nn.sigmoid(wih @ x), who, targets[row], rate)
            return (wih + jnp.outer(hidden_step, x), who), None

        return lax.scan(step, (wih, who), (order, rates), unroll=unroll)[0]

    return epoch


def _blocked(block: int = 50, unroll: int = 5) -> Epoch:
    def epoch(wih: Array, who: Array, inputs: Array, targets: Array, order: Array, rates: Array) -> Any:
        def take_block(weights: tuple[Array, Array], samples: tuple[Array, Array]) -> Any:
            wih, who = weights
            x = inputs[samples[0]]  # (block, inputs)
            start = x @ wih.T  # every sample's sums before the block: (block, hidden)
            overlap = x @ x.T  # effect of an earlier sample's step on a later one's sums: (block, block)

            def step(carry: tuple[Array, Array], sample: tuple[Array, ...]) -> Any:
                taken, who = carry  # the steps so far in the block, zero for later ones: (block, hidden)
                place, sums, weight, row, rate = sample
                hidden = jax.nn.sigmoid(sums + weight @ taken)
                hidden_step, who = _backward(hidden, who, targets[row], rate)
                return (lax.dynamic_update_index_in_dim(taken, hidden_step, place, 0), who), None

            places = jnp.arange(len(x))
            (taken, who), _ = lax.scan(
                step, (jnp.zeros_like(start), who), (places, start, overlap, *samples), unroll=unroll
            )
            return (wih + taken.T @ x, who), None

        whole = len(order) // block * block
        blocks = (order[:whole].reshape(-1, block), rates[:whole].reshape(-1, block))
        weights, _ = lax.scan(take_block, (wih, who), blocks)
        return _scan()(*weights, inputs, targets, order[whole:], rates[whole:])

    return epoch


def largest_difference(samples: int = 200) -> dict[str, float]:
    """Return, for each form, the largest difference of its final weights from those of the notes' program.

    Trains two epochs, one in file order and one shuffled, with a falling learning rate.
    """
    from notes_program import NeuralNetwork

    inputs, targets = _samples(samples)
    order = np.concatenate([np.arange(samples), np.random.default_rng(1).permutation(samples)])
    rates = np.linspace(0.2, 0.05, len(order))
    net = NeuralNetwork(*SIZES, rate=0.2)
    start = [jnp.asarray(net.wih, jnp.float32), jnp.asarray(net.who, jnp.float32)]
    for row, rate in zip(order, rates, strict=True):
        net.lr = rate
        net.train(inputs[row], targets[row])
    rest = _single(inputs, targets, order, rates)
    found = {}
    for variant in VARIANTS:
        wih, who = make_epoch(samples, len(order), variant)(*[jnp.array(weights) for weights in start], *rest)
        found[variant] = float(max(np.abs(wih - net.wih).max(), np.abs(who - net.who).max()))
    return found


def _samples(count: int) -> tuple[np.ndarray, np.ndarray]:
    from make_csv import load
    from notes_program import scale, target

    pixels, labels = load("train")
    return scale(pixels[:count]), np.array([target(int(label)) for label in labels[:count]])


def _single(inputs: np.ndarray, targets: np.ndarray, order: np.ndarray, rates: np.ndarray) -> tuple[Array, ...]:
    """Convert the arrays to JAX, in its precision."""
    return (
        jnp.asarray(inputs, jnp.float32),
        jnp.asarray(targets, jnp.float32),
        jnp.asarray(order, jnp.int32),
        jnp.asarray(rates, jnp.float32),
    )


def main(samples: int, runs: int) -> int:
    """Check both forms, then time them in turns; return 1 if one of them differs from the notes' program."""
    from machine import summary
    from notes_program import NeuralNetwork

    differences = largest_difference()
    print("largest difference from the weights of the notes' program after 400 steps:", differences)
    if max(differences.values()) > 1e-5:
        return 1
    net = NeuralNetwork(*SIZES, rate=0.2)
    rest = _single(*_samples(samples), np.arange(samples), np.full(samples, 0.2))
    compiled = {}
    for variant in VARIANTS:
        began = time.perf_counter()
        compiled[variant] = make_epoch(samples, variant=variant)
        print(f"{variant}: compiled in {time.perf_counter() - began:.2f} s")
    seconds: dict[str, list[float]] = {variant: [] for variant in VARIANTS}
    for _ in range(runs):
        for variant, epoch in compiled.items():
            weights = jax.block_until_ready([jnp.asarray(net.wih, jnp.float32), jnp.asarray(net.who, jnp.float32)])
            began = time.perf_counter()
            jax.block_until_ready(epoch(*weights, *rest))
            seconds[variant].append(time.perf_counter() - began)
    for variant, values in seconds.items():
        print(f"{variant}: {samples} samples in", summary(values))
    return 0


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description="check and time the notes' rule in JAX")
    parser.add_argument("--samples", type=int, default=5_000, help="samples a run (default 5000)")
    parser.add_argument("--runs", type=int, default=5, help="runs of each form (default 5)")
    sys.exit(main(**vars(parser.parse_args())))
