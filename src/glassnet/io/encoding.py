"""Convert text to UTF-8: the encoding follows from a byte order mark, from zero bytes, or is guessed."""

from __future__ import annotations

import codecs
import contextlib
import io
import re

from ..errors import DataError
from ..messages.message import Message

_MARKS = {  # longest first: UTF-32-LE begins like UTF-16-LE
    codecs.BOM_UTF32_LE: "UTF-32",
    codecs.BOM_UTF32_BE: "UTF-32",
    codecs.BOM_UTF16_LE: "UTF-16",
    codecs.BOM_UTF16_BE: "UTF-16",
}

_PLAIN = 0.25
"""UTF-16 without a mark needs more than this fraction of characters below U+0100, such as separators and digits."""


def wide_encoding(head: bytes) -> str:
    """Return ``"UTF-16"`` or ``"UTF-32"`` if bytes begin with its byte order mark, else an empty string.

    Without a mark, return ``"UTF-16-LE"`` or ``"UTF-16-BE"`` if the upper byte of many characters is 0, no lower byte
    is, and the bytes decode to lines of text.
    """
    marked = next((name for mark, name in _MARKS.items() if head.startswith(mark)), "")
    return marked or next((name for name, place in (("UTF-16-LE", 1), ("UTF-16-BE", 0)) if _spells(head, place)), "")


def _spells(head: bytes, place: int) -> bool:
    """Return whether bytes are UTF-16 text; `place` is the position of the upper byte of each character, 0 or 1."""
    upper, lower = head[place::2], head[1 - place :: 2]
    if 0 in lower or upper.count(0) <= _PLAIN * len(upper):
        return False
    try:
        # The last character may be cut off.
        text = codecs.getincrementaldecoder("UTF-16-LE" if place else "UTF-16-BE")().decode(head)
    except UnicodeError:
        return False
    return "\n" in text.replace("\r", "\n") and all(one.isprintable() or one in "\t\r\n\f" for one in text)


def narrowed(content: bytes, name: str) -> bytes:
    """Convert UTF-16 or UTF-32 text to UTF-8, see `wide_encoding`; return other content unchanged."""
    encoding = wide_encoding(content[:4096])
    if not encoding:
        return content
    try:
        return content.decode(encoding).encode()
    except UnicodeError as problem:
        place = getattr(problem, "start", 0)
        raise DataError(
            "GN011",
            "{name}, byte {byte}: not valid {encoding}, as the file begins. Save it again as 'CSV UTF-8'.",
            name=name,
            byte=place + 1,
            encoding=encoding,
        ) from None


def in_utf8(content: bytes) -> tuple[bytes, str | Message]:
    """Return text in UTF-8, and the name of the encoding that was guessed; empty if the text was UTF-8.

    Text whose high bytes come in pairs, most of them common Chinese characters, is read as GB 18030, which spreadsheets
    write in China. Other text that cannot be Western is read as `charset_normalizer` suggests, all else as
    Windows-1252, or as latin-1 if Windows-1252 lacks a character.
    """
    try:
        content.decode()
    except UnicodeDecodeError:
        pass
    else:
        return content, ""
    telling = _telling(content)
    guess = "gb18030" if _is_chinese(telling) else _foreign(telling)
    for encoding in (guess, "cp1252"):
        with contextlib.suppress(UnicodeDecodeError):
            return content.decode(encoding).encode(), _NAMES[encoding]
    return content.decode("latin-1").encode(), _NAMES["cp1252"]


_NAMES: dict[str, Message | str] = {
    "gb18030": Message("GB 18030 (Chinese)"),
    "big5": Message("Big5 (Chinese)"),
    "cp932": Message("Shift JIS (Japanese)"),
    "cp1252": "Windows-1252 (latin-1)",
}
"""Encodings that are considered for text that is not UTF-8."""
_ENOUGH = 6
"""Least number of different high bytes for a guess: a degree sign in every row could be any letter."""
_SAMPLE = 65_536
"""How many bytes of non-ASCII lines a guess uses."""


def _telling(content: bytes) -> bytes:
    """Return the first lines with non-ASCII bytes, wherever they are in the file."""
    found, size = [], 0
    for line in io.BytesIO(content):
        if not line.isascii():
            found.append(line)
            size += len(line)
        if size > _SAMPLE:
            break
    return b"".join(found)


def _is_chinese(telling: bytes) -> bool:
    """Return whether high bytes come in pairs, nearly all of which begin like common Chinese characters."""
    runs = re.findall(rb"[\x80-\xff]+", telling)
    pairs = [lead for run in runs for lead in run[::2]]
    common = sum(0xB0 <= lead <= 0xD7 or 0xA1 <= lead <= 0xA3 for lead in pairs)
    return 10 * sum(len(run) % 2 == 0 for run in runs) >= 9 * len(runs) and 10 * common >= 9 * len(pairs)


def _foreign(telling: bytes) -> str:
    """Return one of `_NAMES`; not Windows-1252 only if the text cannot be Western.

    If it may choose freely, `charset_normalizer` takes German or French column names for Japanese, Korean or Arabic,
    because they are too short for its statistics.
    """
    if len({byte for byte in telling if byte >= 0x80}) < _ENOUGH:
        return "cp1252"
    from charset_normalizer import from_bytes  # slow to import, and rarely needed

    found = [match.encoding for match in from_bytes(telling, cp_isolation=list(_NAMES))]
    return found[0] if found and "cp1252" not in found else "cp1252"
