"""Escape control characters in text from files, folders and programs before it is printed.

Names are kept as they are; whatever prints them calls `printable`, or `json_text` for programs.
"""

from __future__ import annotations

import json
import re
from typing import Any

_ACTING = re.compile(
    "["
    "\0-\x1f\x7f-\x9f"  # C0, DEL, C1: line feed, carriage return, bell, escape, control sequence introducer
    "\xad\u180e\u200b\u2060-\u2064\ufeff\ufff9-\ufffb"  # drawn as nothing
    "\u061c\u200e\u200f\u202a-\u202e\u2066-\u206f"  # turn the direction of writing
    "\u2028\u2029"  # end a line, or a paragraph
    "\ud800-\udfff"  # bytes of a file's name that are no UTF-8, which might be C1
    "]"
)
"""The joiners U+200C and U+200D are not among them: Persian words and many emoji are written with them."""


def printable(text: str) -> str:
    r"""Escape the characters that would act on a terminal or forge a line (``\x1b``, ``\n``, ``\u202e``).

    Parameters
    ----------
    text : str
        Any text. What has no such character, in whatever script, is returned as it is.

    Returns
    -------
    str
        Python's own escapes in place of control characters, line separators, marks that turn the direction of writing,
        invisible ones, and lone surrogates.
    """
    return _ACTING.sub(lambda match: match[0].encode("unicode_escape").decode(), text)


def json_text(value: Any, encoding: str = "utf-8") -> str:
    """Return a value as JSON on one line, as safe to print as `printable`.

    Parameters
    ----------
    value : Any
        What `json.dumps` takes.
    encoding : str
        What the text will be written in; all is ASCII where that lacks a character of it.

    Raises
    ------
    ValueError
        For a number that is infinite or NaN, which JSON has not.
    """
    text = json.dumps(value, ensure_ascii=False, allow_nan=False)
    text = _ACTING.sub(lambda match: f"\\u{ord(match[0]):04x}", text)
    try:
        text.encode(encoding)
    except UnicodeEncodeError:
        return json.dumps(value, allow_nan=False).replace("\x7f", r"\u007f")
    return text
