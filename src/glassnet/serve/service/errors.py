"""Refusals of requests."""

from __future__ import annotations

from collections.abc import Mapping

from ...errors import GlassnetError
from .limits import RETRY_SECONDS

STATUS = {"GN032": 503, "GN033": 413}
"""Code -> status of an answer; 422, content that does not fit the model, for all others."""


class RequestError(GlassnetError):
    """A request that is refused (GN121 to GN127).

    Parameters
    ----------
    status : int
        Of the answer.
    code, message : str
    headers : mapping of str to str
        Further headers of the answer.
    """

    def __init__(self, status: int, code: str, message: str, headers: Mapping[str, str] = {}) -> None:
        super().__init__(code, message)
        self.status, self.headers = status, dict(headers)


def malformed(message: str) -> RequestError:
    """Return the refusal of a request that does not have the expected form."""
    return RequestError(400, "GN127", message)


def busy(message: str, status: int = 503) -> RequestError:
    """Return the refusal of a request that may succeed later."""
    return RequestError(status, "GN126", message, {"Retry-After": str(RETRY_SECONDS)})


def too_large(message: str) -> RequestError:
    """Return the refusal of a request beyond a limit of size."""
    return RequestError(413, "GN125", message)
