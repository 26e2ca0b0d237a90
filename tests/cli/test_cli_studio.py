"""``glassnet studio``: its address, clear refusals, and an end at once."""

from __future__ import annotations

import http.client
import json
import os
import re
import signal
import socket
import subprocess
import sys
from contextlib import contextmanager
from pathlib import Path

import pytest

import glassnet
from support.cli import TIMEOUT, environment, interruptible, run


@contextmanager
def running(folder):
    """A studio in its own process: the process, its port and its headers."""
    process = subprocess.Popen(
        interruptible("studio", "--no-open"),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        cwd=folder,
        env=environment(TMPDIR=str(folder)),
    )
    try:
        address = process.stdout.readline()
        found = re.fullmatch(r"http://127\.0\.0\.1:(\d+)/hand\?token=([\w-]{20,})\n", address)
        assert found, (address, process.stderr.read())
        port = int(found[1])
        yield process, port, {"Cookie": f"glassnet-{port}={found[2]}", "Content-Type": "application/json"}
    finally:
        process.kill()
        process.wait(TIMEOUT)
        process.stdout.close()
        process.stderr.close()


def listening(port, headers):
    """Open the stream of events."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=TIMEOUT)
    connection.request("GET", "/api/events", headers=headers)
    return connection, connection.getresponse()


def training(port, headers):
    """Start a long training run, and return the open stream of events in which it has begun."""
    posting = http.client.HTTPConnection("127.0.0.1", port, timeout=TIMEOUT)
    posting.request("POST", "/api/train", json.dumps({"recipe": "accurate"}), headers)
    assert posting.getresponse().status == 200
    posting.close()
    connection, events = listening(port, headers)
    while b'"phase": "preparing"' not in (line := events.readline()) and b'"phase": "training"' not in line:
        assert line
    return connection, events


@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 0), (signal.SIGTERM, -signal.SIGTERM)])
def test_a_signal_ends_it_at_once_with_an_open_stream_and_a_running_job(tmp_path, number, code):
    with running(tmp_path) as (process, port, headers):
        connection, events = training(port, headers)
        assert len([*tmp_path.glob("glassnet-studio-*")]) == 1
        process.send_signal(number)
        assert process.wait(TIMEOUT) == code
        assert process.stderr.read() == "this is the studio's address; Ctrl+C ends it\n"
        assert process.stdout.read() == ""
        events.close()
        connection.close()
    assert [*tmp_path.glob("glassnet-studio-*")] == []


def test_a_killed_studio_leaves_the_port_free(tmp_path):
    with running(tmp_path) as (process, port, headers):
        connection, events = listening(port, headers)
        process.kill()
        process.wait(TIMEOUT)
        events.close()
        connection.close()
        with socket.socket() as sock:
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            sock.bind(("127.0.0.1", port))


def test_what_cannot_be_opened_is_refused(folder):
    run("studio", "--no-open", "none.safetensors").refused("GN001", "none.safetensors")
    (folder / "text.safetensors").write_text("no model")
    run("studio", "--no-open", "text.safetensors").refused("GN040")
    run("studio", "--port", "x").refused("GN020", "--port")
    run("studio", "--port", "65536").refused("GN021", "--port")
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        run("studio", "--no-open", "--port", port).refused("GN093", f"--port {port}", "another program")


def test_files_are_written_only_where_nothing_else_is_lost(folder):
    assert run("studio", "--static", "site").fine().out == f"{Path('site', 'index.html')}\n"
    run("studio", "--static", "site").refused("GN007", "index.html", "--force")
    (folder / "site" / "studio.js").write_text("own")
    run("studio", "--static", "site", "--force").refused("GN022", "studio.js")
    run("studio", "--static", "site", "--single", "x.html").refused("GN022", "--static", "--single")
    run("studio", "--single", "x.csv").refused("GN021", ".html")
    glassnet.save_model(glassnet.fit([[0, 0], [1, 1]] * 30, [0, 1] * 30, epochs=1, hidden=2).model, "small.safetensors")
    assert run("studio", "small.safetensors", "--single", "x.html").fine().out == "x.html\n"


@pytest.mark.parametrize("package", ["starlette", "uvicorn"])
def test_a_missing_package_is_named_with_what_installs_it(folder, monkeypatch, package):
    monkeypatch.setitem(sys.modules, package, None)
    run("studio", "--no-open").refused("GN092", package, "pip install 'glassnet[studio]'")
    assert os.listdir(folder) == []
