"""Portable arithmetic in plain NumPy, as `docs/reference/portable.md` defines it: one float32 operation a time.

It shares no line with the kernels, which tests compare with it.
"""

from __future__ import annotations

import math
from datetime import date, datetime
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray

from glassnet.engines.portable import portable_activation
from glassnet.nn.activations import ACTIVATIONS as ALL
from glassnet.preprocess.tabular.dates import DateColumn
from glassnet.preprocess.tabular.encoders import BooleanColumn, WordColumn

F = np.float32
Float32Array = NDArray[np.float32]

LOG2_E = F(float.fromhex("0x1.715476p+0"))
LN2_HIGH = F(float.fromhex("0x1.63p-1"))
LN2_LOW = F(float.fromhex("-0x1.bd0106p-13"))
LN2_HALF = F(float.fromhex("0x1.62e43p-2"))
EXP_LARGEST = F(float.fromhex("0x1.62e42ep+6"))
EXP_SMALLEST = F(float.fromhex("-0x1.9fe368p+6"))
FACTORS = tuple(
    F(float.fromhex(text))
    for text in ("0x1.a01a02p-13", "0x1.6c16c2p-10", "0x1.111112p-7", "0x1.555556p-5", "0x1.555556p-3", "0x1p-1")
)
LEAK = F(float.fromhex("0x1.47ae14p-7"))
GELU_SCALE = F(float.fromhex("0x1.988454p-1"))
GELU_CUBIC = F(float.fromhex("0x1.6e4e26p-5"))
LARGEST_EXPONENT = F(80)
"""The constants of the page."""


def series(r: Float32Array) -> Float32Array:
    """``e^r − 1`` for ``|r| ≤ ½ ln 2``."""
    p = np.zeros_like(r)
    for factor in FACTORS:
        p = p * r + factor
    return r + r * r * p


def exp32(x: Float32Array) -> Float32Array:
    """``e^x``."""
    within = np.clip(np.where(np.isnan(x), F(0), x), EXP_SMALLEST, EXP_LARGEST)
    n = np.trunc(within * LOG2_E + np.where(within < 0, F(-0.5), F(0.5)))
    r = (within - n * LN2_HIGH) - n * LN2_LOW
    half = np.trunc(n * F(0.5))
    powers = [np.ldexp(F(1), one.astype(np.int32)).astype(F) for one in (half, n - half)]
    value = (F(1) + series(r)) * powers[0] * powers[1]
    value = np.where(x > EXP_LARGEST, F(np.inf), np.where(x < EXP_SMALLEST, F(0), value))
    return np.where(np.isnan(x), F(np.nan), value)


def tanh32(z: Float32Array) -> Float32Array:
    """Hyperbolic tangent."""
    x = F(-2) * np.abs(z)
    m = np.where(np.abs(x) <= LN2_HALF, series(np.where(np.abs(x) <= LN2_HALF, x, F(0))), exp32(x) - F(1))
    t = -m / (m + F(2))
    return np.where(z < 0, -t, t)


def sigmoid32(z: Float32Array) -> Float32Array:
    """Logistic function."""
    e = exp32(-np.abs(z))
    return np.where(z < 0, e, F(1)) / (F(1) + e)


def expm1_32(x: Float32Array) -> Float32Array:
    """``e^x − 1``."""
    return np.where(np.abs(x) <= LN2_HALF, series(x), exp32(x) - F(1))


def log1p_32(u: Float32Array) -> Float32Array:
    """``ln(1 + u)`` for u from 0 to 1."""
    s = u / (u + F(2))
    p = np.zeros_like(s)
    for divisor in (15, 13, 11, 9, 7, 5, 3):
        p = p * (s * s) + F(1) / F(divisor)
    return F(2) * (s + s * (s * s * p))


def gelu(z: Float32Array) -> Float32Array:
    """GELU in its tanh form."""
    return F(0.5) * z * (F(1) + tanh32(GELU_SCALE * (z + GELU_CUBIC * (z * z * z))))


def softmax(z: Float32Array) -> Float32Array:
    """Softmax over the last axis."""
    e = exp32(z - z.max(axis=1, keepdims=True))
    return e / sum_in_order(e)[:, np.newaxis]


def sum_in_order(values: Float32Array) -> Float32Array:
    """Sums of the rows, (n,)."""
    total = np.zeros(len(values), F)
    for column in values.T:
        total = total + column
    return total


_DEFINED: dict[str, Any] = {
    "identity": lambda z: z,
    "sigmoid": sigmoid32,
    "tanh": tanh32,
    "relu": lambda z: np.where(z <= 0, F(0), z),
    "leaky_relu": lambda z: np.where(z > 0, z, LEAK * z),
    "elu": lambda z: np.where(z > 0, z, expm1_32(np.where(z > 0, F(0), z))),
    "gelu": gelu,
    "silu": lambda z: z * sigmoid32(z),
    "softplus": lambda z: np.where(z <= 0, F(0), z) + log1p_32(exp32(-np.abs(z))),
    "softmax": softmax,
    "exponential": lambda z: exp32(np.where(z > LARGEST_EXPONENT, LARGEST_EXPONENT, z)),
}


ACTIVATIONS: dict[str, Any] = {name: _DEFINED.get(name) or portable_activation(name) for name in ALL}
"""Activation -> its definition; one without a definition here is that of `engines.portable`."""


