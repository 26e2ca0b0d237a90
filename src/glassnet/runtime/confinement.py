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
_READ = {"read", "list"}
_OF_FILES = {"read", "write", "truncate"}
_CHANGE = {"write", "remove folder", "remove", "make folder", "make file", "make symbolic link", "move", "truncate"}
_KNOWN = (13, 14, 15, 15, 16)
"""How many of the rights Landlock's version 1, 2, … has; later ones have all."""

_MACHINES = {"x86_64": (0xC000003E, 317), "aarch64": (0xC00000B7, 277)}
"""Machine -> its number for seccomp, and the number of the call ``seccomp``."""
_CALLS = {
    "access": (21, None), "alarm": (37, None), "brk": (12, 214), "chdir": (80, 49), "clock_getres": (229, 114),
    "clock_gettime": (228, 113), "clock_nanosleep": (230, 115), "clone": (56, 220), "close": (3, 57),
    "close_range": (436, 436), "copy_file_range": (326, 285), "dup": (32, 23), "dup2": (33, None), "dup3": (292, 24),
    "epoll_create": (213, None), "epoll_create1": (291, 20), "epoll_ctl": (233, 21), "epoll_pwait": (281, 22),
    "epoll_pwait2": (441, 441), "epoll_wait": (232, None), "eventfd": (284, None), "eventfd2": (290, 19),
    "exit": (60, 93), "exit_group": (231, 94), "faccessat": (269, 48), "faccessat2": (439, 439),
    "fadvise64": (221, 223), "fallocate": (285, 47), "fchdir": (81, 50), "fcntl": (72, 25), "fdatasync": (75, 83),
    "flock": (73, 32), "fstat": (5, 80), "fstatfs": (138, 44), "fsync": (74, 82), "ftruncate": (77, 46),
    "futex": (202, 98), "getcpu": (309, 168), "getcwd": (79, 17), "getdents": (78, None), "getdents64": (217, 61),
    "getegid": (108, 177), "geteuid": (107, 175), "getgid": (104, 176), "getgroups": (115, 158),
    "getitimer": (36, 102), "getpgid": (121, 155), "getpgrp": (111, None), "getpid": (39, 172), "getppid": (110, 173),
    "getpriority": (140, 141), "getrandom": (318, 278), "getresgid": (120, 150), "getresuid": (118, 148),
    "getrlimit": (97, 163), "getrusage": (98, 165), "getsid": (124, 156), "gettid": (186, 178),
    "gettimeofday": (96, 169), "getuid": (102, 174), "ioctl": (16, 29), "kill": (62, 129), "link": (86, None),
    "linkat": (265, 37), "lseek": (8, 62), "lstat": (6, None), "madvise": (28, 233), "membarrier": (324, 283),
    "mincore": (27, 232), "mkdir": (83, None), "mkdirat": (258, 34), "mmap": (9, 222), "mprotect": (10, 226),
    "mremap": (25, 216), "msync": (26, 227), "munmap": (11, 215), "nanosleep": (35, 101), "newfstatat": (262, 79),
    "open": (2, None), "openat": (257, 56), "pause": (34, None), "pipe": (22, None), "pipe2": (293, 59),
    "poll": (7, None), "ppoll": (271, 73), "prctl": (157, 167), "pread64": (17, 67), "preadv": (295, 69),
    "preadv2": (327, 286), "prlimit64": (302, 261), "pselect6": (270, 72), "pwrite64": (18, 68), "pwritev": (296, 70),
    "pwritev2": (328, 287), "read": (0, 63), "readahead": (187, 213), "readlink": (89, None), "readlinkat": (267, 78),
    "readv": (19, 65), "rename": (82, None), "renameat": (264, 38), "renameat2": (316, 276),
    "restart_syscall": (219, 128), "rmdir": (84, None), "rseq": (334, 293), "rt_sigaction": (13, 134),
    "rt_sigpending": (127, 136), "rt_sigprocmask": (14, 135), "rt_sigreturn": (15, 139), "rt_sigsuspend": (130, 133),
    "rt_sigtimedwait": (128, 137), "sched_get_priority_max": (146, 125), "sched_get_priority_min": (147, 126),
    "sched_getaffinity": (204, 123), "sched_getparam": (143, 121), "sched_getscheduler": (145, 120),
    "sched_yield": (24, 124), "select": (23, None), "sendfile": (40, 71), "set_robust_list": (273, 99),
    "set_tid_address": (218, 96), "setitimer": (38, 103), "sigaltstack": (131, 132), "stat": (4, None),
    "statfs": (137, 43), "statx": (332, 291), "symlink": (88, None), "symlinkat": (266, 36), "sysinfo": (99, 179),
    "tgkill": (234, 131), "time": (201, None), "times": (100, 153), "umask": (95, 166), "uname": (63, 160),
    "unlink": (87, None), "unlinkat": (263, 35), "wait4": (61, 260), "write": (1, 64), "writev": (20, 66),
}  # fmt: skip
"""System call that is allowed -> its number on x86-64 and aarch64; all others are refused."""
_CLONE3 = 435
"""The only call that is reported as unknown, so that the C library uses ``clone``, whose flags can be read here."""
_ALL = 0xFFFFFFFF
_NAMESPACES = 0x7E020000


