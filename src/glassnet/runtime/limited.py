"""Run a function on foreign code in a process of its own, with limits of time, memory, files and processes.

The limits are for accidents of a learner's own program: an endless loop, an array that is far too large, a file that
would be overwritten. They are not a security boundary: code that sets out to leave Python (through ``ctypes``, say)
can. Run only code that the user of this machine wants to run.
"""

from __future__ import annotations

import contextlib
import json
import os
import subprocess
import sys
import tempfile
from dataclasses import asdict, dataclass
from pathlib import Path
from threading import Thread
from time import monotonic
from typing import IO, Any

from . import system

_POLL_SECONDS = 0.02
_START_SECONDS = 60.0
"""Most time for starting Python and importing NumPy, which is not counted."""
_START = (
    "import json, sys; request = json.loads(sys.stdin.buffer.read()); sys.path[:] = request['path']; "
    "from glassnet.runtime.guard import serve; serve(request)"
)
_KEPT = ("LD_LIBRARY_PATH", "DYLD_LIBRARY_PATH", "SYSTEMROOT", "SYSTEMDRIVE", "WINDIR")
"""Variables without which Python may not start."""
_ONE_THREAD = ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS", "VECLIB_MAXIMUM_THREADS")


@dataclass(frozen=True)
class Limits:
    """What the process may use."""

    seconds: float = 20.0  # of wall time and of processor time
    memory: int = 2 << 30  # bytes, also of libraries
    written: int = 16 << 20  # bytes, in the empty folder in which it runs
    files: int = 100  # opened for writing
    output: int = 100_000  # bytes of printed text that are kept; the rest is dropped


@dataclass(frozen=True)
class LimitedResult:
    """The result of a run."""

    value: Any  # what the function returned; None if it did not return
    exceeded: str  # {"", "time", "memory", "written", "result"}: the limit that ended the process
    error: str  # the type and text of an exception of the function, or the signal that ended the process; else empty
    output: str  # what was printed, without the rest beyond the limit


def run_limited(function: str, argument: Any, limits: Limits = Limits()) -> LimitedResult:
    """Call a function of an importable module in a process with limits, and return its result.

    Parameters
    ----------
    function : str
        ``"package.module:function"``. It takes the argument; what it executes and calls has the limits.
    argument : JSON-compatible
        What the function takes. Its result must be JSON-compatible, too.
    limits : Limits, optional

    Returns
    -------
    LimitedResult

    Notes
    -----
    The process has an empty folder, which is removed afterwards, no environment variables, no standard input and no
    network; it may not start processes nor write, rename or remove files outside its folder (`runtime.guard`). Where
    the system has ``resource``, it also enforces memory, processor time and file sizes; everywhere this process watches
    time, memory and written bytes, and ends the other one with all its children.
    """
    with tempfile.TemporaryDirectory(prefix="glassnet-", ignore_cleanup_errors=True) as folder:
        work, result = Path(folder, "work"), Path(folder, "result.json")
        work.mkdir()
        request = {
            "path": [os.path.abspath(one) for one in sys.path],
            "function": function,
            "argument": argument,
            "limits": asdict(limits),
            "result": str(result),
        }
        process = subprocess.Popen(
            [sys.executable, "-I", "-B", "-X", "utf8", "-c", _START],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            cwd=work,
            env=_environment(str(work)),
            **system.own_process_group(),
        )
        assert process.stdin is not None
        assert process.stdout is not None
        printed = bytearray()
        reader = Thread(target=_drain, args=(process.stdout, printed, limits.output), daemon=True)
        reader.start()
        try:
            with contextlib.suppress(BrokenPipeError):
                process.stdin.write(json.dumps(request).encode())
                process.stdin.close()
            exceeded = _watch(process, limits, work, result)
        finally:
            system.kill_process_group(process)
        reader.join(timeout=1)
        process.stdout.close()
        return _result(result, process.returncode, exceeded, bytes(printed).decode("utf-8", "replace"))


def _environment(folder: str) -> dict[str, str]:
    kept = {name: os.environ[name] for name in _KEPT if name in os.environ}
    homes = dict.fromkeys(("HOME", "USERPROFILE", "TMPDIR", "TEMP", "TMP", "MPLCONFIGDIR"), folder)
    return {**kept, **homes, **dict.fromkeys(_ONE_THREAD, "1"), "MPLBACKEND": "agg", "PATH": os.defpath}


def _drain(stream: IO[bytes], printed: bytearray, most: int) -> None:
    """Read all output, so that the process never waits, and keep the beginning."""
    with contextlib.suppress(OSError, ValueError):  # closed meanwhile
        while block := stream.read1(1 << 16):  # type: ignore[attr-defined]
            printed += block[: max(0, most - len(printed))]


def _watch(process: subprocess.Popen[bytes], limits: Limits, work: Path, result: Path) -> str:
    """Wait for the process; return the limit that it exceeds, if any."""
    end, started = monotonic() + _START_SECONDS, False
    while True:
        try:
            process.wait(_POLL_SECONDS)
            return ""
        except subprocess.TimeoutExpired:
            if not started and result.exists() and result.stat().st_size:
                # It ends itself in time, unless a loop in C keeps its other thread from running.
                end, started = monotonic() + limits.seconds + 1, True
            if monotonic() > end:
                return "time"
            if system.resident_bytes(process.pid) > limits.memory:
                return "memory"
            if _folder_bytes(work) > limits.written:
                return "written"


def _folder_bytes(folder: Path) -> int:
    total = 0
    for place, _, names in os.walk(folder):
        for name in names:
            with contextlib.suppress(OSError):
                total += os.lstat(os.path.join(place, name)).st_size
    return total


def _result(file: Path, status: int, exceeded: str, output: str) -> LimitedResult:
    if not exceeded and system.exit_reason(status) == "SIGXCPU":
        exceeded = "time"
    if not exceeded and file.exists():
        with contextlib.suppress(ValueError, KeyError, TypeError):
            answer = json.loads(file.read_bytes())
            return LimitedResult(answer["value"], answer["exceeded"], answer["error"], output)
    error = "" if exceeded else system.exit_reason(status)
    return LimitedResult(None, exceeded, error, output)
