"""Writes a tiny program into memory (memfd_create) and runs it by execveat, so that no file on disk is run; effect: /tmp/glassnet-attack-memfd_execveat appears and a process named so stays for 20 s."""

import ctypes
import os
import signal
import struct


def attempt(way):
    try:
        return way()
    except Exception as e:
        return e


print("tried", flush=True)  # it may be replaced below
libc = ctypes.CDLL(None, use_errno=True)
path = b"/tmp/glassnet-attack-memfd_execveat\0"
# open(path, O_CREAT|O_WRONLY, 0644); nanosleep(20 s); exit(0)
code = bytes.fromhex("b802000000 488d3d2f000000 be41000000 baa4010000 0f05"
                     "b823000000 488d3d0c000000 31f6 0f05"
                     "b83c000000 31ff 0f05 90")
code = code[:8] + struct.pack("<i", 50 + 16 - 12) + code[12:]
code = code[:32] + struct.pack("<i", 50 - 36) + code[36:]
code = code.ljust(50, b"\x90") + struct.pack("<qq", 20, 0) + path
base = 0x400000
size = 120 + len(code)
elf = (b"\x7fELF\2\1\1" + bytes(9)
       + struct.pack("<HHIQQQIHHHHHH", 2, 62, 1, base + 120, 64, 0, 0, 64, 56, 1, 0, 0, 0)
       + struct.pack("<IIQQQQQQ", 1, 5, 0, base, base, size, size, 4096) + code)
fd = libc.memfd_create(b"x", 0)
if fd < 0:
    fd = os.open("tiny", os.O_RDWR | os.O_CREAT, 0o755)  # no memfd: a file of its own folder
    attempt(lambda: os.write(fd, elf))
    os.close(fd)
    fd = os.open("tiny", os.O_PATH)
else:
    attempt(lambda: os.write(fd, elf))
argv = (ctypes.c_char_p * 2)(b"glassnet-attack-memfd_execveat", None)
envp = (ctypes.c_char_p * 1)(None)


def go():
    null = os.open("/dev/null", os.O_RDWR)
    for n in range(3):
        os.dup2(null, n)
    libc.syscall(322, fd, b"", argv, envp, 0x1000)
    attempt(lambda: os.execve("/proc/self/fd/%d" % fd, ["glassnet-attack-memfd_execveat"], {}))


try:
    pid = os.fork()
except OSError:
    signal.alarm(2)
    go()
else:
    if pid == 0:
        os.setsid()
        go()
        os._exit(0)
