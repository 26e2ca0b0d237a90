"""Endpoints: a function of the session and of what was given, on a thread of its own; JSON in, JSON out."""

from __future__ import annotations

import json
import sys
import traceback
from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from typing import Any, TypeVar

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from ...errors import GlassnetError, OptionError, require_choice, require_number
from ...messages.control_characters import finite, json_text
from ...messages.languages import LANGUAGES, preferred
from ...messages.message import Listing, Message
from ..http import accepted_language, in_thread

Handler = Callable[[Any, dict[str, Any]], Any]
"""Takes the `session.Session` and what was given."""
_Value = TypeVar("_Value")

JSON, BYTES = "application/json", "application/octet-stream"
NO_MEMORY = Message("not enough memory. Use a smaller network or smaller batches.")


def api(method: str, path: str, handler: Handler) -> Route:
    """Return the route of an endpoint.

    The method is GET, POST or DELETE. The handler is called on a thread with the session and the path's parameters, the
    query's, and those of the JSON body; raw bytes are under ``"body"``. It returns JSON-compatible values (NumPy's too)
    or a `Response`, and raises GlassnetError for what cannot be done: status 400, with code and message in the page's
    language.
    """

    async def endpoint(request: Request) -> Response:
        session: Any = request.app.state.session
        given: dict[str, Any] = {**request.query_params}
        language = language_of(request)
        try:
            if method == "POST":
                given |= _body(request, await request.body())
            given |= {**request.path_params, "language": language}
            return await in_thread(lambda: _answer(handler(session, given)))
        except GlassnetError as problem:
            return refusal(400, problem.code, session.text(problem, language), problem.message.option)
        except OSError as problem:
            where = problem.filename or Message("the request")
            reason = problem.strerror or str(problem)
            text = Message("{where}: cannot be written or read ({reason}).", where=where, reason=reason)
            return refusal(400, "GN003", session.text(text, language))
        except MemoryError:
            return refusal(400, "GN032", session.text(NO_MEMORY, language))
        except Exception as problem:
            traceback.print_exc(file=sys.stderr)
            return refusal(500, "", f"{type(problem).__name__}: {problem}")

    return Route(path, endpoint, methods=[method])


def _answer(value: Any) -> Response:
    if isinstance(value, Response):
        return value
    return Response(json_text(finite(value)), media_type=JSON)


def _body(request: Request, body: bytes) -> dict[str, Any]:
    """Return what a request's body gives: the values of a JSON object, or raw bytes."""
    if not body:
        return {"body": b""}
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind == BYTES:
        return {"body": body}
    with suppress(ValueError, RecursionError):
        if kind == JSON and isinstance(given := json.loads(body), dict):
            return {**given, "body": b""}
    raise OptionError("GN011", "the request: expected {binary}, or an object as {json}.", binary=BYTES, json=JSON)


def refusal(status: int, code: str, message: str, option: str = "") -> Response:
    """Return the answer to a request that cannot be done, and which option the message is about, if it is about one."""
    return Response(json_text({"code": code, "message": message, "option": option}), status, media_type=JSON)


def language_of(request: Request) -> str:
    """Return the language of the page: its own choice, that of the session, of the browser, or of the locale."""
    named = request.query_params.get("lang") or request.headers.get("x-language", "")
    if named in LANGUAGES:
        return named
    return (
        request.app.state.session.language
        or accepted_language(request.headers.get("accept-language", ""))
        or preferred()
    )


def require_known(what: str, name: str, named: Mapping[str, _Value]) -> _Value:
    """Return the value of a name."""
    if name not in named:
        known = Listing(named) if named else Message("none")
        raise OptionError(
            "GN021", "{what} {name!r}: not in this studio, which has {known}.", what=what, name=name, known=known
        )
    return named[name]


def text_in(given: Mapping[str, Any], name: str, default: str | None = None, choices: Iterable[str] = ()) -> str:
    """Return a text that was given; errors as for `number_in`."""
    value = _given(given, name, default)
    if not isinstance(value, str):
        raise OptionError("GN021", "{name} {value!r}: expected a word.", name=name, value=value)
    if choices:
        require_choice(name, value, choices)
    return value


def number_in(
    given: Mapping[str, Any], name: str, default: float | None = None, low: float = 0, high: float = 1e9
) -> float:
    """Return a number that was given, in a query or in JSON."""
    value = _given(given, name, default)
    if isinstance(value, str):
        with suppress(ValueError):
            value = float(value)
    return require_number(name, value, low, high)


def whole_in(given: Mapping[str, Any], name: str, default: int | None = None, low: int = 0, high: int = 10**9) -> int:
    """Return a whole number that was given; errors as for `number_in`."""
    value = number_in(given, name, default, low, high)
    if not value.is_integer():
        raise OptionError("GN021", "{name} {value!r}: expected a whole number.", name=name, value=value)
    return int(value)


def object_in(given: Mapping[str, Any], name: str) -> dict[str, Any]:
    """Return an object that was given, by default an empty one; OptionError GN021 for something else."""
    value = given.get(name) or {}
    if not isinstance(value, dict):
        raise OptionError("GN021", "{name} {value!r}: expected an object of names and values.", name=name, value=value)
    return value


def texts_in(given: Mapping[str, Any], name: str) -> tuple[str, ...]:
    """Return a text or a list of them that was given, by default none; OptionError GN021 for something else."""
    value = given.get(name) or ()
    several = (value,) if isinstance(value, str) else value
    if not isinstance(several, list | tuple) or not all(isinstance(one, str) for one in several):
        raise OptionError("GN021", "{name} {value!r}: expected a word or a list of words.", name=name, value=value)
    return tuple(several)


def rows_in(given: Mapping[str, Any], most: int) -> list[int]:
    """Return the numbers of ``rows``, with commas between them; OptionError GN021 for something else, or for more."""
    words = text_in(given, "rows").split(",")
    if len(words) > most or not all(word.isascii() and word.isdecimal() and len(word) < 10 for word in words):
        raise OptionError("GN021", "rows: expected at most {most} row numbers with commas.", most=most)
    return [int(word) for word in words]


def _given(given: Mapping[str, Any], name: str, default: Any) -> Any:
    value = given.get(name)
    if value is None:
        value = default
    if value is None:
        raise OptionError("GN021", "{name}: missing in the request.", name=name)
    return value
