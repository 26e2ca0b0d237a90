"""The C of portable arithmetic: functions of numbers and of layers, of which a file has those that its network needs.

Functions of one number are written from the formulas of `nn/formulas.py` and `nn/activations.py`. The names begin with
``name_``, for which `file` puts the prefix of the file. Every result is assigned to a variable before the next
operation, so that no compiler rounds an expression as a whole.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

import numpy as np

from ...nn.activations import ACTIVATIONS
from ...nn.formulas import PORTABLE, Formula, Language, Symbol, calls, variable, written
from .spelling import float_text


def _number(value: float) -> str:
    short = f"{value!r}f"
    return short if value * 64 == int(value * 64) and len(short) < 8 else float_text(np.float32(value))


_C = Language(
    _number,
    {
        "negative": "-{0}",
        "absolute": "{0} < 0.0f ? -{0} : {0}",
        "where": "{0} ? {1} : {2}",
        "maximum": "{0} <= {1} ? {1} : {0}",  # written so that NaN passes
        "minimum": "{0} > {1} ? {1} : {0}",
    },
    "name_{operation}({0})",
    "    float {name} = {text};",
    apart=True,
)


def _of_formula(name: str, formula: Formula) -> tuple[tuple[str, ...], str]:
    """Return the functions that a formula calls, and its text in C."""
    result = formula(variable("z"))
    statements, text = written(result, _C)
    lines = [f"static float name_{name}(float z)", "{", *statements, "", f"    return {text};", "}", ""]
    return tuple(calls(result)), "\n".join(lines)


def activation_function(name: str) -> str:
    """Return the function of `with_called` that computes an activation for one number."""
    result = ACTIVATIONS[name].value(variable("z"))
    if isinstance(result, Symbol) and result.operation in PORTABLE and result.operands == (variable("z"),):
        return result.operation  # the activation is this function
    return name


def in_c(function: str) -> str:
    """Return the name of a function in C, without the prefix."""
    return re.sub(r"\W", "_", function).rstrip("_")  # of "elu(0.5)"


FUNCTIONS: dict[str, tuple[tuple[str, ...], str]] = {
    "series": _of_formula("series", PORTABLE["series"]),
    "power_of_two": (
        (),
        """\
/* 2^n for n from -126 to 127; infinity for 128. */
static float name_power_of_two(int n)
{
    union { uint32_t bits; float value; } power;

    power.bits = (uint32_t)(n + 127) << 23;
    return power.value;
}
""",
    ),
    "exp": (
        ("power_of_two", "series"),
        """\
/* e^x: with x = n ln 2 + r it is 2^n e^r. 2^n alone may be out of range, so it is applied in two halves. */
static float name_exp(float x)
{
    float t, r;
    int n;

    if (x != x)
        return x;
    if (x > 0x1.62e42ep+6f)
        return name_power_of_two(128);
    if (x < -0x1.9fe368p+6f)
        return 0.0f;
    t = x * 0x1.715476p+0f;  /* x / ln 2 */
    t = t + (x < 0.0f ? -0.5f : 0.5f);
    n = (int)t;
    t = (float)n * 0x1.63p-1f;  /* ln 2 in two parts: this product is exact */
    r = x - t;
    t = (float)n * -0x1.bd0106p-13f;
    r = r - t;
    t = name_series(r);
    t = 1.0f + t;
    t = t * name_power_of_two(n / 2);
    t = t * name_power_of_two(n - n / 2);
    return t;
}
""",
    ),
    **{name: _of_formula(name, formula) for name, formula in PORTABLE.items() if name != "series"},
    "activate": (
        (),
        """\
static void name_activate(float *z, size_t nodes, float (*activation)(float))
{
    size_t k;

    for (k = 0; k < nodes; k++)
        z[k] = activation(z[k]);
}
""",
    ),
    "divide": (
        (),
        """\
static void name_divide(float *z, size_t nodes, float divisor)
{
    size_t k;

    for (k = 0; k < nodes; k++)
        z[k] = z[k] / divisor;
}
""",
    ),
    "sum": (
        (),
        """\
static float name_sum(const float *values, size_t count)
{
    float sum = 0.0f;
    size_t k;

    for (k = 0; k < count; k++)
        sum = sum + values[k];
    return sum;
}
""",
    ),
    "softmax": (
        ("exp", "sum", "divide"),
        """\
static void name_softmax(float *z, size_t nodes)
{
    float peak = z[0];
    float t;
    size_t k;

    for (k = 1; k < nodes; k++)
        peak = z[k] > peak ? z[k] : peak;
    for (k = 0; k < nodes; k++) {
        t = z[k] - peak;
        z[k] = name_exp(t);
    }
    name_divide(z, nodes, name_sum(z, nodes));
}
""",
    ),
    "add": (
        (),
        """\
/* Adds one input to the sums of a layer: z = z + weights x. */
static void name_add(float *z, size_t nodes, const name_weight *weights, float x)
{
    float product;
    size_t k;

    for (k = 0; k < nodes; k++) {
        product = (float)weights[k] * x;
        z[k] = z[k] + product;
    }
}
""",
    ),
    "clear": (
        (),
        """\
static void name_clear(float *z, size_t nodes)
{
    size_t k;

    for (k = 0; k < nodes; k++)
        z[k] = 0.0f;
}
""",
    ),
    "sums": (
        ("add", "clear"),
        """\
/* The sums of a layer, in the order of its inputs. An input of 0 changes no bit of them and is left out. */
static void name_sums(float *z, size_t nodes, const name_weight *weights, const float *x, size_t inputs)
{
    size_t j;

    name_clear(z, nodes);
    for (j = 0; j < inputs; j++)
        if (x[j] != 0.0f)
            name_add(z, nodes, weights + j * nodes, x[j]);
}
""",
    ),
    "sums_of_bytes": (
        ("add", "clear"),
        """\
/* The sums of the first layer, in the order of its inputs. An input of 0 changes no bit of them and is left out. */
static void name_sums_of_bytes(
    float *z, size_t nodes, const name_weight *weights, const unsigned char *x, size_t inputs)
{
    size_t j;

    name_clear(z, nodes);
    for (j = 0; j < inputs; j++)
        if (x[j] != 0)
            name_add(z, nodes, weights + j * nodes, (float)x[j]);
}
""",
    ),
    "plus": (
        (),
        """\
static void name_plus(float *z, size_t nodes, const float *values)
{
    size_t k;

    for (k = 0; k < nodes; k++)
        z[k] = z[k] + values[k];
}
""",
    ),
    "times": (
        (),
        """\
/* Multiplies the sums by the scales of the nodes, of which the weights are whole multiples. */
static void name_times(float *z, size_t nodes, const float *scale)
{
    size_t k;

    for (k = 0; k < nodes; k++)
        z[k] = z[k] * scale[k];
}
""",
    ),
}
"""Function -> the functions that it calls, and its text. The order is that of the file."""


def with_called(functions: Iterable[str]) -> str:
    """Return the text of functions and activations and of all that they call, in an order that C accepts."""
    wanted: set[str] = set()
    waiting = list(functions)
    others = dict.fromkeys(one for one in waiting if one not in FUNCTIONS)
    every = FUNCTIONS | {name: _of_formula(in_c(name), ACTIVATIONS[name].value) for name in others}
    while waiting:
        one = waiting.pop()
        if one not in wanted:
            wanted.add(one)
            waiting += every[one][0]
    return "\n".join(text for name, (_, text) in every.items() if name in wanted)
