"""Prints 60 MB on each output, writes 80 MB in its own folder, then recurses until the process crashes; effect: the check hangs, ends with a traceback of its own, or leaves files behind."""

import resource
import signal
import sys


def attempt(way):
    try:
        return way()
    except Exception as e:
        return e


print("tried", flush=True)
attempt(lambda: resource.setrlimit(resource.RLIMIT_CORE, (0, 0)))
signal.alarm(2)
megabyte = "n" * (1 << 20)
for i in range(60):
    attempt(lambda: print(megabyte, flush=True))
    attempt(lambda: print(megabyte, file=sys.stderr, flush=True))


def fill():
    with open("noise.bin", "wb") as f:
        for i in range(80):
            f.write(megabyte.encode())


attempt(fill)
sys.setrecursionlimit(10**8)


def deep():
    return sorted([0], key=lambda x: deep())


deep()
