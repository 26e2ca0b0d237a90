"""Connecting to Ray: one line, soon, when that is not possible; nothing is started unasked, and nothing is left."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import threading
from contextlib import suppress
from pathlib import Path

import numpy as np
import pytest

import glassnet
from glassnet.distributed.worker import require_same
from glassnet.errors import ClusterError, OptionError
from glassnet.training.receipt import surroundings
from support.cli import environment, run
from support.documentation import programs
from support.ray_machines import PATIENCE, SLOW_STARTS


@pytest.fixture
def without_ray(monkeypatch):
    """Ray is not installed."""
    monkeypatch.setitem(sys.modules, "ray", None)


def test_ray_is_missing(without_ray):
    with pytest.raises(OptionError, match=r"needs ray, .*: pip install 'glassnet\[distributed\]'$"):
        glassnet.ray_cluster()
    run("train", "--ray", "local").refused("GN092", "pip install 'glassnet[distributed]'")


@pytest.fixture
def unconnected(ray, monkeypatch):
    """Ray, with no cluster named by the environment."""
    monkeypatch.setattr(ray, "is_initialized", lambda: False)
    monkeypatch.setattr(ray, "init", lambda **arguments: pytest.fail("Ray was started"))
    monkeypatch.setattr(ray, "shutdown", lambda: None)  # other tests use the process's connection
    monkeypatch.delenv("RAY_ADDRESS", raising=False)
    return ray


def refused(address):
    with pytest.raises(ClusterError) as raised:
        glassnet.ray_cluster(address)
    assert raised.value.code == "GN130"
    return str(raised.value)


@pytest.mark.parametrize("address", ["nonsense", "host:", ":6379", "host:99999", "ray://", "http://host"])
def test_an_address_of_another_form(unconnected, address):
    assert "expected auto, local, or an address" in refused(address)


@pytest.mark.parametrize("form", ["{}", "ray://{}"])
def test_nothing_listens_at_the_address(unconnected, monkeypatch, form):
    with socket.create_server(("127.0.0.1", 0)) as server:
        address = form.format(f"127.0.0.1:{server.getsockname()[1]}")
    assert "no Ray cluster answers" in refused(address)
    monkeypatch.setenv("RAY_ADDRESS", address)
    assert address in refused("auto")


def test_an_empty_variable_names_no_cluster(unconnected, monkeypatch):
    def init(**arguments):
        raise ConnectionError(arguments["address"])

    monkeypatch.setattr(unconnected, "init", init)
    monkeypatch.setenv("RAY_ADDRESS", "")
    assert refused("auto").startswith("ray='auto': no Ray cluster is running here.")


@pytest.mark.parametrize("answer", [b"HTTP/1.1 400 Bad Request\r\n\r\n", b"SSH-2.0-x\r\n", b""])
def test_something_else_answers(unconnected, answer):
    with socket.create_server(("127.0.0.1", 0)) as server:

        def serve():
            connection, _ = server.accept()
            with connection:
                connection.recv(100)
                connection.sendall(answer)

        thread = threading.Thread(target=serve)
        thread.start()
        assert "not a Ray cluster" in refused(f"127.0.0.1:{server.getsockname()[1]}")
        thread.join()


def test_what_ray_says_becomes_one_line(unconnected, monkeypatch):
    def fail(message, kind, cause=None):
        def init(**arguments):
            raise kind(message) from cause

        monkeypatch.setattr(unconnected, "init", init)

    fail("Could not find any running\nRay instance.", ConnectionError)
    assert refused("auto").startswith("ray='auto': no Ray cluster is running here.")
    fail("Failed to connect to Ray cluster.", ConnectionError, RuntimeError("RPC error: InvalidAuthToken: …"))
    assert "Set RAY_AUTH_MODE=token" in refused("local")
    fail("From server: Traceback (most recent call last):\n  File\nRuntimeError: It failed.\n", RuntimeError)
    assert "cannot be used (RuntimeError: It failed.)" in refused("local")
    fail("Version mismatch: The cluster was started with:\n    Ray: 1.0", RuntimeError)
    with pytest.raises(ClusterError, match=r"\(Version mismatch: The cluster was started with: Ray: 1.0\)") as raised:
        glassnet.ray_cluster("local")
    assert raised.value.code == "GN131"


def test_another_cluster_than_the_connected_one(ray, ray_nodes):
    assert "already connected to another" in refused("local")
    with glassnet.ray_cluster(ray_nodes.address) as cluster:
        assert cluster.workers == 3
    assert ray.is_initialized()  # the connection is not ours


def changed(now, changes):
    """The surroundings of a process with other versions."""
    return {**now, **changes, "versions": {**now["versions"], **changes.get("versions", {})}}


def do_nothing(send):
    return 1


OTHER = [
    ({"versions": {"numpy": "9.9"}}, "numpy {} ≠ 9.9"),
    ({"numerics": 99}, "numerics {} ≠ 99"),
    ({"blas": "other"}, "BLAS {} ≠ other"),
    ({"processor": "6502"}, "processor {} ≠ 6502"),
]


def named(now, changes, name):
    """What an error says about a change."""
    key = next(iter(changes))
    return name.format(now["versions"]["numpy"] if key == "versions" else now[key])


@pytest.mark.parametrize(("changes", "name"), OTHER)
def test_other_surroundings_are_refused_by_name(changes, name):
    now = surroundings()
    require_same(now, now, "10.0.0.7")
    with pytest.raises(ClusterError) as raised:
        require_same(changed(now, changes), now, "10.0.0.7")
    assert raised.value.code == "GN131"
    assert f"(there ≠ here): {named(now, changes, name)}. " in str(raised.value)
    assert raised.value.text("zh").startswith("10.0.0.7")


def test_workers_with_other_surroundings_are_refused(ray_nodes, monkeypatch):
    now = there = surroundings()
    for changes, _ in OTHER:
        there = changed(there, changes)
    monkeypatch.setattr("glassnet.distributed.cluster.surroundings", lambda: there)
    with glassnet.ray_cluster() as cluster, pytest.raises(ClusterError) as raised:
        cluster.submit(do_nothing).result()
    assert raised.value.code == "GN131"
    for changes, name in OTHER:
        assert named(now, changes, name) in str(raised.value)
    assert raised.value.text("zh").startswith(ray_nodes.head_node.node_ip_address)


TRIES = 10
TRAIN = ("train", "table.csv", "--target", "y", "--members", 2, "--no-plot", "--out")


@pytest.fixture
def table(tmp_path, monkeypatch):
    """A table in the current folder."""
    X = np.random.default_rng(0).uniform(-1, 1, (200, 2))
    rows = [f"{a},{b},{'yes' if a > b else 'no'}" for a, b in X]
    monkeypatch.chdir(tmp_path)
    Path("table.csv").write_text("\n".join(["a,b,y", *rows]), encoding="utf-8")


def processes_of(session):
    """Command lines of the living processes of a session."""
    living = []
    for name in filter(str.isdigit, os.listdir("/proc")):
        try:
            with open(f"/proc/{name}/stat", encoding="utf-8", errors="replace") as stat:
                state, _, _, own = stat.read().rpartition(")")[2].split()[:4]
            with open(f"/proc/{name}/cmdline", encoding="utf-8", errors="replace") as line:
                if int(own) == session and state != "Z":
                    living.append(line.read())
        except OSError:
            continue
    return living


def start(*command, **variables):
    """Start a process of Python in a session of its own."""
    return subprocess.Popen(
        [sys.executable, *map(str, command)],
        env=environment(**SLOW_STARTS, **variables),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )


SLOW = "timed out during startup"
"""What Ray says if a machine does not start within 30 seconds, as on a busy computer."""


def end_session(started):
    """End what is left of a process that could not start its cluster."""
    with suppress(ProcessLookupError):
        os.killpg(started.pid, signal.SIGKILL)


def as_here(said, *words):
    """Return how a command ends without a cluster, which begins with the same lines but for seconds."""
    here = run(*TRAIN, "here.safetensors", *words).fine()
    assert [line[:10] for line in said] == [line[:10] for line in here.err.splitlines()[: len(said)]]
    return here


def test_a_running_cluster_is_used_and_goes_on(ray_nodes, table):
    words = ("--epochs", 3, "--json")
    started = start("-m", "glassnet", *TRAIN, "m.safetensors", *words, "--ray", "auto", RAY_ADDRESS=ray_nodes.address)
    out, errors = started.communicate(timeout=PATIENCE)
    assert started.returncode == 0, errors
    assert processes_of(started.pid) == []
    assert json.loads(out)["hash"] == as_here(errors.splitlines(), *words).json()["hash"]
    with glassnet.ray_cluster() as cluster:
        assert cluster.submit(do_nothing).result(PATIENCE) == 1


A_SEARCH_HERE = """
there, here = search.cv_results_, search.fit(X, y).cv_results_
assert search.best_score_ > 0.4
for name, values in here.items():
    assert name.endswith("_time") or np.array_equal(values, there[name]), name
