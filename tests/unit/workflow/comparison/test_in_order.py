"""Tasks at the same time look like one after the other: results, events, errors and the end."""

from __future__ import annotations

import random
from concurrent.futures import Future
from contextlib import closing
from dataclasses import dataclass, field

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from glassnet.training.executor import ThreadExecutor
from glassnet.workflow.comparison.in_order import Turns, results_in_order

EVENTS = 3
ROUNDS = [[(f"{number}{side}",) for side in "abc"] for number in range(4)]
EXPECTED = [f"{name}.{event}" for tasks in ROUNDS for (name,) in tasks for event in range(EVENTS)]


def task(name, send):
    for event in range(EVENTS):
        if send(f"{name}.{event}"):
            return None
    if name == "2b":
        raise ValueError(name)
    return name


@dataclass
class Shuffled:
    """An executor on the caller's thread that runs submitted tasks event by event, in a random order."""

    workers: int
    order: random.Random
    running: list = field(default_factory=list)
    begun: set = field(default_factory=set)

    def submit(self, task, name, *, on_event):
        future = Future()
        self.running.append([future, name, 0, on_event])
        return future

    def cancel(self, futures):
        for future in futures:
            future.cancel()

    def step(self):
        """Let one of the first tasks send an event, or end."""
        some = [one for one in self.running if not one[0].cancelled()][: self.workers]
        one = self.order.choice(some)
        future, name, event, on_event = one
        self.begun.add(name)
        if event < EVENTS and not on_event(f"{name}.{event}"):
            one[2] += 1
            return
        self.running.remove(one)
        if name == "2b" and event == EVENTS:
            future.set_exception(ValueError(name))
        else:
            future.set_result(name if event == EVENTS else None)


def run(executor, callbacks, monkeypatch, rounds=ROUNDS):
    """Return the results, and what ended them: an exception, or None."""
    if isinstance(executor, Shuffled):
        monkeypatch.setattr("glassnet.workflow.comparison.in_order.awaited", lambda queue: executor.step())
    turns, results = Turns(callbacks), []
    try:
        with closing(results_in_order(task, rounds, executor, turns)) as found:
            for one in found:
                results.append(one)
                if turns(one):
                    break
    except ValueError as problem:
        return results, problem
    return results, None


@settings(max_examples=30, deadline=None)
@given(st.randoms(use_true_random=False), st.integers(1, 9))
def test_events_and_results_come_in_order_and_the_first_error_ends_them(order, workers):
    seen = []
    with pytest.MonkeyPatch.context() as patch:
        results, problem = run(Shuffled(workers, order), [seen.append], patch)
    assert results == [[name for (name,) in tasks] for tasks in ROUNDS[:2]]
    assert str(problem) == "2b"
    assert [one for one in seen if isinstance(one, str)] == EXPECTED[: EXPECTED.index("2b.2") + 1]
    assert [one for one in seen if isinstance(one, list)] == results, "a round follows the events of its tasks"
    assert seen.index(results[0]) == 3 * EVENTS


@settings(max_examples=30, deadline=None)
@given(st.randoms(use_true_random=False), st.integers(1, 9), st.sampled_from(EXPECTED[:-1]))
def test_a_callback_ends_everything_at_the_same_event_whatever_runs_meanwhile(order, workers, last):
    seen = []
    executor = Shuffled(workers, order)
    with pytest.MonkeyPatch.context() as patch:
        results, problem = run(executor, [seen.append, lambda event: event == last], patch)
    before_error = EXPECTED.index(last) <= EXPECTED.index("2b.2")
    assert (problem is None) == before_error
    if before_error:
        assert [one for one in seen if isinstance(one, str)] == EXPECTED[: EXPECTED.index(last) + 1]
        assert results == [[name for (name,) in tasks] for tasks in ROUNDS[: int(last[0])]]
        assert all(future.cancelled() or name in executor.begun for future, name, *_ in executor.running)


def test_few_tasks_are_begun_before_they_are_needed(monkeypatch):
    rounds = [[(f"{number}{side}",) for side in "abc"] for number in range(3, 30)]
    for workers, ahead in ((1, 2), (3, 2), (4, 3)):
        executor = Shuffled(workers, random.Random(1))
        run(executor, [lambda happened: isinstance(happened, list)], monkeypatch, rounds)
        assert len(executor.running) + len(executor.begun) <= 3 * (ahead + 1)


@pytest.mark.parametrize("workers", [1, 3])
def test_an_error_in_a_callback_reaches_the_caller_on_threads_too(workers, monkeypatch):
    def fail(event):
        if event == "1a.1":
            raise ValueError("from the callback")

    with ThreadExecutor(workers) as executor:
        results, problem = run(executor, [fail], monkeypatch)
    assert (results, str(problem)) == ([["0a", "0b", "0c"]], "from the callback")
