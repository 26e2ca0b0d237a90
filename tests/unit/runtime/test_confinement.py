"""The filter of system calls: its numbers have the names of calls without effect on others; it allows no more."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from glassnet.runtime import confinement

HEADERS = {
    "x86_64": (Path("/usr/include/x86_64-linux-gnu/asm/unistd_64.h"), Path("/usr/include/asm/unistd_64.h")),
    "aarch64": (Path("/usr/include/asm-generic/unistd.h"),),
}
FILES = """
close close_range copy_file_range dup dup2 dup3 epoll_create epoll_create1 epoll_ctl epoll_pwait epoll_pwait2 epoll_wait
eventfd eventfd2 fadvise64 fallocate fcntl fdatasync flock fstat fstatfs fsync ftruncate getdents getdents64 ioctl lseek
pipe pipe2 poll ppoll pread64 preadv preadv2 pselect6 pwrite64 pwritev pwritev2 read readahead readv select sendfile
write writev
"""
PATHS = """
access chdir faccessat faccessat2 fchdir getcwd link linkat lstat mkdir mkdirat newfstatat open openat readlink
readlinkat rename renameat renameat2 rmdir stat statfs statx symlink symlinkat umask unlink unlinkat
"""
MEMORY = "brk madvise membarrier mincore mmap mprotect mremap msync munmap"
THREADS = """
clone exit exit_group futex getcpu gettid rseq sched_get_priority_max sched_get_priority_min sched_getaffinity
sched_getscheduler sched_yield set_robust_list set_tid_address
"""
TIME = """
alarm clock_getres clock_gettime clock_nanosleep getitimer gettimeofday nanosleep pause restart_syscall setitimer time
times
"""
SIGNALS = """
kill rt_sigaction rt_sigpending rt_sigprocmask rt_sigreturn rt_sigsuspend rt_sigtimedwait sigaltstack tgkill wait4
"""
FACTS = """
getegid geteuid getgid getgroups getpgid getpgrp getpid getppid getpriority getrandom getresgid getresuid getrlimit
getrusage getsid getuid prctl prlimit64 sysinfo uname
"""
OLD = """
access alarm dup2 epoll_create epoll_wait eventfd getdents getpgrp link lstat mkdir open pause pipe poll readlink rename
rmdir select stat symlink time unlink
"""
"""Of all these, the calls that aarch64 does not have."""
ALLOWED = set(f"{FILES} {PATHS} {MEMORY} {THREADS} {TIME} {SIGNALS} {FACTS}".split())
RENAMED = {"fadvise64_64": "fadvise64", "fstatat": "newfstatat"}


@pytest.mark.parametrize("machine", HEADERS)
def test_the_numbers_are_those_of_calls_without_effect_on_others(machine):
    header = next((one for one in HEADERS[machine] if one.exists()), None)
    if header is None:
        pytest.skip(f"no Linux headers with the numbers of {machine}")
    numbers = re.findall(r"#define __NR(?:3264)?_(\w+)\s+(\d+)", header.read_text(encoding="utf-8"))
    names = {int(number): RENAMED.get(name, name) for name, number in numbers}
    allowed = {names[number] for number in confinement.allowed_calls(machine)}
    assert allowed - ALLOWED == set()
    assert ALLOWED - allowed == (set() if machine == "x86_64" else set(OLD.split()))


def answer(machine, number, arguments=(), architecture=None):
    """What the filter says: a small interpreter of its classic BPF."""
    words = {0: number, 4: confinement._MACHINES[machine][0] if architecture is None else architecture}
    for place, value in enumerate(arguments):
        words |= {16 + 8 * place: value & 0xFFFFFFFF, 20 + 8 * place: value >> 32}
    steps, place, register = confinement._program(machine), 0, 0
    while True:
        code, true, false, value = steps[place]
        place += 1
        if code == 0x20:
            register = words.get(value, 0)
        elif code == 0x54:
            register &= value
        elif code == 0x15:
            place += true if register == value else false
        else:
            assert code == 0x06
            return {0x7FFF0000: "allowed", 0x50001: "refused", 0x50026: "unknown"}[value]


@pytest.mark.parametrize("machine", HEADERS)
def test_the_filter_allows_its_calls_on_their_arguments_alone(machine, monkeypatch):
    monkeypatch.setattr(confinement.os, "getpid", lambda: 77)
    allowed = confinement.allowed_calls(machine)
    said = {number: answer(machine, number, (1 << 40,) * 6) for number in range(1024)}
    assert {number for number, one in said.items() if one == "allowed"} >= {n for n, one in allowed.items() if not one}
    assert {number for number, one in said.items() if one == "allowed"} <= set(allowed)
    assert [number for number, one in said.items() if one == "unknown"] == [435]
    assert {answer(machine, 0x40000000 | number) for number in allowed} == {"refused"}  # x32
    assert {answer(machine, number, architecture=0x40000003) for number in allowed} == {"refused"}  # i386
    kill, clone, limits = {"x86_64": (62, 56, 302), "aarch64": (129, 220, 261)}[machine]
    assert [answer(machine, kill, (pid, 9)) for pid in (77, 78, 0, 2**32 - 1)] == ["allowed", *["refused"] * 3]
    thread = 0x3D0F00
    flags = (thread, thread & ~0x10000, thread | 0x10000000, thread | 0x40000000, 17)
    assert [answer(machine, clone, (one,)) for one in flags] == ["allowed", *["refused"] * 4]
    reading = [(0, 7, 0, 5), (77, 7, 0, 5), (78, 7, 0, 5), (0, 7, 5, 0), (0, 7, 5 << 32, 0)]
    assert [answer(machine, limits, one) for one in reading] == ["allowed", "allowed", *["refused"] * 3]
