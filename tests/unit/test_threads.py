"""Threads: one for BLAS while glassnet trains, whatever breaks it off; a team's on other cores; work done aside."""

from __future__ import annotations

import contextlib
import gc
import linecache
import os
import signal
import sys
import threading
import types
import weakref

import pytest

from glassnet.engines.threads import threads
from support.cli import HANGS

linux = pytest.mark.skipif(not hasattr(os, "sched_setaffinity"), reason="this system does not tell cores")


class Library:
    """A BLAS that is not there."""

    user_api = "blas"

    def __init__(self, count):
        self.count = count

    def get_num_threads(self):
        return self.count

    def set_num_threads(self, count):
        self.count = count


@pytest.fixture
def guard(monkeypatch):
    """One that knows libraries of 4 and 2 threads."""
    libraries = [Library(4), Library(2)]
    monkeypatch.setattr(threads, "ThreadpoolController", lambda: types.SimpleNamespace(lib_controllers=list(libraries)))
    made = threads.OneBlasThread()
    made.libraries = libraries
    return made


def counts(guard):
    return [library.count for library in guard.libraries]


def test_blas_has_one_thread_inside_and_what_it_had_outside(guard):
    with guard():
        assert counts(guard) == [1, 1]
        with guard():
            assert counts(guard) == [1, 1]
        assert counts(guard) == [1, 1]
    assert counts(guard) == [4, 2]


def test_what_somebody_else_has_limited_since_stays_limited(guard):
    with guard():
        pass
    for library in guard.libraries:
        library.set_num_threads(1)
    with guard.as_before():
        assert counts(guard) == [1, 1]
        with guard():
            pass
    assert counts(guard) == [1, 1]


def test_a_forked_process_has_what_blas_had_before_other_threads_came(guard):
    """The child has their entries, and perhaps a lock that one of them held."""
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


def test_a_library_that_is_loaded_inside_is_limited_too(guard, monkeypatch):
    with guard():
        guard.libraries.append(Library(8))
        monkeypatch.setitem(sys.modules, "a new module", types.ModuleType("new"))
        guard.look_again()
        assert counts(guard) == [1, 1, 1]
    assert counts(guard) == [4, 2, 8]


def test_the_last_thread_to_leave_gives_back(guard):
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


@contextlib.contextmanager
def interrupted_after(lines, where):
    """Raise KeyboardInterrupt on one of the lines for which `where` holds; yield a list that then has something."""
    left, came = lines, []

    def trace(frame, event, _):
        nonlocal left
        if event == "line" and where(frame):
            left -= 1
            if left == 0:
                came.append(frame.f_lineno)
                raise KeyboardInterrupt
        return trace

    before = sys.gettrace()
    sys.settrace(trace)
    try:
        with contextlib.suppress(KeyboardInterrupt):
            yield came
    finally:
        sys.settrace(before)


@pytest.mark.parametrize("outer", [False, True])
def test_an_interrupt_at_any_line_gives_back_what_blas_had(guard, outer):
    """But on the first of the leaving, which the outer one mends."""

    def where(frame):
        line = linecache.getline(threads.__file__, frame.f_lineno)
        # Tracing passes a `with` again on the way out, where no interrupt comes before the lock is given back.
        ours = frame.f_code.co_filename == threads.__file__ and "with self._lock" not in line
        return ours and (outer or frame.f_code.co_name != "__exit__")

    lines, came = 0, [0]
    while came:
        lines += 1
        with guard() if outer else contextlib.nullcontext(), interrupted_after(lines, where) as came, guard():
            pass
        assert counts(guard) == [4, 2]
        with guard():
            assert counts(guard) == [1, 1]
        assert counts(guard) == [4, 2]
    assert lines > 10


def test_what_an_inner_one_leaves_behind_the_outer_takes_away(guard):
    for outer in (guard, guard.as_before):
        with outer():
            guard().__enter__()  # and the interrupt comes on the first of its leaving
            assert counts(guard) == [1, 1]
        assert counts(guard) == [4, 2]
    with guard.as_before():
        assert counts(guard) == [4, 2]


