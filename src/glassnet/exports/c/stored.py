"""What a C file stores: its arrays and names, the facts in its comments, and the rest of its text as the program."""

from __future__ import annotations

import re
from pathlib import Path

from ..stored import PROGRAM, Stored

_VERSION = re.compile(r"^ \* .*: a neural network in C99, by glassnet (.*)\.$", re.M)
_FACT = re.compile(r"^ \*   (Model|Network|Input|Output|Memory|Needs) +(.*)$", re.M)
_ROW = re.compile(r"^typedef struct \{\n(.*?)\n\} (\w+_row);$", re.M | re.S)
_TEST = re.compile(r"^#ifdef GLASSNET_TEST$.*?^#endif /\* GLASSNET_TEST \*/$", re.M | re.S)
_COMMENT = re.compile(r'("(?:\\.|[^"\\\n])*")|/\*.*?\*/|//[^\n]*', re.S)
_CONSTANT = re.compile(r"^((?:static )?const [^;={]*?\b(\w+)(?:\[\d+\])? = )(\{.*?\});$", re.M | re.S)
_VALUE = re.compile(r'"(?:\\.|[^"\\])*"|[^\s,{}]+')
_WORD = re.compile(r'"(?:\\.|[^"\\])*"|\w+|[^\s\w]')
_PREFIX = re.compile(rb"^#ifndef ([A-Z][A-Z0-9_]*)_INCLUDED\r?$", re.M)


def prefix_of(content: bytes) -> str:
    """Return the prefix of a file's names; empty for another file."""
    named = _PREFIX.search(content)
    return named[1].decode().lower() if named else ""


def stored(path: str | Path, content: bytes) -> Stored:
    """Return what a C file stores. The rows in its test and in its example are left out."""
    prefix = prefix_of(content)
    text = content.decode("latin-1").replace("\r\n", "\n")
    version = _VERSION.search(text)
    facts = {name.lower(): value for name, value in _FACT.findall(text)}
    facts |= {name.removeprefix(f"{prefix}_"): [*map(str.strip, row.split("\n"))] for row, name in _ROW.findall(text)}
    text = _COMMENT.sub(lambda match: match[1] or " ", _TEST.sub("", text))
    for _, name, values in _CONSTANT.findall(text):
        facts[name.removeprefix(f"{prefix}_")] = _VALUE.findall(values)
    program = _WORD.findall(_CONSTANT.sub(r"\1", text))
    return Stored(prefix, version[1] if version else "", {PROGRAM: program, **facts})
