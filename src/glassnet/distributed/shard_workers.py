"""Workers on a Ray cluster that compute the shards of batches; lost ones are replaced, and others can join."""

from __future__ import annotations

import time
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from itertools import count, pairwise
from typing import Any, NamedTuple

from ..engines.compiled.minibatch import ShardGradients
from ..engines.shards import shards_of
from ..messages.message import Message
from ..messages.notice import Notify
from ..model.header import Receipt
from ..nn.parameters import FloatArray
from ..training.receipt import surroundings
from .connection import ray_module
from .data_parallel import Results, ShardComputer, Step, TrainingPart, idle_notice
from .worker import Outcome, require_same

FIRST_SECONDS, OTHERS_SECONDS = 60.0, 10.0
"""Seconds to wait for the first worker at the start, and then for the others; later ones join when they are ready."""

LOOK_SECONDS = 1.0
"""Seconds between two looks for free cores, each of which asks the cluster."""


class ShardActor:
    """What runs in a worker process: computes shards for one training run at a time."""

    def begin(self, driver: Receipt, part: Sequence[Any]) -> Outcome:
        """Compare this machine with the driver's, fetch the samples and prepare; `part` has their reference."""
        self._computer: ShardComputer | None = None  # that of another run must not be used if this fails
        ray = ray_module()
        try:
            require_same(driver, surroundings(), node=ray.util.get_node_ip_address())
            self._computer = ShardComputer(ray.get(part[0]))
        except BaseException as problem:
            self._problem = problem
            return Outcome(problem=problem)
        return Outcome()

    def compute(self, weights: FloatArray, step: Step, first: int, stop: int) -> Outcome:
        """Compute some shards; see `ShardComputer.shard_gradients`."""
        if self._computer is None:
            return Outcome(problem=self._problem)
        try:
            return Outcome(self._computer.shard_gradients(weights, step, first, stop))
        except BaseException as problem:
            return Outcome(problem=problem)


class Run(NamedTuple):
    """A training run: its number, the reference of its samples and options, and the shards of its largest batch."""

    number: int
    part: Any
    shards: int


@dataclass(eq=False)
class _Worker:
    """A worker process: its actor, the run that it is prepared for, and the reference of the outcome of that."""

    actor: Any
    run: int
    begun: Any


