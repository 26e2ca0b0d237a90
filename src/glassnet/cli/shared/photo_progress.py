"""The progress of reading photos, on standard error, when it takes more than two seconds."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterable, Iterator, Sequence
from threading import Lock, Timer
from typing import TYPE_CHECKING

from ...io.opening import STDIN
from ...messages.control_characters import printable
from .console import message, say

if TYPE_CHECKING:
    from ...workflow.read_job import PhotoResult

_DELAY, _APART = 2.0, 30.0
"""Seconds until progress is shown; and, without a terminal, between two lines."""


def watch_photos(
    results: Iterable[PhotoResult], photos: Sequence[str], *, prints: bool = False
) -> Iterator[PhotoResult]:
    """Pass on the results of reading photos, and show how far it is: a bar on a terminal, else lines.

    The photos are read while the results are iterated. With `prints`, each result is printed at once, so that the bar
    must be out of the way.
    """
    progress = _Bar(photos) if sys.stderr.isatty() else _Lines(photos)
    try:
        for done, one in enumerate(results, 1):
            if done == len(photos):
                progress.close()  # now: the caller may not iterate further
            else:
                progress.advance(done)
                if prints:
                    progress.hide()
            yield one
            if prints and done < len(photos):
                progress.show()
    finally:
        progress.close()


class _Lines:
    """A line after the delay, and of several photos another one from time to time."""

    def __init__(self, photos: Sequence[str]) -> None:
        self._photos, self._shown_at = photos, 0.0
        self._text = self._words(0)
        self._lock, self._hidden = Lock(), False
        # The words are made in this thread, because the language of the command is not known in others.
        self._timer = Timer(_DELAY, self._begin)
        self._timer.daemon = True
        self._timer.start()

    def _words(self, done: int) -> str:
        if len(self._photos) == 1:
            return message("reading_photo", file=STDIN if self._photos[0] == "-" else self._photos[0])
        return message("photos_read", done=done, photos=len(self._photos))

    def _begin(self) -> None:
        with self._lock:
            self._shown_at = time.monotonic()
            self._draw()

    def _draw(self) -> None:
        say(self._text)

    def advance(self, done: int) -> None:
        """Count a photo."""
        with self._lock:
            self._text = self._words(done)
            if self._shown_at and done < len(self._photos) and time.monotonic() - self._shown_at > _APART:
                self._shown_at = time.monotonic()
                self._draw()

    def hide(self) -> None:
        """Do nothing: a line is complete."""

    def show(self) -> None:
        """Do nothing: a line is complete."""

    def close(self) -> None:
        """Show nothing more."""
        self._timer.cancel()


class _Bar(_Lines):
    """A bar that disappears at the end; of a single photo only the time."""

    def __init__(self, photos: Sequence[str]) -> None:
        from rich.console import Console
        from rich.progress import BarColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

        several = [BarColumn()] if len(photos) > 1 else []
        # Results go to standard output, not through the bar.
        self._progress = Progress(
            SpinnerColumn(),
            TextColumn("{task.description}", markup=False),
            *several,
            TimeElapsedColumn(),
            console=Console(stderr=True),
            transient=True,
            redirect_stdout=False,
            redirect_stderr=False,
        )
        self._task = self._progress.add_task("", total=len(photos))
        super().__init__(photos)

    def _draw(self) -> None:
        self._progress.update(self._task, description=printable(self._text))
        if not self._hidden:
            self._progress.start()

    def advance(self, done: int) -> None:
        """Count a photo."""
        with self._lock:
            self._text = self._words(done)
            self._progress.update(self._task, description=printable(self._text), completed=done)

    def hide(self) -> None:
        """Remove the bar until `show`."""
        with self._lock:
            self._hidden = True
            self._progress.stop()

    def show(self) -> None:
        """Draw the bar again, if it was drawn before."""
        with self._lock:
            self._hidden = False
            if self._shown_at:
                self._progress.start()

    def close(self) -> None:
        """Restore the terminal."""
        super().close()
        self.hide()