def inputs_of(form: Any, raw: NDArray[Any]) -> Float32Array:
    """The inputs of the first layer: raw values, or scaled ones where scaling is not folded."""
    if form.factor is None:
        return np.asarray(raw).astype(F)
    with np.errstate(over="ignore"):
        scaled = np.asarray(raw, np.float64) * form.factor + form.offset
        return (scaled if form.clip is None else np.clip(scaled, -form.clip, form.clip)).astype(F)


def outputs(form: Any, raw: NDArray[Any]) -> Float32Array:
    """Outputs of a `PortableForm`, (n, outputs), for raw values, (n, features)."""
    x = inputs_of(form, raw)
    answers = [member_outputs(layers, x, form.temperature) for layers in form.members]
    if len(answers) == 1:
        return answers[0]
    total = np.zeros_like(answers[0])
    for one in answers:
        total = total + one
    return total / F(len(answers))


@np.errstate(all="ignore")
def member_outputs(layers: Any, x: Float32Array, temperature: Any) -> Float32Array:
    """Outputs of one network, (n, outputs)."""
    for number, layer in enumerate(layers, start=1):
        sums = np.zeros((len(x), len(layer.weights)), F)
        for j in range(layer.weights.shape[1]):
            sums = sums + x[:, j : j + 1] * layer.weights[:, j]
        z = sums * layer.scale + layer.bias
        if number == len(layers) and temperature != 1:
            z = z / temperature
        x = ACTIVATIONS[layer.activation](z)
    return x


def probabilities(form: Any, outputs: Float32Array) -> Float32Array:
    """Probabilities of classes, (n, outputs)."""
    rescaled = np.maximum((outputs - form.low) / (form.high - form.low), F(1e-12))
    return rescaled / sum_in_order(rescaled)[:, np.newaxis]


def page_network(form: Any) -> tuple[dict[str, Any], NDArray[np.float32]]:
    """The description and the weights by which `network.js` computes a form that is not quantised.

    Scaling is part of the weights; else it is described, and applied in float64 before the first layer.
    """
    layers, shapes, start = form.members[0], [], 0
    for number, layer in enumerate(layers, start=1):
        for name, array in (("weight", layer.weights), ("bias", layer.bias)):
            shapes.append({"name": f"layer{number}.{name}", "shape": list(array.shape), "offset": start})
            start += array.size
    is_scaled = form.factor is not None
    description = {
        "sizes": list(form.sizes),
        "activations": [layer.activation for layer in layers],
        "bias": True,
        "scaling": {
            "factor": form.factor.tolist() if is_scaled else 1,
            "offset": form.offset.tolist() if is_scaled else 0,
            "clip": form.clip,
            "per_feature": is_scaled,
        },
        "targets": {"kind": form.target_kind, "low": float(form.low), "high": float(form.high)},
        "temperature": float(form.temperature),
        "parameters": shapes,
        "members": len(form.members),
        "portable": True,
    }
    flat = [array.ravel() for one in form.members for layer in one for array in (layer.weights, layer.bias)]
    return description, np.concatenate(flat)


def encoded_row(columns: Any, values: dict[str, Any]) -> Float32Array:
    """The inputs of a table's row, (features,), from floats, booleans, words and dates; None is missing.

    Python's floats are float64, and its `math.sqrt` is the root that IEEE 754 rounds.
    """
    return np.array([number for one in columns.inputs for number in _encoded(one, values[one.name])], F)


def _encoded(column: Any, value: Any) -> list[float]:
    if isinstance(column, BooleanColumn):
        return [{True: 1.0, False: -1.0, None: 0.0}[value]]
    if isinstance(column, WordColumn):
        names = [*column.words, *[None] * (column.rare > 0), *[None] * (column.missing > 0)]
        place = column.words.index(value) if value in column.words else -1
        if value is None and column.missing:
            place = len(names) - 1
        elif value is not None and place < 0 and column.rare:
            place = len(column.words)
        return [float(k == place) for k in range(len(names))]
    if isinstance(column, DateColumn):
        parts = _parts_of_date(column, value)
        inputs = [number for part in column.parts for number in _encoded_number(part, parts[part.name])]
        return [*inputs, *[float(value is None)] * (column.missing > 0)]
    return _encoded_number(column, value)


def _encoded_number(column: Any, value: float | None) -> list[float]:
    number = column.fill if value is None else value
    deviation = _bounded((_bounded(number) - column.centre) / column.scale)
    third = deviation / 3.0
    inputs = [deviation / math.sqrt(1.0 + third * third)]
    for low, high in pairwise(column.edges):
        inputs.append((min(max(number, low), high) - low) / (high - low) - 0.5)
    return [*inputs, *[float(value is None)] * column.flag]


def _bounded(number: float) -> float:
    return min(max(number, -1e150), 1e150)


def _parts_of_date(column: Any, moment: datetime | None) -> dict[str, float | None]:
    if moment is None:
        return dict.fromkeys(("days", "year", "month", "weekday", "hour"))
    since = moment - datetime(moment.year, moment.month, moment.day)
    microseconds = 1_000_000 * since.seconds + since.microseconds
    return {
        "days": float((moment.date() - date.fromisoformat(column.first)).days),
        "year": float(moment.year),
        "month": float(moment.month),
        "weekday": float(moment.weekday()),
        "hour": microseconds / 3_600_000_000,
    }
