"""Ctrl+C (SIGINT) and SIGTERM during training with a checkpoint: recorded at once, handled at the end of a block.

Without a checkpoint Python raises `KeyboardInterrupt` at once; the command line reports it in `cli.main`.
"""

from __future__ import annotations

from collections.abc import Callable
from types import FrameType

from ..runtime.system import on_interrupt


class DeferredInterrupt:
    """Records the first signal between `start` and `stop`; a second one raises `KeyboardInterrupt` at once.

    Does nothing on threads other than the main one, or for signals that already have a custom handler.

    `received` tells whether a signal was received.
    """

    def __init__(self) -> None:
        self.received = False
        self._undo: Callable[[], None] = lambda: None

    def start(self) -> None:
        """Start recording signals."""
        self._undo = on_interrupt(self._receive)

    def stop(self) -> None:
        """Restore the previous handlers."""
        self._undo()

    def _receive(self, number: int, frame: FrameType | None) -> None:
        if self.received:
            raise KeyboardInterrupt
        self.received = True
