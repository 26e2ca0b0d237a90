"""Resolve names to dotted paths: ``np.asfarray`` is ``numpy.asfarray`` if numpy was imported as np."""

from __future__ import annotations

import ast
from dataclasses import dataclass


@dataclass(frozen=True)
class ImportedNames:
    """The names that a program imports and binds."""

    paths: dict[str, str]  # local name -> dotted path
    bound: frozenset[str]  # names that the program assigns, defines or uses as parameters
    stars: tuple[str, ...]  # modules imported with ``*``

    def path(self, node: ast.AST) -> str | None:
        """Return the dotted path of an expression, or None."""
        if isinstance(node, ast.Attribute):
            inner = self.path(node.value)
            return f"{inner}.{node.attr}" if inner else None
        if not isinstance(node, ast.Name):
            return None
        if node.id in self.paths:
            return self.paths[node.id]
        return None if node.id in self.bound else node.id

    def possible_paths(self, node: ast.AST) -> tuple[str, ...]:
        """Return the paths that an expression may refer to: its own, and those of star imports."""
        path = self.path(node)
        if path is None:
            return ()
        stars = tuple(f"{module}.{path}" for module in self.stars) if isinstance(node, ast.Name) else ()
        return (path, *stars)

    def local(self, path: str) -> str | None:
        """Return the local name of an imported module, or None."""
        return next((name for name, target in self.paths.items() if target == path), None)


def collect_names(tree: ast.Module) -> ImportedNames:
    """Collect the imported and bound names of a program."""
    paths: dict[str, str] = {}
    bound: list[str] = []
    stars: list[str] = []
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            for alias in node.names:
                top = alias.name.split(".")[0]
                paths[alias.asname or top] = alias.name if alias.asname else top
        elif isinstance(node, ast.ImportFrom):
            for alias in node.names:
                if alias.name == "*":
                    stars.append(node.module or "")
                else:
                    paths[alias.asname or alias.name] = f"{node.module or ''}.{alias.name}"
        elif isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            bound.append(node.id)
        elif isinstance(node, ast.FunctionDef | ast.ClassDef):
            bound.append(node.name)
        elif isinstance(node, ast.arg):
            bound.append(node.arg)
    return ImportedNames(paths, frozenset(bound), tuple(stars))


def number_of(node: ast.AST) -> float | None:
    """Return the value of an expression that is a signed number, or None."""
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub):
        inner = number_of(node.operand)
        return None if inner is None else -inner
    if isinstance(node, ast.Constant) and isinstance(node.value, int | float) and not isinstance(node.value, bool):
        return float(node.value)
    return None
