"""Messages as data: a template and its values, rendered for a reader (terminal, Python, page) in a language.

Whoever raises, warns or reports writes a template in English and the values of its placeholders; nothing reads the
finished sentence again. A value may itself be a message, a place, an option, a command or a list: how these look
depends on the reader. The Chinese of a template is in ``zh.po``; a reader's `Door` spells the options.
"""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from string import Formatter
from typing import Any, Protocol, runtime_checkable

from .catalogue import catalogue, chinese_of
from .control_characters import printable
from .formats import number_text
from .option_spelling import Door, Option, as_flag, in_python
from .plurals import agreeing

_HAN, _LATIN = re.compile(r"[\u4e00-\u9fff]"), re.compile(r"[A-Za-z0-9.'\")\]%]")
_MORE = {"en": "…", "zh": "……"}
"""Language -> what follows the first items of a longer list."""
_CHINESE_SEPARATORS = {", ": "、", "; ": "；"}
_LAST = {"": "", "or": " 或 ", "and": " 与 "}
"""Word before the last item of a list -> its Chinese."""
_PARTS = {
    "line": "文件第 {} 行",
    "row": "第 {} 行",
    "value": "第 {} 个值",
    "column": "列 {}",
    "target": "目标列 {}",
}
"""Part of a place -> its Chinese; a column may have a number or a name."""


class _Holes(Formatter):
    def format_field(self, value: Any, format_spec: str) -> str:
        """Format a placeholder's value; ``g`` keeps the digits before the decimal point."""
        return number_text(value) if format_spec == "g" else str(super().format_field(value, format_spec))


_HOLES = _Holes()


@runtime_checkable
class Renderable(Protocol):
    """A value of a message that looks different in each language, or behind each door."""

    def text(self, language: str = "en", door: Door = ...) -> str:
        """Return the text in one of `LANGUAGES`."""


@dataclass(frozen=True)
class Command:
    """A command to run in a terminal: ``glassnet doctor 'my data.csv' --fix OUT.csv``."""

    words: tuple[Any, ...]  # the command and its arguments; an `Option` is a flag

    def __init__(self, *words: Any) -> None:
        object.__setattr__(self, "words", words)

    def text(self, language: str = "en", door: Door | None = None) -> str:
        """Return the line to type, quoted for a shell where necessary."""
        typed = (as_flag(one) if isinstance(one, Option) else shlex.quote(str(one)) for one in self.words)
        return " ".join(("glassnet", *typed))


class Place:
    """Where something is: a file or another source of data, and the part of it.

    The parts are ``line``, from 1, or ``row``, from 0, as in ``--row``; ``value``, ``column`` or ``target``.
    """

    __slots__ = ("parts", "source")

    def __init__(self, source: Any, /, **parts: Any) -> None:
        self.source, self.parts = source, parts

    def __repr__(self) -> str:
        return f"Place({self.source!r}, {self.parts})"

    def __str__(self) -> str:
        return self.text()

    def text(self, language: str = "en", door: Door | None = None) -> str:
        """Return the place, as in ``rows.csv, line 7, column 'age'``."""
        text = str(rendered(self.source, language, door or in_python))
        if language == "en":
            return ", ".join((text, *(f"{name} {_named(value)}" for name, value in self.parts.items())))
        for name, value in self.parts.items():
            part = (
                f"第 {value} 列" if name == "column" and isinstance(value, int) else _PARTS[name].format(_named(value))
            )
            text += ("" if text.endswith("行") else " ") + part if part.startswith("第") else f"，{part}"
        return text


def _named(value: Any) -> str:
    return repr(value) if isinstance(value, str) else f"{value}"


