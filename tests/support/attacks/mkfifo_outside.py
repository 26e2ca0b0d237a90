"""Makes a named pipe, a device node and a folder outside; effect: @OUTSIDE@/mkfifo_outside* appears."""

import os
import stat


def attempt(way):
    try:
        return way()
    except Exception as e:
        return e


attempt(lambda: os.mkfifo("@OUTSIDE@/mkfifo_outside"))
attempt(lambda: os.mknod("@OUTSIDE@/mkfifo_outside_node", stat.S_IFREG | 0o644))
attempt(lambda: os.mknod("@OUTSIDE@/mkfifo_outside_null", stat.S_IFCHR | 0o666, os.makedev(1, 3)))
attempt(lambda: os.mkdir("@OUTSIDE@/mkfifo_outside_folder"))

print("tried")
