"""`ray_cluster`: a Ray cluster as an executor of independent training runs."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from concurrent.futures import Future
from typing import Any, Self, TypeVar

T = TypeVar("T")


def ray_cluster(address: str = "auto") -> RayCluster:
    """Connect to a Ray cluster; use it as a context manager.

    Parameters
    ----------
    address : str
        ``"auto"``: the cluster that this process is connected to, that of the environment variable ``RAY_ADDRESS``, or
        the one that ``ray start`` has started on this machine; none is started. ``"local"``: a cluster of processes on
        this machine, one worker per available core, which leaving ends. Otherwise the address of a cluster,
        ``"host:6379"`` or ``"ray://host:10001"``.

    Returns
    -------
    RayCluster
        Leaving it cancels its tasks and disconnects, unless the process was connected before.

    Raises
    ------
    OptionError
        GN092 when Ray is not installed.
    ClusterError
        GN130 when there is no cluster at the address, or this process is connected to another one.
    """
    raise NotImplementedError


class RayCluster:
    """Runs tasks on the workers of a Ray cluster, one task per core. See `training.executor.Executor`.

    A task whose worker process or machine is lost runs again elsewhere; what it sends again is not passed to
    `on_event`, and gets the answers of before. Workers with other versions, BLAS or processor raise ClusterError GN131.
    """

    @property
    def workers(self) -> int:
        """Number of cores of the cluster, now."""
        raise NotImplementedError

    def share(self, value: Any) -> Any:
        """See `Executor.share`."""
        raise NotImplementedError

    def submit(
        self, task: Callable[..., T], *arguments: Any, on_event: Callable[[Any], bool] | None = None
    ) -> Future[T]:
        """See `Executor.submit`."""
        raise NotImplementedError

    def cancel(self, futures: Iterable[Future[Any]]) -> None:
        """See `Executor.cancel`."""
        raise NotImplementedError

    def engine(self) -> Any:
        """Return an engine that computes the shards of each batch on the workers."""
        raise NotImplementedError

    def __enter__(self) -> Self:
        """Return self."""
        return self

    def __exit__(self, *problem: object) -> None:
        """Cancel all tasks and disconnect."""
