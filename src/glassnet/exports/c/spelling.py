"""C source text: exact numbers, strings, comments and identifiers, whatever names a model has."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

WIDTH = 110
"""Characters of a line of numbers."""
_LONGEST_NAME = 40
_KEYWORDS = frozenset(
    re.findall(
        r"\w+",
        """
    alignas alignof and and_eq asm auto bitand bitor bool break case catch char class compl concept const
    const_cast consteval constexpr constinit continue co_await co_return co_yield decltype default delete do
    double dynamic_cast else enum explicit export extern false far float for friend goto if inline int
    interface long mutable namespace near new noexcept not not_eq nullptr operator or or_eq private protected
    public register reinterpret_cast requires restrict return short signed sizeof static static_assert
    static_cast struct switch template this thread_local throw true try typedef typeid typename typeof
    typeof_unqual union unsigned using virtual void volatile wchar_t while xor xor_eq arm errno i386 linux
    mips pascal small stderr stdin stdout sparc sun unix vax int8_t int16_t int32_t int64_t uint8_t uint16_t
    uint32_t uint64_t size_t
    """,
    )
)
"""Keywords of C and C++, macros that compilers define in lower case, and types of the included headers."""


def float_text(value: Any) -> str:
    """Return a float32 number as an exact literal, such as ``0x1.8p-3f``."""
    return "0" if value == 0 and not np.signbit(value) else f"{double_text(value)}f"


def double_text(value: Any) -> str:
    """Return a float64 number as an exact literal, such as ``0x1.8p-3``."""
    return re.sub(r"\.?0*p", "p", float(value).hex())


def array(declaration: str, values: Sequence[str]) -> str:
    """Return the definition of a constant array, its values on lines of at most `WIDTH` characters."""
    return f"{declaration} = {{\n    {wrapped(values)}\n}};\n"


def wrapped(values: Sequence[str]) -> str:
    """Return values with commas between them, on lines of at most `WIDTH` characters if they fit, after four blanks."""
    per_line = max(1, (WIDTH - 4) // (max(map(len, values)) + 2))
    lines = [", ".join(values[start : start + per_line]) for start in range(0, len(values), per_line)]
    return ",\n    ".join(lines)


def floats(values: NDArray[np.float32]) -> list[str]:
    """Return float32 numbers, in their order in memory, as exact literals."""
    return [float_text(value) for value in values.reshape(-1).tolist()]


def doubles(values: Iterable[Any]) -> list[str]:
    """Return float64 numbers as exact literals."""
    return [double_text(value) for value in values]


def string(text: str) -> str:
    """Return a string literal with the UTF-8 bytes of a text.

    Escapes are octal and have three digits, so that none takes a digit after it, and ``?`` begins no trigraph.
    """
    plain = {*range(0x20, 0x7F)} - {*b'"\\?'}
    characters = (chr(byte) if byte in plain else f"\\{byte:03o}" for byte in text.encode("utf-8", "surrogatepass"))
    return '"' + "".join(characters) + '"'


def comment(text: str) -> str:
    """Return a text as it may be in a comment: in ASCII and on one line, by escapes; see also `commented`."""
    return commented(text.encode("unicode_escape").decode("ascii"))


def commented(code: str) -> str:
    """Return C code as it may be in a comment: without the end or beginning of a comment, and without trigraphs."""
    return code.replace("*/", "* /").replace("/*", "/ *").replace("??", "? ?")


def shortened(text: str, longest: int = _LONGEST_NAME) -> str:
    """Return `comment` of a text, cut to a length."""
    plain = comment(text)
    return plain if len(plain) <= longest else plain[: longest - 3] + "..."


def identifier(text: str, otherwise: str) -> str:
    """Return a C identifier in lower case like a text, in ASCII; `otherwise` for a text without letters.

    Lower case, because macros are in upper case.
    """
    ascii_only = unicodedata.normalize("NFKD", text.replace("ß", "ss")).encode("ascii", "ignore").decode()
    words = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", ascii_only)
    made = re.sub(r"[^a-z0-9]+", "_", words.lower())[:_LONGEST_NAME].strip("_")
    if not re.search("[a-z]", made):
        return otherwise + (f"_{made}" if made else "")
    if made[0].isdigit():
        made = f"{otherwise}_{made}"
    return f"{made}_" if made in _KEYWORDS else made


def identifiers(texts: Sequence[str], otherwise: str) -> list[str]:
    """Return a different identifier for each text."""
    made: list[str] = []
    for text in texts:
        base = identifier(text, otherwise)
        candidates = [base, *(f"{base.rstrip('_')}_{number}" for number in range(2, len(texts) + 2))]
        made.append(next(one for one in candidates if one not in made))
    return made


def prefixed(template: str, prefix: str) -> str:
    """Return C text with the file's prefix in place of ``name_`` and ``NAME_``. It must not have names of a model."""
    return re.sub(r"\bNAME_(?=\w)", f"{prefix.upper()}_", re.sub(r"\bname_(?=\w)", f"{prefix}_", template))
