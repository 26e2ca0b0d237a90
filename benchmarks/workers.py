"""Time a step of training on one and two threads, and on one and two Ray workers, by batch and width.

The network is 784-width-width-10 with adamw, trained on the digits without skipping zeros; each worker has one core.
The four ways alternate in every round. The parts of a step with two workers are timed by themselves as well.

python benchmarks/workers.py [--quick] [--runs 7]
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np

import glassnet
import machine
from glassnet.distributed.data_parallel import Prepared, RayEngine, Step
from glassnet.distributed.shard_workers import RayWorkers
from glassnet.engines import Block, CompiledEngine
from glassnet.model.build import samples_for
from glassnet.nn.optimizers import State
from glassnet.nn.parameters import Parameters
from glassnet.runtime.blas import one_blas_thread

BATCHES, WIDTHS = (512, 2048, 8192), (256, 1024)
QUICK = (((512, 256), (2048, 1024)), 2)
SECONDS = 0.7
"""Least time of one measurement."""
WAYS = ("one_thread", "two_threads", "one_worker", "two_workers")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--runs", type=int, default=7, help="rounds in which the four ways alternate")
    parser.add_argument("--quick", action="store_true", help="two cases, two rounds; nothing is written")
    given = parser.parse_args()
    cases = [(batch, width) for batch in BATCHES for width in WIDTHS]
    cases, runs = QUICK if given.quick else (cases, given.runs)
    import ray

    ray.init(address="local", num_cpus=3, include_dashboard=False, logging_level="ERROR", log_to_driver=False)
    pools = {"one_worker": RayWorkers(print, most=1), "two_workers": RayWorkers(print, most=2)}
    data = glassnet.load_data("mnist")
    taken = [measured(data, batch, width, pools, runs) for batch, width in cases]
    ray.shutdown()
    if not given.quick:
        machine.write("workers", taken, (*machine.PACKAGES, "ray"))


def measured(data: glassnet.Dataset, batch: int, width: int, pools: dict[str, RayWorkers], runs: int) -> dict[str, Any]:
    """Return the seconds of a step in each way, and of its parts with two workers."""
    options = glassnet.Options.recipe(
        "quick",
        optimizer="adamw",
        hidden=(width, width),
        batch_size=batch,
        shards=2,
        skip_zeros=False,
        engine="compiled",
    )
    model = glassnet.new_model(data, options)
    architecture, samples = model.network.architecture, samples_for(model, data, options)
    order = np.random.default_rng(0).permutation(len(data))

    def way(name: str) -> Callable[[int], tuple[float, str]]:
        engine = RayEngine(pools[name]) if name in pools else CompiledEngine()
        own = replace(options, threads=1 if name == "one_thread" else 2)
        prepared = engine.prepare(architecture, samples, own)

        def run(steps: int) -> tuple[float, str]:
            state = State.new(Parameters(architecture.layout, model.network.parameters.flat.copy()), own)
            block = Block(np.resize(order, batch * steps), batch, np.full(steps, 0.001))
            with one_blas_thread():
                began = time.perf_counter()
                engine.run_steps(architecture, state, prepared, block)
                seconds = time.perf_counter() - began
            return seconds / steps, state.parameters.hash()

        prepared_for[name] = prepared
        return run

    prepared_for: dict[str, Any] = {}
    ways = {name: way(name) for name in WAYS}
    steps = max(2, int(SECONDS / max(one(2)[0] for one in ways.values())))
    seconds: dict[str, list[float]] = {name: [] for name in WAYS}
    pieces: dict[str, list[float]] = {}
    for _ in range(runs):
        hashes = set()
        for name, one in ways.items():
            taken, digest = one(steps)
            seconds[name].append(taken)
            hashes.add(digest)
        assert len(hashes) == 1, "the four ways differ"
        pool, prepared = pools["two_workers"], prepared_for["two_workers"]
        for name, taken in parts(architecture, model, options, prepared, pool, order, batch, steps).items():
            pieces.setdefault(name, []).append(taken)
    cost = [two / one - 1 for two, one in zip(seconds["two_workers"], seconds["two_threads"], strict=True)]
    flat = model.network.parameters.flat
    result = {
        "batch": batch,
        "width": width,
        "parameters": flat.size,
        "products": 3 * batch * flat.size,
        "seconds": {name: machine.summary(values) for name, values in seconds.items()},
        "cost_of_two_workers": machine.summary(cost),
        "parts": {name: machine.summary(values) for name, values in pieces.items()},
        "bytes_out": flat.nbytes,
        "bytes_back": 2 * flat.nbytes,
    }
    print(f"{batch:,} x {width:,}, {steps} steps a run")
    for name, values in seconds.items():
        print(f"  {name:12} {1e3 * machine.summary(values)['median']:9.2f} ms")
    print(f"  two workers cost {100 * machine.summary(cost)['median']:.1f} % more than two threads, of which, in ms:")
    each = (f"{name} {1e3 * machine.summary(values)['median']:.2f}" for name, values in pieces.items())
    print(f"  {', '.join(each)}", flush=True)
    return result


def parts(
    architecture: Any,
    model: Any,
    options: Any,
    prepared: Prepared,
    pool: RayWorkers,
    order: Any,
    batch: int,
    steps: int,
) -> dict[str, float]:
    """Return seconds of the parts of a step with two workers.

    ``put`` copies the weights to the object store, ``compute`` is the wait until both workers have answered, ``get``
    fetches the gradients, ``add`` sums them, ``update`` changes the weights; ``call`` is a call that computes nothing.
    """
    import ray

    state = State.new(Parameters(architecture.layout, model.network.parameters.flat.copy()), options)
    minibatch, run = prepared.minibatch, prepared.run
    block = Block(np.resize(order, batch * steps), batch, np.full(steps, 0.001))
    constants, taken = minibatch.constants_of(state, block), dict[str, float]()

    def timed(name: str, work: Callable[..., Any], *arguments: Any) -> Any:
        began = time.perf_counter()
        result = work(*arguments)
        taken[name] = taken.get(name, 0.0) + (time.perf_counter() - began) / steps
        return result

    def ask(sent: Any, step: Step) -> list[Any]:
        both = zip(pool._ready, (range(1), range(1, 2)), strict=True)
        calls = [pool._call(worker, run, sent, step, part) for worker, part in both]
        ray.wait(calls, num_returns=2)
        return calls

    with one_blas_thread():
        for place in range(steps):
            sent = timed("put", ray.put, state.parameters.flat)
            calls = timed("compute", ask, sent, Step(block.batch(place), 0, place))
            outcomes = timed("get", ray.get, calls)
            for first, one in enumerate(outcomes):
                timed("add", minibatch.add_shards, first, one.result.gradients)
            timed("update", minibatch.update, state, constants[place])
            timed("call", lambda: ray.get(pool._ready[0].actor.__ray_ready__.remote()))
    return taken


if __name__ == "__main__":
    main()
