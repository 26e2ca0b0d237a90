"""One Ray cluster of several nodes for all tests that need one; they run one after another on one worker of xdist."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

HERE = Path(__file__).parent
CORES = 2
"""Cores of each node, as Ray counts them; they need not exist."""


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items):
    """Put the tests of this folder that use the cluster into one group of xdist, so that there is one cluster."""
    for item in items:
        if item.path.is_relative_to(HERE) and "ray_nodes" in item.fixturenames:
            item.add_marker(pytest.mark.xdist_group("ray"))


@pytest.fixture(scope="session")
def ray_nodes():
    """A running cluster of three nodes that this process is connected to, as `ray.cluster_utils.Cluster`.

    ``ray_cluster("auto")`` uses it. The first node, of the driver, has no cores for tasks, so that the others can be
    killed: ``add_node(num_cpus=CORES)`` replaces one.
    """
    ray = pytest.importorskip("ray", reason="the package ray is not installed")
    from ray.cluster_utils import Cluster

    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("RAY_USAGE_STATS_ENABLED", "0")
        cluster = Cluster(initialize_head=True, head_node_args={"num_cpus": 0, "include_dashboard": False})
        for _ in range(2):
            cluster.add_node(num_cpus=CORES)
        ray.init(address=cluster.address, logging_level="ERROR", log_to_driver=False)
        os.environ.update(before := dict(os.environ))
        yield cluster
        ray.shutdown()
        cluster.shutdown()
