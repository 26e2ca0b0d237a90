"""The package's source as syntax trees: who imports whom, and what is defined where."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import NamedTuple

import glassnet

ROOT = Path(__file__).parents[2]
PACKAGE = Path(glassnet.__file__).parent


class Import(NamedTuple):
    """One imported module; `late` if only a function call or a type checker imports it."""

    importer: str
    imported: str
    late: bool
    line: int


@cache
def modules() -> dict[str, Path]:
    """Name -> file of every module of the package."""
    found = {}
    for path in sorted(PACKAGE.rglob("*.py")):
        parts = ("glassnet", *path.relative_to(PACKAGE).with_suffix("").parts)
        found[".".join(parts[:-1] if parts[-1] == "__init__" else parts)] = path
    return found


@cache
def tree(path: Path) -> ast.Module:
    """The syntax tree of a file."""
    return ast.parse(path.read_text(encoding="utf-8"), str(path))


@cache
def walk(node: ast.AST) -> list[ast.AST]:
    """Every node of a syntax tree, as of `ast.walk`."""
    found = [node]
    for one in found:
        found.extend(ast.iter_child_nodes(one))
    return found


def functions(path: Path) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    """Every function of a file, nested ones too."""
    return (node for node in walk(tree(path)) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef))


@cache
def imports(module: str) -> list[Import]:
    """What a module imports, its own package's modules and others by their full names."""
    return list(_imports(tree(modules()[module]), module, False))


def _imports(node: ast.AST, module: str, late: bool) -> Iterator[Import]:
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.expr):
            continue  # no statements inside
        if isinstance(child, ast.Import):
            yield from (Import(module, alias.name, late, child.lineno) for alias in child.names)
        elif isinstance(child, ast.ImportFrom):
            yield from (Import(module, name, late, child.lineno) for name in _targets(child, module))
        elif isinstance(child, ast.If) and "TYPE_CHECKING" in ast.unparse(child.test):
            for part in child.body:
                yield from _imports(ast.Module([part], []), module, True)
            for part in child.orelse:
                yield from _imports(ast.Module([part], []), module, late)
        else:
            inside = isinstance(child, ast.FunctionDef | ast.AsyncFunctionDef)
            yield from _imports(child, module, late or inside)


def _targets(node: ast.ImportFrom, module: str) -> Iterator[str]:
    base = node.module or ""
    if node.level:
        is_package = modules()[module].name == "__init__.py"
        package = module.split(".")
        package = package[: len(package) - node.level + is_package]
        base = ".".join([*package, base] if base else package)
    for alias in node.names:
        inner = f"{base}.{alias.name}"
        yield inner if inner in modules() else base


def cycle(edges: dict[str, set[str]]) -> list[str]:
    """A cycle among the edges, as a list of names; empty if there is none."""
    done: set[str] = set()

    def visit(name: str, way: list[str]) -> list[str]:
        if name in way:
            return [*way[way.index(name) :], name]
        if name in done:
            return []
        for other in sorted(edges.get(name, ())):
            if found := visit(other, [*way, name]):
                return found
        done.add(name)
        return []

    return next((found for name in sorted(edges) if (found := visit(name, []))), [])
