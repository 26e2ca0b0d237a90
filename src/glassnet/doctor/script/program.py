"""The text of a program (.py file or notebook), edited by position to keep comments and layout."""

from __future__ import annotations

import ast
import io
import json
import os
import re
import tokenize
import warnings
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ...errors import DataError
from ...io.opening import LFS_READ, file_problem, refuse_pointer
from ...messages.message import Message

CELL_LINE = "#:glassnet:cell "
"""Beginning of the line above each code cell of a notebook."""
_CELL = re.compile(rf"^{CELL_LINE}(\d+)\n", re.MULTILINE)
MAGIC = "pass  #:glassnet:magic "
"""Replacement for a Jupyter command while the code is parsed as Python."""


@dataclass(frozen=True)
class Edit:
    """Replacement of the bytes from `start` to `end` of a UTF-8 text."""

    start: int
    end: int
    text: str


@dataclass(frozen=True)
class Program:
    """A program as one text; the code cells of a notebook are separated by numbered marker lines."""

    name: str  # the file, for messages
    text: str  # the code, with line feeds as line ends
    notebook: dict[str, Any] | None  # the content of the notebook
    encoding: str  # the encoding of a .py file

    def locate(self, line: int, what: Message | str) -> tuple[Message, int, int]:
        """Return a text about a line with its location, the number of its cell (0 without cells) and its line there."""
        if self.notebook is None:
            return Message("line {line}: {what}", line=line, what=what), 0, line
        cell, first = 0, 0
        for place, text in enumerate(self.text.split("\n")[:line], 1):
            if match := re.fullmatch(rf"{CELL_LINE}(\d+)", text):
                cell, first = int(match[1]), place
        return Message("cell {cell}, line {line}: {what}", cell=cell, line=line - first, what=what), cell, line - first

    def to_bytes(self, text: str) -> bytes:
        """Return the content of the file with `text` as its code."""
        if self.notebook is None:
            lines = []
            for line in text.split("\n"):
                indent, magic, rest = line.partition(MAGIC)
                prefix = f"{indent}pass  # " if indent else "# "
                lines.append(prefix + rest if magic else line)
            return "\n".join(lines).encode("utf-8")
        pieces = _CELL.split(text)[1:]
        book = json.loads(json.dumps(self.notebook))
        cells = book.get("cells", [])
        for number, code in zip(pieces[::2], pieces[1::2], strict=True):
            source = code.removesuffix("\n").replace(MAGIC, "")
            cells[int(number) - 1]["source"] = source.splitlines(keepends=True)
        return (json.dumps(book, ensure_ascii=False, indent=1) + "\n").encode("utf-8")


def read_program(path: str | Path) -> Program:
    """Read a program."""
    name = os.fspath(path)
    try:
        raw = Path(path).read_bytes()
    except OSError as error:
        raise file_problem(name, error) from None
    except ValueError:
        raise file_problem(name, FileNotFoundError()) from None
    refuse_pointer(raw[:LFS_READ], name)
    if Path(path).suffix == ".ipynb":
        return _read_notebook(name, raw)
    text, encoding = _decode(raw)
    return Program(name, text.replace("\r\n", "\n").replace("\r", "\n"), None, encoding)


def _decode(raw: bytes) -> tuple[str, str]:
    """Decode as Python would, otherwise as UTF-8, otherwise as GB 18030, the encoding of Chinese Windows."""
    try:
        declared, _ = tokenize.detect_encoding(io.BytesIO(raw).readline)
    except SyntaxError:
        declared = "utf-8"
    for encoding in (declared, "utf-8-sig", "gb18030"):
        try:
            return raw.decode(encoding), declared if encoding == declared else encoding
        except (UnicodeDecodeError, LookupError):
            continue
    return raw.decode("latin-1"), "latin-1"


def _read_notebook(name: str, raw: bytes) -> Program:
    try:
        book = json.loads(raw)
        cells = book["cells"]
        pieces = []
        for number, cell in enumerate(cells, 1):
            if cell["cell_type"] == "code":
                source = cell["source"]
                code = source if isinstance(source, str) else "".join(source)
                pieces.append(f"{CELL_LINE}{number}\n{code}\n")
    except (ValueError, KeyError, TypeError, RecursionError):
        raise DataError(
            "GN011", "{name}: not a Jupyter notebook of format 4. Open it in Jupyter and save it again.", name=name
        ) from None
    return Program(name, "".join(pieces), book, "utf-8")


def parse(text: str) -> ast.Module | SyntaxError:
    """Parse a text as Python; return the error if parsing fails."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # unknown escapes in strings
            return ast.parse(text)
    except SyntaxError as problem:
        return problem
    except (ValueError, RecursionError, MemoryError) as problem:  # null bytes; thousands of brackets
        return SyntaxError(str(problem) or type(problem).__name__)


def apply_edits(text: str, edits: Iterable[Edit]) -> str:
    """Apply edits; an edit inside another one is skipped."""
    raw = text.encode("utf-8")
    pieces, place = [], 0
    for edit in sorted(set(edits), key=lambda one: (one.start, one.end > one.start, -one.end)):
        if edit.start < place:
            continue
        pieces += [raw[place : edit.start], edit.text.encode("utf-8")]
        place = edit.end
    return b"".join([*pieces, raw[place:]]).decode("utf-8")


class Positions:
    """Positions of syntax tree nodes in the text, in bytes of UTF-8."""

    def __init__(self, text: str) -> None:
        self.raw = text.encode("utf-8")
        self._starts = [0]
        for line in self.raw.split(b"\n"):
            self._starts.append(self._starts[-1] + len(line) + 1)

    def at(self, line: int, column: int) -> int:
        """Return the offset of a line, from 1, and a column in bytes."""
        return self._starts[line - 1] + column

    def start(self, node: ast.AST) -> int:
        """Return the offset where a node starts."""
        return self.at(node.lineno, node.col_offset)  # type: ignore[attr-defined]

    def end(self, node: ast.AST) -> int:
        """Return the offset where a node ends."""
        return self.at(node.end_lineno, node.end_col_offset)  # type: ignore[attr-defined]

    def replace(self, node: ast.AST, text: str) -> Edit:
        """Return the edit that replaces a node with a text."""
        return Edit(self.start(node), self.end(node), text)
