"""Windows of encoded rows for the members of an ensemble: read once, ahead of training, on another thread."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from contextvars import copy_context

import numpy as np
from numpy.typing import NDArray

from ...data.dataset import Dataset
from ...data.stream.source import TableStream
from ...errors import DataError, FileError, StreamError
from ...options.options import Options
from ...runtime.file_lock import POLL_SECONDS
from .encoding import GroupReader, GroupRows
from .order import Piece, epoch_windows
from .survey import Survey

CACHE = 1 << 28
"""Bytes of encoded rows that are kept in memory by default, if all fit."""


class Window:
    """A window of encoded training rows, and after them the rows that each member carries into it.

    It has at most `size` rows, and at most `carried` that a member carries into it: one less than a batch. Its memory
    is used again for other windows. `data` are some rows, which tell the number of features and the form of targets.

    `place` is (epoch, number of the window), both from 0; `rows` is the number of its training rows, the first ones;
    `waiting` are the members that have yet to train on it.
    """

    def __init__(self, size: int, carried: int, members: int, data: Dataset) -> None:
        rows = size + members * carried
        self._size, self._carried = size, carried
        # Zeros, because engines may look at all rows; untouched pages take no memory.
        self.inputs = np.zeros((rows, data.features), np.float32)
        self.targets = np.zeros(rows, np.int64) if data.values is None else np.zeros((rows, data.classes))
        self.weights = np.ones(rows)
        self.folds = np.zeros(size, np.int64)
        self.place, self.rows, self.waiting = (0, 0), 0, set[int]()

    def carried_by(self, member: int, count: int) -> NDArray[np.int64]:
        """Return the places of the first `count` rows that a member carries."""
        return self._size + member * self._carried + np.arange(count)


class WindowFeed:
    """Reads and encodes windows in their order, as long as members train.

    The seed of the run in the options permutes the row groups. `start` is (epoch, number) of the first window. Encoded
    rows are kept if all take no more than `cache` bytes, by default `CACHE`, and of a `TableStream` any number. `ahead`
    windows are read while the members train on another.
    """

    def __init__(
        self,
        survey: Survey,
        options: Options,
        start: tuple[int, int] = (0, 0),
        *,
        cache: int | None = None,
        ahead: int = 1,
    ) -> None:
        self._survey, self._options, self._start = survey, options, start
        if cache is None:
            cache = 1 << 62 if isinstance(survey.source, TableStream) else CACHE
        keeps = 4 * survey.sample.features * survey.source.rows <= cache
        self._reader = GroupReader(survey)
        self._encoded: dict[int, GroupRows] | None = {} if keeps else None
        self._last: tuple[int, GroupRows] | None = None
        size, most = min(survey.window, sum(survey.sizes)), options.batch_size - 1
        self._free = [Window(size, most, options.networks, survey.sample) for _ in range(1 + ahead)]
        self._changed = threading.Condition()
        self._members = set(range(options.networks))
        self._ready: list[Window] = []
        self._problem: BaseException | None = None
        self._reading = threading.Thread(
            target=copy_context().run, args=(self._read,), name="glassnet reads", daemon=True
        )

    def start(self) -> None:
        """Start reading."""
        self._reading.start()

    def join(self) -> None:
        """Wait until reading has ended, after `close`."""
        self._reading.join()

    def close(self) -> None:
        """Stop reading; members that wait for a window raise KeyboardInterrupt."""
        with self._changed:
            self._members.clear()
            self._changed.notify_all()

    def take(self, member: int, epoch: int, number: int) -> Window:
        """Return a window when it has been read; a StreamError says why it cannot be read."""
        with self._changed:
            while True:
                for window in self._ready:
                    if window.place == (epoch, number):
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
            self._free.append(window)
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
                        window = self._free.pop()
                    self._fill(window, windows[number])
                    with self._changed:
                        window.place, window.waiting = (epoch, number), set(self._members)
                        self._ready.append(window)
                        self._drop()
                skipped = 0
        except BaseException as problem:
            if isinstance(problem, FileError | DataError):
                self._problem = StreamError(problem.code, problem.message)
                self._problem.__cause__ = problem
            with self._changed:
                self._problem = self._problem or problem
                self._changed.notify_all()

    def _fill(self, window: Window, pieces: Sequence[Piece]) -> None:
        """Fill a window with the training rows of pieces of row groups."""
        window.rows = 0
        for piece in pieces:
            group = self._group(piece.group)
            begin, end = np.searchsorted(group.places, (piece.start, piece.stop)).tolist()
            part, place = slice(begin, end), slice(window.rows, window.rows + end - begin)
            group.write(part, window.inputs[place])
            window.targets[place], window.folds[place] = group.targets[part], group.folds[part]
            if group.weights is not None:
                window.weights[place] = group.weights[part]
            window.rows += end - begin

    def _group(self, number: int) -> GroupRows:
        """Return an encoded row group: one of those in memory, or the last one, which two windows may share."""
        if self._encoded is not None and number in self._encoded:
            return self._encoded[number]
        if self._last is not None and self._last[0] == number:
            return self._last[1]
        self._last = None  # before another one takes memory
        group = self._reader.read(self._survey.source.groups[number])
        if self._encoded is not None:
            group = self._encoded[number] = group.encoded(self._survey.sample.features)
        else:
            self._last = number, group
        return group