def confine(folder: str) -> bool:
    """Confine this process, which must have one thread; return whether Landlock and seccomp both hold.

    Only Python, its packages, the system's libraries and the folder can be read, and only the folder be written to.
    """
    libc = ctypes.CDLL(None, use_errno=True)
    libc.syscall.restype = ctypes.c_long
    if len(os.listdir("/proc/self/task")) > 1 or libc.prctl(38, 1, 0, 0, 0):  # PR_SET_NO_NEW_PRIVS
        return False
    files_hold = _landlock(libc, folder, [*_python_paths(), *_LIBRARIES, *_READABLE])
    return _seccomp(libc) and files_hold


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
    held = libc.syscall(restrict, rules, 0) == 0
    os.close(rules)
    return held


def _conditions() -> dict[str, tuple[tuple[int, int, tuple[int, ...]], ...]]:
    """Return, by call, which 32 bits of its arguments to look at, a mask, and the values that are allowed."""
    own = (0, _ALL, (os.getpid(),))
    creating, truncating = 0o3, 0o1000  # the mode of opening, O_TRUNC
    opening = (0, 1, 2, truncating | 1, truncating | 2)  # early Landlock lets a file for reading be truncated
    return {
        "clone": ((0, 0x10000 | _NAMESPACES, (0x10000,)),),  # CLONE_THREAD
        "open": ((2, creating | truncating, opening),),
        "openat": ((4, creating | truncating, opening),),
        "kill": (own,),
        "tgkill": (own,),
        "prlimit64": ((0, _ALL, (0, os.getpid())), (4, _ALL, (0,)), (5, _ALL, (0,))),  # to read limits
        "fcntl": ((2, _ALL, (0, 1, 2, 3, 4, 5, 6, 7, 1030, 1031, 1032)),),  # no signals, leases, notices
        "ioctl": ((2, _ALL, (0x5401, 0x5413, 0x541B, 0x5421, 0x5450, 0x5451)),),  # of a terminal, FIONREAD, FIOCLEX
        "prctl": ((0, _ALL, (3, 15, 16, 23, 0x53564D41)),),  # PR_GET_DUMPABLE, names of threads and memory
        "sched_getparam": ((0, _ALL, (0,)),),
    }


def _seccomp(libc: ctypes.CDLL) -> bool:
    """Let this process make only some system calls; False where the kernel has no seccomp, or for other machines."""
    machine = os.uname().machine
    if machine not in _MACHINES or sys.maxsize < 2**32:
        return False
    architecture, seccomp = _MACHINES[machine]
    steps = _program(architecture, list(_MACHINES).index(machine))
    filters = ctypes.create_string_buffer(b"".join(struct.pack("HBBI", *step) for step in steps))
    program = struct.pack("HxxxxxxP", len(steps), ctypes.addressof(filters))
    return bool(libc.syscall(seccomp, 1, 1, program) == 0)  # SECCOMP_SET_MODE_FILTER, for all threads


def _program(architecture: int, column: int) -> list[tuple[int, int, int, int]]:
    """Return the steps of a classic BPF program: code, jump if true, jump if false, value."""
    allow, refuse, unknown = ((0x06, 0, 0, value) for value in (0x7FFF0000, 0x50001, 0x50026))  # EPERM, ENOSYS
    load, mask, equal = 0x20, 0x54, 0x15  # the code of each; arguments are at 16, 8 bytes each, the low half first
    steps = [(load, 0, 0, 4), (equal, 1, 0, architecture), refuse, (load, 0, 0, 0), (equal, 0, 1, _CLONE3), unknown]
    conditions = _conditions()
    for name, numbers in _CALLS.items():
        if (number := numbers[column]) is None:
            continue
        block = []
        for half, bits, values in conditions.get(name, ()):
            block += [(load, 0, 0, 16 + 4 * half), (mask, 0, 0, bits)]
            block += [(equal, len(values) - place, 0, value) for place, value in enumerate(values)]
            block.append(refuse)
        steps += [(equal, 0, len(block) + 1, number), *block, allow]
    return [*steps, refuse]
