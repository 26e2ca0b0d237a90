"""Linux alone: let the kernel confine this process for good, files by Landlock and system calls by seccomp.

Only `runtime.system` imports this. Landlock decides which files can be opened, made, renamed or removed, seccomp which
calls there are: no sockets, other programs, processes, namespaces or shared memory, and no changes of modes, owners and
times, which Landlock leaves alone. What is refused raises PermissionError in the program. Sources: landlock(7),
seccomp(2), and the tables of system calls of Linux (x86-64, and asm-generic, which aarch64 has).
"""

from __future__ import annotations

import ctypes
import os
import struct
import sys
import sysconfig
from collections.abc import Iterable, Iterator
from contextlib import suppress
from pathlib import Path

_LIBRARIES = ("/lib", "/lib64", "/usr/lib", "/usr/lib64", "/usr/local/lib", "/nix/store", "/gnu/store")
_READABLE = (
    "/etc/ld.so.cache", "/etc/localtime", "/usr/share/zoneinfo", "/usr/share/fonts", "/dev/urandom", "/dev/zero",
    "/proc/cpuinfo", "/proc/meminfo", "/proc/self/maps", "/proc/self/statm", "/proc/self/status",
    "/sys/devices/system/cpu",
)  # fmt: skip

# Rights of Landlock, in the order of their bits. To execute, and to make devices, pipes and sockets, is never allowed.
_RIGHTS = (
    "execute", "write", "read", "list", "remove folder", "remove", "make device", "make folder", "make file",
    "make socket", "make pipe", "make block device", "make symbolic link", "move", "truncate", "control device",
)  # fmt: skip
_READ, _OF_FILES = {"read", "list"}, {"read", "write", "truncate"}
_CHANGE = {"write", "remove folder", "remove", "make folder", "make file", "make symbolic link", "move", "truncate"}
_KNOWN = (13, 14, 15, 15, 16)
"""How many of the rights Landlock's version 1, 2, … has; later ones have all."""

_MACHINES = {
    "x86_64": (
        0xC000003E, 317,
        "0-1 3-15 17-28 32-40 60-61 63 73-75 77-84 86-89 95-100 102 104 107-108 110-111 115 118 120-121 124 127-128 "
        "130-131 137-138 140 145-147 186-187 201-202 204 213 217-219 221 228-233 258 262-267 269-271 273 281 284-285 "
        "290-293 295-296 309 316 318 324 326-328 332 334 436 439 441",
    ),
    "aarch64": (
        0xC00000B7, 277,
        "17 19-24 32 34-38 43-44 46-50 57 59 61-73 78-80 82-83 93-94 96 98-99 101-103 113-115 120 123-126 128 132-137 "
        "139 141 148 150 153 155-156 158 160 163 165-166 168-169 172-179 213-216 222-223 226-227 232-233 260 276 278 "
        "283 285-287 291 293 436 439 441",
    ),
}  # fmt: skip
"""Machine -> its number for seccomp, that of the call ``seccomp``, and of all calls that are allowed on any arguments.

These are for files, memory, threads, time, own signals, and facts about the own process; a test has their names.
"""
_CLONE3 = 435
"""The only call that is reported as unknown, so that the C library uses ``clone``, whose flags can be read here."""
_ALL = 0xFFFFFFFF


def confine(folder: str) -> bool:
    """Confine this process, which must have one thread; return whether Landlock and seccomp both hold.

    Only Python, its packages, the system's libraries and the folder can be read, and only the folder be written to.
    """
    libc = ctypes.CDLL(None, use_errno=True)
    libc.syscall.restype = ctypes.c_long
    if len(os.listdir("/proc/self/task")) > 1 or libc.prctl(38, 1, 0, 0, 0):  # PR_SET_NO_NEW_PRIVS
        return False
    files_hold = _landlock(libc, folder, [*_python_paths(), *_LIBRARIES, *_READABLE])
    return bool(_seccomp(libc) and files_hold)


def _python_paths() -> Iterator[str]:
    """Yield the folders of Python's library, of installed packages, and of this package."""
    yield from (sysconfig.get_path(name) for name in ("stdlib", "platstdlib", "purelib", "platlib"))
    yield from (os.path.join(prefix, "lib") for prefix in (sys.base_prefix, sys.prefix))
    yield from (one for one in sys.path if os.path.basename(one) in ("site-packages", "dist-packages"))
    yield from os.environ.get("LD_LIBRARY_PATH", "").split(os.pathsep)
    yield str(Path(__file__).parents[1])


