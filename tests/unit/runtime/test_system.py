"""The alternatives of other operating systems, forced here: none of these tests runs on them."""

from __future__ import annotations

import errno
import json
import locale
import os
import shutil
import signal
import socket
import stat
import subprocess
import sys
import threading
from pathlib import Path
from types import ModuleType, SimpleNamespace

import pytest

from glassnet.errors import FileError
from glassnet.io.writing import replacing, require_distinct_paths, require_place
from glassnet.messages.languages import preferred
from glassnet.runtime import system
from glassnet.runtime.file_lock import file_lock, lock_now
from glassnet.runtime.limited import Limits, run_limited
from glassnet.training.interrupts import DeferredInterrupt
from support.cli import environment, run
from support.sources import ROOT


@pytest.fixture
def windows(monkeypatch):
    """Force Windows' alternatives; `locked` holds the files that another process has locked."""
    locked = set()

    def locking(descriptor, mode, count):
        assert (mode, count, os.lseek(descriptor, 0, os.SEEK_CUR)) == (2, 1, 0)
        if os.fstat(descriptor).st_ino in locked:
            raise OSError(errno.EACCES, "Permission denied")

    msvcrt = ModuleType("msvcrt")
    vars(msvcrt).update(LK_NBLCK=2, locking=locking)
    monkeypatch.setitem(sys.modules, "msvcrt", msvcrt)
    monkeypatch.setitem(sys.modules, "fcntl", None)
    monkeypatch.setitem(sys.modules, "resource", None)
    monkeypatch.setattr(system, "NAME", "win32")
    monkeypatch.setattr(system, "RETRY_SECONDS", 0.05)
    for module, name in ((os, "geteuid"), (os, "sched_getaffinity"), (os, "killpg")):
        monkeypatch.delattr(module, name, raising=False)
    return SimpleNamespace(locked=locked)


def test_a_lock_of_windows_is_of_one_process(windows, tmp_path):
    path, waits = tmp_path / "lock", []
    path.write_bytes(b"text")
    with file_lock(path, lambda: waits.append("no")):
        pass
    windows.locked.add(path.stat().st_ino)
    assert lock_now(path) is None
    with file_lock(path, lambda: (waits.append("waits"), windows.locked.clear())):
        assert waits == ["waits"]


@pytest.mark.parametrize("refusals", [2, 10**9])
def test_an_open_target_is_tried_again_and_then_a_clear_error(windows, tmp_path, monkeypatch, refusals):
    """As Windows refuses it while a virus scanner reads the file, or a spreadsheet has it open."""
    target, real, left = tmp_path / "answers.csv", os.replace, [refusals]
    target.write_bytes(b"before")

    def refuse(*names):
        left[0] -= 1
        if left[0] >= 0:
            raise PermissionError(errno.EACCES, "Access is denied")
        real(*names)

    monkeypatch.setattr(os, "replace", refuse)
    if refusals == 2:
        monkeypatch.setattr(system, "RETRY_SECONDS", 600)
        with replacing(target) as file:
            file.write(b"after")
        assert target.read_bytes() == b"after"
    else:
        message = r"answers\.csv: not replaced, because a program has it open"
        with pytest.raises(FileError, match=message), replacing(target) as file:
            file.write(b"after")
        assert target.read_bytes() == b"before"
    assert os.listdir(tmp_path) == ["answers.csv"]


def test_elsewhere_a_refusal_is_not_tried_again(tmp_path, monkeypatch):
    tries = []

    def refuse(*names):
        tries.append(names)
        raise PermissionError(errno.EPERM, "Operation not permitted")

    monkeypatch.setattr(os, "replace", refuse)
    with pytest.raises(FileError, match="Operation not permitted"), replacing(tmp_path / "file") as file:
        file.write(b"after")
    assert len(tries) == 1


