"""Machines of the tests' Ray cluster: starting one with patience, adding and losing one.

Without what Ray changes in this process.
"""

from __future__ import annotations

import signal
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any
from unittest import mock

MEMORY = 80_000_000
"""Bytes for shared objects on each machine."""

PATIENCE = 600
"""Seconds in which a machine has started, however busy this computer is; Ray itself gives up after 30."""

SLOW_STARTS = {
    "RAY_agent_register_timeout_ms": str(1000 * PATIENCE),
    "RAY_raylet_start_wait_time_s": "60",
    "RAY_worker_register_timeout_seconds": "120",  # then another worker is started, also for one that was lost
}
"""Variables with which the processes of a machine wait longer for each other."""


@contextmanager
def patient(seconds: float) -> Iterator[None]:
    """Wait for machines that start slowly, where Ray would raise an exception and leave them half started."""
    from ray._private import services

    get_node = services.get_node

    def waiting(*arguments: Any) -> Any:
        end = time.monotonic() + seconds
        while True:
            try:
                return get_node(*arguments)
            except RuntimeError:  # it has not registered yet
                if time.monotonic() > end:
                    raise
                time.sleep(0.1)

    with mock.patch.object(services, "get_node", waiting):
        yield


def started(start: Callable[[], Any]) -> Any:
    """Start a machine; on a busy computer one of its processes may give up, and another machine is tried."""
    for further in (3, 2, 1, 0):
        try:
            with patient(PATIENCE / 4):
                return start()
        except Exception:
            if not further:
                raise
    raise AssertionError


def add_machine(cluster: Any, cores: int = 1) -> Any:
    """Add a machine with cores for tasks; return it."""
    handler = signal.getsignal(signal.SIGTERM)
    try:
        node = started(lambda: cluster.add_node(wait=False, num_cpus=cores, object_store_memory=MEMORY))
        cluster._wait_for_node(node, PATIENCE)
        return node
    finally:
        signal.signal(signal.SIGTERM, handler)


def lose_machine(cluster: Any) -> None:
    """End the processes of a machine with one core, at once; return when the cluster has noticed."""
    import ray

    small = next(one for one in cluster.worker_nodes if one._ray_params.num_cpus == 1)  # a set, in no order
    cluster.remove_node(small, allow_graceful=False)
    end = time.monotonic() + PATIENCE
    while sum(one["Alive"] for one in ray.nodes()) > len(cluster.list_all_nodes()):
        assert time.monotonic() < end, "the cluster does not notice that a machine is lost"
        time.sleep(0.02)
