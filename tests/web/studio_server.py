"""A studio in this process, on a free port, for tests with and without a browser."""

from __future__ import annotations

import http.client
import json
import socket
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, NamedTuple

from glassnet.serve.http import listening
from glassnet.serve.studio import HOST, server_of
from glassnet.serve.studio.jobs import ENDED
from glassnet.serve.studio.session import Session

TIMEOUT = 120
"""Seconds after which a test fails that waits for something; far more than any of it takes."""


class Answer(NamedTuple):
    """An answer of the server."""

    status: int
    headers: dict[str, str]
    body: bytes

    def json(self) -> Any:
        return json.loads(self.body)

    def fine(self) -> Any:
        """Check for status 200 and return the JSON."""
        assert self.status == 200, self.body
        return self.json()

    def refused(self, status: int, code: str) -> str:
        """Check for an error as JSON and return its message."""
        assert (self.status, self.json()["code"]) == (status, code), self.body
        message: str = self.json()["message"]
        return message


class EventReader:
    """A page's stream of events."""

    def __init__(self, studio: Studio, after: str = "", header: bool = True) -> None:
        self._connection = http.client.HTTPConnection(HOST, studio.port, timeout=TIMEOUT)
        path = "/api/events" if header else f"/api/events?after={after}"
        headers = {"Cookie": studio.cookie} | ({"Last-Event-ID": after} if header and after else {})
        self._connection.request("GET", path, headers=headers)
        self._response = self._connection.getresponse()
        assert self._response.status == 200, self._response.read()

    def __iter__(self) -> Iterator[dict[str, Any]]:
        end = time.monotonic() + TIMEOUT
        while (
            line := self._response.readline()
        ):  # a comment is sent while nothing happens, so that no timeout ends this
            assert time.monotonic() < end, "the event did not come"
            if line.startswith(b"data: "):
                yield json.loads(line.removeprefix(b"data: "))

    def until(self, wanted: Callable[[dict[str, Any]], bool]) -> list[dict[str, Any]]:
        """Read up to the first event that is wanted, and return all that were read."""
        read = []
        for event in self:
            read.append(event)
            if wanted(event):
                return read
        raise AssertionError(f"the stream ended after {read}")

    def close(self) -> None:
        self._response.close()
        self._connection.close()


@dataclass
class Studio:
    """A running studio.

    Attributes
    ----------
    address : str
        Of the room Draw, with the token: what the command prints.
    origin : str
        ``http://127.0.0.1:PORT``.
    """

    session: Session
    port: int
    token: str
    stop: Callable[[], None]

    @property
    def origin(self) -> str:
        return f"http://{HOST}:{self.port}"

    @property
    def address(self) -> str:
        return f"{self.origin}/draw?token={self.token}"

    @property
    def cookie(self) -> str:
        return f"glassnet-{self.port}={self.token}"

    def request(
        self, method: str, path: str, body: Any = None, headers: Mapping[str, str] = {}, *, cookie: bool = True
    ) -> Answer:
        """Send a request as a page does: a dict as JSON, bytes as a file."""
        sent = {"Cookie": self.cookie} if cookie else {}
        if isinstance(body, bytes):
            sent["Content-Type"] = "application/octet-stream"
        elif body is not None:
            sent["Content-Type"], body = "application/json", json.dumps(body).encode()
        connection = http.client.HTTPConnection(HOST, self.port, timeout=TIMEOUT)
        try:
            connection.request(method, path, body, {**sent, **headers})
            response = connection.getresponse()
            return Answer(response.status, {k.lower(): v for k, v in response.getheaders()}, response.read())
        finally:
            connection.close()

    def get(self, path: str, **headers: str) -> Answer:
        return self.request("GET", path, headers=headers)

    def post(self, path: str, body: Any = None, **headers: str) -> Answer:
        return self.request("POST", path, {} if body is None else body, headers)

    def events(self, after: str = "", **more: Any) -> EventReader:
        return EventReader(self, after, **more)

    def finished(self, job: str) -> dict[str, Any]:
        """Wait for the end of a job and return its description."""
        events = self.events()
        try:
            for event in events:
                jobs = event["data"]["jobs"] if event["type"] == "state" else [event["data"]]
                assert event["type"] != "state" or job in {one["id"] for one in jobs}, f"{job} is forgotten"
                if event["type"] in ("state", "job") and any(
                    one["id"] == job and one["state"] in ENDED for one in jobs
                ):
                    break
        finally:
            events.close()
        described: dict[str, Any] = self.get(f"/api/jobs/{job}").fine()
        return described

    def connect(self) -> socket.socket:
        """Return a plain connection, for requests that http.client would not send."""
        return socket.create_connection((HOST, self.port), timeout=TIMEOUT)


@contextmanager
def studio_server(
    model: str | None = None, *, language: str | None = "en", token: str = "test-token", port: int = 0
) -> Iterator[Studio]:
    """Serve a studio on a thread of this process for the length of a ``with`` block."""
    session = Session(model, language=language)
    sock = listening(HOST, port)
    server = server_of(session, sock, token)
    thread = threading.Thread(target=server.run, args=([sock],), daemon=True)
    thread.start()

    def stop() -> None:
        server.should_exit = True
        thread.join(TIMEOUT)
        assert not thread.is_alive(), "the server does not end"

    try:
        yield Studio(session, sock.getsockname()[1], token, stop)
    finally:
        stop()
        session.close(TIMEOUT)
        sock.close()
