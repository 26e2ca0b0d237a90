"""Server-sent events: a bounded log of what happened, which every open page reads at its own pace.

Publishing only appends to the log, so a slow page never delays training. A page that slept or reloaded sends the id of
the last event it has and receives the rest; if the log no longer has the rest, or the id is from another run of the
server, it receives one event ``state`` with everything instead.
"""

from __future__ import annotations

import asyncio
import contextlib
import secrets
import threading
from collections.abc import AsyncIterator, Callable, Iterator
from dataclasses import dataclass
from typing import Any

from ...messages.control_characters import finite, json_text

HEARTBEAT = 10.0
"""Seconds without an event after which a page receives a comment, so that both sides notice a lost connection."""
MOST_EVENTS, MOST_BYTES = 4000, 8 << 20
"""Limits of the log."""


@dataclass(frozen=True)
class Entry:
    """An event as it is sent: its number, the key under which it replaces earlier ones, and its text."""

    number: int
    key: str
    text: bytes


class EventLog:
    """The events of one run of the server.

    `state` returns everything that a page needs to know if it cannot be given the events that it missed. `run` names
    this run of the server in the ids of events: ``RUN-NUMBER``.
    """

    def __init__(self, state: Callable[[], Any]) -> None:
        self.run, self._state = secrets.token_hex(4), state
        self._lock = threading.Lock()
        self._entries: dict[int, Entry] = {}
        self._replaceable: dict[str, int] = {}
        self._last = self._forgotten = self._bytes = 0
        self._readers: set[_Reader] = set()
        self._closed = False

    @property
    def last_id(self) -> str:
        """The id of the last event."""
        return f"{self.run}-{self._last}"

    def publish(self, kind: str, data: Any, *, key: str = "") -> None:
        """Append an event and wake the pages that read; may be called on any thread, and does not wait.

        The data are JSON-compatible. The log has only the last event of each key, for pictures of a state that the next
        one replaces.
        """
        plain = json_text(finite(data))
        with self._lock:
            self._last += 1
            entry = Entry(self._last, key, self._message(self._last, kind, plain))
            if key:
                self._remove(self._replaceable.pop(key, 0))
                self._replaceable[key] = entry.number
            self._entries[entry.number] = entry
            self._bytes += len(entry.text)
            while len(self._entries) > MOST_EVENTS or (self._bytes > MOST_BYTES and len(self._entries) > 1):
                self._forgotten = next(iter(self._entries))
                self._remove(self._forgotten)
            readers = tuple(self._readers)
        for reader in readers:
            reader.wake()

    def _remove(self, number: int) -> None:
        if entry := self._entries.pop(number, None):
            self._bytes -= len(entry.text)
            if self._replaceable.get(entry.key) == number:
                del self._replaceable[entry.key]

    def _message(self, number: int, kind: str, plain: str) -> bytes:
        name = f"{self.run}-{number}"
        return f'id: {name}\ndata: {{"id": "{name}", "type": "{kind}", "data": {plain}}}\n\n'.encode()

    def number_in(self, event_id: str) -> int | None:
        """Return the number in an event's id; None for an id of another run, or no id."""
        run, _, number = event_id.rpartition("-")
        usable = run == self.run and number.isascii() and number.isdecimal() and len(number) < 20
        return int(number) if usable else None

    def since(self, number: int | None) -> list[Entry] | None:
        """Return the events after a number; None if the log no longer has all of them, or they are unknown."""
        with self._lock:
            if number is None or not self._forgotten <= number <= self._last:
                return None
            newer = []
            for key in reversed(self._entries):
                if key <= number:
                    break
                newer.append(self._entries[key])
            return newer[::-1]

    async def stream(self, after: str) -> AsyncIterator[bytes]:
        """Yield the text of events after an id, as they happen, until the log is closed.

        `after` is the id of the last event that the page has; empty for a new page.
        """
        number = self.number_in(after)
        with self._reading() as reader:
            yield b"retry: 1000\n\n"
            while True:
                reader.rest()
                entries = self.since(number)
                if entries is None:
                    number = self._last  # before the state is read: the events in between are sent again
                    yield self._message(number, "state", json_text(finite(self._state())))
                    continue
                for entry in entries:
                    yield entry.text
                    number = entry.number
                if self._closed:
                    return
                if not entries and not await reader.woken(HEARTBEAT):
                    yield b": \n\n"

    @contextlib.contextmanager
    def _reading(self) -> Iterator[_Reader]:
        reader = _Reader()
        with self._lock:
            self._readers.add(reader)
        try:
            yield reader
        finally:
            with self._lock:
                self._readers.discard(reader)

    def close(self) -> None:
        """End all streams."""
        self._closed = True
        with self._lock:
            readers = tuple(self._readers)
        for reader in readers:
            reader.wake()


class _Reader:
    """An open stream, and how other threads wake it."""

    def __init__(self) -> None:
        self._loop, self._event, self._waking = asyncio.get_running_loop(), asyncio.Event(), False

    def wake(self) -> None:
        """Let the stream look for new events; does nothing if it is about to."""
        if not self._waking:
            self._waking = True
            with contextlib.suppress(RuntimeError):  # the loop has ended
                self._loop.call_soon_threadsafe(self._event.set)

    def rest(self) -> None:
        """Note that the stream looks for new events now."""
        self._event.clear()
        self._waking = False

    async def woken(self, seconds: float) -> bool:
        """Wait for `wake`; return False if nothing happened for so long."""
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await self._event.wait()
            return True
        return False
