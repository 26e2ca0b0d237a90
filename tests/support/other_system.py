"""This process as if it ran on Windows, as far as Linux can pretend, for tests and by hand.

What only Unix has is missing: modules, functions, signals. What Windows refuses is refused: to replace or remove a
file that this process has open or mapped, and names with characters or of devices that it reserves. What it has besides
is here in small (``msvcrt.locking``). This cannot be undone. As a program, it runs commands of glassnet, each a list of
words in JSON on standard input, in this process, and prints their exit codes; as a plugin of pytest
(``-p support.other_system``), it holds for all tests of a run.
"""

from __future__ import annotations

import errno
import fcntl
import json
import os
import re
import signal
import sys
from pathlib import PurePath
from types import ModuleType
from typing import Any

MODULES = ("fcntl", "resource", "pwd", "grp", "termios")
OF_OS = (
    "fork", "forkpty", "register_at_fork", "killpg", "setsid", "geteuid", "sysconf", "sched_getaffinity",
    "mkfifo",
)  # fmt: skip
OF_SIGNAL = ("SIGXCPU", "SIGHUP", "SIGUSR1", "SIGALRM")
_IMPOSSIBLE = re.compile(r'[:<>|"?*]|^(con|prn|aux|nul|com\d|lpt\d)(\.|$)|[ .]$', re.IGNORECASE)


def pretend() -> None:
    """Let this process be on Windows, for glassnet and whatever is imported from now on."""
    lockf, flags = fcntl.lockf, fcntl.LOCK_EX | fcntl.LOCK_NB
    msvcrt = ModuleType("msvcrt")
    vars(msvcrt).update(LK_NBLCK=2, locking=lambda file, mode, count: lockf(file, flags, count))
    sys.modules["msvcrt"] = msvcrt
    sys.modules.update(dict.fromkeys(MODULES))  # type: ignore[arg-type]
    for module, names in ((os, OF_OS), (signal, OF_SIGNAL)):
        for name in names:
            if hasattr(module, name):
                delattr(module, name)
    sys.addaudithook(_refuse)

    from glassnet.runtime import system

    system.NAME = "win32"
    system.RETRY_SECONDS = 0.1


def _refuse(event: str, arguments: tuple[Any, ...]) -> None:
    if event == "open" and isinstance(arguments[0], str) and isinstance(arguments[1], str) and "r" not in arguments[1]:
        if _IMPOSSIBLE.search(PurePath(arguments[0]).name) and arguments[0] != os.devnull:
            raise OSError(errno.EINVAL, "Invalid argument", arguments[0])
    elif event in ("os.rename", "os.remove"):
        for path in arguments[: 2 if event == "os.rename" else 1]:
            if not isinstance(path, int) and _is_open(os.path.realpath(os.fsdecode(path))):
                raise PermissionError(errno.EACCES, "The process cannot access the file", os.fsdecode(path))


def _is_open(path: str) -> bool:
    with open("/proc/self/maps", encoding="utf-8", errors="surrogateescape") as file:
        used = {line.split(maxsplit=5)[-1].rstrip("\n") for line in file if "/" in line}
    for descriptor in os.listdir("/proc/self/fd"):
        try:
            used.add(os.readlink(f"/proc/self/fd/{descriptor}"))
        except OSError:  # that of the listing
            continue
    return any(one == path or one.startswith(f"{path}/") for one in used)


def main() -> None:
    """Run the commands."""
    from glassnet.cli import main as glassnet

    for words in json.load(sys.stdin):
        sys.argv = ["glassnet", *words]
        try:
            glassnet()
        except SystemExit as end:
            print(f"exit code {end.code}", flush=True)


if "pytest" in sys.modules or __name__ == "__main__":
    import numba  # noqa: F401  # as all that third parties import on a Unix system
    import polars  # noqa: F401
    import scipy.stats  # noqa: F401

    pretend()
if __name__ == "__main__":
    main()
