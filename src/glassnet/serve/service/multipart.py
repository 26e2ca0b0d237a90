"""The file in a form, ``multipart/form-data`` (RFC 7578)."""

from __future__ import annotations

from email.message import Message

from .errors import malformed
from .messages import Request


def only_file(request: Request) -> tuple[str, bytes, str]:
    """Return the content type, the content and the name of the only file in a form.

    Raises
    ------
    RequestError
        GN127 unless the form has exactly one file.
    """
    head = Message()
    head["content-type"] = request.header("content-type")
    boundary = head.get_boundary()
    if not boundary:
        raise malformed("The form has no boundary in its Content-Type.")
    mark = b"\r\n--" + boundary.encode("latin-1", "replace")
    first, *parts = (b"\r\n" + request.body).split(mark)
    if first or not parts or not parts[-1].startswith(b"--"):
        raise malformed("The form does not begin or end with its boundary.")
    files = []
    for part in parts[:-1]:
        head_of_part, blank, content = part.partition(b"\r\n\r\n")
        described = Message()
        for line in head_of_part.decode("utf-8", "replace").split("\r\n"):
            name, _, value = line.partition(":")
            if name.strip():
                described[name.strip()] = value.strip()
        name_of_file = described.get_filename()
        if blank and name_of_file is not None:
            files.append((described.get_content_type(), content, name_of_file))
    if len(files) != 1:
        raise malformed(f"The form has {len(files)} files, expected one.")
    return files[0]
