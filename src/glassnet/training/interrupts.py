"""Ctrl+C (SIGINT) and SIGTERM during training with a checkpoint: recorded at once, handled at the end of a block.

Without a checkpoint Python raises `KeyboardInterrupt` at once; the command line reports it in `cli.main`.
"""

from __future__ import annotations

import signal
import threading
from types import FrameType
from typing import Any


class DeferredInterrupt:
    """Records the first signal between `start` and `stop`; a second one raises `KeyboardInterrupt` at once.

    Does nothing on threads other than the main one, or for signals that already have a custom handler.

    `received` tells whether a signal was received.
    """

    def __init__(self) -> None:
        self.received = False
        self._handlers: dict[int, Any] = {}

    def start(self) -> None:
        """Start recording signals."""
        if threading.current_thread() is threading.main_thread():
            for number in (signal.SIGINT, signal.SIGTERM):
                if signal.getsignal(number) in (signal.default_int_handler, signal.SIG_DFL):
                    self._handlers[number] = signal.signal(number, self._receive)

    def stop(self) -> None:
        """Restore the previous handlers."""
        for number, handler in self._handlers.items():
            signal.signal(number, handler)
        self._handlers.clear()

    def _receive(self, number: int, frame: FrameType | None) -> None:
        if self.received:
            raise KeyboardInterrupt
        self.received = True
