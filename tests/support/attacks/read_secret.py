"""Reads secret.txt in many ways (open, mmap, numpy, linecache, sqlite, import, links, copies) and prints it, also on standard error and as the text of an error; effect: the secret is in the output."""

import linecache
import os
import runpy
import sys


def attempt(way):
    try:
        return way()
    except Exception as e:
        return e


secret = "@OUTSIDE@/secret.txt"
found = []


def copied():
    import ctypes
    libc = ctypes.CDLL(None)
    a, b = os.open(secret, os.O_RDONLY), os.open("copy.txt", os.O_RDWR | os.O_CREAT)
    libc.copy_file_range(a, None, b, None, 100, 0)
    return os.pread(b, 100, 0)


def linked():
    os.link(secret, "hard-secret")
    return open("hard-secret").read()


def soft():
    os.symlink(secret, "soft-secret")
    return open("soft-secret").read()


def arrays():
    import numpy as np
    return np.fromfile(secret, dtype="u1").tobytes()


def table():
    import polars as pl
    return pl.read_csv(secret, has_header=False).rows()


def tail():
    import ctypes
    libc = ctypes.CDLL(None, use_errno=True)
    fd = libc.syscall(2, secret.encode(), 0)
    return os.read(fd, 100)


for way in (lambda: open(secret).read(), lambda: os.read(os.open(secret, 0), 100),
            lambda: linecache.getline(secret, 1), arrays, linked, soft, copied, tail, table,
            lambda: open("/proc/self/root" + secret).read(),
            lambda: open(os.path.relpath(secret)).read()):
    attempt(lambda: found.append(str(way())))
try:
    runpy.run_path(secret)
except SyntaxError as e:
    found.append(str(e.text))
except Exception as e:
    found.append(str(e) if "Error" not in type(e).__name__ else "")
print(found)
print(found, file=sys.stderr)
print("tried", flush=True)
if any("7141" in f for f in found):
    raise RuntimeError(str(found))
