"""The speed of training on a stream, and the file that is being read."""

from __future__ import annotations

import time
from pathlib import Path
from typing import TYPE_CHECKING

from ...training.events import BlockDone, EpochDone, Event, TrainingStarted

if TYPE_CHECKING:
    from ...data.stream.source import StreamSource

_SETTLED = 10.0
"""Seconds over which the speed is measured."""


class StreamPace:
    """Counts the rows of a training run on a stream; without a stream, its rate is 0.

    `rate` is that of the rows trained on lately, in a second; `epoch_rate` that of the last complete epoch.
    """

    def __init__(self) -> None:
        self.rate = self.epoch_rate = 0.0
        self._of_epoch = 0
        self._source: StreamSource | None = None
        self._rows, self._since = 0, time.monotonic()
        self._told = time.monotonic()

    def follow(self, source: StreamSource) -> None:
        """Count the rows of this stream from its first call on."""
        if self._source is None:
            self._source, self._told = source, time.monotonic()

    def count(self, event: Event) -> None:
        """Count the rows of an event."""
        now = time.monotonic()
        if self._source is None:
            return
        if isinstance(event, TrainingStarted):
            self._rows, self._since, self._of_epoch = 0, now, 0
        elif isinstance(event, EpochDone):
            self.epoch_rate, self._of_epoch = self._of_epoch / max(event.seconds, 1e-9), 0
        elif isinstance(event, BlockDone):
            self._of_epoch += event.samples
            self._rows += event.samples
            if (elapsed := now - self._since) > _SETTLED or (not self.rate and elapsed):
                self.rate = self._rows / elapsed
            if elapsed > _SETTLED:
                self._rows, self._since = 0, now

    @property
    def file(self) -> str:
        """Name of the file that was read last."""
        group = None if self._source is None else self._source.last_read
        return "" if self._source is None or group is None else Path(self._source.parts[group.part]).name

    def is_due(self, seconds: float) -> bool:
        """Return whether it is time to tell again, which then counts as told; never without a stream."""
        due = self._source is not None and time.monotonic() - self._told > seconds
        if due:
            self._told = time.monotonic()
        return due
