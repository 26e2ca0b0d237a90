"""Connections with deadlines: slow, cut and malformed requests, and clients that do not read."""

from __future__ import annotations

import select
import socket
import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress

import pytest
import uvicorn

from glassnet.serve.service.connection import Connection, connection_class
from glassnet.serve.service.limits import Deadlines
from support.raw_http import DEADLINE, connect, ended, get, head, receive, send

QUICK = Deadlines(head=1, body=1, read=1, idle=1, rate=1 << 20, connections=40)
ANSWER = 32 << 20
"""Bytes of a large answer: more than the buffers of a connection."""


async def app(scope, receive, send):
    """Answers with the number of bytes in the body, or with much."""
    size, message = 0, {"more_body": True}
    while message.get("more_body"):
        message = await receive()
        if message["type"] == "http.disconnect":
            return
        size += len(message["body"])
    body = bytes(ANSWER) if scope["path"] == "/much" else str(size).encode()
    headers = [(b"content-length", str(len(body)).encode())]
    await send({"type": "http.response.start", "status": 200, "headers": headers})
    await send({"type": "http.response.body", "body": body})


async def refuse(scope, receive, send):
    """Answers 413 without reading the body."""
    await send({"type": "http.response.start", "status": 413, "headers": [(b"content-length", b"0")]})
    await send({"type": "http.response.body", "body": b""})


@contextmanager
def serving(application, deadlines):
    """Serve an application on a thread and give its port."""
    sock = socket.socket()
    sock.bind(("127.0.0.1", 0))
    sock.listen(128)
    config = uvicorn.Config(
        application, http=connection_class(deadlines), log_level="critical", lifespan="off", ws="none"
    )
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run, args=([sock],), daemon=True)
    thread.start()
    try:
        yield sock.getsockname()[1]
    finally:
        server.should_exit = True
        thread.join(DEADLINE)
        sock.close()
    assert not thread.is_alive()


@pytest.fixture(scope="module")
def port():
    with serving(app, QUICK) as port:
        yield port


@pytest.fixture(autouse=True)
def alive(port):
    """Whatever a test does: others are answered afterwards."""
    yield
    assert get(port, "/", {"Connection": "close"}).body == b"0"


BODY = head("POST", "/", {"Content-Length": 9})


def slowly(port, before, start, rest):
    """Send the start of a request, perhaps the second on its connection, and then byte by byte; return the reply."""
    with connect(port) as connection:
        if before:
            connection.sendall(before)
            assert receive(connection).status == 200
        connection.sendall(start)
        with suppress(ConnectionError):
            for _ in range(rest):
                if select.select([connection], [], [], 0.2)[0]:
                    break  # refused
                connection.sendall(b"a")
        reply = receive(connection)
        assert ended(connection)
        return reply


def test_the_rest_of_a_request_must_arrive_in_time(port):
    """All at once, each with its own connection."""
    starts = [b"G", b"GET / HTTP/1.1\r\nHost: a\r\n", BODY, BODY + b"12345678"]
    cases = [(before, start, 0) for before in (b"", head("GET", "/")) for start in starts]
    cases += [(b"", b"GET /", 10), (b"", BODY[:-2] + b"Name: ", 10), (b"", BODY, 8)]
    nothing = (b"", b"", 0)
    with ThreadPoolExecutor(len(cases) + 1) as pool:
        *replies, closed = pool.map(lambda case: slowly(port, *case), [*cases, nothing])
    assert [(one.status, one.status and one.code) for one in replies] == [(408, "GN126")] * len(cases)
    assert closed.status == 0


def test_a_body_may_take_longer_while_it_arrives():
    """Each byte gives a second more here."""
    with serving(app, Deadlines(head=DEADLINE, body=0.3, read=DEADLINE, rate=1)) as port:
        start = head("POST", "/", {"Content-Length": DEADLINE + 1}) + b"a" * DEADLINE
        reply = send(port, start, b"a", pause=0.6)
        assert (reply.status, reply.body) == (200, str(DEADLINE + 1).encode())


@pytest.mark.parametrize(
    "sent",
    [
        b"\0" * 100,
        b"GET /\xff HTTP/1.1\r\nHost: a\r\n\r\n",
        b"GET / HTTP/1.1\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost : a\r\n\r\n",
        b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03",
        head("POST", "/", {"Host": "a", "Content-Length": 5, "Transfer-Encoding": "identity"}) + b"abcde",
        head("POST", "/", {"Host": "a\r\nHost: b", "Content-Length": 5}) + b"abc",
        head("POST", "/", {"Content-Length": -1}),
        head("POST", "/", {"Content-Length": "1e3"}),
        head("POST", "/", {"Content-Length": "9" * 5000}),
        head("POST", "/", {"Content-Length": "1, 2"}),
        head("POST", "/", {"Content-Length": "1\r\nContent-Length: 2"}),
        head("POST", "/", {"Transfer-Encoding": "gzip, chunked"}),
        head("POST", "/", {"Transfer-Encoding": "chunked"}) + b"zz\r\n",
        head("POST", "/", {"Transfer-Encoding": "chunked"}) + b"1" * 100 + b"\r\n",
    ],
    ids=repr,
)
def test_what_is_not_http_is_answered_with_a_code(port, sent, monkeypatch):
    failures = []
    monkeypatch.setattr("logging.Logger.error", lambda *given, **more: failures.append(given))  # asyncio's
    reply = send(port, sent)
    assert (reply.status, reply.code, reply.headers["connection"]) == (400, "GN127", "close")
    assert failures == []


