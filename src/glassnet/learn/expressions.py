"""Formulas as text, such as ``W2.T @ (e * o * (1 - o))``, and their values.

The text is Python's syntax, of which only arithmetic is allowed: numbers, names, ``+ - * / ** @``, ``.T`` and calls of
`FUNCTIONS`. Values are numbers, vectors with one axis and matrices, as in NumPy. The page has the same
interpreter: `serve/studio/static/shared/expressions.js`.
"""

from __future__ import annotations

import ast
import operator
import re
import unicodedata
from collections.abc import Callable, Mapping
from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

Value = NDArray[np.float64]
"""A number (shape ``()``), a vector or a matrix."""

LONGEST = 300
LARGEST = 1000


class ExpressionError(ValueError):
    """A text is not a formula, or has no value; `reason` is a key of `REASONS`, `part` the text that it is about."""

    def __init__(self, reason: str, part: str = "") -> None:
        super().__init__(f"{REASONS[reason]}: {part}" if part else REASONS[reason])
        self.reason, self.part = reason, part


REASONS = {
    "empty": "nothing was entered",
    "text": "not a number",
    "syntax": "not a formula",
    "name": "an unknown name",
    "function": "an unknown function",
    "shape": "shapes that do not fit",
    "value": "without a finite value",
}


def evaluate(text: str, names: Mapping[str, Any]) -> Value:
    """Return the value of a formula.

    Parameters
    ----------
    text : str
        The formula.
    names : mapping
        Name -> number, vector or matrix.

    Returns
    -------
    numpy.ndarray
        The value in float64: shape (), (n,) or (n, m).

    Raises
    ------
    ExpressionError
        For text that is not a formula, unknown names, shapes that do not fit, and results that are NaN or infinite.
    """
    with np.errstate(all="ignore"):
        value = _value(_parsed(text), names)
    if not np.isfinite(value).all():
        raise ExpressionError("value", text)
    return value


@lru_cache(4096)
def names_in(text: str) -> frozenset[str]:
    """Return the names of quantities that a formula contains."""
    called = {id(node.func) for node in ast.walk(_parsed(text)) if isinstance(node, ast.Call)}
    nodes = (node for node in ast.walk(_parsed(text)) if isinstance(node, ast.Name) and id(node) not in called)
    return frozenset(node.id for node in nodes)


def functions_in(text: str) -> frozenset[str]:
    """Return the names of functions that a formula calls."""
    calls = (node.func for node in ast.walk(_parsed(text)) if isinstance(node, ast.Call))
    return frozenset(one.id for one in calls if isinstance(one, ast.Name))


@lru_cache(4096)
def _parsed(text: str) -> ast.expr:
    plain = re.sub("[²³]", lambda power: f"**{unicodedata.digit(power[0])}", text)
    plain = unicodedata.normalize("NFKC", plain).translate(str.maketrans("−×·", "-**"))
    plain = re.sub(r"\b(?:np|numpy)\.", "", plain)
    if len(plain) > LONGEST:
        raise ExpressionError("syntax", plain[:20] + "…")
    if re.search(r"\b0[xob]|\d_", plain, re.IGNORECASE):  # numbers of Python that the page does not know
        raise ExpressionError("syntax", text)
    try:
        return ast.parse(plain.strip(), mode="eval").body
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        raise ExpressionError("syntax", text) from None


_OPERATORS: dict[type, Callable[[Value, Value], Any]] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.Div: operator.truediv,
    ast.Pow: operator.pow,
}


def _value(node: ast.expr, names: Mapping[str, Any]) -> Value:
    match node:
        case ast.Constant(value=bool()):
            raise ExpressionError("syntax", str(node.value))
        case ast.Constant(value=int() | float()):
            try:
                return np.asarray(float(node.value), np.float64)  # type: ignore[arg-type]
            except OverflowError:
                raise ExpressionError("value", str(node.value)) from None
        case ast.Name(id=name):
            if name not in names:
                raise ExpressionError("name", name)
            return np.asarray(names[name], np.float64)
        case ast.UnaryOp(op=ast.USub(), operand=inner):
            return -_value(inner, names)
        case ast.UnaryOp(op=ast.UAdd(), operand=inner):
            return _value(inner, names)
        case ast.Attribute(value=inner, attr="T"):
            return _value(inner, names).T
        case ast.BinOp(left=left, op=op, right=right):
            return _combined(node, _value(left, names), op, _value(right, names))
        case ast.Call(func=ast.Name(id=name), args=arguments, keywords=[]):
            return _called(name, [_value(one, names) for one in arguments])
    raise ExpressionError("syntax", ast.unparse(node))


