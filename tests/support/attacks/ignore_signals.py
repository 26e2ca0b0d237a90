"""Ignores every signal it can, takes its own session, closes all descriptors so that it looks ended, and sleeps 30 s; effect: after the check ends a process named glassnet-attack (comm) is left."""

import ctypes
import os
import signal
import time


def attempt(way):
    try:
        return way()
    except Exception as e:
        return e


print("tried", flush=True)
for number in signal.valid_signals():
    attempt(lambda: signal.signal(number, signal.SIG_IGN))
signal.pthread_sigmask(signal.SIG_BLOCK, signal.valid_signals())
attempt(lambda: signal.setitimer(signal.ITIMER_REAL, 0))
libc = ctypes.CDLL(None)
libc.prctl(1, 0)  # PR_SET_PDEATHSIG off
libc.prctl(15, b"glassnet-attack")
attempt(os.setsid)
attempt(lambda: os.setpgid(0, 0))
null = os.open("/dev/null", os.O_RDWR)
for fd in range(3):
    os.dup2(null, fd)
os.closerange(3, 1024)
time.sleep(30)
