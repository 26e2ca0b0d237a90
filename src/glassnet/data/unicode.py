"""Text in other encodings, made UTF-8: told by a mark, as in what Excel calls "Unicode text", or guessed."""

from __future__ import annotations

import codecs
import re

from ..errors import DataError

_MARKS = {  # the longer ones first, since one begins like a shorter one
    codecs.BOM_UTF32_LE: "UTF-32",
    codecs.BOM_UTF32_BE: "UTF-32",
    codecs.BOM_UTF16_LE: "UTF-16",
    codecs.BOM_UTF16_BE: "UTF-16",
}


def wide_encoding(head: bytes) -> str:
    """Return ``"UTF-16"`` or ``"UTF-32"`` if bytes begin with the mark of one, else nothing."""
    return next((name for mark, name in _MARKS.items() if head.startswith(mark)), "")


def narrowed(content: bytes, name: str) -> bytes:
    """Return text in UTF-8 that has the mark of another encoding, and other content as it is.

    Raises
    ------
    DataError
        GN011 when it is not in the encoding whose mark it has; `name` is the file.
    """
    encoding = wide_encoding(content)
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
    which spreadsheets write in China. All else is taken for Windows-1252, or latin-1 where that lacks the character.
    """
    try:
        content.decode()
    except UnicodeDecodeError:
        pass
    else:
        return content, ""
    if _is_chinese(content):
        try:
            return content.decode("gb18030").encode(), "GB 18030 (Chinese)"
        except UnicodeDecodeError:
            pass
    try:
        return content.decode("cp1252").encode(), "Windows-1252 (latin-1)"
    except UnicodeDecodeError:
        return content.decode("latin-1").encode(), "Windows-1252 (latin-1)"


def _is_chinese(content: bytes) -> bool:
    """Tell whether bytes that are no UTF-8 are pairs, of which nearly all begin as common Chinese characters do."""
    runs = re.findall(rb"[\x80-\xff]+", content)
    pairs = [lead for run in runs for lead in run[::2]]
    common = sum(0xB0 <= lead <= 0xD7 or 0xA1 <= lead <= 0xA3 for lead in pairs)
    return 10 * sum(len(run) % 2 == 0 for run in runs) >= 9 * len(runs) and 10 * common >= 9 * len(pairs)
