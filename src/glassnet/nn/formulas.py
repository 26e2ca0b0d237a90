"""Formulas: functions of numbers that NumPy computes, and of which the text in other languages is written.

A formula is a Python function of arrays, such as ``lambda z, a: a * (1 - a)``, that uses + − × ÷, comparisons, `abs`
and the functions below. Called with symbols instead of arrays it returns the operations that it consists of; `written`
puts them into words of a `Language`, one operation a statement, so that each is rounded by itself.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from types import FunctionType
from typing import Any

import numpy as np

Formula = Callable[..., Any]


@dataclass(frozen=True, init=False)
class Symbol:
    """A number of a formula: an operation and its operands, each a symbol or a constant; a variable has its name."""

    operation: str
    operands: tuple[Any, ...]

    def __init__(self, operation: str, *operands: Any) -> None:
        object.__setattr__(self, "operation", operation)
        object.__setattr__(self, "operands", operands)

    def __add__(self, other: Any) -> Symbol:
        return Symbol("+", self, other)

    def __radd__(self, other: Any) -> Symbol:
        return Symbol("+", other, self)

    def __sub__(self, other: Any) -> Symbol:
        return Symbol("-", self, other)

    def __rsub__(self, other: Any) -> Symbol:
        return Symbol("-", other, self)

    def __mul__(self, other: Any) -> Symbol:
        return Symbol("*", self, other)

    def __rmul__(self, other: Any) -> Symbol:
        return Symbol("*", other, self)

    def __truediv__(self, other: Any) -> Symbol:
        return Symbol("/", self, other)

    def __rtruediv__(self, other: Any) -> Symbol:
        return Symbol("/", other, self)

    def __pow__(self, exponent: int) -> Symbol:
        return self if exponent == 1 else self ** (exponent - 1) * self

    def __gt__(self, other: Any) -> Symbol:
        return Symbol(">", self, other)

    def __lt__(self, other: Any) -> Symbol:
        return Symbol("<", self, other)

    def __neg__(self) -> Symbol:
        return Symbol("negative", self)

    def __abs__(self) -> Symbol:
        return Symbol("absolute", self)


def variable(name: str) -> Symbol:
    """Return the symbol of a formula's argument."""
    return Symbol("variable", name)


def where(condition: Any, one: Any, other: Any) -> Any:
    """Return one number where a condition is met, and another elsewhere."""
    if isinstance(condition, Symbol):
        return Symbol("where", condition, one, other)
    return np.where(condition, one, other)


def step(x: Any, above: float, below: float) -> Any:
    """Return one constant where x is above 0, and another elsewhere."""
    return where(x > 0, above, below) if isinstance(x, Symbol) else where(x > 0, *map(x.dtype.type, (above, below)))


def ones(x: Any) -> Any:
    """Return 1 for each x."""
    return 1 if isinstance(x, Symbol) else np.ones_like(x)


def maximum(x: Any, least: float) -> Any:
    """Return x, at least `least`; NaN for NaN."""
    return Symbol("maximum", x, least) if isinstance(x, Symbol) else np.maximum(x, least)


def minimum(x: Any, most: float) -> Any:
    """Return x, at most `most`; NaN for NaN."""
    return Symbol("minimum", x, most) if isinstance(x, Symbol) else np.minimum(x, most)


def exp(x: Any) -> Any:
    """Return ``e^x``."""
    return Symbol("exp", x) if isinstance(x, Symbol) else np.exp(x)


def expm1(x: Any) -> Any:
    """Return ``e^x − 1``, with all digits near 0."""
    return Symbol("expm1", x) if isinstance(x, Symbol) else np.expm1(x)


def log1p(x: Any) -> Any:
    """Return ``log(1 + x)`` for x from 0 to 1, with all digits near 0."""
    return Symbol("log1p", x) if isinstance(x, Symbol) else np.log1p(x)


def tanh(x: Any) -> Any:
    """Return the hyperbolic tangent."""
    return Symbol("tanh", x) if isinstance(x, Symbol) else np.tanh(x)


def expit(x: Any) -> Any:
    """Return ``1 / (1 + exp(-x))``."""
    if isinstance(x, Symbol):
        return Symbol("expit", x)
    # SciPy's expit is exact in both tails and never overflows. Imported here to keep `import glassnet` fast.
    from scipy.special import expit as of_scipy

    return of_scipy(x)


def series(r: Any) -> Any:
    """Return ``e^r − 1`` for |r| ≤ ½ ln 2: Taylor's series up to r⁷."""
    return Symbol("series", r)


# Portable arithmetic has these functions besides `exp`, which splits its argument into a whole number and a rest.

TAYLOR = (1 / 5040, 1 / 720, 1 / 120, 1 / 24, 1 / 6, 0.5)
LN2_HALF = 0.34657359027997264
ARTANH = (1 / 15, 1 / 13, 1 / 11, 1 / 9, 1 / 7, 1 / 5, 1 / 3)


def _series(r: Symbol) -> Any:
    return r + r * r * _polynomial(TAYLOR, r)


