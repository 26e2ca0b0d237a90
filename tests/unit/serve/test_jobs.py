"""Jobs: one at a time, and what pages may ask of them."""

from __future__ import annotations

import threading

import pytest

from glassnet.errors import DataError, OptionError
from glassnet.serve.studio.events import EventLog
from glassnet.serve.studio.jobs import MOST_JOBS, JobQueue

TIMEOUT = 60


@pytest.fixture
def jobs():
    queue = JobQueue(EventLog(dict))
    yield queue
    queue.close(TIMEOUT)


def ended(job):
    """Wait for the end of a job."""
    with job._changed:
        assert job._changed.wait_for(lambda: job.ended, TIMEOUT)
    return job


def paused(job):
    with job._changed:
        assert job._changed.wait_for(lambda: job.state == "paused", TIMEOUT)


class Counting:
    """Work of many blocks, each of which waits for the test to allow it."""

    def __init__(self, blocks=10**9):
        self.blocks, self.done = blocks, 0
        self.first = threading.Event()

    def __call__(self, job):
        while self.done < self.blocks:
            if job.gate():
                return self.done
            self.done += 1
            self.first.set()
        return self.done


def test_a_job_has_a_result(jobs):
    job = ended(jobs.start("x", lambda job: {"answer": 7}, "title"))
    facts = {"kind": "x", "title": "title", "state": "done", "result": {"answer": 7}, "error": None}
    assert {name: job.describe()[name] for name in facts} == facts
    assert jobs.get(job.id) is job


def test_two_jobs_are_carried_out_one_after_the_other(jobs):
    order = []
    first = jobs.start("x", lambda job: order.append(1))
    second = jobs.start("x", lambda job: order.append(2))
    ended(first)
    ended(second)
    assert order == [1, 2]


def test_a_paused_job_passes_one_gate_per_step(jobs):
    work = Counting()
    job = jobs.start("x", work)
    job.pause()
    paused(job)
    before = work.done
    for steps in (1, 2, 3):
        job.step()
        with job._changed:
            assert job._changed.wait_for(lambda: not job._steps and job.state == "paused", TIMEOUT)
        assert work.done == before + steps
    work.blocks = work.done + 5
    job.resume()
    assert ended(job).result == work.blocks


def test_a_stopped_job_has_a_result_also_if_it_was_paused(jobs):
    work = Counting()
    job = jobs.start("x", work)
    job.pause()
    paused(job)
    job.stop()
    assert ended(job).state == "stopped"
    assert job.result == work.done


def test_a_cancelled_job_has_none(jobs):
    for hold in (False, True):
        work = Counting()
        job = jobs.start("x", work)
        if hold:
            job.pause()
            paused(job)
        else:
            assert work.first.wait(TIMEOUT)
        job.cancel()
        assert (ended(job).state, job.result, job.error) == ("stopped", None, None)


def test_a_job_that_waits_for_its_turn_can_be_stopped(jobs):
    running, second = jobs.start("x", Counting()), jobs.start("x", lambda job: pytest.fail("it was stopped"))
    second.stop()
    running.cancel()
    assert (ended(second).state, second.result) == ("stopped", None)


def test_a_new_job_replaces_those_of_its_kind(jobs):
    old, other = jobs.start("x", Counting()), jobs.start("y", lambda job: 1)
    new = jobs.start("x", lambda job: 2, replace=True)
    assert ended(old).state == "stopped"
    assert ended(other).result == 1
    assert ended(new).result == 2


def test_a_failed_job_has_code_and_message_in_both_languages(jobs):
    def fail(job):
        raise DataError("GN010", "{name}: no samples, expected at least one.", name="rows.csv")

    job = ended(jobs.start("x", fail))
    assert job.state == "failed"
    assert job.error["code"] == "GN010"
    assert job.error["message"]["en"] == "rows.csv: no samples, expected at least one."
    assert "样本" in job.error["message"]["zh"]
    assert ended(jobs.start("x", lambda job: 1)).result == 1, "the queue goes on"


def test_a_bug_ends_its_job_only(jobs, capsys):
    job = ended(jobs.start("x", lambda job: 1 / 0))
    assert (job.state, job.error["code"]) == ("failed", "")
    assert "ZeroDivisionError" in job.error["message"]["en"]
    assert "ZeroDivisionError" in capsys.readouterr().err
    assert ended(jobs.start("x", lambda job: 1)).result == 1


def test_frames_are_dropped_but_not_the_last(jobs):
    drawn = []

    def work(job):
        for number in range(1000):
            job.frame(lambda number=number: {"number": number})
            drawn.append(number)
        job.frame(lambda: {"number": "last"}, last=True)

    job = ended(jobs.start("x", work))
    texts = [one.text for one in jobs._events.since(0) if b'"frame"' in one.text]
    assert len(drawn) == 1000
    assert 2 <= len(texts) < 1000
    assert b'"last"' in texts[-1]
    assert all(f'"job": "{job.id}"'.encode() in text for text in texts)


def test_only_the_last_ended_jobs_can_be_looked_up(jobs):
    started = [ended(jobs.start("x", lambda job: 1)) for _ in range(MOST_JOBS + 5)]
    assert len([*jobs]) <= MOST_JOBS
    assert jobs.get(started[-1].id) is started[-1]
    with pytest.raises(OptionError, match="not in this studio"):
        jobs.get(started[0].id)


def test_closing_ends_a_paused_and_a_waiting_job():
    queue = JobQueue(EventLog(dict))
    work = Counting()
    first, second = queue.start("x", work), queue.start("x", work)
    first.pause()
    paused(first)
    queue.close(TIMEOUT)
    assert (first.state, second.state) == ("stopped", "stopped")
    assert not queue._thread.is_alive()


def test_jobs_without_a_result_are_forgotten_first(jobs):
    """As those that a slider cancels: the runs with a result stay in the list."""
    kept = ended(jobs.start("x", lambda job: 1, about={"data": "mnist"}))
    for _ in range(MOST_JOBS + 5):
        ended(jobs.start("x", lambda job: None))
    assert kept.id in [one.id for one in jobs]
    assert kept.describe()["about"] == {"data": "mnist"}


@pytest.mark.parametrize("action", ["stop", "cancel"])
def test_a_waiting_job_ends_at_once(jobs, action):
    first = jobs.start("x", Counting())
    first.pause()
    paused(first)
    done = []
    second = jobs.start("x", lambda job: done.append(1))
    getattr(second, action)()
    assert (second.state, first.state) == ("stopped", "paused")
    third = jobs.start("x", lambda job: 3)
    first.cancel()
    assert ended(third).result == 3
    assert done == []


def test_a_job_can_be_described_while_its_work_adds_to_what_it_shows(jobs):
    class Shown(dict):
        def items(self):
            for item in super().items():
                self[f"more {len(self)}"] = 0  # as on the worker thread, in between
                yield item

    job = ended(jobs.start("x", lambda job: None))
    job.live = Shown(progress=1, weights=2)
    assert job.describe(pictures=False)["live"].keys() == {"progress"}
