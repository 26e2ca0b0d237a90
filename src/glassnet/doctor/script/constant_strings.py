"""Evaluate strings in a program's syntax tree where its own constants determine them.

Names, sums, joined paths and formatted strings are evaluated. A loop variable has all values of its loop, and a
function parameter the arguments of all calls in the program. Command line arguments have their defaults.
"""

from __future__ import annotations

import ast
import ntpath
import os
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from functools import partial

from .scopes import ImportedNames

_JOINS = ("os.path.join", "posixpath.join", "ntpath.join")
_PATHS = ("pathlib.Path", "pathlib.PurePath", "pathlib.PosixPath", "pathlib.WindowsPath", "pathlib.PurePosixPath",
          "pathlib.PureWindowsPath")  # fmt: skip
_WINDOWS = ("ntpath.join", "pathlib.WindowsPath", "pathlib.PureWindowsPath")
_SEPARATORS = {"os.sep": os.sep, "os.path.sep": os.sep, "ntpath.sep": "\\", "posixpath.sep": "/"}
_IDENTITIES = ("str", "os.fspath", "os.path.normpath", "os.path.abspath", "os.path.realpath", "os.path.expanduser")
_ITERATING = ("sorted", "list", "tuple", "set", "reversed")
_MAX_DEPTH = 20
"""Longest chain of names that is followed."""
_MAX_VALUES = 200
"""Most strings that one expression may evaluate to."""


@dataclass(frozen=True)
class ConstantString:
    """A string that an expression evaluates to."""

    value: str
    path: bool  # whether the value is a `pathlib.Path` of the string
    node: ast.expr  # the expression that defines it; for a name, the assigned expression
    shared: bool = False  # whether `node` also defines other strings, as in a loop


@dataclass(frozen=True)
class _Binding:
    """A place where a name gets a value; None if that is not a plain assignment.

    `each` returns the successive values of a loop variable or a function parameter.
    """

    value: ast.expr | None
    end: tuple[int, int]
    direct: bool
    each: Callable[[], list[ast.expr]] | None = None


@dataclass(eq=False)
class _Scope:
    """A module, a function or a class: its names, and the statements run in sequence."""

    parent: _Scope | None
    is_class: bool = False
    direct: frozenset[int] = frozenset()
    names: dict[str, list[_Binding]] = field(default_factory=dict)

    def bind(self, name: str, value: ast.expr | None, statement: ast.stmt | None = None) -> None:
        end = (0, 0) if statement is None else (statement.end_lineno or 0, statement.end_col_offset or 0)
        self.names.setdefault(name, []).append(_Binding(value, end, id(statement) in self.direct))

    def bind_each(self, name: str, each: Callable[[], list[ast.expr]]) -> None:
        self.names.setdefault(name, []).append(_Binding(None, (0, 0), False, each))


