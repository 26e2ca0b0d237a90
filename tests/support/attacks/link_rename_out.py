"""Writes through a symbolic link and a hard link, and moves a file out by rename, link and a folder swap; effect: victim.txt changes or @OUTSIDE@/link_rename_out* appears."""

import os


def attempt(way):
    try:
        return way()
    except Exception as e:
        return e


def write(name):
    with open(name, "a") as f:
        f.write("out")


def exchange():
    import ctypes
    libc = ctypes.CDLL(None)
    write("own-c")
    libc.renameat2(-100, b"own-c", -100, b"@OUTSIDE@/victim.txt", 2)


attempt(lambda: (os.symlink("@OUTSIDE@/victim.txt", "soft"), write("soft")))
attempt(lambda: (os.symlink("@OUTSIDE@", "softdir"), write("softdir/link_rename_out_1.txt")))
attempt(lambda: (os.link("@OUTSIDE@/victim.txt", "hard"), write("hard")))
attempt(lambda: (write("own-a"), os.link("own-a", "@OUTSIDE@/link_rename_out_2.txt")))
attempt(lambda: (write("own-b"), os.rename("own-b", "@OUTSIDE@/link_rename_out_3.txt")))
attempt(lambda: os.symlink("/etc/hostname", "@OUTSIDE@/link_rename_out_4"))
attempt(exchange)
attempt(lambda: os.rename("@OUTSIDE@/victim.txt", "@OUTSIDE@/link_rename_out_5.txt"))

print("tried")