def _combined(node: ast.expr, left: Value, op: ast.operator, right: Value) -> Value:
    function = dot if isinstance(op, ast.MatMult) else _OPERATORS.get(type(op))
    if function is None:
        raise ExpressionError("syntax", ast.unparse(node))
    try:
        value = np.asarray(function(left, right))
    except ValueError:
        value = None
    if value is None or value.ndim > 2 or value.size > LARGEST:
        raise ExpressionError("shape", f"{shape_text(left)}, {shape_text(right)}")
    return value


def shape_text(value: Any) -> str:
    """Return the shape of a value as in ``2 × 3``; of a number, 1."""
    return " × ".join(map(str, np.shape(value))) or "1"


def _called(name: str, arguments: list[Value]) -> Value:
    if name not in FUNCTIONS:
        raise ExpressionError("function", name)
    function, count = FUNCTIONS[name]
    try:
        if len(arguments) == count:
            value = np.asarray(function(*arguments), np.float64)
            if value.size <= LARGEST:
                return value
    except (ValueError, IndexError):
        pass
    raise ExpressionError("shape", f"{name}({', '.join(map(shape_text, arguments))})")


def sigmoid(x: Any) -> Value:
    """Return 1 / (1 + e^−x) of every element."""
    return np.asarray(1 / (1 + np.exp(-np.asarray(x, np.float64))))


def dot(a: Value, b: Value) -> Any:
    """Return the matrix product; vectors are columns on the right and rows on the left."""
    return a @ b if a.ndim and b.ndim else a * b


def softmax(x: Value) -> Value:
    """Return e^x divided by their sum."""
    powers = np.exp(x - np.max(x))
    return np.asarray(powers / np.sum(powers))


def _count(n: Value) -> int:
    if n.ndim or not 1 <= n <= LARGEST or n != np.floor(n):
        raise ValueError
    return int(n)


def onehot(k: Value, n: Value) -> Value:
    """Return n zeros with a 1 at position k."""
    if k.ndim or not 0 <= k < _count(n) or k != np.floor(k):
        raise ValueError
    return np.asarray(np.arange(_count(n)) == k, np.float64)


def _outer(a: Value, b: Value) -> Value:
    if a.ndim != 1 or b.ndim != 1:
        raise ValueError
    return np.outer(a, b)


def _column(a: Value) -> Value:
    if a.ndim != 1:
        raise ValueError
    return a[:, None]


def _join(a: Value, b: Value) -> Value:
    if a.ndim > 1 or b.ndim > 1:
        raise ValueError
    return np.concatenate([np.atleast_1d(a), np.atleast_1d(b)])


FUNCTIONS: dict[str, tuple[Callable[..., Any], int]] = {
    "sigmoid": (sigmoid, 1),
    "exp": (np.exp, 1),
    "log": (np.log, 1),
    "sqrt": (np.sqrt, 1),
    "abs": (np.abs, 1),
    "sum": (np.sum, 1),
    "mean": (np.mean, 1),
    "max": (np.max, 1),
    "argmax": (np.argmax, 1),
    "softmax": (softmax, 1),
    "outer": (_outer, 2),
    "dot": (dot, 2),
    "transpose": (np.transpose, 1),
    "ones": (lambda n: np.ones(_count(n)), 1),
    "zeros": (lambda n: np.zeros(_count(n)), 1),
    "onehot": (onehot, 2),
    "column": (_column, 1),
    "join": (_join, 2),
}
"""Name of a function -> the function, number of its arguments."""
