"""What differs between operating systems: the way of Linux and other Unix systems, and the alternative of others.

No other module of the package asks on which system it runs, or calls what only some systems have. `NAME` decides in
every function; tests set it to force the alternatives.
"""

from __future__ import annotations

import ctypes
import math
import os
import re
import signal
import stat
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from functools import cache
from importlib import import_module
from pathlib import Path, PurePosixPath
from typing import IO, TYPE_CHECKING, Any, Literal

if TYPE_CHECKING:
    import socket
    import subprocess

Confinement = Literal["landlock+seccomp", "limits"]

NAME: str = sys.platform
"""``"linux"``, ``"darwin"`` (macOS), ``"win32"`` (Windows of any word length), or another Unix."""

RETRY_SECONDS = 2.0
"""Seconds for which `replace` tries again on Windows, where a virus scanner may have a new file open."""

_PLACES = {
    "cache": ("Caches", "XDG_CACHE_HOME", ".cache"),
    "state": ("Application Support", "XDG_STATE_HOME", ".local/state"),
}
_FORBIDDEN = str.maketrans(':<>|"?*', "_" * 7)
_DEVICE = re.compile(r"(con|prn|aux|nul|com\d|lpt\d)(?=\.|$)", re.IGNORECASE)
"""What names of files on Windows cannot have, and what they cannot be, with any suffix."""


# Files and folders


def user_folder(kind: Literal["cache", "state"]) -> Path | None:
    """Return the user's folder for caches, or for the state of programs, of glassnet; None without a home folder."""
    try:
        home = Path.home()
    except RuntimeError:
        return None
    in_library, variable, usual = _PLACES[kind]
    if NAME == "win32":
        return Path(os.environ.get("LOCALAPPDATA") or home / "AppData" / "Local") / "glassnet"
    if NAME == "darwin":
        return home / "Library" / in_library / "glassnet"
    named = Path(os.environ.get(variable, ""))
    return (named if named.is_absolute() else home / usual) / "glassnet"


def lock(file: IO[bytes]) -> None:
    """Lock a file until it is closed; OSError at once if another process has the lock, or if there are no locks."""
    if NAME == "win32":
        msvcrt: Any = import_module("msvcrt")
        file.seek(0)  # the byte at the position is locked
        msvcrt.locking(file.fileno(), msvcrt.LK_NBLCK, 1)
    else:
        fcntl: Any = import_module("fcntl")
        fcntl.lockf(file, fcntl.LOCK_EX | fcntl.LOCK_NB)


def replace(source: Path, target: Path) -> None:
    """Rename a file or folder; a file of the new name is replaced.

    Windows refuses that with PermissionError while any program has one of them open: it is tried for `RETRY_SECONDS`.
    """
    end = time.monotonic() + RETRY_SECONDS
    while True:
        try:
            os.replace(source, target)
            return
        except PermissionError:
            if not locks_open_files() or time.monotonic() > end:
                raise
        time.sleep(0.02)


def locks_open_files() -> bool:
    """Return whether the system refuses to replace or remove a file that a program has open."""
    return NAME == "win32"


def path_key(path: str | Path) -> str:
    """Return a text that is equal for all spellings of a path: Windows and macOS take ``A`` and ``a`` for one name."""
    resolved = str(Path(path).resolve())
    return resolved.casefold() if NAME in ("win32", "darwin") else resolved


def valid_path(path: str) -> str:
    """Return a relative path with slashes as this system can have it: Windows has characters and names of its own."""
    if NAME != "win32":
        return path
    return "/".join(_DEVICE.sub(r"\1_", part).rstrip(". ") for part in path.translate(_FORBIDDEN).split("/"))


def only_user_writes(found: os.stat_result) -> bool:
    """Return whether a folder or file belongs to the user or to root, and nobody else can write to it.

    In a sticky folder, such as ``/tmp``, others can create files, but cannot replace those of the user. Windows has no
    such modes: the folders there inherit the rights of the user's profile.
    """
    if NAME == "win32":
        return True
    others_write = found.st_mode & (stat.S_IWGRP | stat.S_IWOTH)
    sticky = stat.S_ISDIR(found.st_mode) and found.st_mode & stat.S_ISVTX
    return found.st_uid in (0, os.geteuid()) and bool(sticky or not others_write)


