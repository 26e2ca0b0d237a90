"""The messages in the code: what is raised, warned of or returned as an error, as keys of the Chinese catalogue."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator, Mapping
from functools import cache

from glassnet import errors
from glassnet.i18n.translate import in_chinese
from support.sources import PACKAGE

ERRORS = {name for name, one in vars(errors).items() if isinstance(one, type) and issubclass(one, errors.GlassnetError)}
QUOTED = re.compile(r"（[^（）]*）|<[^>]*>|'[^']*'|\"[^\"]*\"|`[^`]*`|glassnet [a-z]+|--\S+")
PLACEHOLDER = re.compile(r"\{\w*\}")
SENTENCES = re.compile(r"(?<=[.?!]) (?=\S)")
NONE: Mapping[str, str] = {}


def pattern(text: str) -> str:
    """A message or key without the names of its placeholders."""
    return PLACEHOLDER.sub("{}", text)


def texts(node: ast.AST, constants: Mapping[str, str] = NONE) -> Iterator[str]:
    """The texts that an expression can yield, with placeholders as ``{}``, unless they are constants given here."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        yield node.value
    elif isinstance(node, ast.JoinedStr):
        pieces = [
            one.value if isinstance(one, ast.Constant) else constants.get(getattr(one.value, "id", ""), "{}")
            for one in node.values
        ]
        yield "".join(map(str, pieces))
    elif isinstance(node, ast.IfExp):
        yield from texts(node.body)
        yield from texts(node.orelse)
    elif isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add):
        for left in [*texts(node.left)] or ["{}"]:
            for right in [*texts(node.right)] or ["{}"]:
                yield left + right
    elif isinstance(node, ast.Call) and getattr(node.func, "id", "") == "printable":
        yield from texts(node.args[0])


@cache
def modules() -> dict[str, ast.Module]:
    """File of the package -> its syntax tree, without the translations."""
    return {
        str(path.relative_to(PACKAGE)): ast.parse(path.read_text(encoding="utf-8"))
        for path in PACKAGE.rglob("*.py")
        if "i18n" not in path.relative_to(PACKAGE).parts
    }


def required() -> dict[str, str]:
    """Message that a user can see -> the file that raises it. Fragments in placeholders are checked when tests run."""
    found = {}
    for name, tree in modules().items():
        for node in ast.walk(tree):
            if not isinstance(node, ast.Call):
                continue
            called = getattr(node.func, "id", getattr(node.func, "attr", ""))
            message = None
            if called in ERRORS and len(node.args) > 1:
                message = node.args[1]
            elif called in ("warn", "UsageError", "BadParameter") and node.args:
                message = node.args[0]
            if message is not None:
                found |= {text: name for text in texts(message) if re.search(r"[a-z]{3}", PLACEHOLDER.sub("", text))}
    return found


def present() -> set[str]:
    """Every text in the code and each of its sentences, with placeholders as ``{}`` or as the module's constants."""
    found = set()
    for tree in modules().values():
        for node in ast.walk(tree):
            found |= {*texts(node), *texts(node, constants_of(tree))}
    return found | {sentence for text in found for sentence in SENTENCES.split(text)}


@cache
def constants_of(tree: ast.Module) -> dict[str, str]:
    """The texts that a module gives names."""
    return {
        target.id: node.value.value
        for node in tree.body
        if isinstance(node, ast.Assign) and isinstance(node.value, ast.Constant) and isinstance(node.value.value, str)
        for target in node.targets
        if isinstance(target, ast.Name)
    }


def english_left(message: str) -> list[str]:
    """Runs of three or more English words in a message's Chinese, except in quotations and names."""
    return _english_left(re.sub(r"(?<!\S)/\S+/", "", " ".join(message.split())))


@cache
def _english_left(message: str) -> list[str]:
    chinese = in_chinese(message)
    if chinese is None:
        return [message]
    return re.findall(r"(?<![\w'/.-])[a-z]{2,}(?: [a-z]{2,}){2,}(?![\w'/-])", QUOTED.sub("", chinese))
