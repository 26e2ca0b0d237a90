"""Locks between processes."""

from __future__ import annotations

import errno
import subprocess
import sys

import pytest

from glassnet.runtime import file_lock as module
from glassnet.runtime import system
from glassnet.runtime.file_lock import file_lock

HOLDER = """
import sys
from pathlib import Path
from glassnet.runtime.file_lock import file_lock
with file_lock(Path(sys.argv[1]), lambda: print("waits", flush=True)):
    print("held", flush=True)
    sys.stdin.read()
"""


@pytest.fixture
def path(tmp_path):
    return tmp_path / "lock"


def test_a_lock_is_held_by_one_process_and_released_when_its_holder_is_killed(path):
    waits = []
    with subprocess.Popen(
        [sys.executable, "-c", HOLDER, path], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as holder:
        assert holder.stdout.readline() == b"held\n"
        with file_lock(path.with_name("other"), lambda: waits.append("other")):
            pass

        def kill():
            waits.append("killed")
            holder.kill()

        def refuse():
            raise BlockingIOError("another process has the lock")

        with pytest.raises(BlockingIOError), file_lock(path, refuse):
            pytest.fail("the lock was not refused")
        with file_lock(path, kill):
            pass
    assert waits == ["killed"]


def test_a_lock_is_released_after_an_error(path):
    with pytest.raises(ZeroDivisionError), file_lock(path, lambda: None):
        raise ZeroDivisionError
    done = subprocess.run([sys.executable, "-c", HOLDER, path], input=b"", capture_output=True, check=True)
    assert done.stdout == b"held\n"


def refusing(monkeypatch, *numbers):
    """Let attempts fail with these error numbers, then succeed; return the successful attempts."""
    left, done = list(numbers), []

    def attempt(file):
        if left:
            raise OSError(left.pop(0), "refused")
        done.append(file.name)

    monkeypatch.setattr(system, "lock", attempt)
    monkeypatch.setattr(module, "POLL_SECONDS", 0)
    return done


@pytest.mark.parametrize("number", [errno.ENOLCK, errno.ENOSYS, errno.EROFS, errno.ENOENT])
def test_without_support_for_locks_work_goes_ahead(path, monkeypatch, number):
    done, waits = refusing(monkeypatch, number), []
    with file_lock(path, lambda: waits.append(path)):
        assert done == []
    assert (done, waits) == ([], [])


def test_in_a_missing_folder_work_goes_ahead(path):
    worked = False
    with file_lock(path / "missing" / "lock", lambda: None):
        worked = True
    assert worked


def test_a_waiting_process_says_so_once(path, monkeypatch):
    done, waits = refusing(monkeypatch, errno.EAGAIN, errno.EACCES, errno.EAGAIN), []
    with file_lock(path, lambda: waits.append(path)):
        assert done == [str(path)]
    assert waits == [path]


def test_the_wait_for_a_suspended_process_ends(path, monkeypatch):
    done = refusing(monkeypatch, *[errno.EAGAIN] * 10)
    monkeypatch.setattr(module, "LONGEST_WAIT", 0)
    with file_lock(path, lambda: None):
        assert done == []
    assert done == []
