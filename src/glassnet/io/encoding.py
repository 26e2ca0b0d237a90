"""Text in other encodings, made UTF-8: told by a mark, as in what Excel calls "Unicode text", by zeros, or guessed."""

from __future__ import annotations

import codecs
import contextlib
import io
import re

from ..errors import DataError

_MARKS = {  # the longer ones first, since one begins like a shorter one
    codecs.BOM_UTF32_LE: "UTF-32",
    codecs.BOM_UTF32_BE: "UTF-32",
    codecs.BOM_UTF16_LE: "UTF-16",
    codecs.BOM_UTF16_BE: "UTF-16",
}


_PLAIN = 0.25
"""Part of the characters that have to be of one byte, as separators and digits are, for UTF-16 without its mark."""


def wide_encoding(head: bytes) -> str:
    """Return ``"UTF-16"`` or ``"UTF-32"`` if bytes begin with the mark of one, else nothing.

    ``"UTF-16-LE"`` or ``"UTF-16-BE"`` where there is no mark and that is plain: every second byte of many characters is
    0 and no other is, and what they spell is lines of text.
    """
    marked = next((name for mark, name in _MARKS.items() if head.startswith(mark)), "")
    return marked or next((name for name, place in (("UTF-16-LE", 1), ("UTF-16-BE", 0)) if _spells(head, place)), "")


def _spells(head: bytes, place: int) -> bool:
    """Tell whether bytes are plainly text of two bytes a character, of which the upper one stands at 0 or 1."""
    upper, lower = head[place::2], head[1 - place :: 2]
    if 0 in lower or upper.count(0) <= _PLAIN * len(upper):
        return False
    try:
        # A character may be cut off at the end, but not within.
        text = codecs.getincrementaldecoder("UTF-16-LE" if place else "UTF-16-BE")().decode(head)
    except UnicodeError:
        return False
    return "\n" in text.replace("\r", "\n") and all(one.isprintable() or one in "\t\r\n\f" for one in text)


def narrowed(content: bytes, name: str) -> bytes:
    """Return text in UTF-8 that is in UTF-16 or UTF-32, see `wide_encoding`, and other content as it is.

    Raises
    ------
    DataError
        GN011 when it is not all in the encoding as which it begins; `name` is the file.
    """
    encoding = wide_encoding(content[:4096])
    if not encoding:
        return content
    try:
        return content.decode(encoding).encode()
    except UnicodeError as problem:
        place = getattr(problem, "start", 0)
        raise DataError(
            "GN011",
            f"{name}, byte {place + 1}: begins as text in {encoding}, but is none here. Save it again, as 'CSV UTF-8'.",
        ) from None


def in_utf8(content: bytes) -> tuple[bytes, str]:
    """Return text in UTF-8, and what it was taken for where it was in something else.

    Chinese text has pairs of high bytes, hardly any that stand alone, and most are common characters; it is GB 18030,
    which spreadsheets write in China. What else is surely no Western text is what `charset_normalizer` takes it for.
    All the rest is Windows-1252, or latin-1 where that lacks the character.
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


_NAMES = {
    "gb18030": "GB 18030 (Chinese)",
    "big5": "Big5 (Chinese)",
    "cp932": "Shift JIS (Japanese)",
    "cp1252": "Windows-1252 (latin-1)",
}
"""What text that is no UTF-8 may be."""
_ENOUGH = 6
"""Different high bytes from which a guess is worth something: one degree sign in every row may be any letter."""
_SAMPLE = 65_536
"""Bytes of lines with other than ASCII that are looked at."""


def _telling(content: bytes) -> bytes:
    """Return the first lines that are not all ASCII: what a guess can go by, wherever in the file it stands."""
    found, size = [], 0
    for line in io.BytesIO(content):
        if not line.isascii():
            found.append(line)
            size += len(line)
        if size > _SAMPLE:
            break
    return b"".join(found)


def _is_chinese(telling: bytes) -> bool:
    """Tell whether bytes that are no UTF-8 are pairs, of which nearly all begin as common Chinese characters do."""
    runs = re.findall(rb"[\x80-\xff]+", telling)
    pairs = [lead for run in runs for lead in run[::2]]
    common = sum(0xB0 <= lead <= 0xD7 or 0xA1 <= lead <= 0xA3 for lead in pairs)
    return 10 * sum(len(run) % 2 == 0 for run in runs) >= 9 * len(runs) and 10 * common >= 9 * len(pairs)


def _foreign(telling: bytes) -> str:
    """Return one of `_NAMES`: another than Windows-1252 only where the text cannot be Western.

    Left to choose among all encodings, or to prefer one to Windows-1252, the library takes names of columns in German
    or French for Japanese, Korean or Arabic: there is too little text in them for its statistics.
    """
    if len({byte for byte in telling if byte >= 0x80}) < _ENOUGH:
        return "cp1252"
    from charset_normalizer import from_bytes  # takes long to load, and hardly any file needs it

    found = [match.encoding for match in from_bytes(telling, cp_isolation=list(_NAMES))]
    return found[0] if found and "cp1252" not in found else "cp1252"
