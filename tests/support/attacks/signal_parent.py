"""Sends SIGWINCH (harmless; any other signal would go the same way) to the parent by kill, pidfd_send_signal, tgkill, rt_sigqueueinfo and F_SETOWN; effect: the parent gets SIGWINCH, PROOF-signal_parent is printed."""

import ctypes
import fcntl
import os
import signal


def attempt(way):
    try:
        return way()
    except Exception as e:
        return e


libc = ctypes.CDLL(None, use_errno=True)
WINCH = int(signal.SIGWINCH)


def done(what, pid):
    print("PROOF" + "-signal_parent", what, pid, flush=True)


def pidfd(pid):
    fd = libc.syscall(434, pid, 0)
    if fd >= 0 and libc.syscall(424, fd, WINCH, None, 0) == 0:
        done("pidfd", pid)


def tgkill(pid):
    if libc.syscall(234, pid, pid, WINCH) == 0:
        done("tgkill", pid)
    if libc.syscall(200, pid, WINCH) == 0:
        done("tkill", pid)


def queue(pid):
    info = ctypes.create_string_buffer(128)
    ctypes.c_int.from_buffer(info, 0).value = WINCH
    ctypes.c_int.from_buffer(info, 8).value = -1
    if libc.syscall(129, pid, WINCH, info) == 0:
        done("sigqueue", pid)


def owner(pid):
    r, w = os.pipe()
    fcntl.fcntl(r, fcntl.F_SETOWN, pid)
    fcntl.fcntl(r, 10, WINCH)  # F_SETSIG
    fcntl.fcntl(r, fcntl.F_SETFL, os.O_ASYNC | os.O_NONBLOCK)
    os.write(w, b"x")  # seen only by the parent's handler


for pid in {int("@PARENT@"), os.getppid()} - {0, 1, os.getpid()}:
    attempt(lambda: (os.kill(pid, WINCH), done("kill", pid)))
    for way in (pidfd, tgkill, queue, owner):
        attempt(lambda: way(pid))

print("tried")