class RayWorkers:
    """Workers of a Ray cluster, each with a core of its own and one thread. See `data_parallel.Workers`.

    `notify` receives a message when workers are lost, join, or have nothing to do. There are never more workers than
    `most`, or than shards; 0 means as many as there are cores.
    """

    def __init__(self, notify: Notify, most: int = 0) -> None:
        self._ray, self.notify, self.most = ray_module(), notify, most
        self._numbers, self._driver = count(), surroundings()
        self._ready: list[_Worker] = []
        self._joining: list[_Worker] = []
        self._refused, self._next_look, self._alone = 0, 0.0, False
        self._actor = self._ray.remote(ShardActor).options(num_cpus=1, max_restarts=0, scheduling_strategy="SPREAD")

    @property
    def count(self) -> int:
        """Number of workers that are ready."""
        return len(self._ready)

    def begin(self, part: TrainingPart) -> Run:
        """Send the samples to the cluster and start workers."""
        options, places = part.options, self._places()
        run = Run(next(self._numbers), self._ray.put(part), shards_of(options.batch_size, options.shards))
        if idle := idle_notice(options, places):
            self.notify(idle)
        most, every = min(run.shards, places), [*self._ready, *self._joining]
        self._ready, self._joining, extra, self._refused = [], every[:most], every[most:], 0
        for one in extra:
            self._end(one)
        for one in self._joining:
            self._begin(one, run)
        self._start(run)
        begun = [one.begun for one in self._joining]
        if begun and self._ray.wait(begun, timeout=FIRST_SECONDS)[0]:
            self._ray.wait(begun, num_returns=len(begun), timeout=OTHERS_SECONDS)
        for problem in self._admit():
            raise problem
        return run

    def look_for_others(self, run: Run) -> None:
        """Use workers that have become ready, and start others, at most once in `LOOK_SECONDS`."""
        if len(self._ready) >= run.shards or time.monotonic() < self._next_look:
            return
        self._next_look = time.monotonic() + LOOK_SECONDS
        before = len(self._ready)
        for problem in self._admit():
            self.notify(Message("a worker is not used: {problem}", problem=problem))
        if len(self._ready) > before:
            self.notify(Message("{count} workers compute from now on", count=len(self._ready)))
        self._start(run)

    def compute(self, run: Run, weights: FloatArray, step: Step, shards: int) -> Results:
        """Compute all shards of a step; a lost worker's shards go to another one."""
        if not self._ready and not self._alone:
            self.notify(Message("no worker is free: this process computes alone until one is"))
        self._alone = not self._ready
        workers = self._ready[:shards]
        if not workers:
            yield range(shards), None
            return
        sent = self._ray.put(weights)
        cuts = [shards * place // len(workers) for place in range(len(workers) + 1)]
        parts = [range(first, stop) for first, stop in pairwise(cuts)]
        calls = [self._call(worker, run, sent, step, part) for worker, part in zip(workers, parts, strict=True)]
        for part, worker, call in zip(parts, workers, calls, strict=True):
            yield part, self._result(part, worker, call, run, sent, step)

    def close(self) -> None:
        """End all workers."""
        every, self._ready, self._joining = (*self._ready, *self._joining), [], []
        for one in every:
            self._end(one)

    def _result(
        self, part: range, worker: _Worker, call: Any, run: Run, sent: Any, step: Step
    ) -> ShardGradients | None:
        """Wait for the result of a call; if the worker is lost, call another one, and without any return None."""
        errors = self._ray.exceptions
        lost = (errors.RayActorError, errors.ObjectLostError, errors.NodeDiedError, errors.OwnerDiedError)
        while True:
            try:
                outcome: Outcome = self._ray.get(call)
            except lost:
                if worker in self._ready:
                    self._ready.remove(worker)
                    self._end(worker)
                    self.notify(Message("a worker was lost: {count} go on", count=len(self._ready)))
            else:
                if outcome.problem is not None:
                    raise outcome.problem
                result: ShardGradients = outcome.result
                return result
            if not self._ready:
                return None
            worker = self._ready[part.start % len(self._ready)]
            call = self._call(worker, run, sent, step, part)

    def _call(self, worker: _Worker, run: Run, sent: Any, step: Step, part: range) -> Any:
        if worker.run != run.number:
            self._begin(worker, run)
        return worker.actor.compute.remote(sent, step, part.start, part.stop)

    def _begin(self, worker: _Worker, run: Run) -> None:
        worker.run, worker.begun = run.number, worker.actor.begin.remote(self._driver, [run.part])

    def _places(self) -> int:
        """Return the number of workers for which the cluster has cores."""
        places = max(1, int(self._ray.cluster_resources().get("CPU", 0)))
        return min(self.most, places) if self.most else places

    def _start(self, run: Run) -> None:
        """Start workers, as far as there are cores and shards for them; Ray lets them wait for cores in use."""
        missing = min(run.shards, self._places()) - len(self._ready) - len(self._joining) - self._refused
        for _ in range(missing):
            worker = _Worker(self._actor.remote(), -1, None)
            self._begin(worker, run)
            self._joining.append(worker)

    def _admit(self) -> list[BaseException]:
        """Move joining workers that are ready to the others; return the problems of those that are refused."""
        problems, waiting = [], []
        for one in self._joining:
            if not self._ray.wait([one.begun], timeout=0)[0]:
                waiting.append(one)
                continue
            try:
                problem = self._ray.get(one.begun).problem
            except self._ray.exceptions.RayError:  # lost before it was ready
                self._end(one)
                continue
            if problem is None:
                self._ready.append(one)
            else:
                self._end(one)
                self._refused += 1
                problems.append(problem)
        self._joining = waiting
        return problems

    def _end(self, worker: _Worker) -> None:
        with suppress(Exception):  # it may be lost already
            self._ray.kill(worker.actor)