def _landlock(libc: ctypes.CDLL, folder: str, readable: Iterable[str]) -> bool:
    """Let this process open only some files; False where the kernel has no Landlock."""
    create, add, restrict = 444, 445, 446  # on every machine
    version = libc.syscall(create, None, ctypes.c_size_t(0), 1)
    if version < 1:
        return False
    handled = (1 << _KNOWN[min(version, 5) - 1]) - 1
    # What is restricted: files; from version 4 TCP; from 6 abstract sockets of, and signals to, other processes.
    attributes = struct.pack("QQQ", handled, 3, 3)[: 8 if version < 4 else 16 if version < 6 else 24]
    rules = libc.syscall(create, attributes, ctypes.c_size_t(len(attributes)), 0)
    if rules < 0:
        return False
    granted = dict.fromkeys((one for one in readable if os.path.isabs(one)), _READ)
    for path, rights in {**granted, os.devnull: _OF_FILES, folder: _READ | _CHANGE}.items():
        with suppress(OSError):  # there is none, or the user may not see it
            opened = os.open(path, os.O_PATH | os.O_CLOEXEC)
            names = rights if os.path.isdir(path) else rights & _OF_FILES
            bits = handled & sum(1 << _RIGHTS.index(name) for name in names)
            refused = libc.syscall(add, rules, 1, struct.pack("=Qi", bits, opened), 0)
            os.close(opened)
            if refused:
                return False
    held = bool(libc.syscall(restrict, rules, 0) == 0)
    os.close(rules)
    return held


_Conditions = list[tuple[int, int, tuple[int, ...]]]


def _conditions() -> list[tuple[tuple[int, int | None], _Conditions]]:
    """Return the numbers, on x86-64 and aarch64, of calls that are allowed on some arguments, and what these are.

    An argument is described by which 32 bits of all to look at, a mask, and the values that are allowed.
    """
    pid, namespaces, truncate = os.getpid(), 0x7E020000, 0o1000
    own: _Conditions = [(0, _ALL, (pid,))]
    modes = (0, 1, 2, truncate | 1, truncate | 2)  # early Landlock lets a file that is opened for reading be truncated
    return [
        ((56, 220), [(0, 0x10000 | namespaces, (0x10000,))]),  # clone: CLONE_THREAD
        ((2, None), [(2, 3 | truncate, modes)]),  # open
        ((257, 56), [(4, 3 | truncate, modes)]),  # openat
        ((62, 129), own),  # kill
        ((234, 131), own),  # tgkill
        ((302, 261), [(0, _ALL, (0, pid)), (4, _ALL, (0,)), (5, _ALL, (0,))]),  # prlimit64, to read limits
        ((72, 25), [(2, _ALL, (*range(8), 1030, 1031, 1032))]),  # fcntl: no signals, leases and notices
        ((16, 29), [(2, _ALL, (0x5401, 0x5413, 0x541B, 0x5421, 0x5450, 0x5451))]),  # ioctl: no flags of files
        ((157, 167), [(0, _ALL, (3, 15, 16, 23, 0x53564D41))]),  # prctl: PR_GET_DUMPABLE, names of threads and memory
    ]


def _seccomp(libc: ctypes.CDLL) -> bool:
    """Let this process make only some system calls; False where the kernel has no seccomp, and on other machines."""
    machine = os.uname().machine
    if machine not in _MACHINES or sys.maxsize < 2**32:
        return False
    steps = _program(machine)
    filters = ctypes.create_string_buffer(b"".join(struct.pack("HBBI", *step) for step in steps))
    program = struct.pack("HxxxxxxP", len(steps), ctypes.addressof(filters))
    return bool(libc.syscall(_MACHINES[machine][1], 1, 1, program) == 0)  # SECCOMP_SET_MODE_FILTER, for all threads


def allowed_calls(machine: str) -> dict[int, _Conditions]:
    """Return the numbers of the calls that are allowed on a machine, and on which arguments; see `_conditions`."""
    ranges = [[int(end) for end in one.split("-")] for one in _MACHINES[machine][2].split()]
    column = list(_MACHINES).index(machine)
    conditional = {number: some for numbers, some in _conditions() if (number := numbers[column]) is not None}
    return {number: [] for ends in ranges for number in range(ends[0], ends[-1] + 1)} | conditional


def _program(machine: str) -> list[tuple[int, int, int, int]]:
    """Return the steps of a classic BPF program: code, jump if true, jump if false, value."""
    allow, refuse, unknown = ((0x06, 0, 0, value) for value in (0x7FFF0000, 0x50001, 0x50026))  # EPERM, ENOSYS
    load, mask, equal = 0x20, 0x54, 0x15  # arguments are at 16, 8 bytes each, the low half first
    steps = [(load, 0, 0, 4), (equal, 1, 0, _MACHINES[machine][0]), refuse]
    steps += [(load, 0, 0, 0), (equal, 0, 1, _CLONE3), unknown]
    for number, conditions in allowed_calls(machine).items():
        block = []
        for half, bits, values in conditions:
            block += [(load, 0, 0, 16 + 4 * half), (mask, 0, 0, bits)]
            block += [(equal, len(values) - place, 0, value) for place, value in enumerate(values)]
            block.append(refuse)
        steps += [(equal, 0, len(block) + 1, number), *block, allow]
    return [*steps, refuse]