def make_private(folder: Path) -> bool:
    """Let only the user read a folder; return whether it is the user's. Raises OSError if that is not possible."""
    if NAME == "win32":  # as for `only_user_writes`
        return True
    found = folder.stat()
    if found.st_uid != os.geteuid():
        return False
    if stat.S_IMODE(found.st_mode) != 0o700:
        folder.chmod(0o700)
    return True


# Cores and memory


def available_cores(root: Path = Path("/")) -> int:
    """Return the number of cores that this process may use: its affinity, or the quota of its containers if less.

    A quota (Linux, control groups) of two and a half cores counts as three. `root` holds ``proc`` and ``sys``.
    """
    if NAME != "linux":
        return os.cpu_count() or 1
    return max(1, min([len(os.sched_getaffinity(0)), *map(math.ceil, _quotas(root))]))


@cache
def _quotas(root: Path) -> list[float]:
    """Return the quotas, in cores, of the control groups of this process and of the groups above them."""
    quotas = []
    for line in _text(root / "proc/self/cgroup").splitlines():
        controllers, _, group = line.partition(":")[2].partition(":")
        if controllers and "cpu" not in controllers.split(","):
            continue
        # In a container, its own group is at the root, even if `group` is the path outside.
        for one in (PurePosixPath(group), *PurePosixPath(group).parents):
            folder = root / "sys/fs/cgroup" / controllers / str(one).lstrip("/")
            files = ("cpu.cfs_quota_us", "cpu.cfs_period_us") if controllers else ("cpu.max",)
            quota = " ".join(_text(folder / file) for file in files).split()
            if len(quota) == 2 and all(number.isdecimal() and int(number) > 0 for number in quota):  # no "max", no -1
                quotas.append(int(quota[0]) / int(quota[1]))
    return quotas


def _text(path: Path) -> str:
    with suppress(OSError, ValueError):
        return path.read_text(encoding="utf-8")
    return ""


def call_allocator(name: str, *arguments: Any) -> None:
    """Call ``mallopt`` or ``malloc_trim`` of Linux' C library (glibc); other systems and libraries have none.

    glibc holds on to some hundred megabytes after training, in parts of each thread, between small blocks in use.
    """
    if NAME == "linux":
        with suppress(OSError, AttributeError):
            getattr(ctypes.CDLL(None), name)(*arguments)


def return_large_blocks() -> None:
    """Let the system have blocks of a mebibyte and more back as soon as they are free, from now on."""
    call_allocator("mallopt", -3, 1 << 20)  # M_MMAP_THRESHOLD


def release_free_memory() -> None:
    """Give free memory back to the system now; takes milliseconds."""
    call_allocator("malloc_trim", ctypes.c_size_t(0))


def resident_bytes(pid: int) -> int:
    """Return the memory that a process uses, 0 if the system does not say."""
    try:
        if NAME == "win32":
            return _resident_on_windows(pid)
        if NAME == "linux":
            pages = Path(f"/proc/{pid}/statm").read_text(encoding="ascii").split()[1]
            return int(pages) * os.sysconf("SC_PAGE_SIZE")
        import subprocess

        shown = subprocess.run(["ps", "-o", "rss=", "-p", str(pid)], capture_output=True, check=False)
        return int(shown.stdout or 0) * 1024
    except (OSError, ValueError, IndexError, AttributeError):
        return 0


def _resident_on_windows(pid: int) -> int:
    class Counters(ctypes.Structure):  # PROCESS_MEMORY_COUNTERS of psapi.h
        _fields_ = [("cb", ctypes.c_ulong), ("faults", ctypes.c_ulong)] + [
            (name, ctypes.c_size_t) for name in ("peak", "now", "a", "b", "c", "d", "pages", "peak_pages")
        ]

    kernel = ctypes.windll.kernel32  # type: ignore[attr-defined]
    kernel.OpenProcess.restype = ctypes.c_void_p
    handle = ctypes.c_void_p(kernel.OpenProcess(0x1000, False, pid))  # PROCESS_QUERY_LIMITED_INFORMATION
    counters = Counters(cb=ctypes.sizeof(Counters))
    read = kernel.K32GetProcessMemoryInfo(handle, ctypes.byref(counters), counters.cb)
    kernel.CloseHandle(handle)
    return int(counters.now) if read else 0


# Processes and signals


