"""`ray_cluster`: a Ray cluster as an executor of independent training runs."""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable, Iterable
from concurrent.futures import Future, ThreadPoolExecutor, wait
from contextlib import suppress
from dataclasses import dataclass, field
from itertools import count
from typing import TYPE_CHECKING, Any, Self, TypeVar

from ..errors import ClusterError, warn
from ..messages.notice import Notify
from ..messages.option_spelling import Option
from ..runtime.numba_availability import require_numba
from ..training.receipt import surroundings
from .connection import connect, disconnect, ray_module
from .mailbox import Delivery, Mailbox
from .worker import Outcome, Shared, run_task

if TYPE_CHECKING:
    from .data_parallel import RayEngine
    from .shard_workers import RayWorkers

T = TypeVar("T")

_REPEATS = 3
"""How often a task is repeated whose worker process or machine is lost."""
_MOST_THREADS = 10_000  # one waits for each task whose event is being handled
_PATIENCE = 10.0
"""Seconds to wait for cancelled tasks."""


def ray_cluster(address: str = "auto", *, workers: int = 0) -> RayCluster:
    """Connect to a Ray cluster; use it as a context manager.

    Parameters
    ----------
    address : str
        ``"auto"``: the cluster that this process is connected to, that of the environment variable ``RAY_ADDRESS``, or
        the one that ``ray start`` has started on this machine; none is started. ``"local"``: a cluster of processes on
        this machine, one worker per available core, which leaving ends. Otherwise the address of a cluster,
        ``"host:6379"`` or ``"ray://host:10001"``.
    workers : int, default 0
        Most tasks at the same time; 0: one per core of the cluster.

    Returns
    -------
    RayCluster
        Leaving it cancels its tasks and disconnects, unless the process was connected before.

    Raises
    ------
    OptionError
        GN092 when Ray is not installed.
    ClusterError
        GN130 when there is no cluster at the address, or this process is connected to another one; GN131 when the
        cluster has another version of Ray or Python.
    """
    own = connect(address, workers)
    try:
        return RayCluster(workers, own=own)
    except BaseException:
        if own:
            disconnect()
        raise


@dataclass(eq=False)
class _Task:
    """A submitted task: what to run, its future, and the answers that it has got."""

    number: int
    function: Callable[..., Any]
    arguments: tuple[Any, ...]
    on_event: Callable[[Any], bool] | None
    future: Future[Any] = field(default_factory=Future)
    answers: list[bool] = field(default_factory=list)
    lock: threading.Lock = field(default_factory=threading.Lock)
    reference: Any = None
    problem: BaseException | None = None
    """The reason why it was cancelled."""


