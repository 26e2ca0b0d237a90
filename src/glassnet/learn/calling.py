"""Call a learner's function, inside the limited process: only NumPy and what the function itself needs is loaded."""

from __future__ import annotations

import contextlib
import io
import linecache
import math
import sys
import traceback
from typing import Any, NotRequired, TypedDict

import numpy as np

PROGRAM = "<your program>"
MOST_VALUES = 10_000
"""Most numbers of a result that are handed back."""


class Described(TypedDict):
    """What a call returned: numbers, several results, or something else."""

    type: str
    shape: NotRequired[list[int]]
    values: NotRequired[list[float | None]]  # None: infinite or NaN
    several: NotRequired[list[Described]]


class Called(TypedDict):
    """The result of the calls: one of the keys."""

    results: NotRequired[list[Described]]  # one of each call
    missing: NotRequired[list[str]]  # the names that the code does define
    error: NotRequired[tuple[str, str, int]]  # type and text of an exception, and the code's line: 0 if elsewhere


def call_each(request: dict[str, Any]) -> Called:
    """Execute the learner's code, and evaluate an expression, such as the call of a function, for each set of names.

    Parameters
    ----------
    request : dict
        ``code``; ``name``, which the code must define; ``call``, the expression; ``names``, for each call the
        numbers by name, as nested lists.

    Returns
    -------
    Called
    """
    code = request["code"]
    linecache.cache[PROGRAM] = (len(code), None, code.splitlines(keepends=True), PROGRAM)
    namespace: dict[str, Any] = {"__name__": "program", "np": np, "numpy": np}
    before = set(namespace)
    try:
        exec(compile(code, PROGRAM, "exec"), namespace)
        if request["name"] not in namespace:
            defined = [name for name, one in namespace.items() if callable(one) and name not in before]
            return {"missing": [name for name in defined if not name.startswith("_")]}
        results: list[Described] = []
        for names in request["names"]:
            given = {name: one if isinstance(one, int) else np.array(one, float)[()] for name, one in names.items()}
            with contextlib.redirect_stdout(io.StringIO() if results else sys.stdout):  # the same text five times
                results.append(_described(eval(request["call"], namespace | given)))
        return {"results": results}
    except MemoryError:
        raise
    except BaseException as problem:  # also SystemExit, which a program may raise
        text = problem.msg if isinstance(problem, SyntaxError) else str(problem)
        return {"error": (type(problem).__name__, text, _line_of(problem))}


def _line_of(problem: BaseException) -> int:
    """Return the line of the learner's code where an exception was raised, 0 if it was elsewhere."""
    if isinstance(problem, SyntaxError) and problem.filename == PROGRAM:
        return problem.lineno or 0
    lines = [frame.lineno for frame in traceback.extract_tb(problem.__traceback__) if frame.filename == PROGRAM]
    return (lines[-1] or 0) if lines else 0


def _described(value: Any) -> Described:
    try:
        array = np.asarray(value, dtype=float) if value is not None else None
    except (TypeError, ValueError):
        array = None
    name = "None" if value is None else type(value).__name__
    if array is not None and array.size <= MOST_VALUES:
        values = [one if math.isfinite(one) else None for one in array.ravel().tolist()]
        return {"type": name, "shape": list(array.shape), "values": values}
    if isinstance(value, (tuple, list)) and 0 < len(value) <= MOST_VALUES:
        return {"type": name, "several": [_described(one) for one in value]}
    return {"type": name}
