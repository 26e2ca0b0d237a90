"""Refusals of requests."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ...errors import GlassnetError
from .limits import RETRY_SECONDS

STATUS = {"GN032": 503, "GN033": 413}
"""Code -> status of an answer; 422, content that does not fit the model, for all others."""


class RequestError(GlassnetError):
    """A request that is refused (GN121 to GN127), with the status and further headers of the answer."""

    def __init__(
        self, status: int, code: str, template: str, /, *, headers: Mapping[str, str] = {}, **values: Any
    ) -> None:
        super().__init__(code, template, **values)
        self.status, self.headers = status, dict(headers)


def malformed(template: str, /, **values: Any) -> RequestError:
    """Return the refusal of a request that does not have the expected form."""
    return RequestError(400, "GN127", template, **values)


def busy(template: str, /, *, status: int = 503) -> RequestError:
    """Return the refusal of a request that may succeed later."""
    return RequestError(status, "GN126", template, headers={"Retry-After": str(RETRY_SECONDS)})


def too_large(template: str, /, **values: Any) -> RequestError:
    """Return the refusal of a request beyond a limit of size."""
    return RequestError(413, "GN125", template, **values)