"""


def test_the_page_on_a_local_cluster_says_nothing_and_leaves_nothing(ray):
    """Its program, and a comparison of its search with the same search without Ray."""
    program = programs()["docs/distributed.md"] + A_SEARCH_HERE
    assert 'ray_cluster("local")' in program
    for _ in range(TRIES):
        started = start("-W", "error", "-c", program)
        try:
            out, errors = started.communicate(timeout=PATIENCE / 4)
        except subprocess.TimeoutExpired:  # a process of Ray has not come up, and Ray waits for it
            errors = SLOW
        if SLOW not in errors:
            break
        end_session(started)
        started.communicate()
    assert processes_of(started.pid) == []
    assert (started.returncode, errors) == (0, "")
    assert len(out.splitlines()) == 1


def test_ctrl_c_leaves_nothing_running(ray, table):
    words = ("--early-stopping", 0, "--epochs")
    for _ in range(TRIES):
        started = start("-m", "glassnet", *TRAIN, "m.safetensors", *words, 1_000_000, "--ray", "local")
        said = []
        for line in iter(started.stderr.readline, ""):
            said.append(line)
            if line.startswith("epoch"):
                break
        if SLOW not in "".join(said):
            break
        started.communicate(timeout=PATIENCE)
        end_session(started)
    assert said[-1].startswith("epoch"), said
    assert any("raylet" in line for line in processes_of(started.pid))
    started.send_signal(signal.SIGINT)
    _, errors = started.communicate(timeout=PATIENCE)
    assert errors.splitlines()[-1].startswith("glassnet: interrupted")
    assert started.returncode == 130
    assert processes_of(started.pid) == []
    assert not Path("m.safetensors").exists()
    as_here(said, *words, 1)
