"""The file in a form, ``multipart/form-data`` (RFC 7578)."""

from __future__ import annotations

from email.message import Message as Headers

from .errors import malformed
from .exchange import Request

_MOST_PARTS = 100
_MOST_CHARACTERS = 4096
"""Of the headers of a part: reading their parameters takes the square of that."""
_NOT_READABLE = (LookupError, TypeError, ValueError)
"""What `email` raises for parameters that are malformed."""


def only_file(request: Request) -> tuple[str, bytes, str]:
    """Return the content type, the content and the name of the only file in a form."""
    try:
        boundary = _described(f"content-type: {request.header('content-type')}").get_boundary()
    except _NOT_READABLE:
        boundary = None
    if not boundary:
        raise malformed("The form has no boundary in its Content-Type.")
    mark = b"\r\n--" + boundary.encode("latin-1", "replace")
    first, *parts = (b"\r\n" + request.body).split(mark, _MOST_PARTS + 1)
    if first or not parts or not parts[-1].startswith(b"--"):
        raise malformed("The form does not begin or end with its boundary.")
    files = []
    for part in parts[:-1]:
        head, blank, content = part.partition(b"\r\n\r\n")
        try:
            described = _described(head.decode("utf-8", "replace"))
            name = described.get_filename()
        except _NOT_READABLE:
            raise malformed("The form has a part whose headers cannot be read.") from None
        if blank and name is not None:
            files.append((described.get_content_type(), content, name))
    if len(files) != 1:
        raise malformed("The form has {count} files, expected one.", count=len(files))
    return files[0]


def _described(head: str) -> Headers:
    """Return headers; ValueError if they are too long."""
    if len(head) > _MOST_CHARACTERS:
        raise ValueError
    described = Headers()
    for line in head.split("\r\n"):
        name, _, value = line.partition(":")
        if name.strip():
            described[name.strip()] = value.strip()
    return described
