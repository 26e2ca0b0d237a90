"""The messages in the code: the templates of what is raised, warned of or reported, from the syntax trees."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator, Mapping
from functools import cache
from string import Formatter
from typing import Any

from glassnet import errors
from glassnet.messages.catalogue import chinese_of, translated
from glassnet.messages.message import Listing, Message, Place, Sentences
from support import sources
from support.sources import PACKAGE, tree, walk

ERRORS = {name for name, one in vars(errors).items() if isinstance(one, type) and issubclass(one, errors.GlassnetError)}
WARNINGS = {
    name for name, one in vars(errors).items() if isinstance(one, type) and issubclass(one, errors.GlassnetWarning)
}


def placeholders(template: str) -> list[str]:
    """The names of a template's placeholders."""
    return [name for _, name, _, _ in Formatter().parse(template) if name is not None]


def literal(template: str) -> str:
    """A template without its placeholders."""
    return "".join(text for text, _, _, _ in Formatter().parse(template))


def needs_chinese(template: str) -> bool:
    """Whether a template has English words."""
    return bool(re.search("[a-z]{3}", literal(template) if "{" in template else template))


@cache
def modules() -> dict[str, ast.Module]:
    """File of the package -> its syntax tree."""
    return {path.relative_to(PACKAGE).as_posix(): tree(path) for path in sources.modules().values()}


def calls(module: ast.Module) -> Iterator[tuple[str, ast.Call]]:
    """Every call, with the name of what is called."""
    for node in walk(module):
        if isinstance(node, ast.Call):
            yield getattr(node.func, "id", getattr(node.func, "attr", "")), node


def template_of(called: str, call: ast.Call) -> ast.expr | None:
    """What a call uses as a template, if it makes a message."""
    place = 2 if called == "RequestError" else 1 if called in {"refused", *ERRORS} else 0
    others = {"Message", "NotImportableError", "RequestError", "busy", "malformed", "refused", "too_large"}
    makes = called in {*others, *ERRORS, *WARNINGS}
    return call.args[place] if makes and len(call.args) > place else None


@cache
def templates() -> dict[str, str]:
    """Template -> the file that has it: literals in calls, in choices between two, and with a name of their own."""
    found = {}
    for name, module in modules().items():
        named: dict[str, list[ast.expr]] = {}
        for node in walk(module):
            if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name):
                named.setdefault(node.targets[0].id, []).append(node.value)
        for called, call in calls(module):
            node = template_of(called, call)
            for one in named.get(node.id, []) if isinstance(node, ast.Name) else [node]:
                for text in (one.body, one.orelse) if isinstance(one, ast.IfExp) else (one,):
                    if isinstance(text, ast.Constant) and isinstance(text.value, str):
                        found[text.value] = name
    return found


def untranslated(value: Any) -> Iterator[str]:
    """The templates with English words in a message, and in its values, that have no Chinese."""
    if isinstance(value, errors.GlassnetError):
        yield from untranslated(value.message)
    elif isinstance(value, Message):
        if chinese_of(value.template) is None and needs_chinese(value.template):
            yield value.template
        for one in value.values.values():
            yield from untranslated(one)
    elif isinstance(value, Place):
        yield from untranslated(value.source)
    elif isinstance(value, Sentences):
        for one in value.messages:
            yield from untranslated(one)
    elif isinstance(value, Listing):
        for one in value.items:
            yield from untranslated(one)


def in_both(words: Mapping[str, str]) -> dict[str, tuple[str, str]]:
    """Key of a catalogue -> its text in English and in Chinese."""
    return {key: (english, translated(english, "zh", key)) for key, english in words.items()}
