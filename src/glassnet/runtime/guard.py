"""The inside of a process with limits: what `runtime.limited` starts."""

from __future__ import annotations

import errno
import json
import os
import sys
from contextlib import suppress
from importlib import import_module
from typing import Any

from .system import confine, limit_process


def serve(request: dict[str, Any], answer: int) -> None:
    """Set the limits, call the function of the request, and write its result to a descriptor.

    The first line says whether the system confines the process: it is written before anything foreign runs.
    """
    limits = request["limits"]
    module, _, name = request["function"].partition(":")
    function = getattr(import_module(module), name)
    with open(os.devnull, "rb") as nothing:
        os.dup2(nothing.fileno(), 0)
    limit_process(limits["memory"], limits["written"], limits["files"], int(limits["seconds"]) + 2)
    confined = confine(os.getcwd())
    _write(answer, f"{confined}\n")
    value, exceeded, error = None, "", ""
    try:
        if confined == "limits" and request["confined"]:
            raise PermissionError("this system does not confine programs")
        value = function(request["argument"])
    except MemoryError:
        exceeded = "memory"
    except OSError as problem:
        exceeded = "written" if problem.errno == errno.EFBIG else ""
        error = "" if exceeded else f"{type(problem).__name__}: {problem}"
    except BaseException as problem:  # also SystemExit, which a program may raise
        error = f"{type(problem).__name__}: {problem}"
    try:
        text = json.dumps({"value": value, "exceeded": exceeded, "error": error})
    except (TypeError, ValueError, MemoryError, RecursionError):
        text = json.dumps({"value": None, "exceeded": "result", "error": ""})
    _write(answer, text)
    with suppress(OSError, ValueError):
        sys.stdout.flush()
    os._exit(0)  # threads and exit handlers of the program get no more time


def _write(descriptor: int, text: str) -> None:
    content = text.encode()
    while content:
        content = content[os.write(descriptor, content) :]
