"""Changes the times and extended attributes of victim.txt (Landlock does not cover these); effect: mtime is 7141 or it has the attribute user.glassnet."""

import ctypes
import os


def attempt(way):
    try:
        return way()
    except Exception as e:
        return e


libc = ctypes.CDLL(None)
victim = "@OUTSIDE@/victim.txt"
attempt(lambda: os.utime(victim, (7141, 7141)))
attempt(lambda: os.utime(os.open(victim, os.O_RDONLY), (7141, 7141)))
times = (ctypes.c_long * 4)(7141, 0, 7141, 0)
libc.syscall(280, -100, victim.encode(), times, 0)  # utimensat
libc.syscall(235, victim.encode(), times)  # utimes
libc.syscall(132, victim.encode(), (ctypes.c_long * 2)(7141, 7141))  # utime
libc.syscall(261, -100, victim.encode(), times)  # futimesat
attempt(lambda: os.setxattr(victim, "user.glassnet", b"out"))
attempt(lambda: os.setxattr(os.open(victim, os.O_RDONLY), "user.glassnet", b"out"))
args = (ctypes.c_uint64 * 2)(ctypes.addressof(ctypes.create_string_buffer(b"out")), 3)
libc.syscall(463, -100, victim.encode(), 0, b"user.glassnet2", args, 16)  # setxattrat

print("tried")
