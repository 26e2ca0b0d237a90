"""``glassnet serve``: its address, clear refusals, and a graceful end."""

from __future__ import annotations

import http.client
import os
import re
import signal
import socket
import subprocess
import sys
from contextlib import contextmanager

import pytest

from glassnet.cli import serve
from support.cli import TIMEOUT, environment, interruptible, run
from support.service import write_digits


@contextmanager
def running(folder, *flags, **variables):
    """A service in its own process: the process, its port and what it printed on standard error."""
    process = subprocess.Popen(
        interruptible("serve", "digits.safetensors", "--port", "0", *flags),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        cwd=folder,
        env=environment(**variables),
    )
    try:
        address = process.stdout.readline()
        found = re.fullmatch(r"http://[\d.]+:(\d+)\n", address)
        assert found, (address, process.stderr.read())
        yield process, int(found[1])
    finally:
        process.kill()
        process.wait(TIMEOUT)
        process.stdout.close()
        process.stderr.close()


@contextmanager
def connected(port):
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=TIMEOUT)
    try:
        yield connection
    finally:
        connection.close()


def status(connection, **headers):
    connection.request("GET", "/v2/models/digits", headers=headers)
    response = connection.getresponse()
    response.read()
    return response.status


def test_ctrl_c_ends_it_with_an_open_connection(folder):
    write_digits(folder / "digits.safetensors")
    with running(folder) as (process, port), connected(port) as connection:
        assert status(connection) == 200
        process.send_signal(signal.SIGINT)
        assert process.wait(TIMEOUT) == 0
        example = f"curl http://127.0.0.1:{port}/v2/models/digits"
        assert process.stderr.read() == f"this is the service's address; Ctrl+C ends it. Try: {example}\n"
        assert process.stdout.read() == ""


def test_a_token_and_all_addresses(folder):
    write_digits(folder / "digits.safetensors")
    with running(folder, "--host", "0.0.0.0", GLASSNET_TOKEN="word") as (process, port), connected(port) as connection:
        assert status(connection) == 401
        assert status(connection, Authorization="Bearer word") == 200
        process.send_signal(signal.SIGTERM)
        assert process.wait(TIMEOUT) == 0
        said = process.stderr.read()
        assert "curl -H 'Authorization: Bearer …' http://0.0.0.0" in said
        assert "word" not in said


def test_an_address_of_others_without_a_token_is_warned_of(monkeypatch):
    monkeypatch.setattr(serve, "run", lambda models, announce, **given: announce("http://0.0.0.0:8000", ["m"]))
    done = run("serve", "m.safetensors", "--host", "0.0.0.0")
    assert (done.code, done.out) == (0, "http://0.0.0.0:8000\n")
    assert "0.0.0.0: without --token, anyone" in done.err


def test_the_example_names_the_model_as_an_address_does(monkeypatch):
    monkeypatch.setattr(serve, "run", lambda models, announce, **given: announce("http://127.0.0.1:8000", ["my model"]))
    assert "http://127.0.0.1:8000/v2/models/my%20model\n" in run("serve", "my model.safetensors").err


def test_an_empty_token_is_not_taken_for_none(folder, monkeypatch):
    """A secret that failed to arrive must not open the service."""
    monkeypatch.setenv("GLASSNET_TOKEN", "")
    run("serve", "none.safetensors").refused("GN021", "--token")


def test_what_cannot_be_served_is_refused(folder):
    write_digits(folder / "digits.safetensors")
    (folder / "again").mkdir()
    write_digits(folder / "again" / "digits.safetensors")
    (folder / "text.safetensors").write_text("no model")
    run("serve").refused("GN020", "MODEL")
    run("serve", "none.safetensors").refused("GN001", "none.safetensors")
    run("serve", "text.safetensors", "--port", 0).refused("GN040")
    run("serve", "digits.safetensors", "again/digits.safetensors", "--port", 0).refused("GN120", "'digits'")
    run("serve", "digits.safetensors", "--port", "65536").refused("GN021", "--port")
    run("serve", "digits.safetensors", "--timeout", "0").refused("GN021", "--timeout")
    run("serve", "digits.safetensors", "--max-body", "much").refused("GN021", "--max-body")
    run("serve", "digits.safetensors", "--token", "two words").refused("GN021", "--token")
    run("serve", "digits.safetensors", "--host", "no.such.host.invalid").refused("GN093", "--host")
    run("serve", "digits.safetensors", "--host", "192.0.2.1").refused("GN093", "--host 192.0.2.1", "not an address")
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        run("serve", "digits.safetensors", "--port", port).refused("GN093", f"--port {port}", "another program")


@pytest.mark.parametrize("package", ["httptools", "orjson", "prometheus_client", "uvicorn"])
def test_a_missing_package_of_the_service_is_named(folder, monkeypatch, package):
    monkeypatch.setitem(sys.modules, package, None)
    run("serve", "none.safetensors").refused("GN092", package, "pip install 'glassnet[serve]'")
    assert os.listdir(folder) == []
