"""Programs that mean harm, each in its own way (`tests/support/attacks`): none has an effect outside its folder."""

from __future__ import annotations

import os
import resource
import secrets
import signal
import socket
import tempfile
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest

from glassnet.learn.program.compare import is_facts
from glassnet.runtime.limited import Limits, run_limited

ATTACKS = sorted(Path(__file__).parents[2].joinpath("support", "attacks").glob("*.txt"))
CONTROLS = sorted(ATTACKS[0].parent.glob("controls/*.txt"))
SECRET = "s3cr3t-7141"
MARK = "glassnet-attack"
"""In an attack, begins the names of files, shared memory and processes that it leaves elsewhere."""
CONFINED = run_limited("builtins:len", "").confined == "landlock+seccomp"


def elsewhere(mark):
    """Files where anyone may write, shared memory, and processes with a mark in their names."""
    found = [str(one) for place in ("/tmp", "/dev/shm") for one in Path(place).glob(f"*{mark}*")]
    for one in Path("/proc").glob("[0-9]*"):
        with suppress(OSError):
            words = one.joinpath("comm").read_bytes() + one.joinpath("cmdline").read_bytes()
            found += [str(one)] if mark.encode() in words else []
    return found


def state(folder):
    """What is in a folder, with everything about it that can be changed."""
    return {
        str(one): (
            one.is_file() and one.read_bytes(),
            found.st_mode,
            found.st_uid,
            found.st_mtime_ns,
            os.listxattr(one),
        )
        for one in (folder, *folder.rglob("*"))
        if (found := one.lstat())
    }


@contextmanager
def listening(mark):
    """A port, and the abstract name that belongs to it; gives the port and the list of what connected."""
    connected = []
    with socket.create_server(("127.0.0.1", 0)) as server, socket.socket(socket.AF_UNIX) as local:
        port = server.getsockname()[1]
        local.bind(f"\0{mark}-{port}")
        local.listen()
        yield port, connected
        for one in (server, local):
            one.setblocking(False)
            with suppress(BlockingIOError):
                connected.append(one.accept()[1])


@pytest.mark.skipif(not CONFINED, reason="this kernel has no Landlock, or no seccomp")
@pytest.mark.parametrize("control", CONTROLS, ids=lambda one: one.stem)
def test_what_is_no_attack_works(control):
    done = run_limited("glassnet.learn.program.run:examine", {"text": control.read_text(encoding="utf-8")})
    assert (done.exceeded, done.error) == ("", "")
    assert "tried" in done.output
    assert done.value["problem"] == ("RuntimeError: control-7144" if control.stem == "control_error" else "")


def own_settings():
    return os.getpriority(os.PRIO_PROCESS, 0), resource.getrlimit(resource.RLIMIT_CORE)


@pytest.mark.skipif(not CONFINED, reason="this kernel has no Landlock, or no seccomp")
@pytest.mark.parametrize("attack", ATTACKS, ids=lambda one: one.stem)
def test_an_attack_has_no_effect(attack, tmp_path, monkeypatch, request):
    outside, temporary = tmp_path / "outside", tmp_path / "temporary"
    outside.mkdir()
    temporary.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(temporary))
    (outside / "victim.txt").write_text("untouched")
    (outside / "secret.txt").write_text(SECRET)
    signals = []
    before = signal.signal(signal.SIGWINCH, lambda *_: signals.append("SIGWINCH"))
    request.addfinalizer(lambda: signal.signal(signal.SIGWINCH, before))
    mark = secrets.token_hex(8)[: len(MARK)]  # as long as the name of a process can be
    with listening(mark) as (port, connected):
        text = attack.read_text(encoding="utf-8").replace("@OUTSIDE@", str(outside)).replace(MARK, mark)
        text = text.replace("@PORT@", str(port)).replace("@PARENT@", str(os.getpid()))
        unchanged, settings = state(outside), own_settings()
        limits = Limits(seconds=8, output=1_000_000)
        done = run_limited("glassnet.learn.program.run:examine", {"text": text}, limits, valid=is_facts)
    assert state(outside) == unchanged
    assert elsewhere(mark) == []
    assert list(temporary.iterdir()) == []
    assert (connected, signals, own_settings()) == ([], [], settings)
    assert "tried" in done.output or done.value is None or done.value["problem"]  # it ran, or was stopped
    said = done.output + str(done.value) + done.error
    assert SECRET not in said
    assert "PROOF-" not in said
    assert done.value is None or done.value["verdict"] != "right"
    assert done.confined == "landlock+seccomp"
