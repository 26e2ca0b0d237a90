"""Make a text parsable as Python 3: Jupyter commands, characters of web pages, lost indentation, tabs, Python 2."""

from __future__ import annotations

import ast
import io
import re
import tokenize
from collections.abc import Callable, Iterator
from functools import partial
from itertools import accumulate, islice

from ...messages.catalogue import translated
from ...messages.message import Message
from ..finding import ERROR, Kind
from .indentation import lost_indentation, restore_indentation
from .program import CELL_LINE, MAGIC, parse

_MAGIC_LINE = re.compile(r"[ \t]*(?:[\w, ]+=[ \t]*)?(?:%%?[A-Za-z]|!\s*[A-Za-z./~]|\?\w)|[ \t]*[\w.]+\?{1,2}\s*$")
_FOREIGN_CELLS = re.compile(
    r"%%(?:bash|sh|script|html|javascript|js|latex|markdown|writefile|file|svg|cmd|perl|ruby)\b"
)
_PAGE = str.maketrans(
    {
        "\u00a0": " ", "\u3000": " ", "\u200b": "", "\ufeff": "", "\u201c": '"', "\u201d": '"', "\u2018": "'",
        "\u2019": "'", "\uff08": "(", "\uff09": ")", "\uff0c": ",", "\uff1a": ":", "\uff1b": ";", "\uff1d": "=",
        "\u2212": "-", "\u2013": "-",
    }
)  # fmt: skip
GUESSED = "guessed indentation"
"""Comment on a line whose indentation is a guess."""
Mistake = tuple[Kind, int, Message | str]
"""Kind of the finding, line, and what is there: a message or code."""


def make_parsable(text: str, language: str = "en") -> tuple[str, list[Mistake], ast.Module | SyntaxError]:
    """Repair mistakes that make a text invalid Python, one kind after another, until it parses.

    Return the repaired text with the same lines; the repairs; its tree, or the remaining error. The comment on lines
    whose indentation is a guess is in `language`.
    """
    mistakes: list[Mistake] = []
    tree = parse(text)
    if isinstance(tree, ast.Module) and any(
        isinstance(node, ast.BinOp) and isinstance(node.op, ast.RShift) and ast.unparse(node.left) == "print"
        for node in ast.walk(tree)
    ):
        text, mistakes = convert_python2(text)
        tree = parse(text)
    stages: tuple[Callable[[str], tuple[str, list[Mistake]]], ...] = (
        replace_magics,
        replace_characters,
        convert_python2,
        expand_tabs,
        partial(indent, language=language),
    )
    for stage in stages * 2:  # a repair of one stage may expose a mistake for another
        if isinstance(tree, ast.Module):
            break
        new_text, more = stage(text)
        # Characters of web pages may be right in strings, so they are reported only if replacing them helps.
        better = parse(new_text)
        further = isinstance(better, ast.Module)
        if isinstance(better, SyntaxError):
            now, before = better.lineno or 0, tree.lineno or 0
            further = now > before or (now == before and better.msg != tree.msg)
        if more and further:
            text, tree = new_text, better
            mistakes += more
    return text, mistakes, tree


GS08 = Kind("GS08", ERROR, "a Jupyter command is not Python", "remove it from a .py file", "comments it out")


def replace_magics(text: str) -> tuple[str, list[Mistake]]:
    """Replace Jupyter commands with ``pass`` and a marker."""
    lines, mistakes = text.split("\n"), list[Mistake]()
    foreign = False
    for place, line in enumerate(lines):
        if line.startswith(CELL_LINE):
            foreign = False
        elif foreign or _FOREIGN_CELLS.match(line):
            foreign = True
            lines[place] = MAGIC + line
        elif _MAGIC_LINE.match(line):
            indent = line[: len(line) - len(line.lstrip())]
            lines[place] = f"{indent}{MAGIC}{line.strip()}"
            mistakes.append((GS08, place + 1, line.strip()))
        elif foreign:
            mistakes.append((GS08, place + 1, line.strip()))
    return "\n".join(lines), mistakes or ([(GS08, 1, "")] if MAGIC in text else [])


GS12 = Kind(
    "GS12",
    ERROR,
    "characters from a web page or a Chinese input method",
    "type the characters that Python expects",
    "replaces them",
)


def replace_characters(text: str) -> tuple[str, list[Mistake]]:
    """Replace no-break spaces, curly quotes and full-width punctuation outside comments."""
    lines, mistakes = text.split("\n"), list[Mistake]()
    for place, line in enumerate(lines):
        code, mark, comment = line.partition("#")
        new = code.translate(_PAGE)
        if new != code:
            mistakes.append((GS12, place + 1, ", ".join(sorted({ascii(c) for c in code if c.translate(_PAGE) != c}))))
            lines[place] = new + mark + comment
    return "\n".join(lines), mistakes


GS09 = Kind("GS09", ERROR, "code for Python 2 or an early Python 3", "write it for current Python", "rewrites it")


def expand_tabs(text: str) -> tuple[str, list[Mistake]]:
    """Expand tabs at the beginning of lines to eight columns, as Python 2 did."""
    lines = text.split("\n")
    mistakes: list[Mistake] = []
    for place, line in enumerate(lines):
        body = line.lstrip(" \t")
        indent = line[: len(line) - len(body)]
        if "\t" in indent:
            lines[place] = indent.expandtabs(8) + body
            mistakes.append((GS09, place + 1, Message("tabs mixed with spaces in the indentation")))
    return "\n".join(lines), mistakes


