"""Connecting this process to a Ray cluster, quickly or with one line why not, and disconnecting it."""

from __future__ import annotations

import os
import socket
import sys
import warnings
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, nullcontext, suppress
from importlib import import_module
from types import ModuleType
from typing import Any

from ..errors import ClusterError, require_packages
from ..messages.option_spelling import Option
from ..runtime.system import available_cores, restoring_sigterm

_PATIENCE = 5.0
"""Seconds to wait for an answer from an address; Ray itself waits for a minute."""
_TRIES = "NUM_REDIS_GET_RETRIES"
_QUIET = {
    "RAY_USAGE_STATS_ENABLED": "0",  # nothing is sent to Ray's makers
    "RAY_enable_metrics_collection": "0",  # which only the dashboard shows
    "RAY_ACCEL_ENV_VAR_OVERRIDE_ON_ZERO": "0",  # else Ray warns of a change to GPU tasks
}


def ray_module() -> ModuleType:
    """Return the package ray."""
    require_packages("ray_cluster", "distributed", "ray")
    import ray

    module: ModuleType = ray
    return module


def connect(address: str, workers: int) -> bool:
    """Connect this process; return whether it was not connected before. Arguments and errors as for `ray_cluster`."""
    ray = ray_module()
    if ray.is_initialized():
        if address not in ("auto", _connected_to(ray)):
            template = (
                "{ray}: this process is already connected to another Ray cluster. Use auto, or call ray.shutdown() "
                "first."
            )
            raise ClusterError("GN130", template, ray=Option("ray", address))
        return False
    if address == "local":
        # Ray's own default would join the cluster of RAY_ADDRESS.
        cores = {"num_cpus": workers or available_cores(), "include_dashboard": False}
        return _init(ray, address, {"address": "local", **cores})
    place = os.environ.get("RAY_ADDRESS") or "auto" if address == "auto" else address
    if place not in ("auto", "local"):
        _require_answer(place)
    return _init(ray, address, {"address": "auto" if place == "local" else place})


def disconnect() -> None:
    """Disconnect this process; a local cluster that it has started ends."""
    started = _started_processes()
    ray_module().shutdown()
    for one in started:
        with suppress(Exception):  # it has ended
            one.kill()
    _unmute.close()


def _started_processes() -> list[Any]:
    """Return the processes of a local cluster. On a busy machine Ray kills their parent, and some stay for a minute."""
    with suppress(Exception):  # connected through ray://
        from ray._private import worker

        process: Any = import_module("psutil").Process  # Ray has its own copy
        node: Any = worker._global_node
        started = node.all_processes.get("raylet", [])
        return [child for one in started for child in process(one.process.pid).children(recursive=True)]
    return []


def _connected_to(ray: ModuleType) -> str:
    with suppress(Exception):  # a connection through ray:// does not know it
        return str(ray.get_runtime_context().gcs_address)
    return ""


def _init(ray: ModuleType, address: str, arguments: dict[str, Any]) -> bool:
    try:
        with _quiet(), nullcontext() if arguments["address"] == "local" else _impatient():
            ray.init(logging_level="ERROR", log_to_driver=False, **arguments)
        _mute()
    except BaseException as problem:
        with suppress(Exception):
            disconnect()
        if isinstance(problem, Exception):
            raise _refusal(address, problem) from None
        raise
    return True


def _refusal(address: str, problem: Exception) -> ClusterError:
    """Return one line for what Ray raised."""
    if "InvalidAuthToken" in f"{problem} {problem.__cause__}":
        template = (
            "{ray}: the cluster requires a token. Set RAY_AUTH_MODE=token, and RAY_AUTH_TOKEN_PATH unless the token is "
            "in ~/.ray."
        )
        return ClusterError("GN130", template, ray=Option("ray", address))
    if address == "auto" and isinstance(problem, ConnectionError):
        template = (
            "{ray}: no Ray cluster is running here. Start one with `ray start --head`, name its ADDRESS, or use local."
        )
        return ClusterError("GN130", template, ray=Option("ray", address))
    text = str(problem).strip()
    if "Traceback" in text:  # of the server of ray://
        text = text.splitlines()[-1]
    lines = " ".join(text.split())
    code = "GN131" if "mismatch" in lines.lower() else "GN130"
    return ClusterError(code, "{ray}: Ray cannot be used ({why}).", ray=Option("ray", address), why=lines)


def _require_answer(address: str) -> None:
    """Raise ClusterError GN130 unless a cluster answers at an address."""
    host, _, port = address.removeprefix("ray://").rpartition(":")
    if not (host and port.isdecimal() and int(port) < 2**16):
        template = "{ray}: expected auto, local, or an address as host:6379 or ray://host:10001."
        raise ClusterError("GN130", template, ray=Option("ray", address))
    try:
        with socket.create_connection((host.strip("[]"), int(port)), _PATIENCE) as connection:
            is_cluster = os.environ.get("RAY_USE_TLS", "0") != "0" or _speaks_grpc(connection)
    except OSError as problem:
        template, why = "{ray}: no Ray cluster answers ({why}).", str(problem.strerror or problem)
        raise ClusterError("GN130", template, ray=Option("ray", address), why=why) from None
    if not is_cluster:
        raise ClusterError("GN130", "{ray}: what answers there is not a Ray cluster.", ray=Option("ray", address))


def _speaks_grpc(connection: socket.socket) -> bool:
    """Return whether a server answers the beginning of HTTP/2, which gRPC uses, with its settings (RFC 9113, 3.4)."""
    settings = 4  # the type of the frame, its fourth byte
    connection.sendall(b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n" + bytes([0, 0, 0, settings, 0, 0, 0, 0, 0]))
    answer = connection.recv(9)
    return len(answer) > 3 and answer[3] == settings


_unmute = ExitStack()


def _mute() -> None:
    """Keep Ray from printing to standard output that a task was lost and is repeated; no setting of Ray does."""
    with suppress(ImportError):
        from ray._private import worker

        _unmute.callback(setattr, worker, "print_to_stdstream", worker.print_to_stdstream)
        worker.print_to_stdstream = lambda *data, **ignored: None


@contextmanager
def _impatient() -> Iterator[None]:
    """Let Ray try three times, not twenty, and hide that its C++ code writes each failure to standard error."""
    from ray._private import ray_constants

    tries = getattr(ray_constants, _TRIES, None)
    setattr(ray_constants, _TRIES, 3)
    if sys.stderr is not None:
        sys.stderr.flush()
    before, nothing = os.dup(2), os.open(os.devnull, os.O_WRONLY)
    os.dup2(nothing, 2)
    try:
        yield
    finally:
        os.dup2(before, 2)
        os.close(before)
        os.close(nothing)
        setattr(ray_constants, _TRIES, tries)


@contextmanager
def _quiet() -> Iterator[None]:
    """Keep Ray's remarks off standard error while it starts, and undo what it changes in this process."""
    before = {name: os.environ.get(name) for name in _QUIET}
    os.environ.update({name: value for name, value in _QUIET.items() if before[name] is None})
    try:
        with warnings.catch_warnings(), restoring_sigterm():
            warnings.simplefilter("ignore")
            yield
    finally:
        for name, value in before.items():
            if value is None:
                os.environ.pop(name, None)