class RayCluster:
    """Runs tasks on the workers of a Ray cluster, one task per core. See `training.executor.Executor`.

    A task whose worker process or machine is lost runs again elsewhere, three times at most; what it sends again is not
    passed to `on_event`, and gets the answers of before. Workers with other versions, BLAS or processor raise
    ClusterError GN131, and tasks that are lost too often GN132.
    """

    def __init__(self, workers: int = 0, *, own: bool = False) -> None:
        self._ray, self._most, self._own = ray_module(), workers, own
        self._numbers, self._lock, self._left = count(), threading.RLock(), False
        self._waiting, self._running = deque[_Task](), dict[int, _Task]()
        self._threads = ThreadPoolExecutor(_MOST_THREADS, "glassnet-ray")
        self._driver = surroundings()
        self._run = self._ray.remote(run_task).options(num_cpus=1, max_retries=_REPEATS, retry_exceptions=False)
        self._mailbox: Any = None
        self._shard_workers: RayWorkers | None = None

    @property
    def workers(self) -> int:
        """Number of tasks that run at the same time: cores of the cluster, now, or the given limit if that is less."""
        cores = max(1, int(self._ray.cluster_resources().get("CPU", 0)))
        return min(self._most, cores) if self._most else cores

    def share(self, value: Any) -> Any:
        """Return what stands for a value among the arguments of tasks; each machine gets it once."""
        return self._ray.put(value)

    def submit(
        self, task: Callable[..., T], *arguments: Any, on_event: Callable[[Any], bool] | None = None
    ) -> Future[T]:
        """See `Executor.submit`."""
        one = _Task(next(self._numbers), task, arguments, on_event)
        with self._lock:
            if self._left:
                raise RuntimeError("the cluster has been left")
            self._waiting.append(one)
        self._start_waiting()
        return one.future

    def cancel(self, futures: Iterable[Future[Any]]) -> None:
        """See `Executor.cancel`."""
        chosen = set(futures)
        with self._lock:
            for one in [one for one in self._waiting if one.future in chosen]:
                self._waiting.remove(one)
                one.future.cancel()
                one.future.set_running_or_notify_cancel()  # tells those who wait
            running = [one for one in self._running.values() if one.future in chosen]
        for one in running:
            self._end(one, KeyboardInterrupt())
        wait(chosen, _PATIENCE)

    def engine(self, notify: Notify = warn, *, portable: bool = False) -> RayEngine:
        """Return an engine that computes the shards of each batch on the workers, until the cluster is left.

        It has the bits of the compiled engine, or of the `portable` one. `notify` receives a message when workers are
        lost, join, or have nothing to do. The options need
        ``skip_zeros=False`` if the inputs have many zeros. All engines of a cluster use the same workers, which have
        their cores until a task is started or the cluster is left.
        """
        require_numba(Option("engine", "portable" if portable else "compiled"))
        from .data_parallel import PortableRayEngine, RayEngine
        from .shard_workers import RayWorkers

        with self._lock:
            if self._shard_workers is None:
                self._shard_workers = RayWorkers(notify, self._most)
            self._shard_workers.notify = notify
            return (PortableRayEngine if portable else RayEngine)(self._shard_workers)

    def __enter__(self) -> Self:
        """Return self."""
        return self

    def __exit__(self, *problem: object) -> None:
        """Cancel all tasks and disconnect, unless the process was connected before."""
        try:
            with self._lock:
                self._left = True
                unfinished = [one.future for one in (*self._waiting, *self._running.values())]
            self.cancel(unfinished)
            if self._shard_workers is not None:
                self._shard_workers.close()
            if self._mailbox is not None:
                with suppress(self._ray.exceptions.RayError):
                    self._ray.kill(self._mailbox)
            self._threads.shutdown(wait=True)
        finally:
            if self._own:
                disconnect()

    def _start_waiting(self) -> None:
        """Start as many waiting tasks as there are free cores. Ray would start all whose predecessors wait.

        A task that cannot be started, such as one with arguments that cannot be pickled, has failed; so have all if the
        cluster is lost.
        """
        try:
            workers = self.workers
        except Exception:
            workers = len(self._running) + len(self._waiting)
        with self._lock:
            while self._waiting and len(self._running) < workers:
                one = self._waiting.popleft()
                if not one.future.set_running_or_notify_cancel():
                    continue
                try:
                    self._start(one)
                except Exception as problem:
                    self._running.pop(one.number, None)
                    one.future.set_exception(problem)

    def _start(self, one: _Task) -> None:
        arguments: list[Any] = []
        shared: list[Any] = []
        for value in one.arguments:
            if isinstance(value, self._ray.ObjectRef):
                arguments.append(Shared(len(shared)))
                shared.append(value)
            else:
                arguments.append(value)
        if one.on_event:
            self._open_mailbox()
        if self._shard_workers is not None:  # the task would wait for their cores
            self._shard_workers.close()
        self._running[one.number] = one
        mailbox = self._mailbox if one.on_event else None
        one.reference = self._run.remote(one.function, one.number, mailbox, self._driver, arguments, *shared)
        # The callback runs on a thread of Ray, which must not wait for Ray.
        one.reference.future().add_done_callback(lambda done: self._threads.submit(self._ended, one, done))

    def _ended(self, one: _Task, done: Future[Outcome]) -> None:
        """Pass on the outcome of a task, and start the next one."""
        with self._lock:
            self._running.pop(one.number, None)
        try:
            outcome = done.result()
        except self._ray.exceptions.RayTaskError as failed:  # outside the task, such as in unpacking its arguments
            outcome = Outcome(problem=failed.cause)
        except self._ray.exceptions.RayError as lost:
            outcome = Outcome(problem=one.problem or _as_cluster_error(lost))
        except BaseException as problem:
            outcome = Outcome(problem=problem)
        if one.problem or outcome.problem:
            one.future.set_exception(one.problem or outcome.problem)
        else:
            one.future.set_result(outcome.result)
        if not self._left:
            self._start_waiting()

    def _end(self, one: _Task, problem: BaseException) -> None:
        """End a running task, whose future gets `problem`."""
        one.problem = one.problem or problem
        with self._lock, suppress(self._ray.exceptions.RayError):  # it may have ended, or be lost with the cluster
            self._ray.cancel(one.reference, force=True)

    def _open_mailbox(self) -> None:
        """Start the mailbox on the driver's machine, which is not lost before the driver is."""
        if self._mailbox is not None:
            return
        from ray.util.scheduling_strategies import NodeAffinitySchedulingStrategy

        here = NodeAffinitySchedulingStrategy(self._ray.get_runtime_context().get_node_id(), soft=False)
        make = self._ray.remote(Mailbox)
        self._mailbox = make.options(num_cpus=0, max_concurrency=_MOST_THREADS, scheduling_strategy=here).remote()
        threading.Thread(target=self._collect, args=(self._mailbox,), name="glassnet-ray-mailbox", daemon=True).start()

    def _collect(self, mailbox: Any) -> None:
        """Pass on the events of tasks until the mailbox ends."""
        while True:
            try:
                deliveries: list[Delivery] = self._ray.get(mailbox.collect.remote())
            except BaseException as problem:
                with self._lock:
                    if self._left:
                        return
                    self._mailbox = None  # the next task opens another
                    senders = [one for one in self._running.values() if one.on_event]
                for one in senders:
                    self._end(one, _as_cluster_error(problem))
                return
            for delivery in deliveries:
                self._threads.submit(self._handle, mailbox, delivery)

    def _handle(self, mailbox: Any, delivery: Delivery) -> None:
        """Answer an event: by `on_event`, or as before if the task is being repeated."""
        one = self._running.get(delivery.task)
        if one is None:
            return
        try:
            with one.lock:
                if delivery.place == len(one.answers):
                    one.answers.append(bool(one.on_event and one.on_event(delivery.event)))
                answer = one.answers[delivery.place]
        except BaseException as problem:
            self._end(one, problem)
        else:
            mailbox.answer.remote(delivery.key, answer)


def _as_cluster_error(lost: BaseException) -> ClusterError:
    reason = next(iter(str(lost).splitlines()), "") or type(lost).__name__
    template = "A task was lost with its machine ({reason}). If the cluster has ended, start another."
    return ClusterError("GN132", template, reason=reason)