CHUNKED = head("POST", "/", {"Transfer-Encoding": "chunked"})


def test_what_is_around_chunks_extends_no_deadline():
    with serving(app, Deadlines(head=DEADLINE, body=0.5, read=DEADLINE, rate=1)) as port:
        reply = send(port, CHUNKED + b"1;" + b"a" * 4 * DEADLINE)
        assert (reply.status, reply.code) == (408, "GN126")


def test_headers_after_chunks_are_limited(port):
    """An application does not get them."""
    few = CHUNKED + b"2\r\nab\r\n0\r\nX-Last: 1\r\nX-Other: 7\r\n\r\n"
    assert send(port, few).body == b"2"
    reply = send(port, CHUNKED + b"0\r\n" + b"X-Last: aaaaaaaaaaaaaaaa\r\n" * 10_000)
    assert (reply.status, reply.code) == (431, "GN127")


def test_long_headers_are_refused(port):
    reply = send(port, b"GET /" + b"a" * (1 << 17))
    assert (reply.status, reply.code) == (431, "GN127")
    reply = send(port, head("GET", "/", {f"X-{k}": "a" * 1000 for k in range(500)}))
    assert (reply.status, reply.code) == (431, "GN127")


@pytest.mark.parametrize(
    "sent",
    [b"POST /", BODY + b"1234", CHUNKED + b"5\r\n123"],
    ids=["head", "body", "chunk"],
)
def test_a_cut_request_is_answered_with_a_code(port, sent):
    reply = send(port, sent, shut=True)
    assert (reply.status, reply.code) == (400, "GN127")


def test_a_client_that_sends_no_more_gets_its_answer(port):
    reply = send(port, BODY + b"123456789", shut=True)
    assert (reply.status, reply.body) == (200, b"9")


def send_without_end(connection):
    """Send, and never read."""
    while True:
        connection.sendall(b"a" * 1000)


def test_a_client_that_does_not_read_is_cut_off(port):
    with connect(port) as connection:
        connection.sendall(head("GET", "/much"))
        with pytest.raises((BrokenPipeError, ConnectionResetError)):
            send_without_end(connection)


def test_a_client_that_reads_gets_a_large_answer():
    with serving(app, Deadlines()) as port:
        assert len(get(port, "/much").body) == ANSWER


def test_the_rest_of_a_refused_body_is_not_awaited():
    with serving(refuse, QUICK) as port, connect(port) as connection:
        connection.sendall(head("POST", "/", {"Content-Length": 1 << 40}) + b"a" * (1 << 20))
        assert receive(connection).status == 413
        assert ended(connection)


def test_connections_are_limited(port):
    idle = [connect(port) for _ in range(QUICK.connections)]
    try:
        reply = get(port, "/")
        assert (reply.status, reply.code) == (503, "GN126")
        assert all(map(ended, idle))
    finally:
        for one in idle:
            one.close()


def test_a_client_is_served_below_the_limits_by_default():
    """Half a minute is the longest that a client can hold a connection with nothing, or with single bytes."""
    assert max(Deadlines.head, Deadlines.body + 15 / Deadlines.rate, Deadlines.read) <= 30
    assert Connection.deadlines == Deadlines()


def test_requests_sent_without_waiting_are_answered_in_order(port):
    with connect(port) as connection:
        bodies = [b"a" * size for size in (3, 0, 200_000, 1)]
        connection.sendall(b"".join(head("POST", "/", {"Content-Length": len(one)}) + one for one in bodies))
        stream = connection.makefile("rb")
        for one in bodies:
            assert stream.readline() == b"HTTP/1.1 200 OK\r\n"
            while stream.readline() != b"\r\n":
                pass
            assert stream.read(len(str(len(one)))) == str(len(one)).encode()


def test_an_upgrade_to_http_2_is_not_accepted_but_the_request_is_answered(port):
    """As Java's client sends its first request."""
    upgrade = {"Connection": "Upgrade, HTTP2-Settings", "Upgrade": "h2c", "HTTP2-Settings": "AAEAAEAAAAIAAAABAAMAAABk"}
    reply = send(port, head("POST", "/", {**upgrade, "Content-Length": 5}) + b"12345")
    assert (reply.status, reply.body, reply.headers.get("connection")) == (200, b"5", None)


def test_after_a_refused_body_has_arrived_the_connection_is_used_again():
    with serving(refuse, QUICK) as port, connect(port) as connection:
        for _ in range(2):
            connection.sendall(head("POST", "/", {"Content-Length": 10}) + b"12345")
            assert receive(connection).status == 413
            connection.sendall(b"67890")
        assert ended(connection)  # after the deadline of an idle connection


def test_a_request_on_its_way_is_answered_when_the_service_ends():
    sent = threading.Event()

    async def ending(scope, receive, send):
        await app(scope, receive, send)
        if scope["path"] == "/end":
            sent.wait(DEADLINE)  # so that nothing reads what the client sends next
            receive.__self__.transport.get_protocol().shutdown()

    with serving(ending, QUICK) as port, connect(port) as connection, connect(port) as idle:
        connection.sendall(head("GET", "/end"))
        assert receive(connection).status == 200
        connection.sendall(head("GET", "/"))
        sent.set()
        last = receive(connection)
        assert (last.status, last.headers["connection"]) == (200, "close")
        assert ended(connection)
        assert ended(idle)  # by its deadline
