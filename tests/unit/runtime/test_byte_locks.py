"""Locks between processes."""

from __future__ import annotations

import errno
import subprocess
import sys

import pytest

from glassnet.runtime import byte_locks
from glassnet.runtime.byte_locks import ByteLocks

HOLDER = """
import sys
from pathlib import Path
from glassnet.runtime.byte_locks import ByteLocks
with ByteLocks(Path(sys.argv[1])).held(5, lambda: print("waits", flush=True)):
    print("held", flush=True)
    sys.stdin.read()
"""


@pytest.fixture
def path(tmp_path):
    return tmp_path / "lock"


def test_a_lock_is_held_by_one_process_and_released_when_its_holder_is_killed(path):
    waits = []
    locks = ByteLocks(path)
    with subprocess.Popen(
        [sys.executable, "-c", HOLDER, path], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as holder:
        assert holder.stdout.readline() == b"held\n"
        with locks.held(6, lambda: waits.append(6)):  # another byte
            pass

        def kill():
            waits.append(5)
            holder.kill()

        with locks.held(5, kill):
            pass
    assert waits == [5]


def refusing(monkeypatch, *numbers):
    """Let attempts fail with these error numbers, then succeed; return successful attempts and unlocks."""
    left, done = list(numbers), []

    def attempt(_, place):
        if left:
            raise OSError(left.pop(0), "refused")
        done.append(place)

    monkeypatch.setattr(ByteLocks, "_try", attempt)
    monkeypatch.setattr(ByteLocks, "_unlock", lambda _, place: done.append(-place))
    monkeypatch.setattr(byte_locks, "POLL_SECONDS", 0)
    return done


@pytest.mark.parametrize("number", [errno.ENOLCK, errno.ENOSYS, errno.EROFS, errno.ENOENT])
def test_without_support_for_locks_work_goes_ahead(path, monkeypatch, number):
    done, waits = refusing(monkeypatch, number), []
    with ByteLocks(path).held(3, lambda: waits.append(3)):
        assert done == []
    assert (done, waits) == ([], [])


def test_a_waiting_process_says_so_once_and_unlocks_also_after_an_error(path, monkeypatch):
    done, waits = refusing(monkeypatch, errno.EAGAIN, errno.EACCES, errno.EAGAIN), []
    held = ByteLocks(path).held(3, lambda: waits.append(3))
    with pytest.raises(ZeroDivisionError), held:
        raise ZeroDivisionError
    assert (done, waits) == ([3, -3], [3])


def test_the_wait_for_a_suspended_process_ends(path, monkeypatch):
    done = refusing(monkeypatch, *[errno.EAGAIN] * 10)
    monkeypatch.setattr(byte_locks, "LONGEST_WAIT", 0)
    with ByteLocks(path).held(3, lambda: None):
        assert done == []
    assert done == []
