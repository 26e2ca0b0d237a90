"""Who may talk to the studio: only pages that were opened with its token, from its own address.

Any page in the same browser can send requests to 127.0.0.1, and any program on the machine can, too. So every request
needs the token as a cookie, which other sites cannot send (SameSite=Strict) nor scripts read (HttpOnly); the Host must
be the own one, since a foreign name could be made to resolve to 127.0.0.1 (DNS rebinding); and what changes something
must come from the own origin.
"""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from html import escape
from urllib.parse import parse_qsl, urlencode

from starlette.datastructures import Headers, MutableHeaders
from starlette.requests import cookie_parser
from starlette.responses import HTMLResponse, RedirectResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from ...errors import CODES
from ...messages.catalogue import translated
from ..http import is_foreign
from .endpoints import BYTES, refusal

MOST_UPLOAD, MOST_JSON = 256 << 20, 4 << 20
"""Most bytes of an uploaded file, and of any other request."""
METHODS = ("GET", "HEAD", "POST", "DELETE")

HEADERS = {
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; connect-src 'self'; "
        "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "X-Frame-Options": "DENY",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), microphone=(), geolocation=()",
}
STATIC_CACHING = "no-cache"
"""A page asks whether its modules have changed: another version of glassnet may have the same address."""


class Safety:
    """Middleware that answers what is not allowed itself, and adds the headers to every answer."""

    def __init__(self, app: ASGIApp, token: str, port: int) -> None:
        self._app, self._token = app, token
        self._hosts = [f"{host}:{port}" for host in ("127.0.0.1", "localhost")]
        self._cookie = f"glassnet-{port}"  # cookies are shared by all ports of a host

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer or pass on a request."""
        if scope["type"] != "http":
            if scope["type"] == "lifespan":
                await self._app(scope, receive, send)
            return
        headers, path = Headers(scope=scope), scope["path"]

        async def with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                sent = MutableHeaders(scope=message)
                for name, value in HEADERS.items():
                    sent[name] = value
                sent["Cache-Control"] = STATIC_CACHING if path.startswith("/static/") else "no-store"
            await send(message)

        answer = self._refused(scope, headers) or self._entrance(scope, headers)
        if answer is None and scope["method"] in ("POST", "DELETE"):
            raw = headers.get("content-type", "").startswith(BYTES)
            most = MOST_UPLOAD if raw else MOST_JSON
            body = await _body(receive, headers, most)
            if body is None:
                answer = problem_page(413, "GN091", path, f"{most >> 20} MiB")
                answer.headers["Connection"] = "close"
            else:
                receive = _again(body, receive)
        await (answer or self._app)(scope, receive, with_headers)

    def _refused(self, scope: Scope, headers: Headers) -> Response | None:
        """Return the answer to a request from elsewhere, or None."""
        host, path = headers.get("host", ""), scope["path"]
        changes = scope["method"] not in ("GET", "HEAD")
        sender = headers.get("origin"), headers.get("sec-fetch-site")
        foreign = is_foreign(host, *sender, () if changes else ("none",))
        if host not in self._hosts or scope["method"] not in METHODS:
            return problem_page(403, "GN090", path)
        if foreign and (changes or path.startswith("/api/")):
            return problem_page(403, "GN090", path)
        return None

    def _entrance(self, scope: Scope, headers: Headers) -> Response | None:
        """Return the answer to a request without the cookie: a redirection that sets it, or a refusal."""
        query = parse_qsl(scope["query_string"].decode("latin-1"), keep_blank_values=True)
        tokens = [value for name, value in query if name == "token"]
        if tokens and scope["method"] == "GET" and not scope["path"].startswith("/api/"):
            if not self._is_token(tokens[0]):
                return problem_page(403, "GN090", scope["path"])
            rest = urlencode([(name, value) for name, value in query if name != "token"])
            path = "/" + scope["path"].lstrip("/")  # //host would be another host
            return self._admitted(f"{path}?{rest}" if rest else path, headers)
        cookie = cookie_parser(headers.get("cookie", "")).get(self._cookie, "")
        return None if self._is_token(cookie) else problem_page(403, "GN090", scope["path"])

    def _is_token(self, given: str) -> bool:
        return secrets.compare_digest(given.encode(), self._token.encode())

    def _admitted(self, to: str, headers: Headers) -> Response:
        answer: Response = RedirectResponse(to, 303)
        if headers.get("sec-fetch-site") == "cross-site":
            # From a link on another site, as in a browser's terminal: after a redirection the browser would hold back
            # the cookie, but not if this page itself goes there.
            answer = HTMLResponse("", headers={"Refresh": f"0; url={answer.headers['location']}"})
        answer.set_cookie(self._cookie, self._token, path="/", httponly=True, samesite="strict")
        return answer


async def _body(receive: Receive, headers: Headers, most: int) -> bytes | None:
    """Read the body of a request; None if it is larger than allowed, whatever it declares."""
    declared = headers.get("content-length", "0")
    if not declared.isdecimal() or int(declared) > most:
        return None
    parts, size = [], 0
    while True:
        message = await receive()
        if message["type"] != "http.request":
            break
        parts.append(message.get("body", b""))
        size += len(parts[-1])
        if size > most:
            return None
        if not message.get("more_body"):
            break
    return b"".join(parts)


def _again(body: bytes, receive: Receive) -> Receive:
    """Return a function that gives the application a body that has been read, then what follows it."""
    messages: Iterator[Message] = iter([{"type": "http.request", "body": body, "more_body": False}])

    async def given() -> Message:
        for message in messages:
            return message
        return await receive()

    return given


def problem_page(status: int, code: str, path: str, limit: str = "") -> Response:
    """Return the answer to a request that cannot be served: JSON for the API, else a page; in both languages."""
    if path.startswith("/api/"):
        english, chinese = (f" ({limit})", f"（{limit}）") if limit else ("", "")
        return refusal(status, code, f"{CODES[code]}{english} / {translated(CODES[code], 'zh')}{chinese}")
    english = "Open the address that <code>glassnet studio</code> printed in the terminal."
    chinese = "请打开 <code>glassnet studio</code> 在终端输出的地址。"
    text = f"""<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>glassnet studio</title>
<meta name="viewport" content="width=device-width, initial-scale=1"></head>
<body><main><h1>glassnet studio</h1>
<p>{escape(CODES[code]).capitalize()} [{code}]. {english}</p>
<p lang="zh-CN">{escape(translated(CODES[code], "zh"))} [{code}]。{chinese}</p></main></body></html>
"""
    return HTMLResponse(text, status)