@pytest.mark.parametrize(
    ("name", "possible"),
    [("con.csv", "con_.csv"), ("a?.csv", "a_.csv"), ("NUL", "NUL_"), ("end. ", "end"), ("console.csv", "console.csv")],
)
def test_names_that_windows_reserves_are_refused_before_the_work(windows, tmp_path, monkeypatch, name, possible):
    assert system.valid_path(f"in/{name}") == f"in/{possible}"
    if name == possible:
        require_place(tmp_path / name)
    else:
        with pytest.raises(FileError, match=f"Use {possible}") as caught:
            require_place(tmp_path / name)
        assert caught.value.code == "GN003"
    monkeypatch.setattr(system, "NAME", "linux")
    require_place(tmp_path / name)


def test_names_that_differ_in_case_are_one_file_on_windows_and_macos(tmp_path, monkeypatch):
    names = {"out": f"{tmp_path}/a.csv", "report": f"{tmp_path}/A.csv"}
    for one in ("linux", "darwin", "win32"):
        monkeypatch.setattr(system, "NAME", one)
        if one == "linux":
            require_distinct_paths(**names)
        else:
            with pytest.raises(ValueError, match="both name"):
                require_distinct_paths(**names)


def test_without_owners_and_modes_the_users_folders_are_taken(windows, tmp_path, monkeypatch):
    monkeypatch.setenv("LOCALAPPDATA", str(tmp_path))
    assert system.user_folder("state") == tmp_path / "glassnet"
    tmp_path.chmod(0o777)
    assert system.only_user_writes(tmp_path.stat())
    assert system.make_private(tmp_path)
    assert stat.S_IMODE(tmp_path.stat().st_mode) == 0o777


def test_cores_and_memory_without_linux(windows, monkeypatch):
    monkeypatch.setattr(os, "cpu_count", lambda: 3)
    monkeypatch.setattr(system.ctypes, "CDLL", None)  # not called
    assert system.available_cores() == 3
    system.return_large_blocks()
    system.release_free_memory()
    system.raise_open_file_limit(100)
    monkeypatch.setattr(os, "cpu_count", lambda: None)
    assert system.available_cores() == 1


@pytest.mark.skipif(shutil.which("ps") is None, reason="no ps")
def test_memory_of_a_process_by_ps_is_about_that_of_proc(monkeypatch):
    exact = system.resident_bytes(os.getpid())
    monkeypatch.setattr(system, "NAME", "darwin")
    assert 0.5 * exact < system.resident_bytes(os.getpid()) < 2 * exact
    assert system.resident_bytes(2**22 + 1) == 0


def test_a_limited_process_without_limits_and_groups_of_the_system(windows, monkeypatch):
    """The watching process alone ends it, after its own limit of bytes in the folder."""
    monkeypatch.setattr(system, "resident_bytes", lambda pid: 0)
    done = run_limited("support.without_resource:many_files", None, Limits(seconds=60, written=1 << 20, files=10**9))
    assert (done.exceeded, done.error) == ("written", "")


@pytest.mark.parametrize("missing", [None, "SIGTERM"])
def test_an_interrupt_is_recorded_once_whatever_signals_there_are(monkeypatch, missing):
    if missing:
        monkeypatch.delattr(signal, missing)
    before, interrupt = signal.getsignal(signal.SIGINT), DeferredInterrupt()
    interrupt.start()
    try:
        signal.raise_signal(signal.SIGINT)
        assert interrupt.received
        with pytest.raises(KeyboardInterrupt):
            signal.raise_signal(signal.SIGINT)
    finally:
        interrupt.stop()
    assert signal.getsignal(signal.SIGINT) is before


def test_ctrl_break_of_windows_is_an_interrupt(monkeypatch):
    monkeypatch.setattr(signal, "SIGBREAK", signal.SIGUSR1, raising=False)
    undo = system.on_interrupt()
    try:
        with pytest.raises(KeyboardInterrupt):
            signal.raise_signal(signal.SIGUSR1)
    finally:
        undo()
    assert signal.getsignal(signal.SIGUSR1) == signal.SIG_DFL


