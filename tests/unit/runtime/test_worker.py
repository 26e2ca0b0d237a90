"""A worker thread runs tasks in order; an interrupt of the waiting thread stops the work."""

from __future__ import annotations

import contextlib
import gc
import signal
import threading
import weakref

import pytest

from glassnet.runtime.worker import Worker, awaited
from support.cli import TIMEOUT
from support.interrupting import interrupted_after


def test_tasks_run_in_one_other_thread():
    worker = Worker()
    numbers = {worker.run(threading.get_ident, list) for _ in range(5)}
    assert len(numbers) == 1
    assert threading.get_ident() not in numbers
    with pytest.raises(ZeroDivisionError):
        worker.run(lambda: 1 / 0, list)
    assert worker.run(lambda: 7, list) == 7


def test_references_to_failed_work_are_dropped():
    """An exception keeps its frames and their data alive; memory must be freed without the garbage collector."""

    class Much:
        def fail(self):
            raise MemoryError

    much, worker = Much(), Worker()
    references = weakref.ref(much), weakref.ref(worker)
    gc.disable()
    try:
        with contextlib.suppress(MemoryError):
            worker.run(much.fail, list)
        worker.run(int, list)  # the worker has dropped its reference too
        del much, worker
        assert [one() for one in references] == [None, None]
    finally:
        gc.enable()


def test_an_interrupt_stops_the_work_and_waits_for_its_end():
    """The interrupt may hit any line of the waiting thread."""
    waiting_code = Worker.run.__code__, awaited.__code__
    lines, reached = 0, [0]
    while reached:
        lines += 1
        began, stopped, ended = threading.Event(), threading.Event(), threading.Event()
        worker = Worker()

        def work(began=began, stopped=stopped, ended=ended):
            began.set()
            stopped.wait()
            ended.set()

        threading.Timer(0.02, stopped.set).start()  # for an interrupt that comes too early to stop the work
        with interrupted_after(lines, lambda frame: frame.f_code in waiting_code) as reached:
            worker.run(work, stopped.set)
        assert ended.is_set() == began.is_set()
        assert worker.run(lambda: 7, list) == 7
    assert lines > 4


def test_an_interrupt_stops_a_wait_that_resumes_after_signals(restarting_ctrl_c):
    stopped, results = threading.Event(), []

    def work():
        restarting_ctrl_c()
        results.append(stopped.wait(TIMEOUT))

    with pytest.raises(KeyboardInterrupt):
        Worker().run(work, stopped.set)
    assert results == [True]


def test_an_interrupt_does_not_wait_for_work_that_is_not_needed():
    finished, end = threading.Event(), threading.Event()

    def work():
        signal.pthread_kill(main, signal.SIGINT)
        end.wait(TIMEOUT)
        finished.set()

    main, worker = threading.get_ident(), Worker()
    with pytest.raises(KeyboardInterrupt):
        worker.run(work, list, needed=False)
    assert not finished.is_set()
    end.set()
    assert worker.run(finished.is_set, list)
