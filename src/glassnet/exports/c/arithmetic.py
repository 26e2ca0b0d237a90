"""The C of portable arithmetic: functions of numbers and of layers, of which a file has those that its network needs.

The names begin with ``name_``, for which `file` puts the prefix of the file. Every result is assigned to a variable
before the next operation, so that no compiler rounds an expression as a whole.
"""

from __future__ import annotations

from collections.abc import Iterable

FUNCTIONS: dict[str, tuple[tuple[str, ...], str]] = {
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
    "series": (
        (),
        """\
/* e^r - 1 for |r| <= ln(2) / 2: Taylor's series up to r^7. */
static float name_series(float r)
{
    static const float factors[5] = {
        0x1.6c16c2p-10f, 0x1.111112p-7f, 0x1.555556p-5f, 0x1.555556p-3f, 0.5f  /* 1/6! to 1/2! */
    };
    float p = 0x1.a01a02p-13f;  /* 1/7! */
    float square;
    size_t i;

    for (i = 0; i < 5; i++) {
        p = p * r;
        p = p + factors[i];
    }
    square = r * r;
    p = square * p;
    p = r + p;
    return p;
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
    "tanh": (
        ("exp", "series"),
        """\
/* The hyperbolic tangent: -m / (m + 2) with m = e^(-2|z|) - 1, and the sign of z. */
static float name_tanh(float z)
{
    float x = -2.0f * (z < 0.0f ? -z : z);
    float m, t;

    if (x >= -0x1.62e43p-2f) {
        m = name_series(x);
    } else {
        m = name_exp(x);
        m = m - 1.0f;
    }
    t = m + 2.0f;
    t = -m / t;
    return z < 0.0f ? -t : t;
}
""",
    ),
    "sigmoid": (
        ("exp",),
        """\
/* 1 / (1 + e^-z), from whichever power of e is at most 1. */
static float name_sigmoid(float z)
{
    float e = name_exp(z < 0.0f ? z : -z);
    float t = 1.0f + e;

    t = (z < 0.0f ? e : 1.0f) / t;
    return t;
}
""",
    ),
    "relu": (
        (),
        """\
static float name_relu(float z)
{
    return z <= 0.0f ? 0.0f : z;
}
""",
    ),
    "leaky_relu": (
        (),
        """\
static float name_leaky_relu(float z)
{
    float leak = z * 0x1.47ae14p-7f;  /* 0.01 */

    return z > 0.0f ? z : leak;
}
""",
    ),
    "gelu": (
        ("tanh",),
        """\
/* z / 2 (1 + tanh(sqrt(2 / pi) (z + 0.044715 z^3))) */
static float name_gelu(float z)
{
    float half = 0.5f * z;
    float t;

    t = z * z;
    t = t * z;
    t = t * 0x1.6e4e26p-5f;
    t = z + t;
    t = t * 0x1.988454p-1f;
    t = name_tanh(t);
    t = 1.0f + t;
    t = half * t;
    return t;
}
""",
    ),
    "silu": (
        ("sigmoid",),
        """\
static float name_silu(float z)
{
    float t = name_sigmoid(z);

    t = z * t;
    return t;
}
""",
    ),
    "exponential": (
        ("exp",),
        """\
static float name_exponential(float z)
{
    return name_exp(z > 80.0f ? 80.0f : z);
}
""",
    ),
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
    """Return the text of these functions and all that they call, in an order that C accepts."""
    wanted: set[str] = set()
    waiting = list(functions)
    while waiting:
        one = waiting.pop()
        if one not in wanted:
            wanted.add(one)
            waiting += FUNCTIONS[one][0]
    return "\n".join(text for name, (_, text) in FUNCTIONS.items() if name in wanted)
