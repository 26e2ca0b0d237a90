"""Windows of encoded rows for the members of an ensemble: read once, ahead of training, on another thread."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from contextvars import copy_context
from dataclasses import dataclass, field
from types import TracebackType

import numpy as np
from numpy.typing import NDArray

from ...options.options import Options
from ...runtime.file_lock import POLL_SECONDS
from .encoding import GroupReader, GroupRows
from .order import Piece, epoch_windows
from .survey import Survey


class Buffer:
    """Memory for the rows of a window, and after them for the rows that each member carries into it.

    Parameters
    ----------
    window : int
        Rows of a window.
    carried : int
        Most rows that a member carries into a window: one less than a batch.
    members : int
    features : int
    values : int
        Number of values of a row's target; 0 for classes.
    """

    def __init__(self, window: int, carried: int, members: int, features: int, values: int) -> None:
        rows = window + members * carried
        self.window, self.carried = window, carried
        # Zeros, because engines may look at all rows; untouched pages take no memory.
        self.inputs = np.zeros((rows, features), np.float32)
        self.classes: NDArray[np.int64] | None = None if values else np.zeros(rows, np.int64)
        self.values: NDArray[np.float64] | None = np.zeros((rows, values)) if values else None
        self.folds = np.zeros(window, np.int64)

    def carried_by(self, member: int) -> slice:
        """Return the rows that belong to a member."""
        start = self.window + member * self.carried
        return slice(start, start + self.carried)


@dataclass
class Window:
    """A window of encoded training rows.

    Parameters
    ----------
    epoch, number : int
        Both from 0.
    buffer : Buffer
    rows : int
        Number of training rows, the first ones in the buffer.
    waiting : set of int
        Members that have yet to train on it.
    """

    epoch: int
    number: int
    buffer: Buffer
    rows: int
    waiting: set[int] = field(default_factory=set)


class WindowFeed:
    """Reads and encodes windows in their order, as long as members train; a context manager.

    Parameters
    ----------
    survey : Survey
    options : Options
        With the seed of the run, which permutes the row groups.
    start : (int, int)
        Epoch and number of the first window.
    cache : int
        Bytes of encoded rows to keep, if all rows take no more.
    ahead : int
        Windows to read while the members train on another.
    """

    def __init__(
        self,
        survey: Survey,
        options: Options,
        start: tuple[int, int] = (0, 0),
        *,
        cache: int = 0,
        ahead: int = 1,
    ) -> None:
        self._survey, self._options, self._start = survey, options, start
        features = len(survey.columns.features)
        values = 0 if survey.columns.task == "classes" else len(survey.columns.targets)
        keeps = 4 * features * survey.source.rows <= cache
        self._reader = GroupReader(survey.source, survey.columns, survey.roles)
        self._encoded: dict[int, GroupRows] | None = {} if keeps else None
        self._last: tuple[int, GroupRows] | None = None
        self._free = [
            Buffer(survey.window, options.batch_size - 1, options.members, features, values) for _ in range(1 + ahead)
        ]
        self._changed = threading.Condition()
        self._members = set(range(options.members))
        self._ready: list[Window] = []
        self._problem: BaseException | None = None
        self._reading = threading.Thread(
            target=copy_context().run, args=(self._read,), name="glassnet reads", daemon=True
        )

    def __enter__(self) -> WindowFeed:
        """Start reading."""
        self._reading.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, problem: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()
        self._reading.join()

    def close(self) -> None:
        """Stop reading; members that wait for a window raise KeyboardInterrupt."""
        with self._changed:
            self._members.clear()
            self._changed.notify_all()

    def take(self, member: int, epoch: int, number: int) -> Window:
        """Return a window when it has been read; raise what reading it raised."""
        with self._changed:
            while True:
                for window in self._ready:
                    if (window.epoch, window.number) == (epoch, number):
                        return window
                if self._problem is not None:
                    raise self._problem
                if member not in self._members:
                    raise KeyboardInterrupt
                self._changed.wait(POLL_SECONDS)

    def release(self, member: int, window: Window) -> None:
        """Tell that a member does not need a window any more."""
        with self._changed:
            window.waiting.discard(member)
            self._drop()

    def leave(self, member: int) -> None:
        """Tell that a member needs no window any more."""
        with self._changed:
            self._members.discard(member)
            for window in self._ready:
                window.waiting.discard(member)
            self._drop()

    def _drop(self) -> None:
        for window in [one for one in self._ready if not one.waiting]:
            self._ready.remove(window)
            self._free.append(window.buffer)
        self._changed.notify_all()

    def _read(self) -> None:
        try:
            first, skipped = self._start
            for epoch in range(first, self._options.epochs):
                windows = epoch_windows(self._survey.sizes, self._survey.window, epoch, self._options)
                for number in range(skipped, len(windows)):
                    with self._changed:
                        self._changed.wait_for(lambda: self._free or not self._members)
                        if not self._members:
                            return
                        buffer = self._free.pop()
                    rows = self._fill(buffer, windows[number])
                    with self._changed:
                        self._ready.append(Window(epoch, number, buffer, rows, set(self._members)))
                        self._drop()
                skipped = 0
        except BaseException as problem:
            with self._changed:
                self._problem = problem
                self._changed.notify_all()

    def _fill(self, buffer: Buffer, pieces: Sequence[Piece]) -> int:
        """Fill a buffer with the training rows of pieces of row groups; return their number."""
        rows = 0
        for piece in pieces:
            group = self._group(piece.group)
            begin, end = np.searchsorted(group.places, (piece.start, piece.stop)).tolist()
            part, place = slice(begin, end), slice(rows, rows + end - begin)
            self._reader.write(group, part, buffer.inputs[place])
            if buffer.classes is not None and group.classes is not None:
                buffer.classes[place] = group.classes[part]
            if buffer.values is not None and group.values is not None:
                buffer.values[place] = group.values[part]
            if group.folds is not None:
                buffer.folds[place] = group.folds[part]
            rows += end - begin
        return rows

    def _group(self, number: int) -> GroupRows:
        """Return an encoded row group: one of those in memory, or the last one, which two windows may share."""
        if self._encoded is not None and number in self._encoded:
            return self._encoded[number]
        if self._last is not None and self._last[0] == number:
            return self._last[1]
        self._last = None  # before another one takes memory
        group = self._reader.read(self._survey.source.groups[number])
        if self._encoded is not None:
            group = self._encoded[number] = self._reader.encoded(group)
        else:
            self._last = number, group
        return group
