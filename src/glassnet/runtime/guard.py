"""The limits of a process, set from inside it: what `runtime.limited` starts."""

from __future__ import annotations

import contextlib
import errno
import json
import os
import sys
from importlib import import_module
from threading import Timer
from typing import Any

from .system import folder_of, limit_process

_REFUSED = (
    "socket.", "subprocess.Popen", "os.system", "os.exec", "os.fork", "os.posix_spawn", "os.spawn", "os.startfile",
    "os.kill", "pty.spawn", "webbrowser.open", "winreg.", "ftplib.", "smtplib.", "signal.pthread_kill",
)  # fmt: skip
"""Beginnings of the audit events that are refused: network, other processes."""
_CHANGES = {
    "os.remove": ((0, 1),), "os.rmdir": ((0, 1),), "os.mkdir": ((0, 2),), "os.truncate": ((0, None),),
    "os.rename": ((0, 2), (1, 3)), "os.link": ((0, 2), (1, 3)), "os.symlink": ((1, 2),), "os.chmod": ((0, 2),),
    "os.chown": ((0, 3),), "os.utime": ((0, 3),), "os.setxattr": ((0, None),), "os.removexattr": ((0, None),),
    "os.chflags": ((0, None),),
}  # fmt: skip
"""Audit event of a change -> the positions of each path in its arguments, and of the folder it is relative to."""
_WRITING = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC | os.O_APPEND


def serve(request: dict[str, Any]) -> None:
    """Set the limits, call the function of the request, and write its result."""
    limits = request["limits"]
    module, _, name = request["function"].partition(":")
    function = getattr(import_module(module), name)
    # Opened before anything is limited.
    with open(request["result"], "w", encoding="utf-8") as file, open(os.devnull, "rb") as nothing:
        os.dup2(nothing.fileno(), 0)
        file.write("\n")  # tells the other process that the time begins
        file.flush()
        timer = Timer(limits["seconds"], _stop_for_time, (file,))
        timer.daemon = True
        timer.start()
        # The timer comes first; the limit of processor time is for loops that keep it from running.
        limit_process(limits["memory"], limits["written"], int(limits["seconds"]) + 2)
        sys.addaudithook(_Guard(os.getcwd(), limits["files"]))
        value, exceeded, error = None, "", ""
        try:
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
        file.write(text)
        file.flush()
        with contextlib.suppress(OSError, ValueError):
            sys.stdout.flush()
    os._exit(0)  # threads and exit handlers of the program get no more time


def _stop_for_time(file: Any) -> None:
    file.write(json.dumps({"value": None, "exceeded": "time", "error": ""}))
    file.flush()
    os._exit(1)


class _Guard:
    """Audit hook that refuses the network, other processes, and changes of files outside a folder."""

    def __init__(self, folder: str, files: int) -> None:
        self.folder, self.left = os.path.realpath(folder), files

    def __call__(self, event: str, arguments: tuple[Any, ...]) -> None:
        if event == "open":
            path, mode, flags = arguments
            if _writes(mode, flags) and not isinstance(path, int):
                self._require_inside(path, None)
                self.left -= 1
                if self.left < 0:
                    raise PermissionError("this process may not write more files")
        elif event in _CHANGES:
            for place, relative in _CHANGES[event]:
                folder = arguments[relative] if relative is not None and relative < len(arguments) else None
                self._require_inside(arguments[place], folder)
        elif event.startswith(_REFUSED) and event != "socket.gethostname":
            raise PermissionError(f"{event}: this process may neither use the network nor start or end processes")

    def _require_inside(self, path: Any, folder: Any) -> None:
        if isinstance(path, int):
            return  # an open file
        name = os.path.realpath(os.path.join(_folder_name(folder), os.fsdecode(path)))
        if name not in (os.devnull, self.folder) and not name.startswith(self.folder + os.sep):
            raise PermissionError(f"{os.fsdecode(path)}: this process may change files only in its own folder")


def _folder_name(descriptor: Any) -> str:
    """Return the folder that a descriptor has open, or the current one; the root, in which nothing is, if unknown."""
    return folder_of(descriptor) if isinstance(descriptor, int) and descriptor >= 0 else ""


def _writes(mode: Any, flags: Any) -> bool:
    if isinstance(mode, str):
        return any(letter in mode for letter in "wax+")
    return bool(isinstance(flags, int) and flags & _WRITING)