def own_process_group() -> dict[str, Any]:
    """Return the arguments of `subprocess.Popen` for a process that `kill_process_group` ends with its children."""
    return {} if NAME == "win32" else {"start_new_session": True}


def kill_process_group(process: subprocess.Popen[bytes]) -> None:
    """End a process of `own_process_group`, and what it started; on Windows the process alone."""
    with suppress(OSError):  # it has ended
        if NAME == "win32":
            process.kill()
        else:
            os.killpg(process.pid, signal.SIGKILL)
    process.wait()


def exit_reason(status: int) -> str:
    """Return how a process ended: the name of the signal, or its exit code."""
    if status < 0:
        with suppress(ValueError):
            return signal.Signals(-status).name
    return f"exit code {status}"


def confine(folder: str) -> Confinement:
    """Let the system keep this process from other files, the network and other processes, for good, where it can.

    Returns ``"landlock+seccomp"`` if the kernel does all that, and ``"limits"`` if only `limit_process` holds.
    """
    if NAME == "linux":
        from . import confinement

        with suppress(OSError, AttributeError):  # AttributeError: a C library without what it calls
            if confinement.confine(folder):
                return "landlock+seccomp"
    return "limits"


def limit_process(memory: int, written: int, files: int, seconds: int) -> None:
    """Let the system limit memory, the size of files, open files, and further processor time, where it can."""
    with suppress(ImportError):  # Windows has no such limits
        resource: Any = import_module("resource")
        times = os.times()
        wanted = {
            resource.RLIMIT_AS: memory,
            resource.RLIMIT_FSIZE: written,
            resource.RLIMIT_NOFILE: files,
            resource.RLIMIT_CPU: int(times.user + times.system) + 1 + seconds,
            resource.RLIMIT_CORE: 0,
        }
        for kind, most in wanted.items():
            with suppress(ValueError, OSError):  # more than is allowed already, or not known to this system
                hard = resource.getrlimit(kind)[1]
                resource.setrlimit(kind, (most, hard if kind == resource.RLIMIT_CPU else most))


def raise_open_file_limit(number: int) -> None:
    """Let this process have so many files and connections open, or as many as it may; Windows has no such limit."""
    with suppress(ImportError, OSError, ValueError):
        resource: Any = import_module("resource")
        least, most = resource.getrlimit(resource.RLIMIT_NOFILE)
        wanted = number if most == resource.RLIM_INFINITY else min(number, most)
        if least != resource.RLIM_INFINITY and least < wanted:
            resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, most))


def after_fork(forget: Callable[[], None]) -> None:
    """Call a function in each forked process, which does not have its parent's threads; Windows has no fork."""
    if NAME != "win32":
        os.register_at_fork(after_in_child=forget)


def on_interrupt(receive: Callable[..., Any] = signal.default_int_handler) -> Callable[[], None]:
    """Call a function at the signals that ask a program to end; by default it raises KeyboardInterrupt.

    These are Ctrl+C and, as far as the system has them, SIGTERM and Windows' Ctrl+Break. Those that already have a
    handler keep it, and on threads other than the main one nothing is done. Returns a function that undoes it.
    """
    before: dict[int, Any] = {}
    if threading.current_thread() is threading.main_thread():
        for name in ("SIGINT", "SIGTERM", "SIGBREAK"):
            number = getattr(signal, name, None)
            if number and signal.getsignal(number) in (signal.default_int_handler, signal.SIG_DFL):
                before[number] = signal.signal(number, receive)

    def undo() -> None:
        while before:
            signal.signal(*before.popitem())

    return undo


@contextmanager
def restoring_sigterm() -> Iterator[None]:
    """Undo, at the end of the block, what a library does to SIGTERM."""
    handler = signal.getsignal(signal.SIGTERM)
    try:
        yield
    finally:
        if threading.current_thread() is threading.main_thread():
            signal.signal(signal.SIGTERM, handler)


def reuse_port(sock: socket.socket) -> None:
    """Let a socket listen on a port that another one has just left, but not on one that is used.

    On Unix SO_REUSEADDR does that; on Windows it would let two programs share the port.
    """
    import socket

    exclusive = getattr(socket, "SO_EXCLUSIVEADDRUSE", None)
    if NAME != "win32":
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    elif exclusive is not None:
        sock.setsockopt(socket.SOL_SOCKET, exclusive, 1)
