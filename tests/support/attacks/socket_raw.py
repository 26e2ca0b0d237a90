"""Makes a socket and connects by raw system calls, past Python's socket module; effect: a connection to port @PORT@."""

import ctypes
import socket
import struct

libc = ctypes.CDLL(None, use_errno=True)
address = struct.pack("=HH4s8x", socket.AF_INET, socket.htons(int("@PORT@")), socket.inet_aton("127.0.0.1"))
for sock, conn in ((41, 42), (41 | 0x40000000, 42 | 0x40000000)):  # x86-64, then the x32 numbers
    fd = libc.syscall(sock, socket.AF_INET, socket.SOCK_STREAM, 0)
    if fd >= 0:
        libc.syscall(conn, fd, address, len(address))
        libc.syscall(1, fd, b"socket_raw", 10)

print("tried")
