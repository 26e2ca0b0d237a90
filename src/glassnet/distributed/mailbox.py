"""The mailbox: an actor of the cluster through which running tasks send events to the driver and get its answers."""

from __future__ import annotations

import asyncio
from itertools import count
from typing import Any, NamedTuple


class Delivery(NamedTuple):
    """An event of a task."""

    key: int  # names the delivery, for the answer
    task: int  # number of the task
    place: int  # number of the event among those of the task, from 0; the same when the task is repeated
    event: Any


class Mailbox:
    """An asynchronous actor: many workers wait for answers while the driver collects events."""

    def __init__(self) -> None:
        self._events: asyncio.Queue[Delivery] = asyncio.Queue()
        self._answers: dict[int, asyncio.Future[bool]] = {}
        self._keys = count()

    async def deliver(self, task: int, place: int, event: Any) -> bool:
        """Pass an event to the driver; return its answer."""
        key = next(self._keys)
        answer: asyncio.Future[bool] = asyncio.get_running_loop().create_future()
        self._answers[key] = answer
        await self._events.put(Delivery(key, task, place, event))
        return await answer

    async def collect(self) -> list[Delivery]:
        """Wait for an event; return all that have arrived."""
        arrived = [await self._events.get()]
        while not self._events.empty():
            arrived.append(self._events.get_nowait())
        return arrived

    async def answer(self, key: int, answer: bool) -> None:
        """Answer a delivery."""
        waiting = self._answers.pop(key)
        if not waiting.done():  # its worker may be lost
            waiting.set_result(answer)
