"""What texts an expression stands for, where a program's own constants tell it.

Names, sums, joined paths and formatted texts are followed; of a name that a loop gives one value after the other, all
of them, and of a function's parameter those that the program's own calls give it. What the command line may say
otherwise counts as what it is if nothing is said.
"""

from __future__ import annotations

import ast
import ntpath
import os
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from functools import partial

from .scopes import Names

_JOINS = ("os.path.join", "posixpath.join", "ntpath.join")
_PATHS = ("pathlib.Path", "pathlib.PurePath", "pathlib.PosixPath", "pathlib.WindowsPath", "pathlib.PurePosixPath",
          "pathlib.PureWindowsPath")  # fmt: skip
_WINDOWS = ("ntpath.join", "pathlib.WindowsPath", "pathlib.PureWindowsPath")
_SEPARATORS = {"os.sep": os.sep, "os.path.sep": os.sep, "ntpath.sep": "\\", "posixpath.sep": "/"}
_SAME = ("str", "os.fspath", "os.path.normpath", "os.path.abspath", "os.path.realpath", "os.path.expanduser")
_IN_TURN = ("sorted", "list", "tuple", "set", "reversed")
_DEEP = 20
"""Names that are followed one after the other at most."""
_MANY = 200
"""Texts that one expression stands for at most."""


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
    shared : bool
        Whether it is put together there in a loop, out of other parts each time.
    """

    value: str
    path: bool
    node: ast.expr
    shared: bool = False


@dataclass(frozen=True)
class _Binding:
    """One place where a name gets a value; None where that is no assignment of it alone.

    `each` says that it gets one value after the other: those of a loop over `value`, or of a function's calls.
    """

    value: ast.expr | None
    end: tuple[int, int]
    direct: bool
    each: Callable[[], list[ast.expr]] | None = None


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

    def bind_each(self, name: str, each: Callable[[], list[ast.expr]]) -> None:
        self.names.setdefault(name, []).append(_Binding(None, (0, 0), False, each))


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
        self._assumed: dict[int, ast.expr] = {}
        self._open: _Binding | None = None
        self._calls: dict[str, list[ast.Call]] = {}
        self._flags: dict[str, list[ast.expr | None]] = {}
        for node in ast.walk(tree):
            if isinstance(node, ast.Call):
                self._take_down_call(node)
        self._take_down(tree)

    def each(self, node: ast.expr) -> list[Text]:
        """Return all that an expression is known to stand for, one after the other."""
        self._open = None
        text = self.of(node)
        binding = self._open
        if binding is None or binding.each is None:
            return [] if text is None else [text]
        found: list[Text] = []
        values = binding.each()
        for value in values[:_MANY]:
            self._assumed[id(binding)] = value
            own = {id(part) for part in ast.walk(value)}
            found += [one if id(one.node) in own else replace(one, shared=True) for one in self.each(node)]
            del self._assumed[id(binding)]
            if len(found) > _MANY:
                break
        return found

    def of(self, node: ast.expr, deep: int = 0) -> Text | None:
        """Return what an expression stands for, or None."""
        if isinstance(node, ast.Constant):
            return Text(node.value, False, node) if isinstance(node.value, str) else None
        if deep > _DEEP:
            return None
        separators = [_SEPARATORS[path] for path in self._names.paths_of(node) if path in _SEPARATORS]
        if separators:
            return Text(separators[0], False, node)
        if isinstance(node, ast.Name | ast.Attribute | ast.IfExp):
            value = self._stands_for(node)
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
        return self._shown(part.value, deep) if part.conversion == -1 and part.format_spec is None else None

    def _shown(self, node: ast.expr, deep: int) -> Text | None:
        """Return what an expression looks like in a text: a whole number too."""
        number = self._stands_for(node) if isinstance(node, ast.Name) else node
        if isinstance(number, ast.Constant) and type(number.value) is int:
            return Text(str(number.value), False, node)
        return self.of(node, deep + 1)

    def _put_together(self, parts: list[Text | None], node: ast.expr) -> Text | None:
        known = [part.value for part in parts if part is not None]
        return Text("".join(known), False, node) if len(known) == len(parts) else None

    def _of_two(self, node: ast.BinOp, deep: int) -> Text | None:
        if isinstance(node.op, ast.Mod):
            parts = node.right.elts if isinstance(node.right, ast.Tuple) else [node.right]
            return self._filled(node, node.left, parts, deep)
        left, right = self.of(node.left, deep + 1), self.of(node.right, deep + 1)
        if left is None or right is None:
            return None
        if isinstance(node.op, ast.Add) and not (left.path or right.path):
            return self._put_together([left, right], node)
        if isinstance(node.op, ast.Div) and (left.path or right.path):
            return Text(_joined([left.value, right.value]), True, node)
        return None

    def _filled(self, node: ast.expr, pattern: ast.expr, parts: Sequence[ast.expr], deep: int) -> Text | None:
        """Return ``'%s.csv' % name`` and ``'{}.csv'.format(name)``, where nothing more than that is asked for."""
        whole, known = self.of(pattern, deep + 1), [self._shown(part, deep) for part in parts]
        if whole is None or whole.path or None in known:
            return None
        pieces = re.split(r"%[sdi]" if isinstance(node, ast.BinOp) else r"\{\d?\}", whole.value)
        if len(pieces) != len(known) + 1 or any("%" in piece or "{" in piece for piece in pieces):
            return None
        if re.search(r"\{\d\}", whole.value) and re.findall(r"\{(\d)\}", whole.value) != list(
            map(str, range(len(known)))
        ):
            return None
        filled = [
            text for piece, one in zip(pieces, [*known, None], strict=True) for text in (piece, one and one.value)
        ]
        return Text("".join(text for text in filled if text), False, node)

    def _of_call(self, node: ast.Call, deep: int) -> Text | None:
        if node.keywords or any(isinstance(one, ast.Starred) for one in node.args):
            return None
        if isinstance(node.func, ast.Attribute) and node.func.attr == "format":
            return self._filled(node, node.func.value, node.args, deep)
        if isinstance(node.func, ast.Attribute) and node.func.attr == "join" and len(node.args) == 1:
            return self._strung(node, node.func.value, node.args[0], deep)
        if self._names_folder(node):
            return Text("", "pathlib" in ast.unparse(node), node)
        parts = [self.of(one, deep + 1) for one in node.args]
        called = {*self._names.paths_of(node.func)}
        is_path = bool(called & set(_PATHS))
        if called & {"str"} and len(node.args) == 1:
            parts = [self._shown(node.args[0], deep)]
        if isinstance(node.func, ast.Attribute) and node.func.attr == "joinpath":
            parts.insert(0, self.of(node.func.value, deep + 1))
            is_path = parts[0] is not None and parts[0].path
        elif not (is_path or called & set(_JOINS) or (called & set(_SAME) and len(parts) == 1)):
            return None
        known = [part.value for part in parts if part is not None]
        if not known or len(known) < len(parts):
            return None
        value = _joined(known, "\\" if called & set(_WINDOWS) else "/")
        return Text(os.path.expanduser(value) if "os.path.expanduser" in called else value, is_path, node)

    def _strung(self, node: ast.expr, between: ast.expr, parts: ast.expr, deep: int) -> Text | None:
        """Return ``os.sep.join(["data", name])``."""
        own = self.of(between, deep + 1)
        if own is None or not isinstance(parts, ast.List | ast.Tuple):
            return None
        known = [self.of(part, deep + 1) for part in parts.elts]
        texts = [part.value for part in known if part is not None]
        return Text(own.value.join(texts), False, node) if len(texts) == len(known) else None

    def _value(self, node: ast.Name) -> ast.expr | None:
        """Return what was assigned to a name where it is read, if that is sure."""
        own = scope = self._scopes.get(id(node), self._module)
        while node.id not in scope.names:
            if scope.parent is None:
                return None
            scope = scope.parent
        bindings = scope.names[node.id]
        if len(bindings) == 1 and bindings[0].each is not None:
            assumed = self._assumed.get(id(bindings[0]))
            self._open = self._open or (bindings[0] if assumed is None else None)
            return assumed
        if any(one.value is None for one in bindings):
            return None
        if scope is own and all(one.direct for one in bindings):
            before = [one for one in bindings if one.end <= (node.lineno, node.col_offset)]
            return before[-1].value if before else None
        return bindings[0].value if len(bindings) == 1 else None

    def _stands_for(self, node: ast.expr) -> ast.expr | None:
        """Return the expression that a name, a flag of the command line, or a choice by the command line stands for."""
        if isinstance(node, ast.Name):
            return self._value(node)
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name):
            made, flags = self._value(node.value), self._flags.get(node.attr, [])
            parsed = made is not None and ast.unparse(made).partition("(")[0].endswith(".parse_args")
            return flags[0] if parsed and len(flags) == 1 else None
        if isinstance(node, ast.IfExp) and "sys.argv" in ast.unparse(node.test):
            sides = [one for one in (node.body, node.orelse) if "sys.argv" not in ast.unparse(one)]
            return sides[0] if len(sides) == 1 else None
        return None

    def _names_folder(self, node: ast.Call) -> bool:
        """Tell whether a call gives the folder of the program, from which relative names count here."""
        inner = node.args[0] if len(node.args) == 1 else None
        if "os.path.dirname" not in self._names.paths_of(node.func):
            return False
        while isinstance(inner, ast.Call) and {*self._names.paths_of(inner.func)} & set(_SAME) and len(inner.args) == 1:
            inner = inner.args[0]
        return isinstance(inner, ast.Name) and inner.id == "__file__"

    def _take_down_call(self, node: ast.Call) -> None:
        if isinstance(node.func, ast.Name):
            self._calls.setdefault(node.func.id, []).append(node)
        if isinstance(node.func, ast.Attribute) and node.func.attr == "add_argument":
            named = [one.value for one in node.args if isinstance(one, ast.Constant) and isinstance(one.value, str)]
            told = {one.arg: one.value for one in node.keywords}
            long = next((name for name in named if name.startswith("--")), next(iter(named), ""))
            own = told.get("dest")
            name = own.value if isinstance(own, ast.Constant) else long.lstrip("-").replace("-", "_")
            self._flags.setdefault(str(name), []).append(told.get("default"))

    def _values_in_turn(self, node: ast.expr) -> list[ast.expr]:
        """Return what a loop over an expression goes through, as far as it is known."""
        if isinstance(node, ast.List | ast.Tuple | ast.Set):
            return [one for one in node.elts if not isinstance(one, ast.Starred)]
        if isinstance(node, ast.Name):
            value = self._value(node)
            return [] if value is None else self._values_in_turn(value)
        if not isinstance(node, ast.Call) or not node.args or node.keywords:
            return []
        called = ast.unparse(node.func)
        if called in _IN_TURN:
            return self._values_in_turn(node.args[0])
        limits = [one.value for one in node.args if isinstance(one, ast.Constant) and type(one.value) is int]
        if called in ("range", "xrange") and len(limits) == len(node.args) <= 2:
            return [ast.copy_location(ast.Constant(number), node) for number in range(*limits)[:_MANY]]
        return []

    def _bind_loop(self, target: ast.expr, values: ast.expr) -> None:
        """Bind the name of a loop to what it goes through; with ``enumerate`` the second of two names."""
        numbered = isinstance(values, ast.Call) and ast.unparse(values.func) == "enumerate" and len(values.args) == 1
        if numbered and isinstance(target, ast.Tuple) and len(target.elts) == 2:
            self._take_down(target.elts[0])
            target, values = target.elts[1], values.args[0]  # type: ignore[attr-defined]
        if isinstance(target, ast.Name) and not (numbered and isinstance(values, ast.Call)):
            self._scopes[id(target)] = self._scope
            self._scope.bind_each(target.id, lambda: self._values_in_turn(values))
        else:
            self._take_down(target)

    def _parameters(
        self, parameters: ast.arguments, function: str
    ) -> Iterator[tuple[str, Callable[[], list[ast.expr]]]]:
        """Yield a function's parameters that have a place, each with what returns its values."""
        placed = [*parameters.posonlyargs, *parameters.args]
        usual = [None] * (len(placed) - len(parameters.defaults)) + list(parameters.defaults)
        for place, (argument, default) in enumerate(zip(placed, usual, strict=True)):
            yield argument.arg, partial(self._given, function, place, argument.arg, default)

    def _given(self, function: str, place: int, name: str, default: ast.expr | None) -> list[ast.expr]:
        """Return what the program's calls of a function give to one of its parameters."""
        found: list[ast.expr] = []
        for call in self._calls.get(function, []):
            named = [one.value for one in call.keywords if one.arg == name]
            if not any(isinstance(one, ast.Starred) for one in call.args):
                found += named or call.args[place : place + 1] or ([] if default is None else [default])
        return found

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
        elif isinstance(node, ast.For):
            self._take_down(node.iter)
            self._bind_loop(node.target, node.iter)
            for statement in (*node.body, *node.orelse):
                self._take_down(statement)
        elif isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            self._scope.bind(node.name, None)
            known = node.name if self._scope is self._module and not node.decorator_list else ""
            self._enter(node.body, [*node.decorator_list, *_defaults(node.args)], node.args, known)
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

    def _enter(
        self, body: Sequence[ast.AST], before: Sequence[ast.AST], parameters: ast.arguments | None, function: str = ""
    ) -> None:
        """Take down a function, or a class, which has no parameters and whose names its functions do not see."""
        for node in before:
            self._take_down(node)
        outer, parent = self._scope, self._scope
        while parent.is_class and parent.parent is not None:
            parent = parent.parent
        self._scope = _Scope(parent, parameters is None, frozenset(map(id, body)))
        given = dict(self._parameters(parameters, function)) if parameters and function else {}
        for argument in ast.walk(parameters) if parameters else ():
            if isinstance(argument, ast.arg) and argument.arg in given:
                self._scope.bind_each(argument.arg, given[argument.arg])
            elif isinstance(argument, ast.arg):
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


def _joined(parts: list[str], separator: str = "/") -> str:
    """Join a path as its own system would."""
    whole = parts[0]
    for part in parts[1:]:
        between = "" if not whole or whole[-1] in "/\\" else separator
        whole = part if is_absolute(part) or part.startswith("/") else whole + between + part
    return whole
