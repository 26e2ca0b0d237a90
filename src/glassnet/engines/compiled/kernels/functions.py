"""Elementary functions of one number for kernels: of float32 in portable arithmetic, of float64 by the math library.

`docs/reference/portable.md` defines those of float32. Both sides of each condition are computed, because LLVM
vectorises no branches.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np
from numba.extending import overload

from ....nn.formulas import PORTABLE, Language, defined, variable, written
from ....runtime.jit import kernel
from ...portable import EXP_LARGEST, EXP_SMALLEST, LN2_HIGH, LN2_LOW, LOG2_E, F

_ZERO, _HALF, _ONE = F(0), F(0.5), F(1)
_INFINITY = F(np.inf)
_BIAS_OF_EXPONENT, _FRACTION_BITS, _I1 = np.int32(127), np.int32(23), np.int32(1)

PYTHON = {
    "negative": "-{0}",
    "absolute": "abs({0})",
    "where": "{1} if {0} else {2}",
    "maximum": "{0} if not {0} <= {1} else {1}",  # written so that NaN passes
    "minimum": "{0} if not {0} > {1} else {1}",
}
"""Operations in Python."""

FLOAT32 = Language(lambda value: f"F({value!r})", PYTHON, eager=True)

FUNCTIONS: dict[str, Callable[[Any], Any]] = {}
"""Name -> function of a float32 or a float64, for kernels."""

_OF_FLOAT32: dict[str, Any] = {}


def _expit(x: float) -> float:
    return 1 / (1 + math.exp(-x))


def _define(name: str, of_float32: Any, of_float64: Callable[[float], float]) -> None:
    def function(x: Any) -> Any:  # without compilation
        return of_float64(x)

    def implementation(x: Any) -> Any:
        chosen = of_float64 if x.bitwidth == 64 else of_float32

        def compiled(x: Any) -> Any:
            return chosen(x)

        compiled.__qualname__ = f"{name}_of_{x}"  # a name of its own: see `kernel`
        return compiled

    overload(function)(implementation)
    _OF_FLOAT32[name], FUNCTIONS[name] = of_float32, function


def _of_formula(name: str) -> Any:
    statements, text = written(PORTABLE[name](variable("z")), FLOAT32)
    lines = "\n    ".join(["def of(z):", *statements, f"return {text}"])
    return kernel(defined(f"{name}32", lines, globals() | _OF_FLOAT32))


@kernel
def power_of_two(n: Any) -> Any:
    """Return ``2^n`` for an int32 from −126 to 127, from the bits of its exponent."""
    return np.int32(np.int32(n + _BIAS_OF_EXPONENT) << _FRACTION_BITS).view(np.float32)


series = _of_formula("series")


@kernel
def exp32(x: Any) -> Any:
    """Return ``e^x``: ``x = n ln 2 + r``, so ``e^x = 2^n e^r``; 2^n in two halves, because it may be out of range."""
    within = x if x > EXP_SMALLEST else EXP_SMALLEST  # also of NaN, which no integer is
    within = within if within < EXP_LARGEST else EXP_LARGEST
    n = np.int32(within * LOG2_E + (-_HALF if within < _ZERO else _HALF))  # towards 0
    whole = np.float32(n)
    r = (within - whole * LN2_HIGH) - whole * LN2_LOW
    half = np.int32(n >> _I1)  # either way to halve it keeps the first product exact
    value = (_ONE + series(r)) * power_of_two(half) * power_of_two(np.int32(n - half))
    value = value if x <= EXP_LARGEST else _INFINITY
    value = value if x >= EXP_SMALLEST else _ZERO
    return value if x == x else x


_OF_FLOAT32["series"] = series
_define("exp", exp32, math.exp)
_define("expm1", _of_formula("expm1"), math.expm1)
_define("log1p", _of_formula("log1p"), math.log1p)
_define("tanh", _of_formula("tanh"), math.tanh)
_define("expit", _of_formula("expit"), kernel(_expit))
exp = FUNCTIONS["exp"]
