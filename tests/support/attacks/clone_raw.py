"""Makes processes by the raw system calls clone, clone3 and fork; effect: /tmp/glassnet-attack-clone_raw appears and a process named glassnet-attack (comm) or glassnet-attack-clone_raw (argv) stays for 20 s."""

import ctypes
import os
import signal
import time


def attempt(way):
    try:
        return way()
    except Exception as e:
        return e


libc = ctypes.CDLL(None, use_errno=True)


def child():
    try:
        os.setsid()
        null = os.open("/dev/null", os.O_RDWR)
        for fd in range(3):
            os.dup2(null, fd)
        libc.prctl(15, b"glassnet-attack")
        signal.alarm(20)
        attempt(lambda: open("/tmp/glassnet-attack-clone_raw", "w").close())
        attempt(lambda: os.execv("/bin/sh", ["sh", "-c", "sleep 20; :", "glassnet-attack-clone_raw"]))
        time.sleep(20)
    finally:
        os._exit(0)


SIGCHLD = int(signal.SIGCHLD)
args = (ctypes.c_uint64 * 11)()
args[4] = SIGCHLD
for number, rest in ((56, (SIGCHLD, 0, 0, 0, 0)), (435, (args, 88)), (57, ())):
    if libc.syscall(number, *rest) == 0:
        child()

print("tried")
