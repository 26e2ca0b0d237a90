"""Machines of the tests' Ray cluster: losing one and adding one, without what Ray changes in this process."""

from __future__ import annotations

import signal
from typing import Any

MEMORY = 80_000_000
"""Bytes for shared objects on each machine."""


def add_machine(cluster: Any, cores: int = 1) -> Any:
    """Add a machine with cores for tasks; return it."""
    handler = signal.getsignal(signal.SIGTERM)
    try:
        return cluster.add_node(num_cpus=cores, object_store_memory=MEMORY)
    finally:
        signal.signal(signal.SIGTERM, handler)


def lose_machine(cluster: Any) -> None:
    """End the processes of a machine with one core, at once."""
    small = next(one for one in cluster.worker_nodes if one._ray_params.num_cpus == 1)  # a set, in no order
    cluster.remove_node(small, allow_graceful=False)
