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
    """End the processes of the machine that was added last, at once."""
    cluster.remove_node(cluster.list_all_nodes()[-1], allow_graceful=False)