def _expm1(x: Symbol) -> Any:
    return where(abs(x) > LN2_HALF, exp(x) - 1, series(x))


def _log1p(u: Symbol) -> Any:
    s = u / (u + 2)  # log(1 + u) = 2 artanh s, with s of at most 1/3
    square = s * s
    return 2 * (s + s * (square * _polynomial(ARTANH, square)))


def _tanh(z: Symbol) -> Any:
    m = expm1(-2 * abs(z))
    t = -m / (m + 2)
    return where(z < 0, -t, t)


def _expit(z: Symbol) -> Any:
    e = exp(-abs(z))  # whichever power is at most 1
    return where(z < 0, e, 1) / (1 + e)


def _polynomial(factors: tuple[float, ...], x: Symbol) -> Any:
    value: Any = factors[0]
    for factor in factors[1:]:
        value = value * x + factor
    return value


PORTABLE: dict[str, Formula] = {"series": _series, "expm1": _expm1, "log1p": _log1p, "tanh": _tanh, "expit": _expit}
"""Function -> its formula in portable arithmetic, in which it calls those before it."""


@dataclass(frozen=True)
class Language:
    """How a language writes operations.

    Parameters
    ----------
    number : callable
        Returns the text of a constant.
    words : dict
        Operation -> template of its text, with the operands as ``{0}``, ``{1}``, …; arithmetic and comparisons have a
        usual form.
    function : str
        Template of other functions, with the name as ``{operation}``.
    statement : str
        Template of a variable's definition, with ``{name}`` and ``{text}``.
    apart : bool
        Whether each operation has a statement of its own, not only those whose result is used twice.
    eager : bool
        Whether both results of a choice are computed before it, because a branch would be slower.
    """

    number: Callable[[float], str]
    words: Mapping[str, str]
    function: str = "{operation}({0})"
    statement: str = "{name} = {text}"
    apart: bool = False
    eager: bool = False

    def template(self, operation: str) -> str:
        """Return the template of one operation."""
        return self.words.get(operation, f"{{0}} {operation} {{1}}" if operation in "+-*/<>" else self.function)


def written(result: Any, language: Language, expanded: Mapping[str, Formula] | None = None) -> tuple[list[str], str]:
    """Return the statements before a result, and the text of the result.

    `expanded` has formulas of functions that the language does not call.
    """
    result = _expanded(result, expanded or {})
    uses = Counter(_uses(result, language, set()))
    lines: list[str] = []
    names: dict[Symbol, str] = {}

    def text_of(one: Any, *, alone: bool = True) -> str:
        if not isinstance(one, Symbol):
            return language.number(float(one))
        if one.operation == "variable":
            return str(one.operands[0])
        if one in names:
            return names[one]
        template = language.template(one.operation)
        in_brackets = re.fullmatch(r"[\w.{}]+\(\{0\}(, \{1\})?\)", template) is not None
        operands = (text_of(operand, alone=in_brackets) for operand in one.operands)
        text = template.format(*operands, operation=one.operation)
        if uses[one] > 1 or (language.apart and one.operation not in "<>"):
            names[one] = f"t{len(names) + 1}"
            lines.append(language.statement.format(name=names[one], text=text))
            return names[one]
        return text if alone or template[-1] == ")" else f"({text})"

    return lines, text_of(result)


def _uses(one: Any, language: Language, seen: set[Symbol]) -> Iterator[Symbol]:
    """Yield each operand once for each time that it is written."""
    if isinstance(one, Symbol) and one.operation != "variable" and one not in seen:
        seen.add(one)
        template = language.template(one.operation)
        for place, operand in enumerate(one.operands):
            if isinstance(operand, Symbol):
                both = language.eager and one.operation == "where" and place > 0
                yield from [operand] * (template.count(f"{{{place}}}") + both)
                yield from _uses(operand, language, seen)


def _expanded(one: Any, formulas: Mapping[str, Formula]) -> Any:
    """Return a symbol without the functions that have a formula."""
    if not isinstance(one, Symbol) or one.operation == "variable":
        return one
    operands = [_expanded(operand, formulas) for operand in one.operands]
    made = formulas[one.operation](*operands) if one.operation in formulas else None
    return Symbol(one.operation, *operands) if made is None else _expanded(made, formulas)


def calls(symbol: Any) -> Iterator[str]:
    """Yield the functions that a symbol calls, of those in `PORTABLE`, and ``exp``."""
    if isinstance(symbol, Symbol):
        if symbol.operation == "exp" or symbol.operation in PORTABLE:
            yield symbol.operation
        for one in symbol.operands:
            yield from calls(one)


def defined(name: str, text: str, names: Mapping[str, Any]) -> FunctionType:
    """Return the Python function ``of`` that a text defines, under a name, with these names in its scope."""
    scope = dict(names)
    exec(compile(text, f"<{name}>", "exec"), scope)
    function: FunctionType = scope["of"]
    function.__name__ = function.__qualname__ = name
    return function
