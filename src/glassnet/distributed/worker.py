"""What runs in a worker process of the cluster: a task, after a comparison of the worker with the driver."""

from __future__ import annotations

import os
import traceback
from collections.abc import Callable
from importlib import import_module
from itertools import count
from typing import Any, NamedTuple

from ..errors import ClusterError, GlassnetError
from ..messages.message import Listing
from ..model.header import Receipt
from ..training.receipt import surroundings

_KINDS = {"numerics": "numerics", "blas": "BLAS", "processor": "processor"}


class Outcome(NamedTuple):
    """The result of a task, or its exception."""

    result: Any = None
    problem: BaseException | None = None


def run_task(
    task: Callable[..., Any], number: int, mailbox: Any, driver: Receipt, arguments: list[Any], *shared: Any
) -> Outcome:
    """Run a task and return its outcome; Ray does not repeat a task that raises an exception.

    `number` is the task's number for the mailbox, which is None if the driver ignores the task's events. `arguments`
    have a `Shared` for each value in `shared`, which Ray has fetched. `driver` describes the driver's surroundings.
    """
    ray: Any = import_module("ray")
    places = count()

    def send(event: Any) -> bool:
        if mailbox is None or event is None:
            return False
        try:
            return bool(ray.get(mailbox.deliver.remote(number, next(places), event)))
        except ray.exceptions.RayError:
            os._exit(1)  # the rest of this machine may be lost already: Ray repeats the task elsewhere

    try:
        require_same(driver, surroundings(), ray.util.get_node_ip_address())
        given = [shared[one.place] if isinstance(one, Shared) else one for one in arguments]
        return Outcome(result=task(*given, send))
    except BaseException as problem:
        if not isinstance(problem, GlassnetError):  # a traceback does not travel
            problem.add_note(f"On a worker:\n{traceback.format_exc()}")
        return Outcome(problem=problem)


class Shared(NamedTuple):
    """Stands for a shared value among the arguments of a task."""

    place: int


def require_same(driver: Receipt, worker: Receipt, node: str) -> None:
    """Raise ClusterError GN131 if a worker could compute other bits than the driver, or has another glassnet.

    `driver` and `worker` are results of `surroundings`, `node` is the address of the worker's machine.
    """
    here, there = (
        {**one["versions"], **{name: one.get(key) for key, name in _KINDS.items()}} for one in (driver, worker)
    )
    others = [f"{name} {there.get(name)} ≠ {value}" for name, value in here.items() if there.get(name) != value]
    if others:
        template = (
            "The worker on {node} differs (there ≠ here): {differences}. All machines need the same versions and kind "
            "of processor."
        )
        raise ClusterError("GN131", template, node=node, differences=Listing(others))
