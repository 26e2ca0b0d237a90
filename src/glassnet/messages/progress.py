"""Progress: what a long job does and how far it is, declared where the work is done and shown after two seconds.

    with step(Message("testing {count:,} samples", count=count), total=count) as testing:
        …
        testing.reach(done)

Work that ends within two seconds shows nothing. A process has one `REPORTER`, whose display the door chooses: the
command line shows progress on standard error, Python in a terminal or notebook only. ``GLASSNET_PROGRESS=off`` shows
nothing.
"""

from __future__ import annotations

import contextlib
import logging
import os
import sys
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Protocol, TypeVar

from .languages import preferred
from .message import Listing, Message, Renderable

LOGGER = logging.getLogger("glassnet")
_T = TypeVar("_T")
_DELAY, _INTERVAL, _POLL = 2.0, 5.0, 0.25
"""Seconds without output until progress is shown; least between two lines about one job; and between two refreshes."""
_FEW = 1000
"""Integer totals up to this are shown as 3 of 20, others in percent."""


@dataclass(eq=False)
class Step:
    """Work in progress: what it is, and how much of it is done, of a total if that is known."""

    description: Message
    total: float | None = None
    is_command: bool = False  # it is a whole command, which is shown only if nothing else is known
    done: float = 0
    began: float = 0.0

    def reach(self, done: float) -> None:
        """Say how much is done now."""
        self.done = done

    def advance(self) -> None:
        """Say that one more is done; from several threads some may go uncounted."""
        self.done += 1

    def message(self, seconds: float) -> Message:
        """Return what to show after so many seconds."""
        if not self.total and seconds < _DELAY:
            return Message("{what} …", what=self.description)
        if not self.total:
            return Message("{what}, {seconds:.0f} s …", what=self.description, seconds=seconds)
        if isinstance(self.total, int) and self.total <= _FEW:
            return Message("{what}: {done:,} of {total:,}", what=self.description, done=self.done, total=self.total)
        return Message("{what}: {share:.0%}", what=self.description, share=min(self.done / self.total, 1.0))


class Display(Protocol):
    """Shows progress: each message in place of the last one if `live`, else as another line."""

    live: bool

    def draw(self, message: Renderable) -> None:
        """Show a message; must not raise."""

    def clear(self) -> None:
        """Remove what is shown in place."""


class _InPython:
    """Logs progress, and prints it in a terminal or notebook if the log shows it nowhere."""

    live = False

    def draw(self, message: Renderable) -> None:
        if not is_worker():
            log_or_print(message)

    def clear(self) -> None:
        pass


def is_worker() -> bool:
    """Return whether another process of Python started this one, such as that of a search."""
    processes = sys.modules.get("multiprocessing.process")  # joblib's processes have it too
    return processes is not None and processes.parent_process() is not None


def log_or_print(message: Renderable) -> None:
    """Log a message; print it to standard error in a terminal or notebook if the log shows it nowhere."""
    LOGGER.info(message.text())
    logged = LOGGER.isEnabledFor(logging.INFO) and LOGGER.hasHandlers()
    watched = "ipykernel" in sys.modules or (sys.stderr is not None and sys.stderr.isatty())
    if watched and not logged:
        with contextlib.suppress(OSError, ValueError):  # a closed stream
            print(f"glassnet: {message.text(preferred())}", file=sys.stderr, flush=True)


class Reporter:
    """The steps in progress in this process, and a thread that shows them while there are any.

    The thread outlasts a step by a moment, so that many short ones do not start a thread each.
    """

    def __init__(self, display: Display, clock: Callable[[], float] = time.monotonic) -> None:
        self.display = display
        self.paused = False  # while something else shows it, such as a progress bar or a page
        self._clock, self._process = clock, os.getpid()
        self._lock = threading.RLock()  # the garbage collector may end a step while this thread has the lock
        self._steps: list[Step] = []
        self._thread: threading.Thread | None = None
        self._begun = False  # a step, since the last refresh by the thread
        self._printed_at = self._drawn_at = clock()
        self._drawn: Message | None = None

    def begin(self, new: Step, printed: bool) -> None:
        """Show this step too, if it takes long; `printed` if that it begins was printed just now."""
        if self._process != os.getpid():  # a forked process has no thread, and perhaps a lock that nobody opens
            return
        with self._lock:
            self._steps.append(new)
            new.began += self._clock()
            if printed or len(self._steps) == 1:
                self._printed_at = new.began
            if printed:
                self._drawn, self._drawn_at = self._shown()[0].description, new.began
            self._begun = True
            if self._thread is None:
                self._thread = threading.Thread(target=self._run, daemon=True, name="glassnet progress")
                with contextlib.suppress(RuntimeError):  # no more threads, or none at all, as in a browser
                    self._thread.start()

    def end(self, old: Step) -> None:
        """Show this step no longer."""
        if self._process != os.getpid():
            return
        with self._lock:
            self._steps.remove(old)
            if not self._steps:
                self._clear()

    def output(self) -> None:
        """Make room for output that follows, and wait two seconds again."""
        if self._process == os.getpid():
            with self._lock:
                self._clear()
                self._printed_at = self._clock()

    def refresh(self) -> None:
        """Show the steps if nothing was printed for two seconds."""
        with self._lock:
            now = self._clock()
            if not self._steps or self.paused or now - self._printed_at < _DELAY:
                return
            if os.environ.get("GLASSNET_PROGRESS") == "off":
                return
            outer, inner = self._shown()
            # Of a longer job rarer lines, so that there are some dozens in an hour.
            interval = _DELAY if outer.description != self._drawn else max(_INTERVAL, (now - outer.began) / 10)
            if not self.display.live and now - self._drawn_at < interval:
                return
            self._drawn, self._drawn_at = outer.description, now
            shown = [inner] if outer is inner else [outer, inner]
            self.display.draw(Listing([one.message(now - one.began) for one in shown], separator="; "))

    def _shown(self) -> tuple[Step, Step]:
        """Return the outermost and the innermost step; that of a whole command only if there is no other."""
        steps = [one for one in self._steps if not one.is_command] or self._steps
        return steps[0], steps[-1]

    def _clear(self) -> None:
        if self._drawn is not None and self.display.live:
            self._drawn = None
            self.display.clear()

    def _run(self) -> None:
        while True:
            time.sleep(_POLL)
            with self._lock:
                if not self._steps and not self._begun:
                    self._thread = None
                    return
                self._begun = False
                self.refresh()


REPORTER = Reporter(_InPython())
_hidden: ContextVar[bool] = ContextVar("progress_is_hidden", default=False)


@contextlib.contextmanager
def step(
    description: Message,
    total: float | None = None,
    *,
    is_command: bool = False,
    printed: bool = False,
    took: float = 0.0,
) -> Iterator[Step]:
    """Declare a step of a job, of this total if it is known.

    `printed` if that it begins was printed just now; `took` are the seconds that it has already taken.
    """
    one = Step(description, total, is_command, began=-took)
    if _hidden.get():
        yield one
        return
    REPORTER.begin(one, printed)
    try:
        yield one
    finally:
        REPORTER.end(one)


def counted_step(description: Message, items: Iterable[_T], total: int) -> Iterator[_T]:
    """Pass on items, and declare how many of them the caller has finished."""
    with step(description, total) as one:
        for done, item in enumerate(items, 1):
            yield item
            one.reach(done)


@contextlib.contextmanager
def hidden() -> Iterator[None]:
    """Show no progress of this thread, whose job has a page or another place for it."""
    before = _hidden.set(True)
    try:
        yield
    finally:
        _hidden.reset(before)
