"""What text an expression stands for, where a program's own constants tell it: names, sums, joined paths."""

from __future__ import annotations

import ast
import ntpath
import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from .names import Names

_JOINS = ("os.path.join", "posixpath.join", "ntpath.join")
_PATHS = ("pathlib.Path", "pathlib.PurePath", "pathlib.PosixPath", "pathlib.WindowsPath", "pathlib.PurePosixPath")
_SAME = ("str", "os.fspath", "os.path.normpath", "os.path.abspath", "os.path.expanduser")
_DEEP = 20
"""Names that are followed one after the other at most."""


@dataclass(frozen=True)
class Text:
    """A text that an expression stands for.

    Parameters
    ----------
    value : str
        The text.
    path : bool
        Whether it is a `pathlib.Path` of it.
    node : ast.expr
        Where it stands or is put together: what is assigned, where a name stands for it.
    """

    value: str
    path: bool
    node: ast.expr


@dataclass(frozen=True)
class _Binding:
    """One place where a name gets a value; None where that is no assignment of it alone."""

    value: ast.expr | None
    end: tuple[int, int]
    direct: bool


@dataclass(eq=False)
class _Scope:
    """A module, a function or a class: its names, and the statements that are run one after the other."""

    parent: _Scope | None
    is_class: bool = False
    direct: frozenset[int] = frozenset()
    names: dict[str, list[_Binding]] = field(default_factory=dict)

    def bind(self, name: str, value: ast.expr | None, statement: ast.stmt | None = None) -> None:
        end = (0, 0) if statement is None else (statement.end_lineno or 0, statement.end_col_offset or 0)
        self.names.setdefault(name, []).append(_Binding(value, end, id(statement) in self.direct))