class ConstantStrings:
    """Evaluator of the constant strings of a program."""

    def __init__(self, tree: ast.Module, names: ImportedNames) -> None:
        self._names = names
        self._module = self._scope = _Scope(None, direct=frozenset(map(id, tree.body)))
        self._scopes: dict[int, _Scope] = {}
        self._assumed: dict[int, ast.expr] = {}
        self._unresolved: _Binding | None = None
        self._calls: dict[str, list[ast.Call]] = {}
        self._flags: dict[str, list[ast.expr | None]] = {}
        for node in ast.walk(tree):
            if isinstance(node, ast.Call):
                self._record_call(node)
        self._record(tree)

    def each(self, node: ast.expr) -> list[ConstantString]:
        """Return all strings that an expression may evaluate to."""
        self._unresolved = None
        text = self.of(node)
        binding = self._unresolved
        if binding is None or binding.each is None:
            return [] if text is None else [text]
        strings: list[ConstantString] = []
        values = binding.each()
        for value in values[:_MAX_VALUES]:
            self._assumed[id(binding)] = value
            own = {id(part) for part in ast.walk(value)}
            strings += [one if id(one.node) in own else replace(one, shared=True) for one in self.each(node)]
            del self._assumed[id(binding)]
            if len(strings) > _MAX_VALUES:
                break
        return strings

    def of(self, node: ast.expr, depth: int = 0) -> ConstantString | None:
        """Return the string that an expression evaluates to, or None."""
        if isinstance(node, ast.Constant):
            return ConstantString(node.value, False, node) if isinstance(node.value, str) else None
        if depth > _MAX_DEPTH:
            return None
        separators = [_SEPARATORS[path] for path in self._names.possible_paths(node) if path in _SEPARATORS]
        if separators:
            return ConstantString(separators[0], False, node)
        if isinstance(node, ast.Name | ast.Attribute | ast.IfExp):
            value = self._resolve(node)
            return None if value is None else self.of(value, depth + 1)
        if isinstance(node, ast.JoinedStr):
            plain = all(
                part.conversion == -1 and part.format_spec is None
                for part in node.values
                if isinstance(part, ast.FormattedValue)
            )
            values = [part.value if isinstance(part, ast.FormattedValue) else part for part in node.values]
            return self._concatenate([self._evaluate_formatted(one, depth) for one in values], node) if plain else None
        if isinstance(node, ast.BinOp):
            return self._evaluate_operator(node, depth)
        return self._evaluate_call(node, depth) if isinstance(node, ast.Call) else None

    def _evaluate_formatted(self, node: ast.expr, depth: int) -> ConstantString | None:
        """Evaluate an expression inside a formatted string, where whole numbers are allowed."""
        number = self._resolve(node) if isinstance(node, ast.Name) else node
        if isinstance(number, ast.Constant) and type(number.value) is int:
            return ConstantString(str(number.value), False, node)
        return self.of(node, depth + 1)

    def _concatenate(self, parts: list[ConstantString | None], node: ast.expr) -> ConstantString | None:
        values = [part.value for part in parts if part is not None]
        return ConstantString("".join(values), False, node) if len(values) == len(parts) else None

    def _evaluate_operator(self, node: ast.BinOp, depth: int) -> ConstantString | None:
        if isinstance(node.op, ast.Mod):
            parts = node.right.elts if isinstance(node.right, ast.Tuple) else [node.right]
            return self._evaluate_format(node, node.left, parts, depth)
        left, right = self.of(node.left, depth + 1), self.of(node.right, depth + 1)
        if left is None or right is None:
            return None
        if isinstance(node.op, ast.Add) and not (left.path or right.path):
            return self._concatenate([left, right], node)
        if isinstance(node.op, ast.Div) and (left.path or right.path):
            return ConstantString(_join_path([left.value, right.value]), True, node)
        return None

    def _evaluate_format(
        self, node: ast.expr, pattern: ast.expr, parts: Sequence[ast.expr], depth: int
    ) -> ConstantString | None:
        """Evaluate ``'%s.csv' % name`` and ``'{}.csv'.format(name)``, plain fields only."""
        whole, values = self.of(pattern, depth + 1), [self._evaluate_formatted(part, depth) for part in parts]
        if whole is None or whole.path or None in values:
            return None
        pieces = re.split(r"%[sdi]" if isinstance(node, ast.BinOp) else r"\{\d?\}", whole.value)
        if len(pieces) != len(values) + 1 or any("%" in piece or "{" in piece for piece in pieces):
            return None
        if re.search(r"\{\d\}", whole.value) and re.findall(r"\{(\d)\}", whole.value) != list(
            map(str, range(len(values)))
        ):
            return None
        filled = [
            text for piece, one in zip(pieces, [*values, None], strict=True) for text in (piece, one and one.value)
        ]
        return ConstantString("".join(text for text in filled if text), False, node)

    def _evaluate_call(self, node: ast.Call, depth: int) -> ConstantString | None:
        if node.keywords or any(isinstance(one, ast.Starred) for one in node.args):
            return None
        if isinstance(node.func, ast.Attribute) and node.func.attr == "format":
            return self._evaluate_format(node, node.func.value, node.args, depth)
        if isinstance(node.func, ast.Attribute) and node.func.attr == "join" and len(node.args) == 1:
            return self._evaluate_join(node, node.func.value, node.args[0], depth)
        if self._is_program_folder(node):
            return ConstantString("", "pathlib" in ast.unparse(node), node)
        parts = [self.of(one, depth + 1) for one in node.args]
        called = {*self._names.possible_paths(node.func)}
        is_path = bool(called & set(_PATHS))
        if called & {"str"} and len(node.args) == 1:
            parts = [self._evaluate_formatted(node.args[0], depth)]
        if isinstance(node.func, ast.Attribute) and node.func.attr == "joinpath":
            parts.insert(0, self.of(node.func.value, depth + 1))
            is_path = parts[0] is not None and parts[0].path
        elif not (is_path or called & set(_JOINS) or (called & set(_IDENTITIES) and len(parts) == 1)):
            return None
        values = [part.value for part in parts if part is not None]
        if not values or len(values) < len(parts):
            return None
        value = _join_path(values, "\\" if called & set(_WINDOWS) else "/")
        return ConstantString(os.path.expanduser(value) if "os.path.expanduser" in called else value, is_path, node)

    def _evaluate_join(self, node: ast.expr, between: ast.expr, parts: ast.expr, depth: int) -> ConstantString | None:
        """Evaluate ``os.sep.join(["data", name])``."""
        own = self.of(between, depth + 1)
        if own is None or not isinstance(parts, ast.List | ast.Tuple):
            return None
        strings = [self.of(part, depth + 1) for part in parts.elts]
        texts = [part.value for part in strings if part is not None]
        return ConstantString(own.value.join(texts), False, node) if len(texts) == len(strings) else None

    def _assigned_value(self, node: ast.Name) -> ast.expr | None:
        """Return the value of a name at the place where it is read, or None if it is uncertain."""
        own = scope = self._scopes.get(id(node), self._module)
        while node.id not in scope.names:
            if scope.parent is None:
                return None
            scope = scope.parent
        bindings = scope.names[node.id]
        if len(bindings) == 1 and bindings[0].each is not None:
            assumed = self._assumed.get(id(bindings[0]))
            self._unresolved = self._unresolved or (bindings[0] if assumed is None else None)
            return assumed
        if any(one.value is None for one in bindings):
            return None
        if scope is own and all(one.direct for one in bindings):
            before = [one for one in bindings if one.end <= (node.lineno, node.col_offset)]
            return before[-1].value if before else None
        return bindings[0].value if len(bindings) == 1 else None

    def _resolve(self, node: ast.expr) -> ast.expr | None:
        """Return the expression that a name, a command line flag or a test of ``sys.argv`` resolves to."""
        if isinstance(node, ast.Name):
            return self._assigned_value(node)
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name):
            made, flags = self._assigned_value(node.value), self._flags.get(node.attr, [])
            parsed = made is not None and ast.unparse(made).partition("(")[0].endswith(".parse_args")
            return flags[0] if parsed and len(flags) == 1 else None
        if isinstance(node, ast.IfExp) and "sys.argv" in ast.unparse(node.test):
            sides = [one for one in (node.body, node.orelse) if "sys.argv" not in ast.unparse(one)]
            return sides[0] if len(sides) == 1 else None
        return None

    def _is_program_folder(self, node: ast.Call) -> bool:
        """Return whether a call evaluates to the folder of the program, the base of relative paths."""
        inner = node.args[0] if len(node.args) == 1 else None
        if "os.path.dirname" not in self._names.possible_paths(node.func):
            return False
        while (
            isinstance(inner, ast.Call)
            and {*self._names.possible_paths(inner.func)} & set(_IDENTITIES)
            and len(inner.args) == 1
        ):
            inner = inner.args[0]
        return isinstance(inner, ast.Name) and inner.id == "__file__"

    def _record_call(self, node: ast.Call) -> None:
        if isinstance(node.func, ast.Name):
            self._calls.setdefault(node.func.id, []).append(node)
        if isinstance(node.func, ast.Attribute) and node.func.attr == "add_argument":
            names = [one.value for one in node.args if isinstance(one, ast.Constant) and isinstance(one.value, str)]
            keywords = {one.arg: one.value for one in node.keywords}
            long = next((name for name in names if name.startswith("--")), next(iter(names), ""))
            own = keywords.get("dest")
            name = own.value if isinstance(own, ast.Constant) else long.lstrip("-").replace("-", "_")
            self._flags.setdefault(str(name), []).append(keywords.get("default"))

    def _loop_values(self, node: ast.expr) -> list[ast.expr]:
        """Return the known values of a loop over an expression."""
        if isinstance(node, ast.List | ast.Tuple | ast.Set):
            return [one for one in node.elts if not isinstance(one, ast.Starred)]
        if isinstance(node, ast.Name):
            value = self._assigned_value(node)
            return [] if value is None else self._loop_values(value)
        if not isinstance(node, ast.Call) or not node.args or node.keywords:
            return []
        called = ast.unparse(node.func)
        if called in _ITERATING:
            return self._loop_values(node.args[0])
        limits = [one.value for one in node.args if isinstance(one, ast.Constant) and type(one.value) is int]
        if called in ("range", "xrange") and len(limits) == len(node.args) <= 2:
            return [ast.copy_location(ast.Constant(number), node) for number in range(*limits)[:_MAX_VALUES]]
        return []

    def _bind_loop(self, target: ast.expr, values: ast.expr) -> None:
        """Bind the loop variable, with ``enumerate`` the second of two names, to the values of the loop."""
        numbered = isinstance(values, ast.Call) and ast.unparse(values.func) == "enumerate" and len(values.args) == 1
        if numbered and isinstance(target, ast.Tuple) and len(target.elts) == 2:
            self._record(target.elts[0])
            target, values = target.elts[1], values.args[0]  # type: ignore[attr-defined]
        if isinstance(target, ast.Name) and not (numbered and isinstance(values, ast.Call)):
            self._scopes[id(target)] = self._scope
            self._scope.bind_each(target.id, lambda: self._loop_values(values))
        else:
            self._record(target)

    def _argument_values(self, function: str, place: int, name: str, default: ast.expr | None) -> list[ast.expr]:
        """Return the arguments that the calls in the program pass for a parameter."""
        values: list[ast.expr] = []
        for call in self._calls.get(function, []):
            named = [one.value for one in call.keywords if one.arg == name]
            if not any(isinstance(one, ast.Starred) for one in call.args):
                values += named or call.args[place : place + 1] or ([] if default is None else [default])
        return values

    def _record(self, node: ast.AST) -> None:
        """Record names and the values assigned to them; other bindings are marked unknown."""
        if isinstance(node, ast.Name):
            self._scopes[id(node)] = self._scope
            if not isinstance(node.ctx, ast.Load):
                self._scope.bind(node.id, None)
        elif isinstance(node, ast.Assign | ast.AnnAssign) and node.value is not None:
            self._record(node.value)
            for target in node.targets if isinstance(node, ast.Assign) else [node.target]:
                if isinstance(target, ast.Name):
                    self._scope.bind(target.id, node.value, node)
                else:
                    self._record(target)
        elif isinstance(node, ast.For):
            self._record(node.iter)
            self._bind_loop(node.target, node.iter)
            for statement in (*node.body, *node.orelse):
                self._record(statement)
        elif isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            self._scope.bind(node.name, None)
            function = node.name if self._scope is self._module and not node.decorator_list else ""
            self._record_scope(node.body, [*node.decorator_list, *_defaults(node.args)], node.args, function)
        elif isinstance(node, ast.ClassDef):
            self._scope.bind(node.name, None)
            self._record_scope(node.body, [*node.decorator_list, *node.bases, *node.keywords], None)
        elif isinstance(node, ast.Lambda):
            self._record_scope([node.body], list(_defaults(node.args)), node.args)
        elif isinstance(node, ast.Global | ast.Nonlocal):
            scope: _Scope | None = self._scope
            while scope is not None:  # several functions may assign them
                for name in node.names:
                    scope.bind(name, None)
                scope = scope.parent
        else:
            if isinstance(node, ast.alias):
                self._scope.bind(node.asname or node.name.split(".")[0], None)
            elif isinstance(node, ast.ExceptHandler | ast.MatchAs | ast.MatchStar) and node.name:
                self._scope.bind(node.name, None)
            for child in ast.iter_child_nodes(node):
                self._record(child)

    def _record_scope(
        self, body: Sequence[ast.AST], before: Sequence[ast.AST], parameters: ast.arguments | None, function: str = ""
    ) -> None:
        """Record the scope of a function or class. A class has no parameters and hides its names from its functions."""
        for node in before:
            self._record(node)
        outer, parent = self._scope, self._scope
        while parent.is_class and parent.parent is not None:
            parent = parent.parent
        self._scope = _Scope(parent, parameters is None, frozenset(map(id, body)))
        placed = [*parameters.posonlyargs, *parameters.args] if parameters and function else []
        defaults = [None] * len(placed) + list(parameters.defaults if parameters else ())
        for argument in ast.walk(parameters) if parameters else ():
            if isinstance(argument, ast.arg) and argument in placed:
                place, name = placed.index(argument), argument.arg
                default = defaults[len(defaults) - len(placed) + place]
                self._scope.bind_each(name, partial(self._argument_values, function, place, name, default))
            elif isinstance(argument, ast.arg):
                self._scope.bind(argument.arg, None)
        for node in body:
            self._record(node)
        self._scope = outer


def _defaults(parameters: ast.arguments) -> Iterator[ast.expr]:
    yield from parameters.defaults
    yield from (one for one in parameters.kw_defaults if one is not None)


def is_absolute(text: str) -> bool:
    """Return whether a path is absolute on any operating system."""
    return os.path.isabs(text) or ntpath.splitdrive(text)[0] != "" or text.startswith("\\\\")


def _join_path(parts: list[str], separator: str = "/") -> str:
    """Join a path by the rules of its operating system."""
    whole = parts[0]
    for part in parts[1:]:
        between = "" if not whole or whole[-1] in "/\\" else separator
        whole = part if is_absolute(part) or part.startswith("/") else whole + between + part
    return whole