def test_other_threads_leave_signals_alone():
    before, after = signal.getsignal(signal.SIGTERM), []  # other packages may have set it in this process
    thread = threading.Thread(target=lambda: after.append((system.on_interrupt(), signal.getsignal(signal.SIGTERM))))
    thread.start()
    thread.join()
    assert after[0][1] == before


def test_a_port_is_not_shared_on_windows(windows, monkeypatch):
    monkeypatch.setattr(socket, "SO_EXCLUSIVEADDRUSE", -5, raising=False)
    done = []
    system.reuse_port(SimpleNamespace(setsockopt=lambda *given: done.append(given)))
    assert done == [(socket.SOL_SOCKET, -5, 1)]


PEOPLE = "age,city,left\n" + "".join(
    f"{age},{('上海', 'Rome', 'Lima')[age % 3]},{'no' if age < 50 else 'yes'}\n" for age in range(18, 80)
)
TRAIN = ("train", "people.csv", "--target", "left", "--members", "1", "--hidden", "4", "--epochs", "3", "--json")
COMMANDS = (
    [*TRAIN, "--out", "m.safetensors", "--no-plot"],
    [*TRAIN, "--out", "m.safetensors", "--force"],
    ["query", "m.safetensors", "people.csv", "--out", "answers.csv"],
    ["query", "m.safetensors", "people.csv", "--out", "answers.csv", "--force"],
    ["doctor", "people.csv", "--fix", "fixed.csv"],
)


@pytest.mark.skipif(sys.platform != "linux", reason="what is pretended is checked by /proc")
def test_all_work_is_the_same_with_everything_forced_to_the_alternative(tmp_path, monkeypatch):
    """Without what only Unix has, with files that are not replaced while they are open, and output in a code page."""
    for name in ("here", "there"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "people.csv").write_text(PEOPLE, encoding="utf-8")
    place = {"PYTHONPATH": os.pathsep.join([str(ROOT / "src"), str(ROOT / "tests")]), "GLASSNET_LANGUAGE": "zh"}
    place["LOCALAPPDATA"] = str((system.user_folder("cache") or tmp_path).parent)  # the kernels compiled here
    done = subprocess.run(
        [sys.executable, "-m", "support.other_system"],
        input=json.dumps(COMMANDS).encode(),
        capture_output=True,
        cwd=tmp_path / "there",
        env={**environment(), **place, "PYTHONIOENCODING": "cp1252"},
    )
    lines = done.stdout.decode("cp1252").splitlines()
    assert lines.count("exit code 0") == len(COMMANDS), (lines, done.stderr)
    assert b"Traceback" not in done.stderr
    assert list((tmp_path / "there").glob(".*")) == []  # nothing unfinished
    monkeypatch.chdir(tmp_path / "here")
    here = run(*COMMANDS[0]).fine().json()
    run(*COMMANDS[2]).fine()
    assert [json.loads(line)["hash"] for line in lines if line.startswith("{")] == 2 * [here["hash"]]
    assert Path("answers.csv").read_bytes() == (tmp_path / "there" / "answers.csv").read_bytes()


def test_what_a_library_does_to_sigterm_is_undone():
    before = signal.getsignal(signal.SIGTERM)
    with system.restoring_sigterm():
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
    assert signal.getsignal(signal.SIGTERM) == before


@pytest.mark.parametrize(
    ("locale_name", "language"),
    [("Chinese (Simplified)_China", "zh"), ("zh_CN", "zh"), ("German_Germany", "en"), (None, "en"), ("", "en")],
)
def test_without_variables_the_locale_of_the_process_decides_the_language(monkeypatch, locale_name, language):
    """As on Windows, which sets none of them."""
    monkeypatch.setattr(locale, "getlocale", lambda: (locale_name, "cp936"))
    for name in ("GLASSNET_LANGUAGE", "LC_ALL", "LC_MESSAGES", "LANG"):
        monkeypatch.delenv(name, raising=False)
    assert preferred() == language
    monkeypatch.setenv("LANG", "en_GB.UTF-8")
    assert preferred() == "en"
