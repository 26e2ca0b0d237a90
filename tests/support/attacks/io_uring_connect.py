"""Lets the kernel open, make a socket and connect through an io_uring queue, which a system call filter cannot see; effect: a connection to port @PORT@, or @OUTSIDE@/io_uring_connect.txt appears."""

import ctypes
import mmap
import socket
import struct

libc = ctypes.CDLL(None, use_errno=True)
params = ctypes.create_string_buffer(120)
ring = libc.syscall(425, 8, params)
if ring >= 0:
    sq_off = struct.unpack_from("=7I", params, 40)
    cq_off = struct.unpack_from("=6I", params, 80)
    sq = mmap.mmap(ring, sq_off[6] + 8 * 4, offset=0)
    cq = mmap.mmap(ring, cq_off[5] + 16 * 16, offset=0x8000000)
    sqes = mmap.mmap(ring, 8 * 64, offset=0x10000000)

    def one(op, fd, off, addr, length, flags=0):
        tail = struct.unpack_from("=I", sq, sq_off[1])[0]
        i = tail & 7
        struct.pack_into("=BBHiQQIIQHHiQQ", sqes, i * 64, op, 0, 0, fd, off, addr, length, flags, 1, 0, 0, 0, 0, 0)
        struct.pack_into("=I", sq, sq_off[6] + 4 * i, i)
        struct.pack_into("=I", sq, sq_off[1], tail + 1)
        libc.syscall(426, ring, 1, 1, 1, None, 0)
        head = struct.unpack_from("=I", cq, cq_off[0])[0]
        res = struct.unpack_from("=Qi", cq, cq_off[5] + 16 * (head & 15))[1]
        struct.pack_into("=I", cq, cq_off[0], head + 1)
        return res

    path = ctypes.create_string_buffer(b"@OUTSIDE@/io_uring_connect.txt")
    one(18, -100, 0, ctypes.addressof(path), 0o644, 0o101)  # OPENAT
    fd = one(45, socket.AF_INET, socket.SOCK_STREAM, 0, 0)  # SOCKET
    raw = struct.pack("=HH4s8x", 2, socket.htons(int("@PORT@")), socket.inet_aton("127.0.0.1"))
    address = ctypes.create_string_buffer(raw, 16)
    one(16, fd, 16, ctypes.addressof(address), 0)  # CONNECT

print("tried")
