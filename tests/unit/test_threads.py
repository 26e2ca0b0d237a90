"""Threads of a team are sent to other cores, and may come back."""

from __future__ import annotations

import os
import threading

import pytest

from glassnet.engines import threads

linux = pytest.mark.skipif(not hasattr(os, "sched_setaffinity"), reason="this system does not tell cores")


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
