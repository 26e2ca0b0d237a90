"""Ctrl+C (SIGINT) and SIGTERM while a training runs: noted at once, acted on when a block of steps has ended."""

from __future__ import annotations

import signal
import threading
from types import FrameType
from typing import Any


class DeferredInterrupt:
    """Notes the first signal between `start` and `stop`; a second one raises `KeyboardInterrupt` where it comes.

    Signals are left alone on other threads than the main one, and where whoever started the process handles them.

    Attributes
    ----------
    received : bool
        Whether a signal has come.
    """

    def __init__(self) -> None:
        self.received = False
        self._handlers: dict[int, Any] = {}

    def start(self) -> None:
        """Begin to note signals."""
        if threading.current_thread() is threading.main_thread():
            for number in (signal.SIGINT, signal.SIGTERM):
                if signal.getsignal(number) in (signal.default_int_handler, signal.SIG_DFL):
                    self._handlers[number] = signal.signal(number, self._receive)

    def stop(self) -> None:
        """Put the handlers back that were there before."""
        for number, handler in self._handlers.items():
            signal.signal(number, handler)
        self._handlers.clear()

    def _receive(self, number: int, frame: FrameType | None) -> None:
        if self.received:
            raise KeyboardInterrupt
        self.received = True
