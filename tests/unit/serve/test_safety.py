"""Who is let in: only who has the token, from the own address, with bodies of a bounded size."""

from __future__ import annotations

import pytest

from glassnet.serve.studio import safety
from glassnet.serve.studio.safety import MOST_JSON, MOST_UPLOAD
from web.studio_server import studio_server

PATHS = ("/", "/draw", "/static/app.js", "/api/session", "/api/events", "/api/models/reader/weights", "/none")


@pytest.fixture(scope="module")
def studio():
    with studio_server() as running:
        yield running


def test_the_token_becomes_a_cookie_and_leaves_the_address(studio):
    answer = studio.request("GET", f"/train?a=1&token={studio.token}&b=%26", cookie=False)
    assert (answer.status, answer.headers["location"]) == (303, "/train?a=1&b=%26")
    cookie = answer.headers["set-cookie"]
    assert cookie.startswith(f"glassnet-{studio.port}={studio.token};")
    assert {"HttpOnly", "SameSite=strict", "Path=/"} <= set(cookie.split("; "))
    assert studio.get("/train").status == 200


def test_an_address_of_two_slashes_does_not_lead_elsewhere(studio):
    answer = studio.request("GET", f"//example.com/?token={studio.token}", cookie=False)
    assert not answer.headers["location"].startswith("//")


def test_a_link_on_another_site_leads_in_too(studio):
    """After a redirection, the browser would hold back a SameSite cookie."""
    path = f"/draw?token={studio.token}"
    answer = studio.request("GET", path, headers={"Sec-Fetch-Site": "cross-site"}, cookie=False)
    assert (answer.status, answer.headers["refresh"]) == (200, "0; url=/draw")
    path = f"/draw/%0d%0aSet-Cookie:x%E6%95%B0?token={studio.token}"
    answer = studio.request("GET", path, headers={"Sec-Fetch-Site": "cross-site"}, cookie=False)
    assert (answer.status, answer.headers["refresh"]) == (200, "0; url=/draw/%0D%0ASet-Cookie:x%E6%95%B0")


@pytest.mark.parametrize("path", PATHS)
@pytest.mark.parametrize("cookie", ["", "glassnet-{port}=", "glassnet-{port}=wrong", "glassnet-1={token}", "a;=;b"])
def test_without_the_token_nothing_is_served(studio, path, cookie):
    headers = {"Cookie": cookie.format(port=studio.port, token=studio.token)}
    answer = studio.request("GET", path, headers=headers, cookie=False)
    if path.startswith("/api/"):
        answer.refused(403, "GN090")
    else:
        assert answer.status == 403
        assert answer.headers["content-type"].startswith("text/html")
        assert "glassnet studio" in answer.body.decode()
    assert studio.token not in answer.body.decode()
    assert studio.request("GET", f"{path}?token=wrong", cookie=False).status == 403


def test_the_token_in_an_address_of_the_api_does_not_count(studio):
    studio.request("GET", f"/api/session?token={studio.token}", cookie=False).refused(403, "GN090")


@pytest.mark.parametrize("host", ["example.com", "127.0.0.1", "127.0.0.1:1", "localhost.example.com:{port}", ""])
def test_other_hosts_are_refused(studio, host):
    assert studio.get("/draw", Host=host.format(port=studio.port)).status == 403


def test_both_own_hosts_are_served(studio):
    for host in ("127.0.0.1", "localhost"):
        assert studio.get("/draw", Host=f"{host}:{studio.port}").status == 200


@pytest.mark.parametrize(
    "headers",
    [
        {"Origin": "http://example.com"},
        {"Origin": "null"},
        {"Origin": "http://127.0.0.1:1"},
        {"Origin": "https://127.0.0.1:{port}"},
        {"Origin": "http://localhost:{port}"},
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
    ],
    ids=str,
)
def test_other_origins_can_neither_change_nor_read(studio, headers):
    sent = {name: value.format(port=studio.port) for name, value in headers.items()}
    drawing = {"pixels": [0] * 784, "label": 1}
    studio.request("POST", "/api/drawings", drawing, sent).refused(403, "GN090")
    studio.request("DELETE", "/api/drawings", headers=sent).refused(403, "GN090")
    studio.get("/api/session", **sent).refused(403, "GN090")
    assert studio.session.drawings == []