def test_work_aside_is_done_by_one_thread_in_turn():
    aside = threads.Aside()
    numbers = {aside.run(threading.get_ident, list) for _ in range(5)}
    assert len(numbers) == 1
    assert threading.get_ident() not in numbers
    with pytest.raises(ZeroDivisionError):
        aside.run(lambda: 1 / 0, list)
    assert aside.run(lambda: 7, list) == 7


def test_work_that_fails_is_let_go():
    """An exception holds its frames, and they what they work on: no copy of the data is to wait for the collector."""

    class Much:
        def fail(self):
            raise MemoryError

    much, aside = Much(), threads.Aside()
    gone = weakref.ref(much), weakref.ref(aside)
    gc.disable()
    try:
        with contextlib.suppress(MemoryError):
            aside.run(much.fail, list)
        aside.run(int, list)  # the worker has let it go too
        del much, aside
        assert [one() for one in gone] == [None, None]
    finally:
        gc.enable()


def test_an_interrupt_stops_the_work_and_waits_for_its_end():
    """At whatever line it comes to the one who waits."""
    waits = threads.Aside.run.__code__, threads.awaited.__code__
    lines, came = 0, [0]
    while came:
        lines += 1
        began, stopped, ended = threading.Event(), threading.Event(), threading.Event()
        aside = threads.Aside()

        def work(began=began, stopped=stopped, ended=ended):
            began.set()
            stopped.wait()
            ended.set()

        threading.Timer(0.02, stopped.set).start()  # for what no interrupt stops
        with interrupted_after(lines, lambda frame: frame.f_code in waits) as came:
            aside.run(work, stopped.set)
        assert ended.is_set() == began.is_set()
        assert aside.run(lambda: 7, list) == 7
    assert lines > 4


def test_an_interrupt_is_heard_where_waiting_goes_on_after_signals(waiting_goes_on):
    stopped, heard = threading.Event(), []

    def work():
        waiting_goes_on()
        heard.append(stopped.wait(HANGS))

    with pytest.raises(KeyboardInterrupt):
        threads.Aside().run(work, stopped.set)
    assert heard == [True]


def test_an_interrupt_does_not_wait_for_what_is_not_needed():
    going_on, end = threading.Event(), threading.Event()

    def work():
        signal.pthread_kill(main, signal.SIGINT)
        end.wait(HANGS)
        going_on.set()

    main, aside = threading.get_ident(), threads.Aside()
    with pytest.raises(KeyboardInterrupt):
        aside.run(work, list, needed=False)
    assert not going_on.is_set()
    end.set()
    assert aside.run(going_on.is_set, list)


@pytest.fixture
def other():
    """The native number of a thread that only waits."""
    end, began, number = threading.Event(), threading.Event(), []

    def wait():
        number.append(threading.get_native_id())
        began.set()
        end.wait()

    thread = threading.Thread(target=wait)
    thread.start()
    began.wait()
    yield number[0]
    end.set()
    thread.join()


@linux
def test_a_thread_is_sent_off_the_callers_core_and_may_come_back(other, monkeypatch):
    """With one core allowed there is nowhere to go, and it stays."""
    before, given, core = os.sched_getaffinity(other), [], min(os.sched_getaffinity(0))
    monkeypatch.setattr(threads, "_core_teller", lambda: lambda: core)
    move = os.sched_setaffinity

    def note(thread, cores):
        given.append((thread, set(cores)))
        move(thread, cores)

    monkeypatch.setattr(os, "sched_setaffinity", note)
    threads.spread([other])
    assert given[0] == (other, before - {core})
    assert os.sched_getaffinity(other) == before


@linux
def test_the_core_told_is_one_that_the_caller_may_use():
    assert threads._core_teller()() in os.sched_getaffinity(0)


@linux
def test_threads_that_have_ended_are_passed_over(other):
    gone = threading.Thread(target=lambda: None)
    gone.start()
    gone.join()
    before = os.sched_getaffinity(other)
    threads.spread([gone.native_id, other])
    assert os.sched_getaffinity(other) == before


def test_without_a_system_that_tells_cores_nothing_happens(monkeypatch):
    monkeypatch.setattr(threads, "_core_teller", lambda: None)
    threads.spread([-1])
