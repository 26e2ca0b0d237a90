"""Makes namespaces by unshare and binds the outside folder into its own by mount; effect: @OUTSIDE@/namespace_mount*.txt appears, PROOF-namespace_mount is printed."""

import ctypes
import os


def attempt(way):
    try:
        return way()
    except Exception as e:
        return e


libc = ctypes.CDLL(None, use_errno=True)


def bind(tag):
    os.makedirs("m", exist_ok=True)
    if libc.mount(b"@OUTSIDE@", b"m", None, 4096, None) == 0:
        attempt(lambda: open("m/namespace_mount_%s.txt" % tag, "w").close())
        libc.umount2(b"m", 2)
    tree = libc.syscall(428, -100, b"@OUTSIDE@", 1)  # open_tree with clone
    if tree >= 0:
        attempt(lambda: os.open("namespace_mount_%s_tree.txt" % tag, os.O_CREAT | os.O_WRONLY, dir_fd=tree))


attempt(lambda: bind("a"))
for name, flag in (("mnt", 0x20000), ("uts", 0x4000000), ("ipc", 0x8000000), ("net", 0x40000000), ("user", 0x10000000)):
    def make():
        before = os.readlink("/proc/self/ns/" + name)
        if libc.unshare(flag) == 0 and os.readlink("/proc/self/ns/" + name) != before:
            print("PROOF" + "-namespace_mount", name, flush=True)
    attempt(make)
attempt(lambda: bind("b"))

print("tried")
