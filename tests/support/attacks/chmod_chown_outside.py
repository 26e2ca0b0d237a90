"""Changes mode and owner of victim.txt and its folder by every call there is (Landlock does not cover these); effect: mode 777 or owner 65534 on them."""

import ctypes
import os


def attempt(way):
    try:
        return way()
    except Exception as e:
        return e


libc = ctypes.CDLL(None)
victim = "@OUTSIDE@/victim.txt"
attempt(lambda: os.chmod(victim, 0o777))
attempt(lambda: os.fchmod(os.open(victim, os.O_RDONLY), 0o777))
attempt(lambda: os.chmod("@OUTSIDE@", 0o777))
attempt(lambda: os.chmod("/proc/self/fd/%d" % os.open(victim, os.O_PATH), 0o777))
libc.syscall(268, -100, victim.encode(), 0o777)  # fchmodat
libc.syscall(452, -100, victim.encode(), 0o777, 0)  # fchmodat2
attempt(lambda: os.chown(victim, 65534, 65534))
attempt(lambda: os.lchown(victim, 65534, 65534))
attempt(lambda: os.fchown(os.open(victim, os.O_RDONLY), 65534, 65534))
libc.syscall(260, -100, victim.encode(), 65534, 65534, 0)  # fchownat

print("tried")
