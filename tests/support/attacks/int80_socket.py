"""Runs machine code that makes 32-bit system calls (int 0x80), where a filter by 64-bit numbers is blind; effect: a connection to port @PORT@, or @OUTSIDE@/int80_socket.txt appears."""

import ctypes
import mmap
import socket
import struct

print("tried", flush=True)  # the kernel may end it below
code = mmap.mmap(-1, 4096, flags=mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS,
                 prot=mmap.PROT_READ | mmap.PROT_WRITE | mmap.PROT_EXEC)
code.write(bytes.fromhex("53 89f8 89f3 4189d0 89ca 4489c1 cd80 4863c0 5b c3"))
call = ctypes.CFUNCTYPE(ctypes.c_long, ctypes.c_long, ctypes.c_long, ctypes.c_long, ctypes.c_long)(
    ctypes.addressof(ctypes.c_char.from_buffer(code)))
libc = ctypes.CDLL(None)
libc.mmap.restype = ctypes.c_void_p
libc.mmap.argtypes = [ctypes.c_void_p, ctypes.c_size_t, ctypes.c_int, ctypes.c_int, ctypes.c_int, ctypes.c_long]
low = libc.mmap(None, 4096, 3, 0x62, -1, 0)  # MAP_32BIT: an address of 32 bits
address = struct.pack("=HH4s8x", 2, socket.htons(int("@PORT@")), socket.inet_aton("127.0.0.1"))
ctypes.memmove(low, address, 16)
path = b"@OUTSIDE@/int80_socket.txt\0"
ctypes.memmove(low + 64, path, len(path))
call(5, low + 64, 0o101, 0o644)  # open
fd = call(359, 2, 1, 0)  # socket
call(362, fd, low, 16)  # connect
ctypes.memmove(low + 1024, struct.pack("=III", 2, 1, 0), 12)
fd = call(102, 1, low + 1024, 0)  # socketcall: socket
ctypes.memmove(low + 1024, struct.pack("=III", max(fd, 0), low, 16), 12)
call(102, 3, low + 1024, 0)  # socketcall: connect
