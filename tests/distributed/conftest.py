"""One Ray cluster of several nodes for all tests that need one; they run one after another on one worker of xdist."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from support.ray_machines import MEMORY, SLOW_STARTS, add_machine, started

HERE = Path(__file__).parent


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items):
    """Put the tests with the cluster into one group of xdist, so that there is one cluster, and let them start first.

    The other workers run the other tests meanwhile.
    """
    ours = [one for one in items if one.path.is_relative_to(HERE) and "ray_nodes" in one.fixturenames]
    for one in ours:
        one.add_marker(pytest.mark.xdist_group("ray"))
    items.sort(key=lambda one: one not in ours)


@pytest.fixture(scope="session")
def ray():
    """The package; imported before the tests, since that changes the import path."""
    return pytest.importorskip("ray", reason="no ray: pip install 'glassnet[distributed]'")


@pytest.fixture(scope="session")
def ray_nodes(ray):
    """A running cluster of machines, as Ray sees them, to which this process is connected: `ray.cluster_utils.Cluster`.

    ``ray_cluster("auto")`` uses it. The machine of the driver has no cores for tasks, another has two, and a third has
    one and may be lost in a test, which then adds another: see `support.ray_machines`. Each costs seconds to start.
    """
    from ray.cluster_utils import Cluster

    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("RAY_USAGE_STATS_ENABLED", "0")
        patch.setenv("RAY_enable_metrics_collection", "0")
        patch.setenv("RAY_ACCEL_ENV_VAR_OVERRIDE_ON_ZERO", "0")
        patch.setenv("PYTHONPATH", os.pathsep.join(map(str, (HERE, HERE.parent))))  # workers import what tests submit
        soon = {"initial_delay_ms": 500, "period_ms": 100, "failure_threshold": 3}  # a lost machine is noticed
        soon = {f"health_check_{name}": value for name, value in soon.items()}
        head = {"num_cpus": 0, "include_dashboard": False, "object_store_memory": MEMORY, "_system_config": soon}
        head |= {"no_monitor": True, "include_log_monitor": False}  # processes that nothing here needs
        for name, value in SLOW_STARTS.items():
            patch.setenv(name, value)
        cluster = started(lambda: Cluster(initialize_head=True, head_node_args=head))
        add_machine(cluster, cores=2)
        add_machine(cluster)
        ray.init(address=cluster.address, logging_level="ERROR", log_to_driver=False)
        yield cluster
        ray.shutdown()
        cluster.shutdown()
