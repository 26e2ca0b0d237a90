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
        env=environment(XDG_STATE_HOME=str(folder)),
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


def sessions(folder):
    """The folders of sessions, and their locks."""
    return [*(folder / "glassnet" / "studio").glob("*")]


def ask(port, headers, method, path, body=None):
    """Send a request, and return the JSON of its answer."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=TIMEOUT)
    connection.request(method, path, None if body is None else json.dumps(body), headers)
    answer = json.loads(connection.getresponse().read())
    connection.close()
    return answer


def listening(port, headers):
    """Open the stream of events."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=TIMEOUT)
    connection.request("GET", "/api/events", headers=headers)
    return connection, connection.getresponse()


def training(port, headers):
    """Start a long training run, and return the open stream of events in which it has begun."""
    posting = http.client.HTTPConnection("127.0.0.1", port, timeout=TIMEOUT)
    posting.request("POST", "/api/train", json.dumps({"recipe": "quick", "options": {"epochs": 1000}}), headers)
    assert posting.getresponse().status == 200
    posting.close()
    connection, events = listening(port, headers)
    while b'"phase": "preparing"' not in (line := events.readline()) and b'"phase": "training"' not in line:
        assert line
        assert b'"failed"' not in line, line
    return connection, events


@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 0), (signal.SIGTERM, -signal.SIGTERM)])
def test_a_signal_ends_it_at_once_with_an_open_stream_and_a_running_job(tmp_path, number, code):
    with running(tmp_path) as (process, port, headers):
        connection, events = training(port, headers)
        assert [one.stat().st_mode & 0o777 for one in sessions(tmp_path) if one.is_dir()] == [0o700]
        process.send_signal(number)
        assert process.wait(TIMEOUT) == code
        assert process.stderr.read() == "this is the studio's address; Ctrl+C ends it\n"
        assert process.stdout.read() == ""
        events.close()
        connection.close()
    assert sessions(tmp_path) == []


def test_a_killed_studio_loses_nothing_that_has_ended(tmp_path):
    """Its port is free, and the next studio has its drawings and its run; one that runs keeps its own."""
    drawing, options = {"pixels": [7] * 784, "label": 3}, {"hidden": [5], "epochs": 1, "engine": "reference"}
    with running(tmp_path) as (other, other_port, other_headers):
        ask(other_port, other_headers, "POST", "/api/drawings", drawing)
        with running(tmp_path) as (process, port, headers):
            for label in (3, 5):
                ask(port, headers, "POST", "/api/drawings", {**drawing, "label": label})
            ask(port, headers, "POST", "/api/session/pages/classes", {"value": {"names": ["cat"]}})
            given = {"data": "drawings", "test": "drawings", "options": options, "validation_curve": False}
            connection, events = listening(port, headers)
            ask(port, headers, "POST", "/api/train", given)
            while b'"state": "done"' not in (line := events.readline()):
                assert b'"failed"' not in line, line
                assert line, "the stream ended"
            [run] = [one for one in ask(port, headers, "GET", "/api/session")["models"] if one["id"] == "run-1"]
            process.kill()
            process.wait(TIMEOUT)
            events.close()
            connection.close()
        with socket.socket() as sock:
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            sock.bind(("127.0.0.1", port))
        with running(tmp_path) as (third, port, headers):
            [left] = ask(port, headers, "GET", "/api/session")["left"]
            assert (left["runs"], left["drawings"], left["pages"]) == (1, 2, 1)
            opened = ask(port, headers, "POST", f"/api/session/left/{left['id']}", {})
            assert opened["states"] == {"classes": {"names": ["cat"]}}
            session = ask(port, headers, "GET", "/api/session")
            assert (session["left"], session["drawings"]) == ([], 2)
            assert [one for one in session["models"] if one["id"] == "run-1"] == [run]
            assert [job["state"] for job in session["jobs"]] == ["done"]
            assert session["jobs"][0]["result"]["hash"] == run["hash"]
            third.send_signal(signal.SIGINT)
            assert third.wait(TIMEOUT) == 0
        assert ask(other_port, other_headers, "GET", "/api/session")["drawings"] == 1
        other.send_signal(signal.SIGINT)
        assert other.wait(TIMEOUT) == 0
    assert sessions(tmp_path) == []


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


def test_files_are_written_only_where_nothing_else_is_lost(folder, monkeypatch):
    monkeypatch.setattr("glassnet.serve.studio.files._notes_model", bytes)  # which would be trained
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