class Listing:
    """A list of names, values or messages: ``cat, dog, …`` or ``csv, npz or idx``.

    Of the items only `most` are named; `last` is the word before the last one: nothing, ``or`` or ``and``. If `quoted`,
    each is shown as Python shows text, in quotes. The separator is ``, `` or ``; ``.
    """

    __slots__ = ("items", "last", "most", "quoted", "separator")

    def __init__(
        self,
        items: Iterable[Any],
        most: int | None = None,
        last: str = "",
        quoted: bool = False,
        separator: str = ", ",
    ) -> None:
        self.items, self.most, self.last, self.quoted, self.separator = tuple(items), most, last, quoted, separator

    def __repr__(self) -> str:
        return f"Listing({list(self.items)})"

    def text(self, language: str = "en", door: Door | None = None) -> str:
        """Return the list with the commas of the language."""
        comma = self.separator if language == "en" else _CHINESE_SEPARATORS[self.separator]
        shown = self.items[: self.most]
        texts = [repr(one) if self.quoted else str(rendered(one, language, door or in_python)) for one in shown]
        if len(shown) < len(self.items):
            return comma.join(texts) + (comma if language == "en" else "") + _MORE[language]
        if self.last and len(texts) > 1:
            word = f" {self.last} " if language == "en" else _LAST[self.last]
            return comma.join(texts[:-1]) + word + texts[-1]
        return comma.join(texts)


class Message:
    """Something to say: a template in English, and the values of its placeholders.

    The template has placeholders as those of `str.format`, such as ``{name!r}`` or ``{rows:,}``. A plural right after
    the placeholder of its number becomes singular for 1: ``{rows:,} rows``. Without values it is the text itself.
    Values are numbers, names, and anything with a method `text` as in `Renderable`. `str` gives the English text for
    readers of Python.
    """

    __slots__ = ("template", "values")

    def __init__(self, template: str, /, **values: Any) -> None:
        self.template, self.values = template, values

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Message) and (self.template, str(self)) == (other.template, str(other))

    def __hash__(self) -> int:
        return hash((self.template, str(self)))

    def __repr__(self) -> str:
        return f"Message({self.template!r}, {self.values})"

    def __str__(self) -> str:
        return self.text()

    @property
    def option(self) -> str:
        """The name of the option that the message is about, which it names first; empty if it is about none."""
        literal, name, _, _ = next(iter(_HOLES.parse(self.template)), ("", None, None, None))
        value = None if literal or name is None else self.values.get(name)
        return value.option if isinstance(value, Message) else value.name if isinstance(value, Option) else ""

    def text(self, language: str = "en", door: Door = in_python) -> str:
        """Return the text on one line, with control characters escaped.

        A template without a translation stays English. `door` spells the options, by default as arguments of a call in
        Python.
        """
        template = self.template
        chinese = chinese_of(template) if language == "zh" else None
        if not self.values:
            return printable(chinese or template)
        values = {name: rendered(value, language, door) for name, value in self.values.items()}
        if chinese is not None:
            return printable(_spaced(chinese, values))
        return printable(_HOLES.vformat(agreeing(template, self.values), (), values))


class Sentences:
    """Messages one after the other, such as what is wrong and what to do; empty ones are left out."""

    __slots__ = ("messages",)

    def __init__(self, *messages: Message | str | None) -> None:
        self.messages = [one for one in messages if one]

    def text(self, language: str = "en", door: Door = in_python) -> str:
        """Return the sentences, in Chinese without spaces between them."""
        return ("" if language == "zh" else " ").join(str(rendered(one, language, door)) for one in self.messages)


def rendered(value: Any, language: str, door: Door) -> Any:
    """Return the value of a placeholder as it is filled in; of text, only names of the bundled data have a Chinese."""
    if isinstance(value, str):
        return catalogue("data").get(value, value) if language == "zh" else value
    return value.text(language, door) if isinstance(value, Renderable) else value


def _spaced(chinese: str, values: Mapping[str, Any]) -> str:
    """Fill a Chinese template, with a space between a Chinese character and a Latin one at the end of a placeholder."""
    text = ""
    for literal, name, spec, conversion in _HOLES.parse(chinese):
        pieces = [literal]
        if name is not None:
            pieces.append(_HOLES.format_field(_HOLES.convert_field(values[name], conversion), spec or ""))
        for piece in pieces:
            here, there = text[-1:], piece[:1]
            apart = (_HAN.match(here) and _LATIN.match(there)) or (_LATIN.match(here) and _HAN.match(there))
            text += f" {piece}" if apart else piece
    return text