class Texts:
    """The texts of one program.

    Parameters
    ----------
    tree : ast.Module
        The program.
    names : Names
        Its names.
    """

    def __init__(self, tree: ast.Module, names: Names) -> None:
        self._names = names
        self._module = self._scope = _Scope(None, direct=frozenset(map(id, tree.body)))
        self._scopes: dict[int, _Scope] = {}
        self._take_down(tree)

    def of(self, node: ast.expr, deep: int = 0) -> Text | None:
        """Return what an expression stands for, or None."""
        if isinstance(node, ast.Constant):
            return Text(node.value, False, node) if isinstance(node.value, str) else None
        if deep > _DEEP:
            return None
        if isinstance(node, ast.Name):
            value = self._value(node)
            return None if value is None else self.of(value, deep + 1)
        if isinstance(node, ast.JoinedStr):
            return self._put_together([self._part(part, deep) for part in node.values], node)
        if isinstance(node, ast.BinOp):
            return self._of_two(node, deep)
        return self._of_call(node, deep) if isinstance(node, ast.Call) else None

    def _part(self, part: ast.expr, deep: int) -> Text | None:
        """Return a part of a formatted string, if it stands there as it is."""
        if not isinstance(part, ast.FormattedValue):
            return self.of(part, deep + 1)
        return self.of(part.value, deep + 1) if part.conversion == -1 and part.format_spec is None else None

    def _put_together(self, parts: list[Text | None], node: ast.expr) -> Text | None:
        known = [part.value for part in parts if part is not None]
        return Text("".join(known), False, node) if len(known) == len(parts) else None

    def _of_two(self, node: ast.BinOp, deep: int) -> Text | None:
        left, right = self.of(node.left, deep + 1), self.of(node.right, deep + 1)
        if left is None or right is None:
            return None
        if isinstance(node.op, ast.Add) and not (left.path or right.path):
            return self._put_together([left, right], node)
        if isinstance(node.op, ast.Div) and (left.path or right.path):
            return Text(_joined([left.value, right.value]), True, node)
        return None

    def _of_call(self, node: ast.Call, deep: int) -> Text | None:
        if node.keywords or any(isinstance(one, ast.Starred) for one in node.args):
            return None
        parts = [self.of(one, deep + 1) for one in node.args]
        called = {*self._names.paths_of(node.func)}
        is_path = bool(called & set(_PATHS))
        if isinstance(node.func, ast.Attribute) and node.func.attr == "joinpath":
            parts.insert(0, self.of(node.func.value, deep + 1))
            is_path = parts[0] is not None and parts[0].path
        elif not (is_path or called & set(_JOINS) or (called & set(_SAME) and len(parts) == 1)):
            return None
        known = [part.value for part in parts if part is not None]
        if not known or len(known) < len(parts):
            return None
        value = _joined(known)
        return Text(os.path.expanduser(value) if "os.path.expanduser" in called else value, is_path, node)

    def _value(self, node: ast.Name) -> ast.expr | None:
        """Return what was assigned to a name where it is read, if that is sure."""
        own = scope = self._scopes.get(id(node), self._module)
        while node.id not in scope.names:
            if scope.parent is None:
                return None
            scope = scope.parent
        bindings = scope.names[node.id]
        if any(one.value is None for one in bindings):
            return None
        if scope is own and all(one.direct for one in bindings):
            before = [one for one in bindings if one.end <= (node.lineno, node.col_offset)]
            return before[-1].value if before else None
        return bindings[0].value if len(bindings) == 1 else None

    def _take_down(self, node: ast.AST) -> None:
        """Take down where names stand and what they are assigned; other ways to get a value are not followed."""
        if isinstance(node, ast.Name):
            self._scopes[id(node)] = self._scope
            if not isinstance(node.ctx, ast.Load):
                self._scope.bind(node.id, None)
        elif isinstance(node, ast.Assign | ast.AnnAssign) and node.value is not None:
            self._take_down(node.value)
            for target in node.targets if isinstance(node, ast.Assign) else [node.target]:
                if isinstance(target, ast.Name):
                    self._scope.bind(target.id, node.value, node)
                else:
                    self._take_down(target)
        elif isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            self._scope.bind(node.name, None)
            self._enter(node.body, [*node.decorator_list, *_defaults(node.args)], node.args)
        elif isinstance(node, ast.ClassDef):
            self._scope.bind(node.name, None)
            self._enter(node.body, [*node.decorator_list, *node.bases, *node.keywords], None)
        elif isinstance(node, ast.Lambda):
            self._enter([node.body], list(_defaults(node.args)), node.args)
        elif isinstance(node, ast.Global | ast.Nonlocal):
            self._distrust(node.names)
        else:
            if isinstance(node, ast.alias):
                self._scope.bind(node.asname or node.name.split(".")[0], None)
            elif isinstance(node, ast.ExceptHandler | ast.MatchAs | ast.MatchStar) and node.name:
                self._scope.bind(node.name, None)
            for child in ast.iter_child_nodes(node):
                self._take_down(child)

    def _distrust(self, names: list[str]) -> None:
        """Leave names alone that several functions assign."""
        scope: _Scope | None = self._scope
        while scope is not None:
            for name in names:
                scope.bind(name, None)
            scope = scope.parent

    def _enter(self, body: Sequence[ast.AST], before: Sequence[ast.AST], parameters: ast.arguments | None) -> None:
        """Take down a function, or a class, which has no parameters and whose names its functions do not see."""
        for node in before:
            self._take_down(node)
        outer, parent = self._scope, self._scope
        while parent.is_class and parent.parent is not None:
            parent = parent.parent
        self._scope = _Scope(parent, parameters is None, frozenset(map(id, body)))
        for argument in ast.walk(parameters) if parameters else ():
            if isinstance(argument, ast.arg):
                self._scope.bind(argument.arg, None)
        for node in body:
            self._take_down(node)
        self._scope = outer


def _defaults(parameters: ast.arguments) -> Iterator[ast.expr]:
    yield from parameters.defaults
    yield from (one for one in parameters.kw_defaults if one is not None)


def is_absolute(text: str) -> bool:
    """Tell whether a path is one of a single machine, of whatever system."""
    return os.path.isabs(text) or ntpath.splitdrive(text)[0] != "" or text.startswith("\\\\")


def _joined(parts: list[str]) -> str:
    """Join a path as its own system would."""
    whole = parts[0]
    for part in parts[1:]:
        separator = "" if not whole or whole[-1] in "/\\" else "/"
        whole = part if is_absolute(part) or part.startswith("/") else whole + separator + part
    return whole
