"""Opens the outside folder, then a file relative to that descriptor (dir_fd), and by ../ from its own folder; effect: @OUTSIDE@/dirfd_open*.txt appears."""

import os


def attempt(way):
    try:
        return way()
    except Exception as e:
        return e


def write(name, folder_fd):
    fd = os.open(name, os.O_WRONLY | os.O_CREAT, 0o644, dir_fd=folder_fd)
    os.write(fd, b"out")
    os.close(fd)


attempt(lambda: write("dirfd_open_1.txt", os.open("@OUTSIDE@", os.O_RDONLY | os.O_DIRECTORY)))
attempt(lambda: write("dirfd_open_2.txt", os.open("@OUTSIDE@", os.O_PATH)))
attempt(lambda: write(os.path.relpath("@OUTSIDE@/dirfd_open_3.txt"), os.open(".", os.O_RDONLY)))
attempt(lambda: write("../" * 30 + "@OUTSIDE@/dirfd_open_4.txt".lstrip("/"), os.open(".", os.O_PATH)))

print("tried")