GS15 = Kind(
    "GS15",
    ERROR,
    "the program has lost its indentation",
    "copy the program from a source that shows it indented",
    "indents it by rules and marks guessed lines with a comment; compare them with the source",
)


def indent(text: str, language: str) -> tuple[str, list[Mistake]]:
    """Restore lost indentation, after other repairs where needed; mark the lines whose indentation is a guess."""
    problem, mistakes = parse(text), list[Mistake]()
    result: tuple[str, list[Mistake]] = (text, [])
    for repair in (None, replace_characters, convert_python2):
        if repair is not None:
            text, more = repair(text)
            mistakes += more
        restored = restore_indentation(text) if lost_indentation(text) else None
        if restored is None:
            continue
        new, guessed = restored
        lines = new.split("\n")
        for number in guessed:
            lines[number - 1] += f"  # {translated(GUESSED, language)}"
        places = ", ".join(map(str, guessed))
        what = (
            Message("all indentation is missing; where blocks end is a guess in line {lines}", lines=places)
            if guessed
            else Message("all indentation is missing; the rules of Python restore it")
        )
        result = "\n".join(lines), [*mistakes, (GS15, getattr(problem, "lineno", 1), what)]
        if isinstance(parse(new), ast.Module):
            break
    return result


def convert_python2(text: str) -> tuple[str, list[Mistake]]:
    """Add brackets to ``print`` and ``exec``; write ``except E as e`` and ``raise E(…)``."""
    try:
        tokens = list(tokenize.generate_tokens(io.StringIO(text).readline))
    except (tokenize.TokenError, SyntaxError):
        return text, []
    lines, mistakes = text.split("\n"), list[Mistake]()
    # From the end, to keep earlier positions valid.
    for statement in reversed(list(_statements(tokens))):
        for (line, start), (_, end), new in reversed(_python3_edits(statement)):
            lines[line - 1] = lines[line - 1][:start] + new + lines[line - 1][end:]
        if _python3_edits(statement):
            mistakes.append((GS09, statement[0].start[0], statement[0].line.strip()))
    return "\n".join(lines), mistakes[::-1]


def _statements(tokens: list[tokenize.TokenInfo]) -> Iterator[list[tokenize.TokenInfo]]:
    """Yield the tokens of each simple statement, and of each block head up to its colon."""
    silent = (tokenize.INDENT, tokenize.DEDENT, tokenize.NL, tokenize.COMMENT, tokenize.ENDMARKER)
    statement: list[tokenize.TokenInfo] = []
    for token, depth in zip(tokens, _depths(tokens), strict=True):
        ends = token.type == tokenize.NEWLINE or (token.type == tokenize.OP and token.string in ";:" and depth == 0)
        if ends:
            if statement:
                yield statement
            statement = []
        elif token.type not in silent:
            statement.append(token)


_Span = tuple[tuple[int, int], tuple[int, int], str]


def _python3_edits(statement: list[tokenize.TokenInfo]) -> list[_Span]:
    """Return the replacements in a Python 2 statement, in order; each within one line."""
    word, rest = statement[0], statement[1:]
    commas, closing = _top_level_commas(rest), (statement[-1].end, statement[-1].end, ")")
    if word.type != tokenize.NAME:
        return []
    if word.string == "except" and commas and rest[commas[-1] + 1 :]:
        comma = rest[commas[-1]]
        return [(comma.start, comma.end, " as")]
    if word.string == "raise" and len(commas) == 1:
        comma, after = rest[commas[0]], rest[commas[0] + 1]
        return [(comma.start, (comma.end[0], after.start[1]), "("), closing]
    if word.string not in ("print", "exec") or (rest and rest[0].string in ("=", ".", ",")):
        return []
    if not rest:
        return [(word.start, word.end, "print()")] if word.string == "print" else []
    if rest[0].string == "(" and 0 not in islice(_depths(rest), len(rest) - 1):  # its bracket is the last one
        return []
    opening = (word.end, (word.end[0], rest[0].start[1]), "(")
    if rest[0].string == ">>" and commas:
        target = "".join(token.string for token in rest[1 : commas[0]])
        first = rest[commas[0] + 1] if len(rest) > commas[0] + 1 else rest[commas[0]]
        end = rest[-1].end
        return [(word.end, (word.end[0], first.start[1]), "("), (end, end, f", file={target})")]
    if commas and commas[-1] == len(rest) - 1:
        return [opening, (rest[-1].start, rest[-1].end, ', end=" ")')]
    return [opening, closing]


def _depths(tokens: list[tokenize.TokenInfo]) -> Iterator[int]:
    """Yield the number of open brackets after each token."""
    brackets = (token.string if token.type == tokenize.OP else " " for token in tokens)
    return accumulate((one in "([{") - (one in ")]}") for one in brackets)


def _top_level_commas(tokens: list[tokenize.TokenInfo]) -> list[int]:
    return [place for place, depth in enumerate(_depths(tokens)) if depth == 0 and tokens[place].string == ","]
