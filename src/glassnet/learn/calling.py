"""Call a learner's function, inside the limited process: only NumPy and what the function itself needs is loaded."""

from __future__ import annotations

import contextlib
import io
import linecache
import sys
import traceback
from typing import Any

import numpy as np

PROGRAM = "<your program>"
MOST_VALUES = 10_000
"""Most numbers of a result that are handed back."""


def call_each(request: dict[str, Any]) -> dict[str, Any]:
    """Execute the learner's code, and evaluate an expression, such as the call of a function, for each set of names.

    Parameters
    ----------
    request : dict
        ``code``; ``name``, which the code must define; ``call``, the expression; ``names``, for each call the
        numbers by name, as nested lists.

    Returns
    -------
    dict
        ``results``, one of each call as `_described` gives it; or ``missing``, the names that the code does define; or
        ``error``: the type and text of an exception and the line of the code where it was raised, 0 for none.
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
        results: list[dict[str, Any]] = []
        for names in request["names"]:
            given = {name: one if isinstance(one, int) else np.array(one, float)[()] for name, one in names.items()}
            with contextlib.redirect_stdout(io.StringIO() if results else sys.stdout):  # the same text five times
                results.append(_described(eval(request["call"], namespace | given)))
        return {"results": results}
    except MemoryError:
        raise
    except BaseException as problem:  # also SystemExit, which a program may raise
        text = problem.msg if isinstance(problem, SyntaxError) else str(problem)
        return {"error": {"type": type(problem).__name__, "text": text, "line": _line_of(problem)}}


def _line_of(problem: BaseException) -> int:
    """Return the line of the learner's code where an exception was raised, 0 if it was elsewhere."""
    if isinstance(problem, SyntaxError) and problem.filename == PROGRAM:
        return problem.lineno or 0
    lines = [frame.lineno for frame in traceback.extract_tb(problem.__traceback__) if frame.filename == PROGRAM]
    return (lines[-1] or 0) if lines else 0


def _described(value: Any) -> dict[str, Any]:
    """Return a result as JSON: a ``shape`` and the ``values``, or ``several`` results, or else the ``type``."""
    try:
        array = np.asarray(value, dtype=float) if value is not None else None
    except (TypeError, ValueError):
        array = None
    if array is not None and array.size <= MOST_VALUES:
        return {"shape": list(array.shape), "values": array.ravel().tolist(), "type": type(value).__name__}
    if isinstance(value, (tuple, list)) and 0 < len(value) <= MOST_VALUES:
        return {"several": [_described(one) for one in value], "type": type(value).__name__}
    return {"type": "None" if value is None else type(value).__name__}
