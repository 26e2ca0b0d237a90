"""A single function of a learner, such as ``send_back``: recognised by the names of its parameters and its results."""

from __future__ import annotations

import inspect
import re
from collections.abc import Iterator
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..mistakes import Step as Formula
from ..mistakes import follow
from .compare import STEPS, VARIANTS, Facts, explanation, unknown, ways
from .recorder import as_array

_NAMES = {
    "W1": r"w_?(1|ih|xh)|wih|weights?_?(1|ih|hidden|input_hidden|in)|.*权重[1一]",
    "W2": r"w_?(2|ho|hy)?|who|weights?_?(2|ho|out\w*|hidden_output)?|.*权重[2二]?",
    "lr": r"lr|eta|alpha|learn\w*|rate|学习率|步长",
    "dW1": r"d_?w_?1|delta_?w_?1", "dW2": r"d_?w_?2|delta_?w_?2",
    "deltah": r"delta_?h\w*|d_?hidden|hidden_?delta|隐藏delta|隐藏层delta",
    "delta": r"delta\w*|d_?out\w*|output_?delta",
    "eh": r"e_?h|hidden_?err\w*|err\w*_?hidden|隐藏误差|隐藏层误差", "e": r"e|err\w*|output_?err\w*|输出误差|误差",
    "h": r"h|a1|hidden\w*|o_?h|隐藏输出|隐藏层输出", "o": r"o|y_?(hat|pred)|out\w*|final\w*|pred\w*|a2|最终输出|输出",
    "t": r"t|y|target\w*|label\w*|expected|desired|目标\w*", "x": r"x|in\w*|data|sample|features|i|输入\w*",
}  # fmt: skip
"""Quantity -> names that parameters have for it."""


_RESULTS = (
    (r"forward|query|predict|feed|正向|前向|查询", {"o"}),
    (r"send_?back|hidden_?err|回传|隐藏误差|隐藏层误差", {"eh"}),
    (r"update|train|更新|训练", {"W1n", "W2n", "dW1", "dW2"}),
)
"""Name of a function -> quantities, one of which it returns."""


def examine_function(function: Any) -> Facts:
    """Call a function with the quantities of one step, and say which quantity it returns, right or by a mistake."""
    found = unknown()
    parameters = [one for one in inspect.signature(function).parameters.values() if one.default is one.empty]
    quantities = [_quantity(one.name) for one in parameters]
    if not quantities or None in quantities:
        return {**found, "problem": f"unknown parameters of {function.__name__}"}
    given = _given()
    found["verdict"] = "unlike"
    wanted = next((some for names, some in _RESULTS if re.search(names, function.__name__, re.IGNORECASE)), set())
    for column in (False, True):
        right = [follow(steps, given) for steps in _calculations()]
        values = {**given, **right[0]}
        try:
            result = function(*(_passed(values[name], column) for name in quantities if name))
        except Exception as problem:
            found["problem"] = f"{type(problem).__name__}: {problem}"
            continue
        returned = list(_arrays(result))
        if not returned:
            continue
        for one in right:
            names = _same(returned, one, set(quantities))
            if names and (not wanted or wanted & set(names)):
                return {**found, "verdict": "right", "function": ", ".join(names)}
        for steps in _calculations():
            for mistake, way in ways(steps, list(given)):
                try:
                    wrong = follow(steps, given, way)
                except ValueError:
                    continue
                if _same(returned, wrong, set(quantities)):
                    why = explanation(mistake, way, {**given, **wrong})
                    return {**found, "verdict": "mistake", "mistake": mistake, "why": why}
    return found


def _given() -> dict[str, Any]:
    random = np.random.default_rng(48)
    w1, w2 = np.round(random.uniform(-1, 1, (4, 3)), 2), np.round(random.uniform(-1, 1, (2, 4)), 2)
    return {"W1": w1, "W2": w2, "x": np.array([0.9, 0.1, 0.8]), "t": np.array([0.01, 0.99]), "lr": np.array(0.3)}


def _calculations() -> Iterator[list[Formula]]:
    for variant in VARIANTS[:2]:
        formulas = {**STEPS, **variant, "W1n": "W1 + dW1", "W2n": "W2 + dW2"}
        yield [Formula(name, formula) for name, formula in formulas.items()]


def _quantity(name: str) -> str | None:
    return next((key for key, names in _NAMES.items() if re.fullmatch(names, name, re.IGNORECASE)), None)


def _passed(value: NDArray[np.float64], column: bool) -> Any:
    """Return a copy, vectors as columns if wanted, numbers as Python has them."""
    if value.ndim == 0:
        return float(value)
    return value.reshape(-1, 1).copy() if column and value.ndim == 1 else value.copy()


def _arrays(result: Any) -> Iterator[NDArray[np.float64]]:
    array = as_array(result)
    if array is not None:
        yield np.asarray(array, float)
    elif isinstance(result, tuple | list | dict):
        for one in result.values() if isinstance(result, dict) else result:
            yield from _arrays(one)


def _same(returned: list[NDArray[np.float64]], values: dict[str, Any], passed: set[Any]) -> list[str]:
    """Return the name of each array's quantity; empty if one is none of them."""
    names = []
    for one in returned:
        for name, value in values.items():
            same_size = one.size == value.size and (one.shape == value.shape or 1 in one.shape or one.ndim == 1)
            if name not in passed and same_size and np.allclose(one.ravel(), value.ravel(), rtol=1e-9, atol=1e-12):
                names.append(name)
                break
        else:
            return []
    return names
