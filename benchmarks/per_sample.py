"""Time one epoch of the notes' rule, one sample per step, arrays in memory: the notes' program, JAX, glassnet.

All run in one process and in turns, so that a slow minute of the machine affects every side. JAX has two forms: `scan`,
one `lax.scan` over the samples, and `blocked`, the same rule with the first matrix written once per 50 samples (exact,
and the fastest JAX form found). glassnet and JAX use float32, the notes' program float64. Each may use all cores;
glassnet is also measured with one thread.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np

import glassnet
import jax_scan  # sets the number of JAX threads, so it must be first
import machine
from glassnet.engines import Block, CompiledEngine, Samples
from glassnet.nn.optimizers import State

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "examples"))

import notes_program

RUNS, NOTES_RUNS, RATE = 7, 3, 0.2
OWN = "glassnet", "one thread"


def main() -> None:
    data = glassnet.load_data("mnist")
    order = np.random.default_rng(0).permutation(len(data))
    sides = {
        "glassnet": _glassnet(data, order, threads=0),
        "one thread": _glassnet(data, order, threads=1),
        "jax-scan": _jax(data, order, "scan"),
        "jax-blocked": _jax(data, order, "blocked"),
        "notes-program": _notes(data, order),
    }
    seconds: dict[str, list[float]] = {name: [] for name in sides}
    for run in range(RUNS):
        for name, epoch in sides.items():
            if name == "notes-program" and run >= NOTES_RUNS:
                continue
            began = time.perf_counter()
            epoch()
            seconds[name].append(time.perf_counter() - began)
            print(run, name, f"{seconds[name][-1]:.3f} s", flush=True)
    result = {name: machine.summary(values) for name, values in seconds.items()}
    own = result["glassnet"]["median"]
    result["times faster"] = {name: result[name]["median"] / own for name in sides if name not in OWN}
    print("times faster than:", result["times faster"])
    machine.write("per_sample", result, packages=("numpy", "scipy", "numba", "jax"))


def _glassnet(data: glassnet.Dataset, order: np.ndarray, threads: int) -> Callable[[], None]:
    options = glassnet.Options(threads=threads)
    model = glassnet.new_model(data, options)
    network, engine = model.network, CompiledEngine()
    samples = Samples(data.inputs, model.scaling, data.labels, model.targets.table())
    prepared = engine.prepare(network.architecture, samples, options)
    state, block = State.new(network.parameters, options), Block(order, 1, np.full(len(data), RATE))

    def epoch() -> None:
        engine.run_steps(network.architecture, state, prepared, block)

    return epoch


def _jax(data: glassnet.Dataset, order: np.ndarray, variant: str) -> Callable[[], None]:
    import jax

    net = notes_program.NeuralNetwork(784, 200, 10, RATE)
    inputs = notes_program.scale(data.inputs).astype(np.float32)
    targets = np.array([notes_program.target(int(label)) for label in data.labels], np.float32)
    compiled = jax_scan.make_epoch(len(data), variant=variant)
    rates, order32 = np.full(len(data), RATE, np.float32), order.astype(np.int32)
    weights = [net.wih.astype(np.float32), net.who.astype(np.float32)]
    on_device = [jax.device_put(array) for array in (inputs, targets, order32, rates)]

    def epoch() -> None:
        weights[:] = jax.block_until_ready(compiled(*weights, *on_device))

    epoch()
    return epoch


def _notes(data: glassnet.Dataset, order: np.ndarray) -> Callable[[], None]:
    net = notes_program.NeuralNetwork(784, 200, 10, RATE)
    inputs = notes_program.scale(data.inputs[order])
    targets = [notes_program.target(int(label)) for label in data.labels[order]]
    return lambda: notes_program.epoch(net, inputs, targets)


if __name__ == "__main__":
    main()
