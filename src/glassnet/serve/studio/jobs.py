"""Jobs: long work on one worker thread, one after the other, which pages can pause, step, stop and cancel."""

from __future__ import annotations

import itertools
import threading
import time
import traceback
from collections import deque
from collections.abc import Callable, Iterator
from typing import Any

from ...errors import GlassnetError
from ...messages.languages import LANGUAGES
from ...messages.message import Message, Renderable
from ...messages.progress import hidden
from ...runtime.system import release_free_memory
from ...runtime.threads import start_in_background
from ..rendering import on_page
from .endpoints import NO_MEMORY, require_known
from .events import EventLog

FRAMES = 20
"""Most frames of a job per second."""
LOOKS = 12
"""Most looks per second at a job of limited speed."""
MOST_JOBS = 20
"""Jobs that have ended and can still be looked up."""
ENDED = ("done", "failed", "stopped")

Text = Callable[[Renderable, str], str]
"""Returns a message in a language, as pages show it."""


class Cancelled(Exception):  # noqa: N818 - not an error
    """The job ends at once, without a result."""


class Job:
    """A piece of work: its state, and what pages may ask of it.

    Its `state` is ``"waiting"``, ``"running"``, ``"paused"``, ``"done"``, ``"failed"`` or ``"stopped"``, and `changes`
    counts how often it has changed: a page may receive an earlier description after a later one. `about` is what the
    page gave, JSON-compatible, and `page` the id of the page that started it. `live` is what the work has shown so far,
    as a whole, for pages that open later; the work fills it in. `result` is what the work returned, JSON-compatible;
    None before the end, and if there is none. `error` has code and message of a failed job, the message in both
    languages. `speed` is the number of updates per second of work that calls `advance`, 0 without a limit; `idle` are
    the seconds that it waited there.
    """

    def __init__(
        self, id: str, kind: str, title: str, about: dict[str, Any], events: EventLog, text: Text, page: str = ""
    ) -> None:
        self.id, self.kind, self.title, self.about, self.page = id, kind, title, about, page
        self.state, self.changes = "waiting", 0
        self.result: Any = None
        self.error: dict[str, Any] | None = None
        self.live: dict[str, Any] = {}
        self._events, self._text = events, text
        self._changed = threading.Condition()
        self._paused = self._stopping = self._cancelled = False
        self._steps = self._updates = 0
        self._due = self._looked = 0.0
        self.speed = self.idle = 0.0

    def describe(self, *, pictures: bool = True) -> dict[str, Any]:
        """Return the job as JSON-compatible values; without `pictures` if there are many jobs."""
        changes = self.changes  # before the rest, which may be of a later state but not of an earlier one
        live = dict(self.live)  # at once: the work adds to it on its thread
        if not pictures:
            live.pop("weights", None)
        facts = {"id": self.id, "kind": self.kind, "title": self.title, "about": self.about, "page": self.page}
        return {
            **facts, "state": self.state, "changes": changes, "speed": self.speed, "live": live, "result": self.result,
            "error": self.error,
        }  # fmt: skip

    @property
    def ended(self) -> bool:
        """Whether the work has ended."""
        return self.state in ENDED

    # for the work, on the worker thread

    @property
    def ending(self) -> str:
        """The state that the job has when its work returns now."""
        return "stopped" if self._stopping else "done"

    def publish(self, kind: str, data: dict[str, Any], *, latest: bool = False) -> None:
        """Send an event about this job to the pages; with `latest`, it replaces the last one of its kind in the log."""
        self._events.publish(kind, {"job": self.id, **data}, key=f"{kind} {self.id}" if latest else "")

    def note(self, notice: Renderable, **more: Any) -> None:
        """Add a notice to ``live["notices"]``, in all languages, with `more` that a page should know of it."""
        said = {language: self._text(notice, language) for language in LANGUAGES} | more
        self.live.setdefault("notices", []).append(said)

    def frame(self, make: Callable[[], dict[str, Any]], *, last: bool = False) -> None:
        """Send a frame, at most `FRAMES` a second: the function is called only when one is due, or for the `last`."""
        now = time.monotonic()
        if last or now >= self._due:
            self._due = now + 1 / FRAMES
            self.publish("frame", make())

    def gate(self, *, hold: bool = True) -> bool:
        """Return whether the work is to end soon; wait while the job is paused, unless not to `hold`.

        If the job is cancelled, raise `Cancelled`.
        """
        with self._changed:
            if hold and self._waits():
                self._set("paused")
                self._changed.wait_for(lambda: not self._waits())
                if not self._cancelled:
                    self._set("running")
            if hold and self._steps:
                self._steps -= 1
            if self._cancelled:
                raise Cancelled
            return self._stopping

    def _waits(self) -> bool:
        return self._paused and not (self._steps or self._stopping or self._cancelled)

    def advance(self, most: int) -> int:
        """Return how many of the next updates, at most `most`, to take before the next look; 0: all of them at once.

        Waits while the job is paused, and between the looks of a limited speed. If the job is cancelled, raise
        `Cancelled`.
        """
        began = time.monotonic()
        with self._changed:
            try:
                return self._next_updates(most)
            finally:
                self.idle += time.monotonic() - began

    def _next_updates(self, most: int) -> int:
        while not (self._cancelled or self._stopping):
            now = time.monotonic()
            if self._updates or self._steps or not (self._paused or self.speed):
                break
            if self._paused:
                self._set("paused")
                self._changed.wait()
                self._looked = time.monotonic()
                continue
            self._set("running")
            between = max(1 / self.speed, 1 / LOOKS)
            if (left := self._looked + between - now) > 0:
                self._changed.wait(left)
                continue
            passed = now - self._looked  # as much more as the last look took
            self._looked = now
            return min(most, max(1, round(self.speed * (passed if passed < 1 else between))))
        if self._cancelled:
            raise Cancelled
        self._set("running")
        if self._updates and not self._stopping:
            taken = min(self._updates, most)
            self._updates -= taken
            return taken
        self._steps -= bool(self._steps)
        return 0

    @property
    def pausing(self) -> bool:
        """Whether the job will wait at its next gate, so that a frame before it should show everything."""
        return self._paused

    # for the pages

    def pause(self) -> None:
        """Let the work wait at its next gate."""
        with self._changed:
            self._paused, self._steps, self._updates = True, 0, 0
            self._changed.notify_all()

    def resume(self) -> None:
        """Let the work continue."""
        with self._changed:
            self._paused, self._steps, self._updates = False, 0, 0
            self._changed.notify_all()

    def step(self, updates: int = 0) -> None:
        """Let the work pass one gate and wait again; or take so many updates, if it calls `advance`."""
        with self._changed:
            self._paused = True
            if updates:
                self._updates += updates
            else:
                self._steps += 1
            self._changed.notify_all()

    def set_speed(self, updates: float) -> None:
        """Limit the speed to so many updates per second; 0 removes the limit."""
        with self._changed:
            self.speed = updates
            self._changed.notify_all()

    def stop(self) -> None:
        """Let the work end soon with a result; a job that waits for its turn is cancelled."""
        with self._changed:
            if self.state == "waiting":
                self.cancel()
            self._stopping = True
            self._changed.notify_all()

    def cancel(self) -> None:
        """Let the work end at its next gate without a result; a job that waits for its turn ends at once."""
        with self._changed:
            self._cancelled = True
            if self.state == "waiting":
                self._set("stopped")
            self._changed.notify_all()

    # for the queue

    def carry_out(self, work: Callable[[Job], Any]) -> None:
        """Do the work, and keep its result or its failure."""
        with self._changed:
            if self.ended:
                return
            self._set("running")
        try:
            with hidden():  # the page shows it
                self.result = work(self)
            self._set(self.ending)
        except (Cancelled, KeyboardInterrupt):  # KeyboardInterrupt: of a thread that saw the cancellation first
            self._set("stopped")
        except GlassnetError as problem:
            self._fail(problem.code, problem)
        except MemoryError:
            self._fail("GN032", NO_MEMORY)
        except BaseException as problem:
            traceback.print_exc()
            self._fail("", Message("{kind}: {problem}", kind=type(problem).__name__, problem=str(problem)))

    def _fail(self, code: str, said: Renderable) -> None:
        self.error = {"code": code, "message": {language: self._text(said, language) for language in LANGUAGES}}
        self._set("failed")

    def _set(self, state: str) -> None:
        with self._changed:
            if state != self.state:
                self.state, self.changes = state, self.changes + 1
                self._events.publish("job", self.describe(pictures=False))
                self._changed.notify_all()


