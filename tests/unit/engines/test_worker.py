"""A worker thread: tasks one after the other, and interrupts of whoever waits for them."""

from __future__ import annotations

import contextlib
import gc
import signal
import threading
import weakref

import pytest

from glassnet.engines.threads.worker import Worker, awaited
from support.cli import TIMEOUT
from support.interrupting import interrupted_after


def test_tasks_are_done_by_one_thread_in_turn():
    worker = Worker()
    numbers = {worker.run(threading.get_ident, list) for _ in range(5)}
    assert len(numbers) == 1
    assert threading.get_ident() not in numbers
    with pytest.raises(ZeroDivisionError):
        worker.run(lambda: 1 / 0, list)
    assert worker.run(lambda: 7, list) == 7


def test_work_that_fails_is_let_go():
    """An exception holds its frames, and they what they work on: no copy of the data is to wait for the collector."""

    class Much:
        def fail(self):
            raise MemoryError

    much, worker = Much(), Worker()
    gone = weakref.ref(much), weakref.ref(worker)
    gc.disable()
    try:
        with contextlib.suppress(MemoryError):
            worker.run(much.fail, list)
        worker.run(int, list)  # the worker has let it go too
        del much, worker
        assert [one() for one in gone] == [None, None]
    finally:
        gc.enable()


def test_an_interrupt_stops_the_work_and_waits_for_its_end():
    """At whatever line it comes to the one who waits."""
    waits = Worker.run.__code__, awaited.__code__
    lines, came = 0, [0]
    while came:
        lines += 1
        began, stopped, ended = threading.Event(), threading.Event(), threading.Event()
        worker = Worker()

        def work(began=began, stopped=stopped, ended=ended):
            began.set()
            stopped.wait()
            ended.set()

        threading.Timer(0.02, stopped.set).start()  # for what no interrupt stops
        with interrupted_after(lines, lambda frame: frame.f_code in waits) as came:
            worker.run(work, stopped.set)
        assert ended.is_set() == began.is_set()
        assert worker.run(lambda: 7, list) == 7
    assert lines > 4


def test_an_interrupt_is_heard_where_waiting_goes_on_after_signals(restarting_ctrl_c):
    stopped, heard = threading.Event(), []

    def work():
        restarting_ctrl_c()
        heard.append(stopped.wait(TIMEOUT))

    with pytest.raises(KeyboardInterrupt):
        Worker().run(work, stopped.set)
    assert heard == [True]


def test_an_interrupt_does_not_wait_for_what_is_not_needed():
    going_on, end = threading.Event(), threading.Event()

    def work():
        signal.pthread_kill(main, signal.SIGINT)
        end.wait(TIMEOUT)
        going_on.set()

    main, worker = threading.get_ident(), Worker()
    with pytest.raises(KeyboardInterrupt):
        worker.run(work, list, needed=False)
    assert not going_on.is_set()
    end.set()
    assert worker.run(going_on.is_set, list)
