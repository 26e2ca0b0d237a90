"""BLAS has one thread while glassnet trains, and its previous number afterwards, however training ends."""

from __future__ import annotations

import contextlib
import linecache
import sys
import threading
import types

import pytest

from glassnet.runtime import blas
from support.interrupting import interrupted_after


class Library:
    """A stand-in for a BLAS library."""

    user_api = "blas"

    def __init__(self, count):
        self.count = count

    def get_num_threads(self):
        return self.count

    def set_num_threads(self, count):
        self.count = count


@pytest.fixture
def guard(monkeypatch):
    """A guard with libraries of 4 and 2 threads."""
    libraries = [Library(4), Library(2)]
    monkeypatch.setattr(blas, "ThreadpoolController", lambda: types.SimpleNamespace(lib_controllers=list(libraries)))
    made = blas.OneBlasThread()
    made.libraries = libraries
    return made


def counts(guard):
    return [library.count for library in guard.libraries]


def test_blas_has_one_thread_inside_and_its_own_number_outside(guard):
    with guard():
        assert counts(guard) == [1, 1]
        with guard():
            assert counts(guard) == [1, 1]
        assert counts(guard) == [1, 1]
    assert counts(guard) == [4, 2]


def test_a_limit_set_by_others_in_the_meantime_is_kept(guard):
    with guard():
        pass
    for library in guard.libraries:
        library.set_num_threads(1)
    with guard.as_before():
        assert counts(guard) == [1, 1]
        with guard():
            pass
    assert counts(guard) == [1, 1]


def test_a_forked_process_restores_the_number_of_threads(guard):
    """The child process inherits the entries of other threads, and possibly a lock that one of them held."""
    guard.go(1)
    guard._depths = {-1: 1}
    guard._lock.acquire()
    guard.forget_others()
    assert counts(guard) == [4, 2]
    with guard():
        assert counts(guard) == [1, 1]
        guard.forget_others()
        assert counts(guard) == [1, 1]
    assert counts(guard) == [4, 2]


def test_a_library_loaded_inside_is_limited_too(guard, monkeypatch):
    with guard():
        guard.libraries.append(Library(8))
        monkeypatch.setitem(sys.modules, "a new module", types.ModuleType("new"))
        guard.look_again()
        assert counts(guard) == [1, 1, 1]
    assert counts(guard) == [4, 2, 8]


def test_the_last_thread_to_leave_restores_the_number(guard):
    inside, go = threading.Event(), threading.Event()

    def stay():
        with guard():
            inside.set()
            go.wait()

    thread = threading.Thread(target=stay)
    with guard():
        thread.start()
        inside.wait()
    assert counts(guard) == [1, 1]
    go.set()
    thread.join()
    assert counts(guard) == [4, 2]


@pytest.mark.parametrize("outer", [False, True])
def test_an_interrupt_at_any_line_restores_the_number(guard, outer):
    """Except on the first line of leaving the context, which only an outer guard repairs."""

    def where(frame):
        line = linecache.getline(blas.__file__, frame.f_lineno)
        # Tracing passes a `with` again on the way out, where no interrupt comes before the lock is given back.
        in_guard = frame.f_code.co_filename == blas.__file__ and "with self._lock" not in line
        return in_guard and (outer or frame.f_code.co_name != "__exit__")

    lines, reached = 0, [0]
    while reached:
        lines += 1
        with guard() if outer else contextlib.nullcontext(), interrupted_after(lines, where) as reached, guard():
            pass
        assert counts(guard) == [4, 2]
        with guard():
            assert counts(guard) == [1, 1]
        assert counts(guard) == [4, 2]
    assert lines > 10


def test_an_outer_guard_repairs_an_inner_one_that_was_interrupted(guard):
    for outer in (guard, guard.as_before):
        with outer():
            guard().__enter__()  # the interrupt comes on the first line of leaving
            assert counts(guard) == [1, 1]
        assert counts(guard) == [4, 2]
    with guard.as_before():
        assert counts(guard) == [4, 2]
