"""Calls open, write and fopen of the C library by ctypes; effect: @OUTSIDE@/ctypes_libc_write* appears and victim.txt changes."""

import ctypes

libc = ctypes.CDLL(None, use_errno=True)
fd = libc.open(b"@OUTSIDE@/ctypes_libc_write.txt", 0o101, 0o644)
libc.write(fd, b"out", 3)
fd = libc.syscall(257, -100, b"@OUTSIDE@/victim.txt", 1)
libc.write(fd, b"out", 3)
how = (ctypes.c_uint64 * 3)(0o101, 0o644, 0)  # openat2
fd = libc.syscall(437, -100, b"@OUTSIDE@/ctypes_libc_write_2.txt", how, 24)
libc.write(fd, b"out", 3)

print("tried")
