"""ES modules as one script or module: a page of one file, and a widget of a notebook, cannot import anything.

Each module becomes a function that returns its exports, in the order in which they are needed. Lines that are comments
stay in the source: they would be a fifth of the script in each page. Its text is otherwise unchanged.
"""

from __future__ import annotations

import re
from collections.abc import Collection
from functools import cache
from pathlib import Path

_NAMED = re.compile(r'^import \{([^}]*)\} from "(\.[^"]+)";$', re.M)
_DEFAULT = re.compile(r'^import (\w+) from "(\.[^"]+)";$', re.M)
_DECLARED = re.compile(r"^export ((?:async )?function|class|const)(\*? )(\w+)", re.M)
_EXPORTED = re.compile(r"^export default (?=\{)", re.M)
_OTHER = re.compile(r"^\s*(?:import|export)\b.*|\bimport\s*\(.*|^.*\bawait import\b.*", re.M)
_COMMENT_LINES = re.compile(r"^[ \t]*(?:/\*(?:(?!\*/).)*\*/[ \t]*|//[^\n]*)\n", re.S | re.M)  # not the /* of "image/*"
_INLINE_TYPES = re.compile(r"/\*\* @.*?\*/", re.S)
_CLOSING = re.compile(r"</(?=script)|<!--|]]>", re.I)

REGISTRY = "globalThis.glassnetModules"
"""Where scripts of one page find each other's modules."""


def bundle(entry: Path, root: Path, loaded: Collection[Path] = ()) -> tuple[str, list[Path]]:
    """Return a module and all that it imports as one script, and their paths in the order of execution.

    The folder `root` contains all modules: their names in the script are relative to it. Modules in `loaded` are in an
    earlier script of the page. Raises ValueError for imports and exports of other forms than this module knows, cycles,
    and text that would end the script.
    """
    order = _in_order(entry, loaded)
    parts = [f"const modules = ({REGISTRY} ??= {{}});", *_parts(order, root)]
    return "(() => {\n" + "\n".join(parts) + "\n})();\n", order


def one_module(entry: Path, root: Path) -> str:
    """Return one ES module made of a module and all that it imports, whose default it exports; see `bundle`."""
    parts = ["const modules = {};", *_parts(_in_order(entry), root)]
    name = entry.resolve().relative_to(root.resolve()).as_posix()
    return "\n".join([*parts, f'export default modules["{name}"].default;', ""])


def _in_order(entry: Path, loaded: Collection[Path] = ()) -> list[Path]:
    """Return a module and those that it imports, each after those that it needs, without those that are loaded."""
    order: list[Path] = []
    _visit(entry.resolve(), (), order, set(loaded))
    return order


def _visit(path: Path, importers: tuple[Path, ...], order: list[Path], done: set[Path]) -> None:
    if path in done:
        return
    if path in importers:
        raise ValueError(f"{path.name}: imports itself, by way of {importers[-1].name}")
    for imported in imports_of(path, path.read_text("utf-8")):
        _visit(imported, (*importers, path), order, done)
    done.add(path)
    order.append(path)


@cache
def imports_of(path: Path, text: str) -> tuple[Path, ...]:
    """Return the modules that a module with a text imports."""
    found = sorted((match.start(), match[2]) for form in (_NAMED, _DEFAULT) for match in form.finditer(text))
    return tuple((path.parent / target).resolve() for _, target in found)


def _parts(order: list[Path], root: Path) -> list[str]:
    return [_wrapped(path, root, path.read_text("utf-8")) for path in order]


@cache  # the same modules are in every page
def _wrapped(path: Path, root: Path, text: str) -> str:
    root = root.resolve()

    def place(target: str) -> str:
        return f'modules["{(path.parent / target).resolve().relative_to(root).as_posix()}"]'

    text = _COMMENT_LINES.sub("", text)
    text = _NAMED.sub(lambda match: f"const {{{match[1].replace(' as ', ': ')}}} = {place(match[2])};", text)
    text = _DEFAULT.sub(lambda match: f"const {match[1]} = {place(match[2])}.default;", text)
    names = [match[3] for match in _DECLARED.finditer(text)]
    text = _DECLARED.sub(r"\1\2\3", text)
    if _EXPORTED.search(text):
        text = _EXPORTED.sub("const exportedDefault = ", text)
        names.append("default: exportedDefault")
    if other := _OTHER.search(_INLINE_TYPES.sub("", text)) or _CLOSING.search(text):
        raise ValueError(f"{path.name}: {other[0].strip()!r} has no form in an inline script")
    name = path.relative_to(root).as_posix()
    return f'modules["{name}"] = (() => {{\n"use strict";\n{text}\nreturn {{ {", ".join(names)} }};\n}})();'