def test_the_own_origin_can(studio):
    drawing = {"pixels": [0] * 784, "label": 1}
    headers = {"Origin": studio.origin, "Sec-Fetch-Site": "same-origin"}
    studio.request("POST", "/api/drawings", drawing, headers).fine()
    assert studio.request("DELETE", "/api/drawings", headers=headers).fine() == []


@pytest.mark.parametrize("method", ["PUT", "PATCH", "OPTIONS", "TRACE"])
def test_other_methods_are_refused(studio, method):
    assert studio.request(method, "/api/drawings").status == 403


@pytest.mark.parametrize("path", [*PATHS[:4], "/none", "/api/none"])
def test_every_answer_has_the_headers(studio, path):
    for cookie in (True, False):
        headers = studio.request("GET", path, cookie=cookie).headers
        policy = dict(part.split(" ", 1) for part in headers["content-security-policy"].split("; "))
        assert policy["default-src"] == policy["frame-ancestors"] == policy["form-action"] == "'none'"
        assert policy["script-src"] == policy["style-src"] == policy["connect-src"] == "'self'"
        assert headers["x-content-type-options"] == "nosniff"
        assert headers["referrer-policy"] == "no-referrer"
        assert headers["cross-origin-opener-policy"] == "same-origin"
        assert headers["cache-control"] == ("no-cache" if path.startswith("/static/") else "no-store")


def declared(studio, size, kind):
    """Send only the head of a request that declares a size, and return the first line of the answer."""
    with studio.connect() as connection:
        connection.sendall(
            f"POST /api/data?name=x.csv HTTP/1.1\r\nHost: 127.0.0.1:{studio.port}\r\nCookie: {studio.cookie}\r\n"
            f"Content-Type: {kind}\r\nContent-Length: {size}\r\n\r\n".encode()
        )
        return connection.makefile("rb").readline()


@pytest.mark.parametrize(("kind", "most"), [("application/octet-stream", MOST_UPLOAD), ("application/json", MOST_JSON)])
def test_a_declared_size_is_refused_before_anything_is_sent(studio, kind, most):
    assert b" 413 " in declared(studio, most + 1, kind)


def test_a_page_learns_the_limit(studio):
    with studio.connect() as connection:
        connection.sendall(
            f"POST /api/data?name=x.csv HTTP/1.1\r\nHost: 127.0.0.1:{studio.port}\r\nCookie: {studio.cookie}\r\n"
            f"Content-Type: application/octet-stream\r\nContent-Length: {MOST_UPLOAD + 1}\r\n\r\n".encode()
        )
        assert b"256 MiB" in connection.makefile("rb").read()


def test_a_size_that_is_not_declared_is_counted(studio, monkeypatch):
    monkeypatch.setattr(safety, "MOST_JSON", 1000)
    with studio.connect() as connection:
        connection.sendall(
            f"POST /api/drawings HTTP/1.1\r\nHost: 127.0.0.1:{studio.port}\r\nCookie: {studio.cookie}\r\n"
            "Content-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n".encode()
            + b"3f0\r\n%s\r\n" % (b" " * 0x3F0) * 2
        )
        assert b" 413 " in connection.makefile("rb").readline()


def test_bodies_of_another_form_are_refused(studio):
    for body, kind in ((b"[]", "application/json"), (b"{", "application/json"), (b"a=1", "text/plain")):
        studio.request("POST", "/api/drawings", body, {"Content-Type": kind}).refused(400, "GN011")


def test_no_address_leads_out_of_the_static_files(studio):
    for path in (
        "/static/../app.py",
        "/static/%2e%2e/app.py",
        "/static/..%2fapp.py",
        "/static//etc/passwd",
        "/static/",
    ):
        assert studio.get(path).status == 404


def test_errors_are_in_the_language_of_the_page(studio):
    assert "not in this studio" in studio.get("/api/models/none").refused(400, "GN021")
    assert "工作室" in studio.get("/api/models/none?lang=zh").refused(400, "GN021")
    assert "工作室" in studio.get("/api/models/none", **{"X-Language": "zh"}).refused(400, "GN021")