class JobQueue:
    """Jobs in the order of their start, carried out one at a time on one thread."""

    def __init__(self, events: EventLog, text: Text = on_page) -> None:
        self._events, self._text = events, text
        self._jobs: dict[str, Job] = {}
        self._numbers = itertools.count(1)
        self._waiting: deque[tuple[Job, Callable[[Job], Any]]] = deque()
        self._changed = threading.Condition()
        self._thread: threading.Thread | None = None
        self._closed = False

    def start(
        self,
        kind: str,
        work: Callable[[Job], Any],
        title: str = "",
        *,
        replace: bool = False,
        others: bool = True,
        about: dict[str, Any] | None = None,
        page: str = "",
        speed: float = 0.0,
        paused: bool = False,
    ) -> Job:
        """Queue a piece of work.

        `kind` is the room's word for it. The work takes the job, and returns a JSON-compatible result. With `replace`,
        all unfinished jobs of this kind are cancelled first; unless `others`, only those that the same `page` started.
        `about` is what the page gave, JSON-compatible, for pages that open later. `speed` is as in `Job`; a `paused`
        job waits before its first update.
        """
        with self._changed:
            if replace:
                for one in self._jobs.values():
                    if one.kind == kind and not one.ended and (others or one.page == page):
                        one.cancel()
            job = Job(f"job-{next(self._numbers)}", kind, title, about or {}, self._events, self._text, page)
            job.set_speed(speed)
            if paused:
                job.pause()
            self._forget_first()
            self._jobs[job.id] = job
            self._events.publish("job", job.describe())
            self._waiting.append((job, work))
            if self._thread is None:
                self._thread = start_in_background(self._run)
            self._changed.notify_all()
        return job

    def put(self, kind: str, run: dict[str, Any]) -> Job:
        """Add a job that ended elsewhere, as `Job.describe` has it."""
        with self._changed:
            job = Job(f"job-{next(self._numbers)}", kind, run["title"], run["about"], self._events, self._text)
            job.state, job.live, job.result = run["state"], run["live"], run["result"]
            self._forget_first()
            self._jobs[job.id] = job
            self._events.publish("job", job.describe())
        return job

    def forget(self) -> bool:
        """Cancel all jobs, and forget them; return whether all had ended."""
        with self._changed:
            ended = all(job.ended for job in self._jobs.values())
            for job in self._jobs.values():
                job.cancel()
            self._jobs.clear()
        return ended

    def _forget_first(self) -> None:
        ended = [one for one in self._jobs.values() if one.ended]
        ended.sort(key=lambda one: one.result is not None)  # cancelled ones, as of a slider, are forgotten first
        for one in ended[: max(0, len(ended) - MOST_JOBS + 1)]:
            del self._jobs[one.id]

    def get(self, id: str) -> Job:
        """Return a job by its id."""
        return require_known("job", id, self._jobs)

    def __iter__(self) -> Iterator[Job]:
        with self._changed:
            return iter([*self._jobs.values()])

    def close(self, seconds: float = 0.0) -> None:
        """Cancel all jobs, and wait at most so long for the running one."""
        with self._changed:
            self._closed = True
            self._changed.notify_all()
        for job in self:
            job.cancel()
        if self._thread is not None and self._thread is not threading.current_thread():
            self._thread.join(seconds)

    def _run(self) -> None:
        while True:
            with self._changed:
                self._changed.wait_for(lambda: self._waiting or self._closed)
                if self._closed:
                    return
                job, work = self._waiting.popleft()
            job.carry_out(work)
            del job, work  # with the data that they refer to
            release_free_memory()
