"""HTTP connections with deadlines, for clients that send or read slowly on purpose (slowloris).

uvicorn closes a connection that is idle after an answer, but waits without limit for the rest of a request and for a
client that does not read. The `Connection` here ends both, answers a malformed request as JSON with a code, and limits
the number of connections.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from http import HTTPStatus

from httptools import HttpParserError, HttpParserUpgrade, HttpRequestParser
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from ...errors import CODES
from ...messages.control_characters import json_text
from .limits import DEADLINES, HEAD_BYTES, Deadlines

_MALFORMED, _BUSY = "GN127", "GN126"
_LINGER = 1
"""Seconds."""
_LOOKS = 10
"""Times that a connection is looked at within its shortest deadline."""
_LAST_REQUEST = 0.2
"""Seconds in which a request that is already on its way is still answered when the service ends."""


def connection_class(
    deadlines: Deadlines, note_refusal: Callable[[str, int], None] = lambda client, status: None
) -> type[Connection]:
    """Return the class of connections for uvicorn's setting ``http``.

    `note_refusal` is called with the address and the status of each answer that the application does not give.
    """
    return type("Connection", (Connection,), {"deadlines": deadlines, "note_refusal": staticmethod(note_refusal)})


class Connection(HttpToolsProtocol):
    """A connection that is closed when its client misses a deadline."""

    deadlines = DEADLINES
    note_refusal: Callable[[str, int], None]
    _timer: asyncio.TimerHandle | None = None
    _receiving = ""
    """What the parser is in: a ``"head"``, a ``"body"``, or nothing."""
    _number = 0
    """Requests that have begun."""
    _phase = "", 0
    """What a deadline is for: a ``"head"``, a ``"body"``, the ``"rest"`` of a refused body, or nothing; `_number`."""
    _began = 0.0
    _unread: tuple[float, int] | None = None
    """When the client began to have something to read, and how much."""
    _received = 0
    _head = _unparsed = 0
    """Bytes of the head that is being received: of its complete headers, and of all pieces but the first."""
    _open = 0
    """Requests without a complete answer; several, if a client sends them without waiting."""
    _refused = False
    _ending = False

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Start the deadline of the first request, or refuse the connection."""
        super().connection_made(transport)
        self.timeout_keep_alive = self.deadlines.idle  # type: ignore[assignment]
        if len(self.connections) > self.deadlines.connections:
            self._refuse(503, _BUSY)
        self._look()

    def connection_lost(self, exc: Exception | None) -> None:
        """Stop the deadlines."""
        if self._timer is not None:
            self._timer.cancel()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        """Parse what arrived, and note the progress."""
        if self._refused:
            return
        before = self._receiving
        self._unset_keepalive_if_required()
        self._parse(data)
        if before == self._receiving == "head":
            self._unparsed += len(data)
            if max(self._unparsed, self._head) > HEAD_BYTES:
                self._refuse(431, _MALFORMED)
        elif not self._receiving and self.cycle is not None and not self._open and not self.transport.is_closing():
            self._unset_keepalive_if_required()  # the rest of a refused body has come, or an empty line
            self.timeout_keep_alive_task = self.loop.call_later(
                self.timeout_keep_alive, self.timeout_keep_alive_handler
            )

    def _parse(self, data: bytes) -> None:
        try:
            self.parser.feed_data(data)
        except HttpParserUpgrade as upgrade:  # at the end of a head
            if not self._refused:
                self._parse_without_upgrade(data[upgrade.args[0] :])
        except HttpParserError:
            self._refuse(400, _MALFORMED)

    def _parse_without_upgrade(self, rest: bytes) -> None:
        """Parse a head again, without what asks for another protocol: the parser takes the body for data in that."""
        asking = (b"connection", b"upgrade", b"http2-settings")
        lines = [self.parser.get_method() + b" " + self.url + b" HTTP/1.1"]
        lines += [name + b": " + value for name, value in self.headers if name not in asking]
        self.parser = HttpRequestParser(self)
        self._parse(b"\r\n".join([*lines, b"", rest]))

    def on_message_begin(self) -> None:
        """Note that a head has begun."""
        super().on_message_begin()
        self._receiving, self._head, self._unparsed = "head", 0, 0
        self._number += 1

    def on_url(self, url: bytes) -> None:
        """Note the length."""
        super().on_url(url)
        self._head += len(url)

    def on_header(self, name: bytes, value: bytes) -> None:
        """Note the length; headers may also follow a body in chunks."""
        self._head += len(name) + len(value)
        if self._receiving == "head":
            super().on_header(name, value)
        elif self._head > HEAD_BYTES:
            self._refuse(431, _MALFORMED)

    def on_headers_complete(self) -> None:
        """Start the application, unless the head is too long."""
        self._receiving, self._received = "body", 0
        if self._head > HEAD_BYTES:
            self._refuse(431, _MALFORMED)
        elif not self._is_well_formed() or self.parser.get_method() == b"CONNECT":
            self._refuse(400, _MALFORMED)
        if not self._refused and not self.parser.should_upgrade():
            super().on_headers_complete()
            self._open += 1
            if self._ending:
                self.cycle.keep_alive = False

    def _is_well_formed(self) -> bool:
        """Check for what the parser accepts: no or several hosts, and a body of another encoding."""
        names = [name for name, _ in self.headers]
        encodings = [value.lower() for name, value in self.headers if name == b"transfer-encoding"]
        hosts = names.count(b"host")
        return (hosts == 1 or (not hosts and self.parser.get_http_version() == "1.0")) and encodings in (
            [], [b"chunked"],
        )  # fmt: skip

    def on_body(self, body: bytes) -> None:
        """Give a part of the body to the application, which limits it: what is around chunks extends no deadline."""
        self._received += len(body)
        if not self._refused:
            super().on_body(body)

    def on_message_complete(self) -> None:
        """Note that the request is whole."""
        self._receiving = ""
        if not self._refused and not self.parser.should_upgrade():
            super().on_message_complete()

    def eof_received(self) -> bool:  # type: ignore[override]
        """Answer a request that was cut off; answer a whole one although the client sends no more."""
        if self._receiving and self._phase_now() not in ("", "rest"):
            self._refuse(400, _MALFORMED)
        if self._refused:
            self.transport.close()
        elif self._open:
            self.cycle.keep_alive = False
        else:
            return False  # asyncio closes
        return True

    def shutdown(self) -> None:
        """End, but first answer a request that the client has sent and that has not been read yet."""
        self._ending = True
        if self.cycle is None or self.cycle.response_complete:
            self.loop.call_later(_LAST_REQUEST, lambda: None if self._open else self.transport.close())
        else:
            self.cycle.keep_alive = False

    def on_response_complete(self) -> None:
        """Turn to the next request of the connection."""
        self._open -= 1
        super().on_response_complete()

    def resume_writing(self) -> None:
        """Note that the client reads."""
        super().resume_writing()
        self._unread = None

    def _refuse(self, status: int, code: str) -> None:
        """Answer without the application, if no answer has begun, and close.

        What the client still sends is read for a moment: a connection that is closed with unread data is reset, and the
        client would lose the answer.
        """
        if self._refused:
            return
        self._refused = True
        # The answer to a body is that of its own request; to a head, that of the next one.
        answers = not self._open or (self._open == 1 and self._receiving == "body" and not self.cycle.response_started)
        if self._open:
            self.cycle.disconnected = True  # the application learns that nobody waits for its answer
            self.cycle.message_event.set()
        if answers:
            body = json_text({"code": code, "message": f"{CODES[code]}."}).encode()
            head = f"HTTP/1.1 {status} {HTTPStatus(status).phrase}\r\ncontent-type: application/json\r\n"
            head += f"content-length: {len(body)}\r\nconnection: close\r\n\r\n"
            self.note_refusal(self.client[0] if self.client else "-", status)
            self.transport.write(head.encode() + body)
        self.transport.write_eof()
        self.flow.resume_reading()
        self.loop.call_later(_LINGER, self.transport.close)

    def _look(self) -> None:
        """Look again and again whether the client misses a deadline; one that is closed may have something to read."""
        now, limits = self.loop.time(), self.deadlines
        self._timer = self.loop.call_later(min(limits.head, limits.body, limits.read) / _LOOKS, self._look)
        phase = name, _ = self._phase_now(), max(self._number, 1)  # the first head begins with the connection
        if phase != self._phase or self.flow.read_paused:  # the application has not taken what arrived
            self._phase, self._began = phase, now
        allowed = {"head": limits.head, "body": limits.body + self._received / limits.rate, "rest": limits.read}
        if name and now - self._began > allowed[name]:
            if name == "head" and not self._receiving:
                self.transport.close()  # there is no request to answer
            else:
                self._refuse(408, _BUSY)
        left = self.transport.get_write_buffer_size()
        since, before = self._unread or (now, left)
        if left and now - since > limits.read:
            if before - left < limits.read * limits.rate:
                self.transport.abort()
            since, before = now, left
        self._unread = (since, before) if left else None

    def _phase_now(self) -> str:
        if self._refused or self.transport.is_closing():
            return ""
        if self._receiving == "body":
            return "rest" if self.cycle.response_complete else "body"
        # After an answer, with nothing received yet, uvicorn's own keep-alive timer runs.
        return "head" if self._receiving == "head" or self.cycle is None else ""
