"""Escape control characters in text from files, folders and programs before it is printed.

Names are stored unchanged; code that prints them calls `printable`, or `json_text` for output that programs read.
"""

from __future__ import annotations

import json
import math
import re
from typing import Any

_ACTING = re.compile(
    "["
    "\0-\x1f\x7f-\x9f"  # C0, DEL, C1: line feed, carriage return, bell, escape, control sequence introducer
    "\xad\u180e\u200b\u2060-\u2064\ufeff\ufff9-\ufffb"  # invisible
    "\u061c\u200e\u200f\u202a-\u202e\u2066-\u206f"  # change the text direction
    "\u2028\u2029"  # line and paragraph separators
    "\ud800-\udfff"  # bytes of a file name that are not UTF-8 and might be C1
    "]"
)
"""Without the joiners U+200C and U+200D, which Persian words and many emoji need."""


def printable(text: str) -> str:
    r"""Escape the characters that would act on a terminal or forge a line (``\x1b``, ``\n``, ``\u202e``).

    Python escapes take the place of control characters, line separators, direction marks, invisible characters and lone
    surrogates; other text is returned unchanged.
    """
    return _ACTING.sub(lambda match: match[0].encode("unicode_escape").decode(), text)


def json_text(value: Any, encoding: str = "utf-8") -> str:
    """Return a value as JSON on one line, escaped like `printable`.

    The result is pure ASCII if `encoding` cannot represent every character. Raises ValueError if a number is infinite
    or NaN, which JSON cannot represent.
    """
    text = json.dumps(value, ensure_ascii=False, allow_nan=False)
    text = _ACTING.sub(lambda match: f"\\u{ord(match[0]):04x}", text)
    try:
        text.encode(encoding)
    except UnicodeEncodeError:
        return json.dumps(value, allow_nan=False).replace("\x7f", r"\u007f")
    return text


def finite(value: Any) -> Any:
    """Return values as JSON has them: NumPy's as plain ones, tuples as lists, infinite values and NaN as None."""
    if hasattr(value, "tolist"):
        plain = value.dtype.kind in "biu" or (value.dtype.kind == "f" and (abs(value) < math.inf).all())
        value = value.tolist()
        if plain:
            return value  # not looked through: the weights of a network are many
    if isinstance(value, dict):
        return {name: finite(one) for name, one in value.items()}
    if isinstance(value, list | tuple):
        return [finite(one) for one in value]
    return None if isinstance(value, float) and not math.isfinite(value) else value
