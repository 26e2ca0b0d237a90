"""Run a function on foreign code in a process of its own: with limits everywhere, and confined where the system can.

On Linux with Landlock and seccomp, the kernel keeps the code from the user's files, the network and other processes;
`LimitedResult.confined` says so. Elsewhere there are only limits of time, memory and written bytes, for accidents of a
learner's own program: run only code there that the user of the machine wants to run.
"""

from __future__ import annotations

import contextlib
import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path
from threading import Thread
from time import monotonic
from typing import IO, Any, Literal, TypedDict, cast

from . import system
from .declared import is_declared

_POLL_SECONDS = 0.02
_START_SECONDS = 60.0
"""Most time for starting Python and importing NumPy, which is not counted."""
_MOST_ANSWER = 4 << 20
"""Bytes of a result, as JSON."""
_START = (
    # The result has a descriptor of its own, so that nothing is among it that the program prints.
    "import json, os, sys; answer = os.dup(2); os.dup2(1, 2); request = json.loads(sys.stdin.buffer.read()); "
    "sys.path[:] = request['path']; from glassnet.runtime.guard import serve; serve(request, answer)"
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
    files: int = 256  # open at a time
    output: int = 100_000  # bytes of printed text that are kept; the rest is dropped


@dataclass(frozen=True)
class LimitedResult:
    """The result of a run."""

    value: Any  # what the function returned; None if it did not return
    exceeded: str  # {"", "time", "memory", "written", "result"}: the limit that ended it; result: no valid one
    error: str  # the type and text of an exception of the function, or the signal that ended the process; else empty
    output: str  # what was printed, without the rest beyond the limit
    confined: system.Confinement = "limits"  # what held: the kernel's means, or only the limits


class _Answer(TypedDict):
    """What the process reports. The program, which shares the process, can write it as well as `guard` can."""

    value: Any
    exceeded: Literal["", "memory", "written", "result"]
    error: str


def run_limited(
    function: str,
    argument: Any,
    limits: Limits = Limits(),
    *,
    valid: Callable[[Any], bool] = lambda value: True,
    confined: bool = False,
) -> LimitedResult:
    """Call a function of an importable module in a process with limits, and return its result.

    Parameters
    ----------
    function : str
        ``"package.module:function"``. It takes the argument; what it executes and calls has the limits.
    argument : JSON-compatible
        What the function takes. Its result must be JSON-compatible, too.
    limits : Limits, optional
    valid : callable, optional
        Whether a result is one of the function: a program can report whatever it wants.
    confined : bool, optional
        Call the function only if the kernel confines the process.

    Returns
    -------
    LimitedResult

    Notes
    -----
    The process has an empty folder, which is removed afterwards, no environment variables of the user and no standard
    input. Where `LimitedResult.confined` is ``"landlock+seccomp"``, it can read only Python, installed packages, shared
    libraries and its folder, write only to its folder, and use neither the network nor other processes; that a file
    exists, and its size, is not hidden. Where the system has ``resource``, it also enforces memory, processor time,
    file sizes and open files; everywhere this process watches time, memory and written bytes, and ends the other one
    with all its children.
    """
    with tempfile.TemporaryDirectory(prefix="glassnet-", ignore_cleanup_errors=True) as folder:
        work = Path(folder, "work")
        work.mkdir()
        request = {
            "path": [os.path.abspath(one) for one in sys.path],
            "function": function,
            "argument": argument,
            "limits": asdict(limits),
            "confined": confined,
        }
        process = subprocess.Popen(
            [sys.executable, "-I", "-B", "-X", "utf8", "-c", _START],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            cwd=work,
            env=_environment(str(work)),
            **system.own_process_group(),
        )
        assert process.stdin
        assert process.stdout
        assert process.stderr
        printed, answer = bytearray(), bytearray()
        streams = ((process.stdout, printed, limits.output), (process.stderr, answer, _MOST_ANSWER))
        readers = [Thread(target=_drain, args=one, daemon=True) for one in streams]
        for reader in readers:
            reader.start()
        try:
            with contextlib.suppress(BrokenPipeError):
                process.stdin.write(json.dumps(request).encode())
                process.stdin.close()
            exceeded = _watch(process, limits, work, answer)
        finally:
            system.kill_process_group(process)
            _empty(folder)
        for reader, (stream, *_) in zip(readers, streams, strict=True):
            reader.join(timeout=1)
            stream.close()
    return _result(bytes(answer), process.returncode, exceeded, bytes(printed).decode("utf-8", "replace"), valid)


def _environment(folder: str) -> dict[str, str]:
    kept = {name: os.environ[name] for name in _KEPT if name in os.environ}
    homes = dict.fromkeys(("HOME", "USERPROFILE", "TMPDIR", "TEMP", "TMP", "MPLCONFIGDIR"), folder)
    return {**kept, **homes, **dict.fromkeys(_ONE_THREAD, "1"), "MPLBACKEND": "agg", "PATH": os.defpath}


def _drain(stream: IO[bytes], printed: bytearray, most: int) -> None:
    """Read all output, so that the process never waits, and keep the beginning."""
    with contextlib.suppress(OSError, ValueError):  # closed meanwhile
        while block := stream.read1(1 << 16):  # type: ignore[attr-defined]
            printed += block[: max(0, most - len(printed))]


def _watch(process: subprocess.Popen[bytes], limits: Limits, work: Path, answer: bytearray) -> str:
    """Wait for the process; return the limit that it exceeds, if any."""
    end, started = monotonic() + _START_SECONDS, False
    while True:
        try:
            process.wait(_POLL_SECONDS)
            return ""
        except subprocess.TimeoutExpired:
            if not started and b"\n" in answer:
                end, started = monotonic() + limits.seconds, True
            if monotonic() > end:
                return "time"
            if system.resident_bytes(process.pid) > limits.memory:
                return "memory"
            if _folder_bytes(work) > limits.written:
                return "written"


def _folder_bytes(folder: Path) -> int:
    total, waiting = 0, [str(folder)]
    while waiting:
        with contextlib.suppress(OSError):
            for one in os.scandir(waiting.pop()):
                total += one.stat(follow_symlinks=False).st_size
                if one.is_dir(follow_symlinks=False):
                    waiting.append(one.path)
    return total


def _empty(folder: str) -> None:
    """Remove what is in a folder, however deep: each inner folder is moved up before it is looked at."""
    waiting, moved = [folder], 0
    while waiting:
        place = waiting.pop()
        with contextlib.suppress(OSError):  # what cannot be removed stays
            os.chmod(place, 0o700)
            for one in [*os.scandir(place)]:
                if one.is_dir(follow_symlinks=False):
                    moved += 1
                    waiting.append(str(Path(one.path).rename(Path(folder, str(moved)))))
                else:
                    os.unlink(one.path)
            if place != folder:
                os.rmdir(place)


def _result(answer: bytes, status: int, exceeded: str, output: str, valid: Callable[[Any], bool]) -> LimitedResult:
    """Check what a process reports as any file of a stranger: its program may have written it."""
    first, _, rest = answer.partition(b"\n")
    confined: system.Confinement = "landlock+seccomp" if first == b"landlock+seccomp" else "limits"
    if not exceeded and system.exit_reason(status) == "SIGXCPU":
        exceeded = "time"
    if exceeded or not rest:
        return LimitedResult(None, exceeded, "" if exceeded else system.exit_reason(status), output, confined)
    with contextlib.suppress(KeyError, ValueError, OverflowError, RecursionError):
        if is_declared(found := json.loads(rest), _Answer):
            reported = cast(_Answer, found)
            if reported["exceeded"] or reported["error"]:
                return LimitedResult(None, reported["exceeded"], reported["error"], output, confined)
            if valid(reported["value"]):
                return LimitedResult(reported["value"], "", "", output, confined)
    return LimitedResult(None, "result", "", output, confined)
