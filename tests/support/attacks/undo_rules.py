"""Tries to take the rules off (no_new_privs 0, an allow-all seccomp filter, a wider Landlock rule set, back to root), then writes outside and connects; effect: @OUTSIDE@/undo_rules.txt appears, a connection to port @PORT@."""

import ctypes
import os
import socket
import struct


def attempt(way):
    try:
        return way()
    except Exception as e:
        return e


libc = ctypes.CDLL(None, use_errno=True)
libc.prctl(38, 0, 0, 0, 0)  # PR_SET_NO_NEW_PRIVS
libc.prctl(4, 1, 0, 0, 0)  # PR_SET_DUMPABLE
libc.prctl(28, 0, 0, 0, 0)  # PR_SET_SECUREBITS
rule = ctypes.create_string_buffer(struct.pack("=HBBI", 6, 0, 0, 0x7FFF0000), 8)  # return ALLOW
program = ctypes.create_string_buffer(struct.pack("=H6xQ", 1, ctypes.addressof(rule)), 16)
libc.prctl(22, 0, 0, 0, 0)  # PR_SET_SECCOMP off: there is no such thing
libc.prctl(22, 2, program, 0, 0)
libc.syscall(317, 1, 0, program)
attr = ctypes.create_string_buffer(struct.pack("=QQQ", (1 << 13) - 1, 0, 0), 24)
rules = libc.syscall(444, attr, 8, 0)
if rules >= 0:
    def widen():
        root = os.open("/", os.O_PATH)
        beneath = ctypes.create_string_buffer(struct.pack("=Qi", (1 << 13) - 1, root), 12)
        libc.syscall(445, rules, 1, beneath, 0)
        libc.syscall(446, rules, 0)
    attempt(widen)
attempt(lambda: os.setresuid(0, 0, 0))
attempt(lambda: os.chroot("/"))
header = (ctypes.c_uint32 * 2)(0x20080522, 0)
libc.capset(header, (ctypes.c_uint32 * 6)(*[0xFFFFFFFF] * 6))
attempt(lambda: open("@OUTSIDE@/undo_rules.txt", "w").close())
attempt(lambda: socket.create_connection(("127.0.0.1", int("@PORT@")), 1))

print("tried")
